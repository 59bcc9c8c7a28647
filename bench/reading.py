"""Reading documents beside the bare engine, in one run: `python bench/reading.py [--bundles DIR]`.

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
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from ocr.fields import fields_of
from ocr.model import Page
from ocr.pool import Readers

CORES = len(os.sched_getaffinity(0))
SPECIMENS = Path(__file__).parent.parent / "zhusuo" / "specimens"
TEXT_PAGES = 200
SAMPLE_SECONDS = 0.05
PEER_SIDE = 2000


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


# What was read against what is true


def papers_of(paper: Paper) -> list[tuple[str, dict[str, Any]]]:
    """Each paper in a file with its true fields."""
    truth = paper.truth
    return [(truth["kind"], truth["fields"]), *((also["kind"], also["fields"]) for also in truth.get("also", []))]


def held_against(
    papers: Sequence[Paper], read: Sequence[list[Page]]
) -> tuple[Counter[str], dict[tuple[str, str], Score]]:
    seen: Counter[str] = Counter()
    scores: dict[tuple[str, str], Score] = defaultdict(Score)
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bundles", type=Path, default=SPECIMENS)
    parser.add_argument("--verbose", action="store_true", help="name every field that is not right")
    options = parser.parse_args()
    asyncio.run(run(papers_in(options.bundles), verbose=options.verbose))


async def run(papers: Sequence[Paper], *, verbose: bool) -> None:
    scans = [paper for paper in papers if not paper.has_text]
    born_digital = [paper for paper in papers if paper.has_text]
    with tempfile.TemporaryDirectory() as folder:
        pictures = await upright_pictures(scans, Path(folder))
        together = await asyncio.to_thread(bare_pages_per_second, pictures, 1, CORES)
        apart = await asyncio.to_thread(bare_pages_per_second, pictures, CORES, 1)
    with watched_memory() as peak:
        async with Readers(CORES) as readers:
            await asyncio.gather(*(all_pages(readers, scans[0].path) for _ in range(CORES)))  # models loaded
            read, seconds = await read_all(readers, scans)
            text_rate = await text_pages_per_second(readers, born_digital)
            read_digital, _ = await read_all(readers, born_digital)
    seen, scores = held_against([*scans, *born_digital], [*read, *read_digital])
    ours = sum(len(pages) for pages in read) / seconds
    _show(together, apart, ours, len(pictures), sum(map(len, read)), text_rate, peak[0], seen, scores, verbose)


def _show(
    together: float,
    apart: float,
    ours: float,
    pictures: int,
    scanned: int,
    text_rate: float,
    peak: int,
    seen: Counter[str],
    scores: dict[tuple[str, str], Score],
    verbose: bool,
) -> None:
    console = Console()
    speed = Table(title=f"Reading on {CORES} cores")
    for column in ("what", "measured", "bar"):
        speed.add_column(column)
    bare = max(together, apart)
    speed.add_row(f"bare engine, {CORES} threads", f"{together:.2f} pages/s ({pictures} upright pages)", "")
    speed.add_row(f"bare engine, {CORES} processes", f"{apart:.2f} pages/s", "")
    speed.add_row("ours, from file to words", f"{ours:.2f} pages/s ({scanned} pages)", "")
    speed.add_row("ours / bare engine", f"{ours / bare:.2f}", "≥ 0.85")
    speed.add_row("text layers", f"{text_rate:.0f} pages/s", "≥ 50 pages/s")
    speed.add_row("parent and children at their peak", f"{peak / 2**30:.2f} GiB", "≤ 2 GB")
    for label, name in (("kinds", "kind of page"), ("upright", "which way up"), ("sensitive", "sensitive or not")):
        speed.add_row(name, f"{seen[label]} of {seen['pages']} pages", "")
    console.print(speed)
    table = Table(title="Fields against truth.json")
    for column in ("kind", "comes as", "right", "wrong", "missing", "F1"):
        table.add_column(column)
    for (kind, rendering), score in sorted(scores.items()):
        cells = (score.right, score.wrong, score.missing)
        table.add_row(kind, rendering, *map(str, cells), f"{score.f1:.3f}")
    whole = Score(*(sum(getattr(score, name) for score in scores.values()) for name in ("right", "wrong", "missing")))
    table.add_row("all", "", str(whole.right), str(whole.wrong), str(whole.missing), f"{whole.f1:.3f}")
    console.print(table)
    if verbose:
        for score in scores.values():
            console.print(*score.examples, sep="\n", highlight=False, soft_wrap=True)


if __name__ == "__main__":
    main()
