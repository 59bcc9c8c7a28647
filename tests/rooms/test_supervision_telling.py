"""Supervision and the counter talk: a flag conditions a reuse, a look is answered."""

from urllib.parse import quote

from tests import make
from tests.rooms.counter import ADDRESS, set_up
from tests.support import html
from tests.support.web import Site
from zhusuo import looks
from zhusuo.db import Connection

PATH = f"/approval?address={quote(ADDRESS)}"


async def test_what_an_office_says_of_a_unit_conditions_a_reuse_until_it_is_taken_down(
    site: Site, db: Connection
) -> None:
    counter = await set_up(site, db)
    supervisor = await make.actor(db, role="supervisor", subdistricts=frozenset({make.SUBDISTRICT}))
    colleague = await make.actor(db, role="supervisor", subdistricts=frozenset({make.SUBDISTRICT}))
    back = f"/supervision/carriers/{counter.carrier_id}?unit={counter.unit_id}"
    path = f"/supervision/units/{counter.unit_id}/flags"
    async with site.signed_in(supervisor) as visitor:
        assert "给窗口挂提示" in (await visitor.get(back)).text
        assert (await visitor.submit(path, severity="blocks", text=" ")).status_code == 422
        assert (await visitor.submit(path, severity="?", text="x")).status_code == 422
        for _ in range(2):  # a double click
            assert (await visitor.submit(path, severity="blocks", text="现场已封", back=back)).status_code == 303
        assert "撤下这条提示" in (await visitor.get(back)).text
    assert await db.fetchval("SELECT count(*) FROM flags WHERE cleared_at IS NULL") == 1
    flag_id = await db.fetchval("SELECT id FROM flags")
    async with site.signed_in(counter.clerk) as visitor:
        shown = html.text(html.parse((await visitor.get(PATH)).text))
        assert "：现场已封" in shown
        assert "现在不能调用" in shown
    async with site.signed_in(colleague) as visitor:
        assert (await visitor.submit(f"/supervision/flags/{flag_id}/clear")).status_code == 404, "of another office"
    async with site.signed_in(supervisor) as visitor:
        assert (await visitor.submit(f"/supervision/flags/{flag_id}/clear", back=back)).status_code == 303
    async with site.signed_in(counter.clerk) as visitor:
        assert "现场已封" not in (await visitor.get(PATH)).text


async def test_a_clerk_who_asked_for_a_look_is_answered(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    supervisor = await make.actor(db, role="supervisor", subdistricts=frozenset({make.SUBDISTRICT}))
    request = await looks.ask(site.database, counter.clerk, counter.carrier_id, counter.unit_id, "物业说早已搬走")
    back = f"/supervision/carriers/{counter.carrier_id}?unit={counter.unit_id}"
    path = f"/supervision/looks/{request.id}/answer"
    async with site.signed_in(supervisor) as visitor:
        assert "物业说早已搬走" in (await visitor.get(back)).text
        assert (await visitor.submit(path, finding="门锁着", back=back)).status_code == 303
        assert (await visitor.submit(path, finding="又答一次", back=back)).status_code == 409
    async with site.signed_in(counter.clerk) as visitor:
        assert "门锁着" in (await visitor.get(PATH)).text
