"""Proves how fast articles are read: attributions, HTML to candidates, article text beside bare trafilatura.

Without `--data` it reads pages made from a seed. With `--data DIR` it reads DIR/polnear/train.jsonl.gz (lines
of `input.text`) and DIR/extract-html/dev.jsonl.gz (lines of `input.html`) instead.
"""

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from time import process_time

from benchmarks import DATA, Row
from benchmarks._pages import a_page, a_story
from claims.pipeline.attribution.attributions import find_attributions
from claims.pipeline.extract_claims import extract_claims
from claims.pipeline.extract_text import UnreadableError, extract_text

ROUNDS = 5
SEED = 20110330
_ARTICLES = 150
_PAGES = 45
_LOOPS = 2_000_000  # additions of the reference loop


def prove(_scratch: Path) -> Iterable[Row]:
    """Return the medians of interleaved rounds."""
    folder = os.environ.get(DATA)
    texts, pages = _given(Path(folder)) if folder else _made()
    with _bare(pages) as bare_round:
        rounds: dict[str, tuple[Callable[[], float], int]] = {
            "reference": (partial(_timed, _reference), 1),
            "attributions": (partial(_timed, partial(_each, find_attributions, texts)), len(texts)),
            "candidates": (partial(_timed, partial(_each, _candidates, pages)), len(pages)),
            "article text": (partial(_timed, partial(_each, _article_text, pages)), len(pages)),
            "trafilatura": (bare_round, len(pages)),
        }
        for take, _ in rounds.values():
            take()  # word lists, patterns and models are loaded once per process, not per article
        spent: dict[str, list[float]] = {name: [] for name in rounds}
        for _ in range(ROUNDS):
            for name, (take, count) in rounds.items():
                spent[name].append(take() / count)
    speeds = {name: 1 / median(times) for name, times in spent.items()}
    beside = median(
        bare / ours for bare, ours in zip(spent["trafilatura"], spent["article text"], strict=True)
    )
    return [
        _row("reference loop", "2 million additions", 1000 / speeds["reference"], "CPU ms", None),
        _row("analyze attributions", "median speed", speeds["attributions"], "articles/CPU s", 250),
        _row("HTML to candidates", "median speed", speeds["candidates"], "articles/CPU s", 25),
        _row("analyze article", "median speed", speeds["article text"], "pages/CPU s", None),
        _row("bare trafilatura", "median speed", speeds["trafilatura"], "pages/CPU s", None),
        _row("analyze article", "of bare trafilatura's speed", beside, "ratio", 0.9),
    ]


def _row(path: str, measure: str, value: float, unit: str, least: float | None) -> Row:
    bar = "—" if least is None else f"≥ {least:g}"
    return Row(path, measure, round(value, 3), unit, bar, least is None or value >= least)


def _made() -> tuple[list[str], list[str]]:
    seeds = range(SEED, SEED + _ARTICLES)
    texts = ["\n\n".join(a_story(seed).paragraphs) for seed in seeds]
    return texts, [a_page(seed) for seed in seeds[:_PAGES]]


def _given(folder: Path) -> tuple[list[str], list[str]]:
    return (
        _lines(folder / "polnear" / "train.jsonl.gz", "text", _ARTICLES),
        _lines(folder / "extract-html" / "dev.jsonl.gz", "html", _PAGES),
    )


def _lines(file: Path, field: str, most: int) -> list[str]:
    """Return a field of the first lines of a file. Raises OSError."""
    with gzip.open(file, "rt", encoding="utf-8") as source:
        return [json.loads(line)["input"][field] for _, line in zip(range(most), source, strict=False)]


def _timed(work: Callable[[], None]) -> float:
    """Return the CPU seconds of ``work``."""
    begun = process_time()
    work()
    return process_time() - begun


def _each(read: Callable[[str], object], given: Sequence[str]) -> None:
    for item in given:
        read(item)


def _reference() -> None:
    total = 0
    for number in range(_LOOPS):
        total += number


def _article_text(html: str, mark: str | None = "") -> tuple[str | None, str]:
    """Return headline and text; ``mark`` is "" as in `analyze article`, None for a page to be stored."""
    body = html.encode("utf-8", "replace")
    try:
        found = extract_text(body, content_type="text/html; charset=utf-8", mark=mark)
    except UnreadableError:  # a page without an article is one of the pages to tell
        return None, ""
    return found.headline, found.text


def _candidates(html: str) -> object:
    headline, text = _article_text(html, mark=None)
    return extract_claims(headline=headline, text=text, published_at=None)


@contextmanager
def _bare(pages: Sequence[str]) -> Iterator[Callable[[], float]]:
    """Give what lets trafilatura alone read all pages once, and returns the CPU seconds that it took.

    In a process of its own, since ours puts quicker expressions in the place of its.
    """
    command = [sys.executable, "-m", "benchmarks._bare_reading"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own
        asked, told = process.stdin, process.stdout
        if asked is None or told is None:
            raise BrokenPipeError("The process that reads with trafilatura alone has no pipes.")
        asked.write(f"{json.dumps(pages)}\n")

        def a_round() -> float:
            asked.write("\n")
            asked.flush()
            return float(told.readline())

        yield a_round
        asked.close()
