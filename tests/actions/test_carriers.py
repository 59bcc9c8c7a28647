"""载体: entering carriers, dividing them into units, and saying who manages them."""

import asyncio
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from tests import make
from zhusuo.carriers import store
from zhusuo.carriers.actions import (
    add_address,
    add_alias,
    add_carrier,
    correct_carrier,
    make_main_address,
    remove_address,
    remove_alias,
)
from zhusuo.carriers.management_actions import (
    ManagerChanged,
    claim_management,
    confirm_management,
    end_management,
    refuse_management,
)
from zhusuo.carriers.model import Capacity, Carrier, CarrierKind, ManagementStatus, NewCarrier, NewUnits, UnitKind
from zhusuo.carriers.unit_actions import (
    OverlappingUnit,
    StillOccupied,
    add_units,
    allow_sharing,
    correct_unit,
    retire_unit,
)
from zhusuo.db import Connection, Database
from zhusuo.errors import Conflict, Invalid, NotAllowed, NotFound
from zhusuo.people.model import Actor

DAY = date(2026, 11, 20)
TOWER = NewCarrier(
    kind=CarrierKind.TOWER,
    name="汇澜大厦",
    address="徐汇区肇嘉浜路1366号",
    subdistrict_code=make.SUBDISTRICT,
    aliases=("汇澜中心",),
)


async def change(database: Database, actor: Actor, carrier: Carrier, **facts: object) -> Carrier:
    given: dict[str, object] = {
        "kind": carrier.kind,
        "name": carrier.name,
        "subdistrict_code": carrier.subdistrict_code,
        "sharing_allowed": carrier.sharing_allowed,
        "floors_above": carrier.floors_above,
        "floors_below": carrier.floors_below,
        **facts,
    }
    return await correct_carrier(database, actor, carrier.id, carrier.version, **given)  # type: ignore[arg-type]


async def recorded(db: Connection, noun_id: UUID) -> list[tuple[str, str]]:
    """What the audit and the events say about something, in order."""
    rows = await db.fetch(
        """
        SELECT action AS what, at FROM audit_entries WHERE noun_id = $1::uuid::text
         UNION ALL
        SELECT kind, at FROM events WHERE noun_id = $1
      ORDER BY at
        """,
        noun_id,
    )
    return [row["what"] for row in rows]


async def inbox(db: Connection, organisation_id: UUID) -> list[str]:
    rows = await db.fetch("SELECT kind FROM notices WHERE organisation_id = $1 ORDER BY id", organisation_id)
    return [row["kind"] for row in rows]


# Carriers


async def test_a_carrier_is_entered_with_its_address_and_found_by_name_pinyin_and_initials(
    database: Database, db: Connection
) -> None:
    clerk = await make.actor(db, role="clerk")
    carrier = await add_carrier(database, clerk, TOWER)
    assert (carrier.address, carrier.subdistrict) == ("肇嘉浜路1366号", "天平路街道")
    assert carrier.number.startswith("ZT")
    for typed in ("汇澜", "huilanda", "hld", "汇澜中", "zhaojiabang", "zjbl1366"):
        assert await db.fetchval(
            "SELECT count(*) FROM carrier_terms WHERE carrier_id = $1 AND starts_with(term, $2)", carrier.id, typed
        ), typed
    assert await recorded(db, carrier.id) == ["add", "carrier.added"]


async def test_two_carriers_of_one_name_are_one_too_many(database: Database, db: Connection) -> None:
    clerk = await make.actor(db, role="clerk")
    await add_carrier(database, clerk, TOWER)
    with pytest.raises(Invalid) as refusal:
        await add_carrier(database, clerk, TOWER)
    assert "认领" in refusal.value.fields["name"]


@pytest.mark.parametrize(
    ("address", "word"),
    [
        ("肇嘉浜路", "门牌号"),
        ("浦东新区张杨路500号", "不在徐汇区"),
        ("肇嘉浜路1366号2105室", "登记为单元"),
        ("肇嘉浜路1366号汇澜大厦", "名称"),
        ("", "路名"),
    ],
)
async def test_an_address_that_is_no_gate_is_refused(
    database: Database, db: Connection, address: str, word: str
) -> None:
    clerk = await make.actor(db, role="clerk")
    new = NewCarrier(kind=CarrierKind.TOWER, name="某大厦", address=address, subdistrict_code=make.SUBDISTRICT)
    with pytest.raises(Invalid) as refusal:
        await add_carrier(database, clerk, new)
    assert word in refusal.value.fields["address"]


async def test_a_subdistrict_of_another_district_is_refused(database: Database, db: Connection) -> None:
    clerk = await make.actor(db, role="clerk")
    new = NewCarrier(kind=CarrierKind.TOWER, name="某大厦", address="肇嘉浜路1号", subdistrict_code="310101002")
    with pytest.raises(Invalid) as refusal:
        await add_carrier(database, clerk, new)
    assert list(refusal.value.fields) == ["subdistrict_code"]


async def test_one_gate_may_hold_several_carriers_and_one_carrier_several_gates(
    database: Database, db: Connection
) -> None:
    clerk = await make.actor(db, role="clerk")
    mall = await add_carrier(database, clerk, TOWER)
    tower = await add_carrier(
        database,
        clerk,
        NewCarrier(kind=CarrierKind.TOWER, name="汇澜二座", address=TOWER.address, subdistrict_code=make.SUBDISTRICT),
    )
    assert mall.address == tower.address
    side = await add_address(database, clerk, mall.id, "天钥桥路30号", source="门弄号码证明")
    with pytest.raises(Invalid):
        await add_address(database, clerk, mall.id, "天钥桥路30号")
    await make_main_address(database, clerk, mall.id, side)
    found = await store.addresses(db, mall.id)
    assert [(each.text, each.is_main) for each in found] == [("天钥桥路30号", True), ("肇嘉浜路1366号", False)]
    with pytest.raises(NotFound):
        await remove_address(database, clerk, mall.id, side)
    await remove_address(database, clerk, mall.id, found[1].id)
    assert len(await store.addresses(db, mall.id)) == 1
    assert not await db.fetchval(
        "SELECT count(*) FROM carrier_terms WHERE carrier_id = $1 AND starts_with(term, 'zjbl')", mall.id
    )


async def test_an_alias_comes_and_goes_with_its_terms(database: Database, db: Connection) -> None:
    clerk = await make.actor(db, role="clerk")
    carrier = await add_carrier(database, clerk, TOWER)
    alias_id = await add_alias(database, clerk, carrier.id, "飞马旅")
    with pytest.raises(Invalid):
        await add_alias(database, clerk, carrier.id, "飞马旅")
    count = "SELECT count(*) FROM carrier_terms WHERE carrier_id = $1 AND starts_with(term, 'feima')"
    assert await db.fetchval(count, carrier.id)
    await remove_alias(database, clerk, carrier.id, alias_id)
    assert not await db.fetchval(count, carrier.id)


async def test_a_change_made_from_an_old_page_is_refused(database: Database, db: Connection) -> None:
    clerk = await make.actor(db, role="clerk")
    carrier = await add_carrier(database, clerk, TOWER)
    changed = await change(database, clerk, carrier, name="汇澜国际大厦")
    assert changed.version == 2
    with pytest.raises(Conflict):
        await change(database, clerk, carrier, floors_above=30)


async def test_only_a_clerk_allows_sharing(database: Database, db: Connection) -> None:
    clerk, manager = await make.actor(db, role="clerk"), await make.actor(db, role="manager")
    carrier_id = await make.carrier(db, manager=manager.organisation_id)
    carrier = await store.by_id(db, carrier_id)
    assert carrier is not None
    with pytest.raises(NotAllowed):
        await change(database, manager, carrier, sharing_allowed=True)
    assert (await change(database, clerk, carrier, sharing_allowed=True)).sharing_allowed


async def test_strangers_change_nothing(database: Database, db: Connection) -> None:
    carrier_id = await make.carrier(db)
    unit_id = await make.unit(db, carrier_id=carrier_id)
    stranger = await make.actor(db, role="manager")
    for attempt in (
        add_units(database, stranger, carrier_id, NewUnits(label="101")),
        add_address(database, stranger, carrier_id, "肇嘉浜路1号"),
        add_alias(database, stranger, carrier_id, "别名"),
        retire_unit(database, stranger, unit_id, 1, on=DAY, day=DAY),
    ):
        with pytest.raises(NotFound):
            await attempt
    supervisor = await make.actor(db, role="supervisor", subdistricts=frozenset({make.SUBDISTRICT}))
    with pytest.raises(NotAllowed):
        await add_units(database, supervisor, carrier_id, NewUnits(label="101"))


# Units


async def test_units_are_added_one_by_one_as_a_range_and_as_a_whole_floor(database: Database, db: Connection) -> None:
    manager = await make.actor(db, role="manager")
    carrier_id = await make.carrier(db, manager=manager.organisation_id)
    await add_units(database, manager, carrier_id, NewUnits(label="2001", area_m2=Decimal("88.5")))
    assert len(await add_units(database, manager, carrier_id, NewUnits(label="2101-2110"))) == 10
    await add_units(database, manager, carrier_id, NewUnits(label="8层整层"))
    found = {unit.label: unit for unit in await store.units(db, carrier_id)}
    assert len(found) == 12
    assert found["2001室"].area_m2 == Decimal("88.50")
    assert (found["8层整层"].kind, found["8层整层"].floor) == (UnitKind.WHOLE_FLOOR, 8)


async def test_a_range_with_one_known_unit_adds_nothing(database: Database, db: Connection) -> None:
    manager = await make.actor(db, role="manager")
    carrier_id = await make.carrier(db, manager=manager.organisation_id)
    await add_units(database, manager, carrier_id, NewUnits(label="2105室", building="2号楼"))
    with pytest.raises(OverlappingUnit, match="2号楼 2105室"):
        await add_units(database, manager, carrier_id, NewUnits(label="2101-2110", building="2幢"))
    assert len(await store.units(db, carrier_id)) == 1


async def test_a_part_stands_where_its_unit_stands(database: Database, db: Connection) -> None:
    manager = await make.actor(db, role="manager")
    carrier_id = await make.carrier(db, manager=manager.organisation_id)
    [room] = await add_units(database, manager, carrier_id, NewUnits(label="2105", building="A座"))
    west = NewUnits(label="2105室西侧", kind=UnitKind.PART, part_of=room)
    [part] = await add_units(database, manager, carrier_id, west)
    found = await store.unit_by_id(db, part)
    assert found is not None
    assert (found.building, found.floor, found.part_of) == ("A座", 21, room)
    elsewhere = await make.unit(db, carrier_id=await make.carrier(db))
    for wrong in (None, elsewhere):
        with pytest.raises(Invalid):
            await add_units(database, manager, carrier_id, NewUnits(label="东侧", kind=UnitKind.PART, part_of=wrong))


async def test_a_unit_is_corrected_and_retired(database: Database, db: Connection) -> None:
    manager = await make.actor(db, role="manager")
    carrier_id = await make.carrier(db, manager=manager.organisation_id)
    [unit_id] = await add_units(database, manager, carrier_id, NewUnits(label="2105"))
    await correct_unit(database, manager, unit_id, 1, NewUnits(label="2106", area_m2=Decimal(70)))
    with pytest.raises(Conflict):
        await correct_unit(database, manager, unit_id, 1, NewUnits(label="2107"))
    unit = await store.unit_by_id(db, unit_id)
    assert unit is not None
    assert (unit.label, unit.key, unit.version) == ("2106室", "2106", 2)
    await retire_unit(database, manager, unit_id, 2, on=DAY, day=DAY)
    assert await store.units(db, carrier_id) == []
    await add_units(database, manager, carrier_id, NewUnits(label="2106"))


async def test_a_unit_with_somebody_in_it_is_not_retired(database: Database, db: Connection) -> None:
    manager = await make.actor(db, role="manager")
    carrier_id = await make.carrier(db, manager=manager.organisation_id)
    unit_id = await make.unit(db, carrier_id=carrier_id)
    await make.tenancy(db, unit_id=unit_id)
    with pytest.raises(StillOccupied):
        await retire_unit(database, manager, unit_id, 1, on=DAY, day=DAY)


async def test_sharing_is_allowed_for_one_unit_by_a_clerk(database: Database, db: Connection) -> None:
    clerk, manager = await make.actor(db, role="clerk"), await make.actor(db, role="manager")
    unit_id = await make.unit(db, carrier_id=await make.carrier(db, manager=manager.organisation_id))
    with pytest.raises(NotAllowed):
        await allow_sharing(database, manager, unit_id, 1, True)
    await allow_sharing(database, clerk, unit_id, 1, True)
    unit = await store.unit_by_id(db, unit_id)
    assert unit is not None
    assert unit.sharing_allowed is True


async def test_two_people_adding_the_same_unit_at_once_add_it_once(fresh_database: Database) -> None:
    async with fresh_database.connection() as db:
        managers = [await make.actor(db, role="manager")]
        managers.append(await make.actor(db, role="manager", organisation_id=managers[0].organisation_id))
        carrier_id = await make.carrier(db, manager=managers[0].organisation_id)
    answers = await asyncio.gather(
        *(add_units(fresh_database, managers[n % 2], carrier_id, NewUnits(label="2101")) for n in range(6)),
        return_exceptions=True,
    )
    assert [type(each) for each in answers].count(list) == 1
    assert [type(each) for each in answers].count(OverlappingUnit) == 5


# Managements


async def claimed(database: Database, db: Connection, carrier_id: UUID, role: str = "manager") -> tuple[Actor, UUID]:
    """Somebody who has claimed the carrier, and the claim."""
    claimant = await make.actor(db, role=role)
    paper = await make.claim_paper(db, organisation_id=claimant.organisation_id)
    capacity = Capacity.AGENCY if role == "agent" else Capacity.MANAGER
    return claimant, (await claim_management(database, claimant, carrier_id, paper, capacity)).id


async def test_a_claim_with_a_paper_is_confirmed_by_a_clerk_and_opens_the_carrier(
    database: Database, db: Connection
) -> None:
    clerk, carrier_id = await make.actor(db, role="clerk"), await make.carrier(db)
    manager, claim = await claimed(database, db, carrier_id)
    assert await store.by_id_for(db, manager, carrier_id) is None
    assert await inbox(db, clerk.organisation_id) == ["management_claimed"]
    confirmed = await confirm_management(database, clerk, claim)
    assert confirmed.status is ManagementStatus.CONFIRMED
    assert await store.by_id_for(db, manager, carrier_id) is not None
    assert await store.manager_of(db, carrier_id) == manager.organisation_id
    assert await inbox(db, manager.organisation_id) == ["management_confirmed"]
    assert await recorded(db, claim) == ["claim", "management.claimed", "confirm", "management.confirmed"]


async def test_a_claim_needs_a_paper_of_ones_own(database: Database, db: Connection) -> None:
    carrier_id, manager = await make.carrier(db), await make.actor(db, role="manager")
    foreign = await make.claim_paper(db, organisation_id=await make.organisation(db))
    with pytest.raises(Invalid):
        await claim_management(database, manager, carrier_id, foreign, Capacity.MANAGER)


async def test_a_claim_is_made_once_in_ones_own_capacity_and_district(database: Database, db: Connection) -> None:
    carrier_id = await make.carrier(db)
    manager, _ = await claimed(database, db, carrier_id)
    paper = await make.claim_paper(db, organisation_id=manager.organisation_id)
    with pytest.raises(Conflict):
        await claim_management(database, manager, carrier_id, paper, Capacity.MANAGER)
    with pytest.raises(NotAllowed):
        await claim_management(database, manager, carrier_id, paper, Capacity.AGENCY)
    elsewhere = await make.carrier(db, district_code="310101", subdistrict_code="310101002")
    with pytest.raises(NotFound):
        await claim_management(database, manager, elsewhere, paper, Capacity.MANAGER)


async def test_only_a_clerk_of_the_district_decides(database: Database, db: Connection) -> None:
    _, claim = await claimed(database, db, await make.carrier(db))
    with pytest.raises(NotFound):
        await confirm_management(database, await make.actor(db, role="clerk", district_code="310101"), claim)
    with pytest.raises(NotAllowed):
        await confirm_management(database, await make.actor(db, role="manager"), claim)


async def test_a_refused_claim_says_why_and_may_be_made_again(database: Database, db: Connection) -> None:
    clerk, carrier_id = await make.actor(db, role="clerk"), await make.carrier(db)
    manager, claim = await claimed(database, db, carrier_id)
    with pytest.raises(Invalid):
        await refuse_management(database, clerk, claim, "  ")
    assert (await refuse_management(database, clerk, claim, "合同已到期")).reason == "合同已到期"
    with pytest.raises(Conflict):
        await confirm_management(database, clerk, claim)
    paper = await make.claim_paper(db, organisation_id=manager.organisation_id)
    await claim_management(database, manager, carrier_id, paper, Capacity.MANAGER)


async def test_a_successor_takes_over_in_one_moment_and_both_are_told(database: Database, db: Connection) -> None:
    clerk, carrier_id = await make.actor(db, role="clerk"), await make.carrier(db)
    former, first = await claimed(database, db, carrier_id)
    await confirm_management(database, clerk, first)
    successor, second = await claimed(database, db, carrier_id)
    with pytest.raises(ManagerChanged, match=former.organisation):
        await confirm_management(database, clerk, second)
    await confirm_management(database, clerk, second, replaces=former.organisation_id)
    assert await store.manager_of(db, carrier_id) == successor.organisation_id
    assert await store.by_id_for(db, former, carrier_id) is None
    assert await inbox(db, former.organisation_id) == ["management_confirmed", "management_ended"]
    assert await inbox(db, successor.organisation_id) == ["management_confirmed"]
    ended = await store.management_by_id(db, first)
    assert ended is not None
    assert (ended.status, ended.reason) == (ManagementStatus.ENDED, f"由{successor.organisation}接管")
    assert await recorded(db, first) == [
        *("claim", "management.claimed", "confirm", "management.confirmed"),
        *("end", "management.ended"),
    ]


async def test_an_agency_stands_beside_the_manager(database: Database, db: Connection) -> None:
    clerk, carrier_id = await make.actor(db, role="clerk"), await make.carrier(db)
    manager, first = await claimed(database, db, carrier_id)
    await confirm_management(database, clerk, first)
    agent, second = await claimed(database, db, carrier_id, role="agent")
    await confirm_management(database, clerk, second)
    assert await store.manager_of(db, carrier_id) == manager.organisation_id
    assert await store.by_id_for(db, agent, carrier_id) is not None


async def test_a_manager_gives_a_carrier_up_and_the_authority_is_told(database: Database, db: Connection) -> None:
    clerk, carrier_id = await make.actor(db, role="clerk"), await make.carrier(db)
    manager, claim = await claimed(database, db, carrier_id)
    await confirm_management(database, clerk, claim)
    with pytest.raises(NotFound):
        await end_management(database, await make.actor(db, role="manager"), claim, "不是我的")
    await end_management(database, manager, claim, "合同到期")
    assert await store.manager_of(db, carrier_id) is None
    assert await inbox(db, clerk.organisation_id) == ["management_claimed", "management_ended"]
    with pytest.raises(Conflict):
        await end_management(database, clerk, claim, "再来一次")


async def test_two_clerks_confirming_rivals_at_once_confirm_one(fresh_database: Database) -> None:
    async with fresh_database.connection() as db:
        clerks = [await make.actor(db, role="clerk") for _ in range(2)]
        carrier_id = await make.carrier(db)
        rivals = [await claimed(fresh_database, db, carrier_id) for _ in range(2)]
    answers = await asyncio.gather(
        *(confirm_management(fresh_database, clerk, claim) for clerk, (_, claim) in zip(clerks, rivals, strict=True)),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in answers) == ["Management", "ManagerChanged"]
