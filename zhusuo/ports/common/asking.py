"""查询: one address, one verdict, one audit entry; the same for the counter, the panel and the open API."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from zhusuo import audit
from zhusuo.addresses.contacts import masked
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.addresses.model import Address, Reason
from zhusuo.db import Connection, Database
from zhusuo.lookup.find import find
from zhusuo.lookup.model import Candidate, FoundCarrier, Match
from zhusuo.people.model import Actor
from zhusuo.registrations.model import Verdict
from zhusuo.registrations.verdicts import verdict

LONGEST = 200
CHOSEN = Reason(code="chosen", text="由审批员从候选中选定")


async def ask(
    database: Database,
    lexicon: Lexicon,
    actor: Actor,
    address: str,
    item_code: str,
    day: date,
    pick: UUID | None = None,
) -> Verdict:
    """The verdict on an address; before it is given, who asked for it and for which case has been recorded.

    Nothing is changed, so every statement is a transaction of its own: no BEGIN and COMMIT to wait for.
    `pick` is the unit or carrier that was chosen among the candidates of the first answer. Raises Invalid for an item
    that is not in the catalogue.
    """
    async with database.connection() as db:
        match = await find_for(db, lexicon, actor, address, pick)
        answer = await verdict(db, actor, match, item_code, day)
        noun, noun_id = _object(match)
        await audit.record(
            db,
            actor,
            "lookup",
            noun,
            noun_id,
            carrier_id=match.carrier.id if match.carrier else None,
            detail={
                "address": masked(address[:LONGEST]),
                "class": match.class_,
                "verdict": answer.kind,
                "item": answer.item.code,
            },
        )
        return answer


async def find_for(db: Connection, lexicon: Lexicon, actor: Actor, address: str, pick: UUID | None = None) -> Match:
    """What the address leads to in the actor's district, with the candidate that was picked, if any."""
    match = await find(db, address[:LONGEST], lexicon=lexicon, district_codes=frozenset({actor.district_code}))
    if pick is None:
        return match
    for unit in match.units:
        if unit.id == pick:
            return replace(match, units=(unit,))
    for candidate in match.candidates:
        if pick_id(candidate) == pick:
            return await _picked(db, lexicon, actor, match, candidate)
    return match


def pick_id(candidate: Candidate) -> UUID:
    """By what a candidate is picked: its unit, or its carrier where no unit is known."""
    return candidate.unit.id if candidate.unit else candidate.carrier.id


async def _picked(db: Connection, lexicon: Lexicon, actor: Actor, match: Match, candidate: Candidate) -> Match:
    """The match as it is now that a person has chosen: what they chose, and class B with that reason."""
    reasons = (*match.reasons, CHOSEN)
    if candidate.unit is not None:
        return replace(
            match,
            class_="B",
            reasons=reasons,
            carrier=candidate.carrier,
            units=(candidate.unit,),
            unit_verdict="known",
            candidates=(),
        )
    codes = frozenset({actor.district_code})
    again = await find(db, _as_filed(candidate.carrier, match.address), lexicon=lexicon, district_codes=codes)
    if again.carrier is not None and again.carrier.id == candidate.carrier.id:
        return replace(again, input=match.input, class_="B", reasons=reasons)
    return replace(
        match,
        class_="B",
        reasons=reasons,
        carrier=candidate.carrier,
        units=(),
        unit_verdict="plausible" if match.address.units else "none",
        candidates=(),
    )


def _as_filed(carrier: FoundCarrier, address: Address) -> str:
    """The carrier as it is filed, with the building and unit that were asked for."""
    name = "" if carrier.name in carrier.address else carrier.name
    floor = f"{address.floor}层" if address.floor else ""
    units = f"{'、'.join(address.units)}室" if address.units else ""
    return f"{carrier.address}{name}{address.building}{floor}{units}"


def _object(match: Match) -> tuple[str, object]:
    """What was looked up, as far as it is known."""
    if match.unit is not None:
        return "unit", match.unit.id
    if match.carrier is not None:
        return "carrier", match.carrier.id
    return "address", match.canonical[:LONGEST]
