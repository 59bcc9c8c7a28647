"""What the pages of units read."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from zhusuo.carriers import store as carriers
from zhusuo.carriers.history import ChangeKind, Coverage
from zhusuo.carriers.model import Carrier, Unit, UnitKind, unit_name
from zhusuo.carriers.tables import SHANGHAI
from zhusuo.db import Connection
from zhusuo.errors import Invalid, NotFound, Refusal
from zhusuo.people.model import Actor

PAGE = 100


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Which units are shown; an empty one shows all."""

    q: str = ""
    building: str | None = None
    floor: int | None = None
    kind: str = ""

    @property
    def anything(self) -> bool:
        return bool(self.q or self.building is not None or self.floor is not None or self.kind)


@dataclass(frozen=True, kw_only=True)
class UnitRow:
    id: UUID
    kind: UnitKind
    building: str
    floor: int | None
    label: str
    number: str
    area_m2: Decimal | None
    covered: bool
    tenant_count: int
    registered_count: int

    @property
    def name(self) -> str:
        return unit_name("", self.number, self.label)


async def carrier_for(db: Connection, actor: Actor, carrier_id: UUID) -> Carrier:
    """Raises NotFound."""
    found = await carriers.by_id_for(db, actor, carrier_id)
    if found is None:
        raise NotFound
    return found


async def unit_for(db: Connection, actor: Actor, unit_id: UUID) -> tuple[Carrier, Unit]:
    """A unit in use, and its carrier. Raises NotFound."""
    unit = await carriers.unit_by_id(db, unit_id)
    if unit is None or unit.retired_at is not None:
        raise NotFound
    return await carrier_for(db, actor, unit.carrier_id), unit


async def former_unit_for(db: Connection, actor: Actor, unit_id: UUID) -> tuple[Carrier, Unit]:
    """A unit, in use or not, and its carrier. Raises NotFound."""
    unit = await carriers.unit_by_id(db, unit_id)
    if unit is None:
        raise NotFound
    return await carrier_for(db, actor, unit.carrier_id), unit


async def floor_mates(db: Connection, unit: Unit) -> list[Unit]:
    """The units on the unit's floor that it can be merged with, itself among them."""
    return [
        each
        for each in await carriers.units(db, unit.carrier_id)
        if (each.building, each.floor, each.part_of) == (unit.building, unit.floor, unit.part_of)
        and (each.kind is not UnitKind.VIRTUAL)
    ]


@dataclass(frozen=True, kw_only=True)
class ChangeLine:
    """One change, with the names of its units before and after."""

    id: UUID
    kind: ChangeKind
    happened_on: date
    said_at: datetime
    said_by: UUID
    said_by_name: str
    coverage: Coverage
    undone_at: datetime | None
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def said_on(self) -> date:
        return self.said_at.astimezone(SHANGHAI).date()


async def changes(db: Connection, carrier_id: UUID, *, limit: int = PAGE) -> list[ChangeLine]:
    """What was done to the carrier's units, the newest first."""
    rows = await db.fetch(
        """
        SELECT changes.id, changes.kind, changes.happened_on, changes.said_at, changes.said_by,
               persons.name AS said_by_name, changes.coverage, changes.undone_at,
               ARRAY(SELECT concat_ws(' ', nullif(building, ''), nullif(number, '') || '号', nullif(label, ''))
                       FROM unit_facts
                      WHERE upper(known_during) = changes.said_at
                        AND unit_id IN (SELECT unit_id FROM unit_facts WHERE change_id = changes.id
                                         UNION SELECT parent_id FROM unit_lineages WHERE change_id = changes.id)
                   ORDER BY building, number, key) AS before,
               ARRAY(SELECT concat_ws(' ', nullif(building, ''), nullif(number, '') || '号', nullif(label, ''))
                       FROM unit_facts
                      WHERE change_id = changes.id
                        AND lower(known_during) = changes.said_at
                        AND upper_inf(valid_during)
                   ORDER BY building, number, key) AS after
          FROM unit_changes AS changes
          JOIN persons ON persons.id = changes.said_by
         WHERE changes.carrier_id = $1
      ORDER BY changes.said_at DESC, changes.id DESC
         LIMIT $2
        """,
        carrier_id,
        limit,
    )
    return [
        ChangeLine(
            **{
                **dict(row),
                "kind": ChangeKind(row["kind"]),
                "coverage": Coverage(row["coverage"]),
                "before": tuple(row["before"]),
                "after": tuple(row["after"]),
            }
        )
        for row in rows
    ]


def version_of(text: str) -> int:
    """The version a page was made from. Raises ValueError."""
    if not text.isdecimal() or len(text) > 9:
        raise ValueError(text)
    return int(text)


def said(refusal: Refusal, field: str) -> dict[str, str]:
    """The sentences of a refusal by field; one without fields stands at this one."""
    return refusal.fields if isinstance(refusal, Invalid) else {field: refusal.message}


async def units(db: Connection, carrier_id: UUID, wanted: Filter, after: UUID | None) -> list[UnitRow]:
    """The page of units behind one of them, by building, from the lowest floor up."""
    rows = await db.fetch(
        """
        SELECT u.id, u.kind, u.building, u.floor, u.label, u.number, u.area_m2,
               EXISTS (
                    SELECT
                      FROM version_units AS vu
                     WHERE vu.unit_id = u.id
                       AND vu.during @> now()
                    ) AS covered,
               (SELECT count(*) FROM tenancies AS t WHERE t.unit_id = u.id AND t.moved_out_on IS NULL) AS tenant_count,
               (SELECT count(*) FROM registrations AS r WHERE r.unit_id = u.id AND r.status <> 'ended')
               AS registered_count
          FROM units AS u
         WHERE u.carrier_id = $1
           AND u.retired_at IS NULL
           AND ($2 = '' OR u.label LIKE '%' || $2 || '%' OR u.key LIKE '%' || $2 || '%' OR u.number = $2)
           AND ($3::text IS NULL OR u.building = $3)
           AND ($4::integer IS NULL OR u.floor = $4)
           AND ($5 = '' OR u.kind = $5)
           AND ($6::uuid IS NULL OR (u.building, coalesce(u.floor, 999), u.number, u.key, u.id) > (
                SELECT last.building, coalesce(last.floor, 999), last.number, last.key, last.id
                  FROM units AS last
                 WHERE last.id = $6
                   AND last.carrier_id = $1))
      ORDER BY u.building, coalesce(u.floor, 999), u.number, u.key, u.id
         LIMIT $7
        """,
        carrier_id,
        wanted.q,
        wanted.building,
        wanted.floor,
        wanted.kind,
        after,
        PAGE,
    )
    return [UnitRow(**{**dict(row), "kind": UnitKind(row["kind"])}) for row in rows]


@dataclass(frozen=True, kw_only=True)
class Figures:
    """How many units a carrier has, and what they are sorted into."""

    unit_count: int
    area_m2: Decimal | None
    without_area_count: int
    buildings: tuple[str, ...]

    @property
    def options(self) -> list[tuple[str, str]]:
        """The buildings to choose from; "-" is all of them."""
        return [("-", "全部"), *((name, name or "未分幢") for name in self.buildings)]


async def figures(db: Connection, carrier_id: UUID) -> Figures:
    row = await db.fetchrow(
        """
        SELECT count(*) FILTER (WHERE kind <> 'service') AS unit_count,
               sum(area_m2) FILTER (WHERE kind <> 'service') AS area_m2,
               count(*) FILTER (WHERE kind <> 'service' AND area_m2 IS NULL) AS without_area_count,
               coalesce(array_agg(DISTINCT building), '{}') AS buildings
          FROM units
         WHERE carrier_id = $1
           AND retired_at IS NULL
        """,
        carrier_id,
    )
    assert row is not None  # noqa: S101 - an aggregate always has a row
    return Figures(**{**dict(row), "buildings": tuple(row["buildings"])})


async def parts(db: Connection, unit_id: UUID) -> list[Unit]:
    """The live parts of a unit."""
    rows = await db.fetch(
        """
        SELECT id
          FROM units
         WHERE part_of = $1
           AND retired_at IS NULL
        """,
        unit_id,
    )
    return await carriers.units_by_ids(db, [row["id"] for row in rows])
