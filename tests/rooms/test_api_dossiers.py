"""Other systems read a dossier and the bytes of its papers, follow what happens, and report who moves in and out."""

import hashlib
from datetime import timedelta
from uuid import UUID

import httpx

from storage.keys import content_key
from tests import make
from tests.rooms.counter import APPLICANT, Counter, set_up, system
from tests.support.web import Site, Visitor
from zhusuo import events
from zhusuo.db import Connection
from zhusuo.ports.common.app import today

BYTES = b"%PDF-1.7 the deed itself"


async def _dossier_id(db: Connection, counter: Counter) -> UUID:
    found: UUID = await db.fetchval("SELECT dossier_id FROM dossier_versions WHERE id = $1", counter.version_id)
    return found


async def _deed(site: Site, db: Connection, counter: Counter) -> UUID:
    """The deed of the version, with bytes that are there."""
    sha256 = hashlib.sha256(BYTES).hexdigest()
    await site.store.put_bytes(content_key(sha256), BYTES, "application/pdf")
    await make.blob(db, content=BYTES)
    found: UUID = await db.fetchval(
        """
        UPDATE documents
           SET sha256 = $2
         WHERE id IN (SELECT document_id FROM version_documents WHERE version_id = $1 AND kind = 'title_deed')
     RETURNING id
        """,
        counter.version_id,
        sha256,
    )
    await db.execute("UPDATE document_pages SET sensitive = false WHERE document_id = $1", found)
    return found


async def test_a_dossier_is_one_answer_without_bytes(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    dossier_id = await _dossier_id(db, counter)
    async with system(site, db, counter, "dossiers") as visitor:
        found = (await visitor.get(f"/api/v1/dossiers/{dossier_id}")).json()
    assert found["carrier"]["id"] == str(counter.carrier_id)
    (version,) = found["versions"]
    assert (version["id"], version["status"], version["unit_count"]) == (str(counter.version_id), "effective", 1)
    assert [each["kind"] for each in version["documents"]] == [
        "title_deed",
        "mandate",
        "completion_certificate",
        "floor_plan",
        "house_number_certificate",
    ]
    assert all(len(each["sha256"]) == 64 for each in version["documents"])
    action = await db.fetchval("SELECT action FROM audit_entries WHERE noun_id = $1", str(dossier_id))
    assert action == "view_dossier"


async def test_the_bytes_of_a_paper_are_given_and_the_view_is_recorded(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    deed = await _deed(site, db, counter)
    async with system(site, db, counter, "documents") as visitor:
        answer = await visitor.get(f"/api/v1/documents/{deed}/content")
    assert answer.content == BYTES
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"
    row = await db.fetchrow("SELECT action, client_id FROM audit_entries WHERE noun_id = $1", str(deed))
    assert row is not None
    assert row["action"] == "view_content"
    assert row["client_id"] is not None


async def _content(visitor: Visitor, document_id: UUID) -> httpx.Response:
    return await visitor.get(f"/api/v1/documents/{document_id}/content")


async def test_papers_with_something_secret_stay_in_the_house(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    deed = await _deed(site, db, counter)
    async with system(site, db, counter, "documents") as visitor:
        assert (await _content(visitor, deed)).status_code == 200
        for statement in (
            "UPDATE documents SET marked_sensitive = true WHERE id = $1",
            "UPDATE documents SET marked_sensitive = false, status = 'unreadable' WHERE id = $1",
            "UPDATE document_pages SET sensitive = true WHERE document_id = $1",
            "UPDATE document_pages SET sensitive = false, masks = '[[0.1, 0.1, 0.2, 0.2]]' WHERE document_id = $1",
        ):
            await db.execute(statement, deed)
            assert (await _content(visitor, deed)).status_code == 404, statement
            await db.execute("UPDATE documents SET status = 'read' WHERE id = $1", deed)


async def test_papers_that_no_version_relied_on_stay_in_the_house(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    manager = await make.actor(db, role="manager")
    filing_id = await make.filing(db, carrier_id=counter.carrier_id, filer=manager, status="submitted")
    under_review = await make.document(
        db,
        carrier_id=counter.carrier_id,
        organisation_id=manager.organisation_id,
        filing_id=filing_id,
        submitted=True,
    )
    claim = await make.claim_paper(db, organisation_id=counter.clerk.organisation_id)
    async with system(site, db, counter, "documents", "leases") as visitor:
        assert (await _content(visitor, under_review)).status_code == 404
        assert (await _content(visitor, claim)).status_code == 404


async def test_the_feed_goes_on_where_it_was_left(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    for number in range(5):
        await events.emit(
            db,
            "reuse.created",
            "reuse",
            counter.unit_id,
            carrier_id=counter.carrier_id,
            district_code=make.DISTRICT,
            content={"tenant": "上海澜鹭信息科技有限公司", "n": number},
        )
        await events.emit(db, "reuse.created", "reuse", counter.unit_id, district_code="310101")
    async with system(site, db, counter, "events") as visitor:
        first = (await visitor.get("/api/v1/events", params={"limit": 3})).json()
        rest = await visitor.get("/api/v1/events", params={"after": first["next"], "limit": 3})
        end = (await visitor.get("/api/v1/events", params={"after": rest.json()["next"]})).json()
    assert (len(first["events"]), first["more"]) == (3, True)
    assert (len(rest.json()["events"]), rest.json()["more"]) == (2, False)
    assert end == {"events": [], "next": rest.json()["next"], "more": False}
    positions = [each["position"] for each in (*first["events"], *rest.json()["events"])]
    assert positions == sorted(set(positions))
    assert "澜鹭" not in rest.text, "the feed says what happened to which object, not its content"


async def test_the_cursor_is_no_nonsense(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    async with system(site, db, counter, "events") as visitor:
        for params in ({"after": -1}, {"limit": 0}, {"limit": 501}, {"after": "x"}, {"after": 2**70}):
            answer = await visitor.get("/api/v1/events", params=params)
            assert answer.status_code == 400, params


async def test_a_system_reports_who_moved_in_and_out(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    body = {
        "unit_id": str(counter.unit_id),
        "tenant": APPLICANT,
        "lease_begins_on": f"{today() - timedelta(days=10)}",
        "lease_ends_on": f"{today() + timedelta(days=355)}",
        "moved_in_on": f"{today() - timedelta(days=5)}",
    }
    async with system(site, db, counter, "tenancies") as visitor:
        answers = [
            await visitor.post("/api/v1/tenancies", json=body, headers={"Idempotency-Key": "t-1"}) for _ in range(2)
        ]
        path = f"/api/v1/tenancies/{answers[0].json()['id']}/move-out"
        early = await visitor.post(path, json={"on": f"{today() - timedelta(days=6)}"})
        out = await visitor.post(path, json={"on": f"{today()}"})
        again = await visitor.post(path, json={"on": f"{today()}"})
    assert [each.status_code for each in answers] == [201, 201]
    assert answers[0].content == answers[1].content
    assert early.status_code == 422
    assert out.json()["moved_out_on"] == f"{today()}"
    assert again.status_code == 409
    assert await db.fetchval("SELECT source FROM tenancies WHERE unit_id = $1", counter.unit_id) == "report"


async def test_nobody_moves_into_a_unit_of_another_district(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    elsewhere = await make.unit(db, carrier_id=await make.carrier(db, district_code="310101"))
    body = {"unit_id": str(elsewhere), "tenant": APPLICANT}
    async with system(site, db, counter, "tenancies") as visitor:
        answer = await visitor.post("/api/v1/tenancies", json=body, headers={"Idempotency-Key": "t-1"})
    assert answer.status_code == 404
