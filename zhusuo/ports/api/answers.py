"""What other systems are told: the shapes that go out, each made from what the nouns know. Pure.

Purpose limitation stands here: who else is at an address is a number and never a name, a flag is its kind and never its
text, and an event is what happened to which object, not its content.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from zhusuo.dossiers.model import Document, Filing, Place
from zhusuo.events import Event
from zhusuo.flags import Flag
from zhusuo.lookup.model import Candidate, FoundCarrier, FoundUnit, Match
from zhusuo.registrations import receipts
from zhusuo.registrations.examination import Examined
from zhusuo.registrations.model import Finding, Occupant, Requirement, Reuse, Verdict, VersionFacts
from zhusuo.tenancies.model import Tenancy
from zhusuo.waivers.model import ApprovalItem, Waiver

ID = "0199a6c2-7f0e-7a51-9d3c-5b2f1f6e8a10"
Id = Annotated[UUID, Meta(examples=[ID])]


class Answer(Struct, frozen=True, kw_only=True):
    """What all shapes have in common."""


# 查询


class CarrierBrief(Answer, frozen=True, kw_only=True):
    """载体。"""

    id: Id
    name: Annotated[str, Meta(examples=["汇澜大厦"])]
    kind: Annotated[str, Meta(description="tower mall park market street incubator cluster", examples=["tower"])]
    address: Annotated[str, Meta(examples=["肇嘉浜路1366号"])]

    @classmethod
    def of(cls, found: FoundCarrier) -> Self:
        return cls(id=found.id, name=found.name, kind=found.kind, address=found.address)


class UnitBrief(Answer, frozen=True, kw_only=True):
    """房屋单元。"""

    id: Id
    label: Annotated[str, Meta(description="幢号、门牌和室号，照备案的写法", examples=["1803室"])]

    @classmethod
    def of(cls, found: FoundUnit) -> Self:
        return cls(id=found.id, label=found.label)


class Reason(Answer, frozen=True, kw_only=True):
    """和标准写法的一处差别。"""

    code: Annotated[str, Meta(examples=["no_district"])]
    text: Annotated[str, Meta(examples=["没有写区名"])]
    span: Annotated[tuple[int, int] | None, Meta(description="在原文里的起止位置，没有则为 null")] = None


class CandidateBrief(Answer, frozen=True, kw_only=True):
    """可能是的一处，以及它和别处的差别。"""

    carrier: CarrierBrief
    unit: UnitBrief | None
    difference: str

    @classmethod
    def of(cls, found: Candidate) -> Self:
        unit = UnitBrief.of(found.unit) if found.unit else None
        return cls(carrier=CarrierBrief.of(found.carrier), unit=unit, difference=found.difference)


class WashedAddress(Answer, frozen=True, kw_only=True):
    """标准地址的各部分；原文没有说的为空。"""

    city: str
    district: str
    subdistrict: str
    road: Annotated[str, Meta(examples=["肇嘉浜路"])]
    lane: str
    sublane: str
    number: Annotated[str, Meta(examples=["1366"])]
    building: str
    entrance: str
    floor: str
    units: Annotated[tuple[str, ...], Meta(examples=[["1803"]])]
    name: str
    part: str


class Item(Answer, frozen=True, kw_only=True):
    """审批事项。"""

    code: Annotated[str, Meta(examples=["company_formation"])]
    name: Annotated[str, Meta(examples=["公司设立登记"])]
    department: Annotated[str, Meta(examples=["市场监督管理局"])]
    registration_kind: Annotated[str, Meta(description="formation relocation additional none", examples=["formation"])]

    @classmethod
    def of(cls, item: ApprovalItem) -> Self:
        return cls(code=item.code, name=item.name, department=item.department, registration_kind=item.registration_kind)


class RequirementBrief(Answer, frozen=True, kw_only=True):
    """一项材料要求。"""

    code: Annotated[str, Meta(examples=["title"])]
    name: Annotated[str, Meta(examples=["住所权属证明"])]

    @classmethod
    def of(cls, requirement: Requirement) -> Self:
        return cls(code=requirement.code, name=requirement.name)


class PaperBrief(Answer, frozen=True, kw_only=True):
    """在档的一件材料，以及它免去了哪几项。"""

    id: Id
    kind: Annotated[str, Meta(examples=["title_deed"])]
    name: Annotated[str, Meta(examples=["产权证"])]
    number: str
    page_count: int | None
    valid_until: date | None
    sha256: str
    spares: tuple[str, ...]


class VersionBrief(Answer, frozen=True, kw_only=True):
    """所依据的档案版本。"""

    id: Id
    dossier_id: Id
    dossier_number: Annotated[str, Meta(examples=["XH-2026-0147"])]
    number: Annotated[int, Meta(examples=[3])]
    title_situation: Annotated[str, Meta(examples=["mandated"])]
    reviewed_at: datetime
    valid_until: date

    @classmethod
    def of(cls, version: VersionFacts) -> Self:
        return cls(
            id=version.id,
            dossier_id=version.dossier_id,
            dossier_number=version.dossier_number,
            number=version.number,
            title_situation=version.title_situation,
            reviewed_at=version.reviewed_at,
            valid_until=version.valid_until,
        )


class Occupants(Answer, frozen=True, kw_only=True):
    """这个单元的空间里现有几户。是谁，只有审批员在面板和审批端能看到。"""

    registered: Annotated[int, Meta(description="已登记的户数")]
    held: Annotated[int, Meta(description="正在为申请人保留的户数")]
    resident: Annotated[int, Meta(description="只入驻、没有登记在此的户数")]
    contested: Annotated[int, Meta(description="其中正在核实是否仍在的户数，不影响新户")]
    blocked: Annotated[bool, Meta(description="现在调用会不会因此被拒绝")]

    @classmethod
    def of(cls, occupants: Sequence[Occupant]) -> Self:
        return cls(
            registered=sum(each.status == "registered" for each in occupants),
            held=sum(each.status == "held" for each in occupants),
            resident=sum(each.status == "resident" for each in occupants),
            contested=sum(each.contested for each in occupants),
            blocked=any(each.blocks for each in occupants),
        )


class FlagBrief(Answer, frozen=True, kw_only=True):
    """一条提示。"""

    kind: str
    severity: Annotated[str, Meta(description="blocks 不能办理，needs_reason 须说明理由，note 不阻断")]

    @classmethod
    def of(cls, flag: Flag) -> Self:
        return cls(kind=flag.kind, severity=flag.severity)


class VerdictAnswer(Answer, frozen=True, kw_only=True):
    """结论。"""

    kind: Annotated[
        Literal["covered", "not_covered", "expired", "unknown_unit", "choose", "not_on_file"],
        Meta(description="covered 之外的都按一般材料受理", examples=["covered"]),
    ]
    sentence: Annotated[str, Meta(examples=["已备案，覆盖本单元"])]
    need: Annotated[str, Meta(examples=["申请人只需提交租赁合同"])]
    day: date
    item: Item
    catalogue: Annotated[int, Meta(description="免交清单的版次")]
    version: VersionBrief | None
    waived: Annotated[list[RequirementBrief], Meta(description="免交的")]
    to_bring: Annotated[list[RequirementBrief], Meta(description="要交的")]
    documents: list[PaperBrief]
    occupants: Occupants
    flags: list[FlagBrief]
    sharing_allowed: Annotated[bool, Meta(description="是否允许一址多照")]

    @classmethod
    def of(cls, verdict: Verdict) -> Self:
        return cls(
            kind=verdict.kind.value,
            sentence=verdict.sentence,
            need=_need(verdict),
            day=verdict.day,
            item=Item.of(verdict.item),
            catalogue=verdict.catalogue_number,
            version=VersionBrief.of(verdict.version) if verdict.version else None,
            waived=[RequirementBrief.of(each) for each in verdict.waived],
            to_bring=[RequirementBrief.of(each) for each in verdict.to_bring],
            documents=[
                PaperBrief(
                    id=each.id,
                    kind=each.kind,
                    name=each.kind.label,
                    number=each.number,
                    page_count=each.page_count,
                    valid_until=each.valid_until,
                    sha256=each.sha256,
                    spares=each.spares,
                )
                for each in verdict.documents
            ],
            occupants=Occupants.of(verdict.occupants),
            flags=[FlagBrief.of(each) for each in verdict.flags],
            sharing_allowed=verdict.sharing_allowed,
        )


def _need(verdict: Verdict) -> str:
    """What to do, without the name of whoever is there already."""
    blocking = verdict.blocked_by
    return verdict.need if blocking is None else f"已有一户{blocking.sentence}，一处住所只登记一户"


class Lookup(Answer, frozen=True, kw_only=True):
    """地址查到了什么，以及结论。"""

    input: str
    match_class: Annotated[
        Literal["A", "B", "C", "N"],
        Meta(description="A 完全一致，B 差别已写明且唯一，C 要从候选中选定，N 没有备案", examples=["A"]),
    ] = msgspec.field(name="class")
    reasons: list[Reason]
    address: WashedAddress
    canonical: Annotated[str, Meta(examples=["上海市徐汇区肇嘉浜路1366号1803室"])]
    carrier: CarrierBrief | None
    units: Annotated[list[UnitBrief], Meta(description="查到的单元；地址写了几个就有几个")]
    unit_verdict: Annotated[
        Literal["known", "plausible", "out_of_range", "virtual", "none"],
        Meta(description="单元在册、不在册但可能有、超出楼层、像虚拟房号、没有写单元"),
    ]
    candidates: list[CandidateBrief]
    verdict: VerdictAnswer

    @classmethod
    def of(cls, verdict: Verdict) -> Self:
        match: Match = verdict.match
        return cls(
            input=match.input,
            match_class=match.class_,
            reasons=[Reason(code=each.code, text=each.text, span=each.span) for each in match.reasons],
            address=msgspec.convert(match.address, WashedAddress, from_attributes=True),
            canonical=match.canonical,
            carrier=CarrierBrief.of(match.carrier) if match.carrier else None,
            units=[UnitBrief.of(each) for each in match.units],
            unit_verdict=match.unit_verdict,
            candidates=[CandidateBrief.of(each) for each in match.candidates],
            verdict=VerdictAnswer.of(verdict),
        )


class UnitThen(Answer, frozen=True, kw_only=True):
    """一个单元在某一天的情形，按某一刻所知道的。"""

    on: date
    known_at: datetime
    existed: Annotated[bool, Meta(description="那天有没有这个单元；没有的，下面各项都空着")]
    label: Annotated[str | None, Meta(examples=["1803室"])]
    kind: str | None
    floor: int | None
    area_m2: Annotated[str | None, Meta(description="面积，两位小数", examples=["186.50"])]
    valid_from: Annotated[date | None, Meta(description="从哪天起是这样；空着是起初")]
    valid_to: Annotated[date | None, Meta(description="到哪天为止（当天不含）；空着是至今")]
    carrier_name: str | None
    addresses: list[str]
    version: Annotated[VersionBrief | None, Meta(description="那一刻覆盖它的档案版本")]


class UnitAnswer(Answer, frozen=True, kw_only=True):
    """一个单元现在的情形。"""

    id: Id
    label: Annotated[str, Meta(examples=["1803室"])]
    kind: Annotated[str, Meta(description="room shop whole_floor part virtual service", examples=["room"])]
    building: str
    floor: int | None
    number: Annotated[str, Meta(description="沿街商铺自己的门牌号")]
    area_m2: Annotated[str | None, Meta(description="面积，两位小数", examples=["186.50"])]
    sharing_allowed: bool
    retired: Annotated[bool, Meta(description="已停用")]
    carrier: CarrierBrief
    subdistrict: Annotated[str, Meta(description="街镇", examples=["徐家汇街道"])]
    version: Annotated[VersionBrief | None, Meta(description="今天覆盖它的档案版本")]
    occupants: Occupants
    flags: list[FlagBrief]
    became: Annotated[list[UnitBrief], Meta(description="已分割、合并的，现在是哪些单元")]
    then: Annotated[UnitThen | None, Meta(description="问了 `on` 或 `known_at` 才有")]


# 租赁合同


class PlaceBrief(Answer, frozen=True, kw_only=True):
    """写在哪里。"""

    document_id: Id
    kind: str
    page: int
    box: Annotated[tuple[float, float, float, float] | None, Meta(description="在页上的位置，0 到 1")]
    text: str

    @classmethod
    def of(cls, place: Place) -> Self:
        return cls(document_id=place.document_id, kind=place.kind, page=place.page, box=place.box, text=place.text)


class FindingBrief(Answer, frozen=True, kw_only=True):
    """要注意的一处。"""

    code: Annotated[str, Meta(examples=["term_beyond_mandate"])]
    severity: Annotated[
        str, Meta(description="blocks 不能办理，needs_reason 须说明理由，note 不阻断", examples=["note"])
    ]
    text: str
    unread: Annotated[bool, Meta(description="因为没有读出来，要人工看一眼")]
    places: list[PlaceBrief]

    @classmethod
    def of(cls, finding: Finding) -> Self:
        return cls(
            code=finding.code,
            severity=finding.severity,
            text=finding.text,
            unread=finding.unread,
            places=[PlaceBrief.of(each) for each in finding.places],
        )


class AgreementBrief(Answer, frozen=True, kw_only=True):
    """相符的一处。"""

    code: str
    name: str
    text: str
    places: list[PlaceBrief]


class LeaseAnswer(Answer, frozen=True, kw_only=True):
    """租赁合同和备案材料对得上吗。"""

    status: Annotated[
        Literal["pending", "done"],
        Meta(description="pending：合同还在识别，过 `Retry-After` 秒再问", examples=["done"]),
    ]
    outcome: Annotated[
        str | None,
        Meta(description="good 相符，look 要人工看并写理由，bad 不能办理", examples=["good"]),
    ] = None
    lessor: str | None = None
    area_m2: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    findings: list[FindingBrief] = []
    agreements: list[AgreementBrief] = []

    @classmethod
    def of(cls, examined: Examined) -> Self:
        check = examined.check
        return cls(
            status="done",
            outcome=check.outcome,
            lessor=examined.lessor,
            area_m2=examined.area_m2,
            starts_on=examined.starts_on,
            ends_on=examined.ends_on,
            findings=[FindingBrief.of(each) for each in check.findings],
            agreements=[
                AgreementBrief(
                    code=each.code,
                    name=each.name,
                    text=each.text,
                    places=[PlaceBrief.of(place) for place in each.places],
                )
                for each in check.agreements
            ],
        )


class LeaseOfBatch(Answer, frozen=True, kw_only=True):
    """几份之中的一份。"""

    document_id: Id
    check: LeaseAnswer


class LeasePage(Answer, frozen=True, kw_only=True):
    """一起核对的几份，次序照问的次序。"""

    checks: list[LeaseOfBatch]


# 材料与档案


class DocumentAnswer(Answer, frozen=True, kw_only=True):
    """收到的一件材料。同样的文件再传一次，还是这一件。"""

    id: Id
    sha256: str
    size: int
    file_name: str

    @classmethod
    def of(cls, document: Document) -> Self:
        return cls(id=document.id, sha256=document.sha256, size=document.size, file_name=document.file_name)


class DocumentBrief(Answer, frozen=True, kw_only=True):
    """一件材料；字节另取：`GET /documents/{id}/content`。"""

    id: Id
    kind: Annotated[str, Meta(examples=["title_deed"])]
    name: Annotated[str, Meta(description="这件材料里有哪几种", examples=["产权证"])]
    file_name: str
    number: str
    media_type: Annotated[str, Meta(examples=["application/pdf"])]
    size: int
    page_count: int | None
    valid_until: date | None
    sha256: str
    status: Annotated[str, Meta(description="waiting reading read unreadable", examples=["read"])]
    trouble: Annotated[str, Meta(description="识别不了的，为什么")]

    @classmethod
    def of(cls, document: Document) -> Self:
        return cls(
            id=document.id,
            kind=document.kind,
            name="、".join(kind.label for kind in document.kinds),
            file_name=document.file_name,
            number=document.number,
            media_type=document.media_type,
            size=document.size,
            page_count=document.page_count,
            valid_until=document.valid_until,
            sha256=document.sha256,
            status=document.status,
            trouble=document.trouble,
        )


class VersionAnswer(Answer, frozen=True, kw_only=True):
    """档案的一版，和它所依据的材料。"""

    id: Id
    number: int
    status: Annotated[str, Meta(description="effective superseded revoked", examples=["effective"])]
    title_situation: str
    effective_from: datetime
    effective_to: datetime | None
    valid_until: date
    unit_count: Annotated[int, Meta(description="生效时覆盖的单元数")]
    documents: list[DocumentBrief]


class DossierAnswer(Answer, frozen=True, kw_only=True):
    """一份住所材料档案：所有版本，新的在前。"""

    id: Id
    number: Annotated[str, Meta(examples=["XH-2026-0147"])]
    carrier: CarrierBrief
    versions: list[VersionAnswer]


# 调用


class ReuseAnswer(Answer, frozen=True, kw_only=True):
    """一次调用。"""

    id: Id
    number: Annotated[str, Meta(examples=["ZS-310104-2026-004286"])]
    status: Annotated[str, Meta(description="held registered refused withdrawn expired revoked", examples=["held"])]
    applicant: str
    business_uscc: str | None
    case_number: str
    purpose: str
    item_code: str
    carrier_id: Id
    unit_id: Id
    address: Annotated[str, Meta(examples=["上海市徐汇区肇嘉浜路1366号汇澜大厦1803室"])]
    dossier: Annotated[str, Meta(description="所依据的档案版本", examples=["XH-2026-0147 第 3 版"])]
    version_id: Id
    lease_document_id: UUID | None
    created_at: datetime
    held_until: Annotated[datetime, Meta(description="没有登记结果时，为申请人保留到什么时候")]
    outcome_at: datetime | None
    revoked_at: datetime | None
    revoked_reason: str
    receipt_sha256: str
    verify_url: Annotated[str, Meta(description="凭证上二维码打开的网页，谁都能看")]

    @classmethod
    def of(cls, reuse: Reuse, url: str) -> Self:
        content = receipts.content_of(reuse)
        dossier = content["dossier"]
        return cls(
            id=reuse.id,
            number=reuse.number,
            status=reuse.status,
            applicant=reuse.applicant,
            business_uscc=reuse.business_uscc,
            case_number=reuse.case_number,
            purpose=reuse.purpose,
            item_code=reuse.item_code,
            carrier_id=reuse.carrier_id,
            unit_id=reuse.unit_id,
            address=content["address"]["text"],
            dossier=f"{dossier['number']} 第 {dossier['version']} 版",
            version_id=reuse.version_id,
            lease_document_id=reuse.lease_document_id,
            created_at=reuse.created_at,
            held_until=reuse.held_until,
            outcome_at=reuse.outcome_at,
            revoked_at=reuse.revoked_at,
            revoked_reason=reuse.revoked_reason,
            receipt_sha256=reuse.receipt_sha256,
            verify_url=verify_url(url, reuse.code),
        )


class ReceiptAnswer(Answer, frozen=True, kw_only=True):
    """签过名的凭证：`receipt` 的字节（RFC 8785 规范 JSON，UTF-8）就是签名所签的内容。"""

    receipt: Annotated[Any, Meta(description="凭证正文", examples=[{"number": "ZS-310104-2026-004286"}])]
    sha256: str
    signature: Annotated[str, Meta(description="Ed25519 签名，Base64")]
    signing_key: Annotated[str, Meta(description="公钥的编号：其 SHA-256 的前 16 个十六进制位")]
    public_key: Annotated[str, Meta(description="本系统现用的 Ed25519 公钥，32 字节，Base64")]
    verify_url: str


def verify_url(url: str, code: str) -> str:
    return f"{url}/verify/{code}"


# 其他


class TicketAnswer(Answer, frozen=True, kw_only=True):
    """一次性票据：60 秒内在经办人的浏览器里打开 `panel_url`，只能打开一次。"""

    ticket: str
    panel_url: str
    expires_in: Annotated[int, Meta(description="秒", examples=[60])]


class EventBrief(Answer, frozen=True, kw_only=True):
    """什么对象发生了什么；详情按编号另取。"""

    position: int
    id: Id
    at: datetime
    kind: Annotated[str, Meta(examples=["reuse.created"])]
    noun: Annotated[str, Meta(examples=["reuse"])]
    noun_id: Id
    carrier_id: UUID | None

    @classmethod
    def of(cls, event: Event) -> Self:
        return cls(
            position=event.position,
            id=event.id,
            at=event.at,
            kind=event.kind,
            noun=event.noun,
            noun_id=event.noun_id,
            carrier_id=event.carrier_id,
        )


class EventPage(Answer, frozen=True, kw_only=True):
    """一页事件，按先后，不缺不重。"""

    events: list[EventBrief]
    next: Annotated[int, Meta(description="下次的 `after`")]
    more: Annotated[bool, Meta(description="是否还有下一页")]


class ItemPage(Answer, frozen=True, kw_only=True):
    """免交清单里的全部事项。"""

    catalogue: int
    items: list[Item]


class WaiverBrief(Answer, frozen=True, kw_only=True):
    """一个事项的一项要求：由哪些材料证明，免不免交，依据什么。"""

    item_code: str
    requirement: str
    name: str
    evidence: Annotated[tuple[str, ...], Meta(description="任一种在档材料即可", examples=[["title_deed"]])]
    title_situations: Annotated[tuple[str, ...], Meta(description="只在这些产权情形下要求；空为都要")]
    waived: bool
    legal_basis: str
    source: str
    begins_on: date
    ends_on: date | None

    @classmethod
    def of(cls, waiver: Waiver) -> Self:
        return cls(
            item_code=waiver.item_code,
            requirement=waiver.requirement,
            name=waiver.name,
            evidence=tuple(waiver.evidence),
            title_situations=tuple(waiver.title_situations),
            waived=waiver.waived,
            legal_basis=waiver.legal_basis,
            source=waiver.source,
            begins_on=waiver.begins_on,
            ends_on=waiver.ends_on,
        )


class WaiverPage(Answer, frozen=True, kw_only=True):
    """免交清单在某一天的内容。"""

    catalogue: int
    day: date
    waivers: list[WaiverBrief]


class TenancyAnswer(Answer, frozen=True, kw_only=True):
    """一条入驻记录。"""

    id: Id
    unit_id: Id
    carrier_id: Id
    tenant: str
    lease_begins_on: date | None
    lease_ends_on: date | None
    moved_in_on: date | None
    moved_out_on: date | None

    @classmethod
    def of(cls, tenancy: Tenancy) -> Self:
        return cls(
            id=tenancy.id,
            unit_id=tenancy.unit_id,
            carrier_id=tenancy.carrier_id,
            tenant=tenancy.tenant,
            lease_begins_on=tenancy.lease_begins_on,
            lease_ends_on=tenancy.lease_ends_on,
            moved_in_on=tenancy.moved_in_on,
            moved_out_on=tenancy.moved_out_on,
        )


class ChecklistLine(Answer, frozen=True, kw_only=True):
    """材料清单的一行。"""

    code: str
    name: str
    met: bool
    alternatives: Annotated[str, Meta(description="哪些材料可以")]


class FilingAnswer(Answer, frozen=True, kw_only=True):
    """一份备案。"""

    id: Id
    dossier_id: Id
    dossier_number: str
    carrier_id: Id
    kind: str
    status: Annotated[
        str,
        Meta(
            description="draft submitted approved returned rejected withdrawn lapsed discarded", examples=["submitted"]
        ),
    ]
    title_situation: str
    scope: Annotated[str, Meta(description="备案范围", examples=["整个载体，186 个单元"])]
    on_behalf_of: str
    submitted_at: datetime | None
    decided_at: datetime | None
    deadline_on: Annotated[date | None, Meta(description="退回补正的期限")]
    returned_because: Annotated[list[str], Meta(description="最近一次退回或不予通过的理由")]
    checklist: list[ChecklistLine]
    documents: list[DocumentBrief]

    @classmethod
    def of(
        cls,
        filing: Filing,
        scope: str,
        checklist: Sequence[ChecklistLine],
        documents: Sequence[Document],
        returned_because: Sequence[str],
    ) -> Self:
        return cls(
            id=filing.id,
            dossier_id=filing.dossier_id,
            dossier_number=filing.dossier_number,
            carrier_id=filing.carrier_id,
            kind=filing.kind,
            status=filing.status,
            title_situation=filing.title_situation,
            scope=scope,
            on_behalf_of=filing.on_behalf_of,
            submitted_at=filing.submitted_at,
            decided_at=filing.decided_at,
            deadline_on=filing.deadline_on,
            returned_because=list(returned_because),
            checklist=list(checklist),
            documents=[DocumentBrief.of(each) for each in documents],
        )
