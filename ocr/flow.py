"""The words of some pages as one string, every character knowing its line: a value found in it has a place."""

import dataclasses
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ocr.model import Box, Line, Page

# One character for one, so that places stay true; people and engines mix the two widths freely.
_NARROW = str.maketrans("（）：，；．－—–～［］〔〕／“”", '():,;.---~[][]/""') | {
    code: chr(code - 0xFEE0) for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
}
_CHINESE = r"\u3400-\u9fff"
_WORD_APART = re.compile(r"\s+(?![室单元铺号幢栋座层]|平方米|㎡)")
_WIDE = (
    (re.compile(rf"(?<=[{_CHINESE}])\(|\((?=[{_CHINESE}])"), "（"),
    (re.compile(rf"(?<=[{_CHINESE}])\)|\)(?=[{_CHINESE}])"), "）"),
    (re.compile(r"（(\d{4})\)"), r"（\1）"),
    (re.compile(rf"(?<=[{_CHINESE}]),|,(?=[{_CHINESE}])"), "，"),
    (re.compile(rf"(?<=[{_CHINESE}]);|;(?=[{_CHINESE}A-Z0-9])"), "；"),
)


@dataclass(frozen=True, slots=True)
class Source:
    """A line and the page it stands on."""

    page: int
    line: Line


@dataclass(frozen=True, slots=True)
class Found:
    """A value with its place: the boxes of the lines it was taken from, on the first page of them."""

    text: str
    page: int
    box: Box
    confidence: float


@dataclass(frozen=True, slots=True)
class Flow:
    """`text` in narrow punctuation without spaces; `sources[i]` is where character `i` was read, `spans[i]` from which
    share of that line to which it reaches.
    """

    text: str
    sources: tuple[Source, ...]
    spans: tuple[tuple[float, float], ...]

    def search(self, pattern: re.Pattern[str]) -> Found | None:
        return next(self.all(pattern), None)

    def all(self, pattern: re.Pattern[str]) -> Iterator[Found]:
        """Each match: its group `v` where it has one and took part, else all of it."""
        for match in pattern.finditer(self.text):
            start, end = match.span("v") if "v" in pattern.groupindex else match.span()
            if start < end:
                yield self.span(start, end)

    def span(self, start: int, end: int) -> Found:
        touched: dict[Source, list[tuple[float, float]]] = {}
        for source, span in zip(self.sources[start:end], self.spans[start:end], strict=True):
            touched.setdefault(source, []).append(span)
        cut = [
            Source(source.page, dataclasses.replace(source.line, box=_part(source.line.box, spans[0][0], spans[-1][1])))
            for source, spans in touched.items()
        ]
        return found_in(widened(self.text[start:end]), cut)


def found_in(text: str, sources: Sequence[Source]) -> Found:
    page = sources[0].page
    box = sources[0].line.box
    for source in sources[1:]:
        box = box.around(source.line.box) if source.page == page else box
    return Found(text, page, box, min(source.line.confidence for source in sources))


def _part(box: Box, left: float, right: float) -> Box:
    """The part of a line from one share of it to another, and a little more: characters are not all of one width."""
    more = 0.3 * box.height
    x0, x1 = box.x0 + box.width * left - more, box.x0 + box.width * right + more
    return Box(max(box.x0, x0), box.y0, min(box.x1, x1), box.y1)


def _spans(text: str) -> list[tuple[float, float]]:
    """Where in a line each of its characters stands that is no space; wide characters count twice."""
    widths = [2 if ord(each) > 0x2E7F else 1 for each in text]
    ends = list(itertools.accumulate(widths))
    whole = ends[-1] if ends else 1
    return [
        ((end - width) / whole, end / whole) for each, width, end in zip(text, widths, ends, strict=True) if each != " "
    ]


def narrowed(text: str) -> str:
    """Half-width punctuation and digits, no spaces."""
    return text.translate(_NARROW).replace(" ", "")


def narrowed_words(text: str) -> list[str]:
    """The words of a line one by one, narrowed; a room's word is not parted from its number (`605 室`)."""
    return [narrowed(word) for word in _WORD_APART.split(text.strip()) if word]


def widened(text: str) -> str:
    """A value as Chinese print has it: wide brackets, commas and semicolons beside Chinese characters."""
    text = text.replace("\t", "").replace("\n", "")
    for pattern, wide in _WIDE:
        text = pattern.sub(wide, text)
    return text


def rows_of(page: Page) -> list[list[Line]]:
    """The rows of a page; its text has one line per row and tabs between the pieces of a row."""
    lines = iter(page.lines)
    return [[next(lines) for _ in row.split("\t")] for row in page.text.split("\n")] if page.lines else []


def flow_of(pages: Sequence[Page], *, row_end: str = "", piece_end: str = "") -> Flow:
    """All pages in one; `row_end` and `piece_end` are put where rows and pieces of rows end."""
    characters: list[str] = []
    sources: list[Source] = []
    spans: list[tuple[float, float]] = []
    for page in pages:
        for row in rows_of(page):
            for index, line in enumerate(row):
                text = narrowed(line.text) + (row_end if index == len(row) - 1 else piece_end)
                own = _spans(line.text)
                characters.append(text)
                sources += [Source(page.number, line)] * len(text)
                spans += own + [(1.0, 1.0)] * (len(text) - len(own))
    return Flow("".join(characters), tuple(sources), tuple(spans))
