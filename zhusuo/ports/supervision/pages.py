"""监管端 pages: how much of the office's subdistricts is on file, its carriers, and who is registered in them."""

from datetime import date
from typing import Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from zhusuo.carriers.model import CarrierKind
from zhusuo.db import Connection, Database
from zhusuo.people.model import Actor
from zhusuo.ports.common import files
from zhusuo.ports.common.pages import page
from zhusuo.ports.supervision import coverage, reads, sheets
from zhusuo.registrations.model import RegistrationStatus

Asked = Request[Any, Any, Any]
CSV = "text/csv; charset=utf-8"
KINDS = [(kind.value, kind.label) for kind in CarrierKind]
STATUSES = [(status.value, status.label) for status in RegistrationStatus]


@get("/supervision", name="supervision.overview")
async def overview(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    view: FromQuery[str] = "",
) -> Template:
    async with database.connection() as db:
        counted = await reads.coverage(db, actor, day)
        moves = await reads.turnover(db, actor, day)
        moved = await reads.turnover_counts(db, actor, day)
    return page(
        request,
        "supervision/overview.html",
        total=coverage.total(counted),
        subdistricts=coverage.by_subdistrict(counted),
        kinds=coverage.by_kind(counted),
        moves=moves,
        moved=moved,
        meanings=coverage.MEANINGS,
        header=coverage.HEADER,
        as_table=view == "table",
        day=day,
    )


@get("/supervision/coverage.csv", name="supervision.coverage_csv")
async def coverage_csv(
    database: NamedDependency[Database], actor: NamedDependency[Actor], day: NamedDependency[date]
) -> Response[bytes]:
    async with database.transaction() as db:
        counted = await reads.coverage(db, actor, day)
        await files.taken_out(db, actor, "coverage", len(counted))
    return files.saved(coverage.as_csv(counted), f"街镇覆盖 {day}.csv", CSV)


@get("/supervision/carriers", name="supervision.carriers")
async def carriers(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    kind: FromQuery[str] = "",
    subdistrict: FromQuery[str] = "",
    filed: FromQuery[str] = "",
    after: FromQuery[str] = "",
) -> Template:
    async with database.connection() as db:
        found = await reads.carriers(
            db, actor, day, kind=kind, subdistrict=subdistrict, filed=filed, after=after, limit=reads.PAGE + 1
        )
        subdistricts = await reads.subdistricts(db, actor)
    rows = found[: reads.PAGE]
    return page(
        request,
        "supervision/carriers.html",
        rows=rows,
        after=rows[-1].number if len(found) > reads.PAGE else None,
        kinds=KINDS,
        subdistricts=subdistricts,
        kind=kind,
        subdistrict=subdistrict,
        filed=filed,
        day=day,
    )


@get("/supervision/carriers.xlsx", name="supervision.carriers_xlsx")
async def carriers_xlsx(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    kind: FromQuery[str] = "",
    subdistrict: FromQuery[str] = "",
    filed: FromQuery[str] = "",
) -> Response[bytes]:
    async def read(db: Connection, last: reads.CarrierRow | None) -> list[reads.CarrierRow]:
        after, most = last.number if last else "", files.PAGE_ROWS
        return await reads.carriers(
            db, actor, day, kind=kind, subdistrict=subdistrict, filed=filed, after=after, limit=most
        )

    return await files.export_long(database, actor, day, sheets.carriers(day), read, request=request)


@get("/supervision/carriers/{carrier_id:uuid}/units.xlsx", name="supervision.units_xlsx")
async def units_xlsx(
    carrier_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
) -> Response[bytes]:
    async with database.transaction() as db:
        name, content, count = await reads.units_sheet(db, actor, carrier_id, day)
        await files.taken_out(db, actor, "unit", count, carrier_id=carrier_id)
    return files.xlsx(f"{name} {day}", content)


@get("/supervision/registrations", name="supervision.registrations")
async def registrations(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    q: FromQuery[str] = "",
    carrier: FromQuery[str] = "",
    status: FromQuery[str] = "",
    after: FromQuery[UUID | None] = None,
) -> Template:
    async with database.connection() as db:
        found = await reads.registrations(
            db, actor, q=q.strip(), carrier=carrier.strip(), status=status, after=after, limit=reads.PAGE + 1
        )
    rows = found[: reads.PAGE]
    return page(
        request,
        "supervision/registrations.html",
        rows=rows,
        after=rows[-1].id if len(found) > reads.PAGE else None,
        statuses=STATUSES,
        q=q,
        carrier=carrier,
        status=status,
    )


@get("/supervision/registrations.xlsx", name="supervision.registrations_xlsx")
async def registrations_xlsx(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    q: FromQuery[str] = "",
    carrier: FromQuery[str] = "",
    status: FromQuery[str] = "",
) -> Response[bytes]:
    async def read(db: Connection, last: reads.RegistrationRow | None) -> list[reads.RegistrationRow]:
        after, most = last.id if last else None, files.PAGE_ROWS
        narrowed = {"q": q.strip(), "carrier": carrier.strip(), "status": status}
        return await reads.registrations(db, actor, **narrowed, after=after, limit=most)

    return await files.export_long(database, actor, day, sheets.REGISTRATIONS, read, request=request)
