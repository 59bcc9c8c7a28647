"""The administrator's day: somebody new can work here, and what was done can be read."""

import re

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import Installation, keep, profile, sign_in
from zhusuo.demo import district

pytestmark = pytest.mark.browser


async def test_a_new_clerk_is_added_and_signs_in(page: Page, browser: Browser, installation: Installation) -> None:
    await sign_in(page, installation, "admin")
    await page.get_by_role("link", name="人员", exact=True).press("Enter")
    await page.get_by_role("link", name="新增人员").press("Enter")
    await expect(page.locator("#f-organisation_id")).to_be_focused()
    form = page.locator("form[action='/admin/people'][method=post]")
    await form.get_by_label("机构").select_option(label=district.AUTHORITY)
    await form.get_by_label("岗位").select_option(label="物业员")
    await form.get_by_label("姓名").fill("沈知行")
    await form.get_by_label("用户名").fill("shenzhixing")
    await form.get_by_label("初始口令").fill(district.PASSWORD)
    await form.get_by_label("初始口令").press("Enter")
    await expect(page.get_by_role("alert").get_by_text("审批机关没有物业员这个岗位")).to_be_visible()
    await expect(page.get_by_role("alert").filter(has_text="处要改")).to_be_focused()
    await expect(form.get_by_label("姓名")).to_have_value("沈知行")
    await keep(page, "admin-people-error")
    await form.get_by_label("岗位").select_option(label="审批员")
    await form.get_by_label("初始口令").fill(district.PASSWORD)
    await form.get_by_label("初始口令").press("Enter")
    await expect(page.get_by_role("row", name=re.compile("沈知行.*从未登录"))).to_be_visible()
    async with profile(browser) as newcomer:
        await sign_in(newcomer, installation, "shenzhixing")
        await expect(newcomer.get_by_text("沈知行")).to_be_visible()
        await expect(newcomer.get_by_role("combobox", name="地址、楼名或房号")).to_be_focused()


async def test_every_entry_of_the_audit_is_said_in_chinese(page: Page, installation: Installation) -> None:
    """Every action and noun that the loading of the demo left behind, page by page."""
    await sign_in(page, installation, "admin")
    await page.goto(f"{installation.url}/admin/audit")
    await keep(page, "admin-audit")
    said: set[str] = set()
    for _ in range(60):
        rows = page.locator("tbody tr")
        said |= set(await rows.locator("td:nth-child(3)").all_inner_texts())
        said |= {text.split()[0] for text in await rows.locator("td:nth-child(4)").all_inner_texts()}
        after = page.get_by_role("link", name="下一页")
        if not await after.count():
            break
        await page.goto(installation.url + (await after.get_attribute("href") or ""))
    assert {word for word in said if re.search("[a-z]", word)} == set()
    assert {"上传", "材料", "登录", "人员", "入驻", "调用"} <= said
