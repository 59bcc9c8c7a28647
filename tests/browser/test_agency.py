"""The agency's day: a filing on behalf of a manager, and what may be let today."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Installation, keep, sign_in

pytestmark = pytest.mark.browser


async def test_on_whose_behalf_and_what_is_vacant(page: Page, installation: Installation) -> None:
    await sign_in(page, installation, "linyi")
    await page.get_by_role("link", name="斜桥商务中心").press("Enter")
    await page.get_by_role("row", name=re.compile("审核中")).get_by_role("link").press("Enter")
    await expect(page.get_by_role("heading", name="已提交，等待审核")).to_be_visible()
    await expect(page.get_by_text("代上海滨屿资产运营有限公司办理").first).to_be_visible()
    await keep(page, "agency-filing")
    await page.get_by_role("link", name="房源", exact=True).press("Enter")
    await page.get_by_label("楼宇").select_option(label="滨屿天地二座")
    await page.get_by_label("面积从（㎡）").fill("很大")
    await page.keyboard.press("Enter")
    await expect(page.locator(".errs")).to_be_focused()
    await page.get_by_label("面积从（㎡）").fill("80")
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile("=80(&|$)"))
    rows = page.locator("tbody tr")
    await expect(rows.first).to_contain_text("滨屿天地二座")
    areas = await rows.locator("td:nth-child(5)").all_inner_texts()
    assert min(float(area.split()[0].replace(",", "")) for area in areas) >= 80
    await keep(page, "agency-vacancies")
