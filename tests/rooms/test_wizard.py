"""备案向导: from the carrier to the declaration, by managers, agents and the counter, with and without JavaScript."""

from datetime import date
from uuid import UUID

import pytest

from tests import make
from tests import make_registrations as making
from tests.support import html
from tests.support.web import Site, Visitor
from zhusuo.db import Connection
from zhusuo.dossiers import document_fields, document_pages, documents, parts, review
from zhusuo.dossiers.calendar import shipped
from zhusuo.dossiers.model import DocumentKind, PageNote, Part, ReturnReason
from zhusuo.people.model import Actor
from zhusuo.ports.common.app import today

FRAGMENT = {"hx-request": "true"}


async def house(db: Connection, *, kind: str = "tower") -> tuple[Actor, UUID]:
    """A manager and its building of two floors with two rooms each."""
    manager = await make.actor(db, role="manager")
    carrier_id = await make.carrier(db, manager=manager.organisation_id, name="汇澜大厦", kind=kind)
    for floor in (1, 2):
        for room in (1, 2):
            await make.unit(db, carrier_id=carrier_id, label=f"{floor}0{room}室", floor=floor)
    return manager, carrier_id


async def begun(visitor: Visitor, carrier_id: UUID, **fields: str) -> str:
    """The path of a filing that was just begun."""
    answer = await visitor.submit("/filings", carrier_id=str(carrier_id), what="first", **fields)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].removesuffix("/carrier")


def filing_id(path: str) -> UUID:
    return UUID(path.rsplit("/", 1)[-1])


async def submitted(visitor: Visitor, db: Connection, carrier_id: UUID) -> str:
    path = await begun(visitor, carrier_id)
    await make.papers(db, filing_id=filing_id(path))
    answer = await visitor.submit(f"{path}/submit", declared="1")
    assert answer.status_code == 303, answer.text
    return path


async def test_a_filing_goes_from_the_building_to_its_confirmation(site: Site, db: Connection) -> None:
    manager, carrier_id = await house(db)
    async with site.signed_in(manager) as visitor:
        chosen = html.parse((await visitor.get("/filings/new")).text)
        assert html.links(chosen)["汇澜大厦"] == f"/filings/new?carrier_id={carrier_id}"
        path = await begun(visitor, carrier_id)
        assert (await visitor.get(f"{path}/carrier")).status_code == 200
        to_scope = await visitor.submit(f"{path}/carrier", title_situation="owner_lets")
        assert to_scope.headers["location"] == f"{path}/scope"
        to_documents = await visitor.submit(f"{path}/scope", kind="whole")
        assert to_documents.headers["location"] == f"{path}/documents"
        await make.papers(db, filing_id=filing_id(path))
        assert "3 件，3 页" in (await visitor.get(f"{path}/documents")).text
        checked = await visitor.get(f"{path}/check")
        assert "下一步：声明提交" in checked.text
        done = await visitor.submit(f"{path}/submit", declared="1", note="三层正在装修")
        assert done.headers["location"] == path
        shown = await visitor.get(path)
    assert "已提交，等待审核" in shown.text
    assert "三层正在装修" in shown.text
    assert "整个载体，4 个单元" in shown.text
    assert await db.fetchval("SELECT status FROM filings WHERE id = $1", filing_id(path)) == "submitted"


async def test_what_is_missing_is_said_with_its_alternatives_and_stops_only_the_last_step(
    site: Site, db: Connection
) -> None:
    manager, carrier_id = await house(db)
    async with site.signed_in(manager) as visitor:
        path = await begun(visitor, carrier_id)
        await make.papers(db, filing_id=filing_id(path), kinds=("title_deed",))
        documents = await visitor.get(f"{path}/documents")
        assert "缺 2 项" in documents.text
        assert "标有室号（铺位号）的平面图" in documents.text
        check = await visitor.get(f"{path}/check")
        assert "还缺 2 项材料，补齐才能提交" in check.text
        refused = await visitor.submit(f"{path}/submit", declared="1")
    assert refused.status_code == 422
    assert "还缺 2 项材料：竣工与用途、楼层平面图" in refused.text
    assert await db.fetchval("SELECT status FROM filings WHERE id = $1", filing_id(path)) == "draft"


async def test_nothing_is_handed_in_without_the_declaration_and_what_was_typed_stays(
    site: Site, db: Connection
) -> None:
    manager, carrier_id = await house(db)
    async with site.signed_in(manager) as visitor:
        path = await begun(visitor, carrier_id)
        await make.papers(db, filing_id=filing_id(path))
        answer = await visitor.submit(f"{path}/submit", note="三层正在装修")
    assert answer.status_code == 422
    page = html.parse(answer.text)
    assert html.links(page)["请先勾选承诺，再提交。"] == "#f-declared"
    assert "三层正在装修" in answer.text
    assert html.by_id(page, "f-declared").get("aria-invalid") == "true"


async def test_who_lets_has_to_be_chosen(site: Site, db: Connection) -> None:
    manager, carrier_id = await house(db)
    async with site.signed_in(manager) as visitor:
        path = await begun(visitor, carrier_id)
        answer = await visitor.submit(f"{path}/carrier")
        assert answer.status_code == 422
        assert html.links(html.parse(answer.text))["请选择由谁出租。"] == "#f-title_situation"
        await visitor.submit(f"{path}/carrier", title_situation="sublet")
        assert "转租授权" in (await visitor.get(f"{path}/documents")).text


@pytest.mark.parametrize(
    ("kind", "words"), [("floors", "2 层，2 个单元"), ("units", "202室"), ("buildings", "未分幢部分，4 个单元")]
)
async def test_a_part_of_the_building_is_chosen(site: Site, db: Connection, kind: str, words: str) -> None:
    manager, carrier_id = await house(db)
    unit_id = await db.fetchval("SELECT id FROM units WHERE carrier_id = $1 AND label = '202室'", carrier_id)
    part = {"floors": "|2", "units": str(unit_id), "buildings": ""}[kind]
    async with site.signed_in(manager) as visitor:
        path = await begun(visitor, carrier_id)
        shown = html.parse((await visitor.get(f"{path}/scope?kind={kind}")).text)
        assert part in [each.get("value") for each in shown.iter("input") if each.get("name") == "parts"]
        await visitor.submit(f"{path}/scope", kind=kind, parts=[part])
        again = html.parse((await visitor.get(f"{path}/scope")).text)
        ticked = [
            each for each in again.iter("input") if each.get("name") == "parts" and each.get("checked") is not None
        ]
        assert [each.get("value") for each in ticked] == [part]
        assert words in (await visitor.get(f"{path}/check")).text


async def test_choosing_nothing_is_refused_beside_the_choice(site: Site, db: Connection) -> None:
    manager, carrier_id = await house(db)
    async with site.signed_in(manager) as visitor:
        path = await begun(visitor, carrier_id)
        answer = await visitor.submit(f"{path}/scope", kind="floors")
    assert answer.status_code == 422
    assert "还没有选中任何单元" in answer.text
    assert await db.fetchval("SELECT scope_kind FROM filings WHERE id = $1", filing_id(path)) == "whole"


async def test_a_building_without_units_says_where_to_enter_them(site: Site, db: Connection) -> None:
    manager = await make.actor(db, role="manager")
    carrier_id = await make.carrier(db, manager=manager.organisation_id)
    async with site.signed_in(manager) as visitor:
        path = await begun(visitor, carrier_id)
        shown = html.parse((await visitor.get(f"{path}/scope")).text)
    assert html.links(shown)["登记单元"] == f"/carriers/{carrier_id}/units"


async def test_the_kind_of_a_document_is_proposed_corrected_and_counted(site: Site, db: Connection) -> None:
    manager, carrier_id = await house(db)
    async with site.signed_in(manager) as visitor:
        path = await begun(visitor, carrier_id)
        document_id = (await make.papers(db, filing_id=filing_id(path), kinds=("other",)))[0]
        await db.execute(
            "UPDATE documents SET kind = 'floor_plan', kind_by = 'machine', kind_confidence = 0.62 WHERE id = $1",
            document_id,
        )
        assert "种类把握 62%，请核对" in (await visitor.get(f"{path}/documents")).text
        answer = await visitor.submit(f"/documents/{document_id}/kind", kind="title_deed")
        assert answer.headers["location"] == f"{path}/documents"
        shown = html.parse((await visitor.get(f"{path}/documents")).text)
    assert "种类由人选定" in html.text(html.by_id(shown, f"doc-{document_id}"))
    assert "缺 2 项" in html.text(html.by_id(shown, "filing-needs"))


async def test_progress_moves_the_rows_and_stops_when_all_is_read(site: Site, db: Connection) -> None:
    manager, carrier_id = await house(db)
    async with site.signed_in(manager) as visitor:
        path = await begun(visitor, carrier_id)
        row = await db.fetchrow("SELECT carrier_id, organisation_id FROM filings WHERE id = $1", filing_id(path))
        assert row is not None
        document_id = await make.document(
            db, carrier_id=row[0], organisation_id=row[1], filing_id=filing_id(path), status="reading"
        )
        progress = {"stage": "read", "page": 14, "pages": 24}
        await db.execute(
            "INSERT INTO tasks (kind, noun_id, progress) VALUES ('read_document', $1, $2)", document_id, progress
        )
        page = html.parse((await visitor.get(f"{path}/documents")).text)
        ask = html.by_id(page, "filing-watch").get("hx-get", "")
        assert str(document_id) in ask
        moved = html.fragment((await visitor.get(ask, headers=FRAGMENT)).text)
        assert "14 / 24 页" in html.text(html.by_id(moved, f"doc-{document_id}"))
        await db.execute("UPDATE documents SET status = 'read' WHERE id = $1", document_id)
        done = html.fragment((await visitor.get(ask, headers=FRAGMENT)).text)
    assert html.by_id(done, "filing-watch").get("hx-get") is None
    assert html.by_id(done, "filing-list").get("hx-swap-oob") == "true"


async def test_an_unreadable_document_says_so_and_can_still_be_handed_in(site: Site, db: Connection) -> None:
    manager, carrier_id = await house(db)
    async with site.signed_in(manager) as visitor:
        path = await begun(visitor, carrier_id)
        document_id, *_ = await make.papers(db, filing_id=filing_id(path))
        await db.execute(
            "UPDATE documents SET status = 'unreadable', trouble = '文件设有打开密码，读不出。' WHERE id = $1",
            document_id,
        )
        documents = await visitor.get(f"{path}/documents")
        assert "文件设有打开密码，读不出。" in documents.text
        assert "可以继续提交，由人工审核。" in documents.text
        assert "已有，读不出，由人工审核" in documents.text
        assert (await visitor.submit(f"{path}/submit", declared="1")).status_code == 303


async def test_a_blurred_page_asks_for_a_better_one(site: Site, db: Connection) -> None:
    manager, carrier_id = await house(db)
    async with site.signed_in(manager) as visitor:
        path = await begun(visitor, carrier_id)
        document_id, *_ = await make.papers(db, filing_id=filing_id(path))
        await make.page(db, document_id=document_id, text="房地产权证")
        await db.execute("UPDATE document_pages SET quality = '{blurred}' WHERE document_id = $1", document_id)
        shown = html.parse((await visitor.get(f"{path}/documents")).text)
        said = html.text(html.by_id(shown, "filing-list"))
    assert "画面模糊，识别可能有误" in said
    assert "请放平纸张、对准文字重新拍摄或扫描。" in said
    assert "就用这件也行，可以继续提交，由人工审核。" in said
    assert f"/documents/{document_id}?page=1" in html.links(html.by_id(shown, "filing-list")).values()


async def test_what_is_on_file_already_and_what_is_missing_is_said_with_the_page(site: Site, db: Connection) -> None:
    manager, carrier_id = await house(db)
    async with site.signed_in(manager) as visitor:
        path = await begun(visitor, carrier_id)
        document_id, other_id, *_ = await make.papers(db, filing_id=filing_id(path))
        notes = [
            PageNote(code="missing_page", page=2, text="按页码看缺第 3 页，请补扫后重新上传。"),
            PageNote(
                code="on_file", page=1, text="这份材料已备案为“产证.pdf”，可以沿用。", other_id=other_id, other_page=1
            ),
        ]
        await parts.replace_notes(db, document_id, notes)
        shown = html.parse((await visitor.get(f"{path}/documents")).text)
        said = html.text(html.by_id(shown, "filing-list"))
        assert "按页码看缺第 3 页" in said
        assert "这份材料已备案为“产证.pdf”" in said
        assert (await visitor.submit(f"{path}/submit", declared="1")).status_code in (303, 422)


async def test_a_person_says_which_page_is_which_paper(site: Site, db: Connection) -> None:
    manager, carrier_id = await house(db)
    async with site.signed_in(manager) as visitor:
        path = await begun(visitor, carrier_id)
        document_id, *_ = await make.papers(db, filing_id=filing_id(path))
        await make.page(db, document_id=document_id, page=1, kind="title_deed", text="权利人：上海禾舟投资发展有限公司")
        await make.page(db, document_id=document_id, page=2, kind="title_deed", text="三层平面图")
        await make.page(db, document_id=document_id, page=3, kind="title_deed", text="")
        await parts.replace_parts(db, document_id, [Part(kind=DocumentKind.TITLE_DEED, pages=(1, 2, 3))], None)
        here = f"/documents/{document_id}"
        for pages, sentence in (("1、9", "没有第 9 页"), ("1、x", "“x”不是页码"), ("1-2、2", "第 2 页写了两次")):
            refused = await visitor.submit(f"{here}/parts", kind=["title_deed", ""], pages=[pages, ""])
            assert refused.status_code == 422
            assert sentence in html.text(html.parse(refused.text))
        form = {"kind": ["title_deed", "floor_plan", ""], "pages": ["1", "2", ""]}
        assert (await visitor.submit(f"{here}/parts", **form)).headers["location"] == here
        shown = html.parse((await visitor.get(here)).text)
        assert "不算在内" in html.text(shown)
    said = (await parts.parts(db, [document_id]))[document_id]
    assert [(part.kind, part.pages, part.by_person) for part in said] == [
        (DocumentKind.TITLE_DEED, (1,), True),
        (DocumentKind.FLOOR_PLAN, (2,), True),
    ]
    pages = await document_pages.pages(db, document_id)
    assert [page.kind for page in pages] == [DocumentKind.TITLE_DEED, DocumentKind.FLOOR_PLAN, DocumentKind.OTHER]
    [document] = await documents.by_ids(db, [document_id])
    assert (document.kind, document.also_kinds) == (DocumentKind.TITLE_DEED, (DocumentKind.FLOOR_PLAN,))
    assert {field.name: field.page for field in await document_fields.fields(db, [document_id])}["owner"] == 1


async def test_a_duplicate_is_recognised_and_leads_to_the_one_before(site: Site, db: Connection) -> None:
    manager, carrier_id = await house(db)
    async with site.signed_in(manager) as visitor:
        path = await begun(visitor, carrier_id)
        first, second, *_ = await make.papers(db, filing_id=filing_id(path))
        await db.execute("UPDATE documents SET same_as = $2 WHERE id = $1", second, first)
        shown = html.parse((await visitor.get(f"{path}/documents")).text)
    assert html.links(html.by_id(shown, f"doc-{second}"))["与已有材料相同，已关联"] == f"/documents/{first}"


async def test_what_was_brought_before_is_carried_over(site: Site, db: Connection) -> None:
    manager, carrier_id = await house(db)
    async with site.signed_in(manager) as visitor:
        old = await submitted(visitor, db, carrier_id)
        await visitor.submit(f"{old}/withdraw", reason="填错了")
        path = await begun(visitor, carrier_id)
        shown = html.parse((await visitor.get(f"{path}/documents")).text)
        offered = [each.get("value") for each in shown.iter("input") if each.get("name") == "documents"]
        assert len(offered) == 3
        await visitor.submit(f"{path}/documents/carried", documents=offered)
        again = await visitor.get(f"{path}/documents")
    assert "齐了" in again.text
    assert "以前交过的" not in again.text


async def test_a_returned_filing_says_why_and_until_when_and_is_mended(site: Site, db: Connection) -> None:
    manager, carrier_id = await house(db)
    clerk = await make.actor(db, role="clerk")
    async with site.signed_in(manager) as visitor:
        path = await submitted(visitor, db, carrier_id)
        await review.return_for_correction(
            site.database,
            clerk,
            filing_id(path),
            reasons=[ReturnReason.BLURRED],
            message="第二页请重拍。",
            internal_note="内部：疑似翻拍",
            day=today(),
            working_days=10,
        )
        for step in ("", "/carrier", "/scope", "/documents", "/check", "/submit"):
            shown = (await visitor.get(f"{path}{step}")).text
            assert "有页面看不清，请重新扫描或重新拍照。" in shown, step
            assert "第二页请重拍。" in shown, step
            assert "还有 10 个工作日" in shown, step
            assert "疑似翻拍" not in shown, step
        assert (await visitor.submit(f"{path}/submit", declared="1")).status_code == 303
        assert "等待审核" in (await visitor.get(path)).text


async def test_while_it_is_reviewed_nothing_can_be_changed(site: Site, db: Connection) -> None:
    manager, carrier_id = await house(db)
    async with site.signed_in(manager) as visitor:
        path = await submitted(visitor, db, carrier_id)
        document_id = await db.fetchval("SELECT id FROM documents WHERE filing_id = $1 LIMIT 1", filing_id(path))
        for step in ("carrier", "scope", "documents", "check", "submit"):
            assert (await visitor.get(f"{path}/{step}")).headers["location"] == path
        assert (await visitor.submit(f"/documents/{document_id}/discard")).status_code == 409
        assert (await visitor.submit(f"{path}/scope", kind="whole")).status_code == 409
        assert "移除" not in (await visitor.get(f"/documents/{document_id}")).text


async def test_a_draft_is_given_up(site: Site, db: Connection) -> None:
    manager, carrier_id = await house(db)
    async with site.signed_in(manager) as visitor:
        path = await begun(visitor, carrier_id)
        answer = await visitor.submit(f"{path}/discard")
        assert answer.headers["location"] == "/property/filings"
        assert "已作废" in (await visitor.get(path)).text


async def test_an_agent_and_the_counter_say_for_whom_they_file_everywhere(site: Site, db: Connection) -> None:
    _, carrier_id = await house(db)
    clerk, agent = await make.actor(db, role="clerk"), await make.actor(db, role="agent")
    await make.management(db, carrier_id=carrier_id, organisation_id=agent.organisation_id, capacity="agency")
    for filer in (clerk, agent):
        async with site.signed_in(filer) as visitor:
            refused = await visitor.submit("/filings", carrier_id=str(carrier_id), what="first")
            assert refused.status_code == 422
            assert html.links(html.parse(refused.text))["请填写代哪家单位办理。"] == "#f-on_behalf_of"
            path = await begun(visitor, carrier_id, on_behalf_of="上海汇澜商业管理有限公司")
            for step in ("carrier", "scope", "documents", "check", "submit"):
                assert "代上海汇澜商业管理有限公司办理" in (await visitor.get(f"{path}/{step}")).text, step
            await make.papers(db, filing_id=filing_id(path))
            await visitor.submit(f"{path}/submit", declared="1")
            assert "代上海汇澜商业管理有限公司办理" in (await visitor.get(path)).text


async def test_the_counter_finds_any_building_of_its_district(site: Site, db: Connection) -> None:
    _, carrier_id = await house(db)
    await db.execute(
        "INSERT INTO carrier_terms (carrier_id, district_code, term, shown, weight) VALUES ($1, $2, $3, $3, 9)",
        carrier_id,
        make.DISTRICT,
        "汇澜大厦",
    )
    clerk = await make.actor(db, role="clerk")
    stranger = await make.actor(db, role="clerk", district_code="310101")
    async with site.signed_in(clerk) as visitor:
        assert f"carrier_id={carrier_id}" in (await visitor.get("/filings/new?q=汇澜")).text
    async with site.signed_in(stranger) as visitor:
        assert f"carrier_id={carrier_id}" not in (await visitor.get("/filings/new?q=汇澜")).text
        answer = await visitor.submit("/filings", carrier_id=str(carrier_id), what="first", on_behalf_of="某物业")
        assert answer.status_code == 404


async def test_a_change_brings_its_papers_along_and_is_shown_beside_the_version_in_force(
    site: Site, db: Connection
) -> None:
    manager, carrier_id = await house(db)
    clerk = await make.actor(db, role="clerk")
    unit_id = await db.fetchval("SELECT id FROM units WHERE carrier_id = $1 AND label = '101室'", carrier_id)
    await making.registered(db, unit_id=unit_id, applicant="上海栖木数字科技有限公司")
    async with site.signed_in(manager) as visitor:
        old = await submitted(visitor, db, carrier_id)
        version = await review.approve(site.database, clerk, filing_id(old), day=date(2026, 11, 22))
        assert "第 1 版生效中" in (await visitor.get(old)).text
        start = await visitor.get(f"/filings/new?carrier_id={carrier_id}&what=change:{version.id}")
        assert f'value="change:{version.id}"' in start.text
        answer = await visitor.submit("/filings", carrier_id=str(carrier_id), what=f"change:{version.id}")
        path = answer.headers["location"].removesuffix("/carrier")
        assert "齐了" in (await visitor.get(f"{path}/documents")).text
        await visitor.submit(f"{path}/scope", kind="floors", parts=["|2"])
        changes = html.text(html.parse((await visitor.get(f"{path}/changes")).text))
        assert "看变更对照" in (await visitor.get(f"{path}/check")).text
    assert "1 户登记所在的单元不再备案" in changes
    assert "101室上海栖木数字科技有限公司" in changes
    assert "减少 2 个" in changes


async def test_a_second_change_meanwhile_is_refused_in_a_sentence(site: Site, db: Connection) -> None:
    manager, carrier_id = await house(db)
    clerk = await make.actor(db, role="clerk")
    async with site.signed_in(manager) as visitor:
        old = await submitted(visitor, db, carrier_id)
        version = await review.approve(site.database, clerk, filing_id(old), day=date(2026, 11, 22))
        first = await visitor.submit("/filings", carrier_id=str(carrier_id), what=f"change:{version.id}")
        await visitor.submit(first.headers["location"].replace("/carrier", "/submit"), declared="1")
        again = await visitor.submit("/filings", carrier_id=str(carrier_id), what=f"reconfirmation:{version.id}")
    assert again.status_code == 422
    assert "已有一份备案“审核中”" in again.text


async def test_what_was_read_is_put_right_by_the_filer(site: Site, db: Connection) -> None:
    manager, carrier_id = await house(db)
    async with site.signed_in(manager) as visitor:
        path = await begun(visitor, carrier_id)
        document_id, *_ = await make.papers(db, filing_id=filing_id(path))
        await make.page(db, document_id=document_id, text="权利人\n上海澜岸置业有限公司")
        field_id = await db.fetchval(
            """
            INSERT INTO document_fields (document_id, name, value, confidence, page, box)
                 VALUES ($1, 'owner', '上海澜岸置业有限公可', 0.6, 1, '{0.1,0.1,0.5,0.15}')
              RETURNING id
            """,
            document_id,
        )
        assert "没把握，请核对" in (await visitor.get(f"{path}/check")).text
        shown = html.parse((await visitor.get(f"/documents/{document_id}")).text)
        assert any(each.get("name") == f"value-{field_id}" for each in shown.iter("input"))
        await visitor.submit(f"/documents/{document_id}/fields", **{f"value-{field_id}": "上海澜岸置业有限公司"})
        assert "已更正" in (await visitor.get(f"{path}/check")).text
        assert "原读作 上海澜岸置业有限公可" in (await visitor.get(f"/documents/{document_id}")).text


async def test_a_document_is_marked_dated_and_taken_out(site: Site, db: Connection) -> None:
    manager, carrier_id = await house(db)
    async with site.signed_in(manager) as visitor:
        path = await begun(visitor, carrier_id)
        document_id, *_ = await make.papers(db, filing_id=filing_id(path))
        await visitor.submit(f"/documents/{document_id}/sensitive", sensitive="1")
        assert "只给审核人员看" in (await visitor.get(f"{path}/documents")).text
        wrong = await visitor.submit(f"/documents/{document_id}/term", valid_until="明年")
        assert wrong.status_code == 422
        await visitor.submit(f"/documents/{document_id}/term", valid_until="2020-01-01")
        assert "已经到期" in (await visitor.get(f"{path}/check")).text
        refused = await visitor.submit(f"{path}/submit", declared="1")
        assert "已于 2020-01-01 到期" in refused.text
        answer = await visitor.submit(f"/documents/{document_id}/discard")
        assert answer.headers["location"] == f"{path}/documents"
        assert (await visitor.get(f"/documents/{document_id}")).status_code == 404


async def test_the_words_that_were_searched_for_are_marked_on_their_page(site: Site, db: Connection) -> None:
    manager, carrier_id = await house(db)
    async with site.signed_in(manager) as visitor:
        path = await begun(visitor, carrier_id)
        document_id, *_ = await make.papers(db, filing_id=filing_id(path))
        sha256 = await make.blob(db, media_type="image/webp")
        await make.page(db, document_id=document_id, text="权利人\n上海澜岸置业有限公司", preview_sha256=sha256)
        shown = html.parse((await visitor.get(f"/documents/{document_id}?q=澜岸置业")).text)
    assert len([each for each in shown.iter() if each.get("data-box")]) == 1


async def test_the_plain_form_works_without_javascript(site: Site, db: Connection) -> None:
    manager, carrier_id = await house(db)
    png = b"\x89PNG\r\n\x1a\n" + b"\0" * 100
    async with site.signed_in(manager) as visitor:
        path = await begun(visitor, carrier_id)
        page = html.parse((await visitor.get(f"{path}/documents")).text)
        form = next(each for each in page.iter("form") if each.get("enctype") == "multipart/form-data")
        answer = await visitor.post(
            form.get("action", ""), data=html.fields(form), files=[("files", ("平面图.png", png, "image/png"))]
        )
        assert answer.status_code == 303
        assert answer.headers["location"] == f"{path}/documents"
        assert "平面图.png" in (await visitor.get(f"{path}/documents")).text


async def test_the_phone_gets_a_code_for_the_same_step(site: Site, db: Connection) -> None:
    manager, carrier_id = await house(db)
    async with site.signed_in(manager) as visitor:
        path = await begun(visitor, carrier_id)
        shown = await visitor.get(f"{path}/phone")
    assert f"http://zhusuo.test{path}/documents" in shown.text
    assert "data:image/svg+xml" in shown.text


async def test_a_manager_that_lost_the_building_can_look_but_not_change(site: Site, db: Connection) -> None:
    manager, carrier_id = await house(db)
    async with site.signed_in(manager) as visitor:
        path = await begun(visitor, carrier_id)
        await db.execute("UPDATE managements SET status = 'ended' WHERE carrier_id = $1", carrier_id)
        assert (await visitor.get(f"{path}/documents")).status_code == 200
        answer = await visitor.submit(f"{path}/scope", kind="whole")
    assert answer.status_code == 403
    assert "已不再管理这处载体" in answer.text


@pytest.mark.parametrize(
    ("deadline_on", "left"),
    [(date(2026, 11, 20), 0), (date(2026, 11, 23), 1), (date(2026, 12, 4), 10), (date(2026, 11, 18), -2)],
)
def test_weekends_do_not_count(deadline_on: date, left: int) -> None:
    assert shipped().working_days_left(deadline_on, date(2026, 11, 20)) == left
