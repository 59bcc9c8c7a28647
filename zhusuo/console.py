"""What every part of the `zhusuo` command needs: settings or a clear line, one place to run things, one console."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import IO, Any, TypeVar

import click
import uvloop
from pydantic import ValidationError
from rich.console import Console

from zhusuo.addresses.lexicon import Lexicon, RoadsUnreadable
from zhusuo.db import Database
from zhusuo.embedded import AlreadyRunning, NoAccount
from zhusuo.errors import Invalid, Refusal
from zhusuo.processes import WontStart
from zhusuo.settings import Settings
from zhusuo.up import PortTaken, reachable

T = TypeVar("T")

console = Console()
SAID_PLAINLY = (Refusal, AlreadyRunning, NoAccount, WontStart, PortTaken)


class WrongFile(click.ClickException):
    """One line and the exit status of a wrong call."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(self.message, file=file, err=True)


def settings_of_environment() -> Settings:
    """The settings, or one line per variable that cannot be right and exit status 2."""
    try:
        return Settings()
    except ValidationError as error:
        for fault in error.errors():
            click.echo(f"ZHUSUO_{str(fault['loc'][0]).upper()}: {fault['msg']}", err=True)
        raise SystemExit(2) from error


def words_of(settings: Settings) -> Lexicon:
    """The lexicon with the installation's own roads, or one line where they cannot be read."""
    try:
        return Lexicon.load(settings.roads)
    except RoadsUnreadable as error:
        raise WrongFile(error.message) from error


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run to the end; a refusal becomes one line and exit status 1."""
    try:
        return uvloop.run(work)
    except SAID_PLAINLY as error:
        click.echo(getattr(error, "message", str(error)), err=True)
        if isinstance(error, Invalid):
            for name, sentence in error.fields.items():
                click.echo(f"  {name}: {sentence}", err=True)
        raise SystemExit(1) from error
    except KeyboardInterrupt:
        raise SystemExit(130) from None


async def with_database(settings: Settings, work: Callable[[Database], Awaitable[T]]) -> T:
    """Do the work on the named database, on that of a running `zhusuo up`, or on one started for the purpose."""
    async with reachable(settings) as found:
        database = await Database.open(found.database_url, connections=4)
        try:
            return await work(database)
        finally:
            await database.close()
