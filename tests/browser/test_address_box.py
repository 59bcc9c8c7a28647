"""The address box with the keyboard alone: initials, an arrow, a room, Enter, and what the class means."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Installation, keep, sign_in

pytestmark = pytest.mark.browser


async def test_from_initials_to_the_verdict_without_a_mouse(page: Page, installation: Installation) -> None:
    await sign_in(page, installation, "zhoumin")
    await page.keyboard.press("/")
    box = page.get_by_role("combobox", name="地址、楼名或房号")
    await expect(box).to_be_focused()
    for typed, first in (
        ("hlds", "汇澜大厦"),
        ("汇澜大", "汇澜大厦"),
        ("huilandasha", "汇澜大厦"),
        ("zjbl1366", "肇嘉浜路1366号"),
        ("肇嘉浜路136", "肇嘉浜路1366号"),
        ("汇澜大厦18", "汇澜大厦1801室"),
    ):
        await box.fill("")
        await page.keyboard.type(typed)
        await expect(page.get_by_role("listbox").get_by_role("option").first).to_contain_text(first)
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("listbox")).to_be_hidden()
    await page.keyboard.press("Backspace")
    await page.keyboard.press("Backspace")
    await page.keyboard.type("1803")
    await expect(page.get_by_role("listbox").get_by_role("option")).to_have_count(1)
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("listbox").get_by_role("option", selected=True)).to_contain_text("汇澜大厦1803室")
    await keep(page, "address-box")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/approval?*")
    await expect(page.get_by_role("img", name=re.compile("地址级别 B"))).to_be_visible()
    meaning = page.get_by_role("link", name="A B C N 是什么意思")
    await meaning.press("Enter")
    await expect(page.get_by_role("heading", name="A B C N 是什么意思")).to_be_visible()
    await keep(page, "address-classes")
