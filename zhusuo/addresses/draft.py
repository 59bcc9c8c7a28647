"""An address while it is being read: the parts so far, and what was noticed at which place of the normal text."""

from collections.abc import Callable

from zhusuo.addresses.characters import Offsets
from zhusuo.addresses.lexicon import CITY
from zhusuo.addresses.model import Address, Reason


class Draft:
    """The only thing here that changes; it lives inside one call of `wash`."""

    __slots__ = (
        "_notes", "building", "city", "district", "entrance", "floor", "known_road", "lane", "name", "number", "part",
        "rest", "road", "subdistrict", "sublane", "text", "units",
    )  # fmt: skip

    def __init__(self, text: str) -> None:
        self.text = text
        self.city = CITY
        self.district = self.subdistrict = self.road = self.lane = self.sublane = self.number = ""
        self.building = self.entrance = self.floor = self.name = self.part = self.rest = ""
        self.units: list[str] = []
        self.known_road = False
        self._notes: list[tuple[str, str, int, int]] = []

    def note(self, code: str, sentence: str, start: int = -1, end: int = -1) -> None:
        """Remember a reason; places are those of the normal text, -1 where the whole address is meant."""
        self._notes.append((code, sentence, start, end))

    def reasons(self, offsets: Offsets, length: int) -> list[Reason]:
        """The reasons with places in the text as it was given, `length` characters long."""
        place: Callable[[int], int] = (lambda k: k) if offsets is None else (lambda k: offsets[k])
        found = []
        for code, sentence, start, end in self._notes:
            span = (place(start), min(place(end - 1) + 1, length)) if 0 <= start < end else None
            found.append(Reason(code=code, text=sentence, span=span))
        return found

    def address(self) -> Address:
        return Address(
            city=self.city,
            district=self.district,
            subdistrict=self.subdistrict,
            road=self.road,
            lane=self.lane,
            sublane=self.sublane,
            number=self.number,
            building=self.building,
            entrance=self.entrance,
            floor=self.floor,
            units=tuple(self.units),
            name=self.name,
            part=self.part,
        )
