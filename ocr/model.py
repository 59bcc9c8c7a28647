"""What reading a document gives: pages, lines with their place, fields with their source."""

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

Media = Literal["pdf", "tiff", "jpeg", "png", "webp", "bmp"]
SealShape = Literal["round", "oval", "square"]
Method = Literal["text", "rapidocr", "tesseract", "none"]
PageKind = Literal[
    "title_deed",
    "completion_certificate",
    "floor_plan",
    "mandate",
    "house_number_certificate",
    "lease",
    "declaration",
    "id_card",
    "licence",
    "blank",
    "other",
]

MEDIA_TYPES: dict[Media, str] = {
    "pdf": "application/pdf",
    "tiff": "image/tiff",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "bmp": "image/bmp",
}


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the upright page: 0-1 from its left and top edge, whatever size it is drawn in."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.y1 - self.y0

    @property
    def middle(self) -> float:
        """The height on the page of the line through its centre."""
        return (self.y0 + self.y1) / 2

    def around(self, other: "Box") -> "Box":
        """The smallest box that holds both."""
        return Box(min(self.x0, other.x0), min(self.y0, other.y0), max(self.x1, other.x1), max(self.y1, other.y1))

    def within(self, outer: "Box") -> "Box":
        """This box in shares of another one."""
        width, height = outer.width or 1.0, outer.height or 1.0
        return Box(
            (self.x0 - outer.x0) / width,
            (self.y0 - outer.y0) / height,
            (self.x1 - outer.x0) / width,
            (self.y1 - outer.y0) / height,
        )

    def out_of(self, outer: "Box") -> "Box":
        """The box that is this one in shares of another."""
        return Box(
            outer.x0 + self.x0 * outer.width,
            outer.y0 + self.y0 * outer.height,
            outer.x0 + self.x1 * outer.width,
            outer.y0 + self.y1 * outer.height,
        )

    def meets(self, other: "Box") -> bool:
        return self.x0 < other.x1 and other.x0 < self.x1 and self.y0 < other.y1 and other.y0 < self.y1

    def upright(self, turned: int) -> "Box":
        """This box of a page that appears `turned` degrees clockwise, on the page set upright."""
        if turned == 90:
            return Box(self.y0, 1 - self.x1, self.y1, 1 - self.x0)
        if turned == 180:
            return Box(1 - self.x1, 1 - self.y1, 1 - self.x0, 1 - self.y0)
        if turned == 270:
            return Box(1 - self.y1, self.x0, 1 - self.y0, self.x1)
        return self


WHOLE_PAGE = Box(0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """Words that stand together on one line (a cell of a table is a line of its own)."""

    text: str
    box: Box
    confidence: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Seal:
    """印章 on a page: where, in what shape and colour of ink, and the words along its ring as far as they were read."""

    box: Box
    shape: SealShape
    colour: str
    text: str
    confidence: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One page as it was read, set upright.

    `number` counts from 1; `turned` is by how many degrees clockwise the page appears turned in a viewer that honours
    /Rotate and EXIF; `width_px` and `height_px` are those of the upright page as it was read; `lines` stand in
    reading order; `sensitive` are the places that not everybody may see; `quality` says what is wrong with the picture;
    `signatures` are the places where somebody signed by hand; `look` is a print of the picture (`ocr.look`).
    """

    number: int
    width_px: int
    height_px: int
    turned: int
    text: str
    lines: tuple[Line, ...]
    method: Method
    kind: PageKind = "other"
    sensitive: tuple[Box, ...] = ()
    quality: tuple[str, ...] = ()
    seals: tuple[Seal, ...] = ()
    signatures: tuple[Box, ...] = ()
    look: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """A value found on a page: as printed, as a plain value (ISO date, number, boolean, list), and where it stands."""

    name: str
    value: str
    normal: Any
    confidence: float
    page: int
    box: Box


@dataclass(frozen=True, kw_only=True, slots=True)
class Inspection:
    """What a document is, before it is read; `warnings` are sentences for the person who brought it."""

    media: Media
    page_count: int
    warnings: tuple[str, ...] = ()

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.media]


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How much a document may ask of us. Seconds are wall clock; twice as much processor time is allowed."""

    max_bytes: int = 210 * 1024 * 1024
    max_pages: int = 500
    max_pixels: int = 100_000_000
    inspect_seconds: float = 30.0
    draw_seconds: float = 30.0
    page_seconds: float = 60.0
    document_seconds: float = 1800.0
    memory_mb: int = 3072
    pages_per_child: int = 300

    def as_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self)
