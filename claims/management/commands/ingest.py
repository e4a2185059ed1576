"""`manage.py ingest` takes pages, files and feeds in at once; no worker is needed."""

import argparse
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from claims.management.lines import moment_option, write_line
from claims.operations.ingest import ingest_file
from claims.operations.refusals import RefusalError
from claims.operations.taking_in import TakenIn, take_in
from claims.queries.clock import database_now
from claims.queries.listing import article, candidates_of

_CONTENT_TYPES = {".html": "text/html", ".htm": "text/html", ".xhtml": "text/html", ".txt": "text/plain"}


def _is_address(target: str) -> bool:
    return "://" in target


class Command(BaseCommand):
    """One JSON line per article; one that fails does not hold up the others."""

    help = "Takes in addresses of articles or feeds, and files (HTML or plain text)."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take the targets and what is known about them."""
        parser.add_argument("targets", nargs="+", metavar="TARGET", help="an address or a file")
        parser.add_argument("--url", help="where the one file comes from; it is checked there from now on")
        parser.add_argument("--published-at", metavar="T", help="as 2011-03-30T22:00Z")
        parser.add_argument("--publisher", metavar="NAME")

    def handle(self, *args: Any, **options: Any) -> None:
        """Take everything in; CommandError (exit 1) if anything failed."""
        targets: list[str] = options["targets"]
        url: str | None = options["url"]
        if url is not None and (len(targets) != 1 or _is_address(targets[0])):
            raise CommandError(
                "--url says where a file comes from: give exactly one file with it.", returncode=2
            )
        given = options["published_at"]
        published_at = moment_option(given, option="--published-at") if given else None
        failures = 0
        for target in targets:
            failures += self._take(target, url, published_at, options["publisher"])
        if failures:
            raise CommandError(f"{failures} could not be taken in.", returncode=1)

    def _take(
        self, target: str, url: str | None, published_at: datetime | None, publisher: str | None
    ) -> int:
        """Take one target in and tell; returns how many lines were failures."""
        failures = 0
        try:
            for taken in self._taken(target, url, published_at, publisher):
                failures += bool(taken.error)
                self._tell(taken)
        except RefusalError as refusal:
            failures += 1
            self._tell(TakenIn(target, error=refusal.message))
        return failures

    def _taken(
        self, target: str, url: str | None, published_at: datetime | None, publisher: str | None
    ) -> Iterator[TakenIn]:
        now = database_now()
        if _is_address(target):
            yield from take_in(url=target, now=now, published_at=published_at, publisher=publisher)
            return
        path = Path(target)
        try:
            body = _read(path)
        except OSError as error:
            yield TakenIn(target, error=f"The file cannot be read: {error.strerror or error}.")
            return
        made = ingest_file(
            body=body,
            content_type=_CONTENT_TYPES.get(path.suffix.lower()),
            by=None,
            now=now,
            url=url,
            published_at=published_at,
            publisher=publisher,
        )
        yield TakenIn(target, made.article.id)

    def _tell(self, taken: TakenIn) -> None:
        if taken.error:
            write_line(self.stdout, {"target": taken.target, "error": taken.error})
            return
        row = article(taken.article)
        line = {
            "article": row.id,
            "url": row.url,
            "snapshot": row.newest_id,
            "candidates": [
                {
                    "id": candidate.id,
                    "text": candidate.text,
                    "quote": candidate.quote,
                    "claimant": candidate.claimant_name or None,
                    "hedged": candidate.hedged,
                }
                for candidate in candidates_of(row.id)
            ],
        }
        write_line(self.stdout, line)


def _read(path: Path) -> bytes:
    """Return the file's bytes; raises OSError, also for one beyond what we take from the network."""
    most: int = settings.FETCH_MAX_BYTES
    with path.open("rb") as file:
        body = file.read(most + 1)
    if len(body) > most:
        raise OSError(f"it has more than {most} bytes")
    return body
