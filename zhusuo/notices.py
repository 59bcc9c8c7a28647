"""通知: what a person should know or do, in an inbox of their organisation."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from zhusuo.db import Connection


async def send(
    db: Connection,
    organisation_id: UUID,
    kind: str,
    title: str,
    link: str,
    *,
    body: str = "",
    person_id: UUID | None = None,
    carrier_id: UUID | None = None,
) -> None:
    """Put a notice into an organisation's inbox, in the caller's transaction; `link` is a path of ours."""
    await db.execute(
        """
        INSERT INTO notices (organisation_id, person_id, kind, title, body, link, carrier_id)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
        """,
        organisation_id,
        person_id,
        kind,
        title,
        body,
        link,
        carrier_id,
    )


class Reader(Protocol):
    """Whose inbox it is: a `people.model.Actor`, one storey up. Administrators look after the system, not its cases."""

    @property
    def person_id(self) -> UUID | None: ...
    @property
    def organisation_id(self) -> UUID: ...
    @property
    def role(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Notice:
    id: UUID
    kind: str
    title: str
    body: str
    link: str
    created_at: datetime
    read_at: datetime | None


async def inbox(db: Connection, actor: Reader, limit: int = 200) -> list[Notice]:
    """The newest notices for this person, and those for everybody who does the work of the organisation."""
    rows = await db.fetch(
        """
        SELECT id, kind, title, body, link, created_at, read_at
          FROM notices
         WHERE organisation_id = $1
           AND (person_id = $2 OR (person_id IS NULL AND $3 <> 'administrator'))
      ORDER BY created_at DESC
         LIMIT $4
        """,
        actor.organisation_id,
        actor.person_id,
        actor.role,
        limit,
    )
    return [Notice(**dict(row)) for row in rows]


async def read(db: Connection, organisation_id: UUID, notice_id: UUID) -> str | None:
    """Mark a notice of this organisation as read; the path it points to, or None."""
    link: str | None = await db.fetchval(
        """
        UPDATE notices
           SET read_at = coalesce(read_at, now())
         WHERE id = $1
           AND organisation_id = $2
     RETURNING link
        """,
        notice_id,
        organisation_id,
    )
    return link


async def read_all(db: Connection, actor: Reader) -> None:
    """Mark everything in this person's inbox as read."""
    await db.execute(
        """
        UPDATE notices
           SET read_at = now()
         WHERE organisation_id = $1
           AND (person_id = $2 OR (person_id IS NULL AND $3 <> 'administrator'))
           AND read_at IS NULL
        """,
        actor.organisation_id,
        actor.person_id,
        actor.role,
    )
