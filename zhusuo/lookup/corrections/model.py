"""地址更正: a text, the carrier and unit that were chosen for it, and its way through review."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from zhusuo.addresses.contacts import without_contacts
from zhusuo.addresses.keys import canonical, name_key
from zhusuo.addresses.model import Washed
from zhusuo.lookup.model import FoundCarrier, FoundUnit

LONGEST = 200


class CorrectionStatus(StrEnum):
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    REVOKED = "revoked"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    CorrectionStatus.PROPOSED: "待核定",
    CorrectionStatus.ACCEPTED: "已接受",
    CorrectionStatus.REJECTED: "已驳回",
    CorrectionStatus.REVOKED: "已撤销",
}

# What was rejected or revoked may be chosen again and again: a clerk may come to see it otherwise.
MOVES: dict[CorrectionStatus, frozenset[CorrectionStatus]] = {
    CorrectionStatus.PROPOSED: frozenset({CorrectionStatus.ACCEPTED, CorrectionStatus.REJECTED}),
    CorrectionStatus.ACCEPTED: frozenset({CorrectionStatus.REVOKED}),
    CorrectionStatus.REJECTED: frozenset({CorrectionStatus.ACCEPTED}),
    CorrectionStatus.REVOKED: frozenset({CorrectionStatus.ACCEPTED}),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Correction:
    """更正. `unit_id` is None where a carrier alone was chosen: the unit is then the one that the text names.

    `organisation_id` is the proposer's.
    """

    id: UUID
    district_code: str
    key: str
    written: str
    carrier_id: UUID
    unit_id: UUID | None
    status: CorrectionStatus
    proposed_by: UUID
    organisation_id: UUID
    proposed_at: datetime
    case_number: str
    decided_by: UUID | None
    decided_at: datetime | None
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Accepted:
    """An accepted correction as the ladder asks for it: `units` are what its unit is today.

    `unit` is what the unit was called when it was chosen, "" for none.
    """

    written: str
    reviewer: str
    decided_on: date
    carrier: FoundCarrier
    carrier_retired: bool
    unit: str
    units: tuple[FoundUnit, ...]

    @property
    def dormant(self) -> bool:
        """What was chosen is there no more, and nothing has come of it."""
        return self.carrier_retired or (bool(self.unit) and not self.units)

    @property
    def shown(self) -> str:
        """按 2026-11-22 李楠核定的更正：肇家浜路1366号东楼 → 汇澜大厦 1803室."""
        chosen = f"{self.carrier.name} {self.unit}".strip()
        return f"按 {self.decided_on} {self.reviewer}核定的更正：{self.written} → {chosen}"


def correction_key(washed: Washed) -> str:
    """What two spellings of one text have in common; "" where the text is not known to its end.

    The canonical form with what it leaves out (name, part), if everything was understood; otherwise the normal text,
    so that nothing which was not understood is overlooked.
    """
    codes = {reason.code for reason in washed.reasons}
    if "cut" in codes or not washed.normal:
        return ""
    if washed.cap == "A" or (washed.cap == "B" and not codes & UNREAD):
        address = washed.address
        return "|".join((canonical(address), name_key(address.name), address.part, address.subdistrict))
    return f"={washed.normal}"


def tells_nothing(washed: Washed, roads: Collection[str]) -> bool:
    """Whether the text is exact and fits other places as well as the chosen carrier, which stands on these roads.

    虹桥路3号2105室 where two towers stand: what was chosen there is a matter of the case, not of the text.
    """
    address = washed.address
    telling = address.name or address.building or address.entrance or address.part
    return washed.cap == "A" and address.road in roads and not telling


# Reasons of class B by which something of the text is left out of the parts.
UNREAD = frozenset({"descriptor", "zone", "no_road", "name_first"})


def written_without_people(text: str) -> str:
    """The text as it was written, on one line, without the people and numbers behind it and what cannot be seen."""
    seen = without_contacts(text[:LONGEST])[0]
    return " ".join("".join(sign if sign.isprintable() else " " for sign in seen).split())
