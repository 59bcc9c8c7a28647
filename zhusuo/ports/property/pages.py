"""物业端 pages: my buildings, what is on file for them, my filings, the roster of registrations, search."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.handlers import HTTPRouteHandler
from litestar.params import Body, FromPath, FromQuery
from litestar.response import Redirect, Template

from zhusuo.db import Database
from zhusuo.dossiers.search import search as find
from zhusuo.errors import Invalid
from zhusuo.people.model import Actor
from zhusuo.ports.common import filer_sheets, filers, files
from zhusuo.ports.common.chain_reads import chain_of
from zhusuo.ports.common.forms import typed
from zhusuo.ports.common.pages import go, own_path, page
from zhusuo.ports.property import reads
from zhusuo.registrations import roster
from zhusuo.registrations.model import RegistrationStatus

Asked = Request[Any, Any, Any]
URL_ENCODED = Body(media_type=RequestEncodingType.URL_ENCODED)
ANSWERS = {None: "还没有", True: "在此处", False: "不在此处"}
REGISTRATIONS: files.Listing[reads.RegistrationRow] = files.Listing(
    name="登记确认",
    noun="registration",
    columns={
        "企业": lambda row: row.applicant,
        "单元": lambda row: row.unit,
        "楼宇": lambda row: row.carrier,
        "登记": lambda row: "办理中" if row.status is RegistrationStatus.HELD else row.status.label,
        "登记日期": lambda row: None if row.status is RegistrationStatus.HELD else row.registered_on or row.created_at,
        "保留至": lambda row: row.held_until if row.status is RegistrationStatus.HELD else None,
        "我们的答复": lambda row: ANSWERS[row.here],
    },
)


@dataclass
class AnswerForm:
    here: str = ""
    back: str = "/property/registrations"


@get(["/property", "/property/carriers"], name="property.carriers")
async def carriers(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    after: FromQuery[str] = "",
) -> Template:
    async with database.connection() as db:
        rows = await filers.carriers(db, actor, after)
        claims = [each for each in await filers.claims(db, actor.organisation_id) if each.status == "claimed"]
    more = rows[-1].number if len(rows) == filers.PAGE else None
    return page(request, "property/carriers.html", rows=rows, claims=claims, day=day, after=more)


@get("/property/carriers.xlsx", name="property.carriers_xlsx")
async def carriers_xlsx(
    request: Asked, database: NamedDependency[Database], actor: NamedDependency[Actor], day: NamedDependency[date]
) -> Response[bytes]:
    return await files.export(
        database,
        actor,
        day,
        filer_sheets.MANAGERS_CARRIERS,
        lambda db: filers.carriers(db, actor, limit=files.ALL),
        request=request,
    )


@get("/property/carriers/{carrier_id:uuid}/dossier", name="property.dossier")
async def dossier(
    request: Asked,
    carrier_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
) -> Template:
    async with database.connection() as db:
        carrier = await reads.carrier_for(db, actor, carrier_id)
        found = await reads.on_file(db, actor, carrier_id)
        chains = {version.id: await chain_of(db, version, day) for version, _ in found.effective}
    return page(request, "property/dossier.html", carrier=carrier, found=found, chains=chains, day=day)


@get("/property/filings", name="property.filings")
async def filings(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    view: FromQuery[str] = "",
    after: FromQuery[str] = "",
) -> Template:
    async with database.connection() as db:
        rows = await filers.filings(db, actor, view, after)
        counts = await filers.filing_counts(db, actor)
    more = rows[-1].cursor if len(rows) == filers.PAGE else None
    given = {"rows": rows, "counts": counts, "views": filers.STATUSES, "view": view, "after": more, "day": day}
    return page(request, "filers/filings.html", desk="/property", **given)


@get("/property/filings.xlsx", name="property.filings_xlsx")
async def filings_xlsx(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    view: FromQuery[str] = "",
) -> Response[bytes]:
    return await files.export(
        database,
        actor,
        day,
        filer_sheets.MANAGERS_FILINGS,
        lambda db: filers.filings(db, actor, view, limit=files.ALL),
        request=request,
    )


@get("/property/filings/{filing_id:uuid}", name="property.filing")
async def filing(filing_id: FromPath[UUID]) -> Redirect:
    """Where notices point to."""
    return go(f"/filings/{filing_id}")


@get("/property/registrations", name="property.registrations")
async def registrations(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    view: FromQuery[str] = "",
    q: FromQuery[str] = "",
    after: FromQuery[UUID | None] = None,
) -> Template:
    view, q = typed(view), typed(q)
    async with database.connection() as db:
        rows = await reads.registrations(db, actor, view, q, after)
        counts = await reads.registration_counts(db, actor)
    more = rows[-1].id if len(rows) == reads.PAGE else None
    given = {"rows": rows, "counts": counts, "views": reads.VIEWS, "view": view, "q": q, "after": more}
    return page(request, "property/registrations.html", **given)


@get("/property/registrations.xlsx", name="property.registrations_xlsx")
async def registrations_xlsx(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    view: FromQuery[str] = "",
    q: FromQuery[str] = "",
) -> Response[bytes]:
    view, q = typed(view), typed(q)
    return await files.export(
        database,
        actor,
        day,
        REGISTRATIONS,
        lambda db: reads.registrations(db, actor, view, q, limit=files.ALL),
        request=request,
    )


@post("/property/registrations/{registration_id:uuid}/answer", name="property.answer", status_code=303)
async def answer(
    registration_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    data: Annotated[AnswerForm, URL_ENCODED],
) -> Redirect:
    """在此处 or 不在此处."""
    await roster.answer(database, actor, registration_id, here=data.here == "yes")
    return go(own_path(data.back))


@get("/property/search", name="property.search")
async def search(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    q: FromQuery[str] = "",
    after: FromQuery[str | None] = None,
) -> Template:
    """全文检索 over our documents, and those in force for our buildings."""
    q, found, errors = typed(q), None, {}
    if q:
        async with database.connection() as db:
            try:
                found = await find(db, actor, q, after=after)
            except Invalid as invalid:
                errors = invalid.fields
    return page(request, "property/search.html", q=q, found=found, errors=errors)


doors: list[HTTPRouteHandler] = [
    carriers,
    carriers_xlsx,
    dossier,
    filings,
    filings_xlsx,
    filing,
    registrations,
    registrations_xlsx,
    answer,
    search,
]
