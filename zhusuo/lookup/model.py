"""匹配结果: what an address was found to be, how surely, and why not more."""

from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from zhusuo.addresses.form import address_json, reason_json
from zhusuo.addresses.model import Address, Class, Reason

# What is known of the unit asked for: on file; not on file, but such a unit may well exist here; beyond what the
# building has; a desk without walls that is not on file; no unit was asked for.
UnitVerdict = Literal["known", "plausible", "out_of_range", "virtual", "none"]


class FoundCarrier(Struct, frozen=True, kw_only=True):
    """The carrier an address leads to; `address` is its main or matching address as filed."""

    id: UUID
    name: str
    kind: str
    address: str
    district_code: str


class FoundUnit(Struct, frozen=True, kw_only=True):
    """The unit on file, as its door says it, with its building or house number where it has one."""

    id: UUID
    label: str


class Candidate(Struct, frozen=True, kw_only=True):
    """What it might have been, and in words what sets it apart from the others or from what was asked."""

    carrier: FoundCarrier
    unit: FoundUnit | None
    difference: str


class Match(Struct, frozen=True, kw_only=True):
    """匹配结果. Class A: without any difference; B: with named, harmless ones; C: a person has to choose among the
    candidates; N: not on file (candidates are then only neighbours).

    `carrier` and `units` are set for A and B alone. Several units were asked for where `units` has several.
    """

    input: str
    class_: Class
    reasons: tuple[Reason, ...]
    address: Address
    canonical: str
    carrier: FoundCarrier | None = None
    units: tuple[FoundUnit, ...] = ()
    unit_verdict: UnitVerdict = "none"
    candidates: tuple[Candidate, ...] = ()

    @property
    def unit(self) -> FoundUnit | None:
        """The one unit that was meant; None for none and for several."""
        return self.units[0] if len(self.units) == 1 else None


def match_json(match: Match) -> dict[str, Any]:
    """The form of `zhusuo wash`: ids and names, no rights in it."""
    return {
        "input": match.input,
        "class": match.class_,
        "reasons": [reason_json(reason) for reason in match.reasons],
        "address": address_json(match.address),
        "canonical": match.canonical,
        "carrier": match.carrier and {"id": str(match.carrier.id), "name": match.carrier.name},
        "unit": {
            "id": str(match.unit.id) if match.unit else None,
            "verdict": None if match.unit_verdict == "none" else match.unit_verdict,
        },
        "candidates": [
            {
                "carrier": {"id": str(each.carrier.id), "name": each.carrier.name, "address": each.carrier.address},
                "unit": each.unit and {"id": str(each.unit.id), "label": each.unit.label},
                "difference": each.difference,
            }
            for each in match.candidates
        ],
    }
