"""入驻名册 at the manager's desk: upload, renew, and a floor that is all there."""

from datetime import date, timedelta
from uuid import UUID

from tests import make
from tests.make_businesses import xlsx_of
from tests.support import html
from tests.support.web import Site
from zhusuo.db import Connection
from zhusuo.people.model import Actor
from zhusuo.ports.common.app import today

HEADER = ("房号", "租户名称", "到期日")


async def house(db: Connection) -> tuple[Actor, UUID, list[UUID]]:
    manager = await make.actor(db, role="manager")
    carrier_id = await make.carrier(db, manager=manager.organisation_id, name="汇澜大厦")
    return (
        manager,
        carrier_id,
        [await make.unit(db, carrier_id=carrier_id, label=f"{label}室", floor=1) for label in (101, 102)],
    )


async def test_a_roster_is_tried_and_its_good_rows_are_written(site: Site, db: Connection) -> None:
    manager, carrier_id, _ = await house(db)
    path = f"/property/carriers/{carrier_id}/roster"
    content = xlsx_of([("101", "甲公司", "2027-12-31"), ("999", "乙公司", "")], header=HEADER)
    async with site.signed_in(manager) as visitor:
        assert "导入入驻名册" in (await visitor.get(path)).text
        tried = await visitor.post(path, files={"file": ("名册.xlsx", content)})
        page = html.parse(tried.text)
        assert "其余 1 行可以写入" in html.text(page)
        assert "单元表里没有“999”" in html.text(page)
        assert await db.fetchval("SELECT count(*) FROM tenancies") == 0
        (rows,) = [each.get("value") for each in page.iter("input") if each.get("name") == "rows"]
        for _ in range(2):  # a double click
            done = await visitor.submit(f"{path}/confirm", rows=rows)
            assert "单元表里没有“999”" in done.text
        assert (await visitor.submit(f"{path}/confirm", rows="?")).status_code == 422
        sheet = await visitor.get(f"{path}.xlsx")
    tenants = await db.fetch("SELECT tenant, lease_ends_on FROM tenancies")
    assert [tuple(each) for each in tenants] == [("甲公司", date(2027, 12, 31))]
    assert sheet.status_code == 200


async def test_a_file_that_is_no_roster_gets_a_sentence(site: Site, db: Connection) -> None:
    manager, carrier_id, _ = await house(db)
    async with site.signed_in(manager) as visitor:
        for content, sentence in (
            (b"", "文件是空的"),
            (xlsx_of([("1",)], header=("电话",)), "没有找到表头"),
        ):
            answer = await visitor.post(f"/property/carriers/{carrier_id}/roster", files={"file": ("a.xlsx", content)})
            assert answer.status_code == 422
            assert sentence in answer.text


async def test_a_lease_is_renewed_in_two_clicks_with_the_term_proposed(site: Site, db: Connection) -> None:
    manager, carrier_id, units = await house(db)
    ends = today() + timedelta(days=20)
    tenancy_id = await make.tenancy(db, unit_id=units[0], lease_ends_on=ends)
    back = f"/property/carriers/{carrier_id}?unit={units[0]}"
    async with site.signed_in(manager) as visitor:
        page = html.parse((await visitor.get(back)).text)
        (form,) = [each for each in page.iter("form") if each.get("action", "").endswith("/renew")]
        proposed = {each.get("name"): each.get("value") for each in form.iter("input")}
        assert proposed["lease_begins_on"] == (ends + timedelta(days=1)).isoformat()
        wrong = await visitor.submit(f"/property/tenancies/{tenancy_id}/renew", lease_ends_on="2020-01-01", back=back)
        assert wrong.status_code == 422
        assert "不能早于现在的" in wrong.text
        sent = {key: str(value) for key, value in proposed.items() if key and key != "_csrf_token"}
        assert (await visitor.submit(f"/property/tenancies/{tenancy_id}/renew", **sent)).status_code == 303
    renewed = await db.fetchval("SELECT lease_ends_on FROM tenancies WHERE id = $1", tenancy_id)
    assert renewed > ends + timedelta(days=360)


async def test_a_floor_is_all_there_with_one_button(site: Site, db: Connection) -> None:
    manager, carrier_id, units = await house(db)
    for unit_id in units:
        await make.tenancy(db, unit_id=unit_id)
    back = f"/property/carriers/{carrier_id}?unit={units[0]}"
    async with site.signed_in(manager) as visitor:
        assert "2 家都还在" in html.text(html.parse((await visitor.get(back)).text))
        answer = await visitor.submit(f"/property/units/{units[0]}/floor-stays", back=back)
    assert answer.headers["location"] == back
    assert await db.fetchval("SELECT count(confirmed_at) FROM tenancies") == 2


async def test_a_unit_flagged_by_a_zombie_case_is_coloured(site: Site, db: Connection) -> None:
    manager, carrier_id, units = await house(db)
    await db.execute(
        """
        INSERT INTO registrations (unit_id, carrier_id, district_code, applicant, kind, status, exclusive, source)
             SELECT id, carrier_id, district_code, '上海栖木数字科技有限公司', 'existing', 'registered', true, 'import'
               FROM units WHERE id = $1
        """,
        units[0],
    )
    async with site.signed_in(manager) as visitor:
        path = f"/property/carriers/{carrier_id}"
        assert 'data-status="suspected"' not in (await visitor.get(path)).text
        await db.execute(
            """
            INSERT INTO flags (carrier_id, unit_id, kind, severity, text, source)
                 VALUES ($1, $2, 'zombie', 'note', '疑似僵尸住所', 'zombie_case:1')
            """,
            carrier_id,
            units[0],
        )
        assert 'data-status="suspected"' in (await visitor.get(path)).text
