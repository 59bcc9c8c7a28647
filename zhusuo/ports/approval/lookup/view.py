"""The answer put together: the verdict's card, and around it papers, rights, who is there, and the lease."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from zhusuo import events, looks
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.carriers import store as carriers
from zhusuo.db import Connection
from zhusuo.dossiers import documents
from zhusuo.dossiers import store as dossiers
from zhusuo.dossiers.model import Document, DocumentStatus, Place, Purpose
from zhusuo.flags import Severity, open_for
from zhusuo.looks import LookRequest
from zhusuo.people.model import Actor
from zhusuo.ports.approval.lookup.inquiry import Inquiry
from zhusuo.ports.common import cards, reads
from zhusuo.ports.common.asking import chosen_before
from zhusuo.ports.common.cards import LeaseCard, Params
from zhusuo.ports.common.chain_reads import chain_to
from zhusuo.registrations import examination
from zhusuo.registrations.model import LeaseCheck, Verdict
from zhusuo.registrations.papers import papers_of

READER = "/documents/"


@dataclass(frozen=True, kw_only=True)
class LeaseView:
    """The lease panel: the document, how far its reading is, and what came of the check."""

    unit_id: UUID
    carrier_id: UUID
    document: Document | None
    done: int
    pages: int
    card: LeaseCard | None
    check: LeaseCheck | None
    lessee: str
    owner_applies: bool
    """The applicant owns the house: no lease is asked for."""
    flagged: bool
    """What is said about the unit asks for a reason, whatever the lease says."""

    @property
    def asks_reason(self) -> bool:
        return self.flagged or bool(self.card and self.card.needs_reason)

    @property
    def waiting(self) -> bool:
        return self.document is not None and self.document.status.pending


@dataclass(frozen=True, kw_only=True)
class AnswerView:
    """Everything the page shows below the question."""

    verdict: Verdict
    card: Params
    candidates: list[Params]
    documents: list[Params]
    occupants: list[Params]
    flags: list[Params]
    chain: Params | None
    lease: LeaseView | None
    can_reuse: bool
    looks: tuple[LookRequest, ...]
    mark: str
    """What had happened in the carrier when this was read."""


async def answer(
    db: Connection, actor: Actor, lexicon: Lexicon, inquiry: Inquiry, verdict: Verdict, day: date
) -> AnswerView:
    carrier, unit = verdict.match.carrier, verdict.match.unit
    mark = await events.mark_of(db, carrier.id) if carrier else ""
    asked = await looks.of_place(db, carrier.id, unit.id) if carrier and unit else []
    drawn = await reads.drawn_pages(db, [each.id for each in verdict.documents])
    lease = None
    if verdict.match.unit is not None and verdict.version is not None:
        lease = await lease_view(db, actor, lexicon, inquiry, verdict.match.unit.id, day)
    return AnswerView(
        verdict=verdict,
        card=cards.verdict_card(verdict),
        candidates=cards.candidates(verdict.match, await chosen_before(db, lexicon, actor, verdict.match)),
        documents=cards.document_row(verdict, drawn, READER),
        occupants=cards.occupant_cards(verdict.occupants),
        flags=cards.flag_notes(verdict.flags),
        chain=await _chain(db, inquiry, verdict, lease, day),
        lease=lease,
        can_reuse=cards.can_reuse(verdict),
        looks=tuple(asked),
        mark=mark,
    )


async def _chain(
    db: Connection, inquiry: Inquiry, verdict: Verdict, lease: LeaseView | None, day: date
) -> Params | None:
    """From the title to the applicant where a lease was read, else to whoever is to let the unit."""
    if lease is None or lease.check is None or lease.document is None:
        return await chain_to(db, verdict, day)
    return await chain_to(db, verdict, day, lease_id=lease.document.id, tenant=inquiry.applicant or lease.lessee)


async def lease_view(
    db: Connection, actor: Actor, lexicon: Lexicon, inquiry: Inquiry, unit_id: UUID, day: date
) -> LeaseView | None:
    """The lease panel of a unit; None where no version covers the unit, so that there is nothing to compare with."""
    unit = await carriers.unit_by_id(db, unit_id)
    carrier = await carriers.by_id(db, unit.carrier_id) if unit else None
    covering = await dossiers.effective_version_for(db, unit_id)
    if unit is None or carrier is None or covering is None:
        return None
    lease = await _lease(db, actor, inquiry.lease)
    version = covering.version
    examined = await examination.examine(db, lexicon, lease, carrier, [version], [unit], inquiry.applicant, day)
    done, pages = await reads.reading_progress(db, lease.id) if lease else (0, 0)
    check, lessee = None, ""
    if lease is not None and lease.status in (DocumentStatus.READ, DocumentStatus.UNREADABLE):
        lessee = await _lessee(db, lease.id)
        check = examined.check if inquiry.applicant else _without_lessee(examined.check)
    drawn = await reads.drawn_pages(db, {place.document_id for place in places_of(check)})
    flags = await open_for(db, unit_id)
    return LeaseView(
        unit_id=unit_id,
        carrier_id=carrier.id,
        document=lease,
        done=done,
        pages=pages,
        card=cards.lease_card(check, drawn, READER) if check else None,
        check=check,
        lessee=lessee,
        owner_applies=bool(inquiry.applicant) and examined.owns(inquiry.applicant),
        flagged=any(flag.severity is Severity.NEEDS_REASON for flag in flags),
    )


def places_of(check: LeaseCheck | None) -> list[Place]:
    """Everything that the check points at."""
    if check is None:
        return []
    found = [place for finding in check.findings for place in finding.places]
    return [*found, *(place for agreement in check.agreements for place in agreement.places)]


async def _lease(db: Connection, actor: Actor, document_id: UUID | None) -> Document | None:
    seen = await documents.by_id_for(db, actor, document_id) if document_id else None
    return seen.document if seen and seen.document.purpose is Purpose.LEASE else None


async def _lessee(db: Connection, lease_id: UUID) -> str:
    """The tenant as the lease names it."""
    found = await papers_of(db, [lease_id])
    return next((fact.text for paper in found.get(lease_id, ()) for fact in paper.all("lessee")), "")


def _without_lessee(check: LeaseCheck) -> LeaseCheck:
    """As long as nobody has said who applies, there is nobody to compare the tenant with."""
    return LeaseCheck(
        findings=tuple(each for each in check.findings if not each.code.startswith("lessee")),
        agreements=check.agreements,
    )
