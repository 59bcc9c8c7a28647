"""The clerk says from which day on a carrier is called otherwise, stands at another gate, or stands no longer."""

from uuid import UUID

from tests import make
from tests import make_registrations as making
from tests.support import html
from tests.support.web import Site, Visitor
from zhusuo.db import Connection
from zhusuo.ports.common.app import today


async def said(visitor: Visitor, path: str) -> str:
    return html.text(html.parse((await visitor.get(path)).text))


async def test_a_carrier_is_renamed_and_renumbered_and_its_past_is_shown(site: Site, db: Connection) -> None:
    clerk = await make.actor(db, role="clerk", name="周敏")
    carrier_id = await make.carrier(db, name="汇澜大厦")
    path = f"/approval/carriers/{carrier_id}/changes"
    address_id = await db.fetchval("SELECT id FROM carrier_addresses WHERE carrier_id = $1", carrier_id)
    async with site.signed_in(clerk) as visitor:
        assert "名称和地址没有变过" in await said(visitor, path)
        same = await visitor.submit(path, what="rename", version="1", name="汇澜大厦")
        renamed = await visitor.submit(path, what="rename", version="1", name="汇澜国际中心", on=today().isoformat())
        gate = {"what": "renumber", "version": "2", "address_id": str(address_id)}
        wrong = await visitor.submit(path, **gate, address="没有这样的地方")
        moved = await visitor.submit(path, **gate, address="宜山路939号")
        shown = await said(visitor, moved.headers["location"])
        carrier = await said(visitor, f"/approval/carriers/{carrier_id}")
    assert (same.status_code, renamed.status_code, wrong.status_code, moved.status_code) == (422, 303, 422, 303)
    assert 'value="没有这样的地方"' in wrong.text
    for word in ("汇澜国际中心", "宜山路939号", "汇澜大厦", "周敏", "门牌已变更"):
        assert word in shown
    assert "旧名称" in carrier
    assert "旧地址" in carrier


async def test_a_carrier_is_corrected_and_then_demolished(site: Site, db: Connection) -> None:
    clerk = await make.actor(db, role="clerk")
    carrier_id, other = await make.carrier(db, name="汇澜大厦"), await make.carrier(db, name="新汇澜大厦")
    number: str = await db.fetchval("SELECT number FROM carriers WHERE id = $1", other)
    unit_id = await make.unit(db, carrier_id=carrier_id)
    registration: UUID = await making.registered(db, unit_id=unit_id)
    path = f"/approval/carriers/{carrier_id}/changes"
    facts = {"kind": "tower", "name": "汇岚大厦", "subdistrict_code": make.SUBDISTRICT, "floors_above": "24"}
    async with site.signed_in(clerk) as visitor:
        late = await visitor.submit(path, what="correct", version="7", **facts)
        mended = await visitor.submit(path, what="correct", version="1", **facts)
        used = await visitor.submit(path, what="retire", version="2", successor=number)
        await db.execute("UPDATE registrations SET status = 'ended', ended_at = now() WHERE id = $1", registration)
        unknown = await visitor.submit(path, what="retire", version="2", successor="ZT999999")
        nothing = await visitor.submit(path, what="", version="2")
        gone = await visitor.submit(path, what="retire", version="2", successor=number.lower())
        shown = await said(visitor, gone.headers["location"])
    assert (late.status_code, mended.status_code, used.status_code) == (409, 303, 422)
    assert "1 家登记企业" in used.text
    assert (unknown.status_code, nothing.status_code, gone.status_code) == (422, 422, 303)
    assert "这处载体已注销" in shown
    row = await db.fetchrow("SELECT name, floors_above, successor_id FROM carriers WHERE id = $1", carrier_id)
    assert row is not None
    assert (row["name"], row["floors_above"], row["successor_id"]) == ("汇岚大厦", 24, other)
