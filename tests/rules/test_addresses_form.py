"""The form that leaves the product: bare identifiers, whole floors, nothing lost."""

from typing import Any

import pytest

from zhusuo.addresses.form import address_json, bare_building, wash_json
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.addresses.wash import wash

LEXICON = Lexicon.load()


def form(text: str) -> dict[str, Any]:
    return address_json(wash(text, LEXICON).address)


def test_every_part_has_its_name_and_what_is_absent_is_null() -> None:
    found = wash_json(wash("徐汇区宜山路152号2号楼2层202、203室", LEXICON))
    assert list(found) == ["input", "class", "reasons", "address", "canonical", "carrier", "unit", "candidates"]
    assert found["address"] == {
        "city": "上海市", "district": "徐汇区", "subdistrict": None, "road": "宜山路", "lane": None, "sublane": None,
        "number": "152", "building": "2", "entrance": None, "floor": 2, "units": ["202", "203"], "name": None,
        "part": None,
    }  # fmt: skip
    assert found["canonical"] == "上海市徐汇区宜山路152号2号楼2层202、203室"
    assert (found["class"], found["carrier"], found["unit"], found["candidates"]) == (None, None, None, [])


@pytest.mark.parametrize(
    ("written", "bare"),
    [
        ("2号楼", "2"), ("2幢", "2"), ("A座", "A"), ("1号楼A座", "1/A"), ("28幢B座", "28/B"), ("B区4幢", "B/4"),
        ("A区", "A"), ("T2幢", "T2"), ("北塔", "北"), ("裙房", "裙房"), ("22号厂房", "22"), ("44号厅", "44"),
        ("2号", "2"), ("4、7、10幢", "4、7、10"), ("", ""),
    ],
)  # fmt: skip
def test_a_building_is_its_bare_identifier(written: str, bare: str) -> None:
    assert bare_building(written) == bare


@pytest.mark.parametrize(
    ("text", "building", "floor", "units", "part"),
    [
        ("宜山路152号4幢B区205室", "4/B", None, ["205"], None),
        ("宜山路152号4幢2层B区205室", "4/B", 2, ["205"], None),
        ("宜山路152号4幢2层B区", "4/B", 2, [], None),
        ("宜山路152号地下一层12铺位", None, -1, ["12"], None),
        ("宜山路152号1-3层", None, None, [], "1-3层"),
        ("宜山路152号一、三层东侧", None, None, [], "1、3层东侧"),
        ("宜山路152号3夹层", None, None, [], "3夹层"),
        ("宜山路152号夹层102室", None, None, ["102"], "夹层"),
        ("宜山路152号8层整层", None, 8, [], "整层"),
        ("宜山路152号2101-2103室", None, None, ["2101", "2102", "2103"], None),
    ],
)
def test_zones_and_floors(text: str, building: str | None, floor: int | None, units: list[str], part: str) -> None:
    found = form(text)
    assert (found["building"], found["floor"], found["units"], found["part"]) == (building, floor, units, part)


def test_another_city_is_named_as_such() -> None:
    assert form("江苏省苏州市宜山路935号")["city"] == "江苏省苏州市"
    assert form("无锡市宜山路935号")["city"] == "无锡市"
    assert form("宜山路935号")["city"] == "上海市"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("宜山路1065号甲", "1065甲"),
        ("漕溪路129-131号", "129-131"),
        ("漕溪路129号-131号", "129-131"),
        ("乙字一号", None),
    ],
)
def test_a_number_keeps_its_mark_and_its_range(text: str, number: str | None) -> None:
    assert form(text)["number"] == number
