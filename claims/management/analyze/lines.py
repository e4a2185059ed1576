"""Reads JSON lines that anybody may have written: each becomes its fields, or a sentence on what is wrong."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

LONGEST_LINE = 32 * 1024 * 1024
"""Bytes; a page of the size we fetch at most (5 MiB), with every character written as an escape."""

_BOM = b"\xef\xbb\xbf"

Id = str | int


class UnreadableLineError(ValueError):
    """A line that cannot be answered, and why; ``id`` is the line's own, where it told one."""

    def __init__(self, message: str, of: Id | None = None) -> None:
        """Take the sentence and the line's id."""
        super().__init__(message)
        self.id = of


class BadClaimsFileError(ValueError):
    """A file of claims that cannot be used; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Fields:
    """What a line holds beside its id: ``strings``, ``nullable`` strings, ``optional`` ones (may be null)."""

    strings: tuple[str, ...]
    nullable: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


def numbered_lines(source: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Yield number (from 1) and bytes of each line that is not blank, None for one too long to read."""
    number = 0
    while line := source.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE and not line.endswith(b"\n"):
            _skip_rest(source)
            yield number, None
            continue
        line = line.removeprefix(_BOM) if number == 1 else line
        if line.strip():
            yield number, line


def read_line(line: bytes | None, fields: Fields) -> tuple[Id, Mapping[str, Any]]:
    """Return a line's id and fields, absent optional ones as None. Raises UnreadableLineError."""
    given = _object(line)
    own_id = _id(given)
    for name in (*fields.strings, *fields.nullable):
        if name not in given:
            raise UnreadableLineError(f"it has no {_quoted(name)}.", own_id)
    for name in fields.strings:
        if not isinstance(given[name], str):
            raise UnreadableLineError(
                f"{_quoted(name)} must be a string, not {_type_name(given[name])}.", own_id
            )
    for name in (*fields.nullable, *fields.optional):
        if not isinstance(given.setdefault(name, None), str | None):
            raise UnreadableLineError(
                f"{_quoted(name)} must be a string or null, not {_type_name(given[name])}.", own_id
            )
    return own_id, given


def as_line(answer: Mapping[str, Any]) -> bytes:
    """Return ``answer`` as one line of JSON in UTF-8; lone surrogates stay escapes, since UTF-8 has none."""
    try:
        return json.dumps(answer, ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError:
        return json.dumps(answer).encode() + b"\n"


def _skip_rest(source: BinaryIO) -> None:
    while (rest := source.readline(1024 * 1024)) and not rest.endswith(b"\n"):
        pass


def _object(line: bytes | None) -> dict[str, Any]:
    if line is None:
        raise UnreadableLineError(f"it is longer than {LONGEST_LINE} bytes.")
    try:
        given = json.loads(line.decode())
    except UnicodeDecodeError as error:
        raise UnreadableLineError(f"it is not UTF-8 (byte {error.start + 1}).") from error
    except json.JSONDecodeError as error:
        raise UnreadableLineError(f"it is not JSON ({error.msg}, character {error.pos + 1}).") from error
    except RecursionError as error:
        raise UnreadableLineError("it is nested too deeply.") from error
    except ValueError as error:  # a number of thousands of digits
        raise UnreadableLineError("it holds a number that is too long.") from error
    if not isinstance(given, dict):
        raise UnreadableLineError(f"it must be a JSON object, not {_type_name(given)}.")
    return given


def _id(given: dict[str, Any]) -> Id:
    if "id" not in given:
        raise UnreadableLineError('it has no "id".')
    own_id = given["id"]
    if isinstance(own_id, bool) or not isinstance(own_id, str | int):
        raise UnreadableLineError(f'"id" must be a string or a whole number, not {_type_name(own_id)}.')
    return own_id


def _type_name(value: Any) -> str:
    """Name a JSON value's type as a person who writes JSON does."""
    names = {dict: "an object", list: "a list", str: "a string", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def _quoted(name: str) -> str:
    return f'"{name}"'
