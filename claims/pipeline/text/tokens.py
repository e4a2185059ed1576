"""Text to words that can be compared: what counts as a word, and when two spellings are the same word."""

import re
import unicodedata
from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

# The commonest first, each told by its first character, and nothing is tried twice.
_TOKEN = re.compile(
    r"""
    [^\W\d]\w*+(?:['’ʼ`´]\w++)*                                                # words, can't
    | \d++(?:[.,:]\d++)*[^\W\d_]*+                                            # figures: 2nd, 4.5bn
    | [?%‰°$€£¥₹]                                                             # marks that carry meaning
    | [-−–](?<![\w)\]].)\d++(?:[.,:]\d++)*[^\W\d_]*+                          # figures with a sign: -5
    """,
    re.VERBOSE | re.DOTALL,
)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_APOSTROPHES = re.compile(r"['’ʼ`´]")
_MINUS = re.compile(r"^[−–]")


class Token(NamedTuple):
    """A word, figure or meaningful mark at ``text[start:end]``; equal keys are the same word to a reader."""

    key: str
    start: int
    end: int


def tokenize(text: str) -> list[Token]:
    """Split ``text`` into tokens; white space, quotation marks, dashes and most punctuation fall away.

    A question mark, a percent or currency sign, a decimal point and a minus sign are kept, since they carry
    meaning. Case is kept out of the key, accents are kept in it.
    """
    found = list(_TOKEN.finditer(text))
    words = map(re.Match.group, found)
    return list(map(Token, _keys(words), map(re.Match.start, found), map(re.Match.end, found)))


def starts(text: str, begin: int = 0, *, most: int | None = None) -> list[int]:
    """Where the tokens of ``tokenize(text)`` from ``begin`` on start, or the first ``most`` of them.

    ``begin`` is where no token runs over: at a space, or at the beginning.
    """
    return [found.start() for found in islice(_TOKEN.finditer(text, begin), most)]


def keys(text: str) -> list[str]:
    """The keys of ``tokenize(text)``."""
    if text.isascii():
        return [word if word.isalpha() else _key(word) for word in _TOKEN.findall(text.lower())]
    return _keys(_TOKEN.findall(text))


def _keys(words: Iterable[str]) -> list[str]:
    """The keys of words, most of which are plain."""
    return [word.lower() if word.isascii() and word.isalpha() else _key(word) for word in words]


def _key(word: str) -> str:
    """Lower case without apostrophes, thousands separators and compatibility forms (ﬁ, ½ aside)."""
    word = unicodedata.normalize("NFKC", word).lower()
    if word[0] in "-−–" or word[0].isdigit():
        return _THOUSANDS.sub("", _MINUS.sub("-", word))
    return _APOSTROPHES.sub("", word)


def squash(text: str) -> str:
    """``text`` as one line with single spaces."""
    return " ".join(text.split())


def fold(word: str) -> str:
    """Lower case without accents and apostrophes: Éva → eva, Qa'ida → qaida."""
    if word.isascii() and word.isalpha():
        return word.lower()
    plain = _APOSTROPHES.sub("", word.lower())
    if plain.isascii():
        return plain
    return "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
