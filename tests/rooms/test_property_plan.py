"""入驻图: the picture of a building, a unit in its drawer, and what the manager says of who is in it."""

import io
from datetime import date, timedelta
from uuid import UUID

import pytest
import python_calamine

from tests import make
from tests import make_registrations as making
from tests.support import html
from tests.support.web import ORIGIN, Site
from zhusuo.db import Connection
from zhusuo.people.model import Actor
from zhusuo.ports.common.app import today

FRAGMENT = {"hx-request": "true"}


async def house(db: Connection, *, buildings: tuple[str, ...] = ("",)) -> tuple[Actor, UUID, list[UUID]]:
    manager = await make.actor(db, role="manager")
    carrier_id = await make.carrier(db, manager=manager.organisation_id, name="汇澜大厦")
    units = [
        await make.unit(db, carrier_id=carrier_id, label=f"{floor}0{room}室", floor=floor, building=building)
        for building in buildings
        for floor in (1, 2)
        for room in (1, 2)
    ]
    return manager, carrier_id, units


async def test_every_building_starts_with_a_picture_and_its_counts_are_its_cells(site: Site, db: Connection) -> None:
    manager, carrier_id, units = await house(db)
    await make.tenancy(db, unit_id=units[0], tenant="上海栖木数字科技有限公司")
    await make.tenancy(db, unit_id=units[1], lease_ends_on=today() + timedelta(days=12))
    await making.registered(db, unit_id=units[2])
    async with site.signed_in(manager) as visitor:
        page = html.parse((await visitor.get(f"/property/carriers/{carrier_id}")).text)
    cells = [each.get("data-status") for each in page.iter("a") if each.get("data-status")]
    counted = {
        each.get("data-show"): html.text(html.with_class(each, "num")[0])
        for each in page.iter("button")
        if each.get("data-show")
    }
    assert sorted(filter(None, cells)) == ["ending", "registered", "resident", "vacant"]
    assert {status: words.split()[0][0] for status, words in counted.items()} == {
        "resident": "1", "ending": "1", "vacant": "1", "registered": "1", "suspected": "0"
    }  # fmt: skip


async def test_a_unit_opens_beside_the_picture_and_with_htmx_alone(site: Site, db: Connection) -> None:
    manager, carrier_id, units = await house(db)
    await make.tenancy(db, unit_id=units[0], tenant="上海栖木数字科技有限公司", lease_ends_on=date(2027, 1, 1))
    path = f"/property/carriers/{carrier_id}?unit={units[0]}"
    async with site.signed_in(manager) as visitor:
        whole = html.parse((await visitor.get(path)).text)
        alone = html.fragment((await visitor.get(path, headers=FRAGMENT)).text)
        nobodys = await visitor.get(f"/property/carriers/{carrier_id}?unit={carrier_id}", headers=FRAGMENT)
    for shown in (html.by_id(whole, "drawer"), html.by_id(alone, "drawer")):
        assert "上海栖木数字科技有限公司" in html.text(shown)
        assert "现在还在这里办公吗？" in html.text(shown)
    assert [each.get("id") for each in alone] == ["drawer"]
    assert "点一个单元" in nobodys.text


async def test_still_here_and_moved_out_are_two_answers_to_one_question(site: Site, db: Connection) -> None:
    manager, carrier_id, units = await house(db)
    stays = await make.tenancy(db, unit_id=units[0])
    leaves = await make.tenancy(db, unit_id=units[1])
    back = f"/property/carriers/{carrier_id}?unit={units[0]}"
    async with site.signed_in(manager) as visitor:
        answer = await visitor.submit(f"/property/tenancies/{stays}/stays", back=back)
        assert answer.headers["location"] == back
        await visitor.submit(f"/property/tenancies/{leaves}/moved-out", back=back)
        late = await visitor.submit(f"/property/tenancies/{stays}/moved-out", on="2999-01-01", back=back)
        foreign = await visitor.submit(f"/property/tenancies/{stays}/stays", back="https://evil.example/")
    assert late.status_code == 422
    assert "迁出日期不能晚于今天" in late.text
    assert foreign.headers["location"] == "/"
    rows = await db.fetch("SELECT id, confirmed_at, moved_out_on FROM tenancies")
    found = {row["id"]: row for row in rows}
    assert found[stays]["confirmed_at"] is not None
    assert found[leaves]["moved_out_on"] == today()


async def test_somebody_moves_into_a_vacant_unit(site: Site, db: Connection) -> None:
    manager, carrier_id, units = await house(db)
    path = f"/property/carriers/{carrier_id}?unit={units[3]}"
    async with site.signed_in(manager) as visitor:
        page = html.parse((await visitor.get(path)).text)
        form = next(each for each in page.iter("form") if each.get("action") == f"/property/units/{units[3]}/tenancies")
        wrong = await visitor.post(
            form.get("action", ""), data={**html.fields(form), "tenant": "", "lease_ends_on": "2027-01-01"}
        )
        assert wrong.status_code == 422
        assert html.links(html.parse(wrong.text))["请填写承租人名称，最多 100 个字。"] == "#f-tenant"
        assert 'value="2027-01-01"' in wrong.text
        answer = await visitor.post(
            form.get("action", ""), data={**html.fields(form), "tenant": "上海栖木贸易有限公司"}
        )
        assert answer.headers["location"] == path
        assert "上海栖木贸易有限公司" in (await visitor.get(path)).text


async def test_a_business_that_is_only_registered_is_asked_about(site: Site, db: Connection) -> None:
    manager, carrier_id, units = await house(db)
    registration_id = await making.registered(db, unit_id=units[0], applicant="上海澜鹭信息科技有限公司")
    path = f"/property/carriers/{carrier_id}?unit={units[0]}"
    async with site.signed_in(manager) as visitor:
        assert "这家企业在这里办公吗？" in (await visitor.get(path)).text
        await visitor.submit(f"/property/registrations/{registration_id}/answer", here="no", back=path)
        shown = await visitor.get(path)
    assert "已答复不在此处" in shown.text
    assert "疑似僵尸" in html.text(html.by_id(html.parse(shown.text), "drawer"))


async def test_a_park_has_a_tab_for_each_building(site: Site, db: Connection) -> None:
    manager, carrier_id, units = await house(db, buildings=("1号楼", "2号楼"))
    async with site.signed_in(manager) as visitor:
        first = html.parse((await visitor.get(f"/property/carriers/{carrier_id}")).text)
        second = html.parse((await visitor.get(html.links(first)["2号楼"])).text)
        by_unit = html.parse((await visitor.get(f"/property/carriers/{carrier_id}?unit={units[-1]}")).text)
    for page, shown in ((first, units[:4]), (second, units[4:]), (by_unit, units[4:])):
        opened = " ".join(each.get("href", "") for each in page.iter("a") if each.get("data-status"))
        assert all(str(unit_id) in opened for unit_id in shown)


@pytest.mark.parametrize(("sort", "first"), [("", "101"), ("status", "101"), ("ending", "202"), ("area", "201")])
async def test_the_table_is_sorted_over_all_floors(site: Site, db: Connection, sort: str, first: str) -> None:
    manager, carrier_id, units = await house(db)
    await making.registered(db, unit_id=units[0])
    await make.tenancy(db, unit_id=units[3], lease_ends_on=today() + timedelta(days=3))
    await db.execute("UPDATE units SET area_m2 = 500 WHERE id = $1", units[2])
    async with site.signed_in(manager) as visitor:
        page = html.parse((await visitor.get(f"/property/carriers/{carrier_id}?view=table&sort={sort}")).text)
    table = next(page.iter("tbody"))
    named = [html.text(next(row.iter("a"))) for row in table.iter("tr")]
    assert named[0] == (first if sort else "201")
    assert len(named) == 4


async def test_units_of_a_floor_stand_by_what_was_asked_for(site: Site, db: Connection) -> None:
    manager, carrier_id, units = await house(db)
    await db.execute("UPDATE units SET area_m2 = 500 WHERE id = $1", units[1])
    async with site.signed_in(manager) as visitor:
        page = html.parse((await visitor.get(f"/property/carriers/{carrier_id}?sort=area")).text)
    shown = [html.text(next(each.iter("b"))) for each in page.iter("a") if each.get("data-status")]
    assert shown == ["201", "202", "102", "101"]


async def test_the_export_holds_every_unit_and_starts_no_formula(site: Site, db: Connection) -> None:
    manager, carrier_id, units = await house(db)
    await make.tenancy(db, unit_id=units[0], tenant="=HYPERLINK(1)")
    await making.registered(db, unit_id=units[0], applicant="上海澜鹭信息科技有限公司")
    async with site.signed_in(manager) as visitor:
        answer = await visitor.get(f"/property/carriers/{carrier_id}/plan.xlsx")
    rows = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert len(rows) == 5
    assert rows[1][5:8] == ["在驻", "=HYPERLINK(1)", "上海澜鹭信息科技有限公司"]


async def test_an_empty_building_says_what_to_do_next(site: Site, db: Connection) -> None:
    manager = await make.actor(db, role="manager")
    carrier_id = await make.carrier(db, manager=manager.organisation_id)
    async with site.signed_in(manager) as visitor:
        page = html.parse((await visitor.get(f"/property/carriers/{carrier_id}")).text)
    assert html.links(page)["导入单元表"] == f"/carriers/{carrier_id}/units/import"


async def test_an_open_picture_follows_what_happens(site: Site, db: Connection) -> None:
    manager, carrier_id, units = await house(db)
    page_path = f"/property/carriers/{carrier_id}?show=resident"
    async with site.signed_in(manager) as visitor:
        page = html.parse((await visitor.get(page_path)).text)
        watch = html.by_id(page, "watch").get("hx-get")
        asks = {**FRAGMENT, "hx-current-url": f"{ORIGIN}{page_path}"}
        assert (await visitor.get(watch, headers=asks)).status_code == 204
        await visitor.submit(f"/property/units/{units[0]}/tenancies", tenant="上海鹿鸣网络有限公司", back=page_path)
        news = await visitor.get(watch, headers=asks)
    drawn = html.fragment(news.text)
    assert [each.get("id") for each in drawn] == ["watch", "tally", "picture"]
    assert 'data-status="resident"' in news.text
    assert watch not in news.text
