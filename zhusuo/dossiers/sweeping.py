"""清扫: objects nobody refers to, chunks of uploads that are over, temporary files left by a crash (invariant 2).

An object may be wanted again at the very moment it is removed, and no lock is held while talking to the store. So it
goes in steps, each a commit of its own: a mark; after a while, if still nobody refers to it, the word that it is being
removed; the removal; the end of the mark. Whoever files the same bytes takes the mark away, or, where the word has been
given, waits and puts the bytes again (`uploads.put_object`).
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from storage.keys import content_key
from storage.store import Store
from zhusuo.db import Database
from zhusuo.dossiers import upload_store
from zhusuo.dossiers.uploads import asking_store

MARKED_AFTER = timedelta(hours=20)
REMOVED_AFTER = timedelta(hours=2)
"""After the mark. With a sweep every hour nothing stays unreferenced for a day."""
GIVEN_UP_AFTER = timedelta(hours=1)
"""A sweep that has not removed by then what it said it would is taken for dead; two never remove the same object."""
TEMPORARY_FOR = timedelta(minutes=55)
BATCH = 500


@dataclass(frozen=True, kw_only=True)
class Swept:
    """What a sweep did: objects marked and removed, chunks and temporary files removed."""

    marked: int
    removed: int
    chunks: int
    temporary: int


async def sweep(
    database: Database,
    store: Store,
    folder: Path,
    *,
    marked_after: timedelta = MARKED_AFTER,
    removed_after: timedelta = REMOVED_AFTER,
    temporary_for: timedelta = TEMPORARY_FOR,
) -> Swept:
    """One round, to be called every hour; temporary files lie in `folder`."""
    async with database.transaction() as db:
        await upload_store.delete_over(db)
    removed = await _remove_marked(database, store, removed_after)
    return Swept(
        marked=await _mark(database, store, marked_after),
        removed=removed,
        chunks=await _sweep_chunks(database, store),
        temporary=await asyncio.to_thread(_sweep_files, folder, temporary_for),
    )


async def _mark(database: Database, store: Store, marked_after: timedelta) -> int:
    """Mark objects that are old enough and nobody refers to."""
    marked = 0
    async for batch in _batches(store, "sha256/", marked_after):
        hashes = [key.rpartition("/")[2] for key in batch]
        async with database.transaction() as db:
            rows = await db.fetch(
                """
                INSERT INTO blob_removals (sha256)
                     SELECT each
                       FROM unnest($1::text[]) AS each
                      WHERE NOT EXISTS (
                            SELECT
                              FROM blobs
                             WHERE sha256 = each)
                ON CONFLICT DO NOTHING
                  RETURNING sha256
                """,
                hashes,
            )
        marked += len(rows)
    return marked


async def _remove_marked(database: Database, store: Store, removed_after: timedelta) -> int:
    async with database.transaction() as db:
        await db.execute(
            """
            DELETE FROM blob_removals AS r
                  USING blobs AS b
                  WHERE b.sha256 = r.sha256
                    AND r.removing_at IS NULL
            """
        )
        rows = await db.fetch(
            """
            UPDATE blob_removals
               SET removing_at = clock_timestamp()
             WHERE marked_at < clock_timestamp() - $1::interval
               AND (removing_at IS NULL OR removing_at < clock_timestamp() - $2::interval)
         RETURNING sha256
            """,
            removed_after,
            GIVEN_UP_AFTER,
        )
    hashes = [row["sha256"] for row in rows]
    if not hashes:
        return 0
    with asking_store():
        await store.remove(content_key(sha256) for sha256 in hashes)
    async with database.transaction() as db:
        await db.execute(
            """
            DELETE FROM blob_removals
                  WHERE sha256 = ANY($1::text[])
                    AND removing_at IS NOT NULL
            """,
            hashes,
        )
    return len(hashes)


async def _sweep_chunks(database: Database, store: Store) -> int:
    """Chunks of uploads that are finished, expired or gone; an upload's id is never used again."""
    removed = 0
    async for batch in _batches(store, "uploads/", timedelta()):
        owners = {key: _upload_of(key) for key in batch}
        async with database.connection() as db:
            live = await upload_store.live(db, [owner for owner in owners.values() if owner])
        over = [key for key, owner in owners.items() if owner not in live]
        with asking_store():
            await store.remove(over)
        removed += len(over)
    return removed


def _upload_of(key: str) -> UUID | None:
    try:
        return UUID(key.split("/")[1])
    except (IndexError, ValueError):
        return None


async def _batches(store: Store, prefix: str, older_than: timedelta) -> AsyncIterator[Sequence[str]]:
    batch: list[str] = []
    before = datetime.now(UTC) - older_than
    with asking_store():
        async for stat in store.keys(prefix):
            if stat.modified_at <= before:
                batch.append(stat.key)
            if len(batch) >= BATCH:
                yield batch
                batch = []
    if batch:
        yield batch


def _sweep_files(folder: Path, temporary_for: timedelta) -> int:
    removed = 0
    before = time.time() - temporary_for.total_seconds()
    for path in folder.iterdir() if folder.is_dir() else ():
        with contextlib.suppress(FileNotFoundError):
            if path.is_file() and path.stat().st_mtime < before:
                path.unlink()
                removed += 1
    return removed
