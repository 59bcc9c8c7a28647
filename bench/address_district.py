"""A district to look addresses up in: distilled from registered addresses, or the demo's, with rooms invented where the
source names none. Names, rooms and every identifier are made up; gates are those of the source."""

import csv
import random
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from uuid import UUID

from msgspec.structs import replace

from bench.data import uuids
from zhusuo.addresses.keys import address_key, building_key, canonical, covers, number_parts, pinyin_of
from zhusuo.addresses.lexicon import FORMER_DISTRICTS, Lexicon
from zhusuo.addresses.model import Address
from zhusuo.addresses.wash import wash
from zhusuo.carriers.divisions import divisions
from zhusuo.carriers.entry import entries
from zhusuo.carriers.model import CarrierKind, NewUnits
from zhusuo.carriers.terms import terms_of
from zhusuo.db import Connection
from zhusuo.errors import Invalid

HEADS = "汇澜望岸晟宁锦恒瑞盛嘉信宏远华茂金鼎云峰海越星耀天翼银泰"
ENDS = ("大厦", "广场", "中心", "大楼", "商务楼", "国际大厦")
FORMER = {present: former for former, present in FORMER_DISTRICTS.items() if former.endswith("区")}


@dataclass(frozen=True, kw_only=True)
class Room:
    id: UUID
    building: str
    floor: int | None
    label: str
    key: str


@dataclass(frozen=True, kw_only=True)
class House:
    """A carrier at one gate with its rooms. `twin` says that another one shares the gate."""

    id: UUID
    kind: CarrierKind
    name: str
    district: str
    code: str
    subdistrict: str
    subdistrict_code: str
    address: Address
    floors: int | None
    twin: bool = False
    rooms: list[Room] = field(default_factory=list)

    @property
    def gate(self) -> str:
        """肇嘉浜路1366号, with its building where it is the carrier's own."""
        return canonical(replace(self.address, city="", district=""))


@dataclass
class _Source:
    """What the rows of one gate say."""

    names: Counter[str] = field(default_factory=Counter)
    rooms: dict[tuple[str, str], None] = field(default_factory=dict)


def from_rows(path: Path, lexicon: Lexicon, chance: random.Random) -> list[House]:
    """One house for every gate that a CSV with the columns address and, if there is one, district names."""
    sources: dict[tuple[str, Address], _Source] = {}
    with path.open(encoding="utf-8-sig", newline="") as opened:
        for row in csv.DictReader(opened):
            washed = wash(row["address"], lexicon)
            address = washed.address
            district = address.district or lexicon.districts.get(row.get("district", ""), "")
            if washed.cap in "CN" or washed.rest or not (washed.known_road and address.number and district):
                continue
            gate = Address(road=address.road, lane=address.lane, sublane=address.sublane, number=address.number)
            source = sources.setdefault((district, gate), _Source())
            source.names[address.name] += 1
            for unit in address.units:
                floor = f"{address.floor}层" if address.floor.isdigit() else ""
                source.rooms[(address.building, f"{floor}{unit}室")] = None
    return _Builder(lexicon, chance).houses(_alone(sources))


def of_demo(lexicon: Lexicon, chance: random.Random) -> list[House]:
    """The demo's houses."""
    sources: dict[tuple[str, Address], _Source] = {}
    for row in csv.DictReader((files("zhusuo.demo") / "houses.csv").read_text("utf-8").splitlines()):
        address = wash(row["address"], lexicon).address
        if address.number:
            gate = Address(road=address.road, lane=address.lane, sublane=address.sublane, number=address.number)
            sources.setdefault(("徐汇区", gate), _Source()).names[row["name"]] += 1
    return _Builder(lexicon, chance).houses(_alone(sources))


def _alone(sources: Mapping[tuple[str, Address], _Source]) -> dict[tuple[str, Address], _Source]:
    """Without lists and ranges that hold a number which is a gate by itself: which of the two is meant nobody knows."""
    numbers: dict[tuple[str, str, str, str], set[str]] = {}
    for district, gate in sources:
        numbers.setdefault((district, gate.road, gate.lane, gate.sublane), set()).add(gate.number)
    kept = {}
    for (district, gate), source in sources.items():
        others = numbers[(district, gate.road, gate.lane, gate.sublane)] - {gate.number}
        parts = number_parts(gate.number)
        several = len(parts) > 1 or "-" in gate.number
        ends = {end for other in others for part in number_parts(other) for end in part.split("-")}
        if not (several and any(covers(gate.number, end, in_lane=bool(gate.lane)) for end in ends)):
            kept[(district, gate)] = source
    return kept


class _Builder:
    def __init__(self, lexicon: Lexicon, chance: random.Random) -> None:
        self.lexicon = lexicon
        self.chance = chance
        self.ids = uuids(chance)
        self.names: set[str] = set()
        self.subdistricts: dict[str, list[tuple[str, str]]] = {}
        for each in divisions()[1]:
            if each.name.endswith(("街道", "镇")):
                self.subdistricts.setdefault(each.district_code, []).append((each.name, each.code))

    def houses(self, sources: Mapping[tuple[str, Address], _Source]) -> list[House]:
        found = []
        for (district, gate), source in sources.items():
            if not source.rooms and self.chance.random() < 0.03:
                found += [self._house(district, replace(gate, building=f"{each}座"), source, True) for each in "AB"]
            else:
                found.append(self._house(district, gate, source, False))
        return found

    def _house(self, district: str, gate: Address, source: _Source, twin: bool) -> House:
        code = self.lexicon.codes[district]
        subdistrict, subdistrict_code = self.chance.choice(self.subdistricts[code])
        kind = self.chance.choice((CarrierKind.TOWER, CarrierKind.TOWER, CarrierKind.PARK, CarrierKind.MALL))
        house = House(
            id=next(self.ids), kind=kind, name=self._name(source), district=district, code=code,
            subdistrict=subdistrict, subdistrict_code=subdistrict_code, address=gate,
            floors=None if source.rooms else 24, twin=twin,
        )  # fmt: skip
        self._rooms(house, [*source.rooms] or self._invented(house))
        return house

    def _name(self, source: _Source) -> str:
        told = next((name for name, _ in source.names.most_common() if len(name) > 3 and name.endswith(ENDS)), "")
        while not told or told in self.names:
            told = "".join(self.chance.sample(HEADS, self.chance.choice((2, 3)))) + self.chance.choice(ENDS)
        self.names.add(told)
        return told

    def _invented(self, house: House) -> Iterable[tuple[str, str]]:
        """Towers with floors of rooms, parks with buildings, malls with shops and a basement."""
        if house.kind is CarrierKind.PARK and not house.twin:
            word = self.chance.choice(("号楼", "幢"))
            return [(f"{one}{word}", f"{floor}0{room}室") for one in (1, 2, 3) for floor in (1, 2) for room in (1, 2)]
        if house.kind is CarrierKind.MALL:
            return [("", f"{deck}-{shop:02}铺") for deck in ("B1", "L1", "L2") for shop in range(1, 6)]
        floors = self.chance.sample(range(2, 23), 4)
        return [("", f"{floor}{room:02}室") for floor in floors for room in range(1, 6)]

    def _rooms(self, house: House, told: Iterable[tuple[str, str]]) -> None:
        words: dict[str, str] = {}
        seen = set()
        for building, label in told:
            word = words.setdefault(building_key(building), building) if building else ""
            try:
                made = entries(NewUnits(label=label, building=word), house.kind)
            except Invalid:
                continue
            for each in made:
                if (each.building, each.key) not in seen:
                    seen.add((each.building, each.key))
                    house.rooms.append(
                        Room(
                            id=next(self.ids), building=each.building, floor=each.floor, label=each.label, key=each.key
                        )
                    )


async def write(db: Connection, houses: Iterable[House]) -> None:
    """Into the tables of an empty installation, in the form in which the verbs leave them."""
    carriers, addresses, terms, units = [], [], [], []
    for house in houses:
        place = house.address
        carriers.append((house.id, house.kind, house.name, house.code, house.subdistrict_code, house.floors, 1))
        addresses.append(
            (house.id, house.code, place.road, place.lane, place.sublane, place.number, place.building, house.gate,
             address_key(place), pinyin_of(place.road), True)
        )  # fmt: skip
        terms += [(house.id, house.code, *term) for term in terms_of([house.name, house.gate])]
        units += [
            (room.id, house.id, house.code, room.building, room.floor, room.label, room.key) for room in house.rooms
        ]
    for table, columns, rows in (
        ("carriers", "id kind name district_code subdistrict_code floors_above floors_below", carriers),
        (
            "carrier_addresses",
            "carrier_id district_code road lane sublane number building text key road_pinyin is_main",
            addresses,
        ),
        ("carrier_terms", "carrier_id district_code term shown weight", terms),
        ("units", "id carrier_id district_code building floor label key", units),
    ):
        await db.copy_records_to_table(table, records=rows, columns=columns.split(), timeout=600)
