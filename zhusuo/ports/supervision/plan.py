"""入驻图 at 监管端: the picture of a building with a unit beside it; an open page follows what happens there."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from zhusuo import events
from zhusuo.carriers.stacking import CellStatus, Order
from zhusuo.db import Connection, Database
from zhusuo.people.model import Actor
from zhusuo.ports.common.forms import typed
from zhusuo.ports.common.pages import open_query, page
from zhusuo.ports.supervision import reads

Asked = Request[Any, Any, Any]


@dataclass(frozen=True, kw_only=True)
class Look:
    """How the picture is looked at: which building, sorted by what, as a picture or a table, which status lit up."""

    building: str = ""
    order: Order = Order.PLACE
    as_table: bool = False
    show: str = ""

    def path(self, carrier_id: UUID) -> str:
        """The page looked at like this, without a unit."""
        given = {
            "building": self.building,
            "order": "" if self.order is Order.PLACE else self.order.value,
            "view": "table" if self.as_table else "",
            "show": self.show,
        }
        query = urlencode({key: value for key, value in given.items() if value})
        return f"/supervision/carriers/{carrier_id}{'?' if query else ''}{query}"


def looked_at(building: str, order: str, view: str, show: str) -> Look:
    """A look out of the query; what is none is left out."""
    return Look(
        building=typed(building),
        order=Order(order) if order in set(Order) else Order.PLACE,
        as_table=view == "table",
        show=show if show in set(CellStatus) else "",
    )


def _open_look(request: Asked) -> tuple[Look, UUID | None]:
    """How the open page looks at the picture, and at which unit: its address says so."""
    asked = open_query(request)
    look = looked_at(*(asked.get(name, "") for name in ("building", "order", "view", "show")))
    try:
        return look, UUID(asked["unit"]) if "unit" in asked else None
    except ValueError:
        return look, None


@get("/supervision/carriers/{carrier_id:uuid}", name="supervision.carrier")
async def carrier(
    request: Asked,
    carrier_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    building: FromQuery[str] = "",
    order: FromQuery[str] = "",
    view: FromQuery[str] = "",
    show: FromQuery[str] = "",
    unit: FromQuery[UUID | None] = None,
) -> Template:
    look = looked_at(building, order, view, show)
    async with database.connection() as db:
        given = await _picture(db, actor, carrier_id, day, look, unit)
    return page(request, "supervision/carrier.html", order=look.order, orders=list(Order), **given)


@get("/supervision/carriers/{carrier_id:uuid}/news", name="supervision.news")
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
        given = await _picture(db, actor, carrier_id, day, look, unit_id)
    return page(request, "supervision/_news.html", **given)


async def _picture(
    db: Connection, actor: Actor, carrier_id: UUID, day: date, look: Look, unit_id: UUID | None
) -> dict[str, Any]:
    mark, path = await events.mark_of(db, carrier_id), look.path(carrier_id)
    house = await reads.house(
        db,
        actor,
        carrier_id,
        day,
        path=path,
        building=look.building,
        order=look.order,
        unit_id=unit_id,
        as_table=look.as_table,
    )
    return {
        "house": house,
        "mark": mark,
        "statuses": list(CellStatus),
        "show": look.show,
        "as_table": look.as_table,
        "close": path,
        "day": day,
    }


doors: list[HTTPRouteHandler] = [carrier, news]
