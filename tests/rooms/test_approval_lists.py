"""批量归类: a list is brought, classified in the background, looked at, taken along with a status in each row."""

import io
from datetime import timedelta

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from tests import make
from tests import make_registrations as making
from tests.support import html
from tests.support.web import LEXICON, Site, Visitor
from zhusuo import tasks
from zhusuo.db import Connection
from zhusuo.lookup.lists import actions, store
from zhusuo.people.model import Actor

LISTS = "/approval/lists"
ROWS = (
    ("甲公司", "徐汇区云锦路887号1403室"),
    ("=乙公司", "徐汇区云锦路889号1403室"),
    ("丙公司", "南京市中山路1号"),
    ("丁公司", "徐汇区云锦路887号9999室"),
)
STATUSES = ["已归入单元", "未归入", "未归入", "已归入载体，单元未备案或未写"]


def csv_of(*rows: tuple[str, str], head: str = "企业,住所") -> bytes:
    return "\n".join((head, *(",".join(row) for row in rows), "")).encode("gb18030")


def workbook_of(*rows: tuple[str, str]) -> bytes:
    """With a title above its header, as offices make them."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["2026 年名单"])
    for place, row in enumerate([("企业", "注册地址"), *rows], 2):
        for column, text in enumerate(row):
            sheet.write_string(place, column, text)
    book.close()
    return out.getvalue()


async def work_off(site: Site) -> None:
    """What the worker does with the tasks that wait."""
    while held := await tasks.hold(site.database, actions.KIND, actions.HOLD_SECONDS):
        await actions.work_on(site.database, LEXICON, held)


async def bring(visitor: Visitor, content: bytes, name: str = "名单.csv") -> str:
    answer = await visitor.post(LISTS, files={"file": (name, content)})
    assert answer.status_code == 303, html.text(html.parse(answer.text))
    return answer.headers["location"]


def sheet_of(content: bytes) -> list[list[str]]:
    """The last sheet, which holds the rows."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return [[str(cell) for cell in row] for row in book.get_sheet_by_index(len(book.sheet_names) - 1).to_python()]


@pytest.fixture
async def clerk(db: Connection) -> Actor:
    await making.room(db, carrier_id=await making.house(db))
    return await make.actor(db, role="clerk")


@pytest.mark.parametrize(("content", "name"), [(csv_of(*ROWS), "名单.csv"), (workbook_of(*ROWS), "名单.xlsx")])
async def test_a_list_comes_back_with_a_status_in_each_row(site: Site, clerk: Actor, content: bytes, name: str) -> None:
    async with site.signed_in(clerk) as visitor:
        path = await bring(visitor, content, name)
        moving = html.text(html.parse((await visitor.get(path)).text))
        assert "0 / 4" in moving
        await work_off(site)
        shown = html.text(html.parse((await visitor.get(path)).text))
        only = html.text(html.parse((await visitor.get(f"{path}?placed=unit")).text))
        taken = sheet_of((await visitor.get(f"{path}/list.xlsx")).content)
        few = sheet_of((await visitor.get(f"{path}/list.xlsx?placed=out")).content)
    assert "A 1，B 1，C 0，N 2" in shown
    assert "甲公司" not in shown, "other columns are taken along, and not shown"
    assert ROWS[0][1] in only
    assert ROWS[1][1] not in only
    at = next(place for place, row in enumerate(taken) if row[0] == "企业")
    status = taken[at].index("归类")
    assert [row[status] for row in taken[at + 1 : at + 5]] == STATUSES
    assert [row[0] for row in taken[at + 1 : at + 5]] == [row[0] for row in ROWS]
    assert sum(row[0] in {each[0] for each in ROWS} for row in few) == 2


async def test_the_same_file_leads_to_its_list_until_something_changes(
    site: Site, db: Connection, clerk: Actor
) -> None:
    async with site.signed_in(clerk) as visitor:
        first = await bring(visitor, csv_of(*ROWS))
        assert await bring(visitor, csv_of(*ROWS)) == first
        await work_off(site)
        assert await bring(visitor, csv_of(*ROWS)) == first
        await db.execute("INSERT INTO events (kind, noun, noun_id) VALUES ('carrier.changed', 'carrier', uuidv7())")
        assert "备案已有变化" in (await visitor.get(first)).text
        assert await bring(visitor, csv_of(*ROWS)) != first
        await work_off(site)
        assert (await visitor.submit(f"{first}/again")).headers["location"] == first
        assert "0 / 4" in html.text(html.parse((await visitor.get(first)).text))
        await work_off(site)
        assert "备案已有变化" not in (await visitor.get(first)).text


async def test_what_was_done_is_not_done_again_after_a_fault(site: Site, db: Connection, clerk: Actor) -> None:
    async with site.signed_in(clerk) as visitor:
        path = await bring(visitor, csv_of(*ROWS))
        await db.execute("UPDATE address_list_rows SET placed = 'out', class = 'N', reasons = '上次' WHERE line = 2")
        await work_off(site)
        shown = html.text(html.parse((await visitor.get(path)).text))
    assert "上次" in shown
    assert "A 0，B 1，C 0，N 3" in shown


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (csv_of(*ROWS, head="企业,哪里"), "住所"),
        (csv_of(), "没有一行"),
        (b"", "空的"),
        (b"PK\x03\x04 no workbook", "表格"),
        (csv_of(*ROWS) + '戊公司,"没有闭合\n'.encode("gb18030"), ""),
    ],
)
async def test_a_file_that_is_no_list_is_told_so(site: Site, clerk: Actor, content: bytes, sentence: str) -> None:
    async with site.signed_in(clerk) as visitor:
        answer = await visitor.post(LISTS, files={"file": ("名单.csv", content)})
        if sentence:
            assert answer.status_code == 422
            assert sentence in html.text(html.parse(answer.text))
            return
        await work_off(site)
        shown = html.text(html.parse((await visitor.get(answer.headers["location"])).text))
    assert "读不出的行 1" in shown


async def test_nobody_else_sees_a_list(site: Site, db: Connection, clerk: Actor) -> None:
    async with site.signed_in(clerk) as visitor:
        path = await bring(visitor, csv_of(*ROWS))
        await work_off(site)
    colleague = await make.actor(db, role="clerk", organisation_id=clerk.organisation_id)
    async with site.signed_in(colleague) as visitor:
        assert (await visitor.get(path)).status_code == 404
        assert path not in (await visitor.get(LISTS)).text


async def test_a_list_is_taken_away_by_hand_or_after_a_month(site: Site, db: Connection, clerk: Actor) -> None:
    async with site.signed_in(clerk) as visitor:
        path = await bring(visitor, csv_of(*ROWS))
        busy = await visitor.submit(f"{path}/remove")
        assert busy.status_code == 409
        await work_off(site)
        assert (await visitor.submit(f"{path}/remove")).headers["location"] == LISTS
        assert (await visitor.get(path)).status_code == 404
        await bring(visitor, csv_of(*ROWS))
    await db.execute("UPDATE address_lists SET created_at = created_at - $1::interval", timedelta(days=31))
    assert await store.delete_old(db) == 1
    assert await db.fetchval("SELECT count(*) FROM address_list_rows") == 0
