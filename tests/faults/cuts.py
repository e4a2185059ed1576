"""Answers cut at each kilobyte, on every way out, framed in every way that tells a cut from an end."""

import gzip
import json
import random
from collections.abc import Callable, Iterator

import pytest

from claims.models import Article
from claims.operations.reader import end_readers
from claims.pipeline import read_again
from claims.pipeline.gate.inflate import Answer
from tests.faults.kept import taken_in
from tests.faults.measuring import Measured, start_afresh, told
from tests.faults.paths import by_schedule, checked
from tests.faults.ways_out import ALSO, SAID, Way
from tests.pipeline.hostile import Behaviour, Server, chunked, head, raw
from tests.sites import page as news_page

KNOWN = "scheduled check of a known page"
_PLAIN = "Content-Type: text/html; charset=utf-8"

Frame = Callable[[bytes, tuple[str, ...]], tuple[bytes, bytes]]
"""A body and headers of its own to the head and the rest of a whole answer."""

FRAMES: dict[str, Frame] = {
    "length": lambda body, more: (head(*more, f"Content-Length: {len(body)}"), body),
    "chunks": lambda body, more: (head(*more, "Transfer-Encoding: chunked"), chunked(body)),
    "gzip": lambda body, more: (head(*more, "Content-Encoding: gzip"), gzip.compress(body, mtime=0)),
}


def bodies() -> dict[str, tuple[bytes, tuple[str, ...]]]:
    """Return for each way a body of some 20 kB that would pass when it is cut, with headers of its own."""
    chance = random.Random(1)
    lines = [
        f"Ship {chance.getrandbits(64):x} left the port, {chance.getrandbits(64):x} said." for _ in range(300)
    ]
    page = news_page("Minister gone", SAID, ALSO, *lines).encode()
    rules = "".join(f"# {line}\n" for line in lines) + "User-agent: *\nDisallow: /\n"
    items = [
        f"<item><title>{line}</title><link>http://news.example/{number}</link></item>"
        for number, line in enumerate(lines[:150])
    ]
    feed = f"<rss version='2.0'><channel><title>L</title>{''.join(items)}</channel></rss>"
    wording = json.dumps({"claim": ALSO, "claimant": "the harbour master", "quotes": [ALSO]})
    reply = json.dumps({"choices": [{"message": {"content": wording}}]})
    padding = "".join(chance.choice(" \n\t\r") for _ in range(20_000))
    return {
        "ingest": (page, (_PLAIN,)),
        "scheduled check": (page, (_PLAIN,)),
        KNOWN: (page, (_PLAIN,)),
        "feed": (feed.encode(), ("Content-Type: application/rss+xml",)),
        "robots": (rules.encode(), ("Content-Type: text/plain",)),
        "archive": (page, (_PLAIN, "Content-Location: /web/20110330000000/x")),
        "endpoint": (f"{reply}{padding}".encode(), ("Content-Type: application/json",)),
    }


def with_known(door: Server, ways: dict[str, Way]) -> dict[str, Way]:
    """Add the way of a page that was read whole before it is cut."""

    body, more = bodies()[KNOWN]
    door.behaviours["/known"] = raw(*FRAMES["length"](body, more))
    by_schedule(door.url("/known"))

    def known(place: str) -> str:
        door.behaviours["/known"] = door.behaviours[place]
        return checked(Article.objects.get(url=door.url("/known")))

    return ways | {KNOWN: known}


def cut_answers(way: str, frames: tuple[str, ...] = tuple(FRAMES)) -> Iterator[tuple[str, Behaviour]]:
    """Yield each cut answer of a way, with a name that is a path."""
    body, more = bodies()[way]
    for frame in frames:
        start, rest = FRAMES[frame](body, more)
        for size in range(0, len(rest), 1024):
            yield f"/{frame}/{size}", raw(start, rest[:size])


def whole_answers(way: str) -> Iterator[tuple[str, Behaviour]]:
    """Yield the whole answer of a way in each frame."""
    body, more = bodies()[way]
    for frame, framed in FRAMES.items():
        yield f"/{frame}/whole", raw(*framed(body, more))


def measure_cuts(
    door: Server,
    ways: dict[str, Way],
    measured: Measured,
    every: int,
    patch: pytest.MonkeyPatch,
) -> None:
    """Count the cut answers of which anything was taken in, by way, also with no look at their end."""
    for name, way in with_known(door, ways).items():
        if name not in bodies():
            continue  # of what a webhook's receiver answers nothing is ever taken in but the status
        cuts = list(cut_answers(name))[::every]
        taken, _ = _taken(door, name, way, cuts, measured)
        measured.cuts[name], measured.cuts_taken[name] = len(cuts), taken
        measured.cases += len(cuts)
        unguarded = list(cut_answers(name, ("gzip",)))[1:][:: 4 * every]
        with patch.context() as opened:
            end_readers()  # the next one is forked with what is changed here
            opened.setattr(Answer, "finish", lambda _answer: None)
            # Of a page that is known, reading would notice, too, that it ends in the middle.
            opened.setattr(read_again, "_breaks_off", lambda *_page: False)
            measured.cuts_taken_unguarded[name], _ = _taken(
                door, name, way, [(f"/unguarded{case}", cut) for case, cut in unguarded], measured
            )
        end_readers()
        _, missed = _taken(door, name, way, list(whole_answers(name)), measured)
        measured.whole_missed += [f"{name} {case}" for case in missed if name not in _WHOLE_BRINGS_NOTHING]


# A page that is known whole brings nothing new when it is whole again; whole rules close the page.
_WHOLE_BRINGS_NOTHING = {KNOWN, "robots"}


def _taken(
    door: Server,
    name: str,
    way: Way,
    cases: list[tuple[str, Behaviour]],
    measured: Measured,
) -> tuple[int, list[str]]:
    """Return in how many cases something was taken in, and the others."""
    others = []
    for case, behave in cases:
        place = f"/{name.replace(' ', '-')}/cut{case}"
        door.behaviours[place] = behave
        start_afresh()
        before = taken_in()
        told(way, place, f"{name} {case}", measured)
        if taken_in() == before:
            others.append(case)
    return len(cases) - len(others), others
