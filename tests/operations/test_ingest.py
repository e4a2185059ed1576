"""Articles come in: read, proposed, linked; what cannot be read is refused in words, nothing half-written."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from pytest_django import Settings

from claims.models import Article, Candidate, Claim, Event, Snapshot, User
from claims.operations import ledger
from claims.operations.candidates import (
    AlreadyResolvedError,
    QuoteNotFoundError,
    dismiss,
    merge_candidate,
    propose,
    track,
)
from claims.operations.ingest import (
    AddressRefusedError,
    ImpossibleDateError,
    UnreadablePageError,
    add_article,
    find_or_make,
    ingest_file,
)
from claims.operations.refusals import NotAllowedError, RuleRefusedError
from claims.vocabulary import ArticleState, CandidateState, Zone
from tests.sites import NewsSite, page
from tests.stories import right_now, taken_on, tracked, until_somebody_waits

pytestmark = pytest.mark.django_db

SENTENCE = "The harbour minister has resigned, the prime minister's spokesman said on Sunday."
PADDING = "Parliament meets on Tuesday to debate the budget for the ports, which has been late since January."
FRENCH = (
    "Le ministre du port a démissionné dimanche, a déclaré le porte-parole du premier ministre. Le parlement "
    "se réunit mardi pour débattre du budget des ports, attendu depuis le mois de janvier par les syndicats."
)

IN_KLINGON = page("News", SENTENCE).replace('<meta charset="utf-8">', "").encode() + b"\xe9\xff"

BAD_FILES = {
    "a PDF": (b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n", "application/pdf", "PDF"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "image/png", ""),
    "nothing at all": (b"", "text/html", ""),
    "a page without text": (b"<!doctype html><html><body><div id=app></div></body></html>", "text/html", ""),
    "an unknown encoding": (IN_KLINGON, "text/html; charset=klingon", "klingon"),
}


@pytest.mark.parametrize("path", ["a" * 3_000, "é" * 1_500])
def test_an_address_too_long_to_keep_is_refused_in_words(path: str) -> None:
    with pytest.raises(AddressRefusedError, match="longer than 2000 characters"):
        add_article(url=f"https://lantern.example/{path}", by=None, now=right_now())


def test_a_page_that_says_it_is_of_next_year_is_undated(site: NewsSite, edith: User) -> None:
    next_year = f"{right_now().year + 1}-03-30T20:00:00Z"
    article = taken_on(site.says("/early", "Minister gone", SENTENCE, PADDING, published=next_year))
    assert article.published_at is None
    claim = tracked(article, "has resigned", edith)
    assert claim.first_seen_at is not None
    assert claim.first_seen_at <= right_now()


@pytest.mark.only_postgres
def test_a_page_at_the_end_of_a_redirect_too_long_to_keep_is_taken_in_all_the_same(site: NewsSite) -> None:
    site.says("/" + "a" * 3000, "Minister gone", SENTENCE, PADDING)
    url = site.answers("/short", status=302, headers={"Location": "/" + "a" * 3000})
    article = taken_on(url)
    assert article.state == ArticleState.LIVE
    assert Snapshot.objects.get(article=article).final_url == url


@pytest.mark.parametrize(("body", "content_type", "word"), BAD_FILES.values(), ids=BAD_FILES.keys())
def test_a_file_that_holds_no_article_is_refused_in_words(body: bytes, content_type: str, word: str) -> None:
    with pytest.raises(UnreadablePageError) as refused:
        ingest_file(body=body, content_type=content_type, by=None, now=right_now())
    assert word in refused.value.message
    assert refused.value.message.endswith(".")
    assert not Article.objects.exists()
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    "url",
    [
        "no address",
        "ftp://paper.example/a",
        "http://paper.example:22/",
        "http://127.1/",
        "http://[::ffff:7f00:1]/",
    ],
)
def test_an_address_that_must_not_be_asked_is_refused_at_once(url: str) -> None:
    with pytest.raises(AddressRefusedError) as refused:
        add_article(url=url, by=None, now=right_now())
    assert refused.value.message
    assert not Article.objects.exists()


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        ({"status": 404, "body": b"no"}, "404"),
        ({"body": b"%PDF-1.7 x", "content_type": "application/pdf"}, "PDF"),
        ({"body": b"", "content_type": "text/html"}, ""),
        ({"body": b"x" * 3000}, ""),
        ({"body": page("News", SENTENCE).encode(), "cut": 500}, ""),
        ({"body": IN_KLINGON, "content_type": "text/html; charset=klingon"}, "klingon"),
    ],
    ids=["404", "PDF", "empty", "over FETCH_MAX_BYTES", "cut off", "unknown encoding"],
)
def test_a_page_that_cannot_be_read_stays_visible_with_the_reason(
    site: NewsSite, settings: Settings, answer: dict[str, object], word: str
) -> None:
    settings.FETCH_MAX_BYTES = 2000
    article = taken_on(site.answers("/a", **answer))
    assert article.state == ArticleState.UNREACHABLE
    assert word in article.state_reason
    assert article.state_reason.endswith(".")
    assert article.due_at is not None, "tried again"
    assert not Snapshot.objects.exists()


def test_a_publication_date_ahead_of_us_is_refused() -> None:
    with pytest.raises(ImpossibleDateError):
        add_article(
            url="https://paper.example/a", by=None, now=right_now(), published_at=right_now() + timedelta(1)
        )
    assert not Article.objects.exists()


def test_a_file_is_read_at_once_and_proposes_its_claims() -> None:
    ingested = ingest_file(
        body=page("Minister gone", SENTENCE, PADDING).encode(),
        content_type="text/html",
        by=None,
        now=right_now(),
    )
    [candidate] = [one for one in ingested.candidates if "resigned" in one.quote]
    assert ingested.snapshot is not None
    assert candidate.start is not None
    assert ingested.snapshot.text[candidate.start : candidate.end] == candidate.quote
    assert "spokesman" in candidate.claimant_name
    assert candidate.state == CandidateState.OPEN
    assert ingested.article.due_at is None, "a file without an address is never checked"


def test_the_same_file_twice_is_one_article_and_one_snapshot() -> None:
    body = page("Minister gone", SENTENCE, PADDING).encode()
    for _ in range(2):
        again = ingest_file(body=body, content_type="text/html", by=None, now=right_now())
    assert again.known_before
    assert Snapshot.objects.count() == 1


def test_a_page_in_another_language_is_kept_and_says_that_no_claims_were_read() -> None:
    ingested = ingest_file(
        body=page("Démission du ministre", FRENCH, FRENCH).encode(),
        content_type="text/html",
        by=None,
        now=right_now(),
    )
    assert ingested.snapshot is not None
    assert ingested.article.language == "fr"
    assert "another language" in ingested.article.extraction_note
    assert ingested.candidates == []


def test_another_papers_repeat_is_offered_or_linked_to_the_tracked_claim(edith: User) -> None:
    first = ingest_file(
        body=page("Minister gone", SENTENCE, PADDING).encode(),
        content_type="text/html",
        by=None,
        now=right_now(),
        url="https://lantern.example/a",
    )
    candidate = next(one for one in first.candidates if "resigned" in one.quote)
    claim = track(candidate_id=candidate.id, by=edith, now=right_now())
    second = ingest_file(
        body=page("Port news", f"{SENTENCE} Ferries ran late.", PADDING).encode(),
        content_type="text/html",
        by=None,
        now=right_now(),
        url="https://harbour.example/b",
    )
    repeat = next(one for one in second.candidates if "resigned" in one.quote)
    assert repeat.zone in (Zone.LINK, Zone.SUGGEST)
    assert repeat.suggested == claim
    assert repeat.suggestion_reasons


def test_candidates_that_waited_are_offered_the_new_claim(edith: User) -> None:
    waiting = []
    for host in ("lantern", "harbour"):
        ingested = ingest_file(
            body=page(f"News of the {host}", SENTENCE, f"{host}: {PADDING}").encode(),
            content_type="text/html",
            by=None,
            now=right_now(),
            url=f"https://{host}.example/a",
        )
        waiting.append(next(one for one in ingested.candidates if "resigned" in one.quote))
    claim = track(candidate_id=waiting[0].id, by=edith, now=right_now())
    other = Candidate.objects.get(pk=waiting[1].pk)
    assert other.suggested == claim
    assert other.state in (CandidateState.OPEN, CandidateState.LINKED)


def test_a_candidate_is_resolved_once(edith: User, emil: User, cora: User) -> None:
    candidate = propose(text="The harbour minister has resigned.", by=cora, now=right_now())
    with pytest.raises(NotAllowedError):
        track(candidate_id=candidate.id, by=cora, now=right_now())
    with pytest.raises(RuleRefusedError, match="why"):
        dismiss(candidate_id=candidate.id, reason=" ", by=edith, now=right_now())
    dismiss(candidate_id=candidate.id, reason="Opinion.", by=edith, now=right_now())
    with pytest.raises(AlreadyResolvedError, match="Edith"):
        track(candidate_id=candidate.id, by=emil, now=right_now())
    assert not Claim.objects.exists()
    assert Event.objects.filter(public=True).count() == 0, "candidates never leave the desk"


def test_a_candidate_that_the_machine_linked_says_so_once(edith: User, cora: User) -> None:
    first, again = (propose(text=text, by=cora, now=right_now()) for text in (SENTENCE, PADDING))
    claim = track(candidate_id=first.id, by=edith, now=right_now())
    linked = {"state": CandidateState.LINKED, "resolved_at": right_now(), "claim": claim}
    Candidate.objects.filter(pk=again.pk).update(**linked)
    with pytest.raises(AlreadyResolvedError) as refused:
        track(candidate_id=again.id, by=edith, now=right_now())
    assert refused.value.message == "This candidate was linked by the machine meanwhile."


def test_a_passage_is_proposed_at_its_exact_place_or_not_at_all(cora: User) -> None:
    snapshot = ingest_file(
        body=page("Minister gone", SENTENCE, PADDING).encode(),
        content_type="text/html",
        by=None,
        now=right_now(),
    ).snapshot
    assert snapshot is not None
    candidate = propose(text="", quote="late since January", snapshot=snapshot, by=cora, now=right_now())
    assert candidate.start is not None
    assert snapshot.text[candidate.start : candidate.end] == "late since January"
    with pytest.raises(QuoteNotFoundError):
        propose(text="x", quote="late since February", snapshot=snapshot, by=cora, now=right_now())


def test_a_shorter_quote_at_the_place_of_a_longer_one_is_the_same_appearance(edith: User) -> None:
    snapshot = ingest_file(
        body=page("Minister gone", SENTENCE, PADDING).encode(),
        content_type="text/html",
        by=None,
        now=right_now(),
    ).snapshot
    assert snapshot is not None
    whole = Candidate.objects.get(snapshot=snapshot, quote__contains="resigned")
    part = propose(
        text=whole.text,
        quote=whole.quote[:30],
        start=whole.start,
        snapshot=snapshot,
        by=edith,
        now=right_now(),
    )
    claim = track(candidate_id=part.id, by=edith, now=right_now())
    whole.refresh_from_db()
    if whole.is_open:
        merge_candidate(candidate_id=whole.id, into=claim.id, by=edith, now=right_now())
    assert claim.appearances.count() == 1


@pytest.mark.only_postgres
@pytest.mark.django_db(transaction=True)
def test_who_comes_second_with_an_address_gets_it_locked_as_the_first_did() -> None:
    address: dict[str, Any] = {
        "url": "https://lantern.example/a",
        "by": None,
        "published_at": None,
        "publisher": None,
    }

    def come_second() -> bool:
        try:
            with ledger.writing() as book:
                _, made = find_or_make(book, now=right_now(), due_at=None, **address)
                held.set()
                let_go.wait(20)
                return made
        finally:
            connection.close()

    held, let_go = threading.Event(), threading.Event()
    with ThreadPoolExecutor(1) as pool:
        with ledger.writing() as book:
            first, _ = find_or_make(book, now=right_now(), due_at=None, **address)
            work = pool.submit(come_second)
            until_somebody_waits()
        assert held.wait(20)
        try:
            with pytest.raises(OperationalError), transaction.atomic():
                Article.objects.select_for_update(nowait=True).get(pk=first.pk)
        finally:
            let_go.set()
        assert work.result(timeout=20) is False
