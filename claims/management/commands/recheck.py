"""`manage.py recheck` looks at sources again, now and in this process; no broker is needed."""

import argparse
import signal
import time
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from claims.management.lines import write_line
from claims.operations.custody import save_copies
from claims.operations.deliveries import deliver
from claims.operations.feed_reading import read_feeds
from claims.operations.findings import CheckReport
from claims.operations.recheck import bring_back, check_articles, check_due, heat_up, shelve_stuck
from claims.queries.clock import database_now
from claims.queries.due import HOSTS_IN_A_BATCH, due_copies, due_feeds, due_hosts, due_webhooks
from claims.queries.listing import addresses_of

# A host that stays shut for longer is left to the next pass.
_PATIENCE = timedelta(seconds=20)


class Command(BaseCommand):
    """One JSON line per article that was checked."""

    help = "Checks articles now: those due (also feeds), all of them, or the ones named."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take what to check, and whether to go on for ever."""
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--due", action="store_true", help="what is due (the default)")
        which.add_argument("--all", action="store_true", help="every article that has an address")
        which.add_argument("--article", nargs="+", metavar="ID", help="these articles")
        parser.add_argument("--loop", action="store_true", help="again and again, until told to stop")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check once, or until Ctrl-C or SIGTERM."""
        named: list[str] = options["article"] or []
        known = addresses_of(named)
        for article_id in named:
            if article_id not in known:
                raise CommandError(f"There is no article {article_id!r}.")
            if known[article_id].startswith("urn:"):
                raise CommandError(f"The article {article_id} was a file: it has no address to check.")
        if options["loop"]:
            signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            self._pass(named, everything=options["all"])
            while options["loop"]:
                time.sleep(settings.SWEEP_SECONDS)
                self._pass(named, everything=options["all"])
        except KeyboardInterrupt:
            self.stderr.write("Stopped.")

    def _pass(self, named: list[str], *, everything: bool) -> None:
        if named or everything:
            ids = named or [key for key, url in addresses_of().items() if not url.startswith("urn:")]
            self._tell(check_articles(ids, only_due=False))
            return
        bring_back()
        shelve_stuck()
        heat_up()
        for _ in read_feeds(due_feeds(), only_due=True):
            pass  # what a feed brings is an article that is due, and told of below
        for _ in save_copies(due_copies(), only_due=True):
            pass  # told of beside the evidence
        started = database_now()
        while hosts := due_hosts(patience=_PATIENCE, due_by=started):
            for start in range(0, len(hosts), HOSTS_IN_A_BATCH):
                self._tell(check_due(hosts[start : start + HOSTS_IN_A_BATCH], due_by=started))
        for _ in deliver(due_webhooks()):
            pass  # told of to the webhook's owner; what the checks brought is among it

    def _tell(self, reports: Iterable[CheckReport]) -> None:
        for report in reports:
            line = {"article": report.article, "outcome": report.outcome, "change": report.change}
            write_line(self.stdout, line)
