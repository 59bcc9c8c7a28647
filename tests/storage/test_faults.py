"""A store that is down, silent or slow is called unavailable, and soon."""

import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from storage.model import StoreSettings, Unavailable
from storage.store import PART_SIZE, Store
from tests.support.s3 import falls_silent, free_port, s3_server, silent_server, slow_line

PDF = "application/pdf"
READ_TIMEOUT = 1.0
SOON = 30.0
"""Where the SDK by itself would sit for half an hour; a slow machine may take its time."""


async def _all_keys(store: Store) -> None:
    async for _ in store.keys(""):
        pass


async def _all_bytes(store: Store) -> None:
    async for _ in store.stream("x"):
        pass


CALLS: dict[str, Callable[[Store, Path], Awaitable[object]]] = {
    "ping": lambda store, path: store.ping(),
    "ensure_bucket": lambda store, path: store.ensure_bucket(),
    "put_bytes": lambda store, path: store.put_bytes("x", bytes(1 << 20), PDF),
    "put_file": lambda store, path: store.put_file("x", path, PDF),
    "get": lambda store, path: store.get("x"),
    "stream": lambda store, path: _all_bytes(store),
    "download": lambda store, path: store.download("x", path.with_name("copy")),
    "stat": lambda store, path: store.stat("x"),
    "remove": lambda store, path: store.remove(["x"]),
    "keys": lambda store, path: _all_keys(store),
}


@asynccontextmanager
async def impatient(endpoint: str, s3: StoreSettings | None = None) -> AsyncIterator[Store]:
    base = s3 or StoreSettings(endpoint="", access_key="a", secret_key="s", bucket="tests")
    store = Store.open(replace(base, endpoint=endpoint, read_timeout=READ_TIMEOUT))
    yield store
    await store.close()


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("big") / "big"
    path.write_bytes(os.urandom(4 * PART_SIZE))
    return path


async def unavailable_within(seconds: float, call: Awaitable[object]) -> None:
    began = time.monotonic()
    with pytest.raises(Unavailable):
        await call
    assert time.monotonic() - began < seconds


@pytest.mark.parametrize("name", CALLS)
async def test_a_store_that_is_down(name: str, big: Path) -> None:
    async with impatient(f"127.0.0.1:{free_port()}") as store:
        await unavailable_within(SOON, CALLS[name](store, big))


@pytest.mark.parametrize("name", CALLS)
async def test_a_store_that_accepts_and_says_nothing(name: str, big: Path) -> None:
    """One wait and no second try."""
    visits: list[str] = []
    async with silent_server(visits=visits) as endpoint, impatient(endpoint) as store:
        await unavailable_within(SOON, CALLS[name](store, big))
    assert len(visits) == 1


async def test_with_its_own_timeouts_a_silent_store_is_unavailable_after_ten_seconds() -> None:
    async with silent_server() as endpoint:
        store = Store.open(StoreSettings(endpoint=endpoint, access_key="a", secret_key="s", bucket="tests"))
        await unavailable_within(SOON, store.get("x"))
        await store.close()


@pytest.mark.parametrize("name", ["get", "stream", "download"])
async def test_a_store_that_drips(name: str, big: Path) -> None:
    """Each byte comes within the read timeout, the chunk as a whole does not."""
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"
    async with silent_server(answer, drip=b"x") as endpoint, impatient(endpoint) as store:
        await unavailable_within(SOON, CALLS[name](store, big))
    assert not big.with_name("copy").exists()


@pytest.mark.parametrize("name", ["get", "stat", "keys", "put_bytes"])
async def test_something_that_is_no_store(name: str, big: Path) -> None:
    answer = b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 2\r\nConnection: close\r\n\r\n:("
    async with silent_server(answer) as endpoint, impatient(endpoint) as store:
        await unavailable_within(SOON, CALLS[name](store, big))


async def test_a_store_that_breaks_off_in_the_middle_of_an_object(big: Path, tmp_path: Path) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nhalf"
    async with silent_server(answer) as endpoint, impatient(endpoint) as store:
        await unavailable_within(SOON, store.download("x", tmp_path / "copy"))
    assert list(tmp_path.iterdir()) == []


async def test_a_store_that_falls_silent_in_the_middle_of_an_upload(s3: StoreSettings, big: Path) -> None:
    async with (
        falls_silent(s3.endpoint, after=PART_SIZE + PART_SIZE // 2) as endpoint,
        impatient(endpoint, s3) as store,
    ):
        await unavailable_within(SOON, store.put_file("half", big, PDF))
    whole = Store.open(s3)
    assert await whole.stat("half") is None
    await whole.close()


async def test_a_slow_line_is_no_fault(s3: StoreSettings, store: Store) -> None:
    """Sending a part takes longer than connecting may, here as on a narrow line with a larger part."""
    async with slow_line(s3.endpoint, bytes_per_second=4 << 20) as endpoint:
        slow = Store.open(replace(s3, endpoint=endpoint, connect_timeout=0.2))
        await slow.put_bytes("slow", bytes(PART_SIZE), PDF)
        assert len(await slow.get("slow")) == PART_SIZE
        await slow.close()


async def test_a_store_that_was_restarted_answers_the_next_call(tmp_path: Path, big: Path) -> None:
    """The connections in the pool are dead then; nobody should notice."""
    port = free_port()
    (tmp_path / "s3").mkdir()
    async with s3_server(tmp_path / "s3", port=port) as settings:
        store = Store.open(settings)
        await store.put_file("big", big, PDF)
    for name in ("stat", "put_bytes", "get", "remove", "put_file", "keys"):
        async with s3_server(tmp_path / "s3", port=port):
            await CALLS[name](store, big)
            assert len(await store.get("big")) == big.stat().st_size
            await store.put_bytes("x", b"x", PDF)
    await store.close()
