"""认领 pages, for managers and agents alike."""

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

from zhusuo.carriers import actions, management_actions
from zhusuo.carriers.model import CarrierKind, NewCarrier
from zhusuo.db import Database
from zhusuo.errors import Conflict, Invalid
from zhusuo.people.model import HOME_OF, Actor
from zhusuo.ports.common import filer_sheets, filers, files
from zhusuo.ports.common.forms import again, chosen, typed, whole
from zhusuo.ports.common.pages import go, page
from zhusuo.settings import Settings

Asked = Request[Any, Any, Any]
URL_ENCODED = Body(media_type=RequestEncodingType.URL_ENCODED)
KINDS = [(kind.value, kind.label) for kind in CarrierKind]


@dataclass
class ClaimForm:
    document_id: str = ""


@dataclass
class EndForm:
    reason: str = ""


@dataclass
class CarrierForm:
    kind: str = ""
    name: str = ""
    address: str = ""
    subdistrict_code: str = ""
    floors_above: str = ""
    floors_below: str = ""
    alias: str = ""

    def new(self) -> NewCarrier:
        return NewCarrier(
            kind=chosen(CarrierKind, self.kind, "kind", "请选择类型。"),
            name=self.name,
            address=self.address,
            subdistrict_code=self.subdistrict_code,
            aliases=tuple(self.alias.replace("，", "、").split("、")) if self.alias.strip() else (),
            floors_above=whole(self.floors_above, "floors_above"),
            floors_below=whole(self.floors_below, "floors_below"),
        )


@get("/claims", name="claims.list")
async def listing(
    request: Asked, database: NamedDependency[Database], actor: NamedDependency[Actor], q: FromQuery[str] = ""
) -> Template:
    q = typed(q)
    async with database.connection() as db:
        found = await filers.directory(db, actor, q) if q else []
        claims = await filers.claims(db, actor.organisation_id)
    return page(request, "claims/list.html", q=q, found=found, claims=claims, desk=HOME_OF[actor.role], errors={})


@get("/claims.xlsx", name="claims.list_xlsx")
async def listing_xlsx(
    request: Asked, database: NamedDependency[Database], actor: NamedDependency[Actor], day: NamedDependency[date]
) -> Response[bytes]:
    return await files.export(
        database,
        actor,
        day,
        filer_sheets.CLAIMS,
        lambda db: filers.claims(db, actor.organisation_id, limit=files.ALL),
        request=request,
    )


@get("/claims/carriers/{carrier_id:uuid}", name="claims.carrier")
async def carrier(
    request: Asked,
    carrier_id: FromPath[UUID],
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    actor: NamedDependency[Actor],
) -> Template:
    return await _carrier(request, database, settings, actor, carrier_id, {})


async def _carrier(
    request: Asked, database: Database, settings: Settings, actor: Actor, carrier_id: UUID, errors: dict[str, str]
) -> Template:
    async with database.connection() as db:
        found = await filers.listed(db, actor, carrier_id)
        papers = await filers.claim_papers(db, actor.organisation_id, carrier_id)
    return page(
        request,
        "claims/carrier.html",
        carrier=found,
        papers=papers,
        capacity=filers.capacity_of(actor),
        desk=HOME_OF[actor.role],
        most=settings.upload_limit_mb * 10**6,
        errors=errors,
    )


@post("/claims/carriers/{carrier_id:uuid}", name="claims.claim", status_code=303)
async def claim(
    request: Asked,
    carrier_id: FromPath[UUID],
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    actor: NamedDependency[Actor],
    data: Annotated[ClaimForm, URL_ENCODED],
) -> Template | Redirect:
    try:
        document_id = chosen(UUID, data.document_id, "document_id", "请先上传证明管理关系的材料，再选中它。")
        capacity = filers.capacity_of(actor)
        await management_actions.claim_management(database, actor, carrier_id, document_id, capacity)
    except Invalid as invalid:
        errors = {"document_id": "".join(invalid.fields.values())}
        return again(await _carrier(request, database, settings, actor, carrier_id, errors))
    return go("/claims")


@post("/claims/{management_id:uuid}/end", name="claims.end", status_code=303)
async def end(
    management_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    data: Annotated[EndForm, URL_ENCODED],
) -> Redirect:
    """Take a claim back, or give a carrier up."""
    await management_actions.end_management(database, actor, management_id, data.reason)
    return go("/claims")


@get("/claims/new", name="claims.new")
async def new(
    request: Asked, database: NamedDependency[Database], actor: NamedDependency[Actor], name: FromQuery[str] = ""
) -> Template:
    return await _new(request, database, actor, CarrierForm(name=typed(name)), {})


async def _new(request: Asked, database: Database, actor: Actor, form: CarrierForm, errors: dict[str, str]) -> Template:
    async with database.connection() as db:
        subdistricts = await filers.subdistricts(db, actor.district_code)
    desk = HOME_OF[actor.role]
    return page(request, "claims/new.html", form=form, errors=errors, kinds=KINDS, subdistricts=subdistricts, desk=desk)


@post("/claims/new", name="claims.add", status_code=303)
async def add(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    data: Annotated[CarrierForm, URL_ENCODED],
) -> Template | Redirect:
    """Enter a carrier the directory lacks; it is claimed like any other."""
    try:
        made = await actions.add_carrier(database, actor, data.new())
    except Invalid as invalid:
        return again(await _new(request, database, actor, data, invalid.fields))
    except Conflict as conflict:
        return again(await _new(request, database, actor, data, {"name": conflict.message}))
    return go(f"/claims/carriers/{made.id}")


doors: list[HTTPRouteHandler] = [listing, listing_xlsx, carrier, claim, end, new, add]
