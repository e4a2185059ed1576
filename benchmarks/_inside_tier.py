"""Runs inside a tier's venv and prints its figures as JSON: [measure, value, unit, bar, whether at least]."""

import json
import resource
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

Result = TypeVar("Result")
Figures = list[tuple[str, float, str, float, bool]]

# A claim, another wording of it, and a sentence that shares more words with it than that wording does.
TRIPLES = (
    ("The minister flew to London.", "A cabinet member took a plane to Britain.", "The minister spoke."),
    ("The factory will close in May.", "The plant shuts down in May.", "The museum will close in June."),
    ("Two sailors drowned.", "A couple of seamen lost their lives in the water.", "Two sailors married."),
    ("The mayor denied taking bribes.", "The mayor says he took no illegal payments.", "The mayor took tea."),
    ("Petrol costs more than ever.", "Fuel prices reach a record.", "Flowers cost more than bread."),
    ("The rebels hold the airport.", "Insurgents control the airfield.", "The rebels left the airport."),
    ("The bank lost 40 million euros.", "The lender booked a 40m loss.", "The bank lost its chairman."),
    ("The vaccine was approved.", "Regulators cleared the shot.", "The budget was approved."),
)
SAID = "The mayor of Lindal believes that the old bridge, which was built in 1911, can no longer be repaired."
HOSTILE = (
    "",
    "\n" * 60_000,
    "“" * 20_000,
    "a" * 300_000,
    "said " * 60_000,
    "\ud800 he said \udfff that \x00 it \u202e rains.",
    "He said that " * 5_000,
)


def main(tier: str) -> None:
    """Measure one tier."""
    figures = _embeddings() if tier == "embeddings" else _parsing()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures.append(("memory of the process", peak, "MB", 700, False))
    sys.stdout.write(json.dumps(figures))


def _embeddings() -> Figures:
    from claims.pipeline.tiers.embeddings import Embeddings

    load, embeddings = _timed(Embeddings)
    nearest = sum(
        near > far
        for claim, wording, other in TRIPLES
        for near, far in [embeddings.similarity(claim, [wording, other])]
    )
    texts = [f"The harbour of Lindal was closed for {number} nights, he said." for number in range(300)]
    work, _ = _timed(lambda: embeddings.similarity(texts[0], texts))
    again, _ = _timed(lambda: embeddings.similarity(texts[0], texts))
    alone = Embeddings().similarity(texts[0], texts[7:8])
    among = embeddings.similarity(texts[0], texts)[7]
    hostile, _ = _timed(lambda: embeddings.similarity("x", HOSTILE))
    return [
        ("CPU time to load", load, "s", 5, False),
        ("other wordings above mere words", nearest / len(TRIPLES), "share", 0.7, True),
        ("CPU time for a new text", 1000 * work / len(texts), "ms", 40, False),
        ("CPU time for a known text", 1000 * again / len(texts), "ms", 1, False),
        ("a text's vector hangs on others", abs(alone[0] - among), "cosine", 1e-6, False),
        ("CPU time for hostile texts", hostile, "s", 5, False),
        ("CPU time while idle for 1 s", _idle(), "s", 0.1, False),
    ]


def _parsing() -> Figures:
    from claims.pipeline.attribution.attributions import find_attributions
    from claims.pipeline.tiers.parsing import Parser, unite

    load, parser = _timed(Parser)
    parsed = parser.find_attributions(f"It rained.\n\n{SAID}")
    right = [
        found
        for found in parsed
        if f"It rained.\n\n{SAID}"[slice(*found.content[0])].startswith("the old bridge")
    ]
    article = "\n\n".join(f"{SAID} Nobody asked the {number} engineers." for number in range(150))
    work, _ = _timed(lambda: parser.find_attributions(article))
    worst, bad = 0.0, 0
    for text in HOSTILE:
        took, found = _timed(partial(parser.find_attributions, text))
        worst = max(worst, took)
        bad += sum(not 0 <= a < b <= len(text) for one in found for a, b in one.content)
        unite(find_attributions(text), found)
    return [
        ("CPU time to load", load, "s", 15, False),
        ("our sentence's claim found", float(len(right) == 1), "times", 1, True),
        ("words parsed per CPU second", len(article.split()) / work, "words", 1_500, True),
        ("CPU time for a hostile text", worst, "s", 60, False),
        ("offsets outside of hostile texts", float(bad), "offsets", 0, False),
        ("CPU time while idle for 1 s", _idle(), "s", 0.1, False),
    ]


def _idle() -> float:
    """CPU seconds that this process burns in a second in which it has nothing to do."""
    before = time.process_time()
    time.sleep(1)
    return time.process_time() - before


def _timed(work: Callable[[], Result]) -> tuple[float, Result]:
    before = time.process_time()
    result = work()
    return time.process_time() - before, result


if __name__ == "__main__":
    main(sys.argv[1])
