"""The store: the minio SDK, which is synchronous, in a bounded pool of threads of its own.

Nothing here holds a large file in memory unless it is called `bytes`: what is longer than IN_ONE_PIECE goes out in
parts of PART_SIZE, the least that S3 takes, two at a time (the SDK holds a third); objects come in by chunks of CHUNK.
"""

import asyncio
import contextlib
import io
import itertools
import os
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self, TypeVar
from xml.etree import ElementTree

import minio
import urllib3
from minio.deleteobjects import DeleteObject
from minio.error import MinioException, S3Error
from urllib3.exceptions import HTTPError

from storage.model import Missing, Silent, Stat, StoreError, StoreSettings, TooLarge, Unavailable
from storage.transport import Transport, was_silence

IN_ONE_PIECE = 8 * 1024 * 1024
PART_SIZE = 5 * 1024 * 1024
PARALLEL_PARTS = 2
CHUNK = 256 * 1024
PAGE = 1000

T = TypeVar("T")


class Store:
    """One bucket. Every method raises `Unavailable` when the store does not answer, `StoreError` when it refuses."""

    def __init__(self, settings: StoreSettings, client: minio.Minio, transport: Transport) -> None:
        self._settings = settings
        self._bucket = settings.bucket
        self._client = client
        self._transport = transport
        self._threads = ThreadPoolExecutor(settings.threads, thread_name_prefix="storage")

    @classmethod
    def open(cls, settings: StoreSettings) -> Self:
        """Touches no network: a store that is down is noticed by the first call."""
        transport = Transport(
            connect=settings.connect_timeout,
            read=settings.read_timeout,
            connections=settings.threads * PARALLEL_PARTS,
        )
        client = minio.Minio(
            settings.endpoint,
            settings.access_key,
            settings.secret_key,
            secure=settings.secure,
            region=settings.region,  # else the SDK asks for it first
            http_client=transport,
        )
        return cls(settings, client, transport)

    async def close(self) -> None:
        """Waits for nobody: what is under way ends by its own timeout."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._transport.clear()

    async def ensure_bucket(self) -> None:
        await self._call(self._make_bucket)

    async def ping(self) -> None:
        """Returns if the bucket is there and answers."""
        if not await self._call(self._client.bucket_exists, self._bucket):
            raise StoreError(f"no bucket {self._bucket}")

    async def put_bytes(self, key: str, data: bytes, media_type: str) -> None:
        await self._call(self._put, key, io.BytesIO(data), len(data), media_type)

    async def put_file(self, key: str, path: Path, media_type: str) -> None:
        """Upload a file of any size; the object appears whole or not at all."""
        await self._call(self._put_file, key, path, media_type)

    async def get(self, key: str, limit: int | None = None) -> bytes:
        """The whole object; `TooLarge` if it has more than `limit` bytes."""
        return await self._call(self._get, key, limit)

    async def stream(self, key: str, offset: int = 0, length: int | None = None) -> AsyncGenerator[bytes, None]:
        """The object, or `length` bytes of it from `offset`, in chunks of at most CHUNK bytes."""
        if length == 0:
            return
        response = await self._call(self._open, key, offset, length)
        try:
            while chunk := await self._call(self._fill, response):
                yield chunk
        finally:
            with contextlib.suppress(RuntimeError):  # the store was closed meanwhile, and its connections with it
                self._threads.submit(response.close)  # in a thread, as it waits for one that still reads

    async def download(self, key: str, path: Path) -> None:
        """Write the object to `path`, which appears whole or not at all."""
        await self._call(self._download, key, path)

    async def stat(self, key: str) -> Stat | None:
        """None if there is no such object."""
        try:
            return await self._call(self._stat, key)
        except Missing:
            return None

    async def remove(self, keys: Iterable[str]) -> None:
        """Remove objects, a thousand in one request; missing ones are no error."""
        await self._call(self._remove, list(keys))

    async def keys(self, prefix: str = "") -> AsyncIterator[Stat]:
        """All objects whose key starts with `prefix`, in the order of the store."""
        found = self._client.list_objects(self._bucket, prefix=prefix, recursive=True)
        while page := await self._call(lambda: list(itertools.islice(found, PAGE))):
            for entry in page:
                yield _stat(entry)

    # What follows runs in the threads.

    async def _call(self, work: Callable[..., T], *args: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, _translated, work, args)

    def _make_bucket(self) -> None:
        if not self._client.bucket_exists(self._bucket):
            try:
                self._client.make_bucket(self._bucket)
            except S3Error as error:
                if error.code not in {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}:
                    raise

    def _put(self, key: str, data: Any, size: int, media_type: str) -> None:
        self._client.put_object(
            self._bucket,
            key,
            data,
            size,
            content_type=media_type,
            part_size=PART_SIZE if size > IN_ONE_PIECE else IN_ONE_PIECE,
            num_parallel_uploads=PARALLEL_PARTS,
        )

    def _put_file(self, key: str, path: Path, media_type: str) -> None:
        with path.open("rb") as file:
            self._put(key, file, os.fstat(file.fileno()).st_size, media_type)

    def _open(self, key: str, offset: int = 0, length: int | None = None) -> urllib3.BaseHTTPResponse:
        return self._client.get_object(self._bucket, key, offset=offset, length=length or 0)

    def _fill(self, response: urllib3.BaseHTTPResponse) -> bytes:
        """The next CHUNK bytes, fewer at the end. One that drips in for longer than `read_timeout` is no answer."""
        deadline = time.monotonic() + self._settings.read_timeout
        parts = []
        missing = CHUNK
        while missing and (part := response.read1(missing)):
            parts.append(part)
            missing -= len(part)
            if time.monotonic() > deadline:
                raise Silent("the store sends too slowly")
        return b"".join(parts)

    def _get(self, key: str, limit: int | None) -> bytes:
        response = self._open(key)
        try:
            chunks = []
            size = 0
            while chunk := self._fill(response):
                chunks.append(chunk)
                size += len(chunk)
                if limit is not None and size > limit:
                    raise TooLarge(key, limit)
            return b"".join(chunks)
        finally:
            response.close()

    def _download(self, key: str, path: Path) -> None:
        part = path.with_name(f"{path.name}.part")
        response = self._open(key)
        try:
            with part.open("wb") as file:
                while chunk := self._fill(response):
                    file.write(chunk)
            part.replace(path)
        finally:
            response.close()
            part.unlink(missing_ok=True)

    def _stat(self, key: str) -> Stat:
        return _stat(self._client.stat_object(self._bucket, key))

    def _remove(self, keys: list[str]) -> None:
        for error in self._client.remove_objects(self._bucket, map(DeleteObject, keys)):
            if error.code != "NoSuchKey":
                raise StoreError(f"cannot remove {error.name}: {error.code} {error.message}")


def _stat(entry: Any) -> Stat:
    return Stat(
        key=entry.object_name,
        size=entry.size or 0,
        etag=entry.etag or "",
        modified_at=entry.last_modified,
    )


def _translated(work: Callable[..., T], args: tuple[Any, ...]) -> T:
    """Do the work, and say in our words what went wrong."""
    try:
        return work(*args)
    except S3Error as error:
        if error.code == "NoSuchKey":
            raise Missing(str(args[0])) from error  # only work on one key, its first argument, can miss it
        if error.response.status >= 500 or error.code == "SlowDown":
            raise Unavailable(str(error)) from error
        raise StoreError(str(error)) from error
    except (HTTPError, MinioException, ElementTree.ParseError) as error:  # no answer, or none of an S3 store
        raise (Silent if was_silence(error) else Unavailable)(str(error)) from error
