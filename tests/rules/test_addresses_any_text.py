"""Washing takes anything: it never raises, says where, comes to rest, and takes no longer than the text is long."""

import sys
from types import FrameType

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rules.test_addresses_table import LEXICON, rows
from zhusuo.addresses.characters import LONGEST, arabic, normal, number_of, numeral_of
from zhusuo.addresses.form import wash_json
from zhusuo.addresses.keys import address_key, canonical, expand_units, floor_of, name_key, unit_key
from zhusuo.addresses.model import CAPS
from zhusuo.addresses.wash import wash

WORDS = """
上海市 徐汇区 卢湾区 浦东 天平路街道 宜山路 中山西路 肇家浜路 育才路 田林十村 某村 1366 12 2 甲 临 A B1
号 弄 支弄 号楼 幢 座
楼 层 室 单元 铺 区 地下一层 底层 整层 夹层 、 - ( ) （ ） ，
至 一 二十一 〇 单号 近 路口 大厦 广场 东侧 公司 # ～ ． １ ２ 壹 廿 𠀀 é ㎡ ①
"""
PIECES = st.sampled_from([*WORDS.split(), " ", "\u3000", "\u200f"])
TEXTS = st.one_of(
    st.lists(PIECES, max_size=40).map("".join),
    st.text(max_size=260),
    st.sampled_from([row[0] for row in rows()]).flatmap(
        lambda text: st.integers(0, len(text)).flatmap(
            lambda at: PIECES.map(lambda piece: text[:at] + piece + text[at:])
        )
    ),
)


@settings(max_examples=1500, deadline=None)
@given(TEXTS)
def test_no_text_breaks_it(text: str) -> None:
    washed = wash(text, LEXICON)
    assert washed.input == text
    assert washed.cap in "ABCN"
    for reason in washed.reasons:
        assert reason.code in CAPS
        assert reason.text
        if reason.span is not None:
            assert 0 <= reason.span[0] < reason.span[1] <= len(text)
    assert wash_json(washed)["input"] == text
    assert wash(text, LEXICON) == washed


@settings(max_examples=800, deadline=None)
@given(TEXTS)
def test_characters_come_to_rest(text: str) -> None:
    plain, offsets = normal(text)
    assert normal(plain)[0] == plain
    assert len(plain) <= LONGEST
    assert offsets is None or len(offsets) == len(plain)
    digits, places = arabic(plain, offsets)
    assert arabic(digits, None)[0] == digits
    assert places is None or (len(places) == len(digits) and all(0 <= place < len(text) for place in places))


@settings(max_examples=800, deadline=None)
@given(TEXTS)
def test_keys_take_anything(text: str) -> None:
    unit_key(text)
    floor_of(text)
    assert len(expand_units(text)) <= LONGEST * 60
    assert name_key(name_key(text)) == name_key(text)


def test_the_normal_spelling_says_the_same() -> None:
    for text, _, _ in rows():
        first = wash(text, LEXICON).address
        if first.road and not first.name:
            again = wash(canonical(first), LEXICON).address
            assert address_key(again) == address_key(first), text
            assert (again.floor, again.units, again.district) == (first.floor, first.units, first.district), text


def steps(text: str) -> int:
    """How many calls washing takes, ours and those of the interpreter (patterns, slices, look-ups)."""
    counted = 0

    def count(_: FrameType, event: str, __: object) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        wash(text, LEXICON)
    finally:
        sys.setprofile(None)
    return counted


REPEATED = st.lists(PIECES | st.sampled_from("1-、一(甲A号弄东第 至幢层室0壹"), min_size=1, max_size=4).map("".join)


@settings(max_examples=300, deadline=None)
@given(REPEATED)
def test_steps_grow_no_faster_than_the_text(piece: str) -> None:
    """So many steps a character, whether the text is short or eight times as long; how long each pattern takes is shown
    in bench.addresses."""
    for length in (LONGEST // 8, LONGEST):
        assert steps((piece * LONGEST)[:length]) <= 30 * length + 300


def test_beyond_its_length_a_text_costs_nothing() -> None:
    assert steps("宜山路1、" * 1_000_000) <= steps("宜山路1、" * 100) + 10


def test_numerals_there_and_back() -> None:
    for number in range(1, 100):
        assert number_of(numeral_of(number)) == number
    assert number_of("一百二十三") == 123
    assert number_of("二百零三") == 203
    assert number_of("一千零五") == 1005
    assert number_of("一五八五") == 1585
    assert number_of("廿二") == 22
    assert number_of("一二十") is None
    assert number_of("十百") is None


def test_reasons_point_into_the_text_as_it_was_typed() -> None:
    text = "上海市　卢湾区　瑞金南路１号二十一楼（近龙华东路口）"
    washed = wash(text, LEXICON)
    places = {reason.code: text[slice(*reason.span)] for reason in washed.reasons if reason.span}
    assert places == {"former_district": "卢湾区", "descriptor": "（近龙华东路口）"}
    assert washed.address.floor == "21"


def test_what_is_too_long_is_cut_and_said_to_be() -> None:
    washed = wash("宜山路935号" + "很长的备注" * 60, LEXICON)
    assert washed.cap == "C"
    assert "cut" in {reason.code for reason in washed.reasons}
