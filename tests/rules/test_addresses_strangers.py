"""What is pasted along with an address, and addresses in Latin letters."""

import pytest

from tests.rules.test_addresses_table import LEXICON, parts_of
from zhusuo.addresses.contacts import masked
from zhusuo.addresses.wash import wash


@pytest.mark.parametrize(
    "added",
    [
        " 张三", " 王小明 13812345678", "（联系人：李四）", " 13812345678", "，电话：021-64871234",
        " 手机号:13812345678", "身份证号310104199001011234", " 身份证 31010419900101123X", "张三", " 陈建国先生",
        " 联系电话64871234",
    ],
)  # fmt: skip
def test_people_and_their_numbers_are_left_out(added: str) -> None:
    text = f"徐汇区天平路200号1803室{added}"
    washed = wash(text, LEXICON)
    assert parts_of(washed.address) == {"district": "徐汇区", "road": "天平路", "number": "200", "units": "1803"}
    assert (washed.cap, washed.rest) == ("B", "")
    spans = [reason.span for reason in washed.reasons if reason.code == "contact"]
    assert spans
    assert all(span and text[slice(*span)].strip(" ，（）") in added for span in spans)


@pytest.mark.parametrize(
    "text", ["徐汇区天平路200号高安大楼", "天平路200号 东楼", "天平路200号金山大厦", "天平路1380号"]
)
def test_names_of_houses_are_no_people(text: str) -> None:
    assert "contact" not in {reason.code for reason in wash(text, LEXICON).reasons}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("天平路200号 13812345678", "天平路200号 138********"),
        ("天平路200号 31010419900101123X", "天平路200号 3101041990********"),
        ("天平路200号1803室", "天平路200号1803室"),
        ("天平路\x00200号\udc80", "天平路200号"),
        ("", ""),
    ],
)
def test_records_show_no_numbers_of_people(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("10F, No.501 Zhangyang Road", "road=张杨路 number=501 floor=10"),
        ("Room 1803, 18/F, Building 2, No.1366 Zhaojiabang Road, Xuhui District, Shanghai 200030",
         "district=徐汇区 road=肇嘉浜路 number=1366 building=2号楼 floor=18 units=1803"),
        ("Unit 5, 88 Caoxi North Road", "road=漕溪北路 number=88 units=5"),
        ("No.500, Lane 12, North Sichuan Rd.", "road=四川北路 lane=12 number=500"),
        ("Tower B, 10th Floor, 1 Hongqiao Rd, Pudong New Area",
         "district=浦东新区 road=虹桥路 number=1 building=B座 floor=10"),
        ("Room 502, No.1818 Changning Road, Changning, Shanghai", "district=长宁区 road=长宁路 number=1818 units=502"),
        ("zhaojiabanglu 1366 hao 1803 shi", "road=肇嘉浜路 number=1366 units=1803"),
        ("ZHAO JIA BANG LU 1366 HAO 18 LOU", "road=肇嘉浜路 number=1366 floor=18"),
        ("tianpinglu123hao", "road=天平路 number=123"),
    ],
)  # fmt: skip
def test_letters_are_read_as_a_road(text: str, parts: str) -> None:
    washed = wash(text, LEXICON)
    assert parts_of(washed.address) == dict(part.split("=") for part in parts.split())
    assert washed.known_road
    assert washed.cap == "B"


def test_a_reading_of_several_roads_is_none_of_them() -> None:
    washed = wash("No.10 Dongxing Road", LEXICON)
    assert (washed.address.road, washed.address.number, washed.known_road) == ("DONGXING路", "10", False)


@pytest.mark.parametrize("text", ["hello world", "ABC", "A座", "B1-12", "!!!", "Road", "the quick brown fox"])
def test_other_letters_are_no_address(text: str) -> None:
    assert not wash(text, LEXICON).known_road
