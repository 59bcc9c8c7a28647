"""核查: planned, assigned, done on the spot with photographs, and told where it matters; a phone may send twice."""

import io
import random
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from PIL import Image

from tests import make
from tests import make_registrations as making
from tests.rooms import objects
from tests.support.html import parse, text
from tests.support.web import Site, Visitor
from zhusuo import looks
from zhusuo.db import Connection, Database
from zhusuo.flags import open_for
from zhusuo.inspections import actions, lots, risks
from zhusuo.inspections.model import NewFinding, NewInspection, Outcome
from zhusuo.people.model import Actor
from zhusuo.ports.common.app import today
from zhusuo.zombies import signals
from zhusuo.zombies.model import SignalKind, Source


@pytest.fixture
async def supervisor(db: Connection) -> Actor:
    return await make.actor(db, role="supervisor", subdistricts=frozenset({make.SUBDISTRICT}), name="王强")


async def room(db: Connection) -> tuple[UUID, UUID, UUID]:
    """Carrier, unit and the registration of 上海澜鹭信息科技有限公司 in it."""
    taken = await db.fetchval("SELECT count(*) FROM carriers WHERE name LIKE '汇澜大厦%'")
    name = f"汇澜大厦{taken or ''}"
    carrier_id = await make.carrier(db, name=name, subdistrict_code=make.SUBDISTRICT)
    unit_id = await make.unit(db, carrier_id=carrier_id, label="1801室")
    return carrier_id, unit_id, await making.registered(db, unit_id=unit_id)


async def planned(db: Connection, database: Database, supervisor: Actor, **facts: object) -> tuple[UUID, UUID, UUID]:
    """An inspection of that registration; its id, the unit and the carrier."""
    carrier_id, unit_id, registration_id = await room(db)
    new = NewInspection(
        carrier_id=carrier_id,
        unit_id=unit_id,
        registration_id=registration_id,
        due_on=today() + timedelta(days=30),
        **facts,  # type: ignore[arg-type]
    )
    return await actions.plan(database, supervisor, new, day=today()), unit_id, carrier_id


def finding(outcome: Outcome = Outcome.NOBODY, **facts: object) -> NewFinding:
    return NewFinding(
        **{"id": uuid4(), "outcome": outcome, "found_at": datetime.now(UTC), **facts},  # type: ignore[arg-type]
    )


def picture(colour: str = "grey") -> bytes:
    found = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "某手机"
    Image.new("RGB", (64, 48), colour).save(found, "JPEG", exif=exif)
    return found.getvalue()


async def sent_photo(visitor: Visitor, carrier_id: UUID, content: bytes) -> str:
    """The bytes, as chunks.js sends those of a small file; the id of the document."""
    headers = {"x-csrftoken": visitor.csrf_token, "accept": "application/json"}
    fields = {"purpose": "inspection", "carrier_id": str(carrier_id), "name": "照片.jpg", "size": len(content)}
    begun = (await visitor.post("/uploads", json=fields, headers=headers)).json()
    answer = await visitor.put(f"/uploads/{begun['id']}/whole", content=content, headers=headers)
    return str(answer.json()["id"])


async def put(visitor: Visitor, path: str, body: dict[str, object]) -> tuple[int, dict[str, object]]:
    headers = {"x-csrftoken": visitor.csrf_token, "accept": "application/json"}
    answer = await visitor.put(path, json=body, headers=headers)
    return answer.status_code, answer.json()


async def test_one_plans_goes_and_writes_down_without_javascript(site: Site, db: Connection, supervisor: Actor) -> None:
    _, unit_id, registration_id = await room(db)
    async with site.signed_in(supervisor) as visitor:
        assert "上海澜鹭信息科技有限公司" in (await visitor.get(f"/supervision/units/{unit_id}/inspections/new")).text
        answer = await visitor.submit(
            f"/supervision/units/{unit_id}/inspections", registration_id=str(registration_id), start="1"
        )
        visit = answer.headers["location"]
        assert visit.endswith("/visit")
        screen = parse((await visitor.get(visit)).text)
        finding_id = next(each.get("value") for each in screen.iter() if each.get("name") == "finding_id")
        one = visit.removesuffix("/visit")
        for _ in range(2):  # a double click
            answer = await visitor.submit(f"{one}/finding", finding_id=finding_id, outcome="nobody", note="门锁着")
            assert answer.headers["location"] == one
        page = text(parse((await visitor.get(one)).text))
        assert "无人" in page
        assert "门锁着" in page
        files = {"files": ("门口.jpg", picture(), "image/jpeg")}
        answer = await visitor.post(f"{one}/findings/{finding_id}/photos", files=files)
        assert answer.headers["location"] == one
        assert "照片已收到" in (await visitor.get(one)).text
    assert await db.fetchval("SELECT count(*) FROM findings") == 1
    assert await db.fetchval("SELECT count(*) FROM finding_photos") == 1


async def test_what_a_phone_sends_twice_is_there_once_with_its_photographs(
    site: Site, db: Connection, supervisor: Actor
) -> None:
    inspection_id, _, carrier_id = await planned(db, site.database, supervisor)
    at = f"/supervision/inspections/{inspection_id}/findings/{uuid4()}"
    said = {
        "outcome": "other_business",
        "other_business": "衡山咖啡",
        "found_at": "2026-11-22T01:30:00Z",
        "latitude": 31.19,
        "longitude": 121.43,
        "accuracy_m": 12.5,
        "photo_count": 2,
    }
    async with site.signed_in(supervisor) as visitor:
        assert await put(visitor, at, said) == (
            200,
            {"id": at[-36:], "repeated": False, "concludes": True, "sentence": "结论已送达。"},
        )
        assert (await put(visitor, at, said))[1]["repeated"] is True
        assert "还有 2 张照片" in (await visitor.get(f"/supervision/inspections/{inspection_id}")).text
        photo = f"{at}/photos/{uuid4()}"
        body: dict[str, object] = {
            "document_id": await sent_photo(visitor, carrier_id, picture()),
            "taken_at": "2026-11-22T01:29:00Z",
        }
        assert (await put(visitor, photo, body))[1]["repeated"] is False
        assert (await put(visitor, photo, body))[1]["repeated"] is True
        assert "还有 1 张照片" in (await visitor.get(f"/supervision/inspections/{inspection_id}")).text
    assert await db.fetchval("SELECT status FROM inspections") == "found"


async def test_two_phones_with_one_inspection_lose_nothing(
    db: Connection, database: Database, supervisor: Actor
) -> None:
    inspection_id, unit_id, _ = await planned(db, database, supervisor)
    colleague = await make.actor(
        db, role="supervisor", organisation_id=supervisor.organisation_id, subdistricts=supervisor.subdistricts
    )
    first = await actions.record_finding(database, supervisor, inspection_id, finding(Outcome.NOBODY))
    second = await actions.record_finding(database, colleague, inspection_id, finding(Outcome.FOUND_THERE))
    assert (first.finding.concludes, second.finding.concludes) == (True, False)
    (flag,) = await open_for(db, unit_id)
    assert "登记企业不在，现场无人" in flag.text


async def test_a_flag_names_nobody_and_repeats_no_note(db: Connection, database: Database, supervisor: Actor) -> None:
    inspection_id, unit_id, _ = await planned(db, database, supervisor)
    said = finding(Outcome.OTHER_BUSINESS, other_business="王小明的店", note="王小明 13812345678")
    await actions.record_finding(database, supervisor, inspection_id, said)
    (flag,) = await open_for(db, unit_id)
    assert "王小明" not in flag.text
    assert "澜鹭" not in flag.text


async def test_a_finding_reaches_the_counter_and_answers_the_clerk_who_asked(
    db: Connection, database: Database, supervisor: Actor
) -> None:
    inspection_id, unit_id, carrier_id = await planned(db, database, supervisor)
    clerk = await make.actor(db, role="clerk")
    asked = await looks.ask(database, clerk, carrier_id, unit_id, "物业说早已搬走")
    said = finding(Outcome.NO_SUCH_ADDRESS, note="18 层只到 1800")
    await actions.record_finding(database, supervisor, inspection_id, said)
    (flag,) = await open_for(db, unit_id)
    assert (flag.severity, flag.kind) == ("needs_reason", "inspection")
    answered = await looks.by_id(db, asked.id)
    assert answered is not None
    assert "现场没有这个门牌或房号。18 层只到 1800" in (answered.finding or "")


async def test_the_next_finding_takes_the_place_of_the_last_at_the_counter(
    db: Connection, database: Database, supervisor: Actor
) -> None:
    inspection_id, unit_id, carrier_id = await planned(db, database, supervisor)
    await actions.record_finding(
        database, supervisor, inspection_id, finding(Outcome.OTHER_BUSINESS, other_business="衡山咖啡")
    )
    registration_id = await db.fetchval("SELECT registration_id FROM inspections")
    new = NewInspection(carrier_id=carrier_id, unit_id=unit_id, registration_id=registration_id, due_on=today())
    again = await actions.plan(database, supervisor, new, day=today())
    await actions.record_finding(database, supervisor, again, finding(Outcome.FOUND_THERE))
    (flag,) = await open_for(db, unit_id)
    assert (flag.severity, "在此经营" in flag.text) == ("note", True)


async def test_one_target_has_one_open_inspection(db: Connection, database: Database, supervisor: Actor) -> None:
    inspection_id, unit_id, carrier_id = await planned(db, database, supervisor)
    registration_id = await db.fetchval("SELECT registration_id FROM inspections")
    new = NewInspection(carrier_id=carrier_id, unit_id=unit_id, registration_id=registration_id, due_on=today())
    assert await actions.plan(database, supervisor, new, day=today()) == inspection_id


async def test_a_phone_that_lives_in_the_future_is_not_believed(
    db: Connection, database: Database, supervisor: Actor
) -> None:
    inspection_id, _, _ = await planned(db, database, supervisor)
    ahead = datetime.now(UTC) + timedelta(days=400)
    taken = await actions.record_finding(database, supervisor, inspection_id, finding(found_at=ahead))
    assert taken.finding.found_at < ahead - timedelta(days=399)


async def test_a_supervisor_sees_the_inspections_of_the_own_subdistricts_only(
    site: Site, db: Connection, supervisor: Actor
) -> None:
    await planned(db, site.database, supervisor, question="看门口招牌")
    elsewhere = await make.actor(db, role="supervisor", subdistricts=frozenset({objects.OTHER_SUBDISTRICT}))
    async with site.signed_in(supervisor) as visitor:
        assert "上海澜鹭信息科技有限公司" in (await visitor.get("/supervision/inspections")).text
        assert (await visitor.get("/supervision/inspections.xlsx")).content.startswith(b"PK")
    async with site.signed_in(elsewhere) as visitor:
        assert "上海澜鹭信息科技有限公司" not in (await visitor.get("/supervision/inspections?view=open")).text


async def test_a_photograph_of_another_carrier_or_office_does_not_count(
    site: Site, db: Connection, supervisor: Actor
) -> None:
    inspection_id, _, _ = await planned(db, site.database, supervisor)
    other = await make.carrier(db, name="望岸国际大厦", subdistrict_code=make.SUBDISTRICT)
    said = finding()
    await actions.record_finding(site.database, supervisor, inspection_id, said)
    at = f"/supervision/inspections/{inspection_id}/findings/{said.id}/photos/{uuid4()}"
    async with site.signed_in(supervisor) as visitor:
        body: dict[str, object] = {
            "document_id": await sent_photo(visitor, other, picture()),
            "taken_at": "2026-11-22T01:29:00Z",
        }
        assert (await put(visitor, at, body))[0] == 404


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"outcome": "other_business", "found_at": "2026-11-22T01:30:00Z"}, "哪家企业"),
        ({"outcome": "nobody", "found_at": "2026-11-22T01:30:00Z", "latitude": 999, "longitude": 1}, "定位读数不对"),
        ({"outcome": "nobody", "found_at": "2026-11-22T01:30:00"}, "时区"),
        ({"outcome": "nobody", "found_at": "2026-11-22T01:30:00Z", "note": "长" * 1001}, "最多 1000 个字"),
    ],
)
async def test_what_cannot_be_right_is_said_in_a_sentence(
    site: Site, db: Connection, supervisor: Actor, body: dict[str, object], sentence: str
) -> None:
    inspection_id, _, _ = await planned(db, site.database, supervisor)
    async with site.signed_in(supervisor) as visitor:
        status, said = await put(visitor, f"/supervision/inspections/{inspection_id}/findings/{uuid4()}", body)
    assert status == 422
    assert sentence in str(said)
    assert await db.fetchval("SELECT count(*) FROM findings") == 0


async def test_it_is_assigned_within_the_office_and_called_off_with_a_reason(
    site: Site, db: Connection, supervisor: Actor
) -> None:
    inspection_id, _, _ = await planned(db, site.database, supervisor)
    colleague = await make.actor(db, role="supervisor", organisation_id=supervisor.organisation_id, name="陈屿")
    stranger = await objects.stranger(db, supervisor)
    at = f"/supervision/inspections/{inspection_id}"
    async with site.signed_in(supervisor) as visitor:
        wrong = await visitor.submit(f"{at}/assign", assigned_to=str(stranger.person_id))
        assert wrong.status_code == 422
        await visitor.submit(f"{at}/assign", assigned_to=str(colleague.person_id))
        assert (await visitor.submit(f"{at}/cancel", reason=" ")).status_code == 422
        await visitor.submit(f"{at}/cancel", reason="房屋已拆除")
        assert "房屋已拆除" in (await visitor.get(at)).text
        assert (await visitor.submit(f"{at}/start")).status_code == 409
    assert await db.fetchval("SELECT title FROM notices WHERE person_id = $1", colleague.person_id) == (
        "请去核查 汇澜大厦 1801室"
    )


async def test_what_clerks_and_cases_wait_for_stands_on_the_list_until_it_is_planned(
    site: Site, db: Connection, supervisor: Actor
) -> None:
    carrier_id, unit_id, _ = await room(db)
    clerk = await make.actor(db, role="clerk")
    asked = await looks.ask(site.database, clerk, carrier_id, unit_id, "物业说早已搬走")
    await looks.ask(site.database, clerk, carrier_id, None, "整幢都看看")
    async with site.signed_in(supervisor) as visitor:
        page = (await visitor.get("/supervision/inspections")).text
        assert "物业说早已搬走" in page
        fields = {"cause": "asked", "source": f"look_request {asked.id}", "question": asked.why}
        await visitor.submit(f"/supervision/units/{unit_id}/inspections", **fields)
        await visitor.submit(f"/supervision/carriers/{carrier_id}/inspections", question="整幢都看看")
        page = (await visitor.get("/supervision/inspections?view=open")).text
        assert "等着安排" not in page
    assert await db.fetchval("SELECT count(*) FROM inspections WHERE cause = 'asked'") == 2


async def test_a_finding_is_a_signal_about_the_business_that_was_looked_for(
    db: Connection, database: Database, supervisor: Actor
) -> None:
    inspection_id, _, _ = await planned(db, database, supervisor)
    await actions.record_finding(database, supervisor, inspection_id, finding(Outcome.NOBODY))
    assert await db.fetchval("SELECT kind FROM zombie_signals WHERE source = 'inspection'") == "found_nobody"


async def test_who_does_not_let_one_in_has_been_neither_seen_nor_missed(
    db: Connection, database: Database, supervisor: Actor
) -> None:
    inspection_id, _, _ = await planned(db, database, supervisor)
    await actions.record_finding(database, supervisor, inspection_id, finding(Outcome.REFUSED))
    assert await db.fetchval("SELECT count(*) FROM zombie_signals WHERE source = 'inspection'") == 0


async def test_a_draw_goes_from_its_commitment_to_inspections_that_anybody_recomputes(
    site: Site, db: Connection, supervisor: Actor
) -> None:
    await make.actor(
        db, role="supervisor", organisation_id=supervisor.organisation_id, subdistricts=supervisor.subdistricts
    )
    for _ in range(5):
        await room(db)
    elsewhere = await make.carrier(db, name="隔壁大厦", subdistrict_code=objects.OTHER_SUBDISTRICT)
    await making.registered(db, unit_id=await make.unit(db, carrier_id=elsewhere, label="101室"))
    async with site.signed_in(supervisor) as visitor:
        assert (await visitor.submit("/supervision/inspections/draws", title=" ")).status_code == 422
        at = (await visitor.submit("/supervision/inspections/draws", title="十一月住所核查")).headers["location"]
        seed = await db.fetchval("SELECT seed FROM random_draws")
        assert seed not in (await visitor.get(at)).text
        assert (await visitor.submit(f"{at}/draw")).status_code == 409
        assert (await visitor.submit(f"{at}/freeze", count="6")).status_code == 422  # one of them is not ours
        await visitor.submit(f"{at}/freeze", count="3")
        assert seed not in (await visitor.get(at)).text
        assert (await visitor.get(f"{at}/draw.csv")).status_code == 409
        await visitor.submit(f"{at}/draw")
        assert (await visitor.submit(f"{at}/draw")).status_code == 409
        assert seed in (await visitor.get(at)).text
        sheet = lots.read((await visitor.get(f"{at}/draw.csv")).text)
        assert "十一月住所核查" in (await visitor.get("/supervision/inspections/draws")).text
    assert lots.faults(sheet) == []
    assert len(sheet.entries) == 5 + 2
    drawn = await db.fetch("SELECT registration_id::text AS id FROM inspections WHERE cause = 'drawn'")
    assert {row["id"] for row in drawn} == {target for target, _, _ in sheet.results}
    assert await db.fetchval("SELECT count(*) FROM inspections WHERE assigned_to <> accompanied_by") == 3


async def test_a_draw_that_is_given_up_stays_in_the_list(site: Site, supervisor: Actor) -> None:
    async with site.signed_in(supervisor) as visitor:
        at = (await visitor.submit("/supervision/inspections/draws", title="十一月")).headers["location"]
        assert (await visitor.submit(f"{at}/abandon", reason="")).status_code == 422
        await visitor.submit(f"{at}/abandon", reason="范围定错了")
        assert "范围定错了" in (await visitor.get("/supervision/inspections/draws")).text
        assert (await visitor.submit(f"{at}/freeze", count="1")).status_code == 409


async def test_the_highest_risks_are_spread_over_the_next_thirty_days(
    site: Site, db: Connection, supervisor: Actor
) -> None:
    for _ in range(3):
        _, _, registration_id = await room(db)
        for kind in (SignalKind.MAIL_RETURNED, SignalKind.TAX_LOST):
            await signals.record(
                db,
                supervisor,
                kind=kind,
                observed_on=today(),
                source=Source.DEPARTMENT,
                registration_id=registration_id,
            )
    assert await risks.weigh(site.database, today()) == 3
    async with site.signed_in(supervisor) as visitor:
        page = (await visitor.get("/supervision/inspections/risks")).text
        assert page.count("上海澜鹭信息科技有限公司") == 3
        assert (await visitor.submit("/supervision/inspections/risks/plan", count="0")).status_code == 422
        answer = await visitor.submit("/supervision/inspections/risks/plan", count="2")
        assert "planned=2" in answer.headers["location"]
        assert "已排进 2 次核查" in (await visitor.get(answer.headers["location"])).text
        assert (
            "planned=1" in (await visitor.submit("/supervision/inspections/risks/plan", count="5")).headers["location"]
        )
        assert (
            "planned=0" in (await visitor.submit("/supervision/inspections/risks/plan", count="5")).headers["location"]
        )
        assert (await visitor.get("/supervision/inspections/risks.xlsx?level=high")).content.startswith(b"PK")
    days = [row["due_on"] for row in await db.fetch("SELECT due_on FROM inspections ORDER BY due_on")]
    assert today() < days[0] < days[-1] <= today() + timedelta(days=30)


async def test_a_large_photograph_comes_in_small_pieces_and_goes_on_where_the_line_broke(
    site: Site, db: Connection, supervisor: Actor
) -> None:
    inspection_id, _, carrier_id = await planned(db, site.database, supervisor)
    said = finding(photo_count=1)
    await actions.record_finding(site.database, supervisor, inspection_id, said)
    noise = io.BytesIO()
    Image.frombytes("RGB", (1100, 900), random.Random(1).randbytes(1100 * 900 * 3)).save(noise, "PNG")
    content = noise.getvalue()
    fields = {
        "purpose": "inspection",
        "carrier_id": str(carrier_id),
        "name": "大堂.png",
        "size": len(content),
        "fingerprint": str(uuid4()),
    }
    async with site.signed_in(supervisor) as visitor:
        headers = {"x-csrftoken": visitor.csrf_token, "accept": "application/json"}
        begun = (await visitor.post("/uploads", json=fields, headers=headers)).json()
        piece = begun["chunk_bytes"]
        assert piece == 2**20
        pieces = [content[start : start + piece] for start in range(0, len(content), piece)]
        await visitor.put(f"/uploads/{begun['id']}/chunks/0", content=pieces[0], headers=headers)
        again = (await visitor.post("/uploads", json=fields, headers=headers)).json()  # another page, another hour
        assert (again["id"], again["received"]) == (begun["id"], [0])
        for number in range(1, len(pieces)):
            await visitor.put(f"/uploads/{begun['id']}/chunks/{number}", content=pieces[number], headers=headers)
        done = (await visitor.post(f"/uploads/{begun['id']}/finish", headers=headers)).json()
        at = f"/supervision/inspections/{inspection_id}/findings/{said.id}/photos/{uuid4()}"
        body: dict[str, object] = {"document_id": done["id"], "taken_at": "2026-11-22T01:29:00Z"}
        assert (await put(visitor, at, body))[0] == 200
    assert await db.fetchval("SELECT size FROM blobs JOIN documents USING (sha256)") == len(content)


async def test_what_is_no_picture_is_no_photograph(site: Site, db: Connection, supervisor: Actor) -> None:
    inspection_id, _, _ = await planned(db, site.database, supervisor)
    said = finding()
    await actions.record_finding(site.database, supervisor, inspection_id, said)
    async with site.signed_in(supervisor) as visitor:
        files = {"files": ("门口.jpg", b"<html><script>alert(1)</script>", "image/jpeg")}
        at = f"/supervision/inspections/{inspection_id}/findings/{said.id}/photos"
        assert (await visitor.post(at, files=files)).status_code == 409
        assert (await visitor.post(at, files={"other": (None, "x")})).status_code == 422
    assert await db.fetchval("SELECT count(*) FROM finding_photos") == 0


async def test_each_look_at_a_photograph_is_recorded_and_only_its_subdistrict_sees_it(
    site: Site, db: Connection, supervisor: Actor
) -> None:
    inspection_id, _, carrier_id = await planned(db, site.database, supervisor)
    elsewhere = await make.actor(db, role="supervisor", subdistricts=frozenset({objects.OTHER_SUBDISTRICT}))
    async with site.signed_in(supervisor) as visitor:
        document_id = await sent_photo(visitor, carrier_id, picture())
        assert (await visitor.get(f"/documents/{document_id}/thumbs/1.webp")).status_code == 503  # not drawn yet
        assert (await visitor.get(f"/documents/{document_id}/content")).status_code == 200
        await visitor.get(f"/supervision/inspections/{inspection_id}")
    async with site.signed_in(elsewhere) as visitor:
        assert (await visitor.get(f"/documents/{document_id}/content")).status_code == 404
    seen = await db.fetch("SELECT action FROM audit_entries WHERE person_id = $1", supervisor.person_id)
    assert {"view_content", "view"} <= {row["action"] for row in seen}


async def test_the_counter_reads_the_note_and_sees_the_photographs(
    site: Site, db: Connection, supervisor: Actor
) -> None:
    inspection_id, unit_id, carrier_id = await planned(db, site.database, supervisor)
    said = finding(Outcome.OTHER_BUSINESS, other_business="衡山咖啡", note="招牌和人都是咖啡馆的", photo_count=2)
    await actions.record_finding(site.database, supervisor, inspection_id, said)
    clerk = await make.actor(db, role="clerk")
    async with site.signed_in(supervisor) as visitor:
        at = f"/supervision/inspections/{inspection_id}/findings/{said.id}/photos/{uuid4()}"
        document_id = await sent_photo(visitor, carrier_id, picture())
        await put(visitor, at, {"document_id": document_id, "taken_at": "2026-11-22T01:29:00Z"})
    async with site.signed_in(clerk) as visitor:
        page = (await visitor.get(f"/units/{unit_id}/findings")).text
        assert "招牌和人都是咖啡馆的" in page
        assert "衡山咖啡" in page
        assert "还有 2 张照片" in page  # one on its way, one not drawn yet
        assert (
            "没有核查过这里"
            in (await visitor.get(f"/units/{await make.unit(db, carrier_id=carrier_id)}/findings")).text
        )
