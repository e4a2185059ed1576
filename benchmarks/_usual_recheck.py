"""What people usually write: a Celery task for each page, with requests."""

import hashlib
import os

import django
import requests  # type: ignore[import-untyped, unused-ignore]  # in the proof's own folder only
import trafilatura
from celery import Celery, Task

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
django.setup()

from django.utils import timezone  # noqa: E402 - after setup

from claims.models import Article  # noqa: E402 - after setup

app: Celery = Celery("usual", broker=os.environ["REDIS_URL"])
app.conf.update(task_ignore_result=True, worker_prefetch_multiplier=1)


def check(article_id: str) -> None:
    """Fetch one page; extract and compare its text where its bytes moved."""
    article = Article.objects.select_related("newest").get(pk=article_id)
    headers = {"If-None-Match": article.etag} if article.etag else {}
    answer = requests.get(article.url, headers=headers, timeout=30)
    now = timezone.now()  # noqa: TID251 - a task of the usual kind reads the machine's clock
    known = article.newest
    if (
        known is not None
        and answer.status_code == 200
        and hashlib.sha256(answer.content).hexdigest() != known.content_id
    ):
        text = trafilatura.extract(answer.text) or ""
        if text != known.text:
            article.change_count += 1
            article.last_changed_at = now
    article.etag = answer.headers.get("ETag", "")
    article.last_checked_at = now
    article.save()


task: Task[[str], None] = app.task(name="usual.check")(check)
