"""Which tracked claims a text may repeat, found by the database and scored by the pipeline."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from itertools import accumulate, combinations
from operator import or_
from time import monotonic

from django.db import connection
from django.db.models import Q

from claims.models import Candidate, Claim
from claims.models.matching import LONGEST_TERM
from claims.pipeline.match import KnownClaim, Match, keywords, match
from claims.pipeline.matching.match_text import shortlist_terms
from claims.pipeline.text.aliases import Aliases
from claims.pipeline.text.terms import WEIGHT_RARE, term_weight
from claims.queries.aliases import known_aliases
from claims.queries.tiers import nearness
from claims.vocabulary import CandidateState, Visibility

SHORTLIST = 50
MOST_TERMS = 40
"""Terms of a text that are looked up, the most telling; a claim's sentence has about ten."""

MOST_COUNTED = 200
"""Terms, of any number of texts, that one query counts; SQLite puts no more than 500 parts together."""

MOST_HOLDERS = 1_000
"""Claims per term that are looked at, the newest; how many more have it makes no difference."""

MOST_LOOKED_AT = 4_000
"""Claims that share a term, over all terms; the rarest terms come first."""

LEADING_TERMS = 3
"""The rarest terms; claims with two of them are found though each may be older than a term's newest."""

MOST_CROSSED = 10_000
"""Claims with the rarer of two leading terms that are asked for the other one, too, the newest."""

MOST_IN_BOTH = 500
"""Claims per two leading terms that are looked at, the newest."""

_TELLING_WORDS = 8
_COUNTED_FOR = 600.0  # seconds

# The same on SQLite and PostgreSQL; each part reads a stretch of the index on (term, claim_id).
_COUNT = """
SELECT %s AS place, COUNT(*), MIN(claim_id) FROM
    (SELECT claim_id FROM claims_claimterm WHERE term = %s ORDER BY claim_id DESC LIMIT %s) AS held
"""
_HOLDERS = """
SELECT claim_id, %s AS weight FROM
    (SELECT claim_id FROM claims_claimterm WHERE term = %s ORDER BY claim_id DESC LIMIT %s) AS held
"""
_HOLDERS_OF_BOTH = """
SELECT claim_id, %s AS weight FROM (
    SELECT rarer.claim_id FROM
        (SELECT claim_id FROM claims_claimterm WHERE term = %s ORDER BY claim_id DESC LIMIT %s) AS rarer
    JOIN claims_claimterm AS other ON other.claim_id = rarer.claim_id AND other.term = %s
    ORDER BY rarer.claim_id DESC LIMIT %s
) AS both_held
"""
_SHORTLIST = """
SELECT claim.id, claim.text FROM (
    SELECT claim_id, SUM(weight) AS weight FROM ({holders}) AS holders
    GROUP BY claim_id ORDER BY 2 DESC, 1 DESC LIMIT %s
) AS likely JOIN claims_claim AS claim ON claim.id = likely.claim_id
WHERE claim.merged_into_id IS NULL AND NOT claim.withdrawn AND claim.visibility IN ({visibilities})
ORDER BY likely.weight DESC, claim.id DESC LIMIT %s
"""


def shortlist(text: str, aliases: Aliases | None = None, *, public_only: bool = False) -> list[KnownClaim]:
    """Return the at most 50 tracked claims that share the rarest terms with ``text``; two queries at most.

    What it costs is bounded by the constants above, however many claims there are: of a term that very many
    claims hold the newest are looked at, and older ones where they share two of the rarest terms (an
    intersection of postings lists, rarest first, as search engines do). ``public_only`` leaves out what is
    internal to the desk.
    """
    [found] = _shortlists([text], aliases, public_only=public_only)
    return found


def _shortlists(
    texts: Sequence[str], aliases: Aliases | None, *, public_only: bool
) -> Iterator[list[KnownClaim]]:
    """The shortlist of each text, read when its turn comes; the terms of all are counted in one query."""
    looked_up = [_telling_terms(text, aliases) for text in texts]
    counted = {
        found.term: found for found in _counted(sorted({term for terms in looked_up for term in terms}))
    }
    held = ([counted[term] for term in terms if term in counted] for terms in looked_up)
    return (_holders_of(terms, public_only=public_only) for terms in held)


def _telling_terms(text: str, aliases: Aliases | None) -> list[str]:
    terms = sorted(shortlist_terms(text, aliases), key=lambda term: (-term_weight(term), term))
    return [term[:LONGEST_TERM] for term in terms[:MOST_TERMS]]


def _holders_of(terms: Sequence["_HeldTerm"], *, public_only: bool) -> list[KnownClaim]:
    """The claims that share the rarest of ``terms``.

    Of terms with ``MOST_HOLDERS`` claims that one is rarer whose newest ones reach back further.
    """
    if not terms:
        return []
    held = sorted(terms, key=lambda found: (found.count, found.since, found.term))
    parts: list[str] = []
    values: list[str | float] = []
    for term in _affordable(held):
        parts.append(_HOLDERS)
        values += [term.weight, term.term, MOST_HOLDERS]
    for rarer, other in combinations(held[:LEADING_TERMS], 2):
        if other.count == MOST_HOLDERS:  # else all its claims are among the holders
            parts.append(_HOLDERS_OF_BOTH)
            values += [round(rarer.weight + other.weight, 1), rarer.term, MOST_CROSSED, other.term]
            values.append(MOST_IN_BOTH)
    seen = [Visibility.PUBLIC] if public_only else list(Visibility)
    sql = _SHORTLIST.format(holders=" UNION ALL ".join(parts), visibilities=", ".join(["%s"] * len(seen)))
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, 2 * SHORTLIST, *seen, SHORTLIST])
        return [KnownClaim(id=claim_id, text=words) for claim_id, words in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class _HeldTerm:
    """A term that ``count`` claims hold, or ``MOST_HOLDERS`` and more; ``since``: the oldest counted one."""

    term: str
    count: int
    since: str

    @property
    def weight(self) -> float:
        """How telling it is: by its band, and by how few claims hold it; in tenths, to sum exactly."""
        return round(term_weight(self.term) + WEIGHT_RARE * (1 - self.count / MOST_HOLDERS), 1)


def _counted(terms: Sequence[str]) -> Iterator[_HeldTerm]:
    """Those of ``terms`` that any claim holds."""
    for first in range(0, len(terms), MOST_COUNTED):
        asked = terms[first : first + MOST_COUNTED]
        values = [value for place, term in enumerate(asked) for value in (place, term, MOST_HOLDERS)]
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join([_COUNT] * len(asked)), values)
            counts = cursor.fetchall()
        yield from (_HeldTerm(asked[place], count, since) for place, count, since in counts if count)


def _affordable(held: Sequence[_HeldTerm]) -> Sequence[_HeldTerm]:
    """The first of ``held`` whose claims together are few enough to be looked at; one at least."""
    looked_at = list(accumulate(found.count for found in held))
    return held[: max(1, bisect_right(looked_at, MOST_LOOKED_AT))]


def best_matches(
    text: str, *, aliases: Aliases | None = None, public_only: bool = False
) -> tuple[Match, ...]:
    """Return the tracked claims that ``text`` may repeat, best first; three queries, now and then a fourth.

    ``aliases`` are the editors', read here where a caller with many texts does not hand them over.
    """
    [best] = best_matches_of([text], aliases=aliases, public_only=public_only)
    return best


def best_matches_of(
    texts: Sequence[str], *, aliases: Aliases | None = None, public_only: bool = False
) -> list[tuple[Match, ...]]:
    """Return for each text what `best_matches` does; their terms are counted together."""
    aliases = aliases or known_aliases()
    found = []
    for text, known in zip(texts, _shortlists(texts, aliases, public_only=public_only), strict=True):
        among = claims_beside(known)
        found.append(match(text, known, among=among, aliases=aliases, nearness=nearness()) if known else ())
    return found


def claims_beside(known: Sequence[KnownClaim]) -> int:
    """Return about how many claims a shortlist was taken from: its own, or all where it is full.

    They are counted at most once in ten minutes by each process.
    """
    return _count_of_claims(int(monotonic() // _COUNTED_FOR)) if len(known) == SHORTLIST else len(known)


@lru_cache(maxsize=1)
def _count_of_claims(_period: int) -> int:
    return Claim.objects.count()


def open_candidates_like(claim: Claim) -> Sequence[Candidate]:
    """Return the open candidates that share a telling word with the claim, oldest first, at most 200."""
    words = [word for word in keywords(claim.text) if len(word) > 2][:_TELLING_WORDS]
    if not words:
        return []
    shares = reduce(or_, (Q(text__icontains=word) for word in words))
    rows = Candidate.objects.filter(shares, state=CandidateState.OPEN).select_related(
        "snapshot__article__publisher"
    )
    return list(rows.order_by("proposed_at", "id")[:200])
