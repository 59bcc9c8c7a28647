"""Files to JSON, without a database: what `zhusuo read` does."""

import asyncio
import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ocr.errors import Unreadable
from ocr.fields import RULES, fields_of
from ocr.kinds import kind_confidence, kind_of
from ocr.model import Box, Field, Limits, Line, Page
from ocr.papers import gathered, notes_on, papers_in
from ocr.pool import Readers
from ocr.quality import SENTENCES

TOLD = ("unread", "hidden_text")
"""Flaws of a page that are also said of the file as a whole."""

Progress = Callable[[Path, int, int], None]
"""Told after each page: the file, pages done, pages in all."""


async def read_files(
    files: Sequence[Path],
    out: Path | None = None,
    *,
    processes: int = 2,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> list[dict[str, Any]]:
    """What each file says, in the order of `files`; written to `out` as NAME.EXT.json where `out` is given.

    A file that cannot be read has `error` (`code`, `message`) instead of pages.
    """
    async with Readers(processes, limits) as readers:
        turn = asyncio.Semaphore(processes + 1)

        async def one(path: Path) -> dict[str, Any]:
            async with turn:
                return await read_file(readers, path, progress)

        reports = await asyncio.gather(*(one(path) for path in files))
    if out is not None:
        _write(reports, out)
    return list(reports)


async def read_file(readers: Readers, path: Path, progress: Progress | None = None) -> dict[str, Any]:
    """One file as plain values ready for JSON."""
    report: dict[str, Any] = {"file": path.name, "sha256": await asyncio.to_thread(_sha256, path)}
    try:
        inspection = await readers.inspect(path, path.name)
        pages = []
        async for page in readers.read(path):
            pages.append(page)
            if progress:
                progress(path, len(pages), inspection.page_count)
    except Unreadable as reason:
        return report | {"error": {"code": reason.code, "message": reason.message}}
    kind = kind_of(pages)
    return report | {
        "kind": kind,
        "confidence": kind_confidence(kind, pages),
        "papers": [{"kind": paper.kind, "pages": list(paper.pages)} for paper in papers_in(pages)],
        "pages": [_page(page) for page in pages],
        "fields": _fields(pages),
        "warnings": [*inspection.warnings, *_warnings(pages)],
    }


def _warnings(pages: Sequence[Page]) -> list[str]:
    """What a person has to know about the file: pages missing, doubled or unread, words that it hides."""
    told = [f"第 {page.number} 页：{SENTENCES[code]}" for page in pages for code in page.quality if code in TOLD]
    return [*told, *(note.text for note in notes_on(pages))]


def _fields(pages: Sequence[Page]) -> dict[str, list[dict[str, Any]]]:
    """By name; a file that holds two papers may have two of a name. The document's own kind comes first."""
    main = kind_of(pages)
    found: dict[str, list[dict[str, Any]]] = {}
    for paper, own in sorted(gathered(pages), key=lambda each: each[0].kind != main):
        for field in fields_of(paper.kind, own) if paper.kind in RULES else []:
            found.setdefault(field.name, []).append(_field(field))
    return found


def _page(page: Page) -> dict[str, Any]:
    return {
        "page": page.number,
        "kind": page.kind,
        "turned": page.turned,
        "sensitive": [_box(box) for box in page.sensitive],
        "quality": [{"code": code, "text": SENTENCES[code]} for code in page.quality],
        "text": page.text,
        "lines": [_line(line) for line in page.lines],
    }


def _line(line: Line) -> dict[str, Any]:
    return {"text": line.text, "box": _box(line.box), "confidence": line.confidence}


def _field(field: Field) -> dict[str, Any]:
    return {
        "value": field.value,
        "normal": field.normal,
        "confidence": field.confidence,
        "page": field.page,
        "box": _box(field.box),
    }


def _box(box: Box) -> list[float]:
    return [round(corner, 5) for corner in (box.x0, box.y0, box.x1, box.y1)]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(reports: Sequence[dict[str, Any]], out: Path) -> None:
    """One file each; the second of two of the same name is NAME.EXT.2.json."""
    out.mkdir(parents=True, exist_ok=True)
    seen: dict[str, int] = {}
    for report in reports:
        count = seen[report["file"]] = seen.get(report["file"], 0) + 1
        name = f"{report['file']}.json" if count == 1 else f"{report['file']}.{count}.json"
        (out / name).write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
