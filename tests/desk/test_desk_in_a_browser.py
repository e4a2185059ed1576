"""The desk in a real Chromium: every page at two widths in light and dark, by mouse, keys, without script."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from claims.models import Article, Candidate, Claim, ReReview, Review, User, Webhook
from claims.operations.aliases import add_alias
from claims.operations.people import add_person
from claims.operations.webhooks import add_webhook
from claims.vocabulary import CandidateState, ClaimStatus, ReviewState, Role
from tests.desk.conftest import LANDED, WIRE, a_candidate
from tests.stories import a_claim, a_topic, an_article, decided, right_now

if TYPE_CHECKING:
    from playwright.sync_api import Page

OpenWindow = Callable[..., "Page"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSPHRASE = "a long passphrase"


@pytest.fixture
def edith(transactional_db: None) -> User:
    return add_person(username="edith", role=Role.EDITOR, by=None, now=right_now(), password=PASSPHRASE)


@pytest.fixture
def article(transactional_db: None) -> Article:
    return an_article(WIRE)


@pytest.fixture
def signed_in(live_site: str, browser_page: OpenWindow, edith: User) -> OpenWindow:
    """A maker of windows in which Edith has logged in."""

    def open_window(width: int = 1280, scheme: str = "light", *, script: bool = True) -> "Page":
        page = browser_page(width, scheme, script=script)
        page.goto("/accounts/login/?next=/desk/")
        page.fill("[name=login]", "edith")
        page.fill("[name=password]", PASSPHRASE)
        page.press("[name=password]", "Enter")
        page.wait_for_url("**/desk/")
        return page

    return open_window


@pytest.fixture
def story(edith: User, article: Article) -> dict[str, str]:
    """A desk with everything on it; the addresses of its pages by name."""
    a_topic("Harbour affair")
    claim = a_claim(edith, article=article, quote=LANDED, claimant="the Foreign Office")
    decided(claim, edith, ClaimStatus.REFUTED)
    review = Review.objects.get()
    ReReview.objects.create(
        claim=claim, review=review, opened_at=right_now(), reason="The page was corrected."
    )
    Review.objects.create(
        claim=claim,
        number=2,
        verdict=ClaimStatus.CONFIRMED,
        reason="A source told us.",
        state=ReviewState.AWAITING_SIGN_OFF,
        decided_by=add_person(username="emil", role=Role.EDITOR, by=None, now=right_now()),
        decided_at=right_now(),
    )
    candidate = a_candidate(edith, "The gates were shut.", article, "the gates were shut")
    Candidate.objects.filter(pk=candidate.pk).update(
        suggested=claim,
        suggestion_reasons=["Both name the port."],
        hedged=True,
        hedges=["reportedly"],
        zone="suggest",
    )
    add_webhook(url="https://program.example/inbox?key=1", kinds=[], by=edith, now=right_now())
    Webhook.objects.update(state="failing", state_reason="program.example answered 500.", failures=7)
    add_alias(name="the chief diplomat", canonical="Moussa Koussa", by=edith, now=right_now())
    Article.objects.filter(pk=article.pk).update(failures=3, state_reason="The server does not answer.")
    return {
        "queue": reverse("desk_queue"),
        "queue, finding": f"/desk/?find={candidate.id}&q=minister",
        "candidate": reverse("desk_candidate", args=[candidate.id]),
        "claims": reverse("desk_claims"),
        "workbench": reverse("desk_claim", args=[claim.id]),
        "new claim": reverse("desk_new_claim"),
        "articles": reverse("desk_articles"),
        "article": reverse("desk_article", args=[article.id]),
        "feeds": reverse("desk_feeds"),
        "topics": reverse("desk_topics"),
        "names": reverse("desk_aliases"),
        "webhooks": reverse("desk_webhooks"),
    }


@pytest.mark.parametrize(
    ("width", "scheme"), [(390, "light"), (390, "dark"), (1280, "light"), (1280, "dark")]
)
def test_every_page_of_the_desk_is_accessible_and_fits(
    signed_in: OpenWindow, story: dict[str, str], width: int, scheme: str
) -> None:
    page = signed_in(width, scheme)
    axe = Axe()
    for name, address in story.items():
        page.goto(address)
        found = axe.run(page)
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} is too wide"
        assert page.get_by_role("heading", level=1).count() == 1, name
    page.goto(story["workbench"])
    for summary in page.locator("summary").all():
        summary.click()
    page.get_by_label("Confirmed").check()
    page.get_by_role("button", name="Decide").click()
    page.get_by_text("Give the reason for this verdict").wait_for()
    found = axe.run(page)
    assert found.violations_count == 0, f"a refused decision: {found.generate_report()}"


def test_a_question_mark_brings_the_keys_into_sight_and_sends_them_away(
    signed_in: OpenWindow, story: dict[str, str]
) -> None:
    page = signed_in(1280)
    page.set_viewport_size({"width": 1280, "height": 400})
    page.goto(story["queue"])
    keys = page.get_by_role("heading", name="Keys", exact=True)
    expect(keys).not_to_be_in_viewport()
    page.keyboard.press("?")
    expect(keys).to_be_in_viewport()
    page.keyboard.press("?")
    expect(keys).to_be_hidden()
    page.keyboard.press("?")
    expect(keys).to_be_in_viewport()


def test_a_long_word_leaves_the_other_columns_in_sight(signed_in: OpenWindow, article: Article) -> None:
    Article.objects.filter(pk=article.pk).update(headline="Harbour" * 40)
    page = signed_in()
    page.goto(reverse("desk_articles"))
    table = page.get_by_role("group", name="Table of articles")
    assert table.evaluate("it => it.scrollWidth - it.clientWidth") == 0


def test_edith_decides_and_a_stale_save_keeps_her_words(
    signed_in: OpenWindow, edith: User, article: Article
) -> None:
    claim = a_claim(edith, article=article, quote=LANDED)
    page = signed_in()
    page.goto(reverse("desk_claim", args=[claim.id]))
    page.get_by_role("radio", name="Refuted").check()
    page.get_by_label("Reason", exact=True).fill("I typed this for ten minutes.")
    hint = page.locator("[data-hint]")
    page.get_by_role("group", name="Evidence").get_by_role("checkbox").first.check()
    expect(hint).to_contain_text("Not enough")
    page.locator("select[name^=counts]").first.select_option("primary")
    expect(hint).to_contain_text("counts as a primary document")

    decided(claim, edith, ClaimStatus.DISPUTED, reason="Emil was quicker.")
    with page.expect_response(lambda answer: answer.request.method == "POST") as saved:
        page.get_by_role("button", name="Decide").click()
    assert saved.value.status == 409
    expect(page.get_by_role("heading", name="This claim has changed")).to_be_visible()
    expect(page.get_by_text("Emil was quicker.").first).to_be_visible()
    expect(page.get_by_label("Reason", exact=True)).to_have_value("I typed this for ten minutes.")
    expect(page.get_by_role("radio", name="Refuted")).to_be_checked()
    expect(page.get_by_role("group", name="Evidence").get_by_role("checkbox").first).to_be_checked()
    page.get_by_role("button", name="Decide").click()
    page.get_by_text("Decided: refuted").wait_for()
    claim.refresh_from_db()
    assert (claim.status, claim.reason) == (ClaimStatus.REFUTED, "I typed this for ten minutes.")


def test_a_decision_without_a_verdict_is_answered_in_our_words(
    signed_in: OpenWindow, edith: User, article: Article
) -> None:
    claim = a_claim(edith, article=article, quote=LANDED)
    page = signed_in()
    page.goto(reverse("desk_claim", args=[claim.id]))
    page.get_by_label("Reason", exact=True).fill("I typed this for ten minutes.")
    page.get_by_role("button", name="Decide").click()
    page.get_by_text("Choose a verdict.").wait_for()
    expect(page.get_by_label("Reason", exact=True)).to_have_value("I typed this for ten minutes.")


def test_a_refused_form_opens_where_it_was_refused(
    signed_in: OpenWindow, edith: User, article: Article
) -> None:
    claim = a_claim(edith, article=article, quote=LANDED)
    page = signed_in(390, script=False)
    page.goto(reverse("desk_claim", args=[claim.id]))
    page.get_by_role("radio", name="Confirmed").check()
    page.get_by_label("Reason", exact=True).fill("We heard so.")
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_role("alert")).to_be_in_viewport()
    expect(page.get_by_role("alert")).to_be_focused()

    for number in range(12):
        an_article(url=f"https://harbour-post.example/{number}")
    page.goto(reverse("desk_articles"))
    page.get_by_label("Address", exact=True).first.fill("ftp://herald.example/a")
    page.get_by_role("button", name="Add article").click()
    page.locator(".field__error").wait_for()
    expect(page.get_by_label("Address", exact=True).first).to_be_in_viewport()
    expect(page.get_by_label("Address", exact=True).first).to_be_focused()


def test_a_reason_half_typed_outlives_a_click_elsewhere_on_the_page(
    signed_in: OpenWindow, edith: User, article: Article
) -> None:
    claim = a_claim(edith, article=article, quote=LANDED)
    page = signed_in()
    page.goto(reverse("desk_claim", args=[claim.id]))
    reason = page.get_by_label("Reason", exact=True)
    reason.fill("Half a sen")
    page.get_by_text("Wording, claimant, topics").click()
    page.get_by_label("Claimed by").fill("Karl Brandt")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved; the timeline tells it.").wait_for()
    expect(reason).to_have_value("Half a sen")
    reason.fill("Half a sentence.")
    page.get_by_role("radio", name="Unverified").check()
    page.get_by_role("button", name="Decide").click()
    page.get_by_text("Decided: unverified").wait_for()
    expect(reason).to_have_value("")


def test_the_queue_is_worked_by_keys_alone(signed_in: OpenWindow, edith: User) -> None:
    first = a_candidate(edith, "The ferry was late.")
    rest = [a_candidate(edith, text) for text in ("Rain fell on the quay.", "The gates were shut.")]
    Candidate.objects.filter(pk=first.pk).update(score=1.5)
    page = signed_in()
    page.keyboard.press("t")
    page.get_by_text("Tracked: The ferry was late.").wait_for()
    assert Claim.objects.get().text == "The ferry was late."

    page.wait_for_load_state()  # keys work once the script has run
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("d")
    page.keyboard.type("jtm: an opinion")
    page.keyboard.press("Enter")
    page.get_by_text("Dismissed:").wait_for()
    dismissed = Candidate.objects.get(state=CandidateState.DISMISSED)
    assert dismissed.dismissal == "jtm: an opinion"

    page.wait_for_load_state()
    page.keyboard.press("m")
    page.keyboard.type("ferry")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Merge into “The ferry was late.”").wait_for()
    page.wait_for_load_state()
    page.keyboard.press("m")
    page.keyboard.press("Enter")
    page.get_by_text("Merged into").wait_for()
    assert {Candidate.objects.get(pk=row.pk).state for row in rest} == {
        CandidateState.DISMISSED,
        CandidateState.MERGED,
    }


def test_the_keys_can_be_turned_off_and_never_act_while_typing(signed_in: OpenWindow, edith: User) -> None:
    a_candidate(edith, "The ferry was late.")
    page = signed_in()
    page.reload()
    page.get_by_label("Why it is dismissed").fill("")
    page.get_by_label("Why it is dismissed").press("t")
    page.locator("h1").click()
    page.get_by_role("button", name="Turn the keys off").click()
    page.locator("h1").click()
    page.keyboard.press("t")
    page.reload()
    page.keyboard.press("t")
    expect(page.get_by_role("button", name="Turn the keys on")).to_be_visible()
    assert not Claim.objects.exists()


def test_a_passage_selected_in_the_text_becomes_a_claim(signed_in: OpenWindow, article: Article) -> None:
    assert article.newest is not None
    Candidate.objects.all().delete()
    page = signed_in()
    page.goto(reverse("desk_article", args=[article.id]))
    page.evaluate(
        """() => {
            const [first, second] = document.querySelectorAll("p[data-start]");
            const walk = (p) => document.createTreeWalker(p, NodeFilter.SHOW_TEXT).nextNode();
            const range = document.createRange();
            range.setStart(walk(first), walk(first).data.indexOf("The harbour"));
            range.setEnd(walk(second), "Nobody at the port".length);
            getSelection().removeAllRanges();
            getSelection().addRange(range);
        }"""
    )
    passage = "The harbour was closed for the night.\n\nNobody at the port"
    expect(page.get_by_label("Passage")).to_have_value(passage)
    page.get_by_label("The claim in our words").fill("The port of Farnborough was shut")
    page.get_by_label("Track at once").check()
    page.get_by_role("button", name="New claim from selection").click()
    page.get_by_text("Tracked. Weigh its evidence here.").wait_for()
    appearance = Claim.objects.get().appearances.get()
    assert appearance.quote == passage
    assert appearance.start == article.newest.text.index("The harbour")


def test_all_of_it_works_without_script(signed_in: OpenWindow, edith: User, article: Article) -> None:
    a_candidate(edith, "The ferry was late.")
    page = signed_in(390, script=False)
    row = page.locator("article", has_text="The ferry was late.")
    row.get_by_label("In our words").fill("A ferry was late")
    row.get_by_role("button", name="Track").click()
    page.get_by_text("Tracked: A ferry was late").wait_for()

    page.goto(reverse("desk_article", args=[article.id]))
    page.get_by_label("Passage").fill("the  gates\nwere shut")
    page.get_by_label("The claim in our words").fill("The gates of the port are shut")
    page.get_by_label("Track at once").check()
    page.get_by_role("button", name="New claim from selection").click()
    page.get_by_text("Tracked. Weigh its evidence here.").wait_for()

    page.get_by_role("radio", name="Disputed").check()
    page.get_by_label("Reason", exact=True).fill("Two porters disagree.")
    page.get_by_role("group", name="Evidence").get_by_role("checkbox").check()
    page.get_by_role("button", name="Decide").click()
    page.get_by_text("Decided: disputed").wait_for()
    assert Claim.objects.get(text="The gates of the port are shut").status == ClaimStatus.DISPUTED
