"""What a lease must say to be relied on: the specimens' faults one by one, and what cannot be read."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import UUID, uuid4

import pytest

from zhusuo.addresses.keys import address_key, unit_key
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.addresses.wash import wash
from zhusuo.carriers.model import CarrierAddress, Unit, UnitKind
from zhusuo.dossiers.model import DocumentKind, Place, TitleSituation
from zhusuo.flags import Severity
from zhusuo.registrations.leases import FINDINGS, check_lease, unread
from zhusuo.registrations.model import LeaseCheck
from zhusuo.registrations.papers import Fact, Paper, Premises
from zhusuo.registrations.values import read_day

DAY = date(2026, 11, 1)
OWNER = "上海禾舟投资发展有限公司"
OPERATOR = "砚辰（上海）资产运营管理有限公司"
TENANT = "上海霁远信息科技有限公司"

LEASE: dict[str, Any] = {
    "lessor": OPERATOR,
    "lessee": TENANT,
    "location": "徐汇区云锦路887号1403室",
    "units": ["1403室"],
    "area_m2": 198.54,
    "term_start": "2026-09-24",
    "term_end": "2029-09-23",
    "signed_by": ["lessor", "lessee"],
}
DEED: dict[str, Any] = {"owner": OWNER, "area_m2": 4000, "term_end": "2066-01-06"}
MANDATE: dict[str, Any] = {
    "grantor": OWNER,
    "grantee": OPERATOR,
    "term_start": "2025-10-01",
    "term_end": "2033-09-30",
    "sublet_allowed": True,
    "registration_allowed": True,
}


@cache
def lexicon() -> Lexicon:
    return Lexicon.load()


def paper(kind: DocumentKind, said: dict[str, Any], confidence: float = 0.97) -> Paper:
    document_id = uuid4()
    facts = []
    for page, (name, value) in enumerate(said.items(), start=1):
        text = "、".join(map(str, value)) if isinstance(value, list) else str(value)
        place = Place(document_id=document_id, kind=kind, page=page, box=(0.1, 0.2, 0.3, 0.4), text=text)
        facts.append(Fact(name=name, text=text, normal=value, confidence=confidence, place=place))
    return Paper(document_id=document_id, kind=kind, facts=tuple(facts))


def unit(label: str, area: str | None = "198.54", building: str = "") -> Unit:
    return Unit(
        id=uuid4(),
        carrier_id=UUID(int=1),
        district_code="310104",
        kind=UnitKind.ROOM,
        building=building,
        floor=14,
        label=label,
        key=unit_key(label),
        number="",
        area_m2=Decimal(area) if area else None,
        sharing_allowed=None,
        part_of=None,
        version=1,
        retired_at=None,
    )


def gate(text: str) -> CarrierAddress:
    address = wash(text, lexicon()).address
    return CarrierAddress(
        id=uuid4(),
        carrier_id=UUID(int=1),
        road=address.road,
        lane=address.lane,
        sublane=address.sublane,
        number=address.number,
        building=address.building,
        text=text,
        key=address_key(address),
        is_main=True,
        source="",
        begins_on=None,
        ends_on=None,
    )


UNITS = (unit("1403室"), unit("1502室", "122.55"))


def check(
    lease: dict[str, Any] | None = None,
    *,
    deed: dict[str, Any] | None = None,
    mandate: dict[str, Any] | None = None,
    without: str = "",
    address: str = "云锦路887号",
    covered: tuple[Unit, ...] = UNITS,
    asked: tuple[Unit, ...] = UNITS[:1],
    situation: TitleSituation = TitleSituation.MANDATED,
    applicant: str = TENANT,
    day: date = DAY,
    confidence: float = 0.97,
) -> LeaseCheck:
    """Check the good lease with some facts changed, or one of them not read (`without`)."""
    said = {name: value for name, value in {**LEASE, **(lease or {})}.items() if name != without}
    filed = [paper(DocumentKind.TITLE_DEED, {**DEED, **(deed or {})})] if deed != {} else []
    if mandate != {}:
        filed.append(paper(DocumentKind.MANDATE, {k: v for k, v in {**MANDATE, **(mandate or {})}.items() if v != ""}))
    premises = Premises(
        addresses=(gate(address),), names=("棠谷商务中心",), covered=covered, asked=asked, title_situation=situation
    )
    return check_lease(paper(DocumentKind.LEASE, said, confidence), filed, premises, applicant, day, lexicon())


def codes(found: LeaseCheck) -> list[str]:
    return [each.code for each in found.findings]


def test_a_good_lease_agrees_in_everything() -> None:
    found = check()
    assert found.findings == ()
    assert found.outcome == "good"
    assert [each.code for each in found.agreements] == [
        "lessor", "address", "unit", "area", "term", "lessee", "signatures"
    ]  # fmt: skip


def test_the_owner_may_let_without_a_mandate() -> None:
    found = check({"lessor": OWNER}, mandate={}, situation=TitleSituation.OWNER_LETS)
    assert found.outcome == "good"


def test_names_written_with_other_brackets_and_blanks_are_the_same() -> None:
    assert check({"lessor": "砚辰(上海) 资产运营管理有限公司"}).outcome == "good"


@pytest.mark.parametrize(
    ("lease", "code"),
    [
        ({"lessor": "璟和（上海）房产经纪有限公司"}, "lessor_without_right"),
        ({"term_start": "2021-07-09", "term_end": "2023-07-08"}, "expired"),
        ({"location": "徐汇区宜山路152号1403室"}, "other_address"),
        ({"location": "徐汇区云锦路889号1403室"}, "other_address"),
        ({"units": ["1714室"], "location": "徐汇区云锦路887号1714室"}, "unit_out_of_scope"),
        ({"units": ["1502室"], "location": "徐汇区云锦路887号1502室", "area_m2": 122.55}, "unit_differs"),
        ({"area_m2": 279.9}, "area_exceeds"),
        ({"lessee": "上海珩川生物科技股份有限公司"}, "lessee_differs"),
    ],
)
def test_a_bad_lease_is_blocked_for_one_reason(lease: dict[str, Any], code: str) -> None:
    found = check(lease)
    assert codes(found) == [code]
    assert found.outcome == "bad"
    assert found.findings[0].places


def test_an_operator_who_may_not_sublet_is_blocked_with_both_places() -> None:
    found = check(mandate={"sublet_allowed": False})
    assert codes(found) == ["no_right_to_sublet"]
    assert [place.kind for place in found.findings[0].places] == [DocumentKind.LEASE, DocumentKind.MANDATE]


def test_a_mandate_that_has_run_out_gives_no_right() -> None:
    assert codes(check(mandate={"term_end": "2026-06-30"})) == ["mandate_not_in_force"]


def test_a_lease_longer_than_the_mandate_is_only_a_note() -> None:
    found = check(mandate={"term_end": "2029-04-23"})
    assert [(each.code, each.severity) for each in found.findings] == [("term_beyond_mandate", Severity.NOTE)]
    assert found.findings[0].text == "租期至 2029-09-23，转租授权至 2029-04-23，超出 5 个月。"
    assert found.outcome == "good"


def test_a_lease_that_begins_next_week_is_only_a_note() -> None:
    found = check({"term_start": "2026-11-08"})
    assert [(each.code, each.severity) for each in found.findings] == [("not_begun", Severity.NOTE)]
    assert check({"term_start": "2027-05-01"}).at(Severity.NEEDS_REASON)[0].code == "begins_late"


def test_the_same_lease_on_another_day_has_another_answer() -> None:
    assert check(day=date(2029, 9, 23)).outcome == "good"
    assert codes(check(day=date(2029, 9, 24))) == ["expired"]


def test_an_area_a_little_too_large_needs_a_reason() -> None:
    assert [each.severity for each in check({"area_m2": 205}).findings] == [Severity.NEEDS_REASON]
    assert codes(check({"area_m2": 100})) == ["area_smaller"]


def test_several_units_count_together() -> None:
    lease = {"units": ["1403室", "1502室"], "area_m2": 321.09}
    assert check(lease, asked=UNITS).outcome == "good"


def test_a_unit_outside_the_dossier_that_is_let_along_is_a_note() -> None:
    assert codes(check({"units": ["1403室", "1801室"]})) == ["more_units"]


def test_the_same_number_in_another_building_is_another_unit() -> None:
    covered = (unit("101室", building="1幢"), unit("101室", building="2幢"))
    lease = {"units": ["101室"], "location": "徐汇区云锦路887号2幢101室"}
    assert check(lease, covered=covered, asked=covered[1:]).outcome == "good"
    assert codes(check(lease, covered=covered, asked=covered[:1])) == ["unit_differs"]


def test_a_shop_inside_a_range_of_numbers_is_at_that_address() -> None:
    assert check({"location": "龙吴路342-346号1403室"}, address="龙吴路342-346号").outcome == "good"
    assert check({"location": "龙吴路344号1403室"}, address="龙吴路342-346号").outcome == "good"


def test_a_shop_in_a_street_is_let_by_its_own_number() -> None:
    shops = tuple(replace(unit("", "24.00"), number=number) for number in ("202", "204"))
    street: dict[str, Any] = {"address": "天平路", "covered": shops, "asked": shops[:1]}
    lease = {"location": "上海市徐汇区天平路202号", "area_m2": 24.0}
    assert check(lease, without="units", **street).outcome == "good"
    assert codes(check({**lease, "area_m2": 48.0}, without="units", **street)) == ["area_exceeds"]
    elsewhere = codes(check({**lease, "location": "天平路204号"}, without="units", **street))
    assert elsewhere == ["other_address", "unit_differs"]
    behind = {**lease, "location": "天平路202号1403室"}
    assert check(behind, without="units", **street).outcome == "good"


def test_a_founder_who_signed_needs_a_reason() -> None:
    assert [(each.code, each.severity) for each in check({"lessee": "林栖"}).findings] == [
        ("lessee_is_a_person", Severity.NEEDS_REASON)
    ]


def test_a_slip_of_one_character_is_to_be_looked_at() -> None:
    assert codes(check({"lessor": OPERATOR.replace("砚", "现")})) == ["lessor_spelled_otherwise"]
    assert codes(check({"lessee": TENANT.replace("霁", "齐")})) == ["lessee_spelled_otherwise"]
    assert codes(check({"location": "云绵路887号1403室"})) == ["address_spelled_otherwise"]


def test_a_side_that_did_not_sign_is_to_be_looked_at() -> None:
    found = check({"signed_by": ["lessor"]})
    assert codes(found) == ["unsigned"]
    assert "承租方" in found.findings[0].text
    assert check({"signed_by": [OPERATOR, TENANT]}).outcome == "good"


@pytest.mark.parametrize("name", [name for name in LEASE if name != "units"])
def test_a_fact_that_was_not_read_is_never_good(name: str) -> None:
    found = check(without=name)
    assert [(each.code, each.severity, each.unread) for each in found.findings] == [("unread", Severity.NOTE, True)]
    assert found.outcome == "look"
    assert "请人工核对" in found.findings[0].text


def test_units_not_read_from_their_row_are_read_from_the_address() -> None:
    assert check(without="units").outcome == "good"
    found = check({"location": "徐汇区云锦路887号"}, without="units")
    assert codes(found) == ["unread"]
    assert found.outcome == "look"


@pytest.mark.parametrize(
    ("deed", "mandate"),
    [
        ({}, None),
        ({"owner": ""}, None),
        (None, {"sublet_allowed": ""}),
        (None, {"term_end": ""}),
        (None, {"grantee": ""}),
    ],
)
def test_papers_on_file_that_were_not_read_make_no_lease_good(
    deed: dict[str, Any] | None, mandate: dict[str, Any] | None
) -> None:
    found = check(deed=deed, mandate=mandate)
    assert set(codes(found)) == {"filed_unread"}
    assert found.outcome == "look"


def test_an_area_that_is_not_on_file_is_not_compared() -> None:
    covered = (unit("1403室", None),)
    found = check(covered=covered, asked=covered)
    assert codes(found) == ["filed_unread"]
    assert found.outcome == "look"


def test_what_was_read_with_little_certainty_does_not_block_by_itself() -> None:
    found = check({"area_m2": 1985.4}, confidence=0.5)
    assert [(each.code, each.severity) for each in found.findings] == [("area_exceeds", Severity.NEEDS_REASON)]
    assert found.outcome == "look"


def test_a_person_s_correction_is_read_like_the_print() -> None:
    lease = paper(DocumentKind.LEASE, LEASE)
    corrected = {
        "term_start": "2026年9月24日", "term_end": "2029 年 9 月 23 日", "area_m2": "198.54平方米", "units": "1403室"
    }  # fmt: skip
    facts = tuple(
        replace(fact, text=corrected[fact.name], normal=None) if fact.name in corrected else fact
        for fact in lease.facts
    )
    filed = [paper(DocumentKind.TITLE_DEED, DEED), paper(DocumentKind.MANDATE, MANDATE)]
    premises = Premises(
        addresses=(gate("云锦路887号"),),
        names=(),
        covered=UNITS,
        asked=UNITS[:1],
        title_situation=TitleSituation.MANDATED,
    )
    found = check_lease(replace(lease, facts=facts), filed, premises, TENANT, DAY, lexicon())
    assert found.outcome == "good"


def test_a_lease_of_two_units_in_two_buildings_holds_each_in_its_own() -> None:
    covered = (unit("101室", "100", "1幢"), unit("202室", "50", "2幢"), unit("202室", "70", "1幢"))
    lease = {"location": "徐汇区云锦路887号1幢101室、2幢202室", "area_m2": 150.0}
    both = {"covered": covered, "asked": covered[:2]}
    read = check({**lease, "units": ["1幢101室", "2幢202室"]}, **both)
    assert read.outcome == "good", read.findings
    assert check({**lease, "units": "1幢101室、2幢202室"}, **both).outcome == "good"
    other = check({**lease, "units": ["1幢101室", "2幢202室"]}, covered=covered, asked=covered[2:])
    assert codes(other) == ["unit_differs"]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("二〇二六年九月二十四日", date(2026, 9, 24)),
        ("二○二六年十月十日", date(2026, 10, 10)),
        ("二零三一年十一月三十日", date(2031, 11, 30)),
        ("二〇二六年二月三十日", None),
        ("自签订之日起", None),
    ],
)
def test_days_written_in_numerals_are_days(written: str, day: date | None) -> None:
    place = Place(document_id=UUID(int=1), kind=DocumentKind.LEASE, page=1, box=None, text=written)
    assert read_day(Fact(name="term_start", text=written, normal=None, confidence=1.0, place=place)) == day


def test_a_lease_without_an_end_asks_why_and_a_mandate_without_one_is_good() -> None:
    assert codes(check({"term_end": "长期"})) == ["without_end"]
    assert check(mandate={"term_end": "长期"}).outcome == "good"


def test_a_mandate_for_other_units_blocks_with_both_places() -> None:
    found = check(mandate={"scope": ["1502室"]})
    assert codes(found) == ["mandate_out_of_scope"]
    assert [place.kind for place in found.findings[0].places] == [DocumentKind.LEASE, DocumentKind.MANDATE]
    assert check(mandate={"scope": ["1403室", "1502室"]}).outcome == "good"
    assert check(mandate={"scope": ["I4O3室", "1502室"]}).outcome == "look"


def test_a_mandate_of_somebody_who_is_not_the_owner_gives_no_right() -> None:
    found = check(mandate={"grantor": "上海别家置业有限公司"})
    assert codes(found) == ["grantor_without_right"]
    assert {place.kind for place in found.findings[0].places} == {DocumentKind.MANDATE, DocumentKind.TITLE_DEED}


def test_without_anything_on_file_a_person_says_why() -> None:
    found = check(deed={}, mandate={})
    assert codes(found) == ["nothing_filed"]
    assert found.outcome == "look"


def test_a_land_term_that_is_over_needs_a_reason() -> None:
    assert [(each.code, each.severity) for each in check(deed={"term_end": "2026-06-30"}).findings] == [
        ("land_term_over", Severity.NEEDS_REASON)
    ]


def test_the_seal_of_a_stranger_needs_a_reason() -> None:
    found = check({"seals": [OPERATOR, "上海别家置业有限公司"], "signed_by": ["lessor", "lessee"]})
    assert codes(found) == ["seal_differs"]
    assert check({"seals": [OPERATOR, TENANT]}, without="signed_by").outcome == "good"
    assert codes(check({"seals": [OPERATOR]}, without="signed_by")) == ["unsigned"]
    assert codes(check({"seals": [OPERATOR, ""]}, without="signed_by")) == ["unread"]
    assert check({"seals": [OPERATOR.replace("运营", "")]}).outcome == "good"


@pytest.mark.parametrize("said", ["双方", "出租方、承租方", "甲方和乙方", f"{OPERATOR}、{TENANT}"])
def test_a_person_may_say_who_signed(said: str) -> None:
    lease = paper(DocumentKind.LEASE, {**LEASE, "signed_by": said})
    facts = tuple(
        replace(fact, normal=None, confidence=1.0) if fact.name == "signed_by" else fact for fact in lease.facts
    )
    filed = [paper(DocumentKind.TITLE_DEED, DEED), paper(DocumentKind.MANDATE, MANDATE)]
    premises = Premises(
        addresses=(gate("云锦路887号"),),
        names=(),
        covered=UNITS,
        asked=UNITS[:1],
        title_situation=TitleSituation.MANDATED,
    )
    found = check_lease(replace(lease, facts=facts), filed, premises, TENANT, DAY, lexicon())
    assert found.outcome == "good"


def test_a_clash_over_the_area_shows_the_line_of_the_deed() -> None:
    listed = [{"building": "", "floor": 14, "unit": "1403室", "area_m2": 198.54}]
    found = check({"area_m2": 400}, deed={"units": listed})
    assert [place.kind for place in found.findings[0].places] == [DocumentKind.LEASE, DocumentKind.TITLE_DEED]
    assert found.findings[0].places[1].text == "1403室 198.54 ㎡"


def specimens() -> list[tuple[str, dict[str, Any]]]:
    folder = files("zhusuo") / "specimens"
    truths = [json.loads((each / "truth.json").read_text("utf-8")) for each in folder.iterdir() if each.is_dir()]
    return [(lease["contract_number"], truth) for truth in truths for lease in truth["leases"]]


@pytest.mark.parametrize(("contract", "truth"), specimens(), ids=lambda each: each if isinstance(each, str) else "")
def test_every_specimen_lease_read_without_fault_gets_its_right_answer(contract: str, truth: dict[str, Any]) -> None:
    lease = next(each for each in truth["leases"] if each["contract_number"] == contract)
    papers = [each for document in truth["documents"] for each in (document, *document.get("also", []))]
    facts = {each["kind"]: [] for each in papers}
    for each in papers:
        of_lease = each["kind"] == "lease"
        read = {name: field["value"] for name, field in each["fields"].items() if of_lease or name != "units"}
        facts[each["kind"]].append(read)
    said = next(each for each in facts["lease"] if each["contract_number"] == contract)
    house = truth["carrier"]
    units = tuple(unit(each["unit"], str(each["area_m2"]), each["building"]) for each in house["units"])
    premises = Premises(
        addresses=(gate(house["address"]),),
        names=(house["name"],),
        covered=units,
        asked=tuple(each for each in units if each.label in lease["units"] and each.building == lease["building"]),
        title_situation=TitleSituation.MANDATED if "mandate" in facts else TitleSituation.OWNER_LETS,
    )
    filed = [paper(DocumentKind(kind), each) for kind, all_ in facts.items() if kind != "lease" for each in all_]
    found = check_lease(
        paper(DocumentKind.LEASE, {**said, "signed_by": lease["signed_by"]}),
        filed,
        premises,
        lease["lessee"],
        date.fromisoformat(truth["as_of"]),
        lexicon(),
    )
    assert (found.outcome == "good") == lease["valid"], found.findings


def test_a_lease_nobody_has_read_needs_a_reason() -> None:
    found = unread("尚未识别完")
    assert found.outcome == "look"
    assert found.at(Severity.NEEDS_REASON)[0].text == "租赁合同尚未识别完，请人工核对后写明情况。"


def test_the_gravest_finding_stands_first() -> None:
    found = check({"term_start": "2026-11-08", "lessee": "林栖", "area_m2": 900})
    assert [each.severity for each in found.findings] == [Severity.BLOCKS, Severity.NEEDS_REASON, Severity.NOTE]


def test_every_sentence_of_the_table_ends_as_a_sentence() -> None:
    assert all(sentence.endswith("。") for _, sentence in FINDINGS.values())
