"""风险清单: the grid of subdistricts and levels, the registrations behind it, and the plan of the next thirty days."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromQuery
from litestar.response import Redirect, Template

from zhusuo.db import Connection, Database
from zhusuo.errors import Invalid, NotFound
from zhusuo.inspections import risks
from zhusuo.people.model import Actor
from zhusuo.ports.common import files
from zhusuo.ports.common.components import with_query
from zhusuo.ports.common.forms import again, whole
from zhusuo.ports.common.pages import go, page
from zhusuo.zombies.model import SignalKind

Asked = Request[Any, Any, Any]
URL_ENCODED = Body(media_type=RequestEncodingType.URL_ENCODED)
PAGE = 50
TONES = {"high": "bad", "middle": "warn", "low": ""}


def words(risk: risks.Risk) -> str:
    return "、".join(SignalKind(each).label for each in risk.reasons)


LISTING = files.Listing[risks.Risk](
    name="风险清单",
    noun="inspection_risk",
    columns={
        "企业": lambda row: row.applicant,
        "分值": lambda row: row.score,
        "风险": lambda row: risks.LEVELS[row.level],
        "线索": words,
        "载体": lambda row: row.carrier,
        "单元": lambda row: row.unit,
        "街镇": lambda row: row.subdistrict,
        "上次核查": lambda row: row.seen_on,
        "已排核查": lambda row: row.inspection_id is not None,
    },
)


@dataclass
class PlanForm:
    count: str = ""
    subdistrict: str = ""
    level: str = ""


def _cursor(text: str) -> tuple[int, UUID] | None:
    if not text:
        return None
    score, _, id_ = text.partition(".")
    try:
        return int(score), UUID(id_)
    except ValueError as error:
        raise NotFound("翻页位置无效，请从第一页重新看。") from error


@get("/supervision/inspections/risks", name="risks.list")
async def list_(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    subdistrict: FromQuery[str] = "",
    level: FromQuery[str] = "",
    after: FromQuery[str] = "",
    planned: FromQuery[str] = "",
) -> Template:
    said = PlanForm(subdistrict=subdistrict, level=level, count="20")
    return await _page(request, database, actor, day, said, _cursor(after), planned, {})


async def _page(
    request: Asked,
    database: Database,
    actor: Actor,
    day: date,
    said: PlanForm,
    after: tuple[int, UUID] | None,
    planned: str,
    errors: dict[str, str],
) -> Template:
    async with database.connection() as db:
        grid = await risks.grid(db, actor)
        found = await risks.listed(
            db, actor, day, subdistrict=said.subdistrict, level=said.level, after=after, limit=PAGE + 1
        )
    rows = found[:PAGE]
    return page(
        request,
        "inspections/risks.html",
        grid=grid,
        rows=rows,
        words=words,
        after=rows[-1].cursor if len(found) > PAGE else None,
        levels=risks.LEVELS,
        said=said,
        tones=TONES,
        planned=planned if planned.isdecimal() else "",
        errors=errors,
        most=risks.MOST_PLANNED,
    )


@get("/supervision/inspections/risks.xlsx", name="risks.list_xlsx")
async def list_xlsx(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    subdistrict: FromQuery[str] = "",
    level: FromQuery[str] = "",
) -> Response[bytes]:
    async def read(db: Connection, last: risks.Risk | None) -> list[risks.Risk]:
        after = (last.score, last.registration_id) if last else None
        return await risks.listed(
            db, actor, day, subdistrict=subdistrict, level=level, after=after, limit=files.PAGE_ROWS
        )

    return await files.export_long(database, actor, day, LISTING, read, request=request)


@post("/supervision/inspections/risks/plan", name="risks.plan", status_code=303)
async def plan(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: Annotated[PlanForm, URL_ENCODED],
) -> Template | Redirect:
    """The highest that are due, spread over the next thirty days."""
    narrowed = {"subdistrict": data.subdistrict, "level": data.level}
    try:
        count = whole(data.count, "count") or 0
        planned = await risks.plan_due(database, actor, count=count, day=day, **narrowed)
    except Invalid as invalid:
        return again(await _page(request, database, actor, day, data, None, "", invalid.fields))
    return go(
        with_query("/supervision/inspections/risks", planned=planned, **{k: v or None for k, v in narrowed.items()})
    )


doors = [list_, list_xlsx, plan]
