"""僵尸住所: one case with its score, its story, its letters and its next step."""

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

from zhusuo import events
from zhusuo.db import Connection, Database
from zhusuo.dossiers import holidays
from zhusuo.errors import Invalid, NotFound
from zhusuo.people.model import Actor
from zhusuo.ports.common import files
from zhusuo.ports.common.forms import a_day, again, chosen
from zhusuo.ports.common.pages import go, page
from zhusuo.ports.supervision.zombies import reads
from zhusuo.ports.supervision.zombies.listing import TONES
from zhusuo.registrations import store as registrations
from zhusuo.settings import Settings
from zhusuo.zombies import cases, letters, process, store, story
from zhusuo.zombies.model import Answer, CaseStatus

Asked = Request[Any, Any, Any]
URL_ENCODED = Body(media_type=RequestEncodingType.URL_ENCODED)
WAYS = [(each, each) for each in ("邮寄", "当面送交", "张贴", "电话和短信")]


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


@get("/supervision/zombies/{zombie_case_id:uuid}", name="zombies.case")
async def case_page(
    request: Asked,
    zombie_case_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
) -> Template:
    return await _page(request, database, actor, zombie_case_id, day, Tried())


@get("/supervision/zombies/{zombie_case_id:uuid}/news", name="zombies.case_news")
async def case_news(
    request: Asked,
    zombie_case_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    seen: FromQuery[str] = "",
) -> Template | Response[None]:
    """The case as it is now, if anything has happened in its carrier; an open page asks every few seconds."""
    async with database.connection() as db:
        given = await _case(db, actor, zombie_case_id, day)
    if given["mark"] == seen:
        return Response(None, status_code=204)
    return page(request, "zombies/_case_news.html", tried=Tried(), **given)


async def _page(request: Asked, database: Database, actor: Actor, case_id: UUID, day: date, tried: Tried) -> Template:
    async with database.connection() as db:
        given = await _case(db, actor, case_id, day)
    return page(request, "zombies/case.html", tried=tried, **given)


async def _case(db: Connection, actor: Actor, case_id: UUID, day: date) -> dict[str, Any]:
    """What the page of a case shows. Raises NotFound."""
    case = await store.by_id_for(db, actor, case_id)
    where = await reads.around(db, case_id)
    registration = await registrations.registration_by_id(db, case.registration_id) if case else None
    if case is None or where is None or registration is None:
        raise NotFound
    calendar = await holidays.known(db)
    return {
        "mark": await events.mark_of(db, case.carrier_id),
        "case": case,
        "where": where,
        "score": await cases.current_score(db, registration, day) if case.is_open else None,
        "steps": await story.steps(db, case_id),
        "letters": await story.letters(db, case_id),
        "tones": TONES,
        "moves": {each.value for each in CaseStatus if case.may(each)},
        "known_year": case.deadline_on is None or calendar.knows(case.deadline_on),
        "own": case.decided_by == actor.person_id,
        "answers": [(each.value, each.label) for each in Answer],
        "ways": WAYS,
        "day": day,
    }


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
        found = await story.letter_by_id(db, zombie_letter_id)
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
    case_page,
    case_news,
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
