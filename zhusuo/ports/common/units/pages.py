"""单元表 pages."""

import asyncio
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.handlers import HTTPRouteHandler
from litestar.params import Body, FromPath, FromQuery
from litestar.response import Redirect, Template

from zhusuo.carriers import history, sheets, tables, unit_actions
from zhusuo.carriers import store as carriers
from zhusuo.carriers.entry import area_of_cell, floor_of_cell
from zhusuo.carriers.model import NewUnits, Unit, UnitKind
from zhusuo.changes import store as changes
from zhusuo.db import Database
from zhusuo.dossiers.uploads import clean_name
from zhusuo.errors import Invalid, Refusal
from zhusuo.people.model import HOME_OF, Actor
from zhusuo.ports.common.files import xlsx
from zhusuo.ports.common.forms import again, chosen, typed
from zhusuo.ports.common.pages import go, page
from zhusuo.ports.common.units import carried, reads

Asked = Request[Any, Any, Any]
URL_ENCODED = Body(media_type=RequestEncodingType.URL_ENCODED)
MULTI_PART = Body(media_type=RequestEncodingType.MULTI_PART)
KINDS = [(kind.value, kind.label) for kind in UnitKind if kind is not UnitKind.PART]
SHOWN_LINES = 200
FORM_LIMIT = tables.SIZE_LIMIT + 2**20
"""A table that is a little too large still comes in whole, to be told so in a sentence."""


@dataclass
class UnitForm:
    label: str = ""
    kind: str = ""
    building: str = ""
    floor: str = ""
    number: str = ""
    area_m2: str = ""
    version: str = ""

    @classmethod
    def of(cls, unit: Unit) -> "UnitForm":
        return cls(
            label=unit.label,
            kind=unit.kind.value,
            building=unit.building,
            floor="" if unit.floor is None else str(unit.floor),
            number=unit.number,
            area_m2="" if unit.area_m2 is None else str(unit.area_m2),
            version=str(unit.version),
        )

    def new(self, part_of: UUID | None = None) -> NewUnits:
        """What was typed. Raises Invalid for a floor or an area that is none."""
        floor = floor_of_cell(self.floor) if self.floor.strip() else None
        area = area_of_cell(self.area_m2) if self.area_m2.strip() else None
        wrong = {}
        if self.floor.strip() and floor is None:
            wrong["floor"] = "楼层写成 21、B1 或 -1。"
        if self.area_m2.strip() and area is None:
            wrong["area_m2"] = "面积写成平方米数，例如 186.5。"
        if wrong:
            raise Invalid(wrong)
        kind = UnitKind.PART if part_of else chosen(UnitKind, self.kind, "kind", "请选择用途。") if self.kind else None
        return NewUnits(
            label=self.label,
            kind=kind,
            building=self.building,
            floor=floor,
            number=self.number,
            area_m2=area,
            part_of=part_of,
        )


@dataclass
class ImportForm:
    file: UploadFile


@dataclass
class ConfirmForm:
    rows: str = ""


def _filter(q: str, building: str | None, floor: str, kind: str) -> reads.Filter:
    return reads.Filter(
        q=typed(q),
        building=None if building is None or building == "-" else typed(building),
        floor=floor_of_cell(floor) if floor.strip() else None,
        kind=typed(kind),
    )


# 单元表


@get("/carriers/{carrier_id:uuid}/units", name="units.list")
async def listing(
    request: Asked,
    carrier_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    q: FromQuery[str] = "",
    building: FromQuery[str | None] = None,
    floor: FromQuery[str] = "",
    kind: FromQuery[str] = "",
    after: FromQuery[UUID | None] = None,
) -> Template:
    return await _listing(
        request, database, actor, carrier_id, _filter(q, building, floor, kind), after, UnitForm(), {}
    )


async def _listing(
    request: Asked,
    database: Database,
    actor: Actor,
    carrier_id: UUID,
    wanted: reads.Filter,
    after: UUID | None,
    form: UnitForm,
    errors: dict[str, str],
) -> Template:
    async with database.connection() as db:
        carrier = await reads.carrier_for(db, actor, carrier_id)
        rows = await reads.units(db, carrier_id, wanted, after)
        figures = await reads.figures(db, carrier_id)
    return page(
        request,
        "units/list.html",
        carrier=carrier,
        rows=rows,
        figures=figures,
        wanted=wanted,
        after=rows[-1].id if len(rows) == reads.PAGE else None,
        form=form,
        errors=errors,
        kinds=KINDS,
        desk=HOME_OF[actor.role],
        done=_done(request),
    )


def _done(request: Asked) -> str:
    """What has just been done, as the address after a form says it."""
    told = request.query_params
    if told.get("added", "").isdecimal() and told.get("changed", "").isdecimal():
        return f"导入完成：新增 {told['added']} 个单元，更改 {told['changed']} 个。"
    if told.get("added", "").isdecimal():
        return f"已新增 {told['added']} 个单元。"
    return {"changed": "已保存更改。", "retired": "单元已停用，记录仍保留。"}.get(told.get("done", ""), "")


@post("/carriers/{carrier_id:uuid}/units", name="units.add", status_code=303)
async def add(
    request: Asked,
    carrier_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    data: Annotated[UnitForm, URL_ENCODED],
) -> Template | Redirect:
    """One unit, a range of them, or a whole floor."""
    try:
        added = await unit_actions.add_units(database, actor, carrier_id, data.new())
    except (Invalid, unit_actions.OverlappingUnit) as refusal:
        errors = reads.said(refusal, "label")
        return again(await _listing(request, database, actor, carrier_id, reads.Filter(), None, data, errors))
    return go(f"/carriers/{carrier_id}/units?added={len(added)}")


@get("/carriers/{carrier_id:uuid}/units.xlsx", name="units.export")
async def export(
    carrier_id: FromPath[UUID], database: NamedDependency[Database], actor: NamedDependency[Actor]
) -> Response[bytes]:
    """The table as it can be mended and imported again."""
    async with database.connection() as db:
        carrier = await reads.carrier_for(db, actor, carrier_id)
        units = await carriers.units(db, carrier_id)
    return xlsx(f"{carrier.name}单元表", await asyncio.to_thread(sheets.unit_sheet, units))


# 一个单元


@get("/units/{unit_id:uuid}", name="units.one")
async def one(
    request: Asked, unit_id: FromPath[UUID], database: NamedDependency[Database], actor: NamedDependency[Actor]
) -> Template:
    return await _one(request, database, actor, unit_id, None, UnitForm(), {})


async def _one(
    request: Asked,
    database: Database,
    actor: Actor,
    unit_id: UUID,
    form: UnitForm | None,
    part: UnitForm,
    errors: dict[str, str],
) -> Template:
    async with database.connection() as db:
        carrier, unit = await reads.former_unit_for(db, actor, unit_id)
        parts = await reads.parts(db, unit_id)
        facts = await history.of_unit(db, unit_id)
        became = await carriers.units_by_ids(db, await changes.successors(db, unit_id))
    return page(
        request,
        "units/one.html",
        carrier=carrier,
        unit=unit,
        parts=parts,
        facts=facts,
        became=became,
        form=form or UnitForm.of(unit),
        part=part,
        errors=errors,
        kinds=KINDS,
        desk=HOME_OF[actor.role],
    )


@post("/units/{unit_id:uuid}", name="units.change", status_code=303)
async def change(
    request: Asked,
    unit_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    data: Annotated[UnitForm, URL_ENCODED],
) -> Template | Redirect:
    async with database.connection() as db:
        carrier, unit = await reads.unit_for(db, actor, unit_id)
    try:
        version = chosen(reads.version_of, data.version, "label", "页面已过时，请刷新后再改。")
        await unit_actions.correct_unit(database, actor, unit_id, version, data.new(unit.part_of))
    except (Invalid, unit_actions.OverlappingUnit) as refusal:
        return again(await _one(request, database, actor, unit_id, data, UnitForm(), reads.said(refusal, "label")))
    return go(f"/carriers/{carrier.id}/units?done=changed")


@post("/units/{unit_id:uuid}/parts", name="units.add_part", status_code=303)
async def add_part(
    request: Asked,
    unit_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    data: Annotated[UnitForm, URL_ENCODED],
) -> Template | Redirect:
    """A part of the unit that is let by itself."""
    async with database.connection() as db:
        carrier, _ = await reads.unit_for(db, actor, unit_id)
    try:
        await unit_actions.add_units(database, actor, carrier.id, data.new(unit_id))
    except (Invalid, unit_actions.OverlappingUnit) as refusal:
        errors = {f"part-{name}": sentence for name, sentence in reads.said(refusal, "label").items()}
        return again(await _one(request, database, actor, unit_id, None, data, errors))
    return go(f"/units/{unit_id}")


@post("/units/{unit_id:uuid}/retire", name="units.retire", status_code=303)
async def retire(
    unit_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: Annotated[UnitForm, URL_ENCODED],
) -> Redirect:
    async with database.connection() as db:
        carrier, _ = await reads.unit_for(db, actor, unit_id)
    version = chosen(reads.version_of, data.version, "version", "页面已过时，请刷新后再改。")
    await unit_actions.retire_unit(database, actor, unit_id, version, on=day, day=day)
    return go(f"/carriers/{carrier.id}/units?done=retired")


# 导入


@get("/carriers/{carrier_id:uuid}/units/template.xlsx", name="units.template")
async def template(carrier_id: FromPath[UUID]) -> Response[bytes]:
    return xlsx("单元表模板", sheets.template())


@get("/carriers/{carrier_id:uuid}/units/import", name="units.import_page")
async def import_page(
    request: Asked, carrier_id: FromPath[UUID], database: NamedDependency[Database], actor: NamedDependency[Actor]
) -> Template:
    return await _import_page(request, database, actor, carrier_id, {})


async def _import_page(
    request: Asked, database: Database, actor: Actor, carrier_id: UUID, errors: dict[str, str], **found: Any
) -> Template:
    async with database.connection() as db:
        carrier = await reads.carrier_for(db, actor, carrier_id)
    given = {"report": None, "file_name": "", "rows": "", "shown": SHOWN_LINES, **found}
    return page(request, "units/import.html", carrier=carrier, errors=errors, desk=HOME_OF[actor.role], **given)


@post("/carriers/{carrier_id:uuid}/units/import", name="units.try", status_code=200, request_max_body_size=FORM_LIMIT)
async def try_out(
    request: Asked,
    carrier_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    data: Annotated[ImportForm, MULTI_PART],
) -> Template:
    """A dry run: what the table would do, and every cell that cannot be right."""
    try:
        found = sheets.unit_records(await tables.read(await data.file.read()))
        report = await unit_actions.import_units(database, actor, carrier_id, found, dry_run=True)
    except Refusal as refusal:
        return again(await _import_page(request, database, actor, carrier_id, {"file": refusal.message}))
    rows = "" if report.errors else carried.packed(found)
    name = clean_name(data.file.filename)
    return await _import_page(request, database, actor, carrier_id, {}, report=report, rows=rows, file_name=name)


@post("/carriers/{carrier_id:uuid}/units/import/confirm", name="units.import", status_code=303)
async def confirm(
    request: Asked,
    carrier_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    data: Annotated[ConfirmForm, URL_ENCODED],
) -> Template | Redirect:
    try:
        found = carried.unpacked(data.rows)
    except Invalid as invalid:
        return again(await _import_page(request, database, actor, carrier_id, invalid.fields))
    report = await unit_actions.import_units(database, actor, carrier_id, found, dry_run=False)
    if not report.applied:
        return again(await _import_page(request, database, actor, carrier_id, {}, report=report))
    return go(f"/carriers/{carrier_id}/units?added={report.added}&changed={report.changed}")


doors: list[HTTPRouteHandler] = [
    listing,
    add,
    export,
    one,
    change,
    add_part,
    retire,
    template,
    import_page,
    try_out,
    confirm,
]
