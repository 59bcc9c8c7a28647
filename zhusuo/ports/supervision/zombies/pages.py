"""僵尸住所: the list of cases, and one case with its score, its story, its letters and its next step."""

from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery
from litestar.response import Redirect, Template

from zhusuo.db import Database
from zhusuo.dossiers import holidays
from zhusuo.errors import Invalid, NotFound
from zhusuo.people.model import Actor
from zhusuo.ports.common import files
from zhusuo.ports.common.forms import a_day, again, chosen, typed
from zhusuo.ports.common.pages import go, page
from zhusuo.ports.supervision import reads as supervision
from zhusuo.ports.supervision.zombies import reads
from zhusuo.registrations import store as registrations
from zhusuo.settings import Settings
from zhusuo.zombies import cases, letters, process, store
from zhusuo.zombies.model import OPEN, Answer, CaseStatus, SignalKind

Asked = Request[Any, Any, Any]
URL_ENCODED = Body(media_type=RequestEncodingType.URL_ENCODED)
TONES = {
    CaseStatus.OPENED: "warn",
    CaseStatus.NOTIFIED: "act",
    CaseStatus.ANSWERED: "act",
    CaseStatus.SILENT: "warn",
    CaseStatus.INSPECTING: "act",
    CaseStatus.INSPECTED: "warn",
    CaseStatus.CLEARED: "bad",
    CaseStatus.APPEALED: "warn",
    CaseStatus.UPHELD: "bad",
    CaseStatus.REVERSED: "ok",
    CaseStatus.UNSETTLED: "warn",
    CaseStatus.DISMISSED: "ok",
    CaseStatus.SETTLED: "",
}
STATUSES = [("open", "办理中"), *((each.value, each.label) for each in CaseStatus), ("all", "全部")]
CAUSES = [(each.value, each.label) for each in SignalKind]
WAYS = [(each, each) for each in ("邮寄", "当面送交", "张贴", "电话和短信")]
LISTING = files.Listing[reads.CaseRow](
    name="僵尸住所案件",
    noun="zombie_case",
    columns={
        "案件": lambda row: row.number,
        "企业": lambda row: row.name,
        "载体": lambda row: row.carrier,
        "单元": lambda row: row.unit,
        "街镇": lambda row: row.subdistrict,
        "主要线索": lambda row: row.cause.label,
        "评分": lambda row: row.score,
        "状态": lambda row: row.status.label,
        "立案": lambda row: row.opened_on,
        "答复期限": lambda row: row.deadline_on,
        "逾期答复": lambda row: "是" if row.late else "",
        "办结": lambda row: row.decided_on,
    },
)


@dataclass
class NoticeForm:
    contact: str = ""
    how: str = ""
    delivered_on: str = ""


@dataclass
class AnswerForm:
    answer: str = ""
    text: str = ""


@dataclass
class InspectionForm:
    found: str = ""
    on: str = ""
    text: str = ""


@dataclass
class TextForm:
    text: str = ""


@dataclass
class ReasonForm:
    reason: str = ""
    upheld: str = ""


@dataclass(frozen=True, kw_only=True)
class Tried:
    """A form that could not be taken: which one, and what was wrong with it."""

    form: str = ""
    errors: dict[str, str] = field(default_factory=dict)


def _status(text: str) -> str:
    return text if text in (*CaseStatus, "all") else "open"


@get("/supervision/zombies", name="zombies.list")
async def listed(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    q: FromQuery[str] = "",
    status: FromQuery[str] = "",
    cause: FromQuery[str] = "",
    subdistrict: FromQuery[str] = "",
    after: FromQuery[str] = "",
) -> Template:
    given = {"q": typed(q), "cause": cause, "subdistrict": subdistrict}
    wanted = _status(status)
    async with database.connection() as db:
        found = await reads.cases(
            db, actor, **given, status=wanted.replace("all", ""), after=reads.cursor(after), limit=reads.PAGE + 1
        )
        subdistricts, counts = await supervision.subdistricts(db, actor), await reads.counts(db, actor)
    rows = found[: reads.PAGE]
    return page(
        request,
        "zombies/list.html",
        rows=rows,
        after=rows[-1].cursor if len(found) > reads.PAGE else None,
        status=wanted,
        statuses=STATUSES,
        causes=CAUSES,
        subdistricts=subdistricts,
        counts=[(each, counts.get(each.value, 0)) for each in CaseStatus if each in OPEN],
        tones=TONES,
        day=day,
        **given,
    )


@get("/supervision/zombies.xlsx", name="zombies.list_xlsx")
async def listed_xlsx(
    request: Asked,
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    q: FromQuery[str] = "",
    status: FromQuery[str] = "",
    cause: FromQuery[str] = "",
    subdistrict: FromQuery[str] = "",
) -> Response[bytes]:
    wanted, text = _status(status).replace("all", ""), typed(q)
    return await files.export(
        database,
        actor,
        day,
        LISTING,
        lambda db: reads.cases(db, actor, q=text, status=wanted, cause=cause, subdistrict=subdistrict, limit=files.ALL),
        request=request,
    )


@get("/supervision/zombies/{zombie_case_id:uuid}", name="zombies.case")
async def case_page(
    request: Asked,
    zombie_case_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
) -> Template:
    return await _page(request, database, actor, zombie_case_id, day, Tried())


async def _page(request: Asked, database: Database, actor: Actor, case_id: UUID, day: date, tried: Tried) -> Template:
    async with database.connection() as db:
        case = await store.by_id_for(db, actor, case_id)
        where = await reads.around(db, case_id)
        registration = await registrations.registration_by_id(db, case.registration_id) if case else None
        if case is None or where is None or registration is None:
            raise NotFound
        score = await cases.current_score(db, registration, day) if case.is_open else None
        steps, written = await store.steps(db, case_id), await store.letters(db, case_id)
        calendar = await holidays.known(db)
    return page(
        request,
        "zombies/case.html",
        case=case,
        where=where,
        score=score,
        steps=steps,
        letters=written,
        tones=TONES,
        moves={each.value for each in CaseStatus if case.may(each)},
        known_year=case.deadline_on is None or calendar.knows(case.deadline_on),
        own=case.decided_by == actor.person_id,
        answers=[(each.value, each.label) for each in Answer],
        ways=WAYS,
        tried=tried,
        day=day,
    )


async def _after(
    request: Asked, database: Database, actor: Actor, case_id: UUID, day: date, form: str, verb: Awaitable[object]
) -> Template | Redirect:
    """The page of the case after a step, or again with what was wrong."""
    try:
        await verb
    except Invalid as invalid:
        tried = Tried(form=form, errors=invalid.fields)
        return again(await _page(request, database, actor, case_id, day, tried))
    return go(f"/supervision/zombies/{case_id}")


@post("/supervision/zombies/{zombie_case_id:uuid}/notice", name="zombies.write_notice", status_code=303)
async def write_notice(
    request: Asked,
    zombie_case_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: Annotated[NoticeForm, URL_ENCODED],
) -> Template | Redirect:
    verb = process.write_notice(database, actor, zombie_case_id, data.contact, day)
    return await _after(request, database, actor, zombie_case_id, day, "notice", verb)


async def _notify(database: Database, actor: Actor, case_id: UUID, form: NoticeForm, day: date) -> None:
    delivered_on = a_day(form.delivered_on, "delivered_on") or day
    await process.notify(
        database, actor, case_id, contact=form.contact, how=form.how, delivered_on=delivered_on, day=day
    )


@post("/supervision/zombies/{zombie_case_id:uuid}/notify", name="zombies.notify", status_code=303)
async def notify(
    request: Asked,
    zombie_case_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: Annotated[NoticeForm, URL_ENCODED],
) -> Template | Redirect:
    verb = _notify(database, actor, zombie_case_id, data, day)
    return await _after(request, database, actor, zombie_case_id, day, "notify", verb)


async def _answer(database: Database, actor: Actor, case_id: UUID, form: AnswerForm, day: date) -> None:
    said = chosen(Answer, form.answer, "answer", "请选择企业怎么答复。")
    await process.answer(database, actor, case_id, said, form.text, day)


@post("/supervision/zombies/{zombie_case_id:uuid}/answer", name="zombies.answer", status_code=303)
async def answer(
    request: Asked,
    zombie_case_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: Annotated[AnswerForm, URL_ENCODED],
) -> Template | Redirect:
    verb = _answer(database, actor, zombie_case_id, data, day)
    return await _after(request, database, actor, zombie_case_id, day, "answer", verb)


@post("/supervision/zombies/{zombie_case_id:uuid}/inspection", name="zombies.ask_inspection", status_code=303)
async def ask_inspection(
    request: Asked,
    zombie_case_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: Annotated[TextForm, URL_ENCODED],
) -> Template | Redirect:
    verb = process.ask_inspection(database, actor, zombie_case_id, data.text, day)
    return await _after(request, database, actor, zombie_case_id, day, "inspection", verb)


async def _inspect(database: Database, actor: Actor, case_id: UUID, form: InspectionForm, day: date) -> None:
    if form.found not in ("yes", "no"):
        raise Invalid({"found": "请选择是否见到企业。"})
    on = a_day(form.on, "on") or day
    await process.inspect(database, actor, case_id, found=form.found == "yes", on=on, text=form.text, day=day)


@post("/supervision/zombies/{zombie_case_id:uuid}/inspect", name="zombies.inspect", status_code=303)
async def inspect(
    request: Asked,
    zombie_case_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: Annotated[InspectionForm, URL_ENCODED],
) -> Template | Redirect:
    verb = _inspect(database, actor, zombie_case_id, data, day)
    return await _after(request, database, actor, zombie_case_id, day, "inspect", verb)


@post("/supervision/zombies/{zombie_case_id:uuid}/clear", name="zombies.clear", status_code=303)
async def clear(
    request: Asked,
    zombie_case_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: Annotated[ReasonForm, URL_ENCODED],
) -> Template | Redirect:
    verb = process.clear(database, actor, zombie_case_id, data.reason, day)
    return await _after(request, database, actor, zombie_case_id, day, "clear", verb)


@post("/supervision/zombies/{zombie_case_id:uuid}/dismiss", name="zombies.dismiss", status_code=303)
async def dismiss(
    request: Asked,
    zombie_case_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: Annotated[ReasonForm, URL_ENCODED],
) -> Template | Redirect:
    verb = process.dismiss(database, actor, zombie_case_id, data.reason, day)
    return await _after(request, database, actor, zombie_case_id, day, "dismiss", verb)


@post("/supervision/zombies/{zombie_case_id:uuid}/settle", name="zombies.settle", status_code=303)
async def settle(
    request: Asked,
    zombie_case_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: Annotated[ReasonForm, URL_ENCODED],
) -> Template | Redirect:
    verb = process.settle(database, actor, zombie_case_id, data.reason, day)
    return await _after(request, database, actor, zombie_case_id, day, "settle", verb)


@post("/supervision/zombies/{zombie_case_id:uuid}/appeal", name="zombies.appeal", status_code=303)
async def appeal(
    request: Asked,
    zombie_case_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: Annotated[TextForm, URL_ENCODED],
) -> Template | Redirect:
    verb = process.appeal(database, actor, zombie_case_id, data.text, day)
    return await _after(request, database, actor, zombie_case_id, day, "appeal", verb)


async def _decide(database: Database, actor: Actor, case_id: UUID, form: ReasonForm, day: date) -> None:
    if form.upheld not in ("yes", "no"):
        raise Invalid({"upheld": "请选择维持还是撤销清退。"})
    await process.decide_appeal(database, actor, case_id, upheld=form.upheld == "yes", reason=form.reason, day=day)


@post("/supervision/zombies/{zombie_case_id:uuid}/decide", name="zombies.decide_appeal", status_code=303)
async def decide_appeal(
    request: Asked,
    zombie_case_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: Annotated[ReasonForm, URL_ENCODED],
) -> Template | Redirect:
    verb = _decide(database, actor, zombie_case_id, data, day)
    return await _after(request, database, actor, zombie_case_id, day, "decide", verb)


@get("/supervision/letters/{zombie_letter_id:uuid}/letter.pdf", name="zombies.letter")
async def letter(
    zombie_letter_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    settings: NamedDependency[Settings],
) -> Response[bytes]:
    async with database.connection() as db:
        found = await store.letter_by_id(db, zombie_letter_id)
        case = await store.by_id_for(db, actor, found.case_id) if found else None
    if found is None or case is None:
        raise NotFound
    return files.saved(await letters.pdf(found, case, settings.url), f"{found.number}.pdf", "application/pdf")


@post("/supervision/letters/{zombie_letter_id:uuid}/delivery", name="zombies.deliver", status_code=303)
async def deliver(
    zombie_letter_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    data: Annotated[NoticeForm, URL_ENCODED],
) -> Redirect:
    delivered_on = a_day(data.delivered_on, "delivered_on") or day
    case = await process.deliver(database, actor, zombie_letter_id, how=data.how, delivered_on=delivered_on, day=day)
    return go(f"/supervision/zombies/{case.id}")


doors = [
    listed,
    listed_xlsx,
    case_page,
    write_notice,
    notify,
    answer,
    ask_inspection,
    inspect,
    clear,
    dismiss,
    settle,
    appeal,
    decide_appeal,
    letter,
    deliver,
]
