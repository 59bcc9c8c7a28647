"""签章: who sealed a paper and which sides of a contract signed it, from the seals and handwriting found on its pages.

`seals`: a field for each seal; `value` the words along its ring, `normal` the name they stand for: the spelling that is
printed in the paper where the words are that name but for a few characters, else the words as read, None where nothing
could be read (`value` then says so). `signed_by`: one field of a lease; `normal` the list of the sides that sealed or
signed, `["lessor", "lessee"]` when complete and `[]` when nobody did. It is missing where the paper has no place to
sign that could be found: then a person has to look.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from ocr.flow import flow_of, narrowed, widened
from ocr.model import Box, Field, Line, Page, Seal

SEALS, SIGNED_BY = "seals", "signed_by"
LESSOR, LESSEE = "lessor", "lessee"
SIDE_NAMES = {LESSOR: "出租方", LESSEE: "承租方"}
UNREAD = "印文未读出"
SHAPES = {"round": "圆章", "oval": "椭圆章", "square": "方章"}

ALIKE, ALIKE_IN_PLACE = 0.55, 0.3
"""How alike the words of a seal and a printed name are to be the same; in the place of that name's owner."""
CLEARLY = 0.12
"""By how much it must be more like one name than like the next."""
SURELY_READ = 0.95
TOGETHER = 0.25
"""How far below each other the two sides sign at most."""
BY_PLACE = 0.85
BY_HAND = 0.85
NOBODY = 0.8
"""How sure it is that somebody signed whose seal was not read, that handwriting is a signature, that nobody signed."""

_NAME = re.compile(
    r"[\u3400-\u9fff][\u3400-\u9fff()]{3,30}?(?:股份有限公司|有限公司|公司|委员会|派出所|登记处|事务中心|中心|事务所|合作社|合伙企业|管理局)"
)
_LESSOR = re.compile(r"^(?:出租[方人]|甲方)")
_LESSEE = re.compile(r"^(?:承租[方人]|乙方)")
_LABELS = re.compile(r"^[^:：]{1,12}[:：]")


def sealed(pages: Sequence[Page], parties: dict[str, str]) -> Iterator[Field]:
    """The seals of a paper's pages; `parties` are the names that were read as fields."""
    names = [*parties.values(), *_printed(pages)]
    for page in pages:
        block = _Block.of(page)
        for seal in page.seals:
            owner = parties.get(block.side_of(seal.box), "") if block else ""
            yield Field(
                name=SEALS,
                value=seal.text or f"{SHAPES[seal.shape]}（{UNREAD}）",
                normal=_meant(seal, names, owner),
                confidence=seal.confidence,
                page=page.number,
                box=seal.box,
            )


def signed(pages: Sequence[Page], lessor: str, lessee: str) -> Field | None:
    """Which sides of a lease signed it; None where no place to sign was found."""
    block = next((each for page in reversed(pages) if (each := _Block.of(page)) is not None), None)
    marks = [mark for page in pages for mark in _marks(page, block, lessor, lessee)]
    sides = {side: [mark for mark in marks if mark.side == side] for side in (LESSOR, LESSEE)}
    there = [side for side in (LESSOR, LESSEE) if sides[side]]
    if block is None and len(there) < 2:
        return None
    if there:
        last = max(mark.page for mark in marks)
        box = _around([mark.box for mark in marks if mark.page == last])
        sure = min(max(mark.confidence for mark in sides[side]) for side in there)
        sure = min(sure, NOBODY) if len(there) < 2 else sure
        names = "、".join(SIDE_NAMES[side] for side in there)
        return Field(name=SIGNED_BY, value=names, normal=there, confidence=sure, page=last, box=box)
    if block is None:
        return None
    return Field(
        name=SIGNED_BY, value="双方均未签章", normal=[], confidence=NOBODY, page=block.page.number, box=block.whole
    )


# Names


def _printed(pages: Sequence[Page]) -> list[str]:
    text = flow_of(pages, row_end="\n", piece_end="\n").text
    return list(dict.fromkeys(widened(found[0]) for found in _NAME.finditer(text)))


def _meant(seal: Seal, names: Sequence[str], owner: str) -> str | None:
    """The printed name that a seal's words are, but for characters misread or hidden; None if too few are left.

    `owner` is whom the seal belongs to by its place: then a few characters are enough to tell.
    """
    if len(_own(seal.text)) < 2:
        return None
    best = next((name for name in names if likeness(seal.text, name) >= ALIKE), "")
    if not best:
        best = owner if likeness(seal.text, owner) >= ALIKE_IN_PLACE else ""
    read, printed = narrowed(seal.text), narrowed(best)
    other_name = len(read) == len(printed) and read != printed and seal.confidence >= SURELY_READ
    return seal.text if other_name or not best else best


def likeness(one: str, other: str) -> float:
    """0 to 1; the words that all names have in common count for nothing."""
    first, second = _own(one), _own(other)
    if not first or not second:
        return 0.0
    return SequenceMatcher(None, first, second, autojunk=False).ratio()


def _own(name: str) -> str:
    return re.sub(r"[上海市股份有限责任公司]|\W", "", narrowed(name))


# Places


@dataclass(frozen=True, slots=True)
class _Mark:
    """A seal or a signature that belongs to a side."""

    side: str
    page: int
    box: Box
    confidence: float


@dataclass(frozen=True, slots=True)
class _Block:
    """Where both sides sign: the lowest line of a page that names each."""

    page: Page
    lessor: Line
    lessee: Line

    @classmethod
    def of(cls, page: Page) -> "_Block | None":
        """None for a page on which nobody is asked to sign: it may still name both in its head."""
        lessor, lessee = _lowest(page.lines, _LESSOR), _lowest(page.lines, _LESSEE)
        if lessor and lessee and abs(lessor.box.y0 - lessee.box.y0) > TOGETHER:
            # One side's name where both sign was not read: what is left of it stands in the head.
            lessor, lessee = (lessor, None) if lessor.box.y0 > lessee.box.y0 else (None, lessee)
        if lessor is None or lessee is None:
            return cls._by_columns(page, lessor, lessee)
        top, lowest = min(lessor.box.y0, lessee.box.y0), max(lessor.box.y1, lessee.box.y1)
        asked = [line for line in page.lines if line.box.y0 >= top and _SIGN.search(narrowed(line.text))]
        marked = [box for box in (*(seal.box for seal in page.seals), *page.signatures) if box.y1 > lowest - 0.1]
        return cls(page, lessor, lessee) if asked or marked else None

    @classmethod
    def _by_columns(cls, page: Page, lessor: Line | None, lessee: Line | None) -> "_Block | None":
        """Where a side's name was not read: marks beside each other stand where both sign, the lessor's on the left."""
        boxes = sorted((*(seal.box for seal in page.seals), *page.signatures), key=lambda box: box.x0)
        if len(boxes) < 2 or boxes[-1].x0 < boxes[0].x1 or boxes[-1].y0 > boxes[0].y1 or boxes[0].y0 > boxes[-1].y1:
            return None
        known = lessor or lessee
        top = known.box.y0 if known else min(box.y0 for box in boxes)
        left = Line(text="", box=Box(0.1, top, boxes[0].x1, top + 0.015), confidence=0.0)
        right = Line(text="", box=Box((boxes[0].x1 + boxes[-1].x0) / 2, top, 1.0, top + 0.015), confidence=0.0)
        return cls(page, lessor or left, lessee or right)

    @property
    def whole(self) -> Box:
        return self.lessor.box.around(self.lessee.box)

    @property
    def beside(self) -> bool:
        """Whether the two sides stand in columns and not below each other."""
        height = max(self.lessor.box.height, self.lessee.box.height)
        return abs(self.lessor.box.middle - self.lessee.box.middle) < 4 * height and (
            abs(self.lessor.box.x0 - self.lessee.box.x0) > 0.15
        )

    def side_of(self, box: Box) -> str:
        """Whose place it is where a mark stands."""
        if self.beside:
            left, right = (LESSOR, LESSEE) if self.lessor.box.x0 < self.lessee.box.x0 else (LESSEE, LESSOR)
            second = max(self.lessor.box.x0, self.lessee.box.x0)
            middle = (box.x0 + box.x1) / 2
            return left if middle < second else right
        above, below = (LESSOR, LESSEE) if self.lessor.box.middle < self.lessee.box.middle else (LESSEE, LESSOR)
        second = max(self.lessor.box.y0, self.lessee.box.y0)
        return above if box.middle < second else below


_SIGN = re.compile(r"^.{0,8}(?:签字|签名|签署|签章|盖章|经办人|代表人|代理人)[^。，,]{0,12}$|^日期")


def _lowest(lines: Iterable[Line], pattern: re.Pattern[str]) -> Line | None:
    found = [line for line in lines if pattern.search(narrowed(line.text)) and _LABELS.search(line.text)]
    return max(found, key=lambda line: line.box.y0, default=None)


def _marks(page: Page, block: _Block | None, lessor: str, lessee: str) -> Iterator[_Mark]:
    """Each seal and signature with its side: by the name on the seal, else by whose place it stands in."""
    here = block if block is not None and block.page.number == page.number else None
    for seal in page.seals:
        named = _named(seal, lessor, lessee)
        if named:
            yield _Mark(named, page.number, seal.box, max(seal.confidence, BY_PLACE if here else 0.0))
        elif here:
            yield _Mark(here.side_of(seal.box), page.number, seal.box, BY_PLACE)
    for box in page.signatures:
        if here and box.y0 > min(here.lessor.box.y0, here.lessee.box.y0) - 0.01:
            yield _Mark(here.side_of(box), page.number, box, BY_HAND)


def _named(seal: Seal, lessor: str, lessee: str) -> str | None:
    """The side whose name the seal carries."""
    alike = {LESSOR: likeness(seal.text, lessor), LESSEE: likeness(seal.text, lessee)}
    best = max(alike, key=lambda side: alike[side])
    return best if alike[best] >= ALIKE and abs(alike[LESSOR] - alike[LESSEE]) >= CLEARLY else None


def _around(boxes: Sequence[Box]) -> Box:
    box = boxes[0]
    for other in boxes[1:]:
        box = box.around(other)
    return box
