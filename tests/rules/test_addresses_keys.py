"""Keys: equal for every spelling of one thing, different for two."""

import pytest

from zhusuo.addresses import keys
from zhusuo.addresses.lexicon import Lexicon, is_slip
from zhusuo.addresses.wash import wash

LEXICON = Lexicon.load()


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("上海市徐汇区肇嘉浜路1366号18楼1803室", "肇嘉浜路|||1366|"),
        ("中山西路1870弄12号", "中山西路|1870||12|"),
        ("真南路822弄521支弄31号底层", "真南路|822|521|31|"),
        ("宜山路152号2号楼202室", "宜山路|||152|2"),
        ("宜山路152号第二幢", "宜山路|||152|2"),
        ("龙吴路342号-346号", "龙吴路|||342-346|"),
    ],
)
def test_an_address_has_one_key(text: str, key: str) -> None:
    assert keys.address_key(wash(text, LEXICON).address) == key


@pytest.mark.parametrize(
    ("key", "spellings"),
    [
        ("1803", ["1803室", "１８０３", "18楼1803室", "十八层1803", "1803 室", "第1803室"]),
        ("1005", ["10层05室", "十楼05", "1005室"]),
        ("20B", ["20楼B室", "20B座", "20b"]),
        ("B1-12", ["B1-12铺", "Ｂ１－１２号铺位", "b1-12"]),
        ("8层", ["8层整层", "8楼", "八层", "8F"]),
        ("-1层", ["地下一层", "B1层", "负一楼"]),
        ("LG1-126", ["LG1-126", "LG1-126铺"]),
        ("102-15", ["102-15室"]),
        ("205A", ["205A室", "205室A", "2层205A"]),
        ("B区205", ["B区205室", "2层B区205室"]),
        ("夹层102", ["夹层102室", "夹层102"]),
        ("239", ["2F-39", "2F-39室", "2层39室"]),
        ("101室西侧", ["101室西侧", "101室（西侧）"]),
    ],
)
def test_a_unit_has_one_key(key: str, spellings: list[str]) -> None:
    assert {keys.unit_key(spelling) for spelling in spellings} == {key}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1803", "1803A"),
        ("102-15", "10215"),
        ("B1-12", "B112"),
        ("A1", "B1"),
        ("302-5", "302"),
        ("8层", "8"),
        ("705", "0705"),
        ("101室西侧", "101室"),
        ("101室西侧", "101室东侧"),
        ("夹层102", "102"),
        ("A区205", "B区205"),
        ("（1）708室", "708室"),
    ],
)
def test_two_units_have_two_keys(one: str, other: str) -> None:
    assert keys.unit_key(one) != keys.unit_key(other)


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("2101-2103室", ("2101", "2102", "2103")),
        ("2101室至2103室", ("2101", "2102", "2103")),
        ("101、103、105室", ("101", "103", "105")),
        ("101-102、105室", ("101", "102", "105")),
        ("D13-D16", ("D13", "D14", "D15", "D16")),
        ("5楼01-03室", ("501", "502", "503")),
        ("2105-2101", ("2105-2101",)),
        ("102-15", ("102-15",)),
        ("1001-2001", ("1001-2001",)),
        ("1-5室", ("1-5",)),
        ("8层整层", ("8层",)),
        ("", ()),
    ],
)
def test_lists_and_ranges_are_sets_of_units(text: str, units: tuple[str, ...]) -> None:
    assert keys.expand_units(text) == units


@pytest.mark.parametrize(
    ("text", "floor"),
    [
        ("18楼1803室", 18), ("1803", 18), ("203", 2), ("B1-12铺", -1), ("LG1-126", -1), ("底层", 1), ("地下二层", -2),
        ("12F", 12), ("L3-08", 3), ("A201", 2), ("05", None), ("夹层", None), ("18011", None), ("机房", None),
    ],
)  # fmt: skip
def test_the_floor_is_what_the_text_says(text: str, floor: int | None) -> None:
    assert keys.floor_of(text) == floor


@pytest.mark.parametrize(
    ("key", "spellings"),
    [
        ("2", ["2号楼", "2幢", "第二栋", "02幢", "２＃楼", "2座"]),
        ("A", ["A座", "A楼", "a栋", "Ａ座"]),
        ("北", ["北塔", "北楼", "北座"]),
        ("B区4", ["B区4幢", "B区4号楼"]),
        ("1/A", ["1号楼A座", "1幢A座"]),
    ],
)
def test_a_building_has_one_key(key: str, spellings: list[str]) -> None:
    assert {keys.building_key(spelling) for spelling in spellings} == {key}


def test_a_name_is_compared_without_city_and_marks() -> None:
    assert keys.name_key("上海 汇金广场（一期）") == keys.name_key("汇金广场1期") == "汇金广场1期"
    assert keys.name_key("上海广场") == "上海广场"
    assert keys.name_key("二〇一广场") == "二〇一广场"


@pytest.mark.parametrize(
    ("filed", "asked", "in_lane", "holds"),
    [
        ("129-131", "129", False, True), ("129-131", "131", False, True), ("129-131", "130", False, False),
        ("129-135", "133", False, True), ("129-135", "137", False, False), ("1-42", "20", False, True),
        ("2-8", "5", False, False), ("2-8", "5", True, True), ("1-25单", "7", False, True),
        ("1-25单", "8", True, False),
        ("225、229", "229", False, True), ("225、229", "227", False, False), ("705-1", "705", False, False),
        ("705-1", "705-1", False, True), ("268甲", "268", False, False), ("268", "268甲", False, False),
        ("1-9", "5甲", False, False), ("", "5", False, False),
    ],
)  # fmt: skip
def test_a_number_holds_its_side_of_the_road(filed: str, asked: str, in_lane: bool, holds: bool) -> None:
    assert keys.covers(filed, asked, in_lane=in_lane) is holds


@pytest.mark.parametrize(
    ("text", "pinyin", "initials"),
    [
        ("肇嘉浜路", "zhaojiabanglu", "zjbl"),
        ("长宁路1366号", "changninglu1366hao", "cnl1366h"),
        ("厦门路", "xiamenlu", "xml"),
        ("汇金大厦", "huijindasha", "hjds"),
        ("闵行", "minhang", "mh"),
        ("重庆南路", "chongqingnanlu", "cqnl"),
        ("T3 塔楼", "t3talou", "t3tl"),
    ],
)
def test_names_are_read_as_people_here_read_them(text: str, pinyin: str, initials: str) -> None:
    assert (keys.pinyin_of(text), keys.initials_of(text)) == (pinyin, initials)


def test_terms_are_the_name_its_reading_its_initials_and_its_endings() -> None:
    terms = dict(keys.search_terms("港汇广场"))
    assert terms["港汇广场"] > terms["ganghuiguangchang"] > terms["ghgc"] > terms["汇广场"] == terms["huiguangchang"]


def test_a_road_one_character_away_is_near() -> None:
    assert "肇嘉浜路" in LEXICON.near("肇加浜路")
    assert "肇嘉浜路" in LEXICON.near("肇浜路")
    assert "肇嘉浜路" in LEXICON.near("肇嘉嘉浜路")
    assert "肇嘉浜路" not in LEXICON.near("肇嘉浜路")
    assert "肇嘉浜路" not in LEXICON.near("嘉肇浜路")


@pytest.mark.parametrize(
    ("written", "road", "slip"),
    [
        ("肇加浜路", "肇嘉浜路", True),
        ("肇浜路", "肇嘉浜路", True),
        ("肇嘉嘉浜路", "肇嘉浜路", True),
        ("东星村", "东星路", False),
        ("中山南三路", "中山南二路", False),
        ("徐虹路", "徐虹中路", False),
        ("新沪太路", "沪太路", False),
        ("漕东路", "漕溪路", False),
    ],
)
def test_some_characters_are_never_a_slip(written: str, road: str, slip: bool) -> None:
    assert is_slip(written, road) is slip
