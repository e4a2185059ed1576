"""Knows the page that a host shows in place of several articles, and that it is the new text of none."""

from collections.abc import Collection
from dataclasses import replace

from claims.models import Article
from claims.operations.sightings import Sighting
from claims.pipeline.page.page_kind import PageKind

SHARED_BY = 3
"""Other articles of the host in whose place the same page must have been seen; a story may stand at two."""
_ELSEWHERE = frozenset({PageKind.OTHER, PageKind.SHARED})


def known_of_others(article: Article, seen: Sighting, *, beside: Collection[Article]) -> Sighting:
    """Return what was seen, told apart as shared where other articles of the host show the same instead.

    ``beside`` are the (locked) articles that are written down together, which tell themselves what they show.
    One query, and only for a page that says hardly a word of what the article said.
    """
    if seen.observation.kind is not PageKind.OTHER or seen.reading is None:
        return seen
    shown = (article.host, seen.reading.article.fingerprint)
    together = [(other.host, other.stand_in_fingerprint) for other in beside if other.pk != article.pk]
    others = Article.objects.filter(host=shown[0], stand_in_fingerprint=shown[1])
    others = others.exclude(pk__in={article.pk, *(other.pk for other in beside)})
    if together.count(shown) + len(others.values_list("pk", flat=True)[:SHARED_BY]) < SHARED_BY:
        return seen
    return replace(seen, observation=replace(seen.observation, kind=PageKind.SHARED))


def stand_in_of(article: Article, seen: Sighting, *, saw_nothing: bool) -> str:
    """Return the fingerprint to keep of a page that stands, or stood until now, in the article's place.

    It is kept after the article is believed to be rewritten, too, for as long as the page stays: the next
    article of the host that shows it makes it doubtful again.
    """
    if seen.observation.kind in _ELSEWHERE and seen.reading is not None:
        return seen.reading.article.fingerprint
    known = article.stand_in_fingerprint
    stays = saw_nothing or (article.newest is not None and article.newest.fingerprint == known)
    return known if stays else ""
