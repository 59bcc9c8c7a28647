"""签名: where somebody signed by hand: ink behind the words that ask for it, which no print explains.

Only looked for to the right of such words (经办人, 法定代表人, 签字 …): handwriting elsewhere on a page is nobody's
signature. A typed name is as tall as the words before it and is read with certainty; what was written is not. Used in
the child process alone.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.cutting import SIGNING_REACH
from ocr.model import Box, Line, Seal
from ocr.words import ASKING

Picture = NDArray[Any]
Mask = NDArray[Any]

SIDE = 1400
LEAST_INK = 0.25
"""Ink of a signature in squares of a line's height: a dash or a speck is less."""
TALLER = 1.3
"""What is read behind the words and is so much taller than print was written by hand."""
SURE = 0.6
PEN = 30
"""By how much the ink of a pen is bluer than red."""
MOST_LETTERS = 8
_ASKS = re.compile(r"[:：]|年.*月")


def find_signatures(
    picture: Picture, lines: Sequence[Line], seals: Sequence[Seal], page: tuple[int, int] | None = None
) -> list[Box]:
    """Where an upright page (blue, green, red) is signed by hand.

    `picture` may be a part of a `page` of that height and width; all places are shares of the picture.
    """
    asking = [(line, found["after"].strip()) for line in lines if (found := ASKING.search(line.text))]
    if not asking:
        return []
    whole = page or picture.shape[:2]
    scale = min(1.0, SIDE / max(whole))
    small = picture if scale == 1.0 else cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    sheet = _Sheet(
        small, _ink(small, seals, round(min(whole) * scale)), lines, median(line.box.height for line in lines)
    )
    return [box for line, after in asking if (box := sheet.signed(line, after)) is not None]


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A page with its ink, its lines, and how tall its print is."""

    picture: Picture
    ink: Mask
    lines: Sequence[Line]
    print_height: float

    def signed(self, line: Line, after: str) -> Box | None:
        """The signature behind the words of a line that ask for one."""
        tall = min(line.box.height, 1.2 * self.print_height)
        end = _end_of_words(line, after)
        read = self._read_there(line, after, end, tall)
        if read is not None:
            by_hand = read.height > TALLER * tall or self._is_coloured(read)
            return read if by_hand else None
        return self._inked(line, end, tall)

    def _read_there(self, line: Line, after: str, end: float, tall: float) -> Box | None:
        """Words that were read behind the asking ones: a signature may be read like print."""
        if after:
            return Box(end, line.box.y0, line.box.x1, line.box.y1)
        wide = tall * self.ink.shape[0] / self.ink.shape[1]
        near = [
            other
            for other in self.lines
            if other is not line
            and abs(other.box.middle - line.box.middle) < tall
            and -0.5 * wide < other.box.x0 - end < 4 * wide
            and len(other.text) <= MOST_LETTERS
            and not _ASKS.search(other.text)
            and other.confidence >= SURE
        ]
        return min(near, key=lambda other: other.box.x0).box if near else None

    def _is_coloured(self, box: Box) -> bool:
        """Whether the ink there is that of a pen and not of a printer."""
        height, width = self.ink.shape
        rows = slice(round(box.y0 * height), round(box.y1 * height) + 1)
        columns = slice(round(box.x0 * width), round(box.x1 * width) + 1)
        ink = self.picture[rows, columns][self.ink[rows, columns] > 0].astype(np.int16)
        return len(ink) > 20 and float(np.median(ink[:, 0] - ink[:, 2])) > PEN

    def _inked(self, line: Line, end: float, tall: float) -> Box | None:
        """Ink behind the words where nothing was read."""
        height, width = self.ink.shape
        reach = end + SIGNING_REACH * tall * height / width
        right = min([1.0, reach, *(other.box.x0 for other in self.lines if _next_column(line, other, end, tall))])
        x0, x1 = round(end * width), round(right * width)
        y0 = round(max(0.0, line.box.middle - 1.1 * tall) * height)
        y1 = round(min(1.0, line.box.middle + 1.1 * tall) * height)
        if x1 - x0 < 4 or y1 - y0 < 4:
            return None
        place = self.ink[y0:y1, x0:x1].copy()
        for other in self.lines:
            if other is not line and abs(other.box.middle - line.box.middle) > 0.75 * tall:
                _clear(place, other.box, (x0, y0), self.ink.shape)
        found = _written(place, tall * height)
        if found is None:
            return None
        left, top, across, down = found
        return Box((x0 + left) / width, (y0 + top) / height, (x0 + left + across) / width, (y0 + top + down) / height)


def _end_of_words(line: Line, after: str) -> float:
    """Where the words that ask end: behind their colon, wide characters counting twice."""
    asked = line.text[: len(line.text) - len(after)] if after else line.text
    widths = [2 if ord(each) > 0x2E7F else 1 for each in line.text]
    share = sum(widths[: len(asked)]) / (sum(widths) or 1)
    return line.box.x0 + line.box.width * share


def _next_column(line: Line, other: Line, end: float, tall: float) -> bool:
    """Whether another line on the same height begins a column of its own, with words that ask for something."""
    beside = abs(other.box.middle - line.box.middle) < 2.2 * tall and other.box.x0 > end
    return beside and _ASKS.search(other.text) is not None


def _clear(place: Mask, box: Box, corner: tuple[int, int], size: tuple[int, ...]) -> None:
    height, width = size[:2]
    x0, x1 = round(box.x0 * width) - corner[0] - 2, round(box.x1 * width) - corner[0] + 2
    y0, y1 = round(box.y0 * height) - corner[1] - 1, round(box.y1 * height) - corner[1] + 1
    if x1 > 0 and y1 > 0:
        place[max(0, y0) : y1, max(0, x0) : x1] = 0


def _written(place: Mask, tall: float) -> tuple[int, int, int, int] | None:
    """Left, top, width and height of what is written there; scratches, rules and specks are not writing."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(place, connectivity=8)
    kept = np.zeros(place.shape, np.uint8)
    for index in range(1, count):
        _, _, width, height, area = (int(each) for each in stats[index])
        thin = min(width, height) <= max(3, 0.1 * tall) and max(width, height) > 0.9 * min(place.shape)
        if not thin and area >= 0.01 * tall * tall:
            kept[labels == index] = 1
    if kept.sum() < LEAST_INK * tall * tall:
        return None
    left, top, width, height = cv2.boundingRect(kept)
    return (left, top, width, height) if width > 0.8 * tall and height > 0.5 * tall else None


def _ink(small: Picture, seals: Sequence[Seal], short: int) -> Mask:
    """Dark ink, without that of seals: red seals by their colour, rings of grey ones with all that stands in them.

    `short` is the shorter side of the whole page in pixels.
    """
    grey: Picture = cv2.min(cv2.min(small[:, :, 0], small[:, :, 1]), small[:, :, 2])
    around = max(31, (short // 20) | 1)
    ink: Mask = cv2.adaptiveThreshold(grey, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, around, 18)
    red: Picture = cv2.subtract(small[:, :, 2], cv2.max(small[:, :, 1], small[:, :, 0]))
    ink[red > 22] = 0
    height, width = ink.shape
    for seal in seals:
        if seal.colour != "red":
            box = seal.box
            middle = round((box.x0 + box.x1) / 2 * width), round((box.y0 + box.y1) / 2 * height)
            cv2.ellipse(
                ink, middle, (round(box.width / 2 * width) + 2, round(box.height / 2 * height) + 2), 0, 0, 360, 0, -1
            )
    return ink
