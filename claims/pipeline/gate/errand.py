"""One request on its way: set up on a libcurl handle, hop by hop, and what is told of it at the end."""

import socket
import ssl
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from time import monotonic
from typing import Any

import pycurl

from claims.pipeline.gate.addresses import CleanUrl, FetchPolicy
from claims.pipeline.gate.exchange import Fetched, FetchFailed, FetchRequest, header_lines
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
    pinned: tuple[str, ...] = ()
    sockets: list[socket.socket] = field(default_factory=list)
    strayed: bool = False
    trouble: UnusableAnswer | None = None


def failure_code(error: int) -> FailureCode:
    """Return what a libcurl error means."""
    return _CODES.get(error, FailureCode.PROTOCOL)


def prepare(handle: Any, errand: Errand, policy: FetchPolicy) -> None:
    """Set up ``handle`` for the errand's present hop, with everything off that libcurl might do by itself."""
    clean, request = errand.clean, errand.request
    remaining = max(1, int((errand.deadline - monotonic()) * 1000))
    handle.setopt(pycurl.URL, clean.url)
    handle.setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
    handle.setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1)
    handle.setopt(pycurl.PATH_AS_IS, 1)
    handle.setopt(pycurl.FOLLOWLOCATION, 0)
    handle.setopt(pycurl.NOSIGNAL, 1)
    handle.setopt(pycurl.PROXY, "")
    handle.setopt(pycurl.NOPROXY, "*")
    handle.setopt(pycurl.TIMEOUT_MS, remaining)
    handle.setopt(pycurl.CONNECTTIMEOUT_MS, min(remaining, max(1, int(policy.connect_seconds * 1000))))
    handle.setopt(pycurl.USERAGENT, policy.user_agent)
    if not clean.is_literal:
        handle.setopt(pycurl.RESOLVE, [_resolve_entry(clean, errand.pinned)])
    handle.setopt(pycurl.OPENSOCKETFUNCTION, partial(_open_socket, errand))
    handle.setopt(pycurl.HEADERFUNCTION, partial(_take, errand, errand.answer.take_header))
    handle.setopt(pycurl.WRITEFUNCTION, partial(_take, errand, errand.answer.take_body))
    same_origin = clean.origin == errand.asked.origin
    errand.sent_validators = request.is_conditional and clean.url == (
        request.validated_url or errand.asked.url
    )
    handle.setopt(
        pycurl.HTTPHEADER, header_lines(request, own=same_origin, validators=errand.sent_validators)
    )
    if clean.scheme == "https":
        _trust(handle)
    if request.method == "HEAD":
        handle.setopt(pycurl.NOBODY, 1)
    elif request.method == "POST":
        handle.setopt(pycurl.POST, 1)
        handle.setopt(pycurl.POSTFIELDS, request.body or b"")


def _resolve_entry(clean: CleanUrl, pinned: Iterable[str]) -> str:
    """Return the line that answers libcurl's own look-up with the checked addresses."""
    shown = ",".join(f"[{address}]" if ":" in address else address for address in pinned)
    return f"{clean.host}:{clean.port}:{shown}"


def _trust(handle: Any) -> None:
    """Check certificates against this system's list; the wheel's built-in path is another system's."""
    paths = ssl.get_default_verify_paths()
    if paths.cafile:
        handle.setopt(pycurl.CAINFO, paths.cafile)
    elif paths.capath:
        handle.unsetopt(pycurl.CAINFO)
        handle.setopt(pycurl.CAPATH, paths.capath)


def _open_socket(errand: Errand, _purpose: int, target: Any) -> socket.socket | int:
    """Open a socket for libcurl only if it heads for an address and port that were checked for this hop."""
    address, port = target.addr[:2]
    if address not in errand.pinned or port != errand.clean.port:
        errand.strayed = True
        return int(pycurl.SOCKET_BAD)
    try:
        opened = socket.socket(target.family, target.socktype, target.protocol)
    except OSError:
        return int(pycurl.SOCKET_BAD)  # no IPv6 here, say: libcurl goes on to the next address
    errand.sockets.append(opened)  # pycurl works on a copy; ours is closed when the hop is done
    return opened


def close_sockets(errand: Errand) -> None:
    """Close our halves of the sockets that the hop used."""
    while errand.sockets:
        errand.sockets.pop().close()


def _take(errand: Errand, take: Callable[[bytes], None], piece: bytes) -> int:
    """Hand ``piece`` on; a short count makes libcurl drop the connection."""
    try:
        take(piece)
    except UnusableAnswer as trouble:
        errand.trouble = trouble
        return 0
    return len(piece)


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
    return FetchFailed(
        url=errand.request.url,
        code=code,
        reason=reason,
        hop=errand.clean.url,
        status=errand.answer.status,
        retry_after=errand.answer.header("retry-after"),
        elapsed_seconds=monotonic() - errand.started,
    )
