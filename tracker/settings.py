"""All settings, read from the environment; every secret also from the file named by NAME_FILE."""

import os
import secrets
import sys
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from tracker import environment

BASE_DIR = Path(__file__).resolve().parent.parent


VAR_DIR = Path(environment.text("VAR_DIR", str(BASE_DIR / "var")))
# `analyze` promises to leave no trace, not even a key or a folder.
WRITES_NOTHING = sys.argv[1:2] == ["analyze"]

DEBUG = environment.switch("DEBUG")


def _secret_key() -> str:
    """Return SECRET_KEY, else the key kept in ``var/secret_key`` (made on first run, mode 0600)."""
    given = environment.text("SECRET_KEY")
    if given:
        return given
    kept = VAR_DIR / "secret_key"
    if kept.exists():
        return kept.read_text().strip()
    made = secrets.token_urlsafe(64)
    if not WRITES_NOTHING:
        VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            handle = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:  # another process of the same start was quicker
            return kept.read_text().strip()
        with os.fdopen(handle, "w") as file:
            file.write(made)
    return made


SECRET_KEY = _secret_key()
# Keys of before, separated by commas: what was signed or sealed with one of them is still good.
SECRET_KEY_FALLBACKS = environment.words("SECRET_KEY_FALLBACKS")
if not DEBUG and (
    len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 5 or SECRET_KEY.startswith("django-insecure")
):
    raise ImproperlyConfigured(
        "SECRET_KEY is too weak for production: give at least 50 characters, of at least 5 different ones, "
        "not starting with django-insecure; or unset it, and a good one is made and kept under var/."
    )

# Signs the ledger's checkpoint (Ed25519, 64 hexadecimal digits); made and kept under var/ when not given.
LEDGER_KEY = environment.key("LEDGER_KEY")

# ---------------------------------------------------------------- where we are
PORT = environment.whole("PORT", 8000, least=1, most=65_535)
DEMO_PORT = environment.whole("DEMO_PORT", PORT + 1, least=1, most=65_535)
PUBLIC_URL = environment.site("PUBLIC_URL", f"http://127.0.0.1:{PORT}")
PUBLIC_IS_HTTPS = PUBLIC_URL.startswith("https://")
ALLOWED_HOSTS = environment.words(
    "ALLOWED_HOSTS", [urlsplit(PUBLIC_URL).hostname or "127.0.0.1", "127.0.0.1", "localhost", "[::1]"]
)
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
PRODUCT_NAME = "Claim Ledger"
USER_AGENT = f"ClaimLedger/0.1 (+{PUBLIC_URL}/method/)"

# ---------------------------------------------------------------- parts
INSTALLED_APPS = [
    "claims",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "csp",
    "rest_framework",
    "knox",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
MIDDLEWARE = [
    "claims.views.head_requests.NoBodyForHead",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "claims.views.refused.OwnPages",
]
ROOT_URLCONF = "tracker.urls"
WSGI_APPLICATION = "tracker.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "claims.views.context.product",
            ],
        },
    }
]

# ---------------------------------------------------------------- records
SQLITE_OPTIONS = {
    # IMMEDIATE, or two writers that both started by reading fail with "database is locked".
    "transaction_mode": "IMMEDIATE",
    "timeout": 30,
    # recursive_triggers: without it INSERT OR REPLACE deletes ledger rows behind the delete trigger's back.
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON;",
}
DATABASES = {"default": environment.database("DATABASE_URL", f"sqlite:///{VAR_DIR / 'claims.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS
else:
    # A new connection per request costs PostgreSQL 9 ms of CPU.
    DATABASES["default"].update(CONN_MAX_AGE=600, CONN_HEALTH_CHECKS=True)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-gb"
USE_I18N = False

REDIS_URL = environment.redis("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "tracker.cache.PatientRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "claims",
        # An editor's click never waits on Redis.
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "django_cache"}
}

# ------------------------------------------------ jobs: the database is the queue, messages are hints
SWEEP_SECONDS = environment.number("SWEEP_SECONDS", 5.0, least=0.1)
BROKER_DIR = VAR_DIR / "broker"
if not REDIS_URL and not WRITES_NOTHING:
    for folder in ("messages", "control"):  # the file broker does not make its own
        (BROKER_DIR / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost"
CELERY_BROKER_TRANSPORT = f"tracker.{'redis' if REDIS_URL else 'file'}_broker:Transport"
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"socket_timeout": 1, "socket_connect_timeout": 1}
    if REDIS_URL
    else {
        "data_folder_in": str(BROKER_DIR / "messages"),
        "data_folder_out": str(BROKER_DIR / "messages"),
        "control_folder": str(BROKER_DIR / "control"),
        "polling_interval": 0.2,
    }
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Seconds in which a process must be up, else it is killed and started again: it reads its first page before.
CELERY_WORKER_PROC_ALIVE_TIMEOUT = 90.0
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_WORKER_CONCURRENCY = environment.whole("WORKER_CONCURRENCY", 2, least=1)
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 350_000  # kB
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "sweep": {
        "task": "claims.sweep",
        "schedule": SWEEP_SECONDS,
        "options": {"expires": max(10.0, 2 * SWEEP_SECONDS)},
    },
}

# ---------------------------------------------------------------- fetching and checking
FETCH_ALLOW_PRIVATE = environment.openings("FETCH_ALLOW_PRIVATE")
FETCH_PORTS = environment.ports("FETCH_PORTS", [80, 443])
FETCH_DEADLINE_SECONDS = environment.number("FETCH_DEADLINE_SECONDS", 30.0, least=0.1)
FETCH_MAX_BYTES = environment.whole("FETCH_MAX_BYTES", 5 * 1024 * 1024, least=1)
# The demo's own site (host:port), which `make run` serves; it alone is looked at by short cadences.
DEMO_HOST = environment.text("DEMO_HOST")
HOST_GAP_SECONDS = environment.number("HOST_GAP_SECONDS", 2.0)
CHECK_MIN_SECONDS = environment.number("CHECK_MIN_SECONDS", 300.0)
# It wins over the shortest wait, where that is longer.
CHECK_MAX_SECONDS = environment.number("CHECK_MAX_SECONDS", max(604_800.0, CHECK_MIN_SECONDS))
FEED_MIN_SECONDS = environment.number("FEED_MIN_SECONDS", 900.0)
REMOVED_AFTER_CHECKS = environment.whole("REMOVED_AFTER_CHECKS", 4, least=1)
REMOVED_AFTER_SECONDS = environment.number("REMOVED_AFTER_SECONDS", 86_400.0)
STUCK_AFTER = environment.whole("STUCK_AFTER", 5, least=1)
LEASE_SECONDS = environment.number("LEASE_SECONDS", 120.0, least=1)
# A folder in which the proof of faults names the places where a worker is to die; empty in every other run.
FAILPOINTS = environment.text("FAILPOINTS")
# What reading one page may take: time, and memory of its own in the child process that reads.
READ_SECONDS = environment.number("READ_SECONDS", 20.0, least=0.1)
READ_MEGABYTES = environment.whole("READ_MEGABYTES", 400, least=1)
# Whether a public archive is asked to save what a review cites, and the address that the page's goes after.
WAYBACK_SAVE = environment.switch("WAYBACK_SAVE")
WAYBACK_URL = environment.text("WAYBACK_URL", "https://web.archive.org/save/")

# ---------------------------------------------------------------- optional tiers of the analysis
# A: meanings beside words in matching (requirements-tier-a.txt).
TIER_EMBEDDINGS = environment.one_of("TIER_EMBEDDINGS", "off", "on")
# B: a parser beside the rules (requirements-tier-b.txt), for chosen articles or for all.
TIER_PARSING = environment.one_of("TIER_PARSING", "off", "chosen", "on")
# C: a language model's endpoint that speaks OpenAI's protocol, for wordings that an editor asks for.
LLM_URL = environment.text("LLM_URL").rstrip("/")
LLM_MODEL = environment.text("LLM_MODEL")
LLM_KEY = environment.text("LLM_KEY")
LLM_DAILY_REQUESTS = environment.whole("LLM_DAILY_REQUESTS", 200, least=0)
LLM_DAILY_TOKENS = environment.whole("LLM_DAILY_TOKENS", 400_000, least=0)
LLM_DEADLINE_SECONDS = environment.number("LLM_DEADLINE_SECONDS", 20.0, least=0.1)

# ---------------------------------------------------------------- people
AUTH_USER_MODEL = "claims.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
ACCOUNT_ADAPTER = "claims.views.accounts.ClosedSignUp"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
# No mail to strangers: theirs would invite them to sign up.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = f"[{PRODUCT_NAME}] "
ACCOUNT_LOGOUT_ON_GET = False
LOGIN_REDIRECT_URL = "/desk/"
LOGOUT_REDIRECT_URL = "/"
LOGIN_URL = "/accounts/login/"
EMAIL_CONFIG = environment.mail("EMAIL_URL", "consolemail://")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = f"{PRODUCT_NAME} <no-reply@{urlsplit(PUBLIC_URL).hostname}>"

KNOX_TOKEN_MODEL = "claims.ApiToken"  # noqa: S105 - a model's name
REST_KNOX = {"AUTH_HEADER_PREFIX": "Token", "AUTO_REFRESH": False, "TOKEN_TTL": None}

# ---------------------------------------------------------------- REST
RATE_LIMIT_ANON = environment.rate("RATE_LIMIT_ANON", "600/min")
RATE_LIMIT_KEY = environment.rate("RATE_LIMIT_KEY", "6000/min")
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["claims.api.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["claims.api.permissions.ReadingIsOpen"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["claims.api.parsers.BoundedJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["claims.api.throttling.AnonThrottle", "claims.api.throttling.KeyThrottle"],
    "DEFAULT_THROTTLE_RATES": {"anon": RATE_LIMIT_ANON, "key": RATE_LIMIT_KEY},
    "EXCEPTION_HANDLER": "claims.api.problems.problem_response",
    "DATETIME_FORMAT": "%Y-%m-%dT%H:%M:%S.%fZ",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    # Proxies in front of us; with none, X-Forwarded-For is the client's own word and counts for nothing.
    "NUM_PROXIES": environment.whole("NUM_PROXIES", 0, least=0),
}
CHANGES_DAYS = environment.number("CHANGES_DAYS", 90.0, most=36_500)
WEB_THREADS = environment.whole("WEB_THREADS", 8, least=1)
# Requests that may wait for a change at one time, per process; the other threads stay free to answer.
STREAM_MAX = environment.whole("STREAM_MAX", max(1, WEB_THREADS // 4), least=0)
SPECTACULAR_SETTINGS = {
    "TITLE": PRODUCT_NAME,
    "DESCRIPTION": (
        "Status, timeline, appearances and reviews of the claims we track. Reading what readers see is open; "
        "the desk’s lists and every change need a token."
    ),
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "SORT_OPERATIONS": False,
    # The words keep the names that they have in the code.
    "ENUM_NAME_OVERRIDES": {
        word: f"claims.vocabulary.{word}.choices"
        for word in (
            *(
                "ArticleState",
                "CandidateState",
                "ChangeKind",
                "ClaimStatus",
                "DeliveryState",
                "EventKind",
                "FeedState",
                "HedgeShift",
                "Medium",
            ),
            *("PublisherKind", "QuoteState", "Relation", "ReviewState", "Stance", "WebhookState", "Zone"),
        )
    },
}

# ---------------------------------------------------------------- what the browser is told
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = PUBLIC_IS_HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if PUBLIC_IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PUBLIC_IS_HTTPS
if environment.switch("BEHIND_TLS_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Probes ask from inside, without TLS.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# No upload fills the disk, and a form whose token went stale shows what was typed into it.
FILE_UPLOAD_HANDLERS = ["claims.views.desk.uploads.CappedUpload"]
CSRF_FAILURE_VIEW = "claims.views.desk.doors.csrf_failure"

# ---------------------------------------------------------------- those who watch the machines
# Who brings it reads /metrics; without one there is no such page, unless DEBUG is on.
METRICS_TOKEN = environment.text("METRICS_TOKEN")

# ---------------------------------------------------------------- logs
_processors: list[structlog.types.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
structlog.configure(
    processors=[*_processors, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOG_LEVEL = environment.one_of("LOG_LEVEL", "INFO", "DEBUG", "WARNING", "ERROR", "CRITICAL")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": _processors,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.dev.ConsoleRenderer(colors=False) if DEBUG else structlog.processors.JSONRenderer(),
            ],
        }
    },
    "filters": {"strangers": {"()": "tracker.logs.StrangersInOneLine"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["strangers"]}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"level": "INFO"},  # takes Django's own handler off, which would say all twice
        "django.server": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "trafilatura": {"level": "ERROR"},
        "htmldate": {"level": "ERROR"},
    },
}
