"""The Celery application; what it runs is in `claims.tasks`, when is in the settings."""

import gc
import os

from celery import Celery
from celery.signals import worker_init, worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")

_LOOK_FOR_GARBAGE_AFTER = 10_000  # objects more than went: a batch makes some thousands that go by themselves

app = Celery("tracker")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["claims"])


@worker_init.connect
def load_what_reading_needs(**_: object) -> None:
    """Load it before the worker forks, so that its processes share the memory and none starts cold."""
    from claims.pipeline.matching.match_text import shortlist_terms
    from claims.pipeline.read_again import warm_up
    from claims.queries.tiers import attribution_parser

    warm_up()
    shortlist_terms("The minister resigned")  # word lists by which a new claim is looked up among the tracked
    attribution_parser()  # the model of tier B, where that is on
    # What is loaded stays: looking for garbage in it would write to all of it, and end the sharing.
    gc.collect()
    gc.freeze()
    gc.set_threshold(_LOOK_FOR_GARBAGE_AFTER)


@worker_process_init.connect
def start_reader(**_: object) -> None:
    """Fork it while the process has touched little of the memory that they all share."""
    from claims.operations.batch import batch_reader
    from claims.pipeline.read_again import warm_up

    with batch_reader() as reader:
        reader.start(warm_up())
