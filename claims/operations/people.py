"""Accounts and API tokens."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse

from claims.models import ApiToken, User
from claims.operations.ledger import writing
from claims.operations.refusals import ConflictError, RuleRefusedError, require
from claims.vocabulary import EventKind, Role, Scope

LONGEST_LIFE_DAYS = 3650
_USERNAME = re.compile(r"[\w.+-]{1,150}")

# What a role may ever be given a token for; a token can do less than its owner, never more.
_HIGHEST_SCOPES = {
    Role.CONTRIBUTOR: {Scope.READ, Scope.PROPOSE},
    Role.EDITOR: {Scope.READ, Scope.PROPOSE, Scope.DECIDE, Scope.HOOKS},
    Role.CHIEF_EDITOR: {Scope.READ, Scope.PROPOSE, Scope.DECIDE, Scope.HOOKS},
    Role.ADMIN: set(Scope),
}


def add_person(
    *,
    username: str,
    role: Role,
    by: User | None,
    now: datetime,
    email: str = "",
    name: str = "",
    password: str | None = None,
) -> User:
    """Add an account; an admin or the operator (``by`` None). Without ``password``, `login_link` opens it.

    Raises `NotAllowedError`, `RuleRefusedError` (bad name), `ConflictError` (name taken).
    """
    if by is not None:
        require(by, Role.ADMIN)
    if not _USERNAME.fullmatch(username):
        raise RuleRefusedError(
            "A log-in name has 1 to 150 letters, digits or the characters . + - _", field="username"
        )
    if User.objects.filter(username__iexact=username).exists():
        raise ConflictError(f"There is an account {username} already.", field="username")
    with writing() as book:
        person = User(
            username=username,
            email=email,
            role=role,
            first_name=name or username.title(),
            is_staff=role == Role.ADMIN,
            is_superuser=role == Role.ADMIN,
        )
        if password is None:
            person.set_unusable_password()
        else:
            person.set_password(password)
        person.save()
        book.write(
            EventKind.PERSON_ADDED,
            text=f"Account {username} added as {role.label.lower()}.",
            occurred_at=now,
            actor=by,
            data={"username": username, "role": str(role)},
        )
    return person


def login_link(person: User) -> str:
    """Return the address at which the person sets a password; it works once, as long as reset links do."""
    key = f"{user_pk_to_url_str(person)}-{default_token_generator.make_token(person)}"
    uidb36, _, rest = key.partition("-")
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": uidb36, "key": rest})
    return f"{settings.PUBLIC_URL}{path}"


def highest_scopes(role: Role) -> list[Scope]:
    """Return everything that a person of the role may have a token for."""
    return [scope for scope in Scope if scope in _HIGHEST_SCOPES[role]]


def issue_token(
    *, person: User, scopes: Iterable[Scope], by: User | None, now: datetime, days: int | None = None
) -> str:
    """Return a new API token of ``person``, shown this once; only its digest is kept.

    ``days`` None: no end. Raises `NotAllowedError` (another's), `RuleRefusedError` (scope beyond the role).
    """
    if by is not None and by.pk != person.pk:
        require(by, Role.ADMIN)
    wanted = [scope for scope in Scope if scope in set(scopes)]
    beyond = [scope for scope in wanted if scope not in _HIGHEST_SCOPES[Role(person.role)]]
    if beyond or not wanted:
        allowed = ", ".join(highest_scopes(Role(person.role)))
        raise RuleRefusedError(f"{Role(person.role).label}s can have tokens for: {allowed}.", field="scope")
    if days is not None and not 1 <= days <= LONGEST_LIFE_DAYS:
        raise RuleRefusedError(f"A token lives 1 to {LONGEST_LIFE_DAYS} days.", field="days")
    with writing() as book:
        _, token = ApiToken.objects.create(
            user=person, expiry=timedelta(days=days) if days else None, scopes=",".join(wanted)
        )
        book.write(
            EventKind.TOKEN_ISSUED,
            text=f"API token issued to {person.username}.",
            occurred_at=now,
            actor=by,
            data={"username": person.username, "scopes": [str(scope) for scope in wanted]},
        )
    return str(token)
