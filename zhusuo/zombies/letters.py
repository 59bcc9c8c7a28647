"""函: what is written to the former occupant, kept word for word, and printed from what was kept.

What the register does to a registration here is not a penalty; the laws that are cited are those the office works by
(see docs/zombies.md).
"""

import asyncio
import io
import json
from datetime import date
from functools import cache
from importlib.resources import as_file, files
from uuid import UUID

import segno
import typst

from zhusuo.carriers import store as carriers
from zhusuo.db import Connection
from zhusuo.people.model import Actor
from zhusuo.registrations.receipts import grouped
from zhusuo.zombies import registered, story
from zhusuo.zombies.model import Letter, LetterKind, ZombieCase

ANSWER_DAYS = 10
APPEAL_DAYS = 15
"""Working days to answer a notice, and to object to a decision, counted from the day after it was delivered."""
MARKS = {
    LetterKind.NOTICE: "核",
    LetterKind.NEWCOMER: "告",
    LetterKind.DECISION: "决",
    LetterKind.DISMISSAL: "结",
    LetterKind.APPEAL: "复",
}
REPLY = "/reply"
"""Where the business answers with the code on its letter."""


async def write(
    db: Connection,
    actor: Actor | None,
    case: ZombieCase,
    kind: LetterKind,
    day: date,
    *,
    reason: str = "",
    until: date | None = None,
    newcomer: str = "",
) -> UUID:
    """Write a letter in the caller's transaction; what it says is kept."""
    count = len(await story.letters(db, case.id))
    number = f"{case.number}-{MARKS[kind]}{count + 1}"
    content = await _content(db, case, kind, day, reason=reason, until=until, newcomer=newcomer)
    return await story.insert_letter(db, case.id, actor, kind, number, {**content, "number": number}, day)


async def _content(
    db: Connection, case: ZombieCase, kind: LetterKind, day: date, *, reason: str, until: date | None, newcomer: str
) -> dict[str, str]:
    carrier = await carriers.by_id(db, case.carrier_id)
    unit = await carriers.unit_by_id(db, case.unit_id)
    place = f"{carrier.address if carrier else ''} {carrier.name if carrier else ''} {unit.name if unit else ''}"
    heard = kind in (LetterKind.NOTICE, LetterKind.NEWCOMER, LetterKind.DECISION)
    return {
        "title": kind.label,
        "case": case.number,
        "office": await _office(db, case),
        "to": case.name,
        "address": " ".join(place.split()),
        "contact": case.contact,
        "paragraphs": "\n".join(_paragraphs(case, kind, reason=reason, until=until, newcomer=newcomer)),
        "reasons": "\n".join(each.unnamed for each in case.reasons if each.points > 0)
        if kind is LetterKind.NOTICE
        else reason,
        "deadline": _deadline(kind, until),
        "reply": REPLY if heard else "",
        "date": f"{day.year}年{day.month}月{day.day}日",
    }


def _paragraphs(
    case: ZombieCase, kind: LetterKind, *, reason: str, until: date | None, newcomer: str
) -> tuple[str, ...]:
    if kind is LetterKind.NOTICE:
        return (
            "你单位登记的住所经比对，可能已不再使用。依照《中华人民共和国市场主体登记管理条例》，市场主体只能登记一个住所，"
            "住所变更的，应当自作出变更决议、决定或者法定变更事项发生之日起30日内申请变更登记。",
            f"请自收到本通知之日起{ANSWER_DAYS}个工作日内答复：仍在此处的，请说明并提供租赁合同等材料；已迁往别处的，请办理"
            "住所变更登记；已停止经营的，请办理歇业备案或者注销登记。",
            "逾期没有答复的，我们将上门核实，并可能据实清退住所库中的这条登记，由该处的后来承租人使用。核实期间，后来承租人"
            "可以依法办理登记。",
        )
    if kind is LetterKind.NEWCOMER:
        return (
            f"你单位登记的住所正在核实（案件{case.number}）。核实期间，“{newcomer}”以该处为住所申请登记，两户登记暂时并存。",
            "你单位仍在此处的，请尽快答复并提供材料；我们核实后会请有关各方协商处理。",
        )
    if kind is LetterKind.DECISION:
        return (
            "我们核实了你单位登记的住所，现决定：清退住所库中你单位在下列住所的登记，该住所由后来承租人使用。",
            f"你单位有异议的，可以自收到本决定之日起{APPEAL_DAYS}个工作日内提出，由另一名工作人员复核。提出异议不影响依法申请"
            "行政复议或者提起行政诉讼。",
        )
    if kind is LetterKind.DISMISSAL:
        return ("我们核实了你单位登记的住所，线索不成立，登记照旧。感谢配合。",)
    return (f"你单位对清退住所登记提出的异议，我们已复核，结果如下：{reason}",)


def _deadline(kind: LetterKind, until: date | None) -> str:
    if kind is LetterKind.NOTICE:
        return f"收到之日起 {ANSWER_DAYS} 个工作日内答复" + (f"，最迟 {until}" if until else "")
    if kind is LetterKind.DECISION and until:
        return f"异议自收到之日起 {APPEAL_DAYS} 个工作日内提出"
    return ""


async def _office(db: Connection, case: ZombieCase) -> str:
    found: str | None = await db.fetchval(
        """
        SELECT name
          FROM organisations
         WHERE id = ANY ($1::uuid[])
      ORDER BY name
         LIMIT 1
        """,
        await registered.offices(db, case.carrier_id),
    )
    return found or "市场监督管理所"


# -- paper ---------------------------------------------------------------------------------------------------------


async def pdf(letter: Letter, case: ZombieCase, site: str) -> bytes:
    """The letter on A4 as it was written; the same letter and site always give the same bytes."""
    return await asyncio.to_thread(_print, letter, case.code, site)


def _print(letter: Letter, code: str, site: str) -> bytes:
    reply = letter.content["reply"]
    url = f"{site}{reply}" if reply else ""
    qr = io.BytesIO()
    segno.make(f"{url}/{code}" if url else "-", error="m", micro=False).save(
        qr, kind="svg", border=0, xmldecl=False, svgns=True
    )
    return typst.compile(
        (files("zhusuo.zombies") / "letter.typ").read_bytes(),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={
            "letter": json.dumps({**letter.content, "url": url}, ensure_ascii=False),
            "qr": qr.getvalue().decode(),
            "code": grouped(code),
        },
        timestamp=int(letter.written_at.timestamp()),
    )


@cache
def _fonts() -> typst.Fonts:
    """Our own fonts alone, so that a letter looks the same on every machine."""
    with as_file(files("zhusuo") / "fonts") as folder:
        return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
