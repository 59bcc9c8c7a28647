"""The worker process: reads documents in the background and does the duties that recur."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import asyncpg
import structlog

from ocr.model import Limits
from ocr.pool import Readers
from storage.model import StoreError
from storage.store import Store
from zhusuo import db as postgres
from zhusuo import events, sealing, tasks
from zhusuo.businesses import actions as businesses
from zhusuo.businesses import following
from zhusuo.db import Database
from zhusuo.dossiers import actions as dossiers
from zhusuo.dossiers import reading, reminders, sweeping
from zhusuo.dossiers.papers import DRAWING
from zhusuo.dossiers.uploads import folder
from zhusuo.inspections import risks
from zhusuo.lookup.lists import actions as lists
from zhusuo.people import duties as people
from zhusuo.ports.common.app import today
from zhusuo.processes import asked_to_end
from zhusuo.registrations import actions as registrations
from zhusuo.registrations import deadlines, sorting, watching
from zhusuo.serve import Things, opened
from zhusuo.settings import Settings
from zhusuo.tenancies import reminders as leases
from zhusuo.zombies import cases as zombie_cases
from zhusuo.zombies import process as zombie_process

log = structlog.get_logger()

IDLE_SECONDS = 5.0
"""How long a worker waits for a NOTIFY before it looks for itself: a hold that ends comes without one."""
QUICK = 2
"""Documents under way beside those the engines read: one with a text layer does not wait for a scan to end."""
FAULT_SECONDS = 3.0
"""How long it waits after PostgreSQL or the store went away."""


async def work(settings: Settings) -> None:
    """Work until asked to end. A task under way goes back to the others when its hold ends."""
    limits = Limits(
        max_bytes=settings.upload_limit_mb * 2**20, max_pages=settings.page_limit, page_seconds=settings.page_seconds
    )
    async with opened(settings) as things, Readers(processes=settings.readers, limits=limits) as readers:
        bell = asyncio.Event()
        calls = asyncio.Event()
        jobs = [asyncio.create_task(_listen(settings.database_url, bell, calls))]
        lanes = [(reading.KIND, reading.read_one)] * (settings.readers + QUICK) + [(DRAWING, reading.draw_one)]
        jobs += [asyncio.create_task(_do_documents(things, readers, *lane, bell)) for lane in lanes]
        jobs += [asyncio.create_task(_do_tasks(things, *each, calls)) for each in _long_tasks(things)]
        jobs += [asyncio.create_task(_recurring(*duty)) for duty in _duties(things)]
        await asked_to_end()
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)


async def _listen(database_url: str, *bells: asyncio.Event) -> None:
    """Ring the bells whenever somebody enqueues a task; the connection is made anew when it breaks."""
    while True:
        with contextlib.suppress(*postgres.Down):
            connection = await asyncpg.connect(database_url)
            gone = asyncio.Event()
            connection.add_termination_listener(partial(_set, gone))
            for bell in bells:
                await connection.add_listener(tasks.CHANNEL, partial(_set, bell))
            await gone.wait()
        await asyncio.sleep(FAULT_SECONDS)


def _set(event: asyncio.Event, *_: object) -> None:
    event.set()


Read = Callable[[Database, Store, Readers, tasks.Held, Path], Awaitable[None]]


async def _do_documents(things: Things, readers: Readers, kind: str, do: Read, bell: asyncio.Event) -> None:
    """Read one after the other, or draw photographs, which wait for nobody's reading."""
    held: tasks.Held | None = None
    while True:
        try:
            if held is not None:  # PostgreSQL went away in the middle: that was no fault of the document
                await tasks.postpone(things.database, held, "数据库没有响应", seconds=0)
            held = await tasks.hold(things.database, kind, reading.HOLD_SECONDS)
            if held is not None:
                await do(things.database, things.store, readers, held, folder(things.settings))
                held = None
                continue
            bell.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(bell.wait(), IDLE_SECONDS)
        except tasks.HoldLost:
            held = None
            log.info("hold_lost")
        except (*postgres.Down, StoreError) as error:
            log.warning("worker_waits", error=type(error).__name__)
            await asyncio.sleep(FAULT_SECONDS)


Task = Callable[[tasks.Held], Awaitable[object]]


def _long_tasks(things: Things) -> list[tuple[str, int, Task]]:
    """Work that goes on for minutes and says how far it is: its kind, for how long it is held, and what it is."""
    home = things.settings.district
    return [
        (
            businesses.KIND,
            businesses.HOLD_SECONDS,
            lambda held: businesses.work_on(things.database, things.lexicon, held, home_district=home),
        ),
        (lists.KIND, lists.HOLD_SECONDS, lambda held: lists.work_on(things.database, things.lexicon, held)),
    ]


async def _do_tasks(things: Things, kind: str, seconds: int, do: Task, bell: asyncio.Event) -> None:
    """One after the other. What breaks goes back to be tried again, and goes on where it stopped."""
    while True:
        held: tasks.Held | None = None
        try:
            held = await tasks.hold(things.database, kind, seconds)
            if held is not None:
                await do(held)
                continue
            bell.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(bell.wait(), IDLE_SECONDS)
        except tasks.HoldLost:
            log.info("hold_lost", kind=kind)
        except postgres.Down as error:
            log.warning("worker_waits", error=type(error).__name__)
            await asyncio.sleep(FAULT_SECONDS)
        except Exception:
            log.exception("task_failed", kind=kind)
            if held is not None:
                await tasks.fail(things.database, held, "处理时出错，将从断开的地方接着做")


Duty = Callable[[], Awaitable[object]]


def _duties(things: Things) -> list[tuple[str, float, Duty]]:
    """What recurs: its name, every how many seconds, and what it is. All may run in several workers at once."""
    database, store, settings = things.database, things.store, things.settings
    return [
        ("number_events", 1, lambda: events.number_pending(database)),
        ("seal_audit", 20, lambda: sealing.seal(database, settings.checkpoints, things.signer)),
        ("expire_holds", 60, lambda: registrations.expire_holds(database, datetime.now(UTC))),
        ("sort_filings", 5, lambda: sorting.sort_waiting(database, today())),
        ("watch_rights", 60, lambda: watching.watch(database, today())),
        ("lapse_overdue", 600, lambda: dossiers.lapse_overdue(database, today())),
        ("follow_registrations", 1, lambda: following.follow(database)),
        ("follow_signals", 1, lambda: zombie_cases.follow(database, today())),
        ("sweep_zombies", 600, lambda: zombie_cases.sweep_daily(database, today())),
        ("lapse_zombies", 600, lambda: zombie_process.lapse(database, today())),
        ("remind", 600, lambda: reminders.remind(database, today())),
        ("remind_of_leases", 600, lambda: leases.remind(database, today())),
        ("remind_of_registered", 600, lambda: deadlines.remind(database, today())),
        ("weigh_risks", 1800, lambda: risks.weigh_daily(database, today())),
        ("sweep_uploads", 900, lambda: sweeping.sweep(database, store, folder(settings))),
        ("settle_given_up", 30, lambda: reading.settle_given_up(database)),
        ("forget_people", 3600, lambda: people.forget(database)),
        ("forget_lists", 3600, lambda: lists.forget(database)),
    ]


async def _recurring(name: str, seconds: float, duty: Duty) -> None:
    while True:
        try:
            await duty()
        except (*postgres.Down, StoreError) as error:
            log.warning("duty_waits", duty=name, error=type(error).__name__)
        except Exception:
            log.exception("duty_failed", duty=name)
        await asyncio.sleep(seconds)
