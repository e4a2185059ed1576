"""Tells in which language a text is written."""

import re
from functools import lru_cache
from typing import Protocol

from claims.pipeline.words import load_words

SAMPLE_CHARACTERS = 2000
_MIN_BYTES = 40  # of UTF-8: Chinese says in 14 characters what takes English 40
# English prose is about 40 % function words; other languages written in Latin letters stay below 12 %.
_ENGLISH_SHARE = 0.25
_WORD = re.compile(r"[^\W\d_]+")


class _Identifier(Protocol):
    def classify(self, text: str) -> tuple[str, float]: ...


def detect_language(text: str, declared: str | None) -> str | None:
    """Return the ISO 639-1 code of ``text``; ``declared`` (such as ``en-GB``) decides for very short texts.

    Plain English is told by its function words; only other texts load py3langid's model (about 100 MB,
    0.9 s), once per process.
    """
    sample = text[:SAMPLE_CHARACTERS]
    hint = declared.strip().lower().replace("_", "-").split("-")[0] if declared else None
    hint = hint if hint and len(hint) == 2 and hint.isalpha() else None
    words = _WORD.findall(sample.lower())
    if len(sample.strip().encode("utf-8")) < _MIN_BYTES or not words:
        return hint
    function_words = load_words("en").sets["function_words"]
    if len(words) >= 8 and sum(word in function_words for word in words) >= _ENGLISH_SHARE * len(words):
        return "en"
    code, _ = _identifier().classify(sample)
    return code


@lru_cache(maxsize=1)
def _identifier() -> _Identifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # loads NumPy: only when needed

    identifier: _Identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    return identifier
