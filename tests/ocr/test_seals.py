"""Seals of many makes, drawn here: found where they stand, read along their ring; nothing else is taken for one."""

import math
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ocr.cutting import Cutting
from ocr.engine import Engine
from ocr.handwriting import find_signatures
from ocr.model import WHOLE_PAGE, Box, Line, Seal
from ocr.seals import find_seals

FONT = Path(__file__).parents[2] / "zhusuo" / "fonts" / "NotoSansSC-Regular.subset.otf"
A4 = (1414, 2000)
RED, BLUE, GREY = (205, 40, 45), (60, 70, 190), (130, 130, 130)
NAME = "上海市徐汇区资产管理有限公司"
Change = Callable[[Image.Image], Image.Image]


def letters(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT), size)


def sheet(words: int = 26) -> Image.Image:
    page = Image.new("RGB", A4, (250, 250, 248))
    pen = ImageDraw.Draw(page)
    for row in range(words):
        pen.text(
            (170, 150 + row * 62),
            "本合同自双方签字盖章之日起生效，房屋租赁期限按照约定",
            fill=(30, 30, 30),
            font=letters(26),
        )
    return page


def stamped(
    page: Image.Image,
    middle: tuple[int, int],
    radius: int = 135,
    ink: tuple[int, int, int] = RED,
    *,
    name: str = NAME,
    squeezed: float = 1.0,
    turned: float = 0.0,
) -> Image.Image:
    """The page with a seal over it that lets what lies under it show through."""
    side = 2 * radius + 20
    seal = Image.new("L", (side, side), 0)
    pen = ImageDraw.Draw(seal)
    pen.ellipse((10, 10, side - 10, side - 10), outline=255, width=max(3, radius // 22))
    size = max(10, round(radius * 0.27))
    for index, letter in enumerate(name):
        share = (index + 0.5) / len(name) - 0.5
        angle = share * math.radians(250)
        tile = Image.new("L", (size * 2, size * 2), 0)
        ImageDraw.Draw(tile).text((size, size), letter, fill=255, font=letters(size), anchor="mm")
        tile = tile.rotate(-math.degrees(angle), Image.Resampling.BICUBIC)
        x = side / 2 + 0.77 * radius * math.sin(angle) - size
        y = side / 2 - 0.77 * radius * math.cos(angle) - size
        seal.paste(255, (round(x), round(y)), tile)
    star = [
        (side / 2 + radius * r * math.sin(k * math.pi / 5), side / 2 - radius * r * math.cos(k * math.pi / 5))
        for k, r in enumerate([0.3, 0.12] * 5)
    ]
    pen.polygon(star, fill=255)
    seal = seal.resize((side, round(side * squeezed))).rotate(turned, Image.Resampling.BICUBIC)
    veil = seal.point(lambda value: round(value * 0.82))
    page = page.copy()
    page.paste(ink, (middle[0] - seal.width // 2, middle[1] - seal.height // 2), veil)
    return page


def pixels(page: Image.Image) -> NDArray[np.uint8]:
    return np.ascontiguousarray(np.asarray(page.convert("RGB"))[:, :, ::-1])


def as_copied(page: Image.Image) -> Image.Image:
    return page.convert("L").convert("RGB")


def as_scanned(page: Image.Image) -> Image.Image:
    noise = np.random.default_rng(7).normal(0, 7, (page.height, page.width, 1))
    return Image.fromarray(np.clip(np.asarray(page) + noise, 0, 255).astype(np.uint8))


def as_photographed(page: Image.Image) -> Image.Image:
    """Aslant on a dark table, in yellow light."""
    width, height = page.size
    seen = np.array([(120, 90), (width - 60, 30), (width - 150, height - 70), (40, height - 140)], np.float32)
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    turned = cv2.warpPerspective(
        np.asarray(page), cv2.getPerspectiveTransform(corners, seen), (width, height), borderValue=(40, 45, 50)
    )
    light = np.linspace(0.7, 1.0, width)[None, :, None] * np.array([1.0, 0.97, 0.86])
    return Image.fromarray((turned * light).astype(np.uint8))


def as_it_is(page: Image.Image) -> Image.Image:
    return page


def meets(seal: Seal, middle: tuple[int, int], slack: float = 0.04) -> bool:
    x, y = middle[0] / A4[0], middle[1] / A4[1]
    return abs((seal.box.x0 + seal.box.x1) / 2 - x) < slack and abs(seal.box.middle - y) < slack


@pytest.mark.parametrize("change", [as_it_is, as_scanned, as_copied, as_photographed])
def test_both_seals_of_a_contract_are_found_where_they_stand(change: Change) -> None:
    places = (420, 1430), (1000, 1400)
    page = change(stamped(stamped(sheet(), places[0]), places[1], 118, name="禾舟置业（上海）有限公司", turned=14))
    seals = find_seals(pixels(page))
    assert len(seals) == 2
    assert seals[0].box.x0 < seals[1].box.x0
    slack = 0.12 if change is as_photographed else 0.01
    assert all(any(meets(seal, place, slack) for seal in seals) for place in places)


@pytest.mark.parametrize(
    ("ink", "squeezed", "shape", "colour"),
    [
        (RED, 1.0, "round", "red"),
        (RED, 0.68, "oval", "red"),
        (BLUE, 1.0, "round", "blue"),
        (GREY, 1.0, "round", "grey"),
    ],
)
def test_a_seal_has_its_shape_and_its_ink(ink: tuple[int, int, int], squeezed: float, shape: str, colour: str) -> None:
    [seal] = find_seals(pixels(stamped(sheet(), (700, 1300), ink=ink, squeezed=squeezed)))
    assert (seal.shape, seal.colour) == (shape, colour)
    assert meets(seal, (700, 1300), 0.01)


def test_two_seals_that_touch_are_two() -> None:
    seals = find_seals(pixels(stamped(stamped(sheet(), (600, 1300)), (810, 1380))))
    assert len(seals) == 2


def test_a_page_without_a_seal_has_none() -> None:
    page = sheet()
    pen = ImageDraw.Draw(page)
    pen.text((300, 40), "不动产权证书", fill=(180, 20, 30), font=letters(60))
    pen.rectangle((60, 60, 1354, 1940), outline=(180, 20, 30), width=4)
    pen.ellipse((600, 1800, 760, 1960), fill=(190, 40, 40))  # an emblem
    pen.ellipse((100, 900, 130, 930), fill=(20, 20, 20))  # a punched hole
    pen.line((1200, 0, 1200, 2000), fill=(120, 120, 120), width=2)
    for change in (as_it_is, as_scanned, as_copied, as_photographed):
        assert find_seals(pixels(change(page))) == [], change.__name__


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(threads=2)


@pytest.mark.parametrize("change", [as_it_is, as_scanned, as_copied])
def test_the_words_along_the_ring_are_read(engine: Engine, change: Change) -> None:
    page = change(stamped(sheet(4), (700, 1300), turned=-9))
    seals, _ = engine.marks(page, Cutting(WHOLE_PAGE, (A4[1], A4[0]), (WHOLE_PAGE,)), [])
    assert [seal.text for seal in seals] == [NAME]
    assert seals[0].confidence > 0.8


def asking(text: str, left: float, top: float) -> Line:
    width = 0.0185 * sum(1 if ord(each) > 0x2E7F else 0.5 for each in text)
    return Line(text=text, box=Box(left, top, left + width, top + 0.013), confidence=0.99)


def test_a_signature_is_ink_behind_the_words_that_ask_for_it() -> None:
    page = sheet(2)
    pen = ImageDraw.Draw(page)
    lines = []
    for left, typed in ((170, ""), (800, "")):
        pen.text((left, 1400), "经办人：" + typed, fill=(30, 30, 30), font=letters(26))
        lines.append(asking("经办人：" + typed, left / A4[0], 1400 / A4[1]))
    curve = [(290 + 9 * step, 1412 + round(20 * math.sin(step * 1.7))) for step in range(15)]
    pen.line(curve, fill=(30, 40, 120), width=4)
    pen.line((950, 0, 950, 2000), fill=(120, 120, 120), width=2)  # a streak of the scanner
    [box] = find_signatures(pixels(page), lines, [])
    assert box.x0 < 0.25
    assert box.x1 > 0.25


def test_a_typed_name_is_no_signature() -> None:
    page = sheet(2)
    ImageDraw.Draw(page).text((170, 1400), "法定代表人：孔若曦", fill=(30, 30, 30), font=letters(26))
    lines = [asking("法定代表人：孔若曦", 170 / A4[0], 1400 / A4[1])]
    assert find_signatures(pixels(page), lines, []) == []
