"""部件: what every page template can call, and the frame a page stands in.

Filters write a value as a person at a counter reads it: days whole, areas with their unit, times in Asia/Shanghai,
numbers of telephones and identity papers masked. Functions draw icons and address static files; an unknown icon or file
is an error while the page is made, never a hole in it. Nothing here knows a noun of the trade.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from math import floor
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from jinja2 import Environment
from markupsafe import Markup, escape

SHANGHAI = ZoneInfo("Asia/Shanghai")
TEMPLATES = Path(__file__).with_name("templates")
STATIC = Path(__file__).with_name("static")
WEEKDAYS = "一二三四五六日"
NOTHING = "—"
COLUMNS = 24
"""A floor of the stacking plan is this many columns wide."""


@dataclass(frozen=True, kw_only=True)
class RailLink:
    """One door in the rail on the left: icon over word, with the number of things that wait behind it."""

    href: str
    icon: str
    label: str
    count: int = 0
    current: bool = False


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What stands around every page: the port, its rail, the person, how they like to read.

    `address`: where a page that answers a form can be opened again; a form's own address is for sending only.
    """

    port: str = ""
    rail: Sequence[RailLink] = ()
    foot: Sequence[RailLink] = ()
    person: str = ""
    person_id: str = ""
    place: str = ""
    theme: str = ""
    text: str = ""
    csrf_token: str = ""
    url: str = "/"
    address: str = ""


def day(value: date | datetime | None) -> str:
    """2026-11-22: the day as it decides, whole."""
    return _local(value).strftime("%Y-%m-%d") if value is not None else NOTHING


def short_day(value: date | datetime | None) -> str:
    """11-22, where the year is plain from what stands around it."""
    return _local(value).strftime("%m-%d") if value is not None else NOTHING


def day_and_time(value: datetime | None) -> str:
    """2026-11-22 09:43 in Asia/Shanghai."""
    return _local(value).strftime("%Y-%m-%d %H:%M") if value is not None else NOTHING


def clock(value: datetime | None) -> str:
    """09:43 in Asia/Shanghai."""
    return _local(value).strftime("%H:%M") if value is not None else NOTHING


def weekday(value: date | datetime) -> str:
    return "周" + WEEKDAYS[_local(value).weekday()]


def left(until: date | None, today: date) -> str:
    """How long something still holds: 长期有效, 剩 2 年 7 个月, 剩 23 天, 今天到期, 已过期 22 天."""
    if until is None:
        return "长期有效"
    days = (until - today).days
    if days <= 0:
        return "今天到期" if days == 0 else f"已过期 {-days} 天"
    months = (until.year - today.year) * 12 + until.month - today.month - (until.day < today.day)
    years, months = divmod(months, 12)
    if years:
        return f"剩 {years} 年 {months} 个月" if months else f"剩 {years} 年"
    return f"剩 {months} 个月" if months >= 4 else f"剩 {days} 天"


def number(value: float | Decimal | None) -> str:
    """1,513."""
    return f"{value:,}" if value is not None else NOTHING


def area(value: float | Decimal | None) -> str:
    """1,486.50 ㎡, with two places as on a deed, so that the points of a column stand below each other."""
    return NOTHING if value is None else f"{value:,.2f} ㎡"


def size(value: int | None) -> str:
    """3.1 MB. A megabyte is a million bytes, as file managers of today count."""
    if value is None:
        return NOTHING
    for unit, one in (("GB", 10**9), ("MB", 10**6), ("KB", 10**3)):
        if value >= one:
            return f"{value / one:.1f} {unit}".replace(".0 ", " ")
    return f"{value} B"


def percent(value: float | Decimal | None) -> str:
    """98% of a share between 0 and 1; rounded down, so that nothing short of all is called 100%."""
    return f"{floor(float(value) * 100 + 1e-9)}%" if value is not None else NOTHING


def masked_phone(value: str | None) -> str:
    """138••••6621; short numbers keep only their last two digits."""
    digits = re.sub(r"\D", "", value or "")
    if not digits:
        return NOTHING
    return f"{digits[:3]}••••{digits[-4:]}" if len(digits) >= 11 else f"••••{digits[-2:]}"


def masked_paper(value: str | None) -> str:
    """The number of an identity paper: its first and last character."""
    text = (value or "").strip()
    return f"{text[0]}{'•' * (len(text) - 2)}{text[-1]}" if len(text) > 2 else NOTHING


def with_query(url: str, **changes: object) -> str:
    """The same address with some of its query changed; None takes a key away."""
    parts = urlsplit(url)
    kept = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if key not in changes]
    kept += [(key, str(value)) for key, value in changes.items() if value is not None]
    return urlunsplit(("", "", parts.path, urlencode(kept), ""))


def spans(areas: Iterable[float | Decimal | None], columns: int = COLUMNS) -> list[int]:
    """How many columns each unit of a floor takes: by area, at least two; a crowded floor wraps in equal cells."""
    sizes = [float(each or 0) for each in areas]
    if not sizes:
        return []
    if len(sizes) * 2 > columns:
        return [2] * len(sizes)
    known = [each for each in sizes if each > 0]
    mean = sum(known) / len(known) if known else 1.0
    sizes = [each if each > 0 else mean for each in sizes]
    free, total = columns - 2 * len(sizes), sum(sizes)
    shares = [free * each / total for each in sizes]
    widths = [2 + int(each) for each in shares]
    by_rest = sorted(range(len(sizes)), key=lambda place: shares[place] - int(shares[place]), reverse=True)
    for place in by_rest[: columns - sum(widths)]:
        widths[place] += 1
    return widths


def marked(text: str, word: str) -> Markup:
    """The text with every place of the word under the marker pen."""
    if not word:
        return escape(text)
    return Markup("<mark>{}</mark>").format(word).join(escape(part) for part in text.split(word))


def install(environment: Environment, prefix: str = "/static") -> None:
    """Give a Jinja environment the filters and functions that the templates here are written with."""
    versions = {
        file.relative_to(STATIC).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()[:8]
        for file in STATIC.rglob("*")
        if file.is_file()
    }
    icons = frozenset(re.findall(r'<symbol id="([a-z0-9-]+)"', (STATIC / "icons.svg").read_text(encoding="utf-8")))

    def asset(name: str) -> str:
        """The address of a static file; its version changes with its bytes, so that it may be cached for ever."""
        return f"{prefix}/{name}?v={versions[name]}"

    def icon(name: str, css: str = "") -> Markup:
        """An outline icon that says nothing to a screen reader: the word stands beside it."""
        return _use(name, f"ic {css}".strip())

    def glyph(name: str) -> Markup:
        """The small sign in a unit cell of the stacking plan."""
        return _use(f"g-{name}", "gl")

    def _use(name: str, css: str) -> Markup:
        if name not in icons:
            raise LookupError(f"no icon is called {name}")
        return Markup('<svg class="{}" aria-hidden="true"><use href="{}#{}"></use></svg>').format(
            css, asset("icons.svg"), name
        )

    filters: Mapping[str, object] = {
        "date": day,
        "short_date": short_day,
        "datetime": day_and_time,
        "clock": clock,
        "weekday": weekday,
        "left": left,
        "number": number,
        "area": area,
        "size": size,
        "percent": percent,
        "masked_phone": masked_phone,
        "masked_paper": masked_paper,
        "marked": marked,
        "with_query": with_query,
    }
    environment.filters.update(filters)
    environment.globals.update(asset=asset, icon=icon, glyph=glyph, spans=spans)


def _local(value: date | datetime) -> date | datetime:
    if not isinstance(value, datetime):
        return value
    if value.tzinfo is None:
        raise ValueError("a time without its zone cannot be shown")
    return value.astimezone(SHANGHAI)
