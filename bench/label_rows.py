"""Compares the parts of registered addresses with labels read by hand: exact match per part.

    python -m bench.label_rows ADDRESSES.csv [--labels bench/labels/registered.csv] [--show]

ADDRESSES.csv has the columns id and address. With --show the rows that differ are printed.
"""

import csv
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from bench.figures import Figure, show
from zhusuo.addresses.form import address_json
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.addresses.model import Address
from zhusuo.addresses.wash import wash

LABELS = Path(__file__).parent / "labels" / "registered.csv"
PARTS = ("road", "lane", "sublane", "number", "building", "floor", "units")
BAR = 0.99


@dataclass(frozen=True, kw_only=True)
class Compared:
    """How many rows were compared; part → rows with that part, and rows read wrongly; what differed, in words."""

    rows: int
    present: Counter[str]
    wrong: Counter[str]
    differences: tuple[str, ...]


def parts_of(address: Address) -> dict[str, str]:
    """The labelled parts as labels write them."""
    told = address_json(address)
    parts = {part: told[part] or "" for part in PARTS}
    return parts | {"floor": address.floor, "units": "、".join(told["units"])}


def compare(labels: Mapping[str, Mapping[str, str]], texts: Mapping[str, str], lexicon: Lexicon) -> Compared:
    present: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    differences = []
    for row, label in labels.items():
        parts = parts_of(wash(texts[row], lexicon).address)
        for part in PARTS:
            present[part] += bool(label[part] or parts[part])
            if label[part] != parts[part]:
                wrong[part] += 1
                differences.append(f"{row} {part}: {label[part]!r}, read {parts[part]!r} ({texts[row]})")
    return Compared(rows=len(labels), present=present, wrong=wrong, differences=tuple(differences))


def read_labels(path: Path = LABELS) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as opened:
        return {row["id"]: row for row in csv.DictReader(opened)}


def read_texts(path: Path) -> dict[str, str]:
    with path.open(encoding="utf-8-sig", newline="") as opened:
        return {row["id"]: row["address"] for row in csv.DictReader(opened)}


def figures(compared: Compared) -> list[Figure]:
    found = []
    for part in PARTS:
        share = 1 - compared.wrong[part] / compared.rows
        found.append(
            Figure(
                what=f"{part} of registered addresses, labelled by hand",
                measured=f"{compared.rows - compared.wrong[part]} of {compared.rows} exact ({share:.3f}); "
                f"{compared.present[part]} rows have one",
                bar=f"≥ {BAR}",
                held=share >= BAR,
            )
        )
    return found


@click.command(help=__doc__)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--labels", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=LABELS)
@click.option("--show", "shown", is_flag=True)
def main(file: Path, labels: Path, shown: bool) -> None:
    compared = compare(read_labels(labels), read_texts(file), Lexicon.load())
    show("labels", figures(compared))
    if shown:
        for line in compared.differences:
            click.echo(line)


if __name__ == "__main__":
    main()
