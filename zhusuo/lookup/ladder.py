"""From what stands at a gate to an answer: which carrier, which unit, how surely. Pure.

The rule behind all others: a carrier or unit that it is not is the worst answer there is, so whatever is not equal in
every number, or could also be something that is not on file, goes to a person with candidates (class C).
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from uuid import UUID

from zhusuo.addresses.keys import building_key, canonical, covers, floor_of, search_key
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.addresses.model import Class, Reason, worst
from zhusuo.carriers.model import CarrierKind, unit_name
from zhusuo.lookup.asked import Asked, AskedUnit
from zhusuo.lookup.model import Candidate, FoundCarrier, FoundUnit, Match, UnitVerdict
from zhusuo.lookup.store import Gate, UnitRow

MOST_CANDIDATES = 10

# What each reason of the lookup costs; those of washing stand in addresses.model.
CAPS: dict[str, Class] = {
    "number_in_range": "B",
    "former_address": "B",
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
    "several": "C",
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
    "street_number": "N",
    "building_not_on_file": "N",
    "number_not_on_file": "N",
    "road_not_on_file": "N",
    "outside": "N",
    "name_not_on_file": "N",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """A carrier that may be meant: the address that led there, all its units asked for, and what differed.

    `owns_name` says that the name in the text is this carrier's, `name_elsewhere` that it is another's.
    """

    gate: Gate
    units: tuple[UnitRow, ...]
    reasons: tuple[Reason, ...] = ()
    owns_name: bool = False
    name_elsewhere: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of a hit: the units it leads to, and the reasons why it is not better."""

    hit: Hit
    reasons: tuple[Reason, ...]
    units: tuple[FoundUnit, ...] = ()
    verdict: UnitVerdict = "none"
    candidates: tuple[Candidate, ...] = ()
    same_building: bool = False

    @property
    def cap(self) -> Class:
        cap: Class = "A"
        for reason in self.reasons:
            cap = worst(cap, CAPS[reason.code])
        return cap


def reason(question: Asked, code: str, text: str, part: str = "") -> Reason:
    """A reason; its place in the text is where `part` stands, if it stands there as written."""
    start = question.washed.input.find(part) if part else -1
    return Reason(code=code, text=text, span=(start, start + len(part)) if start >= 0 else None)


# -- which carriers stand at the gate ----------------------------------------------------------------------------


def hits(question: Asked, gates: Sequence[Gate]) -> list[Hit]:
    """The carriers that hold the number asked for, each once."""
    carriers: dict[UUID, list[Gate]] = {}
    for gate in gates:
        carriers.setdefault(gate.carrier_id, []).append(gate)
    found = (_hit(question, each) for each in carriers.values())
    return [each for each in found if each is not None]


def _hit(question: Asked, gates: list[Gate]) -> Hit | None:
    address = question.address
    units = tuple({unit.id: unit for gate in gates for unit in gate.units}.values())
    exact = [gate for gate in gates if gate.number == address.number and (gate.number or address.lane)]
    if exact:
        # The same gate with and without a building: the one that names the building asked for.
        exact.sort(key=lambda gate: building_key(gate.building) != question.building)
        return Hit(gate=exact[0], units=units)
    if question.parts:
        holding = [_holding(gates, part, bool(address.lane)) for part in question.parts]
        if all(holding):
            gate = next(each for each in holding if each)
            text = f"{address.number}号在备案的{gate.number}号之内"
            return Hit(gate=gate, units=units, reasons=(reason(question, "number_in_range", text, address.number),))
        whole = next((gate for gate in gates if not gate.number and not gate.lane), None)
        if whole and any(unit.number == address.number for unit in units):
            return Hit(gate=whole, units=units)
        compound = next((gate for gate in gates if not gate.number and gate.lane), None)
        inside = tuple(unit for unit in units if building_key(unit.building) == address.number)
        if compound and inside and not question.building:
            text = f"{address.number}号按{compound.text}里的{inside[0].building}理解"
            return Hit(gate=compound, units=inside, reasons=(reason(question, "lane_building", text, address.number),))
        return None
    numbered = [gate for gate in gates if gate.number == question.building] if address.lane else []
    if numbered:
        text = f"“{address.building}”按{numbered[0].text}理解"
        return Hit(gate=numbered[0], units=units, reasons=(reason(question, "lane_building", text, address.building),))
    whole = next((gate for gate in gates if not gate.number), None)
    return Hit(gate=whole, units=units) if whole else None


def _holding(gates: list[Gate], part: str, in_lane: bool) -> Gate | None:
    return next((gate for gate in gates if gate.number and covers(gate.number, part, in_lane=in_lane)), None)


def choose(found: list[Hit], owners: Set[UUID]) -> list[Hit]:
    """Among several carriers at one gate, the one whose name stands in the text; `owners` have that name."""
    told = [
        replace(hit, owns_name=hit.gate.carrier_id in owners, name_elsewhere=bool(owners - {hit.gate.carrier_id}))
        for hit in found
    ]
    named = [hit for hit in told if hit.owns_name]
    return named if len(named) == 1 else told


# -- building and unit -------------------------------------------------------------------------------------------


def needs_buildings(question: Asked, found: Iterable[Hit]) -> list[UUID]:
    """The carriers whose buildings have to be known before a unit can be told."""
    return [
        hit.gate.carrier_id
        for hit in found
        if not hit.gate.building
        and not _lane_number(question, hit)
        and (question.building or any(unit.building for unit in hit.units))
    ]


def _lane_number(question: Asked, hit: Hit) -> bool:
    """望园路2066弄1号楼 at the gate 2066弄1号: the building is the number."""
    return bool(hit.gate.number) and not question.address.number and hit.gate.number == question.building


def _named_building(question: Asked, gate: Gate) -> bool:
    """东方大厦乙楼: the building belongs to the carrier's name."""
    address = question.address
    return bool(address.building) and search_key(address.name + address.building) == search_key(gate.carrier)


def judge(question: Asked, hit: Hit, buildings: Mapping[UUID, Sequence[str]], lexicon: Lexicon) -> Outcome:
    """Everything that is to be said about one carrier at the gate."""
    reasons = [*hit.reasons, *_surroundings(question, hit, lexicon)]
    gate, wanted = hit.gate, question.building
    units = hit.units
    same_building = False
    if gate.kind == CarrierKind.STREET and question.address.number:
        units = tuple(unit for unit in units if unit.number == question.address.number)
        if not units:
            text = f"{gate.carrier}没有登记{question.address.number}号"
            return Outcome(
                hit=hit, reasons=(*reasons, reason(question, "street_number", text, question.address.number))
            )
    elif _lane_number(question, hit) or _named_building(question, gate):
        same_building = True
    elif gate.building:
        if not wanted:
            text = f"没有写楼号；这个门牌备案的是{gate.building}"
            reasons.append(reason(question, "building_needed", text))
        elif building_key(gate.building) == wanted:
            same_building = True
            reasons += _building_word(question, gate.building)
        else:
            return _not_this_building(question, hit, reasons, [gate.building])
    else:
        known = {building_key(each): each for each in buildings.get(gate.carrier_id, ())}
        if wanted and wanted in known:
            same_building = True
            units = tuple(unit for unit in units if building_key(unit.building) == wanted)
            reasons += _building_word(question, known[wanted])
        elif wanted and set(known) - {""}:
            return _not_this_building(question, hit, reasons, [each for each in known.values() if each])
        elif wanted:
            text = f"{gate.carrier}没有分楼登记，不能确定“{question.address.building}”"
            reasons.append(reason(question, "building_unclear", text, question.address.building))
        elif any(unit.building for unit in units):
            if len(known) > 1:
                reasons.append(reason(question, "building_needed", f"没有写楼号；这里有{_list(known.values())}"))
            else:
                reasons.append(reason(question, "building_left_out", f"没有写楼号，这里只有{units[0].building}"))
    return _with_units(question, hit, reasons, units, same_building)


def _surroundings(question: Asked, hit: Hit, lexicon: Lexicon) -> Iterable[Reason]:
    """What the text says besides: name, subdistrict, a district that it leaves out."""
    address, gate = question.address, hit.gate
    if gate.ended:
        yield reason(question, "former_address", f"“{gate.text}”是旧地址")
    if address.name and not hit.owns_name and search_key(address.name) not in search_key(gate.carrier):
        if hit.name_elsewhere:
            yield reason(question, "name_elsewhere", f"“{address.name}”是另一处载体的名称", address.name)
        else:
            yield reason(question, "name_unknown", f"“{address.name}”不是已登记的名称，没有用来查找", address.name)
    code = lexicon.codes.get(address.subdistrict)
    if code and code != gate.subdistrict_code:
        yield reason(question, "subdistrict", f"写的是{address.subdistrict}，备案在别的街镇", address.subdistrict)
    if address.road in lexicon.homonyms and not address.district:
        yield reason(question, "homonym", f"“{address.road}”不止一处，请写明区名", address.road)
    if address.part and not address.units and not address.floor:
        yield reason(question, "remark", f"“{address.part}”没有用来查找", address.part)


def _building_word(question: Asked, filed: str) -> list[Reason]:
    written = question.address.building
    if written == filed or building_key(written) == written or building_key(filed) == filed:
        return []
    return [reason(question, "building_word", f"“{written}”按备案的“{filed}”理解", written)]


def _not_this_building(question: Asked, hit: Hit, reasons: list[Reason], filed: list[str]) -> Outcome:
    text = f"“{question.address.building}”没有备案；这个门牌备案的有{_list(filed)}"
    return Outcome(
        hit=hit, reasons=(*reasons, reason(question, "building_not_on_file", text, question.address.building))
    )


def _list(names: Iterable[str]) -> str:
    shown = [name for name in names if name]
    return "、".join(shown[:5]) + ("等" if len(shown) > 5 else "")


def _with_units(
    question: Asked, hit: Hit, reasons: list[Reason], units: Sequence[UnitRow], same_building: bool
) -> Outcome:
    own = [unit for unit in units if unit.number and not unit.key]
    wanted = question.units
    if hit.gate.kind == CarrierKind.STREET and own:
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
        units=tuple(found_unit(unit) for unit in units),
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
            Candidate(carrier=carrier, unit=found_unit(unit), difference=_unit_difference(unit)) for unit in near
        ),
        same_building=same_building,
    )


def _one_unit(
    question: Asked, gate: Gate, wanted: AskedUnit, units: Sequence[UnitRow]
) -> tuple[UnitRow | None, list[UnitRow], list[Reason], UnitVerdict]:
    """The unit; or units near it, why none is it, and what may be said of it."""
    same = [unit for unit in units if unit.key in wanted.keys]
    loose = [unit for unit in units if unit.key in wanted.loose]
    why: list[Reason] = []
    if not same and loose:
        same = loose
        why = [reason(question, "unit_spelling", f"“{wanted.text}”按备案的“{loose[0].label}”理解", wanted.text)]
    fitting = [unit for unit in same if question.floor is None or _floor(unit) in (None, question.floor)]
    if len(fitting) == 1:
        return fitting[0], [], why, "known"
    if len(fitting) > 1:
        text = f"“{wanted.text}”有{len(fitting)}处：{_list(_unit_difference(unit) for unit in fitting)}"
        return None, fitting, [reason(question, "unit_several", text, wanted.text)], "plausible"
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


def _floor(unit: UnitRow) -> int | None:
    return unit.floor if unit.floor is not None else floor_of(unit.key)


def _beyond(gate: Gate, floor: int | None) -> bool:
    if floor is None:
        return False
    limit = gate.floors_above if floor > 0 else gate.floors_below
    return limit is not None and abs(floor) > limit


# -- the answer --------------------------------------------------------------------------------------------------


def found_carrier(gate: Gate) -> FoundCarrier:
    return FoundCarrier(
        id=gate.carrier_id, name=gate.carrier, kind=gate.kind, address=gate.text, district_code=gate.district_code
    )


def found_unit(unit: UnitRow) -> FoundUnit:
    return FoundUnit(id=unit.id, label=unit_name(unit.building, unit.number, unit.label))


def _unit_difference(unit: UnitRow) -> str:
    return unit.building or unit_name(unit.building, unit.number, unit.label)


def settle(question: Asked, outcomes: list[Outcome]) -> Match:
    """One answer out of what was said about each carrier at the gate."""
    viable = [each for each in outcomes if each.cap != "N"] or outcomes
    if question.building and any(each.same_building for each in viable):
        viable = [each for each in viable if each.same_building]
    if len(viable) > 1:
        text = f"同一门牌有{len(viable)}处载体，请选择"
        return answer(
            question,
            "C",
            (reason(question, "several", text, question.address.number),),
            candidates=sorted(
                (candidate for each in viable for candidate in _candidates(question, each)),
                key=lambda candidate: candidate.unit is None,
            ),
        )
    best = viable[0]
    cap = worst(best.cap, question.washed.cap)
    if cap in ("C", "N"):
        return answer(question, cap, best.reasons, verdict=best.verdict, candidates=_candidates(question, best))
    return answer(
        question,
        cap,
        best.reasons,
        carrier=found_carrier(best.hit.gate),
        units=best.units,
        verdict=best.verdict,
    )


def _candidates(question: Asked, outcome: Outcome) -> list[Candidate]:
    if outcome.candidates:
        return list(outcome.candidates)
    gate = outcome.hit.gate
    carrier = found_carrier(gate)
    difference = gate.building or CarrierKind(gate.kind).label
    if question.units and not outcome.units:
        difference += "，没有登记这个单元"
    units: tuple[FoundUnit | None, ...] = outcome.units or (None,)
    return [Candidate(carrier=carrier, unit=unit, difference=difference) for unit in units]


def neighbours(gates: Iterable[Gate]) -> list[Candidate]:
    """Candidates without units: what stands nearby, each carrier once."""
    carriers = {gate.carrier_id: gate for gate in gates}
    return [Candidate(carrier=found_carrier(gate), unit=None, difference=gate.text) for gate in carriers.values()]


def answer(
    question: Asked,
    class_: Class,
    reasons: Iterable[Reason],
    *,
    carrier: FoundCarrier | None = None,
    units: tuple[FoundUnit, ...] = (),
    verdict: UnitVerdict = "none",
    candidates: Iterable[Candidate] = (),
) -> Match:
    return Match(
        input=question.washed.input,
        class_=class_,
        reasons=(*question.washed.reasons, *reasons),
        address=question.address,
        canonical=canonical(question.address),
        carrier=carrier,
        units=units,
        unit_verdict=verdict,
        candidates=tuple(candidates)[:MOST_CANDIDATES],
    )
