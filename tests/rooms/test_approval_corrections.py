"""地址更正: chosen at the counter, in the panel and through the API; reviewed, filtered, exported, revoked."""

import io
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode
from uuid import UUID

import httpx
import pytest
from python_calamine import CalamineWorkbook

from tests import make
from tests import make_registrations as making
from tests.rooms.counter import CLERK, Counter, set_up, system
from tests.support import html
from tests.support.web import Site
from zhusuo.addresses.wash import wash
from zhusuo.db import Connection
from zhusuo.dossiers.calendar import SHANGHAI
from zhusuo.lookup.corrections import actions
from zhusuo.lookup.find import find
from zhusuo.people.model import Actor
from zhusuo.waivers.actions import import_shipped

ADDRESS = "徐汇区云锦路887号东楼1403室"
LIST = "/approval/corrections"
TODAY = datetime.now(UTC).astimezone(SHANGHAI).date()


@dataclass
class Review:
    """Two houses at one gate, 周敏 who chooses between them, 李楠 who reviews."""

    site: Site
    author: Actor
    other: Actor
    houses: list[UUID]
    rooms: list[UUID]

    async def choose(self, place: int = 0, by: Actor | None = None) -> None:
        await self.get(self.author if by is None else by, self.path(place))

    def path(self, place: int) -> str:
        return f"/approval?{urlencode({'address': ADDRESS, 'pick': str(self.rooms[place]), 'case': '2026-XJH-7'})}"

    async def get(self, actor: Actor, path: str) -> httpx.Response:
        async with self.site.signed_in(actor) as visitor:
            return await visitor.get(path)

    async def submit(self, actor: Actor, path: str, **fields: str) -> httpx.Response:
        async with self.site.signed_in(actor) as visitor:
            return await visitor.submit(path, **fields)

    async def one(self) -> str:
        """The page of the first correction in the list."""
        page = html.parse((await self.get(self.other, LIST)).text)
        return next(link for link in html.links(page).values() if link.startswith(f"{LIST}/"))


@pytest.fixture
async def review(site: Site, db: Connection) -> Review:
    await import_shipped(site.database)
    author = await make.actor(db, role="clerk", name="周敏")
    other = await make.actor(db, role="clerk", name="李楠", organisation_id=author.organisation_id)
    houses = [await making.house(db), await making.house(db)]
    rooms = [await making.room(db, carrier_id=house) for house in houses]
    return Review(site=site, author=author, other=other, houses=houses, rooms=rooms)


async def test_a_choice_is_accepted_by_another_clerk_and_then_answers_at_once(review: Review) -> None:
    await review.choose()
    asked = await review.get(review.other, f"/approval?{urlencode({'address': ADDRESS})}")
    assert "需要选定" in asked.text
    page = await review.one()
    shown = await review.get(review.other, page)
    assert "同一门牌有2处载体，请选择" in shown.text
    assert "案件 2026-XJH-7" in shown.text
    accepted = await review.submit(review.other, f"{page}/accept")
    assert accepted.headers["location"] == page
    answer = await review.get(review.other, f"/approval?{urlencode({'address': ADDRESS})}")
    assert f"按 {TODAY} 李楠核定的更正：{ADDRESS} → " in answer.text
    assert "1403室" in answer.text
    assert "需要选定" not in answer.text


async def test_the_author_cannot_review_and_sees_his_choice_first_but_as_no_answer(review: Review) -> None:
    await review.choose(1)
    page = await review.one()
    assert "要由另一位审批员核定" in (await review.get(review.author, page)).text
    refused = await review.submit(review.author, f"{page}/accept")
    assert refused.status_code == 403
    answer = html.parse((await review.get(review.author, f"/approval?{urlencode({'address': ADDRESS})}")).text)
    first, second = (each for each in answer.iter("a") if "pick=" in each.get("href", ""))
    assert (first.get("autofocus"), second.get("autofocus")) == ("", None)
    assert str(review.rooms[1]) in first.get("href", "")
    assert "上次您选的是这处" in "".join(answer.itertext())
    other = await review.get(review.other, f"/approval?{urlencode({'address': ADDRESS})}")
    assert "上次您选的是" not in other.text


async def test_what_was_picked_stays_picked_while_a_correction_is_accepted(review: Review, db: Connection) -> None:
    await review.choose(0)
    await review.submit(review.other, f"{await review.one()}/accept")
    picked = await review.get(review.author, review.path(1))
    name = await db.fetchval("SELECT name FROM carriers WHERE id = $1", review.houses[1])
    assert name in " ".join(html.text(each) for each in html.with_class(html.parse(picked.text), "washed"))


async def test_two_choices_for_one_text_are_shown_side_by_side(review: Review, db: Connection) -> None:
    await review.choose(0)
    await review.choose(1, review.other)
    page = await review.one()
    shown = await review.get(review.author, page)
    assert "同样的写法，也有人选了别处" in shown.text
    assert "同样的写法还选过" in shown.text
    both = [await review.submit(clerk, f"{page}/accept") for clerk in (review.author, review.other)]
    assert sorted(each.status_code for each in both) == [403, 409]
    refused = next(each for each in both if each.status_code == 409)
    assert "请先驳回或撤销那一条" in refused.text


async def test_a_text_that_fits_both_places_is_accepted_only_with_a_reason(review: Review) -> None:
    both = f"{urlencode({'address': '徐汇区云锦路887号1403室'})}"
    await review.get(review.author, f"/approval?{both}&pick={review.rooms[0]}")
    page = await review.one()
    assert "这段文字本身分不出是哪一处" in (await review.get(review.other, page)).text
    bare = await review.submit(review.other, f"{page}/accept")
    assert bare.status_code == 422
    assert "需要选定" in (await review.get(review.other, f"/approval?{both}")).text
    said = await review.submit(review.other, f"{page}/accept", reason="另一栋的 1403 室是机房，不对外登记")
    assert said.status_code == 303
    assert "另一栋的 1403 室是机房" in (await review.get(review.other, page)).text
    assert "需要选定" not in (await review.get(review.other, f"/approval?{both}")).text


async def test_a_rejection_needs_a_reason_and_reaches_the_author(review: Review) -> None:
    await review.choose()
    page = await review.one()
    bare = await review.submit(review.other, f"{page}/reject", reason=" ")
    assert bare.status_code == 422
    assert "请写明理由" in bare.text
    assert (await review.submit(review.other, f"{page}/reject", reason="东楼在对面")).status_code == 303
    inbox = await review.get(review.author, "/notices")
    assert "东楼在对面" in inbox.text
    assert "没有待核定的更正" in (await review.get(review.other, LIST)).text


async def test_what_was_accepted_is_revoked_by_anybody_of_the_district(review: Review) -> None:
    await review.choose()
    page = await review.one()
    await review.submit(review.other, f"{page}/accept")
    assert (await review.submit(review.author, f"{page}/revoke", reason="")).status_code == 422
    await review.submit(review.author, f"{page}/revoke", reason="两栋都叫东楼")
    assert "两栋都叫东楼" in (await review.get(review.other, page)).text
    answer = await review.get(review.other, f"/approval?{urlencode({'address': ADDRESS})}")
    assert "需要选定" in answer.text


async def test_the_list_is_narrowed_counted_and_taken_along(review: Review, db: Connection) -> None:
    await review.choose()
    await review.choose(by=review.other)
    for query, there in (
        ("", True),
        ("?q=东楼", True),
        ("?q=西楼", False),
        ("?status=accepted", False),
        ("?status=all", True),
        ("?status=nonsense", True),
    ):
        answer = await review.get(review.other, LIST + query)
        assert (ADDRESS in answer.text) is there, query
    assert "2 次" in answer.text
    assert "周敏、李楠" in answer.text or "李楠、周敏" in answer.text
    saved = await review.get(review.other, f"{LIST}.xlsx?q=东楼")
    book = CalamineWorkbook.from_filelike(io.BytesIO(saved.content))
    about, sheet = book.sheet_names
    assert ["筛选：查找", "东楼"] in book.get_sheet_by_name(about).to_python()
    rows = book.get_sheet_by_name(sheet).to_python()
    assert rows[0][0] == "原文"
    assert (rows[1][0], rows[1][3], rows[1][4], rows[1][9]) == (ADDRESS, "1403室", 2.0, "待核定")
    empty = await review.get(review.other, f"{LIST}.xlsx?status=revoked")
    assert empty.status_code == 200
    recorded = await db.fetch(
        "SELECT noun, detail ->> 'rows' AS rows FROM audit_entries WHERE action = 'export' ORDER BY at"
    )
    assert [tuple(each) for each in recorded] == [("correction", "1"), ("correction", "0")]


async def test_the_rail_counts_what_others_wait_for(review: Review) -> None:
    await review.choose()
    other = html.parse((await review.get(review.other, "/approval/waivers")).text)
    own = html.parse((await review.get(review.author, "/approval/waivers")).text)
    assert [said for said, link in html.links(other).items() if link == LIST] == ["地址更正1 项待办"]
    assert [said for said, link in html.links(own).items() if link == LIST] == ["地址更正"]


async def test_the_panel_remembers_like_the_counter(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    room = await _second_house(db)
    async with system(site, db, counter, "tickets") as visitor:
        body = {"clerk": CLERK, "case_number": "2026-XJH-9", "purpose": "公司设立登记", "address": ADDRESS}
        ticket = (await visitor.post("/api/v1/tickets", json=body)).json()["ticket"]
    async with site.visitor(accept="application/json") as browser:
        token = (await browser.post("/embed/api/open", json={"ticket": ticket})).json()["token"]
    async with site.visitor(authorization=f"Bearer {token}") as panel:
        first = await panel.get("/embed/api/verdict", params={"address": ADDRESS})
        await panel.get("/embed/api/verdict", params={"address": ADDRESS, "pick": str(room)})
        again = await panel.get("/embed/api/verdict", params={"address": ADDRESS})
    assert "上次您选的是这处" not in first.text
    assert "上次您选的是这处" in again.text
    row = await db.fetchrow("SELECT unit_id, proposed_by, case_number FROM corrections")
    assert row is not None
    assert tuple(row) == (room, counter.clerk.person_id, "2026-XJH-9")


async def _second_house(db: Connection) -> UUID:
    return await making.room(db, carrier_id=await making.house(db))


async def test_a_system_is_remembered_only_in_the_name_of_a_clerk(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    room = await _second_house(db)
    asked = {"address": ADDRESS, "pick": str(room)}
    async with system(site, db, counter, "lookup") as visitor:
        answer = await visitor.get("/api/v1/lookup", params=asked)
        assert await db.fetchval("SELECT count(*) FROM corrections") == 0
        named = await visitor.get("/api/v1/lookup", params={**asked, "clerk": CLERK})
        nobody = await visitor.get("/api/v1/lookup", params={**asked, "clerk": "ZC-9999"})
    assert answer.json()["units"] == named.json()["units"]
    assert nobody.status_code == 422
    assert await db.fetchval("SELECT proposed_by FROM corrections") == counter.clerk.person_id


async def test_a_system_gets_the_accepted_correction_with_its_reason(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    await _second_house(db)
    await _accepted(site, db, counter)
    async with system(site, db, counter, "lookup") as visitor:
        found = (await visitor.get("/api/v1/lookup", params={"address": ADDRESS})).json()
    assert (found["class"], [each["id"] for each in found["units"]]) == ("B", [str(counter.unit_id)])
    assert "corrected" in [each["code"] for each in found["reasons"]]


async def _accepted(site: Site, db: Connection, counter: Counter) -> None:
    lexicon = site.app.state.lexicon
    washed = wash(ADDRESS, lexicon)
    match = await find(db, ADDRESS, lexicon=lexicon, district_codes={"310104"}, corrections=False)
    (candidate,) = (each for each in match.candidates if each.unit and each.unit.id == counter.unit_id)
    correction = await actions.remember(site.database, counter.clerk, washed, match, candidate, TODAY)
    assert correction is not None
    other = await make.actor(db, role="clerk", name="李楠")
    await actions.accept(site.database, lexicon, other, correction)
