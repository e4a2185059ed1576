"""A page that stands in an article's place is told for what it is, and an article is never taken for one."""

import pytest

from benchmarks._pages import a_page
from claims.pipeline.extract_text import extract_text
from claims.pipeline.page.page_kind import PageKind, kind_of_page
from tests.sites import page

HEADLINE = "Minister lands in Britain"
STORY = (
    "The foreign minister landed at Farnborough airport on Wednesday evening, the Foreign Office said.",
    "A spokesman said that he had come of his own free will, and that he was resigning his post.",
    "The flight had left Tunisia in the afternoon; two officials were on board, the airport confirmed.",
    "Reporters were kept outside the gate until late in the evening, and nobody took questions there.",
)
TEXT = "\n\n".join(STORY)


@pytest.mark.parametrize(
    ("headline", "paragraphs", "kind"),
    [
        ("Page not found", ("Sorry about that. Try our front page.",), PageKind.NOT_FOUND),
        ("404 | The Lantern", ("Here is what others read today.",), PageKind.NOT_FOUND),
        ("The Lantern", ("The page you are looking for does not exist.",), PageKind.NOT_FOUND),
        ("Oops", ("This article is no longer available.",), PageKind.NOT_FOUND),
        ("Just a moment...", ("Enable JavaScript and cookies to continue",), PageKind.BOT_WALL),
        ("The Lantern", ("Please verify you are human by completing the action below.",), PageKind.BOT_WALL),
        ("Access Denied", ("You don’t have permission to access this page.",), PageKind.BOT_WALL),
        ("Before you continue", ("We use cookies. Accept or reject them.",), PageKind.CONSENT),
        (HEADLINE, (STORY[0], "Subscribe to continue reading this article."), PageKind.PAYWALL),
        ("Log in", ("Please log in to see this page.",), PageKind.PAYWALL),
    ],
)
@pytest.mark.parametrize("before", [TEXT, None])
def test_what_stands_in_its_place_is_told(
    headline: str, paragraphs: tuple[str, ...], kind: PageKind, before: str | None
) -> None:
    assert kind_of_page(page(headline, *paragraphs), text_before=before) is kind


@pytest.mark.parametrize(
    "words",
    [
        "Subscribe to continue reading. Already a subscriber?",
        "We value your privacy. Accept all cookies.",
        "Page not found",
        "Are you a robot?",
    ],
)
def test_words_around_an_article_that_is_still_there_say_nothing(words: str) -> None:
    assert kind_of_page(page(HEADLINE, *STORY, aside=words), text_before=TEXT) is PageKind.ARTICLE


def test_an_article_about_robots_and_pages_not_found_is_an_article() -> None:
    story = (
        (
            "Page not found: that is what readers of its site saw on Monday. The ministry said that "
            "the page you are looking for had been moved, and a captcha would verify you are human."
        ),
        *(paragraph for paragraph in STORY * 5),
    )
    assert kind_of_page(page("Ministry site lost its pages", *story), text_before=None) is PageKind.ARTICLE


def test_a_title_that_merely_begins_like_an_error_is_none() -> None:
    for headline in ("Story not over, says minister", "404 people rescued at sea"):
        assert kind_of_page(page(headline, *STORY), text_before=TEXT) is PageKind.ARTICLE
    assert kind_of_page(page("Story not over", STORY[0]), text_before=None) is PageKind.ARTICLE


def test_the_beginning_of_an_article_that_is_not_free_is_a_teaser() -> None:
    paid = (
        '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": false}</script>'
    )
    teaser = page(HEADLINE, STORY[0]).replace("</head>", f"{paid}</head>")
    whole = page(HEADLINE, *STORY).replace("</head>", f"{paid}</head>")
    assert kind_of_page(teaser, text_before=TEXT) is PageKind.PAYWALL
    assert kind_of_page(whole, text_before=TEXT) is PageKind.ARTICLE, "the mark alone says nothing"
    assert kind_of_page(page(HEADLINE, STORY[0]), text_before=TEXT) is PageKind.ARTICLE, "it was cut for good"


def test_a_bot_wall_may_tell_only_by_its_traces() -> None:
    traces = (
        '<html><body><div id="x"></div><script src="/cdn-cgi/challenge-platform/h/b"></script></body></html>'
    )
    assert kind_of_page(traces, text_before=TEXT) is PageKind.BOT_WALL
    told = kind_of_page(page(HEADLINE, *STORY), text_before=None, headers={"cf-mitigated": "challenge"})
    assert told is PageKind.BOT_WALL


@pytest.mark.parametrize("seed", range(12))
def test_no_article_among_its_furniture_is_taken_for_anything_else(seed: int) -> None:
    story = a_page(seed)
    assert kind_of_page(story, text_before=None) is PageKind.ARTICLE
    assert kind_of_page(story, text_before=extract_text(story.encode()).text) is PageKind.ARTICLE
