"""A libcurl handle for one place, set up once, with everything off that libcurl might do by itself."""

import socket
import ssl
from collections.abc import Iterable
from time import monotonic
from typing import Any

import pycurl

from claims.pipeline.gate.addresses import CleanUrl, FetchPolicy
from claims.pipeline.gate.errand import Errand
from claims.pipeline.gate.exchange import header_lines
from claims.pipeline.gate.hosts import Address
from claims.pipeline.gate.inflate import UnusableAnswer

_NOTHING_LEFT = 0
"""What a callback answers to make libcurl drop the connection; without an answer it has taken all."""


class Wire:
    """Carries one hop after the other to a place whose addresses were checked; sockets lead nowhere else.

    ``errand`` is what it carries now, or carried last; ``is_plain`` says whether it can carry another, to the
    same ``origin``.
    """

    def __init__(self, place: CleanUrl, addresses: Iterable[Address], policy: FetchPolicy) -> None:
        """Set up for the origin of ``place``, which led to these (checked) addresses."""
        self.handle = pycurl.Curl()
        self.errand: Errand
        self.is_plain = True
        self.origin = place.origin
        self._port = place.port
        self._pinned = tuple(str(address) for address in addresses)
        self._sockets: list[socket.socket] = []
        setopt = self._setopt = self.handle.setopt
        setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
        setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1)
        setopt(pycurl.PATH_AS_IS, 1)
        setopt(pycurl.FOLLOWLOCATION, 0)
        setopt(pycurl.NOSIGNAL, 1)
        setopt(pycurl.DNS_CACHE_TIMEOUT, -1)  # what it knows was told below; else it looks through all of it
        setopt(pycurl.PROXY, "")
        setopt(pycurl.NOPROXY, "*")
        setopt(pycurl.USERAGENT, policy.user_agent)
        setopt(pycurl.CONNECTTIMEOUT_MS, max(1, int(policy.connect_seconds * 1000)))
        setopt(pycurl.OPENSOCKETFUNCTION, self._open_socket)
        setopt(pycurl.HEADERFUNCTION, self._take_header)
        setopt(pycurl.WRITEFUNCTION, self._take_body)
        if not place.is_literal:
            setopt(pycurl.RESOLVE, [_resolve_entry(place, self._pinned)])
        if place.scheme == "https":
            _trust(self.handle)

    def carry(self, errand: Errand) -> None:
        """Set the handle up for the errand's present hop."""
        self.errand = errand
        clean, request, setopt = errand.clean, errand.request, self._setopt
        setopt(pycurl.URL, clean.url)
        setopt(pycurl.TIMEOUT_MS, max(1, int((errand.deadline - monotonic()) * 1000)))
        same_origin = clean is errand.asked or self.origin == errand.asked.origin
        errand.sent_validators = request.is_conditional and clean.url == (
            request.validated_url or errand.asked.url
        )
        setopt(pycurl.HTTPHEADER, header_lines(request, own=same_origin, validators=errand.sent_validators))
        if request.method == "GET":
            return
        self.is_plain = False  # another method leaves its marks on a handle
        if request.method == "HEAD":
            setopt(pycurl.NOBODY, 1)
        else:
            setopt(pycurl.POST, 1)
            setopt(pycurl.POSTFIELDS, request.body or b"")

    def hang_up(self) -> None:
        """Close our halves of the sockets that the hop opened; pycurl works on copies."""
        while self._sockets:
            self._sockets.pop().close()

    def close(self) -> None:
        """Take the handle apart; it must be off its multi handle."""
        self.hang_up()
        self.handle.close()

    def _open_socket(self, _purpose: int, target: Any) -> socket.socket | int:
        """Open a socket for libcurl only if it heads for an address and port that were checked."""
        address, port = target.addr[:2]
        if address not in self._pinned or port != self._port:
            self.errand.strayed = True
            return int(pycurl.SOCKET_BAD)
        try:
            opened = socket.socket(target.family, target.socktype, target.protocol)
        except OSError:
            return int(pycurl.SOCKET_BAD)  # no IPv6 here, say: libcurl goes on to the next address
        self._sockets.append(opened)
        return opened

    def _take_header(self, line: bytes) -> int | None:
        try:
            self.errand.answer.take_header(line)
        except UnusableAnswer as trouble:
            self.errand.trouble = trouble
            return _NOTHING_LEFT
        return None

    def _take_body(self, piece: bytes) -> int | None:
        answer = self.errand.answer
        try:
            answer.take_body(piece)
        except UnusableAnswer as trouble:
            self.errand.trouble = trouble
            return _NOTHING_LEFT
        return _NOTHING_LEFT if answer.has_enough else None


def _resolve_entry(place: CleanUrl, pinned: Iterable[str]) -> str:
    """Return the line that answers libcurl's own look-up with the checked addresses."""
    shown = ",".join(f"[{address}]" if ":" in address else address for address in pinned)
    return f"{place.host}:{place.port}:{shown}"


def _trust(handle: Any) -> None:
    """Check certificates against this system's list; the wheel's built-in path is another system's."""
    paths = ssl.get_default_verify_paths()
    if paths.cafile:
        handle.setopt(pycurl.CAINFO, paths.cafile)
    elif paths.capath:
        handle.unsetopt(pycurl.CAINFO)
        handle.setopt(pycurl.CAPATH, paths.capath)
