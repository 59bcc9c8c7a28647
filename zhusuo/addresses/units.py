"""楼层 室号: the codes of floors and units, and lists and ranges of them."""

import re

LONGEST_RANGE = 60

_FLOOR = re.compile(r"(B|LG|L|F|-)?0?(\d{1,2})F?$")
_NAMED = {"LG": "-1", "B": "-1", "G": "1", "GF": "1", "M": "夹", "BM": "-1夹"}
_RANGE = re.compile(r"([A-Z]{0,3}-?)(\d{2,5})-\1(\d{2,5})$")
_NUMBERED = re.compile(r"([A-Z]{0,3}-?)(\d{3,5})(?!\d)")
_SHORT = re.compile(r"\d{1,2}[A-Z]?|[A-Z]")
_DECK = re.compile(r"(B|LG|L)(\d)(?=-|\d{2}|F)")


def floor_text(code: str, named: bool = False) -> str:
    """18 and 18F as "18", B1 and LG1 as "-1", with `named` also G as "1" and M as "夹"; "" if it is no floor."""
    found = _FLOOR.match(code)
    if found:
        return ("-" if found[1] in ("B", "LG", "-") else "") + str(int(found[2])) if int(found[2]) else ""
    return _NAMED.get(code, "") if named else ""


def expand_codes(code: str) -> tuple[str, ...]:
    """2101-2105 as five units; anything but rising numbers of one length on one floor stays as it is."""
    found = _RANGE.match(code)
    if not found or len(found[2]) != len(found[3]):
        return (code,)
    low, high, width = int(found[2]), int(found[3]), len(found[2])
    same_floor = found[2][:-2] == found[3][:-2]
    if not same_floor or not 0 < high - low < LONGEST_RANGE or (width == 2 and not found[1] and found[2][0] != "0"):
        return (code,)
    return tuple(f"{found[1]}{number:0{width}}" for number in range(low, high + 1))


def floor_in(code: str) -> str:
    """The floor that a unit's code itself tells: 1803 → "18", 203A → "2", B1-12 → "-1", A201 → "2"; "" if none."""
    deck = _DECK.match(code)
    if deck:
        return floor_text(deck[1] + deck[2])
    found = _NUMBERED.match(code)
    if not found or len(found[2]) > 4:
        return ""
    return str(int(found[2][:-2])) if int(found[2][:-2]) else ""


def composed(floor: str, code: str) -> str:
    """A code with its floor, "" if it needs none: 10层05室 as 1005, 20楼B室 as 20B, 地下一层03 as B1-03."""
    if floor.endswith("夹"):
        return f"{floor}层{code}"
    if floor.startswith("-") and floor[1:].isdigit() and _SHORT.fullmatch(code):
        return f"B{floor[1:]}-{code}"
    if not floor.isdigit() or not _SHORT.fullmatch(code):
        return ""
    return f"{floor}0{code}" if code[0].isdigit() and not code[1:2].isdigit() else f"{floor}{code}"
