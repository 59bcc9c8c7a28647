"""Impatience: the same form sent twice at once, as two clicks without a script send it, has one effect and one page."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from storage.store import Store
from tests import make
from tests import make_registrations as making
from tests.rooms.conftest import site_over
from tests.support import html
from tests.support.web import Site, Visitor
from zhusuo.db import Database
from zhusuo.dossiers import actions
from zhusuo.people.model import Actor
from zhusuo.ports.common.app import today
from zhusuo.waivers.actions import import_shipped

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture
async def site(fresh_database: Database, store: Store, tmp_path: Path) -> Site:
    """Over a database of its own: only real transactions can be in each other's way."""
    return site_over(fresh_database, store, tmp_path)


async def house(site: Site) -> tuple[Actor, UUID, UUID]:
    """A manager, its building and a room in it."""
    async with site.database.transaction() as db:
        manager = await make.actor(db, role="manager")
        carrier_id = await make.carrier(db, manager=manager.organisation_id, name="汇澜大厦")
        unit_id = await make.unit(db, carrier_id=carrier_id, label="101室", floor=1)
    return manager, carrier_id, unit_id


async def complete_draft(site: Site, manager: Actor, carrier_id: UUID) -> UUID:
    filing = await actions.start_filing(site.database, manager, carrier_id)
    async with site.database.transaction() as db:
        await make.papers(db, filing_id=filing.id)
    return filing.id


async def count(site: Site, table: str) -> int:
    async with site.database.connection() as db:
        found: int = await db.fetchval(f"SELECT count(*) FROM {table}")
    return found


async def twice(visitor: Visitor, path: str, **fields: str) -> str:
    """What the person sees who sent the form twice: the page both answers lead to."""
    answers = await asyncio.gather(*(visitor.submit(path, **fields) for _ in range(2)))
    return await seen(visitor, answers)


async def seen(visitor: Visitor, answers: list[httpx.Response]) -> str:
    assert [answer.status_code for answer in answers] == [303, 303], [html_of(answer) for answer in answers]
    assert len({answer.headers["location"] for answer in answers}) == 1
    page = await visitor.get(answers[0].headers["location"])
    assert page.status_code == 200
    return html.text(html.parse(page.text))


def html_of(answer: httpx.Response) -> str:
    return html.text(html.parse(answer.text)) if answer.text else answer.headers.get("location", "")


async def test_a_filing_is_begun_once(site: Site) -> None:
    manager, carrier_id, _ = await house(site)
    async with site.signed_in(manager) as visitor:
        shown = await twice(visitor, "/filings", carrier_id=str(carrier_id), what="first")
    assert "谁和租户签租赁合同" in shown
    assert await count(site, "filings") == 1


async def test_a_filing_is_handed_in_once(site: Site) -> None:
    manager, carrier_id, _ = await house(site)
    filing_id = await complete_draft(site, manager, carrier_id)
    async with site.signed_in(manager) as visitor:
        shown = await twice(visitor, f"/filings/{filing_id}/submit", declared="1", note="三层正在装修")
        assert "已提交，等待审核" in shown
        assert await count(site, "submissions") == 1
        changed = await visitor.submit(f"/filings/{filing_id}/submit", declared="1", note="四层也在装修")
        assert changed.status_code == 409
        assert "内容不能再改" in changed.text
        assert "已撤回" in await twice(visitor, f"/filings/{filing_id}/withdraw", reason="传错了")
    assert await count(site, "submissions") == 1


async def test_a_draft_is_given_up_once(site: Site) -> None:
    manager, carrier_id, _ = await house(site)
    filing_id = await complete_draft(site, manager, carrier_id)
    async with site.signed_in(manager) as visitor:
        assert "材料备案" in await twice(visitor, f"/filings/{filing_id}/discard")


@pytest.mark.parametrize(
    ("decision", "word"),
    [
        ({"decision": "approve", "remark": "齐全"}, "已通过"),
        ({"decision": "return", "reasons": "missing_page", "working_days": "10"}, "退回补正"),
        ({"decision": "reject", "remark": "不是本区的楼宇"}, "不予通过"),
    ],
)
async def test_a_filing_is_decided_once(site: Site, decision: Mapping[str, str], word: str) -> None:
    manager, carrier_id, _ = await house(site)
    filing_id = await complete_draft(site, manager, carrier_id)
    await actions.submit(site.database, manager, filing_id, declared=True, day=today())
    async with site.database.transaction() as db:
        clerk = await make.actor(db, role="clerk", name="周敏")
    async with site.signed_in(clerk) as visitor:
        assert word in await twice(visitor, f"/approval/filings/{filing_id}/decision", **decision)
        other = await visitor.submit(f"/approval/filings/{filing_id}/decision", decision="reject", remark="反悔")
    assert other.status_code == 409
    assert await count(site, "decisions") == 1
    assert await count(site, "dossier_versions") == (decision["decision"] == "approve")


async def test_a_unit_is_reused_once_and_the_receipt_is_revoked_once(site: Site) -> None:
    await import_shipped(site.database)
    async with site.database.transaction() as db:
        clerk = await make.actor(db, role="clerk", name="周敏")
        carrier_id = await making.house(db)
        unit_id = await making.room(db, carrier_id=carrier_id)
        await making.version(db, carrier_id=carrier_id, unit_ids=[unit_id])
        lease_id = await making.lease(db, organisation_id=clerk.organisation_id, carrier_id=carrier_id)
    tenant = str(making.LEASE_FACTS["lessee"])
    asked = {"address": "徐汇区云锦路887号1403室", "case": "2026-XJH-110873", "applicant": tenant}
    async with site.signed_in(clerk) as visitor:
        shown = await twice(visitor, "/approval/reuses", lease=str(lease_id), **asked)
        assert "凭证真实，签章与记录一致" in shown
        assert await count(site, "reuses") == 1
        assert await count(site, "registrations") == 1
        async with site.database.connection() as db:
            reuse_id = await db.fetchval("SELECT id FROM reuses")
        assert "凭证已撤销" in await twice(visitor, f"/approval/reuses/{reuse_id}/revoke", reason="wrong_unit")


async def test_a_tenant_moves_in_once_and_out_once(site: Site) -> None:
    manager, carrier_id, unit_id = await house(site)
    back = f"/property/carriers/{carrier_id}?unit={unit_id}"
    tenant = "上海栖木数字科技有限公司"
    async with site.signed_in(manager) as visitor:
        shown = await twice(visitor, f"/property/units/{unit_id}/tenancies", tenant=tenant, back=back)
        assert shown.count(tenant) == 1
        assert "现在还在这里办公吗？" in shown
        assert await count(site, "tenancies") == 1
        async with site.database.connection() as db:
            tenancy_id = await db.fetchval("SELECT id FROM tenancies")
        path = f"/property/tenancies/{tenancy_id}/moved-out"
        assert "这里空着" in await twice(visitor, path, on=today().isoformat(), back=back)
        other_day = await visitor.submit(path, on="2020-01-01", back=back)
    assert other_day.status_code == 409
    assert f"已于 {today()} 迁出" in other_day.text


async def test_a_file_of_a_plain_form_is_taken_once(site: Site) -> None:
    manager, carrier_id, _ = await house(site)
    filing = await actions.start_filing(site.database, manager, carrier_id)
    fields = {"purpose": "filing", "filing_id": str(filing.id), "back": f"/filings/{filing.id}/documents"}
    async with site.signed_in(manager) as visitor:
        sent = [
            visitor.post("/uploads/form", data=fields, files={"files": ("产权证.pdf", PDF, "application/pdf")})
            for _ in range(2)
        ]
        shown = await seen(visitor, await asyncio.gather(*sent))
    assert "1 件" in shown
    assert await count(site, "documents") == 1
