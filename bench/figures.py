"""A figure: what was measured, beside what, against which bar. Every bench ends by showing its figures as one table."""

import json
import os
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

KEPT_IN = "ZHUSUO_BENCH_FIGURES"
"""The variable that names a file to which figures are also written, one JSON object a line."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """`beside` is the peer or limit of the same run; `held` is None where there is no bar."""

    what: str
    measured: str
    beside: str = ""
    bar: str = ""
    held: bool | None = None

    @property
    def verdict(self) -> str:
        return {None: "", True: "held", False: "MISSED"}[self.held]


COLUMNS = ("what", "measured", "beside, in the same run", "bar", "")


def cells(figure: Figure) -> tuple[str, ...]:
    return figure.what, figure.measured, figure.beside, figure.bar, figure.verdict


def table(title: str, figures: Sequence[Figure]) -> Table:
    drawn = Table(title=title, title_justify="left")
    for column in COLUMNS:
        drawn.add_column(column)
    for figure in figures:
        style = {None: None, True: "green", False: "red"}[figure.held]
        drawn.add_row(*cells(figure), style=style)
    return drawn


def show(title: str, figures: Sequence[Figure]) -> None:
    """To the terminal, and to the file that `python -m bench` collects from."""
    Console().print(table(title, figures))
    if path := os.environ.get(KEPT_IN):
        with Path(path).open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(asdict(figure), ensure_ascii=False) + "\n" for figure in figures)


def collected(path: Path) -> list[Figure]:
    """What benches wrote there."""
    if not path.exists():
        return []
    return [Figure(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def median(values: Sequence[float]) -> float:
    return statistics.median(values)
