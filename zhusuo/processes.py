"""Programs we keep running: started, watched, started again when they end, and all ended with us.

They end with us whatever happens: `stop` asks, waits and then kills; and if we are killed ourselves the kernel sends
each its `stop_signal` (launch.py). That signal follows the thread that started them: start them from a thread that
lives as long as they shall, such as the one of the event loop.
"""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import structlog

FIRST_PAUSE = 0.2
LONGEST_PAUSE = 10.0
STEADY = 30.0  # seconds after which a program counts as having run well
GIVE_UP = 3  # ends of a program before it was ever ready

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Program:
    """What to run and how to end it.

    `env` is added to ours; without a `log` it writes where we write; `account` is the (uid, gid) to run as;
    `tidy` clears away, before every start, what an earlier life left behind.
    """

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    log: Path | None = None
    account: tuple[int, int] | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    grace: float = 10.0
    tidy: Callable[[], None] | None = None


class WontStart(Exception):
    """A program ends again and again, or never answers; the message carries the end of its log."""

    def __init__(self, program: Program) -> None:
        super().__init__(f"{program.name} 无法启动。{_last_lines(program.log)}")
        self.program = program


class Processes:
    """Programs that are kept running until `stop`."""

    def __init__(self) -> None:
        self._stopping = asyncio.Event()
        self._keepers: list[asyncio.Task[None]] = []
        self._pids: dict[str, int] = {}
        self._ends: Counter[str] = Counter()

    def pid(self, name: str) -> int | None:
        """None while the program is not running."""
        return self._pids.get(name)

    async def start(
        self, program: Program, *, ready: Callable[[], Awaitable[None]] | None = None, within: float = 60.0
    ) -> None:
        """Keep a program running; with `ready`, return as soon as that no longer raises.

        Raises WontStart if the program ends GIVE_UP times before, or `within` seconds pass.
        """
        self._keepers.append(asyncio.create_task(self._keep(program), name=f"keep {program.name}"))
        deadline = time.monotonic() + within
        while ready is not None:
            try:
                return await ready()
            except Exception as error:  # whatever a client says of a server that is not there yet
                late = time.monotonic() > deadline
                if late or self._ends[program.name] >= GIVE_UP or self._stopping.is_set():
                    raise WontStart(program) from error
            await asyncio.sleep(0.03)

    async def stop(self) -> None:
        """End all programs, side by side, and their process groups."""
        self._stopping.set()
        await asyncio.gather(*self._keepers)

    async def _keep(self, program: Program) -> None:
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                await self._run(program)
            except OSError as error:
                log.error("program_not_started", program=program.name, error=str(error))
            if time.monotonic() - began > STEADY:
                pause = FIRST_PAUSE
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _run(self, program: Program) -> None:
        """One life of a program: until it ends by itself or we are stopping."""
        process = await _spawn(program)
        self._pids[program.name] = process.pid
        ended = asyncio.ensure_future(process.wait())
        stopping = asyncio.ensure_future(self._stopping.wait())
        await asyncio.wait({ended, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if self._stopping.is_set():
            await _end(program, process)
        else:
            self._ends[program.name] += 1
            log.warning("program_ended", program=program.name, pid=process.pid, status=await ended)
        _kill_group(process.pid)
        await ended
        del self._pids[program.name]


async def run(program: Program) -> None:
    """Run a program to its end; raises WontStart unless it ends well."""
    process = await _spawn(program)
    try:
        if await process.wait() != 0:
            raise WontStart(program)
    finally:
        _kill_group(process.pid)


async def asked_to_end() -> None:
    """Return at the first Ctrl-C, SIGTERM or closing of the terminal; a second one has its usual, harsh effect."""
    loop = asyncio.get_running_loop()
    asked = asyncio.Event()
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in signals:
        loop.add_signal_handler(number, asked.set)
    try:
        await asked.wait()
    finally:
        for number in signals:
            loop.remove_signal_handler(number)


async def _spawn(program: Program) -> asyncio.subprocess.Process:
    if program.tidy is not None:
        await asyncio.to_thread(program.tidy)
    uid, gid = program.account or (os.geteuid(), os.getegid())
    launcher = [sys.executable, "-I", "-S", str(Path(__file__).with_name("launch.py"))]
    with contextlib.ExitStack() as stack:
        output = stack.enter_context(program.log.open("ab")) if program.log else None
        return await asyncio.create_subprocess_exec(
            *launcher,
            *map(str, (os.getpid(), int(program.stop_signal), uid, gid)),
            *program.argv,
            cwd=program.folder,
            env={**os.environ, **program.env},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl-C in the terminal is for us alone; we end them in order
        )


async def _end(program: Program, process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(program.stop_signal)
    try:
        await asyncio.wait_for(process.wait(), program.grace)
    except TimeoutError:
        log.warning("program_killed", program=program.name, pid=process.pid, grace=program.grace)


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _last_lines(path: Path | None, count: int = 5) -> str:
    if path is None or not path.exists():
        return ""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[-count:]
    return "\n".join([f"日志 {path} 的最后几行：", *lines])
