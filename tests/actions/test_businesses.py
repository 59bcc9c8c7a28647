"""登记企业导入: what a register says is put onto carriers and units, again and again, with nothing done twice."""

import asyncio
from collections.abc import Sequence
from datetime import date
from uuid import UUID

import pytest

from tests import make
from tests import make_registrations as making
from tests.make_businesses import row, split_into, uscc
from tests.support.web import LEXICON
from zhusuo import events
from zhusuo.businesses import actions, following, store
from zhusuo.businesses.model import BusinessImport, ImportStatus, NewRow, Outcome, Tally
from zhusuo.db import Connection, Database
from zhusuo.errors import Invalid, NotAllowed
from zhusuo.people.model import Actor
from zhusuo.registrations import actions as registrations

HOME = make.DISTRICT


async def nothing(done: int, total: int) -> None:
    assert done <= total


async def tried(
    database: Database, rows: Sequence[NewRow], *, sha256: str = "", actor: Actor | None = None
) -> BusinessImport:
    found = await actions.begin(
        database, actor, district_code=HOME, file_name="登记.csv", sha256=sha256 or f"{make.number():064x}", rows=rows
    )
    return await actions.proceed(database, LEXICON, found.id, nothing, home_district=HOME)


async def imported(database: Database, rows: Sequence[NewRow]) -> Tally:
    found = await tried(database, rows)
    assert found.status is ImportStatus.TRIED
    await actions.apply(database, None, found.id)
    done = await actions.proceed(database, LEXICON, found.id, nothing, home_district=HOME)
    assert done.status is ImportStatus.DONE
    async with database.connection() as db:
        return await store.tally(db, found.id)


def outcomes(counted: Tally) -> dict[str, int]:
    return {outcome.value: count for outcome, count in counted.outcomes.items() if count}


async def registered(db: Connection, code: str) -> list[tuple[UUID, str, str]]:
    rows = await db.fetch(
        """
        SELECT unit_id, applicant, status
          FROM registrations
          JOIN businesses ON businesses.id = registrations.business_id
         WHERE uscc = $1
      ORDER BY registrations.id
        """,
        code,
    )
    return [(each["unit_id"], each["applicant"], each["status"]) for each in rows]


async def house(db: Connection) -> tuple[UUID, UUID, UUID]:
    """云锦路887号 with 1403室 and 1404室."""
    carrier_id = await making.house(db)
    unit_id = await making.room(db, carrier_id=carrier_id)
    return carrier_id, unit_id, await make.unit(db, carrier_id=carrier_id, label="1404室", floor=14)


async def test_a_register_goes_onto_its_units_and_a_second_time_changes_nothing(
    database: Database, db: Connection
) -> None:
    _, unit_id, other_id = await house(db)
    code, both = uscc(), uscc()
    rows = [
        row("上海市徐汇区云锦路887号1403室", code=code, name="甲公司", registered_on=date(2019, 3, 1)),
        row("徐汇区云锦路887号1403、1404室", code=both, name="乙公司"),
        row("徐汇区云锦路99999号1室", name="丙公司"),
        row("徐汇区云锦路887号3333室", name="丁公司"),
        row("徐汇区云锦路887号", name="戊公司"),
    ]
    counted = await imported(database, rows)
    assert outcomes(counted) == {"new": 2, "carrier": 1, "no_unit": 1, "out": 1}
    assert await registered(db, code) == [(unit_id, "甲公司", "registered")]
    assert {unit for unit, *_ in await registered(db, both)} == {unit_id, other_id}
    assert outcomes(await imported(database, rows)) == {"same": 2, "carrier": 1, "no_unit": 1, "out": 1}
    assert len(await registered(db, code)) == 1
    assert await store.counts(db, HOME, None) == {"placed": 2, "carrier": 1, "no_unit": 1, "out": 1}


async def test_a_dry_run_changes_nothing_but_says_what_would(database: Database, db: Connection) -> None:
    await house(db)
    code = uscc()
    found = await tried(database, [row("云锦路887号1403室", code=code), row("没有这条路1号")])
    assert outcomes(await store.tally(db, found.id)) == {"new": 1, "out": 1}
    (out,) = await store.out_rows(db, found.id)
    assert (out.address, out.label) == ("没有这条路1号", "没有归集")
    assert out.why
    assert await registered(db, code) == []
    await actions.discard(database, None, found.id)
    assert await store.out_rows(db, found.id) == []


async def test_a_business_that_moved_was_renamed_or_is_gone(database: Database, db: Connection) -> None:
    _, unit_id, other_id = await house(db)
    moves, renamed, gone = uscc(), uscc(), uscc()
    await imported(database, [row("云锦路887号1403室", code=each, name="旧名") for each in (moves, renamed, gone)])
    counted = await imported(
        database,
        [
            row("云锦路887号1404室", code=moves, name="旧名"),
            row("云锦路887号1403室", code=renamed, name="新名"),
            row("云锦路887号1403室", code=gone, name="旧名", gone=True),
            row("云锦路887号1403室", gone=True),
        ],
    )
    assert outcomes(counted) == {"moved": 1, "same": 1, "ended": 1, "gone": 1}
    assert counted.renamed == 1
    assert await registered(db, moves) == [(unit_id, "旧名", "ended"), (other_id, "旧名", "registered")]
    assert await registered(db, renamed) == [(unit_id, "新名", "registered")]
    assert await registered(db, gone) == [(unit_id, "旧名", "ended")]
    kinds = await db.fetch("SELECT kind, count(*) FROM events WHERE noun = 'registration' GROUP BY kind")
    assert {each["kind"]: each["count"] for each in kinds} == {"registration.imported": 4, "registration.ended": 2}


async def test_what_we_registered_ourselves_is_not_overruled(database: Database, db: Connection) -> None:
    carrier_id, unit_id, _ = await house(db)
    code = uscc()
    business_id = await db.fetchval(
        "INSERT INTO businesses (name, uscc, district_code) VALUES ('甲公司', $1, $2) RETURNING id", code, HOME
    )
    await making.registered(db, unit_id=unit_id)
    await db.execute("UPDATE registrations SET business_id = $1, source = 'reuse'", business_id)
    counted = await imported(database, [row("云锦路887号1404室", code=code, name="甲公司")])
    assert outcomes(counted) == {"differs": 1}
    assert [unit for unit, _, status in await registered(db, code) if status == "registered"] == [unit_id]
    assert (await store.counts(db, HOME, None))["differs"] == 1
    assert carrier_id


async def followed(database: Database, db: Connection, code: str) -> tuple[str, list[UUID]]:
    """How a business stands, once the feed has been gone through."""
    await events.number_pending(database)
    await following.follow(database)
    now = await db.fetchrow(
        """
        SELECT status, unit_ids
          FROM business_addresses
          JOIN businesses ON businesses.id = business_addresses.business_id
         WHERE uscc = $1
        """,
        code,
    )
    assert now is not None
    return now["status"], now["unit_ids"]


async def test_who_leaves_at_the_counter_has_left_in_the_register_and_is_not_imported_back(
    database: Database, db: Connection
) -> None:
    carrier_id, unit_id, other_id = await house(db)
    clerk = await make.actor(db, role="clerk")
    code, stays = uscc(), uscc()
    lines = [row("云锦路887号1403室", code=code), row("云锦路887号1404室", code=stays)]
    await imported(database, lines)
    assert await followed(database, db, code) == ("placed", [unit_id])
    [registration_id] = await db.fetch("SELECT id FROM registrations WHERE unit_id = $1", unit_id)
    await registrations.leave(database, clerk, registration_id["id"])
    assert await followed(database, db, code) == ("left", [unit_id])
    assert await followed(database, db, stays) == ("placed", [other_id])
    for _ in range(2):  # however often the register says so
        assert outcomes(await imported(database, lines)) == {"differs": 1, "same": 1}
        assert [status for _, _, status in await registered(db, code)] == ["ended"]
    assert outcomes(await imported(database, [row("云锦路887号1404室", code=code)])) == {"new": 1}
    assert await followed(database, db, code) == ("placed", [other_id])
    assert carrier_id


async def test_a_unit_split_after_the_dry_run_is_left_to_a_person(database: Database, db: Connection) -> None:
    _, unit_id, other_id = await house(db)
    code = uscc()
    found = await tried(database, [row("云锦路887号1403室", code=code)])
    await split_into(db, unit_id, [other_id])
    await actions.apply(database, None, found.id)
    await actions.proceed(database, LEXICON, found.id, nothing, home_district=HOME)
    assert outcomes(await store.tally(db, found.id)) == {"choose": 1}
    assert await registered(db, code) == []
    kept = await db.fetchval("SELECT candidates FROM business_addresses")
    assert [each["unit_id"] for each in kept] == [str(other_id)]


async def test_an_import_goes_on_where_it_was_broken_off(
    database: Database, db: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, unit_id, _ = await house(db)
    rows = [row("云锦路887号1403室", line=n) for n in range(2, 12)]
    monkeypatch.setattr(actions, "AT_ONCE", 3)
    found = await tried(database, rows, sha256="a" * 64)
    await actions.apply(database, None, found.id)

    async def breaks(done: int, total: int) -> None:
        if done >= 6:
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        await actions.proceed(database, LEXICON, found.id, breaks, home_district=HOME)
    assert await db.fetchval("SELECT count(*) FROM registrations WHERE unit_id = $1", unit_id) == 6
    again = await actions.begin(
        database, None, district_code=HOME, file_name="登记.csv", sha256="a" * 64, rows=iter(rows)
    )
    assert again.id == found.id
    done = await actions.proceed(database, LEXICON, again.id, nothing, home_district=HOME)
    assert done.status is ImportStatus.DONE
    assert await db.fetchval("SELECT count(*) FROM registrations WHERE unit_id = $1", unit_id) == 10


async def test_the_manager_hears_of_it_once_and_a_tenant_is_known_by_name(database: Database, db: Connection) -> None:
    carrier_id, unit_id, _ = await house(db)
    manager = await make.organisation(db)
    await make.management(db, carrier_id=carrier_id, organisation_id=manager)
    tenancy_id = await make.tenancy(db, unit_id=unit_id, tenant="甲公司")
    await imported(database, [row("云锦路887号1403室", name="甲公司"), row("云锦路887号1404室")])
    titles = await db.fetch("SELECT title FROM notices WHERE organisation_id = $1", manager)
    assert [each["title"].rpartition(" 导入")[2] for each in titles] == ["登记企业 2 家"]
    assert await db.fetchval("SELECT business_id IS NOT NULL FROM tenancies WHERE id = $1", tenancy_id)


async def test_an_administrator_imports_nobody_else_does_and_an_empty_file_is_none(
    database: Database, db: Connection
) -> None:
    administrator = await make.actor(db, role="administrator")
    clerk = await make.actor(db, role="clerk")
    with pytest.raises(NotAllowed):
        await tried(database, [row("云锦路887号")], actor=clerk)
    with pytest.raises(Invalid):
        await tried(database, [], actor=administrator)
    found = await tried(database, [row("云锦路887号")], actor=administrator)
    assert await db.fetchval("SELECT count(*) FROM tasks WHERE noun_id = $1", found.id) == 1


async def test_two_imports_of_the_same_businesses_at_once_register_each_once(fresh_database: Database) -> None:
    async with fresh_database.transaction() as db:
        _, unit_id, _ = await house(db)
    rows = [row("云锦路887号1403室", line=n) for n in range(2, 42)]
    found = [await tried(fresh_database, rows, sha256=f"{n:064x}") for n in range(2)]
    for each in found:
        await actions.apply(fresh_database, None, each.id)
    await asyncio.gather(
        *(actions.proceed(fresh_database, LEXICON, each.id, nothing, home_district=HOME) for each in found)
    )
    async with fresh_database.connection() as db:
        assert await db.fetchval("SELECT count(*) FROM registrations WHERE unit_id = $1", unit_id) == 40
        told = [outcomes(await store.tally(db, each.id)) for each in found]
    assert sorted(told, key=str) == [{Outcome.NEW.value: 40}, {Outcome.SAME.value: 40}]
