"""事件: what happened, in one numbered feed.

An event is written without a number in the business transaction. `number_pending` gives numbers afterwards, under
a lock and in one short transaction, to rows that are committed and therefore visible: readers see a feed without
gaps, in an order that never changes, and writers never wait for each other (invariant 9).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from zhusuo.db import Connection, Database, Row

NUMBERING_LOCK = 7_310_105


@dataclass(frozen=True, kw_only=True)
class Event:
    position: int
    id: UUID
    at: datetime
    kind: str
    noun: str
    noun_id: UUID
    carrier_id: UUID | None
    district_code: str | None
    content: dict[str, Any]


async def emit(
    db: Connection,
    kind: str,
    noun: str,
    noun_id: UUID,
    *,
    carrier_id: UUID | None = None,
    district_code: str | None = None,
    content: dict[str, Any] | None = None,
) -> None:
    """Say in the caller's transaction that something happened; `kind` is `noun.past_tense`, e.g. `filing.approved`."""
    await db.execute(
        """
        INSERT INTO events (kind, noun, noun_id, carrier_id, district_code, content)
             VALUES ($1, $2, $3, $4, $5, $6)
        """,
        kind,
        noun,
        noun_id,
        carrier_id,
        district_code,
        content or {},
    )


async def number_pending(database: Database) -> int:
    """Give the next positions to all committed, unnumbered events; how many there were."""
    async with database.transaction() as db:
        await db.execute("SELECT pg_advisory_xact_lock($1)", NUMBERING_LOCK)
        status = await db.execute(
            """
            WITH pending AS (
                SELECT id, row_number() OVER (ORDER BY id) AS n
                  FROM events
                 WHERE position IS NULL
            )
            UPDATE events
               SET position = (SELECT coalesce(max(position), 0) FROM events) + pending.n
              FROM pending
             WHERE events.id = pending.id
            """
        )
    return int(status.split()[-1])


async def after(db: Connection, position: int, district_code: str, limit: int) -> list[Event]:
    """The district's events behind a position, in order."""
    rows = await db.fetch(
        """
        SELECT position, id, at, kind, noun, noun_id, carrier_id, district_code, content
          FROM events
         WHERE position > $1
           AND district_code = $2
      ORDER BY position
         LIMIT $3
        """,
        position,
        district_code,
        limit,
    )
    return [_event(row) for row in rows]


async def since(db: Connection, position: int, limit: int) -> list[Event]:
    """The events of all districts behind a position, in order."""
    rows = await db.fetch(
        """
        SELECT position, id, at, kind, noun, noun_id, carrier_id, district_code, content
          FROM events
         WHERE position > $1
      ORDER BY position
         LIMIT $2
        """,
        position,
        limit,
    )
    return [_event(row) for row in rows]


async def reached(db: Connection, reader: str) -> int:
    """How far one of our own readers has gone through the feed."""
    found: int | None = await db.fetchval(
        """
        SELECT position
          FROM event_positions
         WHERE reader = $1
        """,
        reader,
    )
    return found or 0


async def set_reached(db: Connection, reader: str, position: int) -> None:
    """It only ever goes on."""
    await db.execute(
        """
        INSERT INTO event_positions (reader, position)
             VALUES ($1, $2)
        ON CONFLICT (reader) DO UPDATE
                SET position = excluded.position
              WHERE event_positions.position < excluded.position
        """,
        reader,
        position,
    )


async def mark_of(db: Connection, carrier_id: UUID) -> str:
    """A mark that changes whenever something happens in a carrier: two that are equal say that nothing has.

    With how many there were of late, since events that are committed out of order come in behind the last one.
    """
    mark: str = await db.fetchval(
        """
        SELECT coalesce(max(id::text), '') || '-' || count(*)
          FROM (SELECT id
                  FROM events
                 WHERE carrier_id = $1
                   AND at > now() - interval '1 hour'
             UNION ALL
               (SELECT id
                  FROM events
                 WHERE carrier_id = $1
              ORDER BY id DESC
                 LIMIT 1)) AS happened
        """,
        carrier_id,
    )
    return mark


def _event(row: Row) -> Event:
    return Event(**dict(row))
