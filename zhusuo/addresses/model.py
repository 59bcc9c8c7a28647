"""标准地址 and what was noticed on the way to it."""

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

Class = Literal["A", "B", "C", "N"]

# What a reason costs. A: harmless; B: a named, harmless difference; C: a person has to choose; N: not an address of
# this city. What is not listed here is decided by `lookup`.
CAPS: dict[str, Class] = {
    "spelling": "A",
    "numeral": "A",
    "repeated": "A",
    "no_district": "A",
    "town": "A",
    "zone": "B",
    "former_district": "B",
    "former_road": "B",
    "descriptor": "B",
    "contact": "B",
    "latin": "B",
    "free_trade_zone": "A",
    "bare_number": "B",
    "name_first": "B",
    "prefix": "C",
    "beside": "C",
    "two_districts": "C",
    "two_addresses": "C",
    "two_buildings": "C",
    "several_places": "C",
    "not_understood": "C",
    "cut": "C",
    "no_road": "B",
    "no_number": "B",
    "other_city": "N",
    "empty": "N",
}


def worst(classes: Iterable[Class]) -> Class:
    """The most careful of these classes; A for none."""
    return max(classes, default="A")  # they stand in the order of the alphabet


class Address(Struct, frozen=True, kw_only=True):
    """标准地址. The first nine parts lead to the carrier, the others to the unit; "" where the text says nothing.

    Parts are bare: road 肇嘉浜路, lane 1870, number 12 (816-820, 225、229, 268甲), floor 18 (-1 for B1, 1夹 for a
    mezzanine, 1-3), except building, which keeps its word (2号楼, A座, B区4幢, 北塔), since 2幢 and 2号楼 may differ.
    """

    city: str = "上海市"
    district: str = ""
    subdistrict: str = ""
    road: str = ""
    lane: str = ""
    sublane: str = ""
    number: str = ""
    building: str = ""
    entrance: str = ""
    floor: str = ""
    units: tuple[str, ...] = ()
    name: str = ""
    part: str = ""


class Reason(Struct, frozen=True, kw_only=True):
    """What differed from the normal form, in words for the counter, and where in the text as it was given."""

    code: str
    text: str
    span: tuple[int, int] | None = None


class Washed(Struct, frozen=True, kw_only=True):
    """An address after washing. `rest` is what was not understood; `known_road` says the road is in the lexicon; `cap`
    is the best class that `lookup` may give to this text."""

    input: str
    normal: str
    address: Address
    reasons: tuple[Reason, ...] = ()
    rest: str = ""
    known_road: bool = False
    cap: Class = "A"
