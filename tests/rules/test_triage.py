"""分拣: what sends a filing where, and that nothing doubtful is ever called plain."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhusuo.registrations.sorting import chain_status
from zhusuo.registrations.triage import RULES, Doubtful, Inputs, ReviewPath, sort

CLEAN = Inputs(documents=5, chain="whole", chain_said="完整")
FIELD = Doubtful(document_id="x", page=2, label="权利人", why="把握 71%")


def test_a_filing_in_which_everything_was_read_and_agrees_is_plain() -> None:
    assert sort(CLEAN).path is ReviewPath.PLAIN
    assert sort(CLEAN).reasons == ()


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"reading": ["01-产证.pdf"]}, "reading"),
        ({"unread": ["扫描件002.pdf"]}, "unread"),
        ({"warned": ["01-产证.pdf"]}, "warned"),
        ({"missing": ["平面图"]}, "missing"),
        ({"grave": ["授权已到期"]}, "grave"),
        ({"chain": "broken", "chain_said": "断在授权"}, "chain_broken"),
        ({"chain": "unread"}, "chain_unread"),
        ({"documents": 0}, "nothing"),
        ({"failed": "TimeoutError"}, "failed"),
    ],
)
def test_whatever_is_missing_unread_broken_or_failed_asks_for_a_full_review(changed: dict[str, Any], code: str) -> None:
    found = sort(replace(CLEAN, **changed))
    assert found.path is ReviewPath.FULL
    assert [each.code for each in found.reasons] == [code]


def test_what_is_still_being_read_is_no_fault_yet() -> None:
    found = sort(replace(CLEAN, reading=["01-产证.pdf"], missing=["平面图"], chain="unread"))
    assert [each.text for each in found.reasons] == ["还在识别：01-产证.pdf。"]


@pytest.mark.parametrize(
    "changed",
    [{"odd": ["坐落与载体地址不同"]}, {"chain": "doubtful"}, {"doubtful": [FIELD]}, {"flawed_pages": ["第 2 页"]}],
)
def test_what_is_only_doubtful_names_what_to_look_at(changed: dict[str, Any]) -> None:
    found = sort(replace(CLEAN, **changed))
    assert found.path is ReviewPath.FIELDS
    assert found.reasons[0].text.endswith("。")


words = st.lists(st.text(max_size=3), max_size=2)


@given(
    st.builds(
        Inputs,
        documents=st.integers(0, 3),
        reading=words,
        unread=words,
        warned=words,
        missing=words,
        grave=words,
        odd=words,
        chain=st.sampled_from(["whole", "doubtful", "broken", "unread"]),
        doubtful=st.lists(st.just(FIELD), max_size=1),
        flawed_pages=words,
        failed=st.sampled_from(["", "ValueError"]),
    )
)
def test_one_more_doubt_never_makes_a_review_lighter(said: Inputs) -> None:
    order = list(ReviewPath)
    worse = replace(said, doubtful=[*said.doubtful, FIELD])
    assert order.index(sort(worse).path) >= order.index(sort(said).path)
    assert (sort(said).path is ReviewPath.PLAIN) == (not sort(said).reasons)


def test_every_rule_has_a_code_of_its_own() -> None:
    assert len({code for code, _, _ in RULES}) == len(RULES)


def test_without_any_chain_nobody_knows_who_may_let() -> None:
    assert chain_status([]) == ("unread", "")
