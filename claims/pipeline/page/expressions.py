"""Answers trafilatura's expressions from the attributes of a page's elements, without a walk by XPath.

Most of them look for elements of some tags with a word in their class or id. libxml2 puts all of that to each
node, and comes back to Python for each regular expression: a fourth of what it takes to read an edited page,
and mostly for nothing. Here patterns made from the expression itself look at the attributes first; what they
let pass is put to the expression, which has the last word.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from lxml import etree
from lxml.html import HtmlElement
from trafilatura import xpaths

LISTS: tuple[list[Any], ...] = (
    xpaths.RAW_TREE_PRUNE_XPATH,
    xpaths.REMOVE_COMMENTS_AND_LISTS_XPATH,
    xpaths.BODY_XPATH,
    xpaths.OVERALL_DISCARD_XPATH,
    xpaths.DISCARD_IMAGE_ELEMENTS,
    xpaths.TEASER_DISCARD_XPATH,
)
"""Those of trafilatura's that every page is asked."""
_NAMESPACES = {"re": xpaths.REGEXP_NS}
_PREDICATE = re.compile(r"\[((?:'[^']*'|[^'\[\]])*)\]")
_FORM = re.compile(rf"\s*\(?\.//\*((?:\s*{_PREDICATE.pattern})+)\s*(?:\)\[1\])?\s*")
_TAGS = re.compile(r"\s*self::\w+(?:\s+or\s+self::\w+)*\s*")
_TAG = re.compile(r"self::(\w+)")
_NAME = re.compile(r"@([\w-]+)")
_TERM = re.compile(
    r"(?P<function>re:test|contains|starts-with)\("
    r"(?P<names>@[\w-]+(?:\|@[\w-]+)*|translate\(@[\w-]+,\s*'(?P<large>\w+)',\s*'(?P<small>\w+)'\)),"
    r"\s*'(?P<words>[^']+)'(?P<flag>,\s*'i')?\)"
    r"|(?P<name>@[\w-]+)(?:='(?P<value>[^']+)')?"
)


def hasten() -> None:
    """Put expressions that find the same, sooner, in the place of trafilatura's own."""
    for expressions in LISTS:
        expressions[:] = [hastened(expression.path) or expression for expression in expressions]


class ByAttributes:
    """An expression, with what tells at once that an element is none of those that it looks for.

    Where it ends in "[1]", it finds the first element only: that is the one that trafilatura takes.
    """

    def __init__(self, path: str, predicates: str, tags: list[str], patterns: dict[str, str]) -> None:
        """``predicates`` hold for what ``path`` finds, ``patterns`` are found in an attribute of each."""
        self.path = path
        self._fits: Callable[[HtmlElement], Any] = etree.XPath(
            f"boolean(self::*{predicates})", namespaces=_NAMESPACES
        )
        self._tags, self._most = tags, 1 if path.rstrip().endswith("[1]") else None
        self._searches = {name: re.compile(pattern).search for name, pattern in patterns.items()}

    def __call__(self, tree: HtmlElement) -> list[HtmlElement]:
        """Return the elements in ``tree`` that the expression finds."""
        return list(islice(self._found(tree), self._most))

    def _found(self, tree: HtmlElement) -> Iterator[HtmlElement]:
        for node in tree.iterdescendants(*self._tags):
            for name, value in node.items():
                if name in self._searches and self._searches[name](value):
                    if self._fits(node):
                        yield node
                    break


def hastened(path: str) -> ByAttributes | None:
    """The expression as one that looks at attributes first; None where it asks for anything else."""
    form = _FORM.fullmatch(path)
    if form is None:
        return None
    asked = _PREDICATE.findall(form[1])
    tags = _TAG.findall(asked.pop(0)) if _TAGS.fullmatch(asked[0]) else ["*"]
    if asked[-1:] == ["1"]:
        asked.pop()
    patterns = _patterns(asked[0]) if asked else {}
    # What is asked beyond that must be a question to the element alone, not for its place among others.
    if not patterns or not all(more.lstrip().startswith("not(") for more in asked[1:]):
        return None
    return ByAttributes(path, form[1], tags, patterns)


def _patterns(asked: str) -> dict[str, str]:
    """For attributes what is found in one of them wherever ``asked`` holds; empty where that is not known."""
    if set(_TERM.sub("", asked).split()) - {"or"}:
        return {}
    found: dict[str, list[str]] = defaultdict(list)
    for term in _TERM.finditer(asked):
        pattern = _pattern(term)
        if pattern is None:
            return {}
        for name in _NAME.findall(term["names"] or term["name"]):
            found[name].append(pattern)
    return {name: "|".join(patterns) for name, patterns in found.items()}


def _pattern(term: re.Match[str]) -> str | None:
    """What is found in an attribute of which the term holds; None if it may hold of one that is not there."""
    if term["function"] is None:
        return rf"\A{re.escape(term['value'])}\Z" if term["value"] else ""
    pattern = term["words"] if term["function"] == "re:test" else re.escape(term["words"])
    if re.search(pattern, "") or (term["large"] and term["large"].lower() != term["small"]):
        return None
    return f"(?i:{pattern})" if term["flag"] or term["large"] else pattern
