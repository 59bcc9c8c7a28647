"""Which part of a page with a text layer has to be looked at for seals and signatures, and where it is cut out.

Such a page says itself where it has pictures, colour and stamps, and its words say where somebody is asked to sign:
all the rest is print and is neither drawn nor looked at. Used in the child process alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ocr.model import WHOLE_PAGE, Box, Line
from ocr.words import ASKING

SIGNING_REACH = 11.0
"""How far behind the words that ask for it a signature may end, in heights of a line."""
SIGNING_TALL = 1.5
"""How far above and below the middle of those words, in heights of their line."""
THIN, LONG = 0.006, 0.3
"""Whatever is thinner and longer is a rule and no seal."""
AROUND = 0.025
"""So much of the page is cut out around what is looked at, for the colour of the paper."""
NEARLY_ALL = 0.7


@dataclass(frozen=True, slots=True)
class Cutting:
    """The part of an upright page where there may be seals and signatures.

    `box` and `spots` (where there is anything but print) are shares of the page, `page` is the page's height and width
    in pixels of the picture that was drawn of the part.
    """

    box: Box
    page: tuple[int, int]
    spots: tuple[Box, ...]


def spots_of(marks: Sequence[Box]) -> tuple[Box, ...]:
    """The marks of a page that may be seals, or parts of them."""
    return tuple(mark for mark in marks if not _is_rule(mark))


def place_to_look_at(spots: Sequence[Box], lines: Sequence[Line], ratio: float) -> Box | None:
    """The part of a page, `ratio` times as wide as high, that holds all spots and all places to sign; None without."""
    wanted = [*spots, *_places_to_sign(lines, ratio)]
    if not wanted:
        return None
    box = wanted[0]
    for other in wanted[1:]:
        box = box.around(other)
    box = Box(
        max(0.0, box.x0 - AROUND), max(0.0, box.y0 - AROUND), min(1.0, box.x1 + AROUND), min(1.0, box.y1 + AROUND)
    )
    return WHOLE_PAGE if box.width * box.height > NEARLY_ALL else box


def _is_rule(mark: Box) -> bool:
    return min(mark.width, mark.height) < THIN and max(mark.width, mark.height) > LONG


def _places_to_sign(lines: Sequence[Line], ratio: float) -> Iterator[Box]:
    for line in lines:
        if ASKING.search(line.text):
            box, reach = line.box, SIGNING_REACH * line.box.height / ratio
            tall = SIGNING_TALL * box.height
            yield Box(box.x0, max(0.0, box.middle - tall), min(1.0, box.x1 + reach), min(1.0, box.middle + tall))
