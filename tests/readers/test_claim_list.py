"""Rita looks through the list: filters that work without script, pages that neither skip nor repeat."""

import re
from html import unescape

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from claims.models import Claim
from claims.queries.reader_rows import visible_claims
from claims.queries.readers import page_of
from claims.vocabulary import ClaimStatus
from tests.readers.conftest import RESIGNED, Newsroom
from tests.stories import right_now

pytestmark = pytest.mark.django_db


def texts(client: Client, **filters: str | list[str]) -> list[str]:
    """The claims that the list shows, top to bottom."""
    answer = client.get("/claims/", filters)
    assert answer.status_code == 200
    found = re.findall(r'claim-line__text">\s*<a [^>]*>([^<]*)</a>', answer.content.decode())
    return [unescape(text) for text in found]


@pytest.fixture
def ferry(newsroom: Newsroom) -> Claim:
    snapshot = newsroom.brings_in("Quay News", "The ferry was cancelled, harbour master Olga Petrov said.")
    return newsroom.tracks(
        "The ferry was cancelled", snapshot, "The ferry was cancelled", claimant="Olga Petrov"
    )


def test_each_filter_narrows(client: Client, newsroom: Newsroom, resignation: Claim, ferry: Claim) -> None:
    newsroom.decides(resignation, ClaimStatus.REFUTED, "He opened the new pier this morning.")
    assert texts(client) == [RESIGNED, ferry.text], "latest change first"
    assert texts(client, status="refuted") == [RESIGNED]
    assert texts(client, status=["refuted", "unverified"]) == [RESIGNED, ferry.text]
    assert texts(client, topic="harbour-affair") == [RESIGNED]
    assert texts(client, publisher="quay-news") == [ferry.text]
    assert texts(client, claimant="olga-petrov") == [ferry.text]
    assert texts(client, q="FERRY cancelled") == [ferry.text]
    assert texts(client, q="new pier") == [RESIGNED], "words of the reason count, too"
    assert texts(client, under_review="1") == []
    assert texts(client, topic="harbour-affair", status="unverified") == []


def test_a_name_that_nobody_bears_finds_nothing(client: Client, resignation: Claim) -> None:
    for name in ("topic", "publisher", "claimant"):
        assert texts(client, **{name: "no-such-name"}) == []


def test_what_was_chosen_is_still_chosen(client: Client, resignation: Claim) -> None:
    page = " ".join(
        client.get("/claims/", {"q": 'a "quoted" word', "status": "refuted", "topic": "harbour-affair"})
        .content.decode()
        .split()
    )
    assert 'value="a &quot;quoted&quot; word"' in page
    assert 'value="refuted" checked' in page
    assert '<option value="harbour-affair" selected>' in page


def numbered(newsroom: Newsroom, count: int) -> list[Claim]:
    snapshot = newsroom.brings_in("Quay News", "The ferry was cancelled, a clerk said.")
    now = right_now()
    # Half of them changed at one moment, so that the id has to break the tie.
    made = [
        Claim(text=f"Claim {number}", status_changed_at=now, updated_at=now if number % 2 else right_now())
        for number in range(count)
    ]
    assert snapshot
    return Claim.objects.bulk_create(made)


def test_pages_neither_skip_nor_repeat_in_either_direction(newsroom: Newsroom) -> None:
    made = numbered(newsroom, 23)
    forth: list[list[str]] = []
    cursor = ""
    while True:
        page = page_of(visible_claims(), cursor=cursor, now=right_now(), size=5)
        forth.append([line.id for line in page.lines])
        if not page.older:
            break
        cursor = page.older
    flat = [claim_id for ids in forth for claim_id in ids]
    assert sorted(flat) == sorted(claim.id for claim in made)
    assert flat == list(visible_claims().values_list("id", flat=True))
    back: list[list[str]] = [forth[-1]]
    while page.newer:
        page = page_of(visible_claims(), cursor=page.newer, now=right_now(), size=5)
        back.insert(0, [line.id for line in page.lines])
    assert [claim_id for ids in back for claim_id in ids] == flat


def test_a_page_keeps_the_filters(client: Client, newsroom: Newsroom) -> None:
    numbered(newsroom, 25)
    page = client.get("/claims/", {"status": "unverified", "q": "Claim"}).content.decode()
    found = re.search(r'href="(\?[^"]*cursor=[^"]*)"', page)
    assert found
    link = unescape(found[1])
    assert "status=unverified" in link
    assert "q=Claim" in link
    assert client.get(f"/claims/{link}").content.decode().count('class="claim-line"') == 5


@pytest.mark.parametrize(
    "cursor", ["zz", "o-", "o12-!!", "x1-abc", "o99999999999999999999999-aaaaaa", "\x00", "o१२-aaa"]
)
def test_a_cursor_that_is_none_of_ours_is_refused_with_a_page(client: Client, db: None, cursor: str) -> None:
    answer = client.get("/claims/", {"cursor": cursor})
    assert answer.status_code == 400
    assert "The list has no page at this address." in answer.content.decode()


@pytest.mark.parametrize(
    "hostile", ["\x00", "%", "_", "'; DROP TABLE", "a" * 5000, "\ud800".encode("utf-8", "replace").decode()]
)
def test_hostile_words_find_nothing_and_break_nothing(
    client: Client, resignation: Claim, hostile: str
) -> None:
    for path in ("/claims/", "/search/"):
        assert client.get(path, {"q": hostile, "topic": hostile, "status": hostile}).status_code == 200


def test_the_list_costs_the_same_however_long_it_is(
    client: Client, newsroom: Newsroom, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    numbered(newsroom, 20)
    with django_assert_max_num_queries(6):
        client.get("/claims/")
