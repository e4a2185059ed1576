"""`manage.py demo_site` serves the demo story's pages on this machine until it is told to stop."""

import argparse
import signal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from claims.management.demo.clock import CLOCK_FILE, StoryClock
from claims.management.demo.site import DemoSite


class Command(BaseCommand):
    """Needs neither database nor broker; before the story is loaded, its pages stand as they began."""

    help = "Serves the pages of the demo story on 127.0.0.1."
    requires_system_checks = ()

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take the port and the file that keeps story time."""
        parser.add_argument("--port", type=int, default=settings.DEMO_PORT)
        parser.add_argument("--clock", type=Path, default=settings.VAR_DIR / CLOCK_FILE)

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until Ctrl-C or SIGTERM."""
        try:
            site = DemoSite("127.0.0.1", options["port"], StoryClock(options["clock"]))
        except OSError as error:
            raise CommandError(
                f"Port {options['port']} cannot be opened for the demo's pages: {error.strerror}."
            ) from error
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        self.stdout.write(f"The demo's pages are at {site.base}/")
        self.stdout.flush()
        try:
            site.serve_forever(poll_interval=0.2)
        except KeyboardInterrupt:
            self.stdout.write("The demo's pages are closed.")
        finally:
            site.server_close()
