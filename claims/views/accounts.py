"""How people come in: accounts are made by an admin, nobody signs up."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedSignUp(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Refuses sign-up; `manage.py adduser` makes accounts."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False."""
        return False
