"""Characters and numerals of an address in one normal spelling, with the way back to the text as it was given."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files

LONGEST = 200

# Where a normal text came from: offsets[i] is the place of normal[i] in the input. None: the same places.
Offsets = Sequence[int] | None

_ONE_FOR_MANY = {
    "-": "－—–―─‐‑‒−﹣﹘_～~〜",
    "、": ",，;；。｡·・﹐﹑﹔`",
    " ": "\t\r\n\x0b\x0c\x85\u00a0\u2002\u2003\u2009\u202f\u3000",
    "(": "[［【〔{｛",
    ")": "]］】〕}｝",
    "号": "#＃",
    # Slips that cannot mean anything else in an address.
    "楼": "搂",
    "〇": "○◯",
    # Nothing: quotes, and what cannot be seen.
    "": "\"'“”‘’「」『』《》〈〉<>＂＇＜＞"
    "\x00\ufeff\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069",
}
# Radicals that text layers of PDFs use in place of the character, where NFKC does not help.
_RADICALS = "⻔门⻋车⻓长⻢马⻚页⻛风⻝食⻥鱼⻦鸟⻨麦⻩黄⻬齐⻮齿⻰龙⻳龟⺠民⻄西⻅见⻆角⻉贝⻘青⻤鬼"

_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}
_DIGITS |= {c: i for i, c in enumerate("壹贰叁肆伍陆柒捌玖", 1)}
_TENS = {"十": 10, "拾": 10, "百": 100, "千": 1000}
_SCORES = {"廿": 20, "卅": 30}
_HAN = "".join((*_DIGITS, *_TENS, *_SCORES))
_DIGITS |= {"0": 0, "O": 0}  # 五六0弄, 二O三室

# Numerals count only right before the word they number, so that 江场三路, 中山南二路 and 天钥二村 keep theirs, and so
# do 一号桥, 六号街, 十六铺.
_NUMERALS = re.compile(
    f"(?<![{_HAN}])(?!十六铺)[{_HAN}][{_HAN}0O]{{0,8}}(?:[、-][{_HAN}][{_HAN}0O]{{0,8}}){{0,20}}"
    "(?=支?弄|号(?!新村|[街路桥线])|[幢栋座层室组队厅期]|楼(?!村|宅|阁)|夹层|单元|铺位|铺面|铺$|区(?!路)|宗地|车间|厂房)"
)
_ANY_NUMERAL = re.compile(f"[{_HAN}]")
_HAN_RUN = re.compile(f"[{_HAN}][{_HAN}0O]{{0,8}}")
# 中山南2路, 田林10村: here it is the other way round.
_ROAD_DIGITS = re.compile(r"\d{1,2}(?=[东西南北中]?(?:路|村|街))(?:(?<=[\u4e00-\u9fff]\d)|(?<=[\u4e00-\u9fff]\d\d))")
_TO = re.compile(f"(?<=[0-9A-Z号室层楼{_HAN}])[至到](?=第?[0-9A-Z{_HAN}])")
_AND = re.compile("(?<=[0-9A-Z号室层楼])(?:和|及|与|以及)(?=第?[0-9A-Z])")
_STROKE = re.compile(r"(?<=\d)/(?=F(?![A-Z]))")  # 18/F
_TWICE = re.compile("(路|号|室|弄|区)(?=\\1)")
_NEEDLESS_SPACE = re.compile(r"(?<![0-9A-Z]) +| +(?![0-9A-Z])|(?<= ) +")


@cache
def _table() -> dict[int, str]:
    table = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    table |= dict.fromkeys(range(0xD800, 0xE000), "")  # halves of characters, from a broken encoding
    table |= {ord(c): c.upper() for c in "abcdefghijklmnopqrstuvwxyz"}
    table |= {code: chr(code - 0xFEE0 - 32) for code in range(0xFF41, 0xFF5B)}
    traditional, simplified = (files("zhusuo.addresses") / "data" / "traditional.txt").read_text("utf-8").split()
    table |= {ord(a): b for a, b in zip(traditional, simplified, strict=True)}
    table |= {ord(a): b for a, b in zip(_RADICALS[::2], _RADICALS[1::2], strict=True)}
    return table | {ord(c): one for one, many in _ONE_FOR_MANY.items() for c in many}


def number_of(numeral: str) -> int | None:
    """The value of a Chinese numeral, spelled as a number (二十一) or digit by digit (一五八五); None: neither."""
    if not any(c in _TENS or c in _SCORES for c in numeral):
        return int("".join(str(_DIGITS[c]) for c in numeral))
    total, digit, last = 0, -1, 10_000
    for c in numeral:
        if c in _DIGITS:
            if digit > 0:
                return None
            digit = _DIGITS[c]
            continue
        value = _SCORES.get(c) or _TENS[c]
        ten = 10 if c in _SCORES else value
        if ten >= last or (c in _SCORES and digit >= 0):
            return None
        total += value if c in _SCORES else value * (digit if digit > 0 else 1)
        digit, last = -1, ten
    return total + max(digit, 0)


def numeral_of(number: int) -> str:
    """21 as 二十一; below a hundred, for the names of roads and villages."""
    tens, ones = divmod(number, 10)
    ten = ("" if tens == 1 else "〇一二三四五六七八九"[tens]) + "十" if tens else ""
    return ten + ("〇一二三四五六七八九"[ones] if ones or not tens else "")


def normal(text: str) -> tuple[str, Offsets]:
    """One spelling for every character: NFKC, simplified, upper case, one dash, one comma, no needless space."""
    text = text[:LONGEST]
    table = _table()
    plain = text.translate(table)
    offsets: Offsets = None
    if len(plain) != len(text) or not unicodedata.is_normalized("NFKC", plain):
        pairs = [
            (c, place)
            for place, given in enumerate(text)
            for c in unicodedata.normalize("NFKC", given.translate(table)).translate(table)
        ][:LONGEST]
        plain = "".join(c for c, _ in pairs)
        offsets = [place for _, place in pairs]
    if " " in plain:
        plain, offsets = _replace(_NEEDLESS_SPACE, _nothing, plain.strip(" "), _cut(plain, offsets))
    if "至" in plain or "到" in plain:
        plain = _TO.sub("-", plain)
    if "/F" in plain:
        plain, offsets = _replace(_STROKE, _nothing, plain, offsets)
    if "路路" in plain or "号号" in plain or "室室" in plain or "弄弄" in plain or "区区" in plain:
        plain, offsets = _replace(_TWICE, _nothing, plain, offsets)
    if "和" in plain or "及" in plain or "与" in plain:
        plain, offsets = _replace(_AND, _comma, plain, offsets)
    return plain, offsets


def arabic(plain: str, offsets: Offsets) -> tuple[str, Offsets]:
    """Numerals before 号 弄 幢 层 室 … as digits, digits inside names of roads as numerals."""
    if _ROAD_DIGITS.search(plain):
        plain, offsets = _replace(_ROAD_DIGITS, _numeral, plain, offsets)
    return _replace(_NUMERALS, _each_numeral, plain, offsets) if _ANY_NUMERAL.search(plain) else (plain, offsets)


def _cut(plain: str, offsets: Offsets) -> Offsets:
    """The offsets of `plain` without the spaces at its ends."""
    places = range(len(plain)) if offsets is None else offsets
    return places[len(plain) - len(plain.lstrip(" ")) : len(plain.rstrip(" "))]


def _comma(found: re.Match[str]) -> str:
    return "、"


def _nothing(found: re.Match[str]) -> str:
    return ""


def _numeral(found: re.Match[str]) -> str:
    return numeral_of(int(found[0]))


def _each_numeral(found: re.Match[str]) -> str:
    return _HAN_RUN.sub(_digits, found[0])


def _digits(found: re.Match[str]) -> str:
    if any(c in _TENS or c in _SCORES for c in found[0]):
        value = number_of(found[0])
        return found[0] if value is None else str(value)
    return "".join(str(_DIGITS[c]) for c in found[0])


def _replace(
    pattern: re.Pattern[str], new: Callable[[re.Match[str]], str], plain: str, offsets: Offsets
) -> tuple[str, Offsets]:
    """`pattern.sub` that keeps the way back."""
    if not pattern.search(plain):
        return plain, offsets
    pieces: list[str] = []
    places: list[int] = []
    old = range(len(plain)) if offsets is None else offsets
    end = 0
    for found in pattern.finditer(plain):
        piece = new(found)
        pieces += (plain[end : found.start()], piece)
        places += old[end : found.start()]
        places += [old[min(found.start() + k, found.end() - 1)] for k in range(len(piece))]
        end = found.end()
    pieces.append(plain[end:])
    places += old[end:]
    return "".join(pieces), places
