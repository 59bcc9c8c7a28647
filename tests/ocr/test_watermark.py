"""Watermarks and masks are pixels."""

import io

from PIL import Image

from ocr.model import WHOLE_PAGE, Box
from ocr.watermark import watermark
from tests.ocr.make import SPECIMENS

FONT = SPECIMENS.parent / "fonts" / "NotoSansSC-Regular.subset.otf"
TEXT = "仅用于住所登记 周敏 11-22 09:41"


def drawn(width: int = 700, height: int = 990) -> bytes:
    """A white page with a black bar where a number might stand."""
    image = Image.new("RGB", (width, height), "white")
    image.paste((0, 0, 0), (100, 200, 400, 220))
    out = io.BytesIO()
    image.save(out, "WEBP", lossless=True)
    return out.getvalue()


def opened(webp: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(webp))
    assert image.format == "WEBP"
    return image.convert("RGB")


def ink(image: Image.Image, box: tuple[int, int, int, int]) -> float:
    """The share of pixels in a part of the page that are not white."""
    counts = image.crop(box).convert("L").histogram()
    return sum(counts[:245]) / sum(counts)


def test_the_text_runs_over_every_part_of_the_page_and_leaves_it_legible() -> None:
    image = opened(watermark(drawn(), TEXT, font=FONT))
    assert image.size == (700, 990)
    for left in (0, 350):
        for top in (300, 530, 760):
            assert 0.005 < ink(image, (left, top, left + 350, top + 230)) < 0.3
    assert image.getpixel((250, 210)) < (60, 60, 60)  # type: ignore[operator]


def test_another_text_gives_other_pixels() -> None:
    assert watermark(drawn(), TEXT, font=FONT) != watermark(drawn(), TEXT.replace("周敏", "郑一帆"), font=FONT)


def test_nothing_is_left_under_a_mask() -> None:
    image = opened(watermark(drawn(), "", [Box(0.1, 0.18, 0.6, 0.24)], font=FONT))
    row = {image.getpixel((x, 210)) for x in range(90, 410)}
    spread = max(max(pixel) for pixel in row) - min(min(pixel) for pixel in row)  # type: ignore[arg-type]
    assert spread < 30


def test_a_whole_page_can_be_masked() -> None:
    assert ink(opened(watermark(drawn(), "", [WHOLE_PAGE], font=FONT)), (0, 0, 700, 990)) == 1


def test_thumbnails_are_made_from_the_same_picture_but_never_enlarged() -> None:
    assert opened(watermark(drawn(), TEXT, width=160, font=FONT)).size == (160, 226)
    assert opened(watermark(drawn(), TEXT, width=2000, font=FONT)).size == (700, 990)
