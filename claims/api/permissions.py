"""What a request may do before an operation looks closer: reading is open, writing needs a scope."""

from typing import TYPE_CHECKING

from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from claims.models import ApiToken
from claims.vocabulary import Scope

if TYPE_CHECKING:
    # REST framework reads the settings, and so this module, while it makes its views.
    from rest_framework.views import APIView


class ReadingIsOpen(BasePermission):
    """GET, HEAD and OPTIONS are open; the rest asks for the view's ``write_scope`` (propose by default)."""

    message = "This token was not issued for that; ask for one with the scope named in the documentation."

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Whether the request may go on; raises NotAuthenticated (401) without a token."""
        if request.method in SAFE_METHODS:
            return True
        if not request.user.is_authenticated:
            raise NotAuthenticated("Send an API token: Authorization: Token <token>.")
        return _may(request, view)


class DeskOnly(ReadingIsOpen):
    """What readers never see: reading, too, needs a token of somebody who works at the desk."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Whether the request may go on; raises NotAuthenticated (401) without a token."""
        if request.method == "OPTIONS":
            return True
        if not request.user.is_authenticated:
            raise NotAuthenticated("Send an API token: Authorization: Token <token>.")
        return super().has_permission(request, view)


class ScopeOnly(DeskOnly):
    """What concerns its owner alone: reading, too, needs a token with the view's ``write_scope``."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Whether the request may go on; raises NotAuthenticated (401) without a token."""
        return super().has_permission(request, view) and (request.method == "OPTIONS" or _may(request, view))


def _may(request: Request, view: "APIView") -> bool:
    token = request.auth
    return isinstance(token, ApiToken) and token.allows(getattr(view, "write_scope", Scope.PROPOSE))
