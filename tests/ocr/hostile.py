"""Makers of files that should not be trusted, as small as they can be."""

import struct
import zlib
from pathlib import Path


def pdf(path: Path, objects: list[bytes], *, root: int = 1) -> Path:
    """A PDF of raw object bodies, numbered from 1, with a correct cross-reference table."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets: list[int] = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, root, start)
    path.write_bytes(out)
    return path


def stream(data: bytes, extra: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n" % (len(data), extra) + data + b"\nendstream"


def one_page(contents: bytes, extra: bytes = b"") -> list[bytes]:
    return [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << "
        b"/Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> " + extra + b" >>",
        contents,
    ]


WORDS = b"BT /F1 12 Tf 72 720 Td (Lease agreement No. HT2026001 between the two parties) Tj ET"


def plain_pdf(path: Path, words: bytes = WORDS) -> Path:
    return pdf(path, one_page(stream(words)))


def many_pages(path: Path, count: int) -> Path:
    kids = b" ".join(b"%d 0 R" % (number + 4) for number in range(count))
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 3 0 R /Resources << >> >>"
    head = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [" + kids + b"] /Count %d >>" % count,
        stream(WORDS),
    ]
    return pdf(path, head + [page] * count)


def million_outlines(path: Path, count: int = 1_000_000) -> Path:
    """One page and an outline of `count` entries, each an object of its own."""
    objects = one_page(stream(WORDS))
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R /Outlines 5 0 R >>"
    first = 6
    objects.append(b"<< /Type /Outlines /First %d 0 R /Last %d 0 R /Count %d >>" % (first, first + count - 1, count))
    objects += [
        b"<< /Title (%d) /Parent 5 0 R /Next %d 0 R /Dest [3 0 R /Fit] >>" % (number, number + 1)
        for number in range(first, first + count)
    ]
    return pdf(path, objects)


def circular_pages(path: Path) -> Path:
    """A page tree whose nodes are their own children."""
    return pdf(
        path,
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R 2 0 R] /Count 2 >>",
            b"<< /Type /Pages /Parent 2 0 R /Kids [2 0 R 3 0 R] /Count 2 >>",
        ],
    )


def flate_bomb(path: Path, gigabytes: int = 4) -> Path:
    """A page whose contents inflate, twice packed, to some gigabytes of spaces."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    megabyte = packer.compress(b" " * (1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    once = b"\x78\x9c" + megabyte * (gigabytes * 1024) + packer.flush()
    return pdf(path, one_page(stream(zlib.compress(once, 9), b"/Filter [/FlateDecode /FlateDecode]")))


def huge_png(path: Path, side: int = 60_000) -> Path:
    """A PNG that says it is `side` pixels square and holds that many black bits."""
    row = b"\x00" * (side // 8 + 1)
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(row * 100) for _ in range(side // 100)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b""))
    return path


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def exponential_drawing(path: Path, depth: int = 12) -> Path:
    """A page that draws a form that draws another form ten times, `depth` deep."""
    objects = one_page(stream(b"/X Do"))
    objects[2] = objects[2].replace(b"/Font <<", b"/XObject << /X 5 0 R >> /Font <<")
    for level in range(depth):
        inner = b"/XObject << /X %d 0 R >>" % (6 + level)
        form = b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << " + inner + b" >>"
        objects.append(stream(b"/X Do " * 10, form))
    objects.append(stream(b"0 0 9 9 re f", b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << >>"))
    return pdf(path, objects)
