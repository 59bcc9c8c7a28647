"""调用记录: the list, the receipt, and what a clerk does with it afterwards."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import segno
from litestar import Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery
from litestar.response import Redirect, Template

from zhusuo.db import Connection, Database
from zhusuo.errors import Invalid, NotFound
from zhusuo.people.model import Actor
from zhusuo.ports.approval.reuses import reads
from zhusuo.ports.common import cursors, files
from zhusuo.ports.common.forms import again, chosen
from zhusuo.ports.common.pages import go, own_path, page
from zhusuo.registrations import actions, receipts, store
from zhusuo.registrations.model import (
    MOVES,
    OUTCOMES,
    Registration,
    RegistrationStatus,
    Reuse,
    ReuseStatus,
    RevocationReason,
)
from zhusuo.settings import Settings
from zhusuo.signing import Signer

Asked = Request[Any, Any, Any]
URL_ENCODED = Body(media_type=RequestEncodingType.URL_ENCODED)
STATUSES = [(status.value, status.label) for status in ReuseStatus]
TONES = {
    ReuseStatus.HELD: "act",
    ReuseStatus.REGISTERED: "ok",
    ReuseStatus.REFUSED: "",
    ReuseStatus.WITHDRAWN: "",
    ReuseStatus.EXPIRED: "warn",
    ReuseStatus.REVOKED: "bad",
}
OUTCOME_CHOICES = [
    (ReuseStatus.REGISTERED.value, "登记完成", "填写统一社会信用代码"),
    (ReuseStatus.REFUSED.value, "不予登记", "单元立即放开"),
    (ReuseStatus.WITHDRAWN.value, "申请人撤回", "单元立即放开"),
]
LISTING: files.Listing[reads.ReuseRow] = files.Listing(
    name="调用记录",
    noun="reuse",
    columns={
        "凭证编号": lambda row: row.number,
        "申请人": lambda row: row.applicant,
        "统一社会信用代码": lambda row: row.business_uscc,
        "案件编号": lambda row: row.case_number,
        "用途": lambda row: row.purpose,
        "载体": lambda row: row.carrier,
        "单元": lambda row: row.unit,
        "状态": lambda row: row.status.label,
        "经办": lambda row: row.person,
        "接入系统": lambda row: row.client,
        "调用时间": lambda row: row.created_at,
        "保留至": lambda row: row.held_until,
        "结果时间": lambda row: row.outcome_at,
    },
)


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What the list is narrowed to."""

    case: str
    applicant: str
    status: str

    @property
    def narrowed(self) -> bool:
        return bool(self.case or self.applicant or self.status)


async def filtered(case: FromQuery[str] = "", applicant: FromQuery[str] = "", status: FromQuery[str] = "") -> Filter:
    return Filter(case=case.strip(), applicant=applicant.strip(), status=status)


FILTER = {"narrowed": Provide(filtered)}


@dataclass
class OutcomeForm:
    outcome: str = ""
    uscc: str = ""


@dataclass
class RevocationForm:
    reason: str = ""
    note: str = ""


@dataclass
class LeaveForm:
    back: str = "/approval"


@get("/approval/reuses", name="approval.reuses", dependencies=FILTER)
async def reuses(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    narrowed: NamedDependency[Filter],
    after: FromQuery[str] = "",
) -> Template:
    async with database.connection() as db:
        found = await _rows(db, actor, narrowed, before=cursors.read(after), limit=reads.PAGE + 1)
        held = await reads.waiting_count(db, actor)
    rows = found[: reads.PAGE]
    return page(
        request,
        "approval/reuses.html",
        rows=rows,
        after=rows[-1].cursor if len(found) > reads.PAGE else None,
        narrowed=narrowed,
        statuses=STATUSES,
        tones=TONES,
        held_count=held,
    )


async def _rows(
    db: Connection, actor: Actor, narrowed: Filter, before: tuple[datetime, UUID] | None, limit: int
) -> list[reads.ReuseRow]:
    return await reads.page(
        db,
        actor,
        case_number=narrowed.case,
        applicant=narrowed.applicant,
        status=narrowed.status,
        before=before,
        limit=limit,
    )


@get("/approval/reuses.xlsx", name="approval.reuses_xlsx", dependencies=FILTER)
async def reuses_xlsx(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    narrowed: NamedDependency[Filter],
) -> Response[bytes]:
    """The list as it is narrowed."""
    return await files.export(
        database,
        actor,
        day,
        LISTING,
        lambda db: _rows(db, actor, narrowed, before=None, limit=files.ALL),
        request=request,
    )


# 凭证


@get("/approval/reuses/{reuse_id:uuid}", name="approval.receipt")
async def receipt(
    request: Asked,
    reuse_id: FromPath[UUID],
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    signer: NamedDependency[Signer],
) -> Template:
    return await _receipt(request, database, settings, signer, reuse_id, OutcomeForm(), {})


async def _receipt(
    request: Asked,
    database: Database,
    settings: Settings,
    signer: Signer,
    reuse_id: UUID,
    form: OutcomeForm,
    errors: dict[str, str],
) -> Template:
    async with database.connection() as db:
        reuse = await _one(db, reuse_id)
        differences = await receipts.differences(db, signer, reuse)
        registration = await store.registration_of(db, reuse_id)
        around = await reads.surroundings(db, reuse_id)
    return page(
        request,
        "approval/receipt.html",
        **_sheet(reuse, settings),
        differences=differences,
        registration=registration,
        around=around,
        tones=TONES,
        outcomes=OUTCOME_CHOICES if OUTCOMES & MOVES[reuse.status] else [],
        reasons=[(reason.value, reason.label) for reason in RevocationReason],
        can_revoke=ReuseStatus.REVOKED in MOVES[reuse.status],
        can_leave=_can_leave(registration),
        form=form,
        errors=errors,
    )


async def _one(db: Connection, reuse_id: UUID) -> Reuse:
    reuse = await store.by_id(db, reuse_id)
    if reuse is None:
        raise NotFound
    return reuse


def _sheet(reuse: Reuse, settings: Settings) -> dict[str, Any]:
    """What the sheet of the receipt shows."""
    address = verify_url(settings, reuse)
    return {
        "reuse": reuse,
        "receipt": receipts.content_of(reuse),
        "code": receipts.grouped(reuse.code),
        "verify_url": address,
        "qr": segno.make(address, error="m", micro=False).svg_data_uri(border=0),
    }


def verify_url(settings: Settings, reuse: Reuse) -> str:
    """Where a stranger finds out whether the receipt is genuine."""
    return f"{settings.url}/verify/{reuse.code}"


def _can_leave(registration: Registration | None) -> bool:
    return registration is not None and registration.status is RegistrationStatus.REGISTERED


@get("/approval/reuses/{reuse_id:uuid}/print", name="approval.receipt_print")
async def receipt_print(
    request: Asked,
    reuse_id: FromPath[UUID],
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
) -> Template:
    async with database.connection() as db:
        reuse = await _one(db, reuse_id)
    return page(request, "approval/receipt_print.html", **_sheet(reuse, settings))


@get("/approval/reuses/{reuse_id:uuid}/receipt.pdf", name="approval.receipt_pdf")
async def receipt_pdf(
    reuse_id: FromPath[UUID], database: NamedDependency[Database], settings: NamedDependency[Settings]
) -> Response[bytes]:
    async with database.connection() as db:
        reuse = await _one(db, reuse_id)
    content = await receipts.pdf(reuse, verify_url(settings, reuse))
    return files.saved(content, f"调用凭证 {reuse.number}.pdf", "application/pdf")


@get("/approval/reuses/{reuse_id:uuid}/receipt.json", name="approval.receipt_json")
async def receipt_json(reuse_id: FromPath[UUID], database: NamedDependency[Database]) -> Response[bytes]:
    """The very text that was signed."""
    async with database.connection() as db:
        reuse = await _one(db, reuse_id)
    return files.saved(reuse.receipt_text.encode(), f"调用凭证 {reuse.number}.json", "application/json")


@post("/approval/reuses/{reuse_id:uuid}/outcome", name="approval.report_outcome", status_code=303)
async def report_outcome(
    request: Asked,
    reuse_id: FromPath[UUID],
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    signer: NamedDependency[Signer],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: Annotated[OutcomeForm, URL_ENCODED],
) -> Template | Redirect:
    try:
        outcome = chosen(ReuseStatus, data.outcome, "outcome", "请选择登记结果。")
        await actions.report_outcome(database, actor, reuse_id, outcome, day, uscc=data.uscc)
    except Invalid as invalid:
        return again(await _receipt(request, database, settings, signer, reuse_id, data, invalid.fields))
    return go(f"/approval/reuses/{reuse_id}")


@post("/approval/reuses/{reuse_id:uuid}/revoke", name="approval.revoke", status_code=303)
async def revoke(
    request: Asked,
    reuse_id: FromPath[UUID],
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    signer: NamedDependency[Signer],
    actor: NamedDependency[Actor],
    data: Annotated[RevocationForm, URL_ENCODED],
) -> Template | Redirect:
    try:
        reason = chosen(RevocationReason, data.reason, "reason", "请选择撤销理由。")
        await actions.revoke(database, actor, reuse_id, reason, data.note)
    except Invalid as invalid:
        return again(await _receipt(request, database, settings, signer, reuse_id, OutcomeForm(), invalid.fields))
    return go(f"/approval/reuses/{reuse_id}")


@post("/approval/registrations/{registration_id:uuid}/leave", name="approval.leave", status_code=303)
async def leave(
    registration_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    data: Annotated[LeaveForm, URL_ENCODED],
) -> Redirect:
    """The business has left: the unit is free."""
    await actions.leave(database, actor, registration_id)
    return go(own_path(data.back))


doors = [
    reuses,
    reuses_xlsx,
    receipt,
    receipt_print,
    receipt_pdf,
    receipt_json,
    report_outcome,
    revoke,
    leave,
]
