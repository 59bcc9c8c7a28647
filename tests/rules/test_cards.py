"""结论卡: how verdicts, findings and rights look in words; and what the papers of a filing say of each other."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from zhusuo.addresses.model import Address, Reason
from zhusuo.carriers.model import CarrierAddress
from zhusuo.dossiers.checklist import Requirement as Asked
from zhusuo.dossiers.model import Document, DocumentKind, DocumentStatus, Place, Purpose
from zhusuo.dossiers.standing import Conflict
from zhusuo.flags import Severity
from zhusuo.lookup.model import Candidate, FoundCarrier, FoundUnit, Match
from zhusuo.ports.common import cards, cursors
from zhusuo.registrations.crosschecks import CrossCheck, cross_checks
from zhusuo.registrations.model import (
    Agreement,
    Finding,
    LeaseCheck,
    Occupant,
    Requirement,
    Verdict,
    VerdictKind,
)
from zhusuo.registrations.papers import Fact, Paper
from zhusuo.waivers.model import ApprovalItem, RegistrationKind

DAY = date(2026, 11, 22)
OWNER, OPERATOR = "上海澜岸置业有限公司", "上海汇澜商业管理有限公司"
CARRIER = FoundCarrier(id=UUID(int=1), name="汇澜大厦", kind="tower", address="肇嘉浜路1366号", district_code="310104")
UNIT = FoundUnit(id=UUID(int=2), label="1803室")


def match(**changed: Any) -> Match:
    said: dict[str, Any] = {
        "input": "肇家浜路1366号1803",
        "class_": "B",
        "reasons": (),
        "address": Address(road="肇家浜路", number="1366", units=("1803",)),
        "canonical": "",
        "carrier": CARRIER,
        "units": (UNIT,),
    }
    return Match(**{**said, **changed})


def verdict(kind: VerdictKind = VerdictKind.COVERED, **changed: Any) -> Verdict:
    said: dict[str, Any] = {
        "kind": kind,
        "sentence": "已备案，覆盖本单元",
        "need": "申请人只需提交租赁合同",
        "match": match(),
        "day": DAY,
        "item": ApprovalItem(
            code="x", name="公司设立登记", department="", registration_kind=RegistrationKind.FORMATION
        ),
        "catalogue_number": 1,
        "requirements": (
            Requirement(code="title", name="住所权属证明", met=True, legal_basis=""),
            Requirement(code="lease", name="租赁合同", met=False, legal_basis=""),
        ),
    }
    return Verdict(**{**said, **changed})


def occupant(**changed: Any) -> Occupant:
    said: dict[str, Any] = {
        "name": "上海澜鹭信息科技有限公司",
        "unit_label": "1803室",
        "status": "registered",
        "since": date(2023, 5, 18),
        "registration_id": UUID(int=3),
        "contested": False,
        "blocks": True,
    }
    return Occupant(**{**said, **changed})


def paper(kind: DocumentKind, **said: Any) -> Paper:
    document_id = uuid4()
    facts = tuple(
        Fact(
            name=name,
            text=str(value),
            normal=value,
            confidence=0.98,
            place=Place(document_id=document_id, kind=kind, page=1, box=None, text=str(value)),
        )
        for name, value in said.items()
    )
    return Paper(document_id=document_id, kind=kind, facts=facts)


# 结论


def test_a_covered_unit_marks_the_paper_to_bring_and_counts_both() -> None:
    card = cards.verdict_card(verdict())
    assert card["tone"] == "ok"
    assert card["title"] == ["已备案，", "覆盖本单元"]
    assert card["need"] == "申请人只需提交 <em>租赁合同</em>"
    assert card["tally"] == [(1, "件免交", ""), (1, "件要交", "")]


def test_a_unit_that_is_taken_says_so_first_and_cannot_be_reused() -> None:
    taken = verdict(occupants=(occupant(),))
    card = cards.verdict_card(taken)
    assert card["title"] == ["已备案，", "已有别家登记"]
    assert "2023-05-18 登记" in card["need"]
    assert not cards.can_reuse(taken)
    (shown,) = cards.occupant_cards(taken.occupants)
    assert shown["leaves"] == UUID(int=3)


def test_a_contested_or_sharing_neighbour_is_shown_and_does_not_block() -> None:
    shown = cards.occupant_cards([occupant(contested=True, blocks=False), occupant(blocks=False)])
    assert [each["tone"] for each in shown] == ["warn", "ok"]
    assert "不影响本次办理" in shown[0]["note"][0]
    assert shown[1]["note"] is None


def test_a_long_list_to_bring_is_a_number_in_the_sentence() -> None:
    names = ("住所权属证明", "平面图", "租赁合同")
    asked = tuple(Requirement(code=name, name=name, met=False, legal_basis="") for name in names)
    said = verdict(
        VerdictKind.NOT_ON_FILE,
        sentence="这个地址没有备案",
        need=f"按一般材料受理：{'、'.join(names)}",
        requirements=asked,
    )
    card = cards.verdict_card(said)
    assert card["need"] == "按一般材料受理：3 件"
    assert card["title"] == ["这个地址没有备案"]


def test_what_people_typed_is_never_markup() -> None:
    card = cards.verdict_card(verdict(occupants=(occupant(name="<b>公司</b>"),)))
    assert "<b>" not in card["need"]


# 地址


def test_a_corrected_road_is_shown_as_it_is_filed_and_underlined() -> None:
    corrected = match(reasons=(Reason(code="sound", text="路名按同音字更正：肇家浜路 → 肇嘉浜路"),))
    parts = {part["label"]: part for part in cards.washed_parts(corrected)}
    assert (parts["道路"]["text"], parts["道路"]["fixed"]) == ("肇嘉浜路", True)
    assert (parts["区"]["text"], parts["区"]["fixed"]) == ("徐汇区", False)
    assert parts["单元"]["unit"] is True
    assert cards.reasons(corrected) == ["路名按同音字更正：肇家浜路 → 肇嘉浜路"]


def test_one_unit_is_no_choice_and_several_are() -> None:
    assert cards.candidates(match()) == []
    two = match(units=(UNIT, FoundUnit(id=UUID(int=9), label="1804室")))
    assert [each["pick"] for each in cards.candidates(two)] == [UUID(int=2), UUID(int=9)]
    near = match(
        class_="C", carrier=None, units=(), candidates=(Candidate(carrier=CARRIER, unit=None, difference="x"),)
    )
    assert [each["pick"] for each in cards.candidates(near)] == [CARRIER.id]
    assert cards.classed(near)["title"] == "需要核对"


# 租赁合同


def test_a_finding_shows_its_place_cut_from_the_page_or_as_words() -> None:
    here = Place(document_id=UUID(int=7), kind=DocumentKind.LEASE, page=2, box=(0.1, 0.2, 0.5, 0.25), text="<至> 2029")
    check = LeaseCheck(
        findings=(
            Finding(code="a", severity=Severity.BLOCKS, text="租期已届满。", places=(here,)),
            Finding(code="b", severity=Severity.NOTE, text="没有读出签章。", unread=True),
        ),
        agreements=(Agreement(code="c", name="面积", text="186.50 ㎡", places=(here,)),),
    )
    drawn = cards.lease_card(check, {(UUID(int=7), 2): (1400, 1980)}, "/documents/")
    (crop,) = drawn.clashes[0]["places"]
    assert crop["src"] == f"/documents/{UUID(int=7)}/pages/2.webp"
    assert crop["box"] == pytest.approx((0.1, 0.2, 0.4, 0.05))
    assert (drawn.blocks, drawn.needs_reason, len(drawn.notes)) == (True, False, 1)
    assert drawn.agreements[0]["places"] == "合同 2 页"
    (words,) = cards.lease_card(check, {}, "/documents/").clashes[0]["places"]
    assert words["text"] == "<mark>&lt;至&gt; 2029</mark>"


# 材料互相核对


def document(**changed: Any) -> Document:
    said: dict[str, Any] = {
        "id": uuid4(),
        "sha256": "",
        "size": 1,
        "media_type": "application/pdf",
        "carrier_id": None,
        "district_code": "310104",
        "organisation_id": uuid4(),
        "filing_id": None,
        "purpose": Purpose.FILING,
        "file_name": "产证.pdf",
        "kind": DocumentKind.TITLE_DEED,
        "also_kinds": (),
        "kind_by": "person",
        "kind_confidence": None,
        "number": "",
        "valid_until": None,
        "status": DocumentStatus.READ,
        "trouble": "",
        "page_count": 1,
        "marked_sensitive": False,
        "same_as": None,
        "uploaded_by": None,
        "uploaded_at": datetime.now(UTC),
        "read_at": None,
        "submitted_at": None,
        "discarded_at": None,
    }
    return Document(**{**said, **changed})


def checked(**changed: Any) -> list[CrossCheck]:
    said: dict[str, Any] = {"documents": [], "papers": [], "required": [], "conflicts": [], "addresses": []}
    return cross_checks(**{**said, **changed}, day=DAY)


def test_only_an_expired_paper_makes_approval_impossible() -> None:
    found = checked(
        documents=[
            document(valid_until=date(2026, 12, 1)),
            document(valid_until=date(2026, 11, 21)),
            document(status=DocumentStatus.UNREADABLE, trouble="有密码。"),
            document(status=DocumentStatus.READING),
        ],
        required=[Asked(code="x", name="平面图", satisfied_by=(), met=False, alternatives="标有室号", why="")],
    )
    assert [each.tone for each in found] == ["bad", "bad", "warn", "warn", "warn"]
    assert [each.title for each in found if each.blocks] == ["产权证已到期"]


def test_owner_and_grantor_are_compared() -> None:
    deed = paper(DocumentKind.TITLE_DEED, owner=OWNER)
    same, other = paper(DocumentKind.MANDATE, grantor=OWNER), paper(DocumentKind.MANDATE, grantor=OPERATOR)
    assert [(each.tone, each.title) for each in checked(papers=[deed, same])] == [("ok", "权利人 = 授权书委托方")]
    (warned,) = checked(papers=[deed, other])
    assert (warned.tone, warned.document_id) == ("warn", other.document_id)


def test_a_name_that_is_a_character_away_from_the_other_papers_may_be_misread_and_they_are_named() -> None:
    deed = paper(DocumentKind.TITLE_DEED, owner="汀辰（上海）置业有限公司")
    mandate = paper(DocumentKind.MANDATE, grantor="江辰（上海）置业有限公司", grantee=OPERATOR)
    plan = paper(DocumentKind.COMPLETION_CERTIFICATE, builder="汀辰（上海）置业有限公司")
    (found,) = checked(papers=[mandate, deed, plan])
    assert (found.title, found.document_id) == ("授权方可能读错了字", mandate.document_id)
    assert "“江辰（上海）置业有限公司”，产权证上是“汀辰（上海）置业有限公司”" in found.body
    looked_at = replace(mandate, facts=tuple(replace(fact, confidence=1) for fact in mandate.facts))
    assert all(each.document_id != mandate.document_id for each in checked(papers=[looked_at, deed, plan]))


def test_the_place_of_the_deed_is_compared_with_the_carriers_gates() -> None:
    gate = CarrierAddress(
        id=uuid4(),
        carrier_id=uuid4(),
        road="肇嘉浜路",
        lane="",
        sublane="",
        number="1366",
        building="",
        text="肇嘉浜路1366号",
        key="",
        is_main=True,
        source="",
        begins_on=None,
        ends_on=None,
    )
    here, there = (
        paper(DocumentKind.TITLE_DEED, location=text) for text in ("徐汇区肇嘉浜路1366号", "徐汇区宜山路1号")
    )
    assert [each.tone for each in checked(papers=[here], addresses=[gate])] == ["ok"]
    assert [each.tone for each in checked(papers=[there], addresses=[gate])] == ["warn"]


def test_the_seal_is_that_of_who_gives_the_paper() -> None:
    own = paper(DocumentKind.MANDATE, grantor=OWNER, seals=[OWNER])
    other = paper(DocumentKind.MANDATE, grantor=OWNER, seals=["上海别家置业有限公司"])
    unread = paper(DocumentKind.MANDATE, grantor=OWNER, seals=[""])
    assert [each.tone for each in checked(papers=[own])] == ["ok"]
    assert [each.title for each in checked(papers=[other])] == ["印章与出具方不一致"]
    assert checked(papers=[unread]) == []


def test_a_rival_is_named_to_the_reviewer() -> None:
    rival = Conflict(organisation_id=uuid4(), organisation="别的物业", filing_id=uuid4(), version_id=None, unit_count=3)
    (found,) = checked(conflicts=[rival])
    assert "3 个单元另有单位也在申报" in found.title
    assert "别的物业" in found.body


# 翻页


def test_a_cursor_comes_back_as_it_was_written() -> None:
    at, id_ = datetime(2026, 11, 22, 9, 43, 18, 123456, tzinfo=UTC), uuid4()
    assert cursors.read(cursors.written(at, id_)) == (at, id_)
    assert cursors.read("") is None
    assert Decimal(cursors.written(at, id_).rpartition(".")[0]) == Decimal("1795340598.123456")
