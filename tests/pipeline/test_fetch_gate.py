"""Pages, redirects and conditional requests come through the gate whole, alone or many at once."""

import gzip
import os
import resource
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from claims.pipeline.fetch import (
    FailureCode,
    FetchRequest,
    RefusalCode,
    fetch,
    fetch_many,
)
from tests.pipeline.asking import failed, fetched, get, opened, refused, story
from tests.pipeline.hostile import (
    STORY,
    ZIPPED,
    Behaviour,
    Server,
    Visit,
    chunked,
    dripping,
    head,
    raw,
    redirect,
)

BEYOND_SELECT = 1024
"""The first number of a file that `select` cannot watch."""

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
    server = serve({"/a/%2E%2E/b": story})
    fetched(get(server, "/a/%2E%2E/b?c=%20d"))
    visit = server.visits[0]
    assert (visit.method, visit.path) == ("GET", "/a/%2E%2E/b?c=%20d")
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


def test_an_empty_page_that_is_called_gzip_is_whole(serve: Callable[..., Server]) -> None:
    server = serve({"/": raw(head("Content-Encoding: gzip", "Content-Length: 0", status="404 Not Found"))})
    page = fetched(get(server))
    assert (page.status, page.body, page.complete) == (404, b"", True)


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


# ---- conditional requests


def test_one_request_leaves_no_mark_on_the_next_to_the_same_place(serve: Callable[..., Server]) -> None:
    server = serve({"/": story})
    url = server.url("/")
    requests = [
        FetchRequest(url, method="POST", body=b"words", headers=(("X-Word", "posted"),)),
        FetchRequest(url, etag='"1"', headers=(("X-Word", "asked"),)),
        FetchRequest(url),
        FetchRequest(url, method="HEAD"),
        FetchRequest(url),
    ]
    for _ in fetch_many(requests, policy=opened(server), parallel=1):
        pass
    seen = [
        (
            visit.method,
            visit.body,
            visit.headers.get("x-word"),
            visit.headers.get("if-none-match"),
            visit.headers.get("content-type"),
        )
        for visit in server.visits
    ]
    assert seen == [
        ("POST", b"words", "posted", None, "application/x-www-form-urlencoded"),
        ("GET", b"", "asked", '"1"', None),
        ("GET", b"", None, None, None),
        ("HEAD", b"", None, None, None),
        ("GET", b"", None, None, None),
    ]


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
    steps = {f"/{number}": redirect(f"/{number + 1}") for number in range(6)}
    server = serve(
        steps
        | {
            "/5": story,
            "/6": story,
            "/enter": redirect("/round"),
            "/round": redirect("/about"),
            "/about": redirect("/round"),
        }
    )
    assert fetched(get(server, "/0")).body == STORY
    server.behaviours["/5"] = redirect("/6")
    failed(get(server, "/0"), FailureCode.TOO_MANY_REDIRECTS)
    server.visits.clear()
    failed(get(server, "/round"), FailureCode.TOO_MANY_REDIRECTS)
    assert [visit.path for visit in server.visits] == ["/round", "/about"]
    server.visits.clear()
    failed(get(server, "/enter"), FailureCode.TOO_MANY_REDIRECTS)
    assert [visit.path for visit in server.visits] == ["/enter", "/round", "/about"]


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


# ---- many at once


def test_many_requests_each_get_their_own_result_a_few_at_a_time(serve: Callable[..., Server]) -> None:
    waiting: set[str] = set()
    crowds: list[int] = []

    def own(visit: Visit) -> None:
        waiting.add(visit.path)
        visit.closing.wait(0.02)
        crowds.append(len(waiting))
        waiting.remove(visit.path)
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
    assert 2 <= max(crowds) <= 7
    assert len(taken) == 61


def test_a_process_with_a_thousand_open_files_fetches_as_well(serve: Callable[..., Server]) -> None:
    server = serve({"/slow": dripping(head(f"Content-Length: {len(STORY)}"), STORY)})
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with ExitStack() as at_the_end:
        at_the_end.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, BEYOND_SELECT + 200), hard))
        while at_the_end.enter_context(Path(os.devnull).open()).fileno() < BEYOND_SELECT:
            pass
        page = fetched(get(server, "/slow"))
    assert page.body == STORY


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
