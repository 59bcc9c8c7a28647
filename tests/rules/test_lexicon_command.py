"""`zhusuo lexicon`: a list in, roads and doubts out; settled by hand, and the installation knows the roads."""

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from zhusuo.addresses.lexicon import Lexicon, RoadsUnreadable, read_roads
from zhusuo.addresses.wash import wash
from zhusuo.carriers import gates
from zhusuo.carriers.model import CarrierKind
from zhusuo.carriers.tables import workbook
from zhusuo.cli_lexicon import lexicon
from zhusuo.cli_words import wash as wash_command
from zhusuo.settings import Settings

ROWS = [
    *["徐汇区锦葵桐路1号"] * 3,
    "徐汇区肇家浜路1111号",
    "青浦区桐葵家湾7号",
    "徐汇区虹桥路1号港汇中心1201室",
    "徐汇区虹桥路1号恒隆大厦1202室",
    "徐汇区宜山路",
    "徐汇区虹桥路1号港汇中心1203室",
]


def told(*words: str | Path, home: Path) -> Result:
    return CliRunner().invoke(lexicon, [str(word) for word in words], env={"ZHUSUO_HOME": str(home)})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "in.csv"
    found.write_bytes(("编号,地址\n" + "".join(f"{k},{row}\n" for k, row in enumerate(ROWS))).encode("gb18030"))
    return found


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


def settle(path: Path, decisions: dict[str, tuple[str, str]]) -> None:
    rows = table(path)
    for row in rows:
        row["处理"], row["改为"] = decisions.get(row["内容"], ("", ""))
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(text.getvalue(), "utf-8-sig")


def test_a_list_becomes_roads_and_doubts_and_a_person_settles_them(tmp_path: Path, file: Path) -> None:
    out = tmp_path / "out"
    result = told(file, "--column", "地址", "--out", out, home=tmp_path)
    assert result.exit_code == 0, result.output
    assert "读了 9 行，读懂 8 行。" in result.output
    assert "没有门牌号：1 行，例如第 9 行" in result.output
    assert read_roads(out / "roads.txt") == ["锦葵桐路"]
    assert [tuple(row.values()) for row in table(out / "roads.csv")] == [("锦葵桐路", "3", "1号", "徐汇区")]
    assert [(row["疑点"], row["内容"], row["相近"]) for row in table(out / "doubts.csv")] == [
        ("与另一路名同音", "肇家浜路", "肇嘉浜路"),
        ("写在路名处，不像路名", "桐葵家湾", ""),
        ("一址多名", "恒隆大厦", "港汇中心"),
    ]
    settle(out / "doubts.csv", {"肇家浜路": ("同", ""), "恒隆大厦": ("SAME-AS", "港汇恒隆广场")})
    applied = told("--apply", out / "doubts.csv", home=tmp_path)
    assert applied.exit_code == 0, applied.output
    assert "还有 1 条疑点没有写“处理”" in applied.output
    assert read_roads(tmp_path / "roads.txt") == ["肇嘉浜路=肇家浜路", "锦葵桐路"]
    assert [(row["门牌"], row["名称"], row["别名"]) for row in table(out / "aliases.csv")] == [
        ("虹桥路1号", "港汇中心", "港汇恒隆广场")
    ]
    again = told(file, "--column", "地址", "--json", home=tmp_path)
    summary = json.loads(again.stdout)
    assert (summary["rows"], summary["roads"]) == (9, [])
    assert [each["text"] for each in summary["doubts"]] == ["桐葵家湾", "恒隆大厦"]


def test_what_somebody_is_settling_is_not_written_over(tmp_path: Path, file: Path) -> None:
    out = tmp_path / "out"
    told(file, "--column", "地址", "--out", out, home=tmp_path)
    settle(out / "doubts.csv", {"桐葵家湾": ("去掉", "")})
    again = told(file, "--column", "地址", "--out", out, home=tmp_path)
    assert (again.exit_code, "已有 doubts.csv" in again.output) == (2, True)
    assert [row["处理"] for row in table(out / "doubts.csv") if row["内容"] == "桐葵家湾"] == ["去掉"]


def test_a_spreadsheet_is_read_too_and_nothing_written_becomes_a_formula(tmp_path: Path) -> None:
    source = tmp_path / "in.xlsx"
    source.write_bytes(workbook("登记", ("编号", "地址"), [(k, row) for k, row in enumerate(ROWS)]))
    found = json.loads(told(source, "--column", "地址", "--json", home=tmp_path).stdout)
    assert (found["rows"], [each["name"] for each in found["roads"]]) == (9, ["锦葵桐路"])
    assert found["causes"][0]["lines"] == [9]


@pytest.mark.parametrize(
    ("decision", "sentence"),
    [
        (("也许", ""), "“处理”写保留（keep）、去掉（drop）或同（same-as），写的是“也许”"),
        (("同", ""), "要写明与哪一个相同"),
        (("同", "?"), "不是路名"),
    ],
)
def test_a_decision_that_cannot_be_right_changes_nothing(
    tmp_path: Path, file: Path, decision: tuple[str, str], sentence: str
) -> None:
    out = tmp_path / "out"
    told(file, "--column", "地址", "--out", out, home=tmp_path)
    (tmp_path / "roads.txt").write_text("老桐路\n", "utf-8")
    settle(out / "doubts.csv", {"桐葵家湾": decision})
    result = told("--apply", out / "doubts.csv", home=tmp_path)
    assert result.exit_code == 2
    assert sentence in result.output
    assert read_roads(tmp_path / "roads.txt") == ["老桐路"]


def test_a_wrong_call_and_a_wrong_file_are_one_line(tmp_path: Path, file: Path) -> None:
    assert told(home=tmp_path).exit_code == 2
    missing = told(file, "--column", "住所", home=tmp_path)
    assert (missing.exit_code, "没有“住所”这一列" in missing.output) == (2, True)
    assert told("--apply", file, home=tmp_path).exit_code == 2


def test_a_bad_line_is_named_and_the_others_count(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text('address\n"宜山路1号\n宜山路2号\n', "utf-8")
    result = told(source, home=tmp_path)
    assert result.exit_code == 1
    assert "第 2 行：引号没有闭合" in result.output
    assert "读了 1 行" in result.output


def test_an_installation_loads_its_own_roads_at_start(tmp_path: Path) -> None:
    assert Settings(home=tmp_path).roads is None
    own = tmp_path / "roads.txt"
    own.write_text("# 本区\n锦葵桐路\n肇嘉浜路=肇家浜路\n", "utf-8-sig")
    assert Settings(home=tmp_path).roads == own
    known = Lexicon.load(own)
    assert wash("徐汇区锦葵桐路1号", known).known_road
    result = CliRunner().invoke(
        wash_command, ["--parse-only", "徐汇区肇家浜路1366号"], env={"ZHUSUO_HOME": str(tmp_path)}
    )
    assert json.loads(result.stdout)["address"]["road"] == "肇嘉浜路"
    try:
        gates.know(known)
        assert gates.gate_of("徐汇区肇家浜路1366号", CarrierKind.TOWER, "310104").address.road == "肇嘉浜路"
    finally:
        gates.know(Lexicon.load())


def test_a_file_of_roads_that_cannot_be_read_is_named_with_its_line(tmp_path: Path) -> None:
    own = tmp_path / "own.txt"
    with pytest.raises(RoadsUnreadable, match="文件不存在"):
        Lexicon.load(own)
    own.write_text("锦葵桐路\n这一行 不是路名\n", "utf-8")
    with pytest.raises(RoadsUnreadable, match="第 2 行"):
        Lexicon.load(own)
    env = {"ZHUSUO_HOME": str(tmp_path), "ZHUSUO_ROADS_FILE": str(own)}
    result = CliRunner().invoke(wash_command, ["--parse-only", "宜山路1号"], env=env)
    assert (result.exit_code, "第 2 行" in result.output) == (2, True)
