"""结论: what the counter is told about an address: on file or not, covered or not and why, what to bring, who is there.

This is the hot path of the counter: where the unit is on file, one question answers everything at once.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from zhusuo.carriers.history import ChangeKind, Coverage
from zhusuo.carriers.model import CarrierKind
from zhusuo.db import Connection
from zhusuo.dossiers.model import DocumentKind, TitleSituation
from zhusuo.errors import Invalid, NotAllowed
from zhusuo.flags import Flag, Severity
from zhusuo.lookup.model import Match
from zhusuo.people.model import Actor, Role
from zhusuo.registrations import requirements
from zhusuo.registrations.facts import Facts, Registered, Resident, Standing, facts_of, standing_of
from zhusuo.registrations.model import (
    FiledDocument,
    Occupant,
    Requirement,
    Verdict,
    VerdictKind,
)
from zhusuo.waivers import store as waivers
from zhusuo.waivers.model import ApprovalItem, RegistrationKind, Waiver

USUAL_ITEM = "company_formation"
NOT_CARRIED = {
    Coverage.PARTLY: "原单元没有全部备案",
    Coverage.SEVERAL: "原单元分属几份档案",
    Coverage.AREA_UNKNOWN: "有单元没有面积，不能确认前后相符",
    Coverage.AREA_DIFFERS: "面积与原单元不符",
}
"""Why units that came from others are not covered as those were."""


async def verdict(db: Connection, actor: Actor, match: Match, item_code: str, day: date) -> Verdict:
    """The verdict on a match for an approval item (a company's formation, if none is named) on a day.

    Raises Invalid for an item that is not in the catalogue.
    """
    if actor.role not in (Role.CLERK, Role.CLIENT):
        raise NotAllowed
    carrier_id = match.carrier.id if match.carrier else None
    facts = await facts_of(db, actor.district_code, carrier_id, match.unit.id if match.unit else None)
    standing = Standing()
    if carrier_id and facts.version is None:
        standing = await standing_of(db, actor.district_code, carrier_id, match.unit.id if match.unit else None)
    asked = await _asked_for(db, facts.catalogue, item_code or USUAL_ITEM, day)
    return _Judge(match, day, facts, standing, asked).verdict()


@dataclass(frozen=True, kw_only=True)
class _Spared:
    """What a set of papers leaves to bring, and which requirement is met by which kinds of paper."""

    requirements: tuple[Requirement, ...]
    met_by: tuple[tuple[str, frozenset[DocumentKind]], ...]

    def by(self, kinds: tuple[DocumentKind, ...]) -> tuple[str, ...]:
        return tuple(name for name, evidence in self.met_by if not evidence.isdisjoint(kinds))


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """What a catalogue asks for an item on a day. Houses are alike: what the papers of one spare holds for the next."""

    catalogue: tuple[UUID, int]
    day: date
    item: ApprovalItem
    waivers: tuple[Waiver, ...]
    spared: dict[tuple[CarrierKind, TitleSituation, frozenset[DocumentKind]], _Spared] = field(default_factory=dict)

    def on_file(self, carrier_kind: CarrierKind, situation: TitleSituation, kinds: frozenset[DocumentKind]) -> _Spared:
        key = (carrier_kind, situation, kinds)
        if key not in self.spared:
            asked = requirements.on_file(self.waivers, carrier_kind, situation, kinds)
            met = {each.code for each in asked if each.met}
            met_by = tuple((each.name, frozenset(each.evidence)) for each in self.waivers if each.requirement in met)
            self.spared[key] = _Spared(requirements=asked, met_by=met_by)
        return self.spared[key]


_ASKED: dict[str, _Asked] = {}
"""By item, as the newest catalogue had it when a verdict last asked. The rows of a catalogue never change, so that what
is remembered under its id is as good as new; every question finds out whether it is still the newest."""


async def _asked_for(db: Connection, catalogue: tuple[UUID, int] | None, item_code: str, day: date) -> _Asked:
    """Remembered from the verdict before, if the catalogue and the day are the same. Raises Invalid."""
    known = _ASKED.get(item_code)
    if known is not None and known.catalogue == catalogue and known.day == day:
        return known
    item = await waivers.item(db, item_code)
    if item is None or catalogue is None:
        raise Invalid({"item": "免交事项清单里没有这个事项。"})
    found = tuple(await waivers.current(db, item_code, day))
    _ASKED[item_code] = _Asked(catalogue=catalogue, day=day, item=item, waivers=found)
    return _ASKED[item_code]


class _Judge:
    """Turns the facts into a verdict. Lives inside one call of `verdict`; pure."""

    def __init__(self, match: Match, day: date, facts: Facts, standing: Standing, asked: _Asked) -> None:
        self.match = match
        self.day = day
        self.facts = facts
        self.standing = standing
        self.asked = asked
        self.item = asked.item
        self.version = facts.version
        self.waivers = asked.waivers
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
            catalogue_number=self.asked.catalogue[1],
            version=self.version,
            documents=documents,
            requirements=asked,
            occupants=self.occupants,
            flags=tuple(sorted(self.facts.flags or (), key=_gravest_first)),
            sharing_allowed=self.shares,
            sharing_own=self.facts.sharing is not None,
        )

    def _kind(self) -> VerdictKind:
        match = self.match
        if match.class_ == "C" or len(match.units) > 1:
            return VerdictKind.CHOOSE
        if match.carrier is None or not (self.version or self.standing.on_file):
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
            why = self._why_not_carried()
            return "已备案，不含本单元", f"{why}；本次{usual}" if why else f"{usual}；也可请物业补报本单元"
        if kind is VerdictKind.UNKNOWN_UNIT:
            if match.unit_verdict == "none":
                return "已备案，还缺室号", "请补充到具体单元"
            said = "、".join(match.address.units) or match.address.part or "这个单元"
            if match.unit_verdict == "out_of_range":
                return f"这里没有“{said}”", "楼层或室号超出了这幢楼，请向申请人核对"
            return f"已备案，没有“{said}”这个单元", f"请核对室号；确有此单元的，请物业补报。{usual}"
        if match.carrier is None:
            return "这个地址没有备案", usual
        if self.standing.under_review:
            return "材料正在审核，尚未生效", usual
        return "载体在册，材料尚未备案", usual

    def _why_not_carried(self) -> str:
        """Why the cover of the units this one came from does not reach it; "" where there is nothing to explain."""
        origin = self.standing
        if origin.coverage is None or origin.coverage not in NOT_CARRIED:
            return ""
        parents = "、".join(origin.parents)
        word = "分割" if origin.kind is ChangeKind.SPLIT else "合并"
        why = NOT_CARRIED[origin.coverage]
        return f"本单元于 {origin.happened_on} 由“{parents}”{word}而来，{why}，须由物业办理变更备案"

    def _papers(self) -> tuple[tuple[FiledDocument, ...], tuple[Requirement, ...]]:
        """The version's documents, each with what it spares, and the item's requirements."""
        papers = sorted(self.facts.documents or ())
        if self.carrier_kind is None or self.version is None:
            return (), requirements.not_on_file(self.waivers)
        kinds = frozenset(kind for paper in papers for kind in paper.kinds)
        spared = self.asked.on_file(self.carrier_kind, self.version.title_situation, kinds)
        documents = tuple(
            FiledDocument(
                id=paper.id,
                kind=paper.kind,
                file_name=paper.file_name,
                number=paper.number,
                page_count=paper.page_count,
                valid_until=paper.valid_until,
                sha256=paper.sha256,
                spares=spared.by(paper.kinds),
            )
            for paper in papers
        )
        return documents, spared.requirements

    def _occupants(self) -> tuple[Occupant, ...]:
        registers = self.item.registration_kind is not RegistrationKind.NONE
        residents = {each.name: each for each in sorted(self.facts.tenancies or ())}
        found = [
            Occupant(
                name=each.name,
                unit_label=each.unit_label,
                status=each.status,
                since=each.since,
                registration_id=each.id,
                contested=each.contested,
                blocks=registers and not each.contested and not (self.shares and self._may_share(each)),
                gone=each.gone,
                word=_on_whose_word(each, resident=each.name in residents),
                stays=_stays(residents[each.name]) if each.name in residents else "",
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
                gone=each.gone,
                word=_said_by(each),
            )
            for each in sorted(self.facts.tenancies or ())
            if each.name not in registered
        ]
        return tuple(found)

    def _may_share(self, other: Registered) -> bool:
        return self.carrier_shares if other.may_share is None else other.may_share


def _on_whose_word(each: Registered, *, resident: bool) -> str:
    """By whom it was registered, and what whoever manages the carrier says of it."""
    by = {"reuse": "本系统登记", "import": "登记机关名单"}.get(each.source, "")
    said = {True: "物业确认在此处", False: "物业表示不在此处", None: "物业还没有答复"}[each.here]
    if each.here is None and each.left_on is not None and not resident:
        said = f"物业报告 {each.left_on} 已迁出"
    return f"{by}，{said}" if by else said


def _said_by(each: Resident) -> str:
    said = each.source.label
    if each.confirmed_on is not None:
        said += f"，{each.confirmed_on} 确认在驻"
    return f"{said}，租期至 {each.lease_ends_on}" if each.lease_ends_on is not None else said


def _stays(each: Resident) -> str:
    return f"{each.since} 起入驻（{_said_by(each)}）"


def _gravest_first(flag: Flag) -> tuple[int, datetime]:
    return list(Severity).index(flag.severity), flag.raised_at
