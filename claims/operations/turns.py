"""One request by hand, made when its host is free; what it is redirected to waits for its own host."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta

from claims.operations.lanes import Lanes
from claims.operations.leases import HeldHosts, wait_for_hosts
from claims.operations.policies import host_of
from claims.pipeline.fetch import FailureCode, FetchFailed, FetchPolicy, FetchRequest, FetchResult


@dataclass(frozen=True, slots=True)
class _Wish:
    """What a person, or the operator's setting, wants fetched whatever robots.txt says."""

    request: FetchRequest
    is_asked_for_by_hand: bool = True

    @property
    def host(self) -> str:
        return host_of(self.request.url)


@dataclass(frozen=True, slots=True)
class Turn:
    """The right to make one request to a held host."""

    held: HeldHosts
    patience: timedelta

    def fetch(self, request: FetchRequest, *, policy: FetchPolicy) -> FetchResult:
        """Make the request, with a gap before each redirect; failed where one's host is not free in time."""
        seconds = self.patience.total_seconds()
        lanes = Lanes(self.held, [_Wish(request)], policy=policy, seconds=seconds, heeds_rules=False)
        try:
            with closing(lanes.answers()) as answers:
                for _, result in answers:
                    return result
        finally:
            lanes.let_go()
        place = next((onward.place for _, onward in lanes.put_off), request.url)
        reason = f"{host_of(place)}, where this leads, is not free to be asked just now; try again later."
        return FetchFailed(request.url, FailureCode.CONNECT, reason, hop=place)


@contextmanager
def turn_at_host(name: str, *, patience: timedelta) -> Iterator[Turn | None]:
    """Hold a host for the one request that the block makes; None when it was not free within ``patience``."""
    held = wait_for_hosts([name], patience=patience)
    try:
        yield Turn(held, patience) if held.free_at else None
    finally:
        held.release()
