"""Zombie addresses: what signals weigh, in which words, and which steps a case may take."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from zhusuo.errors import Invalid
from zhusuo.zombies import rules, scoring
from zhusuo.zombies.model import (
    BEFORE_DECISION,
    CONTESTING,
    MOVES,
    OPEN,
    CaseStatus,
    Signal,
    SignalKind,
    Source,
)

DAY = date(2026, 11, 22)
REGISTRATION = uuid4()


def signal(kind: str, days_ago: int = 0, **facts: object) -> Signal:
    given = {"source": Source.ROSTER, "observed_on": DAY - timedelta(days=days_ago), **facts}
    return Signal(id=uuid4(), registration_id=REGISTRATION, kind=SignalKind(kind), **given)  # type: ignore[arg-type]


def points(*signals: Signal, day: date = DAY) -> int:
    return scoring.score(signals, rules.shipped(), day).points


def test_every_kind_of_signal_has_its_row_in_the_table() -> None:
    assert [each.kind for each in rules.shipped().rules] == list(SignalKind)
    assert all(each.needs for each in rules.shipped().rules)


def test_a_move_out_alone_opens_a_case_a_lease_that_ended_does_not() -> None:
    assert scoring.score([signal("moved_out")], rules.shipped(), DAY).is_suspect
    assert not scoring.score([signal("lease_ended", 90)], rules.shipped(), DAY).is_suspect


def test_a_lease_that_ended_counts_only_after_a_month_of_grace() -> None:
    assert points(signal("lease_ended", 29)) == 0
    assert points(signal("lease_ended", 30)) == 30


def test_a_signal_expires() -> None:
    assert points(signal("mail_returned", 179)) == 30
    assert points(signal("mail_returned", 180)) == 0


def test_what_no_longer_holds_and_what_a_dismissed_case_dealt_with_count_no_more() -> None:
    assert points(signal("moved_out", 10, ended_on=DAY)) == 0
    assert points(signal("moved_out", 10, dismissed_in=uuid4())) == 0


def test_the_same_fact_told_twice_is_one_fact() -> None:
    assert points(signal("mail_returned", 3), signal("mail_returned", 30)) == 30


def test_somebody_who_was_seen_there_weighs_against_what_is_suspected() -> None:
    assert points(signal("moved_out", 20), signal("found_there", 2)) == 0
    assert points(signal("found_there")) == 0


def test_a_score_is_at_most_a_hundred() -> None:
    assert points(signal("moved_out"), signal("found_nobody"), signal("other_tenant")) == 100


@pytest.mark.parametrize(
    ("unit_kind", "measure", "expected"),
    [("room", 5, 0), ("room", 6, 20), ("whole_floor", 20, 0), ("whole_floor", 21, 20), ("virtual", 900, 0)],
)
def test_how_many_may_be_registered_in_a_unit_depends_on_its_kind(unit_kind: str, measure: int, expected: int) -> None:
    assert points(signal("crowded", 5, unit_kind=unit_kind, measure=measure)) == expected


def test_the_score_says_why_and_what_would_change_it() -> None:
    found = scoring.score([signal("lease_ended", 60), signal("mail_returned", 10)], rules.shipped(), DAY)
    assert found.points == 60
    assert [each.text for each in found.reasons] == [
        "租期于 2026-09-23 届满，已过 60 天，没有续租的消息",
        "寄往登记住所的信函于 2026-11-12 退回",
    ]
    assert found.reasons[0].change == "物业报送续租，或确认企业仍在此处，减 30 分"
    assert "2027-05-11 起失效，减 30 分" in found.reasons[1].change
    assert found.outlook == (
        "有一条不成立，就不到立案线：租期届满未续、信函退回",
        "没有新线索的，2027-05-11 起低于立案线",
    )


def test_of_two_strong_reasons_either_alone_reaches_the_line() -> None:
    found = scoring.score([signal("moved_out", 60), signal("found_nobody", 10)], rules.shipped(), DAY)
    assert found.points == 100
    assert not any("有一条不成立" in each for each in found.outlook)


def test_who_else_is_there_is_not_said_to_everybody() -> None:
    [reason] = scoring.score([signal("other_tenant", 5, text="甲公司")], rules.shipped(), DAY).reasons
    assert reason.text == "本单元自 2026-11-17 起由“甲公司”承租"
    assert reason.unnamed == "本单元自 2026-11-17 起另有承租人"


def test_the_score_says_what_comes_by_itself() -> None:
    found = scoring.score([signal("other_tenant", 5, text="甲公司"), signal("lease_ended", 10)], rules.shipped(), DAY)
    assert found.outlook == ("再有 30 分即达立案线 60 分", "2026-12-12 起“租期届满未续”计 +30 分")


def test_the_table_of_rules_is_written_as_it_is_read() -> None:
    shipped = rules.shipped().rules
    assert rules.parse(rules.written(shipped)) == shipped


@pytest.mark.parametrize("text", ["办公 5，商铺 3", "room:5 shop:3", "办公：5、商铺:3", " 办公5 商铺3 "])
def test_limits_are_read_as_people_write_them(text: str) -> None:
    rows = rules.written(rules.shipped().rules)
    rows[10]["limits"] = text
    limits = rules.parse(rows)[10].limits
    assert limits == {"room": 5, "shop": 3}
    assert rules.spoken(limits) == "办公 5，商铺 3"


def test_a_cell_that_cannot_be_right_is_named() -> None:
    rows = rules.written(rules.shipped().rules)
    rows[0]["weight"], rows[1]["after_days"], rows[2]["expires_days"] = "很重", "-1", "0"
    rows[10]["limits"] = "room=5"
    with pytest.raises(Invalid) as refused:
        rules.parse(rows)
    assert set(refused.value.fields) == {
        "weight_lease_ended", "after_days_moved_out", "expires_days_denied", "limits_crowded",
    }  # fmt: skip


def test_due_process_decides_only_after_it_has_heard_or_waited_and_looked() -> None:
    to_clear = {status for status, moves in MOVES.items() if CaseStatus.CLEARED in moves}
    assert to_clear == {CaseStatus.ANSWERED, CaseStatus.INSPECTED}
    assert MOVES[CaseStatus.OPENED] >= {CaseStatus.NOTIFIED}
    assert CaseStatus.INSPECTING not in MOVES[CaseStatus.OPENED] | MOVES[CaseStatus.NOTIFIED]


def test_a_case_can_close_itself_at_any_time_before_the_decision_and_ends_somewhere() -> None:
    assert all(CaseStatus.SETTLED in MOVES[status] for status in BEFORE_DECISION)
    assert {status for status in CaseStatus if status not in MOVES} == {
        CaseStatus.UPHELD, CaseStatus.REVERSED, CaseStatus.DISMISSED, CaseStatus.SETTLED,
    }  # fmt: skip
    assert {*CONTESTING, CaseStatus.APPEALED} == OPEN
