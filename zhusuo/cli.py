"""The `zhusuo` command: exit status 0 done, 1 something is not in order, 2 the call was wrong."""

import secrets
from importlib import import_module
from typing import Any

import click

from zhusuo import logs, migrations
from zhusuo.console import console, run, settings_of_environment, with_database
from zhusuo.db import Database
from zhusuo.errors import Refusal
from zhusuo.people import actions, store
from zhusuo.people.model import OrganisationKind, Role
from zhusuo.processes import Processes
from zhusuo.settings import Settings
from zhusuo.up import up as run_up

PARTS = {
    "audit": "cli_check:audit",
    "calendar": "cli_calendar:calendar",
    "check": "cli_check:check",
    "classify": "cli_files:classify",
    "import": "cli_import:import_",
    "inspections": "cli_inspections:inspections",
    "lexicon": "cli_lexicon:lexicon",
    "read": "cli_words:read",
    "wash": "cli_words:wash",
}


class _Parts(click.Group):
    """The commands below, and those of PARTS: a module is only loaded for who calls its command."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *PARTS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in PARTS:
            return super().get_command(ctx, cmd_name)
        module, name = PARTS[cmd_name].split(":")
        command: click.Command = getattr(import_module(f"zhusuo.{module}"), name)
        return command


@click.group(cls=_Parts, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """住所云：楼宇材料一次备案，租户只带租赁合同。"""
    logs.configure(settings_of_environment().log_level)


@main.command()
def up() -> None:
    """启动试用安装：内置 PostgreSQL 和 S3、迁移、网页和后台进程。"""
    settings = settings_of_environment()

    async def tell(found: Settings, _: Processes) -> None:
        console.print(f"住所云已启动：[bold]{found.url}[/]（Ctrl-C 结束）")

    run(run_up(settings, then=tell))


@main.command()
def demo() -> None:
    """演示：启动试用安装，第一次时载入演示区。"""
    from zhusuo.demo.run import demo as run_demo

    run(run_demo(settings_of_environment(), console))


@main.command()
def serve() -> None:
    """网页进程（生产环境可起多个）。"""
    from zhusuo.serve import serve as serve_

    run(serve_(_complete(settings_of_environment())))


@main.command()
def worker() -> None:
    """后台进程（生产环境可起多个）。"""
    from zhusuo.worker import work

    run(work(_complete(settings_of_environment())))


@main.command()
@click.option("--revision", default="head", help="迁移到哪一版，默认最新。")
def migrate(revision: str) -> None:
    """把数据库迁移到最新结构，并载入行政区划。"""
    settings = _complete(settings_of_environment())

    async def work() -> None:
        from zhusuo.up import prepare

        if revision == "head":
            await prepare(settings)
        else:
            await migrations.migrate(settings.database_url, revision)

    run(work())


def _complete(settings: Settings) -> Settings:
    """For production parts, which start nothing themselves: the database and the store must be named."""
    missing = [
        name
        for name, value in (
            ("ZHUSUO_DATABASE_URL", settings.database_url),
            ("ZHUSUO_S3_ENDPOINT", settings.s3_endpoint),
        )
        if not value
    ]
    if missing:
        click.echo(f"请设置 {'、'.join(missing)}；试用请改用 zhusuo up。", err=True)
        raise SystemExit(2)
    return settings


@main.group()
def person() -> None:
    """人员：新增、停用、重设口令。第一位管理员也由这里建立。"""


@person.command("add")
@click.option("--role", type=click.Choice([role.value for role in Role if role != Role.CLIENT]), required=True)
@click.option("--name", required=True, help="姓名。")
@click.option("--login", required=True, help="用户名。")
@click.option("--organisation", required=True, help="机构名称；没有时按岗位新建。")
@click.option("--password", help="初始口令；不给则随机生成并显示一次。")
@click.option("--desk", default="", help="窗口。")
@click.option("--subdistrict", multiple=True, help="管辖街镇代码（市场监管所），可多次。")
def add_person(
    role: str, name: str, login: str, organisation: str, password: str | None, desk: str, subdistrict: tuple[str, ...]
) -> None:
    """新增人员。"""
    settings = settings_of_environment()
    given = password or secrets.token_urlsafe(12)
    kinds = {
        Role.CLERK: OrganisationKind.APPROVAL_AUTHORITY,
        Role.ADMINISTRATOR: OrganisationKind.APPROVAL_AUTHORITY,
        Role.SUPERVISOR: OrganisationKind.SUPERVISION_OFFICE,
        Role.MANAGER: OrganisationKind.PROPERTY_MANAGER,
        Role.AGENT: OrganisationKind.AGENCY,
    }

    async def work(database: Database) -> None:
        async with database.connection() as db:
            found = await store.organisation_by_name(db, settings.district, organisation)
        if found is None:
            found = await actions.add_organisation(
                database,
                None,
                kind=kinds[Role(role)],
                name=organisation,
                district_code=settings.district,
                subdistricts=frozenset(subdistrict),
            )
        await actions.add_person(
            database,
            None,
            organisation_id=found.id,
            role=Role(role),
            name=name,
            login=login,
            password=given,
            desk=desk,
        )

    run(with_database(settings, work))
    click.echo(f"已新增 {name}（{Role(role).label}），用户名 {login}" + ("" if password else f"，初始口令 {given}"))


@person.command("disable")
@click.argument("login")
def disable_person(login: str) -> None:
    """停用：立即退出，不能再登录。"""
    run(with_database(settings_of_environment(), lambda database: _set_disabled(database, login, True)))


@person.command("enable")
@click.argument("login")
def enable_person(login: str) -> None:
    """恢复停用的人员。"""
    run(with_database(settings_of_environment(), lambda database: _set_disabled(database, login, False)))


@person.command("password")
@click.argument("login")
@click.option("--password", help="新口令；不给则随机生成并显示一次。")
def set_password(login: str, password: str | None) -> None:
    """重设口令，同时结束此人的所有登录。"""
    given = password or secrets.token_urlsafe(12)

    async def work(database: Database) -> None:
        await actions.set_password(database, None, await _person_id(database, login), given)

    run(with_database(settings_of_environment(), work))
    click.echo("口令已重设" + ("" if password else f"：{given}"))


@main.group()
def client() -> None:
    """接入系统：新增、换令牌、停用。"""


@client.command("add")
@click.argument("name")
@click.option("--organisation", required=True, help="所属审批机关的名称。")
@click.option("--scope", multiple=True, type=click.Choice(sorted(actions.SCOPES)), required=True)
@click.option("--origin", default="", help="内嵌面板的页面所在站点。")
@click.option("--quota", default=600, help="每分钟次数上限。")
def add_client(name: str, organisation: str, scope: tuple[str, ...], origin: str, quota: int) -> None:
    """新增接入系统，显示一次令牌。"""
    settings = settings_of_environment()

    async def work(database: Database) -> str:
        async with database.connection() as db:
            found = await store.organisation_by_name(db, settings.district, organisation)
        if found is None:
            raise Refusal(f"没有叫“{organisation}”的机构。")
        _, token = await actions.add_client(
            database,
            None,
            organisation_id=found.id,
            name=name,
            scopes=frozenset(scope),
            origin=origin,
            quota_per_minute=quota,
        )
        return token

    click.echo(run(with_database(settings, work)))


@client.command("rotate")
@click.argument("client_id", type=click.UUID)
def rotate_client(client_id: Any) -> None:
    """换令牌：旧令牌立即失效，新令牌显示一次。"""
    work = with_database(settings_of_environment(), lambda database: actions.rotate_client(database, None, client_id))
    click.echo(run(work))


@client.command("disable")
@click.argument("client_id", type=click.UUID)
def disable_client(client_id: Any) -> None:
    """停用接入系统。"""
    run(
        with_database(
            settings_of_environment(), lambda database: actions.set_client_disabled(database, None, client_id, True)
        )
    )


async def _person_id(database: Database, login: str) -> Any:
    async with database.connection() as db:
        found: Any = await db.fetchval("SELECT id FROM persons WHERE login = $1", login)
    if found is None:
        raise Refusal(f"没有用户名为“{login}”的人员。")
    return found


async def _set_disabled(database: Database, login: str, disabled: bool) -> None:
    await actions.set_person_disabled(database, None, await _person_id(database, login), disabled)
