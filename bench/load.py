"""A load of HTTP requests from a process of its own, as lean as can be, so that the server is what is measured.

    python -m bench.load URL PATHS.txt [--header "Name: value"]… [--connections 16] [--seconds 5] [--rate 0]

Each connection is kept alive and sends the next request when its answer has come. With `--rate` requests are due at
even times whatever the answers do, and the time of an answer counts from when its request was due. Writes one line of
JSON.
"""

import argparse
import asyncio
import json
import sys
import time
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import cycle
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import uvloop

from bench.figures import percentile

WARM_UP = 0.5


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What came back: answers a second, their times in milliseconds, their statuses."""

    seconds: float
    count: int
    per_second: float
    p50: float
    p95: float
    p99: float
    statuses: dict[str, int]
    bytes_each: float


class _Connection(asyncio.Protocol):
    """One kept-alive connection; tells `done` of every answer: status and length."""

    def __init__(self, load: "_Load") -> None:
        self.load = load
        self.buffer = b""
        self.due = 0.0
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.load.idle(self)

    def send(self, request: bytes, due: float) -> None:
        assert self.transport is not None
        self.due = due
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self.buffer[:end].lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self.buffer) < end + 4 + length:
            return
        self.buffer = self.buffer[end + 4 + length :]
        self.load.answered(self, head[9:12].decode(), length)

    def connection_lost(self, exc: Exception | None) -> None:
        self.load.lost()


class _Load:
    def __init__(self, requests: Iterator[bytes], seconds: float, rate: float) -> None:
        self.requests = requests
        self.rate = rate
        self.start = time.perf_counter()
        self.counted_from = self.start + WARM_UP
        self.until = self.counted_from + seconds
        self.times: list[float] = []
        self.statuses: Counter[str] = Counter()
        self.bytes = 0
        self.free: deque[_Connection] = deque()
        self.waiting: deque[float] = deque()
        self.over = asyncio.get_running_loop().create_future()

    def idle(self, connection: _Connection) -> None:
        now = time.perf_counter()
        if now >= self.until:
            if not self.over.done():
                self.over.set_result(None)
        elif not self.rate:
            connection.send(next(self.requests), now)
        elif self.waiting:
            connection.send(next(self.requests), self.waiting.popleft())
        else:
            self.free.append(connection)

    def answered(self, connection: _Connection, status: str, length: int) -> None:
        now = time.perf_counter()
        if self.counted_from <= now < self.until:
            self.times.append((now - connection.due) * 1000)
            self.statuses[status] += 1
            self.bytes += length
        self.idle(connection)

    def lost(self) -> None:
        if not self.over.done():
            self.over.set_exception(ConnectionError("the server hung up"))

    async def at_the_rate(self) -> None:
        """Requests fall due at even times; one that finds no connection free waits, and its time counts."""
        number = 0
        while (due := self.start + number / self.rate) < self.until:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            if self.free:
                self.free.popleft().send(next(self.requests), due)
            else:
                self.waiting.append(due)
            number += 1
        if not self.over.done():
            self.over.set_result(None)


async def run(url: str, requests: list[bytes], connections: int, seconds: float, rate: float) -> Measured:
    parts = urlsplit(url)
    load = _Load(cycle(requests), seconds, rate)
    loop = asyncio.get_running_loop()
    for _ in range(connections):
        await loop.create_connection(lambda: _Connection(load), parts.hostname, parts.port)
    pace = asyncio.create_task(load.at_the_rate()) if rate else None
    await load.over
    if pace:
        await pace
    return Measured(
        seconds=seconds,
        count=len(load.times),
        per_second=len(load.times) / seconds,
        p50=percentile(load.times, 0.50),
        p95=percentile(load.times, 0.95),
        p99=percentile(load.times, 0.99),
        statuses=dict(load.statuses),
        bytes_each=load.bytes / max(1, len(load.times)),
    )


async def measure(
    url: str, paths: Path, *, headers: list[str], connections: int = 16, seconds: float = 5, rate: float = 0
) -> Measured:
    """The same from another process: run this module, read its line."""
    said = [url, str(paths), "--connections", str(connections), "--seconds", str(seconds), "--rate", str(rate)]
    for header in headers:
        said += ["--header", header]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.load", *said, stdout=asyncio.subprocess.PIPE
    )
    line, _ = await process.communicate()
    if process.returncode:
        raise SystemExit(f"the load broke off: {url}")
    return Measured(**json.loads(line))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("paths", type=Path)
    parser.add_argument("--header", action="append", default=[])
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rate", type=float, default=0)
    said = parser.parse_args()
    head = "".join(f"{header}\r\n" for header in said.header)
    host = urlsplit(said.url).netloc
    requests = [
        f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{head}\r\n".encode()
        for path in said.paths.read_text("utf-8").splitlines()
    ]
    found = uvloop.run(run(said.url, requests, said.connections, said.seconds, said.rate))
    print(json.dumps(asdict(found)))


if __name__ == "__main__":
    main()
