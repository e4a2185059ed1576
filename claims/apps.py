"""Tells Django that this package is the application `claims`."""

from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from claims.pipeline.tiers import embeddings, parsing
from claims.pipeline.tiers.pinned import TierUnavailableError


class ClaimsConfig(AppConfig):
    """The one application of the project."""

    name = "claims"
    verbose_name = "Claims"

    def ready(self) -> None:
        """Refuse to start with a tier switched on that lacks a part; raises `ImproperlyConfigured`."""
        try:
            if settings.TIER_EMBEDDINGS != "off":
                embeddings.check()
            if settings.TIER_PARSING != "off":
                parsing.check()
        except TierUnavailableError as missing:
            raise ImproperlyConfigured(str(missing)) from None
