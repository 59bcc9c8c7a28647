"""僵尸住所 at 监管端: the office's cases, and one led from its notice to the decision by forms alone."""

from typing import Any

import pytest

from tests import make, make_zombies
from tests.make_zombies import NAME, NEWCOMER, Place
from tests.support.html import by_id, fragment, parse, text, with_class
from tests.support.postgres import OneConnection
from tests.support.web import ORIGIN, Site, Visitor
from zhusuo.db import Connection
from zhusuo.ports.common.app import today
from zhusuo.zombies import cases, process
from zhusuo.zombies.model import CaseStatus, ZombieCase


@pytest.fixture
async def there(db: Connection) -> Place:
    return await make_zombies.place(db)


@pytest.fixture
async def case(database: OneConnection, there: Place) -> ZombieCase:
    await cases.assess(database, there.carrier_id, [there.unit_id], today())
    return await make_zombies.latest(database, there)


async def post(visitor: Visitor, case: ZombieCase, step: str, **form: str) -> Any:
    answer = await visitor.post(
        f"/supervision/zombies/{case.id}/{step}", data={"_csrf_token": visitor.csrf_token, **form}
    )
    assert answer.status_code in (303, 422, 409), answer.text
    return answer


async def test_the_list_shows_who_why_and_what_is_due(site: Site, there: Place, case: ZombieCase) -> None:
    async with site.signed_in(there.supervisor) as visitor:
        page = await visitor.get("/supervision/zombies")
        row = text(parse(page.text))
        for said in (NAME, case.number, "物业报告已迁出", "已立案", "送达通知"):
            assert said in row
        assert NAME not in text(parse((await visitor.get("/supervision/zombies?status=cleared")).text))
        assert NAME in text(parse((await visitor.get(f"/supervision/zombies?q={NAME[:4]}&cause=moved_out")).text))
        assert NAME not in text(parse((await visitor.get("/supervision/zombies?cause=unit_gone")).text))
        assert (await visitor.get("/supervision/zombies.xlsx?status=all")).content[:2] == b"PK"


async def test_an_open_list_follows_what_happens(site: Site, there: Place, case: ZombieCase) -> None:
    listed = "/supervision/zombies?cause=moved_out"
    async with site.signed_in(there.supervisor) as visitor:
        watch = by_id(parse((await visitor.get(listed)).text), "watch").get("hx-get")
        asks = {"hx-request": "true", "hx-current-url": f"{ORIGIN}{listed}"}
        assert (await visitor.get(watch, headers=asks)).status_code == 204
        await post(visitor, case, "notify", how="邮寄", delivered_on=today().isoformat())
        news = await visitor.get(watch, headers=asks)
        assert [each.get("id") for each in fragment(news.text)] == ["watch", "case-tabs", "cases"]
        assert "已通知" in news.text
        again = by_id(fragment(news.text), "watch").get("hx-get")
        assert (await visitor.get(again, headers=asks)).status_code == 204


async def test_an_open_case_follows_what_others_do(site: Site, there: Place, case: ZombieCase) -> None:
    async with site.signed_in(there.supervisor) as visitor, site.signed_in(there.colleague) as other:
        watch = by_id(parse((await visitor.get(f"/supervision/zombies/{case.id}")).text), "watch").get("hx-get")
        asks = {"hx-request": "true"}
        assert (await visitor.get(watch, headers=asks)).status_code == 204
        await post(other, case, "notify", how="邮寄", delivered_on=today().isoformat())
        news = await visitor.get(watch, headers=asks)
    assert [each.get("id") for each in fragment(news.text)] == ["watch", "case"]
    assert "登记答复" in news.text


async def test_another_office_sees_nothing_of_it(site: Site, db: Connection, case: ZombieCase) -> None:
    stranger = await make.actor(db, role="supervisor", subdistricts=frozenset({"310104004"}))
    async with site.signed_in(stranger) as visitor:
        assert NAME not in (await visitor.get("/supervision/zombies?status=all")).text
        assert (await visitor.get(f"/supervision/zombies/{case.id}")).status_code == 404


async def test_the_case_says_why_and_what_would_change_it(site: Site, there: Place, case: ZombieCase) -> None:
    async with site.signed_in(there.supervisor) as visitor:
        page = text(parse((await visitor.get(f"/supervision/zombies/{case.id}")).text))
    assert "评分 60 分" in page
    assert "物业报告已于 2026-10-08 迁出" in page
    assert "物业更正迁出日期，或企业重新入驻，减 60 分" in page
    assert "有一条不成立，就不到立案线：物业报告已迁出" in page


async def test_a_case_is_led_to_its_end_by_forms(
    site: Site, database: OneConnection, there: Place, case: ZombieCase
) -> None:
    day = today().isoformat()
    async with site.signed_in(there.supervisor) as visitor:
        await post(visitor, case, "notice", contact="云锦路887号物业代收")
        await post(visitor, case, "notify", how="邮寄", delivered_on=day, contact="云锦路887号物业代收")
        await post(visitor, case, "answer", answer="here", text="偶尔来")
        await post(visitor, case, "inspection", text="看有没有人办公")
        await post(visitor, case, "inspect", found="no", on=day, text="门锁着，邻居说半年没见人")
        await post(visitor, case, "clear", reason="核查未见企业")
        done = await make_zombies.latest(database, there)
        assert done.status is CaseStatus.CLEARED
        page = parse((await visitor.get(f"/supervision/zombies/{case.id}")).text)
        assert "决定清退" in text(page)
        letters = [each.get("href") for each in page.iter("a") if "letter.pdf" in (each.get("href") or "")]
        assert len(letters) == 2
        printed = await visitor.get(str(letters[0]))
        assert printed.content.startswith(b"%PDF")


async def test_a_look_that_is_asked_for_becomes_an_inspection_whose_finding_comes_back(
    site: Site, database: OneConnection, db: Connection, there: Place, case: ZombieCase
) -> None:
    async with site.signed_in(there.supervisor) as visitor:
        await post(visitor, case, "notify", how="邮寄", delivered_on=today().isoformat())
        await post(visitor, case, "answer", answer="here", text="偶尔来")
        await post(visitor, case, "inspection", text="")
        page = parse((await visitor.get(f"/supervision/zombies/{case.id}")).text)
        form = next(each for each in page.iter("form") if str(each.get("action")).endswith("/inspections"))
        fields = {str(each.get("name")): str(each.get("value")) for each in form.iter("input")}
        planned = await visitor.post(str(form.get("action")), data=fields)
        assert planned.status_code == 303
    row = await db.fetchrow("SELECT cause, source, registration_id FROM inspections")
    assert row is not None
    assert tuple(row) == ("zombie", case.number, there.registration_id)


async def test_what_cannot_be_right_is_said_on_the_page(site: Site, there: Place, case: ZombieCase) -> None:
    async with site.signed_in(there.supervisor) as visitor:
        wrong = await post(visitor, case, "notify", how="", delivered_on="2099-01-01")
        assert wrong.status_code == 422
        assert [text(each) for each in with_class(parse(wrong.text), "errs")] != []
        answer = await post(visitor, case, "clear", reason="没有人")
        assert answer.status_code == 409
        assert "这件案子现在是“已立案”，不能再清退" in answer.text


async def test_the_second_to_close_a_case_reads_who_was_first(
    site: Site, database: OneConnection, there: Place, case: ZombieCase
) -> None:
    async with site.signed_in(there.supervisor) as first, site.signed_in(there.colleague) as second:
        await post(first, case, "dismiss", reason="续租合同已出示")
        answer = await post(second, case, "dismiss", reason="没有问题")
    assert answer.status_code == 409
    assert f"已由{there.supervisor.name}于 {today()} 办结（已撤案）" in answer.text


async def test_two_in_one_place_are_settled_on_the_page(
    site: Site, database: OneConnection, db: Connection, there: Place, case: ZombieCase
) -> None:
    await make_zombies.newcomer(db, there)
    async with site.signed_in(there.supervisor) as visitor:
        await post(visitor, case, "dismiss", reason="仍在经营")
        page = text(parse((await visitor.get(f"/supervision/zombies/{case.id}")).text))
        assert "两户并存" in page
        assert NEWCOMER in page
        assert (await post(visitor, case, "settle", reason="谈过")).status_code == 409
        await make_zombies.share(db, there)
        await post(visitor, case, "settle", reason="允许一址多照")
    assert (await make_zombies.latest(database, there)).status is CaseStatus.DISMISSED


async def test_an_objection_is_decided_by_another(site: Site, database: OneConnection, there: Place) -> None:
    await cases.assess(database, there.carrier_id, [there.unit_id], make_zombies.DAY)
    case = await make_zombies.brought_to(database, there, CaseStatus.CLEARED)
    await process.appeal(database, None, case.id, "当天外出", make_zombies.DAY)
    async with site.signed_in(there.supervisor) as first, site.signed_in(there.colleague) as second:
        assert "由另一位监管员复核" in (await first.get(f"/supervision/zombies/{case.id}")).text
        assert "作出复核决定" in (await second.get(f"/supervision/zombies/{case.id}")).text


async def test_a_list_of_a_department_is_tried_first_and_then_taken_in(
    site: Site, database: OneConnection, db: Connection, there: Place
) -> None:
    await db.execute("UPDATE businesses SET uscc = '91310104MA1FR1234X'")
    table = (
        "统一社会信用代码,企业名称,列入日期,列入原因\n"
        f"91310104MA1FR1234X,{NAME},2026/11/2,通过登记的住所无法联系\n"
        f",{NAME},2026年11月2日,同一家再写一次\n"
        "91310104MA1FR9999X,上海没有这家有限公司,2026-11-02,\n"
    )
    sent = {"kind": "listed", "source": "区局信用科", "dated_on": "2026-11-02"}
    async with site.signed_in(there.supervisor) as visitor:
        tried = await visitor.post(
            "/supervision/zombies/lists",
            data={"_csrf_token": visitor.csrf_token, **sent},
            files={"file": ("异常名录.csv", table.encode("utf-8-sig"), "text/csv")},
        )
        assert "共 3 行，比对到 2 条登记，其中新的线索 1 条；1 行没有比对上" in text(parse(tried.text))
        assert "本区没有这家企业的有效登记" in tried.text
        assert await db.fetchval("SELECT count(*) FROM zombie_signals WHERE kind = 'listed'") == 0
        rows = next(each.get("value") for each in parse(tried.text).iter("input") if each.get("name") == "rows")
        for _ in range(2):
            done = await visitor.submit(
                "/supervision/zombies/lists/confirm", rows=rows, file_name="异常名录.csv", **sent
            )
            assert done.status_code == 303
        assert "区局信用科" in (await visitor.get("/supervision/zombies/lists")).text
    assert await db.fetchval("SELECT count(*) FROM zombie_signals WHERE kind = 'listed'") == 1
    assert await db.fetchval("SELECT count(*) FROM events WHERE kind = 'zombie.signal_recorded'") == 1


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("地址,面积\n云锦路887号,3\n", "没有找到表头"),
        ("企业名称,日期\n上海甲有限公司,昨天\n", "看不懂"),
        ("企业名称,日期\n上海甲有限公司,2099-01-01\n", "日期晚于今天"),
        ("", "没有找到表头"),
    ],
)
async def test_a_list_that_cannot_be_read_says_where(site: Site, there: Place, table: str, said: str) -> None:
    async with site.signed_in(there.supervisor) as visitor:
        tried = await visitor.post(
            "/supervision/zombies/lists",
            data={"_csrf_token": visitor.csrf_token, "kind": "listed", "source": "信用科", "dated_on": "2026-11-02"},
            files={"file": ("名单.csv", table.encode("utf-8-sig"), "text/csv")},
        )
        assert said in tried.text
        assert "写入 " not in text(parse(tried.text))


async def test_rules_are_proposed_replayed_and_put_in_force_on_their_page(site: Site, there: Place) -> None:
    async with site.signed_in(there.supervisor) as proposer, site.signed_in(there.colleague) as other:
        page = parse((await proposer.get("/supervision/zombies/rules")).text)
        cells = {
            str(each.get("name")): str(each.get("value") or "")
            for each in page.iter("input")
            if "_" in str(each.get("name")) and each.get("name") != "_csrf_token"
        }
        wrong = await proposer.submit("/supervision/zombies/rules", **{**cells, "weight_denied": "多"}, threshold="30")
        assert wrong.status_code == 422
        assert "请填写 -100 至 100 之间的整数" in wrong.text
        form = {**cells, "weight_denied": "60", "threshold": "50", "note": "物业否认的，多半属实"}
        assert (await proposer.submit("/supervision/zombies/rules", **form)).status_code == 303
        page = parse((await proposer.get("/supervision/zombies/rules")).text)
        assert "物业表示不在此处：+50 分改为 +60 分" in text(page)
        replay = next(str(each.get("action")) for each in page.iter("form") if "/replay" in str(each.get("action")))
        assert (await proposer.submit(replay, since="2025-11-22", until="2026-11-22")).status_code == 303
        assert "会立案 0 件" in (await proposer.get("/supervision/zombies/rules")).text
        assert (await proposer.submit(replay.replace("/replay", "/activate"))).status_code == 409
        assert (await other.submit(replay.replace("/replay", "/activate"))).status_code == 303
        assert "第 2 版现行，合计 50 分立案" in (await other.get("/supervision/zombies/rules")).text


async def test_a_place_where_many_may_be_is_allowed_and_ended_on_the_page(
    site: Site, database: OneConnection, db: Connection, there: Place
) -> None:
    number = await db.fetchval("SELECT number FROM carriers WHERE id = $1", there.carrier_id)
    async with site.signed_in(there.supervisor) as visitor:
        wrong = await visitor.submit("/supervision/zombies/allowances", carrier_number="ZT999999", reason="众创空间")
        assert "辖区里没有这个编号的载体" in wrong.text
        form = {"carrier_number": number.lower(), "unit_label": "1403室", "reason": "众创空间，工位出租"}
        assert (await visitor.submit("/supervision/zombies/allowances", **form)).status_code == 303
        assert (await visitor.submit("/supervision/zombies/allowances", **form)).status_code == 409
        page = parse((await visitor.get("/supervision/zombies/rules")).text)
        assert "众创空间，工位出租" in text(page)
        ends = next(str(each.get("action")) for each in page.iter("form") if "/end" in str(each.get("action")))
        assert (await visitor.submit(ends)).status_code == 303
        assert "众创空间，工位出租" not in (await visitor.get("/supervision/zombies/rules")).text


async def test_who_is_taken_off_a_list_is_suspected_for_it_no_more(
    site: Site, database: OneConnection, db: Connection, there: Place
) -> None:
    await db.execute(
        """
        INSERT INTO zombie_signals (registration_id, kind, source, observed_on)
             VALUES ($1, 'listed', 'department', '2026-05-06')
        """,
        there.registration_id,
    )
    sent = {"kind": "listed", "source": "区局信用科", "dated_on": "2026-11-02", "removes": "1"}
    async with site.signed_in(there.supervisor) as visitor:
        tried = await visitor.post(
            "/supervision/zombies/lists",
            data={"_csrf_token": visitor.csrf_token, **sent},
            files={"file": ("移出.csv", f"企业名称\n{NAME}\n".encode("utf-8-sig"), "text/csv")},
        )
        assert "要消除的线索 1 条" in text(parse(tried.text))
        rows = next(each.get("value") for each in parse(tried.text).iter("input") if each.get("name") == "rows")
        await visitor.submit("/supervision/zombies/lists/confirm", rows=rows, file_name="移出.csv", **sent)
    assert str(await db.fetchval("SELECT ended_on FROM zombie_signals WHERE kind = 'listed'")) == "2026-11-02"
