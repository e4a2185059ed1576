"""Tells where a text repeats a headline, so that a new headline is no edit of the text as well."""

import re
from collections.abc import Iterable

from claims.pipeline.text.tokens import squash

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DAYS = (
    r"\d{1,4}[/.\-]\d{1,2}[/.\-]\d{1,4}",
    rf"\d{{1,2}}\s+{_MONTH}\s+\d{{4}}",
    rf"{_MONTH}\s+\d{{1,2}},?\s+\d{{4}}",
)
_DATE = f"(?:{'|'.join(_DAYS)})"
# Who wrote it and when, as pages put it below a headline: a date, a name after "by", or both.
_SIGNATURE = re.compile(
    rf"(?:{_DATE}[\s,|·–—-]*)?(?:by\s+[^\d\n.:]{{2,60}}?)?(?:[\s,|·–—-]*{_DATE})?", re.IGNORECASE
)


def without_repeats(text: str, headlines: Iterable[str]) -> str:
    """``text`` without the lines that are one of the ``headlines``, and who signed right below them."""
    repeated = {_plain(headline) for headline in headlines} - {""}
    longest = max(map(len, repeated), default=0)
    kept: list[str] = []
    is_below = False
    for line in text.split("\n"):
        if not line.strip():
            kept.append(line)
            continue
        is_repeat = len(line) <= 2 * longest and _plain(line) in repeated
        if not is_repeat and not (is_below and _SIGNATURE.fullmatch(line.strip())):
            kept.append(line)
        is_below = is_repeat
    return "\n".join(kept)


def _plain(line: str) -> str:
    return squash(line).casefold()
