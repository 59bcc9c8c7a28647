"""A building is filed once: begun, handed in, returned, corrected, approved; each step by whom it belongs to."""

import asyncio
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from tests import make
from zhusuo.db import Connection, Database
from zhusuo.dossiers import actions, documents, papers, review, standing, store
from zhusuo.dossiers.access import ClaimedByOther, NoLongerManager, NotEditable
from zhusuo.dossiers.actions import Incomplete, NotDeclared, PaperExpired, UnderWay, VersionEnded
from zhusuo.dossiers.model import (
    DocumentKind,
    Filing,
    FilingKind,
    FilingStatus,
    IllegalMove,
    ReturnReason,
    ScopeKind,
    TitleSituation,
    VersionStatus,
)
from zhusuo.dossiers.review import NotUnderReview, UnitsRetired
from zhusuo.errors import Conflict, Invalid, NotAllowed, NotFound
from zhusuo.people.model import Actor

DAY = date(2026, 11, 20)  # a Friday


@dataclass
class House:
    """A tower with two rooms, its manager, and a clerk of the district."""

    carrier_id: UUID
    units: list[UUID]
    manager: Actor
    clerk: Actor


async def house(db: Connection) -> House:
    manager = await make.actor(db, role="manager")
    carrier_id = await make.carrier(db, manager=manager.organisation_id)
    units = [await make.unit(db, carrier_id=carrier_id, label=label) for label in ("101室", "102室")]
    return House(carrier_id=carrier_id, units=units, manager=manager, clerk=await make.actor(db, role="clerk"))


async def ready(database: Database, db: Connection, at: House, filer: Actor | None = None) -> Filing:
    """A filing for the whole house that only needs to be handed in."""
    filing = await actions.start_filing(database, filer or at.manager, at.carrier_id, day=DAY)
    await make.papers(db, filing_id=filing.id)
    return filing


async def submitted(database: Database, db: Connection, at: House, filer: Actor | None = None) -> Filing:
    filing = await ready(database, db, at, filer)
    return await actions.submit(database, filer or at.manager, filing.id, declared=True, day=DAY)


async def titles(db: Connection, organisation_id: UUID) -> list[str]:
    rows = await db.fetch(
        "SELECT kind FROM notices WHERE organisation_id = $1 ORDER BY created_at, id", organisation_id
    )
    return [row["kind"] for row in rows]


async def audited(db: Connection, filing_id: UUID) -> list[str]:
    rows = await db.fetch(
        "SELECT action FROM audit_entries WHERE noun = 'filing' AND noun_id = $1 ORDER BY at, id", str(filing_id)
    )
    return [row["action"] for row in rows]


async def happened(db: Connection, noun_id: UUID) -> list[str]:
    rows = await db.fetch("SELECT kind FROM events WHERE noun_id = $1 ORDER BY at, id", noun_id)
    return [row["kind"] for row in rows]


# 开始


async def test_a_filing_gets_a_number_that_people_can_say(database: Database, db: Connection) -> None:
    at = await house(db)
    filing = await actions.start_filing(database, at.manager, at.carrier_id, day=DAY)
    prefix, year, number = filing.dossier_number.split("-")
    assert (prefix, year, number.isdigit(), len(number) >= 4) == ("XH", "2026", True, True)
    assert filing.status is FilingStatus.DRAFT
    assert await audited(db, filing.id) == ["start"]


async def test_beginning_again_goes_on_with_the_draft(database: Database, db: Connection) -> None:
    at = await house(db)
    first = await actions.start_filing(database, at.manager, at.carrier_id, day=DAY)
    again = await actions.start_filing(database, at.manager, at.carrier_id, day=DAY)
    assert first.id == again.id


async def test_beginning_twice_at_once_gives_one_draft(fresh_database: Database) -> None:
    async with fresh_database.transaction() as db:
        at = await house(db)
    found = await asyncio.gather(
        *(actions.start_filing(fresh_database, at.manager, at.carrier_id, day=DAY) for _ in range(4))
    )
    assert len({filing.id for filing in found}) == 1


async def test_only_who_manages_a_house_may_file_it(database: Database, db: Connection) -> None:
    at = await house(db)
    stranger = await make.actor(db, role="manager")
    with pytest.raises(NotFound):
        await actions.start_filing(database, stranger, at.carrier_id, day=DAY)
    supervisor = await make.actor(db, role="supervisor", subdistricts=frozenset({make.SUBDISTRICT}))
    with pytest.raises(NotAllowed):
        await actions.start_filing(database, supervisor, at.carrier_id, day=DAY)


async def test_a_clerk_says_for_whom_the_paper_was_brought_and_the_manager_is_told(
    database: Database, db: Connection
) -> None:
    at = await house(db)
    with pytest.raises(Invalid) as refusal:
        await actions.start_filing(database, at.clerk, at.carrier_id, day=DAY)
    assert "on_behalf_of" in refusal.value.fields
    filing = await actions.start_filing(database, at.clerk, at.carrier_id, on_behalf_of="汇澜商业管理\n孙启帆", day=DAY)
    assert filing.on_behalf_of == "汇澜商业管理 孙启帆"
    await make.papers(db, filing_id=filing.id)
    await actions.submit(database, at.clerk, filing.id, declared=True, day=DAY)
    other = await make.actor(db, role="clerk")
    await review.approve(database, other, filing.id, day=DAY)
    assert "filing_approved" in await titles(db, at.manager.organisation_id)
    submission = await store.last_submission(db, filing.id)
    assert submission is not None
    assert submission.content["on_behalf_of"] == "汇澜商业管理 孙启帆"


# 填写


async def test_a_scope_must_be_in_the_house(database: Database, db: Connection) -> None:
    at = await house(db)
    filing = await actions.start_filing(database, at.manager, at.carrier_id, day=DAY)
    with pytest.raises(Invalid):
        await actions.set_scope(database, at.manager, filing.id, ScopeKind.UNITS, [str(uuid4())])
    changed = await actions.set_scope(database, at.manager, filing.id, ScopeKind.UNITS, [str(at.units[0])])
    assert changed.scope == (str(at.units[0]),)


async def test_nobody_else_writes_in_a_filing(database: Database, db: Connection) -> None:
    at = await house(db)
    filing = await ready(database, db, at)
    stranger = await make.actor(db, role="manager")
    for verb in (
        actions.set_title_situation(database, stranger, filing.id, TitleSituation.SUBLET),
        actions.submit(database, stranger, filing.id, declared=True, day=DAY),
        actions.discard(database, at.clerk, filing.id),
        review.claim(database, at.clerk, filing.id, minutes=30),
        review.approve(database, at.clerk, filing.id, day=DAY),
    ):
        with pytest.raises(NotFound):
            await verb


async def test_who_lost_the_house_cannot_go_on_with_its_filing(database: Database, db: Connection) -> None:
    at = await house(db)
    filing = await ready(database, db, at)
    await db.execute("UPDATE managements SET status = 'ended', ended_at = now() WHERE carrier_id = $1", at.carrier_id)
    with pytest.raises(NoLongerManager):
        await actions.submit(database, at.manager, filing.id, declared=True, day=DAY)


async def test_a_document_is_put_right_by_its_filer_and_kept_where_it_was_submitted(
    database: Database, db: Connection
) -> None:
    at = await house(db)
    filing = await ready(database, db, at)
    [deed, *_] = await documents.of_filing(db, filing.id)
    changed = await papers.set_document_kind(
        database, at.manager, deed.id, DocumentKind.TITLE_DEED, [DocumentKind.FLOOR_PLAN, DocumentKind.TITLE_DEED]
    )
    assert changed.kinds == (DocumentKind.TITLE_DEED, DocumentKind.FLOOR_PLAN)
    assert (await papers.mark_sensitive(database, at.manager, deed.id, True)).marked_sensitive
    await actions.submit(database, at.manager, filing.id, declared=True, day=DAY)
    with pytest.raises(NotEditable):
        await papers.discard_document(database, at.manager, deed.id)
    await review.return_for_correction(
        database, at.clerk, filing.id, reasons=[ReturnReason.BLURRED], day=DAY, working_days=10
    )
    await papers.discard_document(database, at.manager, deed.id)
    assert deed.id not in [paper.id for paper in await documents.of_filing(db, filing.id)]
    submission = await store.last_submission(db, filing.id)
    assert submission is not None
    assert deed.id in [each.document_id for each in await store.submitted_documents(db, submission.id)]
    assert await documents.by_id_for(db, at.clerk, deed.id) is not None


async def test_a_corrected_term_moves_the_last_day_and_the_machine_value_stays(
    database: Database, db: Connection
) -> None:
    at = await house(db)
    filing = await actions.start_filing(database, at.manager, at.carrier_id, day=DAY)
    [mandate] = await make.papers(db, filing_id=filing.id, kinds=["mandate"])
    field_id = await db.fetchval(
        """
        INSERT INTO document_fields (document_id, name, value, confidence, page)
             VALUES ($1, 'term_end', '2023年9月30日', 0.6, 1)
          RETURNING id
        """,
        mandate,
    )
    field = await papers.correct_field(database, at.manager, field_id, "2033年9月30日")
    assert (field.value, field.shown) == ("2023年9月30日", "2033年9月30日")
    document = await documents.by_id(db, mandate)
    assert document is not None
    assert document.valid_until == date(2033, 9, 30)


async def test_a_lease_is_put_right_by_the_authority_that_took_it(database: Database, db: Connection) -> None:
    at = await house(db)
    lease = await make.document(
        db, carrier_id=at.carrier_id, organisation_id=at.clerk.organisation_id, purpose="lease", kind="lease"
    )
    field_id = await db.fetchval(
        """
        INSERT INTO document_fields (document_id, name, value, confidence, page)
             VALUES ($1, 'area_m2', '6Z.3', 0.4, 1)
          RETURNING id
        """,
        lease,
    )
    assert (await papers.correct_field(database, at.clerk, field_id, "62.3")).shown == "62.3"
    for stranger in (at.manager, await make.actor(db, role="clerk")):
        with pytest.raises(NotFound):
            await papers.correct_field(database, stranger, field_id, "63")


# 提交


async def test_what_is_missing_is_named_before_it_is_handed_in(database: Database, db: Connection) -> None:
    at = await house(db)
    filing = await actions.start_filing(database, at.manager, at.carrier_id, day=DAY)
    await make.papers(db, filing_id=filing.id, kinds=["title_deed", "completion_certificate"])
    with pytest.raises(Incomplete) as refusal:
        await actions.submit(database, at.manager, filing.id, declared=True, day=DAY)
    assert refusal.value.message == "还缺 1 项材料：楼层平面图。补齐后再提交。"
    assert await audited(db, filing.id) == ["start"]


async def test_a_scan_with_two_papers_meets_two_requirements(database: Database, db: Connection) -> None:
    at = await house(db)
    filing = await actions.start_filing(database, at.manager, at.carrier_id, day=DAY)
    [_, both] = await make.papers(db, filing_id=filing.id, kinds=["title_deed", "completion_certificate"])
    await papers.set_document_kind(
        database, at.manager, both, DocumentKind.COMPLETION_CERTIFICATE, [DocumentKind.FLOOR_PLAN]
    )
    await actions.submit(database, at.manager, filing.id, declared=True, day=DAY)


async def test_a_deed_with_another_address_asks_for_the_house_number_certificate(
    database: Database, db: Connection
) -> None:
    at = await house(db)
    filing = await ready(database, db, at)
    [deed, *_] = await documents.of_filing(db, filing.id)
    await db.execute(
        """
        INSERT INTO document_fields (document_id, name, value, confidence, page)
             VALUES ($1, 'location', '徐汇区零陵路1483号', 0.99, 1)
        """,
        deed.id,
    )
    with pytest.raises(Incomplete) as refusal:
        await actions.submit(database, at.manager, filing.id, declared=True, day=DAY)
    assert [each.code for each in refusal.value.lacking] == ["house_number"]


async def test_nobody_hands_in_without_declaring_or_with_an_expired_paper(database: Database, db: Connection) -> None:
    at = await house(db)
    filing = await ready(database, db, at)
    with pytest.raises(NotDeclared):
        await actions.submit(database, at.manager, filing.id, declared=False, day=DAY)
    [deed, *_] = await documents.of_filing(db, filing.id)
    await papers.set_valid_until(database, at.manager, deed.id, DAY - timedelta(days=1))
    with pytest.raises(PaperExpired) as refusal:
        await actions.submit(database, at.manager, filing.id, declared=True, day=DAY)
    assert "2026-11-19" in refusal.value.message
    await papers.set_valid_until(database, at.manager, deed.id, DAY)
    assert (await actions.submit(database, at.manager, filing.id, declared=True, day=DAY)).submitted_at


async def test_each_submit_freezes_what_was_handed_in(database: Database, db: Connection) -> None:
    at = await house(db)
    filing = await submitted(database, db, at)
    [first] = await store.submissions(db, filing.id)
    assert len(first.content["units"]) == 2
    assert "承诺" in first.declared_text
    await review.return_for_correction(
        database, at.clerk, filing.id, reasons=[ReturnReason.MISSING_PAPER], day=DAY, working_days=10
    )
    await actions.set_scope(database, at.manager, filing.id, ScopeKind.UNITS, [str(at.units[0])])
    await actions.submit(database, at.manager, filing.id, declared=True, day=DAY)
    second, same = await store.submissions(db, filing.id)
    assert same == first
    assert (second.number, len(await store.submitted_units(db, second.id))) == (2, 1)
    assert len(await store.submitted_units(db, first.id)) == 2


async def test_the_reviewers_of_the_district_are_told_and_see_it(database: Database, db: Connection) -> None:
    at = await house(db)
    draft = await ready(database, db, at)
    far = await make.actor(db, role="clerk", district_code="310101")
    assert await store.by_id_for(db, at.clerk, draft.id) is None
    await actions.submit(database, at.manager, draft.id, declared=True, day=DAY)
    assert await store.by_id_for(db, at.clerk, draft.id) is not None
    assert await store.by_id_for(db, far, draft.id) is None
    assert await titles(db, at.clerk.organisation_id) == ["filing_submitted"]
    with pytest.raises(NotFound):
        await review.approve(database, far, draft.id, day=DAY)


# 领件


async def test_two_clerks_do_not_do_the_same_work(database: Database, db: Connection) -> None:
    at = await house(db)
    filing = await submitted(database, db, at)
    other = await make.actor(db, role="clerk")
    claimed = await review.claim(database, at.clerk, filing.id, minutes=30)
    assert claimed.claimed_by == at.clerk.person_id
    for verb in (
        review.claim(database, other, filing.id, minutes=30),
        review.approve(database, other, filing.id, day=DAY),
        review.reject(database, other, filing.id, message="不符"),
    ):
        with pytest.raises(ClaimedByOther) as refusal:
            await verb
        assert at.clerk.name in refusal.value.message
    await review.release(database, at.clerk, filing.id)
    assert (await review.claim(database, other, filing.id, minutes=30)).claimed_by == other.person_id


async def test_a_claim_that_ran_out_is_anybodys(database: Database, db: Connection) -> None:
    at = await house(db)
    filing = await submitted(database, db, at)
    other = await make.actor(db, role="clerk")
    await review.claim(database, at.clerk, filing.id, minutes=0)
    assert (await review.claim(database, other, filing.id, minutes=30)).claimed_by == other.person_id


async def test_two_clerks_claiming_at_once_give_one_claim(fresh_database: Database) -> None:
    async with fresh_database.transaction() as db:
        at = await house(db)
        other = await make.actor(db, role="clerk")
    async with fresh_database.connection() as db:
        filing = await submitted(fresh_database, db, at)
    found = await asyncio.gather(
        *(review.claim(fresh_database, clerk, filing.id, minutes=30) for clerk in (at.clerk, other)),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in found) == ["ClaimedByOther", "Filing"]


# 决定


async def test_approval_makes_a_version_for_its_units(database: Database, db: Connection) -> None:
    at = await house(db)
    filing = await submitted(database, db, at)
    version = await review.approve(database, at.clerk, filing.id, day=DAY)
    assert (version.number, version.status, version.valid_until) == (1, VersionStatus.EFFECTIVE, date(2027, 11, 20))
    for unit_id in at.units:
        found = await store.effective_version_for(db, unit_id)
        assert found is not None
        assert found.version.id == version.id
    assert len(await store.documents_of_version(db, version.id)) == 3
    assert await audited(db, filing.id) == ["start", "submit", "approve"]
    assert await happened(db, filing.id) == ["filing.submitted", "filing.approved"]
    assert await happened(db, version.id) == ["version.effective"]
    assert await titles(db, at.manager.organisation_id) == ["filing_approved"]


async def test_a_version_is_good_until_its_earliest_paper(database: Database, db: Connection) -> None:
    at = await house(db)
    filing = await ready(database, db, at)
    [deed, *_] = await documents.of_filing(db, filing.id)
    await papers.set_valid_until(database, at.manager, deed.id, date(2027, 3, 1))
    await actions.submit(database, at.manager, filing.id, declared=True, day=DAY)
    version = await review.approve(database, at.clerk, filing.id, day=DAY)
    assert version.valid_until == date(2027, 3, 1)
    assert version.valid_on(date(2027, 3, 1))
    assert not version.valid_on(date(2027, 3, 2))


async def test_a_paper_that_ended_while_waiting_stops_the_approval(database: Database, db: Connection) -> None:
    at = await house(db)
    filing = await ready(database, db, at)
    [deed, *_] = await documents.of_filing(db, filing.id)
    await papers.set_valid_until(database, at.manager, deed.id, DAY)
    await actions.submit(database, at.manager, filing.id, declared=True, day=DAY)
    with pytest.raises(PaperExpired):
        await review.approve(database, at.clerk, filing.id, day=DAY + timedelta(days=1))
    again = await store.by_id(db, filing.id)
    assert again is not None
    assert again.status is FilingStatus.SUBMITTED


async def test_a_unit_that_went_while_waiting_stops_the_approval(database: Database, db: Connection) -> None:
    at = await house(db)
    filing = await submitted(database, db, at)
    await db.execute("UPDATE units SET retired_at = now() WHERE id = $1", at.units[0])
    with pytest.raises(UnitsRetired):
        await review.approve(database, at.clerk, filing.id, day=DAY)


async def test_a_filing_is_decided_once(database: Database, db: Connection) -> None:
    at = await house(db)
    filing = await submitted(database, db, at)
    await review.approve(database, at.clerk, filing.id, day=DAY)
    for verb in (
        review.approve(database, at.clerk, filing.id, day=DAY),
        review.reject(database, at.clerk, filing.id, message="不符"),
        actions.withdraw(database, at.manager, filing.id),
        actions.submit(database, at.manager, filing.id, declared=True, day=DAY),
    ):
        with pytest.raises(IllegalMove) as refusal:
            await verb
        assert "已通过" in refusal.value.message
    with pytest.raises(NotUnderReview):
        await review.claim(database, at.clerk, filing.id, minutes=30)


async def test_two_clerks_deciding_at_once_give_one_decision(fresh_database: Database) -> None:
    async with fresh_database.transaction() as db:
        at = await house(db)
        other = await make.actor(db, role="clerk")
    async with fresh_database.connection() as db:
        filing = await submitted(fresh_database, db, at)
    found = await asyncio.gather(
        review.approve(fresh_database, at.clerk, filing.id, day=DAY),
        review.reject(fresh_database, other, filing.id, message="不符"),
        return_exceptions=True,
    )
    assert [isinstance(each, IllegalMove) for each in found].count(True) == 1
    async with fresh_database.connection() as db:
        assert await db.fetchval("SELECT count(*) FROM decisions") == 1


async def test_whoever_reads_a_paper_again_locks_its_versions_in_the_order_in_which_they_are_ended(
    fresh_database: Database,
) -> None:
    async with fresh_database.transaction() as db:
        carrier_id = await make.carrier(db)
        filer = await make.actor(db, role="manager")
        paper = await make.document(db, carrier_id=carrier_id, organisation_id=filer.organisation_id)
        versions = sorted([await _version_with(db, carrier_id, paper) for _ in range(2)])
        await db.execute(
            "UPDATE dossier_versions SET ended_reason = 'x' WHERE id = $1", versions[0]
        )  # last on its page

    async def read_again() -> None:
        async with fresh_database.transaction() as db:
            await db.execute("UPDATE documents SET number = 'XH-2' WHERE id = $1", paper)

    async with fresh_database.transaction() as ending:
        await ending.execute("SELECT FROM dossier_versions WHERE id = $1 FOR NO KEY UPDATE", versions[0])
        reading = asyncio.create_task(read_again())
        await asyncio.sleep(0.5)
        assert not reading.done()
        assert await store.end_empty_versions(
            ending, versions, VersionStatus.REVOKED, await store.moment(ending), "换了产权人"
        )
    await asyncio.wait_for(reading, 10)


async def _version_with(db: Connection, carrier_id: UUID, paper: UUID) -> UUID:
    return await make.version(db, carrier_id=carrier_id, unit_ids=[], document_ids=[paper])


async def test_a_return_says_why_and_until_when(database: Database, db: Connection) -> None:
    at = await house(db)
    filing = await submitted(database, db, at)
    with pytest.raises(Invalid):
        await review.return_for_correction(database, at.clerk, filing.id, reasons=[], day=DAY, working_days=10)
    with pytest.raises(Invalid):
        await review.return_for_correction(
            database, at.clerk, filing.id, reasons=[ReturnReason.OTHER], day=DAY, working_days=10
        )
    returned = await review.return_for_correction(
        database,
        at.clerk,
        filing.id,
        reasons=[ReturnReason.MANDATE_EXPIRED, ReturnReason.BLURRED],
        message="第二页请重拍。",
        internal_note="上次也是这样",
        day=DAY,
        working_days=10,
    )
    assert (returned.status, returned.deadline_on) == (FilingStatus.RETURNED, date(2026, 12, 4))
    notice = await db.fetchrow(
        "SELECT title, body, link FROM notices WHERE organisation_id = $1", at.manager.organisation_id
    )
    assert notice is not None
    assert "2026-12-04" in notice["title"]
    assert "授权已过期" in notice["body"]
    assert "第二页请重拍。" in notice["body"]
    assert "上次也是这样" not in notice["body"]
    assert notice["link"] == f"/property/filings/{filing.id}"
    steps = await standing.timeline(db, filing.id, internal=False)
    assert [step.action for step in steps] == ["start", "submit", "return"]
    assert "上次也是这样" not in str(steps)
    [decision] = await store.decisions(db, filing.id)
    assert decision.internal_note == "上次也是这样"


async def test_what_is_returned_can_be_corrected_and_approved(database: Database, db: Connection) -> None:
    at = await house(db)
    filing = await submitted(database, db, at)
    await review.return_for_correction(
        database, at.clerk, filing.id, reasons=[ReturnReason.BLURRED], day=DAY, working_days=10
    )
    again = await actions.submit(database, at.manager, filing.id, declared=True, day=DAY)
    assert again.deadline_on is None
    version = await review.approve(database, at.clerk, filing.id, day=DAY)
    submission = await store.last_submission(db, filing.id)
    assert submission is not None
    assert version.submission_id == submission.id


async def test_a_rejection_says_why(database: Database, db: Connection) -> None:
    at = await house(db)
    filing = await submitted(database, db, at)
    with pytest.raises(Invalid):
        await review.reject(database, at.clerk, filing.id, message=" ")
    rejected = await review.reject(database, at.clerk, filing.id, message="房屋用途为住宅。")
    assert rejected.status is FilingStatus.REJECTED
    assert await store.effective_version_for(db, at.units[0]) is None


async def test_only_clerks_decide(database: Database, db: Connection) -> None:
    at = await house(db)
    filing = await submitted(database, db, at)
    with pytest.raises(NotAllowed):
        await review.claim(database, at.manager, filing.id, minutes=30)
    with pytest.raises(NotAllowed):
        await review.approve(database, at.manager, filing.id, day=DAY)


async def test_a_clerk_confirms_fields_while_reviewing(database: Database, db: Connection) -> None:
    at = await house(db)
    filing = await submitted(database, db, at)
    [deed, *_] = await documents.of_filing(db, filing.id)
    field_id = await db.fetchval(
        """
        INSERT INTO document_fields (document_id, name, value, confidence, page)
             VALUES ($1, 'owner', '上海澜岸置业有限公司', 0.99, 1)
          RETURNING id
        """,
        deed.id,
    )
    assert (await papers.confirm_field(database, at.clerk, field_id)).confirmed_by == at.clerk.person_id
    assert (await papers.confirm_field(database, at.clerk, field_id, confirmed=False)).confirmed_by is None
    with pytest.raises(NotAllowed):
        await papers.confirm_field(database, at.manager, field_id)
    changed = await papers.set_document_kind(database, at.clerk, deed.id, DocumentKind.DECLARATION)
    assert changed.kind is DocumentKind.DECLARATION


# 撤回 作废 逾期


async def test_a_filer_takes_it_back(database: Database, db: Connection) -> None:
    at = await house(db)
    filing = await submitted(database, db, at)
    withdrawn = await actions.withdraw(database, at.manager, filing.id, "换了授权书")
    assert withdrawn.status is FilingStatus.WITHDRAWN
    assert "filing_withdrawn" in await titles(db, at.clerk.organisation_id)


async def test_a_draft_is_discarded_but_not_withdrawn(database: Database, db: Connection) -> None:
    at = await house(db)
    filing = await ready(database, db, at)
    with pytest.raises(IllegalMove):
        await actions.withdraw(database, at.manager, filing.id)
    assert (await actions.discard(database, at.manager, filing.id)).status is FilingStatus.DISCARDED


async def test_what_is_not_corrected_in_time_lapses_the_day_after(database: Database, db: Connection) -> None:
    at = await house(db)
    filing = await submitted(database, db, at)
    returned = await review.return_for_correction(
        database, at.clerk, filing.id, reasons=[ReturnReason.BLURRED], day=DAY, working_days=10
    )
    assert returned.deadline_on is not None
    assert await actions.lapse_overdue(database, returned.deadline_on) == 0
    assert await actions.lapse_overdue(database, returned.deadline_on + timedelta(days=1)) == 1
    assert await actions.lapse_overdue(database, returned.deadline_on + timedelta(days=1)) == 0
    lapsed = await store.by_id(db, filing.id)
    assert lapsed is not None
    assert lapsed.status is FilingStatus.LAPSED
    assert "filing_lapsed" in await titles(db, at.manager.organisation_id)
    fresh = await actions.start_filing(database, at.manager, at.carrier_id, day=DAY)
    carried = await papers.carry_over(
        database, at.manager, fresh.id, [paper.id for paper in await documents.of_filing(db, filing.id)]
    )
    assert len(carried) == 3


# 变更 复核 冲突


async def test_a_change_carries_the_papers_over_and_takes_the_place_of_its_version(
    database: Database, db: Connection
) -> None:
    at = await house(db)
    filing = await submitted(database, db, at)
    first = await review.approve(database, at.clerk, filing.id, day=DAY)
    before = await store.moment(db)
    change = await actions.start_change(database, at.manager, first.id)
    assert (change.kind, change.dossier_id) == (FilingKind.CHANGE, first.dossier_id)
    assert (await actions.start_change(database, at.manager, first.id)).id == change.id
    carried = await documents.of_filing(db, change.id)
    assert {paper.sha256 for paper in carried} == {paper.sha256 for paper in await documents.of_filing(db, filing.id)}
    await papers.discard_document(database, at.manager, carried[0].id)
    [deed] = await make.papers(db, filing_id=change.id, kinds=["title_deed"])
    await actions.set_scope(database, at.manager, change.id, ScopeKind.UNITS, [str(at.units[0])])
    registration = await db.fetchval(
        """
        INSERT INTO registrations (unit_id, carrier_id, district_code, applicant, kind, status, exclusive, source)
             VALUES ($1, $2, '310104', '某某公司', 'existing', 'registered', true, 'import')
          RETURNING id
        """,
        at.units[1],
        at.carrier_id,
    )
    diff = await standing.diff(db, await actions.submit(database, at.manager, change.id, declared=True, day=DAY))
    assert diff is not None
    assert ([paper.id for paper in diff.added], len(diff.removed), len(diff.kept)) == ([deed], 1, 2)
    assert [unit.id for unit in diff.units_removed] == [at.units[1]]
    assert [(each.registration_id, each.loses_cover) for each in diff.touched] == [(registration, True)]
    second = await review.approve(database, at.clerk, change.id, day=DAY)
    assert second.number == 2
    old = await store.version_by_id(db, first.id)
    assert old is not None
    assert old.status is VersionStatus.SUPERSEDED
    assert await store.effective_version_for(db, at.units[1]) is None
    then = await store.effective_version_for(db, at.units[1], before)
    assert then is not None
    assert then.version.id == first.id
    with pytest.raises(VersionEnded):
        await actions.start_change(database, at.manager, first.id)


async def test_a_change_under_review_is_not_begun_again(database: Database, db: Connection) -> None:
    at = await house(db)
    version = await review.approve(database, at.clerk, (await submitted(database, db, at)).id, day=DAY)
    change = await actions.start_change(database, at.manager, version.id, kind=FilingKind.RECONFIRMATION)
    assert change.kind is FilingKind.RECONFIRMATION
    await actions.submit(database, at.manager, change.id, declared=True, day=DAY)
    with pytest.raises(UnderWay):
        await actions.start_change(database, at.manager, version.id)


async def test_a_reconfirmation_begins_a_new_year(database: Database, db: Connection) -> None:
    at = await house(db)
    version = await review.approve(database, at.clerk, (await submitted(database, db, at)).id, day=DAY)
    later = date(2027, 10, 8)
    filing = await actions.start_change(database, at.manager, version.id, kind=FilingKind.RECONFIRMATION)
    await actions.submit(database, at.manager, filing.id, declared=True, day=later)
    renewed = await review.approve(database, at.clerk, filing.id, day=later)
    assert renewed.valid_until == date(2028, 10, 8)


async def test_a_successor_carries_over_what_is_in_force_but_not_what_was_marked(
    database: Database, db: Connection
) -> None:
    at = await house(db)
    filing = await ready(database, db, at)
    [deed, plan, *_] = await documents.of_filing(db, filing.id)
    await papers.mark_sensitive(database, at.manager, deed.id, True)
    await actions.submit(database, at.manager, filing.id, declared=True, day=DAY)
    version = await review.approve(database, at.clerk, filing.id, day=DAY)
    await db.execute("UPDATE managements SET status = 'ended', ended_at = now() WHERE carrier_id = $1", at.carrier_id)
    successor = await make.actor(db, role="manager")
    await make.management(db, carrier_id=at.carrier_id, organisation_id=successor.organisation_id)
    change = await actions.start_change(database, successor, version.id)
    carried = {paper.same_as for paper in await documents.of_filing(db, change.id)}
    assert plan.id in carried
    assert deed.id not in carried


async def test_two_parties_filing_the_same_units_are_both_told(database: Database, db: Connection) -> None:
    at = await house(db)
    await submitted(database, db, at)
    agent = await make.actor(db, role="agent")
    await make.management(db, carrier_id=at.carrier_id, organisation_id=agent.organisation_id, capacity="agency")
    second = await actions.start_filing(database, agent, at.carrier_id, on_behalf_of="另一家运营方", day=DAY)
    await make.papers(db, filing_id=second.id)
    second = await actions.submit(database, agent, second.id, declared=True, day=DAY)
    assert "filing_conflict" in await titles(db, at.manager.organisation_id)
    assert "filing_conflict" in await titles(db, agent.organisation_id)
    [conflict] = await standing.conflicts(db, second, at.units, await store.moment(db))
    assert (conflict.organisation_id, conflict.unit_count) == (at.manager.organisation_id, 2)
    body = await db.fetchval("SELECT string_agg(title || body, '') FROM notices WHERE kind = 'filing_conflict'")
    assert at.manager.organisation not in body
    assert agent.organisation not in body


async def test_who_loses_units_to_another_dossier_is_told(database: Database, db: Connection) -> None:
    at = await house(db)
    first = await review.approve(database, at.clerk, (await submitted(database, db, at)).id, day=DAY)
    agent = await make.actor(db, role="agent")
    await make.management(db, carrier_id=at.carrier_id, organisation_id=agent.organisation_id, capacity="agency")
    filing = await actions.start_filing(database, agent, at.carrier_id, on_behalf_of="一楼业主", day=DAY)
    await actions.set_scope(database, agent, filing.id, ScopeKind.UNITS, [str(at.units[0])])
    await make.papers(db, filing_id=filing.id)
    await actions.submit(database, agent, filing.id, declared=True, day=DAY)
    second = await review.approve(database, at.clerk, filing.id, day=DAY)
    taken = await store.effective_version_for(db, at.units[0])
    kept = await store.effective_version_for(db, at.units[1])
    assert taken is not None
    assert kept is not None
    assert (taken.version.id, kept.version.id) == (second.id, first.id)
    assert "version_ended" in await titles(db, at.manager.organisation_id)


async def test_no_unit_lies_in_two_versions_however_clerks_approve(fresh_database: Database) -> None:
    async with fresh_database.transaction() as db:
        at = await house(db)
        agent = await make.actor(db, role="agent")
        other = await make.actor(db, role="clerk")
        await make.management(db, carrier_id=at.carrier_id, organisation_id=agent.organisation_id, capacity="agency")
    async with fresh_database.connection() as db:
        one = await submitted(fresh_database, db, at)
        two = await actions.start_filing(fresh_database, agent, at.carrier_id, on_behalf_of="业主", day=DAY)
        await make.papers(db, filing_id=two.id)
        await actions.submit(fresh_database, agent, two.id, declared=True, day=DAY)
    await asyncio.gather(
        review.approve(fresh_database, at.clerk, one.id, day=DAY),
        review.approve(fresh_database, other, two.id, day=DAY),
    )
    async with fresh_database.connection() as db:
        rows = await db.fetch("SELECT unit_id FROM version_units WHERE upper_inf(during)")
        assert sorted(row["unit_id"] for row in rows) == sorted(at.units)
        assert await db.fetchval("SELECT count(*) FROM dossier_versions WHERE status = 'effective'") == 1


async def test_the_database_itself_refuses_two_versions_for_a_unit(database: Database, db: Connection) -> None:
    at = await house(db)
    await make.version(db, carrier_id=at.carrier_id, unit_ids=at.units)
    with pytest.raises(asyncpg.ExclusionViolationError, match="unit_in_one_version"):
        await make.version(db, carrier_id=at.carrier_id, unit_ids=at.units[:1])


async def test_a_revoked_version_covers_nothing(database: Database, db: Connection) -> None:
    at = await house(db)
    version = await review.approve(database, at.clerk, (await submitted(database, db, at)).id, day=DAY)
    with pytest.raises(NotFound):
        await review.revoke_version(database, at.manager, version.id, reason="产权证系伪造")
    revoked = await review.revoke_version(database, at.clerk, version.id, reason="产权证系伪造")
    assert (revoked.status, revoked.ended_reason) == (VersionStatus.REVOKED, "产权证系伪造")
    assert await store.effective_version_for(db, at.units[0]) is None
    with pytest.raises(Conflict):
        await review.revoke_version(database, at.clerk, version.id, reason="再来一次")
    assert "version_revoked" in await titles(db, at.manager.organisation_id)


async def test_a_filing_covers_thousands_of_units(database: Database, db: Connection) -> None:
    at = await house(db)
    await db.execute(
        """
        INSERT INTO units (carrier_id, district_code, label, key, floor)
             SELECT $1, '310104', n || '室', n::text, n / 100
               FROM generate_series(1000, 3999) AS n
        """,
        at.carrier_id,
    )
    filing = await submitted(database, db, at)
    version = await review.approve(database, at.clerk, filing.id, day=DAY)
    assert len(await store.units_of_version(db, version.id)) == 3002
