"""Two at once in one case: one is first, the other reads a sentence, and nothing is done twice."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest

from tests import make_zombies
from tests.make_zombies import DAY, Place
from zhusuo import events
from zhusuo.db import Database
from zhusuo.errors import Conflict
from zhusuo.invariants import rows
from zhusuo.registrations import holds
from zhusuo.registrations import store as registrations
from zhusuo.tenancies import actions as tenancies
from zhusuo.zombies import cases, process, story
from zhusuo.zombies.model import Answer, CaseStatus, LetterKind

pytestmark = pytest.mark.faults


@pytest.fixture
async def there(fresh_database: Database) -> Place:
    async with fresh_database.transaction() as db:
        return await make_zombies.place(db)


async def both(*verbs: Awaitable[Any]) -> list[Any]:
    """What came of each; refusals are answers, anything else is not."""
    found = await asyncio.gather(*verbs, return_exceptions=True)
    assert [each for each in found if isinstance(each, Exception) and not isinstance(each, Conflict)] == []
    return found


async def sound(database: Database) -> None:
    async with database.connection() as db:
        assert await rows.registrations_at_odds_with_their_case(db) == []
        assert await rows.cases_at_odds_with_their_story(db) == []
        assert await rows.exclusive_registrations_that_overlap(db) == []


async def test_two_supervisors_close_one_case(fresh_database: Database, there: Place) -> None:
    case = await make_zombies.brought_to(fresh_database, there, CaseStatus.INSPECTED)
    found = await both(
        process.clear(fresh_database, there.supervisor, case.id, "未见企业", DAY),
        process.dismiss(fresh_database, there.colleague, case.id, "有租约", DAY),
        process.clear(fresh_database, there.colleague, case.id, "未见企业", DAY),
    )
    refused = [each for each in found if isinstance(each, Conflict)]
    assert len(refused) == 2
    assert all("办结" in each.message for each in refused)
    async with fresh_database.connection() as db:
        decided = [each.kind for each in await story.steps(db, case.id)]
        written = [each.kind for each in await story.letters(db, case.id)]
    assert len([each for each in decided if each in ("cleared", "dismissed")]) == 1
    assert len([each for each in written if each in (LetterKind.DECISION, LetterKind.DISMISSAL)]) == 1
    await sound(fresh_database)


async def test_an_answer_and_the_decision_at_the_same_moment(fresh_database: Database, there: Place) -> None:
    case = await make_zombies.brought_to(fresh_database, there, CaseStatus.INSPECTED)
    answer, cleared = await both(
        process.answer(fresh_database, None, case.id, Answer.HERE, "我们还在", DAY),
        process.clear(fresh_database, there.supervisor, case.id, "未见企业", DAY),
    )
    assert not isinstance(cleared, Conflict)
    done = await make_zombies.latest(fresh_database, there)
    assert done.status is CaseStatus.CLEARED
    assert isinstance(answer, Conflict) or done.answer_text == "我们还在"
    await sound(fresh_database)


async def test_a_business_leaves_while_its_case_is_being_decided(fresh_database: Database, there: Place) -> None:
    case = await make_zombies.brought_to(fresh_database, there, CaseStatus.INSPECTED)

    async def leaves() -> None:
        async with fresh_database.transaction() as db:
            found = await registrations.registration_by_id(db, there.registration_id)
            assert found is not None
            await holds.end(db, None, found, "moved")

    await both(leaves(), process.clear(fresh_database, there.supervisor, case.id, "未见企业", DAY))
    await events.number_pending(fresh_database)
    await cases.follow(fresh_database, DAY)
    done = await make_zombies.latest(fresh_database, there)
    assert done.status in (CaseStatus.CLEARED, CaseStatus.SETTLED)
    async with fresh_database.connection() as db:
        assert await db.fetchval("SELECT count(*) FROM events WHERE kind = 'registration.ended'") == 1
    await sound(fresh_database)


async def test_sweeps_and_followers_open_a_case_once(fresh_database: Database) -> None:
    async with fresh_database.transaction() as db:
        places = [await make_zombies.place(db, moved_out_on=None) for _ in range(4)]
        stays = {row["unit_id"]: row["id"] for row in await db.fetch("SELECT id, unit_id FROM tenancies")}
    for each in places:
        await tenancies.move_out(fresh_database, each.manager, stays[each.unit_id], DAY, day=DAY)
    await events.number_pending(fresh_database)
    await both(
        cases.sweep(fresh_database, DAY),
        cases.follow(fresh_database, DAY),
        cases.follow(fresh_database, DAY),
        cases.sweep(fresh_database, DAY),
        *(cases.assess(fresh_database, each.carrier_id, [each.unit_id], DAY) for each in places),
    )
    async with fresh_database.connection() as db:
        assert await db.fetchval("SELECT count(*) FROM zombie_cases") == 4
        assert await db.fetchval("SELECT count(*) FROM flags WHERE kind = 'zombie' AND cleared_at IS NULL") == 4
        told = "SELECT count(*) - count(DISTINCT (organisation_id, link)) FROM notices WHERE kind = 'zombie_opened'"
        assert await db.fetchval(told) == 0
    await sound(fresh_database)


async def test_the_same_notice_delivered_twice_starts_one_clock(fresh_database: Database, there: Place) -> None:
    case = await make_zombies.case_of(fresh_database, there)
    told = [
        process.notify(fresh_database, there.supervisor, case.id, contact="", how="邮寄", delivered_on=DAY, day=DAY)
        for _ in range(3)
    ]
    found = await both(*told)
    assert len([each for each in found if isinstance(each, Conflict)]) == 2
    async with fresh_database.connection() as db:
        assert len(await story.letters(db, case.id)) == 1
    await sound(fresh_database)
