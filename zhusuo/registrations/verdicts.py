"""结论: what the counter is told about an address: on file or not, covered or not and why, what to bring, who is there.

This is the hot path of the counter: whatever the address leads to, one question answers everything at once. To plan
it takes ten times as long as to answer it, but no value in it makes one plan better than another: PostgreSQL keeps one.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct
from msgspec.json import Decoder

from zhusuo.carriers.model import CarrierKind
from zhusuo.db import Connection
from zhusuo.dossiers.model import DocumentKind, TitleSituation
from zhusuo.errors import Invalid, NotAllowed
from zhusuo.flags import Flag, Severity
from zhusuo.lookup.model import Match
from zhusuo.people.model import Actor, Role
from zhusuo.registrations import requirements
from zhusuo.registrations.model import (
    FiledDocument,
    Occupant,
    Requirement,
    Verdict,
    VerdictKind,
    VersionFacts,
)
from zhusuo.waivers.model import ApprovalItem, RegistrationKind, Waiver

USUAL_ITEM = "company_formation"


async def verdict(db: Connection, actor: Actor, match: Match, item_code: str, day: date) -> Verdict:
    """The verdict on a match for an approval item (a company's formation, if none is named) on a day.

    Raises Invalid for an item that is not in the catalogue.
    """
    if actor.role not in (Role.CLERK, Role.CLIENT):
        raise NotAllowed
    item_code = item_code or USUAL_ITEM
    known = _ASKED.get(item_code)
    facts = await _facts(
        db,
        actor.district_code,
        match.carrier.id if match.carrier else None,
        match.unit.id if match.unit else None,
        item_code,
        known.catalogue_id if known else None,
    )
    if facts.catalogue is not None and (known is None or known.catalogue_id != facts.catalogue[0]):
        known = _remembered(facts.catalogue[0], facts)
    if facts.catalogue is None or known is None:
        raise Invalid({"item": "免交事项清单里没有这个事项。"})
    return _Judge(match, day, facts, known).verdict()


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """What a catalogue asks for an item."""

    catalogue_id: UUID
    item: ApprovalItem
    waivers: tuple[Waiver, ...]


_ASKED: dict[str, _Asked] = {}
"""By item, as the newest catalogue had it when a verdict last asked. The rows of a catalogue never change, so that what
is remembered under its id is as good as new; every question finds out whether it is still the newest."""


class _Paper(Struct, frozen=True, array_like=True, order=True):
    position: int
    id: UUID
    kind: DocumentKind
    also_kinds: tuple[DocumentKind, ...]
    file_name: str
    number: str
    page_count: int | None
    valid_until: date | None
    sha256: str

    @property
    def kinds(self) -> tuple[DocumentKind, ...]:
        return (self.kind, *self.also_kinds)


class _Registered(Struct, frozen=True, array_like=True, order=True):
    created_at: datetime
    id: UUID
    name: str
    unit_label: str
    status: str
    since: date
    contested: bool
    may_share: bool | None


class _Resident(Struct, frozen=True, array_like=True, order=True):
    reported_at: datetime
    name: str
    unit_label: str
    since: date


class _Waived(Struct, frozen=True, array_like=True, order=True):
    position: int
    requirement: str
    name: str
    evidence: tuple[DocumentKind, ...]
    title_situations: tuple[TitleSituation, ...]
    waived: bool
    legal_basis: str
    begins_on: date
    ends_on: date | None


class _Facts(Struct, frozen=True):
    """The answer of the one question, in no order. `item` and `waivers` stay out where they were known already;
    whether a unit may be shared is its own word, else (null) its carrier's."""

    catalogue: tuple[UUID, int] | None
    item: ApprovalItem | None
    waivers: tuple[_Waived, ...] | None
    version: VersionFacts | None
    documents: tuple[_Paper, ...] | None
    carrier: tuple[CarrierKind, bool] | None
    carrier_on_file: bool
    under_review: bool
    sharing: bool | None
    registrations: tuple[_Registered, ...] | None
    tenancies: tuple[_Resident, ...] | None
    flags: tuple[Flag, ...] | None


_FACTS = Decoder(_Facts)


async def _facts(
    db: Connection,
    district_code: str,
    carrier_id: UUID | None,
    unit_id: UUID | None,
    item_code: str,
    known_catalogue_id: UUID | None,
) -> _Facts:
    """Everything a verdict may say, in one answer."""
    found: str = await db.fetchval(
        """
        WITH space AS MATERIALIZED (
            SELECT u.id, u.label, u.sharing_allowed
              FROM space_of($3) AS s
              JOIN units AS u ON u.id = s.id
        ),
        catalogue AS (
            SELECT id, number
              FROM waiver_catalogues
          ORDER BY number DESC
             LIMIT 1
        ),
        version AS (
            SELECT v.id, v.dossier_id, v.number, v.title_situation, v.effective_from, v.valid_until, v.approved_by
              FROM version_units AS vu
              JOIN dossier_versions AS v ON v.id = vu.version_id
             WHERE vu.unit_id = $3
               AND vu.during @> clock_timestamp()
               AND v.district_code = $1
        )
        SELECT json_build_object(
            'catalogue', (SELECT json_build_array(id, number) FROM catalogue),
            'item', CASE WHEN (SELECT id FROM catalogue) IS DISTINCT FROM $5 THEN (
                SELECT json_build_object('code', i.code, 'name', i.name, 'department', i.department,
                                         'registration_kind', i.registration_kind)
                  FROM approval_items AS i
                 WHERE i.catalogue_id = (SELECT id FROM catalogue)
                   AND i.code = $4) END,
            'waivers', CASE WHEN (SELECT id FROM catalogue) IS DISTINCT FROM $5 THEN (
                SELECT json_agg(json_build_array(w.position, w.requirement, w.requirement_name, w.evidence,
                                                 w.title_situations, w.waived, w.legal_basis, w.begins_on, w.ends_on))
                  FROM waivers AS w
                 WHERE w.catalogue_id = (SELECT id FROM catalogue)
                   AND w.item_code = $4) END,
            'version', (
                SELECT json_build_object(
                           'id', version.id, 'dossier_id', version.dossier_id, 'dossier_number', d.number,
                           'number', version.number, 'title_situation', version.title_situation,
                           'reviewed_at', version.effective_from, 'valid_until', version.valid_until,
                           'reviewed_by', coalesce(nullif(p.desk, ''), o.name))
                  FROM version
                  JOIN dossiers AS d ON d.id = version.dossier_id
                  JOIN persons AS p ON p.id = version.approved_by
                  JOIN organisations AS o ON o.id = p.organisation_id),
            'documents', (
                SELECT json_agg(json_build_array(vd.position, vd.document_id, vd.kind, vd.also_kinds, doc.file_name,
                                                 doc.number, doc.page_count, doc.valid_until, vd.sha256))
                  FROM version
                  JOIN version_documents AS vd ON vd.version_id = version.id
                  JOIN documents AS doc ON doc.id = vd.document_id),
            'carrier', (
                SELECT json_build_array(kind, sharing_allowed)
                  FROM carriers
                 WHERE id = $2
                   AND district_code = $1),
            'carrier_on_file', EXISTS (
                SELECT
                  FROM dossier_versions
                 WHERE carrier_id = $2
                   AND district_code = $1
                   AND status = 'effective'),
            'under_review', EXISTS (
                SELECT
                  FROM filings
                 WHERE carrier_id = $2
                   AND district_code = $1
                   AND status = 'submitted'),
            'sharing', (SELECT sharing_allowed FROM space WHERE id = $3),
            'registrations', (
                SELECT json_agg(json_build_array(
                           r.created_at, r.id, r.applicant, space.label, r.status,
                           coalesce(r.registered_on, (r.created_at AT TIME ZONE 'Asia/Shanghai')::date), r.contested,
                           r.unit_id = $3 OR space.sharing_allowed))
                  FROM space
                  JOIN registrations AS r ON r.unit_id = space.id
                 WHERE r.district_code = $1
                   AND r.status <> 'ended'
                   AND (r.held_until IS NULL OR r.held_until >= clock_timestamp())),
            'tenancies', (
                SELECT json_agg(json_build_array(t.reported_at, t.tenant, space.label,
                                                 coalesce(t.moved_in_on, t.lease_begins_on, t.reported_at::date)))
                  FROM space
                  JOIN tenancies AS t ON t.unit_id = space.id
                 WHERE t.district_code = $1
                   AND t.moved_out_on IS NULL),
            'flags', (
                SELECT json_agg(json_build_object(
                           'id', f.id, 'carrier_id', f.carrier_id, 'unit_id', f.unit_id, 'kind', f.kind,
                           'severity', f.severity, 'text', f.text, 'source', f.source, 'raised_by', f.raised_by,
                           'raised_at', f.raised_at))
                  FROM flags AS f
                 WHERE f.carrier_id = $2
                   AND (f.unit_id IS NULL OR f.unit_id = $3)
                   AND f.cleared_at IS NULL)
        )::text
        """,
        district_code,
        carrier_id,
        unit_id,
        item_code,
        known_catalogue_id,
    )
    return _FACTS.decode(found)


def _remembered(catalogue_id: UUID, facts: _Facts) -> _Asked | None:
    """What a newer catalogue says of the item, from now on; None if it is not in it."""
    if facts.item is None:
        return None
    item = facts.item
    waivers = tuple(
        Waiver(
            item_code=item.code,
            requirement=each.requirement,
            name=each.name,
            evidence=each.evidence,
            title_situations=each.title_situations,
            waived=each.waived,
            legal_basis=each.legal_basis,
            source="",
            begins_on=each.begins_on,
            ends_on=each.ends_on,
        )
        for each in sorted(facts.waivers or ())
    )
    _ASKED[item.code] = _Asked(catalogue_id=catalogue_id, item=item, waivers=waivers)
    return _ASKED[item.code]


class _Judge:
    """Turns the facts into a verdict. Lives inside one call of `verdict`; pure."""

    def __init__(self, match: Match, day: date, facts: _Facts, asked: _Asked) -> None:
        self.match = match
        self.day = day
        self.facts = facts
        self.item = asked.item
        self.version = facts.version
        self.waivers = [each for each in asked.waivers if each.in_force(day)]
        carrier: tuple[CarrierKind | None, bool] = facts.carrier or (None, False)
        self.carrier_kind, self.carrier_shares = carrier
        self.shares = self.carrier_shares if facts.sharing is None else facts.sharing
        self.occupants = self._occupants()

    def verdict(self) -> Verdict:
        kind = self._kind()
        covered = kind is VerdictKind.COVERED
        documents, asked = self._papers() if covered else ((), requirements.not_on_file(self.waivers))
        sentence, need = self._say(kind, asked)
        return Verdict(
            kind=kind,
            sentence=sentence,
            need=need,
            match=self.match,
            day=self.day,
            item=self.item,
            catalogue_number=self.facts.catalogue[1] if self.facts.catalogue else 0,
            version=self.version,
            documents=documents,
            requirements=asked,
            occupants=self.occupants,
            flags=tuple(sorted(self.facts.flags or (), key=_gravest_first)),
            sharing_allowed=self.shares,
        )

    def _kind(self) -> VerdictKind:
        match = self.match
        if match.class_ == "C" or len(match.units) > 1:
            return VerdictKind.CHOOSE
        if match.carrier is None or not (self.version or self.facts.carrier_on_file):
            return VerdictKind.NOT_ON_FILE
        if match.unit is None:
            return VerdictKind.UNKNOWN_UNIT
        if self.version is None:
            return VerdictKind.NOT_COVERED
        return VerdictKind.COVERED if self.day <= self.version.valid_until else VerdictKind.EXPIRED

    def _say(self, kind: VerdictKind, asked: tuple[Requirement, ...]) -> tuple[str, str]:
        """The sentence for the case, and the one for what to do."""
        match, bring = self.match, "、".join(each.name for each in asked if not each.met)
        usual = f"按一般材料受理：{bring}"
        if kind is VerdictKind.COVERED:
            blocking = next((each for each in self.occupants if each.blocks), None)
            if blocking is not None:
                return "已备案，覆盖本单元", f"“{blocking.name}” {blocking.sentence}，一处住所只登记一户"
            only = len([each for each in asked if not each.met]) <= 1
            return (
                "已备案，覆盖本单元",
                f"申请人只需提交{bring}" if only and bring else f"申请人须提交{bring or '申请书'}",
            )
        if kind is VerdictKind.CHOOSE:
            if match.units:
                return f"地址里有 {len(match.units)} 个单元", "请逐个选定，分别办理"
            return f"有 {len(match.candidates)} 处相近，需要选定", "请对照差别选定一处"
        if kind is VerdictKind.EXPIRED and self.version is not None:
            return "备案已到期", f"档案有效期至 {self.version.valid_until}，请物业复核；本次{usual}"
        if kind is VerdictKind.NOT_COVERED:
            return "已备案，不含本单元", f"{usual}；也可请物业补报本单元"
        if kind is VerdictKind.UNKNOWN_UNIT:
            if match.unit_verdict == "none":
                return "已备案，还缺室号", "请补充到具体单元"
            said = "、".join(match.address.units) or match.address.part or "这个单元"
            if match.unit_verdict == "out_of_range":
                return f"这里没有“{said}”", "楼层或室号超出了这幢楼，请向申请人核对"
            return f"已备案，没有“{said}”这个单元", f"请核对室号；确有此单元的，请物业补报。{usual}"
        if match.carrier is None:
            return "这个地址没有备案", usual
        if self.facts.under_review:
            return "材料正在审核，尚未生效", usual
        return "载体在册，材料尚未备案", usual

    def _papers(self) -> tuple[tuple[FiledDocument, ...], tuple[Requirement, ...]]:
        """The version's documents, each with what it spares, and the item's requirements."""
        papers = sorted(self.facts.documents or ())
        if self.carrier_kind is None or self.version is None:
            return (), requirements.not_on_file(self.waivers)
        kinds = {kind for paper in papers for kind in paper.kinds}
        asked = requirements.on_file(self.waivers, self.carrier_kind, self.version.title_situation, kinds)
        met = {each.code for each in asked if each.met}
        sparing = [(each.name, frozenset(each.evidence)) for each in self.waivers if each.requirement in met]
        documents = tuple(
            FiledDocument(
                id=paper.id,
                kind=paper.kind,
                file_name=paper.file_name,
                number=paper.number,
                page_count=paper.page_count,
                valid_until=paper.valid_until,
                sha256=paper.sha256,
                spares=tuple(name for name, evidence in sparing if not evidence.isdisjoint(paper.kinds)),
            )
            for paper in papers
        )
        return documents, asked

    def _occupants(self) -> tuple[Occupant, ...]:
        registers = self.item.registration_kind is not RegistrationKind.NONE
        found = [
            Occupant(
                name=each.name,
                unit_label=each.unit_label,
                status=each.status,
                since=each.since,
                registration_id=each.id,
                contested=each.contested,
                blocks=registers and not each.contested and not (self.shares and self._may_share(each)),
            )
            for each in sorted(self.facts.registrations or ())
        ]
        registered = {each.name for each in found}
        found += [
            Occupant(
                name=each.name,
                unit_label=each.unit_label,
                status="resident",
                since=each.since,
                registration_id=None,
                contested=False,
                blocks=False,
            )
            for each in sorted(self.facts.tenancies or ())
            if each.name not in registered
        ]
        return tuple(found)

    def _may_share(self, other: _Registered) -> bool:
        return self.carrier_shares if other.may_share is None else other.may_share


def _gravest_first(flag: Flag) -> tuple[int, datetime]:
    return list(Severity).index(flag.severity), flag.raised_at
