"""What a class means can be read by whoever sees one, in the counter system and in a foreign one."""

from tests.rooms.counter import ADDRESS, set_up
from tests.support import html
from tests.support.web import Site
from zhusuo.db import Connection


async def test_a_stranger_reads_what_a_b_c_and_n_mean(site: Site) -> None:
    async with site.visitor() as stranger:
        answer = await stranger.get("/help/address-classes")
    assert answer.status_code == 200
    text = html.text(html.parse(answer.text))
    for said in ("直接往下办", "看一眼说明", "选一处", "没有备案"):
        assert said in text


async def test_the_class_on_the_counters_page_leads_there(site: Site, db: Connection) -> None:
    counter = await set_up(site, db)
    async with site.signed_in(counter.clerk) as clerk:
        answer = await clerk.get("/approval", params={"address": ADDRESS})
    assert 'href="/help/address-classes"' in answer.text
