"""`make run`: prepares what a start needs, then runs web server, worker, scheduler and demo as one."""

import contextlib
import errno
import http.client
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import NoReturn

from claims.management.demo.story import ACCOUNTS, PASSWORD
from tracker.environment import YES
from tracker.together import Together, stop_with_caller

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
STORY_WITHIN_SECONDS = 20.0
READY_WITHIN_SECONDS = 60.0
QUIET_ABOUT_ROOT = "ignore:You're running the worker with superuser privileges"
# The demo's changes must show while a visitor watches.
DEMO_SWEEP_SECONDS = "2"


def say(words: str) -> None:
    """Tell the person at the terminal."""
    print(words, flush=True)  # noqa: T201 - this program's output is for a person, not a log


class CannotRunError(Exception):
    """Something stands in the way of a start; the sentence says what to do about it."""


@dataclass(frozen=True, slots=True)
class DemoRecord:
    """What ``var/run.json`` keeps: the port that the story's addresses name, and whether loading ended."""

    port: int
    loaded: bool

    @classmethod
    def read(cls, var: Path) -> "DemoRecord | None":
        """Return the record, or None where no `make run` has made this database."""
        try:
            kept = json.loads((var / "run.json").read_text())
        except FileNotFoundError:
            return None
        return cls(port=int(kept["port"]), loaded=bool(kept["loaded"]))

    def write(self, var: Path) -> None:
        """Replace the record in one step."""
        draft = var / "run.json.new"
        draft.write_text(json.dumps({"port": self.port, "loaded": self.loaded}))
        draft.replace(var / "run.json")


@dataclass(frozen=True, slots=True)
class Plan:
    """What this start is going to do. ``demo`` is None where no demo story belongs to the database."""

    var: Path
    port: int
    demo: DemoRecord | None

    @property
    def address(self) -> str:
        """Where the site will answer."""
        return f"http://{HOST}:{self.port}/"


# ---------------------------------------------------------------- deciding
def _port(name: str, otherwise: int) -> int:
    given = os.environ.get(name, "")
    if not given:
        return otherwise
    if not given.isascii() or not given.isdigit() or not 0 < int(given) < 65_536:
        raise CannotRunError(f"{name} is {given!r}; it must be a number from 1 to 65535.")
    return int(given)


def _need_free(port: int, name: str, purpose: str) -> None:
    with socket.socket() as probe:
        # As the servers do: a port that only waits out its last connections counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            other = port + 100 if port < 65_000 else 8_000
            if error.errno == errno.EADDRINUSE:
                raise CannotRunError(
                    f"Port {port}, for {purpose}, is in use on this machine, perhaps by another `make run`. "
                    f"Stop that, or take another port: make run {name}={other}"
                ) from error
            raise CannotRunError(
                f"Port {port}, for {purpose}, cannot be opened ({error.strerror}). "
                f"Take another: make run {name}={other}"
            ) from error


def _is_on(name: str, otherwise: str) -> bool:
    return os.environ.get(name, otherwise).lower() in YES


def _demo_for(var: Path, port: int) -> DemoRecord | None:
    """Return which demo this database has or gets: only one that we make ourselves, in DEBUG, gets one."""
    own_database = not (os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_URL_FILE"))
    if not own_database or not _is_on("DEBUG", "on"):
        return None
    database = var / "claims.sqlite3"
    kept = DemoRecord.read(var)
    if kept and kept.loaded:
        return kept if database.exists() else DemoRecord(_port("DEMO_PORT", port + 1), loaded=False)
    if kept and database.exists():
        # Loading was cut off. Nothing was served from it yet, but nothing is thrown away either.
        for file in var.glob("claims.sqlite3*"):
            file.replace(var / f"interrupted.{file.name}")
        say(f"The last start was interrupted while it loaded the demo; its database was set aside in {var}")
    if database.exists():
        return None
    return DemoRecord(_port("DEMO_PORT", port + 1), loaded=False)


def make_plan(var: Path) -> Plan:
    """Decide what to start. Raises `CannotRunError` for a port that is wrong or taken."""
    port = _port("PORT", 8000)
    _need_free(port, "PORT", "the site")
    demo = _demo_for(var, port)
    if demo:
        wanted = _port("DEMO_PORT", demo.port)
        if wanted != demo.port:
            say(f"The demo's pages stay at port {demo.port}, where the story was loaded, whatever DEMO_PORT.")
        if demo.port == port:
            raise CannotRunError(
                f"Port {port} cannot serve both the site and the demo's pages; take another PORT."
            )
        _need_free(demo.port, "DEMO_PORT", "the demo's pages")
    return Plan(var=var, port=port, demo=demo)


def environment_for(plan: Plan) -> dict[str, str]:
    """Return the environment of every process: the person's own, completed."""
    environment = os.environ | {"PORT": str(plan.port), "VAR_DIR": str(plan.var)}
    environment.setdefault("DEBUG", "on")
    environment.setdefault("PYTHONUNBUFFERED", "1")
    if plan.demo:
        environment.setdefault("SWEEP_SECONDS", DEMO_SWEEP_SECONDS)
        opened = environment.get("FETCH_ALLOW_PRIVATE", "")
        page_host = f"{HOST}:{plan.demo.port}"
        environment["FETCH_ALLOW_PRIVATE"] = f"{opened},{page_host}" if opened else page_host
        environment["DEMO_HOST"] = page_host
        environment["DEMO_PORT"] = str(plan.demo.port)
    return environment


# ---------------------------------------------------------------- preparing
def _manage(environment: Mapping[str, str], *words: str) -> None:
    done = subprocess.run(  # noqa: S603 - our own commands
        [sys.executable, "manage.py", *words], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip()
        raise CannotRunError(f"`manage.py {words[0]}` failed, so nothing was started. It said:\n{said}")


@contextlib.contextmanager
def _demo_pages(environment: Mapping[str, str], port: int) -> Iterator[None]:
    """Serve the demo's pages for as long as the block lasts."""
    command = [sys.executable, "manage.py", "demo_site", "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL) as site:  # noqa: S603
        try:
            _wait_for(port, STORY_WITHIN_SECONDS)
            yield
        finally:
            site.terminate()


def _ask(port: int, path: str) -> tuple[int, str]:
    """Return the status and body that a port of this machine answers with; OSError when it does not."""
    # Not urllib, which would send this through the proxy of whoever has one set.
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace")
    except http.client.HTTPException as error:
        raise ConnectionError(str(error)) from error
    finally:
        connection.close()


def _wait_for(port: int, within: float) -> None:
    """Wait until something speaks HTTP at the port, whatever it says; `CannotRunError` when nothing does."""
    deadline = time.monotonic() + within
    while True:
        try:
            _ask(port, "/")
        except OSError as error:
            if time.monotonic() > deadline:
                raise CannotRunError(f"The demo's pages do not answer at port {port}: {error}.") from error
            time.sleep(0.1)
        else:
            return


def prepare(plan: Plan, environment: Mapping[str, str]) -> None:
    """Make the folders, the tables and, into a database of our own that is new, the demo story."""
    for name in ("messages", "control"):
        (plan.var / "broker" / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    if plan.demo and not plan.demo.loaded:
        plan.demo.write(plan.var)
    say("Preparing the database …")
    # `make check` has the checks; here they would double the wait.
    _manage(environment, "migrate", "--verbosity", "0", "--skip-checks")
    _manage(environment, "createcachetable", "--verbosity", "0")
    if not _is_on("DEBUG", "on"):
        _manage(environment, "collectstatic", "--no-input", "--verbosity", "0")
    if plan.demo and not plan.demo.loaded:
        say("Loading the demo story …")
        with _demo_pages(environment, plan.demo.port):
            _manage(environment, "demo")
        DemoRecord(plan.demo.port, loaded=True).write(plan.var)


# ---------------------------------------------------------------- running
def commands(plan: Plan) -> dict[str, str]:
    """Return the shell command of each process, by the name that its lines carry."""
    python = shlex.quote(sys.executable)
    made = {
        "web": (
            f"{python} -m gunicorn tracker.wsgi --bind {HOST}:{plan.port} --worker-class gthread --workers 1 "
            "--threads 8 --graceful-timeout 3 --log-level warning --no-control-socket"
        ),
        "worker": (
            # Celery warns root because of pickle, which we do not accept.
            f"{python} -W {shlex.quote(QUIET_ABOUT_ROOT)} -m celery --quiet --app tracker worker "
            "--loglevel WARNING --without-gossip --without-mingle --without-heartbeat"
        ),
        "scheduler": f"{python} -m celery --quiet --app tracker beat --loglevel WARNING --pidfile=",
    }
    if plan.demo:
        made["demo"] = f"{python} manage.py demo_site --port {plan.demo.port}"
    return made


def _complaint(port: int) -> str:
    """Return "" once ``/readyz`` says 200, else what is said instead."""
    try:
        status, body = _ask(port, "/readyz")
    except OSError as error:
        return str(error)
    return "" if status == HTTPStatus.OK else body


def announce(plan: Plan) -> None:
    """Say where everything is as soon as it answers; complain after a minute, and go on waiting."""
    complain_at = time.monotonic() + READY_WITHIN_SECONDS
    while complaint := _complaint(plan.port):
        if time.monotonic() > complain_at:
            say(f"Not ready yet; /readyz says: {complaint}")
            complain_at += READY_WITHIN_SECONDS
        time.sleep(0.5)
    say(welcome(plan))


def welcome(plan: Plan) -> str:
    """Return the lines that a person needs first."""
    lines = ["", f"  The claim tracker is at  {plan.address}", ""]
    if plan.demo:
        lines += [f"  Demo log-ins ({plan.address}accounts/login/), each with the password {PASSWORD}:"]
        lines += [f"    {account.username:<7}{account.role.label}" for account in ACCOUNTS]
        lines += [
            "",
            f"  The pages it watches are at http://{HOST}:{plan.demo.port}/ and change as you look on.",
            "",
        ]
    return "\n".join([*lines, "  Ctrl-C stops everything.", ""])


def main() -> int:
    """Run until asked to stop (exit status 0) or until one of the processes ends by itself (1)."""
    os.chdir(ROOT)
    signal.signal(signal.SIGTERM, _interrupt)
    threading.Thread(target=stop_with_caller, daemon=True).start()
    var = Path(os.environ.get("VAR_DIR") or ROOT / "var").resolve()
    try:
        var.mkdir(mode=0o700, parents=True, exist_ok=True)
        plan = make_plan(var)
        environment = environment_for(plan)
        prepare(plan, environment)
        say("Starting …")
        everything = Together(once_started=lambda: announce(plan), ends_last="demo")
        ended = everything.run(commands(plan), environment)
    except CannotRunError as refusal:
        say(str(refusal))
        return 1
    except KeyboardInterrupt:
        say("Stopped before everything was started.")
        return 0
    if ended:
        name, status = ended
        say(f"The {name} process ended by itself (status {status}), so everything was stopped.")
        return 1
    say("Stopped.")
    return 0


def _interrupt(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
