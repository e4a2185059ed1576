"""Reads the names that editors have joined, for the desk and for whatever compares texts."""

from functools import lru_cache

from claims.models import Alias
from claims.pipeline.text.aliases import Aliases
from claims.queries.prepared import Prepared


def known_aliases() -> Aliases:
    """Return all aliases; one object as long as none is added or removed, so that what was read is kept."""
    return _read(tuple(_ALIASES.rows()))


_ALIASES = Prepared(lambda: Alias.objects.order_by("name").values_list("name", "canonical"))


@lru_cache(maxsize=2)
def _read(pairs: tuple[tuple[str, str], ...]) -> Aliases:
    return Aliases.of(pairs)


def aliases_by_canonical() -> dict[str, list[Alias]]:
    """Return the aliases by the name that stands for them, both in order."""
    found: dict[str, list[Alias]] = {}
    for alias in Alias.objects.all():
        found.setdefault(alias.canonical, []).append(alias)
    return found
