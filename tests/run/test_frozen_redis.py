"""A Redis that takes connections and answers nothing holds up neither clicks nor workers for long."""

import contextlib
import time
from collections.abc import Iterator

import pytest
from django.core.cache.backends.redis import RedisCache
from kombu import Connection, Consumer, Queue
from kombu.message import Message
from kombu.transport import redis as kombus

from tests.servers import OwnServer
from tracker import cache as patient
from tracker.cache import PatientRedisCache
from tracker.redis_broker import Transport

SECOND = {"socket_timeout": 1, "socket_connect_timeout": 1}
PATIENCE_SECONDS = 2.0  # what an editor's save may take


@pytest.fixture
def counts(own_redis: OwnServer, monkeypatch: pytest.MonkeyPatch) -> PatientRedisCache:
    monkeypatch.setattr(patient, "_away_until", 0.0)
    return PatientRedisCache(f"{own_redis.url}/1", {"OPTIONS": SECOND})


@contextlib.contextmanager
def frozen(server: OwnServer) -> Iterator[None]:
    server.freeze()
    try:
        yield
    finally:
        server.thaw()


def test_the_cache_knows_nothing_while_redis_stands_still_and_costs_one_second(
    own_redis: OwnServer, counts: PatientRedisCache
) -> None:
    counts.set("asked", [1, 2])
    assert counts.get("asked") == [1, 2]
    started = time.monotonic()
    with frozen(own_redis):
        for _ in range(20):
            assert counts.get("asked", []) == []
            counts.set("asked", [3])
            assert counts.add("lock", True)
            assert counts.get_many(["asked"]) == {}
    assert time.monotonic() - started < PATIENCE_SECONDS


def test_the_cache_is_asked_again_after_a_while(
    own_redis: OwnServer, counts: PatientRedisCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts.set("asked", 1)
    with frozen(own_redis):
        assert counts.get("asked") is None
    assert counts.get("asked") is None, "left alone for a few seconds"
    monkeypatch.setattr(patient, "_away_until", 0.0)
    assert counts.get("asked") == 1


def test_with_djangos_own_cache_the_click_fails(own_redis: OwnServer) -> None:
    usual = RedisCache(f"{own_redis.url}/1", {"OPTIONS": SECOND})
    usual.set("asked", 1)
    with frozen(own_redis), pytest.raises(Exception, match="Timeout"):
        usual.get("asked")


def taken_after_a_failed_acknowledgement(server: OwnServer, transport: type[kombus.Transport]) -> list[str]:
    """Hint twice, one in hand at a time, with Redis frozen for the first's acknowledgement."""
    taken: list[str] = []
    queue = Queue("hints", durable=False)
    with Connection(f"{server.url}/1", transport=transport, transport_options=SECOND) as connection:
        producer = connection.Producer()
        for word in ("first", "second"):
            producer.publish(word, routing_key="hints", declare=[queue])

        def take(word: str, message: Message) -> None:
            taken.append(word)
            if word == "first":
                with frozen(server), pytest.raises(Exception, match="Timeout"):
                    message.ack()

        with (
            Consumer(connection, queue, callbacks=[take], prefetch_count=1),
            contextlib.suppress(TimeoutError),
        ):
            for _ in range(2):
                connection.drain_events(timeout=3)
    return taken


def test_a_worker_whose_acknowledgement_failed_takes_the_next_hint(own_redis: OwnServer) -> None:
    assert taken_after_a_failed_acknowledgement(own_redis, Transport) == ["first", "second"]


def test_with_kombus_own_transport_it_would_be_deaf(own_redis: OwnServer) -> None:
    assert taken_after_a_failed_acknowledgement(own_redis, kombus.Transport) == ["first"]
