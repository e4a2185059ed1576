"""Reading one page in a process of its own, from a process that has threads or must stay small (the web's).

Forking such a process could take a lock along that nobody opens again. So the children come from a process
that is started beside it with the first page, and holds nothing but what reading needs.
"""

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from multiprocessing.connection import Pipe
from threading import BoundedSemaphore

from django.conf import settings

from claims.operations.reader import PATIENCE, serve, take_answer
from claims.operations.refusals import RuleRefusedError
from claims.pipeline.read_again import PageRead, PageToRead

_CHILDREN = multiprocessing.get_context("forkserver")
_CHILDREN.set_forkserver_preload(["claims.pipeline.warm"])
_AT_ONCE = BoundedSemaphore(2)  # children of one process: each may take READ_MEGABYTES


class ReadersBusyError(RuleRefusedError):
    """Others' pages are being read for as long as one may wait."""

    rule = "busy"


def read_apart(read: Callable[[PageToRead], PageRead], page: PageToRead) -> PageRead | None:
    """Return what ``read`` makes of the page, None where that takes more time or memory than reading may.

    ``read`` is pickled on its way to the child. Raises `ReadersBusyError` after a while.
    """
    with _a_seat():
        ours, theirs = Pipe()
        limits = {"seconds": settings.READ_SECONDS, "megabytes": settings.READ_MEGABYTES}
        child = _CHILDREN.Process(target=serve, args=(theirs, read), kwargs=limits, daemon=True)
        with closing(ours):
            with closing(theirs):
                child.start()
            try:
                with suppress(ConnectionError):  # it died before: taking in its answer will tell
                    ours.send([page])
                answered = ours.poll(PATIENCE * settings.READ_SECONDS)
                return take_answer(ours) if answered else None
            finally:
                child.kill()
                child.join()


@contextmanager
def _a_seat() -> Iterator[None]:
    """Wait for a child's turn, so that many pages at once do not fill the machine's memory."""
    if not _AT_ONCE.acquire(timeout=settings.READ_SECONDS):
        raise ReadersBusyError("Other pages are being read just now; try again in a minute.")
    try:
        yield
    finally:
        _AT_ONCE.release()
