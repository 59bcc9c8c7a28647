"""What parent and child say to each other over a pipe: a frame is a JSON object with an optional lump of bytes.

The child has touched hostile bytes, so the parent believes nothing: frames have a largest size, and every value is
made anew with its own type.
"""

import json
import struct
from dataclasses import dataclass
from typing import IO, Any

from ocr.layout import text_of
from ocr.model import Box, Inspection, Line, Media, Method, Page
from ocr.words import clean

LARGEST_FRAME = 64 * 1024 * 1024
HEADER = struct.Struct(">II")
_METHODS: tuple[Method, ...] = ("text", "rapidocr", "tesseract", "none")
_MEDIA: tuple[Media, ...] = ("pdf", "tiff", "jpeg", "png", "webp", "bmp")

Message = dict[str, Any]


class BrokenFrame(Exception):
    """The other side said something that is no frame."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """Rows of lines of one page set upright, as the child gives them; the fields are those of `Page`."""

    rows: tuple[tuple[Line, ...], ...]
    turned: int
    width_px: int
    height_px: int
    method: Method


def pack(message: Message, lump: bytes = b"") -> bytes:
    """A frame ready to be written."""
    body = json.dumps(message).encode()
    return HEADER.pack(len(body), len(lump)) + body + lump


def sizes(header: bytes) -> tuple[int, int]:
    """Lengths of the JSON and of the lump that follow a frame's header."""
    body, lump = HEADER.unpack(header)
    if body + lump > LARGEST_FRAME:
        raise BrokenFrame(f"a frame of {body + lump} bytes")
    return body, lump


def unpack(body: bytes) -> Message:
    message = json.loads(body)
    if not isinstance(message, dict):
        raise BrokenFrame("no object")
    return message


def read_frame(stream: IO[bytes]) -> Message | None:
    """The next message on a blocking stream, or None at its end."""
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    body, _ = sizes(header)
    return unpack(stream.read(body))


def reading_out(reading: Reading) -> Message:
    rows = [[[line.text, _corners(line.box), line.confidence] for line in row] for row in reading.rows]
    return {
        "rows": rows,
        "turned": reading.turned,
        "width_px": reading.width_px,
        "height_px": reading.height_px,
        "method": reading.method,
    }


def page_in(number: int, message: Message) -> Page:
    """A page from what the child said of it; raises `BrokenFrame` on anything odd."""
    try:
        rows = [[_line(*parts) for parts in row] for row in message["rows"]]
        return Page(
            number=number,
            width_px=int(message["width_px"]),
            height_px=int(message["height_px"]),
            turned=int(message["turned"]) % 360,
            text=text_of(rows),
            lines=tuple(line for row in rows for line in row),
            method=_METHODS[_METHODS.index(message["method"])],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BrokenFrame(str(error)) from error


def inspection_in(message: Message) -> Inspection:
    try:
        return Inspection(
            media=_MEDIA[_MEDIA.index(message["media"])],
            page_count=int(message["page_count"]),
            warnings=tuple(str(warning) for warning in message["warnings"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BrokenFrame(str(error)) from error


def _corners(box: Box) -> list[float]:
    return [round(corner, 5) for corner in (box.x0, box.y0, box.x1, box.y1)]


def _line(text: str, corners: list[float], confidence: float) -> Line:
    x0, y0, x1, y1 = (min(1.0, max(0.0, float(corner))) for corner in corners)
    return Line(text=clean(str(text)), box=Box(x0, y0, x1, y1), confidence=min(1.0, max(0.0, float(confidence))))
