"""`manage.py demo` loads the demo story and its accounts into an empty database."""

import argparse
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from claims.management.demo.clock import CLOCK_FILE
from claims.management.demo.load import CannotLoadError, load
from claims.management.demo.story import ACCOUNTS, PASSWORD


class Command(BaseCommand):
    """Its accounts have a password that everybody knows: it refuses where DEBUG is off."""

    help = "Loads the demo story, from the pages of `manage.py demo_site`, and its accounts."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take the address of the demo's pages and the file that keeps story time."""
        parser.add_argument("--site", default=f"http://127.0.0.1:{settings.DEMO_PORT}")
        parser.add_argument("--clock", type=Path, default=settings.VAR_DIR / CLOCK_FILE)

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, and say what was loaded."""
        if not settings.DEBUG:
            raise CommandError(
                "The demo makes accounts with a password that everybody knows; it loads only with DEBUG=on."
            )
        try:
            count = load(site=options["site"].rstrip("/"), clock_file=options["clock"])
        except CannotLoadError as refusal:
            raise CommandError(str(refusal)) from refusal
        names = ", ".join(account.username for account in ACCOUNTS)
        self.stdout.write(f"Loaded {count} articles. Log-ins: {names}; password {PASSWORD}")
