"""提炼: roads, gates and names out of a list of addresses, and what a person should settle before they are believed.

What is certain enough goes to the roads and names; whatever may be a slip, a place that is no road, or one thing under
two names becomes a doubt with its counts. Pure; memory grows with the gates of the list, not with its rows.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from zhusuo.addresses.keys import canonical, pinyin_of, search_key
from zhusuo.addresses.lexicon import Lexicon, is_slip
from zhusuo.addresses.model import CAPS, Address, Washed

SAMPLES = 5
LEAST_ROWS = 3
_LONG_ENOUGH = 4
_ROAD = re.compile("[\u4e00-\u9fff]{2,10}(?:路|街|大道|公路|巷|弄|新?村|里|坊)$")
_TEAM = re.compile(r"\d{1,3}(?:村民)?[组队].*$")


class DoubtKind(StrEnum):
    """疑点 in the order in which they are worth a look."""

    SOUND = "sound"
    NEAR = "near"
    ENDS = "ends"
    UNLIKE = "unlike"
    RARE = "rare"
    GATES = "gates"
    NAMES = "names"

    @property
    def label(self) -> str:
        return LABELS[self]

    @property
    def of_roads(self) -> bool:
        return self not in (DoubtKind.GATES, DoubtKind.NAMES)


LABELS = {
    DoubtKind.SOUND: "与另一路名同音",
    DoubtKind.NEAR: "与另一路名一字之差",
    DoubtKind.ENDS: "末尾是另一路名",
    DoubtKind.UNLIKE: "写在路名处，不像路名",
    DoubtKind.RARE: "新路名，行数很少",
    DoubtKind.GATES: "一名多址",
    DoubtKind.NAMES: "一址多名",
}


CAUSES = {
    "no_number": "没有门牌号",
    "no_road": "没有读到路名",
    "prefix": "路名前有不认得的字",
    "not_understood": "有没读懂的字",
    "two_addresses": "写了两处地址",
    "two_buildings": "写了两幢",
    "several_places": "房号分不清在哪一层",
    "two_districts": "写了两个区",
    "beside": "写的是旁边或对面",
    "cut": "太长，没有读完",
    "other_city": "不在本市",
    "empty": "没有写地址",
}


@dataclass(frozen=True, kw_only=True)
class Road:
    """路名 that the lexicon does not know: in how many rows, with which numbers, in which districts."""

    name: str
    rows: int
    numbers: tuple[str, ...]
    districts: tuple[str, ...]

    @property
    def line(self) -> str:
        """As it stands in a file of roads: with * where several districts have one."""
        return f"{self.name}*" if len(self.districts) > 1 else self.name


@dataclass(frozen=True, kw_only=True)
class Name:
    """名称 seen at a gate."""

    name: str
    gate: str
    rows: int


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """疑点: `text` a road or a name, `place` numbers or gates to look at, `like` what it may be instead."""

    kind: DoubtKind
    text: str
    place: str
    rows: int
    like: str = ""
    like_rows: int = 0
    districts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Why rows were not understood: the first sentence that said so, and lines to look at."""

    code: str
    text: str
    rows: int
    lines: tuple[int, ...]

    @property
    def label(self) -> str:
        return CAUSES[self.code]


@dataclass(frozen=True, kw_only=True)
class Gate:
    """门牌 with its rows and the names written there."""

    district: str
    text: str
    rows: int
    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Distilled:
    """What came out of a list, the most frequent first."""

    rows: int
    understood: int
    known_roads: int
    roads: tuple[Road, ...]
    gates: tuple[Gate, ...]
    names: tuple[Name, ...]
    doubts: tuple[Doubt, ...]
    causes: tuple[Cause, ...]


@dataclass
class _RoadSeen:
    rows: int = 0
    numbers: dict[str, None] = field(default_factory=dict)
    districts: set[str] = field(default_factory=set)


@dataclass
class _CauseSeen:
    text: str
    rows: int = 0
    lines: list[int] = field(default_factory=list)


class Distiller:
    """Takes washed addresses one by one; `done` says what they amount to."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._rows = self._understood = 0
        self._known: Counter[str] = Counter()
        self._roads: defaultdict[str, _RoadSeen] = defaultdict(_RoadSeen)
        self._gates: Counter[tuple[str, str]] = Counter()
        self._names: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._causes: dict[str, _CauseSeen] = {}

    def add(self, line: int, washed: Washed) -> None:
        self._rows += 1
        address = washed.address
        faults = {reason.code: reason.text for reason in washed.reasons if _stands_in_the_way(reason.code)}
        for code, text in faults.items():
            seen = self._causes.setdefault(code, _CauseSeen(text=text))
            seen.rows += 1
            if len(seen.lines) < SAMPLES:
                seen.lines.append(line)
        self._understood += not faults
        if washed.cap == "N" or not address.road:
            return
        if washed.known_road:
            self._known[address.road] += 1
        else:
            self._unknown(address)
        gate = _gate(address)
        if gate:
            self._gates[address.district, gate] += 1
            if len(address.name) > 1:
                self._names[gate][address.name] += 1

    def _unknown(self, address: Address) -> None:
        bare = address.road.strip("-")
        name = _TEAM.sub("", bare) or bare
        if len(name) < 2:
            return
        seen = self._roads[name]
        seen.rows += 1
        if address.district:
            seen.districts.add(address.district)
        number = _gate_number(address)
        if number and len(seen.numbers) < SAMPLES:
            seen.numbers[number] = None

    def done(self) -> Distilled:
        sure, doubts = self._sorted_roads()
        return Distilled(
            rows=self._rows,
            understood=self._understood,
            known_roads=len(self._known),
            roads=tuple(sure),
            gates=tuple(self._seen_gates()),
            names=tuple(self._seen_names()),
            doubts=(*doubts, *self._names_with_gates(), *self._gates_with_names()),
            causes=tuple(
                Cause(code=code, text=seen.text, rows=seen.rows, lines=tuple(seen.lines))
                for code, seen in sorted(self._causes.items(), key=lambda item: -item[1].rows)
            ),
        )

    # -- roads -------------------------------------------------------------------------------------------------------

    def _sorted_roads(self) -> tuple[list[Road], list[Doubt]]:
        rows = Counter({name: seen.rows for name, seen in self._roads.items()}) + self._known
        like = _Likeness(self._lexicon, self._roads, rows)
        sure: list[Road] = []
        doubts: list[Doubt] = []
        for name, seen in sorted(self._roads.items(), key=lambda item: (-item[1].rows, item[0])):
            road = Road(name=name, rows=seen.rows, numbers=tuple(seen.numbers), districts=tuple(sorted(seen.districts)))
            doubt = _doubt(road, like)
            if doubt is None:
                sure.append(road)
            else:
                doubts.append(doubt)
        return sure, sorted(doubts, key=lambda doubt: (list(DoubtKind).index(doubt.kind), -doubt.rows))

    # -- names -------------------------------------------------------------------------------------------------------

    def _seen_gates(self) -> Iterator[Gate]:
        for (district, gate), rows in self._gates.most_common():
            yield Gate(district=district, text=gate, rows=rows, names=tuple(self._names.get(gate, ())))

    def _seen_names(self) -> Iterator[Name]:
        found = [
            Name(name=name, gate=gate, rows=rows) for gate, names in self._names.items() for name, rows in names.items()
        ]
        yield from sorted(found, key=lambda each: (-each.rows, each.name, each.gate))

    def _names_with_gates(self) -> Iterator[Doubt]:
        """One name at several gates: another gate of the same building, or another building."""
        gates: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for gate, names in self._names.items():
            for name, rows in names.items():
                gates[name][gate] += rows
        for name, places in sorted(gates.items(), key=lambda item: -item[1].total()):
            if len(places) > 1:
                yield Doubt(kind=DoubtKind.GATES, text=name, place=_listed(places), rows=places.total())

    def _gates_with_names(self) -> Iterator[Doubt]:
        """Several names at one gate: aliases of one building, or several buildings."""
        for gate, names in sorted(self._names.items(), key=lambda item: -item[1].total()):
            first, *others = names.most_common()
            for name, rows in others:
                if search_key(name) != search_key(first[0]):
                    yield Doubt(
                        kind=DoubtKind.NAMES, text=name, place=gate, rows=rows, like=first[0], like_rows=first[1]
                    )


class _Likeness:
    """Which more frequent or known road another one may be a slip for."""

    def __init__(self, lexicon: Lexicon, unknown: Iterable[str], rows: Mapping[str, int]) -> None:
        self._rows = rows
        self._shipped = frozenset(lexicon.roads.values())
        self._all = lexicon.with_roads(unknown)

    def sounding(self, road: str) -> str:
        return self._best(road, self._all.roads_by_sound.get(pinyin_of(road), ()))

    def near(self, road: str) -> str:
        """One character apart. In short names (红星村, 金星村) that says nothing, unless the other is far commoner."""
        short = len(road) < _LONG_ENOUGH
        near = [each for each in self._all.near(road) if is_slip(road, each)]
        return self._best(
            road,
            [each for each in near if not short or (each in self._shipped and self.rows(each) >= 10 * self.rows(road))],
        )

    def ending(self, road: str) -> str:
        """The longest road that this one ends in: 北首青松公路, 三灶光辉村."""
        ends = (road[k:] for k in range(1, len(road) - 2))
        return next((end for end in ends if end in self._shipped or self.rows(end) > self.rows(road)), "")

    def rows(self, road: str) -> int:
        return self._rows.get(road, 0)

    def _best(self, road: str, others: Iterable[str]) -> str:
        better = [each for each in others if each != road and self._weight(each) > self._weight(road)]
        return max(better, key=self._weight, default="")

    def _weight(self, road: str) -> tuple[bool, int, str]:
        return road in self._shipped, self.rows(road), road


def _doubt(road: Road, like: _Likeness) -> Doubt | None:
    """Why this road is not simply to be added; None if it may be."""
    for kind, other in (
        (DoubtKind.SOUND, like.sounding(road.name)),
        (DoubtKind.NEAR, like.near(road.name)),
        (DoubtKind.ENDS, like.ending(road.name)),
    ):
        if other:
            return _of(road, kind, other, like.rows(other))
    if not _ROAD.match(road.name):
        return _of(road, DoubtKind.UNLIKE)
    return _of(road, DoubtKind.RARE) if road.rows < LEAST_ROWS else None


def _of(road: Road, kind: DoubtKind, like: str = "", like_rows: int = 0) -> Doubt:
    return Doubt(
        kind=kind,
        text=road.name,
        place="、".join(road.numbers),
        rows=road.rows,
        like=like,
        like_rows=like_rows,
        districts=road.districts,
    )


def _stands_in_the_way(code: str) -> bool:
    return CAPS[code] in ("C", "N") or code in ("no_road", "no_number")


def _gate(address: Address) -> str:
    """肇嘉浜路1366号 without district and building; "" where no number is told."""
    if not (address.number or address.lane):
        return ""
    bare = Address(city="", road=address.road, lane=address.lane, sublane=address.sublane, number=address.number)
    return canonical(bare)


def _gate_number(address: Address) -> str:
    words = ((address.lane, "弄"), (address.sublane, "支弄"), (address.number, "号"))
    return "".join(part + word for part, word in words if part)


def _listed(places: Counter[str]) -> str:
    shown = "、".join(f"{place}（{rows}）" for place, rows in places.most_common(SAMPLES))
    return shown + ("等" if len(places) > SAMPLES else "")


# -- what was settled ----------------------------------------------------------------------------------------------


class Decision(StrEnum):
    KEEP = "keep"
    DROP = "drop"
    SAME_AS = "same-as"


DECISIONS = {"保留": Decision.KEEP, "去掉": Decision.DROP, "同": Decision.SAME_AS} | {each: each for each in Decision}


@dataclass(frozen=True, kw_only=True)
class Settled:
    """A doubt as somebody settled it; `target` is what it is the same as, "" otherwise."""

    kind: DoubtKind
    text: str
    place: str
    several: bool
    decision: Decision
    target: str


def settled_roads(settled: Iterable[Settled]) -> list[str]:
    """The lines of a file of roads that follow from what was settled."""
    roads = [each for each in settled if each.kind.of_roads]
    kept = [f"{each.text}*" if each.several else each.text for each in roads if each.decision is Decision.KEEP]
    return kept + [f"{each.target}={each.text}" for each in roads if each.decision is Decision.SAME_AS]


def merged_roads(*files: Iterable[str]) -> list[str]:
    """Lines of several files of roads as one: each road once, with every spelling and its star."""
    spellings: dict[str, set[str]] = {}
    stars: set[str] = set()
    for line in (line for file in files for line in file):
        name, *others = line.split("=")
        bare = name.removesuffix("*")
        spellings.setdefault(bare, set()).update(others)
        if bare != name:
            stars.add(bare)
    return [
        "=".join((f"{name}*" if name in stars else name, *sorted(others - {name})))
        for name, others in sorted(spellings.items())
    ]


def settled_names(names: Iterable[Name], settled: Iterable[Settled]) -> list[tuple[str, list[str]]]:
    """Gates with the names that stand there, the most frequent first: the building's name, then its aliases.

    What was settled about a name at one gate (一址多名) counts there, about a name at several gates everywhere.
    """
    dropped, instead = set(), {}
    for each in settled:
        place = each.place if each.kind is DoubtKind.NAMES else ""
        if not each.kind.of_roads and each.decision is Decision.DROP:
            dropped.add((each.text, place))
        elif not each.kind.of_roads and each.decision is Decision.SAME_AS:
            instead[each.text, place] = each.target
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for name in names:
        places = ((name.name, name.gate), (name.name, ""))
        if dropped.isdisjoint(places):
            said = next((instead[each] for each in places if each in instead), name.name)
            found[name.gate][said] += name.rows
    gates = sorted(found.items(), key=lambda item: (-item[1].total(), item[0]))
    return [(gate, [name for name, _ in names.most_common()]) for gate, names in gates]
