"""Scripts switched off: what matters is done with plain forms and links, and nothing is offered that would not work."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import asyncpg
import pytest
from playwright.async_api import Browser, Page, expect

import zhusuo
from tests.browser.conftest import Installation, keep, profile, reloaded_until
from zhusuo.demo import district, papers

pytestmark = pytest.mark.browser

SPECIMENS = Path(zhusuo.__file__).parent / "specimens"
TENANT = "上海栖木数字科技有限公司"
LEFT_OVER = """() => {
  const seen = (element) => element.checkVisibility();
  const dead = [...document.querySelectorAll("button[type=button], a:not([href]), kbd, .keys")].filter(seen);
  const usable = (form) => [...form.elements].filter((each) => each.matches("input, select, textarea, button") &&
    each.matches(":enabled") && seen(each));
  const stuck = [...document.forms].filter((form) => usable(form).length &&
    !usable(form).some((each) => each.type === "submit"));
  return [...dead, ...stuck].map((element) => element.outerHTML.slice(0, 160));
}"""
"""What would do nothing: buttons and hints for keys that only a script hears, forms that nobody can send."""
DRAGGED = re.compile("拖|粘贴截图|续传")


@asynccontextmanager
async def plain(browser: Browser, installation: Installation, login: str) -> AsyncIterator[Page]:
    """Signed in without a script, and out again at the end."""
    async with profile(browser, java_script_enabled=False) as page:
        await page.goto(f"{installation.url}/sign-in")
        await page.get_by_label("用户名").fill(login)
        await page.get_by_label("口令").fill(district.PASSWORD)
        await page.get_by_role("button", name="登录").click()
        await page.wait_for_url(lambda url: "/sign-in" not in url)
        yield page
        await page.get_by_role("button", name="退出").click()
        await expect(page.get_by_role("heading", name="登录住所云")).to_be_visible()
        await page.goto(f"{installation.url}/notices")
        await expect(page.get_by_role("heading", name="登录住所云")).to_be_visible()


async def _is_honest(page: Page, name: str) -> None:
    """Nothing on the page needs a script; a picture of it is kept."""
    assert await page.evaluate(LEFT_OVER) == []
    assert DRAGGED.findall(await page.locator("main").inner_text()) == []
    await keep(page, f"plain-{name}")


async def test_an_address_is_looked_up_picked_and_reused(
    browser: Browser, installation: Installation, tmp_path: Path
) -> None:
    async with plain(browser, installation, "zhoumin") as page:
        await page.get_by_label("地址、楼名或房号").fill("虹桥路3号2106室")
        await page.get_by_label("申请人").fill(TENANT)
        await page.get_by_label("案件编号").fill("2026-XJH-112106")
        await page.get_by_role("button", name="查询").click()
        await expect(page.get_by_role("heading", name="请选定一处")).to_be_visible()
        await page.get_by_role("link", name="望岸国际大厦").click()
        await expect(page.get_by_role("heading", name=re.compile("已备案"))).to_be_visible()
        await _is_honest(page, "lookup")
        await page.get_by_role("button", name="大字").click()
        await expect(page.locator("html")).to_have_attribute("data-text", "large")
        await page.locator("#f-files").set_input_files(await _lease(installation, tmp_path / "租赁合同.pdf"))
        async with page.expect_response(lambda answer: answer.request.method == "POST"):
            await page.get_by_role("button", name="上传", exact=True).click()
        await reloaded_until(page, page.locator("#lease .finds"))
        if await page.get_by_label("办理理由").count():
            await page.get_by_label("办理理由").fill("原件已人工核对，签章齐全。")
        await page.get_by_role("button", name=re.compile("调用并出具凭证")).click()
        await expect(page.get_by_text("凭证真实，签章与记录一致")).to_be_visible()
        await _is_honest(page, "receipt")


async def test_a_filing_is_put_together_returned_mended_and_approved(
    browser: Browser, installation: Installation
) -> None:
    async with plain(browser, installation, "chenlu") as page:
        await page.goto(f"{installation.url}/filings/new")
        await page.get_by_role("link", name="滨屿天地二座").click()
        await page.get_by_role("radio", name=re.compile("变更备案")).check()
        await page.get_by_role("button", name="开始").click()
        await _is_honest(page, "title")
        await page.get_by_role("button", name="下一步：单元范围").click()
        await _is_honest(page, "scope")
        await page.get_by_role("button", name="下一步：上传材料").click()
        await page.locator("#f-files").set_input_files(SPECIMENS / "bundle-04" / "04-门牌证明.jpg")
        await page.get_by_role("button", name="上传", exact=True).click()
        row = page.get_by_role("listitem").filter(has_text="04-门牌证明.jpg")
        await row.get_by_label("04-门牌证明.jpg 的种类").select_option(label="门弄号码证明")
        await row.get_by_role("button", name="改").click()
        await expect(page.get_by_label("04-门牌证明.jpg 的种类")).to_have_value("house_number_certificate")
        await _is_honest(page, "documents")
        await _hand_in(page)

    async with plain(browser, installation, "linan") as page:
        await page.goto(f"{installation.url}/approval/filings")
        await page.get_by_role("link", name="滨屿天地二座").click()
        await page.get_by_role("button", name=re.compile("领件")).click()
        await expect(page.get_by_text("李楠 领件到")).to_be_visible()
        await _is_honest(page, "desk")
        await page.get_by_role("button", name="放回待审").click()
        await page.get_by_role("link", name="滨屿天地二座").click()
        await page.get_by_role("radio", name=re.compile("退回补正")).check()
        await page.get_by_role("checkbox", name="缺页").check()
        await page.get_by_role("button", name=re.compile("提交决定")).click()
        await expect(page.locator(".zs-head").get_by_text("退回补正")).to_be_visible()
        await _is_honest(page, "decided")

    async with plain(browser, installation, "chenlu") as page:
        await page.goto(f"{installation.url}/property/filings")
        await page.get_by_role("row", name=re.compile("滨屿天地二座")).get_by_role("link", name="去补正").click()
        await page.get_by_role("link", name="开始修改").click()
        await _hand_in(page)

    async with plain(browser, installation, "linan") as page:
        await page.goto(f"{installation.url}/approval/filings")
        await page.get_by_role("link", name="滨屿天地二座").click()
        await page.get_by_role("radio", name=re.compile("^通过")).check()
        await page.get_by_role("button", name=re.compile("提交决定")).click()
        await expect(page.locator(".zs-head").get_by_text("已通过")).to_be_visible()


async def test_a_tenant_moves_out_and_another_in(browser: Browser, installation: Installation) -> None:
    async with plain(browser, installation, "sunqifan") as page:
        await page.get_by_role("link", name="云杉中心").first.click()
        await page.get_by_role("button", name="在驻").click()
        await expect(page.locator("zs-stacking a.unit:not(.dim)").first).to_have_attribute("data-status", "resident")
        await page.locator('zs-stacking a[data-status="resident"]').first.click()
        drawer = page.locator("#drawer")
        await drawer.locator("summary", has_text="已迁出").click()
        await drawer.get_by_role("button", name="确认已迁出").click()
        await expect(drawer.get_by_text("这里空着")).to_be_visible()
        await drawer.get_by_label("承租人").fill(TENANT)
        await drawer.get_by_label("统一社会信用代码").fill("91310104MA1FR2XK")
        await drawer.get_by_role("button", name="报告迁入").click()
        await expect(drawer.get_by_role("link", name="统一社会信用代码不对，请核对 18 位代码。")).to_be_visible()
        await page.get_by_role("button", name="深色").click()
        await expect(drawer.get_by_text("这里空着")).to_be_visible()
        await drawer.get_by_label("承租人").fill(TENANT)
        await drawer.get_by_role("button", name="报告迁入").click()
        await expect(drawer.get_by_text("现在还在这里办公吗？")).to_be_visible()
        await expect(drawer.get_by_text(TENANT)).to_be_visible()
        await _is_honest(page, "plan")


async def _hand_in(page: Page) -> None:
    await page.get_by_role("link", name="下一步：核对").click()
    await page.get_by_role("link", name="下一步：声明提交").click()
    await page.get_by_role("checkbox", name=re.compile("我已阅读")).check()
    await _is_honest(page, "submit")
    await page.get_by_role("button", name="提交备案").click()
    await expect(page.get_by_role("heading", name="已提交，等待审核")).to_be_visible()


async def _lease(installation: Installation, file: Path) -> Path:
    """A good lease of 望岸国际大厦 2106室."""
    house = next(each for each in district.houses() if each.name == "望岸国际大厦")
    db = await asyncpg.connect(installation.settings.database_url)
    try:
        area: Decimal = await db.fetchval(
            """
            SELECT u.area_m2
              FROM units AS u
              JOIN carriers AS c ON c.id = u.carrier_id
             WHERE c.name = $1 AND u.label = '2106室'
            """,
            house.name,
        )
    finally:
        await db.close()
    begins_on, ends_on = installation.day - timedelta(days=10), installation.day + timedelta(days=700)
    paper = papers.lease_of(
        house, "2106室", area, lessor=house.owner, lessee=TENANT, begins_on=begins_on, ends_on=ends_on
    )
    file.write_bytes(papers.printed(paper))
    return file
