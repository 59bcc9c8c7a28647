"""Filings move as the table says; a checklist asks for what the house needs; a scope means units."""

from datetime import date
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhusuo.carriers.model import CarrierAddress, CarrierKind, Unit, UnitKind
from zhusuo.dossiers.calendar import one_year_after, shipped
from zhusuo.dossiers.checklist import Facts, checklist, missing
from zhusuo.dossiers.document_fields import date_in
from zhusuo.dossiers.model import (
    DOCUMENT_KIND_LABELS,
    MOVES,
    RETURN_REASONS,
    DocumentKind,
    FilingStatus,
    IllegalMove,
    ReturnReason,
    ScopeKind,
    TitleSituation,
    check_move,
)
from zhusuo.dossiers.scope import describe, floor_part, resolve
from zhusuo.dossiers.standing import names_another_address
from zhusuo.dossiers.uploads import clean_name

TERMINAL = {
    FilingStatus.APPROVED,
    FilingStatus.REJECTED,
    FilingStatus.WITHDRAWN,
    FilingStatus.LAPSED,
    FilingStatus.DISCARDED,
}


def test_what_is_decided_stays_decided() -> None:
    assert {status for status, onward in MOVES.items() if not onward} == TERMINAL


def test_every_move_that_is_not_in_the_table_is_refused_with_a_sentence() -> None:
    for now in FilingStatus:
        for to in set(FilingStatus) - MOVES[now] - {FilingStatus.DRAFT}:
            with pytest.raises(IllegalMove) as refusal:
                check_move(now, to)
            assert now.label in refusal.value.message


def test_every_reason_to_return_has_a_word_and_a_sentence() -> None:
    for reason in ReturnReason:
        assert reason.label
        assert reason.sentence.endswith("。")
    assert set(RETURN_REASONS) == set(ReturnReason)
    assert set(DOCUMENT_KIND_LABELS) == set(DocumentKind)


def names(kind: CarrierKind, situation: TitleSituation, *papers: DocumentKind, **facts: bool) -> list[str]:
    return [each.code for each in missing(checklist(kind, situation, papers, Facts(**facts)))]


def test_a_tower_let_by_its_owner_needs_deed_completion_and_plan() -> None:
    assert names(CarrierKind.TOWER, TitleSituation.OWNER_LETS) == ["title", "completion", "floor_plan"]


def test_a_new_deed_tells_of_the_completion_itself() -> None:
    found = names(CarrierKind.TOWER, TitleSituation.OWNER_LETS, DocumentKind.TITLE_DEED, deed_tells_completion=True)
    assert found == ["floor_plan"]


@pytest.mark.parametrize("situation", [TitleSituation.MANDATED, TitleSituation.SUBLET])
def test_who_does_not_own_the_house_needs_a_mandate(situation: TitleSituation) -> None:
    assert "mandate" in names(CarrierKind.PARK, situation, DocumentKind.TITLE_DEED)
    assert "mandate" not in names(CarrierKind.PARK, situation, DocumentKind.MANDATE)


def test_a_street_shop_without_a_deed_is_proved_by_a_declaration_and_needs_no_plan() -> None:
    assert names(CarrierKind.STREET, TitleSituation.OWNER_LETS, DocumentKind.DECLARATION) == []


def test_a_cluster_is_proved_by_the_lease_of_its_operator() -> None:
    assert names(CarrierKind.CLUSTER, TitleSituation.SUBLET, DocumentKind.LEASE, DocumentKind.MANDATE) == []


def test_a_house_number_certificate_is_asked_for_only_when_the_deed_names_another_address() -> None:
    papers = (DocumentKind.TITLE_DEED, DocumentKind.COMPLETION_CERTIFICATE, DocumentKind.FLOOR_PLAN)
    assert names(CarrierKind.TOWER, TitleSituation.OWNER_LETS, *papers) == []
    assert names(CarrierKind.TOWER, TitleSituation.OWNER_LETS, *papers, address_differs=True) == ["house_number"]


@given(st.sampled_from(CarrierKind), st.sampled_from(TitleSituation), st.sets(st.sampled_from(DocumentKind)), st.data())
def test_one_more_paper_never_makes_a_requirement_unmet(
    kind: CarrierKind, situation: TitleSituation, papers: set[DocumentKind], data: st.DataObject
) -> None:
    more = data.draw(st.sampled_from(DocumentKind))
    before = {each.code for each in checklist(kind, situation, papers) if each.met}
    after = {each.code for each in checklist(kind, situation, papers | {more}) if each.met}
    assert before <= after


def unit(label: str, *, building: str = "", floor: int | None = 1, kind: UnitKind = UnitKind.ROOM) -> Unit:
    return Unit(
        id=uuid4(),
        carrier_id=uuid4(),
        district_code="310104",
        kind=kind,
        building=building,
        floor=floor,
        label=label,
        key=label.removesuffix("室"),
        number="",
        area_m2=None,
        sharing_allowed=None,
        part_of=None,
        version=1,
        retired_at=None,
    )


UNITS = [
    unit("101室", building="A座", floor=1),
    unit("201室", building="A座", floor=2),
    unit("101室", building="B座", floor=1),
    unit("配电间", building="B座", floor=-1, kind=UnitKind.SERVICE),
]


def test_the_whole_carrier_is_what_can_be_let_in_it() -> None:
    assert resolve(ScopeKind.WHOLE, (), UNITS).units == tuple(UNITS[:3])


def test_a_floor_belongs_to_its_building() -> None:
    found = resolve(ScopeKind.FLOORS, [floor_part("A座", 1)], UNITS)
    assert found.units == (UNITS[0],)
    assert describe(ScopeKind.FLOORS, [floor_part("A座", 1)], found.units) == "A座 1 层，1 个单元"


def test_what_is_not_in_the_carrier_is_named() -> None:
    stranger = str(uuid4())
    assert resolve(ScopeKind.UNITS, [str(UNITS[2].id), stranger], UNITS).unknown == (stranger,)
    assert resolve(ScopeKind.BUILDINGS, ["C座"], UNITS).unknown == ("C座",)
    assert resolve(ScopeKind.UNITS, [str(UNITS[3].id)], UNITS).units == ()


def test_a_deadline_skips_weekends() -> None:
    friday = date(2026, 11, 20)
    assert shipped().add_working_days(friday, 1) == date(2026, 11, 23)
    assert shipped().add_working_days(friday, 10) == date(2026, 12, 4)


@given(st.dates(date(2020, 1, 1), date(2060, 1, 1)), st.integers(1, 60))
def test_a_deadline_is_a_working_day_with_so_many_behind_it(day: date, count: int) -> None:
    deadline = shipped().add_working_days(day, count)
    between = [date.fromordinal(each) for each in range(day.toordinal() + 1, deadline.toordinal() + 1)]
    assert shipped().is_working_day(deadline)
    assert sum(map(shipped().is_working_day, between)) == count


def test_a_year_from_a_leap_day_ends_on_the_28th() -> None:
    assert one_year_after(date(2028, 2, 29)) == date(2029, 2, 28)
    assert one_year_after(date(2026, 11, 22)) == date(2027, 11, 22)


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("产权证全本.pdf", "产权证全本.pdf"),
        ("C:\\扫描\\产权证.pdf", "产权证.pdf"),
        ("../../etc/passwd", "passwd"),
        ("合同\u202efdp.exe", "合同fdp.exe"),
        ("第一页\n第二页\t.pdf", "第一页 第二页 .pdf"),
        ("\u200f\u0000", "未命名文件"),
        ("..", "未命名文件"),
        ("", "未命名文件"),
        ("证" * 300 + ".pdf", "证" * 196 + ".pdf"),
    ],
)
def test_a_file_name_is_shown_as_it_can_be_read(given_name: str, kept: str) -> None:
    assert clean_name(given_name) == kept


@given(st.text(max_size=400))
def test_no_file_name_is_too_long_or_leads_elsewhere(text: str) -> None:
    name = clean_name(text)
    assert 0 < len(name) <= 200
    assert "/" not in name
    assert "\n" not in name
    assert clean_name(name) == name


def address(road: str, number: str, lane: str = "") -> CarrierAddress:
    return CarrierAddress(
        id=uuid4(),
        carrier_id=uuid4(),
        road=road,
        lane=lane,
        sublane="",
        number=number,
        building="",
        text="",
        key="",
        is_main=True,
        source="",
        begins_on=None,
        ends_on=None,
    )


@pytest.mark.parametrize(
    ("place", "another"),
    [
        ("徐汇区肇嘉浜路1366号", False),
        ("上海市徐汇区肇嘉浜路１３６６号1-24层", False),
        ("徐汇区零陵路1483号", True),
        ("徐汇区漕溪北路598弄32号", False),
        ("徐汇区漕溪北路598弄33号", True),
        ("见附图", False),
    ],
)
def test_a_deed_that_clearly_names_another_gate_is_noticed(place: str, another: bool) -> None:
    addresses = [address("肇嘉浜路", "1366"), address("漕溪北路", "32", lane="598")]
    assert names_another_address(place, addresses) is another


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2033年9月30日", date(2033, 9, 30)),
        ("2033-09-30", date(2033, 9, 30)),
        ("至 2033.9.30 止", date(2033, 9, 30)),
        ("2033年13月1日", None),
        ("长期", None),
    ],
)
def test_a_term_is_read_from_whatever_is_printed(text: str, day: date | None) -> None:
    assert date_in(text) == day
