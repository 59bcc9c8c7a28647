"""The first rung of the ladder: a text that one clerk corrected and another accepted."""

from msgspec.structs import replace

from zhusuo.addresses.model import Reason, Washed
from zhusuo.lookup.chosen import Find, with_chosen
from zhusuo.lookup.corrections.model import Accepted, correction_key
from zhusuo.lookup.model import Candidate, Match
from zhusuo.lookup.outcome import listed
from zhusuo.lookup.questions import Codes, Correction


async def with_correction(washed: Washed, match: Match, codes: Codes, ladder: Find) -> Match:
    """The answer of an accepted correction in place of what the ladder found; that with a word on a dormant one."""
    key = correction_key(washed)
    known = await Correction(key, codes) if key else None
    if known is None:
        return match
    if known.dormant:
        gone = known.carrier.name if known.carrier_retired else known.unit
        return replace(match, reasons=(*match.reasons, _said("correction_dormant", f"{known.shown}；{gone}已停用")))
    today = "、".join(unit.label for unit in known.units)
    changed = f"，现为{listed(unit.label for unit in known.units)}" if today != known.unit else ""
    if len(known.units) > 1:
        return _several(washed, match, known, f"{known.shown}{changed}，请选择")
    unit = known.units[0] if known.units else None
    reasons = (*washed.reasons, _said("corrected", known.shown + changed))
    return await with_chosen(match, known.carrier, unit, reasons, ladder)


def _several(washed: Washed, match: Match, known: Accepted, text: str) -> Match:
    return replace(
        match,
        class_="C",
        reasons=(*washed.reasons, _said("corrected_several", text)),
        carrier=None,
        units=(),
        unit_verdict="none",
        candidates=tuple(Candidate(carrier=known.carrier, unit=unit, difference=unit.label) for unit in known.units),
    )


def _said(code: str, text: str) -> Reason:
    return Reason(code=code, text=text)
