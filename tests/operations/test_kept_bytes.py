"""A new version of the extractor reads kept bytes anew, by itself, and never looks like an edit."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from claims.models import (
    Anchor,
    Appearance,
    Article,
    Candidate,
    Change,
    Event,
    RawContent,
    ReadingAnew,
    Snapshot,
    User,
)
from claims.operations import kept_bytes
from claims.operations.kept_bytes import read_kept_bytes
from claims.operations.leases import lease_articles
from claims.operations.sightings import Leased
from claims.pipeline.extract_text import EXTRACTOR_VERSION
from claims.queries.due import kept_bytes_wait
from claims.vocabulary import CheckOutcome, EventKind, QuoteState
from tests.sites import NewsSite
from tests.stories import check, right_now, taken_on, tracked

pytestmark = pytest.mark.django_db

HEADLINE = "Harbour minister steps down"
LEAD = "The harbour minister has resigned, the prime minister's spokesman said on Sunday."
OVERLOOKED = "The port director was arrested on Friday, a police spokesman said."
MORE = "Parliament meets on Tuesday to debate the budget for the ports, which has been late since January."


@pytest.fixture
def article(site: NewsSite) -> Article:
    """Taken in as an older extractor would have, which overlooked a paragraph."""
    article = taken_on(site.says("/resigns", HEADLINE, LEAD, OVERLOOKED, MORE))
    as_an_older_one_read(article)
    return article


def as_an_older_one_read(article: Article) -> None:
    Snapshot.objects.filter(article=article).update(extractor_version="1", text=f"{LEAD}\n\n{MORE}")
    Candidate.objects.filter(snapshot__article=article, quote__contains="port director").delete()


def read_all() -> int:
    """Let workers read anew until nothing waits; returns how many pages were read."""
    pages = 0
    for _ in range(10):
        if not kept_bytes_wait():
            return pages
        pages += read_kept_bytes()
    raise AssertionError("It never ends.")


def test_what_an_older_extractor_overlooked_is_found_without_a_request(
    site: NewsSite, article: Article
) -> None:
    asked = len(site.asked)
    assert check(article).outcome == CheckOutcome.UNCHANGED, "the page itself would never be read again"
    asked += 1
    before = Article.objects.get(pk=article.pk)
    assert read_all() == 1
    after = Article.objects.get(pk=article.pk)
    assert len(site.asked) == asked
    assert after.newest is not None
    assert (after.newest.extractor_version, after.newest.number) == (EXTRACTOR_VERSION, 2)
    assert OVERLOOKED in after.newest.text
    assert Snapshot.objects.get(article=article, number=1).text == f"{LEAD}\n\n{MORE}", "never edited"
    found = Candidate.objects.get(quote__contains="port director")
    assert found.snapshot == after.newest
    assert found.snapshot.text[found.start : found.end] == found.quote
    assert Candidate.objects.filter(snapshot=after.newest).count() == 1, "what was seen is not offered again"
    same = ("change_count", "last_changed_at", "last_seen_at", "updated_at", "due_at", "attempts", "state")
    assert [getattr(after, name) for name in same] == [getattr(before, name) for name in same]
    assert after.lease_until is None


def test_nothing_of_it_looks_like_an_edit(article: Article, edith: User) -> None:
    claim = tracked(article, "harbour minister has resigned", edith)
    claim.refresh_from_db()
    before = (claim.version, claim.updated_at, Event.objects.filter(claim_id=claim.id).count())
    read_all()
    claim.refresh_from_db()
    assert (claim.version, claim.updated_at, Event.objects.filter(claim_id=claim.id).count()) == before
    assert not Change.objects.exists()
    assert not Event.objects.filter(kind=EventKind.ARTICLE_CHANGE).exists()
    assert check(article).outcome == CheckOutcome.UNCHANGED
    assert claim.appearances.get().state == QuoteState.PRESENT


def test_a_page_known_for_its_turns_is_not_told_of_again(site: NewsSite, article: Article) -> None:
    read_all()
    for turn in range(5):
        lead = LEAD if turn % 2 else LEAD.replace("has resigned", "has not resigned")
        site.says("/resigns", HEADLINE, lead, OVERLOOKED, MORE)
        check(article)
    told = Change.objects.filter(article=article).count()
    article.refresh_from_db()
    assert article.newest is not None
    assert article.turned_at is not None
    Snapshot.objects.filter(pk=article.newest.pk).update(extractor_version="1", text=f"{LEAD}\n\n{MORE}")
    ReadingAnew.objects.all().delete()
    Snapshot.objects.update(captured_at=F("captured_at") - timedelta(days=3))
    assert read_all() == 1
    check(article)
    assert Change.objects.filter(article=article).count() == told


def test_words_that_were_overlooked_were_out_since_the_publication(article: Article, edith: User) -> None:
    published_at = right_now() - timedelta(days=30)
    Article.objects.update(published_at=published_at)
    read_all()
    assert tracked(article, "port director", edith).appearances.get().seen_at == published_at


def test_a_quote_that_an_older_extractor_lost_is_found_again(article: Article, edith: User) -> None:
    claim = tracked(article, "harbour minister has resigned", edith)
    Appearance.objects.filter(claim=claim).update(state=QuoteState.GONE)
    read_all()
    assert claim.appearances.get().state == QuoteState.PRESENT
    assert Anchor.objects.get(appearance__claim=claim).snapshot.number == 2


def test_a_reading_that_would_lose_a_quote_is_not_taken_over(article: Article, edith: User) -> None:
    claim = tracked(article, "harbour minister has resigned", edith)
    only_older_ones_see = "The harbour master has resigned as well, his brother said."
    Appearance.objects.filter(claim=claim).update(quote=only_older_ones_see, start=None, prefix="", suffix="")
    assert read_all() == 1
    article.refresh_from_db()
    assert article.snapshot_count == 1
    assert claim.appearances.get().state == QuoteState.PRESENT


def test_each_page_is_read_once_and_then_only_one_look_is_left(site: NewsSite, article: Article) -> None:
    same = taken_on(site.says("/same", "Ferry late", LEAD.replace("harbour minister", "ferry captain"), MORE))
    Snapshot.objects.filter(article=same).update(extractor_version="1")
    assert read_all() == 2
    same.refresh_from_db()
    assert same.snapshot_count == 1, "it says the same to this extractor"
    with CaptureQueriesContext(connection) as queries:
        assert not kept_bytes_wait()
    assert len([one for one in queries if "clock_timestamp" not in one["sql"]]) == 1
    assert read_kept_bytes() == 0


def test_pages_of_this_extractor_are_left_alone(site: NewsSite) -> None:
    article = taken_on(site.says("/resigns", HEADLINE, LEAD, MORE))
    assert read_all() == 0
    article.refresh_from_db()
    assert article.snapshot_count == 1


def test_bytes_that_cannot_be_read_are_passed_over_for_good(site: NewsSite, article: Article) -> None:
    other = taken_on(site.says("/other", "Minister gone", LEAD, OVERLOOKED, MORE))
    as_an_older_one_read(other)
    RawContent.objects.filter(snapshots__article=article).update(body=b"damaged")
    assert read_all() == 2
    assert set(Article.objects.values_list("pk", "snapshot_count")) == {(article.pk, 1), (other.pk, 2)}


def test_a_page_that_breaks_its_reader_is_passed_over_for_good(
    site: NewsSite, article: Article, settings: Settings
) -> None:
    settings.READ_SECONDS = 0.001
    assert read_all() == 1
    article.refresh_from_db()
    assert (article.snapshot_count, article.attempts, article.lease_until) == (1, 0, None)


def test_a_page_that_another_worker_has_is_waited_for(article: Article) -> None:
    [held] = lease_articles([article.id], only_due=False)
    assert read_kept_bytes() == 0
    assert kept_bytes_wait()
    Article.objects.update(lease_until=None, attempts=0)
    assert read_all() == 1
    article.refresh_from_db()
    assert article.snapshot_count == 2
    assert held.id == article.id


def test_only_one_worker_reads_at_a_time_until_its_lease_runs_out(article: Article) -> None:
    read_kept_bytes()
    ReadingAnew.objects.update(due_at=right_now(), up_to="", lease_until=right_now() + timedelta(minutes=1))
    as_an_older_one_read(article)
    Snapshot.objects.update(extractor_version="1")
    assert not kept_bytes_wait()
    assert read_kept_bytes() == 0
    ReadingAnew.objects.update(lease_until=right_now())
    assert kept_bytes_wait()
    assert read_kept_bytes() == 1


class Died(BaseException):
    """What a test lets a worker die of."""


def test_a_page_that_kills_its_worker_is_read_three_times_at_most(
    site: NewsSite, article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = taken_on(site.says("/other", HEADLINE, LEAD, OVERLOOKED, MORE))
    as_an_older_one_read(other)
    tries: list[str] = []
    take_over = kept_bytes._take_over

    def dies(held: Leased, *rest: object) -> None:
        tries.append(held.id)
        if held.id == article.id:
            raise Died
        take_over(held, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(kept_bytes, "_take_over", dies)
    for _ in range(8):
        try:
            read_kept_bytes()
        except Died:
            ReadingAnew.objects.update(lease_until=right_now())
    assert (tries.count(article.id), tries.count(other.id)) == (3, 1)
    assert not kept_bytes_wait()
