"""旧址: what was split, merged, renumbered, renamed or moved leads to what it is today, and says so.

Asked only where the answer is not what is on file today as written, so that nothing else waits for it.
"""

from collections.abc import Sequence
from uuid import UUID

from msgspec.structs import replace

from zhusuo.addresses.keys import search_key
from zhusuo.addresses.model import Reason
from zhusuo.lookup.asked import Asked
from zhusuo.lookup.gates import Gate, Road
from zhusuo.lookup.model import FoundCarrier, FoundUnit
from zhusuo.lookup.outcome import Hit, found_carrier, reason
from zhusuo.lookup.questions import Codes, FormerNames, FormerShops, FormerUnits, Successors


async def with_former(question: Asked, hits: Sequence[Hit]) -> Sequence[Hit]:
    """The hits with what their former units and names have become."""
    lost = tuple([(hit.gate.carrier_id, key) for hit in hits for key in _missing(question, hit)])
    units = await FormerUnits(lost) if lost else {}
    called = (
        tuple([hit.gate.carrier_id for hit in hits if search_key(hit.gate.carrier) not in question.names])
        if question.names
        else ()
    )
    names = await FormerNames(called) if called else {}
    if not (units or names):
        return hits
    return [
        replace(
            hit,
            units=(*hit.units, *units.get(hit.gate.carrier_id, ())),
            reasons=(*hit.reasons, *_renamed(question, hit, names.get(hit.gate.carrier_id, ()))),
        )
        for hit in hits
    ]


def _missing(question: Asked, hit: Hit) -> list[str]:
    """Keys of the units asked for that this carrier has not today."""
    here = {unit.key for unit in hit.units}
    return [
        key
        for unit in question.units
        if here.isdisjoint((*unit.keys, *unit.loose))
        for key in (*unit.keys, *unit.loose)
    ]


def _renamed(question: Asked, hit: Hit, former: Sequence[str]) -> list[Reason]:
    said = next((name for name in former if search_key(name) in question.names), "")
    if not said:
        return []
    return [reason(question, "former_name", f"“{said}”是旧名称，现名{hit.gate.carrier}", said)]


async def demolished(question: Asked, road: Road, codes: Codes) -> tuple[Reason, list[FoundCarrier]] | None:
    """Why nothing stands at this gate where something did, and what stands there today."""
    address = question.address
    gone = road.gone(address.lane, address.sublane, question.numbers, codes)
    if not gone:
        return None
    gone.sort(key=lambda gate: gate.carrier)
    successors = await Successors(tuple(dict.fromkeys(gate.carrier_id for gate in gone)))
    today = {each.id: each for gate in gone for each in successors[gate.carrier_id]}
    stands = "、".join(each.name for each in today.values())
    text = f"“{gone[0].text}”的{gone[0].carrier}已拆除或注销" + (f"，现为{stands}" if stands else "")
    return reason(question, "former_address", text, address.road), list(today.values())


async def former_shops(
    question: Asked, road: Road, codes: Codes
) -> tuple[Reason, list[tuple[FoundCarrier, FoundUnit]]] | None:
    """Why no shop has this house number where one had, and the shops that it has become."""
    address = question.address
    streets = _streets(road, address.lane, address.sublane, codes) if address.number else {}
    numbers = tuple(number for number in question.numbers if number)
    found = await FormerShops(tuple(streets), numbers) if streets and numbers else ()
    if not found:
        return None
    today = [(found_carrier(streets[carrier_id]), shop) for _, carrier_id, shop in found]
    names = "、".join(shop.label for _, shop in today)
    text = f"“{address.road}{found[0][0]}号”已变动，现为{names}"
    return reason(question, "former_unit", text, address.number), today


def _streets(road: Road, lane: str, sublane: str, codes: Codes) -> dict[UUID, Gate]:
    """The streets whose shops may once have had a number there."""
    return {
        gate.carrier_id: gate
        for gate in road.streets
        if gate.lane == lane and gate.sublane == sublane and (codes is None or gate.district_code in codes)
    }
