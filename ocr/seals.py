"""印章: where a page was sealed, and by whom: found by ink and shape, read along the ring.

A seal is a ring (round, or oval as on photos and tax seals) or a square frame, some 18 to 45 mm across. Coloured ones
are looked for in their own colour, where black print under them does not show; on grey copies rings of dark ink are
looked for. The words that run along a ring are unrolled into a line, which the caller's engine reads. No layout, font
or company is leaned on, only that a ring is closed for most of its way and stands free on both sides.

Used in the child process alone.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.layout import Piece, rows
from ocr.model import Box, Seal, SealShape
from ocr.words import clean

Picture = NDArray[Any]
Mask = NDArray[Any]
Reader = Callable[[list[Picture]], list[tuple[str, float]]]

SIDE = 1000
"""Seals are looked for on a picture of this longer side."""
SMALLEST, LARGEST = 0.05, 0.27
"""How wide a seal is beside the shorter side of the page."""
COLOURED, HAZY = 14, 8
"""By how much ink differs from paper in the colour channels of Lab to be coloured."""
SMALLEST_SQUARE = 0.07
FILLED = 0.62
"""The largest share of a seal that is inked; an emblem has more."""
BINS = 120
CLOSED = 0.62
"""The share of the way around that a coloured ring must be seen."""
CLOSED_GREY = 0.74
FREE = 0.45
"""The share of the way just outside a ring where there may be other ink."""
MOST = 12
LINE = 48
OUTER, INNER = 0.955, 0.56
"""The band of a round seal where its owner stands, in radii."""
SURE = 0.9
"""Words read with this confidence in one way are not read in the other, where ink is as sharp in colour as in light."""
FILLING = 0.7
"""So much of the width and height of a spot a seal has for the spot to be that seal."""
AS_WIDE = 2.2
"""A seal is not so many times wider than high, or higher than wide."""


@dataclass(frozen=True, slots=True)
class Ring:
    """An ellipse by its middle, half axes and angle in degrees; in pixels of the picture where it was found."""

    x: float
    y: float
    a: float
    b: float
    angle: float
    closed: float

    def scaled(self, factor: float) -> "Ring":
        return replace(self, x=self.x * factor, y=self.y * factor, a=self.a * factor, b=self.b * factor)

    def points(self, share: float) -> NDArray[np.float64]:
        """Points around at `share` of its size, clockwise from the right."""
        around = np.linspace(0, 2 * np.pi, BINS, endpoint=False)
        turn = np.deg2rad(self.angle)
        along, across = self.a * share * np.cos(around), self.b * share * np.sin(around)
        return np.stack(
            [
                self.x + along * np.cos(turn) - across * np.sin(turn),
                self.y + along * np.sin(turn) + across * np.cos(turn),
            ],
            axis=1,
        )

    @property
    def extent(self) -> tuple[float, float]:
        turn = np.deg2rad(self.angle)
        across = np.hypot(self.a * np.cos(turn), self.b * np.sin(turn))
        down = np.hypot(self.a * np.sin(turn), self.b * np.cos(turn))
        return float(across), float(down)


def find_seals(picture: Picture, read: Reader | None = None, part: "Part | None" = None) -> list[Seal]:
    """The seals of an upright page (blue, green, red), read by `read` where it is given, row by row.

    `picture` may be a part of a page that was drawn from a PDF; places are then shares of that part.
    """
    whole = part.size if part else picture.shape[:2]
    scale = min(1.0, SIDE / max(whole))
    small = picture if scale == 1.0 else cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    short = round(min(whole) * scale)
    found: list[_Found] = []
    for ring, shape, colour in _rings(small, short, max(whole) * min(whole) * scale**2):
        if not any(_meet(ring, other.ring) for other in found):
            found.append(_Found(ring, shape, colour))
        if part is not None and not part.has_more([_seal(each, small.shape).box for each in found], small.shape):
            break
    beside = rows([Piece(each.ring.x, each.ring.y, 2 * each.ring.b) for each in found])
    found = [found[index] for row in beside for index in row][:MOST]
    seals = [_seal(each, small.shape) for each in found]
    return seals if read is None else _named(picture, scale, found, seals, read, drawn=part is not None)


def _rings(small: Picture, short: int, area: float) -> Iterator[tuple[Ring, SealShape, str]]:
    """What may be seals on a page with that shorter side and area, the surest first, some of it more than once."""
    inks = list(_inks(small, area))
    for colour, strong, _ in inks:
        for ring, shape in _in_spots(strong, short):
            yield ring, shape, colour
    for colour, _, weak in inks:
        for ring in _in_haze(weak, CLOSED, short):
            yield ring, "round", colour
    for ring in _grey_rings(small, short):
        yield ring, "round", "grey"


@dataclass(frozen=True, slots=True)
class Part:
    """What a picture is a part of: a page of `size` (height, width) in its pixels, drawn from a PDF.

    `spots` are all the places of the picture (as shares of it) where there is anything but print.
    """

    size: tuple[int, int]
    spots: Sequence[Box]

    def has_more(self, known: Sequence[Box], shape: tuple[int, ...]) -> bool:
        """Whether a picture of that shape has anything about as wide as high that is none of the `known` seals."""
        for spot in self.spots:
            wide, high = spot.width * shape[1], spot.height * shape[0]
            if max(wide, high) < AS_WIDE * min(wide, high) and not any(_covers(box, spot) for box in known):
                return True
        return False


def _covers(box: Box, spot: Box) -> bool:
    """Whether a seal fills a spot, so that nothing else is there."""
    across = min(box.x1, spot.x1) - max(box.x0, spot.x0)
    down = min(box.y1, spot.y1) - max(box.y0, spot.y0)
    return across > FILLING * spot.width and down > FILLING * spot.height


def _named(
    picture: Picture, scale: float, found: Sequence["_Found"], seals: Sequence[Seal], read: Reader, *, drawn: bool
) -> list[Seal]:
    """The seals with their words; a grey ring and a square frame without any are something else."""
    best: dict[int, tuple[str, float]] = {}
    parts = [(*_cut_out(picture, each.ring.scaled(1 / scale)), each) for each in found]
    if drawn:  # nothing has blurred the colour: its own way is nearly always enough
        _read_ways({place: [_trimmed(_by_colour(*part))] for place, part in enumerate(parts)}, read, best)
    unsure = [place for place in range(len(parts)) if best.get(place, ("", 0.0))[1] < SURE]
    _read_ways({place: _strips(*parts[place]) for place in unsure}, read, best)
    named = []
    for place, (each, seal) in enumerate(zip(found, seals, strict=True)):
        text, score = best.get(place, ("", 0.0))
        if len(_CHINESE.findall(text)) >= 2:
            named.append(replace(seal, text=_SPECKS.sub("", text), confidence=round(min(seal.confidence, score), 4)))
        elif each.colour != "grey" and each.shape != "square":
            named.append(seal)
    return named


def _read_ways(ways: dict[int, list[Picture]], read: Reader, best: dict[int, tuple[str, float]]) -> None:
    """The best words for each seal by its number, from the strips in which it may be seen best."""
    strips = [(place, strip) for place, own in ways.items() for strip in own]
    words = read([strip for _, strip in strips]) if strips else []
    for (place, _), (text, score) in zip(strips, words, strict=True):
        if _worth(text, score) > _worth(*best.get(place, ("", 0.0))):
            best[place] = clean(text), score


_CHINESE = re.compile(r"[\u3400-\u9fff]")
_SPECKS = re.compile(r"^[^\u3400-\u9fff（(]+|[^\u3400-\u9fff）)]+$")


def _worth(text: str, score: float) -> float:
    return len(_CHINESE.findall(text)) * score**2


@dataclass(frozen=True, slots=True)
class _Found:
    ring: Ring
    shape: SealShape
    colour: str


def _seal(found: _Found, size: tuple[int, ...]) -> Seal:
    height, width = size[:2]
    ring = found.ring
    across, down = ring.extent
    box = Box(
        max(0.0, (ring.x - across) / width),
        max(0.0, (ring.y - down) / height),
        min(1.0, (ring.x + across) / width),
        min(1.0, (ring.y + down) / height),
    )
    return Seal(box=box, shape=found.shape, colour=found.colour, text="", confidence=round(min(0.99, ring.closed), 4))


# Ink


def _inks(small: Picture, area: float) -> Iterator[tuple[str, Mask, Mask]]:
    """Red ink and blue ink, each as a mask of what is surely coloured and of a haze; a grey copy has neither.

    `area` is that of the whole page in pixels, of which there must be a little ink.

    Colour is told from the paper around it, because photos are yellow on one side and scans near their fold.
    """
    lab = cv2.cvtColor(small, cv2.COLOR_BGR2LAB)
    tiny = cv2.resize(lab, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
    around = cv2.resize(cv2.medianBlur(tiny, 31), (small.shape[1], small.shape[0])).astype(np.int16)
    red = lab[:, :, 1].astype(np.int16) - around[:, :, 1]
    yellow = lab[:, :, 2].astype(np.int16) - around[:, :, 2]
    for colour, strength, other in (("red", red, np.abs(yellow)), ("blue", -yellow, red)):
        weak = (strength > HAZY) & (strength > 0.6 * other)
        if weak.sum() > 0.0004 * area:
            yield colour, (weak & (strength > COLOURED)).astype(np.uint8), weak.astype(np.uint8)


def _in_spots(mask: Mask, short: int) -> Iterator[tuple[Ring, SealShape]]:
    """Rings and frames among the coherent spots of one ink; `short` is the shorter side of the page."""
    reach = max(3, round(short * 0.012)) | 1
    joined = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    order = sorted(range(1, count), key=lambda index: -int(stats[index][cv2.CC_STAT_AREA]))[: 4 * MOST]
    for index in order:
        width, height = int(stats[index][cv2.CC_STAT_WIDTH]), int(stats[index][cv2.CC_STAT_HEIGHT])
        if SMALLEST * short <= max(width, height) <= 1.2 * LARGEST * short and 2 * min(width, height) > max(
            width, height
        ):
            yield from _shaped((labels == index).astype(np.uint8) & mask, mask, short)


def _shaped(spot: Mask, mask: Mask, short: int) -> Iterator[tuple[Ring, SealShape]]:
    points = cv2.findNonZero(spot)
    if points is None or len(points) < 40 or len(hull := cv2.convexHull(points)) < 5:
        return
    (x, y), (one, two), angle = cv2.fitEllipse(hull)
    if SMALLEST * short <= max(one, two) <= LARGEST * short and min(one, two) > 0.45 * max(one, two):
        ring = Ring(x, y, one / 2, two / 2, angle, 0.0)
        ring = replace(ring, closed=_closed(mask, ring))
        if ring.closed >= CLOSED and _share(mask, ring) < FILLED:
            yield ring, "round" if min(one, two) > 0.8 * max(one, two) else "oval"
            return
    (x, y), (one, two), angle = cv2.minAreaRect(hull)
    filled = cv2.contourArea(hull) / max(1.0, one * two)
    square = min(one, two) > max(0.7 * max(one, two), SMALLEST_SQUARE * short)
    if square and filled > 0.9 and _framed(spot, (x, y), (one, two), angle):
        yield Ring(x, y, one / 2, two / 2, angle, 0.8), "square"


def _in_haze(mask: Mask, closed: float, short: int) -> Iterator[Ring]:
    """Round rings wherever ink lies on a circle: of seals that touch, that are faint, or that lost a part."""
    thick = cv2.dilate(mask, np.ones((3, 3), np.uint8))
    for ring in _circles(mask, short):
        best = _best(thick, ring)
        if best.closed >= closed and _share(mask, best) < FILLED and _seen(mask, best.points(1.12)).mean() < FREE:
            yield best


def _framed(spot: Mask, middle: tuple[float, float], size: tuple[float, float], angle: float) -> bool:
    """Whether the edge of a square is drawn most of the way."""
    corners = cv2.boxPoints((middle, (size[0] * 0.94, size[1] * 0.94), angle))
    steps = np.linspace(0, 1, 30)[:, None]
    edge = np.concatenate([corners[i] + (corners[(i + 1) % 4] - corners[i]) * steps for i in range(4)])
    thick = cv2.dilate(spot, np.ones((5, 5), np.uint8))
    return bool(_seen(thick, edge).mean() > 0.75)


def _closed(mask: Mask, ring: Ring) -> float:
    """The share of the way around on which there is ink at the ring's own radius."""
    ways = np.stack([_seen(mask, ring.points(share)) for share in (0.93, 0.95, 0.97, 0.985, 1.0)])
    return float(ways.any(axis=0).mean())


def _share(mask: Mask, ring: Ring) -> float:
    """The share of the area within the ring that is inked: an emblem is filled, a seal is not."""
    shape = np.zeros(mask.shape, np.uint8)
    cv2.ellipse(shape, ((ring.x, ring.y), (2 * ring.a, 2 * ring.b), ring.angle), 1, -1)
    return float(mask[shape > 0].mean()) if shape.any() else 1.0


def _seen(mask: Mask, points: NDArray[np.float64]) -> NDArray[np.bool_]:
    x = np.clip(np.rint(points[:, 0]).astype(int), 0, mask.shape[1] - 1)
    y = np.clip(np.rint(points[:, 1]).astype(int), 0, mask.shape[0] - 1)
    seen: NDArray[np.bool_] = mask[y, x] > 0
    return seen


# Grey copies


def _grey_rings(small: Picture, short: int) -> list[Ring]:
    """Rings of dark ink on a page without colour: closed most of the way and free on both sides."""
    grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    dark = cv2.adaptiveThreshold(grey, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, 12)
    rings: list[Ring] = []
    for ring in sorted(_in_haze(dark, CLOSED_GREY, short), key=lambda each: -each.closed):
        inside = np.stack([_seen(dark, ring.points(share)) for share in (0.88, 0.8)]).mean()
        if inside < FREE and not any(_meet(ring, other) for other in rings):
            rings.append(ring)
    return rings


_STEPS = np.array([(x, y, r) for r in np.linspace(0.94, 1.06, 9) for x in (-3, -1, 1, 3) for y in (-3, -1, 1, 3)])


def _best(mask: Mask, ring: Ring) -> Ring:
    """The circle nearby on which the most ink lies."""
    around = np.linspace(0, 2 * np.pi, BINS, endpoint=False)
    radius = ring.a * _STEPS[:, 2:]
    points = np.stack(
        [ring.x + _STEPS[:, :1] + radius * np.cos(around), ring.y + _STEPS[:, 1:2] + radius * np.sin(around)], axis=-1
    )
    closed = _seen(mask, points.reshape(-1, 2)).reshape(len(_STEPS), BINS).mean(axis=1)
    right, down, grown = _STEPS[int(closed.argmax())]
    return Ring(ring.x + right, ring.y + down, ring.a * grown, ring.b * grown, 0.0, float(closed.max()))


def _circles(mask: Mask, short: int) -> list[Ring]:
    """Where circles may be: asked of a picture of half the size, which is enough to point there."""
    half = cv2.resize(mask * 255, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    found = cv2.HoughCircles(
        cv2.GaussianBlur(half, (3, 3), 0),
        cv2.HOUGH_GRADIENT,
        dp=2,
        minDist=0.2 * SMALLEST * short,
        param1=120,
        param2=26,
        minRadius=round(0.4 * SMALLEST * short),
        maxRadius=round(LARGEST * short / 4),
    )
    if found is None:
        return []
    return [Ring(2 * float(x), 2 * float(y), 2 * float(r), 2 * float(r), 0.0, 0.0) for x, y, r in found[0][:60]]


def _meet(one: Ring, other: Ring) -> bool:
    """Whether two rings are one and the same, seen twice."""
    return float(np.hypot(one.x - other.x, one.y - other.y)) < 0.8 * max(one.a, one.b, other.a, other.b)


# Words along the ring


def _cut_out(picture: Picture, ring: Ring) -> tuple[Picture, Ring]:
    """The seal with a little of the page around it."""
    across, down = ring.extent
    left, top = max(0, int(ring.x - 1.15 * across)), max(0, int(ring.y - 1.15 * down))
    part = picture[top : int(ring.y + 1.15 * down) + 1, left : int(ring.x + 1.15 * across) + 1]
    return np.ascontiguousarray(part), replace(ring, x=ring.x - left, y=ring.y - top)


def _strips(picture: Picture, ring: Ring, found: _Found) -> list[Picture]:
    """The seal's words as lines of writing, in each way in which they may be seen best."""
    if found.shape == "square":
        return _halves(_ink_alone(picture, found.colour), ring)
    return [_unrolled(_ink_alone(picture, found.colour, ring), ring), _by_colour(picture, ring, found)]


def _by_colour(picture: Picture, ring: Ring, found: _Found) -> Picture:
    """The words of a seal by how coloured they are; of a grey one as they stand."""
    if found.shape == "square":
        return _halves(_ink_alone(picture, found.colour), ring)[-1]
    return _unrolled(picture if found.colour == "grey" else _colour_alone(picture, found.colour), ring)


def _halves(ink: Picture, ring: Ring) -> list[Picture]:
    """A square seal upright, and its halves: its characters stand in two rows or two columns."""
    corners = cv2.boxPoints(((ring.x, ring.y), (2 * ring.a, 2 * ring.b), ring.angle)).astype(np.float32)
    side = 2 * LINE
    target = np.array([(0, side), (0, 0), (side, 0), (side, side)], np.float32)
    upright = cv2.warpPerspective(ink, cv2.getPerspectiveTransform(corners, target), (side, side))
    return [upright, np.ascontiguousarray(np.hstack([upright[:LINE], upright[LINE:]]))]


def _unrolled(ink: Picture, ring: Ring) -> Picture:
    """The band along the ring as a line of writing: it begins at the bottom and runs clockwise, heads outwards."""
    width = round(2 * np.pi * (OUTER + INNER) / 2 / (OUTER - INNER) * LINE)
    angle = np.pi / 2 + (np.arange(width) + 0.5) / width * 2 * np.pi
    share = np.linspace(OUTER, INNER, LINE)[:, None]
    turn = np.deg2rad(ring.angle)
    # The ellipse is a circle seen aslant: its own angle is undone, so that writing begins at the true bottom.
    along = ring.a * share * np.cos(angle - turn)
    across = ring.b * share * np.sin(angle - turn)
    x = ring.x + along * np.cos(turn) - across * np.sin(turn)
    y = ring.y + along * np.sin(turn) + across * np.cos(turn)
    line = cv2.remap(ink, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR, borderValue=(255, 255, 255))
    return np.ascontiguousarray(line)


def _trimmed(strip: Picture) -> Picture:
    """A strip from the first to the last character that fills it.

    Its ends are where the ring is open or holds a number in small figures upside down, which is read as debris.
    """
    light = strip[:, :, 1].astype(np.int16)
    middle = light[round(0.38 * LINE) : round(0.7 * LINE)]
    written = np.flatnonzero((middle < np.median(light) - 60).sum(axis=0) >= 2)
    if len(written) == 0:
        return strip
    return np.ascontiguousarray(strip[:, max(0, written[0] - LINE // 4) : written[-1] + LINE // 4])


def _ink_alone(picture: Picture, colour: str, ring: Ring | None = None) -> Picture:
    """The seal's own ink, dark on white, in the one channel that is sharp: print of another colour is painted over.

    Red ink is dark in green light and bright in red light, where black print stays dark; pictures keep their brightness
    much finer than their colour. On a grey copy the ring itself says how dark the ink is: what is much darker is print.
    """
    shown, hidden = {"red": (1, 2), "blue": (2, 0)}.get(colour, (1, 1))
    ink, black = picture[:, :, shown], picture[:, :, hidden]
    paper = float(np.median(black))
    darkest = 0.55 * paper
    if colour == "grey" and ring is not None:
        points = np.concatenate([ring.points(share) for share in (0.97, 0.985, 1.0)])
        x = np.clip(np.rint(points[:, 0]).astype(int), 0, black.shape[1] - 1)
        y = np.clip(np.rint(points[:, 1]).astype(int), 0, black.shape[0] - 1)
        darkest = float(np.percentile(black[y, x], 30)) - 0.12 * paper
    print_ = cv2.dilate((black < darkest).astype(np.uint8), np.ones((3, 3), np.uint8))
    alone = np.where(print_ > 0, np.uint8(min(255, np.median(ink))), ink)
    return cv2.cvtColor(alone, cv2.COLOR_GRAY2BGR)


def _colour_alone(picture: Picture, colour: str) -> Picture:
    """How coloured the ink is, dark on white: blurred in most pictures, but free of print even right under it."""
    lab = cv2.cvtColor(picture, cv2.COLOR_BGR2LAB)
    channel = lab[:, :, 1] if colour == "red" else 255 - lab[:, :, 2]
    paper = float(np.median(channel))
    strongest = max(paper + COLOURED, float(np.percentile(channel, 98)))
    dark = np.clip((channel.astype(np.float32) - paper) / (strongest - paper), 0, 1)
    shown: Picture = (255 - 235 * dark).astype(np.uint8)
    return cv2.cvtColor(shown, cv2.COLOR_GRAY2BGR)
