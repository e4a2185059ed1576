"""`manage.py token` prints a new API token, once."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from claims.models import User
from claims.operations.people import highest_scopes, issue_token
from claims.operations.refusals import RefusalError
from claims.queries.clock import database_now
from claims.vocabulary import Role, Scope


class Command(BaseCommand):
    """The token goes to standard output and nowhere else; only its digest is kept."""

    help = "Prints a new API token of a person."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take whose token it is, what it is good for, and for how long."""
        parser.add_argument("username", metavar="USER")
        parser.add_argument(
            "--scope",
            help=f"of {','.join(Scope)}, separated by commas; without it, all that the person's role allows",
        )
        parser.add_argument("--days", type=int, metavar="N", help="how long it lives; without it, for ever")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the token; raises CommandError."""
        person = User.objects.filter(username=options["username"], is_active=True).first()
        if person is None:
            raise CommandError(f"There is no account {options['username']!r}.")
        role = Role(person.role)
        scopes = highest_scopes(role) if options["scope"] is None else _scopes(options["scope"])
        try:
            token = issue_token(
                person=person, scopes=scopes, by=None, now=database_now(), days=options["days"]
            )
        except RefusalError as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(token)


def _scopes(text: str) -> list[Scope]:
    words = [word.strip() for word in text.split(",") if word.strip()]
    for word in words:
        if word not in list(Scope):
            raise CommandError(f"There is no scope {word!r}; there are {', '.join(Scope)}.", returncode=2)
    return [Scope(word) for word in words]
