"""What a changed source means for the claims it carries: quotes, stances, timeline, re-reviews."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from claims.models import Anchor, Appearance, Article, Change, Claim, Evidence, ReReview, Review, Snapshot
from claims.operations.anchors import anchor_in
from claims.operations.ledger import Book
from claims.queries.origins import repeats_of
from claims.vocabulary import (
    ArticleState,
    ChangeKind,
    ClaimStatus,
    EventKind,
    QuoteState,
    ReviewState,
    Stance,
)

# Two look-ups by the article: joined by OR, a database would walk through all claims.
_CARRIED = """
SELECT appearance.article_id, appearance.claim_id FROM claims_appearance AS appearance
JOIN claims_claim AS claim ON claim.id = appearance.claim_id
WHERE claim.merged_into_id IS NULL AND appearance.article_id IN ({articles})
UNION
SELECT evidence.article_id, review.claim_id FROM claims_evidence AS evidence
JOIN claims_review AS review ON review.id = evidence.review_id
JOIN claims_claim AS claim ON claim.id = review.claim_id
WHERE claim.merged_into_id IS NULL AND evidence.article_id IN ({articles})
"""


def claims_of(book: Book, article: Article) -> frozenset[str]:
    """Return the ids of the claims that the (locked) article carries or is cited for; asked once a book."""
    return claims_of_all(book, [article.id])[article.id]


def claims_of_all(book: Book, article_ids: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return for each of these (locked) articles what `claims_of` does; one query for those not yet asked."""
    wanted = list(article_ids)
    missing = [article_id for article_id in wanted if article_id not in book.carried]
    if missing:
        marks = ", ".join(["%s"] * len(missing))
        with connection.cursor() as cursor:
            cursor.execute(_CARRIED.format(articles=marks), [*missing, *missing])
            pairs = cursor.fetchall()
        for article_id in missing:
            book.carried[article_id] = frozenset(claim for carrier, claim in pairs if carrier == article_id)
    return {article_id: book.carried[article_id] for article_id in wanted}


def tell_change(book: Book, *, article: Article, change: Change) -> None:
    """Put a change of the (locked) article on the timelines of its claims; nothing follows from it."""
    publisher = article.publisher.name if article.publisher else article.url
    for claim in book.claims(claims_of(book, article)):
        book.write(
            EventKind.ARTICLE_CHANGE,
            claim=claim,
            article=article,
            text=f"{publisher}: {change.summary}",
            occurred_at=change.not_before or change.not_after,
            occurred_not_after=change.not_after,
            data={
                "change": change.id,
                "change_kind": str(change.kind),
                "before": change.before_id,
                "after": change.after_id,
            },
        )


def follow_change(book: Book, *, article: Article, change: Change, now: datetime) -> None:
    """Carry a change of the (locked) article through to its claims.

    Every quote is looked for in the new snapshot, stances are judged anew, each claim's timeline tells the
    change, and a verdict that rests on the article goes back to the desk.
    """
    for claim in book.claims(claims_of(book, article)):
        news = _anchor_quotes(claim, article, change.after) if change.after else []
        if change.kind == ChangeKind.TRIVIAL:
            continue
        publisher = article.publisher.name if article.publisher else article.url
        repeats = repeats_of(claim, article) if change.kind in _REACHES_REPEATS else []
        quotes = " ".join(dict.fromkeys(sentence for piece in news for sentence in piece.sentences))
        flips = [piece.flip(claim) for piece in news if piece.is_flip]
        if flips:
            change.stance_flips = [*change.stance_flips, *flips]
            change.save(update_fields=["stance_flips"])
        book.write(
            EventKind.ARTICLE_CHANGE,
            claim=claim,
            article=article,
            text=f"{publisher}: {change.summary} {quotes} {_who_repeats(repeats)}".strip(),
            occurred_at=change.not_before or change.not_after,
            occurred_not_after=change.not_after,
            data={
                "change": change.id,
                "change_kind": str(change.kind),
                "notice": change.notice or None,
                "hedge_shift": change.hedge_shift or None,
                "before": change.before_id,
                "after": change.after_id,
                "quotes": [
                    {
                        "appearance": piece.anchor.appearance_id,
                        "state": str(piece.anchor.state),
                        "headline_stance": piece.anchor.headline_stance or None,
                        "body_stance": piece.anchor.body_stance or None,
                    }
                    for piece in news
                ],
                "stance_flips": flips,
                "repeats": [repeat.id for repeat in repeats],
            },
        )
        _open_re_review(book, claim, article, change, repeats, now)


def tell_state(book: Book, *, article: Article, before: ArticleState, now: datetime) -> None:
    """Tell the claims of the (locked) article that its address answers differently now."""
    publisher = article.publisher.name if article.publisher else article.url
    for claim in book.claims(claims_of(book, article)):
        book.write(
            EventKind.SOURCE_STATE,
            claim=claim,
            article=article,
            text=f"{publisher}: {ArticleState(article.state).label.lower()}. {article.state_reason}".strip(),
            occurred_at=now,
            data={"before": str(before), "after": str(article.state), "reason": article.state_reason},
        )


@dataclass(frozen=True, slots=True)
class _QuoteNews:
    """What became of a quote in a new snapshot, where its state or its page's stance is another one."""

    anchor: Anchor
    state_before: str
    stances_before: tuple[str, str]

    @property
    def stances(self) -> tuple[str, str]:
        return self.anchor.headline_stance, self.anchor.body_stance

    @property
    def is_flip(self) -> bool:
        """Whether headline or text now takes another stance, rather than none or a first one."""
        return any(
            one and other and one != other
            for one, other in zip(self.stances_before, self.stances, strict=True)
        )

    @property
    def sentences(self) -> list[str]:
        """What a person reads of it."""
        told = []
        if self.anchor.state != self.state_before:
            told.append(_QUOTE_SENTENCES[QuoteState(self.anchor.state)])
        for part, one, other in zip(("headline", "text"), self.stances_before, self.stances, strict=True):
            if one and other and one != other:
                told.append(f"The {part} now {other} the claim; it {_BEFORE[Stance(one)]} it before.")
        return told

    def flip(self, claim: Claim) -> dict[str, Any]:
        """What is kept of it beside the change."""
        return {
            "claim": claim.id,
            "appearance": self.anchor.appearance_id,
            "headline": [word or None for word in (self.stances_before[0], self.stances[0])],
            "body": [word or None for word in (self.stances_before[1], self.stances[1])],
        }


def _anchor_quotes(claim: Claim, article: Article, snapshot: Snapshot) -> list[_QuoteNews]:
    """Anchor the claim's quotes of the article; returns those whose state or stance is news."""
    news = []
    for appearance in Appearance.objects.filter(claim=claim, article=article).select_related("claim"):
        before = appearance.state
        last = appearance.anchors.order_by("-snapshot__number").first() or appearance
        anchor = anchor_in(appearance, snapshot)
        piece = _QuoteNews(anchor, before, (last.headline_stance, last.body_stance))
        if anchor.state != before or piece.stances != piece.stances_before:
            news.append(piece)
    return news


_QUOTE_SENTENCES = {
    QuoteState.PRESENT: "The quote still stands.",
    QuoteState.CHANGED: "The quote was changed.",
    QuoteState.GONE: "The quote is gone.",
}


_BEFORE = {Stance.SUPPORTS: "supported", Stance.REFUTES: "refuted", Stance.REPORTS: "reported"}

_REACHES_REPEATS = frozenset({ChangeKind.RETRACTION, ChangeKind.REMOVED, ChangeKind.RESTORED})


def _who_repeats(repeats: Sequence[Appearance]) -> str:
    """A sentence on who goes back to a report that was taken back or is gone; empty where nobody does."""
    names = dict.fromkeys(repeat.publisher_name for repeat in repeats)
    return f"What {', '.join(names)} told goes back to it." if names else ""


def _open_re_review(
    book: Book, claim: Claim, article: Article, change: Change, repeats: Sequence[Appearance], now: datetime
) -> None:
    """Ask for another look if the claim's verdict in force cites the article, or one of those that go back
    to what it took back (``repeats``); one open task per claim.
    """
    review = Review.objects.filter(claim=claim, state=ReviewState.IN_FORCE).order_by("-number").first()
    if review is None or review.verdict == ClaimStatus.UNVERIFIED:
        return
    touched = Q(article=article) | Q(appearance__in=[repeat.id for repeat in repeats])
    if not Evidence.objects.filter(touched, review=review).exists():
        return
    reason = f"{article.publisher or article.url}: {change.summary} {_who_repeats(repeats)}".strip()
    task = ReReview.objects.filter(claim=claim, closed_at=None).first()
    if task is not None:
        task.reason = f"{task.reason}\n{reason}"
        task.save(update_fields=["reason"])
        task.changes.add(change)
        return
    task = ReReview.objects.create(claim=claim, review=review, opened_at=now, reason=reason)
    task.changes.add(change)
    claim.under_review = True
    claim.save(update_fields=["under_review"])
    data: dict[str, Any] = {"re_review": task.id, "review": review.id, "change": change.id}
    book.write(
        EventKind.RE_REVIEW_OPENED,
        claim=claim,
        article=article,
        text=f"Under review: evidence of the verdict “{ClaimStatus(review.verdict).label}” changed. {reason}",
        occurred_at=now,
        data=data,
    )
