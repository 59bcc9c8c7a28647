"""备案的门: a system files for a manager who brings paper, in the name of one of our clerks, as at the counter."""

from datetime import date
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from storage.store import Store
from zhusuo.db import Database
from zhusuo.dossiers import actions, papers, uploads
from zhusuo.dossiers.model import Purpose
from zhusuo.people.actions import acting_for
from zhusuo.people.model import Actor
from zhusuo.ports.api import reads
from zhusuo.ports.api.answers import DocumentAnswer, FilingAnswer
from zhusuo.ports.api.once import once
from zhusuo.ports.api.problems import problems
from zhusuo.ports.api.questions import (
    ClerkAsked,
    FilingQuestion,
    IdempotencyKey,
    KindAsked,
    NameAsked,
    SubmitQuestion,
)
from zhusuo.ports.common.documents import raw_body
from zhusuo.settings import Settings


@post(
    "/api/v1/filings",
    name="api.start_filing",
    status_code=201,
    tags=["备案"],
    summary="开始一份备案：以审批员的名义，代物业单位",
    description="同一载体、同一单位有没交的草稿时，接着那份草稿。",
    responses=problems(404, 409, 422),
)
async def start(
    request: Request[Any, Any, Any],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    key: IdempotencyKey,
    data: JSONBody[FilingQuestion],
) -> Response[bytes]:
    async def work(within: Database) -> FilingAnswer:
        clerk = await acting_for(within, actor, data.clerk)
        filing = await actions.start_filing(within, clerk, data.carrier_id, on_behalf_of=data.on_behalf_of, day=day)
        await actions.set_title_situation(within, clerk, filing.id, data.title_situation)
        await actions.set_scope(within, clerk, filing.id, data.scope_kind, data.scope)
        if data.note:
            await actions.set_note(within, clerk, filing.id, data.note)
        return await _as_it_stands(within, filing.id)

    return await once(request, database, actor, key, work)


@get(
    "/api/v1/filings/{filing_id:uuid}",
    name="api.filing",
    tags=["备案"],
    summary="一份备案现在的情形：材料识别到哪里，还缺什么，审得怎样",
    description="只能看到经由本系统办理的备案。",
    responses=problems(404),
)
async def show(filing_id: FromPath[UUID], database: NamedDependency[Database]) -> FilingAnswer:
    return await _as_it_stands(database, filing_id)


@post(
    "/api/v1/filings/{filing_id:uuid}/documents",
    name="api.filing_document",
    status_code=201,
    tags=["备案"],
    summary="上传一件材料（原始字节）",
    description="请求体就是文件本身。按内容去重：同样的文件再传一次，得到同一个编号，因此不需要 Idempotency-Key；"
    "带上 `kind` 再传一次，就是更正种类。",
    responses=problems(404, 409, 413),
    request_max_body_size=None,
)
async def receive(
    request: Request[Any, Any, Any],
    filing_id: FromPath[UUID],
    database: NamedDependency[Database],
    store: NamedDependency[Store],
    settings: NamedDependency[Settings],
    actor: NamedDependency[Actor],
    clerk: ClerkAsked,
    name: NameAsked,
    kind: KindAsked = None,
) -> DocumentAnswer:
    acting = await acting_for(database, actor, clerk)
    received = await uploads.receive(
        database, store, settings, acting, Purpose.FILING, filing_id, name, raw_body(request)
    )
    if kind is not None:
        await papers.set_document_kind(database, acting, received.document.id, kind)
    return DocumentAnswer.of(received.document)


@post(
    "/api/v1/filings/{filing_id:uuid}/submit",
    name="api.submit_filing",
    status_code=200,
    tags=["备案"],
    summary="提交备案",
    description="清单上缺材料、材料过期或没有承诺的，说明原因，不提交。",
    responses=problems(404, 409, 422),
)
async def submit(
    filing_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: JSONBody[SubmitQuestion],
) -> FilingAnswer:
    clerk = await acting_for(database, actor, data.clerk)
    await actions.submit(database, clerk, filing_id, declared=data.declared, day=day)
    return await _as_it_stands(database, filing_id)


async def _as_it_stands(database: Database, filing_id: UUID) -> FilingAnswer:
    async with database.connection() as db:
        return await reads.filing(db, filing_id)
