"""Fixtures that every test may ask for: database, live site, browser, servers."""

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Literal

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests import chromium, servers

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from pytest_django import DjangoDbBlocker, Settings
    from pytest_django.live_server_helper import LiveServer

    from claims.models import User
    from tests.sites import NewsSite

ColorScheme = Literal["light", "dark"]
DATABASE_FIXTURES = {"db", "transactional_db", "live_site", "django_db_setup"}
PATIENCE_MS = 20_000  # a browser on a busy machine may take seconds to show what a click brought
OTHER_MARKERS = (
    "both_engines: a browser test that also runs on PostgreSQL and Redis",
    "only_postgres: proves something of PostgreSQL or Redis; not run on SQLite",
    "only_sqlite: proves something of SQLite; not run on PostgreSQL",
)


# How long an example takes to make is this machine's business: it may be busy.
hypothesis_settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("patient")


def engine() -> str:
    """Return which engine this run is for, "sqlite" or "postgres" (with Redis)."""
    return os.environ.get("TEST_ENGINE", "sqlite")


def pytest_configure(config: pytest.Config) -> None:
    for marker in OTHER_MARKERS:
        config.addinivalue_line("markers", marker)


def pytest_report_header(config: pytest.Config) -> list[str]:
    if not config.pluginmanager.hasplugin("django"):
        return []
    if engine() == "postgres":
        return [f"engine: {servers.postgres().words}; {servers.redis_server().words}"]
    return ["engine: SQLite"]


# ---------------------------------------------------------------- which tests run on which engine
def _touches_database(item: pytest.Item) -> bool:
    from django.test import TransactionTestCase

    test_class = getattr(item, "cls", None)
    return (
        item.get_closest_marker("django_db") is not None
        or bool(DATABASE_FIXTURES & set(getattr(item, "fixturenames", ())))
        or (isinstance(test_class, type) and issubclass(test_class, TransactionTestCase))
    )


def _belongs_to(item: pytest.Item, engine: str) -> bool:
    if engine == "sqlite":
        return item.get_closest_marker("only_postgres") is None
    if item.get_closest_marker("only_postgres") or item.get_closest_marker("both_engines"):
        return True
    if item.get_closest_marker("only_sqlite") or item.get_closest_marker("browser"):
        return False
    return _touches_database(item)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep what belongs to this run: everything on SQLite, what touches the database on PostgreSQL."""
    if not config.pluginmanager.hasplugin("django"):
        return
    others = [item for item in items if not _belongs_to(item, engine())]
    if others:
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item not in set(others)]


# ---------------------------------------------------------------- database
@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: "DjangoDbBlocker") -> Iterator[None]:
    """Let transactional tests end with a fresh copy of the migrated database instead of a flush."""
    from django.test import TransactionTestCase

    from tests.template_database import take_template

    with django_db_blocker.unblock():
        template = take_template()
    flush = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined] # private, and in no stub
    TransactionTestCase._fixture_teardown = lambda _self: template.restore()  # type: ignore[attr-defined] # as above
    yield
    TransactionTestCase._fixture_teardown = flush  # type: ignore[attr-defined] # as above
    with django_db_blocker.unblock():
        template.drop()


@pytest.fixture(autouse=True)
def _no_cache_left_over(request: pytest.FixtureRequest) -> None:
    """Empty the cache where no rollback does: request counts of one test must not throttle another."""
    if request.config.pluginmanager.hasplugin("django") and _touches_database(request.node):
        from django.core.cache import cache

        if engine() == "postgres":
            cache.clear()


@pytest.fixture(autouse=True)
def _no_reader_left_over() -> Iterator[None]:
    """End the child that waits to read the next batch: it knows nothing of what the next test changes."""
    yield
    if (reader := sys.modules.get("claims.operations.reader")) is not None:
        reader.end_readers()


@pytest.fixture
def database_url(transactional_db: None) -> str:
    """The test database's address, for processes of their own; what they commit is gone after the test."""
    return os.environ["DATABASE_URL"]


# ---------------------------------------------------------------- servers
@pytest.fixture
def redis_url() -> str:
    """A real Redis on either engine, a number above 0 that is ours alone, empty."""
    import redis

    url = servers.redis_server().url
    with contextlib.closing(redis.Redis.from_url(url)) as client:
        client.flushdb()
    return url


@pytest.fixture
def own_redis() -> Iterator[servers.OwnServer]:
    """A Redis started for this test alone: kill, freeze or flush it."""
    server = servers.start_own_redis()
    yield server
    server.stop()


@pytest.fixture
def own_postgres() -> Iterator[servers.OwnServer]:
    """A PostgreSQL started for this test alone: kill, freeze or fill it. It holds no tables yet."""
    server = servers.start_own_postgres()
    yield server
    server.stop()


@pytest.fixture
def live_site(live_server: "LiveServer", settings: "Settings") -> str:
    """The address of the site, served from this process over the test database: ``http://127.0.0.1:PORT``."""
    settings.PUBLIC_URL = live_server.url
    return live_server.url


# ---------------------------------------------------------------- browser
@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE_MS)
    # Playwright keeps an event loop in this thread, and Django takes that for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        window = playwright.chromium.launch(executable_path=chromium.chromium(), args=options)
        yield window
        window.close()


@pytest.fixture
def browser_page(browser: "Browser", request: pytest.FixtureRequest) -> Iterator[Callable[..., "Page"]]:
    """A maker of browser windows: ``browser_page(width=390, color_scheme="dark", script=False)``.

    Each has cookies of its own and opens ``/paths`` on `live_site`, where the test asks for that. A test
    fails when one of its pages reports a script error or breaks the Content-Security-Policy.
    """
    site = request.getfixturevalue("live_site") if "live_site" in request.fixturenames else None
    complaints: list[str] = []

    def open_window(
        width: int = 1280,
        color_scheme: ColorScheme = "light",
        *,
        script: bool = True,
        site: str | None = site,
    ) -> "Page":
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=color_scheme,
            java_script_enabled=script,
            base_url=site,
            locale="en-GB",
            timezone_id="UTC",
        )
        contexts.callback(context.close)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console", lambda message: complaints.append(message.text) if message.type == "error" else None
        )
        return page

    with contextlib.ExitStack() as contexts:
        yield open_window
    # An answer of 403, 404 or 409 is what some tests are after; the browser calls that an error, too.
    complaints = [
        said for said in complaints if not said.startswith("Failed to load resource: the server responded")
    ]
    assert not complaints, f"the browser complained: {complaints}"


# ---------------------------------------------------------------- people and pages
@pytest.fixture
def edith(db: None) -> "User":
    """Edith edits."""
    return _person("edith", "editor")


@pytest.fixture
def emil(db: None) -> "User":
    """Emil edits, too."""
    return _person("emil", "editor")


@pytest.fixture
def cora(db: None) -> "User":
    """Cora contributes."""
    return _person("cora", "contributor")


@pytest.fixture
def clara(db: None) -> "User":
    """Clara is chief editor."""
    return _person("clara", "chief_editor")


def _person(username: str, role: str) -> "User":
    from claims.vocabulary import Role
    from tests.stories import person

    return person(username, Role(role))


@pytest.fixture
def site(settings: "Settings") -> Iterator["NewsSite"]:
    """A news site that the fetch gate is open to, looked at without pauses."""
    from tests.sites import news_site

    with news_site() as served:
        settings.FETCH_ALLOW_PRIVATE = [served.address.removeprefix("http://")]
        settings.FETCH_DEADLINE_SECONDS = 5.0
        settings.HOST_GAP_SECONDS = 0.0
        settings.CHECK_MIN_SECONDS = 1.0
        settings.CHECK_MAX_SECONDS = 60.0
        settings.REMOVED_AFTER_CHECKS = 3
        settings.REMOVED_AFTER_SECONDS = 0.0
        yield served
