"""Publishers, claimants and topics: found by name or address, else added."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from django.db.models import QuerySet
from django.utils.text import slugify

from claims.models import Claimant, Publisher, PublisherSite, Topic, User
from claims.operations.ledger import Book, writing
from claims.operations.policies import fetch_policy
from claims.operations.refusals import ConflictError, RuleRefusedError, require
from claims.pipeline.candidate.claimants import pointed_at
from claims.pipeline.fetch import FetchRefused, check_url
from claims.vocabulary import EventKind, PublisherKind, Role

# Registries that only public bodies can register under (IANA, gov.uk, europa.eu).
_OFFICIAL_SUFFIXES = (".gov", ".gov.uk", ".mil", ".int", ".gouv.fr", ".europa.eu", ".gov.mt")

LONGEST_PREFIX = 500
"""Characters of where a publisher's pages lie."""


def _free_slug(taken: QuerySet[Publisher] | QuerySet[Claimant] | QuerySet[Topic], name: str) -> str:
    """Return a slug for ``name`` that no row of ``taken`` has."""
    stem = slugify(name)[:70].strip("-") or "unnamed"
    used = set(taken.filter(slug__startswith=stem).values_list("slug", flat=True))
    slug, number = stem, 1
    while slug in used:
        number += 1
        slug = f"{stem}-{number}"
    return slug


def site_prefix(url: str) -> str:
    """Return ``host[:port]/path/`` of an address, lower case host, ending in a slash."""
    parts = urlsplit(url if "//" in url else f"//{url}")
    return f"{parts.netloc.lower()}{parts.path.rstrip('/')}/"


def _given_prefix(site: str, number: int) -> str:
    """Return the prefix of a site as an editor gives it, with or without its scheme.

    Raises `RuleRefusedError` for what is no address that we would fetch from.
    """
    checked = check_url(site if "//" in site else f"https://{site}", policy=fetch_policy())
    if isinstance(checked, FetchRefused):
        raise RuleRefusedError(checked.reason, field=f"sites.{number}")
    prefix = site_prefix(checked.url)
    if len(prefix) > LONGEST_PREFIX:
        raise RuleRefusedError(
            f"The address has more than {LONGEST_PREFIX} characters; give where the publisher’s pages begin.",
            field=f"sites.{number}",
        )
    return prefix


def add_publisher(
    *,
    name: str,
    by: User | None,
    now: datetime,
    kind: PublisherKind = PublisherKind.OTHER,
    owner: str = "",
    sites: Sequence[str] = (),
) -> Publisher:
    """Add a publisher whose pages lie under ``sites`` (addresses); an editor or the operator (``by`` None).

    Raises `NotAllowedError`, `RuleRefusedError` (no name, a site that is none), `ConflictError` (a site that
    is somebody else's).
    """
    if by is not None:
        require(by, Role.EDITOR)
    if not name.strip():
        raise RuleRefusedError("Give the publisher a name.", field="name")
    prefixes = list(dict.fromkeys(_given_prefix(site, number) for number, site in enumerate(sites)))
    with writing() as book:
        return _make_publisher(
            book, name=name.strip(), kind=kind, owner=owner, sites=prefixes, by=by, now=now
        )


def _make_publisher(
    book: Book,
    *,
    name: str,
    kind: PublisherKind,
    owner: str,
    sites: Sequence[str],
    by: User | None,
    now: datetime,
) -> Publisher:
    prefixes = [site_prefix(site) for site in sites]
    clash = PublisherSite.objects.filter(prefix__in=prefixes).select_related("publisher").first()
    if clash is not None:
        raise ConflictError(f"{clash.prefix} already belongs to {clash.publisher}.", field="sites")
    publisher = Publisher.objects.create(
        slug=_free_slug(Publisher.objects.all(), name),
        name=name[:200],
        kind=kind,
        owner=owner,
        updated_at=now,
    )
    PublisherSite.objects.bulk_create(
        [PublisherSite(publisher=publisher, prefix=prefix) for prefix in prefixes]
    )
    book.write(
        EventKind.PUBLISHER_ADDED,
        text=f"{publisher} added.",
        occurred_at=now,
        actor=by,
        data={"publisher": publisher.id},
    )
    return publisher


def publisher_at(url: str) -> Publisher | None:
    """Return the publisher under whose longest known site the address lies, or None."""
    prefix = site_prefix(url)
    host, _, path = prefix.partition("/")
    steps = [part for part in path.split("/") if part]
    candidates = [
        host + "/" + "".join(f"{step}/" for step in steps[:count]) for count in range(len(steps) + 1)
    ]
    sites = PublisherSite.objects.filter(prefix__in=candidates).select_related("publisher")
    longest = max(sites, key=lambda site: len(site.prefix), default=None)
    return longest.publisher if longest else None


def find_publisher(
    book: Book, *, url: str, site_name: str | None, name: str | None, by: User | None, now: datetime
) -> Publisher | None:
    """Return whose article ``url`` is: the one named, else the one whose site it is, else a new one.

    A new publisher is named as told (``name``), as the page calls its site, or by its host. None for a file
    without an address and without a name.
    """
    if name:
        known = Publisher.objects.filter(name__iexact=name.strip()).order_by("id").first()
        if known is not None:
            return known
        return _make_publisher(
            book,
            name=name.strip(),
            kind=PublisherKind.OTHER,
            owner="",
            sites=_unclaimed_site(url),
            by=by,
            now=now,
        )
    known = publisher_at(url)
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    if known is not None or not host:
        return known
    kind = PublisherKind.OFFICIAL if f".{host}".endswith(_OFFICIAL_SUFFIXES) else PublisherKind.OTHER
    return _make_publisher(
        book,
        name=(site_name or host).strip()[:200],
        kind=kind,
        owner="",
        sites=_unclaimed_site(url),
        by=by,
        now=now,
    )


def _unclaimed_site(url: str) -> list[str]:
    parts = urlsplit(url)
    if not parts.hostname:
        return []
    root = site_prefix(f"{parts.scheme}://{parts.netloc}/")
    return [] if PublisherSite.objects.filter(prefix=root).exists() else [root]


def find_claimant(*, name: str, anonymous: bool = False, now: datetime) -> Claimant | None:
    """Return the claimant of that name, adding one when there is none.

    None for an empty name, and for words that only point to somebody told of before: "the same programme".
    """
    name = " ".join(name.split())[:200]
    if not name or pointed_at(name) is not None:
        return None
    known = Claimant.objects.filter(name__iexact=name).order_by("id").first()
    return known or Claimant.objects.create(
        slug=_free_slug(Claimant.objects.all(), name), name=name, anonymous=anonymous, updated_at=now
    )


def add_claimant(*, name: str, by: User | None, now: datetime) -> Claimant:
    """Return the claimant of that name, added when there is none; an editor or the operator (``by`` None).

    Raises `NotAllowedError`, `RuleRefusedError` (no name, or words that only point to somebody).
    """
    if by is not None:
        require(by, Role.EDITOR)
    with writing() as book:
        known = set(Claimant.objects.filter(name__iexact=" ".join(name.split())[:200]))
        claimant = find_claimant(name=name, now=now)
        if claimant is None:
            raise RuleRefusedError(
                "Give the claimant a name; “the same programme” points to somebody told of before.",
                field="name",
            )
        if claimant not in known:
            book.write(
                EventKind.CLAIMANT_ADDED,
                text=f"{claimant} added.",
                occurred_at=now,
                actor=by,
                data={"claimant": claimant.id},
            )
    return claimant


def add_topic(*, name: str, by: User | None, now: datetime, summary: str = "") -> Topic:
    """Add a topic; an editor or the operator (``by`` None). Raises `NotAllowedError`, `RuleRefusedError`."""
    if by is not None:
        require(by, Role.EDITOR)
    if not name.strip():
        raise RuleRefusedError("Give the topic a name.", field="name")
    with writing() as book:
        topic = Topic.objects.create(
            slug=_free_slug(Topic.objects.all(), name),
            name=name.strip()[:200],
            summary=summary,
            updated_at=now,
        )
        book.write(
            EventKind.TOPIC_ADDED,
            text=f"Topic added: {topic}.",
            occurred_at=now,
            actor=by,
            data={"topic": topic.id},
        )
    return topic


def topics_called(words: Sequence[str]) -> list[Topic]:
    """Return the topics of these ids or slugs, in order; raises `RuleRefusedError` for an unknown one."""
    found = {}
    for topic in Topic.objects.filter(slug__in=words) | Topic.objects.filter(id__in=words):
        found[topic.slug] = found[topic.id] = topic
    missing = [word for word in words if word not in found]
    if missing:
        raise RuleRefusedError(f"There is no topic {missing[0]!r}; add it first.", field="topics")
    return [found[word] for word in words]
