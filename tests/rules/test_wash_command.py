"""`zhusuo wash`: one line of JSON an address, whole files, and an exit status that says how it went."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from zhusuo.cli_words import wash
from zhusuo.lookup.columns import WASHED


def washed(*words: str) -> Result:
    return CliRunner().invoke(wash, [*words, "--parse-only"])


def told(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_ten_lines_of_a_newcomer() -> None:
    texts = (
        "徐汇区肇嘉浜路1366号18楼1803室", "肇家浜路1366号1803", "漕溪北路88号圣爱大厦2101-2103室",
        "中山西路1870弄12号2幢202", "虹桥路1号港汇中心二座三十二层", "徐汇区漕宝路66号光大会展中心B座",
        "上海徐汇田林路140号28号楼2F-21", "宜山路900号", "10F, No.501 Zhangyang Road", "随便写点什么",
    )  # fmt: skip
    result = washed(*texts)
    assert result.exit_code == 0
    found = told(result)
    assert [each["input"] for each in found] == list(texts)
    assert found[2]["address"]["units"] == ["2101", "2102", "2103"]
    assert (found[4]["address"]["building"], found[4]["address"]["floor"]) == ("2", 32)
    assert (found[6]["address"]["building"], found[6]["address"]["floor"], found[6]["address"]["units"]) == (
        "28", 2, ["21"],
    )  # fmt: skip


def test_a_file_keeps_its_columns_and_gets_ours(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_bytes("编号,地址,class\n1,宜山路1号2幢101、102室,甲\n".encode("gb18030"))
    out = tmp_path / "out.csv"
    result = washed("--file", str(source), "--column", "地址", "--out", str(out))
    assert (result.exit_code, result.stdout) == (0, "")
    with out.open(encoding="utf-8-sig", newline="") as opened:
        (row,) = csv.DictReader(opened)
    assert set(row) == {"编号", "地址", "class", "washed_class", *WASHED.names}
    assert (row["编号"], row["class"], row["number"], row["building"], row["units"]) == (
        "1",
        "甲",
        "1",
        "2",
        "101、102",
    )


def test_bad_lines_are_named_and_good_rows_kept(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text('address\n"宜山路1号\n宜山路2号\n', "utf-8")
    out = tmp_path / "out.jsonl"
    result = washed("--file", str(source), "--out", str(out))
    assert result.exit_code == 1
    assert "第 2 行：引号没有闭合" in result.stderr
    assert "已清洗 1 行，1 行有问题" in result.stderr
    assert [json.loads(line)["input"] for line in out.read_text("utf-8").splitlines()] == ["宜山路2号"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "请给出地址"),
        (("宜山路1号", "--file", "in.csv"), "请给出地址"),
        (("--file", "in.csv", "--out", "out.xlsx"), ".csv 或 .jsonl"),
        (("--file", "in.csv", "--column", "住所"), "没有“住所”这一列"),
        (("--file", "empty.csv"), "文件是空的"),
        (("--file", "missing.csv"), "missing.csv"),
    ],
)
def test_a_wrong_call_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in.csv").write_text("address\n宜山路1号\n", "utf-8")
    Path("empty.csv").touch()
    result = washed(*words)
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert not {path.name for path in tmp_path.iterdir()} - {"in.csv", "empty.csv"}
