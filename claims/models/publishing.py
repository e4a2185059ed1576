"""Who puts articles out, and by which feeds they reach us."""

from django.db import models

from claims.models.base import Due, Record, only_known_words
from claims.vocabulary import PublisherKind


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
    """An RSS or Atom address that brings in articles of a publisher."""

    url = models.URLField(max_length=2000, unique=True)
    publisher = models.ForeignKey(Publisher, on_delete=models.PROTECT, null=True, related_name="feeds")
    title = models.CharField(max_length=500, blank=True)
    etag = models.CharField(max_length=500, blank=True)
    last_modified = models.CharField(max_length=200, blank=True)
    last_read_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    state_reason = models.CharField(max_length=500, blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["url"]
        indexes = [models.Index(fields=["due_at", "id"], name="feeds_by_due")]

    def __str__(self) -> str:
        return self.title or self.url


class Host(models.Model):
    """A server we fetch from: when it may be asked again, and its robots.txt.

    ``robots_status`` is null where the file could not be had; ``robots_until`` is when it is asked for anew.
    """

    name = models.CharField(max_length=300, primary_key=True)
    free_at = models.DateTimeField()
    robots_status = models.PositiveIntegerField(null=True, blank=True)
    robots_body = models.BinaryField(default=b"")
    robots_until = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name
