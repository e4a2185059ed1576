"""The control's Celery application: whoever finishes late is taken for the one who holds the row."""

from collections.abc import Sequence
from typing import Any

from celery.signals import worker_process_init

from tracker.celery import app

__all__ = ["app"]


@worker_process_init.connect
def _take_the_fence_off(**_about: Any) -> None:
    """Let what writes down news go by the fence of that moment; called in each process that works."""
    from claims.models import Article
    from claims.operations import batch
    from claims.operations.findings import CheckReport, finish_together
    from claims.operations.sightings import Leased, Sighting

    def finish_whoever_comes(checks: Sequence[tuple[Leased, Sighting]]) -> list[CheckReport]:
        fences = dict(Article.objects.values_list("id", "fence"))
        return finish_together([(held._replace(fence=fences[held.id]), seen) for held, seen in checks])

    batch.finish_together = finish_whoever_comes  # type: ignore[attr-defined]  # the name that the batch calls
