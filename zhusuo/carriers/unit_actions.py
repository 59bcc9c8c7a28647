"""What people do with a carrier's units: type them in, import them, correct and retire them."""

from dataclasses import dataclass, replace
from uuid import UUID

import asyncpg

from zhusuo.carriers import store
from zhusuo.carriers.access import CLERK, needs, record, to_change
from zhusuo.carriers.entry import entries, same_buildings
from zhusuo.carriers.model import Carrier, NewUnits, Unit, UnitEntry, UnitKind
from zhusuo.carriers.sheets import UnitRow, unit_rows
from zhusuo.carriers.tables import CellError, Records
from zhusuo.db import Connection, Database
from zhusuo.errors import Conflict, Invalid, NotFound
from zhusuo.people.model import Actor


class OverlappingUnit(Conflict):
    """The carrier has this unit already."""

    code = "unit_exists"
    sentence = "“{unit}”已经登记过，不能重复。"


class StillOccupied(Conflict):
    code = "still_occupied"
    sentence = "“{unit}”还有在驻或登记的企业，请先办理迁出。"


async def add_units(database: Database, actor: Actor, carrier_id: UUID, new: NewUnits) -> list[UUID]:
    """Add one unit, a range or list of them, or a whole floor; all or none."""
    async with database.transaction() as db:
        carrier = await to_change(db, actor, carrier_id)
        there = await store.units(db, carrier_id)
        wanted = await _within_whole(db, carrier, same_buildings(entries(new, carrier.kind), there))
        try:
            async with db.transaction():
                unit_ids = await store.insert_units(db, carrier_id, wanted)
        except asyncpg.UniqueViolationError as violation:
            taken = {unit.place for unit in there}
            twice = next((each for each in wanted if each.place in taken), wanted[0])
            raise OverlappingUnit(unit=twice.name) from violation
        names = [each.name for each in wanted]
        await record(db, actor, "add_units", carrier_id, "carrier.units_changed", {"added": names})
        return unit_ids


async def change_unit(database: Database, actor: Actor, unit_id: UUID, version: int, new: NewUnits) -> None:
    """Correct a unit's label, place, kind or area; raises Conflict if it has changed since `version`."""
    async with database.transaction() as db:
        carrier, before = await _unit_to_change(db, actor, unit_id)
        there = [unit for unit in await store.units(db, carrier.id) if unit.id != unit_id]
        wanted = same_buildings(entries(new, carrier.kind), there)
        if len(wanted) != 1:
            raise Invalid({"label": "这里只能填一个单元。"})
        if (before.kind is UnitKind.PART) != (wanted[0].kind is UnitKind.PART):
            raise Invalid({"kind": "单元的一部分不能改成整个单元，整个单元也不能改成一部分；请停用后另行登记。"})
        try:
            async with db.transaction():
                done = await store.update_unit(db, unit_id, wanted[0], version)
        except asyncpg.UniqueViolationError as violation:
            raise OverlappingUnit(unit=wanted[0].name) from violation
        if not done:
            raise Conflict
        detail = {"unit_id": unit_id, "before": _unit_facts(before), "after": _unit_facts(wanted[0])}
        await record(db, actor, "change_unit", carrier.id, "carrier.units_changed", detail)


async def allow_sharing(
    database: Database, actor: Actor, unit_id: UUID, version: int, sharing_allowed: bool | None
) -> None:
    """一址多照: the clerk says whether several businesses may share a unit; None: as its carrier does."""
    needs(actor, CLERK)
    async with database.transaction() as db:
        carrier, unit = await _unit_to_change(db, actor, unit_id)
        if not await store.set_unit_sharing(db, unit_id, version, sharing_allowed):
            raise Conflict
        detail = {"unit_id": unit_id, "unit": unit.name, "sharing_allowed": sharing_allowed}
        await record(db, actor, "allow_sharing", carrier.id, "carrier.units_changed", detail)


async def retire_unit(database: Database, actor: Actor, unit_id: UUID, version: int) -> None:
    """Take a unit out of use that no longer exists; raises StillOccupied while somebody is in it."""
    async with database.transaction() as db:
        carrier, unit = await _unit_to_change(db, actor, unit_id)
        if await store.is_occupied(db, unit_id):
            raise StillOccupied(unit=unit.name)
        if not await store.retire_unit(db, unit_id, version):
            raise Conflict
        detail = {"unit_id": unit_id, "retired": unit.name}
        await record(db, actor, "retire_unit", carrier.id, "carrier.units_changed", detail)


@dataclass(frozen=True, kw_only=True)
class ImportLine:
    """What a row of the table would do, or did: 新增, 更改 with what changes."""

    row: int
    unit: str
    added: bool
    changes: str


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """What an import would do, or did. With `errors` nothing is written; `notes` are guesses worth a look."""

    row_count: int
    added: int
    changed: int
    unchanged: int
    lines: tuple[ImportLine, ...]
    errors: tuple[CellError, ...]
    notes: tuple[CellError, ...]
    applied: bool


async def import_units(
    database: Database, actor: Actor, carrier_id: UUID, found: Records, *, dry_run: bool
) -> ImportReport:
    """Bring the carrier's units up to a table: new ones are added, known ones changed, the others stay as they are.

    Empty cells change nothing. A second import of the same table finds nothing to do. Nothing is written in a dry
    run, nor while any cell is wrong.
    """
    async with database.transaction() as db:
        carrier = await to_change(db, actor, carrier_id)
        read = unit_rows(found, carrier.kind)
        there = await store.units(db, carrier_id)
        spelt = same_buildings([row.entry for row in read.rows], there)
        rows = [replace(row, entry=entry) for row, entry in zip(read.rows, spelt, strict=True)]
        new, changed, lines, errors = _compared(rows, there)
        errors = tuple(sorted((*read.errors, *errors), key=lambda error: error.row))
        applied = not (dry_run or errors)
        if applied and (new or changed):
            await store.insert_units(db, carrier_id, new)
            for unit, entry in changed:
                await store.update_unit(db, unit.id, entry, unit.version)
            detail = {"added_count": len(new), "changed_count": len(changed)}
            await record(db, actor, "import_units", carrier_id, "carrier.units_changed", detail)
        return ImportReport(
            row_count=len(found.rows),
            added=len(new),
            changed=len(changed),
            unchanged=len(rows) - len(new) - len(changed),
            lines=lines,
            errors=errors,
            notes=read.notes,
            applied=applied,
        )


def _compared(
    rows: list[UnitRow], there: list[Unit]
) -> tuple[list[UnitEntry], list[tuple[Unit, UnitEntry]], tuple[ImportLine, ...], tuple[CellError, ...]]:
    known = {unit.place: unit for unit in there}
    seen: dict[tuple[str, str, str], int] = {}
    new: list[UnitEntry] = []
    changed: list[tuple[Unit, UnitEntry]] = []
    lines: list[ImportLine] = []
    errors: list[CellError] = []
    for row in rows:
        entry, at = row.entry, row.record.row
        if entry.place in seen:
            errors.append(row.record.error("label", f"“{entry.name}”与第 {seen[entry.place]} 行重复。"))
            continue
        seen[entry.place] = at
        unit = known.get(entry.place)
        if unit is not None:
            entry = _merged(unit, row)
            changes = _changes(unit, entry)
            if changes:
                changed.append((unit, entry))
                lines.append(ImportLine(row=at, unit=entry.name, added=False, changes=changes))
        elif entry.kind is UnitKind.PART:
            errors.append(row.record.error("kind", "一个单元的部分面积请在单元页上登记，并选明属于哪个单元。"))
        else:
            new.append(entry)
            lines.append(ImportLine(row=at, unit=entry.name, added=True, changes=""))
    return new, changed, tuple(lines), tuple(errors)


def _merged(unit: Unit, row: UnitRow) -> UnitEntry:
    """The row's entry, with the unit's own facts where the row says nothing."""
    entry = row.entry
    return replace(
        entry,
        kind=entry.kind if "kind" in row.told else unit.kind,
        floor=unit.floor if entry.floor is None else entry.floor,
        area_m2=unit.area_m2 if entry.area_m2 is None else entry.area_m2,
    )


def _changes(unit: Unit, entry: UnitEntry) -> str:
    pairs = (
        ("单元", unit.label, entry.label),
        ("楼层", unit.floor, entry.floor),
        ("面积", unit.area_m2, entry.area_m2),
        ("用途", unit.kind.label, entry.kind.label),
    )
    shown = (f"{name} {'无' if old is None else old} → {now}" for name, old, now in pairs if old != now)
    return "，".join(shown)


async def _unit_to_change(db: Connection, actor: Actor, unit_id: UUID) -> tuple[Carrier, Unit]:
    known = await store.unit_by_id(db, unit_id)
    if known is None:
        raise NotFound
    carrier = await to_change(db, actor, known.carrier_id)
    unit = await store.unit_by_id(db, unit_id)
    if unit is None or unit.retired_at is not None:
        raise Conflict
    return carrier, unit


async def _within_whole(db: Connection, carrier: Carrier, wanted: list[UnitEntry]) -> list[UnitEntry]:
    """Parts, and only they, name the unit of this carrier that they belong to, and stand on its floor."""
    found = []
    for each in wanted:
        whole = await store.unit_by_id(db, each.part_of) if each.part_of else None
        if (each.kind is UnitKind.PART) != (whole is not None):
            raise Invalid({"part_of": "请选择它是哪个单元的一部分。"})
        if whole is not None:
            if whole.carrier_id != carrier.id or whole.retired_at is not None:
                raise Invalid({"part_of": "所选的单元不在这个载体里。"})
            each = replace(each, building=whole.building, number=whole.number, floor=whole.floor)
        found.append(each)
    return found


def _unit_facts(unit: Unit | UnitEntry) -> dict[str, object]:
    return {"unit": unit.name, "kind": unit.kind, "floor": unit.floor, "area_m2": unit.area_m2}
