"""The text layer of a PDF page, read with PDFium: whether it may be trusted, and where its characters stand.

PDFium and not pypdf, because masks and highlights need a box for every character (pypdf gives the start of a run), and
because it takes 5 ms a page where pypdf takes 40. PDFium misplaces the characters that it normalises itself (⽤ to 用):
they are put back onto the line of the text object they belong to. Used in the child process alone.
"""

import ctypes
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import pypdfium2.raw as raw

from ocr.drawn import Drawn, has_typed, picture_share
from ocr.layout import Piece, rows
from ocr.model import Box, Line
from ocr.place import Corners, Place
from ocr.protocol import Layer, Reading
from ocr.words import clean, is_sensible

FEW_CHARACTERS = 20
MOST_CHARACTERS = 120_000
"""Far more than the densest page of print; a page that has more says that the rest was not read."""
PICTURE_SHARE = 0.6
PALE = 232
"""What is brighter than this is paper, whoever calls it ink."""
SMALLEST_TYPE = 2.0
"""Points; type that is smaller is not meant for people."""
SIDE = 2000
"""A page of text is said to be this many pixels long, as if it had been drawn for reading."""
WORD_GAP, CELL_GAP = 0.25, 1.2
"""Gaps between characters, in heights of a line, that part words and cells."""

TypedWords = Callable[[], list[tuple[str, Corners]]]


def read_layer(page: Any, drawn: list[Drawn], typed: TypedWords) -> Layer:
    """The rows of a pypdfium2 page and what `typed` says was typed onto it, without characters that nobody can see."""
    words = page.get_textpage()
    every = list(_characters(words))
    hidden = _hidden(page, every)
    characters = [each for index, each in enumerate(every) if index not in hidden]
    unseen = "".join(every[index].text for index in sorted(hidden))
    whole = "".join(character.text for character in every)
    if not _may_be_trusted(page, drawn, "".join(character.text for character in characters), shown=not hidden):
        return Layer(None, whole if is_sensible(whole) else "")
    reading = _reading(page, characters, typed)
    if raw.FPDFText_CountChars(words) > MOST_CHARACTERS:
        reading = replace(reading, quality=("cut_short",))
    return Layer(reading, unseen)


def _reading(page: Any, characters: list["_Character"], typed: TypedWords) -> Reading:
    """What is seen of a layer, as rows."""
    turned = _turned(page, characters)
    place = Place.of(page, turned)
    lines = list(_lines(characters, place))
    if has_typed(page):
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


def _may_be_trusted(page: Any, drawn: list[Drawn], text: str, *, shown: bool) -> bool:
    """Whether the text layer, of which `text` can be seen, is what the page shows.

    Not where it is debris, where it lies on or under a picture of the whole page (another program's reading, or worse),
    or where it is next to nothing beside pictures or outlines.
    """
    if not drawn:
        return shown
    dense = "".join(text.split())
    if dense and not is_sensible(dense):
        return False
    if picture_share(page, drawn) > PICTURE_SHARE:
        return False
    return len(dense) >= FEW_CHARACTERS or (shown and all(each.is_text for each in drawn))


def _hidden(page: Any, characters: list["_Character"]) -> set[int]:
    """Which characters nobody can see: drawn not at all, far too small, off the page, or white on white."""
    hidden = {index for index, character in enumerate(characters) if character.hidden}
    pale = [index for index, character in enumerate(characters) if character.pale and index not in hidden]
    if pale:
        place = Place.of(page, 0)
        grey = page.render(scale=SIDE / 2 / max(1.0, *page.get_size()), grayscale=True).to_numpy()
        hidden |= {index for index in pale if _is_white(grey, place.box(place.corners(*characters[index].corners)))}
    return hidden


def _is_white(grey: Any, box: Box) -> bool:
    """Whether there is nothing but paper at a place of the drawn page."""
    height, width = grey.shape[:2]
    x0, x1, y0, y1 = round(box.x0 * width), round(box.x1 * width), round(box.y0 * height), round(box.y1 * height)
    place = grey[max(0, y0 - 2) : y1 + 3, max(0, x0 - 2) : x1 + 3]
    return place.size == 0 or int(place.min()) > PALE


# Characters and their place


class _Character(NamedTuple):
    """A character with its corners in page space; `angle` of its writing in degrees, counter-clockwise.

    `hidden` is one that draws nothing that could be read; `pale` one whose ink is that of paper.
    """

    text: str
    corners: Corners
    angle: int
    hidden: bool
    pale: bool


class _Writing(NamedTuple):
    """What the characters of one text object have in common; `start` is where it begins. Some programs write every
    character as an object of its own.
    """

    start: tuple[float, float]
    along: tuple[float, float]
    em: float
    angle: int
    unseen: bool
    pale: bool


def _writing(words: Any, index: int, written: Any, matrix: Any, ink: Sequence[Any]) -> _Writing:
    """Of the character's text object; `matrix` and `ink` (red, green, blue, alpha) are room to write in."""
    raw.FPDFText_GetMatrix(words, index, matrix)
    a, b = matrix.a, matrix.b
    em = raw.FPDFText_GetFontSize(words, index) * math.hypot(matrix.c, matrix.d)
    unseen, pale = _look(written, ink)
    angle = 0 if b == 0 and a > 0 else round(math.degrees(math.atan2(b, a)) / 90) * 90 % 360
    return _Writing((matrix.e, matrix.f), (a, b), em, angle, unseen or em < SMALLEST_TYPE, pale)


def _characters(words: Any) -> Iterator[_Character]:
    rect, matrix, ink = raw.FS_RECTF(), raw.FS_MATRIX(), [ctypes.c_uint() for _ in range(4)]
    before: tuple[float, float, float] | None = None
    known: dict[int, _Writing] = {}
    for index in range(min(MOST_CHARACTERS, raw.FPDFText_CountChars(words))):
        text = chr(raw.FPDFText_GetUnicode(words, index))
        is_space = text.isspace()
        if text in "\r\n\x00" or (is_space and raw.FPDFText_IsGenerated(words, index)):
            continue
        written = raw.FPDFText_GetTextObject(words, index)
        key = ctypes.addressof(written.contents) if written else 0
        if (writing := known.get(key)) is None:
            writing = known[key] = _writing(words, index, written, matrix, ink)
        raw.FPDFText_GetLooseCharBox(words, index, rect)
        corners = (rect.left, rect.bottom, rect.right, rect.top)
        if _is_astray(corners, writing):
            (left, base), em = writing.start, writing.em
            left = before[2] if before and before[:2] == writing.start else left
            corners = (left, base - 0.15 * em, left + em, base + 0.85 * em)
        before = (*writing.start, corners[2])
        yield _Character(text, corners, writing.angle, writing.unseen and not is_space, writing.pale and not is_space)


def _look(written: Any, ink: Sequence[Any]) -> tuple[bool, bool]:
    """Whether a text object draws nothing, and whether it draws in white."""
    if not written:
        return False, False
    mode = raw.FPDFTextObj_GetTextRenderMode(written)
    if mode == raw.FPDF_TEXTRENDERMODE_INVISIBLE or mode == raw.FPDF_TEXTRENDERMODE_CLIP:
        return True, False
    if mode != raw.FPDF_TEXTRENDERMODE_FILL or not raw.FPDFPageObj_GetFillColor(written, *ink):
        return False, False
    red, green, blue, alpha = (each.value for each in ink)
    return alpha < 16, min(red, green, blue) > PALE


def _is_astray(corners: Corners, writing: _Writing) -> bool:
    """Whether a box lies off the line that its text object writes on."""
    (x, y), (a, b) = writing.start, writing.along
    across = (corners[0] + corners[2]) / 2 - x, (corners[1] + corners[3]) / 2 - y
    return bool(abs(across[1] * a - across[0] * b) / (math.hypot(a, b) or 1.0) > 1.5 * writing.em)


def _turned(page: Any, characters: list[_Character]) -> int:
    """By how many degrees clockwise the writing appears turned in a viewer."""
    angles = Counter(character.angle for character in characters)
    if not angles:
        return 0
    return int(page.get_rotation() - angles.most_common(1)[0][0]) % 360


def _lines(characters: Iterable[_Character], place: Place) -> Iterator[Line]:
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


def _line(text: str, run: list[Corners], place: Place) -> Iterator[Line]:
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
