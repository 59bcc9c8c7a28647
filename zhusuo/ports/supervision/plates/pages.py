"""铭牌: made and printed for a carrier, and scanned by anybody."""

from datetime import date
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from zhusuo import audit
from zhusuo.carriers import store as carriers
from zhusuo.db import Database
from zhusuo.errors import NotFound
from zhusuo.inspections import plates
from zhusuo.people.model import Actor
from zhusuo.ports.common import files
from zhusuo.ports.common import reads as common
from zhusuo.ports.common.pages import go, page
from zhusuo.ports.supervision.plates import reads
from zhusuo.settings import Settings

Asked = Request[Any, Any, Any]


@get("/supervision/carriers/{carrier_id:uuid}/plates", name="plates.list")
async def list_(
    request: Asked, carrier_id: FromPath[UUID], database: NamedDependency[Database], actor: NamedDependency[Actor]
) -> Template:
    async with database.connection() as db:
        carrier = await carriers.by_id_for(db, actor, carrier_id)
        if carrier is None:
            raise NotFound
        unit_count, plate_count = await reads.counts(db, carrier_id)
    return page(
        request,
        "plates/list.html",
        carrier=carrier,
        unit_count=unit_count,
        plate_count=plate_count,
        parts=-(-plate_count // plates.PRINTED),
    )


@post("/supervision/carriers/{carrier_id:uuid}/plates", name="plates.issue", status_code=303)
async def issue(
    carrier_id: FromPath[UUID], database: NamedDependency[Database], actor: NamedDependency[Actor]
) -> Redirect:
    await plates.issue(database, actor, carrier_id)
    return go(f"/supervision/carriers/{carrier_id}/plates")


@post("/supervision/units/{unit_id:uuid}/plate", name="plates.replace", status_code=303)
async def replace(
    unit_id: FromPath[UUID], database: NamedDependency[Database], actor: NamedDependency[Actor]
) -> Redirect:
    """The old code is void: the plate was lost, or copied."""
    await plates.replace(database, actor, unit_id)
    async with database.connection() as db:
        unit = await carriers.unit_by_id(db, unit_id)
    return go(f"/supervision/carriers/{unit.carrier_id}/plates" if unit else "/supervision/carriers")


@get("/supervision/carriers/{carrier_id:uuid}/plates.pdf", name="plates.pdf")
async def pdf(
    carrier_id: FromPath[UUID],
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    part: FromQuery[int] = 1,
) -> Response[bytes] | Redirect:
    """Back to the page where none was made yet."""
    async with database.transaction() as db:
        found = await plates.of_carrier(db, carrier_id, part=part)
        await files.taken_out(db, actor, "plate", len(found), carrier_id=carrier_id)
    if not found:
        return go(f"/supervision/carriers/{carrier_id}/plates")
    return files.saved(
        await plates.pdf(found, settings.url, str(day)), f"铭牌 {found[0].carrier}.pdf", "application/pdf"
    )


@get("/plate/{code:str}", name="plates.look")
async def look(request: Asked, code: FromPath[str], database: NamedDependency[Database]) -> Template:
    """Three pages behind one code; a look by somebody who sees more than the public is recorded."""
    plate = await plates.look(database, code, request.client.host if request.client else "")
    actor = await common.actor_of(database, request)
    async with database.transaction() as db:
        viewer = await reads.viewer_of(db, actor, plate)
        seen = await reads.scanned(db, plate, viewer)
        if viewer != "public":
            await audit.record(db, actor, "scan_plate", "unit", plate.unit_id, carrier_id=plate.carrier_id)
    return page(request, "plates/look.html", plate=plate, seen=seen)


doors = [list_, issue, replace, pdf, look]
