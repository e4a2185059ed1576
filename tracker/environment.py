"""Reads the environment; what a setting cannot mean is refused, by its name and with what it can."""

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from claims.pipeline.gate.addresses import read_openings

N = TypeVar("N", int, float)

YES = ("true", "on", "ok", "y", "yes", "1")
_NO = ("false", "off", "n", "no", "0")
_MOST = 10**9
_RATE = re.compile(r"[1-9][0-9]{0,8}/(s|sec|second|m|min|minute|h|hour|d|day)")


class _Environment(environ.FileAwareMapping):  # type: ignore[misc]  # django-environ ships no types
    """The environment, and files named by NAME_FILE; the line break at the end of such a file is no part."""

    def __getitem__(self, key: str) -> str:
        """Return a variable's value, or what its file holds."""
        try:
            return str(super().__getitem__(key)).strip()
        except (OSError, ValueError) as error:
            raise ImproperlyConfigured(f"{key}_FILE names a file that cannot be read: {error}.") from error


class _Env(environ.FileAwareEnv):  # type: ignore[misc]  # django-environ ships no types
    """Reads settings out of `_Environment`."""

    ENVIRON = _Environment()


_env = _Env()


def text(name: str, default: str = "") -> str:
    """Return what is set, the default where nothing or an empty text is."""
    return str(_env.str(name, default="")) or default


def words(name: str, default: Sequence[str] = ()) -> list[str]:
    """Return what stands between the commas."""
    return [word.strip() for word in text(name).split(",") if word.strip()] or list(default)


def one_of(name: str, *choices: str) -> str:
    """Return one of the choices, the first of which is the default."""
    given = text(name, choices[0])
    if given not in choices:
        raise ImproperlyConfigured(f"{name} is one of {', '.join(choices)}, not {given!r}.")
    return given


def switch(name: str) -> bool:
    """Return whether it is on; off is the default."""
    given = text(name, "off")
    if given.lower() not in (*YES, *_NO):
        raise ImproperlyConfigured(f"{name} is on or off, not {given!r}.")
    return given.lower() in YES


def _between(name: str, given: str, read: Callable[[str], N], what: str, bounds: tuple[float, float]) -> N:
    try:
        value = read(given)
        fits = bounds[0] <= value <= bounds[1]
    except ValueError:
        fits = False
    if not fits:
        raise ImproperlyConfigured(f"{name} is {what} from {bounds[0]} to {bounds[1]}, not {given!r}.")
    return value


def whole(name: str, default: int, *, least: int, most: int = _MOST) -> int:
    """Return a whole number."""
    given = text(name)
    return _between(name, given, int, "a whole number", (least, most)) if given else default


def number(name: str, default: float, *, least: float = 0, most: float = _MOST) -> float:
    """Return a number, which may have a point."""
    given = text(name)
    return _between(name, given, float, "a number", (least, most)) if given else default


def ports(name: str, default: Sequence[int]) -> list[int]:
    """Return numbers of ports."""
    given = words(name, [str(port) for port in default])
    return [_between(name, one, int, "ports, each", (1, 65_535)) for one in given]


def rate(name: str, default: str) -> str | None:
    """Return how many requests a time are let in, None where that is off."""
    given = text(name, default)
    if given.lower() == "off":
        return None
    if not _RATE.fullmatch(given):
        raise ImproperlyConfigured(
            f"{name} is a number of requests for each second, minute, hour or day, as 600/min, or off; "
            f"not {given!r}."
        )
    return given


def openings(name: str) -> list[str]:
    """Return what is opened to the fetch gate beside the public internet."""
    given = words(name)
    try:
        read_openings(tuple(given))
    except ValueError as error:
        raise ImproperlyConfigured(str(error)) from error
    return given


def site(name: str, default: str) -> str:
    """Return the address of a site, without a path: all of ours begin at its root."""
    given = text(name, default).rstrip("/")
    try:
        parts = urlsplit(given)
        is_site = given == f"{parts.scheme}://{parts.netloc}" and bool(parts.hostname)
        is_site = (
            is_site and parts.scheme in ("http", "https") and "@" not in parts.netloc and parts.port != 0
        )
    except ValueError:  # no port, or brackets that do not match
        is_site = False
    if not is_site:
        raise ImproperlyConfigured(
            f"{name} is the site’s address without a path, as https://claims.example, not {given!r}."
        )
    return given


def _urls(
    name: str, given: str, schemes: tuple[str, ...], read: Callable[[str], Any], what: str
) -> dict[str, Any]:
    """Return what an address says; the words of a refusal never repeat it, for it may hold a password."""
    try:
        made: dict[str, Any] = dict(read(given)) if given.partition("://")[0] in schemes else {}
    except ValueError:  # a port that is none
        made = {}
    if not made:
        raise ImproperlyConfigured(f"{name} is {what}.")
    return made


def database(name: str, default: str) -> dict[str, Any]:
    """Return how Django reaches the database."""
    what = "sqlite:///<path of a file> or postgres://<user>:<password>@<host>/<name>"
    schemes = ("sqlite", "postgres", "postgresql", "psql", "pgsql")
    return _urls(name, text(name, default), schemes, _env.db_url_config, what)


def mail(name: str, default: str) -> dict[str, Any]:
    """Return how Django sends mail."""
    what = "as smtp+tls://<user>:<password>@<host>:587, or consolemail:// for the log"
    return _urls(name, text(name, default), tuple(_env.EMAIL_SCHEMES), _env.email_url_config, what)


def redis(name: str) -> str:
    """Return the address of Redis, empty for none."""
    given = text(name)
    if given and not given.startswith(("redis://", "rediss://")):
        raise ImproperlyConfigured(f"{name} is as redis://<host>:6379/0, or not set.")
    return given


def key(name: str) -> str:
    """Return a key of 32 bytes in hexadecimal, empty for none."""
    given = text(name)
    if given and not re.fullmatch(r"[0-9a-fA-F]{64}", given):
        raise ImproperlyConfigured(f"{name} is a key of 32 bytes, in 64 hexadecimal digits, or not set.")
    return given
