"""What a Retry-After header asks for, and what no header can do to us."""

from datetime import UTC, datetime

import pytest

from claims.pipeline.gate.retry_after import retry_after_seconds

NOW = datetime(2026, 3, 30, 20, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        ("Mon, 30 Mar 2026 20:01:00 GMT", 60.0),
        ("Mon, 30 Mar 2026 22:01:00 +0200", 60.0),
        ("Mon, 30 Mar 2026 20:01:00", 60.0),
        ("Sun, 29 Mar 2026 20:01:00 GMT", 0.0),
        ("99999999999999999999", 999999999999.0),
        ("-5", None),
        ("soon", None),
        ("", None),
        (None, None),
        ("Mon, 01 Jan 9999999999 00:00:00 GMT", None),
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", None),
        ("Mon, 30 Mar 2026 20:00:00 +99999999999999999999", None),
    ],
)
def test_a_host_is_left_alone_for_as_long_as_it_says(header: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(header, now=NOW) == seconds
