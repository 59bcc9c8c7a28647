"""Whole files: the same answers as one by one, at one moment, going on where they were interrupted."""

import asyncio
import csv
import io
import os
import random
import signal
from pathlib import Path

import pytest

from tests.lookup.conftest import Enter, entering
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.addresses.model import CAPS as WASHED_FOR
from zhusuo.carriers.model import CarrierKind
from zhusuo.db import Connection, Database, moment
from zhusuo.lookup.bulk import Hands, Lines, ProcessDied, Work, csv_text, hands
from zhusuo.lookup.columns import CLASSIFIED, WASHED
from zhusuo.lookup.csv_rows import csv_table
from zhusuo.lookup.find import find
from zhusuo.lookup.outcome import CAPS as LOOKED_UP_FOR
from zhusuo.lookup.reasons import LABELS
from zhusuo.lookup.whole_files import Tally, Told, through

XUHUI = ("310104",)
MANY = 10_000


async def _district(database: Database, db: Connection) -> Enter:
    """Towers at one gate, a lane, a park with buildings, a street, a range, names and former names."""
    enter = await entering(database, db)
    await enter("汇宁大厦", "宜山路935号", "901-940", "1801-1840", floors=(20, 2), aliases=("汇宁中心",))
    await enter("东楼", "虹桥路3号", "2101-2120")
    await enter("西楼", "虹桥路3号", "2101-2120")
    await enter("科创园", "宜山路180号", "2号楼:1201-1220", "A座:301-320", kind=CarrierKind.PARK)
    await enter("长弄小区", "中山西路1870弄12号", "101-120")
    await enter("田林路沿街商铺", "田林路", *(f"{number}号:" for number in range(101, 141)), kind=CarrierKind.STREET)
    await enter("漕溪楼", "漕溪路129-131号", "201-220")
    await enter("肇嘉大厦", "肇嘉浜路1366号", "1801-1810", also=("天平路2号",))
    return enter


def _texts(count: int) -> list[str]:
    """What people write for them, and what is not there."""
    chance = random.Random(11)
    gates = (
        "宜山路935号", "宜山路935号汇宁中心", "虹桥路3号", "虹桥路3号东楼", "宜山路180号2号楼", "宜山路180号A座",
        "宜山路180号", "中山西路1870弄12号", "中山西路1870弄14号", "田林路", "漕溪路129号", "漕溪路130号",
        "肇嘉浜路1366号", "肇家浜路1366号", "天平路2号", "汇宁大厦", "宜山路937号", "宜由路935号", "浦东大道1号",
        "南京市中山路1号", "随便写写", "Yishan Road 935",
    )  # fmt: skip
    ends = ("{0}室", "{0}", "{1}楼{0}室", "2-{0}", "{0}室（一照多址）", "", "{0}-{2}室", "B1层", "夹层{0}室", "{2}号")
    found: dict[str, None] = {}
    while len(found) < count:
        room = chance.choice((101, 119, 201, 305, 901, 935, 1203, 1801, 1840, 2105, 9999)) + chance.randint(0, 30)
        text = chance.choice(("", "上海市徐汇区", "徐汇区", "上海市", "黄浦区", "徐汇区 徐家汇街道")) + chance.choice(
            gates
        )
        text += chance.choice(ends).format(room, room // 100, room + 1)
        if chance.random() < 0.2:
            cut = chance.randrange(len(text))
            text = text[:cut] + chance.choice(("", "号", "１", "大厦", "—", "0")) + text[cut + 1 :]
        found[text] = None
    return list(found)


async def _through(ready: Hands, work: Work, rows: list[list[str]], size: int = 1_000) -> list[Lines]:
    chunks = [rows[at : at + size] for at in range(0, len(rows), size)]
    return await asyncio.to_thread(lambda: list(ready.lines(work, chunks)))


async def test_many_get_the_same_answers_as_one_by_one(fresh_database: Database, lexicon: Lexicon) -> None:
    async with fresh_database.connection() as db:
        await _district(fresh_database, db)
        rows = [[str(place), text] for place, text in enumerate(_texts(MANY))]
        with hands(lexicon, 2) as both:
            async with moment(fresh_database) as (_, snapshot):
                work = Work(form="classified", place=1, url=fresh_database.url, snapshot=snapshot, district_codes=XUHUI)
                done = await _through(both, work, rows)
        one_by_one = [await find(db, text, lexicon=lexicon, district_codes=XUHUI) for _, text in rows]
    expected = csv_text([*row, *CLASSIFIED.cells(match)] for row, match in zip(rows, one_by_one, strict=True))
    assert "".join(lines.text for lines in done).split("\r\n") == expected.split("\r\n")
    counts = {class_: sum(lines.counts[class_] for lines in done) for class_ in "ABCN"}
    assert sum(counts.values()) == MANY
    assert min(counts.values()) > 100, counts


async def test_what_changes_meanwhile_is_not_seen(fresh_database: Database, lexicon: Lexicon) -> None:
    async with fresh_database.connection() as db:
        enter = await entering(fresh_database, db)
        await enter("汇宁大厦", "宜山路935号", "901")
        with hands(lexicon, 1) as one:
            async with moment(fresh_database) as (_, snapshot):
                await enter("后来的楼", "宜山路937号", "901")
                work = Work(form="classified", place=0, url=fresh_database.url, snapshot=snapshot)
                (lines,) = await _through(one, work, [["徐汇区宜山路935号901室"], ["徐汇区宜山路937号901室"]])
    assert (lines.counts["A"], lines.counts["N"]) == (1, 1)


async def test_a_slow_stretch_holds_nobody_up_for_ever(lexicon: Lexicon) -> None:
    row = ["徐汇区宜山路1号2幢3层301室"]
    slow = [[f"{row[0]}{place}"] for place in range(20_000)]
    chunks = [slow, *([row] for _ in range(40)), slow[:5_000], *([row] for _ in range(40))]
    with hands(lexicon, 2) as both:
        work = Work(form="washed", place=0)
        done = await asyncio.wait_for(asyncio.to_thread(lambda: list(both.lines(work, chunks))), 60)
    assert [lines.rows for lines in done] == [len(chunk) for chunk in chunks]


async def test_a_process_that_dies_is_told(lexicon: Lexicon) -> None:
    with hands(lexicon, 2) as both:
        os.kill(both.pids[0], signal.SIGKILL)
        with pytest.raises(ProcessDied):
            await _through(both, Work(form="washed", place=0), [["宜山路1号"]] * 100, size=10)


async def test_what_goes_wrong_in_a_process_is_raised(fresh_database: Database, lexicon: Lexicon) -> None:
    with hands(lexicon, 1) as one, pytest.raises(Exception, match="snapshot"):
        await _through(one, Work(form="washed", place=0, url=fresh_database.url, snapshot="no such"), [["宜山路1号"]])


def _file(folder: Path, count: int) -> Path:
    source = folder / "in.csv"
    rows = [f'{place},"宜山路{place % 900}号{place % 37}01室"' for place in range(count)]
    rows[7] = '8,"宜山路1号'
    source.write_text("编号,住所\n" + "\n".join(rows) + "\n", "utf-8")
    return source


def _run(lexicon: Lexicon, source: Path, out: Path | None, stop_after: int = 0) -> tuple[Tally, list[str], list[str]]:
    faults: list[str] = []
    pieces: list[str] = []
    read = iter(range(1, 1_000_000))

    def tell(_: int) -> None:
        if next(read) == stop_after:
            raise KeyboardInterrupt

    told = Told(fault=lambda fault: faults.append(str(fault)), read=tell, lines=pieces.append)
    with hands(lexicon, 2) as both, csv_table(source) as table:
        work = Work(form="washed", place=table.place("住所"))
        return through(both, work, table, source, out, "words 1", told), faults, pieces


def test_an_interrupted_file_goes_on_where_it_was(tmp_path: Path, lexicon: Lexicon) -> None:
    source, out, whole = _file(tmp_path, 9_001), tmp_path / "out.csv", tmp_path / "whole.csv"
    assert _run(lexicon, source, whole)[0].rows == 9_000
    with pytest.raises(KeyboardInterrupt):
        _run(lexicon, source, out, stop_after=2)
    assert not out.exists()
    tally, faults, _ = _run(lexicon, source, out)
    assert (tally.rows, tally.faults, faults) == (9_000, 1, [])
    assert 0 < tally.resumed < 9_000
    assert out.read_bytes() == whole.read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"in.csv", "out.csv", "whole.csv"}


def test_another_file_or_version_begins_anew(tmp_path: Path, lexicon: Lexicon) -> None:
    source, out = _file(tmp_path, 5_000), tmp_path / "out.csv"
    with pytest.raises(KeyboardInterrupt):
        _run(lexicon, source, out, stop_after=1)
    source.write_text("编号,住所\n1,宜山路2号\n", "utf-8")
    tally, _, _ = _run(lexicon, source, out)
    assert (tally.rows, tally.resumed) == (1, 0)
    with out.open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert list(row) == ["编号", "住所", *WASHED.names]
    assert row["number"] == "2"


def test_without_a_file_to_write_the_lines_are_handed_out(tmp_path: Path, lexicon: Lexicon) -> None:
    tally, faults, pieces = _run(lexicon, _file(tmp_path, 50), None)
    assert (tally.rows, len(faults)) == (49, 1)
    assert "第 9 行" in faults[0]
    assert len("".join(pieces).splitlines()) == 49


@pytest.mark.parametrize("cells", [["a", "b"], ["a,b", 'c"d'], ["一\n二", None], ["", ""], ["\r", 3]])
def test_a_line_is_read_back_as_it_was(cells: list[object]) -> None:
    (row,) = csv.reader(io.StringIO(csv_text([cells]), newline=""))
    assert row == ["" if cell is None else str(cell) for cell in cells]


def test_every_reason_has_a_name() -> None:
    assert set(LABELS) == set(WASHED_FOR) | set(LOOKED_UP_FOR)
