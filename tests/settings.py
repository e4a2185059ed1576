"""Settings of test runs: the product's own, on SQLite or (``TEST_ENGINE=postgres``) on PostgreSQL and Redis.

The servers have to be known before Django reads its settings, so they are found or started here.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from tests import servers

ENGINE = os.environ.get("TEST_ENGINE", "sqlite")
if ENGINE not in ("sqlite", "postgres"):
    raise ValueError(f"TEST_ENGINE is sqlite or postgres, not {ENGINE!r}")
SCRATCH = Path(tempfile.mkdtemp(prefix="claims-tests-"))
atexit.register(shutil.rmtree, SCRATCH, ignore_errors=True)
# One database name for each run, so that runs side by side on one machine do not drop each other's.
DATABASE_NAME = f"claims_test_{os.getpid()}"

# What a person has set for their own runs must not reach the tests.
for name in (
    *(
        "DATABASE_URL",
        "REDIS_URL",
        "SECRET_KEY",
        "DEBUG",
        "ALLOWED_HOSTS",
        "PORT",
        "DEMO_PORT",
        "DEMO_HOST",
        "PUBLIC_URL",
        "EMAIL_URL",
    ),
    *(
        "METRICS_TOKEN",
        "RATE_LIMIT_ANON",
        "RATE_LIMIT_KEY",
        "STREAM_MAX",
        "CHANGES_DAYS",
        "LOG_LEVEL",
        "BEHIND_TLS_PROXY",
    ),
    *("FETCH_ALLOW_PRIVATE", "FETCH_PORTS", "FETCH_DEADLINE_SECONDS", "FETCH_MAX_BYTES", "HOST_GAP_SECONDS"),
    *("TIER_EMBEDDINGS", "TIER_PARSING", "LLM_URL", "LLM_MODEL", "LLM_KEY", "LLM_DAILY_REQUESTS"),
    *("LLM_DAILY_TOKENS", "LLM_DEADLINE_SECONDS"),
    *("SWEEP_SECONDS", "CHECK_MIN_SECONDS", "CHECK_MAX_SECONDS", "FEED_MIN_SECONDS", "REMOVED_AFTER_CHECKS"),
    *("REMOVED_AFTER_SECONDS", "STUCK_AFTER", "LEASE_SECONDS", "READ_SECONDS", "READ_MEGABYTES"),
    *("WORKER_CONCURRENCY", "WAYBACK_SAVE", "WAYBACK_URL"),
):
    os.environ.pop(name, None)
    os.environ.pop(f"{name}_FILE", None)
os.environ["VAR_DIR"] = str(SCRATCH / "var")
os.environ["SECRET_KEY"] = "tests only: ZW4Jb1lq9sTtX0cVv7uYh3nK5rGm2dPf8aEoIiUu6yRxQwLz"
os.environ["DJANGO_LIVE_TEST_SERVER_ADDRESS"] = "127.0.0.1"
if ENGINE == "postgres":
    os.environ["DATABASE_URL"] = f"{servers.postgres().url}/{DATABASE_NAME}"
    os.environ["REDIS_URL"] = servers.redis_server().url
else:
    # A file, not memory: live servers and races have connections of their own.
    os.environ["DATABASE_URL"] = f"sqlite:///{SCRATCH / DATABASE_NAME}.sqlite3"

from tracker.settings import *  # noqa: E402, F403 - a settings module is a list of names
from tracker.settings import DATABASES, STORAGES  # noqa: E402 - the environment above comes first

DATABASE_URL = os.environ["DATABASE_URL"]
DATABASES["default"]["TEST"] = {"NAME": DATABASES["default"]["NAME"]}
# The hashed names of production need `collectstatic`; what it makes is proven by the container's build.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
STATIC_ROOT = SCRATCH / "static"
STATIC_ROOT.mkdir()
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
# Password hashing slow enough for production makes half of a test run; tests log in often.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
