"""批量归类: upload, report, the rows with their status to take along."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery
from litestar.response import Redirect, Template

from zhusuo.addresses.lexicon import Lexicon
from zhusuo.db import Connection, Database
from zhusuo.dossiers.uploads import clean_name
from zhusuo.errors import Invalid, NotFound, Refusal
from zhusuo.lookup.columns import Placed
from zhusuo.lookup.lists import actions, rows, store
from zhusuo.lookup.lists.model import AddressList, ListRow
from zhusuo.people.model import Actor
from zhusuo.ports.approval.lists import reads
from zhusuo.ports.common import files
from zhusuo.ports.common.forms import again as form_again
from zhusuo.ports.common.pages import go, page

Asked = Request[Any, Any, Any]
MULTI_PART = Body(media_type=RequestEncodingType.MULTI_PART)
SHOWN_LISTS, SHOWN_ROWS = 50, 100
TONES = {Placed.UNIT: "ok", Placed.CARRIER: "act", Placed.CHOICE: "warn", Placed.OUT: "bad"}
OURS: dict[str, Callable[[ListRow], object]] = {
    "归类": lambda row: row.placed.label if row.placed else row.fault or "还没有归类",
    "级别": lambda row: row.class_,
    "标准地址": lambda row: row.canonical,
    "载体": lambda row: row.carrier,
    "单元": lambda row: row.units,
    "说明": lambda row: row.reasons,
    "可能是": lambda row: row.candidates,
}


@dataclass
class UploadForm:
    file: UploadFile


@get("/approval/lists", name="approval.lists")
async def lists(request: Asked, database: NamedDependency[Database], actor: NamedDependency[Actor]) -> Template:
    return await _home(request, database, actor, {})


async def _home(request: Asked, database: Database, actor: Actor, errors: dict[str, str]) -> Template:
    async with database.connection() as db:
        found = await store.by_person(db, actor.person_id, SHOWN_LISTS) if actor.person_id else []
    return page(request, "approval/lists.html", lists=found, errors=errors, most=rows.MOST_ROWS, kept=store.KEPT_DAYS)


@post("/approval/lists", name="approval.bring_list", status_code=303, request_max_body_size=rows.MOST_BYTES + 2**20)
async def bring(
    request: Asked,
    database: NamedDependency[Database],
    lexicon: NamedDependency[Lexicon],
    actor: NamedDependency[Actor],
    data: Annotated[UploadForm, MULTI_PART],
) -> Template | Redirect:
    try:
        content = await data.file.read()
        list_id = await actions.bring(
            database,
            lexicon,
            actor,
            file_name=clean_name(data.file.filename),
            sha256=hashlib.sha256(content).hexdigest(),
            file=await rows.read_file(content),
        )
    except Refusal as refusal:
        fields = refusal.fields if isinstance(refusal, Invalid) else {"file": refusal.message}
        return form_again(await _home(request, database, actor, fields))
    return go(f"/approval/lists/{list_id}")


@get("/approval/lists/{list_id:uuid}", name="approval.list")
async def one(
    request: Asked,
    list_id: FromPath[UUID],
    database: NamedDependency[Database],
    lexicon: NamedDependency[Lexicon],
    placed: FromQuery[str] = "",
    after: FromQuery[int] = 0,
) -> Template:
    """How far it is, then its rows. A fragment is the part that moves."""
    placed = _placed(placed)
    async with database.connection() as db:
        report = await reads.report(db, lexicon, list_id)
        found = await store.page(db, list_id, placed, after, SHOWN_ROWS + 1)
    if report is None:
        raise NotFound
    more = found[SHOWN_ROWS - 1].line if len(found) > SHOWN_ROWS else None
    given = {"report": report, "rows": found[:SHOWN_ROWS], "after": more, "placed": placed}
    return page(request, "approval/list.html", places=list(Placed), tones=TONES, **given)


@get("/approval/lists/{list_id:uuid}/list.xlsx", name="approval.list_xlsx")
async def list_xlsx(
    request: Asked,
    list_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    placed: FromQuery[str] = "",
) -> Response[bytes]:
    """The rows as they were brought, each with its status and what was found."""
    async with database.connection() as db:
        found = await store.one(db, list_id)
    if found is None:
        raise NotFound
    wanted = _placed(placed)

    async def read(db: Connection, last: ListRow | None) -> Sequence[ListRow]:
        return await store.page(db, list_id, wanted, last.line if last else 0, files.PAGE_ROWS)

    return await files.export_long(database, actor, day, _listing(found), read, request=request)


@post("/approval/lists/{list_id:uuid}/again", name="approval.classify_again", status_code=303)
async def again(
    list_id: FromPath[UUID], database: NamedDependency[Database], actor: NamedDependency[Actor]
) -> Redirect:
    await actions.again(database, actor, list_id)
    return go(f"/approval/lists/{list_id}")


@post("/approval/lists/{list_id:uuid}/remove", name="approval.remove_list", status_code=303)
async def remove(
    list_id: FromPath[UUID], database: NamedDependency[Database], actor: NamedDependency[Actor]
) -> Redirect:
    await actions.remove(database, actor, list_id)
    return go("/approval/lists")


def _placed(text: str) -> str:
    return text if text in (*Placed, "fault") else ""


def _listing(found: AddressList) -> files.Listing[ListRow]:
    """The columns of the file, then ours; a name that stands there already gets a word before it."""
    own = {f"住所云{name}" if name in found.header else name: cell for name, cell in OURS.items()}
    theirs = {name: _cell(place) for place, name in enumerate(found.header)}
    return files.Listing[ListRow](name=f"归类 {found.file_name}"[:80], noun="address_list", columns=theirs | own)


def _cell(place: int) -> Callable[[ListRow], object]:
    return lambda row: row.cells[place] if place < len(row.cells) else ""


doors = [lists, bring, one, list_xlsx, again, remove]
