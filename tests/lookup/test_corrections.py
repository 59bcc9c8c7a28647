"""更正: what one clerk chose for a text and another accepted answers it for everybody; nothing else does."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from tests import make
from tests.lookup.conftest import XUHUI, Enter, Look
from tests.lookup.test_find import codes, said
from tests.support.postgres import OneConnection
from zhusuo.addresses.lexicon import Lexicon
from zhusuo.addresses.wash import wash
from zhusuo.carriers.model import NewUnits
from zhusuo.changes.actions import split_unit
from zhusuo.db import Connection
from zhusuo.dossiers.calendar import SHANGHAI
from zhusuo.errors import Conflict, Invalid, NotAllowed, NotFound
from zhusuo.lookup.corrections import store
from zhusuo.lookup.corrections.actions import (
    ChosenOtherwise,
    CorrectionDecided,
    OwnCorrection,
    accept,
    reject,
    rekey,
    remember,
    revoke,
)
from zhusuo.lookup.corrections.model import correction_key, tells_nothing, written_without_people
from zhusuo.lookup.find import find
from zhusuo.people.model import Actor

DAY = date(2026, 11, 22)
TODAY = datetime.now(UTC).astimezone(SHANGHAI).date()
TEXT = "徐汇区宜山路935号东楼901室"


class Clerks:
    """周敏 chooses, 李楠 reviews."""

    def __init__(self, database: OneConnection, db: Connection, lexicon: Lexicon, author: Actor, other: Actor) -> None:
        self.database, self.db, self.lexicon = database, db, lexicon
        self.author, self.other = author, other

    async def choose(self, text: str = TEXT, place: int = 0, by: Actor | None = None) -> UUID | None:
        """What stands at `place` among the candidates that the ladder offers for this text."""
        washed = wash(text, self.lexicon)
        match = await find(self.db, text, lexicon=self.lexicon, district_codes=XUHUI, corrections=False)
        return await remember(self.database, by or self.author, washed, match, match.candidates[place], DAY)

    async def chosen(self, text: str = TEXT, place: int = 0, by: Actor | None = None) -> UUID:
        found = await self.choose(text, place, by)
        assert found is not None
        return found


@pytest.fixture
async def clerks(database: OneConnection, db: Connection, lexicon: Lexicon, enter: Enter) -> Clerks:
    await enter("汇宁大厦", "宜山路935号", "901-904")
    await enter("汇宁商务中心", "宜山路935号", "901-904")
    author = await make.actor(db, role="clerk", name="周敏")
    other = await make.actor(db, role="clerk", name="李楠", organisation_id=author.organisation_id)
    return Clerks(database, db, lexicon, author, other)


async def test_a_choice_counts_for_nobody_until_another_clerk_accepts_it(clerks: Clerks, look: Look) -> None:
    correction = await clerks.chosen()
    assert (await look(TEXT)).class_ == "C"
    await accept(clerks.database, clerks.lexicon, clerks.other, correction)
    match = await look(TEXT)
    assert said(match) == ("B", "汇宁大厦", "901室")
    (why,) = [reason.text for reason in match.reasons if reason.code == "corrected"]
    assert why == f"按 {TODAY} 李楠核定的更正：{TEXT} → 汇宁大厦 901室"


async def test_the_same_text_in_another_spelling_is_the_same_text(clerks: Clerks, look: Look) -> None:
    await accept(clerks.database, clerks.lexicon, clerks.other, await clerks.chosen())
    assert said(await look("上海市徐汇区宜山路９３５号 东楼 901 室")) == ("B", "汇宁大厦", "901室")
    for other in ("徐汇区宜山路935号西楼901室", "徐汇区宜山路935号东楼902室", "徐汇区宜山路935号901室"):
        assert "corrected" not in codes(await look(other))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("宜山路935号901室", "宜山路935号901室、宜山路937号2室"),
        ("宜山路935号汇宁901室", "宜山路935号汇金901室"),
        ("宜山路935号901室东侧", "宜山路935号901室西侧"),
        ("宜山路935号?901室", "宜山路935号?!901室"),
        ("宜山路935号901室", "浦东新区宜山路935号901室"),
        ("某处东楼", "某处西楼"),
    ],
)
def test_two_texts_that_differ_in_anything_that_may_matter_have_two_keys(
    lexicon: Lexicon, first: str, second: str
) -> None:
    assert correction_key(wash(first, lexicon)) != correction_key(wash(second, lexicon)) != ""


def test_a_text_that_is_not_read_to_its_end_is_not_remembered(lexicon: Lexicon) -> None:
    assert correction_key(wash("宜山路935号" + "东楼" * 120, lexicon)) == ""
    assert correction_key(wash("", lexicon)) == ""


@pytest.mark.parametrize(
    "text",
    [
        "徐汇区宜山路９３５号 东楼 901 室",
        "宜山路935号\t汇宁\u200b901室，13812345678",
        "联系人王小明 宜山路935号东楼901室 13812345678 近漕溪路",
        "某处\x00东楼",
    ],
)
def test_what_is_kept_of_a_text_has_the_key_of_the_text(lexicon: Lexicon, text: str) -> None:
    assert correction_key(wash(written_without_people(text), lexicon)) == correction_key(wash(text, lexicon)) != ""


async def test_a_correction_outlives_a_change_of_the_lexicon(clerks: Clerks, db: Connection, lexicon: Lexicon) -> None:
    text = "徐汇区锦葵桐路935号东楼901室"
    correction = await clerks.chosen()
    await db.execute("UPDATE corrections SET written = $1, key = $2", text, _key(clerks, text))
    await accept(clerks.database, lexicon, clerks.other, correction)
    known = lexicon.with_roads(["宜山路=锦葵桐路"])
    assert await rekey(clerks.database, lexicon) == 0
    assert await rekey(clerks.database, known) == 1
    match = await find(db, text, lexicon=known, district_codes=XUHUI)
    assert said(match) == ("B", "汇宁大厦", "901室")
    assert "corrected" in codes(match)


async def test_two_texts_that_have_become_one_keep_one_accepted_correction(clerks: Clerks, lexicon: Lexicon) -> None:
    await accept(clerks.database, lexicon, clerks.other, await clerks.chosen())
    second = await clerks.chosen("徐汇区宜山路935号东楼902室", place=1)
    await accept(clerks.database, lexicon, clerks.other, second)
    await clerks.db.execute("UPDATE corrections SET written = $1", TEXT)
    assert await rekey(clerks.database, lexicon) == 0


async def test_people_and_their_numbers_are_not_kept(clerks: Clerks, db: Connection) -> None:
    await clerks.chosen("宜山路935号\x00901室 王小明 13812345678")
    assert await db.fetchval("SELECT written FROM corrections") == "宜山路935号 901室"


async def test_an_exact_address_is_not_corrected(clerks: Clerks, enter: Enter, look: Look) -> None:
    await enter("汇澜大厦", "宜山路937号", "901")
    assert said(await look("徐汇区宜山路937号901室")) == ("A", "汇澜大厦", "901室")
    await accept(clerks.database, clerks.lexicon, clerks.other, await clerks.chosen())
    await clerks.db.execute("UPDATE corrections SET key = $1", _key(clerks, "徐汇区宜山路937号901室"))
    assert said(await look("徐汇区宜山路937号901室")) == ("A", "汇澜大厦", "901室")


def _key(clerks: Clerks, text: str) -> str:
    return correction_key(wash(text, clerks.lexicon))


async def test_a_carrier_alone_is_remembered_with_the_unit_that_the_text_names(
    clerks: Clerks, enter: Enter, look: Look
) -> None:
    await enter("汇宁塔楼", "宜山路940号", "1-9")
    await enter("汇宁塔楼二期", "宜山路940号", "1-9")
    text = "徐汇区宜山路940号77室"
    offered = (await look(text)).candidates
    assert [each.unit for each in offered] == [None, None]
    correction = await clerks.chosen(text)
    await accept(clerks.database, clerks.lexicon, clerks.other, correction, "二期还没有交付")
    match = await look(text)
    assert (match.class_, match.carrier and match.carrier.name, match.unit_verdict) == ("B", "汇宁塔楼", "plausible")


@pytest.mark.parametrize(
    ("text", "nothing"),
    [
        ("徐汇区宜山路935号901室", True),
        ("徐汇区宜山路935号9楼901室", True),
        ("徐汇区宜山路935号东楼901室", False),
        ("徐汇区宜山路935号汇宁901室", False),
        ("徐汇区宜山路935号901室东侧", False),
        ("徐汇区宜珊路935号901室", False),
    ],
)
def test_a_text_tells_nothing_where_it_is_exact_and_yet_fits_several_places(
    lexicon: Lexicon, text: str, nothing: bool
) -> None:
    assert tells_nothing(wash(text, lexicon), {"宜山路"}) is nothing


async def test_the_author_does_not_review_his_own_choice(clerks: Clerks, look: Look) -> None:
    correction = await clerks.chosen()
    with pytest.raises(OwnCorrection):
        await accept(clerks.database, clerks.lexicon, clerks.author, correction)
    with pytest.raises(OwnCorrection):
        await reject(clerks.database, clerks.author, correction, "选错了")
    assert (await look(TEXT)).class_ == "C"


async def test_whoever_chooses_the_same_later_may_review_it(clerks: Clerks, look: Look) -> None:
    correction = await clerks.chosen()
    assert await clerks.chosen(by=clerks.other) == correction
    await accept(clerks.database, clerks.lexicon, clerks.other, correction)
    assert (await look(TEXT)).class_ == "B"


async def test_only_clerks_of_the_district_review(clerks: Clerks, db: Connection) -> None:
    correction = await clerks.chosen()
    elsewhere = await make.actor(db, role="clerk", district_code="310101")
    manager = await make.actor(db, role="manager")
    with pytest.raises(NotFound):
        await accept(clerks.database, clerks.lexicon, elsewhere, correction)
    with pytest.raises(NotAllowed):
        await accept(clerks.database, clerks.lexicon, manager, correction)


async def test_two_places_for_one_text_are_settled_before_one_counts(clerks: Clerks, look: Look) -> None:
    first, second = await clerks.chosen(), await clerks.chosen(place=1, by=clerks.other)
    with pytest.raises(ChosenOtherwise) as refused:
        await accept(clerks.database, clerks.lexicon, clerks.other, first)
    assert "汇宁商务中心" in refused.value.message
    await reject(clerks.database, clerks.author, second, "东楼是汇宁大厦")
    await accept(clerks.database, clerks.lexicon, clerks.other, first)
    assert said(await look(TEXT)) == ("B", "汇宁大厦", "901室")
    with pytest.raises(ChosenOtherwise):
        await accept(clerks.database, clerks.lexicon, clerks.author, second)


async def test_a_rejection_has_a_reason_that_the_author_is_told(clerks: Clerks, db: Connection, look: Look) -> None:
    correction = await clerks.chosen()
    with pytest.raises(Invalid):
        await reject(clerks.database, clerks.other, correction, "  ")
    await reject(clerks.database, clerks.other, correction, "东楼在对面")
    assert (await look(TEXT)).class_ == "C"
    notice = await db.fetchrow("SELECT person_id, body, link FROM notices WHERE kind = 'correction_rejected'")
    assert notice is not None
    assert tuple(notice) == (clerks.author.person_id, "东楼在对面", f"/approval/corrections/{correction}")


async def test_what_was_accepted_is_revoked_and_the_text_is_asked_about_again(clerks: Clerks, look: Look) -> None:
    correction = await clerks.chosen()
    await accept(clerks.database, clerks.lexicon, clerks.other, correction)
    with pytest.raises(CorrectionDecided):
        await reject(clerks.database, clerks.other, correction, "重复")
    await revoke(clerks.database, clerks.author, correction, "两栋都叫东楼")
    assert (await look(TEXT)).class_ == "C"
    await accept(clerks.database, clerks.lexicon, clerks.other, correction)
    assert (await look(TEXT)).class_ == "B"


async def test_every_step_leaves_an_entry_and_an_event(clerks: Clerks, db: Connection) -> None:
    correction = await clerks.chosen()
    await accept(clerks.database, clerks.lexicon, clerks.other, correction)
    await revoke(clerks.database, clerks.author, correction, "两栋都叫东楼")
    entries = await db.fetch("SELECT action, person_id FROM audit_entries WHERE noun = 'correction' ORDER BY id")
    assert [tuple(each) for each in entries] == [
        ("propose_correction", clerks.author.person_id),
        ("accept_correction", clerks.other.person_id),
        ("revoke_correction", clerks.author.person_id),
    ]
    events = await db.fetch("SELECT kind FROM events WHERE noun_id = $1 ORDER BY id", correction)
    assert [each["kind"] for each in events] == [
        "correction.proposed",
        "correction.accepted",
        "correction.revoked",
    ]


async def test_looking_again_is_no_second_choice_another_case_is(clerks: Clerks, db: Connection) -> None:
    for case in ("2026-1", "2026-1", "2026-2"):
        await clerks.chosen(by=clerks.author.for_case(case, ""))
    assert await db.fetchval("SELECT count(*) FROM correction_picks") == 2
    assert await db.fetchval("SELECT count(*) FROM corrections") == 1


async def test_a_system_without_a_clerk_and_answers_that_need_no_choice_are_not_remembered(
    clerks: Clerks, db: Connection, enter: Enter
) -> None:
    assert await clerks.choose(by=replace(clerks.author, person_id=None)) is None
    await enter("汇澜大厦", "宜山路939号", "901")
    assert await clerks.choose("徐汇区宜山路9390号") is None  # N: what stands beside it is no candidate
    assert await clerks.choose("徐汇区宜山路935号901、999室") is None  # one unit for two
    assert await db.fetchval("SELECT count(*) FROM corrections") == 0


async def test_the_author_sees_what_he_chose_the_last_time(clerks: Clerks, db: Connection, look: Look) -> None:
    await clerks.chosen()
    await db.execute("UPDATE correction_picks SET picked_at = picked_at - interval '1 day'")
    second = await look(TEXT)
    await clerks.chosen(place=1)
    assert clerks.author.person_id is not None
    last = await store.chosen_before(db, _key(clerks, TEXT), "310104", clerks.author.person_id)
    assert second.candidates[1].unit is not None
    assert last == second.candidates[1].unit.id
    assert clerks.other.person_id is not None
    assert await store.chosen_before(db, _key(clerks, TEXT), "310104", clerks.other.person_id) is None


async def test_a_unit_that_was_split_is_asked_about_and_one_that_is_gone_leaves_the_correction_asleep(
    clerks: Clerks, db: Connection, look: Look
) -> None:
    correction = await clerks.chosen()
    await accept(clerks.database, clerks.lexicon, clerks.other, correction)
    unit = await db.fetchrow("SELECT unit_id, carrier_id FROM corrections")
    assert unit is not None
    halves = [NewUnits(label="901A室", area_m2=Decimal(1)), NewUnits(label="901B室", area_m2=Decimal(1))]
    await split_unit(clerks.database, clerks.other, unit["unit_id"], 1, halves, on=TODAY, day=TODAY)
    match = await look(TEXT)
    assert (match.class_, [each.unit and each.unit.label for each in match.candidates]) == ("C", ["901A室", "901B室"])
    await db.execute("UPDATE units SET retired_at = now() WHERE label = '901B室'")
    assert said(await look(TEXT)) == ("B", "汇宁大厦", "901A室")
    await db.execute("UPDATE units SET retired_at = now() WHERE label = '901A室'")
    match = await look(TEXT)
    assert match.class_ == "C"
    (why,) = [reason.text for reason in match.reasons if reason.code == "correction_dormant"]
    assert why.endswith("→ 汇宁大厦 901室；901室已停用")


async def test_a_carrier_that_is_gone_leaves_the_correction_asleep_and_is_not_accepted(
    clerks: Clerks, db: Connection, look: Look
) -> None:
    correction = await clerks.chosen()
    await accept(clerks.database, clerks.lexicon, clerks.other, correction)
    carrier_id = await db.fetchval("SELECT carrier_id FROM corrections")
    await db.execute("UPDATE carriers SET retired_at = now() WHERE id = $1", carrier_id)
    match = await look(TEXT)
    assert "correction_dormant" in codes(match)
    assert said(match)[1] != "汇宁大厦"
    await revoke(clerks.database, clerks.other, correction, "楼已拆除")
    with pytest.raises(Conflict, match="已停用"):
        await accept(clerks.database, clerks.lexicon, clerks.other, correction)
