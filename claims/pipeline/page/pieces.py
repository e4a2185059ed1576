"""Puts an article together again that its page shows in pieces, with advertisements between."""

import re
from itertools import groupby

from lxml.html import HtmlElement

_BODY = re.compile(r"\b(?:article|story|post|entry|content)[-_]{0,2}(?:body|content|text)\b", re.IGNORECASE)
_LEAST = 200
"""Characters of text from which a piece counts."""
_MOST_PIECES = 50


def join_pieces(tree: HtmlElement) -> None:
    """Move what stands in later pieces of an article into the first one, in place.

    Pieces have the same tag, the same class, which says that it holds an article's text, and the same way up
    to a common element. Another headline on that way makes it another article, as on pages that scroll on.
    """
    bodies = [node for node in tree.iter("div", "section") if _BODY.search(node.get("class") or "")]
    if not 1 < len(bodies) <= _MOST_PIECES:
        return
    for _, same in groupby(bodies, key=lambda node: (node.tag, node.get("class"))):
        first, *others = [node for node in same if len(node.text_content().strip()) >= _LEAST] or [None]
        for other in others:
            if first is not None and _is_piece_of(first, other):
                first.extend(list(other))


def _is_piece_of(first: HtmlElement, other: HtmlElement) -> bool:
    ways = [[node, *node.iterancestors()] for node in (first, other)]
    if len(ways[0]) != len(ways[1]) or other in ways[0] or first in ways[1]:
        return False
    apart = [(one, two) for one, two in zip(*ways, strict=True) if one is not two]
    alike = all((one.tag, one.get("class")) == (two.tag, two.get("class")) for one, two in apart)
    top = apart[-1][1]
    return alike and top.tag != "article" and next(top.iter("h1", "article"), None) is None
