"""What the commands share: a line of JSON per thing, moments as people type them."""

import json
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import CommandError, OutputWrapper


def write_line(stdout: OutputWrapper, line: dict[str, Any]) -> None:
    """Write one JSON object as a line, at once, so that a reader at the other end of a pipe sees it."""
    stdout.write(json.dumps(line, ensure_ascii=False))
    stdout.flush()


def moment_option(text: str, *, option: str) -> datetime:
    """Return an ISO 8601 moment, aware (UTC without a zone); raises CommandError."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(
            f"{option} takes a moment as 2011-03-30T22:00Z, not {text!r}.", returncode=2
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
