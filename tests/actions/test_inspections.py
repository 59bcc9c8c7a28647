"""核查 under way in two places at once: one double send, two phones, two who draw; PostgreSQL decides."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from tests import make
from tests import make_registrations as making
from zhusuo import flags, notices
from zhusuo.db import Database
from zhusuo.errors import Conflict
from zhusuo.inspections import actions, draws
from zhusuo.inspections.model import NewFinding, NewInspection, Outcome, Taken
from zhusuo.people.model import Actor
from zhusuo.ports.common.app import today
from zhusuo.registrations import actions as registrations

PHONES = 6


@pytest.fixture
async def supervisor(fresh_database: Database) -> Actor:
    async with fresh_database.transaction() as db:
        return await make.actor(db, role="supervisor", subdistricts=frozenset({make.SUBDISTRICT}))


async def target(database: Database) -> NewInspection:
    async with database.transaction() as db:
        carrier_id = await make.carrier(db, subdistrict_code=make.SUBDISTRICT)
        unit_id = await make.unit(db, carrier_id=carrier_id, label="1801室")
        registration_id = await making.registered(db, unit_id=unit_id)
    return NewInspection(
        carrier_id=carrier_id, unit_id=unit_id, registration_id=registration_id, due_on=today() + timedelta(days=9)
    )


def finding(finding_id: UUID, outcome: Outcome = Outcome.NOBODY) -> NewFinding:
    return NewFinding(id=finding_id, outcome=outcome, found_at=datetime.now(UTC))


async def count(database: Database, table: str) -> int:
    async with database.connection() as db:
        found: int = await db.fetchval(f"SELECT count(*) FROM {table}")
    return found


async def test_one_target_planned_by_all_at_once_is_one_inspection(fresh_database: Database, supervisor: Actor) -> None:
    new = await target(fresh_database)
    ids = await asyncio.gather(*(actions.plan(fresh_database, supervisor, new, day=today()) for _ in range(PHONES)))
    assert len(set(ids)) == 1


async def test_a_finding_sent_by_a_nervous_phone_all_at_once_is_there_once(
    fresh_database: Database, supervisor: Actor
) -> None:
    inspection_id = await actions.plan(fresh_database, supervisor, await target(fresh_database), day=today())
    said = finding(uuid4())
    taken = await asyncio.gather(
        *(actions.record_finding(fresh_database, supervisor, inspection_id, said) for _ in range(PHONES))
    )
    assert sorted(each.repeated for each in taken) == [False] + [True] * (PHONES - 1)
    assert all(each.finding.concludes for each in taken)
    assert await count(fresh_database, "findings") == 1
    assert await count(fresh_database, "flags") == 1
    assert await count(fresh_database, "zombie_signals WHERE source = 'inspection'") == 1


async def test_of_many_phones_one_concludes_and_all_are_kept(fresh_database: Database, supervisor: Actor) -> None:
    inspection_id = await actions.plan(fresh_database, supervisor, await target(fresh_database), day=today())

    async def send(place: int) -> Taken:
        said = finding(uuid4(), list(Outcome)[place % 2])
        return await actions.record_finding(fresh_database, supervisor, inspection_id, said)

    taken = await asyncio.gather(*(send(place) for place in range(PHONES)))
    assert sum(each.finding.concludes for each in taken) == 1
    assert await count(fresh_database, "findings") == PHONES


async def test_a_finding_on_its_way_outruns_or_survives_the_call_off(
    fresh_database: Database, supervisor: Actor
) -> None:
    inspection_id = await actions.plan(fresh_database, supervisor, await target(fresh_database), day=today())
    taken, called_off = await asyncio.gather(
        actions.record_finding(fresh_database, supervisor, inspection_id, finding(uuid4())),
        actions.cancel(fresh_database, supervisor, inspection_id, "房屋已拆除"),
        return_exceptions=True,
    )
    assert isinstance(taken, Taken)
    assert taken.finding.concludes == isinstance(called_off, Conflict)
    assert await count(fresh_database, "findings") == 1


async def test_two_who_draw_at_once_have_drawn_once(fresh_database: Database, supervisor: Actor) -> None:
    for _ in range(4):
        await target(fresh_database)
    draw_id = await draws.commit(fresh_database, supervisor, "十一月")
    await draws.freeze(fresh_database, supervisor, draw_id, count=3)
    answers = await asyncio.gather(
        *(draws.draw(fresh_database, supervisor, draw_id, day=today()) for _ in range(2)), return_exceptions=True
    )
    assert [type(each) for each in answers if each is not None] == [draws.DrawMoved]
    assert await count(fresh_database, "inspections") == 3


async def test_what_was_planned_already_goes_to_those_the_lot_dealt_it_to(
    fresh_database: Database, supervisor: Actor
) -> None:
    planned = await actions.plan(fresh_database, supervisor, await target(fresh_database), day=today())
    begun = await actions.plan(fresh_database, supervisor, await target(fresh_database), day=today())
    await actions.start(fresh_database, supervisor, begun)
    async with fresh_database.transaction() as db:
        colleague = await make.person(db, organisation_id=supervisor.organisation_id, role="supervisor")
    draw_id = await draws.commit(fresh_database, supervisor, "十一月")
    await draws.freeze(fresh_database, supervisor, draw_id, count=2)
    await draws.draw(fresh_database, supervisor, draw_id, day=today())
    async with fresh_database.connection() as db:
        at = {
            row["id"]: row for row in await db.fetch("SELECT id, status, assigned_to, accompanied_by FROM inspections")
        }
    assert len(at) == 2
    assert {at[planned]["assigned_to"], at[planned]["accompanied_by"]} == {supervisor.person_id, colleague}
    assert (at[planned]["status"], at[begun]["status"], at[begun]["assigned_to"]) == (
        "assigned", "started", supervisor.person_id,
    )  # fmt: skip


async def test_who_was_sent_is_asked_until_somebody_has_looked(fresh_database: Database, supervisor: Actor) -> None:
    async with fresh_database.transaction() as db:
        colleague = await make.actor(
            db, role="supervisor", organisation_id=supervisor.organisation_id, subdistricts=supervisor.subdistricts
        )
    new = replace(await target(fresh_database), assigned_to=colleague.person_id)
    inspection_id = await actions.plan(fresh_database, supervisor, new, day=today())
    async with fresh_database.connection() as db:
        assert [each.unread for each in await notices.inbox(db, colleague)] == [True]
    await actions.record_finding(fresh_database, supervisor, inspection_id, finding(uuid4()))
    async with fresh_database.connection() as db:
        inbox = await notices.inbox(db, colleague)
    assert [each.unread for each in inbox if each.kind == "inspection_assigned"] == [False]


async def test_what_was_seen_of_a_business_is_not_held_against_the_next(
    fresh_database: Database, supervisor: Actor
) -> None:
    new = await target(fresh_database)
    assert new.unit_id is not None
    assert new.registration_id is not None
    inspection_id = await actions.plan(fresh_database, supervisor, new, day=today())
    await actions.record_finding(fresh_database, supervisor, inspection_id, finding(uuid4()))
    async with fresh_database.transaction() as db:
        assert [each.kind for each in await flags.open_for(db, new.unit_id)] == ["inspection"]
        clerk = await make.actor(db, role="clerk")
    await registrations.leave(fresh_database, clerk, new.registration_id)
    async with fresh_database.connection() as db:
        assert await flags.open_for(db, new.unit_id) == []
