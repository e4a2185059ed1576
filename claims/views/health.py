"""For machines that watch us: are we alive, are we ready, and where does the ledger stand."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from claims.operations.checkpoint import sign_checkpoint
from claims.queries.clock import database_now


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 as long as this process answers at all."""
    return JsonResponse({"status": "ok", "checks": {"process": "ok"}})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 once the database answers and is migrated, else 503; Redis is not needed for that."""
    checks = {"database": "ok", "migrations": "ok"}
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        # The database's own words may hold host and user; they belong in the log.
        checks = {"database": f"does not answer ({type(error).__name__})", "migrations": "unknown"}
    else:
        if missing:
            checks["migrations"] = f"{len(missing)} not applied"
    ready = set(checks.values()) == {"ok"}
    return JsonResponse(
        {"status": "ok" if ready else "not ready", "checks": checks}, status=200 if ready else 503
    )


@require_safe
def ledger_checkpoint(request: HttpRequest) -> JsonResponse:
    """Publish where the ledger stands, signed: whoever keeps it can prove later that nothing was changed."""
    return JsonResponse(sign_checkpoint(now=database_now()))
