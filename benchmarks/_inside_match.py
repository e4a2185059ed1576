"""Runs on a database that `generate` filled: looks texts up in our way and in the usual one; prints JSON."""

import json
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import django

django.setup()

from django.db import DatabaseError, connection, transaction  # noqa: E402 - the settings must be there first

from benchmarks._plausible import Claims  # noqa: E402 - likewise
from benchmarks.generate import SEED  # noqa: E402 - likewise
from claims.queries.matching import best_matches  # noqa: E402 - likewise
from claims.vocabulary import Zone  # noqa: E402 - likewise

TEXTS, TEXTS_OF_THE_USUAL_WAY = 200, 10
CLAIMS_PER_TEXT = 10
Look = Callable[[str], list[str]]


def main(count: int) -> None:
    """Look up other wordings of claims from all ages, and of claims that are not there.

    Claims of equal wording count as one.
    """
    claims, dice = Claims(SEED), random.Random(count)  # noqa: S311 - data, no secret
    numbers = dice.sample(range(count), max(1, min(count // CLAIMS_PER_TEXT, TEXTS)))
    way, usual = _usual_way()
    for look in (_ours, usual):  # the first look-up reads word lists and wakes the server
        look("Nothing like this has been said before.")
    ours_took, usual_took, reference = [], [], []
    ours_first = usual_first = 0
    for turn, number in enumerate(numbers):
        wanted, asked = claims[number].text, claims[number].other_words
        took, found = _timed(_ours, asked)
        ours_took.append(took)
        ours_first += [claims[int(claim)].text for claim in found[:1]] == [wanted]
        if turn < TEXTS_OF_THE_USUAL_WAY:
            took, found = _timed(usual, asked)
            usual_took.append(took)
            usual_first += [claims[int(claim)].text for claim in found[:1]] == [wanted]
            reference.append(_timed(_reference, asked)[0])
    new = [claims[count + n] for n in range(len(numbers))]
    linked = sum(_links_to_another(claims, wanted.other_words, wanted.text) for wanted in new)
    sys.stdout.write(
        json.dumps(
            {
                "ours": _told(ours_took, ours_first),
                "usual": {"way": way, **_told(usual_took, usual_first)},
                "false links": linked / len(new),
                "reference": median(reference),
            }
        )
    )


def _ours(text: str) -> list[str]:
    return [match.claim for match in best_matches(text)]


def _links_to_another(claims: Claims, asked: str, wanted: str) -> bool:
    """Whether it is linked to a claim that says something else: by chance the same may be there already."""
    linked = [match.claim for match in best_matches(asked) if match.zone is Zone.LINK]
    return any(claims[int(claim)].text != wanted for claim in linked)


def _usual_way() -> tuple[str, Look]:
    """The search by trigrams that PostgreSQL offers, with its index; else words with LIKE."""
    if connection.vendor == "postgresql":
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
                cursor.execute(
                    "CREATE INDEX IF NOT EXISTS by_trigram ON claims_claim USING gin (text gin_trgm_ops)"
                )
        except DatabaseError:
            return "ILIKE", _by_words
        return "pg_trgm text % claim", _by_trigrams
    return "LIKE", _by_words


def _by_trigrams(text: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM claims_claim WHERE text %% %s ORDER BY similarity(text, %s) DESC, id LIMIT 20",
            [text, text],
        )
        return [row[0] for row in cursor.fetchall()]


def _by_words(text: str) -> list[str]:
    """The claims with the most of the five longest words."""
    words = sorted(set(text.replace("'s", "").split()), key=len)[-5:]
    like = "ILIKE" if connection.vendor == "postgresql" else "LIKE"
    hits = " + ".join([f"CASE WHEN text {like} %s THEN 1 ELSE 0 END"] * len(words))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, {hits} AS hits FROM claims_claim ORDER BY hits DESC, id LIMIT 20",  # noqa: S608 - no input
            [f"%{word}%" for word in words],
        )
        return [row[0] for row in cursor.fetchall()]


def _reference(text: str) -> list[str]:
    """A loop that costs the same on one machine at all times, to tell a busy machine by."""
    return [str(sum(ord(letter) * n for letter in text)) for n in range(1_000)][:1]


def _timed(look: Look, text: str) -> tuple[float, list[str]]:
    """Milliseconds that a look-up took, and what it found."""
    before = time.perf_counter()
    found = look(text)
    return (time.perf_counter() - before) * 1000, found


def _told(took: list[float], first: int) -> dict[str, float]:
    return {
        "median": median(took),
        "p95": quantiles(took, n=20)[-1] if len(took) > 1 else took[0],
        "first": first / len(took),
    }


if __name__ == "__main__":
    main(int(sys.argv[1]))
