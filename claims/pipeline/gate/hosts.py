"""Reads the host and port of a URL, in every spelling of a name or a number that some software takes."""

import re
import unicodedata
from encodings import idna
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address

Address = IPv4Address | IPv6Address

_LABEL = re.compile(r"[a-z0-9_-]{1,63}")
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")
_PORT = re.compile(r"[0-9]{1,5}")
# IDNA 2003, which Python ships, turns these into other letters or none, that is into another host; IDNA 2008
# and every browser keep them.
_KEPT_LETTERS = re.compile("([ßς\u200c\u200d])")


@lru_cache(maxsize=4096)
def split_authority(authority: str, default_port: int) -> tuple[str, Address | None, int]:
    """Return host, its address when it is one, and port."""
    if authority.startswith("["):
        inside, bracket, rest = authority[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise ValueError("The brackets in the address do not match; check it.")
        address: Address | None = _read_ipv6(inside)
        return str(address), address, _read_port(rest[1:], default_port)
    name, _, port = authority.partition(":")
    host, address = _read_host(name)
    return host, address, _read_port(port, default_port)


def _read_port(text: str, default_port: int) -> int:
    if text == "":
        return default_port
    if not _PORT.fullmatch(text) or not 0 < int(text) < 65536:
        raise ValueError("The port in the address is not a number from 1 to 65535; check it.")
    return int(text)


def _read_ipv6(text: str) -> IPv6Address:
    if "%" in text:
        raise ValueError("The address names a network interface (%…); give a public address.")
    try:
        return IPv6Address(text)
    except ValueError:
        raise ValueError("The brackets in the address hold no IPv6 address; check it.") from None


def _read_host(text: str) -> tuple[str, IPv4Address | None]:
    """Return ``text`` as an ASCII host, and the address it spells, if any."""
    try:
        host = ".".join(_ascii_label(label) for label in _labels(text))
    except UnicodeError:
        host = ""
    if not host or len(host) > 253:
        raise ValueError("The address has no valid host name; check its spelling.")
    numbers = host.split(".")
    if not _NUMBER.fullmatch(numbers[-1]):
        return host, None
    address = _read_ipv4(numbers)
    return str(address), address


def _labels(text: str) -> list[str]:
    """Split a host at every character that some software takes for a dot; one last dot means nothing."""
    labels = re.split("[.。．｡]", unicodedata.normalize("NFKC", text))
    return labels[:-1] if len(labels) > 1 and labels[-1] == "" else labels


def _ascii_label(label: str) -> str:
    """Return one part of a host in ASCII (punycode where needed). Raises UnicodeError."""
    text = label.lower()
    if not text.isascii():
        pieces = _KEPT_LETTERS.split(text)
        text = "".join(piece if _KEPT_LETTERS.fullmatch(piece) else idna.nameprep(piece) for piece in pieces)
        if not text.isascii():
            text = "xn--" + text.encode("punycode").decode("ascii")
    if not _LABEL.fullmatch(text):
        raise UnicodeError(label)
    return text


def _read_ipv4(numbers: list[str]) -> IPv4Address:
    """Read one to four numbers, decimal, octal or hex, the last filling what is left, as inet_aton does."""
    values = [_read_number(number) for number in numbers]
    if len(values) > 4 or max(values[:-1], default=0) > 255 or values[-1] >= 256 ** (5 - len(values)):
        raise _bad_number()
    total = values[-1]
    for place, value in enumerate(values[:-1]):
        total += value * 256 ** (3 - place)
    return IPv4Address(total)


def _read_number(text: str) -> int:
    if not _NUMBER.fullmatch(text) or len(text) > 40:
        raise _bad_number()
    if text.startswith("0x"):
        return int(text[2:] or "0", 16)
    if text.startswith("0"):
        if any(digit in "89" for digit in text):
            raise _bad_number()
        return int(text, 8)
    return int(text)


def _bad_number() -> ValueError:
    return ValueError("The host ends in a number but is no IP address; check its spelling.")
