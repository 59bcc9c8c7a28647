"""入驻图: a building as people see it, floor over floor, every unit a cell with what is the case there. Pure."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from itertools import groupby, pairwise
from typing import Any
from uuid import UUID

from zhusuo.carriers.model import CarrierKind, Unit, UnitKind

COLUMNS = 24
NARROWEST = 3
ENDING_DAYS = 90


class CellStatus(StrEnum):
    """What is the case in a unit; the order is that of the legend."""

    RESIDENT = "resident"
    ENDING = "ending"
    VACANT = "vacant"
    REGISTERED = "registered"
    SUSPECTED = "suspected"
    SERVICE = "service"

    @property
    def label(self) -> str:
        return CELL_LABELS[self]


CELL_LABELS = {
    CellStatus.RESIDENT: "在驻",
    CellStatus.ENDING: "租约将到期",
    CellStatus.VACANT: "空置",
    CellStatus.REGISTERED: "仅登记",
    CellStatus.SUSPECTED: "疑似僵尸",
    CellStatus.SERVICE: "公共部位",
}

IN_USE = frozenset({CellStatus.RESIDENT, CellStatus.ENDING})


class Order(StrEnum):
    """排列依据: what the units of a floor stand side by side by."""

    PLACE = "place"
    STATUS = "status"
    ENDING = "ending"
    AREA = "area"

    @property
    def label(self) -> str:
        return ORDER_LABELS[self]


ORDER_LABELS = {Order.PLACE: "位置", Order.STATUS: "状态", Order.ENDING: "租约到期", Order.AREA: "面积"}
URGENT_FIRST = (
    CellStatus.SUSPECTED,
    CellStatus.REGISTERED,
    CellStatus.ENDING,
    CellStatus.VACANT,
    CellStatus.RESIDENT,
    CellStatus.SERVICE,
)


@dataclass(frozen=True, kw_only=True)
class Occupant:
    """Somebody who lives in a unit (`resident`) or is only registered there; `suspected` says a zombie case is open."""

    unit_id: UUID
    name: str
    resident: bool
    lease_ends_on: date | None = None
    suspected: bool = False


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One unit in the picture: `span` of 24 columns; `days` left where a lease ends soon (below 0: it has ended).

    `href` leads to the page with this unit open.
    """

    id: UUID
    number: str
    kind: UnitKind
    status: CellStatus
    span: int
    area_m2: Decimal | None
    occupants: tuple[str, ...]
    days: int | None
    href: str

    @property
    def name(self) -> str:
        """Who is there, by trade name; what it is, where nobody can be; "" where nobody is."""
        if self.status is CellStatus.SERVICE:
            return self.number
        if not self.occupants:
            return ""
        name = trade_name(self.occupants[0])
        return name if len(self.occupants) == 1 else f"{name}等 {len(self.occupants)} 家"

    @property
    def urgency(self) -> int:
        """0 for what should be looked at first."""
        return URGENT_FIRST.index(self.status)

    @property
    def short(self) -> str:
        """字号: two characters for a narrow cell."""
        return trade_name(self.occupants[0])[:2] if self.occupants else ""


@dataclass(frozen=True, kw_only=True)
class Floor:
    """A floor's cells, in rows that fill 24 columns each; `used` (0 to 1) is None where nothing can be rented."""

    floor: int | None
    label: str
    rows: tuple[tuple[Cell, ...], ...]
    podium: bool
    used: float | None

    @property
    def units(self) -> tuple[Cell, ...]:
        return tuple(cell for row in self.rows for cell in row)


@dataclass(frozen=True, kw_only=True)
class Building:
    """One tab: a building's floors from the top down; `name` is "" where the carrier has only one."""

    name: str
    label: str
    floors: tuple[Floor, ...]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The whole picture. `counts` has every status, and counts the cells that are shown."""

    buildings: tuple[Building, ...]
    counts: dict[CellStatus, int]
    rentable_count: int
    rentable_m2: Decimal
    used: float | None


def plan(
    kind: CarrierKind,
    units: Iterable[Unit],
    occupants: Iterable[Occupant],
    day: date,
    *,
    path: str = "",
    order: Order = Order.PLACE,
) -> Plan:
    """The stacking plan of a carrier's units on a day; retired units stay out. `path` is the page it stands on."""
    here: dict[UUID, list[Occupant]] = {}
    for occupant in occupants:
        here.setdefault(occupant.unit_id, []).append(occupant)
    live = [unit for unit in units if unit.retired_at is None]
    covered = _covered(live, here)
    shown = sorted((unit for unit in live if unit.id not in covered), key=lambda unit: _natural(unit.building))
    buildings = tuple(
        Building(name=name, label=name or "主楼", floors=_floors(kind, list(group), here, day, path, order))
        for name, group in groupby(shown, key=lambda unit: unit.building)
    )
    cells = [cell for building in buildings for floor in building.floors for cell in floor.units]
    rentable = [cell for cell in cells if cell.status is not CellStatus.SERVICE]
    return Plan(
        buildings=buildings,
        counts={status: sum(cell.status is status for cell in cells) for status in CellStatus},
        rentable_count=len(rentable),
        rentable_m2=sum((cell.area_m2 for cell in rentable if cell.area_m2 is not None), Decimal(0)),
        used=_used(cells),
    )


@lru_cache(maxsize=10_000)
def trade_name(name: str) -> str:
    """字号和行业 of a company: without the city in front and the legal form behind."""
    short = re.sub(r"^上海市?|[（(][^（）()]{0,12}[）)]", "", name)
    short = re.sub(r"(?:集团)?(?:股份|有限责任|股份有限|有限)?公司$|[（(]?(?:有限合伙|普通合伙)[）)]?$", "", short)
    return short or name


def floor_label(floor: int | None) -> str:
    """A floor as the picture's margin says it: 24F, B1."""
    if floor is None:
        return "其他"
    return f"{floor}F" if floor > 0 else f"B{-floor}"


def _covered(units: Sequence[Unit], here: dict[UUID, list[Occupant]]) -> set[UUID]:
    """Units that stay out of the picture because another one shows the same space.

    A whole floor and the rooms on it, a unit and its parts, are one space. Where somebody has the whole, its empty
    pieces stay out; otherwise the whole does.
    """
    hidden: set[UUID] = set()
    on_floor: dict[tuple[str, str, int | None], list[Unit]] = {}
    parts: dict[UUID, list[Unit]] = {}
    for unit in units:
        if unit.part_of is not None:
            parts.setdefault(unit.part_of, []).append(unit)
        if unit.kind in (UnitKind.ROOM, UnitKind.SHOP, UnitKind.PART):
            on_floor.setdefault((unit.building, unit.number, unit.floor), []).append(unit)
    for unit in units:
        pieces = list(parts.get(unit.id, ()))
        if unit.kind is UnitKind.WHOLE_FLOOR and unit.floor is not None:
            pieces += on_floor.get((unit.building, unit.number, unit.floor), [])
        if not pieces:
            continue
        if unit.id in here:
            hidden |= {piece.id for piece in pieces if piece.id not in here}
        else:
            hidden.add(unit.id)
    return hidden


def _floors(
    kind: CarrierKind, units: list[Unit], here: dict[UUID, list[Occupant]], day: date, path: str, order: Order
) -> tuple[Floor, ...]:
    in_order = _in_order(order, here, day)
    if kind is CarrierKind.STREET:
        return _sides(units, here, day, path, in_order)
    units.sort(key=lambda unit: (unit.floor is None, -(unit.floor or 0)))
    return tuple(
        _floor(floor, floor_label(floor), sorted(group, key=in_order), here, day, path)
        for floor, group in groupby(units, key=lambda unit: unit.floor)
    )


def _sides(
    units: list[Unit], here: dict[UUID, list[Occupant]], day: date, path: str, in_order: Callable[[Unit], Any]
) -> tuple[Floor, ...]:
    """A street has two sides instead of floors: odd house numbers and even ones."""
    sides: dict[str, list[Unit]] = {"单号": [], "双号": [], "其他": []}
    for unit in units:
        digits = re.search(r"\d+", unit.number)
        sides["其他" if digits is None else "单号" if int(digits[0]) % 2 else "双号"].append(unit)
    return tuple(
        _floor(None, label, sorted(group, key=in_order), here, day, path) for label, group in sides.items() if group
    )


def _floor(
    floor: int | None, label: str, units: list[Unit], here: dict[UUID, list[Occupant]], day: date, path: str
) -> Floor:
    rows = tuple(
        tuple(_cell(unit, span, here.get(unit.id, []), day, path) for unit, span in zip(row, _spans(row), strict=True))
        for row in _rows(units)
    )
    return Floor(
        floor=floor,
        label=label,
        rows=rows,
        podium=all(unit.kind in (UnitKind.SHOP, UnitKind.SERVICE) for unit in units),
        used=_used([cell for row in rows for cell in row]),
    )


def _rows(units: list[Unit]) -> list[list[Unit]]:
    """Whole floors have a row of their own; the others share rows evenly, as many as fit."""
    whole = [[unit] for unit in units if unit.kind is UnitKind.WHOLE_FLOOR]
    others = [unit for unit in units if unit.kind is not UnitKind.WHOLE_FLOOR]
    count = -(-len(others) // (COLUMNS // NARROWEST))
    if count == 0:
        return whole
    size, longer = divmod(len(others), count)
    starts = [i * size + min(i, longer) for i in range(count + 1)]
    return whole + [others[start:end] for start, end in pairwise(starts)]


def _spans(units: Sequence[Unit]) -> list[int]:
    """Columns by area, none below the narrowest, all together exactly 24."""
    known = sorted(float(unit.area_m2) for unit in units if unit.area_m2)
    usual = known[len(known) // 2] if known else 1.0
    areas = [float(unit.area_m2) if unit.area_m2 else usual for unit in units]
    fixed: set[int] = set()
    while True:
        free = COLUMNS - NARROWEST * len(fixed)
        total = sum(area for i, area in enumerate(areas) if i not in fixed)
        small = {i for i, area in enumerate(areas) if i not in fixed and free * area < NARROWEST * total}
        if not small:
            break
        fixed |= small
    exact = [NARROWEST if i in fixed else free * area / total for i, area in enumerate(areas)]
    spans = [int(each) for each in exact]
    by_remainder = sorted(range(len(spans)), key=lambda i: spans[i] - exact[i])
    for i in by_remainder[: COLUMNS - sum(spans)]:
        spans[i] += 1
    return spans


def _cell(unit: Unit, span: int, occupants: list[Occupant], day: date, path: str) -> Cell:
    status, days = _status(unit, occupants, day)
    ordered = sorted(occupants, key=lambda each: (not each.suspected, not each.resident))
    return Cell(
        id=unit.id,
        number=unit.label.removesuffix("室") if not unit.number else f"{unit.number}号 {unit.label}".rstrip(),
        kind=unit.kind,
        status=status,
        span=span,
        area_m2=unit.area_m2,
        occupants=tuple(dict.fromkeys(each.name for each in ordered)),
        days=days,
        href=f"{path}{'&' if '?' in path else '?'}unit={unit.id}",
    )


def _status(unit: Unit, occupants: list[Occupant], day: date) -> tuple[CellStatus, int | None]:
    if unit.kind is UnitKind.SERVICE:
        return CellStatus.SERVICE, None
    if any(each.suspected for each in occupants):
        return CellStatus.SUSPECTED, None
    residents = [each for each in occupants if each.resident]
    if not residents:
        return (CellStatus.REGISTERED if occupants else CellStatus.VACANT), None
    ends = [each.lease_ends_on for each in residents if each.lease_ends_on is not None]
    days = (min(ends) - day).days if ends else None
    if days is not None and days <= ENDING_DAYS:
        return CellStatus.ENDING, days
    return CellStatus.RESIDENT, None


def _used(cells: Iterable[Cell]) -> float | None:
    """The share in use of what can be rented: of the area where every area is known, else of the units."""
    rentable = [cell for cell in cells if cell.status is not CellStatus.SERVICE]
    if not rentable:
        return None
    by_area = all(cell.area_m2 for cell in rentable)
    sizes = [(cell.area_m2 if by_area and cell.area_m2 else Decimal(1), cell.status in IN_USE) for cell in rentable]
    return float(sum(size for size, used in sizes if used) / sum(size for size, _ in sizes))


def _in_order(order: Order, here: dict[UUID, list[Occupant]], day: date) -> Callable[[Unit], Any]:
    """The key to sort a floor's units by; where it is the same, they stand as in the building."""

    def first(unit: Unit) -> Any:
        if order is Order.STATUS:
            return URGENT_FIRST.index(_status(unit, here.get(unit.id, []), day)[0])
        if order is Order.ENDING:
            return min((each.lease_ends_on for each in here.get(unit.id, []) if each.lease_ends_on), default=date.max)
        return -(unit.area_m2 or 0) if order is Order.AREA else 0

    return lambda unit: (first(unit), _natural(unit.number), _natural(unit.key))


def _natural(text: str) -> list[tuple[int, str]]:
    """A key that sorts 9 before 10."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", text) if part]
