"""Where a claim was seen, which first report that goes back to, and whether the quote still stands."""

from django.conf import settings
from django.db import models

from claims.models.articles import Article, Snapshot
from claims.models.base import Record, only_known_words
from claims.models.claims import Claim
from claims.vocabulary import ArticleState, Medium, QuoteState, Stance


class Origin(Record):
    """The cluster of appearances of one claim that go back to one first report.

    ``circle`` holds the ids of the appearances that only name each other as their source.
    """

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="origins")
    root_article = models.ForeignKey(
        Article, on_delete=models.PROTECT, null=True, blank=True, related_name="rooted_origins"
    )
    root_name = models.CharField(max_length=300)
    reason = models.CharField(max_length=500)
    circle = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["claim", "id"]

    def __str__(self) -> str:
        return self.root_name

    @property
    def is_circular(self) -> bool:
        """Whether some of its reports name each other as their source, so that none of them is first."""
        return bool(self.circle)

    @property
    def is_retracted(self) -> bool:
        """Whether the first report was taken back by its own publisher."""
        return self.root_article is not None and self.root_article.state == ArticleState.RETRACTED


class Appearance(Record):
    """One place a claim was seen; offsets count in the snapshot's text, or headline when ``in_headline``.

    ``told_from`` holds the ids of the appearances that it has what it tells from. ``ruling`` is an editor's
    reason to count it elsewhere than the machine did: beside ``ruled_beside``, or alone where that is null.
    """

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="appearances")
    article = models.ForeignKey(
        Article, on_delete=models.PROTECT, null=True, blank=True, related_name="appearances"
    )
    snapshot = models.ForeignKey(
        Snapshot, on_delete=models.PROTECT, null=True, blank=True, related_name="appearances"
    )
    medium = models.CharField(max_length=16, choices=Medium.choices(), default=Medium.WEB)
    place = models.CharField(max_length=300, blank=True)
    quote = models.TextField()
    prefix = models.CharField(max_length=100, blank=True)
    suffix = models.CharField(max_length=100, blank=True)
    start = models.PositiveIntegerField(null=True, blank=True)
    end = models.PositiveIntegerField(null=True, blank=True)
    in_headline = models.BooleanField(default=False)
    claimant_name = models.CharField(max_length=200, blank=True)
    anonymous = models.BooleanField(default=False)
    attribution = models.CharField(max_length=200, blank=True)
    hedged = models.BooleanField(default=False)
    hedges = models.JSONField(default=list, blank=True)
    headline_stance = models.CharField(max_length=16, choices=Stance.choices(), blank=True)
    body_stance = models.CharField(max_length=16, choices=Stance.choices(), blank=True)
    stance_now = models.CharField(max_length=16, choices=Stance.choices(), blank=True)
    origin = models.ForeignKey(
        Origin, on_delete=models.SET_NULL, null=True, blank=True, related_name="appearances"
    )
    origin_reason = models.CharField(max_length=500, blank=True)
    told_from = models.JSONField(default=list, blank=True)
    ruling = models.CharField(max_length=300, blank=True)
    ruled_beside = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    ruled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    ruled_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=QuoteState.choices(), default=QuoteState.PRESENT)
    captured_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    reasons = models.JSONField(default=list, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)

    class Meta:
        ordering = ["seen_at", "id"]
        constraints = [
            only_known_words("medium", Medium, "an_appearance_has_a_known_medium"),
            only_known_words("state", QuoteState, "a_quote_is_in_a_known_state"),
            models.CheckConstraint(
                condition=models.Q(headline_stance__in=["", *[str(s) for s in Stance]])
                & models.Q(body_stance__in=["", *[str(s) for s in Stance]]),
                name="an_appearance_takes_a_known_stance",
            ),
            models.UniqueConstraint(
                fields=["claim", "snapshot", "in_headline", "start"],
                name="a_quote_is_one_appearance_of_a_claim",
            ),
            models.CheckConstraint(
                condition=models.Q(snapshot__isnull=False, article__isnull=False)
                | (models.Q(snapshot__isnull=True, article__isnull=True) & ~models.Q(place="")),
                name="an_appearance_has_a_page_or_a_place",
            ),
            models.CheckConstraint(
                condition=models.Q(ruling="", ruled_beside__isnull=True, ruled_at__isnull=True)
                | (~models.Q(ruling="") & models.Q(ruled_at__isnull=False)),
                name="a_ruling_on_an_origin_has_a_reason_and_a_moment",
            ),
        ]
        indexes = [models.Index(fields=["article", "claim"], name="appearances_in_an_article")]

    def __str__(self) -> str:
        return self.quote

    @property
    def stance(self) -> Stance | None:
        """What the place as a whole did with the claim when seen: the body's stance, else the headline's.

        ``stance_now`` is the same of the page's newest snapshot.
        """
        word = self.body_stance or self.headline_stance
        return Stance(word) if word else None

    @property
    def denies_now(self) -> bool:
        """Whether its page says today that the claim is not so."""
        return self.stance_now == Stance.REFUTES

    @property
    def publisher_name(self) -> str:
        """Whose page it is, else the page's address, or where it was seen."""
        if self.article is None:
            return self.place
        return self.article.publisher.name if self.article.publisher else self.article.url


class Anchor(models.Model):
    """What became of an appearance's quote in a later snapshot, with the stances of that snapshot."""

    appearance = models.ForeignKey(Appearance, on_delete=models.PROTECT, related_name="anchors")
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="anchors")
    state = models.CharField(max_length=8, choices=QuoteState.choices())
    start = models.PositiveIntegerField(null=True, blank=True)
    end = models.PositiveIntegerField(null=True, blank=True)
    found = models.TextField(blank=True)
    diff = models.JSONField(default=list, blank=True)
    headline_stance = models.CharField(max_length=16, choices=Stance.choices(), blank=True)
    body_stance = models.CharField(max_length=16, choices=Stance.choices(), blank=True)

    class Meta:
        ordering = ["snapshot", "id"]
        constraints = [
            only_known_words("state", QuoteState, "an_anchor_is_in_a_known_state"),
            models.UniqueConstraint(
                fields=["appearance", "snapshot"], name="a_quote_is_looked_for_once_in_a_snapshot"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.appearance}: {QuoteState(self.state).label}"
