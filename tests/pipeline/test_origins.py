"""Copies are not confirmation: reports join the first report they go back to, each with a reason."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from claims.pipeline.origins import OriginCluster, Report, Ruling, cluster_origins, goes_back_to
from claims.vocabulary import PublisherKind

EVENING = datetime(2011, 3, 30, 18, tzinfo=UTC)
LONG = " ".join(
    f"Sentence number {n} tells what happened at the border crossing that night." for n in range(30)
)


def report(name: str, publisher: str, text: str, minutes: int = 0, **more: Any) -> Report:
    """A report seen ``minutes`` into the evening, with nothing else known of it."""
    usual: dict[str, Any] = {
        "appearance": name,
        "article": name,
        "publisher": publisher,
        "publisher_kind": PublisherKind.NEWSPAPER,
        "owner": "",
        "headline": "",
        "text": text,
        "byline": "",
        "claimant": None,
        "attribution": None,
        "seen_at": EVENING + timedelta(minutes=minutes),
        "canonical_url": None,
        "url": f"https://{name}.example/",
    }
    return Report(**usual | more)


def clusters(*reports: Report) -> dict[frozenset[str], OriginCluster]:
    """The clusters by their members; the same for five shuffles of the reports."""
    found = cluster_origins(reports)
    for seed in range(5):
        shuffled = list(reports)
        random.Random(seed).shuffle(shuffled)
        assert cluster_origins(shuffled) == found
    return {frozenset(cluster.members): cluster for cluster in found}


def only(*reports: Report) -> OriginCluster:
    """The one cluster that all reports form."""
    found = clusters(*reports)
    assert list(found) == [frozenset(r.appearance for r in reports)], found
    return found[frozenset(r.appearance for r in reports)]


def apart(*reports: Report) -> bool:
    """Whether every report is an origin of its own."""
    return len(clusters(*reports)) == len(reports)


def reason(cluster: OriginCluster, name: str) -> str:
    """Why a member joined."""
    return next(join.reason for join in cluster.joins if join.appearance == name)


def test_independent_reports_stay_apart() -> None:
    assert apart(
        report("a", "The Lantern", "Our correspondent watched the convoy cross into Tunisia at noon."),
        report(
            "b",
            "Harbour Post",
            "Two cars of the intelligence service stood at the border, this paper has learned.",
        ),
    )


def test_no_reports_form_no_cluster() -> None:
    assert cluster_origins(()) == ()


def test_a_lone_report_is_its_own_root() -> None:
    cluster = only(report("a", "The Lantern", "We saw it."))
    assert (cluster.root, cluster.root_name, cluster.joins) == ("a", "The Lantern", ())


@pytest.mark.parametrize(
    "more",
    [
        {"text": "TRIPOLI (AP) — Two cars crossed the border."},
        {"text": "Two cars crossed the border.\n\n— Associated Press"},
        {"text": "Two cars crossed.", "byline": "The Associated Press"},
        {"text": "Two cars crossed.", "byline": "By Jane Doe, Associated Press"},
    ],
)
def test_carriers_of_one_agency_have_one_origin(more: dict[str, str]) -> None:
    carrier = report("b", "Harbour Post", **more, minutes=5)
    cluster = only(report("a", "The Lantern", "TUNIS (AP) - Cars were seen at the frontier."), carrier)
    assert (cluster.root, cluster.root_name) == (None, "Associated Press")
    assert "Associated Press" in reason(cluster, "b")


def test_the_agencys_own_report_is_the_root_even_when_seen_later() -> None:
    cluster = only(
        report("copy", "Harbour Post", "TRIPOLI (Reuters) - Two cars crossed the border."),
        report(
            "wire", "Reuters", "Two cars crossed, our reporter saw.", 30, publisher_kind=PublisherKind.AGENCY
        ),
    )
    assert (cluster.root, cluster.root_name) == ("wire", "Reuters")


def test_an_agency_nobody_listed_is_told_by_dateline_and_by_its_kind() -> None:
    only(
        report("a", "The Lantern", "TRIPOLI, March 30 (Gulf Wire) — Two cars crossed."),
        report("b", "Harbour Post", "TUNIS (Gulf Wire) - A convoy was seen.", 4),
    )
    wire = report("w", "Gulf Wire", "Cars crossed, it seems.", publisher_kind=PublisherKind.AGENCY)
    for n, copy in enumerate(
        ({"text": "A convoy was seen.\n— Gulf Wire"}, {"text": "Cars.", "byline": "Gulf Wire staff"})
    ):
        assert only(wire, report(f"c{n}", "Harbour Post", minutes=4, **copy)).root == "w"


def test_two_agencies_are_two_origins_though_one_paper_prints_both() -> None:
    assert apart(
        report("a", "Harbour Post", "TRIPOLI (AP) — Two cars crossed."),
        report("b", "Harbour Post", "TUNIS (AFP) — A convoy was seen."),
    )


def test_the_same_text_is_one_report() -> None:
    cluster = only(report("a", "The Lantern", LONG), report("b", "Harbour Post", f"A word before. {LONG}", 5))
    assert cluster.root == "a"
    assert "of its text" in reason(cluster, "b")


def test_a_short_text_copied_word_for_word_is_one_report() -> None:
    text = "Two senior figures have crossed into Tunisia tonight."
    assert only(report("a", "The Lantern", text), report("b", "Harbour Post", text.upper(), 1)).root == "a"


def test_a_text_within_a_longer_one_is_one_report() -> None:
    short = LONG[: len(LONG) // 4]
    own = " ".join(f"Here our own reporting adds remark {n} about roads." for n in range(60))
    only(report("a", "The Lantern", short), report("b", "Harbour Post", f"{short}\n{own}", 1))


def test_papers_of_one_owner_are_one_origin() -> None:
    cluster = only(
        report("a", "The Lantern", "It was seen at noon.", owner="Quay Media"),
        report("b", "Evening Lantern", "Cars crossed, we hear.", 5, owner="Quay Media"),
    )
    assert reason(cluster, "b").startswith("Belongs to Quay Media")


def test_people_on_one_network_are_several() -> None:
    social: dict[str, Any] = {"publisher_kind": PublisherKind.SOCIAL}
    assert apart(
        report("a", "Chirper", "I saw the cars.", byline="Ann Lee", **social),
        report("b", "Chirper", "They have crossed!", byline="Ben Roy", **social),
    )


def test_an_official_statement_is_the_root_of_what_papers_quote_from_it() -> None:
    statement = report(
        "fo",
        "Foreign Office",
        "We can confirm the arrival.",
        publisher_kind=PublisherKind.OFFICIAL,
        minutes=3,
    )
    one = report(
        "a", "The Lantern", "He has landed, a spokesman said.", claimant="a British Foreign Office spokesman"
    )
    other = report("b", "Harbour Post", "He is here.", 9, claimant="the Foreign Office")
    cluster = only(statement, one, other)
    assert (cluster.root, cluster.root_name) == ("fo", "Foreign Office")
    assert reason(cluster, "a") == "Tells what a British Foreign Office spokesman says."


def test_one_named_claimant_is_one_origin_however_he_is_spelt() -> None:
    cluster = only(
        report("a", "The Lantern", "He is going.", claimant="Libyan Foreign Minister Moussa Koussa"),
        report("b", "Harbour Post", "He quits.", 4, claimant="Musa Kusa"),
    )
    assert cluster.root is None
    assert "Koussa" in cluster.root_name


@pytest.mark.parametrize(
    "nobody", ["officials", "a senior U.S. official", "witnesses", "sources close to the regime", "he"]
)
def test_nobody_in_particular_joins_nothing(nobody: str) -> None:
    assert apart(
        report("a", "The Lantern", "The road is closed.", claimant=nobody),
        report("b", "Harbour Post", "No one gets through.", 4, claimant=nobody),
    )


def test_who_cites_a_publisher_joins_it() -> None:
    first = report("a", "Valletta Notebook", "They are in Tunisia.", publisher_kind=PublisherKind.BLOG)
    for n, text in enumerate(
        (
            "They have fled, according to the Valletta Notebook.",
            "They have fled, the Valletta Notebook reported on Wednesday.",
            "They have fled (via Valletta Notebook).",
            "The Valletta Notebook claims that they have fled.",
        )
    ):
        cluster = only(first, report(f"b{n}", "The Lantern", text, 10))
        assert cluster.root == "a"
        assert "Valletta Notebook" in reason(cluster, f"b{n}")


def test_who_cites_a_publisher_far_from_the_claim_does_not() -> None:
    text = f"They have fled, we saw.\n{'Nothing else happened. ' * 80}\nThe Valletta Notebook reported rain."
    assert apart(
        report("a", "Valletta Notebook", "They are in Tunisia."), report("b", "The Lantern", text, 10)
    )


def test_the_maltese_journalist_and_his_repeats_are_one_origin() -> None:
    blog = report(
        "root",
        "Valletta Notebook",
        "They have crossed.",
        byline="Karm Borg",
        publisher_kind=PublisherKind.BLOG,
    )
    nameless = report(
        "a", "The Lantern", "They have fled, he writes.", 30, claimant="This Maltese journalist"
    )
    naming = report(
        "b", "Harbour Post", "Karm Borg, a Maltese journalist, says they fled.", 40, claimant="Karm Borg"
    )
    chain = report("c", "Meridian TV", "More have fled, the Harbour Post reported.", 50)
    cluster = only(blog, nameless, naming, chain)
    assert (cluster.root, cluster.root_name) == ("root", "Valletta Notebook")
    assert "Karm Borg" in reason(cluster, "a")
    assert reason(cluster, "c") == "Cites Harbour Post (“Harbour Post reported”)."


def test_without_his_own_post_the_journalist_is_the_origin_by_name() -> None:
    cluster = only(
        report("a", "The Lantern", "They fled.", claimant="a Maltese journalist"),
        report(
            "b",
            "Harbour Post",
            "Maltese journalist Karm Borg says they fled.",
            4,
            claimant="a Maltese journalist",
        ),
    )
    assert (cluster.root, cluster.root_name) == (None, "Karm Borg")


def test_circular_reporting_ends_at_the_earliest() -> None:
    cluster = only(
        report("a", "The Lantern", "They fled, according to Harbour Post."),
        report("b", "Harbour Post", "They fled, according to The Lantern.", 4),
    )
    assert cluster.root == "a"


@pytest.mark.parametrize(
    "claimant",
    [
        "The same journalist, Karm Borg",
        "The blog's author, the Maltese journalist Karm Borg",
        "A Maltese journalist, Karm Borg",
        "Maltese blogger Karm Borg",
    ],
)
def test_a_journalist_named_behind_his_calling_is_that_journalist(claimant: str) -> None:
    blog = report("root", "Valletta Notebook", "They crossed.", byline="Karm Borg")
    cluster = only(blog, report("a", "The Lantern", "They have fled.", 30, claimant=claimant))
    assert cluster.root == "root"
    assert "Karm Borg" in reason(cluster, "a")


def test_the_journalist_is_whom_the_text_itself_names_so() -> None:
    blog = report("root", "Valletta Notebook", "They crossed.", byline="Karm Borg")
    text = "Karm Borg, a Maltese journalist, saw it. The same journalist said more would follow."
    cluster = only(blog, report("a", "The Lantern", text, 30, claimant="the same journalist"))
    assert reason(cluster, "a") == "Tells what the same journalist says, named in its text as Karm Borg."


def test_the_blog_is_the_only_blog_that_had_it_before() -> None:
    blog = report("root", "Valletta Notebook", "They crossed.", publisher_kind=PublisherKind.BLOG)
    for claimant in ("The blog", "the blog's author", "the blogger"):
        cluster = only(blog, report("a", "The Lantern", "They have fled.", 30, claimant=claimant))
        assert "the only blog" in reason(cluster, "a")
    other = report("other", "Quay Diary", "Gone, I hear.", 5, publisher_kind=PublisherKind.BLOG)
    assert apart(blog, other, report("a", "The Lantern", "They have fled.", 30, claimant="The blog"))
    assert apart(report("a", "The Lantern", "They fled.", claimant="the blog"), blog)


@pytest.mark.parametrize(
    "note",
    [
        "Reuters contributed to this report.",
        "Additional reporting by Reuters",
        "With reporting from Reuters.",
        "(With Reuters)",
        "Reuters and Harbour Post staff contributed.",
    ],
)
def test_who_draws_on_an_agency_joins_it(note: str) -> None:
    wire = report("wire", "Reuters", "Two cars crossed, we saw.", publisher_kind=PublisherKind.AGENCY)
    cluster = only(wire, report("a", "The Lantern", f"A convoy was seen.\n{note}", 9))
    assert cluster.root == "wire"
    assert reason(cluster, "a").startswith("Draws on Reuters (“")


@pytest.mark.parametrize(
    "more",
    [{"text": "A convoy was seen, with agencies."}, {"text": "A convoy.", "byline": "Staff and agencies"}],
)
def test_unnamed_agencies_are_the_only_agency_that_has_the_story(more: dict[str, str]) -> None:
    credit = report("a", "The Lantern", **more, minutes=9)
    carrier = report("b", "Harbour Post", "TUNIS (AP) - Cars were seen.")
    cluster = only(carrier, credit)
    assert "Associated Press is the only one" in reason(cluster, "a")
    assert apart(carrier, report("c", "Quay News", "ROME (AFP) - Ships.", 2), credit)
    assert apart(credit, report("d", "Quay News", "Ships were seen."))


def test_a_page_that_names_another_publishers_page_as_its_original_joins_it() -> None:
    first = report("a", "The Lantern", "They fled.", url="https://www.lantern.example/2011/fled")
    copy = report("b", "Mirror", "Gone!", 3, canonical_url="https://lantern.example/other")
    cluster = only(first, copy)
    assert (cluster.root, reason(cluster, "b")) == ("a", "Names a page at lantern.example as its original.")
    own = report(
        "c", "Mirror", "Gone.", url="https://m.mirror.example/1", canonical_url="https://mirror.example/1"
    )
    assert apart(first, own)
    unheld = report("d", "Quay News", "Away.", 5, canonical_url="https://elsewhere.example/1")
    assert apart(first, unheld)
    assert clusters(unheld)[frozenset({"d"})].root_name == "elsewhere.example"


def test_an_entry_whose_feed_names_another_source_joins_it() -> None:
    first = report("a", "Northern Wire", "They fled.", publisher_kind=PublisherKind.AGENCY)
    fed = report("b", "Mirror", "Gone!", 3, wire_source="Northern Wire")
    cluster = only(first, fed)
    assert (cluster.root, reason(cluster, "b")) == (
        "a",
        "The feed that brought it names Northern Wire as its source.",
    )
    assert apart(first, report("c", "Mirror", "Gone!", 3, wire_source="Mirror"))
    assert apart(first, report("d", "Mirror", "Gone!", 3, wire_source="  "))


def test_circular_reporting_is_flagged() -> None:
    one = report("a", "The Lantern", "They fled, according to Harbour Post.")
    other = report("b", "Harbour Post", "They fled, according to The Lantern.", 4)
    third = report("c", "Quay News", "They fled, the Harbour Post reported.", 9)
    cluster = only(one, other, third)
    assert cluster.is_circular
    assert cluster.circle == ("a", "b")
    assert cluster.reason.endswith("Circular: The Lantern, Harbour Post name each other as their source.")
    assert not only(report("d", "Quay News", "They fled.")).is_circular


def test_what_goes_back_to_a_retracted_report_can_be_told() -> None:
    root = report("root", "Valletta Notebook", "They have crossed.")
    middle = report("a", "Harbour Post", f"They fled, the Valletta Notebook reported. {LONG}", 10)
    copy = report("b", "Quay News", f"They fled, the Valletta Notebook reported. {LONG}", 20)
    cited = report("c", "Meridian TV", "They fled, the Harbour Post reported.", 30)
    beside = report("d", "The Lantern", "They fled, according to the Valletta Notebook.", 40)
    cluster = only(root, middle, copy, cited, beside)
    assert goes_back_to(cluster, "root") == ("a", "b", "c", "d")
    assert goes_back_to(cluster, "a") == ("b", "c")
    assert goes_back_to(cluster, "d") == ()


def test_one_page_or_one_canonical_address_is_one_origin() -> None:
    page = "https://lantern.example/fled"
    only(
        report("a", "The Lantern", "They fled."), report("b", "The Lantern", "Gone, we saw.", 2, article="a")
    )
    only(
        report("c", "The Lantern", "They fled tonight.", url=page),
        report("d", "Mirror of news", "A different wording of it.", 3, canonical_url=page),
    )


def test_the_key_stays_while_the_origin_does() -> None:
    first = [
        report("a", "The Lantern", "TUNIS (AP) - Cars."),
        report("b", "Harbour Post", "ROME (AP) - Ships.", 1),
    ]
    more: Sequence[Report] = [*first, report("c", "Quay News", "PARIS (AP) - Planes.", 2)]
    assert cluster_origins(first)[0].key == cluster_origins(more)[0].key


@pytest.mark.parametrize("odd", ["", "\x00", "(", "[a-z]+", "\ud800", "the", "AP"])
def test_any_name_is_survived(odd: str) -> None:
    found = cluster_origins(
        [
            report("a", odd, odd, byline=odd, claimant=odd, attribution=odd, owner=odd, headline=odd),
            report("b", "The Lantern", f"according to {odd}", claimant=f"a {odd} journalist"),
        ]
    )
    assert sum(len(cluster.members) for cluster in found) == 2


def shown(found: Sequence[OriginCluster]) -> list[list[str]]:
    """Who is grouped with whom."""
    return sorted(sorted(cluster.members) for cluster in found)


CITED = f"They fled, the Valletta Notebook reported. {LONG}"
GROUPED = [
    report("root", "Valletta Notebook", "They have crossed."),
    report("a", "Harbour Post", CITED, 10),
    report("b", "Quay News", CITED, 20),
    report("c", "Meridian TV", "They fled, the Harbour Post reported.", 30),
]


def test_an_editor_takes_a_report_out_and_what_only_cites_it_goes_with_it() -> None:
    assert shown(cluster_origins(GROUPED)) == [["a", "b", "c", "root"]]
    found = cluster_origins(
        GROUPED, [Ruling("a", None, "Edith counts it on its own: “Own man at the border”")]
    )
    assert shown(found) == [["a", "c"], ["b", "root"]]
    own = next(cluster for cluster in found if "a" in cluster.members)
    assert own.root == "a"
    assert reason(own, "a") == "Edith counts it on its own: “Own man at the border”"


def test_who_cites_the_report_taken_out_and_another_one_stays_with_the_other() -> None:
    both = report("d", "The Lantern", "Gone, the Harbour Post and the Valletta Notebook reported.", 40)
    cites_both = cluster_origins([*GROUPED, both], [Ruling("a", None, "On its own.")])
    assert shown(cites_both) == [["a", "c"], ["b", "d", "root"]]


def test_who_copies_the_report_taken_out_and_has_it_from_nobody_else_goes_with_it() -> None:
    copy = report("e", "Mirror", LONG, 60)
    found = cluster_origins(
        [report("a", "Harbour Post", LONG, 10, byline="Reuters"), copy], [Ruling("a", None, "Own.")]
    )
    assert shown(found) == [["a", "e"]]


def test_an_editor_puts_a_report_beside_another() -> None:
    alone = report("x", "Cairo Courier", "Nobody can be reached.", 50)
    assert ["x"] in shown(cluster_origins([*GROUPED, alone]))
    [one] = cluster_origins([*GROUPED, alone], [Ruling("x", "b", "Emil put it here: “Same author”")])
    assert (one.root, reason(one, "x"), one.circle) == ("root", "Emil put it here: “Same author”", ())


def test_a_ruling_holds_for_the_whole_page_and_for_what_comes_later() -> None:
    ruling = [Ruling("a", None, "On its own.")]
    later = report("a2", "Harbour Post", CITED, 10, article="a")
    copy = report("e", "Mirror", CITED, 60)
    assert shown(cluster_origins([*GROUPED, later, copy], ruling)) == [["a", "a2", "c"], ["b", "e", "root"]]


def test_sister_papers_stay_one_when_the_first_of_them_is_taken_out() -> None:
    sisters = [
        report(name, paper, text, minutes, owner="North Group")
        for minutes, (name, paper, text) in enumerate(
            [("a", "Lantern", "Ships."), ("b", "Post", "Cars."), ("c", "Gazette", "Planes.")]
        )
    ]
    assert shown(cluster_origins(sisters, [Ruling("a", None, "On its own.")])) == [["a"], ["b", "c"]]


def test_two_reports_that_editors_put_beside_each_other_are_no_circle() -> None:
    pair = [report("x", "Cairo Courier", "Nobody."), report("y", "Sahel Observer", "Somebody.", 1)]
    [one] = cluster_origins(pair, [Ruling("x", "y", "Same man."), Ruling("y", "x", "Same man.")])
    assert not one.is_circular


def test_a_ruling_on_what_is_no_more_changes_nothing() -> None:
    assert cluster_origins(GROUPED, [Ruling("gone", "a", "Why not.")]) == cluster_origins(GROUPED)
    [x] = cluster_origins([GROUPED[0]], [Ruling("root", "gone", "Beside what is no more.")])
    assert x.members == ("root",)


def test_an_origin_tells_how_many_articles_repeat_it_not_quotes_or_denials() -> None:
    first = report("a", "The Lantern", LONG)
    again = report("a2", "The Lantern", LONG, 1, article="a")
    copy = report("b", "Harbour Post", LONG, 2)
    twice = report("b2", "Harbour Post", LONG, 3, article="b")
    denial = report("c", "East Dock News", LONG, 4, denies=True)
    assert (
        only(first, again, copy, twice, denial).reason
        == "1 other report goes back to the report of The Lantern."
    )
