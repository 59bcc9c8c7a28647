"""Review made quick: fields are confirmed and put right with the keyboard, and what was done is kept."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Installation, keep, sign_in

pytestmark = pytest.mark.browser


async def test_fields_are_confirmed_and_put_right_with_the_keyboard_alone(
    page: Page, installation: Installation
) -> None:
    await sign_in(page, installation, "zhoumin")
    await page.goto(f"{installation.url}/approval/filings")
    await expect(page.locator("td .chip", has_text=re.compile("无异常|看这几处|全面审查")).first).to_be_visible()
    await page.get_by_role("link", name="斜桥商务中心").click()
    for _ in range(60):  # the page may still be waiting for its words when we come
        if await page.locator("[data-field]").count():
            break
        await page.wait_for_timeout(1500)
        await page.reload()
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
    async with page.expect_response(re.compile("/fields$")):
        await page.keyboard.press("Enter")
    await expect(confirmed).to_have_text("2")
    await page.keyboard.press("ArrowUp")
    await expect(page.locator("[data-field].now")).to_have_attribute("data-field", "2")
    await keep(page, "review-keyboard")
    await page.wait_for_timeout(500)
    await page.reload()
    await expect(page.locator('[data-field="2"] .val-in')).to_have_value("上海斜桥实业股份有限公司")
    await expect(page.locator("[data-confirmed]")).to_have_text("2")
