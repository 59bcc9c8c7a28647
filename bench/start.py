"""From the command to the first page: an empty home, the demo district, and the same home once more.

    python -m bench.start [--rounds 3]

`zhusuo up` is run as a person would, and `/sign-in` is asked for until it is there. Beside it: the time the two
servers alone take to answer on the same home, which nobody can undercut. `zhusuo demo` is run until it says where to
begin; its documents are read in the background from then on.
"""

import argparse
import asyncio
import os
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from bench.figures import Figure, show
from bench.installation import HOST, free_port
from zhusuo.embedded import Embedded

AGAIN_BAR = 5.0
PATIENCE = 180.0
SAYS_IT_IS_READY = "Ctrl-C"


@asynccontextmanager
async def started(command: str, home: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, str, float]]:
    """The command on its own home and port: the process, its address, when it was started. Ended with SIGTERM."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ZHUSUO_")}
    listen = f"{HOST}:{free_port()}"
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "zhusuo", command),
        env={**kept, "ZHUSUO_HOME": str(home), "ZHUSUO_LISTEN": listen},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield process, f"http://{listen}", began
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.communicate(), 60)


async def first_page(process: asyncio.subprocess.Process, url: str) -> None:
    """Returns as soon as the sign-in page is there."""
    async with httpx.AsyncClient(trust_env=False) as client:
        until = time.perf_counter() + PATIENCE
        while time.perf_counter() < until and process.returncode is None:
            try:
                if (await client.get(f"{url}/sign-in")).status_code == 200:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.02)
    said = await process.stdout.read() if process.stdout and process.returncode is not None else b""
    raise SystemExit(f"no first page. {said.decode(errors='replace')}")


async def up(home: Path) -> float:
    """Seconds from `zhusuo up` to the first page."""
    async with started("up", home) as (process, url, began):
        await first_page(process, url)
        return time.perf_counter() - began


async def demo(home: Path) -> tuple[float, float]:
    """Seconds from `zhusuo demo` to the first page, and until everything is loaded."""
    async with started("demo", home) as (process, url, began):
        await first_page(process, url)
        page = time.perf_counter() - began
        assert process.stdout is not None
        said = b""
        while SAYS_IT_IS_READY.encode() not in said:
            part = await asyncio.wait_for(process.stdout.read(4096), PATIENCE)
            if not part:
                raise SystemExit(said.decode(errors="replace"))
            said += part
        return page, time.perf_counter() - began


async def servers(home: Path) -> float:
    """Seconds until the two servers alone answer."""
    began = time.perf_counter()
    embedded = await Embedded.start(home)
    took = time.perf_counter() - began
    await embedded.stop()
    return took


async def run(rounds: int) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="zhusuo-bench-") as folder:
        Path(folder).chmod(0o711)  # PostgreSQL's own account has to pass through
        bare = await servers(Path(folder) / "bare")
        first = await up(Path(folder) / "empty")
        home = Path(folder) / "demo"
        page, loaded = await demo(home)
        floor, again = [], []
        for _ in range(rounds):
            floor.append(await servers(home))
            again.append(await up(home))
    return [
        Figure(
            what="zhusuo up on existing data, to the first page",
            measured=f"{max(again):.1f} s at worst, {min(again):.1f} s at best of {rounds}",
            beside=f"the two servers alone {max(floor):.1f} s, {min(floor):.1f} s",
            bar=f"≤ {AGAIN_BAR:.0f} s",
            held=max(again) <= AGAIN_BAR,
        ),
        Figure(
            what="zhusuo up in an empty home, to the first page",
            measured=f"{first:.1f} s",
            beside=f"the two servers alone {bare:.1f} s",
        ),
        Figure(
            what="zhusuo demo in an empty home",
            measured=f"first page {page:.1f} s, all loaded {loaded:.0f} s",
            bar="≤ 180 s with downloads",
            held=loaded <= 180,
        ),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    show("Start", asyncio.run(run(options.rounds)))


if __name__ == "__main__":
    main()
