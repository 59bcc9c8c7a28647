"""导出: every list is taken along whole, narrowed as its page, in its words; nothing in it becomes a formula."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx
import pytest

from tests import make
from tests import make_registrations as making
from tests.rooms import objects
from tests.support import html, xlsx
from tests.support.web import Site, Visitor
from zhusuo import audit
from zhusuo.db import Connection
from zhusuo.people.model import Actor
from zhusuo.ports.common.app import today

HERE = '=HYPERLINK("http://example.com","汇澜大厦")'
THERE = "棠谷商务中心"
FOREIGN = "别家大厦"
BOTH = frozenset({HERE, THERE})
Enter = Callable[[Connection, Actor, str], Awaitable[object]]


def rows_of(answer: httpx.Response) -> list[list[object]]:
    assert answer.status_code == 200
    return xlsx.rows_of(answer.content)


async def filing_at_the_counter(db: Connection, actor: Actor, name: str) -> None:
    subdistrict_code = "310104004" if name == THERE else ""
    carrier_id = await make.carrier(db, name=name, district_code=actor.district_code, subdistrict_code=subdistrict_code)
    filer = await make.actor(db, role="manager", district_code=actor.district_code)
    await make.filing(db, carrier_id=carrier_id, filer=filer, status="submitted")


async def claim_at_the_counter(db: Connection, actor: Actor, name: str) -> None:
    carrier_id = await make.carrier(db, name=name, district_code=actor.district_code)
    claimant = await make.organisation(db, district_code=actor.district_code)
    status = "confirmed" if name == THERE else "claimed"
    await make.management(db, carrier_id=carrier_id, organisation_id=claimant, status=status)


async def building(db: Connection, actor: Actor, name: str) -> object:
    carrier_id = await make.carrier(db, name=name)
    capacity = "agency" if actor.role == "agent" else "manager"
    await make.management(db, carrier_id=carrier_id, organisation_id=actor.organisation_id, capacity=capacity)
    return carrier_id


async def claim(db: Connection, actor: Actor, name: str) -> None:
    carrier_id = await make.carrier(db, name=name)
    await make.management(db, carrier_id=carrier_id, organisation_id=actor.organisation_id, status="claimed")


async def filing(db: Connection, actor: Actor, name: str) -> None:
    carrier_id = await make.carrier(db, name=name)
    await make.filing(db, carrier_id=carrier_id, filer=actor, status="submitted" if name == THERE else "draft")


async def registration(db: Connection, actor: Actor, name: str) -> None:
    carrier_id = await make.carrier(db, manager=actor.organisation_id)
    await making.registered(db, unit_id=await make.unit(db, carrier_id=carrier_id), applicant=name)


async def organisation(db: Connection, actor: Actor, name: str) -> None:
    await make.organisation(db, name=name)


async def person(db: Connection, actor: Actor, name: str) -> None:
    await make.person(db, organisation_id=actor.organisation_id, name=name)


async def client(db: Connection, actor: Actor, name: str) -> None:
    await db.execute("UPDATE clients SET name = $2 WHERE id = $1", await objects.client(db, actor), name)


async def carrier(db: Connection, actor: Actor, name: str) -> None:
    await make.carrier(db, name=name, district_code=actor.district_code)


async def entry(db: Connection, actor: Actor, name: str) -> None:
    carrier_id = await make.carrier(db, name=name)
    await audit.record(db, actor, "lookup", "carrier", "2-1" if name == THERE else "1-1", carrier_id=carrier_id)


async def task(db: Connection, actor: Actor, name: str) -> None:
    carrier_id = await make.carrier(db)
    paper = await make.document(db, carrier_id=carrier_id, organisation_id=actor.organisation_id, file_name=name)
    await db.execute("INSERT INTO tasks (kind, noun_id) VALUES ('read_document', $1)", paper)


@dataclass(frozen=True, kw_only=True)
class List:
    """A list: its page, who opens it, what its rows are about, how one comes into it, what is in it when narrowed.

    `buttons` is the column of the page that holds them.
    """

    page: str
    role: str
    noun: str
    enter: Enter
    narrowed: dict[str, frozenset[str]]
    buttons: str = ""
    everybodys: bool = False


ONE, OTHER, NOTHING = frozenset({HERE}), frozenset({THERE}), frozenset[str]()
WHOLE = {"": BOTH}
NAMED = {"": BOTH, "?q=汇澜": ONE}
FILINGS = {"": BOTH, "?view=mine": ONE, "?view=submitted": OTHER, "?view=done": NOTHING}
LISTS = [
    List(
        page="/approval/filings",
        role="clerk",
        noun="filing",
        enter=filing_at_the_counter,
        narrowed={"": BOTH, "?subdistrict=310104004": OTHER, "?kind=change": NOTHING, "?tab=returned": NOTHING},
    ),
    List(
        page="/approval/managements",
        role="clerk",
        noun="management",
        enter=claim_at_the_counter,
        narrowed={"": ONE, "?status=confirmed": OTHER, "?status=ended": NOTHING},
    ),
    List(
        page="/approval/carriers",
        role="clerk",
        noun="carrier",
        enter=carrier,
        narrowed={"": BOTH, "?kind=mall": NOTHING},
    ),
    List(page="/property/carriers", role="manager", noun="carrier", enter=building, narrowed=WHOLE, buttons="打开"),
    List(page="/agency/carriers", role="agent", noun="carrier", enter=building, narrowed=WHOLE, buttons="打开"),
    List(page="/property/filings", role="manager", noun="filing", enter=filing, narrowed=FILINGS, buttons="办理"),
    List(page="/agency/filings", role="agent", noun="filing", enter=filing, narrowed=FILINGS, buttons="办理"),
    List(
        page="/property/registrations",
        role="manager",
        noun="registration",
        enter=registration,
        narrowed={**NAMED, "?view=here": NOTHING, "?view=all&q=棠谷": OTHER},
        buttons="在这里吗",
    ),
    List(page="/claims", role="manager", noun="management", enter=claim, narrowed=WHOLE, buttons="操作"),
    List(page="/claims", role="agent", noun="management", enter=claim, narrowed=WHOLE, buttons="操作"),
    List(
        page="/admin/organisations",
        role="administrator",
        noun="organisation",
        enter=organisation,
        narrowed=NAMED,
        buttons="操作",
        everybodys=True,
    ),
    List(
        page="/admin/people",
        role="administrator",
        noun="person",
        enter=person,
        narrowed=NAMED,
        buttons="操作",
        everybodys=True,
    ),
    List(page="/admin/clients", role="administrator", noun="client", enter=client, narrowed=WHOLE, everybodys=True),
    List(page="/admin/carriers", role="administrator", noun="carrier", enter=carrier, narrowed=NAMED, everybodys=True),
    List(
        page="/admin/audit",
        role="administrator",
        noun="audit_entry",
        enter=entry,
        narrowed={"": BOTH, "?noun_id=2-1": OTHER, "?noun_id=3-1": NOTHING},
        everybodys=True,
    ),
    List(page="/admin/tasks", role="administrator", noun="task", enter=task, narrowed=WHOLE, everybodys=True),
]


@pytest.mark.parametrize("listed", LISTS, ids=lambda each: f"{each.role} {each.page}")
async def test_a_list_is_taken_along_as_its_page_shows_it(site: Site, db: Connection, listed: List) -> None:
    actor = await make.actor(db, role=listed.role)
    await listed.enter(db, actor, HERE)
    await listed.enter(db, actor, THERE)
    if not listed.everybodys:
        await listed.enter(db, await objects.stranger(db, actor), FOREIGN)
    async with site.signed_in(actor) as visitor:
        for query, shown in listed.narrowed.items():
            page = await visitor.get(listed.page.replace("/admin/organisations", "/admin") + query)
            header, *rows = rows_of(await follow(visitor, page, f"{listed.page}.xlsx"))
            cells = {cell for row in rows for cell in row}
            assert cells & {HERE, THERE, FOREIGN} == shown, query
            labels = {html.text(each) for each in html.parse(page.text).findall(".//th")}
            assert labels - {listed.buttons} <= set(header), query
            assert all(len(row) == len(header) for row in rows)
    recorded = await db.fetch(
        "SELECT noun, detail ->> 'rows' AS rows FROM audit_entries WHERE action = 'export' ORDER BY at"
    )
    assert {each["noun"] for each in recorded} == {listed.noun}
    assert len(recorded) == len(listed.narrowed)
    assert int(recorded[0]["rows"]) >= len(next(iter(listed.narrowed.values())))


async def follow(visitor: Visitor, page: httpx.Response, path: str) -> httpx.Response:
    """The button 导出 of a page, as it is narrowed."""
    there = html.links(html.parse(page.text))["导出"]
    assert there.partition("?")[0] == path
    answer = await visitor.get(there)
    day = today().isoformat()
    assert answer.headers["content-disposition"].endswith(f"%20{day}.xlsx")
    return answer


async def test_each_tab_of_the_queue_has_its_own_moment(site: Site, db: Connection) -> None:
    clerk = await make.actor(db, role="clerk")
    filer = await make.actor(db, role="manager")
    carrier_id = await make.carrier(db, name="汇澜大厦")
    returned = await make.filing(db, carrier_id=carrier_id, filer=filer, status="returned")
    approved = await make.filing(db, carrier_id=carrier_id, filer=filer, status="approved")
    mine = await make.filing(db, carrier_id=carrier_id, filer=filer, status="submitted")
    await db.execute("UPDATE filings SET deadline_on = '2026-12-04' WHERE id = $1", returned)
    await db.execute("UPDATE filings SET decided_at = '2026-11-20T02:00Z' WHERE id = $1", approved)
    await db.execute(
        "UPDATE filings SET claimed_by = $2, claimed_until = now() + interval '1 hour' WHERE id = $1",
        mine,
        clerk.person_id,
    )
    found = {}
    async with site.signed_in(clerk) as visitor:
        for tab, moment in (("mine", "已等"), ("returned", "补正期限"), ("done", "办结")):
            header, row = rows_of(await visitor.get(f"/approval/filings.xlsx?tab={tab}"))
            place = header.index(moment)
            found[tab] = (str(row[place]), row[place + 1])
    assert found == {
        "mine": ("不到 1 小时", "我领的"),
        "returned": ("2026-12-04", "退回补正"),
        "done": ("2026-11-20 10:00:00", "已通过"),
    }


async def test_changes_are_taken_along_with_the_names_before_and_after(site: Site, db: Connection) -> None:
    manager, stranger = await make.actor(db, role="manager", name="孙启凡"), await make.actor(db, role="manager")
    carrier_id = await make.carrier(db, manager=manager.organisation_id, name="汇澜大厦")
    room = await make.unit(db, carrier_id=carrier_id, label="1001室", floor=10, area_m2=100)
    await make.version(db, carrier_id=carrier_id, unit_ids=[room])
    fields = {"label": ["1001A室", "1001B室"], "area_m2": ["60", "40"], "version": "1", "on": today().isoformat()}
    async with site.signed_in(manager) as visitor:
        done = await visitor.submit(f"/units/{room}/split", **fields, sure="1")
        assert done.status_code == 303
        page = await visitor.get(f"/carriers/{carrier_id}/changes")
        header, row = rows_of(await follow(visitor, page, f"/carriers/{carrier_id}/changes.xlsx"))
    assert header == ["变动", "从哪天起", "原单元", "现单元", "备案", "办理", "办理时间", "撤销"]
    assert row[0] == "分割"
    assert row[2:6] == ["1001室", "1001A室、1001B室", "备案照旧", "孙启凡"]
    recorded = await db.fetchval("SELECT carrier_id FROM audit_entries WHERE action = 'export'")
    assert recorded == carrier_id
    async with site.signed_in(stranger) as visitor:
        assert (await visitor.get(f"/carriers/{carrier_id}/changes.xlsx")).status_code == 404


async def test_a_list_that_is_cut_says_so(site: Site, db: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zhusuo.ports.common.files.MOST_ROWS", 2)
    monkeypatch.setattr("zhusuo.ports.common.files.ALL", 3)
    administrator = await make.actor(db, role="administrator")
    for _ in range(2):
        await make.carrier(db)
    async with site.signed_in(administrator) as visitor:
        whole = rows_of(await visitor.get("/admin/carriers.xlsx"))
        await make.carrier(db)
        cut = rows_of(await visitor.get("/admin/carriers.xlsx"))
    assert len(whole) == 3
    assert cut[:3] == whole
    assert [row[0] for row in cut[3:]] == ["只列出前 2 行，后面还有；请筛选后分几次导出。"]


async def test_the_audit_is_taken_along_stretch_by_stretch_up_to_a_limit(
    site: Site, db: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zhusuo.ports.admin.sheets.STRETCH", 2)
    monkeypatch.setattr("zhusuo.ports.admin.sheets.MOST_ENTRIES", 5)
    administrator = await make.actor(db, role="administrator")
    for number in range(5):
        await audit.record(db, administrator, "lookup", "carrier", number)
    path = "/admin/audit.xlsx"
    async with site.signed_in(administrator) as visitor:
        header, *whole = rows_of(await visitor.get(path))
        _, *cut = rows_of(await visitor.get(path))
    numbered = header.index("对象编号")
    assert [row[numbered] for row in whole] == ["4", "3", "2", "1", "0"]
    assert [row[numbered] for row in cut[:5]] == ["list", "4", "3", "2", "1"]
    assert [row[header.index("做了什么")] for row in cut[:2]] == ["导出", "查询"]
    assert [row[0] for row in cut[5:]] == ["只列出前 5 行，后面还有；请筛选后分几次导出。"]


async def test_the_first_sheet_says_when_by_whom_and_how_it_was_narrowed(site: Site, db: Connection) -> None:
    supervisor = await make.actor(db, role="supervisor", subdistricts=frozenset({make.SUBDISTRICT}), name="王强")
    await make.carrier(db, name=HERE, subdistrict_code=make.SUBDISTRICT)
    async with site.signed_in(supervisor) as visitor:
        narrowed = await visitor.get(f"/supervision/carriers.xlsx?kind=tower&subdistrict={make.SUBDISTRICT}")
        whole = await visitor.get("/supervision/registrations.xlsx")
    told = xlsx.said(narrowed.content)
    assert (told["清单"], told["行数"], told["筛选：类型"]) == ("载体", "1", "商务楼宇")
    assert told["筛选：街镇"] == make.SUBDISTRICT
    assert told["导出人"].endswith("王强")
    assert told["导出时间"].startswith(str(today()))
    assert xlsx.said(whole.content)["筛选"] == "没有筛选，全部列出"
    assert xlsx.rows_of(narrowed.content)[1][1] == HERE


async def test_a_long_list_is_written_page_by_page_and_says_where_it_is_cut(
    site: Site, db: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zhusuo.ports.common.files.PAGE_ROWS", 2)
    supervisor = await make.actor(db, role="supervisor", subdistricts=frozenset({make.SUBDISTRICT}))
    for _ in range(5):
        await make.carrier(db, subdistrict_code=make.SUBDISTRICT)
    async with site.signed_in(supervisor) as visitor:
        _, *whole = rows_of(await visitor.get("/supervision/carriers.xlsx"))
        monkeypatch.setattr("zhusuo.ports.common.files.MOST_LONG", 4)
        _, *cut = rows_of(await visitor.get("/supervision/carriers.xlsx"))
    assert len({row[0] for row in whole}) == len(whole) == 5
    assert cut[:4] == whole[:4]
    assert str(cut[4][0]).startswith("只列出前 4 行")


@pytest.mark.parametrize("path", ["units.xlsx", "plates.pdf"])
async def test_what_a_supervisor_takes_out_of_a_carrier_is_recorded(site: Site, db: Connection, path: str) -> None:
    supervisor = await make.actor(db, role="supervisor", subdistricts=frozenset({make.SUBDISTRICT}))
    carrier_id = await make.carrier(db, subdistrict_code=make.SUBDISTRICT)
    await make.unit(db, carrier_id=carrier_id)
    async with site.signed_in(supervisor) as visitor:
        await visitor.get(f"/supervision/carriers/{carrier_id}/{path}")
    assert await db.fetchval("SELECT carrier_id FROM audit_entries WHERE action = 'export'") == carrier_id
