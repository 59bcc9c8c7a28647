"""Who answers the ladder: PostgreSQL, and the roads that were read from it before.

Any number of addresses climb together. Each is a coroutine that stops at a question; the questions of a kind are
answered by one statement for all of them, and everybody goes on. One address is many of which there is one.
"""

from collections import defaultdict
from collections.abc import Coroutine, Iterable, Sequence
from typing import Any, TypeVar

from zhusuo.db import Connection
from zhusuo.lookup import store
from zhusuo.lookup.corrections.store import accepted
from zhusuo.lookup.gates import Road
from zhusuo.lookup.questions import (
    Begun,
    Buildings,
    Correction,
    FormerNames,
    FormerShops,
    FormerUnits,
    LikeRoads,
    Named,
    Question,
    RoadOf,
    Similar,
    Successors,
    Units,
)
from zhusuo.lookup.roads import Roads

T = TypeVar("T")

Climb = Coroutine[Question[Any], Any, T]
"""An address on the ladder: it stops at questions, and ends with its answer."""


class Ground:
    """What the ladder stands on: a connection, and the roads that are known already."""

    def __init__(self, db: Connection, roads: Roads | None = None) -> None:
        self._db = db
        self._roads = Roads(awake=True) if roads is None else roads

    async def bear(self, climbs: Sequence[Climb[T]]) -> list[T]:
        """The answers, in the order of the addresses; if one fails all do."""
        answers: list[Any] = [None] * len(climbs)
        going: Iterable[tuple[int, Any]] = enumerate(answers)
        known = self._roads.get
        try:
            while going:
                asked: defaultdict[type[Question[Any]], tuple[list[int], list[Any]]] = defaultdict(lambda: ([], []))
                for place, answer in going:
                    send = climbs[place].send
                    try:
                        question = send(answer)
                        while type(question) is RoadOf and (road := known(question.name)) is not None:
                            question = send(road)
                    except StopIteration as end:
                        answers[place] = end.value
                    else:
                        places, questions = asked[type(question)]
                        places.append(place)
                        questions.append(question)
                going = []
                for kind, (places, questions) in asked.items():
                    going += zip(places, await self._answers(kind, questions), strict=True)
        finally:
            for climb in climbs:
                climb.close()
        return answers

    async def _answers(self, kind: type[Question[Any]], questions: Sequence[Any]) -> Sequence[Any]:
        if kind is RoadOf:
            return await self._roads_of([question.name for question in questions])
        if kind is Correction:
            return await accepted(self._db, [(question.key, question.codes) for question in questions])
        told: Sequence[Any] = await _STORES[kind](self._db, questions)
        return told

    async def _roads_of(self, names: Sequence[str]) -> Sequence[Road]:
        turn = self._roads.turn
        read = await store.roads(self._db, list(set(names)))
        self._roads.keep(read.values(), turn)
        return [read[name] for name in names]


_STORES: dict[type[Question[Any]], Any] = {
    Begun: store.begun,
    Buildings: store.buildings,
    FormerNames: store.former_names,
    FormerShops: store.former_shops,
    FormerUnits: store.former_units,
    LikeRoads: store.like_roads,
    Named: store.named,
    Similar: store.similar,
    Successors: store.successors,
    Units: store.units,
}
