"""A slow machine: what is typed or chosen while the page is still on its way is not lost."""

import asyncio
import re

import pytest
from playwright.async_api import Browser, Page, Route, expect

from tests.browser.conftest import Installation, profile, sign_in
from tests.browser.test_inspections import PHONE, to_a_visit
from tests.browser.test_living_register import photograph

pytestmark = pytest.mark.browser

SLOWER = 20


async def test_the_first_keys_on_a_page_that_has_just_come_arrive(page: Page, installation: Installation) -> None:
    await sign_in(page, installation, "zhoumin")
    session = await page.context.new_cdp_session(page)
    await session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    for _ in range(5):
        await page.goto(f"{installation.url}/approval", wait_until="domcontentloaded")
        await page.keyboard.type("宜山路935号")
        await expect(page.get_by_label("地址、楼名或房号")).to_have_value("宜山路935号")


async def test_a_photograph_taken_before_the_script_has_come_is_kept(
    browser: Browser, installation: Installation
) -> None:
    async def late(route: Route) -> None:
        await asyncio.sleep(2)
        await route.continue_()

    async with profile(browser, **PHONE, service_workers="block") as page:
        await to_a_visit(page, installation)
        await page.context.route(re.compile("/visit[^/]*\\.js"), late, times=1)
        await page.reload(wait_until="domcontentloaded")
        await page.get_by_label("说明").fill("门锁着")
        await page.locator("[data-photos]").nth(1).set_input_files([photograph("门口.jpg", 64, 48)])  # type: ignore[list-item]
        await expect(page.locator("[data-count]")).to_have_text("1 张")
        await page.reload()
        await expect(page.locator("[data-count]")).to_have_text("1 张")
        await expect(page.get_by_label("说明")).to_have_value("门锁着")
