"""Pages written down in one transaction leave the same rows as each in its own, whatever became of them."""

import json
import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from pytest_django import Settings

from claims.models import (
    Anchor,
    Appearance,
    Article,
    Candidate,
    Change,
    Claim,
    Event,
    EventPayload,
    Evidence,
    Origin,
    Publisher,
    PublisherSite,
    RawContent,
    ReReview,
    Snapshot,
    User,
)
from claims.operations import ledger
from claims.operations.findings import finish, finish_together
from claims.operations.ingest import add_article
from claims.operations.leases import lease_articles
from claims.operations.policies import fetch_policy
from claims.operations.sightings import (
    Leased,
    Sighting,
    look_at,
    own_outage,
    put_off,
    said_before,
)
from claims.pipeline.fetch import Fetched, fetch
from claims.pipeline.read_again import read_again
from claims.vocabulary import ChangeKind, CheckOutcome, ClaimStatus
from tests.sites import NewsSite
from tests.stories import decided, right_now, taken_on, tracked

pytestmark = pytest.mark.django_db

Checks = Sequence[tuple[Leased, Sighting]]
NAMES = (
    *("edited", "decided", "gone", "down", "retracted", "turning", "denied", "put-off", "unasked"),
    *("late", "back", "quiet", "Alton", "Bexley", "Corby", "Dover", "new", "newer"),
)
POSTS = (
    *("harbour", "railway", "finance", "interior", "justice", "energy", "health", "defence", "fishery"),
    *("culture", "transport", "trade", "sports", "housing", "forestry", "mining", "tourism", "labour"),
)
MORE = "Parliament meets on Tuesday to debate the budget for the ports, which has been late since January."
EXTRA = "Dock workers held a rally at the eastern gate in the afternoon, and traffic was slow until evening."
DRAWN: tuple[type[models.Model], ...] = (
    Snapshot,
    Change,
    Candidate,
    Appearance,
    Origin,
    ReReview,
    Publisher,
    PublisherSite,
)


def resigns(name: str) -> str:
    """What the page of this name says at first."""
    post = POSTS[NAMES.index(name)]
    return f"The {post} minister has resigned, the prime minister's spokesman said on Sunday."


def said(site: NewsSite, name: str, *sentences: str) -> str:
    """Let the page of this name say the sentences, beside what it always says."""
    published = f"2026-03-{1 + NAMES.index(name):02}T09:00:00Z"
    return site.says(f"/{name}", f"The {name} story", *sentences, MORE, EXTRA, published=published)


def looked_at(held: Leased, at: datetime) -> tuple[Leased, Sighting]:
    """Look at a leased page anew, as a batch does."""
    result = fetch(held.request, policy=fetch_policy())
    if not isinstance(result, Fetched) or result.not_modified or result.status != 200:
        return held, look_at(result, now=at)
    read = read_again(held.page_to_read(result, before=said_before([held]).get(held.id)))
    return held, look_at(result, now=at, read=read)


@pytest.fixture
def checks(
    settings: Settings, site: NewsSite, edith: User, monkeypatch: pytest.MonkeyPatch
) -> list[tuple[Leased, Sighting]]:
    """What a batch saw of pages of which each came to something else; some share their bytes or claims."""
    settings.REMOVED_AFTER_CHECKS, settings.REMOVED_AFTER_SECONDS = 1, 0
    monkeypatch.setattr("claims.operations.findings.random.random", lambda: 0.5)
    known = [name for name in NAMES if not name.startswith("new")]
    pages = {name: taken_on(said(site, name, resigns(name))) for name in known}
    for words in ("The energy minister is ill, a doctor said on Monday.", resigns("turning")):
        said(site, "turning", words)
        finish_together(leased_and_seen([pages["turning"]]))
    for name in ("decided", "gone", "denied"):
        claim = tracked(pages[name], "has resigned", edith)
        decided(claim, edith, ClaimStatus.CONFIRMED)
    Article.objects.filter(pk=pages["back"].pk).update(state="removed", missing_checks=3)
    for name in ("new", "newer"):
        pages[name] = add_article(url=said(site, name, resigns(name)), by=edith, now=right_now()).article
    Article.objects.update(publisher=None)  # the first of them to be seen brings it, the others find it
    PublisherSite.objects.all().delete()

    for name in ("edited", "newer", "late"):
        site.says(f"/{name}", "One story", "The bridge was closed, the council said on Monday.", MORE, EXTRA)
    said(site, "decided", resigns("decided").replace("has resigned", "stays"))
    said(site, "denied", "It is not true that the health minister has resigned, his spokesman said: false.")
    said(site, "retracted", "This article has been retracted.", resigns("retracted"))
    said(site, "turning", "The energy minister is ill, a doctor said on Monday.")
    said(site, "back", resigns("back"), resigns("decided"))
    said(site, "quiet", resigns("decided"), resigns("quiet"))
    site.answers("/gone", status=404)
    site.answers("/down", status=503)
    for town in ("Alton", "Bexley", "Corby", "Dover"):
        site.says(f"/{town}", "Gales ahead", *["Gales hit Valletta."] * 90)
    seen = leased_and_seen(list(pages.values()))
    Article.objects.filter(pk=pages["late"].pk).update(fence=99)
    return seen


def leased_and_seen(articles: list[Article]) -> list[tuple[Leased, Sighting]]:
    """Lease these pages and look at them; the moments are a second apart."""
    leased = lease_articles([article.id for article in articles], only_due=False)
    start = right_now()
    seen = [looked_at(held, start + timedelta(seconds=n)) for n, held in enumerate(leased)]
    at_hand = {"put-off": put_off("elsewhere.example", now=start), "unasked": own_outage(now=start)}
    return [(held, at_hand.get(held.url.rpartition("/")[2], sighting)) for held, sighting in seen]


# ---------------------------------------------------------------- what the rows say
def name_of(row: Any) -> str:
    """What tells a new row apart from the others of its kind, in both ways of writing."""
    match row:
        case Snapshot():
            return f"snapshot {row.number} of {row.article_id}"
        case Change():
            return f"change of {row.article_id} to {name_of(row.after) if row.after else row.kind}"
        case Candidate():
            return f"candidate {row.voice} {row.quote} of {name_of(row.snapshot)}"
        case Appearance():
            return f"appearance of {row.claim_id} in {row.article_id}: {row.quote}"
        case Origin():
            return f"origin of {row.claim_id}: {row.root_name} {row.root_article_id}"
        case _:
            return f"{type(row).__name__} {row}"


def rows_told() -> dict[str, list[str]]:
    """All that was written, by the table, with names in place of ids that are drawn by lot."""
    names = {row.pk: name_of(row) for model in DRAWN for row in model._default_manager.all()}
    told = {}
    left_out = {"hash", "prev_hash", "payload_sha256", "recorded_at"}
    kept: tuple[type[models.Model], ...] = (Article, Anchor, Claim, Evidence, RawContent, Event, EventPayload)
    for model in (*DRAWN, *kept):
        rows = [
            {name: value for name, value in row.items() if name not in left_out}
            for row in model._default_manager.order_by("pk").values()
        ]
        for row in rows:
            if model in (Event, Anchor, PublisherSite):
                del row["id"]
            if model is Claim:
                del row["updated_at"]
            row.pop("claim_state", None)  # as the transaction leaves the claim, which others may have touched
        told[model.__name__] = [json.dumps(_named(row, names), cls=_Plain, sort_keys=True) for row in rows]
        if model not in (Event, EventPayload):
            told[model.__name__].sort()
    return told


class _Plain(DjangoJSONEncoder):
    def default(self, o: Any) -> Any:
        return bytes(o).hex() if isinstance(o, bytes | memoryview) else super().default(o)


def _named(value: Any, names: dict[Any, str]) -> Any:
    """The value with names for ids, also in lists, which are in the order of the ids, and in keys."""
    if isinstance(value, dict):
        return {_named(key, names): _named(inner, names) for key, inner in value.items()}
    if isinstance(value, list):
        are_ids = all(isinstance(inner, str) and inner in names for inner in value)
        named = [_named(inner, names) for inner in value]
        return sorted(named) if are_ids else named
    return names.get(value, value) if isinstance(value, str) else value


def written(checks: Checks, write: Callable[[Checks], object]) -> dict[str, list[str]]:
    """Return what ``write`` leaves of the checks; it is taken back."""
    with transaction.atomic():
        write(checks)
        ledger.verify()
        told = rows_told()
        transaction.set_rollback(True)
    return told


def one_by_one(checks: Checks) -> None:
    for held, seen in checks:
        finish(held, seen)


@pytest.mark.parametrize("order", range(4))
def test_a_group_writes_what_its_pages_would_have_written_one_by_one(
    checks: list[tuple[Leased, Sighting]], order: int
) -> None:
    random.Random(order).shuffle(checks)
    together, apart = written(checks, finish_together), written(checks, one_by_one)
    for table, rows in apart.items():
        assert together[table] == rows, table


def test_the_group_holds_what_can_become_of_a_page(checks: list[tuple[Leased, Sighting]]) -> None:
    outcomes = [report.outcome for report in finish_together(checks)]
    assert {outcome: outcomes.count(outcome) for outcome in set(outcomes)} == {
        CheckOutcome.CHANGED: 7,
        CheckOutcome.CAPTURED: 2,
        CheckOutcome.REMOVED: 1,
        CheckOutcome.FAILED: 7,
        CheckOutcome.LATE: 1,
    }
    kinds = set(Change.objects.values_list("kind", flat=True))
    assert kinds == {
        *(ChangeKind.REMOVED, ChangeKind.RESTORED, ChangeKind.SILENT_EDIT),
        *(ChangeKind.RETRACTION, ChangeKind.TRIVIAL),
    }
    assert Candidate.objects.filter(state="linked").exists()
    assert ReReview.objects.count() == 3
