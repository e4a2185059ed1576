"""What the machine is good at: how editors answered its proposals."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from claims.queries.machine import machine_record
from claims.views.desk.doors import at_the_desk


@at_the_desk
@require_safe
def machine_page(request: HttpRequest) -> HttpResponse:
    """Show the record by rule and by publisher."""
    return render(request, "desk/machine.html", {"section": "machine", "record": machine_record()})
