"""Redis as a cache that may be away: then it knows nothing, and for a while it is not even asked.

Nothing but counts of requests lies in the cache; without them people are let in, and no click waits on Redis.
"""

from time import monotonic
from typing import Any

import redis
from django.core.cache.backends import redis as backend
from redis.backoff import NoBackoff
from redis.retry import Retry

_LEFT_ALONE_SECONDS = 5.0
_away_until = 0.0


# What stands for an answer: writing went well (allauth spins until its lock is set), reading found nothing.
_NOTHING: dict[str, Any] = {"SET": True, "MGET": []}


class _Client(redis.Redis):
    """A client for which a server that is away answers every command with nothing."""

    def execute_command(self, *args: Any, **options: Any) -> Any:
        """Ask the server, unless it was away just now."""
        global _away_until  # one server, known to the whole process
        nothing = _NOTHING.get(args[0])
        if monotonic() < _away_until:
            return nothing
        try:
            return super().execute_command(*args, **options)  # type: ignore[no-untyped-call]  # redis-py's
        except (redis.ConnectionError, redis.TimeoutError):
            _away_until = monotonic() + _LEFT_ALONE_SECONDS
            return nothing


class _CacheClient(backend.RedisCacheClient):
    def __init__(self, servers: Any, **options: Any) -> None:
        # redis-py would ask three more times, a second each and pauses between.
        super().__init__(servers, retry=Retry(NoBackoff(), 0), **options)
        self._client = _Client


class PatientRedisCache(backend.RedisCache):
    """Django's Redis cache with the client above."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        """Take the server's address, as Django does."""
        super().__init__(server, params)
        self._class = _CacheClient
