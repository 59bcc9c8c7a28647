"""What kind of paper a page is."""

import pytest

from ocr.kinds import kind_confidence, kind_of
from tests.ocr.make import page_of

PAGES = {
    "title_deed": (
        "沪（2021）徐字不动产权第019280号",
        "权利人\t上海禾舟投资发展有限公司",
        "坐落\t徐汇区肇嘉浜路333号",
        "不动产单元号",
    ),
    "completion_certificate": ("建设工程竣工验收备案证书", "备案编号：2020XH0854", "建设单位\t某公司"),
    "floor_plan": ("棠谷商务中心17层平面图", "1701室\t1703室", "走廊", "比例\t1:200"),
    "mandate": ("授权委托书", "委托人：甲公司", "受托人：乙公司", "委托期限：自2023年6月1日起"),
    "house_number_certificate": ("门弄号码证明", "兹证明某公司所有的位于某路333号（产证地址）的房屋", "某派出所"),
    "lease": ("房屋租赁合同", "出租方（甲方）：某公司", "承租方（乙方）：某公司", "租赁期限"),
    "declaration": ("住所（经营场所）承诺书", "本人承诺以上内容真实、合法、有效", "申报人：某某"),
    "id_card": ("姓名曹思齐", "公民身份号码310199196904166976", "居民身份证", "签发机关"),
    "licence": ("营业执照", "注册资本\t壹佰万元整", "经营范围\t技术服务", "成立日期"),
}


@pytest.mark.parametrize("kind", PAGES)
def test_a_page_is_known_by_its_words(kind: str) -> None:
    assert page_of(*PAGES[kind]).kind == kind


def test_a_second_page_without_a_title_is_known_too() -> None:
    assert page_of("8-1 未经甲方书面同意，乙方不得将该房屋部分或全部转租给他人。", "10-1 违约责任").kind == "lease"
    assert page_of("附记", "本证记载房屋部位如下：", "室号部位\t层次\t建筑面积").kind == "title_deed"


def test_a_misread_title_does_not_matter() -> None:
    assert page_of("授汉委托节", "委托人：甲公司", "受托人：乙公司", "委托期限：自2023年6月1日起").kind == "mandate"


def test_a_sentence_about_another_paper_does_not_make_it_one() -> None:
    lease = page_of(
        "租赁协议", "甲方：某公司", "乙方：某公司", "甲方出示不动产权证书和授权委托书各一份。", "月租金人民币7300元"
    )
    assert lease.kind == "lease"


def test_empty_pages_are_blank_and_others_other() -> None:
    assert page_of().kind == "blank"
    assert page_of("- 4 -").kind == "blank"
    assert page_of("送货单", "收货单位：上海翎声通讯器材有限公司", "打印纸 A4\t9\t278.00").kind == "other"


def test_a_document_is_what_most_of_its_pages_are() -> None:
    lease, second = page_of(*PAGES["lease"]), page_of("甲方", "乙方", "租赁期间续租", number=2)
    card, blank = page_of(*PAGES["id_card"], number=3), page_of(number=4)
    assert kind_of([lease, second, card, blank]) == "lease"
    assert kind_of([card, blank]) == "id_card"
    assert kind_of([blank]) == "other"


def test_confidence_is_against_the_next_best() -> None:
    clear = kind_confidence("mandate", [page_of(*PAGES["mandate"])])
    assert 0.6 < clear <= 1
    assert kind_confidence("lease", [page_of(*PAGES["mandate"])]) == 0
