"""Tells in which language a text is written."""

import re
import string
from collections import Counter
from functools import lru_cache
from typing import Protocol

from claims.pipeline.words import load_words

SAMPLE_CHARACTERS = 2000
_MIN_BYTES = 40  # of UTF-8: Chinese says in 14 characters what takes English 40
_MIN_WORDS = 8
# English prose is about 40 % function words; other languages written in Latin letters stay below 12 %.
_ENGLISH_SHARE = 0.25
_SHARE = 0.12  # of the words below in prose of their language; the runner-up must have half as many at most
_LIST_SHARE = 0.06  # the same in lists, which have fewer; the runner-up must have a third at most
_WORD = re.compile(r"[^\W\d_]+")
_PLAIN = string.ascii_letters.encode() + string.whitespace.encode()
# The most frequent words that two of these languages seldom share.
_FREQUENT = {
    "fr": "le les des du une est dans qui pour pas que sur au avec sont il elle cette ses aux été à et",
    "de": "der die das und ist nicht ein eine den von mit zu sich auf für dem des im auch wird wurde nach",
    "es": "el los las del una por con para que se en es su lo como más pero fue sus al y",
    "it": "il lo gli della di che è un per non sono con una nel alla dei delle anche del ha le",
    "pt": "o os do da em um uma para não com que as dos das no na por mais foi ao é",
    "nl": "de het een van en is dat niet op te zijn voor met die er aan ook werd bij wordt",
    "sv": "och att det som en är av för på med till den har inte om ett var de sig",
    "da": "og at det en er af for på med til den har ikke der som et var de sig blev",
    "pl": "i w nie na się z że to jest do o jak po ale od za był przez są",
    "id": "yang dan di ini itu dengan untuk pada tidak dari dalam akan adalah ke oleh juga sebagai karena",
    "tr": "bir ve bu da de için ile olarak olan daha çok en gibi sonra kadar ise",
}
_OWN_LETTERS = {
    "pt": frozenset("ãõ"), "de": frozenset("ß"), "es": frozenset("ñ"), "pl": frozenset("łśżź"),
    "tr": frozenset("ğış"),
}  # fmt: skip
# Scripts that one language of the news has to itself, and letters that tell languages of one script apart.
_SCRIPTS = (
    ("ja", "\u3040-\u30ff"),
    ("ko", "\uac00-\ud7af"),
    ("zh", "\u4e00-\u9fff"),
    ("el", "\u0370-\u03ff"),
    ("he", "\u0590-\u05ff"),
    ("th", "\u0e00-\u0e7f"),
)
# (the script, a letter that the language cannot do without, letters that only its neighbours have)
_LETTERS = (
    ("ru", "\u0400-\u04ff", "ы", "іїєґўђјљњћџ"),
    ("uk", "\u0400-\u04ff", "ї", "ыэъўђљњћџ"),
    ("ar", "\u0600-\u06ff", "ة", "پچژگٹڈڑےں"),
)


class _Identifier(Protocol):
    def classify(self, text: str) -> tuple[str, float]: ...


def detect_language(text: str, declared: str | None) -> str | None:
    """Return the ISO 639-1 code of ``text``; ``declared`` (such as ``en-GB``) decides for very short texts.

    The frequent languages of news are told by their function words or script, and a page's own word that it
    is in another language than English is taken. Only what is left loads py3langid's model (about 100 MB,
    0.9 s), once per process.
    """
    sample = text[:SAMPLE_CHARACTERS]
    hint = declared.strip().lower().replace("_", "-").split("-")[0] if declared else None
    hint = hint if hint and len(hint) == 2 and hint.isalpha() else None
    if len(sample.strip().encode("utf-8")) < _MIN_BYTES:
        return hint
    lowered = sample.lower()
    if _is_plainly_english(lowered):
        return "en"
    words = _WORD.findall(lowered)
    if not words:
        return hint
    known = _by_words(words, hint) or _by_letters(words) or _by_script(sample)
    if known is None and hint == "en" and _is_list(sample):
        return hint
    if known is not None:
        return known
    if hint is not None and hint != "en":
        return hint
    code, _ = _identifier().classify(sample)
    return code


def _is_plainly_english(sample: str) -> bool:
    """Whether `_by_words` is sure to say so: told without an expression that looks at each letter.

    Not all function words are found so, and more words are reckoned with than there can be: one more for each
    sign that may part two.
    """
    pieces = sample.split()
    english = sum(map(_whole_english().__contains__, pieces))
    most_words = len(pieces) + len(sample.encode("utf-8").translate(None, _PLAIN))
    return english >= max(_MIN_WORDS, _ENGLISH_SHARE * most_words)


def _by_words(words: list[str], hint: str | None) -> str | None:
    """Return the language whose function words clearly lead; ``hint`` "en" needs fewer of them."""
    if len(words) < _MIN_WORDS:
        return None
    listed = load_words("en").sets["function_words"]
    english = sum(map(listed.__contains__, words))
    if english >= _ENGLISH_SHARE * len(words):
        return "en"
    votes = Counter({code: sum(map(own.__contains__, words)) for code, own in _frequent().items()})
    (first, most), (_, second) = votes.most_common(2)
    if hint == "en" and english >= _LIST_SHARE * len(words) and english > most:
        return "en"  # a list of results, or a caption
    is_clear = most >= _SHARE * len(words) and 2 * second <= most
    is_alone = most >= _LIST_SHARE * len(words) and 3 * max(second, english) <= most
    return first if is_clear or is_alone else None


def _by_letters(words: list[str]) -> str | None:
    """Return the one language whose own letters occur in at least two words."""
    counts = {code: sum(not own.isdisjoint(word) for word in words) for code, own in _OWN_LETTERS.items()}
    found = [code for code, count in counts.items() if count]
    return found[0] if len(found) == 1 and counts[found[0]] >= 2 else None


def _is_list(sample: str) -> bool:
    """Whether most words are names or figures, as in results of matches, which have no function words."""
    words = sample.split()
    is_plain = not any(letter.isalpha() and not letter.isascii() for letter in sample)
    return is_plain and 2 * sum(not word[0].islower() for word in words) > len(words)


def _by_script(sample: str) -> str | None:
    """Return the language that most of the letters belong to alone."""
    letters = sum(character.isalpha() for character in sample)
    for code, script in _SCRIPTS:
        # Japanese writes half of its words in Chinese characters.
        share = 0.1 if code == "ja" else 0.5
        if len(re.findall(f"[{script}]", sample)) > share * letters:
            return code
    for code, script, own, others in _LETTERS:
        is_script = len(re.findall(f"[{script}]", sample)) > letters / 2
        if is_script and own in sample and not set(others).intersection(sample):
            return code
    return None


@lru_cache(maxsize=1)
def _whole_english() -> frozenset[str]:
    """The function words that are one word each: "don't" is two."""
    return frozenset(filter(str.isalpha, load_words("en").sets["function_words"]))


@lru_cache(maxsize=1)
def _frequent() -> dict[str, frozenset[str]]:
    return {code: frozenset(words.split()) for code, words in _FREQUENT.items()}


@lru_cache(maxsize=1)
def _identifier() -> _Identifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # loads NumPy: only when needed

    identifier: _Identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    return identifier
