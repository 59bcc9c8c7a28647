"""认领: a manager finds its building in the directory or enters it, shows a paper, and takes the claim back."""

from uuid import UUID

from tests import make
from tests.support import html
from tests.support.web import Site
from zhusuo.carriers import actions
from zhusuo.carriers.model import CarrierKind, NewCarrier
from zhusuo.db import Connection
from zhusuo.people.model import Actor


async def listed(site: Site, db: Connection, name: str = "汇澜大厦") -> UUID:
    clerk = await make.actor(db, role="clerk")
    new = NewCarrier(
        kind=CarrierKind.TOWER, name=name, address="徐汇区肇嘉浜路1366号", subdistrict_code=make.SUBDISTRICT
    )
    return (await actions.add_carrier(site.database, clerk, new)).id


async def paper(db: Connection, actor: Actor, carrier_id: UUID) -> UUID:
    return await make.document(
        db, carrier_id=carrier_id, organisation_id=actor.organisation_id, purpose="claim", file_name="委托合同.pdf"
    )


async def test_a_building_is_found_by_name_address_and_initials(site: Site, db: Connection) -> None:
    await listed(site, db)
    manager = await make.actor(db, role="manager")
    async with site.signed_in(manager) as visitor:
        for asked in ("汇澜", "肇嘉浜路1366", "hlds"):
            assert "汇澜大厦" in (await visitor.get("/claims", params={"q": asked})).text, asked
        nothing = await visitor.get("/claims", params={"q": "没有这栋楼"})
    assert html.links(html.parse(nothing.text))["登记这处楼宇"].startswith("/claims/new?name=")


async def test_a_claim_needs_a_paper_and_names_it(site: Site, db: Connection) -> None:
    carrier_id = await listed(site, db)
    manager = await make.actor(db, role="manager")
    async with site.signed_in(manager) as visitor:
        refused = await visitor.submit(f"/claims/carriers/{carrier_id}")
        assert refused.status_code == 422
        assert "请先上传证明管理关系的材料" in refused.text
        document_id = await paper(db, manager, carrier_id)
        fragment = await visitor.get(f"/claims/carriers/{carrier_id}", headers={"hx-request": "true"})
        form = next(html.fragment(fragment.text).iter("form"))
        assert html.fields(form)["document_id"] == str(document_id)
        answer = await visitor.submit(f"/claims/carriers/{carrier_id}", document_id=str(document_id))
        assert answer.status_code == 303
        assert "等待审批员确认" in (await visitor.get(f"/claims/carriers/{carrier_id}")).text
    assert await db.fetchval("SELECT status FROM managements WHERE carrier_id = $1", carrier_id) == "claimed"


async def test_a_paper_of_somebody_else_does_not_serve(site: Site, db: Connection) -> None:
    carrier_id = await listed(site, db)
    manager, other = await make.actor(db, role="manager"), await make.actor(db, role="manager")
    theirs = await paper(db, other, carrier_id)
    async with site.signed_in(manager) as visitor:
        assert "委托合同.pdf" not in (await visitor.get(f"/claims/carriers/{carrier_id}")).text
        answer = await visitor.submit(f"/claims/carriers/{carrier_id}", document_id=str(theirs))
    assert answer.status_code == 422


async def test_a_claim_is_taken_back_with_a_reason(site: Site, db: Connection) -> None:
    manager = await make.actor(db, role="agent")
    carrier_id = await listed(site, db)
    claim_id = await make.management(
        db, carrier_id=carrier_id, organisation_id=manager.organisation_id, capacity="agency", status="claimed"
    )
    async with site.signed_in(manager) as visitor:
        await visitor.submit(f"/claims/{claim_id}/end", reason="选错了楼")
        assert "选错了楼" in (await visitor.get("/claims")).text
    assert await db.fetchval("SELECT status FROM managements WHERE id = $1", claim_id) == "ended"


async def test_who_manages_a_building_is_not_told(site: Site, db: Connection) -> None:
    carrier_id = await listed(site, db)
    other = await make.organisation(db, name="上海别家物业有限公司")
    await make.management(db, carrier_id=carrier_id, organisation_id=other)
    manager = await make.actor(db, role="manager")
    async with site.signed_in(manager) as visitor:
        answer = await visitor.get(f"/claims/carriers/{carrier_id}")
    assert "现有单位管理" in answer.text
    assert "别家物业" not in answer.text


async def test_a_building_that_is_not_listed_is_entered_and_then_claimed(site: Site, db: Connection) -> None:
    manager = await make.actor(db, role="manager")
    fields = {
        "kind": "tower",
        "name": "望岸国际大厦",
        "address": "肇嘉浜路1368号",
        "subdistrict_code": make.SUBDISTRICT,
        "floors_above": "二十",
    }
    async with site.signed_in(manager) as visitor:
        wrong = await visitor.submit("/claims/new", **fields)
        assert wrong.status_code == 422
        assert "请填写整数" in wrong.text
        assert "望岸国际大厦" in wrong.text
        answer = await visitor.submit("/claims/new", **{**fields, "floors_above": "20", "alias": "望岸大楼、望岸"})
    assert answer.status_code == 303
    carrier_id = await db.fetchval("SELECT id FROM carriers WHERE name = '望岸国际大厦'")
    assert answer.headers["location"] == f"/claims/carriers/{carrier_id}"
    assert await db.fetchval("SELECT count(*) FROM carrier_aliases WHERE carrier_id = $1", carrier_id) == 2
