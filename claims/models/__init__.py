"""The records, in the order in which a story flows through them."""

from claims.models.appearances import Anchor, Appearance, Origin
from claims.models.articles import Article, Change, RawContent, ReadingAnew, Snapshot
from claims.models.base import new_id
from claims.models.claims import Candidate, Claim, Claimant, Topic
from claims.models.custody import ArchiveCopy
from claims.models.ledger import Event, EventPayload
from claims.models.matching import Alias, ClaimTerm
from claims.models.people import ApiToken, IdempotentAnswer, User
from claims.models.publishing import Feed, FeedItem, Host, Publisher, PublisherSite
from claims.models.reviews import Evidence, ReReview, Review
from claims.models.tiers import EndpointAnswer, EndpointDay
from claims.models.watching import Tally
from claims.models.webhooks import Delivery, Webhook

__all__ = [
    "Alias",
    "Anchor",
    "ApiToken",
    "Appearance",
    "ArchiveCopy",
    "Article",
    "Candidate",
    "Change",
    "Claim",
    "ClaimTerm",
    "Claimant",
    "Delivery",
    "EndpointAnswer",
    "EndpointDay",
    "Event",
    "EventPayload",
    "Evidence",
    "Feed",
    "FeedItem",
    "Host",
    "IdempotentAnswer",
    "Origin",
    "Publisher",
    "PublisherSite",
    "RawContent",
    "ReReview",
    "ReadingAnew",
    "Review",
    "Snapshot",
    "Tally",
    "Topic",
    "User",
    "Webhook",
    "new_id",
]
