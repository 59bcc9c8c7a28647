"""The ladder: one address to a carrier and a unit, with one question to the database where it is on file as written.

    0  a text that was corrected by one clerk and accepted by another, where the others give no exact answer
    1  road, lane and number as written, with building, name or house number to choose among carriers of one gate
    2  otherwise the neighbours on that road; for an unknown road one that sounds the same or is one character away
    3  the name of a carrier
    4  what looks like it, as a hint

A known road with an unknown number is not on file: no other number is ever offered as the answer.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from zhusuo.addresses.keys import pinyin_of, search_key
from zhusuo.addresses.lexicon import Lexicon, is_slip
from zhusuo.addresses.model import Reason, Washed, worst
from zhusuo.addresses.wash import wash
from zhusuo.db import Connection
from zhusuo.lookup import store
from zhusuo.lookup.answers import answer, neighbours, settle
from zhusuo.lookup.asked import Asked, asked
from zhusuo.lookup.corrections.rung import with_correction
from zhusuo.lookup.former import demolished, former_shops, with_former
from zhusuo.lookup.ladder import choose, hits, judge, needs_buildings
from zhusuo.lookup.model import Candidate, FoundCarrier, FoundUnit, Match
from zhusuo.lookup.outcome import Hit, reason
from zhusuo.lookup.store import Gate


@dataclass(frozen=True, kw_only=True, slots=True)
class _Scope:
    """Which carriers are asked, by the codes of their districts (None: all), and the words that are known."""

    codes: Sequence[str] | None
    lexicon: Lexicon


_FIRST_NUMBER = re.compile(r"\d{1,6}")


async def find(
    db: Connection,
    text: str,
    *,
    lexicon: Lexicon,
    district_codes: frozenset[str] | None = None,
    corrections: bool = True,
) -> Match:
    """What `text` leads to, among the carriers of these districts (None: of all); without `corrections` by the ladder
    alone."""
    washed = wash(text, lexicon)
    find_ = find_washed if corrections else climb
    return await find_(db, washed, lexicon=lexicon, district_codes=district_codes)


async def find_washed(
    db: Connection, washed: Washed, *, lexicon: Lexicon, district_codes: frozenset[str] | None = None
) -> Match:
    """The same for an address that was washed already."""
    match = await climb(db, washed, lexicon=lexicon, district_codes=district_codes)
    if match.class_ == "A" or washed.cap == "N":
        return match

    async def ladder(text: str) -> Match:
        return await climb(db, wash(text, lexicon), lexicon=lexicon, district_codes=district_codes)

    codes = None if district_codes is None else sorted(district_codes)
    return await with_correction(db, washed, match, codes, ladder)


async def climb(
    db: Connection, washed: Washed, *, lexicon: Lexicon, district_codes: frozenset[str] | None = None
) -> Match:
    """The ladder alone, without corrections."""
    question = asked(washed)
    address = question.address
    if washed.cap == "N":
        return answer(question, "N", ())
    district = lexicon.codes.get(address.district)
    if district and district_codes is not None and district not in district_codes:
        text = f"{address.district}的住所不在这里受理"
        return answer(question, "N", (reason(question, "outside", text, address.district),))
    codes = [district] if district else None if district_codes is None else sorted(district_codes)
    scope = _Scope(codes=codes, lexicon=lexicon)
    gates = await _at_gate(db, question, scope) if address.road else []
    found = hits(question, gates)
    if found:
        return await _settle(db, question, found, scope)
    return await _otherwise(db, question, scope)


async def _at_gate(db: Connection, question: Asked, scope: _Scope) -> list[Gate]:
    address = question.address
    return await store.at_gate(
        db,
        road=address.road,
        lane=address.lane,
        sublane=address.sublane,
        numbers=question.numbers,
        keys=question.keys,
        district_codes=scope.codes,
    )


async def _settle(db: Connection, question: Asked, found: list[Hit], scope: _Scope) -> Match:
    owners = await store.owners(db, question.names, scope.codes) if question.names else set()
    chosen = await with_former(db, question, choose(found, owners))
    unsure = needs_buildings(question, chosen)
    buildings = await store.buildings(db, unsure) if unsure else {}
    return settle(question, [judge(question, hit, buildings, scope.lexicon) for hit in chosen])


async def _otherwise(db: Connection, question: Asked, scope: _Scope) -> Match:
    address = question.address
    if gone := await demolished(db, question, scope.codes):
        return _gone(question, *gone)
    if moved := await former_shops(db, question, scope.codes):
        return _moved(question, *moved)
    named = await store.named(db, question.names, question.keys, scope.codes) if question.names else []
    if address.road and (address.number or address.lane):
        number = _FIRST_NUMBER.search(address.lane or address.number)
        near = await store.nearest(
            db,
            road=address.road,
            lane=address.lane,
            number=int(number[0]) if number else 0,
            district_codes=scope.codes,
        )
        if near:
            return _neighbours(question, near, named)
        if not question.washed.known_road:
            near_roads = sorted(scope.lexicon.near(address.road) | scope.lexicon.swapped(address.road))
            like = await store.on_like_roads(
                db,
                road=address.road,
                lane=address.lane,
                sublane=address.sublane,
                numbers=question.numbers if address.lane else [each for each in question.numbers if each],
                sound=pinyin_of(address.road),
                spelt_nearly=near_roads,
                keys=question.keys,
                district_codes=scope.codes,
            )
            if like:
                sounding = [gate for gate in like if gate.rung == "sound"]
                return await _corrected(db, question, sounding or like, near_roads, scope)
    if named:
        return await _by_name(db, question, named, scope)
    return await _not_found(db, question, scope)


def _gone(question: Asked, why: Reason, today: list[FoundCarrier]) -> Match:
    """What stood there stands no longer: what does today, if it is one and no unit of the former one was asked for."""
    if len(today) == 1 and not question.units:
        return answer(question, worst("B", question.washed.cap), (why,), carrier=today[0])
    candidates = [Candidate(carrier=each, unit=None, difference=each.address) for each in today]
    return answer(question, "C" if today else "N", (why,), candidates=candidates)


def _moved(question: Asked, why: Reason, today: list[tuple[FoundCarrier, FoundUnit]]) -> Match:
    """A shop whose house number has changed, if it is one and no room inside it was asked for."""
    if len(today) == 1 and not question.units:
        carrier, shop = today[0]
        class_ = worst("B", question.washed.cap)
        return answer(question, class_, (why,), carrier=carrier, units=(shop,), verdict="known")
    candidates = [Candidate(carrier=carrier, unit=shop, difference=shop.label) for carrier, shop in today]
    return answer(question, "C", (why,), candidates=candidates)


def _neighbours(question: Asked, near: list[Gate], named: list[Gate]) -> Match:
    """The road is known and the number is not: say so, and what there is beside it."""
    if named:
        text = f"“{question.gate}”没有备案；“{question.address.name}”是下面这处的名称"
        return answer(question, "C", (reason(question, "not_sure", text),), candidates=neighbours(named))
    shown = "、".join(dict.fromkeys(gate.text for gate in near[:3]))
    text = f"“{question.gate}”没有备案，最近的有{shown}"
    part = question.address.number or question.address.lane
    return answer(question, "N", (reason(question, "number_not_on_file", text, part),), candidates=neighbours(near))


async def _corrected(db: Connection, question: Asked, gates: list[Gate], near_roads: list[str], scope: _Scope) -> Match:
    """A road that sounds the same, or is one character away, and has this very number.

    It is believed only where no other road would do as well and the text names the district.
    """
    written, right = question.address.road, sorted({gate.road for gate in gates})
    sounds = gates[0].rung == "sound"
    text = f"路名按{_how(sounds, written, right[0], scope)}更正：{written} → {'、'.join(right)}"
    correction = reason(question, gates[0].rung, text, written)
    told = bool(question.address.district)
    if sounds:
        told = told or scope.lexicon.only_road_that_sounds(pinyin_of(written)) == right[0]
    sure = told and len(right) == 1 and (sounds or (near_roads == right and _may_be_slip(written, right[0], scope)))
    found = hits(question, gates)
    if not sure or not found:
        return answer(question, "C", (correction, *_unsure(question)), candidates=neighbours(gates))
    question = replace(question, address=replace(question.address, road=right[0]))
    corrected = [Hit(gate=hit.gate, units=hit.units, reasons=(correction, *hit.reasons)) for hit in found]
    return await _settle(db, question, corrected, scope)


def _how(sounds: bool, written: str, road: str, scope: _Scope) -> str:
    if sounds:
        return "同音字"
    return "前后颠倒" if road in scope.lexicon.swapped(written) else "一字之差"


def _may_be_slip(written: str, road: str, scope: _Scope) -> bool:
    return road in scope.lexicon.swapped(written) or is_slip(written, road)


async def _by_name(db: Connection, question: Asked, gates: list[Gate], scope: _Scope) -> Match:
    address = question.address
    text = f"按名称查到：{'、'.join(gate.carrier for gate in gates[:3])}"
    named = reason(question, "by_name", text, address.name or address.road)
    roads = {gate.road for gate in gates}
    contradicted = bool(address.number or address.lane) or (question.washed.known_road and roads != {address.road})
    if contradicted:
        return answer(question, "C", (named, *_unsure(question)), candidates=neighbours(gates))
    found = [Hit(gate=gate, units=gate.units, reasons=(named,)) for gate in gates]
    return await _settle(db, question, found, scope)


async def _not_found(db: Connection, question: Asked, scope: _Scope) -> Match:
    address = question.address
    if question.washed.known_road and address.road:
        text = f"“{question.gate}”没有备案" if address.number or address.lane else f"“{address.road}”上没有找到"
        return answer(question, "N", (reason(question, "road_not_on_file", text, address.road),))
    typed = search_key(question.washed.normal)
    gates = await store.begun(db, typed, scope.codes) if len(typed) >= 3 and typed.isascii() else []
    if gates:
        text = "按拼音或首字母找到下面这些"
        return answer(question, "C", (reason(question, "begun", text),), candidates=neighbours(gates))
    term = question.gate or next(iter(question.names), "") or search_key(question.washed.normal)
    gates = await store.similar(db, term, scope.codes) if len(term) >= 3 else []
    if gates:
        text = "没有查到，下面是写法相近的"
        return answer(question, "C", (reason(question, "similar", text),), candidates=neighbours(gates))
    code, text = (
        ("road_not_on_file", f"“{question.gate}”没有备案") if address.road else ("name_not_on_file", "没有查到")
    )
    return answer(question, "N", (reason(question, code, text, address.road),))


def _unsure(question: Asked) -> tuple[Reason, ...]:
    return (reason(question, "not_sure", "不能确定，请核对后选择"),)
