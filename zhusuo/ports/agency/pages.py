"""营商服务机构端 pages: the agency's carriers, filings on behalf, and vacancies that are ready to register."""

from datetime import date
from typing import Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from zhusuo.carriers.entry import area_of_cell
from zhusuo.carriers.model import CarrierKind
from zhusuo.carriers.tables import workbook
from zhusuo.db import Database
from zhusuo.people.model import Actor
from zhusuo.ports.agency import reads
from zhusuo.ports.common import filers
from zhusuo.ports.common.files import xlsx
from zhusuo.ports.common.pages import go, page

Asked = Request[Any, Any, Any]
KINDS = [(kind.value, kind.label) for kind in CarrierKind]
HEADER = ("楼宇", "类型", "地址", "街镇", "单元", "楼层", "用途", "面积（㎡）", "备案有效至")


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


@get("/agency/carriers/{carrier_id:uuid}", name="agency.carrier")
async def carrier(
    request: Asked,
    carrier_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
) -> Template:
    async with database.connection() as db:
        found = await reads.carrier_for(db, actor, carrier_id)
        given = {
            "figures": await reads.figures(db, carrier_id),
            "versions": await reads.versions(db, carrier_id),
            "filings": await reads.filings(db, actor, carrier_id),
        }
    return page(request, "agency/carrier.html", carrier=found, day=day, **given)


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


@get("/agency/filings/{filing_id:uuid}", name="agency.filing")
async def filing(filing_id: FromPath[UUID]) -> Redirect:
    """Where notices point to."""
    return go(f"/filings/{filing_id}")


def _wanted(q: str, subdistrict: str, kind: str, least: str, most: str) -> reads.Wanted:
    return reads.Wanted(
        q=q.strip(),
        subdistrict_code=subdistrict,
        kind=kind,
        least_m2=area_of_cell(least),
        most_m2=area_of_cell(most),
    )


@get("/agency/vacancies", name="agency.vacancies")
async def vacancies(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    q: FromQuery[str] = "",
    subdistrict: FromQuery[str] = "",
    kind: FromQuery[str] = "",
    least: FromQuery[str] = "",
    most: FromQuery[str] = "",
    after: FromQuery[UUID | None] = None,
) -> Template:
    """可登记房源: on file, covered, and nobody there."""
    wanted = _wanted(q, subdistrict, kind, least, most)
    async with database.connection() as db:
        rows = await reads.vacancies(db, actor, wanted, day, after=after)
        subdistricts = await filers.subdistricts(db, actor.district_code)
    more = rows[-1].id if len(rows) == reads.PAGE else None
    given = {"rows": rows, "wanted": wanted, "subdistricts": subdistricts, "kinds": KINDS, "day": day, "after": more}
    return page(request, "agency/vacancies.html", **given)


@get("/agency/vacancies.xlsx", name="agency.vacancies_sheet")
async def vacancies_sheet(
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    q: FromQuery[str] = "",
    subdistrict: FromQuery[str] = "",
    kind: FromQuery[str] = "",
    least: FromQuery[str] = "",
    most: FromQuery[str] = "",
) -> Response[bytes]:
    wanted = _wanted(q, subdistrict, kind, least, most)
    async with database.connection() as db:
        rows = await reads.vacancies(db, actor, wanted, day, limit=reads.MOST)
    return xlsx(f"可登记房源 {day.isoformat()}", workbook("可登记房源", HEADER, (_line(row) for row in rows)))


def _line(row: reads.VacancyRow) -> tuple[object, ...]:
    return (
        row.carrier,
        row.carrier_kind.label,
        row.address,
        row.subdistrict,
        row.name,
        row.floor,
        row.kind.label,
        row.area_m2,
        row.valid_until,
    )


doors: list[HTTPRouteHandler] = [carriers, carrier, filings, filing, vacancies, vacancies_sheet]
