"""入驻名册 pages: a table of tenants is tried, looked at, and brought in; what cannot be right says which cell."""

import asyncio
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.handlers import HTTPRouteHandler
from litestar.params import Body, FromPath
from litestar.response import Redirect, Template

from zhusuo.carriers import tables
from zhusuo.db import Database
from zhusuo.dossiers.uploads import clean_name
from zhusuo.errors import Invalid, Refusal
from zhusuo.people.model import Actor
from zhusuo.ports.common.files import xlsx
from zhusuo.ports.common.forms import again
from zhusuo.ports.common.pages import go, page
from zhusuo.ports.common.units import carried
from zhusuo.ports.property import reads
from zhusuo.tenancies import roster
from zhusuo.tenancies.rows import roster_records, roster_sheet

Asked = Request[Any, Any, Any]
URL_ENCODED = Body(media_type=RequestEncodingType.URL_ENCODED)
MULTI_PART = Body(media_type=RequestEncodingType.MULTI_PART)
FORM_LIMIT = tables.SIZE_LIMIT + 2**20
SHOWN_LINES = 200


@dataclass
class RosterForm:
    file: UploadFile


@dataclass
class ConfirmForm:
    rows: str = ""


@get("/property/carriers/{carrier_id:uuid}/roster", name="property.roster")
async def show(
    request: Asked, carrier_id: FromPath[UUID], database: NamedDependency[Database], actor: NamedDependency[Actor]
) -> Template:
    return await _page(request, database, actor, carrier_id, {})


async def _page(
    request: Asked, database: Database, actor: Actor, carrier_id: UUID, errors: dict[str, str], **found: Any
) -> Template:
    async with database.connection() as db:
        carrier = await reads.carrier_for(db, actor, carrier_id)
    given = {"report": None, "file_name": "", "rows": "", "shown": SHOWN_LINES, **found}
    return page(request, "property/roster.html", carrier=carrier, errors=errors, **given)


@post(
    "/property/carriers/{carrier_id:uuid}/roster",
    name="property.try_roster",
    status_code=200,
    request_max_body_size=FORM_LIMIT,
)
async def try_out(
    request: Asked,
    carrier_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: Annotated[RosterForm, MULTI_PART],
) -> Template:
    """A dry run: what the table would do, and every cell that cannot be right."""
    try:
        found = roster_records(await tables.read(await data.file.read()))
        report = await roster.import_roster(database, actor, carrier_id, found, day=day, dry_run=True)
    except Refusal as refusal:
        return again(await _page(request, database, actor, carrier_id, {"file": refusal.message}))
    rows, name = carried.packed(found), clean_name(data.file.filename)
    return await _page(request, database, actor, carrier_id, {}, report=report, rows=rows, file_name=name)


@post("/property/carriers/{carrier_id:uuid}/roster/confirm", name="property.import_roster", status_code=303)
async def confirm(
    request: Asked,
    carrier_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: Annotated[ConfirmForm, URL_ENCODED],
) -> Template | Redirect:
    """The good rows are written; the others come back with what is wrong."""
    try:
        found = carried.unpacked(data.rows)
    except Invalid as invalid:
        return again(await _page(request, database, actor, carrier_id, invalid.fields))
    report = await roster.import_roster(database, actor, carrier_id, found, day=day, dry_run=False)
    if report.errors:
        return await _page(request, database, actor, carrier_id, {}, report=report)
    return go(f"/property/carriers/{carrier_id}")


@get("/property/carriers/{carrier_id:uuid}/roster.xlsx", name="property.roster_sheet")
async def sheet(
    carrier_id: FromPath[UUID], database: NamedDependency[Database], actor: NamedDependency[Actor]
) -> Response[bytes]:
    """The roster as it stands, to be mended and brought in again."""
    async with database.connection() as db:
        carrier = await reads.carrier_for(db, actor, carrier_id)
        rows = await reads.roster(db, carrier_id)
    return xlsx(f"{carrier.name}入驻名册", await asyncio.to_thread(roster_sheet, rows))


doors: list[HTTPRouteHandler] = [show, try_out, confirm, sheet]
