"""`zhusuo demo`: the trial installation with the demo district in it, and the stand-in intake system beside it."""

import json
import os
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from zhusuo.demo import district as d
from zhusuo.demo.intake import KEPT_IN
from zhusuo.demo.load import intake_origin, is_loaded, load
from zhusuo.errors import Refusal
from zhusuo.ports.common.app import today
from zhusuo.processes import Processes, Program
from zhusuo.serve import opened
from zhusuo.settings import Settings
from zhusuo.up import environment, up


class HalfLoaded(Refusal):
    code = "half_loaded"
    sentence = "上次载入演示区时中断了。请删除目录 {home} 后重新运行 make demo。"


async def demo(settings: Settings, console: Console) -> None:
    """Raises what `up` raises."""

    async def then(found: Settings, processes: Processes) -> None:
        await _load_once(found, console)
        program = Program(
            name="intake",
            argv=(sys.executable, "-m", "zhusuo.demo.intake"),
            env=environment(found),
            log=found.home.resolve() / "log" / "intake.log",
        )
        await processes.start(program)
        _welcome(found, console)

    await up(settings, then=then)


async def _load_once(settings: Settings, console: Console) -> None:
    async with opened(settings) as things:
        if await is_loaded(things.database):
            if not _token_file(settings).exists():
                raise HalfLoaded(home=str(settings.home))
            return
        console.print(f"住所云已启动：[bold]{settings.url}[/]，正在载入演示区，页面已可打开。")
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
        with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
            bar = progress.add_task("演示区")
            token = await load(
                things,
                today(),
                lambda done, total, word: progress.update(bar, completed=done, total=total, description=word),
            )
            progress.update(bar, completed=progress.tasks[0].total, description="演示区已就绪")
        _keep_token(_token_file(settings), token)


def _token_file(settings: Settings) -> Path:
    return settings.home / KEPT_IN


def _keep_token(path: Path, token: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump({"token": token}, file)


def _welcome(settings: Settings, console: Console) -> None:
    table = Table(title=f"住所云演示区  {settings.url}", title_style="bold", title_justify="left")
    for column in ("岗位", "用户名", "口令", "从这里开始"):
        table.add_column(column)
    rows = (
        ("审批员 周敏", "zhoumin", "/approval"),
        ("审批员 李楠", "linan", "/approval/filings"),
        ("物业员 孙启帆", "sunqifan", "/property"),
        ("物业员 陈鹭", "chenlu", "/property"),
        ("监管员 王强", "wangqiang", "/supervision"),
        ("监管员 赵静", "zhaojing", "/supervision/zombies"),
        ("代办员 林怡", "linyi", "/agency"),
        ("系统管理员 顾云", "admin", "/admin"),
    )
    for who, login, path in rows:
        table.add_row(who, login, d.PASSWORD, settings.url + path)
    console.print(table)
    console.print(f"综窗受理（另一个站点，内嵌“住所云”按钮）：{intake_origin(settings)}/demo/intake")
    console.print("Ctrl-C 结束；再次 make demo 会保留数据。")
