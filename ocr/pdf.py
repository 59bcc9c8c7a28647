"""A PDF, opened by those who do it best: pikepdf mends it and counts its pages, pypdfium2 draws it and gives the text
layer, pypdf the words that were typed onto a page afterwards (form fields, free-text notes).

Used in the child process alone.
"""

import io
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium
from PIL import Image

from ocr.cutting import Cutting, place_to_look_at, spots_of
from ocr.drawn import Drawn, drawn_on, marks_on
from ocr.errors import Unreadable
from ocr.model import Limits, Media
from ocr.place import Place
from ocr.protocol import Layer, Reading
from ocr.textlayer import read_layer
from ocr.typed import typed_words

TAIL_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class _Kept:
    """The page that was asked for last, and what it is made of as far as that was asked."""

    number: int
    page: Any
    drawn: list[Drawn] | None = None


class Pdf:
    """An open PDF; `source` is its path, or its bytes where it had to be mended."""

    media: Media = "pdf"

    def __init__(self, path: Path, limits: Limits) -> None:
        self.source, self.page_count, self.warnings = _mended(path, limits)
        self._last: _Kept | None = None
        try:
            self._pdf = pdfium.PdfDocument(self.source)
            self._pdf.init_forms()
        except pdfium.PdfiumError as error:
            raise Unreadable("damaged", str(error)) from error
        if len(self._pdf) != self.page_count:
            raise Unreadable("damaged", f"{len(self._pdf)} or {self.page_count} pages")

    def close(self) -> None:
        self._last = None
        self._pdf.close()

    def size(self, number: int) -> tuple[float, float]:
        """Width and height of a page as a viewer shows it, in points."""
        width, height = self._page(number).get_size()
        return max(1.0, width), max(1.0, height)

    def picture(self, number: int, side: int) -> Image.Image:
        """The page as a viewer shows it, its longer side `side` pixels."""
        page = self._page(number)
        scale = side / max(1.0, *page.get_size())
        image: Image.Image = page.render(scale=scale, rev_byteorder=True, may_draw_forms=True).to_pil()
        return image.convert("RGB")

    def layer(self, number: int) -> Layer:
        """The text layer of a page; without a reading where the page has to be read as a picture."""
        page = self._page(number)
        return read_layer(page, self._drawn(number), lambda: typed_words(self._typed_source, number))

    def cut_out(self, number: int, reading: Reading, side: int) -> tuple[Cutting, Image.Image] | None:
        """The part of a page that may be sealed or signed over its text layer, with the page `side` pixels long."""
        page = self._page(number)
        turned = reading.turned
        place = Place.of(page, turned)
        spots = spots_of([place.box(place.corners(*corners)) for corners in marks_on(page, self._drawn(number))])
        lines = [line for row in reading.rows for line in row]
        box = place_to_look_at(spots, lines, place.width / place.height)
        if box is None:
            return None
        width, height = page.get_size()
        seen = box.upright(360 - turned)
        crop = seen.x0 * width, (1 - seen.y1) * height, (1 - seen.x1) * width, seen.y0 * height
        scale = side / max(1.0, width, height)
        image: Image.Image = page.render(scale=scale, rev_byteorder=True, crop=crop).to_pil().convert("RGB")
        image = image.rotate(turned, expand=True) if turned else image
        size = round(image.height / max(box.height, 0.001)), round(image.width / max(box.width, 0.001))
        return Cutting(box=box, page=size, spots=spots), image

    def _page(self, number: int) -> Any:
        """The page, kept until another one is asked for: what is known of it is asked for one after the other."""
        if not 1 <= number <= self.page_count:
            raise Unreadable("no_such_page", str(number))
        if self._last is None or self._last.number != number:
            try:
                self._last = _Kept(number, self._pdf[number - 1])
            except pdfium.PdfiumError as error:
                raise Unreadable("damaged", str(error)) from error
        return self._last.page

    def _drawn(self, number: int) -> list[Drawn]:
        page = self._page(number)
        if self._last is None or self._last.drawn is None:
            self._last = _Kept(number, page, drawn_on(page))
        return self._last.drawn or []

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
