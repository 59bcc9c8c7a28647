"""登记, 调用, 凭证: the verdict on an address, the findings on a lease, reuses and registrations with their moves."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from zhusuo.dossiers.model import DocumentKind, Place, TitleSituation
from zhusuo.errors import Conflict
from zhusuo.flags import Flag, Severity
from zhusuo.lookup.model import Match
from zhusuo.waivers.model import ApprovalItem, RegistrationKind

# -- verdict -------------------------------------------------------------------------------------------------------


class VerdictKind(StrEnum):
    """结论. Only COVERED lets the clerk go on to a reuse."""

    COVERED = "covered"
    NOT_COVERED = "not_covered"
    EXPIRED = "expired"
    UNKNOWN_UNIT = "unknown_unit"
    CHOOSE = "choose"
    NOT_ON_FILE = "not_on_file"


@dataclass(frozen=True, kw_only=True)
class VersionFacts:
    """The dossier version behind a verdict: who reviewed it, where and when, and how long it may be relied on."""

    id: UUID
    dossier_id: UUID
    dossier_number: str
    number: int
    title_situation: TitleSituation
    reviewed_at: datetime
    reviewed_by: str
    valid_until: date

    @property
    def title(self) -> str:
        return f"{self.dossier_number} 第 {self.number} 版"


@dataclass(frozen=True, kw_only=True)
class FiledDocument:
    """A paper of the version; `spares` are the names of the requirements it meets for the item at hand."""

    id: UUID
    kind: DocumentKind
    file_name: str
    number: str
    page_count: int | None
    valid_until: date | None
    sha256: str
    spares: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """What the item asks of this address; `met` says that papers on file spare it."""

    code: str
    name: str
    met: bool
    legal_basis: str


@dataclass(frozen=True, kw_only=True)
class Occupant:
    """Who is registered in the unit's space, or resident there.

    `status` is held, registered or resident; `word` says on whose word, and `stays` what is known of the tenant where a
    business that is registered is resident, too. `contested` means an open question whether they are still there: it is
    shown and does not stand in the way. `blocks` says that this one does. `gone`: the unit was split or merged, and
    nobody has said yet in which of the new ones they are.
    """

    name: str
    unit_label: str
    status: str
    since: date
    registration_id: UUID | None
    contested: bool
    blocks: bool
    gone: bool = False
    word: str = ""
    stays: str = ""

    @property
    def sentence(self) -> str:
        said = OCCUPANT_SENTENCES[self.status].format(since=self.since)
        if self.gone:
            said += f"（在原“{self.unit_label}”待安置）"
        return f"{said}，正在核实是否仍在此处，不影响本次办理" if self.contested else said


OCCUPANT_SENTENCES = {
    "held": "{since} 起为其保留，等待登记结果",
    "registered": "{since} 登记",
    "resident": "{since} 起入驻",
}


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """结论 on a looked-up address for an approval item on a day: one sentence, what to do, and what it rests on."""

    kind: VerdictKind
    sentence: str
    need: str
    match: Match
    day: date
    item: ApprovalItem
    catalogue_number: int
    version: VersionFacts | None = None
    documents: tuple[FiledDocument, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    occupants: tuple[Occupant, ...] = ()
    flags: tuple[Flag, ...] = ()
    sharing_allowed: bool = False
    sharing_own: bool = False
    """Whether that is the unit's own rule, not its carrier's."""

    @property
    def waived(self) -> tuple[Requirement, ...]:
        return tuple(each for each in self.requirements if each.met)

    @property
    def to_bring(self) -> tuple[Requirement, ...]:
        return tuple(each for each in self.requirements if not each.met)

    @property
    def page_count(self) -> int:
        return sum(each.page_count or 0 for each in self.documents)

    @property
    def blocked_by(self) -> Occupant | None:
        """The one because of whom a reuse would be refused."""
        return next((each for each in self.occupants if each.blocks), None)


# -- lease ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Finding:
    """核对项 that needs attention. `unread` says that a person has to look because the machine could not read it."""

    code: str
    severity: Severity
    text: str
    places: tuple[Place, ...] = ()
    unread: bool = False


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """核对项 in which the lease and the papers on file say the same."""

    code: str
    name: str
    text: str
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LeaseCheck:
    """What came of comparing a lease with the papers on file, gravest first."""

    findings: tuple[Finding, ...]
    agreements: tuple[Agreement, ...]

    def at(self, severity: Severity) -> tuple[Finding, ...]:
        return tuple(each for each in self.findings if each.severity is severity)

    @property
    def outcome(self) -> str:
        """`bad` if something blocks; `good` only if everything was read and nothing needs a person; else `look`."""
        if self.at(Severity.BLOCKS):
            return "bad"
        if self.at(Severity.NEEDS_REASON) or any(each.unread for each in self.findings):
            return "look"
        return "good"


# -- reuse ---------------------------------------------------------------------------------------------------------


class ReuseStatus(StrEnum):
    HELD = "held"
    REGISTERED = "registered"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    REVOKED = "revoked"

    @property
    def label(self) -> str:
        return REUSE_STATUS_LABELS[self]


REUSE_STATUS_LABELS = {
    ReuseStatus.HELD: "保留中",
    ReuseStatus.REGISTERED: "已登记",
    ReuseStatus.REFUSED: "不予登记",
    ReuseStatus.WITHDRAWN: "申请已撤回",
    ReuseStatus.EXPIRED: "保留期已过",
    ReuseStatus.REVOKED: "已撤销",
}

# An outcome may come after the hold has run out; it is then registered only if the unit is still free.
MOVES: dict[ReuseStatus, frozenset[ReuseStatus]] = {
    ReuseStatus.HELD: frozenset(
        {
            ReuseStatus.REGISTERED,
            ReuseStatus.REFUSED,
            ReuseStatus.WITHDRAWN,
            ReuseStatus.EXPIRED,
            ReuseStatus.REVOKED,
        }
    ),
    ReuseStatus.EXPIRED: frozenset(
        {ReuseStatus.REGISTERED, ReuseStatus.REFUSED, ReuseStatus.WITHDRAWN, ReuseStatus.REVOKED}
    ),
    ReuseStatus.REGISTERED: frozenset({ReuseStatus.REVOKED}),
    ReuseStatus.REFUSED: frozenset(),
    ReuseStatus.WITHDRAWN: frozenset(),
    ReuseStatus.REVOKED: frozenset(),
}

OUTCOMES = frozenset({ReuseStatus.REGISTERED, ReuseStatus.REFUSED, ReuseStatus.WITHDRAWN})
"""What an intake system may report."""


class IllegalMove(Conflict):
    code = "reuse_is_settled"
    sentence = "这次调用现在是“{status}”，不能改为“{to}”。"


def check_move(now: ReuseStatus, to: ReuseStatus) -> None:
    """Raises IllegalMove unless the table of moves has it."""
    if to not in MOVES[now]:
        raise IllegalMove(status=now.label, to=to.label)


class RevocationReason(StrEnum):
    """撤销理由: coded, because the public reads the sentence; what else there is to say stays in the note."""

    APPLICATION_WITHDRAWN = "application_withdrawn"
    LEASE_ENDED = "lease_ended"
    WRONG_UNIT = "wrong_unit"
    WRONG_APPLICANT = "wrong_applicant"
    PAPERS_UNTRUE = "papers_untrue"
    OTHER = "other"

    @property
    def label(self) -> str:
        return REVOCATION_REASONS[self]


REVOCATION_REASONS = {
    RevocationReason.APPLICATION_WITHDRAWN: "登记申请已撤回。",
    RevocationReason.LEASE_ENDED: "租赁合同已解除。",
    RevocationReason.WRONG_UNIT: "调用的单元有误。",
    RevocationReason.WRONG_APPLICANT: "申请人信息有误。",
    RevocationReason.PAPERS_UNTRUE: "所依据的材料不实。",
    RevocationReason.OTHER: "审批机关依职权撤销。",
}


@dataclass(frozen=True, kw_only=True)
class NewReuse:
    """What the clerk confirms.

    `reason` answers the findings that need one. `entered_address`, `match_class` and `match_reasons` say how the
    address was asked for and washed; the receipt keeps them. `business_uscc` is known only where the business exists.
    """

    unit_id: UUID
    applicant: str
    case_number: str
    item_code: str
    purpose: str
    lease_document_id: UUID | None = None
    reason: str = ""
    business_uscc: str | None = None
    entered_address: str = ""
    match_class: str = ""
    match_reasons: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Reuse:
    """调用: one use of a dossier version for one case, with its sealed receipt."""

    id: UUID
    number: str
    code: str
    district_code: str
    carrier_id: UUID
    unit_id: UUID
    version_id: UUID
    catalogue_id: UUID
    item_code: str
    lease_document_id: UUID | None
    applicant: str
    business_uscc: str | None
    registration_kind: RegistrationKind
    purpose: str
    case_number: str
    reason: str
    person_id: UUID
    organisation_id: UUID
    client_id: UUID | None
    status: ReuseStatus
    held_until: datetime
    created_at: datetime
    outcome_at: datetime | None
    revoked_at: datetime | None
    revoked_by: UUID | None
    revoked_reason: str
    revoked_note: str
    receipt_text: str
    receipt_sha256: str
    signature: bytes
    signing_key: str


# -- registration --------------------------------------------------------------------------------------------------


class RegistrationStatus(StrEnum):
    HELD = "held"
    REGISTERED = "registered"
    ENDED = "ended"

    @property
    def label(self) -> str:
        return REGISTRATION_STATUS_LABELS[self]


REGISTRATION_STATUS_LABELS = {
    RegistrationStatus.HELD: "保留中",
    RegistrationStatus.REGISTERED: "已登记",
    RegistrationStatus.ENDED: "已结束",
}


@dataclass(frozen=True, kw_only=True)
class Registration:
    """登记: a business, or one that is to be, at a unit; live until it is ended."""

    id: UUID
    unit_id: UUID
    carrier_id: UUID
    district_code: str
    business_id: UUID | None
    applicant: str
    kind: str
    status: RegistrationStatus
    exclusive: bool
    contested: bool
    reuse_id: UUID | None
    held_until: datetime | None
    registered_on: date | None
    created_at: datetime
    ended_at: datetime | None
    ended_reason: str


# -- verification --------------------------------------------------------------------------------------------------


class Authenticity(StrEnum):
    """核验结论."""

    GENUINE = "genuine"
    CHANGED = "changed"
    REVOKED = "revoked"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        return AUTHENTICITY_LABELS[self][0]

    @property
    def sentence(self) -> str:
        return AUTHENTICITY_LABELS[self][1]


AUTHENTICITY_LABELS = {
    Authenticity.GENUINE: ("凭证真实有效", "与系统留存的签章记录一致"),
    Authenticity.CHANGED: ("凭证内容不符", "系统留存的记录与签章不一致，请勿采信，并告知出具窗口"),
    Authenticity.REVOKED: ("凭证已撤销", "曾经真实，现在不能再用"),
    Authenticity.UNKNOWN: ("没有这份凭证", "请核对凭证上的核验码，或向出具窗口查询"),
}


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What a stranger is told about a receipt: nothing personal, and nothing about anybody else.

    `applicant` is masked unless it is an organisation; `differences` name what no longer agrees, for the district's own
    people only.
    """

    authenticity: Authenticity
    number: str = ""
    applicant: str = ""
    address: str = ""
    office: str = ""
    issued_at: datetime | None = None
    dossier: str = ""
    valid_until: date | None = None
    status: ReuseStatus | None = None
    receipt_sha256: str = ""
    revoked_at: datetime | None = None
    revoked_reason: str = ""
    differences: tuple[str, ...] = ()
