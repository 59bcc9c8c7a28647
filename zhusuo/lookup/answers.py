"""One answer out of what was said about each carrier. Pure."""

from collections.abc import Iterable

from zhusuo.addresses.keys import canonical
from zhusuo.addresses.model import Class, Reason, worst
from zhusuo.carriers.model import CarrierKind
from zhusuo.lookup.asked import Asked
from zhusuo.lookup.gates import Gate
from zhusuo.lookup.model import Candidate, FoundCarrier, FoundUnit, Match, UnitVerdict
from zhusuo.lookup.outcome import Outcome, found_carrier, reason

MOST_CANDIDATES = 10


def settle(question: Asked, outcomes: list[Outcome]) -> Match:
    """One answer out of what was said about each carrier at the gate."""
    viable = outcomes
    if len(outcomes) > 1:
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
    cap = worst((best.cap, question.washed.cap))
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
