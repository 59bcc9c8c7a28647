"""A living register, as one story: a move-out on the plan turns the open card at the counter and becomes a case at
监管端; an inspection is drawn by lot, done in a basement, and seen at the counter; the case is cleared and a newcomer
is registered. Nobody reloads an open page by hand to see what another has done.
"""

import io
import random
import re
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlencode

import asyncpg
import pytest
from PIL import Image
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import WORKER_MS, Installation, keep, kept_here, profile, reloaded_until, sign_in
from tests.make_businesses import uscc
from tests.support.browser import faults
from zhusuo.demo import district, papers

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
HERE = {"geolocation": {"latitude": 31.19, "longitude": 121.43}, "permissions": ["geolocation"]}
NEWCOMER = "上海汀兰文化创意股份有限公司"
SOON = 90_000
"""Milliseconds: the worker hears of an event within a second or two, an open page asks every four, others work too."""


async def ask(installation: Installation, question: str, *values: object) -> asyncpg.Record:
    """What a person reads off a letter, or off a door."""
    db = await asyncpg.connect(installation.settings.database_url)
    try:
        found = await db.fetchrow(question, *values)
    finally:
        await db.close()
    assert found is not None
    return found


async def place(installation: Installation) -> asyncpg.Record:
    """A room of a tower, alone to a business that lives and is registered there, with years of its lease ahead."""
    return await ask(
        installation,
        """
        SELECT tenancies.tenant, units.id AS unit_id, units.label, units.area_m2, carriers.id AS carrier_id,
               carriers.name AS carrier
          FROM registrations
          JOIN tenancies ON tenancies.unit_id = registrations.unit_id AND tenancies.tenant = registrations.applicant
          JOIN units ON units.id = registrations.unit_id
          JOIN carriers ON carriers.id = units.carrier_id
         WHERE carriers.name = '望岸国际二座'
           AND registrations.status = 'registered'
           AND registrations.exclusive
           AND tenancies.moved_out_on IS NULL
           AND tenancies.lease_ends_on > $1
      ORDER BY units.label
         LIMIT 1
        """,
        installation.day + timedelta(days=200),
    )


def photograph(name: str, wide: int, high: int) -> dict[str, object]:
    """Noise, which does not compress."""
    found = io.BytesIO()
    noise = random.Random(wide).randbytes(wide * high * 3)
    Image.frombytes("RGB", (wide, high), noise).save(found, "JPEG", quality=95)
    return {"name": name, "mimeType": "image/jpeg", "buffer": found.getvalue()}


async def open_step(page: Page, name: str) -> None:
    """Unfold a step in the bar at the bottom."""
    await page.locator(".act-bar summary", has_text=name).click()


async def test_from_a_move_out_to_the_newcomer(browser: Browser, installation: Installation) -> None:

    at = await place(installation)
    said: list[str] = []
    async with (
        profile(browser) as manager,
        profile(browser) as clerk,
        profile(browser) as office,
        profile(browser, said=said, **PHONE, **HERE) as phone,
    ):
        plan = await _open_pages(installation, at, manager, clerk, office)
        await _move_out(manager, at)
        await _reaches_everybody(at, clerk, office, plan)
        await _notice_and_answer(browser, installation, at, office)
        drawing = await office.context.new_page()
        inspection = await _draw(installation, at, drawing)
        await drawing.close()
        await _in_the_basement(installation, inspection, phone)
        await _at_the_counter(clerk)
        await _clear(office)
        await _register(clerk, installation, at)
        await expect(plan.locator(f'a.unit[href*="{at["unit_id"]}"]')).to_have_attribute(
            "data-status", "registered", timeout=SOON
        )
    assert [each for each in said if "INTERNET_DISCONNECTED" not in each] == []


async def _open_pages(installation: Installation, at: asyncpg.Record, manager: Page, clerk: Page, office: Page) -> Page:
    """Everybody at their desk; the stacking plan at 监管端 is the office's second window."""
    await sign_in(manager, installation, "sunqifan")
    await manager.get_by_role("row", name=re.compile(at["carrier"])).get_by_role("link", name="入驻图").click()
    await manager.wait_for_url("**/property/carriers/*")
    await sign_in(clerk, installation, "zhoumin")
    asked = {"address": at["carrier"] + at["label"], "applicant": NEWCOMER, "case": "2026-XJH-118001"}
    await clerk.goto(f"{installation.url}/approval?{urlencode(asked)}")
    await expect(clerk.locator("#residents")).to_contain_text(at["tenant"])
    await expect(clerk.locator("#residents")).to_contain_text("物业名册")
    await sign_in(office, installation, "wangqiang")
    await office.get_by_role("link", name="僵尸住所").click()
    await office.wait_for_url("**/supervision/zombies")
    plan = await office.context.new_page()
    await plan.goto(f"{installation.url}/supervision/carriers/{at['carrier_id']}")
    return plan


async def _move_out(manager: Page, at: asyncpg.Record) -> None:
    await manager.locator(f'zs-stacking a[href*="{at["unit_id"]}"]').click()
    drawer = manager.locator("#drawer")
    await expect(drawer).to_contain_text(at["tenant"])
    other = await manager.context.new_page()
    await other.goto(manager.url.partition("?")[0])
    resident = other.locator('button[data-show="resident"] .num')
    before = await resident.inner_text()
    await drawer.locator("summary", has_text="已迁出").click()
    await drawer.get_by_role("button", name="确认已迁出").click()
    await expect(drawer.locator("summary", has_text="已迁出")).to_have_count(0)
    await expect(resident).not_to_have_text(before, timeout=SOON)
    await other.close()


async def _reaches_everybody(at: asyncpg.Record, clerk: Page, office: Page, plan: Page) -> None:
    await expect(clerk.get_by_text("本单元原来的登记疑似已不在此处")).to_be_visible(timeout=SOON)
    await expect(clerk.get_by_text("可能已不在此处，不影响本次办理")).to_be_visible()
    await keep(clerk, "living-1-card")
    await expect(office.get_by_role("link", name=at["tenant"])).to_be_visible(timeout=SOON)
    await keep(office, "living-2-case")
    unit = plan.locator(f'a.unit[href*="{at["unit_id"]}"]')
    await expect(unit).to_have_attribute("data-status", "suspected", timeout=SOON)
    await keep(plan, "living-3-plan")
    await clerk.locator("summary", has_text="请监管踏看").click()
    await clerk.get_by_label("为什么要去看").fill("物业报告已迁出，请核实")
    await clerk.get_by_role("button", name="发给监管所").click()
    await expect(clerk.locator("#residents")).to_contain_text("已请监管去看")


async def _notice_and_answer(browser: Browser, installation: Installation, at: asyncpg.Record, office: Page) -> None:
    await office.get_by_role("link", name=at["tenant"]).click()
    await expect(office.get_by_text(re.compile("物业报告已于 .* 迁出")).first).to_be_visible()
    await open_step(office, "登记送达")
    await office.get_by_role("button", name="登记送达").click()
    await expect(office.get_by_text("已通知").first).to_be_visible()
    letter = await ask(installation, "SELECT code FROM zombie_cases WHERE name = $1", at["tenant"])
    async with profile(browser, **PHONE) as reader:
        await reader.goto(f"{installation.url}/reply")
        await reader.get_by_label("答复码").fill(letter["code"])
        await reader.get_by_role("button", name="下一步").click()
        await reader.get_by_label("仍在此处").check()
        await reader.get_by_label("说明").fill("偶尔有人来")
        await reader.get_by_role("button", name="提交答复").click()
        await expect(reader.get_by_text("答复已收到")).to_be_visible()


async def _draw(installation: Installation, at: asyncpg.Record, office: Page) -> str:
    """Draw all the office's towers by lot, in a window of its own; where the inspection of our business is."""
    await office.goto(f"{installation.url}/supervision/inspections/draws")
    await office.get_by_label("名称").fill("商务楼宇住所核查")
    await office.get_by_role("button", name="生成种子并公布承诺").click()
    await office.get_by_label("载体类型").select_option("商务楼宇")
    await office.get_by_label("抽取户数").fill("200")
    await office.get_by_role("button", name="定名单").click()
    await expect(office.locator(".errs")).to_contain_text("只有")
    refused = await office.locator(".errs").inner_text()
    there = re.search(r"只有 (\d+) 户", refused)
    assert there is not None
    await office.get_by_label("抽取户数").fill(there[1])
    await office.get_by_role("button", name="定名单").click()
    await office.get_by_role("button", name="公开种子并抽取").click()
    row = office.get_by_role("row", name=re.compile(at["tenant"]))
    drawn = await row.get_by_role("link").get_attribute("href")
    assert drawn is not None
    await keep(office, "living-4-drawn")
    return drawn


async def _in_the_basement(installation: Installation, inspection: str, phone: Page) -> None:
    await sign_in(phone, installation, "wangqiang")
    await phone.goto(f"{installation.url}{inspection}")
    await phone.get_by_role("button", name="开始现场核查").click()
    await phone.wait_for_url("**/visit")
    assert await faults(phone) == []
    await kept_here(phone)
    await phone.context.set_offline(True)
    await phone.reload()
    await phone.get_by_label("无人").check()
    await phone.get_by_label("说明").fill("门锁着，邻居说年初搬走")
    files = phone.locator("[data-photos]")
    await files.nth(1).set_input_files([photograph("门口.jpg", 640, 480), photograph("大堂.jpg", 1600, 1200)])  # type: ignore[list-item]
    await expect(phone.locator("[data-count]")).to_have_text("2 张")
    await phone.get_by_role("button", name="记下位置").click()
    await expect(phone.locator("[data-place]").last).to_contain_text("位置已记下")
    await phone.reload()  # a battery that died
    await expect(phone.locator("[data-count]")).to_have_text("2 张")
    await phone.get_by_role("button", name="记录结论").click()
    await expect(phone.get_by_text("结论和 2 张照片已存在本机")).to_be_visible()
    await keep(phone, "living-5-outbox")
    await phone.context.set_offline(False)
    await expect(phone.get_by_text("照片也已全部送达")).to_be_visible(timeout=WORKER_MS)
    await phone.get_by_role("link", name="看这次核查").click()
    await expect(phone.get_by_text("门锁着，邻居说年初搬走")).to_be_visible()
    await expect(phone.get_by_text(re.compile("31.19000"))).to_be_visible()
    await expect(phone.locator(".visit-photos li")).to_have_count(2)
    await expect(phone.get_by_text("在手机上等待发送")).to_have_count(0)


async def _at_the_counter(clerk: Page) -> None:
    await expect(clerk.get_by_text(re.compile("现场核查.*登记企业不在，现场无人")).first).to_be_visible(timeout=SOON)
    await expect(clerk.locator("#residents")).not_to_contain_text("已请监管去看")
    await keep(clerk, "living-6-finding")
    card = clerk.url
    assert "/approval?" in card
    await clerk.get_by_role("link", name="看照片和说明").click()
    await expect(clerk.get_by_text("门锁着，邻居说年初搬走").first).to_be_visible()
    # the pages are drawn within seconds, in a lane of their own
    await reloaded_until(clerk, clerk.locator(".visit-photos img").nth(1))
    await expect(clerk.locator(".visit-photos img")).to_have_count(2)
    await clerk.wait_for_load_state("networkidle")
    await clerk.goto(card)


async def _clear(office: Page) -> None:
    await expect(office.get_by_text("核查未见企业").first).to_be_visible(timeout=SOON)
    await open_step(office, "清退")
    await office.locator(".act-bar").get_by_label("理由").last.fill("核查未见企业")
    await office.get_by_role("button", name="决定清退").click()
    await expect(office.get_by_text("已清退").first).to_be_visible()
    await keep(office, "living-7-cleared")


async def _register(clerk: Page, installation: Installation, at: asyncpg.Record) -> None:
    """The newcomer, whose clerk has waited in front of the open card."""
    await expect(clerk.locator("#residents")).to_contain_text("没有登记，也没有在驻企业", timeout=SOON)
    await expect(clerk.get_by_text("本单元原来的登记疑似已不在此处")).to_have_count(0)
    house = next(each for each in district.houses() if each.name == at["carrier"])
    lease = papers.lease_of(
        house,
        at["label"],
        Decimal(at["area_m2"]),
        lessor=house.owner,
        lessee=NEWCOMER,
        begins_on=installation.day,
        ends_on=installation.day + timedelta(days=730),
    )
    async with clerk.expect_file_chooser() as choosing:
        await clerk.get_by_role("button", name="选择文件", exact=True).click()
    brought = {"name": "租赁合同.pdf", "mimeType": "application/pdf", "buffer": papers.printed(lease)}
    await (await choosing.value).set_files([brought])  # type: ignore[list-item]
    await expect(clerk.locator("#lease .finds")).to_be_visible(timeout=WORKER_MS)
    if await clerk.get_by_label("办理理由").count():
        await clerk.get_by_label("办理理由").fill("原件已人工核对，签章齐全。")
    await clerk.get_by_role("button", name=re.compile("调用并出具凭证")).click()
    await expect(clerk.get_by_text("凭证真实，签章与记录一致")).to_be_visible()
    await clerk.get_by_label("登记完成").check()
    await clerk.locator("#f-uscc").fill(uscc())
    await clerk.get_by_role("button", name="记下结果").click()
    await expect(clerk.locator(".zs-head").get_by_text("已登记")).to_be_visible()
    await keep(clerk, "living-8-registered")
