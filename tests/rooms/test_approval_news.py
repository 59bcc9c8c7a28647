"""The card at the counter follows what happens: who moved, what supervision found; and a look is asked for."""

from urllib.parse import quote

from tests import make
from tests import make_registrations as making
from tests.rooms.counter import ADDRESS, set_up
from tests.support import html
from tests.support.web import ORIGIN, Site
from zhusuo import events, looks
from zhusuo.db import Connection
from zhusuo.flags import Severity, raise_flag
from zhusuo.ports.common.app import today
from zhusuo.tenancies import actions as tenancies
from zhusuo.tenancies.model import NewTenancy

PATH = f"/approval?address={quote(ADDRESS)}"


async def test_the_card_says_who_is_here_and_on_whose_word(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    manager = await make.actor(db, role="manager")
    await make.management(db, carrier_id=counter.carrier_id, organisation_id=manager.organisation_id)
    await tenancies.move_in(site.database, manager, NewTenancy(unit_id=counter.unit_id, tenant="上海鹿鸣网络有限公司"))
    await making.registered(db, unit_id=counter.unit_id)
    async with site.signed_in(counter.clerk) as visitor:
        shown = html.text(html.parse((await visitor.get(PATH)).text))
    assert f"物业名册，{today()} 确认在驻" in shown
    assert "物业还没有答复" in shown
    assert "一处住所只登记一户（按整栋楼的规定）" in shown


async def test_a_move_out_comes_to_an_open_card_by_itself(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    manager = await make.actor(db, role="manager")
    await make.management(db, carrier_id=counter.carrier_id, organisation_id=manager.organisation_id)
    new = NewTenancy(unit_id=counter.unit_id, tenant="上海鹿鸣网络有限公司")
    tenancy = await tenancies.move_in(site.database, manager, new)
    async with site.signed_in(counter.clerk) as visitor:
        page = html.parse((await visitor.get(PATH)).text)
        watch = html.by_id(page, "watch").get("hx-get")
        asks = {"hx-request": "true", "hx-current-url": f"{ORIGIN}{PATH}"}
        recorded = await db.fetchval("SELECT count(*) FROM audit_entries WHERE action = 'lookup'")
        assert (await visitor.get(watch, headers=asks)).status_code == 204
        await tenancies.move_out(site.database, manager, tenancy.id, today(), day=today())
        news = await visitor.get(watch, headers=asks)
        again = html.by_id(html.fragment(news.text), "watch").get("hx-get")
        assert (await visitor.get(again, headers=asks)).status_code == 204
    assert "没有登记，也没有在驻企业" in news.text
    assert 'id="residents"' in news.text
    assert await db.fetchval("SELECT count(*) FROM audit_entries WHERE action = 'lookup'") == recorded


async def test_the_card_says_when_who_is_registered_has_left(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    manager = await make.actor(db, role="manager")
    await make.management(db, carrier_id=counter.carrier_id, organisation_id=manager.organisation_id)
    registration_id = await making.registered(db, unit_id=counter.unit_id)
    name = await db.fetchval("SELECT applicant FROM registrations WHERE id = $1", registration_id)
    tenancy = await tenancies.move_in(site.database, manager, NewTenancy(unit_id=counter.unit_id, tenant=name))
    await tenancies.move_out(site.database, manager, tenancy.id, today(), day=today())
    async with site.signed_in(counter.clerk) as visitor:
        shown = html.text(html.parse((await visitor.get(PATH)).text))
    assert f"物业报告 {today()} 已迁出" in shown


async def test_a_look_is_asked_for_from_the_card_and_its_finding_comes_back(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    supervisor = await make.actor(db, role="supervisor", subdistricts=frozenset({make.SUBDISTRICT}))
    sent = {"unit_id": str(counter.unit_id), "why": "物业说早已搬走", "back": PATH}
    path = f"/approval/carriers/{counter.carrier_id}/looks"
    async with site.signed_in(counter.clerk) as visitor:
        assert (await visitor.submit(path, **{**sent, "why": " "})).status_code == 422
        for _ in range(2):  # a double click
            assert (await visitor.submit(path, **sent)).status_code == 303
        assert "已请监管去看：物业说早已搬走" in html.text(html.parse((await visitor.get(PATH)).text))
        (request,) = await looks.open_for(db, counter.carrier_id, counter.unit_id)
        await looks.answer(site.database, supervisor, request.id, "门锁着，没有招牌")
        assert "门锁着，没有招牌" in html.text(html.parse((await visitor.get(PATH)).text))


async def test_a_flag_of_a_supervisor_comes_to_the_card_with_its_reason(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    async with site.signed_in(counter.clerk) as visitor:
        watch = html.by_id(html.parse((await visitor.get(PATH)).text), "watch").get("hx-get")
        await raise_flag(
            db,
            None,
            carrier_id=counter.carrier_id,
            unit_id=counter.unit_id,
            kind="supervision",
            severity=Severity.BLOCKS,
            text="现场已封，暂停办理。",
            source="person:1",
        )
        headers = {"hx-request": "true", "hx-current-url": f"{ORIGIN}{PATH}"}
        news = (await visitor.get(watch, headers=headers)).text
    assert "现场已封，暂停办理。" in news
    assert "现在不能调用" in news
    assert "调用并出具凭证" not in news


async def test_an_open_page_does_not_keep_a_session_awake(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    async with site.signed_in(counter.clerk) as visitor:
        await db.execute("UPDATE sessions SET seen_at = now() - interval '10 minutes'")
        before = await db.fetchval("SELECT seen_at FROM sessions")
        mark = await events.mark_of(db, counter.carrier_id)
        await visitor.get(f"/approval/carriers/{counter.carrier_id}/news?seen={mark}")
        assert await db.fetchval("SELECT seen_at FROM sessions") == before
        await visitor.get(PATH)
        assert await db.fetchval("SELECT seen_at FROM sessions") > before
