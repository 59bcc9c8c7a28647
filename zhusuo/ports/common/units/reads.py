"""What the pages of units read."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from zhusuo.carriers import store as carriers
from zhusuo.carriers.model import Carrier, Unit, UnitKind, unit_name
from zhusuo.db import Connection
from zhusuo.errors import NotFound
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
