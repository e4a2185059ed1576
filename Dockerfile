# One image for web server, worker and scheduler; docker-compose.yml says which command each runs.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    VAR_DIR=/var/lib/claims

RUN useradd --system --uid 10001 --home-dir /var/lib/claims --shell /usr/sbin/nologin claims \
    && install --directory --owner=claims --group=claims --mode=0700 /var/lib/claims

WORKDIR /app
COPY requirements.txt ./
RUN pip install --require-hashes --requirement requirements.txt

COPY manage.py ./
COPY tracker/ tracker/
COPY claims/ claims/
COPY templates/ templates/
COPY static/ static/
# The key is this one command's own; it is in no layer.
RUN SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(64))')" \
    DATABASE_URL=sqlite://:memory: \
    python manage.py collectstatic --no-input --verbosity 0

USER claims
VOLUME /var/lib/claims
EXPOSE 8000
STOPSIGNAL SIGTERM

# The web server's; worker and scheduler have theirs in docker-compose.yml.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["python", "-c", \
    "from http.client import HTTPConnection as C; c = C('127.0.0.1', 8000, timeout=4); c.request('GET', '/readyz'); raise SystemExit(c.getresponse().status != 200)"]

CMD ["gunicorn", "tracker.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", \
    "--threads", "8", "--graceful-timeout", "20", "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]
