"""Takes out of a page the lines that are nothing but a link: other headlines, put into the text."""

from itertools import islice

from lxml.html import HtmlElement

from claims.pipeline.page.passing import is_passing

_LONGEST = 160
"""Characters; a longer link says something of its own."""
_FEWEST_WORDS = 4
_MOST_PIECES = 50  # of text; a line in more is no headline, and one list may lie in hundreds of others
_ENDS_SENTENCE = (".", "!", "…", "”", '"', "’", "'", ")", ":", ";", ",")


def drop_linked_lines(tree: HtmlElement) -> None:
    """Empty such paragraphs and entries of lists of ``tree``, in place; a time may stand beside the link.

    What ends as a sentence does, or is too short for a headline, is a part of the text.
    """
    linking = _linking(tree)
    for line in [node for node in tree.iter("p", "li") if node in linking and _is_linked_line(node)]:
        line.clear(keep_tail=True)  # not `drop_tree`: it copies the words behind each to the ones before


def _linking(tree: HtmlElement) -> set[HtmlElement]:
    """The elements with a link in them."""
    found: set[HtmlElement] = set()
    for link in tree.iter("a"):
        above = link.getparent()
        while above is not None and above not in found:
            found.add(above)
            above = above.getparent()
    return found


def _is_linked_line(node: HtmlElement) -> bool:
    pieces = list(islice(node.itertext(), _MOST_PIECES + 1))
    link = next(node.iter("a"), None) if len(pieces) <= _MOST_PIECES else None
    if link is None:
        return False
    words = "".join(pieces).split()
    line = " ".join(words)
    if len(words) < _FEWEST_WORDS or len(line) > _LONGEST or line.endswith(_ENDS_SENTENCE):
        return False
    linked = " ".join(link.text_content().split())
    return line.startswith(linked) and is_passing(line[len(linked) :])
