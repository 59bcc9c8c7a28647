"""逐行读 CSV: files of strangers as a stream of rows, each with its line number; a bad line costs only itself.

UTF-8 with or without a byte order mark, UTF-16 with one, otherwise GB18030; comma, tab or semicolon. A quote that is
never closed would swallow the rest of the file for an ordinary reader: here it is one line's fault. Memory stays flat.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from zhusuo.errors import Refusal

LONGEST_LINE = 1 << 20
_SAMPLE = 1 << 16
_MOST_LINES_OF_A_ROW = 20
_BROKEN = "\ufffd"


class NotSuchATable(Refusal):
    """The file has no header, or not the column that was asked for."""

    code = "not_such_a_table"


class CsvRow(Struct, frozen=True, kw_only=True):
    """The cells of one row in the order of the header; `line` counts from 1, the header included."""

    line: int
    cells: list[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class CsvFault:
    """A line that could not be read, in words."""

    line: int
    text: str

    def __str__(self) -> str:
        return f"第 {self.line} 行：{self.text}"


@dataclass(frozen=True, kw_only=True)
class CsvTable:
    """`marked` says that the file comes from a spreadsheet: a byte order mark, or no UTF-8; `read` the bytes so far."""

    header: list[str]
    marked: bool
    rows: Iterator[CsvRow | CsvFault]
    file: BinaryIO

    def place(self, column: str) -> int:
        """Where the column stands; raises NotSuchATable."""
        if column not in self.header:
            shown = "、".join(f"“{name}”" for name in self.header[:20])
            raise NotSuchATable(f"第 1 行的表头里没有“{column}”这一列；有的是{shown}。")
        return self.header.index(column)


@contextmanager
def csv_table(path: Path) -> Iterator[CsvTable]:
    """The table of a file while it is open; raises NotSuchATable for an empty one."""
    with path.open("rb") as file:
        encoding, marked = _encoding(file)
        lines = enumerate(_lines(file, encoding), 1)
        first = next(lines, (1, ""))[1]
        delimiter = max(",\t;", key=first.count)
        header = [name.strip() for name in split(first, delimiter) or []]
        if not any(header):
            raise NotSuchATable("文件是空的，或第 1 行不是表头。")
        rows = _rows(lines, delimiter, len(header))
        yield CsvTable(header=header, marked=marked, rows=rows, file=file)


def split(line: str, delimiter: str, *, strictly: bool = False) -> list[str] | None:
    """The cells of a row; None if a quote is never closed, or `strictly` if anything but the next cell follows it."""
    if '"' not in line:
        return line.split(delimiter)
    cells: list[str] = []
    at = 0
    while True:
        quoted = ""
        if line.startswith('"', at):
            found = _closing(line, at + 1)
            if found < 0:
                return None
            quoted, at = line[at + 1 : found].replace('""', '"'), found + 1
        end = line.find(delimiter, at)
        if strictly and quoted and line[at : at + 1] not in ("", delimiter):
            return None
        if end < 0:
            return [*cells, quoted + line[at:]]
        cells.append(quoted + line[at:end])
        at = end + 1


def _closing(line: str, at: int) -> int:
    """Where the quote that opened before `at` is closed; two quotes in a row are a quote in the text."""
    while True:
        found = line.find('"', at)
        if found < 0 or line[found + 1 : found + 2] != '"':
            return found
        at = found + 2


def _encoding(file: BinaryIO) -> tuple[str, bool]:
    """By the byte order mark, else by what more of the first lines can be."""
    sample = file.read(_SAMPLE)
    file.seek(0)
    if sample.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig", True
    if sample[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16", True
    lines = [line for line in sample.split(b"\n")[: -1 if len(sample) == _SAMPLE else None] if not line.isascii()]
    broken = sum(_BROKEN in line.decode("utf-8", "replace") for line in lines)
    return ("utf-8", False) if broken * 2 <= len(lines) else ("gb18030", True)


def _lines(file: BinaryIO, encoding: str) -> Iterator[str]:
    if encoding == "utf-16":  # a line break of two bytes: the rare file that is read as a whole
        yield from (line.rstrip("\r\n") for line in StringIO(file.read().decode(encoding, "replace")))
        return
    while line := file.readline(LONGEST_LINE):
        yield line.decode(encoding, "replace").rstrip("\r\n")
        encoding = "utf-8" if encoding == "utf-8-sig" else encoding


def _rows(lines: Iterator[tuple[int, str]], delimiter: str, width: int) -> Iterator[CsvRow | CsvFault]:
    held: list[tuple[int, str]] = []
    while True:
        number, text = held.pop(0) if held else next(lines, (0, ""))
        if not number:
            return
        cells = split(text, delimiter)
        broken = _BROKEN in text
        if cells is None:
            held += islice(lines, _MOST_LINES_OF_A_ROW - len(held))
            used, cells = _continued(text, held, delimiter, width)
            del held[:used]
            broken = cells is not None and any(_BROKEN in cell for cell in cells)
        if cells is None:
            yield CsvFault(line=number, text="引号没有闭合，这一行没有处理")
        elif broken:
            yield CsvFault(line=number, text="有不能识别的字符（文件应为 UTF-8 或 GB18030），这一行没有处理")
        elif len(cells) > width:
            yield CsvFault(line=number, text=f"有 {len(cells)} 列，表头只有 {width} 列，这一行没有处理")
        elif any(cells):
            cells += [""] * (width - len(cells))
            yield CsvRow(line=number, cells=cells)


def _continued(text: str, following: list[tuple[int, str]], delimiter: str, width: int) -> tuple[int, list[str] | None]:
    """A row over several lines, and how many of the following it takes; a line that is a row by itself ends it."""
    for used, (_, line) in enumerate(following, 1):
        alone = split(line, delimiter)
        if alone is not None and len(alone) == width:
            break
        text = f"{text}\n{line}"
        if '"' in line and (cells := split(text, delimiter, strictly=True)) is not None:
            return used, cells
    return 0, None
