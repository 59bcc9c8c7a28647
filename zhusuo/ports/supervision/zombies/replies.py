"""凭码答复的门: what the business behind a letter sees and says; no sign-in, nothing about anybody else."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery
from litestar.response import Redirect, Template

from zhusuo.db import Database
from zhusuo.errors import Invalid, NotFound
from zhusuo.ports.common.forms import again, chosen, typed
from zhusuo.ports.common.pages import go, page
from zhusuo.registrations import receipts
from zhusuo.zombies import replies, story
from zhusuo.zombies.model import BEFORE_DECISION, Answer, CaseStatus, LetterKind

Asked = Request[Any, Any, Any]
URL_ENCODED = Body(media_type=RequestEncodingType.URL_ENCODED)


@dataclass
class ReplyForm:
    answer: str = ""
    text: str = ""


def _address(request: Asked) -> str:
    return request.client.host if request.client else ""


@get("/reply", name="reply.form")
async def form(request: Asked, code: FromQuery[str] = "") -> Template | Redirect:
    """Where a code is typed in."""
    read = receipts.read_code(code)
    if read is not None:
        return go(f"/reply/{receipts.grouped(read)}")
    errors = {"code": "答复码是 20 位字母和数字，请核对。"} if typed(code) else {}
    shown = page(request, "zombies/code.html", code=code[:60], errors=errors)
    return again(shown) if errors else shown


@get("/reply/{code:str}", name="reply.case")
async def case_page(
    request: Asked,
    code: FromPath[str],
    database: NamedDependency[Database],
    day: NamedDependency[date],
    said: FromQuery[str] = "",
) -> Template:
    return await _page(request, database, code, day, {}, said=said)


async def _page(
    request: Asked, database: Database, code: str, day: date, errors: dict[str, str], *, said: str = ""
) -> Template:
    case = await replies.find(database, code, _address(request))
    async with database.connection() as db:
        letters = await story.letters(db, case.id)
    if not letters:
        raise NotFound
    told = any(each.kind is LetterKind.DECISION and each.sent_on for each in letters)
    in_time = not told or case.appeal_until is None or day <= case.appeal_until
    return page(
        request,
        "zombies/reply.html",
        case=case,
        letter=letters[0].content,
        code=code,
        may_answer=case.status in BEFORE_DECISION and case.deadline_on is not None,
        may_object=case.status is CaseStatus.CLEARED and in_time,
        answers=[(each.value, each.label) for each in Answer],
        errors=errors,
        said=said,
        day=day,
    )


@post("/reply/{code:str}", name="reply.answer", status_code=303)
async def answer(
    request: Asked,
    code: FromPath[str],
    database: NamedDependency[Database],
    day: NamedDependency[date],
    data: Annotated[ReplyForm, URL_ENCODED],
) -> Template | Redirect:
    try:
        said = chosen(Answer, data.answer, "answer", "请选择是否仍在此处。")
        await replies.answer(database, code, _address(request), said, data.text, day)
    except Invalid as invalid:
        return again(await _page(request, database, code, day, invalid.fields))
    return go(f"/reply/{code}?said=answer")


@post("/reply/{code:str}/objection", name="reply.object", status_code=303)
async def objection(
    request: Asked,
    code: FromPath[str],
    database: NamedDependency[Database],
    day: NamedDependency[date],
    data: Annotated[ReplyForm, URL_ENCODED],
) -> Template | Redirect:
    try:
        await replies.appeal(database, code, _address(request), data.text, day)
    except Invalid as invalid:
        return again(await _page(request, database, code, day, invalid.fields))
    return go(f"/reply/{code}?said=objection")


doors = [form, case_page, answer, objection]
