"""Editors' programs say whose first report a page goes back to; every program reads the reason."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from claims.models import Claim, User
from tests.api.conftest import Program, problem
from tests.stories import a_claim, an_article

LANDED = "The foreign minister landed at Farnborough airport on Wednesday evening"


@pytest.fixture
def claim(edith: User) -> Claim:
    """A claim that the Lantern has from the Harbour Post."""
    first = an_article(f"Lands\n\n{LANDED}. The harbour was closed.\n")
    an_article(
        f"Minister here\n\n{LANDED}, the Harbour Post reported. Crowds gathered at the gate.\n",
        url="https://lantern.example/minister",
        publisher="The Lantern",
    )
    return a_claim(edith, article=first, text=f"{LANDED}.", quote=LANDED)


def places(reader: APIClient, claim: Claim) -> dict[str, Any]:
    """The claim's appearances by publisher."""
    rows = reader.get(f"/api/v1/claims/{claim.id}/appearances/").json()["results"]
    return {row["article"]["publisher"]["name"]: row for row in rows}


def ask(program: APIClient, claim: Claim, place: str, method: str = "post", **body: Any) -> Any:
    """Rule on the place as of the claim's present version."""
    claim.refresh_from_db()
    return getattr(program, method)(
        f"/api/v1/claims/{claim.id}/appearances/{place}/origin/",
        body,
        format="json",
        headers={"If-Match": f'"{claim.version}"'},
    )


def test_every_appearance_says_why_it_counts_where_it_does(reader: APIClient, claim: Claim) -> None:
    shown = places(reader, claim)
    first, repeat = shown["Harbour Post"], shown["The Lantern"]
    assert first["origin"]["root_article"] == repeat["origin"]["root_article"] == first["article"]["id"]
    assert repeat["origin"]["reason"] == "Tells what the Harbour Post says."
    assert repeat["told_from"] == [first["id"]]
    assert (first["origin"]["circular"], first["origin"]["retracted"]) == (False, False)
    assert first["origin"]["override"] is None


def test_edith_counts_a_page_on_its_own_and_takes_it_back(
    reader: APIClient, program_of: Program, edith: User, claim: Claim
) -> None:
    program, place = program_of(edith), places(reader, claim)["The Lantern"]["id"]
    answer = ask(program, claim, place, reason="Its own man saw the plane.")
    assert answer.status_code == 200, answer.content
    assert answer.json() == places(reader, claim)["The Lantern"]
    override = answer.json()["origin"]["override"]
    assert (override["by"], override["reason"]) == ("Edith", "Its own man saw the plane.")
    assert reader.get(f"/api/v1/claims/{claim.id}/").json()["origin_count"] == 2
    back = ask(program, claim, place, "delete")
    assert back.json()["origin"]["override"] is None
    assert reader.get(f"/api/v1/claims/{claim.id}/").json()["origin_count"] == 1
    problem(ask(program, claim, place, "delete"), 422, rule="origin")


def test_a_page_is_put_beside_another(
    reader: APIClient, program_of: Program, edith: User, claim: Claim
) -> None:
    shown = places(reader, claim)
    one, other = shown["The Lantern"]["id"], shown["Harbour Post"]["id"]
    answer = ask(program_of(edith), claim, one, reason="Same author.", beside=other)
    assert answer.json()["origin"]["reason"] == "Edith put it here: “Same author.”"


def test_who_may_not_rule_is_refused(
    reader: APIClient, program_of: Program, edith: User, cora: User, claim: Claim
) -> None:
    place = places(reader, claim)["The Lantern"]["id"]
    problem(ask(reader, claim, place, reason="Own man."), 401)
    problem(ask(program_of(cora), claim, place, reason="Own man."), 403)
    problem(ask(program_of(edith), claim, place, reason=" "), 422, rule="origin")
    problem(ask(program_of(edith), claim, "nosuchplace1", reason="Own man."), 404)
    address = f"/api/v1/claims/{claim.id}/appearances/{place}/origin/"
    problem(program_of(edith).post(address, {"reason": "Own man."}, format="json"), 428)
    assert places(reader, claim)["The Lantern"]["origin"]["override"] is None
