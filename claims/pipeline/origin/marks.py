"""A report to whom it names as its source: the agency it carries, the outlet it cites, the claimant."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from claims.pipeline.text.lexicon import lexicon
from claims.pipeline.text.names import name_key
from claims.pipeline.text.tokens import fold

LEAD = 1_200
"""Characters of a text in which a citation counts when no attribution tells where the claim stands."""

_EDGE = 250
"""Characters at either end of a text in which an agency's credit stands."""

_WORD = re.compile(r"[^\W_]+(?:['’.][^\W_]+)*")
_POSSESSIVE = re.compile(r"['’]s?$")
_APPOSITION = re.compile(r"[,;(]|\s[–—-]\s")
_COMPLEMENT = re.compile(r"\s(?:at|of|in|for|from|who|with|close|near|inside|within|on)\s")
_DATELINE = re.compile(
    r"^[A-ZÀ-Þ][A-ZÀ-Þ .,'’/-]{2,40}(?:,?\s[A-Z][a-z]+\.?\s\d{1,2})?\s*\(([^()\n]{2,40})\)\s*[—–-]",
    re.MULTILINE,
)
_AGENCIES = re.compile(r"\b(?:news\s+)?agencies\b|\bwire (?:services|reports)\b", re.IGNORECASE)
_AGENCIES_AT_EDGE = re.compile(
    r"\b(?:with|from|by|—|–)\s+(?:news\s+|the\s+)?(?:agencies|wire (?:services|reports))(?=\s*(?:$|\n|[.)]))"
    r"|\((?:news )?agencies\)|^(?:news )?agencies$",
    re.IGNORECASE | re.MULTILINE,
)
_ARTICLE = re.compile(r"^(this|that|an?|the)\b", re.IGNORECASE)
_PLAIN_ARTICLES = {"this": "a", "that": "a", "a": "a", "an": "an", "the": "the"}
_CAPITALISED = r"[A-ZÀ-Þ][\w'’.-]*"
_PARTICLE = r"(?:(?:al|el|bin|ibn|ben|von|van|de|der|da|di|du|la|le)[\s-]+)?"
_AUTHOR = re.compile(rf"(?:[Bb]y\s+)?({_CAPITALISED}(?:\s+{_PARTICLE}{_CAPITALISED}){{1,3}})(?:\s+in\s.*)?")
_PERSON = re.compile(rf"(?!The\b|An?\b){_CAPITALISED}(?:\s+{_PARTICLE}{_CAPITALISED}){{1,3}}")
_DEFINITE = re.compile(r"(?:the|this|that)\s+(?:same\s+)?", re.IGNORECASE)
_INDEFINITE = re.compile(r"(?:an?|this|that|one|another)\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Body:
    """A person or body: the sounds of its name's words in order, and ``name`` as it was spelt."""

    name: str
    parts: tuple[str, ...]

    def is_same(self, other: "Body") -> bool:
        """Whether one name is a shorter form of the other; a lone word must be the family name."""
        short, long = sorted((self.parts, other.parts), key=len)
        if len(short) == 1:
            return short[0] == long[-1]
        return set(short) <= set(long)


@dataclass(frozen=True, slots=True)
class _Lists:
    agencies: dict[str, tuple[str, ...]]
    before: tuple[str, ...]
    after: tuple[str, ...]
    anonymous: frozenset[str]
    silent: frozenset[str]
    callings: frozenset[str]


@lru_cache(maxsize=1)
def _lists() -> _Lists:
    raw = json.loads((Path(__file__).parent.parent / "words" / "en" / "agencies.json").read_text("utf-8"))
    return _Lists(
        agencies={name: tuple(credits_) for name, credits_ in raw["agencies"].items()},
        before=tuple(raw["before"]),
        after=tuple(raw["after"]),
        anonymous=frozenset(raw["anonymous"]),
        silent=frozenset(raw["roles"]) | frozenset(raw["determiners"]),
        callings=frozenset(raw["callings"]),
    )


def body_of(name: str | None) -> Body | None:
    """The body that ``name`` means; None for nobody in particular ("officials", "a senior U.S. aide")."""
    name = (name or "").strip()
    agency = _agency_named(name)
    if agency:
        return Body(agency, _parts(agency))
    lists = _lists()
    first = _telling_segment(name)
    head = [fold(word) for word in _WORD.findall(_COMPLEMENT.split(first)[0])]
    telling = _parts(first)
    if not telling or (head and head[-1] in lists.anonymous):
        return None
    words = [fold(word) for word in _WORD.findall(first) if fold(word) not in lists.silent]
    vague = lists.callings | lists.anonymous | lexicon().titles | lexicon().band.keys()
    if len(words) == 1 and words[0] in vague:
        return None
    return Body(_ARTICLE.sub(lambda m: _PLAIN_ARTICLES[m.group(1).lower()], first.strip()), telling)


def _telling_segment(name: str) -> str:
    """The part of ``name`` that names somebody: a person between commas or behind a calling, else the first.

    "The same journalist, Karm Borg" and "the blog's author, the Maltese journalist Karm Borg" are Karm Borg.
    """
    segments = [segment.strip() for segment in _APPOSITION.split(name)]
    person = next((segment for segment in segments if _PERSON.fullmatch(segment)), None)
    if person is not None:
        return person
    called = (_called().search(segment) for segment in segments)
    return next((match.group(1) for match in called if match), segments[0])


@lru_cache(maxsize=1)
def _called() -> re.Pattern[str]:
    """A person's name behind a calling, at the end: "the Maltese journalist Karm Borg"."""
    callings = "|".join(sorted(map(re.escape, _lists().callings)))
    return re.compile(rf"\b(?:{callings})\s+({_CAPITALISED}(?:\s+{_PARTICLE}{_CAPITALISED})+)$")


def publisher_body(name: str) -> Body:
    """The body that a publisher's name means, however common its words."""
    return body_of(name) or Body(name, tuple(name_key(fold(word)) for word in _WORD.findall(name)))


def author_of(byline: str) -> Body | None:
    """The one person that a byline names; None for agencies, desks and several authors."""
    match = _AUTHOR.fullmatch(byline.strip())
    return body_of(match.group(1)) if match and _agency_named(byline, whole=False) is None else None


def _parts(name: str) -> tuple[str, ...]:
    """The sounds of a name's words without articles and roles ("spokesman")."""
    words = [fold(_POSSESSIVE.sub("", word)).replace(".", "") for word in _WORD.findall(name)]
    return tuple(name_key(word) for word in words if word not in _lists().silent)


def is_described(name: str) -> bool:
    """Whether ``name`` describes a writer without naming him: "a Maltese journalist"."""
    words = [fold(word) for word in _WORD.findall(name)]
    return bool(_INDEFINITE.match(name)) and any(word in _lists().callings for word in words)


def is_referred(name: str) -> bool:
    """Whether ``name`` refers to a writer told of before: "the same journalist", "the blog's author"."""
    words = [fold(_POSSESSIVE.sub("", word)) for word in _WORD.findall(_telling_segment(name))]
    known = _lists().callings | {"the", "this", "that", "same"}
    return len(words) > 1 and words[0] in ("the", "this", "that") and known.issuperset(words)


def is_of_blog(name: str) -> bool:
    """Whether a referring name speaks of a blog, its author or its writer."""
    return any(fold(word).startswith("blog") for word in _WORD.findall(name))


def names_of(description: str, texts: Iterable[str]) -> tuple[str, ...]:
    """The names that ``texts`` give to a description, in order of first mention.

    "a Maltese journalist" is named by "Maltese journalist Karm Borg", "Karm Borg, a Maltese journalist".
    """
    bare = _INDEFINITE.sub("", _DEFINITE.sub("", description)).strip()
    name = rf"({_CAPITALISED}(?:\s+{_PARTICLE}{_CAPITALISED})+)"
    pattern = re.compile(
        rf"(?i:{re.escape(bare)}),?\s+{name}|{name},?\s+(?i:(?:an?|the)\s+(?:[\w-]+\s+)?{re.escape(bare)})",
        re.UNICODE,
    )
    found = (match.group(1) or match.group(2) for text in texts for match in pattern.finditer(text))
    return tuple(dict.fromkeys(found))


def agency_credit(
    headline: str, text: str, byline: str, others: tuple[str, ...] = ()
) -> tuple[str, str] | None:
    """The agency whose copy this is, and its credit as printed ("(AP)", "— Reuters", a byline).

    ``others`` are names of agencies besides those of words/en/agencies.json. A dateline credits whomever it
    names: "TRIPOLI (Gulf Wire) —".
    """
    ends = f"{text[:_EDGE]}\n\n{text[-_EDGE:]}"
    for name, pattern in _credit_patterns(others):
        match = pattern.search(ends) or pattern.search(headline)
        if match:
            return name, match.group().strip(" \n—–-|")
        if byline and (name in byline if name in others else _agency_named(byline, whole=False) == name):
            return name, byline
    dateline = _DATELINE.search(text[:_EDGE])
    return (dateline.group(1).strip(), f"({dateline.group(1)})") if dateline else None


@lru_cache(maxsize=200)
def _credit_patterns(others: tuple[str, ...]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Per agency: in brackets, after a closing dash, as a line of its own, or opening a dateline."""
    patterns = []
    for name, spellings in [*_lists().agencies.items(), *((other, (other,)) for other in others)]:
        either = "|".join(re.escape(s) for s in sorted(spellings, key=len, reverse=True))
        line = rf"(?:^|[—–]\s*)(?:{either})\s*(?=$|\n)"
        pattern = rf"\((?:{either})\)|{line}|^(?:{either})\s*[—–-]\s"
        patterns.append((name, re.compile(pattern, re.MULTILINE)))
    return tuple(patterns)


def contribution(text: str, others: tuple[str, ...] = ()) -> tuple[str, str] | None:
    """The agency that a text says it drew on, and those words: "Reuters contributed to this report".

    ``others`` as in ``agency_credit``. Looked for at either end of the text, where such notes stand.
    """
    ends = f"{text[:_EDGE]}\n\n{text[-_EDGE:]}"
    for name, pattern in _contribution_patterns(others):
        match = pattern.search(ends)
        if match:
            return name, " ".join(match.group().split())
    return None


@lru_cache(maxsize=200)
def _contribution_patterns(others: tuple[str, ...]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Per agency: before "contributed", or after "with reporting by" and the like."""
    patterns = []
    for name, spellings in [*_lists().agencies.items(), *((other, (other,)) for other in others)]:
        either = rf"\b(?:{'|'.join(re.escape(s) for s in sorted(spellings, key=len, reverse=True))})\b"
        given = rf"{either}(?:\s+and\s+[\w ]{{2,30}})?\s+(?:also\s+)?contributed"
        taken = (
            r"(?i:additional|with|includes|contains|using)\s+(?i:reporting|material|files?|copy|information)?"
            rf"\s*(?i:by|from)?\s*(?:[Tt]he\s+)?{either}(?=\s*(?:$|\n|[.,;)]|and\b))"
        )
        patterns.append((name, re.compile(rf"{given}|{taken}", re.MULTILINE)))
    return tuple(patterns)


def credits_agencies(text: str, byline: str) -> str | None:
    """The words that credit agencies without naming one: "with agencies", a byline "Agencies and staff"."""
    match = _AGENCIES.search(byline) or _AGENCIES_AT_EDGE.search(f"{text[:_EDGE]}\n\n{text[-_EDGE:]}")
    return " ".join(match.group().split()).strip("()—– ") if match else None


def _agency_named(name: str, *, whole: bool = True) -> str | None:
    """The agency that a name is, or (not ``whole``) that a byline holds."""
    plain = re.sub(r"^the\s+", "", name.strip(), flags=re.IGNORECASE)
    for agency, spellings in _lists().agencies.items():
        for spelling in spellings:
            if plain == spelling or (not whole and re.search(rf"\b{re.escape(spelling)}\b", name)):
                return agency
    return None


def agencies() -> tuple[str, ...]:
    """The spellings under which agencies are cited."""
    return tuple(spelling for spellings in _lists().agencies.values() for spelling in spellings)


def citation_of(name: str, passage: str) -> str | None:
    """The words in which ``passage`` names ``name`` as its source ("citing Malta Today"), or None."""
    match = _citation(name).search(passage)
    return " ".join(match.group().split()) if match else None


@lru_cache(maxsize=2_000)
def _citation(name: str) -> re.Pattern[str]:
    """A name after "according to" and its like, or before "reported" and its like."""
    bare = re.escape(re.sub(r"^the\s+", "", name.strip(), flags=re.IGNORECASE))
    lists = _lists()
    before = "|".join(re.escape(words) for words in lists.before)
    after = "|".join(re.escape(words) for words in lists.after)
    return re.compile(
        rf"(?i:\b(?:{before}))\s+(?:[Tt]he\s+)?\b{bare}\b|\b{bare}(?:['’]s(?:\s+[\w-]+){{1,4}})?\s+(?i:{after})\b"
    )


def passage_about(headline: str, text: str, attribution: str | None) -> str:
    """Where a report tells whence its claim comes: the paragraphs of the attribution, else the lead."""
    if attribution and attribution.strip():
        inside = [line for line in text.splitlines() if attribution.strip() in line]
        return "\n".join([headline, attribution, *inside])
    return f"{headline}\n{text[:LEAD]}"
