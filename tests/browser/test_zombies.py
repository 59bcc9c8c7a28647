"""From a move-out on the plan to a case, its notice, the answer by letter, a look, and the unit free at the counter."""

import re
from urllib.parse import quote

import asyncpg
import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import Installation, keep, profile, sign_in

pytestmark = pytest.mark.browser

WHO = "野航"


async def place(installation: Installation) -> asyncpg.Record:
    """Where a business of the demo is registered whose lease has ended, and whom nobody has missed yet."""
    db = await asyncpg.connect(installation.settings.database_url)
    try:
        row = await db.fetchrow(
            """
            SELECT registrations.carrier_id, registrations.unit_id, units.label, registrations.applicant
              FROM registrations
              JOIN units ON units.id = registrations.unit_id
             WHERE registrations.applicant LIKE '%' || $1 || '%'
               AND registrations.status = 'registered'
            """,
            WHO,
        )
    finally:
        await db.close()
    assert row is not None
    return row


async def code_of(installation: Installation, name: str) -> str:
    db = await asyncpg.connect(installation.settings.database_url)
    try:
        return str(await db.fetchval("SELECT code FROM zombie_cases WHERE name = $1", name))
    finally:
        await db.close()


async def open_step(page: Page, name: str) -> None:
    """Unfold a step in the bar at the bottom."""
    await page.locator(".act-bar summary", has_text=name).click()


async def test_a_move_out_becomes_a_case_that_is_led_to_its_end(browser: Browser, installation: Installation) -> None:
    there = await place(installation)
    verdict = f"{installation.url}/approval?address={quote('虹桥路3号望岸国际二座' + there['label'])}"
    async with profile(browser) as manager, profile(browser) as supervisor, profile(browser) as clerk:
        await sign_in(manager, installation, "sunqifan")
        await manager.goto(f"{installation.url}/property/carriers/{there['carrier_id']}?unit={there['unit_id']}")
        drawer = manager.locator("#drawer")
        await drawer.locator("summary", has_text="已迁出").first.click()
        await drawer.get_by_role("button", name="确认已迁出").first.click()
        await expect(drawer.locator("summary", has_text="已迁出")).to_have_count(0)

        await sign_in(supervisor, installation, "wangqiang")
        row = supervisor.get_by_role("link", name=there["applicant"])
        for _ in range(30):  # the worker hears of it within seconds
            await supervisor.goto(f"{installation.url}/supervision/zombies?q={quote(WHO)}")
            if await row.count():
                break
            await supervisor.wait_for_timeout(500)
        await row.click()
        await expect(supervisor.get_by_text(re.compile("物业报告已于 .* 迁出")).first).to_be_visible()
        await keep(supervisor, "zombie-opened")

        await sign_in(clerk, installation, "zhoumin")
        await clerk.goto(verdict)
        await expect(clerk.get_by_text("本单元原来的登记疑似已不在此处")).to_be_visible()
        await expect(clerk.get_by_text("可能已不在此处，不影响本次办理")).to_be_visible()
        await keep(clerk, "zombie-verdict")

        await open_step(supervisor, "登记送达")
        await supervisor.get_by_role("button", name="登记送达").click()
        await expect(supervisor.get_by_text("已通知").first).to_be_visible()
        async with profile(browser, viewport={"width": 390, "height": 844}) as letter:
            await letter.goto(f"{installation.url}/reply")
            await letter.get_by_label("答复码").fill(await code_of(installation, there["applicant"]))
            await letter.get_by_role("button", name="下一步").click()
            await letter.get_by_label("仍在此处").check()
            await letter.get_by_label("说明").fill("偶尔有人来")
            await letter.get_by_role("button", name="提交答复").click()
            await expect(letter.get_by_text("答复已收到")).to_be_visible()
            assert await letter.evaluate("document.documentElement.scrollWidth") == 390
            await keep(letter, "zombie-reply")

        await supervisor.reload()
        await expect(supervisor.get_by_text("企业答复“仍在此处”").first).to_be_visible()
        await open_step(supervisor, "登记核查结果")
        await supervisor.get_by_label("未见企业").check()
        await supervisor.get_by_label("看到什么").fill("门锁着，邻居说半年没见人")
        await supervisor.get_by_role("button", name="登记结果").click()
        await open_step(supervisor, "清退")
        await supervisor.locator(".act-bar").get_by_label("理由").last.fill("核查未见企业")
        await supervisor.get_by_role("button", name="决定清退").click()
        await expect(supervisor.get_by_text("已清退").first).to_be_visible()
        await keep(supervisor, "zombie-cleared")

        await clerk.goto(verdict)
        await expect(clerk.get_by_text("本单元原来的登记疑似已不在此处")).to_have_count(0)
        await expect(clerk.get_by_text(there["applicant"])).to_have_count(0)


async def test_the_pages_fit_a_phone(page: Page, installation: Installation) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    await sign_in(page, installation, "wangqiang")
    for path in ("/supervision/zombies", "/supervision/zombies/lists", "/supervision/zombies/rules"):
        await page.goto(installation.url + path)
        assert await page.evaluate("document.documentElement.scrollWidth") == 390
    await page.goto(f"{installation.url}/supervision/zombies?status=all")
    await page.get_by_role("table").get_by_role("link").first.click()
    assert await page.evaluate("document.documentElement.scrollWidth") == 390
