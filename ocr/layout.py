"""Rows of a page: which pieces of text stand beside each other, from the top, each row from the left."""

from collections.abc import Sequence
from dataclasses import dataclass

from ocr.model import Box, Line

SAME_ROW = 0.6
"""Pieces whose middles are less than this share of the smaller one's height apart stand in one row."""
LYING = 1.2
FOLDS = (0.5, 0.49, 0.51, 0.48, 0.52, 0.47, 0.53, 0.46, 0.54)
FEWEST_LINES = 8
"""Two pages on one picture: it lies on its side, nothing crosses one of these folds, both sides have so many lines."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text by the middle of its box and its height, all in one unit."""

    x: float
    y: float
    height: float


def rows(pieces: Sequence[Piece], slope: float = 0.0, tilt: float = 0.0) -> list[list[int]]:
    """The indexes of `pieces` row by row.

    `slope` is how much rows fall per unit to the right, as on photos; `tilt` by how much more they do per unit further
    down, as on photos taken aslant.
    """
    level = [piece.y - (slope + tilt * piece.y) * piece.x for piece in pieces]
    found: list[list[int]] = []
    for index in sorted(range(len(pieces)), key=level.__getitem__):
        if found and _beside(pieces, level, found[-1], index):
            found[-1].append(index)
        else:
            found.append([index])
    return [sorted(row, key=lambda index: pieces[index].x) for row in found]


def two_up(boxes: Sequence[Box], ratio: float) -> float | None:
    """Where two pages lie side by side on one picture (its width is `ratio` times its height): the fold between them.

    Two columns of one page are not taken for that, because it is upright; a table is not, because something in it
    crosses the middle.
    """
    if ratio < LYING:
        return None
    for fold in FOLDS:
        left, right = [box for box in boxes if box.x1 < fold], [box for box in boxes if box.x0 > fold]
        if len(left) + len(right) == len(boxes) and all(_fills(side) for side in (left, right)):
            return fold
    return None


def _fills(side: Sequence[Box]) -> bool:
    """Whether lines on one side are those of a page: many, over most of the height, some of them long."""
    if len(side) < FEWEST_LINES:
        return False
    down = max(box.y1 for box in side) - min(box.y0 for box in side)
    return down > 0.4 and sum(box.width > 0.2 for box in side) >= FEWEST_LINES // 2


def _beside(pieces: Sequence[Piece], level: list[float], row: list[int], index: int) -> bool:
    """Compared with the nearest in height of the row and with its first, so that rows do not creep downwards."""
    near, first = row[-1], row[0]
    height = min(pieces[index].height, pieces[first].height)
    return level[index] - level[near] < SAME_ROW * height and level[index] - level[first] < height


def text_of(found: Sequence[Sequence[Line]]) -> str:
    """One text line per row, its pieces parted by tabs; `Page.text` is this, so the rows can be told from it again."""
    return "\n".join("\t".join(line.text for line in row) for row in found)
