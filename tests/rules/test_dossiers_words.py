"""Chinese words are found without a dictionary, wherever they stand and however the page breaks them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhusuo.dossiers.search import boxes, snippet
from zhusuo.dossiers.words import occurrences, query, stream, terms, vector

PAGE = "不动产权证书\n权 利 人\t上海澜岸置业有限公司\n坐落 徐汇区肇嘉浜路\n1366号（汇澜大厦） ABC-12"


def test_two_characters_are_enough() -> None:
    assert query("产权") == "('产权')"
    assert "'产权'" in vector(PAGE)


def test_a_longer_word_is_a_phrase_of_its_pairs() -> None:
    assert query("权利人") == "('权利' <-> '利人')"


def test_a_single_character_and_a_latin_word_may_go_on() -> None:
    assert query("证") == "('证':*)"
    assert query("abc") == "('abc':*)"


def test_terms_between_spaces_must_all_stand_there() -> None:
    assert query("产权  汇澜") == "('产权') & ('汇澜')"


def test_marks_and_look_alikes_do_not_count() -> None:
    assert query("（汇澜）") == query("汇澜")
    assert query("⻔牌") == query("门牌")
    assert query("１３６６") == query("1366")


@pytest.mark.parametrize("text", ["", "   ", "，。（）", "'", "&|!<->:*\\"])
def test_nothing_asked_is_nothing(text: str) -> None:
    assert query(text) is None


@given(st.text(max_size=60))
def test_no_text_breaks_the_literals(text: str) -> None:
    for quoted in (vector(text), query(text) or ""):
        assert quoted.count("'") % 2 == 0
        assert "\\" not in quoted


@pytest.mark.parametrize("term", ["权利人", "肇嘉浜路1366", "大厦", "abc12", "证书权利"])
def test_a_term_is_found_across_blanks_and_line_ends(term: str) -> None:
    [(first, last)] = occurrences(PAGE, term)
    assert stream(PAGE[first : last + 1]).characters == term


def test_a_snippet_shows_the_hit_among_its_neighbours() -> None:
    before, found, behind = snippet(PAGE, terms("汇澜大厦"))
    assert found == "汇澜大厦"
    assert before.endswith("1366号（")
    assert behind.startswith("）")


def test_a_hit_is_marked_on_its_line_only_and_goes_on_in_the_next() -> None:
    lines = [("坐落 徐汇区肇嘉浜路", (0.1, 0.1, 0.9, 0.2)), ("1366号", (0.1, 0.3, 0.5, 0.4))]
    found = list(boxes(lines, ["浜路1366"]))
    assert [(box[1], box[3]) for box in found] == [(0.1, 0.2), (0.3, 0.4)]
    assert found[0][0] > 0.7
    assert found[0][2] == pytest.approx(0.9)
    assert found[1][0] == pytest.approx(0.1)
