"""What a phone has kept for a supervisor, when the session has ended before there is a line again."""

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import Installation, kept_here, profile, reloaded_until, sign_in

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


async def to_a_visit(page: Page, installation: Installation) -> None:
    """From the stacking plan to the spot."""
    await sign_in(page, installation, "wangqiang")
    await page.goto(f"{installation.url}/supervision/carriers")
    await page.get_by_role("link", name="汇澜大厦").first.click()
    await page.locator('zs-stacking a[data-status="ending"]').first.click()
    await page.get_by_role("link", name="安排核查").click()
    await page.get_by_role("button", name="我已在现场，现在就看").click()
    await page.wait_for_url("**/visit")


async def test_what_was_kept_while_the_session_ended_is_sent_after_signing_in_again(
    browser: Browser, installation: Installation
) -> None:
    async with profile(browser, said=[], **PHONE) as page:
        await to_a_visit(page, installation)
        await kept_here(page)
        await page.context.set_offline(True)
        await page.get_by_label("拒绝配合").check()
        await page.get_by_role("button", name="记录结论").click()
        await expect(page.get_by_text("结论已存在本机")).to_be_visible()
        visit = page.url
        await page.context.clear_cookies()
        await page.context.set_offline(False)
        await page.get_by_role("button", name="现在发送").click()
        await expect(page.get_by_text("登录已过期")).to_be_visible()
        await sign_in(page, installation, "wangqiang")
        await page.goto(visit.removesuffix("/visit"))
        await expect(page.get_by_role("heading", name="核查结论")).to_have_count(0)
        await reloaded_until(page, page.get_by_role("heading", name="核查结论"))  # the outbox sends on its own
        await page.goto(f"{installation.url}/supervision")
        await page.get_by_role("button", name="退出").click()
        await page.wait_for_url("**/sign-in*")
        await page.wait_for_function("caches.has('zhusuo-pages').then(found => !found)")
