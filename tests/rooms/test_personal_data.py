"""个人信息: covered by default, uncovered for a reason that is kept; no number of a person in an address or a log."""

import re
from urllib.parse import unquote_plus
from uuid import UUID

import pytest

from tests import make
from tests import make_registrations as making
from tests.rooms import counter
from tests.support.web import Site
from zhusuo import logs
from zhusuo.db import Connection
from zhusuo.dossiers import uncovering
from zhusuo.dossiers.uncovering import covered_words
from zhusuo.people.model import Actor

IDENTITY, MOBILE = "310104199003075119", "13816012345"
CREDIT_CODE = "91310000132209813X"


async def deed(db: Connection, actor: Actor, *, masks: str = "[[0.1,0.2,0.5,0.25]]") -> UUID:
    """A document of the actor's own with a page on which something is covered."""
    found = await making.read_document(
        db, organisation_id=actor.organisation_id, kind="title_deed", facts={"owner": "林栖"}
    )
    await db.execute("UPDATE document_pages SET masks = $2::jsonb, sensitive = false WHERE document_id = $1", found, [])
    await db.execute(
        "UPDATE document_pages SET masks = $2, width = 800, height = 1100, preview_sha256 = $3 WHERE document_id = $1",
        found,
        [[0.1, 0.2, 0.5, 0.25]],
        await make.blob(db),
    )
    return found


def test_identity_and_mobile_numbers_are_blotted_out_and_credit_codes_are_not() -> None:
    assert IDENTITY not in covered_words(f"林栖 {IDENTITY}")
    assert MOBILE not in covered_words(f"电话{MOBILE}，138 1601 2345")
    assert "1601" not in covered_words("138-1601-2345")
    assert covered_words(f"代码 {CREDIT_CODE}") == f"代码 {CREDIT_CODE}"
    assert covered_words("不动产权第019280号") == "不动产权第019280号"


async def test_a_covered_page_is_shown_for_a_reason_that_stands_in_the_audit(site: Site, db: Connection) -> None:
    manager = await make.actor(db, role="manager")
    document = await deed(db, manager)
    async with site.signed_in(manager) as visitor:
        before = await visitor.get(f"/documents/{document}")
        nothing = await visitor.submit(f"/documents/{document}/pages/1/uncover", reason=" ")
        done = await visitor.submit(f"/documents/{document}/pages/1/uncover", reason=f"核对权利人 {IDENTITY}")
        after = await visitor.get(f"/documents/{document}?page=1")
    assert "揭开十分钟" in before.text
    assert "uncovered=true" not in before.text
    assert nothing.status_code == 422
    assert done.status_code == 303
    assert "uncovered=true" in after.text
    row = await db.fetchrow("SELECT detail FROM audit_entries WHERE action = 'uncover_page'")
    assert row is not None
    assert row["detail"]["page"] == 1
    assert row["detail"]["reason"].startswith("核对权利人")
    assert IDENTITY not in row["detail"]["reason"]


async def test_it_is_covered_again_after_ten_minutes_and_for_everybody_else(site: Site, db: Connection) -> None:
    manager = await make.actor(db, role="manager")
    document = await deed(db, manager)
    await uncovering.uncover(site.database, manager, document, 1, "核对权利人身份")
    assert await uncovering.open_for(db, manager, document, 1) is not None
    assert await uncovering.open_for(db, await make.actor(db, role="manager"), document, 1) is None
    await db.execute("UPDATE uncoverings SET covered_again_at = now() - interval '1 second'")
    assert await uncovering.open_for(db, manager, document, 1) is None


async def test_a_reviewer_says_why_before_an_original_with_covered_pages_is_saved(site: Site, db: Connection) -> None:
    manager, clerk = await make.actor(db, role="manager"), await make.actor(db, role="clerk")
    document = await deed(db, manager)
    async with site.signed_in(clerk) as visitor:
        refused = await visitor.get(f"/documents/{document}/content")
        await visitor.submit(f"/documents/{document}/pages/1/uncover", reason="核对权利人身份")
        after = await visitor.get(f"/documents/{document}/content")
    assert refused.status_code == 409
    assert "请先在材料页写明理由揭开" in refused.text
    assert after.status_code != 409


async def test_a_page_without_anything_covered_is_not_uncovered(site: Site, db: Connection) -> None:
    manager = await make.actor(db, role="manager")
    document = await making.read_document(
        db, organisation_id=manager.organisation_id, kind="title_deed", facts={"owner": "林栖"}
    )
    await db.execute("UPDATE document_pages SET sensitive = false WHERE document_id = $1", document)
    async with site.signed_in(manager) as visitor:
        answer = await visitor.submit(f"/documents/{document}/pages/1/uncover", reason="看看而已啊")
    assert answer.status_code == 404


async def test_what_a_person_types_about_a_person_stays_out_of_addresses_and_logs(
    site: Site, db: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("debug")
    house = await counter.set_up(site, db)
    said = f"云锦路887号1403室 联系人林栖 {MOBILE}"
    seen: list[str] = []
    async with site.signed_in(house.clerk) as visitor:
        for path, given in (
            ("/approval", {"address": said, "applicant": f"林栖{IDENTITY}"}),
            ("/approval", {"address": "云锦路887号1403室", "reason": f"电话 {MOBILE}"}),
            ("/approval/slip", {"address": said}),
            ("/approval/suggest", {"q": said}),
            ("/approval/search", {"q": IDENTITY}),
            ("/approval/no-such-page", {"q": IDENTITY}),
            ("/approval/units/not-an-id/lease", {"applicant": IDENTITY}),
        ):
            answer = await visitor.get(path, params=given)
            seen += [answer.headers.get("location", ""), *re.findall(r'(?:href|action|hx-get)="([^"]*)"', answer.text)]
        await visitor.submit("/approval/reuses", address=said, applicant=f"林栖{IDENTITY}", case="2026-XJH-1")
        await visitor.post("/sign-in", data={"login": MOBILE, "password": IDENTITY})
    async with counter.system(site, db, house, "lookup") as system:
        await system.get("/api/v1/lookup", params={"address": said, "item": IDENTITY})
        await system.post("/api/v1/reuses", content=f'{{"applicant": "{IDENTITY}"'.encode())
    captured = capsys.readouterr()
    logged = captured.out + captured.err
    assert "/approval" in "".join(seen)
    for number in (IDENTITY, MOBILE):
        assert number not in logged
        assert [each for each in map(unquote_plus, seen) if number in each] == []


async def test_a_pasted_number_is_taken_out_of_the_page_s_address(site: Site, db: Connection) -> None:
    house = await counter.set_up(site, db)
    async with site.signed_in(house.clerk) as visitor:
        answer = await visitor.get("/approval", params={"address": f"云锦路887号1403室 {MOBILE}", "case": "2026-XJH-1"})
    assert answer.status_code == 303
    location = unquote_plus(answer.headers["location"])
    assert MOBILE not in location
    assert "云锦路887号1403室" in location
    assert "2026-XJH-1" in location


async def test_a_receipt_holds_no_number_of_a_person(site: Site, db: Connection) -> None:
    house = await counter.set_up(site, db)
    lease = await house.lease(db)
    async with counter.system(site, db, house, "reuses") as system:
        asked = house.reuse(lease_document_id=lease, reason=f"经办人林栖 {IDENTITY}，{MOBILE}")
        answer = await system.post("/api/v1/reuses", json=asked, headers={"idempotency-key": "personal-data-1"})
    assert answer.status_code == 201, answer.text
    sealed = await db.fetchval("SELECT receipt_text || reason || applicant FROM reuses")
    assert IDENTITY not in sealed
    assert MOBILE not in sealed
