"""The button "Suggest a wording" fills the form with a machine's sentence, says so, loses no typed word."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from claims.models import Article, Candidate, Claim, User
from tests.desk.conftest import LANDED, WIRE, DeskOf, a_candidate, words
from tests.language_models import LanguageModel, language_model
from tests.stories import an_article

pytestmark = pytest.mark.django_db
BUTTON = "Suggest a wording"
MARKUP = "<script>alert(1)</script>"
WORDING = "The foreign minister landed at Farnborough airport on a Wednesday."


@pytest.fixture
def model(settings: Settings) -> Iterator[LanguageModel]:
    with language_model() as served:
        settings.LLM_URL, settings.LLM_MODEL = served.address, "small-one"
        settings.LLM_DEADLINE_SECONDS = 5.0
        served.says(WORDING, LANDED, claimant="the Foreign Office")
        yield served


@pytest.fixture
def candidate(edith: User, article: Article) -> Candidate:
    return a_candidate(edith, "He has landed.", article, LANDED)


def page_of(candidate: Candidate) -> str:
    return reverse("desk_candidate", args=[candidate.id])


def asking(candidate: Candidate) -> str:
    return reverse("desk_suggest", args=[candidate.id])


def test_without_an_endpoint_there_is_no_button(desk: Client, candidate: Candidate) -> None:
    assert BUTTON not in words(desk.get(page_of(candidate)))


def test_a_candidate_without_a_quote_has_no_button(desk: Client, edith: User, model: LanguageModel) -> None:
    assert BUTTON not in words(desk.get(page_of(a_candidate(edith))))


def test_the_wording_stands_in_the_field_marked_as_a_machines(
    desk: Client, candidate: Candidate, model: LanguageModel
) -> None:
    assert BUTTON in words(desk.get(page_of(candidate)))
    page = desk.post(asking(candidate), {"text": "He has come.", "claimant": "", "internal": "on"})
    assert page.status_code == 200
    form = page.context["form"]
    assert form["text"].value() == WORDING
    assert form["claimant"].value() == "the Foreign Office"
    assert form["internal"].value()
    told = words(page)
    assert "Machine-made." in told
    assert "from these words of the page. Check it against the quote" in told
    assert f"“{LANDED}”" in told
    assert "It stood here before: “He has come.”" in told


def test_nothing_is_decided_until_the_editor_tracks_it(
    desk: Client, candidate: Candidate, model: LanguageModel
) -> None:
    desk.post(asking(candidate), {"text": "He has come."})
    candidate.refresh_from_db()
    assert (candidate.text, candidate.is_open) == ("He has landed.", True)
    assert not Claim.objects.exists()


def test_a_failure_is_told_and_every_typed_word_is_still_there(
    desk: Client, candidate: Candidate, model: LanguageModel
) -> None:
    model.says(WORDING, "words that stand nowhere")
    page = desk.post(asking(candidate), {"text": "He has come.", "claimant": "a porter"})
    assert page.status_code == 422
    assert "Dropped: “words that stand nowhere” does not stand on the page." in words(page)
    assert "Machine-made." not in words(page)
    assert page.context["form"]["text"].value() == "He has come."
    assert page.context["form"]["claimant"].value() == "a porter"


def test_what_a_model_writes_is_text_and_not_markup(desk: Client, edith: User, model: LanguageModel) -> None:
    page_of_markup = an_article(f"{WIRE}\nThe board showed {MARKUP} on Monday.\n", url="https://m.example/")
    candidate = a_candidate(edith, "It showed.", page_of_markup, f"The board showed {MARKUP} on Monday")
    model.says(f"The board showed {MARKUP}.", MARKUP, claimant=MARKUP)
    page = desk.post(asking(candidate), {"text": MARKUP})
    assert page.context["form"]["text"].value() == f"The board showed {MARKUP}."
    assert MARKUP not in page.content.decode()


def test_an_address_opened_by_hand_leads_to_the_candidate(
    desk: Client, candidate: Candidate, model: LanguageModel
) -> None:
    answer = desk.get(asking(candidate))
    assert answer.status_code == 302
    assert answer["Location"] == page_of(candidate)
    assert model.asked == []


def test_an_unknown_candidate_is_not_found(desk: Client, model: LanguageModel) -> None:
    assert desk.post("/desk/candidates/zzzzzzzzzzzz/suggest/").status_code == 404


def test_a_contributor_is_told_that_it_takes_an_editor(
    cora: User, desk_of: DeskOf, candidate: Candidate, model: LanguageModel
) -> None:
    answer = desk_of(cora).post(asking(candidate), {"text": "He has come."})
    assert answer.status_code == 403
    assert "This needs an editor" in words(answer)
    assert "He has come." in words(answer)
    assert model.asked == []


def test_a_stranger_is_asked_to_log_in(candidate: Candidate, model: LanguageModel) -> None:
    assert Client().post(asking(candidate)).status_code == 302
    assert model.asked == []
