"""`manage.py warc` writes what verdicts rest on into a WARC file, for any web archive to read."""

import argparse
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from claims.management.lines import write_line
from claims.models import Claim
from claims.pipeline.warc import warc_file
from claims.queries.clock import database_now
from claims.queries.custody import captures, cited_by


class Command(BaseCommand):
    """One response record per cited snapshot, and a metadata record with who cites it."""

    help = "Writes the pages that the reviews of these claims cite into a WARC file."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take the claims and where to write."""
        parser.add_argument("claim", nargs="+", metavar="CLAIM", help="id of a claim")
        parser.add_argument("--out", type=Path, metavar="FILE.warc.gz", help="a file; else standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the file; raises CommandError."""
        try:
            cited = cited_by(options["claim"])
        except Claim.DoesNotExist as missing:
            raise CommandError(str(missing)) from missing
        if not cited.snapshots:
            raise CommandError("No review of these claims cites a page that we have captured.")
        pieces = warc_file(captures(cited), software=settings.PRODUCT_NAME, made_at=database_now())
        out: Path | None = options["out"]
        if out is None:
            for piece in pieces:
                sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
            return
        part = out.with_name(f"{out.name}.part")
        try:
            with part.open("wb") as file:
                file.writelines(pieces)
            part.replace(out)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise CommandError(f"{out} cannot be written: {error.strerror}.") from error
        counted = {"file": str(out), "snapshots": len(cited.snapshots), "without_page": cited.without_page}
        write_line(self.stdout, counted)
