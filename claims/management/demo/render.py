"""Turns the demo story into web pages: articles with all that stands around them, front pages and feeds."""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from html import escape
from string import Template

from claims.management.demo.shapes import DemoArticle, DemoPublisher, PageVersion
from claims.management.demo.story import ARTICLES, PAGES, PUBLISHERS, articles_of, publisher_of
from claims.vocabulary import PublisherKind

DISCLAIMER = "This publisher is made up; its pages belong to the demo story of a claim tracker."
ADVERTISEMENTS = (
    "Umbrellas for every weather. Now also in blue.",
    "Learn the oboe in a weekend. Your neighbours will thank you later.",
    "Is your kettle slow? Ask Brandt &amp; Daughters.",
    "Seven nights by the sea for the price of nine.",
    "A better pencil. That is all we make.",
)


def article_page(article: DemoArticle, page: PageVersion, base: str, view: int) -> str:
    """Return the HTML of an article as ``page`` has it; ``view`` (0, 1, …) only chooses the advertisement."""
    publisher = publisher_of(article)
    url = base + article.path
    values = {
        "headline": escape(page.headline),
        "publisher": escape(publisher.name),
        "slug": publisher.slug,
        "tagline": escape(publisher.tagline),
        "byline": escape(article.byline),
        "url": escape(url),
        "published_at": _iso(article.published_at),
        "published_words": f"{article.published_at:%d %B %Y, %H:%M} UTC",
        "json_ld": _json_ld(article, publisher, page, url),
        "body": page.body,
        "advertisement": ADVERTISEMENTS[view % len(ADVERTISEMENTS)],
        "comment_count": str(4 + 23 * page.number),
        "related": _related([other for other in articles_of(publisher) if other != article]),
        "most_read": _links(_most_read(article, page)),
        "disclaimer": DISCLAIMER,
    }
    return _layout(publisher.kind).substitute(values)


def front_page(publisher: DemoPublisher, listed: Sequence[tuple[DemoArticle, PageVersion]]) -> str:
    """Return a publisher's front page with the ``listed`` articles, newest first."""
    items = "".join(
        f'<li><a href="{article.path}">{escape(page.headline)}</a></li>' for article, page in listed
    )
    return small_page(publisher.name, f"<p>{escape(publisher.tagline)}</p><ul>{items}</ul>")


def contents_page() -> str:
    """Return the page that lists all publishers of the story."""
    items = "".join(f'<li><a href="/{one.slug}/">{escape(one.name)}</a></li>' for one in PUBLISHERS)
    return small_page("The publishers of the demo story", f"<ul>{items}</ul>")


def small_page(title: str, body: str) -> str:
    """Return a page that is no article: ``title`` is text, ``body`` is HTML."""
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="/style.css"></head>'
        f"<body><main><h1>{escape(title)}</h1>{body}</main><footer><p>{DISCLAIMER}</p></footer></body></html>\n"
    )


def feed(publisher: DemoPublisher, listed: Sequence[tuple[DemoArticle, PageVersion]], base: str) -> str:
    """Return a publisher's Atom feed (RFC 4287) with the ``listed`` articles; one at least."""
    entries = "".join(
        f"<entry><title>{escape(page.headline)}</title>"
        f'<link href="{escape(base + article.path)}"/><id>{escape(base + article.path)}</id>'
        f"<author><name>{escape(article.byline)}</name></author>"
        f"<published>{_iso(article.published_at)}</published><updated>{_iso(page.modified_at)}</updated></entry>"
        for article, page in listed
    )
    address = escape(f"{base}/{publisher.slug}/feed.atom")
    newest = max(page.modified_at for _, page in listed)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<title>{escape(publisher.name)}</title><id>{address}</id>"
        f'<link rel="self" href="{address}"/><link href="{escape(f"{base}/{publisher.slug}/")}"/>'
        f"<updated>{_iso(newest)}</updated>{entries}</feed>\n"
    )


def _json_ld(article: DemoArticle, publisher: DemoPublisher, page: PageVersion, url: str) -> str:
    content = {
        "@context": "https://schema.org",
        "@type": "BlogPosting" if publisher.kind is PublisherKind.BLOG else "NewsArticle",
        "headline": page.headline,
        "url": url,
        "mainEntityOfPage": url,
        "datePublished": _iso(article.published_at),
        "dateModified": _iso(page.announced_at or article.published_at),
        "author": {"@type": "Person", "name": article.byline},
        "publisher": {"@type": "Organization", "name": publisher.name},
    }
    return json.dumps(content, ensure_ascii=False).replace("</", "<\\/")


def _most_read(article: DemoArticle, page: PageVersion) -> list[DemoArticle]:
    """Return three articles of anybody; another three for each version of the page, as such lists do."""
    others = [other for other in ARTICLES if other != article]
    first = (len(article.slug) + 3 * page.number) % (len(others) - 3)
    return others[first : first + 3]


def _related(articles: Sequence[DemoArticle]) -> str:
    """Return the box with a publisher's other articles; nothing where there are none."""
    return (
        f'<aside class="related"><h2>More from us</h2><ul>{_links(articles)}</ul></aside>' if articles else ""
    )


def _links(articles: Sequence[DemoArticle]) -> str:
    return "".join(f'<li><a href="{one.path}">{escape(one.headline)}</a></li>' for one in articles)


def _iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


@cache
def _layout(kind: PublisherKind) -> Template:
    names = {PublisherKind.BLOG: "layout-blog.html", PublisherKind.OFFICIAL: "layout-official.html"}
    return Template((PAGES / names.get(kind, "layout-news.html")).read_text(encoding="utf-8"))
