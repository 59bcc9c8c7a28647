"""住所库: import, report, work list."""

import asyncio
import csv
import hashlib
import io
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.handlers import HTTPRouteHandler
from litestar.params import Body, FromPath, FromQuery
from litestar.response import Redirect, Template

from zhusuo.businesses import actions, rows, settling, store
from zhusuo.businesses.model import OPEN, Outcome, OutRow, Standing
from zhusuo.db import Connection, Database
from zhusuo.dossiers.uploads import clean_name
from zhusuo.errors import Conflict, Invalid, Refusal
from zhusuo.people.model import Actor, Role
from zhusuo.ports.common.businesses import reads
from zhusuo.ports.common.errors import status_of
from zhusuo.ports.common.forms import again, chosen
from zhusuo.ports.common.pages import go, page

Asked = Request[Any, Any, Any]
URL_ENCODED = Body(media_type=RequestEncodingType.URL_ENCODED)
MULTI_PART = Body(media_type=RequestEncodingType.MULTI_PART)
FORM_LIMIT = rows.MOST_BYTES + 2**20
VIEWS = (*OPEN, Standing.CARRIER, Standing.OUT)
SHOWN_OUT = 50
NO_CHOICE = "请选一处，或填写单元。"


@dataclass
class UploadForm:
    file: UploadFile


@dataclass
class SettleForm:
    unit_id: str = ""
    carrier_id: str = ""
    label: str = ""
    view: str = ""


@dataclass
class LeaveOutForm:
    reason: str = ""
    view: str = ""


@dataclass
class UndoForm:
    view: str = ""


# 导入


@get("/businesses", name="businesses.home")
async def home(request: Asked, database: NamedDependency[Database], actor: NamedDependency[Actor]) -> Template:
    return await _home(request, database, actor, {})


async def _home(request: Asked, database: Database, actor: Actor, errors: dict[str, str]) -> Template:
    imports = actor.role is Role.ADMINISTRATOR
    async with database.connection() as db:
        counts = await store.counts(db, actor.district_code, reads.bounds(actor))
        subdistricts = await reads.by_subdistrict(db, actor)
        carriers = await reads.by_carrier(db, actor)
        found = await store.imports(db, actor.district_code) if imports else []
    given = {"counts": counts, "subdistricts": subdistricts, "carriers": carriers, "found": found, "imports": imports}
    return page(request, "businesses/home.html", errors=errors, standings=list(Standing), open=OPEN, **given)


@post("/businesses/imports", name="businesses.upload", status_code=303, request_max_body_size=FORM_LIMIT)
async def upload(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    data: Annotated[UploadForm, MULTI_PART],
) -> Template | Redirect:
    """A dry run in the background."""
    try:
        content = await data.file.read()
        found = await actions.begin(
            database,
            actor,
            district_code=actor.district_code,
            file_name=clean_name(data.file.filename),
            sha256=hashlib.sha256(content).hexdigest(),
            rows=await rows.read_bytes(content),
        )
    except Refusal as refusal:
        fields = refusal.fields if isinstance(refusal, Invalid) else {"file": refusal.message}
        return again(await _home(request, database, actor, fields))
    return go(f"/businesses/imports/{found.id}")


@get("/businesses/imports/{import_id:uuid}", name="businesses.import")
async def one(
    request: Asked,
    import_id: FromPath[UUID],
    database: NamedDependency[Database],
    outcome: FromQuery[str] = "",
    after: FromQuery[int] = 0,
) -> Template:
    """How far it is; then what it would do, or did. A fragment is the part that moves."""
    async with database.connection() as db:
        report = await reads.report(db, import_id)
        given = await _lines(db, import_id, outcome, after)
    answer = page(request, "businesses/import.html", report=report, **given)
    if request.headers.get("hx-request") and not report.moving:
        answer.headers["HX-Refresh"] = "true"  # the whole page has something to show now
    return answer


async def _lines(db: Connection, import_id: UUID, outcome: str, after: int) -> dict[str, Any]:
    """The lines of one outcome, a page of them."""
    outcome = outcome if outcome in {*Outcome, "fault"} else ""
    out = await store.out_rows(db, import_id, outcome, after, SHOWN_OUT)
    more = out[-1].line if len(out) == SHOWN_OUT else None
    return {"out": out, "outcome": outcome, "after": more, "outcomes": list(Outcome)}


@get("/businesses/imports/{import_id:uuid}/out.csv", name="businesses.out_csv")
async def out_csv(import_id: FromPath[UUID], database: NamedDependency[Database]) -> Response[bytes]:
    """Every line that did not come to a unit, with why."""
    async with database.connection() as db:
        found = await store.out_rows(db, import_id, limit=rows.MOST_ROWS)
    content = await asyncio.to_thread(_csv, found)
    disposition = f"attachment; filename*=UTF-8''{quote('未归集.csv', safe='')}"
    return Response(content, media_type="text/csv; charset=utf-8", headers={"Content-Disposition": disposition})


def _csv(found: list[OutRow]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["行", "企业名称", "统一社会信用代码", "住所", "结果", "原因"])
    writer.writerows(
        [each.line, *map(_plain, (each.name, each.uscc, each.address, each.label, each.why))] for each in found
    )
    return text.getvalue().encode("utf-8-sig")


def _plain(text: str) -> str:
    """No text of a stranger starts a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" and text else text


@post("/businesses/imports/{import_id:uuid}/apply", name="businesses.apply", status_code=303)
async def apply(
    import_id: FromPath[UUID], database: NamedDependency[Database], actor: NamedDependency[Actor]
) -> Redirect:
    await actions.apply(database, actor, import_id)
    return go(f"/businesses/imports/{import_id}")


@post("/businesses/imports/{import_id:uuid}/discard", name="businesses.discard", status_code=303)
async def discard(
    import_id: FromPath[UUID], database: NamedDependency[Database], actor: NamedDependency[Actor]
) -> Redirect:
    await actions.discard(database, actor, import_id)
    return go("/businesses")


# 人工归集


@get("/businesses/work", name="businesses.work")
async def work(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    view: FromQuery[str] = "",
    after: FromQuery[UUID | None] = None,
) -> Template:
    return await _work(request, database, actor, view, after, None, {})


@get("/businesses/{business_id:uuid}", name="businesses.one")
async def business(
    request: Asked, business_id: FromPath[UUID], database: NamedDependency[Database], actor: NamedDependency[Actor]
) -> Template:
    """One of them, wherever it stands in the list."""
    return await _work(request, database, actor, "", None, business_id, {})


async def _work(
    request: Asked,
    database: Database,
    actor: Actor,
    view: str,
    after: UUID | None,
    business_id: UUID | None,
    errors: dict[str, str],
    refused: str = "",
) -> Template:
    async with database.connection() as db:
        shown = await reads.work(db, business_id) if business_id else None
        standing = (
            Standing(view) if view in VIEWS else shown.standing if shown and shown.standing in VIEWS else VIEWS[0]
        )
        listed = await reads.waiting(db, actor, standing, after)
        if shown is None and listed:
            shown = await reads.work(db, listed[0].business_id)
        counts = await store.counts(db, actor.district_code, reads.bounds(actor))
        last = await reads.last_settled(db, actor)
    nearby = [each.business_id for each in listed]
    following = (
        nearby[nearby.index(shown.business_id) + 1 :][:1] if shown and shown.business_id in nearby else nearby[:1]
    )
    return page(
        request,
        "businesses/work.html",
        view=standing,
        views=VIEWS,
        listed=listed,
        more=len(listed) == reads.LISTED,
        shown=shown,
        following=following[0] if following else None,
        counts=counts,
        last=last,
        errors=errors,
        refused=refused,
    )


@post("/businesses/{business_id:uuid}/settle", name="businesses.settle", status_code=303)
async def settle(
    request: Asked,
    business_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    data: Annotated[SettleForm, URL_ENCODED],
) -> Template | Redirect:
    """归集到这里; on to the next one."""
    try:
        await _settle(database, actor, business_id, data)
    except (Invalid, Conflict) as refusal:
        return await _refused(request, database, actor, business_id, data.view, refusal)
    return go(f"/businesses/work?view={quote(data.view)}")


async def _settle(database: Database, actor: Actor, business_id: UUID, data: SettleForm) -> None:
    if data.unit_id:
        await settling.settle(database, actor, business_id, chosen(UUID, data.unit_id, "label", NO_CHOICE))
    else:
        carrier_id = chosen(UUID, data.carrier_id, "label", NO_CHOICE)
        await settling.settle_by_label(database, actor, business_id, carrier_id, data.label)


@post("/businesses/{business_id:uuid}/leave-out", name="businesses.leave_out", status_code=303)
async def leave_out(
    request: Asked,
    business_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    data: Annotated[LeaveOutForm, URL_ENCODED],
) -> Template | Redirect:
    try:
        await settling.leave_out(database, actor, business_id, data.reason)
    except (Invalid, Conflict) as refusal:
        return await _refused(request, database, actor, business_id, data.view, refusal)
    return go(f"/businesses/work?view={quote(data.view)}")


@post("/businesses/{business_id:uuid}/undo", name="businesses.undo", status_code=303)
async def undo(
    request: Asked, business_id: FromPath[UUID], database: NamedDependency[Database], actor: NamedDependency[Actor]
) -> Template | Redirect:
    try:
        await settling.undo(database, actor, business_id)
    except Conflict as refusal:
        return await _refused(request, database, actor, business_id, "", refusal)
    return go(f"/businesses/{business_id}")


async def _refused(
    request: Asked, database: Database, actor: Actor, business_id: UUID, view: str, refusal: Refusal
) -> Template:
    fields = refusal.fields if isinstance(refusal, Invalid) else {}
    sentence = "" if fields else refusal.message
    answer = await _work(request, database, actor, view, None, business_id, fields, sentence)
    answer.status_code = status_of(refusal)
    return answer


doors: list[HTTPRouteHandler] = [
    home,
    upload,
    one,
    out_csv,
    apply,
    discard,
    work,
    business,
    settle,
    leave_out,
    undo,
]
