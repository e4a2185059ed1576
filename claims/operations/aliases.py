"""Joins two names of one person, body or place, and parts them again."""

from datetime import datetime

from claims.models import Alias, User
from claims.operations.claim_terms import keep_terms_of_claims_naming
from claims.operations.ledger import writing
from claims.operations.refusals import ConflictError, RuleRefusedError, require
from claims.pipeline.text.terms import terms
from claims.vocabulary import EventKind, Role

LONGEST_NAME = 200


def add_alias(*, name: str, canonical: str, by: User, now: datetime) -> Alias:
    """Say that ``name`` is another name of ``canonical``; from now on both are one where texts are compared.

    An editor. Raises `NotAllowedError`, `RuleRefusedError` (no name, one and the same, a chain of names),
    `ConflictError` (the name is joined already).
    """
    require(by, Role.EDITOR)
    name, canonical = _named(name, "name"), _named(canonical, "canonical")
    if name.casefold() == canonical.casefold():
        raise RuleRefusedError("These are one and the same name already.", field="canonical")
    with writing() as book:
        _refuse_chains(name, canonical)
        alias = Alias.objects.create(name=name, canonical=canonical, added_at=now)
        book.write(
            EventKind.ALIAS_ADDED,
            actor=by,
            occurred_at=now,
            text=f"{alias.name} is another name of {alias.canonical}.",
            data={"alias": alias.id, "name": alias.name, "canonical": alias.canonical},
        )
        keep_terms_of_claims_naming(alias.name)
    return alias


def _named(words: str, field: str) -> str:
    words = " ".join(words.split())
    if not words:
        raise RuleRefusedError("Give a name.", field=field)
    if not terms(words):
        raise RuleRefusedError("Give a name that can be told apart from other words.", field=field)
    if len(words) > LONGEST_NAME:
        raise RuleRefusedError(f"A name has at most {LONGEST_NAME} characters.", field=field)
    return words


def _refuse_chains(name: str, canonical: str) -> None:
    """Refuse a name that is joined already, or is joined to by others: names lead one step, never round."""
    held = Alias.objects.filter(name__iexact=name).first()
    if held is not None:
        raise ConflictError(
            f"{held.name} is joined to {held.canonical} already; take it away there first.", field="name"
        )
    onward = Alias.objects.filter(name__iexact=canonical).first()
    if onward is not None:
        raise RuleRefusedError(
            f"{onward.name} is itself another name of {onward.canonical}; join this name to that one.",
            field="canonical",
        )
    if Alias.objects.filter(canonical__iexact=name).exists():
        raise RuleRefusedError(
            f"Other names are joined to {name}; take them away first, or join the other way round.",
            field="name",
        )


def remove_alias(*, alias_id: str, by: User, now: datetime) -> str:
    """Part two names; returns the name that stands for itself again.

    An editor. Raises `Alias.DoesNotExist`, `NotAllowedError`.
    """
    require(by, Role.EDITOR)
    with writing() as book:
        alias = Alias.objects.select_for_update().get(pk=alias_id)
        book.write(
            EventKind.ALIAS_REMOVED,
            actor=by,
            occurred_at=now,
            text=f"{alias.name} is no longer another name of {alias.canonical}.",
            data={"alias": alias.id, "name": alias.name, "canonical": alias.canonical},
        )
        alias.delete()
        keep_terms_of_claims_naming(alias.name)
    return alias.name
