"""Which tracked claims a text may repeat, found by the database and scored by the pipeline."""

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_

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

MOST_HOLDERS = 1_000
"""Claims per term that are looked at, the newest; how many more have it makes no difference."""

MOST_LOOKED_AT = 4_000
"""Claims that share a term, over all terms; the rarest terms come first."""

_TELLING_WORDS = 8

# The same on SQLite and PostgreSQL; each part reads a stretch of the index on (term, claim_id).
_COUNT = """
SELECT %s AS place, COUNT(*) FROM
    (SELECT 1 FROM claims_claimterm WHERE term = %s LIMIT %s) AS held
"""
_HOLDERS = """
SELECT claim_id, %s AS weight FROM
    (SELECT claim_id FROM claims_claimterm WHERE term = %s ORDER BY claim_id DESC LIMIT %s) AS held
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

    What it costs is bounded by the constants above, however many claims there are. ``public_only`` leaves out
    what is internal to the desk.
    """
    terms = sorted(shortlist_terms(text, aliases), key=lambda term: (-term_weight(term), term))
    counts = _capped_counts([term[:LONGEST_TERM] for term in terms[:MOST_TERMS]])
    if not counts:
        return []
    weights = {term: _weight(term, count) for term, count in _affordable(counts).items()}
    seen = [Visibility.PUBLIC] if public_only else list(Visibility)
    sql = _SHORTLIST.format(
        holders=" UNION ALL ".join([_HOLDERS] * len(weights)), visibilities=", ".join(["%s"] * len(seen))
    )
    values = [value for term, weight in weights.items() for value in (weight, term, MOST_HOLDERS)]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, 2 * SHORTLIST, *seen, SHORTLIST])
        return [KnownClaim(id=claim_id, text=words) for claim_id, words in cursor.fetchall()]


def _capped_counts(terms: Sequence[str]) -> dict[str, int]:
    """How many claims hold each of ``terms``, none left out that any holds, up to ``MOST_HOLDERS``."""
    if not terms:
        return {}
    values = [value for place, term in enumerate(terms) for value in (place, term, MOST_HOLDERS)]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join([_COUNT] * len(terms)), values)
        return {terms[place]: count for place, count in cursor.fetchall() if count}


def _affordable(counts: Mapping[str, int]) -> dict[str, int]:
    """The rarest terms whose holders together are few enough to be looked at; one at least."""
    found: dict[str, int] = {}
    for term in sorted(counts, key=lambda term: (counts[term], -term_weight(term), term)):
        if found and sum(found.values()) + counts[term] > MOST_LOOKED_AT:
            break
        found[term] = counts[term]
    return found


def _weight(term: str, count: int) -> float:
    """How telling a shared term is: by its band, and by how few claims hold it; tenths, to sum exactly."""
    return round(term_weight(term) + WEIGHT_RARE * (1 - count / MOST_HOLDERS), 1)


def best_matches(
    text: str, *, aliases: Aliases | None = None, public_only: bool = False
) -> tuple[Match, ...]:
    """Return the tracked claims that ``text`` may repeat, best first; three queries at most.

    ``aliases`` are the editors', read here where a caller with many texts does not hand them over.
    """
    aliases = aliases or known_aliases()
    known = shortlist(text, aliases, public_only=public_only)
    return match(text, known, aliases=aliases, nearness=nearness()) if known else ()


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
