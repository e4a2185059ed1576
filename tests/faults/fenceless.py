"""The control's Celery application: a lease that ran out is handed on with the same fence, so nobody is late."""

from claims.operations import leases
from tracker.celery import app

__all__ = ["app"]
