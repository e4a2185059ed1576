"""The machine's ways of finding a claim, each as an example that a person recognises."""

from claims.pipeline.attribution.attributions import CONFIDENCE as OF_RULES
from claims.pipeline.tiers.syntax import CONFIDENCE as OF_PARSER

_EXAMPLES = {
    "about": "The minister spoke about the strike",
    "according-after": "The bridge is shut, according to the mayor",
    "according-before": "According to the mayor, the bridge is shut",
    "as-after": "The bridge is shut, as the mayor put it",
    "as-before": "As the mayor put it, the bridge is shut",
    "author": "Told by the author, naming nobody",
    "bare-colon-quote": "The mayor: “The bridge is shut”",
    "bare-quote": "Words in quotation marks beside a name",
    "block-quote": "The mayor said: (quoted paragraphs below)",
    "clear-that": "The mayor made clear that the bridge is shut",
    "colon": "The mayor said: the bridge is shut",
    "colon-quote": "The mayor said: “The bridge is shut”",
    "final-clause": "The bridge is shut, the mayor said",
    "final-interjected": "The bridge, the mayor said, is shut",
    "final-quote": "“The bridge is shut,” the mayor said",
    "forward-quote": "The mayor said “the bridge is shut”",
    "headline": "The headline says so",
    "inverted-clause": "The bridge is shut, said the mayor",
    "inverted-interjected": "The bridge, said the mayor, is shut",
    "inverted-quote": "“The bridge is shut,” said the mayor",
    "name-colon": "Mayor: The bridge is shut",
    "noun-is-that": "The mayor’s answer was that the bridge is shut",
    "noun-quote": "Under the slogan “Shut the bridge”",
    "noun-that": "The mayor’s claim that the bridge is shut",
    "object": "The mayor announced the closure of the bridge",
    "parse-about": "The mayor was asked about the bridge",
    "parse-adjective": "The mayor is sure of the closure",
    "parse-adjective-that": "The mayor is sure that the bridge is shut",
    "parse-adjective-to": "The mayor is eager to shut the bridge",
    "parse-clause-before": "The bridge is shut, so the mayor",
    "parse-clause-behind": "The mayor let it be known the bridge is shut",
    "parse-infinitive": "The mayor wants to shut the bridge",
    "parse-interjected": "The bridge, so the mayor, is shut",
    "parse-noun": "The mayor’s demand for a closure",
    "parse-noun-that": "The mayor’s word that the bridge is shut",
    "parse-question": "The mayor asked whether the bridge is shut",
    "parse-seems": "The bridge is believed to be shut",
    "question": "The mayor asked whether the bridge is shut",
    "shown": "Polls show the mayor ahead",
    "that": "The mayor said that the bridge is shut",
    "to": "The mayor wants to shut the bridge",
    "zero-say": "The mayor said the bridge is shut",
    "zero-think": "The mayor thinks the bridge is shut",
}
_PARTICIPLE = "ing-"


def example_of(pattern: str) -> str:
    """Return a made-up sentence of the kind that ``pattern`` finds; "" for a pattern without one."""
    example = _EXAMPLES.get(pattern.removeprefix(_PARTICIPLE), "")
    if example and pattern.startswith(_PARTICIPLE):
        return f"{example} (told with “saying” and the like)"
    return example


def right_of_ten(pattern: str) -> int | None:
    """Return how many of ten such finds people marked, too, in the texts measured; None for too few finds."""
    share = OF_RULES.get(pattern, OF_PARSER.get(pattern))
    return round(10 * share) if share is not None else None


def is_parsed(pattern: str) -> bool:
    """Whether the optional parser found it, not the rules."""
    return pattern in OF_PARSER
