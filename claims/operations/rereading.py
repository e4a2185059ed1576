"""Reads an article that an editor chose once more, with the parser beside the rules."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.conf import settings

from claims.models import Article, Candidate, User
from claims.operations.capture import Proposal, matched, store_proposals
from claims.operations.ledger import hold_articles, writing
from claims.operations.reader import TOO_MUCH
from claims.operations.reading_apart import read_apart
from claims.operations.refusals import RuleRefusedError, require
from claims.pipeline.extract_claims import can_extract
from claims.pipeline.read_again import PageBefore, PageToRead, read_kept
from claims.pipeline.tiers.pinned import TierUnavailableError
from claims.queries.tiers import attribution_parser
from claims.vocabulary import Role


class NotReadError(RuleRefusedError):
    """The article was not read again."""

    rule = "parsing"


@dataclass(frozen=True, slots=True)
class _Reading:
    proposals: tuple[Proposal, ...]


def is_parsing_offered() -> bool:
    """Whether an editor may choose articles for the parser (`TIER_PARSING=chosen`)."""
    return bool(settings.TIER_PARSING == "chosen")


def read_with_parser(*, article_id: str, by: User, now: datetime) -> list[Candidate]:
    """Propose what the parser finds in the article's newest snapshot and nobody proposed before.

    It is parsed apart, in a process that it may break. An editor. Returns the new candidates. Raises
    `Article.DoesNotExist`, `NotAllowedError`, `NotReadError`, `ReadersBusyError`.
    """
    require(by, Role.EDITOR)
    if not is_parsing_offered():
        raise NotReadError(
            "The parser is not offered here. Set TIER_PARSING=chosen to choose articles for it."
        )
    article = Article.objects.select_related("newest").get(pk=article_id)
    snapshot = article.newest
    if snapshot is None or not can_extract(snapshot.language or None):
        raise NotReadError("There is no English text of this article to read.")
    try:
        read = partial(read_kept, parse=attribution_parser(chosen=True, apart=True))
    except TierUnavailableError as missing:
        raise NotReadError(str(missing)) from missing
    page = PageToRead(
        body=b"",
        content_type=None,
        url=article.url,
        final_url=article.url,
        published_at=article.published_at,
        before=PageBefore(headline=snapshot.headline, text=snapshot.text),
    )
    found = read_apart(read, page)
    if found is None:
        raise NotReadError(TOO_MUCH)
    reading = _Reading(matched(found.candidates))
    with writing() as book:
        hold_articles(Article.objects.filter(pk=article_id))
        snapshot.article = Article.objects.select_related("newest", "publisher").get(pk=article_id)
        return store_proposals(book, snapshot=snapshot, reading=reading, now=now)
