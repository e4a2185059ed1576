"""`manage.py verify_ledger` walks the whole chain and says whether anything was changed."""

import argparse
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from claims.operations.checkpoint import BadCheckpointError, own_key_id, read_checkpoint
from claims.operations.ledger import BrokenLedgerError, verify


class Command(BaseCommand):
    """Exit 0 and the count, or 1 and the first bad event."""

    help = "Verifies the ledger, with --checkpoint also that nothing was cut off since."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take a checkpoint, as published at /.well-known/claim-ledger.json."""
        parser.add_argument("--checkpoint", type=Path, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the count; raises CommandError."""
        known = self._checkpoint(options["checkpoint"]) if options["checkpoint"] else None
        try:
            report = verify(checkpoint=known)
        except BrokenLedgerError as broken:
            raise CommandError(str(broken), returncode=1) from broken
        words = f"{report.events} events verified"
        if report.withheld:
            words += f", {report.withheld} with the payload withheld"
        if known:
            words += f"; they continue the checkpoint at {known[0]}"
        self.stdout.write(f"{words}. The last hash is {report.head}")

    def _checkpoint(self, path: Path) -> tuple[int, str]:
        try:
            seq, last_hash, key_id = read_checkpoint(json.loads(path.read_bytes()))
            own = own_key_id()
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        except (ValueError, RecursionError) as error:
            raise CommandError(f"{path} is no JSON.") from error
        except BadCheckpointError as bad:
            raise CommandError(f"{path}: {bad.message}") from bad
        if own not in (None, key_id):
            # No failure: a ledger may have moved to a machine with another key.
            self.stderr.write(
                f"Note: the checkpoint is signed by {key_id}; this installation signs as {own}."
            )
        return seq, last_hash
