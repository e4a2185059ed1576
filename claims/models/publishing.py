"""Who puts articles out, and by which feeds they reach us."""

from django.db import models

from claims.models.base import Due, Record, only_known_words
from claims.vocabulary import FeedState, PublisherKind


class Publisher(Record):
    """A body that puts articles out. ``owner`` is the company behind it, empty when unknown or its own."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=16, choices=PublisherKind.choices(), default=PublisherKind.OTHER)
    owner = models.CharField(max_length=200, blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "id"]
        constraints = [only_known_words("kind", PublisherKind, "a_publisher_has_a_known_kind")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_official(self) -> bool:
        """Whether its pages are primary documents: an official record, or a party itself on the record."""
        return self.kind == PublisherKind.OFFICIAL


class PublisherSite(models.Model):
    """Where a publisher's pages lie: ``host[:port]/path/``, without scheme, ending in a slash."""

    publisher = models.ForeignKey(Publisher, on_delete=models.CASCADE, related_name="sites")
    prefix = models.CharField(max_length=500, unique=True)

    class Meta:
        ordering = ["prefix"]

    def __str__(self) -> str:
        return self.prefix


class Feed(Record, Due):
    """An RSS or Atom address that brings in articles of a publisher. ``due_at`` is the next reading.

    ``validated_url`` is where the validators came from; ``moved_to`` a lasting redirect seen once and not yet
    confirmed, ``moved_from`` the address before the last confirmed one. ``missing_*`` count readings in a row
    that found no feed at the address; ``brought`` counts articles, ``reads_with_news`` readings with any.
    """

    url = models.URLField(max_length=2000, unique=True)
    publisher = models.ForeignKey(Publisher, on_delete=models.PROTECT, null=True, related_name="feeds")
    title = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=16, choices=FeedState.choices(), default=FeedState.PENDING)
    state_reason = models.CharField(max_length=500, blank=True)
    note = models.CharField(max_length=500, blank=True)
    etag = models.CharField(max_length=500, blank=True)
    last_modified = models.CharField(max_length=200, blank=True)
    validated_url = models.CharField(max_length=2000, blank=True)
    moved_to = models.CharField(max_length=2000, blank=True)
    moved_from = models.CharField(max_length=2000, blank=True)
    added_at = models.DateTimeField()
    last_read_at = models.DateTimeField(null=True, blank=True)
    last_good_at = models.DateTimeField(null=True, blank=True)
    last_new_at = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    put_offs = models.PositiveIntegerField(default=0)
    """How often in a row it was put off since its last reading, as a host that it leads to was not free."""
    missing_since = models.DateTimeField(null=True, blank=True)
    missing_reads = models.PositiveIntegerField(default=0)
    read_count = models.PositiveIntegerField(default=0)
    reads_with_news = models.PositiveIntegerField(default=0)
    brought = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["url"]
        constraints = [only_known_words("state", FeedState, "a_feed_is_in_a_known_state")]
        indexes = [models.Index(fields=["due_at", "id"], name="feeds_by_due")]

    def __str__(self) -> str:
        return self.title or self.url


class FeedItem(models.Model):
    """An entry that a feed announced: by its id (``key``, SHA-256) it brings its article in once.

    ``url``, ``title`` and ``published_at`` are as the feed told them last.
    """

    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="items")
    key = models.CharField(max_length=64)
    url = models.CharField(max_length=2000)
    title = models.CharField(max_length=500, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    article = models.ForeignKey("Article", on_delete=models.PROTECT, related_name="fed_by")
    first_seen_at = models.DateTimeField()

    class Meta:
        ordering = ["-first_seen_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["feed", "key"], name="a_feed_announces_each_entry_once")
        ]

    def __str__(self) -> str:
        return self.title or self.url


class Host(models.Model):
    """A server we fetch from: when it may be asked again, who is asking it now, and its robots.txt.

    ``held_by`` is the word of the one worker that may ask it until ``held_until``.

    ``robots_status`` is null where the file could not be had; ``robots_until`` is when it is asked for anew.
    """

    name = models.CharField(max_length=300, primary_key=True)
    free_at = models.DateTimeField()
    held_by = models.CharField(max_length=32, blank=True)
    held_until = models.DateTimeField(null=True, blank=True)
    robots_status = models.PositiveIntegerField(null=True, blank=True)
    robots_body = models.BinaryField(default=b"")
    robots_until = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name
