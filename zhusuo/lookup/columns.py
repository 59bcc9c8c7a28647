"""列: what a row of a file is given: the parts and the class of its address, or where a business belongs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from zhusuo.addresses.form import address_json
from zhusuo.addresses.keys import canonical
from zhusuo.addresses.model import Address, Reason, Washed
from zhusuo.lookup.model import Match

PARTS = ("district", "road", "lane", "sublane", "number", "building", "floor", "units")


class Placed(StrEnum):
    """归类: where a row belongs; what stayed out has a reason."""

    UNIT = "unit"
    CARRIER = "carrier"
    CHOICE = "choice"
    OUT = "out"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    Placed.UNIT: "已归入单元",
    Placed.CARRIER: "已归入载体，单元未备案或未写",
    Placed.CHOICE: "待选定",
    Placed.OUT: "未归入",
}


def placed(match: Match) -> Placed:
    """Where a match of that kind puts a business: several units are as good as one."""
    if match.carrier is not None:
        return Placed.UNIT if match.units else Placed.CARRIER
    return Placed.CHOICE if match.class_ == "C" else Placed.OUT


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of columns and what stands in them; a name that the file has already gets a word before it."""

    names: tuple[str, ...]
    cells: Callable[[Match], Sequence[object]]

    def beside(self, header: Sequence[str]) -> list[str]:
        return [*header, *(f"washed_{name}" if name in header else name for name in self.names)]


def parsed_cells(washed: Washed) -> Sequence[object]:
    """The columns of WASHED for an address that was read and not looked up."""
    return (
        None,
        canonical(washed.address),
        *_parts(washed.address),
        None,
        None,
        None,
        None,
        reasons_in_words(washed.reasons),
    )


def _washed(match: Match) -> Sequence[object]:
    carrier, unit = match.carrier, match.unit
    return (
        match.class_,
        match.canonical,
        *_parts(match.address),
        carrier and carrier.id,
        carrier and carrier.name,
        unit and unit.id,
        None if match.unit_verdict == "none" else match.unit_verdict,
        reasons_in_words(match.reasons),
    )


def _parts(address: Address) -> list[object]:
    parts = address_json(address)
    return ["、".join(parts[name]) if name == "units" else parts[name] for name in PARTS]


def _classified(match: Match) -> Sequence[object]:
    return (
        placed(match).label,
        match.class_,
        match.canonical,
        match.carrier and match.carrier.id,
        match.carrier and match.carrier.name,
        "、".join([str(unit.id) for unit in match.units]),
        "、".join([unit.label for unit in match.units]),
        reasons_in_words(match.reasons),
        candidates_in_words(match),
    )


def reasons_in_words(reasons: Sequence[Reason]) -> str:
    """What differs, in one cell."""
    return "；".join([reason.text for reason in reasons])


def candidates_in_words(match: Match) -> str:
    """What it might have been, in one cell."""
    return "；".join([f"{each.carrier.name} {each.difference}" for each in match.candidates])


WASHED = Columns(("class", "canonical", *PARTS, "carrier_id", "carrier", "unit_id", "unit_verdict", "reasons"), _washed)
CLASSIFIED = Columns(
    ("status", "class", "canonical", "carrier_id", "carrier", "unit_ids", "units", "reasons", "candidates"),
    _classified,
)
