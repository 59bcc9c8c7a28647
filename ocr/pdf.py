"""A PDF, opened by those who do it best: pikepdf mends it and counts its pages, pypdfium2 gives text and pictures,
pypdf the words that were typed onto a page afterwards (form fields, free-text notes).

The text layer comes from PDFium and not from pypdf because masks and highlights need a box for every character (pypdf
gives the start of a run) and because it takes 5 ms a page instead of 40. PDFium misplaces the characters that it
normalises itself (⽤ to 用): they are put back onto the line of the text object they belong to.

Used in the child process alone.
"""

import ctypes
import io
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as raw
from PIL import Image

from ocr.errors import Unreadable
from ocr.layout import Piece, rows
from ocr.model import Box, Limits, Line, Media
from ocr.protocol import Reading
from ocr.typed import typed_words
from ocr.words import clean, is_sensible

TAIL_BYTES = 64 * 1024
FEW_CHARACTERS = 20
PICTURE_SHARE = 0.6
LOOKED_AT = 300
"""So many objects or annotations of a page are looked at to tell what it is made of."""
FINE = 1_000_000
TEXT_SIDE = 2000
WORD_GAP, CELL_GAP = 0.25, 1.2
"""Gaps between characters, in heights of a line, that part words and cells."""


class Pdf:
    """An open PDF; `source` is its path, or its bytes where it had to be mended."""

    media: Media = "pdf"

    def __init__(self, path: Path, limits: Limits) -> None:
        self.source, self.page_count, self.warnings = _mended(path, limits)
        try:
            self._pdf = pdfium.PdfDocument(self.source)
            self._pdf.init_forms()
        except pdfium.PdfiumError as error:
            raise Unreadable("damaged", str(error)) from error
        if len(self._pdf) != self.page_count:
            raise Unreadable("damaged", f"{len(self._pdf)} or {self.page_count} pages")

    def close(self) -> None:
        self._pdf.close()

    def size(self, number: int) -> tuple[float, float]:
        """Width and height of a page as a viewer shows it, in points."""
        width, height = self._page(number).get_size()
        return max(1.0, width), max(1.0, height)

    def picture(self, number: int, side: int) -> Image.Image:
        """The page as a viewer shows it, its longer side `side` pixels."""
        page = self._page(number)
        scale = side / max(self.size(number))
        image: Image.Image = page.render(scale=scale, rev_byteorder=True, may_draw_forms=True).to_pil()
        return image.convert("RGB")

    def words(self, number: int) -> Reading | None:
        """The text layer of a page, or None where it has to be read as a picture."""
        page = self._page(number)
        characters = list(_characters(page.get_textpage()))
        if not _may_be_trusted(page, "".join(character.text for character in characters)):
            return None
        width, height = self.size(number)
        turned = _turned(page, characters)
        place = _Place.of(page, turned)
        if turned in (90, 270):
            width, height = height, width
        lines = [line for line in _lines(characters, place, width, height) if line.text]
        lines += self._typed(page, number, place)
        pieces = [Piece(line.box.x0, line.box.middle, line.box.height) for line in lines]
        scale = TEXT_SIDE / max(width, height)
        return Reading(
            rows=tuple(tuple(lines[index] for index in row) for row in rows(pieces)),
            turned=turned,
            width_px=round(width * scale),
            height_px=round(height * scale),
            method="text" if lines else "none",
        )

    def _page(self, number: int) -> Any:
        if not 1 <= number <= self.page_count:
            raise Unreadable("no_such_page", str(number))
        try:
            return self._pdf[number - 1]
        except pdfium.PdfiumError as error:
            raise Unreadable("damaged", str(error)) from error

    def _typed(self, page: Any, number: int, place: "_Place") -> list[Line]:
        """Words of form fields and notes, which are no part of the text layer."""
        if not _has_typed(page):
            return []
        return [
            Line(text=text, box=place.box(*corners), confidence=1.0)
            for text, corners in typed_words(self._typed_source, number)
        ]

    @cached_property
    def _typed_source(self) -> io.BytesIO | Path:
        return self.source if isinstance(self.source, Path) else io.BytesIO(self.source)


def _mended(path: Path, limits: Limits) -> tuple[Path | bytes, int, tuple[str, ...]]:
    """What to open, the number of pages, and what to tell the person who brought it."""
    try:
        with pikepdf.open(path, suppress_warnings=True) as pdf:
            page_count = len(pdf.pages)
            if page_count == 0:
                raise Unreadable("truncated" if _is_cut_off(path) else "no_pages")
            if page_count > limits.max_pages:
                raise Unreadable("too_many_pages", f"{page_count} pages")
            notes = _notes(pdf)
            if not pdf.get_warnings():
                return path, page_count, notes
            if _is_cut_off(path):
                raise Unreadable("truncated", str(pdf.get_warnings()[0]))
            mended = io.BytesIO()
            pdf.save(mended)
            return mended.getvalue(), page_count, ("文件结构有损坏，已自动修复，请核对页面是否齐全。", *notes)
    except pikepdf.PasswordError as error:
        raise Unreadable("encrypted", str(error)) from error
    except (pikepdf.PdfError, RuntimeError, ValueError) as error:
        raise Unreadable("truncated" if _is_cut_off(path) else "damaged", str(error)) from error


def _is_cut_off(path: Path) -> bool:
    """Whether the end is missing: every PDF closes with `startxref` and `%%EOF`, perhaps with some junk behind."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL_BYTES))
        tail = file.read()
    return b" obj" in tail[max(0, tail.rfind(b"startxref")) :] if b"startxref" in tail else True


def _notes(pdf: pikepdf.Pdf) -> tuple[str, ...]:
    notes = []
    form = pdf.Root.get("/AcroForm")
    if isinstance(form, pikepdf.Dictionary) and int(form.get("/SigFlags", 0)) & 1:
        notes.append("文件含有电子签名，尚未验证。")
    names = pdf.Root.get("/Names")
    if isinstance(names, pikepdf.Dictionary) and "/EmbeddedFiles" in names:
        notes.append("文件夹带了附件，附件不会被读取。")
    return tuple(notes)


# What a page is made of


def _may_be_trusted(page: Any, text: str) -> bool:
    """Whether the text layer is what the page shows.

    Not where it is debris, where it lies unseen over a scan (another program's reading), or where it is next to
    nothing beside pictures or outlines.
    """
    objects = [raw.FPDFPage_GetObject(page, i) for i in range(min(LOOKED_AT, raw.FPDFPage_CountObjects(page)))]
    if not objects:
        return True
    dense = "".join(text.split())
    if dense and not is_sensible(dense):
        return False
    if _picture_share(page, objects) > PICTURE_SHARE and _is_hidden(objects):
        return False
    return len(dense) >= FEW_CHARACTERS or all(_kind(found) == raw.FPDF_PAGEOBJ_TEXT for found in objects)


def _kind(found: Any) -> int:
    return int(raw.FPDFPageObj_GetType(found))


def _picture_share(page: Any, objects: list[Any]) -> float:
    """The share of the page that its largest picture covers."""
    width, height = page.get_size()
    corners = [ctypes.c_float() for _ in range(4)]
    largest = 0.0
    for found in objects:
        if _kind(found) == raw.FPDF_PAGEOBJ_IMAGE and raw.FPDFPageObj_GetBounds(found, *corners):
            left, bottom, right, top = (corner.value for corner in corners)
            largest = max(largest, (right - left) * (top - bottom))
    return float(largest / max(1.0, width * height))


def _is_hidden(objects: list[Any]) -> bool:
    """Whether most of the text objects draw nothing."""
    modes = [raw.FPDFTextObj_GetTextRenderMode(found) for found in objects if _kind(found) == raw.FPDF_PAGEOBJ_TEXT]
    return 2 * modes.count(raw.FPDF_TEXTRENDERMODE_INVISIBLE) >= len(modes)


def _has_typed(page: Any) -> bool:
    for index in range(min(LOOKED_AT, raw.FPDFPage_GetAnnotCount(page))):
        note = raw.FPDFPage_GetAnnot(page, index)
        kind = raw.FPDFAnnot_GetSubtype(note)
        raw.FPDFPage_CloseAnnot(note)
        if kind in (raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_FREETEXT):
            return True
    return False


# Characters and their place


@dataclass(frozen=True, slots=True)
class _Character:
    """A character with its corners in page space; `angle` of its writing in degrees, counter-clockwise."""

    text: str
    corners: tuple[float, float, float, float]
    angle: int


def _characters(words: Any) -> Iterator[_Character]:
    matrix, rect = raw.FS_MATRIX(), raw.FS_RECTF()
    before: tuple[float, float, float] | None = None
    for index in range(raw.FPDFText_CountChars(words)):
        text = chr(raw.FPDFText_GetUnicode(words, index))
        if text in "\r\n\x00" or raw.FPDFText_IsGenerated(words, index):
            continue
        raw.FPDFText_GetMatrix(words, index, matrix)
        raw.FPDFText_GetLooseCharBox(words, index, rect)
        em = raw.FPDFText_GetFontSize(words, index) * math.hypot(matrix.c, matrix.d)
        corners = (rect.left, rect.bottom, rect.right, rect.top)
        if _is_astray(corners, matrix, em):
            start = before[2] if before and before[:2] == (matrix.e, matrix.f) else matrix.e
            corners = (start, matrix.f - 0.15 * em, start + em, matrix.f + 0.85 * em)
        before = (matrix.e, matrix.f, corners[2])
        yield _Character(text, corners, round(math.degrees(math.atan2(matrix.b, matrix.a)) / 90) * 90 % 360)


def _is_astray(corners: tuple[float, float, float, float], matrix: Any, em: float) -> bool:
    """Whether a box lies off the line that its text object writes on."""
    length = math.hypot(matrix.a, matrix.b) or 1.0
    across = (corners[0] + corners[2]) / 2 - matrix.e, (corners[1] + corners[3]) / 2 - matrix.f
    return bool(abs(across[1] * matrix.a - across[0] * matrix.b) / length > 1.5 * em)


def _turned(page: Any, characters: list[_Character]) -> int:
    """By how many degrees clockwise the writing appears turned in a viewer."""
    angles = Counter(character.angle for character in characters)
    if not angles:
        return 0
    return int(page.get_rotation() - angles.most_common(1)[0][0]) % 360


@dataclass(frozen=True, slots=True)
class _Place:
    """From page space to the upright page: x' = (x·xx + y·xy + x0), y' likewise, then turned."""

    xx: float
    xy: float
    x0: float
    yx: float
    yy: float
    y0: float
    turned: int

    @classmethod
    def of(cls, page: Any, turned: int) -> "_Place":
        origin, along, up = (_on_screen(page, x, y) for x, y in ((0.0, 0.0), (1000.0, 0.0), (0.0, 1000.0)))
        return cls(
            xx=(along[0] - origin[0]) / 1000,
            xy=(up[0] - origin[0]) / 1000,
            x0=origin[0],
            yx=(along[1] - origin[1]) / 1000,
            yy=(up[1] - origin[1]) / 1000,
            y0=origin[1],
            turned=turned,
        )

    def box(self, left: float, bottom: float, right: float, top: float) -> Box:
        xs = sorted(x * self.xx + y * self.xy + self.x0 for x, y in ((left, bottom), (right, top)))
        ys = sorted(x * self.yx + y * self.yy + self.y0 for x, y in ((left, bottom), (right, top)))
        return Box(_within(xs[0]), _within(ys[0]), _within(xs[1]), _within(ys[1])).upright(self.turned)


def _within(share: float) -> float:
    return min(1.0, max(0.0, share))


def _on_screen(page: Any, x: float, y: float) -> tuple[float, float]:
    across, down = ctypes.c_int(), ctypes.c_int()
    raw.FPDF_PageToDevice(page, 0, 0, FINE, FINE, 0, x, y, across, down)
    return across.value / FINE, down.value / FINE


def _lines(characters: list[_Character], place: _Place, width: float, height: float) -> Iterator[Line]:
    """Runs of characters that stand next to each other, parted where a line ends and at gaps as between cells."""
    run = ""
    around: Box | None = None
    for character in characters:
        box = place.box(*character.corners)
        if around and _is_apart(around, box, width / height):
            yield Line(text=clean(run), box=around, confidence=1.0)
            run, around = "", None
        if around and (box.x0 - around.x1) * width / height > WORD_GAP * box.height:
            run += " "
        run += character.text
        around = around.around(box) if around else box
    if around:
        yield Line(text=clean(run), box=around, confidence=1.0)


def _is_apart(before: Box, after: Box, aspect: float) -> bool:
    size = min(before.height, after.height)
    if abs(after.middle - before.middle) > size:
        return True
    return (after.x0 - before.x1) * aspect > CELL_GAP * size or after.x1 < before.x0
