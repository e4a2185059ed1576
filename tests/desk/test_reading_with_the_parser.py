"""An editor chooses an article for the parser; what it alone found waits in the queue, and says so."""

import pickle
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from claims.models import Article, Candidate, User
from claims.operations import reading_apart
from claims.operations.ledger import hold_articles
from claims.operations.rereading import read_with_parser
from claims.pipeline.tiers.parsing import DistantParser, Parser, parser
from claims.queries import tiers
from tests.desk.conftest import DeskOf, words
from tests.desk.fake_parser import FOUND, EndlessParser, FakeParser
from tests.stories import an_article, right_now, until_somebody_waits

pytestmark = pytest.mark.django_db
BUTTON = "Read with the parser"
STORY = f"Ferry lost\n\nRescue crews are certain that {FOUND}. Nobody was hurt.\n"


@pytest.fixture
def chosen(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.TIER_PARSING = "chosen"
    monkeypatch.setattr(tiers, "DistantParser", FakeParser)


@pytest.fixture
def article(db: None) -> Article:
    return an_article(STORY)


def address(article: Article) -> str:
    return reverse("desk_parse", args=[article.id])


def read_again(desk: Client, article: Article) -> str:
    return words(desk.post(address(article), follow=True))


def test_the_button_stands_there_only_where_articles_are_chosen(
    desk: Client, article: Article, settings: Settings
) -> None:
    page = reverse("desk_article", args=[article.id])
    assert BUTTON not in words(desk.get(page))
    settings.TIER_PARSING = "on"
    assert BUTTON not in words(desk.get(page))
    settings.TIER_PARSING = "chosen"
    assert BUTTON in words(desk.get(page))


def test_what_only_the_parser_found_becomes_a_candidate_that_says_so(
    desk: Client, article: Article, chosen: None
) -> None:
    before = set(Candidate.objects.values_list("id", flat=True))
    assert "Read again, with the parser: 1 more candidate." in read_again(desk, article)
    [added] = Candidate.objects.exclude(id__in=before)
    assert added.quote == FOUND
    assert "Only the parser found it, not the rules." in added.reasons
    assert added.is_open


def test_a_text_that_breaks_the_parser_breaks_a_process_of_its_own(
    desk: Client, article: Article, chosen: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.READ_SECONDS = 0.3
    monkeypatch.setattr(tiers, "DistantParser", EndlessParser)
    candidates = Candidate.objects.count()
    assert "uses more time or memory than reading one may" in read_again(desk, article)
    assert Candidate.objects.count() == candidates


def test_while_others_are_read_the_editor_is_asked_to_try_again(
    desk: Client, article: Article, chosen: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.READ_SECONDS = 0.1
    monkeypatch.setattr(reading_apart, "_AT_ONCE", BoundedSemaphore(1))
    with reading_apart._a_seat():
        assert "try again in a minute" in read_again(desk, article)


def test_a_second_reading_adds_nothing(desk: Client, article: Article, chosen: None) -> None:
    read_again(desk, article)
    assert "with the parser: 0 more candidates." in read_again(desk, article)


@pytest.mark.only_postgres
@pytest.mark.django_db(transaction=True)
def test_two_editors_who_choose_it_at_once_propose_each_claim_once(
    article: Article, edith: User, chosen: None
) -> None:
    def read() -> list[Candidate]:
        try:
            return read_with_parser(article_id=article.id, by=edith, now=right_now())
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            hold_articles(Article.objects.filter(pk=article.id))
            other = pool.submit(read)
            until_somebody_waits()
            assert len(read_with_parser(article_id=article.id, by=edith, now=right_now())) == 1
        assert other.result(timeout=20) == []


def test_switched_on_it_goes_along_into_the_process_that_reads_files(
    db: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiers, "DistantParser", FakeParser)
    an_article(STORY)
    assert not Candidate.objects.filter(quote=FOUND).exists(), "the control: by the rules alone"
    settings.TIER_PARSING = "on"
    an_article(f"{STORY}\nThe gates stay shut.", url="https://other-post.example/a")
    assert Candidate.objects.filter(quote=FOUND).exists()


def test_the_real_one_goes_by_name_and_not_with_its_model(monkeypatch: pytest.MonkeyPatch) -> None:
    made = object.__new__(Parser)
    monkeypatch.setattr(made, "_model", "150 MB", raising=False)
    assert b"150 MB" not in pickle.dumps(made)
    assert pickle.dumps(object.__new__(DistantParser)) == pickle.dumps(made), "and becomes it on the way"


def test_a_wish_that_the_parser_found_is_no_claim(
    desk: Client, article: Article, chosen: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiers, "DistantParser", lambda: FakeParser("parse-infinitive"))
    assert "with the parser: 0 more candidates." in read_again(desk, article)


def test_without_the_package_the_editor_reads_what_to_install(
    desk: Client, article: Article, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.TIER_PARSING = "chosen"
    monkeypatch.setitem(sys.modules, "spacy", None)
    parser.cache_clear()
    told = read_again(desk, article)
    assert "TIER_PARSING is switched on, but spacy cannot be loaded" in told
    assert "pip install -r requirements-tier-b.txt" in told


def test_switched_off_it_says_what_to_set(desk: Client, article: Article) -> None:
    assert "Set TIER_PARSING=chosen" in read_again(desk, article)


def test_a_contributor_is_told_that_it_takes_an_editor(
    cora: User, desk_of: DeskOf, article: Article, chosen: None
) -> None:
    assert desk_of(cora).post(address(article)).status_code == 403


def test_an_unknown_article_is_not_found(desk: Client, chosen: None) -> None:
    assert desk.post("/desk/articles/zzzzzzzzzzzz/parse/").status_code == 404
