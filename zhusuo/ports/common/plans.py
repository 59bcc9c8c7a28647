"""入驻图 as rooms show it: what is read for the picture of a carrier, for one unit, and for the table of both."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from zhusuo import flags, looks
from zhusuo.carriers import store as carriers
from zhusuo.carriers.model import Carrier, Unit
from zhusuo.carriers.stacking import Cell, Floor, Occupant, Order, Plan, floor_label, plan
from zhusuo.carriers.tables import workbook
from zhusuo.db import Connection
from zhusuo.dossiers import store as dossiers
from zhusuo.dossiers.model import DossierVersion
from zhusuo.flags import Flag
from zhusuo.looks import LookRequest
from zhusuo.registrations.model import RegistrationStatus
from zhusuo.tenancies import store as tenancies
from zhusuo.tenancies.model import Tenancy

HEADER = ("楼幢", "楼层", "单元", "用途", "面积（㎡）", "状态", "承租人", "登记企业", "租期止")


@dataclass(frozen=True, kw_only=True)
class Registered:
    """A business that is registered in a unit, or for which one is held; `here` is what the manager says of it."""

    id: UUID
    applicant: str
    status: RegistrationStatus
    contested: bool
    registered_on: date | None
    created_at: datetime
    held_until: datetime | None
    here: bool | None


@dataclass(frozen=True, kw_only=True)
class UnitCard:
    """All that is known of one unit today, with the floor it lies on."""

    unit: Unit
    floor: Floor
    cell: Cell | None
    tenancies: tuple[Tenancy, ...]
    registered: tuple[Registered, ...]
    flags: tuple[Flag, ...]
    version: DossierVersion | None
    looks: tuple[LookRequest, ...]
    resident_count: int
    """How many tenants there are on its floor."""

    @property
    def only_registered(self) -> tuple[Registered, ...]:
        """Businesses that are registered here and not known to be in."""
        tenants = {each.tenant for each in self.tenancies}
        return tuple(each for each in self.registered if each.applicant not in tenants)


@dataclass(frozen=True, kw_only=True)
class Picture:
    """The plan of one building, and the names of all buildings of its carrier."""

    plan: Plan
    buildings: tuple[str, ...]
    building: str

    @property
    def floors(self) -> tuple[Floor, ...]:
        return self.plan.buildings[0].floors if self.plan.buildings else ()


async def occupants(db: Connection, carrier_id: UUID) -> list[Occupant]:
    """Who lives in the carrier's units and who is registered there; suspected is a registration that is contested or
    denied, or in a unit that a zombie case has flagged."""
    rows = await db.fetch(
        """
        SELECT unit_id, tenant AS name, true AS resident, lease_ends_on, false AS suspected
          FROM tenancies
         WHERE carrier_id = $1
           AND moved_out_on IS NULL
     UNION ALL
        SELECT unit_id, applicant, false, NULL,
               contested OR confirmed_by_manager IS FALSE
               OR unit_id IN (SELECT unit_id
                                FROM flags
                               WHERE carrier_id = $1
                                 AND unit_id IS NOT NULL
                                 AND kind = 'zombie'
                                 AND cleared_at IS NULL)
          FROM registrations
         WHERE carrier_id = $1
           AND status <> 'ended'
        """,
        carrier_id,
    )
    return [Occupant(**dict(row)) for row in rows]


async def registered_in(db: Connection, unit_id: UUID) -> list[Registered]:
    rows = await db.fetch(
        """
        SELECT id, applicant, status, contested, registered_on, created_at, held_until, confirmed_by_manager AS here
          FROM registrations
         WHERE unit_id = $1
           AND status <> 'ended'
      ORDER BY created_at
        """,
        unit_id,
    )
    return [Registered(**{**dict(row), "status": RegistrationStatus(row["status"])}) for row in rows]


async def picture(
    db: Connection, carrier: Carrier, day: date, *, path: str, building: str | None = None, order: Order = Order.PLACE
) -> Picture:
    """The plan of a building, by default the first one; `path` is the page it stands on."""
    units = await carriers.units(db, carrier.id)
    names = tuple(dict.fromkeys(unit.building for unit in units))
    shown = building if building in names else next(iter(names), "")
    here = [unit for unit in units if unit.building == shown]
    made = plan(carrier.kind, here, await occupants(db, carrier.id), day, path=path, order=order)
    return Picture(plan=made, buildings=names, building=shown)


async def unit_card(db: Connection, carrier: Carrier, unit_id: UUID, day: date, *, path: str) -> UnitCard | None:
    """One live unit of the carrier; None if it has none such."""
    units = await carriers.units(db, carrier.id)
    unit = next((each for each in units if each.id == unit_id), None)
    if unit is None:
        return None
    found = await dossiers.effective_version_for(db, unit_id)
    here = await occupants(db, carrier.id)
    floor, cell = _floor_of(carrier, unit, units, here, day, path)
    mates = {each.id for each in units if (each.building, each.floor) == (unit.building, unit.floor)}
    return UnitCard(
        unit=unit,
        floor=floor,
        cell=cell,
        tenancies=tuple(each for each in await tenancies.by_unit(db, unit_id) if each.moved_out_on is None),
        registered=tuple(await registered_in(db, unit_id)),
        flags=tuple(await flags.open_for(db, unit_id)),
        version=found.version if found else None,
        looks=tuple(await looks.of_place(db, carrier.id, unit_id)),
        resident_count=sum(each.resident and each.unit_id in mates for each in here),
    )


def _floor_of(
    carrier: Carrier, unit: Unit, units: Iterable[Unit], here: Iterable[Occupant], day: date, path: str
) -> tuple[Floor, Cell | None]:
    """The floor with this unit, and its cell; None where another unit shows the same space."""
    mates = [each for each in units if each.building == unit.building and each.floor == unit.floor]
    made = plan(carrier.kind, mates, here, day, path=path)
    floors = [floor for building in made.buildings for floor in building.floors]
    for floor in floors:
        for cell in floor.units:
            if cell.id == unit.id:
                return floor, cell
    empty = Floor(floor=unit.floor, label=floor_label(unit.floor), rows=(), podium=False, used=None)
    return (floors[0] if floors else empty), None


@dataclass(frozen=True, kw_only=True)
class Line:
    """One unit of a list over all floors, with the name of its floor."""

    label: str
    units: tuple[Cell, ...]


def in_one_list(floors: Iterable[Floor], order: Order) -> list[Line]:
    """The cells one below the other, sorted over the floors as each floor is sorted in itself."""
    cells = [(floor.label, cell) for floor in floors for cell in floor.units]
    if order is Order.ENDING:
        cells.sort(key=lambda each: (each[1].days is None, each[1].days or 0))
    elif order is Order.AREA:
        cells.sort(key=lambda each: -(each[1].area_m2 or 0))
    elif order is Order.STATUS:
        cells.sort(key=lambda each: each[1].urgency)
    return [Line(label=label, units=(cell,)) for label, cell in cells]


def sheet(carrier: Carrier, units: Sequence[Unit], here: Sequence[Occupant], day: date) -> bytes:
    """Every unit with who is in it, as an XLSX."""
    made = plan(carrier.kind, units, here, day)
    cells = {cell.id: cell for building in made.buildings for floor in building.floors for cell in floor.units}
    by_unit: dict[UUID, list[Occupant]] = {}
    for each in here:
        by_unit.setdefault(each.unit_id, []).append(each)
    return workbook(carrier.name, HEADER, (_row(unit, cells.get(unit.id), by_unit.get(unit.id, [])) for unit in units))


def _row(unit: Unit, cell: Cell | None, here: Sequence[Occupant]) -> tuple[object, ...]:
    ends = [each.lease_ends_on for each in here if each.lease_ends_on is not None]
    return (
        unit.building,
        "" if unit.floor is None else floor_label(unit.floor),
        " ".join(part for part in (unit.number and f"{unit.number}号", unit.label) if part),
        unit.kind.label,
        unit.area_m2,
        cell.status.label if cell else "由同一处的其他单元表示",
        "、".join(each.name for each in here if each.resident),
        "、".join(each.name for each in here if not each.resident),
        min(ends, default=None),
    )
