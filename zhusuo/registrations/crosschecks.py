"""材料互相核对: what the papers of a filing say of each other, of the carrier and its units, and of the day. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from zhusuo.carriers.model import CarrierAddress, Unit
from zhusuo.dossiers.checklist import Requirement
from zhusuo.dossiers.model import FIELD_LABELS, Document, DocumentKind, DocumentStatus
from zhusuo.dossiers.standing import Conflict, names_another_address
from zhusuo.registrations.chains import named_units
from zhusuo.registrations.papers import Fact, Paper
from zhusuo.registrations.values import could_be, names_in, near
from zhusuo.rights import plain_name

SOON = timedelta(days=90)


@dataclass(frozen=True, kw_only=True)
class CrossCheck:
    """核对 of papers with each other. tone ok, warn or bad; a page to look at, where there is one."""

    tone: str
    title: str
    body: str = ""
    document_id: UUID | None = None
    filing_id: UUID | None = None
    blocks: bool = False


def cross_checks(
    documents: Sequence[Document],
    papers: Sequence[Paper],
    required: Iterable[Requirement],
    conflicts: Iterable[Conflict],
    addresses: Sequence[CarrierAddress],
    day: date,
    units: Sequence[Unit] = (),
) -> list[CrossCheck]:
    """Gravest first."""
    found = [
        *_terms(documents, day),
        *_missing(required),
        *_conflicts(conflicts),
        *_unread(documents),
        *_parties(papers),
        *_misread(papers),
        *_seals(papers),
        *_location(papers, addresses),
        *_areas(papers, units),
    ]
    return sorted(found, key=lambda each: ("bad", "warn", "ok").index(each.tone))


def _terms(documents: Sequence[Document], day: date) -> Iterable[CrossCheck]:
    for each in documents:
        until = each.valid_until
        if until is not None and until < day:
            body = f"{each.kind.label}至 {until}，今天 {day}"
            yield CrossCheck(tone="bad", title=f"{each.kind.label}已到期", body=body, document_id=each.id, blocks=True)
        elif until is not None and until - day <= SOON:
            body = f"只到 {until}，这一版材料也只能到这一天"
            yield CrossCheck(tone="warn", title=f"{each.kind.label}快到期", body=body, document_id=each.id)


def _missing(required: Iterable[Requirement]) -> Iterable[CrossCheck]:
    for each in required:
        if not each.met:
            yield CrossCheck(tone="bad", title=f"缺{each.name}", body=each.alternatives)


def _conflicts(conflicts: Iterable[Conflict]) -> Iterable[CrossCheck]:
    for each in conflicts:
        how = "已有生效的备案" if each.version_id else "也在申报"
        yield CrossCheck(
            tone="warn",
            title=f"{each.unit_count} 个单元另有单位{how}",
            body=f"{each.organisation}。通过这一份，对方在这些单元上的备案随即终止。",
            filing_id=each.filing_id,
        )


def _unread(documents: Sequence[Document]) -> Iterable[CrossCheck]:
    for each in documents:
        if each.status is DocumentStatus.UNREADABLE:
            yield CrossCheck(tone="warn", title=f"{each.file_name} 需人工查看", body=each.trouble, document_id=each.id)
        elif each.status is not DocumentStatus.READ:
            yield CrossCheck(tone="warn", title=f"{each.file_name} 还没有识别完", document_id=each.id)


def _parties(papers: Sequence[Paper]) -> Iterable[CrossCheck]:
    """The owner of the deed is who gives the mandate."""
    owners = {fact.text for paper in papers if paper.kind is DocumentKind.TITLE_DEED for fact in paper.all("owner")}
    for paper in papers:
        grantor = paper.one("grantor") if paper.kind is DocumentKind.MANDATE else None
        if grantor is None or not owners:
            continue
        if plain_name(grantor.text) in {plain_name(owner) for owner in owners}:
            yield CrossCheck(tone="ok", title="权利人 = 授权书委托方")
        elif not any(near(grantor.text, owner) for owner in owners):
            body = f"产权证写“{'、'.join(sorted(owners))}”，授权书写“{grantor.text}”"
            yield CrossCheck(tone="warn", title="权利人与授权书委托方不一致", body=body, document_id=paper.document_id)


_NAMES = ("owner", "grantor", "grantee", "builder", "lessor")
"""Whose names stand in several papers of a bundle."""


def _misread(papers: Sequence[Paper]) -> Iterable[CrossCheck]:
    """A name that is a character away from how other papers have it, said with theirs: a person looks and decides."""
    named = [
        (paper, name, fact) for paper in papers for name in _NAMES for fact in paper.all(name) if plain_name(fact.text)
    ]
    backing = Counter(plain_name(fact.text) for _, _, fact in named)
    order = {id(fact): place for place, (_, _, fact) in enumerate(named)}

    def weight(fact: Fact) -> tuple[bool, int, float, int]:
        return fact.confidence >= 1, backing[plain_name(fact.text)], fact.confidence, -order[id(fact)]

    for paper, name, fact in named:
        alike = [
            (other, theirs)
            for other, _, theirs in named
            if other is not paper and near(fact.text, theirs.text) and weight(theirs) > weight(fact)
        ]
        if fact.confidence < 1 and alike:
            other, theirs = max(alike, key=lambda each: weight(each[1]))
            body = (
                f"{paper.kind.label}的{FIELD_LABELS[name]}读作“{fact.text}”，{other.kind.label}上是“{theirs.text}”。"
                "请看原页，确是读错就更正。"
            )
            yield CrossCheck(
                tone="warn", title=f"{FIELD_LABELS[name]}可能读错了字", body=body, document_id=paper.document_id
            )


def _location(papers: Sequence[Paper], addresses: Sequence[CarrierAddress]) -> Iterable[CrossCheck]:
    """The deed names one of the carrier's gates."""
    for paper in papers:
        place = paper.one("location") if paper.kind is DocumentKind.TITLE_DEED else None
        if place is None:
            continue
        if names_another_address(place.text, addresses):
            body = f"产权证写“{place.text}”，载体登记在“{addresses[0].text if addresses else '—'}”"
            yield CrossCheck(tone="warn", title="坐落与载体地址不同", body=body, document_id=paper.document_id)
        else:
            yield CrossCheck(tone="ok", title="坐落 = 载体地址")


_SEALS: dict[DocumentKind, str] = {DocumentKind.MANDATE: "grantor", DocumentKind.LEASE: "lessor"}
"""Whose seal a kind of paper must bear."""


def _seals(papers: Sequence[Paper]) -> Iterable[CrossCheck]:
    """A paper bears the seal of who gives it; what could not be read of a seal says nothing."""
    for paper in papers:
        party = paper.one(_SEALS.get(paper.kind, ""))
        if party is None:
            continue
        names = [name for name in names_in(paper.all("seals")) if name]
        if any(could_be(name, party.text) for name in names):
            yield CrossCheck(tone="ok", title=f"{paper.kind.label}印章 = {party.text}")
        elif names:
            body = f"盖的是“{'、'.join(names)}”的章，出具方写“{party.text}”"
            yield CrossCheck(tone="warn", title="印章与出具方不一致", body=body, document_id=paper.document_id)


AREA_AGREES = 0.01


def _areas(papers: Sequence[Paper], units: Sequence[Unit]) -> Iterable[CrossCheck]:
    """The deed lists the units with the areas that are on file."""
    for paper in papers:
        if paper.kind is not DocumentKind.TITLE_DEED:
            continue
        listed = paper.one("units")
        if listed is None or not isinstance(listed.normal, list):
            if len(units) > 1:
                body = "请对照原页，看各单元是否在产权证范围内、面积是否相符。"
                yield CrossCheck(tone="warn", title="没有读出产权证的单元表", body=body, document_id=paper.document_id)
            continue
        compared = list(_compared(listed, units))
        differing = [f"{unit.name} {filed:.2f} / {said:.2f} ㎡" for unit, filed, said in compared if filed != said]
        if differing:
            body = f"登记的面积 / 产权证所列：{'、'.join(differing[:4])}{' 等' if len(differing) > 4 else ''}"
            yield CrossCheck(
                tone="warn", title=f"{len(differing)} 个单元面积不符", body=body, document_id=paper.document_id
            )
        elif compared:
            yield CrossCheck(tone="ok", title=f"{len(compared)} 个单元面积 = 产权证")
        if len(compared) < len(units):
            body = "其余单元请翻看产权证的单元表，或确认不在产权证范围内。"
            title = f"产权证上只对上 {len(compared)} / {len(units)} 个单元"
            yield CrossCheck(tone="warn", title=title, body=body, document_id=paper.document_id)


def _compared(listed: Fact, units: Sequence[Unit]) -> Iterable[tuple[Unit, float, float]]:
    """Units with the area on file and the one a deed lists, taken for the same within a hundredth."""
    by_key: dict[str, list[Unit]] = {}
    for unit in units:
        by_key.setdefault(unit.key, []).append(unit)
    for row in listed.normal:
        named = named_units(replace(listed, normal=[row])) if isinstance(row, dict) else ()
        area = row.get("area_m2") if isinstance(row, dict) else None
        found = (unit for each in named for unit in by_key.get(each.key, ()) if each.means(unit))
        meant = next(found, None)
        if meant is None or meant.area_m2 is None or not isinstance(area, (int, float)):
            continue
        filed = float(meant.area_m2)
        yield meant, filed, filed if abs(filed - area) <= filed * AREA_AGREES else float(area)
