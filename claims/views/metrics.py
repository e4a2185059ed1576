"""`/metrics`: how the work stands, in the form that Prometheus reads."""

from collections.abc import Iterator

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from claims.queries.clock import database_now
from claims.queries.gauges import Gauges, gauges


class _Numbers(Collector):
    """The numbers of one request."""

    def __init__(self, now: Gauges) -> None:
        self._now = now

    def collect(self) -> Iterator[Metric]:
        """Yield each with its name and what it means."""
        now = self._now
        for name, words, value in (
            ("oldest_overdue_check_seconds", "How long the oldest due check has waited.", now.check_lag),
            ("overdue_checks", "Articles whose check is due.", now.overdue_checks),
            ("stuck_articles", "Articles whose check keeps breaking its worker.", now.stuck_articles),
            ("expired_leases", "Work that was taken and not finished in time.", now.expired_leases),
            ("feed_lag_seconds", "How long the oldest due reading of a feed has waited.", now.feed_lag),
            (
                "delivery_lag_seconds",
                "How long the oldest due message to a webhook has waited.",
                now.delivery_lag,
            ),
            ("archive_copies_failing", "Cited pages that an archive has not saved yet.", now.failing_copies),
        ):
            yield GaugeMetricFamily(f"claims_{name}", words, value)
        feeds = GaugeMetricFamily("claims_feeds", "Feeds by how they stand.", labels=["state"])
        for state, number in now.feeds.items():
            feeds.add_metric([state], number)
        yield feeds
        webhooks = GaugeMetricFamily("claims_webhooks", "Webhooks by how they stand.", labels=["state"])
        for state, number in now.webhooks.items():
            webhooks.add_metric([state], number)
        yield webhooks
        yield CounterMetricFamily(
            "claims_failed_hints", "Hints that the broker did not take.", now.failed_hints
        )


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer whoever brings METRICS_TOKEN, and anybody while DEBUG is on; to others there is no such page."""
    token: str = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "")
    if not settings.DEBUG and not (token and constant_time_compare(given, f"Bearer {token}")):
        raise Http404
    registry = CollectorRegistry()
    registry.register(_Numbers(gauges(now=database_now())))
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)
