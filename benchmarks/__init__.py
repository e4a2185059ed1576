"""Proofs at full size: each module but `__main__` is one, with a function ``prove(scratch) -> rows``."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: what was measured on which path, in which unit, the bar it must reach, whether it does."""

    path: str
    measure: str
    value: float
    unit: str
    bar: str
    reached: bool


DATA = "PROOF_DATA"
"""The environment variable that names a folder of data for the proofs that take one (`--data DIR`)."""
