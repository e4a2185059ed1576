"""What is claimed, by whom, in which running story, and what is only proposed so far."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.text import slugify

from claims.models.articles import Snapshot
from claims.models.base import Record, only_known_words
from claims.vocabulary import CandidateState, ClaimStatus, Relation, Visibility, Voice, Zone


class Topic(Record):
    """A running story that groups claims."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    summary = models.TextField(blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class Claimant(Record):
    """The person or body that asserts a claim, as far up the chain as the text tells."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    anonymous = models.BooleanField(default=False)
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class Claim(Record):
    """One checkable statement in our words. Its status is what the latest review in force says.

    ``version`` moves with every public event of the claim and with nothing else; ``article_count`` and
    ``origin_count`` count appearances that do not refute it (a denial repeats nobody).
    """

    text = models.CharField(max_length=300)
    claimant = models.ForeignKey(
        Claimant, on_delete=models.PROTECT, null=True, blank=True, related_name="claims"
    )
    topics = models.ManyToManyField(Topic, blank=True, related_name="claims")
    visibility = models.CharField(max_length=8, choices=Visibility.choices(), default=Visibility.PUBLIC)
    status = models.CharField(max_length=16, choices=ClaimStatus.choices(), default=ClaimStatus.UNVERIFIED)
    status_changed_at = models.DateTimeField()
    reason = models.TextField(blank=True)
    under_review = models.BooleanField(default=False)
    withdrawn = models.BooleanField(default=False)
    first_seen_at = models.DateTimeField(null=True, blank=True)
    article_count = models.PositiveIntegerField(default=0)
    origin_count = models.PositiveIntegerField(default=0)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged_claims"
    )
    version = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["-updated_at", "id"]
        constraints = [
            only_known_words("status", ClaimStatus, "a_claim_has_a_known_status"),
            only_known_words("visibility", Visibility, "a_claim_has_a_known_visibility"),
            models.CheckConstraint(
                condition=models.Q(status=ClaimStatus.UNVERIFIED) | ~models.Q(reason=""),
                name="a_verdict_has_a_reason",
            ),
            models.CheckConstraint(condition=~models.Q(text=""), name="a_claim_says_something"),
            models.CheckConstraint(
                condition=models.Q(merged_into__isnull=True) | ~models.Q(merged_into=models.F("id")),
                name="a_claim_is_not_merged_into_itself",
            ),
        ]
        indexes = [
            models.Index(fields=["-updated_at", "id"], name="claims_by_update"),
            models.Index(fields=["status", "-updated_at", "id"], name="claims_by_status_and_update"),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def slug(self) -> str:
        """The readable part of the address; may change with the wording, the id never does."""
        return slugify(self.text)[:60].strip("-") or "claim"

    @property
    def is_settled(self) -> bool:
        """Whether an editor has answered the question one way or the other."""
        return ClaimStatus(self.status).is_settled

    @property
    def is_public(self) -> bool:
        """Whether readers may see it."""
        return self.visibility == Visibility.PUBLIC

    def get_absolute_url(self) -> str:
        """Return the path of the readers' page."""
        return reverse("claim", kwargs={"claim_id": self.id, "slug": self.slug})


class Candidate(Record):
    """A claim that the machine or a person proposes; an editor tracks, merges or dismisses it."""

    snapshot = models.ForeignKey(
        Snapshot, on_delete=models.PROTECT, null=True, blank=True, related_name="candidates"
    )
    text = models.CharField(max_length=500)
    quote = models.TextField(blank=True)
    start = models.PositiveIntegerField(null=True, blank=True)
    end = models.PositiveIntegerField(null=True, blank=True)
    prefix = models.CharField(max_length=100, blank=True)
    suffix = models.CharField(max_length=100, blank=True)
    claimant_name = models.CharField(max_length=200, blank=True)
    anonymous = models.BooleanField(default=False)
    attribution = models.CharField(max_length=200, blank=True)
    voice = models.CharField(max_length=16, choices=Voice.choices(), default=Voice.AUTHOR)
    hedged = models.BooleanField(default=False)
    hedges = models.JSONField(default=list, blank=True)
    chain = models.JSONField(default=list, blank=True)
    pattern = models.CharField(max_length=40, blank=True)
    score = models.FloatField(default=0)
    reasons = models.JSONField(default=list, blank=True)
    zone = models.CharField(max_length=8, choices=Zone.choices(), default=Zone.NEW)
    relation = models.CharField(max_length=16, choices=Relation.choices(), default=Relation.NEW)
    suggested = models.ForeignKey(Claim, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    suggestion_score = models.FloatField(null=True, blank=True)
    suggestion_reasons = models.JSONField(default=list, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    proposed_at = models.DateTimeField()
    state = models.CharField(max_length=16, choices=CandidateState.choices(), default=CandidateState.OPEN)
    claim = models.ForeignKey(
        Claim, on_delete=models.PROTECT, null=True, blank=True, related_name="candidates"
    )
    dismissal = models.CharField(max_length=500, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    resolved_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["-updated_at", "id"]
        constraints = [
            only_known_words("state", CandidateState, "a_candidate_is_in_a_known_state"),
            only_known_words("voice", Voice, "a_candidate_has_a_known_voice"),
            only_known_words("zone", Zone, "a_candidate_lies_in_a_known_zone"),
            models.CheckConstraint(condition=~models.Q(text=""), name="a_candidate_says_something"),
            models.CheckConstraint(
                condition=models.Q(state=CandidateState.OPEN) | models.Q(resolved_at__isnull=False),
                name="a_resolved_candidate_says_when",
            ),
            models.CheckConstraint(
                condition=~models.Q(
                    state__in=[CandidateState.TRACKED, CandidateState.MERGED, CandidateState.LINKED]
                )
                | models.Q(claim__isnull=False),
                name="a_taken_candidate_names_its_claim",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-score", "id"], name="candidates_by_rank"),
            models.Index(fields=["-updated_at", "id"], name="candidates_by_update"),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def is_open(self) -> bool:
        """Whether it still waits for an editor."""
        return self.state == CandidateState.OPEN

    @property
    def in_headline(self) -> bool:
        """Whether its offsets count in the headline, not in the text."""
        return self.voice == Voice.HEADLINE
