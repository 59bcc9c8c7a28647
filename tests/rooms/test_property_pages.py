"""物业端: my buildings, what is on file, my filings, the roster of registrations, search."""

from datetime import date
from uuid import UUID

from tests import make
from tests import make_registrations as making
from tests.support import html
from tests.support.web import Site
from zhusuo.db import Connection
from zhusuo.people.model import Actor


async def house(db: Connection) -> tuple[Actor, UUID, UUID]:
    manager = await make.actor(db, role="manager")
    carrier_id = await make.carrier(db, manager=manager.organisation_id, name="汇澜大厦")
    return manager, carrier_id, await make.unit(db, carrier_id=carrier_id, label="101室")


async def test_every_page_opens_when_there_is_nothing_yet(site: Site, db: Connection) -> None:
    manager = await make.actor(db, role="manager")
    async with site.signed_in(manager) as visitor:
        for path in ("", "/carriers", "/filings", "/registrations", "/search"):
            assert (await visitor.get(f"/property{path}")).status_code == 200, path
        assert html.links(html.parse((await visitor.get("/property")).text))["认领第一栋楼"] == "/claims"


async def test_my_buildings_say_how_much_is_on_file_until_when_and_what_waits(site: Site, db: Connection) -> None:
    manager, carrier_id, unit_id = await house(db)
    await make.unit(db, carrier_id=carrier_id)
    await make.version(db, carrier_id=carrier_id, unit_ids=[unit_id], valid_until=date(2999, 1, 1), filer=manager)
    await make.filing(db, carrier_id=carrier_id, filer=manager, status="returned")
    await making.registered(db, unit_id=unit_id)
    await make.carrier(db, name="别家大厦", manager=await make.organisation(db))
    async with site.signed_in(manager) as visitor:
        shown = html.text(html.parse((await visitor.get("/property")).text))
    assert "1 / 2 个单元" in shown
    assert "2999-01-01" in shown
    assert "1 户" in shown
    assert "退回补正" in shown
    assert "别家大厦" not in shown


async def test_a_notice_about_a_filing_leads_to_it(site: Site, db: Connection) -> None:
    manager, carrier_id, _ = await house(db)
    filing_id = await make.filing(db, carrier_id=carrier_id, filer=manager, status="submitted")
    async with site.signed_in(manager) as visitor:
        answer = await visitor.get(f"/property/filings/{filing_id}")
    assert answer.headers["location"] == f"/filings/{filing_id}"


async def test_filings_are_listed_by_what_has_to_be_done(site: Site, db: Connection) -> None:
    manager, carrier_id, _ = await house(db)
    for status in ("draft", "submitted", "returned", "approved"):
        await make.filing(db, carrier_id=carrier_id, filer=manager, status=status)
    await db.execute("UPDATE filings SET deadline_on = '2026-12-04' WHERE status = 'returned'")
    async with site.signed_in(manager) as visitor:
        mine = await visitor.get("/property/filings?view=mine")
        done = await visitor.get("/property/filings?view=done")
    assert "去补正" in mine.text
    assert "2026-12-04" in mine.text
    assert "继续填写" in mine.text
    assert "审核中" not in html.text(next(html.parse(mine.text).iter("tbody")))
    assert len(list(next(html.parse(done.text).iter("tbody")).iter("tr"))) == 1


async def test_long_lists_of_filings_go_on_behind_the_last_one(site: Site, db: Connection) -> None:
    manager, carrier_id, _ = await house(db)
    for _ in range(60):
        await make.filing(db, carrier_id=carrier_id, filer=manager, status="withdrawn")
    async with site.signed_in(manager) as visitor:
        first = html.parse((await visitor.get("/property/filings")).text)
        second = html.parse((await visitor.get(html.links(first)["下一页"])).text)
    numbers = [
        [html.text(next(row.iter("a"))) for row in next(page.iter("tbody")).iter("tr")] for page in (first, second)
    ]
    assert [len(each) for each in numbers] == [50, 10]
    assert not set(numbers[0]) & set(numbers[1])


async def test_what_is_in_force_is_shown_with_its_papers_whoever_filed_it(site: Site, db: Connection) -> None:
    manager, carrier_id, unit_id = await house(db)
    agent = await make.actor(db, role="agent")
    paper = await make.document(
        db, carrier_id=carrier_id, organisation_id=agent.organisation_id, kind="title_deed", submitted=True
    )
    await make.version(db, carrier_id=carrier_id, unit_ids=[unit_id], document_ids=[paper], filer=agent)
    async with site.signed_in(manager) as visitor:
        shown = await visitor.get(f"/property/carriers/{carrier_id}/dossier")
        assert (await visitor.get(f"/documents/{paper}")).status_code == 200
    assert f"/documents/{paper}" in shown.text
    assert "产权证" in shown.text


async def test_a_version_that_ends_soon_asks_to_be_reconfirmed(site: Site, db: Connection) -> None:
    manager, carrier_id, unit_id = await house(db)
    version_id = await make.version(
        db, carrier_id=carrier_id, unit_ids=[unit_id], valid_until=date(2020, 1, 1), filer=manager
    )
    async with site.signed_in(manager) as visitor:
        page = html.parse((await visitor.get(f"/property/carriers/{carrier_id}/dossier")).text)
    assert html.links(page)["去复核"] == f"/filings/new?carrier_id={carrier_id}&what=reconfirmation:{version_id}"


async def test_registrations_are_confirmed_and_denied_in_one_click(site: Site, db: Connection) -> None:
    manager, _, unit_id = await house(db)
    there, gone = [
        await making.registered(db, unit_id=unit_id, applicant=name, exclusive=False) for name in ("甲公司", "乙公司")
    ]
    async with site.signed_in(manager) as visitor:
        page = html.parse((await visitor.get("/property/registrations")).text)
        assert "待确认2" in html.text(page)
        assert "登记确认2 项待办" in html.text(page)
        for registration_id, answer in ((there, "yes"), (gone, "no")):
            back = await visitor.submit(
                f"/property/registrations/{registration_id}/answer", here=answer, back="/property/registrations?q=x"
            )
            assert back.headers["location"] == "/property/registrations?q=x"
        assert "都答复了" in (await visitor.get("/property/registrations")).text
        assert "乙公司" in (await visitor.get("/property/registrations?view=gone")).text
        assert "甲公司" not in (await visitor.get("/property/registrations?view=gone")).text
        assert "甲公司" in (await visitor.get("/property/registrations?view=all&q=甲")).text


async def test_registrations_of_others_are_not_listed(site: Site, db: Connection) -> None:
    _, _, unit_id = await house(db)
    await making.registered(db, unit_id=unit_id, applicant="甲公司")
    other = await make.actor(db, role="manager")
    async with site.signed_in(other) as visitor:
        assert "甲公司" not in (await visitor.get("/property/registrations?view=all")).text


async def test_the_words_of_my_documents_are_found_with_their_page(site: Site, db: Connection) -> None:
    manager, carrier_id, _ = await house(db)
    paper = await make.document(
        db, carrier_id=carrier_id, organisation_id=manager.organisation_id, file_name="产证.pdf"
    )
    await make.page(db, document_id=paper, page=1, text="房地产权证\n权利人上海澜岸置业有限公司")
    async with site.signed_in(manager) as visitor:
        found = await visitor.get("/property/search", params={"q": "澜岸置业"})
        nothing = await visitor.get("/property/search", params={"q": "没有这些字"})
        senseless = await visitor.get("/property/search", params={"q": "！！"})
    assert "<mark>澜岸置业</mark>" in found.text
    assert f"/documents/{paper}?page=1" in found.text
    assert "没有找到" in nothing.text
    assert "请输入要找的字词" in senseless.text
