"""备案向导 pages: begin, say what it covers, check, hand in, and what became of it."""

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any
from uuid import UUID

import segno
from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.handlers import HTTPRouteHandler
from litestar.params import Body, FromPath, FromQuery
from litestar.response import Redirect, Template

from zhusuo.carriers.model import CarrierKind
from zhusuo.db import Database
from zhusuo.dossiers import actions, standing
from zhusuo.dossiers.model import Filing, FilingKind, FilingStatus, ScopeKind, TitleSituation
from zhusuo.errors import Conflict, Invalid, NotFound, Refusal
from zhusuo.people.model import HOME_OF, Actor, Role
from zhusuo.ports.common.forms import Several, again, chosen, typed
from zhusuo.ports.common.pages import go, page
from zhusuo.ports.common.wizard import reads, rows, words
from zhusuo.settings import Settings

Asked = Request[Any, Any, Any]
URL_ENCODED = Body(media_type=RequestEncodingType.URL_ENCODED)
SITUATIONS = [
    (TitleSituation.OWNER_LETS, TitleSituation.OWNER_LETS.label, "产权证上的权利人自己出租"),
    (TitleSituation.MANDATED, TitleSituation.MANDATED.label, "权利人授权管理单位出租，要交委托授权"),
    (TitleSituation.SUBLET, TitleSituation.SUBLET.label, "先整体承租再分租，要交转租授权"),
]
SCOPES = [
    (ScopeKind.WHOLE, ScopeKind.WHOLE.label, "全部可租单元，以后新增的另行备案"),
    (ScopeKind.BUILDINGS, ScopeKind.BUILDINGS.label, "选几幢"),
    (ScopeKind.FLOORS, ScopeKind.FLOORS.label, "选几层"),
    (ScopeKind.UNITS, ScopeKind.UNITS.label, "一间一间选"),
]
STEPS = (
    ("carrier", "载体与产权"),
    ("scope", "单元范围"),
    ("documents", "上传材料"),
    ("check", "核对"),
    ("submit", "声明提交"),
)


@dataclass
class StartForm:
    carrier_id: str = ""
    what: str = "first"
    on_behalf_of: str = ""


@dataclass
class TitleForm:
    title_situation: str = ""


@dataclass
class ScopeForm:
    kind: str = ""
    parts: Several = field(default_factory=list)

    @property
    def chosen(self) -> list[str]:
        """The parts; the empty one is the building without a name."""
        return [self.parts] if isinstance(self.parts, str) else self.parts


@dataclass
class SubmitForm:
    declared: str = ""
    note: str = ""


@dataclass
class ReasonForm:
    reason: str = ""


def step_page(request: Asked, template: str, case: reads.Case, actor: Actor, day: date, **context: Any) -> Template:
    """A page of the wizard with what stands on all of them."""
    return page(
        request,
        f"wizard/{template}.html",
        case=case,
        filing=case.filing,
        carrier=case.carrier,
        steps=STEPS,
        desk=HOME_OF[actor.role],
        day=day,
        days_left=case.days_left(day),
        **context,
    )


# 开始


@get("/filings/new", name="wizard.new")
async def new(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    q: FromQuery[str] = "",
    carrier_id: FromQuery[UUID | None] = None,
    what: FromQuery[str] = "first",
) -> Template:
    """Which carrier; and, once it is chosen, what is to be filed for it."""
    q = typed(q)
    async with database.connection() as db:
        ids = [carrier_id] if carrier_id else await reads.candidates(db, actor, q)
        found = await reads.startable(db, actor, ids)
    if carrier_id and found:
        return _start_page(request, actor, found[0], StartForm(what=typed(what)), {})
    desk = HOME_OF[actor.role]
    return page(request, "wizard/choose.html", found=found, q=q, desk=desk, typed=actor.role is Role.CLERK)


def _start_page(
    request: Asked, actor: Actor, carrier: reads.Startable, form: StartForm, errors: dict[str, str]
) -> Template:
    return page(
        request,
        "wizard/start.html",
        carrier=carrier,
        kind=CarrierKind(carrier.kind),
        form=form,
        errors=errors,
        desk=HOME_OF[actor.role],
        on_behalf=actor.role is not Role.MANAGER,
    )


@post("/filings", name="wizard.start", status_code=303)
async def start(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: Annotated[StartForm, URL_ENCODED],
) -> Template | Redirect:
    carrier_id = chosen(UUID, data.carrier_id, "carrier_id", "请先选择楼宇。")
    try:
        filing = await _started(database, actor, carrier_id, data, day)
    except (Invalid, Conflict) as refusal:
        async with database.connection() as db:
            found = await reads.startable(db, actor, [carrier_id])
        if not found:
            raise NotFound from refusal
        errors = refusal.fields if isinstance(refusal, Invalid) else {"what": refusal.message}
        return again(_start_page(request, actor, found[0], data, errors))
    return go(f"/filings/{filing.id}/carrier")


async def _started(database: Database, actor: Actor, carrier_id: UUID, form: StartForm, day: date) -> Filing:
    """A first filing, or a change or reconfirmation of the version that the form names behind a colon."""
    what, _, version = form.what.partition(":")
    if what == "first":
        return await actions.start_filing(database, actor, carrier_id, on_behalf_of=form.on_behalf_of, day=day)
    kind = chosen(FilingKind, what, "what", "请选择要办什么。")
    version_id = chosen(UUID, version, "what", "请选择要办什么。")
    return await actions.start_change(database, actor, version_id, kind=kind, on_behalf_of=form.on_behalf_of)


# 载体与产权


@get("/filings/{filing_id:uuid}/carrier", name="wizard.carrier")
async def carrier(
    request: Asked,
    filing_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
) -> Template | Redirect:
    return await _carrier(request, database, actor, filing_id, day, {})


async def _carrier(
    request: Asked, database: Database, actor: Actor, filing_id: UUID, day: date, errors: dict[str, str]
) -> Template | Redirect:
    async with database.connection() as db:
        case = await reads.case(db, actor, filing_id)
        addresses = await reads.addresses(db, case.carrier.id)
    if not case.filing.editable:
        return go(case.path)
    return step_page(request, "carrier", case, actor, day, addresses=addresses, situations=SITUATIONS, errors=errors)


@post("/filings/{filing_id:uuid}/carrier", name="wizard.set_title", status_code=303)
async def set_title(
    request: Asked,
    filing_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: Annotated[TitleForm, URL_ENCODED],
) -> Template | Redirect:
    try:
        situation = chosen(TitleSituation, data.title_situation, "title_situation", "请选择由谁出租。")
    except Invalid as invalid:
        found = await _carrier(request, database, actor, filing_id, day, invalid.fields)
        return again(found) if isinstance(found, Template) else found
    await actions.set_title_situation(database, actor, filing_id, situation)
    return go(f"/filings/{filing_id}/scope")


# 单元范围


@get("/filings/{filing_id:uuid}/scope", name="wizard.scope")
async def scope(
    request: Asked,
    filing_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    kind: FromQuery[ScopeKind | None] = None,
) -> Template | Redirect:
    return await _scope(request, database, actor, filing_id, day, kind, None, {})


async def _scope(
    request: Asked,
    database: Database,
    actor: Actor,
    filing_id: UUID,
    day: date,
    kind: ScopeKind | None,
    parts: frozenset[str] | None,
    errors: dict[str, str],
) -> Template | Redirect:
    async with database.connection() as db:
        case = await reads.case(db, actor, filing_id)
        floors = await reads.choices(db, case.carrier.id)
    if not case.filing.editable:
        return go(case.path)
    shown = kind or case.filing.scope_kind
    return step_page(
        request,
        "scope",
        case,
        actor,
        day,
        floors=floors,
        kinds=[each for each in SCOPES if each[0] is not ScopeKind.BUILDINGS or _several_buildings(floors)],
        kind=shown,
        parts=reads.covers(case.filing, shown) if parts is None else parts,
        errors=errors,
    )


def _several_buildings(floors: list[reads.FloorChoice]) -> bool:
    return len({each.building for each in floors}) > 1


@post("/filings/{filing_id:uuid}/scope", name="wizard.set_scope", status_code=303)
async def set_scope(
    request: Asked,
    filing_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: Annotated[ScopeForm, URL_ENCODED],
) -> Template | Redirect:
    kind = chosen(ScopeKind, data.kind, "scope", "请选择备案范围。")
    try:
        await actions.set_scope(database, actor, filing_id, kind, data.chosen)
    except Invalid as invalid:
        found = await _scope(request, database, actor, filing_id, day, kind, frozenset(data.chosen), invalid.fields)
        return again(found) if isinstance(found, Template) else found
    return go(f"/filings/{filing_id}/documents")


# 核对


@get("/filings/{filing_id:uuid}/check", name="wizard.check")
async def check(
    request: Asked,
    filing_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
) -> Template | Redirect:
    async with database.connection() as db:
        case = await reads.case(db, actor, filing_id)
        checked = await reads.checked(db, case.filing, day)
        diff = await standing.diff(db, case.filing)
    if not case.filing.editable:
        return go(case.path)
    needs = rows.needs(checked.requirements, checked.papers.documents)
    return step_page(request, "check", case, actor, day, checked=checked, diff=diff, needs=needs)


@get("/filings/{filing_id:uuid}/changes", name="wizard.changes")
async def changes(
    request: Asked,
    filing_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
) -> Template:
    """变更对照: beside the version in force, with the registrations that it touches."""
    async with database.connection() as db:
        case = await reads.case(db, actor, filing_id)
        diff = await standing.diff(db, case.filing)
        units = await reads.unit_names(db, [each.unit_id for each in diff.touched] if diff else [])
    return step_page(request, "changes", case, actor, day, diff=diff, units=units)


# 声明提交


@get("/filings/{filing_id:uuid}/submit", name="wizard.submit_page")
async def submit_page(
    request: Asked,
    filing_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
) -> Template | Redirect:
    return await _submit_page(request, database, actor, filing_id, day, None, {})


async def _submit_page(
    request: Asked,
    database: Database,
    actor: Actor,
    filing_id: UUID,
    day: date,
    note: str | None,
    errors: dict[str, str],
) -> Template | Redirect:
    async with database.connection() as db:
        case = await reads.case(db, actor, filing_id)
        checked = await reads.checked(db, case.filing, day)
    if not case.filing.editable:
        return go(case.path)
    note = case.filing.note if note is None else note
    context = {"checked": checked, "declaration": actions.DECLARATION, "note": note, "errors": errors}
    return step_page(request, "submit", case, actor, day, **context)


@post("/filings/{filing_id:uuid}/submit", name="wizard.submit", status_code=303)
async def submit(
    request: Asked,
    filing_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: Annotated[SubmitForm, URL_ENCODED],
) -> Template | Redirect:
    try:
        if data.note.strip():
            await actions.set_note(database, actor, filing_id, data.note)
        await actions.submit(database, actor, filing_id, declared=bool(data.declared), day=day)
    except (actions.NotDeclared, actions.Incomplete, actions.PaperExpired, Invalid) as refusal:
        found = await _submit_page(request, database, actor, filing_id, day, data.note, _faults(refusal))
        return again(found) if isinstance(found, Template) else found
    except Conflict as refusal:
        await _done_already(database, actor, filing_id, FilingStatus.SUBMITTED, refusal, note=data.note.strip())
    return go(f"/filings/{filing_id}")


async def _done_already(
    database: Database, actor: Actor, filing_id: UUID, wanted: FilingStatus, refusal: Conflict, *, note: str = ""
) -> None:
    """A second click, or another window: the filing is what it was to become. Raises the refusal if it is not."""
    async with database.connection() as db:
        filing = (await reads.case(db, actor, filing_id)).filing
    if filing.status is not wanted or note not in ("", filing.note):
        raise refusal


def _faults(refusal: Refusal) -> dict[str, str]:
    if isinstance(refusal, Invalid):
        return refusal.fields
    return {"declared" if isinstance(refusal, actions.NotDeclared) else "documents": refusal.message}


# 之后


@get("/filings/{filing_id:uuid}", name="wizard.overview")
async def overview(
    request: Asked,
    filing_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
) -> Template | Redirect:
    """What became of it and what comes next; a draft goes on where it is."""
    async with database.connection() as db:
        case = await reads.case(db, actor, filing_id)
        found = await _story(db, case)
    if case.filing.status is FilingStatus.DRAFT:
        return go(f"{case.path}/{'documents' if found['papers'].documents else 'carrier'}")
    return step_page(request, "overview", case, actor, day, **found)


async def _story(db: Any, case: reads.Case) -> dict[str, Any]:
    filing = case.filing
    papers = await reads.papers(db, filing)
    return {
        "papers": papers,
        "scope_text": await reads.scope_text(db, filing),
        "moments": words.moments(await standing.timeline(db, filing.id, internal=False), filing.kind),
        "version": await reads.version_of(db, filing),
    }


@post("/filings/{filing_id:uuid}/withdraw", name="wizard.withdraw", status_code=303)
async def withdraw(
    filing_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    data: Annotated[ReasonForm, URL_ENCODED],
) -> Redirect:
    try:
        await actions.withdraw(database, actor, filing_id, data.reason)
    except Conflict as refusal:
        await _done_already(database, actor, filing_id, FilingStatus.WITHDRAWN, refusal)
    return go(f"/filings/{filing_id}")


@post("/filings/{filing_id:uuid}/discard", name="wizard.discard", status_code=303)
async def discard(
    filing_id: FromPath[UUID], database: NamedDependency[Database], actor: NamedDependency[Actor]
) -> Redirect:
    try:
        await actions.discard(database, actor, filing_id)
    except Conflict as refusal:
        await _done_already(database, actor, filing_id, FilingStatus.DISCARDED, refusal)
    return go(f"{HOME_OF[actor.role]}/filings")


@get("/filings/{filing_id:uuid}/phone", name="wizard.phone")
async def phone(
    request: Asked,
    filing_id: FromPath[UUID],
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
) -> Template | Redirect:
    """The code that opens the documents step on a phone, to take pictures with it."""
    async with database.connection() as db:
        case = await reads.case(db, actor, filing_id)
    if not case.filing.editable:
        return go(case.path)
    address = f"{settings.url}{case.path}/documents"
    code = segno.make(address, error="m").svg_data_uri(scale=8, border=2, dark="#172023", light="#fff")
    return step_page(request, "phone", case, actor, day, address=address, code=code)


doors: list[HTTPRouteHandler] = [
    new,
    start,
    carrier,
    set_title,
    scope,
    set_scope,
    check,
    changes,
    submit_page,
    submit,
    overview,
    withdraw,
    discard,
    phone,
]
