"""Reads the file of tracked claims that `manage.py analyze match` looks texts up in."""

from pathlib import Path

from claims.management.analyze.lines import (
    BadClaimsFileError,
    Fields,
    Id,
    UnreadableLineError,
    numbered_lines,
    read_line,
)
from claims.pipeline.match import KnownClaim

_FIELDS = Fields(strings=("text",))


def read_known_claims(file: Path) -> tuple[list[KnownClaim], dict[str, Id]]:
    """Return the claims of ``file`` (JSON lines `id, text`), and each id as it was written by its string.

    Raises OSError, and BadClaimsFileError: matching against half of the claims would call the others new.
    """
    claims: list[KnownClaim] = []
    ids: dict[str, Id] = {}
    with file.open("rb") as source:
        for number, line in numbered_lines(source):
            try:
                own_id, given = read_line(line, _FIELDS)
            except UnreadableLineError as error:
                raise BadClaimsFileError(f"{file}, line {number}: {error}") from error
            key = str(own_id)
            if key in ids:
                raise BadClaimsFileError(f"{file}, line {number}: the id {key!r} is given twice.")
            ids[key] = own_id
            claims.append(KnownClaim(key, given["text"]))
    return claims, ids
