"""What the pages on zombie addresses read: cases of the office's subdistricts, and nothing else."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from zhusuo.carriers.model import unit_name
from zhusuo.db import Connection, Row
from zhusuo.people.model import Actor
from zhusuo.zombies.model import OPEN, CaseStatus, SignalKind

PAGE = 50


@dataclass(frozen=True, kw_only=True)
class CaseRow:
    """A line of the list: who, where, why, how long, and what is due."""

    id: UUID
    number: str
    name: str
    carrier_id: UUID
    carrier: str
    unit: str
    subdistrict: str
    cause: SignalKind
    score: int
    status: CaseStatus
    opened_on: date
    deadline_on: date | None
    appeal_until: date | None
    late: bool
    decided_on: date | None

    @property
    def cursor(self) -> str:
        return f"{self.opened_on.isoformat()}.{self.id}"

    def age(self, day: date) -> int:
        """How many days it has been open, or was."""
        return ((day if self.status in OPEN else self.decided_on or day) - self.opened_on).days

    def due(self, day: date) -> str:
        """What is due next, and when."""
        if self.status is CaseStatus.NOTIFIED and self.deadline_on is not None:
            return f"{self.deadline_on} 前答复"
        if self.status is CaseStatus.CLEARED and self.appeal_until is not None and day <= self.appeal_until:
            return f"{self.appeal_until} 前可提异议"
        return {
            CaseStatus.OPENED: "送达通知",
            CaseStatus.ANSWERED: "安排核查或决定",
            CaseStatus.SILENT: "安排核查",
            CaseStatus.INSPECTING: "上门核查",
            CaseStatus.INSPECTED: "作出决定",
            CaseStatus.APPEALED: "复核异议",
            CaseStatus.UNSETTLED: "协调两户",
        }.get(self.status, "")


def cursor(text: str) -> tuple[date, UUID] | None:
    """Where a list goes on; the first page for what is no cursor."""
    on, _, case_id = text.partition(".")
    try:
        return date.fromisoformat(on), UUID(case_id)
    except ValueError:
        return None


async def cases(
    db: Connection,
    actor: Actor,
    *,
    q: str = "",
    status: str = "",
    cause: str = "",
    subdistrict: str = "",
    after: tuple[date, UUID] | None = None,
    limit: int,
) -> list[CaseRow]:
    """Cases of the actor's subdistricts, the newest first. `status` is one of them, `open`, or "" for each."""
    on, case_id = after or (None, None)
    rows = await db.fetch(
        """
        SELECT z.id, z.number, z.name, z.carrier_id, carriers.name AS carrier, units.building,
               units.number AS gate, units.label, subdistricts.name AS subdistrict, z.cause, z.score, z.status,
               z.opened_on, z.deadline_on, z.appeal_until, z.late, z.decided_on
          FROM zombie_cases AS z
          JOIN carriers ON carriers.id = z.carrier_id
          JOIN subdistricts ON subdistricts.code = carriers.subdistrict_code
          JOIN units ON units.id = z.unit_id
         WHERE z.district_code = $1
           AND carriers.subdistrict_code = ANY ($2::text[])
           AND ($3 = '' OR position($3 IN z.name) > 0 OR position($3 IN carriers.name) > 0 OR z.number = upper($3))
           AND ($4 = '' OR z.status = $4 OR ($4 = 'open' AND z.closed_at IS NULL))
           AND ($5 = '' OR z.cause = $5)
           AND ($6 = '' OR carriers.subdistrict_code = $6)
           AND ($7::date IS NULL OR (z.opened_on, z.id) < ($7, $8::uuid))
      ORDER BY z.opened_on DESC, z.id DESC
         LIMIT $9
        """,
        actor.district_code,
        sorted(actor.subdistricts),
        q,
        status,
        cause,
        subdistrict,
        on,
        case_id,
        limit,
    )
    return [_row(row) for row in rows]


def _row(row: Row) -> CaseRow:
    given = dict(row)
    building, gate, label = given.pop("building"), given.pop("gate"), given.pop("label")
    return CaseRow(
        **{
            **given,
            "unit": unit_name(building, gate, label),
            "cause": SignalKind(given["cause"]),
            "status": CaseStatus(given["status"]),
        }
    )


async def counts(db: Connection, actor: Actor) -> dict[str, int]:
    """Open cases of the actor's subdistricts by status."""
    rows = await db.fetch(
        """
        SELECT z.status, count(*) AS count
          FROM zombie_cases AS z
          JOIN carriers ON carriers.id = z.carrier_id
         WHERE z.district_code = $1
           AND carriers.subdistrict_code = ANY ($2::text[])
           AND z.closed_at IS NULL
      GROUP BY z.status
        """,
        actor.district_code,
        sorted(actor.subdistricts),
    )
    return {row["status"]: row["count"] for row in rows}


@dataclass(frozen=True, kw_only=True)
class Around:
    """What stands around a case: where it is, who manages it, who is registered there besides."""

    carrier: str
    address: str
    subdistrict: str
    unit: str
    unit_id: UUID
    uscc: str
    registered_on: date | None
    manager: str
    others: tuple[str, ...]
    newcomer: str
    decider: str


async def around(db: Connection, case_id: UUID) -> Around | None:
    row = await db.fetchrow(
        """
        SELECT carriers.name AS carrier, coalesce(main.text, '') AS address, subdistricts.name AS subdistrict,
               units.building, units.number AS gate, units.label, units.id AS unit_id,
               coalesce(businesses.uscc, '') AS uscc, r.registered_on,
               coalesce((SELECT organisations.name
                           FROM managements
                           JOIN organisations ON organisations.id = managements.organisation_id
                          WHERE managements.carrier_id = carriers.id
                            AND managements.status = 'confirmed'
                            AND managements.capacity = 'manager'), '') AS manager,
               ARRAY(SELECT other.applicant
                       FROM registrations AS other
                      WHERE other.unit_id = r.unit_id
                        AND other.id <> r.id
                        AND other.status <> 'ended'
                   ORDER BY other.created_at
                      LIMIT 20) AS others,
               coalesce(newcomers.applicant, '') AS newcomer, coalesce(persons.name, '') AS decider
          FROM zombie_cases AS z
          JOIN registrations AS r ON r.id = z.registration_id
          JOIN units ON units.id = r.unit_id
          JOIN carriers ON carriers.id = z.carrier_id
          JOIN subdistricts ON subdistricts.code = carriers.subdistrict_code
     LEFT JOIN carrier_addresses AS main ON main.carrier_id = carriers.id AND main.is_main
     LEFT JOIN businesses ON businesses.id = r.business_id
     LEFT JOIN registrations AS newcomers ON newcomers.id = z.newcomer_id
     LEFT JOIN persons ON persons.id = z.decided_by
         WHERE z.id = $1
        """,
        case_id,
    )
    if row is None:
        return None
    given: dict[str, Any] = dict(row)
    building, gate, label = given.pop("building"), given.pop("gate"), given.pop("label")
    return Around(**{**given, "unit": unit_name(building, gate, label), "others": tuple(given["others"])})
