"""What becomes of a proposed claim: proposed, tracked, merged into a known claim, or dismissed."""

from collections.abc import Sequence
from datetime import datetime

from claims.models import Article, Candidate, Claim, Snapshot, User
from claims.operations.appearances import add_appearance, name_claimant, out_since
from claims.operations.capture import quotation_of
from claims.operations.catalogue import find_claimant, topics_called
from claims.operations.claim_terms import keep_terms
from claims.operations.ledger import Book, hold_articles, writing
from claims.operations.refusals import ConflictError, RuleRefusedError, require
from claims.pipeline.match import KnownClaim, Match, match
from claims.queries.aliases import known_aliases
from claims.queries.matching import best_matches, open_candidates_like
from claims.queries.tiers import nearness
from claims.vocabulary import CandidateState, ClaimStatus, EventKind, Relation, Role, Visibility, Voice, Zone

LONGEST_CLAIM = 300
_CONTEXT = 64


class AlreadyResolvedError(ConflictError):
    """Somebody has tracked, merged or dismissed the candidate meanwhile."""


class QuoteNotFoundError(RuleRefusedError):
    """The quote does not stand in the article's newest snapshot."""

    rule = "quote"


class MergedClaimError(ConflictError):
    """The claim was merged into another one."""


def propose(
    *,
    text: str,
    by: User,
    now: datetime,
    snapshot: Snapshot | None = None,
    quote: str = "",
    claimant_name: str = "",
    start: int | None = None,
) -> Candidate:
    """Propose a claim by hand, or from a passage of ``snapshot`` that was selected (``quote``, ``start``).

    A contributor. Raises `NotAllowedError`, `RuleRefusedError` (no or overlong text), `QuoteNotFoundError`.
    """
    require(by, Role.CONTRIBUTOR)
    candidate = _by_hand(text or quote, by, now, snapshot, quote.strip(), claimant_name, start)
    with writing() as book:
        _keep_proposal(book, candidate, by, now)
    return candidate


def propose_and_track(
    *,
    text: str,
    by: User,
    now: datetime,
    snapshot: Snapshot | None = None,
    quote: str = "",
    claimant_name: str = "",
    start: int | None = None,
    topics: Sequence[str] = (),
    internal: bool = False,
) -> Candidate:
    """Propose a claim as `propose` does and track it in the same breath: both, or neither, come to be.

    Returns the candidate with its ``claim``. An editor. Raises what `propose` and `track` raise.
    """
    require(by, Role.EDITOR)
    candidate = _by_hand(text or quote, by, now, snapshot, quote.strip(), claimant_name, start)
    with writing() as book:
        _keep_proposal(book, candidate, by, now)
        name, words = candidate.claimant_name, candidate.text
        claim = _make_claim(book, candidate, words, name, topics=topics, internal=internal, by=by, now=now)
    offer_to_open_candidates(claim_id=claim.id, now=now)
    return candidate


def _by_hand(
    text: str,
    by: User,
    now: datetime,
    snapshot: Snapshot | None,
    quote: str,
    claimant_name: str,
    start: int | None,
) -> Candidate:
    """A person's candidate, unsaved, with the tracked claim that it may repeat."""
    wording = worded(text)
    placed = _place(snapshot, quote, start) if snapshot and quote else None
    if quote and snapshot is None:
        raise RuleRefusedError("A quote needs the article it stands in.", field="article")
    best = next(iter(best_matches(wording)), None)
    suggested = best if best is not None and best.zone != Zone.NEW else None
    return Candidate(
        snapshot=snapshot,
        text=wording,
        claimant_name=" ".join(claimant_name.split())[:200],
        score=1.0,
        reasons=[f"Proposed by {by.display_name}."],
        zone=Zone.SUGGEST if suggested else Zone.NEW,
        relation=suggested.relation if suggested else Relation.NEW,
        suggested_id=suggested.claim if suggested else None,
        suggestion_score=suggested.score if suggested else None,
        suggestion_reasons=list(suggested.reasons) if suggested else [],
        proposed_by=by,
        proposed_at=now,
        updated_at=now,
        **(placed or {}),
    )


def _keep_proposal(book: Book, candidate: Candidate, by: User, now: datetime) -> None:
    candidate.save(force_insert=True)
    book.write(
        EventKind.CANDIDATE_PROPOSED,
        article=candidate.snapshot.article if candidate.snapshot else None,
        actor=by,
        occurred_at=now,
        text=f"Candidate proposed: {candidate.text}",
        data={"candidate": candidate.id},
    )


def worded(text: str) -> str:
    """Return the sentence of a claim with single spaces; raises `RuleRefusedError` when empty or overlong."""
    wording = " ".join(text.split())
    if not wording:
        raise RuleRefusedError("Say what is claimed, in one sentence.", field="text")
    if len(wording) > LONGEST_CLAIM:
        raise RuleRefusedError(
            f"A claim is one sentence of at most {LONGEST_CLAIM} characters; this has {len(wording)}.",
            field="text",
        )
    return wording


def _place(snapshot: Snapshot, quote: str, start: int | None) -> dict[str, object]:
    """Return where the quote stands: at ``start`` if it does, else at its first place in text or headline."""
    for voice, text in ((Voice.AUTHOR, snapshot.text), (Voice.HEADLINE, snapshot.headline)):
        at = start if start is not None and text.startswith(quote, start) else text.find(quote)
        if at >= 0:
            end = at + len(quote)
            return {
                "quote": quote,
                "start": at,
                "end": end,
                "prefix": text[max(0, at - _CONTEXT) : at],
                "suffix": text[end : end + _CONTEXT],
                "voice": voice,
            }
    raise QuoteNotFoundError(
        "This passage does not stand in the article as we have it; select it again in the newest snapshot.",
        field="quote",
    )


def track(
    *,
    candidate_id: str,
    by: User,
    now: datetime,
    text: str = "",
    claimant_name: str | None = None,
    topics: Sequence[str] = (),
    internal: bool = False,
) -> Claim:
    """Make a claim of the candidate, in the editor's wording if one is given.

    An editor. Raises `Candidate.DoesNotExist`, `NotAllowedError`, `AlreadyResolvedError`, `RuleRefusedError`.
    """
    require(by, Role.EDITOR)
    with writing() as book:
        candidate = _open_candidate(candidate_id)
        name = candidate.claimant_name if claimant_name is None else claimant_name
        words = worded(text or candidate.text)
        claim = _make_claim(book, candidate, words, name, topics=topics, internal=internal, by=by, now=now)
    offer_to_open_candidates(claim_id=claim.id, now=now)
    return Claim.objects.get(pk=claim.pk)


def _make_claim(
    book: Book,
    candidate: Candidate,
    words: str,
    claimant_name: str,
    *,
    topics: Sequence[str],
    internal: bool,
    by: User,
    now: datetime,
) -> Claim:
    # Whom an editor names instead is not the source that the page leaves unnamed.
    anonymous = candidate.anonymous and claimant_name == candidate.claimant_name
    claim = book.hold(
        Claim.objects.create(
            text=words,
            claimant=find_claimant(name=claimant_name, anonymous=anonymous, now=now),
            visibility=Visibility.INTERNAL if internal else Visibility.PUBLIC,
            status=ClaimStatus.UNVERIFIED,
            status_changed_at=now,
            first_seen_at=_seen_at(candidate),
            updated_at=now,
        )
    )
    keep_terms(claim)
    claim.topics.set(topics_called(topics))
    snapshot = candidate.snapshot
    book.write(
        EventKind.FIRST_SEEN,
        claim=claim,
        article=snapshot.article if snapshot else None,
        actor=by,
        occurred_at=_seen_at(candidate),
        text=f"First seen: {claim.text}",
        data={"candidate": candidate.id, "quote": candidate.quote, "claimant": claimant_name or None},
    )
    _resolve(book, candidate, state=CandidateState.TRACKED, claim=claim, by=by, now=now)
    return claim


def merge_candidate(*, candidate_id: str, into: str, by: User, now: datetime) -> Claim:
    """Add the candidate's place to the claim ``into`` as one more appearance.

    An editor. Raises `Candidate.DoesNotExist`, `Claim.DoesNotExist`, `NotAllowedError`,
    `AlreadyResolvedError`, `MergedClaimError`.
    """
    require(by, Role.EDITOR)
    with writing() as book:
        candidate = _open_candidate(candidate_id)
        claim = book.claim(into)
        if claim.merged_into_id is not None:
            raise MergedClaimError(
                "That claim was merged into another one; choose the survivor.", field="into"
            )
        _resolve(book, candidate, state=CandidateState.MERGED, claim=claim, by=by, now=now)
    return claim


def dismiss(*, candidate_id: str, reason: str, by: User, now: datetime) -> Candidate:
    """Put the candidate aside, with a reason; nothing of it is lost.

    An editor. Raises `Candidate.DoesNotExist`, `NotAllowedError`, `AlreadyResolvedError`, `RuleRefusedError`.
    """
    require(by, Role.EDITOR)
    if not reason.strip():
        raise RuleRefusedError("Say why it is dismissed; the next editor will ask.", field="reason")
    with writing() as book:
        candidate = _open_candidate(candidate_id)
        candidate.dismissal = reason.strip()[:500]
        _resolve(book, candidate, state=CandidateState.DISMISSED, claim=None, by=by, now=now)
    return candidate


def _open_candidate(candidate_id: str) -> Candidate:
    candidate = (
        Candidate.objects.select_for_update(of=("self",))
        .select_related("snapshot__article__publisher", "resolved_by")
        .get(pk=candidate_id)
    )
    if not candidate.is_open:
        state = CandidateState(candidate.state).label.lower()
        by = f" by {candidate.resolved_by.display_name}" if candidate.resolved_by else ""
        raise AlreadyResolvedError(f"This candidate was {state}{by} meanwhile.")
    _hold_pages([candidate])
    return candidate


def _hold_pages(candidates: Sequence[Candidate]) -> None:
    """Lock the candidates' articles, as a check does that writes a change down; see their newest snapshots.

    Without it a quote that is tracked in the very second in which its page changes would be looked for only
    at the next change.
    """
    snapshots = [candidate.snapshot for candidate in candidates if candidate.snapshot is not None]
    wanted = Article.objects.filter(pk__in={snapshot.article_id for snapshot in snapshots})
    # Locked first, then read: PostgreSQL joins a row that it waited for with what stood beside it before.
    hold_articles(wanted)
    held = {article.id: article for article in wanted.select_related("newest", "publisher")}
    for snapshot in snapshots:
        snapshot.article = held[snapshot.article_id]


def _seen_at(candidate: Candidate) -> datetime:
    """When its place was out there: when its quote was, else the proposal."""
    return out_since(candidate.snapshot, candidate.quote) if candidate.snapshot else candidate.proposed_at


_RESOLUTIONS = {
    CandidateState.TRACKED: EventKind.CANDIDATE_TRACKED,
    CandidateState.MERGED: EventKind.CANDIDATE_MERGED,
    CandidateState.DISMISSED: EventKind.CANDIDATE_DISMISSED,
}


def _resolve(
    book: Book, candidate: Candidate, *, state: CandidateState, claim: Claim | None, by: User, now: datetime
) -> None:
    candidate.state, candidate.claim, candidate.resolved_by = state, claim, by
    candidate.resolved_at = candidate.updated_at = now
    candidate.save()
    if claim is not None and candidate.snapshot is not None and candidate.quote:
        name_claimant(
            claim, find_claimant(name=candidate.claimant_name, anonymous=candidate.anonymous, now=now)
        )
        add_appearance(
            book, claim=claim, snapshot=candidate.snapshot, quotation=quotation_of(candidate), by=by
        )
    book.write(
        _RESOLUTIONS[state],
        claim=claim,
        article=candidate.snapshot.article if candidate.snapshot else None,
        actor=by,
        occurred_at=now,
        text=f"Candidate {state.label.lower()}: {candidate.text}",
        data={"candidate": candidate.id, "reason": candidate.dismissal or None},
    )


def offer_to_open_candidates(*, claim_id: str, now: datetime) -> int:
    """Match the open candidates against a new claim: sure ones become appearances, others a suggestion.

    Returns how many candidates were linked.
    """
    claim = Claim.objects.get(pk=claim_id)
    known = [KnownClaim(id=claim.id, text=claim.text)]
    aliases, sure = known_aliases(), []
    for candidate in open_candidates_like(claim):
        best = next(iter(match(candidate.text, known, aliases=aliases, nearness=nearness())), None)
        if best is None or best.zone == Zone.NEW or _suits_better(candidate, best):
            continue
        # Conditional, for an editor may resolve it meanwhile.
        Candidate.objects.filter(pk=candidate.pk, state=CandidateState.OPEN).update(
            zone=best.zone,
            relation=best.relation,
            suggested=claim,
            suggestion_score=best.score,
            suggestion_reasons=list(best.reasons),
            updated_at=now,
        )
        if best.zone == Zone.LINK and best.relation == Relation.SAME and candidate.snapshot_id:
            sure.append(candidate.pk)
    return _link(claim_id, sure, now) if sure else 0


def _suits_better(candidate: Candidate, best: Match) -> bool:
    """Whether the claim that the candidate is suggested for already is the likelier one."""
    return candidate.suggestion_score is not None and candidate.suggestion_score > best.score


def _link(claim_id: str, candidate_ids: list[str], now: datetime) -> int:
    with writing() as book:
        candidates = list(
            Candidate.objects.select_for_update(of=("self",))
            .filter(pk__in=candidate_ids, state=CandidateState.OPEN)
            .select_related("snapshot__article__publisher")
            .order_by("proposed_at", "id")
        )
        _hold_pages(candidates)
        claim = book.claim(claim_id)
        for candidate in sorted(candidates, key=lambda candidate: candidate.in_headline):
            candidate.state, candidate.claim, candidate.resolved_at = CandidateState.LINKED, claim, now
            candidate.save()
            if candidate.snapshot is not None:
                add_appearance(
                    book, claim=claim, snapshot=candidate.snapshot, quotation=quotation_of(candidate), by=None
                )
    return len(candidates)
