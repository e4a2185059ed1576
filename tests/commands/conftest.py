"""A news site to take in from, and commands run as a person types them."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django import Settings

from tests.sites import NewsSite, news_site


@dataclass
class Ran:
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str
    lines: list[dict[str, Any]] = field(default_factory=list)


Run = Callable[..., Ran]


@pytest.fixture
def run(db: None) -> Run:
    """A runner of commands: ``run("ingest", "page.html", "--url", …)``."""

    def run_command(name: str, *args: object) -> Ran:
        out, err = StringIO(), StringIO()
        code = 0
        try:
            call_command(name, *map(str, args), stdout=out, stderr=err)
        except CommandError as error:
            code = error.returncode
            err.write(str(error))
        ran = Ran(code, out.getvalue(), err.getvalue())
        ran.lines = [json.loads(line) for line in ran.out.splitlines() if line.startswith("{")]
        return ran

    return run_command


@pytest.fixture
def site(settings: Settings) -> Iterator[NewsSite]:
    """A news site that the fetch gate is open to, looked at without pauses."""
    with news_site() as served:
        settings.FETCH_ALLOW_PRIVATE = [served.address.removeprefix("http://")]
        settings.FETCH_DEADLINE_SECONDS = 5.0
        settings.HOST_GAP_SECONDS = 0.0
        yield served
