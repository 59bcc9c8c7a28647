"""住所查询: from an address to the verdict, the lease and the receipt, with and without a script."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import httpx
import pytest

from tests import make
from tests import make_registrations as making
from tests.support import html
from tests.support.web import Site
from zhusuo.db import Connection
from zhusuo.flags import Severity, raise_flag
from zhusuo.people.model import Actor
from zhusuo.ports.approval.lookup.inquiry import Inquiry
from zhusuo.waivers.actions import import_shipped

TENANT = str(making.LEASE_FACTS["lessee"])
ADDRESS = "徐汇区云锦路887号1403室"
CASE = {"applicant": TENANT, "case": "2026-XJH-110873"}


@dataclass
class Counter:
    """A clerk, and a house whose rooms are covered."""

    site: Site
    clerk: Actor
    carrier_id: UUID
    unit_id: UUID
    lease_id: UUID

    async def ask(self, address: str = ADDRESS, *, fragment: bool = False, **more: str) -> httpx.Response:
        async with self.site.signed_in(self.clerk) as visitor:
            headers = {"hx-request": "true"} if fragment else {}
            return await visitor.get(f"/approval?{urlencode({'address': address, **more})}", headers=headers)

    async def reuse(self, **more: str) -> httpx.Response:
        fields = {"address": ADDRESS, "lease": str(self.lease_id), **CASE, **more}
        async with self.site.signed_in(self.clerk) as visitor:
            return await visitor.submit("/approval/reuses", **fields)


@pytest.fixture
async def counter(site: Site, db: Connection) -> Counter:
    await import_shipped(site.database)
    clerk = await make.actor(db, role="clerk", name="周敏")
    carrier_id = await making.house(db)
    unit_id = await making.room(db, carrier_id=carrier_id)
    await making.version(db, carrier_id=carrier_id, unit_ids=[unit_id])
    lease_id = await making.lease(db, organisation_id=clerk.organisation_id, carrier_id=carrier_id)
    return Counter(site=site, clerk=clerk, carrier_id=carrier_id, unit_id=unit_id, lease_id=lease_id)


def said(answer: httpx.Response, css: str) -> str:
    root = html.parse(answer.text)
    return " ".join(html.text(each) for each in html.with_class(root, css))


# 结论


async def test_an_address_on_file_says_at_once_that_only_the_lease_is_to_be_brought(counter: Counter) -> None:
    answer = await counter.ask()
    assert answer.status_code == 200
    verdict = said(answer, "verdict")
    assert "已备案，覆盖本单元" in verdict
    assert "申请人只需提交 租赁合同" in verdict
    assert "产权证" in said(answer, "docs")
    assert "1403" in said(answer, "washed")


async def test_every_lookup_is_recorded_with_its_case(counter: Counter, db: Connection) -> None:
    await counter.ask(**CASE)
    row = await db.fetchrow("SELECT noun, noun_id, case_number FROM audit_entries WHERE action = 'lookup'")
    assert row is not None
    assert (row["noun"], row["noun_id"], row["case_number"]) == ("unit", str(counter.unit_id), CASE["case"])


async def test_a_unit_that_the_dossier_leaves_out_says_what_is_to_be_brought(counter: Counter, db: Connection) -> None:
    await making.room(db, carrier_id=counter.carrier_id, label="1501室")
    answer = await counter.ask("云锦路887号1501室")
    assert "已备案，不含本单元" in said(answer, "verdict")
    assert "住所权属证明" in said(answer, "needs")
    assert "调用并出具凭证" not in answer.text


async def test_an_address_that_is_not_on_file_gets_the_usual_list_and_its_neighbours(counter: Counter) -> None:
    answer = await counter.ask("徐汇区云锦路889号")
    assert "这个地址没有备案" in said(answer, "verdict")
    assert "云锦路887号" in said(answer, "inbox")
    assert "要交" in said(answer, "needs")


async def test_a_clerk_of_another_district_finds_nothing_here_and_reuses_nothing(
    counter: Counter, db: Connection
) -> None:
    counter.clerk = await make.actor(db, role="clerk", district_code="310101")
    answer = await counter.ask()
    assert answer.status_code == 200
    assert "没有备案" in said(answer, "verdict")
    assert "棠谷商务中心" not in answer.text
    refused = await counter.reuse()
    assert refused.status_code == 422
    assert "请先查到具体的单元，再调用。" in refused.text
    assert await db.fetchval("SELECT count(*) FROM reuses") == 0


async def test_a_lapsed_dossier_is_told_from_a_good_one(counter: Counter, db: Connection) -> None:
    await db.execute("UPDATE dossier_versions SET valid_until = '2020-01-01'")
    answer = await counter.ask()
    assert "备案已到期" in said(answer, "verdict")
    assert "verdict bad" in answer.text


async def test_several_candidates_are_offered_and_one_is_picked(counter: Counter, db: Connection) -> None:
    other = await making.house(db)
    await making.room(db, carrier_id=other)
    answer = await counter.ask()
    assert "需要选定" in said(answer, "verdict")
    links = [link for link in html.links(html.parse(answer.text)).values() if "pick=" in link]
    assert len(links) == 2
    async with counter.site.signed_in(counter.clerk) as visitor:
        picked = [await visitor.get(link) for link in links]
    verdicts = sorted(said(each, "says") for each in picked)
    assert verdicts == sorted(["已备案，覆盖本单元", "载体在册，材料尚未备案"])


async def test_who_is_there_is_shown_and_stands_in_the_way(counter: Counter, db: Connection) -> None:
    await making.registered(db, unit_id=counter.unit_id)
    answer = await counter.ask()
    assert "上海澜鹭信息科技有限公司" in answer.text
    assert "一处住所只登记一户" in answer.text
    assert "调用并出具凭证" not in answer.text


async def test_who_has_moved_away_is_ended_from_the_same_page(counter: Counter, db: Connection) -> None:
    registration = await making.registered(db, unit_id=counter.unit_id)
    page = await counter.ask()
    assert f'action="/approval/registrations/{registration}/leave"' in page.text
    async with counter.site.signed_in(counter.clerk) as visitor:
        left = await visitor.submit(f"/approval/registrations/{registration}/leave", back="/approval?address=x")
    assert left.headers["location"] == "/approval?address=x"
    assert "调用并出具凭证" in (await counter.ask()).text


async def test_the_slip_says_what_to_bring_and_nothing_of_others(counter: Counter, db: Connection) -> None:
    await making.registered(db, unit_id=counter.unit_id)
    await making.room(db, carrier_id=counter.carrier_id, label="1501室")
    query = urlencode({"lease": str(counter.lease_id), **CASE})
    async with counter.site.signed_in(counter.clerk) as visitor:
        covered = await visitor.get(f"/approval/slip?{urlencode({'address': ADDRESS})}&{query}")
        other = await visitor.get(f"/approval/slip?{urlencode({'address': '云锦路887号1501室'})}&{query}")
    assert "租赁合同" in covered.text
    assert "不必带" in covered.text
    assert "澜鹭" not in covered.text
    assert "住所权属证明" in other.text
    assert "不必带" not in other.text


async def test_a_doubtful_occupant_does_not_stand_in_the_way(counter: Counter, db: Connection) -> None:
    await making.registered(db, unit_id=counter.unit_id, contested=True)
    answer = await counter.ask()
    assert "可能已不在此处，不影响本次办理" in answer.text
    assert "调用并出具凭证" in answer.text


@pytest.mark.parametrize(
    "address", ["", " ", "“”", "<script>alert(1)</script>", "北京市朝阳区建国路1号", "云锦路" * 100, "\x01", "1403"]
)
async def test_whatever_is_typed_is_answered(counter: Counter, address: str) -> None:
    answer = await counter.ask(address)
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text


async def test_an_item_that_is_not_in_the_list_is_refused_in_words(counter: Counter) -> None:
    answer = await counter.ask(item="nothing")
    assert answer.status_code == 422
    assert "没有这个事项" in answer.text


async def test_the_answer_alone_is_a_fragment(counter: Counter) -> None:
    answer = await counter.ask(fragment=True)
    assert "<html" not in answer.text
    assert "已备案" in answer.text


async def test_the_box_completes_what_is_typed(counter: Counter) -> None:
    async with counter.site.signed_in(counter.clerk) as visitor:
        found = (await visitor.get("/approval/suggest?q=云锦路")).json()["items"]
        none = (await visitor.get("/approval/suggest?q=")).json()["items"]
    assert isinstance(found, list)
    assert none == []


# 租赁合同


async def test_a_lease_that_was_read_is_compared_with_what_is_on_file(counter: Counter) -> None:
    answer = await counter.ask(lease=str(counter.lease_id), **CASE)
    finds = said(answer, "finds")
    assert "出租方" in finds
    assert "面积" in finds
    assert "上海禾舟投资发展有限公司" in said(answer, "chain")


async def test_a_bad_lease_says_why_and_locks_the_button(counter: Counter, db: Connection) -> None:
    bad = await making.lease(
        db, organisation_id=counter.clerk.organisation_id, carrier_id=counter.carrier_id, lessor="无关公司"
    )
    answer = await counter.ask(lease=str(bad), **CASE)
    assert "无关公司" in said(answer, "clash")
    assert "不能办理" in said(answer, "clash")
    assert re.search(r'formaction="/approval/reuses"[^>]* disabled', answer.text)


async def test_a_lease_being_read_shows_how_far_it_is(counter: Counter, db: Connection) -> None:
    waiting = await making.lease(db, organisation_id=counter.clerk.organisation_id, status="reading")
    await db.execute(
        "INSERT INTO tasks (kind, noun_id, progress) VALUES ('read_document', $1, '{\"page\": 2, \"pages\": 6}')",
        waiting,
    )
    async with counter.site.signed_in(counter.clerk) as visitor:
        path = f"/approval/units/{counter.unit_id}/lease"
        answer = await visitor.get(f"{path}?lease={waiting}", headers={"hx-request": "true"})
        read = await visitor.get(f"{path}?lease={counter.lease_id}", headers={"hx-request": "true"})
    assert "2 / 6 页" in answer.text
    assert "every 1s" in answer.text
    assert "every 1s" not in read.text
    assert "填作申请人" in read.text
    assert 'hx-swap-oob="true"' in read.text


async def test_the_applicants_name_is_compared_only_when_it_is_known(counter: Counter) -> None:
    unnamed = await counter.ask(lease=str(counter.lease_id))
    other = await counter.ask(lease=str(counter.lease_id), applicant="上海别的贸易有限公司")
    assert "申请人是" not in said(unnamed, "clash")
    assert "申请人是“上海别的贸易有限公司”" in said(other, "clash")


async def test_somebody_elses_paper_is_no_lease_here(counter: Counter, db: Connection) -> None:
    stranger = await make.actor(db, role="clerk", district_code="310101")
    foreign = await making.lease(db, organisation_id=stranger.organisation_id)
    answer = await counter.ask(lease=str(foreign), **CASE)
    assert answer.status_code == 200
    assert "lease-file" not in answer.text


# 调用


async def test_a_reuse_leads_to_its_receipt(counter: Counter, db: Connection) -> None:
    answer = await counter.reuse()
    assert answer.status_code == 303, answer.text
    row = await db.fetchrow("SELECT id, applicant, case_number, item_code, purpose FROM reuses")
    assert row is not None
    assert answer.headers["location"] == f"/approval/reuses/{row['id']}"
    assert (row["applicant"], row["case_number"], row["item_code"]) == (TENANT, CASE["case"], "company_formation")
    entered = await db.fetchval("SELECT receipt_text::json -> 'address' ->> 'entered' FROM reuses")
    assert entered == ADDRESS


async def test_a_second_click_finds_the_same_receipt(counter: Counter) -> None:
    first, second = await counter.reuse(), await counter.reuse()
    assert first.headers["location"] == second.headers["location"]


async def test_what_is_missing_is_said_beside_its_field_and_nothing_is_lost(counter: Counter) -> None:
    answer = await counter.reuse(applicant="", case="")
    assert answer.status_code == 422
    assert "请填写申请人名称" in said(answer, "errs")
    assert "请填写案件编号" in said(answer, "errs")
    root = html.parse(answer.text)
    assert "已备案" in html.text(root)
    assert str(counter.lease_id) in answer.text


async def test_without_the_lease_the_answer_is_to_bring_it(counter: Counter) -> None:
    answer = await counter.reuse(lease="")
    assert answer.status_code == 409
    assert "请先附上" in said(answer, "errs")


async def test_a_flag_that_asks_for_a_reason_has_a_field_for_it(counter: Counter, db: Connection) -> None:
    await raise_flag(
        db,
        None,
        carrier_id=counter.carrier_id,
        unit_id=counter.unit_id,
        kind="vacant",
        severity=Severity.NEEDS_REASON,
        text="物业报告此处无人办公。",
        source="test",
    )
    page = await counter.ask(**CASE)
    without, with_ = await counter.reuse(), await counter.reuse(reason="申请人到场说明，已核对钥匙。")
    assert 'name="reason"' in page.text
    assert without.status_code == 409
    assert "请写明理由" in said(without, "errs")
    assert with_.status_code == 303


async def test_only_a_single_unit_can_be_reused(counter: Counter) -> None:
    answer = await counter.reuse(address="徐汇区云锦路887号")
    assert answer.status_code == 422
    assert "请先查到具体的单元" in answer.text


def test_the_query_of_an_inquiry_comes_back_whole() -> None:
    found: dict[str, Any] = {"address": ADDRESS, "case": "1", "applicant": TENANT}
    assert Inquiry(**found).with_(case="2").url == f"/approval?{urlencode({**found, 'case': '2'})}"
