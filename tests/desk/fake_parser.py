"""A parser that finds one clause; it goes along into the process that reads files, which has no Django."""

from claims.pipeline.attribution.attributions import Attribution
from claims.vocabulary import Voice

FOUND = "the ferry sank off Lindal"


class FakeParser:
    """Finds one clause that the rules leave alone."""

    def __init__(self, pattern: str = "parse-adjective-that") -> None:
        self.pattern = pattern

    def find_attributions(self, text: str) -> tuple[Attribution, ...]:
        start, cue = text.index(FOUND), text.index("certain")
        source = text.index("Rescue crews")
        return (
            Attribution(
                ((start, start + len(FOUND)),),
                (cue, cue + 7),
                (source, source + len("Rescue crews")),
                Voice.INDIRECT,
                False,
                0.6,
                self.pattern,
            ),
        )


class EndlessParser(FakeParser):
    """Never comes to an end."""

    def find_attributions(self, text: str) -> tuple[Attribution, ...]:
        while True:
            pass
