"""Looks host names up for the fetch gate, in threads that may hang without holding anyone up."""

import socket
import threading
from collections.abc import Iterator
from ipaddress import ip_address
from queue import Empty, SimpleQueue

from claims.pipeline.gate.hosts import Address


class Lookups:
    """Names to addresses; every name is asked for once and its answer kept: no second one can differ."""

    def __init__(self) -> None:
        self._answers: SimpleQueue[tuple[str, tuple[Address, ...]]] = SimpleQueue()
        self._known: dict[str, tuple[Address, ...]] = {}

    def known(self, host: str) -> tuple[Address, ...] | None:
        """Return what ``host`` led to, empty for a name that does not exist, None when never asked."""
        return self._known.get(host)

    def ask(self, host: str) -> None:
        """Look ``host`` up; the C library knows no deadline, so its thread is left behind if it hangs."""
        threading.Thread(target=_resolve, args=(host, self._answers), name="lookup", daemon=True).start()

    def answered(self, wait: float) -> Iterator[tuple[str, tuple[Address, ...]]]:
        """Yield what came in, waiting up to ``wait`` seconds for the first."""
        try:
            while True:
                host, addresses = self._answers.get(timeout=wait) if wait > 0 else self._answers.get_nowait()
                self._known[host] = addresses
                yield host, addresses
                wait = 0.0
        except Empty:
            return


def _resolve(host: str, answers: "SimpleQueue[tuple[str, tuple[Address, ...]]]") -> None:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        addresses = dict.fromkeys(ip_address(str(entry[4][0])) for entry in found)
        answers.put((host, tuple(addresses)))
    except (OSError, ValueError):
        answers.put((host, ()))
