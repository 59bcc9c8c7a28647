"""成批: the addresses of a file, washed or classified on every core, in the order of the file.

Rows are cut into chunks; each goes to one of the processes, which hands the same text to the same functions as a single
lookup would, and comes back as the lines of the result. All processes look at the database as it was at one moment, so
that a result is that of a version, whatever happens meanwhile. Memory does not grow with the file.
"""

import csv
import gc
import io
import json
import multiprocessing
import os
import signal
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection as Pipe
from multiprocessing.connection import wait
from multiprocessing.context import ForkProcess
from queue import SimpleQueue
from threading import Thread
from typing import Any, Literal, cast

import uvloop
from msgspec import Struct

from zhusuo.addresses.form import wash_json
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.addresses.model import Washed
from zhusuo.addresses.wash import wash
from zhusuo.db import Connection, at_moment
from zhusuo.errors import Refusal
from zhusuo.lookup.columns import CLASSIFIED, WASHED, Columns, parsed_cells, placed
from zhusuo.lookup.corrections.store import any_accepted
from zhusuo.lookup.find import find_many
from zhusuo.lookup.model import Match, match_json
from zhusuo.lookup.roads import Roads

CHUNK = 1_000
"""Rows that go to a process at once: enough that a question costs little, few enough that memory stays small."""
AHEAD = 2
"""Chunks that wait in front of each process, so that it never waits itself."""
COLLECT_EVERY = 400
REMEMBERED = 60_000
"""Texts whose answers a process remembers: many businesses are registered at one address."""


Form = Literal["washed", "classified", "json"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """What the processes are to do with every row. `url` is "" where nothing is looked up; `place` says in which cell
    the address stands; `snapshot` names the moment at which the database is looked at."""

    form: Form
    place: int
    url: str = ""
    snapshot: str = ""
    district_codes: tuple[str, ...] | None = None

    @property
    def columns(self) -> Columns:
        return CLASSIFIED if self.form == "classified" else WASHED


@dataclass(frozen=True, kw_only=True, slots=True)
class Lines:
    """A chunk that is done: its lines, how many rows of each class and place, and the reasons of those left out."""

    rows: int
    text: str
    counts: "Counter[str]" = field(default_factory=Counter)
    reasons: "Counter[str]" = field(default_factory=Counter)


class ProcessDied(Refusal):
    """One of the processes is gone: out of memory, or killed."""

    code = "process_died"
    sentence = "处理进程意外结束（可能内存不足）。已做的行留着，再运行一次会接着做。"


class Hands:
    """Processes that are forked before anything else is opened, and then told what to do."""

    def __init__(self, lexicon: Lexicon, count: int | None = None) -> None:
        gc.collect()
        gc.freeze()
        context = multiprocessing.get_context("fork")
        self._pipes: list[Pipe] = []
        self._processes: list[ForkProcess] = []
        for _ in range(count or len(os.sched_getaffinity(0))):
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(theirs, [*self._pipes, ours], lexicon), daemon=True)
            process.start()
            theirs.close()
            self._pipes.append(ours)
            self._processes.append(process)

    @property
    def pids(self) -> list[int]:
        return [process.pid for process in self._processes if process.pid is not None]

    def end(self) -> None:
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.terminate()
            process.join()

    def lines(self, work: Work, chunks: Iterable[Sequence[Sequence[str]]]) -> Iterator[Lines]:
        """The chunks, done, in their order."""
        for pipe in self._pipes:
            _send(pipe, work)
        coming = enumerate(chunks)
        load = dict.fromkeys(self._pipes, 0)
        ready: dict[int, Lines] = {}
        next_ = 0
        places: dict[Pipe, deque[int]] = {pipe: deque() for pipe in self._pipes}
        more = True
        while True:
            while more and len(ready) < AHEAD * len(load):
                free = min(load, key=load.__getitem__)
                if load[free] >= AHEAD:
                    break
                place, chunk = next(coming, (-1, ()))
                if place < 0:
                    more = False
                    break
                _send(free, chunk)
                places[free].append(place)
                load[free] += 1
            while next_ in ready:
                yield ready.pop(next_)
                next_ += 1
            waiting = [pipe for pipe in load if load[pipe]]
            if not waiting:
                if not more:
                    return
                continue  # everybody waited for the slowest, whose turn it was
            for pipe in cast(list[Pipe], wait(waiting)):
                ready[places[pipe].popleft()] = _received(pipe)
                load[pipe] -= 1


def _send(pipe: Pipe, told: object) -> None:
    try:
        pipe.send(told)
    except ConnectionError as error:
        raise ProcessDied from error


def _received(pipe: Pipe) -> Lines:
    try:
        told = pipe.recv()
    except (EOFError, ConnectionError) as error:
        raise ProcessDied from error
    if isinstance(told, BaseException):
        raise told
    assert isinstance(told, Lines)  # noqa: S101 - ours
    return told


@contextmanager
def hands(lexicon: Lexicon, count: int | None = None) -> Iterator[Hands]:
    """Processes, one a core, for as long as this is open."""
    found = Hands(lexicon, count)
    try:
        yield found
    finally:
        found.end()


# -- in the process ----------------------------------------------------------------------------------------------


def _serve(pipe: Pipe, others: Sequence[Pipe], lexicon: Lexicon) -> None:
    """Does what is asked until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for other in others:
        other.close()
    gc.disable()
    asked: SimpleQueue[Any] = SimpleQueue()
    Thread(target=_receive, args=(pipe, asked), daemon=True).start()
    try:
        work: Work | None = asked.get()
        if work is not None:
            uvloop.run(_done(pipe, asked, work, lexicon))
    except Exception as error:
        with suppress(OSError):
            pipe.send(error)


def _receive(pipe: Pipe, asked: "SimpleQueue[Any]") -> None:
    """In a thread: whoever asks never waits for an answer to be taken, nor the other way round."""
    try:
        while True:
            asked.put(pipe.recv())
    except (EOFError, OSError):
        asked.put(None)


async def _done(pipe: Pipe, asked: "SimpleQueue[Any]", work: Work, lexicon: Lexicon) -> None:
    db = await at_moment(work.url, work.snapshot) if work.url else None
    desk = Desk(work, lexicon, db, corrections=db is not None and await any_accepted(db))
    served = 0
    while (rows := asked.get()) is not None:
        pipe.send(await desk.lines(rows))
        served += 1
        if served % COLLECT_EVERY == 0:
            gc.collect()


class Desk:
    """Where rows become lines. The same text gets the same answer, so what was asked lately is remembered.

    Without `corrections` there is none in this moment that could be found, and none is looked for.
    """

    def __init__(self, work: Work, lexicon: Lexicon, db: "Connection | None", *, corrections: bool) -> None:
        self._work, self._lexicon, self._db, self._corrections = work, lexicon, db, corrections
        self._roads = Roads(awake=True)
        self._known: dict[str, _Answer] = {}

    async def lines(self, rows: Sequence[Sequence[str]]) -> Lines:
        place = self._work.place
        texts = [row[place] for row in rows]
        known = self._known
        new = list({text: None for text in texts if text not in known})
        if len(known) + len(new) > REMEMBERED:
            self._known = known = {}
            new = list(dict.fromkeys(texts))
        known.update(zip(new, await self._answers(new), strict=True))
        found = [known[text] for text in texts]
        if self._work.form == "json":
            text = "".join([f"{answer.cells[0]}\n" for answer in found])
        else:
            text = csv_text([[*row, *answer.cells] for row, answer in zip(rows, found, strict=True)])
        counts: Counter[str] = Counter([answer.class_ for answer in found])
        counts.update([answer.placed for answer in found])
        reasons: Counter[str] = Counter([code for answer in found for code in answer.left_out_for])
        return Lines(rows=len(rows), text=text, counts=counts, reasons=reasons)

    async def _answers(self, texts: Sequence[str]) -> list["_Answer"]:
        if self._db is None:
            return [self._parsed(wash(text, self._lexicon)) for text in texts]
        found = await find_many(
            self._db,
            texts,
            lexicon=self._lexicon,
            district_codes=self._work.district_codes,
            corrections=self._corrections,
            roads=self._roads,
        )
        return [self._told(match) for match in found]

    def _told(self, match: Match) -> "_Answer":
        as_json = self._work.form == "json"
        return _Answer(
            cells=(json.dumps(match_json(match), ensure_ascii=False),) if as_json else self._work.columns.cells(match),
            class_=match.class_,
            placed=placed(match),
            left_out_for=() if match.carrier else tuple({reason.code for reason in match.reasons}),
        )

    def _parsed(self, washed: Washed) -> "_Answer":
        as_json = self._work.form == "json"
        return _Answer(cells=(json.dumps(wash_json(washed), ensure_ascii=False),) if as_json else parsed_cells(washed))


class _Answer(Struct, frozen=True, kw_only=True):
    """What is written behind a row, as JSON in its place, and what is counted of it."""

    cells: Sequence[object]
    class_: str = ""
    placed: str = ""
    left_out_for: tuple[str, ...] = ()


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """Lines of a CSV."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(rows)  # what is a line's end here is quoted inside a cell
    return out.getvalue()
