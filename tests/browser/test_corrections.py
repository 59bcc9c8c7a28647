"""更正: one clerk chooses among the candidates by keyboard, another accepts it by keyboard, and the text is known."""

import re

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import Installation, keep, profile, sign_in, strike
from tests.support.browser import faults

pytestmark = pytest.mark.browser

ADDRESS = "虹桥路3号东楼2105室"


async def test_a_choice_is_remembered_for_its_author_and_accepted_for_all(
    page: Page, browser: Browser, installation: Installation
) -> None:
    await sign_in(page, installation, "zhoumin")
    await page.goto(f"{installation.url}/approval")
    await expect(page.locator("#f-address")).to_be_focused()
    await page.keyboard.type(ADDRESS)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name=re.compile("需要选定"))).to_be_visible()
    await strike(page, "Escape", "ArrowDown")
    await expect(page.locator("a[data-item]:focus")).to_have_text("望岸国际大厦 2105室")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("由审批员从候选中选定")).to_be_visible()

    await page.goto(f"{installation.url}/approval?address={ADDRESS}")
    await expect(page.get_by_text("上次您选的是这处")).to_be_visible()
    await expect(page.locator("a[data-item]:focus")).to_have_text("望岸国际大厦 2105室")
    assert await faults(page) == []

    async with profile(browser) as other:
        await sign_in(other, installation, "linan")
        await other.goto(f"{installation.url}/approval/corrections")
        await strike(other, "ArrowDown", "Enter")
        await expect(other.get_by_role("heading", name="写的是")).to_be_visible()
        await keep(other, "clerk-correction")
        assert await faults(other) == []
        await strike(other, "Control+Enter")
        await expect(other.locator(".zs-head").get_by_text("已接受")).to_be_visible()

    await page.goto(f"{installation.url}/approval?address={ADDRESS}")
    await expect(page.get_by_text(re.compile("李楠核定的更正"))).to_be_visible()
    await expect(page.get_by_role("heading", name=re.compile(r"已备案，\s*覆盖本单元"))).to_be_visible()
