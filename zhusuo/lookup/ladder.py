"""From what stands at a gate to an answer: which carrier, which unit, how surely. Pure.

The rule behind all others: a carrier or unit that it is not is the worst answer there is, so whatever is not equal in
every number, or could also be something that is not on file, goes to a person with candidates (class C).
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from uuid import UUID

from msgspec.structs import replace

from zhusuo.addresses.keys import building_key, covers, search_key
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.addresses.model import Reason
from zhusuo.carriers.model import CarrierKind
from zhusuo.lookup.asked import Asked
from zhusuo.lookup.gates import Gate, UnitRow
from zhusuo.lookup.outcome import Hit, Outcome, listed, reason
from zhusuo.lookup.units import with_units


def hits(question: Asked, gates: Sequence[Gate], units: Mapping[UUID, Sequence[UnitRow]]) -> list[Hit]:
    """The carriers that hold the number asked for, each once; `units` are those of each that were asked for."""
    carriers: dict[UUID, list[Gate]] = {}
    for gate in gates:
        carriers.setdefault(gate.carrier_id, []).append(gate)
    found = [_hit(question, each, tuple(units.get(carrier_id, ()))) for carrier_id, each in carriers.items()]
    return [each for each in found if each is not None]


def _hit(question: Asked, gates: list[Gate], units: tuple[UnitRow, ...]) -> Hit | None:
    address = question.address
    exact = [gate for gate in gates if gate.number == address.number and (gate.number or address.lane)]
    if exact:
        if len(exact) > 1:  # the same gate with and without a building: the one that names the building asked for
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


def choose(found: Sequence[Hit], owners: Set[UUID]) -> list[Hit]:
    """Among several carriers at one gate, the one whose name stands in the text; `owners` have that name."""
    if not owners:
        return list(found)
    told = [
        replace(hit, owns_name=hit.gate.carrier_id in owners, name_elsewhere=bool(owners - {hit.gate.carrier_id}))
        for hit in found
    ]
    named = [hit for hit in told if hit.owns_name]
    return named if len(named) == 1 else told


def needs_buildings(question: Asked, found: Iterable[Hit]) -> list[UUID]:
    """The carriers whose buildings have to be known before a unit can be told."""
    return [
        hit.gate.carrier_id
        for hit in found
        if not hit.gate.building
        and (question.building or question.inner or _in_buildings(hit.units))
        and not _lane_number(question, hit)
    ]


def _lane_number(question: Asked, hit: Hit) -> bool:
    """望园路2066弄1号楼 at the gate 2066弄1号: the building is the number."""
    return bool(hit.gate.number) and not question.address.number and hit.gate.number == question.building


def _in_buildings(units: Sequence[UnitRow]) -> bool:
    return bool(units) and (units[0].building != "" or any(unit.building for unit in units[1:]))


def _named_building(question: Asked, gate: Gate) -> bool:
    """东方大厦乙楼: the building belongs to the carrier's name."""
    address = question.address
    return bool(address.building) and search_key(address.name + address.building) == search_key(gate.carrier)


def judge(question: Asked, hit: Hit, buildings: Mapping[UUID, Sequence[str]], lexicon: Lexicon) -> Outcome:
    """Everything that is to be said about one carrier at the gate."""
    if question.inner:
        inner = _inner(question, question.inner, hit, buildings)
        if inner:
            return judge(inner, replace(hit, reasons=(*hit.reasons, *_read_as(question, inner))), buildings, lexicon)
        own = set(question.own_keys)
        hit = replace(hit, units=tuple(unit for unit in hit.units if unit.number or unit.key in own))
    reasons = [*hit.reasons, *_surroundings(question, hit, lexicon)]
    gate, wanted = hit.gate, question.building
    units = hit.units
    same_building = False
    if gate.kind == CarrierKind.STREET and question.address.number:
        shops = tuple(unit for unit in units if unit.number == question.address.number)
        units = shops or tuple(unit for unit in units if gate.number and not unit.number)
        if not units and gate.number != question.address.number:
            text = f"{gate.carrier}没有登记{question.address.number}号"
            return Outcome(
                hit=hit, reasons=(*reasons, reason(question, "street_number", text, question.address.number))
            )
    elif _lane_number(question, hit) or _named_building(question, gate):
        same_building = True
    elif wanted.endswith("区") and any(
        unit.key.startswith(wanted) for unit in units
    ):  # B区205, where B区 is no building
        same_building = True
        units = tuple(unit for unit in units if unit.key.startswith(wanted))
    elif gate.building:
        if not wanted and not hit.owns_name:
            text = f"没有写楼号；这个门牌备案的是{gate.building}"
            reasons.append(reason(question, "building_needed", text))
        elif not wanted or building_key(gate.building) == wanted:
            same_building = True
            reasons += _building_word(question, gate.building)
        else:
            return _not_this_building(question, hit, reasons, [gate.building])
    elif wanted or _in_buildings(units):
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
        elif len(known) > 1:
            reasons.append(reason(question, "building_needed", f"没有写楼号；这里有{listed(known.values())}"))
        else:
            reasons.append(reason(question, "building_left_out", f"没有写楼号，这里只有{units[0].building}"))
    return with_units(question, hit, reasons, units, same_building)


def _inner(question: Asked, inner: Asked, hit: Hit, buildings: Mapping[UUID, Sequence[str]]) -> Asked | None:
    """The question with its building read out of the units, if the carrier has that building and no such unit."""
    if hit.gate.building or any(unit.key in question.units[0].keys for unit in hit.units):
        return None
    known = {building_key(each) for each in buildings.get(hit.gate.carrier_id, ())}
    return inner if inner.building in known else None


def _read_as(question: Asked, inner: Asked) -> Iterable[Reason]:
    for unit, room in zip(question.units, inner.units, strict=True):
        if inner.building.endswith("区"):  # B区812 is the same room whether B区 is a building or not
            continue
        text = f"“{unit.text}”按{inner.building}号楼（座）{room.text}理解"
        yield reason(question, "unit_spelling", text, unit.text)


def _surroundings(question: Asked, hit: Hit, lexicon: Lexicon) -> Iterable[Reason]:
    """What the text says besides: name, subdistrict, a district that it leaves out."""
    address, gate = question.address, hit.gate
    if gate.ended:
        today = f"，现为{gate.today}" if gate.today else ""
        yield reason(question, "former_address", f"“{gate.text}”是旧地址{today}")
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
    text = f"“{question.address.building}”没有备案；这个门牌备案的有{listed(filed)}"
    return Outcome(
        hit=hit, reasons=(*reasons, reason(question, "building_not_on_file", text, question.address.building))
    )
