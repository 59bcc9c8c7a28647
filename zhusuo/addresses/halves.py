"""An address is where a house stands and what is behind its door; houses are few and doors are alike.

So each half is remembered by its own words, where they say all that it depends on: the first up to its 号, with a digit
or nothing behind it, the second from there on. What does not come apart so is read as a whole; the result is the same
(tests/rules/test_addresses_halves.py).
"""

from functools import lru_cache

from msgspec import Struct

from zhusuo.addresses.draft import Draft, Note
from zhusuo.addresses.gate import ENDS_OF_PLACES, read_gate, read_place_at_end
from zhusuo.addresses.latin import is_latin, read_latin
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.addresses.model import Address
from zhusuo.addresses.tail import read_tail

REMEMBERED = 1 << 16


class Read(Struct, frozen=True, kw_only=True):
    """What was understood of a normal text; the places of the notes are those in it."""

    address: Address
    rest: str
    known_road: bool
    notes: tuple[Note, ...]


def read(plain: str, lexicon: Lexicon) -> Read:
    """The parts of an address in its normal spelling."""
    return in_halves(plain, lexicon) or read_whole(plain, lexicon)


def in_halves(plain: str, lexicon: Lexicon) -> Read | None:
    """The two halves put together; None where they do not come apart."""
    cut = plain.find("号") + 1
    if not cut or plain[-1] in ENDS_OF_PLACES or not (cut == len(plain) or plain[cut].isdigit()):
        return None
    first, second = _first(plain[:cut], lexicon), _second(plain[cut:])
    return _joined(first, second, cut) if first is not None and second is not None else None


def read_whole(plain: str, lexicon: Lexicon) -> Read:
    """The same without what is remembered of halves."""
    draft = Draft(plain)
    if plain[-1:] in ENDS_OF_PLACES:
        read_place_at_end(draft, lexicon)
    if plain and not (is_latin(plain) and read_latin(draft, lexicon)):
        read_tail(draft, read_gate(draft, lexicon))
    return _read(draft)


@lru_cache(REMEMBERED)
def _first(plain: str, lexicon: Lexicon) -> Read | None:
    """Up to the 号 that ends it; None where a gate does not end there, or something else stands before it."""
    if "(" in plain or is_latin(plain):
        return None
    draft = Draft(f"{plain}1")
    found = read_gate(draft, lexicon) == len(plain) and draft.road and draft.number and not _has_second_half(draft)
    return _read(draft) if found else None


@lru_cache(REMEMBERED)
def _second(plain: str) -> Read | None:
    """From behind the 号 on; None where it says something of the number before it."""
    draft = Draft(f"号{plain}")
    draft.road, draft.number = "路", "1"
    read_tail(draft, 1)
    return _read(draft) if draft.number == "1" else None


def _has_second_half(draft: Draft) -> bool:
    return bool(draft.building or draft.entrance or draft.floor or draft.units or draft.name or draft.part)


def _joined(first: Read, second: Read, cut: int) -> Read:
    gate, door = first.address, second.address
    return Read(
        address=Address(
            city=gate.city,
            district=gate.district,
            subdistrict=gate.subdistrict,
            road=gate.road,
            lane=gate.lane,
            sublane=gate.sublane,
            number=gate.number,
            building=door.building,
            entrance=door.entrance,
            floor=door.floor,
            units=door.units,
            name=door.name,
            part=door.part,
        ),
        rest=first.rest + second.rest,
        known_road=first.known_road,
        notes=(*first.notes, *(note.moved(cut - 1) for note in second.notes)) if second.notes else first.notes,
    )


def _read(draft: Draft) -> Read:
    return Read(address=draft.address(), rest=draft.rest, known_road=draft.known_road, notes=tuple(draft.notes))
