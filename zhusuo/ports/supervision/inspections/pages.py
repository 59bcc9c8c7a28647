"""核查: the list, one inspection at the desk, planning and assigning; `visit` is what one has along on the spot."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery
from litestar.response import Redirect, Template

from zhusuo import audit
from zhusuo.db import Connection, Database
from zhusuo.errors import Invalid
from zhusuo.inspections import actions, store
from zhusuo.inspections.model import DUE_DAYS, Cause, InspectionStatus, NewInspection, Outcome
from zhusuo.people.model import Actor
from zhusuo.ports.common import files
from zhusuo.ports.common.forms import a_day, again, chosen, typed
from zhusuo.ports.common.pages import go, page
from zhusuo.ports.supervision.inspections import reads

Asked = Request[Any, Any, Any]
URL_ENCODED = Body(media_type=RequestEncodingType.URL_ENCODED)
TONES = {
    InspectionStatus.PLANNED: "",
    InspectionStatus.ASSIGNED: "act",
    InspectionStatus.STARTED: "act",
    InspectionStatus.FOUND: "ok",
    InspectionStatus.CANCELLED: "",
}
OUTCOME_TONES = {
    Outcome.FOUND_THERE: "ok",
    Outcome.NOBODY: "bad",
    Outcome.REFUSED: "warn",
    Outcome.OTHER_BUSINESS: "bad",
    Outcome.NO_SUCH_ADDRESS: "bad",
}
CAUSES = (Cause.ASKED, Cause.ZOMBIE)
"""What a form may say of why; the others are said where they come from."""
VIEWS = (("mine", "我的"), ("open", "未完成"), ("found", "已有结论"), ("cancelled", "已撤销"))
LISTING = files.Listing[reads.InspectionRow](
    name="核查",
    noun="inspection",
    columns={
        "编号": lambda row: row.number,
        "状态": lambda row: row.status.label,
        "来由": lambda row: row.cause.label,
        "企业": lambda row: row.subject,
        "载体": lambda row: row.carrier,
        "单元": lambda row: row.unit,
        "街镇": lambda row: row.subdistrict,
        "期限": lambda row: row.due_on,
        "主办": lambda row: row.assigned_to,
        "同行": lambda row: row.accompanied_by,
        "结论": lambda row: row.outcome.label if row.outcome else "",
        "核查日期": lambda row: row.found_on,
        "照片": lambda row: row.photo_count,
    },
)


@dataclass
class PlanForm:
    registration_id: str = ""
    question: str = ""
    due_on: str = ""
    assigned_to: str = ""
    accompanied_by: str = ""
    start: str = ""
    cause: str = ""
    source: str = ""


@dataclass
class AssignForm:
    assigned_to: str = ""
    accompanied_by: str = ""


@dataclass
class ReasonForm:
    reason: str = ""


def _view(text: str) -> str:
    return text if text in dict(VIEWS) else "open"


@get("/supervision/inspections", name="inspections.list")
async def list_(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    view: FromQuery[str] = "",
    cause: FromQuery[str] = "",
    q: FromQuery[str] = "",
    after: FromQuery[str] = "",
) -> Template:
    view, text, place = _view(view), typed(q), reads.cursor(after)
    async with database.connection() as db:
        found = await reads.inspections(db, actor, view=view, cause=cause, q=text, after=place, limit=reads.PAGE + 1)
        counts = await reads.counts(db, actor, day)
        waiting = [] if after or q or cause else await reads.waiting(db, actor)
    rows = found[: reads.PAGE]
    return page(
        request,
        "inspections/list.html",
        rows=rows,
        waiting=waiting,
        after=rows[-1].cursor if len(found) > reads.PAGE else None,
        view=view,
        views=VIEWS,
        counts=counts,
        cause=cause,
        causes=[(each.value, each.label) for each in Cause],
        q=text,
        tones=TONES,
        outcome_tones=OUTCOME_TONES,
        day=day,
    )


@get("/supervision/inspections.xlsx", name="inspections.list_xlsx")
async def list_xlsx(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    view: FromQuery[str] = "",
    cause: FromQuery[str] = "",
    q: FromQuery[str] = "",
) -> Response[bytes]:
    async def read(db: Connection, last: reads.InspectionRow | None) -> list[reads.InspectionRow]:
        after, text = (last.due_on, last.id) if last else None, typed(q)
        return await reads.inspections(
            db, actor, view=_view(view), cause=cause, q=text, after=after, limit=files.PAGE_ROWS
        )

    return await files.export_long(database, actor, day, LISTING, read, request=request)


@get("/supervision/inspections/{inspection_id:uuid}", name="inspections.one")
async def one(
    request: Asked,
    inspection_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
) -> Template:
    return await _page(request, database, actor, day, inspection_id, {})


async def _page(
    request: Asked, database: Database, actor: Actor, day: date, inspection_id: UUID, errors: dict[str, str]
) -> Template:
    async with database.transaction() as db:
        found = await reads.one(db, actor, inspection_id)
        people = await store.colleagues(db, actor.organisation_id)
        await audit.record(db, actor, "view", "inspection", inspection_id, carrier_id=found.carrier_id)
    return page(
        request,
        "inspections/one.html",
        inspection=found,
        people=list(people.items()),
        tones=TONES,
        outcome_tones=OUTCOME_TONES,
        errors=errors,
        day=day,
    )


@get("/supervision/units/{unit_id:uuid}/inspections/new", name="inspections.new")
async def new(
    request: Asked,
    unit_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
) -> Template:
    return await _new_page(request, database, actor, unit_id, PlanForm(due_on=str(day + timedelta(days=DUE_DAYS))), {})


async def _new_page(
    request: Asked, database: Database, actor: Actor, unit_id: UUID, said: PlanForm, errors: dict[str, str]
) -> Template:
    async with database.connection() as db:
        target = await reads.target(db, unit_id)
        people = await store.colleagues(db, actor.organisation_id)
    return page(request, "inspections/new.html", target=target, people=list(people.items()), said=said, errors=errors)


@post("/supervision/units/{unit_id:uuid}/inspections", name="inspections.plan", status_code=303)
async def plan(
    request: Asked,
    unit_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: Annotated[PlanForm, URL_ENCODED],
) -> Template | Redirect:
    try:
        inspection_id = await actions.plan(database, actor, await _asked(database, unit_id, data, day), day=day)
        if data.start:
            await actions.start(database, actor, inspection_id)
    except Invalid as invalid:
        return again(await _new_page(request, database, actor, unit_id, data, invalid.fields))
    return go(f"/supervision/inspections/{inspection_id}{'/visit' if data.start else ''}")


async def _asked(database: Database, unit_id: UUID, data: PlanForm, day: date) -> NewInspection:
    async with database.connection() as db:
        target = await reads.target(db, unit_id)
    return NewInspection(
        carrier_id=target.carrier_id,
        unit_id=unit_id,
        registration_id=_person(data.registration_id, "registration_id"),
        question=data.question,
        cause=Cause(data.cause) if data.cause in CAUSES else Cause.MANUAL,
        source=data.source[:80] if data.cause in CAUSES else "",
        due_on=a_day(data.due_on, "due_on") or day + timedelta(days=DUE_DAYS),
        assigned_to=_person(data.assigned_to, "assigned_to"),
        accompanied_by=_person(data.accompanied_by, "accompanied_by"),
    )


@post("/supervision/carriers/{carrier_id:uuid}/inspections", name="inspections.plan_carrier", status_code=303)
async def plan_carrier(
    carrier_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: Annotated[PlanForm, URL_ENCODED],
) -> Redirect:
    """The whole carrier, as a clerk asked; which unit is not known."""
    new = NewInspection(
        carrier_id=carrier_id,
        cause=Cause.ASKED,
        source=data.source[:80],
        question=data.question,
        due_on=day + timedelta(days=DUE_DAYS),
    )
    return go(f"/supervision/inspections/{await actions.plan(database, actor, new, day=day)}")


def _person(text: str, name: str) -> UUID | None:
    return chosen(UUID, text, name, "请从列表中选择。") if text else None


@post("/supervision/inspections/{inspection_id:uuid}/assign", name="inspections.assign", status_code=303)
async def assign(
    request: Asked,
    inspection_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: Annotated[AssignForm, URL_ENCODED],
) -> Template | Redirect:
    try:
        goer = chosen(UUID, data.assigned_to, "assigned_to", "请选择本所的监管员。")
        second = _person(data.accompanied_by, "accompanied_by")
        await actions.assign(database, actor, inspection_id, goer, second)
    except Invalid as invalid:
        return again(await _page(request, database, actor, day, inspection_id, invalid.fields))
    return go(f"/supervision/inspections/{inspection_id}")


@post("/supervision/inspections/{inspection_id:uuid}/start", name="inspections.start", status_code=303)
async def start(
    inspection_id: FromPath[UUID], database: NamedDependency[Database], actor: NamedDependency[Actor]
) -> Redirect:
    await actions.start(database, actor, inspection_id)
    return go(f"/supervision/inspections/{inspection_id}/visit")


@post("/supervision/inspections/{inspection_id:uuid}/cancel", name="inspections.cancel", status_code=303)
async def cancel(
    request: Asked,
    inspection_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: Annotated[ReasonForm, URL_ENCODED],
) -> Template | Redirect:
    try:
        await actions.cancel(database, actor, inspection_id, data.reason)
    except Invalid as invalid:
        return again(await _page(request, database, actor, day, inspection_id, invalid.fields))
    return go(f"/supervision/inspections/{inspection_id}")


doors = [list_, list_xlsx, one, new, plan, plan_carrier, assign, start, cancel]
