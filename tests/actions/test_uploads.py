"""Bytes come in whole or in chunks, once, and nothing is lost or half-written whatever breaks."""

import asyncio
import hashlib
import os
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from storage.keys import content_key
from storage.model import StoreSettings
from storage.store import Store
from tests import make
from zhusuo.db import Connection, Database
from zhusuo.dossiers import actions, documents, uploads
from zhusuo.dossiers.model import DocumentStatus, Purpose, Received
from zhusuo.dossiers.sweeping import sweep
from zhusuo.dossiers.uploads import BrokenOff, DiskNearlyFull, NotThisFile
from zhusuo.errors import NotAllowed, NotFound, TooLarge, Unavailable
from zhusuo.people.model import Actor
from zhusuo.settings import Settings

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@dataclass
class Desk:
    """A manager before a draft."""

    database: Database
    store: Store
    settings: Settings
    manager: Actor
    carrier_id: UUID
    filing_id: UUID

    async def receive(self, content: bytes, name: str = "产权证.pdf", size: int | None = None) -> Received:
        return await uploads.receive(
            self.database,
            self.store,
            self.settings,
            self.manager,
            Purpose.FILING,
            self.filing_id,
            name,
            parts(content),
            size=size,
        )


async def parts(content: bytes, size: int = 64 * 1024) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def broken(content: bytes) -> AsyncIterator[bytes]:
    yield content
    raise ConnectionResetError


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, free_space_mb=0, upload_limit_mb=40, _env_file=None)  # type: ignore[call-arg]


async def a_desk(database: Database, db: Connection, store: Store, settings: Settings) -> Desk:
    manager = await make.actor(db, role="manager")
    carrier_id = await make.carrier(db, manager=manager.organisation_id)
    filing = await actions.start_filing(database, manager, carrier_id)
    return Desk(
        database=database,
        store=store,
        settings=settings,
        manager=manager,
        carrier_id=carrier_id,
        filing_id=filing.id,
    )


@pytest.fixture
async def desk(database: Database, db: Connection, store: Store, settings: Settings) -> Desk:
    return await a_desk(database, db, store, settings)


@pytest.fixture
async def fresh_desk(fresh_database: Database, store: Store, settings: Settings) -> Desk:
    async with fresh_database.connection() as db:
        return await a_desk(fresh_database, db, store, settings)


def temporary(settings: Settings) -> list[Path]:
    return [path for path in uploads.folder(settings).rglob("*") if path.is_file()]


async def keys(store: Store, prefix: str = "") -> list[str]:
    return [stat.key async for stat in store.keys(prefix)]


# 一次传完


async def test_a_document_is_its_bytes_a_row_an_entry_an_event_and_a_task(desk: Desk, db: Connection) -> None:
    received = await desk.receive(PDF, "../产权证\n全本.pdf")
    document = received.document
    assert (document.file_name, document.size, document.media_type) == ("产权证 全本.pdf", len(PDF), "application/pdf")
    assert (document.status, received.known) == (DocumentStatus.WAITING, False)
    assert document.sha256 == hashlib.sha256(PDF).hexdigest()
    assert await desk.store.get(content_key(document.sha256)) == PDF
    assert await db.fetchval("SELECT count(*) FROM tasks WHERE noun_id = $1", document.id) == 1
    assert await db.fetchval("SELECT action FROM audit_entries WHERE noun_id = $1", str(document.id)) == "upload"
    assert await db.fetchval("SELECT kind FROM events WHERE noun_id = $1", document.id) == "document.uploaded"
    assert temporary(desk.settings) == []


async def test_the_same_file_again_is_the_same_document_and_says_so(desk: Desk, db: Connection) -> None:
    first = await desk.receive(PDF)
    again = await desk.receive(PDF, "另一个名字.pdf")
    assert (again.document.id, again.known) == (first.document.id, True)
    assert await db.fetchval("SELECT count(*) FROM tasks") == 1


async def test_the_same_file_in_another_filing_is_linked_to_the_first(desk: Desk, db: Connection) -> None:
    first = await desk.receive(PDF)
    other_id = await make.filing(db, carrier_id=desk.carrier_id, filer=desk.manager)
    other = replace(desk, filing_id=other_id)
    second = await other.receive(PDF)
    assert second.document.id != first.document.id
    assert (second.document.same_as, second.known) == (first.document.id, False)
    assert await keys(desk.store) == [content_key(first.document.sha256)]


async def test_nobody_learns_that_a_stranger_has_the_same_file(desk: Desk, db: Connection) -> None:
    await desk.receive(PDF)
    stranger = await a_desk(desk.database, db, desk.store, desk.settings)
    assert (await stranger.receive(PDF)).document.same_as is None


async def test_the_same_file_twenty_times_at_once_is_one_document(fresh_desk: Desk) -> None:
    found = await asyncio.gather(*(fresh_desk.receive(PDF * 1000) for _ in range(20)))
    assert len({each.document.id for each in found}) == 1
    assert [each.known for each in found].count(False) == 1
    async with fresh_desk.database.connection() as db:
        assert await db.fetchval("SELECT count(*) FROM documents") == 1
        assert await db.fetchval("SELECT count(*) FROM tasks") == 1
    assert len(await keys(fresh_desk.store)) == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "空的"),
        (b"<!DOCTYPE html><html><body>404</body></html>", "网页"),
        ("这是一份说明".encode(), "网页或文本"),
        (b"PK\x03\x04" + b"\x00" * 40, "压缩包"),
        (b"\x00" * 5000, "损坏"),
        (b"\x00\x01\x02\x03 nothing we know", "不支持"),
    ],
)
async def test_what_is_no_document_is_refused_with_a_reason(
    desk: Desk, db: Connection, content: bytes, words: str
) -> None:
    with pytest.raises(NotThisFile) as refusal:
        await desk.receive(content, "产权证.pdf")
    assert words in refusal.value.message
    assert await db.fetchval("SELECT count(*) FROM documents") == 0
    assert await keys(desk.store) == []
    assert temporary(desk.settings) == []


async def test_a_file_over_the_limit_is_refused_while_it_comes_in(desk: Desk) -> None:
    small = replace(desk, settings=desk.settings.model_copy(update={"upload_limit_mb": 1}))

    async def endless() -> AsyncIterator[bytes]:
        yield PDF
        while True:
            yield b"\x00" * 65536

    with pytest.raises(TooLarge) as refusal:
        await uploads.receive(
            small.database,
            small.store,
            small.settings,
            small.manager,
            Purpose.FILING,
            small.filing_id,
            "大.pdf",
            endless(),
        )
    assert "1 MB" in refusal.value.message
    assert temporary(desk.settings) == []


async def test_a_connection_that_drops_leaves_nothing(desk: Desk, db: Connection) -> None:
    with pytest.raises(ConnectionResetError):
        await uploads.receive(
            desk.database,
            desk.store,
            desk.settings,
            desk.manager,
            Purpose.FILING,
            desk.filing_id,
            "断.pdf",
            broken(PDF),
        )
    with pytest.raises(BrokenOff):
        await desk.receive(PDF, size=len(PDF) + 1)
    assert await db.fetchval("SELECT count(*) FROM documents") == 0
    assert await keys(desk.store) == []
    assert temporary(desk.settings) == []


async def test_a_nearly_full_disk_refuses_before_the_bytes_come(desk: Desk) -> None:
    full = replace(desk, settings=desk.settings.model_copy(update={"free_space_mb": 10**9}))
    with pytest.raises(DiskNearlyFull) as refusal:
        await full.receive(PDF)
    assert "磁盘空间不足" in refusal.value.message


async def test_a_store_that_is_down_is_a_sentence_and_nothing_half_written(
    desk: Desk, db: Connection, s3: StoreSettings
) -> None:
    away = Store.open(replace(s3, endpoint="127.0.0.1:9", connect_timeout=0.2, read_timeout=0.5))
    with pytest.raises(Unavailable) as refusal:
        await replace(desk, store=away).receive(PDF)
    assert "存储服务" in refusal.value.message
    assert await db.fetchval("SELECT count(*) FROM documents") == 0
    assert await db.fetchval("SELECT count(*) FROM blobs") == 0
    assert temporary(desk.settings) == []
    await away.close()
    assert not (await desk.receive(PDF)).known


async def test_a_silent_store_is_not_waited_for(desk: Desk, db: Connection, s3: StoreSettings) -> None:
    held: list[asyncio.StreamWriter] = []

    async def say_nothing(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()[:2]
    silent = Store.open(replace(s3, endpoint=f"{host}:{port}", connect_timeout=0.5, read_timeout=0.5))
    with pytest.raises(Unavailable):
        await asyncio.wait_for(replace(desk, store=silent).receive(PDF), 60)
    assert await db.fetchval("SELECT count(*) FROM documents") == 0
    for writer in held:
        writer.close()
    server.close()
    await silent.close()


async def test_bytes_whose_object_was_lost_are_put_again(desk: Desk, db: Connection) -> None:
    first = await desk.receive(PDF)
    await desk.store.remove([content_key(first.document.sha256)])
    again = await desk.receive(PDF)
    assert again.known
    assert await desk.store.get(content_key(first.document.sha256)) == PDF


async def test_each_purpose_is_for_its_roles(desk: Desk, db: Connection) -> None:
    clerk = await make.actor(db, role="clerk")
    far = await make.actor(db, role="clerk", district_code="310101")
    common = (desk.database, desk.store, desk.settings)
    lease = await uploads.receive(*common, clerk, Purpose.LEASE, desk.carrier_id, "租赁合同.pdf", parts(PDF))
    assert (lease.document.purpose, lease.document.filing_id) == (Purpose.LEASE, None)
    assert (await uploads.receive(*common, clerk, Purpose.LEASE, desk.carrier_id, "同一份.pdf", parts(PDF))).known
    supervisor = await make.actor(db, role="supervisor")
    with pytest.raises(NotAllowed):
        await uploads.receive(*common, supervisor, Purpose.LEASE, desk.carrier_id, "租赁合同.pdf", parts(PDF))
    own = await uploads.receive(*common, desk.manager, Purpose.LEASE, desk.carrier_id, "租赁合同.pdf", parts(PDF))
    assert own.document.organisation_id == desk.manager.organisation_id
    stranger = await make.actor(db, role="manager")
    with pytest.raises(NotFound):
        await uploads.receive(*common, stranger, Purpose.LEASE, desk.carrier_id, "租赁合同.pdf", parts(PDF))
    with pytest.raises(NotFound):
        await uploads.receive(*common, far, Purpose.LEASE, desk.carrier_id, "租赁合同.pdf", parts(PDF))
    with pytest.raises(NotFound):
        await uploads.receive(*common, clerk, Purpose.FILING, desk.filing_id, "产权证.pdf", parts(PDF))
    newcomer = await make.actor(db, role="manager")
    claim = await uploads.receive(*common, newcomer, Purpose.CLAIM, desk.carrier_id, "授权书.pdf", parts(PDF))
    assert claim.document.organisation_id == newcomer.organisation_id
    assert await documents.by_id_for(db, clerk, claim.document.id) is not None
    assert await documents.by_id_for(db, desk.manager, claim.document.id) is None


# 断点续传


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(uploads, "CHUNK_SIZE", 64 * 1024)
    return 64 * 1024


BIG = PDF + os.urandom(300 * 1024)


async def put(desk: Desk, upload_id: UUID, number: int, content: bytes, size: int = 64 * 1024) -> None:
    await uploads.put_chunk(
        desk.database,
        desk.store,
        desk.settings,
        desk.manager,
        upload_id,
        number,
        parts(content[number * size : (number + 1) * size]),
    )


async def begun(desk: Desk, content: bytes = BIG, fingerprint: str = "") -> UUID:
    upload = await uploads.begin(
        desk.database,
        desk.settings,
        desk.manager,
        Purpose.FILING,
        desk.filing_id,
        "大扫描件.pdf",
        len(content),
        fingerprint,
    )
    return upload.id


async def put_whole(desk: Desk, upload_id: UUID, stream: AsyncIterator[bytes]) -> Received:
    return await uploads.put_whole(desk.database, desk.store, desk.settings, desk.manager, upload_id, stream)


@pytest.mark.usefixtures("small_chunks")
async def test_after_its_first_chunk_a_file_may_come_whole(desk: Desk, db: Connection) -> None:
    upload_id = await begun(desk)
    await put(desk, upload_id, 0, BIG)
    received = await put_whole(desk, upload_id, parts(BIG))
    assert received.document.sha256 == hashlib.sha256(BIG).hexdigest()
    assert await desk.store.get(content_key(received.document.sha256)) == BIG
    assert await keys(desk.store, "uploads/") == []
    finished = await uploads.finish(desk.database, desk.store, desk.settings, desk.manager, upload_id)
    assert finished.document.id == received.document.id
    assert (await put_whole(desk, upload_id, parts(BIG))).document.id == received.document.id


@pytest.mark.usefixtures("small_chunks")
async def test_a_whole_file_that_breaks_off_leaves_the_chunks_to_go_on_with(desk: Desk, db: Connection) -> None:
    upload_id = await begun(desk)
    await put(desk, upload_id, 0, BIG)
    with pytest.raises(ConnectionResetError):
        await put_whole(desk, upload_id, broken(BIG[:100_000]))
    with pytest.raises(BrokenOff):
        await put_whole(desk, upload_id, parts(BIG[:-1]))
    with pytest.raises(TooLarge):
        await put_whole(desk, upload_id, parts(BIG + b"x"))
    assert (await uploads.progress(desk.database, desk.manager, upload_id)).received == (0,)
    for number in range(1, 5):
        await put(desk, upload_id, number, BIG)
    finished = await uploads.finish(desk.database, desk.store, desk.settings, desk.manager, upload_id)
    assert finished.document.sha256 == hashlib.sha256(BIG).hexdigest()
    assert temporary(desk.settings) == []


@pytest.mark.usefixtures("small_chunks")
async def test_a_broken_upload_goes_on_where_it_broke_off(desk: Desk, db: Connection) -> None:
    upload_id = await begun(desk)
    await put(desk, upload_id, 0, BIG)
    await put(desk, upload_id, 3, BIG)
    with pytest.raises(BrokenOff):
        await uploads.finish(desk.database, desk.store, desk.settings, desk.manager, upload_id)
    assert await begun(desk) == upload_id
    assert await begun(desk, fingerprint="changed") != upload_id
    upload = await uploads.progress(desk.database, desk.manager, upload_id)
    assert (upload.received, upload.chunk_count) == ((0, 3), 5)
    for number in (1, 2, 4, 4):
        await put(desk, upload_id, number, BIG)
    received = await uploads.finish(desk.database, desk.store, desk.settings, desk.manager, upload_id)
    assert await desk.store.get(content_key(hashlib.sha256(BIG).hexdigest())) == BIG
    assert await keys(desk.store, "uploads/") == []
    again = await uploads.finish(desk.database, desk.store, desk.settings, desk.manager, upload_id)
    assert again.document.id == received.document.id
    assert temporary(desk.settings) == []


@pytest.mark.usefixtures("small_chunks")
async def test_a_chunk_of_the_wrong_length_is_not_kept(desk: Desk) -> None:
    upload_id = await begun(desk)
    with pytest.raises(BrokenOff):
        await uploads.put_chunk(desk.database, desk.store, desk.settings, desk.manager, upload_id, 0, parts(BIG[:100]))
    with pytest.raises(TooLarge):
        await uploads.put_chunk(desk.database, desk.store, desk.settings, desk.manager, upload_id, 0, parts(BIG))
    with pytest.raises(NotFound):
        await uploads.put_chunk(desk.database, desk.store, desk.settings, desk.manager, upload_id, 5, parts(BIG))
    assert await keys(desk.store) == []


@pytest.mark.usefixtures("small_chunks")
async def test_an_upload_is_its_owners_alone(desk: Desk, db: Connection) -> None:
    upload_id = await begun(desk)
    colleague = await make.actor(db, role="manager", organisation_id=desk.manager.organisation_id)
    with pytest.raises(NotFound):
        await uploads.progress(desk.database, colleague, upload_id)
    with pytest.raises(NotFound):
        await uploads.finish(desk.database, desk.store, desk.settings, colleague, upload_id)


@pytest.mark.usefixtures("small_chunks")
async def test_an_html_page_in_chunks_is_refused_too(desk: Desk, db: Connection) -> None:
    page = b"<html>" + b" " * 70_000 + b"</html>"
    upload_id = await begun(desk, page)
    for number in (0, 1):
        await put(desk, upload_id, number, page)
    with pytest.raises(NotThisFile):
        await uploads.finish(desk.database, desk.store, desk.settings, desk.manager, upload_id)
    assert await db.fetchval("SELECT count(*) FROM documents") == 0


@pytest.mark.usefixtures("small_chunks")
async def test_finishing_many_times_at_once_gives_one_document(fresh_desk: Desk) -> None:
    upload_id = await begun(fresh_desk)
    await asyncio.gather(*(put(fresh_desk, upload_id, number, BIG) for number in (0, 1, 2, 3, 4) * 3))
    found = await asyncio.gather(
        *(
            uploads.finish(fresh_desk.database, fresh_desk.store, fresh_desk.settings, fresh_desk.manager, upload_id)
            for _ in range(6)
        )
    )
    assert len({each.document.id for each in found}) == 1


async def test_too_large_or_empty_is_said_before_the_first_byte(desk: Desk) -> None:
    for size, refusal in ((41 * 1024 * 1024, TooLarge), (0, NotThisFile)):
        with pytest.raises(refusal):
            await uploads.begin(
                desk.database, desk.settings, desk.manager, Purpose.FILING, desk.filing_id, "大.pdf", size
            )


@pytest.mark.usefixtures("small_chunks")
async def test_a_cancelled_upload_leaves_no_chunks(desk: Desk) -> None:
    upload_id = await begun(desk)
    await put(desk, upload_id, 0, BIG)
    await uploads.cancel(desk.database, desk.store, desk.manager, upload_id)
    assert await keys(desk.store) == []
    with pytest.raises(NotFound):
        await uploads.progress(desk.database, desk.manager, upload_id)


# 清扫

AT_ONCE = {"marked_after": timedelta(), "removed_after": timedelta()}


async def test_an_object_nobody_refers_to_is_marked_then_removed(fresh_desk: Desk) -> None:
    desk = fresh_desk
    kept = await desk.receive(PDF)
    orphan = content_key(hashlib.sha256(b"orphan").hexdigest())
    await desk.store.put_bytes(orphan, b"orphan", "application/pdf")
    folder = uploads.folder(desk.settings)
    assert (await sweep(desk.database, desk.store, folder)).marked == 0
    first = await sweep(desk.database, desk.store, folder, **AT_ONCE)
    assert (first.marked, first.removed) == (1, 0)
    assert orphan in await keys(desk.store)
    second = await sweep(desk.database, desk.store, folder, **AT_ONCE)
    assert (second.marked, second.removed) == (0, 1)
    assert await keys(desk.store) == [content_key(kept.document.sha256)]


async def test_bytes_filed_after_the_mark_are_kept(fresh_desk: Desk) -> None:
    desk = fresh_desk
    await desk.store.put_bytes(content_key(hashlib.sha256(PDF).hexdigest()), PDF, "application/pdf")
    folder = uploads.folder(desk.settings)
    assert (await sweep(desk.database, desk.store, folder, **AT_ONCE)).marked == 1
    received = await desk.receive(PDF)
    assert (await sweep(desk.database, desk.store, folder, **AT_ONCE)).removed == 0
    assert await desk.store.get(content_key(received.document.sha256)) == PDF


async def test_bytes_filed_during_the_removal_are_put_again(fresh_desk: Desk) -> None:
    desk = fresh_desk
    sha256 = hashlib.sha256(PDF).hexdigest()
    async with desk.database.connection() as db:
        await db.execute("INSERT INTO blob_removals (sha256, removing_at) VALUES ($1, clock_timestamp())", sha256)
    filing = asyncio.create_task(desk.receive(PDF))
    await asyncio.sleep(0.3)
    assert not filing.done()
    await desk.store.remove([content_key(sha256)])
    async with desk.database.connection() as db:
        await db.execute("DELETE FROM blob_removals")
    assert (await filing).document.sha256 == sha256
    assert await desk.store.get(content_key(sha256)) == PDF


@pytest.mark.usefixtures("small_chunks")
async def test_chunks_and_temporary_files_that_are_over_go(fresh_desk: Desk) -> None:
    desk = fresh_desk
    folder = uploads.folder(desk.settings)
    old, new = folder / "old.upload", folder / "new.upload"
    for path in (old, new):
        path.write_bytes(b"x")
    os.utime(old, (time.time() - 4000, time.time() - 4000))
    upload_id = await begun(desk)
    await put(desk, upload_id, 0, BIG)
    await desk.store.put_bytes(uploads.chunk_key(uuid4(), 0), b"x", "application/octet-stream")
    swept = await sweep(desk.database, desk.store, folder)
    assert (swept.chunks, swept.temporary, temporary(desk.settings)) == (1, 1, [new])
    assert await keys(desk.store, "uploads/") == [uploads.chunk_key(upload_id, 0)]
    async with desk.database.connection() as db:
        await db.execute("UPDATE uploads SET expires_at = now() - interval '1 second'")
    assert (await sweep(desk.database, desk.store, folder)).chunks == 1
    with pytest.raises(NotFound):
        await uploads.progress(desk.database, desk.manager, upload_id)
