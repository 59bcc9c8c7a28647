"""数字: all figures on one page, each also as CSV."""

from datetime import date
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from zhusuo.db import Database
from zhusuo.errors import NotFound
from zhusuo.people.model import Actor
from zhusuo.ports.common import files
from zhusuo.ports.common.pages import page
from zhusuo.ports.supervision.figures import reads

Asked = Request[Any, Any, Any]
SHOWN_ROADS = 15


@get("/supervision/figures", name="figures.all")
async def all_(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    view: FromQuery[str] = "",
) -> Template:
    async with database.connection() as db:
        found = [await read(db, actor, day) for read in reads.FIGURES.values()]
    return page(request, "figures/all.html", figures=found, as_table=view == "table", shown_roads=SHOWN_ROADS, day=day)


@get("/supervision/figures/{key:str}", name="figures.csv")
async def csv(
    key: FromPath[str],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
) -> Response[bytes]:
    """`turnover.csv`: one figure with its heads."""
    read = reads.FIGURES.get(key.removesuffix(".csv")) if key.endswith(".csv") else None
    if read is None:
        raise NotFound
    async with database.transaction() as db:
        found = await read(db, actor, day)
        await files.taken_out(db, actor, "figure", len(found.lines))
    rows = [(line.label, *line.numbers) for line in found.lines]
    return files.comma_separated(f"{found.title} {day}", (found.first, *found.heads), rows)


doors = [all_, csv]
