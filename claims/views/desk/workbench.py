"""The workbench of a claim: everything it rests on, and the decision."""

from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import islice, zip_longest
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from claims.forms import DecideForm, EditForm
from claims.models import Appearance, Claim, Review
from claims.operations.candidates import MergedClaimError
from claims.operations.editing import edit_claim
from claims.operations.evidence import Cited
from claims.operations.origins import place_origin, release_origin
from claims.operations.refusals import NotAllowedError, RefusalError
from claims.operations.review import StaleVersionError, decide, sign_off
from claims.queries.clock import database_now
from claims.queries.desk_policy import policy_hint
from claims.queries.desk_workbench import claim_at_the_desk, workbench
from claims.queries.freshness import freshness_of_claim
from claims.views.desk.doors import at_the_desk, person, status_of
from claims.vocabulary import ClaimStatus, ReviewState, Role

MOST_PIECES = 200
SPARE_DOCUMENTS = 1
"""Empty rows for a document beside those that are filled in."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal as the page tells it: at one ``place`` (reason, evidence, documents, edit, origin, top)."""

    place: str
    message: str
    stale: bool = False
    missed: tuple[Any, ...] = ()


def cited_in(data: QueryDict) -> list[Cited]:
    """Return the evidence that a form names: ticked appearances, addresses and notes; empty rows left out."""
    ticked = [
        Cited(appearance=appearance, primary=data.get(f"counts-{appearance}") == "primary")
        for appearance in dict.fromkeys(_clean(word)[:40] for word in data.getlist("evidence"))
    ]
    rows = zip_longest(
        *(data.getlist(name) for name in ("document_url", "document_note", "document_counts")), fillvalue=""
    )
    typed = [
        Cited(url=_clean(url), note=_clean(note), primary=counts == "primary")
        for url, note, counts in rows
        if url.strip() or note.strip()
    ]
    return list(islice([*ticked, *typed], MOST_PIECES))


def _clean(words: str) -> str:
    return words.replace("\x00", "").strip()


@at_the_desk
@require_http_methods(["GET", "HEAD", "POST"])
def claim_page(request: HttpRequest, claim_id: str) -> HttpResponse:
    """Show the workbench of a claim, or decide on it."""
    claim = _claim(claim_id)
    if request.method != "POST":
        return _show(request, claim)
    form = DecideForm(request.POST)
    if not form.is_valid():
        person(request)
        return _show(request, claim, form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    given = form.cleaned_data
    try:
        review = decide(
            claim_id=claim.id,
            by=person(request),
            seen_version=given["version"],
            verdict=ClaimStatus(given["verdict"]),
            reason=given["reason"],
            evidence=cited_in(request.POST),
            override=given["override"],
            now=database_now(),
        )
    except RefusalError as error:
        return _refused(request, claim_id, error, form=form)
    if review.state == ReviewState.AWAITING_SIGN_OFF:
        messages.warning(
            request,
            "Kept. Every source cited is unnamed, so it counts once a second editor has signed it off.",
        )
    else:
        messages.success(
            request, f"Decided: {ClaimStatus(review.verdict).label.lower()}. Readers see it now."
        )
    return redirect("desk_claim", claim.id)


@at_the_desk
@require_http_methods(["GET", "HEAD", "POST"])
def sign_off_review(request: HttpRequest, claim_id: str, number: int) -> HttpResponse:
    """Put another editor's review in force."""
    if request.method != "POST":
        return redirect("desk_claim", claim_id)
    claim = _claim(claim_id)
    try:
        review = sign_off(
            claim_id=claim.id,
            number=number,
            by=person(request),
            seen_version=_version(request),
            now=database_now(),
        )
    except Review.DoesNotExist as missing:
        raise Http404 from missing
    except RefusalError as error:
        return _refused(request, claim_id, error)
    messages.success(request, f"Signed off: {ClaimStatus(review.verdict).label.lower()}. Readers see it now.")
    return redirect("desk_claim", claim.id)


@at_the_desk
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, claim_id: str) -> HttpResponse:
    """Reword the claim, name its claimant, file it under topics."""
    if request.method != "POST":
        return redirect("desk_claim", claim_id)
    claim = _claim(claim_id)
    bench = workbench(claim)
    form = EditForm(request.POST, topics=[(topic.slug, topic.name) for topic in bench.topics])
    if not form.is_valid():
        return _show(request, claim, edit_form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    given = form.cleaned_data
    try:
        edited = edit_claim(
            claim_id=claim.id,
            by=person(request),
            seen_version=_version(request),
            now=database_now(),
            text=given["text"],
            claimant=given["claimant"],
            topics=given["topics"],
        )
    except RefusalError as error:
        return _refused(request, claim_id, error, edit_form=form)
    moved = edited.version != claim.version
    messages.success(request, "Saved; the timeline tells it." if moved else "Nothing was different.")
    return redirect("desk_claim", claim.id)


@at_the_desk
@require_http_methods(["GET", "HEAD", "POST"])
def origin(request: HttpRequest, claim_id: str, appearance_id: str) -> HttpResponse:
    """Count a report to another origin, or let the machine group it again."""
    if request.method != "POST":
        return redirect("desk_claim", claim_id)
    rule: dict[str, Any] = {
        "claim_id": claim_id,
        "appearance_id": appearance_id,
        "by": person(request),
        "seen_version": _version(request),
        "now": database_now(),
    }
    try:
        if "release" in request.POST:
            release_origin(**rule)
        else:
            place_origin(
                **rule,
                beside=_clean(request.POST.get("beside", "")) or None,
                reason=_clean(request.POST.get("reason", "")),
            )
    except (Claim.DoesNotExist, Appearance.DoesNotExist) as missing:
        raise Http404 from missing
    except RefusalError as error:
        return _refused(request, claim_id, error, origin_of=appearance_id)
    messages.success(request, "Saved; the timeline tells it, with the reason.")
    return redirect(reverse("desk_claim", args=[claim_id]) + f"#appearance-{appearance_id}")


@at_the_desk
@require_safe
def policy(request: HttpRequest, claim_id: str) -> HttpResponse:
    """Tell (as JSON) what the policy says to the evidence ticked so far; for the page's script."""
    try:
        hint = policy_hint(_claim(claim_id), cited_in(request.GET))
    except RefusalError as error:
        return JsonResponse({"ruling": None, "words": error.message})
    return JsonResponse({"ruling": hint.ruling.name.lower() if hint.ruling else None, "words": hint.words})


def _claim(claim_id: str) -> Claim:
    try:
        return claim_at_the_desk(claim_id)
    except Claim.DoesNotExist as missing:
        raise Http404 from missing


def _version(request: HttpRequest) -> int:
    """Return the version that the form was made on; one that says none was made on an old one."""
    words = request.POST.get("version", "")
    return int(words) if words.isascii() and words.isdigit() and len(words) <= 10 else -1


_PLACES = {"reason": "reason", "evidence": "evidence"}


def _refused(
    request: HttpRequest,
    claim_id: str,
    error: RefusalError,
    *,
    form: DecideForm | None = None,
    edit_form: EditForm | None = None,
    origin_of: str = "",
) -> HttpResponse:
    """Show the workbench as it is now, with the refusal and everything that was typed and ticked."""
    if isinstance(error, NotAllowedError):
        raise error
    stale = isinstance(error, (StaleVersionError, MergedClaimError))
    missed = tuple(error.missed) if isinstance(error, StaleVersionError) else ()
    field = error.field or ""
    place = "documents" if field.endswith(".url") else _PLACES.get(field.partition(".")[0], "top")
    if edit_form is not None and error.field in edit_form.fields:
        edit_form.add_error(error.field, error.message)
        place = ""
    if origin_of:
        place = "origin"
    refusal = Refusal(place, error.message, stale=stale, missed=missed)
    return _show(
        request,
        _claim(claim_id),
        form=form,
        edit_form=edit_form,
        refusal=refusal,
        origin_of=origin_of,
        status=status_of(error),
    )


def _show(
    request: HttpRequest,
    claim: Claim,
    *,
    form: DecideForm | None = None,
    edit_form: EditForm | None = None,
    refusal: Refusal | None = None,
    origin_of: str = "",
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    bench = workbench(claim)
    user = person(request)
    stale = refusal is not None and refusal.stale
    typed = request.POST if form is not None else QueryDict()
    version = typed.get("version", "") if form is not None and not stale else str(claim.version)
    topics = [(topic.slug, topic.name) for topic in bench.topics]
    initial = {
        "text": claim.text,
        "claimant": claim.claimant.name if claim.claimant else "",
        "topics": [topic.slug for topic in claim.topics.all()],
    }
    cited = cited_in(typed)
    context = {
        "section": "claims",
        "bench": bench,
        "claim": claim,
        "freshness": freshness_of_claim(claim, now=datetime.now(UTC)),
        "form": form or DecideForm(),
        "edit_form": edit_form or EditForm(initial=initial, topics=topics),
        "edit_is_open": edit_form is not None,
        "refusal": refusal,
        "typed_origin": {
            "appearance": origin_of,
            "beside": request.POST.get("beside", ""),
            "reason": request.POST.get("reason", ""),
        },
        "version": version,
        "ticked": {piece.appearance for piece in cited if piece.appearance},
        "primary": {piece.appearance for piece in cited if piece.appearance and piece.primary},
        "documents": [
            *(piece for piece in cited if not piece.appearance),
            *(Cited() for _ in range(SPARE_DOCUMENTS)),
        ],
        "may_decide": user.may(Role.EDITOR),
        "may_override": user.may(Role.CHIEF_EDITOR),
        "may_sign_off": bench.waiting is not None
        and user.may(Role.EDITOR)
        and bench.waiting.decided_by_id != user.pk,
        "here": reverse("desk_claim", args=[claim.id]),
    }
    return render(request, "desk/claim.html", context, status=status)
