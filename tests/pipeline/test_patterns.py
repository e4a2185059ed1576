"""Patterns read a text alike on every Python that the product runs on."""

import re
from pathlib import Path

import claims

# Python before 3.11.5 (Debian 12 has 3.11.2) loses its place where a group repeated so fails half-way:
# https://github.com/python/cpython/issues/106052
_REPEATS_A_GROUP_POSSESSIVELY = re.compile(r"(?<!\\)\)(?:[*+?]|\{\d*,?\d*\})\+(?!,)")
_CLASSES = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]")


def test_no_pattern_repeats_a_group_possessively() -> None:
    control = _told(r"(?:\d++[.,:])*+[)*+]")
    sources = [path for kind in ("*.py", "*.json") for path in Path(claims.__file__).parent.rglob(kind)]
    told = {str(path): found for path in sources if (found := _told(path.read_text("utf-8")))}
    assert control == [")*+"]
    assert len(sources) > 200
    assert told == {}


def _told(text: str) -> list[str]:
    return _REPEATS_A_GROUP_POSSESSIVELY.findall(
        "\n".join(_CLASSES.sub("x", line) for line in text.split("\n"))
    )
