"""From text to carrier and unit: never one that it is not."""

import pytest

from tests.lookup.conftest import Enter, Look
from zhusuo.carriers.model import CarrierKind
from zhusuo.lookup.model import Match


def said(match: Match) -> tuple[str, str | None, str | None]:
    """Class, carrier and unit of an answer."""
    unit = match.unit
    return match.class_, match.carrier and match.carrier.name, unit and unit.label


def codes(match: Match) -> set[str]:
    return {reason.code for reason in match.reasons}


@pytest.fixture
async def tower(enter: Enter) -> None:
    units = ("901-904", "8层整层", "B1-12铺", "2层05室")
    await enter("汇宁大厦", "宜山路935号", *units, floors=(12, 2), aliases=("小宜厦",))


@pytest.mark.usefixtures("tower")
@pytest.mark.parametrize(
    "text",
    [
        "上海市徐汇区宜山路935号904室",
        "徐汇区宜山路935号904室",
        "宜山路935号904室",
        "上海市徐汇区宜山路935号9楼904室",
        "上海市徐汇区宜山路935号九层904室",
        "上海市徐汇区宜山路９３５号９０４室",
        "上海市徐汇區宜山路935號904室",
        " 上海市 徐汇区 宜山路 935号 904 室 ",
        "上海市徐汇区上海市徐汇区宜山路九三五号904",
        "徐汇区天平路街道宜山路935号904单元",
    ],
)
async def test_one_unit_has_many_spellings(look: Look, text: str) -> None:
    assert said(await look(text)) == ("A", "汇宁大厦", "904室")


@pytest.mark.usefixtures("tower")
@pytest.mark.parametrize(
    ("text", "class_", "unit", "code"),
    [
        ("宜山路935号汇宁大厦904室", "A", "904室", ""),
        ("宜山路935号小宜厦904室", "A", "904室", ""),
        ("宜山路935号天晟大厦904室", "B", "904室", "name_unknown"),
        ("徐汇区田林街道宜山路935号904室", "B", "904室", "subdistrict"),
        ("宜山路935号904室（近凯旋路口）", "B", "904室", "descriptor"),
        ("宜山路935 904室", "B", "904室", "bare_number"),
        ("汇宁大厦904室", "B", "904室", "by_name"),
        ("上海小宜厦9楼904室", "B", "904室", "by_name"),
        ("徐汇区宜珊路935号904室", "B", "904室", "sound"),
        ("宜珊路935号904室", "B", "904室", "sound"),
        ("徐家汇宜珊路935号904室", "B", "904室", "sound"),
        ("10F, Room 904, No.935 Yishan Road", "C", None, "unit_floor"),
        ("Room 904, 9F, No.935 Yishan Road, Shanghai", "B", "904室", "latin"),
        ("yishanlu 935 hao 904", "B", "904室", "latin"),
        ("宜山路935号904室 张三 13812345678", "B", "904室", "contact"),
        ("宜山路935号904室（联系人：李四）", "B", "904室", "contact"),
        ("上海市，徐汇区，宜山路935号，904室", "A", "904室", ""),
        ("宜山路935号B112铺", "N", None, ""),
        ("宜山路935号2楼05室", "A", "2层05室", ""),
        ("宜山路935号205室", "A", "2层05室", ""),
        ("宜山路935号地下一层B1-12", "A", "B1-12铺", ""),
        ("宜山路935号8楼", "A", "8层整层", ""),
        ("宜山路935号905室", "B", None, "unit_not_on_file"),
        ("宜山路935号J905室", "B", None, "unit_virtual"),
    ],
)
async def test_what_differs_is_named(look: Look, text: str, class_: str, unit: str | None, code: str) -> None:
    match = await look(text)
    if text.endswith("B112铺"):  # B1-12 and B-112 are different shops
        assert match.unit is None
        return
    assert said(match) == (class_, None if class_ == "C" else "汇宁大厦", unit)
    assert not code or code in codes(match)


@pytest.mark.usefixtures("tower")
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("宜山路935号5楼904室", "unit_floor"),
        ("宜山路935号3904室", "unit_out_of_range"),
        ("宜山路935号地下三层B3-01", "unit_out_of_range"),
        ("宜山路935号904室-5", "unit_inside"),
        ("宜山路935号2号楼904室", "building_unclear"),
        ("徐汇区宜上路935号904室", "edit"),
        ("山宜路935号904室", "edit"),
        ("宜山路935号904室、宜山路937号101室", "two_addresses"),
        ("宜山路935号对面", "beside"),
        ("宜山路935号旁904室", "beside"),
        ("宜山路935号904室隔壁", "beside"),
        ("宜山路936号汇宁大厦904室", "not_sure"),
    ],
)
async def test_what_is_not_sure_is_asked(look: Look, text: str, code: str) -> None:
    match = await look(text)
    assert said(match) == ("C", None, None)
    assert code in codes(match)
    assert not match.candidates or {each.carrier.name for each in match.candidates} == {"汇宁大厦"}


@pytest.mark.usefixtures("tower")
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("宜山路936号904室", "number_not_on_file"),
        ("宜山路93号", "number_not_on_file"),
        ("宜山路935弄904室", "number_not_on_file"),
        ("肇嘉浜路935号904室", "road_not_on_file"),
        ("浦东新区宜山路935号904室", "outside"),
        ("闸北区宜山路935号904室", "outside"),
        ("江苏省苏州市宜山路935号904室", "other_city"),
        ("无锡市宜山路935号904室", "other_city"),
        ("", "empty"),
        ("😀", "name_not_on_file"),
    ],
)
async def test_what_is_not_on_file_is_said_to_be_so(look: Look, text: str, code: str) -> None:
    match = await look(text)
    assert said(match) == ("N", None, None)
    assert code in codes(match)


async def test_an_unknown_number_is_answered_with_the_nearest_ones(look: Look, enter: Enter) -> None:
    for number in (900, 931, 938, 1200):
        await enter(f"{number}号楼宇", f"宜山路{number}号")
    match = await look("宜山路936号1801室")
    assert match.class_ == "N"
    assert [each.difference for each in match.candidates][:2] == ["宜山路938号", "宜山路931号"]
    assert "宜山路936号”没有备案，最近的有宜山路938号、宜山路931号" in match.reasons[-1].text


async def test_two_towers_at_one_gate_are_asked_for(look: Look, enter: Enter) -> None:
    await enter("双子大厦甲楼", "虹桥路1号A座", "2105")
    await enter("双子大厦乙楼", "虹桥路1号B座", "2105-2108")
    match = await look("徐汇区虹桥路1号2105室")
    assert said(match) == ("C", None, None)
    assert [(each.carrier.name, each.unit and each.unit.label) for each in match.candidates] == [
        ("双子大厦甲楼", "2105室"),
        ("双子大厦乙楼", "2105室"),
    ]
    assert {each.difference for each in match.candidates} == {"A座", "B座"}
    assert said(await look("徐汇区虹桥路1号B座2105室")) == ("A", "双子大厦乙楼", "2105室")
    assert said(await look("徐汇区虹桥路1号双子大厦乙楼2105室"))[1] == "双子大厦乙楼"
    # 2108 is on file in one of them only; the other's list may be incomplete.
    assert said(await look("徐汇区虹桥路1号2108室")) == ("C", None, None)


async def test_a_tower_beside_a_mall_at_one_gate(look: Look, enter: Enter) -> None:
    await enter("港湾广场", "虹桥路3号", "L1-08", kind=CarrierKind.MALL)
    await enter("港湾一座", "虹桥路3号1座", "1203")
    assert said(await look("虹桥路3号1座1203室")) == ("A", "港湾一座", "1203室")
    assert said(await look("虹桥路3号一座1203室")) == ("A", "港湾一座", "1203室")
    assert said(await look("虹桥路3号1203室")) == ("C", None, None)
    assert said(await look("虹桥路3号港湾广场L1-08铺"))[:2] == ("A", "港湾广场")
    assert said(await look("虹桥路3号2座1203室"))[0] in ("C", "N")


async def test_the_building_decides_inside_a_park(look: Look, enter: Enter) -> None:
    await enter("漕河科创园", "宜山路152号", "1号楼:202", "2号楼:202", "2号楼:303", kind=CarrierKind.PARK)
    assert said(await look("宜山路152号2号楼202室")) == ("A", "漕河科创园", "2号楼 202室")
    assert said(await look("宜山路152号二号楼202室")) == ("A", "漕河科创园", "2号楼 202室")
    assert said(await look("宜山路152号2幢202室")) == ("B", "漕河科创园", "2号楼 202室")
    match = await look("宜山路152号202室")
    assert said(match) == ("C", None, None)
    assert [each.unit and each.unit.label for each in match.candidates] == ["1号楼 202室", "2号楼 202室"]
    assert said(await look("宜山路152号303室")) == ("C", None, None)
    assert said(await look("宜山路152号3号楼303室")) == ("N", None, None)
    assert said(await look("宜山路152号1号楼303室")) == ("B", "漕河科创园", None)


async def test_one_building_may_be_left_out(look: Look, enter: Enter) -> None:
    await enter("独栋楼", "宜山路160号", "1幢:202")
    assert said(await look("宜山路160号202室")) == ("B", "独栋楼", "1幢 202室")


async def test_zones_mezzanines_and_parts_of_rooms_are_other_units(look: Look, enter: Enter) -> None:
    await enter("分区大楼", "宜山路170号", "A区205", "B区205", "102", "夹层102", "101室西侧", "101室东侧")
    assert said(await look("宜山路170号B区205室")) == ("A", "分区大楼", "B区205室")
    assert said(await look("宜山路170号2层B区205室")) == ("A", "分区大楼", "B区205室")
    assert said(await look("宜山路170号夹层102室")) == ("A", "分区大楼", "夹层102室")
    assert said(await look("宜山路170号102室")) == ("A", "分区大楼", "102室")
    assert said(await look("宜山路170号101室东侧")) == ("A", "分区大楼", "101室东侧")
    for other in ("205室", "C区205室", "夹层103室", "101室", "101室北侧", "夹层205室"):
        assert said(await look(f"宜山路170号{other}"))[2] is None, other


async def test_a_building_may_be_written_with_its_room(look: Look, enter: Enter) -> None:
    await enter("科创园", "宜山路180号", "2号楼:1203", "A座:302", "3号楼:305", "3-305", kind=CarrierKind.PARK)
    assert said(await look("宜山路180号2-1203室")) == ("B", "科创园", "2号楼 1203室")
    assert said(await look("宜山路180号A302")) == ("B", "科创园", "A座 302室")
    assert said(await look("宜山路180号3-305室"))[1:] == ("科创园", "3-305室")
    for other in ("4-1203室", "2-1204室", "B302", "1203室"):
        assert said(await look(f"宜山路180号{other}"))[2] is None, other


async def test_slips_in_a_room_are_named(look: Look, enter: Enter) -> None:
    await enter("分区园", "宜山路185号", "B区:812", "C区:813", kind=CarrierKind.PARK)
    assert said(await look("宜山路185号B区8F812室")) == ("A", "分区园", "B区 812室")
    assert said(await look("宜山路185号8层B区812室")) == ("A", "分区园", "B区 812室")
    assert said(await look("宜山路185号C区812室"))[2] is None
    await enter("单栋楼", "宜山路190号", "1803", "L8-03")
    for slip in ("18O3室", "18-03室"):
        assert said(await look(f"宜山路190号{slip}")) == ("B", "单栋楼", "1803室")
    for other in ("L803", "O803", "1813", "180"):
        assert said(await look(f"宜山路190号{other}"))[2] is None, other


async def test_a_lane_is_not_a_number(look: Look, enter: Enter) -> None:
    await enter("弄里大楼", "中山西路1870弄12号", "301")
    assert said(await look("徐汇区中山西路1870弄12号301室")) == ("A", "弄里大楼", "301室")
    assert said(await look("徐汇区中山西路1870弄12号楼301室")) == ("B", "弄里大楼", "301室")
    for other in ("中山西路1870号12号301室", "中山西路1870号301室", "中山西路1870弄13号301室", "中山西路12号301室"):
        assert said(await look(f"徐汇区{other}"))[1:] == (None, None)


async def test_a_range_holds_one_side_of_the_road(look: Look, enter: Enter) -> None:
    await enter("龙吴小楼", "龙吴路342-346号", "101")
    assert said(await look("徐汇区龙吴路342-346号101室")) == ("A", "龙吴小楼", "101室")
    assert said(await look("徐汇区龙吴路342号-346号101室")) == ("A", "龙吴小楼", "101室")
    assert said(await look("徐汇区龙吴路344号101室")) == ("B", "龙吴小楼", "101室")
    assert said(await look("徐汇区龙吴路342、346号101室")) == ("B", "龙吴小楼", "101室")
    for other in ("343", "340", "348", "342甲", "342-350"):
        assert said(await look(f"徐汇区龙吴路{other}号101室"))[1:] == (None, None), other


async def test_marked_numbers_are_other_houses(look: Look, enter: Enter) -> None:
    await enter("永嘉小楼", "永嘉路21号甲", "101")
    assert said(await look("徐汇区永嘉路甲21号101室")) == ("A", "永嘉小楼", "101室")
    assert said(await look("徐汇区永嘉路21甲号101室")) == ("A", "永嘉小楼", "101室")
    assert said(await look("徐汇区永嘉路21号101室"))[1] is None
    assert said(await look("徐汇区永嘉路21号乙101室"))[1] is None


async def test_a_street_is_found_by_its_house_numbers(look: Look, enter: Enter) -> None:
    await enter("天平路沿街", "天平路", "123号:", "125号:甲铺", "125号:乙铺", kind=CarrierKind.STREET)
    assert said(await look("徐汇区天平路123号")) == ("A", "天平路沿街", "123号")
    assert said(await look("天平路123号底层"))[1:] == ("天平路沿街", "123号")
    for above in ("123号301室", "123号3楼", "123号2号楼101室", "123号夹层"):
        assert said(await look(f"徐汇区天平路{above}")) == ("C", None, None), above
    assert said(await look("徐汇区天平路125号乙铺"))[1:] == ("天平路沿街", "125号 乙铺")
    match = await look("徐汇区天平路129号")
    assert said(match) == ("N", None, None)
    assert "最近的有天平路125号" in match.reasons[-1].text
    match = await look("徐汇区天平路125号")
    assert said(match) == ("C", None, None)
    assert len(match.candidates) == 2


async def test_a_row_of_shops_under_one_range_of_numbers_is_found_by_its_rooms(look: Look, enter: Enter) -> None:
    await enter("澜声街铺", "龙吴路342-346号", "101室", "102室", kind=CarrierKind.STREET)
    assert said(await look("徐汇区龙吴路342-346号101室")) == ("A", "澜声街铺", "101室")
    assert said(await look("徐汇区龙吴路344号102室")) == ("B", "澜声街铺", "102室")
    assert said(await look("徐汇区龙吴路345号101室"))[1] is None
    assert said(await look("徐汇区龙吴路348号101室"))[1] is None
    match = await look("徐汇区龙吴路342-346号201室")
    assert (match.class_, match.units, match.unit_verdict) == ("B", (), "plausible")


async def test_a_second_gate_leads_to_the_same_carrier(look: Look, enter: Enter) -> None:
    await enter("滨江一号", "龙瑞路1号", "501", also=("龙腾大道399号",))
    assert said(await look("徐汇区龙腾大道399号501室")) == ("A", "滨江一号", "501室")


async def test_several_units_are_all_found_or_none(look: Look, enter: Enter) -> None:
    await enter("数间大厦", "漕溪北路88号", "2101-2105")
    match = await look("漕溪北路88号2101-2103室")
    assert (match.class_, [unit.label for unit in match.units], match.unit) == (
        "A",
        ["2101室", "2102室", "2103室"],
        None,
    )
    match = await look("漕溪北路88号2105、2106室")
    assert (match.class_, match.units, match.unit_verdict) == ("B", (), "plausible")


async def test_a_dash_between_letter_and_digits_may_be_left_out(look: Look, enter: Enter) -> None:
    await enter("横线市场", "宜山路515号", "A-101铺", kind=CarrierKind.MARKET)
    match = await look("宜山路515号A101铺")
    assert (match.class_, match.unit and match.unit.label) == ("B", "A-101铺")
    assert "unit_spelling" in codes(match)


async def test_roads_that_sound_alike_need_the_district(look: Look, enter: Enter) -> None:
    await enter("兴路小楼", "东兴路10号", "101")  # there is a 东星路 as well
    assert said(await look("东行路10号101室")) == ("C", None, None)
    assert said(await look("dongxinglu 10 hao")) == ("C", None, None)
    assert said(await look("徐汇区东行路10号101室")) == ("B", "兴路小楼", "101室")


async def test_initials_and_readings_are_hints(look: Look, enter: Enter) -> None:
    await enter("汇金大厦", "肇嘉浜路1366号", "1803")
    for typed in ("zjbl1366", "HJDS", "huijindasha", "zhaojiabanglu13"):
        match = await look(typed)
        assert said(match) == ("C", None, None) or (typed, match.class_) == ("zhaojiabanglu13", "N"), typed
        assert [each.carrier.name for each in match.candidates] == ["汇金大厦"], typed
    assert (await look("zzzz")).class_ == "N"
    assert (await look("1366")).candidates == ()


async def test_a_name_tells_the_tower_at_a_gate_of_two(look: Look, enter: Enter) -> None:
    await enter("双子大厦", "虹桥路1号A座", "2105")
    await enter("孪生大厦", "虹桥路1号B座", "2105")
    assert said(await look("虹桥路1号孪生大厦2105室")) == ("A", "孪生大厦", "2105室")
    assert said(await look("孪生大厦2105室")) == ("B", "孪生大厦", "2105室")
    assert said(await look("虹桥路1号双子大厦B座2105室"))[:2] != ("A", "双子大厦")


async def test_roads_of_one_name_need_their_district(look: Look, enter: Enter) -> None:
    await enter("育才小楼", "育才路10号", "101")
    assert said(await look("育才路10号101室")) == ("C", None, None)
    assert said(await look("徐汇区育才路10号101室")) == ("A", "育才小楼", "101室")
    assert said(await look("嘉定区育才路10号101室"))[0] == "N"


async def test_a_carrier_of_another_district_does_not_exist(look: Look, enter: Enter) -> None:
    await enter("本区大厦", "漕宝路100号", "101")
    match = await look("闵行区漕宝路100号101室")
    assert said(match) == ("N", None, None)
    assert match.candidates == ()


async def test_a_name_of_another_carrier_is_a_contradiction(look: Look, enter: Enter) -> None:
    await enter("甲大厦", "宜山路20号", "101")
    await enter("乙大厦", "宜山路30号", "101")
    match = await look("宜山路20号乙大厦101室")
    assert said(match) == ("C", None, None)
    assert "name_elsewhere" in codes(match)


async def test_reasons_point_at_their_place(look: Look, enter: Enter) -> None:
    await enter("丁大厦", "肇嘉浜路1366号", "1803")
    text = "上海市徐汇区肇家浜路1366号1803室"
    match = await look(text)
    assert said(match) == ("B", "丁大厦", "1803室")
    correction = next(reason for reason in match.reasons if reason.code == "sound")
    assert correction.text == "路名按同音字更正：肇家浜路 → 肇嘉浜路"
    assert correction.span is not None
    assert text[slice(*correction.span)] == "肇家浜路"
    assert match.canonical == "上海市徐汇区肇嘉浜路1366号1803室"
    match = await look("徐汇区肇浜嘉路1366号1803室")
    assert said(match) == ("B", "丁大厦", "1803室")
    assert "路名按前后颠倒更正：肇浜嘉路 → 肇嘉浜路" in {reason.text for reason in match.reasons}


async def test_one_character_is_corrected_only_where_nothing_else_is_near(look: Look, enter: Enter) -> None:
    await enter("戊大厦", "龙耀路10号", "101")
    await enter("己大厦", "东泉路10号", "101")
    assert said(await look("徐汇区龙耀某路10号101室")) == ("B", "戊大厦", "101室")
    # A village is not a road with a slip in it.
    assert said(await look("徐汇区东泉村10号101室")) == ("C", None, None)
    assert said(await look("龙耀某路10号101室")) == ("C", None, None)
