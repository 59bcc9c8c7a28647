"""监管端 and the counter talk: what an office says of a unit, and its answers to clerks who asked for a look."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from litestar import post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.handlers import HTTPRouteHandler
from litestar.params import Body, FromPath
from litestar.response import Redirect

from zhusuo import flags, looks
from zhusuo.db import Database
from zhusuo.flags import Severity
from zhusuo.people.model import Actor
from zhusuo.ports.common.forms import chosen
from zhusuo.ports.common.pages import go, own_path

URL_ENCODED = Body(media_type=RequestEncodingType.URL_ENCODED)


@dataclass
class FlagForm:
    severity: str = ""
    text: str = ""
    back: str = "/supervision"


@dataclass
class BackForm:
    back: str = "/supervision"


@dataclass
class AnswerForm:
    finding: str = ""
    back: str = "/supervision"


@post("/supervision/units/{unit_id:uuid}/flags", name="supervision.say", status_code=303)
async def say(
    unit_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    data: Annotated[FlagForm, URL_ENCODED],
) -> Redirect:
    """挂提示."""
    severity = chosen(Severity, data.severity, "severity", "请选择这条提示对办理的影响。")
    await flags.say(database, actor, unit_id, severity, data.text)
    return go(own_path(data.back))


@post("/supervision/flags/{flag_id:uuid}/clear", name="supervision.unsay", status_code=303)
async def unsay(
    flag_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    data: Annotated[BackForm, URL_ENCODED],
) -> Redirect:
    """撤下提示."""
    await flags.unsay(database, actor, flag_id)
    return go(own_path(data.back))


@post("/supervision/looks/{look_request_id:uuid}/answer", name="supervision.answer_look", status_code=303)
async def answer(
    look_request_id: FromPath[UUID],
    database: NamedDependency[Database],
    actor: NamedDependency[Actor],
    data: Annotated[AnswerForm, URL_ENCODED],
) -> Redirect:
    """答复踏看."""
    await looks.answer(database, actor, look_request_id, data.finding)
    return go(own_path(data.back))


doors: list[HTTPRouteHandler] = [say, unsay, answer]
