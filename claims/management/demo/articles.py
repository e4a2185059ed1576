"""The demo story's articles in the order of their publication, with the changes of each page."""

from datetime import UTC, datetime

from claims.management.demo.shapes import DemoArticle, Edit, Sighting

__all__ = ["ARRIVAL", "ARTICLES", "ENVOY", "IMMUNITY", "RESIGNATION", "SPEAKER", "SPY_CHIEF"]

ARRIVAL = "arrival"
RESIGNATION = "resignation"
SPY_CHIEF = "spy-chief"
SPEAKER = "speaker"
ENVOY = "envoy"
IMMUNITY = "immunity"


def _at(day: int, hour: int, minute: int) -> datetime:
    """Return a moment of the story; days 30 and 31 lie in March 2011, day 1 in April."""
    return datetime(2011, 4 if day == 1 else 3, day, hour, minute, tzinfo=UTC)


ARTICLES = (
    DemoArticle(
        "foreign-office",
        "koussa-statement",
        "Arrival of the Libyan foreign minister in the United Kingdom",
        "Press Office",
        _at(30, 21, 10),
        (
            Sighting(ARRIVAL, "arrived in Britain on Wednesday 30 March"),
            Sighting(RESIGNATION, "has told us that he is resigning"),
        ),
    ),
    DemoArticle(
        "northern-wire",
        "koussa-lands-in-britain",
        "Libyan foreign minister lands in Britain and quits, Foreign Office says",
        "Ada Lindqvist",
        _at(30, 21, 35),
        (
            Sighting(ARRIVAL, "arrived in Britain on Wednesday on a flight"),
            Sighting(RESIGNATION, "has told British officials that he is resigning"),
        ),
    ),
    DemoArticle(
        "valletta-notebook",
        "two-more-in-tunisia",
        "Two more of Gaddafi’s men are in Tunisia",
        "Karmenu Zahra",
        _at(30, 21, 45),
        (
            Sighting(SPY_CHIEF, "Bouzaid Dorda, has defected to Tunisia"),
            Sighting(SPEAKER, "Mohamed Zwai, has left for Tunisia"),
        ),
        (
            Edit(
                after=105, changed_at=_at(31, 21, 30), text="two-more-in-tunisia.updated.html", announced=True
            ),
        ),
    ),
    DemoArticle(
        "harbour-post",
        "libyan-minister-lands",
        "Libya’s foreign minister lands in Britain",
        "Northern Wire",
        _at(30, 22, 5),
        (
            Sighting(ARRIVAL, "arrived in Britain on Wednesday on a British military plane"),
            Sighting(RESIGNATION, "has told British officials that he is resigning"),
        ),
        (Edit(after=80, changed_at=_at(31, 9, 20), text="libyan-minister-lands.edited.html"),),
    ),
    DemoArticle(
        "the-lantern",
        "is-the-inner-circle-breaking",
        "Is Gaddafi’s inner circle breaking up?",
        "Ruth Okafor",
        _at(30, 22, 20),
        (
            Sighting(ARRIVAL, "has arrived in Britain"),
            Sighting(RESIGNATION, "told British officials that he is resigning"),
            Sighting(SPY_CHIEF, "claims that Libya’s intelligence chief has defected to Tunisia"),
            Sighting(SPEAKER, "has fled to Tunisia with him"),
        ),
    ),
    DemoArticle(
        "capital-ledger",
        "spy-chief-follows-koussa",
        "Koussa in Britain, Libya’s spy chief reportedly in Tunisia",
        "Ledger staff",
        _at(30, 23, 5),
        (
            Sighting(SPY_CHIEF, "has reportedly defected to Tunisia"),
            Sighting(SPEAKER, "has reportedly fled to Tunisia"),
            Sighting(RESIGNATION, "Koussa is resigning as Libya’s foreign minister"),
        ),
        (Edit(after=70, changed_at=_at(31, 0, 40), text="spy-chief-follows-koussa.edited.html"),),
    ),
    DemoArticle(
        "thames-bulletin",
        "koussa-offered-immunity",
        "Koussa offered immunity in Britain",
        "Bulletin staff",
        _at(30, 23, 40),
        (Sighting(IMMUNITY, "has been offered immunity from prosecution"),),
        (
            Edit(
                after=75,
                changed_at=_at(31, 15, 30),
                text="koussa-offered-immunity.retracted.html",
                headline="Retracted: Koussa offered immunity in Britain",
                announced=True,
            ),
        ),
    ),
    DemoArticle(
        "east-dock-news",
        "intelligence-chief-flees",
        "Gaddafi’s intelligence chief flees to Tunisia",
        "Newsdesk",
        _at(31, 0, 25),
        (
            Sighting(SPY_CHIEF, "Libya’s intelligence chief has fled to Tunisia"),
            Sighting(SPEAKER, "Mohamed Zwai, has defected to Tunisia"),
            Sighting(ARRIVAL, "arrived in Britain in the afternoon"),
        ),
        (Edit(after=60, changed_at=_at(31, 21, 0), removes=True),),
    ),
    DemoArticle(
        "river-gazette",
        "gaddafi-minister-in-britain",
        "Gaddafi’s foreign minister is in Britain",
        "Northern Wire",
        _at(31, 5, 0),
        (
            Sighting(ARRIVAL, "arrived in Britain on Wednesday on a flight"),
            Sighting(RESIGNATION, "has told British officials that he is resigning"),
        ),
    ),
    DemoArticle(
        "meridian-tv",
        "more-of-gaddafis-circle",
        "Libya’s intelligence chief ‘in Tunisia’",
        "Meridian newsroom",
        _at(31, 6, 15),
        (
            Sighting(SPY_CHIEF, "Libya’s intelligence chief has defected to Tunisia"),
            Sighting(SPEAKER, "had also fled to Tunisia"),
            Sighting(ARRIVAL, "the foreign minister, Moussa Koussa, arrived in Britain"),
            Sighting(RESIGNATION, "told officials there that he was resigning"),
        ),
        (
            Edit(
                after=90,
                changed_at=_at(1, 7, 10),
                text="more-of-gaddafis-circle.corrected.html",
                headline="Libya’s intelligence chief denies that he is in Tunisia",
                announced=True,
            ),
        ),
    ),
    DemoArticle(
        "the-gable",
        "what-we-know-so-far",
        "Libya’s defectors: what we know so far",
        "Piet Aalders",
        _at(31, 7, 40),
        (
            Sighting(ARRIVAL, "arrived at Farnborough on Wednesday"),
            Sighting(RESIGNATION, "He is resigning as foreign minister"),
            Sighting(SPY_CHIEF, "has defected to Tunisia"),
            Sighting(SPEAKER, "has supposedly fled to Tunisia"),
        ),
        (Edit(after=60, changed_at=_at(31, 18, 30)),),
    ),
    DemoArticle(
        "sahel-observer",
        "speaker-said-to-have-left",
        "Speaker of Libya’s parliament said to be in Tunisia",
        "Yusuf Mahamane",
        _at(31, 8, 55),
        (
            Sighting(SPEAKER, "The head of Libya’s parliament has fled to Tunisia"),
            Sighting(SPY_CHIEF, "Libya’s intelligence chief has defected to Tunisia"),
            Sighting(ARRIVAL, "arrived in Britain two days later"),
        ),
        (
            Edit(
                after=65,
                changed_at=_at(31, 14, 0),
                headline="Doubts about report that Libya’s speaker is in Tunisia",
            ),
        ),
    ),
    DemoArticle(
        "harbour-post",
        "no-immunity-for-koussa",
        "No immunity for Koussa, Hague says",
        "Ines Calder",
        _at(31, 11, 10),
        (Sighting(IMMUNITY, "denied on Thursday that Moussa Koussa had been offered immunity"),),
    ),
    DemoArticle(
        "meridian-tv",
        "tripoli-on-koussa",
        "Tripoli says Koussa left for treatment and then resigned",
        "Leila Haddad",
        _at(31, 12, 30),
        (
            Sighting(RESIGNATION, "later decided to resign as Libya’s foreign minister"),
            Sighting(SPY_CHIEF, "denied that Libya’s intelligence chief had defected"),
            Sighting(SPEAKER, "denied that the head of Libya’s parliament had fled"),
        ),
    ),
    DemoArticle(
        "northern-wire",
        "treki-declines-un-post",
        "Gaddafi’s choice for the United Nations turns the post down",
        "Samir Aouni",
        _at(31, 14, 20),
        (Sighting(ENVOY, "has declined to serve as Libya’s ambassador"),),
    ),
    DemoArticle(
        "cairo-courier",
        "treki-says-no",
        "Treki will not speak for Gaddafi in New York, relative says",
        "Mona Habib",
        _at(31, 16, 0),
        (Sighting(ENVOY, "has declined to serve as Libya’s ambassador"),),
        (Edit(after=60, changed_at=_at(31, 17, 0), removes=True), Edit(after=110, changed_at=_at(31, 22, 0))),
    ),
    DemoArticle(
        "tripoli-state-tv",
        "head-of-intelligence-on-air",
        "Head of intelligence speaks to viewers by telephone",
        "Evening news",
        _at(31, 19, 20),
        (
            Sighting(SPY_CHIEF, "Libya’s intelligence chief has not defected to Tunisia"),
            Sighting(SPEAKER, "Mohamed Zwai, also denied that he had fled to Tunisia"),
        ),
    ),
    DemoArticle(
        "northern-wire",
        "intelligence-chief-denies",
        "Libya’s intelligence chief denies defecting to Tunisia",
        "Samir Aouni",
        _at(31, 20, 5),
        (
            Sighting(SPY_CHIEF, "denied on Thursday that he had defected to Tunisia"),
            Sighting(SPEAKER, "Mohamed Zwai, denied that he had fled to Tunisia"),
        ),
    ),
)
