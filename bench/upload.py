"""A large file through the web process, beside the bare SDK's PUT of the same bytes to the same store, in turn.

    python -m bench.upload [--megabytes 200] [--rounds 3]

The ways in are those of a browser: with JavaScript on a fast line, one chunk and then the whole file; on a slow one,
chunk by chunk (where the line is the limit: no bar); without JavaScript, one multipart form. A round is one upload of
each kind and two PUTs, one in a single request and one in parts (the faster counts); the best round of each counts,
as the noise of a shared machine only ever adds. Every upload has bytes of its own, so that nothing is there already.
Beside it: how much the web process grew.
"""

import argparse
import asyncio
import http.client
import json
import os
import secrets
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit
from uuid import UUID

import minio
import psutil

from bench.figures import Figure, show
from bench.installation import Installation, SignedIn, rest, servers, somebody, web
from zhusuo.carriers import actions as carriers
from zhusuo.carriers.model import CarrierKind, NewCarrier
from zhusuo.db import Database
from zhusuo.dossiers import actions as filings
from zhusuo.people import actions as people
from zhusuo.people.model import OrganisationKind, Role
from zhusuo.settings import Settings

MEGABYTE = 10**6
BLOCK = 2**20
SAMPLE_SECONDS = 0.02
SHARE_BAR = 0.6
GROWTH_BAR = 50


@dataclass
class Rates:
    """Megabytes a second of every round."""

    single: list[float] = field(default_factory=list)
    parts: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    chunks: list[float] = field(default_factory=list)
    form: list[float] = field(default_factory=list)
    growth: list[float] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Browser:
    """Sends what a browser sends, at next to no cost of its own."""

    url: str
    signed_in: SignedIn
    filing_id: UUID

    def whole(self, path: Path, size: int) -> None:
        """Announce, send a chunk to learn how fast the line is, send everything."""
        with closing(self._connection()) as connection, path.open("rb") as file:
            begun = self._begin(connection, path, size)
            self._bytes(connection, f"{begun['id']}/chunks/0", file.read(begun["chunk_bytes"]))
            file.seek(0)
            self._bytes(connection, f"{begun['id']}/whole", file)

    def chunks(self, path: Path, size: int) -> None:
        """Announce, send chunk by chunk, finish."""
        with closing(self._connection()) as connection, path.open("rb") as file:
            begun = self._begin(connection, path, size)
            for number in range(-(-size // begun["chunk_bytes"])):
                self._bytes(connection, f"{begun['id']}/chunks/{number}", file.read(begun["chunk_bytes"]))
            self._send(connection, "POST", f"/uploads/{begun['id']}/finish", b"", "application/json")

    def form(self, path: Path, size: int) -> None:
        """One plain form."""
        boundary = secrets.token_hex(16)
        fields = {"purpose": "filing", "filing_id": str(self.filing_id), "back": "/"}
        head = "".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        )
        head += (
            f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="{path.name}"\r\n'
            "Content-Type: application/pdf\r\n\r\n"
        )
        tail = f"\r\n--{boundary}--\r\n"
        headers = {
            **self.signed_in.headers,
            "origin": self.url,
            "content-type": f"multipart/form-data; boundary={boundary}",
            "content-length": str(len(head.encode()) + size + len(tail)),
        }
        with closing(self._connection()) as connection, path.open("rb") as file:
            connection.putrequest("POST", "/uploads/form")
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders(head.encode())
            connection.send(file)
            connection.send(tail.encode())
            answer = connection.getresponse()
            said = answer.read()
        if answer.status != 303:
            raise RuntimeError(f"{answer.status} {said[:500]!r}")

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=120, blocksize=BLOCK)

    def _begin(self, connection: http.client.HTTPConnection, path: Path, size: int) -> dict[str, Any]:
        about = {"purpose": "filing", "filing_id": str(self.filing_id), "name": path.name, "size": size}
        return self._send(connection, "POST", "/uploads", json.dumps(about).encode(), "application/json")

    def _bytes(self, connection: http.client.HTTPConnection, path: str, body: bytes | BinaryIO) -> None:
        self._send(connection, "PUT", f"/uploads/{path}", body, "application/octet-stream")

    def _send(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        path: str,
        body: bytes | BinaryIO,
        media_type: str,
    ) -> dict[str, Any]:
        length = len(body) if isinstance(body, bytes) else os.fstat(body.fileno()).st_size
        headers = {
            **self.signed_in.headers,
            "accept": "application/json",
            "content-type": media_type,
            "content-length": str(length),
            "x-csrftoken": self.signed_in.csrf_token,
        }
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        said = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {said[:500]!r}")
        found: dict[str, Any] = json.loads(said)
        return found


def fresh_file(folder: Path, size: int) -> Path:
    """A PDF by its first bytes, with bytes nobody had before."""
    path = folder / f"{secrets.token_hex(8)}.pdf"
    with path.open("wb") as file:
        file.write(b"%PDF-1.7\n")
        left = size - file.tell()
        while left:
            left -= file.write(os.urandom(min(BLOCK, left)))
    return path


@contextmanager
def watched(process: psutil.Process) -> Iterator[Callable[[], float]]:
    """By how many megabytes its resident memory exceeded, at its peak, what it was before."""
    before = process.memory_info().rss
    peak = before
    done = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(SAMPLE_SECONDS):
            peak = max(peak, process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield lambda: (peak - before) / MEGABYTE
    finally:
        done.set()
        watcher.join()


def bare_client(settings: Settings) -> minio.Minio:
    return minio.Minio(
        settings.s3_endpoint,
        settings.s3_access_key,
        settings.s3_secret_key.get_secret_value(),
        secure=False,
        region=settings.s3_region,
    )


def bare_put(client: minio.Minio, bucket: str, path: Path, part_size: int) -> None:
    client.fput_object(bucket, f"bench/{path.name}", str(path), part_size=part_size)


async def filer(database: Database, settings: Settings) -> tuple[SignedIn, UUID]:
    """A clerk at the counter and a filing of theirs."""
    authority = await people.add_organisation(
        database,
        None,
        kind=OrganisationKind.APPROVAL_AUTHORITY,
        name="量测审批局",
        district_code=settings.district,
    )
    clerk = await somebody(database, authority, Role.CLERK)
    async with database.connection() as db:
        subdistrict = await db.fetchval(
            """
            SELECT code
              FROM subdistricts
             WHERE district_code = $1
          ORDER BY code
             LIMIT 1
            """,
            settings.district,
        )
    carrier = await carriers.add_carrier(
        database,
        clerk.actor,
        NewCarrier(kind=CarrierKind.TOWER, name="量测大厦", address="宜山路900号", subdistrict_code=subdistrict),
    )
    filing = await filings.start_filing(
        database, clerk.actor, carrier.id, on_behalf_of="量测物业有限公司", day=date.today()
    )
    return clerk, filing.id


async def timed(size: int, work: Callable[[], None]) -> float:
    """Megabytes a second."""
    await rest()
    began = time.perf_counter()
    await asyncio.to_thread(work)
    return size / MEGABYTE / (time.perf_counter() - began)


async def measure(site: Installation, browser: Browser, size: int, rounds: int, folder: Path) -> Rates:
    rates = Rates()
    settings = site.settings
    client = bare_client(settings)
    small = fresh_file(folder, 2 * BLOCK)
    await asyncio.to_thread(browser.chunks, small, 2 * BLOCK)  # what is loaded at first use is no growth
    for _ in range(rounds):
        paths = [fresh_file(folder, size) for _ in range(5)]
        rates.single.append(await timed(size, lambda: bare_put(client, settings.s3_bucket, paths[0], 5 * 2**30)))  # noqa: B023
        rates.parts.append(await timed(size, lambda: bare_put(client, settings.s3_bucket, paths[1], 0)))  # noqa: B023
        with watched(site.web) as grown:
            rates.whole.append(await timed(size, lambda: browser.whole(paths[2], size)))  # noqa: B023
            rates.form.append(await timed(size, lambda: browser.form(paths[3], size)))  # noqa: B023
            rates.chunks.append(await timed(size, lambda: browser.chunks(paths[4], size)))  # noqa: B023
            rates.growth.append(grown())
        for path in paths:
            path.unlink()
    return rates


def figures(rates: Rates, size: int) -> list[Figure]:
    name = "one request" if max(rates.single) > max(rates.parts) else "parts"
    bare = max(*rates.single, *rates.parts)
    beside = f"bare SDK's PUT ({name}) {bare:.0f} MB/s"
    found = []
    for what, ours, bar in (
        ("by a browser on a fast line: one chunk, then whole", rates.whole, SHARE_BAR),
        ("by a plain form", rates.form, SHARE_BAR),
        ("by a browser on a slow line: chunk by chunk", rates.chunks, None),
    ):
        share = max(ours) / bare
        found.append(
            Figure(
                what=f"upload of {size // MEGABYTE} MB {what}",
                measured=f"{share:.2f} of it ({max(ours):.0f} MB/s)",
                beside=beside,
                bar=f"≥ {bar}" if bar else "the line",
                held=share >= bar if bar else None,
            )
        )
    grown = max(rates.growth)
    found.append(
        Figure(
            what="growth of the web process meanwhile",
            measured=f"{grown:.0f} MB",
            beside=f"{size // MEGABYTE} MB a file",
            bar=f"< {GROWTH_BAR} MB",
            held=grown < GROWTH_BAR,
        )
    )
    return found


async def run(size: int, rounds: int) -> None:
    async with servers() as (settings, database):
        signed_in, filing_id = await filer(database, settings)
        async with web(settings, database) as site:
            browser = Browser(url=site.url, signed_in=signed_in, filing_id=filing_id)
            with tempfile.TemporaryDirectory(prefix="zhusuo-bench-") as folder:
                rates = await measure(site, browser, size, rounds, Path(folder))
    show("Upload", figures(rates, size))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    asyncio.run(run(options.megabytes * MEGABYTE, options.rounds))


if __name__ == "__main__":
    main()
