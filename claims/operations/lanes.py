"""Which page is asked for next: one of a host at a time, its gap between, hosts side by side."""

import heapq
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from time import monotonic

from claims.operations.robots import permission_for, robots_request
from claims.operations.sightings import OVERLOADED, Leased
from claims.pipeline.fetch import Fetched, FetchRefused, FetchRequest, FetchResult, Pause
from claims.pipeline.gate.inflate import FailureCode
from claims.pipeline.robots import RobotsAnswer

# A host that cannot be reached so often in a row is down: its other pages wait, uncounted.
_DOWN_AFTER = 3
_DOWN_FOR = 60.0  # seconds
_DOWN = frozenset({FailureCode.DNS, FailureCode.CONNECT, FailureCode.TLS, FailureCode.TIMEOUT})
# Seconds; in truth as soon as an answer comes in.
_UNTIL_SOMETHING_LANDS = 60.0


@dataclass(slots=True)
class Lane:
    """The pages of one held host. ``free_at`` and ``gap`` are seconds, ``free_at`` by the monotonic clock.

    ``robots`` is None until the host's rules are known: then they are asked for first.
    """

    host: str
    pages: deque[Leased]
    free_at: float
    gap: float
    robots: RobotsAnswer | None = None
    asked: Leased | None = None
    failures: int = 0
    is_closed: bool = False
    refused: list[tuple[Leased, str]] = field(default_factory=list)

    def learn(self, robots: RobotsAnswer) -> None:
        """Go by these rules from now on, the wait between two requests among them."""
        self.robots = robots
        if self.pages:
            self.gap = max(self.gap, permission_for(self.pages[0].url, robots).delay.total_seconds())

    def next_request(self) -> FetchRequest | None:
        """Return what to ask the host now; passes over pages that its rules refuse, into ``refused``."""
        if self.robots is None:
            return robots_request(self.pages[0].url)
        while self.pages:
            page = self.pages.popleft()
            permission = permission_for(page.url, self.robots)
            if permission.allowed or page.is_asked_for_by_hand:
                self.asked = page
                return page.request
            self.refused.append((page, permission.reason))
        return None

    def land(self, result: FetchResult) -> Leased | None:
        """Take note of an answer; returns the page that it is for, None for the host's rules."""
        page, self.asked = self.asked, None
        is_down = not isinstance(result, Fetched) and result.code in _DOWN
        self.failures = self.failures + 1 if is_down else 0
        status = 0 if isinstance(result, FetchRefused) else result.status
        if self.failures >= _DOWN_AFTER:
            self.free_at = monotonic() + _DOWN_FOR
        if status in OVERLOADED and (page is not None or status == HTTPStatus.TOO_MANY_REQUESTS):
            self.is_closed = True
        if page is not None and self.failures >= _DOWN_AFTER:
            self.is_closed = True
        return page


class Lanes:
    """Hosts side by side until ``closes_at`` (monotonic): no request starts later."""

    def __init__(self, lanes: Iterable[Lane], *, closes_at: float) -> None:
        """Take a lane with at least one page for each held host."""
        self._closes_at = closes_at
        self._idle = [(lane.free_at, lane.host, lane) for lane in lanes]
        heapq.heapify(self._idle)
        self._busy: dict[str, Lane] = {}

    def requests(self) -> Iterator[FetchRequest | Pause]:
        """Yield what to ask as soon as its host may be asked, for `fetch_many`."""
        while self._idle or self._busy:
            now = monotonic()
            if self._idle and self._idle[0][0] <= now:
                lane = heapq.heappop(self._idle)[2]
                request = lane.next_request() if now <= self._closes_at else None
                if request is not None:
                    self._busy[request.url] = lane
                    yield request
            elif self._busy or self._idle[0][0] <= self._closes_at:
                until = self._idle[0][0] if self._idle else now + _UNTIL_SOMETHING_LANDS
                yield Pause(until - now)
            else:
                return

    def landed(self, request: FetchRequest) -> Lane:
        """Return the lane whose host has answered; see `go_on`."""
        return self._busy.pop(request.url)

    def go_on(self, lane: Lane) -> None:
        """Let the lane's next page, if there is one, be asked for once its host is free."""
        # From the answer on, so that the host sees the whole gap however slow the way there is.
        lane.free_at = max(lane.free_at, monotonic() + lane.gap)
        if lane.pages and not lane.is_closed:
            heapq.heappush(self._idle, (lane.free_at, lane.host, lane))
