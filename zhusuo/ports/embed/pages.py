"""面板: the panel inside a foreign intake system, and the button's one file.

The page itself is empty: its script trades the one-time ticket for a panel token, keeps it in memory, sends it in a
header and never in a cookie, and puts in what the doors under /embed/api answer. What goes back to the intake page is
the reuse id alone, to the exact origin registered for that client.
"""

from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Template

from storage.store import Store
from zhusuo import idempotency
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.db import Database
from zhusuo.dossiers import previews, uploads
from zhusuo.dossiers.model import Purpose
from zhusuo.lookup.search import suggest
from zhusuo.people import actions as people
from zhusuo.people.model import Actor
from zhusuo.ports.common import cards
from zhusuo.ports.common.asking import ask, chosen_before
from zhusuo.ports.common.chain_reads import chain_to
from zhusuo.ports.common.documents import page_number
from zhusuo.ports.common.pages import page
from zhusuo.ports.common.reads import drawn_pages
from zhusuo.ports.embed import reads
from zhusuo.registrations import actions as registrations
from zhusuo.registrations.examination import examine_for
from zhusuo.registrations.model import NewReuse
from zhusuo.settings import Settings
from zhusuo.signing import Signer

Asked = Request[Any, Any, Any]
BUTTON = (files("zhusuo.ports.embed") / "static" / "zhusuo.js").read_bytes()
PANEL_CSP = (
    "default-src 'self'; img-src 'self' blob:; style-src 'self'; script-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}"
)


@dataclass
class Ticket:
    ticket: str


@dataclass
class PanelReuse:
    """What the clerk confirms in the panel; `key` is made once a verdict, so that a second press does nothing."""

    key: str
    unit_id: UUID
    applicant: str
    item_code: str
    lease_document_id: UUID | None = None
    reason: str = ""
    entered_address: str = ""
    match_class: str = ""


@get("/embed/zhusuo.js", name="embed.button")
async def button() -> Response[bytes]:
    headers = {"Cache-Control": "public, max-age=3600", "Cross-Origin-Resource-Policy": "cross-origin"}
    return Response(BUTTON, media_type="text/javascript; charset=utf-8", headers=headers)


@get("/embed/panel", name="embed.panel")
async def panel(request: Asked, database: NamedDependency[Database], settings: NamedDependency[Settings]) -> Template:
    """The empty panel; only registered sites may frame it, and a ticket's link may open it as a page of its own."""
    async with database.connection() as db:
        origins = await reads.origins(db)
    allowed = " ".join(filter(None, (settings.frame_origins.replace(",", " "), *origins))) or "'none'"
    answer = page(request, "embed/panel.html")
    answer.headers["Content-Security-Policy"] = PANEL_CSP.format(ancestors=allowed)
    answer.headers["Cross-Origin-Opener-Policy"] = "unsafe-none"
    return answer


@post("/embed/api/open", name="embed.open", status_code=200)
async def open_ticket(database: NamedDependency[Database], data: JSONBody[Ticket]) -> dict[str, Any]:
    """The panel token for a ticket, once; and to which origin the panel may speak."""
    token, said = await people.open_ticket(database, data.ticket)
    told = {key: said[key] for key in ("case_number", "purpose", "address", "applicant", "item_code", "origin")}
    return {"token": token, **told}


@get("/embed/api/verdict", name="embed.verdict")
async def verdict(
    request: Asked,
    database: NamedDependency[Database],
    lexicon: NamedDependency[Lexicon],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    address: FromQuery[str],
    item: FromQuery[str] = "",
    applicant: FromQuery[str] = "",
    pick: FromQuery[UUID | None] = None,
) -> Template:
    answer = await ask(database, lexicon, actor, address, item, day, pick)
    async with database.connection() as db:
        drawn = await drawn_pages(db, [each.id for each in answer.documents])
        before = await chosen_before(db, lexicon, actor, answer.match)
        chain = await chain_to(db, answer, day, href="")
    said = {"verdict": answer, "cards": cards, "applicant": applicant, "drawn": drawn, "before": before, "chain": chain}
    return page(request, "embed/verdict.html", **said)


@get("/embed/api/suggest", name="embed.suggest")
async def suggestions(
    database: NamedDependency[Database], actor: NamedDependency[Actor], q: FromQuery[str] = ""
) -> dict[str, Any]:
    async with database.connection() as db:
        found = await suggest(db, q, district_codes=frozenset({actor.district_code}))
    return {"items": [{"text": each.text, "note": each.detail} for each in found]}


@post("/embed/api/carriers/{carrier_id:uuid}/leases", name="embed.lease", status_code=201)
async def receive_lease(
    request: Asked,
    carrier_id: FromPath[UUID],
    database: NamedDependency[Database],
    store: NamedDependency[Store],
    settings: NamedDependency[Settings],
    actor: NamedDependency[Actor],
    name: FromQuery[str],
) -> dict[str, Any]:
    """The lease as a raw body."""
    size = request.headers.get("content-length", "")
    received = await uploads.receive(
        database,
        store,
        settings,
        actor,
        Purpose.LEASE,
        carrier_id,
        name,
        request.stream(),
        size=int(size) if size.isdecimal() else None,
    )
    return {"document_id": received.document.id}


@get("/embed/api/leases/{document_id:uuid}", name="embed.lease_check")
async def lease_check(
    request: Asked,
    document_id: FromPath[UUID],
    database: NamedDependency[Database],
    lexicon: NamedDependency[Lexicon],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    unit_id: FromQuery[UUID],
    applicant: FromQuery[str] = "",
) -> Template:
    """What the lease says, or how far the reading is."""
    async with database.connection() as db:
        document, examined = await examine_for(db, lexicon, actor, document_id, [unit_id], applicant, day)
    card = cards.lease_card(examined.check, {}, "#")
    return page(request, "embed/lease.html", document=document, card=card)


@get("/embed/api/documents/{document_id:uuid}/{size:str}/{name:str}", name="embed.page", media_type="image/webp")
async def page_image(
    document_id: FromPath[UUID],
    size: FromPath[str],
    name: FromPath[str],
    database: NamedDependency[Database],
    store: NamedDependency[Store],
    actor: NamedDependency[Actor],
) -> Response[bytes]:
    number = page_number(name)
    if size == "thumbs":
        picture = await previews.thumbnail(database, store, actor, document_id, number)
    else:
        picture = await previews.page_image(database, store, actor, document_id, number, 1000)
    return Response(picture, media_type="image/webp")


@post("/embed/api/reuses", name="embed.reuse", status_code=201)
async def reuse(
    request: Asked,
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    signer: NamedDependency[Signer],
    lexicon: NamedDependency[Lexicon],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: JSONBody[PanelReuse],
) -> dict[str, Any]:
    """The reuse id, and nothing else; a second press of the button gets the same one."""
    new = _new_reuse(data, actor)

    async def work(within: Database) -> idempotency.Answer:
        made = await registrations.reuse(within, signer, lexicon, actor, new, day, hold_days=settings.hold_days)
        return idempotency.Answer(status=201, body={"reuse": str(made.id), "number": made.number})

    body = await request.body()
    answer = await idempotency.once(database, actor.id, data.key, "embed.reuse", body, work)
    told: dict[str, Any] = answer.body
    return told


def _new_reuse(data: PanelReuse, actor: Actor) -> NewReuse:
    return NewReuse(
        unit_id=data.unit_id,
        applicant=data.applicant,
        case_number=actor.case_number,
        item_code=data.item_code,
        purpose=actor.purpose,
        lease_document_id=data.lease_document_id,
        reason=data.reason,
        entered_address=data.entered_address,
        match_class=data.match_class,
    )
