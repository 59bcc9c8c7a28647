"""Which unit of a carrier is meant: its key must be equal, its floor must agree, and there must be one. Pure."""

from collections.abc import Iterable, Sequence

from zhusuo.addresses.keys import floor_of
from zhusuo.addresses.model import Reason
from zhusuo.carriers.model import CarrierKind
from zhusuo.lookup.asked import Asked, AskedUnit
from zhusuo.lookup.gates import Gate, UnitRow
from zhusuo.lookup.model import Candidate, UnitVerdict
from zhusuo.lookup.outcome import Hit, Outcome, became, found_carrier, found_unit, listed, reason, unit_difference


def with_units(
    question: Asked, hit: Hit, reasons: list[Reason], units: Sequence[UnitRow], same_building: bool
) -> Outcome:
    wanted = question.units
    if hit.gate.kind == CarrierKind.STREET:
        own = [unit for unit in units if unit.number and not unit.key]
        if own:
            return _shop(question, hit, reasons, own[0], units)
    if not wanted:
        if hit.gate.kind == CarrierKind.STREET and units:
            reasons.append(reason(question, "unit_several", f"{question.gate}有几个单元，请选择"))
            return _outcome(hit, reasons, units, same_building)
        return Outcome(hit=hit, reasons=tuple(reasons), same_building=same_building)
    found: list[UnitRow] = []
    near: list[UnitRow] = []
    verdict: UnitVerdict = "known"
    for each in wanted:
        unit, others, why, missing = _one_unit(question, hit.gate, each, units)
        reasons += why
        near += others
        if unit is None:
            verdict = missing
        else:
            found.append(unit)
    if verdict != "known":
        return _outcome(hit, reasons, near or found, same_building, verdict)
    return _found(hit, reasons, found, same_building)


def _shop(question: Asked, hit: Hit, reasons: list[Reason], shop: UnitRow, units: Sequence[UnitRow]) -> Outcome:
    """A shop on the road: the house number is the unit. What lies behind or above it is not the shop."""
    address = question.address
    inside = [unit for unit in units if unit.key]
    if not (address.units or address.building or address.entrance) and address.floor in ("", "1", str(shop.floor)):
        return _found(hit, reasons, [shop], False)
    if len(question.units) == 1 and not address.building:
        unit, _, why, _ = _one_unit(question, hit.gate, question.units[0], inside)
        if unit is not None:
            return _found(hit, [*reasons, *why], [unit], False)
    text = f"登记的是{found_unit(shop).label}沿街商铺，不能确定里面的房号"
    return _outcome(hit, [*reasons, reason(question, "unit_inside", text)], [shop], False, "plausible")


def _found(hit: Hit, reasons: list[Reason], units: list[UnitRow], same_building: bool) -> Outcome:
    return Outcome(
        hit=hit,
        reasons=tuple(reasons),
        units=tuple([found_unit(unit) for unit in units]),
        verdict="known",
        same_building=same_building,
    )


def _outcome(
    hit: Hit,
    reasons: list[Reason],
    near: Iterable[UnitRow],
    same_building: bool,
    verdict: UnitVerdict = "none",
) -> Outcome:
    carrier = found_carrier(hit.gate)
    return Outcome(
        hit=hit,
        reasons=tuple(reasons),
        verdict=verdict,
        candidates=tuple(
            Candidate(carrier=carrier, unit=found_unit(unit), difference=unit_difference(unit)) for unit in near
        ),
        same_building=same_building,
    )


def _one_unit(
    question: Asked, gate: Gate, wanted: AskedUnit, units: Sequence[UnitRow]
) -> tuple[UnitRow | None, list[UnitRow], list[Reason], UnitVerdict]:
    """The unit; or units near it, why none is it, and what may be said of it."""
    same = [unit for unit in units if unit.key in wanted.keys]
    why: list[Reason] = []
    loose = () if same else [unit for unit in units if unit.key in wanted.loose and _in_building(question, unit)]
    if loose:
        same = [*loose]
        why = [reason(question, "unit_spelling", f"“{wanted.text}”按备案的“{loose[0].label}”理解", wanted.text)]
    fitting = [unit for unit in same if question.floor is None or _floor(unit) in (None, question.floor)]
    if fitting and fitting[0].former:
        why = [reason(question, "former_unit", became(fitting), wanted.text)]
    if len(fitting) == 1:
        return fitting[0], [], why, "known"
    if len(fitting) > 1:
        text = f"“{wanted.text}”有{len(fitting)}处：{listed(unit_difference(unit) for unit in fitting)}"
        if fitting[0].former:
            text = f"原来的一处现有{len(fitting)}处，请选定"
        return None, fitting, [*why, reason(question, "unit_several", text, wanted.text)], "plausible"
    if same:
        text = f"{same[0].label}备案在{_floor(same[0])}层，这里写的是{question.floor}层"
        return None, same, [reason(question, "unit_floor", text, wanted.text)], "plausible"
    inside = [unit for unit in units if wanted.room and unit.key == wanted.room]
    if inside:
        text = f"“{wanted.text}”没有登记，登记的是{inside[0].label}"
        return None, inside, [reason(question, "unit_inside", text, wanted.text)], "virtual"
    if _beyond(gate, wanted.floor):
        text = f"“{wanted.text}”超出这里的楼层"
        return None, [], [reason(question, "unit_out_of_range", text, wanted.text)], "out_of_range"
    if wanted.virtual:
        text = f"“{wanted.text}”像是集中登记的虚拟房号，没有登记"
        return None, [], [reason(question, "unit_virtual", text, wanted.text)], "virtual"
    return None, [], [reason(question, "unit_not_on_file", f"“{wanted.text}”没有登记", wanted.text)], "plausible"


def _in_building(question: Asked, unit: UnitRow) -> bool:
    return bool(question.building) or not unit.building


def _floor(unit: UnitRow) -> int | None:
    return unit.floor if unit.floor is not None else floor_of(unit.key)


def _beyond(gate: Gate, floor: int | None) -> bool:
    if floor is None:
        return False
    limit = gate.floors_above if floor > 0 else gate.floors_below
    return limit is not None and abs(floor) > limit
