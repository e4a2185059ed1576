"""The fetch gate: the one way out, by which a URL becomes Fetched, FetchRefused or FetchFailed."""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, replace
from time import monotonic, sleep
from typing import Any

import pycurl

from claims.pipeline.gate.addresses import (
    CleanUrl,
    FetchPolicy,
    FetchRefused,
    RefusalCode,
    check_addresses,
    check_redirect,
    check_url,
    is_public,
)
from claims.pipeline.gate.errand import Errand, failed, failure_code, fetched
from claims.pipeline.gate.exchange import (
    FAILURE_REASONS,
    Fetched,
    FetchFailed,
    FetchRequest,
    FetchResult,
    Trail,
)
from claims.pipeline.gate.inflate import Answer, FailureCode, UnusableAnswer
from claims.pipeline.gate.lookup import Found, Lookups
from claims.pipeline.gate.wire import Wire

__all__ = [
    "CleanUrl",
    "FailureCode",
    "FetchFailed",
    "FetchPolicy",
    "FetchRefused",
    "FetchRequest",
    "FetchResult",
    "Fetched",
    "Pause",
    "RefusalCode",
    "Trail",
    "check_url",
    "fetch",
    "fetch_many",
    "is_public",
]

Onward = Callable[[FetchRequest, FetchRequest], None]
"""Told of a redirect instead of its being followed: the request that met it, and the one that goes on."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_POLL_SECONDS = 0.01  # between two looks at what nothing wakes us for
_MOST_SPARE = 50  # places
_NO_TRAIL = Trail((), permanent=True, spent_seconds=0.0)


def fetch(request: FetchRequest, *, policy: FetchPolicy) -> FetchResult:
    """Fetch one request under ``policy``; blocks at most ``policy.deadline_seconds``."""
    ((_, result),) = fetch_many([request], policy=policy)
    return result


@dataclass(frozen=True, slots=True)
class Pause:
    """No request just now: ask again after ``seconds``, or as soon as a result has been handed over."""

    seconds: float


def fetch_many(
    requests: Iterable[FetchRequest | Pause],
    *,
    policy: FetchPolicy,
    parallel: int = 50,
    onward: Onward | None = None,
) -> Generator[tuple[FetchRequest, FetchResult], None, None]:
    """Fetch many, at most ``parallel`` at a time, and yield each with its result as it ends, in any order.

    ``requests`` is asked for the next one only when there is room for it, so the caller can space them out:
    a `Pause` puts the question off. A host is looked up once per call, and its connection kept for its next
    request. Deadlines run on while the caller works on a result, so put off what takes long.

    With ``onward`` a redirect that the policy lets pass is not followed but told: the caller may hand its
    second request over, when and if the place may be asked. That one counts on where the first stopped.
    """
    return _Run(policy, parallel, onward).results(requests)


class _Run:
    """Drives all errands of one ``fetch_many`` call on one libcurl multi handle.

    libcurl itself waits for its sockets: being told of each one that comes and goes, and waiting for it here,
    takes more code and no less CPU.
    """

    def __init__(self, policy: FetchPolicy, parallel: int, onward: Onward | None) -> None:
        if parallel < 1:
            raise ValueError("At least one request must be allowed at a time.")
        self._policy = policy
        self._parallel = parallel
        self._onward = onward
        self._done: deque[tuple[FetchRequest, FetchResult]] = deque()
        self._flying: dict[Any, Wire] = {}
        self._spare: dict[tuple[str, str, int], Wire] = {}
        self._lookups = Lookups()
        self._asking: dict[str, list[Errand]] = {}
        self._paused_until: float | None = None

    def results(
        self, requests: Iterable[FetchRequest | Pause]
    ) -> Generator[tuple[FetchRequest, FetchResult], None, None]:
        """Yield every request with its result."""
        source = iter(requests)
        self._multi = pycurl.CurlMulti()
        try:
            while self._fill(source):
                self._step()
                while self._done:
                    yield self._done.popleft()
                    self._paused_until = None
        finally:
            self._close()

    def _fill(self, source: Iterator[FetchRequest | Pause]) -> bool:
        """Start what there is room for; whether anything is left to wait for or to hand over."""
        if self._paused_until is not None and self._paused_until > monotonic():
            return True
        self._paused_until = None
        while self._busy() + len(self._done) < self._parallel:
            request = next(source, None)
            if request is None:
                break
            if isinstance(request, Pause):
                self._paused_until = monotonic() + request.seconds
                break
            self._start(request)
        return bool(self._done) or self._busy() > 0 or self._paused_until is not None

    def _busy(self) -> int:
        if not self._asking:
            return len(self._flying)
        return len(self._flying) + sum(len(errands) for errands in self._asking.values())

    def _start(self, request: FetchRequest) -> None:
        asked = check_url(request.url, policy=self._policy)
        clean = check_url(request.place, policy=self._policy) if request.trail else asked
        if isinstance(asked, FetchRefused):
            self._done.append((request, asked))
            return
        if isinstance(clean, FetchRefused):
            self._done.append((request, clean))
            return
        trail = request.trail or _NO_TRAIL
        started = monotonic() - trail.spent_seconds
        deadline = started + self._policy.deadline_seconds
        hops, blank = list(trail.hops), self._blank(request)
        self._look_up(Errand(request, started, deadline, asked, clean, blank, hops, trail.permanent))

    def _blank(self, request: FetchRequest) -> Answer:
        return Answer(self._policy.max_bytes, bodyless=request.method == "HEAD", enough=request.enough)

    # ---- look-up

    def _look_up(self, errand: Errand) -> None:
        """Find the addresses of the errand's host, then connect."""
        clean = errand.clean
        if (wire := self._spare.pop(clean.origin, None)) is not None:
            self._send(errand, wire)
        elif clean.address is not None:
            self._connect(errand, Found((clean.address,)))
        elif (known := self._lookups.known(clean.host)) is not None:
            self._connect(errand, known)
        else:
            if clean.host not in self._asking:
                self._lookups.ask(clean.host)
            self._asking.setdefault(clean.host, []).append(errand)

    def _take_lookups(self, wait: float) -> None:
        for host, found in self._lookups.answered(wait):
            for errand in self._asking.pop(host, ()):
                self._connect(errand, found)
        now = monotonic()
        for host, errands in list(self._asking.items()):
            late = [errand for errand in errands if errand.deadline <= now]
            self._asking[host] = [errand for errand in errands if errand.deadline > now]
            for errand in late:
                self._fail(errand, FailureCode.DNS, "")
            if not self._asking[host]:
                del self._asking[host]

    # ---- one hop

    def _connect(self, errand: Errand, found: Found) -> None:
        addresses = found.addresses
        if not addresses:
            self._fail(errand, FailureCode.DNS if found.asked else FailureCode.OFFLINE, "")
            return
        refused = check_addresses(errand.clean, addresses, policy=self._policy)
        if refused is not None:
            self._refuse(errand, refused.code, refused.reason, refused.hop)
            return
        self._send(errand, Wire(errand.clean, addresses, self._policy))

    def _send(self, errand: Errand, wire: Wire) -> None:
        if errand.deadline <= monotonic():
            self._keep(wire)
            self._fail(errand, FailureCode.TIMEOUT, "")
            return
        wire.carry(errand)
        self._flying[wire.handle] = wire
        self._multi.add_handle(wire.handle)

    def _keep(self, wire: Wire) -> None:
        """Keep a wire for the next errand to the same place; one for each place, and not for too many."""
        if not wire.is_plain or wire.origin in self._spare or len(self._spare) >= _MOST_SPARE:
            wire.close()
        else:
            self._spare[wire.origin] = wire

    def _land(self, handle: Any, error: int, detail: str) -> None:
        """Take a finished transfer off libcurl: a result, or the next hop."""
        wire = self._flying.pop(handle)
        errand = wire.errand
        self._multi.remove_handle(handle)
        wire.hang_up()
        peer = handle.getinfo(pycurl.PRIMARY_IP) or ""
        asked = bool(error) and handle.getinfo(pycurl.REQUEST_SIZE) > 0
        of_system = handle.getinfo(pycurl.OS_ERRNO) if error else 0
        self._keep(wire)
        if errand.strayed:
            reason = f"{errand.clean.host} led to an address that had not been checked."
            self._refuse(errand, RefusalCode.PRIVATE, reason, errand.clean.url)
        elif errand.trouble is not None:
            self._finish(errand, failed(errand, errand.trouble.code, errand.trouble.reason))
        elif errand.answer.has_enough:
            self._conclude(errand, peer)
        elif error == pycurl.E_OPERATION_TIMEDOUT and not asked:
            self._fail(errand, FailureCode.CONNECT, detail)
        elif error:
            self._fail(errand, failure_code(error, of_system), detail)
        else:
            self._conclude(errand, peer)

    def _conclude(self, errand: Errand, peer: str) -> None:
        """Judge an answer that libcurl took for whole."""
        answer = errand.answer
        try:
            answer.finish()
        except UnusableAnswer as trouble:
            self._finish(errand, failed(errand, trouble.code, trouble.reason))
            return
        may_redirect = answer.status in _REDIRECTS and errand.request.method != "POST"
        if answer.status == 304 and not errand.sent_validators:
            self._fail(errand, FailureCode.PROTOCOL, "“not modified”, unasked")
        elif may_redirect and (location := answer.header("location")):
            self._redirect(errand, location)
        else:
            self._finish(errand, fetched(errand, peer))

    def _redirect(self, errand: Errand, location: str) -> None:
        target = check_redirect(errand.clean, location, policy=self._policy)
        if isinstance(target, FetchRefused):
            reason = f"The page redirects to a place that is not fetched. {target.reason}"
            self._refuse(errand, target.code, reason, target.url)
            return
        if len(errand.hops) >= self._policy.max_redirects or target.url in (errand.asked.url, *errand.hops):
            self._fail(errand, FailureCode.TOO_MANY_REDIRECTS, "")
            return
        errand.permanent = errand.permanent and errand.answer.status in _PERMANENT
        errand.hops.append(target.url)
        if self._onward is not None:
            trail = Trail(tuple(errand.hops), errand.permanent, monotonic() - errand.started)
            self._onward(errand.request, replace(errand.request, trail=trail))
            self._paused_until = None
            return
        errand.clean = target
        errand.answer = self._blank(errand.request)
        self._look_up(errand)

    def _refuse(self, errand: Errand, code: RefusalCode, reason: str, hop: str) -> None:
        self._finish(errand, FetchRefused(errand.request.url, code, reason, hop))

    def _fail(self, errand: Errand, code: FailureCode, detail: str) -> None:
        reason = FAILURE_REASONS[code].format(host=errand.clean.host, detail=detail)
        self._finish(errand, failed(errand, code, reason))

    def _finish(self, errand: Errand, result: FetchResult) -> None:
        self._done.append((errand.request, result))

    # ---- the loop

    def _step(self) -> None:
        """Let everything that can move move; wait for it if nothing is ready to hand over."""
        self._wait(0.0 if self._done else self._patience())
        self._multi.perform()
        left = 1
        while left:
            left, good, bad = self._multi.info_read()
            for handle in good:
                self._land(handle, 0, "")
            for handle, error, detail in bad:
                self._land(handle, error, detail)

    def _wait(self, seconds: float) -> None:
        """Wait until something stirs, at most so long."""
        if not self._flying:
            if self._asking:
                self._take_lookups(seconds)
            else:
                sleep(seconds)
            return
        if self._asking:  # a look-up's thread cannot wake libcurl: with both under way each is asked in turn
            self._take_lookups(0.0)
            seconds = min(seconds, _POLL_SECONDS)
        until = monotonic() + seconds
        if seconds and not self._multi.select(seconds) and (left := until - monotonic()) > 0:
            sleep(min(left, _POLL_SECONDS))  # it watches none: their numbers are beyond what `select` takes

    def _patience(self) -> float:
        """Seconds until something must be done even if nothing stirs."""
        milliseconds = self._multi.timeout()
        waits = [milliseconds / 1000] if milliseconds >= 0 else []
        if self._paused_until is not None or self._asking:
            now = monotonic()
            waits += [errand.deadline - now for errands in self._asking.values() for errand in errands]
            waits += [self._paused_until - now] if self._paused_until is not None else []
        return max(0.0, min(waits, default=1.0))

    def _close(self) -> None:
        for handle, wire in self._flying.items():
            self._multi.remove_handle(handle)
            wire.close()
        for wire in self._spare.values():
            wire.close()
        self._multi.close()
