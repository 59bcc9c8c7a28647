"""Characters of documents."""

from hypothesis import given
from hypothesis import strategies as st

from ocr.words import clean, is_sensible


def test_radicals_become_characters() -> None:
    assert (
        clean("⻔牌 ⻢路 ⻰吴路 甲⽅⽤房 2026年4⽉8⽇ ⻋间 ⻅证 ⻓宁")
        == "门牌马路龙吴路甲方用房 2026年4月8日车间见证长宁"
    )


def test_what_is_printed_stays_as_printed() -> None:
    assert clean("沪（2021）徐字 122.55㎡ ①") == "沪（2021）徐字 122.55㎡ ①"


def test_letters_set_apart_are_one_word() -> None:
    assert clean("附   记") == "附记"
    assert clean("房 屋 租 赁 合 同") == "房屋租赁合同"


def test_what_nobody_sees_and_no_database_takes_goes() -> None:
    assert clean("合\u202e同\x00编\ud800号\u200b") == "合同编号"
    assert clean("\ud840\udc00") == "\U00020000"


@given(st.text(alphabet=st.characters(codec=None)))
def test_clean_text_can_be_stored_and_is_clean(text: str) -> None:
    cleaned = clean(text)
    assert "\x00" not in cleaned
    assert "\n" not in cleaned
    assert "\t" not in cleaned
    assert clean(cleaned) == cleaned
    cleaned.encode()


def test_debris_of_a_font_is_not_sensible() -> None:
    assert is_sensible("出租方（甲方）：上海禾舟投资发展有限公司 91310104MAYH7JXG5G，建筑面积122.55㎡。")
    assert not is_sensible("\ue001\ue002\ue003合同")
    assert not is_sensible("ÖÐ»ªÈËÃñ¹²ºÍ¹ú")
    assert not is_sensible("")
