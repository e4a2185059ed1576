"""Fields that take what they say and nothing like it: no number for a text, no word for a yes."""

import re
from datetime import UTC, datetime
from typing import Any

from django.core.validators import RegexValidator
from rest_framework import serializers

PUBLIC_ID = r"[0-9a-z]{6,16}"
# A plus sign that was not encoded in an address arrives as a space.
_LOST_PLUS = re.compile(r"(?<=\d) (?=\d\d:?\d\d$)")


class Text(serializers.CharField):
    """A JSON string; also the empty one, for rules of the house say better than we what is missing."""

    default_error_messages = {
        "nul": "The text holds a NUL character (\\u0000), which cannot be kept; leave it out."
    }

    def __init__(self, **options: Any) -> None:
        """Take a CharField's options."""
        options.setdefault("allow_blank", True)
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> str:
        """Return the string; raises ValidationError for anything else."""
        if not isinstance(data, str):
            self.fail("invalid")
        if "\0" in data:
            self.fail("nul")
        return str(super().to_internal_value(data))


class OneOf(serializers.ChoiceField):
    """One of a few words; any other is told which there are."""

    def __init__(self, choices: Any, **options: Any) -> None:
        """Take a ChoiceField's choices and options."""
        super().__init__(choices, **options)
        words = ", ".join(str(word) for word in self.choices)
        self.error_messages["invalid_choice"] = f"There is no “{{input}}” here; there are: {words}."


class YesOrNo(serializers.BooleanField):
    """A JSON true or false."""

    def to_internal_value(self, data: Any) -> bool:
        """Return the truth value; raises ValidationError for anything else."""
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return bool(data)


class PublicId(Text):
    """A record's id."""

    def __init__(self, **options: Any) -> None:
        """Take a CharField's options."""
        super().__init__(**{"allow_blank": False, "max_length": 16, **options})
        self.validators.append(RegexValidator(rf"^{PUBLIC_ID}\Z", "An id is 6 to 16 of 0-9 and a-z."))


class IdOrSlug(Text):
    """What a topic, publisher or claimant is called in an address."""

    def __init__(self, **options: Any) -> None:
        """Take a CharField's options."""
        super().__init__(**{"allow_blank": False, "max_length": 80, **options})
        self.validators.append(
            RegexValidator(r"^[-\w]+\Z", "An id or a slug has letters, digits and dashes.")
        )


class Moment(serializers.DateTimeField):
    """A moment in ISO 8601; UTC is assumed without a zone."""

    def __init__(self, **options: Any) -> None:
        """Take a DateTimeField's options."""
        super().__init__(default_timezone=UTC, **options)

    def to_internal_value(self, value: Any) -> datetime:
        """Return the moment, aware; raises ValidationError."""
        if not isinstance(value, str):
            self.fail("invalid", format="ISO 8601, as 2011-03-30T22:00:00Z")
        try:
            return super().to_internal_value(_LOST_PLUS.sub("+", value))
        except OverflowError:
            self.fail("overflow")
