"""Who a program speaks for: `Authorization: Token <token>`."""

import binascii
from typing import Any

from knox.auth import TokenAuthentication as KnoxTokenAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request


class TokenAuthentication(KnoxTokenAuthentication):  # type: ignore[misc]  # knox ships no types
    """Knox's check of the token's digest; a token of bytes that are no text is a bad token, not our error."""

    def authenticate(self, request: Request) -> Any:
        """Return ``(user, token)`` or None; raises AuthenticationFailed (401)."""
        try:
            return super().authenticate(request)
        except (UnicodeDecodeError, binascii.Error) as error:
            raise AuthenticationFailed("The token is not one of ours.") from error
