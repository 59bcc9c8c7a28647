"""What a file is by its first bytes: cheap, and safe in any process because nothing is parsed."""

from ocr.errors import Code, Unreadable
from ocr.model import Media

HEAD_BYTES = 4096
PDF_HEADER_WITHIN = 1024

_MAGIC: tuple[tuple[bytes, Media], ...] = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"II+\x00", "tiff"),
    (b"MM\x00+", "tiff"),
)
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif")
_ARCHIVES = (b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"PK\x03\x04", b"PK\x05\x06")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OFFICE_PARTS = (b"[Content_Types].xml", b"word/", b"xl/", b"ppt/", b"_rels/.rels")
_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<script", b"<svg", b"<head", b"<body")

SUFFIXES: dict[Media, tuple[str, ...]] = {
    "pdf": (".pdf",),
    "tiff": (".tif", ".tiff"),
    "jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "png": (".png",),
    "webp": (".webp",),
    "bmp": (".bmp", ".dib"),
}


def sniff(head: bytes) -> Media:
    """The kind of file that begins with `head` (its first `HEAD_BYTES`); raises `Unreadable` with the reason."""
    if not head:
        raise Unreadable("empty")
    for magic, media in _MAGIC:
        if head.startswith(magic):
            return media
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[:2] == b"BM" and head[6:10] == b"\x00\x00\x00\x00":
        return "bmp"
    if b"%PDF-" in head[:PDF_HEADER_WITHIN] and not _is_markup(head):
        return "pdf"
    raise Unreadable(_refusal(head))


def suits_name(media: Media, name: str) -> bool:
    """Whether a file name has a suffix that people would expect for `media`."""
    return name.lower().endswith(SUFFIXES[media])


def _refusal(head: bytes) -> Code:
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS:
        return "heic_photo"
    if head.startswith(b"PK") and (b"OFD.xml" in head or b"Doc_0/" in head):
        return "ofd_file"
    if head.startswith(_OLD_OFFICE) or (head.startswith(b"PK") and any(part in head for part in _OFFICE_PARTS)):
        return "office_file"
    if head.startswith(_ARCHIVES):
        return "archive_file"
    if not head.strip(b"\x00"):
        return "damaged"
    if _is_markup(head) or _is_plain_text(head):
        return "disguised"
    return "unknown_format"


def _is_markup(head: bytes) -> bool:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith(_MARKUP)


def _is_plain_text(head: bytes) -> bool:
    return not any(byte < 9 or 13 < byte < 32 for byte in head)
