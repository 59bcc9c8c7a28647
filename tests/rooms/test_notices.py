"""通知: read one by one where they lead, or all at once; never somebody else's."""

from tests import make
from tests.rooms import objects
from tests.support.web import Site
from zhusuo.db import Connection


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
    assert await db.fetchval("SELECT count(*) FROM notices WHERE read_at IS NULL") == 1


async def test_shared_pages_stand_under_their_door_in_the_rail(site: Site, db: Connection) -> None:
    actor = await make.actor(db, role="clerk")
    async with site.signed_in(actor) as visitor:
        unit = await visitor.get(f"/units/{await objects.MAKE['unit'](db, actor)}")
        document = await visitor.get(f"/documents/{await objects.MAKE['document'](db, actor)}")
    assert '<a href="/approval/carriers" aria-current="page">' in unit.text
    assert '<a href="/approval/filings" aria-current="page">' in document.text
