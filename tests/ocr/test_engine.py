"""The engine itself, on specimen pages: words, their place, and which way up they are."""

from pathlib import Path

import pytest
from PIL import Image

from ocr.engine import Engine
from ocr.model import Box, Limits
from ocr.pictures import Picture
from ocr.protocol import Reading
from tests.ocr.make import DEED, PHOTO_UPSIDE_DOWN


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(threads=2)


def words_of(reading: Reading) -> str:
    return "\n".join("\t".join(line.text for line in row) for row in reading.rows)


def box_of(reading: Reading, text: str) -> Box:
    return next(line.box for row in reading.rows for line in row if text in line.text)


@pytest.fixture(scope="module")
def deed() -> Image.Image:
    """The upper part of the page with the facts."""
    page = Picture(DEED, "tiff", Limits()).picture(2, 2000)
    return page.crop((0, 0, page.width, page.height * 2 // 5))


@pytest.fixture(scope="module")
def straight(engine: Engine, deed: Image.Image) -> Reading:
    return engine.read(deed)


def test_a_table_is_read_cell_by_cell_in_its_rows(straight: Reading, deed: Image.Image) -> None:
    reading = straight
    words = words_of(reading)
    assert "权利人\t上海禾舟投资发展有限公司" in words
    assert "坐落\t徐汇区肇嘉浜路333号" in words
    assert (reading.turned, reading.method) == (0, "rapidocr")
    assert (reading.width_px, reading.height_px) == deed.size
    assert all(line.confidence > 0.5 for row in reading.rows for line in row)


@pytest.mark.parametrize("turned", [90, 180, 270])
def test_a_turned_page_is_set_upright(engine: Engine, deed: Image.Image, straight: Reading, turned: int) -> None:
    """`turned` is clockwise; Pillow turns the other way."""
    expected = box_of(straight, "肇嘉浜路")
    reading = engine.read(deed.rotate(-turned, expand=True))
    assert reading.turned == turned
    assert (reading.width_px, reading.height_px) == deed.size
    found = box_of(reading, "肇嘉浜路")
    assert (found.x0, found.y0, found.x1) == pytest.approx((expected.x0, expected.y0, expected.x1), abs=0.01)


def test_a_photo_taken_upside_down_is_read(engine: Engine) -> None:
    photo = Picture(PHOTO_UPSIDE_DOWN, "jpeg", Limits()).picture(1, 1600)
    reading = engine.read(photo)
    assert reading.turned == 0
    assert "门弄号码证明" in words_of(reading)


def test_an_empty_page_has_no_words(engine: Engine) -> None:
    reading = engine.read(Image.new("RGB", (800, 1100), (240, 240, 235)))
    assert (reading.rows, reading.turned, reading.method) == ((), 0, "none")


SECOND_ENGINE = """#!/bin/sh
if [ "$1" = --version ]; then echo 'tesseract 5.3.0'; exit; fi
echo 'level page_num block_num par_num line_num word_num left top width height conf text' | tr ' ' '\\t' > "$2.tsv"
echo "5 1 1 1 1 1 0 0 9 9 $SURE 备案编号" | tr ' ' '\\t' >> "$2.tsv"
"""


@pytest.mark.parametrize(("sure", "method"), [("99", "tesseract"), ("3", "rapidocr")])
def test_a_second_engine_is_asked_about_doubtful_lines_only(
    engine: Engine, deed: Image.Image, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sure: str, method: str
) -> None:
    """A stand-in program under Tesseract's name, which may not be installed: what counts is who is believed."""
    program = tmp_path / "tesseract"
    program.write_text(SECOND_ENGINE, encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("SURE", sure)
    monkeypatch.setattr("ocr.engine.DOUBTFUL", 0.985)
    reading = engine.read(deed)
    assert reading.method == method
    assert ("备案编号" in words_of(reading)) == (method == "tesseract")
    assert "310104019029GB00063F00040001" in words_of(reading)
