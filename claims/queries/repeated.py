"""Which tracked claims a text, or an article that we keep, repeats or contradicts."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, replace

from claims.models import Article
from claims.operations.ingest import clean_address
from claims.operations.reading_apart import read_apart
from claims.operations.refusals import RuleRefusedError
from claims.pipeline.match import MOST_MATCHES, Match
from claims.pipeline.read_again import PageToRead, read_bare_text
from claims.pipeline.text.aliases import Aliases
from claims.queries.aliases import known_aliases
from claims.queries.matching import best_matches
from claims.vocabulary import Relation, Stance, Zone

LONGEST_PASSAGE = 300
"""Characters of a text that is looked up as it stands; a longer one is read as an article is."""

MOST_PASSAGES = 20
"""Claims of a longer text that are looked up, the most check-worthy; they bound what a request costs."""


class ArticleNotKeptError(RuleRefusedError):
    """No article is kept at an address, or it has not been read yet."""

    rule = "article"


class TextNotReadError(RuleRefusedError):
    """Reading a text takes more time or memory than it may."""

    rule = "unreadable"


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence to look up; ``denied`` where the text that it stands in says that it is not so."""

    text: str
    denied: bool = False


def claims_repeated_in(*texts: str, desk: bool = False) -> list[tuple[Match, ...]]:
    """Return for each text the tracked claims that it repeats or contradicts, best first, at most 20.

    A short text is looked up as it stands (two queries), a longer one by the claims found in it; one query
    more reads the aliases. Claims internal to the desk are found for the ``desk`` only.
    """
    aliases = known_aliases()
    return [_found(_passages(text), aliases, public_only=not desk) for text in texts]


def claims_repeated_by(url: str, *, desk: bool = False) -> tuple[Match, ...]:
    """Return the tracked claims that the article kept at ``url`` repeats as it last stood; fetches nothing.

    Raises `ArticleNotKeptError`, and `AddressRefusedError` for what is no address that we would fetch.
    """
    article = Article.objects.select_related("newest").filter(url=clean_address(url)).first()
    if article is None or article.newest is None:
        raise ArticleNotKeptError(
            "No article is kept at this address, or it has not been read yet. Add it with POST articles/ "
            "and ask again once its state is no longer pending, or send its text.",
            field="url",
        )
    headline, text = article.newest.headline, article.newest.text
    passages = [Passage(headline)] if headline else []
    return _found([*passages, *_passages(text)], known_aliases(), public_only=not desk)


def _passages(text: str) -> list[Passage]:
    """What to look up of a text: all of it, or the claims in it; its beginning where it has none."""
    if len(text) <= LONGEST_PASSAGE:
        return [Passage(text)]
    page = PageToRead(
        body=text.encode("utf-8", "surrogatepass"),
        content_type=None,
        url="",
        final_url="",
        published_at=None,
        before=None,
    )
    read = read_apart(read_bare_text, page)
    if read is None:
        raise TextNotReadError("This text takes more time or memory than reading one may; send less of it.")
    found = read.candidates
    best = heapq.nlargest(MOST_PASSAGES, found, key=lambda claim: claim.score)
    passages = [Passage(claim.text, claim.author_stance is Stance.REFUTES) for claim in best]
    return passages or [Passage(text[:LONGEST_PASSAGE])]


def _found(passages: Sequence[Passage], aliases: Aliases, *, public_only: bool) -> tuple[Match, ...]:
    """Each claim once, by the passage that is most alike; which one that is stands among its reasons."""
    best: dict[str, Match] = {}
    for passage in passages:
        for match in best_matches(passage.text, aliases=aliases, public_only=public_only):
            if match.claim not in best or match.score > best[match.claim].score:
                best[match.claim] = _told_where(match, passage) if len(passages) > 1 else match
    return tuple(heapq.nsmallest(MOST_MATCHES, best.values(), key=lambda match: (-match.score, match.claim)))


def _told_where(match: Match, passage: Passage) -> Match:
    """The match with the passage among its reasons; one that the text denies contradicts the claim."""
    denied = passage.denied and match.zone is not Zone.NEW and match.relation is not Relation.CONTRADICTS
    return replace(
        match,
        relation=Relation.CONTRADICTS if denied else match.relation,
        reasons=(
            *match.reasons,
            f"In the text: “{passage.text}”",
            *(["The text says that it is not so."] if denied else []),
        ),
    )
