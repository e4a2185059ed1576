"""Makes news pages from a seed: reports in our own words on Libya in 2011, among a page's usual furniture."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

HEADLINES = (
    "Libyan foreign minister arrives in Britain and resigns",
    "Security Council clears the way for a no-fly zone over Libya",
    "NATO takes command of all air operations over Libya",
    "London conference agrees on a contact group for Libya",
    "Benghazi council asks for arms and for recognition",
    "Rebels fall back from Ras Lanuf towards Ajdabiya",
    "Tripoli says that its foreign minister left for treatment",
    "Former UN envoy turns down his appointment by Tripoli",
)

_REPORT = """
Moussa Koussa, the Libyan foreign minister, landed at Farnborough airport on 30 March on a flight
from Tunisia. The Foreign Office said that he had come of his own free will and that he was
resigning.

The Security Council adopted resolution 1973 on 17 March with 10 votes in favour. Brazil, China,
Germany, India and Russia abstained, and nobody voted against it.

Resolution 1970 had been adopted on 26 February by all 15 members. It placed an embargo on arms and
referred the situation to the International Criminal Court.

NATO said that it had taken command of all air operations over Libya at 06:00 GMT on 31 March. The
alliance calls the mission Unified Protector.

About 40 delegations met in London on 29 March. They agreed to set up a contact group, whose first
meeting was to be held in Qatar.

The council in Benghazi is led by Mustafa Abdul Jalil, who was the minister of justice until
February. France was the first country to recognise it, on 10 March.

Government forces have taken back Ras Lanuf and were moving towards Brega, residents told reporters.
The road to Ajdabiya was full of cars on Wednesday, a driver said.

A government spokesman in Tripoli said that the minister had been given leave for medical treatment.
“We have not heard from him since,” he told reporters.

Ali Abdussalam Treki, who was named as ambassador to the United Nations, has reportedly declined the
post. He wrote that the country must not be left to an unknown fate.

Before the fighting Libya produced about 1.6 million barrels of oil a day. Most of it was sold to
customers in Europe, and Italy was the largest of them.

“We are not asking for anybody to come and fight for us,” a member of the council said in Benghazi.
“We can do that if we are given the means.”

A journalist in Malta wrote that two more officials may have left for Tunisia. There was no word of
it from either government on Wednesday evening.

Italy, France and Britain have sent officers to Benghazi to work with the council. They will not
take part in the fighting, the three governments said.

The International Organization for Migration said that 300,000 people had crossed the borders to
Tunisia and Egypt since February. It has asked for more ships and planes.

The hospital in Misrata was running out of supplies, a doctor said by telephone. He said that at
least 18 wounded people were brought in on Tuesday alone.

British officials would not say where the minister was staying. They said that he was not offered
immunity and that he was speaking to them freely.

Qatar was the first Arab country to recognise the council, on 28 March. It has also offered to sell
oil from fields that the council holds.

The African Union was not represented at the meeting in London. Its own plan, which was drawn up in
March, asks for a ceasefire and for talks.
"""
PARAGRAPHS = tuple(" ".join(block.split()) for block in _REPORT.split("\n\n"))

REPORTERS = ("Anna Grech", "Tom Weller", "Leila Haddad", "Peter Vance", "Ines Moreau")
SITES = ("The Harbour Post", "Northern Courier", "Daily Lantern", "The Strait Times Weekly", "City Herald")
TEASERS = (
    "Storm warning for the northern coast", "How to read a ballot paper", "Train fares to rise in autumn",
    "Museum opens its cellar to visitors", "Five walks along the old canal", "Bridge is delayed again",
    "Choir wins prize at the third attempt", "What the new parking rules mean", "Bakers fear a dry summer",
    "School buses to run on hydrogen", "A quiet weekend at the border", "Ferry back in service after repairs",
)  # fmt: skip
COMMENTERS = ("quayside", "marlow77", "ines_b", "old sailor", "R. Potter", "tuesday", "nightbus", "k.ahmed")
COMMENTS = (
    "Good report, thank you.", "I would like to hear more from the people there.", "Who pays for all this?",
    "My cousin works at that airport.", "Wait and see.", "The map in yesterday's paper was better.",
    "It was the same twenty years ago.", "Not everybody agrees with that.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Story:
    """What a generated page reports."""

    headline: str
    paragraphs: tuple[str, ...]
    reporter: str
    site: str


def a_story(seed: int) -> Story:
    """Return the report of this seed: 8 to 14 paragraphs, one of them with a hedge."""
    chance = Random(seed)  # noqa: S311 - a seeded case, no secret
    hedged = [text for text in PARAGRAPHS if "reportedly" in text]
    others = [text for text in PARAGRAPHS if text not in hedged]
    texts = [*hedged, *chance.sample(others, chance.randint(7, 13))]
    chance.shuffle(texts)
    return Story(chance.choice(HEADLINES), tuple(texts), chance.choice(REPORTERS), chance.choice(SITES))


def a_page(seed: int) -> str:
    """Return the whole page of this seed, in one of four layouts."""
    story = a_story(seed)
    chance = Random(seed + 1_000_003)  # noqa: S311 - likewise
    return LAYOUTS[seed % len(LAYOUTS)](story, chance)


def furniture(kind: str, chance: Random) -> str:
    """Return a box of furniture with the class ``kind``, as some site might fill it at this moment."""
    return f'<div class="{kind}">{_BOXES[kind](chance)}</div>'


def _links(chance: Random, title: str, count: int) -> str:
    items = "".join(
        f'<li><a href="/story/{chance.randrange(10**6)}">{text}</a></li>'
        for text in chance.sample(TEASERS, count)
    )
    return f"<h3>{title}</h3><ul>{items}</ul>"


def _comments(chance: Random) -> str:
    items = "".join(
        f'<li class="comment"><b>{who}</b> <span>{chance.randint(2, 59)} minutes ago</span><p>{text}</p>'
        f"<a href='#'>Reply</a> {chance.randint(0, 90)} likes</li>"
        for who, text in zip(chance.sample(COMMENTERS, 5), chance.sample(COMMENTS, 5), strict=True)
    )
    return f"<h3>Comments ({chance.randint(5, 400)})</h3><ol>{items}</ol>"


def _ticker(chance: Random) -> str:
    lines = "".join(
        f"<li>{chance.randint(10, 23)}:{chance.randint(10, 59)} {text}</li>"
        for text in chance.sample(TEASERS, 4)
    )
    return f"<strong>Live</strong><ul>{lines}</ul>"


def _teasers(chance: Random) -> str:
    """Other stories under one of several headlines that the site tries out."""
    tried = [f"{chance.choice(['', 'Watch: ', 'Analysis: '])}{text}" for text in chance.sample(TEASERS, 3)]
    return "".join(f'<a href="/story/{text.split()[-1]}"><h4>{text}</h4></a>' for text in tried)


def _newsletter(chance: Random) -> str:
    pitch = chance.choice(["The day in five minutes", "News before breakfast"])
    return (
        f"<h3>Sign up to our newsletter</h3><p>{pitch}, read by {chance.randint(3, 90)},000 people.</p>"
        "<input type='email'><button>Sign up</button>"
    )


_BOXES: dict[str, Callable[[Random], str]] = {
    "related-links": lambda chance: _links(chance, "Related stories", 4),
    "most-read": lambda chance: _links(chance, "Most read", 5),
    "comments": _comments,
    "live-ticker": _ticker,
    "teasers": _teasers,
    "ad-slot": lambda chance: (
        f"<span>Advertisement</span><a href='https://ads.example/{chance.randrange(10**9)}'>"
        f"{chance.choice(['Holidays by train', 'Shoes that last', 'Your bank, nearer'])}</a>"
    ),
    "share-bar": lambda chance: (
        f"<button>Share</button> <span>{chance.randint(1, 9999)} shares</span> <a href='#'>Tweet</a>"
    ),
    "view-counter": lambda chance: f"<span>{chance.randint(100, 99_999):,} views</span>",
    "cookie-banner": lambda chance: (
        f"<p>We and our {chance.randint(12, 900)} partners use cookies to make this site better.</p>"
        "<button>Accept all</button> <button>Settings</button>"
    ),
    "newsletter-box": _newsletter,
    "relative-time": lambda chance: (
        f"<span>{chance.randint(2, 23)} {chance.choice(['hours', 'minutes'])} ago</span>"
    ),
}
BOXES = tuple(_BOXES)


def _head(story: Story, chance: Random) -> str:
    linked = json.dumps(
        {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": story.headline,
            "datePublished": "2011-03-31T09:00:00Z",
            "author": {"@type": "Person", "name": story.reporter},
        }
    )
    tags = {
        "og:title": story.headline,
        "og:site_name": story.site,
        "article:published_time": "2011-03-31T09:00:00Z",
    }
    metas = "".join(f'<meta property="{name}" content="{content}">' for name, content in tags.items())
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{story.headline} | {story.site}</title>{metas}"
        f'<script type="application/ld+json">{linked}</script>'
        f'<script nonce="{chance.randrange(16**12):x}">var page = {chance.randrange(10**9)};</script></head>'
    )


def _body(story: Story, chance: Random) -> str:
    """The paragraphs, with an advertisement after the third."""
    texts = [f"<p>{text}</p>" for text in story.paragraphs]
    return "\n".join([*texts[:3], furniture("ad-slot", chance), *texts[3:]])


def _page(story: Story, chance: Random, body: str) -> str:
    """The page with its boxes: every ``{{kind}}`` in ``body`` is filled in."""
    filled = re.sub(r"\{([a-z-]+)\}", lambda box: furniture(box.group(1), chance), body)
    return f"{_head(story, chance)}<body>{filled}{_FOOTER}</body></html>"


_NAV = "<nav><a href='/'>Front page</a> <a href='/world'>World</a> <a href='/politics'>Politics</a></nav>"
_FOOTER = (
    "<footer><p>All rights reserved.</p><a href='/terms'>Terms</a> <a href='/contact'>Contact</a></footer>"
)


def _with_article(story: Story, chance: Random) -> str:
    return _page(
        story,
        chance,
        f"{{cookie-banner}}<header>{_NAV}</header><main><article><h1>{story.headline}</h1>"
        f"<p class='byline'>By {story.reporter}</p>{{relative-time}}{{share-bar}}"
        f"{_body(story, chance)}{{related-links}}</article></main>"
        "<aside>{most-read}{live-ticker}</aside>{comments}",
    )


def _with_story_boxes(story: Story, chance: Random) -> str:
    return _page(
        story,
        chance,
        f"<div id='top'>{_NAV}{{teasers}}</div><div class='story'><h1 class='title'>{story.headline}</h1>"
        f"<div class='meta'>{story.reporter}</div><div class='story-body'>{_body(story, chance)}</div>"
        "{view-counter}{newsletter-box}</div><div class='side'>{most-read}{related-links}</div>",
    )


def _with_main_only(story: Story, chance: Random) -> str:
    return _page(
        story,
        chance,
        f"{_NAV}<main><h1>{story.headline}</h1>{{relative-time}}{_body(story, chance)}"
        "{share-bar}{newsletter-box}{comments}</main>{live-ticker}",
    )


def _with_sections(story: Story, chance: Random) -> str:
    return _page(
        story,
        chance,
        f"{{live-ticker}}{{cookie-banner}}{_NAV}<section class='content'><header>"
        f"<h1 itemprop='headline'>{story.headline}</h1><span class='author'>{story.reporter}</span></header>"
        f"<div itemprop='articleBody'>{_body(story, chance)}</div></section>"
        "<section>{teasers}{related-links}{comments}</section>",
    )


LAYOUTS = (_with_article, _with_story_boxes, _with_main_only, _with_sections)
