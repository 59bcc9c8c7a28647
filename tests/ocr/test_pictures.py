"""Photos and scans as they come: turned, transparent, of many bits, of many pages, cut off."""

from pathlib import Path
from typing import Any

import pytest
from PIL import ExifTags, Image

from ocr.errors import Unreadable
from ocr.model import Limits, Media
from ocr.pictures import Picture

DARK, LIGHT = 60, 200


def corner(width: int = 400, height: int = 300) -> Image.Image:
    """White, with a black square in the upper left."""
    image = Image.new("RGB", (width, height), "white")
    image.paste((0, 0, 0), (0, 0, 60, 60))
    return image


def opened(path: Path, media: Media, **limits: Any) -> Picture:
    return Picture(path, media, Limits(**limits))


def grey(image: Image.Image, x: int, y: int) -> int:
    value = image.convert("L").getpixel((x, y))
    assert isinstance(value, int)
    return value


@pytest.mark.parametrize(
    ("orientation", "stored"),
    [
        (1, None),
        (3, Image.Transpose.ROTATE_180),
        (6, Image.Transpose.ROTATE_90),
        (8, Image.Transpose.ROTATE_270),
        (5, Image.Transpose.TRANSPOSE),
    ],
)
def test_a_phones_orientation_is_honoured(tmp_path: Path, orientation: int, stored: Image.Transpose | None) -> None:
    image = corner() if stored is None else corner().transpose(stored)
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    image.save(tmp_path / "a.jpg", exif=exif)
    photo = opened(tmp_path / "a.jpg", "jpeg")
    assert photo.size(1) == (400, 300)
    shown = photo.picture(1, 400)
    assert shown.size == (400, 300)
    assert grey(shown, 20, 20) < DARK
    assert grey(shown, 380, 280) > LIGHT


def test_a_page_can_be_drawn_small_and_then_large(tmp_path: Path) -> None:
    corner(1600, 1200).save(tmp_path / "a.jpg")
    photo = opened(tmp_path / "a.jpg", "jpeg")
    assert photo.picture(1, 160).size == (160, 120)
    assert photo.picture(1, 1600).size == (1600, 1200)


def test_transparent_palette_and_deep_pictures_are_drawn_on_white(tmp_path: Path) -> None:
    see_through = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    see_through.save(tmp_path / "rgba.png")
    see_through.convert("P").save(tmp_path / "p.png", transparency=0)
    Image.new("I;16", (100, 100), 65535).save(tmp_path / "deep.png")
    Image.new("CMYK", (100, 100), (0, 0, 0, 0)).save(tmp_path / "cmyk.tif")
    for name, media in (("rgba.png", "png"), ("p.png", "png"), ("deep.png", "png"), ("cmyk.tif", "tiff")):
        shown = opened(tmp_path / name, media).picture(1, 100)  # type: ignore[arg-type]
        assert shown.mode == "RGB"
        assert grey(shown, 50, 50) > LIGHT, name


def test_a_tiff_has_pages_in_any_order(tmp_path: Path) -> None:
    pages = [corner().convert("1"), corner().rotate(180).convert("1"), Image.new("L", (200, 100), "white")]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:], compression="tiff_deflate")
    scan = opened(tmp_path / "a.tif", "tiff")
    scan.check()
    assert scan.page_count == 3
    assert scan.size(3) == (200, 100)
    assert grey(scan.picture(2, 400), 380, 280) < DARK
    assert grey(scan.picture(1, 400), 20, 20) < DARK
    with pytest.raises(Unreadable) as refused:
        scan.picture(4, 400)
    assert refused.value.code == "no_such_page"


def test_a_tiff_of_too_many_pages_is_refused(tmp_path: Path) -> None:
    page = Image.new("1", (8, 8))
    page.save(tmp_path / "a.tif", save_all=True, append_images=[page] * 20)
    with pytest.raises(Unreadable) as refused:
        opened(tmp_path / "a.tif", "tiff", max_pages=20)
    assert refused.value.code == "too_many_pages"
    assert opened(tmp_path / "a.tif", "tiff", max_pages=21).page_count == 21


@pytest.mark.parametrize(
    ("name", "media"), [("a.jpg", "jpeg"), ("a.png", "png"), ("a.tif", "tiff"), ("a.webp", "webp"), ("a.bmp", "bmp")]
)
def test_a_picture_that_was_cut_off_says_so(tmp_path: Path, name: str, media: Media) -> None:
    noise = Image.effect_noise((600, 600), 90).convert("RGB")
    noise.save(tmp_path / name)
    whole = (tmp_path / name).read_bytes()
    for share in (0.4, 0.95):
        (tmp_path / name).write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(Unreadable) as refused:
            opened(tmp_path / name, media).check()
        assert refused.value.code in ("truncated", "damaged")


def test_giants_are_refused_before_a_pixel_is_decoded(tmp_path: Path) -> None:
    Image.new("1", (4000, 4000)).save(tmp_path / "a.png")
    with pytest.raises(Unreadable) as refused:
        opened(tmp_path / "a.png", "png", max_pixels=2_500_000)
    assert refused.value.code == "too_many_pixels"


def test_a_sheet_in_black_and_white_may_be_as_large_as_an_a0_plan(tmp_path: Path) -> None:
    for name, mode, media in (("plan.tif", "1", "tiff"), ("plan.png", "L", "png"), ("plan.jpg", "RGB", "jpeg")):
        Image.new(mode, (1200, 1700), "white").save(tmp_path / name)
        plan = opened(tmp_path / name, media, max_pixels=400_000)
        assert max(plan.picture(1, 500).size) == 500
    Image.new("RGB", (1200, 1700), "white").save(tmp_path / "colour.png")
    with pytest.raises(Unreadable):
        opened(tmp_path / "colour.png", "png", max_pixels=400_000)
