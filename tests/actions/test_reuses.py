"""Reusing a dossier for a case, what becomes of the case, and who gets the unit when two want it."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID, uuid4

import pypdfium2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests import make
from tests import make_registrations as making
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.carriers.store import overlapping
from zhusuo.db import Connection, Database
from zhusuo.errors import Conflict, Invalid, NotAllowed, NotFound
from zhusuo.flags import Severity, raise_flag
from zhusuo.people.model import Actor, Role
from zhusuo.registrations import actions, receipts, refusals, store
from zhusuo.registrations.model import (
    Authenticity,
    IllegalMove,
    NewReuse,
    RegistrationStatus,
    Reuse,
    ReuseStatus,
    RevocationReason,
)
from zhusuo.signing import Signer
from zhusuo.waivers.actions import import_shipped

DAY = date(2026, 11, 22)
USCC = "91310104MAY9N91T0T"
OTHER_USCC = "91310104MAYH7JXG5G"
TENANT = "上海栖木数字科技有限公司"


@cache
def signer() -> Signer:
    return Signer(Ed25519PrivateKey.from_private_bytes(bytes(32)))


@cache
def lexicon() -> Lexicon:
    return Lexicon.load()


class Counter:
    """A counter with a clerk, a house with a manager, its version in force, and a tenant with a lease."""

    database: Database
    clerk: Actor
    manager: UUID
    carrier_id: UUID
    unit_id: UUID
    version_id: UUID
    lease_id: UUID

    async def reuse(self, clerk: Actor | None = None, **changed: Any) -> Reuse:
        day, hold_days = changed.pop("day", DAY), changed.pop("hold_days", 30)
        new = NewReuse(
            unit_id=self.unit_id,
            applicant=TENANT,
            case_number="2026-XJH-110873",
            item_code="company_formation",
            purpose="公司设立登记",
            lease_document_id=self.lease_id,
        )
        return await actions.reuse(
            self.database,
            signer(),
            lexicon(),
            clerk or self.clerk,
            replace(new, **changed),
            day,
            hold_days=hold_days,
        )

    async def report(self, made: Reuse, outcome: ReuseStatus, uscc: str | None = None) -> Reuse:
        return await actions.report_outcome(self.database, self.clerk, made.id, outcome, DAY, uscc=uscc)


async def set_up(database: Database, **premises: Any) -> Counter:
    counter = Counter()
    counter.database = database
    sharing = premises.pop("sharing_allowed", False)
    await import_shipped(database)
    async with database.transaction() as db:
        counter.clerk = replace(await make.actor(db, role="clerk", name="周敏"), desk="徐家汇街道综窗 3 号")
        counter.manager = await make.organisation(db)
        counter.carrier_id = await making.house(db, manager=counter.manager, sharing_allowed=sharing)
        counter.unit_id = await making.room(db, carrier_id=counter.carrier_id)
        counter.version_id = await making.version(
            db, carrier_id=counter.carrier_id, unit_ids=[counter.unit_id], **premises
        )
        counter.lease_id = await making.lease(db, organisation_id=counter.clerk.organisation_id)
    return counter


@pytest.fixture
async def counter(database: Database) -> Counter:
    return await set_up(database)


async def live(db: Connection, counter: Counter) -> list[str]:
    return [each.status.value for each in await store.live_in(db, [counter.unit_id])]


# 调用


async def test_a_reuse_holds_the_unit_and_seals_what_it_relied_on(counter: Counter, db: Connection) -> None:
    made = await counter.reuse(entered_address="云锦路八八七号1403", match_class="B", match_reasons=("数字写法",))
    assert made.number.startswith("ZS-310104-2026-")
    assert made.status is ReuseStatus.HELD
    assert made.held_until - made.created_at == timedelta(days=30)
    said = receipts.content_of(made)
    assert said["address"]["text"].endswith("1403室")
    assert said["address"]["text"].startswith("上海市徐汇区云锦路887号棠谷商务中心")
    assert said["address"]["entered"] == "云锦路八八七号1403"
    assert [paper["kind"] for paper in said["documents"]] == list(making.FILED_FACTS)
    assert [paper["id"] for paper in said["lease"]] == [str(counter.lease_id)]
    assert [each["code"] for each in said["brought"]] == ["lease"]
    assert said["findings"] == []
    assert said["facts"]["owners"] == ["上海禾舟投资发展有限公司"]
    assert said["facts"]["area_m2"] == "198.54"
    assert said["dossier"]["version_id"] == str(counter.version_id)
    assert (said["issuer"]["person"], said["case"]["number"]) == ("周敏", "2026-XJH-110873")
    assert (await receipts.verify(db, signer(), made.code)).authenticity is Authenticity.GENUINE
    assert await live(db, counter) == ["held"]


async def test_the_receipt_of_a_reuse_can_be_printed(counter: Counter) -> None:
    made = await counter.reuse(entered_address="云锦路887号1403", match_class="A")
    printed = await receipts.pdf(made, f"http://127.0.0.1:8000/verify/{made.code}")
    text = pypdfium2.PdfDocument(printed)[0].get_textpage().get_text_range().replace(" ", "")
    for said in (
        made.number,
        TENANT,
        "租赁合同（本次提交）",
        "上海禾舟投资发展有限公司",
        "周敏",
        receipts.grouped(made.code),
    ):
        assert said.replace(" ", "") in text


async def test_a_reuse_is_on_record_and_its_manager_is_told(counter: Counter, db: Connection) -> None:
    made = await counter.reuse()
    entry = await db.fetchrow("SELECT * FROM audit_entries WHERE noun = 'reuse' AND noun_id = $1", str(made.id))
    assert entry is not None
    assert (entry["action"], entry["person_id"], entry["carrier_id"]) == (
        "reuse", counter.clerk.person_id, counter.carrier_id
    )  # fmt: skip
    event = await db.fetchrow("SELECT * FROM events WHERE noun_id = $1", made.id)
    assert event is not None
    assert (event["kind"], event["district_code"]) == ("reuse.created", "310104")
    notice = await db.fetchrow("SELECT * FROM notices WHERE organisation_id = $1", counter.manager)
    assert notice is not None
    assert TENANT in notice["title"]


async def test_the_version_was_effective_at_the_moment_of_the_reuse(counter: Counter, db: Connection) -> None:
    made = await counter.reuse()
    assert await db.fetchval(
        "SELECT during @> $2::timestamptz FROM version_units WHERE version_id = $1", made.version_id, made.created_at
    )


async def test_without_a_version_there_is_nothing_to_reuse(counter: Counter, db: Connection) -> None:
    bare = await making.room(db, carrier_id=counter.carrier_id, label="1404室")
    with pytest.raises(refusals.NotCovered, match="1404室"):
        await counter.reuse(unit_id=bare)


async def test_a_version_past_its_term_is_not_relied_on(counter: Counter, db: Connection) -> None:
    await db.execute("UPDATE dossier_versions SET valid_until = $2 WHERE id = $1", counter.version_id, DAY)
    await counter.reuse()
    other = await set_up(counter.database, valid_until=DAY - timedelta(days=1))
    with pytest.raises(refusals.VersionExpired, match="2026-11-21"):
        await other.reuse()


async def test_a_unit_of_another_district_does_not_exist(counter: Counter, db: Connection) -> None:
    foreign = await make.actor(db, role="clerk", district_code="310101")
    with pytest.raises(NotFound):
        await counter.reuse(foreign)
    with pytest.raises(NotFound):
        await counter.reuse(unit_id=uuid4())


@pytest.mark.parametrize("role", [Role.MANAGER, Role.AGENT, Role.SUPERVISOR, Role.ADMINISTRATOR])
async def test_only_the_counter_reuses(counter: Counter, db: Connection, role: Role) -> None:
    with pytest.raises(NotAllowed):
        await counter.reuse(await make.actor(db, role=role))


async def test_a_system_without_a_clerk_does_not_reuse(counter: Counter) -> None:
    system = replace(counter.clerk, role=Role.CLIENT, person_id=None, client_id=uuid4())
    with pytest.raises(refusals.ClerkNamed):
        await counter.reuse(system)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"applicant": "  "}, "applicant"),
        ({"case_number": ""}, "case_number"),
        ({"item_code": "moon_landing"}, "item_code"),
        ({"applicant": "字" * 121}, "applicant"),
        ({"business_uscc": "91310104MAY9N91T0X"}, "uscc"),
    ],
)
async def test_what_cannot_be_right_is_named(counter: Counter, changed: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        await counter.reuse(**changed)
    assert list(refusal.value.fields) == [field]


# 租赁合同


async def test_the_lease_is_still_to_be_brought(counter: Counter, db: Connection) -> None:
    with pytest.raises(refusals.LeaseMissing, match="租赁合同"):
        await counter.reuse(lease_document_id=None)
    assert await live(db, counter) == []


async def test_an_owner_needs_no_lease(counter: Counter) -> None:
    made = await counter.reuse(lease_document_id=None, applicant="上海禾舟投资发展有限公司")
    assert receipts.content_of(made)["lease"] == []


async def test_a_lease_that_is_bad_is_refused_with_the_reason(counter: Counter, db: Connection) -> None:
    bad = await making.lease(db, organisation_id=counter.clerk.organisation_id, lessor="璟和（上海）房产经纪有限公司")
    with pytest.raises(refusals.LeaseRefused, match="璟和"):
        await counter.reuse(lease_document_id=bad, reason="我知道")
    assert await live(db, counter) == []


async def test_a_doubt_needs_a_reason_that_the_receipt_keeps(counter: Counter, db: Connection) -> None:
    doubtful = await making.lease(db, organisation_id=counter.clerk.organisation_id, lessee="林栖")
    with pytest.raises(refusals.ReasonNeeded, match="林栖"):
        await counter.reuse(lease_document_id=doubtful)
    made = await counter.reuse(lease_document_id=doubtful, reason="林栖为拟任法定代表人，已核对身份。")
    said = receipts.content_of(made)
    assert [each["code"] for each in said["findings"]] == ["lessee_is_a_person"]
    assert said["reason"] == "林栖为拟任法定代表人，已核对身份。"


@pytest.mark.parametrize("status", ["waiting", "reading", "unreadable"])
async def test_a_lease_nobody_has_read_needs_a_reason(counter: Counter, db: Connection, status: str) -> None:
    unread = await making.lease(db, organisation_id=counter.clerk.organisation_id, status=status)
    with pytest.raises(refusals.ReasonNeeded, match="请人工核对"):
        await counter.reuse(lease_document_id=unread)
    made = await counter.reuse(lease_document_id=unread, reason="已人工核对原件。")
    assert receipts.content_of(made)["facts"]["lessor"] is None


async def test_the_day_decides_whether_the_lease_runs(counter: Counter) -> None:
    with pytest.raises(refusals.LeaseRefused, match="届满"):
        await counter.reuse(day=date(2029, 9, 24))


async def test_somebody_else_s_paper_is_no_lease(counter: Counter, db: Connection) -> None:
    filed = await db.fetchval("SELECT document_id FROM version_documents WHERE version_id = $1", counter.version_id)
    with pytest.raises(Invalid):
        await counter.reuse(lease_document_id=filed)
    elsewhere = await make.organisation(db, district_code="310101")
    with pytest.raises(NotFound):
        await counter.reuse(lease_document_id=await making.lease(db, organisation_id=elsewhere))


async def test_a_flag_may_ask_for_a_reason_or_forbid(counter: Counter, db: Connection) -> None:
    said = {"carrier_id": counter.carrier_id, "unit_id": counter.unit_id, "source": "test"}
    await raise_flag(db, None, **said, kind="note", severity=Severity.NEEDS_REASON, text="投诉处理中。")
    with pytest.raises(refusals.ReasonNeeded, match="投诉"):
        await counter.reuse()
    await raise_flag(db, None, **said, kind="stop", severity=Severity.BLOCKS, text="法院查封。")
    with pytest.raises(refusals.FlagBlocks, match="查封"):
        await counter.reuse(reason="有理由")


# 占用


async def test_an_exclusive_unit_is_taken_once(counter: Counter) -> None:
    await counter.reuse()
    with pytest.raises(refusals.UnitTaken, match="2026-XJH-110873"):
        await counter.reuse(case_number="2026-XJH-2", applicant=TENANT)


async def test_the_same_case_twice_is_told_its_receipt(counter: Counter) -> None:
    made = await counter.reuse()
    with pytest.raises(refusals.AlreadyReused, match=made.number):
        await counter.reuse()


async def test_who_is_registered_there_stands_in_the_way_with_the_day(counter: Counter, db: Connection) -> None:
    await making.registered(db, unit_id=counter.unit_id)
    with pytest.raises(refusals.UnitTaken, match="2023-05-18"):
        await counter.reuse()


async def test_a_contested_registration_does_not_block_a_newcomer(counter: Counter, db: Connection) -> None:
    await making.registered(db, unit_id=counter.unit_id, contested=True)
    made = await counter.reuse()
    assert receipts.content_of(made)["registrations"] == {"live": 1, "contested": 1, "sharing_allowed": False}
    assert "澜鹭" not in made.receipt_text


async def test_a_whole_floor_and_its_rooms_are_one_space(counter: Counter, db: Connection) -> None:
    floor = await make.unit(db, carrier_id=counter.carrier_id, label="14层整层", kind="whole_floor", floor=14)
    assert counter.unit_id in await overlapping(db, floor)
    await making.registered(db, unit_id=floor)
    with pytest.raises(refusals.UnitTaken, match="14层整层"):
        await counter.reuse()


async def test_where_sharing_is_allowed_several_are_registered(database: Database, db: Connection) -> None:
    counter = await set_up(database, sharing_allowed=True)
    await counter.reuse()
    await counter.reuse(case_number="2026-XJH-2")
    assert await live(db, counter) == ["held", "held"]


async def test_a_unit_s_own_word_on_sharing_goes_before_its_carrier_s(database: Database, db: Connection) -> None:
    counter = await set_up(database, sharing_allowed=True)
    await db.execute("UPDATE units SET sharing_allowed = false WHERE id = $1", counter.unit_id)
    await counter.reuse()
    with pytest.raises(refusals.UnitTaken):
        await counter.reuse(case_number="2026-XJH-2")


async def test_a_permit_relies_on_the_dossier_and_holds_nothing(counter: Counter, db: Connection) -> None:
    await making.registered(db, unit_id=counter.unit_id, applicant=TENANT)
    made = await counter.reuse(item_code="food_permit", purpose="")
    assert made.purpose == "食品经营许可（新办）"
    assert await live(db, counter) == ["registered"]
    assert (await counter.report(made, ReuseStatus.REGISTERED)).status is ReuseStatus.REGISTERED


async def test_two_clerks_at_once_get_one_unit_and_one_refusal(fresh_database: Database) -> None:
    counter = await set_up(fresh_database)
    async with fresh_database.transaction() as db:
        clerks = [await make.actor(db, role="clerk") for _ in range(6)]
    answers = await asyncio.gather(
        *(counter.reuse(clerk, case_number=f"2026-XJH-{n}") for n, clerk in enumerate(clerks)),
        return_exceptions=True,
    )
    refused = [each for each in answers if isinstance(each, refusals.UnitTaken)]
    assert [type(each) for each in answers if each not in refused] == [Reuse]
    assert len(refused) == 5
    assert all("起已为" in each.message and TENANT in each.message for each in refused)
    async with fresh_database.connection() as db:
        assert await live(db, counter) == ["held"]
        assert await db.fetchval("SELECT count(*) FROM reuses") == 1


async def test_a_room_and_its_floor_at_once_are_taken_once(fresh_database: Database) -> None:
    counter = await set_up(fresh_database)
    async with fresh_database.transaction() as db:
        floor = await make.unit(db, carrier_id=counter.carrier_id, label="14层整层", kind="whole_floor", floor=14)
        await db.execute(
            "INSERT INTO version_units (version_id, unit_id, during) VALUES ($1, $2, tstzrange(now(), NULL))",
            counter.version_id,
            floor,
        )
        whole = await making.lease(
            db,
            organisation_id=counter.clerk.organisation_id,
            units=["14层整层"],
            location="云锦路887号14层整层",
            area_m2=50,
        )
    answers = await asyncio.gather(
        counter.reuse(case_number="1"),
        counter.reuse(case_number="2", unit_id=floor, lease_document_id=whole),
        counter.reuse(case_number="3"),
        counter.reuse(case_number="4", unit_id=floor, lease_document_id=whole),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in answers) == ["Reuse", "UnitTaken", "UnitTaken", "UnitTaken"]


# 结果


async def test_the_business_is_registered_with_its_credit_code(counter: Counter, db: Connection) -> None:
    made = await counter.reuse()
    done = await counter.report(made, ReuseStatus.REGISTERED, USCC)
    assert (done.status, done.business_uscc) == (ReuseStatus.REGISTERED, USCC)
    (registration,) = await store.live_in(db, [counter.unit_id])
    assert (registration.status, registration.registered_on) == (RegistrationStatus.REGISTERED, DAY)
    assert await db.fetchval("SELECT name FROM businesses WHERE uscc = $1", USCC) == TENANT


async def test_the_same_report_twice_is_one(counter: Counter, db: Connection) -> None:
    made = await counter.reuse()
    first = await counter.report(made, ReuseStatus.REGISTERED, USCC)
    assert await counter.report(made, ReuseStatus.REGISTERED, USCC) == first
    assert await db.fetchval("SELECT count(*) FROM audit_entries WHERE action = 'report_outcome'") == 1


async def test_another_report_after_the_first_is_refused(counter: Counter) -> None:
    made = await counter.reuse()
    await counter.report(made, ReuseStatus.REGISTERED, USCC)
    with pytest.raises(IllegalMove, match="已登记"):
        await counter.report(made, ReuseStatus.WITHDRAWN)
    with pytest.raises(IllegalMove):
        await counter.report(made, ReuseStatus.REGISTERED, OTHER_USCC)


@pytest.mark.parametrize("uscc", [None, "", "12345", "91310104MAY9N91T0X"])
async def test_a_registration_needs_a_true_credit_code(counter: Counter, db: Connection, uscc: str | None) -> None:
    made = await counter.reuse()
    with pytest.raises(Invalid) as refusal:
        await counter.report(made, ReuseStatus.REGISTERED, uscc)
    assert list(refusal.value.fields) == ["uscc"]
    assert await live(db, counter) == ["held"]


@pytest.mark.parametrize("outcome", [ReuseStatus.REFUSED, ReuseStatus.WITHDRAWN])
async def test_a_case_that_comes_to_nothing_frees_the_unit(
    counter: Counter, db: Connection, outcome: ReuseStatus
) -> None:
    made = await counter.reuse()
    assert (await counter.report(made, outcome)).status is outcome
    assert await live(db, counter) == []
    await counter.reuse(case_number="2026-XJH-2")


async def test_only_outcomes_are_reported(counter: Counter) -> None:
    made = await counter.reuse()
    with pytest.raises(Invalid):
        await counter.report(made, ReuseStatus.EXPIRED)


async def test_a_relocation_ends_the_former_address(counter: Counter, db: Connection) -> None:
    old_unit = await making.room(db, carrier_id=counter.carrier_id, label="1505室")
    former = await making.registered(db, unit_id=old_unit, applicant=TENANT)
    business = await store.business(db, USCC, TENANT, "310104")
    await db.execute("UPDATE registrations SET business_id = $2 WHERE id = $1", former, business)
    made = await counter.reuse(item_code="company_relocation", business_uscc=USCC)
    await counter.report(made, ReuseStatus.REGISTERED)
    found = await store.registration_by_id(db, former)
    assert found is not None
    assert (found.status, found.ended_reason) == (RegistrationStatus.ENDED, "relocated")
    assert await live(db, counter) == ["registered"]


async def test_a_relocated_business_cannot_turn_into_another(counter: Counter) -> None:
    made = await counter.reuse(item_code="company_relocation", business_uscc=USCC)
    with pytest.raises(Invalid):
        await counter.report(made, ReuseStatus.REGISTERED, OTHER_USCC)


async def test_additional_premises_leave_the_address_where_it_is(counter: Counter, db: Connection) -> None:
    old_unit = await making.room(db, carrier_id=counter.carrier_id, label="1505室")
    former = await making.registered(db, unit_id=old_unit, applicant=TENANT)
    business = await store.business(db, USCC, TENANT, "310104")
    await db.execute("UPDATE registrations SET business_id = $2 WHERE id = $1", former, business)
    made = await counter.reuse(item_code="additional_premises", business_uscc=USCC)
    await counter.report(made, ReuseStatus.REGISTERED)
    found = await store.registration_by_id(db, former)
    assert found is not None
    assert found.status is RegistrationStatus.REGISTERED


async def test_a_client_reports_only_on_what_was_made_through_it(counter: Counter, db: Connection) -> None:
    made = await counter.reuse()
    system = replace(counter.clerk, role=Role.CLIENT, person_id=None, client_id=uuid4())
    with pytest.raises(NotFound):
        await actions.report_outcome(counter.database, system, made.id, ReuseStatus.REFUSED, DAY)


# 到期


async def test_a_hold_that_runs_out_frees_the_unit_and_the_counter_is_told(counter: Counter, db: Connection) -> None:
    made = await counter.reuse(hold_days=1)
    assert await actions.expire_holds(counter.database, datetime.now(UTC)) == 0
    assert await actions.expire_holds(counter.database, datetime.now(UTC) + timedelta(days=2)) == 1
    found = await store.by_id(db, made.id)
    assert found is not None
    assert found.status is ReuseStatus.EXPIRED
    assert await live(db, counter) == []
    told = await db.fetchval("SELECT title FROM notices WHERE organisation_id = $1", counter.clerk.organisation_id)
    assert made.case_number in told
    assert await db.fetchval("SELECT count(*) FROM events WHERE kind = 'reuse.expired'") == 1
    assert (await receipts.verify(db, signer(), made.code)).authenticity is Authenticity.GENUINE


async def test_a_hold_that_has_run_out_is_not_waited_for(counter: Counter, db: Connection) -> None:
    made = await counter.reuse()
    await db.execute("UPDATE reuses SET held_until = now() - interval '1 minute' WHERE id = $1", made.id)
    await db.execute("UPDATE registrations SET held_until = now() - interval '1 minute' WHERE reuse_id = $1", made.id)
    await counter.reuse(case_number="2026-XJH-2")
    assert await live(db, counter) == ["held"]
    found = await store.by_id(db, made.id)
    assert found is not None
    assert found.status is ReuseStatus.EXPIRED


async def test_a_late_registration_counts_while_nobody_else_came(counter: Counter, db: Connection) -> None:
    made = await counter.reuse(hold_days=1)
    await actions.expire_holds(counter.database, datetime.now(UTC) + timedelta(days=2))
    await counter.report(made, ReuseStatus.REGISTERED, USCC)
    assert await live(db, counter) == ["registered"]


async def test_a_late_registration_is_refused_once_somebody_else_came(counter: Counter, db: Connection) -> None:
    made = await counter.reuse(hold_days=1)
    await actions.expire_holds(counter.database, datetime.now(UTC) + timedelta(days=2))
    await counter.reuse(case_number="2026-XJH-2")
    with pytest.raises(refusals.UnitTaken):
        await counter.report(made, ReuseStatus.REGISTERED, USCC)
    assert await live(db, counter) == ["held"]


async def test_a_late_registration_is_refused_once_the_whole_floor_is_taken(counter: Counter, db: Connection) -> None:
    floor = await make.unit(db, carrier_id=counter.carrier_id, label="14层整层", kind="whole_floor", floor=14)
    made = await counter.reuse(hold_days=1)
    await actions.expire_holds(counter.database, datetime.now(UTC) + timedelta(days=2))
    await making.registered(db, unit_id=floor)
    with pytest.raises(refusals.UnitTaken, match="已由别家使用"):
        await counter.report(made, ReuseStatus.REGISTERED, USCC)


async def test_two_workers_let_a_hold_go_once(fresh_database: Database) -> None:
    counter = await set_up(fresh_database)
    await counter.reuse(hold_days=1)
    later = datetime.now(UTC) + timedelta(days=2)
    counts = await asyncio.gather(*(actions.expire_holds(fresh_database, later) for _ in range(4)))
    assert sum(counts) == 1


async def test_a_report_and_the_end_of_the_hold_at_once_agree(fresh_database: Database) -> None:
    counter = await set_up(fresh_database)
    later = datetime.now(UTC) + timedelta(days=2)
    for n in range(8):
        made = await counter.reuse(hold_days=1, case_number=str(n))
        await asyncio.gather(
            counter.report(made, ReuseStatus.REFUSED),
            actions.expire_holds(fresh_database, later),
            return_exceptions=True,
        )
        async with fresh_database.connection() as db:
            found = await store.by_id(db, made.id)
            assert found is not None
            assert found.status in (ReuseStatus.REFUSED, ReuseStatus.EXPIRED)
            assert await live(db, counter) == []


# 撤销 迁出


async def test_a_revoked_receipt_says_so_and_the_unit_is_free(counter: Counter, db: Connection) -> None:
    made = await counter.reuse()
    await actions.revoke(
        counter.database, counter.clerk, made.id, RevocationReason.LEASE_ENDED, "承租人林栖来电，电话 138…"
    )
    seen = await receipts.verify(db, signer(), made.code)
    assert (seen.authenticity, seen.revoked_reason) == (Authenticity.REVOKED, "租赁合同已解除。")
    assert "林栖" not in json.dumps(str(seen), ensure_ascii=False)
    assert await live(db, counter) == []
    with pytest.raises(IllegalMove):
        await actions.revoke(counter.database, counter.clerk, made.id, RevocationReason.OTHER)


async def test_revoking_takes_back_the_receipt_not_the_registration(counter: Counter, db: Connection) -> None:
    made = await counter.reuse()
    await counter.report(made, ReuseStatus.REGISTERED, USCC)
    await actions.revoke(counter.database, counter.clerk, made.id, RevocationReason.PAPERS_UNTRUE)
    assert await live(db, counter) == ["registered"]


async def test_only_a_clerk_of_the_district_revokes(counter: Counter, db: Connection) -> None:
    made = await counter.reuse()
    foreign = await make.actor(db, role="clerk", district_code="310101")
    with pytest.raises(NotFound):
        await actions.revoke(counter.database, foreign, made.id, RevocationReason.OTHER)
    system = replace(counter.clerk, role=Role.CLIENT)
    with pytest.raises(NotAllowed):
        await actions.revoke(counter.database, system, made.id, RevocationReason.OTHER)


async def test_leaving_frees_the_address(counter: Counter, db: Connection) -> None:
    made = await counter.reuse()
    registration = await store.registration_of(db, made.id)
    assert registration is not None
    with pytest.raises(Conflict):
        await actions.leave(counter.database, counter.clerk, registration.id)
    await counter.report(made, ReuseStatus.REGISTERED, USCC)
    left = await actions.leave(counter.database, counter.clerk, registration.id)
    assert left.status is RegistrationStatus.ENDED
    with pytest.raises(Conflict):
        await actions.leave(counter.database, counter.clerk, registration.id)
    await counter.reuse(case_number="2026-XJH-2")


async def test_nobody_else_ends_a_registration(counter: Counter, db: Connection) -> None:
    registered = await making.registered(db, unit_id=counter.unit_id)
    with pytest.raises(NotFound):
        await actions.leave(counter.database, await make.actor(db, role="clerk", district_code="310101"), registered)
    with pytest.raises(NotAllowed):
        await actions.leave(counter.database, await make.actor(db, role="manager"), registered)
