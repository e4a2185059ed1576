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
    for place, is_around in _Sorted(elements, most).suspects():
        if place >= end and is_around(elements[place]):
            boxes.append(elements[place])
            end = place + sum(node.is_element_node for node in elements[place].traverse())
    for node in boxes:
        node.decompose()


class _Sorted:
    """The places of the elements that may stand around the article, by what speaks for it.

    One pass sorts them: a query by CSS for each reason is a pass each, and parses its selector.
    """

    def __init__(self, elements: list[LexborNode], most: float) -> None:
        """Take all elements of a page in order; a box has at most ``most`` characters."""
        self.elements, self.most = elements, most
        self.around: list[int] = []
        self.named: list[int] = []
        self.lists: list[int] = []
        self.headings: list[int] = []
        articles: list[LexborNode] = []
        for place, node in enumerate(elements):
            tag, attributes = node.tag, node.attributes
            if tag in _AROUND:
                self.around.append(place)
            elif tag in _LISTS:
                self.lists.append(place)
                if tag in _HEADINGS:
                    self.headings.append(place)
            if tag in _ARTICLES or attributes.get("itemprop") == "articleBody":
                articles.append(node)
            if "class" in attributes or "id" in attributes:
                names = [attributes[name] or "" for name in _NAMES if name in attributes]
                # One with both counts twice among the most that are looked at.
                self.named += [place] * len(names) if is_box(" ".join(names)) else ()
        self.holding = _with_all_above(articles)

    def suspects(self) -> list[tuple[int, _Test]]:
        """What may stand around the article, by its place: the test that tells."""
        linked = islice(_linked(self.elements, self.headings), _MOST_BOXES)
        found: list[tuple[int, _Test]] = [(place, self._is_small) for place in self.around[:_MOST_BOXES]]
        found += [(place, self._is_named_box) for place in dict.fromkeys(self.named[:_MOST_BOXES])]
        found += [(place, self._is_list_of_links) for place in self.lists[:_MOST_BOXES]]
        found += [(place, _is_any) for place in linked]
        return sorted(found, key=itemgetter(0))

    def _is_small(self, node: LexborNode) -> bool:
        return node.mem_id not in self.holding and len(node.text()) <= self.most

    def _is_named_box(self, node: LexborNode) -> bool:
        if node.mem_id in self.holding:
            return False
        text = node.text(separator="\n")
        return (len(text) <= self.most or len(node.text()) <= self.most) and not holds_notice(text)

    def _is_list_of_links(self, node: LexborNode) -> bool:
        return self._is_small(node) and _link_share(node) >= _MOSTLY_LINKS


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
