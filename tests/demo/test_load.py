"""The demo story comes into an empty database, and its changes follow by re-checks alone."""

from collections import Counter
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command

from claims.management.demo.articles import ARTICLES
from claims.management.demo.story import ACCOUNTS, LAST_CHANGE_AFTER, PASSWORD
from claims.models import (
    Appearance,
    Article,
    Candidate,
    Change,
    Claim,
    Event,
    Feed,
    Publisher,
    ReReview,
    User,
)
from claims.operations.evidence import Cited
from claims.operations.feed_reading import read_feeds
from claims.operations.ledger import verify
from claims.operations.recheck import check_articles
from claims.operations.review import decide
from claims.queries.clock import database_now
from claims.vocabulary import ArticleState, CandidateState, ChangeKind, ClaimStatus, HedgeShift, Stance
from tests.demo.conftest import RunningSite

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = pytest.mark.django_db

ARRIVAL = "Moussa Koussa arrived in Britain"
RESIGNATION = "Moussa Koussa has resigned"
SPY_CHIEF = "Libyan intelligence chief"
SPEAKER = "Libyan parliament head"
IMMUNITY = "Moussa Koussa has been offered"


@pytest.fixture(autouse=True)
def _open_to_the_demo(settings: "Settings", site: RunningSite) -> None:
    settings.DEBUG = True
    settings.FETCH_ALLOW_PRIVATE = [site.base.removeprefix("http://")]
    settings.HOST_GAP_SECONDS = 0
    settings.REMOVED_AFTER_CHECKS = 2
    settings.REMOVED_AFTER_SECONDS = 0


def load(site: RunningSite) -> str:
    said = StringIO()
    call_command("demo", site=site.base, clock=site.clock_file, stdout=said)
    return said.getvalue()


def claim(beginning: str) -> Claim:
    return Claim.objects.get(text__startswith=beginning)


def places(beginning: str, publisher: str | None = None) -> list[Appearance]:
    """The appearances of a claim, or those at one publisher."""
    found = Appearance.objects.filter(claim=claim(beginning))
    return list(found.filter(article__publisher__slug=publisher) if publisher else found)


def slug_of(article: Article | None) -> str | None:
    return article.publisher.slug if article and article.publisher else None


def status_after(verdict: ClaimStatus, beginning: str, publisher: str) -> ClaimStatus:
    """Let Edith decide on what one publisher says; return the status that the claim then has."""
    cited = places(beginning, publisher)
    assert cited
    decide(
        claim_id=claim(beginning).id,
        by=User.objects.get(username="edith"),
        seen_version=claim(beginning).version,
        verdict=verdict,
        reason="It is on the record.",
        evidence=[Cited(appearance=place.id) for place in cited],
        now=database_now(),
    )
    return ClaimStatus(claim(beginning).status)


def test_the_opening_state_is_the_promised_one_and_a_second_load_is_refused(site: RunningSite) -> None:
    said = load(site)

    assert f"{len(ARTICLES)} articles" in said
    assert PASSWORD in said
    assert Article.objects.filter(published_at__year=2011).count() == len(ARTICLES)
    assert claim(ARRIVAL).status == ClaimStatus.CONFIRMED
    assert {claim(name).status for name in (RESIGNATION, SPY_CHIEF, SPEAKER)} == {ClaimStatus.UNVERIFIED}
    review = claim(ARRIVAL).reviews.get()
    assert review.decided_by.username == "clara"
    assert {slug_of(piece.article) for piece in review.evidence.all()} == {
        "foreign-office-demo",
        "harbour-post",
    }
    assert {topic.slug for topic in claim(SPY_CHIEF).topics.all()} == {"libyan-defections-march-2011"}
    assert Candidate.objects.filter(state=CandidateState.OPEN).exists()
    reading = next(read_feeds(Feed.objects.values_list("id", flat=True), only_due=True))
    assert (reading.new_articles, reading.known, reading.problem) == ((), 3, "")
    for account in ACCOUNTS:
        person = authenticate(username=account.username, password=PASSWORD)
        assert isinstance(person, User)
        assert person.role == account.role

    before, began = Event.objects.count(), site.clock_file.read_text()
    with pytest.raises(CommandError, match="already holds accounts"):
        load(site)
    assert verify().events == before
    assert site.clock_file.read_text() == began


def test_the_defections_to_tunisia_show_many_articles_one_origin_and_can_be_refuted(
    site: RunningSite,
) -> None:
    load(site)

    for name in (SPY_CHIEF, SPEAKER):
        assert claim(name).article_count == 7
        assert claim(name).origin_count == 1
        denials = {slug_of(place.article) for place in places(name) if place.stance == Stance.REFUTES}
        assert denials == {"meridian-tv", "tripoli-state-tv", "northern-wire"}
        asserting = [place for place in places(name) if place.stance != Stance.REFUTES]
        roots = {slug_of(place.origin.root_article) for place in asserting if place.origin}
        assert roots == {"valletta-notebook"}
    assert not [place.quote for place in places(SPY_CHIEF) if "parliament" in place.quote]
    assert not [place.quote for place in places(SPEAKER) if "intelligence" in place.quote]
    assert status_after(ClaimStatus.REFUTED, SPY_CHIEF, "tripoli-state-tv") == ClaimStatus.REFUTED
    assert status_after(ClaimStatus.CONFIRMED, RESIGNATION, "foreign-office-demo") == ClaimStatus.CONFIRMED


def test_story_time_begins_with_the_load_and_re_checks_alone_tell_all_its_changes(site: RunningSite) -> None:
    site.at(LAST_CHANGE_AFTER)  # of an earlier story, whose database is gone
    load(site)
    assert Article.objects.filter(state=ArticleState.LIVE).count() == len(ARTICLES)
    assert not Change.objects.exists()

    everything = list(Article.objects.values_list("id", flat=True))
    for moment in (LAST_CHANGE_AFTER - 1, LAST_CHANGE_AFTER):
        site.at(moment)
        for _ in range(3):
            for _report in check_articles(everything, only_due=False):
                pass

    kinds = Counter(ChangeKind(change.kind) for change in Change.objects.all())
    assert kinds == {
        ChangeKind.SILENT_EDIT: 2,
        ChangeKind.CORRECTION: 1,
        ChangeKind.UPDATE: 1,
        ChangeKind.HEADLINE_EDIT: 1,
        ChangeKind.RETRACTION: 1,
        ChangeKind.REMOVED: 2,
        ChangeKind.RESTORED: 1,
    }
    assert claim(IMMUNITY).status == ClaimStatus.UNVERIFIED
    assert Change.objects.get(article__url__contains="capital-ledger").hedge_shift == HedgeShift.DROPPED
    corrected = Change.objects.get(kind=ChangeKind.CORRECTION)
    assert {flip["claim"] for flip in corrected.stance_flips} == {claim(SPY_CHIEF).id, claim(SPEAKER).id}
    assert ReReview.objects.get().claim == claim(ARRIVAL)
    assert claim(ARRIVAL).status == ClaimStatus.CONFIRMED


def test_without_debug_the_demo_refuses(settings: "Settings", site: RunningSite) -> None:
    settings.DEBUG = False

    with pytest.raises(CommandError, match="DEBUG=on"):
        load(site)
    assert not User.objects.exists()


def test_a_database_with_somebody_elses_work_is_refused(site: RunningSite) -> None:
    Publisher.objects.create(slug="own", name="Our own", updated_at=database_now())

    with pytest.raises(CommandError, match="already holds publishers"):
        load(site)
    assert not Article.objects.exists()


def test_a_silent_site_is_named_and_nothing_is_written(site: RunningSite) -> None:
    with pytest.raises(CommandError, match="Start `manage"):
        call_command("demo", site="http://127.0.0.1:9", clock=site.clock_file)
    assert not User.objects.exists()
    assert not Event.objects.exists()
    assert not site.clock_file.exists()
