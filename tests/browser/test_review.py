"""Review made quick: fields are confirmed and put right with the keyboard, and what was done is kept."""

import asyncio
import re

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.conftest import Installation, confirmed_fields, keep, reloaded_until, sign_in

pytestmark = pytest.mark.browser


async def test_fields_are_confirmed_and_put_right_with_the_keyboard_alone(
    page: Page, installation: Installation
) -> None:
    await sign_in(page, installation, "zhoumin")
    await page.goto(f"{installation.url}/approval/filings")
    await expect(page.locator("td .chip", has_text=re.compile("无异常|看这几处|全面审查")).first).to_be_visible()
    await page.get_by_role("link", name="斜桥商务中心").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("斜桥商务中心")
    await reloaded_until(page, page.locator("[data-field]"))
    confirmed = page.locator("[data-confirmed]")
    await expect(confirmed).to_have_text("0")
    await expect(page.locator("[data-field].now")).to_have_attribute("data-field", "1")
    await page.locator("#main").focus()
    async with page.expect_response(re.compile("/fields$")):
        await page.keyboard.press("Enter")
    await expect(confirmed).to_have_text("1")
    await expect(page.locator("[data-field].now")).to_have_attribute("data-field", "2")
    await expect(page.locator(".sheet [data-box].now")).to_have_attribute("data-box", "2")
    await page.keyboard.press("e")
    value = page.locator("[data-field].now .val-in")
    await expect(value).to_be_focused()
    await page.keyboard.type("上海斜桥实业股份有限公司")
    before = await confirmed_fields(installation)
    await page.keyboard.press("Enter")
    await expect(confirmed).to_have_text("2")
    await until_confirmed(installation, before + 1)
    await page.keyboard.press("ArrowUp")
    await expect(page.locator("[data-field].now")).to_have_attribute("data-field", "2")
    await keep(page, "review-keyboard")
    await page.reload()
    await expect(page.locator('[data-field="2"] .val-in')).to_have_value("上海斜桥实业股份有限公司")
    await expect(page.locator("[data-confirmed]")).to_have_text("2")


async def test_what_is_confirmed_is_saved_though_the_page_is_left_at_once(
    page: Page, installation: Installation
) -> None:
    await sign_in(page, installation, "zhoumin")
    await page.goto(f"{installation.url}/approval/filings")
    await page.get_by_role("link", name="斜桥商务中心").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("斜桥商务中心")
    await reloaded_until(page, page.locator("[data-field]"))
    before = await confirmed_fields(installation)

    async def late(route: Route) -> None:
        await asyncio.sleep(2)
        await route.continue_()

    await page.route(re.compile("/fields$"), late, times=1)
    await page.locator("#main").press("Enter")
    await page.locator("#main").press("Enter")  # sent after the answer to the first, for which nobody waits
    await page.goto(f"{installation.url}/approval/filings")
    await until_confirmed(installation, before + 2)


async def until_confirmed(installation: Installation, count: int) -> None:
    for _ in range(150):
        if await confirmed_fields(installation) == count:
            return
        await asyncio.sleep(0.2)
    assert await confirmed_fields(installation) == count
