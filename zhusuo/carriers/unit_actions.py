"""What people do with a carrier's units: type them in, import them, correct, renumber and retire them.

To correct is to say that it always was so; to renumber or retire is to say from which day on it is so. Splitting and
merging concern the dossier and the registrations too and stand further up, in `changes`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

import asyncpg

from zhusuo.carriers import history, store
from zhusuo.carriers.access import CLERK, needs, record, to_change
from zhusuo.carriers.entry import entries, same_buildings
from zhusuo.carriers.history import ChangeKind
from zhusuo.carriers.model import Carrier, NewUnits, Unit, UnitEntry, UnitKind
from zhusuo.carriers.sheets import UnitRow, unit_rows
from zhusuo.carriers.tables import SHANGHAI, CellError, Records
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
        wanted = await within_whole(db, carrier, same_buildings(entries(new, carrier.kind), there))
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


async def correct_unit(database: Database, actor: Actor, unit_id: UUID, version: int, new: NewUnits) -> None:
    """更正: the label, place, kind or area was typed wrongly and always was what is typed now.

    What was known before stays answerable. Raises Conflict if the unit has changed since `version`.
    """
    async with database.transaction() as db:
        carrier, before = await unit_to_change(db, actor, unit_id)
        wanted = await _one_entry(db, carrier, before, new)
        await history.keep_base(db, [unit_id])
        await _update(db, unit_id, wanted, version)
        await _corrected(db, actor, carrier, [unit_id])
        detail = {"unit_id": unit_id, "before": _unit_facts(before), "after": _unit_facts(wanted)}
        await record(db, actor, "correct_unit", carrier.id, "carrier.units_changed", detail)


async def renumber_unit(
    database: Database, actor: Actor, unit_id: UUID, version: int, new: NewUnits, *, on: date, day: date
) -> UUID:
    """改号: from that day on the door says something else; it is the same unit, with the same id, cover and people.

    The former number goes on leading here. Raises Invalid, OverlappingUnit, Conflict; the id of the change.
    """
    async with database.transaction() as db:
        carrier, before = await unit_to_change(db, actor, unit_id)
        facts = replace(new, kind=before.kind, area_m2=before.area_m2, floor=before.floor, part_of=before.part_of)
        wanted = replace(await _one_entry(db, carrier, before, facts), floor=before.floor)
        if wanted.place == before.place and wanted.label == before.label:
            done = await history.last_change(db, unit_id) if before.version == version + 1 else None
            if done is not None:  # the same form again
                return done
            raise Invalid({"label": "新号与现在的一样。"})
        change_id, moment = await begin_change(db, actor, carrier, ChangeKind.RENUMBER, [before], on, day)
        await history.end_validity(db, [unit_id], on, moment, change_id, actor.person_id)
        await _update(db, unit_id, wanted, version)
        await history.begin_validity(db, [unit_id], on, moment, change_id, actor.person_id)
        await history.keep_versions(db, change_id, [unit_id])
        detail = {"change_id": change_id, "unit_id": unit_id, "on": on, "before": before.name, "after": wanted.name}
        await record(db, actor, "renumber_unit", carrier.id, "carrier.units_changed", detail)
        return change_id


async def begin_change(
    db: Connection, actor: Actor, carrier: Carrier, kind: ChangeKind, units: Sequence[Unit], on: date, day: date
) -> tuple[UUID, datetime]:
    """The row of a change that is being made, and its moment. Raises Invalid for a day that cannot be.

    A change is told on its day or later: what has not happened yet is no fact.
    """
    since = await history.first_day(db, [unit.id for unit in units])
    if on > day:
        raise Invalid({"on": "变动日不能晚于今天，请在变动当天或之后办理。"})
    if since is not None and on < since:
        raise Invalid({"on": f"变动日不能早于上一次变动的日子 {since}。"})
    moment = await history.moment(db)
    change_id = await history.insert_change(
        db, carrier_id=carrier.id, kind=kind, happened_on=on, said_by=actor.person_id, said_at=moment
    )
    return change_id, moment


async def _one_entry(db: Connection, carrier: Carrier, before: Unit, new: NewUnits) -> UnitEntry:
    """What was typed for this one unit. Raises Invalid."""
    there = [unit for unit in await store.units(db, carrier.id) if unit.id != before.id]
    wanted = same_buildings(entries(new, carrier.kind), there)
    if len(wanted) != 1:
        raise Invalid({"label": "这里只能填一个单元。"})
    if (before.kind is UnitKind.PART) != (wanted[0].kind is UnitKind.PART):
        raise Invalid({"kind": "单元的一部分不能改成整个单元，整个单元也不能改成一部分；请停用后另行登记。"})
    return wanted[0]


async def _update(db: Connection, unit_id: UUID, wanted: UnitEntry, version: int) -> None:
    try:
        async with db.transaction():
            done = await store.update_unit(db, unit_id, wanted, version)
    except asyncpg.UniqueViolationError as violation:
        raise OverlappingUnit(unit=wanted.name) from violation
    if not done:
        raise Conflict


async def _corrected(db: Connection, actor: Actor, carrier: Carrier, unit_ids: Sequence[UUID]) -> None:
    """Keep what was known of these units, whose rows are right now."""
    moment = await history.moment(db)
    change_id = await history.insert_change(
        db,
        carrier_id=carrier.id,
        kind=ChangeKind.CORRECT,
        happened_on=moment.astimezone(SHANGHAI).date(),
        said_by=actor.person_id,
        said_at=moment,
    )
    await history.correct(db, unit_ids, moment, change_id, actor.person_id)


async def allow_sharing(
    database: Database, actor: Actor, unit_id: UUID, version: int, sharing_allowed: bool | None
) -> None:
    """一址多照: the clerk says whether several businesses may share a unit; None: as its carrier does."""
    needs(actor, CLERK)
    async with database.transaction() as db:
        carrier, unit = await unit_to_change(db, actor, unit_id)
        if not await store.set_unit_sharing(db, unit_id, version, sharing_allowed):
            raise Conflict
        detail = {"unit_id": unit_id, "unit": unit.name, "sharing_allowed": sharing_allowed}
        await record(db, actor, "allow_sharing", carrier.id, "carrier.units_changed", detail)


async def retire_unit(database: Database, actor: Actor, unit_id: UUID, version: int, *, on: date, day: date) -> UUID:
    """停用: from that day on the unit no longer exists; raises StillOccupied while somebody is in it."""
    async with database.transaction() as db:
        carrier, unit = await unit_to_change(db, actor, unit_id)
        if await store.is_occupied(db, unit_id):
            raise StillOccupied(unit=unit.name)
        change_id, moment = await begin_change(db, actor, carrier, ChangeKind.RETIRE, [unit], on, day)
        await history.end_validity(db, [unit_id], on, moment, change_id, actor.person_id)
        if not await store.retire_unit(db, unit_id, version):
            raise Conflict
        await history.keep_versions(db, change_id, [unit_id])
        detail = {"change_id": change_id, "unit_id": unit_id, "on": on, "retired": unit.name}
        await record(db, actor, "retire_unit", carrier.id, "carrier.units_changed", detail)
        return change_id


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
    """Bring the carrier's units up to a table: new ones are added, known ones corrected, the others stay as they are.

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
            mended = [unit.id for unit, _ in changed]
            await history.keep_base(db, mended)
            for unit, entry in changed:
                await store.update_unit(db, unit.id, entry, unit.version)
            if mended:
                await _corrected(db, actor, carrier, mended)
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


async def unit_to_change(db: Connection, actor: Actor, unit_id: UUID) -> tuple[Carrier, Unit]:
    known = await store.unit_by_id(db, unit_id)
    if known is None:
        raise NotFound
    carrier = await to_change(db, actor, known.carrier_id)
    unit = await store.unit_by_id(db, unit_id)
    if unit is None or unit.retired_at is not None:
        raise Conflict
    return carrier, unit


async def within_whole(db: Connection, carrier: Carrier, wanted: list[UnitEntry]) -> list[UnitEntry]:
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
