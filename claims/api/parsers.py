"""Reading a request's JSON without letting a hostile one cost us."""

import codecs
import json
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

# Quick to read, and none can hold half a character: "utf-7" can, and "punycode" takes minutes of a megabyte.
_CHARSETS = frozenset(
    {"utf-8", "utf-8-sig", "ascii", "iso8859-1", "iso8859-15", "cp1252"}
    | {f"utf-{bits}{order}" for bits in (16, 32) for order in ("", "-le", "-be")}
)

# How the standard library's parser begins to say what it met, and what to do about it.
_ADVICE = {
    "Expecting value": "a value is missing or is not written as JSON: text stands in double quotes",
    "Expecting property name": "the name of a member is missing: it stands in double quotes, and no comma "
    "stands before a closing brace",
    "Expecting ':'": "a colon is missing between the name of a member and its value",
    "Expecting ','": "a comma is missing, or the bracket or brace that closes it",
    "Unterminated string": "a text begins that never ends: close it with a double quote",
    "Invalid control character": "a text holds a control character, such as a line break: write it as \\n, "
    "or leave it out",
    "Invalid \\": "a backslash in a text is followed by nothing that JSON knows: write \\\\ for a backslash",
    "Extra data": "something follows after the end: send one object and nothing more",
    "Illegal trailing comma": "a comma stands before the closing bracket or brace: leave it out",
}


class BoundedJSONParser(JSONParser):
    """JSON that we can also write again; what cannot be read is a malformed request (400), no server error.

    How long the body may be is asked before it is read (`Endpoint`).
    """

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the parsed body; raises ParseError (400) that says what to mend, and where."""
        charset = str((parser_context or {}).get("encoding") or settings.DEFAULT_CHARSET)
        text = _decoded(stream.read(), charset)
        try:
            parsed = json.loads(text, parse_constant=_refuse_constant)
            if "\\u" in text:  # an escape can name half a character, which no database and no answer can hold
                json.dumps(parsed, ensure_ascii=False).encode()
        except RecursionError as error:
            raise ParseError(
                "The JSON is nested too deep; no request needs more than a few objects inside each other."
            ) from error
        except UnicodeEncodeError as error:
            raise ParseError(
                "The JSON holds half a character (a lone surrogate); send both halves or the character."
            ) from error
        except json.JSONDecodeError as error:
            raise ParseError(_told(error, charset)) from error
        except ValueError as error:  # the only other one: more digits than Python turns into a number
            raise ParseError("The JSON holds a number that is too long to read; shorten it.") from error
        return parsed


def _decoded(raw: bytes, charset: str) -> str:
    if codecs.lookup(charset).name not in _CHARSETS:
        raise ParseError(f"{charset!r} is no charset that we read; send the JSON in UTF-8.")
    try:
        return raw.decode(charset).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise ParseError(
            f"The body is not {charset} from byte {error.start + 1} on; send the JSON in UTF-8."
        ) from error


def _refuse_constant(word: str) -> NoReturn:
    raise ParseError(f"The JSON holds {word}, which is no JSON; send null, or leave the member out.")


def _told(error: json.JSONDecodeError, charset: str) -> str:
    """Return where the JSON breaks off, with what to do about it."""
    advice = next((said for begins, said in _ADVICE.items() if error.msg.startswith(begins)), "it breaks off")
    told = f"The body cannot be read as JSON: at line {error.lineno}, column {error.colno}, {advice}."
    if charset.lower().replace("_", "-") not in ("utf-8", "utf8"):
        told += f" It was read as {charset}, as its Content-Type says; JSON is best sent in UTF-8."
    return told
