"""住所材料: filings with their legal moves, submissions, documents, and the versions of a dossier."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from zhusuo.errors import Conflict


class FilingStatus(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    RETURNED = "returned"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    DISCARDED = "discarded"

    @property
    def label(self) -> str:
        return FILING_STATUS_LABELS[self]


FILING_STATUS_LABELS = {
    FilingStatus.DRAFT: "草稿",
    FilingStatus.SUBMITTED: "审核中",
    FilingStatus.APPROVED: "已通过",
    FilingStatus.RETURNED: "退回补正",
    FilingStatus.REJECTED: "不予通过",
    FilingStatus.WITHDRAWN: "已撤回",
    FilingStatus.LAPSED: "逾期未补正",
    FilingStatus.DISCARDED: "已作废",
}

MOVES: dict[FilingStatus, frozenset[FilingStatus]] = {
    FilingStatus.DRAFT: frozenset({FilingStatus.SUBMITTED, FilingStatus.DISCARDED}),
    FilingStatus.SUBMITTED: frozenset(
        {FilingStatus.APPROVED, FilingStatus.RETURNED, FilingStatus.REJECTED, FilingStatus.WITHDRAWN}
    ),
    FilingStatus.RETURNED: frozenset({FilingStatus.SUBMITTED, FilingStatus.WITHDRAWN, FilingStatus.LAPSED}),
    FilingStatus.APPROVED: frozenset(),
    FilingStatus.REJECTED: frozenset(),
    FilingStatus.WITHDRAWN: frozenset(),
    FilingStatus.LAPSED: frozenset(),
    FilingStatus.DISCARDED: frozenset(),
}

EDITABLE = frozenset({FilingStatus.DRAFT, FilingStatus.RETURNED})
"""While a filing is one of these, its filer may change scope and documents."""


class IllegalMove(Conflict):
    code = "illegal_move"
    sentence = "这份备案现在是“{status}”，不能{verb}。请刷新后再看。"


VERBS = {
    FilingStatus.SUBMITTED: "提交",
    FilingStatus.APPROVED: "通过",
    FilingStatus.RETURNED: "退回补正",
    FilingStatus.REJECTED: "不予通过",
    FilingStatus.WITHDRAWN: "撤回",
    FilingStatus.LAPSED: "按逾期办结",
    FilingStatus.DISCARDED: "作废",
}


def check_move(now: FilingStatus, to: FilingStatus) -> None:
    """Raises IllegalMove unless the table of moves has it."""
    if to not in MOVES[now]:
        raise IllegalMove(status=now.label, verb=VERBS[to])


class FilingKind(StrEnum):
    FIRST = "first"
    CHANGE = "change"
    RECONFIRMATION = "reconfirmation"

    @property
    def label(self) -> str:
        return FILING_KIND_LABELS[self]


FILING_KIND_LABELS = {
    FilingKind.FIRST: "首次备案",
    FilingKind.CHANGE: "变更备案",
    FilingKind.RECONFIRMATION: "到期复核",
}


class TitleSituation(StrEnum):
    """产权情形: who lets the units, and by what right."""

    OWNER_LETS = "owner_lets"
    MANDATED = "mandated"
    SUBLET = "sublet"

    @property
    def label(self) -> str:
        return TITLE_SITUATION_LABELS[self]


TITLE_SITUATION_LABELS = {
    TitleSituation.OWNER_LETS: "产权人自行出租",
    TitleSituation.MANDATED: "产权人委托运营",
    TitleSituation.SUBLET: "承租后转租",
}


class ScopeKind(StrEnum):
    """备案范围: the whole carrier, some buildings, some floors, or named units."""

    WHOLE = "whole"
    BUILDINGS = "buildings"
    FLOORS = "floors"
    UNITS = "units"

    @property
    def label(self) -> str:
        return SCOPE_KIND_LABELS[self]


SCOPE_KIND_LABELS = {
    ScopeKind.WHOLE: "整个载体",
    ScopeKind.BUILDINGS: "按幢",
    ScopeKind.FLOORS: "按层",
    ScopeKind.UNITS: "按单元",
}


class DocumentKind(StrEnum):
    TITLE_DEED = "title_deed"
    COMPLETION_CERTIFICATE = "completion_certificate"
    FLOOR_PLAN = "floor_plan"
    MANDATE = "mandate"
    HOUSE_NUMBER_CERTIFICATE = "house_number_certificate"
    LEASE = "lease"
    DECLARATION = "declaration"
    ID_CARD = "id_card"
    LICENCE = "licence"
    BLANK = "blank"
    OTHER = "other"

    @property
    def label(self) -> str:
        return DOCUMENT_KIND_LABELS[self]


DOCUMENT_KIND_LABELS = {
    DocumentKind.TITLE_DEED: "产权证",
    DocumentKind.COMPLETION_CERTIFICATE: "竣工备案证",
    DocumentKind.FLOOR_PLAN: "平面图",
    DocumentKind.MANDATE: "委托/转租授权",
    DocumentKind.HOUSE_NUMBER_CERTIFICATE: "门弄号码证明",
    DocumentKind.LEASE: "租赁合同",
    DocumentKind.DECLARATION: "情况说明",
    DocumentKind.ID_CARD: "身份证件",
    DocumentKind.LICENCE: "营业执照",
    DocumentKind.BLANK: "空白页",
    DocumentKind.OTHER: "其他材料",
}


class DocumentStatus(StrEnum):
    WAITING = "waiting"
    READING = "reading"
    READ = "read"
    UNREADABLE = "unreadable"

    @property
    def label(self) -> str:
        return DOCUMENT_STATUS_LABELS[self]

    @property
    def pending(self) -> bool:
        """Whether it is still to be read, or being read."""
        return self in (DocumentStatus.WAITING, DocumentStatus.READING)


DOCUMENT_STATUS_LABELS = {
    DocumentStatus.WAITING: "等待识别",
    DocumentStatus.READING: "正在识别",
    DocumentStatus.READ: "已识别",
    DocumentStatus.UNREADABLE: "需人工查看",
}


class Purpose(StrEnum):
    """What a document was brought for: a filing, a reuse (the tenant's lease), the claim to manage a carrier, or an
    inspection (a photograph of what was found)."""

    FILING = "filing"
    LEASE = "lease"
    CLAIM = "claim"
    INSPECTION = "inspection"


class ReturnReason(StrEnum):
    """退回理由: coded, so that they can be counted; the filer reads the sentence."""

    MISSING_PAPER = "missing_paper"
    MANDATE_EXPIRED = "mandate_expired"
    NAME_DIFFERS = "name_differs"
    BLURRED = "blurred"
    MISSING_PAGE = "missing_page"
    OTHER_CARRIER = "other_carrier"
    SEAL_INCOMPLETE = "seal_incomplete"
    AREA_DIFFERS = "area_differs"
    ADDRESS_DIFFERS = "address_differs"
    SCOPE_TOO_WIDE = "scope_too_wide"
    NO_RIGHT_TO_LET = "no_right_to_let"
    WRONG_KIND = "wrong_kind"
    OTHER = "other"

    @property
    def label(self) -> str:
        return RETURN_REASONS[self][0]

    @property
    def sentence(self) -> str:
        return RETURN_REASONS[self][1]


# On the button, and what the filer should do about it.
RETURN_REASONS: dict[ReturnReason, tuple[str, str]] = {
    ReturnReason.MISSING_PAPER: ("缺少材料", "还缺少材料，请按清单补齐。"),
    ReturnReason.MANDATE_EXPIRED: ("授权已过期", "授权已过期，请补交仍在有效期内的授权。"),
    ReturnReason.NAME_DIFFERS: ("名称不一致", "几份材料上的单位名称不一致，请核对，或补交更名证明。"),
    ReturnReason.BLURRED: ("页面模糊", "有页面看不清，请重新扫描或重新拍照。"),
    ReturnReason.MISSING_PAGE: ("缺页", "材料缺页，请补齐全部页面。"),
    ReturnReason.OTHER_CARRIER: ("不是本载体的材料", "有材料写的不是本载体的地址，请换成本载体的材料。"),
    ReturnReason.SEAL_INCOMPLETE: ("签章不全", "签名或盖章不全，请补齐后重新上传。"),
    ReturnReason.AREA_DIFFERS: ("面积不符", "材料上的面积与填报的单元不符，请核对。"),
    ReturnReason.ADDRESS_DIFFERS: ("地址不一致", "产权证上的地址与现用地址不一致，请补交门弄号码证明。"),
    ReturnReason.SCOPE_TOO_WIDE: ("范围超出证载", "备案范围超出了产权证或授权所载的范围，请调整。"),
    ReturnReason.NO_RIGHT_TO_LET: ("转租授权不清", "材料不能说明出租方有权出租或转租，请补交授权。"),
    ReturnReason.WRONG_KIND: ("材料种类有误", "有材料的种类选错了，请更正。"),
    ReturnReason.OTHER: ("其他", "请按审批员的说明修改。"),
}


class DecisionKind(StrEnum):
    APPROVED = "approved"
    RETURNED = "returned"
    REJECTED = "rejected"


class VersionStatus(StrEnum):
    EFFECTIVE = "effective"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"

    @property
    def label(self) -> str:
        return VERSION_STATUS_LABELS[self]


VERSION_STATUS_LABELS = {
    VersionStatus.EFFECTIVE: "生效",
    VersionStatus.SUPERSEDED: "被替代",
    VersionStatus.REVOKED: "失效",
}


@dataclass(frozen=True, kw_only=True)
class Filing:
    """备案/变更申请. `scope` holds building names, `building|floor` pairs or unit ids, as `scope_kind` says."""

    id: UUID
    dossier_id: UUID
    dossier_number: str
    carrier_id: UUID
    district_code: str
    organisation_id: UUID
    kind: FilingKind
    title_situation: TitleSituation
    status: FilingStatus
    scope_kind: ScopeKind
    scope: tuple[str, ...]
    on_behalf_of: str
    note: str
    filed_by: UUID
    created_at: datetime
    changed_at: datetime
    submitted_at: datetime | None
    deadline_on: date | None
    claimed_by: UUID | None
    claimed_until: datetime | None
    decided_at: datetime | None

    @property
    def editable(self) -> bool:
        return self.status in EDITABLE

    def claimed_from(self, person_id: UUID | None, moment: datetime) -> bool:
        """Whether somebody else than this person works on it at this moment."""
        return self.claimed_until is not None and self.claimed_until > moment and self.claimed_by != person_id


@dataclass(frozen=True, kw_only=True)
class Document:
    """材料: one file as it was brought. Its bytes are the blob `sha256`; `same_as` was filed before with the same.

    A scan often holds two papers: `kind` is the first of them, `also_kinds` are the others.
    """

    id: UUID
    sha256: str
    size: int
    media_type: str
    carrier_id: UUID | None
    district_code: str
    organisation_id: UUID
    filing_id: UUID | None
    purpose: Purpose
    file_name: str
    kind: DocumentKind
    also_kinds: tuple[DocumentKind, ...]
    kind_by: Literal["nobody", "machine", "person"]
    kind_confidence: float | None
    number: str
    valid_until: date | None
    status: DocumentStatus
    trouble: str
    page_count: int | None
    marked_sensitive: bool
    same_as: UUID | None
    uploaded_by: UUID | None
    uploaded_at: datetime
    read_at: datetime | None
    submitted_at: datetime | None
    discarded_at: datetime | None

    @property
    def kinds(self) -> tuple[DocumentKind, ...]:
        return (self.kind, *self.also_kinds)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a page: its words and its place, relative to the upright page (x0, y0, x1, y1)."""

    text: str
    box: tuple[float, float, float, float]
    confidence: float


@dataclass(frozen=True, kw_only=True)
class DocumentPage:
    """One page. Until it is read (`read_at`) it counts as sensitive; `masks` are the boxes nobody is shown."""

    document_id: UUID
    page: int
    kind: DocumentKind
    width: int
    height: int
    turned: int
    preview_sha256: str | None
    method: str
    text: str
    lines: tuple[Line, ...]
    masks: tuple[tuple[float, float, float, float], ...]
    sensitive: bool
    quality: tuple[str, ...]
    look: str
    read_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Part:
    """分件: one of the papers that a file holds, with the numbers of its pages in the order in which they are read.

    Blank pages belong to none. `by_person` where somebody has said so; the machine does not change that any more.
    """

    kind: DocumentKind
    pages: tuple[int, ...]
    by_person: bool = False


@dataclass(frozen=True, kw_only=True)
class PageNote:
    """提示: what to know about a page: a page missing after it, the same page twice, or a paper that is on file.

    `other_id` and `other_page` are where the same page stands already.
    """

    code: str
    page: int
    text: str
    other_id: UUID | None = None
    other_page: int | None = None


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where something stands: the paper, its page (from 1), the box on the upright page (0 to 1), the words there."""

    document_id: UUID
    kind: DocumentKind
    page: int
    box: tuple[float, float, float, float] | None
    text: str

    @property
    def caption(self) -> str:
        return f"{self.kind.label} {self.page} 页"


@dataclass(frozen=True, kw_only=True)
class DocumentField:
    """A fact read from a document, with its place; a person's correction stands beside the machine's value."""

    id: UUID
    document_id: UUID
    name: str
    position: int
    value: str
    normal: Any
    confidence: float
    page: int
    box: tuple[float, float, float, float] | None
    corrected_value: str | None
    corrected_by: UUID | None
    corrected_at: datetime | None
    confirmed_by: UUID | None
    confirmed_at: datetime | None

    @property
    def label(self) -> str:
        return FIELD_LABELS.get(self.name, self.name)

    @property
    def shown(self) -> str:
        return self.corrected_value if self.corrected_value is not None else self.value


FLAWS = {
    "unread": "没有读出",
    "cut_short": "没有读完",
    "hidden_text": "暗藏文字",
    "too_dark": "画面太暗",
    "blurred": "画面模糊",
    "cut_off": "边缘缺字",
    "too_small": "图像太小",
    "low_resolution": "分辨率低",
    "doubtful": "字迹难认",
    "two_up": "两页拍在一起",
    "foreign": "外文",
}
"""What may be wrong with a page (`DocumentPage.quality`), in a word."""

NOTED = {
    "on_file": "这份材料已经传过",
    "missing_page": "可能缺页",
    "duplicate_page": "有重复的页",
    "out_of_order": "页序已自动排好",
}
"""What a note about a page says (`PageNote.code`), in a word."""

FIELD_LABELS = {
    "serial_number": "印刷序列号",
    "certificate_number": "证书编号",
    "contract_number": "合同编号",
    "owner": "权利人",
    "co_ownership": "共有情况",
    "location": "坐落",
    "unit_code": "不动产单元号",
    "plot": "宗地（丘）号",
    "land_use": "土地用途",
    "use": "用途",
    "land_area_m2": "宗地面积",
    "area_m2": "建筑面积",
    "term_start": "期限起",
    "term_end": "期限止",
    "starts_on": "租期起",
    "ends_on": "租期止",
    "signed_on": "签订日期",
    "floors": "总层数",
    "floor": "楼层",
    "completed_on": "竣工日期",
    "units": "房屋单元",
    "grantor": "授权方",
    "grantee": "受权方",
    "scope": "授权范围",
    "sublet_allowed": "可否转租",
    "registration_allowed": "可否用于登记",
    "issued_on": "签发日期",
    "issued_by": "签发单位",
    "filed_on": "备案日期",
    "deed_address": "证载地址",
    "current_address": "现用地址",
    "building_name": "楼宇名称",
    "building": "幢号",
    "project_name": "工程名称",
    "builder": "建设单位",
    "lessor": "出租方",
    "lessor_uscc": "出租方信用代码",
    "lessee": "承租方",
    "lessee_uscc": "承租方信用代码",
    "rent_month": "月租金",
    "signed_by": "签章",
    "seals": "印章",
    "holder": "持有人",
    "name": "名称",
    "title": "图名",
    "uscc": "统一社会信用代码",
}


@dataclass(frozen=True, kw_only=True)
class SubmittedDocument:
    """A document as a submission or a version froze it."""

    document_id: UUID
    sha256: str
    kind: DocumentKind
    also_kinds: tuple[DocumentKind, ...]
    position: int

    @property
    def kinds(self) -> tuple[DocumentKind, ...]:
        return (self.kind, *self.also_kinds)


@dataclass(frozen=True, kw_only=True)
class Submission:
    """What was handed in, frozen: `content` is the filing as it stood, in plain JSON."""

    id: UUID
    filing_id: UUID
    number: int
    content: dict[str, Any]
    declared_text: str
    submitted_by: UUID
    submitted_at: datetime


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What a reviewer decided on a submission. `internal_note` is for reviewers only."""

    id: UUID
    filing_id: UUID
    submission_id: UUID
    decision: DecisionKind
    reasons: tuple[ReturnReason, ...]
    message: str
    internal_note: str
    deadline_on: date | None
    decided_by: UUID
    decided_at: datetime


@dataclass(frozen=True, kw_only=True)
class DossierVersion:
    """A version of a dossier. Effective until it is superseded or revoked; to be reconfirmed by `valid_until`."""

    id: UUID
    dossier_id: UUID
    dossier_number: str
    carrier_id: UUID
    district_code: str
    organisation_id: UUID
    number: int
    filing_id: UUID
    submission_id: UUID
    status: VersionStatus
    title_situation: TitleSituation
    effective_from: datetime
    effective_to: datetime | None
    valid_until: date
    approved_by: UUID
    ended_reason: str

    def valid_on(self, day: date) -> bool:
        """Whether it may be relied on that day; the last day counts."""
        return self.status is VersionStatus.EFFECTIVE and day <= self.valid_until


@dataclass(frozen=True, kw_only=True)
class VersionOfUnit:
    """The version that covers a unit at a moment."""

    unit_id: UUID
    covered_from: datetime
    version: DossierVersion


@dataclass(frozen=True, kw_only=True)
class Upload:
    """断点续传: a file on its way in chunks; `received` are the numbers (from 0) that have arrived."""

    id: UUID
    person_id: UUID
    purpose: Purpose
    noun_id: UUID
    file_name: str
    size: int
    chunk_size: int
    document_id: UUID | None
    created_at: datetime
    expires_at: datetime
    finished_at: datetime | None
    received: tuple[int, ...]

    @property
    def chunk_count(self) -> int:
        return -(-self.size // self.chunk_size)

    def length_of(self, number: int) -> int:
        """How many bytes this chunk must have."""
        return min(self.chunk_size, self.size - number * self.chunk_size)


@dataclass(frozen=True, kw_only=True)
class Received:
    """The answer to an upload. `known`: the filing had this very document already, nothing was added."""

    document: Document
    known: bool
