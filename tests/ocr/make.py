"""Pages made of rows of words, as if they had been read."""

import dataclasses
from pathlib import Path

from ocr.kinds import page_kind
from ocr.layout import text_of
from ocr.model import Box, Line, Page, PageKind

SPECIMENS = Path(__file__).parents[2] / "zhusuo" / "specimens"
DEED = SPECIMENS / "bundle-01" / "01-产证.tif"
LEASE_WITH_TEXT = SPECIMENS / "bundle-01" / "06-租赁合同2.pdf"
LEASE_SCAN = SPECIMENS / "bundle-01" / "05-租赁合同1.pdf"
PLAN_WITH_TEXT = SPECIMENS / "bundle-04" / "03-平面图.pdf"
PHOTO_UPSIDE_DOWN = SPECIMENS / "bundle-04" / "04-门牌证明.jpg"
MANDATE_AND_ID_CARD = SPECIMENS / "bundle-06" / "02-授权.pdf"

CHARACTER = 0.02
ROW = 0.025
COLUMN = 0.3


def page_of(*rows: str, number: int = 1, kind: PageKind | None = None, confidence: float = 0.99) -> Page:
    """A page with one row of words per argument; tabs part the pieces of a row."""
    found = [_row(row, 0.05 + index * ROW, confidence) for index, row in enumerate(rows)]
    page = Page(
        number=number,
        width_px=1414,
        height_px=2000,
        turned=0,
        text=text_of(found),
        lines=tuple(line for row in found for line in row),
        method="rapidocr" if rows else "none",
    )
    return dataclasses.replace(page, kind=kind or page_kind(page))


def _row(row: str, top: float, confidence: float) -> list[Line]:
    lines = []
    for column, piece in enumerate(row.split("\t")):
        left = 0.05 + column * COLUMN
        box = Box(left, top, min(left + CHARACTER * len(piece), 1.0), top + 0.8 * ROW)
        lines.append(Line(text=piece, box=box, confidence=confidence))
    return lines
