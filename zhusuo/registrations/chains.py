"""使用权链 out of papers: what deeds, mandates and leases on file say, as rights over the units of a carrier. Pure.

A list of units counts as complete only where that can be seen: a deed's if its areas add up to its whole area, a
mandate's if every unit it names is one of the carrier's. A deed whose list is not stands for the whole house, which the
reviewer compares; a unit missing from another list is a doubt, not a break.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal
from uuid import UUID

from zhusuo.addresses.keys import building_key, expand_units
from zhusuo.carriers.model import Unit
from zhusuo.dossiers.model import DocumentKind
from zhusuo.registrations.papers import Fact, Paper
from zhusuo.registrations.values import near, read_area, read_day, read_last_day, yes
from zhusuo.rights import Chain, Doubt, Right, RightKind, chain, chain_to_lessor

AREA_AGREES = 0.005
"""By this share the areas of a deed's list may miss its whole area."""


@dataclass(frozen=True, kw_only=True)
class Named:
    """A unit as a paper names it: its building ("" where it says none) and the key of its number."""

    building: str
    key: str

    def means(self, unit: Unit) -> bool:
        if self.key != unit.key:
            return False
        return not self.building or not unit.building or building_key(unit.building) == self.building


@dataclass(frozen=True, kw_only=True)
class Stated:
    """A right with the paper that states it."""

    right: Right
    paper: Paper


@dataclass(frozen=True, kw_only=True)
class UnitChain:
    """The chain of one unit."""

    unit: Unit
    chain: Chain


UNREAD_GRANTEE = "受托方（未读出）"


def stated(papers: Iterable[Paper], units: Sequence[Unit]) -> list[Stated]:
    """The rights that papers on file state over these units of the carrier.

    A name a character away from one that was read before is taken for the same, and is a doubt; so is a mandate of
    which one party could not be read: as a rule the owner gives it.
    """
    filed = list(papers)
    found = [Stated(right=right, paper=paper) for paper in filed for right in _rights_of(paper, units)]
    owners = [each.right.holder for each in found if each.right.kind is RightKind.HOLDS_TITLE]
    known: list[str] = []
    settled = []
    for each in found:
        right = each.right
        if not right.grantor and right.kind is not RightKind.HOLDS_TITLE and owners:
            right = replace(right, grantor=owners[0], doubts=right.doubts | {Doubt.PARTY})
        for side in ("grantor", "holder"):
            right = _settled(right, side, known)
        settled.append(Stated(right=right, paper=each.paper))
    return settled


def _settled(right: Right, side: Literal["grantor", "holder"], known: list[str]) -> Right:
    """The right with the spelling of a party that is known already."""
    name = right.grantor if side == "grantor" else right.holder
    same = next((each for each in known if near(each, name)), "") if name else ""
    if not same:
        if name:
            known.append(name)
        return right
    doubts = right.doubts | {Doubt.PARTY}
    return (
        replace(right, grantor=same, doubts=doubts) if side == "grantor" else replace(right, holder=same, doubts=doubts)
    )


def chains(
    papers: Iterable[Paper], units: Sequence[Unit], asked: Iterable[Unit], day: date, lessee: str = ""
) -> list[UnitChain]:
    """The chain of every unit asked for, to a lessee or, without one, to whoever is to let it."""
    rights = [each.right for each in stated(papers, units)]
    known: dict[tuple[bool, ...], Chain] = {}
    found = []
    for unit in asked:
        alike = tuple(right.units is None or unit.id in right.units for right in rights)
        if alike not in known:  # units that the same papers name have the same chain
            to_lessee = chain(rights, unit.id, lessee, day) if lessee else chain_to_lessor(rights, unit.id, day)
            known[alike] = to_lessee
        found.append(UnitChain(unit=unit, chain=known[alike]))
    return found


def _rights_of(paper: Paper, units: Sequence[Unit]) -> Iterator[Right]:
    if paper.kind is DocumentKind.TITLE_DEED:
        yield from _titles(paper, units)
    elif paper.kind is DocumentKind.MANDATE:
        yield from _mandates(paper, units)
    elif paper.kind is DocumentKind.LEASE:
        yield from lease_rights(paper, units)


def _titles(paper: Paper, units: Sequence[Unit]) -> Iterator[Right]:
    scope, doubt = scope_of(named_units(paper.one("units")) if _adds_up(paper) else (), units, complete=True)
    for owner in paper.all("owner"):
        yield Right(
            kind=RightKind.HOLDS_TITLE,
            holder=owner.text,
            units=scope,
            ends_on=read_day(paper.one("term_end")),  # a deed that states no term of its land is good without one
            doubts=frozenset({Doubt.SCOPE} if doubt else ()),
            place=owner.place,
        )


def _mandates(paper: Paper, units: Sequence[Unit]) -> Iterator[Right]:
    last, leave = read_last_day(paper.one("term_end", "ends_on")), paper.one("sublet_allowed")
    scope, doubt = scope_of(named_units(paper.one("scope", "units")), units, complete=True)
    doubts = {Doubt.SCOPE} if doubt else set()
    doubts |= set() if last.known else {Doubt.TERM}
    doubts |= {Doubt.LEAVE} if leave is None else set()
    grantor = paper.one("grantor")
    for grantee in paper.all("grantee") or (None,):
        yield Right(
            kind=RightKind.MAY_SUBLET if leave is not None and yes(leave) else RightKind.MAY_LET,
            grantor=grantor.text if grantor else "",
            holder=grantee.text if grantee else UNREAD_GRANTEE,
            units=scope,
            starts_on=read_day(paper.one("term_start", "starts_on")),
            ends_on=last.day,
            doubts=frozenset(doubts if grantee else {*doubts, Doubt.PARTY}),
            place=grantee.place if grantee else next((fact.place for fact in paper.facts), None),
        )


def lease_rights(paper: Paper, units: Sequence[Unit]) -> Iterator[Right]:
    """That it lets; and, where it says so, that the lessee may let on."""
    lessor, lessee, leave = paper.one("lessor"), paper.one("lessee"), paper.one("sublet_allowed")
    if lessor is None or lessee is None:
        return
    last = read_last_day(paper.one("term_end", "ends_on"))
    scope, doubt = scope_of(named_units(paper.one("units")), units, complete=True)
    doubts = frozenset(({Doubt.SCOPE} if doubt else set()) | (set() if last.known else {Doubt.TERM}))
    kinds = [RightKind.LETS, *([RightKind.MAY_SUBLET] if leave is not None and yes(leave) else [])]
    for kind in kinds:
        yield Right(
            kind=kind,
            grantor=lessor.text,
            holder=lessee.text,
            units=scope,
            starts_on=read_day(paper.one("term_start", "starts_on")),
            ends_on=last.day,
            doubts=doubts,
            place=lessor.place,
        )


# 单元


def named_units(fact: Fact | None) -> tuple[Named, ...]:
    """The units a fact names, one by one; a building once named holds until the next, as people write lists."""
    if fact is None:
        return ()
    if isinstance(fact.normal, list) and any(isinstance(each, dict) for each in fact.normal):
        rows = [each for each in fact.normal if isinstance(each, dict)]
        pairs = [(str(row.get("building") or ""), str(row.get("unit") or "")) for row in rows]
        return tuple(_named(pairs))
    plain = isinstance(fact.normal, list) and not any(_split(part)[0] for part in _parts(fact.text))
    labels = [str(each) for each in fact.normal] if plain else [fact.text]
    return tuple(_named([("", label) for label in labels]))


def _named(pairs: Iterable[tuple[str, str]]) -> Iterator[Named]:
    for building, label in pairs:
        for part in _parts(label):
            own, rest = _split(part)
            for key in expand_units(rest):
                yield Named(building=building_key(own or building) if own or building else "", key=key)


_BREAKS = str.maketrans(dict.fromkeys("，,；;和及", "、"))


def _parts(label: str) -> list[str]:
    """`1幢101室、2幢201室` one by one where several buildings are named; else the whole label, with its ranges."""
    parts = [part for part in label.translate(_BREAKS).split("、") if part]
    if sum(bool(_split(part)[0]) for part in parts) == 0:
        return [label]
    building, whole = "", []
    for part in parts:
        own, rest = _split(part)
        building = own or building
        whole.append(building + rest)
    return whole


def _split(label: str) -> tuple[str, str]:
    """The building and the rest of `2号楼303室`."""
    for word in ("号楼", "幢", "栋", "座"):
        head, found, rest = label.partition(word)
        if found and rest and len(head) <= 6:
            return head + found, rest
    return "", label


def scope_of(named: Sequence[Named], units: Sequence[Unit], *, complete: bool) -> tuple[frozenset[UUID] | None, bool]:
    """The units that are named, and whether one that is not may be missing only because nobody could read it."""
    if not named:
        return None, False
    by_key: dict[str, list[Unit]] = {}
    for unit in units:
        by_key.setdefault(unit.key, []).append(unit)
    meant = [[unit for unit in by_key.get(each.key, ()) if each.means(unit)] for each in named]
    found = frozenset(unit.id for those in meant for unit in those)
    known = all(meant)
    return found, not (complete and known)


def _adds_up(deed: Paper) -> bool:
    fact, whole = deed.one("units"), read_area(deed.one("area_m2"))
    if fact is None or whole is None or not isinstance(fact.normal, list):
        return False
    areas = [row.get("area_m2") for row in fact.normal if isinstance(row, dict)]
    known = [float(area) for area in areas if isinstance(area, (int, float))]
    return bool(known) and len(known) == len(areas) and abs(sum(known) - whole) <= whole * AREA_AGREES
