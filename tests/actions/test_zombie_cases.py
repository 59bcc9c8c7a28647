"""Cases: opened by signals, told at the counter, led through due process, closed by a business that moves."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests import make, make_zombies
from tests import make_registrations as making
from tests.make_zombies import DAY, Place
from tests.support.postgres import OneConnection
from zhusuo import events, flags, notices
from zhusuo.db import Connection
from zhusuo.errors import Conflict, Invalid, NotAllowed, NotFound
from zhusuo.notices import About
from zhusuo.people.model import Actor
from zhusuo.registrations import holds, roster
from zhusuo.registrations import store as registrations
from zhusuo.tenancies import actions as tenancies
from zhusuo.zombies import cases, letters, process, signals, story
from zhusuo.zombies.model import (
    AlreadyDecided,
    Answer,
    CaseStatus,
    ClockBehind,
    IllegalMove,
    LetterKind,
    SignalKind,
    Source,
)
from zhusuo.zombies.process import FoundThere, StillTwo, TwoPeople


@pytest.fixture
async def there(db: Connection) -> Place:
    return await make_zombies.place(db)


async def registration(db: Connection, there: Place) -> Any:
    found = await registrations.registration_by_id(db, there.registration_id)
    assert found is not None
    return found


async def zombie_flags(db: Connection, there: Place) -> list[str]:
    return [each.text for each in await flags.open_for(db, there.unit_id) if each.kind == "zombie"]


async def asked(db: Connection, actor: Actor) -> list[str]:
    """What notices still ask of somebody, the newest first."""
    return [each.kind for each in await notices.inbox(db, actor) if each.unread and each.about is About.TO_DO]


# -- opening -------------------------------------------------------------------------------------------------------


async def test_a_case_makes_the_registration_contested_and_flags_the_unit(
    database: OneConnection, db: Connection, there: Place
) -> None:
    case = await make_zombies.case_of(database, there)
    assert (case.status, case.score, case.cause) == (CaseStatus.OPENED, 60, SignalKind.MOVED_OUT)
    assert [each.text for each in case.reasons] == ["物业报告已于 2026-10-08 迁出"]
    assert (await registration(db, there)).contested
    assert await zombie_flags(db, there) == [
        "本单元原来的登记疑似已不在此处（物业报告已迁出），正在核实；新户照常办理，不受影响。"
    ]
    told = await db.fetch("SELECT organisation_id, link FROM notices WHERE kind = 'zombie_opened'")
    assert {row["organisation_id"] for row in told} == {
        there.manager.organisation_id,
        there.supervisor.organisation_id,
    }


async def test_a_case_is_opened_once(database: OneConnection, db: Connection, there: Place) -> None:
    await make_zombies.case_of(database, there)
    assert await cases.assess(database, there.carrier_id, [there.unit_id], DAY) == 0
    assert await cases.sweep(database, DAY) == 0
    assert await db.fetchval("SELECT count(*) FROM zombie_cases") == 1


async def test_the_sweep_opens_what_is_due_everywhere(database: OneConnection, db: Connection) -> None:
    for _ in range(3):
        await make_zombies.place(db)
    await make_zombies.place(db, moved_out_on=None)
    assert await cases.sweep(database, DAY) == 3
    assert await cases.sweep_daily(database, DAY) == 0
    assert await db.fetchval("SELECT count(*) FROM registrations WHERE contested") == 3


async def test_what_happens_on_the_roster_is_followed(database: OneConnection, db: Connection) -> None:
    there = await make_zombies.place(db, moved_out_on=None)
    tenancy_id = await db.fetchval("SELECT id FROM tenancies WHERE unit_id = $1", there.unit_id)
    await tenancies.move_out(database, there.manager, tenancy_id, DAY, day=DAY)
    await events.number_pending(database)
    assert await cases.follow(database, DAY) > 0
    assert (await make_zombies.latest(database, there)).status is CaseStatus.OPENED
    await events.number_pending(database)
    await cases.follow(database, DAY)
    assert await cases.follow(database, DAY) == 0


async def test_what_the_manager_confirms_weighs_against_what_was_suspected(
    database: OneConnection, db: Connection, there: Place
) -> None:
    await make_zombies.case_of(database, there)
    await roster.answer(database, there.manager, there.registration_id, here=True)
    await events.number_pending(database)
    await cases.follow(database, DAY)
    assert (await make_zombies.latest(database, there)).score == 30


# -- due process ---------------------------------------------------------------------------------------------------


async def test_what_a_step_has_done_is_asked_of_nobody_any_more(
    database: OneConnection, db: Connection, there: Place
) -> None:
    case = await make_zombies.case_of(database, there)
    assert await asked(db, there.supervisor) == await asked(db, there.manager) == ["zombie_opened"]
    await process.notify(database, there.supervisor, case.id, contact="", how="邮寄", delivered_on=DAY, day=DAY)
    assert await asked(db, there.supervisor) == []
    await process.manager_says(database, there.manager, case.id, here=False, text="早搬走了", day=DAY)
    assert await asked(db, there.supervisor) == ["zombie_manager"]
    assert await asked(db, there.manager) == []
    await process.answer(database, there.supervisor, case.id, Answer.GONE, "", DAY)
    assert await asked(db, there.supervisor) == ["zombie_answered"]
    assert await asked(db, there.manager) == []
    assert any("已答复" in each.title for each in await notices.inbox(db, there.manager))
    await process.clear(database, there.supervisor, case.id, "企业表示已迁出", DAY)
    assert await asked(db, there.supervisor) == await asked(db, there.manager) == []


async def test_the_counter_is_asked_to_settle_two_until_they_are(
    database: OneConnection, db: Connection, there: Place
) -> None:
    clerk = await make.actor(db, role="clerk")
    case = await make_zombies.case_of(database, there)
    await make_zombies.newcomer(db, there)
    await process.dismiss(database, there.supervisor, case.id, "企业仍在", DAY)
    for each in (clerk, there.supervisor, there.manager):
        assert "zombie_unsettled" in await asked(db, each)
    await make_zombies.share(db, there)
    await process.settle(database, there.supervisor, case.id, "允许一址多照", DAY)
    for each in (clerk, there.supervisor, there.manager):
        assert await asked(db, each) == []


async def test_a_notice_starts_a_clock_of_working_days(database: OneConnection, db: Connection, there: Place) -> None:
    case = await make_zombies.case_of(database, there)
    told = await process.notify(
        database, there.supervisor, case.id, contact="云锦路887号", how="邮寄", delivered_on=DAY, day=DAY
    )
    assert (told.status, told.notified_on, told.deadline_on) == (CaseStatus.NOTIFIED, DAY, date(2026, 12, 7))
    written = await story.letters(db, case.id)
    assert [(each.kind, each.sent_on, each.sent_how) for each in written] == [(LetterKind.NOTICE, DAY, "邮寄")]
    assert (await letters.pdf(written[0], told, "https://example.org")).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("day", "deadline_on"),
    [
        (date(2026, 9, 18), date(2026, 10, 9)),  # Sunday the 20th is worked; 25-27 Sept and 1-7 Oct are free
        (date(2026, 9, 30), date(2026, 10, 20)),  # Saturday the 10th is worked
    ],
)
async def test_holidays_do_not_count_and_weekends_that_are_worked_do(
    database: OneConnection, db: Connection, day: date, deadline_on: date
) -> None:
    there = await make_zombies.place(db, moved_out_on=date(2026, 9, 1))
    await cases.assess(database, there.carrier_id, [there.unit_id], day)
    case = await make_zombies.latest(database, there)
    told = await process.notify(database, there.supervisor, case.id, contact="", how="当面", delivered_on=day, day=day)
    assert told.deadline_on == deadline_on


async def test_who_says_nothing_is_silent_the_day_after_the_deadline(database: OneConnection, there: Place) -> None:
    case = await make_zombies.brought_to(database, there, CaseStatus.NOTIFIED)
    assert case.deadline_on is not None
    assert await process.lapse(database, case.deadline_on) == 0
    assert await process.lapse(database, case.deadline_on + timedelta(days=1)) == 1
    assert (await make_zombies.latest(database, there)).status is CaseStatus.SILENT


@pytest.mark.parametrize("lapsed", [True, False])
async def test_an_answer_after_the_deadline_is_taken_and_marked_late(
    database: OneConnection, there: Place, lapsed: bool
) -> None:
    case = await make_zombies.brought_to(database, there, CaseStatus.NOTIFIED)
    assert case.deadline_on is not None
    after = case.deadline_on + timedelta(days=1)
    if lapsed:
        await process.lapse(database, after)
    said = await process.answer(database, None, case.id, Answer.HERE, "我们还在", after)
    assert (said.status, said.late) == (CaseStatus.ANSWERED, True)


async def test_an_answer_on_the_last_day_is_in_time(database: OneConnection, there: Place) -> None:
    case = await make_zombies.brought_to(database, there, CaseStatus.NOTIFIED)
    assert case.deadline_on is not None
    said = await process.answer(database, None, case.id, Answer.HERE, "我们还在", case.deadline_on)
    assert not said.late


async def test_an_answer_after_the_decision_comes_too_late(database: OneConnection, there: Place) -> None:
    case = await make_zombies.brought_to(database, there, CaseStatus.CLEARED)
    with pytest.raises(AlreadyDecided, match=f"已由{there.supervisor.name}于 {DAY} 办结（已清退）"):
        await process.answer(database, None, case.id, Answer.HERE, "我们还在", DAY)


async def test_nobody_is_cleared_without_being_asked_and_looked_for(database: OneConnection, there: Place) -> None:
    case = await make_zombies.case_of(database, there)
    with pytest.raises(IllegalMove):
        await process.clear(database, there.supervisor, case.id, "没有人", DAY)
    await make_zombies.brought_to(database, there, CaseStatus.ANSWERED)
    with pytest.raises(IllegalMove):
        await process.clear(database, there.supervisor, case.id, "没有人", DAY)


async def test_a_business_that_says_it_is_gone_is_cleared_without_a_look(database: OneConnection, there: Place) -> None:
    case = await make_zombies.brought_to(database, there, CaseStatus.NOTIFIED)
    await process.answer(database, there.supervisor, case.id, Answer.GONE, "", DAY)
    assert (await process.clear(database, there.supervisor, case.id, "企业自认", DAY)).status is CaseStatus.CLEARED


async def test_who_was_found_there_is_not_cleared(database: OneConnection, there: Place) -> None:
    case = await make_zombies.brought_to(database, there, CaseStatus.INSPECTING)
    await process.inspect(database, there.supervisor, case.id, found=True, on=DAY, text="三人在办公", day=DAY)
    with pytest.raises(FoundThere):
        await process.clear(database, there.supervisor, case.id, "没有人", DAY)


async def test_what_an_inspection_records_is_taken_into_the_case(
    database: OneConnection, db: Connection, there: Place
) -> None:
    await make_zombies.brought_to(database, there, CaseStatus.INSPECTING)
    await signals.record(
        db, there.supervisor, unit_id=there.unit_id, kind=SignalKind.FOUND_NOBODY, observed_on=DAY,
        source=Source.INSPECTION, text="人去楼空",
    )  # fmt: skip
    await events.number_pending(database)
    await cases.follow(database, DAY)
    case = await make_zombies.latest(database, there)
    assert (case.status, case.found, case.inspected_on) == (CaseStatus.INSPECTED, False, DAY)


async def test_clearing_frees_the_unit_and_ends_registration_and_tenancy(
    database: OneConnection, db: Connection, there: Place
) -> None:
    await db.execute("UPDATE tenancies SET moved_out_on = NULL")
    await db.execute("UPDATE registrations SET confirmed_by_manager = false")
    await signals.record(
        db, None, registration_id=there.registration_id, kind=SignalKind.TAX_LOST, observed_on=DAY,
        source=Source.DEPARTMENT,
    )  # fmt: skip
    case = await make_zombies.brought_to(database, there, CaseStatus.CLEARED)
    assert case.status is CaseStatus.CLEARED
    assert case.appeal_until == date(2026, 12, 14)
    assert (await registration(db, there)).status == "ended"
    assert await db.fetchval("SELECT moved_out_on FROM tenancies") == DAY
    assert await zombie_flags(db, there) == []
    assert await cases.sweep(database, DAY) == 0
    kinds = [each.kind for each in await story.letters(db, case.id)]
    assert kinds == [LetterKind.NOTICE, LetterKind.DECISION]


async def test_dismissing_leaves_things_as_they_were_and_the_same_facts_open_no_new_case(
    database: OneConnection, db: Connection, there: Place
) -> None:
    case = await make_zombies.brought_to(database, there, CaseStatus.ANSWERED)
    done = await process.dismiss(database, there.supervisor, case.id, "续租合同已出示", DAY)
    assert done.status is CaseStatus.DISMISSED
    found = await registration(db, there)
    assert (found.status, found.contested) == ("registered", False)
    assert await zombie_flags(db, there) == []
    assert await cases.sweep(database, DAY + timedelta(days=30)) == 0
    await db.execute("UPDATE tenancies SET moved_out_on = '2026-12-20'")
    assert await cases.sweep(database, DAY + timedelta(days=30)) == 1


# -- the newcomer --------------------------------------------------------------------------------------------------


async def test_if_a_newcomer_came_meanwhile_both_stay_until_people_settle_it(
    database: OneConnection, db: Connection, there: Place
) -> None:
    clerk = await make.actor(db, role="clerk")
    case = await make_zombies.brought_to(database, there, CaseStatus.ANSWERED)
    newcomer_id = await make_zombies.newcomer(db, there)
    done = await process.dismiss(database, there.supervisor, case.id, "仍在经营", DAY)
    assert (done.status, done.newcomer_id) == (CaseStatus.UNSETTLED, newcomer_id)
    assert (await registration(db, there)).contested
    assert await zombie_flags(db, there) == ["本单元有两户登记并存，待协调；新的申请请先与物业核对。"]
    told = {row["organisation_id"] for row in await db.fetch("SELECT * FROM notices WHERE kind = 'zombie_unsettled'")}
    assert told >= {there.manager.organisation_id, there.supervisor.organisation_id, clerk.organisation_id}
    with pytest.raises(StillTwo):
        await process.settle(database, there.supervisor, case.id, "谈过了", DAY)
    await make_zombies.share(db, there)
    assert (
        await process.settle(database, there.supervisor, case.id, "允许一址多照", DAY)
    ).status is CaseStatus.DISMISSED
    assert not (await registration(db, there)).contested


async def test_two_are_settled_when_the_newcomer_leaves(database: OneConnection, db: Connection, there: Place) -> None:
    case = await make_zombies.brought_to(database, there, CaseStatus.ANSWERED)
    newcomer_id = await make_zombies.newcomer(db, there)
    await process.dismiss(database, there.supervisor, case.id, "仍在经营", DAY)
    newcomer = await registrations.registration_by_id(db, newcomer_id)
    assert newcomer is not None
    await holds.end(db, None, newcomer, "moved")
    await events.number_pending(database)
    await cases.follow(database, DAY)
    assert (await make_zombies.latest(database, there)).status is CaseStatus.DISMISSED
    assert not (await registration(db, there)).contested


async def test_a_business_that_moves_while_its_case_is_open_closes_it(
    database: OneConnection, db: Connection, there: Place
) -> None:
    await make_zombies.brought_to(database, there, CaseStatus.NOTIFIED)
    await holds.end(db, None, await registration(db, there), "relocated")
    await events.number_pending(database)
    await cases.follow(database, DAY)
    case = await make_zombies.latest(database, there)
    assert (case.status, case.reason) == (CaseStatus.SETTLED, "办理期间企业已变更登记到别处，案件自行了结")
    assert await zombie_flags(db, there) == []


async def test_a_step_on_a_business_that_has_left_closes_the_case_and_says_so(
    database: OneConnection, db: Connection, there: Place
) -> None:
    case = await make_zombies.brought_to(database, there, CaseStatus.INSPECTED)
    await holds.end(db, None, await registration(db, there), "moved")
    with pytest.raises(AlreadyDecided, match="自行了结"):
        await process.clear(database, there.supervisor, case.id, "没有人", DAY)
    assert (await make_zombies.latest(database, there)).status is CaseStatus.SETTLED


# -- appeal --------------------------------------------------------------------------------------------------------


async def test_another_supervisor_decides_an_appeal(database: OneConnection, there: Place) -> None:
    case = await make_zombies.brought_to(database, there, CaseStatus.CLEARED)
    await process.appeal(database, None, case.id, "当天外出", DAY)
    with pytest.raises(TwoPeople):
        await process.decide_appeal(database, there.supervisor, case.id, upheld=True, reason="属实", day=DAY)
    done = await process.decide_appeal(database, there.colleague, case.id, upheld=True, reason="属实", day=DAY)
    assert done.status is CaseStatus.UPHELD


async def test_a_clearing_that_is_taken_back_restores_the_registration(
    database: OneConnection, db: Connection, there: Place
) -> None:
    case = await make_zombies.brought_to(database, there, CaseStatus.CLEARED)
    await process.appeal(database, there.supervisor, case.id, "当天外出", DAY)
    done = await process.decide_appeal(database, there.colleague, case.id, upheld=False, reason="有租约", day=DAY)
    found = await registration(db, there)
    assert (done.status, found.status, found.contested) == (CaseStatus.REVERSED, "registered", False)


async def test_a_clearing_that_is_taken_back_restores_the_tenancy_it_ended(
    database: OneConnection, db: Connection
) -> None:
    there = await make_zombies.place(db, moved_out_on=None)
    await signals.record(
        db,
        there.supervisor,
        registration_id=there.registration_id,
        kind=SignalKind.FOUND_NOBODY,
        observed_on=DAY,
        source=Source.INSPECTION,
    )
    case = await make_zombies.brought_to(database, there, CaseStatus.CLEARED)
    left = "SELECT moved_out_on FROM tenancies WHERE unit_id = $1"
    assert await db.fetchval(left, there.unit_id) == DAY
    await process.appeal(database, there.supervisor, case.id, "当天外出", DAY)
    await process.decide_appeal(database, there.colleague, case.id, upheld=False, reason="有租约", day=DAY)
    assert await db.fetchval(left, there.unit_id) is None
    assert "清退时结束的入驻一并恢复" in (await story.steps(db, case.id))[-1].text


async def test_beside_a_newcomer_a_restored_registration_has_to_be_settled(
    database: OneConnection, db: Connection, there: Place
) -> None:
    case = await make_zombies.brought_to(database, there, CaseStatus.CLEARED)
    await make_zombies.newcomer(db, there)
    await process.appeal(database, there.supervisor, case.id, "当天外出", DAY)
    done = await process.decide_appeal(database, there.colleague, case.id, upheld=False, reason="有租约", day=DAY)
    assert done.status is CaseStatus.UNSETTLED
    assert (await registration(db, there)).contested


async def test_a_business_that_is_registered_elsewhere_by_now_is_not_restored(
    database: OneConnection, db: Connection, there: Place
) -> None:
    case = await make_zombies.brought_to(database, there, CaseStatus.CLEARED)
    other = await making.registered(db, unit_id=await making.room(db, carrier_id=there.carrier_id, label="1501室"))
    await db.execute(
        "UPDATE registrations SET business_id = (SELECT business_id FROM registrations WHERE id = $2) WHERE id = $1",
        other,
        there.registration_id,
    )
    await process.appeal(database, None, case.id, "当天外出", DAY)
    done = await process.decide_appeal(database, there.colleague, case.id, upheld=False, reason="有租约", day=DAY)
    assert done.status is CaseStatus.REVERSED
    assert (await registration(db, there)).status == "ended"


async def test_the_term_to_object_runs_from_the_delivery_of_the_decision(
    database: OneConnection, db: Connection, there: Place
) -> None:
    case = await make_zombies.brought_to(database, there, CaseStatus.CLEARED)
    decision = next(each for each in await story.letters(db, case.id) if each.kind is LetterKind.DECISION)
    later = DAY + timedelta(days=20)
    told = await process.deliver(database, there.supervisor, decision.id, how="邮寄", delivered_on=later, day=later)
    assert told.appeal_until == date(2027, 1, 1)
    with pytest.raises(Conflict, match="登记过送达"):
        await process.deliver(database, there.supervisor, decision.id, how="邮寄", delivered_on=later, day=later)
    with pytest.raises(Conflict, match="行政复议"):
        await process.appeal(database, None, case.id, "当天外出", date(2027, 1, 2))


async def test_who_was_not_told_of_the_decision_may_object_at_any_time(database: OneConnection, there: Place) -> None:
    case = await make_zombies.brought_to(database, there, CaseStatus.CLEARED)
    done = await process.appeal(database, None, case.id, "刚刚知道", DAY + timedelta(days=200))
    assert done.status is CaseStatus.APPEALED


# -- bad input -----------------------------------------------------------------------------------------------------


async def test_a_clock_set_back_is_noticed(database: OneConnection, there: Place) -> None:
    case = await make_zombies.brought_to(database, there, CaseStatus.NOTIFIED)
    with pytest.raises(ClockBehind, match="请先校正时钟"):
        await process.answer(database, None, case.id, Answer.HERE, "在", DAY - timedelta(days=3))
    assert await process.lapse(database, DAY - timedelta(days=30)) == 0


async def test_steps_are_told_in_the_order_in_which_they_were_taken(
    database: OneConnection, db: Connection, there: Place
) -> None:
    case = await make_zombies.brought_to(database, there, CaseStatus.CLEARED)
    told = await story.steps(db, case.id)
    assert [each.kind for each in told] == ["opened", "notified", "answered", "inspecting", "inspected", "cleared"]
    moments = [each.said_at for each in told]
    assert moments == sorted(moments)
    actions = await db.fetch("SELECT action FROM audit_entries WHERE noun = 'zombie_case' ORDER BY id")
    assert [row["action"] for row in actions] == ["open", "notify", "answer", "ask_inspection", "inspect", "clear"]
    kinds = await db.fetch("SELECT kind FROM events WHERE noun = 'zombie_case' ORDER BY id")
    assert [row["kind"] for row in kinds] == [f"zombie_case.{each.kind}" for each in told]


async def test_a_supervisor_of_another_subdistrict_finds_nothing(
    database: OneConnection, db: Connection, there: Place
) -> None:
    case = await make_zombies.case_of(database, there)
    stranger = await make.actor(db, role="supervisor", subdistricts=frozenset({"310104004"}))
    with pytest.raises(NotFound):
        await process.dismiss(database, stranger, case.id, "没有", DAY)
    with pytest.raises(NotAllowed):
        await process.dismiss(database, there.manager, case.id, "没有", DAY)


async def test_a_notice_cannot_be_delivered_tomorrow_or_before_there_was_a_case(
    database: OneConnection, there: Place
) -> None:
    case = await make_zombies.case_of(database, there)
    for day in (DAY + timedelta(days=1), DAY - timedelta(days=1)):
        with pytest.raises(Invalid):
            await process.notify(database, there.supervisor, case.id, contact="", how="邮寄", delivered_on=day, day=DAY)


async def test_a_placed_registration_takes_its_case_and_its_flag_along(
    database: OneConnection, db: Connection, there: Place
) -> None:
    case = await make_zombies.case_of(database, there)
    other = await making.room(db, carrier_id=there.carrier_id, label="1403A室")
    await db.execute("UPDATE registrations SET unit_id = $2 WHERE id = $1", there.registration_id, other)
    content: dict[str, UUID] = {"from_unit_id": there.unit_id, "unit_id": other}
    await events.emit(
        db, "registration.placed", "registration", there.registration_id, carrier_id=there.carrier_id,
        district_code=make.DISTRICT, content=content,
    )  # fmt: skip
    await events.number_pending(database)
    await cases.follow(database, DAY)
    assert (await make_zombies.latest(database, there)).unit_id == other
    assert (await make_zombies.latest(database, there)).id == case.id
