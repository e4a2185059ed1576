"""Trafilatura's expressions, answered from attributes: they find what XPath finds."""

import random
import re
from typing import Any

import pytest
from lxml import etree, html
from trafilatura import xpaths

import claims.pipeline.extract_text  # noqa: F401  # puts the hastened ones in their places
from claims.pipeline.page.expressions import LISTS, ByAttributes, hastened

ALL = [expression for expressions in LISTS for expression in expressions]
HASTENED = [expression for expression in ALL if isinstance(expression, ByAttributes)]
TAGS = (
    "div", "section", "article", "main", "aside", "p", "span", "ul", "ol", "details", "list", "item", "h1",
)  # fmt: skip
NAMES = (
    "class", "id", "role", "style", "itemprop", "data-component", "data-lp-replacement-content",
    "aria-hidden", "x",
)  # fmt: skip
NAMESPACES = {"re": xpaths.REGEXP_NS}


def words_of(path: str) -> list[str]:
    """The words for which an expression looks, roughly: one way to write each."""
    alternatives = "|".join(re.findall(r"'([^']*)'", path)).split("|")
    return sorted({re.sub(r"\[(.)[^\]]*\]|.\?|[()^:]", r"\1", word) for word in alternatives})


def some_value(rnd: random.Random, words: list[str]) -> str:
    value = rnd.choice(("", " ", "-", "\n", "x")).join(rnd.choices(words, k=rnd.choice((0, 1, 1, 1, 2))))
    return rnd.choice((str, str, str.title, str.upper, " {}".format, "{}ary".format))(value)


def some_tree(rnd: random.Random, words: list[str]) -> etree._Element:
    """A tree whose elements have the words in any attribute."""
    nodes: list[etree._Element] = [html.Element("body")]
    for _ in range(rnd.randrange(1, 16)):
        node = etree.SubElement(rnd.choice(nodes), rnd.choice(TAGS))
        for name in rnd.sample(NAMES, rnd.choice((0, 1, 1, 2, 3))):
            node.set(name, some_value(rnd, words))
        nodes.append(node)
    return nodes[0]


@pytest.mark.parametrize(
    "expression", HASTENED, ids=lambda expression: " ".join(expression.path.split())[:80]
)
def test_they_find_what_xpath_finds(expression: ByAttributes) -> None:
    rnd, words, found = random.Random(3), words_of(expression.path), 0
    as_written: Any = etree.XPath(expression.path, namespaces=NAMESPACES)
    most = 1 if expression.path.rstrip().endswith("[1]") else None
    for _ in range(500):
        tree = some_tree(rnd, words)
        expected = as_written(tree)[:most]
        assert expression(tree) == expected, etree.tostring(tree)
        found += bool(expected)
    assert 40 < found < 460


def test_another_trafilatura_does_not_slip_by() -> None:
    left = [" ".join(each.path.split()) for each in ALL if not isinstance(each, ByAttributes)]
    assert len(HASTENED) == 10
    assert left[0] == "(.//article)[1]"
    assert left[1].endswith("[1]|(.//main)[1]")
    assert len(left) == 2


@pytest.mark.parametrize(
    "path",
    [
        ".//header",
        ".//cite|.//quote",
        "//div[@class='a']",
        ".//div[@class='a']",
        ".//*[self::div or self::p]",
        ".//*[self::div][not(@class='a')]",
        ".//*[self::div][@class!='a']",
        ".//*[self::div][@class='a' and @id='b']",
        ".//*[self::div][@class='']",
        ".//*[self::div][contains(@class, '')]",
        ".//*[self::div][re:test(@class, 'a*')]",
        ".//*[self::div][re:test(@class, '(?:)')]",
        ".//*[self::div][contains(translate(@class, 'ab', 'cd'), 'c')]",
        ".//*[self::div][contains(., 'c')]",
        ".//*[self::div][contains(@class, 'c') or .//p]",
        ".//*[self::div][contains(@class, 'c')]/p",
        ".//*[self::div][contains(@class, 'c')][2]",
        ".//*[self::div][contains(@class, 'c')][1][not(.//p)]",
        ".//*[self::div][contains(@class, 'c')][last()]",
        ".//*[self::div][contains(@class, 'c')]|.//p",
    ],
)
def test_what_asks_for_anything_else_is_left_to_xpath(path: str) -> None:
    etree.XPath(path, namespaces=NAMESPACES)
    assert hastened(path) is None
