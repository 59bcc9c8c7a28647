"""Who looks and when, burnt into a page, and what they may not see painted over.

The input is a picture that our own child drew; the output is new pixels, so what lay under a mask is gone from it.
"""

import io
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from ocr.model import Box

INK = (96, 112, 136)
OPACITY = 56
ANGLE = 24
MASK_INK = (58, 63, 71)
QUALITY = 75
MIN_SIZE = 14


def watermark(webp: bytes, text: str, masks: Sequence[Box] = (), width: int | None = None, *, font: Path) -> bytes:
    """The picture with `text` repeated across it and `masks` (page-relative) filled, `width` pixels wide; as WebP."""
    with Image.open(io.BytesIO(webp), formats=["WEBP"]) as drawn:
        image = drawn.convert("RGB")
    _paint_over(image, masks)
    if width is not None and width < image.width:
        image = image.resize((width, max(1, round(image.height * width / image.width))), Image.Resampling.BILINEAR)
    if text:
        image.paste(INK, mask=_veil(text, image.size, str(font)))
    out = io.BytesIO()
    image.save(out, "WEBP", quality=QUALITY, method=0)
    return out.getvalue()


def _paint_over(image: Image.Image, masks: Sequence[Box]) -> None:
    pen = ImageDraw.Draw(image)
    for box in masks:
        corners = (box.x0 * image.width, box.y0 * image.height, box.x1 * image.width, box.y1 * image.height)
        pen.rectangle(corners, fill=MASK_INK)


@lru_cache(maxsize=16)
def _veil(text: str, size: tuple[int, int], font: str) -> Image.Image:
    """Where and how strongly the ink goes: rows of slanting text, every other one set off by half."""
    tile = _tile(text, max(MIN_SIZE, size[0] // 42), font)
    veil = Image.new("L", size, 0)
    for row, y in enumerate(range(-tile.height // 2, size[1], tile.height)):
        start = -tile.width // 2 if row % 2 else 0
        for x in range(start, size[0], tile.width):
            veil.paste(tile, (x, y))
    return veil


def _tile(text: str, height: int, font: str) -> Image.Image:
    letters = ImageFont.truetype(font, height)
    left, top, right, bottom = letters.getbbox(text)
    room = height * 2
    tile = Image.new("L", (round(right - left) + room, round(bottom - top) + room), 0)
    ImageDraw.Draw(tile).text((room / 2 - left, room / 2 - top), text, fill=OPACITY, font=letters)
    return tile.rotate(ANGLE, Image.Resampling.BILINEAR, expand=True)
