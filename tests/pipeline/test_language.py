"""The language of a page is told without a model where it can be, and decides whether claims are read."""

from random import Random

import pytest

from claims.pipeline.extract_claims import can_extract
from claims.pipeline.page import language
from claims.pipeline.page.language import detect_language

SENTENCES = {
    "en": "The mayor left the city on Monday after a long meeting with the council, the port office said.",
    "fr": "Le maire a quitté la ville lundi après une réunion avec le conseil, a dit le bureau du port.",
    "de": "Der Bürgermeister hat die Stadt am Montag verlassen, sagte das Hafenamt nach einer Sitzung.",
    "es": "El alcalde dejó la ciudad el lunes después de una reunión con el consejo, según los del puerto.",
    "ar": "غادر رئيس البلدية المدينة يوم الاثنين بعد اجتماع طويل، وقال مكتب الميناء إن العبارة غرقت.",
    "zh": "市长周一离开了这座城市，港口办公室说渡轮已经沉没，四十人获救。",
    "ja": "市長は月曜日に町を去り、港の事務所はフェリーが沈んだと述べた。四十人が救助された。",
    "ko": "시장은 월요일에 도시를 떠났고 항만 사무소는 여객선이 가라앉았다고 말했다.",
    "ru": "Мэр покинул город в понедельник после встречи с советом, сообщили в порту, где мы были.",
    "uk": "Мер поїхав із міста в понеділок після зустрічі з радою, повідомили її люди в порту.",
    "pl": "Burmistrz wyjechał z miasta w poniedziałek po długim spotkaniu z radą, jak podało biuro portu.",
}  # fmt: skip


@pytest.fixture
def no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise AssertionError("the model was loaded")

    monkeypatch.setattr(language, "_identifier", refuse)


@pytest.mark.usefixtures("no_model")
@pytest.mark.parametrize("code", SENTENCES)
@pytest.mark.parametrize("declared", [None, "en-US"])
def test_common_languages_are_told_without_the_model_whatever_the_page_declares(
    code: str, declared: str | None
) -> None:
    assert detect_language(SENTENCES[code], declared) == code


@pytest.mark.usefixtures("no_model")
def test_a_page_that_declares_another_language_is_believed() -> None:
    assert (
        detect_language("Meya aliondoka mjini siku ya Jumatatu baada ya mkutano mrefu na baraza.", "sw")
        == "sw"
    )


@pytest.mark.usefixtures("no_model")
def test_results_of_matches_have_no_function_words_and_stay_english_where_the_page_says_so() -> None:
    results = (
        "Bergen 3 – 2 Oslo. Hale 12, Brandt 31, Keller 88. Bergen Tigers 4 – 4 Lund Lions. Eide 7, Lind 9."
    )
    assert detect_language(results, "en") == "en"


@pytest.mark.usefixtures("no_model")
def test_what_is_told_for_english_at_a_glance_is_told_so_word_by_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chance = Random(7)
    english, others = ["the", "of", "and", "is", "a"], ["don't", "Ferry", "xyz", "zwölf", "İl"]
    signs = ["-", "'", "’", "—", ".", "\u0307", "1", "_", "\x1c"]

    def made_up(share: float, joined: float) -> str:
        pieces = []
        for _ in range(chance.randint(20, 60)):
            is_english = chance.random() < share
            pieces.append(chance.choice(english if is_english else others))
            pieces.append(chance.choice(signs) if not is_english and chance.random() < joined else " ")
        return "".join(pieces)

    texts = [made_up(chance.uniform(0.1, 0.6), chance.random()) for _ in range(3_000)]
    at_a_glance = [language._is_plainly_english(text.lower()) for text in texts]
    assert 300 < sum(at_a_glance) < 2_700
    monkeypatch.setattr(language, "_is_plainly_english", lambda _: False)
    for text, is_plain in zip(texts, at_a_glance, strict=True):
        assert not is_plain or detect_language(text, None) == "en", text


def test_what_the_words_leave_open_the_model_decides() -> None:
    assert (
        detect_language("Meya aliondoka mjini siku ya Jumatatu baada ya mkutano mrefu na baraza.", None)
        == "sw"
    )


def test_persian_is_not_taken_for_arabic() -> None:
    text = "شهردار روز دوشنبه پس از نشستی طولانی با اعضای شورا شهر را ترک کرد و دفتر بندر گفت کشتی غرق شد."
    assert detect_language(text, None) == "fa"


@pytest.mark.parametrize("code", ["fr", "ar", "zh"])
def test_claims_are_not_read_from_what_we_have_no_words_for(code: str) -> None:
    assert not can_extract(detect_language(SENTENCES[code], None))


def test_a_very_short_text_is_what_its_page_declares() -> None:
    assert detect_language("Oslo.", "nb_NO") == "nb"
    assert detect_language("Oslo.", None) is None
