"""The same request twice is done once."""

import asyncio
import json
from uuid import UUID, uuid4

import pytest

from tests import make
from tests.actions.test_reuses import DAY, Counter, lexicon, set_up, signer
from zhusuo import idempotency
from zhusuo.db import Connection, Database
from zhusuo.errors import Invalid, NotFound
from zhusuo.idempotency import Answer, KeyReused, StillWorking, once
from zhusuo.registrations import actions
from zhusuo.registrations.model import NewReuse

BODY = b'{"applicant": "..."}'


class Work:
    """Adds an organisation and counts how often it was asked."""

    def __init__(self) -> None:
        self.count = 0

    async def __call__(self, database: Database) -> Answer:
        self.count += 1
        async with database.transaction() as db:
            organisation_id = await make.organisation(db)
        return Answer(status=201, body={"id": str(organisation_id)})


async def failing(database: Database) -> Answer:
    async with database.transaction() as db:
        await make.organisation(db, name="半途")
    raise NotFound


async def test_the_second_call_gets_the_answer_of_the_first(database: Database) -> None:
    caller, work = uuid4(), Work()
    first = await once(database, caller, "k-1", "POST /reuses", BODY, work)
    again = await once(database, caller, "k-1", "POST /reuses", BODY, work)
    assert (again.status, again.body, again.repeated) == (201, first.body, True)
    assert work.count == 1


async def test_another_body_or_route_under_the_same_key_is_refused(database: Database) -> None:
    caller, work = uuid4(), Work()
    await once(database, caller, "k-1", "POST /reuses", BODY, work)
    with pytest.raises(KeyReused):
        await once(database, caller, "k-1", "POST /reuses", BODY + b" ", work)
    with pytest.raises(KeyReused):
        await once(database, caller, "k-1", "POST /tenancies", BODY, work)


async def test_another_caller_s_key_is_another_key(database: Database) -> None:
    work = Work()
    for _ in range(2):
        await once(database, uuid4(), "k-1", "POST /reuses", BODY, work)
    assert work.count == 2


async def test_a_call_that_fails_leaves_neither_key_nor_half_its_work(database: Database, db: Connection) -> None:
    caller, work = uuid4(), Work()
    with pytest.raises(NotFound):
        await once(database, caller, "k-1", "POST /reuses", BODY, failing)
    assert await db.fetchval("SELECT count(*) FROM organisations WHERE name = '半途'") == 0
    assert not (await once(database, caller, "k-1", "POST /reuses", BODY, work)).repeated


@pytest.mark.parametrize("key", ["", "a\nb", "x" * 201])
async def test_a_key_is_short_and_visible(database: Database, key: str) -> None:
    with pytest.raises(Invalid):
        await once(database, uuid4(), key, "POST /reuses", BODY, Work())


async def test_calls_at_once_wait_for_the_first(fresh_database: Database) -> None:
    caller, work = uuid4(), Work()
    answers = await asyncio.gather(*(once(fresh_database, caller, "k-1", "POST /reuses", BODY, work) for _ in range(6)))
    assert work.count == 1
    assert len({json.dumps(each.body) for each in answers}) == 1


async def test_whoever_waits_too_long_is_told_to_ask_again(
    fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "WAIT_SECONDS", 0.2)
    caller, begun, go_on = uuid4(), asyncio.Event(), asyncio.Event()

    async def slow(database: Database) -> Answer:
        begun.set()
        await go_on.wait()
        return Answer(status=201, body=None)

    first = asyncio.create_task(once(fresh_database, caller, "k-1", "POST /reuses", BODY, slow))
    await begun.wait()
    with pytest.raises(StillWorking):
        await once(fresh_database, caller, "k-1", "POST /reuses", BODY, Work())
    go_on.set()
    assert (await first).status == 201


async def test_one_reuse_for_many_equal_requests(fresh_database: Database) -> None:
    counter: Counter = await set_up(fresh_database)
    new = NewReuse(
        unit_id=counter.unit_id,
        applicant="上海栖木数字科技有限公司",
        case_number="2026-XJH-110873",
        item_code="company_formation",
        purpose="",
        lease_document_id=counter.lease_id,
    )

    async def work(database: Database) -> Answer:
        made = await actions.reuse(database, signer(), lexicon(), counter.clerk, new, DAY)
        return Answer(status=201, body={"id": str(made.id)})

    answers = await asyncio.gather(
        *(once(fresh_database, counter.clerk.id, "k-1", "POST /reuses", BODY, work) for _ in range(5))
    )
    async with fresh_database.connection() as db:
        (reuse_id,) = [row["id"] for row in await db.fetch("SELECT id FROM reuses")]
    assert {UUID(each.body["id"]) for each in answers} == {reuse_id}
