"""Text layers of PDFs: which are trusted, where the characters stand, what was typed on afterwards."""

import io
from pathlib import Path

import pikepdf
import pytest
from PIL import Image
from pypdf import PdfWriter
from pypdf.annotations import FreeText

from ocr.errors import Unreadable
from ocr.model import Box, Limits
from ocr.pdf import Pdf
from ocr.protocol import Reading
from tests.ocr import hostile
from tests.ocr.make import LEASE_WITH_TEXT, MANDATE_AND_ID_CARD, PLAN_WITH_TEXT


def opened(path: Path) -> Pdf:
    return Pdf(path, Limits())


def words_of(reading: Reading | None) -> str:
    assert reading is not None
    return "\n".join("\t".join(line.text for line in row) for row in reading.rows)


def box_of(reading: Reading | None, text: str) -> Box:
    assert reading is not None
    return next(line.box for row in reading.rows for line in row if text in line.text)


def test_a_text_layer_is_read_with_its_radicals_mended_and_in_its_place() -> None:
    reading = opened(LEASE_WITH_TEXT).layer(2).reading
    assert reading is not None
    assert reading.method == "text"
    assert "5-2 租赁期间，使用该房屋所发生的水、电、燃气、通讯等费用由乙方承担。" in words_of(reading)
    line = box_of(reading, "使用该房屋")
    assert (line.x0, line.y0) == pytest.approx((0.158, 0.087), abs=0.005)
    assert line.height == pytest.approx(0.0137, abs=0.003)
    assert all(box.height < 0.05 and box.x1 <= 1 for row in reading.rows for box in (part.box for part in row))


def test_cells_of_a_drawing_stay_apart() -> None:
    words = words_of(opened(PLAN_WITH_TEXT).layer(1).reading)
    assert "101室\t103室\n71.53㎡\t85.94㎡" in words
    assert "坐落\t龙吴路342-346号" in words


def test_a_scan_has_no_text_layer() -> None:
    assert opened(MANDATE_AND_ID_CARD).layer(1).reading is None


def test_an_empty_page_is_read_without_the_engine(tmp_path: Path) -> None:
    pdf = opened(hostile.pdf(tmp_path / "a.pdf", hostile.one_page(hostile.stream(b""))))
    reading = pdf.layer(1).reading
    assert reading is not None
    assert (reading.rows, reading.method) == ((), "none")


def scan_with_hidden_words(path: Path, mode: int) -> Path:
    """A picture over the whole page, and words drawn in text render mode `mode`."""
    out = io.BytesIO()
    Image.new("RGB", (300, 424), (230, 230, 230)).save(out, "JPEG")
    drawing = b"q 595 0 0 842 0 0 cm /Im Do Q BT %d Tr /F1 12 Tf 72 720 Td (what some other program made of this) Tj ET"
    objects = hostile.one_page(hostile.stream(drawing % mode))
    objects[2] = objects[2].replace(b"/Font <<", b"/XObject << /Im 5 0 R >> /Font <<")
    objects.append(
        hostile.stream(
            out.getvalue(),
            b"/Type /XObject /Subtype /Image /Width 300 /Height 424 /ColorSpace /DeviceRGB /BitsPerComponent 8 "
            b"/Filter /DCTDecode",
        )
    )
    return hostile.pdf(path, objects)


@pytest.mark.parametrize("mode", [3, 0])
def test_words_over_a_scan_are_not_trusted_whether_seen_or_not(tmp_path: Path, mode: int) -> None:
    layer = opened(scan_with_hidden_words(tmp_path / "a.pdf", mode)).layer(1)
    assert layer.reading is None
    assert "some other program" in layer.unseen


def test_debris_of_a_font_is_not_trusted(tmp_path: Path) -> None:
    debris = b"BT /F1 12 Tf 72 720 Td (\\326\\320\\273\\252\\310\\313\\303\\361\\271\\262\\272\\315\\271\\372) Tj ET"
    assert opened(hostile.plain_pdf(tmp_path / "a.pdf", debris)).layer(1).reading is None


@pytest.mark.parametrize(("rotate", "turned"), [(0, 0), (90, 90), (180, 180), (270, 270)])
def test_a_page_turned_by_its_dictionary_is_set_upright(tmp_path: Path, rotate: int, turned: int) -> None:
    path = hostile.pdf(tmp_path / "a.pdf", hostile.one_page(hostile.stream(hostile.WORDS), b"/Rotate %d" % rotate))
    reading = opened(path).layer(1).reading
    assert reading is not None
    assert reading.turned == turned
    box = box_of(reading, "Lease agreement")
    assert (box.x0, box.y1) == pytest.approx((72 / 595, 1 - 720 / 842), abs=0.01)


def test_words_written_upwards_say_that_the_page_is_turned(tmp_path: Path) -> None:
    upwards = b"q 0 1 -1 0 595 0 cm BT /F1 12 Tf 72 500 Td (Lease agreement No. HT2026001) Tj ET Q"
    reading = opened(hostile.plain_pdf(tmp_path / "a.pdf", upwards)).layer(1).reading
    assert reading is not None
    assert reading.turned == 270
    assert reading.width_px > reading.height_px
    box = box_of(reading, "Lease agreement")
    assert box.width > box.height
    assert box.x0 == pytest.approx(72 / 842, abs=0.01)


def test_what_was_typed_onto_a_page_is_read_and_drawn(tmp_path: Path) -> None:
    hostile.plain_pdf(tmp_path / "plain.pdf")
    writer = PdfWriter(clone_from=tmp_path / "plain.pdf")
    writer.add_annotation(0, FreeText(text="承租方：上海霁远信息科技有限公司", rect=(72, 600, 400, 620)))
    writer.write(tmp_path / "noted.pdf")
    reading = opened(tmp_path / "noted.pdf").layer(1).reading
    box = box_of(reading, "承租方：上海霁远信息科技有限公司")
    assert (box.x0, box.y0) == pytest.approx((72 / 595, 1 - 620 / 842), abs=0.005)


def filled_form(path: Path, *, flags: int = 0) -> Path:
    objects = hostile.one_page(hostile.stream(hostile.WORDS), b"/Annots [5 0 R]")
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [6 0 R] >> >>"
    objects.append(b"<< /Type /Annot /Subtype /Widget /Parent 6 0 R /Rect [72 500 300 520] /F %d >>" % flags)
    objects.append(b"<< /FT /Tx /T (unit) /V (Unit 1403) /Kids [5 0 R] >>")
    return hostile.pdf(path, objects)


def test_form_fields_are_read_unless_they_are_hidden(tmp_path: Path) -> None:
    assert "Unit 1403" in words_of(opened(filled_form(tmp_path / "a.pdf")).layer(1).reading)
    assert "Unit 1403" not in words_of(opened(filled_form(tmp_path / "b.pdf", flags=2)).layer(1).reading)


def test_a_damaged_pdf_is_mended_and_says_so(tmp_path: Path) -> None:
    whole = LEASE_WITH_TEXT.read_bytes()
    at = whole.rindex(b"startxref")
    (tmp_path / "a.pdf").write_bytes(whole[:at] + b"startxref\n12345\n%%EOF\n")
    pdf = opened(tmp_path / "a.pdf")
    assert pdf.page_count == 2
    assert "已自动修复" in pdf.warnings[0]
    assert "租赁期间" in words_of(pdf.layer(2).reading)


def test_a_pdf_cut_off_anywhere_is_refused(tmp_path: Path) -> None:
    whole = LEASE_WITH_TEXT.read_bytes()
    for share in (0.05, 0.5, 0.9):
        (tmp_path / "a.pdf").write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(Unreadable) as refused:
            opened(tmp_path / "a.pdf")
        assert refused.value.code == "truncated"


def test_signatures_and_attachments_are_mentioned(tmp_path: Path) -> None:
    hostile.plain_pdf(tmp_path / "a.pdf")
    with pikepdf.open(tmp_path / "a.pdf") as pdf:
        pdf.Root.AcroForm = pikepdf.Dictionary(SigFlags=3, Fields=[])
        pdf.attachments["secret.txt"] = b"psst"
        pdf.save(tmp_path / "b.pdf")
    warnings = " ".join(opened(tmp_path / "b.pdf").warnings)
    assert "电子签名" in warnings
    assert "附件" in warnings


def test_only_a_password_for_opening_keeps_us_out(tmp_path: Path) -> None:
    hostile.plain_pdf(tmp_path / "a.pdf")
    with pikepdf.open(tmp_path / "a.pdf") as pdf:
        pdf.save(tmp_path / "locked.pdf", encryption=pikepdf.Encryption(user="u", owner="o"))
        pdf.save(tmp_path / "restricted.pdf", encryption=pikepdf.Encryption(user="", owner="o"))
    with pytest.raises(Unreadable) as refused:
        opened(tmp_path / "locked.pdf")
    assert refused.value.code == "encrypted"
    assert "Lease agreement" in words_of(opened(tmp_path / "restricted.pdf").layer(1).reading)


@pytest.mark.parametrize(
    "unseen",
    [
        b"BT 3 Tr /F1 12 Tf 72 400 Td (Unit 1404 let to somebody else) Tj ET",
        b"BT 1 g /F1 12 Tf 72 400 Td (Unit 1404 let to somebody else) Tj ET",
        b"BT /F1 1 Tf 72 400 Td (Unit 1404 let to somebody else) Tj ET",
    ],
    ids=["not drawn", "white", "tiny"],
)
def test_words_that_nobody_sees_are_not_read_but_told(tmp_path: Path, unseen: bytes) -> None:
    layer = opened(hostile.plain_pdf(tmp_path / "a.pdf", hostile.WORDS + b" " + unseen)).layer(1)
    assert "Lease agreement" in words_of(layer.reading)
    assert "1404" not in words_of(layer.reading)
    assert "1404" in layer.unseen


def test_white_words_on_a_dark_bar_are_seen(tmp_path: Path) -> None:
    bar = b"q 0 0 0.5 rg 60 390 400 30 re f Q BT 1 g /F1 12 Tf 72 400 Td (Unit 1404) Tj ET"
    layer = opened(hostile.plain_pdf(tmp_path / "a.pdf", hostile.WORDS + b" " + bar)).layer(1)
    assert "Unit 1404" in words_of(layer.reading)
    assert layer.unseen == ""


def dotted(path: Path, *, inside_of_a_form: bool, extra: bytes = b"") -> Path:
    """A page of four hundred words, each drawn by itself, and then a picture as large as a seal."""
    words = b"".join(
        b"BT /F1 8 Tf %d %d Td (Lease) Tj ET " % (40 + 26 * (at % 20), 800 - 14 * (at // 20)) for at in range(400)
    )
    drawing = words + b"q 120 0 0 120 400 100 cm /Im Do Q"
    dot = stream_of_a_dot()
    if not inside_of_a_form:
        objects = hostile.one_page(hostile.stream(drawing), extra)
        objects[2] = objects[2].replace(b"/Font <<", b"/XObject << /Im 5 0 R >> /Font <<")
        return hostile.pdf(path, [*objects, dot])
    objects = hostile.one_page(hostile.stream(b"q 0.5 0 0 0.5 0 421 cm /Fm Do Q"), extra)
    objects[2] = objects[2].replace(b"/Font <<", b"/XObject << /Fm 6 0 R >> /Font <<")
    about = (
        b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /XObject << /Im 5 0 R >> "
        b"/Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
    )
    return hostile.pdf(path, [*objects, dot, hostile.stream(drawing, about)])


def stream_of_a_dot() -> bytes:
    about = b"/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceRGB /BitsPerComponent 8"
    return hostile.stream(b"\xd0\x20\x20", about)


@pytest.mark.parametrize(
    ("inside_of_a_form", "rotate", "corners"),
    [
        (False, 0, (400 / 595, 1 - 220 / 842, 520 / 595, 1 - 100 / 842)),
        (True, 0, (200 / 595, 1 - 531 / 842, 260 / 595, 1 - 471 / 842)),
        (True, 90, (200 / 595, 1 - 531 / 842, 260 / 595, 1 - 471 / 842)),
        (False, 270, (400 / 595, 1 - 220 / 842, 520 / 595, 1 - 100 / 842)),
    ],
)
def test_of_a_page_with_words_only_the_part_that_may_be_sealed_is_drawn(
    tmp_path: Path, inside_of_a_form: bool, rotate: int, corners: tuple[float, float, float, float]
) -> None:
    pdf = opened(dotted(tmp_path / "a.pdf", inside_of_a_form=inside_of_a_form, extra=b"/Rotate %d" % rotate))
    reading = pdf.layer(1).reading
    assert reading is not None
    cut = pdf.cut_out(1, reading, 2000)
    assert cut is not None
    [spot], image = cut[0].spots, cut[1]
    assert (spot.x0, spot.y0, spot.x1, spot.y1) == pytest.approx(corners, abs=0.002)
    assert image.width * image.height < 0.2 * cut[0].page[0] * cut[0].page[1]
    middle = spot.within(cut[0].box)
    assert image.getpixel((round((middle.x0 + middle.x1) / 2 * image.width), round(middle.middle * image.height))) == (
        208,
        32,
        32,
    )


def test_a_page_of_print_alone_is_not_drawn_at_all() -> None:
    pdf = opened(LEASE_WITH_TEXT)
    reading = pdf.layer(1).reading
    assert reading is not None
    assert pdf.cut_out(1, reading, 2000) is None


def test_a_picture_of_the_whole_page_counts_even_behind_hundreds_of_words(tmp_path: Path) -> None:
    path = dotted(tmp_path / "a.pdf", inside_of_a_form=False)
    path.write_bytes(path.read_bytes().replace(b"q 120 0 0 120 400 100 cm", b"q 595 0 0 842 000 000 cm"))
    assert opened(path).layer(1).reading is None
