"""住所库: an import of registered businesses, what it does to each of them, and where a business stands."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class ImportStatus(StrEnum):
    CLASSIFYING = "classifying"
    TRIED = "tried"
    WRITING = "writing"
    DONE = "done"
    DISCARDED = "discarded"

    @property
    def label(self) -> str:
        return IMPORT_LABELS[self]


IMPORT_LABELS = {
    ImportStatus.CLASSIFYING: "正在归集",
    ImportStatus.TRIED: "试导完成，待确认",
    ImportStatus.WRITING: "正在写入",
    ImportStatus.DONE: "已写入",
    ImportStatus.DISCARDED: "已放弃",
}

MOVES: dict[ImportStatus, frozenset[ImportStatus]] = {
    ImportStatus.CLASSIFYING: frozenset({ImportStatus.TRIED, ImportStatus.DISCARDED}),
    ImportStatus.TRIED: frozenset({ImportStatus.WRITING, ImportStatus.DISCARDED}),
    ImportStatus.WRITING: frozenset({ImportStatus.DONE}),
    ImportStatus.DONE: frozenset(),
    ImportStatus.DISCARDED: frozenset(),
}


class Outcome(StrEnum):
    """What an import does to a business; the order is that of the report."""

    NEW = "new"
    MOVED = "moved"
    SAME = "same"
    ENDED = "ended"
    CARRIER = "carrier"
    CHOOSE = "choose"
    NO_UNIT = "no_unit"
    DIFFERS = "differs"
    OUT = "out"
    GONE = "gone"

    @property
    def label(self) -> str:
        return OUTCOME_LABELS[self]


OUTCOME_LABELS = {
    Outcome.NEW: "新增登记",
    Outcome.MOVED: "住所变动",
    Outcome.SAME: "没有变化",
    Outcome.ENDED: "已注销，登记结束",
    Outcome.CARRIER: "归集到载体，地址没写单元",
    Outcome.CHOOSE: "待人工选定",
    Outcome.NO_UNIT: "缺单元",
    Outcome.DIFFERS: "与本系统登记不一致",
    Outcome.OUT: "没有归集",
    Outcome.GONE: "已注销，本来不在册",
}

WAITING = (Outcome.CHOOSE, Outcome.NO_UNIT, Outcome.DIFFERS)
"""What a person has to settle."""


class Standing(StrEnum):
    """归集状态 of a business: on its unit, waiting for a person (why), or out."""

    CHOOSE = "choose"
    NO_UNIT = "no_unit"
    DIFFERS = "differs"
    OUT = "out"
    PLACED = "placed"
    CARRIER = "carrier"
    LEFT_OUT = "left_out"
    ENDED = "ended"
    LEFT = "left"

    @property
    def label(self) -> str:
        return STANDING_LABELS[self]


STANDING_LABELS = {
    Standing.CHOOSE: "待选定",
    Standing.NO_UNIT: "缺单元",
    Standing.DIFFERS: "登记不一致",
    Standing.OUT: "没有归集",
    Standing.PLACED: "已归集到单元",
    Standing.CARRIER: "已归集到载体",
    Standing.LEFT_OUT: "人工排除",
    Standing.ENDED: "已注销",
    Standing.LEFT: "已迁出或清退",
}

OPEN = (Standing.CHOOSE, Standing.NO_UNIT, Standing.DIFFERS)
"""What waits for a person."""


@dataclass(frozen=True, kw_only=True)
class BusinessImport:
    """导入. Without `district_code` for the whole installation; `asked_by` is None for the command line."""

    id: UUID
    district_code: str | None
    file_name: str
    sha256: str
    status: ImportStatus
    row_count: int
    asked_by: UUID | None
    created_at: datetime
    tried_at: datetime | None
    written_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class NewRow:
    """A line of the file as it was written; `fault` says why it cannot be used."""

    line: int
    name: str
    uscc: str
    address: str
    registered_on: date | None
    deregistered: bool
    fault: str = ""


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What an import does, or did, counted."""

    outcomes: dict[Outcome, int]
    faults: int
    renamed: int
    classes: dict[str, int]
    classified: int
    written: int


@dataclass(frozen=True, kw_only=True)
class OutRow:
    """A line that stayed out or waits for a person, and why."""

    line: int
    name: str
    uscc: str
    address: str
    label: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Placing:
    """Where a business stands. `before`: what it was before a person settled it, and what that ended and made."""

    business_id: UUID
    name: str
    district_code: str
    standing: Standing
    class_: str
    carrier_id: UUID | None
    unit_ids: tuple[UUID, ...]
    reasons: tuple[str, ...]
    subdistrict_codes: frozenset[str]
    settled_by: UUID | None
    before: dict[str, Any] | None

    def visible_to(self, role: str, district_code: str, subdistricts: frozenset[str]) -> bool:
        """Administrators see their district, supervisors what may lie in their subdistricts."""
        if self.district_code != district_code:
            return False
        return role == "administrator" or (role == "supervisor" and bool(self.subdistrict_codes & subdistricts))

    @property
    def as_before(self) -> dict[str, Any]:
        return {
            "status": self.standing.value,
            "class": self.class_,
            "carrier_id": self.carrier_id and str(self.carrier_id),
            "unit_ids": [str(each) for each in self.unit_ids],
            "reasons": list(self.reasons),
        }


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One of the places a business may be at."""

    carrier_id: UUID
    carrier: str
    address: str
    unit_id: UUID | None
    unit: str
    difference: str


def choice_json(choice: Choice) -> dict[str, Any]:
    return {
        "carrier_id": str(choice.carrier_id),
        "carrier": choice.carrier,
        "address": choice.address,
        "unit_id": choice.unit_id and str(choice.unit_id),
        "unit": choice.unit,
        "difference": choice.difference,
    }


def choice_of(told: dict[str, Any]) -> Choice:
    unit_id = told["unit_id"]
    return Choice(**{**told, "carrier_id": UUID(told["carrier_id"]), "unit_id": UUID(unit_id) if unit_id else None})
