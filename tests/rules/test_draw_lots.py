"""双随机: the same seed and the same list always draw the same; a file that was tampered with is found out."""

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from zhusuo.cli_inspections import inspections
from zhusuo.inspections import lots
from zhusuo.inspections.lots import Entry

SEED = "ab" * 32
ENTRIES = (
    *(
        Entry(kind="target", id=f"{n:08}-0000-7000-8000-000000000000", name=f"企业{n}", place="汇澜大厦")
        for n in range(9)
    ),
    *(Entry(kind="supervisor", id=f"{n:08}-0000-7000-8000-00000000000f", name=f"监管员{n}") for n in range(3)),
)


def published(count: int = 4) -> lots.Sheet:
    return lots.Sheet(
        number="SJ000001",
        algorithm=lots.ALGORITHM,
        commitment=lots.commitment(SEED),
        seed=SEED,
        list_sha256=lots.list_sha256(ENTRIES),
        count=count,
        entries=ENTRIES,
        results=tuple(
            (pair.target.id, pair.first.id, pair.second.id if pair.second else "")
            for pair in lots.draw(SEED, ENTRIES, count)
        ),
    )


def test_the_order_of_the_list_does_not_matter_and_the_lowest_ticket_is_first() -> None:
    drawn = lots.draw(SEED, tuple(reversed(ENTRIES)), 9)
    tickets = [lots.ticket(SEED, pair.target.id) for pair in drawn]
    assert drawn == lots.draw(SEED, ENTRIES, 9)
    assert tickets == sorted(tickets)


def test_two_go_together_and_the_work_is_dealt_evenly() -> None:
    drawn = lots.draw(SEED, ENTRIES, 9)
    assert all(pair.second is not None and pair.first != pair.second for pair in drawn)
    firsts = [pair.first.id for pair in drawn]
    assert sorted(firsts.count(each) for each in set(firsts)) == [3, 3, 3]


def test_a_ticket_is_what_any_tool_computes() -> None:
    # printf 'ab|x' | sha256sum
    assert lots.ticket("ab", "x") == "06284a8c3e3d860f8a21bced897d390dfc7b61d5e48fc5830932b13fe3741e52"


def test_what_is_published_holds_and_survives_its_file() -> None:
    sheet = published()
    assert lots.faults(sheet) == []
    assert lots.read("\ufeff" + lots.written(sheet)).results == sheet.results
    assert lots.faults(lots.read(lots.written(sheet))) == []


def test_a_name_that_looks_like_a_formula_neither_becomes_one_nor_spoils_the_hash() -> None:
    entries = (Entry(kind="target", id="1", name="=1+1", place="'号"), *ENTRIES)
    sheet = replace(published(), entries=entries, list_sha256=lots.list_sha256(entries))
    assert ",=1+1," not in lots.written(sheet)
    assert lots.list_sha256(lots.read(lots.written(sheet)).entries) == sheet.list_sha256


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"seed": "cd" * 32}, "种子与事先公布的承诺不符"),
        ({"entries": ENTRIES[1:]}, "名单与公布的名单散列不符"),
        ({"results": tuple(reversed(published().results))}, "第 1 个结果不符"),
        ({"results": published().results[:-1]}, "应抽出 4 户，公布了 3 户"),
        ({"algorithm": "lots-2"}, "只会验算"),
    ],
)
def test_what_was_tampered_with_is_found_out(changed: dict[str, object], sentence: str) -> None:
    assert sentence in " ".join(lots.faults(replace(published(), **changed)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "status"), [(lots.written(published()), 0), (lots.written(replace(published(), seed="0")), 1), ("x", 2)]
)
def test_the_command_says_it_by_its_exit_status(tmp_path: Path, text: str, status: int) -> None:
    file = tmp_path / "draw.csv"
    file.write_text(text, "utf-8")
    assert CliRunner().invoke(inspections, ["verify-draw", str(file)]).exit_code == status
