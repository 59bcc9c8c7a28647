"""What happens at an address while a clerk looks at it: the card follows by itself; and a look that is asked for."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery
from litestar.response import Redirect, Template

from zhusuo import events, looks
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.db import Database
from zhusuo.errors import Invalid
from zhusuo.people.model import Actor
from zhusuo.ports.approval.lookup import view
from zhusuo.ports.approval.lookup.inquiry import Inquiry, InquiryForm
from zhusuo.ports.common.asking import find_for
from zhusuo.ports.common.forms import chosen
from zhusuo.ports.common.pages import go, open_query, own_path, page
from zhusuo.registrations.verdicts import verdict

Asked = Request[Any, Any, Any]
URL_ENCODED = Body(media_type=RequestEncodingType.URL_ENCODED)


@dataclass
class LookForm:
    unit_id: str = ""
    why: str = ""
    back: str = "/approval"


@get("/approval/carriers/{carrier_id:uuid}/news", name="approval.news")
async def news(
    request: Asked,
    carrier_id: FromPath[UUID],
    database: NamedDependency[Database],
    lexicon: NamedDependency[Lexicon],
    actor: NamedDependency[Actor],
    day: NamedDependency[date],
    seen: FromQuery[str] = "",
) -> Template | Response[None]:
    """The card as it is now, if anything has happened in the carrier since; an open page asks every few seconds.

    It is the same question of the same clerk, recorded when it was asked.
    """
    async with database.connection() as db:
        inquiry = _open_inquiry(request)
        if not inquiry.address or await events.mark_of(db, carrier_id) == seen:
            return Response(None, status_code=204)
        match = await find_for(db, lexicon, actor, inquiry.address, inquiry.pick)
        found = await verdict(db, actor, match, inquiry.item, day)
        answer = await view.answer(db, actor, lexicon, inquiry, found, day)
    return page(request, "approval/news.html", inquiry=inquiry, answer=answer, found=answer.verdict, day=day)


def _open_inquiry(request: Asked) -> Inquiry:
    """The question of the open page: its address says it."""
    asked = open_query(request)
    return InquiryForm(
        **{key: value for key, value in asked.items() if key in InquiryForm.__dataclass_fields__}
    ).inquiry


@post("/approval/carriers/{carrier_id:uuid}/looks", name="approval.ask_to_look", status_code=303)
async def ask_to_look(
    carrier_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    data: Annotated[LookForm, URL_ENCODED],
) -> Redirect:
    """请监管踏看."""
    unit_id = chosen(UUID, data.unit_id, "unit_id", "请先查到具体的单元。") if data.unit_id else None
    if not data.why.strip():
        raise Invalid({"why": "请写明为什么要去看。"}, "请写明为什么要去看，例如“物业说早已搬走”。")
    await looks.ask(database, actor, carrier_id, unit_id, data.why)
    return go(own_path(data.back))


doors = [news, ask_to_look]
