"""A program reads one claim, cheaply and as of a moment, and an editor's program rewords it."""

from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from claims.models import Article, Claim, Event, User
from claims.vocabulary import ClaimStatus, EventKind, Scope
from tests.api.conftest import Program, problem
from tests.stories import a_claim, a_topic, decided, right_now


def address(claim: Claim) -> str:
    return f"/api/v1/claims/{claim.id}/"


def test_a_claim_has_the_members_that_programs_rely_on(reader: APIClient, edith: User, settings: Any) -> None:
    settings.PUBLIC_URL = "https://claims.example"
    claim = a_claim(edith, claimant="The spokesman", topics=[a_topic().slug])
    shown = reader.get(address(claim)).json()
    assert shown["id"] == claim.id
    assert shown["url"].startswith(f"https://claims.example/claims/{claim.id}-the-foreign-minister-landed")
    assert shown["claimant"]["slug"] == "the-spokesman"
    assert shown["topics"] == ["libya"]
    assert (shown["article_count"], shown["origin_count"]) == (1, 1)
    assert shown["status"] == "unverified"
    assert shown["withdrawn"] is shown["under_review"] is False
    assert shown["updated_at"].endswith("Z")
    assert set(shown) == {
        *("id", "url", "text", "status", "status_changed_at", "under_review", "reason", "claimant", "topics"),
        *("first_seen_at", "last_checked_at", "next_check_at", "article_count", "origin_count", "version"),
        *("updated_at", "withdrawn"),
    }


def test_the_tag_tells_version_and_last_check(reader: APIClient, edith: User) -> None:
    claim = a_claim(edith)
    version = reader.get(address(claim)).json()["version"]
    assert reader.get(address(claim)).headers["ETag"] == f'"{version}.0"'
    checked = right_now()
    Article.objects.update(last_checked_at=checked)
    tag = reader.get(address(claim)).headers["ETag"]
    assert tag == f'"{version}.{int(checked.timestamp())}"'


@pytest.mark.parametrize("form", ["{tag}", "W/{tag}", '"0.0", {tag}', "*"])
def test_a_program_that_has_the_newest_gets_nothing_again(reader: APIClient, edith: User, form: str) -> None:
    claim = a_claim(edith)
    tag = reader.get(address(claim)).headers["ETag"]
    answer = reader.get(address(claim), headers={"If-None-Match": form.format(tag=tag)})
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["ETag"] == tag


def test_a_program_that_has_an_older_one_gets_the_newest(reader: APIClient, edith: User) -> None:
    claim = a_claim(edith)
    tag = reader.get(address(claim)).headers["ETag"]
    decided(claim, edith, ClaimStatus.CONFIRMED)
    answer = reader.get(address(claim), headers={"If-None-Match": tag})
    assert answer.status_code == 200
    assert answer.json()["status"] == "confirmed"


def test_a_check_that_found_nothing_moves_the_tag_and_not_the_version(reader: APIClient, edith: User) -> None:
    claim = a_claim(edith)
    before = reader.get(address(claim))
    Article.objects.update(last_checked_at=right_now())
    after = reader.get(address(claim), headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert after.json()["version"] == before.json()["version"]
    assert after.json()["updated_at"] == before.json()["updated_at"]


@pytest.mark.parametrize("name", ["as_of", "at"])
def test_as_of_a_moment_it_stands_as_it_was_shown_then(reader: APIClient, edith: User, name: str) -> None:
    claim = a_claim(edith)
    then = Event.objects.order_by("-seq")[0].recorded_at
    decided(claim, edith, ClaimStatus.REFUTED)
    shown = reader.get(address(claim), {name: then.isoformat()}).json()
    assert (shown["id"], shown["status"]) == (claim.id, "unverified")
    assert reader.get(address(claim)).json()["status"] == "refuted"
    assert set(shown) == set(reader.get(address(claim)).json())


def test_before_it_was_first_shown_the_answer_names_that_moment(reader: APIClient, edith: User) -> None:
    claim = a_claim(edith)
    first = Event.objects.filter(claim_id=claim.id, public=True).order_by("seq")[0].recorded_at
    told = problem(reader.get(address(claim), {"as_of": "2011-03-30T22:00Z"}), 404)
    assert told["first_moment"] == first.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert told["first_moment"] in told["detail"]
    just_before = first - timedelta(microseconds=1)
    assert reader.get(address(claim), {"at": just_before.isoformat()}).status_code == 404
    assert reader.get(address(claim), {"at": first.isoformat()}).status_code == 200


def test_a_zone_whose_plus_was_not_encoded_is_understood(reader: APIClient, edith: User) -> None:
    claim = a_claim(edith)
    assert reader.get(f"{address(claim)}?at=2999-01-01T00:00:00+01:00").status_code == 200


def test_a_claim_that_never_was_is_not_found(reader: APIClient) -> None:
    problem(reader.get("/api/v1/claims/nosuchclaim1/"), 404)
    assert "first_moment" not in problem(reader.get("/api/v1/claims/nosuchclaim1/?at=2011-03-30T22:00Z"), 404)


@pytest.mark.parametrize("below", ["", "timeline/", "appearances/", "reviews/"])
def test_a_merged_claim_leads_to_the_one_that_survived(
    reader: APIClient, edith: User, settings: Any, below: str
) -> None:
    settings.PUBLIC_URL = "https://claims.example"
    claim = a_claim(edith)
    middle, last = (
        Claim.objects.create(text=text, status_changed_at=right_now(), updated_at=right_now())
        for text in ("The same.", "The same again.")
    )
    Claim.objects.filter(pk=claim.pk).update(merged_into=middle)
    Claim.objects.filter(pk=middle.pk).update(merged_into=last)
    answer = reader.get(f"{address(claim)}{below}")
    assert answer.status_code == 301
    assert answer.headers["Location"] == f"https://claims.example/api/v1/claims/{last.id}/{below}"


@pytest.mark.parametrize("below", ["", "timeline/", "appearances/", "reviews/"])
def test_what_is_internal_to_the_desk_is_seen_with_a_token_alone(
    reader: APIClient, program_of: Program, edith: User, below: str
) -> None:
    claim = a_claim(edith, internal=True)
    problem(reader.get(f"{address(claim)}{below}"), 404)
    answer = program_of(edith, [Scope.READ]).get(f"{address(claim)}{below}")
    assert answer.status_code == 200
    assert "Authorization" in answer.headers["Vary"], "no cache shows it to somebody else"


# ---------------------------------------------------------------- rewording
def test_an_editor_rewords_the_claim_and_the_timeline_tells(
    reader: APIClient, program_of: Program, edith: User
) -> None:
    claim = a_claim(edith, claimant="The spokesman")
    a_topic("Libya")
    tag = reader.get(address(claim)).headers["ETag"]
    answer = program_of(edith).patch(
        address(claim),
        {"text": "Moussa Koussa landed in Britain.", "claimant": "Foreign Office", "topics": ["libya"]},
        format="json",
        headers={"If-Match": tag},
    )
    assert answer.status_code == 200
    shown = answer.json()
    assert shown == reader.get(address(claim)).json()
    assert (shown["text"], shown["claimant"]["name"], shown["topics"]) == (
        "Moussa Koussa landed in Britain.",
        "Foreign Office",
        ["libya"],
    )
    event = Event.objects.order_by("-seq").select_related("payload")[0]
    assert (event.kind, event.claim_version) == (EventKind.REWORDED, shown["version"])
    assert event.payload.data["before"]["text"] == "The foreign minister landed in Britain."
    assert event.payload.actor == "Edith"


def test_null_takes_the_claimant_away_and_what_is_left_out_stays(program_of: Program, edith: User) -> None:
    claim = a_claim(edith, claimant="The spokesman")
    claim.refresh_from_db()
    answer = program_of(edith).patch(
        address(claim), {"claimant": None}, format="json", headers={"If-Match": f'"{claim.version}"'}
    )
    assert answer.json()["claimant"] is None
    assert answer.json()["text"] == claim.text


def test_an_edit_that_changes_nothing_leaves_no_trace(program_of: Program, edith: User) -> None:
    claim = a_claim(edith)
    claim.refresh_from_db()
    count = Event.objects.count()
    answer = program_of(edith).patch(
        address(claim), {"text": claim.text}, format="json", headers={"If-Match": f'"{claim.version}"'}
    )
    assert answer.json()["version"] == claim.version
    assert Event.objects.count() == count + 1, "the token's own event and no other"


def test_nobody_rewords_what_they_have_not_seen(program_of: Program, edith: User) -> None:
    claim = a_claim(edith)
    claim.refresh_from_db()
    program, body = program_of(edith), {"text": "Something else."}
    problem(program.patch(address(claim), body, format="json"), 428)
    problem(program.patch(address(claim), body, format="json", headers={"If-Match": "*"}), 428)
    for nonsense in ("7", '"seven"', '"1", "2"'):
        problem(program.patch(address(claim), body, format="json", headers={"If-Match": nonsense}), 400)
    seen = claim.version
    decided(claim, edith, ClaimStatus.REFUTED)
    stale = problem(
        program.patch(address(claim), body, format="json", headers={"If-Match": f'"{seen}.0"'}), 412
    )
    assert stale["current_version"] == claim.version
    assert [event["kind"] for event in stale["missed"]] == ["review"]
    claim.refresh_from_db()
    assert claim.text == "The foreign minister landed in Britain."


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"text": ""}, 422),
        ({"text": "x" * 301}, 422),
        ({"topics": ["no-such-topic"]}, 422),
        ({"text": 5}, 400),
        ({"topics": "libya"}, 400),
        ({"status": "confirmed"}, 400),
        (["text"], 400),
    ],
)
def test_a_bad_edit_is_refused_in_words(program_of: Program, edith: User, body: Any, status: int) -> None:
    claim = a_claim(edith)
    claim.refresh_from_db()
    before = (claim.text, claim.version)
    answer = program_of(edith).patch(
        address(claim), body, format="json", headers={"If-Match": f'"{claim.version}"'}
    )
    assert problem(answer, status)["errors"]
    claim.refresh_from_db()
    assert (claim.text, claim.version) == before


def test_only_an_editor_with_a_token_for_it_rewords(
    reader: APIClient, program_of: Program, edith: User, cora: User
) -> None:
    claim = a_claim(edith)
    body, headers = {"text": "Something else."}, {"If-Match": '"2"'}
    problem(reader.patch(address(claim), body, format="json", headers=headers), 401)
    problem(program_of(cora).patch(address(claim), body, format="json", headers=headers), 403)
    read_only = program_of(edith, [Scope.READ])
    problem(read_only.patch(address(claim), body, format="json", headers=headers), 403)
