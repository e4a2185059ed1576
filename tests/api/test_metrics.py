"""Those who watch the machines read how the work stands; to anybody else there is no such page."""

from datetime import timedelta

import pytest
from kombu.exceptions import OperationalError
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings
from rest_framework.test import APIClient

from claims import tasks
from claims.models import Article, Delivery, Feed, User, Webhook
from claims.operations.feeds import add_feed
from claims.operations.webhooks import add_webhook
from tests.stories import a_claim, an_article, right_now

pytestmark = pytest.mark.django_db


def read(client: APIClient, token: str = "") -> dict[str, float]:
    """The numbers by name, as Prometheus' own parser reads them."""
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {token}"} if token else {})
    assert answer.status_code == 200, answer.status_code
    return {
        ".".join([sample.name, *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def test_only_who_brings_the_token_reads_them(reader: APIClient, settings: Settings) -> None:
    settings.METRICS_TOKEN = "a word for the watchers"
    assert read(reader, settings.METRICS_TOKEN)["claims_overdue_checks"] == 0
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": settings.METRICS_TOKEN}):
        assert reader.get("/metrics", headers=headers).status_code == 404
    settings.METRICS_TOKEN = ""
    assert reader.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404
    settings.DEBUG = True
    assert read(reader)


def test_they_tell_of_lag_stuck_pages_expired_leases_and_feeds(reader: APIClient, settings: Settings) -> None:
    settings.DEBUG = True
    an_article()
    add_feed(url="https://lantern.example/feed", by=None, now=right_now())
    Article.objects.update(due_at=right_now() + timedelta(hours=1))
    Feed.objects.update(due_at=right_now() + timedelta(hours=1))
    calm = read(reader)
    assert calm["claims_oldest_overdue_check_seconds"] == calm["claims_feed_lag_seconds"] == 0
    assert calm["claims_expired_leases"] == calm["claims_stuck_articles"] == 0
    hour_ago = right_now() - timedelta(hours=1)
    Article.objects.update(due_at=hour_ago, lease_until=hour_ago, state="stuck")
    Feed.objects.update(due_at=hour_ago, lease_until=hour_ago, state="dead")
    troubled = read(reader)
    assert troubled["claims_oldest_overdue_check_seconds"] >= 3600
    assert troubled["claims_feed_lag_seconds"] >= 3600
    assert troubled["claims_expired_leases"] == 2
    assert (troubled["claims_stuck_articles"], troubled["claims_overdue_checks"]) == (1, 1)
    assert (troubled["claims_feeds.dead"], troubled["claims_feeds.live"]) == (1, 0)


def test_they_tell_of_messages_to_webhooks_that_nobody_sent(
    reader: APIClient, settings: Settings, edith: User
) -> None:
    settings.DEBUG = True
    add_webhook(url="https://program.example/", kinds=[], by=edith, now=right_now())
    a_claim(edith)
    hour_ago = right_now() - timedelta(hours=1)
    Delivery.objects.update(due_at=hour_ago, lease_until=hour_ago)
    late = read(reader)
    assert late["claims_delivery_lag_seconds"] >= 3600
    assert late["claims_expired_leases"] == Delivery.objects.count()
    assert (late["claims_webhooks.active"], late["claims_webhooks.failing"]) == (1, 0)
    Webhook.objects.update(state="failing", free_at=right_now() + timedelta(hours=1))
    waiting = read(reader)
    assert waiting["claims_delivery_lag_seconds"] == 0, "its receiver is to blame, not we"
    assert waiting["claims_webhooks.failing"] == 1


def test_a_hint_that_the_broker_does_not_take_is_counted(
    reader: APIClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DEBUG = True
    add_feed(url="https://lantern.example/feed", by=None, now=right_now())

    def refuses(*_: object, **__: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(tasks.read_feeds, "apply_async", refuses)
    before = read(reader)["claims_failed_hints_total"]
    tasks.sweep()
    assert read(reader)["claims_failed_hints_total"] == before + 1
