"""铭牌: one code, three pages; a passer-by sees no person, and nobody finds a plate by guessing."""

from uuid import UUID

import pytest

from tests import make
from tests import make_registrations as making
from tests.rooms import objects
from tests.support.web import Site
from zhusuo.db import Connection
from zhusuo.inspections import plates
from zhusuo.people.model import Actor
from zhusuo.registrations.verification import MISSES

FIRM, SHOP, PERSON = "上海澜鹭信息科技有限公司", "徐汇区衡山咖啡店", "王小明"


@pytest.fixture
async def supervisor(db: Connection) -> Actor:
    return await make.actor(db, role="supervisor", subdistricts=frozenset({make.SUBDISTRICT}))


async def street(db: Connection, manager: UUID | None = None) -> tuple[UUID, UUID]:
    """A street with one shop, in which a company, a shop and a person by name are registered."""
    carrier_id = await make.carrier(
        db, name="天平路沿街商铺", kind="street", subdistrict_code=make.SUBDISTRICT, manager=manager
    )
    unit_id = await make.unit(db, carrier_id=carrier_id, label="202号")
    for name in (FIRM, SHOP, PERSON):
        await making.registered(db, unit_id=unit_id, applicant=name, exclusive=False)
    return carrier_id, unit_id


async def path_of(db: Connection, site: Site, supervisor: Actor, carrier_id: UUID) -> str:
    assert await plates.issue(site.database, supervisor, carrier_id) == 1
    (plate,) = await plates.of_carrier(db, carrier_id)
    return plate.path


async def test_a_passer_by_sees_companies_and_no_person(site: Site, db: Connection, supervisor: Actor) -> None:
    carrier_id, unit_id = await street(db)
    await db.execute(
        """
        INSERT INTO tenancies (unit_id, carrier_id, district_code, tenant, source)
             VALUES ($1, $2, '310104', '内部租户', 'roster')
        """,
        unit_id,
        carrier_id,
    )
    path = await path_of(db, site, supervisor, carrier_id)
    async with site.visitor() as visitor:
        page = (await visitor.get(path)).text
    assert FIRM in page
    assert SHOP in page
    assert PERSON not in page
    assert "王＊＊" in page
    assert "内部租户" not in page


async def test_the_manager_sees_the_own_unit_and_a_supervisor_the_file(
    site: Site, db: Connection, supervisor: Actor
) -> None:
    manager = await make.actor(db, role="manager")
    carrier_id, unit_id = await street(db, manager.organisation_id)
    path = await path_of(db, site, supervisor, carrier_id)
    async with site.signed_in(manager) as visitor:
        page = (await visitor.get(path)).text
        assert "物业名册" in page
        assert "核查" not in page
    async with site.signed_in(supervisor) as visitor:
        page = (await visitor.get(path)).text
        assert f"/supervision/units/{unit_id}/inspections/new" in page
        assert PERSON in page
    for role in ("manager", "supervisor"):
        stranger = await objects.stranger(db, manager if role == "manager" else supervisor)
        async with site.signed_in(stranger) as visitor:
            page = (await visitor.get(path)).text
            assert "物业名册" not in page
            assert PERSON not in page
    assert await db.fetchval("SELECT count(*) FROM audit_entries WHERE action = 'scan_plate'") == 2


async def test_plates_are_made_once_printed_and_replaced(site: Site, db: Connection, supervisor: Actor) -> None:
    carrier_id, unit_id = await street(db)
    at = f"/supervision/carriers/{carrier_id}/plates"
    async with site.signed_in(supervisor) as visitor:
        assert (await visitor.get(f"{at}.pdf")).headers["location"] == at
        await visitor.submit(at)
        await visitor.submit(at)
        assert await db.fetchval("SELECT count(*) FROM plates") == 1
        assert "已制牌" in (await visitor.get(at)).text
        assert (await visitor.get(f"{at}.pdf")).content.startswith(b"%PDF")
        (before,) = await plates.of_carrier(db, carrier_id)
        await visitor.submit(f"/supervision/units/{unit_id}/plate")
        (after,) = await plates.of_carrier(db, carrier_id)
        assert before.code != after.code
        assert (await visitor.get(before.path)).status_code == 404
        assert (await visitor.get(after.path)).status_code == 200


async def test_whoever_tries_codes_has_to_wait(site: Site, db: Connection, supervisor: Actor) -> None:
    carrier_id, _ = await street(db)
    path = await path_of(db, site, supervisor, carrier_id)
    async with site.visitor() as visitor:
        assert (await visitor.get("/plate/nothing")).status_code == 404
        for number in range(MISSES):
            assert (await visitor.get(f"/plate/{number:020}")).status_code == 404
        assert (await visitor.get(path)).status_code == 429
