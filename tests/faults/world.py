"""A newsroom to break: sites, database, broker, two workers, a scheduler, Edith, and who listens to it."""

import contextlib
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path

from django.db import DatabaseError, InterfaceError, connection
from django.db.models import Q
from django.test import Client

from claims.models import Article, Change, Claim, Delivery, Event, Snapshot
from claims.operations.ingest import add_article
from claims.operations.people import add_person, issue_token
from claims.operations.recheck import check_articles
from claims.operations.webhooks import add_webhook
from claims.queries.clock import database_now
from claims.vocabulary import ClaimStatus, EventKind, Role, Scope
from tests.faults.brokers import Broker
from tests.faults.processes import Service, children_of, scheduler, wait_until, worker
from tests.receivers import Receiver
from tests.servers import OwnServer
from tests.sites import NewsSite
from tests.stories import a_claim

LEASE_SECONDS = 3.0
_TRIES = 5
RECOVERS_WITHIN_SECONDS = 60.0
TRACKED = 12
_FIRST = ("North", "South", "East", "West", "Upper", "Lower", "Old", "New", "Great", "Little")
_LAST = ("field", "haven", "bridge", "mouth", "dale", "ford", "stead", "cliff", "moor", "gate", "wick", "ham")


@dataclass
class Page:
    """One page of a site, which version of it the site shows, and its article."""

    site: NewsSite
    number: int
    version: int = 0
    article: str = ""

    @property
    def path(self) -> str:
        """Where it stands on its site."""
        return f"/{self.number}"

    @property
    def town(self) -> str:
        """Whose council it tells of."""
        first, last = _FIRST[self.number % 10], _LAST[self.number // 10 % 12]
        return f"{first}{last} {'ABCDEFGHIJ'[self.number // 120 % 10]}"

    @property
    def said(self) -> str:
        """What it says in every version."""
        return f"The council of {self.town} will close harbour number {self.number}, its chairman said."

    def show(self) -> str:
        """Let the site show the present version; returns the address."""
        voted = f"In vote {self.version + 3} the council of {self.town} chose plan {self.version + 7}."
        return self.site.says(self.path, f"{self.town} closes harbour {self.number}", self.said, voted)


@dataclass(frozen=True, slots=True)
class Audit:
    """How many articles were due and not checked, and how many results are missing or there twice.

    ``untold`` are public events that no message told the webhook of; one told under two ids is ``doubled``.
    """

    checked: int
    lost: int
    doubled: int
    untold: int


@dataclass
class World:
    """All of it; ``edited`` are the pages of the running round whose text has moved."""

    engine: str
    environment: dict[str, str]
    scratch: Path
    sites: list[NewsSite]
    broker: Broker
    receiver: Receiver
    rng: random.Random
    redis: OwnServer | None = None
    postgres: OwnServer | None = None
    app: str = "tracker"
    sweeps: bool = True
    pages: list[Page] = field(default_factory=list)
    due: list[Page] = field(default_factory=list)
    edited: list[Page] = field(default_factory=list)
    saves: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Know the processes, without starting them."""
        self.failpoints = Path(self.environment["FAILPOINTS"])
        self.workers = [worker(name, self.app, self.environment, self.scratch) for name in ("one", "two")]
        self.scheduler: Service = scheduler(self.environment, self.scratch)

    # ---- the story

    def take_in(self, pages: int) -> None:
        """Let the sites publish and take every page in; some carry a claim that Edith tracks."""
        self.pages = [Page(self.sites[n % len(self.sites)], n) for n in range(pages)]
        for page in self.pages:
            made = add_article(url=page.show(), by=None, now=database_now(), publisher="The Harbour Post")
            page.article = made.article.id
        ids = [page.article for page in self.pages]
        while missing := list(Article.objects.filter(pk__in=ids, newest=None).values_list("id", flat=True)):
            list(check_articles(missing, only_due=False))  # again where a busy machine was too slow
        self.edith = add_person(username="edith", role=Role.EDITOR, by=None, now=database_now())
        for page in self.pages[:TRACKED]:
            article = Article.objects.get(pk=page.article)
            a_claim(self.edith, text=page.said, quote=page.said, article=article)
        add_webhook(url=self.receiver.url, kinds=[], by=self.edith, now=database_now())
        self._heard_of = self._last_event()
        self.edith_saves()  # once while all is well: a site that is up has read its templates
        self.saves.clear()

    def choose(self, checks: int, edits: int) -> None:
        """Choose the pages of a round and edit some; they fall due by `release`."""
        self.due = self.rng.sample(self.pages, checks)
        self.edited = self.due[:edits]
        for page in self.edited:
            page.version += 1
            page.show()
        ids = [page.article for page in self.due]
        self._before = dict(Article.objects.filter(pk__in=ids).values_list("id", "check_count"))

    def release(self) -> None:
        """Let the pages of the round fall due; without the scheduler, hint at them once."""
        ids = [page.article for page in self.due]
        Article.objects.filter(pk__in=ids).update(due_at=database_now() - timedelta(seconds=1))
        if not self.sweeps:
            self.sweep()

    def sweep(self) -> None:
        """Send hints from here, as one more sweep."""
        from claims.tasks import sweep

        sweep()

    # ---- the processes

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Run workers and, where sweeps are on, the scheduler."""
        services = [*self.workers, *([self.scheduler] if self.sweeps else [])]
        for service in services:
            service.start()
        for each in self.workers:
            wait_until(partial(children_of, each.group), RECOVERS_WITHIN_SECONDS)
        try:
            yield
        finally:
            for service in services:
                service.kill()

    def signal_workers(self, order: signal.Signals) -> None:
        """Send all workers and their children a signal."""
        for each in self.workers:
            each.signal(order)

    def arm(self, failpoint: str, order: signal.Signals) -> None:
        """Let the next process that reaches the failpoint get the signal."""
        draft = self.failpoints / f".{failpoint}"
        draft.write_text(order.name)
        draft.replace(self.failpoints / failpoint)

    def struck(self, failpoint: str, within: float = 20.0) -> bool:
        """Wait until a process has reached the failpoint; else disarm it."""
        armed = self.failpoints / failpoint
        if wait_until(lambda: not armed.exists(), within):
            return True
        armed.unlink(missing_ok=True)
        return False

    def pause(self, longest: float) -> None:
        """Let a random while go by."""
        time.sleep(self.rng.uniform(0, longest))

    # ---- Edith

    def edith_saves(self) -> None:
        """Let Edith decide on the desk and through the API, and note how long each save took."""
        number = len(self.saves)
        browser = Client()
        browser.force_login(self.edith)
        token = issue_token(person=self.edith, scopes=[Scope.DECIDE], by=None, now=database_now())

        def on_the_desk(claim: Claim) -> int:
            reason = f"Still open after {number}."
            form = {"version": claim.version, "verdict": "unverified", "reason": reason}
            return browser.post(f"/desk/claims/{claim.id}/", form).status_code

        def through_the_api(claim: Claim) -> int:
            body = {"verdict": str(ClaimStatus.UNVERIFIED), "reason": f"Open still after {number}."}
            client = Client(headers={"Authorization": f"Token {token}", "If-Match": f'"{claim.version}"'})
            return client.post(f"/api/v1/claims/{claim.id}/reviews/", body, "application/json").status_code

        self._timed(on_the_desk, expected=302, stale=409)
        self._timed(through_the_api, expected=201, stale=412)

    def _timed(self, save: Callable[[Claim], int], *, expected: int, stale: int) -> None:
        """Time each try: a worker may have written on the claim's timeline since Edith looked at it."""
        status = stale
        for _ in range(_TRIES):
            if status == stale:
                claim, started = Claim.objects.order_by("id")[0], time.monotonic()
                status = save(claim)
                self.saves.append(time.monotonic() - started)
        if status != expected:
            raise AssertionError(f"Edith's save was answered with {status}, not {expected}.")

    # ---- what became of it

    def recovered(self, within: float = RECOVERS_WITHIN_SECONDS) -> bool:
        """Wait until every page of the round has been checked and let go, and all that is new has been told.

        A check that could not reach its page (its worker stood still for longer than a fetch may take, say)
        has brought nothing yet: the wait that it has set is cut short.
        """
        return wait_until(lambda: not self._waiting() and not self._unsent(), within, every=0.1)

    def _unsent(self) -> bool:
        try:
            return Delivery.objects.filter(due_at__isnull=False).exists()
        except (DatabaseError, InterfaceError):
            connection.close()
            return True

    def _last_event(self) -> int:
        return Event.objects.order_by("-seq").values_list("seq", flat=True)[0]

    def _waiting(self) -> set[str]:
        ids = [page.article for page in self.due]
        try:
            let_go = Article.objects.filter(pk__in=ids).filter(Q(lease_until=None), due_at__gt=database_now())
            let_go.filter(failures__gt=0).update(due_at=database_now())
            rows = let_go.filter(failures=0)
            done = {key for key, count in rows.values_list("id", "check_count") if count > self._before[key]}
        except (DatabaseError, InterfaceError):  # the database is away, too
            connection.close()
            return set(ids)
        return set(ids) - done

    def audit(self) -> Audit:
        """Count what the round has lost and doubled."""
        waiting = self._waiting()
        missing = twice = 0
        for page in self.due:
            if page.article not in waiting:
                short, over = self._against_the_site(page)
                missing += short
                twice += over
        untold, over = self._against_the_receiver()
        return Audit(len(self.due) - len(waiting), len(waiting) + missing, twice + over, untold)

    def _against_the_receiver(self) -> tuple[int, int]:
        """Compare what is new in the ledger with what the webhook was told; what lacks, what is over."""
        new = Event.objects.filter(public=True, seq__gt=self._heard_of).values_list("id", flat=True)
        told: dict[str, set[str]] = {event: set() for event in new}
        for message in self.receiver.messages:
            told.get(message.told["data"]["id"], set()).add(message.id)
        self._heard_of = self._last_event()
        self.receiver.messages.clear()
        names = told.values()
        return sum(not ids for ids in names), sum(len(ids) - 1 for ids in names if ids)

    def _against_the_site(self, page: Page) -> tuple[int, int]:
        """Compare what we hold of a page with what its site has shown; returns how many lack and are over."""
        events = Event.objects.filter(article_id=page.article)
        claims = events.exclude(claim_id=None).values_list("claim_id", flat=True).distinct()
        pairs = [
            (Snapshot.objects.filter(article=page.article).count(), page.version + 1),
            (events.filter(kind=EventKind.SNAPSHOT_TAKEN).count(), page.version + 1),
            (Change.objects.filter(article=page.article).count(), page.version),
            *(
                (events.filter(kind=EventKind.ARTICLE_CHANGE, claim_id=claim).count(), page.version)
                for claim in set(claims)
            ),
        ]
        return (
            sum(max(0, expected - found) for found, expected in pairs),
            sum(max(0, found - expected) for found, expected in pairs),
        )


def say(words: str) -> None:
    """Tell how far it has come."""
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()
