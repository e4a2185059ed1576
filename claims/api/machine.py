"""`machine/`: how editors answered what the machine proposed. Never public: it needs a token of the desk."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.answers import MachineAnswer
from claims.api.documented import documented
from claims.api.endpoint import Endpoint
from claims.api.permissions import DeskOnly
from claims.queries.machine import Record, machine_record
from claims.vocabulary import Scope


class MachineEndpoint(Endpoint):
    """The machine's record."""

    permission_classes = (DeskOnly,)
    write_scope = Scope.PROPOSE

    @documented("machine", answers={200: MachineAnswer}, problems=[401, 403])
    def get(self, request: Request) -> Response:
        """Count what editors took and dismissed, by rule and by publisher, most answered first."""
        record = machine_record()
        return Response(
            {
                "total": _counts(record.total),
                "rules": [
                    {"pattern": rule.name, "kind": rule.kind, **_counts(rule), **_example(rule)}
                    for rule in record.rules
                ],
                "publishers": [
                    {"publisher": publisher.name or None, **_counts(publisher), **_example(publisher)}
                    for publisher in record.publishers
                ],
            }
        )


def _counts(record: Record) -> dict[str, Any]:
    return {
        "taken": record.taken,
        "dismissed": record.dismissed,
        "linked": record.linked,
        "waiting": record.waiting,
        "share_taken": record.taken / record.judged if record.judged else None,
    }


def _example(record: Record) -> dict[str, str | None]:
    return {"example": record.example_id or None}
