"""One request on its way, hop by hop, and what is told of it at the end."""

import errno
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic

from claims.pipeline.gate.addresses import CleanUrl
from claims.pipeline.gate.exchange import Fetched, FetchFailed, FetchRequest
from claims.pipeline.gate.inflate import Answer, FailureCode, UnusableAnswer

# libcurl's error numbers (curl/curl.h); pycurl names only some of them.
_CODES = {
    6: FailureCode.DNS,
    7: FailureCode.CONNECT,
    18: FailureCode.CUT,
    28: FailureCode.TIMEOUT,
    52: FailureCode.CUT,
    55: FailureCode.CUT,
    56: FailureCode.CUT,
    63: FailureCode.TOO_LARGE,
    100: FailureCode.TOO_LARGE,
} | dict.fromkeys((35, 51, 53, 54, 58, 59, 60, 64, 66, 77, 80, 82, 83, 90, 91, 98), FailureCode.TLS)

# What our own system says where it knows no way to an address; the last one a router may say as well.
_NO_WAY = frozenset({errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTUNREACH})


@dataclass(slots=True)
class Errand:
    """One request on its way."""

    request: FetchRequest
    started: float
    deadline: float
    asked: CleanUrl
    clean: CleanUrl
    answer: Answer
    hops: list[str] = field(default_factory=list)
    permanent: bool = True
    sent_validators: bool = False
    strayed: bool = False
    trouble: UnusableAnswer | None = None


def failure_code(error: int, of_system: int = 0) -> FailureCode:
    """Return what a libcurl error means; ``of_system`` is the error number of the system behind it."""
    if _CODES.get(error) is FailureCode.CONNECT and of_system in _NO_WAY:
        return FailureCode.OFFLINE
    return _CODES.get(error, FailureCode.PROTOCOL)


def fetched(errand: Errand, peer: str) -> Fetched:
    """Return the errand's answer, given by ``peer``."""
    answer, hops = errand.answer, tuple(errand.hops)
    return Fetched(
        url=errand.request.url,
        final_url=errand.clean.url,
        permanent_url=errand.clean.url if hops and errand.permanent else None,
        status=answer.status,
        headers=tuple(answer.headers),
        body=answer.body,
        complete=answer.length_known,
        length_known=answer.length_known,
        redirects=hops,
        peer=peer,
        elapsed_seconds=monotonic() - errand.started,
    )


def failed(errand: Errand, code: FailureCode, reason: str) -> FetchFailed:
    """Return what is told of an errand that brought no whole answer."""
    with suppress(UnusableAnswer):
        errand.answer.read_head()
    return FetchFailed(
        url=errand.request.url,
        code=code,
        reason=reason,
        hop=errand.clean.url,
        status=errand.answer.status,
        retry_after=errand.answer.header("retry-after"),
        elapsed_seconds=monotonic() - errand.started,
    )
