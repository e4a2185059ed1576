"""The shapes of the demo story: accounts, publishers, claims, articles and what becomes of them."""

from dataclasses import dataclass
from datetime import datetime

from claims.vocabulary import PublisherKind, Role


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """A log-in that exists only where the demo was loaded; all share ``PASSWORD``."""

    username: str
    full_name: str
    role: Role


@dataclass(frozen=True, slots=True)
class DemoPublisher:
    """A made-up publisher; ``slug`` is the first part of its pages' paths."""

    slug: str
    name: str
    kind: PublisherKind
    tagline: str


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of a page: served from ``after`` seconds of story time on, made at ``changed_at`` in 2011.

    ``text`` is the file with the new text. An edit is *announced* when the page gives a new date for it.
    An edit with neither text nor headline moves only the counters around the article, and brings back a page
    that the edit before it removed.
    """

    after: int
    changed_at: datetime
    text: str | None = None
    headline: str | None = None
    announced: bool = False
    removes: bool = False


@dataclass(frozen=True, slots=True)
class Sighting:
    """A place where a page tells or denies a claim; ``words`` stand once in the page's first text."""

    claim: str
    words: str


@dataclass(frozen=True, slots=True)
class DemoArticle:
    """One page of the story; its first text is ``pages/<publisher>/<slug>.html``."""

    publisher: str
    slug: str
    headline: str
    byline: str
    published_at: datetime
    sightings: tuple[Sighting, ...] = ()
    edits: tuple[Edit, ...] = ()

    @property
    def path(self) -> str:
        """Return the address's path, such as ``/harbour-post/no-immunity-for-koussa``."""
        return f"/{self.publisher}/{self.slug}"


@dataclass(frozen=True, slots=True)
class DemoClaim:
    """A claim that the demo's editors track, in their words."""

    key: str
    text: str
    claimant: str | None


@dataclass(frozen=True, slots=True)
class PageVersion:
    """What a page says at one moment of story time; ``number`` counts from 0."""

    number: int
    headline: str
    body: str
    modified_at: datetime
    announced_at: datetime | None
    removed: bool
