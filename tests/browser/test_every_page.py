"""Every page of every role, as axe sees it and as narrow windows and large text show it: one page for each address that
its links lead to."""

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page

from tests.browser.conftest import Installation, profile, sign_in
from tests.support.browser import faults, misfits

pytestmark = pytest.mark.browser

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SAVED = re.compile(r"\.(csv|xlsx|pdf|json|webp|docx)$|/content$|^/(static|metrics)")
# What a link of the list must at least have led to, so that an empty list does not pass for a clean one.
REACHED = {
    "sunqifan": {
        "/property/carriers/*",
        "/property/carriers/*/roster",
        "/property/registrations",
        "/property/zombies",
        "/property/zombies/*",
        "/filings/*",
        "/units/*",
        "/documents/*",
        "/claims",
    },
    "zhoumin": {
        "/approval/filings/*",
        "/approval/reuses/*",
        "/approval/carriers/versions/*",
        "/approval/waivers",
        "/verify/*",
    },
    "wangqiang": {
        "/supervision/carriers",
        "/supervision/carriers/*",
        "/supervision/carriers/*/plates",
        "/supervision/registrations",
        "/supervision/inspections",
        "/supervision/inspections/*",
        "/supervision/inspections/*/visit",
        "/supervision/inspections/draws",
        "/supervision/inspections/risks",
        "/supervision/units/*/inspections/new",
        "/supervision/zombies",
        "/supervision/zombies/*",
        "/supervision/zombies/lists",
        "/supervision/zombies/rules",
        "/supervision/figures",
        "/businesses",
    },
    "linyi": {"/agency/carriers/*", "/agency/vacancies", "/filings/*"},
    "admin": {
        "/admin/people",
        "/admin/clients",
        "/admin/carriers",
        "/admin/audit",
        "/admin/tasks",
        "/businesses",
        "/notices",
    },
}
LOOKED_UP = ("/approval?address=虹桥路3号2105室", "/approval?address=肇嘉浜路1366号1803室", "/approval?address=某路1号")
# Where to start, and the first link to follow there.
MOST_USED = {
    "sunqifan": (("/property", ""), ("/property", "/property/carriers/"), ("/property/filings", "/filings/0")),
    "zhoumin": ((LOOKED_UP[1], ""), ("/approval/filings", "/approval/filings/")),
}


def _kind(address: str) -> str:
    """The address without what differs from object to object."""
    path = address.partition("?")[0]
    return re.sub(r"(?<=^/verify/)\w+", "*", UUID.sub("*", path)) + ("?" if "address=" in address else "")


async def _pages(page: Page, url: str, first: str, *others: str) -> AsyncIterator[str]:
    """Open one page of every kind that can be reached from the first; the addresses, each while its page is open."""
    waiting, seen = [first, *others], {"/schema"}  # which Swagger draws
    while waiting:
        address = waiting.pop(0)
        if _kind(address) in seen and address not in others:
            continue
        seen.add(_kind(address))
        await page.goto(url + address)
        yield address
        links = await page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
        ours = [link.removeprefix(url).partition("#")[0] for link in links if link.startswith(url)]
        waiting += [link for link in ours if _kind(link) not in seen and not SAVED.search(link.partition("?")[0])]


@pytest.mark.parametrize("login", REACHED)
async def test_every_page_of_a_role_is_accessible_and_fits_every_window(
    page: Page, installation: Installation, login: str
) -> None:
    await sign_in(page, installation, login)
    others = LOOKED_UP if login == "zhoumin" else ()
    reached, found = set(), {}
    async for address in _pages(page, installation.url, page.url.removeprefix(installation.url), *others):
        reached.add(_kind(address))
        if wrong := [*await faults(page), *(await misfits(page)).items()]:
            found[address] = wrong
    assert found == {}
    assert REACHED[login] <= reached


@pytest.mark.parametrize("login", MOST_USED)
async def test_what_is_used_most_is_accessible_in_the_dark_and_in_large_text(
    browser: Browser, installation: Installation, login: str
) -> None:
    async with profile(browser) as page:
        cookies = {"zs-theme": "dark", "zs-text": "large"}
        await page.context.add_cookies(
            [{"name": name, "value": value, "url": installation.url} for name, value in cookies.items()]
        )
        await sign_in(page, installation, login)
        for address, link in MOST_USED[login]:
            await page.goto(installation.url + address)
            if link:
                await page.locator(f'main a[href^="{link}"]').first.click()
                await page.wait_for_url(f"**{link}*")
            assert await page.evaluate("document.documentElement.dataset.text") == "large"
            assert await faults(page) == []


@pytest.mark.parametrize("address", ["/sign-in", "/verify", "/verify/NOSUCHCODE", "/reply", "/nowhere"])
async def test_what_a_stranger_sees_is_accessible(browser: Browser, installation: Installation, address: str) -> None:
    async with profile(browser, said=[]) as page:
        await page.goto(installation.url + address)
        assert await faults(page) == []
        assert await misfits(page) == {}
