"""Other systems reuse a dossier in a clerk's name, report the outcome, fetch the receipt, open the panel."""

import hashlib
from base64 import b64decode

from tests import make_registrations as making
from tests.rooms.counter import ADDRESS, APPLICANT, CLERK, set_up, system
from tests.support.web import ORIGIN, Site
from zhusuo.db import Connection
from zhusuo.signing import verify

USCC = "91310104MA1FR1Y503"
KEY = {"Idempotency-Key": "2026-XJH-110873-1"}


async def test_a_reuse_is_done_in_the_clerk_s_name(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    body = counter.reuse(lease_document_id=await counter.lease(db))
    async with system(site, db, counter, "reuses") as visitor:
        answer = await visitor.post("/api/v1/reuses", json=body, headers=KEY)
        shown = await visitor.get(f"/api/v1/reuses/{answer.json()['id']}")
    made = answer.json()
    assert answer.status_code == 201
    assert shown.json() == made
    assert made["status"] == "held"
    assert made["purpose"] == "公司设立登记"
    assert made["address"].endswith("1403室")
    assert made["verify_url"].startswith(f"{ORIGIN}/verify/")
    row = await db.fetchrow("SELECT person_id, client_id FROM reuses WHERE id = $1", made["id"])
    assert row is not None
    assert row["person_id"] == counter.clerk.person_id
    assert row["client_id"] is not None


async def test_the_receipt_keeps_how_the_address_on_the_form_was_washed(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    body = counter.reuse(lease_document_id=await counter.lease(db), address="云锦路８８７号1403室")
    async with system(site, db, counter, "reuses") as visitor:
        made = (await visitor.post("/api/v1/reuses", json=body, headers=KEY)).json()
        receipt = (await visitor.get(f"/api/v1/reuses/{made['id']}/receipt.json")).json()
    address = receipt["receipt"]["address"]
    assert (address["entered"], address["class"]) == ("云锦路８８７号1403室", "A")
    assert "没有写区名" in address["reasons"]


async def test_the_same_request_again_is_the_same_answer_byte_for_byte(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    body = counter.reuse(lease_document_id=await counter.lease(db))
    async with system(site, db, counter, "reuses") as visitor:
        first = await visitor.post("/api/v1/reuses", json=body, headers=KEY)
        again = await visitor.post("/api/v1/reuses", json=body, headers=KEY)
        other = await visitor.post("/api/v1/reuses", json=body | {"reason": "另有说明"}, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert other.status_code == 409
    assert other.json()["type"] == "urn:zhusuo:idempotency_key_reused"
    assert await db.fetchval("SELECT count(*) FROM reuses WHERE unit_id = $1", counter.unit_id) == 1


async def test_a_key_is_needed(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    async with system(site, db, counter, "reuses") as visitor:
        answer = await visitor.post("/api/v1/reuses", json=counter.reuse())
    assert answer.status_code == 400
    assert answer.json()["faults"] == {"Idempotency-Key": "必填。"}


async def test_a_clerk_number_nobody_mapped_is_a_fault(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    async with system(site, db, counter, "reuses", "tickets") as visitor:
        for path, body in (
            ("/api/v1/reuses", counter.reuse(clerk="ZC-9999")),
            ("/api/v1/tickets", {"clerk": "ZC-9999", "case_number": "1", "purpose": "公司设立登记"}),
        ):
            answer = await visitor.post(path, json=body, headers=KEY)
            assert answer.status_code == 422
            assert list(answer.json()["faults"]) == ["clerk"]


async def test_a_clerk_who_left_or_went_elsewhere_is_nobody_s_number(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    async with system(site, db, counter, "reuses") as visitor:
        await db.execute("UPDATE persons SET disabled_at = now() WHERE id = $1", counter.clerk.person_id)
        answer = await visitor.post("/api/v1/reuses", json=counter.reuse(), headers=KEY)
    assert answer.status_code == 422


async def test_fields_that_are_not_known_or_too_long_are_refused(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    async with system(site, db, counter, "reuses") as visitor:
        for wrong in ({"rent": 1}, {"applicant": "号" * 121}, {"unit_id": "1403"}, {"case_number": None}):
            answer = await visitor.post("/api/v1/reuses", json=counter.reuse(**wrong), headers=KEY)
            assert answer.status_code == 400, wrong
            assert list(answer.json()["faults"]) == list(wrong)


async def test_whoever_has_the_unit_stays_unnamed(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    await making.registered(db, unit_id=counter.unit_id, applicant="上海澜鹭信息科技有限公司")
    body = counter.reuse(lease_document_id=await counter.lease(db))
    async with system(site, db, counter, "reuses") as visitor:
        answer = await visitor.post("/api/v1/reuses", json=body, headers=KEY)
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:zhusuo:unit_taken"
    assert "澜鹭" not in answer.text


async def test_a_lease_that_blocks_is_refused_in_words(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    lease = await counter.lease(db, lessee="上海云岫贸易有限公司")
    async with system(site, db, counter, "reuses") as visitor:
        answer = await visitor.post("/api/v1/reuses", json=counter.reuse(lease_document_id=lease), headers=KEY)
        after = await visitor.post(
            "/api/v1/reuses", json=counter.reuse(lease_document_id=await counter.lease(db)), headers=KEY
        )
    assert answer.status_code == 409
    assert "承租方" in answer.json()["detail"]
    assert after.status_code == 201, "a call that failed leaves its key free"


async def test_the_outcome_is_reported_once_or_twice(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    body = counter.reuse(lease_document_id=await counter.lease(db))
    async with system(site, db, counter, "reuses") as visitor:
        made = (await visitor.post("/api/v1/reuses", json=body, headers=KEY)).json()
        path = f"/api/v1/reuses/{made['id']}/outcome"
        nameless = await visitor.post(path, json={"outcome": "registered"})
        answers = [await visitor.post(path, json={"outcome": "registered", "uscc": USCC}) for _ in range(2)]
        back = await visitor.post(path, json={"outcome": "withdrawn"})
        odd = await visitor.post(path, json={"outcome": "lost"})
    assert nameless.status_code == 422
    assert [each.status_code for each in answers] == [200, 200]
    assert {each.json()["status"] for each in answers} == {"registered"}
    assert answers[0].json()["business_uscc"] == USCC
    assert back.status_code == 409
    assert odd.status_code == 400


async def test_the_receipt_verifies_with_nothing_but_itself(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    body = counter.reuse(lease_document_id=await counter.lease(db))
    async with system(site, db, counter, "reuses") as visitor:
        made = (await visitor.post("/api/v1/reuses", json=body, headers=KEY)).json()
        answer = await visitor.get(f"/api/v1/reuses/{made['id']}/receipt.json")
        paper = await visitor.get(f"/api/v1/reuses/{made['id']}/receipt.pdf")
    receipt = answer.json()
    signed = answer.content[answer.content.index(b'"receipt":') + len(b'"receipt":') :]
    signed = signed[: signed.rindex(b',"sha256"')]
    assert hashlib.sha256(signed).hexdigest() == receipt["sha256"] == made["receipt_sha256"]
    assert verify(b64decode(receipt["public_key"]), signed, b64decode(receipt["signature"]))
    assert receipt["receipt"]["applicant"] == APPLICANT
    assert paper.headers["content-type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF")


async def test_another_system_does_not_see_it(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    body = counter.reuse(lease_document_id=await counter.lease(db))
    async with system(site, db, counter, "reuses") as visitor:
        made = (await visitor.post("/api/v1/reuses", json=body, headers=KEY)).json()
    async with system(site, db, counter, "reuses") as other:
        for path in ("", "/receipt.json", "/receipt.pdf"):
            assert (await other.get(f"/api/v1/reuses/{made['id']}{path}")).status_code == 404
        told = await other.post(f"/api/v1/reuses/{made['id']}/outcome", json={"outcome": "withdrawn"})
    assert told.status_code == 404


async def test_a_ticket_opens_the_panel_once(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    body = {"clerk": CLERK, "case_number": "2026-XJH-110873", "purpose": "公司设立登记", "address": ADDRESS}
    async with system(site, db, counter, "tickets") as visitor:
        answer = await visitor.post("/api/v1/tickets", json=body)
    made = answer.json()
    assert answer.status_code == 201
    assert made["panel_url"] == f"{ORIGIN}/embed/panel#ticket={made['ticket']}"
    assert made["expires_in"] == 60
    async with site.visitor(accept="application/json") as browser:
        opened = await browser.post("/embed/api/open", json={"ticket": made["ticket"]})
        again = await browser.post("/embed/api/open", json={"ticket": made["ticket"]})
    assert opened.json()["address"] == ADDRESS
    assert again.status_code == 409
