"""查询: one address, one verdict, one audit entry; the same for the counter, the panel and the open API."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from msgspec.structs import replace

from zhusuo import audit
from zhusuo.addresses.contacts import masked
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.addresses.model import Reason
from zhusuo.addresses.wash import wash
from zhusuo.db import Connection, Database
from zhusuo.lookup.chosen import with_chosen
from zhusuo.lookup.corrections import store as corrections
from zhusuo.lookup.corrections.actions import remember
from zhusuo.lookup.corrections.model import correction_key
from zhusuo.lookup.find import find
from zhusuo.lookup.model import Candidate, FoundUnit, Match
from zhusuo.lookup.roads import Roads
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
    *,
    roads: Roads | None = None,
) -> Verdict:
    """The verdict on an address; before it is given, who asked for it and for which case has been recorded.

    Nothing is changed, so every statement is a transaction of its own: no BEGIN and COMMIT to wait for.
    `pick` is the unit or carrier that was chosen among the candidates of the first answer: where that is a clerk's
    choice it is remembered, for another to review. `roads` are those that this process remembers. Raises Invalid for
    an item that is not in the catalogue.
    """
    async with database.connection() as db:
        match, choice = await _asked(db, lexicon, actor, address, pick, roads)
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
    if choice is not None:
        washed = wash(choice.match.input, lexicon)
        await remember(database, actor, washed, choice.match, choice.candidate, day)
    return answer


async def find_for(db: Connection, lexicon: Lexicon, actor: Actor, address: str, pick: UUID | None = None) -> Match:
    """What the address leads to in the actor's district, with the candidate that was picked, if any."""
    return (await _asked(db, lexicon, actor, address, pick))[0]


@dataclass(frozen=True, kw_only=True)
class _Choice:
    """What was picked, and the answer in which it stood."""

    match: Match
    candidate: Candidate


async def _asked(
    db: Connection, lexicon: Lexicon, actor: Actor, address: str, pick: UUID | None, roads: Roads | None = None
) -> tuple[Match, _Choice | None]:
    """The answer, and what was chosen for it among candidates.

    What was picked is looked for in the ladder's own answer first: a correction that was accepted meanwhile does not
    put another unit in its place.
    """
    codes = frozenset({actor.district_code})

    async def ladder(text: str) -> Match:
        return await find(db, text, lexicon=lexicon, district_codes=codes, corrections=False, roads=roads)

    text = address[:LONGEST]
    if pick is None:
        return await find(db, text, lexicon=lexicon, district_codes=codes, roads=roads), None
    climbed = await ladder(text)
    found = _picked(climbed, pick)
    match = climbed if found else await find(db, text, lexicon=lexicon, district_codes=codes)
    found = found or _picked(match, pick)
    if found is None:
        return climbed, None
    if isinstance(found, FoundUnit):
        return replace(match, units=(found,)), None
    chosen = await with_chosen(match, found.carrier, found.unit, (*match.reasons, CHOSEN), ladder)
    return chosen, _Choice(match=match, candidate=found)


def _picked(match: Match, pick: UUID) -> FoundUnit | Candidate | None:
    for unit in match.units:
        if unit.id == pick:
            return unit
    return next((each for each in match.candidates if pick_id(each) == pick), None)


def pick_id(candidate: Candidate) -> UUID:
    """By what a candidate is picked: its unit, or its carrier where no unit is known."""
    return candidate.unit.id if candidate.unit else candidate.carrier.id


async def chosen_before(db: Connection, lexicon: Lexicon, actor: Actor, match: Match) -> UUID | None:
    """What this clerk picked the last time where this text was asked for; nothing where it need not be chosen."""
    key = correction_key(wash(match.input, lexicon)) if match.class_ == "C" and actor.person_id else ""
    if not key or actor.person_id is None:
        return None
    return await corrections.chosen_before(db, key, actor.district_code, actor.person_id)


def _object(match: Match) -> tuple[str, object]:
    """What was looked up, as far as it is known."""
    if match.unit is not None:
        return "unit", match.unit.id
    if match.carrier is not None:
        return "carrier", match.carrier.id
    return "address", match.canonical[:LONGEST]
