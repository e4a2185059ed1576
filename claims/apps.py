"""Tells Django that this package is the application `claims`."""

from django.apps import AppConfig


class ClaimsConfig(AppConfig):
    """The one application of the project."""

    name = "claims"
    verbose_name = "Claims"
