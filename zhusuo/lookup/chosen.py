"""选定: the answer once it is known which carrier is meant, and perhaps which unit: a clerk's choice, a correction."""

from collections.abc import Awaitable, Callable, Sequence

from msgspec.structs import replace

from zhusuo.addresses.model import Address, Reason
from zhusuo.lookup.model import FoundCarrier, FoundUnit, Match

Find = Callable[[str], Awaitable[Match]]
"""The ladder for another text, in the same districts and without corrections."""


async def with_chosen(
    match: Match, carrier: FoundCarrier, unit: FoundUnit | None, reasons: Sequence[Reason], ladder: Find
) -> Match:
    """Class B with that carrier and unit; where no unit was chosen, the one that the text names in that carrier."""
    if unit is not None:
        return replace(
            match,
            class_="B",
            reasons=tuple(reasons),
            carrier=carrier,
            units=(unit,),
            unit_verdict="known",
            candidates=(),
        )
    again = await ladder(_as_filed(carrier, match.address))
    if again.carrier is not None and again.carrier.id == carrier.id:
        return replace(again, input=match.input, class_="B", reasons=tuple(reasons))
    return replace(
        match,
        class_="B",
        reasons=tuple(reasons),
        carrier=carrier,
        units=(),
        unit_verdict="plausible" if match.address.units else "none",
        candidates=(),
    )


def _as_filed(carrier: FoundCarrier, address: Address) -> str:
    """The carrier as it is filed, with the building and unit that were asked for."""
    name = "" if carrier.name in carrier.address else carrier.name
    floor = f"{address.floor}层" if address.floor else ""
    units = f"{'、'.join(address.units)}室" if address.units else ""
    return f"{carrier.address}{name}{address.building}{floor}{units}"
