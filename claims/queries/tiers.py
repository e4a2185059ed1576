"""The optional tiers that the settings switch on, as what the pipeline takes."""

from collections.abc import Callable

from django.conf import settings

from claims.pipeline.attribution.attributions import Attribution
from claims.pipeline.match import Nearness
from claims.pipeline.tiers.embeddings import embeddings
from claims.pipeline.tiers.parsing import DistantParser, parser

FindAttributions = Callable[[str], tuple[Attribution, ...]]


def nearness() -> Nearness | None:
    """Return what tells how near texts are in meaning (tier A); None while it is off.

    Raises `TierUnavailableError` when it is on and a part of it is missing.
    """
    return embeddings().similarity if settings.TIER_EMBEDDINGS == "on" else None


def attribution_parser(*, chosen: bool = False, apart: bool = False) -> FindAttributions | None:
    """Return the parser that adds attributions (tier B); None while it is off, or waits for a choice.

    ``chosen``: an editor asked for it for this article. ``apart``: it goes to a process that reads apart, so
    its model (150 MB) is loaded there alone. Raises `TierUnavailableError` when a part is missing.
    """
    if settings.TIER_PARSING != "on" and not (chosen and settings.TIER_PARSING == "chosen"):
        return None
    return DistantParser().find_attributions if apart else parser().find_attributions
