"""Many values in one parameter of a statement arrive as they are, on both engines."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DataError, connection, transaction

from claims.models import Article, Candidate, Event, EventPayload, Host
from claims.operations.leases import HeldHosts
from claims.operations.saving import insert, save_checked
from claims.queries.among import Among
from claims.queries.rows import table_of

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
ODD = ["", "NULL", "a,b", "{c}", 'say "d"', r"e\f", r"\"", "g'h", "i%sj", "ŷ\n\t ÿ", "[k]", " l "]


def hosts(*names: str, free_at: datetime = NOON, held_by: str = "ours") -> None:
    Host.objects.bulk_create([Host(name=name, free_at=free_at, held_by=held_by) for name in names])


def test_a_column_is_compared_with_any_text() -> None:
    hosts(*ODD, *(f"{name}x" for name in ODD))
    assert set(Host.objects.filter(Among("name", ODD)).values_list("name", flat=True)) == set(ODD)
    assert not Host.objects.filter(Among("name", [])).exists()


def test_a_table_holds_any_text_number_and_moment() -> None:
    rows = [
        (text, 2**40 + number, NOON + timedelta(seconds=number, microseconds=7 * number))
        for number, text in enumerate(ODD)
    ]
    table, values = table_of({"text": str, "number": int, "moment": datetime}, [*rows, ("z", None, None)])
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT text, number, moment FROM ({table}) AS seen", [values])  # noqa: S608 - ours
        found = cursor.fetchall()
    read = connection.ops.adapt_datetimefield_value
    assert found == [*((text, number, read(moment)) for text, number, moment in rows), ("z", None, None)]


def test_hosts_are_let_go_each_from_its_moment() -> None:
    hosts("sooner", "later", "unsaid")
    hosts("theirs", held_by="another worker")
    moments = {"sooner": NOON - timedelta(seconds=1), "later": NOON + timedelta(seconds=1.5)}
    HeldHosts("ours", {}).release(moments | {"theirs": NOON + timedelta(hours=1)})
    assert dict(Host.objects.values_list("name", "free_at")) == {
        "sooner": NOON,
        "later": NOON + timedelta(seconds=1.5),
        "unsaid": NOON,
        "theirs": NOON,
    }
    assert list(Host.objects.exclude(held_by="").values_list("name", "held_until")) == [("theirs", None)]


def test_articles_are_saved_together_as_they_are() -> None:
    common = {"host": "news.example", "headline": "as it was", "added_at": NOON, "updated_at": NOON}
    for number in range(len(ODD)):
        Article.objects.create(url=f"https://news.example/{number:02}", **common)
    articles = list(Article.objects.order_by("url"))
    for number, (article, text) in enumerate(zip(articles, ODD, strict=True)):
        article.headline = article.etag = article.state_reason = text
        article.check_count, article.failures = number, 2**31 - 1 - number
        article.last_seen_at = NOON + timedelta(microseconds=number) if number % 2 else None
        article.published_at = datetime(1987, 12, 8, 23, 59, 59, 999999, tzinfo=UTC)
        article.url, article.fence = "https://elsewhere.example/", 7  # not a check's to change
    save_checked(articles)
    for saved, article in zip(Article.objects.order_by("url"), articles, strict=True):
        same = [
            field.attname for field in Article._meta.concrete_fields if field.name not in {"url", "fence"}
        ]
        assert [getattr(saved, name) for name in same] == [getattr(article, name) for name in same]
        assert (saved.host, saved.fence) == ("news.example", 0)
        assert saved.url.startswith("https://news.example/")


def test_new_rows_are_inserted_together_as_they_are() -> None:
    candidates = [
        Candidate(
            text=f"x{text}",
            quote=text,
            start=number or None,
            end=2**31 - 1 - number,
            anonymous=bool(number % 2),
            hedges=[text, {"deeper": [None, True, 0.1, text]}],
            reasons=[] if number % 2 else ODD,
            score=0.1 + 0.7 * number,
            suggestion_score=None if number % 2 else 1e-7 / 3,
            proposed_at=datetime(1, 1, 2, 3, 4, 5, 999_999 - number, tzinfo=UTC),
            updated_at=datetime(9998, 12, 30, 23, 59, 59, 999_999 - number, tzinfo=UTC),
        )
        for number, text in enumerate(ODD)
    ]
    insert(candidates)
    insert([])
    kept = {row.pk: row for row in Candidate.objects.all()}
    assert len(kept) == len(ODD)
    for candidate in candidates:
        for field in Candidate._meta.concrete_fields:
            assert getattr(kept[candidate.pk], field.attname) == getattr(candidate, field.attname)
        candidate.score = 0.5
        candidate.save()  # it is known to be there
    assert set(Candidate.objects.values_list("score", flat=True)) == {0.5}


@pytest.mark.parametrize("state", [None, {}, {"text": "ŷ"}])
def test_nothing_in_place_of_json_is_null(state: dict[str, str] | None) -> None:
    event = Event(seq=1, kind="review", public=True, occurred_at=NOON, recorded_at=NOON, hash="h")
    insert([event])
    insert([EventPayload(event=event, text="Said.", data={"a": None}, claim_state=state)])
    assert EventPayload.objects.get().claim_state == state
    assert EventPayload.objects.filter(claim_state__isnull=True).exists() is (state is None)
    assert EventPayload.objects.get().data == {"a": None}


@pytest.mark.only_postgres  # SQLite keeps any length
def test_what_is_too_long_for_its_column_is_refused_whole() -> None:
    rows = [Candidate(text="x" * length, proposed_at=NOON, updated_at=NOON) for length in (500, 501)]
    with pytest.raises(DataError), transaction.atomic():
        insert(rows)
    assert not Candidate.objects.exists()


@pytest.mark.only_postgres  # SQLite keeps any text
@pytest.mark.parametrize("unwritable", ["\0", "\ud800"])
def test_what_no_column_can_hold_is_refused_whole(unwritable: str) -> None:
    rows = [Candidate(text=text, proposed_at=NOON, updated_at=NOON) for text in ("x", f"x{unwritable}")]
    with pytest.raises(DataError), transaction.atomic():
        insert(rows)
    assert not Candidate.objects.exists()
