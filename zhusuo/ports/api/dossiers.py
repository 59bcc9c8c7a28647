"""档案的门: a dossier with its documents, the bytes of one, the feed of what happened, tenancies as reported."""

from datetime import date
from typing import Any
from urllib.parse import quote
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.response import Stream

from storage.store import Store
from zhusuo import audit, events
from zhusuo.db import Database
from zhusuo.dossiers import previews
from zhusuo.people.model import Actor
from zhusuo.ports.api import reads
from zhusuo.ports.api.answers import DossierAnswer, EventBrief, EventPage, TenancyAnswer
from zhusuo.ports.api.once import once
from zhusuo.ports.api.problems import problems
from zhusuo.ports.api.questions import AfterAsked, IdempotencyKey, LimitAsked, MoveOutQuestion, TenancyQuestion
from zhusuo.tenancies import actions as tenancies
from zhusuo.tenancies.model import NewTenancy, TenancySource


@get(
    "/api/v1/dossiers/{dossier_id:uuid}",
    name="api.dossier",
    tags=["档案"],
    summary="一份档案：所有版本和它们的材料，不含字节",
    responses=problems(404),
)
async def dossier(
    dossier_id: FromPath[UUID], database: NamedDependency[Database], actor: NamedDependency[Actor]
) -> DossierAnswer:
    async with database.transaction() as db:
        found = await reads.dossier(db, actor, dossier_id)
        await audit.record(db, actor, "view_dossier", "dossier", dossier_id, carrier_id=found.carrier.id)
    return found


@get(
    "/api/v1/documents/{document_id:uuid}/content",
    name="api.document_content",
    tags=["档案"],
    summary="一件材料的原文",
    description="每次取都留痕。只给生效过的版本所依据的材料，以及本机构自己上传的租赁合同；"
    "含身份证件、或申报单位标为敏感的材料不经接口提供。",
    media_type="application/octet-stream",
    responses=problems(404),
)
async def content(
    document_id: FromPath[UUID],
    database: NamedDependency[Database],
    store: NamedDependency[Store],
    actor: NamedDependency[Actor],
) -> Stream:
    found = await previews.content(database, store, actor, document_id)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.document.file_name, safe='')}",
        "Content-Length": str(found.document.size),
    }
    return Stream(found.stream, media_type=found.document.media_type, headers=headers)


@get(
    "/api/v1/events",
    name="api.events",
    tags=["事件"],
    summary="本区发生了什么：按先后，不缺不重",
    description="记下 `next`，下次作为 `after` 再问。事件只说什么对象发生了什么，详情凭权限按编号另取。",
    responses=problems(),
)
async def feed(
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    after: AfterAsked = 0,
    limit: LimitAsked = 100,
) -> EventPage:
    await events.number_pending(database)
    async with database.connection() as db:
        found = await events.after(db, after, actor.district_code, limit + 1)
    page = found[:limit]
    return EventPage(
        events=[EventBrief.of(each) for each in page],
        next=page[-1].position if page else after,
        more=len(found) > limit,
    )


@post(
    "/api/v1/tenancies",
    name="api.move_in",
    status_code=201,
    tags=["入驻"],
    summary="报告迁入：谁在哪个单元，租期多久",
    responses=problems(404, 409, 422),
)
async def move_in(
    request: Request[Any, Any, Any],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    key: IdempotencyKey,
    data: JSONBody[TenancyQuestion],
) -> Response[bytes]:
    new = NewTenancy(
        unit_id=data.unit_id,
        tenant=data.tenant,
        source=TenancySource.REPORT,
        uscc=data.uscc,
        lease_begins_on=data.lease_begins_on,
        lease_ends_on=data.lease_ends_on,
        moved_in_on=data.moved_in_on,
    )

    async def work(within: Database) -> TenancyAnswer:
        return TenancyAnswer.of(await tenancies.move_in(within, actor, new))

    return await once(request, database, actor, key, work)


@post(
    "/api/v1/tenancies/{tenancy_id:uuid}/move-out",
    name="api.move_out",
    status_code=200,
    tags=["入驻"],
    summary="报告迁出",
    responses=problems(404, 409, 422),
)
async def move_out(
    tenancy_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: JSONBody[MoveOutQuestion],
) -> TenancyAnswer:
    return TenancyAnswer.of(await tenancies.move_out(database, actor, tenancy_id, data.on, day=day))
