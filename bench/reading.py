"""Reading documents beside the bare engine, in one run.

    python -m bench.reading [--bundles DIR] [--report DIR] [--verbose]

The peer is RapidOCR called directly, with the same models and on the same pages already set upright and decoded: once
as one process with a thread per core, once as a process per core with one thread each; the faster counts. Ours is the
way a document really goes: from its file through children, drawing, finding out which way up it is, to words. Then the
words are held against `truth.json`: kinds of pages, which way up, what is sensitive, the fields, the seals and who
signed. What is wrong goes into a report (var/bench/reading) with the confusion table and the pages themselves.
"""

import argparse
import asyncio
import dataclasses
import io
import json
import multiprocessing
import os
import shutil
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

import pikepdf
import psutil
from rich.console import Console
from rich.table import Table

from bench.figures import Figure, show
from ocr.fields import fields_of
from ocr.model import Page
from ocr.pool import Readers

CORES = len(os.sched_getaffinity(0))
SPECIMENS = Path(__file__).parent.parent / "zhusuo" / "specimens"
REPORT = Path(__file__).parent.parent / "var" / "bench" / "reading"
MARKS = frozenset({"seals", "signed_by"})
"""Fields that are scored by themselves: the truth names them beside the fields."""
TEXT_PAGES = 200
THICK, THIN = 300, 3
"""Pages of a bundle that must not hold up a small one, and of the small one."""
PICTURE_WIDTH = 1000
SAMPLE_SECONDS = 0.05
PEER_SIDE = 2000
RATIO_BAR, TEXT_BAR, MEMORY_BAR, KIND_BAR, HELD_UP_BAR = 0.85, 50, 2.0, 0.98, 3.0
F1_BARS = {"scans and born-digital": 0.98, "photos": 0.95}


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A specimen file and what is true of it."""

    path: Path
    truth: dict[str, Any]
    lease: dict[str, Any] | None

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
    pages: list[tuple[Path, int]] = field(default_factory=list)

    @property
    def f1(self) -> float:
        return 2 * self.right / max(1, 2 * self.right + self.wrong + self.missing)


Pair = tuple[str, str]
Scores = dict[Pair, Score]
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
    marked_rate: float
    alone: float
    beside_thick: float
    peak: int
    pages: list[list[Page]]


def papers_in(bundles: Path) -> list[Paper]:
    papers = []
    for path in sorted(bundles.glob("*/truth.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        leases = {lease["file"]: lease for lease in truth.get("leases", [])}
        papers += [
            Paper(path=path.parent / about["file"], truth=about, lease=leases.get(about["file"]))
            for about in truth["documents"]
        ]
    return papers


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


async def text_pages_per_second(readers: Readers, papers: Sequence[Paper], folder: Path) -> float:
    """Over copies, so that no document is open already when its turn comes."""
    pages = sum(paper.truth["pages"] for paper in papers)
    rounds = max(1, TEXT_PAGES // max(1, pages))
    copies = []
    for place, paper in enumerate(list(papers) * rounds):
        copy = folder / f"{readers.marks}-{place}{paper.path.suffix}"
        shutil.copyfile(paper.path, copy)
        copies.append(dataclasses.replace(paper, path=copy))
    _, seconds = await read_all(readers, copies)
    return pages * rounds / seconds


def repeated(scan: Path, pages: int, folder: Path) -> Path:
    """A PDF of so many copies of the first page of a scan."""
    target = folder / f"{pages}.pdf"
    with pikepdf.open(scan) as source, pikepdf.new() as pdf:
        for _ in range(pages):
            pdf.pages.append(source.pages[0])
        pdf.save(target)
    return target


async def seconds_beside(readers: Readers, thin: Path, thick: Path | None) -> float:
    """How long a small bundle takes, alone or while a thick one is being read."""
    begun = asyncio.Event()

    async def read_thick(path: Path) -> None:
        async for _ in readers.read(path):
            begun.set()

    reading = asyncio.create_task(read_thick(thick)) if thick else None
    if reading:
        await begun.wait()
    began = time.perf_counter()
    await all_pages(readers, thin)
    seconds = time.perf_counter() - began
    if reading:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
    return seconds


async def measured_ours(scans: Sequence[Paper], born_digital: Sequence[Paper]) -> Ours:
    with watched_memory() as peak, tempfile.TemporaryDirectory() as folder:
        async with Readers(CORES) as readers:
            await asyncio.gather(*(all_pages(readers, scans[0].path) for _ in range(CORES)))  # models loaded
            read, seconds = await read_all(readers, scans)
            read_digital, _ = await read_all(readers, born_digital)
            marked_rate = await text_pages_per_second(readers, born_digital, Path(folder))
            scan = next((paper.path for paper in scans if paper.path.suffix == ".pdf"), None)
            thin = repeated(scan, THIN, Path(folder)) if scan else None
            alone = await seconds_beside(readers, thin, None) if thin else 0.0
            thick = repeated(scan, THICK, Path(folder)) if scan else None
            beside = await seconds_beside(readers, thin, thick) if thin else 0.0
        async with Readers(CORES, marks=False) as readers:
            await read_all(readers, born_digital)
            text_rate = await text_pages_per_second(readers, born_digital, Path(folder))
    return Ours(
        rate=sum(len(pages) for pages in read) / seconds,
        text_rate=text_rate,
        marked_rate=marked_rate,
        alone=alone,
        beside_thick=beside,
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


def held_against(papers: Sequence[Paper], read: Sequence[list[Page]]) -> tuple[Counter[str], Scores, Counter[Pair]]:
    """Counts, scores of fields, and how often a page of the first kind was taken for the second."""
    seen: Counter[str] = Counter()
    scores: Scores = defaultdict(Score)
    taken_for: Counter[Pair] = Counter()
    for paper, pages in zip(papers, read, strict=True):
        _score_marks(seen, paper, pages)
        for page in pages:
            kind = paper.truth["page_kinds"][page.number - 1]
            taken_for[kind, page.kind] += 1
            seen["pages"] += 1
            seen["kinds"] += page.kind == kind
            seen["upright"] += kind == "blank" or page.turned == paper.truth["page_rotation"][page.number - 1]
            seen["sensitive"] += bool(page.sensitive) == (page.number in paper.truth["sensitive_pages"])
        for kind, truth in papers_of(paper):
            _score(scores[kind, paper.truth["rendering"]], paper, kind, truth, pages)
    return seen, scores, taken_for


def _score_marks(seen: Counter[str], paper: Paper, pages: list[Page]) -> None:
    """Seals by the names on them; of leases, which sides signed."""
    for kind, true in [(each["kind"], each.get("seals", [])) for each in (paper.truth, *paper.truth.get("also", []))]:
        named = [each.normal for each in fields_of(kind, pages) if each.name == "seals"]
        seen["seals"] += len(true)
        seen["seals_found"] += min(len(true), len(named))
        seen["seals_named"] += sum((Counter(true) & Counter(filter(None, named))).values())
    if paper.lease is not None:
        signed = next((each.normal for each in fields_of("lease", pages) if each.name == "signed_by"), None)
        seen["leases"] += 1
        seen["signed"] += signed == paper.lease["signed_by"]


def _score(score: Score, paper: Paper, kind: str, truth: dict[str, Any], pages: list[Page]) -> None:
    name = f"{paper.path.parent.name}/{paper.path.name}"
    every = fields_of(kind, pages)  # type: ignore[arg-type]
    found = {each.name: each for each in reversed(every) if each.name not in MARKS}
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
        score.pages.append((paper.path, int(value["page"])))
    score.wrong += len(found.keys() - truth.keys())


def figures(bare: Bare, ours: Ours, seen: Counter[str], scores: Scores) -> list[Figure]:
    """Speed and memory against their bars, and how much of what was read is true."""
    ratio, memory = ours.rate / bare.best, ours.peak / 1e9
    fields = whole(scores.values())
    photos = whole(score for (_, rendering), score in scores.items() if rendering == "photo")
    others = whole(score for (_, rendering), score in scores.items() if rendering != "photo")
    kinds = seen["kinds"] / max(1, seen["pages"])
    found = [
        Figure(
            what="reading scans and photos, from file to words",
            measured=f"{ours.rate:.2f} pages/s ({ratio:.2f})",
            beside=f"{bare.best:.2f} pages/s bare ({bare.together:.2f} by threads, {bare.apart:.2f} by processes)",
            bar=f"≥ {RATIO_BAR}",
            held=ratio >= RATIO_BAR,
        ),
        Figure(
            what="reading text layers: words, kinds, seals and signatures",
            measured=f"{ours.marked_rate:.0f} pages/s",
            beside=f"{ours.text_rate:.0f} pages/s without seals and signatures",
            bar=f"≥ {TEXT_BAR} pages/s",
            held=ours.marked_rate >= TEXT_BAR,
        ),
        Figure(
            what=f"a {THIN}-page scan while one of {THICK} pages is being read",
            measured=f"{ours.beside_thick:.1f} s ({ours.beside_thick / max(0.01, ours.alone):.1f} times)",
            beside=f"{ours.alone:.1f} s alone",
            bar=f"≤ {HELD_UP_BAR:.0f} times",
            held=ours.beside_thick <= HELD_UP_BAR * ours.alone,
        ),
        Figure(
            what="parent and children at their peak",
            measured=f"{memory:.2f} GB",
            bar=f"≤ {MEMORY_BAR} GB",
            held=memory <= MEMORY_BAR,
        ),
    ]
    found.append(
        Figure(
            what="kind of page right",
            measured=f"{seen['kinds']} of {seen['pages']} pages ({kinds:.3f})",
            bar=f"≥ {KIND_BAR}",
            held=kinds >= KIND_BAR,
        )
    )
    labels = {"upright": "set upright", "sensitive": "sensitive or not, right"}
    found += [Figure(what=label, measured=f"{seen[name]} of {seen['pages']} pages") for name, label in labels.items()]
    for what, score in (("scans and born-digital", others), ("photos", photos)):
        f1 = f"F1 {score.f1:.3f} ({score.right} right, {score.wrong} wrong, {score.missing} missing)"
        bar = F1_BARS[what]
        if score.right + score.missing:
            found.append(Figure(what=f"fields of {what}", measured=f1, bar=f"≥ {bar}", held=score.f1 >= bar))
    found.append(Figure(what="fields of all", measured=f"F1 {fields.f1:.3f} ({fields.right} right)"))
    found.append(
        Figure(
            what="seals",
            measured=f"{seen['seals_found']} of {seen['seals']} found, {seen['seals_named']} with their owner's name",
        )
    )
    return [*found, Figure(what="leases with the right signatures", measured=f"{seen['signed']} of {seen['leases']}")]


def by_kind(scores: Scores) -> Table:
    table = Table(title="Fields against truth.json", title_justify="left")
    for column in ("kind", "comes as", "right", "wrong", "missing", "F1"):
        table.add_column(column)
    for (kind, rendering), score in sorted(scores.items()):
        counts = (score.right, score.wrong, score.missing)
        table.add_row(kind, rendering, *map(str, counts), f"{score.f1:.3f}")
    return table


def confusion(taken_for: Counter[Pair]) -> Table:
    """Rows are what pages are, columns what they were taken for."""
    kinds = sorted({kind for pair in taken_for for kind in pair})
    table = Table(title="Kinds of pages: what they are, what they were taken for", title_justify="left")
    for column in ("", *kinds):
        table.add_column(column.replace("_", " "))
    for true in kinds:
        counts = [taken_for[true, read] for read in kinds]
        table.add_row(true, *(str(count) if count else "" for count in counts))
    return table


def wrong_kinds(papers: Sequence[Paper], read: Sequence[list[Page]]) -> Iterator[tuple[str, Path, int]]:
    for paper, pages in zip(papers, read, strict=True):
        for page in pages:
            true = paper.truth["page_kinds"][page.number - 1]
            if page.kind != true:
                yield f"{paper.path.parent.name}/{paper.path.name}: {true} / {page.kind}", paper.path, page.number


async def reported(folder: Path, tables: Sequence[Table], failures: Sequence[tuple[str, Path, int]]) -> Path:
    """Tables and failures as a page of Markdown, each failure with the picture of its page."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.webp"):
        old.unlink()
    plain = Console(record=True, width=160, file=io.StringIO())
    for table in tables:
        plain.print(table)
    lines = ["# Reading: what was wrong", "", "```", plain.export_text().rstrip(), "```", ""]
    pictures: dict[tuple[Path, int], str] = {}
    async with Readers(1) as readers:
        for said, path, number in failures:
            if (path, number) not in pictures:
                name = f"{len(pictures) + 1:03}.webp"
                (folder / name).write_bytes(await readers.draw(path, number, PICTURE_WIDTH))
                pictures[path, number] = name
            lines += [f"- {said}, page {number}", "", f"  ![page {number}]({pictures[path, number]})", ""]
    report = folder / "report.md"
    report.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return report


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bundles", type=Path, default=SPECIMENS)
    parser.add_argument("--report", type=Path, default=REPORT, help="where failures go, with the pages")
    parser.add_argument("--verbose", action="store_true", help="name every field that is not right")
    options = parser.parse_args()
    papers = papers_in(options.bundles)
    scans = [paper for paper in papers if not paper.has_text]
    born_digital = [paper for paper in papers if paper.has_text]
    bare = measured_bare(scans)
    ours = asyncio.run(measured_ours(scans, born_digital))
    every = [*scans, *born_digital]
    seen, scores, taken_for = held_against(every, ours.pages)
    show(f"Reading on {CORES} cores", figures(bare, ours, seen, scores))
    tables = [by_kind(scores), confusion(taken_for)]
    for table in tables:
        Console(width=None if Console().is_terminal else 140).print(table)
    failures = list(wrong_kinds(every, ours.pages))
    for score in scores.values():
        failures += [(said, path, number) for said, (path, number) in zip(score.examples, score.pages, strict=True)]
    report = asyncio.run(reported(options.report, tables, failures))
    Console().print(f"{len(failures)} failures with their pages: {report}", highlight=False, soft_wrap=True)
    if options.verbose:
        for example in (example for score in scores.values() for example in score.examples):
            Console().print(example, highlight=False, soft_wrap=True)


if __name__ == "__main__":
    main()
