"""页图: which pages of a file belong to which paper, and in what order; what is missing and what is there twice.

The file itself stays as it is. Blank pages belong to no paper. A paper begins where its title stands, where its own
number changes or its page numbers begin anew; its other pages may lie anywhere in the file, also in reverse: printed
page numbers put them in order, else the title comes first and numbered clauses follow each other.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ocr.kinds import titles_of
from ocr.look import look_alike
from ocr.model import Page, PageKind

NUMBERED: dict[PageKind, re.Pattern[str]] = {
    "title_deed": re.compile(r"不动产权第(\d{4,10})号|房地.{1,4}字[(（]\d{4}[)）]第(\d{4,10})号"),
    "completion_certificate": re.compile(r"备案编号[:：]?\s*([0-9A-Z-]{6,20})"),
    "lease": re.compile(r"编号[:：]?\s*([0-9A-Z-]{5,20})"),
}
"""What only one paper of its kind carries."""

EDGE = 0.12
MOST_PAGES = 500
_CHINESE_DIGITS = "零一二三四五六七八九十"
_PAGE_OF = (
    re.compile(
        r"^第?\s*(?P<n>\d{1,3}|[一二三四五六七八九十]{1,3})\s*页\s*[,，/]?\s*(?:共\s*(?P<of>\d{1,3}|[一二三四五六七八九十]{1,3})\s*页)?$"
    ),
    re.compile(r"^共\s*(?P<of>\d{1,3})\s*页\s*[,，]?\s*第\s*(?P<n>\d{1,3})\s*页$"),
    re.compile(r"^(?P<n>\d{1,3})\s*/\s*(?P<of>\d{1,3})$"),
    re.compile(r"^[-—–·]\s*(?P<n>\d{1,3})\s*[-—–·]$"),
    re.compile(r"^[Pp]age\s*(?P<n>\d{1,3})(?:\s*of\s*(?P<of>\d{1,3}))?$"),
)
_CLAUSE = re.compile(r"^(?:第?(?P<chinese>[一二三四五六七八九十]{1,3})[、条]|(?P<number>\d{1,2})[-.、．]\s?(?!\d{3}))")

FEW_WORDS = 60
"""Pages with fewer characters are compared by their look."""
ALIKE = 0.8
"""The share of their words, and of their numbers, that two readings of one page have in common."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """One paper of a file: the numbers of its pages in the order in which they are to be read."""

    kind: PageKind
    pages: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """Something to know about a file as a whole: `missing_page`, `duplicate_page`, `out_of_order`."""

    code: str
    page: int
    text: str


@dataclass(kw_only=True, slots=True)
class _Pile:
    """A paper while its pages are gathered."""

    kind: PageKind
    pages: list[Page] = field(default_factory=list)

    def titles(self) -> set[str]:
        return {title for page in self.pages for title in titles_of(page, self.kind)}

    def numbers(self) -> set[str]:
        return {number for page in self.pages for number in _own_numbers(page, self.kind)}


def papers_in(pages: Sequence[Page]) -> list[Paper]:
    """The papers of a file in the order in which they begin."""
    piles: list[_Pile] = []
    for page in pages:
        if page.kind == "blank":
            continue
        pile = next((each for each in reversed(piles) if each.kind == page.kind), None)
        if pile is None or _begins_anew(page, pile):
            pile = _Pile(kind=page.kind)
            piles.append(pile)
        pile.pages.append(page)
    return [Paper(kind=pile.kind, pages=tuple(page.number for page in _in_order(pile))) for pile in piles]


def gathered(pages: Sequence[Page]) -> list[tuple[Paper, list[Page]]]:
    """The papers of a file, each with its pages in order."""
    by_number = {page.number: page for page in pages}
    return [(paper, [by_number[number] for number in paper.pages]) for paper in papers_in(pages)]


def notes_on(pages: Sequence[Page]) -> list[Note]:
    """What is missing, doubled or in disorder among the pages."""
    notes = list(_doubled(pages))
    for paper, own in gathered(pages):
        notes += _missing(own)
        if len(own) > 1 and list(paper.pages) != sorted(paper.pages):
            order = "、".join(str(number) for number in paper.pages)
            notes.append(
                Note(code="out_of_order", page=paper.pages[0], text=f"页序不对，已按第 {order} 页的顺序排好。")
            )
    return sorted(notes, key=lambda note: note.page)


def printed_number(page: Page) -> tuple[int, int | None] | None:
    """The page number that is printed at the top or bottom of a page, and of how many, where it says so."""
    for line in page.lines:
        if EDGE < line.box.middle < 1 - EDGE:
            continue
        for pattern in _PAGE_OF:
            if found := pattern.match(line.text.strip()):
                parts = found.groupdict()
                number, whole = _plain(parts["n"]), _plain(parts.get("of") or "")
                if number and number <= MOST_PAGES and (whole is None or number <= whole):
                    return number, whole
    return None


class Seen(Protocol):
    """What is needed of a page to know it again."""

    @property
    def kind(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def look(self) -> str: ...


def same_page(one: Seen, other: Seen) -> bool:
    """Whether two pages are readings of the same page: the same words and the same numbers, or the same picture."""
    if one.kind == "blank" or other.kind == "blank" or one.kind != other.kind:
        return False
    first, second = _dense(one), _dense(other)
    if min(len(first), len(second)) < FEW_WORDS:
        return (
            max(len(first), len(second)) < 2 * FEW_WORDS
            and look_alike(one.look, other.look)
            and first[:4] == second[:4]
        )
    return _share(_pieces(first), _pieces(second)) >= ALIKE and _share(_figures(first), _figures(second)) >= ALIKE


def _begins_anew(page: Page, pile: _Pile) -> bool:
    """Whether a page of a kind that is there already begins another paper of it."""
    if page.kind in ("other", "id_card"):
        return page.number != pile.pages[-1].number + 1
    if any(same_page(page, before) for before in pile.pages):
        return False
    own, known = _own_numbers(page, page.kind), pile.numbers()
    changed = bool(own and known) and own.isdisjoint(known)
    if changed and page.kind == "title_deed":
        return True
    if titles_of(page, page.kind).isdisjoint(pile.titles()) or own & known:
        return False
    if changed:
        return True
    number = printed_number(page)
    return number is None or number[0] == 1


def _in_order(pile: _Pile) -> list[Page]:
    numbers = [printed_number(page) for page in pile.pages]
    if all(numbers) and len({each[0] for each in numbers if each}) == len(numbers):
        return [
            page for _, page in sorted(zip(numbers, pile.pages, strict=True), key=lambda each: each[0] or (0, None))
        ]
    headed = [page for page in pile.pages if titles_of(page, pile.kind)]
    if len(headed) != 1 or pile.kind not in ("lease", "mandate"):
        return pile.pages
    rest = [page for page in pile.pages if page is not headed[0]]
    clauses = [_first_clause(page) for page in rest]
    if all(clause is not None for clause in clauses):
        rest = [
            page
            for _, _, page in sorted(
                (clause or 0, page.number, page) for clause, page in zip(clauses, rest, strict=True)
            )
        ]
    elif pile.pages[-1] is headed[0]:
        rest = rest[::-1]
    return [headed[0], *rest]


def _missing(pages: Sequence[Page]) -> Iterator[Note]:
    found = {number[0]: number[1] for page in pages if (number := printed_number(page))}
    if not found:
        return
    whole = max((each for each in found.values() if each), default=max(found))
    absent = [number for number in range(1, whole + 1) if number not in found]
    unnumbered = len(pages) - len(found)
    if absent and len(absent) > unnumbered:
        listed = "、".join(str(number) for number in absent[:6]) + ("等" if len(absent) > 6 else "")
        text = f"按页码看缺第 {listed} 页，请补扫后重新上传；确实没有的，可以照常提交。"
        yield Note(code="missing_page", page=pages[0].number, text=text)


def _doubled(pages: Sequence[Page]) -> Iterator[Note]:
    for index, page in enumerate(pages[:MOST_PAGES]):
        before = next((each for each in pages[max(0, index - 60) : index] if same_page(each, page)), None)
        if before is not None:
            text = f"第 {page.number} 页与第 {before.number} 页是同一页，多余的一页不用管。"
            yield Note(code="duplicate_page", page=page.number, text=text)


def _own_numbers(page: Page, kind: PageKind) -> set[str]:
    pattern = NUMBERED.get(kind)
    found = pattern.finditer(_dense(page)) if pattern else ()
    return {next(filter(None, each.groups()), "") for each in found}


def _first_clause(page: Page) -> int | None:
    for line in page.lines:
        if found := _CLAUSE.match(line.text):
            return _plain(found["chinese"] or found["number"])
    return None


def _plain(text: str) -> int | None:
    """A number in digits or in Chinese up to ninety-nine."""
    if text.isdigit():
        return int(text)
    if not text or any(each not in _CHINESE_DIGITS for each in text):
        return None
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return _CHINESE_DIGITS.index(ones) if len(ones) == 1 else None
    return (_CHINESE_DIGITS.index(tens) if tens else 1) * 10 + (_CHINESE_DIGITS.index(ones) if ones else 0)


def _dense(page: Seen) -> str:
    return "".join(page.text.split())


def _pieces(text: str) -> set[str]:
    return {text[start : start + 3] for start in range(len(text) - 2)}


def _figures(text: str) -> set[str]:
    return set(re.findall(r"\d{2,}", text))


def _share(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other) if one or other else 1.0
