"""载体目录, 管理认领, 免交清单, 全文检索 at the counter."""

import csv
import io
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import pytest

from tests import make
from tests import make_registrations as making
from tests.support import html, xlsx
from tests.support.web import Site
from zhusuo.carriers import actions as carriers
from zhusuo.carriers import management_actions as managements
from zhusuo.carriers.model import Capacity, CarrierKind, NewCarrier
from zhusuo.db import Connection
from zhusuo.people.model import Actor
from zhusuo.waivers.actions import import_shipped

DAY = date(2026, 11, 22)


@dataclass
class Counter:
    site: Site
    clerk: Actor
    carrier_id: UUID


@pytest.fixture
async def counter(site: Site, db: Connection) -> Counter:
    clerk = await make.actor(db, role="clerk", name="周敏")
    new = NewCarrier(
        kind=CarrierKind.TOWER,
        name="汇澜大厦",
        address="肇嘉浜路1366号",
        subdistrict_code="310104012",
        aliases=("汇澜中心",),
        floors_above=24,
    )
    carrier = await carriers.add_carrier(site.database, clerk, new)
    return Counter(site=site, clerk=clerk, carrier_id=carrier.id)


# 载体


async def test_a_carrier_is_found_by_name_alias_address_or_initials(counter: Counter) -> None:
    async with counter.site.signed_in(counter.clerk) as visitor:
        for query, there in (
            ("", True),
            ("q=汇澜", True),
            ("q=汇澜中心", True),
            ("q=肇嘉浜路", True),
            ("q=hlds", True),
            ("q=别的大楼", False),
            ("q=！", False),
            ("kind=tower", True),
            ("kind=mall", False),
            ("subdistrict=310104012", True),
            ("subdistrict=310104003", False),
        ):
            page = await visitor.get(f"/approval/carriers?{query}")
            assert page.status_code == 200
            assert (f"/approval/carriers/{counter.carrier_id}" in page.text) is there, query


async def test_the_directory_goes_on_from_page_to_page(
    counter: Counter, db: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zhusuo.ports.approval.carriers.reads.PAGE", 1)
    names = {await db.fetchval("SELECT name FROM carriers WHERE id = $1", await make.carrier(db)) for _ in range(2)}
    path, seen = "/approval/carriers", set()
    async with counter.site.signed_in(counter.clerk) as visitor:
        while path:
            links = html.links(html.parse((await visitor.get(path)).text))
            seen |= links.keys() & {*names, "汇澜大厦"}
            path = links.get("下一页", "")
    assert seen == {*names, "汇澜大厦"}


async def test_the_directory_says_how_far_each_is_on_file_and_is_exported(counter: Counter, db: Connection) -> None:
    units = [await make.unit(db, carrier_id=counter.carrier_id) for _ in range(2)]
    async with counter.site.signed_in(counter.clerk) as visitor:
        words = [await standing(visitor.get)]
        await make.version(db, carrier_id=counter.carrier_id, unit_ids=units[:1])
        words.append(await standing(visitor.get))
        await make.version(db, carrier_id=counter.carrier_id, unit_ids=units[1:])
        words.append(await standing(visitor.get))
        await db.execute("UPDATE dossier_versions SET valid_until = '2020-01-01'")
        words.append(await standing(visitor.get))
    assert words == ["尚未备案", "部分备案", "全部备案", "备案已到期"]


async def standing(get: object) -> str:
    answer = await get("/approval/carriers.xlsx?q=汇澜")  # type: ignore[operator]
    _, row = xlsx.rows_of(answer.content)
    return str(row[-1])


async def test_a_carrier_is_entered_and_what_is_wrong_is_said_beside_its_field(
    counter: Counter, db: Connection
) -> None:
    fields = {"kind": "mall", "name": "港汇天地", "subdistrict_code": "310104012", "address": "虹桥路1号"}
    async with counter.site.signed_in(counter.clerk) as visitor:
        assert (await visitor.get("/approval/carriers/new")).status_code == 200
        wrong = await visitor.submit("/approval/carriers", **{**fields, "kind": "", "floors_above": "很高"})
        twice = await visitor.submit("/approval/carriers", **{**fields, "name": "汇澜大厦"})
        done = await visitor.submit("/approval/carriers", **fields, aliases="港汇，天地城", sharing_allowed="1")
        page = await visitor.get(done.headers["location"])
    assert (wrong.status_code, twice.status_code, done.status_code) == (422, 422, 303)
    assert "港汇天地" in wrong.text
    assert "已有同名的载体" in twice.text
    assert "天地城" in page.text
    assert "允许一址多照" in page.text


async def test_a_carrier_shows_its_versions_units_and_managers(counter: Counter, db: Connection) -> None:
    manager = await make.organisation(db, name="汇澜商业管理")
    await make.management(db, carrier_id=counter.carrier_id, organisation_id=manager)
    unit = await make.unit(db, carrier_id=counter.carrier_id, label="1803室", floor=18, area_m2=186.5)
    await make.unit(db, carrier_id=counter.carrier_id, label="1804室", floor=18)
    await make.version(db, carrier_id=counter.carrier_id, unit_ids=[unit])
    await making.registered(db, unit_id=unit, applicant="上海澜鹭信息科技有限公司")
    await make.tenancy(db, unit_id=unit, tenant="上海锦书印务有限公司")
    async with counter.site.signed_in(counter.clerk) as visitor:
        page = await visitor.get(f"/approval/carriers/{counter.carrier_id}")
        narrowed = await visitor.get(f"/approval/carriers/{counter.carrier_id}?unit=1804")
    for word in (
        "汇澜商业管理",
        "1803室",
        "186.50 ㎡",
        "第 1 版",
        "上海澜鹭信息科技有限公司",
        "上海锦书印务有限公司",
        "汇澜中心",
    ):
        assert word in page.text, word
    assert "1803室" not in narrowed.text
    assert "未备案" in narrowed.text


async def test_units_go_on_from_page_to_page_in_the_order_of_the_house(
    counter: Counter, db: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zhusuo.ports.approval.carriers.reads.UNITS", 2)
    for label, floor in (("1001室", 10), ("201室", 2), ("B101室", -1), ("202室", 2), ("地下", None)):
        await make.unit(db, carrier_id=counter.carrier_id, label=label, floor=floor)
    path, seen = f"/approval/carriers/{counter.carrier_id}", []
    async with counter.site.signed_in(counter.clerk) as visitor:
        while path:
            page = html.parse((await visitor.get(path)).text)
            seen += [text for text in html.links(page) if text.endswith("室") or text == "地下"]
            path = html.links(page).get("下一页", "")
    assert seen == ["B101室", "地下", "201室", "202室", "1001室"]


async def test_a_version_can_be_read_and_revoked(counter: Counter, db: Connection) -> None:
    unit = await make.unit(db, carrier_id=counter.carrier_id, label="1803室")
    filer = await make.actor(db, role="manager")
    paper = await make.document(
        db, carrier_id=counter.carrier_id, organisation_id=filer.organisation_id, kind="title_deed", submitted=True
    )
    version = await make.version(db, carrier_id=counter.carrier_id, unit_ids=[unit], document_ids=[paper], filer=filer)
    path = f"/approval/carriers/versions/{version}"
    async with counter.site.signed_in(counter.clerk) as visitor:
        page = await visitor.get(path)
        without = await visitor.submit(f"{path}/revoke", reason="")
        done = await visitor.submit(f"{path}/revoke", reason="房屋已拆除")
        after = await visitor.get(path)
    assert "产权证" in page.text
    assert "1803室" in page.text
    assert (without.status_code, done.status_code) == (422, 303)
    assert "这一版不再生效" in after.text
    assert "房屋已拆除" in after.text
    assert "/revoke" not in after.text


async def test_paper_brought_to_the_counter_begins_a_filing_on_behalf(counter: Counter, db: Connection) -> None:
    path = f"/approval/carriers/{counter.carrier_id}/filings"
    async with counter.site.signed_in(counter.clerk) as visitor:
        without = await visitor.submit(path, on_behalf_of="")
        done = await visitor.submit(path, on_behalf_of="汇澜商业管理")
    row = await db.fetchrow("SELECT id, on_behalf_of FROM filings")
    assert row is not None
    assert without.status_code == 422
    assert done.headers["location"] == f"/filings/{row['id']}"
    assert row["on_behalf_of"] == "汇澜商业管理"


# 认领


async def claimed(counter: Counter, db: Connection, **more: str) -> tuple[Actor, UUID]:
    manager = await make.actor(db, role="manager")
    paper = await make.document(
        db, carrier_id=counter.carrier_id, organisation_id=manager.organisation_id, purpose="claim", **more
    )
    claim = await managements.claim_management(
        counter.site.database, manager, counter.carrier_id, paper, Capacity.MANAGER
    )
    await make.page(db, document_id=paper, text="委托合同", preview_sha256=await make.blob(db))
    return manager, claim.id


async def test_a_claim_is_compared_with_its_paper_and_confirmed(counter: Counter, db: Connection) -> None:
    manager, claim = await claimed(counter, db)
    async with counter.site.signed_in(counter.clerk) as visitor:
        listed = await visitor.get("/approval/managements")
        page = await visitor.get(f"/approval/managements/{claim}")
        done = await visitor.submit(f"/approval/managements/{claim}/confirm", replaces="")
        after = await visitor.get("/approval/managements?status=confirmed")
    assert manager.organisation in listed.text
    assert "/pages/1.webp" in page.text
    assert done.status_code == 303
    assert manager.organisation in after.text


async def test_a_successor_is_confirmed_in_the_place_of_who_was_shown(counter: Counter, db: Connection) -> None:
    former = await make.organisation(db, name="旧物业")
    await make.management(db, carrier_id=counter.carrier_id, organisation_id=former)
    _, claim = await claimed(counter, db)
    async with counter.site.signed_in(counter.clerk) as visitor:
        page = await visitor.get(f"/approval/managements/{claim}")
        unseen = await visitor.submit(f"/approval/managements/{claim}/confirm", replaces="")
        wrong = await visitor.submit(f"/approval/managements/{claim}/confirm", replaces="x")
        done = await visitor.submit(f"/approval/managements/{claim}/confirm", replaces=str(former))
    assert "旧物业" in page.text
    assert "接管" in page.text
    assert (unseen.status_code, wrong.status_code, done.status_code) == (409, 404, 303)
    assert await db.fetchval("SELECT status FROM managements WHERE organisation_id = $1", former) == "ended"


async def test_a_claim_is_refused_and_a_management_ended_with_a_reason(counter: Counter, db: Connection) -> None:
    _, refused = await claimed(counter, db)
    async with counter.site.signed_in(counter.clerk) as visitor:
        without = await visitor.submit(f"/approval/managements/{refused}/refuse", reason="")
        done = await visitor.submit(f"/approval/managements/{refused}/refuse", reason="合同已过期")
        page = await visitor.get(f"/approval/managements/{refused}")
        _, kept = await claimed(counter, db)
        await visitor.submit(f"/approval/managements/{kept}/confirm")
        mute = await visitor.submit(f"/approval/managements/{kept}/end", reason=" ")
        ended = await visitor.submit(f"/approval/managements/{kept}/end", reason="合同终止")
    assert (without.status_code, done.status_code, mute.status_code, ended.status_code) == (422, 303, 422, 303)
    assert "合同已过期" in page.text
    assert await db.fetchval("SELECT status FROM managements WHERE id = $1", kept) == "ended"


async def test_a_claim_paper_that_cannot_be_drawn_can_be_downloaded(counter: Counter, db: Connection) -> None:
    _, claim = await claimed(counter, db, status="unreadable")
    await db.execute("DELETE FROM document_pages")
    async with counter.site.signed_in(counter.clerk) as visitor:
        page = await visitor.get(f"/approval/managements/{claim}?page=3")
    assert page.status_code == 200
    assert "下载原件" in page.text


# 免交清单


async def test_the_catalogue_is_shown_by_item_and_taken_along(counter: Counter) -> None:
    async with counter.site.signed_in(counter.clerk) as visitor:
        empty = await visitor.get("/approval/waivers")
        await import_shipped(counter.site.database)
        whole = await visitor.get("/approval/waivers")
        one = await visitor.get("/approval/waivers?item=company_formation")
        none = await visitor.get("/approval/waivers?item=nothing")
        sheet = await visitor.get("/approval/waivers.csv")
    assert "还没有清单" in empty.text
    assert len(html.with_class(html.parse(whole.text), "panel")) > 15
    assert len(html.with_class(html.parse(one.text), "panel")) == 1
    assert "今天没有要求" in none.text
    header, *rows = csv.reader(io.StringIO(sheet.content.decode("utf-8-sig")))
    assert header[1] == "事项"
    assert {"免交", "要交"} == {row[4] for row in rows}


# 检索


async def test_words_are_found_on_their_page_and_lead_to_it(counter: Counter, db: Connection) -> None:
    filer = await make.actor(db, role="manager")
    filing = await make.filing(db, carrier_id=counter.carrier_id, filer=filer, status="submitted")
    paper = await make.document(
        db,
        carrier_id=counter.carrier_id,
        organisation_id=filer.organisation_id,
        filing_id=filing,
        kind="title_deed",
        submitted=True,
    )
    await make.page(db, document_id=paper, page=2, text="不动产权证书\n权利人 上海澜岸置业有限公司")
    stranger = await make.actor(db, role="clerk", district_code="310101")
    async with counter.site.signed_in(counter.clerk) as visitor:
        blank = await visitor.get("/approval/search")
        page = await visitor.get("/approval/search?q=澜岸置业")
        none = await visitor.get("/approval/search?q=没有这样的词")
        nothing = await visitor.get("/approval/search?q=。。")
        lost = await visitor.get("/approval/search?q=澜岸&after=x")
    async with counter.site.signed_in(stranger) as visitor:
        foreign = await visitor.get("/approval/search?q=澜岸置业")
    assert blank.status_code == none.status_code == 200
    assert "<mark>澜岸置业</mark>" in page.text
    assert any(link.startswith(f"/documents/{paper}?page=2") for link in html.links(html.parse(page.text)).values())
    assert "没有找到" in none.text
    assert (nothing.status_code, lost.status_code) == (422, 422)
    assert str(paper) not in foreign.text
    assert await db.fetchval("SELECT count(*) FROM audit_entries WHERE action = 'search'") == 3
