"""租约预核 pages: several leases of a carrier in one table, and one of them with both places side by side."""

from datetime import date
from typing import Any
from uuid import UUID

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from zhusuo import audit
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.carriers import store as carriers
from zhusuo.carriers.model import Carrier
from zhusuo.db import Connection, Database
from zhusuo.dossiers import documents
from zhusuo.dossiers import store as dossiers
from zhusuo.dossiers.model import Document, Purpose
from zhusuo.errors import NotFound
from zhusuo.people.model import HOME_OF, Actor
from zhusuo.ports.common import cards
from zhusuo.ports.common import reads as common
from zhusuo.ports.common.chain_reads import chain_of
from zhusuo.ports.common.forms import typed
from zhusuo.ports.common.leases import reads
from zhusuo.ports.common.pages import page
from zhusuo.registrations.examination import Prechecked, precheck
from zhusuo.settings import Settings

Asked = Request[Any, Any, Any]
OUTCOMES = {"good": ("ok", "相符"), "look": ("warn", "要人看"), "bad": ("bad", "不能办理")}


@get("/carriers/{carrier_id:uuid}/leases", name="leases.list")
async def listing(
    request: Asked,
    carrier_id: FromPath[UUID],
    database: NamedDependency[Database],
    lexicon: NamedDependency[Lexicon],
    settings: NamedDependency[Settings],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
) -> Template:
    async with database.transaction() as db:
        carrier = await _carrier(db, actor, carrier_id)
        leases = await reads.brought(db, actor, carrier_id)
        checked = await precheck(db, lexicon, leases, carrier, day)
        if not _asks_again(request):
            await audit.record(db, actor, "precheck", "carrier", carrier_id, carrier_id=carrier_id)
    return page(
        request,
        "leases/list.html",
        carrier=carrier,
        rows=[row(each) for each in checked],
        reading=any(each.status.pending for each in leases),
        desk=HOME_OF[actor.role],
        most=settings.upload_limit_mb * 10**6,
    )


@get("/leases/{document_id:uuid}", name="leases.one")
async def one(
    request: Asked,
    document_id: FromPath[UUID],
    database: NamedDependency[Database],
    lexicon: NamedDependency[Lexicon],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    applicant: FromQuery[str] = "",
    unit: FromQuery[UUID | None] = None,
) -> Template:
    async with database.transaction() as db:
        lease, carrier = await _lease(db, actor, document_id)
        units = await carriers.units(db, carrier.id)
        chosen = next((each for each in units if each.id == unit), None)
        (found,) = await precheck(db, lexicon, [lease], carrier, day, applicant=typed(applicant), unit=chosen)
        card, chain = await _shown(db, found, day)
        if not _asks_again(request):
            await audit.record(db, actor, "check_lease", "document", document_id, carrier_id=carrier.id)
    return page(
        request,
        "leases/one.html",
        carrier=carrier,
        row=row(found),
        card=card,
        chain=chain,
        units=[(str(each.id), each.name) for each in units],
        unit=str(chosen.id if chosen else found.units[0].id if found.units else ""),
        applicant=found.applicant,
        desk=HOME_OF[actor.role],
    )


def _asks_again(request: Asked) -> bool:
    """While leases are being read the page asks every other second: that is one look."""
    return request.headers.get("hx-request") == "true"


async def _carrier(db: Connection, actor: Actor, carrier_id: UUID) -> Carrier:
    found = await carriers.by_id_for(db, actor, carrier_id)
    if found is None:
        raise NotFound
    return found


async def _lease(db: Connection, actor: Actor, document_id: UUID) -> tuple[Document, Carrier]:
    seen = await documents.by_id_for(db, actor, document_id)
    if seen is None or seen.document.purpose is not Purpose.LEASE or seen.document.carrier_id is None:
        raise NotFound
    return seen.document, await _carrier(db, actor, seen.document.carrier_id)


async def _shown(db: Connection, found: Prechecked, day: date) -> tuple[cards.LeaseCard, cards.Params | None]:
    """The findings with both their places, and the chain from the title to the tenant."""
    check = found.examined.check
    places = [place for each in check.findings for place in each.places]
    places += [place for each in check.agreements for place in each.places]
    drawn = await common.drawn_pages(db, {place.document_id for place in places})
    return cards.lease_card(check, drawn, "/documents/"), await _chain(db, found, day)


async def _chain(db: Connection, found: Prechecked, day: date) -> cards.Params | None:
    covering = await dossiers.effective_versions_for(db, [each.id for each in found.units])
    if not covering:
        return None
    return await chain_of(
        db, covering[0].version, day, asked=found.units, lease_id=found.lease.id, tenant=found.applicant
    )


def row(found: Prechecked) -> cards.Params:
    """For the table: the lease, whom and what it names, and what came of it, the gravest finding first."""
    examined, check = found.examined, found.examined.check
    tone, word = OUTCOMES[check.outcome]
    if found.lease.status.pending:
        tone, word = "act", found.lease.status.label
    return {
        "id": found.lease.id,
        "name": found.lease.file_name,
        "applicant": found.applicant,
        "units": "、".join(each.name for each in found.units) or found.named,
        "term": f"{examined.starts_on or '…'} 至 {examined.ends_on or '…'}" if examined.ends_on else "",
        "tone": tone,
        "word": word,
        "findings": [] if tone == "act" else [each.text for each in check.findings],
    }


doors: list[HTTPRouteHandler] = [listing, one]
