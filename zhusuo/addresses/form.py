"""The form in which an address leaves the product: `zhusuo wash`, one JSON object per address.

Where the form is poorer than the model it follows three rules. A building is its bare identifier (2号楼 "2", A座 "A"),
and what divides it follows behind a stroke, wherever the text says it: 1号楼A座 "1/A", 4幢B区205室 and 4幢2层B区205室
both building "4/B" with unit "205". A floor is a whole number above or below the ground (地下一层 -1); what is none
(夹层, 1-3层, 1、3层, 顶层) is null and its words stand first in `part`. Units keep their codes ("102-15", "LG1-126").
"""

import re
from typing import Any

from zhusuo.addresses.keys import building_key, canonical, floor_words
from zhusuo.addresses.model import Address, Reason, Washed

_ZONE = re.compile("([0-9A-Z]{1,3})区")
_ZONE_INSIDE = re.compile("(?<=[0-9A-Z])区(?=[0-9A-Z])|(?<=[0-9A-Z])(?:号楼|号幢|幢|栋|座)(?=[0-9A-Z])")
_WORD_AT_END = re.compile("(?<=[0-9A-Z])(?:区|号?厅|号?门|号?车间|号仓|号单元)$")
_WHOLE = re.compile(r"-?\d{1,3}$")


def wash_json(washed: Washed) -> dict[str, Any]:
    """The form of `zhusuo wash --parse-only`: as of a lookup, with nothing looked up."""
    return {
        "input": washed.input,
        "class": None,
        "reasons": [reason_json(reason) for reason in washed.reasons],
        "address": address_json(washed.address),
        "canonical": canonical(washed.address),
        "carrier": None,
        "unit": None,
        "candidates": [],
    }


def address_json(address: Address) -> dict[str, Any]:
    """Every part by its name; null where the text says nothing."""
    zone, units = _zone_of(address)
    part = "" if zone and address.part == f"{zone}区" else address.part
    floor = int(address.floor) if _WHOLE.match(address.floor) else None
    if floor is None:
        part = floor_words(address.floor) + part
    parts = {name: getattr(address, name) or None for name in Address.__struct_fields__}
    return parts | {
        "building": "/".join(filter(None, (bare_building(address.building), zone))) or None,
        "floor": floor,
        "units": units,
        "part": part or None,
    }


def bare_building(building: str) -> str:
    """2号楼 as "2", A座 as "A", 1号楼A座 as "1/A", B区4幢 as "B/4", 北塔 as "北"."""
    return _WORD_AT_END.sub("", _ZONE_INSIDE.sub("/", building_key(building)))


def reason_json(reason: Reason) -> dict[str, Any]:
    return {"code": reason.code, "text": reason.text, "span": None if reason.span is None else list(reason.span)}


def _zone_of(address: Address) -> tuple[str, list[str]]:
    """The zone that divides the building, and the units without it; "" where units lie in several."""
    zones = [_ZONE.match(unit) for unit in address.units] or [_ZONE.fullmatch(address.part)]
    names = {zone[1] if zone else "" for zone in zones}
    if len(names) != 1 or names == {""}:
        return "", list(address.units)
    zone = names.pop()
    return zone, [unit.removeprefix(f"{zone}区") for unit in address.units]
