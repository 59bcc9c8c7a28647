"""整份文件: a CSV through the processes of `bulk`, with what was done kept from time to time, so that it can go on.

The result is there only when it is whole. Until then it grows beside its place as NAME.part, and NAME.part.json says
how far it is, out of which file, and of which version: another run of the same on the same goes on from there.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from zhusuo.lookup.bulk import CHUNK, Hands, Lines, Work, csv_text
from zhusuo.lookup.csv_rows import CsvFault, CsvTable

SAVED_EVERY = 40
"""Chunks after which what was done is kept."""


@dataclass(kw_only=True)
class Tally:
    """What has become of a file: rows done, lines that could not be read, rows by class and by place, and how often
    each reason kept a row out. `resumed` says how many rows an earlier run had done."""

    rows: int = 0
    faults: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    resumed: int = 0

    def add(self, lines: Lines) -> None:
        self.rows += lines.rows
        self.counts.update(lines.counts)
        self.reasons.update(lines.reasons)


@dataclass(frozen=True, kw_only=True)
class Told:
    """Who is told what: a line that could not be read, how far the file has been read, a piece of the result where it
    goes to no file."""

    fault: Callable[[CsvFault], None]
    read: Callable[[int], None]
    lines: Callable[[str], None]


def through(
    hands: Hands, work: Work, table: CsvTable, source: Path, out: Path | None, version: str, told: Told
) -> Tally:
    """The whole file; raises NotSuchATable, OSError, ProcessDied."""
    part = None if out is None else _Part(out, source, work, version, "utf-8-sig" if table.marked else "utf-8")
    tally = part.tally if part else Tally()
    try:
        chunks = _chunks(table, tally, told)
        if part and not tally.rows and work.form != "json":
            part.write(csv_text([work.columns.beside(table.header)]))
        for number, lines in enumerate(hands.lines(work, chunks), 1):
            if part is None:
                told.lines(lines.text)
            else:
                part.write(lines.text)
            tally.add(lines)
            if part and number % SAVED_EVERY == 0:
                part.save()
            told.read(table.file.tell())
    except BaseException:
        if part:
            part.save()
        raise
    if part:
        part.whole()
    return tally


def _chunks(table: CsvTable, tally: Tally, told: Told) -> Iterator[list[list[str]]]:
    """The rows that were not done before, so many at a time; a line that cannot be read is told and counted once."""
    done, known_faults = tally.resumed, tally.faults
    rows: list[list[str]] = []
    for row in table.rows:
        if isinstance(row, CsvFault):
            if known_faults:
                known_faults -= 1
            else:
                tally.faults += 1
                told.fault(row)
        elif done:
            done -= 1
        else:
            rows.append(row.cells)
            if len(rows) == CHUNK:
                yield rows
                rows = []
    if rows:
        yield rows


class _Part:
    """The result while it grows, and the record of how far it is."""

    def __init__(self, out: Path, source: Path, work: Work, version: str, encoding: str) -> None:
        self._out = out
        self._part = out.with_name(f"{out.name}.part")
        self._record = out.with_name(f"{out.name}.part.json")
        found = source.stat()
        self._mark = {
            "source": [str(source.resolve()), found.st_size, found.st_mtime_ns],
            "work": [work.form, work.place, work.district_codes and list(work.district_codes)],
            "version": version,
        }
        self.tally, length = self._found()
        self._file = self._part.open("r+b" if length else "wb")
        self._file.truncate(length)
        self._file.seek(length)
        self._text = TextIOWrapper(self._file, encoding.removesuffix("-sig"), errors="replace", newline="")
        if not length and encoding.endswith("-sig"):
            self._text.write("\ufeff")

    def _found(self) -> tuple[Tally, int]:
        with suppress(OSError, ValueError, KeyError, TypeError):
            record: dict[str, Any] = json.loads(self._record.read_text("utf-8"))
            if record["mark"] == self._mark and self._part.stat().st_size >= record["length"]:
                done = record["tally"]
                return Tally(
                    rows=done["rows"],
                    faults=done["faults"],
                    counts=Counter(done["counts"]),
                    reasons=Counter(done["reasons"]),
                    resumed=done["rows"],
                ), record["length"]
        return Tally(), 0

    def write(self, text: str) -> None:
        self._text.write(text)

    def save(self) -> None:
        """From here another run may go on."""
        self._text.flush()
        record = {"mark": self._mark, "length": self._file.tell(), "tally": vars(self.tally)}
        new = self._record.with_name(f"{self._record.name}.new")
        new.write_text(json.dumps(record), "utf-8")
        new.replace(self._record)

    def whole(self) -> None:
        self._text.close()
        self._part.replace(self._out)
        self._record.unlink(missing_ok=True)
