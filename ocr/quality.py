"""What is wrong with a page, by code, with the sentence that says what to do; never a reason to refuse a page."""

import re
from collections.abc import Sequence
from statistics import median

from ocr.model import Line, Method, Page

SENTENCES: dict[str, str] = {
    "blurred": "画面模糊，请放平纸张、对准文字重新拍摄或扫描。",
    "too_dark": "画面太暗，请到亮处重新拍摄。",
    "too_small": "图像太小，请靠近些拍，或用 200 dpi 以上扫描。",
    "cut_off": "纸边的文字没有拍全，请把四角都放进画面重新拍摄。",
    "low_resolution": "字太小，认不准，请靠近些拍，或用 200 dpi 以上扫描。",
    "doubtful": "不少字认不准，请核对；有更清楚的请换一份。",
    "unread": "这一页没有读出来，请人工查看；也可以重新扫描后再传。",
    "cut_short": "这一页字太多，只读了前面一部分，其余请人工查看。",
    "hidden_text": "文件里的文字与画面不一致，已按画面读取，请核对原件。",
    "two_up": "一张图上有两页，已先左后右分开读；分页扫描更稳妥。",
    "foreign": "这一页不是中文，机器没有判断其内容，请人工查看。",
}
"""A page's codes in the order in which they are said."""

SMALLEST_LETTERS_PX = 12
DOUBTFUL_CONFIDENCE = 0.8
DOUBTFUL_SHARE = 0.1
LOST_SHARE = 0.3
AT_EDGE = 0.004
"""A line that comes as near to the edge of the picture goes on beyond it."""
CUT_LINES = 3
FOREIGN_LETTERS = 60
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_LETTERS = re.compile(r"[^\W\d_]")
_WIDE_GAP = re.compile(r"\s+")
AGREEING = 0.6
"""The share of a hidden layer's words that must also be on the page."""


def quality_of(lines: Sequence[Line], height_px: int, method: Method) -> tuple[str, ...]:
    """What the words tell: too small to be sure of, a tenth of them guesses, cut off at an edge, not Chinese."""
    if not lines or method == "text":
        return ("foreign",) if _is_foreign(lines) else ()
    found = []
    if _is_cut_off(lines):
        found.append("cut_off")
    if median(line.box.height for line in lines) * height_px < SMALLEST_LETTERS_PX:
        found.append("low_resolution")
    guessed = sum(len(line.text) for line in lines if line.confidence < DOUBTFUL_CONFIDENCE)
    if guessed > DOUBTFUL_SHARE * sum(len(line.text) for line in lines):
        found.append("doubtful")
    if _is_foreign(lines):
        found.append("foreign")
    return tuple(found)


def lost_of(found: int, kept: int, *, inked: bool = False) -> tuple[str, ...]:
    """What it means that of `found` lines only `kept` were read; an `inked` page that says nothing is unread."""
    if kept == 0 and (inked or found >= CUT_LINES):
        return ("unread",)
    return ("doubtful",) if found - kept > max(CUT_LINES, LOST_SHARE * found) else ()


def in_order(codes: Sequence[str]) -> tuple[str, ...]:
    """Each code once, in the order of the table; a page that is not read at all needs no second reason."""
    wanted = set(codes)
    if "unread" in wanted:
        wanted -= {"doubtful", "low_resolution", "foreign"}
    if "low_resolution" in wanted:
        wanted.discard("too_small")
    return tuple(code for code in SENTENCES if code in wanted)


def contradicts(unseen: str, page: Page) -> bool:
    """Whether words that a file holds but does not show say something else than the page does."""
    hidden, shown = _WIDE_GAP.sub("", unseen), _WIDE_GAP.sub("", page.text)
    if len(hidden) < 4:
        return False
    pieces = {hidden[start : start + 3] for start in range(len(hidden) - 2)}
    if sum(piece in shown for piece in pieces) < AGREEING * len(pieces):
        return True
    numbers = set(re.findall(r"\d{3,}", hidden))
    return len([number for number in numbers if number not in shown]) > 0.2 * len(numbers)


def _is_cut_off(lines: Sequence[Line]) -> bool:
    """Whether lines run out of the picture: several at one side, or one at the top or bottom."""
    left = sum(line.box.x0 < AT_EDGE for line in lines)
    right = sum(line.box.x1 > 1 - AT_EDGE for line in lines)
    wide = [line for line in lines if len(line.text) > 4]
    return (
        max(left, right) >= CUT_LINES
        or any(line.box.y0 < AT_EDGE / 2 for line in wide)
        or any(line.box.y1 > 1 - AT_EDGE / 2 for line in wide)
    )


def _is_foreign(lines: Sequence[Line]) -> bool:
    letters = [letter for line in lines for letter in _LETTERS.findall(line.text)]
    return len(letters) >= FOREIGN_LETTERS and len(_CHINESE.findall("".join(letters))) < 0.2 * len(letters)
