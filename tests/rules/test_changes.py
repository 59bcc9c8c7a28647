"""Whether the dossier goes on covering what came from its units: all parents in one version, the area conserved."""

from decimal import Decimal
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from zhusuo.carriers.history import Coverage
from zhusuo.carriers.model import Unit, UnitEntry, UnitKind
from zhusuo.changes.model import coverage_of, coverage_sentence

AREAS = st.lists(st.decimals(1, 5000, places=2), min_size=1, max_size=6)
ONE, OTHER = uuid4(), uuid4()


def unit(area: Decimal | None) -> Unit:
    return Unit(
        id=uuid4(), carrier_id=ONE, district_code="310104", kind=UnitKind.ROOM, building="", floor=10, label="1001室",
        key="1001", number="", area_m2=area, sharing_allowed=None, part_of=None, version=1, retired_at=None,
    )  # fmt: skip


def entry(area: Decimal | None) -> UnitEntry:
    return UnitEntry(kind=UnitKind.ROOM, building="", floor=10, label="", key="", number="", area_m2=area)


def all_in(units: list[Unit], version: UUID = ONE) -> dict[UUID, UUID]:
    return {each.id: version for each in units}


@given(AREAS, st.integers(1, 99))
def test_an_area_that_is_only_divided_otherwise_is_conserved(areas: list[Decimal], share: int) -> None:
    parents = [unit(area) for area in areas]
    total = sum(areas, Decimal(0))
    one = total * share / 100
    assert coverage_of(parents, [entry(one), entry(total - one)], all_in(parents)) is Coverage.CARRIED


@given(AREAS, st.decimals("-0.5", "0.5", places=4))
def test_one_hundredth_is_what_a_survey_may_differ_by(areas: list[Decimal], off: Decimal) -> None:
    parents = [unit(area) for area in areas]
    total = sum(areas, Decimal(0))
    found = coverage_of(parents, [entry(total * (1 + off))], all_in(parents))
    assert (found is Coverage.CARRIED) is (abs(off) <= Decimal("0.01"))
    assert found.needs_filing is (abs(off) > Decimal("0.01"))


@given(AREAS)
def test_it_takes_all_parents_in_one_version_with_known_areas(areas: list[Decimal]) -> None:
    parents = [unit(area) for area in areas] + [unit(Decimal(10))]
    children = [entry(sum(areas, Decimal(10)))]
    assert coverage_of(parents, children, {}) is Coverage.NONE
    assert coverage_of(parents, children, all_in(parents[:-1])) is Coverage.PARTLY
    assert coverage_of(parents, children, all_in(parents[:-1]) | {parents[-1].id: OTHER}) is Coverage.SEVERAL
    assert coverage_of(parents, [entry(None)], all_in(parents)) is Coverage.AREA_UNKNOWN
    unknown = [*parents[:-1], unit(None)]
    assert coverage_of(unknown, children, all_in(unknown)) is Coverage.AREA_UNKNOWN


def test_every_outcome_is_said_in_words_and_asks_for_a_filing_where_it_takes_one() -> None:
    for each in Coverage:
        said = coverage_sentence(each, Decimal(100), Decimal(90))
        assert said.endswith("。")
        assert ("变更备案" in said) is each.needs_filing
