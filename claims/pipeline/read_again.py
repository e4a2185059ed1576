"""The bytes of a page to what is new in it: nothing, or its text, its claims and what changed."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from urllib.parse import urlsplit

from claims.pipeline.attribution.attributions import Attribution
from claims.pipeline.diff import Difference, compare
from claims.pipeline.extract_claims import ClaimCandidate, can_extract, extract_claims
from claims.pipeline.extract_text import ArticleText, UnreadableError, extract_text, text_of_source
from claims.pipeline.feeds import FeedContent, UnreadableFeedError, parse_feed
from claims.pipeline.page.fingerprint import fingerprint_of
from claims.pipeline.page.page_bytes import PageSource, read_bytes
from claims.pipeline.page.page_kind import PageKind, kind_of_page
from claims.pipeline.text.tokens import keys

LONGEST_HEADLINE = 500
"""Characters of a headline that are kept."""

_CLOSING = re.compile(rb"</html\s*>", re.IGNORECASE)
_LONGEST_TAIL = 2_000  # bytes of scripts and comments behind the end of a page


@dataclass(frozen=True, slots=True, kw_only=True)
class PageBefore:
    """What the page said when it was last read.

    ``body`` and ``content_type`` are the bytes it was read from, where another version of the extractor did
    that, else None: they are read anew, so that like is compared with like.
    """

    headline: str
    text: str
    body: bytes | None = None
    content_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageToRead:
    """An answer with a body; ``marks`` are the fingerprints that stand for what the page said when last read.

    ``before`` is None for a page that was never read, which has no marks either. It may be left out at first
    for one that was: where none of the marks fits, the reading asks for it. ``mark`` is the fingerprint of
    the page itself where that reading told it: it is not taken anew then.
    ``url`` is the address asked for, ``final_url`` where redirects led; ``headers`` have lower-case names.
    ``length_known``: the server said how long its answer is, so that this is all of it. ``is_kept``: another
    version of the extractor read what it said ``before`` from these very bytes.
    """

    body: bytes
    content_type: str | None
    url: str
    final_url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    published_at: datetime | None
    before: PageBefore | None
    marks: frozenset[str] = frozenset()
    mark: str = ""
    length_known: bool = True
    is_kept: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRead:
    """What reading brought: ``unreadable`` says in a sentence why there is nothing else.

    ``article`` is None where the page says what it said; its ``fingerprint`` then stands for that, too. It is
    None as well where something else stands in the article's place (``kind``), other than another article.
    ``wants_before``: nothing can be told without what the page said; read it again with that. ``broke_off``:
    it ends in the middle of what it said, and nothing shows that the server sent all of it. ``feed``: what
    stands there where a feed was looked for.
    """

    fingerprint: str
    kind: PageKind = PageKind.ARTICLE
    article: ArticleText | None = None
    candidates: tuple[ClaimCandidate, ...] = ()
    difference: Difference | None = None
    unreadable: str = ""
    wants_before: bool = False
    broke_off: bool = False
    feed: FeedContent | None = None

    @property
    def says_the_same(self) -> bool:
        """Whether the page was read as a whole and says what it said when last read."""
        is_other = self.unreadable or self.broke_off or self.wants_before or self.kind is not PageKind.ARTICLE
        return self.article is None and not is_other


def read_again(
    page: PageToRead, *, parse: Callable[[str], tuple[Attribution, ...]] | None = None
) -> PageRead:
    """Read a page only as far as it is new: visible text, then the article, then its claims.

    ``parse`` adds attributions (tier B).
    """
    if page.is_kept:
        return _read_kept_bytes(page, parse)
    before, mark = page.before, ""
    try:
        source = read_bytes(page.body, page.content_type)
        mark = page.mark or fingerprint_of(source)
        if mark in page.marks:
            return PageRead(fingerprint=mark)
        if before is None and page.marks:
            return PageRead(fingerprint=mark, wants_before=True)
        before = before and _read_anew(before, page.final_url)
        kind = _kind_of(page, source, before)
        if kind not in (PageKind.ARTICLE, PageKind.OTHER):
            return PageRead(fingerprint=mark, kind=kind)
        article = text_of_source(source, url=page.final_url, mark=mark)
    except UnreadableError as error:
        return PageRead(fingerprint=mark, unreadable=str(error))
    difference = None
    if before is not None:
        if not page.length_known and _breaks_off(page.body, article.text, before.text):
            return PageRead(fingerprint=mark, broke_off=True)
        difference = compare(
            headline_before=before.headline,
            text_before=before.text,
            headline_after=(article.headline or "")[:LONGEST_HEADLINE],
            text_after=article.text,
        )
        if difference.kind is None:
            return PageRead(fingerprint=mark)
    candidates = _claims_of(article, page, before, parse)
    return PageRead(
        fingerprint=mark, kind=kind, article=article, candidates=candidates, difference=difference
    )


def _read_kept_bytes(page: PageToRead, parse: Callable[[str], tuple[Attribution, ...]] | None) -> PageRead:
    """Read bytes that were read before; ``article`` is None where they say the same to this extractor.

    Claims are looked for in what it did not see then.
    """
    try:
        article = extract_text(page.body, content_type=page.content_type, url=page.final_url or None)
    except UnreadableError as error:
        return PageRead(fingerprint="", unreadable=str(error))
    before, headline = page.before, (article.headline or "")[:LONGEST_HEADLINE]
    if before is not None and (before.headline, before.text) == (headline, article.text):
        return PageRead(fingerprint=article.fingerprint)
    candidates = _claims_of(article, page, before, parse)
    return PageRead(fingerprint=article.fingerprint, article=article, candidates=candidates)


def read_in_hand(
    page: PageToRead, *, parse: Callable[[str], tuple[Attribution, ...]] | None = None
) -> PageRead:
    """Read a page that a person hands in and vouches for: whatever it looks like, it is the article."""
    try:
        article = extract_text(page.body, content_type=page.content_type, url=page.final_url or None)
    except UnreadableError as error:
        return PageRead(fingerprint="", unreadable=str(error))
    candidates = _claims_of(article, page, None, parse)
    return PageRead(fingerprint=article.fingerprint, article=article, candidates=candidates)


def read_feed(page: PageToRead) -> PageRead:
    """Read what a feed announces."""
    try:
        feed = parse_feed(page.body, content_type=page.content_type, url=page.final_url)
    except UnreadableFeedError as error:
        return PageRead(fingerprint="", unreadable=str(error))
    return PageRead(fingerprint="", feed=feed)


def read_bare_text(page: PageToRead) -> PageRead:
    """Read the claims of an English text (UTF-8) with no page around it."""
    text = page.body.decode("utf-8", "surrogatepass")
    candidates = extract_claims(headline=None, text=text, published_at=page.published_at)
    return PageRead(fingerprint="", candidates=candidates)


def read_kept(page: PageToRead, *, parse: Callable[[str], tuple[Attribution, ...]] | None = None) -> PageRead:
    """Read the claims of what the page said before, an English text, once more; its bytes are left alone."""
    if page.before is None:
        return PageRead(fingerprint="")
    candidates = extract_claims(
        headline=page.before.headline, text=page.before.text, published_at=page.published_at, parse=parse
    )
    return PageRead(fingerprint="", candidates=candidates)


def _claims_of(
    article: ArticleText,
    page: PageToRead,
    before: PageBefore | None,
    parse: Callable[[str], tuple[Attribution, ...]] | None,
) -> tuple[ClaimCandidate, ...]:
    if not can_extract(article.language):
        return ()
    return extract_claims(
        headline=article.headline,
        text=article.text,
        published_at=page.published_at or article.published_at,
        parse=parse,
        known=f"{before.headline}\n{before.text}" if before is not None else "",
    )


def _read_anew(before: PageBefore, url: str) -> PageBefore:
    """What the page said, as this version of the extractor reads it."""
    if before.body is None:
        return before
    try:
        article = extract_text(before.body, content_type=before.content_type, url=url)
    except UnreadableError:
        return before
    return replace(before, headline=(article.headline or "")[:LONGEST_HEADLINE], text=article.text)


def _breaks_off(body: bytes, text: str, before: str) -> bool:
    """Whether a page never closes and its text is the beginning of what it said; the last word may be cut."""
    if _CLOSING.search(body[-_LONGEST_TAIL:]):
        return False
    beginning = keys(text)[:-1]
    said = keys(before)
    return len(beginning) + 1 < len(said) and said[: len(beginning)] == beginning


def _kind_of(page: PageToRead, source: PageSource, before: PageBefore | None) -> PageKind:
    if not source.is_html:
        return PageKind.ARTICLE
    return kind_of_page(
        source.text,
        text_before=before.text if before else None,
        led_above=_is_above(page.final_url, page.url),
        headers=page.headers,
    )


def _is_above(landed: str, asked: str) -> bool:
    """Whether ``landed`` is the address of a section in which ``asked`` lies, not of the front page."""
    above, below = urlsplit(landed), urlsplit(asked)
    path = above.path.rstrip("/")
    return (
        bool(path) and not above.query and above.netloc == below.netloc and below.path.startswith(f"{path}/")
    )


_WARM_PAGE = """<!DOCTYPE html><html lang="en"><head><title>Minister resigns | Post</title>
<meta property="og:title" content="Minister resigns"><script type="application/ld+json">{}</script></head>
<body><nav class="menu"><a href="/">News</a></nav><article><h1>Minister resigns</h1>
<p class="byline">By Ann Lee</p>
<p>The minister of trade, Karl Lind, has %sresigned from the government, a spokesman for it said.</p>
<p>“We have not heard from him since Monday,” the same spokesman told reporters. He gave no reason for this
step.</p>
<p>Two ships with 300 people aboard were taken to the harbour of Bergen on 30 March, and one of them sank.</p>
<p>According to the mayor, it is not known whether they will stay; that could not be confirmed.</p>
<div class="related-links"><ul><li><a href="/a">Ferries</a></li></ul></div>
%s</article><footer><p>5 hours ago</p></footer></body></html>"""
_BRIEF_PAGE = b"""<html lang="en"><title>Minister resigns</title><body><article><h1>Minister resigns</h1>
<p>The minister of trade has resigned from the government, a spokesman for the ministry said.</p>
</article></body></html>"""
_WARM_NOTICE = "<p>Correction: An earlier version of this article misstated the minister's office.</p>"


@cache
def warm_up() -> PageToRead:
    """Load what reading needs, once in a process, so that children forked from it share it.

    Returns a page that takes the ways an edited one takes, with an attribution, a quotation, a hedge that
    came and a notice. It is long enough to be told for English by its small words: a shorter one loads a
    model of 100 MB. Before it a brief page is read, on which trafilatura asks for other opinions.
    """
    before, after = ((_WARM_PAGE % words).encode() for words in (("", ""), ("reportedly ", _WARM_NOTICE)))
    page = PageToRead(
        body=before,
        content_type="text/html",
        url="http://post.example/2011/03/31/a",
        final_url="http://post.example/2011/03/31/a",
        published_at=None,
        before=None,
    )
    read_again(replace(page, body=_BRIEF_PAGE))
    first = read_again(page)
    said = PageBefore(headline="Minister stays", text=first.article.text if first.article else "")
    edited = replace(page, body=after, before=said, marks=frozenset({first.fingerprint}))
    read_again(edited)
    return edited
