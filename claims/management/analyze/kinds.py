"""The kinds of `manage.py analyze`: what each reads from a line, and its answer from the pipeline.

Each kind imports its own part of the pipeline when it starts, so that none waits for the others' libraries.
"""

import gc
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from claims.management.analyze.lines import BadClaimsFileError, Fields, UnreadableLineError
from claims.vocabulary import Stance

Given = Mapping[str, Any]
Answer = dict[str, Any]
Answerer = Callable[[Given], Answer]

_UNRELATED = "unrelated"


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks for: the file of claims, and whether the kind's optional tier is to help."""

    claims: Path | None = None
    with_tier: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """The fields of a line, what makes the answerer, and the optional tier that may help, if any."""

    fields: Fields
    start: Callable[[Options], Answerer]
    tier: str = ""


def _article(_: Options) -> Answerer:
    from claims.pipeline.extract_text import UnreadableError, extract_text

    def answer(given: Given) -> Answer:
        body = given["html"].encode("utf-8", "replace")
        try:
            article = extract_text(body, content_type="text/html; charset=utf-8", url=given["url"], mark="")
        except UnreadableError as reason:  # a page without text is an answer, too
            return {"headline": None, "text": "", "byline": None, "published_at": None, "reason": str(reason)}
        return {
            "headline": article.headline,
            "text": article.text,
            "byline": article.byline,
            "published_at": _written(article.published_at),
        }

    return answer


def _sentences(_: Options) -> Answerer:
    from claims.pipeline.checkworthiness.model import score_sentence

    def answer(given: Given) -> Answer:
        judged = score_sentence(given["text"])
        return {
            "score": judged.score,
            "checkworthy": judged.checkworthy,
            "reasons": list(judged.reasons),
        }

    return answer


def _attributions(options: Options) -> Answerer:
    from claims.pipeline.attribution.attributions import find_attributions
    from claims.pipeline.tiers.parsing import parser, unite

    parse = parser().find_attributions if options.with_tier else None

    def answer(given: Given) -> Answer:
        attributions = find_attributions(given["text"])
        if parse is not None:
            attributions = unite(attributions, parse(given["text"]))
        return {
            "attributions": [
                {
                    "content": [list(part) for part in found.content],
                    "cue": list(found.cue) if found.cue else None,
                    "source": list(found.source) if found.source else None,
                    "confidence": found.confidence,
                    "kind": "mixed" if found.is_mixed else found.kind,
                    "pattern": found.pattern,
                }
                for found in attributions
            ]
        }

    return answer


def _claims(_: Options) -> Answerer:
    from claims.pipeline.extract_claims import extract_claims

    def answer(given: Given) -> Answer:
        found = extract_claims(
            headline=given["title"], text=given["text"], published_at=_moment(given["published_at"])
        )
        return {
            "claims": [
                {
                    "text": claim.text,
                    "quote": claim.quote,
                    "start": claim.start,
                    "end": claim.end,
                    "claimant": claim.claimant,
                    "voice": claim.voice,
                    "hedged": claim.hedged,
                    "hedges": list(claim.hedges),
                    "score": claim.score,
                    "reasons": list(claim.reasons),
                    "anonymous": claim.anonymous,
                    "attribution": claim.attribution,
                    "author_stance": claim.author_stance,
                }
                for claim in found
            ]
        }

    return answer


def _match(options: Options) -> Answerer:
    from claims.management.analyze.known_claims import read_known_claims
    from claims.pipeline.matching.index import ClaimIndex
    from claims.pipeline.tiers.embeddings import embeddings

    if options.claims is None:
        raise BadClaimsFileError("match needs --claims FILE.")
    known, ids = read_known_claims(options.claims)
    index = ClaimIndex(known)
    gc.freeze()  # it stays to the end: nothing in it need be looked through for what can go
    nearness = embeddings().similarity if options.with_tier else None

    def answer(given: Given) -> Answer:
        return {
            "matches": [
                {
                    "id": ids[found.claim],
                    "score": found.score,
                    "zone": found.zone,
                    "relation": found.relation,
                    "reasons": list(found.reasons),
                }
                for found in index.match(given["text"], nearness=nearness)
            ]
        }

    return answer


def _stance(_: Options) -> Answerer:
    from claims.pipeline.stance import judge_stance

    def answer(given: Given) -> Answer:
        headline, body = given["headline"], given["body"]
        judged = judge_stance(given["claim"], headline=headline, body=body)
        of_headline, of_body = _told(headline, judged.headline), _told(body, judged.body)
        told = [stance for stance in (of_body, of_headline) if stance is not None]
        return {
            "stance": next((stance for stance in told if stance != _UNRELATED), _UNRELATED),
            "headline_stance": of_headline,
            "body_stance": of_body,
            "score": judged.score,
            "reason": " ".join(judged.reasons),
        }

    return answer


KINDS: Mapping[str, Kind] = {
    "article": Kind(Fields(strings=("html",), optional=("url",)), _article),
    "sentences": Kind(Fields(strings=("text",)), _sentences),
    "attributions": Kind(Fields(strings=("text",)), _attributions, tier="parsing"),
    "claims": Kind(Fields(strings=("text",), nullable=("title",), optional=("published_at",)), _claims),
    "match": Kind(Fields(strings=("text",)), _match, tier="embeddings"),
    "stance": Kind(Fields(strings=("claim",), nullable=("headline", "body")), _stance),
}


def _told(text: str | None, stance: Stance | None) -> str | None:
    """Return a part's stance: null without that part, "unrelated" where it does not touch the claim."""
    if text is None or not text.strip():
        return None
    return _UNRELATED if stance is None else stance


def _written(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")


def _moment(text: str | None) -> datetime | None:
    """Return an ISO 8601 moment, aware (UTC without a zone); raises UnreadableLineError."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UnreadableLineError('"published_at" is not a moment as 2011-03-30T22:00Z.') from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
