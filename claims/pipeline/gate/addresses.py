"""Says which addresses the fetch gate may connect to: one strict parse, one explicit list of numbers."""

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import NamedTuple
from urllib.parse import quote, urljoin

from claims.pipeline.gate.hosts import Address, split_authority

Network = IPv4Network | IPv6Network

MAX_URL_CHARS = 8192
DEFAULT_PORTS = {"http": 80, "https": 443}

# IANA's special-purpose registry for IPv4 (2024), whole: blocks that are globally reachable but carry no
# news pages (AS112, AMT) stay shut, too.
_SPECIAL_V4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT, and one cloud's metadata server
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # not in the registry: another cloud's host agent, seen only from inside it
        "169.254.0.0/16",  # link-local, and most clouds' metadata servers
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
_GLOBAL_V6 = IPv6Network("2000::/3")  # mapped, compatible, NAT64, local and link-local forms all lie outside
_SPECIAL_V6 = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarks
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, which wraps any IPv4 address
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)([^?#]*)(\?[^#]*)?(?:#.*)?", re.DOTALL)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_TRIPLET = re.compile("%[0-9A-Fa-f]{2}")
_SAFE_IN_PATH = "!$%&'()*+,/:;=?@[]_.~-|"
_PLAIN = re.compile(r"[A-Za-z0-9!$&'()*+,/:;=?@\[\]_.~|-]*")  # what stands in a URL as it is
_CLEAN = re.compile(rf"(https?)://([a-z0-9.:-]+)(/{_PLAIN.pattern})")


class RefusalCode(StrEnum):
    """Why the gate said no."""

    MALFORMED = "malformed"
    TOO_LONG = "too_long"
    SCHEME = "scheme"
    USERINFO = "userinfo"
    PORT = "port"
    PRIVATE = "private_address"


@dataclass(frozen=True, slots=True)
class FetchRefused:
    """The gate said no and never connected to ``hop`` (the asked ``url`` itself, or where it redirects to).

    ``reason`` is a sentence for a person that says what to do.
    """

    url: str
    code: RefusalCode
    reason: str
    hop: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class FetchPolicy:
    """What the gate allows and how long it waits.

    ``allow_private``: CIDRs, addresses, hosts or host:port opened on top of the public internet. An entry
    without a port is opened on ``ports``; one with a port on that port alone. ``deadline_seconds`` bounds one
    request over look-up and all redirects, ``connect_seconds`` each connection. ``max_bytes`` bounds the
    body, as sent and as decoded. Raises ValueError for a value that cannot be meant.
    """

    ports: frozenset[int] = frozenset({80, 443})
    allow_private: tuple[str, ...] = ()
    deadline_seconds: float = 30
    connect_seconds: float = 5
    max_bytes: int = 5 * 1024 * 1024
    max_redirects: int = 5
    user_agent: str = "claim-tracker/0.1 (news monitoring)"

    def __post_init__(self) -> None:
        """Read the openings now, so that a wrong setting shows at the start."""
        read_openings(self.allow_private)
        if _CONTROLS.search(self.user_agent) or not self.user_agent.isascii():
            raise ValueError("The user agent may hold plain ASCII characters only.")
        if min(self.deadline_seconds, self.connect_seconds, self.max_bytes) <= 0:
            raise ValueError("Deadlines and the size limit of fetching must be above zero.")


class CleanUrl(NamedTuple):
    """A URL that passed every check without a look-up; ``host`` is ASCII, an IPv6 one without brackets."""

    url: str
    scheme: str
    host: str
    port: int
    address: Address | None = None

    @property
    def is_literal(self) -> bool:
        """Whether the host is an address rather than a name."""
        return self.address is not None

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port."""
        return (self.scheme, self.host, self.port)


@dataclass(frozen=True, slots=True)
class _Opening:
    """One entry of ``allow_private``: a network or a name, perhaps with a port."""

    network: Network | None
    host: str | None
    port: int | None

    def opens(self, host: str, address: Address, port: int) -> bool:
        """Whether a connection to ``address`` on ``port`` for the name ``host`` is opened by this entry."""
        if self.port not in (None, port):
            return False
        return host == self.host if self.network is None else address in self.network

    def permits_port(self, clean: CleanUrl, port: int) -> bool:
        """Whether this entry names exactly this port of this host."""
        if self.port != port:
            return False
        if self.network is None:
            return clean.host == self.host
        return clean.address is not None and clean.address in self.network


class _Refusal(Exception):  # noqa: N818 - a way out of the parser, never seen outside this file
    def __init__(self, code: RefusalCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@lru_cache(maxsize=4096)
def is_public(address: Address) -> bool:
    """Whether ``address`` lies on the public internet, by the list above.

    ``ipaddress.is_global`` is not asked: on Python 3.11.7 it let 17 of 33 bad addresses pass, as measured.
    """
    if isinstance(address, IPv4Address):
        return not any(address in block for block in _SPECIAL_V4)
    return address in _GLOBAL_V6 and not any(address in block for block in _SPECIAL_V6)


def check_url(url: str, *, policy: FetchPolicy) -> CleanUrl | FetchRefused:
    """Parse ``url`` strictly, without any look-up, and answer it normalised or refused.

    Numbers in any spelling that a C library takes (octal, hex, short forms, digits of other scripts) become
    the address they mean, by the rules of WHATWG URL ("ends in a number").
    """
    try:
        return _parse(url.strip(" "), policy)
    except _Refusal as refusal:
        shown = url if len(url) <= MAX_URL_CHARS else url[:100] + "…"
        return FetchRefused(shown, refusal.code, refusal.reason, shown)


def check_redirect(base: CleanUrl, location: str, *, policy: FetchPolicy) -> CleanUrl | FetchRefused:
    """Resolve a Location header (as it came, possibly relative) against ``base`` and check the outcome.

    Header bytes arrive read as Latin-1; what is UTF-8 in truth is read as that, as browsers do.
    """
    with suppress(UnicodeError):
        location = location.encode("latin-1").decode()
    if _SCHEME.match(location) or _CONTROLS.search(location) or "\\" in location:
        return check_url(location, policy=policy)
    try:
        target = urljoin(base.url, location)
    except ValueError:
        target = location  # brackets that are no address; the parser says so in words
    return check_url(target, policy=policy)


def check_addresses(
    clean: CleanUrl, addresses: Iterable[Address], *, policy: FetchPolicy
) -> FetchRefused | None:
    """Refuse unless every one of ``addresses`` (what ``clean.host`` leads to) is public or opened."""
    openings = read_openings(policy.allow_private)
    for address in addresses:
        if is_public(address) or any(entry.opens(clean.host, address, clean.port) for entry in openings):
            continue
        where = f"{clean.host} is" if clean.is_literal else f"{clean.host} leads to {address}, which is"
        reason = (
            f"{where} not an address on the public internet, so it is never fetched. "
            "Give the page’s public address; a server of your own can be opened with FETCH_ALLOW_PRIVATE."
        )
        return FetchRefused(clean.url, RefusalCode.PRIVATE, reason, clean.url)
    return None


def _parse(url: str, policy: FetchPolicy) -> CleanUrl:
    if len(url) > MAX_URL_CHARS:
        raise _Refusal(
            RefusalCode.TOO_LONG,
            f"The address is longer than {MAX_URL_CHARS} characters; give a shorter one.",
        )
    usual = _CLEAN.fullmatch(url)
    if usual is not None and "/." not in url:  # as most are: there is nothing to normalise but the place
        scheme, authority, rest = usual.groups()
        door = _door(scheme, authority, policy)
        return CleanUrl(door.url + rest, scheme, door.host, door.port, door.address)
    if _CONTROLS.search(url) or "\\" in url:
        raise _Refusal(
            RefusalCode.MALFORMED,
            "The address contains a control character or a backslash; copy it again from the browser.",
        )
    parts = _URL.fullmatch(url)
    if parts is None:
        raise _not_an_address(url)
    scheme, authority, path, query = parts.groups("")
    scheme = scheme.lower()
    if scheme not in DEFAULT_PORTS:
        raise _foreign_scheme(scheme)
    door = _door(scheme, authority, policy)
    rest = f"{path or '/'}{query}"
    if "/." in path or not _PLAIN.fullmatch(rest):
        rest = _quoted(_without_dots(path)) + _quoted(query)
    return CleanUrl(f"{door.url}{rest}", scheme, door.host, door.port, door.address)


@lru_cache(maxsize=4096)
def _door(scheme: str, authority: str, policy: FetchPolicy) -> CleanUrl:
    """Read the place itself, with no path; raises _Refusal where nothing there may be asked."""
    if "@" in authority:
        raise _Refusal(
            RefusalCode.USERINFO,
            "The address contains a user name or password; remove everything up to the @ before the host.",
        )
    try:
        host, address, port = split_authority(authority, DEFAULT_PORTS[scheme])
    except ValueError as error:
        raise _Refusal(RefusalCode.MALFORMED, str(error)) from error
    shown_host = f"[{host}]" if isinstance(address, IPv6Address) else host
    shown_port = "" if port == DEFAULT_PORTS[scheme] else f":{port}"
    door = CleanUrl(f"{scheme}://{shown_host}{shown_port}", scheme, host, port, address)
    refused = check_addresses(door, () if address is None else (address,), policy=policy)
    if refused is not None:
        raise _Refusal(refused.code, refused.reason)
    _check_port(door, policy)
    return door


def _not_an_address(url: str) -> _Refusal:
    scheme = url.partition(":")[0].lower()
    if _SCHEME.match(url) and scheme not in DEFAULT_PORTS and "." not in scheme:
        return _foreign_scheme(scheme)
    return _Refusal(
        RefusalCode.MALFORMED, "This is not a web address; give one that starts with https:// or http://."
    )


def _foreign_scheme(scheme: str) -> _Refusal:
    return _Refusal(
        RefusalCode.SCHEME,
        f"Only http and https pages are fetched, not {scheme[:20]}:; give the page’s web address.",
    )


def _check_port(clean: CleanUrl, policy: FetchPolicy) -> None:
    if clean.port in policy.ports:
        return
    if any(entry.permits_port(clean, clean.port) for entry in read_openings(policy.allow_private)):
        return
    allowed = ", ".join(str(port) for port in sorted(policy.ports))
    raise _Refusal(
        RefusalCode.PORT,
        f"Port {clean.port} is not fetched, only {allowed}; give the page’s ordinary address, "
        "or open the port with FETCH_PORTS.",
    )


def _quoted(text: str) -> str:
    """Encode what may not stand in a URL, and spell what is encoded in capitals, as libcurl will send it."""
    return _TRIPLET.sub(lambda found: found[0].upper(), quote(text, safe=_SAFE_IN_PATH))


def _without_dots(path: str) -> str:
    """Remove ``.`` and ``..`` (RFC 3986, 5.2.4), so that what is shown is what is asked for."""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1:] in (["."], [".."]):
        kept.append("")
    return "/" + "/".join(kept)


@lru_cache(maxsize=16)
def read_openings(entries: tuple[str, ...]) -> tuple[_Opening, ...]:
    """Read ``allow_private``. Raises ValueError for an entry that is none of its forms."""
    return tuple(_read_opening(entry.strip()) for entry in entries if entry.strip())


def _read_opening(entry: str) -> _Opening:
    try:
        return _Opening(ip_network(entry, strict=False), None, None)
    except ValueError:
        pass  # not a network: a name, or something with a port
    try:
        host, address, port = split_authority(entry, 0)
    except ValueError as error:
        raise ValueError(f"FETCH_ALLOW_PRIVATE: {entry!r} is no CIDR, host or host:port.") from error
    network = None if address is None else ip_network(address)
    return _Opening(network, None if network else host, port or None)
