"""提炼: from a list of addresses to roads, gates and names, with doubts that a person settles."""

from collections.abc import Iterable

from zhusuo.addresses.distil import (
    CAUSES,
    Decision,
    Distilled,
    Distiller,
    DoubtKind,
    Name,
    Settled,
    merged_roads,
    settled_names,
    settled_roads,
)
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.addresses.model import CAPS
from zhusuo.addresses.wash import wash

LEXICON = Lexicon.load()


def distilled(*texts: str) -> Distilled:
    distiller = Distiller(LEXICON)
    for line, text in enumerate(texts, 2):
        distiller.add(line, wash(text, LEXICON))
    return distiller.done()


def doubts(found: Distilled, kind: DoubtKind) -> list[tuple[str, str]]:
    return [(each.text, each.like) for each in found.doubts if each.kind is kind]


def test_a_road_that_is_new_and_seen_often_may_be_added_with_its_numbers() -> None:
    found = distilled(*(f"徐汇区锦葵桐路{number}号" for number in (1, 3, 3, 5)), "徐汇区宜山路900号")
    (road,) = found.roads
    assert (road.name, road.rows, road.numbers, road.districts) == ("锦葵桐路", 4, ("1号", "3号", "5号"), ("徐汇区",))
    assert (found.known_roads, found.rows, found.understood) == (1, 5, 5)


def test_a_village_of_several_districts_is_starred_and_its_teams_belong_to_it() -> None:
    found = distilled("青浦区桐葵村1组12号", "青浦区桐葵村八组7号", "奉贤区桐葵村30号")
    assert [road.line for road in found.roads] == ["桐葵村*"]


def test_a_road_that_may_be_a_slip_is_a_doubt_that_names_the_commoner_one() -> None:
    sounding = distilled(*["徐汇区肇家浜路1111号"] * 4, "徐汇区肇嘉浜路1号")
    assert doubts(sounding, DoubtKind.SOUND) == [("肇家浜路", "肇嘉浜路")]
    assert sounding.roads == ()
    near = distilled(*["徐汇区锦葵桐路1号"] * 5, *["徐汇区锦蓉桐路2号"] * 4)
    assert doubts(near, DoubtKind.NEAR) == [("锦蓉桐路", "锦葵桐路")]
    assert [road.name for road in near.roads] == ["锦葵桐路"]


def test_two_characters_apart_from_a_village_say_nothing() -> None:
    assert doubts(distilled(*["青浦区葵星村1号"] * 5, *["青浦区葵桐村2号"] * 4), DoubtKind.NEAR) == []


def test_what_stands_in_the_place_of_a_road_and_is_none_is_a_doubt() -> None:
    found = distilled(*["青浦区桐葵家湾7号"] * 9, "徐汇区锦葵桐路1号", *["奉贤区桐葵村3号"] * 3, "奉贤区星旗桐葵村3号")
    assert doubts(found, DoubtKind.UNLIKE) == [("桐葵家湾", "")]
    assert doubts(found, DoubtKind.RARE) == [("锦葵桐路", "")]
    assert doubts(found, DoubtKind.ENDS) == [("星旗桐葵村", "桐葵村")]


def test_one_name_at_several_gates_and_several_names_at_one_gate() -> None:
    found = distilled(
        "徐汇区虹桥路1号港汇中心1201室",
        "徐汇区虹桥路1号港汇中心1202室",
        "徐汇区虹桥路3号港汇中心1203室",
        "徐汇区虹桥路1号恒隆大厦1204室",
    )
    assert doubts(found, DoubtKind.GATES) == [("港汇中心", "")]
    assert doubts(found, DoubtKind.NAMES) == [("恒隆大厦", "港汇中心")]
    assert [(each.name, each.gate, each.rows) for each in found.names] == [
        ("港汇中心", "虹桥路1号", 2),
        ("恒隆大厦", "虹桥路1号", 1),
        ("港汇中心", "虹桥路3号", 1),
    ]
    assert [(each.text, each.rows, each.names) for each in found.gates] == [
        ("虹桥路1号", 3, ("港汇中心", "恒隆大厦")),
        ("虹桥路3号", 1, ("港汇中心",)),
    ]


def test_rows_that_are_not_understood_are_counted_by_cause_with_their_lines() -> None:
    found = distilled("徐汇区宜山路", "", "江苏省苏州市观前街1号", "徐汇区宜山路1号", "徐汇区漕溪路")
    assert {each.label: (each.rows, each.lines) for each in found.causes} == {
        "没有门牌号": (2, (2, 6)),
        "没有写地址": (1, (3,)),
        "不在本市": (1, (4,)),
    }
    assert (found.rows, found.understood) == (5, 1)


def test_every_cause_has_words() -> None:
    assert {code for code, cap in CAPS.items() if cap in ("C", "N")} <= CAUSES.keys()


def settled(rows: Iterable[tuple[DoubtKind, str, str, Decision, str]]) -> list[Settled]:
    return [
        Settled(kind=kind, text=text, place=place, several=text == "新华村", decision=decision, target=target)
        for kind, text, place, decision, target in rows
    ]


def test_what_was_settled_becomes_lines_of_roads() -> None:
    decided = settled(
        [
            (DoubtKind.RARE, "锦葵桐路", "", Decision.KEEP, ""),
            (DoubtKind.RARE, "新华村", "", Decision.KEEP, ""),
            (DoubtKind.UNLIKE, "桐葵家湾", "", Decision.DROP, ""),
            (DoubtKind.SOUND, "肇家浜路", "", Decision.SAME_AS, "肇嘉浜路"),
            (DoubtKind.NEAR, "肇嘉邦路", "", Decision.SAME_AS, "肇嘉浜路"),
        ]
    )
    lines = merged_roads(["老桐路", "锦葵桐路"], settled_roads(decided))
    assert lines == ["新华村*", "老桐路", "肇嘉浜路=肇嘉邦路=肇家浜路", "锦葵桐路"]
    assert merged_roads(lines, lines) == lines
    lexicon = LEXICON.with_roads(lines)
    washed = wash("徐汇区肇家浜路1366号", lexicon)
    assert (washed.address.road, washed.known_road) == ("肇嘉浜路", True)
    assert wash("徐汇区锦葵桐路1号", lexicon).known_road
    assert "新华村" in lexicon.homonyms


def test_what_ships_is_not_changed_by_an_installations_own_roads() -> None:
    lexicon = LEXICON.with_roads(["中山南二路=中山南路"])
    assert lexicon.roads["中山南路"] == "中山南路"


def test_names_are_dropped_or_put_together_at_one_gate_or_everywhere() -> None:
    names = [
        Name(name="港汇中心", gate="虹桥路1号", rows=5),
        Name(name="恒隆大厦", gate="虹桥路1号", rows=3),
        Name(name="港汇", gate="虹桥路1号", rows=9),
        Name(name="营业房", gate="虹桥路1号", rows=2),
        Name(name="营业房", gate="宜山路2号", rows=8),
        Name(name="恒隆大厦", gate="宜山路2号", rows=1),
    ]
    decided = settled(
        [
            (DoubtKind.GATES, "营业房", "", Decision.DROP, ""),
            (DoubtKind.NAMES, "港汇", "虹桥路1号", Decision.SAME_AS, "港汇中心"),
            (DoubtKind.NAMES, "恒隆大厦", "宜山路2号", Decision.DROP, ""),
        ]
    )
    assert settled_names(names, decided) == [("虹桥路1号", ["港汇中心", "恒隆大厦"])]


def test_a_village_behind_its_road_is_read_alike_whether_it_is_known_or_not() -> None:
    text = "杨浦区中原路桐葵一村36号"
    known = wash(text, LEXICON.with_roads(["桐葵一村"]))
    unknown = wash(text, LEXICON)
    assert known.known_road
    assert not unknown.known_road
    assert (known.address, known.reasons) == (unknown.address, unknown.reasons)
