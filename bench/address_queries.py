"""Queries whose answer is known: addresses on file written as people write them, and addresses that are not on file."""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from uuid import UUID

from bench.address_district import FORMER, House, Room
from zhusuo.addresses.characters import numeral_of
from zhusuo.addresses.keys import pinyin_of
from zhusuo.addresses.lexicon import Lexicon, is_slip
from zhusuo.carriers.divisions import divisions

WIDE = str.maketrans(
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-()",
    "０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ－（）",
)
DIGITS = str.maketrans("0123456789", "〇一二三四五六七八九")
PEOPLE = ("张三", "王小明", "李建国")


@dataclass(frozen=True, kw_only=True)
class Query:
    """`kind` is the noise or what is wrong; `house` and `units` what must be found; `aim` what a good answer is.

    found: this house and these units, in class A or B; ask: class C with the house among the candidates, at best;
    gate: the house without the unit, or a question; nothing: no house in class A or B.
    """

    kind: str
    text: str
    aim: str
    house: House | None
    units: frozenset[UUID] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Said:
    """An address as it is spoken: its pieces in order."""

    house: House
    room: Room | None

    @property
    def gate(self) -> str:
        return self.house.gate

    @property
    def district(self) -> str:
        return self.house.district

    @property
    def tail(self) -> str:
        return self.room.building + self.room.label if self.room else ""

    @property
    def plain(self) -> str:
        return f"上海市{self.district}{self.gate}{self.tail}"


class Writer:
    """Writes addresses with one kind of noise each. Lives inside one call of `queries`."""

    def __init__(self, houses: Sequence[House], lexicon: Lexicon, chance: random.Random) -> None:
        self.houses = houses
        self.lexicon = lexicon
        self.chance = chance
        traditional, simplified = (files("zhusuo.addresses") / "data" / "traditional.txt").read_text("utf-8").split()
        self.traditional = str.maketrans(dict(zip(simplified, traditional, strict=True)))
        self.roads = sorted(set(lexicon.roads.values()) - lexicon.homonyms)
        self.other_spellings = {name: other for other, name in lexicon.roads.items() if other != name}
        self.sounds: dict[str, list[str]] = {}
        for road in self.roads:
            self.sounds.setdefault(pinyin_of(road), []).append(road)
        self.gates: dict[str, set[tuple[str, str, str]]] = {}
        for house in houses:
            place = house.address
            self.gates.setdefault(place.road, set()).add((place.lane, place.sublane, place.number))
        self.times = Counter((house.address.road, house.address.lane, house.address.number) for house in houses)
        self.characters: dict[str, list[str]] = {}
        for c in "".join(self.roads):
            self.characters.setdefault(pinyin_of(c), []).append(c)

    # What stays resolvable. Each returns None where the address does not lend itself to that noise.

    def as_filed(self, said: Said) -> str | None:
        return said.plain

    def no_city(self, said: Said) -> str | None:
        return said.plain.removeprefix("上海市")

    def no_district(self, said: Said) -> str | None:
        return f"上海市{said.gate}{said.tail}" if self._told_without_district(said) else None

    def short_district(self, said: Said) -> str | None:
        return f"上海{said.district[:2]}{said.gate}{said.tail}"

    def former_district(self, said: Said) -> str | None:
        former = FORMER.get(said.district)
        return f"上海市{former}{said.gate}{said.tail}" if former else None

    def repeated_prefix(self, said: Said) -> str | None:
        return f"上海市{said.district}{said.plain}"

    def free_trade_zone(self, said: Said) -> str | None:
        zone = self.chance.choice(("中国（上海）自由贸易试验区", "中国(上海)自由贸易试验区"))
        return f"{zone}{said.gate}{said.tail}" if said.district == "浦东新区" else None

    def subdistrict_between(self, said: Said) -> str | None:
        return f"上海市{said.district}{said.house.subdistrict}{said.gate}{said.tail}"

    def subdistrict_alone(self, said: Said) -> str | None:
        return f"{said.house.subdistrict}{said.gate}{said.tail}"

    def full_width(self, said: Said) -> str | None:
        return said.plain.translate(WIDE)

    def traditional_characters(self, said: Said) -> str | None:
        written = said.plain.translate(self.traditional)
        return written if written != said.plain else None

    def numerals(self, said: Said) -> str | None:
        number = said.house.address.number
        if not number.isdigit():
            return None
        return said.plain.replace(f"{number}号", f"{number.translate(DIGITS)}号", 1)

    def numerals_of_floors(self, said: Said) -> str | None:
        floor = said.room.floor if said.room else None
        if not said.room or not floor or not 1 < floor < 60 or not said.room.label[0].isdigit():
            return None
        word = self.chance.choice("层楼")
        label = said.room.label if word not in said.room.label else said.room.label.split(word)[-1]
        return f"上海市{said.district}{said.gate}{said.room.building}{numeral_of(floor)}{word}{label}"

    def floor_besides(self, said: Said) -> str | None:
        room = said.room
        if not room or not room.floor or not room.label[:3].isdigit():
            return None
        word = self.chance.choice(("层", "楼", "F"))
        floor = f"{room.floor}{word}" if room.floor > 0 else f"B{-room.floor}层"
        return f"上海市{said.district}{said.gate}{room.building}{floor}{room.label}"

    def spaces_and_commas(self, said: Said) -> str | None:
        mark = self.chance.choice((" ", "，", "　", ", "))
        return mark.join(("上海市", said.district, said.gate, said.tail)).rstrip(mark)

    def unclosed_quote(self, said: Said) -> str | None:
        return f"“{said.plain}"

    def no_room_word(self, said: Said) -> str | None:
        return said.plain.removesuffix("室") if said.room and said.room.label.endswith("室") else None

    def other_room_word(self, said: Said) -> str | None:
        if not said.room or not said.room.label.endswith("室"):
            return None
        return said.plain.removesuffix("室") + self.chance.choice(("单元", "房", "房间"))

    def room_in_brackets(self, said: Said) -> str | None:
        return f"上海市{said.district}{said.gate}（{said.tail}）" if said.room else None

    def small_letters(self, said: Said) -> str | None:
        return said.plain.lower() if said.plain.lower() != said.plain else None

    def basement(self, said: Said) -> str | None:
        if not said.room or not said.room.label.startswith("B1-"):
            return None
        return f"上海市{said.district}{said.gate}{self.chance.choice(('地下一层', '负一楼', 'B1层'))}{said.room.label}"

    def other_building_word(self, said: Said) -> str | None:
        if not said.room or not said.room.building:
            return None
        one = said.room.building.rstrip("号楼幢栋座")
        if not one.isdigit() or len(one) > 2:
            return None
        word = self.chance.choice((f"{one}幢", f"{one}号楼", f"第{numeral_of(int(one))}幢", f"{one}#楼", f"{one}栋"))
        return f"上海市{said.district}{said.gate}{word}{said.room.label}"

    def descriptor(self, said: Said) -> str | None:
        return said.plain + self.chance.choice(("（近凯旋路口）", "（靠近地铁站口）", "（原纺织厂内）"))

    def unknown_name(self, said: Said) -> str | None:
        return f"上海市{said.district}{said.gate}天晟嘉汇商厦{said.tail}"

    def own_name(self, said: Said) -> str | None:
        return f"{said.district}{said.gate}{said.house.name}{said.tail}"

    def name_alone(self, said: Said) -> str | None:
        return f"{said.district}{said.house.name}{said.tail}"

    def name_before_brackets(self, said: Said) -> str | None:
        return f"{said.house.name}（{said.gate}）{said.tail}" if self._told_without_district(said) else None

    def bare_number(self, said: Said) -> str | None:
        place = said.house.address
        if place.lane or place.building or not place.number.isdigit() or not said.room or said.room.building:
            return None
        return f"上海市{said.district}{place.road}{place.number} {said.room.label}"

    def number_word_doubled(self, said: Said) -> str | None:
        number = said.house.address.number
        low, dash, high = number.partition("-")
        return said.plain.replace(f"{number}号", f"{low}号-{high}号", 1) if dash and high.isdigit() else None

    def number_in_range(self, said: Said) -> str | None:
        place = said.house.address
        low, dash, high = place.number.partition("-")
        if not (dash and low.isdigit() and high.isdigit()) or int(high) <= int(low) or place.lane:
            return None
        return said.plain.replace(f"{place.number}号", f"{self.chance.choice((low, high))}号", 1)

    def mark_before_number(self, said: Said) -> str | None:
        number = said.house.address.number
        if number[-1:] not in ("甲", "乙", "丙"):
            return None
        form = self.chance.choice((f"{number[-1]}{number[:-1]}号", f"{number[:-1]}号{number[-1]}"))
        return f"上海市{said.district}{said.gate.replace(f'{number}号', form, 1)}{said.tail}"

    def other_spelling(self, said: Said) -> str | None:
        road = said.house.address.road
        other = self.other_spellings.get(road)
        return said.plain.replace(road, other, 1) if other else None

    def digits_in_road(self, said: Said) -> str | None:
        road = said.house.address.road
        for numeral in "一二三四五六七八九":
            if road.endswith((f"{numeral}路", f"{numeral}村")):
                digit = "一二三四五六七八九".index(numeral) + 1
                return said.plain.replace(road, f"{road[:-2]}{digit}{road[-1]}", 1)
        return None

    def same_sound(self, said: Said) -> str | None:
        road = said.house.address.road
        if len(self.sounds.get(pinyin_of(road), "12")) > 1:
            return None
        at = self.chance.randrange(len(road) - 1)
        others = [c for c in self.characters.get(pinyin_of(road[at]), "") if c != road[at]]
        if not others:
            return None
        written = road[:at] + self.chance.choice(others) + road[at + 1 :]
        if written in self.lexicon.roads or pinyin_of(written) != pinyin_of(road):
            return None
        return f"上海市{said.district}{said.gate.replace(road, written, 1)}{said.tail}"

    def one_character(self, said: Said) -> str | None:
        """A slip that nothing else is near to: one character more, less or another."""
        road = said.house.address.road
        at = self.chance.randrange(len(road) - 1)
        put = self.chance.choice(("", self.chance.choice("".join(self.roads[:400]))))
        written = road[:at] + put + road[at + 1 :]
        if len(written) < 3 or written in self.lexicon.roads or self.lexicon.near(written) != {road}:
            return None
        if not is_slip(written, road):
            return None
        return f"上海市{said.district}{said.gate.replace(road, written, 1)}{said.tail}"

    def whole_in_pinyin(self, said: Said) -> str | None:
        place = said.house.address
        if place.lane or place.building or not place.number.isdigit() or said.tail or not place.road.endswith("路"):
            return None
        if len(self.sounds.get(pinyin_of(place.road), "12")) > 1 or not self._told_without_district(said):
            return None
        return f"{pinyin_of(place.road)} {place.number} hao"

    def english_order(self, said: Said) -> str | None:
        place = said.house.address
        if place.lane or place.building or not place.number.isdigit() or not place.road.endswith("路"):
            return None
        if not said.room or said.room.building or not said.room.label.removesuffix("室").isdigit():
            return None
        if len(self.sounds.get(pinyin_of(place.road), "12")) > 1 or not self._told_without_district(said):
            return None
        road = pinyin_of(place.road.removesuffix("路")).capitalize()
        return f"Room {said.room.label.removesuffix('室')}, No.{place.number} {road} Road, Shanghai"

    def person_after(self, said: Said) -> str | None:
        return f"{said.plain} {self.chance.choice(PEOPLE)} 13{self.chance.randrange(10**8, 10**9)}"

    # What is not on file, or cannot be told.

    def another_number(self, said: Said) -> str | None:
        place = said.house.address
        if not place.number.isdigit():
            return None
        number = str(abs(int(place.number) + self.chance.choice((-4, -2, 2, 4, 6, 10))) or 12)
        return None if self._held(place.road, place.lane, place.sublane, number) else self._with_number(said, number)

    def digits_swapped(self, said: Said) -> str | None:
        place = said.house.address
        number = place.number[:-2] + place.number[:-3:-1]
        if not place.number.isdigit() or len(place.number) < 3 or number[0] == "0":
            return None
        return None if self._held(place.road, place.lane, place.sublane, number) else self._with_number(said, number)

    def digit_less(self, said: Said) -> str | None:
        place = said.house.address
        number = place.number[:-1]
        if not place.number.isdigit() or len(number) < 2:
            return None
        return None if self._held(place.road, place.lane, place.sublane, number) else self._with_number(said, number)

    def marked_number(self, said: Said) -> str | None:
        place = said.house.address
        number = f"{place.number}{self.chance.choice('甲乙')}"
        if not place.number.isdigit() or self._held(place.road, place.lane, place.sublane, number):
            return None
        return self._with_number(said, number)

    def another_lane(self, said: Said) -> str | None:
        place = said.house.address
        lane = str(int(place.lane) + 2) if place.lane.isdigit() else str(self.chance.randrange(20, 900))
        if any(gate[0] == lane for gate in self.gates[place.road]):
            return None
        gate = said.gate.replace(f"{place.lane}弄", "", 1) if place.lane else said.gate
        return f"上海市{said.district}{place.road}{lane}弄{gate.removeprefix(place.road)}{said.tail}"

    def another_road(self, said: Said) -> str | None:
        """A road that is as near as can be, without this number."""
        place = said.house.address
        near = [road for road in self.lexicon.near(place.road) if road not in self.lexicon.homonyms]
        if not near or any(self._held(road, place.lane, place.sublane, place.number) for road in near):
            return None
        return said.plain.replace(place.road, self.chance.choice(near), 1)

    def another_district(self, said: Said) -> str | None:
        district = self.chance.choice([each.name for each in divisions()[0]])
        return said.plain.replace(said.district, district, 1) if district != said.district else None

    def another_city(self, said: Said) -> str | None:
        return f"{self.chance.choice(('江苏省苏州市', '浙江省杭州市西湖区', '北京市'))}{said.gate}{said.tail}"

    def sibling_room(self, said: Said) -> str | None:
        room = said.room
        if not room or not room.label.removesuffix("室").isdigit() or len(room.label) < 4:
            return None
        digits = "".join(c for c in room.label if c.isdigit())
        written = digits[:-2] + digits[:-3:-1]
        other = room.label.replace(digits, written, 1)
        keys = {each.key for each in said.house.rooms}
        return None if written == digits or written in keys else said.plain.replace(room.label, other)

    def sibling_building(self, said: Said) -> str | None:
        if not said.room or not said.room.building or any("9" in room.building for room in said.house.rooms):
            return None
        return f"上海市{said.district}{said.gate}9号楼{said.room.label}"

    def sibling_tower(self, said: Said) -> str | None:
        if not said.house.twin:
            return None
        return said.plain.replace(said.house.address.building, "C座", 1)

    def tower_left_out(self, said: Said) -> str | None:
        return said.plain.replace(said.house.address.building, "", 1) if said.house.twin else None

    def building_left_out(self, said: Said) -> str | None:
        if not said.room or not said.room.building or len({room.building for room in said.house.rooms}) < 2:
            return None
        return f"上海市{said.district}{said.gate}{said.room.label}"

    def two_addresses(self, said: Said) -> str | None:
        other = self.chance.choice(self.houses)
        return f"{said.plain}、{other.gate}101室" if other.gate != said.gate else None

    def _told_without_district(self, said: Said) -> bool:
        """Whether the road and the number are enough: one road of that name, one house with that number on it."""
        place = said.house.address
        times = self.times[(place.road, place.lane, place.number)]
        return place.road not in self.lexicon.homonyms and times == (2 if said.house.twin else 1)

    def _held(self, road: str, lane: str, sublane: str, number: str) -> bool:
        gates = self.gates.get(road, set())
        if (lane, sublane, number) in gates:
            return True
        return any(
            (lane, sublane) == gate[:2] and not gate[2].isdigit() and number.rstrip("甲乙") in gate[2] for gate in gates
        ) or any((lane, sublane) == gate[:2] and "-" in gate[2] for gate in gates)

    def _with_number(self, said: Said, number: str) -> str:
        gate = said.gate.replace(f"{said.house.address.number}号", f"{number}号", 1)
        return f"上海市{said.district}{gate}{said.tail}"


FOUND = (
    "as_filed", "no_city", "no_district", "short_district", "former_district", "repeated_prefix", "free_trade_zone",
    "subdistrict_between", "subdistrict_alone", "full_width", "traditional_characters", "numerals",
    "numerals_of_floors", "floor_besides", "spaces_and_commas", "unclosed_quote", "no_room_word", "other_room_word",
    "room_in_brackets", "small_letters", "basement", "other_building_word", "descriptor", "unknown_name", "own_name",
    "name_alone", "name_before_brackets", "bare_number", "number_word_doubled", "number_in_range",
    "mark_before_number", "other_spelling", "digits_in_road", "same_sound", "one_character", "whole_in_pinyin",
    "english_order", "person_after",
)  # fmt: skip
NOTHING = (
    "another_number", "digits_swapped", "digit_less", "marked_number", "another_lane", "another_road",
    "another_district", "another_city",
)  # fmt: skip
GATE = ("sibling_room", "sibling_building", "sibling_tower")
ASK = ("tower_left_out", "building_left_out", "two_addresses")
AIMS = {"found": FOUND, "nothing": NOTHING, "gate": GATE, "ask": ASK}


def queries(houses: Sequence[House], lexicon: Lexicon, chance: random.Random, each: int) -> list[Query]:
    """`each` queries of every kind, fewer where the district does not have as many; negatives half as many."""
    writer = Writer(houses, lexicon, chance)
    found = []
    for aim, kinds in AIMS.items():
        for kind in kinds:
            write: Callable[[Said], str | None] = getattr(writer, kind)
            found += list(_some(houses, chance, aim, kind, write, each))
    return found


def _some(
    houses: Sequence[House], chance: random.Random, aim: str, kind: str, write: Callable[[Said], str | None], most: int
) -> Iterator[Query]:
    texts = set()
    for house in chance.sample(houses, len(houses)):
        room = chance.choice(house.rooms) if house.rooms and chance.random() < 0.8 else None
        text = write(Said(house=house, room=room))
        if text is None or text in texts:
            continue
        texts.add(text)
        units = frozenset({room.id}) if room else frozenset[UUID]()
        yield Query(kind=kind, text=text, aim=aim, house=None if aim == "nothing" else house, units=units)
        if len(texts) >= most:
            return
