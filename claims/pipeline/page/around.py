"""Takes out of a page what stands around its article: lists of links, linked headings of others, boxes."""

from collections.abc import Iterable, Iterator
from itertools import islice

from selectolax.lexbor import LexborNode

from claims.pipeline.page.notices_on_page import holds_notice
from claims.pipeline.page.passing import is_box

# Small ones only: there are sites that put the whole page into a form.
_AROUND = ("nav", "aside", "footer", "form", "dialog")
_HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
_LISTS = frozenset({"ul", "ol"}) | _HEADINGS
_ARTICLES = frozenset({"h1", "article"})
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
    boxes = {node.mem_id for node in _boxes(elements, most=most)}
    outermost: list[LexborNode] = []
    gone: set[int] = set()
    for node in [node for node in elements if node.mem_id in boxes]:
        if node.mem_id not in gone:
            outermost.append(node)
            gone.update(inner.mem_id for inner in node.traverse())
    for node in outermost:
        node.decompose()


def _boxes(elements: list[LexborNode], *, most: float) -> Iterator[LexborNode]:
    """What stands around the article, as long as it has at most ``most`` characters.

    One pass sorts the elements: a query by CSS for each reason is a pass each, and parses its selector.
    """
    around: list[LexborNode] = []
    named: list[LexborNode] = []
    lists: list[LexborNode] = []
    articles: list[LexborNode] = []
    for node in elements:
        tag, attributes = node.tag, node.attributes
        if tag in _AROUND:
            around.append(node)
        elif tag in _LISTS:
            lists.append(node)
        if tag in _ARTICLES or attributes.get("itemprop") == "articleBody":
            articles.append(node)
        names = [attributes[name] or "" for name in ("class", "id") if name in attributes]
        if names and is_box(" ".join(names)):
            named += [node] * len(names)  # counts twice among the most that are looked at
    holding = _with_all_above(articles)

    def is_small(node: LexborNode) -> bool:
        return node.mem_id not in holding and len(node.text()) <= most

    yield from filter(is_small, around[:_MOST_BOXES])
    yield from (
        node for node in named[:_MOST_BOXES] if is_small(node) and not holds_notice(node.text(separator="\n"))
    )
    yield from (node for node in lists[:_MOST_BOXES] if is_small(node) and _link_share(node) >= _MOSTLY_LINKS)
    yield from islice(_linked(node for node in lists if node.tag in _HEADINGS), _MOST_BOXES)


def _with_all_above(nodes: Iterable[LexborNode]) -> set[int]:
    """The identities of the nodes and of all that they stand in."""
    found: set[int] = set()
    for node in nodes:
        above: LexborNode | None = node
        while above is not None and above.mem_id not in found:
            found.add(above.mem_id)
            above = above.parent
    return found


def _linked(nodes: Iterable[LexborNode]) -> Iterator[LexborNode]:
    """Those of the nodes that stand in a link."""
    is_linked: dict[int, bool] = {}
    for node in nodes:
        way, above = [], node.parent
        while above is not None and above.mem_id not in is_linked and above.tag != "a":
            way.append(above.mem_id)
            above = above.parent
        found = above is not None and is_linked.get(above.mem_id, True)
        is_linked.update(dict.fromkeys(way, found))
        if found:
            yield node


def _link_share(node: LexborNode) -> float:
    """Share of the element's text that is links, 0..1."""
    links = [inner for inner in node.traverse() if inner.tag == "a"]
    if not links:
        return 0.0
    whole = len("".join(node.text().split()))
    return sum(len("".join(link.text().split())) for link in links) / whole if whole else 0.0
