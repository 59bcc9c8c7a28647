"""What the pages on corrections read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from zhusuo.carriers.model import unit_name
from zhusuo.db import Connection, Row
from zhusuo.lookup.corrections.model import CorrectionStatus
from zhusuo.people.model import Actor
from zhusuo.ports.common import cursors

PAGE = 50


@dataclass(frozen=True, kw_only=True)
class CorrectionRow:
    """A line of the list: the text, what was chosen for it, how often and by whom, and what became of it."""

    id: UUID
    written: str
    carrier: str
    address: str
    unit: str
    status: CorrectionStatus
    pick_count: int
    people: tuple[str, ...]
    proposed_by: str
    proposed_at: datetime
    case_number: str
    decided_by: str
    decided_at: datetime | None
    reason: str

    @property
    def cursor(self) -> str:
        return cursors.written(self.proposed_at, self.id)


async def corrections(
    db: Connection,
    actor: Actor,
    *,
    status: str = "",
    text: str = "",
    before: tuple[datetime, UUID] | None = None,
    limit: int,
) -> list[CorrectionRow]:
    """Corrections of the district, the newest first; `text` stands in what was written or in the carrier's name."""
    at, correction_id = before or (None, None)
    rows = await db.fetch(
        """
        SELECT c.id, c.written, carriers.name AS carrier, coalesce(main.text, '') AS address,
               units.building, units.number, units.label, c.status, picks.pick_count, picks.people,
               proposer.name AS proposed_by, c.proposed_at, c.case_number,
               coalesce(decider.name, '') AS decided_by, c.decided_at, c.reason
          FROM corrections AS c
          JOIN carriers ON carriers.id = c.carrier_id
          JOIN persons AS proposer ON proposer.id = c.proposed_by
     LEFT JOIN persons AS decider ON decider.id = c.decided_by
     LEFT JOIN units ON units.id = c.unit_id
     LEFT JOIN carrier_addresses AS main ON main.carrier_id = c.carrier_id AND main.is_main
    CROSS JOIN LATERAL (
               SELECT count(*) AS pick_count, array_agg(DISTINCT persons.name) AS people
                 FROM correction_picks
                 JOIN persons ON persons.id = correction_picks.person_id
                WHERE correction_picks.correction_id = c.id
               ) AS picks
         WHERE c.district_code = $1
           AND ($2 = '' OR c.status = $2)
           AND ($3 = '' OR position($3 IN c.written) > 0 OR position($3 IN carriers.name) > 0)
           AND ($4::timestamptz IS NULL OR (c.proposed_at, c.id) < ($4, $5::uuid))
      ORDER BY c.proposed_at DESC, c.id DESC
         LIMIT $6
        """,
        actor.district_code,
        status,
        text,
        at,
        correction_id,
        limit,
    )
    return [_row(row) for row in rows]


def _row(row: Row) -> CorrectionRow:
    return CorrectionRow(
        **{
            **_with_unit(row),
            "status": CorrectionStatus(row["status"]),
            "people": tuple(row["people"] or ()),
        }
    )


def _with_unit(row: Row) -> dict[str, Any]:
    """The row with the name of its unit in place of what that is made of; "" where none was chosen."""
    given = dict(row)
    building, number, label = given.pop("building"), given.pop("number"), given.pop("label")
    return {**given, "unit": unit_name(building, number, label) if label else ""}


@dataclass(frozen=True, kw_only=True)
class Pick:
    """Once that it was chosen."""

    person: str
    case_number: str
    picked_at: datetime


@dataclass(frozen=True, kw_only=True)
class CorrectionView:
    """One correction with both its sides: what was written and what was chosen, as it stands today."""

    id: UUID
    written: str
    reasons: tuple[str, ...]
    carrier_id: UUID
    carrier: str
    address: str
    carrier_kind: str
    carrier_retired: bool
    unit: str
    units_today: tuple[str, ...]
    status: CorrectionStatus
    proposed_by: UUID
    proposer: str
    decided_by: str
    decided_at: datetime | None
    reason: str
    picks: tuple[Pick, ...]
    others: tuple["OtherChoice", ...]

    @property
    def dormant(self) -> bool:
        return self.carrier_retired or (bool(self.unit) and not self.units_today)


@dataclass(frozen=True, kw_only=True)
class OtherChoice:
    """What else was chosen for the same text."""

    id: UUID
    carrier: str
    unit: str
    status: CorrectionStatus
    pick_count: int


async def one(db: Connection, correction_id: UUID) -> CorrectionView | None:
    row = await db.fetchrow(
        """
        SELECT c.id, c.written, c.reasons, c.carrier_id, carriers.name AS carrier, coalesce(main.text, '') AS address,
               carriers.kind AS carrier_kind, carriers.retired_at IS NOT NULL AS carrier_retired, units.building,
               units.number, units.label, c.status, c.proposed_by, proposer.name AS proposer,
               coalesce(decider.name, '') AS decided_by, c.decided_at, c.reason
          FROM corrections AS c
          JOIN carriers ON carriers.id = c.carrier_id
          JOIN persons AS proposer ON proposer.id = c.proposed_by
     LEFT JOIN persons AS decider ON decider.id = c.decided_by
     LEFT JOIN units ON units.id = c.unit_id
     LEFT JOIN carrier_addresses AS main ON main.carrier_id = c.carrier_id AND main.is_main
         WHERE c.id = $1
        """,
        correction_id,
    )
    if row is None:
        return None
    return CorrectionView(
        **{
            **_with_unit(row),
            "reasons": tuple(row["reasons"]),
            "status": CorrectionStatus(row["status"]),
            "units_today": await _units_today(db, correction_id),
            "picks": await _picks(db, correction_id),
            "others": await _others(db, correction_id),
        }
    )


async def _units_today(db: Connection, correction_id: UUID) -> tuple[str, ...]:
    rows = await db.fetch(
        """
        SELECT units.building, units.number, units.label
          FROM corrections AS c
    CROSS JOIN LATERAL successors_of(c.unit_id) AS successor
          JOIN units ON units.id = successor.id
         WHERE c.id = $1
           AND units.carrier_id = c.carrier_id
      ORDER BY units.building, units.number, units.label
        """,
        correction_id,
    )
    return tuple(unit_name(row["building"], row["number"], row["label"]) for row in rows)


async def _picks(db: Connection, correction_id: UUID) -> tuple[Pick, ...]:
    rows = await db.fetch(
        """
        SELECT persons.name AS person, correction_picks.case_number, correction_picks.picked_at
          FROM correction_picks
          JOIN persons ON persons.id = correction_picks.person_id
         WHERE correction_picks.correction_id = $1
      ORDER BY correction_picks.picked_at DESC
         LIMIT 50
        """,
        correction_id,
    )
    return tuple(Pick(**dict(row)) for row in rows)


async def _others(db: Connection, correction_id: UUID) -> tuple[OtherChoice, ...]:
    rows = await db.fetch(
        """
        SELECT other.id, carriers.name AS carrier, units.building, units.number, units.label, other.status,
               (SELECT count(*) FROM correction_picks WHERE correction_id = other.id) AS pick_count
          FROM corrections AS c
          JOIN corrections AS other ON other.district_code = c.district_code
                                   AND other.key = c.key
                                   AND other.id <> c.id
          JOIN carriers ON carriers.id = other.carrier_id
     LEFT JOIN units ON units.id = other.unit_id
         WHERE c.id = $1
      ORDER BY other.proposed_at DESC
         LIMIT 20
        """,
        correction_id,
    )
    return tuple(OtherChoice(**{**_with_unit(row), "status": CorrectionStatus(row["status"])}) for row in rows)
