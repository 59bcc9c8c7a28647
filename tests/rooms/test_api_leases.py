"""Other systems hand in a lease and have it checked against the papers on file."""

from tests import make_registrations as making
from tests.rooms.counter import APPLICANT, Counter, set_up, system
from tests.support.web import Site
from zhusuo.db import Connection
from zhusuo.ports.common.app import today

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def _at(counter: Counter, **more: str) -> dict[str, str]:
    return {"purpose": "lease", "carrier_id": str(counter.carrier_id), "name": "租赁合同.pdf", **more}


async def test_a_lease_comes_in_as_a_raw_body_and_twice_is_once(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    async with system(site, db, counter, "leases") as visitor:
        answers = [
            await visitor.post("/api/v1/documents", params=_at(counter), content=PDF, headers={"content-type": "x/y"})
            for _ in range(2)
        ]
    assert [each.status_code for each in answers] == [201, 201]
    assert answers[0].content == answers[1].content
    row = await db.fetchrow(
        "SELECT purpose, file_name, organisation_id, status FROM documents WHERE id = $1", answers[0].json()["id"]
    )
    assert row is not None
    assert tuple(row) == ("lease", "租赁合同.pdf", counter.clerk.organisation_id, "waiting")


async def test_bytes_that_are_no_document_are_refused_in_words(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    async with system(site, db, counter, "leases") as visitor:
        for content in (b"", b"<!doctype html><title>x</title>", b"PK\x03\x04"):
            answer = await visitor.post("/api/v1/documents", params=_at(counter), content=content)
            assert answer.status_code == 409, content
            assert answer.json()["detail"].endswith("。")
        elsewhere = await visitor.post(
            "/api/v1/documents", params=_at(counter, carrier_id=str(counter.unit_id)), content=PDF
        )
        claim = await visitor.post("/api/v1/documents", params=_at(counter, purpose="claim"), content=PDF)
    assert elsewhere.status_code == 404
    assert claim.status_code == 400


async def test_a_file_that_is_too_large_is_told_so(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    narrow = Site(site.database, site.store, site.settings.model_copy(update={"upload_limit_mb": 1}), site.signer)
    async with system(narrow, db, counter, "leases") as visitor:
        answer = await visitor.post("/api/v1/documents", params=_at(counter), content=PDF + bytes(2**20))
    assert answer.status_code == 413
    assert await db.fetchval("SELECT count(*) FROM documents WHERE purpose = 'lease'") == 0


async def test_a_lease_is_checked_against_what_is_on_file(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    lease = await counter.lease(db, area_m2=260.0)
    body = {"document_id": str(lease), "unit_ids": [str(counter.unit_id)], "applicant": APPLICANT}
    async with system(site, db, counter, "leases") as visitor:
        found = (await visitor.post("/api/v1/leases/checks", json=body)).json()
    assert (found["status"], found["outcome"]) == ("done", "bad")
    finding = next(each for each in found["findings"] if each["severity"] == "blocks")
    assert finding["code"] == "area_exceeds"
    assert finding["places"][0]["document_id"] == str(lease)
    assert "lessor" in [each["code"] for each in found["agreements"]]
    row = await db.fetchrow("SELECT noun_id FROM audit_entries WHERE action = 'check_lease' ORDER BY id DESC LIMIT 1")
    assert row is not None
    assert row["noun_id"] == str(lease)


async def test_while_it_is_being_read_the_check_waits(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    lease = await making.lease(db, organisation_id=counter.clerk.organisation_id, status="reading")
    body = {"document_id": str(lease), "unit_ids": [str(counter.unit_id)], "applicant": APPLICANT}
    async with system(site, db, counter, "leases") as visitor:
        answer = await visitor.post("/api/v1/leases/checks", json=body)
    assert answer.json()["status"] == "pending"
    assert answer.json()["findings"] == []
    assert int(answer.headers["retry-after"]) > 0


async def test_the_day_of_the_check_may_be_named(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    lease = await counter.lease(db, term_end=f"{today()}")
    body = {"document_id": str(lease), "unit_ids": [str(counter.unit_id)], "applicant": APPLICANT, "day": "2099-01-01"}
    async with system(site, db, counter, "leases") as visitor:
        found = (await visitor.post("/api/v1/leases/checks", json=body)).json()
    assert "expired" in [each["code"] for each in found["findings"]]


async def test_a_lease_of_another_organisation_is_not_there(site: Site, db: Connection) -> None:
    counter, other = await set_up(site, db), await set_up(site, db)
    lease = await other.lease(db)
    body = {"document_id": str(lease), "unit_ids": [str(counter.unit_id)], "applicant": APPLICANT}
    async with system(site, db, counter, "leases", "documents") as visitor:
        checked = await visitor.post("/api/v1/leases/checks", json=body)
        fetched = await visitor.get(f"/api/v1/documents/{lease}/content")
    assert checked.status_code == fetched.status_code == 404


async def test_units_are_of_one_carrier(site: Site, db: Connection) -> None:
    counter, other = await set_up(site, db), await set_up(site, db)
    lease = await counter.lease(db)
    units = [str(counter.unit_id), str(other.unit_id)]
    async with system(site, db, counter, "leases") as visitor:
        mixed = await visitor.post(
            "/api/v1/leases/checks", json={"document_id": str(lease), "unit_ids": units, "applicant": APPLICANT}
        )
        none = await visitor.post(
            "/api/v1/leases/checks", json={"document_id": str(lease), "unit_ids": [], "applicant": APPLICANT}
        )
    assert (mixed.status_code, none.status_code) == (422, 400)
