"""A photo, a scan, a multi-page TIFF: opened with Pillow under limits on pixels. Used in the child process alone."""

import struct
from pathlib import Path

from PIL import ExifTags, Image, TiffImagePlugin, UnidentifiedImageError

from ocr.cutting import Cutting
from ocr.errors import Unreadable
from ocr.model import Limits, Media
from ocr.protocol import Layer, Reading

FORMATS: dict[Media, list[str]] = {
    "tiff": ["TIFF"],
    "jpeg": ["JPEG"],
    "png": ["PNG"],
    "webp": ["WEBP"],
    "bmp": ["BMP"],
}
SETTING_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SIDEWAYS = (5, 6, 7, 8)
STRIPS, TILES = (273, 279), (324, 325)
SMALLEST_FILE = 64
LEAN_MODES, LEANER = ("1", "L"), 6
"""Black and white, as large plans are scanned, takes so much less memory: an A0 sheet at 600 dpi is read."""
BROKEN = (OSError, ValueError, SyntaxError, EOFError, TypeError, KeyError, struct.error)
Image.MAX_IMAGE_PIXELS = None  # our own limit is asked before any pixel is decoded


class Picture:
    """An open image file; every picture but a TIFF is one page."""

    def __init__(self, path: Path, media: Media, limits: Limits) -> None:
        self.media: Media = media
        self.warnings: tuple[str, ...] = ()
        self._path = path
        self._limits = limits
        self._image = self._opened()
        self.page_count = self._count()

    def close(self) -> None:
        self._image.close()

    def check(self) -> None:
        """Raise `Unreadable` if a part is missing: a pixel of a single picture, a strip of a TIFF."""
        if self.media != "tiff":
            self._loaded(1, 256)
            return
        end = self._path.stat().st_size
        for number in range(1, self.page_count + 1):
            frame = self._frame(number)
            if any(place > end for place in _ends(frame)):
                raise Unreadable("truncated", f"page {number}")

    def size(self, number: int) -> tuple[float, float]:
        """Width and height of a page as a viewer shows it, in pixels."""
        image = self._frame(number)
        width, height = image.size
        return (height, width) if self._orientation(image) in SIDEWAYS else (width, height)

    def picture(self, number: int, side: int) -> Image.Image:
        """The page as a viewer shows it, in RGB, its longer side at most `side` pixels."""
        image = self._loaded(number, side)
        turn = SETTING_UPRIGHT.get(self._orientation(image))
        image = _plain(image, side)
        return image if turn is None else image.transpose(turn)

    def layer(self, number: int) -> Layer:
        """A picture has no text layer."""
        return Layer(None)

    def cut_out(self, number: int, reading: Reading, side: int) -> tuple[Cutting, Image.Image] | None:
        """A picture is looked at as a whole anyway."""
        return None

    def _opened(self) -> Image.Image:
        try:
            image: Image.Image = Image.open(self._path, formats=FORMATS[self.media])
        except (UnidentifiedImageError, *BROKEN) as error:
            short = self._path.stat().st_size < SMALLEST_FILE
            raise Unreadable("truncated" if short else "damaged", str(error)) from error
        self._refuse_giants(image)
        return image

    def _frame(self, number: int) -> Image.Image:
        """A page before its pixels are decoded: anew each time, because decoding a JPEG small changes its size."""
        if not 1 <= number <= self.page_count:
            raise Unreadable("no_such_page", str(number))
        if self.media != "tiff":
            self._image.close()
            self._image = self._opened()
        elif self._image.tell() != number - 1:
            try:
                self._image.seek(number - 1)
            except BROKEN as error:
                raise Unreadable("truncated", str(error)) from error
            self._refuse_giants(self._image)
        return self._image

    def _loaded(self, number: int, side: int) -> Image.Image:
        image = self._frame(number)
        try:
            image.draft("RGB", (side, side))
            image.load()
        except BROKEN as error:
            cut = isinstance(error, EOFError) or "truncated" in str(error)
            raise Unreadable("truncated" if cut else "damaged", str(error)) from error
        return image

    def _count(self) -> int:
        if self.media != "tiff":
            return 1
        for number in range(1, self._limits.max_pages + 1):
            try:
                self._image.seek(number)
            except EOFError:
                return number
            except BROKEN as error:
                raise Unreadable("truncated", str(error)) from error
        raise Unreadable("too_many_pages")

    def _orientation(self, image: Image.Image) -> int:
        if self.media == "tiff":
            return 1  # Pillow turns TIFF pages itself
        try:
            return int(image.getexif().get(ExifTags.Base.Orientation, 1))
        except BROKEN:
            return 1

    def _refuse_giants(self, image: Image.Image) -> None:
        width, height = image.size
        lean = image.mode in LEAN_MODES or self.media == "jpeg"  # a JPEG is decoded small
        if width * height > self._limits.max_pixels * (LEANER if lean else 1):
            raise Unreadable("too_many_pixels", f"{width} x {height}")


def _plain(image: Image.Image, side: int) -> Image.Image:
    """Small enough, in RGB, on white: bilevel, palette, 16-bit, CMYK and transparent pictures alike."""
    if image.mode.startswith("I"):
        image = image.point(lambda value: value / 256).convert("L")
    elif image.mode == "1":
        image = image.convert("L")
    elif image.mode in ("P", "PA", "LA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
    factor = max(image.size) / side
    if factor > 1:
        size = max(1, round(image.width / factor)), max(1, round(image.height / factor))
        image = image.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
    if image.mode == "RGBA":
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB")


def _ends(frame: Image.Image) -> list[int]:
    """Where in the file each strip or tile of a TIFF page ends."""
    tags = frame.tag_v2 if isinstance(frame, TiffImagePlugin.TiffImageFile) else {}
    return [
        offset + count
        for offsets, counts in (STRIPS, TILES)
        for offset, count in zip(_numbers(tags.get(offsets)), _numbers(tags.get(counts)), strict=False)
    ]


def _numbers(value: object) -> tuple[int, ...]:
    if isinstance(value, tuple):
        return tuple(int(entry) for entry in value)
    return (int(value),) if isinstance(value, int) else ()
