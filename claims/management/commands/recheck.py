"""`manage.py recheck` looks at sources again, now and in this process; no broker is needed."""

import argparse
import signal
import time
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from claims.management.lines import write_line
from claims.operations.findings import CheckReport
from claims.operations.recheck import check_articles
from claims.operations.rounds import keep_working, work_off
from claims.queries.listing import addresses_of


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
            self._check(named, everything=options["all"], endlessly=options["loop"])
        except KeyboardInterrupt:
            self.stderr.write("Stopped.")

    def _check(self, named: list[str], *, everything: bool, endlessly: bool) -> None:
        if not (named or everything):
            self._tell(keep_working() if endlessly else work_off())
            return
        while True:
            ids = named or [key for key, url in addresses_of().items() if not url.startswith("urn:")]
            self._tell(check_articles(ids, only_due=False))
            if not endlessly:
                return
            time.sleep(settings.SWEEP_SECONDS)

    def _tell(self, reports: Iterable[CheckReport]) -> None:
        for report in reports:
            line = {"article": report.article, "outcome": report.outcome, "change": report.change}
            write_line(self.stdout, line)
