"""The text layer of a PDF page, read with PDFium: whether it may be trusted, and where its characters stand.

PDFium and not pypdf, because masks and highlights need a box for every character (pypdf gives the start of a run), and
because it takes 5 ms a page where pypdf takes 40. PDFium misplaces the characters that it normalises itself (⽤ to 用):
they are put back onto the line of the text object they belong to. Used in the child process alone.
"""

import ctypes
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pypdfium2.raw as raw

from ocr.layout import Piece, rows
from ocr.model import Box, Line
from ocr.protocol import Layer, Reading
from ocr.words import clean, is_sensible

FEW_CHARACTERS = 20
MOST_CHARACTERS = 120_000
"""Far more than the densest page of print; a page that has more says that the rest was not read."""
PICTURE_SHARE = 0.6
LOOKED_AT = 300
"""So many objects or annotations of a page are looked at to tell what it is made of."""
DEEPEST_FORM = 3
COLOURED = 60
PALE = 232
"""What is brighter than this is paper, whoever calls it ink."""
SMALLEST_TYPE = 2.0
"""Points; type that is smaller is not meant for people."""
FINE = 1_000_000
SIDE = 2000
"""A page of text is said to be this many pixels long, as if it had been drawn for reading."""
WORD_GAP, CELL_GAP = 0.25, 1.2
"""Gaps between characters, in heights of a line, that part words and cells."""

Corners = tuple[float, float, float, float]
TypedWords = Callable[[], list[tuple[str, Corners]]]


def may_be_marked(page: Any) -> bool:
    """Whether a page holds what may be a seal: a picture, or something drawn in colour."""
    return any(_is_mark(found) for found in _nested(_objects(page)))


def _nested(objects: Sequence[Any], depth: int = 0) -> Iterator[Any]:
    """The objects with those that stand inside of forms."""
    for found in objects:
        if _kind(found) == raw.FPDF_PAGEOBJ_FORM and depth < DEEPEST_FORM:
            inner = min(LOOKED_AT, raw.FPDFFormObj_CountObjects(found))
            yield from _nested([raw.FPDFFormObj_GetObject(found, i) for i in range(inner)], depth + 1)
        else:
            yield found


def _is_mark(found: Any) -> bool:
    if _kind(found) == raw.FPDF_PAGEOBJ_IMAGE:
        return True
    if _kind(found) != raw.FPDF_PAGEOBJ_PATH:
        return False
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    for colour_of in (raw.FPDFPageObj_GetStrokeColor, raw.FPDFPageObj_GetFillColor):
        if colour_of(found, red, green, blue, alpha) and max(red.value, blue.value) - green.value > COLOURED:
            return True
    return False


def read_layer(page: Any, typed: TypedWords) -> Layer:
    """The rows of a pypdfium2 page and what `typed` says was typed onto it, without characters that nobody can see."""
    every = list(_characters(page.get_textpage()))
    hidden = _hidden(page, every)
    characters = [each for index, each in enumerate(every) if index not in hidden]
    unseen = "".join(every[index].text for index in sorted(hidden))
    whole = "".join(character.text for character in every)
    if not _may_be_trusted(page, "".join(character.text for character in characters), shown=not hidden):
        return Layer(None, whole if is_sensible(whole) else "")
    reading = _reading(page, characters, typed)
    if raw.FPDFText_CountChars(page.get_textpage()) > MOST_CHARACTERS:
        reading = replace(reading, quality=("cut_short",))
    return Layer(reading, unseen)


def _reading(page: Any, characters: list["_Character"], typed: TypedWords) -> Reading:
    """What is seen of a layer, as rows."""
    turned = _turned(page, characters)
    place = _Place.of(page, turned)
    lines = list(_lines(characters, place))
    if _has_typed(page):
        lines += [Line(text=text, box=place.box(place.corners(*corners)), confidence=1.0) for text, corners in typed()]
    pieces = [Piece(line.box.x0, line.box.middle, line.box.height) for line in lines]
    scale = SIDE / max(place.width, place.height)
    return Reading(
        rows=tuple(tuple(lines[index] for index in row) for row in rows(pieces)),
        turned=turned,
        width_px=round(place.width * scale),
        height_px=round(place.height * scale),
        method="text" if lines else "none",
    )


# What a page is made of


def _may_be_trusted(page: Any, text: str, *, shown: bool) -> bool:
    """Whether the text layer, of which `text` can be seen, is what the page shows.

    Not where it is debris, where it lies on or under a picture of the whole page (another program's reading, or worse),
    or where it is next to nothing beside pictures or outlines.
    """
    objects = list(_nested(_objects(page)))
    if not objects:
        return shown
    dense = "".join(text.split())
    if dense and not is_sensible(dense):
        return False
    if _picture_share(page, objects) > PICTURE_SHARE:
        return False
    return len(dense) >= FEW_CHARACTERS or (shown and all(_kind(found) == raw.FPDF_PAGEOBJ_TEXT for found in objects))


def _objects(page: Any) -> list[Any]:
    return [raw.FPDFPage_GetObject(page, i) for i in range(min(LOOKED_AT, raw.FPDFPage_CountObjects(page)))]


def _hidden(page: Any, characters: list["_Character"]) -> set[int]:
    """Which characters nobody can see: drawn not at all, far too small, off the page, or white on white."""
    hidden = {index for index, character in enumerate(characters) if character.hidden}
    pale = [index for index, character in enumerate(characters) if character.pale and index not in hidden]
    if pale:
        place = _Place.of(page, 0)
        grey = page.render(scale=SIDE / 2 / max(1.0, *page.get_size()), grayscale=True).to_numpy()
        hidden |= {index for index in pale if _is_white(grey, place.box(place.corners(*characters[index].corners)))}
    return hidden


def _is_white(grey: Any, box: Box) -> bool:
    """Whether there is nothing but paper at a place of the drawn page."""
    height, width = grey.shape[:2]
    x0, x1, y0, y1 = round(box.x0 * width), round(box.x1 * width), round(box.y0 * height), round(box.y1 * height)
    place = grey[max(0, y0 - 2) : y1 + 3, max(0, x0 - 2) : x1 + 3]
    return place.size == 0 or int(place.min()) > PALE


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
    """A character with its corners in page space; `angle` of its writing in degrees, counter-clockwise.

    `hidden` is one that draws nothing that could be read; `pale` one whose ink is that of paper.
    """

    text: str
    corners: Corners
    angle: int
    hidden: bool
    pale: bool


def _characters(words: Any) -> Iterator[_Character]:
    matrix, rect = raw.FS_MATRIX(), raw.FS_RECTF()
    before: tuple[float, float, float] | None = None
    looks: dict[int, tuple[bool, bool]] = {}
    for index in range(min(MOST_CHARACTERS, raw.FPDFText_CountChars(words))):
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
        written = raw.FPDFText_GetTextObject(words, index)
        key = ctypes.addressof(written.contents) if written else 0
        if key not in looks:
            looks[key] = _look(written)
        unseen, pale = looks[key]
        yield _Character(
            text=text,
            corners=corners,
            angle=round(math.degrees(math.atan2(matrix.b, matrix.a)) / 90) * 90 % 360,
            hidden=(unseen or em < SMALLEST_TYPE) and not text.isspace(),
            pale=pale and not text.isspace(),
        )


def _look(written: Any) -> tuple[bool, bool]:
    """Whether a text object draws nothing, and whether it draws in white."""
    if not written:
        return False, False
    mode = raw.FPDFTextObj_GetTextRenderMode(written)
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if mode == raw.FPDF_TEXTRENDERMODE_INVISIBLE or mode == raw.FPDF_TEXTRENDERMODE_CLIP:
        return True, False
    if mode != raw.FPDF_TEXTRENDERMODE_FILL or not raw.FPDFPageObj_GetFillColor(written, red, green, blue, alpha):
        return False, False
    return alpha.value < 16, min(red.value, green.value, blue.value) > PALE


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
    """From page space to points on the upright page: x' = x·xx + y·xy + x0, and y' likewise, from its upper left."""

    width: float
    height: float
    xx: float
    xy: float
    x0: float
    yx: float
    yy: float
    y0: float

    @classmethod
    def of(cls, page: Any, turned: int) -> "_Place":
        width, height = (max(1.0, side) for side in page.get_size())
        if turned in (90, 270):
            width, height = height, width
        (x0, y0), (x1, y1), (x2, y2) = (_on_page(page, turned, *point) for point in ((0, 0), (1000, 0), (0, 1000)))
        return cls(
            width=width,
            height=height,
            xx=(x1 - x0) / 1000 * width,
            xy=(x2 - x0) / 1000 * width,
            x0=x0 * width,
            yx=(y1 - y0) / 1000 * height,
            yy=(y2 - y0) / 1000 * height,
            y0=y0 * height,
        )

    def corners(self, left: float, bottom: float, right: float, top: float) -> Corners:
        """Left, top, right, bottom on the upright page."""
        ax, bx = left * self.xx + bottom * self.xy + self.x0, right * self.xx + top * self.xy + self.x0
        ay, by = left * self.yx + bottom * self.yy + self.y0, right * self.yx + top * self.yy + self.y0
        return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)

    def box(self, corners: Corners) -> Box:
        x0, y0, x1, y1 = corners
        return Box(
            _within(x0 / self.width), _within(y0 / self.height), _within(x1 / self.width), _within(y1 / self.height)
        )


def _within(share: float) -> float:
    return min(1.0, max(0.0, share))


def _on_page(page: Any, turned: int, x: float, y: float) -> tuple[float, float]:
    """A point of page space as shares of the upright page."""
    across, down = ctypes.c_int(), ctypes.c_int()
    raw.FPDF_PageToDevice(page, 0, 0, FINE, FINE, 0, x, y, across, down)
    right, below = across.value / FINE, down.value / FINE
    return {90: (below, 1 - right), 180: (1 - right, 1 - below), 270: (1 - below, right)}.get(turned, (right, below))


def _lines(characters: Iterable[_Character], place: _Place) -> Iterator[Line]:
    """Runs of characters that stand next to each other, parted where a line ends and at gaps as between cells."""
    text = ""
    run: list[Corners] = []
    for character in characters:
        if character.text.isspace():
            text += " "
            continue
        corners = place.corners(*character.corners)
        if run and _is_apart(run[-1], corners):
            yield from _line(text, run, place)
            text, run = "", []
        if run and _gap(run[-1], corners) > WORD_GAP:
            text += " "
        text += character.text
        run.append(corners)
    yield from _line(text, run, place)


def _line(text: str, run: list[Corners], place: _Place) -> Iterator[Line]:
    if run and (words := clean(text)):
        lefts, tops, rights, bottoms = zip(*run, strict=True)
        yield Line(text=words, box=place.box((min(lefts), min(tops), max(rights), max(bottoms))), confidence=1.0)


def _is_apart(before: Corners, after: Corners) -> bool:
    size = min(before[3] - before[1], after[3] - after[1])
    off = abs(after[1] + after[3] - before[1] - before[3]) / 2
    return off > size or after[2] < before[0] or _gap(before, after) > CELL_GAP


def _gap(before: Corners, after: Corners) -> float:
    """The space between two characters in heights of the smaller."""
    return (after[0] - before[2]) / max(0.1, min(before[3] - before[1], after[3] - after[1]))
