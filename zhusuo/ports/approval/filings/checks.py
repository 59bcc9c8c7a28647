"""材料互相核对: what the papers of a filing say of each other, of the carrier, and of the day. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from zhusuo.carriers.model import CarrierAddress
from zhusuo.dossiers.checklist import Requirement
from zhusuo.dossiers.model import Document, DocumentKind, DocumentStatus
from zhusuo.dossiers.standing import Conflict, names_another_address
from zhusuo.ports.common.components import day as written
from zhusuo.registrations.papers import Paper
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
) -> list[CrossCheck]:
    """Gravest first."""
    found = [
        *_terms(documents, day),
        *_missing(required),
        *_conflicts(conflicts),
        *_unread(documents),
        *_parties(papers),
        *_location(papers, addresses),
    ]
    return sorted(found, key=lambda each: ("bad", "warn", "ok").index(each.tone))


def _terms(documents: Sequence[Document], day: date) -> Iterable[CrossCheck]:
    for each in documents:
        until = each.valid_until
        if until is not None and until < day:
            body = f"{each.kind.label}至 {written(until)}，今天 {written(day)}"
            yield CrossCheck(tone="bad", title=f"{each.kind.label}已到期", body=body, document_id=each.id, blocks=True)
        elif until is not None and until - day <= SOON:
            body = f"只到 {written(until)}，这一版材料也只能到这一天"
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
        else:
            body = f"产权证写“{'、'.join(sorted(owners))}”，授权书写“{grantor.text}”"
            yield CrossCheck(tone="warn", title="权利人与授权书委托方不一致", body=body, document_id=paper.document_id)


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
