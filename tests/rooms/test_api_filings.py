"""A system files for a manager who brings paper, in the name of one of our clerks."""

import asyncio
import contextlib
from typing import Any

from tests import make
from tests.rooms.counter import CLERK, Counter, set_up, system
from tests.support.web import Site, Visitor
from zhusuo.db import Connection

KEY = {"Idempotency-Key": "f-1"}
MANAGER = "上海汇澜物业管理有限公司"
KINDS = ("title_deed", "completion_certificate", "floor_plan")


def _paper(kind: str) -> bytes:
    return b"%PDF-1.7\n" + kind.encode() + b"\n%%EOF\n"


async def _start(visitor: Visitor, counter: Counter, **said: Any) -> Any:
    body = {"clerk": CLERK, "carrier_id": str(counter.carrier_id), "on_behalf_of": MANAGER, **said}
    return await visitor.post("/api/v1/filings", json=body, headers=KEY)


async def _hand_in(visitor: Visitor, filing_id: str, kind: str) -> Any:
    params = {"clerk": CLERK, "name": f"{kind}.pdf", "kind": kind}
    return await visitor.post(f"/api/v1/filings/{filing_id}/documents", params=params, content=_paper(kind))


async def test_a_filing_goes_in_from_the_first_paper_to_the_submission(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    async with system(site, db, counter, "filings") as visitor:
        started = (await _start(visitor, counter)).json()
        path = f"/api/v1/filings/{started['id']}"
        early = await visitor.post(f"{path}/submit", json={"clerk": CLERK, "declared": True})
        for kind in KINDS:
            assert (await _hand_in(visitor, started["id"], kind)).status_code == 201
        undeclared = await visitor.post(f"{path}/submit", json={"clerk": CLERK, "declared": False})
        submitted = await visitor.post(f"{path}/submit", json={"clerk": CLERK, "declared": True})
        shown = (await visitor.get(path)).json()
    assert started["status"] == "draft"
    assert {each["code"]: each["met"] for each in started["checklist"]} == {
        "title": False,
        "completion": False,
        "floor_plan": False,
    }
    assert early.status_code == 409
    assert "还缺 3 项材料" in early.json()["detail"]
    assert undeclared.status_code == 409
    assert submitted.json()["status"] == "submitted"
    assert sorted(each["kind"] for each in shown["documents"]) == sorted(KINDS)
    assert all(each["met"] for each in shown["checklist"])
    row = await db.fetchrow("SELECT filed_by, on_behalf_of FROM filings WHERE id = $1", started["id"])
    assert row is not None
    assert tuple(row) == (counter.clerk.person_id, MANAGER)


async def test_the_scope_is_said_in_units_floors_or_buildings(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    await make.unit(db, carrier_id=counter.carrier_id, label="1501室", floor=15)
    async with system(site, db, counter, "filings") as visitor:
        started = await _start(
            visitor, counter, scope_kind="floors", scope=["|15"], title_situation="sublet", note="仅 15 层"
        )
        wrong = await visitor.post(
            "/api/v1/filings",
            json={
                "clerk": CLERK,
                "carrier_id": str(counter.carrier_id),
                "on_behalf_of": MANAGER,
                "scope_kind": "floors",
                "scope": ["|99"],
            },
            headers={"Idempotency-Key": "f-2"},
        )
    assert started.json()["scope"] == "15 层，1 个单元"
    assert "mandate" in [each["code"] for each in started.json()["checklist"]]
    assert wrong.status_code == 422
    assert "scope" in wrong.json()["faults"]


async def test_the_same_paper_again_is_the_same_document_and_its_kind_may_be_mended(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    async with system(site, db, counter, "filings") as visitor:
        started = (await _start(visitor, counter)).json()
        path = f"/api/v1/filings/{started['id']}"
        params = {"clerk": CLERK, "name": "扫描件001.pdf"}
        answers = [
            await visitor.post(f"{path}/documents", params=params | {"kind": kind}, content=_paper("x"))
            for kind in ("other", "mandate")
        ]
        shown = (await visitor.get(path)).json()
    assert answers[0].content == answers[1].content
    assert [each["kind"] for each in shown["documents"]] == ["mandate"]


async def test_why_it_was_returned_is_told(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    async with system(site, db, counter, "filings") as visitor:
        started = (await _start(visitor, counter)).json()
        submission_id = await db.fetchval(
            """
            INSERT INTO submissions (filing_id, number, content, declared_text, submitted_by)
                 VALUES ($1, 1, '{}', '', $2)
              RETURNING id
            """,
            started["id"],
            counter.clerk.person_id,
        )
        await db.execute(
            """
            INSERT INTO decisions (filing_id, submission_id, decision, reasons, message, internal_note, decided_by)
                 VALUES ($1, $2, 'returned', '{blurred}', '第 3 页', '内部说明', $3)
            """,
            started["id"],
            submission_id,
            counter.clerk.person_id,
        )
        await db.execute("UPDATE filings SET status = 'returned' WHERE id = $1", started["id"])
        answer = await visitor.get(f"/api/v1/filings/{started['id']}")
    assert answer.json()["returned_because"] == ["有页面看不清，请重新扫描或重新拍照。", "第 3 页"]
    assert "内部说明" not in answer.text


async def test_another_system_does_not_see_the_filing(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    async with system(site, db, counter, "filings") as visitor:
        started = (await _start(visitor, counter)).json()
    async with system(site, db, counter, "filings") as other:
        assert (await other.get(f"/api/v1/filings/{started['id']}")).status_code == 404
        assert (await _hand_in(other, started["id"], "mandate")).status_code == 404


async def test_a_sender_who_breaks_off_leaves_nothing(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)

    async def broken() -> Any:
        yield _paper("title_deed")
        await asyncio.sleep(0)
        raise ConnectionError

    async with system(site, db, counter, "filings") as visitor:
        started = (await _start(visitor, counter)).json()
        params = {"clerk": CLERK, "name": "产证.pdf"}
        with contextlib.suppress(ConnectionError):
            await visitor.post(f"/api/v1/filings/{started['id']}/documents", params=params, content=broken())
        shown = (await visitor.get(f"/api/v1/filings/{started['id']}")).json()
    assert shown["documents"] == []
    assert list((site.settings.home / "tmp").iterdir()) == []
