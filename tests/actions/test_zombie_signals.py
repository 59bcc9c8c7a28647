"""Signals: recorded by people, or read off the roster, the register and the carriers' own history."""

import random
from datetime import date, timedelta
from uuid import UUID

import pytest

from tests import make
from tests import make_registrations as making
from zhusuo.db import Connection
from zhusuo.errors import Invalid
from zhusuo.zombies import rules, scoring, signals
from zhusuo.zombies.model import SignalKind, Source

DAY = date(2026, 11, 22)
NAME = "上海澜鹭信息科技有限公司"


@pytest.fixture
async def unit_id(db: Connection) -> UUID:
    return await making.room(db, carrier_id=await making.house(db))


@pytest.fixture
async def registration_id(db: Connection, unit_id: UUID) -> UUID:
    return await making.registered(db, unit_id=unit_id, applicant=NAME)


async def tenancy(db: Connection, unit_id: UUID, tenant: str = NAME, **facts: object) -> UUID:
    given = {"lease_begins_on": date(2023, 6, 1), "lease_ends_on": date(2029, 5, 31), "moved_in_on": None, **facts}
    found: UUID = await db.fetchval(
        """
        INSERT INTO tenancies (unit_id, carrier_id, district_code, tenant, source, lease_begins_on, lease_ends_on,
                               moved_in_on, moved_out_on)
             SELECT id, carrier_id, district_code, $2, 'roster', $3, $4, $5, $6 FROM units WHERE id = $1
          RETURNING id
        """,
        unit_id,
        tenant,
        given["lease_begins_on"],
        given["lease_ends_on"],
        given["moved_in_on"],
        given.get("moved_out_on"),
    )
    return found


async def live(db: Connection, registration_id: UUID) -> dict[str, date]:
    found = await signals.of_registration(db, registration_id)
    return {each.kind.value: each.observed_on for each in found if each.ended_on is None}


async def test_a_tenant_in_its_unit_gives_no_signal(db: Connection, unit_id: UUID, registration_id: UUID) -> None:
    await tenancy(db, unit_id)
    assert await signals.derive(db, DAY) == (0, 0)
    assert await live(db, registration_id) == {}


async def test_a_lease_that_ended_speaks_until_it_is_renewed(
    db: Connection, unit_id: UUID, registration_id: UUID
) -> None:
    await tenancy(db, unit_id, lease_ends_on=date(2026, 9, 1))
    await signals.derive(db, DAY, unit_ids=[unit_id])
    assert await live(db, registration_id) == {"lease_ended": date(2026, 9, 1)}
    assert await signals.derive(db, DAY) == (0, 0)
    await db.execute("UPDATE tenancies SET lease_ends_on = '2028-09-01'")
    assert await signals.derive(db, DAY, unit_ids=[unit_id]) == (0, 1)
    assert await live(db, registration_id) == {}


async def test_a_move_out_and_who_came_after(db: Connection, unit_id: UUID, registration_id: UUID) -> None:
    await tenancy(db, unit_id, moved_out_on=date(2026, 10, 8))
    await tenancy(db, unit_id, "上海栖木数字科技有限公司", moved_in_on=date(2026, 10, 20))
    await signals.derive(db, DAY)
    assert await live(db, registration_id) == {"moved_out": date(2026, 10, 8), "other_tenant": date(2026, 10, 20)}


async def test_a_tenant_beside_the_business_in_its_own_unit_is_no_other_tenant(
    db: Connection, unit_id: UUID, registration_id: UUID
) -> None:
    await tenancy(db, unit_id)
    await tenancy(db, unit_id, "上海栖木数字科技有限公司")
    await signals.derive(db, DAY)
    assert await live(db, registration_id) == {}


async def test_who_moved_out_before_it_was_registered_here_is_not_gone(
    db: Connection, unit_id: UUID, registration_id: UUID
) -> None:
    await tenancy(db, unit_id, lease_begins_on=None, moved_out_on=date(2021, 1, 1))
    await signals.derive(db, DAY)
    assert await live(db, registration_id) == {}


async def test_what_the_manager_denies_speaks_until_the_manager_says_otherwise(
    db: Connection, registration_id: UUID
) -> None:
    await db.execute("UPDATE registrations SET confirmed_by_manager = false")
    await signals.derive(db, DAY)
    assert set(await live(db, registration_id)) == {"denied"}
    await db.execute("UPDATE registrations SET confirmed_by_manager = true")
    await signals.derive(db, DAY)
    assert await live(db, registration_id) == {}


async def test_a_unit_that_is_gone_speaks_but_one_that_was_split_waits_for_placing(
    db: Connection, unit_id: UUID, registration_id: UUID
) -> None:
    await db.execute("UPDATE units SET retired_at = '2026-08-01T10:00:00+08:00' WHERE id = $1", unit_id)
    await signals.derive(db, DAY)
    assert await live(db, registration_id) == {"unit_gone": date(2026, 8, 1)}
    carrier_id = await db.fetchval("SELECT carrier_id FROM units WHERE id = $1", unit_id)
    child = await make.unit(db, carrier_id=carrier_id, label="1403A室", floor=14)
    person = await make.person(db, organisation_id=await make.organisation(db))
    change_id = await db.fetchval(
        """
        INSERT INTO unit_changes (carrier_id, district_code, kind, happened_on, said_by, said_at)
             VALUES ($1, '310104', 'split', '2026-08-01', $2, now()) RETURNING id
        """,
        carrier_id,
        person,
    )
    await db.execute("INSERT INTO unit_lineages (parent_id, child_id, change_id) VALUES ($1, $2, $3)", unit_id, child,
                     change_id)  # fmt: skip
    await signals.derive(db, DAY)
    assert await live(db, registration_id) == {}


async def crowd(db: Connection, unit_id: UUID, count: int) -> list[UUID]:
    return [
        await making.registered(db, unit_id=unit_id, applicant=f"上海甲{n}号有限公司", exclusive=False)
        for n in range(count)
    ]


async def test_many_on_one_unit_speak_with_their_number(db: Connection, unit_id: UUID) -> None:
    crowded = await crowd(db, unit_id, 7)
    await signals.derive(db, DAY)
    found = await signals.of_registration(db, crowded[0])
    assert [(each.kind, each.measure, each.unit_kind) for each in found] == [(SignalKind.CROWDED, 7, "room")]
    assert scoring.score(found, rules.shipped(), DAY).points == 20


@pytest.mark.parametrize("how", ["cluster", "incubator", "by hand"])
async def test_a_place_where_many_may_be_is_not_crowded(db: Connection, unit_id: UUID, how: str) -> None:
    crowded = await crowd(db, unit_id, 7)
    if how == "by hand":
        person = await make.person(db, organisation_id=await make.organisation(db))
        await db.execute(
            """
            INSERT INTO zombie_allowances (carrier_id, unit_id, reason, allowed_by)
                 SELECT carrier_id, id, '众创空间', $2 FROM units WHERE id = $1
            """,
            unit_id,
            person,
        )
    else:
        await db.execute("UPDATE carriers SET kind = $1", how)
    await signals.derive(db, DAY)
    assert await live(db, crowded[0]) == {}


async def test_what_is_recorded_of_a_unit_concerns_everybody_registered_there(db: Connection, unit_id: UUID) -> None:
    here = await crowd(db, unit_id, 2)
    actor = await make.actor(db, role="supervisor", subdistricts=frozenset({make.SUBDISTRICT}))
    observed = {"kind": SignalKind.FOUND_NOBODY, "observed_on": DAY, "source": Source.INSPECTION}
    assert await signals.record(db, actor, unit_id=unit_id, text="门锁着", **observed) == sorted(here)  # type: ignore[arg-type]
    assert await signals.record(db, actor, unit_id=unit_id, **observed) == []  # type: ignore[arg-type]
    assert await db.fetchval("SELECT count(*) FROM events WHERE kind = 'zombie.signal_recorded'") == 2
    assert await db.fetchval("SELECT count(*) FROM audit_entries WHERE action = 'record_signal'") == 2


async def test_nobody_types_what_our_own_rows_say(db: Connection, registration_id: UUID) -> None:
    with pytest.raises(Invalid):
        await signals.record(
            db, None, registration_id=registration_id, kind=SignalKind.MOVED_OUT, observed_on=DAY, source=Source.ROSTER
        )


async def test_sums_in_the_database_are_those_of_the_score(db: Connection) -> None:
    chance = random.Random(20261122)
    carrier_id = await making.house(db)
    made = {}
    for n in range(120):
        unit_id = await make.unit(db, carrier_id=carrier_id, label=f"{n + 1}室", floor=1)
        made[await making.registered(db, unit_id=unit_id)] = unit_id
    for registration_id in made:
        for _ in range(chance.randrange(5)):
            observed_on = DAY - timedelta(days=chance.randrange(400))
            await db.execute(
                """
                INSERT INTO zombie_signals (registration_id, kind, source, observed_on, measure, ended_on)
                     VALUES ($1, $2, 'mail', $3, $4, $5) ON CONFLICT DO NOTHING
                """,
                registration_id,
                chance.choice(list(SignalKind)).value,
                observed_on,
                chance.choice((3, 6, 9)),
                chance.choice((None, None, observed_on, DAY, DAY + timedelta(days=1))),
            )
    summed = dict(await signals.sums(db, rules.shipped(), DAY, least=0))
    assert any(summed.values())
    for registration_id in made:
        expected = scoring.score(await signals.of_registration(db, registration_id), rules.shipped(), DAY)
        assert summed.get(registration_id, 0) == expected.points
