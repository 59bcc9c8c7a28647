"""A real S3 server, and some that misbehave."""

import asyncio
import contextlib
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from storage.model import StoreSettings
from zhusuo import embedded
from zhusuo.processes import Processes


@asynccontextmanager
async def s3_server(folder: Path, *, port: int | None = None) -> AsyncIterator[StoreSettings]:
    """`rclone serve s3` over `folder`, with one bucket, until the block is left."""
    settings = StoreSettings(
        endpoint=f"127.0.0.1:{port or free_port()}",
        access_key="access-of-tests",
        secret_key="secret-of-tests",
        bucket="tests",
    )
    processes = Processes()
    try:
        program = embedded.s3(folder, settings, log=folder.with_name(f"{folder.name}.log"))
        await processes.start(program, ready=lambda: embedded.store_answers(settings))
        yield settings
    finally:
        await processes.stop()


def free_port() -> int:
    """One on which nobody listens, nor on the next; of those that no connection is given while nobody does yet."""
    for port in secrets.SystemRandom().sample(embedded.PORTS, 1000):
        with contextlib.suppress(OSError), socket.socket() as taken, socket.socket() as following:
            taken.bind(("127.0.0.1", port))
            following.bind(("127.0.0.1", port + 1))
            return port
    raise OSError("no port is free")


@asynccontextmanager
async def silent_server(
    answer: bytes = b"", drip: bytes = b"", *, visits: list[str] | None = None
) -> AsyncIterator[str]:
    """Accepts, reads for ever and says nothing but `answer` at once and `drip` every 0.1 s; yields its host:port.

    Who came is noted in `visits`.
    """

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if visits is not None:
            visits.append(str(writer.get_extra_info("peername")))

        async def dripping() -> None:
            while drip:
                writer.write(drip)
                await writer.drain()
                await asyncio.sleep(0.1)

        with contextlib.suppress(ConnectionError):
            writer.write(answer)
            async with asyncio.TaskGroup() as both:
                drops = both.create_task(dripping())
                while await reader.read(65536):
                    pass
                drops.cancel()
        writer.close()

    async with _listening(serve) as endpoint:
        yield endpoint


@asynccontextmanager
async def falls_silent(endpoint: str, after: int) -> AsyncIterator[str]:
    """A proxy that passes everything on, until `after` bytes went to `endpoint`: then nothing goes either way."""
    passed = 0

    async def until_enough(count: int) -> bool:
        nonlocal passed
        passed += count
        return passed < after

    async with _proxy(endpoint, until_enough) as proxy:
        yield proxy


@asynccontextmanager
async def slow_line(endpoint: str, bytes_per_second: int) -> AsyncIterator[str]:
    """A proxy that takes no more than so much, and makes the sender wait for the rest."""

    async def slowly(count: int) -> bool:
        await asyncio.sleep(count / bytes_per_second)
        return True

    async with _proxy(endpoint, slowly) as proxy:
        yield proxy


@asynccontextmanager
async def _proxy(endpoint: str, passes: Callable[[int], Awaitable[bool]]) -> AsyncIterator[str]:
    host, _, port = endpoint.partition(":")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(host, int(port))

        async def answers() -> None:
            while data := await there.read(65536):
                if await passes(0):
                    writer.write(data)

        with contextlib.suppress(ConnectionError):
            async with asyncio.TaskGroup() as both:
                answering = both.create_task(answers())
                while data := await reader.read(65536):
                    if await passes(len(data)):
                        back.write(data)
                        await back.drain()
                answering.cancel()
        writer.close()
        back.close()

    async with _listening(serve) as proxy:
        yield proxy


@asynccontextmanager
async def _listening(
    serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[str]:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)  # else the kernel swallows whole parts
        listener.bind(("127.0.0.1", 0))
        server = await asyncio.start_server(serve, sock=listener)
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.close()
