"""上传: how bytes get in.

The order is always the same: stream into a temporary file while hashing and limiting, look at the first bytes, put the
object under its hash, and only then one transaction (blob, document, audit, event, task). A crash anywhere leaves at
most an object nobody refers to, which `sweeping` removes. A resumable upload keeps its chunks in the store, so that any
web process can go on; when all have arrived they are streamed together and take the same way. That is three times
through the store: worth it on a slow line; on a fast one the whole file comes in one request instead.
"""

import asyncio
import contextlib
import hashlib
import shutil
import unicodedata
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID, uuid4

from ocr.errors import Unreadable
from ocr.model import MEDIA_TYPES
from ocr.sniff import HEAD_BYTES, sniff
from storage.keys import content_key
from storage.model import Silent, StoreError
from storage.store import Store
from zhusuo import audit, events, tasks
from zhusuo.carriers import store as carriers
from zhusuo.db import Connection, Database
from zhusuo.dossiers import blobs, documents, upload_store
from zhusuo.dossiers.access import FILERS, editable_filing, person_of
from zhusuo.dossiers.model import Purpose, Received, Upload
from zhusuo.dossiers.papers import DRAWING, READING, weight_of
from zhusuo.errors import Conflict, NotAllowed, NotFound, Refusal, TooLarge, Unavailable
from zhusuo.people.model import Actor, Role
from zhusuo.settings import Settings

CHUNK_SIZE = 8 * 1024 * 1024
PHONE_CHUNK_SIZE = 1024 * 1024
"""Of a photograph that a phone sends from wherever it is: a piece gets through in two minutes at 10 KB a second."""
KEPT_FOR = timedelta(hours=24)
BUFFER = 1024 * 1024
LONGEST_NAME = 200
PUTS = 4
"""How often bytes are put that the sweep was just removing, or the store stumbled over."""

Put = Callable[[str], Awaitable[None]]
"""Puts some bytes under the key it is given."""

WHO_MAY: dict[Purpose, frozenset[Role]] = {
    Purpose.FILING: FILERS,
    Purpose.LEASE: FILERS | {Role.CLIENT},
    Purpose.CLAIM: frozenset({Role.MANAGER, Role.AGENT}),
    Purpose.INSPECTION: frozenset({Role.SUPERVISOR}),
}


class NotThisFile(Refusal):
    """These bytes are nothing we keep; the sentence says why."""

    code = "not_this_file"
    sentence = "这个文件不能收。"


class DiskNearlyFull(Unavailable):
    code = "disk_nearly_full"
    sentence = "服务器磁盘空间不足，暂停接收文件。请联系系统管理员；已上传的材料不受影响。"


class BrokenOff(Refusal):
    code = "broken_off"
    sentence = "文件没有传完整，请重新上传；断点续传的，接着传即可。"


@dataclass(frozen=True, kw_only=True)
class Spooled:
    """Bytes in a temporary file, with what was learnt while they came in."""

    path: Path
    size: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class _Target:
    """Where a document is to go."""

    carrier_id: UUID
    district_code: str
    filing_id: UUID | None


# 一次传完


async def receive(
    database: Database,
    store: Store,
    settings: Settings,
    actor: Actor,
    purpose: Purpose,
    noun_id: UUID,
    file_name: str,
    stream: AsyncIterable[bytes],
    *,
    size: int | None = None,
) -> Received:
    """Take in a whole file for a filing, or for a carrier (a lease, a claim); `size` is what the sender announced.

    Raises BrokenOff, NotThisFile, TooLarge, DiskNearlyFull, Unavailable, NotFound, NotEditable.
    """
    name = clean_name(file_name)
    refuse_when_full(settings)
    async with database.transaction() as db:
        await _target(db, actor, purpose, noun_id)
    async with spool(stream, settings, settings.upload_limit_mb * 1024 * 1024) as spooled:
        if size is not None and spooled.size != size:
            raise BrokenOff
        return await _file(database, store, actor, purpose, noun_id, name, spooled, upload_id=None)


# 断点续传


async def begin(
    database: Database,
    settings: Settings,
    actor: Actor,
    purpose: Purpose,
    noun_id: UUID,
    file_name: str,
    size: int,
    fingerprint: str = "",
) -> Upload:
    """Announce a file. The same person announcing the same file again goes on where it broke off.

    `fingerprint` is whatever tells one state of a file from another, such as the time of its last change.
    """
    name = clean_name(file_name)
    if size <= 0:
        raise NotThisFile(Unreadable("empty").message)
    if size > settings.upload_limit_mb * 1024 * 1024:
        raise _too_large(settings)
    refuse_when_full(settings)
    async with database.transaction() as db:
        await _target(db, actor, purpose, noun_id)
        announced = upload_store.Announced(
            person_id=person_of(actor),
            purpose=purpose,
            noun_id=noun_id,
            file_name=name,
            size=size,
            fingerprint=fingerprint[:100],
        )
        begun = await upload_store.unfinished(db, announced)
        return begun or await upload_store.insert(db, announced, chunk_size=_chunk_size(purpose), kept_for=KEPT_FOR)


async def progress(database: Database, actor: Actor, upload_id: UUID) -> Upload:
    """Which chunks have arrived. Raises NotFound."""
    async with database.connection() as db:
        return await _own(db, actor, upload_id)


async def put_chunk(
    database: Database,
    store: Store,
    settings: Settings,
    actor: Actor,
    upload_id: UUID,
    number: int,
    stream: AsyncIterable[bytes],
) -> Upload:
    """Take in one chunk, in any order, as often as it is sent. Raises BrokenOff if it is too short."""
    refuse_when_full(settings)
    async with database.connection() as db:
        upload = await _own(db, actor, upload_id)
    if upload.finished_at is not None:
        return upload
    if not 0 <= number < upload.chunk_count:
        raise NotFound
    async with spool(stream, settings, upload.length_of(number)) as spooled:
        if spooled.size != upload.length_of(number):
            raise BrokenOff
        await _put(
            store,
            chunk_key(upload_id, number),
            spooled.size,
            lambda key: store.put_file(key, spooled.path, "application/octet-stream"),
        )
        async with database.transaction() as db:
            await upload_store.lock(db, upload_id)
            upload = await _own(db, actor, upload_id)
            if upload.finished_at is None:
                await upload_store.insert_chunk(db, upload_id, number, spooled.size, spooled.sha256)
            return await _own(db, actor, upload_id)


async def put_whole(
    database: Database,
    store: Store,
    settings: Settings,
    actor: Actor,
    upload_id: UUID,
    stream: AsyncIterable[bytes],
) -> Received:
    """Take in the whole announced file at once, whatever of it had arrived in chunks, and make it a document.

    When it breaks off, nothing of it is kept and the chunks still stand. Raises BrokenOff, and what `receive` raises.
    """
    refuse_when_full(settings)
    async with database.connection() as db:
        upload = await _own(db, actor, upload_id)
        done = await _finished(db, upload)
    if done is None:
        return await _complete(database, store, settings, actor, upload, stream)
    async for _ in stream:  # a browser reads our answer only when it has sent everything
        pass
    return done


async def finish(database: Database, store: Store, settings: Settings, actor: Actor, upload_id: UUID) -> Received:
    """All chunks have arrived: make them a document. Finishing twice gives the same document."""
    refuse_when_full(settings)
    try:
        received = await _finish(database, store, settings, actor, upload_id)
    except Refusal:
        # Finished by another request meanwhile, which took the chunks away.
        async with database.connection() as db:
            done = await _finished(db, await _own(db, actor, upload_id))
        if done is None:
            raise
        return done
    return received


async def _finish(database: Database, store: Store, settings: Settings, actor: Actor, upload_id: UUID) -> Received:
    async with database.connection() as db:
        upload = await _own(db, actor, upload_id)
        done = await _finished(db, upload)
        hashes = await upload_store.chunk_hashes(db, upload_id)
    if done is not None:
        return done
    if len(hashes) != upload.chunk_count:
        raise BrokenOff
    return await _complete(database, store, settings, actor, upload, _joined(store, upload, hashes))


async def _complete(
    database: Database, store: Store, settings: Settings, actor: Actor, upload: Upload, stream: AsyncIterable[bytes]
) -> Received:
    """The bytes of an upload become its document, and its chunks go."""
    async with spool(stream, settings, upload.size) as spooled:
        if spooled.size != upload.size:
            raise BrokenOff
        received = await _file(
            database, store, actor, upload.purpose, upload.noun_id, upload.file_name, spooled, upload_id=upload.id
        )
    # The document stands; chunks that stay behind now are swept.
    with contextlib.suppress(StoreError):
        await store.remove(chunk_key(upload.id, number) for number in range(upload.chunk_count))
    return received


async def cancel(database: Database, store: Store, actor: Actor, upload_id: UUID) -> None:
    """Give up an upload that is not finished."""
    async with database.transaction() as db:
        await upload_store.lock(db, upload_id)
        upload = await _own(db, actor, upload_id)
        if upload.finished_at is not None:
            return
        await upload_store.delete(db, upload_id)
    with contextlib.suppress(StoreError):
        await store.remove(chunk_key(upload_id, number) for number in range(upload.chunk_count))


def _chunk_size(purpose: Purpose) -> int:
    return PHONE_CHUNK_SIZE if purpose is Purpose.INSPECTION else CHUNK_SIZE


def chunk_key(upload_id: UUID, number: int) -> str:
    return f"uploads/{upload_id}/{number}"


async def _own(db: Connection, actor: Actor, upload_id: UUID) -> Upload:
    upload = await upload_store.by_id(db, upload_id)
    if upload is None or upload.person_id != actor.person_id:
        raise NotFound("这次上传已过期，请重新选择文件上传。" if upload is None else None)
    return upload


async def _finished(db: Connection, upload: Upload) -> Received | None:
    if upload.document_id is None:
        return None
    document = await documents.by_id(db, upload.document_id)
    return Received(document=document, known=False) if document else None


async def _joined(store: Store, upload: Upload, hashes: dict[int, str]) -> AsyncIterator[bytes]:
    """The chunks one after the other, each compared with what had arrived."""
    for number in range(upload.chunk_count):
        digest = hashlib.sha256()
        with asking_store():
            async for part in store.stream(chunk_key(upload.id, number)):
                digest.update(part)
                yield part
        if digest.hexdigest() != hashes[number]:
            raise Conflict("文件在上传途中有变动，请重新上传。")


# 入库


async def _file(
    database: Database,
    store: Store,
    actor: Actor,
    purpose: Purpose,
    noun_id: UUID,
    file_name: str,
    spooled: Spooled,
    *,
    upload_id: UUID | None,
) -> Received:
    """Sniff, put, and write it down."""
    media_type = await asyncio.to_thread(_media_type, spooled.path)
    for _ in range(PUTS):
        await put_object(
            database,
            store,
            spooled.sha256,
            spooled.size,
            lambda key: store.put_file(key, spooled.path, media_type),
        )
        async with database.transaction() as db:
            target = await _target(db, actor, purpose, noun_id)
            if upload_id is not None:
                await upload_store.lock(db, upload_id)
                done = await _finished(db, await _own(db, actor, upload_id))
                if done is not None:
                    return done
            if await blobs.insert_blob(db, spooled.sha256, spooled.size, media_type):
                return await _enter(db, actor, purpose, target, file_name, spooled, upload_id)
    raise Unavailable


def _media_type(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    try:
        return MEDIA_TYPES[sniff(head)]
    except Unreadable as unreadable:
        raise NotThisFile(unreadable.message) from unreadable


async def put_object(database: Database, store: Store, sha256: str, size: int, put: Put) -> None:
    """Have these bytes in the store, put by whoever comes first.

    A mark of the sweep is taken away before anything else: what is not marked now is not removed for hours.
    """
    key = content_key(sha256)
    for attempt in range(PUTS):
        async with database.transaction() as db:
            free = await blobs.unmark_blob(db, sha256)
        if free:
            with asking_store():
                there = await _is_there(store, key, size)
            if not there:
                await _put(store, key, size, put)
            return
        await asyncio.sleep(0.25 * (attempt + 1))
    raise Unavailable


async def _put(store: Store, key: str, size: int, put: Put) -> None:
    """Put an object; a store may stumble when the same key is put twice at once, then the other one has put it."""
    with asking_store():
        for attempt in range(PUTS):
            try:
                await put(key)
            except Silent:
                raise
            except StoreError:
                if await _is_there(store, key, size):
                    return
                await asyncio.sleep(0.25 * (attempt + 1))
            else:
                return
    raise Unavailable


async def _is_there(store: Store, key: str, size: int) -> bool:
    stat = await store.stat(key)
    return stat is not None and stat.size == size


async def _enter(
    db: Connection,
    actor: Actor,
    purpose: Purpose,
    target: _Target,
    file_name: str,
    spooled: Spooled,
    upload_id: UUID | None,
) -> Received:
    """The document, its audit entry, its event, its task; or the same document, if these bytes are there already."""
    inserted = await documents.insert(
        db,
        sha256=spooled.sha256,
        carrier_id=target.carrier_id,
        district_code=target.district_code,
        organisation_id=actor.organisation_id,
        filing_id=target.filing_id,
        purpose=purpose,
        file_name=file_name,
        uploaded_by=actor.person_id,
    )
    document_id = inserted or await documents.same_bytes(
        db,
        sha256=spooled.sha256,
        carrier_id=target.carrier_id,
        organisation_id=actor.organisation_id,
        filing_id=target.filing_id,
        purpose=purpose,
    )
    document = await documents.by_id(db, document_id) if document_id else None
    if document is None:
        raise Conflict
    if upload_id is not None:
        await upload_store.set_finished(db, upload_id, document.id)
    if inserted:
        await audit.record(
            db,
            actor,
            "upload",
            "document",
            document.id,
            carrier_id=target.carrier_id,
            detail={"purpose": purpose, "file_name": file_name, "sha256": spooled.sha256, "size": spooled.size},
        )
        await events.emit(
            db,
            "document.uploaded",
            "document",
            document.id,
            carrier_id=target.carrier_id,
            district_code=target.district_code,
            content={"purpose": purpose},
        )
        for kind in (DRAWING, READING) if purpose is Purpose.INSPECTION else (READING,):
            await tasks.enqueue(db, kind, document.id, weight=weight_of(spooled.size))
    return Received(document=document, known=not inserted)


async def _target(db: Connection, actor: Actor, purpose: Purpose, noun_id: UUID) -> _Target:
    """Where it goes, if the actor may put something there; a filing is locked until the transaction ends."""
    if actor.role not in WHO_MAY[purpose]:
        raise NotAllowed
    if purpose is Purpose.FILING:
        filing = await editable_filing(db, actor, noun_id)
        return _Target(carrier_id=filing.carrier_id, district_code=filing.district_code, filing_id=filing.id)
    carrier = await carriers.by_id(db, noun_id)
    if carrier is None or carrier.district_code != actor.district_code:
        raise NotFound
    if purpose is Purpose.INSPECTION:  # a house that is gone may still be looked at
        if carrier.subdistrict_code not in actor.subdistricts:
            raise NotFound
    elif carrier.retired_at is not None or (
        purpose is Purpose.LEASE and await carriers.by_id_for(db, actor, noun_id) is None
    ):
        raise NotFound
    return _Target(carrier_id=carrier.id, district_code=carrier.district_code, filing_id=None)


# 临时文件


def folder(settings: Settings) -> Path:
    """Where temporary files lie."""
    found = settings.home / "tmp"
    found.mkdir(parents=True, exist_ok=True)
    return found


def refuse_when_full(settings: Settings) -> None:
    """Raises DiskNearlyFull below the free-space mark: a full disk would stop the database for good."""
    if shutil.disk_usage(folder(settings)).free < settings.free_space_mb * 1024 * 1024:
        raise DiskNearlyFull


@asynccontextmanager
async def spool(stream: AsyncIterable[bytes], settings: Settings, limit: int) -> AsyncIterator[Spooled]:
    """Write a stream into a temporary file, hashing; the file is gone when the context ends. Raises TooLarge."""
    path = folder(settings) / f"{uuid4().hex}.upload"
    digest = hashlib.sha256()
    size = 0
    file = await asyncio.to_thread(path.open, "wb")
    try:
        async for block in _blocks(stream):
            size += len(block)
            if size > limit:
                raise _too_large(settings)
            await asyncio.to_thread(_take, block, file, digest)
        await asyncio.to_thread(file.close)
        yield Spooled(path=path, size=size, sha256=digest.hexdigest())
    except OSError as error:
        if error.errno in (28, 122):  # ENOSPC, EDQUOT
            raise DiskNearlyFull from error
        raise
    finally:
        file.close()
        path.unlink(missing_ok=True)


def _take(block: bytes, file: BinaryIO, digest: Any) -> None:
    file.write(block)
    digest.update(block)


async def _blocks(stream: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """The stream in pieces large enough to be worth a thread."""
    waiting: list[bytes] = []
    length = 0
    async for part in stream:
        waiting.append(part)
        length += len(part)
        if length >= BUFFER:
            yield b"".join(waiting)
            waiting, length = [], 0
    if waiting:
        yield b"".join(waiting)


def _too_large(settings: Settings) -> TooLarge:
    return TooLarge(f"文件太大，单个文件不能超过 {settings.upload_limit_mb} MB。请拆分，或降低扫描分辨率后再上传。")


@contextlib.contextmanager
def asking_store() -> Iterator[None]:
    """Whatever the store says no with is one refusal: it is away for the moment."""
    try:
        yield
    except StoreError as error:
        raise Unavailable from error


# 文件名

_CONTROLS = {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}


def clean_name(file_name: str) -> str:
    """A file name as people should see it: no path, no control or direction marks, at most 200 characters."""
    kept = "".join(
        " " if character in "\r\n\t" else character
        for character in unicodedata.normalize("NFC", file_name)
        if character in "\r\n\t" or unicodedata.category(character) not in _CONTROLS
    )
    name = " ".join(kept.replace("\\", "/").rsplit("/", 1)[-1].split()).strip(". ")
    if not name:
        return "未命名文件"
    stem, dot, suffix = name.rpartition(".")
    if len(name) <= LONGEST_NAME or not stem or len(suffix) > 10:
        return name[:LONGEST_NAME]
    return stem[: LONGEST_NAME - len(suffix) - 1] + dot + suffix
