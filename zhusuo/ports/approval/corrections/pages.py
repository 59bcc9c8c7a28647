"""地址更正: the list of what was chosen, both sides of each, and what another clerk says to it."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery
from litestar.response import Redirect, Template

from zhusuo.addresses.keys import canonical
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.addresses.wash import wash
from zhusuo.carriers.model import CarrierKind
from zhusuo.db import Database
from zhusuo.errors import Invalid, NotFound
from zhusuo.lookup.corrections import actions, store
from zhusuo.lookup.corrections.model import CorrectionStatus, tells_nothing
from zhusuo.people.model import Actor
from zhusuo.ports.approval.corrections import reads
from zhusuo.ports.common import cursors, files
from zhusuo.ports.common.forms import again, typed
from zhusuo.ports.common.pages import go, page

Asked = Request[Any, Any, Any]
URL_ENCODED = Body(media_type=RequestEncodingType.URL_ENCODED)
TONES = {
    CorrectionStatus.PROPOSED: "act",
    CorrectionStatus.ACCEPTED: "ok",
    CorrectionStatus.REJECTED: "bad",
    CorrectionStatus.REVOKED: "",
}
LISTING = files.Listing[reads.CorrectionRow](
    name="地址更正",
    noun="correction",
    columns={
        "原文": lambda row: row.written,
        "所选载体": lambda row: row.carrier,
        "载体地址": lambda row: row.address,
        "所选单元": lambda row: row.unit,
        "选过次数": lambda row: row.pick_count,
        "选过的人": lambda row: "、".join(row.people),
        "提出人": lambda row: row.proposed_by,
        "提出时间": lambda row: row.proposed_at,
        "案件编号": lambda row: row.case_number,
        "状态": lambda row: row.status.label,
        "核定人": lambda row: row.decided_by,
        "核定时间": lambda row: row.decided_at,
        "理由": lambda row: row.reason,
    },
)


@dataclass
class ReasonForm:
    reason: str = ""


def _status(text: str) -> str:
    """One of the statuses, `all` for each of them; what is neither is what waits for review."""
    return text if text in (*CorrectionStatus, "all") else CorrectionStatus.PROPOSED.value


@get("/approval/corrections", name="approval.corrections")
async def corrections(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    status: FromQuery[str] = "",
    q: FromQuery[str] = "",
    after: FromQuery[str] = "",
) -> Template:
    status, text = _status(status), typed(q)
    wanted = "" if status == "all" else status
    async with database.connection() as db:
        before = cursors.read(after)
        found = await reads.corrections(db, actor, status=wanted, text=text, before=before, limit=reads.PAGE + 1)
    rows = found[: reads.PAGE]
    return page(
        request,
        "approval/corrections.html",
        rows=rows,
        after=rows[-1].cursor if len(found) > reads.PAGE else None,
        status=status,
        statuses=[*((each.value, each.label) for each in CorrectionStatus), ("all", "全部")],
        q=text,
        tones=TONES,
    )


@get("/approval/corrections.xlsx", name="approval.corrections_xlsx")
async def corrections_xlsx(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    status: FromQuery[str] = "",
    q: FromQuery[str] = "",
) -> Response[bytes]:
    wanted = _status(status).replace("all", "")
    return await files.export(
        database,
        actor,
        day,
        LISTING,
        lambda db: reads.corrections(db, actor, status=wanted, text=typed(q), limit=files.ALL),
        request=request,
    )


@get("/approval/corrections/{correction_id:uuid}", name="approval.correction")
async def correction(
    request: Asked,
    correction_id: FromPath[UUID],
    database: NamedDependency[Database],
    lexicon: NamedDependency[Lexicon],
    actor: NamedDependency[Actor],
) -> Template:
    return await _page(request, database, lexicon, actor, correction_id, {})


async def _page(
    request: Asked,
    database: Database,
    lexicon: Lexicon,
    actor: Actor,
    correction_id: UUID,
    errors: dict[str, str],
) -> Template:
    async with database.connection() as db:
        found = await reads.one(db, correction_id)
        if found is None:
            raise NotFound
        roads = await store.roads_of(db, found.carrier_id)
    washed = wash(found.written, lexicon)
    return page(
        request,
        "approval/correction.html",
        correction=found,
        understood=canonical(washed.address),
        tells_nothing=tells_nothing(washed, roads),
        carrier_kind=CarrierKind(found.carrier_kind).label,
        own=found.proposed_by == actor.person_id,
        tones=TONES,
        errors=errors,
    )


@post("/approval/corrections/{correction_id:uuid}/accept", name="approval.accept_correction", status_code=303)
async def accept(
    request: Asked,
    correction_id: FromPath[UUID],
    database: NamedDependency[Database],
    lexicon: NamedDependency[Lexicon],
    actor: NamedDependency[Actor],
    data: Annotated[ReasonForm, URL_ENCODED],
) -> Template | Redirect:
    try:
        await actions.accept(database, lexicon, actor, correction_id, data.reason)
    except Invalid as invalid:
        return again(await _page(request, database, lexicon, actor, correction_id, invalid.fields))
    return go(f"/approval/corrections/{correction_id}")


@post("/approval/corrections/{correction_id:uuid}/reject", name="approval.reject_correction", status_code=303)
async def reject(
    request: Asked,
    correction_id: FromPath[UUID],
    database: NamedDependency[Database],
    lexicon: NamedDependency[Lexicon],
    actor: NamedDependency[Actor],
    data: Annotated[ReasonForm, URL_ENCODED],
) -> Template | Redirect:
    try:
        await actions.reject(database, actor, correction_id, data.reason)
    except Invalid as invalid:
        return again(await _page(request, database, lexicon, actor, correction_id, invalid.fields))
    return go(f"/approval/corrections/{correction_id}")


@post("/approval/corrections/{correction_id:uuid}/revoke", name="approval.revoke_correction", status_code=303)
async def revoke(
    request: Asked,
    correction_id: FromPath[UUID],
    database: NamedDependency[Database],
    lexicon: NamedDependency[Lexicon],
    actor: NamedDependency[Actor],
    data: Annotated[ReasonForm, URL_ENCODED],
) -> Template | Redirect:
    try:
        await actions.revoke(database, actor, correction_id, data.reason)
    except Invalid as invalid:
        return again(await _page(request, database, lexicon, actor, correction_id, invalid.fields))
    return go(f"/approval/corrections/{correction_id}")


doors = [corrections, corrections_xlsx, correction, accept, reject, revoke]
