"""变动: the rows of what was done to units and carriers, on two axes of time.

`valid_during` are the days on which a fact held, `known_during` the time in which we held it to be so. A *change* ends
the validity of what was and begins what is; a *correction* leaves validity alone: only what we know is another thing
from now on. Nothing is overwritten: what a clerk could know at any moment stays answerable.

A unit that never changed has no rows in `unit_facts`; its row in `units` is all there is, for every day, known since it
was entered. The first change writes down that base, then what has become of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from zhusuo.carriers.model import UnitKind, unit_name
from zhusuo.db import Connection, Row


class ChangeKind(StrEnum):
    """What was done to units."""

    SPLIT = "split"
    MERGE = "merge"
    RENUMBER = "renumber"
    RETIRE = "retire"
    CORRECT = "correct"

    @property
    def label(self) -> str:
        return CHANGE_LABELS[self]


CHANGE_LABELS = {
    ChangeKind.SPLIT: "分割",
    ChangeKind.MERGE: "合并",
    ChangeKind.RENUMBER: "改号",
    ChangeKind.RETIRE: "停用",
    ChangeKind.CORRECT: "更正",
}


class Coverage(StrEnum):
    """What became of the dossier's cover when units were split or merged."""

    UNTOUCHED = "untouched"
    CARRIED = "carried"
    NONE = "none"
    PARTLY = "partly"
    SEVERAL = "several"
    AREA_UNKNOWN = "area_unknown"
    AREA_DIFFERS = "area_differs"

    @property
    def needs_filing(self) -> bool:
        """Whether the new units were on file in part and now take a change filing."""
        return self in (Coverage.PARTLY, Coverage.SEVERAL, Coverage.AREA_UNKNOWN, Coverage.AREA_DIFFERS)


@dataclass(frozen=True, kw_only=True)
class UnitFact:
    """What a unit was on some days, and since when (and until when) we held it to be so.

    Both axes are closed below and open above; None is without end. `said_by` is "" for what was entered at first.
    """

    unit_id: UUID
    kind: UnitKind
    building: str
    floor: int | None
    label: str
    number: str
    area_m2: Decimal | None
    valid_from: date | None
    valid_to: date | None
    known_from: datetime
    known_to: datetime | None
    said_by: str
    change: ChangeKind | None

    @property
    def name(self) -> str:
        return unit_name(self.building, self.number, self.label)


@dataclass(frozen=True, kw_only=True)
class UnitChange:
    """变动: one verb on units, from which day on, and what became of the cover. `parents` and `children` where units
    came from units."""

    id: UUID
    carrier_id: UUID
    kind: ChangeKind
    happened_on: date
    coverage: Coverage
    said_by: UUID
    said_at: datetime
    unit_versions: Mapping[str, int]
    undone_at: datetime | None
    parents: tuple[UUID, ...]
    children: tuple[UUID, ...]

    @property
    def unit_ids(self) -> tuple[UUID, ...]:
        """Every unit it was done to or made."""
        return tuple(dict.fromkeys((*(UUID(each) for each in self.unit_versions), *self.parents, *self.children)))


# 事实


async def keep_base(db: Connection, unit_ids: Sequence[UUID]) -> None:
    """Write down what was known of these units up to now, unless it has been."""
    await db.execute(
        """
        INSERT INTO unit_facts (unit_id, carrier_id, kind, building, floor, label, key, number, area_m2,
                                valid_during, known_during)
             SELECT id, carrier_id, kind, building, floor, label, key, number, area_m2,
                    daterange(NULL, NULL), tstzrange(created_at, NULL)
               FROM units
              WHERE id = ANY ($1::uuid[])
                AND NOT EXISTS (SELECT FROM unit_facts WHERE unit_facts.unit_id = units.id)
        """,
        list(unit_ids),
    )


async def first_day(db: Connection, unit_ids: Sequence[UUID]) -> date | None:
    """The latest day on which what is true of one of these units today began; None: nobody has said."""
    found: date | None = await db.fetchval(
        """
        SELECT max(lower(valid_during))
          FROM unit_facts
         WHERE unit_id = ANY ($1::uuid[])
           AND upper_inf(known_during)
           AND upper_inf(valid_during)
        """,
        list(unit_ids),
    )
    return found


async def end_validity(
    db: Connection, unit_ids: Sequence[UUID], on: date, moment: datetime, change_id: UUID, said_by: UUID | None
) -> None:
    """From that day on these units are no longer what they were; their rows are still to be changed or retired.

    What began that very day held on no day at all: it stays only as what we knew for a while.
    """
    await keep_base(db, unit_ids)
    await db.execute(
        """
        WITH ended AS (
               UPDATE unit_facts
                  SET known_during = tstzrange(lower(known_during), $3)
                WHERE unit_id = ANY ($1::uuid[])
                  AND upper_inf(known_during)
                  AND upper_inf(valid_during)
            RETURNING unit_id, carrier_id, kind, building, floor, label, key, number, area_m2,
                      lower(valid_during) AS valid_from
        )
        INSERT INTO unit_facts (unit_id, carrier_id, kind, building, floor, label, key, number, area_m2,
                                valid_during, known_during, change_id, said_by)
             SELECT unit_id, carrier_id, kind, building, floor, label, key, number, area_m2,
                    daterange(valid_from, $2), tstzrange($3, NULL), $4, $5
               FROM ended
              WHERE valid_from IS NULL
                 OR valid_from < $2
        """,
        list(unit_ids),
        on,
        moment,
        change_id,
        said_by,
    )


async def begin_validity(
    db: Connection, unit_ids: Sequence[UUID], on: date, moment: datetime, change_id: UUID, said_by: UUID | None
) -> None:
    """From that day on these units are what their rows say now."""
    await db.execute(
        """
        INSERT INTO unit_facts (unit_id, carrier_id, kind, building, floor, label, key, number, area_m2,
                                valid_during, known_during, change_id, said_by)
             SELECT id, carrier_id, kind, building, floor, label, key, number, area_m2,
                    daterange($2, NULL), tstzrange($3, NULL), $4, $5
               FROM units
              WHERE id = ANY ($1::uuid[])
        """,
        list(unit_ids),
        on,
        moment,
        change_id,
        said_by,
    )


async def correct(
    db: Connection, unit_ids: Sequence[UUID], moment: datetime, change_id: UUID, said_by: UUID | None
) -> None:
    """These units always were what their rows say now, for as long as what is true of them today; `keep_base` came
    before the rows were changed."""
    await db.execute(
        """
        WITH mended AS (
               UPDATE unit_facts
                  SET known_during = tstzrange(lower(known_during), $2)
                WHERE unit_id = ANY ($1::uuid[])
                  AND upper_inf(known_during)
                  AND upper_inf(valid_during)
            RETURNING unit_id, valid_during
        )
        INSERT INTO unit_facts (unit_id, carrier_id, kind, building, floor, label, key, number, area_m2,
                                valid_during, known_during, change_id, said_by)
             SELECT units.id, units.carrier_id, units.kind, units.building, units.floor, units.label, units.key,
                    units.number, units.area_m2, mended.valid_during, tstzrange($2, NULL), $3, $4
               FROM mended
               JOIN units ON units.id = mended.unit_id
        """,
        list(unit_ids),
        moment,
        change_id,
        said_by,
    )


async def take_back(db: Connection, change: UnitChange, moment: datetime, said_by: UUID | None) -> None:
    """Know again what was known before the change, and no longer what it said."""
    await db.execute(
        """
        UPDATE unit_facts
           SET known_during = tstzrange(lower(known_during), $2)
         WHERE change_id = $1
           AND upper_inf(known_during)
        """,
        change.id,
        moment,
    )
    await db.execute(
        """
        INSERT INTO unit_facts (unit_id, carrier_id, kind, building, floor, label, key, number, area_m2,
                                valid_during, known_during, change_id, said_by)
             SELECT unit_id, carrier_id, kind, building, floor, label, key, number, area_m2,
                    valid_during, tstzrange($3, NULL), change_id, $4
               FROM unit_facts
              WHERE unit_id = ANY ($1::uuid[])
                AND upper(known_during) = $2
                AND change_id IS DISTINCT FROM $5
        """,
        list(change.unit_ids),
        change.said_at,
        moment,
        said_by,
        change.id,
    )


async def made_by(db: Connection, person_id: UUID | None, parent_ids: Sequence[UUID], child_count: int) -> UUID | None:
    """The change by which this very person has made so many units out of exactly these: the same form, sent twice."""
    found: UUID | None = await db.fetchval(
        """
        SELECT unit_lineages.change_id
          FROM unit_lineages
          JOIN unit_changes ON unit_changes.id = unit_lineages.change_id
         WHERE unit_lineages.parent_id = ANY ($2::uuid[])
           AND unit_lineages.undone_at IS NULL
           AND unit_changes.said_by = $1
      GROUP BY unit_lineages.change_id
        HAVING count(DISTINCT unit_lineages.parent_id) = cardinality($2::uuid[])
           AND count(DISTINCT unit_lineages.child_id) = $3
        """,
        person_id,
        list(parent_ids),
        child_count,
    )
    return found


async def last_change(db: Connection, unit_id: UUID) -> UUID | None:
    """The change by which a unit is what it is today."""
    found: UUID | None = await db.fetchval(
        """
        SELECT change_id
          FROM unit_facts
         WHERE unit_id = $1
           AND upper_inf(known_during)
           AND upper_inf(valid_during)
        """,
        unit_id,
    )
    return found


async def restore_rows(db: Connection, unit_ids: Sequence[UUID]) -> None:
    """Bring the rows of units back to what is known of them today. Raises asyncpg.UniqueViolationError by unit_once."""
    await db.execute(
        """
        UPDATE units
           SET kind = unit_facts.kind,
               building = unit_facts.building,
               floor = unit_facts.floor,
               label = unit_facts.label,
               key = unit_facts.key,
               number = unit_facts.number,
               area_m2 = unit_facts.area_m2,
               version = units.version + 1
          FROM unit_facts
         WHERE units.id = ANY ($1::uuid[])
           AND unit_facts.unit_id = units.id
           AND upper_inf(unit_facts.known_during)
           AND upper_inf(unit_facts.valid_during)
        """,
        list(unit_ids),
    )


async def as_of(db: Connection, unit_id: UUID, on: date, known_at: datetime) -> UnitFact | None:
    """What one could know at that moment of the unit as it was on that day; None: that it was not there."""
    row = await db.fetchrow(
        """
        SELECT unit_facts.unit_id, unit_facts.kind, unit_facts.building, unit_facts.floor, unit_facts.label,
               unit_facts.number, unit_facts.area_m2, lower(unit_facts.valid_during) AS valid_from,
               upper(unit_facts.valid_during) AS valid_to, lower(unit_facts.known_during) AS known_from,
               upper(unit_facts.known_during) AS known_to, coalesce(persons.name, '') AS said_by,
               unit_changes.kind AS change
          FROM unit_facts
     LEFT JOIN persons ON persons.id = unit_facts.said_by
     LEFT JOIN unit_changes ON unit_changes.id = unit_facts.change_id
         WHERE unit_facts.unit_id = $1
           AND unit_facts.valid_during @> $2::date
           AND unit_facts.known_during @> $3::timestamptz
     UNION ALL
        SELECT id, kind, building, floor, label, number, area_m2, NULL, NULL, created_at, NULL, '', NULL
          FROM units
         WHERE id = $1
           AND created_at <= $3
           AND NOT EXISTS (SELECT FROM unit_facts WHERE unit_id = $1)
        """,
        unit_id,
        on,
        known_at,
    )
    return _fact(row) if row else None


async def of_unit(db: Connection, unit_id: UUID) -> list[UnitFact]:
    """Everything that was ever known of the unit, the newest knowledge first."""
    rows = await db.fetch(
        """
        SELECT unit_facts.unit_id, unit_facts.kind, unit_facts.building, unit_facts.floor, unit_facts.label,
               unit_facts.number, unit_facts.area_m2, lower(unit_facts.valid_during) AS valid_from,
               upper(unit_facts.valid_during) AS valid_to, lower(unit_facts.known_during) AS known_from,
               upper(unit_facts.known_during) AS known_to, coalesce(persons.name, '') AS said_by,
               unit_changes.kind AS change
          FROM unit_facts
     LEFT JOIN persons ON persons.id = unit_facts.said_by
     LEFT JOIN unit_changes ON unit_changes.id = unit_facts.change_id
         WHERE unit_facts.unit_id = $1
      ORDER BY lower(unit_facts.known_during) DESC, lower(unit_facts.valid_during) DESC NULLS LAST
        """,
        unit_id,
    )
    return [_fact(row) for row in rows]


# 变动


async def insert_change(
    db: Connection,
    *,
    carrier_id: UUID,
    kind: ChangeKind,
    happened_on: date,
    said_by: UUID | None,
    said_at: datetime,
) -> UUID:
    change_id: UUID = await db.fetchval(
        """
        INSERT INTO unit_changes (carrier_id, district_code, kind, happened_on, said_by, said_at)
             SELECT id, district_code, $2, $3, $4, $5
               FROM carriers
              WHERE id = $1
          RETURNING id
        """,
        carrier_id,
        kind,
        happened_on,
        said_by,
        said_at,
    )
    return change_id


async def set_coverage(db: Connection, change_id: UUID, coverage: Coverage) -> None:
    await db.execute(
        """
        UPDATE unit_changes
           SET coverage = $2
         WHERE id = $1
        """,
        change_id,
        coverage,
    )


async def keep_versions(db: Connection, change_id: UUID, unit_ids: Sequence[UUID]) -> None:
    """Note how these units stand now that the change is done."""
    await db.execute(
        """
        UPDATE unit_changes
           SET unit_versions = (
               SELECT coalesce(jsonb_object_agg(id, version), '{}')
                 FROM units
                WHERE id = ANY ($2::uuid[]))
         WHERE id = $1
        """,
        change_id,
        list(unit_ids),
    )


async def insert_lineage(
    db: Connection, change_id: UUID, parent_ids: Sequence[UUID], child_ids: Sequence[UUID]
) -> None:
    """Every child came from every parent."""
    await db.execute(
        """
        INSERT INTO unit_lineages (parent_id, child_id, change_id)
             SELECT parent_id, child_id, $1
               FROM unnest($2::uuid[]) AS parent_id,
                    unnest($3::uuid[]) AS child_id
        """,
        change_id,
        list(parent_ids),
        list(child_ids),
    )


async def change_by_id(db: Connection, change_id: UUID) -> UnitChange | None:
    row = await db.fetchrow(
        """
        SELECT unit_changes.id, unit_changes.carrier_id, unit_changes.kind, unit_changes.happened_on,
               unit_changes.coverage, unit_changes.said_by, unit_changes.said_at, unit_changes.unit_versions,
               unit_changes.undone_at,
               ARRAY(SELECT DISTINCT parent_id FROM unit_lineages WHERE change_id = unit_changes.id) AS parents,
               ARRAY(SELECT DISTINCT child_id FROM unit_lineages WHERE change_id = unit_changes.id) AS children
          FROM unit_changes
         WHERE unit_changes.id = $1
        """,
        change_id,
    )
    if row is None:
        return None
    return UnitChange(
        **{
            **dict(row),
            "kind": ChangeKind(row["kind"]),
            "coverage": Coverage(row["coverage"]),
            "parents": tuple(row["parents"]),
            "children": tuple(row["children"]),
        }
    )


async def set_undone(db: Connection, change_id: UUID, moment: datetime, undone_by: UUID | None) -> None:
    await db.execute(
        """
        WITH undone AS (
               UPDATE unit_lineages
                  SET undone_at = $2
                WHERE change_id = $1
        )
        UPDATE unit_changes
           SET undone_at = $2,
               undone_by = $3
         WHERE id = $1
        """,
        change_id,
        moment,
        undone_by,
    )


async def moment(db: Connection) -> datetime:
    """What time it is, to be asked when the carrier is locked: two changes never bear one time."""
    found: datetime = await db.fetchval("SELECT clock_timestamp()")
    return found


def _fact(row: Row) -> UnitFact:
    return UnitFact(
        **{
            **dict(row),
            "kind": UnitKind(row["kind"]),
            "change": ChangeKind(row["change"]) if row["change"] else None,
        }
    )
