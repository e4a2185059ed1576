"""How an operation says no: exceptions whose message is fit to show to a person."""

from claims.models import User
from claims.vocabulary import Role


class RefusalError(Exception):
    """An operation refused; nothing was written. ``field`` names the input at fault, if one is."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        """Take the sentence for the person and the name of the field."""
        super().__init__(message)
        self.message = message
        self.field = field


class NotAllowedError(RefusalError):
    """The person's role does not reach (403)."""


class RuleRefusedError(RefusalError):
    """A rule of the house refuses (422). ``rule`` is a short stable word for programs."""

    rule = "rule"


class ConflictError(RefusalError):
    """Somebody else was first (409)."""


def require(by: User, role: Role) -> None:
    """Refuse with `NotAllowedError` unless ``by`` holds ``role`` or a higher one."""
    if not by.may(role):
        raise NotAllowedError(f"This needs {_a(role)}; you are signed in as {_a(Role(by.role))}.")


def _a(role: Role) -> str:
    """Return the role with its article."""
    return f"{'an' if role.label[0] in 'AE' else 'a'} {role.label.lower()}"
