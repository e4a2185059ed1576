"""One spelling of each letter, however a page writes its accents."""

import re
import unicodedata
from functools import lru_cache

_MOST_MARKS = 30
"""Marks on one letter that are put in order; Unicode's own bound for text in streams (UAX 15)."""
_BEYOND_THE_MARKS = 0x20000
# Where marks may stand, in two ranges that are looked through thirty times as fast as all marks one by one.
_MAY_BE_MARKS = re.compile(rf"[\u0300-\u1fff\u20d0-\U0001ffff]{{{_MOST_MARKS}}}")


def composed(text: str) -> str:
    """``text`` in NFC; of a run of more marks than any letter has, the rest is left out.

    To put marks in order takes time that grows with the square of the run.
    """
    if text.isascii():
        return text
    if _MAY_BE_MARKS.search(text):
        text = _too_many_marks().sub(r"\1", text)
    return unicodedata.normalize("NFC", text)


@lru_cache(maxsize=1)
def _too_many_marks() -> re.Pattern[str]:
    letters = map(chr, range(0x300, _BEYOND_THE_MARKS))
    marks = "".join(c for c in letters if unicodedata.combining(unicodedata.normalize("NFD", c)[0]))
    return re.compile(rf"([{re.escape(marks)}]{{{_MOST_MARKS}}})[{re.escape(marks)}]+")
