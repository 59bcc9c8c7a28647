"""使用权链: whole chains, first breaks, and the shortest list of papers that closes them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations
from random import Random
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from zhusuo.rights import (
    Chain,
    Doubt,
    Flaw,
    Right,
    RightKind,
    Step,
    chain,
    chain_to_lessor,
    chain_to_party,
    plain_name,
)

DAY = date(2026, 11, 1)
UNIT, OTHER = UUID(int=1), UUID(int=2)
OWNER, OPERATOR, SECOND, TENANT = (
    "上海禾舟投资发展有限公司",
    "砚辰资产运营管理有限公司",
    "二房东有限公司",
    "申请人有限公司",
)
TITLE = Right(kind=RightKind.HOLDS_TITLE, holder=OWNER)
MANDATE = Right(kind=RightKind.MAY_SUBLET, grantor=OWNER, holder=OPERATOR, ends_on=date(2030, 1, 1))
LEASE = Right(kind=RightKind.LETS, grantor=OPERATOR, holder=TENANT, ends_on=date(2028, 1, 1))


def flaws(found: Chain) -> list[Flaw | None]:
    return [step.flaw for step in found.steps]


def test_a_title_a_mandate_and_a_lease_make_a_whole_chain() -> None:
    found = chain([LEASE, MANDATE, TITLE], UNIT, TENANT, DAY)
    assert [step.holder for step in found.steps] == [OWNER, OPERATOR, TENANT]
    assert found.whole
    assert not found.doubtful


def test_the_owner_who_applies_needs_no_lease() -> None:
    found = chain([TITLE], UNIT, OWNER, DAY)
    assert [step.kind for step in found.steps] == [RightKind.HOLDS_TITLE]
    assert found.whole


def test_a_mandate_that_is_over_breaks_where_it_stands_and_asks_for_one_paper() -> None:
    found = chain([TITLE, replace(MANDATE, ends_on=date(2026, 6, 30)), LEASE], UNIT, TENANT, DAY)
    assert flaws(found) == [None, Flaw.ENDED, None]
    assert found.broken_at == found.steps[1]
    assert found.gaps[0].wanted("1403室") == (
        f"“{OWNER}”许“{OPERATOR}”以自己名义出租“1403室”的有效授权（原件至 2026-06-30）"
    )


def test_a_mandate_that_only_lets_in_the_owner_s_name_asks_for_leave_to_sublet() -> None:
    found = chain([TITLE, replace(MANDATE, kind=RightKind.MAY_LET), LEASE], UNIT, TENANT, DAY)
    assert flaws(found) == [None, Flaw.NO_LEAVE, None]
    assert "同意" in found.gaps[0].wanted("1403室")
    owners = replace(LEASE, grantor=OWNER)
    assert chain([TITLE, replace(MANDATE, kind=RightKind.MAY_LET), owners], UNIT, TENANT, DAY).whole


def test_a_mandate_for_other_units_does_not_carry() -> None:
    found = chain([TITLE, replace(MANDATE, units=frozenset({OTHER})), LEASE], UNIT, TENANT, DAY)
    assert flaws(found) == [None, Flaw.OUT_OF_SCOPE, None]
    unread = replace(MANDATE, units=frozenset({OTHER}), doubts=frozenset({Doubt.SCOPE}))
    doubtful = chain([TITLE, unread, LEASE], UNIT, TENANT, DAY)
    assert doubtful.whole
    assert [step.holder for step in doubtful.doubtful] == [OPERATOR]


def test_a_lessor_nobody_knows_is_asked_for_one_authority() -> None:
    found = chain([TITLE, MANDATE, replace(LEASE, grantor="璟和房产经纪有限公司")], UNIT, TENANT, DAY)
    assert len(found.gaps) == 1
    assert found.gaps[0].flaw is Flaw.MISSING
    assert found.gaps[0].kind is RightKind.MAY_SUBLET


def test_a_tenant_who_lets_on_needs_the_owner_s_leave() -> None:
    head = Right(kind=RightKind.LETS, grantor=OWNER, holder=SECOND, ends_on=date(2030, 1, 1))
    own = replace(LEASE, grantor=SECOND)
    assert flaws(chain([TITLE, head, own], UNIT, TENANT, DAY)) == [None, Flaw.NO_LEAVE, None]
    leave = replace(head, kind=RightKind.MAY_SUBLET)
    assert chain([TITLE, head, leave, own], UNIT, TENANT, DAY).whole


def test_three_hands_make_a_chain_of_four_steps() -> None:
    onward = Right(kind=RightKind.MAY_SUBLET, grantor=OPERATOR, holder=SECOND)
    found = chain([TITLE, MANDATE, onward, replace(LEASE, grantor=SECOND)], UNIT, TENANT, DAY)
    assert [step.holder for step in found.steps] == [OWNER, OPERATOR, SECOND, TENANT]
    assert found.whole


def test_without_a_tenant_the_chain_ends_at_whoever_is_to_let() -> None:
    assert [step.holder for step in chain_to_lessor([TITLE, MANDATE], UNIT, DAY).steps] == [OWNER, OPERATOR]
    assert [step.holder for step in chain_to_lessor([TITLE], UNIT, DAY).steps] == [OWNER]
    assert chain_to_lessor([], UNIT, DAY).steps == ()
    other = Right(kind=RightKind.MAY_SUBLET, grantor=OWNER, holder=SECOND, units=frozenset({OTHER}))
    here = replace(MANDATE, units=frozenset({UNIT}))
    assert chain_to_lessor([TITLE, other, here], UNIT, DAY).steps[-1].holder == OPERATOR


def test_a_chain_to_one_party_is_not_led_around_it() -> None:
    over = replace(MANDATE, ends_on=date(2026, 6, 30))
    assert flaws(chain_to_party([TITLE, over], UNIT, OPERATOR, DAY)) == [None, Flaw.ENDED]


def test_where_no_paper_names_anybody_a_deed_and_a_lease_are_asked_for() -> None:
    assert [step.kind for step in chain([], UNIT, TENANT, DAY).gaps] == [RightKind.HOLDS_TITLE, RightKind.LETS]


def test_spellings_of_a_name_are_one_party() -> None:
    found = chain([TITLE, MANDATE, replace(LEASE, grantor="砚辰 资产运营管理（有限公司）")], UNIT, TENANT, DAY)
    assert found.whole


# Any rights whatever

PARTIES = ("甲公司", "乙公司", "丙公司", TENANT)
parties = st.sampled_from(PARTIES)
days = st.none() | st.sampled_from([DAY - timedelta(days=9), DAY, DAY + timedelta(days=9)])
rights = st.builds(
    Right,
    kind=st.sampled_from(RightKind),
    holder=parties,
    grantor=parties,
    units=st.sampled_from([None, frozenset({UNIT}), frozenset({OTHER})]),
    starts_on=days,
    ends_on=days,
    doubts=st.frozensets(st.sampled_from(Doubt), max_size=1),
).map(lambda right: replace(right, grantor="") if right.kind is RightKind.HOLDS_TITLE else right)
many = st.lists(rights, max_size=5)


def brought(step: Step) -> Right:
    """The paper that a gap asks for."""
    return Right(kind=step.kind, grantor=step.grantor, holder=step.holder)


def carries(found: Chain) -> bool:
    """Whether every step stands on a paper that is good for the unit and the day, one handing to the next."""
    last = len(found.steps) - 1
    for number, step in enumerate(found.steps):
        if step.right is None or step.right.flaw(UNIT, DAY, last=number == last and step.kind is RightKind.LETS):
            return False
        if number and plain_name(step.grantor) != plain_name(found.steps[number - 1].holder):
            return False
    return found.steps[0].kind is RightKind.HOLDS_TITLE and plain_name(found.steps[-1].holder) == plain_name(TENANT)


@given(many)
def test_a_whole_chain_stands_on_good_papers_from_a_title_to_the_tenant(found: list[Right]) -> None:
    answer = chain(found, UNIT, TENANT, DAY)
    assert answer.whole == (not answer.gaps)
    assert answer.whole == carries(answer)


@given(many, st.randoms())
def test_the_order_of_papers_says_nothing(found: list[Right], chance: Random) -> None:
    shuffled = list(found)
    chance.shuffle(shuffled)
    assert chain(shuffled, UNIT, TENANT, DAY) == chain(found, UNIT, TENANT, DAY)


@given(many, rights)
def test_another_paper_never_breaks_a_whole_chain(found: list[Right], more: Right) -> None:
    if chain(found, UNIT, TENANT, DAY).whole:
        assert chain([*found, more], UNIT, TENANT, DAY).whole


def every_paper() -> Iterable[Right]:
    """Whatever might be brought; that the tenant owns the house is not asked of anybody."""
    for holder in PARTIES:
        if holder != TENANT:
            yield Right(kind=RightKind.HOLDS_TITLE, holder=holder)
        for grantor in PARTIES:
            if grantor != holder:
                yield Right(kind=RightKind.MAY_SUBLET, grantor=grantor, holder=holder)
                yield Right(kind=RightKind.LETS, grantor=grantor, holder=holder)


@settings(max_examples=60, deadline=None)
@given(st.lists(rights, min_size=1, max_size=4))
def test_the_papers_asked_for_close_the_chain_and_none_fewer_would(found: list[Right]) -> None:
    answer = chain(found, UNIT, TENANT, DAY)
    assert chain([*found, *map(brought, answer.gaps)], UNIT, TENANT, DAY).whole
    for few in range(len(answer.gaps)):
        for papers in combinations(every_paper(), few):
            assert not chain([*found, *papers], UNIT, TENANT, DAY).whole
