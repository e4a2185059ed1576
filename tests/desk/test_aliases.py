"""Editors join two names of one person and part them; contributors see which names are one."""

import pytest
from django.test import Client

from claims.models import Alias, User
from claims.operations.aliases import add_alias
from tests.desk.conftest import DeskOf, words
from tests.stories import right_now

pytestmark = pytest.mark.django_db
NAMES = "/desk/aliases/"


def joined(by: User) -> Alias:
    return add_alias(name="Brother Leader", canonical="Muammar Gaddafi", by=by, now=right_now())


def test_edith_joins_two_names_and_parts_them(desk: Client) -> None:
    assert "No names joined yet" in words(desk.get(NAMES))
    sent = {"name": " Brother  Leader ", "canonical": "Muammar Gaddafi"}
    page = desk.post(NAMES, sent, follow=True)
    assert "Brother Leader is now read as Muammar Gaddafi." in words(page)
    page = desk.post(NAMES, {"remove": Alias.objects.get().id}, follow=True)
    assert "Brother Leader stands for itself again." in words(page)
    assert not Alias.objects.exists()


def test_what_cannot_be_joined_is_told_and_stays_in_the_form(desk: Client, edith: User) -> None:
    joined(edith)
    taken = desk.post(NAMES, {"name": "brother leader", "canonical": "Saif Gaddafi"})
    assert taken.status_code == 409
    assert "joined to Muammar Gaddafi already" in words(taken)
    assert "Saif Gaddafi" in taken.content.decode()
    empty = desk.post(NAMES, {"name": "", "canonical": "Saif Gaddafi"})
    assert empty.status_code == 422
    assert "Give a name." in words(empty)
    assert desk.post(NAMES, {"name": "x" * 201, "canonical": "y"}).status_code == 422


def test_names_parted_by_another_editor_meanwhile_are_not_found(desk: Client) -> None:
    assert desk.post(NAMES, {"remove": "aaaaaaaaaaaa"}).status_code == 404


def test_a_contributor_reads_names_and_changes_none(cora: User, edith: User, desk_of: DeskOf) -> None:
    alias, coras = joined(edith), desk_of(cora)
    page = coras.get(NAMES)
    assert "Brother Leader" in words(page)
    assert "Join two names" not in words(page)
    answer = coras.post(NAMES, {"name": "The Guide", "canonical": "Muammar Gaddafi"})
    assert answer.status_code == 403
    assert "The Guide" in answer.content.decode()
    assert "Muammar Gaddafi" in answer.content.decode()
    assert coras.post(NAMES, {"remove": alias.id}).status_code == 403
    assert Alias.objects.get() == alias


def test_who_is_not_signed_in_logs_in_first(client: Client) -> None:
    assert client.get(NAMES).status_code == 302
