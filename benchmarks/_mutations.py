"""Changes pages as the world does: cosmetic changes nobody needs to hear of, and substantive ones."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from lxml import etree, html
from lxml.html import HtmlElement

from benchmarks._pages import BOXES, furniture
from claims.vocabulary import ChangeKind, HedgeShift

Act = Callable[[HtmlElement, Random], bool]
LEAST_PARAGRAPH = 60
"""Characters from which a paragraph counts as part of the report."""


@dataclass(frozen=True, slots=True)
class Mutation:
    """One kind of change: ``expects`` is None for a cosmetic one, else the kind that must be found."""

    name: str
    act: Act
    expects: ChangeKind | None = None
    hedge: HedgeShift | None = None


def mutate(page: str, name: str, seed: int) -> str | None:
    """Return the page after the change ``name``; None where the page has no place for it."""
    tree = _tree(page)
    if not MUTATIONS[name].act(tree, Random(f"{name} {seed}")):  # noqa: S311 - a seeded case, no secret
        return None
    return _written(tree)


def pair(page: str, name: str, seed: int) -> tuple[str, str] | None:
    """Return the page before and after the change ``name``; None where the page has no place for it.

    Two of three cosmetic changes find a box of their kind on the page and change it, the third one brings it.
    A hedge that goes is first put in.
    """
    before: str | None = _written(_tree(page))
    if before is not None and name in BOXES and seed % 3:
        before = mutate(before, name, seed + 500_000)
    elif before is not None and name == "hedge_dropped":
        before = mutate(before, "hedge_added", seed)
        tree = _tree(before or page)
        dropped = before is not None and _drop_hedge(tree, Random(seed), ("reportedly ",))  # noqa: S311 - likewise
        return (before or "", _written(tree)) if dropped else None
    after = mutate(before, name, seed) if before is not None else None
    return (before, after) if before is not None and after is not None and before != after else None


def _tree(page: str) -> HtmlElement:
    return html.document_fromstring(page.encode(), parser=html.HTMLParser(encoding="utf-8"))


def _written(tree: HtmlElement) -> str:
    return str(html.tostring(tree, encoding="unicode", doctype="<!DOCTYPE html>"))


# ---------------------------------------------------------------- where things stand on a page
def report_of(tree: HtmlElement) -> list[HtmlElement]:
    """Return the paragraphs of the report: those of the element that holds most text in its own ``<p>``."""
    held: dict[HtmlElement, list[HtmlElement]] = {}
    for paragraph in tree.iter("p"):
        if len(_text(paragraph)) >= LEAST_PARAGRAPH and not _is_furniture(paragraph):
            held.setdefault(paragraph.getparent(), []).append(paragraph)
    return max(held.values(), key=lambda found: sum(len(_text(p)) for p in found), default=[])


def _text(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())


def _is_furniture(element: HtmlElement) -> bool:
    # A form may hold the whole page.
    above = [
        node
        for node in (element, *element.iterancestors())
        if node.tag != "form" or next(node.iter("h1"), None) is None
    ]
    if 2 * len("".join(link.text_content() for link in element.iter("a"))) > len(_text(element)):
        return True
    return any(node.tag in ("footer", "aside", "nav", "form") for node in above) or any(
        name in (node.get("class") or "")
        for node in above
        for name in (*BOXES, "consent", "cookie", "privacy")
    )


def _fragment(source: str) -> HtmlElement:
    return html.fragment_fromstring(source)


def _after(element: HtmlElement, new: HtmlElement) -> None:
    """Put ``new`` after ``element``, before the text that follows it."""
    new.tail, element.tail = element.tail, None
    element.addnext(new)


def _box(kind: str) -> Act:
    """Change every box of this kind, or bring one: in the report, after it, or at the end of the page."""

    def act(tree: HtmlElement, chance: Random) -> bool:
        boxes = tree.xpath("//*[@class=$kind]", kind=kind)
        for box in boxes:
            new = _fragment(furniture(kind, chance))
            new.tail = box.tail
            box.getparent().replace(box, new)
        if boxes:
            return True
        texts = report_of(tree)
        place = chance.choice(["inside", "after", "end"]) if texts else "end"
        if kind == "relative-time" and texts:
            texts[0].addprevious(_fragment(furniture(kind, chance)))
        elif place == "inside" and kind in ("ad-slot", "related-links", "newsletter-box"):
            _after(texts[len(texts) // 2], _fragment(furniture(kind, chance)))
        elif place == "end" or kind in ("cookie-banner", "live-ticker"):
            tree.body.append(_fragment(furniture(kind, chance)))
        else:
            _after(texts[-1], _fragment(furniture(kind, chance)))
        return True

    return act


# ---------------------------------------------------------------- cosmetic changes
def _nonces(tree: HtmlElement, chance: Random) -> bool:
    """New nonces, tokens, build numbers and hashed class names."""
    script = etree.SubElement(tree.head, "script", nonce=f"{chance.randrange(16**12):x}")
    script.text = f"window.build = {chance.randrange(10**9)};"
    etree.SubElement(tree.head, "meta", name="csrf-token", content=f"{chance.randrange(16**16):x}")
    for element in report_of(tree):
        element.set("data-id", f"{chance.randrange(10**9)}")
        element.set("class", f"{element.get('class') or ''} css-{chance.randrange(16**6):x}".strip())
    return True


def _white_space(tree: HtmlElement, chance: Random) -> bool:
    texts = report_of(tree)
    for paragraph in texts:
        paragraph.tail = (paragraph.tail or "") + "\n" * chance.randint(1, 3) + "  "
        if paragraph.text and " " in paragraph.text:
            paragraph.text = paragraph.text.replace(" ", chance.choice(["  ", "\n   "]), 1)
    return bool(texts)


def _typography(tree: HtmlElement, _chance: Random) -> bool:
    """Curly for straight quotation marks or the other way round, and a no-break space before a figure."""
    changed = False
    for element, part in _places(report_of(tree)):
        before = getattr(element, part)
        curly = "“" in before or "’" in before
        after = before.translate(str.maketrans("“”‘’", "\"\"''")) if curly else before.replace("'", "’")
        after = re.sub(r" (?=\d)", "\u00a0", after, count=1)
        setattr(element, part, after)
        changed = changed or before != after
    return changed


def _markup(tree: HtmlElement, chance: Random) -> bool:
    """A word of the report set in bold or made a link."""
    for paragraph in chance.sample(texts := report_of(tree), min(3, len(texts))):
        found = re.search(r"\b[A-Z]\w{4,}\b", paragraph.text or "")
        if found:
            new = html.fragment_fromstring(chance.choice(["<b></b>", "<a href='/topic'></a>"]))
            new.text, new.tail = found.group(), paragraph.text[found.end() :]
            paragraph.text = paragraph.text[: found.start()]
            paragraph.insert(0, new)
            return True
    return False


def _time_stamp(tree: HtmlElement, chance: Random) -> bool:
    """A line that tells when the page was last touched, and no more."""
    texts = report_of(tree)
    if texts:
        day, minute = chance.randint(1, 30), chance.randint(10, 59)
        stamp = f"Updated: {day} March 2011, {chance.randint(10, 23)}:{minute} GMT"
        texts[0].addprevious(_fragment(f"<p class='stamp'>{stamp}</p>"))
    return bool(texts)


def _menu(tree: HtmlElement, chance: Random) -> bool:
    """Another section in the menu, another line in the footer."""
    tree.body.insert(
        0, _fragment(f"<nav><a href='/s{chance.randrange(99)}'>Weather</a> <a href='/x'>Sport</a></nav>")
    )
    tree.body.append(
        _fragment(f"<footer><p>© {chance.randint(2011, 2026)} All rights reserved.</p></footer>")
    )
    return True


# ---------------------------------------------------------------- substantive changes
def _places(paragraphs: list[HtmlElement]) -> Iterator[tuple[HtmlElement, str]]:
    """Every run of text in the paragraphs, as (element, "text" or "tail")."""
    for paragraph in paragraphs:
        for element in paragraph.iter():
            if isinstance(element.tag, str) and element.tag not in ("script", "style"):
                if element.text:
                    yield element, "text"
                if element is not paragraph and element.tail:
                    yield element, "tail"


def _words(pattern: str, new: Callable[[re.Match[str], Random], str]) -> Act:
    """Change one match of ``pattern`` somewhere in the report."""
    compiled = re.compile(pattern)

    def act(tree: HtmlElement, chance: Random) -> bool:
        found = [
            (element, part, match)
            for element, part in _places(report_of(tree))
            for match in compiled.finditer(getattr(element, part))
        ]
        if not found:
            return False
        element, part, match = chance.choice(found)
        text = getattr(element, part)
        setattr(element, part, text[: match.start()] + new(match, chance) + text[match.end() :])
        return True

    return act


def _other_figure(match: re.Match[str], chance: Random) -> str:
    figure = int(match.group())
    return str(figure + chance.choice([1, 2, 7, 10]))


def _other_name(match: re.Match[str], chance: Random) -> str:
    return chance.choice(
        [name for name in ("Marseille", "Aleppo", "Lindqvist", "Okafor") if name != match.group()]
    )


def _drop_hedge(
    tree: HtmlElement, chance: Random, hedges: tuple[str, ...] = ("reportedly ", "allegedly ")
) -> bool:
    return _words("|".join(hedges), lambda *_: "")(tree, chance)


def _sentence_removed(tree: HtmlElement, chance: Random) -> bool:
    return _words(r"(?<=[.!?] )[A-Z][^.!?]{30,}[.!?]", lambda *_: "")(tree, chance)


def _paragraph_removed(tree: HtmlElement, chance: Random) -> bool:
    texts = report_of(tree)
    if len(texts) < 5:
        return False
    chance.choice(texts[1:-1]).drop_tree()
    return True


def _paragraph(place: str, source: str) -> Act:
    """A paragraph or box that is new: ``place`` is top, middle or end of the report."""

    def act(tree: HtmlElement, _chance: Random) -> bool:
        texts = report_of(tree)
        if not texts:
            return False
        new = _fragment(source)
        if place == "top":
            texts[0].addprevious(new)
        else:
            _after(texts[-1] if place == "end" else texts[len(texts) // 2], new)
        return True

    return act


def headline_of(tree: HtmlElement) -> str:
    """Return the headline as the page's own meta tags or top heading tell it."""
    tops = list(dict.fromkeys(_text(heading) for heading in tree.iter("h1") if _text(heading)))
    title = tree.xpath("string(//title)").strip()
    tops = [top for top in tops if title == top or not title.endswith(top)]  # the site's name is none
    told = tree.xpath("string(//meta[@property='og:title']/@content)").strip()
    shown = [top for top in tops if (told or title).startswith(top)] or (tops if len(tops) == 1 else [])
    return shown[0] if shown else told.rpartition(" | ")[0] or told or (tops[0] if tops else "")


def _headline(tree: HtmlElement, chance: Random) -> bool:
    """The headline goes on, wherever the page tells it: title, meta tags, JSON-LD, heading."""
    old = headline_of(tree)
    if len(old) < 10:
        return False
    more = chance.choice([", minister denies", ", officials say no", ", court overturns it"])
    for meta in tree.iter("meta"):
        content = " ".join((meta.get("content") or "").split())
        if content.startswith(old) and (meta.get("property") or meta.get("name") or "").endswith("title"):
            meta.set("content", content.replace(old, old + more))
    for title in tree.iter("title", "h1"):
        if _text(title).startswith(old):
            whole = _text(title).replace(old, old + more)
            for child in list(title):
                title.remove(child)
            title.text = whole
    for script in tree.xpath("//script[contains(@type, 'ld+json')]"):
        script.text = re.sub(r'("headline"\s*:\s*"(?:[^"\\]|\\.)+)"', rf'\1{more}"', script.text or "")
    return True


def _struck_headline(tree: HtmlElement, chance: Random) -> bool:
    """The old headline struck out in the top heading, the right one beside it."""
    top = next((heading for heading in tree.iter("h1") if _text(heading)), None)
    if top is None:
        return False
    old = _text(top)
    for child in list(top):
        top.remove(child)
    top.text = None
    struck = etree.SubElement(top, chance.choice(["s", "del"]))
    struck.text, struck.tail = old, " Minister denies that he has left"
    return True


def _linked_correction(tree: HtmlElement, chance: Random) -> bool:
    """A correction told in schema.org's words only."""
    script = etree.SubElement(tree.head, "script", type="application/ld+json")
    text = "The first report named the wrong airport."
    correction = chance.choice([text, {"@type": "CorrectionComment", "text": text}])
    script.text = json.dumps(
        {"@context": "https://schema.org", "@type": "NewsArticle", "correction": correction}
    )
    return True


_AUXILIARY = r"(?<=[a-z] )(?:is|are|was|were|has|have|had|will|would|can|could)(?= [a-z]{4,})(?! not)"
_NEW_FACT = (
    "<p>A second official resigned late on Thursday, the ministry said, and gave no reason for it.</p>"
)

COSMETIC = tuple(
    Mutation(name, act)
    for name, act in (
        *((kind, _box(kind)) for kind in BOXES),
        ("nonces", _nonces),
        ("white_space", _white_space),
        ("typography", _typography),
        ("markup", _markup),
        ("time_stamp", _time_stamp),
        ("menu", _menu),
    )
)
SUBSTANTIVE = (
    Mutation("negation", _words(_AUXILIARY, lambda match, _: f"{match.group()} not"), ChangeKind.SILENT_EDIT),
    Mutation("figure", _words(r"(?<=[a-z] )\d{1,4}(?= [a-z])", _other_figure), ChangeKind.SILENT_EDIT),
    Mutation("name", _words(r"(?<=[a-z] )[A-Z][a-z]{3,}\b", _other_name), ChangeKind.SILENT_EDIT),
    Mutation(
        "hedge_added",
        _words(_AUXILIARY, lambda match, _: f"{match.group()} reportedly"),
        ChangeKind.SILENT_EDIT,
        HedgeShift.ADDED,
    ),
    Mutation("hedge_dropped", _drop_hedge, ChangeKind.SILENT_EDIT, HedgeShift.DROPPED),
    Mutation("sentence_removed", _sentence_removed, ChangeKind.SILENT_EDIT),
    Mutation("paragraph_removed", _paragraph_removed, ChangeKind.SILENT_EDIT),
    Mutation("paragraph_added", _paragraph("middle", _NEW_FACT), ChangeKind.SILENT_EDIT),
    Mutation("headline", _headline, ChangeKind.HEADLINE_EDIT),
    Mutation(
        "correction_at_the_end",
        _paragraph(
            "end", "<p><em>Correction: An earlier version of this article named the wrong airport.</em></p>"
        ),
        ChangeKind.CORRECTION,
    ),
    Mutation(
        "boxed_correction",
        _paragraph(
            "end",
            "<div class='note'><strong>Editor's note</strong> An earlier version of this report misstated "
            "who had resigned. We regret the error.</div>",
        ),
        ChangeKind.CORRECTION,
    ),
    Mutation("struck_headline", _struck_headline, ChangeKind.CORRECTION),
    Mutation("linked_correction", _linked_correction, ChangeKind.CORRECTION),
    Mutation(
        "update_notice",
        _paragraph(
            "top", "<p><strong>Update 2:</strong> This story has been updated with the minister's reply.</p>"
        ),
        ChangeKind.UPDATE,
    ),
    Mutation(
        "retraction",
        _paragraph(
            "top", "<p>This article has been retracted. The account on which it rested was not true.</p>"
        ),
        ChangeKind.RETRACTION,
    ),
)
MUTATIONS = {mutation.name: mutation for mutation in (*COSMETIC, *SUBSTANTIVE)}
