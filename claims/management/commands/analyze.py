"""`manage.py analyze KIND` runs one step of the pipeline over JSON lines; it needs no database."""

import argparse
import os
import sys
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from claims.management.analyze.answering import answer_lines
from claims.management.analyze.kinds import KINDS, Answerer, Options
from claims.management.analyze.lines import BadClaimsFileError
from claims.pipeline.tiers.pinned import TierUnavailableError

_BETWEEN_WORDS_SECONDS = 0.5


class Command(BaseCommand):
    """One answer per line, in order; exit 1 if a line could not be read, the others still answered."""

    help = "Reads JSON lines from standard input and answers each with a JSON line on standard output."
    # Checks would load every page and form of the site.
    requires_system_checks = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take the kind of analysis, and the tracked claims for `match`."""
        parser.add_argument("kind", choices=KINDS, help=f"one of: {', '.join(KINDS)}", metavar="KIND")
        parser.add_argument(
            "--claims",
            type=Path,
            metavar="FILE",
            help="for match: the tracked claims, JSON lines of id, text",
        )
        tiers = [kind.tier for kind in KINDS.values() if kind.tier]
        parser.add_argument(
            "--tier",
            choices=tiers,
            help="an optional tier that helps, whatever the settings say: embeddings (match), "
            "parsing (attributions)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Answer all of standard input; raises CommandError, and SystemExit when nobody reads the answers."""
        kind = KINDS[options["kind"]]
        answerer = self._start(options["kind"], options["claims"], options["tier"])
        progress = _Progress()
        try:
            unreadable = answer_lines(
                sys.stdin.buffer,
                sys.stdout.buffer,
                fields=kind.fields,
                answerer=answerer,
                progress=progress,
            )
        except BrokenPipeError:
            # Who read us has gone (`| head`); Python would complain once more when it closes the pipe.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(1)
        progress.end()
        if unreadable:
            lines = "1 line" if unreadable == 1 else f"{unreadable} lines"
            raise CommandError(f"{lines} could not be read.", returncode=1)

    def _start(self, kind: str, claims: Path | None, tier: str | None) -> Answerer:
        if claims is not None and kind != "match":
            raise CommandError(f"{kind} takes no --claims FILE.", returncode=2)
        if tier is not None and tier != KINDS[kind].tier:
            raise CommandError(f"{kind} takes no --tier {tier}.", returncode=2)
        try:
            return KINDS[kind].start(Options(claims, with_tier=tier is not None))
        except OSError as error:
            raise CommandError(f"{claims} cannot be read: {error.strerror}.", returncode=2) from error
        except (BadClaimsFileError, TierUnavailableError) as error:
            raise CommandError(str(error), returncode=2) from error


class _Progress:
    """Tells a person at a terminal how far the work has come, twice a second; nobody else."""

    def __init__(self) -> None:
        self.is_watched = sys.stderr.isatty()
        self.next_at = time.monotonic() + _BETWEEN_WORDS_SECONDS
        self.last_words = ""

    def __call__(self, answered: int, unreadable: int, /) -> None:
        if not self.is_watched:
            return
        self.last_words = f"{answered} answered" + (f", {unreadable} unreadable" if unreadable else "")
        if time.monotonic() >= self.next_at:
            self.next_at = time.monotonic() + _BETWEEN_WORDS_SECONDS
            sys.stderr.write(f"\r{self.last_words}")
            sys.stderr.flush()

    def end(self) -> None:
        """Say the last figures, on a line of their own."""
        if self.last_words:
            sys.stderr.write(f"\r{self.last_words}\n")
