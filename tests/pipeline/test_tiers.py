"""An optional tier that lacks a part says what to install; a parser only adds to what the rules found."""

import hashlib
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from claims.pipeline.attribution.attributions import Attribution
from claims.pipeline.tiers.embeddings import Embeddings
from claims.pipeline.tiers.parsing import Parser, unite
from claims.pipeline.tiers.pinned import TierUnavailableError, pinned_file
from claims.vocabulary import Voice

NAMED = {"setting": "TIER_X", "requirements": "requirements-tier-x.txt"}


def found(*content: tuple[int, int], pattern: str = "that") -> Attribution:
    return Attribution(content, None, None, Voice.INDIRECT, False, 0.8, pattern)


# ---------------------------------------------------------------- parts that are missing
@pytest.mark.parametrize(
    ("package", "tier", "words"),
    [
        ("onnxruntime", Embeddings, "TIER_EMBEDDINGS is switched on, but onnxruntime cannot be loaded"),
        ("tokenizers", Embeddings, "TIER_EMBEDDINGS is switched on, but "),
        ("spacy", Parser, "TIER_PARSING is switched on, but spacy cannot be loaded"),
    ],
)
def test_a_tier_without_its_package_says_what_to_install(
    package: str, tier: Callable[[], object], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)  # what Python itself takes for "not installed"
    with pytest.raises(TierUnavailableError) as missing:
        tier()
    said = str(missing.value)
    assert said.startswith(words)
    letter = "a" if tier is Embeddings else "b"
    assert f"Run `pip install -r requirements-tier-{letter}.txt`" in said
    assert (Path(__file__).parents[2] / f"requirements-tier-{letter}.txt").is_file()


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package that carries a file, and would fail if anybody imported it."""
    folder = tmp_path / "carrier_of_weights"
    folder.mkdir()
    (folder / "__init__.py").write_text("raise RuntimeError('imported')\n")
    (folder / "model.bin").write_bytes(b"weights")
    monkeypatch.syspath_prepend(tmp_path)
    return folder


def test_a_file_with_the_pinned_hash_is_found_without_an_import(package: Path) -> None:
    right = hashlib.sha256(b"weights").hexdigest()
    assert pinned_file(package.name, "model.bin", right, **NAMED) == package / "model.bin"
    assert package.name not in sys.modules


def test_another_file_than_the_pinned_one_is_refused(package: Path) -> None:
    right = hashlib.sha256(b"weights").hexdigest()
    (package / "model.bin").write_bytes(b"weights, tampered with")
    with pytest.raises(TierUnavailableError, match=r"model\.bin of .* is not the file that was pinned"):
        pinned_file(package.name, "model.bin", right, **NAMED)


@pytest.mark.parametrize("name", ["no_such_package_at_all", "json"])
def test_a_package_or_file_that_is_not_there(name: str) -> None:
    with pytest.raises(TierUnavailableError, match=r"not installed\. Run `pip install -r req"):
        pinned_file(name, "model.bin", "0" * 64, **NAMED)


# ---------------------------------------------------------------- rules and parser united
def test_what_the_rules_found_stands_and_what_is_free_is_added() -> None:
    rules = [found((10, 20)), found((50, 60), (70, 80))]
    parsed = [
        found((0, 9), pattern="parse"),
        found((20, 30), pattern="parse"),
        found((60, 70), pattern="parse"),
    ]
    assert unite(rules, parsed) == tuple(sorted([*rules, *parsed], key=lambda one: one.content))


@pytest.mark.parametrize("content", [((19, 21),), ((0, 11),), ((12, 15),), ((5, 90),), ((0, 5), (79, 90))])
def test_what_shares_a_character_with_a_rule_is_left_out(content: tuple[tuple[int, int], ...]) -> None:
    rules = (found((10, 20)), found((50, 60), (70, 80)))
    assert unite(rules, [found(*content, pattern="parse")]) == rules


def test_a_long_find_is_not_forgotten_behind_a_short_one() -> None:
    rules = (found((0, 100)), found((10, 12)))
    assert unite(rules, [found((50, 60), pattern="parse")]) == rules


def test_with_nothing_found_by_rules_all_is_added() -> None:
    parsed = (found((0, 9), pattern="parse"),)
    assert unite((), parsed) == parsed


def test_of_two_parsed_ones_the_longer_counts() -> None:
    long, short = found((0, 50), pattern="parse"), found((10, 20), pattern="parse")
    assert unite((), [short, long]) == (long,)
