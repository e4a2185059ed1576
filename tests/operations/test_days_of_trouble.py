"""Days of sources that are edited, go, come back, fail and turn, held against what truly happened."""

import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from pytest_django import Settings

from claims.models import Article, Change, Snapshot
from claims.operations.ingest import add_article
from claims.operations.recheck import check_due
from claims.operations.upkeep import put_in_order
from claims.queries.clock import database_now
from claims.queries.due import due_hosts
from claims.vocabulary import ArticleState, ChangeKind
from tests.sites import Answer, NewsSite, page

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAYS = timedelta(days=9)
SHORTEST = timedelta(hours=3)
PAGES = 6
SURELY_TOLD = 40 * HOUR  # four checks over a day, at most six hours apart, and the way to the first
GONE = ("missing", "front page", "soft 404")
LAPSES = ("error", "bot wall", "consent", "empty", "overloaded", "cut off")
WORKERS_STOP = (START + timedelta(days=5), START + timedelta(days=6))


class Clock:
    """The time that all workers go by."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that only the test moves, in the place of the database's."""
    clock = Clock()
    for name, module in list(sys.modules.items()):
        if name.startswith("claims."):
            if getattr(module, "database_now", None) is database_now:
                monkeypatch.setattr(module, "database_now", clock)
            if hasattr(module, "database_clock"):
                monkeypatch.setattr(module, "database_clock", lambda: clock)
    return clock


@dataclass
class Source:
    """What truly becomes of a page: its edits, and the stretches in which it shows something else."""

    number: int
    edits: list[datetime] = field(default_factory=list)
    stretches: list[tuple[datetime, datetime, str]] = field(default_factory=list)
    asked: list[datetime] = field(default_factory=list)

    @property
    def path(self) -> str:
        return f"/news/{self.number}"

    def version(self, at: datetime) -> int:
        return sum(edit <= at for edit in self.edits)

    def shows(self, at: datetime) -> str:
        return next((kind for start, end, kind in self.stretches if start <= at < end), "article")

    def body(self, version: int) -> bytes:
        return page(
            f"Bridge {self.number} closed",
            f"Bridge number {self.number} was closed on Sunday, a spokesman for the council of Alton said.",
            f"The council heard item {version} of its list, and nobody objected to what it proposed.",
            f"Ferries ran every {20 + self.number} minutes, and the queue at the pier was long until dusk.",
        ).encode()

    def answer(self, at: datetime) -> Answer:
        """What the address answers just now."""
        stand_ins: dict[str, Callable[[], Answer]] = {
            "missing": lambda: Answer(b"<h1>Gone</h1>", 404),
            "front page": lambda: Answer(status=302, headers={"Location": "/"}),
            "soft 404": lambda: Answer(page("Page not found", "Try our front page.").encode()),
            "error": lambda: Answer(status=500),
            "bot wall": lambda: Answer(page("Just a moment...", "Verify you are human.").encode(), 403),
            "consent": lambda: Answer(page("Before you continue", "We use cookies.").encode()),
            "empty": lambda: Answer(page("", "").encode()),
            "overloaded": lambda: Answer(status=429, headers={"Retry-After": "7200"}),
            "cut off": lambda: Answer(self.body(self.version(at))[:300], cut=200),
        }
        other = stand_ins.get(self.shows(at))
        return other() if other else Answer(self.body(self.version(at)))


def sources(chance: random.Random) -> Iterator[Source]:
    """Make up what becomes of each page."""
    for number in range(PAGES):
        source = Source(number)
        at = START
        while (at := at + timedelta(hours=chance.uniform(10, 90))) < START + DAYS:
            source.edits.append(at)
        at = START + timedelta(hours=chance.uniform(6, 40))
        while at < START + DAYS:
            kind = chance.choice((*GONE, *GONE, *LAPSES))
            hours = chance.choice((chance.uniform(4, 20), chance.uniform(52, 90)))
            source.stretches.append((at, at + hours * HOUR, kind))
            at += (hours + chance.uniform(20, 90)) * HOUR
        yield source


@pytest.fixture
def days(settings: Settings, site: NewsSite, clock: Clock) -> Callable[[], list[tuple[Source, Article]]]:
    """Let days pass over the pages; returns each with its article."""
    settings.CHECK_MIN_SECONDS, settings.CHECK_MAX_SECONDS = SHORTEST.total_seconds(), 7 * 86_400.0
    settings.REMOVED_AFTER_CHECKS, settings.REMOVED_AFTER_SECONDS = 4, 86_400.0
    site.answers("/", body=page("The Lantern", "News of the day from all the towns.").encode())

    def pass_by() -> list[tuple[Source, Article]]:
        chance = random.Random(20110330)
        random.seed(20110330)  # the jitter of the schedule
        made = [
            (source, add_article(url=site.url(source.path), by=None, now=START).article)
            for source in sources(chance)
        ]
        while clock.now < START + DAYS:
            _look(site, clock, [source for source, _ in made])
            soonest = Article.objects.order_by("due_at").values_list("due_at", flat=True)[0]
            assert soonest is not None
            clock.now = max(clock.now + 2 * HOUR, soonest)
            if WORKERS_STOP[0] <= clock.now < WORKERS_STOP[1]:
                clock.now = WORKERS_STOP[1]
        return [(source, Article.objects.get(pk=article.pk)) for source, article in made]

    return pass_by


def _look(site: NewsSite, clock: Clock, made: list[Source]) -> None:
    """Do what a sweep does, while the pages show what they show just now."""
    for source in made:
        site.pages[source.path] = source.answer(clock.now)
    before = len(site.asked)
    put_in_order()
    list(check_due(due_hosts(patience=timedelta(0))))
    asked = {path for path, _ in site.asked[before:]}
    for source in made:
        if source.path in asked:
            source.asked.append(clock.now)


def false_or_untold(source: Source, article: Article) -> list[Any]:
    """Removals and returns that were told and did not happen, or the other way round."""
    wrong: list[Any] = []
    told = Change.objects.filter(article=article, kind__in=(ChangeKind.REMOVED, ChangeKind.RESTORED))
    gone = [stretch for stretch in source.stretches if stretch[2] in GONE]
    for change in told:
        assert change.not_before is not None
        moments = [start if change.kind == ChangeKind.REMOVED else end for start, end, _ in gone]
        lasting = [end - start >= 24 * HOUR for start, end, _ in gone]
        if not any(
            change.not_before <= moment <= change.not_after and is_lasting
            for moment, is_lasting in zip(moments, lasting, strict=True)
        ):
            wrong.append(("false", change.kind, change.not_before, change.not_after))
    for start, end, kind in gone:
        watched = min(end, START + DAYS) - start
        if start < WORKERS_STOP[1] and end > WORKERS_STOP[0]:
            continue
        known = told.filter(kind=ChangeKind.REMOVED, not_before__lte=start, not_after__gte=start)
        if watched >= SURELY_TOLD + 12 * HOUR and not known.exists():
            wrong.append(("untold", kind, start, end))
    return wrong


def test_days_of_trouble_are_told_as_they_were(
    days: Callable[[], list[tuple[Source, Article]]], clock: Clock
) -> None:
    removed = edits = 0
    for source, article in days():
        assert false_or_untold(source, article) == []
        kinds = set(Change.objects.filter(article=article).values_list("kind", flat=True))
        assert kinds <= {ChangeKind.REMOVED, ChangeKind.RESTORED, ChangeKind.SILENT_EDIT}
        for change in Change.objects.filter(article=article, kind=ChangeKind.SILENT_EDIT):
            assert change.not_before is not None
            assert [at for at in source.edits if change.not_before <= at <= change.not_after]
            assert change.after is not None
            assert f"item {source.version(change.not_after)} of" in change.after.text
            edits += 1
        versions = list(Snapshot.objects.filter(article=article).order_by("number").values_list("text"))
        assert len(versions) == len(set(versions)), "each is kept once"
        assert all(later - earlier >= SHORTEST for earlier, later in pairwise(source.asked)), "never undue"
        assert article.due_at is not None
        assert article.due_at <= clock.now + timedelta(days=7), "nothing is dropped"
        assert article.attempts == 0
        removed += ChangeKind.REMOVED in kinds
    assert removed >= 2
    assert edits >= 10
    assert Article.objects.exclude(state=ArticleState.LIVE).count() < PAGES


def test_without_patience_the_same_days_tell_removals_that_were_none(
    days: Callable[[], list[tuple[Source, Article]]], settings: Settings
) -> None:
    settings.REMOVED_AFTER_CHECKS, settings.REMOVED_AFTER_SECONDS = 1, 0.0
    assert [wrong for source, article in days() for wrong in false_or_untold(source, article)]
