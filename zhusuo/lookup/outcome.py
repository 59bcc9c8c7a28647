"""What may be said about one carrier: the hit that led to it, and what became of it. Pure."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from zhusuo.addresses.model import Class, Reason, worst
from zhusuo.carriers.model import unit_name
from zhusuo.lookup.asked import Asked
from zhusuo.lookup.gates import Gate, UnitRow
from zhusuo.lookup.model import Candidate, FoundCarrier, FoundUnit, UnitVerdict

# What each reason of the lookup costs; those of washing stand in addresses.model.
CAPS: dict[str, Class] = {
    "number_in_range": "B",
    "former_address": "B",
    "former_name": "B",
    "former_unit": "B",
    "by_name": "B",
    "name_unknown": "B",
    "subdistrict": "B",
    "building_word": "B",
    "building_left_out": "B",
    "unit_spelling": "B",
    "unit_not_on_file": "B",
    "unit_virtual": "B",
    "remark": "B",
    "sound": "B",
    "edit": "B",
    "lane_building": "B",
    "corrected": "B",
    "correction_dormant": "A",
    "several": "C",
    "corrected_several": "C",
    "homonym": "C",
    "name_elsewhere": "C",
    "building_unclear": "C",
    "building_needed": "C",
    "unit_several": "C",
    "unit_floor": "C",
    "unit_inside": "C",
    "unit_out_of_range": "C",
    "not_sure": "C",
    "similar": "C",
    "begun": "C",
    "street_number": "N",
    "building_not_on_file": "N",
    "number_not_on_file": "N",
    "road_not_on_file": "N",
    "outside": "N",
    "name_not_on_file": "N",
}


class Hit(Struct, frozen=True, kw_only=True):
    """A carrier that may be meant: the address that led there, all its units asked for, and what differed.

    `owns_name` says that the name in the text is this carrier's, `name_elsewhere` that it is another's.
    """

    gate: Gate
    units: tuple[UnitRow, ...]
    reasons: tuple[Reason, ...] = ()
    owns_name: bool = False
    name_elsewhere: bool = False


class Outcome(Struct, frozen=True, kw_only=True):
    """What became of a hit: the units it leads to, and the reasons why it is not better."""

    hit: Hit
    reasons: tuple[Reason, ...]
    units: tuple[FoundUnit, ...] = ()
    verdict: UnitVerdict = "none"
    candidates: tuple[Candidate, ...] = ()
    same_building: bool = False

    @property
    def cap(self) -> Class:
        return worst([CAPS[reason.code] for reason in self.reasons])


def reason(question: Asked, code: str, text: str, part: str = "") -> Reason:
    """A reason; its place in the text is where `part` stands, if it stands there as written."""
    start = question.washed.input.find(part) if part else -1
    return Reason(code=code, text=text, span=(start, start + len(part)) if start >= 0 else None)


def found_carrier(gate: Gate) -> FoundCarrier:
    return FoundCarrier(
        id=gate.carrier_id,
        name=gate.carrier,
        kind=gate.kind,
        address=gate.today or gate.text,
        district_code=gate.district_code,
    )


def found_unit(unit: UnitRow) -> FoundUnit:
    return FoundUnit(id=unit.id, label=unit_name(unit.building, unit.number, unit.label))


def unit_difference(unit: UnitRow) -> str:
    if unit.former:
        return f"由{unit.former}变动而来的{unit_name(unit.building, unit.number, unit.label)}"
    return unit.building or unit_name(unit.building, unit.number, unit.label)


def became(units: Sequence[UnitRow]) -> str:
    """A former unit and what it is today, in words."""
    return (
        f"“{units[0].former}”已变动，现为{listed(unit_name(each.building, each.number, each.label) for each in units)}"
    )


def listed(names: Iterable[str]) -> str:
    shown = [name for name in names if name]
    return "、".join(shown[:5]) + ("等" if len(shown) > 5 else "")
