"""Claims as newsrooms word them, made from a seed: number in, sentence out, each in two wordings.

People, places and bodies are invented from syllables; how often each turns up falls with its rank (Zipf), as
in news, so that an index over many such claims has a few long lists and very many short ones.
"""

import random
from dataclasses import dataclass

_ONSETS = (
    "b", "br", "d", "dr", "f", "g", "gr", "h", "j", "k", "kr", "l", "m", "n", "p", "pr", "r", "s", "st",
    "t", "tr", "v", "w", "z", "sh", "ch", "th",
)  # fmt: skip
_VOWELS = ("a", "e", "i", "o", "u", "ai", "ea", "ou", "ia")
_CODAS = ["", "", "", "n", "r", "l", "s", "m", "nd", "rt", "sk", "ck"]
_FAMILY_ENDS = ["son", "ski", "ov", "ez", "ini", "berg", "ani", "ard", "ley", "man", "oglu", "sen"]
_TOWN_ENDS = ["ton", "burg", "ville", "abad", "stad", "mouth", "grad", "pur", "field", "haven"]
_BODY_KINDS = (
    "Bank", "Airlines", "Steel", "Energy", "Union", "Institute", "Foods", "Railways", "Trust",
    "Media",
)  # fmt: skip

PEOPLE, TOWNS, BODIES, GIVEN = 60_000, 30_000, 20_000, 900

_LANDS = (
    "Albania", "Algeria", "Argentina", "Armenia", "Australia", "Austria", "Bahrain", "Bangladesh",
    "Belarus", "Belgium", "Bolivia", "Bosnia", "Brazil", "Bulgaria", "Cambodia", "Canada", "Chile",
    "China", "Colombia", "Croatia", "Cuba", "Cyprus", "Denmark", "Ecuador", "Egypt", "Estonia",
    "Ethiopia", "Finland", "France", "Georgia", "Germany", "Ghana", "Greece", "Hungary", "Iceland",
    "India", "Indonesia", "Iran", "Iraq", "Ireland", "Israel", "Italy", "Jamaica", "Japan", "Jordan",
    "Kenya", "Kosovo", "Kuwait", "Latvia", "Lebanon", "Libya", "Lithuania", "Malaysia", "Mali", "Malta",
    "Mexico", "Moldova", "Morocco", "Nepal", "Nigeria", "Norway", "Oman", "Pakistan", "Peru", "Poland",
    "Portugal", "Qatar", "Romania", "Russia", "Rwanda", "Senegal", "Serbia", "Slovakia", "Slovenia",
    "Somalia", "Spain", "Sudan", "Sweden", "Switzerland", "Syria", "Taiwan", "Thailand", "Tunisia",
    "Turkey", "Uganda", "Ukraine", "Venezuela", "Vietnam", "Yemen", "Zimbabwe",
)  # fmt: skip
_OFFICES = (
    "foreign minister", "finance minister", "defence minister", "health minister", "interior minister",
    "prime minister", "central bank governor", "intelligence chief", "police chief", "army chief",
    "opposition leader", "chief prosecutor", "education minister", "energy minister", "ambassador",
)  # fmt: skip
_CROPS = (
    "wheat", "rice", "maize", "coffee", "cocoa", "cotton", "olives", "sugar", "tea", "potatoes", "soya",
    "barley", "grapes", "bananas",
)  # fmt: skip
_ILLS = (
    "measles", "cholera", "malaria", "influenza", "polio", "dengue", "typhoid", "diphtheria",
    "tuberculosis",
)  # fmt: skip
_WORKS = (
    "bridge", "dam", "airport", "harbour", "railway station", "power station", "hospital", "stadium",
    "tunnel", "refinery", "university", "prison", "cathedral", "steelworks", "waterworks", "market hall",
    "museum",
)  # fmt: skip

# What happened, in two wordings that share names and figures, as two outlets tell it.
_ACTS = (
    ("{land}'s {office} {person} has resigned after {n} days in office.",
     "{person}, {office} of {land}, steps down after just {n} days"),
    ("{n} people were killed when a {work} collapsed in {town}.",
     "Collapse of {town} {work} leaves {n} dead"),
    ("{body} will close its plant in {town} with the loss of {n} jobs.",
     "{n} jobs to go as {body} shuts its {town} factory"),
    ("{land} has banned imports of {crop} from {land2}.",
     "No more {crop} from {land2}: imports banned by {land}"),
    ("{person} was arrested in {town} on charges of bribery.",
     "Police in {town} arrest {person} over bribes"),
    ("The mayor of {town}, {person}, took {n} thousand euros from {body}.",
     "{body} paid {n} thousand euros to {town} mayor {person}"),
    ("{land} recorded {n} cases of {ill} in the region of {town}.",
     "{ill} outbreak near {town}: {land} counts {n} cases"),
    ("The {work} of {town} was built with {n} million dollars from {land}.",
     "{land} put {n} million dollars into {town}'s {work}"),
    ("{person} has denied that {body} sold weapons to {land}.",
     "{body} sold no weapons to {land}, says {person}"),
    ("{land}'s troops have withdrawn from {town} after {n} days of fighting.",
     "After {n} days of fighting {land} pulls its troops out of {town}"),
    ("Unemployment in {land} has risen to {p} percent under {person}.",
     "{p} percent are out of work in {land} since {person} took over"),
    ("{body} has bought the {work} of {town} for {n} million pounds.",
     "{town}'s {work} goes to {body} for {n} million pounds"),
    ("{person} won the election in {town} by {n} votes.",
     "By only {n} votes {town} elects {person}"),
    ("A flood in {town} destroyed {n} houses and the {work}.",
     "{n} houses and a {work} lost to floods in {town}"),
    ("{land}'s {office} {person} has flown to {land2} for talks in {town}.",
     "{person}, {land}'s {office}, travels to {town} in {land2} for talks"),
    ("{body} owes the government of {land} {n} million in taxes.",
     "Tax debt of {n} million: {land} demands money from {body}"),
    ("The {crop} harvest around {town} has fallen by {p} percent.",
     "{town} farmers bring in {p} percent less {crop}"),
    ("{person} received a degree from the university of {town} without an exam.",
     "No exam taken: how {person} got a {town} university degree"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plausible:
    """A claim's sentence, and the same in another outlet's words."""

    text: str
    other_words: str


class Claims:
    """All claims of one seed."""

    def __init__(self, seed: int) -> None:
        """Make the names."""
        dice = random.Random(f"names {seed}")  # noqa: S311 - data, no secret
        given = _names(dice, GIVEN, ["", "a", "o", "in", "ia", "el"])
        family = _names(dice, PEOPLE, _FAMILY_ENDS)
        self._people = [f"{dice.choice(given)} {name}" for name in family]
        self._towns = _names(dice, TOWNS, _TOWN_ENDS)
        self._bodies = [
            f"{name} {dice.choice(_BODY_KINDS)}" for name in _names(dice, BODIES, ["", "a", "ex"])
        ]
        self._seed = seed

    def __getitem__(self, number: int) -> Plausible:
        """Return claim ``number``, the same whenever it is asked for."""
        dice = random.Random((self._seed << 40) + number)  # noqa: S311 - likewise
        land, land2 = dice.sample(_LANDS, 2)
        words = {
            "land": land,
            "land2": land2,
            "person": _by_rank(dice, self._people),
            "town": _by_rank(dice, self._towns),
            "body": _by_rank(dice, self._bodies),
            "office": dice.choice(_OFFICES),
            "crop": dice.choice(_CROPS),
            "ill": dice.choice(_ILLS),
            "work": dice.choice(_WORKS),
            "n": dice.randint(2, 999),
            "p": dice.randint(2, 60),
        }
        text, other_words = (wording.format(**words) for wording in dice.choice(_ACTS))
        return Plausible(text, other_words[0].upper() + other_words[1:])


def _names(dice: random.Random, count: int, ends: list[str]) -> list[str]:
    """``count`` different names of two or three syllables."""
    found: dict[str, None] = {}
    while len(found) < count:
        syllables = (
            dice.choice(_ONSETS) + dice.choice(_VOWELS) + dice.choice(_CODAS)
            for _ in range(dice.randint(1, 2))
        )
        found["".join([*syllables, dice.choice(ends)]).capitalize()] = None
    return list(found)


def _by_rank(dice: random.Random, names: list[str]) -> str:
    """A name, the n-th about n times as seldom as the first (Zipf's law with exponent 1)."""
    return names[min(len(names), int(len(names) ** dice.random())) - 1]
