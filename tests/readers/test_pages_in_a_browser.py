"""Rita reads in a real browser: on a phone, in the dark, without script, with a screen reader's rules."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from claims.models import Claim
from claims.vocabulary import ClaimStatus
from tests.readers.conftest import Newsroom

if TYPE_CHECKING:
    from playwright.sync_api import FloatRect, Page

    from tests.sites import NewsSite

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OpenWindow = Callable[..., "Page"]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def broken_rules(page: "Page") -> list[str]:
    """What axe-core finds wrong with the page, one line for each rule."""
    # axe wants things to stand still; so do people who ask for less motion.
    page.emulate_media(reduced_motion="reduce")
    found: list[dict[str, Any]] = Axe().run(page, options={"runOnly": WCAG}).response["violations"]
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:120]}" for rule in found]


def too_wide(page: "Page") -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


@pytest.fixture
def settled(newsroom: Newsroom, resignation: Claim) -> Claim:
    newsroom.decides(resignation, ClaimStatus.REFUTED, "He opened the new pier this morning.")
    return resignation


def addresses(claim: Claim) -> list[str]:
    article = claim.appearances.order_by("seen_at").values_list("article", flat=True)[0]
    return [
        "/",
        "/claims/",
        "/claims/?q=nothing+like+it",
        claim.get_absolute_url(),
        f"{claim.get_absolute_url()}?at=2099-01-01T00:00",
        f"{claim.get_absolute_url()}?at=2011-01-01T00:00",
        f"/embed/claims/{claim.id}/",
        "/topics/harbour-affair/",
        "/publishers/the-lantern/",
        "/claimants/karl-brandt/",
        f"/articles/{article}/",
        "/search/?q=harbour",
        "/corrections/",
        "/method/",
        "/accounts/login/",
        "/claims/?cursor=nonsense",
        "/topics/none/",
    ]


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])
def test_no_page_breaks_a_rule_of_accessibility_or_runs_off_the_screen(
    browser_page: OpenWindow, live_site: str, settled: Claim, width: int, scheme: str
) -> None:
    page = browser_page(width=width, color_scheme=scheme)
    faults = []
    for address in addresses(settled):
        page.goto(address)
        faults += [f"{address} {fault}" for fault in broken_rules(page)]
        if too_wide(page):
            faults.append(f"{address} runs off the screen")
    assert not faults


def test_words_without_end_push_nothing_off_the_screen(
    browser_page: OpenWindow, live_site: str, newsroom: Newsroom, settled: Claim
) -> None:
    """A word of 60 letters in the claim, in the reason, in a headline and in every name."""
    word = "Lotsenhaus" * 6
    snapshot = newsroom.brings_in(word, f"{word} has been sold, a clerk of {word} said.")
    claim = newsroom.tracks(f"{word} has been sold", snapshot, f"{word} has been sold", claimant=word)
    newsroom.decides(claim, ClaimStatus.CONFIRMED, f"{word} says so on the record.")
    page = browser_page(width=390)
    wide = []
    for path in (
        "/",
        "/claims/",
        claim.get_absolute_url(),
        f"/articles/{snapshot.article_id}/",
        f"/publishers/{word.lower()}/",
        f"/claimants/{word.lower()}/",
        f"/search/?q={word}",
    ):
        answer = page.goto(path)
        assert answer is not None
        assert answer.ok, path
        if too_wide(page):
            wide.append(path)
    assert not wide


def test_what_stands_above_a_table_uses_the_width_of_a_phone(
    browser_page: OpenWindow, live_site: str, settled: Claim
) -> None:
    article = settled.appearances.order_by("seen_at").values_list("article", flat=True)[0]
    page = browser_page(width=390)
    page.goto(f"/articles/{article}/")
    box = page.locator("caption").bounding_box()
    assert box is not None
    assert box["width"] > 300


def test_on_a_wide_screen_the_side_column_stands_beside_the_timeline(
    browser_page: OpenWindow, live_site: str, settled: Claim
) -> None:
    """On a phone the evidence comes before the timeline, the tools after everything."""

    def place(page: "Page", selector: str) -> "FloatRect":
        box = page.locator(selector).first.bounding_box()
        assert box is not None
        return box

    page = browser_page(width=1280)
    page.goto(settled.get_absolute_url())
    proof, main = place(page, ".claim__proof"), place(page, ".claim__main")
    assert proof["x"] > main["x"] + main["width"]
    assert abs(proof["y"] - main["y"]) < 2
    page.set_viewport_size({"width": 390, "height": 800})
    order = [place(page, f".claim__{part}")["y"] for part in ("proof", "main", "tools")]
    assert order == sorted(order)


def test_the_way_back_in_time_is_asked_in_utc(
    browser_page: OpenWindow, live_site: str, settled: Claim
) -> None:
    page = browser_page(script=False)
    page.goto(settled.get_absolute_url())
    page.get_by_label("Moment, in UTC").fill("2011-03-30 18:00")
    page.get_by_role("button", name="Show it as it was").click()
    expect(page.get_by_text("On 30 March 2011, 18:00 UTC this page did not exist.")).to_be_visible()


def test_the_rules_would_find_something(browser_page: OpenWindow) -> None:
    """The control: what counts zero above counts more than zero on a bad page."""
    page = browser_page(site=None, width=390)
    page.set_content(
        '<html lang="en"><title>x</title><main><h1>x</h1><input><img src="data:,">'
        '<div style="width: 900px">wide</div></main></html>'
    )
    assert len(broken_rules(page)) >= 2
    assert too_wide(page)


def test_the_filters_work_without_script(browser_page: OpenWindow, live_site: str, settled: Claim) -> None:
    page = browser_page(script=False, width=390)
    page.goto("/claims/")
    page.get_by_role("checkbox", name="Refuted").check()
    page.get_by_label("Words in the claim").fill("harbour")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("link", name=settled.text)).to_be_visible()
    page.get_by_role("checkbox", name="Refuted").uncheck()
    page.get_by_role("checkbox", name="Confirmed").check()
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_text("No claim fits")).to_be_visible()


def test_the_way_back_in_time_works_without_script(
    browser_page: OpenWindow, live_site: str, settled: Claim
) -> None:
    page = browser_page(script=False)
    page.goto(f"{settled.get_absolute_url()}?at=2099-01-01T00:00")
    expect(page.get_by_text("As shown on")).to_be_visible()
    page.get_by_role("link", name="Show the page as it stands now").click()
    expect(page.get_by_text("As shown on")).to_have_count(0)


def test_the_keyboard_reaches_the_content_first(
    browser_page: OpenWindow, live_site: str, settled: Claim
) -> None:
    page = browser_page()
    page.goto("/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    assert skip.evaluate("link => link.getBoundingClientRect().top >= 0"), "it shows as soon as it is reached"
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_on_paper_nothing_stays_folded_away(
    browser_page: OpenWindow, live_site: str, newsroom: Newsroom, settled: Claim
) -> None:
    for number in range(4):
        snapshot = newsroom.brings_in(f"Paper {number}", f"{settled.text}, The Lantern reported.")
        newsroom.adds_to(settled, snapshot, settled.text)
    page = browser_page()
    page.goto(settled.get_absolute_url())
    folded = page.locator("details .source__publisher").last
    expect(folded).to_be_hidden()
    page.emulate_media(media="print")
    expect(folded).to_be_visible()
    expect(page.get_by_role("navigation", name="Main").get_by_role("link", name="Claims")).to_be_hidden()


def test_a_claim_stands_framed_in_another_page(
    browser_page: OpenWindow, live_site: str, settled: Claim, site: "NewsSite"
) -> None:
    frame = f'<iframe src="{live_site}/embed/claims/{settled.id}/" width="560" height="260"></iframe>'
    page = browser_page(site=None)
    page.goto(site.answers("/framing", body=f"<!doctype html><title>Quay</title>{frame}".encode()))
    card = page.frame_locator("iframe")
    expect(card.get_by_role("heading", name=settled.text)).to_be_visible()
    expect(card.locator("main")).to_contain_text("Refuted")
