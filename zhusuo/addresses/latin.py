"""拼音和英文写法: an address in Latin letters: "10F, No.501 Zhangyang Road", "tianpinglu 123 hao".

Its road is one of the lexicon's if only one is read so.
"""

import re

from zhusuo.addresses.draft import Draft
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.addresses.units import expand_codes, floor_text

_WORDS = ("ROAD", "RD", "STREET", "AVE", "HIGHWAY")
_SIDES = {"EAST": "dong", "WEST": "xi", "NORTH": "bei", "SOUTH": "nan", "MIDDLE": "zhong", "CENTRAL": "zhong",
          "E": "dong", "W": "xi", "N": "bei", "S": "nan", "M": "zhong", "C": "zhong"}  # fmt: skip
_SIDE = "EAST|WEST|NORTH|SOUTH|MIDDLE|CENTRAL"
_ROAD = "ROAD|RD|STREET|ST|AVENUE|AVE|HIGHWAY|HWY|LU|JIE|DADAO|GONGLU"
_ENGLISH = re.compile(
    rf"(?:\b({_SIDE}) )?\b([A-Z']{{2,20}}(?: [A-Z']{{2,20}}){{0,2}}?)(?: ({_SIDE}))? ?"
    r"\b(ROAD|RD|STREET|ST|AVENUE|AVE|HIGHWAY|HWY)\b\.?(?: ?\(?(EAST|WEST|NORTH|SOUTH|MIDDLE|[EWNSMC])\b\)?)?"
)
_PINYIN = re.compile(r"\b((?:[A-Z']{2,20} ?){1,5}?)(LU|JIE|DADAO|GONGLU)(?=[ 、\d]|$)")
_ENDS = {"ROAD": ("lu", "gonglu"), "RD": ("lu", "gonglu"), "STREET": ("jie", "lu"), "ST": ("jie", "lu"),
         "AVENUE": ("dadao", "lu"), "AVE": ("dadao", "lu"), "HIGHWAY": ("gonglu",), "HWY": ("gonglu",)}  # fmt: skip
_LANES = (re.compile(r"\bLANE ?(\d{1,5})\b"), re.compile(r"\b(\d{1,5}) ?(?:LANE|NONG)\b"))
_NUMBER = re.compile(r"\b(?:NO\b[. ]*|号 ?)(\d{1,5})(?:号|\b)|\b(\d{1,5}) ?(?:HAO\b(?! ?LOU)|号)")
_FLOOR = re.compile(
    r"\b(B?\d{1,2}) ?(?:ST|ND|RD|TH)?(?: |/)?(?:F|FL|FLOOR)\b\.?|\b(?:FLOOR|FL\.?) ?(B?\d{1,2})\b"
    r"|\b(\d{1,2}) ?(?:LOU|CENG)\b"
)
_ROOM = re.compile(r"\b(?:ROOM|RM|UNIT|SUITE|FLAT)\b[. ]*([0-9A-Z]{1,6}(?:-[0-9A-Z]{1,5})?)\b|\b(\d{2,5}[A-Z]?) ?SHI\b")
_BUILDING = re.compile(r"\b(?:BUILDING|BLDG|BLOCK|TOWER)\b[. ]*(\d{1,3}|[A-Z])\b|\b(\d{1,3}) ?HAO ?LOU\b")
_BARE = re.compile(r"\b(\d{1,5})\b")
_PLACES = re.compile(r"\b(?:SHANGHAI|CHINA|P\.? ?R\.? ?|CITY|SHI|DISTRICT|QU|NEW AREA|ZIP|POST ?CODE)\b|\b200\d{3}\b")


def is_latin(plain: str) -> bool:
    """Whether the text has to be read here: letters alone, or a road in letters."""
    if plain.isascii():
        return sum(c.isalpha() for c in plain) > 3
    return " " in plain and any(word in plain for word in _WORDS) and _ENGLISH.search(plain) is not None


def read_latin(draft: Draft, lexicon: Lexicon) -> bool:
    """Fill the draft; False if there is no road in it."""
    text = draft.text
    for name, district in lexicon.districts_by_sound.items():
        found = re.search(rf"\b{name}\b(?! ?(?:{_SIDE}|DONG|XI|NAN|BEI|ZHONG)? ?(?:{_ROAD})\b)", text)
        if found:
            draft.district, text = district, f"{text[: found.start()]} {text[found.end() :]}"
            break
    text = _PLACES.sub(" ", text)
    road = _road(text, lexicon)
    if road is None:
        return False
    name, known, span = road
    draft.road, draft.known_road = name, known
    text = f"{text[: span[0]]} 、 {text[span[1] :]}"
    for pattern in _LANES:
        if not draft.lane:
            draft.lane, text = _take(pattern, text)
    draft.building, text = _take(_BUILDING, text)
    floor, text = _take(_FLOOR, text)
    room, text = _take(_ROOM, text)
    draft.number, text = _take(_NUMBER, text)
    if not draft.number and not draft.lane:
        draft.number, text = _take(_BARE, text)
    if draft.building:
        draft.building += "号楼" if draft.building.isdigit() else "座"
    draft.floor = floor_text(floor) if floor else ""
    draft.units = list(expand_codes(room)) if room else []
    rest = re.sub(r"[ 、.()/#-]+", " ", text).strip()
    if not room and re.fullmatch(r"\d{2,5}[A-Z]?", rest):
        draft.units, rest = [rest], ""
    draft.note("latin", f"按拼音或英文写法理解：{draft.road}{draft.number and draft.number + '号'}", 0, len(draft.text))
    if rest:
        draft.rest = rest
        draft.note("not_understood", f"“{rest}”没有读懂")
    return True


def _road(text: str, lexicon: Lexicon) -> tuple[str, bool, tuple[int, int]] | None:
    found = _ENGLISH.search(text)
    if found:
        before, base, inside, word, after = found.groups()
        side = _SIDES.get(before or inside or after or "", "")
        words = base.replace("'", "").lower().split()
        sounds = [
            f"{''.join(words[k:])}{side}{end}" for k in range(len(words)) for end in _ENDS[word]
        ]  # 900 of "NO 900 YISHAN ROAD" is no word; "MANSION ZHANGYANG ROAD" ends in the road
    else:
        found = _PINYIN.search(text)
        if not found:
            return None
        words = found[1].replace("'", "").lower().split() or [""]
        sounds = [f"{''.join(words[k:])}{found[2].lower()}" for k in range(len(words))]
    for sound in sounds:
        roads = lexicon.roads_by_sound.get(sound, ())
        if len(roads) == 1:
            return roads[0], True, found.span()
    return f"{sounds[0].removesuffix('lu').upper()}路", False, found.span()


def _take(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    """What the pattern says, and the text without it."""
    found = pattern.search(text)
    if not found:
        return "", text
    said: str = next(group for group in found.groups() if group)
    return said, f"{text[: found.start()]} {text[found.end() :]}"
