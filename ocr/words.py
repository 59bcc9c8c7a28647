"""Characters of documents: look-alike radicals mended, a text layer judged.

Text layers of real PDFs spell some characters with radicals, because their fonts draw both with one glyph. NFKC mends
the Kangxi radicals (⽇ U+2F47 to 日) but not the radicals supplement (⻔ U+2ED4); the table below, after Unicode's
EquivalentUnifiedIdeograph.txt, does. Everything else stays as printed: all of NFKC would turn （ into ( and ㎡ into m2.
"""

import re
import unicodedata

_SUPPLEMENT = {
    0x2E81: "厂乛乚乙亻冂几刀刂卜卩小小兀尣尢尢巳幺彑彐忄心扌攵",
    0x2E9B: "旡日月歺母民氵氺灬爫爫丬牛犭王疋目示礻竹糹纟罓罒罓罓罒羊羊羊耂肀聿肉臼艹艹艹虎",
    0x2EC2: "衤覀西见角角讠贝足车辶辶辶邑钅長镸长门阜阝雨青韦页风飞食飠飠饣首马骨鬼鱼鸟卤麦",
    0x2EE9: "黄黾斉齐歯齿竜龙龜亀龟",
}
_COMPATIBLE = (*range(0x2F00, 0x2FD6), *range(0xF900, 0xFB00))


def _mending() -> dict[int, str]:
    table = {code: unicodedata.normalize("NFKC", chr(code)) for code in _COMPATIBLE}
    for start, characters in _SUPPLEMENT.items():
        table |= {start + offset: character for offset, character in enumerate(characters)}
    return table


_MENDING = _mending()
_SPACE = re.compile(r"\s+")
_HALVES = re.compile(r"[\ud800-\udfff]")
_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\uffff]")
_SPACED_OUT = re.compile(r"(?<=[\u3400-\u9fff（）：、，。]) (?=[\u3400-\u9fff（）：、，。])")

SENSIBLE_SHARE = 0.85
_PRINTED = re.compile(
    r"[\u3400-\u9fff\u3000-\u303f\uff01-\uffe5\u2010-\u2044\u2100-\u2193\u2460-\u24ff\u25a0-\u2611㎡㎥!-~°²³·×÷]"
)

ASKING = re.compile(
    r"(?:经办人|经手人|代表人?|代理人|委托人|受托人|授权人|签字|签名|签署|签章|(?<![印盖])章|负责人)"
    r"[^:：]{0,8}[:：](?P<after>.*)$"
)
"""Words that ask for a signature, and what stands behind them."""


def clean(text: str) -> str:
    """Text as printed on one line: proper characters for radicals, no spaces inside Chinese words, nothing unseen.

    Control, direction and half surrogate characters go: no database takes them, and no reader sees them.
    """
    if _HALVES.search(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")
    text = _UNSEEN.sub("", _SPACE.sub(" ", text.translate(_MENDING))).strip()
    return _SPACED_OUT.sub("", text)


def is_sensible(text: str) -> bool:
    """Whether nearly all of a text layer is words, and not the debris of a font without a character map."""
    dense = _SPACE.sub("", text)
    return bool(dense) and len(_PRINTED.findall(dense)) >= SENSIBLE_SHARE * len(dense)
