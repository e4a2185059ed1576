"""Addresses that spell, hide or lead to a private server, and how often each way out goes there."""

from claims.models import User
from tests.faults.paths import no_rules, paths_of
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
}


def knocked_at(trap: Server, door: Server, cora: User, hosts: list[str], tag: str) -> dict[str, int]:
    """Send each host with the trap's port down every path; returns how often the trap was connected to."""
    knocks = {}
    for name, path in paths_of(door, cora).items():
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
