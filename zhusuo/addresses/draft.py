"""An address while it is being read: the parts so far, and what was noticed at which place of the normal text."""

from collections.abc import Sequence

from msgspec import Struct

from zhusuo.addresses.characters import Offsets
from zhusuo.addresses.lexicon import CITY
from zhusuo.addresses.model import Address, Reason


class Note(Struct, frozen=True):
    """A reason whose place is that in the normal text; -1 where the whole address is meant."""

    code: str
    sentence: str
    start: int
    end: int

    def moved(self, by: int) -> "Note":
        """The same in a text that has so many characters more before it."""
        return self if self.start < 0 else Note(self.code, self.sentence, self.start + by, self.end + by)


class Draft:
    """The only thing here that changes; it lives inside one reading."""

    __slots__ = (
        "building", "city", "district", "entrance", "floor", "known_road", "lane", "name", "notes", "number", "part",
        "rest", "road", "subdistrict", "sublane", "text", "units",
    )  # fmt: skip

    def __init__(self, text: str) -> None:
        self.text = text
        self.city = CITY
        self.district = self.subdistrict = self.road = self.lane = self.sublane = self.number = ""
        self.building = self.entrance = self.floor = self.name = self.part = self.rest = ""
        self.units: list[str] = []
        self.known_road = False
        self.notes: list[Note] = []

    def note(self, code: str, sentence: str, start: int = -1, end: int = -1) -> None:
        """Remember a reason; places are those of the normal text, -1 where the whole address is meant."""
        self.notes.append(Note(code, sentence, start, end))

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


def reasons(notes: Sequence[Note], offsets: Offsets, length: int) -> list[Reason]:
    """The notes with places in the text as it was given, `length` characters long."""
    found = []
    for note in notes:
        start, end, span = note.start, note.end, None
        if 0 <= start < end:
            span = (start, min(end, length)) if offsets is None else (offsets[start], min(offsets[end - 1] + 1, length))
        found.append(Reason(code=note.code, text=note.sentence, span=span))
    return found
