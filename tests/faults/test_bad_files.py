"""Files that nobody should send, sent through the browser: each ends in a sentence, none in an error or a wait."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pikepdf
import pytest
from PIL import ExifTags, Image

from ocr.errors import SENTENCES
from tests.faults.installation import Installation, Person
from tests.ocr import hostile
from tests.ocr.make import LEASE_WITH_TEXT, PHOTO_UPSIDE_DOWN

pytestmark = pytest.mark.faults

Make = Callable[[Path], object]


@dataclass(frozen=True, kw_only=True)
class Bad:
    """A file, by the name it is sent with; what is said of it, and how it is shown."""

    name: str
    make: Make
    says: tuple[str, ...] = ()
    shown: str = ""


def written(data: bytes) -> Make:
    return lambda path: path.write_bytes(data)


def cut(source: Path) -> Make:
    whole = source.read_bytes()
    return written(whole[: len(whole) * 6 // 10])


def locked(path: Path) -> None:
    hostile.plain_pdf(path)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(user="u", owner="o"))


def held_sideways(path: Path) -> None:
    """A photo as a phone stores it that was held upright: lying, with a word that it is to be turned."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    Image.new("RGB", (1200, 900), "white").save(path, "JPEG", exif=exif)


def sentences(*codes: str) -> tuple[str, ...]:
    return tuple(sentence for code, sentence in SENTENCES.items() if code in codes)


REFUSED = [
    Bad(name="空的.pdf", make=written(b""), says=sentences("empty")),
    Bad(
        name="网页.pdf",
        make=written(b"<!DOCTYPE html><html><body>404</body></html>"),
        says=sentences("disguised"),
    ),
    Bad(name="表格.pdf", make=written(b"PK\x03\x04" + bytes(60)), says=sentences("archive_file", "office_file")),
    Bad(name="乱码.bin", make=written(bytes(range(256)) * 4), says=sentences("unknown_format")),
]
UNREADABLE = [
    Bad(name="截断.pdf", make=cut(LEASE_WITH_TEXT), says=sentences("truncated")),
    Bad(name="截断.jpg", make=cut(PHOTO_UPSIDE_DOWN), says=sentences("truncated")),
    Bad(name="只有头.pdf", make=written(b"%PDF-1.7\n"), says=sentences("truncated")),
    Bad(name="加密.pdf", make=locked, says=sentences("encrypted")),
    Bad(name="环形.pdf", make=hostile.circular_pages, says=sentences("damaged")),
    Bad(name="两千页.pdf", make=lambda path: hostile.many_pages(path, 2000), says=sentences("too_many_pages")),
    Bad(name="巨图.png", make=hostile.huge_png, says=sentences("too_many_pixels")),
    Bad(name="炸弹.pdf", make=hostile.flate_bomb, says=sentences("crashed", "out_of_memory", "timeout")),
]
READ = [
    # The reader itself meets a million of them (tests/ocr); 20 MB of them are enough for the way there.
    Bad(name="无尽目录.pdf", make=lambda path: hostile.million_outlines(path, 200_000)),
    Bad(
        name="\u202eftp.exe\u2066\n产证\r\n\t(1).pdf",
        make=lambda path: hostile.plain_pdf(path, b"BT /F1 12 Tf 72 720 Td (a name with marks) Tj ET"),
        shown="ftp.exe 产证 (1).pdf",
    ),
    Bad(
        name="../../etc/passwd\x00.pdf",
        make=lambda path: hostile.plain_pdf(path, b"BT /F1 12 Tf 72 720 Td (a name with a path) Tj ET"),
        shown="passwd.pdf",
    ),
    Bad(name="横拍.jpg", make=held_sideways),
]


def content_of(bad: Bad, folder: Path) -> bytes:
    path = folder / "file"
    bad.make(path)
    content = path.read_bytes()
    path.unlink()
    return content


@pytest.mark.parametrize("bad", REFUSED, ids=lambda bad: bad.name)
async def test_what_is_no_document_is_refused_at_once(
    manager: Person, filing_id: UUID, tmp_path: Path, bad: Bad
) -> None:
    content = content_of(bad, tmp_path)
    chunked = await manager.upload(filing_id, bad.name, content)
    assert (chunked.status_code, chunked.json()["detail"] in bad.says) == (409, True), chunked.text
    fields = {"purpose": "filing", "filing_id": str(filing_id), "back": "/notices"}
    plain = await manager.ask("POST", "/uploads/form", data=fields, files={"files": (bad.name, content)})
    assert plain.status_code == 409
    assert any(sentence in plain.text for sentence in bad.says)


async def test_what_cannot_be_read_says_so_on_the_page_and_what_can_is_read_beside_it(
    installation: Installation, manager: Person, filing_id: UUID, tmp_path: Path
) -> None:
    sent: dict[str, UUID] = {}
    for bad in [*UNREADABLE, *READ]:
        content = await asyncio.to_thread(content_of, bad, tmp_path)
        answer = await manager.upload(filing_id, bad.name, content)
        assert answer.status_code == 200, (bad.name, answer.text)
        sent[bad.name] = UUID(answer.json()["id"])
    for bad in UNREADABLE:
        document = await installation.given_up(sent[bad.name])
        assert document.trouble in bad.says, bad.name
    for bad in READ:
        document = await installation.given_up(sent[bad.name])
        assert (document.status.value, document.file_name) == ("read", bad.shown or bad.name)
    page = await manager.get(f"/filings/{filing_id}/documents")
    assert page.status_code == 200
    for bad in UNREADABLE:
        assert any(sentence in page.text for sentence in bad.says), bad.name
    for bad in READ:
        assert (bad.shown or bad.name) in page.text
    [sideways] = await installation.ask(
        "SELECT width, height FROM document_pages WHERE document_id = $1", sent["横拍.jpg"]
    )
    assert sideways["width"] < sideways["height"]
