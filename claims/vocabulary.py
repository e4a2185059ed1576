"""The words: what a status, a stance, a change or an event can be, each with the label a person reads."""

from enum import StrEnum
from typing import Self


class Word(StrEnum):
    """A closed list of words; `label` is what a page shows, the value is what database, URL and API carry."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        """Take ``value`` (str, stable) and ``label`` (str, English)."""
        word = str.__new__(cls, value)
        word._value_ = value
        word.label = label
        return word

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Return ``(value, label)`` pairs in order of definition, as Django's fields take them."""
        return [(word.value, word.label) for word in cls]


class Role(Word):
    """What a person with an account may do; a ladder, lowest first. Readers have no account."""

    CONTRIBUTOR = "contributor", "Contributor"
    EDITOR = "editor", "Editor"
    CHIEF_EDITOR = "chief_editor", "Chief editor"
    ADMIN = "admin", "Admin"

    def includes(self, other: "Role") -> bool:
        """Whether a holder of this role may do what ``other`` may do."""
        ladder = list(Role)
        return ladder.index(self) >= ladder.index(other)


class Scope(Word):
    """What an API token may be used for, never more than its owner's role allows."""

    READ = "read", "Read"
    PROPOSE = "propose", "Propose articles and candidates"
    DECIDE = "decide", "Decide on claims"
    HOOKS = "hooks", "Manage webhooks"
    ADMIN = "admin", "Administer"


class PublisherKind(Word):
    """What sort of body puts the articles out."""

    AGENCY = "agency", "News agency"
    NEWSPAPER = "newspaper", "Newspaper"
    BROADCASTER = "broadcaster", "Broadcaster"
    OFFICIAL = "official", "Official body"
    BLOG = "blog", "Blog"
    SOCIAL = "social", "Social network"
    OTHER = "other", "Other"


class ClaimStatus(Word):
    """A claim's current verdict."""

    UNVERIFIED = "unverified", "Unverified"
    CONFIRMED = "confirmed", "Confirmed"
    REFUTED = "refuted", "Refuted"
    DISPUTED = "disputed", "Disputed"

    @property
    def is_settled(self) -> bool:
        """Whether an editor has answered the question one way or the other."""
        return self in (ClaimStatus.CONFIRMED, ClaimStatus.REFUTED)


class Visibility(Word):
    """Who sees a tracked claim."""

    PUBLIC = "public", "Public"
    INTERNAL = "internal", "Internal to the desk"


class CandidateState(Word):
    """What became of a proposed claim."""

    OPEN = "open", "Open"
    TRACKED = "tracked", "Tracked"
    MERGED = "merged", "Merged into a claim"
    DISMISSED = "dismissed", "Dismissed"
    LINKED = "linked", "Linked by the machine"


class Zone(Word):
    """How sure the machine is that a candidate repeats a tracked claim."""

    LINK = "link", "Same claim"
    SUGGEST = "suggest", "Perhaps the same claim"
    NEW = "new", "New claim"


class Relation(Word):
    """How a text stands to a tracked claim."""

    SAME = "same", "Same claim"
    RELATED = "related", "Related"
    CONTRADICTS = "contradicts", "Contradicts"
    NEW = "new", "Nothing like it"


class Voice(Word):
    """In whose voice a claim is told."""

    DIRECT = "direct", "Direct quotation"
    INDIRECT = "indirect", "Indirect quotation"
    AUTHOR = "author", "The author’s own words"
    HEADLINE = "headline", "Headline"


class Stance(Word):
    """What a headline or a body does with a claim."""

    SUPPORTS = "supports", "Supports"
    REFUTES = "refutes", "Refutes"
    REPORTS = "reports", "Reports"


class Medium(Word):
    """Where an appearance was seen."""

    WEB = "web", "Web page"
    BROADCAST = "broadcast", "Broadcast"
    PRINT = "print", "Print"
    POST = "post", "Post"


class ArticleState(Word):
    """How an article's address answers, as far as our checks tell."""

    PENDING = "pending", "Waiting for its first check"
    LIVE = "live", "Live"
    MOVED = "moved", "Moved"
    PAYWALLED = "paywalled", "Behind a paywall"
    BLOCKED = "blocked", "Blocks us"
    DISALLOWED = "disallowed", "Disallowed by robots.txt"
    UNREACHABLE = "unreachable", "Unreachable"
    REMOVED = "removed", "Removed"
    RETRACTED = "retracted", "Retracted"
    STUCK = "stuck", "Stuck"


class FeedState(Word):
    """How a feed's address answers, as far as our readings tell."""

    PENDING = "pending", "Not read yet"
    LIVE = "live", "Live"
    FAILING = "failing", "Failing"
    DISALLOWED = "disallowed", "Disallowed by robots.txt"
    DEAD = "dead", "Dead"
    STUCK = "stuck", "Stuck"
    STOPPED = "stopped", "No longer followed"


class ChangeKind(Word):
    """What happened to an article between two checks."""

    TRIVIAL = "trivial", "Trivial change"
    HEADLINE_EDIT = "headline_edit", "Headline edited"
    SILENT_EDIT = "silent_edit", "Edited without notice"
    UPDATE = "update", "Updated"
    CORRECTION = "correction", "Corrected"
    RETRACTION = "retraction", "Retracted"
    REMOVED = "removed", "Removed"
    RESTORED = "restored", "Restored"
    MOVED = "moved", "Moved"


class HedgeShift(Word):
    """What an edit did to the hedging words of the text."""

    ADDED = "added", "Hedge added"
    DROPPED = "dropped", "Hedge dropped"


class QuoteState(Word):
    """Whether an appearance's quote still stands in the newest snapshot."""

    PRESENT = "present", "Still there"
    CHANGED = "changed", "Changed"
    GONE = "gone", "Gone"


class CheckOutcome(Word):
    """What one check of an article found."""

    CAPTURED = "captured", "First snapshot taken"
    UNCHANGED = "unchanged", "Nothing changed"
    CHANGED = "changed", "Changed"
    FAILED = "failed", "Could not be fetched"
    REMOVED = "removed", "Removed"
    BUSY = "busy", "Another worker has it"
    LATE = "late", "Lease lost, result dropped"


class ReviewState(Word):
    """Whether a review counts."""

    IN_FORCE = "in_force", "In force"
    AWAITING_SIGN_OFF = "awaiting_sign_off", "Awaiting a second editor"
    OVERTAKEN = "overtaken", "Overtaken by another decision"


class ArchiveState(Word):
    """Whether a public archive keeps a page that a review cites."""

    WAITING = "waiting", "Waiting to be saved"
    FAILING = "failing", "Not saved yet"
    SAVED = "saved", "Saved"


class WebhookState(Word):
    """Whether a webhook is told of changes, and how that goes."""

    ACTIVE = "active", "Active"
    FAILING = "failing", "Failing"
    STOPPED = "stopped", "Stopped"
    GONE = "gone", "Gone"
    REMOVED = "removed", "Removed"


class DeliveryState(Word):
    """Whether a webhook's receiver took a message."""

    WAITING = "waiting", "Waiting"
    FAILING = "failing", "Not delivered yet"
    DELIVERED = "delivered", "Delivered"


class CorrectionKind(Word):
    """How we correct ourselves."""

    REFILE = "refile", "Refile"
    UPDATE = "update", "Update"
    CORRECTION = "correction", "Correction"
    WITHDRAWAL = "withdrawal", "Withdrawal"


class EventKind(Word):
    """One line of the ledger. The second block never leaves the desk."""

    FIRST_SEEN = "first_seen", "First seen"
    APPEARANCE = "appearance", "Appeared"
    ARTICLE_CHANGE = "article_change", "Source changed"
    SOURCE_STATE = "source_state", "Source state"
    RE_REVIEW_OPENED = "re_review_opened", "Re-review opened"
    RE_REVIEW_CLOSED = "re_review_closed", "Re-review closed"
    REVIEW = "review", "Review"
    OVERRIDE = "override", "Override"
    CORRECTION = "correction", "Correction"
    WITHDRAWAL = "withdrawal", "Withdrawal"
    REWORDED = "reworded", "Reworded"
    MERGE = "merge", "Merged"
    SPLIT = "split", "Split"
    TAKEDOWN = "takedown", "Taken down"

    CLAIM_TRACKED = "claim_tracked", "Tracked internally"
    REVIEW_PROPOSED = "review_proposed", "Review awaiting sign-off"
    CANDIDATE_PROPOSED = "candidate_proposed", "Candidate proposed"
    CANDIDATE_TRACKED = "candidate_tracked", "Candidate tracked"
    CANDIDATE_MERGED = "candidate_merged", "Candidate merged"
    CANDIDATE_DISMISSED = "candidate_dismissed", "Candidate dismissed"
    ARTICLE_ADDED = "article_added", "Article added"
    SNAPSHOT_TAKEN = "snapshot_taken", "Snapshot taken"
    FEED_ADDED = "feed_added", "Feed added"
    FEED_CHANGED = "feed_changed", "Feed changed"
    EVIDENCE_ARCHIVED = "evidence_archived", "Evidence archived elsewhere"
    PUBLISHER_ADDED = "publisher_added", "Publisher added"
    CLAIMANT_ADDED = "claimant_added", "Claimant added"
    TOPIC_ADDED = "topic_added", "Topic added"
    ALIAS_ADDED = "alias_added", "Name joined"
    ALIAS_REMOVED = "alias_removed", "Name parted"
    PERSON_ADDED = "person_added", "Account added"
    TOKEN_ISSUED = "token_issued", "Token issued"
    WEBHOOK_ADDED = "webhook_added", "Webhook added"
    WEBHOOK_CHANGED = "webhook_changed", "Webhook changed"
    WEBHOOK_REMOVED = "webhook_removed", "Webhook removed"
