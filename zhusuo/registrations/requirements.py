"""What an approval item asks of an address, and what the papers on file spare. Pure."""

from collections.abc import Collection, Iterable

from zhusuo.carriers.model import CarrierKind
from zhusuo.dossiers.checklist import checklist
from zhusuo.dossiers.model import DocumentKind, TitleSituation
from zhusuo.registrations.model import Requirement
from zhusuo.waivers.model import Waiver

# Requirements that the checklist of a filing decides on: what it did not ask of the manager for this kind of house is
# not asked of the tenant either.
CHECKED = frozenset({"title", "mandate", "completion", "floor_plan", "house_number"})


def on_file(
    waivers: Iterable[Waiver], carrier_kind: CarrierKind, situation: TitleSituation, kinds: Collection[DocumentKind]
) -> tuple[Requirement, ...]:
    """The item's requirements where a version covers the unit, each met by a paper of the version or not."""
    asked = {each.code: each.met for each in checklist(carrier_kind, situation, kinds)}
    found = []
    for waiver in waivers:
        met = waiver.met_by(kinds) or (waiver.waived and asked.get(waiver.requirement, False))
        needless = waiver.requirement in CHECKED and waiver.requirement not in asked and not met
        if waiver.applies(situation) and not needless:
            found.append(_requirement(waiver, met))
    return tuple(found)


def not_on_file(waivers: Iterable[Waiver]) -> tuple[Requirement, ...]:
    """The item's requirements where nothing is on file: all of them are to be brought."""
    return tuple(_requirement(waiver, met=False) for waiver in waivers)


def _requirement(waiver: Waiver, met: bool) -> Requirement:
    return Requirement(code=waiver.requirement, name=waiver.name, met=met, legal_basis=waiver.legal_basis)
