"""旧址: what was changed leads to what it is today, and says so; what was only typed wrongly leads nowhere."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from tests import make
from tests.lookup.conftest import Enter, Look
from tests.lookup.test_find import codes, said
from tests.support.postgres import OneConnection
from zhusuo.carriers import store
from zhusuo.carriers.actions import rename_carrier, renumber_carrier
from zhusuo.carriers.model import Carrier, CarrierKind, NewUnits
from zhusuo.carriers.unit_actions import correct_unit, renumber_unit
from zhusuo.changes.actions import merge_units, split_unit, undo_change
from zhusuo.changes.carriers import retire_carrier
from zhusuo.db import Connection
from zhusuo.dossiers.calendar import SHANGHAI
from zhusuo.people.model import Actor

DAY = datetime.now(UTC).astimezone(SHANGHAI).date()
UnitNamed = Callable[[str], Awaitable[tuple[UUID, int]]]


@pytest.fixture
async def clerk(db: Connection) -> Actor:
    return await make.actor(db, role="clerk")


@pytest.fixture
def unit(db: Connection) -> UnitNamed:
    async def found(label: str) -> tuple[UUID, int]:
        row = await db.fetchrow("SELECT id, version FROM units WHERE label = $1 AND retired_at IS NULL", label)
        assert row is not None
        return row["id"], row["version"]

    return found


@pytest.fixture
async def _tower(enter: Enter) -> None:
    await enter("汇宁大厦", "宜山路935号", "901-904")


@pytest.mark.usefixtures("_tower")
async def test_an_old_number_leads_to_the_new_one(
    database: OneConnection, clerk: Actor, unit: UnitNamed, look: Look
) -> None:
    room, version = await unit("901室")
    await renumber_unit(database, clerk, room, version, NewUnits(label="988室"), on=DAY, day=DAY)
    old, new = await look("宜山路935号901室"), await look("宜山路935号988室")
    assert said(old) == ("B", "汇宁大厦", "988室")
    assert said(new) == ("A", "汇宁大厦", "988室")
    [why] = [each for each in old.reasons if each.code == "former_unit"]
    assert (why.text, why.span) == ("“901室”已变动，现为988室", (7, 10))
    assert "former_unit" not in codes(await look("宜山路935号902室"))


@pytest.mark.usefixtures("_tower")
async def test_what_was_merged_is_one_and_what_was_split_is_to_be_chosen_from(
    database: OneConnection, clerk: Actor, unit: UnitNamed, look: Look
) -> None:
    versions = dict([await unit("901室"), await unit("902室")])
    await merge_units(database, clerk, versions, NewUnits(label="915室"), on=DAY, day=DAY)
    assert said(await look("宜山路935号902室")) == ("B", "汇宁大厦", "915室")
    room, version = await unit("903室")
    halves = [NewUnits(label="903A室", area_m2=Decimal(1)), NewUnits(label="903B室", area_m2=Decimal(1))]
    done = await split_unit(database, clerk, room, version, halves, on=DAY, day=DAY)
    match = await look("宜山路935号903室")
    assert match.class_ == "C"
    assert {"former_unit", "unit_several"} <= codes(match)
    assert [each.unit and each.unit.label for each in match.candidates] == ["903A室", "903B室"]
    assert len({each.difference for each in match.candidates}) == 2
    await undo_change(database, clerk, done.change_id, day=DAY)
    assert said(await look("宜山路935号903室")) == ("A", "汇宁大厦", "903室")
    assert "former_unit" not in codes(await look("宜山路935号903A室"))


@pytest.mark.usefixtures("_tower")
async def test_a_number_that_was_typed_wrongly_never_was(
    database: OneConnection, clerk: Actor, unit: UnitNamed, look: Look
) -> None:
    room, version = await unit("901室")
    await correct_unit(database, clerk, room, version, NewUnits(label="910室", floor=9))
    match = await look("宜山路935号901室")
    assert match.unit is None
    assert "former_unit" not in codes(match)


@pytest.mark.usefixtures("_tower")
async def test_a_number_that_was_given_to_another_unit_is_that_unit_s(
    database: OneConnection, clerk: Actor, unit: UnitNamed, look: Look
) -> None:
    room, version = await unit("901室")
    await renumber_unit(database, clerk, room, version, NewUnits(label="988室"), on=DAY, day=DAY)
    other, version = await unit("902室")
    await renumber_unit(database, clerk, other, version, NewUnits(label="901室"), on=DAY, day=DAY)
    match = await look("宜山路935号901室")
    assert said(match) == ("A", "汇宁大厦", "901室")
    assert match.unit is not None
    assert match.unit.id == other


async def test_a_shop_with_a_new_house_number_is_found_under_its_old_one(
    database: OneConnection, db: Connection, clerk: Actor, enter: Enter, look: Look
) -> None:
    await enter("肇嘉浜路沿街", "肇嘉浜路", "129号:", "131号:", "135号:", kind=CarrierKind.STREET)
    rows = await db.fetch("SELECT id, number FROM units WHERE number <> '' ORDER BY number")
    shops = {row["number"]: row["id"] for row in rows}
    await renumber_unit(database, clerk, shops["135"], 1, NewUnits(label="", number="137"), on=DAY, day=DAY)
    assert said(await look("徐汇区肇嘉浜路135号")) == ("B", "肇嘉浜路沿街", "137号")
    merging = {shops["129"]: 1, shops["131"]: 1}
    await merge_units(database, clerk, merging, NewUnits(label="", number="129-131"), on=DAY, day=DAY)
    match = await look("徐汇区肇嘉浜路131号")
    assert said(match) == ("B", "肇嘉浜路沿街", "129-131号")
    assert "former_unit" in codes(match)
    assert "former_unit" not in codes(await look("徐汇区肇嘉浜路133号"))


# 载体


async def tower_at(db: Connection, name: str) -> Carrier:
    carrier = await store.by_id(db, await db.fetchval("SELECT id FROM carriers WHERE name = $1", name))
    assert carrier is not None
    return carrier


@pytest.mark.usefixtures("_tower")
async def test_a_former_name_leads_to_the_carrier_and_says_so(
    database: OneConnection, db: Connection, clerk: Actor, look: Look
) -> None:
    carrier = await tower_at(db, "汇宁大厦")
    await rename_carrier(database, clerk, carrier.id, carrier.version, "汇宁国际中心", on=DAY, day=DAY)
    by_name, at_gate = await look("汇宁大厦904室"), await look("徐汇区宜山路935号汇宁大厦904室")
    assert said(by_name) == said(at_gate) == ("B", "汇宁国际中心", "904室")
    assert {"by_name", "former_name"} <= codes(by_name)
    assert codes(at_gate) == {"former_name"}
    assert "former_name" not in codes(await look("徐汇区宜山路935号汇宁国际中心904室"))


@pytest.mark.usefixtures("_tower")
async def test_a_former_address_leads_to_todays_and_says_so(
    database: OneConnection, db: Connection, clerk: Actor, look: Look
) -> None:
    carrier = await tower_at(db, "汇宁大厦")
    [address] = await store.addresses(db, carrier.id)
    await renumber_carrier(database, clerk, carrier.id, address.id, "宜山路939号", on=DAY, day=DAY)
    old, new = await look("徐汇区宜山路935号904室"), await look("徐汇区宜山路939号904室")
    assert said(old) == ("B", "汇宁大厦", "904室")
    assert said(new) == ("A", "汇宁大厦", "904室")
    assert [each.text for each in old.reasons] == ["“宜山路935号”是旧地址，现为宜山路939号"]
    assert old.carrier is not None
    assert old.carrier.address == "宜山路939号"
    assert (await tower_at(db, "汇宁大厦")).address == "宜山路939号"


@pytest.mark.usefixtures("_tower")
async def test_what_was_demolished_leads_to_what_stands_there_today(
    database: OneConnection, db: Connection, clerk: Actor, enter: Enter, look: Look
) -> None:
    carrier = await tower_at(db, "汇宁大厦")
    await enter("新汇宁中心", "宜山路941号", "101")
    new = await tower_at(db, "新汇宁中心")
    await retire_carrier(database, clerk, carrier.id, carrier.version, on=DAY, day=DAY, successor_id=new.id)
    house, room = await look("徐汇区宜山路935号"), await look("徐汇区宜山路935号904室")
    assert said(house) == ("B", "新汇宁中心", None)
    assert (room.class_, [each.carrier.name for each in room.candidates]) == ("C", ["新汇宁中心"])
    assert [each.code for each in room.reasons] == ["former_address"]
    await retire_carrier(database, clerk, new.id, new.version, on=DAY, day=DAY)
    gone = await look("徐汇区宜山路935号904室")
    assert (gone.class_, codes(gone)) == ("N", {"former_address"})
    assert "已拆除或注销" in gone.reasons[0].text
