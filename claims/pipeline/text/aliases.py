"""Names that are one person, body or place, put for each other before texts are compared."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from claims.pipeline.text.lexicon import lexicon
from claims.pipeline.text.tokens import fold

_WORD = re.compile(r"\w+(?:['’]\w+)*")
_POSSESSIVE = re.compile(r"['’]s$")
_CAMEL = re.compile(r"\b(?=\w{8})\w*?[a-z]{3}[A-Z]\w*")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WIDEST_GAP = 2  # characters between two words of one name: "U. S", "Ban Ki-moon"


@dataclass(frozen=True, slots=True)
class _Alias:
    words: tuple[str, ...]
    canonical: str
    capitals: bool


@dataclass(frozen=True, eq=False)
class Aliases:
    """Names by their first word; compared by identity, so that what was read with it can be remembered.

    A name in capitals only ("US", "IS") is found in capitals only; all others in any case and accents.
    """

    by_first_word: Mapping[str, tuple[_Alias, ...]]

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> "Aliases":
        """Take pairs of a name and the one that is to stand for it; a name without a word is passed over."""
        found: dict[str, list[_Alias]] = {}
        for name, canonical in pairs:
            words = tuple(fold(word) for word in _WORD.findall(name))
            if words:
                found.setdefault(words[0], []).append(_Alias(words, canonical, name.isupper()))
        longest_first = {
            first: tuple(sorted(held, key=lambda alias: (-len(alias.words), alias.canonical)))
            for first, held in found.items()
        }
        return cls(longest_first)

    def respelt(self, text: str) -> str:
        """Return ``text`` with the canonical name in the place of every other; a possessive stays."""
        if not self.by_first_word:
            return text
        spans = [(m.start(), m.end(), _POSSESSIVE.sub("", m.group())) for m in _WORD.finditer(text)]
        parts, done, n = [], 0, 0
        while n < len(spans):
            alias = self._at(text, spans, n)
            if alias is None:
                n += 1
                continue
            last = spans[n + len(alias.words) - 1]
            parts += [text[done : spans[n][0]], alias.canonical]
            done = last[0] + len(last[2])
            n += len(alias.words)
        return "".join([*parts, text[done:]])

    def _at(self, text: str, spans: list[tuple[int, int, str]], n: int) -> _Alias | None:
        for alias in self.by_first_word.get(fold(spans[n][2]), ()):
            run = spans[n : n + len(alias.words)]
            gaps = pairwise(run)
            if (
                tuple(fold(word) for *_, word in run) == alias.words
                and all(right[0] - left[1] <= _WIDEST_GAP for left, right in gaps)
                and (not alias.capitals or text[run[0][0] : run[0][0] + len(run[0][2])].isupper())
            ):
                return alias
        return None


@lru_cache(maxsize=1)
def common_aliases() -> Aliases:
    """The names of words/en/names.json that everybody shortens ("United Nations", "UN")."""
    return Aliases.of((name, group[0]) for group in lexicon().same_phrases for name in group[1:])


def plainly(text: str, aliases: Aliases | None = None) -> str:
    """Return ``text`` as it is compared: shortened names alike, hashtags in humps taken apart.

    "BlackLivesMatter" stays and is followed by its words, since other texts write it either way.
    """
    text = _CAMEL.sub(lambda m: f"{m.group()} {_HUMP.sub(' ', m.group())}", text)
    text = common_aliases().respelt(text)
    return aliases.respelt(text) if aliases is not None else text
