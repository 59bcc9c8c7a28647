"""The words of some pages as one string, every character knowing its line: a value found in it has a place."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ocr.model import Box, Line, Page

# One character for one, so that places stay true; people and engines mix the two widths freely.
_NARROW = str.maketrans("（）：，；．－—–～［］〔〕／“”", '():,;.---~[][]/""') | {
    code: chr(code - 0xFEE0) for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
}
_CHINESE = r"\u3400-\u9fff"
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
    """`text` in narrow punctuation without spaces; `sources[i]` is where character `i` was read."""

    text: str
    sources: tuple[Source, ...]

    def search(self, pattern: re.Pattern[str]) -> Found | None:
        return next(self.all(pattern), None)

    def all(self, pattern: re.Pattern[str]) -> Iterator[Found]:
        """Each match: its group `v` where it has one and took part, else all of it."""
        for match in pattern.finditer(self.text):
            start, end = match.span("v") if "v" in pattern.groupindex else match.span()
            if start < end:
                yield self.span(start, end)

    def span(self, start: int, end: int) -> Found:
        touched = list(dict.fromkeys(self.sources[start:end]))
        return found_in(widened(self.text[start:end]), touched)


def found_in(text: str, sources: Sequence[Source]) -> Found:
    page = sources[0].page
    box = sources[0].line.box
    for source in sources[1:]:
        box = box.around(source.line.box) if source.page == page else box
    return Found(text, page, box, min(source.line.confidence for source in sources))


def narrowed(text: str) -> str:
    """Half-width punctuation and digits, no spaces."""
    return text.translate(_NARROW).replace(" ", "")


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
    for page in pages:
        for row in rows_of(page):
            for index, line in enumerate(row):
                text = narrowed(line.text) + (row_end if index == len(row) - 1 else piece_end)
                characters.append(text)
                sources += [Source(page.number, line)] * len(text)
    return Flow("".join(characters), tuple(sources))
