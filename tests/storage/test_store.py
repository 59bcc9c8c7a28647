"""The store against a real S3 server: what goes in comes out, and nothing is held in memory that need not be."""

import asyncio
import hashlib
import os
import sys
import uuid
from dataclasses import replace
from pathlib import Path

import pytest

from storage.keys import content_key
from storage.model import Missing, StoreError, StoreSettings, TooLarge
from storage.store import CHUNK, PART_SIZE, Store

PDF = "application/pdf"


def new_key() -> str:
    return content_key(hashlib.sha256(uuid.uuid4().bytes).hexdigest())


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Several parts, and a last one that is not full."""
    path = tmp_path_factory.mktemp("big") / "扫描件.pdf"
    path.write_bytes(os.urandom(3 * PART_SIZE + 12345))
    return path


def test_a_key_is_the_hash_in_two_levels_of_folders() -> None:
    sha256 = hashlib.sha256(b"").hexdigest()
    assert content_key(sha256) == f"sha256/e3/b0/{sha256}"


@pytest.mark.parametrize("wrong", ["", "e3b0", "E3" * 32, "../" + "a" * 61, "g" * 64])
def test_a_key_is_made_of_nothing_but_a_hash(wrong: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        content_key(wrong)


async def test_bytes_come_back_as_they_went_in(store: Store) -> None:
    key = new_key()
    data = "上海市徐汇区虹桥路1号\n".encode()
    await store.put_bytes(key, data, "text/plain; charset=utf-8")
    assert await store.get(key) == data


async def test_an_empty_object_is_an_object(store: Store) -> None:
    key = new_key()
    await store.put_bytes(key, b"", PDF)
    assert await store.get(key) == b""
    assert [chunk async for chunk in store.stream(key)] == []
    found = await store.stat(key)
    assert found is not None
    assert found.size == 0


async def test_a_file_goes_out_in_parts_and_comes_back_in_chunks(store: Store, big: Path, tmp_path: Path) -> None:
    key = new_key()
    await store.put_file(key, big, PDF)
    digest = hashlib.sha256()
    async for chunk in store.stream(key):
        assert len(chunk) <= CHUNK
        digest.update(chunk)
    assert digest.digest() == hashlib.sha256(big.read_bytes()).digest()

    copy = tmp_path / "副本.pdf"
    await store.download(key, copy)
    assert copy.read_bytes() == big.read_bytes()


@pytest.mark.parametrize(("offset", "length"), [(0, 1), (5, 10), (PART_SIZE - 3, 6), (3 * PART_SIZE, None), (7, 0)])
async def test_a_range_of_an_object_can_be_read(store: Store, big: Path, offset: int, length: int | None) -> None:
    key = content_key("0" * 64)
    if await store.stat(key) is None:
        await store.put_file(key, big, PDF)
    read = b"".join([chunk async for chunk in store.stream(key, offset, length)])
    end = None if length is None else offset + length
    assert read == big.read_bytes()[offset:end]


async def test_a_reader_may_leave_before_the_end(store: Store, big: Path) -> None:
    key = new_key()
    await store.put_file(key, big, PDF)
    for _ in range(20):
        stream = store.stream(key)
        assert await anext(stream)
        await stream.aclose()
    assert len(await store.get(key)) == big.stat().st_size


async def test_a_missing_object_is_missing_to_every_reader(store: Store, tmp_path: Path) -> None:
    key = new_key()
    assert await store.stat(key) is None
    for reading in (store.get(key), anext(store.stream(key)), store.download(key, tmp_path / "x")):
        with pytest.raises(Missing) as caught:
            await reading
        assert caught.value.key == key
    assert list(tmp_path.iterdir()) == []


async def test_an_object_over_the_limit_is_not_taken_into_memory(store: Store) -> None:
    key = new_key()
    await store.put_bytes(key, b"12345", PDF)
    assert await store.get(key, limit=5) == b"12345"
    with pytest.raises(TooLarge):
        await store.get(key, limit=4)


async def test_removing_is_done_once_and_harmless_twice(store: Store) -> None:
    keys = [new_key() for _ in range(3)]
    for key in keys:
        await store.put_bytes(key, b"x", PDF)
    await store.remove(keys[:2])
    await store.remove(keys[:2])
    assert [await store.stat(key) is None for key in keys] == [True, True, False]
    await store.remove([])


async def test_objects_are_listed_by_prefix(store: Store) -> None:
    for name in ("甲/1", "甲/2 副本(&+%).pdf", "乙/1"):
        await store.put_bytes(f"清单/{name}", name.encode(), PDF)
    found = {entry.key: entry.size async for entry in store.keys("清单/甲/")}
    assert found == {"清单/甲/1": 5, "清单/甲/2 副本(&+%).pdf": 21}
    assert [entry async for entry in store.keys("没有/")] == []


async def test_more_than_one_page_of_objects_is_listed_and_removed(store: Store) -> None:
    await asyncio.gather(*(store.put_bytes(f"pages/{number:04}", b"", PDF) for number in range(1100)))
    keys = [entry.key async for entry in store.keys("pages/")]
    assert len(keys) == 1100
    await store.remove(keys)
    assert [entry async for entry in store.keys("pages/")] == []


async def test_an_upload_of_the_same_key_by_many_at_once_leaves_one_whole_object(store: Store, big: Path) -> None:
    key = new_key()
    await asyncio.gather(*(store.put_file(key, big, PDF) for _ in range(4)))
    assert hashlib.sha256(await store.get(key)).digest() == hashlib.sha256(big.read_bytes()).digest()


async def test_a_file_that_is_not_there_is_the_callers_mistake(store: Store, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await store.put_file(new_key(), tmp_path / "没有.pdf", PDF)


async def test_a_wrong_secret_is_refused_and_not_called_unavailable(s3: StoreSettings) -> None:
    store = Store.open(replace(s3, secret_key="wrong"))
    with pytest.raises(StoreError) as caught:
        await store.put_bytes("x", b"x", PDF)
    assert type(caught.value) is StoreError
    await store.close()


async def test_a_bucket_is_made_once(s3: StoreSettings) -> None:
    store = Store.open(replace(s3, bucket=f"new-{uuid.uuid4().hex}"))
    with pytest.raises(StoreError):
        await store.ping()
    await asyncio.gather(store.ensure_bucket(), store.ensure_bucket())
    await store.ensure_bucket()
    await store.ping()
    await store.close()


MEMORY = """
import asyncio, hashlib, resource, sys
from pathlib import Path
from storage.model import StoreSettings
from storage.store import Store

def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

async def main(endpoint, access, secret, bucket, folder):
    path, copy = Path(folder, "big"), Path(folder, "copy")
    store = Store.open(StoreSettings(endpoint=endpoint, access_key=access, secret_key=secret, bucket=bucket))
    await store.put_bytes("warm", bytes(1 << 20), "text/plain")
    await store.get("warm")
    before = peak()
    await store.put_file("big", path, "application/pdf")
    digest = hashlib.sha256()
    async for chunk in store.stream("big"):
        digest.update(chunk)
    await store.download("big", copy)
    assert digest.digest() == hashlib.file_digest(path.open("rb"), "sha256").digest()
    assert path.stat().st_size == copy.stat().st_size
    print(peak() - before)

asyncio.run(main(*sys.argv[1:]))
"""


async def test_two_hundred_megabytes_pass_through_little_memory(s3: StoreSettings, tmp_path: Path) -> None:
    block = os.urandom(1 << 20)
    with (tmp_path / "big").open("wb") as file:
        for number in range(200):
            file.write(number.to_bytes(8) + block[8:])
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", MEMORY, s3.endpoint, s3.access_key, s3.secret_key, s3.bucket, str(tmp_path),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, _ = await process.communicate()
    assert process.returncode == 0
    assert int(out) < 50  # MiB: three parts and their copies
