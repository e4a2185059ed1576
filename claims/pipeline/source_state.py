"""What a check says about an article's address: live, paywalled, unreachable or truly removed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from claims.pipeline.page.page_kind import PageKind
from claims.vocabulary import ArticleState, ChangeKind

_GONE = {404: "says that there is no such {}", 410: "says that the {} is gone"}
PAYWALL_STATUSES = frozenset({401, 402})
BLOCK_STATUSES = {403: "refuses us", 451: "is withheld for legal reasons"}
OWN_OUTAGE = "own_outage"
"""The failure of a check that failed on our side; it says nothing about the page."""
PUT_OFF = "put_off"
"""The failure of a check that was led to a host which could not be asked in time."""
NO_WAY_OUT = "offline"
"""The failure of a request that nobody could be asked for, or that had no route."""
OUR_SIDE = frozenset({"dns", "connect", NO_WAY_OUT, OWN_OUTAGE})
"""Failures that our own network could have caused."""
FEWEST_HOSTS = 3
MOST_OF_THEM = 0.8
OTHER_PAGE_AFTER = 2
"""Checks in a row that saw another page, or nothing, before another page counts as the article's new text."""
BELIEVED_AFTER = 3
"""Checks in a row that must say the same before a page that was read counts as blocked or paywalled."""
_BELIEVED_ONCE_REPEATED = frozenset({ArticleState.BLOCKED, ArticleState.PAYWALLED})
_KEPT_UNTIL_READ = {
    ArticleState.REMOVED: "Removed",
    ArticleState.RETRACTED: "Retracted",
    ArticleState.BLOCKED: "Blocks us",
    ArticleState.PAYWALLED: "Behind a paywall",
}
"""What a check that sees nothing does not end, with the words that go on standing."""
_ANOTHER_PAGE = (
    "The address shows another page; if it still does at the next checks, the article was rewritten."
)
_ROBOTS = "The site's robots.txt asks us not to read this page."
ROBOTS_REFUSALS = frozenset({"robots", "disallowed"})

FAILURE_SENTENCES = {
    NO_WAY_OUT: "Our own network gave no way to the host.",
    "dns": "The host's name could not be resolved.",
    "connect": "The host could not be reached.",
    "tls": "The host's certificate or encryption failed.",
    "timeout": "The host did not answer in time.",
    "too_large": "The page is larger than we read.",
    "cut": "The answer broke off before its end.",
    "too_many_redirects": "The page redirects too often.",
    "protocol": "The host's answer breaks the rules of HTTP.",
    "unreadable": "The page came without an article that we can read.",
    PUT_OFF: "The page leads to a host that could not be asked in time.",
    OWN_OUTAGE: "Most hosts failed at the same time, so our own network must have been down.",
}

STAND_INS = {
    PageKind.BOT_WALL: (ArticleState.BLOCKED, "The site asks for proof that we are no robot."),
    PageKind.CONSENT: (
        ArticleState.BLOCKED,
        "The site asks for consent to cookies before it shows the page.",
    ),
    PageKind.PAYWALL: (
        ArticleState.PAYWALLED,
        "Without a subscription or log-in the page shows the beginning of the article at most.",
    ),
    PageKind.SHARED: (
        ArticleState.UNREACHABLE,
        "The address shows the same page as other addresses of its host.",
    ),
}
"""What stands in an article's place without saying that it is gone: the state, with a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What one check saw.

    ``status`` is the final HTTP status, ``failure`` the code of the fetch's failure or refusal (then there is
    no status). ``complete``: the body arrived whole; ``length_known``: its length was declared, so that
    "whole" means something. ``text_length`` in characters of extracted text, None when it was not measured
    (304, same bytes). ``moved``: a permanent redirect leads to another page that is not the front page.
    ``kind``: what a whole answer shows. ``said``: a sentence on what failed that tells more than its code.
    """

    at: datetime
    status: int | None
    failure: str | None
    complete: bool
    length_known: bool
    redirected_to_root: bool
    text_length: int | None
    moved: bool = False
    kind: PageKind = PageKind.ARTICLE
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHistory:
    """What the checks before it saw; ``attempts`` counts leases since the last finished check."""

    state: ArticleState
    missing_since: datetime | None
    missing_checks: int
    failures: int
    attempts: int
    ever_captured: bool = True
    doubted_state: ArticleState | None = None
    doubted_checks: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePolicy:
    """The bars: removed needs ``removed_after_checks`` checks over ``removed_after``.

    ``stuck_after`` leases without one finished check, or put-offs in a row, are too many.
    """

    removed_after_checks: int
    removed_after: timedelta
    stuck_after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceVerdict:
    """The article's state after this check, with the sentence a person reads and the counts to keep."""

    state: ArticleState
    reason: str
    missing_since: datetime | None
    missing_checks: int
    failures: int
    became: ChangeKind | None
    doubted_state: ArticleState | None = None
    doubted_checks: int = 0


def is_stuck(attempts: int, policy: SourcePolicy) -> bool:
    """Whether a page was leased so often without one finished check that it must be killing its worker."""
    return attempts >= policy.stuck_after


def may_wait(put_offs: int, policy: SourcePolicy) -> bool:
    """Whether a page put off so often in a row may go on waiting in silence; beyond, it cannot be reached."""
    return put_offs < policy.stuck_after


def is_own_outage(failures: Collection[tuple[str, str | None]]) -> bool:
    """Whether a batch of checks, ``(host, failure or None)`` each, failed because our own network is down.

    It did when nearly all of them, over several hosts, got no connection, and none of the hosts answered
    anything: hosts do not fail together.
    """
    hosts = {host for host, _ in failures}
    ours = [host for host, failure in failures if failure in OUR_SIDE]
    return len(set(ours)) >= max(FEWEST_HOSTS, MOST_OF_THEM * len(hosts)) and (
        len(ours) >= MOST_OF_THEM * len(failures)
    )


def finds_no_way_out(failures: Collection[tuple[str, str | None]]) -> bool:
    """Whether all that was asked, ``(host, failure or None)`` each, failed as it does without a network.

    One host alone may do that as well: its own name servers are silent, say, or it has an address of a kind
    that we have no route to. It is ours only if no other host can be reached either.
    """
    return bool(failures) and all(failure == NO_WAY_OUT for _, failure in failures)


def judge_source(observation: Observation, history: SourceHistory, policy: SourcePolicy) -> SourceVerdict:
    """Judge one check in the light of those before it. Not seen is not gone.

    Only a whole answer of 404 or 410, one that says so in words, or a redirect to the front page or to a
    section's counts towards *removed*; a failed, cut, blocked, paywalled or empty one neither counts nor
    resets the count; a readable page resets it. *Blocked* and *paywalled* take `BELIEVED_AFTER` checks in a
    row that say so, unless the page was never read. A check in our own outage leaves everything as it was.
    """
    if observation.failure == OWN_OUTAGE:
        return _as_it_was(history)
    if observation.failure is not None or observation.status is None:
        return _not_seen(observation, history, policy)
    if not observation.complete:
        return _unseen(history, ArticleState.UNREACHABLE, FAILURE_SENTENCES["cut"])
    if observation.kind in STAND_INS and observation.status != 429:
        return _unseen(history, *STAND_INS[observation.kind])
    if observation.kind is PageKind.OTHER and history.failures < OTHER_PAGE_AFTER:
        return _unseen(history, ArticleState.UNREACHABLE, _ANOTHER_PAGE)
    if _what_is_missing(observation):
        return _missing(observation, history, policy)
    if 200 <= observation.status < 300 or observation.status == 304:
        return _answered(observation, history)
    return _refused(observation.status, history)


def _what_is_missing(observation: Observation) -> str:
    """How the address tells that the page is gone, to follow "the address"; empty where it does not."""
    if said := _GONE.get(observation.status or 0):
        return f"{said.format('page')} ({observation.status})"
    if observation.status is None or observation.status >= 300:
        return ""
    if observation.redirected_to_root:
        return "leads to the front page"
    if observation.kind is PageKind.NOT_FOUND:
        return "shows a “page not found” page"
    return "leads to a section's page" if observation.kind is PageKind.SECTION else ""


def _as_it_was(history: SourceHistory) -> SourceVerdict:
    return SourceVerdict(
        state=history.state,
        reason=FAILURE_SENTENCES[OWN_OUTAGE],
        missing_since=history.missing_since,
        missing_checks=history.missing_checks,
        failures=history.failures,
        became=None,
        doubted_state=history.doubted_state,
        doubted_checks=history.doubted_checks,
    )


def _not_seen(observation: Observation, history: SourceHistory, policy: SourcePolicy) -> SourceVerdict:
    """No answer at all: robots, a refused address, a network failure, or a page that kills its worker."""
    said, failure = observation.said, observation.failure
    if failure in ROBOTS_REFUSALS:
        return _unseen(history, ArticleState.DISALLOWED, said or _ROBOTS)
    if is_stuck(history.attempts, policy):
        broke_off = f"The check broke off {history.attempts} times in a row."
        return _unseen(history, ArticleState.STUCK, said or broke_off)
    sentence = said or FAILURE_SENTENCES.get(failure or "", f"The check failed ({failure}).")
    return _unseen(history, ArticleState.UNREACHABLE, sentence)


def _refused(status: int, history: SourceHistory) -> SourceVerdict:
    """A whole answer that shows no article and does not say that it is gone."""
    state = ArticleState.UNREACHABLE
    if status in PAYWALL_STATUSES:
        state = ArticleState.PAYWALLED
    elif status in BLOCK_STATUSES:
        state = ArticleState.BLOCKED
    return _unseen(history, state, status_in_words(status, "page"))


def status_in_words(status: int, wanted: str) -> str:
    """Return what an answer of this status says to somebody who asked for a ``wanted`` (a page, a feed)."""
    if said := _GONE.get(status):
        return f"The address {said.format(wanted)} ({status})."
    if status in PAYWALL_STATUSES:
        return f"The {wanted} asks for a log-in or payment ({status})."
    if status in BLOCK_STATUSES:
        return f"The {wanted} {BLOCK_STATUSES[status]} ({status})."
    if status == 429:
        return "The host asks us to come back later (429)."
    if status >= 500:
        return f"The host has an error of its own ({status})."
    return f"The host answered with status {status}."


def _unseen(history: SourceHistory, state: ArticleState, reason: str) -> SourceVerdict:
    """A check that saw nothing: the missing count stays as it is, and so does what `_KEPT_UNTIL_READ`."""
    doubted, checks = history.doubted_state, history.doubted_checks
    if state in _BELIEVED_ONCE_REPEATED and history.ever_captured:
        checks = checks + 1 if doubted is state else 1
        doubted = state
        if checks < BELIEVED_AFTER and state is not history.state:
            reason = f"{reason} Check {checks} of {BELIEVED_AFTER} that it takes to count as {state}."
            state = ArticleState.UNREACHABLE
    if state is not history.state and _outlives(history.state, state):
        state, reason = history.state, f"{_KEPT_UNTIL_READ[history.state]}; at the last check: {reason}"
    return SourceVerdict(
        state=state,
        reason=reason,
        missing_since=history.missing_since,
        missing_checks=history.missing_checks,
        failures=history.failures + 1,
        became=None,
        doubted_state=doubted,
        doubted_checks=checks,
    )


def _outlives(before: ArticleState, seen: ArticleState) -> bool:
    """Whether a state goes on standing: the publisher's acts do, and what was believed outlives a lapse."""
    if before in _BELIEVED_ONCE_REPEATED:
        return seen is ArticleState.UNREACHABLE
    return before in _KEPT_UNTIL_READ


def _missing(observation: Observation, history: SourceHistory, policy: SourcePolicy) -> SourceVerdict:
    """The host says that the page is gone: believed after enough checks over enough time."""
    checks = history.missing_checks + 1
    since = history.missing_since or observation.at
    what = _what_is_missing(observation)
    over_both_bars = checks >= policy.removed_after_checks and observation.at - since >= policy.removed_after
    became = None
    if history.state is ArticleState.REMOVED:
        state, reason = ArticleState.REMOVED, f"Removed: the address {what}."
    elif over_both_bars and observation.length_known and history.ever_captured:
        state, became = ArticleState.REMOVED, ChangeKind.REMOVED
        reason = f"Removed: the address {what}, at {checks} checks since {_moment(since)}."
    else:
        state = ArticleState.UNREACHABLE
        reason = f"The address {what}{_why_not_removed(observation, checks, since, history, policy)}"
        if _outlives(history.state, state):
            state, reason = history.state, f"{_KEPT_UNTIL_READ[history.state]}; at the last check: {reason}"
    return SourceVerdict(
        state=state,
        reason=reason,
        missing_since=since,
        missing_checks=checks,
        failures=0,
        became=became,
        doubted_state=history.doubted_state,
        doubted_checks=history.doubted_checks,
    )


def _why_not_removed(
    observation: Observation, checks: int, since: datetime, history: SourceHistory, policy: SourcePolicy
) -> str:
    """The rest of the sentence on a page that is missing and does not count as removed, or not yet."""
    if checks < policy.removed_after_checks and history.ever_captured:
        needed = policy.removed_after_checks
        return f". It is check {checks} of the {needed} that it takes, over time, to count as removed."
    so_far = f", at {checks} checks since {_moment(since)}" if checks > 1 else ""
    if not history.ever_captured:
        return f"{so_far}. The article was never read."
    if observation.at - since < policy.removed_after:
        return f"{so_far}. That is too short a time to count as removed."
    return f"{so_far}. Its answer has no stated length, so it may be cut off and does not count as removed."


def _moment(at: datetime) -> str:
    return f"{at:%-d %B %Y, %H:%M} UTC"


def _answered(observation: Observation, history: SourceHistory) -> SourceVerdict:
    """A whole answer with a page: live again, whatever came before, unless the page is empty."""
    if observation.text_length == 0:
        return _unseen(history, ArticleState.UNREACHABLE, "The page came without any text.")
    state, reason = ArticleState.LIVE, "The page answers."
    if history.state is ArticleState.RETRACTED:
        state, reason = ArticleState.RETRACTED, "The page answers and is marked as retracted."
    elif observation.moved:
        state, reason = ArticleState.MOVED, "The page answers at a new address."
    return SourceVerdict(
        state=state,
        reason=reason,
        missing_since=None,
        missing_checks=0,
        failures=0,
        became=_homecoming(state, history.state),
    )


def _homecoming(state: ArticleState, before: ArticleState) -> ChangeKind | None:
    """What a readable page means for the timeline."""
    if before is ArticleState.REMOVED:
        return ChangeKind.RESTORED
    if state is ArticleState.MOVED and before is not ArticleState.MOVED:
        return ChangeKind.MOVED
    return None
