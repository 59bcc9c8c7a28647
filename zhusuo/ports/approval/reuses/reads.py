"""What the pages on reuses read."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from zhusuo.carriers.model import unit_name
from zhusuo.db import Connection, Row
from zhusuo.people.model import Actor
from zhusuo.ports.common import cursors
from zhusuo.registrations.model import ReuseStatus

PAGE = 50
_LAST = "\U0010ffff"


@dataclass(frozen=True, kw_only=True)
class ReuseRow:
    """A line of the list."""

    id: UUID
    number: str
    applicant: str
    case_number: str
    purpose: str
    carrier: str
    building: str
    unit_number: str
    label: str
    status: ReuseStatus
    person: str
    client: str
    created_at: datetime
    held_until: datetime
    outcome_at: datetime | None
    business_uscc: str | None

    @property
    def unit(self) -> str:
        return unit_name(self.building, self.unit_number, self.label)

    @property
    def cursor(self) -> str:
        """Where the next page begins: behind this one."""
        return cursors.written(self.created_at, self.id)


async def page(
    db: Connection,
    actor: Actor,
    *,
    case_number: str = "",
    applicant: str = "",
    status: str = "",
    before: tuple[datetime, UUID] | None = None,
    limit: int = PAGE,
) -> list[ReuseRow]:
    """Reuses of the district, newest first: whose case number begins so, whose applicant's name holds these words.

    One branch for each thing to begin with, so that each goes by its own index whatever plan is kept; the others cost
    nothing. Cases are gathered before they are sorted (OFFSET 0): in the order of time one would walk through all.
    """
    at, reuse_id = before or (None, None)
    rows = await db.fetch(
        """
        WITH found AS (
            (SELECT id
               FROM (SELECT id, created_at, applicant, status
                       FROM reuses
                      WHERE $2 <> ''
                        AND district_code = $1
                        AND case_number ~>=~ $2
                        AND case_number ~<~ $3
                     OFFSET 0) AS of_case
              WHERE ($4 = '' OR applicant LIKE $5)
                AND ($6 = '' OR status = $6)
                AND ($7::timestamptz IS NULL OR (created_at, id) < ($7, $8::uuid))
           ORDER BY created_at DESC, id DESC
              LIMIT $9)
          UNION ALL
            (SELECT id
               FROM reuses
              WHERE $2 = ''
                AND $6 <> ''
                AND district_code = $1
                AND status = $6
                AND ($4 = '' OR applicant LIKE $5)
                AND ($7::timestamptz IS NULL OR (created_at, id) < ($7, $8::uuid))
           ORDER BY created_at DESC, id DESC
              LIMIT $9)
          UNION ALL
            (SELECT id
               FROM reuses
              WHERE $2 = ''
                AND $6 = ''
                AND district_code = $1
                AND ($4 = '' OR applicant LIKE $5)
                AND ($7::timestamptz IS NULL OR (created_at, id) < ($7, $8::uuid))
           ORDER BY created_at DESC, id DESC
              LIMIT $9)
        )
        SELECT r.id, r.number, r.applicant, r.case_number, r.purpose, c.name AS carrier, u.building,
               u.number AS unit_number, u.label, r.status, p.name AS person, coalesce(cl.name, '') AS client,
               r.created_at, r.held_until, r.outcome_at, r.business_uscc
          FROM found
          JOIN reuses AS r ON r.id = found.id
          JOIN carriers AS c ON c.id = r.carrier_id
          JOIN units AS u ON u.id = r.unit_id
          JOIN persons AS p ON p.id = r.person_id
     LEFT JOIN clients AS cl ON cl.id = r.client_id
      ORDER BY r.created_at DESC, r.id DESC
        """,
        actor.district_code,
        case_number,
        case_number + _LAST,
        applicant,
        f"%{_escaped(applicant)}%",
        status,
        at,
        reuse_id,
        limit,
    )
    return [_row(row) for row in rows]


def _row(row: Row) -> ReuseRow:
    return ReuseRow(**{**dict(row), "status": ReuseStatus(row["status"])})


def _escaped(text: str) -> str:
    """The text as LIKE takes it literally."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What stands around a receipt: where it is, who made it and who took it back."""

    carrier: str
    unit: str
    person: str
    client: str
    revoked_by: str


async def surroundings(db: Connection, reuse_id: UUID) -> Surroundings:
    row = await db.fetchrow(
        """
        SELECT c.name AS carrier, u.building, u.number, u.label, p.name AS person, coalesce(cl.name, '') AS client,
               coalesce(by.name, '') AS revoked_by
          FROM reuses AS r
          JOIN carriers AS c ON c.id = r.carrier_id
          JOIN units AS u ON u.id = r.unit_id
          JOIN persons AS p ON p.id = r.person_id
     LEFT JOIN clients AS cl ON cl.id = r.client_id
     LEFT JOIN persons AS by ON by.id = r.revoked_by
         WHERE r.id = $1
        """,
        reuse_id,
    )
    assert row is not None  # noqa: S101 - the guard has seen it
    return Surroundings(
        carrier=row["carrier"],
        unit=unit_name(row["building"], row["number"], row["label"]),
        person=row["person"],
        client=row["client"],
        revoked_by=row["revoked_by"],
    )


async def waiting_count(db: Connection, actor: Actor) -> int:
    """How many reuses still wait for their outcome."""
    count: int = await db.fetchval(
        """
        SELECT count(*)
          FROM reuses
         WHERE district_code = $1
           AND status = 'held'
        """,
        actor.district_code,
    )
    return count
