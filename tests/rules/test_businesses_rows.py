"""The file of a register: any usual table, and a sentence for every line that cannot be used."""

from datetime import date
from pathlib import Path

import pytest

from tests.make_businesses import csv_of, uscc, xlsx_of
from zhusuo.businesses.rows import is_workbook, read_csv, read_workbook
from zhusuo.carriers.entry import day_of_cell
from zhusuo.carriers.tables import UnknownLayout

CODE, OTHER = uscc(1001), uscc(1002)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_is_read_in_any_usual_encoding(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "登记.csv"
    file.write_bytes(
        csv_of([("上海澜鹭信息科技有限公司", CODE, "云锦路887号1403室", "2019/3/1", "存续")], encoding=encoding)
    )
    (row,) = read_csv(file)
    assert (row.line, row.name, row.uscc, row.address) == (2, "上海澜鹭信息科技有限公司", CODE, "云锦路887号1403室")
    assert (row.registered_on, row.deregistered, row.fault) == (date(2019, 3, 1), False, "")


async def test_a_workbook_says_the_same_and_other_words_for_its_columns(tmp_path: Path) -> None:
    header = ("序号", "市场主体名称", "社会信用代码", "注册地址", "核准日期", "经营状态")
    data = xlsx_of([(1, "甲公司", CODE, "云锦路887号", "20190301", "注销")], header=header)
    (tmp_path / "a.xlsx").write_bytes(data)
    assert is_workbook(tmp_path / "a.xlsx")
    (row,) = await read_workbook(data)
    assert (row.uscc, row.address, row.registered_on, row.deregistered) == (CODE, "云锦路887号", date(2019, 3, 1), True)


def test_every_line_that_cannot_be_used_says_why(tmp_path: Path) -> None:
    file = tmp_path / "登记.csv"
    lines = [
        ("甲", CODE, "云锦路1号", "", ""),
        ("乙", CODE, "云锦路2号", "", ""),
        ("丙", CODE[:-1] + ("0" if CODE[-1] != "0" else "1"), "云锦路3号", "", ""),
        ("丁", "", "云锦路4号", "", ""),
        ("", OTHER, "云锦路5号", "", ""),
        ("戊", OTHER, "", "", ""),
        ("己", OTHER, "云锦路6号", "去年", ""),
    ]
    file.write_bytes(csv_of(lines) + '\r\n"庚,没有闭合'.encode())
    faults = [row.fault for row in read_csv(file)]
    assert faults[0] == ""
    assert [fault[:9] for fault in faults[1:]] == [
        "与第 2 行是同一",
        "统一社会信用代码“",
        "没有统一社会信用代",
        "没有企业名称",
        "没有住所",
        "“去年”不是日期，",
        "引号没有闭合，这一",
    ]  # fmt: skip


def test_full_width_codes_are_the_same_codes(tmp_path: Path) -> None:
    file = tmp_path / "登记.csv"
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in CODE.lower())
    file.write_bytes(csv_of([("甲", wide, "云锦路1号", "", "")]))
    assert [row.uscc for row in read_csv(file)] == [CODE]


def test_a_table_of_something_else_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "别的.csv"
    file.write_bytes(csv_of([("1", "2")], header=("企业名称", "电话")))
    with pytest.raises(UnknownLayout) as refusal:
        list(read_csv(file))
    assert "统一社会信用代码、住所" in refusal.value.message


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-22", date(2026, 11, 22)),
        ("2026/3/1", date(2026, 3, 1)),
        ("2026年3月1日", date(2026, 3, 1)),
        ("２０２６.３.１", date(2026, 3, 1)),
        ("20261122", date(2026, 11, 22)),
        ("46348", date(2026, 11, 22)),
        ("2026-11-22 00:00:00", date(2026, 11, 22)),
        ("2026-02-30", None),
        ("长期", None),
    ],
)
def test_a_day_is_read_as_people_write_it(text: str, day: date | None) -> None:
    assert day_of_cell(text) == day
