"""管理认领: compare the paper, confirm, refuse, end."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery
from litestar.response import Redirect, Template

from zhusuo.carriers import management_actions as actions
from zhusuo.carriers import store
from zhusuo.carriers.model import Capacity, Management, ManagementStatus
from zhusuo.db import Database
from zhusuo.dossiers import documents
from zhusuo.errors import Invalid, NotFound
from zhusuo.people.model import Actor
from zhusuo.ports.approval.managements import reads
from zhusuo.ports.common import cards, cursors, files
from zhusuo.ports.common.forms import again
from zhusuo.ports.common.pages import go, page
from zhusuo.ports.common.reads import drawn_pages

Asked = Request[Any, Any, Any]
URL_ENCODED = Body(media_type=RequestEncodingType.URL_ENCODED)
TABS = list(ManagementStatus)
LISTING: files.Listing[reads.ManagementRow] = files.Listing(
    name="管理认领",
    noun="management",
    columns={
        "载体": lambda row: row.carrier,
        "单位": lambda row: row.organisation,
        "身份": lambda row: row.capacity.label,
        "认领人": lambda row: row.claimed_by,
        "认领时间": lambda row: row.claimed_at,
        "办理": lambda row: row.decided_by,
        "办理时间": lambda row: row.decided_at,
        "状态": lambda row: row.status.label,
    },
)


@dataclass
class ConfirmForm:
    replaces: str = ""
    reason: str = ""


@dataclass
class ReasonForm:
    reason: str = ""


def _status(text: str) -> str:
    """One of the statuses; what is none is what waits to be confirmed."""
    return text if text in TABS else ManagementStatus.CLAIMED.value


@get("/approval/managements", name="approval.managements")
async def managements(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    status: FromQuery[str] = "",
    after: FromQuery[str] = "",
) -> Template:
    status = _status(status)
    async with database.connection() as db:
        found = await reads.managements(db, actor, status=status, before=cursors.read(after), limit=reads.PAGE + 1)
    rows = found[: reads.PAGE]
    return page(
        request,
        "approval/managements.html",
        rows=rows,
        after=rows[-1].cursor if len(found) > reads.PAGE else None,
        status=status,
        tabs=[(each.label, f"/approval/managements?status={each.value}", each.value == status) for each in TABS],
    )


@get("/approval/managements.xlsx", name="approval.managements_xlsx")
async def managements_xlsx(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    status: FromQuery[str] = "",
) -> Response[bytes]:
    wanted = _status(status)
    return await files.export(
        database,
        actor,
        day,
        LISTING,
        lambda db: reads.managements(db, actor, status=wanted, limit=files.ALL),
        request=request,
    )


@get("/approval/managements/{management_id:uuid}", name="approval.management")
async def management(
    request: Asked,
    management_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    page: FromQuery[int] = 1,
) -> Template:
    return await _management(request, database, actor, management_id, page, {})


async def _management(
    request: Asked, database: Database, actor: Actor, management_id: UUID, number: int, errors: dict[str, str]
) -> Template:
    async with database.connection() as db:
        claim = await store.management_by_id(db, management_id)
        carrier = await store.by_id(db, claim.carrier_id) if claim else None
        if claim is None or carrier is None:
            raise NotFound
        others = [each for each in await store.managements(db, carrier.id) if each.id != claim.id]
        paper = await documents.by_id_for(db, actor, claim.document_id) if claim.document_id else None
        drawn = await drawn_pages(db, [paper.document.id]) if paper else {}
    return page(
        request,
        "approval/management.html",
        claim=claim,
        carrier=carrier,
        others=others,
        former=_former(claim, others),
        paper=paper.document if paper else None,
        pages=sorted(number for _, number in drawn),
        number=number,
        image=_image(paper.document.id, number, drawn) if paper else None,
        errors=errors,
    )


def _former(claim: Management, others: list[Management]) -> Management | None:
    """Who manages it now and would hand over to the claimant."""
    return next(
        (
            each
            for each in others
            if claim.capacity is Capacity.MANAGER
            and each.capacity is Capacity.MANAGER
            and each.status is ManagementStatus.CONFIRMED
        ),
        None,
    )


def _image(document_id: UUID, number: int, drawn: cards.PageSizes) -> cards.Params | None:
    """For desk.viewer; None where the page has no picture."""
    size = drawn.get((document_id, number))
    if size is None:
        return None
    src = cards.page_url(document_id, number)
    return {"src": src, "width": size[0], "height": size[1], "alt": f"认领材料第 {number} 页"}


@post("/approval/managements/{management_id:uuid}/confirm", name="approval.confirm_management", status_code=303)
async def confirm(
    request: Asked,
    management_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    data: Annotated[ConfirmForm, URL_ENCODED],
) -> Redirect:
    """`replaces` is the manager whom the clerk was shown and who hands over."""
    replaces = _organisation(data.replaces)
    await actions.confirm_management(database, actor, management_id, replaces=replaces, reason=data.reason)
    return go(f"/approval/managements/{management_id}")


def _organisation(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError as error:
        raise NotFound from error


@post("/approval/managements/{management_id:uuid}/refuse", name="approval.refuse_management", status_code=303)
async def refuse(
    request: Asked,
    management_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    data: Annotated[ReasonForm, URL_ENCODED],
) -> Template | Redirect:
    try:
        await actions.refuse_management(database, actor, management_id, data.reason)
    except Invalid as invalid:
        return again(await _management(request, database, actor, management_id, 1, invalid.fields))
    return go(f"/approval/managements/{management_id}")


@post("/approval/managements/{management_id:uuid}/end", name="approval.end_management", status_code=303)
async def end(
    request: Asked,
    management_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    data: Annotated[ReasonForm, URL_ENCODED],
) -> Template | Redirect:
    try:
        await actions.end_management(database, actor, management_id, data.reason)
    except Invalid as invalid:
        return again(await _management(request, database, actor, management_id, 1, invalid.fields))
    return go(f"/approval/managements/{management_id}")


doors = [managements, managements_xlsx, management, confirm, refuse, end]
