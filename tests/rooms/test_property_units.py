"""单元表: typed in, corrected, parted, retired, imported after a dry run, exported."""

import io
from uuid import UUID

import pytest
import python_calamine

from tests import make
from tests.support import html
from tests.support.web import Site, Visitor
from zhusuo.carriers.tables import workbook
from zhusuo.db import Connection
from zhusuo.people.model import Actor

HEADER = ("楼幢", "楼层", "房号", "建筑面积（㎡）", "用途")


async def house(db: Connection) -> tuple[Actor, UUID]:
    manager = await make.actor(db, role="manager")
    return manager, await make.carrier(db, manager=manager.organisation_id, name="汇澜大厦")


async def labels(db: Connection, carrier_id: UUID) -> list[str]:
    rows = await db.fetch(
        "SELECT label FROM units WHERE carrier_id = $1 AND retired_at IS NULL ORDER BY key", carrier_id
    )
    return [row["label"] for row in rows]


async def try_out(visitor: Visitor, carrier_id: UUID, content: bytes, name: str = "单元.xlsx") -> str:
    answer = await visitor.post(
        f"/carriers/{carrier_id}/units/import",
        data={"_csrf_token": visitor.csrf_token},
        files={"file": (name, content, "application/octet-stream")},
    )
    assert answer.status_code in (200, 422)
    return answer.text


def confirmation(text: str) -> dict[str, str]:
    form = next(form for form in html.parse(text).iter("form") if form.get("action", "").endswith("/confirm"))
    return html.fields(form)


async def test_a_range_of_rooms_is_added_at_once(site: Site, db: Connection) -> None:
    manager, carrier_id = await house(db)
    async with site.signed_in(manager) as visitor:
        answer = await visitor.submit(f"/carriers/{carrier_id}/units", label="2101-2103")
        assert answer.status_code == 303
        assert "已新增 3 个单元" in (await visitor.get(answer.headers["location"])).text
    assert await labels(db, carrier_id) == ["2101室", "2102室", "2103室"]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"label": ""}, "请填写单元"),
        ({"label": "2101", "area_m2": "很大"}, "面积写成平方米数"),
        ({"label": "2101", "floor": "半层"}, "楼层写成"),
        ({"label": "901"}, "已经登记过，不能重复"),
    ],
)
async def test_what_cannot_be_right_is_said_and_kept(
    site: Site, db: Connection, fields: dict[str, str], sentence: str
) -> None:
    manager, carrier_id = await house(db)
    await make.unit(db, carrier_id=carrier_id, label="901室", floor=9)
    async with site.signed_in(manager) as visitor:
        answer = await visitor.submit(f"/carriers/{carrier_id}/units", **fields)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert await labels(db, carrier_id) == ["901室"]


async def test_a_unit_is_corrected_only_as_it_was_shown(site: Site, db: Connection) -> None:
    manager, carrier_id = await house(db)
    unit_id = await make.unit(db, carrier_id=carrier_id, label="901室", floor=9)
    async with site.signed_in(manager) as visitor:
        shown = html.parse((await visitor.get(f"/units/{unit_id}")).text)
        form = next(form for form in shown.iter("form") if form.get("action") == f"/units/{unit_id}")
        fields = {**html.fields(form), "area_m2": "186.5"}
        assert (await visitor.post(f"/units/{unit_id}", data=fields)).status_code == 303
        assert (await visitor.post(f"/units/{unit_id}", data=fields)).status_code == 409
    assert str(await db.fetchval("SELECT area_m2 FROM units WHERE id = $1", unit_id)) == "186.50"


async def test_a_part_of_a_unit_is_let_by_itself(site: Site, db: Connection) -> None:
    manager, carrier_id = await house(db)
    unit_id = await make.unit(db, carrier_id=carrier_id, label="901室", floor=9)
    async with site.signed_in(manager) as visitor:
        await visitor.submit(f"/units/{unit_id}/parts", label="901室南侧", area_m2="80")
        assert "901室南侧" in (await visitor.get(f"/units/{unit_id}")).text
    part = await db.fetchrow("SELECT kind, floor, part_of FROM units WHERE label = '901室南侧'")
    assert part is not None
    assert (part["kind"], part["floor"], part["part_of"]) == ("part", 9, unit_id)


async def test_a_unit_in_use_is_not_retired(site: Site, db: Connection) -> None:
    manager, carrier_id = await house(db)
    used, empty = [await make.unit(db, carrier_id=carrier_id) for _ in range(2)]
    await make.tenancy(db, unit_id=used)
    async with site.signed_in(manager) as visitor:
        refused = await visitor.submit(f"/units/{used}/retire", version="1")
        assert refused.status_code == 409
        assert "还有在驻或登记的企业" in refused.text
        assert (await visitor.submit(f"/units/{empty}/retire", version="1")).status_code == 303
        assert "这个单元已不再使用" in (await visitor.get(f"/units/{empty}")).text
    assert await db.fetchval("SELECT retired_at IS NOT NULL FROM units WHERE id = $1", empty)


async def test_a_table_is_tried_out_before_anything_is_written(site: Site, db: Connection) -> None:
    manager, carrier_id = await house(db)
    await make.unit(db, carrier_id=carrier_id, label="901室", floor=9, area_m2=50)
    table = workbook("单元", HEADER, [("", 9, "901室", 66.5, "办公"), ("", 10, "1001-1003", None, "办公")])
    async with site.signed_in(manager) as visitor:
        tried = await try_out(visitor, carrier_id, table)
        assert "新增 3 个，更改 1 个，不变 0 个" in tried
        assert "面积 50.00 → 66.50" in tried
        assert await labels(db, carrier_id) == ["901室"]
        answer = await visitor.post(f"/carriers/{carrier_id}/units/import/confirm", data=confirmation(tried))
        assert answer.status_code == 303
        assert "新增 3 个单元，更改 1 个" in (await visitor.get(answer.headers["location"])).text
        again = await try_out(visitor, carrier_id, table)
    assert "表格与已登记的单元一致" in again
    assert await labels(db, carrier_id) == ["1001室", "1002室", "1003室", "901室"]


async def test_every_wrong_cell_is_named_and_nothing_is_written(site: Site, db: Connection) -> None:
    manager, carrier_id = await house(db)
    table = workbook("单元", HEADER, [("", 9, "901室", "很大", "办公"), ("", "半", "1001", 20, "办公")])
    async with site.signed_in(manager) as visitor:
        tried = await try_out(visitor, carrier_id, table)
    text = html.text(html.parse(tried))
    assert "2 处要改，还没有写入任何内容" in text
    assert "D2建筑面积（㎡）“很大”不是面积" in text
    assert "B3楼层“半”不是楼层" in text
    assert "/confirm" not in tried
    assert await labels(db, carrier_id) == []


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "文件是空的"),
        (b"<html><body>x</body></html>", "其实是网页"),
        ("姓名,电话\n王,1\n".encode(), "没有找到表头"),
    ],
)
async def test_what_is_no_table_of_units_is_said_in_a_sentence(
    site: Site, db: Connection, content: bytes, sentence: str
) -> None:
    manager, carrier_id = await house(db)
    async with site.signed_in(manager) as visitor:
        assert sentence in await try_out(visitor, carrier_id, content, "单元.csv")


async def test_rows_that_were_tampered_with_are_judged_again(site: Site, db: Connection) -> None:
    manager, carrier_id = await house(db)
    rows = '{"places":{"label":["C","房号"],"area_m2":["D","面积"]},"rows":[[2,"901室","=1+1"]]}'
    async with site.signed_in(manager) as visitor:
        wrong = await visitor.submit(f"/carriers/{carrier_id}/units/import/confirm", rows=rows)
        broken = await visitor.submit(f"/carriers/{carrier_id}/units/import/confirm", rows="{}")
    assert (wrong.status_code, broken.status_code) == (422, 422)
    assert "不是面积" in wrong.text
    assert "请重新上传表格" in broken.text
    assert await labels(db, carrier_id) == []


async def test_the_export_is_a_table_that_can_be_imported_and_starts_no_formula(site: Site, db: Connection) -> None:
    manager, carrier_id = await house(db)
    await make.unit(db, carrier_id=carrier_id, label="=1+1室", floor=9)
    async with site.signed_in(manager) as visitor:
        answer = await visitor.get(f"/carriers/{carrier_id}/units.xlsx")
        assert (await visitor.get(f"/carriers/{carrier_id}/units/template.xlsx")).status_code == 200
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[0][2] == "单元"
    assert rows[1][2] == "=1+1室"
    assert "%E5%8D%95%E5%85%83%E8%A1%A8.xlsx" in answer.headers["content-disposition"]


async def test_long_lists_go_on_behind_the_last_one(site: Site, db: Connection) -> None:
    manager, carrier_id = await house(db)
    async with site.signed_in(manager) as visitor:
        for floor in (1, 2, 3):
            await visitor.submit(f"/carriers/{carrier_id}/units", label=f"{floor}01-{floor}50")
        first = html.parse((await visitor.get(f"/carriers/{carrier_id}/units")).text)
        second = html.parse((await visitor.get(html.links(first)["下一页"])).text)
    found = [
        [html.text(link) for link in page.iter("a") if link.get("href", "").startswith("/units/")]
        for page in (first, second)
    ]
    assert [len(each) for each in found] == [100, 50]
    assert not set(found[0]) & set(found[1])


async def test_a_clerk_and_an_agent_keep_units_too(site: Site, db: Connection) -> None:
    clerk, agent = await make.actor(db, role="clerk"), await make.actor(db, role="agent")
    carrier_id = await make.carrier(db)
    await make.management(db, carrier_id=carrier_id, organisation_id=agent.organisation_id, capacity="agency")
    for number, actor in enumerate((clerk, agent), 1):
        async with site.signed_in(actor) as visitor:
            assert (await visitor.get(f"/carriers/{carrier_id}/units")).status_code == 200
            await visitor.submit(f"/carriers/{carrier_id}/units", label=f"{number}01")
    assert await labels(db, carrier_id) == ["101室", "201室"]
