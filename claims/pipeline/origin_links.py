"""Reports of one claim to the links between them: who carries, quotes, cites or copies whom."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from claims.pipeline.origin_marks import (
    Body,
    agencies,
    agency_credit,
    author_of,
    body_of,
    citation_of,
    is_described,
    names_of,
    passage_about,
    publisher_body,
)
from claims.pipeline.same_text import same_texts
from claims.vocabulary import PublisherKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One appearance of a claim.

    ``publisher`` and ``owner`` are names (owner "" where none is known), ``claimant`` whom the text names as
    the one who asserts it, ``attribution`` the words that say so; ``seen_at`` is published_at, else
    captured_at.
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


@dataclass(frozen=True, slots=True)
class Link:
    """Report number ``of`` and node ``to`` (a report's number, or that of a body after them) have one origin.

    ``reason`` says it of the report, ``back`` of what it leads to. ``is_source``: the report names that as
    its source; else the two are merely alike (one text, one owner).
    """

    of: int
    to: int
    reason: str
    back: str
    is_source: bool


class Story:
    """The reports of one claim, earliest first, and the bodies that they name, numbered after them."""

    def __init__(self, reports: Sequence[Report]) -> None:
        """Take the reports in the order of their moments and find the links between them."""
        self.reports = reports
        self.bodies: list[Body] = []
        self._aliases: list[tuple[Body, Body]] = []
        self._own = [_own_bodies(report) for report in reports]
        self.links = [
            *self._agency_copy(),
            *self._claimants(),
            *self._citations(),
            *self._one_page(),
            *self._one_text(),
        ]
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
            body = body_of(credit[0]) if credit else None
            if credit and body:
                reason = f"Carries copy of {credit[0]} (“{credit[1]}”)."
                yield from self._source(number, body, reason, "Others carry its copy.")

    def _claimants(self) -> Iterator[Link]:
        """Reports of what somebody says; "a Maltese journalist" is also who other texts say that is."""
        texts = [f"{report.headline}\n{report.text}" for report in self.reports]
        for number, report in enumerate(self.reports):
            body = body_of(report.claimant)
            if body is None:
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

    def _one_page(self) -> Iterator[Link]:
        """Appearances on one page, and pages that name another as their canonical address."""
        for j, later in enumerate(self.reports):
            for i, report in enumerate(self.reports[:j]):
                if later.article is not None and later.article == report.article:
                    yield Link(j, i, "Stands on the same page.", "Stands on the same page.", is_source=False)
                elif _addresses(later) & _addresses(report):
                    reason = "Has the same canonical address as another report."
                    yield Link(j, i, reason, reason, is_source=False)

    def _one_text(self) -> Iterator[Link]:
        """Reports whose text is another's, whole or in great part."""
        for i, j, share in same_texts([report.text for report in self.reports]):
            shared = f"Shares {share:.0%} of its text with"
            here, there = f"{shared} {_called(self.reports[i])}.", f"{shared} {_called(self.reports[j])}."
            yield Link(j, i, here, there, is_source=False)

    def _one_house(self) -> Iterator[Link]:
        """Reports of one publisher, or of publishers with one owner, that name no source.

        One that does belongs to its source: a paper that prints two agencies does not make them one.
        """
        led = {link.of for link in self.links if link.is_source}
        first: dict[str, int] = {}
        for number, report in enumerate(self.reports):
            for house in () if number in led else filter(None, _houses(report)):
                other = first.setdefault(house, number)
                if other != number:
                    twin = self.reports[other]
                    yield Link(number, other, _kin(house, twin), _kin(house, report), is_source=False)


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
