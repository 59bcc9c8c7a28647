"""What others say in a case: the business with the code of its letter, the manager, and systems that ask."""

from datetime import timedelta

import pytest

from tests import make, make_zombies
from tests.make_zombies import NAME, Place
from tests.support.html import parse, text
from tests.support.postgres import OneConnection
from tests.support.web import Site
from zhusuo.db import Connection
from zhusuo.ports.common.app import today
from zhusuo.registrations.receipts import grouped
from zhusuo.zombies import cases, process
from zhusuo.zombies.model import Answer, CaseStatus, ZombieCase


@pytest.fixture
async def there(db: Connection) -> Place:
    return await make_zombies.place(db)


@pytest.fixture
async def case(database: OneConnection, there: Place) -> ZombieCase:
    """A case whose notice was delivered today."""
    await cases.assess(database, there.carrier_id, [there.unit_id], today())
    found = await make_zombies.latest(database, there)
    await process.notify(
        database, there.supervisor, found.id, contact="", how="邮寄", delivered_on=today(), day=today()
    )
    return await make_zombies.latest(database, there)


async def test_the_business_answers_with_the_code_of_its_letter(
    site: Site, database: OneConnection, there: Place, case: ZombieCase
) -> None:
    async with site.visitor() as visitor:
        sent_on = await visitor.get("/reply", params={"code": case.code.lower()})
        assert sent_on.headers["location"] == f"/reply/{grouped(case.code)}"
        page = text(parse((await visitor.get(f"/reply/{grouped(case.code)}")).text))
        assert NAME in page
        assert "答复期限" in page
        empty = await visitor.post(f"/reply/{case.code}", data={"text": "在"})
        assert empty.status_code == 422
        done = await visitor.post(f"/reply/{case.code}", data={"answer": "here", "text": "我们在，电话 021-1"})
        assert done.status_code == 303
        assert "答复已收到" in (await visitor.get(done.headers["location"])).text
    answered = await make_zombies.latest(database, there)
    assert (answered.status, answered.answer, answered.late) == (CaseStatus.ANSWERED, Answer.HERE, False)


async def test_an_objection_is_made_with_the_code_of_the_letter(
    site: Site, database: OneConnection, there: Place, case: ZombieCase
) -> None:
    await process.answer(database, there.supervisor, case.id, Answer.GONE, "", today())
    await process.clear(database, there.supervisor, case.id, "企业自认", today())
    async with site.visitor() as visitor:
        assert "对清退有异议" in (await visitor.get(f"/reply/{case.code}")).text
        done = await visitor.post(f"/reply/{case.code}/objection", data={"text": "不是我们答的"})
        assert done.status_code == 303
        late = await visitor.post(f"/reply/{case.code}", data={"answer": "here", "text": "我们还在"})
        assert late.status_code == 409
    assert (await make_zombies.latest(database, there)).status is CaseStatus.APPEALED


async def test_codes_cannot_be_guessed_at_will(site: Site, there: Place, case: ZombieCase) -> None:
    async with site.visitor() as visitor:
        for n in range(30):
            assert (await visitor.get(f"/reply/{n:020d}")).status_code == 404
        assert (await visitor.get(f"/reply/{1:020d}")).status_code == 429


async def test_a_code_that_was_never_sent_opens_nothing(site: Site, database: OneConnection, db: Connection) -> None:
    place = await make_zombies.place(db)
    await cases.assess(database, place.carrier_id, [place.unit_id], today())
    unsent = await make_zombies.latest(database, place)
    async with site.visitor() as visitor:
        assert (await visitor.get(f"/reply/{unsent.code}")).status_code == 404


async def test_the_manager_says_what_is_known_of_the_business(
    site: Site, database: OneConnection, db: Connection, there: Place, case: ZombieCase
) -> None:
    async with site.signed_in(there.manager) as visitor:
        assert NAME in (await visitor.get("/property/zombies")).text
        page = await visitor.get(f"/property/zombies/{case.id}")
        assert "物业报告已于 2026-10-08 迁出" in page.text
        assert (await visitor.submit(f"/property/zombies/{case.id}", text="搬了")).status_code == 422
        done = await visitor.submit(f"/property/zombies/{case.id}", here="no", text="三月就搬了")
        assert done.status_code == 303
        assert "物业表示企业不在此处：三月就搬了" in (await visitor.get(f"/property/zombies/{case.id}")).text
    assert (
        await db.fetchval("SELECT confirmed_by_manager FROM registrations WHERE id = $1", there.registration_id)
        is False
    )
    assert (await make_zombies.latest(database, there)).status is CaseStatus.NOTIFIED


async def test_a_system_reads_the_cases_of_its_district(
    site: Site, db: Connection, there: Place, case: ZombieCase
) -> None:
    clerk = await make.actor(db, role="clerk")
    stranger = await make.actor(db, role="clerk", district_code="310101")
    async with site.client(clerk, "zombies") as client, site.client(stranger, "zombies") as foreign:
        found = (await client.get("/api/v1/zombies", params={"unit_id": str(there.unit_id)})).json()
        assert [each["number"] for each in found["zombies"]] == [case.number]
        brief = found["zombies"][0]
        assert (brief["status"], brief["label"], brief["is_open"]) == ("notified", "已通知", True)
        assert brief["reasons"] == ["物业报告已于 2026-10-08 迁出"]
        assert "code" not in brief
        assert (await client.get("/api/v1/zombies?status=cleared")).json()["zombies"] == []
        assert (await foreign.get("/api/v1/zombies?status=all")).json()["zombies"] == []


async def test_a_long_list_is_read_in_pages(site: Site, database: OneConnection, db: Connection) -> None:
    for _ in range(3):
        await make_zombies.place(db)
    await cases.sweep(database, today() + timedelta(days=0))
    async with site.client(await make.actor(db, role="clerk"), "zombies") as client:
        first = (await client.get("/api/v1/zombies?limit=2")).json()
        second = (await client.get(f"/api/v1/zombies?limit=2&after={first['next']}")).json()
    assert (len(first["zombies"]), len(second["zombies"]), second["next"]) == (2, 1, None)
