"""No answer that is cut, wrong, huge or slow passes for a page or holds the gate up."""

import gzip
import socket
import time
import zlib
from collections.abc import Callable

import pytest

from claims.pipeline.fetch import (
    FailureCode,
    FetchRequest,
    fetch,
    fetch_many,
)
from tests.pipeline.asking import CAP, failed, fetched, get, opened
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
)

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
    "/length-that-is-none": raw(head("Content-Length: long"), STORY),
    "/length-below-zero": raw(head("Content-Length: -1"), STORY),
    "/part-unasked": raw(head("Content-Length: 5", status="206 Partial Content"), STORY[:5]),
    "/status-among-the-headers": raw(
        head("Content-Encoding: br", "HTTP/1.1 200: OK", "Content-Length: 5"), STORY[:5]
    ),
    "/another-language": raw(b"SSH-2.0-OpenSSH_9.6\r\n" * 20),
    "/old-http": raw(STORY),
    "/not-modified-unasked": raw(head(status="304 Not Modified")),
}
SINGLE_BYTES = pouring(head("Transfer-Encoding: chunked"), b"1\r\nb\r\n" * 1000, CAP // 1000 + 1)
TOO_LARGE: dict[str, Behaviour] = {
    "/single-bytes": SINGLE_BYTES,
    "/announced": raw(head("Content-Length: 1073741824")),
    "/announced-absurdly": raw(head("Content-Length: 9223372036854775807")),
    "/announced-beyond-64-bits": raw(head(f"Content-Length: {'9' * 5000}")),
    "/one-byte-too-long": lambda visit: visit.answer(bytes(CAP + 1)),
    "/no-end": pouring(head(), bytes(65536), 16_384),
    "/chunks-without-end": pouring(
        head("Transfer-Encoding: chunked"), chunked(bytes(65536), end=b""), 16_384
    ),
    "/bomb": raw(head("Content-Encoding: gzip", f"Content-Length: {len(ONCE)}"), ONCE),
    "/bomb-in-members": raw(head("Content-Encoding: gzip"), *[gzip.compress(bytes(CAP // 2))] * 3),
    "/100k-headers": pouring(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n", 100_000),
    "/201-headers": raw(head(*["X-A: b"] * 200, "Content-Length: 0")),
    "/header-of-70-kB": raw(head(f"X-A: {'b' * 70_000}", "Content-Length: 0")),
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


def test_an_answer_of_single_bytes_costs_no_more_with_each(serve: Callable[..., Server]) -> None:
    server = serve({"/": SINGLE_BYTES})
    request = FetchRequest(server.url("/"), enough=CAP)
    assert fetched(fetch(request, policy=opened(server, deadline_seconds=30.0))).body == b"b" * CAP


def test_a_failure_remembers_what_the_server_had_said(serve: Callable[..., Server]) -> None:
    server = serve({"/": raw(head("Retry-After: 60", "Content-Length: 99", status="503 Busy"), b"cut")})
    result = failed(get(server), FailureCode.CUT)
    assert (result.status, result.retry_after, result.hop) == (503, "60", server.url("/"))


def test_no_drip_holds_a_request_past_its_deadline(serve: Callable[..., Server]) -> None:
    server = serve(SLOW | {f"/redirects{'x' * count}": slow_step for count in range(1, 20)})
    requests = [FetchRequest(server.url(path)) for path in SLOW]
    policy = opened(server, deadline_seconds=1.5, max_redirects=100)
    started = time.monotonic()
    results = [result for _, result in fetch_many(requests, policy=policy)]
    assert time.monotonic() - started < 3 * 1.5
    assert len(results) == len(SLOW)
    for result in results:
        assert failed(result, FailureCode.TIMEOUT).elapsed_seconds >= 1.4


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


def test_an_address_without_a_route_is_our_own_trouble() -> None:
    nowhere = "224.0.0.1:80"  # no connection can be made to a group
    result = fetch(FetchRequest(f"http://{nowhere}/"), policy=opened(also=(nowhere,)))
    assert "224.0.0.1" in failed(result, FailureCode.OFFLINE).reason
