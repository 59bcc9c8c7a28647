"""What a file is, told by its first bytes, whatever it is called."""

import io
import zipfile

import pytest
from PIL import Image

from ocr.errors import SENTENCES, Unreadable
from ocr.sniff import HEAD_BYTES, sniff, suits_name


def picture(form: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(out, form)
    return out.getvalue()


def archive(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name in names:
            packed.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("form", "media"),
    [("JPEG", "jpeg"), ("PNG", "png"), ("TIFF", "tiff"), ("WEBP", "webp"), ("BMP", "bmp"), ("PDF", "pdf")],
)
def test_the_usual_files_are_known(form: str, media: str) -> None:
    assert sniff(picture(form)[:HEAD_BYTES]) == media


def test_a_pdf_may_have_some_junk_before_its_header() -> None:
    assert sniff(b"\r\n\r\nscanned by x\n%PDF-1.4\n%\xe2\xe3") == "pdf"


@pytest.mark.parametrize(
    ("head", "code"),
    [
        (b"", "empty"),
        (b"\x00" * 512, "damaged"),
        (b"<!DOCTYPE html><html><title>404</title>", "disguised"),
        (b"\xef\xbb\xbf\r\n<html><body>%PDF-1.4 is what I am called</body>", "disguised"),
        ("合同编号,承租方\r\n".encode("gbk"), "disguised"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "heic_photo"),
        (archive("[Content_Types].xml", "word/document.xml"), "office_file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 64, "office_file"),
        (archive("OFD.xml", "Doc_0/Document.xml"), "ofd_file"),
        (archive("产证.jpg"), "archive_file"),
        (b"Rar!\x1a\x07\x01\x00", "archive_file"),
        (b"\x7fELF\x02\x01\x01\x00" + b"\x00" * 32, "unknown_format"),
    ],
)
def test_other_files_are_refused_with_the_reason(head: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        sniff(head)
    assert refused.value.code == code


def test_every_reason_is_a_chinese_sentence() -> None:
    for sentence in SENTENCES.values():
        assert sentence.endswith("。")
        assert any("\u4e00" <= character <= "\u9fff" for character in sentence)


def test_a_name_suits_or_does_not() -> None:
    assert suits_name("jpeg", "IMG_2827.JPG")
    assert not suits_name("jpeg", "产证.pdf")
