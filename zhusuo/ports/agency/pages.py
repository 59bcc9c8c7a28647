"""营商服务机构端 pages: the carriers that mandated the agency, its filings on behalf, and what can be registered in."""

from datetime import date
from typing import Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from zhusuo.carriers.model import UnitKind
from zhusuo.db import Database
from zhusuo.errors import Invalid
from zhusuo.people.model import Actor
from zhusuo.ports.agency import reads
from zhusuo.ports.common import filer_sheets, filers, files
from zhusuo.ports.common.forms import again
from zhusuo.ports.common.pages import go, page
from zhusuo.ports.common.units import reads as units

Asked = Request[Any, Any, Any]
KINDS = [(kind.value, kind.label) for kind in UnitKind if kind is not UnitKind.SERVICE]
FILTER = ("subdistrict", "carrier", "kind", "area_from", "area_to")
VACANCIES: files.Listing[reads.VacancyRow] = files.Listing(
    name="可登记房源",
    noun="unit",
    columns={
        "载体": lambda row: row.carrier,
        "地址": lambda row: row.address,
        "单元": lambda row: row.unit,
        "楼层": lambda row: row.floor,
        "面积（㎡）": lambda row: row.area_m2,
        "管理单位": lambda row: row.manager,
    },
)


@get(["/agency", "/agency/carriers"], name="agency.carriers")
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
    return page(request, "agency/carriers.html", rows=rows, claims=claims, day=day, after=more)


@get("/agency/carriers.xlsx", name="agency.carriers_xlsx")
async def carriers_xlsx(
    request: Asked, database: NamedDependency[Database], actor: NamedDependency[Actor], day: NamedDependency[date]
) -> Response[bytes]:
    return await files.export(
        database,
        actor,
        day,
        filer_sheets.AGENTS_CARRIERS,
        lambda db: filers.carriers(db, actor, limit=files.ALL),
        request=request,
    )


@get("/agency/carriers/{carrier_id:uuid}", name="agency.carrier")
async def carrier(
    request: Asked,
    carrier_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    q: FromQuery[str] = "",
    after: FromQuery[UUID | None] = None,
) -> Template:
    """How each unit stands, what is on file, and the way to file on behalf of somebody."""
    async with database.connection() as db:
        given = await reads.house(db, actor, carrier_id)
        rows = await units.units(db, carrier_id, units.Filter(q=q.strip()), after)
    more = rows[-1].id if len(rows) == units.PAGE else None
    return page(request, "agency/carrier.html", house=given, rows=rows, q=q, after=more, day=day)


@get("/agency/filings", name="agency.filings")
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
    return page(request, "filers/filings.html", desk="/agency", **given)


@get("/agency/filings.xlsx", name="agency.filings_xlsx")
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
        filer_sheets.AGENTS_FILINGS,
        lambda db: filers.filings(db, actor, view, limit=files.ALL),
        request=request,
    )


@get("/agency/filings/{filing_id:uuid}", name="agency.filing")
async def filing(filing_id: FromPath[UUID]) -> Redirect:
    """Where notices point to."""
    return go(f"/filings/{filing_id}")


def _asked(request: Asked) -> dict[str, str]:
    """The fields of the filter as they were typed."""
    return {name: request.query_params.get(name, "").strip() for name in FILTER}


@get("/agency/vacancies", name="agency.vacancies")
async def vacancies(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    after: FromQuery[UUID | None] = None,
) -> Template:
    asked = _asked(request)
    try:
        wanted = reads.wanted(**asked)
    except Invalid as invalid:
        return again(await _vacancies(request, database, actor, asked, [], invalid.fields))
    async with database.connection() as db:
        found = await reads.vacancies(db, actor, wanted, day, after=after, limit=reads.PAGE + 1)
    return await _vacancies(request, database, actor, asked, found, {})


async def _vacancies(
    request: Asked,
    database: Database,
    actor: Actor,
    asked: dict[str, str],
    found: list[reads.VacancyRow],
    errors: dict[str, str],
) -> Template:
    async with database.connection() as db:
        subdistricts = await reads.our_subdistricts(db, actor)
        ours = await reads.our_carriers(db, actor)
    rows = found[: reads.PAGE]
    more = rows[-1].id if len(found) > reads.PAGE else None
    given = {"rows": rows, "after": more, "asked": asked, "errors": errors}
    return page(request, "agency/vacancies.html", subdistricts=subdistricts, carriers=ours, kinds=KINDS, **given)


@get("/agency/vacancies.xlsx", name="agency.vacancies_xlsx")
async def vacancies_xlsx(
    request: Asked, database: NamedDependency[Database], actor: NamedDependency[Actor], day: NamedDependency[date]
) -> Response[bytes]:
    wanted = reads.wanted(**_asked(request))
    return await files.export(
        database,
        actor,
        day,
        VACANCIES,
        lambda db: reads.vacancies(db, actor, wanted, day, limit=files.ALL),
        request=request,
    )


doors: list[HTTPRouteHandler] = [
    carriers,
    carriers_xlsx,
    carrier,
    filings,
    filings_xlsx,
    filing,
    vacancies,
    vacancies_xlsx,
]
