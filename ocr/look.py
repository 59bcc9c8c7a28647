"""How a page looks, in 256 bits, so that the same drawing or card is known again when it is scanned once more.

Ink is counted in the fields of a 16 by 16 grid over what is inked at all, so that margins, size and brightness do not
matter. Pages of words are told apart by their words (`ocr.papers`); this is for pages that have few.
"""

import numpy as np
from PIL import Image

GRID = 16
SIDE = 640
INK = 28
ENOUGH = 0.002
"""The share of a page that must be inked for it to look like anything."""
EDGE = 0.03
ALIKE = 40
"""So many bits of two pictures of one page may differ."""


def look_of(image: Image.Image) -> str:
    """64 hexadecimal digits; nothing for a page that is as good as empty."""
    small = image.convert("L")
    small.thumbnail((SIDE, SIDE), Image.Resampling.BOX)
    grey = np.asarray(small).astype(np.int16)
    paper = np.asarray(small.resize((GRID, GRID), Image.Resampling.BOX).resize(small.size, Image.Resampling.BILINEAR))
    ink = grey < np.maximum(paper, 60) - INK
    margin_y, margin_x = round(EDGE * ink.shape[0]), round(EDGE * ink.shape[1])
    ink = ink[margin_y : ink.shape[0] - margin_y, margin_x : ink.shape[1] - margin_x]
    if ink.size == 0 or ink.mean() < ENOUGH:
        return ""
    rows, columns = np.flatnonzero(ink.mean(axis=1) > ENOUGH), np.flatnonzero(ink.mean(axis=0) > ENOUGH)
    if len(rows) < GRID or len(columns) < GRID:
        return ""
    inked = Image.fromarray((ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] * 255).astype(np.uint8))
    fields = np.asarray(inked.resize((GRID, GRID), Image.Resampling.BOX)).astype(np.float32)
    return np.packbits(fields > np.median(fields)).tobytes().hex()


def look_alike(one: str, other: str) -> bool:
    """Whether two pages look the same; those that look like nothing do not."""
    if len(one) != len(other) or not one:
        return False
    return (int(one, 16) ^ int(other, 16)).bit_count() <= ALIKE
