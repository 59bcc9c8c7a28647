"""What parent and child say to each other over a pipe: a frame is a JSON object with an optional lump of bytes.

The child has touched hostile bytes, so the parent believes nothing: frames have a largest size, and every value is
made anew with its own type.
"""

import json
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any

from ocr.cutting import Cutting
from ocr.layout import text_of
from ocr.model import Box, Inspection, Line, Media, Method, Page, Seal, SealShape
from ocr.quality import in_order
from ocr.words import clean

LARGEST_FRAME = 64 * 1024 * 1024
HEADER = struct.Struct(">II")
_METHODS: tuple[Method, ...] = ("text", "rapidocr", "tesseract", "none")
_LOOK = re.compile(r"[^0-9a-f]")
_SHAPES: tuple[SealShape, ...] = ("round", "oval", "square")
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
    seals: tuple[Seal, ...] = ()
    signatures: tuple[Box, ...] = ()
    quality: tuple[str, ...] = ()
    look: str = ""


@dataclass(frozen=True, slots=True)
class Layer:
    """A text layer: its reading where it may be trusted, and what it says that the page does not show."""

    reading: Reading | None
    unseen: str = ""


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


def read_frame(stream: IO[bytes]) -> tuple[Message, bytes] | None:
    """The next message on a blocking stream with its lump, or None at its end."""
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    body, lump = sizes(header)
    return unpack(stream.read(body)), stream.read(lump)


def reading_out(reading: Reading) -> Message:
    rows = [[[line.text, _corners(line.box), line.confidence] for line in row] for row in reading.rows]
    return {
        "rows": rows,
        "turned": reading.turned,
        "width_px": reading.width_px,
        "height_px": reading.height_px,
        "method": reading.method,
        **marks_out(reading.seals, reading.signatures),
        "quality": reading.quality,
        "look": reading.look,
    }


def marks_out(seals: Sequence[Seal], signatures: Sequence[Box]) -> Message:
    return {
        "seals": [[_corners(seal.box), seal.shape, seal.colour, seal.text, seal.confidence] for seal in seals],
        "signatures": [_corners(box) for box in signatures],
    }


def cutting_out(cutting: Cutting) -> Message:
    return {
        "box": _corners(cutting.box),
        "page": cutting.page,
        "spots": [_corners(spot) for spot in cutting.spots],
    }


def cutting_in(message: Message) -> Cutting:
    height, width = message["page"]
    return Cutting(
        box=_box(message["box"]),
        page=(int(height), int(width)),
        spots=tuple(_box(corners) for corners in message["spots"]),
    )


def lines_in(rows: Sequence[Sequence[Any]]) -> list[Line]:
    """The lines of rows as `reading_out` gives them."""
    return [_line(*parts) for row in rows for parts in row]


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
            seals=seals_in(message),
            signatures=signatures_in(message),
            quality=codes_in(message),
            look=_LOOK.sub("", str(message["look"]))[:64],
        )
    except (KeyError, TypeError, ValueError, StopIteration) as error:
        raise BrokenFrame(str(error)) from error


def seals_in(message: Message) -> tuple[Seal, ...]:
    return tuple(_seal(*parts) for parts in message["seals"])


def signatures_in(message: Message) -> tuple[Box, ...]:
    return tuple(_box(corners) for corners in message["signatures"])


def codes_in(message: Message) -> tuple[str, ...]:
    """What is wrong with a page, as far as it is known here."""
    return in_order([str(code) for code in message["quality"]])


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
    return Line(text=clean(str(text)), box=_box(corners), confidence=_share(confidence))


def _seal(corners: list[float], shape: str, colour: str, text: str, confidence: float) -> Seal:
    return Seal(
        box=_box(corners),
        shape=next(each for each in _SHAPES if each == shape),
        colour=clean(str(colour))[:10],
        text=clean(str(text))[:100],
        confidence=_share(confidence),
    )


def _box(corners: list[float]) -> Box:
    return Box(*(_share(corner) for corner in corners))


def _share(value: float) -> float:
    return min(1.0, max(0.0, float(value)))
