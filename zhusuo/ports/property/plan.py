"""入驻图 pages: the picture of a building, a unit in its drawer, and what the manager says of who is in it."""

import asyncio
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.handlers import HTTPRouteHandler
from litestar.params import Body, FromPath, FromQuery
from litestar.response import Redirect, Template

from zhusuo import events
from zhusuo.carriers import store as carriers
from zhusuo.carriers.model import Carrier
from zhusuo.carriers.stacking import CellStatus, Order
from zhusuo.changes import store as changes
from zhusuo.db import Connection, Database
from zhusuo.errors import Invalid
from zhusuo.people.model import Actor
from zhusuo.ports.common import plans
from zhusuo.ports.common.files import taken_out, xlsx
from zhusuo.ports.common.forms import a_day, again, typed
from zhusuo.ports.common.pages import go, open_query, own_path, page
from zhusuo.ports.property import reads
from zhusuo.tenancies import actions
from zhusuo.tenancies.model import NewTenancy

Asked = Request[Any, Any, Any]
URL_ENCODED = Body(media_type=RequestEncodingType.URL_ENCODED)
BESIDE = {
    CellStatus.RESIDENT: "有人办公",
    CellStatus.ENDING: "90 天内",
    CellStatus.VACANT: "可上架",
    CellStatus.REGISTERED: "无人办公",
    CellStatus.SUSPECTED: "待核实",
}
ORDERS = [(order.value, order.label) for order in Order]


@dataclass(frozen=True, kw_only=True)
class Look:
    """How the picture is looked at: which building, sorted by what, as a picture or a table, which status lit up."""

    building: str | None = None
    order: Order = Order.PLACE
    table: bool = False
    show: str = ""

    @property
    def kept(self) -> dict[str, str]:
        """The query without the status: what a form of the page sends along."""
        given = {
            "building": self.building or "",
            "sort": "" if self.order is Order.PLACE else self.order.value,
            "view": "table" if self.table else "",
        }
        return {key: value for key, value in given.items() if value}

    def path(self, carrier_id: UUID, **changes: str) -> str:
        """The page looked at like this, or with these changes."""
        given = {**self.kept, "show": self.show, **changes}
        query = urlencode({key: value for key, value in given.items() if value})
        return f"/property/carriers/{carrier_id}{'?' if query else ''}{query}"


def looked_at(building: str | None, sort: str, view: str, show: str) -> Look:
    """A look out of the query; what is none is left out."""
    return Look(
        building=None if building is None else typed(building),
        order=Order(sort) if sort in set(Order) else Order.PLACE,
        table=view == "table",
        show=show if show in set(CellStatus) else "",
    )


@dataclass
class MoveInForm:
    tenant: str = ""
    uscc: str = ""
    lease_begins_on: str = ""
    lease_ends_on: str = ""
    moved_in_on: str = ""
    back: str = "/property"


@dataclass
class RenewForm:
    lease_begins_on: str = ""
    lease_ends_on: str = ""
    back: str = "/property"


@dataclass
class StaysForm:
    back: str = "/property"


@dataclass
class MovedOutForm:
    on: str = ""
    back: str = "/property"


# 看


@get("/property/carriers/{carrier_id:uuid}", name="property.plan")
async def plan(
    request: Asked,
    carrier_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    building: FromQuery[str | None] = None,
    sort: FromQuery[str] = "",
    view: FromQuery[str] = "",
    show: FromQuery[str] = "",
    unit: FromQuery[UUID | None] = None,
) -> Template:
    look = looked_at(building, sort, view, show)
    return await _plan(request, database, actor, carrier_id, day, look, unit, MoveInForm(), {})


async def _plan(
    request: Asked,
    database: Database,
    actor: Actor,
    carrier_id: UUID,
    day: date,
    look: Look,
    unit_id: UUID | None,
    form: MoveInForm,
    errors: dict[str, str],
) -> Template:
    async with database.connection() as db:
        carrier = await reads.carrier_for(db, actor, carrier_id)
        path = look.path(carrier_id)
        card = await plans.unit_card(db, carrier, unit_id, day, path=path) if unit_id else None
        given = {"carrier": carrier, "card": card, "day": day, "close": path, "form": form, "errors": errors}
        if request.headers.get("hx-request"):
            return page(request, "property/_drawer.html", **given)
        given |= await _picture(db, carrier, day, look, card)
    return page(request, "property/plan.html", **given)


@get("/property/carriers/{carrier_id:uuid}/news", name="property.news")
async def news(
    request: Asked,
    carrier_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    seen: FromQuery[str] = "",
) -> Template | Response[None]:
    """The picture as it is now, if anything has happened since it was drawn; an open page asks every few seconds."""
    look, unit_id = _open_look(request)
    async with database.connection() as db:
        if await events.mark_of(db, carrier_id) == seen:
            return Response(None, status_code=204)
        carrier = await reads.carrier_for(db, actor, carrier_id)
        card = await plans.unit_card(db, carrier, unit_id, day, path=look.path(carrier_id)) if unit_id else None
        given = await _picture(db, carrier, day, look, card)
    return page(request, "property/_news.html", carrier=carrier, card=card, day=day, **given)


def _open_look(request: Asked) -> tuple[Look, UUID | None]:
    """How the open page looks at the picture, and at which unit: its address says so."""
    asked = open_query(request)
    look = looked_at(asked.get("building"), asked.get("sort", ""), asked.get("view", ""), asked.get("show", ""))
    try:
        return look, UUID(asked["unit"]) if "unit" in asked else None
    except ValueError:
        return look, None


async def _picture(
    db: Connection, carrier: Carrier, day: date, look: Look, card: plans.UnitCard | None
) -> dict[str, Any]:
    """What stands beside the drawer."""
    mark = await events.mark_of(db, carrier.id)
    building = card.unit.building if card and look.building is None else look.building
    picture = await plans.picture(db, carrier, day, path=look.path(carrier.id), building=building, order=look.order)
    counts = picture.plan.counts
    return {
        "picture": picture,
        "look": look,
        "mark": mark,
        "orders": ORDERS,
        "counters": [
            {"status": status.value, "count": counts[status], "beside": beside} for status, beside in BESIDE.items()
        ],
        "listed": plans.in_one_list(picture.floors, look.order) if look.table else [],
        "versions": await reads.coverage(db, carrier.id),
        "waiting": len(await changes.waiting(db, carrier.id)),
    }


@get("/property/carriers/{carrier_id:uuid}/plan.xlsx", name="property.plan_sheet")
async def sheet(
    carrier_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
) -> Response[bytes]:
    async with database.transaction() as db:
        carrier = await reads.carrier_for(db, actor, carrier_id)
        units = await carriers.units(db, carrier_id)
        here = await plans.occupants(db, carrier_id)
        await taken_out(db, actor, "unit", len(units), carrier_id=carrier_id)
    content = await asyncio.to_thread(plans.sheet, carrier, units, here, day)
    return xlsx(f"{carrier.name}入驻表 {day.isoformat()}", content)


# 说


@post("/property/units/{unit_id:uuid}/tenancies", name="property.move_in", status_code=303)
async def move_in(
    request: Asked,
    unit_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: Annotated[MoveInForm, URL_ENCODED],
) -> Template | Redirect:
    """迁入: somebody has moved into the unit."""
    try:
        await actions.move_in(database, actor, _tenancy(unit_id, data))
    except Invalid as invalid:
        carrier_id = await _carrier_of(database, unit_id)
        return again(await _plan(request, database, actor, carrier_id, day, Look(), unit_id, data, invalid.fields))
    return go(own_path(data.back))


def _tenancy(unit_id: UUID, form: MoveInForm) -> NewTenancy:
    return NewTenancy(
        unit_id=unit_id,
        tenant=form.tenant,
        uscc=form.uscc,
        lease_begins_on=a_day(form.lease_begins_on, "lease_begins_on"),
        lease_ends_on=a_day(form.lease_ends_on, "lease_ends_on"),
        moved_in_on=a_day(form.moved_in_on, "moved_in_on"),
    )


async def _carrier_of(database: Database, unit_id: UUID) -> UUID:
    async with database.connection() as db:
        unit = await carriers.unit_by_id(db, unit_id)
    assert unit is not None  # noqa: S101 - the guard has seen it
    return unit.carrier_id


@post("/property/tenancies/{tenancy_id:uuid}/stays", name="property.stays", status_code=303)
async def stays(
    tenancy_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    data: Annotated[StaysForm, URL_ENCODED],
) -> Redirect:
    """仍在驻."""
    await actions.confirm_still_here(database, actor, tenancy_id)
    return go(own_path(data.back))


@post("/property/units/{unit_id:uuid}/floor-stays", name="property.floor_stays", status_code=303)
async def floor_stays(
    unit_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    data: Annotated[StaysForm, URL_ENCODED],
) -> Redirect:
    """本层都还在."""
    await actions.confirm_floor(database, actor, unit_id)
    return go(own_path(data.back))


@post("/property/tenancies/{tenancy_id:uuid}/renew", name="property.renew", status_code=303)
async def renew(
    request: Asked,
    tenancy_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: Annotated[RenewForm, URL_ENCODED],
) -> Template | Redirect:
    """续租: until when it goes on."""
    try:
        begins, ends = a_day(data.lease_begins_on, "lease_begins_on"), a_day(data.lease_ends_on, "lease_ends_on")
        await actions.renew(database, actor, tenancy_id, begins, ends)
    except Invalid as invalid:
        async with database.connection() as db:
            carrier_id, unit_id = await reads.place_of(db, tenancy_id)
        errors = {f"renew-{name}": sentence for name, sentence in invalid.fields.items()}
        return again(await _plan(request, database, actor, carrier_id, day, Look(), unit_id, MoveInForm(), errors))
    return go(own_path(data.back))


@post("/property/tenancies/{tenancy_id:uuid}/moved-out", name="property.move_out", status_code=303)
async def move_out(
    tenancy_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: Annotated[MovedOutForm, URL_ENCODED],
) -> Redirect:
    """已迁出, today or on an earlier day."""
    on = a_day(data.on, "on") or day
    try:
        await actions.move_out(database, actor, tenancy_id, on, day=day)
    except actions.AlreadyLeft as refusal:  # by a second click, unless another day was said
        if refusal.facts["day"] != on.isoformat():
            raise
    return go(own_path(data.back))


doors: list[HTTPRouteHandler] = [plan, news, sheet, move_in, stays, floor_stays, renew, move_out]
