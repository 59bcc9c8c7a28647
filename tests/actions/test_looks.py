"""踏看: a clerk asks supervision to look at an address, and gets back what was found."""

import asyncio
from uuid import UUID

import pytest

from tests import make
from zhusuo import looks, notices
from zhusuo.db import Connection, Database
from zhusuo.errors import Conflict, Invalid, NotAllowed, NotFound
from zhusuo.people.model import Actor


async def house(db: Connection) -> tuple[Actor, Actor, UUID, UUID]:
    """A clerk, a supervisor of the subdistrict, a carrier and its unit."""
    clerk = await make.actor(db, role="clerk")
    supervisor = await make.actor(db, role="supervisor", subdistricts=frozenset({make.SUBDISTRICT}))
    carrier_id = await make.carrier(db, name="汇澜大厦")
    return clerk, supervisor, carrier_id, await make.unit(db, carrier_id=carrier_id, label="1803室")


async def titles(db: Connection, organisation_id: UUID) -> list[str]:
    rows = await db.fetch("SELECT title FROM notices WHERE organisation_id = $1 ORDER BY id", organisation_id)
    return [row["title"] for row in rows]


async def asking(db: Connection, actor: Actor) -> int:
    """How many notices still ask something of the office."""
    return sum(each.unread for each in await notices.inbox(db, actor))


async def test_a_clerk_asks_and_gets_the_finding_back(database: Database, db: Connection) -> None:
    clerk, supervisor, carrier_id, unit_id = await house(db)
    request = await looks.ask(database, clerk, carrier_id, unit_id, "物业说早已搬走")
    assert await titles(db, supervisor.organisation_id) == ["请去看看 汇澜大厦 1803室"]
    assert [each.id for each in await looks.open_for(db, carrier_id, unit_id)] == [request.id]
    assert await asking(db, supervisor) == 1
    found = await looks.answer(database, supervisor, request.id, "门锁着，信箱积满")
    assert await asking(db, supervisor) == 0
    assert (found.finding, found.is_open) == ("门锁着，信箱积满", False)
    assert await titles(db, clerk.organisation_id) == ["汇澜大厦 1803室 踏看有结果"]
    assert await looks.open_for(db, carrier_id, unit_id) == []
    assert [each.finding for each in await looks.of_place(db, carrier_id, unit_id)] == ["门锁着，信箱积满"]
    with pytest.raises(Conflict):
        await looks.answer(database, supervisor, request.id, "又看了一次")


async def test_who_asks_twice_asks_once_and_nobody_answers_for_another_subdistrict(
    database: Database, db: Connection
) -> None:
    clerk, supervisor, carrier_id, unit_id = await house(db)
    elsewhere = await make.actor(db, role="supervisor", subdistricts=frozenset({"310104004"}))
    request = await looks.ask(database, clerk, carrier_id, unit_id, "疑似空置")
    assert (await looks.ask(database, clerk, carrier_id, unit_id, "再问一次")).id == request.id
    with pytest.raises(NotFound):
        await looks.answer(database, elsewhere, request.id, "没人")
    with pytest.raises(NotAllowed):
        await looks.ask(database, supervisor, carrier_id, unit_id, "监管员自己")
    with pytest.raises(Invalid):
        await looks.ask(database, clerk, carrier_id, unit_id, "  ")
    with pytest.raises(NotFound):
        await looks.ask(database, clerk, await make.carrier(db), unit_id, "不在这栋楼")


async def test_two_clerks_asking_at_once_ask_for_one_look(fresh_database: Database) -> None:
    async with fresh_database.transaction() as db:
        clerk, _, carrier_id, unit_id = await house(db)
    asked = await asyncio.gather(
        *(looks.ask(fresh_database, clerk, carrier_id, unit_id, f"第 {n} 位") for n in range(4))
    )
    assert len({each.id for each in asked}) == 1
