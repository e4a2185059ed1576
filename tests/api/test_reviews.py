"""Editors decide through the API: on a version, with a reason and evidence, by the policy."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from claims.models import Appearance, Article, Claim, Event, Review, User
from claims.vocabulary import Scope
from tests.api.conftest import Program, problem
from tests.stories import MINISTER_LANDS, a_claim, an_article, an_official_article


def address(claim: Claim) -> str:
    return f"/api/v1/claims/{claim.id}/reviews/"


def post(program: APIClient, claim: Claim, body: dict[str, Any], version: int | None = None) -> Any:
    if version is None:
        claim.refresh_from_db()
        version = claim.version
    return program.post(address(claim), body, format="json", headers={"If-Match": f'"{version}"'})


def appearance_of(claim: Claim) -> str:
    return Appearance.objects.get(claim=claim).id


def test_a_verdict_with_a_primary_document_is_in_force_at_once(
    reader: APIClient, program_of: Program, edith: User
) -> None:
    claim = a_claim(edith, article=an_official_article(MINISTER_LANDS))
    body = {
        "verdict": "confirmed",
        "reason": "The Foreign Office says so on the record.",
        "evidence": [{"appearance": appearance_of(claim)}],
    }
    answer = post(program_of(edith), claim, body)
    assert answer.status_code == 201, answer.content
    review = answer.json()
    assert (review["number"], review["verdict"], review["state"]) == (1, "confirmed", "in_force")
    assert review["decided_by"] == "Edith"
    assert review["evidence"][0]["article"]["publisher"]["name"] == "Foreign Office"
    assert review["evidence"][0]["snapshot"] is not None
    shown = reader.get(f"/api/v1/claims/{claim.id}/").json()
    assert (shown["status"], shown["reason"]) == ("confirmed", body["reason"])
    assert reader.get(address(claim)).json()["results"] == [review]


def test_one_named_origin_confirms_nothing(program_of: Program, edith: User) -> None:
    claim = a_claim(edith, claimant="The spokesman")
    body = {
        "verdict": "confirmed",
        "reason": "The paper says so.",
        "evidence": [{"appearance": appearance_of(claim)}],
    }
    problem(post(program_of(edith), claim, body), 422, rule="policy")
    assert not Review.objects.exists()


def test_a_chief_overrides_the_policy_and_that_is_shown(
    program_of: Program, edith: User, clara: User
) -> None:
    claim = a_claim(edith)
    body = {
        "verdict": "confirmed",
        "reason": "I saw him myself.",
        "evidence": [{"appearance": appearance_of(claim)}],
        "override": "An eyewitness of our own.",
    }
    problem(post(program_of(edith), claim, body), 403)
    answer = post(program_of(clara), claim, body)
    assert answer.status_code == 201
    assert answer.json()["override"] == "An eyewitness of our own."


def test_a_document_at_a_forbidden_address_is_refused_by_its_place(program_of: Program, edith: User) -> None:
    claim = a_claim(edith)
    evidence = [{"note": "Seen on the news."}, {"url": "http://10.0.0.1/"}]
    body = {"verdict": "refuted", "reason": "The record says so.", "evidence": evidence}
    [told] = problem(post(program_of(edith), claim, body), 422, rule="address")["errors"]
    assert told["field"] == "evidence.1.url"


def told_by_nobody_named(by: User) -> tuple[Claim, dict[str, object]]:
    """A claim with one anonymous source, and the verdict on it that needs a second editor."""
    claim = a_claim(by)
    Appearance.objects.filter(claim=claim).update(anonymous=True)
    evidence = [{"appearance": appearance_of(claim)}]
    reason = "An official who would not be named."
    return claim, {"verdict": "confirmed", "reason": reason, "evidence": evidence}


def test_an_anonymous_source_waits_for_another_editor(
    reader: APIClient, program_of: Program, edith: User, emil: User
) -> None:
    claim, body = told_by_nobody_named(edith)
    answer = post(program_of(edith), claim, body)
    assert answer.status_code == 202
    assert answer.json()["state"] == "awaiting_sign_off"
    assert reader.get(f"/api/v1/claims/{claim.id}/").json()["status"] == "unverified"
    assert reader.get(address(claim)).json()["results"] == []

    second = problem(post(program_of(edith), claim, {**body, "reason": "Sent a second time."}), 409)
    assert "already waits for a sign-off" in second["detail"]

    claim.refresh_from_db()
    headers = {"If-Match": f'"{claim.version}"'}
    sign = f"{address(claim)}1/sign_off/"
    problem(program_of(edith).post(sign, format="json"), 428)
    problem(program_of(edith).post(sign, format="json", headers=headers), 422)
    problem(program_of(emil).post(sign, format="json", headers={"If-Match": '"999"'}), 412)
    problem(program_of(emil).post(f"{address(claim)}2/sign_off/", format="json", headers=headers), 404)
    signed = program_of(emil).post(sign, format="json", headers=headers)
    assert signed.status_code == 200
    assert signed.json()["signed_off_by"] == "Emil"
    assert reader.get(f"/api/v1/claims/{claim.id}/").json()["status"] == "confirmed"
    claim.refresh_from_db()
    again = program_of(emil).post(sign, format="json", headers={"If-Match": f'"{claim.version}"'})
    problem(again, 409)


def test_what_another_decision_overtook_is_told_to_the_desk_alone(
    reader: APIClient, program_of: Program, edith: User, emil: User
) -> None:
    claim, body = told_by_nobody_named(edith)
    assert post(program_of(edith), claim, body).status_code == 202
    other = {"verdict": "refuted", "reason": "Denied.", "evidence": [{"note": "Told."}]}
    assert post(program_of(emil), claim, other).status_code == 201
    states = [review["state"] for review in program_of(emil).get(address(claim)).json()["results"]]
    assert states == ["overtaken", "in_force"]
    assert [review["number"] for review in reader.get(address(claim)).json()["results"]] == [2]
    claim.refresh_from_db()
    late = program_of(emil).post(
        f"{address(claim)}1/sign_off/", format="json", headers={"If-Match": f'"{claim.version}"'}
    )
    problem(late, 409)


def test_a_cited_address_is_taken_on_and_watched(program_of: Program, edith: User) -> None:
    claim = a_claim(edith)
    body = {
        "verdict": "refuted",
        "reason": "He spoke on state television.",
        "evidence": [{"url": "https://state-tv.example/he-speaks"}, {"note": "Seen by our own desk."}],
    }
    assert post(program_of(edith), claim, body).status_code == 201
    assert Article.objects.get(url="https://state-tv.example/he-speaks").due_at is not None


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ({"verdict": "refuted", "reason": "No.", "evidence": []}, "evidence"),
        ({"verdict": "refuted", "reason": "No."}, "evidence"),
        ({"verdict": "refuted", "reason": "No.", "evidence": [{}]}, "evidence"),
        ({"verdict": "refuted", "reason": "No.", "evidence": [{"appearance": "nosuchone"}]}, "evidence"),
        ({"verdict": "refuted", "reason": " ", "evidence": [{"note": "Told."}]}, "reason"),
        ({"verdict": "unverified"}, "reason"),
        ({"verdict": "refuted", "reason": "No.", "evidence": [{"url": "http://10.0.0.1/"}]}, "address"),
        ({"verdict": "refuted", "reason": "No.", "evidence": [{"url": "not an address"}]}, "address"),
    ],
)
def test_a_rule_of_the_house_is_named_in_the_refusal(
    program_of: Program, edith: User, body: dict[str, Any], rule: str
) -> None:
    claim = a_claim(edith)
    answer = post(program_of(edith), claim, body)
    assert problem(answer, 422, rule=rule)["errors"]
    assert not Review.objects.exists()
    assert not Article.objects.filter(url__contains="10.0.0.1").exists()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"verdict": "true", "reason": "Yes."},
        {"verdict": ["confirmed"], "reason": "Yes."},
        {"verdict": "refuted", "reason": {"why": "No."}},
        {"verdict": "refuted", "reason": 5},
        {"verdict": "refuted", "reason": "No.", "evidence": "a1b2c3d4"},
        {"verdict": "refuted", "reason": "No.", "evidence": ["a1b2c3d4"]},
        {"verdict": "refuted", "reason": "No.", "evidence": [{"note": "Told.", "primary": "yes"}]},
        {"verdict": "refuted", "reason": "No.", "evidence": [{"note": "Told.", "weight": 5}]},
        {"verdict": "refuted", "reason": "No\u0000", "evidence": [{"note": "Told."}]},
        {"verdict": "refuted", "reason": "No.", "overide": "Because."},
    ],
)
def test_a_malformed_body_is_refused_by_field(program_of: Program, edith: User, body: Any) -> None:
    assert problem(post(program_of(edith), a_claim(edith), body), 400)["errors"]


def test_two_editors_never_overwrite_each_other(program_of: Program, edith: User, emil: User) -> None:
    claim = a_claim(edith)
    claim.refresh_from_db()
    seen = claim.version
    body = {"verdict": "disputed", "reason": "Both say so.", "evidence": [{"note": "Two reporters."}]}
    assert post(program_of(edith), claim, body, seen).status_code == 201
    refused = problem(post(program_of(emil), claim, {**body, "verdict": "refuted"}, seen), 412)
    claim.refresh_from_db()
    assert refused["current_version"] == claim.version
    [missed] = refused["missed"]
    assert (missed["kind"], missed["actor"], missed["data"]["verdict"]) == ("review", "Edith", "disputed")
    assert claim.status == "disputed"


def test_a_decision_names_the_version_it_was_made_on(program_of: Program, edith: User) -> None:
    claim = a_claim(edith)
    body = {"verdict": "unverified", "reason": "Nobody knows."}
    problem(program_of(edith).post(address(claim), body, format="json"), 428)
    assert Event.objects.filter(kind="review").count() == 0


def test_deciding_takes_a_token_for_it(
    reader: APIClient, program_of: Program, edith: User, cora: User
) -> None:
    claim = a_claim(edith)
    body = {"verdict": "unverified", "reason": "Nobody knows."}
    assert "WWW-Authenticate" in post(reader, claim, body).headers
    problem(post(reader, claim, body), 401)
    problem(post(APIClient(HTTP_AUTHORIZATION="Token nonsense"), claim, body), 401)
    problem(post(program_of(cora), claim, body), 403)
    problem(post(program_of(edith, [Scope.READ, Scope.PROPOSE]), claim, body), 403)


def test_a_token_of_a_closed_account_opens_nothing(program_of: Program, edith: User) -> None:
    claim = a_claim(edith)
    program = program_of(edith)
    edith.is_active = False
    edith.save()
    problem(post(program, claim, {"verdict": "unverified", "reason": "Nobody knows."}), 401)


def test_a_merged_claim_is_decided_no_more(program_of: Program, edith: User) -> None:
    first = a_claim(edith)
    other = a_claim(
        edith,
        article=an_article("Sea\n\nA ship sank.", url="https://x.example/"),
        text="A ship sank.",
        quote="A ship sank.",
    )
    Claim.objects.filter(pk=first.pk).update(merged_into=other)
    problem(post(program_of(edith), first, {"verdict": "unverified", "reason": "Nobody knows."}), 409)
