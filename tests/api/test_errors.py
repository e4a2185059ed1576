"""Whatever a program gets wrong is answered in one form, and nothing hostile becomes our own error."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from claims.models import Article, Event, User
from tests.api.conftest import Program, problem
from tests.stories import a_claim

ROOT = "/api/v1/"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "nothing/",
        "claims/UPPER/",
        "claims/short/",
        "claims/%00abcdef/",
        "claims/%0Aabcdef/",
        "claims/..%2f..%2fetc/",
        "claims/abcdefgh/reviews/0/sign_off/",
        "claims/abcdefgh/reviews/9223372036854775808/sign_off/",
        "topics/a%00b/",
        "articles/abcdefghijklmnopq/",
    ],
)
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_an_address_that_is_none_is_not_found(reader: APIClient, path: str, method: str) -> None:
    problem(getattr(reader, method)(ROOT + path), 404)


def test_a_forgotten_slash_is_put_right_for_readers_only(reader: APIClient) -> None:
    answer = reader.get(f"{ROOT}claims?status=confirmed")
    assert answer.status_code == 301
    assert answer.headers["Location"] == f"{ROOT}claims/?status=confirmed"
    problem(reader.post(f"{ROOT}articles", {}, format="json"), 404)
    problem(reader.get(f"{ROOT}nothing"), 404)
    problem(reader.get(f"{ROOT}/evil.example"), 404)


def test_a_method_that_an_address_lacks(reader: APIClient, program_of: Program, edith: User) -> None:
    told = program_of(edith).delete(f"{ROOT}claims/")
    problem(told, 405)
    assert "GET" in told.headers["Allow"]


def test_only_json_is_read(program_of: Program, edith: User) -> None:
    program = program_of(edith)
    for kind in ("text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data"):
        answer = program.post(f"{ROOT}articles/", b"url=https://x.example/", content_type=kind)
        problem(answer, 415)
    assert not Article.objects.exists()


def test_only_json_is_written(reader: APIClient) -> None:
    problem(reader.get(f"{ROOT}claims/", headers={"Accept": "application/xml"}), 406)


@pytest.mark.parametrize("kind", ["xml", "json", "api"])
def test_a_format_in_the_address_is_an_unknown_filter(reader: APIClient, kind: str) -> None:
    [told] = problem(reader.get(f"{ROOT}claims/?format={kind}"), 400)["errors"]
    assert told["field"] == "format"


@pytest.mark.parametrize("path", ["schema/", "docs/"])
def test_a_problem_is_json_where_the_answer_is_none(reader: APIClient, path: str) -> None:
    problem(reader.post(ROOT + path), 405)
    problem(reader.get(ROOT + path, headers={"Accept": "image/png"}), 406)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"5",
        b"{'url': 1}",
        b'{"url": NaN}',
        b'{"url": ' + b"9" * 5000 + b"}",
        b'{"url": "https://x.example/"',
        b"\xff\xfe",
        b'{"\\ud800": 1}',
        b'{"url": "\\udfff"}',
        b"[" * 100_000,
        b'{"url":' * 10_000 + b"1" + b"}" * 10_000,
    ],
)
def test_what_is_no_json_object_is_malformed(program_of: Program, edith: User, body: bytes) -> None:
    answer = program_of(edith).post(f"{ROOT}articles/", body, content_type="application/json")
    problem(answer, 400)


@pytest.mark.parametrize(
    ("body", "charset", "told"),
    [
        (b'{"url": "https://x.example/"', "", "line 1, column 29, a comma is missing, or the bracket"),
        (b'{\n"url": }', "", "line 2, column 8, a value is missing"),
        (b'{"url": nothing}', "", "text stands in double quotes"),
        (b"{'url': 1}", "", "line 1, column 2, the name of a member is missing"),
        (b'{"url" "https://x.example/"}', "", "a colon is missing"),
        (b'{"url": "https://x.example/}', "", "close it with a double quote"),
        (b'{"url": "a\x00b"}', "", "holds a control character"),
        (b'{"url": "C:\\x"}', "", "write \\\\ for a backslash"),
        (b'{"url": "x"} {}', "", "send one object and nothing more"),
        (b'{"url": NaN}', "", "NaN, which is no JSON; send null"),
        (b'{"url": ' + b"9" * 5000 + b"}", "", "a number that is too long"),
        (b'{"url": "\\udfff"}', "", "send both halves"),
        (b"[" * 100_000, "", "nested too deep"),
        (b'{"url": "caf\xe9"}', "", "not utf-8 from byte 13 on; send the JSON in UTF-8"),
        (b'{"url": "xy" }', "utf-16", "It was read as utf-16, as its Content-Type says"),
        (b'{"url": "x"}', "hex", "'hex' is no charset that we read"),
        (b'{"url": "+2AA-"}', "utf-7", "'utf-7' is no charset that we read"),
        (b'{"url": "\\ud800"}', "unicode_escape", "'unicode_escape' is no charset that we read"),
        (b'{"url": "x"}', "punycode", "'punycode' is no charset that we read"),
        (b'{"url": "caf\xc3\xa9"}', "ascii", "not ascii from byte 13 on"),
        (
            b'["https://x.example/"]',
            "",
            'Send a JSON object, as {"url": …, "published_at": …}; this is an array',
        ),
        (b"null", "", "this is null"),
        (b'"text"', "", "this is a string"),
        (b"5", "", "this is a number"),
    ],
)
def test_what_cannot_be_read_is_told_in_our_words_with_what_to_do(
    program_of: Program, edith: User, body: bytes, charset: str, told: str
) -> None:
    kind = "application/json" + (f"; charset={charset}" if charset else "")
    answer = program_of(edith).post(f"{ROOT}articles/", body, content_type=kind)
    detail = problem(answer, 400)["detail"]
    assert told in detail
    for raw in ("parse error", "Expecting", "codec", "dictionary"):
        assert raw not in detail


def test_json_in_another_charset_or_with_a_mark_before_it_is_read(program_of: Program, edith: User) -> None:
    for body, charset in (
        ('{"url": "https://x.example/ä"}'.encode("latin-1"), "iso-8859-1"),
        ('{"url": "https://x.example/ö"}'.encode("utf-16-le"), "UTF-16LE"),
        ('{"url": "https://x.example/€"}'.encode("cp1252"), "windows-1252"),
        (b'\xef\xbb\xbf{"url": "https://y.example/"}', "utf-8"),
    ):
        kind = f"application/json; charset={charset}"
        assert program_of(edith).post(f"{ROOT}articles/", body, content_type=kind).status_code == 202


def test_what_a_member_gets_wrong_is_told_at_its_name(program_of: Program, edith: User) -> None:
    claim = a_claim(edith)
    body = {"verdict": "refuted", "reason": "No\0.", "evidence": ["a1b2c3"]}
    answer = program_of(edith).post(
        f"{ROOT}claims/{claim.id}/reviews/", body, format="json", headers={"If-Match": f'"{claim.version}"'}
    )
    told = {error["field"]: error["message"] for error in problem(answer, 400)["errors"]}
    assert told["reason"].endswith("leave it out.")
    assert told["evidence.0"].startswith('Send a JSON object, as {"appearance": …')


def test_too_large_a_body_is_not_even_read(program_of: Program, edith: User, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    for path in ("articles/", "candidates/"):
        problem(program_of(edith).post(ROOT + path, {"text": "x" * 2000}, format="json"), 413)


def test_a_body_in_chunks_is_refused_rather_than_taken_for_an_empty_one(
    program_of: Program, edith: User
) -> None:
    chunked = {"Transfer-Encoding": "chunked"}
    problem(program_of(edith).post(f"{ROOT}articles/", {}, format="json", headers=chunked), 411)


def test_a_token_that_is_none_opens_nothing(reader: APIClient) -> None:
    for given in ("Token", "Token a b", "Token " + "a" * 64, "Token \xff\xfe", "Token " + "z" * 8000):
        answer = reader.post(f"{ROOT}articles/", {}, format="json", HTTP_AUTHORIZATION=given)
        problem(answer, 401)
        assert answer.headers["WWW-Authenticate"].startswith("Token")
        problem(reader.get(f"{ROOT}claims/", HTTP_AUTHORIZATION=given), 401)


def test_options_and_head_are_answered(reader: APIClient, edith: User) -> None:
    claim = a_claim(edith)
    for path in ("claims/", f"claims/{claim.id}/", "changes/", "articles/", "candidates/"):
        assert reader.options(ROOT + path).status_code == 200
    head = reader.head(f"{ROOT}claims/{claim.id}/")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["ETag"]


def test_who_asks_too_often_is_told_when_to_come_back(
    reader: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("claims.api.throttling.AnonThrottle.rate", "2/min", raising=False)
    for _ in range(2):
        assert reader.get(f"{ROOT}topics/").status_code == 200
    # Whom it claims to speak for makes no difference.
    answer = reader.get(f"{ROOT}topics/", HTTP_X_FORWARDED_FOR="203.0.113.5")
    wait = answer.headers["Retry-After"]
    assert problem(answer, 429)["detail"].endswith(f"Ask again in {wait} seconds.")
    assert 0 < int(answer.headers["Retry-After"]) <= 60


def test_who_asks_too_often_at_once_is_told_as_well(
    reader: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("claims.api.throttling.AnonThrottle.rate", "2/min", raising=False)
    # What is left behind when requests side by side each count themselves.
    monkeypatch.setattr("claims.api.throttling.AnonThrottle.wait", lambda _: None)
    for _ in range(2):
        reader.get(f"{ROOT}topics/")
    answer = reader.get(f"{ROOT}topics/")
    problem(answer, 429)
    assert answer.headers["Retry-After"] == "60"


def test_reading_leaves_no_trace_in_the_ledger(reader: APIClient, edith: User) -> None:
    claim = a_claim(edith)
    count = Event.objects.count()
    for path in ("claims/", f"claims/{claim.id}/", f"claims/{claim.id}/timeline/", "changes/", "articles/"):
        assert reader.get(ROOT + path).status_code == 200
    assert Event.objects.count() == count


def test_what_breaks_on_our_side_is_told_in_the_same_form(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_args: Any, **_more: Any) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("claims.api.claims.tracked_claims", breaks)
    monkeypatch.setattr("claims.views.readers.front_page", breaks)
    asker = APIClient(raise_request_exception=False)
    told = problem(asker.get(f"{ROOT}claims/"), 500)
    assert "disk" not in str(told)
    page = asker.get("/")
    assert (page.status_code, page.headers["Content-Type"]) == (500, "text/html; charset=utf-8")
    assert "Something broke on our side" in page.content.decode()
