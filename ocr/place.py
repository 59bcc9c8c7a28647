"""Where on the upright page something stands that a PDF has in its own space. Used in the child process alone."""

import ctypes
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as raw

from ocr.model import Box

Corners = tuple[float, float, float, float]
FINE = 1_000_000


@dataclass(frozen=True, slots=True)
class Place:
    """From page space to points on the upright page: x' = x·xx + y·xy + x0, and y' likewise, from its upper left."""

    width: float
    height: float
    xx: float
    xy: float
    x0: float
    yx: float
    yy: float
    y0: float

    @classmethod
    def of(cls, page: Any, turned: int) -> "Place":
        """Of a pypdfium2 page that appears `turned` degrees clockwise."""
        width, height = (max(1.0, side) for side in page.get_size())
        if turned in (90, 270):
            width, height = height, width
        (x0, y0), (x1, y1), (x2, y2) = (_on_page(page, turned, *point) for point in ((0, 0), (1000, 0), (0, 1000)))
        return cls(
            width=width,
            height=height,
            xx=(x1 - x0) / 1000 * width,
            xy=(x2 - x0) / 1000 * width,
            x0=x0 * width,
            yx=(y1 - y0) / 1000 * height,
            yy=(y2 - y0) / 1000 * height,
            y0=y0 * height,
        )

    def corners(self, left: float, bottom: float, right: float, top: float) -> Corners:
        """Left, top, right, bottom on the upright page."""
        ax, bx = left * self.xx + bottom * self.xy + self.x0, right * self.xx + top * self.xy + self.x0
        ay, by = left * self.yx + bottom * self.yy + self.y0, right * self.yx + top * self.yy + self.y0
        return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)

    def box(self, corners: Corners) -> Box:
        x0, y0, x1, y1 = corners
        return Box(
            _within(x0 / self.width), _within(y0 / self.height), _within(x1 / self.width), _within(y1 / self.height)
        )


def _within(share: float) -> float:
    return min(1.0, max(0.0, share))


def _on_page(page: Any, turned: int, x: float, y: float) -> tuple[float, float]:
    """A point of page space as shares of the upright page."""
    across, down = ctypes.c_int(), ctypes.c_int()
    raw.FPDF_PageToDevice(page, 0, 0, FINE, FINE, 0, x, y, across, down)
    right, below = across.value / FINE, down.value / FINE
    return {90: (below, 1 - right), 180: (1 - right, 1 - below), 270: (1 - below, right)}.get(turned, (right, below))
