"""A stranger verifies a receipt: genuine, changed, revoked or unknown, and nothing about anybody else."""

from typing import Any

import pytest

from tests.rooms.counter import APPLICANT, Counter, set_up
from tests.support import html
from tests.support.web import LEXICON, Site, Visitor
from zhusuo.db import Connection
from zhusuo.ports.common.app import today
from zhusuo.registrations import actions, receipts, verification
from zhusuo.registrations.model import NewReuse, Reuse, ReuseStatus, RevocationReason


async def _reuse(site: Site, db: Connection, counter: Counter, applicant: str = APPLICANT) -> Reuse:
    new = NewReuse(
        unit_id=counter.unit_id,
        applicant=applicant,
        case_number="2026-XJH-110873",
        item_code="company_formation",
        purpose="",
        lease_document_id=await counter.lease(db, lessee=applicant),
        reason="个体经营",
    )
    return await actions.reuse(site.database, site.signer, LEXICON, counter.clerk, new, today())


async def _json(visitor: Visitor, code: str) -> tuple[int, Any]:
    answer = await visitor.get(f"/verify/{code}", headers={"accept": "application/json"})
    return answer.status_code, answer.json()


async def test_a_genuine_receipt_shows_what_is_on_the_paper(site: Site, db: Connection) -> None:
    made = await _reuse(site, db, await set_up(site, db))
    async with site.visitor() as stranger:
        answer = await stranger.get(f"/verify/{receipts.grouped(made.code)}")
        status, told = await _json(stranger, made.code.lower())
    assert answer.status_code == status == 200
    text = html.text(html.parse(answer.text))
    for said in ("凭证真实有效", made.number, APPLICANT, "云锦路887号", "1403室", "第 1 版", "正在办理登记"):
        assert said in text
    assert told["authenticity"] == "genuine"
    assert told["receipt_sha256"] == made.receipt_sha256


async def test_no_person_is_named(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    made = await _reuse(site, db, counter, applicant="张小兰")
    async with site.visitor() as stranger:
        page = await stranger.get(f"/verify/{made.code}")
        _, told = await _json(stranger, made.code)
    assert told["applicant"] == "张＊＊"
    for answer in (page.text, str(told)):
        assert "小兰" not in answer
        assert counter.clerk.name not in answer
        assert "2026-XJH-110873" not in answer


async def test_a_revoked_receipt_says_when_and_why(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    made = await _reuse(site, db, counter)
    await actions.revoke(site.database, counter.clerk, made.id, RevocationReason.LEASE_ENDED, "内部说明")
    async with site.visitor() as stranger:
        answer = await stranger.get(f"/verify/{made.code}")
        _, told = await _json(stranger, made.code)
    text = html.text(html.parse(answer.text))
    assert "凭证已撤销" in text
    assert "租赁合同已解除" in text
    assert "内部说明" not in answer.text
    assert told["authenticity"] == "revoked"


async def test_a_changed_receipt_repeats_nothing_of_itself(site: Site, db: Connection) -> None:
    made = await _reuse(site, db, await set_up(site, db))
    text = made.receipt_text.replace("1403室", "1404室")
    await db.execute("UPDATE reuses SET receipt_text = $2 WHERE id = $1", made.id, text)
    async with site.visitor() as stranger:
        answer = await stranger.get(f"/verify/{made.code}")
        status, told = await _json(stranger, made.code)
    assert answer.status_code == status == 200
    assert "凭证内容不符" in html.text(html.parse(answer.text))
    assert "140" not in html.text(html.parse(answer.text)).replace(made.number, "").replace(made.receipt_sha256, "")
    assert (told["authenticity"], told["address"], told["applicant"]) == ("changed", "", "")


@pytest.mark.parametrize(
    ("outcome", "said"), [(ReuseStatus.REFUSED, "已办结，没有登记"), (ReuseStatus.WITHDRAWN, "已办结，没有登记")]
)
async def test_that_somebody_was_refused_is_not_told(
    site: Site, db: Connection, outcome: ReuseStatus, said: str
) -> None:
    counter = await set_up(site, db)
    made = await _reuse(site, db, counter)
    await actions.report_outcome(site.database, counter.clerk, made.id, outcome, today())
    async with site.visitor() as stranger:
        _, told = await _json(stranger, made.code)
    assert (told["authenticity"], told["progress"]) == ("genuine", said)


async def test_an_unknown_code_is_not_found_in_words(site: Site) -> None:
    async with site.visitor() as stranger:
        answer = await stranger.get(f"/verify/{receipts.new_code()}")
        odd = await stranger.get("/verify/x")
    assert answer.status_code == odd.status_code == 404
    assert "没有这份凭证" in html.text(html.parse(answer.text))
    assert "没有这份凭证" in html.text(html.parse(odd.text))


async def test_a_code_may_be_typed(site: Site, db: Connection) -> None:
    made = await _reuse(site, db, await set_up(site, db))
    async with site.visitor() as stranger:
        form = await stranger.get("/verify")
        typed = await stranger.get("/verify", params={"code": f" {receipts.grouped(made.code).lower()} "})
        wrong = await stranger.get("/verify", params={"code": "7K3M"})
    assert {"code"} in [set(html.fields(each)) for each in html.parse(form.text).iter("form")]
    assert typed.headers["location"] == f"/verify/{receipts.grouped(made.code)}"
    assert wrong.status_code == 422
    assert "20 位" in html.text(html.parse(wrong.text))


async def test_whoever_tries_many_codes_is_stopped_and_others_are_not(site: Site, db: Connection) -> None:
    made = await _reuse(site, db, await set_up(site, db))
    async with site.visitor() as stranger:
        for _ in range(verification.MISSES):
            await stranger.get("/verify/not-a-code")
            assert (await _json(stranger, receipts.new_code()))[0] == 404
        stopped = await stranger.get(f"/verify/{made.code}")
    assert stopped.status_code == 429
    assert int(stopped.headers["retry-after"]) > 0
    await db.execute("UPDATE verification_misses SET at = at - interval '1 hour'")
    assert (await verification.verify(site.database, site.signer, made.code, "127.0.0.1")).number == made.number
    await verification.verify(site.database, site.signer, receipts.new_code(), "127.0.0.1")
    assert await db.fetchval("SELECT count(*) FROM verification_misses") == 1


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_who_counts_as_one(address: str, network: str) -> None:
    assert verification.network(address) == network
