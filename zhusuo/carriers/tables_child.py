"""Reads one spreadsheet of a stranger in a process of its own: bytes on stdin, JSON on stdout.

Started by `tables.read` as `python -m zhusuo.carriers.tables_child ROWS`. It limits itself before it looks at a byte; a
zip bomb or a sheet with one cell in the last corner dies here and takes nothing along.
"""

import csv
import datetime
import io
import json
import re
import resource
import sys
import zipfile
from xml.etree import ElementTree

CPU_SECONDS = 20
MEMORY_BYTES = 1 << 30
UNPACKED_BYTES = 256 << 20
COLUMN_LIMIT = 60
SHEET_LIMIT = 20
TEXT_LIMIT = 200
ANSWER_BYTES_A_ROW = 420

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_FORMULA = re.compile(rb'<(?:\w+:)?c\s(?:[^>]*\s)?r="([A-Z]{1,3})(\d{1,7})"[^>]*>\s*<(?:\w+:)?f[\s>/]')
_HTML = (b"<!doctype", b"<html", b"<meta", b"<table", b"<head", b"<style", b"<div")


class Trouble(Exception):
    """Why the file cannot be read; the code is one of `tables.TROUBLES`."""


def limit() -> None:
    """From here on: little memory, little time, no new files."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def sheets(data: bytes, most_rows: int) -> list[dict[str, object]]:
    """Every sheet of a workbook, or the one of a CSV, as rows of strings; raises Trouble."""
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not data.strip(b"\0 \t\r\n"):
        raise Trouble("empty")
    if start.startswith(_HTML) or b"<html" in start:
        raise Trouble("web_page")
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return workbook(data, most_rows)
    return [{"name": "", "first": 1, **comma_separated(data, most_rows)}]


def workbook(data: bytes, most_rows: int) -> list[dict[str, object]]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

    formulas: dict[str, list[tuple[int, int]]] = {}
    if data.startswith(b"PK"):
        formulas = formulas_of(data)
    elif "EncryptedPackage".encode("utf-16-le") in data:
        raise Trouble("encrypted")
    try:
        book = CalamineWorkbook.from_object(io.BytesIO(data))
        shown = [
            each.name
            for each in book.sheets_metadata
            if each.typ == SheetTypeEnum.WorkSheet and each.visible == SheetVisibleEnum.Visible
        ]
        found = []
        for name in shown[:SHEET_LIMIT]:
            sheet = book.get_sheet_by_name(name)
            if sheet.start is None:
                continue
            if sheet.total_height > most_rows * 5:
                raise Trouble("too_many_rows")
            top, left = sheet.start
            rows = [[text(value) for value in row[:COLUMN_LIMIT]] for row in sheet.to_python(nrows=most_rows + 1)]
            if len(rows) > most_rows:
                raise Trouble("too_many_rows")
            for (y1, x1), (y2, x2) in sheet.merged_cell_ranges or ():
                spread(rows, y1 - top, x1 - left, y2 - top, x2 - left)
            marks = [(y - top, x - left) for y, x in formulas.get(name, ())]
            found.append({"name": name, "first": top + 1, "left": left, "rows": rows, "formulas": marks})
    except PasswordError as error:
        raise Trouble("encrypted") from error
    except CalamineError as error:
        raise Trouble("damaged") from error
    return found


def spread(rows: list[list[str]], y1: int, x1: int, y2: int, x2: int) -> None:
    """Write the value of a merged range that runs down a column into each of its rows."""
    if x1 != x2 or not (0 <= y1 < len(rows) and 0 <= x1 < len(rows[y1])):
        return
    for y in range(y1 + 1, min(y2 + 1, len(rows))):
        rows[y][x1] = rows[y1][x1]


def formulas_of(data: bytes) -> dict[str, list[tuple[int, int]]]:
    """Where the sheets of an XLSX have formulas, by name of the sheet, counted from 0."""
    found: dict[str, list[tuple[int, int]]] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(each.file_size for each in archive.infolist()) > UNPACKED_BYTES:
                raise Trouble("too_large")
            if "xl/workbook.xml" not in archive.namelist():
                return {}
            relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 - limited
            targets = {each.get("Id"): each.get("Target", "") for each in relations}
            book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - limited
            for sheet in book.iter():
                target = targets.get(sheet.get(_RELATION))
                if not sheet.tag.endswith("}sheet") or not target:
                    continue
                path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
                cells = _FORMULA.findall(archive.read(path))
                found[sheet.get("name", "")] = [(int(row) - 1, column_number(name) - 1) for name, row in cells]
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, EOFError, OSError, zipfile.LargeZipFile) as error:
        raise Trouble("damaged") from error
    except (NotImplementedError, RuntimeError) as error:
        raise Trouble("encrypted") from error
    return found


def column_number(name: bytes) -> int:
    """A is 1, AA is 27."""
    number = 0
    for letter in name:
        number = number * 26 + letter - 64
    return number


def comma_separated(data: bytes, most_rows: int) -> dict[str, object]:
    decoded = decode(data)
    head = decoded[:2000]
    delimiter = max(",\t;，", key=head.count)
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(decoded, newline=""), delimiter=delimiter):
            rows.append([cell.strip()[:TEXT_LIMIT] for cell in row[:COLUMN_LIMIT]])
            if len(rows) > most_rows:
                raise Trouble("too_many_rows")
    except csv.Error as error:
        raise Trouble("damaged") from error
    marks = [(y, x) for y, row in enumerate(rows) for x, cell in enumerate(row) if cell.startswith("=")]
    return {"left": 0, "rows": rows, "formulas": marks}


def decode(data: bytes) -> str:
    """UTF-8, UTF-16 with its mark, or what Excel in China writes; raises Trouble for anything binary."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif b"\0" in data:
        raise Trouble("not_a_table")
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Trouble("not_a_table")


def text(value: object) -> str:
    """A cell as people see it: 2101, not 2101.0."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ")
    return str(value).strip()[:TEXT_LIMIT]


def main() -> None:
    limit()
    most_rows = int(sys.argv[1])
    try:
        answer = json.dumps({"sheets": sheets(sys.stdin.buffer.read(), most_rows)}, ensure_ascii=False)
        if len(answer) > ANSWER_BYTES_A_ROW * most_rows:
            raise Trouble("too_large")
    except Trouble as trouble:
        answer = json.dumps({"trouble": str(trouble)})
    except MemoryError:
        answer = json.dumps({"trouble": "too_large"})
    sys.stdout.buffer.write(answer.encode("utf-8", "replace"))


if __name__ == "__main__":
    main()
