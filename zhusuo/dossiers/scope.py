"""备案范围: from the whole carrier, buildings, floors or named units to the units themselves."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from zhusuo.carriers.model import Unit, UnitKind
from zhusuo.dossiers.model import ScopeKind


@dataclass(frozen=True, kw_only=True)
class Resolved:
    """The units a scope means, and those of its parts that are not in the carrier (any more)."""

    units: tuple[Unit, ...]
    unknown: tuple[str, ...]

    @property
    def unit_ids(self) -> tuple[UUID, ...]:
        return tuple(unit.id for unit in self.units)


def floor_part(building: str, floor: int) -> str:
    """A floor as `scope` keeps it."""
    return f"{building}|{floor}"


def resolve(kind: ScopeKind, scope: Sequence[str], units: Iterable[Unit]) -> Resolved:
    """The units that can be let, are not retired, and lie in the scope."""
    lettable = [unit for unit in units if unit.retired_at is None and unit.kind is not UnitKind.SERVICE]
    if kind is ScopeKind.WHOLE:
        return Resolved(units=tuple(lettable), unknown=())
    wanted = set(scope)
    chosen = [unit for unit in lettable if _part(kind, unit) in wanted]
    met = {_part(kind, unit) for unit in chosen}
    return Resolved(units=tuple(chosen), unknown=tuple(part for part in scope if part not in met))


def _part(kind: ScopeKind, unit: Unit) -> str | None:
    if kind is ScopeKind.BUILDINGS:
        return unit.building
    if kind is ScopeKind.FLOORS:
        return None if unit.floor is None else floor_part(unit.building, unit.floor)
    return str(unit.id)


def describe(kind: ScopeKind, scope: Sequence[str], units: Sequence[Unit]) -> str:
    """The scope in words for people; `units` are the resolved ones."""
    count = f"{len(units)} 个单元"
    if kind is ScopeKind.WHOLE:
        return f"整个载体，{count}"
    if kind is ScopeKind.BUILDINGS:
        return f"{'、'.join(part or '未分幢部分' for part in scope)}，{count}"
    if kind is ScopeKind.FLOORS:
        return f"{'、'.join(_floor_words(part) for part in scope)}，{count}"
    named = "、".join(unit.name for unit in units[:6])
    return f"{named} 等 {count}" if len(units) > 6 else named


def _floor_words(part: str) -> str:
    building, _, floor = part.rpartition("|")
    number = int(floor)
    words = f"地下 {-number} 层" if number < 0 else f"{number} 层"
    return f"{building} {words}" if building else words
