"""变动 in the browser: look what it would touch, do it, place who was there, take it back."""

from uuid import UUID

from tests import make
from tests import make_registrations as making
from tests.support import html
from tests.support.web import Site
from zhusuo.db import Connection
from zhusuo.people.model import Actor
from zhusuo.ports.common.app import today


async def house(db: Connection) -> tuple[Actor, UUID, list[UUID]]:
    manager = await make.actor(db, role="manager", name="孙启凡")
    carrier_id = await make.carrier(db, manager=manager.organisation_id, name="汇澜大厦")
    rooms = [await make.unit(db, carrier_id=carrier_id, label=f"100{i}室", floor=10, area_m2=100) for i in (1, 2, 3)]
    await make.version(db, carrier_id=carrier_id, unit_ids=rooms)
    return manager, carrier_id, rooms


def lines(*units: tuple[str, str]) -> dict[str, list[str]]:
    return {"label": [label for label, _ in units], "area_m2": [area for _, area in units]}


async def test_a_split_is_looked_at_first_and_then_done(site: Site, db: Connection) -> None:
    manager, carrier_id, rooms = await house(db)
    await making.registered(db, unit_id=rooms[0], applicant="上海澜鹭信息科技有限公司")
    path = f"/units/{rooms[0]}/split"
    fields = {**lines(("1001A室", "60"), ("1001B室", "40"), ("", "")), "version": "1", "on": today().isoformat()}
    async with site.signed_in(manager) as visitor:
        form = await visitor.get(path)
        seen = await visitor.submit(path, **fields)
        assert await db.fetchval("SELECT count(*) FROM unit_changes") == 0
        done = await visitor.submit(path, **fields, sure="1")
        plan = await visitor.get(done.headers["location"])
        late = await visitor.submit(path, **fields, sure="1")
    assert "新单元 6" in html.text(html.parse(form.text))
    said = html.text(html.parse(seen.text))
    assert seen.status_code == 200
    assert "面积前后相符，新单元由现行备案照旧覆盖" in said
    assert "登记在此的有 1 家" in said
    assert "上海澜鹭信息科技有限公司" in said
    assert done.status_code == 303
    drawer = html.text(html.parse(plan.text))
    assert "1001A室" in drawer
    assert "1 家待安置" in drawer
    assert late.headers["location"] == done.headers["location"]
    assert await db.fetchval("SELECT count(*) FROM units WHERE carrier_id = $1 AND retired_at IS NULL", carrier_id) == 4


async def test_what_cannot_be_split_comes_back_with_what_was_typed(site: Site, db: Connection) -> None:
    manager, _, rooms = await house(db)
    path = f"/units/{rooms[0]}/split"
    async with site.signed_in(manager) as visitor:
        area = await visitor.submit(path, **lines(("1001A室", "六十"), ("1001B室", "40")), version="1")
        taken = await visitor.submit(path, **lines(("1002室", "60"), ("1001B室", "40")), version="1")
        single = await visitor.submit(path, label="1001A室", area_m2="", version="1")
    assert [each.status_code for each in (area, taken, single)] == [422, 422, 422]
    assert "面积写成平方米数" in area.text
    assert 'value="六十"' in area.text
    assert "“1002室”已经登记过" in taken.text
    assert "至少填写两个新单元" in single.text


async def test_rooms_of_a_floor_are_merged(site: Site, db: Connection) -> None:
    manager, carrier_id, rooms = await house(db)
    path = f"/units/{rooms[0]}/merge"
    fields = {"units": [f"{room}:1" for room in rooms[:2]], "label": "1001室", "area_m2": "", "on": ""}
    async with site.signed_in(manager) as visitor:
        form = html.parse((await visitor.get(path)).text)
        seen = await visitor.submit(path, **fields)
        done = await visitor.submit(path, **fields, sure="1")
        broken = await visitor.submit(f"/units/{rooms[2]}/merge", units="nonsense", label="1", area_m2="")
        alone = await visitor.submit(f"/units/{rooms[2]}/merge", units=f"{rooms[2]}:1", label="1", area_m2="")
        other = await make.unit(db, carrier_id=carrier_id, label="1101室", floor=11)
        picked = await visitor.get(f"/units/{rooms[2]}/merge?also={other}")
    assert "选中的单元有不在这一层的" in picked.text
    assert len([each for each in form.iter("input") if each.get("name") == "units"]) == 3
    assert "200" in html.text(html.parse(seen.text))
    assert done.status_code == 303
    assert (broken.status_code, alone.status_code) == (422, 422)
    [merged] = await db.fetch(
        "SELECT label, area_m2 FROM units WHERE carrier_id = $1 AND retired_at IS NULL AND id <> ALL ($2)",
        carrier_id,
        [rooms[2], other],
    )
    assert (merged["label"], merged["area_m2"]) == ("1001室", 200)


async def test_a_new_number_is_on_record_and_can_be_taken_back_today(site: Site, db: Connection) -> None:
    manager, carrier_id, rooms = await house(db)
    async with site.signed_in(manager) as visitor:
        await visitor.get(f"/units/{rooms[0]}/renumber")
        same = await visitor.submit(f"/units/{rooms[0]}/renumber", label="1001室", version="1")
        done = await visitor.submit(f"/units/{rooms[0]}/renumber", label="1088室", version="1", on=today().isoformat())
        again = await visitor.submit(f"/units/{rooms[0]}/renumber", label="1088室", version="1")
        unit = html.text(html.parse((await visitor.get(f"/units/{rooms[0]}")).text))
        record = await visitor.get(f"/carriers/{carrier_id}/changes")
        change = await db.fetchval("SELECT id FROM unit_changes")
        undone = await visitor.submit(f"/units/changes/{change}/undo")
        after = html.text(html.parse((await visitor.get(undone.headers["location"])).text))
        twice = await visitor.submit(f"/units/changes/{change}/undo")
    assert same.status_code == 422
    assert done.headers["location"] == f"/property/carriers/{carrier_id}?unit={rooms[0]}"
    assert "变动记录" in unit
    assert "孙启凡" in unit
    assert "1001室" in unit
    assert "1088室" in html.text(html.parse(record.text))
    assert "已撤销，单元恢复原样" in after
    assert twice.headers["location"] == undone.headers["location"]
    assert again.headers["location"] == done.headers["location"]
    assert await db.fetchval("SELECT label FROM units WHERE id = $1", rooms[0]) == "1001室"


async def test_who_was_there_is_placed_from_the_list(site: Site, db: Connection) -> None:
    manager, carrier_id, rooms = await house(db)
    registration = await making.registered(db, unit_id=rooms[0], applicant="上海澜鹭信息科技有限公司")
    tenancy = await make.tenancy(db, unit_id=rooms[0], tenant="上海栖木数字科技有限公司")
    fields = {**lines(("1001A室", "60"), ("1001B室", "40")), "version": "1", "sure": "1"}
    clerk = await make.actor(db, role="clerk")
    async with site.signed_in(manager) as visitor, site.signed_in(clerk) as counter:
        await visitor.submit(f"/units/{rooms[0]}/split", **fields)
        new = await db.fetch("SELECT id FROM units WHERE label LIKE '1001_室' ORDER BY label")
        listed = html.text(html.parse((await visitor.get(f"/carriers/{carrier_id}/changes")).text))
        placed = await visitor.submit(f"/units/registrations/{registration}/place", unit_id=str(new[0]["id"]))
        wrong = await counter.submit(f"/units/tenancies/{tenancy}/place", unit_id="")
        both = await counter.submit(f"/units/tenancies/{tenancy}/place", unit_id=str(new[1]["id"]))
        after = await counter.get(both.headers["location"])
        former = html.text(html.parse((await visitor.get(f"/units/{rooms[0]}")).text))
    assert "待安置" in listed
    assert "上海澜鹭信息科技有限公司" in listed
    assert (placed.status_code, wrong.status_code, both.status_code) == (303, 422, 303)
    assert "待安置" not in html.text(html.parse(after.text))
    assert "这个单元已不再使用" in former
    assert "1001A室、1001B室" in former.replace(" ", "")
    assert await db.fetchval("SELECT unit_id FROM registrations WHERE id = $1", registration) == new[0]["id"]
    assert await db.fetchval("SELECT unit_id FROM tenancies WHERE id = $1", tenancy) == new[1]["id"]


async def test_a_split_that_somebody_else_made_meanwhile_is_told(site: Site, db: Connection) -> None:
    manager, _, rooms = await house(db)
    colleague = await make.actor(db, role="manager", organisation_id=manager.organisation_id)
    fields = {**lines(("1001A室", "60"), ("1001B室", "40")), "version": "1", "sure": "1"}
    async with site.signed_in(manager) as visitor, site.signed_in(colleague) as other:
        first = await other.submit(f"/units/{rooms[0]}/split", **fields)
        second = await visitor.submit(f"/units/{rooms[0]}/split", **fields)
    assert (first.status_code, second.status_code) == (303, 409)
    assert "“1001室”刚被别人变动过" in second.text
