"""哪里写得不对: what the framework finds wrong with a request, field by field, in words that help to mend it."""

import re
from typing import Any

from litestar import Request
from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler

# What msgspec and Litestar say, and what we say instead.
SAYINGS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"missing required", re.IGNORECASE), "必填。"),
    (re.compile(r"unknown field"), "没有这一项。"),
    (re.compile(r"Expected `str` of length >= (\d+)"), "至少 {0} 个字。"),
    (re.compile(r"Expected `str` of length <= (\d+)"), "最多 {0} 个字。"),
    (re.compile(r"Expected `array` of length >= (\d+)"), "至少 {0} 项。"),
    (re.compile(r"Expected `array` of length <= (\d+)"), "最多 {0} 项。"),
    (re.compile(r"Expected `\w+` >= (-?\d+)"), "不小于 {0}。"),
    (re.compile(r"Expected `\w+` <= (-?\d+)"), "不大于 {0}。"),
    (re.compile(r"Invalid UUID"), "编号的写法不对。"),
    (re.compile(r"encoded date"), "日期写成 2026-11-22。"),
    (re.compile(r"Invalid enum value"), "只能是规定的几个值之一。"),
    (re.compile(r"Expected `([^`]+)`, got `([^`]+)`"), "应为 {0}，写的是 {1}。"),
)
OTHERWISE = "这一项的写法不对。"
_NAMED = re.compile(r"field `([^`]+)`|parameter '([^']+)'")


def faults_of(request: Request[Any, Any, Any], exception: HTTPException) -> dict[str, str]:
    """Field → sentence, as the sender calls the field; a body that is no such object at all is `body`."""
    found: dict[str, str] = {}
    called = _names(request)
    details = [each for each in (exception.extra or []) if isinstance(each, dict)]
    for each in details or [{"message": exception.detail}]:
        message = str(each.get("message", ""))
        name = _name(each, message)
        if name:
            found[called.get(name, name)] = _sentence(message)
    return found


def _names(request: Request[Any, Any, Any]) -> dict[str, str]:
    """What the handler calls its parameters → what they are called in addresses and headers."""
    handler = request.scope.get("route_handler")
    fields = handler.parsed_fn_signature.parameters if isinstance(handler, BaseRouteHandler) else {}
    names = {name: getattr(field.kwarg_definition, "name", None) for name, field in fields.items()}
    return {name: given for name, given in names.items() if given}


def _name(detail: dict[str, Any], message: str) -> str:
    named = _NAMED.search(message)
    if named:
        return named[1] or named[2]
    key = str(detail.get("key", ""))
    return "body" if key == "data" else key


def _sentence(message: str) -> str:
    for pattern, sentence in SAYINGS:
        if said := pattern.search(message):
            return sentence.format(*said.groups())
    return OTHERWISE
