"""通知: what a person should know or do, in an inbox of their organisation."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
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


async def settle(db: Connection, *links: str) -> None:
    """What notices with these links asked for has been done, or need not be done any more: nobody is asked again."""
    await db.execute(
        """
        UPDATE notices
           SET settled_at = now()
         WHERE link = ANY ($1::text[])
           AND kind = ANY ($2::text[])
           AND settled_at IS NULL
        """,
        links,
        [kind for kind, asks in KINDS.items() if asks is About.TO_DO],
    )


class About(StrEnum):
    """What a notice asks of its reader."""

    TO_DO = "to_do"
    ENDING = "ending"
    DECIDED = "decided"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {About.TO_DO: "要办的", About.ENDING: "快到期的", About.DECIDED: "已决定的"}
KINDS: dict[str, About] = {
    **dict.fromkeys(
        (
            *("filing_returned", "filing_submitted", "filing_conflict", "management_claimed", "registration"),
            *("look_asked", "inspection_assigned", "zombie_answered", "zombie_appealed", "zombie_manager"),
            *("zombie_opened", "zombie_silent", "zombie_unsettled", "rights_changed", "units_changed"),
        ),
        About.TO_DO,
    ),
    **dict.fromkeys(
        ("leases_ending", "leases_over", "version_ending", "version_over", "filing_lapsed", "hold_expired"),
        About.ENDING,
    ),
}
"""Kinds that ask for something; whatever is not here tells of what was decided or found."""
UNREAD_DAYS = 90
"""What nobody has looked at for so long counts as unread no more."""


def about(kind: str) -> About:
    return KINDS.get(kind, About.DECIDED)


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
    settled_at: datetime | None

    @property
    def unread(self) -> bool:
        return self.read_at is None and self.settled_at is None

    @property
    def about(self) -> About:
        return about(self.kind)


async def inbox(db: Connection, actor: Reader, limit: int = 200) -> list[Notice]:
    """The newest notices for this person, and those for everybody who does the work of the organisation.

    Each reads for themselves: what a colleague has read is still unread here.
    """
    rows = await db.fetch(
        """
        SELECT notices.id, notices.kind, notices.title, notices.body, notices.link, notices.created_at, own.read_at,
               notices.settled_at
          FROM notices
     LEFT JOIN notice_reads AS own ON own.notice_id = notices.id AND own.person_id = $2
         WHERE notices.organisation_id = $1
           AND (notices.person_id = $2 OR (notices.person_id IS NULL AND $3 <> 'administrator'))
      ORDER BY notices.created_at DESC
         LIMIT $4
        """,
        actor.organisation_id,
        actor.person_id,
        actor.role,
        limit,
    )
    return [Notice(**dict(row)) for row in rows]


async def read(db: Connection, actor: Reader, notice_id: UUID) -> str | None:
    """This person has read a notice of theirs; the path it points to, or None."""
    link: str | None = await db.fetchval(
        """
        WITH mine AS (
            SELECT id, link
              FROM notices
             WHERE id = $1
               AND organisation_id = $2
               AND (person_id IS NULL OR person_id = $3)
        ),
        noted AS (
            INSERT INTO notice_reads (notice_id, person_id)
                 SELECT id, $3
                   FROM mine
            ON CONFLICT DO NOTHING
        )
        SELECT link
          FROM mine
        """,
        notice_id,
        actor.organisation_id,
        actor.person_id,
    )
    return link


async def read_all(db: Connection, actor: Reader) -> None:
    """This person has read everything in the inbox."""
    await db.execute(
        """
        INSERT INTO notice_reads (notice_id, person_id)
             SELECT id, $2
               FROM notices
              WHERE organisation_id = $1
                AND (person_id = $2 OR (person_id IS NULL AND $3 <> 'administrator'))
        ON CONFLICT DO NOTHING
        """,
        actor.organisation_id,
        actor.person_id,
        actor.role,
    )
