"""The demo story: its cast, the claims that the newsroom tracks, what each page says at which moment.

The Libyan defections of 30 and 31 March 2011. The events are real and so are the people in office; every
sentence is our own, publishers and journalists are made up, real people speak in indirect speech only.
"""

from functools import cache
from pathlib import Path

from claims.management.demo.articles import (
    ARRIVAL,
    ARTICLES,
    ENVOY,
    IMMUNITY,
    RESIGNATION,
    SPEAKER,
    SPY_CHIEF,
)
from claims.management.demo.shapes import DemoAccount, DemoArticle, DemoClaim, DemoPublisher, PageVersion
from claims.vocabulary import PublisherKind, Role

__all__ = [
    "ACCOUNTS",
    "ARRIVAL",
    "ARTICLES",
    "CLAIMS",
    "LAST_CHANGE_AFTER",
    "PAGES",
    "PASSWORD",
    "PUBLISHERS",
    "TOPIC",
    "articles_of",
    "page_at",
    "publisher_of",
]

PAGES = Path(__file__).parent / "pages"
PASSWORD = "claims-demo"  # noqa: S105 - printed by `make run`; the accounts exist in demo databases only
TOPIC = "Libyan defections, March 2011"

ACCOUNTS = (
    DemoAccount("cora", "Cora Hale", Role.CONTRIBUTOR),
    DemoAccount("edith", "Edith Moreau", Role.EDITOR),
    DemoAccount("clara", "Clara Osei", Role.CHIEF_EDITOR),
    DemoAccount("adam", "Adam Novak", Role.ADMIN),
)

PUBLISHERS = (
    DemoPublisher("foreign-office", "Foreign Office (demo)", PublisherKind.OFFICIAL, "Announcements"),
    DemoPublisher("northern-wire", "Northern Wire", PublisherKind.AGENCY, "News by wire since 1911"),
    DemoPublisher("harbour-post", "Harbour Post", PublisherKind.NEWSPAPER, "The paper of the coast"),
    DemoPublisher("river-gazette", "River Gazette", PublisherKind.NEWSPAPER, "Morning news for the valley"),
    DemoPublisher("valletta-notebook", "Valletta Notebook", PublisherKind.BLOG, "Malta, and what lies south"),
    DemoPublisher("the-lantern", "The Lantern", PublisherKind.BLOG, "One reader, many newspapers"),
    DemoPublisher("capital-ledger", "Capital Ledger", PublisherKind.NEWSPAPER, "Politics and markets"),
    DemoPublisher("east-dock-news", "East Dock News", PublisherKind.OTHER, "First is first"),
    DemoPublisher("the-gable", "The Gable", PublisherKind.BLOG, "Notes from an upper window"),
    DemoPublisher("sahel-observer", "Sahel Observer", PublisherKind.NEWSPAPER, "North Africa in English"),
    DemoPublisher("thames-bulletin", "Thames Bulletin", PublisherKind.NEWSPAPER, "London’s second paper"),
    DemoPublisher("meridian-tv", "Meridian TV", PublisherKind.BROADCASTER, "The world at every hour"),
    DemoPublisher("tripoli-state-tv", "Tripoli State TV", PublisherKind.BROADCASTER, "News in English"),
    DemoPublisher("cairo-courier", "Cairo Courier", PublisherKind.NEWSPAPER, "Egypt’s English daily"),
)

CLAIMS = (
    DemoClaim(ARRIVAL, "Moussa Koussa arrived in Britain on 30 March 2011", "Foreign Office"),
    DemoClaim(RESIGNATION, "Moussa Koussa has resigned as Libyan foreign minister", "Foreign Office"),
    DemoClaim(SPY_CHIEF, "Libyan intelligence chief Bouzaid Dorda has defected to Tunisia", "Karmenu Zahra"),
    DemoClaim(SPEAKER, "Libyan parliament head Mohamed Zwai has fled to Tunisia", "Karmenu Zahra"),
    DemoClaim(IMMUNITY, "Moussa Koussa has been offered immunity from prosecution", "Thames Bulletin"),
    DemoClaim(ENVOY, "Ali Treki has declined to be Libya’s ambassador to the UN", "Ali Treki"),
)

LAST_CHANGE_AFTER = max(edit.after for article in ARTICLES for edit in article.edits)


def publisher_of(article: DemoArticle) -> DemoPublisher:
    """Return the publisher whose slug the article names."""
    return next(publisher for publisher in PUBLISHERS if publisher.slug == article.publisher)


def articles_of(publisher: DemoPublisher) -> list[DemoArticle]:
    """Return a publisher's articles, newest first."""
    own = [article for article in ARTICLES if article.publisher == publisher.slug]
    return sorted(own, key=lambda article: article.published_at, reverse=True)


def page_at(article: DemoArticle, elapsed: float) -> PageVersion:
    """Return what ``article`` says ``elapsed`` seconds into the story: for the same seconds the same."""
    return _version(article, sum(1 for edit in article.edits if edit.after <= elapsed))


@cache
def _version(article: DemoArticle, number: int) -> PageVersion:
    text, headline, announced_at, removed = f"{article.slug}.html", article.headline, None, False
    modified_at = article.published_at
    for edit in article.edits[:number]:
        text, headline = edit.text or text, edit.headline or headline
        modified_at = edit.changed_at
        announced_at = edit.changed_at if edit.announced else announced_at
        removed = edit.removes
    body = (PAGES / article.publisher / text).read_text(encoding="utf-8")
    return PageVersion(number, headline, body, modified_at, announced_at, removed)
