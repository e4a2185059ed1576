"""The shapes of answers, for the documentation: `claims.queries.shapes` makes them, tests compare the two."""

from rest_framework import serializers

from claims.api.answer_parts import Shape, maybe_moment, moment, texts, words
from claims.queries.shapes import EVENT_DATA
from claims.vocabulary import (
    ArticleState,
    CandidateState,
    ChangeKind,
    ClaimStatus,
    EventKind,
    FeedState,
    HedgeShift,
    Medium,
    PublisherKind,
    QuoteState,
    Relation,
    ReviewState,
    Stance,
    Voice,
    Zone,
)


class NamedAnswer(Shape):
    """A claimant or publisher in brief."""

    id = serializers.CharField()
    slug = serializers.CharField()
    name = serializers.CharField()


class ClaimAnswer(Shape):
    """A tracked claim and how it stands."""

    id = serializers.CharField()
    url = serializers.URLField(help_text="The readers' page.")
    text = serializers.CharField()
    status = words(ClaimStatus)
    status_changed_at = moment()
    under_review = serializers.BooleanField(help_text="Its evidence has changed since the verdict.")
    reason = serializers.CharField(help_text="Why the verdict; empty while there is none.")
    claimant = NamedAnswer(allow_null=True)
    topics = texts("Slugs.")
    first_seen_at = maybe_moment()
    last_checked_at = maybe_moment("Latest check of any of its sources; null as of a moment.")
    next_check_at = maybe_moment("Next check of any of its sources; null as of a moment.")
    article_count = serializers.IntegerField()
    origin_count = serializers.IntegerField(
        help_text="Independent first reports that the articles go back to."
    )
    version = serializers.IntegerField()
    updated_at = moment()
    withdrawn = serializers.BooleanField()


class ArticleInBriefAnswer(Shape):
    """An article as appearances and evidence show it."""

    id = serializers.CharField()
    url = serializers.CharField()
    headline = serializers.CharField()
    publisher = NamedAnswer(allow_null=True)
    state = words(ArticleState)


class OriginOverrideAnswer(Shape):
    """An editor's word on where an appearance counts; no later clustering undoes it."""

    by = serializers.CharField(allow_null=True)
    at = moment()
    reason = serializers.CharField()


class OriginAnswer(Shape):
    """The first report that an appearance goes back to, and why we think so."""

    id = serializers.CharField()
    root_article = serializers.CharField(allow_null=True)
    root_name = serializers.CharField()
    reason = serializers.CharField(help_text="Why this appearance counts to it, as a sentence.")
    circular = serializers.BooleanField(help_text="Some of its reports only name each other as their source.")
    retracted = serializers.BooleanField(help_text="The first report was taken back by its publisher.")
    override = OriginOverrideAnswer(allow_null=True)


class AppearanceAnswer(Shape):
    """One place the claim was seen."""

    id = serializers.CharField()
    article = ArticleInBriefAnswer(allow_null=True)
    medium = words(Medium)
    quote = serializers.CharField()
    prefix = serializers.CharField()
    suffix = serializers.CharField()
    claimant = serializers.CharField(allow_null=True)
    attribution = serializers.CharField(allow_null=True)
    hedged = serializers.BooleanField()
    hedges = texts()
    headline_stance = words(Stance, allow_null=True)
    body_stance = words(Stance, allow_null=True)
    origin = OriginAnswer(allow_null=True)
    told_from = texts("Appearances that it has what it tells from, as far as we hold them.")
    state = words(QuoteState)
    snapshot = serializers.CharField(allow_null=True)
    captured_at = moment()
    reasons = texts()


class EventAnswer(Shape):
    """One line of a claim's timeline."""

    id = serializers.CharField()
    kind = words(EventKind)
    occurred_at = moment(help_text="When it happened out there, or the earliest it can have.")
    occurred_not_after = maybe_moment("The latest it can have happened, where that is another moment.")
    recorded_at = moment(help_text="When we wrote it down.")
    claim = serializers.CharField(allow_null=True)
    article = serializers.CharField(allow_null=True)
    actor = serializers.CharField(allow_null=True, help_text="A person's name; null for the machine.")
    text = serializers.CharField()
    data = serializers.DictField(  # type: ignore[assignment]  # hides `Serializer.data`, unused here
        help_text="By kind, as far as there is something to tell: "
        + "; ".join(f"{kind}: {', '.join(names)}" for kind, names in EVENT_DATA.items())
        + "."
    )
    version = serializers.IntegerField(help_text="The claim's version after it.")


class ChangeRowAnswer(EventAnswer):
    """One row of the change feed."""

    cursor = serializers.CharField(help_text="Goes on right after this row.")
    tombstone = serializers.BooleanField(help_text="The claim is no more: merged, or taken down.")
    into = serializers.CharField(allow_null=True, help_text="The claim that it was merged into.")
    status = words(ClaimStatus, allow_null=True)
    withdrawn = serializers.BooleanField()


class ChangesAnswer(Shape):
    """A stretch of the change feed, in the order of commits."""

    next = serializers.CharField(help_text="A cursor to go on from; always there.")
    previous = serializers.CharField(allow_null=True)
    results = ChangeRowAnswer(many=True)


class EvidenceAnswer(Shape):
    """One thing a review rests on, pinned to its snapshot."""

    id = serializers.CharField()
    appearance = serializers.CharField(allow_null=True)
    article = ArticleInBriefAnswer(allow_null=True)
    snapshot = serializers.CharField(allow_null=True)
    note = serializers.CharField(allow_null=True)
    primary = serializers.BooleanField()


class ReviewAnswer(Shape):
    """One editor's decision."""

    id = serializers.CharField()
    number = serializers.IntegerField()
    verdict = words(ClaimStatus)
    reason = serializers.CharField()
    state = words(ReviewState)
    override = serializers.CharField(allow_null=True)
    decided_by = serializers.CharField()
    decided_at = moment()
    signed_off_by = serializers.CharField(allow_null=True)
    signed_off_at = maybe_moment()
    evidence = EvidenceAnswer(many=True)


class SuggestionAnswer(Shape):
    """The tracked claim that a candidate may repeat."""

    claim = serializers.CharField()
    score = serializers.FloatField(allow_null=True)
    relation = words(Relation)
    reasons = texts()


class CandidateAnswer(Shape):
    """A claim that the machine or a person proposes."""

    id = serializers.CharField()
    text = serializers.CharField()
    quote = serializers.CharField()
    prefix = serializers.CharField()
    suffix = serializers.CharField()
    claimant = serializers.CharField(allow_null=True)
    attribution = serializers.CharField(allow_null=True)
    chain = texts("Who has it from whom: whoever the text quotes first, the farthest source last.")
    voice = words(Voice)
    hedged = serializers.BooleanField()
    hedges = texts()
    article = serializers.CharField(allow_null=True)
    snapshot = serializers.CharField(allow_null=True)
    score = serializers.FloatField()
    reasons = texts()
    zone = words(Zone)
    suggested = SuggestionAnswer(allow_null=True)
    state = words(CandidateState)
    claim = serializers.CharField(allow_null=True)
    dismissal = serializers.CharField(allow_null=True)
    proposed_by = serializers.CharField(allow_null=True)
    proposed_at = moment()
    updated_at = moment()


class ArticleAnswer(Shape):
    """A page that we keep checking."""

    id = serializers.CharField()
    url = serializers.CharField(help_text="`urn:sha256:…` for a file that came without an address.")
    publisher = NamedAnswer(allow_null=True)
    headline = serializers.CharField()
    published_at = maybe_moment()
    state = words(ArticleState)
    state_reason = serializers.CharField()
    failing_since = maybe_moment("The first of the checks in a row that did not see the article.")
    last_checked_at = maybe_moment()
    next_check_at = maybe_moment("Null for a page that is never checked.")
    snapshot_count = serializers.IntegerField()
    updated_at = moment()
    extraction_note = serializers.CharField()


class SnapshotAnswer(Shape):
    """What an article said at a moment."""

    id = serializers.CharField()
    article = serializers.CharField()
    number = serializers.IntegerField()
    captured_at = moment()
    final_url = serializers.CharField()
    http_status = serializers.IntegerField(allow_null=True)
    sha256 = serializers.CharField(help_text="Of the bytes as they came.")
    headline = serializers.CharField()
    byline = serializers.CharField()
    text = serializers.CharField()
    extractor_version = serializers.CharField()


class ArticleChangeAnswer(Shape):
    """What happened to an article between two checks."""

    id = serializers.CharField()
    kind = words(ChangeKind)
    before = serializers.CharField(allow_null=True)
    after = serializers.CharField(allow_null=True)
    not_before = maybe_moment()
    not_after = moment()
    notice = serializers.CharField(allow_null=True)
    hedge_shift = words(HedgeShift, allow_null=True)
    summary = serializers.CharField()
    diff = serializers.DictField()


class PublisherAnswer(Shape):
    """A body that puts articles out."""

    id = serializers.CharField()
    slug = serializers.CharField()
    url = serializers.URLField(help_text="The readers' page.")
    name = serializers.CharField()
    kind = words(PublisherKind)
    owner = serializers.CharField(allow_null=True)
    sites = texts("Where its pages lie, without scheme.")
    updated_at = moment()


class ClaimantAnswer(Shape):
    """The person or body that asserts a claim."""

    id = serializers.CharField()
    slug = serializers.CharField()
    url = serializers.URLField(help_text="The readers' page.")
    name = serializers.CharField()
    anonymous = serializers.BooleanField()
    updated_at = moment()


class TopicAnswer(Shape):
    """A running story that groups claims."""

    id = serializers.CharField()
    slug = serializers.CharField()
    url = serializers.URLField(help_text="The readers' page.")
    name = serializers.CharField()
    summary = serializers.CharField()
    updated_at = moment()


class FeedAnswer(Shape):
    """An RSS or Atom address that brings in articles."""

    id = serializers.CharField()
    url = serializers.URLField()
    publisher = NamedAnswer(allow_null=True)
    title = serializers.CharField()
    state = serializers.ChoiceField(FeedState.choices())
    state_reason = serializers.CharField()
    followed = serializers.BooleanField()
    moved_to = serializers.CharField(allow_null=True, help_text="A lasting redirect, not yet confirmed.")
    moved_from = serializers.CharField(allow_null=True, help_text="The address before the last move.")
    last_read_at = maybe_moment()
    last_good_at = maybe_moment("The last reading that found a feed.")
    last_new_at = maybe_moment("The last reading that brought an article in.")
    next_read_at = maybe_moment("Null for one that is no longer followed.")
    failures = serializers.IntegerField(help_text="Failed readings since the last good one.")
    brought = serializers.IntegerField(help_text="Articles that it brought in.")
    note = serializers.CharField(help_text="What was left out of the last reading.")
    updated_at = moment()


class CountsAnswer(Shape):
    """How editors answered proposals; those that the machine linked itself were not asked about."""

    taken = serializers.IntegerField()
    dismissed = serializers.IntegerField()
    linked = serializers.IntegerField()
    waiting = serializers.IntegerField()
    share_taken = serializers.FloatField(
        allow_null=True, help_text="0 to 1, of taken and dismissed; null before the first answer."
    )


class RuleRecordAnswer(CountsAnswer):
    """One rule's record."""

    pattern = serializers.CharField()
    kind = serializers.CharField(help_text="A made-up sentence of the kind that it finds.")
    example = serializers.CharField(allow_null=True, help_text="Its newest candidate.")


class PublisherRecordAnswer(CountsAnswer):
    """The record of what was found on one publisher's pages."""

    publisher = serializers.CharField(allow_null=True)
    example = serializers.CharField(allow_null=True, help_text="The newest candidate.")


class MachineAnswer(Shape):
    """What the machine is good at."""

    total = CountsAnswer()
    rules = RuleRecordAnswer(many=True)
    publishers = PublisherRecordAnswer(many=True)


class FieldErrorAnswer(Shape):
    """What is wrong with one field."""

    field = serializers.CharField()
    message = serializers.CharField()


class ProblemAnswer(Shape):
    """An error (RFC 9457)."""

    type = serializers.CharField(help_text="`about:blank`, or the address of the rule that refuses.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = FieldErrorAnswer(many=True, required=False)  # type: ignore[assignment]  # likewise `Serializer.errors`


class MatchAnswer(Shape):
    """A tracked claim that a text touches."""

    claim = serializers.CharField(help_text="Id.")
    score = serializers.FloatField(help_text="Log odds that both mean the same.")
    zone = words(Zone, help_text="link: sure enough to be linked without an editor.")
    relation = words(Relation, help_text="What the text says of the claim, apart from how alike they are.")
    reasons = texts("Sentences for people.")


class MatchesOfTextAnswer(Shape):
    """The tracked claims that one text touches, best first."""

    matches = MatchAnswer(many=True)


class MatchesAnswer(Shape):
    """The matches of `text` or `url`; for `texts` those of each, in order."""

    matches = MatchAnswer(many=True, required=False)
    results = MatchesOfTextAnswer(many=True, required=False)
