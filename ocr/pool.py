"""Reading documents from an asyncio program: children kept alive, each behind a pipe, limited and replaceable.

Lanes keep small things from waiting behind big ones: inspections, drawings and text layers take milliseconds and run
in children of their own, each document in one of them as long as that is not stuck, because opening it takes longer
than a page; pages that have to be read by the engine run in others, one page at a time and in turn, so a photo waits
for a few pages of a thick scan and not for all of it.
"""

import asyncio
import contextlib
import dataclasses
import json
import os
import signal
import sys
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from ocr import protocol
from ocr.errors import SENTENCES, Code, Unreadable
from ocr.kinds import page_kind
from ocr.model import WHOLE_PAGE, Inspection, Limits, Page
from ocr.protocol import BrokenFrame, Message
from ocr.quality import contradicts, in_order, quality_of
from ocr.sensitive import find_sensitive
from ocr.sniff import suits_name
from ocr.tables import is_more_of

PACKAGE_HOME = Path(__file__).resolve().parent.parent
PASSED_ON = ("PATH", "TMPDIR", "TESSDATA_PREFIX", "LD_LIBRARY_PATH")
MAY_BE_ONE_PAGE: frozenset[Code] = frozenset({"timeout", "out_of_memory", "crashed", "damaged", "truncated"})
"""What one page of a document may die of while the others can be read."""
QUICK_CHILDREN = 2
STUCK_SECONDS = 0.5
"""A child that has been at one request for so long gets no more documents meanwhile."""
MOST_HOMES = 64
PIPE_BYTES = 4 * 1024 * 1024
"""So much of an answer is taken at once: pictures are some megabytes."""
QUICK_TO_SLOW = 10
"""A child of the quick lane is used for so many times more requests than one that runs the engine."""

Made = TypeVar("Made")


class Readers:
    """The children that read; one object per process, opened where the process is put together.

    `processes` children run the engine; they share the processor cores evenly. Children start when first needed.
    Without `marks`, seals and signatures are not looked for on pages that have a text layer.
    """

    def __init__(self, processes: int = 2, limits: Limits | None = None, *, marks: bool = True) -> None:
        self.limits = limits or Limits()
        self.marks = marks
        self.processes = processes
        threads = max(1, len(os.sched_getaffinity(0)) // processes)
        uses = self.limits.pages_per_child
        self._quick = [_Lane(1, self.limits, threads=1, uses=uses * QUICK_TO_SLOW) for _ in range(QUICK_CHILDREN)]
        self._homes: dict[Path, _Lane] = {}
        self._engines = _Lane(processes, self.limits, threads=threads, uses=uses)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.gather(*(lane.close() for lane in (*self._quick, self._engines)))

    async def inspect(self, path: Path, name: str = "") -> Inspection:
        """What a document is, without reading it; `name` as the person called it. Raises `Unreadable`."""
        message, _ = await self._quick_for(path).ask(_request("inspect", path), self.limits.inspect_seconds)
        found = _believed(protocol.inspection_in, message)
        if name and not suits_name(found.media, name):
            warning = f"文件名后缀与内容不符，已按 {found.media.upper()} 读取。"
            return Inspection(media=found.media, page_count=found.page_count, warnings=(*found.warnings, warning))
        return found

    async def look(self, path: Path, number: int, width: int = 1400) -> tuple[bytes, tuple[str, ...]]:
        """Page `number` as WebP before it is read, and what is wrong with the picture, by codes of `ocr.quality`."""
        request = _request("draw", path, number=number, width=width, turned=0, judged=True)
        message, image = await self._quick_for(path).ask(request, self.limits.draw_seconds)
        return image, _believed(protocol.codes_in, message)

    async def draw(self, path: Path, number: int, width: int = 1400, turned: int = 0) -> bytes:
        """Page `number` as WebP, `width` pixels wide; `turned` as its `Page` says, to have it upright."""
        request = _request("draw", path, number=number, width=width, turned=turned)
        _, image = await self._quick_for(path).ask(request, self.limits.draw_seconds)
        return image

    async def read(self, path: Path) -> AsyncIterator[Page]:
        """The pages of a document in order, each as soon as it is read.

        A page on which the engine hangs or dies comes without words and says so in its `quality`. Raises `Unreadable`
        where the document cannot be opened, and at the end where not a single page could be read.
        """
        inspection = await self.inspect(path)
        until = time.monotonic() + self.limits.document_seconds
        tasks: deque[asyncio.Task[Page | Unreadable]] = deque()
        reasons: list[Unreadable] = []
        before: Page | None = None
        try:
            for number in range(1, inspection.page_count + 1):
                tasks.append(asyncio.create_task(self._page(path, number, until)))
                last = number == inspection.page_count
                while len(tasks) > (0 if last else self.processes):
                    page = await tasks.popleft()
                    if isinstance(page, Unreadable):
                        reasons.append(page)
                        page = unread_page(number - len(tasks))
                    if before is not None and page.kind == "other" and is_more_of(page, before):
                        page = dataclasses.replace(page, kind=before.kind)
                    before = page
                    yield page
            if len(reasons) == inspection.page_count:
                raise reasons[0]
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def pids(self) -> list[int]:
        """The living children, for whoever watches memory."""
        return [pid for lane in (*self._quick, self._engines) for pid in lane.pids()]

    def _quick_for(self, path: Path) -> "_Lane":
        """Where a document is open already, or may be opened."""
        home = self._homes.pop(path, None)
        if home is None or home.is_stuck:
            home = min(self._quick, key=lambda lane: (lane.is_stuck, lane.asked, lane.answered))
        self._homes[path] = home
        if len(self._homes) > MOST_HOMES:
            self._homes.pop(next(iter(self._homes)))
        return home

    async def _page(self, path: Path, number: int, until: float) -> Page | Unreadable:
        """A page, or why it was not read: the others are none the worse for it."""
        try:
            return _judged(await self._read_page(path, number, until))
        except Unreadable as reason:
            if reason.code not in MAY_BE_ONE_PAGE:
                raise
            return reason

    async def _read_page(self, path: Path, number: int, until: float) -> Page:
        request = _request("words", path, number=number, marks=self.marks)
        message, pixels = await self._quick_for(path).ask(request, self._seconds(until))
        if message["reading"] is not None:
            page = _believed(lambda given: protocol.page_in(number, given), message["reading"])
            if message["cutting"]:
                page = await self._with_marks(page, message, pixels, until)
        else:
            picture = await self._read_picture(path, number, until)
            page = _believed(lambda given: protocol.page_in(number, given), picture["reading"])
        if contradicts(str(message["unseen"]), page):
            page = dataclasses.replace(page, quality=(*page.quality, "hidden_text"))
        return page

    async def _read_picture(self, path: Path, number: int, until: float) -> Message:
        """What the engine says of a page; asked once more where its child died, which may have had other causes."""
        request = _request("read", path, number=number)
        try:
            message, _ = await self._engines.ask(request, self._seconds(until))
        except Unreadable as reason:
            if reason.code != "crashed":
                raise
            message, _ = await self._engines.ask(request, self._seconds(until))
        return message

    async def _with_marks(self, page: Page, words: Message, pixels: bytes, until: float) -> Page:
        """A page of a text layer with its seals and signatures, which only its picture shows."""
        request = {"verb": "marks", "about": {"cutting": words["cutting"], "rows": words["reading"]["rows"]}}
        message, _ = await self._engines.ask(request, self._seconds(until), pixels)
        return _believed(
            lambda given: dataclasses.replace(
                page, seals=protocol.seals_in(given), signatures=protocol.signatures_in(given)
            ),
            message,
        )

    def _seconds(self, until: float) -> float:
        left = until - time.monotonic()
        if left <= 0:
            raise Unreadable("timeout", "document")
        return min(self.limits.page_seconds, left)


class _Lane:
    """Some children of one sort; whoever asks first is served first."""

    def __init__(self, size: int, limits: Limits, *, threads: int, uses: int) -> None:
        self._free = asyncio.Semaphore(size)
        self._limits = limits
        self._threads = threads
        self._uses = uses
        self._idle: list[_Child] = []
        self._busy: dict[_Child, float] = {}
        self.asked = 0
        """Requests that are waiting or at work."""
        self.answered = 0

    @property
    def is_stuck(self) -> bool:
        """Whether a child has been at one request for long."""
        return any(time.monotonic() - since > STUCK_SECONDS for since in self._busy.values())

    async def ask(self, request: Message, seconds: float, pixels: bytes = b"") -> tuple[Message, bytes]:
        """The answer to `request` with its `pixels` within `seconds` once its turn has come."""
        self.asked += 1
        try:
            async with self._free:
                return await self._answer(request, seconds, pixels)
        finally:
            self.asked -= 1
            self.answered += 1

    async def _answer(self, request: Message, seconds: float, pixels: bytes) -> tuple[Message, bytes]:
        child = await self._child()
        self._busy[child] = time.monotonic()
        try:
            message, lump = await child.ask(request, seconds, pixels)
        except BaseException:
            await child.kill()
            raise
        finally:
            del self._busy[child]
        if child.uses >= self._uses or message.get("unreadable") in ("crashed", "out_of_memory"):
            await child.kill()
        else:
            self._idle.append(child)
        return _result(message), lump

    async def close(self) -> None:
        await asyncio.gather(*(child.kill() for child in (*self._idle, *self._busy)))
        self._idle.clear()

    def pids(self) -> list[int]:
        return [child.pid for child in (*self._idle, *self._busy)]

    async def _child(self) -> "_Child":
        while self._idle:
            child = self._idle.pop()
            if child.is_alive:
                return child
        return await _Child.start(self._limits, self._threads)


class _Child:
    """One child process and the pipe to it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        if process.stdin is None or process.stdout is None:
            raise ValueError("a child without pipes")
        self._process = process
        self._requests, self._answers = process.stdin, process.stdout
        self.uses = 0

    @classmethod
    async def start(cls, limits: Limits, threads: int) -> Self:
        about = {"limits": limits.as_dict(), "threads": threads, "parent": os.getpid()}
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            "ocr.child",
            json.dumps(about),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=PIPE_BYTES,
            env=_environment(threads),
            start_new_session=True,
        )
        return cls(process)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process.returncode is None

    async def ask(self, request: Message, seconds: float, pixels: bytes) -> tuple[Message, bytes]:
        self.uses += 1
        try:
            async with asyncio.timeout(seconds):
                self._requests.write(protocol.pack({**request, "seconds": seconds}, pixels))
                await self._requests.drain()
                body, lump = protocol.sizes(await self._answers.readexactly(protocol.HEADER.size))
                return protocol.unpack(await self._answers.readexactly(body)), await self._answers.readexactly(lump)
        except TimeoutError as error:
            raise Unreadable("timeout", f"{seconds:.0f} s") from error
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            await self.kill()
            died_of = self._process.returncode
            raise Unreadable("timeout" if died_of == -signal.SIGXCPU else "crashed", f"exit {died_of}") from error
        except (BrokenFrame, ValueError) as error:
            raise Unreadable("crashed", str(error)) from error

    async def kill(self) -> None:
        """End the child with everything that it has started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()


def _environment(threads: int) -> dict[str, str]:
    """Nothing of ours: no address of a database, no key of a store."""
    passed_on = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return passed_on | {
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(PACKAGE_HOME),
        "OMP_NUM_THREADS": str(threads),
        "OMP_THREAD_LIMIT": str(threads),
        "OPENBLAS_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
    }


def _request(verb: str, path: Path, **about: Any) -> Message:
    return {"verb": verb, "about": {"path": str(path), **about}}


def _result(message: Message) -> Message:
    if "missing" in message:
        raise FileNotFoundError(message["missing"])
    if "unreadable" in message:
        code = message["unreadable"]
        raise Unreadable(code if code in SENTENCES else "crashed", str(message.get("detail", "")))
    return message


def _believed(make: Callable[[Message], Made], message: Message) -> Made:
    try:
        return make(message)
    except (BrokenFrame, KeyError, TypeError, ValueError) as error:
        raise Unreadable("crashed", str(error)) from error


def unread_page(number: int) -> Page:
    """A page that nobody but a person can read. All of it counts as sensitive: nobody knows what it shows."""
    return Page(
        number=number,
        width_px=0,
        height_px=0,
        turned=0,
        text="",
        lines=(),
        method="none",
        kind="other",
        sensitive=(WHOLE_PAGE,),
        quality=("unread",),
    )


def _judged(page: Page) -> Page:
    page = dataclasses.replace(page, kind=page_kind(page))
    if page.kind == "blank":
        return dataclasses.replace(page, quality=())
    quality = in_order((*page.quality, *quality_of(page.lines, page.height_px, page.method)))
    page = dataclasses.replace(page, quality=quality)
    return dataclasses.replace(page, sensitive=tuple(find_sensitive(page)))
