"""Which page is asked for next: one of a host at a time, its gap between, hosts side by side.

A redirect is one more request, to whichever host it leads to: it waits its turn there like any other.
"""

import heapq
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from time import monotonic
from typing import Generic, Protocol, TypeVar

from claims.models import Host
from claims.operations.findings import heed_host
from claims.operations.leases import HeldHosts, hold_hosts
from claims.operations.policies import cadences, host_of
from claims.operations.robots import keep_robots, kept_robots, robots_request
from claims.operations.sightings import OVERLOADED, failure_of
from claims.pipeline.fetch import (
    Fetched,
    FetchPolicy,
    FetchRefused,
    FetchRequest,
    FetchResult,
    Pause,
    Trail,
    fetch_many,
)
from claims.pipeline.gate.inflate import FailureCode
from claims.pipeline.robots import RobotsAnswer, may_read
from claims.queries.clock import database_clock, database_now

# A host that cannot be reached so often in a row is down: its other pages wait, uncounted.
_DOWN_AFTER = 3
_DOWN_FOR = 60.0  # seconds
_DOWN = frozenset(
    {FailureCode.OFFLINE, FailureCode.DNS, FailureCode.CONNECT, FailureCode.TLS, FailureCode.TIMEOUT}
)
# Seconds; in truth as soon as an answer comes in.
_UNTIL_SOMETHING_LANDS = 60.0
_KNOCK_AGAIN = 0.5  # seconds until a host that another worker holds is asked for anew
_MOST_SECONDS_ON_THE_WAY = 20.0
_NO_RULES = RobotsAnswer(HTTPStatus.NOT_FOUND)
_TOO_SLOW = (
    "The page redirects, and its site asks for longer waits between two requests than a check can keep; "
    "give the page's final address."
)


class Errand(Protocol):
    """Something to ask a host for; robots.txt has no say in what a person asked for by hand."""

    @property
    def host(self) -> str:
        """The ``host[:port]`` that its request goes to."""

    @property
    def request(self) -> FetchRequest:
        """What to ask."""

    @property
    def is_asked_for_by_hand(self) -> bool:
        """Whether it is asked for whatever robots.txt says."""


E = TypeVar("E", bound=Errand)


@dataclass(slots=True, eq=False)
class _Leg(Generic[E]):
    """One request to make: for an errand, or, without one, for the rules of ``rules_of``."""

    request: FetchRequest
    errand: E | None = None
    rules_of: "_Lane[E] | None" = None


@dataclass(slots=True, eq=False)
class _Lane(Generic[E]):
    """What is to be asked of one host. ``free_at`` (by the monotonic clock) and ``gap`` are seconds.

    ``robots`` is None until the host's rules are known: then they are asked for first. ``rules`` are requests
    for rules, also other hosts', that were sent here.
    """

    host: str
    free_at: float
    gap: float
    is_ours: bool
    robots: RobotsAnswer | None = None
    legs: deque[_Leg[E]] = field(default_factory=deque)
    rules: deque[_Leg[E]] = field(default_factory=deque)
    awaits_rules: bool = False
    is_queued: bool = False
    is_asked: bool = False
    is_closed: bool = False
    failures: int = 0

    @property
    def can_go_on(self) -> bool:
        """Whether there is anything to ask that waits for nothing but its turn."""
        return not self.is_closed and bool(self.rules or (self.legs and not self.awaits_rules))

    def learn(self, robots: RobotsAnswer, *, agent: str) -> None:
        """Go by these rules for ``agent`` from now on, the wait between two requests among them."""
        self.robots, self.awaits_rules = robots, False
        delay = may_read(f"https://{self.host}/", robots, agent=agent).delay
        self.gap = max(self.gap, delay.total_seconds())

    def land(self, result: FetchResult, *, is_page: bool) -> None:
        """Take note of how the host fares; one that is down or overloaded is asked nothing more."""
        is_down = not isinstance(result, Fetched) and result.code in _DOWN
        self.failures = self.failures + 1 if is_down else 0
        status = 0 if isinstance(result, FetchRefused) else result.status
        if self.failures >= _DOWN_AFTER:
            self.free_at = monotonic() + _DOWN_FOR
        if status in OVERLOADED and (is_page or status == HTTPStatus.TOO_MANY_REQUESTS):
            self.is_closed = True
        if is_page and self.failures >= _DOWN_AFTER:
            self.is_closed = True


class Lanes(Generic[E]):
    """Makes errands on held hosts, side by side; where one is led to another host, that is held as well.

    After ``answers``: ``refused`` by robots.txt, each with the reason; ``put_off`` on the way, each with the
    request that goes on, because the place it was led to could not be asked in time; ``unasked``, for which
    there was no time; ``heard``, each answering host with the failure, if any. Then ``let_go``.
    """

    def __init__(
        self,
        held: HeldHosts,
        errands: Iterable[E],
        *,
        policy: FetchPolicy,
        seconds: float,
        heeds_rules: bool = True,
    ) -> None:
        """Start errands within ``seconds``; hosts' rules that are not known are not asked for by hand."""
        self.refused: list[tuple[E, str]] = []
        self.put_off: list[tuple[E, FetchRequest]] = []
        self.unasked: list[E] = []
        self.heard: list[tuple[str, str | None]] = []
        self._held, self._policy = held, policy
        self._default_rules = None if heeds_rules else _NO_RULES
        self._now = database_clock()
        self._closes_at = monotonic() + seconds
        # Who is on the way gets as long again, so that no page's redirects are always cut off by the hour.
        self._last_leg_at = self._closes_at + min(seconds, _MOST_SECONDS_ON_THE_WAY)
        self._lanes: dict[str, _Lane[E]] = {}
        self._idle: list[tuple[float, str, _Lane[E]]] = []
        self._asking: dict[int, tuple[_Lane[E], _Leg[E]]] = {}  # by the identity of the request
        for errand in errands:
            self._lane(errand.host).legs.append(_Leg(errand.request, errand))
        self._open({host: held.free_at[host] - self._now() for host in self._lanes})
        for lane in self._lanes.values():
            self._stir(lane)

    def answers(self) -> Generator[tuple[E, FetchResult], None, None]:
        """Yield each errand with its answer, in any order."""
        answers = fetch_many(self._requests(), policy=self._policy, onward=self._go_onward)
        try:
            with closing(answers):
                for request, result in answers:
                    errand = self._landed(request, result)
                    if errand is not None:
                        yield errand, result
        finally:
            self._sort_out()

    def let_go(self) -> None:
        """Let others ask the hosts, each from when it is free again."""
        stopped = monotonic()  # before the time is asked for: its way here must not shorten a gap
        now = database_now()
        ours = [lane for lane in self._lanes.values() if lane.is_ours]
        self._held.release(
            {lane.host: now + timedelta(seconds=max(0.0, lane.free_at - stopped)) for lane in ours}
        )

    # ---- what to ask next

    def _requests(self) -> Iterator[FetchRequest | Pause]:
        """Yield what to ask as soon as its host may be asked, for `fetch_many`."""
        while self._idle or self._asking:
            now = monotonic()
            free_at, _, lane = self._idle[0] if self._idle else (now + _UNTIL_SOMETHING_LANDS, "", None)
            if lane is not None and (free_at <= now or (not self._asking and free_at > self._until(lane))):
                heapq.heappop(self._idle)
                lane.is_queued = False
                leg = self._next_leg(lane, now) if free_at <= now else None
                if leg is not None:
                    lane.is_asked = True
                    self._asking[id(leg.request)] = lane, leg
                    yield leg.request
            else:
                yield Pause(free_at - now)

    def _next_leg(self, lane: _Lane[E], now: float) -> _Leg[E] | None:
        """Return what to ask the host now; passes over pages that its rules refuse, into ``refused``."""
        if not lane.is_ours:
            self._knock(lane)
            return None
        if lane.rules:
            return lane.rules.popleft()
        while lane.legs and now <= self._until(lane):
            if lane.robots is None:
                lane.awaits_rules = True
                return _Leg(robots_request(lane.legs[0].request.place), rules_of=lane)
            leg = lane.legs.popleft()
            if leg.errand is None:
                continue
            permission = may_read(leg.request.place, lane.robots, agent=self._policy.user_agent)
            if permission.allowed or leg.errand.is_asked_for_by_hand:
                return leg
            self.refused.append((leg.errand, permission.reason))
        return None

    def _until(self, lane: _Lane[E]) -> float:
        """Return the latest moment at which the lane's next leg may start."""
        is_on_the_way = lane.rules or (lane.legs and lane.legs[0].request.trail)
        return self._last_leg_at if is_on_the_way else self._closes_at

    def _stir(self, lane: _Lane[E]) -> None:
        """Let the lane's next leg, if it can go on, be asked for once its host is free."""
        if lane.can_go_on and not (lane.is_queued or lane.is_asked):
            lane.is_queued = True
            heapq.heappush(self._idle, (lane.free_at, lane.host, lane))

    def _rest(self, lane: _Lane[E]) -> None:
        """Leave the host its gap: from the answer on, so that it is whole however slow the way there is."""
        lane.free_at = max(lane.free_at, monotonic() + lane.gap)
        self._stir(lane)

    def _landed(self, request: FetchRequest, result: FetchResult) -> E | None:
        """Take note of an answer; returns the errand that it is for, None for a host's rules."""
        lane, leg = self._asking.pop(id(request))
        lane.is_asked = False
        self.heard.append((lane.host, failure_of(result)))
        lane.land(result, is_page=leg.errand is not None)
        if leg.rules_of is not None:
            heed_host(result, now=self._now())
            rules = keep_robots(leg.rules_of.host, result)
            leg.rules_of.learn(rules, agent=self._policy.user_agent)
        self._rest(lane)
        if leg.rules_of is not None:
            self._stir(leg.rules_of)
        return leg.errand

    # ---- redirects

    def _go_onward(self, asked: FetchRequest, onward: FetchRequest) -> None:
        """Let what was led elsewhere be the next that is asked there."""
        lane, leg = self._asking.pop(id(asked))
        lane.is_asked = False
        self.heard.append((lane.host, None))
        lane.failures = 0
        there = self._lane(host_of(onward.place))
        (there.legs if leg.errand is not None else there.rules).appendleft(
            _Leg(onward, leg.errand, leg.rules_of)
        )
        self._rest(lane)
        self._stir(there)

    def _lane(self, host: str) -> _Lane[E]:
        """Return the host's lane; a new one is of a host that is not held yet."""
        if host not in self._lanes:
            gap = cadences()(host).host_gap.total_seconds()
            self._lanes[host] = _Lane(host, monotonic(), gap, is_ours=False)
        return self._lanes[host]

    def _knock(self, lane: _Lane[E]) -> None:
        """Try to hold a host that a redirect leads to; one that is not free in time closes its lane."""
        left = timedelta(seconds=max(0.0, self._last_leg_at - monotonic()))
        now = self._now()
        held = hold_hosts([lane.host], patience=left, word=self._held.word)
        if lane.host in held.free_at:
            self._open({lane.host: held.free_at[lane.host] - now})
        elif Host.objects.filter(name=lane.host, free_at__gt=now + left).exists():
            lane.is_closed = True
        else:
            lane.free_at = monotonic() + _KNOCK_AGAIN
        self._stir(lane)

    def _open(self, waits: dict[str, timedelta]) -> None:
        """Take lanes into use whose hosts are held, each free after its wait."""
        known = kept_robots(waits)
        for host, wait in waits.items():
            lane = self._lanes[host]
            lane.is_ours = True
            lane.free_at = monotonic() + max(0.0, wait.total_seconds())
            rules = known.get(host, self._default_rules)
            if rules is not None:
                lane.learn(rules, agent=self._policy.user_agent)

    def _sort_out(self) -> None:
        """Say what became of the legs that were not made."""
        for lane in self._lanes.values():
            for leg in lane.legs:
                if leg.errand is None:
                    continue
                if leg.request.trail is None:
                    self.unasked.append(leg.errand)
                elif lane.gap > _MOST_SECONDS_ON_THE_WAY and _stays(leg.request.trail, leg.request.url):
                    self.refused.append((leg.errand, _TOO_SLOW))
                else:
                    self.put_off.append((leg.errand, leg.request))
            for leg in lane.rules:
                if leg.rules_of is not None:  # they would be asked for again at once, and led here again
                    leg.rules_of.free_at = max(leg.rules_of.free_at, monotonic() + _DOWN_FOR)


def _stays(trail: Trail, asked: str) -> bool:
    """Whether the last redirect led to the host that it came from."""
    before = trail.hops[-2] if len(trail.hops) > 1 else asked
    return host_of(before) == host_of(trail.hops[-1])
