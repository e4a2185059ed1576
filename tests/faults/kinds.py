"""The faults: each lets pages fall due, strikes, heals what it broke, and tells whether it hit."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from claims.operations import failpoints
from tests.faults.processes import children_of, faketime_library, limit_files, wait_until
from tests.faults.world import LEASE_SECONDS, World

Fault = Callable[[World], bool]

_OUTAGE_SECONDS = 1.5
_STOPS_WITHIN_SECONDS = 20.0
_A_LITTLE = 64 * 1024  # bytes: less than any file that a database writes to


def killed_at(place: str) -> Fault:
    """Let a worker die at a failpoint."""

    def strike(world: World) -> bool:
        world.arm(place, signal.SIGKILL)
        world.release()
        return world.struck(place)

    return strike


def killed_mid_delivery(world: World) -> bool:
    """Let a worker die when the webhook's receiver has taken a message, and before that is written down."""
    world.arm(failpoints.MID_DELIVERY, signal.SIGKILL)
    saves = len(world.saves)
    world.edith_saves()  # so that there is something to tell
    del world.saves[saves:]
    world.release()
    return world.struck(failpoints.MID_DELIVERY)


def stopped_past_its_lease_at(place: str) -> Fault:
    """Let a worker stand still at a failpoint until another has done its work, then go on."""

    def strike(world: World) -> bool:
        world.arm(place, signal.SIGSTOP)
        world.release()
        hit = world.struck(place)
        if hit:
            time.sleep(LEASE_SECONDS)
            world.recovered(within=4 * LEASE_SECONDS)
        world.signal_workers(signal.SIGCONT)
        time.sleep(0.5)  # for the late one to come to its end
        return hit

    return strike


def killed_mid_body(world: World) -> bool:
    """Kill whoever reads, with half of a page read."""

    def kill() -> None:
        for each in world.workers:
            each.kill_children()

    return _midway(world, kill)


def asked_to_stop_mid_fetch(world: World) -> bool:
    """Send all workers SIGTERM with half of a page read, and start them again when they have ended."""

    def ask() -> None:
        for each in world.workers:
            if each.process is not None:
                each.process.terminate()
        time.sleep(0.3)

    hit = _midway(world, ask)
    for each in world.workers:
        each.ask_to_stop(_STOPS_WITHIN_SECONDS)
        each.start()
    return hit


def _midway(world: World, act: Callable[[], None]) -> bool:
    done: list[bool] = []

    def once() -> None:
        act()
        done.append(True)

    page = world.edited[0]
    page.site.pages[page.path].midway = once
    world.release()
    return wait_until(lambda: done, 10.0)


def workers_killed(world: World) -> bool:
    """Kill every worker with all its children in the middle of it, and start them again."""
    world.release()
    world.pause(_OUTAGE_SECONDS)
    for each in world.workers:
        each.kill()
        each.start()
    return True


def sweeps_at_once(number: int) -> Fault:
    """Let several sweeps hint at the same rows."""

    def strike(world: World) -> bool:
        world.release()
        for _ in range(number):
            world.sweep()
        return True

    return strike


def hints_tripled_and_shuffled(world: World) -> bool:
    """Let every hint come three times, in any order."""
    with _workers_away(world):
        hit = _hinted(world)
        world.sweep()
        world.broker.triple(world.rng)
        return hit


def hints_dropped(world: World) -> bool:
    """Lose every hint that was sent."""
    with _workers_away(world):
        hit = _hinted(world)
        world.broker.drop()
        return hit


def _hinted(world: World) -> bool:
    """Let pages fall due, and hint at them as soon as the hosts that a killed worker held are free again."""

    def hints() -> bool:
        world.sweep()
        return world.broker.waiting() > 0

    world.release()
    return wait_until(hints, 2 * LEASE_SECONDS, every=0.5)


@contextmanager
def _workers_away(world: World) -> Iterator[None]:
    """Keep what is sent in the broker: Redis hands a worker that is merely stopped what it waits for."""
    for each in world.workers:
        each.kill()
    try:
        yield
    finally:
        for each in world.workers:
            each.start()


def broker_wiped(world: World) -> bool:
    """Lose all that the broker holds: FLUSHALL, or an emptied folder."""
    world.release()
    world.pause(_OUTAGE_SECONDS)
    world.broker.wipe()
    return True


def redis_killed(world: World) -> bool:
    """Kill Redis, and bring it back empty."""
    assert world.redis is not None
    world.redis.kill()
    world.release()
    world.pause(2 * _OUTAGE_SECONDS)
    world.redis.restart()
    return True


def redis_frozen(world: World) -> bool:
    """Let Redis take connections and answer nothing, while Edith saves."""
    assert world.redis is not None
    world.release()
    world.pause(_OUTAGE_SECONDS)
    world.redis.freeze()
    try:
        world.edith_saves()
        world.pause(_OUTAGE_SECONDS)
    finally:
        world.redis.thaw()
    return True


def database_crashed_inside_finish(world: World) -> bool:
    """Restart PostgreSQL at once while a worker is in its finishing transaction."""
    assert world.postgres is not None
    world.arm(failpoints.INSIDE_FINISH, signal.SIGSTOP)
    world.release()
    hit = world.struck(failpoints.INSIDE_FINISH)
    world.postgres.crash()
    world.signal_workers(signal.SIGCONT)
    world.pause(_OUTAGE_SECONDS)
    world.postgres.restart()
    return hit


def clock_off_by(hours: int) -> Fault:
    """Let one worker's clock be wrong."""

    def strike(world: World) -> bool:
        wrong = world.workers[0]
        wrong.kill()
        wrong.start_an_hour_off(hours)
        wait_until(lambda: children_of(wrong.group), 20.0)
        world.release()
        world.recovered()
        wrong.kill()
        wrong.start()
        return True

    return strike


def disk_full(world: World) -> bool:
    """Let no file of the database grow for a while."""
    world.release()
    world.pause(_OUTAGE_SECONDS / 2)
    if world.postgres is None:
        with_children = [[each.group, *children_of(each.group)] for each in world.workers]
        limited = [process for processes in with_children for process in processes]
    else:
        limited = [world.postgres.process.pid, *children_of(world.postgres.process.pid)]
    limit_files(limited, _A_LITTLE)
    time.sleep(_OUTAGE_SECONDS)
    if world.postgres is not None:
        limited += children_of(world.postgres.process.pid)
    limit_files(limited, None)
    if world.postgres is not None and not wait_until(world.postgres.answers, 10.0):
        world.postgres.kill()
        world.postgres.restart()
    return True


def faults_of(engine: str) -> dict[str, Fault]:
    """Return the faults by name that there are with this engine and on this machine."""
    named: dict[str, Fault] = {f"kill -9 {place}": killed_at(place) for place in failpoints.NAMES}
    named |= {
        f"kill -9 {failpoints.MID_DELIVERY}": killed_mid_delivery,
        "kill -9 mid-body": killed_mid_body,
        "kill -9 of all workers": workers_killed,
        "TERM mid-fetch": asked_to_stop_mid_fetch,
        "stopped past its lease after-lease": stopped_past_its_lease_at(failpoints.AFTER_LEASE),
        "stopped past its lease after-parse": stopped_past_its_lease_at(failpoints.AFTER_PARSE),
        "stopped past its lease before-finish": stopped_past_its_lease_at(failpoints.BEFORE_FINISH),
        "two sweeps at once": sweeps_at_once(2),
        "three sweeps at once": sweeps_at_once(3),
        "every hint three times, shuffled": hints_tripled_and_shuffled,
        "every hint dropped": hints_dropped,
        "broker wiped": broker_wiped,
        "disk full": disk_full,
    }
    if engine == "postgres":
        named |= {
            "Redis killed and back": redis_killed,
            "Redis frozen": redis_frozen,
            "PostgreSQL restarted at once inside-finish": database_crashed_inside_finish,
        }
        if faketime_library() is not None:
            named |= {"worker's clock +1 h": clock_off_by(1), "worker's clock -1 h": clock_off_by(-1)}
    return named
