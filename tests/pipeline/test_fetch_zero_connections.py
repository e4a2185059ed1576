"""No address or name, however disguised, makes the gate connect where it must not; proofs have controls."""

import socket
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from claims.pipeline.fetch import (
    FailureCode,
    FetchPolicy,
    FetchRequest,
    FetchResult,
    RefusalCode,
    fetch,
    fetch_many,
)
from claims.pipeline.gate import wire
from tests.pipeline.asking import failed, fetched, get, names, opened, refused, story
from tests.pipeline.certificates import certificate_for
from tests.pipeline.hostile import (
    STORY,
    Server,
    redirect,
)

DISGUISED = [
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "localhost",
    "trap.example",
]


def test_no_disguise_of_a_private_address_is_ever_connected_to(
    serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    trap = serve({"/": story})
    door = serve(
        {"/": lambda visit: redirect(f"http://{DISGUISED[int(visit.path[2:])]}:{trap.port}/")(visit)}
    )
    names(monkeypatch, {"localhost": [["127.0.0.1"]], "trap.example": [["127.0.0.1"]]})
    direct = [FetchRequest(f"http://{host}:{trap.port}/") for host in DISGUISED]
    through = [FetchRequest(door.url(f"/?{number}")) for number in range(len(DISGUISED))]
    shut = opened(door, ports=frozenset({trap.port}))
    for _, result in fetch_many(direct + through, policy=shut):
        refused(result, RefusalCode.PRIVATE)
    assert trap.accepted == 0
    off = opened(door, ports=frozenset({trap.port}), also=("127.0.0.0/8",))
    for _, result in fetch_many(direct + through, policy=off):
        fetched(result)
    assert trap.accepted == len(direct) + len(through)


def test_a_name_with_one_good_and_one_bad_answer_is_never_connected_to(
    serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    good, trap = serve({"/": story}), serve({"/": story}, host="127.0.0.2")
    names(monkeypatch, {"mixed.example": [["127.0.0.1", "127.0.0.2"], ["127.0.0.2", "127.0.0.1"]]})
    for server in (good, trap):
        usual = frozenset({server.port})
        request = FetchRequest(f"http://mixed.example:{server.port}/")
        half_open = FetchPolicy(ports=usual, allow_private=("127.0.0.1",))
        assert "127.0.0.2" in refused(fetch(request, policy=half_open), RefusalCode.PRIVATE).reason
        assert good.accepted + trap.accepted == (0 if server is good else 1)
        fetched(fetch(request, policy=FetchPolicy(ports=usual, allow_private=("127.0.0.0/8",))))
    assert (good.accepted, trap.accepted) == (1, 1)


def test_a_name_that_changes_its_mind_is_asked_once_and_held_to_it(
    serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    book = {"fickle.example": [["127.0.0.1"], ["127.0.0.2"]]}
    good = serve({"/": redirect("/next"), "/next": story})
    usual = frozenset({good.port})
    with socket.create_server(
        ("127.0.0.2", good.port)
    ) as trap:  # the same port, so that only the address differs
        trap.settimeout(0.2)
        asked = names(monkeypatch, book)
        request = FetchRequest(f"http://fickle.example:{good.port}/")
        policy = FetchPolicy(ports=usual, allow_private=("127.0.0.1",), deadline_seconds=2)
        assert fetched(fetch(request, policy=policy)).peer == "127.0.0.1"
        assert asked == ["fickle.example"]
        refused(fetch(request, policy=policy), RefusalCode.PRIVATE)
        with pytest.raises(TimeoutError):
            trap.accept()
        off = FetchPolicy(ports=usual, allow_private=("127.0.0.0/8",), deadline_seconds=0.5)
        failed(fetch(request, policy=off), FailureCode.TIMEOUT)
        trap.accept()[0].close()


def test_the_socket_itself_is_refused_when_libcurl_strays_from_the_checked_address(
    serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    names(monkeypatch, {"news.example": [["93.184.216.34"]]})
    trap = serve({"/": story})
    usual = frozenset({trap.port})
    monkeypatch.setattr(wire, "_resolve_entry", lambda place, _pinned: f"{place.host}:{place.port}:127.0.0.1")
    request = FetchRequest(f"http://news.example:{trap.port}/")
    refused(fetch(request, policy=FetchPolicy(ports=usual, deadline_seconds=5)), RefusalCode.PRIVATE)
    assert trap.accepted == 0
    with socket.socket() as unchecked:
        monkeypatch.setattr(wire.Wire, "_open_socket", lambda *_about: unchecked)
        fetched(fetch(request, policy=FetchPolicy(ports=usual, deadline_seconds=5)))
    assert trap.accepted == 1


def test_an_opening_opens_nothing_but_its_own_host_and_port(serve: Callable[..., Server]) -> None:
    named, other = serve({"/": story}), serve({"/": story})
    policy = opened(named)
    fetched(fetch(FetchRequest(named.url("/")), policy=policy))
    refused(fetch(FetchRequest(other.url("/")), policy=policy), RefusalCode.PRIVATE)
    assert (named.accepted, other.accepted) == (1, 0)
    fetched(fetch(FetchRequest(other.url("/")), policy=opened(named, other)))
    assert other.accepted == 1


def test_a_proxy_in_the_environment_is_never_used(
    serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, proxy = serve({"/": story}), serve({})
    proxy.behaviours = {server.url("/"): story}
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.url(""))
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    fetched(get(server))
    assert (server.accepted, proxy.accepted) == (1, 0)
    # An opener of its own: the one that urlopen keeps may be from before the proxy was set.
    with urllib.request.build_opener().open(server.url("/")) as page:
        assert page.read() == STORY
    assert (server.accepted, proxy.accepted) == (1, 1)


def test_ipv6_pages_are_fetched_under_the_same_rules(serve: Callable[..., Server]) -> None:
    server = serve({"/": story}, host="::1")
    refused(fetch(FetchRequest(server.url("/")), policy=FetchPolicy()), RefusalCode.PRIVATE)
    assert server.accepted == 0
    page = fetched(get(server))
    assert (page.peer, page.body, server.visits[0].headers["host"]) == ("::1", STORY, server.place)


def test_an_unknown_name_is_a_failure_that_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, {"nowhere.example": [[]]})
    result = fetch(FetchRequest("http://nowhere.example/"), policy=FetchPolicy())
    assert "nowhere.example" in failed(result, FailureCode.DNS).reason


def test_a_resolver_that_cannot_ask_anybody_is_our_own_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody_to_ask(*_args: object, **_more: object) -> None:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", nobody_to_ask)
    result = fetch(FetchRequest("http://paper.example/"), policy=FetchPolicy())
    assert "paper.example" in failed(result, FailureCode.OFFLINE).reason


def test_a_name_server_that_hangs_holds_up_nobody(
    serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, release = serve({"/": story}), threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: release.wait(30) and [])
    hanging = [FetchRequest(f"http://hangs-{number}.example/") for number in range(5)]
    requests = [*hanging, FetchRequest(server.url("/"))]
    try:
        started = time.monotonic()
        results = [result for _, result in fetch_many(requests, policy=opened(server, deadline_seconds=0.5))]
        assert time.monotonic() - started < 3 * 0.5
    finally:
        release.set()
    assert fetched(results[0]).body == STORY
    assert {failed(result, FailureCode.DNS).hop for result in results[1:]} == {one.url for one in hanging}


def test_a_certificate_must_be_trusted_and_name_the_host(
    serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    context, trusted = certificate_for("secure.example", tmp_path)
    server = serve({"/": story}, tls=context)
    names(monkeypatch, {"secure.example": [["127.0.0.1"]], "other.example": [["127.0.0.1"]]})
    policy = opened(also=(f"secure.example:{server.port}", f"other.example:{server.port}"))

    def ask(host: str) -> FetchResult:
        return fetch(FetchRequest(f"https://{host}:{server.port}/"), policy=policy)

    failed(ask("secure.example"), FailureCode.TLS)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    assert fetched(ask("secure.example")).body == STORY
    failed(ask("other.example"), FailureCode.TLS)
    assert len(server.visits) == 1
