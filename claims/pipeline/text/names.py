"""Names in text, and when two spellings are one name (Moussa Koussa, Musa Kusa; Qaddafi, Gadhafi, Kadafi)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from claims.pipeline.text.lexicon import lexicon
from claims.pipeline.text.tokens import fold

# Transliterations of one sound, applied in order. Arabic qaf is written q, g, gh, k or kh in Libya; long
# vowels come as ou/oo/u, ee/i/y, ay/ai/ei; doubled letters come and go.
_SOUNDS = (
    (re.compile(r"^(?:al|el)-?(?=[a-z]{4})"), ""),
    (re.compile(r"tsch|tch|tj"), "ch"),
    (re.compile(r"sch"), "sh"),
    (re.compile(r"ph"), "f"),
    (re.compile(r"^(?:gh|kh|q|g|c(?![eiyh]))"), "k"),
    (re.compile(r"ck|q|kh"), "k"),
    (re.compile(r"gh"), "g"),
    (re.compile(r"dh|th"), "d"),
    (re.compile(r"dj"), "j"),
    (re.compile(r"x"), "ks"),
    (re.compile(r"c(?=[eiy])|z"), "s"),
    (re.compile(r"c(?!h)"), "k"),
    (re.compile(r"w|ff"), "v"),
    (re.compile(r"ou|oo|oe|o"), "u"),
    (re.compile(r"ee|ie|ei|ey|ay|ai|iy|yi|y|e"), "i"),
    (re.compile(r"(.)\1+"), r"\1"),
    (re.compile(r"(?<=[^aiu])h$|(?<=[aiu])h(?![aiu])"), ""),
)
_NAME = re.compile(
    r"(?<!\w)(?:[a-z]?[A-ZÀ-ÖØ-Þ][\w'’.-]*\w|[A-Z](?![\w]))"
    r"(?:\s+(?:(?:al|el|bin|ibn|ben|von|van|de|der|da|di|du|la|le)[\s-]+)?"
    r"(?:[A-ZÀ-ÖØ-Þ][\w'’.-]*\w|[A-Z]\b\.?))*"
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_IN_NAMES = frozenset(
    {
        "a",
        "an",
        "and",
        "at",
        "by",
        "for",
        "i",
        "in",
        "it",
        "may",
        "no",
        "of",
        "on",
        "or",
        "the",
        "to",
        "up",
        "us",
        "will",
    }
)
_POSSESSIVE = re.compile(r"['’]s?$")


@dataclass(frozen=True, slots=True)
class Name:
    """A run of capitalised words at ``text[start:end]``; ``keys`` are its parts without titles, by sound."""

    text: str
    keys: tuple[str, ...]
    start: int
    end: int


@lru_cache(maxsize=50_000)
def name_key(word: str) -> str:
    """The sound of one word of a name, equal for its usual transliterations."""
    plain = fold(_POSSESSIVE.sub("", word))
    plain = lexicon().same_names.get(plain, plain)
    if len(plain) < 4 or not any(letter in "aeiouy" for letter in plain):  # BBC, NATO's like
        return plain
    for pattern, sound in _SOUNDS:
        plain = pattern.sub(sound, plain)
    return plain


def name_keys(name: str) -> tuple[str, ...]:
    """The keys of a name's parts in order, without titles, particles and initials.

    "Libyan Foreign Minister Moussa Koussa" and "Musa Kusa" have the same keys. A name of titles alone ("the
    Foreign Office") keeps what is no particle.
    """
    words = [_POSSESSIVE.sub("", word) for word in _WORD.findall(name.replace("-", " "))]
    lists = lexicon()
    parts = [(w, plain) for w in words if len(w) > 1 and (plain := fold(w)) not in lists.particles]
    parts = [part for part in parts if part[1] != "the"]
    own = [part for part in parts if part[1] not in lists.titles]
    return tuple(name_key(word) for word, _ in own or parts)


def same_name(one: str, other: str) -> bool:
    """Whether two names are one person's or body's: all parts of the shorter are parts of the longer.

    A lone part must be the longer name's last one (the family name); "Saif Gadhafi" is not "Moammar Gadhafi".
    """
    a, b = sorted((name_keys(one), name_keys(other)), key=len)
    if not a:
        return False
    if len(a) == 1:
        return a[0] == b[-1]
    return set(a) <= set(b)


def names_in(text: str) -> tuple[Name, ...]:
    """The names that capitals give away.

    The first word of a sentence is none when it is an ordinary word; in a headline of capitalised words only
    what is no ordinary English word is one.
    """
    titled = is_title_case(text)
    found = []
    for match in _NAME.finditer(text):
        opens = _opens_sentence(text, match.start())
        words = [w for w in re.split(r"\s+", match.group()) if w]
        if titled or opens:
            words = _without_ordinary(words, all_of_them=titled)
        keys = tuple(dict.fromkeys(name_keys(" ".join(words)))) if words else ()
        if keys and all(keys):
            found.append(Name(_POSSESSIVE.sub("", " ".join(words)), keys, match.start(), match.end()))
    return tuple(found)


def _without_ordinary(words: Sequence[str], *, all_of_them: bool) -> list[str]:
    """Drop common English words: the first ones only, or all of them."""
    band = lexicon().band
    if all_of_them:
        return [w for w in words if fold(_POSSESSIVE.sub("", w)) not in band]
    rest = list(words)
    while rest and fold(_POSSESSIVE.sub("", rest[0])) in band:
        rest.pop(0)
    return rest


def _opens_sentence(text: str, at: int) -> bool:
    before = text[max(0, at - 6) : at].rstrip(" \t\"'“‘”’(")
    return not before or before[-1] in ".!?:\n…"


@lru_cache(maxsize=1_000)
def is_title_case(text: str) -> bool:
    """Whether all longer words but function words are capitalised, as in an American headline.

    An ordinary word, or a function word that no name holds ("With", "His"), must be among them.
    """
    band = lexicon().band
    every = _WORD.findall(text)
    words = [w for w in every if len(w) > 3 and band.get(fold(w)) != 0]
    is_no_name = any(fold(w) in band for w in words[1:]) or any(
        w[0].isupper() and band.get(fold(w)) == 0 and fold(w) not in _IN_NAMES for w in every[1:]
    )
    return len(words) > 2 and is_no_name and not any(w.islower() for w in words)
