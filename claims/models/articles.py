"""Pages we keep checking, what they said when, and what changed between two of their snapshots."""

from django.conf import settings
from django.db import models

from claims.models.base import Due, Record, only_known_words
from claims.models.publishing import Publisher
from claims.vocabulary import ArticleState, ChangeKind, HedgeShift


class Article(Record, Due):
    """One page at one canonical URL. ``due_at`` is the next check, null for a page that is never checked."""

    url = models.URLField(max_length=2000, unique=True)
    # The ``host[:port]`` of the address, by which due pages are shared out; empty for a file in hand.
    host = models.CharField(max_length=300, blank=True)
    publisher = models.ForeignKey(Publisher, on_delete=models.PROTECT, null=True, related_name="articles")
    headline = models.CharField(max_length=500, blank=True)
    byline = models.CharField(max_length=500, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    language = models.CharField(max_length=8, blank=True)
    state = models.CharField(max_length=16, choices=ArticleState.choices(), default=ArticleState.PENDING)
    state_reason = models.CharField(max_length=500, blank=True)
    extraction_note = models.CharField(max_length=500, blank=True)
    wire_source = models.CharField(max_length=300, blank=True)
    """Whose report the feed that brought it says it is (``<source>``); empty where no feed says so."""
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)
    added_at = models.DateTimeField()

    newest = models.ForeignKey("Snapshot", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    snapshot_count = models.PositiveIntegerField(default=0)
    change_count = models.PositiveIntegerField(default=0)
    check_count = models.PositiveIntegerField(default=0)
    last_checked_at = models.DateTimeField(null=True, blank=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)
    last_changed_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)
    """The first of the checks in a row that did not see the article; null while the last one did."""
    put_offs = models.PositiveIntegerField(default=0)
    """How often in a row it was put off since its last check, as a host that it leads to was not free.

    An outage of our own puts it off, too, and counts once however long it lasts.
    """
    # A state that an answer speaks for, and how often in a row, until it is believed.
    doubted_state = models.CharField(max_length=16, blank=True)
    doubted_checks = models.PositiveIntegerField(default=0)
    # Which earlier version a page that goes to and fro shows just now, and since when; empty for its newest.
    turned_to = models.CharField(max_length=64, blank=True)
    turned_at = models.DateTimeField(null=True, blank=True)
    # The page that stands in the article's place just now, by which others of the host are known.
    stand_in_fingerprint = models.CharField(max_length=64, blank=True)
    missing_since = models.DateTimeField(null=True, blank=True)
    missing_checks = models.PositiveIntegerField(default=0)
    etag = models.CharField(max_length=500, blank=True)
    last_modified = models.CharField(max_length=200, blank=True)
    # What the address last answered with, where that said the same as the newest snapshot in other bytes.
    seen_sha256 = models.CharField(max_length=64, blank=True)
    seen_fingerprint = models.CharField(max_length=64, blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["-updated_at", "id"]
        constraints = [only_known_words("state", ArticleState, "an_article_is_in_a_known_state")]
        indexes = [
            models.Index(fields=["due_at", "id"], name="articles_by_due"),
            models.Index(fields=["host", "due_at", "id"], name="articles_of_a_host_by_due"),
            models.Index(fields=["-updated_at", "id"], name="articles_by_update"),
            models.Index(
                fields=["stand_in_fingerprint"],
                condition=~models.Q(stand_in_fingerprint=""),
                name="articles_with_a_stand_in",
            ),
        ]

    def __str__(self) -> str:
        return self.headline or self.url

    @property
    def is_gone(self) -> bool:
        """Whether readers no longer find the page."""
        return self.state in (ArticleState.REMOVED, ArticleState.RETRACTED)


class RawContent(models.Model):
    """Bytes as a server sent them, kept once however often they were seen; ``body`` is zlib-compressed."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    body = models.BinaryField()
    size = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.sha256


class Snapshot(Record):
    """What an article said at ``captured_at``; never edited."""

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="snapshots")
    number = models.PositiveIntegerField()
    captured_at = models.DateTimeField()
    final_url = models.URLField(max_length=2000)
    canonical_url = models.CharField(max_length=2000, blank=True)
    """The address that the page itself says is its original; may lie at another publisher's."""
    http_status = models.PositiveIntegerField(null=True, blank=True)
    headers = models.JSONField(default=list, blank=True)
    content = models.ForeignKey(RawContent, on_delete=models.PROTECT, related_name="snapshots")
    headline = models.CharField(max_length=500, blank=True)
    text = models.TextField()
    byline = models.CharField(max_length=500, blank=True)
    language = models.CharField(max_length=8, blank=True)
    fingerprint = models.CharField(max_length=64)
    extractor_version = models.CharField(max_length=40)

    class Meta:
        ordering = ["article", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["article", "number"], name="an_article_numbers_each_snapshot_once"
            ),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="snapshots_are_numbered_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.headline} ({self.captured_at:%Y-%m-%d %H:%M})"


class ReadingAnew(Due):
    """How far one version of the extractor has read kept bytes anew; ``due_at`` is null at the end."""

    extractor_version = models.CharField(max_length=40, primary_key=True)
    # The article up to which all were gone through, in the order of their ids.
    up_to = models.CharField(max_length=16, blank=True)

    class Meta:
        verbose_name_plural = "readings anew"

    def __str__(self) -> str:
        return f"Kept bytes read anew by extractor {self.extractor_version}"


class Change(Record):
    """What happened to an article between the check at ``not_before`` and the one at ``not_after``."""

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=16, choices=ChangeKind.choices())
    before = models.ForeignKey(Snapshot, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    after = models.ForeignKey(Snapshot, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    not_before = models.DateTimeField(null=True, blank=True)
    not_after = models.DateTimeField()
    notice = models.TextField(blank=True)
    summary = models.CharField(max_length=500, blank=True)
    hedge_shift = models.CharField(max_length=8, choices=HedgeShift.choices(), blank=True)
    diff = models.JSONField(default=dict, blank=True)
    # What headline and text do with a claim that they carry, before and after, where that turned round.
    stance_flips = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["not_after", "id"]
        constraints = [
            only_known_words("kind", ChangeKind, "a_change_is_of_a_known_kind"),
            models.CheckConstraint(
                condition=models.Q(not_before__isnull=True) | models.Q(not_before__lte=models.F("not_after")),
                name="a_change_begins_before_it_ends",
            ),
        ]
        indexes = [models.Index(fields=["article", "not_after"], name="changes_of_an_article")]

    def __str__(self) -> str:
        return f"{ChangeKind(self.kind).label}: {self.article}"
