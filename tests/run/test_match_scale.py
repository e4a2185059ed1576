"""Among many claims, on either database, other words for one find it first and new claims find none."""

from pathlib import Path

import pytest

from benchmarks import match_scale
from benchmarks._plausible import Claims
from benchmarks.generate import SEED

MANY = 1_000


def test_a_repeated_claim_is_found_first_among_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATCH_SCALE_CLAIMS", str(MANY))
    rows = list(match_scale.prove(tmp_path))
    for measure in ("repeated claim found first", "new texts linked to a claim"):
        found = {row.path: row.reached for row in rows if row.measure == measure}
        assert len(found) == len({row.path for row in rows}) == 2
        assert all(found.values()), rows
    assert not list(tmp_path.iterdir())


def test_claims_come_from_their_seed_alone() -> None:
    one, again = Claims(SEED), Claims(SEED)
    texts = [one[number].text for number in range(300)]
    assert texts[::-1] == [again[number].text for number in reversed(range(300))]
    assert len(set(texts)) > 290
    assert all(one[number].text != one[number].other_words for number in range(300))
