"""门牌: what stands on one road, at which gates and in which lanes. Pure; read whole, and asked many times."""

import re
import sys
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from zhusuo.carriers.model import CarrierKind

T = TypeVar("T")

MOST_GATES = 400
MOST_NEAR = 5
MOST_REMEMBERED = 2_000
_DIGITS = re.compile("[0-9]{1,6}")


class UnitRow(Struct, frozen=True, kw_only=True):
    id: UUID
    building: str
    floor: int | None
    label: str
    key: str
    number: str
    kind: str
    former: str = ""
    """What it, or what it came from, was called under this key; "" where the key is today's."""


class Gate(Struct, frozen=True, kw_only=True):
    """One address of one carrier."""

    id: UUID
    carrier_id: UUID
    carrier: str
    kind: str
    district_code: str
    subdistrict_code: str
    floors_above: int | None
    floors_below: int | None
    text: str
    road: str
    lane: str
    sublane: str
    number: str
    building: str
    ended: bool
    retired: bool
    """Whether the whole carrier is gone."""
    today: str = ""
    """The carrier's main address, where this one has ended."""
    numbers: tuple[str, ...] = ()
    """The house numbers of its units, where they have their own: the shops of a street."""


class _Lot(Struct, frozen=True):
    """What stands at the road itself, or in one lane: by number, and under lists and ranges of numbers."""

    by_number: Mapping[str, Sequence[Gate]]
    ranges: Sequence[Gate]


_Row = tuple[Sequence[int], Sequence[Gate]]
"""Numbers in their order, and what stands at each."""


class Road:
    """All addresses of carriers on one road, those of retired carriers apart."""

    __slots__ = ("_by_number", "_gone", "_lots", "_near", "gates", "name", "streets")

    def __init__(self, name: str, gates: Iterable[Gate]) -> None:
        found = sorted(gates, key=_id)
        self.name = name
        self.gates = tuple(gate for gate in found if not gate.retired)
        self.streets = tuple(gate for gate in self.gates if gate.kind == CarrierKind.STREET)
        self._gone = tuple(gate for gate in found if gate.retired)
        self._lots = {place: _lot(each) for place, each in _grouped(self.gates, _place).items()}
        self._by_number: dict[str | None, _Row] = {}
        self._near: dict[tuple[str, str, str], Sequence[Gate]] = {}

    def at(
        self, lane: str, sublane: str, numbers: Collection[str], codes: Collection[str] | None, *, ranges: bool = True
    ) -> list[Gate]:
        """The addresses with one of these numbers, and those with a list or range of numbers, in this lane."""
        lot = self._lots.get((lane, sublane))
        if lot is None:
            return []
        found = [gate for number in numbers for gate in lot.by_number.get(number, ())]
        if ranges and lot.ranges:
            found += [gate for gate in lot.ranges if gate.number not in numbers]
        del found[MOST_GATES:]
        return found if codes is None else [gate for gate in found if gate.district_code in codes]

    def gone(self, lane: str, sublane: str, numbers: Collection[str], codes: Collection[str] | None) -> list[Gate]:
        """What stood at this gate and stands no longer."""
        return [
            gate
            for gate in self._gone
            if gate.lane == lane
            and gate.sublane == sublane
            and gate.number
            and gate.number in numbers
            and (codes is None or gate.district_code in codes)
        ]

    def nearest(self, lane: str, number: str, codes: Collection[str] | None) -> Sequence[Gate]:
        """The five addresses and shops whose numbers are nearest in this lane, or at the road for lane "", and then
        the nearest lanes. A shop is shown as its house number."""
        asked = (lane, number, "" if codes is None else " ".join(sorted(codes)))
        known = self._near.get(asked)
        if known is None:
            if len(self._near) >= MOST_REMEMBERED:
                self._near.clear()
            known = self._near[asked] = self._nearest(lane, number, codes)
        return known

    def _nearest(self, lane: str, number: str, codes: Collection[str] | None) -> list[Gate]:
        house = first_number(number)
        found: dict[UUID, Gate] = {}
        for places, asked in ((lane, house), (None, first_number(lane) or house)):
            for gate in _outward(self._in_order(places), asked):
                if gate.id not in found and (codes is None or gate.district_code in codes):
                    found[gate.id] = _at_shop(gate, asked)
                if len(found) == MOST_NEAR:
                    return list(found.values())
        return list(found.values())

    def _in_order(self, lane: str | None) -> _Row:
        """What stands in this lane by its number, a row of shops once for each; None: everything by its lane."""
        if lane not in self._by_number:
            told = [
                (number, gate)
                for gate in self.gates
                if lane in (None, gate.lane)
                for number in ([first_number(gate.lane)] if lane is None else _numbers(gate))
            ]
            told.sort(key=lambda each: (each[0], each[1].id))
            self._by_number[lane] = [number for number, _ in told], [gate for _, gate in told]
        return self._by_number[lane]


def first_number(text: str) -> int:
    """1065 for 1065甲, 129 for 129-131, 0 for none."""
    found = _DIGITS.match(text)
    return int(found[0]) if found else 0


def _id(gate: Gate) -> UUID:
    return gate.id


def _place(gate: Gate) -> tuple[str, str]:
    return gate.lane, gate.sublane


def _lot(gates: Sequence[Gate]) -> _Lot:
    return _Lot(
        by_number=_grouped(gates, lambda gate: gate.number),
        ranges=tuple(gate for gate in gates if "-" in gate.number or "、" in gate.number),
    )


def _grouped(gates: Iterable[Gate], key: Callable[[Gate], T]) -> dict[T, list[Gate]]:
    groups: dict[T, list[Gate]] = {}
    for gate in gates:
        groups.setdefault(key(gate), []).append(gate)
    return groups


def _numbers(gate: Gate) -> list[int]:
    shops = gate.numbers if gate.kind == CarrierKind.STREET else ()
    return [first_number(each) for each in shops or (gate.number,)]


def _at_shop(gate: Gate, number: int) -> Gate:
    if gate.kind != CarrierKind.STREET or not gate.numbers:
        return gate
    shop = min(gate.numbers, key=lambda each: (abs(first_number(each) - number), each))
    return replace(gate, text=f"{gate.road}{shop}号")


def _outward(places: _Row, number: int) -> Iterator[Gate]:
    """From the nearest number outward; at the same distance by the id of the address."""
    numbers, gates = places
    high = bisect_left(numbers, number)
    low = high - 1
    while low >= 0 or high < len(numbers):
        below = number - numbers[low] if low >= 0 else sys.maxsize
        above = numbers[high] - number if high < len(numbers) else sys.maxsize
        distance, from_low, from_high = min(below, above), low, high
        while low >= 0 and number - numbers[low] == distance:
            low -= 1
        while high < len(numbers) and numbers[high] - number == distance:
            high += 1
        ring = [*gates[low + 1 : from_low + 1], *gates[from_high:high]]
        yield from sorted(ring, key=_id) if len(ring) > 1 else ring
