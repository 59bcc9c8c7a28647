"""A line to the S3 server that can slow down, fall silent or be cut while whoever uses it goes on."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager


class Line:
    """What `open` carries everything, `silent` takes everything and carries nothing, `cut` refuses."""

    def __init__(self, to: str) -> None:
        self._host, _, port = to.partition(":")
        self._port = int(port)
        self._status = "open"
        self._seconds = 0.0
        self._heard = asyncio.Event()
        self._writers: set[asyncio.StreamWriter] = set()
        self.endpoint = ""

    @contextmanager
    def slow(self, seconds: float) -> Iterator[None]:
        """So long for every 64 KB, and for every answer."""
        self._seconds = seconds
        try:
            yield
        finally:
            self._seconds = 0.0

    @contextmanager
    def silent(self) -> Iterator[None]:
        self._status = "silent"
        self._heard.clear()
        try:
            yield
        finally:
            self._open()

    @contextmanager
    def cut(self) -> Iterator[None]:
        self._status = "cut"
        self._hang_up()
        try:
            yield
        finally:
            self._open()

    def _open(self) -> None:
        """What was said into a line that carried nothing is lost: everybody has to call again."""
        self._status = "open"
        self._heard.set()
        self._hang_up()

    def _hang_up(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()

    async def call(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._status == "cut":
            writer.transport.abort()
            return
        self._writers.add(writer)
        try:
            there, back = await asyncio.open_connection(self._host, self._port)
            try:
                await asyncio.gather(self._carry(reader, back), self._carry(there, writer))
            finally:
                back.close()
        except OSError:
            pass  # the server is away: the caller is told by the end of the call
        finally:
            self._writers.discard(writer)
            writer.transport.abort()

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while data := await source.read(65536):
            if self._status == "open":
                await asyncio.sleep(self._seconds)
                sink.write(data)
                await sink.drain()
        if self._status == "silent":  # not even the end of a call is heard
            await self._heard.wait()
        with contextlib.suppress(OSError):
            sink.write_eof()


@asynccontextmanager
async def line(to: str) -> AsyncIterator[Line]:
    found = Line(to)
    server = await asyncio.start_server(found.call, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()[:2]
    found.endpoint = f"{host}:{port}"
    try:
        yield found
    finally:
        server.close()
        found._hang_up()
