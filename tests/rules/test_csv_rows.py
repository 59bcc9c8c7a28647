"""Files of strangers are read line by line: a bad line costs only itself, and is named by its number."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhusuo.lookup.csv_rows import CsvFault, CsvRow, NotSuchATable, csv_table, split

TABLE = "编号,地址\n1,宜山路1号\n2,宜山路2号\n"


def read(path: Path) -> tuple[list[str], list[tuple[int, list[str]]], list[str]]:
    """The header, the rows with their line numbers, and the complaints."""
    with csv_table(path) as table:
        found = list(table.rows)
    rows = [(row.line, row.cells) for row in found if isinstance(row, CsvRow)]
    return table.header, rows, [str(row) for row in found if isinstance(row, CsvFault)]


def entered(folder: Path, data: str | bytes) -> Path:
    path = folder / "in.csv"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_every_usual_encoding(tmp_path: Path, encoding: str, line_break: str, delimiter: str) -> None:
    text = TABLE.replace("\n", line_break).replace(",", delimiter)
    assert read(entered(tmp_path, text.encode(encoding))) == (
        ["编号", "地址"],
        [(2, ["1", "宜山路1号"]), (3, ["2", "宜山路2号"])],
        [],
    )


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ('9,"宜山路9号', "第 3 行：引号没有闭合，这一行没有处理"),
        ('"9,宜山路9号', "第 3 行：引号没有闭合，这一行没有处理"),
        ("9,宜山路9号,多,出来", "第 3 行：有 4 列，表头只有 2 列，这一行没有处理"),
    ],
)
def test_a_bad_line_costs_only_itself(tmp_path: Path, line: str, complaint: str) -> None:
    path = entered(tmp_path, f'编号,地址\n1,宜山路1号\n{line}\n2,"宜山路2号"\n3,宜山路3号\n')
    _, rows, complaints = read(path)
    assert rows == [(2, ["1", "宜山路1号"]), (4, ["2", "宜山路2号"]), (5, ["3", "宜山路3号"])]
    assert complaints == [complaint]


def test_a_broken_character_costs_its_line(tmp_path: Path) -> None:
    broken = TABLE.encode() + b"3,\xff\xfe\n" + "4,宜山路4号\n".encode()
    _, rows, complaints = read(entered(tmp_path, broken))
    assert [row[0] for row in rows] == [2, 3, 5]
    assert complaints == ["第 4 行：有不能识别的字符（文件应为 UTF-8 或 GB18030），这一行没有处理"]


def test_what_is_quoted_may_hold_anything(tmp_path: Path) -> None:
    text = '编号,地址\n1,"宜山路1号,2号"\n2,"宜山路\n3号"\n3,"“宜山路”""4""号"\n4,宜山路5"号\n\n5\n'
    assert read(entered(tmp_path, text))[1:] == (
        [
            (2, ["1", "宜山路1号,2号"]),
            (3, ["2", "宜山路\n3号"]),
            (5, ["3", '“宜山路”"4"号']),
            (6, ["4", '宜山路5"号']),
            (8, ["5", ""]),
        ],
        [],
    )


@pytest.mark.parametrize("data", ["", "\n1,2\n", "\ufeff"])
def test_a_file_without_a_header_is_refused(tmp_path: Path, data: str) -> None:
    with pytest.raises(NotSuchATable), csv_table(entered(tmp_path, data)):
        pass


def test_a_missing_column_is_named_beside_those_that_are_there(tmp_path: Path) -> None:
    with csv_table(entered(tmp_path, TABLE)) as table:
        assert table.place("地址") == 1
        with pytest.raises(NotSuchATable, match="没有“address”这一列；有的是“编号”、“地址”"):
            table.place("address")


def test_many_open_quotes_take_no_longer_than_the_file_is_long(tmp_path: Path) -> None:
    lines = "".join(f'{number},"宜山路{number}号\n' for number in range(5000))
    _, rows, complaints = read(entered(tmp_path, f"编号,地址\n{lines}9999,宜山路1号\n"))
    assert (len(complaints), rows) == (5000, [(5002, ["9999", "宜山路1号"])])


@given(st.lists(st.text(alphabet='a,"宜\t', max_size=6), min_size=1, max_size=6))
def test_what_was_written_is_read(cells: list[str]) -> None:
    line = ",".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in cells)
    assert split(line, ",") == cells
