"""调用记录: found again, verified, printed, reported on, revoked, left."""

import json
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from tests import make
from tests import make_registrations as making
from tests.support import html, xlsx
from tests.support.web import LEXICON, ORIGIN, Site
from zhusuo.db import Connection
from zhusuo.people.model import Actor
from zhusuo.registrations import actions
from zhusuo.registrations.model import NewReuse, Reuse
from zhusuo.waivers.actions import import_shipped

DAY = date(2026, 11, 22)
USCC = "91310104MAY9N91T0T"
TENANT = str(making.LEASE_FACTS["lessee"])


class Counter:
    site: Site
    clerk: Actor
    carrier_id: UUID
    units: list[UUID]

    async def reuse(self, place: int = 0, **changed: str) -> Reuse:
        async with self.site.database.transaction() as db:
            lease = await making.lease(
                db, organisation_id=self.clerk.organisation_id, units=[f"140{place + 3}室"], location="云锦路887号"
            )
        new = NewReuse(
            unit_id=self.units[place],
            applicant=TENANT,
            case_number=f"2026-XJH-{place}",
            item_code="company_formation",
            purpose="",
            lease_document_id=lease,
            reason="已核对",
        )
        new = replace(new, **changed)  # type: ignore[arg-type]
        return await actions.reuse(self.site.database, self.site.signer, LEXICON, self.clerk, new, DAY)


@pytest.fixture
async def counter(site: Site, db: Connection) -> Counter:
    await import_shipped(site.database)
    found = Counter()
    found.site = site
    found.clerk = await make.actor(db, role="clerk", name="周敏")
    found.carrier_id = await making.house(db)
    found.units = [await making.room(db, carrier_id=found.carrier_id, label=f"140{number}室") for number in range(3, 7)]
    await making.version(db, carrier_id=found.carrier_id, unit_ids=found.units)
    return found


async def test_the_list_is_narrowed_by_case_applicant_and_status(counter: Counter) -> None:
    made = [await counter.reuse(0), await counter.reuse(1)]
    async with counter.site.signed_in(counter.clerk) as visitor:
        for query, numbers in (
            ("", [0, 1]),
            ("case=2026-XJH-1", [1]),
            ("case=2026-XJH", [0, 1]),
            ("applicant=栖木", [0, 1]),
            ("applicant=100%25_", []),
            ("status=revoked", []),
            ("status=held&case=2026-XJH-0", [0]),
        ):
            page = await visitor.get(f"/approval/reuses?{query}")
            assert [each.number in page.text for each in made] == [0 in numbers, 1 in numbers], query


async def test_pages_follow_one_another_without_gap_or_repetition(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zhusuo.ports.approval.reuses.reads.PAGE", 1)
    made = {(await counter.reuse(place)).number for place in range(3)}
    seen: list[str] = []
    path: str | None = "/approval/reuses"
    async with counter.site.signed_in(counter.clerk) as visitor:
        while path:
            page = await visitor.get(path)
            links = html.links(html.parse(page.text))
            seen += [text for text in links if text in made]
            path = links.get("下一页")
        assert (await visitor.get("/approval/reuses?after=nonsense")).status_code == 404
    assert len(seen) == 3
    assert set(seen) == made


async def test_another_district_sees_nothing(counter: Counter, db: Connection) -> None:
    made = await counter.reuse()
    stranger = await make.actor(db, role="clerk", district_code="310101")
    async with counter.site.signed_in(stranger) as visitor:
        page = await visitor.get("/approval/reuses")
        sheet = await visitor.get("/approval/reuses.xlsx")
    assert made.number not in page.text
    assert len(xlsx.rows_of(sheet.content)) == 1


async def test_the_list_is_exported_as_text_and_that_is_recorded(counter: Counter, db: Connection) -> None:
    await counter.reuse(purpose="=HYPERLINK(1)")
    async with counter.site.signed_in(counter.clerk) as visitor:
        answer = await visitor.get("/approval/reuses.xlsx?status=held")
    header, row = xlsx.rows_of(answer.content)
    assert header[1] == "申请人"
    assert (row[1], row[4]) == (TENANT, "=HYPERLINK(1)")
    assert await db.fetchval("SELECT count(*) FROM audit_entries WHERE action = 'export'") == 1


async def test_the_receipt_says_what_was_relied_on_and_how_to_verify_it(counter: Counter) -> None:
    made = await counter.reuse()
    async with counter.site.signed_in(counter.clerk) as visitor:
        page = await visitor.get(f"/approval/reuses/{made.id}")
        paper = await visitor.get(f"/approval/reuses/{made.id}/print")
        pdf = await visitor.get(f"/approval/reuses/{made.id}/receipt.pdf")
        text = await visitor.get(f"/approval/reuses/{made.id}/receipt.json")
    for each in (page, paper):
        assert made.number in each.text
        assert TENANT in each.text
        assert "上海市徐汇区云锦路887号" in each.text
    assert f"{ORIGIN}/verify/{made.code}" in html.links(html.parse(page.text)).values()
    assert "凭证真实" in page.text
    assert pdf.content.startswith(b"%PDF")
    assert pdf.headers["content-disposition"].startswith("attachment")
    assert json.loads(text.content)["number"] == made.number
    assert text.content.decode() == made.receipt_text


async def test_a_receipt_that_no_longer_agrees_says_so(counter: Counter, db: Connection) -> None:
    made = await counter.reuse()
    await db.execute("UPDATE reuses SET applicant = '别人' WHERE id = $1", made.id)
    async with counter.site.signed_in(counter.clerk) as visitor:
        page = await visitor.get(f"/approval/reuses/{made.id}")
    assert "请勿采信" in page.text
    assert "申请人" in page.text


async def test_the_outcome_is_written_down_with_its_credit_code(counter: Counter, db: Connection) -> None:
    made = await counter.reuse()
    path = f"/approval/reuses/{made.id}"
    async with counter.site.signed_in(counter.clerk) as visitor:
        without = await visitor.submit(f"{path}/outcome", outcome="registered", uscc="")
        wrong = await visitor.submit(f"{path}/outcome", outcome="registered", uscc="91310104MAY9N91T00")
        nothing = await visitor.submit(f"{path}/outcome", outcome="")
        done = await visitor.submit(f"{path}/outcome", outcome="registered", uscc=USCC)
        page = await visitor.get(path)
    assert [without.status_code, wrong.status_code, nothing.status_code] == [422, 422, 422]
    assert "18 位" in wrong.text
    assert "91310104MAY9N91T00" in wrong.text
    assert done.status_code == 303
    assert USCC in page.text
    assert "办理迁出" in page.text
    assert await db.fetchval("SELECT status FROM registrations WHERE reuse_id = $1", made.id) == "registered"


async def test_a_business_that_left_frees_the_unit(counter: Counter, db: Connection) -> None:
    made = await counter.reuse()
    path = f"/approval/reuses/{made.id}"
    async with counter.site.signed_in(counter.clerk) as visitor:
        await visitor.submit(f"{path}/outcome", outcome="registered", uscc=USCC)
        registration = await db.fetchval("SELECT id FROM registrations WHERE reuse_id = $1", made.id)
        left = await visitor.submit(f"/approval/registrations/{registration}/leave", back=path)
        again = await visitor.submit(f"/approval/registrations/{registration}/leave", back="//evil.test")
        page = await visitor.get(path)
    assert left.headers["location"] == path
    assert again.status_code == 409
    assert "办理迁出" not in page.text
    assert await db.fetchval("SELECT status FROM registrations WHERE id = $1", registration) == "ended"


async def test_a_receipt_is_revoked_with_a_coded_reason(counter: Counter, db: Connection) -> None:
    made = await counter.reuse()
    path = f"/approval/reuses/{made.id}"
    async with counter.site.signed_in(counter.clerk) as visitor:
        without = await visitor.submit(f"{path}/revoke", reason="", note="")
        done = await visitor.submit(f"{path}/revoke", reason="wrong_unit", note="应为 1404 室")
        page = await visitor.get(path)
    assert without.status_code == 422
    assert done.status_code == 303
    assert "凭证已撤销" in page.text
    assert 'action="/approval/reuses' not in page.text
    assert await db.fetchval("SELECT revoked_note FROM reuses WHERE id = $1", made.id) == "应为 1404 室"
