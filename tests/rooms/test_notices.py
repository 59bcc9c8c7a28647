"""通知: read one by one where they lead, or all at once; never somebody else's."""

from tests import make
from tests.rooms import objects
from tests.support.web import Site
from zhusuo import notices
from zhusuo.db import Connection
from zhusuo.dossiers import store
from zhusuo.dossiers.model import FilingStatus


async def test_all_notices_are_marked_as_read_at_once_and_only_ones_own(site: Site, db: Connection) -> None:
    actor = await make.actor(db, role="manager")
    stranger = await objects.stranger(db, actor)
    for reader in (actor, actor, stranger):
        await objects.MAKE["notice"](db, reader)
    async with site.signed_in(actor) as visitor:
        assert "2 条未读" in (await visitor.get("/notices")).text
        answer = await visitor.submit("/notices/read")
        assert answer.headers["location"] == "/notices"
        assert "未读" not in (await visitor.get("/notices")).text
        assert "/notices" in (await visitor.get("/notices?about=decided")).text
    async with site.signed_in(stranger) as visitor:
        assert "1 条未读" in (await visitor.get("/notices")).text


async def test_what_a_colleague_has_read_is_still_unread_to_oneself(site: Site, db: Connection) -> None:
    actor = await make.actor(db, role="manager")
    colleague = await make.actor(db, role="manager", organisation_id=actor.organisation_id)
    notice_id = await objects.MAKE["notice"](db, actor)
    async with site.signed_in(actor) as visitor:
        await visitor.get(f"/notices/{notice_id}")
        assert "未读" not in (await visitor.get("/notices")).text
    async with site.signed_in(colleague) as visitor:
        page = (await visitor.get("/notices")).text
        assert "1 条未读" in page
        assert '<span class="n">1<span class="sr"> 项待办</span></span>' in page


async def test_what_is_to_be_done_stands_apart_from_what_was_decided(site: Site, db: Connection) -> None:
    actor = await make.actor(db, role="manager")
    for kind in ("filing_returned", "filing_approved", "leases_ending"):
        await notices.send(db, actor.organisation_id, kind, f"通知 {kind}", "/property")
    async with site.signed_in(actor) as visitor:
        for about, kind in (("to_do", "filing_returned"), ("decided", "filing_approved"), ("ending", "leases_ending")):
            page = (await visitor.get(f"/notices?about={about}")).text
            assert page.count("通知 filing_") + page.count("通知 leases_") == 1
            assert f"通知 {kind}" in page


async def test_what_somebody_has_seen_to_is_asked_of_nobody_any_more(site: Site, db: Connection) -> None:
    clerk = await make.actor(db, role="clerk")
    colleague = await make.actor(db, role="clerk", organisation_id=clerk.organisation_id)
    filing_id = await objects.MAKE["filing"](db, clerk)
    link = f"/approval/filings/{filing_id}"
    await notices.send(db, clerk.organisation_id, "filing_submitted", "甲大厦提交了首次备案", link)
    await notices.send(db, clerk.organisation_id, "filing_approved", "甲大厦通过了", link)
    async with site.signed_in(colleague) as visitor:
        assert "2 条未读" in (await visitor.get("/notices")).text
        await store.set_status(db, filing_id, FilingStatus.REJECTED)
        page = (await visitor.get("/notices")).text
    assert "1 条未读" in page
    assert page.count("已办") == 1
    assert '<span class="n">1<span class="sr"> 项待办</span></span>' in page


async def test_shared_pages_stand_under_their_door_in_the_rail(site: Site, db: Connection) -> None:
    actor = await make.actor(db, role="clerk")
    async with site.signed_in(actor) as visitor:
        unit = await visitor.get(f"/units/{await objects.MAKE['unit'](db, actor)}")
        document = await visitor.get(f"/documents/{await objects.MAKE['document'](db, actor)}")
    assert '<a href="/approval/carriers" aria-current="page">' in unit.text
    assert '<a href="/approval/filings" aria-current="page">' in document.text
