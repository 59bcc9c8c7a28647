"""材料审核: take a filing, look at its papers, confirm what was read, decide."""

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery
from litestar.response import Redirect, Template

from zhusuo.carriers.divisions import subdistricts_of
from zhusuo.db import Connection, Database
from zhusuo.dossiers import document_fields, documents, papers, review, store
from zhusuo.dossiers.access import ClaimedByOther
from zhusuo.dossiers.model import DecisionKind, DocumentField, DocumentKind, FilingKind, IllegalMove, ReturnReason
from zhusuo.dossiers.review import NotUnderReview
from zhusuo.errors import Invalid, NotFound, Refusal
from zhusuo.people.model import Actor
from zhusuo.ports.approval.filings import desk as desks
from zhusuo.ports.approval.filings import reads, sheets
from zhusuo.ports.common import cursors, files
from zhusuo.ports.common.errors import status_of
from zhusuo.ports.common.forms import a_day, chosen, several
from zhusuo.ports.common.pages import go, page
from zhusuo.registrations.triage import ReviewPath
from zhusuo.settings import Settings

Asked = Request[Any, Any, Any]
URL_ENCODED = Body(media_type=RequestEncodingType.URL_ENCODED)
TABS = {"waiting": "待审", "mine": "我领的", "returned": "退回中", "done": "已办"}
PATHS = [(each.value, each.label) for each in ReviewPath]
KINDS = [(kind.value, kind.label) for kind in FilingKind]
DOCUMENT_KINDS = [(kind.value, kind.label) for kind in DocumentKind]
DECISIONS = {"approve": DecisionKind.APPROVED, "return": DecisionKind.RETURNED, "reject": DecisionKind.REJECTED}
REASONS = [(reason.value, reason.label) for reason in ReturnReason]
TRIES = 5


@dataclass
class DecisionForm:
    decision: str = ""
    reasons: list[str] | str = ""
    remark: str = ""
    internal_note: str = ""
    working_days: str = ""


@dataclass
class DocumentForm:
    kind: str = ""
    also: str = ""
    valid_until: str = ""
    page: str = "1"


# 队列


@get("/approval/filings", name="approval.filings")
async def filings(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    tab: FromQuery[str] = "waiting",
    subdistrict: FromQuery[str] = "",
    kind: FromQuery[str] = "",
    path: FromQuery[str] = "",
    after: FromQuery[str] = "",
) -> Template:
    tab = tab if tab in TABS else "waiting"
    async with database.connection() as db:
        found = await _rows(db, actor, tab, subdistrict, kind, path, after=cursors.read(after), limit=reads.PAGE + 1)
        counts = await reads.counts(db, actor)
        subdistricts = [(each.code, each.name) for each in await subdistricts_of(db, actor.district_code)]
    rows = found[: reads.PAGE]
    return page(
        request,
        "approval/filings.html",
        rows=rows,
        after=rows[-1].cursor if len(found) > reads.PAGE else None,
        tab=tab,
        tabs=_tabs(tab, counts),
        subdistrict=subdistrict,
        subdistricts=subdistricts,
        kind=kind,
        kinds=KINDS,
        review_path=path,
        review_paths=PATHS,
        now=datetime.now(UTC),
        age=desks.age,
    )


@get("/approval/filings.xlsx", name="approval.filings_xlsx")
async def filings_xlsx(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    tab: FromQuery[str] = "waiting",
    subdistrict: FromQuery[str] = "",
    kind: FromQuery[str] = "",
    path: FromQuery[str] = "",
) -> Response[bytes]:
    tab = tab if tab in TABS else "waiting"
    listing = sheets.queue(tab, TABS[tab], datetime.now(UTC))
    return await files.export(
        database,
        actor,
        day,
        listing,
        lambda db: _rows(db, actor, tab, subdistrict, kind, path, limit=files.ALL),
        request=request,
    )


async def _rows(
    db: Connection,
    actor: Actor,
    tab: str,
    subdistrict: str,
    kind: str,
    path: str,
    *,
    after: tuple[datetime, UUID] | None = None,
    limit: int,
) -> list[reads.FilingRow]:
    if tab == "returned":
        return await reads.returned(db, actor, subdistrict=subdistrict, kind=kind, after=after, limit=limit)
    if tab == "done":
        return await reads.decided(db, actor, subdistrict=subdistrict, kind=kind, after=after, limit=limit)
    return await reads.waiting(
        db,
        actor,
        mine=tab == "mine",
        subdistrict=subdistrict,
        kind=kind,
        path=path,
        after=after,
        limit=limit,
    )


def _tabs(tab: str, counts: reads.Counts) -> list[tuple[str, str, bool, int | None]]:
    number = {"waiting": counts.waiting, "mine": counts.mine, "returned": counts.returned}
    return [(word, f"/approval/filings?tab={key}", key == tab, number.get(key)) for key, word in TABS.items()]


@post("/approval/filings/next", name="approval.next_filing", status_code=303)
async def next_filing(
    database: NamedDependency[Database], settings: NamedDependency[Settings], actor: NamedDependency[Actor]
) -> Redirect:
    """Claim the oldest filing nobody works on, and go to it."""
    async with database.connection() as db:
        waiting = await reads.unclaimed(db, actor, TRIES)
    for filing_id in waiting:
        try:
            await review.claim(database, actor, filing_id, minutes=settings.claim_minutes)
        except (ClaimedByOther, NotUnderReview):
            continue
        return go(f"/approval/filings/{filing_id}")
    return go("/approval/filings")


# 审核台


@get("/approval/filings/{filing_id:uuid}", name="approval.filing")
async def filing(
    request: Asked,
    filing_id: FromPath[UUID],
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    document: FromQuery[UUID | None] = None,
    page: FromQuery[int] = 1,
) -> Template | Redirect:
    return await _desk(request, database, settings, actor, day, filing_id, document, page, DecisionForm(), {}, "")


async def _desk(
    request: Asked,
    database: Database,
    settings: Settings,
    actor: Actor,
    day: date,
    filing_id: UUID,
    document_id: UUID | None,
    page_number: int,
    form: DecisionForm,
    errors: dict[str, str],
    refused: str,
) -> Template | Redirect:
    async with database.connection() as db:
        desk = await desks.lay_out(db, actor, filing_id, document_id, page_number, day, settings.correction_days)
    if desk is None:
        return go(f"/filings/{filing_id}")
    return page(
        request,
        "approval/filing.html",
        desk=desk,
        groups=desks.page_groups(desk),
        image=desks.open_image(desk),
        fields=desks.field_rows(desk),
        sorted_as=desks.path_of(desk.triage),
        needs=desks.needs(desk.required),
        steps=desks.timeline(desk.steps),
        document_kinds=DOCUMENT_KINDS,
        reasons=REASONS,
        correction_days=settings.correction_days,
        form=form,
        picked=several(form.reasons),
        errors=errors,
        refused=refused,
    )


@post("/approval/filings/{filing_id:uuid}/claim", name="approval.claim", status_code=303)
async def claim(
    filing_id: FromPath[UUID],
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    actor: NamedDependency[Actor],
) -> Redirect:
    await review.claim(database, actor, filing_id, minutes=settings.claim_minutes)
    return go(f"/approval/filings/{filing_id}")


@post("/approval/filings/{filing_id:uuid}/release", name="approval.release", status_code=303)
async def release(
    filing_id: FromPath[UUID], database: NamedDependency[Database], actor: NamedDependency[Actor]
) -> Redirect:
    await review.release(database, actor, filing_id)
    return go("/approval/filings")


@post("/approval/filings/{filing_id:uuid}/decision", name="approval.decide", status_code=303)
async def decide(
    request: Asked,
    filing_id: FromPath[UUID],
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: Annotated[DecisionForm, URL_ENCODED],
) -> Template | Redirect:
    try:
        await _decide(database, settings, actor, filing_id, data, day)
    except Refusal as refusal:
        if isinstance(refusal, IllegalMove) and await _decided_so(database, actor, filing_id, data):
            return go(f"/approval/filings/{filing_id}")
        errors = refusal.fields if isinstance(refusal, Invalid) else {}
        said = "" if errors else refusal.message
        again = await _desk(request, database, settings, actor, day, filing_id, None, 1, data, errors, said)
        return _with_status(again, status_of(refusal))
    return go(f"/approval/filings/{filing_id}")


async def _decided_so(database: Database, actor: Actor, filing_id: UUID, form: DecisionForm) -> bool:
    """A second click: this clerk has already decided so, in the same words."""
    async with database.connection() as db:
        last = next(iter(await store.decisions(db, filing_id)), None)
    if last is None or last.decided_by != actor.person_id:
        return False
    said = (DECISIONS.get(form.decision), form.remark.strip(), form.internal_note.strip(), set(several(form.reasons)))
    return said == (last.decision, last.message, last.internal_note, set(last.reasons))


def _with_status(answer: Template | Redirect, status: int) -> Template | Redirect:
    """A page with the status of its refusal; a redirect keeps its own."""
    if isinstance(answer, Template):
        answer.status_code = status
    return answer


def _decide(
    database: Database, settings: Settings, actor: Actor, filing_id: UUID, form: DecisionForm, day: date
) -> Awaitable[Any]:
    """The verb that was chosen. Raises Invalid if none was."""
    reasons = [chosen(ReturnReason, each, "reasons", "没有这个理由。") for each in several(form.reasons)]
    if form.decision == "approve":
        return review.approve(
            database, actor, filing_id, day=day, message=form.remark, internal_note=form.internal_note
        )
    if form.decision == "return":
        return review.return_for_correction(
            database,
            actor,
            filing_id,
            reasons=reasons,
            message=form.remark,
            internal_note=form.internal_note,
            day=day,
            working_days=_working_days(form.working_days, settings),
        )
    if form.decision == "reject":
        return review.reject(
            database, actor, filing_id, message=form.remark, reasons=reasons, internal_note=form.internal_note
        )
    raise Invalid({"decision": "请选择通过、退回补正或不予通过。"})


def _working_days(text: str, settings: Settings) -> int:
    days = chosen(int, text.strip() or str(settings.correction_days), "working_days", "补正期限写成工作日的天数。")
    if not 1 <= days <= 60:
        raise Invalid({"working_days": "补正期限在 1 到 60 个工作日之间。"})
    return days


# 字段与材料


@post("/approval/documents/{document_id:uuid}/fields", name="approval.save_fields", status_code=303)
async def save_fields(
    request: Asked, document_id: FromPath[UUID], database: NamedDependency[Database], actor: NamedDependency[Actor]
) -> Response[Any]:
    """What was confirmed and corrected on the desk, as it stands now; with a script after every change."""
    form = await request.form()
    confirmed = {str(each) for each in form.getall("confirmed", [])}
    values = {key.removeprefix("value-"): str(value) for key, value in form.items() if key.startswith("value-")}
    try:
        await _save_fields(database, actor, document_id, confirmed, values)
    except Refusal as refusal:
        return _told(request, refusal)
    return await _saved(request, database, document_id, str(form.get("page", "")))


async def _save_fields(
    database: Database, actor: Actor, document_id: UUID, confirmed: set[str], values: dict[str, str]
) -> None:
    async with database.connection() as db:
        fields = await document_fields.fields(db, [document_id])
    for each in fields:
        await _save_field(database, actor, each, str(each.id) in confirmed, values.get(str(each.id), each.shown))


async def _save_field(database: Database, actor: Actor, field: DocumentField, confirmed: bool, value: str) -> None:
    """Only what differs from how it stands."""
    corrected = " ".join(value.split()) != field.shown
    if corrected:
        await papers.correct_field(database, actor, field.id, value)
    if confirmed != (field.confirmed_at is not None and not corrected):
        await papers.confirm_field(database, actor, field.id, confirmed=confirmed)


async def _saved(request: Asked, database: Database, document_id: UUID, number: str) -> Response[Any]:
    if request.headers.get("hx-request"):
        return Response(b"", status_code=204)
    return go(await _on_the_desk(database, document_id, int(number) if number.isdecimal() else 1))


def _told(request: Asked, refusal: Refusal) -> Response[Any]:
    """A refusal of what a script saved in the background is said in the page's alert bar."""
    if not request.headers.get("hx-request"):
        raise refusal
    headers = {"HX-Retarget": "#zs-alert", "HX-Reswap": "innerHTML"}
    return Response(refusal.message, status_code=status_of(refusal), headers=headers, media_type="text/plain")


@post("/approval/documents/{document_id:uuid}", name="approval.describe_document", status_code=303)
async def describe_document(
    document_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    data: Annotated[DocumentForm, URL_ENCODED],
) -> Redirect:
    """What it is and until when it is good, as the reviewer sees it."""
    kind = chosen(DocumentKind, data.kind, "kind", "请选择材料种类。")
    also = [chosen(DocumentKind, data.also, "also", "没有这个种类。")] if data.also else []
    valid_until = a_day(data.valid_until, "valid_until")
    await papers.set_document_kind(database, actor, document_id, kind, also)
    await papers.set_valid_until(database, actor, document_id, valid_until)
    return go(await _on_the_desk(database, document_id, 1))


@post("/approval/documents/{document_id:uuid}/read", name="approval.read_again", status_code=303)
async def read_again(
    document_id: FromPath[UUID], database: NamedDependency[Database], actor: NamedDependency[Actor]
) -> Redirect:
    """Another attempt at a document that could not be read."""
    await papers.read_again(database, actor, document_id)
    return go(await _on_the_desk(database, document_id, 1))


async def _on_the_desk(database: Database, document_id: UUID, number: int) -> str:
    """Where the document lies open on the desk."""
    async with database.connection() as db:
        found = await documents.by_id(db, document_id)
    if found is None or found.filing_id is None:
        raise NotFound
    return desks.page_href(found.filing_id, document_id, number)


doors = [
    filings,
    filings_xlsx,
    next_filing,
    filing,
    claim,
    release,
    decide,
    save_fields,
    describe_document,
    read_again,
]
