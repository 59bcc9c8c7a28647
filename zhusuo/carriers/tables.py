"""表格: spreadsheets of strangers, read in a limited child process into rows with a place for every mistake."""

import asyncio
import io
import json
import os
import re
import signal
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter

from zhusuo.errors import Refusal, TooLarge

SIZE_LIMIT = 10 << 20
ROW_LIMIT = 20_000
WALL_SECONDS = 30
HEADER_WITHIN = 20
TEXT_LIMIT = 32_000  # a cell of Excel holds 32,767 characters
SHANGHAI = ZoneInfo("Asia/Shanghai")

TROUBLES = {
    "empty": "文件是空的，请检查后重新选择。",
    "web_page": "这个文件其实是网页，只是名字像表格。请用 Excel 或 WPS 打开后另存为 .xlsx 再导入。",
    "encrypted": "表格设有打开密码，请去除密码后再导入。",
    "damaged": "表格已损坏，无法打开。请用 Excel 或 WPS 打开后另存为 .xlsx 再导入。",
    "not_a_table": "这不是表格文件，请上传 .xlsx、.xls 或 .csv。",
    "too_large": "表格展开后太大，请删去多余的工作表、图片和空行后再导入。",
    "too_many_rows": "表格超过 {rows} 行，请分成几份导入。",
    "timeout": "表格太复杂，未能在规定时间内读完，请另存为 .csv 后再导入。",
}
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How workbooks begin; whatever does not is read as a CSV."""
FORMULA = "这一格是公式，请先改成数值（复制后选择性粘贴为数值）。"


class TableUnreadable(Refusal):
    """The file is no table, or none that we can open."""

    code = "table_unreadable"


class UnknownLayout(Refusal):
    """No row of the table looks like the header that is wanted."""

    code = "unknown_layout"
    sentence = "没有找到表头：前 20 行里要有一行写着“{wanted}”。可以先下载模板，把内容贴进去再导入。"


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One sheet: rows of text; `first_row` and `first_column` say where it begins, counted from 1 as Excel does."""

    name: str
    first_row: int
    first_column: int
    rows: Sequence[Sequence[str]]
    formulas: frozenset[tuple[int, int]]


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column that is looked for: its own name and, between blanks, what other people call it."""

    key: str
    name: str
    others: str = ""


@dataclass(frozen=True, kw_only=True)
class CellError:
    """What is wrong with one cell; `column` is the letter Excel shows, "" for the whole row."""

    row: int
    column: str
    name: str
    text: str

    def __str__(self) -> str:
        place = f"第 {self.row} 行{self.name and f'“{self.name}”'}"
        return f"{place}（{self.column}{self.row}）：{self.text}" if self.column else f"{place}：{self.text}"


@dataclass(frozen=True, kw_only=True)
class Record:
    """One row by the keys of its columns; `error` puts a finger on one of its cells."""

    row: int
    cells: Mapping[str, str]
    places: Mapping[str, tuple[str, str]]

    def error(self, key: str, text: str) -> CellError:
        column, name = self.places.get(key, ("", ""))
        return CellError(row=self.row, column=column, name=name, text=text)


@dataclass(frozen=True, kw_only=True)
class Records:
    """The rows under a header, without empty ones and sums, and the errors found on the way."""

    rows: tuple[Record, ...]
    errors: tuple[CellError, ...]


async def read(data: bytes, *, most_rows: int = ROW_LIMIT, most_bytes: int = SIZE_LIMIT) -> list[Sheet]:
    """The sheets of an XLSX, XLS, ODS or CSV; raises TooLarge, TableUnreadable."""
    if len(data) > most_bytes:
        raise TooLarge(f"表格超过 {most_bytes >> 20} MB，请删去多余的工作表和图片，或分成几份导入。")
    answer = await _ask_child(data, most_rows)
    if "trouble" in answer:
        raise TableUnreadable(TROUBLES[answer["trouble"]].format(rows=most_rows))
    return [
        Sheet(
            name=each["name"],
            first_row=each["first"],
            first_column=each["left"] + 1,
            rows=each["rows"],
            formulas=frozenset((y, x) for y, x in each["formulas"]),
        )
        for each in answer["sheets"]
    ]


async def _ask_child(data: bytes, most_rows: int) -> dict[str, Any]:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-m",
        "zhusuo.carriers.tables_child",
        str(most_rows),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={},
        start_new_session=True,
    )
    try:
        output, _ = await asyncio.wait_for(child.communicate(data), WALL_SECONDS)
    except TimeoutError:
        return {"trouble": "timeout"}
    finally:
        if child.returncode is None:
            os.killpg(child.pid, signal.SIGKILL)
            await child.wait()
    if child.returncode == -signal.SIGXCPU:
        return {"trouble": "timeout"}
    if child.returncode != 0:
        return {"trouble": "too_large" if child.returncode == -signal.SIGABRT else "damaged"}
    answer: dict[str, Any] = json.loads(output)
    return answer


def records(sheets: Sequence[Sheet], columns: Sequence[Column], needed: Sequence[str]) -> Records:
    """The rows under the first header that names at least one of the `needed` keys; raises UnknownLayout."""
    for sheet in sheets:
        for at, row in enumerate(sheet.rows[:HEADER_WITHIN]):
            found = header(row, columns)
            if any(key in found for key in needed):
                return _under(sheet, at, found)
    names = {column.key: column.name for column in columns}
    raise UnknownLayout(wanted="、".join(names[key] for key in needed))


def header(row: Sequence[str], columns: Sequence[Column]) -> dict[str, tuple[int, str]]:
    """Which key stands in which place of this row; the first of two equal ones counts."""
    found: dict[str, tuple[int, str]] = {}
    for x, cell in enumerate(row):
        name = _plain(cell)
        for column in columns:
            if name and column.key not in found and name in (column.name, *column.others.split()):
                found[column.key] = (x, cell)
    return found


def _plain(cell: str) -> str:
    """A header without spaces, stars, units and remarks in brackets: 面积（㎡）* is 面积."""
    text = re.sub(r"[(（\[【][^)）\]】]*[)）\]】]", "", unicodedata.normalize("NFKC", cell))
    return re.sub(r"[\s*:：]|m2$|平方米$", "", text)


def _under(sheet: Sheet, header: int, found: Mapping[str, tuple[int, str]]) -> Records:
    places = {key: (column_letter(sheet.first_column + x), name.strip()) for key, (x, name) in found.items()}
    rows, errors = [], []
    for y, row in _filled(sheet.rows, header + 1):
        cells = {key: row[x].strip() if x < len(row) else "" for key, (x, _) in found.items()}
        record = Record(row=sheet.first_row + y, cells=cells, places=places)
        wrong = [record.error(key, FORMULA) for key, (x, _) in found.items() if (y, x) in sheet.formulas]
        errors += wrong
        if not wrong and any(cells.values()):
            rows.append(record)
    return Records(rows=tuple(rows), errors=tuple(errors))


def _filled(rows: Sequence[Sequence[str]], start: int) -> Iterator[tuple[int, Sequence[str]]]:
    """The rows with something in them, without the sums at the foot."""
    for y in range(start, len(rows)):
        first = next((cell.strip() for cell in rows[y] if cell.strip()), "")
        if first and not re.match(r"[合总小]\s*计", first):
            yield y, rows[y]


ABOUT = "说明"
"""The first sheet of a list that is taken along: what it is, when, by whom, and how it was narrowed."""


class Book:
    """An XLSX with one sheet, behind one that says what it is. Whatever text it holds stays text: nothing starts a
    formula or becomes a link.

    The rows of a long one lie on disk until it is closed, so that it takes no more memory than a short one.
    """

    def __init__(self, name: str, header: Sequence[str], *, long: bool = False, about: bool = False) -> None:
        self._output = io.BytesIO()
        self._book = xlsxwriter.Workbook(self._output, {"in_memory": not long, "constant_memory": long})
        self._about = self._book.add_worksheet(ABOUT) if about else None
        self._sheet = self._book.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", name)[:31] or "Sheet1")
        bold, self._day, self._moment = (
            self._book.add_format(each)
            for each in ({"bold": True}, {"num_format": "yyyy-mm-dd"}, {"num_format": "yyyy-mm-dd hh:mm"})
        )
        self._sheet.freeze_panes(1, 0)
        for x, title in enumerate(header):
            self._sheet.write_string(0, x, title, bold)
        self._widths = [_width(title) for title in header]
        self._height = 1

    def add(self, rows: Iterable[Sequence[object]]) -> None:
        for row in rows:
            for x, value in enumerate(row):
                self._write(self._height, x, value)
                self._widths[x] = max(self._widths[x], _width("" if value is None else str(value)))
            self._height += 1

    def _write(self, y: int, x: int, value: object) -> None:
        if isinstance(value, bool):
            self._sheet.write_string(y, x, "是" if value else "否")
        elif isinstance(value, int | float | Decimal):
            self._sheet.write_number(y, x, float(value))
        elif isinstance(value, datetime):
            self._sheet.write_datetime(y, x, value.astimezone(SHANGHAI).replace(tzinfo=None), self._moment)
        elif isinstance(value, date):
            self._sheet.write_datetime(y, x, value, self._day)
        elif value is not None:
            self._sheet.write_string(y, x, str(value)[:TEXT_LIMIT])

    def say(self, facts: Iterable[tuple[str, object]]) -> None:
        """What stands on the first sheet, a fact a line; once, when all rows are there."""
        if self._about is None:
            return
        bold = self._book.add_format({"bold": True})
        for y, (word, value) in enumerate(facts):
            self._about.write_string(y, 0, word, bold)
            self._about.write_string(y, 1, str(value)[:TEXT_LIMIT])
        self._about.set_column(0, 0, 14)
        self._about.set_column(1, 1, 60)

    def close(self) -> bytes:
        for x, width in enumerate(self._widths):
            self._sheet.set_column(x, x, min(width, 60))
        self._book.close()
        return self._output.getvalue()


def workbook(
    name: str,
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    about: Sequence[tuple[str, object]] = (),
) -> bytes:
    """An XLSX all at once: one sheet, behind one of `about` where there is something to say."""
    book = Book(name, header, about=bool(about))
    book.add(rows)
    book.say(about)
    return book.close()


def _width(text: str) -> int:
    return 2 + sum(2 if ord(letter) > 0x2E7F else 1 for letter in text[:60])


def column_letter(number: int) -> str:
    """1 is A, 27 is AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
