"""部门名单: a table from another department, tried first, then taken in; and the lists that were."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from litestar import Request, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect, Template

from zhusuo.carriers import tables
from zhusuo.carriers.tables import Records
from zhusuo.db import Database
from zhusuo.dossiers.uploads import clean_name
from zhusuo.errors import Invalid, Refusal
from zhusuo.people.model import Actor
from zhusuo.ports.common.forms import a_day, again, chosen
from zhusuo.ports.common.pages import go, page
from zhusuo.ports.common.units import carried
from zhusuo.zombies import lists
from zhusuo.zombies.lists import ListReport
from zhusuo.zombies.model import LISTS, SignalKind

Asked = Request[Any, Any, Any]
URL_ENCODED = Body(media_type=RequestEncodingType.URL_ENCODED)
MULTI_PART = Body(media_type=RequestEncodingType.MULTI_PART)
FORM_LIMIT = tables.SIZE_LIMIT + 2**20
SHOWN = 200
KINDS = [(each.value, each.label) for each in SignalKind if each in LISTS]


@dataclass
class TryForm:
    file: UploadFile
    kind: str = ""
    source: str = ""
    dated_on: str = ""
    removes: str = ""


@dataclass
class TakeForm:
    rows: str = ""
    kind: str = ""
    source: str = ""
    dated_on: str = ""
    removes: str = ""
    file_name: str = ""


@get("/supervision/zombies/lists", name="zombies.lists")
async def listed(
    request: Asked, database: NamedDependency[Database], actor: NamedDependency[Actor], day: NamedDependency[date]
) -> Template:
    return await _page(request, database, actor, TakeForm(dated_on=day.isoformat()), {})


async def _page(
    request: Asked,
    database: Database,
    actor: Actor,
    form: TryForm | TakeForm,
    errors: dict[str, str],
    *,
    report: ListReport | None = None,
    rows: str = "",
    file_name: str = "",
) -> Template:
    async with database.connection() as db:
        found = await lists.lists(db, actor.district_code)
    return page(
        request,
        "zombies/lists.html",
        lists=found,
        form=form,
        kinds=KINDS,
        report=report,
        rows=rows,
        file_name=file_name,
        shown=SHOWN,
        errors=errors,
    )


async def _take_in(
    database: Database, actor: Actor, found: Records, form: TryForm | TakeForm, name: str, day: date, *, dry_run: bool
) -> ListReport:
    kind = chosen(SignalKind, form.kind, "kind", "请选择名单的种类。")
    return await lists.take_in(
        database,
        actor,
        found,
        kind=kind,
        source=form.source,
        dated_on=a_day(form.dated_on, "dated_on") or day,
        file_name=name,
        day=day,
        dry_run=dry_run,
        removes=bool(form.removes),
    )


@post("/supervision/zombies/lists", name="zombies.try_list", status_code=200, request_max_body_size=FORM_LIMIT)
async def try_out(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: Annotated[TryForm, MULTI_PART],
) -> Template:
    """A dry run: whom the list finds, and whom it does not."""
    name = clean_name(data.file.filename)
    try:
        found = lists.list_records(await tables.read(await data.file.read()))
        report = await _take_in(database, actor, found, data, name, day, dry_run=True)
    except Invalid as invalid:
        return again(await _page(request, database, actor, data, invalid.fields))
    except Refusal as refusal:
        return again(await _page(request, database, actor, data, {"file": refusal.message}))
    rows = "" if report.errors else carried.packed(found)
    return await _page(request, database, actor, data, {}, report=report, rows=rows, file_name=name)


@post("/supervision/zombies/lists/confirm", name="zombies.take_list", status_code=303)
async def take(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: Annotated[TakeForm, URL_ENCODED],
) -> Template | Redirect:
    try:
        found = carried.unpacked(data.rows)
        await _take_in(database, actor, found, data, data.file_name, day, dry_run=False)
    except Invalid as invalid:
        return again(await _page(request, database, actor, data, invalid.fields))
    return go("/supervision/zombies/lists")


doors = [listed, try_out, take]
