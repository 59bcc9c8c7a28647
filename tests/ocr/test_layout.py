"""Rows of a page."""

from ocr.layout import Piece, rows


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
