"""How often one client may ask: by address without a token, by token with one."""

from typing import TYPE_CHECKING

from rest_framework.request import Request
from rest_framework.throttling import AnonRateThrottle, SimpleRateThrottle

from claims.models import ApiToken

if TYPE_CHECKING:
    # REST framework reads the settings, and so this module, while it makes its views.
    from rest_framework.views import APIView


class AnonThrottle(AnonRateThrottle):
    """``RATE_LIMIT_ANON`` per client address."""

    scope = "anon"


class KeyThrottle(SimpleRateThrottle):
    """``RATE_LIMIT_KEY`` per token."""

    scope = "key"

    def get_cache_key(self, request: Request, view: "APIView") -> str | None:
        """Return the counter's name, or None for a request without a token (not counted here)."""
        if not isinstance(request.auth, ApiToken):
            return None
        return f"throttle_key_{request.auth.digest[:32]}"
