"""The invariants that rows and objects answer for together: every byte is there, and no byte is there for nobody."""

import asyncio
import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from storage.keys import content_key
from storage.model import Missing, Stat, StoreError
from storage.store import Store
from zhusuo.db import Database, Row
from zhusuo.errors import Unavailable
from zhusuo.invariants.model import Invariant, Result, result

CONTENT = "sha256/"
PAGE = 1_000
SAMPLES = 200
AT_ONCE = 4
OBJECT_GRACE = timedelta(hours=24)
FILE_GRACE = timedelta(hours=1)

MISSING = Invariant(group=1, name="objects_missing", title="每件材料的字节都在，大小相同")
CHANGED = Invariant(group=1, name="objects_changed", title="字节与其摘要（SHA-256）相符")
ORPHANS = Invariant(group=2, name="objects_nobody_refers_to", title="没有无主对象超过 24 小时")
BLOBS = Invariant(group=2, name="blobs_nobody_refers_to", title="没有无主字节记录超过 24 小时")
FILES = Invariant(group=2, name="temporary_files", title="没有临时文件超过 1 小时")


class Depth(StrEnum):
    """How much of the bytes is read again: of none, of some (the newest and random ones), of all."""

    NONE = "none"
    SAMPLES = "samples"
    ALL = "all"


@dataclass(kw_only=True)
class _Listing:
    """What the store holds under content keys, and what there is to it without a row."""

    sizes: dict[bytes, int] = field(default_factory=dict)
    orphans: list[str] = field(default_factory=list)


async def check(database: Database, store: Store, folder: Path, depth: Depth) -> list[Result]:
    """Ask all of them. Raises Unavailable while the store does not answer."""
    try:
        listing = await _listing(database, store)
        missing, changed = await _blobs(database, store, listing.sizes, depth)
    except StoreError as error:
        raise Unavailable from error
    unused = await _unused_blobs(database)
    files = await asyncio.to_thread(_old_files, folder)
    return [
        result(MISSING, missing),
        result(CHANGED, changed),
        result(ORPHANS, listing.orphans),
        result(BLOBS, unused),
        result(FILES, files),
    ]


async def _listing(database: Database, store: Store) -> _Listing:
    listing = _Listing()
    page: list[Stat] = []
    async for stat in store.keys():
        page.append(stat)
        if len(page) == PAGE:
            await _take(database, listing, page)
            page = []
    await _take(database, listing, page)
    return listing


async def _take(database: Database, listing: _Listing, page: Sequence[Stat]) -> None:
    before = datetime.now(UTC) - OBJECT_GRACE
    old: dict[str, str] = {}
    for stat in page:
        name = stat.key.rpartition("/")[2]
        if stat.key.startswith(CONTENT) and len(name) == 64:
            listing.sizes[bytes.fromhex(name)] = stat.size
        if stat.modified_at < before:
            old[stat.key] = name if stat.key.startswith(CONTENT) else stat.key.split("/")[1 if "/" in stat.key else 0]
    if old:
        referred = await _referred(database, sorted(set(old.values())))
        listing.orphans += [key for key, name in old.items() if name not in referred]


async def _referred(database: Database, names: list[str]) -> set[str]:
    """Of these hashes and upload ids, those of blobs and of uploads that can still go on."""
    async with database.connection() as db:
        rows = await db.fetch(
            """
            SELECT sha256 AS name
              FROM blobs
             WHERE sha256 = ANY($1::text[])
         UNION ALL
            SELECT id::text
              FROM uploads
             WHERE id::text = ANY($1::text[])
               AND coalesce(finished_at, expires_at) > now() - $2::interval
            """,
            names,
            OBJECT_GRACE,
        )
    return {row["name"] for row in rows}


async def _blobs(
    database: Database, store: Store, sizes: dict[bytes, int], depth: Depth
) -> tuple[list[str], list[str]]:
    missing: list[str] = []
    changed: list[str] = []
    after = ""
    while rows := await _page_of_blobs(database, after):
        for row in rows:
            listed = sizes.get(bytes.fromhex(row["sha256"]))
            if listed != row["size"] and not await _is_there(database, store, row):
                missing.append(f"字节 {row['sha256']}")
        if depth is Depth.ALL:
            changed += await _read_again(store, rows)
        after = rows[-1]["sha256"]
    if depth is Depth.SAMPLES:
        changed = await _read_again(store, await _sample_of_blobs(database))
    return missing, changed


async def _page_of_blobs(database: Database, after: str) -> list[Row]:
    async with database.connection() as db:
        return await db.fetch(
            """
            SELECT sha256, size
              FROM blobs
             WHERE sha256 > $1
          ORDER BY sha256
             LIMIT $2
            """,
            after,
            PAGE,
        )


async def _sample_of_blobs(database: Database) -> list[Row]:
    """The newest, and as many from a random place on."""
    async with database.connection() as db:
        return await db.fetch(
            """
            (SELECT sha256, size FROM blobs ORDER BY stored_at DESC LIMIT $1)
              UNION
            (SELECT sha256, size FROM blobs WHERE sha256 > md5(random()::text) ORDER BY sha256 LIMIT $1)
            """,
            SAMPLES // 2,
        )


async def _is_there(database: Database, store: Store, row: Row) -> bool:
    """Ask again: it may have been put after the store was listed, or been swept meanwhile, row and object."""
    stat = await store.stat(content_key(row["sha256"]))
    if stat is not None and stat.size == row["size"]:
        return True
    async with database.connection() as db:
        return not await db.fetchval("SELECT EXISTS (SELECT FROM blobs WHERE sha256 = $1)", row["sha256"])


async def _read_again(store: Store, rows: Sequence[Row]) -> list[str]:
    turn = asyncio.Semaphore(AT_ONCE)

    async def holds(sha256: str) -> bool:
        digest = hashlib.sha256()
        async with turn:
            try:
                async for part in store.stream(content_key(sha256)):
                    await asyncio.to_thread(digest.update, part)
            except Missing:
                return True  # what is missing is said once
        return digest.hexdigest() == sha256

    held = await asyncio.gather(*(holds(row["sha256"]) for row in rows))
    return [f"字节 {row['sha256']}" for row, good in zip(rows, held, strict=True) if not good]


async def _unused_blobs(database: Database) -> list[str]:
    async with database.connection() as db:
        rows = await db.fetch(
            """
            SELECT '字节 ' || blobs.sha256 AS found
              FROM blobs
             WHERE blobs.stored_at < now() - $1::interval
               AND NOT EXISTS (SELECT FROM documents WHERE documents.sha256 = blobs.sha256)
               AND NOT EXISTS (SELECT FROM document_pages AS pages WHERE pages.preview_sha256 = blobs.sha256)
            """,
            OBJECT_GRACE,
            timeout=600,
        )
    return [row["found"] for row in rows]


def _old_files(folder: Path) -> list[str]:
    before = time.time() - FILE_GRACE.total_seconds()
    found = []
    for path in folder.rglob("*") if folder.is_dir() else ():
        try:
            if path.is_file() and path.stat().st_mtime < before:
                found.append(f"临时文件 {path.name}")
        except FileNotFoundError:
            continue
    return found
