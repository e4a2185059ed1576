"""What the shapes of answers are made of, for the documentation."""

from typing import Any

from rest_framework import serializers

Shape = serializers.Serializer[Any]


def words(words: Any, **options: Any) -> serializers.ChoiceField:
    """One of a closed list of words."""
    return serializers.ChoiceField(words.choices(), **options)


def moment(**options: Any) -> serializers.DateTimeField:
    """A moment in ISO 8601, UTC."""
    return serializers.DateTimeField(**options)


def maybe_moment(help_text: str = "") -> serializers.DateTimeField:
    """A moment, or null."""
    return serializers.DateTimeField(allow_null=True, help_text=help_text)


def texts(help_text: str = "") -> serializers.ListField:
    """A list of strings."""
    return serializers.ListField(child=serializers.CharField(), help_text=help_text)
