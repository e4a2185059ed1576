"""The scheduler alone, as real processes: sources change, and soon the timelines and the desk know."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from claims.models import Article, Change, Claim, ReReview, User
from claims.operations.evidence import Cited
from claims.operations.ingest import add_article
from claims.operations.ledger import verify
from claims.operations.people import add_person
from claims.operations.review import decide
from claims.vocabulary import ArticleState, ChangeKind, ClaimStatus, Role
from tests.running import ROOT
from tests.sites import NewsSite
from tests.stories import right_now, tracked

pytestmark = pytest.mark.django_db(transaction=True)

# The scheduler looks every half second; the rest is two cores shared with other tests.
SEEN_WITHIN_SECONDS = 60.0
CADENCE = {
    "SWEEP_SECONDS": "0.5",
    "CHECK_MIN_SECONDS": "0.5",
    "CHECK_MAX_SECONDS": "1",
    "HOST_GAP_SECONDS": "0",
    "REMOVED_AFTER_CHECKS": "2",
    "REMOVED_AFTER_SECONDS": "0.5",
    "FEED_MIN_SECONDS": "1",
}
SAID = "The harbour minister has resigned, the prime minister's spokesman Karl Brandt said on Sunday."
MORE = "Parliament meets on Tuesday to debate the budget for the ports, which has been late since January."


@pytest.fixture
def scheduler(database_url: str, site: NewsSite, tmp_path: Path) -> Iterator[None]:
    """Worker and beat, as `make run` and the containers start them, over the test's database."""
    environment = (
        os.environ
        | CADENCE
        | {
            "DATABASE_URL": database_url,
            "VAR_DIR": str(tmp_path),
            "FETCH_ALLOW_PRIVATE": site.address.removeprefix("http://"),
            "DJANGO_SETTINGS_MODULE": "tracker.settings",
        }
    )
    celery = [sys.executable, "-m", "celery", "-A", "tracker"]
    with contextlib.ExitStack() as processes:
        for words in (["worker", "--concurrency", "2"], ["beat"]):
            log = processes.enter_context((tmp_path / f"{words[0]}.log").open("wb"))
            process = processes.enter_context(
                subprocess.Popen(
                    [*celery, *words],
                    cwd=ROOT,
                    env=environment,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            )
            processes.callback(os.killpg, process.pid, signal.SIGKILL)
        yield


def soon(true: Callable[[], object], what: str, logs: Path) -> None:
    """Wait until ``true`` is; fail with the processes' last words."""
    deadline = time.monotonic() + SEEN_WITHIN_SECONDS
    while not true():
        if time.monotonic() > deadline:
            words = "\n".join(log.read_text()[-3000:] for log in logs.glob("*.log"))
            pytest.fail(f"not seen within {SEEN_WITHIN_SECONDS:.0f} s: {what}\n{words}")
        time.sleep(0.2)


@pytest.mark.usefixtures("scheduler")
def test_edited_corrected_and_removed_pages_are_told_and_reopen_one_verdict(
    site: NewsSite, tmp_path: Path
) -> None:
    edith = add_person(username="edith", role=Role.EDITOR, by=None, now=right_now())
    articles = {
        name: add_article(
            url=site.says(f"/{name}", f"The {name} paper", SAID, f"{name}. {MORE}"),
            by=None,
            publisher=f"The {name} paper",
            now=right_now(),
        ).article
        for name in ("edited", "corrected", "removed")
    }
    live = Article.objects.filter(state=ArticleState.LIVE)
    soon(lambda: live.count() == 3, "three first snapshots", tmp_path)
    claim = _refuted_on(articles["edited"], edith)

    site.says(
        "/edited", "The edited paper", SAID.replace("has resigned", "has not resigned"), f"edited. {MORE}"
    )
    site.says(
        "/corrected",
        "The corrected paper",
        "The harbour minister stays in office.",
        f"corrected. {MORE}",
        "Correction: An earlier version of this article said that the minister had resigned.",
    )
    site.answers("/removed", status=410, body=b"gone")

    for name, kind in (
        ("edited", ChangeKind.SILENT_EDIT),
        ("corrected", ChangeKind.CORRECTION),
        ("removed", ChangeKind.REMOVED),
    ):
        changes = Change.objects.filter(article=articles[name])
        soon(changes.exists, f"{name} page", tmp_path)
        assert [change.kind for change in changes] == [kind]
    assert ReReview.objects.get().claim == claim
    claim.refresh_from_db()
    assert claim.under_review
    verify()


def _refuted_on(article: Article, by: User) -> Claim:
    """A claim whose verdict rests on the article."""
    claim = tracked(article, "harbour minister has resigned", by)
    decide(
        claim_id=claim.id,
        by=by,
        seen_version=claim.version,
        verdict=ClaimStatus.REFUTED,
        reason="He was seen at work.",
        evidence=[Cited(appearance=claim.appearances.filter(article=article)[0].id)],
        now=right_now(),
    )
    return claim
