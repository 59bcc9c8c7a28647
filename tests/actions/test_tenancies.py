"""入驻 and 提示: who is in which unit, and what the counter is warned of."""

import asyncio
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from tests import make
from zhusuo import flags
from zhusuo.db import Connection, Database
from zhusuo.errors import Conflict, Invalid, NotAllowed, NotFound
from zhusuo.flags import Severity
from zhusuo.people.model import Actor, Role
from zhusuo.tenancies import store
from zhusuo.tenancies.actions import confirm_still_here, move_in, move_out
from zhusuo.tenancies.model import NewTenancy, TenancySource

DAY = date(2026, 11, 22)


@pytest.fixture
async def manager(db: Connection) -> Actor:
    return await make.actor(db, role="manager")


@pytest.fixture
async def carrier_id(db: Connection, manager: Actor) -> UUID:
    return await make.carrier(db, manager=manager.organisation_id)


@pytest.fixture
async def unit_id(db: Connection, carrier_id: UUID) -> UUID:
    return await make.unit(db, carrier_id=carrier_id)


async def kinds(db: Connection, noun_id: UUID) -> list[str]:
    rows = await db.fetch("SELECT kind FROM events WHERE noun_id = $1 ORDER BY id", noun_id)
    return [row["kind"] for row in rows]


async def test_a_tenant_moves_in_and_out(
    database: Database, db: Connection, manager: Actor, carrier_id: UUID, unit_id: UUID
) -> None:
    new = NewTenancy(
        unit_id=unit_id,
        tenant=" 上海鹿鸣网络有限公司 ",
        lease_begins_on=DAY,
        lease_ends_on=date(2028, 11, 21),
        moved_in_on=DAY,
    )
    tenancy = await move_in(database, manager, new)
    assert [each.tenant for each in await store.by_carrier(db, carrier_id)] == ["上海鹿鸣网络有限公司"]
    left = await move_out(database, manager, tenancy.id, DAY, day=DAY)
    assert left.moved_out_on == DAY
    assert await store.by_carrier(db, carrier_id) == []
    assert [each.id for each in await store.by_unit(db, unit_id)] == [tenancy.id]
    assert await kinds(db, tenancy.id) == ["tenancy.moved_in", "tenancy.moved_out"]
    with pytest.raises(Conflict):
        await move_out(database, manager, tenancy.id, DAY, day=DAY)


async def test_the_roster_said_again_renews_and_does_not_double(
    database: Database, db: Connection, manager: Actor, carrier_id: UUID, unit_id: UUID
) -> None:
    ends = date(2027, 1, 1)
    first = await move_in(database, manager, NewTenancy(unit_id=unit_id, tenant="甲公司", lease_ends_on=ends))
    again = await move_in(database, manager, NewTenancy(unit_id=unit_id, tenant="甲公司"))
    assert (again.id, again.lease_ends_on) == (first.id, ends)
    later = date(2029, 1, 1)
    renewed = await move_in(
        database,
        manager,
        NewTenancy(unit_id=unit_id, tenant="甲公司", lease_ends_on=later, source=TenancySource.LEASE),
    )
    assert (renewed.id, renewed.lease_ends_on) == (first.id, later)
    assert len(await store.by_carrier(db, carrier_id)) == 1
    assert await kinds(db, first.id) == ["tenancy.moved_in", "tenancy.renewed", "tenancy.renewed"]


async def test_nobody_leaves_tomorrow_or_before_they_came(database: Database, manager: Actor, unit_id: UUID) -> None:
    tenancy = await move_in(database, manager, NewTenancy(unit_id=unit_id, tenant="甲公司", moved_in_on=DAY))
    for on in (date(2026, 11, 23), date(2026, 11, 21)):
        with pytest.raises(Invalid):
            await move_out(database, manager, tenancy.id, on, day=DAY)


async def test_a_tenant_that_is_still_here_is_confirmed(
    database: Database, db: Connection, manager: Actor, unit_id: UUID
) -> None:
    tenancy_id = await make.tenancy(db, unit_id=unit_id)
    await confirm_still_here(database, manager, tenancy_id)
    found = await store.by_id(db, tenancy_id)
    assert found is not None
    assert found.confirmed_at is not None
    assert await kinds(db, tenancy_id) == ["tenancy.confirmed"]


async def test_a_lobby_has_no_tenants_and_a_lease_ends_after_it_begins(
    database: Database, db: Connection, manager: Actor, carrier_id: UUID, unit_id: UUID
) -> None:
    lobby = await make.unit(db, carrier_id=carrier_id, label="大堂", kind="service")
    with pytest.raises(Invalid):
        await move_in(database, manager, NewTenancy(unit_id=lobby, tenant="甲公司"))
    backwards = NewTenancy(unit_id=unit_id, tenant="", lease_begins_on=DAY, lease_ends_on=date(2020, 1, 1))
    with pytest.raises(Invalid) as refusal:
        await move_in(database, manager, backwards)
    assert set(refusal.value.fields) == {"tenant", "lease_ends_on"}


async def test_only_those_who_know_the_house_say_who_lives_there(
    database: Database, db: Connection, unit_id: UUID
) -> None:
    new = NewTenancy(unit_id=unit_id, tenant="甲公司")
    for role, refusal in (("manager", NotFound), ("supervisor", NotAllowed), ("administrator", NotAllowed)):
        with pytest.raises(refusal):
            await move_in(database, await make.actor(db, role=role), new)
    clerk = await make.actor(db, role="clerk")
    client = replace(clerk, person_id=None, role=Role.CLIENT, scopes=frozenset({"lookup"}))
    with pytest.raises(NotAllowed):
        await move_in(database, client, new)
    tenancy = await move_in(database, replace(client, scopes=frozenset({"tenancies"})), new)
    with pytest.raises(NotFound):
        await move_out(database, await make.actor(db, role="manager"), tenancy.id, DAY, day=DAY)


async def test_one_tenant_reported_by_many_at_once_is_one_tenancy(fresh_database: Database) -> None:
    async with fresh_database.connection() as db:
        manager = await make.actor(db, role="manager")
        carrier_id = await make.carrier(db, manager=manager.organisation_id)
        unit_id = await make.unit(db, carrier_id=carrier_id)
    new = NewTenancy(unit_id=unit_id, tenant="甲公司")
    found = await asyncio.gather(*(move_in(fresh_database, manager, new) for _ in range(8)))
    assert len({tenancy.id for tenancy in found}) == 1
    async with fresh_database.connection() as db:
        assert await db.fetchval("SELECT count(*) FROM events WHERE kind = 'tenancy.moved_in'") == 1


async def test_a_flag_stands_once_until_it_is_cleared(
    db: Connection, manager: Actor, carrier_id: UUID, unit_id: UUID
) -> None:
    async def flagged(severity: Severity, text: str, unit: UUID | None = unit_id) -> UUID:
        return await flags.raise_flag(
            db,
            manager,
            carrier_id=carrier_id,
            unit_id=unit,
            kind="zombie",
            severity=severity,
            text=text,
            source="case 1",
        )

    first = await flagged(Severity.NOTE, "原企业联系不上")
    assert await flagged(Severity.NEEDS_REASON, "原企业可能已搬走") == first
    whole = await flagged(Severity.BLOCKS, "整幢楼涉查封", None)
    other = await make.unit(db, carrier_id=carrier_id)
    assert [(flag.severity, flag.text) for flag in await flags.open_for(db, unit_id)] == [
        (Severity.BLOCKS, "整幢楼涉查封"),
        (Severity.NEEDS_REASON, "原企业可能已搬走"),
    ]
    assert [flag.id for flag in await flags.open_for(db, other)] == [whole]
    await flags.clear_flag(db, manager, first)
    with pytest.raises(NotFound):
        await flags.clear_flag(db, manager, first)
    assert [flag.id for flag in await flags.by_carrier(db, carrier_id)] == [whole]
    assert await kinds(db, first) == ["flag.raised", "flag.raised", "flag.cleared"]


async def test_one_tenant_in_two_spellings_is_one_tenancy(
    database: Database, db: Connection, manager: Actor, carrier_id: UUID, unit_id: UUID
) -> None:
    for name in ("上海鹿鸣（徐汇）网络有限公司", "上海鹿鸣(徐汇) 网络有限公司", "上海鹿鸣（徐汇）网络 有限公司"):
        await move_in(database, manager, NewTenancy(unit_id=unit_id, tenant=name))
    assert [each.tenant for each in await store.by_carrier(db, carrier_id)] == ["上海鹿鸣（徐汇）网络有限公司"]
