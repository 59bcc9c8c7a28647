"""What kind of paper a page is, by its words: several weighted phrases each, so that no one layout is leaned on.

A title weighs most where it stands alone on a line near the top; the words that fill such papers decide where there
is no title (a lease's second page, the list behind a deed). Misread characters cost one phrase, not the page.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from ocr.model import Line, Page, PageKind

TITLE_HEIGHT = 0.45
"""Titles stand in this upper part of a page."""
TITLE_WEIGHT = 6.0
ENOUGH = 3.0
BLANK_CHARACTERS = 8

_TITLES: dict[PageKind, tuple[str, ...]] = {
    "title_deed": (r"不动产权证书?", r"房地产权证", r"房屋所有权证", r"不动产登记簿", r"^房屋状况"),
    "completion_certificate": (r"竣工验收备案", r"竣工验收(?:合格)?证", r"竣工规划验收", r"竣工验收消防备案"),
    "floor_plan": (r"(?:楼层)?平面(?:示意|布置|分布)?图$", r"分层分户", r"房屋分户图", r"测绘图"),
    "mandate": (
        r"授权(?:委托)?书$",
        r"^委托书$",
        r"委托(?:经营)?(?:管理|出租)(?:合同|协议|书)$",
        r"同意转租(?:证明|函|书)",
        r"转租(?:授权|同意)书?$",
    ),
    "house_number_certificate": (r"门(?:弄|牌)号?码?证明", r"门牌(?:地址)?证明", r"地址(?:变更|一致)证明", r"地名证明"),
    "lease": (r"租赁(?:合同|协议|契约)(?:书)?(?:补充协议)?$", r"租房(?:合同|协议)$", r"^(?:房屋)?转租(?:合同|协议)"),
    "declaration": (r"承诺书$", r"申报表$", r"声明书?$", r"(?:住所|经营场所).{0,8}申报"),
    "id_card": (r"^居民身份证$", r"^中华人民共和国护照$"),
    "licence": (r"^营业执照(?:\(?副本\)?)?$", r"^登记证书?$", r"法人证书"),
}

_WORDS: dict[PageKind, dict[str, float]] = {
    "title_deed": {
        r"不动产权第|房地.{0,2}字": 2,
        r"权利人": 2,
        r"共有情况": 2,
        r"不动产单元号": 3,
        r"权利(?:类型|性质|其他状况)": 2,
        r"权属性质|使用权取得方式": 2,
        r"房地坐落|宗地": 2,
        r"本证记载|本证所列": 3,
        r"登记机构|填证单位": 2,
        r"室号或?部位": 2,
        r"建筑面积": 1,
        r"竣工日期": 1,
        r"附记": 1.5,
        r"业务编号": 1,
        r"房屋状况|土地状况": 2,
    },
    "completion_certificate": {
        r"竣工验收(?:合格|日期)": 2,
        r"备案(?:编号|机关|日期)": 2,
        r"建设单位": 1.5,
        r"施工单位": 1.5,
        r"监理单位": 1.5,
        r"勘察单位|设计单位": 1,
        r"建设工程质量管理条例": 2,
        r"工程(?:名称|地点)": 1.5,
    },
    "floor_plan": {
        r"平面图": 3,
        r"图名": 2,
        r"比例|1[:：]\d{2,4}$": 1.5,
        r"制图|审核|测绘": 1,
        r"走廊|核心筒|电梯|楼梯": 2,
        r"^北$|^北A$|^N$": 1,
    },
    "mandate": {
        r"委托[人方]": 2,
        r"受托[人方]|被委托[人方]|被授权[人方]": 2.5,
        r"委托期限|授权期限": 2,
        r"转委托": 2,
        r"(?:委托|授权).{0,20}(?:经营管理|出租|转租)": 2,
        r"自己名义": 2,
        r"产权人.{0,4}盖章": 1.5,
        r"同意.{0,24}转租": 1.5,
    },
    "house_number_certificate": {
        r"门弄号码|门牌号": 3,
        r"公安局|派出所": 1.5,
        r"产证地址": 2,
        r"兹证明": 1,
        r"道路调整|同一处房": 2,
        r"户口专用章": 1,
    },
    "lease": {
        r"甲方": 1,
        r"乙方": 1.5,
        r"出租方|出租人": 2,
        r"承租方|承租人": 2,
        r"租赁(?:期限|期间|期内|关系|保证金)|租期": 2,
        r"月?租金": 2,
        r"押金|保证金": 1,
        r"转租给他人|部分或全部转租": 1.5,
        r"该房屋": 1,
        r"违约": 1,
        r"续租|返还该?房屋": 1.5,
        r"经办人|法定代表人": 0.5,
        r"本(?:合同|协议)": 1,
    },
    "declaration": {r"承诺": 2, r"申报人|申请人|承诺人": 2, r"真实(?:、|,|，)?(?:合法|有效|准确)": 2, r"法律责任": 1},
    "id_card": {
        r"公民身份号码|身份号码": 4,
        r"签发机关": 2,
        r"有效期限": 1,
        r"居民身份证": 3,
        r"^姓名": 1.5,
        r"民族|^性别": 1.5,
        r"^住址": 1,
        r"^出生": 1,
    },
    "licence": {
        r"营业执照": 3,
        r"经营范围": 2.5,
        r"注册资本": 2.5,
        r"成立日期": 2,
        r"营业期限": 1.5,
        r"登记机关": 1.5,
        r"统一社会信用代码": 0.5,
    },
}

_TITLE_PATTERNS = {kind: re.compile("|".join(phrases)) for kind, phrases in _TITLES.items()}
_WORD_PATTERNS = {
    kind: [(re.compile(phrase, re.MULTILINE), weight) for phrase, weight in phrases.items()]
    for kind, phrases in _WORDS.items()
}
_PAGE_NUMBER = re.compile(r"^(?:第?\d{1,3}页?|[-—–\s]*\d{1,3}[-—–\s]*|\d{1,3}/\d{1,3})$")
_SPACE = re.compile(r"[ \t]+")

# A paper that only comes along does not decide what a document is.
_COMPANIONS: frozenset[PageKind] = frozenset({"id_card", "blank", "other", "licence"})


def page_kind(page: Page) -> PageKind:
    """What one page is: `blank` without words, `other` where nothing speaks clearly."""
    if _is_blank(page.lines):
        return "other" if "unread" in page.quality else "blank"
    scores = kind_scores(page)
    best = max(scores, key=lambda kind: scores[kind])
    return best if scores[best] >= ENOUGH else "other"


def kind_scores(page: Page) -> dict[PageKind, float]:
    """How much speaks for each kind."""
    words = "\n".join(_SPACE.sub("", line.text) for line in page.lines)
    scores = {
        kind: sum(weight for pattern, weight in patterns if pattern.search(words))
        for kind, patterns in _WORD_PATTERNS.items()
    }
    for kind in _titles(page.lines):
        scores[kind] += TITLE_WEIGHT
    return scores


def titles_of(page: Page, kind: PageKind) -> frozenset[str]:
    """The titles of that kind that stand near the top of the page."""
    found = (_TITLE_PATTERNS[kind].search(text) for text in _short_lines(page.lines)) if kind in _TITLE_PATTERNS else ()
    return frozenset(each[0] for each in found if each)


def kind_of(pages: Sequence[Page]) -> PageKind:
    """What a document is: the kind of most of its pages that are no mere companions, of the first of them on a tie."""
    counted = Counter(page.kind for page in pages if page.kind not in _COMPANIONS)
    if counted:
        return counted.most_common(1)[0][0]
    return next((page.kind for page in pages if page.kind not in ("blank", "other")), "other")


def kind_confidence(kind: PageKind, pages: Sequence[Page]) -> float:
    """What speaks for `kind` on its own pages against the next best: 0.5 is a draw, 1 has no rival."""
    own = [kind_scores(page) for page in pages if page.kind == kind]
    wanted = sum(scores.get(kind, 0.0) for scores in own)
    if not wanted:
        return 0.0
    rival = max(sum(scores[other] for scores in own) for other in _WORD_PATTERNS if other != kind)
    return round(wanted / (wanted + rival), 4)


def _titles(lines: Iterable[Line]) -> set[PageKind]:
    texts = _short_lines(lines)
    return {kind for kind, pattern in _TITLE_PATTERNS.items() if any(pattern.search(text) for text in texts)}


def _short_lines(lines: Iterable[Line]) -> list[str]:
    """What may be a title."""
    short = [line for line in lines if line.box.y0 < TITLE_HEIGHT and len(line.text) <= 30]
    return [_SPACE.sub("", line.text) for line in short]


def _is_blank(lines: Sequence[Line]) -> bool:
    said = [line.text for line in lines if not _PAGE_NUMBER.match(line.text)]
    return sum(len(text) for text in said) < BLANK_CHARACTERS
