"""An article that an editor wants read with the parser, too."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from claims.models import Article
from claims.operations.refusals import NotAllowedError, RefusalError
from claims.operations.rereading import read_with_parser
from claims.queries.clock import database_now
from claims.views.desk.doors import at_the_desk, person


@at_the_desk
def parse(request: HttpRequest, article_id: str) -> HttpResponse:
    """Propose what the parser finds beside the rules, and say how much that was."""
    if request.method == "POST":
        try:
            found = read_with_parser(article_id=article_id, by=person(request), now=database_now())
        except Article.DoesNotExist as missing:
            raise Http404 from missing
        except NotAllowedError:
            raise
        except RefusalError as error:
            messages.error(request, error.message)
        else:
            count = "1 more candidate" if len(found) == 1 else f"{len(found)} more candidates"
            messages.success(request, f"Read again, with the parser: {count}.")
    return redirect("desk_article", article_id)
