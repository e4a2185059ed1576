"""Takes out of a page what stands around its article: lists of links, linked headings of others, boxes."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from operator import itemgetter

from selectolax.lexbor import LexborNode

from claims.pipeline.page.notices_on_page import holds_notice
from claims.pipeline.page.passing import is_box

# Small ones only: there are sites that put the whole page into a form.
_AROUND = frozenset({"nav", "aside", "footer", "form", "dialog"})
_HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
_LISTS = frozenset({"ul", "ol"}) | _HEADINGS
_ARTICLES = frozenset({"h1", "article"})
_NAMES = ("class", "id")
_Test = Callable[[LexborNode], bool]
_LARGEST_BOX = 0.25
"""Share of the page's text from which an element is no box, whatever its class says."""
_MOSTLY_LINKS = 0.8
_MOST_BOXES = 400  # looked at for each reason; no page written by people has more
_MOST_ELEMENTS = 30_000  # a larger page is taken as it is


def drop_boxes(body: LexborNode) -> None:
    """Take out of ``body``, in place, what stands around the article."""
    elements = list(islice((node for node in body.traverse() if node.is_element_node), _MOST_ELEMENTS + 1))
    if len(elements) > _MOST_ELEMENTS:
        body.strip_tags([*_AROUND], recursive=True)
        return
    most = _LARGEST_BOX * len(body.text())
    if not most:
        return
    boxes: list[LexborNode] = []
    end = 0  # of the box found last: what stands in it goes with it
    for place, is_around in _suspects(elements, most=most):
        if place >= end and is_around(elements[place]):
            boxes.append(elements[place])
            end = place + sum(node.is_element_node for node in elements[place].traverse())
    for node in boxes:
        node.decompose()


def _suspects(elements: list[LexborNode], *, most: float) -> list[tuple[int, _Test]]:
    """What may stand around the article, by its place among the elements: the test that tells.

    A box has at most ``most`` characters. One pass sorts the elements: a query by CSS for each reason is a
    pass each, and parses its selector.
    """
    around: list[int] = []
    named: list[int] = []
    lists: list[int] = []
    headings: list[int] = []
    articles: list[LexborNode] = []
    for place, node in enumerate(elements):
        tag, attributes = node.tag, node.attributes
        if tag in _AROUND:
            around.append(place)
        elif tag in _LISTS:
            lists.append(place)
            if tag in _HEADINGS:
                headings.append(place)
        if tag in _ARTICLES or attributes.get("itemprop") == "articleBody":
            articles.append(node)
        if "class" in attributes or "id" in attributes:
            names = [attributes[name] or "" for name in _NAMES if name in attributes]
            if is_box(" ".join(names)):
                named += [place] * len(names)  # counts twice among the most that are looked at
    holding = _with_all_above(articles)

    def is_small(node: LexborNode) -> bool:
        return node.mem_id not in holding and len(node.text()) <= most

    def is_named_box(node: LexborNode) -> bool:
        text = node.text(separator="\n")
        if node.mem_id in holding or (len(text) > most and len(node.text()) > most):
            return False
        return not holds_notice(text)

    def is_list_of_links(node: LexborNode) -> bool:
        return is_small(node) and _link_share(node) >= _MOSTLY_LINKS

    linked = islice(_linked(elements, headings), _MOST_BOXES)
    suspects: list[tuple[int, _Test]] = [(place, is_small) for place in around[:_MOST_BOXES]]
    suspects += [(place, is_named_box) for place in dict.fromkeys(named[:_MOST_BOXES])]
    suspects += [(place, is_list_of_links) for place in lists[:_MOST_BOXES]]
    suspects += [(place, _is_any) for place in linked]
    return sorted(suspects, key=itemgetter(0))


def _is_any(_: LexborNode) -> bool:
    return True


def _with_all_above(nodes: Iterable[LexborNode]) -> set[int]:
    """The identities of the nodes and of all that they stand in."""
    found: set[int] = set()
    for node in nodes:
        above: LexborNode | None = node
        while above is not None and above.mem_id not in found:
            found.add(above.mem_id)
            above = above.parent
    return found


def _linked(elements: list[LexborNode], places: Iterable[int]) -> Iterator[int]:
    """Those of the places at which an element stands in a link."""
    is_linked: dict[int, bool] = {}
    for place in places:
        way, above = [], elements[place].parent
        while above is not None and above.mem_id not in is_linked and above.tag != "a":
            way.append(above.mem_id)
            above = above.parent
        found = above is not None and is_linked.get(above.mem_id, True)
        is_linked.update(dict.fromkeys(way, found))
        if found:
            yield place


def _link_share(node: LexborNode) -> float:
    """Share of the element's text that is links, 0..1."""
    links = [inner for inner in node.traverse() if inner.tag == "a"]
    if not links:
        return 0.0
    whole = len("".join(node.text().split()))
    return sum(len("".join(link.text().split())) for link in links) / whole if whole else 0.0
