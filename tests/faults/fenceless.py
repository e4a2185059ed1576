"""The control's Celery application: a lease is handed on with the same fence, so nobody comes late."""

from tracker.celery import app

__all__ = ["app"]
