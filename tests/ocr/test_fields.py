"""Fields of each paper, from words as engines and text layers give them."""

import time
from typing import Any

import pytest

from ocr import normal
from ocr.fields import RULES, fields_of
from ocr.model import Box, Page, PageKind
from ocr.tables import is_more_of
from tests.ocr.make import page_of


def normals(kind: PageKind, *pages: Page) -> dict[str, Any]:
    return {field.name: field.normal for field in fields_of(kind, pages)}


def test_a_deed() -> None:
    front = page_of("中华人民共和国", "不动产权证书", "登记机构（章）", "2021年01月12日", "编号 N 310078038454")
    facts = page_of(
        "沪(2021）徐字不动产权第019280号",
        "权利人\t上海禾舟投资发展有限公司",
        "共有情况\t单独所有",
        "坐落\t徐汇区肇嘉浜路333号",
        "不动产单元号\t310104019029GB00063F00040001",
        "用途\t土地用途:商务办公用地/房屋用途：办公",
        "面积\t宗地面积：732.88平方米/房屋建筑面积:2,929.11平方米",
        "使用期限\t国有建设用地使用权2018年11月24日1起2068年11月23日止",
        "总层数：21",
        "权利其他状况\t竣上日期：2020年09月03日",
        number=2,
    )
    units = page_of(
        "附记", "业务编号：007803845402021", "本证记载房屋部位如下：", "室号部位\t层次\t建筑面积（m）",
        "1幢1301室\t13\t110.15", "1幢1302室\t345.70.", "合计建筑面积：2929.11平方米", number=3,
    )  # fmt: skip
    assert normals("title_deed", front, facts, units) == {
        "serial_number": "310078038454",
        "issued_on": "2021-01-12",
        "certificate_number": "沪（2021）徐字不动产权第019280号",
        "owner": "上海禾舟投资发展有限公司",
        "co_ownership": "单独所有",
        "location": "徐汇区肇嘉浜路333号",
        "unit_code": "310104019029GB00063F00040001",
        "land_use": "商务办公用地",
        "use": "办公",
        "land_area_m2": 732.88,
        "area_m2": 2929.11,
        "term_start": "2018-11-24",
        "term_end": "2068-11-23",
        "floors": 21,
        "completed_on": "2020-09-03",
        "units": [
            {"building": "1幢", "floor": 13, "unit": "1301室", "area_m2": 110.15},
            {"building": "1幢", "floor": 13, "unit": "1302室", "area_m2": 345.7},
        ],
    }


def test_an_older_deed_repeats_its_facts_in_a_table() -> None:
    front = page_of(
        "上海市房地产权证",
        "沪房地徐字（2006）第056356号",
        "权利人\t上海峤舟置业有限公司",
        "房地坐落\t徐汇区钦州北路203号",
        "用 途.\t商业用地",
        "登记日2006年12月16日",
    )
    table = page_of(
        "房屋状况",
        "幢号\t室号或部位\t建筑面积\t类型\t用途\t层数\t竣工日期",
        "1\tB1-02\t195.51\t钢混\t商业\t6\t2001.1.17",
        "1\tL2-17\t221.98\t钢混\t商业\t6\t2001.1.17",
        "合计\t417.49m²",
        number=2,
    )
    found = normals("title_deed", front, table)
    assert found["certificate_number"] == "沪房地徐字（2006）第056356号"
    assert found["land_use"] == "商业用地"
    assert (found["use"], found["floors"], found["completed_on"]) == ("商业", 6, "2001-01-17")
    assert found["area_m2"] == 417.49
    assert found["issued_on"] == "2006-12-16"
    assert [(unit["unit"], unit["floor"]) for unit in found["units"]] == [("B1-02", -1), ("L2-17", 2)]


def test_a_mandate_broken_over_lines() -> None:
    page = page_of(
        "授权委托书",
        "编号：SQ-2024-368",
        "委托人：汀辰（上海）置业有限公司统一社会信用代码：91310104MAYYJMJ0C1",
        "受托人：",
        "沅原（上海）物业管理有限公司统一社会信用代码：",
        "91310104MAY8NADA3C",
        "委托人系上海市徐汇区中山西路1870弄12号房屋的所有权人（沪（2017）徐字不动",
        "产权第032349号），建筑面积共计6961.15平方米。现委托受托人对下列房屋进行经营管",
        "理:",
        "1幢101室、102室；2幢201室、202室、203",
        "室",
        "受托人不得以自己名义出租或转租上述房屋，房屋租赁合同应由委托人签订。",
        "同意将上述房屋提供给承租企业作为住所(经营场所)办理市场主体登记。",
        "委托期限：自2024年11月01日起至2034年10月31日止。",
        "委托人（盖章）：汀辰（上海）置业有限公司",
        "2024年10月24日",
    )
    assert normals("mandate", page) == {
        "certificate_number": "SQ-2024-368",
        "grantor": "汀辰（上海）置业有限公司",
        "grantee": "沅原（上海）物业管理有限公司",
        "location": "徐汇区中山西路1870弄12号",
        "scope": ["1幢101室", "1幢102室", "2幢201室", "2幢202室", "2幢203室"],
        "area_m2": 6961.15,
        "term_start": "2024-11-01",
        "term_end": "2034-10-31",
        "sublet_allowed": False,
        "registration_allowed": True,
        "issued_on": "2024-10-24",
    }


def test_an_owners_consent_is_a_mandate() -> None:
    page = page_of(
        "同意转租证明",
        "兹有上海蘅石实业股份有限公司（产权人）所有的座落于上海市徐汇区宜山路935",
        "号的房屋，面积1778.16m²，出租给上海澜山企业服务股份有限公司使用，部位:501",
        "室、502室，租赁期限自2025年10月01",
        "日至2033年09月30日。",
        "受托人有权以自己名义将上述房屋对外出租、转租。",
        "日期：2025年09月28日",
    )
    found = normals("mandate", page)
    assert (found["grantor"], found["grantee"]) == ("上海蘅石实业股份有限公司", "上海澜山企业服务股份有限公司")
    assert found["scope"] == ["501室", "502室"]
    assert (found["term_start"], found["term_end"]) == ("2025-10-01", "2033-09-30")
    assert found["sublet_allowed"] is True
    assert found["issued_on"] == "2025-09-28"


def test_an_agreement_to_manage_is_a_mandate() -> None:
    page = page_of(
        "委托经营管理协议",
        "甲方（委托方）：上海禾舟投资发展有限公司",
        "乙方（受托方）：砚辰（上海）.资产运营管理有限公司",
        "一、甲方将座落于上海市徐汇区云锦路887号的房屋委托乙方经营管理，范围包括1301室、1302",
        "室，建筑面积合计455.85平方米。",
        "二、委托期限自2023年6月1日起至2031年5月31日止。",
        "三、乙方有权以自己名义对外出租、转租。甲方同意承租企业以上述房屋作为住所办理登记。",
    )
    assert page.kind == "mandate"
    found = normals("mandate", page)
    assert (found["grantor"], found["grantee"]) == ("上海禾舟投资发展有限公司", "砚辰（上海）资产运营管理有限公司")
    assert (found["location"], found["scope"]) == ("徐汇区云锦路887号", ["1301室", "1302室"])
    assert (found["term_start"], found["term_end"]) == ("2023-06-01", "2031-05-31")
    assert (found["sublet_allowed"], found["registration_allowed"]) == (True, True)


LEASE = (
    "房屋租赁合同",
    "合同编号:XH2026757",
    "出租方（甲方)：砚辰（上海）资产运营管理有限公司",
    "统一社会信用代码：91310104MAY9N91T0T",
    "承租方(乙方):上海霁远信息科技有限公司",
    "统一社会信用代码:91310104MAY3YBDR0T",
    "1-1甲方出租给乙方的房屋座落在上海市徐汇区中山西路1870弄12号2号楼1403室(以下简称该房",
    "屋)。该房屋出租建筑面积为198.54m²，房屋用途为科研设计用房",
    "1-2甲方作为该房屋的受托经营管理人与乙方建立租赁关系。",
    "3-1甲乙双方约定，该房屋租赁期自2026年09月24日起至2029年09月23日止。租赁",
    "4-1该房屋月租金总计为（人民币）28300元（大写：贰万捌仟叁佰元整）。乙方应",
)


def test_a_lease() -> None:
    second = page_of(
        "8-1未经甲方书面同意，乙方不得将该房屋部分或全部转租给他人。",
        "出租方（甲方）：砚辰（上海）资产运营管\t承租方（乙方）：上海霁远信息科技有限公",
        "日期：2026年09月03日040\t日期：2026年09月03日",
        number=2,
        kind="lease",
    )
    assert normals("lease", page_of(*LEASE), second) == {
        "contract_number": "XH2026757",
        "lessor": "砚辰（上海）资产运营管理有限公司",
        "lessor_uscc": "91310104MAY9N91T0T",
        "lessee": "上海霁远信息科技有限公司",
        "lessee_uscc": "91310104MAY3YBDR0T",
        "location": "徐汇区中山西路1870弄12号2号楼1403室",
        "units": ["1403室"],
        "area_m2": 198.54,
        "use": "科研设计用房",
        "term_start": "2026-09-24",
        "term_end": "2029-09-23",
        "rent_month": 28300,
        "sublet_allowed": False,
        "signed_on": "2026-09-03",
        "signed_by": [],
    }


def test_a_short_lease() -> None:
    page = page_of(
        "租赁协议",
        "甲方：上海翎朗资产经营有限公司（91310104MAYMGBPT2W）",
        "乙方：上海钧舟信息科技有限公司（91310104MAYGXGTB17）",
        "一、甲方将上海市徐汇区龙吴路342-346号104室房屋出租给乙方，建筑面积41.52平",
        "方米，用途：店铺。",
        "二、租赁期限：2026年09月05日至2028年09月04日。",
        "三、月租金人民币7100元，押金人民币21300元，乙方应按月支付。",
        "四、租赁期内，乙方可以将该房屋部分或全部转租给他人，但应书面告知甲方。",
        "六、本协议一式两份（编号XH2026434)，双方签字盖章后生效。",
        "日期：2026年07月28日",
    )
    found = normals("lease", page)
    assert found["contract_number"] == "XH2026434"
    assert (found["lessor_uscc"], found["lessee_uscc"]) == ("91310104MAYMGBPT2W", "91310104MAYGXGTB17")
    assert found["location"] == "徐汇区龙吴路342-346号104室"
    assert found["units"] == ["104室"]
    assert found["sublet_allowed"] is True


def test_a_plan_gives_each_unit_the_area_below_it() -> None:
    page = page_of(
        "屿白产业园3幢2层平面图",
        "201室\t203室",
        "502.96m2\t540.01",
        "走廊",
        "202室\t核心筒",
        "245.35m",
        "图名\t屿白产业园3幢2层平面图\t坐落\t中山西路1870弄12号",
    )
    found = normals("floor_plan", page)
    assert (found["title"], found["floor"], found["location"]) == ("屿白产业园3幢2层平面图", 2, "中山西路1870弄12号")
    assert found["units"] == [
        {"building": "3幢", "floor": 2, "unit": "201室", "area_m2": 502.96},
        {"building": "3幢", "floor": 2, "unit": "202室", "area_m2": 245.35},
        {"building": "3幢", "floor": 2, "unit": "203室", "area_m2": 540.01},
    ]


def test_a_house_number_certificate_pairs_two_addresses() -> None:
    page = page_of(
        "门弄号码证明",
        "徐公门证字[2023]第71号",
        "兹证明上海禾舟投资发展有限公司所有的位于上海市徐汇区肇嘉浜路",
        "333号（产证地址）的房屋，与现门弄号码徐汇区云锦路887号系同一处房",
        "屋，原门弄号码因道路调整已变更，该处建筑物对外名称为“棠谷商务中",
        "心”。",
        "安局徐汇分局店",
        "上海市公安局徐汇分局龙华派出所",
        "2023年09月19日\t户口专用章",
    )
    assert normals("house_number_certificate", page) == {
        "certificate_number": "徐公门证字[2023]第71号",
        "deed_address": "徐汇区肇嘉浜路333号",
        "current_address": "徐汇区云锦路887号",
        "building_name": "棠谷商务中心",
        "owner": "上海禾舟投资发展有限公司",
        "issued_by": "上海市公安局徐汇分局龙华派出所",
        "issued_on": "2023-09-19",
    }


def test_a_completion_certificate() -> None:
    page = page_of(
        "建设工程竣工验收备案证书",
        "备案编号：2020XH0854",
        "工程名称\t棠谷商务中心新建工程",
        "建设单位\t上海禾舟投资发展有限公司",
        "工程地点\t上海市徐汇区肇嘉浜路333号",
        "建筑面积\t4570.21平方米",
        "结构类型/层数\t框架/地上21层",
        "竣工验收日期\t2020年09月03日",
        "备案目期：2020年10月01日",
    )
    assert normals("completion_certificate", page) == {
        "certificate_number": "2020XH0854",
        "project_name": "棠谷商务中心新建工程",
        "builder": "上海禾舟投资发展有限公司",
        "location": "上海市徐汇区肇嘉浜路333号",
        "area_m2": 4570.21,
        "floors": 21,
        "completed_on": "2020-09-03",
        "filed_on": "2020-10-01",
    }


def test_a_field_says_where_it_stands_and_how_sure_it_is() -> None:
    pages = [page_of(*LEASE, confidence=0.83)]
    location = next(field for field in fields_of("lease", pages) if field.name == "location")
    lines = pages[0].lines[6:7]
    assert location.value == "上海市徐汇区中山西路1870弄12号2号楼1403室"
    assert location.page == 1
    assert (location.box.y0, location.box.y1) == (lines[0].box.y0, lines[0].box.y1)
    assert lines[0].box.x0 < location.box.x0 < location.box.x1 <= lines[0].box.x1
    assert location.confidence == 0.83


def test_a_value_over_two_lines_has_a_box_around_both() -> None:
    page = page_of(
        "兹证明甲有限公司所有的位于上海市徐汇区肇嘉浜路", "333号（产证地址）的房屋", kind="house_number_certificate"
    )
    [address] = [field for field in fields_of("house_number_certificate", [page]) if field.name == "deed_address"]
    first, second = (line.box for line in page.lines)
    assert address.box == Box(first.x0, first.y0, max(first.x1, second.x1), second.y1)


def test_a_day_that_is_none_is_not_given() -> None:
    assert "filed_on" not in normals("completion_certificate", page_of("竣工验收备案证书", "备案日期：2020年13月41日"))


def test_fields_come_from_the_pages_of_their_kind() -> None:
    mandate = page_of("授权委托书", "委托人：甲乙有限公司", "受托人：丙丁有限公司", "委托期限", "日期：2025年09月28日")
    card = page_of("姓名曹思齐", "公民身份号码310199196904166976", "居民身份证", "日期：2031年01月01日", number=2)
    assert normals("mandate", mandate, card)["issued_on"] == "2025-09-28"
    assert fields_of("blank", [page_of()]) == []


@pytest.mark.parametrize("kind", RULES)
def test_a_page_made_to_keep_us_busy_does_not(kind: PageKind) -> None:
    """Every pattern is linear: twenty thousand characters of what it likes best take no time."""
    for token in (
        "同意住所",
        "委托人:甲",
        "2026年1月1日",
        "使用期限2026年",
        "下列房屋:1室、",
        "未经转租",
        "房屋坐落",
        "1",
        "A1-1",
        "甲",
    ):
        page = page_of(token * (20_000 // len(token)), *[token] * 500, kind=kind)
        began = time.process_time()
        fields_of(kind, [page])
        assert time.process_time() - began < 2


def test_dates_in_chinese_numerals_are_days() -> None:
    assert normal.date("二〇二六年九月三日") == "2026-09-03"
    assert normal.date("二○二六年十二月二十一日") == "2026-12-21"
    assert normal.date("一九九八年十月廿三日") == "1998-10-23"
    assert normal.date("二〇二六年十三月一日") is None
    found = normals(
        "lease",
        page_of(
            *LEASE[:-2],
            "3-1租赁期自二〇二六年九月二十四日起至二〇二九年九月二十三日止。",
            "日期：二〇二六年九月三日",
            kind="lease",
        ),
    )
    assert (found["term_start"], found["term_end"]) == ("2026-09-24", "2029-09-23")
    assert found["signed_on"] == "2026-09-03"


def test_a_term_without_an_end_says_so() -> None:
    deed = page_of("沪（2021）徐字不动产权第019280号", "使用期限\t国有建设用地使用权 长期", kind="title_deed")
    assert normals("title_deed", deed)["term_end"] == "长期"
    mandate = page_of("授权委托书", "委托期限：自2023年6月1日起长期有效。", kind="mandate")
    assert normals("mandate", mandate)["term_end"] == "长期"


def test_units_in_two_buildings_keep_their_buildings() -> None:
    lines = [row.replace("2号楼1403室", "1幢101室、2幢203室") for row in LEASE]
    assert normals("lease", page_of(*lines, kind="lease"))["units"] == ["1幢101室", "2幢203室"]


def test_a_list_of_units_goes_on_over_pages_that_say_nothing_else() -> None:
    listed = [f"{floor}0{room}室\t{50 + room}.00" for floor in range(1, 10) for room in range(1, 5)]
    first = page_of("不动产权证书", "沪（2021）徐字不动产权第000012号", "权利人\t上海试验置业有限公司", *listed[:20])
    second = page_of(*listed[20:], "附记：无", number=2)
    assert is_more_of(second, first)
    assert not is_more_of(page_of("会议纪要", "一层大堂整修", number=2), first)
    second = page_of(*listed[20:], "附记：无", number=2, kind="title_deed")
    units = normals("title_deed", first, second)["units"]
    assert (len(units), units[-1]["unit"]) == (36, "904室")


def test_a_list_may_have_several_units_in_a_row_buildings_of_their_own_and_bare_numbers() -> None:
    deed = page_of(
        "幢号\t室号\t建筑面积\t室号\t建筑面积",
        "1号楼\t101\t50.10\t102\t60.20",
        "201\t51.10\t202\t61.20",
        "2号楼 3\t301 室\t70.00\t302\t71.00",
    )
    units = normals("title_deed", deed)["units"]
    assert [(unit["building"], unit["unit"], unit["area_m2"]) for unit in units] == [
        ("1号楼", "101", 50.1),
        ("1号楼", "102", 60.2),
        ("1号楼", "201", 51.1),
        ("1号楼", "202", 61.2),
        ("2号楼", "301室", 70.0),
        ("2号楼", "302", 71.0),
    ]


def test_a_value_is_marked_where_it_stands_in_its_line() -> None:
    [lessor] = [
        each
        for each in fields_of("lease", [page_of("出租方（甲方）：上海禾舟投资发展有限公司")])
        if each.name == "lessor"
    ]
    line = page_of("出租方（甲方）：上海禾舟投资发展有限公司").lines[0].box
    assert lessor.box.x0 > line.x0 + 0.3 * line.width
    assert lessor.box.x1 == pytest.approx(line.x1, abs=0.03 * line.width)


def test_a_lease_in_other_words() -> None:
    said = normals(
        "lease",
        page_of(
            "房 屋 租 赁 协 议",
            "协议编号：ZL-1128821",
            "出租人（以下简称“甲方”）：鹭江（上海）商业运营有限公司",
            "承租人（以下简称“乙方”）：上海青檀数字科技有限公司",
            "1.1甲方将位于上海市徐汇区宜山路1288号802室的房屋（下称“该房屋”）出租给乙方，租赁面积",
            "（建筑面积）为348.13平方米，用途为办公。",
            "二、租期叁年，即二〇二五年六月十五日至二〇二八年六月十四日。",
            "三、租金：每月¥28,800元，按季支付，押金为叁个月租金。",
            "四、乙方不得擅自转租。",
            "2025年6月2日\t2025年6月2日",
        ),
    )
    wanted = {
        "contract_number": "ZL-1128821",
        "lessor": "鹭江（上海）商业运营有限公司",
        "lessee": "上海青檀数字科技有限公司",
        "location": "徐汇区宜山路1288号802室",
        "units": ["802室"],
        "area_m2": 348.13,
        "term_start": "2025-06-15",
        "term_end": "2028-06-14",
        "rent_month": 28800,
        "use": "办公",
        "sublet_allowed": False,
        "signed_on": "2025-06-02",
    }
    assert {name: said.get(name) for name in wanted} == wanted


def test_a_lease_as_a_table() -> None:
    said = normals(
        "lease",
        page_of(
            "上海市房屋租赁合同",
            "出租方（甲方）\t上海梧叶置业股份有限公司",
            "承租方（乙方）\t上海石楠餐饮管理有限公司",
            "租赁房屋坐落\t上海市徐汇区漕宝路66号",
            "租赁单元\t303 室",
            "建筑面积\t110.92 平方米",
            "租赁期限\t2026.01.01-2028.12.31",
            "月租金\t18,000.00元/月",
            "用途\t办公",
            "一、乙方未征得甲方书面同意，不得转租。",
        ),
    )
    assert (said["lessor"], said["lessee"]) == ("上海梧叶置业股份有限公司", "上海石楠餐饮管理有限公司")
    assert (said["location"], said["units"], said["use"]) == ("徐汇区漕宝路66号", ["303室"], "办公")
    assert (said["term_start"], said["term_end"], said["rent_month"]) == ("2026-01-01", "2028-12-31", 18000)
    assert said["sublet_allowed"] is False


def test_a_mandate_as_a_table() -> None:
    paper = page_of(
        "委 托 书",
        "委托方\t上海梧叶置业股份有限公司",
        "受托方\t上海鹿苑企业管理有限公司",
        "委托期限\t2022.07.01—2030.06.30",
        "委托标的\t上海市徐汇区漕宝路66号，1589.7㎡",
        "单元范围\t301室，302 室，303室",
        "委托方将上述物业委托受托方对外招租。受托方无权以自身名义与租户签订租赁合同、",
        "转租。租户可以该物业作为注册地址（住所）办理市场主体登记，委托方予以同意。",
        "签署日期：2022年6月20日",
    )
    assert paper.kind == "mandate"
    said = normals("mandate", paper)
    assert (said["grantor"], said["grantee"]) == ("上海梧叶置业股份有限公司", "上海鹿苑企业管理有限公司")
    assert (said["location"], said["scope"], said["area_m2"]) == (
        "徐汇区漕宝路66号",
        ["301室", "302室", "303室"],
        1589.7,
    )
    assert (said["term_start"], said["term_end"], said["issued_on"]) == ("2022-07-01", "2030-06-30", "2022-06-20")
    assert (said["sublet_allowed"], said["registration_allowed"]) == (False, True)


def test_certificates_of_numbers_and_of_completion_in_prose() -> None:
    gate = normals(
        "house_number_certificate",
        page_of(
            "门牌号码证明",
            "上海屿桥实业发展有限公司：",
            "经查，你单位所有的位于徐汇区漕溪路1020号的房屋，因道路调整，现门牌号为徐汇区宜山路",
            "1288号，二者为同一处房屋。特此证明。",
        ),
    )
    assert (gate["deed_address"], gate["current_address"]) == ("徐汇区漕溪路1020号", "徐汇区宜山路1288号")
    assert gate["owner"] == "上海屿桥实业发展有限公司"
    built = normals(
        "completion_certificate",
        page_of(
            "竣工验收备案证明书",
            "上海梧叶置业股份有限公司：",
            "你单位建设的梧叶商务楼项目（工程地点：上海市徐汇区漕溪路1020号），建筑面积2489.70平",
            "方米，地上6层，于2003年11月2日竣工验收合格，准予备案。",
        ),
    )
    assert (built["builder"], built["project_name"]) == ("上海梧叶置业股份有限公司", "梧叶商务楼项目")
    assert (built["location"], built["area_m2"]) == ("上海市徐汇区漕溪路1020号", 2489.7)
    assert (built["completed_on"], built["floors"]) == ("2003-11-02", 6)


def test_leases_that_name_their_parties_premises_and_terms_in_yet_other_ways() -> None:
    office = normals(
        "lease",
        page_of(
            "写字楼租赁合同",
            "甲方（出租方）：上海宸屿置业有限公司",
            "统一社会信用代码：91310104MAYH7JXG5G",
            "乙方（承租方）：上海木禾科技有限公司",
            "1. 租赁物业：上海市徐汇区漕溪北路398号汇智大厦1205室（以下简称“租赁物业”），建筑面积：256.30平方米。",
            "2. 租期：三年，从2026年01月15日至2029年01月14日。",
            "3. 租金：人民币每平方米每日6.5元，月租金合计人民币50,672.00元。",
        ),
    )
    assert (office["lessor"], office["lessor_uscc"]) == ("上海宸屿置业有限公司", "91310104MAYH7JXG5G")
    assert (office["location"], office["units"]) == ("徐汇区漕溪北路398号汇智大厦1205室", ["1205室"])
    assert (office["term_start"], office["term_end"], office["rent_month"]) == ("2026-01-15", "2029-01-14", 50672)
    let_on = normals(
        "lease",
        page_of(
            "房屋租赁合同",
            "出租方同意将坐落在上海市徐汇区漕溪北路398号12层1205单元（建筑面积256.30平方米）的房屋租给承租方",
            "使用，期限自2026-01-15至2029-01-14。",
            "承租方经出租方书面同意可以转租。",
        ),
    )
    assert (let_on["location"], let_on["term_end"]) == ("徐汇区漕溪北路398号12层1205单元", "2029-01-14")
    assert let_on["sublet_allowed"] is False  # consent each time is no leave
    shop = normals(
        "lease",
        page_of(
            "商铺租赁协议书",
            "出租人（甲方）",
            "名称：上海宸屿置业有限公司",
            "承租人（乙方）",
            "名称：上海木禾餐饮管理有限公司",
            "第一条 甲方将自有位于徐汇区漕溪北路398号一层L1-12号商铺租赁给乙方使用，面积86.00平米。",
            "第二条 租赁期限为36个月，自2026年1月15日起，至2029年1月14日届满。",
        ),
    )
    assert (shop["lessor"], shop["lessee"]) == ("上海宸屿置业有限公司", "上海木禾餐饮管理有限公司")
    assert (shop["units"], shop["area_m2"], shop["term_end"]) == (["L1-12"], 86.0, "2029-01-14")
