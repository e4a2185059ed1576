"""What the log leaves out."""

import logging


class StrangersInOneLine(logging.Filter):
    """Takes the traceback off what Django refuses of strangers: a foreign Host, too many fields.

    Anybody can knock as often as they like, and the sentence says all.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass."""
        if record.name.startswith("django.security"):
            record.exc_info = None
        return True
