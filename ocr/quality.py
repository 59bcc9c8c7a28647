"""What is wrong with a picture, told by what was read from it: a reason to ask for a better one."""

from collections.abc import Sequence
from statistics import median

from ocr.model import Line, Method

SMALLEST_LETTERS_PX = 12
DOUBTFUL_CONFIDENCE = 0.8
DOUBTFUL_SHARE = 0.1


def quality_of(lines: Sequence[Line], height_px: int, method: Method) -> tuple[str, ...]:
    """`low_resolution` where letters are too small to be sure of, `doubtful` where a tenth of them are guesses."""
    if not lines or method == "text":
        return ()
    found = []
    if median(line.box.height for line in lines) * height_px < SMALLEST_LETTERS_PX:
        found.append("low_resolution")
    guessed = sum(len(line.text) for line in lines if line.confidence < DOUBTFUL_CONFIDENCE)
    if guessed > DOUBTFUL_SHARE * sum(len(line.text) for line in lines):
        found.append("doubtful")
    return tuple(found)
