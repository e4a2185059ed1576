"""Loads what an optional tier needs, and says in words what is missing or not what was pinned."""

import hashlib
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any


class TierUnavailableError(Exception):
    """A tier is switched on, but a part of it is missing or another than was pinned; says what to do."""


def load(package: str, *, setting: str, requirements: str) -> Any:
    """Import ``package`` of a tier; raises `TierUnavailableError` with what to install."""
    try:
        return import_module(package)
    except ImportError as error:
        raise TierUnavailableError(
            f"{setting} is switched on, but {package} cannot be loaded ({error}). "
            f"Run `pip install -r {requirements}`, or set {setting}=off."
        ) from error


def pinned_file(package: str, inside: str, sha256: str, *, setting: str, requirements: str) -> Path:
    """Return the path of a file of an installed package, which is not imported, if it has the hash (hex).

    Raises `TierUnavailableError` when the package or file is missing, or the file is another one.
    """
    remedy = f"Run `pip install -r {requirements}`, or set {setting}=off."
    spec = find_spec(package)
    file = Path(spec.origin).parent / inside if spec and spec.origin else None
    if file is None or not file.is_file():
        raise TierUnavailableError(f"{setting} is switched on, but {package} is not installed. {remedy}")
    if hashlib.sha256(file.read_bytes()).hexdigest() != sha256:
        raise TierUnavailableError(
            f"{setting} is switched on, but {inside} of {package} is not the file that was pinned. {remedy}"
        )
    return file
