"""Documents of every sort go through real children: the bad ones end in a sentence, the next one is read as ever."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pikepdf
import psutil
import pytest
from PIL import Image

from ocr.errors import Unreadable
from ocr.model import Limits, Page
from ocr.pool import Readers
from tests.ocr import hostile
from tests.ocr.make import DEED, LEASE_WITH_TEXT, MANDATE_AND_ID_CARD, PHOTO_UPSIDE_DOWN

SECONDS = 120
"""Long enough for a busy machine; what hangs hangs longer."""


@pytest.fixture(scope="module")
async def readers() -> AsyncIterator[Readers]:
    """Shared, because every child costs a start and a replaced one is as good as new."""
    async with Readers(processes=1) as opened:
        yield opened


async def pages_of(readers: Readers, path: Path) -> list[Page]:
    return [page async for page in readers.read(path)]


async def refusal(readers: Readers, path: Path) -> Unreadable:
    with pytest.raises(Unreadable) as refused:
        await pages_of(readers, path)
    return refused.value


async def test_a_text_layer_is_read_and_drawn(readers: Readers) -> None:
    inspection = await readers.inspect(LEASE_WITH_TEXT, "租赁合同.pdf")
    assert (inspection.media_type, inspection.page_count, inspection.warnings) == ("application/pdf", 2, ())
    pages = await pages_of(readers, LEASE_WITH_TEXT)
    assert [(page.number, page.kind, page.method) for page in pages] == [(1, "lease", "text"), (2, "lease", "text")]
    image = await readers.draw(LEASE_WITH_TEXT, 1, 700)
    assert image[8:12] == b"WEBP"


async def test_a_drawing_is_upright_and_as_wide_as_asked(readers: Readers, tmp_path: Path) -> None:
    for turned, size in ((0, (500, 707)), (90, (500, 354))):
        image = await readers.draw(LEASE_WITH_TEXT, 1, 500, turned)
        (tmp_path / "page.webp").write_bytes(image)
        with Image.open(tmp_path / "page.webp") as drawn:
            assert drawn.size == pytest.approx(size, abs=2)


async def test_a_name_that_does_not_suit_is_mentioned(readers: Readers, tmp_path: Path) -> None:
    (tmp_path / "产证.pdf").write_bytes(PHOTO_UPSIDE_DOWN.read_bytes())
    inspection = await readers.inspect(tmp_path / "产证.pdf", "产证.pdf")
    assert inspection.media == "jpeg"
    assert "后缀与内容不符" in inspection.warnings[0]


def written(data: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(data)


def cut(source: Path) -> Callable[[Path], object]:
    whole = source.read_bytes()
    return written(whole[: len(whole) * 6 // 10])


def locked(path: Path) -> None:
    hostile.plain_pdf(path)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(user="u", owner="o"))


BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "empty": (written(b""), "empty"),
    "html called pdf": (written(b"<!DOCTYPE html><html><body>404</body></html>"), "disguised"),
    "cut pdf": (cut(LEASE_WITH_TEXT), "truncated"),
    "cut jpeg": (cut(PHOTO_UPSIDE_DOWN), "truncated"),
    "cut tiff": (cut(DEED), "truncated"),
    "header alone": (written(b"%PDF-1.7\n"), "truncated"),
    "locked": (locked, "encrypted"),
    "circular page tree": (hostile.circular_pages, "damaged"),
    "2000 pages": (lambda path: hostile.many_pages(path, 2000), "too_many_pages"),
    "60000 x 60000": (hostile.huge_png, "too_many_pixels"),
    "exponential drawing": (hostile.exponential_drawing, "timeout"),
}


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_document_ends_in_a_sentence_and_the_next_is_read(
    readers: Readers, tmp_path: Path, name: str
) -> None:
    make, code = BAD[name]
    path = tmp_path / "document.pdf"
    make(path)
    async with asyncio.timeout(SECONDS):
        if code == "timeout":
            async with Readers(processes=1, limits=Limits(page_seconds=1.0)) as hurried:
                assert (await refusal(hurried, path)).code == code
        else:
            assert (await refusal(readers, path)).code == code
        assert len(await pages_of(readers, LEASE_WITH_TEXT)) == 2


async def test_a_million_outline_entries_do_no_harm(readers: Readers, tmp_path: Path) -> None:
    path = hostile.million_outlines(tmp_path / "a.pdf")
    try:
        async with asyncio.timeout(SECONDS):
            [page] = await pages_of(readers, path)
        assert "Lease agreement" in page.text
    finally:
        path.unlink()


async def test_a_flate_bomb_bursts_in_its_child_alone(tmp_path: Path) -> None:
    path = hostile.flate_bomb(tmp_path / "a.pdf", gigabytes=2)
    async with asyncio.timeout(SECONDS), Readers(processes=1, limits=Limits(memory_mb=1024)) as readers:
        assert (await refusal(readers, path)).code in ("crashed", "out_of_memory")
        assert len(await pages_of(readers, LEASE_WITH_TEXT)) == 2


async def test_a_document_larger_than_allowed_is_refused() -> None:
    async with Readers(processes=1, limits=Limits(max_bytes=1000)) as readers:
        assert (await refusal(readers, LEASE_WITH_TEXT)).code == "too_big"


async def test_a_file_that_is_gone_is_no_fault_of_the_document(readers: Readers, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await readers.inspect(tmp_path / "gone.pdf")


async def busy_child(readers: Readers, since: set[int]) -> int:
    """The child that was started since and already works on something."""
    for _ in range(6000):
        for pid in set(readers.pids()) - since:
            if psutil.Process(pid).cpu_times().user > 0.3:
                return pid
        await asyncio.sleep(0.01)
    raise AssertionError("no child works")


async def test_a_page_whose_child_was_killed_is_read_once_more() -> None:
    async with asyncio.timeout(SECONDS), Readers(processes=1) as readers:
        await readers.inspect(LEASE_WITH_TEXT)
        reading = asyncio.create_task(pages_of(readers, MANDATE_AND_ID_CARD))
        os.kill(await busy_child(readers, set(readers.pids())), signal.SIGKILL)
        [mandate, card] = await reading
    assert (mandate.kind, card.kind) == ("mandate", "id_card")
    assert mandate.method == "rapidocr"
    assert mandate.sensitive == ()
    assert card.sensitive


async def test_a_page_on_which_the_engine_hangs_says_so_and_the_next_is_read() -> None:
    async with asyncio.timeout(SECONDS), Readers(processes=1, limits=Limits(page_seconds=12.0)) as readers:
        await readers.inspect(LEASE_WITH_TEXT)
        reading = asyncio.create_task(pages_of(readers, MANDATE_AND_ID_CARD))
        os.kill(await busy_child(readers, set(readers.pids())), signal.SIGSTOP)
        [mandate, card] = await reading
    assert (mandate.quality, mandate.lines, mandate.kind) == (("unread",), (), "other")
    assert card.kind == "id_card"


async def test_a_child_that_is_stuck_is_given_up() -> None:
    async with Readers(processes=1, limits=Limits(inspect_seconds=0.5)) as readers:
        await readers.draw(LEASE_WITH_TEXT, 1, 200)
        [stuck] = readers.pids()
        os.kill(stuck, signal.SIGSTOP)
        began = time.monotonic()
        with pytest.raises(Unreadable) as refused:
            await readers.inspect(LEASE_WITH_TEXT)
        assert refused.value.code == "timeout"
        assert time.monotonic() - began < SECONDS
        assert not psutil.pid_exists(stuck)
        await readers.draw(LEASE_WITH_TEXT, 1, 200)
        assert readers.pids() != [stuck]


async def test_a_child_is_replaced_after_so_many_requests() -> None:
    async with Readers(processes=1, limits=Limits(pages_per_child=1)) as readers:
        await readers.inspect(LEASE_WITH_TEXT)
        [first] = readers.pids()
        for _ in range(9):
            await readers.inspect(LEASE_WITH_TEXT)
        assert readers.pids() == []
        await readers.inspect(LEASE_WITH_TEXT)
        assert readers.pids() != [first]


async def test_whoever_stops_listening_leaves_nothing_running(readers: Readers) -> None:
    pages = readers.read(LEASE_WITH_TEXT)
    async for page in pages:
        assert page.number == 1
        break
    await pages.aclose()  # type: ignore[attr-defined]
    assert len(await pages_of(readers, LEASE_WITH_TEXT)) == 2


async def test_children_know_nothing_of_ours_and_are_limited(readers: Readers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHUSUO_DATABASE_URL", "postgresql://secret")
    async with Readers(processes=1) as fresh:
        await fresh.inspect(LEASE_WITH_TEXT)
        [pid] = fresh.pids()
        child = psutil.Process(pid)
        assert not any(name.startswith("ZHUSUO") for name in child.environ())
        limits = Path(f"/proc/{pid}/limits").read_text()
        assert f"Max address space         {3072 * 1024 * 1024}" in limits
        assert "Max core file size        0" in limits
        assert "Max cpu time              unlimited" not in limits
        assert "NoNewPrivs:\t1" in Path(f"/proc/{pid}/status").read_text()
        assert os.getpgid(pid) == pid


async def test_children_die_with_their_parent(tmp_path: Path) -> None:
    program = f"""
import asyncio, os, signal
from pathlib import Path
from ocr.pool import Readers

async def main():
    readers = Readers(processes=1)
    await readers.inspect(Path({str(LEASE_WITH_TEXT)!r}))
    print(*readers.pids(), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, timeout=SECONDS, check=False
    )
    assert done.returncode == -signal.SIGKILL
    pids = [int(pid) for pid in done.stdout.split()]
    assert pids
    for _ in range(600):
        if not any(psutil.pid_exists(pid) for pid in pids):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("a child outlived its parent")
