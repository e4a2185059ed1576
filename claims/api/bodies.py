"""What the bodies of requests hold: types are checked here, rules by the operations."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from claims.api.fields import Moment, OneOf, PublicId, Text, YesOrNo
from claims.vocabulary import ClaimStatus, EventKind, PublisherKind

_JSON_NAMES: dict[type, str] = {
    list: "an array",
    str: "a string",
    int: "a number",
    float: "a number",
    bool: "true or false",
    type(None): "null",
}


class Body(serializers.Serializer[Any]):
    """A JSON object of known members; another one is refused by name rather than passed over in silence."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the checked members; raises ValidationError."""
        if not isinstance(data, Mapping):
            raise serializers.ValidationError([self.told_no_object(data)])
        unknown = [name for name in data if name not in self.fields]
        if unknown:
            known = ", ".join(self.fields) or "none"
            raise serializers.ValidationError(
                {name: [f"There is no such member here; there are: {known}."] for name in unknown}
            )
        return super().to_internal_value(data)

    def told_no_object(self, data: Any) -> str:
        """Return what to send instead of ``data``, which is no JSON object."""
        members = ", ".join(f'"{name}": …' for name in list(self.fields)[:2])
        return (
            f"Send a JSON object, as {{{members}}}; this is {_JSON_NAMES.get(type(data), 'something else')}."
        )


class NothingBody(Body):
    """An empty object, or no body at all."""


class EditClaimBody(Body):
    """What to change of a claim; members left out stay as they are."""

    text = Text(required=False)
    claimant = Text(
        required=False, allow_null=True, max_length=200, help_text="Id, slug or name; null for nobody."
    )
    topics = serializers.ListField(child=Text(max_length=80), required=False, help_text="Ids or slugs.")


class CitedBody(Body):
    """One piece of evidence: an appearance of the claim, a document's address, or a note."""

    appearance = Text(required=False, allow_null=True, max_length=16)
    url = Text(required=False, allow_null=True)
    note = Text(required=False, allow_null=True)
    primary = YesOrNo(default=False, help_text="A primary document: an official record, the party itself.")


class DecideBody(Body):
    """A verdict, the reason for it, and what it rests on."""

    verdict = OneOf(ClaimStatus.choices())
    reason = Text(required=False, default="")
    evidence = serializers.ListField(child=CitedBody(), required=False, max_length=200)
    override = Text(
        required=False, allow_null=True, help_text="A chief editor's reason for breaking the policy."
    )


class OriginBody(Body):
    """Where an appearance counts, and why."""

    beside = PublicId(
        required=False, allow_null=True, help_text="An appearance of the origin; null for one of its own."
    )
    reason = Text(required=False, default="", help_text="Readers see it.")


class ProposeBody(Body):
    """A claim proposed by hand, or from a passage of an article."""

    text = Text(required=False, default="")
    article = PublicId(required=False, allow_null=True)
    quote = Text(required=False, allow_null=True, help_text="The passage, as it stands in the article.")
    claimant = Text(required=False, allow_null=True, max_length=200)


class TrackBody(Body):
    """Where the claim shall be seen, and in which words."""

    internal = YesOrNo(default=False, help_text="Seen by the desk alone until it is published.")
    text = Text(required=False, default="", help_text="The editor's wording, the candidate's if left out.")
    topics = serializers.ListField(child=Text(max_length=80), required=False, help_text="Ids or slugs.")


class MergeBody(Body):
    """The claim that it is merged into."""

    into = PublicId()


class DismissBody(Body):
    """Why it is put aside."""

    reason = Text(required=False, default="")


class AddArticleBody(Body):
    """The address of an article to fetch and keep checking."""

    url = Text()
    published_at = Moment(required=False, allow_null=True)


class AddFeedBody(Body):
    """The address of a feed to read."""

    url = Text()
    publisher = Text(required=False, allow_null=True, max_length=200, help_text="Name of the publisher.")


class ChangeFeedBody(Body):
    """Whose feed it is, where it lies, whether we follow it; what is not sent stays."""

    url = Text(required=False)
    publisher = Text(required=False, max_length=200, help_text="Name of the publisher.")
    followed = YesOrNo(required=False)


class AddWebhookBody(Body):
    """The address to be told, and of what."""

    url = Text()
    kinds = serializers.ListField(
        child=OneOf(EventKind.choices()), required=False, default=list, help_text="Empty or left out: all."
    )


class ChangeWebhookBody(Body):
    """Where it lies, what it is told of, whether it is told at all; what is not sent stays."""

    url = Text(required=False)
    kinds = serializers.ListField(child=OneOf(EventKind.choices()), required=False)
    active = YesOrNo(required=False)


class AgainBody(Body):
    """What to send again; with neither member, what was not taken."""

    since = Moment(required=False, help_text="All public events recorded from then on.")
    deliveries = serializers.ListField(
        child=PublicId(), required=False, allow_empty=False, max_length=200, help_text="Ids of messages."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return what was sent; raises ValidationError for both at once."""
        if len(attrs) > 1:
            raise serializers.ValidationError(
                {name: ["Send one of since and deliveries, or neither."] for name in attrs}
            )
        return attrs


class AddPublisherBody(Body):
    """A publisher and where its pages lie."""

    name = Text(max_length=200)
    kind = OneOf(PublisherKind.choices(), default=PublisherKind.OTHER)
    owner = Text(required=False, default="", max_length=200)
    sites = serializers.ListField(child=Text(max_length=400), required=False, max_length=50)


class AddClaimantBody(Body):
    """Somebody who asserts things."""

    name = Text(max_length=200)


class AddTopicBody(Body):
    """A running story."""

    name = Text(max_length=200)
    summary = Text(required=False, default="", max_length=5000)


LONGEST_TEXT, MOST_TEXTS, LONGEST_OF_MANY = 100_000, 50, 300
"""Characters of one text to look up; texts in one request, and characters of each of those."""


class MatchBody(Body):
    """What to look up among the tracked claims: exactly one of the three."""

    text = Text(required=False, allow_blank=False, max_length=LONGEST_TEXT)
    texts = serializers.ListField(
        child=Text(allow_blank=False, max_length=LONGEST_OF_MANY),
        required=False,
        allow_empty=False,
        max_length=MOST_TEXTS,
        help_text="Sentences, each looked up as it stands.",
    )
    url = Text(required=False, allow_blank=False, max_length=2_000, help_text="Of an article that is kept.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return the one that was sent; raises ValidationError for none and for several."""
        if len(attrs) != 1:
            raise serializers.ValidationError(
                {name: ["Send exactly one of text, texts and url."] for name in attrs or ("text",)}
            )
        return attrs
