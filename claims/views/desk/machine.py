"""What the machine is good at: how editors answered its proposals."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from claims.queries.machine import FEWEST, machine_record
from claims.views.desk.doors import at_the_desk


@at_the_desk
@require_safe
def machine_page(request: HttpRequest) -> HttpResponse:
    """Show the record by rule and by publisher."""
    context = {"section": "machine", "record": machine_record(), "fewest": FEWEST}
    return render(request, "desk/machine.html", context)
