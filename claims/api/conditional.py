"""Versions as ETags: what a client already has, and on which version it decided."""

import re
from datetime import datetime

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from claims.api.problems import MissingIfMatchError

_TAGS = re.compile(r'(?:W/)?"([^"]*)"')
# W/ as well: compressing an answer on its way makes its tag weak.
_VERSION = re.compile(r'(?:W/)?"(\d{1,9})(?:\.\d+)?"')


def claim_etag(version: int, last_checked_at: datetime | None) -> str:
    """Return ``"<version>.<last check in unix seconds>"``, 0 for a claim whose sources were never checked."""
    return f'"{version}.{int(last_checked_at.timestamp()) if last_checked_at else 0}"'


def client_has(request: Request, etag: str) -> bool:
    """Whether If-None-Match names the tag (RFC 9110, 13.1.2: by weak comparison)."""
    given = request.headers.get("If-None-Match", "").strip()
    return given == "*" or etag.strip('"') in _TAGS.findall(given)


def seen_version(request: Request) -> int:
    """Return the version that If-Match names; raises MissingIfMatchError (428), ValidationError (400).

    A star names no version, and is as good as nothing: it would overwrite whatever somebody else decided.
    """
    given = request.headers.get("If-Match", "").strip()
    if given in ("", "*"):
        raise MissingIfMatchError
    found = _VERSION.fullmatch(given)
    if found is None:
        raise ValidationError({"If-Match": ['Give one version in quotation marks, as "7".']})
    return int(found.group(1))
