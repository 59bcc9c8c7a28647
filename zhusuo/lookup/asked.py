"""What an address asks for, in keys: the numbers, the building, the units, the name. Pure."""

import re
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from zhusuo.addresses.keys import REMEMBERED, building_key, name_key, number_parts, search_key, unit_key
from zhusuo.addresses.model import Address, Washed
from zhusuo.addresses.units import composed, floor_in

_TOGGLE = re.compile(r"^([A-Z]{1,3})(-?)(\d.*)$")
_VIRTUAL = re.compile(r"^[A-Z]{1,3}-?\d{3,}$|^[A-Z\d]+区")
_BUILDING_AND_ROOM = re.compile(r"(\d{1,2}(?=-)|[A-Z])-?(\d{3,4}[A-Z]?)|([0-9A-Z]{1,3}区)([0-9A-Z-]+)")
_FLOOR_AND_ROOM = re.compile(r"([1-9]\d?)-(\d\d)")
_SLIPS = str.maketrans("OIL", "011")
_SLIP = re.compile(r"\d+[OIL]\d+")
_ZONE = re.compile("[0-9A-Z]{1,3}区")
_MOST_FLOORS = 12


class AskedUnit(Struct, frozen=True, kw_only=True):
    """One unit asked for. `keys` it may be filed under, `loose` spellings that differ by a dash, `room` the room that
    it is a place in (705 for 705-5), `floor` as written or as its number tells; `all_keys` has those of all these."""

    text: str
    keys: tuple[str, ...]
    loose: tuple[str, ...] = ()
    room: str = ""
    floor: int | None = None
    all_keys: tuple[str, ...]

    @property
    def virtual(self) -> bool:
        return _VIRTUAL.match(self.text) is not None


class Asked(Struct, frozen=True, kw_only=True):
    """The question that the rungs answer. `inner` asks the same with the building read out of the units: 2-1203 as
    1203 in building 2, for a carrier that has such buildings."""

    washed: Washed
    address: Address
    numbers: tuple[str, ...]
    parts: tuple[str, ...]
    building: str
    units: tuple[AskedUnit, ...]
    floor: int | None
    names: tuple[str, ...]
    inner: "Asked | None" = None

    @property
    def own_keys(self) -> tuple[str, ...]:
        """The keys of all units asked for, each once."""
        if len(self.units) == 1:
            return self.units[0].all_keys
        return tuple(dict.fromkeys(key for unit in self.units for key in unit.all_keys))

    @property
    def keys(self) -> tuple[str, ...]:
        """The same, with those of `inner`."""
        return tuple(dict.fromkeys((*self.own_keys, *self.inner.own_keys))) if self.inner else self.own_keys

    @property
    def gate(self) -> str:
        """The gate in words, for sentences: 宜山路152号."""
        address = self.address
        words = ((address.lane, "弄"), (address.sublane, "支弄"), (address.number, "号"))
        return address.road + "".join(part + word for part, word in words if part)


def asked(washed: Washed) -> Asked:
    address = washed.address
    building = building_key(address.building) if address.building else ""
    numbers, parts = _numbers(address.number, building if address.lane else "")
    return Asked(
        washed=washed,
        address=address,
        numbers=numbers,
        parts=parts,
        building=building,
        units=_units(address),
        floor=_whole(address.floor) if address.floor else None,
        names=_names(washed),
        inner=_inner(washed),
    )


@lru_cache(REMEMBERED)
def _numbers(number: str, in_lane: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Under what numbers a gate may be filed, with the building `in_lane` too, and the ends of each part of it."""
    parts = tuple(end for part in number_parts(number.rstrip("单双")) for end in _ends(part))
    numbers = [number, ""]
    if len(parts) > 1:
        numbers += parts
    if not number and in_lane.isdigit():
        numbers.append(in_lane)
    return tuple(dict.fromkeys(numbers)), parts


def _inner(washed: Washed) -> Asked | None:
    address = washed.address
    if address.building or address.entrance or not address.units:
        return None
    found = [_BUILDING_AND_ROOM.fullmatch(unit) for unit in address.units]
    buildings = {(each[1] and f"{each[1]}座") or each[3] if each else "" for each in found}
    if len(buildings) != 1 or "" in buildings:
        return None
    rooms = tuple(each[2] or each[4] for each in found if each)
    return asked(replace(washed, address=replace(address, building=buildings.pop(), units=rooms)))


def _names(washed: Washed) -> tuple[str, ...]:
    """What in the text may be a carrier's name: with the building too (东方大厦B座), and without its 上海."""
    address = washed.address
    if washed.known_road and not address.name:
        return ()
    names = [search_key(address.name), search_key(address.name + address.building)] if address.name else []
    if address.road and not washed.known_road and not address.lane:
        names.append(search_key(address.road))
    names += [name.removeprefix("上海") for name in names]
    return tuple(dict.fromkeys(name for name in names if len(name) >= 2))


def _ends(part: str) -> tuple[str, ...]:
    low, dash, high = part.partition("-")
    return (low, high) if dash and low.isdigit() and high.isdigit() and int(low) < int(high) else (part,)


def _whole(floor: str) -> int | None:
    return int(floor) if floor.removeprefix("-").isdigit() and floor != "0" else None


def _units(address: Address) -> tuple[AskedUnit, ...]:
    if address.units:
        floor, building, entrance, part = address.floor, address.building, address.entrance, address.part
        return tuple([_unit(unit, floor, building, entrance, part) for unit in address.units])
    if not address.floor:
        return ()
    return tuple([_whole_floor(floor, address.part) for floor in _floors(address.floor)])


def _whole_floor(floor: str, part: str) -> AskedUnit:
    text = f"{floor}层{part}"
    keys = tuple(dict.fromkeys((unit_key(text), name_key(text))))
    return AskedUnit(text=text, keys=keys, floor=_whole(floor), all_keys=tuple(filter(None, keys)))


def _floors(floor: str) -> list[str]:
    """1-3 and 1、3 as single floors; what is too long or no number stays whole."""
    found: list[str] = []
    for part in floor.split("、"):
        low, dash, high = part[1:].partition("-")
        low = part[:1] + low
        if dash and low.isdigit() and high.isdigit() and 0 < int(high) - int(low) <= _MOST_FLOORS:
            found += [str(each) for each in range(int(low), int(high) + 1)]
        else:
            found.append(part)
    return found


def _loose(unit: str) -> tuple[str, ...]:
    """Other spellings: A101 for A-101, 1803 for 18-03, 1803 for 18O3."""
    toggled, floored = _TOGGLE.match(unit), _FLOOR_AND_ROOM.fullmatch(unit)
    found = []
    if toggled:
        found.append(f"{toggled[1]}{'' if toggled[2] else '-'}{toggled[3]}")
    if floored:
        found.append(floored[1] + floored[2])
    if _SLIP.fullmatch(unit):
        found.append(unit.translate(_SLIPS))
    return tuple(found)


@lru_cache(REMEMBERED)
def _unit(unit: str, floor: str, building: str, entrance: str, part: str) -> AskedUnit:
    written = _whole(floor)
    short = composed(floor, unit)
    own = floor_in(short or unit)
    keys = [short] if floor.endswith("夹") else [short, unit] if short else [unit]
    if _ZONE.fullmatch(building):
        keys += [building + key for key in keys]
    if entrance:
        keys = [f"{entrance}-{unit}"]
    if part:
        keys = [name_key(f"{unit}室{part}"), name_key(f"{unit}{part}")]
    loose = () if part else _loose(unit)
    room, dash, _ = unit.rpartition("-")
    room = unit if part or entrance else room if dash and len(room) >= 3 else ""
    return AskedUnit(
        text=unit + (part and f"室{part}"),
        keys=tuple(keys),
        loose=loose,
        room=room,
        all_keys=tuple(dict.fromkeys(filter(None, (*keys, *loose, room)))),
        floor=written if written is not None else (int(own) if own else None),
    )
