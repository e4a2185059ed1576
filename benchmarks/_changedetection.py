"""changedetection.io from PyPI beside our worker: an instance of its own that watches the proof's pages."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks._processes import Tree
from tests.servers import free_port

PACKAGE = "changedetection.io"
_AT_ONCE = 20  # pages; its own setting is for far fewer
_PATIENCE = 300.0  # seconds for one look at every page
_LOOKS_EVERY = 2.0  # seconds: listing its watches is work for it, too


def installed(scratch: Path) -> Path | None:
    """Return its program in an environment of its own, made once; None where it does not install."""
    home = scratch / "changedetection"
    program = home / "bin" / PACKAGE
    if not program.exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)  # noqa: S603 - our own
        install = [str(home / "bin" / "pip"), "install", "--quiet", "--no-compile", PACKAGE]
        if subprocess.run(install, check=False).returncode:  # noqa: S603 - our own
            return None
    return program


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance that runs only while it looks at pages: its idle threads would cost others their caches."""

    tree: Tree
    root: str
    token: str

    def ask(self, path: str, body: bytes | None = None) -> Any:
        """Return what its API says."""
        headers = {"x-api-key": self.token, "Content-Type": "text/plain"}
        request = urllib.request.Request(f"{self.root}/api/v1/{path}", body, headers)  # noqa: S310 - our own
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - our own
            return json.load(answer)

    def watch(self, urls: list[str]) -> None:
        """Take the pages in, each looked at once."""
        with self.tree.at_work():
            self._take_in(urls)

    def _take_in(self, urls: list[str]) -> None:
        for uuid in self.ask("watch"):  # it comes with two pages of the world outside
            delete = urllib.request.Request(f"{self.root}/api/v1/watch/{uuid}", method="DELETE")  # noqa: S310 - our own
            delete.add_header("x-api-key", self.token)
            urllib.request.urlopen(delete, timeout=60).close()  # noqa: S310 - our own
        self.ask("import?dedupe=false", "\n".join(urls).encode())
        self._until_all_are_checked(len(urls), after=0.0)

    def look_again(self, count: int) -> float:
        """Look at every page once more; returns the CPU seconds that it took."""
        with self.tree.at_work():
            time.sleep(1.1)  # it keeps moments in whole seconds
            before, started = self.tree.cpu_seconds(), time.time()
            self.ask("watch?recheck_all=1")
            self._until_all_are_checked(count, after=started)
            return self.tree.cpu_seconds() - before

    def _until_all_are_checked(self, count: int, *, after: float) -> None:
        deadline = time.monotonic() + _PATIENCE
        checked = 0
        while checked < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{PACKAGE} looked at {checked} of {count} pages in {_PATIENCE:.0f} s.")
            time.sleep(_LOOKS_EVERY)
            with contextlib.suppress(urllib.error.HTTPError):  # it fails while pages are being added
                seen = [watch["last_checked"] for watch in self.ask("watch").values()]
                checked = sum(moment > 0 and moment >= int(after) for moment in seen)


@contextlib.contextmanager
def running(program: Path, scratch: Path) -> Iterator[Instance]:
    """Run an instance on an empty folder."""
    data, port = scratch / "changedetection-data", free_port()
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir()
    environment = os.environ | {
        "ALLOW_IANA_RESTRICTED_ADDRESSES": "true",
        "FETCH_WORKERS": str(_AT_ONCE),
        "DISABLE_VERSION_CHECK": "yes",
        "LOGGER_LEVEL": "CRITICAL",
    }
    command = [str(program), "-C", "-d", str(data), "-h", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(  # noqa: S603 - our own
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            root = f"http://127.0.0.1:{port}"
            yield Instance(Tree(process.pid), root, _token(data, root))
        finally:
            process.kill()


def _token(data: Path, root: str) -> str:
    """Wait until it answers; returns the key of its API."""
    for _ in range(120):
        with contextlib.suppress(OSError, ValueError, KeyError):
            urllib.request.urlopen(root, timeout=5).close()  # noqa: S310 - our own
            for file in data.glob("*.json"):
                settings = json.loads(file.read_text())["settings"]
                return str(settings["application"]["api_access_token"])
        time.sleep(0.5)
    raise TimeoutError(f"{PACKAGE} does not answer.")
