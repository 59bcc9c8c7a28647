"""Rules: proposed as a whole table, replayed over what is known, put in force by another than who proposed them."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from tests import make, make_zombies
from tests import make_registrations as making
from tests.make_zombies import DAY
from tests.support.postgres import OneConnection
from zhusuo.db import Connection
from zhusuo.errors import Invalid, NotAllowed, NotFound
from zhusuo.people.model import Actor
from zhusuo.zombies import cases, process, rules, ruling, store
from zhusuo.zombies.model import CaseStatus
from zhusuo.zombies.ruling import NotReplayed, OwnRules, RulesMoved

SINCE = DAY - timedelta(days=365)


@pytest.fixture
async def proposer(db: Connection) -> Actor:
    return await make.actor(db, role="supervisor", subdistricts=frozenset({make.SUBDISTRICT}))


@pytest.fixture
async def other(db: Connection, proposer: Actor) -> Actor:
    return await make.actor(db, role="supervisor", organisation_id=proposer.organisation_id)


def table(**weights: int) -> list[dict[str, str]]:
    """The shipped table with other weights."""
    return [
        {**row, "weight": str(weights.get(row["kind"], row["weight"]))} for row in rules.written(rules.shipped().rules)
    ]


async def proposed(database: OneConnection, actor: Actor, threshold: int = 60, **weights: int) -> UUID:
    return await ruling.propose(database, actor, table(**weights), str(threshold), "试一试")


async def history(db: Connection, kind: str, observed_on: date, ended_on: date | None = None) -> UUID:
    """A registration with one signal."""
    unit_id = await making.room(db, carrier_id=await making.house(db))
    found = await making.registered(db, unit_id=unit_id, applicant=f"上海甲{make.number()}号有限公司")
    await db.execute(
        """
        INSERT INTO zombie_signals (registration_id, kind, source, observed_on, ended_on)
             VALUES ($1, $2, 'mail', $3, $4)
        """,
        found,
        kind,
        observed_on,
        ended_on,
    )
    return found


async def test_a_version_takes_effect_after_it_was_replayed_and_by_another(
    database: OneConnection, db: Connection, proposer: Actor, other: Actor
) -> None:
    rule_set_id = await proposed(database, proposer, threshold=30)
    with pytest.raises(NotReplayed):
        await ruling.activate(database, other, rule_set_id)
    await ruling.replay(database, proposer, rule_set_id, SINCE, DAY, DAY)
    with pytest.raises(OwnRules):
        await ruling.activate(database, proposer, rule_set_id)
    await ruling.activate(database, other, rule_set_id)
    in_force = await store.rules_in_force(db, make.DISTRICT)
    assert (in_force.number, in_force.threshold) == (2, 30)
    with pytest.raises(RulesMoved):
        await ruling.withdraw(database, proposer, rule_set_id)


async def test_the_next_version_takes_the_place_of_the_one_before(
    database: OneConnection, db: Connection, proposer: Actor, other: Actor
) -> None:
    for threshold in (30, 40):
        rule_set_id = await proposed(database, proposer, threshold=threshold)
        await ruling.replay(database, proposer, rule_set_id, SINCE, DAY, DAY)
        await ruling.activate(database, other, rule_set_id)
    assert (await store.rules_in_force(db, make.DISTRICT)).threshold == 40
    assert [each.status for each in await ruling.proposals(db, make.DISTRICT)] == ["active", "superseded"]


async def test_new_rules_open_what_the_old_ones_did_not(
    database: OneConnection, db: Connection, proposer: Actor, other: Actor
) -> None:
    await history(db, "mail_returned", DAY - timedelta(days=20))
    assert await cases.sweep_daily(database, DAY) == 0
    rule_set_id = await proposed(database, proposer, threshold=30)
    await ruling.replay(database, proposer, rule_set_id, SINCE, DAY, DAY)
    await ruling.activate(database, other, rule_set_id)
    assert await cases.sweep_daily(database, DAY) == 1


async def test_a_replay_counts_what_would_have_been_raised_and_what_became_of_it(
    database: OneConnection, db: Connection, proposer: Actor
) -> None:
    await history(db, "mail_returned", DAY - timedelta(days=100))
    gone = await history(db, "mail_returned", DAY - timedelta(days=90), DAY - timedelta(days=50))
    await db.execute("UPDATE registrations SET status = 'ended', ended_at = now() WHERE id = $1", gone)
    there = await history(db, "mail_returned", DAY - timedelta(days=80))
    await db.execute(
        """
        INSERT INTO zombie_signals (registration_id, kind, source, observed_on)
             VALUES ($1, 'found_there', 'inspection', $2)
        """,
        there,
        DAY - timedelta(days=60),
    )
    rule_set_id = await proposed(database, proposer, threshold=30)
    made = await ruling.replay(database, proposer, rule_set_id, SINCE, DAY, DAY)
    assert (made.new.case_count, made.new.right_count, made.new.wrong_count, made.new.open_count) == (3, 1, 1, 1)
    assert (made.now.number, made.now.case_count) == (1, 0)
    assert "会立案 3 件：其中 1 件后来清退或迁走，1 件后来撤案或查明仍在，1 件尚无定论" in made.sentence
    kept = await ruling.by_id(db, make.DISTRICT, rule_set_id)
    assert kept is not None
    assert kept.replay == made


async def test_a_replay_sees_only_what_was_so_between_the_days(
    database: OneConnection, db: Connection, proposer: Actor
) -> None:
    await history(db, "mail_returned", DAY - timedelta(days=300), DAY - timedelta(days=200))
    await history(db, "moved_out", DAY - timedelta(days=10))
    rule_set_id = await proposed(database, proposer, threshold=30)

    async def count(since: int, until: int) -> int:
        days = [DAY - timedelta(days=each) for each in (since, until)]
        return (await ruling.replay(database, proposer, rule_set_id, days[0], days[1], DAY)).new.case_count

    assert await count(365, 0) == 2
    assert await count(365, 250) == 1
    assert await count(250, 210) == 1  # it was still so then
    assert await count(190, 20) == 0


async def test_a_case_that_was_dismissed_is_wrong_in_the_replay(
    database: OneConnection, db: Connection, proposer: Actor
) -> None:
    place = await make_zombies.place(db)
    case = await make_zombies.brought_to(database, place, CaseStatus.ANSWERED)
    await process.dismiss(database, place.supervisor, case.id, "有租约", DAY)
    rule_set_id = await proposed(database, proposer)
    made = await ruling.replay(database, proposer, rule_set_id, SINCE, DAY, DAY)
    assert (made.new.case_count, made.new.wrong_count) == (1, 1)
    assert [each.day for each in made.wrong] == [date(2026, 10, 8)]


async def test_what_cannot_be_a_rule_is_named(database: OneConnection, proposer: Actor) -> None:
    with pytest.raises(Invalid) as refused:
        await ruling.propose(database, proposer, table(moved_out=999), "0", "")
    assert set(refused.value.fields) == {"threshold", "note", "weight_moved_out"}


async def test_rules_are_the_districts_own(database: OneConnection, db: Connection, proposer: Actor) -> None:
    rule_set_id = await proposed(database, proposer)
    stranger = await make.actor(db, role="supervisor", district_code="310101")
    with pytest.raises(NotFound):
        await ruling.withdraw(database, stranger, rule_set_id)
    with pytest.raises(NotAllowed):
        await ruling.withdraw(database, await make.actor(db, role="clerk"), rule_set_id)
