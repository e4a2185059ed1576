"""Pages change as the world does: furniture never tells, the smallest substantive change always does."""

import time
from dataclasses import replace

import pytest

from benchmarks._mutations import COSMETIC, SUBSTANTIVE, Mutation, pair
from benchmarks._pages import a_page
from benchmarks.changes import before_of, cut, visible_text
from claims.pipeline.change.notices import retraction_in
from claims.pipeline.page.fingerprint import fingerprint
from claims.pipeline.page.page_kind import PageKind
from claims.pipeline.read_again import PageBefore, PageRead, PageToRead, read_again
from tests.sites import page

HEADLINE = "Minister lands in Britain"
STORY = (
    "The foreign minister landed at Farnborough airport on Wednesday evening, the Foreign Office said.",
    "A spokesman said that he had come of his own free will, and that he was resigning his post.",
    "The flight had left Tunisia in the afternoon; two officials were on board, the airport confirmed.",
)


def look(after: str, known: PageToRead, final_url: str = "") -> PageRead:
    return read_again(replace(known, body=after.encode(), final_url=final_url or known.final_url))


@pytest.mark.parametrize("mutation", COSMETIC, ids=lambda mutation: mutation.name)
def test_furniture_that_moves_is_no_change(mutation: Mutation) -> None:
    faults: list[str] = []
    for number in range(2):
        states = pair(a_page(number), mutation.name, number)
        if states is not None:
            read = look(states[1], before_of(states[0]))
            if read.kind is not PageKind.ARTICLE or (read.difference and read.difference.kind != "trivial"):
                faults.append(f"page {number}: {read.kind}, {read.difference}")
    assert not faults


@pytest.mark.parametrize("mutation", SUBSTANTIVE, ids=lambda mutation: mutation.name)
def test_what_matters_is_found_and_told_as_what_it_is(mutation: Mutation) -> None:
    states = [pair(a_page(seed), mutation.name, seed) for seed in range(2)]
    reads = [look(after, before_of(before)) for before, after in filter(None, states)]
    assert [read.difference.kind if read.difference else None for read in reads] == [mutation.expects] * 2
    if mutation.hedge is not None:
        assert {read.difference.hedge_shift for read in reads if read.difference} == {mutation.hedge}


NEW_HEADLINE = f"{HEADLINE}, friends deny"
TEASERS = ("Storm over the coast", "Ferries run late", "Bridge shut again", "Choir wins its prize")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (page(HEADLINE, HEADLINE, *STORY), page(NEW_HEADLINE, HEADLINE, *STORY)),
        (page(HEADLINE, *STORY), page(NEW_HEADLINE, NEW_HEADLINE, *STORY, HEADLINE)),
        (
            page(HEADLINE, *TEASERS, *STORY),
            page(NEW_HEADLINE, *TEASERS, NEW_HEADLINE, "31 March 2011 by Ann Grech", *STORY),
        ),
    ],
    ids=["left as it was above the text", "repeated below", "signed among teasers"],
)
def test_a_new_headline_that_the_text_repeats_is_no_edit_of_the_text(before: str, after: str) -> None:
    read = look(after, before_of(before))
    assert read.difference is not None
    assert read.difference.kind == "headline_edit"
    edited = look(after.replace("two officials", "three officials"), before_of(before))
    assert edited.difference is not None
    assert edited.difference.kind == "silent_edit"
    signed = look(after.replace(STORY[1], "By Ann Grech"), before_of(before))
    assert signed.difference is not None
    assert signed.difference.kind == "silent_edit", "a name elsewhere is no signature"


def test_a_plain_comparison_of_visible_text_would_flag_furniture() -> None:
    states = [pair(a_page(1), mutation.name, 1) for mutation in COSMETIC]
    assert any(visible_text(before) != visible_text(after) for before, after in filter(None, states))


def test_an_answer_that_broke_off_removes_nothing_and_without_the_gate_it_would() -> None:
    found = cut(pages=1, points=8)
    assert (found.answers, found.believed, found.gone) == (8, 0, 0)
    assert found.believed_without > 0
    assert found.gone_without > 0


def test_another_extractor_reads_the_old_bytes_anew_and_its_difference_is_no_edit() -> None:
    old = page(HEADLINE, *STORY, "Photo: the gate of the airport, by our reporter.")
    as_it_was = PageBefore(headline=HEADLINE, text="\n\n".join(STORY))
    with_its_bytes = replace(as_it_was, body=old.encode(), content_type="text/html; charset=utf-8")
    read_by_an_older_one = replace(before_of(old), marks=frozenset({"an older fingerprint"}))
    assert look(old, replace(read_by_an_older_one, before=as_it_was)).difference is not None, (
        "compared with the old reading it looks like an edit"
    )
    known = replace(read_by_an_older_one, before=with_its_bytes)
    assert look(old, known).article is None, "like with like it says what it said"
    edited = look(old.replace("two officials", "three officials"), known)
    assert edited.difference is not None
    assert "“two” became “three”" in edited.difference.summary


@pytest.mark.parametrize(
    ("after", "kind"),
    [
        (
            page("Storm warning", *(["Gales are expected along the coast."] * 60)),
            PageKind.OTHER,
        ),
        (page("Page not found", "Try our front page."), PageKind.NOT_FOUND),
        (page(HEADLINE, STORY[0], "Subscribe to read the rest."), PageKind.PAYWALL),
    ],
)
def test_what_stands_in_an_articles_place_is_not_compared_as_its_text(after: str, kind: PageKind) -> None:
    read = look(after, before_of(page(HEADLINE, *STORY)))
    assert read.kind is kind
    assert kind is PageKind.OTHER or read.article is None


def test_a_redirect_to_the_section_is_told_unless_the_article_stands_there() -> None:
    known = before_of(page(HEADLINE, *STORY))
    section = page("News", *(["Here is what we reported on Farnborough and the minister today."] * 40))
    assert look(section, known, "https://paper.example/news/").kind is PageKind.SECTION
    edited = page(HEADLINE, *STORY).replace("two officials", "three officials")
    assert look(edited, known, "https://paper.example/news/").kind is PageKind.ARTICLE


def test_what_the_page_said_is_asked_for_only_where_it_says_something_else() -> None:
    before = page(HEADLINE, *STORY)
    unread = replace(before_of(before), before=None)
    assert not look(before, unread).wants_before
    assert look(before.replace("two officials", "three officials"), unread).wants_before
    assert look(before, replace(unread, marks=frozenset())).article is not None, "a page that was never read"


def test_the_second_reading_of_an_edited_page_keeps_the_fingerprint_that_the_first_one_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known, edited = before_of(page(HEADLINE, *STORY)), page(HEADLINE, *STORY).replace("two", "three")
    first, whole = look(edited, replace(known, before=None)), look(edited, known)
    assert first.wants_before
    monkeypatch.delattr("claims.pipeline.read_again.fingerprint_of")
    assert look(edited, replace(known, mark=first.fingerprint)) == whole
    with pytest.raises(NameError):
        look(edited, known)


def test_a_page_that_is_all_one_empty_box_has_a_fingerprint() -> None:
    empty = b"<html><body class='comments'><p></p></body></html>"
    assert fingerprint(empty, content_type="text/html") == fingerprint(b"<body> <p></p></body>")


def test_of_an_edited_page_only_what_is_new_is_proposed() -> None:
    known = before_of(page(HEADLINE, *STORY))
    edited = page(HEADLINE, *STORY).replace("resigning his post", "keeping his post")
    new = [candidate.quote for candidate in look(edited, known).candidates]
    assert new, "the edited sentence is a claim of its own"
    assert all("keeping" in quote for quote in new)
    unread = replace(known, before=None, marks=frozenset())
    assert any("keeping" not in candidate.quote for candidate in look(edited, unread).candidates)


def test_a_page_of_nothing_but_beginnings_is_looked_through_for_a_notice_at_once() -> None:
    begun = time.process_time()
    assert retraction_in(". " * 2_000_000) is None
    assert time.process_time() - begun < 3
    assert (
        retraction_in(". " * 2_000 + "We have retracted this article.") == "We have retracted this article."
    )
