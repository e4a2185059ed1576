"""Programs of the desk read how editors answered the machine; no others do."""

from rest_framework.test import APIClient

from claims.models import Candidate, User
from claims.operations.candidates import dismiss, track
from tests.api.conftest import Program, problem
from tests.stories import an_article, right_now


def test_programs_of_the_desk_read_the_record_and_no_others_do(
    edith: User, program_of: Program, reader: APIClient
) -> None:
    an_article()
    first, second, *rest = Candidate.objects.exclude(voice="headline").order_by("start")
    track(candidate_id=first.id, by=edith, now=right_now())
    dismiss(candidate_id=second.id, reason="Old news.", by=edith, now=right_now())
    answer = program_of(edith).get("/api/v1/machine/").json()
    waiting = Candidate.objects.filter(state="open").count()
    assert waiting >= len(rest)
    assert answer["total"] == {
        "taken": 1, "dismissed": 1, "linked": 0, "waiting": waiting, "share_taken": 0.5,
    }  # fmt: skip
    rules = {row["pattern"]: row for row in answer["rules"]}
    assert (rules[first.pattern]["taken"], rules[second.pattern]["dismissed"]) == (1, 1)
    assert [row["publisher"] for row in answer["publishers"]] == ["Harbour Post"]
    problem(reader.get("/api/v1/machine/"), 401)
