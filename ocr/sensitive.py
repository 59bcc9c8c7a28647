"""What on a page not everybody may see: identity numbers, mobile numbers, the whole of an identity card."""

import re
from collections.abc import Iterator

from ocr.model import WHOLE_PAGE, Box, Line, Page

_IDENTITY = re.compile(r"(?<![0-9A-Za-z])(?:\d[ ]?){17}[\dXx](?![0-9A-Za-z])")
_OLD_IDENTITY = re.compile(r"(?<![0-9A-Za-z.])\d{15}(?![0-9A-Za-z.])")
_MOBILE = re.compile(r"(?<![0-9A-Za-z.])1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?![0-9A-Za-z]|\.\d)")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
MARGIN = 0.15
"""By this share of its height a box is made larger on every side, so that nothing peeps out."""


def find_sensitive(page: Page) -> list[Box]:
    """The places of `page` to be masked; the whole page for an identity card."""
    if page.kind == "id_card":
        return [WHOLE_PAGE]
    return [_place(line, *span) for line in page.lines for span in _spans(line.text)]


def is_identity_number(number: str) -> bool:
    """Whether 18 characters carry a possible birthday and the check character of GB 11643."""
    if not re.fullmatch(r"\d{17}[\dXx]", number) or not _is_birthday(number[6:14]):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    return _CHECKS[total % 11] == number[17].upper()


def _spans(text: str) -> Iterator[tuple[int, int]]:
    for found in _IDENTITY.finditer(text):
        if is_identity_number(found[0].replace(" ", "")):
            yield found.span()
    for found in _OLD_IDENTITY.finditer(text):
        if _is_birthday("19" + found[0][6:12]):
            yield found.span()
    for found in _MOBILE.finditer(text):
        yield found.span()


def _is_birthday(digits: str) -> bool:
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:])
    return 1900 <= year <= 2099 and 1 <= month <= 12 and 1 <= day <= 31


def _place(line: Line, start: int, end: int) -> Box:
    """The part of a line's box where these characters stand; wide characters count twice."""
    widths = [2 if ord(character) > 0x2E7F else 1 for character in line.text]
    whole = sum(widths) or 1
    box, margin = line.box, MARGIN * line.box.height
    left = box.x0 + box.width * sum(widths[:start]) / whole
    right = box.x0 + box.width * sum(widths[:end]) / whole
    return Box(max(0.0, left - margin), max(0.0, box.y0 - margin), min(1.0, right + margin), min(1.0, box.y1 + margin))
