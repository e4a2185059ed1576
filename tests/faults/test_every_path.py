"""No address from outside leads any part of the product to a private server; with the gate open all would."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from claims.models import Article, User
from tests.faults.bad_addresses import BOOK, TO_THE_TRAP, Anything, knocked_at
from tests.faults.paths import no_rules, paths_of
from tests.pipeline.asking import names
from tests.pipeline.hostile import Server, serving

pytestmark = pytest.mark.django_db

# Nothing can listen there; what counts is that each is refused in words, on every path.
NEVER = [
    "http://[::]/",
    "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[2002:7f00:1::]/",
    "http://[fe80::1%25eth0]/",
    "http://169.254.169.254/latest/meta-data/",
    "http://100.100.100.200/",
    "http://127.0.0.1\\@1.1.1.1/",
    "http://1.1.1.1@127.0.0.1/",
    "http://news.example%00.evil/",
    "http://news.example/\r\nX-Evil: yes",
    "http://news.example:22/",
    "file:///etc/passwd",
    "gopher://127.0.0.1/",
    "http://news.example/" + "a" * 65_536,
]


@pytest.fixture
def door(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server on 127.0.0.2 that is open to the gate."""
    names(monkeypatch, BOOK)
    settings.HOST_GAP_SECONDS = 0.0
    settings.FETCH_DEADLINE_SECONDS = 5.0
    with serving({"/robots.txt": no_rules}, host="127.0.0.2") as server:
        settings.FETCH_ALLOW_PRIVATE = [server.place, "127.0.0.3"]
        yield server


def test_no_path_leads_to_a_private_server_and_with_the_list_open_every_one_does(
    door: Server, cora: User, settings: Settings
) -> None:
    with serving(Anything()) as trap:
        settings.FETCH_PORTS = [80, 443, trap.port]
        shut = knocked_at(trap, paths_of(door, cora), TO_THE_TRAP, "shut")
        assert set(shut.values()) == {0}, shut
        assert not Article.objects.exclude(newest=None).exists()

        settings.FETCH_ALLOW_PRIVATE = [door.place, "127.0.0.0/8"]
        opened = knocked_at(trap, paths_of(door, cora), ["127.0.0.1", "trap.example"], "open")
        assert all(opened.values()), opened


def test_every_other_bad_address_is_refused_in_words_on_every_path(door: Server, cora: User) -> None:
    paths = paths_of(door, cora)
    before = door.accepted
    for address in NEVER:
        for name in ("ingest", "POST articles/", "POST webhooks/", "desk form"):
            assert paths[name](address).strip(), (address, name)
    assert door.accepted == before
    assert not Article.objects.exists()
