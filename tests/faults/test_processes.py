"""Programs we keep running: they come back when they crash, and go when we go."""

import asyncio
import contextlib
import itertools
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest

from zhusuo.processes import Processes, Program, WontStart, run

pytestmark = pytest.mark.faults

SLEEP = "import time; time.sleep(60)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SLEEP
# A parent like a web server with workers: it notes the pids of itself and of its child in the current folder.
FAMILY = f"""
import os, pathlib, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", {STUBBORN!r}])
pathlib.Path("family").write_text(f"{{os.getpid()}} {{child.pid}}")
child.wait()
"""


@pytest.fixture
async def processes() -> AsyncIterator[Processes]:
    kept = Processes()
    yield kept
    await kept.stop()


def python(code: str, folder: Path, grace: float = 0.5) -> Program:
    argv = (sys.executable, "-c", code)
    return Program(name="program", argv=argv, folder=folder, log=folder / "log", grace=grace)


def alive(pid: int) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    return False


async def until(condition: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.02)


async def family(folder: Path) -> list[int]:
    path = folder / "family"
    await until(lambda: path.exists() and " " in path.read_text())
    pids = [int(pid) for pid in path.read_text().split()]
    path.unlink()
    return pids


async def test_a_crashed_program_comes_back(processes: Processes, tmp_path: Path) -> None:
    await processes.start(python(SLEEP, tmp_path))
    for _ in range(2):
        await until(lambda: processes.pid("program"))
        killed = processes.pid("program")
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        await until(lambda: processes.pid("program") is None)
    await until(lambda: processes.pid("program"))


async def test_one_that_crashes_at_once_is_tried_at_longer_and_longer_intervals(
    processes: Processes, tmp_path: Path
) -> None:
    await processes.start(python("import time; print(time.monotonic())", tmp_path))
    await until(lambda: (tmp_path / "log").exists() and len((tmp_path / "log").read_text().split()) >= 4)
    times = [float(line) for line in (tmp_path / "log").read_text().split()]
    gaps = [later - earlier for earlier, later in itertools.pairwise(times[:4])]
    assert [gap >= pause for gap, pause in zip(gaps, (0.2, 0.4, 0.8), strict=True)] == [True] * 3


async def test_the_children_of_a_crashed_program_go_before_it_comes_back(processes: Processes, tmp_path: Path) -> None:
    """Else they would hold its port."""
    await processes.start(python(FAMILY, tmp_path))
    parent, child = await family(tmp_path)
    os.kill(parent, signal.SIGKILL)
    again, _ = await family(tmp_path)
    assert again != parent
    assert not alive(child)


async def test_stopping_asks_first_and_then_kills_the_whole_group(tmp_path: Path) -> None:
    processes = Processes()
    await processes.start(python(FAMILY, tmp_path, grace=50))
    pids = await family(tmp_path)
    began = time.monotonic()
    await processes.stop()
    assert time.monotonic() - began < 25  # the parent did as it was told, its stubborn child was killed at once
    await until(lambda: not any(map(alive, pids)), seconds=10)


async def test_a_program_that_will_not_end_is_killed_after_its_grace(tmp_path: Path) -> None:
    processes = Processes()
    await processes.start(python(STUBBORN, tmp_path))
    await until(lambda: processes.pid("program"))
    pid = processes.pid("program")
    assert pid is not None
    await asyncio.sleep(0.3)
    began = time.monotonic()
    await processes.stop()
    assert 0.5 <= time.monotonic() - began < 25
    assert not alive(pid)


async def test_one_that_never_gets_ready_is_given_up_with_the_end_of_its_log(
    processes: Processes, tmp_path: Path
) -> None:
    async def never() -> None:
        raise ConnectionRefusedError

    with pytest.raises(WontStart, match="no port left"):
        await processes.start(python("raise SystemExit('no port left')", tmp_path), ready=never)
    with pytest.raises(WontStart):
        await processes.start(python(SLEEP, tmp_path), ready=never, within=0.3)


async def test_a_program_run_to_its_end_must_end_well(tmp_path: Path) -> None:
    await run(python("pass", tmp_path))
    with pytest.raises(WontStart, match="disk full"):
        await run(python("raise SystemExit('disk full')", tmp_path))


async def test_a_program_that_is_not_there_is_given_up(processes: Processes, tmp_path: Path) -> None:
    async def never() -> None:
        raise ConnectionRefusedError

    missing = Program(name="missing", argv=("/nowhere/program",), log=tmp_path / "log")
    with pytest.raises(WontStart, match="No such file"):
        await processes.start(missing, ready=never)


SUPERVISOR = """
import asyncio, sys
from pathlib import Path
from zhusuo.processes import Processes, Program, asked_to_end

async def main():
    processes = Processes()
    argv = (sys.executable, "-c", sys.argv[1])
    await processes.start(Program(name="program", argv=argv, folder=Path(sys.argv[2]), grace=0.5))
    await asked_to_end()
    await processes.stop()

asyncio.run(main())
"""

POLITE = """
import os, pathlib, signal, sys, time
def end(*_):
    pathlib.Path("ended").touch()
    sys.exit()
signal.signal(signal.SIGTERM, end)
pathlib.Path("family").write_text(f"{os.getpid()} 0")
time.sleep(60)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
async def test_a_program_is_asked_to_end_however_its_supervisor_ends(tmp_path: Path, number: signal.Signals) -> None:
    supervisor = await asyncio.create_subprocess_exec(sys.executable, "-c", SUPERVISOR, POLITE, str(tmp_path))
    try:
        pid, _ = await family(tmp_path)
        supervisor.send_signal(number)
        await supervisor.wait()
        await until(lambda: not alive(pid))
    finally:
        if supervisor.returncode is None:
            supervisor.kill()
    assert (tmp_path / "ended").exists()
