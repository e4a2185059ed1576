"""A quote looked for in a later snapshot of its page, and what that snapshot does with the claim."""

from dataclasses import asdict

from claims.models import Anchor, Appearance, Snapshot
from claims.pipeline.anchor import Anchored, find_again
from claims.pipeline.stance import StanceJudgement, judge_stance
from claims.pipeline.text.tokens import squash
from claims.vocabulary import QuoteState


def words_of(judgement: StanceJudgement) -> tuple[str, str]:
    """Return the stances of headline and body as the columns hold them (empty: not touched)."""
    return (str(judgement.headline or ""), str(judgement.body or ""))


def quote_in(appearance: Appearance, snapshot: Snapshot) -> Anchored:
    """Return where the quote stands in a snapshot, as it was or changed, if it does."""
    return find_again(
        appearance.quote,
        prefix=appearance.prefix,
        suffix=appearance.suffix,
        text=snapshot.headline if appearance.in_headline else snapshot.text,
        was_at=appearance.start,
    )


def anchor_in(appearance: Appearance, snapshot: Snapshot) -> Anchor:
    """Find the quote in a later snapshot and keep what became of it.

    The appearance stays what it was in its own snapshot; ``state`` and ``stance_now`` tell the newest one.
    """
    anchored = quote_in(appearance, snapshot)
    judgement = judge_stance(appearance.claim.text, headline=snapshot.headline, body=snapshot.text)
    headline, body = words_of(judgement)
    if anchored.state is QuoteState.PRESENT and body != appearance.stance_now:
        body = _unless_turned(appearance, snapshot, judgement) or body
    anchor, _ = Anchor.objects.update_or_create(
        appearance=appearance,
        snapshot=snapshot,
        defaults={
            "state": anchored.state,
            "start": anchored.start,
            "end": anchored.end,
            "found": anchored.found or "",
            "diff": [asdict(piece) for piece in anchored.diff],
            "headline_stance": headline,
            "body_stance": body,
        },
    )
    appearance.state, appearance.stance_now = anchored.state, body or headline
    appearance.save(update_fields=["state", "stance_now"])
    return anchor


def _unless_turned(appearance: Appearance, snapshot: Snapshot, judgement: StanceJudgement) -> str:
    """Return the body's stance as it was, where this snapshot says nothing new that turns it; else "".

    Words about another claim weigh, too, and the order of paragraphs: while the quote stands, only a sentence
    that says so turns it. One that the text had before has turned it already, unless what the text weighed
    was stronger then.
    """
    last = appearance.anchors.exclude(snapshot=snapshot).order_by("-snapshot__number").first()
    was = (last or appearance).body_stance
    _, body = words_of(judgement)
    if not was or was == body or judgement.body_is_weighed:
        return was
    before = (last or appearance).snapshot
    if before is None or squash(judgement.body_says) not in squash(before.text):
        return ""
    earlier = judge_stance(appearance.claim.text, headline=before.headline, body=before.text)
    return was if earlier.body_is_weighed or words_of(earlier)[1] == body else ""
