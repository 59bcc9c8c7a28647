"""Rows of a page."""

from ocr.layout import Piece, rows, two_up
from ocr.model import Box


def test_pieces_beside_each_other_are_a_row_from_the_left() -> None:
    pieces = [Piece(500, 101, 20), Piece(100, 100, 20), Piece(100, 140, 20), Piece(300, 142, 18)]
    assert rows(pieces) == [[1, 0], [2, 3]]


def test_rows_of_a_slanting_photo_stay_together() -> None:
    slope = 0.06
    pieces = [Piece(x, 100 + 30 * row + slope * x, 20) for row in range(3) for x in (100, 600, 1100)]
    assert rows(pieces, slope) == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]


def test_a_staircase_is_not_one_row() -> None:
    pieces = [Piece(100 * step, 100 + 9 * step, 20) for step in range(6)]
    assert len(rows(pieces)) > 1


def test_no_pieces_no_rows() -> None:
    assert rows([]) == []


def test_rows_of_a_photo_taken_aslant_stay_rows() -> None:
    """Lines at the top fall to the left, those at the bottom to the right: a row apart at their ends."""
    pieces = [
        Piece(x, y + (-0.06 + 0.14 * y) * x, 0.02)
        for y in [step * 0.035 for step in range(1, 26)]
        for x in (0.1, 0.5, 0.9)
    ]
    found = rows(pieces, -0.06, 0.14)
    assert found == [[3 * row, 3 * row + 1, 3 * row + 2] for row in range(25)]
    assert rows(pieces) != found


def column(left: float, right: float, lines: int = 20) -> list[Box]:
    return [Box(left, 0.1 + 0.04 * line, right, 0.12 + 0.04 * line) for line in range(lines)]


def test_two_pages_on_one_picture_are_told_by_the_fold_between_them() -> None:
    assert two_up([*column(0.05, 0.44), *column(0.55, 0.95)], 1.41) is not None
    assert two_up([*column(0.05, 0.44), *column(0.55, 0.95)], 0.7) is None
    assert two_up([*column(0.05, 0.44), *column(0.55, 0.95), Box(0.3, 0.05, 0.7, 0.08)], 1.41) is None
    assert two_up([*column(0.05, 0.44), *column(0.55, 0.95, lines=3)], 1.41) is None
