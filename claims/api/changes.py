"""`changes/`: every public change in the order of commits, for clients that keep a copy."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.answers import ChangesAnswer
from claims.api.documented import documented
from claims.api.endpoint import Endpoint
from claims.api.pagination import cursor_word
from claims.api.queries import LONGEST_WAIT, ChangesQuery
from claims.queries.history import (
    Position,
    anything_after,
    beginning,
    changes_after,
    read_cursor,
)
from claims.queries.shapes import change_row

_LOOK_EVERY = 0.5  # seconds


class WaitingRoom:
    """How many requests of this process wait for a change; a seat is a thread that answers nobody else."""

    def __init__(self) -> None:
        """Begin empty."""
        self._lock = threading.Lock()
        self._taken = 0

    @contextmanager
    def seat(self) -> Iterator[bool]:
        """Whether there was a seat, held until the block ends."""
        with self._lock:
            has_seat: bool = self._taken < settings.STREAM_MAX
            self._taken += has_seat
        try:
            yield has_seat
        finally:
            with self._lock:
                self._taken -= has_seat


waiting_room = WaitingRoom()


def _wait_for_more(position: Position, seconds: float) -> None:
    """Return once there is a public event after the position, or after ``seconds``."""
    until = time.monotonic() + seconds
    while not anything_after(position):
        left = until - time.monotonic()
        if left <= 0:
            return
        time.sleep(min(_LOOK_EVERY, left))


class ChangesEndpoint(Endpoint):
    """The change feed."""

    @documented("changes_list", query=ChangesQuery, answers={200: ChangesAnswer}, problems=[410])
    def get(self, request: Request) -> Response:
        """List the public changes after `cursor`, oldest first; `wait` for the first one if there is none.

        `next` is always a cursor to go on from. One that is unknown or too old is answered with 410: read the
        claims anew and begin without a cursor.
        """
        query = self.asked(ChangesQuery)
        now, longest = self.now(), timedelta(days=settings.CHANGES_DAYS)
        cursor = cursor_word(query.page["cursor"])
        start = (
            read_cursor(cursor, now=now, longest=longest) if cursor else beginning(now=now, longest=longest)
        )
        seconds = min(query.validated_data.get("wait", 0.0), LONGEST_WAIT)
        if seconds:
            with waiting_room.seat() as has_seat:
                if has_seat:
                    _wait_for_more(start, seconds)
        stretch = changes_after(start, limit=query.page["size"])
        return Response(
            {
                "next": stretch.end.cursor(self.now()),
                "previous": None,
                "results": [
                    change_row(event, cursor=Position(event.seq, event.hash).cursor(event.recorded_at))
                    for event in stretch.events
                ],
            },
            headers={"Cache-Control": "no-store"},
        )
