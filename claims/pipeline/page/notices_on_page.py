"""Finds a publisher's notices that stand beside the text: boxed, struck out or in schema.org's words."""

import json
import re
from collections.abc import Iterator
from itertools import chain

from lxml.html import HtmlElement

from claims.pipeline.change.notices import is_head_of_notice, names_this_article, notice_that_opens
from claims.pipeline.page.passing import is_box, is_passing
from claims.pipeline.text.hints import has_unusual_letters, may_match
from claims.pipeline.text.tokens import keys, squash
from claims.vocabulary import ChangeKind

LONGEST_BOX = 600
FEWEST_WORDS = 5
_MOSTLY_LINKS = 0.8
_MOST_NODES = 2000
_BOXES = ("p", "div", "section", "aside", "li", "blockquote", "dd")
_OPENINGS = ("this ", "we ", "the ", "an ", "a ", "because ", "due ", "owing ")
_ELSEWHERE = frozenset({"nav", "form"})
_OF_THE_ARTICLE = frozenset({"article", "main"})
_MARKS = (
    "correct", "retract", "clarif", "editor", "withdr", "amend", "version of", "kill", "refil", "error",
    "mistake", "removed", "deleted", "taken down", "unpublish", "disregard", "for the record", "originally",
    "updat", "headline",
)  # fmt: skip
_ANY_MARK = re.compile("|".join(_MARKS), re.IGNORECASE)
# The longest word of each mark, for the words of one may stand in several elements, and all of its words.
_HINTS = tuple((max(mark.split(), key=len), mark.split()) for mark in _MARKS)
_SHORTEST_HINT = min(len(hint) for hint, _ in _HINTS)


def holds_notice(text: str) -> bool:
    """Whether a line of the text begins as a notice of this article does."""
    return _may_hold_notice(text) and any(opens_a_notice(line) for line in text.splitlines())


def _may_hold_notice(text: str) -> bool:
    """Whether a text has any word that a notice of a correction or retraction has; a cheap first look."""
    small = text.lower()
    for mark in _MARKS:  # any() would make a generator for each text
        if mark in small:
            return True
    return has_unusual_letters(text) and _ANY_MARK.search(text) is not None


def opens_a_notice(line: str) -> bool:
    """Whether the line begins as a notice does; an update as one that names "this article" and not only when.

    A box that says "Update" mostly speaks of another story.
    """
    notice = notice_that_opens(line.strip())
    if notice is None or notice.kind is not ChangeKind.UPDATE:
        return notice is not None
    return names_this_article(notice.text) and not is_passing(line)


def with_notices(text: str, tree: HtmlElement) -> str:
    """Return the ``text`` of an article with the notices on its page that are not in it, below.

    Each is one paragraph that `change.notices` knows again. A notice that stands there without its heading
    gets it.
    """
    found = [*_boxed(tree), *_struck(tree), *_stated(tree)]
    if not found:
        return text
    held = f" {' '.join(keys(text))} "
    lines = text.split("\n\n")
    places: dict[tuple[str, ...], list[int]] | None = None
    for notice in dict.fromkeys(found):
        rest = keys(_without_head(notice))
        if f" {' '.join(rest)} " not in held:
            lines.append(notice)
        elif len(rest) < len(keys(notice)):
            places = _places_of(text.split("\n\n")) if places is None else places
            for place in places.pop(tuple(rest), ()):
                if not _is_told(lines[place - 1] if place else "", lines[place]):
                    lines[place] = notice
    return "\n\n".join(lines)


def _places_of(lines: list[str]) -> dict[tuple[str, ...], list[int]]:
    """Where lines of the same words stand among the lines."""
    places: dict[tuple[str, ...], list[int]] = {}
    for place, line in enumerate(lines):
        places.setdefault(tuple(keys(line)), []).append(place)
    return places


def _is_told(above: str, line: str) -> bool:
    """Whether the line is a notice by its own words, or by the heading above it."""
    return is_head_of_notice(above) or opens_a_notice(line)


def _without_head(notice: str) -> str:
    head, _, rest = notice.partition(": ")
    rest = rest if is_head_of_notice(head) else ""
    return rest if len(keys(rest)) >= FEWEST_WORDS else notice


def _boxed(tree: HtmlElement) -> Iterator[str]:
    """The outermost short elements that begin as a notice."""
    hinting = _hinting(tree)
    inside: set[HtmlElement] = set()
    lengths: dict[HtmlElement, int] = {}
    for node in tree.iter(*_BOXES) if hinting else ():
        if node not in hinting:
            continue
        if inside and node.getparent() in inside:
            inside.add(node)
            continue
        head = (node.text or "").strip() or next((piece for piece in node.itertext() if piece.strip()), "")
        if not head.strip().lower().startswith(_OPENINGS) and not _may_hold_notice(head[:200]):
            continue
        line = _line_of(node)
        # The cheap questions come first: on most pages no line gets past them.
        if len(line) > LONGEST_BOX or not _may_hold_notice(line) or len(keys(line)) < FEWEST_WORDS:
            continue
        if opens_a_notice(line):
            inside.add(node)
            if not _is_elsewhere(node, lengths) and not _is_link(node, line):
                yield line


def _hinting(tree: HtmlElement) -> set[HtmlElement]:
    """The elements that have a word of a notice in some piece of their text; no other can hold one."""
    parts = [part for part in tree if part.tag != "head" or next(part.iter(*_BOXES), None) is not None]
    page = "".join(part.text_content() for part in parts)
    small = page.lower()
    hints = [hint for hint, words in _HINTS if hint in small and all(word in small for word in words)]
    found: set[HtmlElement] = set()
    if not hints and not has_unusual_letters(page):
        return found

    def is_hinting(text: str | None) -> bool:
        return text is not None and len(text) >= _SHORTEST_HINT and may_match(text, hints)

    for node in chain.from_iterable(part.iter() for part in parts):
        above = node if is_hinting(node.text) else node.getparent() if is_hinting(node.tail) else None
        while above is not None and above not in found:
            found.add(above)
            above = above.getparent()
    return found


def _line_of(node: HtmlElement) -> str:
    """The element's text as one line, with a colon after a heading of its own; cut where it is too long."""
    pieces: list[str] = []
    has_heading, length = False, 0
    for words in filter(None, map(squash, node.itertext())):
        if not pieces:
            has_heading = is_head_of_notice(words)
        pieces.append(words)
        length += len(words)
        if length > (2 * LONGEST_BOX if has_heading else LONGEST_BOX):
            break
    if has_heading and len(pieces) > 1:
        return f"{pieces[0].rstrip(' :.-–—')}: {squash(' '.join(pieces[1:])).lstrip(': ')}"
    return " ".join(pieces)


def _is_elsewhere(node: HtmlElement, lengths: dict[HtmlElement, int]) -> bool:
    """Whether it stands in a menu, a form, the page's footer or a box of other people's words.

    ``lengths`` are kept from one notice to the next, for a page may have thousands in one box.
    """
    if _is_in_the_pages_footer(node):
        return True
    for parent in (node, *node.iterancestors()):
        if parent.tag == "article":
            return False
        names = f"{parent.get('class') or ''} {parent.get('id') or ''}"
        named = parent.tag in _ELSEWHERE or (parent.tag not in ("body", "html", "main") and is_box(names))
        if named and not _holds_most(parent, lengths):
            return True
    return False


def _is_in_the_pages_footer(node: HtmlElement) -> bool:
    """Whether it stands in a footer that is the page's own: the last one, outside its article."""
    above = [node, *node.iterancestors()]
    footer = next((parent for parent in above if parent.tag == "footer"), None)
    if footer is None or any(parent.tag in _OF_THE_ARTICLE for parent in above):
        return False
    return not footer.xpath("following::footer[1]")


def _holds_most(node: HtmlElement, lengths: dict[HtmlElement, int]) -> bool:
    """Whether most of the page's text stands in it: no box then, whatever its name says."""
    page = node.getroottree().getroot()
    for each in (node, page):
        if each not in lengths:
            lengths[each] = _seen_length(each)
    return 2 * lengths[node] > lengths[page]


def _seen_length(node: HtmlElement) -> int:
    """Characters of the element's text, without its scripts."""
    texts = node.xpath(".//text()[not(parent::script or parent::style or parent::noscript)]")
    return sum(len(squash(text)) for text in texts)


def _is_link(node: HtmlElement, line: str) -> bool:
    linked = sum(len(squash(link.text_content())) for link in node.iter("a"))
    return linked >= _MOSTLY_LINKS * len(line)


def _struck(tree: HtmlElement) -> Iterator[str]:
    """A headline that the page shows struck out."""
    for heading in tree.iter("h1"):
        for struck in heading.iter("s", "del", "strike"):
            if squash(struck.text_content()):
                yield f"Correction: the headline “{squash(struck.text_content())}” is struck out."


def _stated(tree: HtmlElement) -> Iterator[str]:
    """Corrections that the page states as data: schema.org's `correction` and `CorrectionComment`."""
    for script in tree.iter("script"):
        source = script.text or ""
        if "ld+json" in (script.get("type") or "") and "orrection" in source:
            try:
                data = json.loads(source, strict=False)
            except (ValueError, RecursionError):
                continue  # broken JSON-LD is common; the page has other marks
            for text in _corrections(data):
                yield text if opens_a_notice(text) else f"Correction: {text}"


def _corrections(data: object) -> Iterator[str]:
    """Walk a JSON-LD document for its corrections, in bounded work."""
    todo: list[tuple[object, bool]] = [(data, False)]
    for _ in range(_MOST_NODES):
        if not todo:
            return
        node, correcting = todo.pop()
        if isinstance(node, list):
            todo += [(child, correcting) for child in node[:_MOST_NODES]]
        elif isinstance(node, dict):
            correcting = correcting or node.get("@type") == "CorrectionComment"
            text = node.get("text") or node.get("description") or node.get("name")
            if correcting and isinstance(text, str):
                yield squash(text)[:LONGEST_BOX]
            else:
                todo += [(child, name == "correction") for name, child in node.items()]
        elif isinstance(node, str) and correcting and squash(node) and not node.startswith("http"):
            yield squash(node)[:LONGEST_BOX]
