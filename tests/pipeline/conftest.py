"""Starts hostile servers for the tests of the fetch gate."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.pipeline.hostile import Behaviour, Server, serving


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Start servers that stop with the test."""
    running = []

    def start(behaviours: dict[str, Behaviour], **how: Any) -> Server:
        server = serving(behaviours, **how)
        running.append(server)
        return server.__enter__()

    yield start
    for server in running:
        server.__exit__(None, None, None)
