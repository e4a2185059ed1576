"""What goes into the fetch gate (a request) and what comes out of it (fetched, refused, failed)."""

import re
from dataclasses import dataclass
from typing import Literal, NamedTuple

from claims.pipeline.gate.addresses import FetchRefused
from claims.pipeline.gate.inflate import FailureCode, first_header

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_LINE_BREAKS = re.compile(r"[\x00\r\n]")
_LAST_LATIN_1 = "\xff"
_ALWAYS = (b"Accept-Encoding: gzip",)
_USUAL = (*_ALWAYS, b"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
_OURS = frozenset(
    {"host", "user-agent", "accept-encoding", "connection", "content-length", "transfer-encoding"}
)

# Sentences for a person, with the host and what libcurl said of it.
FAILURE_REASONS = {
    FailureCode.OFFLINE: "Our own network gives no way to {host} just now; try again later.",
    FailureCode.DNS: "The name {host} could not be found; check its spelling.",
    FailureCode.CONNECT: "{host} did not take a connection.",
    FailureCode.TLS: "{host} has no valid certificate or its encryption failed ({detail}); "
    "check the address in a browser.",
    FailureCode.TIMEOUT: "{host} did not deliver the whole page in time.",
    FailureCode.TOO_LARGE: "The page of {host} is larger than we read; "
    "save the article alone, or as text, and upload that.",
    FailureCode.CUT: "The page of {host} broke off in the middle.",
    FailureCode.TOO_MANY_REDIRECTS: "{host} redirects too often or in a circle; "
    "give the page's final address.",
    FailureCode.PROTOCOL: "{host} did not answer as a web server should ({detail}).",
}


@dataclass(frozen=True, slots=True)
class Trail:
    """How far a request has come along redirects.

    ``hops`` are the URLs it was sent to, in order; the last has not been asked yet. ``permanent``: each time
    for good (301, 308). ``spent_seconds`` of its deadline are used up.
    """

    hops: tuple[str, ...]
    permanent: bool
    spent_seconds: float


@dataclass(slots=True, eq=False)  # no one is changed; frozen, making one would take four times as long
class FetchRequest:
    """One request. ``etag`` and ``last_modified`` are sent verbatim, and only to the URL they came from.

    ``validated_url`` is that URL (a ``Fetched.final_url``) where it is not ``url`` itself. ``headers`` go to
    the origin of ``url`` only, never along a redirect to another. A redirect that answers a POST is not
    followed but returned. With a ``trail`` the request goes on where that ends. Raises ValueError for what is
    no HTTP header. ``enough``: so many bytes of the body will do; of a longer one only these are read, and
    the answer is not ``complete``.
    """

    url: str
    etag: str | None = None
    last_modified: str | None = None
    method: Literal["GET", "HEAD", "POST"] = "GET"
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()
    validated_url: str | None = None
    trail: Trail | None = None
    enough: int | None = None

    def __post_init__(self) -> None:
        """Refuse header text that could smuggle a line, and headers that the gate sets itself."""
        for name, value in self.headers:
            if not _TOKEN.fullmatch(name) or name.lower() in _OURS:
                raise ValueError(f"The header {name!r} cannot be set here.")
            _check_value(name, value)
        if self.etag:
            _check_value("If-None-Match", self.etag)
        if self.last_modified:
            _check_value("If-Modified-Since", self.last_modified)

    @property
    def place(self) -> str:
        """The URL that is asked next: ``url`` itself, or where its redirects have led so far."""
        return self.trail.hops[-1] if self.trail else self.url

    @property
    def is_conditional(self) -> bool:
        """Whether a 304 may answer it."""
        return bool(self.etag or self.last_modified)


def _check_value(name: str, value: str) -> None:
    if _LINE_BREAKS.search(value) or not (value.isascii() or max(value) <= _LAST_LATIN_1):
        raise ValueError(f"The value of header {name!r} is no Latin-1 line.")


def header_lines(request: FetchRequest, *, own: bool, validators: bool) -> list[bytes]:
    """Return the header lines to send for one hop.

    ``own``: whether the caller's headers go along. ``validators``: whether etag and last_modified do; they
    mean nothing at another URL and might by chance match there, since "1" is a popular etag.
    """
    lines = [*_USUAL]
    if own and request.headers:
        if any(name.lower() == "accept" for name, _ in request.headers):
            lines = [*_ALWAYS]
        lines += [f"{name}: {value}".encode("latin-1") for name, value in request.headers]
    if validators and request.etag:
        lines.append(b"If-None-Match: " + request.etag.encode("latin-1"))
    if validators and request.last_modified:
        lines.append(b"If-Modified-Since: " + request.last_modified.encode("latin-1"))
    return lines


class Fetched(NamedTuple):
    """A whole HTTP answer of any status, 404 and 503 included.

    ``permanent_url`` is the final URL when every hop there was a 301 or 308. ``body`` is decoded.
    ``length_known``: a length, chunks or the end of gzip end this answer; ``complete``: they prove that
    nothing is missing (both or neither here, since a cut answer is a FetchFailed). Without that proof a body
    must never alone support "removed". ``redirects`` are the URLs gone to after ``url``, in order; ``peer``
    is the address of the server that answered.
    """

    url: str
    final_url: str
    permanent_url: str | None
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    complete: bool
    length_known: bool
    redirects: tuple[str, ...]
    peer: str
    elapsed_seconds: float

    def header(self, name: str) -> str | None:
        """Return the first value of header ``name`` (any case)."""
        return first_header(self.headers, name)

    @property
    def not_modified(self) -> bool:
        """Whether the server says that nothing changed since the validators we sent."""
        return self.status == 304


@dataclass(frozen=True, slots=True)
class FetchFailed:
    """The gate allowed it, but no whole answer came from ``hop`` (``url`` itself or where it redirects to).

    ``reason`` is a sentence for a person. ``status`` (0 if none) and ``retry_after`` (the header, verbatim)
    are what the server had said by then.
    """

    url: str
    code: FailureCode
    reason: str
    hop: str = ""
    status: int = 0
    retry_after: str | None = None
    elapsed_seconds: float = 0.0


FetchResult = Fetched | FetchRefused | FetchFailed
