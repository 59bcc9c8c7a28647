"""The ladder: one address to a carrier and a unit. It asks `questions` and does no I/O itself, so that one address and
a million go the same way (`ground`).

    0  a text that was corrected by one clerk and accepted by another, where the others give no exact answer
    1  road, lane and number as written, with building, name or house number to choose among carriers of one gate
    2  otherwise the neighbours on that road; for an unknown road one that sounds the same or is one character away
    3  the name of a carrier
    4  what looks like it, as a hint

A known road with an unknown number is not on file: no other number is ever offered as the answer.
"""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from zhusuo.addresses.keys import pinyin_of, search_key
from zhusuo.addresses.lexicon import Lexicon, is_slip
from zhusuo.addresses.model import Reason, Washed, worst
from zhusuo.addresses.wash import wash
from zhusuo.db import Connection
from zhusuo.lookup.answers import answer, neighbours, settle
from zhusuo.lookup.asked import Asked, asked
from zhusuo.lookup.corrections.rung import with_correction
from zhusuo.lookup.former import demolished, former_shops, with_former
from zhusuo.lookup.gates import Gate, Road, UnitRow
from zhusuo.lookup.ground import Ground
from zhusuo.lookup.ladder import choose, hits, judge, needs_buildings
from zhusuo.lookup.model import Candidate, FoundCarrier, FoundUnit, Match
from zhusuo.lookup.outcome import Hit, reason
from zhusuo.lookup.questions import Begun, Buildings, Codes, LikeRoads, Named, RoadOf, Similar, Units
from zhusuo.lookup.roads import Roads


class _Scope(Struct, frozen=True, kw_only=True):
    """Which carriers are asked, by the codes of their districts (None: all), and the words that are known."""

    codes: Codes
    lexicon: Lexicon


async def find(
    db: Connection,
    text: str,
    *,
    lexicon: Lexicon,
    district_codes: Collection[str] | None = None,
    corrections: bool = True,
    roads: Roads | None = None,
) -> Match:
    """What `text` leads to, among the carriers of these districts (None: of all); without `corrections` by the ladder
    alone. `roads` are those that this process remembers."""
    found = await find_many(
        db, [text], lexicon=lexicon, district_codes=district_codes, corrections=corrections, roads=roads
    )
    return found[0]


async def find_many(
    db: Connection,
    texts: Sequence[str],
    *,
    lexicon: Lexicon,
    district_codes: Collection[str] | None = None,
    corrections: bool = True,
    roads: Roads | None = None,
) -> list[Match]:
    """What each of these texts leads to, in their order. All of them are in memory at once: give some thousands."""
    codes = None if district_codes is None else tuple(sorted(district_codes))
    way = _find if corrections else climb
    return await Ground(db, roads).bear([way(wash(text, lexicon), lexicon, codes) for text in texts])


async def _find(washed: Washed, lexicon: Lexicon, codes: Codes) -> Match:
    match = await climb(washed, lexicon, codes)
    if match.class_ == "A" or washed.cap == "N":
        return match

    async def ladder(text: str) -> Match:
        return await climb(wash(text, lexicon), lexicon, codes)

    return await with_correction(washed, match, codes, ladder)


async def climb(washed: Washed, lexicon: Lexicon, codes: Codes) -> Match:
    """The ladder alone, without corrections."""
    question = asked(washed)
    address = question.address
    if washed.cap == "N":
        return answer(question, "N", ())
    district = lexicon.codes.get(address.district)
    if district and codes is not None and district not in codes:
        text = f"{address.district}的住所不在这里受理"
        return answer(question, "N", (reason(question, "outside", text, address.district),))
    scope = _Scope(codes=(district,) if district else codes, lexicon=lexicon)
    road = await RoadOf(address.road) if address.road else Road("", ())
    gates = road.at(address.lane, address.sublane, question.numbers, scope.codes)
    found = await _hits(question, gates) if gates else []
    if found:
        return await _settle(question, found, scope)
    return await _otherwise(question, road, scope)


async def _hits(question: Asked, gates: Sequence[Gate]) -> list[Hit]:
    return hits(question, gates, await _units(question, gates))


async def _units(question: Asked, gates: Sequence[Gate]) -> Mapping[UUID, Sequence[UnitRow]]:
    """The units asked for of the carriers at these gates, by their keys or by house numbers of their own."""
    own = {number for gate in gates for number in gate.numbers}
    numbers = tuple([number for number in question.numbers if number in own]) if own else ()
    keys = question.keys
    if not (keys or numbers):
        return {}
    carrier_ids = (gates[0].carrier_id,) if len(gates) == 1 else tuple({gate.carrier_id: None for gate in gates})
    return await Units(carrier_ids, keys, numbers)


async def _named(question: Asked, codes: Codes) -> list[Gate]:
    if not question.names:
        return []
    found = await Named(question.names)
    return [gate for gate in found if codes is None or gate.district_code in codes]


async def _settle(question: Asked, found: Sequence[Hit], scope: _Scope) -> Match:
    owners = {gate.carrier_id for gate in await _named(question, scope.codes)} if question.names else set[UUID]()
    chosen = await with_former(question, choose(found, owners))
    unsure = needs_buildings(question, chosen)
    buildings = await Buildings(tuple(unsure)) if unsure else {}
    return settle(question, [judge(question, hit, buildings, scope.lexicon) for hit in chosen])


async def _otherwise(question: Asked, road: Road, scope: _Scope) -> Match:
    address = question.address
    if address.road and (address.lane or address.number):
        if gone := await demolished(question, road, scope.codes):
            return _gone(question, *gone)
        if moved := await former_shops(question, road, scope.codes):
            return _moved(question, *moved)
    named = [gate for gate in await _named(question, scope.codes) if not gate.retired]
    if address.road and (address.number or address.lane):
        near = road.nearest(address.lane, address.number, scope.codes)
        if near:
            return _neighbours(question, near, named)
        if not question.washed.known_road and (like := await _on_like_roads(question, scope)):
            return await _corrected(question, like, scope)
    if named:
        return await _by_name(question, named, scope)
    return await _not_found(question, scope)


class _Like(Struct, frozen=True, kw_only=True):
    """The gates with this very lane and number on roads that sound the same (`sounds`), or are spelt nearly so."""

    gates: list[Gate]
    sounds: bool
    spelt_nearly: list[str]


async def _on_like_roads(question: Asked, scope: _Scope) -> _Like | None:
    address = question.address
    sound = pinyin_of(address.road)
    spelt_nearly = sorted(scope.lexicon.near(address.road) | scope.lexicon.swapped(address.road))
    numbers = question.numbers if address.lane else tuple(each for each in question.numbers if each)
    sounding, other = list[Gate](), list[Gate]()
    for name in await LikeRoads(sound, tuple(spelt_nearly)):
        if name != address.road:
            road = await RoadOf(name)
            gates = road.at(address.lane, address.sublane, numbers, scope.codes, ranges=False)
            (sounding if pinyin_of(name) == sound else other).extend(gates)
    found = sorted(sounding or other, key=lambda gate: gate.carrier_id)
    return _Like(gates=found, sounds=bool(sounding), spelt_nearly=spelt_nearly) if found else None


def _gone(question: Asked, why: Reason, today: list[FoundCarrier]) -> Match:
    """What stood there stands no longer: what does today, if it is one and no unit of the former one was asked for."""
    if len(today) == 1 and not question.units:
        return answer(question, worst(("B", question.washed.cap)), (why,), carrier=today[0])
    candidates = [Candidate(carrier=each, unit=None, difference=each.address) for each in today]
    return answer(question, "C" if today else "N", (why,), candidates=candidates)


def _moved(question: Asked, why: Reason, today: list[tuple[FoundCarrier, FoundUnit]]) -> Match:
    """A shop whose house number has changed, if it is one and no room inside it was asked for."""
    if len(today) == 1 and not question.units:
        carrier, shop = today[0]
        class_ = worst(("B", question.washed.cap))
        return answer(question, class_, (why,), carrier=carrier, units=(shop,), verdict="known")
    candidates = [Candidate(carrier=carrier, unit=shop, difference=shop.label) for carrier, shop in today]
    return answer(question, "C", (why,), candidates=candidates)


def _neighbours(question: Asked, near: Sequence[Gate], named: list[Gate]) -> Match:
    """The road is known and the number is not: say so, and what there is beside it."""
    if named:
        text = f"“{question.gate}”没有备案；“{question.address.name}”是下面这处的名称"
        return answer(question, "C", (reason(question, "not_sure", text),), candidates=neighbours(named))
    shown = "、".join(dict.fromkeys(gate.text for gate in near[:3]))
    text = f"“{question.gate}”没有备案，最近的有{shown}"
    part = question.address.number or question.address.lane
    return answer(question, "N", (reason(question, "number_not_on_file", text, part),), candidates=neighbours(near))


async def _corrected(question: Asked, like: _Like, scope: _Scope) -> Match:
    """A road that sounds the same, or is one character away, and has this very number.

    It is believed only where no other road would do as well and the text names the district.
    """
    written, right = question.address.road, sorted({gate.road for gate in like.gates})
    text = f"路名按{_how(like.sounds, written, right[0], scope)}更正：{written} → {'、'.join(right)}"
    correction = reason(question, "sound" if like.sounds else "edit", text, written)
    told = bool(question.address.district)
    if like.sounds:
        told = told or scope.lexicon.only_road_that_sounds(pinyin_of(written)) == right[0]
    slip = like.sounds or (like.spelt_nearly == right and _may_be_slip(written, right[0], scope))
    found = await _hits(question, like.gates) if told and len(right) == 1 and slip else []
    if not found:
        return answer(question, "C", (correction, *_unsure(question)), candidates=neighbours(like.gates))
    question = replace(question, address=replace(question.address, road=right[0]))
    corrected = [Hit(gate=hit.gate, units=hit.units, reasons=(correction, *hit.reasons)) for hit in found]
    return await _settle(question, corrected, scope)


def _how(sounds: bool, written: str, road: str, scope: _Scope) -> str:
    if sounds:
        return "同音字"
    return "前后颠倒" if road in scope.lexicon.swapped(written) else "一字之差"


def _may_be_slip(written: str, road: str, scope: _Scope) -> bool:
    return road in scope.lexicon.swapped(written) or is_slip(written, road)


async def _by_name(question: Asked, gates: list[Gate], scope: _Scope) -> Match:
    address = question.address
    text = f"按名称查到：{'、'.join(gate.carrier for gate in gates[:3])}"
    named = reason(question, "by_name", text, address.name or address.road)
    roads = {gate.road for gate in gates}
    contradicted = bool(address.number or address.lane) or (question.washed.known_road and roads != {address.road})
    if contradicted:
        return answer(question, "C", (named, *_unsure(question)), candidates=neighbours(gates))
    units = await _units(question, gates)
    found = [Hit(gate=gate, units=tuple(units.get(gate.carrier_id, ())), reasons=(named,)) for gate in gates]
    return await _settle(question, found, scope)


async def _not_found(question: Asked, scope: _Scope) -> Match:
    address = question.address
    if question.washed.known_road and address.road:
        text = f"“{question.gate}”没有备案" if address.number or address.lane else f"“{address.road}”上没有找到"
        return answer(question, "N", (reason(question, "road_not_on_file", text, address.road),))
    typed = search_key(question.washed.normal)
    gates = await Begun(typed, scope.codes) if len(typed) >= 3 and typed.isascii() else []
    if gates:
        text = "按拼音或首字母找到下面这些"
        return answer(question, "C", (reason(question, "begun", text),), candidates=neighbours(gates))
    term = question.gate or next(iter(question.names), "") or search_key(question.washed.normal)
    gates = await Similar(term, scope.codes) if len(term) >= 3 else []
    if gates:
        text = "没有查到，下面是写法相近的"
        return answer(question, "C", (reason(question, "similar", text),), candidates=neighbours(gates))
    code, text = (
        ("road_not_on_file", f"“{question.gate}”没有备案") if address.road else ("name_not_on_file", "没有查到")
    )
    return answer(question, "N", (reason(question, code, text, address.road),))


def _unsure(question: Asked) -> tuple[Reason, ...]:
    return (reason(question, "not_sure", "不能确定，请核对后选择"),)
