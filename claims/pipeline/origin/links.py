"""Reports of one claim to the links between them: who carries, quotes, cites or copies whom."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from claims.pipeline.origin.marks import (
    Body,
    agencies,
    agency_credit,
    author_of,
    body_of,
    citation_of,
    contribution,
    credits_agencies,
    is_described,
    is_of_blog,
    is_referred,
    names_of,
    passage_about,
    publisher_body,
)
from claims.pipeline.origin.same_text import same_texts
from claims.vocabulary import PublisherKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One appearance of a claim.

    ``publisher`` and ``owner`` are names (owner "" where none is known), ``claimant`` whom the text names as
    the one who asserts it, ``attribution`` the words that say so; ``seen_at`` is published_at, else
    captured_at; ``canonical_url`` what the page says is its original, ``wire_source`` whom the feed that
    brought it names as its source ("" where none does). One that ``denies`` the claim is no report of it.
    """

    appearance: str
    article: str | None
    publisher: str
    publisher_kind: PublisherKind
    owner: str
    headline: str
    text: str
    byline: str
    claimant: str | None
    attribution: str | None
    seen_at: datetime
    canonical_url: str | None
    url: str | None
    wire_source: str = ""
    denies: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """Report number ``of`` and node ``to`` (a report's number, or that of a body after them) have one origin.

    ``reason`` says it of the report, ``back`` of what it leads to. ``is_source``: the report names that as
    its source; else the two are merely alike (one text, one owner). ``is_copy``: what the later one tells is
    the earlier one's text or page. ``is_ruling``: an editor says so.
    """

    of: int
    to: int
    reason: str
    back: str
    is_source: bool
    is_copy: bool = False
    is_ruling: bool = False


class Story:
    """The reports of one claim, earliest first, and the bodies that they name, numbered after them."""

    def __init__(self, reports: Sequence[Report]) -> None:
        """Take the reports in the order of their moments and find the links between them."""
        self.reports = reports
        self.bodies: list[Body] = []
        self._aliases: list[tuple[Body, Body]] = []
        self._agencies = {
            publisher_body(r.publisher): None
            for r in reports
            if r.publisher_kind is PublisherKind.AGENCY and r.publisher
        }
        self._own = [_own_bodies(report) for report in reports]
        self.links = [
            *self._agency_copy(),
            *self._claimants(),
            *self._referred(),
            *self._citations(),
            *self._fed_by(),
            *self._belongs_elsewhere(),
            *self._one_page(),
            *self._one_text(),
        ]
        self.links += self._unnamed_agencies()
        self.links += self._one_house()

    def body(self, node: int) -> Body | None:
        """The body of a node; None for a report."""
        return self.bodies[node - len(self.reports)] if node >= len(self.reports) else None

    def one_body(self) -> Iterator[tuple[int, int]]:
        """Pairs of nodes that are one body under two names."""
        first = len(self.reports)
        for i, one in enumerate(self.bodies):
            for j, other in enumerate(self.bodies[:i]):
                if one.is_same(other) or (one, other) in self._aliases or (other, one) in self._aliases:
                    yield first + j, first + i

    def _node(self, body: Body, besides: int) -> int:
        """The earliest other report that ``body`` published or wrote, else the body itself."""
        for number, own in enumerate(self._own):
            if number != besides and any(body.is_same(mine) for mine in own):
                return number
        if body not in self.bodies:
            self.bodies.append(body)
        return len(self.reports) + self.bodies.index(body)

    def _source(self, of: int, body: Body, reason: str, back: str) -> Iterator[Link]:
        """A link to a source, unless the report is that source's own."""
        if not any(body.is_same(mine) for mine in self._own[of]):
            yield Link(of, self._node(body, of), reason, back, is_source=True)

    def _agency_copy(self) -> Iterator[Link]:
        """Reports that carry an agency's copy."""
        kind = PublisherKind.AGENCY
        others = tuple(
            sorted({r.publisher for r in self.reports if r.publisher_kind is kind and r.publisher})
        )
        for number, report in enumerate(self.reports):
            credit = agency_credit(report.headline, report.text, report.byline, others)
            verb = "Carries copy of" if credit else "Draws on"
            credit = credit or contribution(report.text, others)
            body = body_of(credit[0]) if credit else None
            if credit and body:
                reason = f"{verb} {credit[0]} (“{credit[1]}”)."
                yield from self._source(number, body, reason, "Others carry its copy.")
                self._agencies.setdefault(body, None)

    def _unnamed_agencies(self) -> Iterator[Link]:
        """Reports that credit agencies without naming one, where only one agency is told of at all."""
        if len(self._agencies) != 1:
            return
        (body,) = self._agencies
        led = {link.of for link in self.links if link.is_source}
        for number, report in enumerate(self.reports):
            words = credits_agencies(report.text, report.byline) if number not in led else None
            if words:
                reason = f"Credits agencies (“{words}”); {body.name} is the only one known to have the story."
                yield from self._source(number, body, reason, "Others carry its copy.")

    def _referred(self) -> Iterator[Link]:
        """Reports of what "the same journalist" or "the blog" says: whom the text names, or the one blog."""
        blogs = [n for n, report in enumerate(self.reports) if report.publisher_kind is PublisherKind.BLOG]
        for number, report in enumerate(self.reports):
            claimant = report.claimant or ""
            if not is_referred(claimant):
                continue
            named = [body_of(name) for name in names_of(claimant, [f"{report.headline}\n{report.text}"])]
            if named and named[0]:
                reason = f"Tells what {claimant} says, named in its text as {named[0].name}."
                yield from self._source(number, named[0], reason, f"Others tell what {named[0].name} says.")
            elif is_of_blog(claimant) and len(blogs) == 1 and blogs[0] < number:
                first = self.reports[blogs[0]]
                reason = (
                    f"Tells what “{claimant}” says; {_called(first)} is the only blog that had it before."
                )
                yield Link(number, blogs[0], reason, "Others tell what the blog says.", is_source=True)

    def _claimants(self) -> Iterator[Link]:
        """Reports of what somebody says; "a Maltese journalist" is also who other texts say that is."""
        texts = [f"{report.headline}\n{report.text}" for report in self.reports]
        for number, report in enumerate(self.reports):
            body = body_of(report.claimant)
            if body is None or is_referred(body.name):
                continue
            reason = f"Tells what {body.name} says."
            yield from self._source(number, body, reason, f"It is what {body.name} says.")
            for name in names_of(body.name, texts) if is_described(body.name) else ():
                named = body_of(name)
                if named is not None:
                    reason = f"Tells what {body.name} says, whom another report names as {name}."
                    yield from self._source(number, named, reason, f"Others tell what {name} says.")
                    self._aliases.append((body, named))

    def _citations(self) -> Iterator[Link]:
        """Reports that cite another report's publisher or author, or an agency."""
        names = {report.publisher for report in self.reports} | set(agencies())
        names |= {body.name for own in self._own for body in own}
        for number, report in enumerate(self.reports):
            passage = passage_about(report.headline, report.text, report.attribution)
            for name in sorted(filter(None, names)):
                words = citation_of(name, passage)
                if words:
                    reason = f"Cites {name} (“{words}”)."
                    yield from self._source(number, publisher_body(name), reason, "Others cite it.")

    def _fed_by(self) -> Iterator[Link]:
        """Pages whose feed names another publisher as the source of the entry."""
        for number, report in enumerate(self.reports):
            name = report.wire_source.strip()
            if publisher_body(name).parts:
                reason = f"The feed that brought it names {name} as its source."
                yield from self._source(
                    number, publisher_body(name), reason, "Another feed names it as source."
                )

    def _belongs_elsewhere(self) -> Iterator[Link]:
        """Pages whose canonical address is at another publisher's."""
        for number, report in enumerate(self.reports):
            host = _host(report.canonical_url)
            if not host or _is_one_host(host, _host(report.url) or host):
                continue
            body = next((own[0] for own, r in self._with_own() if _is_one_host(host, _host(r.url))), None)
            reason = f"Names a page at {host} as its original."
            yield from self._source(
                number, body or Body(host, (host,)), reason, "Another page names it as original."
            )

    def _with_own(self) -> Iterator[tuple[tuple[Body, ...], Report]]:
        """Each report that has a publisher or author, with them."""
        return ((own, report) for own, report in zip(self._own, self.reports, strict=True) if own)

    def _one_page(self) -> Iterator[Link]:
        """Appearances on one page, and pages that name another as their canonical address."""
        for j, later in enumerate(self.reports):
            for i, report in enumerate(self.reports[:j]):
                if later.article is not None and later.article == report.article:
                    reason = "Stands on the same page."
                    yield Link(j, i, reason, reason, is_source=False, is_copy=True)
                elif _addresses(later) & _addresses(report):
                    reason = "Has the same canonical address as another report."
                    yield Link(j, i, reason, reason, is_source=False, is_copy=True)

    def _one_text(self) -> Iterator[Link]:
        """Reports whose text is another's, whole or in great part."""
        for i, j, share in same_texts([report.text for report in self.reports]):
            shared = f"Shares {share:.0%} of its text with"
            here, there = f"{shared} {_called(self.reports[i])}.", f"{shared} {_called(self.reports[j])}."
            yield Link(j, i, here, there, is_source=False, is_copy=True)

    def _one_house(self) -> Iterator[Link]:
        """Reports of one publisher, or of publishers with one owner, that name no source.

        One that does belongs to its source: a paper that prints two agencies does not make them one.
        """
        led = {link.of for link in self.links if link.is_source}
        earlier: dict[str, list[int]] = {}
        for number, report in enumerate(self.reports):
            for house in () if number in led else filter(None, dict.fromkeys(_houses(report))):
                for other in earlier.setdefault(house, []):
                    twin = self.reports[other]
                    yield Link(number, other, _kin(house, twin), _kin(house, report), is_source=False)
                earlier[house].append(number)


def _own_bodies(report: Report) -> tuple[Body, ...]:
    """Who a report may be told to come from: its publisher and its author."""
    author = author_of(report.byline)
    publisher = publisher_body(report.publisher)
    return (*((publisher,) if publisher.parts else ()), *((author,) if author else ()))


def _houses(report: Report) -> tuple[str, ...]:
    if report.publisher_kind is PublisherKind.SOCIAL:
        return (f"{report.byline} on {report.publisher}",) if report.byline else ()
    return report.publisher, report.owner


def _addresses(report: Report) -> set[str]:
    return {address for address in (report.url, report.canonical_url) if address}


def _host(address: str | None) -> str:
    """The host of an address without "www."; empty where it has none."""
    try:
        return (urlsplit(address or "").hostname or "").removeprefix("www.")
    except ValueError:  # "http://[" and the like
        return ""


def _is_one_host(one: str, other: str) -> bool:
    """Whether two hosts are one publisher's: the same, or one inside the other (m.lantern.example)."""
    short, long = sorted((one, other), key=len)
    return bool(short) and (long == short or long.endswith(f".{short}"))


def _kin(house: str, twin: Report) -> str:
    """Why a report is one with ``twin``, which is of the same house."""
    if house == twin.publisher:
        return f"{house} also published {_called(twin)}."
    return f"Belongs to {house}, as does {_called(twin)}."


def _called(report: Report) -> str:
    """What a report is called in a reason about another."""
    if not report.headline:
        return f"the report of {report.publisher or 'an unnamed source'}"
    return f"“{report.headline}” ({report.publisher})"
