"""Proves that every substantive change of a page is found, that no cosmetic one is, and that no cut is one.

Over pages made from a seed, and over the saved pages of a file that `PAGES` names: each line of it (JSON
lines, perhaps packed) is ``{"input": {"html": …}}``; `PAGES_MOST` takes only so many. The controls do the
same without the defence: visible text compared word by word, and bodies taken as they were cut.
"""

import gzip
import json
import os
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from benchmarks import Row
from benchmarks._mutations import COSMETIC, SUBSTANTIVE, Mutation, pair
from benchmarks._pages import a_page, a_story
from claims.pipeline.anchor import find_again
from claims.pipeline.extract_text import UnreadableError, extract_text
from claims.pipeline.fetch import Fetched, FetchPolicy, FetchRequest, fetch_many
from claims.pipeline.page.page_kind import PageKind
from claims.pipeline.read_again import PageBefore, PageRead, PageToRead, read_again
from claims.vocabulary import ChangeKind, QuoteState

GENERATED = 60
CUT_PAGES, CUT_POINTS = 20, 100
_TYPE = "text/html; charset=utf-8"
_URL = "https://paper.example/news/story"


def prove(scratch: Path) -> Iterable[Row]:
    """Return the figures: kinds of change on each set of pages, then cut answers through the fetch gate."""
    yield from rows_of("generated pages", [a_page(seed) for seed in range(GENERATED)], scratch)
    if os.environ.get("PAGES"):
        most = int(os.environ.get("PAGES_MOST", "100000"))
        yield from rows_of("saved pages", list(islice(saved_pages(Path(os.environ["PAGES"])), most)), scratch)
    yield from cut_rows(CUT_PAGES, CUT_POINTS)


def saved_pages(file: Path) -> Iterator[str]:
    """Yield the pages of a file of JSON lines, packed or not."""
    with gzip.open(file, "rt") if file.suffix == ".gz" else file.open() as lines:
        for line in lines:
            yield json.loads(line)["input"]["html"]


# ---------------------------------------------------------------- changes
@dataclass(slots=True)
class Tally:
    """What came of the cases of one set of pages; ``missed`` and ``wrong`` name page and change."""

    cosmetic: int = 0
    flagged: int = 0
    moved_fingerprints: int = 0
    flagged_by_visible_text: int = 0
    substantive: int = 0
    found: int = 0
    right: int = 0
    hedges: int = 0
    hedges_right: int = 0
    unreadable: int = 0


def tally(pages: Iterable[str], faults: list[str]) -> Tally:
    """Put every change on every page and look at it as a check does."""
    found = Tally()
    for number, page in enumerate(pages):
        for mutation in (*COSMETIC, *SUBSTANTIVE):
            states = pair(page, mutation.name, number)
            if states is not None:
                fault = _count(found, mutation, *states)
                faults += [f"page {number}: {mutation.name}: {fault}"] if fault else []
    return found


def _count(found: Tally, mutation: Mutation, before: str, after: str) -> str:
    """Count one case; returns in words what is wrong with its answer, if anything is."""
    try:
        known = before_of(before)
    except UnreadableError:
        found.unreadable += 1
        return ""
    read = read_again(replace(known, body=after.encode()))
    kind = read.difference.kind if read.difference else None
    is_told = kind not in (None, ChangeKind.TRIVIAL)
    if mutation.expects is None:
        found.cosmetic += 1
        found.flagged += is_told or read.kind is not PageKind.ARTICLE
        found.moved_fingerprints += read.fingerprint not in known.marks
        found.flagged_by_visible_text += visible_text(before) != visible_text(after)
        return f"flagged as {kind}" if is_told else ""
    found.substantive += 1
    found.found += is_told
    found.right += kind == mutation.expects
    if mutation.hedge is not None:
        found.hedges += 1
        found.hedges_right += read.difference is not None and read.difference.hedge_shift == mutation.hedge
    return "" if kind == mutation.expects else f"{kind} instead of {mutation.expects}"


def before_of(page: str) -> PageToRead:
    """Return what a later check has at hand after a first one, but for its body. Raises UnreadableError."""
    article = extract_text(page.encode(), content_type=_TYPE, url=_URL)
    return PageToRead(
        body=b"",
        content_type=_TYPE,
        url=_URL,
        final_url=_URL,
        published_at=None,
        before=PageBefore(headline=article.headline or "", text=article.text),
        marks=frozenset({article.fingerprint}),
    )


def visible_text(page: str) -> list[str]:
    """Return all words of a page that are not code: what a plain comparison of pages goes by."""
    tree = LexborHTMLParser(page)
    tree.strip_tags(["script", "style", "noscript"], recursive=True)
    return tree.text(separator=" ").split()


def rows_of(name: str, pages: list[str], scratch: Path) -> Iterator[Row]:
    """Yield the figures of one set of pages; what was missed is listed in ``scratch``."""
    faults: list[str] = []
    found = tally(pages, faults)
    (scratch / f"{name.replace(' ', '-')}.txt").write_text("\n".join([*faults, ""]))
    path = f"{name} ({len(pages)})"
    yield Row(path, "kinds of cosmetic change", len(COSMETIC), "kinds", "≥ 12", len(COSMETIC) >= 12)
    yield Row(path, "kinds of substantive change", len(SUBSTANTIVE), "kinds", "≥ 8", len(SUBSTANTIVE) >= 8)
    yield Row(
        path, "cosmetic changes flagged", found.flagged, f"of {found.cosmetic}", "0", found.flagged == 0
    )
    yield Row(
        path,
        "of these read anew",
        found.moved_fingerprints,
        f"of {found.cosmetic}",
        "(no bar)",
        True,
    )
    yield Row(
        path,
        "control: flagged by visible text",
        found.flagged_by_visible_text,
        f"of {found.cosmetic}",
        "> 0",
        found.flagged_by_visible_text > 0,
    )
    total = found.substantive
    yield Row(
        path, "substantive changes found", found.found, f"of {total}", "all, ≥ 40", 40 <= total == found.found
    )
    yield Row(path, "… told as the right kind", found.right, f"of {total}", "all", found.right == total)
    yield Row(
        path,
        "hedges dropped or added, told so",
        found.hedges_right,
        f"of {found.hedges}",
        "all",
        found.hedges_right == found.hedges,
    )
    yield Row(path, "pages without an article", found.unreadable, "cases", "(no bar)", True)


# ---------------------------------------------------------------- cut answers
@contextmanager
def cutting_server(pages: list[bytes], points: int) -> Iterator[str]:
    """Serve ``/page/point``: the page, whole by its Content-Length, of which only a part is sent."""
    with socket.create_server(("127.0.0.1", 0), backlog=256) as server:
        thread = threading.Thread(target=_serve, args=(server, pages, points), daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{server.getsockname()[1]}"
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def _serve(server: socket.socket, pages: list[bytes], points: int) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with connection:
            page, point = (int(part) for part in connection.recv(65536).split(b" ")[1].split(b"/")[1:])
            body = pages[page]
            head = f"HTTP/1.1 200 OK\r\nContent-Type: {_TYPE}\r\nContent-Length: {len(body)}\r\n\r\n"
            connection.sendall(head.encode() + body[: len(body) * point // points])


@dataclass(slots=True)
class Cuts:
    """What came of answers that broke off, with and without the gate: told as changes, quotes called gone."""

    answers: int = 0
    believed: int = 0
    gone: int = 0
    believed_without: int = 0
    gone_without: int = 0


def cut(pages: int, points: int) -> Cuts:
    """Cut every page at ``points`` places before its end, and fetch what is left through the gate."""
    bodies = [a_page(seed).encode() for seed in range(pages)]
    known = [before_of(body.decode()) for body in bodies]
    found = Cuts()
    with cutting_server(bodies, points) as place:
        policy = FetchPolicy(ports=frozenset({80, int(place.rpartition(":")[2])}), allow_private=(place,))
        requests = [
            FetchRequest(url=f"http://{place}/{page}/{point}")
            for page in range(pages)
            for point in range(points)
        ]
        for request, result in fetch_many(requests, policy=policy):
            page, point = (int(part) for part in request.url.split("/")[-2:])
            found.answers += 1
            if isinstance(result, Fetched):
                told, gone = _told_by(result.body, known[page], page)
                found.believed += told
                found.gone += gone
            told, gone = _told_by(bodies[page][: len(bodies[page]) * point // points], known[page], page)
            found.believed_without += told
            found.gone_without += gone
    return found


def _told_by(body: bytes, known: PageToRead, seed: int) -> tuple[bool, bool]:
    """Whether a body would be told as a change, and whether a quote of the report would be called gone."""
    try:
        read: PageRead = read_again(replace(known, body=body))
    except UnreadableError:
        return False, False
    if read.article is None or read.difference is None or read.kind is not PageKind.ARTICLE:
        return False, False
    quote, text = a_story(seed).paragraphs[-1], known.before.text if known.before else ""
    at = text.find(quote)
    anchored = find_again(
        quote, prefix=text[max(0, at - 40) : at], suffix="", text=read.article.text, was_at=at
    )
    return read.difference.kind not in (None, ChangeKind.TRIVIAL), anchored.state is QuoteState.GONE


def cut_rows(pages: int, points: int) -> Iterator[Row]:
    """Yield the figures of cut answers."""
    found = cut(pages, points)
    path, unit = f"cut answers ({pages} pages x {points})", f"of {found.answers}"
    yield Row(path, "told as a change (text removed)", found.believed, unit, "0", found.believed == 0)
    yield Row(path, "quotes called gone", found.gone, unit, "0", found.gone == 0)
    yield Row(
        path, "control: told as a change", found.believed_without, unit, "> 0", found.believed_without > 0
    )
    yield Row(path, "control: quotes called gone", found.gone_without, unit, "> 0", found.gone_without > 0)
