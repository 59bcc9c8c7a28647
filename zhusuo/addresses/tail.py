"""The second half of an address: building, entrance, floor, units, and the names and remarks between them."""

import re

from zhusuo.addresses.draft import Draft
from zhusuo.addresses.number import read_number
from zhusuo.addresses.units import expand_codes, floor_text

# 1803, A2, B-938 (as B, 938), 102-15, 110乙, 东302, T17-5
_C = "(?:[东南西北](?=[0-9A-Z]))?[甲乙丙丁戊己]?[0-9A-Z]+(?:[甲乙丙丁戊己]|[东南西北](?=[室座铺]))?"
_CODE = f"第?{_C}(?:-{_C}){{0,6}}"
_ALONE = "[甲乙丙丁戊己](?=[室座铺间幢楼栋、]|单元|$)|[东南西北](?=[座室])"
_AFTER_CODE = (
    "号楼|号幢|号房|号厂房|号车间|号仓?库|号门(?!面)|号商铺|号店铺|号铺位?|号摊位?|号席位|号厅|号柜|号单元|幢楼?|栋楼?|夹层?|[楼层](?!盘)|室|单元"
    "|铺位|商铺|店铺|店面|铺|车间|工位|部位|展位|摊位|席位|摊|席|柜|馆|跨|位|处|厅|房间?|间|座|套|区域?|块|段|宗地?|丘|组|队|期|库"
    "|号|米|门"
)
_TOKEN = re.compile(
    r"(?P<sep>[、/&+ .\-:]+)"
    r"|(?P<open>\()|(?P<close>\))"
    rf"|(?P<codes>{_CODE}(?:[、/.&+]+{_CODE}){{0,60}}|{_ALONE})(?P<word>{_AFTER_CODE})?"
    "|(?P<han>(?:(?!第[0-9A-Z])[\u4e00-\u9fff])+)"
    "|(?P<other>.)",
    re.DOTALL,
)
_BUILDING_WORDS = re.compile("号楼|号幢|号房|号厂房|号车间|号仓?库|幢楼?|栋楼?|号?厅|号门|期|块|段|库|号单元")
_UNIT_WORDS = re.compile(
    "室|铺位|商铺|店铺|店面|铺|车间|工位|部位|展位|摊位|席位|摊|席|柜|馆|跨|位|处|房间?|间|套|号(?:商铺|店铺|铺位?|摊位?|席位|柜)"
)
_IGNORED_WORDS = re.compile("宗地?|丘|米|组|队|门")

_FLOORS = {"底": "1", "首": "1", "地面": "1", "夹": "夹", "底夹": "1夹", "顶": "顶", "阁": "阁"}
# Words of Chinese alone that say a floor, a building or the whole of it.
_WORDS = re.compile(
    "(?P<basement>半?地下[室层]?|负$)|(?P<floor>(?P<which>底夹|底|首|地面|夹|顶|阁)(?:[层楼]|(?<=底)(?:间|(?=[前后东西南北中])|$)))"
    "|(?P<whole>整层|全层|整幢|全幢|整栋|全栋|整楼|全楼|全部位|全部)"
)
_BUILDING = re.compile(
    "(?:[东南西北中主裙附副辅前后内外甲乙丙丁]{1,2}|综合|办公|商务|行政|教学|科研|厂房|通用厂房|市场商务|银行)(?:楼|塔楼?|座)$|裙房$"
    "|(?:^|(?<=中心|大厦|广场|花园|公寓|大楼))[\u4e00-\u9fff]{1,4}[幢栋]$|[\u4e00-\u9fff]{2}[幢栋]$"
)
_NOT_A_BUILDING = re.compile("大楼$|宾馆|酒店|[\u4e00-\u9fff](?:商务|综合|办公|商住)楼$")
_PART = re.compile(
    "(?:[东南西北中]{1,2}|上|下|前|后|左|右|中)(?:侧|部位?|间|首|端|面|半|角|区|边|段|套|单元|门|室|小间|大间)?(?:[甲乙丙丁]?[室座间铺])?$"
    "|(?:沿街|临街)?(?:部位|部分|店面|灶间|商铺|商场|店铺|铺面|门面|车间|厂房|仓库|摊位|柜台|中间|统客|沿街|客堂|亭子间|厢房)$"
    "|[甲乙丙丁][室座间铺]?$"
)
_DESCRIPTOR = re.compile(
    "^(?:近|临|靠|距|原|旁|及|和|与|等|内|共)|(?:口|对面|旁|附近|内|交叉|以[东南西北]|[东南西北]{1,2}(?:首|堍))$"
)
_SECOND_ROAD = re.compile("(?:路|街|大道|公路)$")
_NOTHING = frozenset("室号楼层第之单元内的铺座房间")
_ACTUAL = re.compile("实际|名义|原|现|标号|又名|即|工商|奉工|临时")
_BELOW = re.compile(r"(\d?)[层楼]?")
_SIDES = frozenset("东南西北中前后甲乙丙丁")
_PARITY = re.compile("[单双]号?")
_HAS_CODE = re.compile("[0-9A-Z]")
_ONE_CODE = re.compile(_CODE)
_BUILDING_AFTER = re.compile("幢|号楼|栋|座|室")
_FLOOR_ITEMS = re.compile("[、/.&+-]|[^、/.&+-]+")
# Units whose number says their floor.
_SPEAKING = re.compile(r"[A-Z]{0,2}-?\d{3,4}(?!\d)")
_LIST = re.compile(r"[、/.&+]+")


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
        token = _TOKEN.match(text, at, end)
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

    __slots__ = ("draft", "last", "separator", "zone")

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.separator = ""
        self.last = ""  # building, floor, unit, zone, entrance, name
        self.zone = ""

    # -- codes: digits and letters with or without their word ----------------------------------------------------

    def code(self, codes: str, word: str, start: int, end: int) -> None:
        draft = self.draft
        codes = codes.replace("第", "")
        seen = bool(draft.units)
        if len(codes) > 1 and codes[0] in "东南西北" and word in ("楼", "层"):  # 西五楼
            self._more(codes[0])
            codes = codes[1:]
        digits = sum(c.isdigit() for c in codes.split("、", 1)[0])
        if word in ("楼", "层", "夹层", "夹") and self._floor(codes, word):
            return
        if not word and codes[-1] == "F" and codes[:-1].isdigit() and len(codes) <= 3 and not draft.floor:
            self._floor(codes, "层")
        elif _IGNORED_WORDS.fullmatch(word):
            draft.note("descriptor", f"“{codes}{word}”没有用来查找", start, end)
        elif word in ("区", "区域"):
            self._zone(codes)
        elif word in ("楼", "层"):
            self._building(codes, "楼", start, end)
        elif _BUILDING_WORDS.fullmatch(word) and not (seen and self.last == "unit"):
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
            if seen and self.last == "floor" and not all(_SPEAKING.match(unit) for unit in (*draft.units, codes)):
                draft.note("several_places", "几层各有房号，不能确定各是哪一层的", start, end)
            self._unit(codes, word)

    def _floor(self, codes: str, word: str) -> bool:
        draft = self.draft
        floor = ""
        for item in _FLOOR_ITEMS.findall(codes):
            if item in "、/.&+-":
                floor += "-" if item == "-" else "、"
                continue
            one = floor_text(item, named=word[0] != "楼")
            if not one:
                return False
            floor += one
        if word[0] == "夹":
            floor += "夹"
        if self.separator[-1:] == "-" and floor.isdigit() and self.last != "floor":
            floor = f"-{floor}"
        if not draft.floor:
            draft.floor = floor
        elif self.last in ("floor", "unit") and self.separator:
            draft.floor += ("-" if self.separator[-1] == "-" else "、") + floor
        elif draft.floor != floor:
            self._more(codes + word)
        self.last = "floor"
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
        if self.draft.units:
            self._sub(f"{codes}区")
        else:
            self.zone += f"{codes}区"
            self.last = "zone"

    def _unit(self, codes: str, word: str) -> None:
        draft = self.draft
        if draft.units and self.last == "unit" and not _LIST.search(self.separator):
            if "-" in self.separator and _UNIT_WORDS.fullmatch(word):  # 317室-319室
                span = expand_codes(f"{draft.units[-1]}-{codes}")
                if len(span) > 1:
                    draft.units[-1:] = span
                    return
            first, *more = _LIST.split(codes)
            self._sub(first)
            draft.units += more
            return
        items = _LIST.split(codes)
        if len(items) > 1 and any(_shorter(expand_codes(items[0])[-1], item) for item in items[1:]):
            draft.note("several_places", f"“{codes}”里后面的房号没有写全")
        if self.zone and not draft.building and not draft.floor:
            draft.building, self.zone = self.zone, ""
        draft.units += [self.zone + unit for item in items for unit in expand_codes(item)]
        self.last = "unit"

    def _sub(self, codes: str) -> None:
        """302室-5, 502室G座, 202室7号: a place inside the room."""
        self.draft.units[-1] += f"-{codes}"
        self.last = "unit"

    def _more(self, words: str) -> None:
        self.draft.part += words

    # -- runs of Chinese ------------------------------------------------------------------------------------------

    def han(self, start: int, end: int) -> int:
        """Names, floors in words, parts and remarks; returns where to go on."""
        text = self.draft.text
        found = _WORDS.search(text, start, end)
        if found:
            if found.start() > start:
                self._run(start, found.start())
            if found["floor"]:
                self._word_floor(_FLOORS[found["which"]])
            elif found["basement"]:
                return self._basement(found)
            else:
                self._more(found[0])
            return found.end()
        return self._run(start, end)

    def _basement(self, found: re.Match[str]) -> int:
        below = _BELOW.match(self.draft.text, found.end())
        depth = below[1] if below else ""
        self._word_floor(f"-{depth or 1}")
        return below.end() if below and depth else found.end()

    def _word_floor(self, floor: str) -> None:
        draft = self.draft
        if not draft.floor:
            draft.floor = floor
        elif draft.floor.isdigit() and floor == "夹":
            draft.floor += "夹"
        elif self.separator and draft.floor != floor:
            draft.floor += f"、{floor}"
        self.last = "floor"

    def _run(self, start: int, end: int) -> int:
        draft, text = self.draft, self.draft.text
        run = text[start:end]
        if all(c in _NOTHING for c in run):
            return end
        if _SECOND_ROAD.search(run) and end < len(text) and text[end].isdigit() and draft.road:
            draft.note("two_addresses", f"后面还有另一处“{text[start:]}”", start, len(text))
            draft.rest += text[start:]
            return len(text)
        building = _BUILDING.search(run)
        if building and not draft.units and not (building.start() == 0 and _NOT_A_BUILDING.search(run)):
            if building.start() and not _NOT_A_BUILDING.search(run):
                self._run(start, start + building.start())
            if draft.building and draft.floor:  # 4号楼2层东裙楼
                self._more(run)
                return end
            if not _NOT_A_BUILDING.search(run):
                self._building(run[building.start() :], "", start, end)
                return end
        if _PART.fullmatch(run):
            self._more(run)
        elif _DESCRIPTOR.search(run):
            draft.note("descriptor", f"“{run}”没有用来查找", start, end)
        elif len(run) >= 2 and not draft.units:
            part = _PART.search(run)
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
        if inside in _SIDES and draft.units and self.last == "unit":
            draft.units[-1] += inside
            return after
        word = _BUILDING_AFTER.match(text, after) if close > 0 else None
        if word and _ONE_CODE.fullmatch(inside) and self.last != "unit":  # 600号(1-5)幢
            self.code(inside, word[0], start, word.end())
            return word.end()
        if _PART.fullmatch(inside):
            self._more(inside)
            return after
        if _PARITY.fullmatch(inside) and not self.last:
            draft.number += inside[0]
            return after
        remark = _ACTUAL.search(inside) or not _HAS_CODE.search(inside)
        if remark and not _BUILDING.fullmatch(inside) and not _WORDS.search(inside):
            draft.note("descriptor", f"“{text[start:after]}”没有用来查找", start, after)
            return after
        return start + 1

    def finish(self) -> None:
        draft = self.draft
        if draft.entrance and not draft.units:
            draft.units = list(expand_codes(draft.entrance))
            draft.entrance = ""
        if self.zone and not draft.units:
            if draft.building or draft.floor:
                self._more(self.zone)
            else:
                draft.building = self.zone
