"""Every outgoing request goes through one gate, which no server can hurt and no address can trick."""

import datetime
import gzip
import socket
import threading
import time
import urllib.request
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from claims.pipeline import fetch as gate
from claims.pipeline.fetch import (
    FailureCode,
    Fetched,
    FetchFailed,
    FetchPolicy,
    FetchRefused,
    FetchRequest,
    FetchResult,
    RefusalCode,
    fetch,
    fetch_many,
)
from tests.pipeline.hostile import (
    STORY,
    ZIPPED,
    Behaviour,
    Server,
    Visit,
    chunked,
    dripping,
    head,
    pouring,
    raw,
    redirect,
    serving,
)

CAP = 200_000
BOMB = gzip.compress(gzip.compress(bytes(100_000_000)))  # 100 MB in a few hundred bytes, twice
ONCE = gzip.decompress(BOMB)

CUT: dict[str, Behaviour] = {
    "/length": raw(head(f"Content-Length: {len(STORY)}"), STORY[:-1]),
    "/nothing-of-a-length": raw(head(f"Content-Length: {len(STORY)}")),
    "/chunks-without-end": raw(head("Transfer-Encoding: chunked"), chunked(STORY, end=b"")),
    "/chunk-cut-inside": raw(head("Transfer-Encoding: chunked"), chunked(STORY)[:-200]),
    "/gzip-without-length": raw(head("Content-Encoding: gzip"), ZIPPED[:-1]),
    "/gzip-empty": raw(head("Content-Encoding: gzip")),
    "/gzip-chunks-whole": raw(
        head("Content-Encoding: gzip", "Transfer-Encoding: chunked"), chunked(ZIPPED[:-8])
    ),
    "/gzip-length-whole": raw(
        head("Content-Encoding: gzip", f"Content-Length: {len(ZIPPED) - 1}"), ZIPPED[:-1]
    ),
    "/gzip-second-member-cut": raw(head("Content-Encoding: gzip"), ZIPPED, ZIPPED[:-1]),
    "/no-answer-at-all": raw(b""),
    "/head-cut": raw(head("Content-Type: text/html")[:-2]),
}
WHOLE: dict[str, Behaviour] = {
    "/length": raw(head(f"Content-Length: {len(STORY)}"), STORY),
    "/length-and-more": raw(head(f"Content-Length: {len(STORY)}"), STORY, b"junk"),
    "/chunks": raw(head("Transfer-Encoding: chunked"), chunked(STORY)),
    "/trailers": raw(head("Transfer-Encoding: chunked"), chunked(STORY, end=b"0\r\nETag: late\r\n\r\n")),
    "/gzip-without-length": raw(head("Content-Encoding: gzip"), ZIPPED),
    "/gzip-chunks": raw(head("Content-Encoding: GZIP", "Transfer-Encoding: chunked"), chunked(ZIPPED)),
    "/gzip-length": raw(head("Content-Encoding: x-gzip", f"Content-Length: {len(ZIPPED)}"), ZIPPED),
    "/gzip-two-members": raw(
        head("Content-Encoding: gzip"), gzip.compress(STORY[:50]), gzip.compress(STORY[50:])
    ),
    "/gzip-padded": raw(head("Content-Encoding: gzip"), ZIPPED, bytes(20)),
    "/identity": raw(head("Content-Encoding: identity", f"Content-Length: {len(STORY)}"), STORY),
    "/early-hints": raw(
        head("Link: </a.css>", status="103 Early Hints"), head("Content-Length: 5"), b"after"
    ),
}
NOT_HTTP: dict[str, Behaviour] = {
    "/gzip-twice": raw(head("Content-Encoding: gzip, gzip", f"Content-Length: {len(BOMB)}"), BOMB),
    "/gzip-in-two-headers": raw(
        head("Content-Encoding: gzip", "Content-Encoding: gzip", f"Content-Length: {len(BOMB)}"), BOMB
    ),
    "/brotli": raw(head("Content-Encoding: br", "Content-Length: 4"), b"\x0b\x01\x80a"),
    "/deflate": raw(head("Content-Encoding: deflate"), zlib.compress(STORY)),
    "/transfer-gzip": raw(head("Transfer-Encoding: gzip, chunked"), chunked(ZIPPED)),
    "/gzip-that-is-none": raw(head("Content-Encoding: gzip", f"Content-Length: {len(STORY)}"), STORY),
    "/gzip-checksum-wrong": raw(head("Content-Encoding: gzip"), ZIPPED[:-8] + bytes(8)),
    "/two-lengths": raw(head("Content-Length: 5", "Content-Length: 6"), b"123456"),
    "/another-language": raw(b"SSH-2.0-OpenSSH_9.6\r\n" * 20),
    "/old-http": raw(STORY),
    "/not-modified-unasked": raw(head(status="304 Not Modified")),
}
TOO_LARGE: dict[str, Behaviour] = {
    "/announced": raw(head("Content-Length: 1073741824")),
    "/announced-absurdly": raw(head("Content-Length: 9223372036854775807")),
    "/one-byte-too-long": lambda visit: visit.answer(bytes(CAP + 1)),
    "/no-end": pouring(head(), bytes(65536), 16_384),
    "/chunks-without-end": pouring(
        head("Transfer-Encoding: chunked"), chunked(bytes(65536), end=b""), 16_384
    ),
    "/bomb": raw(head("Content-Encoding: gzip", f"Content-Length: {len(ONCE)}"), ONCE),
    "/bomb-in-members": raw(head("Content-Encoding: gzip"), *[gzip.compress(bytes(CAP // 2))] * 3),
    "/100k-headers": pouring(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n", 100_000),
    "/one-huge-header": pouring(b"HTTP/1.1 200 OK\r\nX-A: ", b"b" * 65536, 160),
    "/interim-answers-without-end": pouring(b"", head(status="100 Continue"), 100_000),
}
SLOW: dict[str, Behaviour] = {
    "/silent": dripping(b"", b""),
    "/headers": dripping(b"HTTP/1.1 200 OK\r\nX-A: ", b"b"),
    "/header-lines": dripping(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", 0.1),
    "/body": dripping(head("Content-Length: 9999"), b"b"),
    "/endless-body": dripping(head(), b"b"),
    "/chunks": dripping(head("Transfer-Encoding: chunked"), b"1\r\nb\r\n"),
    "/redirects": lambda visit: slow_step(visit),
}


def slow_step(visit: Visit) -> None:
    """Redirect to a new address every time, after a while."""
    visit.closing.wait(0.2)
    redirect(f"{visit.path}x")(visit)


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


def opened(*servers: Server, **changes: Any) -> FetchPolicy:
    """Return a policy that opens exactly these servers."""
    settings: dict[str, Any] = {"deadline_seconds": 10, "max_bytes": CAP, "user_agent": "claim-tests/1"}
    places = tuple(server.place for server in servers)
    return FetchPolicy(allow_private=places + changes.pop("also", ()), **(settings | changes))


def get(server: Server, path: str = "/", **changes: Any) -> FetchResult:
    """Fetch one page of an opened server."""
    return fetch(FetchRequest(server.url(path)), policy=opened(server, **changes))


def fetched(result: FetchResult) -> Fetched:
    """Insist on a whole answer."""
    assert isinstance(result, Fetched), result
    return result


def failed(result: FetchResult, code: FailureCode) -> FetchFailed:
    """Insist on a failure of this kind, with a sentence for a person."""
    assert isinstance(result, FetchFailed), result
    assert result.code is code, result
    assert result.reason.endswith(".")
    return result


def refused(result: FetchResult, code: RefusalCode) -> FetchRefused:
    """Insist on a refusal of this kind."""
    assert isinstance(result, FetchRefused), result
    assert result.code is code, result
    return result


def story(visit: Visit) -> None:
    """Answer with the story, in good order."""
    visit.answer(STORY, "200 OK", 'ETag: "1"', "Content-Type: text/html")


def names(monkeypatch: pytest.MonkeyPatch, book: dict[str, list[list[str]]]) -> list[str]:
    """Answer look-ups from ``book``, one list of addresses after another; return the log of names asked."""
    asked: list[str] = []

    def look_up(
        host: str, *_args: object, **_more: object
    ) -> list[tuple[int, int, int, str, tuple[str, int]]]:
        answers = book[host]
        addresses = answers[min(asked.count(host), len(answers) - 1)]
        asked.append(host)
        if not addresses:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


# ---- ordinary pages


def test_a_page_is_fetched_whole(serve: Callable[..., Server]) -> None:
    server = serve({"/story": story})
    page = fetched(get(server, "/story"))
    assert (page.status, page.body, page.complete, page.length_known) == (200, STORY, True, True)
    assert page.header("content-TYPE") == "text/html"
    assert page.header("x-none") is None
    assert (page.url, page.final_url, page.permanent_url) == (
        server.url("/story"),
        server.url("/story"),
        None,
    )
    assert (page.redirects, page.peer, page.not_modified) == ((), "127.0.0.1", False)
    assert page.elapsed_seconds > 0


def test_the_request_says_who_asks_and_takes_gzip(serve: Callable[..., Server]) -> None:
    server = serve({"/a": story})
    fetched(get(server, "/a?b=%20c"))
    visit = server.visits[0]
    assert (visit.method, visit.path) == ("GET", "/a?b=%20c")
    assert visit.headers["user-agent"] == "claim-tests/1"
    assert visit.headers["accept-encoding"] == "gzip"
    assert visit.headers["host"] == server.place
    assert "if-none-match" not in visit.headers


@pytest.mark.parametrize("status", [204, 400, 401, 403, 404, 410, 418, 429, 451, 500, 503, 999])
def test_every_status_is_an_answer(serve: Callable[..., Server], status: int) -> None:
    server = serve({"/": raw(head("Retry-After: 120", "Content-Length: 0", status=f"{status} So it is"))})
    page = fetched(get(server))
    assert (page.status, page.header("retry-after"), page.length_known) == (status, "120", True)


@pytest.mark.parametrize("path", WHOLE)
def test_a_whole_body_is_taken_however_it_is_framed(serve: Callable[..., Server], path: str) -> None:
    page = fetched(get(serve(WHOLE), path))
    assert page.body == (b"after" if path == "/early-hints" else STORY)
    assert page.status == 200
    assert page.length_known
    assert page.complete
    assert page.header("link") is None
    assert page.header("etag") is None


def test_a_body_that_just_ends_is_of_unknown_length(serve: Callable[..., Server]) -> None:
    page = fetched(get(serve({"/": raw(head(), STORY)})))
    assert page.body == STORY
    assert not page.length_known
    assert not page.complete


def test_a_head_request_needs_no_body(serve: Callable[..., Server]) -> None:
    server = serve({"/": raw(head("Content-Length: 99999999", "Content-Encoding: gzip"))})
    page = fetched(fetch(FetchRequest(server.url("/"), method="HEAD"), policy=opened(server)))
    assert (page.status, page.body, page.length_known) == (200, b"", True)


def test_a_webhook_delivery_posts_its_body_and_follows_no_redirect(serve: Callable[..., Server]) -> None:
    server = serve({"/hook": redirect("/other", "307 Temporary Redirect"), "/other": story})
    hook = FetchRequest(
        server.url("/hook"),
        method="POST",
        body=b'{"type": "claim.changed"}',
        headers=(("Content-Type", "application/json"), ("webhook-id", "msg_1")),
    )
    answer = fetched(fetch(hook, policy=opened(server)))
    assert (answer.status, len(server.visits)) == (307, 1)
    visit = server.visits[0]
    assert (visit.method, visit.body) == ("POST", b'{"type": "claim.changed"}')
    assert (visit.headers["content-type"], visit.headers["webhook-id"]) == ("application/json", "msg_1")
    assert "expect" not in visit.headers


# ---- cut, wrong, huge and slow answers


@pytest.mark.parametrize("path", CUT)
def test_a_cut_answer_never_passes_for_a_page(serve: Callable[..., Server], path: str) -> None:
    failed(get(serve(CUT), path), FailureCode.CUT)


def test_gzip_cut_at_any_byte_is_noticed(serve: Callable[..., Server]) -> None:
    def cut(visit: Visit) -> None:
        visit.send(head("Content-Encoding: gzip"), ZIPPED[: int(visit.path.partition("?")[2])])

    server = serve({"/": cut})
    requests = [FetchRequest(server.url(f"/?{length}")) for length in range(len(ZIPPED) + 1)]
    results = {request.url: result for request, result in fetch_many(requests, policy=opened(server))}
    whole = results.pop(requests[-1].url)
    assert len(results) == len(ZIPPED)
    assert {failed(result, FailureCode.CUT).status for result in results.values()} == {200}
    assert fetched(whole).body == STORY


@pytest.mark.parametrize("path", NOT_HTTP)
def test_an_answer_against_the_rules_is_a_failure(serve: Callable[..., Server], path: str) -> None:
    failed(get(serve(NOT_HTTP), path), FailureCode.PROTOCOL)


@pytest.mark.parametrize("path", TOO_LARGE)
def test_an_answer_over_the_cap_is_dropped_early(serve: Callable[..., Server], path: str) -> None:
    result = failed(get(serve(TOO_LARGE), path), FailureCode.TOO_LARGE)
    assert result.elapsed_seconds < 10


def test_a_body_of_exactly_the_cap_passes(serve: Callable[..., Server]) -> None:
    zipped = gzip.compress(bytes(CAP))
    server = serve(
        {"/raw": lambda visit: visit.answer(bytes(CAP)), "/gzip": raw(head("Content-Encoding: gzip"), zipped)}
    )
    assert len(fetched(get(server, "/raw")).body) == CAP
    assert len(fetched(get(server, "/gzip")).body) == CAP


def test_a_failure_remembers_what_the_server_had_said(serve: Callable[..., Server]) -> None:
    server = serve({"/": raw(head("Retry-After: 60", "Content-Length: 99", status="503 Busy"), b"cut")})
    result = failed(get(server), FailureCode.CUT)
    assert (result.status, result.retry_after, result.hop) == (503, "60", server.url("/"))


def test_no_drip_holds_a_request_past_its_deadline(serve: Callable[..., Server]) -> None:
    server = serve(SLOW | {f"/redirects{'x' * count}": slow_step for count in range(1, 20)})
    requests = [FetchRequest(server.url(path)) for path in SLOW]
    policy = opened(server, deadline_seconds=0.7, max_redirects=100)
    started = time.monotonic()
    results = [result for _, result in fetch_many(requests, policy=policy)]
    assert time.monotonic() - started < 3 * 0.7
    assert len(results) == len(SLOW)
    for result in results:
        assert failed(result, FailureCode.TIMEOUT).elapsed_seconds >= 0.6


def test_a_server_that_does_not_take_the_connection_is_given_up_on_early(
    serve: Callable[..., Server],
) -> None:
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for filler in (first, second):  # the queue of a listener that accepts nobody
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        port = full.getsockname()[1]
        policy = opened(also=(f"127.0.0.1:{port}",), connect_seconds=0.3)
        result = failed(fetch(FetchRequest(f"http://127.0.0.1:{port}/"), policy=policy), FailureCode.CONNECT)
        assert result.elapsed_seconds < 3


def test_a_closed_port_is_a_failure_to_connect() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    result = fetch(FetchRequest(f"http://127.0.0.1:{port}/"), policy=opened(also=(f"127.0.0.1:{port}",)))
    assert "127.0.0.1" in failed(result, FailureCode.CONNECT).reason


# ---- conditional requests


def test_validators_go_out_verbatim_and_a_304_means_unchanged(serve: Callable[..., Server]) -> None:
    server = serve({"/": raw(head('ETag: W/"ü"', status="304 Not Modified"))})
    since = "Wed, 30 Mar 2011 20:15:00 GMT"
    page = fetched(fetch(FetchRequest(server.url("/"), 'W/"ü"', since), policy=opened(server)))
    assert (page.not_modified, page.status, page.body) == (True, 304, b"")
    sent = server.visits[0].headers
    assert (sent["if-none-match"], sent["if-modified-since"]) == ('W/"ü"', since)


def test_a_validator_of_one_page_is_not_shown_to_another(serve: Callable[..., Server]) -> None:
    server = serve({"/old": redirect("/new"), "/new": raw(head(status="304 Not Modified"))})
    failed(fetch(FetchRequest(server.url("/old"), '"1"'), policy=opened(server)), FailureCode.PROTOCOL)
    assert [visit.headers.get("if-none-match") for visit in server.visits] == ['"1"', None]
    server.visits.clear()
    known = FetchRequest(server.url("/old"), '"1"', validated_url=server.url("/new"))
    assert fetched(fetch(known, policy=opened(server))).not_modified
    assert [visit.headers.get("if-none-match") for visit in server.visits] == [None, '"1"']


# ---- redirects


def test_redirects_are_followed_and_told(serve: Callable[..., Server]) -> None:
    server = serve(
        {
            "/a": redirect("b?x=ü", "301 Moved"),
            "/c": story,
            "/d": redirect("/b", "302 Found"),
            "/e": redirect("/c#part", "303 See Other"),
            "/f": lambda visit: visit.answer(b"choose", "300 Multiple Choices", "Location: /c"),
            "/g": lambda visit: visit.answer(b"nowhere", "302 Found"),
        }
    )
    server.behaviours["/b"] = redirect(f"//127.1:{server.port}/c", "308 Moved")
    moved = fetched(get(server, "/a"))
    assert moved.redirects == (server.url("/b?x=%C3%BC"), server.url("/c"))
    assert (moved.url, moved.final_url) == (server.url("/a"), server.url("/c"))
    assert moved.permanent_url == server.url("/c")
    for path in ("/d", "/e"):
        page = fetched(get(server, path))
        assert (page.final_url, page.permanent_url, page.body) == (server.url("/c"), None, STORY)
    assert fetched(get(server, "/f")).status == 300
    assert fetched(get(server, "/g")).body == b"nowhere"


def test_redirects_end_after_five_and_in_a_circle_at_once(serve: Callable[..., Server]) -> None:
    steps = {f"/{number}": redirect(f"/{number + 1}") for number in range(7)}
    server = serve(steps | {"/5": story, "/round": redirect("/about"), "/about": redirect("/round")})
    assert fetched(get(server, "/0")).body == STORY
    server.behaviours["/5"] = redirect("/6")
    failed(get(server, "/0"), FailureCode.TOO_MANY_REDIRECTS)
    server.visits.clear()
    failed(get(server, "/round"), FailureCode.TOO_MANY_REDIRECTS)
    assert len(server.visits) == 2


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("file:///etc/passwd", RefusalCode.SCHEME),
        ("gopher://127.0.0.1:6379/_FLUSHALL", RefusalCode.SCHEME),
        ("http://169.254.169.254/latest/", RefusalCode.PRIVATE),
        ("//[::ffff:7f00:1]/", RefusalCode.PRIVATE),
        ("http://edith@news.example/", RefusalCode.USERINFO),
        ("http://news.example:25/", RefusalCode.PORT),
        ("http:\\\\127.0.0.1\\", RefusalCode.MALFORMED),
        ("//127.0.0.1%00.example/", RefusalCode.MALFORMED),
        ("/" + "a" * 9000, RefusalCode.TOO_LONG),
    ],
)
def test_a_redirect_is_refused_like_any_address(
    serve: Callable[..., Server], location: str, code: RefusalCode
) -> None:
    server = serve({"/": redirect(location)})
    refusal = refused(get(server), code)
    assert refusal.url == server.url("/")
    assert "redirects" in refusal.reason
    assert len(server.visits) == 1


def test_headers_of_a_request_stay_with_the_origin_they_were_meant_for(serve: Callable[..., Server]) -> None:
    other = serve({"/": story})
    server = serve({"/": redirect("/again"), "/again": redirect(other.url("/"))})
    request = FetchRequest(
        server.url("/"), headers=(("Authorization", "Token secret"), ("Accept", "text/plain"))
    )
    fetched(fetch(request, policy=opened(server, other)))
    assert [visit.headers.get("authorization") for visit in server.visits] == ["Token secret"] * 2
    assert "authorization" not in other.visits[0].headers
    assert (server.visits[0].headers["accept"], other.visits[0].headers["accept"][:9]) == (
        "text/plain",
        "text/html",
    )


# ---- the address list, proved by counting who knocks


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
    monkeypatch.setattr(gate, "_resolve_entry", lambda clean, _pinned: f"{clean.host}:{clean.port}:127.0.0.1")
    request = FetchRequest(f"http://news.example:{trap.port}/")
    refused(fetch(request, policy=FetchPolicy(ports=usual, deadline_seconds=5)), RefusalCode.PRIVATE)
    assert trap.accepted == 0
    with socket.socket() as unchecked:
        monkeypatch.setattr(gate, "_open_socket", lambda *_about: unchecked)
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
    with urllib.request.urlopen(server.url("/")) as page:
        assert page.read() == STORY
    assert (server.accepted, proxy.accepted) == (1, 1)


def test_ipv6_pages_are_fetched_under_the_same_rules(serve: Callable[..., Server]) -> None:
    server = serve({"/": story}, host="::1")
    refused(fetch(FetchRequest(server.url("/")), policy=FetchPolicy()), RefusalCode.PRIVATE)
    assert server.accepted == 0
    page = fetched(get(server))
    assert (page.peer, page.body, server.visits[0].headers["host"]) == ("::1", STORY, server.place)


# ---- names and certificates


def test_an_unknown_name_is_a_failure_that_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, {"nowhere.example": [[]]})
    result = fetch(FetchRequest("http://nowhere.example/"), policy=FetchPolicy())
    assert "nowhere.example" in failed(result, FailureCode.DNS).reason


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


def certificate_for(host: str, folder: Path) -> tuple[Any, Path]:
    """Return a TLS context with a self-signed certificate for ``host``, and the file that would trust it."""
    import ssl

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)
    builder = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now - day, now + day
    )
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    public, private = folder / "cert.pem", folder / "key.pem"
    public.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return context, public


# ---- many at once


def test_many_requests_each_get_their_own_result_a_few_at_a_time(serve: Callable[..., Server]) -> None:
    def own(visit: Visit) -> None:
        time.sleep(0.02)
        visit.answer(visit.path.encode())

    server = serve({"/": own})
    requests = [FetchRequest(server.url(f"/?{number}")) for number in range(60)]
    bad = FetchRequest("ftp://news.example/")
    taken = []

    def handing_out() -> Iterator[FetchRequest]:
        for request in [*requests, bad]:
            taken.append(request)
            yield request

    results = dict(fetch_many(handing_out(), policy=opened(server), parallel=7))
    assert {request.url: fetched(results[request]).body for request in requests} == {
        server.url(f"/?{number}"): f"/?{number}".encode() for number in range(60)
    }
    refused(results[bad], RefusalCode.SCHEME)
    assert 2 <= server.most_at_once <= 8  # a server may notice late that the visitor has left
    assert len(taken) == 61


def test_a_caller_may_stop_in_the_middle(serve: Callable[..., Server]) -> None:
    server = serve({"/": story, "/slow": dripping(b"", b"")})
    requests = [FetchRequest(server.url(path)) for path in ("/", "/slow", "/slow")]
    results = fetch_many(requests, policy=opened(server))
    first, result = next(results)
    assert (first, fetched(result).body) == (requests[0], STORY)
    results.close()
    assert list(results) == []


def test_a_header_that_smuggles_a_line_is_a_mistake_of_the_caller() -> None:
    for wrong in (
        {"etag": '"1"\r\nX-Evil: yes'},
        {"last_modified": "today\n"},
        {"etag": "„1“"},
        {"headers": (("X-A", "b\r\nX-Evil: yes"),)},
        {"headers": (("X A", "b"),)},
        {"headers": (("Host", "other.example"),)},
        {"headers": (("Content-Length", "0"),)},
    ):
        with pytest.raises(ValueError, match="header"):
            FetchRequest("http://news.example/", **wrong)
