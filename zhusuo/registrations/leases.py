"""租赁合同核对: a lease against the papers on file, the unit, the applicant and the day.

What was not read counts for nothing: it becomes a finding that asks a person to look, never an agreement. A value that
was read without much certainty may raise a question, but does not block by itself.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, TypeVar
from uuid import UUID

from zhusuo.addresses.keys import building_key, covers, expand_units, name_key
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.addresses.model import Address
from zhusuo.addresses.wash import wash
from zhusuo.carriers.model import CarrierAddress, Unit
from zhusuo.dossiers.model import (
    DocumentKind,
    TitleSituation,
)
from zhusuo.flags import Severity
from zhusuo.registrations.chains import UNREAD_GRANTEE, Named, Stated, named_units, stated
from zhusuo.registrations.model import Agreement, Finding, LeaseCheck
from zhusuo.registrations.papers import Fact, Paper, Premises
from zhusuo.registrations.values import could_be, distance, names_in, near, read_area, read_day, read_last_day, yes
from zhusuo.rights import Doubt, Flaw, Right, RightKind, Step, chain_to_party, plain_name

SURE = 0.75
"""Below this confidence a contradiction needs a reason instead of blocking."""
SOON = timedelta(days=30)
FAR = timedelta(days=90)
AREA_TOLERANCE = 0.01
AREA_LIMIT = 0.10

# The one table of findings: how grave each is and what it says.
FINDINGS: dict[str, tuple[Severity, str]] = {
    "lease_unread": (Severity.NEEDS_REASON, "租赁合同{why}，请人工核对后写明情况。"),
    "unread": (Severity.NOTE, "没有读出{what}，请人工核对。"),
    "filed_unread": (Severity.NOTE, "备案材料中没有读出{what}，请人工核对。"),
    "nothing_filed": (Severity.NEEDS_REASON, "这些单元还没有生效的备案材料，看不出“{lessor}”有没有权利出租。"),
    "lessor_without_right": (Severity.BLOCKS, "出租方“{lessor}”不是产权人，也没有备案的授权。"),
    "lessor_spelled_otherwise": (
        Severity.NEEDS_REASON,
        "出租方写作“{lessor}”，与备案的“{party}”略有出入，请核对原页。",
    ),
    "mandate_not_in_force": (Severity.BLOCKS, "“{lessor}”的授权期限为 {term}，今天不在期限内。"),
    "no_right_to_sublet": (Severity.BLOCKS, "“{lessor}”以自己的名义出租，但备案的授权不准转租。"),
    "registration_not_allowed": (Severity.BLOCKS, "产权人的授权写明房屋不得用于登记。"),
    "mandate_out_of_scope": (Severity.BLOCKS, "“{lessor}”的授权范围不含{units}。"),
    "grantor_without_right": (Severity.BLOCKS, "授权由“{grantor}”出具，但它不是产权人，也没有备案的授权。"),
    "grantor_spelled_otherwise": (
        Severity.NOTE,
        "授权的出具方写作“{grantor}”，与“{party}”略有出入；备案审核时已经核对。",
    ),
    "land_term_over": (Severity.NEEDS_REASON, "土地使用期限已于 {day} 届满，请核对是否续期。"),
    "deed_without_unit": (Severity.NEEDS_REASON, "产权证所列的单元里没有{units}，请核对原页。"),
    "term_beyond_mandate": (Severity.NOTE, "租期至 {lease}，转租授权至 {mandate}，超出 {span}。"),
    "expired": (Severity.BLOCKS, "租期已于 {day} 届满。"),
    "term_reversed": (Severity.NEEDS_REASON, "租期写作 {start} 至 {end}，止期早于起期，请核对原页。"),
    "without_end": (Severity.NEEDS_REASON, "租期写作“{term}”，没有截止日，请核对原页。"),
    "not_begun": (Severity.NOTE, "租期自 {day} 起，还有 {days} 天。"),
    "begins_late": (Severity.NEEDS_REASON, "租期自 {day} 才开始，还有 {days} 天。"),
    "ends_soon": (Severity.NOTE, "租期 {day} 届满，只剩 {days} 天。"),
    "other_address": (Severity.BLOCKS, "合同写的是“{location}”，不是这里的地址。"),
    "address_spelled_otherwise": (Severity.NEEDS_REASON, "合同地址写作“{location}”，路名差一个字，请核对原页。"),
    "unit_out_of_scope": (Severity.BLOCKS, "合同所租的 {units} 不在备案范围内。"),
    "unit_differs": (Severity.BLOCKS, "合同所租是 {units}，不含申请的 {asked}。"),
    "more_units": (Severity.NOTE, "合同还租了备案范围以外的 {units}，不在本次办理之列。"),
    "area_exceeds": (Severity.BLOCKS, "合同面积 {lease} ㎡，备案面积只有 {filed} ㎡。"),
    "area_differs": (Severity.NEEDS_REASON, "合同面积 {lease} ㎡，略大于备案的 {filed} ㎡。"),
    "area_smaller": (Severity.NOTE, "合同面积 {lease} ㎡，备案面积 {filed} ㎡，可能只租了一部分。"),
    "lessee_differs": (Severity.BLOCKS, "承租方是“{lessee}”，申请人是“{applicant}”。"),
    "lessee_spelled_otherwise": (
        Severity.NEEDS_REASON,
        "承租方写作“{lessee}”，与申请人“{applicant}”略有出入，请核对原页。",
    ),
    "lessee_is_a_person": (Severity.NEEDS_REASON, "承租方是“{lessee}”个人，申请人是“{applicant}”，请写明两者的关系。"),
    "unsigned": (Severity.BLOCKS, "没有看到{party}的签名或盖章。"),
    "seal_differs": (Severity.NEEDS_REASON, "印章是“{seal}”的，既不是出租方也不是承租方，请核对原页。"),
}

_COMPANY = re.compile("公司|企业|合伙|中心|集团|合作社|事务所|工作室|[厂店社行部馆院所会]$")
_SAYS_ADDRESS = (
    (DocumentKind.HOUSE_NUMBER_CERTIFICATE, "current_address"),
    (DocumentKind.TITLE_DEED, "location"),
    (DocumentKind.COMPLETION_CERTIFICATE, "location"),
)


# -- the check -----------------------------------------------------------------------------------------------------


def unread(why: str) -> LeaseCheck:
    """A lease of which nothing was read, with why: 尚未识别完, 无法识别."""
    return LeaseCheck(findings=(_finding("lease_unread", unread=True, why=why),), agreements=())


def check_lease(
    lease: Paper, filed: Iterable[Paper], premises: Premises, applicant: str, day: date, lexicon: Lexicon
) -> LeaseCheck:
    """Compare a lease with what is on file, for an applicant on a day; gravest findings first."""
    check = _Check(lease, tuple(filed), premises, applicant, day, lexicon)
    for rule in (check.lessor, check.place, check.unit, check.area, check.term, check.lessee, check.signatures):
        rule()
    order = list(Severity)
    return LeaseCheck(
        findings=tuple(sorted(check.findings, key=lambda each: order.index(each.severity))),
        agreements=tuple(check.agreements),
    )


SIDES = {"lessor": "出租方", "lessee": "承租方"}
_TAKES: dict[DocumentKind, tuple[str, ...]] = {DocumentKind.MANDATE: ("grantee",), DocumentKind.LEASE: ("lessee",)}
"""Who is given something by a kind of paper on file."""


@dataclass(frozen=True, slots=True)
class _Trouble:
    """What is wrong with a step of the chain, and where both sides of it stand."""

    code: str
    paper: Paper
    facts: tuple[Fact | None, ...]
    said: dict[str, Any]
    unread: bool = False
    about: str = ""

    @property
    def key(self) -> tuple[str, UUID | None]:
        return self.code + self.about, self.paper.document_id


@dataclass(frozen=True, kw_only=True)
class Let:
    """What the lease lets, and where it says so: units in their buildings; in a street, the shop's own number."""

    source: Fact
    number: str
    named: tuple[Named, ...]

    @property
    def shown(self) -> str:
        return shown_units(self.named) if self.named else f"{self.number}号"

    def holds(self, unit: Unit) -> bool:
        if not unit.key:
            return covers(self.number, unit.number)
        return any(each.means(unit) for each in self.named)


def leased(paper: Paper, lexicon: Lexicon) -> Let | None:
    """What a lease lets; None if that was not read."""
    written, location = paper.one("units"), paper.one("location")
    address = wash(location.text, lexicon).address if location else None
    building = building_key(address.building) if address and address.building else ""
    number = address.number if address else ""
    if written is not None and (named := named_units(written)):
        return Let(source=written, number=number, named=_inside(building, named))
    if location is None or address is None:
        return None
    keys = tuple(dict.fromkeys(key for unit in address.units for key in expand_units(unit)))
    if keys or number:
        return Let(source=location, number=number, named=tuple(Named(building=building, key=key) for key in keys))
    return None


class _Check:
    """The rules one after the other; each adds what it finds. Lives inside one call of `check_lease`."""

    def __init__(
        self, lease: Paper, filed: tuple[Paper, ...], premises: Premises, applicant: str, day: date, lexicon: Lexicon
    ) -> None:
        self.lease_paper = lease
        self.filed = filed
        self.premises = premises
        self.applicant = applicant
        self.day = day
        self.lexicon = lexicon
        self.findings: list[Finding] = []
        self.agreements: list[Agreement] = []

    # -- the rules

    def lessor(self) -> None:
        """Who lets must own the house or be allowed to let it, for every unit of the lease."""
        lessor = self._read("lessor", what="出租方")
        owners = self._filed(DocumentKind.TITLE_DEED, "owner")
        if not self.filed:
            self._add("nothing_filed", lessor, lessor=lessor.text if lessor else "出租方")
            return
        if not owners:
            self._add("filed_unread", unread=True, what="产权人")
        if lessor is None:
            return
        rights = stated(self.filed, self.premises.covered)
        grantees = [fact for paper in self.filed for fact in paper.all(*_TAKES.get(paper.kind, ()))]
        if _same(lessor.text, [*owners, *grantees], lambda fact: fact.text):
            self._trace(lessor, rights)
            return
        parties = [*owners, *grantees]
        if known := next((fact for fact in parties if near(lessor.text, fact.text)), None):
            self._add("lessor_spelled_otherwise", lessor, known, lessor=lessor.text, party=known.text)
        elif self._parties_known(owners, rights):
            self._add("lessor_without_right", lessor, *parties[:1], lessor=lessor.text)
        else:
            self._add("filed_unread", lessor, unread=True, what=f"与“{lessor.text}”有关的产权或授权")

    def _trace(self, lessor: Fact, rights: list[Stated]) -> None:
        """From the title to the lessor, unit by unit; what breaks or cannot be read is found once."""
        before = len(self.findings)
        titles = [each.right for each in rights if each.right.kind is RightKind.HOLDS_TITLE]
        assumed = [] if titles else [_assumed(each.right) for each in rights if each.right.grantor]
        found: dict[tuple[str, UUID | None], tuple[_Trouble, list[str]]] = {}
        steps: dict[str, Step] = {}
        for unit in self._traced():
            way = chain_to_party([*(each.right for each in rights), *assumed], unit.id, lessor.text, self.day)
            for step in way.steps:
                steps.setdefault(repr(step), step)
                for trouble in self._troubles(step, lessor, rights):
                    found.setdefault(trouble.key, (trouble, []))[1].append(unit.name)
        for trouble, units in found.values():
            self._add(trouble.code, *trouble.facts, unread=trouble.unread, units="、".join(units), **trouble.said)
        papers = [paper for step in steps.values() if (paper := _paper_of(step, rights))]
        mandates = [paper for paper in papers if paper.kind is DocumentKind.MANDATE]
        for paper in mandates:
            self._allowed(paper)
        if len(self.findings) == before:
            named = [paper.one("grantee") or paper.one("owner") or paper.one("lessee") for paper in papers[-1:]]
            self._agree("lessor", "出租方", lessor.text, lessor, *named)
        for paper in mandates:
            self._as_long_as(paper)

    def _traced(self) -> Sequence[Unit]:
        """The units to trace: those asked for, else those let, else (neither is known) any one that is on file."""
        let = self._let()
        asked = [each for each in self.premises.asked if each in self.premises.covered]
        held = [each for each in self.premises.covered if let is not None and let.holds(each)]
        return asked or held or self.premises.covered[:1]

    def _troubles(self, step: Step, lessor: Fact, rights: list[Stated]) -> Iterator["_Trouble"]:
        """What is wrong with a step, or cannot be read of it."""
        paper, right = _paper_of(step, rights), step.right
        said: dict[str, Any] = {"lessor": lessor.text, "grantor": step.grantor}
        if right is None:
            yield from self._ungranted(step, rights, said)
        if right is None or paper is None:
            return
        title = step.kind is RightKind.HOLDS_TITLE
        if step.flaw in (Flaw.ENDED, Flaw.NOT_YET):
            term = paper.one("term_end", "ends_on") if step.flaw is Flaw.ENDED else paper.one("term_start", "starts_on")
            said |= {"term": f"{right.starts_on or '…'} 至 {right.ends_on or '…'}", "day": right.ends_on}
            yield _Trouble("land_term_over" if title else "mandate_not_in_force", paper, (lessor, term), said)
        elif step.flaw is Flaw.OUT_OF_SCOPE:
            code = "deed_without_unit" if title else "mandate_out_of_scope"
            yield _Trouble(code, paper, (self._unit_fact(), paper.one("scope", "units")), said)
        elif step.flaw is Flaw.NO_LEAVE:
            leave = paper.one("sublet_allowed") or paper.one("grantee", "lessee")
            yield _Trouble("no_right_to_sublet", paper, (lessor, leave), said)
        if title:
            return
        for doubt in sorted(step.doubts - {Doubt.PARTY}):
            what = {Doubt.TERM: "授权的截止日期", Doubt.LEAVE: "授权是否准许转租", Doubt.SCOPE: "授权的单元范围"}[doubt]
            facts = (lessor, paper.one("grantee", "lessee"))
            yield _Trouble("filed_unread", paper, facts, {**said, "what": what}, unread=True, about=what)
        if Doubt.PARTY in step.doubts:
            grantor = paper.one("grantor")
            if grantor is None:
                what = "授权由谁出具"
                yield _Trouble("filed_unread", paper, (lessor,), {**said, "what": what}, unread=True, about=what)
            else:
                said |= {"party": step.grantor, "grantor": grantor.text}
                owner = next(iter(self._filed(DocumentKind.TITLE_DEED, "owner")), None)
                yield _Trouble("grantor_spelled_otherwise", paper, (grantor, owner), said)

    def _ungranted(self, step: Step, rights: list[Stated], said: dict[str, Any]) -> Iterator["_Trouble"]:
        """Nobody who may has given this party anything: what stands on file comes from, or goes to, somebody else."""
        given = [each for each in rights if step.holder in (each.right.grantor, each.right.holder)]
        giver = next((each for each in given if each.right.kind is not RightKind.HOLDS_TITLE), None)
        owner = next(iter(self._filed(DocumentKind.TITLE_DEED, "owner")), None)
        if giver is None:
            yield _Trouble("lessor_without_right", self.lease_paper, (self.lease_paper.one("lessor"), owner), said)
        else:
            facts = (giver.paper.one("grantor", "lessor"), owner)
            yield _Trouble("grantor_without_right", giver.paper, facts, {**said, "grantor": giver.right.grantor})

    def _allowed(self, paper: Paper) -> None:
        registration = paper.one("registration_allowed")
        if registration is not None and not yes(registration):
            self._add("registration_not_allowed", registration)

    def _as_long_as(self, paper: Paper) -> None:
        """A lease longer than what the lessor may give."""
        fact = paper.one("term_end", "ends_on")
        lease_ends = self.lease_paper.one("term_end", "ends_on")
        ends, until = read_day(fact), read_day(lease_ends)
        if ends and until and ends >= self.day and until > ends:
            self._add("term_beyond_mandate", lease_ends, fact, lease=until, mandate=ends, span=_span(ends, until))

    def place(self) -> None:
        """The house of the lease must be this one."""
        location = self._read("location", what="承租房屋的地址")
        if location is None:
            return
        address = wash(location.text, self.lexicon).address
        if not address.road:
            names = {name_key(name) for name in self.premises.names}
            if address.name and name_key(address.name) in names:
                self._agree("address", "房屋地址", location.text, location)
            else:
                self._add("unread", location, unread=True, what="承租房屋的路名和门牌")
        elif any(_same_gate(address, each) for each in self._gates()):
            self._agree("address", "房屋地址", location.text, location)
        elif any(_near_gate(address, each) for each in self._gates()):
            self._add("address_spelled_otherwise", location, self._filed_address(), location=location.text)
        else:
            self._add("other_address", location, self._filed_address(), location=location.text)

    def unit(self) -> None:
        """The units of the lease must hold those applied for, and lie within what is on file."""
        let, asked = self._let(), self.premises.asked
        if let is None or not (let.named or any(unit.number for unit in (*asked, *self.premises.covered))):
            self._add("unread", unread=True, what="承租的单元")
            return
        inside = [each for each in self.premises.covered if let.holds(each)]
        outside = [each for each in let.named if not any(each.means(unit) for unit in inside)]
        missing = [each for each in asked if not let.holds(each)]
        if not inside and not (asked and not missing):
            self._add("unit_out_of_scope", let.source, self._listed(self.premises.covered), units=let.shown)
        elif missing:
            listed = self._listed(missing)
            self._add(
                "unit_differs", let.source, listed, units=let.shown, asked="、".join(each.name for each in missing)
            )
        else:
            self._agree("unit", "承租单元", let.source.text, let.source)
            if outside:
                self._add("more_units", let.source, units=shown_units(outside))

    def area(self) -> None:
        """One cannot let more than there is."""
        fact = self._read("area_m2", what="租赁面积")
        let = self._let()
        area = read_area(fact)
        if fact is None or area is None or let is None:
            if fact is not None and area is None:
                self._add("unread", fact, unread=True, what="租赁面积")
            return
        units = [each for each in self.premises.covered if let.holds(each)]
        areas = [float(each.area_m2) for each in units if each.area_m2 is not None]
        if not units:
            return
        if len(areas) < len(units):
            self._add("filed_unread", fact, unread=True, what="单元面积")
            return
        filed = sum(areas)
        listed = self._listed(units)
        shown: dict[str, Any] = {"lease": f"{area:.2f}", "filed": f"{filed:.2f}"}
        if area > filed * (1 + AREA_LIMIT):
            self._add("area_exceeds", fact, listed, **shown)
        elif area > filed * (1 + AREA_TOLERANCE):
            self._add("area_differs", fact, listed, **shown)
        elif area < filed * (1 - AREA_LIMIT):
            self._add("area_smaller", fact, listed, **shown)
        else:
            self._agree("area", "面积", f"{area:.2f} ㎡", fact)

    def term(self) -> None:
        """The lease must run; that it begins next week is only worth a note."""
        first = self._read("term_start", "starts_on", what="租期的起始日")
        last = self._read("term_end", "ends_on", what="租期的截止日")
        starts, until = read_day(first), read_last_day(last)
        ends = until.day
        if first is not None and starts is None:
            self._add("unread", first, unread=True, what="租期的起始日")
        if last is not None and until.known and ends is None:
            self._add("without_end", last, term=last.text)
        elif last is not None and not until.known:
            self._add("unread", last, unread=True, what="租期的截止日")
        if starts and ends and ends < starts:
            self._add("term_reversed", first, last, start=starts, end=ends)
            return
        before = len(self.findings)
        if ends and ends < self.day:
            self._add("expired", last, day=ends)
        elif ends and ends - self.day <= SOON:
            self._add("ends_soon", last, day=ends, days=(ends - self.day).days)
        if starts and starts > self.day:
            code = "begins_late" if starts - self.day > FAR else "not_begun"
            self._add(code, first, day=starts, days=(starts - self.day).days)
        if starts and ends and len(self.findings) == before:
            self._agree("term", "租期", f"{starts} 至 {ends}", first, last)

    def lessee(self) -> None:
        """Who rents must be who applies; a founder may have signed before the company was there."""
        lessee = self._read("lessee", what="承租方")
        if lessee is None:
            return
        said: dict[str, Any] = {"lessee": lessee.text, "applicant": self.applicant}
        if plain_name(lessee.text) == plain_name(self.applicant):
            self._agree("lessee", "承租方", lessee.text, lessee)
        elif near(lessee.text, self.applicant):
            self._add("lessee_spelled_otherwise", lessee, **said)
        elif not _COMPANY.search(lessee.text) and len(plain_name(lessee.text)) <= 6:
            self._add("lessee_is_a_person", lessee, **said)
        else:
            self._add("lessee_differs", lessee, **said)

    def signatures(self) -> None:
        """Both sides must have signed or sealed, and with their own seals."""
        signed, sealed = self.lease_paper.all("signed_by"), self.lease_paper.all("seals")
        if not signed and not sealed:
            self._add("unread", unread=True, what="签章")
            return
        names, place = _sides(names_in(signed or sealed)), next(iter((*signed, *sealed)))
        parties = {label: self.lease_paper.one(side) for side, label in SIDES.items()}
        missing = [
            label
            for side, label in SIDES.items()
            if not any(plain_name(name) == plain_name(side) or _names(parties[label], name) for name in names)
        ]
        if missing and not signed and "" in names:
            self._add("unread", place, unread=True, what=f"{'、'.join(missing)}的印章")
        elif missing:
            self._add("unsigned", *(parties[label] for label in missing), place, party="、".join(missing))
        else:
            self._agree("signatures", "签章", "双方齐全", place)
        for fact in sealed:
            if all(parties.values()) and fact.confidence >= SURE:
                for name in names_in([fact]):
                    if _COMPANY.search(name) and not any(
                        each and could_be(name, each.text) for each in parties.values()
                    ):
                        self._add("seal_differs", fact, *parties.values(), seal=name)

    # -- what the rules stand on

    def _read(self, *names: str, what: str) -> Fact | None:
        """A fact of the lease; where it was not read a person is asked to look."""
        fact = self.lease_paper.one(*names)
        if fact is None:
            self._add("unread", unread=True, what=what)
        return fact

    def _filed(self, kind: DocumentKind, name: str) -> list[Fact]:
        return [fact for paper in self.filed if paper.kind is kind for fact in paper.all(name)]

    def _parties_known(self, owners: list[Fact], rights: list[Stated]) -> bool:
        """Whether everybody who might let was read: only then may a stranger be called one."""
        given = [each.right for each in rights if each.right.kind is not RightKind.HOLDS_TITLE]
        read = all(each.holder != UNREAD_GRANTEE for each in given)
        return bool(owners) and read and (bool(given) or self.premises.title_situation is TitleSituation.OWNER_LETS)

    def _unit_fact(self) -> Fact | None:
        """Where the lease says what it lets."""
        let = self._let()
        return let.source if let else None

    def _listed(self, units: Iterable[Unit]) -> Fact | None:
        """Where a deed or a plan on file lists these units, with their areas as they are on file."""
        said = "、".join(f"{each.name}{f' {each.area_m2} ㎡' if each.area_m2 else ''}" for each in units)
        for kind in (DocumentKind.TITLE_DEED, DocumentKind.FLOOR_PLAN, DocumentKind.MANDATE):
            for fact in (*self._filed(kind, "units"), *self._filed(kind, "scope")):
                if any(each.means(unit) for each in named_units(fact) for unit in units):
                    return replace(fact, text=said, confidence=1.0, place=replace(fact.place, text=said))
        return None

    def _filed_address(self) -> Fact | None:
        """Where a paper on file says what the house is called today."""
        for kind, name in _SAYS_ADDRESS:
            if facts := self._filed(kind, name):
                return facts[0]
        return None

    def _gates(self) -> Iterable[CarrierAddress]:
        """The gates of the house; of a street, which has no number, those of the shops that are asked for."""
        for each in self.premises.addresses:
            shops = [] if each.number else [unit.number for unit in self.premises.asked if unit.number]
            yield from [replace(each, number=number) for number in shops] or [each]

    def _let(self) -> Let | None:
        return leased(self.lease_paper, self.lexicon)

    def _add(self, code: str, *facts: Fact | None, unread: bool = False, **said: object) -> None:
        found = _finding(code, *facts, unread=unread, **said)
        self.findings.append(found)

    def _agree(self, code: str, name: str, text: str, *facts: Fact | None) -> None:
        places = tuple(fact.place for fact in facts if fact is not None)
        self.agreements.append(Agreement(code=code, name=name, text=text, places=places))


def _finding(code: str, *facts: Fact | None, unread: bool = False, **said: object) -> Finding:
    severity, sentence = FINDINGS[code]
    known = [fact for fact in facts if fact is not None]
    found = Finding(
        code=code,
        severity=severity,
        text=sentence.format(**said),
        places=tuple(fact.place for fact in known),
        unread=unread,
    )
    if severity is Severity.BLOCKS and any(fact.confidence < SURE for fact in known):
        return replace(found, severity=Severity.NEEDS_REASON, text=f"{found.text}识别把握不大，请核对原页。")
    return found


def _paper_of(step: Step, rights: Iterable[Stated]) -> Paper | None:
    """The paper that states a step."""
    return next((each.paper for each in rights if each.right is step.right), None) if step.right else None


def _assumed(right: Right) -> Right:
    """Where no owner could be read (which is said), whoever gives something is taken to have it."""
    return Right(kind=RightKind.HOLDS_TITLE, holder=right.grantor)


# -- values --------------------------------------------------------------------------------------------------------

_T = TypeVar("_T")


def _same(text: str, among: Sequence[_T], name: Callable[[_T], str]) -> _T | None:
    return next((each for each in among if plain_name(name(each)) == plain_name(text)), None)


def _sides(names: Iterable[str]) -> list[str]:
    """Who signed, as the machine or a person says it: lessor, 出租方, 甲方、乙方, 双方, or a name."""
    said = [part for name in names for part in re.split("[、，,;； 和]", name)] or list(names)
    meant = {"出租方": ["lessor"], "甲方": ["lessor"], "承租方": ["lessee"], "乙方": ["lessee"], "双方": list(SIDES)}
    return [side for name in said for side in meant.get(name, [name])]


def _names(party: Fact | None, name: str) -> bool:
    """Whether a name on a seal is the party's, give or take what a ring of small letters is misread by."""
    return party is not None and (plain_name(party.text) == plain_name(name) or near(party.text, name))


def _same_gate(address: Address, filed: CarrierAddress) -> bool:
    if (address.road, address.lane, address.sublane) != (filed.road, filed.lane, filed.sublane):
        return False
    return _same_number(address, filed)


def _near_gate(address: Address, filed: CarrierAddress) -> bool:
    if (address.lane, address.sublane) != (filed.lane, filed.sublane) or not address.number:
        return False
    return distance(address.road, filed.road) == 1 and _same_number(address, filed)


def _same_number(address: Address, filed: CarrierAddress) -> bool:
    in_lane = bool(filed.lane)
    if not (
        address.number == filed.number
        or covers(filed.number, address.number, in_lane=in_lane)
        or covers(address.number, filed.number, in_lane=in_lane)
    ):
        return False
    buildings = building_key(address.building), building_key(filed.building)
    return not all(buildings) or buildings[0] == buildings[1]


def shown_units(named: Iterable[Named]) -> str:
    """Units as people say them: 1714室, 2幢101室, L2-17."""
    return "、".join(map(_shown, named))


def _shown(named: Named) -> str:
    building = f"{named.building}幢" if named.building.isdigit() else named.building
    return f"{building}{named.key}{'室' if named.key.isdigit() else ''}"


def _inside(building: str, named: Iterable[Named]) -> tuple[Named, ...]:
    """Units that name no building of their own stand in the one the address names."""
    return tuple(each if each.building else replace(each, building=building) for each in named)


def _span(first: date, last: date) -> str:
    """How much later: 5 个月, 12 天."""
    months = (last.year - first.year) * 12 + last.month - first.month - (last.day < first.day)
    return f"{months} 个月" if months else f"{(last - first).days} 天"
