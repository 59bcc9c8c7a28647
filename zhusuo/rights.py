"""使用权链: who may let a unit to whom on a day, from the title to the applicant, and where that breaks. Pure.

A right is one thing that one paper says: somebody holds the title, may let in the owner's name, may let in their own,
lets. A chain is the way from a title to the applicant with the fewest papers missing, and those are named. What a paper
has to say and nobody could read neither holds nor breaks a chain: it is a doubt, and a person looks.
"""

import heapq
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from zhusuo.dossiers.model import Place


class RightKind(StrEnum):
    """权利. A mandate alone lets in the owner's name; who lets in their own name needs leave to do so (转租)."""

    HOLDS_TITLE = "holds_title"
    MAY_LET = "may_let"
    MAY_SUBLET = "may_sublet"
    LETS = "lets"


class Doubt(StrEnum):
    """What a paper has to say and nobody could read."""

    PARTY = "party"
    TERM = "term"
    SCOPE = "scope"
    LEAVE = "leave"

    @property
    def label(self) -> str:
        return DOUBT_LABELS[self]


DOUBT_LABELS = {
    Doubt.PARTY: "名称",
    Doubt.TERM: "期限",
    Doubt.SCOPE: "范围",
    Doubt.LEAVE: "是否准许转租",
}


class Flaw(StrEnum):
    """Why a step does not carry, gravest first."""

    MISSING = "missing"
    OUT_OF_SCOPE = "out_of_scope"
    ENDED = "ended"
    NOT_YET = "not_yet"
    NO_LEAVE = "no_leave"

    @property
    def label(self) -> str:
        return FLAW_LABELS[self]


FLAW_LABELS = {
    Flaw.MISSING: "没有材料",
    Flaw.OUT_OF_SCOPE: "不含本单元",
    Flaw.ENDED: "已到期",
    Flaw.NOT_YET: "尚未起期",
    Flaw.NO_LEAVE: "未准许转租",
}


@dataclass(frozen=True, kw_only=True)
class Right:
    """权利 as one paper states it. `units` None: all that the dossier is about; `ends_on` None: no end (长期).

    A title has no `grantor`. `place` is where the holder is named.
    """

    kind: RightKind
    holder: str
    grantor: str = ""
    units: frozenset[UUID] | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    doubts: frozenset[Doubt] = frozenset()
    place: Place | None = None

    def flaw(self, unit: UUID, day: date, *, last: bool = False) -> Flaw | None:
        """Why it does not carry to the next holder, or, as the `last` step, to the tenant."""
        if self.units is not None and unit not in self.units and Doubt.SCOPE not in self.doubts:
            return Flaw.OUT_OF_SCOPE
        if self.ends_on is not None and self.ends_on < day:
            return Flaw.ENDED
        if self.starts_on is not None and self.starts_on > day:
            return Flaw.NOT_YET
        if not last and self.kind in (RightKind.MAY_LET, RightKind.LETS) and Doubt.LEAVE not in self.doubts:
            return Flaw.NO_LEAVE
        return None


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of a chain: to `holder`, from `grantor` ("" for the title); `right` None where there is no paper."""

    kind: RightKind
    grantor: str
    holder: str
    right: Right | None
    flaw: Flaw | None

    @property
    def doubts(self) -> frozenset[Doubt]:
        return self.right.doubts if self.right else frozenset()

    def wanted(self, unit: str) -> str:
        """The paper that would close it, in words."""
        ended = f"（原件至 {self.right.ends_on}）" if self.right and self.flaw is Flaw.ENDED else ""
        if self.kind is RightKind.HOLDS_TITLE:
            named = f"“{self.holder}”持有“{unit}”的产权证"
            return f"{named}，或土地使用权续期的证明{ended}" if self.flaw is Flaw.ENDED else named
        if self.kind is RightKind.LETS:
            return f"“{self.grantor}”把“{unit}”租给“{self.holder}”的有效租赁合同{ended}"
        if self.flaw is Flaw.NO_LEAVE:
            return f"“{self.grantor}”同意“{self.holder}”以自己名义出租（转租）的证明"
        return f"“{self.grantor}”许“{self.holder}”以自己名义出租“{unit}”的有效授权{ended}"


@dataclass(frozen=True, kw_only=True)
class Chain:
    """The steps from the title to whoever rents, or who may let where nobody rents yet."""

    steps: tuple[Step, ...]

    @property
    def gaps(self) -> tuple[Step, ...]:
        """Each is one paper to bring."""
        return tuple(step for step in self.steps if step.flaw)

    @property
    def broken_at(self) -> Step | None:
        return next(iter(self.gaps), None)

    @property
    def doubtful(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.doubts and not step.flaw)

    @property
    def whole(self) -> bool:
        return bool(self.steps) and not self.gaps


def plain_name(text: str) -> str:
    """A name without what two spellings of it may differ in: width, blanks, brackets."""
    return re.sub(r"[\s()〔〕\[\]【】·.,，、]", "", unicodedata.normalize("NFKC", text)).upper()


def chain(rights: Iterable[Right], unit: UUID, lessee: str, day: date) -> Chain:
    """The chain to a lessee: whole, or with the fewest papers missing.

    A paper is mended before another is asked for, and nobody is asked to own what they rent.
    """
    return _Search(tuple(rights), unit, day).to(lessee)


def chain_to_party(rights: Iterable[Right], unit: UUID, party: str, day: date) -> Chain:
    """The chain to somebody who is to let the unit in their own name."""
    return _Search(tuple(rights), unit, day).to_party(party)


def chain_to_lessor(rights: Iterable[Right], unit: UUID, day: date) -> Chain:
    """The chain to whoever is to let the unit: the last one who was given leave, else the owner. Empty without a title
    and without any such leave."""
    return _Search(tuple(rights), unit, day).to_lessor()


UNKNOWN_OWNER = "产权人"
"""Where no paper names anybody."""
_Cost = tuple[int, int, int, int]
"""Papers missing, how far-fetched they are, doubts, steps: the least is the chain."""
_FAR_FETCHED = {RightKind.MAY_LET: 1, RightKind.MAY_SUBLET: 1, RightKind.LETS: 2, RightKind.HOLDS_TITLE: 3}


class _Search:
    """The cheapest way from any title through those who may let. Lives inside one call."""

    def __init__(self, rights: tuple[Right, ...], unit: UUID, day: date) -> None:
        self.rights, self.unit, self.day = rights, unit, day
        self.names: dict[str, str] = {}
        for right in rights:
            for name in (right.grantor, right.holder):
                if name:
                    self.names.setdefault(plain_name(name), name)

    def to(self, lessee: str) -> Chain:
        if not self.names.keys() - {plain_name(lessee)}:
            self.names[plain_name(UNKNOWN_OWNER)] = UNKNOWN_OWNER
        self.names.setdefault(plain_name(lessee), lessee)
        ways = self._ways()
        ends = [ways[plain_name(lessee)]] if self._holds_title(lessee) else []
        for key, (cost, steps) in ways.items():
            if key != plain_name(lessee):
                step = self._best(RightKind.LETS, key, plain_name(lessee))
                ends.append((_added(cost, self._cost(step)), (*steps, step)))
        return Chain(steps=min(ends, key=_order)[1])

    def to_party(self, party: str) -> Chain:
        self.names.setdefault(plain_name(party), party)
        return Chain(steps=self._ways()[plain_name(party)][1])

    def to_lessor(self) -> Chain:
        granted = [each for each in self.rights if each.kind in (RightKind.MAY_LET, RightKind.MAY_SUBLET)]
        here = [each for each in granted if each.units is None or self.unit in each.units] or granted
        onward = {plain_name(each.grantor) for each in here}
        tips = {plain_name(each.holder) for each in here} - onward
        tips = tips or {plain_name(each.holder) for each in self.rights if each.kind is RightKind.HOLDS_TITLE}
        ways = self._ways()
        return Chain(steps=min((ways[tip] for tip in tips), key=_order)[1] if tips else ())

    def _ways(self) -> dict[str, tuple[_Cost, tuple[Step, ...]]]:
        """The cheapest way to each party that is to be able to let."""
        found: dict[str, tuple[_Cost, tuple[Step, ...]]] = {}
        waiting = [_entry(self._cost(step), (step,)) for step in map(self._title, sorted(self.names))]
        heapq.heapify(waiting)
        while waiting:
            cost, _, steps = heapq.heappop(waiting)
            here = plain_name(steps[-1].holder)
            if here in found:
                continue
            found[here] = (cost, steps)
            for key in sorted(self.names.keys() - found.keys()):
                step = self._best(RightKind.MAY_SUBLET, here, key)
                heapq.heappush(waiting, _entry(_added(cost, self._cost(step)), (*steps, step)))
        return found

    def _title(self, key: str) -> Step:
        return self._best(RightKind.HOLDS_TITLE, "", key)

    def _holds_title(self, name: str) -> bool:
        return any(r.kind is RightKind.HOLDS_TITLE and plain_name(r.holder) == plain_name(name) for r in self.rights)

    def _best(self, kind: RightKind, grantor: str, holder: str) -> Step:
        """The soundest paper for a step, or the step without one."""
        steps = [
            Step(
                kind=right.kind,
                grantor=right.grantor,
                holder=right.holder,
                right=right,
                flaw=right.flaw(self.unit, self.day, last=kind is RightKind.LETS),
            )
            for right in self._between(kind, grantor, holder)
        ]
        missing = Step(
            kind=kind,
            grantor=self.names.get(grantor, ""),
            holder=self.names[holder],
            right=None,
            flaw=Flaw.MISSING,
        )
        return min((*steps, missing), key=lambda step: (self._cost(step), repr(step)))

    def _between(self, kind: RightKind, grantor: str, holder: str) -> Iterator[Right]:
        for right in self.rights:
            if plain_name(right.grantor) != grantor or plain_name(right.holder) != holder:
                continue
            if (right.kind is kind) or (
                kind is RightKind.MAY_SUBLET and right.kind in (RightKind.MAY_LET, RightKind.LETS)
            ):
                yield right

    def _cost(self, step: Step) -> _Cost:
        far = _FAR_FETCHED[step.kind] if step.flaw is Flaw.MISSING else 0
        return int(step.flaw is not None), far, len(step.doubts), 1


def _added(one: _Cost, other: _Cost) -> _Cost:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2], one[3] + other[3]


def _entry(cost: _Cost, steps: tuple[Step, ...]) -> tuple[_Cost, str, tuple[Step, ...]]:
    return cost, repr(steps), steps


def _order(way: tuple[_Cost, Sequence[Step]]) -> tuple[_Cost, str]:
    return way[0], repr(way[1])
