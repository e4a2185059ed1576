"""Addresses that spell, hide or lead to a private server, and how often each way out goes there."""

from tests.faults.paths import Path, no_rules
from tests.pipeline.asking import story
from tests.pipeline.hostile import Behaviour, Server

# Each spells, hides or leads to 127.0.0.1, where the trap is; the port is the trap's.
TO_THE_TRAP = [
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "①②⑦.⓪.⓪.①",
    "localhost",
    "trap.example",
    "mixed.example",
    "turning.example",
]
BOOK = {
    "localhost": [["127.0.0.1"]],
    "trap.example": [["127.0.0.1"]],
    "mixed.example": [["127.0.0.3", "127.0.0.1"]],
    "turning.example": [["127.0.0.3"], ["127.0.0.1"]],
    "sealed.example": [["127.0.0.4"]],
}


def knocked_at(trap: Server, paths: dict[str, Path], hosts: list[str], tag: str) -> dict[str, int]:
    """Send each host with the trap's port down every path; returns how often the trap was connected to."""
    knocks = {}
    for name, path in paths.items():
        before = trap.accepted
        for number, host in enumerate(hosts):
            words = path(f"http://{host}:{trap.port}/{tag}-{number}-{name.replace(' ', '-')}")
            assert words or trap.accepted > before, f"{host} by {name}: nothing was said"
        knocks[name] = trap.accepted - before
    return knocks


class Anything(dict[str, Behaviour]):
    """Answers every path with the story, robots.txt with none."""

    def __missing__(self, path: str) -> Behaviour:
        return no_rules if path == "/robots.txt" else story


# What an archive may say about where it keeps a page, each good enough for a careless reader.
NO_COPY = [
    "javascript:/web/20110330000000/alert(1)",
    "data:/web/20110330000000/x",
    "//127.0.0.1/web/20110330000000/x",
    "http://169.254.169.254/web/20110330000000/x",
    "http://[bad/web/20110330000000/x",
    "http://elsewhere.example/web/20110330000000/x",
    "\\\\elsewhere.example/web/20110330000000/x",
    "/web/20110330000000/\tx",
    f"/web/20110330000000/{'x' * 20_000}",
]
