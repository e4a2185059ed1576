"""Rita goes on from a claim: to its story, who said it, who carried it, an article, the corrections."""

import re

import pytest
from django.template.loader import render_to_string
from django.test import Client
from pytest_django import Settings

from claims.models import Article, Claim, User
from claims.operations.ingest import ingest_file
from claims.operations.ledger import writing
from claims.vocabulary import ClaimStatus, EventKind, Visibility
from tests.readers.conftest import PADDING, RESIGNED, Newsroom, look_again, seen
from tests.sites import NewsSite
from tests.stories import right_now

pytestmark = pytest.mark.django_db


def read(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return " ".join(answer.content.decode().split())


def test_a_story_lists_its_claims(client: Client, resignation: Claim) -> None:
    page = read(client, "/topics/harbour-affair/")
    assert "Who leaves the port." in page
    assert RESIGNED in page


def test_a_claimant_is_told_how_their_claims_stand(
    client: Client, newsroom: Newsroom, resignation: Claim
) -> None:
    newsroom.decides(resignation, ClaimStatus.REFUTED, "He opened the new pier this morning.")
    page = read(client, "/claimants/karl-brandt/")
    assert "<b>1</b> refuted" in page
    assert RESIGNED in page


def test_a_publisher_has_a_record(client: Client, newsroom: Newsroom, site: NewsSite) -> None:
    url = site.says("/resigns", "Minister resigns", f"{RESIGNED}, his spokesman Karl Brandt said.")
    article = seen(url, "The Lantern")
    assert article.newest is not None
    newsroom.tracks(RESIGNED, article.newest, RESIGNED)
    site.says("/resigns", "Minister may go", "The minister may resign, his spokesman Karl Brandt said.")
    look_again(article)
    page = read(client, "/publishers/the-lantern/")
    assert "1 edited without notice" in page
    assert RESIGNED in page


def test_an_article_shows_what_changed_word_by_word(client: Client, site: NewsSite, db: None) -> None:
    url = site.says("/fee", "Harbour fee rises", "A berth costs nine crowns from May, the port said.")
    article = seen(url, "The Lantern")
    site.says("/fee", "Harbour fee rises", "A berth costs seven crowns from May, the port said.")
    look_again(article)
    page = read(client, f"/articles/{article.id}/")
    assert "<del>nine</del>" in page.replace(" </del>", "</del>")
    assert "<ins>seven</ins>" in page.replace(" </ins>", "</ins>")
    assert "Edited without notice" in page


def test_a_correction_stands_on_the_claim_and_in_the_public_log(
    client: Client, newsroom: Newsroom, resignation: Claim
) -> None:
    with writing() as book:
        book.write(
            EventKind.CORRECTION,
            claim=book.claim(resignation.id),
            actor=newsroom.edith,
            occurred_at=right_now(),
            text="We first wrote that he had resigned on Monday.",
        )
    for path in ("/corrections/", resignation.get_absolute_url()):
        page = read(client, path)
        assert "We first wrote that he had resigned on Monday." in page, path
        assert "Edith Example" in page, path
    assert RESIGNED in read(client, "/corrections/")


def test_search_finds_claims_and_names(client: Client, resignation: Claim) -> None:
    page = read(client, "/search/?q=harbour")
    assert RESIGNED in page
    assert 'href="/topics/harbour-affair/"' in page
    assert 'href="/publishers/harbour-post/"' in page
    assert "No claim fits" in read(client, "/search/?q=zeppelin")


def test_nobody_signs_up_and_each_is_told_where_to_go(client: Client, db: None) -> None:
    page = read(client, "/accounts/signup/")
    assert "Accounts are made for you" in page
    assert 'href="/accounts/login/"' in page.partition("<main")[2].partition("</main")[0]


def test_account_pages_are_headed_as_the_other_pages_are(client: Client, edith: User) -> None:
    edith.set_password("a long passphrase")
    edith.save()
    client.force_login(edith)
    told = {
        "inactive": ("This account is closed",),
        "reauthenticate": ("Confirm access",),
        "email": ("Email addresses", "Add email address", "Add email"),
        "password/change": ("Change password", "Current password", "New password, again"),
        "password/reset": ("Forgotten password", "Send the link"),
        "password/reset/done": ("Look into your mail",),
        "password/reset/key/done": ("Your password is set",),
        "password/reset/key/1-no-such-link": ("This link does not work any more",),
    }
    for path, titles in told.items():
        page = " ".join(client.get(f"/accounts/{path}/").content.decode().split())
        assert re.search(rf"<title> ?{titles[0]} ?·", page)
        main = page.partition("<main")[2]
        assert "contact us" not in main, "the page says whom to ask"
        for title in titles:
            assert re.search(rf"> ?{re.escape(title)} ?</(?:h1|h2|label|button)>", main), title
        headings = re.findall(r"<(?:h1|h2|label|button)[^>]*>([^<]*)<", main)
        assert not [words for words in headings if re.search(r"\S\s[A-Z][a-z]", words)]


@pytest.mark.parametrize("path", ["/search/", "/corrections/", "/method/", "/claims/", "/accounts/login/"])
def test_a_page_stands_in_an_empty_database(client: Client, db: None, path: str) -> None:
    read(client, path)


@pytest.mark.parametrize(
    "path",
    [
        "/topics/none/",
        "/claimants/none/",
        "/publishers/none/",
        "/articles/none/",
        "/claims/aaaaaaaaaaaa/",
        "/claims/aaaaaaaaaaaa-none/",
        "/feeds/latest.rss",
    ],
)
def test_what_is_not_there_is_answered_with_our_own_page(client: Client, db: None, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "There is no such page" in answer.content.decode()


@pytest.mark.parametrize("path", ["/nowhere/", "/articles/none/", "/feeds/latest.rss"])
def test_a_newcomer_to_the_demo_gets_our_page_and_no_list_of_addresses(
    client: Client, settings: Settings, path: str
) -> None:
    settings.DEBUG = True
    answer = client.get(path)
    assert answer.status_code == 404
    assert "There is no such page" in answer.content.decode()
    assert "URLconf" not in answer.content.decode()


def test_who_knocks_at_a_closed_door_leaves_no_traceback_in_the_log(
    client: Client, settings: Settings, cora: User, caplog: pytest.LogCaptureFixture
) -> None:
    settings.DEBUG = True
    client.force_login(cora)
    answer = client.get("/admin/", follow=True)
    assert answer.status_code == 403
    assert "Not open to you" in answer.content.decode()
    assert [record.exc_info for record in caplog.records if "Forbidden" in record.getMessage()] == [None]


def test_a_file_without_an_address_is_shown_without_one(client: Client, newsroom: Newsroom) -> None:
    html = f"<h1>Harbour notes</h1><p>{RESIGNED}, his spokesman Karl Brandt said. {PADDING}</p>"
    taken = ingest_file(body=html.encode(), content_type="text/html", by=None, now=right_now())
    assert taken.snapshot is not None
    claim = newsroom.tracks(RESIGNED, taken.snapshot, RESIGNED)
    for path, told in (
        (f"/articles/{taken.article.id}/", "It came to us as a file"),
        (claim.get_absolute_url(), "First seen in a file in hand"),
    ):
        page = read(client, path)
        assert told in page
        assert "urn:" not in page


def test_a_forgotten_slash_still_leads_to_the_page(client: Client) -> None:
    answer = client.get("/claims")
    assert (answer.status_code, answer["Location"]) == (301, "/claims/")


def test_a_page_says_since_when_nobody_has_checked(
    client: Client, newsroom: Newsroom, site: NewsSite
) -> None:
    """Edith's workers stop: the next check lies longer in the past than a dead worker explains."""
    url = site.says("/resigns", "Minister resigns", f"{RESIGNED}, his spokesman Karl Brandt said.")
    article = seen(url, "The Lantern")
    assert article.newest is not None
    claim = newsroom.tracks(RESIGNED, article.newest, RESIGNED)
    assert "Not checked since" not in read(client, claim.get_absolute_url())
    Article.objects.filter(pk=article.pk).update(due_at="2026-01-01T00:00:00Z")
    assert "Not checked since" in read(client, claim.get_absolute_url())
    assert "Not checked since" in read(client, "/claims/")


@pytest.mark.parametrize("code", ["400", "403", "404", "500"])
def test_a_page_that_says_no_needs_no_database_and_no_request(code: str) -> None:
    """Django shows these when the database is down, with nothing in the context."""
    page = render_to_string(f"{code}.html")
    assert code in page
    assert "Go to the front page" in page


def test_a_log_in_form_that_had_gone_stale_says_so_and_repeats_no_password(db: None) -> None:
    answer = Client(enforce_csrf_checks=True).post(
        "/accounts/login/", {"login": "edith", "password": "hunter"}
    )
    assert answer.status_code == 403
    assert "had gone stale" in answer.content.decode()
    assert "hunter" not in answer.content.decode()


def test_a_browser_that_asks_for_an_icon_beside_a_feed_gets_the_house_s_own(client: Client) -> None:
    answer = client.get("/favicon.ico")
    assert (answer.status_code, answer["Location"]) == (302, "/static/img/favicon.svg")


# ---------------------------------------------------------------- on other people's pages
def test_a_claim_may_be_framed_by_anybody_and_nothing_else_may(client: Client, resignation: Claim) -> None:
    card = client.get(f"/embed/claims/{resignation.id}/")
    assert "frame-ancestors *" in card.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in card.headers
    shown = " ".join(card.content.decode().split())
    assert RESIGNED in shown
    assert "Unverified" in shown
    assert f'{resignation.get_absolute_url()}" target="_top"' in shown
    assert "No editor has yet found evidence enough" in shown
    assert '<span class="freshness' in shown, "how fresh it is"
    page = client.get(resignation.get_absolute_url())
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert client.get("/embed/claims/zzzzzzzzzzzz/").status_code == 404


def test_the_page_of_a_claim_offers_itself_to_be_embedded(
    client: Client, resignation: Claim, settings: Settings
) -> None:
    page = client.get(resignation.get_absolute_url()).content.decode()
    [offer] = re.findall(r'"application/json\+oembed"[^>]*href="([^"]+)"', page)
    told = client.get(offer.removeprefix(settings.PUBLIC_URL)).json()
    assert (told["version"], told["type"], told["title"]) == ("1.0", "rich", f"Unverified: {RESIGNED}")
    assert f'src="{settings.PUBLIC_URL}/embed/claims/{resignation.id}/"' in told["html"]
    smaller = client.get(
        "/oembed", {"url": settings.PUBLIC_URL + resignation.get_absolute_url(), "maxwidth": "300"}
    ).json()
    assert smaller["width"] == 300
    assert 'width="300"' in smaller["html"]


def test_a_merged_claim_is_embedded_as_its_survivor(
    client: Client, newsroom: Newsroom, resignation: Claim, settings: Settings
) -> None:
    page = newsroom.brings_in("Quay News", "The minister for harbours steps down, a clerk said.")
    other = newsroom.tracks("The minister steps down", page, "The minister for harbours steps down")
    Claim.objects.filter(pk=other.pk).update(merged_into=resignation)
    moved = client.get(f"/embed/claims/{other.id}/")
    assert (moved.status_code, moved["Location"]) == (301, f"/embed/claims/{resignation.id}/")
    told = client.get("/oembed", {"url": f"{settings.PUBLIC_URL}/claims/{other.id}/"}).json()
    assert resignation.id in told["html"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 400),
        ({"url": "https://elsewhere.example/claims/abcdefgh/"}, 404),
        ({"url": "PUBLIC/claims/zzzzzzzzzzzz/"}, 404),
        ({"url": "PUBLIC/desk/claims/abcdefgh/"}, 404),
        ({"url": "PUBLIC/nothing"}, 404),
        ({"url": "http://[::1"}, 404),
        ({"url": "PUBLIC/claims/\x00/"}, 404),
        ({"url": "PUBLIC/method/", "format": "xml"}, 501),
    ],
)
def test_what_cannot_be_embedded_is_told(
    client: Client, settings: Settings, query: dict[str, str], status: int, db: None
) -> None:
    asked = {name: value.replace("PUBLIC", settings.PUBLIC_URL) for name, value in query.items()}
    answer = client.get("/oembed", asked)
    assert (answer.status_code, bool(answer.json()["error"])) == (status, True)


def test_only_the_page_of_a_claim_is_offered_wherever_capitals_stand_in_its_host(
    client: Client, resignation: Claim, settings: Settings
) -> None:
    settings.PUBLIC_URL = "https://tracker.example"
    for address, status in (
        (f"https://Tracker.Example{resignation.get_absolute_url()}", 200),
        (f"https://tracker.example/embed/claims/{resignation.id}/", 200),
        (f"https://tracker.example/api/v1/claims/{resignation.id}/", 404),
        (f"https://tracker.example/desk/claims/{resignation.id}/", 404),
        (f"https://tracker.example.org{resignation.get_absolute_url()}", 404),
        (f"https://tracker.example@evil.example{resignation.get_absolute_url()}", 404),
    ):
        assert client.get("/oembed", {"url": address}).status_code == status, address


def test_no_words_of_a_claim_break_out_of_the_frame_that_is_offered(
    client: Client, resignation: Claim, settings: Settings
) -> None:
    Claim.objects.filter(pk=resignation.pk).update(text='It is "so"><script>alert(1)</script> & not')
    answer = client.get("/oembed", {"url": f"{settings.PUBLIC_URL}/claims/{resignation.id}/"})
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("application/json", "nosniff")
    frame = answer.json()["html"]
    assert re.fullmatch(r'<iframe( \w+="[^"<>]*"){5}></iframe>', frame)
    assert "&quot;so&quot;&gt;&lt;script&gt;" in frame
    assert "<script>alert" not in client.get(f"/embed/claims/{resignation.id}/").content.decode()


def test_no_internal_claim_is_embedded(client: Client, resignation: Claim, settings: Settings) -> None:
    Claim.objects.update(visibility=Visibility.INTERNAL)
    assert client.get(f"/embed/claims/{resignation.id}/").status_code == 404
    asked = {"url": settings.PUBLIC_URL + resignation.get_absolute_url()}
    assert client.get("/oembed", asked).status_code == 404
