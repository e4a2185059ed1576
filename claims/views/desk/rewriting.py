"""A machine's wording for a candidate, when an editor asks for one."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from claims.models import Candidate
from claims.operations.refusals import NotAllowedError, RefusalError
from claims.operations.rewriting import suggest_wording
from claims.queries.clock import database_now
from claims.views.desk.doors import at_the_desk, person, status_of
from claims.views.desk.queue import Trouble, show_candidate


@at_the_desk
def suggest(request: HttpRequest, candidate_id: str) -> HttpResponse:
    """Put a suggested wording into the form, marked as a machine's; on failure say why, all typed kept."""
    if request.method != "POST":
        return redirect("desk_candidate", candidate_id)
    try:
        suggestion = suggest_wording(
            candidate_id=candidate_id, by=person(request), now=database_now(), clock=database_now
        )
    except Candidate.DoesNotExist as missing:
        raise Http404 from missing
    except NotAllowedError:
        raise
    except RefusalError as error:
        trouble = Trouble(candidate_id, "track", error.message, request.POST)
        return show_candidate(request, candidate_id, request.GET, trouble, status_of(error))
    return show_candidate(request, candidate_id, request.GET, suggestion=suggestion)
