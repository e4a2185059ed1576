"""Looks host names up for the fetch gate, in threads that may hang without holding anyone up."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from queue import Empty, SimpleQueue

from claims.pipeline.gate.hosts import Address


@dataclass(frozen=True, slots=True)
class Found:
    """What a name led to: no addresses for one that does not exist, or where nobody could be ``asked``."""

    addresses: tuple[Address, ...]
    asked: bool = True


class Lookups:
    """Names to addresses; every name is asked for once and its answer kept: no second one can differ."""

    def __init__(self) -> None:
        self._answers: SimpleQueue[tuple[str, Found]] = SimpleQueue()
        self._known: dict[str, Found] = {}

    def known(self, host: str) -> Found | None:
        """Return what ``host`` led to, None when never asked."""
        return self._known.get(host)

    def ask(self, host: str) -> None:
        """Look ``host`` up; the C library knows no deadline, so its thread is left behind if it hangs."""
        threading.Thread(target=_resolve, args=(host, self._answers), name="lookup", daemon=True).start()

    def answered(self, wait: float) -> Iterator[tuple[str, Found]]:
        """Yield what came in, waiting up to ``wait`` seconds for the first."""
        try:
            while True:
                host, found = self._answers.get(timeout=wait) if wait > 0 else self._answers.get_nowait()
                self._known[host] = found
                yield host, found
                wait = 0.0
        except Empty:
            return


def _resolve(host: str, answers: "SimpleQueue[tuple[str, Found]]") -> None:
    try:
        entries = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        addresses = dict.fromkeys(ip_address(str(entry[4][0])) for entry in entries)
        answers.put((host, Found(tuple(addresses))))
    except (OSError, ValueError) as error:
        nobody = isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN
        answers.put((host, Found((), asked=not nobody)))
