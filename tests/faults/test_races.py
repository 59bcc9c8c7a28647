"""Two clerks at once, in two web processes: one of them has done it, the other is told calmly."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import httpx
import pytest

from tests.faults.installation import HOUSES, ON_FILE, UNDER_REVIEW, Installation, Person
from tests.support.html import parse, text
from zhusuo.demo import papers
from zhusuo.dossiers.model import ReturnReason
from zhusuo.ports.common.app import today

pytestmark = pytest.mark.faults

ROUNDS = 2


async def test_a_filing_that_two_clerks_decide_at_once_is_decided_by_one(
    installation: Installation, clerk: Person, second_clerk: Person
) -> None:
    [filing] = await installation.ask(
        "SELECT f.id FROM filings AS f JOIN carriers AS c ON c.id = f.carrier_id WHERE c.name = $1", UNDER_REVIEW
    )
    path = f"/approval/filings/{filing['id']}"
    reason = next(iter(ReturnReason)).value
    answers = await asyncio.gather(
        clerk.post(f"{path}/decision", decision="approve"),
        second_clerk.post(f"{path}/decision", web="web-2", decision="return", reasons=reason),
    )
    won, lost = sorted(answers, key=lambda answer: answer.status_code)
    assert (won.status_code, lost.status_code) == (303, 409)
    assert "现在是" in text(parse(lost.text))
    [found] = await installation.ask(
        """
        SELECT status, (SELECT count(*) FROM decisions AS d WHERE d.filing_id = f.id) AS decisions,
               (SELECT count(*) FROM dossier_versions AS v WHERE v.filing_id = f.id) AS versions
          FROM filings AS f
         WHERE id = $1
        """,
        filing["id"],
    )
    approved = won is answers[0]
    assert found == {"status": "approved" if approved else "returned", "decisions": 1, "versions": int(approved)}


async def test_a_unit_that_two_clerks_reuse_at_once_is_held_for_one_business(
    installation: Installation, clerk: Person, second_clerk: Person
) -> None:
    rows = await installation.ask(
        """
        SELECT u.id, u.number, u.area_m2, u.carrier_id
          FROM units AS u
          JOIN carriers AS c ON c.id = u.carrier_id
         WHERE c.name = $1
      ORDER BY u.number
         LIMIT $2
        """,
        ON_FILE,
        ROUNDS,
    )
    for row in rows:
        tenants = [f"上海栖木{row['number']}号餐饮有限公司", f"上海澜鹭{row['number']}号餐饮有限公司"]
        leases = [
            await lease(installation, person, row["carrier_id"], row["number"], row["area_m2"], tenant)
            for person, tenant in zip((clerk, second_clerk), tenants, strict=True)
        ]
        answers = await asyncio.gather(
            reuse(clerk, "web-1", row["number"], tenants[0], leases[0]),
            reuse(second_clerk, "web-2", row["number"], tenants[1], leases[1]),
        )
        won, lost = sorted(answers, key=lambda answer: answer.status_code)
        assert (won.status_code, lost.status_code) == (303, 409), text(parse(won.text or lost.text))
        assert "一处住所只登记一户" in text(parse(lost.text))
        assert await installation.ask("SELECT applicant, status FROM registrations WHERE unit_id = $1", row["id"]) == [
            {"applicant": tenants[answers.index(won)], "status": "held"}
        ]


async def lease(
    installation: Installation, person: Person, carrier_id: UUID, number: str, area_m2: Decimal, tenant: str
) -> UUID:
    """The tenant's lease, brought to the counter and read."""
    house = HOUSES[0]
    paper = papers.lease_of(
        house,
        f"{number}号",
        area_m2,
        lessor=house.owner,
        lessee=tenant,
        begins_on=today() - timedelta(days=10),
        ends_on=today() + timedelta(days=700),
    )
    answer = await person.upload_for(
        {"purpose": "lease", "carrier_id": str(carrier_id)}, f"{tenant}.pdf", papers.printed(paper)
    )
    assert answer.status_code == 200, answer.text
    document_id = UUID(answer.json()["id"])
    assert (await installation.settled(document_id)).status.value == "read"
    return document_id


async def reuse(person: Person, web: str, number: str, tenant: str, lease_id: UUID) -> httpx.Response:
    return await person.post(
        "/approval/reuses",
        web=web,
        address=f"上海市徐汇区天平路{number}号",
        case=f"2026-{person.login}-{number}",
        applicant=tenant,
        lease=str(lease_id),
        reason="签章已人工核对，与原件一致。",
    )
