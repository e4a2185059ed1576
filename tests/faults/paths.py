"""Every way by which an address from outside can make the product ask a server, each as one function.

A path takes an address, goes all the way that a person, a program or the schedule would, and returns the
words that came out of it.
"""

import json
from collections.abc import Callable
from io import StringIO
from itertools import count
from typing import Any

from django.core.management import CommandError, call_command
from django.test import Client
from rest_framework.test import APIClient

from claims.models import Article, Delivery, Event, Feed, Host, User, Webhook
from claims.operations.candidates import propose, track
from claims.operations.deliveries import deliver
from claims.operations.feed_reading import read_feeds
from claims.operations.ingest import add_article
from claims.operations.people import add_person, issue_token
from claims.operations.policies import host_of
from claims.operations.recheck import check_articles
from claims.operations.sealing import seal
from claims.vocabulary import Role, Scope
from tests.pipeline.hostile import STORY, Behaviour, Server, Visit, redirect
from tests.stories import right_now

Path = Callable[[str], str]


def checked(article: Article) -> str:
    """Check an article by the schedule's own operation; returns why it is as it is."""
    Article.objects.filter(pk=article.pk).update(due_at=right_now())
    Host.objects.update(free_at=right_now())
    list(check_articles([article.pk], only_due=True))
    article.refresh_from_db()
    return article.state_reason


def by_command(address: str) -> str:
    """Take the address in as the operator does."""
    out = StringIO()
    try:
        call_command("ingest", address, stdout=out, stderr=StringIO())
    except CommandError:
        told: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
        return str(told["error"])
    return ""


def _by_program(address: str, cora: User) -> str:
    token = issue_token(person=cora, scopes=[Scope.PROPOSE], by=None, now=right_now())
    program = APIClient(HTTP_AUTHORIZATION=f"Token {token}")
    answer = program.post("/api/v1/articles/", {"url": address}, format="json")
    if answer.status_code in (400, 422):
        return str(answer.json()["detail"]) + str(answer.json().get("errors", ""))
    return checked(Article.objects.get(pk=answer.json()["id"]))


def _at_the_desk(address: str, cora: User) -> str:
    browser = Client()
    browser.force_login(cora)
    answer = browser.post("/desk/articles/", {"url": address})
    if answer.status_code == 422:
        return answer.content.decode()
    return checked(Article.objects.get(pk=str(answer["Location"]).rstrip("/").rpartition("/")[2]))


def by_schedule(address: str) -> str:
    """Check an address that is in the database already, from a time when it was open, say."""
    article = Article.objects.create(
        url=address, host=host_of(address), added_at=right_now(), updated_at=right_now()
    )
    return checked(article)


def as_feed(address: str) -> str:
    """Read a feed whose address is in the database already."""
    feed = Feed.objects.create(url=address, due_at=right_now(), added_at=right_now(), updated_at=right_now())
    Host.objects.update(free_at=right_now())
    list(read_feeds([feed.pk], only_due=True))
    feed.refresh_from_db()
    return feed.state_reason


def _listener() -> User:
    """The editor whose programs listen; with her comes a claim, so that there is something to tell."""
    known = User.objects.filter(username="wanda").first()
    if known is not None:
        return known
    wanda = add_person(username="wanda", role=Role.EDITOR, by=None, now=right_now())
    candidate = propose(text="Wheat costs more than it did last year.", by=wanda, now=right_now())
    track(candidate_id=candidate.pk, by=wanda, now=right_now())
    return wanda


def told_at(address: str) -> str:
    """Tell a webhook that is in the database already, from when its address was open, say, of one event.

    Returns what went wrong, or else that it was taken.
    """
    wanda, now = _listener(), right_now()
    Webhook.objects.filter(owner=wanda).delete()
    secret = seal("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
    webhook = Webhook.objects.create(
        owner=wanda, url=address, sealed_secret=secret, free_at=now, added_at=now, updated_at=now
    )
    return _told(webhook)


def _told(webhook: Webhook) -> str:
    event = Event.objects.filter(public=True).latest("seq")
    Delivery.objects.create(webhook=webhook, event=event, due_at=right_now(), noted_at=right_now())
    [report] = deliver([webhook.pk])
    return report.problem or "It was taken."


def _as_webhook(address: str) -> str:
    Webhook.objects.filter(owner=_listener()).delete()
    token = issue_token(person=_listener(), scopes=[Scope.HOOKS], by=None, now=right_now())
    program = APIClient(HTTP_AUTHORIZATION=f"Token {token}")
    answer = program.post("/api/v1/webhooks/", {"url": address}, format="json")
    if answer.status_code in (400, 422):
        return str(answer.json()["detail"]) + str(answer.json().get("errors", ""))
    return _told(Webhook.objects.get(pk=answer.json()["id"]))


def paths_of(door: Server, cora: User) -> dict[str, Path]:
    """Return all paths; ``door`` is a server that the gate is open to, which sends visitors on."""

    numbers = count(len(door.behaviours))
    _listener()

    def answering(behave: Behaviour) -> str:
        path = f"/{next(numbers)}"
        door.behaviours[path] = behave
        return door.url(path)

    def from_ingest(address: str) -> str:
        return by_command(answering(redirect(address)))

    def from_a_page(address: str) -> str:
        return checked(add_article(url=answering(redirect(address)), by=None, now=right_now()).article)

    def from_a_feed(address: str) -> str:
        return as_feed(answering(redirect(address)))

    def from_robots(address: str) -> str:
        page = answering(lambda visit: visit.answer(STORY))
        door.behaviours["/robots.txt"] = redirect(address)
        Host.objects.update(robots_until=None, robots_status=None)
        words = checked(add_article(url=page, by=None, now=right_now()).article)
        door.behaviours["/robots.txt"] = no_rules
        Host.objects.update(robots_until=None, robots_status=None)
        return words

    def from_an_entry(address: str) -> str:
        body = f"<rss version='2.0'><channel><item><link><![CDATA[{address}]]></link></item></channel></rss>"
        words = as_feed(answering(lambda visit: visit.answer(body.encode())))
        fresh = Article.objects.filter(check_count=0, due_at__isnull=False)
        return " ".join([words, *(checked(article) for article in fresh)]) or "The entry was left out."

    return {
        "ingest": by_command,
        "POST articles/": lambda address: _by_program(address, cora),
        "POST webhooks/": _as_webhook,
        "webhook": told_at,
        "desk form": lambda address: _at_the_desk(address, cora),
        "scheduled check": by_schedule,
        "feed": as_feed,
        "entry of a feed": from_an_entry,
        "redirect from ingest": from_ingest,
        "redirect from a page": from_a_page,
        "redirect from a feed": from_a_feed,
        "redirect from robots.txt": from_robots,
    }


def no_rules(visit: Visit) -> None:
    """Answer that there is no robots.txt."""
    visit.answer(b"", "404 Not Found")
