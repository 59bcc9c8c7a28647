"""What on a page not everybody may see."""

import pytest

from ocr.model import WHOLE_PAGE
from ocr.sensitive import find_sensitive, is_identity_number
from tests.ocr.make import page_of

NUMBER = "310199196904166976"
"""A specimen: its division does not exist, its check character is right."""


@pytest.mark.parametrize("number", [NUMBER, "31019919810521159X", "31019919810521159x"])
def test_an_identity_number_is_known_by_its_check_character(number: str) -> None:
    assert is_identity_number(number)


@pytest.mark.parametrize(
    "number", ["310199196904166975", "310199196913166976", "31019919690416697", "91310104MAYH7JXG5G"]
)
def test_other_numbers_are_not(number: str) -> None:
    assert not is_identity_number(number)


def test_the_number_is_masked_and_not_the_name_before_it() -> None:
    page = page_of("甲方代理人周敏，身份证号" + NUMBER, kind="lease")
    [box] = find_sensitive(page)
    line = page.lines[0].box
    assert line.x0 + 0.4 * line.width < box.x0 < line.x0 + 0.6 * line.width
    assert box.x1 >= line.x1
    assert box.y0 < line.y0 < line.y1 < box.y1


def test_mobile_and_old_identity_numbers_are_masked() -> None:
    assert len(find_sensitive(page_of("联系电话 138 1234 5678", "310104690416697", kind="lease"))) == 2


def test_numbers_of_companies_deeds_and_units_are_not() -> None:
    page = page_of(
        "统一社会信用代码：91310104MAYH7JXG5G",
        "310104019029GB00063F00040001",
        "业务编号：007803845402021",
        "编号 310078038454",
        "租金13812345678.00元以内",
        "面积 2929.11平方米",
        kind="title_deed",
    )
    assert find_sensitive(page) == []


def test_an_identity_card_is_masked_whole() -> None:
    page = page_of("姓名曹思齐", "性别男民族汉", "公民身份号码" + NUMBER, "中华人民共和国", "居民身份证")
    assert page.kind == "id_card"
    assert find_sensitive(page) == [WHOLE_PAGE]
