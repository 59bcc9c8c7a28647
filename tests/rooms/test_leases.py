"""租约预核: the manager sees before the tenant goes to the counter whether a lease will do, several at once."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests import make
from tests import make_registrations as making
from tests.rooms import counter
from tests.support.web import Site
from zhusuo.db import Connection
from zhusuo.people.model import Actor
from zhusuo.ports.common.app import today


async def manager(db: Connection, house: counter.Counter, **more: Any) -> Actor:
    actor = await make.actor(db, role=more.get("role", "manager"))
    capacity = "agency" if actor.role == "agent" else "manager"
    await make.management(db, carrier_id=house.carrier_id, organisation_id=actor.organisation_id, capacity=capacity)
    return actor


async def brought(db: Connection, actor: Actor, house: counter.Counter, **facts: Any) -> UUID:
    """A lease that the actor's organisation brought for the house."""
    found = await making.lease(db, organisation_id=actor.organisation_id, **{**counter.TERM, **facts})
    await db.execute("UPDATE documents SET carrier_id = $2 WHERE id = $1", found, house.carrier_id)
    return found


@pytest.mark.parametrize("role", ["manager", "agent", "clerk"])
async def test_several_leases_stand_in_one_table_with_their_answers(site: Site, db: Connection, role: str) -> None:
    house = await counter.set_up(site, db)
    actor = house.clerk if role == "clerk" else await manager(db, house, role=role)
    await brought(db, actor, house)
    await brought(db, actor, house, lessor="璟和（上海）房产经纪有限公司")
    await brought(db, actor, house, term_end=f"{today() - timedelta(days=1)}")
    async with site.signed_in(actor) as visitor:
        answer = await visitor.get(f"/carriers/{house.carrier_id}/leases")
    assert answer.status_code == 200
    assert answer.text.count("不能办理") == 2
    assert "相符" in answer.text
    assert "没有备案的授权" in answer.text


async def test_a_lease_is_shown_with_both_places_and_the_chain_to_its_tenant(site: Site, db: Connection) -> None:
    house = await counter.set_up(site, db)
    actor = await manager(db, house)
    lease = await brought(db, actor, house, area_m2=500.0)
    async with site.signed_in(actor) as visitor:
        answer = await visitor.get(f"/leases/{lease}")
        other = await visitor.get(f"/leases/{lease}", params={"applicant": "上海别家有限公司"})
    assert "备案面积只有" in answer.text
    assert "使用权链" in answer.text
    assert "申请人是“上海别家有限公司”" in other.text


async def test_a_page_that_asks_again_while_it_waits_is_one_look(site: Site, db: Connection) -> None:
    house = await counter.set_up(site, db)
    actor = await manager(db, house)
    lease = await brought(db, actor, house)
    async with site.signed_in(actor) as visitor:
        for path in (f"/carriers/{house.carrier_id}/leases", f"/leases/{lease}"):
            await visitor.get(path)
            await visitor.get(path, headers={"hx-request": "true"})
    looks = await db.fetch("SELECT action FROM audit_entries WHERE action IN ('precheck', 'check_lease') ORDER BY id")
    assert [row["action"] for row in looks] == ["precheck", "check_lease"]


async def test_leases_of_others_are_not_there(site: Site, db: Connection) -> None:
    house = await counter.set_up(site, db)
    lease = await brought(db, await manager(db, house), house)
    async with site.signed_in(await manager(db, house, role="agent")) as visitor:
        assert (await visitor.get(f"/leases/{lease}")).status_code == 404
        assert str(lease) not in (await visitor.get(f"/carriers/{house.carrier_id}/leases")).text


async def test_a_manager_brings_leases_for_own_houses_alone(site: Site, db: Connection) -> None:
    house = await counter.set_up(site, db)
    actor = await manager(db, house)
    begin = {"purpose": "lease", "name": "租约.pdf", "size": 1000}
    async with site.signed_in(actor) as visitor:
        headers = {"x-csrftoken": visitor.csrf_token}
        own = await visitor.post("/uploads", json={**begin, "carrier_id": str(house.carrier_id)}, headers=headers)
        elsewhere = await make.carrier(db)
        foreign = await visitor.post("/uploads", json={**begin, "carrier_id": str(elsewhere)}, headers=headers)
    assert (own.status_code, foreign.status_code) == (201, 404)


async def test_a_system_checks_several_leases_in_one_call(site: Site, db: Connection) -> None:
    house = await counter.set_up(site, db)
    good, bad = await house.lease(db), await house.lease(db, lessor="璟和（上海）房产经纪有限公司")
    asked = [
        {"document_id": str(each), "unit_ids": [str(house.unit_id)], "applicant": counter.APPLICANT}
        for each in (good, bad)
    ]
    async with counter.system(site, db, house, "leases") as system:
        answer = await system.post("/api/v1/leases/checks/batch", json={"checks": asked})
        missing = await system.post(
            "/api/v1/leases/checks/batch", json={"checks": [{**asked[0], "document_id": str(uuid4())}]}
        )
    assert [each["check"]["outcome"] for each in answer.json()["checks"]] == ["good", "bad"]
    assert [each["document_id"] for each in answer.json()["checks"]] == [str(good), str(bad)]
    assert missing.status_code == 404
