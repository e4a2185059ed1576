"""Every outgoing request of the product as a function of the place that it asks on a hostile server."""

from collections.abc import Callable

from django.conf import settings

from claims.models import ArchiveCopy, Article, Candidate, Host, User
from claims.operations.custody import save_copies
from claims.operations.rewriting import NoSuggestionError, suggest_wording
from claims.vocabulary import ArchiveState, ClaimStatus
from tests.faults.paths import as_feed, by_command, by_schedule, no_rules, told_at
from tests.pipeline.hostile import Server, Visit
from tests.sites import page as news_page
from tests.stories import decided, right_now, taken_on, tracked

SAID = "The harbour minister has resigned, the prime minister's spokesman said on Sunday."
ALSO = "The port of Marsa was closed, according to the harbour master."

Way = Callable[[str], str]
"""Asks for the place; returns what was said of it, nothing where all went well."""


def cited_story(door: Server, edith: User) -> Candidate:
    """Take a story in from ``door`` that a verdict cites; returns another candidate of it, which waits."""
    settings.WAYBACK_SAVE = True
    settings.LLM_MODEL = "hostile"
    settings.LLM_DAILY_REQUESTS = settings.LLM_DAILY_TOKENS = 10**9
    door.behaviours["/story"] = story
    article = taken_on(door.url("/story"))
    decided(tracked(article, "has resigned", edith), edith, ClaimStatus.CONFIRMED)
    return Candidate.objects.get(snapshot__article=article, quote__contains="port of Marsa")


def story(visit: Visit) -> None:
    """Answer with the story."""
    visit.answer(news_page("Minister gone", SAID, ALSO).encode(), "200 OK", "Content-Type: text/html")


def ways_out(door: Server, waiting: Candidate, edith: User) -> dict[str, Way]:
    """Return all ways that lead to ``door``; a wording is asked for the candidate that waits."""

    def by_robots(place: str) -> str:
        door.behaviours["/robots.txt"] = lambda visit: door.behaviours[place](visit)
        fresh = f"{place}-page"
        door.behaviours[fresh] = story
        words = by_schedule(door.url(fresh))
        door.behaviours["/robots.txt"] = no_rules
        held = Host.objects.filter(robots_until__isnull=False).exists()
        return words or (
            "left for later" if held or not Article.objects.get(url=door.url(fresh)).newest else ""
        )

    def by_archive(place: str) -> str:
        settings.WAYBACK_URL = door.url(f"{place}?")
        return saved(the_copy())

    def by_endpoint(place: str) -> str:
        door.behaviours[f"{place}/chat/completions"] = door.behaviours[place]
        settings.LLM_URL = door.url(place)
        return suggested(waiting, edith)

    return {
        "ingest": lambda place: by_command(door.url(place)),
        "scheduled check": lambda place: by_schedule(door.url(place)),
        "feed": lambda place: as_feed(door.url(place)),
        "robots": by_robots,
        "archive": by_archive,
        "endpoint": by_endpoint,
        "webhook": lambda place: told_at(door.url(place)),
    }


def the_copy() -> str:
    """Return the first of the copies that an archive is asked for."""
    return ArchiveCopy.objects.order_by("pk").values_list("pk", flat=True)[0]


def saved(copy: str) -> str:
    """Have an archive keep a cited page, as if for the first time; returns what went wrong."""
    ArchiveCopy.objects.filter(pk=copy).update(
        lease_until=None, state=ArchiveState.WAITING, failures=0, address=""
    )
    return " ".join(report.problem for report in save_copies([copy], only_due=False))


def suggested(candidate: Candidate, edith: User) -> str:
    """Ask the language model of the settings for a wording; returns what went wrong."""
    try:
        suggest_wording(candidate_id=candidate.pk, by=edith, now=right_now(), clock=right_now)
    except NoSuggestionError as refusal:
        return refusal.message
    return ""
