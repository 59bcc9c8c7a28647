"""What the counter is told about an address, and a stranger about a receipt, from the rows as they stand."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from tests import make
from tests import make_registrations as making
from tests.actions.test_reuses import DAY, Counter, lexicon, set_up, signer
from zhusuo.addresses.model import Address
from zhusuo.carriers.model import NewUnits
from zhusuo.changes.actions import split_unit
from zhusuo.changes.placing import place_registration
from zhusuo.db import Connection, Database
from zhusuo.errors import Invalid, NotAllowed, NotFound
from zhusuo.flags import Severity, raise_flag
from zhusuo.lookup.model import Candidate, FoundCarrier, FoundUnit, Match
from zhusuo.registrations import receipts
from zhusuo.registrations.actions import revoke
from zhusuo.registrations.examination import examine_for
from zhusuo.registrations.model import Authenticity, RevocationReason, Verdict, VerdictKind
from zhusuo.registrations.verdicts import verdict
from zhusuo.waivers.actions import import_shipped

LEASE_ONLY = "申请人只需提交租赁合同"


@pytest.fixture
async def counter(database: Database) -> Counter:
    return await set_up(database)


def match(carrier_id: UUID | None, *unit_ids: UUID, **changed: Any) -> Match:
    carrier = (
        FoundCarrier(id=carrier_id, name="", kind="tower", address="", district_code="310104") if carrier_id else None
    )
    found = Match(
        input="",
        class_="A" if carrier else "N",
        reasons=(),
        address=Address(units=("1403",)),
        canonical="",
        carrier=carrier,
        units=tuple(FoundUnit(id=each, label="1403室") for each in unit_ids),
        unit_verdict="known" if unit_ids else "none",
    )
    return replace(found, **changed)


async def ask(counter: Counter, found: Match | None = None, item: str = "", day: date = DAY) -> Verdict:
    async with counter.database.connection() as db:
        return await verdict(db, counter.clerk, found or match(counter.carrier_id, counter.unit_id), item, day)


# 结论


async def test_a_covered_unit_leaves_the_applicant_the_lease(counter: Counter) -> None:
    said = await ask(counter)
    assert said.kind is VerdictKind.COVERED
    assert (said.sentence, said.need) == ("已备案，覆盖本单元", LEASE_ONLY)
    assert [each.code for each in said.to_bring] == ["lease"]
    assert len(said.waived) == len(said.documents) == 5
    assert said.page_count == 5
    assert said.version is not None
    assert said.version.id == counter.version_id
    assert said.version.reviewed_by.startswith("机构")
    assert said.documents[0].spares == ("住所权属证明", "竣工验收证明", "门弄号码证明")
    assert said.blocked_by is None


async def test_a_paper_that_is_put_right_is_shown_so_at_once(counter: Counter, db: Connection) -> None:
    paper = (await ask(counter)).documents[0]
    await db.execute(
        "UPDATE documents SET file_name = '更清楚的名字.pdf', page_count = 9, number = '沪（2026）第1号' WHERE id = $1",
        paper.id,
    )
    (shown,) = (each for each in (await ask(counter)).documents if each.id == paper.id)
    assert (shown.file_name, shown.page_count) == ("更清楚的名字.pdf", 9)


async def test_the_day_decides_whether_the_version_still_counts(counter: Counter, db: Connection) -> None:
    await db.execute("UPDATE dossier_versions SET valid_until = $1", DAY)
    assert (await ask(counter)).kind is VerdictKind.COVERED
    late = await ask(counter, day=DAY + timedelta(days=1))
    assert (late.kind, late.sentence) == (VerdictKind.EXPIRED, "备案已到期")
    assert "2026-11-22" in late.need
    assert late.waived == ()


async def test_a_unit_that_is_not_in_the_version_is_not_covered(counter: Counter, db: Connection) -> None:
    bare = await making.room(db, carrier_id=counter.carrier_id, label="1404室")
    said = await ask(counter, match(counter.carrier_id, bare))
    assert (said.kind, said.sentence) == (VerdictKind.NOT_COVERED, "已备案，不含本单元")
    assert "租赁合同" in said.need
    assert "补报" in said.need
    assert said.documents == ()


async def test_a_superseded_version_covers_nothing(counter: Counter, db: Connection) -> None:
    await db.execute("UPDATE version_units SET during = tstzrange(lower(during), clock_timestamp())")
    await db.execute("UPDATE dossier_versions SET status = 'superseded', effective_to = clock_timestamp()")
    assert (await ask(counter)).sentence == "载体在册，材料尚未备案"


async def test_a_carrier_whose_papers_are_being_reviewed_says_so(counter: Counter, db: Connection) -> None:
    house = await making.house(db)
    unit_id = await making.room(db, carrier_id=house)
    manager = await make.actor(db, role="manager")
    dossier_id = await db.fetchval(
        "INSERT INTO dossiers (number, carrier_id, district_code) VALUES ('XH-1', $1, '310104') RETURNING id", house
    )
    await db.execute(
        """
        INSERT INTO filings (dossier_id, carrier_id, district_code, organisation_id, kind, status, filed_by,
                             submitted_at)
             VALUES ($1, $2, '310104', $3, 'first', 'submitted', $4, now())
        """,
        dossier_id,
        house,
        manager.organisation_id,
        manager.person_id,
    )
    said = await ask(counter, match(house, unit_id))
    assert (said.kind, said.sentence) == (VerdictKind.NOT_ON_FILE, "材料正在审核，尚未生效")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"unit_verdict": "none"}, "已备案，还缺室号"),
        ({"unit_verdict": "plausible"}, "已备案，没有“1403”这个单元"),
        ({"unit_verdict": "virtual"}, "已备案，没有“1403”这个单元"),
        ({"unit_verdict": "out_of_range"}, "这里没有“1403”"),
    ],
)
async def test_a_unit_nobody_has_filed_is_unknown(counter: Counter, changed: dict[str, Any], sentence: str) -> None:
    said = await ask(counter, match(counter.carrier_id, **changed))
    assert (said.kind, said.sentence) == (VerdictKind.UNKNOWN_UNIT, sentence)


async def test_several_places_are_to_be_chosen_from(counter: Counter) -> None:
    place = FoundCarrier(id=counter.carrier_id, name="", kind="tower", address="", district_code="310104")
    candidates = tuple(Candidate(carrier=place, unit=None, difference=f"{n}") for n in range(2))
    said = await ask(counter, match(None, class_="C", candidates=candidates))
    assert (said.kind, said.sentence) == (VerdictKind.CHOOSE, "有 2 处相近，需要选定")
    both = await ask(counter, match(counter.carrier_id, counter.unit_id, counter.unit_id))
    assert (both.kind, both.sentence) == (VerdictKind.CHOOSE, "地址里有 2 个单元")


async def test_an_address_nobody_has_filed_asks_for_everything(counter: Counter) -> None:
    said = await ask(counter, match(None))
    assert (said.kind, said.sentence) == (VerdictKind.NOT_ON_FILE, "这个地址没有备案")
    assert len(said.to_bring) == len(said.requirements) == 6


# 事项


async def test_a_paper_that_is_not_on_file_must_be_brought(database: Database) -> None:
    counter = await set_up(database, kinds=("title_deed", "mandate"))
    said = await ask(counter)
    assert said.need == "申请人须提交平面图、租赁合同"
    assert said.kind is VerdictKind.COVERED


async def test_where_the_owner_lets_no_mandate_is_asked_for(database: Database) -> None:
    counter = await set_up(database, kinds=("title_deed", "floor_plan"), title_situation="owner_lets")
    said = await ask(counter)
    assert said.need == LEASE_ONLY
    assert "mandate" not in {each.code for each in said.requirements}


async def test_a_street_shop_s_dossier_needs_no_plan_and_may_stand_on_a_declaration(
    database: Database, db: Connection
) -> None:
    counter = await set_up(database, kinds=("declaration",), title_situation="owner_lets")
    await db.execute("UPDATE carriers SET kind = 'street' WHERE id = $1", counter.carrier_id)
    said = await ask(counter)
    assert said.need == LEASE_ONLY
    assert [each.code for each in said.waived] == ["title"]


async def test_two_papers_in_one_scan_spare_both(counter: Counter, db: Connection) -> None:
    await db.execute("DELETE FROM version_documents WHERE kind = 'floor_plan'")
    await db.execute("UPDATE version_documents SET also_kinds = '{floor_plan}' WHERE kind = 'completion_certificate'")
    said = await ask(counter)
    assert said.need == LEASE_ONLY
    assert {"竣工验收证明", "平面图"} <= set(said.documents[2].spares)


async def test_every_item_has_its_own_answer(counter: Counter) -> None:
    said = await ask(counter, item="food_permit")
    assert said.item.name == "食品经营许可（新办）"
    assert said.need == "申请人须提交租赁合同、设备设施布局图"
    with pytest.raises(Invalid):
        await ask(counter, item="moon_landing")


async def test_a_waiver_counts_from_its_first_day(counter: Counter) -> None:
    assert (await ask(counter, day=date(2024, 12, 31))).requirements == ()


# 现有登记


async def test_who_is_there_stands_in_the_way_and_is_named(counter: Counter, db: Connection) -> None:
    await making.registered(db, unit_id=counter.unit_id)
    said = await ask(counter)
    assert said.kind is VerdictKind.COVERED
    assert said.need == "“上海澜鹭信息科技有限公司” 2023-05-18 登记，一处住所只登记一户"
    assert said.blocked_by is not None
    assert (await ask(counter, item="food_permit")).blocked_by is None


async def test_whoever_may_be_gone_is_shown_and_does_not_matter(counter: Counter, db: Connection) -> None:
    await making.registered(db, unit_id=counter.unit_id, contested=True)
    said = await ask(counter)
    assert said.need == LEASE_ONLY
    assert [each.sentence for each in said.occupants] == ["2023-05-18 登记，正在核实是否仍在此处，不影响本次办理"]


async def test_a_hold_shows_until_it_runs_out(counter: Counter, db: Connection) -> None:
    await counter.reuse()
    said = await ask(counter)
    assert [each.status for each in said.occupants] == ["held"]
    assert said.blocked_by is not None
    await db.execute("UPDATE registrations SET held_until = now() - interval '1 minute'")
    assert (await ask(counter)).occupants == ()


async def test_somebody_on_the_whole_floor_is_in_the_room(counter: Counter, db: Connection) -> None:
    floor = await make.unit(db, carrier_id=counter.carrier_id, label="14层整层", kind="whole_floor", floor=14)
    await making.registered(db, unit_id=floor)
    said = await ask(counter)
    assert said.blocked_by is not None
    assert said.blocked_by.unit_label == "14层整层"


async def test_where_sharing_is_allowed_nobody_stands_in_the_way(database: Database, db: Connection) -> None:
    counter = await set_up(database, sharing_allowed=True)
    await counter.reuse()
    said = await ask(counter)
    assert said.sharing_allowed
    assert said.blocked_by is None
    assert len(said.occupants) == 1


async def test_residents_are_shown_once(counter: Counter, db: Connection) -> None:
    await making.registered(db, unit_id=counter.unit_id)
    for tenant in ("上海澜鹭信息科技有限公司", "上海汀岸医疗器械股份有限公司"):
        await db.execute(
            """
            INSERT INTO tenancies (unit_id, carrier_id, district_code, tenant, moved_in_on, source)
                 SELECT id, carrier_id, district_code, $2, '2026-03-01', 'roster'
                   FROM units
                  WHERE id = $1
            """,
            counter.unit_id,
            tenant,
        )
    said = await ask(counter)
    assert [(each.name[:4], each.status) for each in said.occupants] == [
        ("上海澜鹭", "registered"),
        ("上海汀岸", "resident"),
    ]


async def test_flags_of_unit_and_carrier_are_shown_gravest_first(counter: Counter, db: Connection) -> None:
    said = {"carrier_id": counter.carrier_id, "kind": "x"}
    await raise_flag(db, None, **said, unit_id=None, severity=Severity.NOTE, text="整楼提示", source="a")
    await raise_flag(db, None, **said, unit_id=counter.unit_id, severity=Severity.BLOCKS, text="查封", source="b")
    assert [each.text for each in (await ask(counter)).flags] == ["查封", "整楼提示"]


# 谁能看


async def test_another_district_learns_nothing(counter: Counter, db: Connection) -> None:
    await making.registered(db, unit_id=counter.unit_id)
    foreign = await make.actor(db, role="clerk", district_code="310101")
    said = await verdict(db, foreign, match(counter.carrier_id, counter.unit_id), "", DAY)
    assert (said.kind, said.version, said.documents, said.occupants) == (VerdictKind.NOT_ON_FILE, None, (), ())


async def test_only_the_counter_asks(counter: Counter, db: Connection) -> None:
    with pytest.raises(NotAllowed):
        await verdict(db, await make.actor(db, role="manager"), match(counter.carrier_id), "", DAY)


async def test_a_verdict_takes_one_question(counter: Counter, db: Connection) -> None:
    asked: list[str] = []

    def seen(query: Any) -> None:
        if query.query.lstrip().startswith("WITH") and "pg_type" not in query.query:
            asked.append(query.query)

    raw: Any = db
    raw.add_query_logger(seen)
    try:
        await verdict(db, counter.clerk, match(counter.carrier_id, counter.unit_id), "", DAY)
        await verdict(db, counter.clerk, match(None), "", DAY)
        await asyncio.sleep(0)  # what was asked is told a moment later
    finally:
        raw.remove_query_logger(seen)
    assert len(asked) == 2


# 核验


async def test_a_stranger_sees_the_place_and_nothing_personal(counter: Counter, db: Connection) -> None:
    await making.registered(db, unit_id=counter.unit_id, contested=True)
    made = await counter.reuse()
    seen = await receipts.verify(db, signer(), receipts.grouped(made.code).lower())
    assert seen.authenticity is Authenticity.GENUINE
    assert seen.number == made.number
    assert seen.address.endswith("1403室")
    assert seen.office == counter.clerk.organisation
    assert seen.receipt_sha256 == made.receipt_sha256
    for hidden in ("周敏", "澜鹭", made.case_number):
        assert hidden not in str(seen)


@pytest.mark.parametrize("code", ["", "0000-0000-0000-0000-0000", "no such thing", "0" * 20])
async def test_a_code_nobody_was_given_is_unknown(counter: Counter, db: Connection, code: str) -> None:
    await counter.reuse()
    assert (await receipts.verify(db, signer(), code)).authenticity is Authenticity.UNKNOWN


Tamper = Callable[[Connection, Counter], Awaitable[object]]


def run(statement: str) -> Tamper:
    async def tamper(db: Connection, counter: Counter) -> None:
        await db.execute(statement)

    return tamper


@pytest.mark.parametrize(
    ("tamper", "difference"),
    [
        (run("UPDATE reuses SET receipt_text = replace(receipt_text, '1403室', '1404室')"), "摘要"),
        (run("UPDATE reuses SET receipt_text = '{}'"), "正文"),
        (run("UPDATE reuses SET receipt_text = 'nonsense'"), "正文"),
        (
            run(
                """
                UPDATE reuses
                   SET receipt_text = changed.text,
                       receipt_sha256 = encode(sha256(convert_to(changed.text, 'UTF8')), 'hex')
                  FROM (SELECT replace(receipt_text, '1403室', '1404室') AS text FROM reuses) AS changed
                """
            ),
            "签名",
        ),
        (run("UPDATE reuses SET signature = '\\x00'"), "签名"),
        (run("UPDATE reuses SET signing_key = 'another'"), "签名密钥"),
        (run("UPDATE reuses SET applicant = '上海另一家有限公司'"), "申请人"),
        (run("UPDATE reuses SET case_number = '2026-XJH-9'"), "案件"),
        (run("UPDATE reuses SET created_at = created_at - interval '1 day'"), "出具时间"),
        (run("UPDATE dossier_versions SET valid_until = valid_until + 365"), "住所档案"),
        (run("UPDATE waiver_catalogues SET sha256 = 'x'"), "免交清单"),
        (run("DELETE FROM version_documents WHERE kind = 'floor_plan'"), "材料“平面图”"),
        (run("UPDATE version_documents SET sha256 = repeat('0', 64) WHERE kind = 'mandate'"), "材料“委托/转租授权”"),
        (
            run(
                """
                UPDATE documents
                   SET sha256 = (SELECT max(sha256) FROM blobs)
                 WHERE purpose = 'filing' AND kind = 'title_deed'
                """
            ),
            "材料“产权证”",
        ),
        (
            run("UPDATE documents SET sha256 = (SELECT min(sha256) FROM blobs) WHERE purpose = 'lease'"),
            "材料“租赁合同”",
        ),
    ],
)
async def test_whatever_is_changed_afterwards_shows(
    counter: Counter, db: Connection, tamper: Tamper, difference: str
) -> None:
    made = await counter.reuse()
    await tamper(db, counter)
    seen = await receipts.verify(db, signer(), made.code)
    assert seen.authenticity is Authenticity.CHANGED
    assert difference in seen.differences
    assert seen.address == ""
    assert [reuse.id async for reuse, _ in receipts.broken(db, signer())] == [made.id]


async def test_a_paper_added_to_the_version_afterwards_shows(counter: Counter, db: Connection) -> None:
    made = await counter.reuse()
    await db.execute(
        """
        INSERT INTO version_documents (version_id, document_id, sha256, kind, position)
             SELECT $1, id, sha256, kind, 99
               FROM documents
              WHERE id = $2
        """,
        counter.version_id,
        await making.read_document(db, organisation_id=counter.manager, kind="other", facts={}),
    )
    assert (await receipts.verify(db, signer(), made.code)).differences == ("材料清单",)


async def test_a_later_catalogue_and_a_renamed_carrier_change_no_receipt(counter: Counter, db: Connection) -> None:
    made = await counter.reuse()
    await db.execute("UPDATE carriers SET name = name || '（新名）', version = version + 1")
    await db.execute("UPDATE dossier_versions SET status = 'superseded', effective_to = clock_timestamp()")
    assert (await receipts.verify(db, signer(), made.code)).authenticity is Authenticity.GENUINE
    assert [each async for each in receipts.broken(db, signer())] == []


async def test_a_revoked_receipt_that_was_changed_counts_as_changed(counter: Counter, db: Connection) -> None:
    made = await counter.reuse()
    await revoke(counter.database, counter.clerk, made.id, RevocationReason.WRONG_UNIT)
    assert (await receipts.verify(db, signer(), made.code)).authenticity is Authenticity.REVOKED
    await db.execute("UPDATE reuses SET applicant = '上海另一家有限公司'")
    assert (await receipts.verify(db, signer(), made.code)).authenticity is Authenticity.CHANGED


async def test_without_a_catalogue_no_item_is_known(database: Database, db: Connection) -> None:
    clerk = await make.actor(db, role="clerk")
    with pytest.raises(Invalid):
        await verdict(db, clerk, match(None), "", DAY)
    await import_shipped(database)
    assert (await verdict(db, clerk, match(None), "", DAY)).kind is VerdictKind.NOT_ON_FILE


# 租赁合同先核对


async def test_a_lease_is_examined_before_anything_is_decided(counter: Counter, db: Connection) -> None:
    lease, said = await examine_for(
        db, lexicon(), counter.clerk, counter.lease_id, [counter.unit_id], making.LEASE_FACTS["lessee"], DAY
    )
    assert lease.id == counter.lease_id
    assert said.check.outcome == "good"
    assert (said.lessor, said.area_m2) == ("砚辰（上海）资产运营管理有限公司", "198.54")
    assert {place.document_id for each in said.check.agreements for place in each.places} >= {counter.lease_id}
    assert await db.fetchval("SELECT count(*) FROM reuses") == 0


async def test_a_person_s_correction_counts_for_certain(counter: Counter, db: Connection) -> None:
    misread = await making.lease(db, organisation_id=counter.clerk.organisation_id, lessor="看不清楚的字")
    await db.execute(
        """
        UPDATE document_fields
           SET corrected_value = '砚辰（上海）资产运营管理有限公司', corrected_at = now(), confidence = 0.1
         WHERE document_id = $1 AND name = 'lessor'
        """,
        misread,
    )
    _, said = await examine_for(
        db, lexicon(), counter.clerk, misread, [counter.unit_id], making.LEASE_FACTS["lessee"], DAY
    )
    assert said.check.outcome == "good"


async def test_another_paper_in_the_same_scan_says_nothing_about_the_lease(counter: Counter, db: Connection) -> None:
    mixed = await making.lease(db, organisation_id=counter.clerk.organisation_id, without="term_end")
    await db.execute("INSERT INTO document_pages (document_id, page, kind) VALUES ($1, 2, 'title_deed')", mixed)
    await db.execute(
        """
        INSERT INTO document_fields (document_id, name, value, normal, confidence, page)
             VALUES ($1, 'term_end', '2066-01-06', '"2066-01-06"', 0.99, 2)
        """,
        mixed,
    )
    _, said = await examine_for(
        db, lexicon(), counter.clerk, mixed, [counter.unit_id], making.LEASE_FACTS["lessee"], DAY
    )
    assert [each.text for each in said.check.findings] == ["没有读出租期的截止日，请人工核对。"]


async def test_what_is_not_one_s_own_is_not_examined(counter: Counter, db: Connection) -> None:
    ask_for = (counter.lease_id, [counter.unit_id], "", DAY)
    with pytest.raises(NotFound):
        await examine_for(db, lexicon(), await make.actor(db, role="clerk", district_code="310101"), *ask_for)
    with pytest.raises(NotAllowed):
        await examine_for(db, lexicon(), await make.actor(db, role="manager"), *ask_for)
    elsewhere = await making.room(db, carrier_id=await making.house(db))
    with pytest.raises(NotFound):
        await examine_for(db, lexicon(), counter.clerk, counter.lease_id, [counter.unit_id, elsewhere], "", DAY)


# 变动


async def test_a_unit_whose_cover_was_not_carried_says_why(counter: Counter, db: Connection) -> None:
    new = [NewUnits(label="1403A室", area_m2=Decimal(60)), NewUnits(label="1403B室", area_m2=Decimal(80))]
    done = await split_unit(counter.database, counter.clerk, counter.unit_id, 1, new, on=DAY, day=DAY)
    said = await ask(counter, match(counter.carrier_id, done.children[0].id))
    assert said.kind is VerdictKind.NOT_COVERED
    assert f"本单元于 {DAY} 由“1403室”分割而来，面积与原单元不符，须由物业办理变更备案" in said.need
    assert "租赁合同" in said.need


async def test_who_is_registered_in_a_unit_that_was_split_stands_in_the_way_of_what_came_from_it(
    counter: Counter, db: Connection
) -> None:
    registration = await making.registered(db, unit_id=counter.unit_id)
    await raise_flag(
        db, None, carrier_id=counter.carrier_id, unit_id=counter.unit_id, kind="inspected", severity=Severity.BLOCKS,
        text="核查中", source="inspection:1",
    )  # fmt: skip
    new = [NewUnits(label="1403A室", area_m2=Decimal("98.54")), NewUnits(label="1403B室", area_m2=Decimal(100))]
    done = await split_unit(counter.database, counter.clerk, counter.unit_id, 1, new, on=DAY, day=DAY)
    a, b = (unit.id for unit in done.children)
    for child in (a, b):
        said = await ask(counter, match(counter.carrier_id, child))
        assert said.kind is VerdictKind.COVERED
        assert [(each.unit_label, each.blocks) for each in said.occupants] == [("1403室", True)]
        assert "（在原“1403室”待安置）" in said.need
        assert [flag.text for flag in said.flags] == ["核查中"]
    await place_registration(counter.database, counter.clerk, registration, a)
    assert (await ask(counter, match(counter.carrier_id, b))).occupants == ()
    assert (await ask(counter, match(counter.carrier_id, a))).blocked_by is not None
