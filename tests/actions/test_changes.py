"""变动: units are split, merged and renumbered; what they had goes on, and what was known stays answerable."""

import asyncio
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from tests import make
from tests import make_registrations as making
from tests.actions import test_filings as filings
from tests.actions.test_reuses import USCC, Counter, set_up, signer
from zhusuo.carriers import carrier_history, history, store
from zhusuo.carriers.actions import (
    add_address,
    correct_carrier,
    make_main_address,
    remove_address,
    rename_carrier,
    renumber_carrier,
)
from zhusuo.carriers.carrier_history import FactKind
from zhusuo.carriers.history import ChangeKind, Coverage
from zhusuo.carriers.model import Carrier, NewUnits, UnitKind
from zhusuo.carriers.unit_actions import OverlappingUnit, correct_unit, renumber_unit, retire_unit
from zhusuo.changes import placing
from zhusuo.changes import store as changes
from zhusuo.changes.actions import NotUndoable, SplitMeanwhile, merge_units, split_unit, undo_change
from zhusuo.changes.carriers import StillInUse, retire_carrier
from zhusuo.changes.model import Outcome
from zhusuo.db import Connection, Database
from zhusuo.dossiers import actions as filing_actions
from zhusuo.dossiers import review
from zhusuo.dossiers import store as dossiers
from zhusuo.dossiers.calendar import SHANGHAI
from zhusuo.dossiers.model import ScopeKind
from zhusuo.dossiers.review import UnitsRetired
from zhusuo.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal
from zhusuo.flags import Severity, open_for, raise_flag
from zhusuo.invariants import rows as invariants
from zhusuo.people.model import Actor
from zhusuo.registrations import receipts
from zhusuo.registrations.model import Authenticity, ReuseStatus
from zhusuo.registrations.refusals import UnitGone

DAY = datetime.now(UTC).astimezone(SHANGHAI).date()
YESTERDAY = DAY - timedelta(days=1)


class House:
    """A tower with a manager, and rooms of 100 ㎡ on its tenth floor."""

    def __init__(self, database: Database, db: Connection, manager: Actor, carrier_id: UUID) -> None:
        self.database = database
        self.db = db
        self.manager = manager
        self.carrier_id = carrier_id

    async def room(self, label: str, area: float | None = 100, kind: str = "room") -> UUID:
        return await make.unit(self.db, carrier_id=self.carrier_id, label=label, floor=10, area_m2=area, kind=kind)

    async def cover(self, *unit_ids: UUID) -> UUID:
        return await make.version(self.db, carrier_id=self.carrier_id, unit_ids=unit_ids)

    async def split(self, unit_id: UUID, *children: tuple[str, float | None], on: date = DAY) -> Outcome:
        unit = await store.unit_by_id(self.db, unit_id)
        assert unit is not None
        return await split_unit(self.database, self.manager, unit_id, unit.version, typed(*children), on=on, day=DAY)

    async def merge(self, unit_ids: Sequence[UUID], label: str, area: float | None = None) -> Outcome:
        versions = {unit.id: unit.version for unit in await store.units_by_ids(self.db, unit_ids)}
        new = NewUnits(label=label, area_m2=None if area is None else Decimal(str(area)))
        return await merge_units(self.database, self.manager, versions, new, on=DAY, day=DAY)

    async def covered(self, unit_id: UUID) -> bool:
        return await dossiers.effective_version_for(self.db, unit_id) is not None


def typed(*children: tuple[str, float | None]) -> list[NewUnits]:
    return [NewUnits(label=label, area_m2=None if area is None else Decimal(str(area))) for label, area in children]


@pytest.fixture
async def house(database: Database, db: Connection) -> House:
    return await tower(database, db)


async def tower(database: Database, db: Connection) -> House:
    manager = await make.actor(db, role="manager")
    carrier_id = await make.carrier(db, manager=manager.organisation_id)
    return House(database, db, manager, carrier_id)


async def broken(db: Connection) -> list[str]:
    """Every invariant about rows that does not hold; makers leave no audit and no events, which is not ours here."""
    found = []
    for invariant, question in invariants.QUESTIONS:
        if not re.search("audit|event|their_decision", invariant.name) and (cases := await question(db)):
            found += [f"{invariant.name}: {case}" for case in cases]
    return found


# 分割


async def test_a_unit_is_split_and_the_dossier_goes_on_covering_what_came_from_it(house: House) -> None:
    room = await house.room("1001室", 100)
    version = await house.cover(room)
    done = await house.split(room, ("1001A室", 60), ("1001B室", 40.5))
    assert done.coverage is Coverage.CARRIED
    assert [unit.label for unit in done.children] == ["1001A室", "1001B室"]
    assert [unit.floor for unit in done.children] == [10, 10]
    for child in done.children:
        covering = await dossiers.effective_version_for(house.db, child.id)
        assert covering is not None
        assert covering.version.id == version
    assert not await house.covered(room)
    before = await store.unit_by_id(house.db, room)
    assert before is not None
    assert before.retired_at is not None
    assert await changes.successors(house.db, room) == sorted(unit.id for unit in done.children)
    assert await broken(house.db) == []


@pytest.mark.parametrize(
    ("areas", "coverage"),
    [
        ((60, 40), Coverage.CARRIED),
        ((60, 41), Coverage.CARRIED),
        ((60, 41.01), Coverage.AREA_DIFFERS),
        ((60, 38), Coverage.AREA_DIFFERS),
        ((60, None), Coverage.AREA_UNKNOWN),
    ],
)
async def test_cover_is_carried_only_where_the_area_is_conserved(
    house: House, areas: tuple[float, float | None], coverage: Coverage
) -> None:
    room = await house.room("1001室", 100)
    await house.cover(room)
    done = await house.split(room, ("1001A室", areas[0]), ("1001B室", areas[1]))
    assert done.coverage is coverage
    assert [await house.covered(unit.id) for unit in done.children] == [coverage is Coverage.CARRIED] * 2
    assert ("变更备案" in done.sentence) is coverage.needs_filing
    assert await broken(house.db) == []


async def test_a_unit_that_is_gone_is_covered_no_longer_but_a_version_does_not_end_with_it(house: House) -> None:
    alone, room, neighbour = [await house.room(label) for label in ("1001室", "1002室", "1003室")]
    first, second = await house.cover(alone), await house.cover(room, neighbour)
    await house.split(alone, ("1001A室", 10), ("1001B室", 10))
    other = await house.split(room, ("1002A室", 10), ("1002B室", 10))
    assert await house.covered(alone)
    assert not await house.covered(room)
    for version_id in (first, second):
        version = await dossiers.version_by_id(house.db, version_id)
        assert version is not None
        assert version.status == "effective"
    assert await broken(house.db) == []
    await undo_change(house.database, house.manager, other.change_id, day=DAY)
    assert await house.covered(room)
    carried = await house.split(room, ("1002A室", 50), ("1002B室", 50))
    assert set(await dossiers.units_of_version(house.db, second)) == {
        neighbour,
        *(unit.id for unit in carried.children),
    }
    assert await broken(house.db) == []


async def test_what_was_not_on_file_is_not_afterwards(house: House) -> None:
    room = await house.room("1001室")
    done = await house.split(room, ("1001A室", 50), ("1001B室", 50))
    assert done.coverage is Coverage.NONE
    assert not await house.covered(done.children[0].id)


async def test_a_split_is_told_to_the_audit_and_the_feed(house: House) -> None:
    room = await house.room("1001室")
    await house.split(room, ("1001A室", 50), ("1001B室", 50))
    [audit] = await house.db.fetch("SELECT detail FROM audit_entries WHERE action = 'split_units'")
    assert list(audit["detail"]["parents"].values()) == ["1001室"]
    assert await house.db.fetchval("SELECT count(*) FROM events WHERE kind = 'carrier.units_split'") == 1


async def test_the_manager_hears_of_what_the_counter_has_split(house: House) -> None:
    room = await house.room("1001室")
    await making.registered(house.db, unit_id=room)
    await house.split(await house.room("1002室"), ("1002A室", 50), ("1002B室", 50))
    clerk = await make.actor(house.db, role="clerk")
    await split_unit(house.database, clerk, room, 1, typed(("1001A室", 50), ("1001B室", 50)), on=DAY, day=DAY)
    [notice] = await house.db.fetch("SELECT organisation_id, title, body FROM notices WHERE kind = 'units_changed'")
    assert notice["organisation_id"] == house.manager.organisation_id
    assert notice["title"].endswith("1001室 已分割为 1001A室、1001B室")
    assert "1 家待安置" in notice["body"]


async def test_a_dry_run_says_what_would_be_and_leaves_nothing(house: House) -> None:
    room = await house.room("1001室")
    await house.cover(room)
    await making.registered(house.db, unit_id=room, applicant="上海澜鹭信息科技有限公司")
    await make.tenancy(house.db, unit_id=room, tenant="上海栖木数字科技有限公司")
    filing = await make.filing(house.db, carrier_id=house.carrier_id, filer=house.manager)
    await house.db.execute(
        "UPDATE filings SET scope_kind = 'units', scope = ARRAY[$2::text] WHERE id = $1", filing, str(room)
    )
    done = await split_unit(
        house.database, house.manager, room, 1, typed(("甲", 50), ("乙", 50)), on=DAY, day=DAY, dry_run=True
    )
    assert done.coverage is Coverage.CARRIED
    assert [each.name for each in done.touched.registrations] == ["上海澜鹭信息科技有限公司"]
    assert [each.name for each in done.touched.tenants] == ["上海栖木数字科技有限公司"]
    assert [each.id for each in done.touched.filings] == [filing]
    assert len(done.touched.dossiers) == 1
    assert await house.db.fetchval("SELECT count(*) FROM unit_changes") == 0
    assert [unit.label for unit in await store.units(house.db, house.carrier_id)] == ["1001室"]
    assert await house.db.fetchval("SELECT count(*) FROM events WHERE kind = 'carrier.units_split'") == 0


@pytest.mark.parametrize(
    ("children", "on", "word"),
    [
        ([("1001A室", 50)], DAY, "两个"),
        ([("1001A室", 50), ("1001A室", 50)], DAY, "重复"),
        ([("1001A室", 50), ("1003-1005", None)], DAY, "一行写一个"),
        ([("1001A室", 50), ("1001B室", 50)], DAY + timedelta(days=1), "晚于今天"),
    ],
)
async def test_a_split_that_cannot_be_is_refused_in_a_sentence(
    house: House, children: list[tuple[str, float | None]], on: date, word: str
) -> None:
    room = await house.room("1001室")
    with pytest.raises(Invalid) as refusal:
        await house.split(room, *children, on=on)
    assert any(word in sentence for sentence in (*refusal.value.fields.values(), refusal.value.message))
    assert await house.db.fetchval("SELECT count(*) FROM unit_changes") == 0


async def test_a_new_unit_cannot_take_the_name_of_a_neighbour(house: House) -> None:
    room = await house.room("1001室")
    await house.room("1002室")
    with pytest.raises(OverlappingUnit, match="1002室"):
        await house.split(room, ("1001室", 50), ("1002室", 50))
    assert [unit.label for unit in (await house.split(room, ("1001室", 50), ("1001A室", 50))).children] == [
        "1001室",
        "1001A室",
    ]


async def test_strangers_and_supervisors_split_nothing(house: House) -> None:
    room = await house.room("1001室")
    stranger = await make.actor(house.db, role="manager")
    with pytest.raises(NotFound):
        await split_unit(house.database, stranger, room, 1, typed(("甲", 1), ("乙", 1)), on=DAY, day=DAY)
    supervisor = await make.actor(house.db, role="supervisor", subdistricts=frozenset({make.SUBDISTRICT}))
    with pytest.raises(NotAllowed):
        await split_unit(house.database, supervisor, room, 1, typed(("甲", 1), ("乙", 1)), on=DAY, day=DAY)


async def test_the_parts_of_a_unit_go_with_it(house: House) -> None:
    room = await house.room("1001室")
    part = await house.room("1001室南侧", 20, kind="part")
    await house.db.execute("UPDATE units SET part_of = $2 WHERE id = $1", part, room)
    await making.registered(house.db, unit_id=part)
    done = await house.split(room, ("1001A室", 50), ("1001B室", 50))
    [waiting] = await changes.waiting(house.db, house.carrier_id)
    assert (waiting.unit_id, len(waiting.places)) == (part, 2)
    await placing.place_registration(house.database, house.manager, waiting.id, done.children[0].id)
    assert await changes.waiting(house.db, house.carrier_id) == []


# 合并


async def test_rooms_are_merged_and_covered_if_all_of_them_were(house: House) -> None:
    one, other, bare = [await house.room(label) for label in ("1001室", "1002室", "1003室")]
    await house.cover(one, other)
    merged = await house.merge([one, other], "1001室")
    [child] = merged.children
    assert (merged.coverage, child.area_m2, child.label) == (Coverage.CARRIED, Decimal(200), "1001室")
    assert child.id not in (one, other)
    again = await house.merge([child.id, bare], "1001室")
    assert again.coverage is Coverage.PARTLY
    assert not await house.covered(again.children[0].id)
    assert await broken(house.db) == []


async def test_rooms_of_two_dossiers_take_a_change_filing(house: House) -> None:
    one, other = await house.room("1001室"), await house.room("1002室")
    await house.cover(one)
    await house.cover(other)
    assert (await house.merge([one, other], "1001室")).coverage is Coverage.SEVERAL


async def test_only_neighbours_that_do_not_overlap_are_merged(house: House) -> None:
    room, floor = await house.room("1001室"), await house.room("10层整层", 500, kind="whole_floor")
    with pytest.raises(Invalid) as overlap:
        await house.merge([room, floor], "1001室")
    assert "重叠" in overlap.value.fields["units"]
    above = await make.unit(house.db, carrier_id=house.carrier_id, label="1101室", floor=11)
    with pytest.raises(Invalid) as elsewhere:
        await house.merge([room, above], "1001室")
    assert "同一层" in elsewhere.value.fields["units"]


# 独占: space overlaps through splits and merges


async def test_a_registration_lies_in_the_way_of_all_that_came_from_its_unit_until_it_is_placed(house: House) -> None:
    room, neighbour = await house.room("1001室"), await house.room("1002室")
    done = await house.split(room, ("1001A室", 50), ("1001B室", 50))
    a, b = (unit.id for unit in done.children)
    assert set(await store.overlapping(house.db, a)) == {a, room}
    assert set(await store.overlapping(house.db, b)) == {b, room}
    assert set(await store.overlapping(house.db, neighbour)) == {neighbour}
    merged = (await house.merge([b, neighbour], "1002室")).children[0].id
    assert set(await store.overlapping(house.db, merged)) == {merged, b, room, neighbour}
    assert a not in await store.overlapping(house.db, merged)


async def test_rooms_made_of_a_whole_floor_do_not_overlap_each_other(house: House) -> None:
    floor = await house.room("10层整层", 500, kind="whole_floor")
    done = await house.split(floor, ("1001室", 250), ("1002室", 250))
    one, other = (unit.id for unit in done.children)
    assert [unit.kind for unit in done.children] == [UnitKind.ROOM, UnitKind.ROOM]
    assert set(await store.overlapping(house.db, one)) == {one, floor}
    whole = await house.room("10层整层", 500, kind="whole_floor")
    assert {one, other, floor} < set(await store.overlapping(house.db, whole))


async def test_who_is_registered_is_placed_once_and_the_neighbour_is_free(house: House) -> None:
    room = await house.room("1001室")
    registration = await making.registered(house.db, unit_id=room)
    await raise_flag(
        house.db, None, carrier_id=house.carrier_id, unit_id=room, kind="denied_by_manager", severity=Severity.NOTE,
        text="不在此处", source=f"registration:{registration}",
    )  # fmt: skip
    done = await house.split(room, ("1001A室", 50), ("1001B室", 50))
    a, b = (unit.id for unit in done.children)
    [waiting] = await changes.waiting(house.db, house.carrier_id)
    assert (waiting.unit, waiting.places) == ("1001室", ((a, "1001A室"), (b, "1001B室")))
    assert [flag.text for flag in await open_for(house.db, b)] == ["不在此处"]
    with pytest.raises(Invalid):
        await placing.place_registration(house.database, house.manager, registration, room)
    await placing.place_registration(house.database, house.manager, registration, a)
    assert await house.db.fetchval("SELECT unit_id FROM registrations WHERE id = $1", registration) == a
    assert [flag.text for flag in await open_for(house.db, a)] == ["不在此处"]
    assert await open_for(house.db, b) == []
    assert await changes.waiting(house.db, house.carrier_id) == []
    await placing.place_registration(house.database, house.manager, registration, a)
    with pytest.raises(placing.NothingToPlace):
        await placing.place_registration(house.database, house.manager, registration, b)
    assert await house.db.fetchval("SELECT count(*) FROM audit_entries WHERE action = 'place'") == 1
    assert await broken(house.db) == []


async def test_two_who_are_registered_in_rooms_that_were_merged_cannot_both_stay(house: House) -> None:
    rooms = [await house.room("1001室"), await house.room("1002室")]
    one, _ = [
        await making.registered(house.db, unit_id=room, applicant=name)
        for room, name in zip(rooms, ("甲公司", "乙公司"), strict=True)
    ]
    [child] = (await house.merge(rooms, "1001室")).children
    with pytest.raises(placing.PlaceTaken, match="乙公司"):
        await placing.place_registration(house.database, house.manager, one, child.id)
    assert await broken(house.db) == []


async def test_a_tenant_is_placed_too(house: House) -> None:
    room = await house.room("1001室")
    tenancy = await make.tenancy(house.db, unit_id=room, tenant="上海栖木数字科技有限公司")
    done = await house.split(room, ("1001A室", 50), ("1001B室", 50))
    await placing.place_tenancy(house.database, house.manager, tenancy, done.children[1].id)
    assert await house.db.fetchval("SELECT unit_id FROM tenancies WHERE id = $1", tenancy) == done.children[1].id
    stranger = await make.actor(house.db, role="manager")
    with pytest.raises(NotFound):
        await placing.place_tenancy(house.database, stranger, tenancy, done.children[0].id)


# 两条时间轴


async def test_a_change_begins_on_a_day_and_a_correction_always_was(house: House) -> None:
    room = await house.room("1001室")
    entered = await moment(house)
    await correct_unit(house.database, house.manager, room, 1, NewUnits(label="1001室", floor=10, area_m2=Decimal(98)))
    corrected = await moment(house)
    await renumber_unit(house.database, house.manager, room, 2, NewUnits(label="1088室"), on=YESTERDAY, day=DAY)
    now = await moment(house)

    async def known(on: date, at: datetime) -> tuple[str, Decimal | None] | None:
        fact = await history.as_of(house.db, room, on, at)
        return None if fact is None else (fact.label, fact.area_m2)

    before = YESTERDAY - timedelta(days=1)
    assert await known(before, entered) == ("1001室", Decimal(100))
    assert await known(before, corrected) == ("1001室", Decimal(98))
    assert await known(YESTERDAY, corrected) == ("1001室", Decimal(98))
    assert await known(YESTERDAY, now) == ("1088室", Decimal(98))
    assert await known(before, now) == ("1001室", Decimal(98))
    assert await known(DAY, entered - timedelta(days=400)) is None
    said = await history.of_unit(house.db, room)
    assert {fact.said_by for fact in said if fact.change} == {house.manager.name}
    assert [fact.change for fact in said].count(ChangeKind.RENUMBER) == 2


async def moment(house: House) -> datetime:
    return await history.moment(house.db)


async def test_a_renumbered_unit_stays_itself(house: House) -> None:
    room = await house.room("1001室")
    await house.cover(room)
    await renumber_unit(house.database, house.manager, room, 1, NewUnits(label="1088"), on=DAY, day=DAY)
    unit = await store.unit_by_id(house.db, room)
    assert unit is not None
    assert (unit.label, unit.key, unit.area_m2, unit.floor) == ("1088室", "1088", Decimal(100), 10)
    assert await house.covered(room)
    with pytest.raises(Invalid):
        await renumber_unit(house.database, house.manager, room, 2, NewUnits(label="1088室"), on=DAY, day=DAY)
    with pytest.raises(Invalid) as early:
        await renumber_unit(house.database, house.manager, room, 2, NewUnits(label="1089"), on=YESTERDAY, day=DAY)
    assert "不能早于" in early.value.fields["on"]


async def test_several_changes_on_one_day_leave_the_last_one_true(house: House) -> None:
    room = await house.room("1001室")
    done = await house.split(room, ("1001A室", 50), ("1001B室", 50))
    child = done.children[0]
    await renumber_unit(house.database, house.manager, child.id, 1, NewUnits(label="1011"), on=DAY, day=DAY)
    fact = await history.as_of(house.db, child.id, DAY, await moment(house))
    assert fact is not None
    assert (fact.label, fact.valid_from) == ("1011室", DAY)
    assert await history.as_of(house.db, child.id, YESTERDAY, await moment(house)) is None
    gone = await history.as_of(house.db, room, DAY, await moment(house))
    assert gone is None
    assert await broken(house.db) == []


async def test_a_retired_unit_was_there_until_its_day(house: House) -> None:
    room = await house.room("1001室")
    await retire_unit(house.database, house.manager, room, 1, on=DAY, day=DAY)
    now = await moment(house)
    assert await history.as_of(house.db, room, DAY, now) is None
    assert await history.as_of(house.db, room, YESTERDAY, now) is not None


# 撤销


async def test_a_split_is_undone_as_if_it_had_not_been(house: House) -> None:
    room = await house.room("1001室")
    version = await house.cover(room)
    registration = await making.registered(house.db, unit_id=room)
    before = await store.unit_by_id(house.db, room)
    done = await house.split(room, ("1001室", 50), ("1001A室", 50))
    between = await moment(house)
    await undo_change(house.database, house.manager, done.change_id, day=DAY)
    after = await store.unit_by_id(house.db, room)
    assert before is not None
    assert after is not None
    assert (after.label, after.retired_at) == (before.label, None)
    covering = await dossiers.effective_version_for(house.db, room)
    assert covering is not None
    assert covering.version.id == version
    assert [unit.id for unit in await store.units(house.db, house.carrier_id)] == [room]
    assert await store.overlapping(house.db, room) == [room]
    assert await changes.waiting(house.db, house.carrier_id) == []
    assert await house.db.fetchval("SELECT unit_id FROM registrations WHERE id = $1", registration) == room
    child = done.children[0].id
    assert await history.as_of(house.db, child, DAY, await moment(house)) is None
    assert await history.as_of(house.db, child, DAY, between) is not None
    assert await history.as_of(house.db, room, DAY, between) is None
    assert await history.as_of(house.db, room, DAY, await moment(house)) is not None
    assert await broken(house.db) == []
    assert (await undo_change(house.database, house.manager, done.change_id, day=DAY)).undone_at is not None
    # and it can be done again, with new ids
    again = await house.split(room, ("1001室", 50), ("1001A室", 50))
    assert {unit.id for unit in again.children}.isdisjoint(unit.id for unit in done.children)
    assert await broken(house.db) == []


async def test_a_new_number_and_a_retirement_are_undone(house: House) -> None:
    room, other = await house.room("1001室"), await house.room("1002室")
    renumbered = await renumber_unit(house.database, house.manager, room, 1, NewUnits(label="1088"), on=DAY, day=DAY)
    retired = await retire_unit(house.database, house.manager, other, 1, on=DAY, day=DAY)
    await undo_change(house.database, house.manager, renumbered, day=DAY)
    await undo_change(house.database, house.manager, retired, day=DAY)
    assert [unit.label for unit in await store.units(house.db, house.carrier_id)] == ["1001室", "1002室"]
    assert await broken(house.db) == []


async def test_only_who_did_it_undoes_it_and_only_today(house: House) -> None:
    room = await house.room("1001室")
    done = await house.split(room, ("1001A室", 50), ("1001B室", 50))
    colleague = await make.actor(house.db, role="manager", organisation_id=house.manager.organisation_id)
    with pytest.raises(NotAllowed):
        await undo_change(house.database, colleague, done.change_id, day=DAY)
    with pytest.raises(NotUndoable, match="不是今天"):
        await undo_change(house.database, house.manager, done.change_id, day=DAY + timedelta(days=1))


@pytest.mark.parametrize("what", ["placed", "moved_in", "corrected", "split_again", "retired_name"])
async def test_what_went_on_meanwhile_keeps_a_split_from_being_undone(house: House, what: str) -> None:
    room = await house.room("1001室")
    registration = await making.registered(house.db, unit_id=room)
    done = await house.split(room, ("1001A室", 50), ("1001B室", 50))
    child = done.children[0]
    if what == "placed":
        await placing.place_registration(house.database, house.manager, registration, child.id)
    elif what == "moved_in":
        await make.tenancy(house.db, unit_id=child.id)
    elif what == "corrected":
        await correct_unit(house.database, house.manager, child.id, 1, NewUnits(label="1001C室", floor=10))
    elif what == "split_again":
        await house.split(child.id, ("1001D室", 25), ("1001E室", 25))
    else:
        await house.room("1001室")
    with pytest.raises(NotUndoable):
        await undo_change(house.database, house.manager, done.change_id, day=DAY)
    assert await broken(house.db) == []


# 一起来


async def test_two_who_split_one_unit_at_once_split_it_once(fresh_database: Database) -> None:
    async with fresh_database.connection() as db:
        house = await tower(fresh_database, db)
        room = await house.room("1001室")

        async def split(word: str) -> Outcome:
            return await split_unit(
                fresh_database, house.manager, room, 1, typed((f"{word}1", 50), (f"{word}2", 50)), on=DAY, day=DAY
            )

        answers = await asyncio.gather(split("甲"), split("乙"), return_exceptions=True)
        assert sorted(type(each).__name__ for each in answers) == ["Outcome", "SplitMeanwhile"]
        [refusal] = [each for each in answers if isinstance(each, SplitMeanwhile)]
        assert "1001室" in refusal.message
        assert len(await store.units(db, house.carrier_id)) == 2
        assert await broken(db) == []


async def test_a_split_and_a_reuse_at_once(fresh_database: Database) -> None:
    """One wins; if the split was first, the counter is told to look again, if the reuse was, it waits to be placed."""
    counter: Counter = await set_up(fresh_database)
    async with fresh_database.connection() as db:
        unit = await store.unit_by_id(db, counter.unit_id)
        assert unit is not None
        children = typed(("1403A室", 98.54), ("1403B室", 100))
        answers = await asyncio.gather(
            counter.reuse(),
            split_unit(fresh_database, counter.clerk, counter.unit_id, unit.version, children, on=DAY, day=DAY),
            return_exceptions=True,
        )
        refused = [each for each in answers if isinstance(each, BaseException)]
        assert all(isinstance(each, UnitGone) for each in refused), refused
        waiting = await changes.waiting(db, counter.carrier_id)
        assert len(waiting) == (0 if refused else 1)
        assert await broken(db) == []


async def test_a_refusal_is_no_half_done_change(house: House) -> None:
    room, other = await house.room("1001室"), await house.room("1002室")
    with pytest.raises(Conflict):
        await merge_units(house.database, house.manager, {room: 1, other: 7}, NewUnits(label="1001室"), on=DAY, day=DAY)
    assert len(await store.units(house.db, house.carrier_id)) == 2
    assert issubclass(SplitMeanwhile, Refusal)


# 载体


async def told(house: House, on: date, at: datetime) -> dict[FactKind, list[str]]:
    found: dict[FactKind, list[str]] = {}
    for fact in await carrier_history.as_of(house.db, house.carrier_id, on, at):
        found.setdefault(fact.kind, []).append(fact.value)
    return found


async def test_a_carrier_is_renamed_from_a_day_and_corrected_for_good(house: House) -> None:
    clerk = await make.actor(house.db, role="clerk")
    before = await carrier_of(house)
    start = await moment(house)
    renamed = await rename_carrier(
        house.database, clerk, house.carrier_id, before.version, "汇澜国际中心", on=YESTERDAY, day=DAY
    )
    between = await moment(house)
    await correct_carrier(
        house.database, clerk, house.carrier_id, renamed.version, kind=before.kind, name="汇澜国际大厦",
        subdistrict_code=before.subdistrict_code, sharing_allowed=False, floors_above=None, floors_below=None,
    )  # fmt: skip
    now = await moment(house)
    early = YESTERDAY - timedelta(days=1)
    assert (await told(house, DAY, start))[FactKind.NAME] == [before.name]
    assert (await told(house, DAY, between))[FactKind.NAME] == ["汇澜国际中心"]
    assert (await told(house, DAY, now))[FactKind.NAME] == ["汇澜国际大厦"]
    assert (await told(house, early, now))[FactKind.NAME] == [before.name]
    [alias] = await store.aliases(house.db, house.carrier_id)
    assert (alias.name, alias.ends_on) == (before.name, YESTERDAY)
    with pytest.raises(NotAllowed):
        await rename_carrier(house.database, house.manager, house.carrier_id, 3, "别的", on=DAY, day=DAY)


async def carrier_of(house: House) -> Carrier:
    found = await store.by_id(house.db, house.carrier_id)
    assert found is not None
    return found


async def test_an_address_ends_and_another_begins(house: House) -> None:
    clerk = await make.actor(house.db, role="clerk")
    [address] = await store.addresses(house.db, house.carrier_id)
    start = await moment(house)
    await renumber_carrier(house.database, clerk, house.carrier_id, address.id, "宜山路939号", on=YESTERDAY, day=DAY)
    now = await moment(house)
    main, former = await store.addresses(house.db, house.carrier_id)
    assert (main.text, main.is_main, main.begins_on, main.ends_on) == ("宜山路939号", True, YESTERDAY, None)
    assert (former.text, former.is_main, former.ends_on) == (address.text, False, YESTERDAY)
    assert (await told(house, DAY, now))[FactKind.ADDRESS] == ["宜山路939号"]
    assert (await told(house, DAY, start))[FactKind.ADDRESS] == [address.text]
    assert (await told(house, YESTERDAY - timedelta(days=1), now))[FactKind.ADDRESS] == [address.text]
    with pytest.raises(NotFound):
        await renumber_carrier(house.database, clerk, house.carrier_id, address.id, "宜山路941号", on=DAY, day=DAY)
    with pytest.raises(NotFound):
        await make_main_address(house.database, clerk, house.carrier_id, address.id)


async def test_an_address_that_was_wrong_never_was_but_was_known(house: House) -> None:
    clerk = await make.actor(house.db, role="clerk")
    wrong = await add_address(house.database, clerk, house.carrier_id, "宜山路939号")
    start = await moment(house)
    await remove_address(house.database, clerk, house.carrier_id, wrong)
    assert "宜山路939号" in (await told(house, DAY, start))[FactKind.ADDRESS]
    assert "宜山路939号" not in (await told(house, DAY, await moment(house)))[FactKind.ADDRESS]


async def test_a_carrier_that_is_demolished_takes_its_units_and_versions_with_it(house: House) -> None:
    clerk = await make.actor(house.db, role="clerk")
    room = await house.room("1001室")
    version = await house.cover(room)
    registration = await making.registered(house.db, unit_id=room)
    carrier = await carrier_of(house)
    with pytest.raises(StillInUse, match="1 家登记企业"):
        await retire_carrier(house.database, clerk, carrier.id, carrier.version, on=DAY, day=DAY)
    await house.db.execute("UPDATE registrations SET status = 'ended', ended_at = now() WHERE id = $1", registration)
    with pytest.raises(Invalid):
        await retire_carrier(
            house.database, clerk, carrier.id, carrier.version, on=DAY, day=DAY, successor_id=carrier.id
        )
    await retire_carrier(house.database, clerk, carrier.id, carrier.version, on=DAY, day=DAY)
    assert await store.units(house.db, carrier.id) == []
    assert await history.as_of(house.db, room, YESTERDAY, await moment(house)) is not None
    assert await history.as_of(house.db, room, DAY, await moment(house)) is None
    assert await told(house, DAY, await moment(house)) == {}
    ended = await dossiers.version_by_id(house.db, version)
    assert ended is not None
    assert (ended.status, ended.ended_reason) == ("revoked", "载体已注销")
    assert await broken(house.db) == []
    with pytest.raises(Conflict):
        await house.split(room, ("1001A室", 50), ("1001B室", 50))


# 备案与登记在途


async def test_a_filing_that_is_approved_while_its_unit_is_split(fresh_database: Database) -> None:
    """Whoever is first: the split carries the new cover, or the clerk is told to send the filing back."""
    async with fresh_database.connection() as db:
        at = await filings.house(db)
        filing = await filings.submitted(fresh_database, db, at)
    answers = await asyncio.gather(
        review.approve(fresh_database, at.clerk, filing.id, day=DAY),
        split_unit(fresh_database, at.manager, at.units[0], 1, typed(("甲室", 25), ("乙室", 25)), on=DAY, day=DAY),
        return_exceptions=True,
    )
    refused = [each for each in answers if isinstance(each, BaseException)]
    assert all(isinstance(each, UnitsRetired) for each in refused), refused
    [done] = [each for each in answers if isinstance(each, Outcome)]
    assert done.coverage is (Coverage.NONE if refused else Coverage.CARRIED)
    async with fresh_database.connection() as db:
        assert await broken(db) == []


async def test_a_split_while_a_filing_with_the_unit_is_handed_in(fresh_database: Database) -> None:
    async with fresh_database.connection() as db:
        at = await filings.house(db)
        filing = await filings.ready(fresh_database, db, at)
    room = str(at.units[0])
    await filing_actions.set_scope(fresh_database, at.manager, filing.id, ScopeKind.UNITS, [room])
    answers = await asyncio.gather(
        filing_actions.submit(fresh_database, at.manager, filing.id, declared=True, day=DAY),
        split_unit(fresh_database, at.manager, at.units[0], 1, typed(("甲室", 25), ("乙室", 25)), on=DAY, day=DAY),
        return_exceptions=True,
    )
    refused = [each for each in answers if isinstance(each, BaseException)]
    assert [each.fields for each in refused if isinstance(each, Invalid)] == [
        {"scope": "备案范围里的单元有变动，请重新选择。"} for _ in refused
    ]
    if not refused:
        with pytest.raises(UnitsRetired):
            await review.approve(fresh_database, at.clerk, filing.id, day=DAY)
    async with fresh_database.connection() as db:
        assert await broken(db) == []


async def test_a_hold_goes_through_a_split_and_its_receipt_cites_the_unit_as_it_was(
    database: Database, db: Connection
) -> None:
    counter = await set_up(database)
    held = await counter.reuse()
    children = typed(("1403A室", 98.54), ("1403B室", 100))
    done = await split_unit(database, counter.clerk, counter.unit_id, 1, children, on=DAY, day=DAY)
    made = await counter.report(held, ReuseStatus.REGISTERED, USCC)
    [waiting] = await changes.waiting(db, counter.carrier_id)
    await placing.place_registration(database, counter.clerk, waiting.id, done.children[0].id)
    assert (await receipts.verify(db, signer(), made.code)).authenticity is Authenticity.GENUINE
    assert receipts.content_of(made)["address"]["text"].endswith("1403室")
    assert await broken(db) == []
