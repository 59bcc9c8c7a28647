"""`zhusuo lexicon`: an installation's own roads and names out of its own list of addresses, settled by hand."""

import asyncio
import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import click

from zhusuo.addresses.distil import (
    DECISIONS,
    LABELS,
    Decision,
    Distilled,
    Distiller,
    Doubt,
    DoubtKind,
    Name,
    Settled,
    merged_roads,
    settled_names,
    settled_roads,
)
from zhusuo.addresses.lexicon import Lexicon, read_roads, road_lines
from zhusuo.addresses.wash import wash
from zhusuo.carriers import tables
from zhusuo.console import WrongFile, settings_of_environment, words_of
from zhusuo.errors import Refusal
from zhusuo.lookup.csv_rows import CsvFault, CsvRow, csv_table
from zhusuo.ports.common.files import STARTS_A_FORMULA
from zhusuo.settings import Settings

SPREADSHEETS = {".xlsx", ".xls", ".ods"}
ROADS_HEAD = "# 本安装的路名，由 zhusuo lexicon 提炼；写法见 docs/lexicon.md。\n"
DOUBTS = ("疑点", "内容", "行数", "门牌", "区", "相近", "相近行数", "处理", "改为")
NAMES = ("名称", "门牌", "行数")
KINDS = {label: kind for kind, label in LABELS.items()}


@click.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--column", default="address", help="地址在哪一列，默认 address。")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="把路名、门牌、名称和疑点写到这个目录。")
@click.option("--json", "as_json", is_flag=True, help="结果写成一行 JSON。")
@click.option(
    "--apply", "settled", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="采用处理过的 doubts.csv。"
)
def lexicon(file: Path | None, column: str, out: Path | None, as_json: bool, settled: Path | None) -> None:
    """从登记清单或载体清单（CSV、XLSX）提炼本区的路名、门牌和名称；拿不准的写成疑点，由人处理后再采用。"""
    if bool(file) == bool(settled) or (settled and (out or as_json)):
        raise click.UsageError("请给出一个清单，或用 --apply 给出处理过的 doubts.csv（二者取一）。")
    settings = settings_of_environment()
    try:
        if settled:
            _apply(settings, settled)
            return
        assert file is not None  # noqa: S101 - one of the two is there
        faults = _distil(words_of(settings), file, column, out, as_json)
    except Refusal as error:
        raise WrongFile(error.message) from error
    raise SystemExit(1 if faults else 0)


# -- out of a list -------------------------------------------------------------------------------------------------


def _distil(known: Lexicon, file: Path, column: str, out: Path | None, as_json: bool) -> int:
    """Every row of the file; returns how many lines could not be read."""
    if out and (out / "doubts.csv").exists():
        raise Refusal(f"{out} 里已有 doubts.csv。请先处理完，或换一个目录。")
    distiller, faults = Distiller(known), 0
    for row in _rows(file, column):
        if isinstance(row, CsvFault):
            faults += 1
            click.echo(str(row), err=True)
        else:
            distiller.add(row.line, wash(row.cells[0], known))
    found = distiller.done()
    if out:
        _write(out, found)
    click.echo(json.dumps(_summary(found, faults), ensure_ascii=False) if as_json else _said(found))
    return faults


def _rows(file: Path, column: str) -> Iterator[CsvRow | CsvFault]:
    """The rows of one column, with their lines."""
    if file.suffix.lower() in SPREADSHEETS:
        sheets = asyncio.run(tables.read(file.read_bytes()))
        found = tables.records(sheets, (tables.Column(key="address", name=column),), ("address",))
        yield from (CsvRow(line=record.row, cells=[record.cells["address"]]) for record in found.rows)
        return
    with csv_table(file) as table:
        place = table.place(column)
        for row in table.rows:
            yield row if isinstance(row, CsvFault) else CsvRow(line=row.line, cells=[row.cells[place]])


def _write(out: Path, found: Distilled) -> None:
    out.mkdir(parents=True, exist_ok=True)
    _write_roads(out / "roads.txt", merged_roads(road.line for road in found.roads))
    roads = ((each.name, each.rows, "、".join(each.numbers), "、".join(each.districts)) for each in found.roads)
    _write_table(out / "roads.csv", ("路名", "行数", "门牌", "区"), roads)
    gates = ((each.district, each.text, each.rows, "、".join(each.names)) for each in found.gates)
    _write_table(out / "gates.csv", ("区", "门牌", "行数", "名称"), gates)
    _write_table(out / "names.csv", NAMES, ((each.name, each.gate, each.rows) for each in found.names))
    causes = ((each.label, each.text, each.rows, "、".join(map(str, each.lines))) for each in found.causes)
    _write_table(out / "unread.csv", ("原因", "例如", "行数", "在第几行"), causes)
    _write_table(out / "doubts.csv", DOUBTS, (_line(doubt) for doubt in found.doubts))


def _line(doubt: Doubt) -> tuple[object, ...]:
    beside = (doubt.like, doubt.like_rows or "")
    return (doubt.kind.label, doubt.text, doubt.rows, doubt.place, "、".join(doubt.districts), *beside, "", "")


def _write_roads(path: Path, lines: Sequence[str]) -> None:
    _replace(path, ROADS_HEAD + "".join(f"{line}\n" for line in lines), "utf-8")


def _write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table that spreadsheet programs read as UTF-8; no text in it becomes a formula."""
    with path.open("w", encoding="utf-8-sig", errors="replace", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows([_cell(each) for each in row] for row in rows)


def _cell(value: object) -> str:
    text = str(value)
    return f"'{text}" if text.startswith(STARTS_A_FORMULA) else text


def _replace(path: Path, text: str, encoding: str) -> None:
    """The file is there only when it is whole."""
    whole = path.with_name(f"{path.name}.part")
    whole.write_text(text, encoding)
    whole.replace(path)


def _summary(found: Distilled, faults: int) -> dict[str, object]:
    return {
        "rows": found.rows,
        "faults": faults,
        "understood": found.understood,
        "known_roads": found.known_roads,
        "gates": len(found.gates),
        "names": len(found.names),
        "roads": [asdict(each) for each in found.roads],
        "doubts": [asdict(each) for each in found.doubts],
        "causes": [asdict(each) for each in found.causes],
    }


def _said(found: Distilled) -> str:
    kinds = Counter(doubt.kind for doubt in found.doubts)
    lines = [
        f"读了 {found.rows} 行，读懂 {found.understood} 行。",
        f"路名：词表里有的 {found.known_roads} 个，可以加进去的 {len(found.roads)} 个；"
        f"门牌 {len(found.gates)} 处，名称 {len(found.names)} 个。",
        *(f"疑点：{kind.label} {count} 条，例如{_for_example(found, kind)}" for kind, count in kinds.most_common()),
        *(
            f"{each.label}：{each.rows} 行，例如第 {'、'.join(map(str, each.lines))} 行（{each.text}）"
            for each in found.causes
        ),
    ]
    return "\n".join(lines)


def _for_example(found: Distilled, kind: DoubtKind) -> str:
    some = [doubt for doubt in found.doubts if doubt.kind is kind][:3]
    return "、".join(f"{each.text}（{each.rows}）" + (f"→{each.like}" if each.like else "") for each in some)


# -- what was settled ----------------------------------------------------------------------------------------------


def _apply(settings: Settings, file: Path) -> None:
    """The roads beside the doubts, and what was settled, into the installation's own file."""
    settled, open_count = _settled(file)
    beside, own = file.with_name("roads.txt"), settings.own_roads
    before = read_roads(own) if own.exists() else []
    after = merged_roads(before, read_roads(beside) if beside.exists() else (), settled_roads(settled))
    road_lines("\n".join(after), own)
    own.parent.mkdir(parents=True, exist_ok=True)
    _write_roads(own, after)
    click.echo(f"已写入 {own}：共 {len(after)} 条路名（原有 {len(before)} 条）。重新启动后生效。")
    names = file.with_name("names.csv")
    if names.exists():
        gates = settled_names(_names(names), settled)
        aliases = ((gate, first, "、".join(others)) for gate, (first, *others) in gates)
        _write_table(file.with_name("aliases.csv"), ("门牌", "名称", "别名"), aliases)
        click.echo(f"已写入 {file.with_name('aliases.csv')}：{len(gates)} 处门牌的名称和别名。")
    if open_count:
        click.echo(f"还有 {open_count} 条疑点没有写“处理”，没有采用。")


def _settled(file: Path) -> tuple[list[Settled], int]:
    """The doubts with a decision, and how many have none. Raises Refusal with the line that cannot be right."""
    settled, open_count = [], 0
    with csv_table(file) as table:
        places = {name: table.place(name) for name in DOUBTS}
        for row in table.rows:
            if isinstance(row, CsvFault):
                raise Refusal(str(row))
            cells = {name: row.cells[place].strip().removeprefix("'") for name, place in places.items()}
            if not cells["处理"]:
                open_count += 1
            else:
                settled.append(_one_settled(row.line, cells))
    return settled, open_count


def _one_settled(line: int, cells: dict[str, str]) -> Settled:
    kind, decision = KINDS.get(cells["疑点"]), DECISIONS.get(cells["处理"].lower())
    if kind is None:
        raise Refusal(f"第 {line} 行：没有“{cells['疑点']}”这种疑点。")
    if decision is None:
        raise Refusal(f"第 {line} 行：“处理”写保留（keep）、去掉（drop）或同（same-as），写的是“{cells['处理']}”。")
    target = (cells["改为"] or cells["相近"]) if decision is Decision.SAME_AS else ""
    if decision is Decision.SAME_AS and not target:
        raise Refusal(f"第 {line} 行：“{cells['内容']}”要写明与哪一个相同（“改为”一列）。")
    return Settled(
        kind=kind,
        text=cells["内容"],
        place=cells["门牌"],
        several="、" in cells["区"],
        decision=decision,
        target=target,
    )


def _names(file: Path) -> Iterator[Name]:
    with csv_table(file) as table:
        name, gate, rows = (table.place(each) for each in NAMES)
        for row in table.rows:
            if isinstance(row, CsvRow):
                given = row.cells[name].removeprefix("'")
                yield Name(name=given, gate=row.cells[gate], rows=int(row.cells[rows]))
