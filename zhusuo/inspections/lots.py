"""双随机的算法: how a published seed draws from a published list. Pure, and the same for whoever recomputes it.

zhusuo-draw-1: every target and every supervisor of the list has the ticket SHA-256("seed|id") in hexadecimal; the
lowest tickets are drawn first. The first so many targets are drawn. Supervisors stand in the order of their tickets and
are dealt in turn: the i-th target, from 0, is looked at by number 2i and, where there are two or more, number 2i+1 of
that order, counted round. The list is compared by the SHA-256 of its entries, one JSON array of kind, id, name and
place a line, in the order of kind and id; the seed by its SHA-256, the commitment, which was published before the list.
"""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

ALGORITHM = "zhusuo-draw-1"
HEADER = ("项目", "次序", "编号", "名称", "地点", "主办", "同行")
TARGET, SUPERVISOR, RESULT = "对象", "监管员", "结果"
FACTS = ("抽取", "算法", "承诺", "种子", "名单散列", "抽取户数")


@dataclass(frozen=True, kw_only=True, order=True)
class Entry:
    """A line of the list; `kind` is target or supervisor, `place` is "" for a supervisor."""

    kind: str
    id: str
    name: str
    place: str = ""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A target that was drawn, and who looks at it; `second` is "" where an office has one supervisor alone."""

    target: Entry
    first: Entry
    second: Entry | None


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What a published draw says of itself."""

    number: str
    algorithm: str
    commitment: str
    seed: str
    list_sha256: str
    count: int
    entries: tuple[Entry, ...]
    results: tuple[tuple[str, str, str], ...]


def commitment(seed: str) -> str:
    return hashlib.sha256(seed.encode()).hexdigest()


def list_sha256(entries: Iterable[Entry]) -> str:
    digest = hashlib.sha256()
    for each in sorted(entries):
        line = json.dumps([each.kind, each.id, each.name, each.place], ensure_ascii=False, separators=(",", ":"))
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()


def ticket(seed: str, id_: str) -> str:
    return hashlib.sha256(f"{seed}|{id_}".encode()).hexdigest()


def in_order(seed: str, entries: Iterable[Entry]) -> list[Entry]:
    """Those drawn first in front; what has the same ticket, which does not happen, by its id."""
    return sorted(entries, key=lambda each: (ticket(seed, each.id), each.id))


def draw(seed: str, entries: Sequence[Entry], count: int) -> list[Pair]:
    targets = in_order(seed, (each for each in entries if each.kind == "target"))[:count]
    people = in_order(seed, (each for each in entries if each.kind == "supervisor"))
    return [
        Pair(
            target=target,
            first=people[2 * place % len(people)],
            second=people[(2 * place + 1) % len(people)] if len(people) > 1 else None,
        )
        for place, target in enumerate(targets)
    ]


def written(sheet: Sheet) -> str:
    """The draw as a CSV that holds everything one needs to recompute it."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(HEADER)
    facts = (sheet.number, sheet.algorithm, sheet.commitment, sheet.seed, sheet.list_sha256, str(sheet.count))
    table.writerows((name, "", value, "", "", "", "") for name, value in zip(FACTS, facts, strict=True))
    words = {"target": TARGET, "supervisor": SUPERVISOR}
    for place, each in enumerate(sorted(sheet.entries), 1):
        table.writerow((words[each.kind], place, each.id, _plain(each.name), _plain(each.place), "", ""))
    for place, (target, first, second) in enumerate(sheet.results, 1):
        table.writerow((RESULT, place, target, "", "", first, second))
    return text.getvalue()


def _plain(text: str) -> str:
    """A name as a spreadsheet shall show it: an apostrophe keeps it from being a formula, and is taken off again."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "'")) else text


def _read(text: str) -> str:
    return text.removeprefix("'")


class NotADraw(ValueError):
    """The file is no published draw; the argument is the sentence."""


def read(text: str) -> Sheet:
    """Raises NotADraw."""
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    if not rows or tuple(rows[0]) != HEADER:
        raise NotADraw("这不是住所云公布的双随机名单：表头不符。")
    facts, entries, results = {}, [], []
    kinds = {TARGET: "target", SUPERVISOR: "supervisor"}
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(HEADER):
            raise NotADraw(f"第 {number} 行的列数不对。")
        what, _, id_, name, place, first, second = row
        if what in kinds:
            entries.append(Entry(kind=kinds[what], id=id_, name=_read(name), place=_read(place)))
        elif what == RESULT:
            results.append((id_, first, second))
        elif what in FACTS:
            facts[what] = id_
        else:
            raise NotADraw(f"第 {number} 行的“{what}”看不懂。")
    if missing := [name for name in FACTS if name not in facts]:
        raise NotADraw(f"缺少{'、'.join(missing)}。")
    if not facts["抽取户数"].isdecimal():
        raise NotADraw("抽取户数不是整数。")
    number_, algorithm, committed, seed, hashed, count = (facts[name] for name in FACTS)
    return Sheet(
        number=number_,
        algorithm=algorithm,
        commitment=committed,
        seed=seed,
        list_sha256=hashed,
        count=int(count),
        entries=tuple(entries),
        results=tuple(results),
    )


def faults(sheet: Sheet) -> list[str]:
    """What does not hold, in sentences; none where the draw is as it must be."""
    if sheet.algorithm != ALGORITHM:
        return [f"算法是“{sheet.algorithm}”，这里只会验算 {ALGORITHM}。"]
    found = []
    if commitment(sheet.seed) != sheet.commitment:
        found.append("种子与事先公布的承诺不符：SHA-256(种子) 不等于承诺。")
    if list_sha256(sheet.entries) != sheet.list_sha256:
        found.append("名单与公布的名单散列不符：有人被添上、拿掉或改动。")
    if len({(each.kind, each.id) for each in sheet.entries}) != len(sheet.entries):
        found.append("名单里有重复的编号。")
    if not any(each.kind == "supervisor" for each in sheet.entries):
        return [*found, "名单里没有监管员。"]
    drawn = [
        (pair.target.id, pair.first.id, pair.second.id if pair.second else "")
        for pair in draw(sheet.seed, sheet.entries, sheet.count)
    ]
    for place, (expected, said) in enumerate(zip(drawn, sheet.results, strict=False), 1):
        if expected != said:
            found.append(f"第 {place} 个结果不符：应为 {expected[0]}，公布的是 {said[0]}。")
    if len(drawn) != len(sheet.results):
        found.append(f"应抽出 {len(drawn)} 户，公布了 {len(sheet.results)} 户。")
    return found
