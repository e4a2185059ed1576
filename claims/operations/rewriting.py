"""Asks a language model's endpoint for a wording of a candidate, within a budget, and never believes it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import F

from claims.models import Candidate, EndpointAnswer, EndpointDay, Host, User
from claims.operations.leases import hold_host
from claims.operations.policies import host_of
from claims.operations.refusals import RuleRefusedError, require
from claims.pipeline.fetch import (
    FailureCode,
    Fetched,
    FetchFailed,
    FetchPolicy,
    FetchRefused,
    FetchRequest,
    FetchResult,
    fetch,
)
from claims.pipeline.gate.retry_after import retry_after_seconds
from claims.pipeline.tiers.endpoint import (
    LONGEST_ANSWER,
    LONGEST_SPAN,
    Passage,
    UnusableReplyError,
    answer_text,
    read_reply,
    request_body,
    tokens_at_most,
)
from claims.pipeline.tiers.grounding import UngroundedReplyError, verify
from claims.vocabulary import CandidateState, Role

KEPT_FOR = timedelta(days=90)
"""How long answers are kept."""

_CONNECT_SECONDS = 5.0
_LONGEST_PAUSE = timedelta(days=1)  # whatever Retry-After says
_USUAL_PAUSE = timedelta(minutes=1)  # after 429 or 503 without one

_FAILURES = {
    FailureCode.OFFLINE: "our own network gives no way to it",
    FailureCode.DNS: "its name could not be found",
    FailureCode.CONNECT: "it did not take a connection",
    FailureCode.TLS: "its certificate is not valid or its encryption failed",
    FailureCode.TOO_LARGE: "its answer was far larger than a sentence",
    FailureCode.CUT: "its answer broke off in the middle",
}


class NoSuggestionError(RuleRefusedError):
    """There is no wording to suggest; the candidate is as it was."""

    rule = "rewriting"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A machine's wording: the sentence, who claims it (may be empty), the words of the page it rests on."""

    text: str
    claimant: str
    quotes: tuple[str, ...]


def is_configured() -> bool:
    """Whether an endpoint is set."""
    return bool(settings.LLM_URL and settings.LLM_MODEL)


def _address() -> str:
    """The address that requests go to; LLM_URL names its base, as other programs' settings do."""
    path = "/chat/completions"
    base: str = settings.LLM_URL
    return base if base.endswith(path) else f"{base}{path}"


def suggest_wording(
    *, candidate_id: str, by: User, now: datetime, clock: Callable[[], datetime]
) -> Suggestion:
    """Suggest a sentence that stands alone for what the candidate quotes; changes nothing of the candidate.

    An editor. ``clock`` tells the time after the endpoint has answered. Raises `Candidate.DoesNotExist`,
    `NotAllowedError`, `NoSuggestionError` with words for whatever went wrong.
    """
    require(by, Role.EDITOR)
    if not is_configured():
        raise NoSuggestionError(
            "No language model is set up. Set LLM_URL (https://…/v1), LLM_MODEL and, if needed, LLM_KEY; "
            "without them every other part works as before."
        )
    passage = _passage(Candidate.objects.select_related("snapshot__article").get(pk=candidate_id))
    body = request_body(passage, model=settings.LLM_MODEL)
    try:
        content = _known_answer(body) or _ask(body, now, clock)
        reply = verify(read_reply(content), passage)
    except (UnusableReplyError, UngroundedReplyError) as error:
        raise NoSuggestionError(f"{error} Nothing was changed; word it by hand.") from error
    return Suggestion(reply.claim, reply.claimant, reply.quotes)


def _passage(candidate: Candidate) -> Passage:
    if not candidate.is_open:
        raise NoSuggestionError(f"This candidate is {CandidateState(candidate.state).label.lower()} already.")
    snapshot = candidate.snapshot
    if snapshot is None or candidate.start is None or candidate.end is None:
        raise NoSuggestionError("This candidate quotes no page, so there is nothing to word anew.")
    if candidate.end - candidate.start > LONGEST_SPAN:
        raise NoSuggestionError(
            f"The quote is longer than {LONGEST_SPAN} characters; choose a shorter passage."
        )
    published_at = snapshot.article.published_at
    return Passage.around(
        snapshot.headline if candidate.in_headline else snapshot.text,
        candidate.start,
        candidate.end,
        headline=snapshot.headline,
        published_on=published_at.date().isoformat() if published_at else "",
    )


# ---------------------------------------------------------------- asked once
def _key(body: bytes) -> str:
    return hashlib.sha256(_address().encode() + b"\n" + body).hexdigest()


def _known_answer(body: bytes) -> str | None:
    return EndpointAnswer.objects.filter(pk=_key(body)).values_list("content", flat=True).first()


def _ask(body: bytes, now: datetime, clock: Callable[[], datetime]) -> str:
    """Send the request, with no transaction open; keep the answer if it has the right shape."""
    _check_pause(now)
    reserved = tokens_at_most(body)
    _reserve(reserved, now)
    answer = _answered(fetch(_request(body), policy=_peer_policy()), clock())
    content, cost = answer_text(answer.body)
    if cost is not None:
        EndpointDay.objects.filter(pk=_day(now)).update(tokens=F("tokens") + (cost - reserved))
    read_reply(content)
    EndpointAnswer.objects.filter(asked_at__lt=now - KEPT_FOR).delete()
    EndpointAnswer.objects.get_or_create(pk=_key(body), defaults={"content": content, "asked_at": now})
    return content


# ---------------------------------------------------------------- the budget
def _day(now: datetime) -> date:
    return now.astimezone(UTC).date()


def _reserve(tokens: int, now: datetime) -> None:
    """Count one request and its tokens before it goes out, lest two workers overdraw the day together."""
    most_requests, most_tokens = settings.LLM_DAILY_REQUESTS, settings.LLM_DAILY_TOKENS
    with transaction.atomic():
        EndpointDay.objects.get_or_create(pk=_day(now))
        within = EndpointDay.objects.filter(
            pk=_day(now), requests__lt=most_requests, tokens__lte=most_tokens - tokens
        ).update(requests=F("requests") + 1, tokens=F("tokens") + tokens)
    if within:
        return
    spent = EndpointDay.objects.get(pk=_day(now))
    if spent.requests >= most_requests:
        used, setting = f"{spent.requests} of {most_requests} requests", "LLM_DAILY_REQUESTS"
    else:
        used, setting = f"{spent.tokens:,} of {most_tokens:,} tokens", "LLM_DAILY_TOKENS"
    raise NoSuggestionError(
        f"Today's budget for machine wordings is used up ({used}); it begins anew at 00:00 UTC. "
        f"Word it by hand, or have {setting} raised."
    )


# ---------------------------------------------------------------- over the wire
def _request(body: bytes) -> FetchRequest:
    headers = [("Content-Type", "application/json"), ("Accept", "application/json")]
    if settings.LLM_KEY:
        headers.append(("Authorization", f"Bearer {settings.LLM_KEY}"))
    return FetchRequest(_address(), method="POST", body=body, headers=tuple(headers))


def _peer_policy() -> FetchPolicy:
    """The gate, opened for exactly the host and port that the operator set; deadline and size cap stand."""
    address = urlsplit(settings.LLM_URL)
    port = address.port or (443 if address.scheme == "https" else 80)
    host = f"[{address.hostname}]" if ":" in (address.hostname or "") else address.hostname
    return FetchPolicy(
        ports=frozenset({port}),
        allow_private=(f"{host}:{port}",),
        deadline_seconds=settings.LLM_DEADLINE_SECONDS,
        connect_seconds=_CONNECT_SECONDS,
        max_bytes=LONGEST_ANSWER,
        max_redirects=0,
        user_agent=settings.USER_AGENT,
    )


def _answered(result: FetchResult, now: datetime) -> Fetched:
    """Return the answer if it is one; raises `NoSuggestionError`."""
    if isinstance(result, FetchRefused):
        raise NoSuggestionError(f"LLM_URL cannot be asked. {result.reason}")
    if isinstance(result, FetchFailed):
        if result.code == FailureCode.TIMEOUT:
            why = f"it had not answered after {settings.LLM_DEADLINE_SECONDS:g} s"
        else:
            why = _FAILURES.get(result.code, "it did not answer as a web server should")
        raise NoSuggestionError(
            f"The language model gave no wording: {why}. Word it by hand, or try again later."
        )
    if result.status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        seconds = retry_after_seconds(result.header("retry-after"), now=now)
        pause = _USUAL_PAUSE if seconds is None else min(timedelta(seconds=seconds), _LONGEST_PAUSE)
        hold_host(host_of(settings.LLM_URL), until=now + pause)
        raise _paused(now + pause)
    if result.status != HTTPStatus.OK:
        raise NoSuggestionError(
            f"The language model gave no wording: it answered {result.status}{_hint(result.status)}. "
            "Word it by hand, or try again later."
        )
    return result


def _hint(status: int) -> str:
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return " (look at LLM_KEY)"
    if status == HTTPStatus.NOT_FOUND or 300 <= status < 400:
        return " (look at LLM_URL and LLM_MODEL)"
    return ""


def _check_pause(now: datetime) -> None:
    held = Host.objects.filter(name=host_of(settings.LLM_URL), free_at__gt=now).first()
    if held is not None:
        raise _paused(held.free_at)


def _paused(until: datetime) -> NoSuggestionError:
    return NoSuggestionError(
        f"The language model asks for a pause until {until.astimezone(UTC):%d %B %H:%M:%S} UTC. "
        "Word it by hand, or try again then."
    )
