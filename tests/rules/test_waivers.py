"""What an approval item asks for, and what the papers on file spare."""

from datetime import date
from importlib.resources import files

import pytest

from zhusuo.dossiers.model import DocumentKind, TitleSituation
from zhusuo.waivers.model import RegistrationKind
from zhusuo.waivers.tables import COLUMNS, CatalogueInvalid, parse

HEADER = ",".join(COLUMNS)
ROW = (
    "company_formation,公司设立登记,市场监督管理局,formation,title,住所权属证明,title_deed,,免交,"
    "条例第十六条,公布文本,2025-01-01,"
)


def catalogue(*rows: str) -> str:
    return "\n".join((HEADER, *rows)) + "\n"


def shipped() -> str:
    return (files("zhusuo.waivers") / "data" / "catalogue.csv").read_text("utf-8")


def test_the_shipped_catalogue_covers_some_twenty_items_and_leaves_every_applicant_the_lease() -> None:
    found = parse(shipped())
    assert len(found.items) >= 20
    for item in found.items:
        of_item = [each for each in found.waivers if each.item_code == item.code]
        assert [each.waived for each in of_item if each.requirement == "lease"] == [False]
        assert any(each.waived for each in of_item)
        assert all(each.legal_basis.startswith("《") for each in of_item)


def test_a_complete_dossier_leaves_only_the_lease_to_a_company_that_is_formed() -> None:
    on_file = {
        DocumentKind.TITLE_DEED,
        DocumentKind.COMPLETION_CERTIFICATE,
        DocumentKind.FLOOR_PLAN,
        DocumentKind.MANDATE,
    }
    of_item = [each for each in parse(shipped()).waivers if each.item_code == "company_formation"]
    assert [each.requirement for each in of_item if not each.met_by(on_file)] == ["lease"]


def test_where_the_owner_lets_nobody_asks_for_a_mandate() -> None:
    mandate = next(each for each in parse(shipped()).waivers if each.requirement == "mandate")
    assert not mandate.applies(TitleSituation.OWNER_LETS)
    assert mandate.applies(TitleSituation.SUBLET)
    assert mandate.applies(None)


def test_a_row_is_in_force_from_its_first_to_its_last_day() -> None:
    (waiver,) = parse(catalogue(ROW + "2026-12-31")).waivers
    assert not waiver.in_force(date(2024, 12, 31))
    assert waiver.in_force(date(2025, 1, 1))
    assert waiver.in_force(date(2026, 12, 31))
    assert not waiver.in_force(date(2027, 1, 1))


def test_a_table_saved_by_a_spreadsheet_is_read_as_well() -> None:
    text = "\ufeff" + catalogue(ROW, ",,,,,,,,,,,,").replace("\n", "\r\n")
    found = parse(text)
    assert [item.registration_kind for item in found.items] == [RegistrationKind.FORMATION]
    assert len(found.waivers) == 1


@pytest.mark.parametrize(
    ("row", "place"),
    [
        (ROW.replace("title_deed", "deed"), "第 2 行 evidence"),
        (ROW.replace("免交", "不用交"), "第 2 行 decision"),
        (ROW.replace("formation,title", "closing,title"), "第 2 行 registration_kind"),
        (ROW.replace("条例第十六条", ""), "第 2 行 legal_basis"),
        (ROW.replace("2025-01-01", "2025年1月1日"), "第 2 行 begins_on"),
        (ROW + "2024-01-01", "第 2 行 ends_on"),
        (ROW.replace("title_deed,", "title_deed,squatted"), "第 2 行 title_situations"),
        ("company_formation,公司设立登记", "第 2 行"),
    ],
)
def test_a_fault_is_named_with_its_row_and_column(row: str, place: str) -> None:
    with pytest.raises(CatalogueInvalid) as refusal:
        parse(catalogue(row))
    assert list(refusal.value.fields) == [place]


def test_all_faults_are_named_at_once() -> None:
    with pytest.raises(CatalogueInvalid) as refusal:
        parse(catalogue(ROW, ROW, ROW.replace("公司设立登记", "公司开业登记").replace("title,", "deed,")))
    assert list(refusal.value.fields) == ["第 3 行 requirement", "第 4 行 item_code"]


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", HEADER + "\n", 'item_code,"\x00', HEADER + '\n"'])
def test_another_file_is_not_taken_for_a_catalogue(text: str) -> None:
    with pytest.raises(CatalogueInvalid):
        parse(text)
