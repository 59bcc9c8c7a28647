"""The second half of an address: building, entrance, floor, units, and the names and remarks between them."""

import re

from zhusuo.addresses.draft import Draft
from zhusuo.addresses.number import read_number
from zhusuo.addresses.units import expand_codes, floor_in, floor_text
from zhusuo.addresses.words import (
    ACTUAL,
    BELOW,
    BESIDE,
    BUILDING,
    BUILDING_AFTER,
    BUILDING_WORDS,
    DECK,
    DESCRIPTOR,
    FLOOR_ITEMS,
    FLOORS,
    HAS_CODE,
    IGNORED_WORDS,
    LIST,
    LONGEST_BUILDING,
    NOT_A_BUILDING,
    NOTHING,
    ONE_CODE,
    PARITY,
    PART,
    SECOND_ROAD,
    SIDES,
    SPEAKING,
    TALL,
    TOKEN,
    UNIT_WORDS,
    WORDS,
)


def read_tail(draft: Draft, at: int, end: int | None = None) -> None:
    """Read from `at` to the end; every token goes to a part, to a reason, or to `rest`."""
    text = draft.text
    end = len(text) if end is None else end
    tail = _Tail(draft)
    while at < end:
        if draft.lane and not draft.number and not draft.building and not draft.units:
            after = read_number(draft, at)
            if after:
                at = after
                continue
        token = TOKEN.match(text, at, end)
        if token is None:  # cannot be: the last alternative takes anything
            break
        kind = token.lastgroup
        if kind == "word":
            kind = "codes"
        if kind == "open":
            at = tail.bracket(at, end)
            continue
        if kind == "codes":
            tail.code(token["codes"], token["word"] or "", at, token.end())
        elif kind == "han":
            at = tail.han(at, token.end())
            tail.separator = ""
            continue
        elif kind == "other":
            draft.rest += token[0]
            draft.note("not_understood", f"“{token[0]}”没有读懂", at, token.end())
        tail.separator = token[0] if kind == "sep" else ""
        at = token.end()
    tail.finish()


def _shorter(first: str, item: str) -> bool:
    """Whether an item of a list leaves out what it has in common with the first: A216、217, 4301-02、03."""
    return item.isdigit() and (not first[0].isdigit() or "-" in first or len(item) < len(first))


class _Tail:
    """Where we are in the second half: what the last token was decides what the next one means."""

    __slots__ = ("draft", "last", "separator", "storey", "zone")

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.separator = ""
        self.last = ""  # building, floor, unit, zone, entrance, name
        self.zone = ""
        self.storey = False  # the floor was written 楼, which may turn out to be a building

    # -- codes: digits and letters with or without their word ----------------------------------------------------

    def code(self, codes: str, word: str, start: int, end: int) -> None:
        draft = self.draft
        codes = codes.replace("第", "")
        seen = bool(draft.units)
        if len(codes) > 1 and codes[0] in "东南西北" and word in ("楼", "层"):  # 西五楼
            self._more(codes[0])
            codes = codes[1:]
        digits = sum(map(str.isdigit, codes.split("、", 1)[0]))
        if word in ("楼", "层", "夹层", "夹") and self._floor(codes, word, start):
            return
        deck = DECK.match(codes) if not (seen or draft.floor or self.last == "unit") else None
        if deck and deck.end() == len(codes) and not word:
            self._floor(codes, "层", start)
        elif deck and deck.end() < len(codes):  # 2F-39, B1F09-10室
            self._floor(deck[1], "层", start)
            self._unit(codes[deck.end() :].lstrip("-"), word)
        elif IGNORED_WORDS.fullmatch(word):
            draft.note("descriptor", f"“{codes}{word}”没有用来查找", start, end)
        elif word in ("区", "区域"):
            self._zone(codes)
        elif word in ("楼", "层"):
            self._building(codes, "楼", start, end)
        elif (
            BUILDING_WORDS.fullmatch(word)
            and not (seen and self.last == "unit")
            and not (word == "号房" and digits > 2)
        ):
            self._building(codes, word, start, end)
        elif word == "座":
            if not seen and not draft.floor and digits < 3 and not (digits and draft.building):
                self._building(codes, word, start, end)
            else:
                self._unit(codes, word)
        elif word == "单元" and not seen:
            draft.entrance = draft.entrance or codes
            self.last = "entrance"
        elif word == "号" and draft.number and "、" in self.separator and self.last in ("floor", "unit", "part"):
            # 1121号1层、1159号4楼
            draft.note("two_addresses", f"后面还有另一处“{draft.text[start:]}”", start, len(draft.text))
            self._unit(codes, word)
        elif word == "号" and not (seen or draft.floor or draft.building or self.zone) and digits < 3 and draft.number:
            self._building(codes, word, start, end)
        else:
            if seen and self.last == "floor" and not all(SPEAKING.match(unit) for unit in (*draft.units, codes)):
                draft.note("several_places", "几层各有房号，不能确定各是哪一层的", start, end)
            self._unit(codes, word)

    def _floor(self, codes: str, word: str, start: int) -> bool:
        draft = self.draft
        floor = ""
        for item in FLOOR_ITEMS.findall(codes):
            if item in "、/.&+-":
                floor += "-" if item == "-" else "、"
                continue
            one = floor_text(item, named=word[0] != "楼")
            if not one:
                return False
            floor += one
        if word[0] == "夹":
            floor += "夹"
        below = self.separator[-1:] == "-" and floor.isdigit() and self.last != "floor"
        if below and not draft.text[start - len(self.separator) - 1].isdigit():  # 1号-1层, but 201-4F
            floor = f"-{floor}"
        if not draft.floor:
            draft.floor = floor
            self.storey = word[0] == "楼" and floor.isdigit()
        elif self._storey_was_a_building(floor):
            draft.floor = floor
        elif self.last in ("floor", "unit") and self.separator:
            draft.floor += ("-" if self.separator[-1] == "-" else "、") + floor
        elif draft.floor != floor:
            self._more(codes + word)
        self.last = "floor"
        return True

    def _storey_was_a_building(self, floor: str) -> bool:
        """11楼一楼, 4楼底层: what stands before the floor is the building."""
        draft = self.draft
        if not self.storey or self.last != "floor" or self.separator or draft.building or draft.floor == floor:
            return False
        draft.building, self.storey = f"{draft.floor}楼", False
        return True

    def _building(self, codes: str, word: str, start: int, end: int) -> None:
        draft = self.draft
        building = codes + word.replace("幢楼", "幢").replace("栋楼", "栋")
        if self.zone and not draft.building:
            building, self.zone = f"{self.zone}{building}", ""
        if not draft.building:
            draft.building = building
        elif self.last == "building" and self.separator.strip() in ("、", "-"):
            draft.building += ("-" if "-" in self.separator else "、") + building
        elif self.last in ("building", "zone", "entrance") and "、" not in self.separator:
            draft.building += building
        elif building != draft.building:
            draft.note("two_buildings", f"已有{draft.building}，又写“{building}”", start, end)
        self.last = "building"

    def _zone(self, codes: str) -> None:
        room, dash, inside = codes.partition("-")
        if self.draft.units:
            self._sub(f"{codes}区")
        elif dash and len(room) > 2:  # 1001-A区室, 508-J区-15室
            self._unit(room, "")
            self._sub(f"{inside}区")
        else:
            self.zone += f"{codes}区"
            self.last = "zone"

    def _unit(self, codes: str, word: str) -> None:
        draft = self.draft
        if draft.units and self.last == "unit" and not LIST.search(self.separator):
            if "-" in self.separator and UNIT_WORDS.fullmatch(word):  # 317室-319室
                span = expand_codes(f"{draft.units[-1]}-{codes}")
                if len(span) > 1:
                    draft.units[-1:] = span
                    return
            first, *more = LIST.split(codes)
            self._sub(first, word)
            draft.units += more
            return
        items = LIST.split(codes)
        if len(items) > 1 and any(_shorter(expand_codes(items[0])[-1], item) for item in items[1:]):
            draft.note("several_places", f"“{codes}”里后面的房号没有写全")
        if self.zone and not draft.building and not draft.floor:
            draft.building, self.zone = self.zone, ""
        draft.units += [self.zone + unit for item in items for unit in expand_codes(item)]
        self.last = "unit"

    def _sub(self, codes: str, word: str = "") -> None:
        """302室-5, 502室G座, 202室7号: a place inside the room; 1005室A, 106室甲: the end of its number."""
        joined = len(codes) == 1 and not codes.isdigit() and not (word or self.separator)
        self.draft.units[-1] += codes if joined else f"-{codes}"
        self.last = "unit"

    def _more(self, words: str) -> None:
        self.draft.part += words

    # -- runs of Chinese ------------------------------------------------------------------------------------------

    def han(self, start: int, end: int) -> int:
        """Names, floors in words, parts and remarks; returns where to go on."""
        text = self.draft.text
        found = WORDS.search(text, start, end)
        if found:
            if found.start() > start:
                self._run(start, found.start())
            if found["floor"]:
                self._word_floor(FLOORS[found["which"]])
            elif found["basement"]:
                return self._basement(found)
            else:
                self._more(found[0])
            return found.end()
        return self._run(start, end)

    def _basement(self, found: re.Match[str]) -> int:
        below = BELOW.match(self.draft.text, found.end())
        depth = below[1] if below else ""
        self._word_floor(f"-{depth or 1}")
        return below.end() if below and depth else found.end()

    def _word_floor(self, floor: str) -> None:
        draft = self.draft
        if not draft.floor or (floor != "夹" and self._storey_was_a_building(floor)):
            draft.floor = floor
        elif draft.floor.isdigit() and floor == "夹":
            draft.floor += "夹"
        elif self.separator and draft.floor != floor:
            draft.floor += f"、{floor}"
        self.last = "floor"

    def _run(self, start: int, end: int) -> int:
        draft, text = self.draft, self.draft.text
        run = text[start:end]
        if all(c in NOTHING for c in run):
            return end
        if SECOND_ROAD.search(run) and end < len(text) and text[end].isdigit() and draft.road:
            draft.note("two_addresses", f"后面还有另一处“{text[start:]}”", start, len(text))
            draft.rest += text[start:]
            return len(text)
        building = BUILDING.search(run, max(0, len(run) - LONGEST_BUILDING))
        if building and not draft.units and not (building.start() == 0 and NOT_A_BUILDING.search(run)):
            if building.start() and not NOT_A_BUILDING.search(run):
                self._run(start, start + building.start())
            if draft.building and draft.floor:  # 4号楼2层东裙楼
                self._more(run)
                return end
            if not NOT_A_BUILDING.search(run):
                self._building(run[building.start() :], "", start, end)
                return end
        if BESIDE.fullmatch(run):
            draft.note("beside", f"“{run}”说的不是这个门牌本身", start, end)
        elif PART.fullmatch(run):
            self._more(run)
        elif DESCRIPTOR.search(run):
            draft.note("descriptor", f"“{run}”没有用来查找", start, end)
        elif len(run) >= 2 and not draft.units:
            part = PART.search(run)
            cut = len(run) if part is None or part.start() < 2 else part.start()
            draft.name += run[:cut]
            self._more(run[cut:])
            self.last = "name"
        elif draft.units and run[0] in "甲乙丙丁东南西北中前后" and len(run) <= 2:
            self._sub(run[0])
        else:
            draft.rest += run
            draft.note("not_understood", f"“{run}”没有读懂", start, end)
        return end

    # -- brackets -------------------------------------------------------------------------------------------------

    def bracket(self, start: int, end: int) -> int:
        """Brackets with numbers stay in the text, remarks are named and left; returns where to go on."""
        draft, text = self.draft, self.draft.text
        close = text.find(")", start, end)
        inside = text[start + 1 : close if close > 0 else end]
        after = close + 1 if close > 0 else end
        if not inside:
            return after
        if inside in SIDES and draft.units and self.last == "unit":
            draft.units[-1] += inside
            return after
        word = BUILDING_AFTER.match(text, after) if close > 0 else None
        if word and ONE_CODE.fullmatch(inside) and self.last != "unit":  # 600号(1-5)幢
            self.code(inside, word[0], start, word.end())
            return word.end()
        numbered = inside.isdigit() and ONE_CODE.match(text, after) and not draft.units
        if PART.fullmatch(inside) or numbered:  # 1号全幢(1)107室: not a number of the room
            self._more(f"({inside})" if numbered else inside)
            return after
        if PARITY.fullmatch(inside) and not self.last:
            draft.number += inside[0]
            return after
        remark = ACTUAL.search(inside) or not HAS_CODE.search(inside)
        if remark and not BUILDING.fullmatch(inside) and not WORDS.search(inside):
            draft.note("descriptor", f"“{text[start:after]}”没有用来查找", start, after)
            return after
        return start + 1

    def finish(self) -> None:
        draft = self.draft
        if self.storey and not draft.building and draft.floor.isdigit() and int(draft.floor) >= TALL and draft.units:
            told = floor_in(draft.units[0])
            if told and told != draft.floor:  # 87楼701室: no house here is as tall, so it is the 87th
                draft.building, draft.floor = f"{draft.floor}楼", ""
        if draft.entrance and not draft.units:
            zone = self.zone if draft.building or draft.floor else ""
            draft.units = [zone + unit for unit in expand_codes(draft.entrance)]
            draft.entrance = ""
        if self.zone and not draft.units:
            if draft.building or draft.floor:
                self._more(self.zone)
            else:
                draft.building = self.zone
