"""Other systems look up an address or a unit."""

from datetime import timedelta
from decimal import Decimal

from tests import make
from tests import make_registrations as making
from tests.rooms.counter import ADDRESS, set_up, system
from tests.support.web import Site
from zhusuo.carriers import history
from zhusuo.carriers.model import NewUnits
from zhusuo.carriers.unit_actions import renumber_unit
from zhusuo.changes.actions import split_unit
from zhusuo.db import Connection
from zhusuo.flags import Severity, raise_flag
from zhusuo.ports.common.app import today


async def test_an_address_on_file_gives_the_unit_and_what_need_not_be_brought(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    async with system(site, db, counter, "lookup") as visitor:
        answer = await visitor.get("/api/v1/lookup", params={"address": ADDRESS})
    found = answer.json()
    assert answer.status_code == 200
    assert (found["class"], found["unit_verdict"]) == ("A", "known")
    assert found["carrier"]["id"] == str(counter.carrier_id)
    assert [each["id"] for each in found["units"]] == [str(counter.unit_id)]
    assert found["address"]["road"] == "云锦路"
    verdict = found["verdict"]
    assert verdict["kind"] == "covered"
    assert verdict["version"]["id"] == str(counter.version_id)
    assert [each["code"] for each in verdict["to_bring"]] == ["lease"]
    assert "title" in [each["code"] for each in verdict["waived"]]
    assert {each["kind"] for each in verdict["documents"]} >= {"title_deed", "mandate"}
    assert verdict["occupants"] == {"registered": 0, "held": 0, "resident": 0, "contested": 0, "blocked": False}


async def test_who_is_there_already_is_a_number_and_never_a_name(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    await making.registered(db, unit_id=counter.unit_id, applicant="上海澜鹭信息科技有限公司")
    await make.tenancy(db, unit_id=counter.unit_id, tenant="上海听澜餐饮管理有限公司")
    async with system(site, db, counter, "lookup") as visitor:
        looked_up = await visitor.get("/api/v1/lookup", params={"address": ADDRESS})
        unit = await visitor.get(f"/api/v1/units/{counter.unit_id}")
    occupants = looked_up.json()["verdict"]["occupants"]
    assert occupants == {"registered": 1, "held": 0, "resident": 1, "contested": 0, "blocked": True}
    assert unit.json()["occupants"] == occupants
    assert "一处住所只登记一户" in looked_up.json()["verdict"]["need"]
    assert "澜鹭" not in looked_up.text + unit.text
    assert "听澜" not in looked_up.text + unit.text


async def test_a_flag_is_told_by_its_kind_and_not_by_its_text(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    await raise_flag(
        db,
        None,
        carrier_id=counter.carrier_id,
        unit_id=counter.unit_id,
        kind="zombie",
        severity=Severity.NOTE,
        text="上海朴石建筑设计有限公司疑似不在此处",
        source="test",
    )
    async with system(site, db, counter, "lookup") as visitor:
        answer = await visitor.get("/api/v1/lookup", params={"address": ADDRESS})
    assert answer.json()["verdict"]["flags"] == [{"kind": "zombie", "severity": "note"}]
    assert "朴石" not in answer.text


async def test_a_lookup_says_who_asked_for_what(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    async with system(site, db, counter, "lookup") as visitor:
        await visitor.get("/api/v1/lookup", params={"address": ADDRESS})
    row = await db.fetchrow(
        "SELECT client_id, noun_id, detail FROM audit_entries WHERE action = 'lookup' ORDER BY id DESC LIMIT 1"
    )
    assert row is not None
    assert row["client_id"] is not None
    assert row["noun_id"] == str(counter.unit_id)
    assert row["detail"]["address"] == ADDRESS


async def test_the_day_decides(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    await db.execute("UPDATE dossier_versions SET valid_until = $1", today() + timedelta(days=30))
    async with system(site, db, counter, "lookup") as visitor:
        asked = {"address": ADDRESS, "day": f"{today() + timedelta(days=31)}"}
        answer = await visitor.get("/api/v1/lookup", params=asked)
    assert answer.json()["verdict"]["kind"] == "expired"
    assert answer.json()["verdict"]["day"] == asked["day"]


async def test_an_unclear_address_has_candidates_and_one_is_picked(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    other = await making.house(db)
    room = await making.room(db, carrier_id=other)
    async with system(site, db, counter, "lookup") as visitor:
        unclear = (await visitor.get("/api/v1/lookup", params={"address": ADDRESS})).json()
        picked = await visitor.get("/api/v1/lookup", params={"address": ADDRESS, "pick": str(room)})
    assert (unclear["class"], unclear["verdict"]["kind"]) == ("C", "choose")
    assert str(room) in [each["unit"]["id"] for each in unclear["candidates"]]
    assert [each["id"] for each in picked.json()["units"]] == [str(room)]


async def test_nonsense_is_answered_and_not_found(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    async with system(site, db, counter, "lookup") as visitor:
        for text in ("……", "\u202e\ufffe\x01x", "'; DROP TABLE units; --", "号" * 400, "漕溪北路9999号101室"):
            answer = await visitor.get("/api/v1/lookup", params={"address": text})
            assert answer.status_code == 200, text
            assert answer.json()["class"] in ("C", "N"), text


async def test_an_item_that_is_not_in_the_catalogue_is_a_fault(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    async with system(site, db, counter, "lookup") as visitor:
        answer = await visitor.get("/api/v1/lookup", params={"address": ADDRESS, "item": "rain_dance"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:zhusuo:invalid"
    assert "item" in answer.json()["faults"]


WRONG = [
    {"address": "必填。"},
    {"address": "至少 1 个字。"},
    {"address": "最多 500 个字。"},
    {"day": "日期写成 2026-11-22。"},
]


async def test_what_is_wrongly_written_is_named(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    async with system(site, db, counter, "lookup") as visitor:
        for params in ({}, {"address": ""}, {"address": "x" * 501}, {"address": "x", "day": "2026-13-45"}):
            answer = await visitor.get("/api/v1/lookup", params=params)
            assert answer.status_code == 400, params
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["faults"] in WRONG, params
        nul = await visitor.get("/api/v1/lookup", params={"address": "云锦路\0887号"})
        assert (nul.status_code, nul.json()["address"]["number"]) == (200, "887")


async def test_every_answer_says_what_is_left_of_the_quota(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    async with system(site, db, counter, "lookup", quota=2) as visitor:
        answers = [
            await visitor.get("/api/v1/lookup", params={"address": ADDRESS}),
            await visitor.get("/api/v1/lookup"),
            await visitor.get("/api/v1/lookup", params={"address": ADDRESS}),
        ]
    assert [each.status_code for each in answers] == [200, 400, 429]
    assert [each.headers["ratelimit-remaining"] for each in answers] == ["1", "0", "0"]
    assert {each.headers["ratelimit-limit"] for each in answers} == {"2"}
    assert all(1 <= int(each.headers["ratelimit-reset"]) <= 60 for each in answers)


async def test_a_wrong_token_is_told_so(site: Site, db: Connection) -> None:
    async with site.visitor(authorization="Bearer nonsense", accept="application/json") as visitor:
        answer = await visitor.get("/api/v1/lookup", params={"address": ADDRESS})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["detail"] == "接入令牌无效。"


async def test_a_unit_as_it_stands(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    async with system(site, db, counter, "lookup") as visitor:
        found = (await visitor.get(f"/api/v1/units/{counter.unit_id}")).json()
    assert (found["label"], found["floor"], found["area_m2"], found["retired"]) == ("1403室", 14, "198.54", False)
    assert found["carrier"]["address"] == "云锦路887号"
    assert found["version"]["id"] == str(counter.version_id)


async def test_items_and_waivers_are_the_newest_catalogue(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    async with system(site, db, counter, "waivers") as visitor:
        items = (await visitor.get("/api/v1/items")).json()
        waivers = (await visitor.get("/api/v1/waivers", params={"item": "company_formation"})).json()
        everything = (await visitor.get("/api/v1/waivers")).json()
    assert "company_formation" in [each["code"] for each in items["items"]]
    assert {each["item_code"] for each in waivers["waivers"]} == {"company_formation"}
    assert {each["item_code"] for each in everything["waivers"]} == {each["code"] for each in items["items"]}
    assert all(each["legal_basis"] for each in everything["waivers"])


async def test_a_unit_is_told_as_it_stood_on_a_day_by_what_was_known(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    day = today()
    yesterday = day - timedelta(days=1)
    before = (await history.moment(db)).isoformat()
    await renumber_unit(
        site.database, counter.clerk, counter.unit_id, 1, NewUnits(label="1488室"), on=yesterday, day=day
    )
    halves = [NewUnits(label="1488A室", area_m2=Decimal(100)), NewUnits(label="1488B室", area_m2=Decimal("98.54"))]
    await split_unit(site.database, counter.clerk, counter.unit_id, 2, halves, on=day, day=day)
    path = f"/api/v1/units/{counter.unit_id}"
    async with system(site, db, counter, "lookup") as visitor:
        plain = (await visitor.get(path)).json()
        then = (await visitor.get(path, params={"on": f"{yesterday}"})).json()["then"]
        earlier = (await visitor.get(path, params={"on": f"{yesterday - timedelta(days=1)}"})).json()["then"]
        known = (await visitor.get(path, params={"on": f"{day}", "known_at": before})).json()["then"]
        now = (await visitor.get(path, params={"on": f"{day}"})).json()["then"]
        wrong = await visitor.get(path, params={"on": "gestern"})
    assert (plain["retired"], plain["then"]) == (True, None)
    assert [each["label"] for each in plain["became"]] == ["1488A室", "1488B室"]
    assert (then["existed"], then["label"], then["valid_from"]) == (True, "1488室", f"{yesterday}")
    assert then["valid_to"] == f"{day}"
    assert (earlier["label"], earlier["valid_to"]) == ("1403室", f"{yesterday}")
    assert (known["label"], known["area_m2"]) == ("1403室", "198.54")
    assert known["version"]["id"] == str(counter.version_id)
    assert known["addresses"] == ["云锦路887号"]
    assert (now["existed"], now["label"], now["version"]) == (False, None, None)
    assert wrong.status_code == 400
