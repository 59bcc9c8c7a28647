"""Pages that a machine cannot make much of: none brings a child down, none comes back as if it were empty."""

import asyncio
import math
import random
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image, ImageDraw

from ocr.model import Page
from ocr.pool import Readers
from tests.ocr import hostile
from tests.ocr.test_seals import A4, as_photographed, letters, sheet

SECONDS = 240


@pytest.fixture(scope="module")
async def readers() -> AsyncIterator[Readers]:
    async with Readers(processes=1) as opened:
        yield opened


async def page_from(readers: Readers, image: Image.Image, folder: Path) -> Page:
    image.save(folder / "page.png")
    async with asyncio.timeout(SECONDS):
        [page] = [page async for page in readers.read(folder / "page.png")]
    return page


async def test_a_page_in_another_language_goes_to_a_person(readers: Readers, tmp_path: Path) -> None:
    image = Image.new("RGB", A4, "white")
    pen = ImageDraw.Draw(image)
    for row in range(12):
        pen.text(
            (150, 200 + row * 60),
            "This agreement is made between the two parties below",
            fill=(20, 20, 20),
            font=letters(36),
        )
    page = await page_from(readers, image, tmp_path)
    assert page.kind == "other"
    assert "foreign" in page.quality
    assert "agreement" in page.text


async def test_scribble_is_not_taken_for_an_empty_page(readers: Readers, tmp_path: Path) -> None:
    image = Image.new("RGB", A4, "white")
    pen, chance = ImageDraw.Draw(image), random.Random(5)
    for row in range(14):
        for word in range(9):
            x, y = 150 + word * 125, 220 + row * 100
            curve = [(x + 8 * step, y + 22 * math.sin(step * chance.uniform(0.8, 2.2))) for step in range(12)]
            pen.line(curve, fill=(30, 40, 110), width=4)
    page = await page_from(readers, image, tmp_path)
    assert page.kind == "other"
    assert {"unread", "doubtful"} & set(page.quality)


async def test_a_photo_of_a_screen_is_read_or_says_that_it_is_not(readers: Readers, tmp_path: Path) -> None:
    page = np.asarray(as_photographed(sheet(18))).astype(np.float32)
    across, down = np.meshgrid(np.arange(page.shape[1]), np.arange(page.shape[0]))
    moire = 1 + 0.12 * np.sin(across * 2.1 + 0.02 * down) * np.sin(down * 1.9)
    seen = await page_from(
        readers, Image.fromarray(np.clip(page * moire[:, :, None], 0, 255).astype(np.uint8)), tmp_path
    )
    assert seen.kind != "blank"
    assert "租赁" in seen.text or seen.quality


async def test_a_page_of_twenty_thousand_words_is_read(readers: Readers, tmp_path: Path) -> None:
    rows = b" ".join(b"(" + b"lease " * 40 + b") Tj 0 -1.6 Td" for _ in range(500))
    path = hostile.plain_pdf(tmp_path / "a.pdf", b"BT /F1 2.1 Tf 10 830 Td " + rows + b" ET")
    async with asyncio.timeout(SECONDS):
        [page] = [page async for page in readers.read(path)]
    assert page.text.count("lease") == 20_000 or "cut_short" in page.quality


async def test_a_plan_of_a0_at_600_dpi_in_black_and_white_is_read_as_a_picture(
    readers: Readers, tmp_path: Path
) -> None:
    plan = Image.new("1", (19866, 28087), 1)
    ImageDraw.Draw(plan).text((3000, 2000), "三层平面图 室内 房屋", fill=0, font=letters(500))
    plan.save(tmp_path / "plan.png")
    async with asyncio.timeout(SECONDS):
        [page] = [page async for page in readers.read(tmp_path / "plan.png")]
    assert "平面图" in page.text


async def test_a_plan_of_a0_at_600_dpi_in_a_pdf_costs_nobody_else(readers: Readers, tmp_path: Path) -> None:
    plan = Image.new("1", (19866, 28087), 1)
    ImageDraw.Draw(plan).rectangle((2000, 2000, 17000, 26000), outline=0, width=40)
    plan.save(tmp_path / "plan.pdf", resolution=600)
    with pikepdf.open(tmp_path / "plan.pdf") as pdf:
        assert round(float(pdf.pages[0].mediabox[2]) / 72 * 25.4) == 841
    async with asyncio.timeout(SECONDS):
        [page] = [page async for page in readers.read(tmp_path / "plan.pdf")]
        assert page.kind in ("other", "floor_plan")
        assert page.quality
        [words] = [page async for page in readers.read(hostile.plain_pdf(tmp_path / "next.pdf"))]
    assert "Lease" in words.text
