"""What a page of a PDF is made of: words, pictures, lines, stamps. Used in the child process alone."""

import ctypes
from collections.abc import Iterator
from typing import Any, NamedTuple

import pypdfium2.raw as raw

from ocr.place import Corners

MOST_OBJECTS = 20_000
"""So many objects of a page are looked at to tell what it is made of; a dense page of print has some hundreds."""
MOST_NOTES = 300
DEEPEST_FORM = 4
LARGEST_MARK = 0.35
"""What is drawn in colour and larger, beside the shorter side of the page, is a frame or a ground and no seal."""
COLOURED = 60
STAMPED = (raw.FPDF_ANNOT_STAMP, raw.FPDF_ANNOT_INK, raw.FPDF_ANNOT_WIDGET)
TYPED = (raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_FREETEXT)


class Drawn(NamedTuple):
    """One object of a page; `matrices` are those of the forms it stands in, from the innermost."""

    found: Any
    kind: int
    matrices: tuple[raw.FS_MATRIX, ...]

    @property
    def is_text(self) -> bool:
        return bool(self.kind == raw.FPDF_PAGEOBJ_TEXT)

    @property
    def is_picture(self) -> bool:
        return bool(self.kind == raw.FPDF_PAGEOBJ_IMAGE)

    @property
    def is_mark(self) -> bool:
        """Whether it may be a seal or a part of one: a picture, or something drawn in colour."""
        return self.is_picture or (self.kind == raw.FPDF_PAGEOBJ_PATH and self._is_coloured())

    def corners(self) -> Corners | None:
        """Left, bottom, right, top in page space."""
        sides = [ctypes.c_float() for _ in range(4)]
        if not raw.FPDFPageObj_GetBounds(self.found, *sides):
            return None
        left, bottom, right, top = (side.value for side in sides)
        for by in self.matrices:
            points = [
                (x * by.a + y * by.c + by.e, x * by.b + y * by.d + by.f) for x in (left, right) for y in (bottom, top)
            ]
            (left, *_, right), (bottom, *_, top) = (sorted(along) for along in zip(*points, strict=True))
        return left, bottom, right, top

    def _is_coloured(self) -> bool:
        red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
        for colour_of in (raw.FPDFPageObj_GetStrokeColor, raw.FPDFPageObj_GetFillColor):
            if colour_of(self.found, red, green, blue, alpha) and max(red.value, blue.value) - green.value > COLOURED:
                return True
        return False


def drawn_on(page: Any) -> list[Drawn]:
    """The objects of a pypdfium2 page, those inside of forms instead of the forms."""
    found: list[Drawn] = []
    for index in range(raw.FPDFPage_CountObjects(page)):
        found += _nested(raw.FPDFPage_GetObject(page, index), (), MOST_OBJECTS - len(found))
        if len(found) >= MOST_OBJECTS:
            break
    return found


def marks_on(page: Any, drawn: list[Drawn]) -> list[Corners]:
    """Where in page space there may be a seal: its pictures, what is coloured, and what was stamped onto it later."""
    largest = LARGEST_MARK * min(page.get_size())
    places = []
    for each in drawn:
        corners = each.corners() if each.is_mark else None
        if corners and (each.is_picture or max(corners[2] - corners[0], corners[3] - corners[1]) < largest):
            places.append(corners)
    return places + [corners for kind, corners in _notes(page) if kind in STAMPED]


def has_typed(page: Any) -> bool:
    """Whether words were typed onto the page."""
    return any(kind in TYPED for kind, _ in _notes(page))


def picture_share(page: Any, drawn: list[Drawn]) -> float:
    """The share of the page that its pictures cover; scanners write a page in strips, too."""
    width, height = page.get_size()
    pictures = [corners for each in drawn if each.is_picture and (corners := each.corners()) is not None]
    covered = sum((right - left) * (top - bottom) for left, bottom, right, top in pictures)
    return float(covered / max(1.0, width * height))


def _nested(found: Any, matrices: tuple[raw.FS_MATRIX, ...], left: int) -> list[Drawn]:
    kind = int(raw.FPDFPageObj_GetType(found))
    if kind != raw.FPDF_PAGEOBJ_FORM or len(matrices) >= DEEPEST_FORM:
        return [Drawn(found, kind, matrices)]
    own = raw.FS_MATRIX()
    if raw.FPDFPageObj_GetMatrix(found, own):
        matrices = (own, *matrices)
    inner: list[Drawn] = []
    for index in range(raw.FPDFFormObj_CountObjects(found)):
        if len(inner) >= left:
            break
        inner += _nested(raw.FPDFFormObj_GetObject(found, index), matrices, left - len(inner))
    return inner


def _notes(page: Any) -> Iterator[tuple[int, Corners]]:
    """The kind and the corners of each annotation."""
    rect = raw.FS_RECTF()
    for index in range(min(MOST_NOTES, raw.FPDFPage_GetAnnotCount(page))):
        note = raw.FPDFPage_GetAnnot(page, index)
        kind = int(raw.FPDFAnnot_GetSubtype(note))
        known = raw.FPDFAnnot_GetRect(note, rect)
        raw.FPDFPage_CloseAnnot(note)
        yield kind, (rect.left, rect.bottom, rect.right, rect.top) if known else (0.0, 0.0, 0.0, 0.0)
