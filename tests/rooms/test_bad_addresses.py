"""Whatever comes in as an address is answered, and nothing of people's numbers stays in the record."""

import json

import pytest

from tests.rooms.counter import ADDRESS, set_up, system
from tests.support.web import Site
from zhusuo.db import Connection

BAD = {
    "empty": "",
    "blanks": "   \u3000 ",
    "digits": "13661803",
    "emoji": "😀🏢云锦路887号",
    "right to left": "\u202e云锦路887号\u202c\u200f",
    "nul": "云锦路\x00887号\x00",
    "mixed": "云锦路Юнцзинь887号àéπ①Ⅷ㈱",
    "english": "10F, No.887 Yunjin Road",
    "two addresses": "云锦路887号1403室、肇嘉浜路1366号",
    "another city": "江苏省苏州市云锦路887号",
    "quotes": "'\"; DROP TABLE units; --",
    "wildcards": "%_%\\",
    "markup": "<script>alert(1)</script>云锦路887号",
    "one character": "号",
    "unpaired": "云锦路887号\ud800".encode("utf-8", "replace").decode(),
}


@pytest.mark.parametrize("kind", list(BAD))
async def test_any_text_is_answered(site: Site, db: Connection, kind: str) -> None:
    counter = await set_up(site, db)
    async with system(site, db, counter, "lookup") as visitor:
        answer = await visitor.get("/api/v1/lookup", params={"address": BAD[kind]})
    assert answer.status_code == 200 or not BAD[kind].strip(), answer.text
    if answer.status_code == 200:
        assert answer.json()["class"] in "ABCN"
    async with site.signed_in(counter.clerk) as clerk:
        for path, name in (("/approval", "address"), ("/approval/suggest", "q")):
            assert (await clerk.get(path, params={name: BAD[kind]})).status_code == 200


async def test_a_very_long_text_is_read_as_far_as_an_address_goes(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    async with system(site, db, counter, "lookup") as visitor:
        answer = await visitor.get("/api/v1/lookup", params={"address": f"{ADDRESS}{'备注' * 3000}"})
    assert answer.status_code in (200, 400, 414)
    if answer.status_code == 200:
        assert answer.json()["class"] in "BCN"


async def test_numbers_of_people_are_masked_in_the_record(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    typed = f"{ADDRESS} 张三 13812345678 身份证310104199001011234"
    async with system(site, db, counter, "lookup") as visitor:
        answer = await visitor.get("/api/v1/lookup", params={"address": typed})
    assert answer.json()["class"] == "B"
    details = [
        json.dumps(row["detail"], ensure_ascii=False)
        for row in await db.fetch("SELECT detail FROM audit_entries WHERE action = 'lookup'")
    ]
    assert details
    assert not any("13812345678" in detail or "310104199001011234" in detail for detail in details)
