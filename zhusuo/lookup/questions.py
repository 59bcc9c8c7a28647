"""问: what the ladder has to know, as values. It awaits them, and `ground` answers those of many addresses at once.

So one address and a million go the same way: the ladder itself does no I/O.
"""

from collections.abc import Generator, Mapping, Sequence
from typing import Generic, TypeVar
from uuid import UUID

from msgspec import Struct

from zhusuo.lookup.corrections.model import Accepted
from zhusuo.lookup.gates import Gate, Road, UnitRow
from zhusuo.lookup.model import FoundCarrier, FoundUnit

T = TypeVar("T")

Codes = tuple[str, ...] | None
"""The codes of the districts whose carriers are asked; None: of all."""


class Question(Struct, Generic[T], frozen=True):
    """Awaiting it gives the answer, and tells whoever drives the coroutine what is asked."""

    def __await__(self) -> "Generator[Question[T], T, T]":
        return (yield self)


class RoadOf(Question[Road], frozen=True):
    """What stands on this road; an empty one for an unknown one."""

    name: str


class LikeRoads(Question[Sequence[str]], frozen=True):
    """The roads on file that sound so, and of those with one of these names."""

    sound: str
    names: tuple[str, ...]


class Units(Question[Mapping[UUID, Sequence[UnitRow]]], frozen=True):
    """The units of these carriers under one of the keys, and under one of the house numbers."""

    carrier_ids: tuple[UUID, ...]
    keys: tuple[str, ...]
    numbers: tuple[str, ...]


class Buildings(Question[Mapping[UUID, Sequence[str]]], frozen=True):
    """The buildings of each carrier that have units; [""] where they have no names, [] where there are no units."""

    carrier_ids: tuple[UUID, ...]


class Named(Question[Sequence[Gate]], frozen=True):
    """The carriers with one of these names, at their main addresses; retired ones too."""

    names: tuple[str, ...]


class Begun(Question[Sequence[Gate]], frozen=True):
    """Carriers with a name or an address whose reading or initials begin so: a hint, as in the address box."""

    typed: str
    codes: Codes


class Similar(Question[Sequence[Gate]], frozen=True):
    """Carriers with a name or an address that looks like this, the likest first: never more than a hint."""

    term: str
    codes: Codes


class FormerUnits(Question[Mapping[UUID, Sequence[UnitRow]]], frozen=True):
    """Units in use today under the keys that they, or those they came from, once had."""

    lost: tuple[tuple[UUID, str], ...]


class FormerNames(Question[Mapping[UUID, Sequence[str]]], frozen=True):
    """What these carriers were once called."""

    carrier_ids: tuple[UUID, ...]


class FormerShops(Question[Sequence[tuple[str, UUID, FoundUnit]]], frozen=True):
    """Shops in use today on these streets, whose house number, or that of those they came from, was once one of these:
    the former number, the carrier and the shop."""

    carrier_ids: tuple[UUID, ...]
    numbers: tuple[str, ...]


class Successors(Question[Mapping[UUID, Sequence[FoundCarrier]]], frozen=True):
    """What stands today where each of these retired carriers stood."""

    carrier_ids: tuple[UUID, ...]


class Correction(Question[Accepted | None], frozen=True):
    """What an accepted correction says the text with this key means; None for none, or if several districts say it."""

    key: str
    codes: Codes
