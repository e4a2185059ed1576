"""Reading a request's JSON without letting a hostile one cost us."""

import io
import json
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class BoundedJSONParser(JSONParser):
    """JSON that we can also write again; what cannot be read is a malformed request (400), no server error.

    How long the body may be is asked before it is read (`Endpoint`).
    """

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the parsed body; raises ParseError (400)."""
        raw = stream.read()
        try:
            parsed = super().parse(io.BytesIO(raw), media_type, parser_context)
            if b"\\u" in raw:  # an escape can name half a character, which no database and no answer can hold
                json.dumps(parsed, ensure_ascii=False).encode()
        except RecursionError as error:
            raise ParseError("The JSON is nested too deep.") from error
        except UnicodeEncodeError as error:
            raise ParseError("The JSON holds half a character (a lone surrogate).") from error
        return parsed
