"""What is wrong with a picture of a page, and that nothing is said of one that is good."""

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageFilter

from ocr.exposure import flaws_of
from ocr.look import look_alike, look_of
from ocr.model import Box, Line
from ocr.quality import SENTENCES, contradicts, in_order, lost_of, quality_of
from tests.ocr.make import page_of
from tests.ocr.test_seals import as_copied, as_photographed, as_scanned, sheet

Change = Callable[[Image.Image], Image.Image]


@pytest.mark.parametrize("change", [lambda page: page, as_scanned, as_copied, as_photographed])
def test_a_good_page_has_no_flaw(change: Change) -> None:
    assert flaws_of(change(sheet())) == ()


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("blurred", lambda page: page.filter(ImageFilter.GaussianBlur(4))),
        ("blurred", lambda page: as_photographed(page).filter(ImageFilter.BoxBlur(4))),
        ("too_dark", lambda page: ImageEnhance.Brightness(page).enhance(0.3)),
        ("too_small", lambda page: page.resize((495, 700))),
    ],
)
def test_a_bad_picture_is_told_by_its_fault(code: str, change: Change) -> None:
    assert code in flaws_of(change(sheet()))


def test_an_empty_page_is_not_called_blurred() -> None:
    shadow = np.linspace(150, 250, 1414)[None, :, None] * np.ones((2000, 1, 3))
    assert flaws_of(Image.fromarray(shadow.astype(np.uint8))) == ()


def line(text: str, x0: float, y0: float, x1: float, confidence: float = 0.99) -> Line:
    return Line(text=text, box=Box(x0, y0, x1, y0 + 0.02), confidence=confidence)


def test_lines_that_run_out_of_the_picture_are_cut_off() -> None:
    whole = [line("房屋租赁期限自签订之日起", 0.1, 0.1 * row, 0.9) for row in range(1, 8)]
    cut = [line("房屋租赁期限自签订之日起", 0.2, 0.1 * row, 1.0) for row in range(1, 8)]
    assert quality_of(whole, 2000, "rapidocr") == ()
    assert quality_of(cut, 2000, "rapidocr") == ("cut_off",)


def test_guesses_small_type_and_another_language_are_said() -> None:
    assert quality_of([line("房屋租赁期限", 0.1, 0.1, 0.9, 0.6)], 2000, "rapidocr") == ("doubtful",)
    assert quality_of([line("房屋租赁期限", 0.1, 0.1, 0.9)], 500, "rapidocr") == ("low_resolution",)
    english = [line("This agreement is made between the two parties", 0.1, 0.1 * row, 0.9) for row in range(1, 5)]
    assert quality_of(english, 2000, "text") == ("foreign",)


def test_a_page_of_which_nothing_could_be_read_is_unread_and_not_empty() -> None:
    assert lost_of(12, 0) == ("unread",)
    assert lost_of(12, 6) == ("doubtful",)
    assert lost_of(12, 11) == ()
    assert lost_of(1, 0) == ()
    assert lost_of(0, 0, inked=True) == ("unread",)
    assert page_of(kind=None).kind == "blank"


def test_flaws_come_once_and_in_order() -> None:
    assert in_order(["doubtful", "blurred", "blurred", "nonsense"]) == ("blurred", "doubtful")
    assert in_order(["doubtful", "unread", "too_dark"]) == ("too_dark", "unread")
    assert all(sentence.endswith("。") for sentence in SENTENCES.values())


def test_a_hidden_layer_that_says_something_else_is_found_out() -> None:
    page = page_of("出租方：上海禾舟投资发展有限公司", "承租房屋：徐汇区云锦路887号1403室", "建筑面积：198.54平方米")
    assert not contradicts("出租方：上海禾舟投资发展有限公司 承租房屋：徐汇区云锦路887号1403室", page)
    assert contradicts("出租方：上海霁远信息科技有限公司 承租房屋：徐汇区漕溪路12号", page)
    assert contradicts("出租方：上海禾舟投资发展有限公司 承租房屋：徐汇区云锦路887号1404室", page)


def test_a_page_is_known_again_when_it_is_scanned_once_more() -> None:
    page = sheet(9)
    again = ImageEnhance.Brightness(
        as_scanned(page).rotate(0.6, fillcolor=(245, 245, 245)).resize((900, 1273))
    ).enhance(0.9)
    other = sheet(26)
    assert look_alike(look_of(page), look_of(again))
    assert not look_alike(look_of(page), look_of(other))
    assert look_of(Image.new("RGB", (800, 1100), (240, 240, 235))) == ""
