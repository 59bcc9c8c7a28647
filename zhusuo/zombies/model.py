"""僵尸住所: a registration nobody seems to live in; what speaks for that, and how far the case has come."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from zhusuo.dossiers.calendar import SHANGHAI
from zhusuo.errors import Conflict

FLAG = "zombie"
"""The kind of the flag that the counter and the stacking plan read."""

# -- signal --------------------------------------------------------------------------------------------------------


class Source(StrEnum):
    """Where a signal comes from."""

    ROSTER = "roster"
    REGISTER = "register"
    CARRIER = "carrier"
    INSPECTION = "inspection"
    MAIL = "mail"
    DEPARTMENT = "department"

    @property
    def label(self) -> str:
        return SOURCE_LABELS[self]


SOURCE_LABELS = {
    Source.ROSTER: "物业名册",
    Source.REGISTER: "住所登记",
    Source.CARRIER: "载体档案",
    Source.INSPECTION: "实地核查",
    Source.MAIL: "信函投递",
    Source.DEPARTMENT: "部门名单",
}


class SignalKind(StrEnum):
    """What was observed; the order is that of the table of rules."""

    LEASE_ENDED = "lease_ended"
    MOVED_OUT = "moved_out"
    DENIED = "denied"
    OTHER_TENANT = "other_tenant"
    UNIT_GONE = "unit_gone"
    FOUND_NOBODY = "found_nobody"
    MAIL_RETURNED = "mail_returned"
    REPORT_MISSING = "report_missing"
    LISTED = "listed"
    TAX_LOST = "tax_lost"
    CROWDED = "crowded"
    FOUND_THERE = "found_there"
    CONFIRMED = "confirmed"

    @property
    def label(self) -> str:
        return KIND_LABELS[self]


KIND_LABELS = {
    SignalKind.LEASE_ENDED: "租期届满未续",
    SignalKind.MOVED_OUT: "物业报告已迁出",
    SignalKind.DENIED: "物业表示不在此处",
    SignalKind.OTHER_TENANT: "另有承租人在驻",
    SignalKind.UNIT_GONE: "单元已不存在",
    SignalKind.FOUND_NOBODY: "核查未见企业",
    SignalKind.MAIL_RETURNED: "信函退回",
    SignalKind.REPORT_MISSING: "未报年报",
    SignalKind.LISTED: "列入经营异常名录",
    SignalKind.TAX_LOST: "税务非正常户",
    SignalKind.CROWDED: "一址登记户数异常",
    SignalKind.FOUND_THERE: "核查见到企业",
    SignalKind.CONFIRMED: "物业确认在此处",
}

DERIVED = frozenset(
    {
        SignalKind.LEASE_ENDED,
        SignalKind.MOVED_OUT,
        SignalKind.DENIED,
        SignalKind.OTHER_TENANT,
        SignalKind.UNIT_GONE,
        SignalKind.CROWDED,
    }
)
"""What our own rows say, and take back again when they say otherwise."""

LISTS = frozenset({SignalKind.MAIL_RETURNED, SignalKind.REPORT_MISSING, SignalKind.LISTED, SignalKind.TAX_LOST})
"""What departments send lists of."""


@dataclass(frozen=True, kw_only=True)
class Signal:
    """线索: one fact about one registration, from one source, as of a day.

    `measure` is the number where one was observed; from `ended_on` on it no longer holds; `dismissed_in` is a case that
    dealt with it: it counts no more.
    """

    id: UUID
    registration_id: UUID
    kind: SignalKind
    source: Source
    observed_on: date
    text: str = ""
    measure: int | None = None
    unit_kind: str = "room"
    recorded_at: datetime | None = None
    recorded_by: str = ""
    ended_on: date | None = None
    dismissed_in: UUID | None = None


# -- case ----------------------------------------------------------------------------------------------------------


class CaseStatus(StrEnum):
    OPENED = "opened"
    NOTIFIED = "notified"
    ANSWERED = "answered"
    SILENT = "silent"
    INSPECTING = "inspecting"
    INSPECTED = "inspected"
    CLEARED = "cleared"
    APPEALED = "appealed"
    UPHELD = "upheld"
    REVERSED = "reversed"
    UNSETTLED = "unsettled"
    DISMISSED = "dismissed"
    SETTLED = "settled"

    @property
    def label(self) -> str:
        return STATUS_LABELS[self]

    @property
    def meaning(self) -> str:
        return MEANINGS[self]


STATUS_LABELS = {
    CaseStatus.OPENED: "已立案",
    CaseStatus.NOTIFIED: "已通知",
    CaseStatus.ANSWERED: "已答复",
    CaseStatus.SILENT: "逾期未答",
    CaseStatus.INSPECTING: "待核查",
    CaseStatus.INSPECTED: "已核查",
    CaseStatus.CLEARED: "已清退",
    CaseStatus.APPEALED: "异议复核",
    CaseStatus.UPHELD: "维持清退",
    CaseStatus.REVERSED: "清退已撤销",
    CaseStatus.UNSETTLED: "待协调",
    CaseStatus.DISMISSED: "已撤案",
    CaseStatus.SETTLED: "自行了结",
}
MEANINGS = {
    CaseStatus.OPENED: "线索达到立案线，还没有通知企业。",
    CaseStatus.NOTIFIED: "通知已送达，等企业在期限内答复。",
    CaseStatus.ANSWERED: "企业已答复，等安排核查或决定。",
    CaseStatus.SILENT: "期限已过，没有收到答复；逾期的答复在决定前仍可接受。",
    CaseStatus.INSPECTING: "已安排上门，等核查结果。",
    CaseStatus.INSPECTED: "核查已有结果，可以决定。",
    CaseStatus.CLEARED: "住所已清退，单元已放开；异议期内企业可提出异议。",
    CaseStatus.APPEALED: "企业提出异议，等另一位监管员复核。",
    CaseStatus.UPHELD: "复核维持清退。",
    CaseStatus.REVERSED: "复核撤销清退，登记已恢复。",
    CaseStatus.UNSETTLED: "企业仍在，新户也已登记，两户并存，须有人协调。",
    CaseStatus.DISMISSED: "线索不成立，登记照旧。",
    CaseStatus.SETTLED: "办理期间企业已迁走或注销，案件自行了结。",
}

_OUT = {CaseStatus.DISMISSED, CaseStatus.UNSETTLED, CaseStatus.SETTLED}
"""At any time before the decision: it turns out unfounded, or the business moves by itself."""

MOVES: dict[CaseStatus, frozenset[CaseStatus]] = {
    CaseStatus.OPENED: frozenset({CaseStatus.NOTIFIED, *_OUT}),
    CaseStatus.NOTIFIED: frozenset({CaseStatus.ANSWERED, CaseStatus.SILENT, *_OUT}),
    CaseStatus.ANSWERED: frozenset({CaseStatus.INSPECTING, CaseStatus.INSPECTED, CaseStatus.CLEARED, *_OUT}),
    CaseStatus.SILENT: frozenset({CaseStatus.ANSWERED, CaseStatus.INSPECTING, CaseStatus.INSPECTED, *_OUT}),
    CaseStatus.INSPECTING: frozenset({CaseStatus.INSPECTED, *_OUT}),
    CaseStatus.INSPECTED: frozenset({CaseStatus.INSPECTING, CaseStatus.CLEARED, *_OUT}),
    CaseStatus.CLEARED: frozenset({CaseStatus.APPEALED}),
    CaseStatus.APPEALED: frozenset({CaseStatus.UPHELD, CaseStatus.REVERSED, CaseStatus.UNSETTLED}),
    CaseStatus.UNSETTLED: frozenset({CaseStatus.DISMISSED, CaseStatus.SETTLED}),
}
"""Due process. What is missing is refused; `CLEARED` out of `ANSWERED` needs the answer “gone”."""

CONTESTING = frozenset(
    {
        CaseStatus.OPENED,
        CaseStatus.NOTIFIED,
        CaseStatus.ANSWERED,
        CaseStatus.SILENT,
        CaseStatus.INSPECTING,
        CaseStatus.INSPECTED,
        CaseStatus.UNSETTLED,
    }
)
"""While a case stands so, its registration is contested; the index `zombie_case_one_open` says the same."""

OPEN = CONTESTING | {CaseStatus.APPEALED}
BEFORE_DECISION = CONTESTING - {CaseStatus.UNSETTLED}


class Answer(StrEnum):
    """What the business says to the notice."""

    HERE = "here"
    GONE = "gone"

    @property
    def label(self) -> str:
        return {Answer.HERE: "仍在此处", Answer.GONE: "已不在此处"}[self]


class IllegalMove(Conflict):
    """The case has moved on, or has not come so far."""

    code = "zombie_case_moved"
    sentence = "这件案子现在是“{status}”，不能再{verb}；可能刚有人办理过，请刷新后再看。"


class AlreadyDecided(Conflict):
    code = "zombie_case_decided"
    sentence = "这件案子已由{person}于 {day} 办结（{status}），不必再办。"


class ClockBehind(Conflict):
    """The machine's clock stands before a step that was taken."""

    code = "clock_behind"
    sentence = "系统时钟显示 {day}，早于这件案子的上一步（{before}）。请先校正时钟再办理。"


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One line of a score: points, words, and what would change it."""

    kind: SignalKind
    points: int
    text: str
    source: str
    observed_on: date
    until: date | None
    change: str

    @property
    def unnamed(self) -> str:
        """The same for somebody who need not know who else is there."""
        if self.kind is SignalKind.OTHER_TENANT:
            return f"本单元自 {self.observed_on} 起另有承租人"
        return self.text


@dataclass(frozen=True, kw_only=True)
class ZombieCase:
    """僵尸住所案件. `name` is the business under its name of that day, `reasons` are what they were on that day."""

    id: UUID
    number: str
    registration_id: UUID
    unit_id: UUID
    carrier_id: UUID
    district_code: str
    name: str
    cause: SignalKind
    status: CaseStatus
    score: int
    rules_number: int
    reasons: tuple[Reason, ...]
    opened_on: date
    opened_at: datetime
    changed_at: datetime
    contact: str
    code: str
    notified_on: date | None
    deadline_on: date | None
    answered_at: datetime | None
    answer: Answer | None
    answer_text: str
    late: bool
    inspected_on: date | None
    found: bool | None
    decided_on: date | None
    decided_at: datetime | None
    decided_by: UUID | None
    reason: str
    appeal_until: date | None
    appealed_on: date | None
    newcomer_id: UUID | None
    closed_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    def may(self, to: CaseStatus) -> bool:
        """Whether the table allows this move, and the answer does where it matters."""
        if to not in MOVES.get(self.status, frozenset()):
            return False
        if (self.status, to) == (CaseStatus.ANSWERED, CaseStatus.CLEARED):
            return self.answer is Answer.GONE
        return True


@dataclass(frozen=True, kw_only=True)
class Step:
    """One line of a case's story. `said_on` is the business day, `said_at` when it was written down."""

    kind: str
    said_on: date
    said_at: datetime
    speaker: str
    text: str

    @property
    def is_of_its_day(self) -> bool:
        """Whether it was written down on the very day."""
        return self.said_at.astimezone(SHANGHAI).date() == self.said_on


class LetterKind(StrEnum):
    """函: what is written to the former occupant."""

    NOTICE = "notice"
    NEWCOMER = "newcomer"
    DECISION = "decision"
    DISMISSAL = "dismissal"
    APPEAL = "appeal"

    @property
    def label(self) -> str:
        return LETTER_LABELS[self]


LETTER_LABELS = {
    LetterKind.NOTICE: "住所核实通知书",
    LetterKind.NEWCOMER: "新户登记告知书",
    LetterKind.DECISION: "住所清退决定书",
    LetterKind.DISMISSAL: "核实结果告知书",
    LetterKind.APPEAL: "异议复核决定书",
}


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One letter, as it was written; `sent_on` and `sent_how` say when and how it went out."""

    id: UUID
    case_id: UUID
    kind: LetterKind
    number: str
    written_on: date
    content: dict[str, str]
    written_at: datetime
    sent_on: date | None
    sent_how: str
