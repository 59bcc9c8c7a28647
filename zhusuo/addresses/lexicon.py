"""词表: the districts, subdistricts and roads that the grammar knows by name."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from zhusuo.errors import Refusal

CITY = "上海市"

# Districts of former times and where they went; counties became districts.
FORMER_DISTRICTS = {
    "卢湾区": "黄浦区",
    "南市区": "黄浦区",
    "闸北区": "静安区",
    "南汇区": "浦东新区",
    "南汇县": "浦东新区",
    "川沙县": "浦东新区",
    "吴淞区": "宝山区",
    "上海县": "闵行区",
    "宝山县": "宝山区",
    "嘉定县": "嘉定区",
    "松江县": "松江区",
    "青浦县": "青浦区",
    "奉贤县": "奉贤区",
    "金山县": "金山区",
    "崇明县": "崇明区",
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Lexicon:
    """词表. What ships beside this module; a copy `with_roads` also knows the roads of an installation.

    districts     every spelling, short and former ones too → present name
    former        the spellings among them that are no longer right
    codes         present name of a district or subdistrict → its code
    subdistricts  full name → (district, name)
    short         name of a subdistrict without 街道, 镇 or 乡 → full name
    towns         towns that were merged into others, without 镇
    prefixes      first two characters → all full names that begin with them, the longest first
    roads         every spelling of a road → its name
    homonyms      roads of one name in several places, which lead nowhere without a district
    gaps          names of roads with one character taken out → the roads
    """

    districts: Mapping[str, str]
    former: frozenset[str]
    codes: Mapping[str, str]
    subdistricts: Mapping[str, tuple[str, str]]
    short: Mapping[str, str]
    towns: frozenset[str]
    prefixes: Mapping[str, tuple[str, ...]]
    roads: Mapping[str, str]
    homonyms: frozenset[str]
    gaps: Mapping[str, tuple[str, ...]]

    @cached_property
    def roads_by_sound(self) -> Mapping[str, tuple[str, ...]]:
        """The reading of a road → all roads that are read so. Takes a third of a second the first time."""
        from zhusuo.addresses.keys import pinyin_of  # pypinyin is only loaded for those who need it

        found: dict[str, tuple[str, ...]] = {}
        for road in sorted(set(self.roads.values())):
            sound = pinyin_of(road)
            found[sound] = (*found.get(sound, ()), road)
        return found

    @cached_property
    def districts_by_sound(self) -> Mapping[str, str]:
        """XUHUI → 徐汇区, PUDONG → 浦东新区."""
        from zhusuo.addresses.keys import pinyin_of

        return {pinyin_of(name[:2]).upper(): name for name in self.districts.values() if name[:2] != CITY[:2]}

    @cached_property
    def version(self) -> str:
        """What changes with the words or with the release of the grammar that reads by them."""
        words = [*sorted(self.roads.items()), *sorted(self.codes.items()), *sorted(self.homonyms)]
        return f"{version('zhusuo')}-{hashlib.sha256(repr(words).encode()).hexdigest()[:12]}"

    def warm(self) -> None:
        """Learn to read pinyin now, so that the first address with a wrong character in it need not wait."""
        _ = self.roads_by_sound, self.districts_by_sound

    def only_road_that_sounds(self, sound: str) -> str:
        """The one road of the city that is read so, if it is one place; "" if there are none or several."""
        roads = self.roads_by_sound.get(sound, ())
        return roads[0] if len(roads) == 1 and roads[0] not in self.homonyms else ""

    @classmethod
    def load(cls, own_roads: Path | None = None) -> "Lexicon":
        """The lexicon that ships with the product, with an installation's own roads. Raises RoadsUnreadable."""
        cities = json.loads(_text("shanghai.json"))
        found = [district for city in cities for part in city["children"] for district in part["children"]]
        codes = {each["name"]: each["code"] for each in found}
        subdistricts = {
            child["name"].replace("（", "(").replace("）", ")"): (each["name"], child["name"])
            for each in found
            for child in each["children"]
        }
        full = {name: name for name in codes} | FORMER_DISTRICTS | {"浦东区": "浦东新区"}
        short = {name[:2]: present for name, present in full.items() if name != "上海县"}
        short |= {name[:2]: name for name in codes}
        roads, homonyms = _roads(_lines("roads.txt"))
        shipped = cls(
            districts=full | short,
            former=frozenset(name for name in (*FORMER_DISTRICTS, *short) if not _is_present(name, codes)),
            codes=codes | {child["name"]: child["code"] for each in found for child in each["children"]},
            subdistricts=subdistricts,
            short={name.removesuffix("街道").rstrip("镇乡"): name for name in subdistricts if name[-1] in "道镇乡"},
            towns=frozenset(_lines("towns.txt")),
            prefixes=_by_two((*full, *subdistricts, CITY)),
            roads=roads,
            homonyms=homonyms,
            gaps=_gaps(roads),
        )
        return shipped if own_roads is None else shipped.with_roads(read_roads(own_roads))

    def with_roads(self, lines: Iterable[str]) -> "Lexicon":
        """The same lexicon that also knows these roads, lines as in data/roads.txt; of what ships nothing changes."""
        own, homonyms = _roads(lines)
        roads = {**{spelling: self.roads.get(name, name) for spelling, name in own.items()}, **self.roads}
        return replace(self, roads=roads, homonyms=self.homonyms | homonyms, gaps=_gaps(roads))

    def near(self, road: str) -> frozenset[str]:
        """The roads whose spelling differs from `road` in one character, more, less or another."""
        found = {near for gap in _without_one(road) for near in (gap, *self.gaps.get(gap, ())) if near in self.roads}
        found |= set(self.gaps.get(road, ()))
        return frozenset(self.roads[near] for near in found if near != road and _one_apart(near, road))

    def swapped(self, road: str) -> frozenset[str]:
        """The roads that `road` is with two neighbouring characters in the wrong order: 肇浜嘉路 for 肇嘉浜路."""
        turned = (f"{road[:k]}{road[k + 1]}{road[k]}{road[k + 2 :]}" for k in range(len(road) - 1))
        return frozenset(self.roads[each] for each in turned if each != road and each in self.roads)

    def prefix(self, text: str, start: int) -> str:
        """The longest district, subdistrict or city whose full name stands at `start`; "" if there is none."""
        for name in self.prefixes.get(text[start : start + 2], ()):
            if text.startswith(name, start):
                return name
        return ""


class RoadsUnreadable(Refusal):
    """A file of roads that is not there, or a line in it that is no road."""

    code = "roads_unreadable"
    sentence = "路名表 {path} 读不了：{why}。"


_ROAD_LINE = re.compile(r"[\u4e00-\u9fff〇A-Z0-9]{2,20}\*?(?:=[\u4e00-\u9fff〇A-Z0-9]{2,20})*")


def read_roads(path: Path) -> list[str]:
    """The lines of an installation's own roads, in the form of data/roads.txt. Raises RoadsUnreadable."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise RoadsUnreadable(path=str(path), why="文件不存在，或不是 UTF-8") from error
    return road_lines(text, path)


def road_lines(text: str, path: Path) -> list[str]:
    """The roads of a file's text, without remarks. Raises RoadsUnreadable."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if bare and bare[0] != "#":
            if not _ROAD_LINE.fullmatch(bare):
                raise RoadsUnreadable(path=str(path), why=f"第 {number} 行“{bare[:40]}”不是路名")
            found.append(bare)
    return found


# 东星村 is not a slip for 东星路, nor 中山南一路 for 中山南二路.
_TELLING = frozenset("路街道巷弄村里坊公支东西南北中前后左右上下内外新老大小〇一二三四五六七八九十甲乙丙丁")


def is_slip(written: str, road: str) -> bool:
    """Whether the one character that sets two names apart may have been a slip of the hand, not another place."""
    longer, shorter = (written, road) if len(written) >= len(road) else (road, written)
    place = next((k for k, (a, b) in enumerate(zip(longer, shorter, strict=False)) if a != b), len(shorter))
    apart = longer[place] + (shorter[place] if len(longer) == len(shorter) else "")
    return _TELLING.isdisjoint(apart)


def _without_one(name: str) -> set[str]:
    return {name[:place] + name[place + 1 :] for place in range(len(name))}


def _gaps(roads: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for road in roads:
        for gap in _without_one(road):
            found.setdefault(gap, []).append(road)
    return {gap: tuple(each) for gap, each in found.items()}


def _one_apart(first: str, second: str) -> bool:
    if len(first) == len(second):
        return sum(a != b for a, b in zip(first, second, strict=True)) == 1
    return abs(len(first) - len(second)) == 1


def _is_present(name: str, codes: Mapping[str, str]) -> bool:
    return any(present.startswith(name) for present in codes)


def _text(name: str) -> str:
    return (files("zhusuo.addresses") / "data" / name).read_text("utf-8")


def _lines(name: str) -> Iterator[str]:
    return (line for line in _text(name).splitlines() if line and line[0] != "#")


def _by_two(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name in sorted(names, key=len, reverse=True):
        found.setdefault(name[:2], []).append(name)
    return {start: tuple(each) for start, each in found.items()}


def _roads(lines: Iterable[str]) -> tuple[dict[str, str], frozenset[str]]:
    """Lines of `name`, `name*` (a homonym) or `name=other spelling=…`."""
    roads: dict[str, str] = {}
    homonyms: set[str] = set()
    for line in lines:
        name, *others = line.split("=")
        if name[-1] == "*":
            name = name[:-1]
            homonyms.add(name)
        roads |= dict.fromkeys((name, *others), name)
    return roads, frozenset(homonyms)
