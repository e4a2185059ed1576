"""What may stand after the question mark of each address; anything else is refused by name."""

from typing import Any

from rest_framework import serializers

from claims.api.fields import IdOrSlug, Moment, OneOf, PublicId, Text
from claims.api.pagination import LARGEST_PAGE, PAGE_SIZE
from claims.queries.claims import ClaimFilter
from claims.vocabulary import (
    ArticleState,
    CandidateState,
    ClaimStatus,
    DeliveryState,
    PublisherKind,
    Zone,
)

LONGEST_WAIT = 25.0


class Query(serializers.Serializer[Any]):
    """An address without a query."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse what the address does not know, and a single value given twice."""
        wrong = {}
        for name in self.initial_data:
            if name not in self.fields:
                wrong[name] = [
                    f"There is no such filter here; there are: {', '.join(self.fields) or 'none'}."
                ]
            elif not isinstance(self.fields[name], serializers.ListField) and len(self._given(name)) > 1:
                wrong[name] = ["Give this once."]
        if wrong:
            raise serializers.ValidationError(wrong)
        return attrs

    def _given(self, name: str) -> list[str]:
        given: list[str] = self.initial_data.getlist(name)
        return given


def _some(child: serializers.Field[Any, Any, Any, Any], help_text: str) -> serializers.ListField:
    return serializers.ListField(
        child=child, required=False, max_length=200, help_text=f"{help_text} May be repeated (or)."
    )


class PageQuery(Query):
    """A list in pages."""

    cursor = Text(required=False, help_text="From `next` or `previous` of a page.")
    page_size = serializers.IntegerField(
        required=False, min_value=1, help_text=f"At most {LARGEST_PAGE}; {PAGE_SIZE} unless told."
    )

    @property
    def page(self) -> dict[str, Any]:
        """Which page is asked for, as `answer_page` takes it."""
        size = self.validated_data.get("page_size", PAGE_SIZE)
        return {"cursor": self.validated_data.get("cursor", ""), "size": min(size, LARGEST_PAGE)}


class ClaimQuery(Query):
    """One claim, now or then."""

    as_of = Moment(required=False, help_text="As readers saw it at this recorded moment.")
    at = Moment(required=False, help_text="The same as `as_of`.")


class ClaimsQuery(PageQuery):
    """The tracked public claims."""

    id = _some(PublicId(), "Ids of claims.")
    status = _some(OneOf(ClaimStatus.choices()), "Verdicts.")
    topic = _some(IdOrSlug(), "Ids or slugs.")
    claimant = _some(IdOrSlug(), "Ids or slugs.")
    publisher = _some(IdOrSlug(), "Ids or slugs of publishers that carried the claim.")
    q = _some(Text(max_length=300), "Words that all stand in the claim.")
    updated_since = _some(Moment(), "Inclusive.")
    first_seen_since = _some(Moment(), "Inclusive.")
    under_review = _some(serializers.BooleanField(), "Whether its evidence has changed since the verdict.")
    as_of = Moment(required=False, help_text="As readers saw them at this recorded moment.")

    @property
    def filter(self) -> ClaimFilter:
        """What the list is narrowed to."""
        asked = self.validated_data
        under_review = set(asked.get("under_review", ()))
        return ClaimFilter(
            ids=tuple(asked.get("id", ())),
            statuses=tuple(ClaimStatus(word) for word in asked.get("status", ())),
            topics=tuple(asked.get("topic", ())),
            claimants=tuple(asked.get("claimant", ())),
            publishers=tuple(asked.get("publisher", ())),
            texts=tuple(asked.get("q", ())),
            # Of two moments the earlier one lets through whatever either does.
            updated_since=min(asked.get("updated_since", ()), default=None),
            first_seen_since=min(asked.get("first_seen_since", ()), default=None),
            under_review=under_review.pop() if len(under_review) == 1 else None,
        )


class TimelineQuery(PageQuery):
    """The timeline of a claim."""

    as_of = Moment(required=False, help_text="As recorded by this moment.")


class CandidatesQuery(PageQuery):
    """The proposed claims."""

    article = _some(PublicId(), "Ids of articles.")
    zone = _some(OneOf(Zone.choices()), "How sure the machine is.")
    state = _some(OneOf(CandidateState.choices()), "What became of them.")


class ArticlesQuery(PageQuery):
    """The articles we check."""

    id = _some(PublicId(), "Ids of articles.")
    url = _some(Text(max_length=2000), "Their addresses.")
    publisher = _some(IdOrSlug(), "Ids or slugs.")
    state = _some(OneOf(ArticleState.choices()), "How their addresses answer.")
    updated_since = _some(Moment(), "Inclusive.")


class NamesQuery(PageQuery):
    """Topics or claimants."""

    q = _some(Text(max_length=200), "Part of the name.")
    updated_since = _some(Moment(), "Inclusive.")

    @property
    def names(self) -> dict[str, Any]:
        """What the list is narrowed to, as the lists of names take it."""
        since = min(self.validated_data.get("updated_since", ()), default=None)
        return {"names": self.validated_data.get("q", ()), "since": since}


class PublishersQuery(NamesQuery):
    """Publishers."""

    kind = _some(OneOf(PublisherKind.choices()), "Kinds of publishers.")


class FeedsQuery(PageQuery):
    """Feeds."""

    publisher = _some(IdOrSlug(), "Ids or slugs.")


class DeliveriesQuery(PageQuery):
    """The messages to a webhook."""

    state = _some(OneOf(DeliveryState.choices()), "What became of them.")


class ChangesQuery(PageQuery):
    """The change feed."""

    wait = serializers.FloatField(
        required=False,
        min_value=0,
        max_value=3600,
        help_text=f"Seconds to wait for the first change, at most {LONGEST_WAIT:.0f}.",
    )
