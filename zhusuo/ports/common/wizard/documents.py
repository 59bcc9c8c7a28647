"""备案向导: the documents step. What is still being read is asked for again; the rest of the page stands still."""

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.handlers import HTTPRouteHandler
from litestar.params import Body, FromPath, FromQuery
from litestar.response import Redirect, Template

from zhusuo.db import Connection, Database
from zhusuo.dossiers import papers as verbs
from zhusuo.dossiers import standing
from zhusuo.dossiers.checklist import missing
from zhusuo.errors import Invalid
from zhusuo.people.model import Actor
from zhusuo.ports.common.forms import Several, chosen, several
from zhusuo.ports.common.pages import go
from zhusuo.ports.common.wizard import reads, rows
from zhusuo.ports.common.wizard.pages import step_page
from zhusuo.settings import Settings

Asked = Request[Any, Any, Any]
URL_ENCODED = Body(media_type=RequestEncodingType.URL_ENCODED)


@dataclass
class CarriedForm:
    documents: Several = field(default_factory=list)


async def _view(db: Connection, case: reads.Case) -> dict[str, Any]:
    found = await reads.papers(db, case.filing)
    asked = await standing.requirements(db, case.filing)
    return {
        "papers": found,
        "rows": [rows.document_row(each, found) for each in found.documents],
        "kinds": rows.KINDS,
        "needs": rows.needs(asked, found.documents),
        "missing": missing(asked),
        "watched": [each.id for each in found.pending],
    }


@get("/filings/{filing_id:uuid}/documents", name="wizard.documents")
async def documents(
    request: Asked,
    filing_id: FromPath[UUID],
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
) -> Template | Redirect:
    async with database.connection() as db:
        case = await reads.case(db, actor, filing_id)
        view = await _view(db, case)
        earlier = await reads.earlier(db, case.filing)
    if not case.filing.editable:
        return go(case.path)
    most = settings.upload_limit_mb * 10**6
    return step_page(request, "documents", case, actor, day, earlier=earlier, most=most, **view)


@get("/filings/{filing_id:uuid}/documents/progress", name="wizard.progress")
async def progress(
    request: Asked,
    filing_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    watched: FromQuery[list[UUID] | None] = None,
) -> Template:
    """What has moved on since: the rows still being read, or the whole list once one of them is done."""
    async with database.connection() as db:
        case = await reads.case(db, actor, filing_id)
        view = await _view(db, case)
    done = set(watched or ()) != set(view["watched"])
    return step_page(request, "_progress", case, actor, day, done=done, **view)


@post("/filings/{filing_id:uuid}/documents/carried", name="wizard.carry_over", status_code=303)
async def carry_over(
    filing_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    data: Annotated[CarriedForm, URL_ENCODED],
) -> Redirect:
    """Documents that were brought for this carrier before, without uploading them again."""
    ids = [chosen(UUID, each, "documents", "请重新选择材料。") for each in several(data.documents)]
    if not ids:
        raise Invalid({"documents": "请先勾选要沿用的材料。"})
    await verbs.carry_over(database, actor, filing_id, ids)
    return go(f"/filings/{filing_id}/documents")


doors: list[HTTPRouteHandler] = [documents, progress, carry_over]
