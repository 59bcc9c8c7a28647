"""Runs the benches one after the other and writes their figures as one table, to the terminal and bench/RESULTS.md.

    python -m bench [--bundles DIR] [reading leases upload …]

Each is a process of its own, as `python -m bench.NAME` runs it alone. Exit status 1 if one of them broke off or a bar
was missed.
"""

import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click
import psutil
from rich.console import Console

from bench.figures import COLUMNS, KEPT_IN, Figure, cells, collected, table

BENCHES = (
    "start",
    "upload",
    "reading",
    "leases",
    "pages",
    "lookup",
    "bulk",
    "suggest",
    "addresses",
    "businesses",
    "supervision",
    "exports",
    "zombies",
)
OF_BUNDLES = ("reading", "leases")
"""Those that read bundles of papers, and may be pointed at others of the same schema."""
RESULTS = Path(__file__).parent / "RESULTS.md"


@dataclass(frozen=True, kw_only=True)
class Run:
    """What a bench told, how busy the machine was when it began, and whether it came to its end."""

    name: str
    figures: list[Figure]
    load: float
    ended_well: bool

    @property
    def title(self) -> str:
        note = "" if self.ended_well else ", BROKE OFF"
        return f"{self.name} (load of the machine before: {self.load:.1f}{note})"


def run(name: str, kept: Path, bundles: Path | None) -> Run:
    load = os.getloadavg()[0]
    options = ["--bundles", str(bundles)] if bundles and name in OF_BUNDLES else []
    call = [sys.executable, "-m", f"bench.{name}", *options]
    done = subprocess.run(call, env={**os.environ, KEPT_IN: str(kept)}, check=False)
    return Run(name=name, figures=collected(kept), load=load, ended_well=done.returncode == 0)


def machine() -> str:
    """In words, and nothing that would name it."""
    cores = len(os.sched_getaffinity(0))
    memory = psutil.virtual_memory().total / 1e9
    return f"{cores} cores, {memory:.0f} GB of memory, {platform.system()}, Python {platform.python_version()}"


def markdown(runs: Sequence[Run], day: date) -> str:
    lines = [
        "# Figures",
        "",
        f"{day.isoformat()}, {machine()}. Written by `python -m bench`. The second column is what we measured, the",
        "third what the peer or the limit did in the same run. A load above the number of cores says that others were",
        "at work on the machine: then the ratios count, and times are longer than they are.",
    ]
    for each in runs:
        lines += ["", f"## {each.title}", "", _row(COLUMNS), _row(["---"] * len(COLUMNS))]
        lines += [_row(cells(figure)) for figure in each.figures]
    return "\n".join(lines) + "\n"


def _row(texts: Sequence[str]) -> str:
    return f"| {' | '.join(text.replace('|', '/') for text in texts)} |"


@click.command(help=__doc__)
@click.argument("names", nargs=-1, type=click.Choice(BENCHES))
@click.option(
    "--bundles", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Another folder of them."
)
def main(names: Sequence[str], bundles: Path | None) -> None:
    runs = []
    with tempfile.TemporaryDirectory(prefix="zhusuo-bench-") as folder:
        for name in names or BENCHES:
            runs.append(run(name, Path(folder) / f"{name}.jsonl", bundles))
    for each in runs:
        Console().print(table(each.title, each.figures))
    if not names:
        RESULTS.write_text(markdown(runs, date.today()), "utf-8")
    missed = [figure for each in runs for figure in each.figures if figure.held is False]
    raise SystemExit(1 if missed or not all(each.ended_well for each in runs) else 0)


if __name__ == "__main__":
    main()
