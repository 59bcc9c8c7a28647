"""A file of several papers: parted where one begins, put in order, with what is missing or there twice."""

import dataclasses

from ocr.model import Box, Line, Page, PageKind
from ocr.papers import notes_on, papers_in, printed_number, same_page
from tests.ocr.make import page_of

DEED = (
    "沪（2021）徐字不动产权第{}号",
    "权利人\t上海禾舟投资发展有限公司",
    "坐落\t徐汇区肇嘉浜路333号",
    "共有情况\t单独所有",
)


def deed(number: int, certificate: str) -> Page:
    return page_of(*(row.format(certificate) for row in DEED), number=number, kind="title_deed")


def lease(number: int, *rows: str, titled: bool = False) -> Page:
    return page_of(*(["房屋租赁合同"] if titled else []), *rows, number=number, kind="lease")


def blank(number: int) -> Page:
    return page_of(number=number)


def footed(page: Page, text: str) -> Page:
    foot = Line(text=text, box=Box(0.45, 0.95, 0.55, 0.965), confidence=0.99)
    return dataclasses.replace(page, lines=(*page.lines, foot), text=f"{page.text}\n{text}")


def parted(*pages: Page) -> list[tuple[PageKind, tuple[int, ...]]]:
    return [(paper.kind, paper.pages) for paper in papers_in(pages)]


def codes(*pages: Page) -> list[str]:
    return [note.code for note in notes_on(pages)]


def test_papers_are_parted_by_kind_and_blank_pages_belong_to_none() -> None:
    plan = page_of("三层平面图", number=4, kind="floor_plan")
    assert parted(deed(1, "019280"), deed(2, "019280"), blank(3), plan) == [
        ("title_deed", (1, 2)),
        ("floor_plan", (4,)),
    ]


def test_two_deeds_in_one_file_are_two_papers() -> None:
    pages = deed(1, "019280"), deed(2, "019280"), deed(3, "019281")
    assert parted(*pages) == [("title_deed", (1, 2)), ("title_deed", (3,))]


def test_a_second_title_begins_a_second_lease() -> None:
    pages = (
        lease(1, "合同编号：XH2026757", "一、房屋位于徐汇区云锦路887号1403室", titled=True),
        lease(2, "八、未经甲方书面同意，乙方不得转租", "日期：2026年09月03日"),
        lease(3, "合同编号：XH2026758", "一、房屋位于徐汇区云锦路887号1404室", titled=True),
    )
    assert parted(*pages) == [("lease", (1, 2)), ("lease", (3,))]


def test_a_stack_scanned_in_reverse_is_put_in_order() -> None:
    pages = (
        lease(1, "九、解除本合同的条件", "日期：2026年09月03日"),
        lease(2, "五、保证金和其他费用"),
        lease(3, "一、房屋位于徐汇区云锦路887号1403室", titled=True),
    )
    assert parted(*pages) == [("lease", (3, 2, 1))]
    assert codes(*pages) == ["out_of_order"]


def test_printed_page_numbers_decide_the_order_and_show_what_is_missing() -> None:
    pages = (
        footed(lease(1, "九、解除"), "第 4 页 共 4 页"),
        footed(lease(2, "一、房屋", titled=True), "第 1 页 共 4 页"),
    )
    assert parted(*pages) == [("lease", (2, 1))]
    [missing] = [note for note in notes_on(pages) if note.code == "missing_page"]
    assert "缺第 2、3 页" in missing.text


def test_page_numbers_come_in_many_forms() -> None:
    forms = {
        "第3页": (3, None),
        "3/12": (3, 12),
        "- 3 -": (3, None),
        "第三页 共十二页": (3, 12),
        "Page 3 of 12": (3, 12),
    }
    assert {text: printed_number(footed(lease(1, "一"), text)) for text in forms} == forms
    assert printed_number(footed(lease(1, "一"), "2026/09/03")) is None


def test_a_page_scanned_twice_is_said_to_be_there_twice() -> None:
    words = "未经甲方书面同意，乙方不得将该房屋转租给他人，租赁期自2026年09月24日起至2029年09月23日止，面积198.54平方米"
    first = lease(1, words, "月租金28300元，押金56600元，统一社会信用代码91310104MAY9N91T0T")
    again = lease(2, words.replace("书面", "书囬"), "月租金28300元，押金56600元，统一社会信用代码91310104MAY9N91T0T")
    other = lease(
        3, words.replace("198.54", "211.30"), "月租金31500元，押金63000元，统一社会信用代码91310104MAY3YBDR0T"
    )
    assert same_page(first, again)
    assert not same_page(first, other)
    assert codes(first, again, other) == ["duplicate_page"]


def test_pages_without_words_are_known_by_their_look() -> None:
    plan = page_of("三层平面图", kind="floor_plan")
    looks = "0f" * 32, "0f" * 31 + "0e", "f0" * 32
    one, again, other = (dataclasses.replace(plan, number=place, look=look) for place, look in enumerate(looks, 1))
    assert same_page(one, again)
    assert not same_page(one, other)
