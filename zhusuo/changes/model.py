"""What a split or a merge does to the dossier's cover, and what it touches. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from zhusuo.carriers.history import ChangeKind, Coverage
from zhusuo.carriers.model import Unit, UnitEntry, unit_name
from zhusuo.dossiers.model import FilingStatus

TOLERANCE = Decimal("0.01")
"""What a new survey may differ by: 1 % of the area before."""


def coverage_of(
    parents: Sequence[Unit], children: Sequence[Unit | UnitEntry], versions: Mapping[UUID, UUID]
) -> Coverage:
    """Whether the new units are covered as those were that they came from; `versions` has the version of each parent
    that is covered.

    They are if one version covered all their parents and the area is conserved. An unknown area is not conserved.
    """
    covering = {versions[each.id] for each in parents if each.id in versions}
    if not covering:
        return Coverage.NONE
    if any(each.id not in versions for each in parents):
        return Coverage.PARTLY
    if len(covering) > 1:
        return Coverage.SEVERAL
    before, after = total_area(parents), total_area(children)
    if before is None or after is None:
        return Coverage.AREA_UNKNOWN
    return Coverage.CARRIED if abs(after - before) <= before * TOLERANCE else Coverage.AREA_DIFFERS


def total_area(units: Sequence[Unit | UnitEntry]) -> Decimal | None:
    """The area of all of them; None if that of one is not known."""
    known = [each.area_m2 for each in units if each.area_m2 is not None]
    return sum(known, Decimal(0)) if len(known) == len(units) else None


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """待安置: a business registered in a unit that was split or merged, or a tenant there, whom nobody has placed yet.

    `places` are the units that came from it.
    """

    id: UUID
    is_registration: bool
    name: str
    unit_id: UUID
    building: str
    number: str
    label: str
    since: date
    places: tuple[tuple[UUID, str], ...] = ()

    @property
    def unit(self) -> str:
        return unit_name(self.building, self.number, self.label)


@dataclass(frozen=True, kw_only=True)
class OpenFiling:
    """A filing under way that means one of the units."""

    id: UUID
    dossier_number: str
    status: FilingStatus


@dataclass(frozen=True, kw_only=True)
class Touched:
    """What there is in the units that a change would end: who has to be placed, and which filings mean them."""

    dossiers: tuple[str, ...]
    waiting: tuple[Waiting, ...]
    filings: tuple[OpenFiling, ...]
    flag_count: int

    @property
    def registrations(self) -> tuple[Waiting, ...]:
        return tuple(each for each in self.waiting if each.is_registration)

    @property
    def tenants(self) -> tuple[Waiting, ...]:
        return tuple(each for each in self.waiting if not each.is_registration)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a split or merge did, or would do: `parents` as they were, and the new units."""

    change_id: UUID
    kind: ChangeKind
    coverage: Coverage
    parents: tuple[Unit, ...]
    children: tuple[Unit, ...]
    touched: Touched

    @property
    def sentence(self) -> str:
        """What becomes of the cover, for whoever does it."""
        return coverage_sentence(self.coverage, total_area(self.parents), total_area(self.children))


def coverage_sentence(coverage: Coverage, before: Decimal | None, after: Decimal | None) -> str:
    match coverage:
        case Coverage.CARRIED:
            return "面积前后相符，新单元由现行备案照旧覆盖。"
        case Coverage.NONE:
            return "原单元没有备案，新单元也没有。"
        case Coverage.PARTLY:
            return "原单元没有全部备案，新单元不在备案范围里；请办理变更备案。"
        case Coverage.SEVERAL:
            return "原单元分属几份档案，新单元不在备案范围里；请办理变更备案。"
        case Coverage.AREA_UNKNOWN:
            return "有单元没有面积，无法核对前后是否相符，新单元不在备案范围里；请补填面积，或办理变更备案。"
        case Coverage.AREA_DIFFERS:
            return f"原面积合计 {before} ㎡，新面积合计 {after} ㎡，相差超过 1%，新单元不在备案范围里；请办理变更备案。"
        case _:
            return "不影响备案。"
