"""核查 and 核查结论: an inspection that is planned, assigned, done, and what was found on the spot."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from zhusuo.flags import Severity

QUESTION_LIMIT = 300
NOTE_LIMIT = 1000
NAME_LIMIT = 120
MOST_PHOTOS = 30
DUE_DAYS = 30


class InspectionStatus(StrEnum):
    PLANNED = "planned"
    ASSIGNED = "assigned"
    STARTED = "started"
    FOUND = "found"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        return LABELS[self]

    @property
    def is_open(self) -> bool:
        return bool(MOVES[self])


LABELS = {
    InspectionStatus.PLANNED: "待分派",
    InspectionStatus.ASSIGNED: "已分派",
    InspectionStatus.STARTED: "核查中",
    InspectionStatus.FOUND: "已有结论",
    InspectionStatus.CANCELLED: "已撤销",
}

# A phone may have been in a basement: its finding is taken whether or not anybody was assigned or said to have started.
MOVES: dict[InspectionStatus, frozenset[InspectionStatus]] = {
    InspectionStatus.PLANNED: frozenset(
        {
            InspectionStatus.ASSIGNED,
            InspectionStatus.STARTED,
            InspectionStatus.FOUND,
            InspectionStatus.CANCELLED,
        }
    ),
    InspectionStatus.ASSIGNED: frozenset(
        {
            InspectionStatus.ASSIGNED,
            InspectionStatus.STARTED,
            InspectionStatus.FOUND,
            InspectionStatus.CANCELLED,
        }
    ),
    InspectionStatus.STARTED: frozenset(
        {InspectionStatus.ASSIGNED, InspectionStatus.FOUND, InspectionStatus.CANCELLED}
    ),
    InspectionStatus.FOUND: frozenset(),
    InspectionStatus.CANCELLED: frozenset(),
}


class Cause(StrEnum):
    """Why somebody goes there."""

    RISK = "risk"
    ASKED = "asked"
    ZOMBIE = "zombie"
    DRAWN = "drawn"
    MANUAL = "manual"

    @property
    def label(self) -> str:
        return CAUSE_LABELS[self]


CAUSE_LABELS = {
    Cause.RISK: "风险清单",
    Cause.ASKED: "审批员踏看",
    Cause.ZOMBIE: "僵尸住所",
    Cause.DRAWN: "双随机",
    Cause.MANUAL: "日常核查",
}


class Outcome(StrEnum):
    """核查结论, as it was seen on the spot."""

    FOUND_THERE = "found_there"
    NOBODY = "nobody"
    REFUSED = "refused"
    OTHER_BUSINESS = "other_business"
    NO_SUCH_ADDRESS = "no_such_address"

    @property
    def label(self) -> str:
        return OUTCOME_LABELS[self][0]

    @property
    def meaning(self) -> str:
        return OUTCOME_LABELS[self][1]

    @property
    def severity(self) -> Severity:
        """What it does at the counter: a newcomer is not held up by somebody else's absence."""
        needs_reason = self in (Outcome.OTHER_BUSINESS, Outcome.NO_SUCH_ADDRESS)
        return Severity.NEEDS_REASON if needs_reason else Severity.NOTE


OUTCOME_LABELS = {
    Outcome.FOUND_THERE: ("在此经营", "人或招牌都在，与登记相符"),
    Outcome.NOBODY: ("无人", "门锁着、空着，或邻居说早已搬走"),
    Outcome.REFUSED: ("拒绝配合", "有人，但不让看、不肯说"),
    Outcome.OTHER_BUSINESS: ("另有企业", "在这里的是别家"),
    Outcome.NO_SUCH_ADDRESS: ("地址不存在", "现场没有这个门牌或房号"),
}


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """核查. Without `unit_id` it concerns the whole carrier; `subject` is whom one looks for, if anybody."""

    id: UUID
    number: str
    carrier_id: UUID
    unit_id: UUID | None
    registration_id: UUID | None
    district_code: str
    subject: str
    cause: Cause
    source: str
    question: str
    due_on: date
    status: InspectionStatus
    planned_by: UUID | None
    planned_at: datetime
    assigned_to: UUID | None
    accompanied_by: UUID | None


@dataclass(frozen=True, kw_only=True)
class NewInspection:
    """What is to be looked at: a registration, a unit, or a whole carrier; `source` is the noun and id that asked."""

    carrier_id: UUID
    unit_id: UUID | None = None
    registration_id: UUID | None = None
    cause: Cause = Cause.MANUAL
    source: str = ""
    question: str = ""
    due_on: date
    assigned_to: UUID | None = None
    accompanied_by: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Position:
    """Where the phone was, by its own account: degrees of WGS 84, and within how many metres."""

    latitude: float
    longitude: float
    accuracy_m: float | None


@dataclass(frozen=True, kw_only=True)
class NewFinding:
    """结论 as a phone sends it: `id` is the phone's own, so that what is sent twice is there once.

    `found_at` is what the phone's clock said, `photo_count` how many photographs are to follow.
    """

    id: UUID
    outcome: Outcome
    other_business: str = ""
    note: str = ""
    found_at: datetime
    position: Position | None = None
    photo_count: int = 0


@dataclass(frozen=True, kw_only=True)
class Finding:
    """结论. The first to arrive `concludes` the inspection; what comes later is kept beside it."""

    id: UUID
    inspection_id: UUID
    outcome: Outcome
    other_business: str
    note: str
    found_by: UUID
    organisation_id: UUID
    found_at: datetime
    received_at: datetime
    photo_count: int
    concludes: bool


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What became of a finding that was sent: whether it was there already, and whether it concludes."""

    finding: Finding
    repeated: bool


def sentence(outcome: Outcome, subject: str = "", other_business: str = "", note: str = "") -> str:
    """The finding in a sentence, as it stands in a notice and in the answer to a clerk.

    With the outcome alone it names nobody: so it stands in a flag, which the receipt of a reuse repeats to strangers.
    """
    whom = f"登记在此的{subject}" if subject else "登记企业"
    said = {
        Outcome.FOUND_THERE: f"{whom}在此经营",
        Outcome.NOBODY: f"{whom}不在，现场无人",
        Outcome.REFUSED: "现场有人，拒绝配合核查",
        Outcome.OTHER_BUSINESS: f"现场是{other_business or '别家企业'}，不是{whom}",
        Outcome.NO_SUCH_ADDRESS: "现场没有这个门牌或房号",
    }[outcome]
    return f"{said}。{note}" if note else f"{said}。"
