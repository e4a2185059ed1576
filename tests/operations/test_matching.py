"""The database finds the claims that a text may repeat, by terms and names, at a fixed price."""

import importlib

import pytest
from django.apps import apps
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from claims.models import Claim, ClaimTerm, Event, User
from claims.models.base import new_id
from claims.operations.aliases import add_alias, remove_alias
from claims.operations.candidates import propose, track
from claims.operations.editing import edit_claim
from claims.operations.refusals import ConflictError, NotAllowedError, RuleRefusedError
from claims.pipeline.matching.match_text import shortlist_terms
from claims.queries import matching
from claims.queries.matching import (
    MOST_HOLDERS,
    SHORTLIST,
    best_matches,
    best_matches_of,
    claims_beside,
    shortlist,
)
from claims.vocabulary import EventKind, Relation, Zone
from tests.stories import right_now


def tracked(text: str, by: User) -> Claim:
    """A claim that an editor tracks."""
    candidate = propose(text=text, by=by, now=right_now())
    return track(candidate_id=candidate.id, by=by, now=right_now())


def test_a_name_in_another_spelling_finds_its_claim(edith: User) -> None:
    claim = tracked("Moussa Koussa has resigned as foreign minister.", edith)
    tracked("Parliament has approved the budget.", edith)
    assert [known.id for known in shortlist("Musa Kusa")] == [claim.id]


@pytest.mark.parametrize(
    ("claimed", "asked"),
    [
        ("Muammar Qaddafi has left Tripoli.", "Moammar Gadhafi leaves Tripoli"),
        ("Muammar Gadhafi has left Tripoli.", "Kadafi has left Tripoli"),
        ("Colonel Kadafi has left Tripoli.", "Qaddafi left Tripoli"),
        ("Moussa Koussa has left Tripoli.", "Musa Kusa has left Tripoli"),
        ("Volodymyr Zelenskyy has left Kyiv.", "Zelensky has left Kiev"),
    ],
)
def test_transliterations_are_one_name_in_the_database_too(edith: User, claimed: str, asked: str) -> None:
    for town in ("Sirte", "Sabha", "Tobruk"):
        tracked(f"The mayor has left {town}.", edith)
    claim = tracked(claimed, edith)
    [first, *_] = shortlist(asked)
    assert first.id == claim.id
    best = best_matches(asked)[0]
    assert (best.claim, best.zone) == (claim.id, Zone.LINK)


def test_best_matches_link_what_repeats_a_claim(edith: User) -> None:
    claim = tracked("Libya's foreign minister Moussa Koussa has arrived in Britain.", edith)
    [best] = best_matches("Libyan foreign minister Musa Kusa arrives in Britain")
    assert (best.claim, best.zone, best.relation) == (claim.id, Zone.LINK, Relation.SAME)


def test_a_reworded_claim_is_found_by_its_new_words_only(edith: User) -> None:
    claim = tracked("The harbour of Misrata is closed.", edith)
    seen = Claim.objects.get(pk=claim.pk).version
    edit_claim(
        claim_id=claim.id,
        by=edith,
        seen_version=seen,
        now=right_now(),
        text="The airport of Benghazi is closed.",
    )
    assert [known.id for known in shortlist("Bengasi")] == [claim.id]
    assert shortlist("Misrata harbour") == []


def test_withdrawn_and_merged_claims_are_not_found(edith: User) -> None:
    gone, kept = tracked("A ferry has sunk off Zuwara.", edith), tracked("The Zuwara road is open.", edith)
    Claim.objects.filter(pk=gone.pk).update(withdrawn=True)
    assert [known.id for known in shortlist("Zuwara")] == [kept.id]
    Claim.objects.filter(pk=gone.pk).update(withdrawn=False, merged_into=kept)
    assert [known.id for known in shortlist("Zuwara")] == [kept.id]


def test_what_shares_rare_words_comes_before_what_shares_common_ones(edith: User) -> None:
    now = right_now()
    common = [
        Claim(text=f"The minister has visited town {n}.", status_changed_at=now, updated_at=now)
        for n in range(SHORTLIST + 30)
    ]
    Claim.objects.bulk_create(common)
    ClaimTerm.objects.bulk_create(
        ClaimTerm(claim=claim, term=term) for claim in common for term in ("minist", "visit", "tovn")
    )
    rare = tracked("The minister has met Farnborough's mayor.", edith)
    found = shortlist("The minister has visited Farnborough town.")
    assert found[0].id == rare.id
    assert len(found) == SHORTLIST


def many_newer_claims_with(term: str) -> None:
    """More claims that hold ``term``, and nothing else of interest, than are looked at for one term."""
    now = right_now()
    newer = [  # ids begin with the second, in which the older claim may have been made, too
        Claim(
            id=f"z{new_id()[1:]}",
            text=f"A visitor has seen place {n}.",
            status_changed_at=now,
            updated_at=now,
        )
        for n in range(MOST_HOLDERS + 1)
    ]
    Claim.objects.bulk_create(newer)
    ClaimTerm.objects.bulk_create(ClaimTerm(claim=claim, term=term) for claim in newer)


def test_an_old_claim_of_frequent_words_only_is_found(
    edith: User, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    old = tracked("Libya has banned wheat from Iran.", edith)
    for term in shortlist_terms(old.text):
        many_newer_claims_with(term)
    asked = "No more wheat from Iran: imports banned by Libya"
    with django_assert_num_queries(2):
        assert shortlist(asked)[0].id == old.id
    assert best_matches(asked)[0].claim == old.id

    monkeypatch.setattr(matching, "LEADING_TERMS", 0)  # control: the newest claims of each word alone
    newest = shortlist(asked)
    assert len(newest) == SHORTLIST
    assert old.id not in {known.id for known in newest}


def test_a_full_shortlist_stands_for_all_claims_there_are(edith: User) -> None:
    old = tracked("Libya has banned wheat from Iran.", edith)
    assert claims_beside(shortlist("Libya bans wheat from Iran")) == 1
    for term in shortlist_terms(old.text):
        many_newer_claims_with(term)
    matching._count_of_claims.cache_clear()  # of another test's claims
    assert claims_beside(shortlist("Libya bans wheat from Iran")) == Claim.objects.count() > MOST_HOLDERS


@pytest.mark.parametrize("claims", [0, 3, 30])
def test_a_look_up_costs_three_queries_at_most(
    edith: User, claims: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(claims):
        tracked(f"Village {n} near Misrata was shelled on the night of the truce.", edith)
    with django_assert_max_num_queries(3):
        best_matches("Several villages near Misrata were shelled, and a truce was broken; 12 people fled.")


def test_texts_are_looked_up_together_as_one_by_one(
    edith: User, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    words = ("harbour", "railway", "finance")
    for word in words:
        tracked(f"The {word} minister has resigned.", edith)
    texts = [f"The {word} minister has resigned, a spokesman said." for word in (*words, "interior", "ŷ")]
    asked = ["", *texts, "Nothing of it"]
    one_by_one = [best_matches(text) for text in asked]
    assert sum(map(bool, one_by_one)) == len(texts)
    with django_assert_num_queries(1 + 1 + len(texts)):  # aliases, terms, and claims for each text
        assert best_matches_of(asked) == one_by_one
    monkeypatch.setattr(matching, "MOST_COUNTED", 3)
    assert best_matches_of(asked) == one_by_one
    assert best_matches_of([]) == []


def test_texts_without_words_find_nothing(edith: User) -> None:
    tracked("Moussa Koussa has resigned.", edith)
    for text in ("", "the of and", "…", "x" * 5_000, "' OR 1=1 --", "%s %(a)s"):
        assert best_matches(text) == ()


def test_a_long_text_is_looked_up_by_its_most_telling_terms(edith: User) -> None:
    claim = tracked("Moussa Koussa has resigned.", edith)
    text = " ".join(f"Word{n}" for n in range(20)) + " Koussa " + "people said so " * 200
    assert claim.id in {known.id for known in shortlist(text)}


def test_claims_from_before_the_table_are_read_by_the_migration(edith: User) -> None:
    claim = tracked("Moussa Koussa has resigned.", edith)
    stored = set(ClaimTerm.objects.values_list("claim_id", "term"))
    ClaimTerm.objects.all().delete()
    migration = importlib.import_module("claims.migrations.0008_terms_of_claims")
    migration.keep_terms(apps, None)
    assert stored
    assert set(ClaimTerm.objects.values_list("claim_id", "term")) == stored
    assert shortlist("Musa Kusa")[0].id == claim.id


def test_newer_word_lists_add_terms_and_take_none(edith: User) -> None:
    claim = tracked("The aeroplane of Moussa Koussa has landed.", edith)
    stored = set(ClaimTerm.objects.values_list("claim_id", "term"))
    ClaimTerm.objects.filter(term="land").delete()
    by_alias = ClaimTerm.objects.create(claim=claim, term="by an alias")
    migration = importlib.import_module("claims.migrations.0019_terms_by_more_words")
    migration.add_terms(apps, None)
    assert set(ClaimTerm.objects.values_list("claim_id", "term")) == stored | {(claim.id, by_alias.term)}


def test_the_ledger_is_still_guarded_after_its_kinds_grew(edith: User) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'claims_event'"
            )
        else:
            cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE tgrelid = 'claims_event'::regclass AND NOT tgisinternal"
            )
        assert len(cursor.fetchall()) >= 2


# ---------------------------------------------------------------- aliases
def test_an_alias_finds_claims_under_either_name(edith: User) -> None:
    by_title = tracked("The Brother Leader has left Tripoli.", edith)
    by_name = tracked("Muammar Gaddafi has left Sirte.", edith)
    assert [known.id for known in shortlist("Gadhafi")] == [by_name.id]
    alias = add_alias(name="The Brother Leader", canonical="Muammar Gaddafi", by=edith, now=right_now())
    assert best_matches("Moammar Gadhafi has left Tripoli")[0].claim == by_title.id
    assert best_matches("Moammar Gadhafi has left Tripoli")[0].zone is Zone.LINK
    assert best_matches("Brother Leader has left Sirte")[0].claim == by_name.id

    remove_alias(alias_id=alias.id, by=edith, now=right_now())
    assert best_matches("Moammar Gadhafi has left Tripoli")[0].claim == by_name.id


def test_joining_and_parting_names_leaves_events(edith: User) -> None:
    alias = add_alias(name="Musa Kusa", canonical="Moussa Koussa", by=edith, now=right_now())
    remove_alias(alias_id=alias.id, by=edith, now=right_now())
    added, removed = Event.objects.filter(kind__startswith="alias").order_by("seq").select_related("payload")
    assert (added.kind, removed.kind) == (EventKind.ALIAS_ADDED, EventKind.ALIAS_REMOVED)
    assert added.payload.text == "Musa Kusa is another name of Moussa Koussa."
    assert not added.public
    assert "Edith" in (added.payload.actor or "") or "edith" in (added.payload.actor or "")


def test_a_contributor_joins_no_names(cora: User, edith: User) -> None:
    with pytest.raises(NotAllowedError):
        add_alias(name="Musa Kusa", canonical="Moussa Koussa", by=cora, now=right_now())
    alias = add_alias(name="Musa Kusa", canonical="Moussa Koussa", by=edith, now=right_now())
    with pytest.raises(NotAllowedError):
        remove_alias(alias_id=alias.id, by=cora, now=right_now())


@pytest.mark.parametrize(
    ("name", "canonical"),
    [("", "Moussa Koussa"), ("the", "Moussa Koussa"), ("Kusa", "kusa"), ("Kusa", "…"), ("K" * 201, "Koussa")],
)
def test_what_joins_nothing_is_refused(edith: User, name: str, canonical: str) -> None:
    with pytest.raises(RuleRefusedError):
        add_alias(name=name, canonical=canonical, by=edith, now=right_now())


def test_names_lead_one_step_and_never_round(edith: User) -> None:
    add_alias(name="Brother Leader", canonical="Muammar Gaddafi", by=edith, now=right_now())
    with pytest.raises(ConflictError):
        add_alias(name="brother leader", canonical="Moussa Koussa", by=edith, now=right_now())
    with pytest.raises(RuleRefusedError, match="itself another name of Muammar Gaddafi"):
        add_alias(name="The Guide", canonical="Brother Leader", by=edith, now=right_now())
    with pytest.raises(RuleRefusedError, match="Other names are joined to"):
        add_alias(name="Muammar Gaddafi", canonical="Moussa Koussa", by=edith, now=right_now())
