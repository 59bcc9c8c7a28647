"""字节: the rows of what lies in the store, by its hash; and the mark that takes it out of there."""

import contextlib

import asyncpg

from zhusuo.db import Connection


async def unmark_blob(db: Connection, sha256: str) -> bool:
    """Take away the mark that the sweep may have set on bytes nobody referred to; False if they are being removed."""
    await db.execute(
        """
        DELETE FROM blob_removals
              WHERE sha256 = $1
                AND removing_at IS NULL
        """,
        sha256,
    )
    return not await db.fetchval(
        """
        SELECT EXISTS (
            SELECT
              FROM blob_removals
             WHERE sha256 = $1)
        """,
        sha256,
    )


async def insert_blob(db: Connection, sha256: str, size: int, media_type: str) -> bool:
    """Enter bytes whose object is in the store; False if it is just being removed: put it again.

    The row is locked, so that nobody forgets it before the caller refers to it.
    """
    if not await unmark_blob(db, sha256):
        return False
    await db.execute(
        """
        INSERT INTO blobs (sha256, size, media_type)
             VALUES ($1, $2, $3)
        ON CONFLICT (sha256) DO UPDATE
                SET size = excluded.size
        """,
        sha256,
        size,
        media_type,
    )
    return True


async def forget_blob(db: Connection, sha256: str) -> None:
    """If nothing refers to these bytes any more, drop their row and mark the object for the sweep."""
    with contextlib.suppress(asyncpg.ForeignKeyViolationError):  # somebody refers to them just now
        async with db.transaction():
            await db.execute(
                """
                WITH gone AS (
                    DELETE FROM blobs AS b
                          WHERE b.sha256 = $1
                            AND NOT EXISTS (SELECT FROM documents AS d WHERE d.sha256 = b.sha256)
                            AND NOT EXISTS (SELECT FROM document_pages AS p WHERE p.preview_sha256 = b.sha256)
                      RETURNING b.sha256
                )
                INSERT INTO blob_removals (sha256)
                     SELECT sha256
                       FROM gone
                ON CONFLICT DO NOTHING
                """,
                sha256,
            )
