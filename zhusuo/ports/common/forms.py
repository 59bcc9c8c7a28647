"""表单: values out of a form, and the page again when one of them cannot be right."""

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from litestar.response import Template

from zhusuo.errors import Invalid

Value = TypeVar("Value")
Several = list[str] | str
"""A field that may come several times: Litestar gives a text where it came once."""


def several(sent: Several) -> list[str]:
    """What a group of checkboxes sent: one value comes as itself, none as nothing."""
    return sent if isinstance(sent, list) else [sent] if sent else []


def chosen(kind: Callable[[str], Value], text: str, name: str, sentence: str) -> Value:
    """A value of a fixed list, or an id, out of a form. Raises Invalid with the sentence for its field."""
    try:
        return kind(text)
    except ValueError as error:
        raise Invalid({name: sentence}) from error


def typed(text: str) -> str:
    """What was typed into a search box, without blanks around it and without signs that nobody sees."""
    return "".join(sign for sign in text if sign.isprintable()).strip()


def whole(text: str, name: str) -> int | None:
    """A whole number, or None where nothing was filled in. Raises Invalid."""
    return chosen(int, text.strip(), name, "请填写整数。") if text.strip() else None


def a_day(text: str, name: str) -> date | None:
    """A day as a date field sends it, or None where nothing was filled in. Raises Invalid."""
    return chosen(date.fromisoformat, text.strip(), name, "日期写成 2026-11-22 的样子。") if text.strip() else None


def again(template: Template) -> Template:
    """The same page with what was wrong on it."""
    template.status_code = 422
    return template
