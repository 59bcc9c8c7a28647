"""Reading documents beside the bare engine, in one run.

    python -m bench.reading [--bundles DIR] [--verbose]

The peer is RapidOCR called directly, with the same models and on the same pages already set upright and decoded: once
as one process with a thread per core, once as a process per core with one thread each; the faster counts. Ours is the
way a document really goes: from its file through children, drawing, finding out which way up it is, to words. Then the
words are held against `truth.json`: kinds of pages, which way up, what is sensitive, and the fields.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from bench.figures import Figure, show
from ocr.fields import fields_of
from ocr.model import Page
from ocr.pool import Readers

CORES = len(os.sched_getaffinity(0))
SPECIMENS = Path(__file__).parent.parent / "zhusuo" / "specimens"
TEXT_PAGES = 200
SAMPLE_SECONDS = 0.05
PEER_SIDE = 2000
RATIO_BAR, TEXT_BAR, MEMORY_BAR = 0.85, 50, 2.0


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A specimen file and what is true of it."""

    path: Path
    truth: dict[str, Any]

    @property
    def has_text(self) -> bool:
        return bool(self.truth["text_layer"])


@dataclass
class Score:
    """Right, wrong and missing fields."""

    right: int = 0
    wrong: int = 0
    missing: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def f1(self) -> float:
        return 2 * self.right / max(1, 2 * self.right + self.wrong + self.missing)


Scores = dict[tuple[str, str], Score]
"""By kind of paper and how it comes."""


@dataclass(frozen=True, kw_only=True)
class Bare:
    """Pages per second of the bare engine: one process with all threads, one process per core."""

    together: float
    apart: float

    @property
    def best(self) -> float:
        return max(self.together, self.apart)


@dataclass(frozen=True, kw_only=True)
class Ours:
    """Pages per second of scans and of text layers, bytes of memory, and what was read."""

    rate: float
    text_rate: float
    peak: int
    pages: list[list[Page]]


def papers_in(bundles: Path) -> list[Paper]:
    return [
        Paper(path=truth.parent / about["file"], truth=about)
        for truth in sorted(bundles.glob("*/truth.json"))
        for about in json.loads(truth.read_text(encoding="utf-8"))["documents"]
    ]


# The bare engine


def _bare(pictures: list[Path], threads: int, ready: Barrier, seconds: Any) -> None:
    import cv2
    from rapidocr import RapidOCR

    engine = RapidOCR(
        params={
            "Global.log_level": "critical",
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
    cv2.setNumThreads(threads)
    decoded = [cv2.imread(str(path)) for path in pictures]
    engine(decoded[0])
    ready.wait()
    began = time.perf_counter()
    for picture in decoded:
        engine(picture)
    seconds.put(time.perf_counter() - began)


def bare_pages_per_second(pictures: Sequence[Path], processes: int, threads: int) -> float:
    """Pages per second of `processes` bare engines, each with its share of the pages."""
    context = multiprocessing.get_context("spawn")
    ready, seconds = context.Barrier(processes), context.Queue()
    shares = [list(pictures[start::processes]) for start in range(processes)]
    running = [context.Process(target=_bare, args=(share, threads, ready, seconds)) for share in shares]
    for process in running:
        process.start()
    slowest = max(seconds.get() for _ in running)
    for process in running:
        process.join()
    return len(pictures) / slowest


def measured_bare(scans: Sequence[Paper]) -> Bare:
    with tempfile.TemporaryDirectory() as folder:
        pictures = asyncio.run(upright_pictures(scans, Path(folder)))
        return Bare(together=bare_pages_per_second(pictures, 1, CORES), apart=bare_pages_per_second(pictures, CORES, 1))


async def upright_pictures(papers: Sequence[Paper], folder: Path) -> list[Path]:
    """Every scanned page with something on it, set upright as the truth says, as a file."""
    from PIL import Image

    drawn = []
    async with Readers(CORES) as readers:
        for paper in papers:
            for number, turned in enumerate(paper.truth["page_rotation"], 1):
                if paper.truth["page_kinds"][number - 1] == "blank":
                    continue
                width = PEER_SIDE * 210 // 297
                webp = await readers.draw(paper.path, number, width, turned)
                target = folder / f"{len(drawn)}.png"
                (folder / "page.webp").write_bytes(webp)
                with Image.open(folder / "page.webp") as image:
                    image.thumbnail((PEER_SIDE, PEER_SIDE))
                    image.save(target)
                drawn.append(target)
    return drawn


# Ours


@contextmanager
def watched_memory() -> Iterator[list[int]]:
    """The largest sum of resident memory of this process and its children while it lasts, in bytes."""
    peak = [0]
    done = threading.Event()

    def watch() -> None:
        while not done.wait(SAMPLE_SECONDS):
            total = 0
            for process in (psutil.Process(), *psutil.Process().children(recursive=True)):
                try:
                    total += process.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            peak[0] = max(peak[0], total)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peak
    finally:
        done.set()
        watcher.join()


async def all_pages(readers: Readers, path: Path) -> list[Page]:
    return [page async for page in readers.read(path)]


async def read_all(readers: Readers, papers: Sequence[Paper]) -> tuple[list[list[Page]], float]:
    """The pages of all papers, as many at once as a worker holds, and the seconds it took."""
    turn = asyncio.Semaphore(CORES + 1)

    async def one(paper: Paper) -> list[Page]:
        async with turn:
            return await all_pages(readers, paper.path)

    began = time.perf_counter()
    pages = await asyncio.gather(*(one(paper) for paper in papers))
    return list(pages), time.perf_counter() - began


async def text_pages_per_second(readers: Readers, papers: Sequence[Paper]) -> float:
    pages = sum(paper.truth["pages"] for paper in papers)
    rounds = max(1, TEXT_PAGES // pages)
    _, seconds = await read_all(readers, list(papers) * rounds)
    return pages * rounds / seconds


async def measured_ours(scans: Sequence[Paper], born_digital: Sequence[Paper]) -> Ours:
    with watched_memory() as peak:
        async with Readers(CORES) as readers:
            await asyncio.gather(*(all_pages(readers, scans[0].path) for _ in range(CORES)))  # models loaded
            read, seconds = await read_all(readers, scans)
            text_rate = await text_pages_per_second(readers, born_digital)
            read_digital, _ = await read_all(readers, born_digital)
    return Ours(
        rate=sum(len(pages) for pages in read) / seconds,
        text_rate=text_rate,
        peak=peak[0],
        pages=[*read, *read_digital],
    )


# What was read against what is true


def whole(scores: Iterable[Score]) -> Score:
    every = list(scores)
    return Score(*(sum(getattr(score, name) for score in every) for name in ("right", "wrong", "missing")))


def papers_of(paper: Paper) -> list[tuple[str, dict[str, Any]]]:
    """Each paper in a file with its true fields."""
    truth = paper.truth
    return [(truth["kind"], truth["fields"]), *((also["kind"], also["fields"]) for also in truth.get("also", []))]


def held_against(papers: Sequence[Paper], read: Sequence[list[Page]]) -> tuple[Counter[str], Scores]:
    seen: Counter[str] = Counter()
    scores: Scores = defaultdict(Score)
    for paper, pages in zip(papers, read, strict=True):
        for page in pages:
            kind = paper.truth["page_kinds"][page.number - 1]
            seen["pages"] += 1
            seen["kinds"] += page.kind == kind
            seen["upright"] += kind == "blank" or page.turned == paper.truth["page_rotation"][page.number - 1]
            seen["sensitive"] += bool(page.sensitive) == (page.number in paper.truth["sensitive_pages"])
        for kind, truth in papers_of(paper):
            _score(scores[kind, paper.truth["rendering"]], paper.path.name, kind, truth, pages)
    return seen, scores


def _score(score: Score, name: str, kind: str, truth: dict[str, Any], pages: list[Page]) -> None:
    found = {each.name: each for each in fields_of(kind, pages)}  # type: ignore[arg-type]
    for label, value in truth.items():
        if label not in found:
            score.missing += 1
        elif found[label].normal == value["value"]:
            score.right += 1
            continue
        else:
            score.wrong += 1
            score.missing += 1
        said = found[label].normal if label in found else None
        score.examples.append(f"{name} {kind}.{label}: {value['value']} / {said}")
    score.wrong += len(found.keys() - truth.keys())


def figures(bare: Bare, ours: Ours, seen: Counter[str], scores: Scores) -> list[Figure]:
    """Speed and memory against their bars, and how much of what was read is true."""
    ratio, memory = ours.rate / bare.best, ours.peak / 1e9
    fields = whole(scores.values())
    found = [
        Figure(
            what="reading scans and photos, from file to words",
            measured=f"{ours.rate:.2f} pages/s ({ratio:.2f})",
            beside=f"{bare.best:.2f} pages/s bare ({bare.together:.2f} by threads, {bare.apart:.2f} by processes)",
            bar=f"≥ {RATIO_BAR}",
            held=ratio >= RATIO_BAR,
        ),
        Figure(
            what="reading text layers",
            measured=f"{ours.text_rate:.0f} pages/s",
            bar=f"≥ {TEXT_BAR} pages/s",
            held=ours.text_rate >= TEXT_BAR,
        ),
        Figure(
            what="parent and children at their peak",
            measured=f"{memory:.2f} GB",
            bar=f"≤ {MEMORY_BAR} GB",
            held=memory <= MEMORY_BAR,
        ),
    ]
    labels = {"kinds": "kind of page right", "upright": "set upright", "sensitive": "sensitive or not, right"}
    found += [Figure(what=label, measured=f"{seen[name]} of {seen['pages']} pages") for name, label in labels.items()]
    return [*found, Figure(what="fields against truth.json", measured=f"F1 {fields.f1:.3f} ({fields.right} right)")]


def by_kind(scores: Scores) -> Table:
    table = Table(title="Fields against truth.json", title_justify="left")
    for column in ("kind", "comes as", "right", "wrong", "missing", "F1"):
        table.add_column(column)
    for (kind, rendering), score in sorted(scores.items()):
        counts = (score.right, score.wrong, score.missing)
        table.add_row(kind, rendering, *map(str, counts), f"{score.f1:.3f}")
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bundles", type=Path, default=SPECIMENS)
    parser.add_argument("--verbose", action="store_true", help="name every field that is not right")
    options = parser.parse_args()
    papers = papers_in(options.bundles)
    scans = [paper for paper in papers if not paper.has_text]
    born_digital = [paper for paper in papers if paper.has_text]
    bare = measured_bare(scans)
    ours = asyncio.run(measured_ours(scans, born_digital))
    seen, scores = held_against([*scans, *born_digital], ours.pages)
    show(f"Reading on {CORES} cores", figures(bare, ours, seen, scores))
    Console().print(by_kind(scores))
    if options.verbose:
        for example in (example for score in scores.values() for example in score.examples):
            Console().print(example, highlight=False, soft_wrap=True)


if __name__ == "__main__":
    main()
