"""Takes out of a page the paragraphs that are nothing but a link: other headlines, put into the text."""

from lxml.html import HtmlElement

_LONGEST = 160
"""Characters; a longer link says something of its own."""
_FEWEST_WORDS = 4
_ENDS_SENTENCE = (".", "!", "…", "”", '"', "’", "'", ")", ":", ";", ",")


def drop_linked_lines(tree: HtmlElement) -> None:
    """Take such paragraphs out of ``tree``, in place.

    What ends as a sentence does, or is too short for a headline, is a part of the text.
    """
    for paragraph in [node for node in tree.iter("p") if _is_linked_line(node)]:
        paragraph.drop_tree()


def _is_linked_line(paragraph: HtmlElement) -> bool:
    link = next(paragraph.iter("a"), None)
    if link is None:
        return False
    line = " ".join(paragraph.text_content().split())
    if len(line) > _LONGEST or line.endswith(_ENDS_SENTENCE) or len(line.split()) < _FEWEST_WORDS:
        return False
    return line == " ".join(link.text_content().split())
