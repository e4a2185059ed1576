"""`manage.py adduser` adds an account and prints the one-time link at which it is opened."""

import argparse
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from claims.operations.people import add_person, login_link
from claims.operations.refusals import ConflictError, RefusalError
from claims.queries.clock import database_now
from claims.vocabulary import Role


class Command(BaseCommand):
    """No password is ever typed on a command line; whoever opens the link chooses one."""

    help = "Adds an account; prints a link that works once."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take the log-in name, the role and the address for mail."""
        parser.add_argument("username", metavar="NAME")
        parser.add_argument("--role", required=True, choices=[str(role) for role in Role], type=_role)
        parser.add_argument("--email", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the link; raises CommandError."""
        if options["email"]:
            try:
                validate_email(options["email"])
            except ValidationError as error:
                raise CommandError(f"{options['email']!r} is no e-mail address.") from error
        try:
            person = add_person(
                username=options["username"],
                role=Role(options["role"]),
                by=None,
                now=database_now(),
                email=options["email"],
            )
        except ConflictError as refusal:
            again = f"manage.py changepassword {options['username']}"
            raise CommandError(f"{refusal.message} To give it a new password: {again}") from refusal
        except RefusalError as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(login_link(person))


def _role(text: str) -> str:
    """Return the role's word, however its two words are joined."""
    return text.strip().lower().replace("-", "_").replace(" ", "_")
