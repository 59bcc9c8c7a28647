"""材料审核: the queue, the desk, what is confirmed and corrected on it, and the three decisions."""

import re
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID, uuid4

import httpx
import pytest

from tests import make
from tests.actions.test_reuses import set_up
from tests.support import html
from tests.support.web import Site, Visitor
from zhusuo.db import Connection, Database
from zhusuo.dossiers import actions, documents, review
from zhusuo.dossiers.model import Filing, FilingKind, FilingStatus
from zhusuo.people.model import Actor
from zhusuo.registrations import sorting

DAY = date(2026, 11, 20)


@dataclass
class House:
    """A tower with its manager, and a clerk."""

    database: Database
    site: Site
    carrier_id: UUID
    units: list[UUID]
    manager: Actor
    clerk: Actor

    async def submitted(self, db: Connection, manager: Actor | None = None) -> Filing:
        filer = manager or self.manager
        filing = await actions.start_filing(self.database, filer, self.carrier_id, day=DAY)
        await make.papers(db, filing_id=filing.id)
        return await actions.submit(self.database, filer, filing.id, declared=True, day=DAY)


@pytest.fixture
async def house(site: Site, db: Connection) -> House:
    manager = await make.actor(db, role="manager", name="孙启帆")
    carrier_id = await make.carrier(db, manager=manager.organisation_id, name="汇澜大厦")
    units = [await make.unit(db, carrier_id=carrier_id, label=label) for label in ("101室", "102室")]
    clerk = await make.actor(db, role="clerk", name="周敏")
    return House(site.database, site, carrier_id, units, manager, clerk)


async def field(db: Connection, document_id: UUID, name: str, value: str, confidence: float = 0.97) -> UUID:
    found: UUID = await db.fetchval(
        """
        INSERT INTO document_fields (document_id, name, value, confidence, page, box)
             VALUES ($1, $2, $3, $4, 1, '{0.1,0.2,0.5,0.24}')
          RETURNING id
        """,
        document_id,
        name,
        value,
        confidence,
    )
    return found


async def deed_of(db: Connection, filing: Filing) -> UUID:
    found = await documents.of_filing(db, filing.id)
    return next(each.id for each in found if each.kind == "title_deed")


async def drawn(db: Connection, document_id: UUID) -> None:
    await make.page(db, document_id=document_id, text="房地产权证", preview_sha256=await make.blob(db))


async def status(db: Connection, filing: Filing) -> str:
    found: str = await db.fetchval("SELECT status FROM filings WHERE id = $1", filing.id)
    return found


async def decide(visitor: Visitor, filing: Filing, **fields: object) -> httpx.Response:
    return await visitor.submit(f"/approval/filings/{filing.id}/decision", **fields)


# 队列


async def test_the_queue_has_a_tab_for_every_stage(house: House, db: Connection) -> None:
    filing = await house.submitted(db)
    async with house.site.signed_in(house.clerk) as visitor:

        async def tabs() -> list[str]:
            pages = [
                await visitor.get(f"/approval/filings?tab={tab}") for tab in ("waiting", "mine", "returned", "done")
            ]
            return [tab for tab, page in zip("wmrd", pages, strict=True) if filing.dossier_number in page.text]

        assert await tabs() == ["w"]
        await visitor.submit(f"/approval/filings/{filing.id}/claim")
        assert await tabs() == ["w", "m"]
        await decide(visitor, filing, decision="return", reasons="blurred")
        assert await tabs() == ["r"]
        await actions.submit(house.database, house.manager, filing.id, declared=True, day=DAY)
        await decide(visitor, filing, decision="reject", remark="不是本区的房屋")
        assert await tabs() == ["d"]


async def test_the_queue_is_narrowed_by_subdistrict_and_kind(house: House, db: Connection) -> None:
    filing = await house.submitted(db)
    async with house.site.signed_in(house.clerk) as visitor:
        for query, there in (
            (f"subdistrict={make.SUBDISTRICT}", True),
            ("subdistrict=310104004", False),
            ("kind=first", True),
            ("kind=change", False),
            ("tab=nonsense", True),
        ):
            page = await visitor.get(f"/approval/filings?{query}")
            assert (filing.dossier_number in page.text) is there, query
        assert (await visitor.get("/approval/filings?after=x")).status_code == 404


async def test_the_queue_goes_on_from_page_to_page(
    house: House, db: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zhusuo.ports.approval.filings.reads.PAGE", 1)
    for _ in range(3):
        carrier_id = await make.carrier(db, manager=house.manager.organisation_id)
        await make.unit(db, carrier_id=carrier_id)
        await replace(house, carrier_id=carrier_id).submitted(db)
    path, seen = "/approval/filings", set()
    async with house.site.signed_in(house.clerk) as visitor:
        while path:
            page = await visitor.get(path)
            seen |= set(re.findall(r'/approval/filings/([0-9a-f-]{36})"', page.text))
            path = html.links(html.parse(page.text)).get("下一页", "")
    assert len(seen) == 3


async def test_the_next_one_is_claimed_and_nobody_else_is_given_it(house: House, db: Connection) -> None:
    filing = await house.submitted(db)
    other = await make.actor(db, role="clerk")
    async with house.site.signed_in(house.clerk) as visitor:
        mine = await visitor.submit("/approval/filings/next")
        again = await visitor.submit("/approval/filings/next")
    async with house.site.signed_in(other) as visitor:
        theirs = await visitor.submit("/approval/filings/next")
        desk = await visitor.get(f"/approval/filings/{filing.id}")
    assert mine.headers["location"] == again.headers["location"] == f"/approval/filings/{filing.id}"
    assert theirs.headers["location"] == "/approval/filings"
    assert "周敏 正在审核这份备案" in desk.text
    assert 'name="decision"' not in desk.text


async def test_the_rail_counts_what_waits(house: House, db: Connection) -> None:
    await house.submitted(db)
    async with house.site.signed_in(house.clerk) as visitor:
        page = await visitor.get("/approval/filings")
    rail = html.with_class(html.parse(page.text), "zs-rail")[0]
    assert "材料审核1 项待办" in html.text(rail).replace(" ", "").replace("1项待办", "1 项待办")


# 审核台


async def test_the_desk_shows_page_fields_checklist_and_what_happened(house: House, db: Connection) -> None:
    filing = await house.submitted(db)
    deed = await deed_of(db, filing)
    await drawn(db, deed)
    await field(db, deed, "owner", "上海澜岸置业有限公司")
    await field(db, deed, "area_m2", "38,652.4", confidence=0.71)
    async with house.site.signed_in(house.clerk) as visitor:
        page = await visitor.get(f"/approval/filings/{filing.id}?document={deed}&page=1")
    assert page.status_code == 200
    assert f"/documents/{deed}/pages/1.webp" in page.text
    assert "上海澜岸置业有限公司" in page.text
    assert "71%" in page.text
    assert "汇澜大厦" in page.text
    assert "3 项要求，已满足 3 项" in page.text
    assert "孙启帆" in page.text
    assert page.text.count("data-box=") == 2


async def test_a_document_that_cannot_be_read_can_still_be_looked_at_and_decided(house: House, db: Connection) -> None:
    filing = await house.submitted(db)
    deed = await deed_of(db, filing)
    await db.execute("UPDATE documents SET status = 'unreadable', trouble = '文件有密码。' WHERE id = $1", deed)
    async with house.site.signed_in(house.clerk) as visitor:
        page = await visitor.get(f"/approval/filings/{filing.id}?document={deed}")
        again = await visitor.submit(f"/approval/documents/{deed}/read")
        done = await decide(visitor, filing, decision="approve")
    assert "文件有密码" in page.text
    assert f"/documents/{deed}/content" in page.text
    assert 'name="decision"' in page.text
    assert again.status_code == 303
    assert done.status_code == 303
    assert await status(db, filing) == FilingStatus.APPROVED


async def test_a_document_not_drawn_yet_asks_for_patience(house: House, db: Connection) -> None:
    filing = await house.submitted(db)
    deed = await deed_of(db, filing)
    await db.execute("UPDATE documents SET status = 'reading' WHERE id = $1", deed)
    async with house.site.signed_in(house.clerk) as visitor:
        page = await visitor.get(f"/approval/filings/{filing.id}?document={deed}&page=7")
    assert "页面图像还在生成" in page.text


async def test_whatever_page_is_asked_for_there_is_a_desk(house: House, db: Connection) -> None:
    filing = await house.submitted(db)
    async with house.site.signed_in(house.clerk) as visitor:
        for query in ("page=99", "page=-1", f"document={uuid4()}"):
            assert (await visitor.get(f"/approval/filings/{filing.id}?{query}")).status_code == 200


async def test_confirming_and_correcting_keeps_the_machines_value(house: House, db: Connection) -> None:
    filing = await house.submitted(db)
    deed = await deed_of(db, filing)
    owner, area = await field(db, deed, "owner", "上海澜岸置业"), await field(db, deed, "area_m2", "38,652.4")
    path = f"/approval/documents/{deed}/fields"
    async with house.site.signed_in(house.clerk) as visitor:
        await visitor.submit(
            path, confirmed=[str(owner), str(area)], **{f"value-{owner}": "上海澜岸置业", f"value-{area}": "38,652.47"}
        )
        page = await visitor.get(f"/approval/filings/{filing.id}?document={deed}")
        await visitor.submit(path, confirmed=[str(area)])
    rows = {row["id"]: row for row in await db.fetch("SELECT * FROM document_fields WHERE document_id = $1", deed)}
    assert rows[owner]["confirmed_at"] is None
    assert rows[owner]["corrected_value"] is None
    assert rows[area]["confirmed_at"] is not None
    assert (rows[area]["value"], rows[area]["corrected_value"]) == ("38,652.4", "38,652.47")
    assert "识别为 38,652.4" in page.text


async def test_saving_in_the_background_answers_nothing_or_says_what_is_wrong(house: House, db: Connection) -> None:
    filing = await house.submitted(db)
    deed = await deed_of(db, filing)
    owner = await field(db, deed, "owner", "上海澜岸置业")
    path = f"/approval/documents/{deed}/fields"
    async with house.site.signed_in(house.clerk) as visitor:
        quiet = await visitor.post(
            path, data={"_csrf_token": visitor.csrf_token, "confirmed": str(owner)}, headers={"hx-request": "true"}
        )
        other = await make.actor(db, role="clerk", name="王静")
        await review.claim(house.database, other, filing.id, minutes=30)
        loud = await visitor.post(path, data={"_csrf_token": visitor.csrf_token}, headers={"hx-request": "true"})
        plain = await visitor.submit(path)
    assert (quiet.status_code, quiet.content) == (204, b"")
    assert loud.status_code == plain.status_code == 409
    assert loud.headers["hx-retarget"] == "#zs-alert"
    assert "王静正在审核" in loud.text


async def test_what_is_no_longer_under_review_is_not_touched(house: House, db: Connection) -> None:
    filing = await house.submitted(db)
    deed = await deed_of(db, filing)
    await field(db, deed, "owner", "上海澜岸置业")
    await review.approve(house.database, house.clerk, filing.id, day=DAY)
    async with house.site.signed_in(house.clerk) as visitor:
        answers = [
            await visitor.submit(f"/approval/documents/{deed}", kind="lease"),
            await visitor.submit(f"/approval/documents/{deed}/read"),
            await visitor.submit(f"/approval/documents/{deed}/fields", confirmed="x", page="x"),
        ]
    assert [each.status_code for each in answers] == [404, 404, 303]
    assert await db.fetchval("SELECT kind FROM documents WHERE id = $1", deed) == "title_deed"


async def test_the_reviewer_says_what_a_paper_is_and_how_long_it_is_good(house: House, db: Connection) -> None:
    filing = await house.submitted(db)
    deed = await deed_of(db, filing)
    path = f"/approval/documents/{deed}"
    async with house.site.signed_in(house.clerk) as visitor:
        done = await visitor.submit(path, kind="title_deed", also="floor_plan", valid_until="2030-06-30")
        wrong = await visitor.submit(path, kind="title_deed", valid_until="明年")
        nothing = await visitor.submit(path, kind="")
    assert done.status_code == 303
    assert (wrong.status_code, nothing.status_code) == (422, 422)
    row = await db.fetchrow("SELECT kind, also_kinds, valid_until FROM documents WHERE id = $1", deed)
    assert row is not None
    assert (row["kind"], row["also_kinds"], row["valid_until"]) == ("title_deed", ["floor_plan"], date(2030, 6, 30))


async def test_somebody_elses_filing_for_the_same_units_is_shown_to_the_clerk(house: House, db: Connection) -> None:
    first = await house.submitted(db)
    await db.execute(
        "UPDATE managements SET status = 'ended', ended_at = now() WHERE carrier_id = $1", house.carrier_id
    )
    rival = await make.actor(db, role="manager")
    await make.management(db, carrier_id=house.carrier_id, organisation_id=rival.organisation_id)
    await house.submitted(db, rival)
    async with house.site.signed_in(house.clerk) as visitor:
        page = await visitor.get(f"/approval/filings/{first.id}")
    assert "2 个单元另有单位也在申报" in page.text
    assert rival.organisation in page.text


async def test_a_change_is_shown_beside_the_version_in_force(house: House, db: Connection) -> None:
    first = await house.submitted(db)
    version = await review.approve(house.database, house.clerk, first.id, day=DAY)
    change = await actions.start_change(house.database, house.manager, version.id)
    await make.document(
        db,
        carrier_id=house.carrier_id,
        organisation_id=house.manager.organisation_id,
        filing_id=change.id,
        kind="other",
        file_name="更名证明.pdf",
    )
    await actions.submit(house.database, house.manager, change.id, declared=True, day=DAY)
    async with house.site.signed_in(house.clerk) as visitor:
        page = await visitor.get(f"/approval/filings/{change.id}")
    assert "与第 1 版比较" in page.text
    assert "更名证明.pdf" in page.text
    assert "拟为第 2 版" in page.text


# 决定


async def test_approval_makes_a_version_effective(house: House, db: Connection) -> None:
    filing = await house.submitted(db)
    async with house.site.signed_in(house.clerk) as visitor:
        done = await decide(visitor, filing, decision="approve", remark="材料齐全")
        page = await visitor.get(f"/approval/filings/{filing.id}")
    assert done.headers["location"] == f"/approval/filings/{filing.id}"
    assert await db.fetchval("SELECT count(*) FROM version_units") == 2
    assert "已通过" in page.text
    assert 'name="decision"' not in page.text
    assert "领下一件" in page.text


async def test_a_return_carries_coded_reasons_a_message_and_a_deadline(house: House, db: Connection) -> None:
    filing = await house.submitted(db)
    async with house.site.signed_in(house.clerk) as visitor:
        without = await decide(visitor, filing, decision="return")
        endless = await decide(visitor, filing, decision="return", reasons="blurred", working_days="1000")
        done = await decide(
            visitor,
            filing,
            decision="return",
            reasons=["blurred", "missing_page"],
            remark="第 2 页",
            working_days="5",
            internal_note="老问题",
        )
        page = await visitor.get(f"/approval/filings/{filing.id}")
    assert (without.status_code, endless.status_code, done.status_code) == (422, 422, 303)
    assert "请至少选择一个退回理由" in without.text
    row = await db.fetchrow("SELECT reasons, message, internal_note, deadline_on FROM decisions")
    assert row is not None
    assert (row["reasons"], row["message"], row["internal_note"]) == (["blurred", "missing_page"], "第 2 页", "老问题")
    assert row["deadline_on"] is not None
    assert "页面模糊" in page.text


async def test_a_rejection_says_why_in_words(house: House, db: Connection) -> None:
    filing = await house.submitted(db)
    async with house.site.signed_in(house.clerk) as visitor:
        without = await decide(visitor, filing, decision="reject", remark="")
        nothing = await decide(visitor, filing)
        done = await decide(visitor, filing, decision="reject", remark="不是本区的房屋")
    assert (without.status_code, nothing.status_code, done.status_code) == (422, 422, 303)
    assert await status(db, filing) == FilingStatus.REJECTED


async def test_an_expired_paper_locks_approval_and_says_so(house: House, db: Connection) -> None:
    filing = await house.submitted(db)
    await db.execute("UPDATE documents SET valid_until = '2020-01-01' WHERE id = $1", await deed_of(db, filing))
    async with house.site.signed_in(house.clerk) as visitor:
        page = await visitor.get(f"/approval/filings/{filing.id}")
        refused = await decide(visitor, filing, decision="approve")
    assert "通过暂不可选：产权证已到期" in page.text
    assert re.search(r'value="approve"[^>]* disabled', page.text)
    assert refused.status_code == 409
    assert "到期" in html.text(html.with_class(html.parse(refused.text), "errs")[0])


async def test_what_was_decided_is_not_decided_again(house: House, db: Connection) -> None:
    filing = await house.submitted(db)
    async with house.site.signed_in(house.clerk) as visitor:
        await decide(visitor, filing, decision="approve")
        again = await decide(visitor, filing, decision="reject", remark="反悔")
    assert again.status_code == 409
    assert await status(db, filing) == FilingStatus.APPROVED


async def test_putting_it_back_frees_it_for_others(house: House, db: Connection) -> None:
    filing = await house.submitted(db)
    async with house.site.signed_in(house.clerk) as visitor:
        await visitor.submit(f"/approval/filings/{filing.id}/claim")
        await visitor.submit(f"/approval/filings/{filing.id}/release")
    assert await db.fetchval("SELECT claimed_by FROM filings WHERE id = $1", filing.id) is None


async def test_a_draft_of_the_counters_own_goes_on_in_the_wizard(house: House, db: Connection) -> None:
    draft = await actions.start_filing(house.database, house.clerk, house.carrier_id, on_behalf_of="汇澜商业管理")
    async with house.site.signed_in(house.clerk) as visitor:
        answer = await visitor.get(f"/approval/filings/{draft.id}")
    assert answer.headers["location"] == f"/filings/{draft.id}"


async def test_a_change_lists_the_receipts_that_rest_on_the_version_it_changes(site: Site, db: Connection) -> None:
    counter = await set_up(site.database)
    made = await counter.reuse()
    manager = await make.actor(db, role="manager")
    await db.execute("UPDATE managements SET organisation_id = $1", manager.organisation_id)
    change = await actions.start_change(site.database, manager, counter.version_id, kind=FilingKind.CHANGE)
    await make.papers(db, filing_id=change.id)
    await actions.submit(site.database, manager, change.id, declared=True, day=DAY)
    async with site.signed_in(counter.clerk) as visitor:
        answer = await visitor.get(f"/approval/filings/{change.id}")
    assert "涉及 1 张凭证" in answer.text
    assert made.number in answer.text


async def test_the_queue_shows_and_narrows_by_how_filings_sorted_themselves(
    house: House, site: Site, db: Connection
) -> None:
    filing = await house.submitted(db)
    async with site.signed_in(house.clerk) as visitor:
        before = await visitor.get("/approval/filings")
        await sorting.sort_waiting(house.database, DAY)
        full = await visitor.get("/approval/filings", params={"path": "full"})
        plain = await visitor.get("/approval/filings", params={"path": "plain"})
        desk = await visitor.get(f"/approval/filings/{filing.id}")
    assert "全面审查" in before.text
    assert str(filing.id) in full.text
    assert "没有读出" in full.text
    assert str(filing.id) not in plain.text
    assert "系统分拣" in desk.text
