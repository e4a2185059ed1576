"""A killable child process that reads pages, within limits of time and memory."""

import gc
import io
import os
import pickle
import resource
import select
import signal
import socket
import struct
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import is_dataclass
from datetime import datetime, timedelta, timezone
from enum import Enum
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import Any

from claims.pipeline.read_again import PageRead, PageToRead

TOO_MUCH = "The page uses more time or memory than reading one may take, so it could not be read."
"""What a person is told of a page that broke its reader."""

PATIENCE = 3
"""How many times the CPU time of a page is waited for, by the clock on the wall."""

_HANDFUL = 64  # pages handed over at once: each time costs a change of process
_HANDFUL_OF_BYTES = 1024 * 1024
_LONGEST_WAIT = 1.0  # seconds until fewer are handed over, while the child has nothing to do
_BETWEEN_LOOKS = 0.02  # seconds: to look after the child is a call of the system, more than most pages need
_MOST_BY_ONE_CHILD = 1_000  # pages; then its memory is given back
_MOST_WAITING = 32 * 1024 * 1024  # bytes of pages that wait to be read
_PAGES_OF_MEMORY = Path("/proc/self/statm")
# What may stand in an answer by module and name: moments, and those classes of ours that did already.
_WORDS: dict[tuple[str, str], type] = {
    ("datetime", kind.__name__): kind for kind in (datetime, timedelta, timezone)
}


class Reader:
    """Hands pages to one child, a handful at a time, and takes in what they say.

    Forked with the first pages, so that it shares the loaded code; a page that uses up its time or memory,
    or trips over an error of ours, ends the child and nothing else: the next pages get a new one. Between
    two batches the child waits, for a fork costs as much as reading thirty pages.
    """

    def __init__(self, read: Callable[[PageToRead], PageRead], *, seconds: float, megabytes: int) -> None:
        """Read with ``read``; ``seconds`` of CPU for a page, ``megabytes`` on top of what is shared."""
        self._read, self._seconds, self._megabytes = read, seconds, megabytes
        self._waiting: deque[tuple[str, PageToRead]] = deque()
        self._bytes_waiting = 0
        self._waiting_since = 0.0  # by the monotonic clock
        self._at_work: deque[tuple[str, PageToRead]] = deque()  # in the order in which they are read
        self._deadline = 0.0  # of the first at work, by the monotonic clock
        self._look_again_at = 0.0  # by the monotonic clock
        self._child: tuple[int, Connection, select.poll] | None = None
        self._read_by_child = 0

    def ask(self, key: str, page: PageToRead) -> None:
        """Queue a page; its answer comes under ``key``."""
        self._waiting.append((key, page))
        self._bytes_waiting += len(page.body)
        if len(self._waiting) == 1:
            self._waiting_since = time.monotonic()
        if self._is_handful():
            self._hand_over()

    @property
    def is_full(self) -> bool:
        """Whether so much waits that answers must be waited for before more pages are asked for."""
        return self._bytes_waiting > _MOST_WAITING

    @property
    def is_at_work(self) -> bool:
        """Whether the child reads, or has answered what was not yet taken in."""
        return bool(self._at_work)

    def stirs(self) -> bool:
        """Whether `answers` has something to do: to hand over, to take in, or to give a page up.

        Found out fifty times a second at most, so it may be asked as often as one likes.
        """
        now = time.monotonic()
        if now < self._look_again_at:
            return False
        self._look_again_at = now + _BETWEEN_LOOKS
        return (self._has_answer(0.0) or now >= self._deadline) if self._at_work else self._is_handful()

    def answers(self, *, wait: bool) -> Iterator[tuple[str, PageRead | None]]:
        """Yield what was read, None for a page that broke the child; with ``wait`` until nothing is left."""
        if wait or self._is_handful():
            self._hand_over()
        while self._at_work:
            left = max(0.0, self._deadline - time.monotonic())
            answer = None
            if self._has_answer(left if wait else 0.0):
                answer = take_answer(self._pipe())
            elif left and not wait:
                return
            key, _ = self._at_work.popleft()
            if answer is None:
                self._start_over()
            self._deadline = time.monotonic() + PATIENCE * self._seconds
            if wait or self._is_handful():
                self._hand_over()
            yield key, answer

    def start(self, page: PageToRead) -> None:
        """Have the child ready before the first page comes: it reads this one, and the answer is dropped."""
        self.ask("", page)
        for _ in self.answers(wait=True):
            pass

    def rest(self) -> None:
        """Drop what was asked and not answered; a child that has nothing to do stays for the next batch."""
        if self._at_work or self._read_by_child > _MOST_BY_ONE_CHILD:
            self.close()
        self._waiting.clear()
        self._at_work.clear()
        self._bytes_waiting = 0

    def close(self) -> None:
        """End the child."""
        ending, self._child, self._read_by_child = self._child, None, 0
        if ending is not None:
            child, pipe, _ = ending
            pipe.close()
            with suppress(ProcessLookupError, ChildProcessError):
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)

    def _start_over(self) -> None:
        """End the child, and let what it had before it wait for the next one."""
        self.close()
        self._bytes_waiting += sum(len(page.body) for _, page in self._at_work)
        self._waiting.extendleft(reversed(self._at_work))
        self._at_work.clear()

    def _is_handful(self) -> bool:
        """Whether what waits is enough to be handed over, or has waited long enough."""
        if self._at_work or not self._waiting:
            return False
        is_much = len(self._waiting) >= _HANDFUL or self._bytes_waiting >= _HANDFUL_OF_BYTES
        return is_much or time.monotonic() - self._waiting_since > _LONGEST_WAIT

    def _hand_over(self) -> None:
        """Give the child, if it has nothing to do, the next handful of pages."""
        if self._at_work or not self._waiting:
            return
        size = 0
        while self._waiting and len(self._at_work) < _HANDFUL and size < _HANDFUL_OF_BYTES:
            self._at_work.append(self._waiting.popleft())
            size += len(self._at_work[-1][1].body)
        self._bytes_waiting -= size
        self._read_by_child += len(self._at_work)
        if self._child is not None and self._has_answer(0.0):  # with nothing asked: it is gone
            self.close()
        pipe = self._pipe()
        try:
            pipe.send([page for _, page in self._at_work])
        except OSError:  # it died just now, or does not listen: the end of its answers will tell
            self._kill()
        self._waiting_since = time.monotonic()
        self._deadline = time.monotonic() + PATIENCE * self._seconds

    def _kill(self) -> None:
        if self._child is not None:
            with suppress(ProcessLookupError):
                os.kill(self._child[0], signal.SIGKILL)

    def _has_answer(self, seconds: float) -> bool:
        self._pipe()
        return self._child is not None and bool(self._child[2].poll(seconds * 1000))

    def _pipe(self) -> Connection:
        if self._child is None:
            ours, theirs = Pipe()
            child = os.fork()
            if child == 0:
                self._live_as_child(theirs)
            theirs.close()
            _limit_sending(ours, PATIENCE * self._seconds)
            stirs = select.poll()
            stirs.register(ours, select.POLLIN)
            self._child = child, ours, stirs
        return self._child[1]

    def _live_as_child(self, theirs: Connection) -> None:
        """Serve the parent, and never go on as it does."""
        try:
            _shed_inheritance(theirs.fileno())
            serve(theirs, self._read, seconds=self._seconds, megabytes=self._megabytes)
        finally:
            os._exit(1)


_of_process: dict[tuple[Any, ...], Reader] = {}
os.register_at_fork(after_in_child=_of_process.clear)


@contextmanager
def readers_turn(
    read: Callable[[PageToRead], PageRead], *, seconds: float, megabytes: int
) -> Iterator[Reader]:
    """Give this process's reader to one batch; another batch beside it, or other limits, get a new one.

    Its child is left to wait at the end. A process forked from this one makes a reader of its own.
    """
    terms = read, seconds, megabytes
    reader = _of_process.pop(terms, None) or Reader(read, seconds=seconds, megabytes=megabytes)
    end_readers()  # of other terms
    try:
        yield reader
    finally:
        reader.rest()
        end_readers()
        _of_process[terms] = reader


def end_readers() -> None:
    """End the child that waits for this process's next batch."""
    while _of_process:
        _of_process.popitem()[1].close()


class _PlainWords(pickle.Unpickler):
    """Takes in what was read and nothing else: a child that a page took over must not reach its parent."""

    def find_class(self, module: str, name: str) -> Callable[..., object]:
        """Return a dataclass or enumeration of ours, or a moment; raises UnpicklingError for all else.

        Python before 3.11.3 pickles a member of an enumeration as a call of `getattr`.
        """
        if (module, name) == ("builtins", "getattr"):
            return _member
        known = _WORDS.get((module, name))
        if known is not None:
            return known
        found = super().find_class(module, name) if module.startswith("claims.") else None
        if isinstance(found, type) and (is_dataclass(found) or issubclass(found, Enum)):
            return _WORDS.setdefault((module, name), found)
        raise pickle.UnpicklingError(f"{module}.{name} has no place in what a page says.")


def _member(kind: object, name: object) -> Enum:
    """Return the member of an enumeration, and nothing of anything else; raises UnpicklingError."""
    if (
        isinstance(kind, type)
        and issubclass(kind, Enum)
        and isinstance(name, str)
        and name in kind.__members__
    ):
        return kind.__members__[name]
    raise pickle.UnpicklingError(f"{kind!r:.100} is no enumeration, or has no member {name!r:.100}.")


def take_answer(pipe: Connection) -> PageRead | None:
    """Return what a child read; None where it died over the page, or was taken over."""
    try:
        answer = _PlainWords(io.BytesIO(pipe.recv_bytes())).load()
    except Exception:  # noqa: BLE001 - what was sent may be anything, and unpickling it raise anything
        return None
    return answer if isinstance(answer, PageRead) else None


def serve(
    pipe: Connection, read: Callable[[PageToRead], PageRead], *, seconds: float, megabytes: int
) -> None:
    """Read the pages of each list that the parent sends, answer each, and end when it hangs up."""
    status = 1
    try:
        # A stop is asked of the whole group; the parent may want its answers first, and takes this one along.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        _limit_memory(megabytes)
        while True:
            for page in pipe.recv():
                signal.setitimer(signal.ITIMER_PROF, seconds)  # of CPU: a busy machine breaks no page
                answer = read(page)
                signal.setitimer(signal.ITIMER_PROF, 0)
                pipe.send(answer)
    except (EOFError, ConnectionError):
        status = 0
    finally:
        if status:
            sys.excepthook(*sys.exc_info())
        os._exit(status)


def _limit_sending(pipe: Connection, seconds: float) -> None:
    """Let sending fail where the other side takes nothing for so long."""
    whole, part = divmod(seconds, 1)
    with socket.socket(fileno=os.dup(pipe.fileno())) as ours:
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", int(whole), int(part * 1e6)))


def _shed_inheritance(ours: int) -> None:
    """Drop the parent's connections; nothing of it may be closed by being collected."""
    gc.freeze()
    os.closerange(3, ours)
    os.closerange(ours + 1, os.sysconf("SC_OPEN_MAX"))


def _limit_memory(megabytes: int) -> None:
    """Cap the address space at ``megabytes`` beyond what was inherited (where the system tells that)."""
    if _PAGES_OF_MEMORY.exists():
        inherited = int(_PAGES_OF_MEMORY.read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        most = inherited + megabytes * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
