"""The rows of resumable uploads and their chunks."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from zhusuo.db import Connection, Row
from zhusuo.dossiers.model import Purpose, Upload
from zhusuo.errors import NotFound


@dataclass(frozen=True, kw_only=True)
class Announced:
    """A file that somebody is about to send."""

    person_id: UUID
    purpose: Purpose
    noun_id: UUID
    file_name: str
    size: int
    fingerprint: str


async def by_id(db: Connection, upload_id: UUID) -> Upload | None:
    """An upload that has not expired, or is finished."""
    row = await db.fetchrow(
        """
        SELECT u.id, u.person_id, u.purpose, u.noun_id, u.file_name, u.size, u.chunk_size, u.document_id,
               u.created_at, u.expires_at, u.finished_at,
               ARRAY(SELECT number FROM upload_chunks WHERE upload_id = u.id ORDER BY number) AS received
          FROM uploads AS u
         WHERE u.id = $1
           AND (u.finished_at IS NOT NULL OR u.expires_at > now())
        """,
        upload_id,
    )
    return _upload(row) if row else None


async def lock(db: Connection, upload_id: UUID) -> None:
    await db.execute(
        """
        SELECT id
          FROM uploads
         WHERE id = $1
           FOR UPDATE
        """,
        upload_id,
    )


async def unfinished(db: Connection, announced: Announced) -> Upload | None:
    """The same file on its way already."""
    found = await db.fetchval(
        """
        SELECT id
          FROM uploads
         WHERE person_id = $1
           AND purpose = $2
           AND noun_id = $3
           AND file_name = $4
           AND size = $5
           AND fingerprint = $6
           AND finished_at IS NULL
           AND expires_at > now()
      ORDER BY created_at DESC
         LIMIT 1
        """,
        announced.person_id,
        announced.purpose,
        announced.noun_id,
        announced.file_name,
        announced.size,
        announced.fingerprint,
    )
    return await by_id(db, found) if found else None


async def insert(db: Connection, announced: Announced, *, chunk_size: int, kept_for: timedelta) -> Upload:
    upload_id: UUID = await db.fetchval(
        """
        INSERT INTO uploads (person_id, purpose, noun_id, file_name, size, fingerprint, chunk_size, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, now() + $8::interval)
          RETURNING id
        """,
        announced.person_id,
        announced.purpose,
        announced.noun_id,
        announced.file_name,
        announced.size,
        announced.fingerprint,
        chunk_size,
        kept_for,
    )
    upload = await by_id(db, upload_id)
    if upload is None:
        raise NotFound
    return upload


async def insert_chunk(db: Connection, upload_id: UUID, number: int, size: int, sha256: str) -> None:
    """A chunk that lies in the store; sent again, the later one counts."""
    await db.execute(
        """
        INSERT INTO upload_chunks (upload_id, number, size, sha256)
             VALUES ($1, $2, $3, $4)
        ON CONFLICT (upload_id, number) DO UPDATE
                SET sha256 = excluded.sha256,
                    stored_at = now()
        """,
        upload_id,
        number,
        size,
        sha256,
    )


async def chunk_hashes(db: Connection, upload_id: UUID) -> dict[int, str]:
    rows = await db.fetch(
        """
        SELECT number, sha256
          FROM upload_chunks
         WHERE upload_id = $1
        """,
        upload_id,
    )
    return {row["number"]: row["sha256"] for row in rows}


async def set_finished(db: Connection, upload_id: UUID, document_id: UUID) -> None:
    await db.execute(
        """
        UPDATE uploads
           SET finished_at = now(),
               document_id = $2
         WHERE id = $1
        """,
        upload_id,
        document_id,
    )


async def delete(db: Connection, upload_id: UUID) -> None:
    await db.execute(
        """
        DELETE FROM uploads
              WHERE id = $1
        """,
        upload_id,
    )


async def delete_over(db: Connection) -> int:
    """Forget uploads that expired, finished or not; how many."""
    status = await db.execute(
        """
        DELETE FROM uploads
              WHERE expires_at < now()
        """
    )
    return int(status.split()[-1])


async def live(db: Connection, upload_ids: list[UUID]) -> set[UUID]:
    """Of these uploads, those whose chunks are still wanted."""
    rows = await db.fetch(
        """
        SELECT id
          FROM uploads
         WHERE id = ANY($1::uuid[])
           AND finished_at IS NULL
           AND expires_at > now()
        """,
        upload_ids,
    )
    return {row["id"] for row in rows}


def _upload(row: Row) -> Upload:
    return Upload(**dict(row) | {"purpose": Purpose(row["purpose"]), "received": tuple(row["received"])})
