"""调用的门: a reuse in a clerk's name, its outcome, its receipt; and one-time tickets for the panel."""

from base64 import b64encode
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from zhusuo.addresses.lexicon import Lexicon
from zhusuo.db import Database
from zhusuo.errors import NotFound
from zhusuo.people import actions as people
from zhusuo.people.actions import TICKET_SECONDS
from zhusuo.people.model import Actor
from zhusuo.ports.api.answers import ReceiptAnswer, ReuseAnswer, TicketAnswer, verify_url
from zhusuo.ports.api.once import once
from zhusuo.ports.api.problems import problems
from zhusuo.ports.api.questions import IdempotencyKey, OutcomeQuestion, ReuseQuestion, TicketQuestion
from zhusuo.ports.common.asking import find_for
from zhusuo.registrations import actions as registrations
from zhusuo.registrations import receipts, store
from zhusuo.registrations.model import NewReuse, Reuse, ReuseStatus
from zhusuo.registrations.refusals import UnitTaken
from zhusuo.settings import Settings
from zhusuo.signing import Signer

TAKEN = "这个单元已有登记，或正在为别家保留，一处住所只登记一户。是哪一家，请审批员在面板或审批端查看。"


@post(
    "/api/v1/reuses",
    name="api.reuse",
    status_code=201,
    tags=["调用"],
    summary="调用：以审批员的名义，为一个案件依据在档材料办理，得到凭证",
    description="办成后为申请人保留单元；登记结果由 `POST /reuses/{id}/outcome` 报回。",
    responses=problems(404, 409, 422),
)
async def reuse(
    request: Request[Any, Any, Any],
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    signer: NamedDependency[Signer],
    lexicon: NamedDependency[Lexicon],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    key: IdempotencyKey,
    data: JSONBody[ReuseQuestion],
) -> Response[bytes]:
    async def work(within: Database) -> ReuseAnswer:
        made = await _reuse(within, signer, lexicon, actor, data, day, settings.hold_days)
        return ReuseAnswer.of(made, settings.url)

    return await once(request, database, actor, key, work)


async def _reuse(
    database: Database,
    signer: Signer,
    lexicon: Lexicon,
    actor: Actor,
    asked: ReuseQuestion,
    day: date,
    hold_days: int,
) -> Reuse:
    """The reuse in the clerk's name; who is in the way is told to the clerk, never to the client."""
    clerk = await people.acting_for(database, actor, asked.clerk, case_number=asked.case_number, purpose=asked.purpose)
    new = await _new(database, lexicon, clerk, asked)
    try:
        return await registrations.reuse(database, signer, lexicon, clerk, new, day, hold_days=hold_days)
    except UnitTaken as taken:
        raise UnitTaken(TAKEN) from taken


async def _new(database: Database, lexicon: Lexicon, clerk: Actor, asked: ReuseQuestion) -> NewReuse:
    """What is asked, with what washing says of the address on the form."""
    match = None
    if asked.address:
        async with database.connection() as db:
            match = await find_for(db, lexicon, clerk, asked.address)
    return NewReuse(
        unit_id=asked.unit_id,
        applicant=asked.applicant,
        case_number=asked.case_number,
        item_code=asked.item_code,
        purpose=asked.purpose,
        lease_document_id=asked.lease_document_id,
        reason=asked.reason,
        business_uscc=asked.business_uscc or None,
        entered_address=asked.address,
        match_class=match.class_ if match else "",
        match_reasons=tuple(each.text for each in match.reasons) if match else (),
    )


@get(
    "/api/v1/reuses/{reuse_id:uuid}",
    name="api.show_reuse",
    tags=["调用"],
    summary="一次调用现在的情形",
    description="只能看到经由本系统（接口或面板）办理的调用。",
    responses=problems(404),
)
async def show(
    reuse_id: FromPath[UUID],
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    actor: NamedDependency[Actor],
) -> ReuseAnswer:
    return ReuseAnswer.of(await _one(database, actor, reuse_id), settings.url)


@post(
    "/api/v1/reuses/{reuse_id:uuid}/outcome",
    name="api.outcome",
    status_code=200,
    tags=["调用"],
    summary="报告登记结果：已登记（带统一社会信用代码）、不予登记、申请撤回",
    description="同样的结果报两次等于报一次。保留期过后，单元还空着的，仍可登记。",
    responses=problems(404, 409, 422),
)
async def report_outcome(
    reuse_id: FromPath[UUID],
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: JSONBody[OutcomeQuestion],
) -> ReuseAnswer:
    try:
        found = await registrations.report_outcome(
            database, actor, reuse_id, ReuseStatus(data.outcome), day, uscc=data.uscc
        )
    except UnitTaken as taken:
        raise UnitTaken(TAKEN) from taken
    return ReuseAnswer.of(found, settings.url)


@get(
    "/api/v1/reuses/{reuse_id:uuid}/receipt.json",
    name="api.receipt_json",
    tags=["调用"],
    summary="凭证：签过名的规范 JSON",
    responses=problems(404),
)
async def receipt_json(
    reuse_id: FromPath[UUID],
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    signer: NamedDependency[Signer],
    actor: NamedDependency[Actor],
) -> ReceiptAnswer:
    found = await _one(database, actor, reuse_id)
    return ReceiptAnswer(
        receipt=msgspec.Raw(found.receipt_text.encode()),
        sha256=found.receipt_sha256,
        signature=b64encode(found.signature).decode(),
        signing_key=found.signing_key,
        public_key=b64encode(signer.public_key).decode(),
        verify_url=verify_url(settings.url, found.code),
    )


@get(
    "/api/v1/reuses/{reuse_id:uuid}/receipt.pdf",
    name="api.receipt_pdf",
    tags=["调用"],
    summary="凭证：A4 打印件，带核验二维码",
    media_type="application/pdf",
    responses=problems(404),
)
async def receipt_pdf(
    reuse_id: FromPath[UUID],
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    actor: NamedDependency[Actor],
) -> Response[bytes]:
    found = await _one(database, actor, reuse_id)
    paper = await receipts.pdf(found, verify_url(settings.url, found.code))
    headers = {"Content-Disposition": f'inline; filename="{found.number}.pdf"'}
    return Response(paper, media_type="application/pdf", headers=headers)


async def _one(database: Database, actor: Actor, reuse_id: UUID) -> Reuse:
    async with database.connection() as db:
        found = await store.by_id_for(db, actor, reuse_id)
    if found is None:
        raise NotFound
    return found


@post(
    "/api/v1/tickets",
    name="api.ticket",
    status_code=201,
    tags=["面板"],
    summary="一次性票据：经办人从受理系统打开住所云面板",
    description="票据 60 秒内有效，只能用一次，因此不用 Idempotency-Key：没有收到答复，再要一张即可。"
    "令牌只放在受理系统自己的服务器上，不要放进网页。",
    responses=problems(422),
)
async def ticket(
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    actor: NamedDependency[Actor],
    data: JSONBody[TicketQuestion],
) -> TicketAnswer:
    token = await people.issue_ticket(
        database,
        actor,
        clerk=data.clerk.strip(),
        case_number=data.case_number,
        purpose=data.purpose,
        address=data.address,
        applicant=data.applicant,
        item_code=data.item_code,
    )
    return TicketAnswer(ticket=token, panel_url=f"{settings.url}/embed/panel#ticket={token}", expires_in=TICKET_SECONDS)
