"""What is wrong with a picture of a page before anything is read from it: blurred, too dark, too small.

Told by numpy alone, so that it costs a few milliseconds wherever a page is drawn. Measures are relative to the page's
own ink: a page with a few words and a page full of them are judged alike, and an empty page is never called blurred.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE = 1400
"""Pictures are judged at no more than this longer side, where print of a page is some 20 pixels tall."""
REACH = 4
"""How many pixels the rise from ink to paper may take."""
INK = 45
"""Steps in brightness smaller than this are paper, stains and noise."""
FEWEST = 8000
SHARP = 0.29
"""What part of a step from paper to ink lies between two neighbouring pixels, at the sharpest quarter of all steps."""
DARK = 105
"""Paper that is not brighter than this is in the dark."""
SMALL = 900

Grey = NDArray[np.int16]


def flaws_of(image: Image.Image) -> tuple[str, ...]:
    """`too_small`, `too_dark`, `blurred`, as far as they hold."""
    found = []
    if max(image.size) < SMALL:
        found.append("too_small")
    grey = _grey(image)
    if float(np.percentile(grey, 90)) < DARK:
        found.append("too_dark")
    sharpness = sharpness_of(grey)
    if sharpness is not None and sharpness < SHARP:
        found.append("blurred")
    return tuple(found)


def sharpness_of(grey: Grey) -> float | None:
    """0 to 1: how much of a step of brightness happens at once; None where there are too few steps to tell."""
    shares = [share for part in (grey, grey.T) if len(share := _shares(part))]
    if sum(len(share) for share in shares) < FEWEST:
        return None
    return float(np.percentile(np.concatenate(shares), 75))


def _shares(grey: Grey) -> NDArray[np.float32]:
    """For each place where a step of ink is steepest: the steepest pixel's share of the whole step."""
    width = grey.shape[1] - 2 * REACH
    if width < 2 * REACH:
        return np.zeros(0, np.float32)
    step = np.abs(np.diff(grey, axis=1))
    around = [grey[:, shift : shift + width] for shift in range(2 * REACH + 1)]
    whole = np.maximum.reduce(around) - np.minimum.reduce(around)
    steep = np.maximum(step[:, REACH - 1 : REACH - 1 + width], step[:, REACH : REACH + width])
    neighbours = np.maximum(step[:, REACH - 2 : REACH - 2 + width], step[:, REACH + 1 : REACH + 1 + width])
    there = (whole > INK) & (steep >= neighbours) & (steep > 0.05 * whole)
    shares: NDArray[np.float32] = (steep[there] / whole[there]).astype(np.float32)
    return shares


def _grey(image: Image.Image) -> Grey:
    grey = image.convert("L")
    if max(grey.size) > SIDE:
        factor = SIDE / max(grey.size)
        grey = grey.resize(
            (max(1, round(grey.width * factor)), max(1, round(grey.height * factor))), Image.Resampling.BOX
        )
    return np.asarray(grey).astype(np.int16)
