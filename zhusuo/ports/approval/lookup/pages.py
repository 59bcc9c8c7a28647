"""住所查询: ask for an address, attach the lease, reuse."""

from datetime import date
from typing import Annotated, Any
from urllib.parse import unquote_plus
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency, Provide
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery
from litestar.response import Redirect, Template

from zhusuo.addresses.lexicon import Lexicon
from zhusuo.db import Database
from zhusuo.dossiers.uncovering import covered_words
from zhusuo.errors import Invalid, Refusal
from zhusuo.lookup.search import suggest as suggest_addresses
from zhusuo.people.model import Actor
from zhusuo.ports.approval.lookup import reads, view
from zhusuo.ports.approval.lookup.inquiry import Inquiry, InquiryForm, asked
from zhusuo.ports.approval.reuses import reads as reuses
from zhusuo.ports.common import cards
from zhusuo.ports.common.asking import ask, find_for
from zhusuo.ports.common.errors import status_of
from zhusuo.ports.common.pages import go, page
from zhusuo.registrations import actions
from zhusuo.registrations.model import NewReuse
from zhusuo.registrations.refusals import AlreadyReused
from zhusuo.registrations.verdicts import USUAL_ITEM
from zhusuo.settings import Settings
from zhusuo.signing import Signer
from zhusuo.waivers import store as waivers

Asked = Request[Any, Any, Any]
URL_ENCODED = Body(media_type=RequestEncodingType.URL_ENCODED)
RECENT = 6
INQUIRY = {"inquiry": Provide(asked)}


@get("/approval", name="approval.lookup", dependencies=INQUIRY)
async def lookup(
    request: Asked,
    database: NamedDependency[Database],
    lexicon: NamedDependency[Lexicon],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    inquiry: NamedDependency[Inquiry],
) -> Template | Redirect:
    if covered_words(unquote_plus(request.url.query)) != unquote_plus(request.url.query):
        return go(inquiry.url)
    return await _page(request, database, lexicon, actor, day, inquiry, {}, "")


@get("/approval/slip", name="approval.slip", dependencies=INQUIRY)
async def slip(
    request: Asked,
    database: NamedDependency[Database],
    lexicon: NamedDependency[Lexicon],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    inquiry: NamedDependency[Inquiry],
) -> Template | Redirect:
    """What the applicant is told to bring or to mend, on paper."""
    if not inquiry.address:
        return go("/approval")
    verdict = await ask(database, lexicon, inquiry.acting(actor), inquiry.address, inquiry.item, day, inquiry.pick)
    async with database.connection() as db:
        answer = await view.answer(db, actor, lexicon, inquiry, verdict, day)
    return page(request, "approval/slip.html", inquiry=inquiry, answer=answer, day=day)


@get("/approval/units/{unit_id:uuid}/lease", name="approval.lease", dependencies=INQUIRY)
async def lease(
    request: Asked,
    unit_id: FromPath[UUID],
    database: NamedDependency[Database],
    lexicon: NamedDependency[Lexicon],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    inquiry: NamedDependency[Inquiry],
) -> Template:
    """The lease panel alone, while its reading goes on or the applicant's name changes."""
    async with database.connection() as db:
        found = await view.lease_view(db, actor, lexicon, inquiry, unit_id, day)
    return page(request, "approval/lease.html", inquiry=inquiry, lease=found, alone=True)


@get("/approval/suggest", name="approval.suggest")
async def suggest(
    database: NamedDependency[Database], actor: NamedDependency[Actor], q: FromQuery[str] = ""
) -> dict[str, Any]:
    async with database.connection() as db:
        found = await suggest_addresses(db, q, district_codes=frozenset({actor.district_code}))
    return {"items": [{"text": each.text, "note": each.detail} for each in found]}


@post("/approval/reuses", name="approval.reuse", status_code=303)
async def reuse(
    request: Asked,
    database: NamedDependency[Database],
    lexicon: NamedDependency[Lexicon],
    signer: NamedDependency[Signer],
    settings: NamedDependency[Settings],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: Annotated[InquiryForm, URL_ENCODED],
) -> Template | Redirect:
    """On to the receipt; or the page again with what stands in the way."""
    try:
        made = await _reuse(database, lexicon, signer, settings, actor, day, data.inquiry)
    except AlreadyReused as refusal:
        return await _existing(database, actor, refusal)
    except Refusal as refusal:
        return await _again(request, database, lexicon, actor, day, data.inquiry, refusal)
    return go(f"/approval/reuses/{made}")


async def _reuse(
    database: Database,
    lexicon: Lexicon,
    signer: Signer,
    settings: Settings,
    actor: Actor,
    day: date,
    inquiry: Inquiry,
) -> UUID:
    async with database.connection() as db:
        match = await find_for(db, lexicon, actor, inquiry.address, inquiry.pick)
    if match.unit is None:
        raise Invalid({"address": "请先查到具体的单元，再调用。"})
    new = NewReuse(
        unit_id=match.unit.id,
        applicant=inquiry.applicant,
        case_number=inquiry.case,
        item_code=inquiry.item or USUAL_ITEM,
        purpose=inquiry.purpose,
        lease_document_id=inquiry.lease,
        reason=inquiry.reason,
        entered_address=inquiry.address,
        match_class=match.class_,
        match_reasons=tuple(cards.reasons(match)),
    )
    made = await actions.reuse(database, signer, lexicon, inquiry.acting(actor), new, day, hold_days=settings.hold_days)
    return made.id


async def _existing(database: Database, actor: Actor, refusal: AlreadyReused) -> Redirect:
    """The same case again, by a second click or a second look: its receipt is there already."""
    async with database.connection() as db:
        found = await reads.reuse_by_number(db, actor, refusal.facts["number"])
    return go(f"/approval/reuses/{found}")


async def _again(
    request: Asked,
    database: Database,
    lexicon: Lexicon,
    actor: Actor,
    day: date,
    inquiry: Inquiry,
    refusal: Refusal,
) -> Template:
    faults = refusal.fields if isinstance(refusal, Invalid) else {}
    sentence = "" if faults else refusal.message
    answered = await _page(request, database, lexicon, actor, day, inquiry, _named(faults), sentence)
    answered.status_code = status_of(refusal)
    return answered


def _named(faults: dict[str, str]) -> dict[str, str]:
    """The fields of a reuse by the names they have on this page."""
    names = {"case_number": "case", "item_code": "item", "entered_address": "address", "lease_document_id": "lease"}
    return {names.get(field, field): sentence for field, sentence in faults.items()}


async def _page(
    request: Asked,
    database: Database,
    lexicon: Lexicon,
    actor: Actor,
    day: date,
    inquiry: Inquiry,
    errors: dict[str, str],
    refused: str,
) -> Template:
    answer = None
    if inquiry.address:
        verdict = await ask(database, lexicon, inquiry.acting(actor), inquiry.address, inquiry.item, day, inquiry.pick)
    async with database.connection() as db:
        items = await waivers.items(db)
        if inquiry.address:
            answer = await view.answer(db, actor, lexicon, inquiry, verdict, day)
        recent = [] if inquiry.address else await reuses.page(db, actor, limit=RECENT)
    return page(
        request,
        "approval/lookup.html",
        inquiry=inquiry,
        items=[(each.code, each.name) for each in items],
        usual_item=USUAL_ITEM,
        answer=answer,
        recent=recent,
        alone=False,
        cards=cards,
        errors=errors,
        refused=refused,
        day=day,
    )


doors = [lookup, slip, lease, suggest, reuse]
