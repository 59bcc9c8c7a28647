"""系统管理: organisations, people and clients come in, change and go, through the pages."""

import re

from tests import make
from tests.support.web import Site
from zhusuo.db import Connection


async def test_every_page_opens_when_there_is_nothing_yet(site: Site, db: Connection) -> None:
    actor = await make.actor(db, role="administrator")
    async with site.signed_in(actor) as visitor:
        for path in ("", "/people", "/clients", "/carriers", "/audit", "/tasks"):
            assert (await visitor.get(f"/admin{path}")).status_code == 200, path


async def test_an_organisation_and_its_manager_are_added(site: Site, db: Connection) -> None:
    actor = await make.actor(db, role="administrator")
    async with site.signed_in(actor) as visitor:
        await visitor.submit("/admin/organisations", kind="property_manager", name="汇澜商业管理")
        organisation_id = await db.fetchval("SELECT id FROM organisations WHERE name = '汇澜商业管理'")
        answer = await visitor.submit(
            "/admin/people",
            organisation_id=str(organisation_id),
            role="manager",
            name="孙启帆",
            login="sunqifan",
            password="long enough 1",
        )
        assert answer.status_code == 303
        assert "孙启帆" in (await visitor.get("/admin/people")).text
    assert await db.fetchval("SELECT count(*) FROM audit_entries WHERE action = 'add'") == 2


async def test_what_cannot_be_right_is_said_beside_the_field_and_nothing_is_lost(site: Site, db: Connection) -> None:
    actor = await make.actor(db, role="administrator")
    async with site.signed_in(actor) as visitor:
        answer = await visitor.submit(
            "/admin/people",
            organisation_id=str(actor.organisation_id),
            role="manager",
            name="王小明",
            login="wang",
            password="long enough 1",
        )
    assert answer.status_code == 422
    assert "审批机关没有物业员这个岗位" in answer.text
    assert "王小明" in answer.text


async def test_a_clients_token_is_shown_once_and_works_until_it_is_rotated(site: Site, db: Connection) -> None:
    actor = await make.actor(db, role="administrator")
    async with site.signed_in(actor) as visitor:
        answer = await visitor.submit(
            "/admin/clients",
            organisation_id=str(actor.organisation_id),
            name="综窗受理",
            origin="http://localhost:9000",
            quota_per_minute="600",
            scopes=["lookup", "tickets"],
        )
        token = re.search(r'<code class="mono">([^<]+)</code>', answer.text)
        assert token is not None
        assert token[1] not in (await visitor.get("/admin/clients")).text
        client_id = await db.fetchval("SELECT id FROM clients WHERE name = '综窗受理'")
        again = await visitor.submit(f"/admin/clients/{client_id}/rotate")
        assert token[1] not in again.text


async def test_nobody_disables_himself(site: Site, db: Connection) -> None:
    actor = await make.actor(db, role="administrator")
    async with site.signed_in(actor) as visitor:
        answer = await visitor.submit(f"/admin/people/{actor.person_id}/disable")
    assert answer.status_code == 409
    assert "不能停用自己的账号" in answer.text


async def test_a_client_with_a_single_scope_is_added_like_any_other(site: Site, db: Connection) -> None:
    actor = await make.actor(db, role="administrator")
    async with site.signed_in(actor) as visitor:
        answer = await visitor.submit(
            "/admin/clients",
            organisation_id=str(actor.organisation_id),
            name="统计系统",
            quota_per_minute="60",
            scopes="waivers",
        )
    assert answer.status_code == 200
    assert await db.fetchval("SELECT scopes FROM clients WHERE name = '统计系统'") == ["waivers"]


async def test_a_client_belongs_to_an_approval_authority_that_there_is(site: Site, db: Connection) -> None:
    actor = await make.actor(db, role="administrator")
    manager = await make.actor(db, role="manager")
    async with site.signed_in(actor) as visitor:
        for organisation_id in (manager.organisation_id, actor.person_id):
            answer = await visitor.submit(
                "/admin/clients",
                organisation_id=str(organisation_id),
                name="停车系统",
                quota_per_minute="60",
                scopes="lookup",
            )
            assert answer.status_code == 422
            assert "接入系统属于一家审批机关" in answer.text
    assert await db.fetchval("SELECT count(*) FROM clients WHERE name = '停车系统'") == 0
