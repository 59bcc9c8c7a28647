"""The servers of a trial installation: killed ones come back, and nothing outlives who started it."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import socket
import stat
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import psutil
import pytest

from storage.store import Store
from zhusuo.embedded import AlreadyRunning, Embedded
from zhusuo.processes import WontStart

pytestmark = pytest.mark.faults

PARENT = """
import asyncio, sys
from pathlib import Path
from zhusuo.embedded import Embedded
from zhusuo.processes import asked_to_end

async def main():
    embedded = await Embedded.start(Path(sys.argv[1]), fsync=False)
    print(embedded.database_url, flush=True)
    await asked_to_end()
    await embedded.stop()

asyncio.run(main())
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """Not pytest's own: that one is shut to others, and as root PostgreSQL runs under an account of its own."""
    folder = Path(tempfile.mkdtemp(prefix="zhusuo-home-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
async def embedded(home: Path) -> AsyncIterator[Embedded]:
    running = await Embedded.start(home, fsync=False)
    yield running
    await running.stop()
    assert processes_in(home) == []


def processes_in(home: Path) -> list[psutil.Process]:
    """All processes that work in a folder under `home`."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if Path(process.cwd()).is_relative_to(home):
                found.append(process)
    return found


async def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.02)


async def ask(url: str, sql: str) -> object:
    """The answer as soon as there is one."""
    deadline = time.monotonic() + 60
    while True:
        try:
            connection = await asyncpg.connect(url, timeout=5)
            try:
                return await connection.fetchval(sql)
            finally:
                await connection.close()
        except (OSError, asyncpg.PostgresError):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)


def kill(embedded: Embedded, name: str) -> int:
    pid = embedded.processes.pid(name)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    return pid


@asynccontextmanager
async def parent_of(home: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """Another process that keeps the servers of `home`, and the URL it prints."""
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, str(home), stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    try:
        line = b""
        while not line.startswith(b"postgresql://"):
            line = await parent.stdout.readline()
            assert line, "the parent did not start"
        yield parent, line.decode().strip()
    finally:
        if parent.returncode is None:
            parent.kill()
            await parent.wait()


async def test_the_database_knows_chinese(embedded: Embedded) -> None:
    assert await ask(embedded.database_url, "SELECT current_setting('server_version_num')::int / 10000") == 18
    await ask(embedded.database_url, "CREATE EXTENSION pg_trgm")
    trigrams = await ask(embedded.database_url, "SELECT cardinality(show_trgm('徐汇区虹桥路'))")
    assert trigrams == 7
    assert await ask(embedded.database_url, "SELECT similarity('虹桥路', '虹桥路') = 1 AND '虹桥' ~ '^\\w+$'")


async def test_secrets_are_for_their_owner_and_passwords_are_asked_for(embedded: Embedded, home: Path) -> None:
    for path in (home / "embedded.json", home / "s3", home / "postgres", home / "log"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
    assert not (home / "postgres.password").exists()
    password = json.loads((home / "embedded.json").read_text())["password"]
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(embedded.database_url.replace(password, "guess"))


async def test_a_killed_database_comes_back_where_it_was(embedded: Embedded) -> None:
    url = embedded.database_url
    await ask(url, "CREATE TABLE kept (id int)")
    await ask(url, "INSERT INTO kept VALUES (1)")
    for _ in range(3):
        killed = kill(embedded, "postgres")
        assert await ask(url, "SELECT count(*) FROM kept") == 1
        assert embedded.processes.pid("postgres") != killed


async def test_a_database_killed_in_the_middle_of_a_long_query_comes_back(embedded: Embedded) -> None:
    """Its backends go on for a while and hold the shared memory; they have to go first."""
    connection = await asyncpg.connect(embedded.database_url)
    query = asyncio.create_task(
        connection.execute("SELECT sum(a * b) FROM generate_series(1, 100000) a, generate_series(1, 100000) b")
    )
    await asyncio.sleep(0.3)
    killed = kill(embedded, "postgres")
    with pytest.raises((asyncpg.PostgresError, OSError)):
        await query
    assert await ask(embedded.database_url, "SELECT 1") == 1
    assert embedded.processes.pid("postgres") != killed


async def test_a_killed_store_comes_back_where_it_was(embedded: Embedded, home: Path) -> None:
    store = Store.open(embedded.store_settings)
    await store.put_bytes("kept", b"kept", "text/plain")
    half = home / "s3" / "zhusuo" / "sha256"
    half.mkdir()
    (half / ".rclone_temp_put_1").write_bytes(b"half an upload")
    killed = kill(embedded, "s3")
    await until(lambda: embedded.processes.pid("s3") not in {killed, None})
    for _ in range(600):
        with contextlib.suppress(Exception):
            await store.ping()
            break
        await asyncio.sleep(0.05)
    assert await store.get("kept") == b"kept"
    await until(lambda: list(half.iterdir()) == [])
    await store.close()


async def test_both_come_back_when_both_are_killed_again_and_again(embedded: Embedded) -> None:
    for _ in range(3):
        kill(embedded, "postgres")
        kill(embedded, "s3")
        assert await ask(embedded.database_url, "SELECT 1") == 1
        await until(lambda: embedded.processes.pid("s3") is not None)


async def test_the_data_and_the_ports_stay_over_a_restart(home: Path) -> None:
    first = await Embedded.start(home)
    await ask(first.database_url, "CREATE TABLE kept AS SELECT 1 AS id")
    await first.stop()
    assert processes_in(home) == []
    second = await Embedded.start(home)
    told = (home / "log" / "postgres.log").read_text("utf-8")
    assert "database system was shut down at" in told  # it had ended well: nothing to recover
    assert (second.database_url, second.store_settings) == (first.database_url, first.store_settings)
    assert await ask(second.database_url, "SELECT id FROM kept") == 1
    await second.stop()


async def test_a_port_that_was_taken_meanwhile_is_left_alone(home: Path) -> None:
    first = await Embedded.start(home, fsync=False)
    await first.stop()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", int(first.store_settings.endpoint.rpartition(":")[2])))
        other.listen()
        second = await Embedded.start(home, fsync=False)
        assert second.store_settings.endpoint != first.store_settings.endpoint
        assert second.database_url == first.database_url
        await second.stop()


async def test_a_second_start_in_the_same_folder_is_refused(embedded: Embedded, home: Path) -> None:
    with pytest.raises(AlreadyRunning, match="正由另一个住所云进程使用"):
        await Embedded.start(home, fsync=False)
    assert await ask(embedded.database_url, "SELECT 1") == 1


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
async def test_nothing_outlives_the_parent_and_the_data_is_kept(home: Path, number: signal.Signals) -> None:
    async with parent_of(home) as (parent, url):
        await ask(url, "CREATE TABLE kept AS SELECT 1 AS id")
        assert len(processes_in(home)) > 2
        idle = await asyncpg.connect(url)  # an open session does not hold anything up
        parent.send_signal(number)
        assert await parent.wait() == (-number if number == signal.SIGKILL else 0)
        await until(lambda: processes_in(home) == [])
        await idle.close()

    again = await Embedded.start(home, fsync=False)
    assert again.database_url == url
    assert await ask(url, "SELECT id FROM kept") == 1
    await again.stop()


async def test_a_start_right_after_the_parent_was_killed_waits_for_its_servers_to_go(home: Path) -> None:
    async with parent_of(home) as (parent, url):
        await ask(url, "CREATE TABLE kept AS SELECT id FROM generate_series(1, 100000) AS id")
        parent.kill()
        await parent.wait()
    again = await Embedded.start(home, fsync=False)
    assert await ask(again.database_url, "SELECT count(*) FROM kept") == 100000
    await again.stop()


async def test_a_stale_pid_file_is_no_obstacle(home: Path) -> None:
    """After a crash of the machine the pid in it belongs to somebody else, here to ourselves."""
    first = await Embedded.start(home, fsync=False)
    pid_file = home / "postgres" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    await first.stop()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:], ""]))
    second = await Embedded.start(home, fsync=False)
    assert await ask(second.database_url, "SELECT 1") == 1
    await second.stop()


async def test_a_set_up_that_was_broken_off_is_begun_anew(home: Path) -> None:
    starting = asyncio.create_task(Embedded.start(home, fsync=False))
    await until(lambda: (home / "postgres.new" / "base").exists())
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert processes_in(home) == []
    assert not (home / "postgres").exists()
    embedded = await Embedded.start(home, fsync=False)
    assert await ask(embedded.database_url, "SELECT 1") == 1
    await embedded.stop()


async def test_a_broken_cluster_says_so_instead_of_being_tried_for_ever(home: Path) -> None:
    first = await Embedded.start(home, fsync=False)
    await first.stop()
    (home / "postgres" / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(WontStart, match=r"postgres 无法启动(.|\n)*version 9.6"):
        await Embedded.start(home, fsync=False)
    assert processes_in(home) == []


async def test_two_installations_run_side_by_side(embedded: Embedded, home: Path) -> None:
    other = await Embedded.start(home / "深层" / "另一个", fsync=False)
    assert other.database_url != embedded.database_url
    assert await ask(other.database_url, "SELECT 1") == await ask(embedded.database_url, "SELECT 1")
    await other.stop()
