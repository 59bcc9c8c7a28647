"""The address box completes names and addresses, in characters, pinyin and initials, within one's rights."""

import pytest

from tests import make
from tests.lookup.conftest import XUHUI, Enter
from zhusuo.carriers.model import CarrierKind
from zhusuo.db import Connection
from zhusuo.lookup.search import suggest


@pytest.fixture
async def district(enter: Enter) -> None:
    await enter("港汇恒隆广场", "虹桥路1号", "L1-08", kind=CarrierKind.MALL, aliases=("港汇",))
    await enter("汇金大厦", "肇嘉浜路1366号", "1801-1803", "1901")
    await enter(
        "漕河科创园", "宜山路152号", "1号楼:202", "2号楼:202", kind=CarrierKind.PARK, subdistrict_code="310104010"
    )


async def shown(db: Connection, typed: str, **limits: object) -> list[str]:
    return [each.text for each in await suggest(db, typed, district_codes=XUHUI, **limits)]  # type: ignore[arg-type]


@pytest.mark.usefixtures("district")
@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("港汇", "港汇"),
        ("港汇恒", "港汇恒隆广场"),
        ("恒隆", "港汇恒隆广场"),
        ("ghhl", "港汇恒隆广场"),
        ("GHHL", "港汇恒隆广场"),
        ("ganghuiheng", "港汇恒隆广场"),
        ("gang hui heng", "港汇恒隆广场"),
        ("肇嘉浜", "肇嘉浜路1366号"),
        ("上海市徐汇区肇嘉浜路13", "肇嘉浜路1366号"),
        ("zjbl13", "肇嘉浜路1366号"),
        ("zhaojiabang", "肇嘉浜路1366号"),
        ("肇嘉浜路１３６６", "肇嘉浜路1366号"),
        ("1366", "肇嘉浜路1366号"),
        ("大厦", "汇金大厦"),
    ],
)
async def test_the_beginning_is_enough(db: Connection, typed: str, expected: str) -> None:
    assert (await shown(db, typed))[0] == expected


@pytest.mark.usefixtures("district")
@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("肇嘉浜路1366号18", ["肇嘉浜路1366号1801室", "肇嘉浜路1366号1802室", "肇嘉浜路1366号1803室"]),
        ("汇金大厦19", ["汇金大厦1901室"]),
        ("汇金大厦18楼1803室", ["汇金大厦1803室"]),
        ("宜山路152号2号楼2", ["宜山路152号2号楼202室"]),
        ("肇嘉浜路1366号77", []),
        ("%", []),
        ("_", []),
        ("", []),
        ("  ，", []),
    ],
)
async def test_a_whole_address_goes_on_to_its_units(db: Connection, typed: str, expected: list[str]) -> None:
    assert await shown(db, typed) == expected


@pytest.mark.usefixtures("district")
async def test_only_what_one_may_see_is_offered(db: Connection) -> None:
    manager = await make.organisation(db)
    own = await make.carrier(db, manager=manager)
    assert await shown(db, "港汇", organisation_id=manager) == []
    assert await shown(db, "肇嘉浜路1366号18", organisation_id=manager) == []
    assert await shown(db, "漕河", subdistrict_codes=frozenset({make.SUBDISTRICT})) == []
    assert await shown(db, "漕河", subdistrict_codes=frozenset({"310104010"})) == ["漕河科创园"]
    assert await suggest(db, "港汇", district_codes=frozenset({"310115"})) == []
    await db.execute(
        "INSERT INTO carrier_terms SELECT id, district_code, '港汇自家', '港汇自家', 30 FROM carriers WHERE id = $1",
        own,
    )
    assert await shown(db, "港汇", organisation_id=manager) == ["港汇自家"]


@pytest.mark.usefixtures("district")
async def test_what_is_typed_is_found_through_an_index(db: Connection) -> None:
    await db.execute("SET LOCAL enable_seqscan = off")
    rows = await db.fetch(
        "EXPLAIN SELECT carrier_id FROM carrier_terms WHERE term ~>=~ $1 AND term ~<~ $2", "港汇", "港汇\U0010ffff"
    )
    assert "carrier_terms_prefix" in " ".join(row[0] for row in rows)
