"""What the common doors read."""

import shutil
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from litestar import Request

from storage.model import StoreError
from storage.store import Store
from zhusuo import db as postgres
from zhusuo.db import Connection, Database
from zhusuo.notices import UNREAD_DAYS
from zhusuo.people import store as people
from zhusuo.people.actions import hash_token
from zhusuo.people.model import Actor
from zhusuo.ports.common.guard import COOKIE
from zhusuo.settings import Settings


async def actor_of(database: Database, request: Request[Any, Any, Any]) -> Actor | None:
    """Who is signed in, at a door that is open to all."""
    token = request.cookies.get(COOKIE)
    if not token:
        return None
    settings: Settings = request.app.state.settings
    async with database.connection() as db:
        found = await people.by_session(db, hash_token(token), settings.session_idle_minutes)
    return found[0] if found else None


async def health(database: Database, store: Store, settings: Settings) -> dict[str, Any]:
    """Each part in a word: ok, or what is wrong with it."""
    free_mb = shutil.disk_usage(settings.home if settings.home.exists() else ".").free // 2**20
    short = f"剩余 {free_mb} MB，低于 {settings.free_space_mb} MB，暂停上传"
    parts = {
        "database": await _database(database),
        "storage": await _storage(store),
        "disk": "ok" if free_mb > settings.free_space_mb else short,
    }
    return {"ok": all(word == "ok" for word in parts.values()), "parts": parts}


async def _database(database: Database) -> str:
    try:
        async with database.connection() as db:
            await db.execute("SELECT 1")
    except (*postgres.Down, TimeoutError):
        return "数据库没有响应"
    return "ok"


async def _storage(store: Store) -> str:
    try:
        await store.ping()
    except StoreError:
        return "存储没有响应"
    return "ok"


async def drawn_pages(db: Connection, document_ids: Iterable[UUID]) -> dict[tuple[UUID, int], tuple[int, int]]:
    """Which pages of these documents are drawn, with their pixels."""
    rows = await db.fetch(
        """
        SELECT document_id, page, width, height
          FROM document_pages
         WHERE document_id = ANY ($1::uuid[])
           AND preview_sha256 IS NOT NULL
        """,
        list(document_ids),
    )
    return {(row["document_id"], row["page"]): (row["width"], row["height"]) for row in rows}


async def reading_progress(db: Connection, document_id: UUID) -> tuple[int, int]:
    """How far the reading of a document is: pages done and pages in all; (0, 0) while it waits."""
    row = await db.fetchrow(
        """
        SELECT coalesce((progress ->> 'page')::integer, 0) AS page,
               coalesce((progress ->> 'pages')::integer, 0) AS pages
          FROM tasks
         WHERE kind = 'read_document'
           AND noun_id = $1
           AND done_at IS NULL
      ORDER BY created_at DESC
         LIMIT 1
        """,
        document_id,
    )
    return (row["page"], row["pages"]) if row else (0, 0)


async def rail_counts(db: Connection, actor: Actor) -> dict[str, int]:
    """The numbers in the rail, by the door they stand at: unread notices, what waits for a clerk or for a filer."""
    row = await db.fetchrow(
        """
        SELECT (SELECT count(*)
                  FROM notices AS n
                 WHERE n.organisation_id = $1
                   AND n.created_at > now() - make_interval(days => $5)
                   AND n.settled_at IS NULL
                   AND (n.person_id = $2 OR (n.person_id IS NULL AND $3 <> 'administrator'))
                   AND NOT EXISTS (
                       SELECT
                         FROM notice_reads AS own
                        WHERE own.notice_id = n.id
                          AND own.person_id = $2)) AS unread,
               (SELECT count(*)
                  FROM inspections
                 WHERE $3 = 'supervisor'
                   AND assigned_to = $2
                   AND status IN ('assigned', 'started')) AS inspections,
               (SELECT count(*)
                  FROM zombie_cases AS z
                  JOIN carriers AS c ON c.id = z.carrier_id
                 WHERE $3 = 'supervisor'
                   AND z.district_code = $4
                   AND c.subdistrict_code = ANY ($6::text[])
                   AND z.closed_at IS NULL
                   AND z.status NOT IN ('notified', 'inspecting')) AS zombies,
               (SELECT count(*)
                  FROM filings
                 WHERE $3 = 'clerk'
                   AND district_code = $4
                   AND status = 'submitted') AS filings,
               (SELECT count(*)
                  FROM managements AS m
                  JOIN carriers AS c ON c.id = m.carrier_id
                 WHERE $3 = 'clerk'
                   AND m.status = 'claimed'
                   AND c.district_code = $4) AS claims,
               (SELECT count(*)
                  FROM corrections
                 WHERE $3 = 'clerk'
                   AND district_code = $4
                   AND status = 'proposed'
                   AND proposed_by <> $2) AS corrections,
               (SELECT count(*)
                  FROM filings
                 WHERE $3 IN ('manager', 'agent')
                   AND organisation_id = $1
                   AND status = 'returned') AS returned,
               (SELECT count(*)
                  FROM managements AS m
                  JOIN registrations AS r ON r.carrier_id = m.carrier_id
                 WHERE $3 = 'manager'
                   AND m.organisation_id = $1
                   AND m.status = 'confirmed'
                   AND m.capacity = 'manager'
                   AND r.status <> 'ended'
                   AND r.confirmed_by_manager IS NULL) AS unconfirmed
        """,
        actor.organisation_id,
        actor.person_id,
        actor.role,
        actor.district_code,
        UNREAD_DAYS,
        sorted(actor.subdistricts),
    )
    assert row is not None  # noqa: S101 - counts always come back
    return {
        "/notices": row["unread"],
        "/supervision/inspections": row["inspections"],
        "/supervision/zombies": row["zombies"],
        "/approval/filings": row["filings"],
        "/approval/managements": row["claims"],
        "/approval/corrections": row["corrections"],
        "/property/filings": row["returned"],
        "/agency/filings": row["returned"],
        "/property/registrations": row["unconfirmed"],
    }
