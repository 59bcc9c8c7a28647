"""What people do when walls are put up or taken down: split a unit, merge several, take it back the same day."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

import asyncpg

from zhusuo import notices
from zhusuo.carriers import history
from zhusuo.carriers import store as carriers
from zhusuo.carriers.access import record, to_change
from zhusuo.carriers.entry import entries, same_buildings
from zhusuo.carriers.history import ChangeKind, Coverage, UnitChange
from zhusuo.carriers.model import Carrier, NewUnits, Unit, UnitEntry, UnitKind
from zhusuo.carriers.unit_actions import OverlappingUnit, begin_change, within_whole
from zhusuo.changes import store
from zhusuo.changes.model import Outcome, Touched, coverage_of, total_area
from zhusuo.db import Connection, Database
from zhusuo.dossiers import store as dossiers
from zhusuo.dossiers.calendar import SHANGHAI
from zhusuo.errors import Conflict, Invalid, NotAllowed, NotFound
from zhusuo.people.model import Actor

MOST_CHILDREN = 60
MOST_PARENTS = 30


class SplitMeanwhile(Conflict):
    """Somebody else was quicker."""

    code = "unit_changed"
    sentence = "“{unit}”刚被别人变动过，请刷新后再看。"


class NotUndoable(Conflict):
    code = "not_undoable"
    sentence = "{why}，不能再撤销；确有错误的，请另行办理变动。"


class _Rehearsed(Exception):
    """Carries what a dry run found out of the transaction that is rolled back."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome


async def split_unit(
    database: Database,
    actor: Actor,
    unit_id: UUID,
    version: int,
    children: Sequence[NewUnits],
    *,
    on: date,
    day: date,
    dry_run: bool = False,
) -> Outcome:
    """分割: from that day on there are several units in place of one, which is retired for good.

    The dossier goes on covering them if the area is conserved. Whoever is registered stays on the retired unit until
    somebody places them. A dry run does everything and takes it back. Raises Invalid, OverlappingUnit, Conflict.
    """
    if len(children) < 2:
        raise Invalid({"children": "请至少填写两个新单元。"})
    return await _change(
        database, actor, ChangeKind.SPLIT, {unit_id: version}, children, on=on, day=day, dry_run=dry_run
    )


async def merge_units(
    database: Database,
    actor: Actor,
    versions: Mapping[UUID, int],
    new: NewUnits,
    *,
    on: date,
    day: date,
    dry_run: bool = False,
) -> Outcome:
    """合并: from that day on there is one unit in place of several on the same floor; `versions` says which, and as
    they were when they were looked at. Otherwise like splitting. Raises Invalid, OverlappingUnit, Conflict."""
    if not 2 <= len(versions) <= MOST_PARENTS:
        raise Invalid({"units": f"请选择 2 到 {MOST_PARENTS} 个单元。"})
    return await _change(database, actor, ChangeKind.MERGE, versions, [new], on=on, day=day, dry_run=dry_run)


async def _change(
    database: Database,
    actor: Actor,
    kind: ChangeKind,
    versions: Mapping[UUID, int],
    new: Sequence[NewUnits],
    *,
    on: date,
    day: date,
    dry_run: bool,
) -> Outcome:
    try:
        async with database.transaction() as db:
            outcome = await _changed(db, actor, kind, versions, new, on, day)
            if dry_run:
                raise _Rehearsed(outcome)
    except _Rehearsed as rehearsed:
        return rehearsed.outcome
    return outcome


async def _changed(
    db: Connection,
    actor: Actor,
    kind: ChangeKind,
    versions: Mapping[UUID, int],
    new: Sequence[NewUnits],
    on: date,
    day: date,
) -> Outcome:
    carrier, parents = await _parents(db, actor, versions)
    wanted = await _children(db, carrier, parents, new)
    ended = [unit.id for unit in parents] + await store.live_parts(db, [unit.id for unit in parents])
    covering = {each.unit_id: each.version for each in await dossiers.effective_versions_for(db, list(versions))}
    coverage = coverage_of(parents, wanted, {unit_id: version.id for unit_id, version in covering.items()})
    touched = Touched(
        dossiers=tuple(dict.fromkeys(each.dossier_number for each in covering.values())),
        waiting=tuple(await store.live_here(db, ended)),
        filings=tuple(await store.open_filings(db, carrier.id, ended)),
        flag_count=await store.flag_count(db, ended),
    )
    change_id, moment = await begin_change(db, actor, carrier, kind, parents, on, day)
    await history.end_validity(db, ended, on, moment, change_id, actor.person_id)
    await store.retire(db, ended)
    child_ids = await _insert(db, carrier, parents, wanted)
    await history.begin_validity(db, child_ids, on, moment, change_id, actor.person_id)
    await history.insert_lineage(db, change_id, ended, child_ids)
    await history.set_coverage(db, change_id, coverage)
    if coverage is Coverage.CARRIED:
        await dossiers.carry_coverage(db, covering[parents[0].id].id, [unit.id for unit in parents], child_ids, moment)
    await dossiers.end_gone_coverage(db, ended, moment)
    await history.keep_versions(db, change_id, [*ended, *child_ids])
    children = await carriers.units_by_ids(db, child_ids)
    outcome = Outcome(
        change_id=change_id,
        kind=kind,
        coverage=coverage,
        parents=tuple(parents),
        children=tuple(children),
        touched=touched,
    )
    detail = {
        "change_id": change_id,
        "on": on,
        "parents": {str(each.id): each.name for each in parents},
        "children": {str(each.id): each.name for each in children},
        "coverage": coverage,
    }
    await record(db, actor, f"{kind}_units", carrier.id, f"carrier.units_{PAST[kind]}", detail)
    await _tell_manager(db, actor, carrier, outcome)
    return outcome


async def _tell_manager(db: Connection, actor: Actor, carrier: Carrier, outcome: Outcome) -> None:
    """Whoever manages the carrier hears of what others have done to its units."""
    manager = await carriers.manager_of(db, carrier.id)
    if manager is None or manager == actor.organisation_id:
        return
    before = "、".join(unit.name for unit in outcome.parents)
    after = "、".join(unit.name for unit in outcome.children)
    body = outcome.sentence
    if outcome.touched.waiting:
        body += f"有 {len(outcome.touched.waiting)} 家待安置，请说明他们现在在哪个单元。"
    await notices.send(
        db,
        manager,
        "units_changed",
        f"{carrier.name}：{before} 已{outcome.kind.label}为 {after}"[:200],
        f"/carriers/{carrier.id}/changes",
        body=body,
        carrier_id=carrier.id,
    )


PAST = {ChangeKind.SPLIT: "split", ChangeKind.MERGE: "merged"}


async def _parents(db: Connection, actor: Actor, versions: Mapping[UUID, int]) -> tuple[Carrier, list[Unit]]:
    """The units as they were looked at, their carrier locked. Raises NotFound, SplitMeanwhile, Invalid."""
    known = await carriers.units_by_ids(db, list(versions))
    if len(known) != len(versions) or len({unit.carrier_id for unit in known}) != 1:
        raise NotFound
    carrier = await to_change(db, actor, known[0].carrier_id)
    parents = await carriers.units_by_ids(db, list(versions))
    for unit in parents:
        if unit.retired_at is not None or unit.version != versions[unit.id]:
            raise SplitMeanwhile(unit=unit.name)
        if unit.kind is UnitKind.VIRTUAL:
            raise Invalid({"units": f"“{unit.name}”是工位，没有墙可拆；请停用后另行登记。"})
    if len({(unit.building, unit.floor, unit.part_of) for unit in parents}) > 1:
        raise Invalid({"units": "只能合并同一幢、同一层的单元；一个单元的各部分只能与同一单元的其他部分合并。"})
    if len(parents) > 1 and await store.overlap_each_other(db, [unit.id for unit in parents]):
        raise Invalid({"units": "选中的单元有一部分是重叠的（例如整层与其中的房间），不能合并。"})
    return carrier, parents


async def _children(
    db: Connection, carrier: Carrier, parents: Sequence[Unit], new: Sequence[NewUnits]
) -> list[UnitEntry]:
    """What was typed for the new units, standing where the former ones stood. Raises Invalid."""
    first = parents[0]
    kinds = {unit.kind for unit in parents}
    kind = kinds.pop() if len(kinds) == 1 else None
    if kind is UnitKind.WHOLE_FLOOR:
        kind = None
    numbers = {unit.number for unit in parents}
    there = [unit for unit in await carriers.units(db, carrier.id) if unit not in parents]
    typed: list[UnitEntry] = []
    for each in new:
        placed = replace(
            each,
            kind=UnitKind.PART if first.part_of else each.kind or kind,
            building=first.building,
            floor=first.floor,
            number=each.number or (first.number if len(numbers) == 1 else ""),
            part_of=first.part_of,
        )
        found = same_buildings(entries(placed, carrier.kind), there)
        if len(found) != 1:
            raise Invalid({"children": f"“{each.label}”写了几个单元，请一行写一个。"})
        typed += found
    wanted = [replace(each, floor=first.floor) for each in await within_whole(db, carrier, typed)]
    if len({each.place for each in wanted}) < len(wanted):
        raise Invalid({"children": "新单元的名称有重复。"})
    if len(wanted) > MOST_CHILDREN:
        raise Invalid({"children": f"一次最多分成 {MOST_CHILDREN} 个单元。"})
    if len(wanted) == 1 and wanted[0].area_m2 is None:
        wanted = [replace(wanted[0], area_m2=total_area(parents))]
    return wanted


async def _insert(db: Connection, carrier: Carrier, parents: Sequence[Unit], wanted: Sequence[UnitEntry]) -> list[UUID]:
    try:
        async with db.transaction():
            child_ids = await carriers.insert_units(db, carrier.id, wanted)
    except asyncpg.UniqueViolationError as violation:
        taken = {unit.place for unit in await carriers.units(db, carrier.id)}
        twice = next((each for each in wanted if each.place in taken), wanted[0])
        raise OverlappingUnit(unit=twice.name) from violation
    sharing = {unit.sharing_allowed for unit in parents}
    await store.set_sharing(db, child_ids, sharing.pop() if len(sharing) == 1 else None)
    return child_ids


# 撤销


async def undo_change(database: Database, actor: Actor, change_id: UUID, *, day: date) -> UnitChange:
    """撤销变动: within the day whoever made it takes it back, as long as nothing else has happened to these units.

    The new units were never there, as far as we know now; that we held them to be so for a while stays on record.
    Raises NotFound, NotAllowed, NotUndoable.
    """
    async with database.transaction() as db:
        known = await history.change_by_id(db, change_id)
        if known is None:
            raise NotFound
        carrier = await to_change(db, actor, known.carrier_id)
        change = await history.change_by_id(db, change_id)
        if change is None:
            raise NotFound
        if change.said_by != actor.person_id:
            raise NotAllowed("只有办理人自己可以撤销。")
        if change.undone_at is not None:  # the same form again
            return change
        await _refuse_undoing(db, change, day)
        moment = await history.moment(db)
        await _undo(db, change, moment, actor.person_id)
        detail = {"change_id": change_id, "kind": change.kind}
        await record(db, actor, "undo_change", carrier.id, "carrier.units_changed", detail)
        return change


async def _refuse_undoing(db: Connection, change: UnitChange, day: date) -> None:
    if change.kind is ChangeKind.CORRECT:
        raise NotUndoable(why="更正没有撤销，再更正一次即可")
    if change.said_at.astimezone(SHANGHAI).date() != day:
        raise NotUndoable(why="这次变动不是今天办理的")
    if await store.went_on(db, change):
        raise NotUndoable(why="变动以后，这些单元又有了新的登记、入驻、备案或变动")


async def _undo(db: Connection, change: UnitChange, moment: datetime, person_id: UUID | None) -> None:
    if change.kind is ChangeKind.RENUMBER:
        await _rename_back(db, change, moment, person_id)
    else:
        before = [unit_id for unit_id in change.unit_ids if unit_id not in change.children]
        await store.retire(db, change.children)
        await dossiers.give_back_coverage(db, before, change.children, change.said_at)
        try:
            async with db.transaction():
                await store.revive(db, before)
        except asyncpg.UniqueViolationError as violation:
            raise NotUndoable(why="原来的单元号已另有单元使用") from violation
        await history.take_back(db, change, moment, person_id)
    await history.set_undone(db, change.id, moment, person_id)


async def _rename_back(db: Connection, change: UnitChange, moment: datetime, person_id: UUID | None) -> None:
    await history.take_back(db, change, moment, person_id)
    try:
        async with db.transaction():
            await history.restore_rows(db, change.unit_ids)
    except asyncpg.UniqueViolationError as violation:
        raise NotUndoable(why="原来的单元号已另有单元使用") from violation
