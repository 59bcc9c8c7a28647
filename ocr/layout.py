"""Rows of a page: which pieces of text stand beside each other, from the top, each row from the left."""

from collections.abc import Sequence
from dataclasses import dataclass

from ocr.model import Line

SAME_ROW = 0.6
"""Pieces whose middles are less than this share of the smaller one's height apart stand in one row."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text by the middle of its box and its height, all in one unit."""

    x: float
    y: float
    height: float


def rows(pieces: Sequence[Piece], slope: float = 0.0) -> list[list[int]]:
    """The indexes of `pieces` row by row; `slope` is how much rows fall per unit to the right, as on photos."""
    level = [piece.y - slope * piece.x for piece in pieces]
    found: list[list[int]] = []
    for index in sorted(range(len(pieces)), key=level.__getitem__):
        if found and _beside(pieces, level, found[-1], index):
            found[-1].append(index)
        else:
            found.append([index])
    return [sorted(row, key=lambda index: pieces[index].x) for row in found]


def _beside(pieces: Sequence[Piece], level: list[float], row: list[int], index: int) -> bool:
    """Compared with the nearest in height of the row and with its first, so that rows do not creep downwards."""
    near, first = row[-1], row[0]
    height = min(pieces[index].height, pieces[first].height)
    return level[index] - level[near] < SAME_ROW * height and level[index] - level[first] < height


def text_of(found: Sequence[Sequence[Line]]) -> str:
    """One text line per row, its pieces parted by tabs; `Page.text` is this, so the rows can be told from it again."""
    return "\n".join("\t".join(line.text for line in row) for row in found)
