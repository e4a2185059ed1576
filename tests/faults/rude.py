"""The control of politeness: `recheck --loop` with no pace, no host leases, deaf to robots.txt and 429."""

from collections.abc import Collection
from datetime import timedelta

import django
from django.conf import settings
from django.core.management import call_command

PAGES_AT_A_TIME = 2


def main() -> None:
    """Take the manners off, by the names that the engine calls, and run."""
    django.setup()
    settings.HOST_GAP_SECONDS = 0.0
    from claims.models import Host
    from claims.operations import batch, lanes, recheck
    from claims.operations.leases import HeldHosts
    from claims.pipeline.robots import Permission
    from claims.queries.clock import database_now

    def hold_nothing(names: Collection[str], *, patience: timedelta, word: str = "") -> HeldHosts:
        now = database_now()
        Host.objects.bulk_create([Host(name=name, free_at=now) for name in names], ignore_conflicts=True)
        return HeldHosts(word or "nobody", dict.fromkeys(names, now))

    def any_page(*_about: object, **_more: object) -> Permission:
        return Permission(True, timedelta(0), "")

    def heed_nobody(*_about: object, **_more: object) -> None:
        """Go on as if nothing had been asked."""

    for room, name, manners in (
        (recheck, "hold_hosts", hold_nothing),
        (recheck, "pages_in_a_batch", lambda _gap: PAGES_AT_A_TIME),
        (lanes, "hold_hosts", hold_nothing),
        (lanes, "may_read", any_page),
        (lanes, "OVERLOADED", frozenset()),
        (lanes, "heed_host", heed_nobody),
        (batch, "heed_host", heed_nobody),
    ):
        setattr(room, name, manners)
    call_command("recheck", "--loop")


if __name__ == "__main__":
    main()
