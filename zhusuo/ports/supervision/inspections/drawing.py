"""双随机: the seed is committed to, the list fixed, the draw made; the file from which anybody recomputes it."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect, Template

from zhusuo.carriers.model import CarrierKind
from zhusuo.db import Database
from zhusuo.errors import Invalid, NotFound
from zhusuo.inspections import draws, lots
from zhusuo.people.model import Actor
from zhusuo.ports.common import files
from zhusuo.ports.common.forms import again, whole
from zhusuo.ports.common.pages import go, page
from zhusuo.ports.supervision import reads as office
from zhusuo.ports.supervision.inspections import reads

Asked = Request[Any, Any, Any]
URL_ENCODED = Body(media_type=RequestEncodingType.URL_ENCODED)
KINDS = [(kind.value, kind.label) for kind in CarrierKind]
TONES = {
    draws.DrawStatus.COMMITTED: "act",
    draws.DrawStatus.FROZEN: "act",
    draws.DrawStatus.DRAWN: "ok",
    draws.DrawStatus.ABANDONED: "",
}


@dataclass
class TitleForm:
    title: str = ""


@dataclass
class FreezeForm:
    subdistrict: str = ""
    kind: str = ""
    count: str = ""


@dataclass
class ReasonForm:
    reason: str = ""


@get("/supervision/inspections/draws", name="draws.list")
async def list_(request: Asked, database: NamedDependency[Database], actor: NamedDependency[Actor]) -> Template:
    return await _list(request, database, actor, "", {})


async def _list(request: Asked, database: Database, actor: Actor, title: str, errors: dict[str, str]) -> Template:
    async with database.connection() as db:
        found = await draws.of_office(db, actor)
    return page(request, "inspections/draws.html", draws=found, title=title, errors=errors, tones=TONES)


@post("/supervision/inspections/draws", name="draws.commit", status_code=303)
async def commit(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    data: Annotated[TitleForm, URL_ENCODED],
) -> Template | Redirect:
    try:
        return go(f"/supervision/inspections/draws/{await draws.commit(database, actor, data.title)}")
    except Invalid as invalid:
        return again(await _list(request, database, actor, data.title, invalid.fields))


@get("/supervision/inspections/draws/{draw_id:uuid}", name="draws.one")
async def one(
    request: Asked, draw_id: FromPath[UUID], database: NamedDependency[Database], actor: NamedDependency[Actor]
) -> Template:
    return await _page(request, database, actor, draw_id, FreezeForm(), {})


async def _page(
    request: Asked, database: Database, actor: Actor, draw_id: UUID, said: FreezeForm, errors: dict[str, str]
) -> Template:
    async with database.connection() as db:
        found = await draws.one(db, actor, draw_id)
        if found is None:
            raise NotFound
        drawn = await reads.drawn(db, draw_id)
        subdistricts = await office.subdistricts(db, actor)
    return page(
        request,
        "inspections/draw.html",
        draw=found,
        drawn=drawn,
        subdistricts=subdistricts,
        kinds=KINDS,
        said=said,
        errors=errors,
        tones=TONES,
        algorithm=lots.ALGORITHM,
        most=draws.MOST_DRAWN,
    )


@post("/supervision/inspections/draws/{draw_id:uuid}/freeze", name="draws.freeze", status_code=303)
async def freeze(
    request: Asked,
    draw_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    data: Annotated[FreezeForm, URL_ENCODED],
) -> Template | Redirect:
    try:
        count = whole(data.count, "count") or 0
        await draws.freeze(database, actor, draw_id, subdistrict=data.subdistrict, kind=data.kind, count=count)
    except Invalid as invalid:
        return again(await _page(request, database, actor, draw_id, data, invalid.fields))
    return go(f"/supervision/inspections/draws/{draw_id}")


@post("/supervision/inspections/draws/{draw_id:uuid}/draw", name="draws.draw", status_code=303)
async def draw(
    draw_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
) -> Redirect:
    await draws.draw(database, actor, draw_id, day=day)
    return go(f"/supervision/inspections/draws/{draw_id}")


@post("/supervision/inspections/draws/{draw_id:uuid}/abandon", name="draws.abandon", status_code=303)
async def abandon(
    request: Asked,
    draw_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    data: Annotated[ReasonForm, URL_ENCODED],
) -> Template | Redirect:
    try:
        await draws.abandon(database, actor, draw_id, data.reason)
    except Invalid as invalid:
        return again(await _page(request, database, actor, draw_id, FreezeForm(), invalid.fields))
    return go(f"/supervision/inspections/draws/{draw_id}")


@get("/supervision/inspections/draws/{draw_id:uuid}/draw.csv", name="draws.csv")
async def csv(
    draw_id: FromPath[UUID], database: NamedDependency[Database], actor: NamedDependency[Actor]
) -> Response[bytes]:
    """Everything one needs to recompute the draw."""
    async with database.transaction() as db:
        sheet = await draws.sheet(db, actor, draw_id)
        await files.taken_out(db, actor, "random_draw", len(sheet.entries))
    content = ("\ufeff" + lots.written(sheet)).encode()
    return files.saved(content, f"双随机 {sheet.number}.csv", "text/csv; charset=utf-8")


doors = [list_, commit, one, freeze, draw, abandon, csv]
