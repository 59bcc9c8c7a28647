"""The clerk's day: a filing is taken, returned, corrected and approved; an address of it is looked up and reused."""

import asyncio
import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, Route, expect

from tests.browser.conftest import (
    WORKER_MS,
    Installation,
    confirmed_fields,
    keep,
    profile,
    reloaded_until,
    sign_in,
    strike,
)
from zhusuo.carriers.model import CarrierKind
from zhusuo.demo import papers
from zhusuo.demo.district import House

pytestmark = pytest.mark.browser

HOUSE = House(
    kind=CarrierKind.TOWER, name="汀朗国际广场", address="宜山路935号", subdistrict="", manager="binjiang",
    owner="上海蘅石实业股份有限公司",
)  # fmt: skip
LESSOR = "上海澜山企业服务股份有限公司"
TENANT = "上海汀岸医疗器械股份有限公司"
PLAN = papers.Paper(
    title="楼层平面图",
    rows=(("房屋坐落", "上海市徐汇区宜山路935号"), ("楼层", "9层"), ("标注单元", "901室、902室、903室、904室")),
    lines=("本图标注各单元的位置和面积。",),
    signed=("绘制单位：上海申测房产测绘有限公司",),
    seal="上海申测房产测绘有限公司",
)


async def test_from_the_queue_to_a_receipt_that_is_verified_and_revoked(
    page: Page, browser: Browser, installation: Installation, tmp_path: Path
) -> None:
    await sign_in(page, installation, "zhoumin")
    await _take(page, installation)
    async with profile(browser) as other:
        await sign_in(other, installation, "linan")
        await other.goto(page.url)
        await expect(other.get_by_text("周敏 正在审核这份备案")).to_be_visible()
        await expect(other.locator("form[data-decide]")).to_have_count(0)
    await _confirm_a_field(page)
    await strike(page, "2")
    await page.get_by_role("checkbox", name="页面模糊").press("Space")
    await expect(page.get_by_role("checkbox", name="页面模糊")).to_be_checked()
    await keep(page, "clerk-return")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".zs-head").get_by_text("退回补正")).to_be_visible()

    async with profile(browser) as manager:
        await sign_in(manager, installation, "chenlu")
        await _correct(manager, tmp_path)

    await _take(page, installation)
    await page.wait_for_load_state()
    before = await confirmed_fields(installation)
    await page.route(re.compile("/fields$"), _late, times=1)
    for key in ("Space", "Space", "1", "Control+Enter"):  # quicker than the line: no confirmation is lost
        await page.keyboard.press(key)
    await expect(page.locator(".zs-head").get_by_text("已通过")).to_be_visible()
    assert await confirmed_fields(installation) == before + 2

    await page.goto(f"{installation.url}/approval")
    await expect(page.get_by_role("combobox", name="地址、楼名或房号")).to_be_focused()
    await page.keyboard.type("宜山路935号901室")
    await page.get_by_label("申请人").fill(TENANT)
    await page.get_by_label("案件编号").fill("2026-XJH-110901")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name=re.compile(r"已备案，\s*覆盖本单元"))).to_be_visible()
    await _bring_the_lease(page, installation, tmp_path)
    await keep(page, "clerk-lookup")
    await page.locator("#main").press("Enter")
    await expect(page.get_by_text("凭证真实，签章与记录一致")).to_be_visible()
    await keep(page, "clerk-receipt")
    async with page.expect_download() as waiting:
        await strike(page, "d")
    download = await waiting.value
    assert Path(await download.path()).read_bytes().startswith(b"%PDF")
    address = await page.get_by_role("link", name="打开核验页").get_attribute("href")
    assert address is not None
    async with profile(browser) as stranger:
        await stranger.goto(address)
        await expect(stranger.get_by_role("heading", name="凭证真实有效")).to_be_visible()
        await page.get_by_text("撤销", exact=True).click()
        await page.get_by_label("撤销理由").select_option(index=1)
        await page.get_by_role("button", name="确认撤销").press("Enter")
        await expect(page.get_by_text("凭证已撤销")).to_be_visible()
        await stranger.reload()
        await expect(stranger.get_by_role("heading", name="凭证已撤销")).to_be_visible()
        await keep(stranger, "verify-revoked")


async def _late(route: Route) -> None:
    await asyncio.sleep(2)
    await route.continue_()


async def _take(page: Page, installation: Installation) -> None:
    """Out of the queue onto the desk."""
    await page.goto(f"{installation.url}/approval/filings")
    await page.get_by_role("link", name="汀朗国际广场").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("汀朗国际广场")
    await strike(page, "c")
    await expect(page.get_by_text("周敏 领件到")).to_be_visible()


async def _confirm_a_field(page: Page) -> None:
    """With the space bar; the page may still be waiting for its words when we come."""
    await reloaded_until(page, page.locator("[data-field]"))
    confirmed = page.locator("[data-confirmed]")
    await expect(confirmed).to_have_text("0")
    async with page.expect_response(re.compile("/fields$")) as saving:
        await page.keyboard.press("Space")
    assert (await saving.value).ok
    await expect(confirmed).to_have_text("1")
    await page.reload()
    await expect(confirmed).to_have_text("1")


async def _correct(page: Page, folder: Path) -> None:
    """The manager takes the blurred plan out, puts a printed one in, and submits again."""
    await page.get_by_role("link", name=re.compile("材料备案")).first.click()
    await page.get_by_role("row", name=re.compile("汀朗国际广场")).get_by_role("link", name="去补正").click()
    await expect(page.get_by_text("有页面看不清，请重新扫描或重新拍照。")).to_be_visible()
    await strike(page, "Alt+ArrowRight")
    await page.get_by_role("button", name="移除 IMG_7472.jpg").click()
    plan = folder / "平面图.pdf"
    plan.write_bytes(papers.printed(PLAN))
    async with page.expect_file_chooser() as choosing:
        await page.get_by_role("button", name="选择文件", exact=True).click()
    await (await choosing.value).set_files(plan)
    await page.get_by_label("平面图.pdf 的种类").select_option(label="平面图")
    await expect(page.locator("#filing-needs")).to_contain_text("齐了")
    await strike(page, "Alt+ArrowRight")
    await page.get_by_role("link", name="下一步：声明提交").click()
    await page.get_by_role("checkbox", name=re.compile("我已阅读")).check()
    await strike(page, "Control+Enter")
    await expect(page.get_by_role("heading", name="已提交，等待审核")).to_be_visible()


async def _bring_the_lease(page: Page, installation: Installation, folder: Path) -> None:
    paper = papers.lease_of(
        HOUSE,
        "901室",
        Decimal("243.83"),
        lessor=LESSOR,
        lessee=TENANT,
        begins_on=installation.day - timedelta(days=10),
        ends_on=installation.day + timedelta(days=700),
    )
    lease = folder / "租赁合同.pdf"
    lease.write_bytes(papers.printed(paper))
    async with page.expect_file_chooser() as choosing:
        await page.get_by_role("button", name="选择文件", exact=True).click()
    await (await choosing.value).set_files(lease)
    await expect(page.locator("#lease .finds")).to_be_visible(timeout=WORKER_MS)
    if await page.get_by_label("办理理由").count():
        await page.get_by_label("办理理由").fill("原件已人工核对，签章齐全。")
