"""Editors' words on single reports, put over the links that the reports' marks make."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from claims.pipeline.origin.links import Link, Story


@dataclass(frozen=True, slots=True)
class Ruling:
    """An editor's word on one appearance, which outweighs every mark that its text leaves.

    ``beside`` is an appearance of the origin that it belongs to; None where its report counts on its own.
    ``reason`` says so in a sentence.
    """

    appearance: str
    beside: str | None
    reason: str


def ruled(story: Story, rulings: Sequence[Ruling]) -> list[Link]:
    """Return the story's links as the editors left them.

    A report that was ruled on loses all its own links, and those that merely liken another one to it. One
    that has it from there alone, named or copied, still goes back to it. A ruling holds for the whole page.
    """
    numbers = {report.appearance: number for number, report in enumerate(story.reports)}
    said = {numbers[ruling.appearance]: ruling for ruling in rulings if ruling.appearance in numbers}
    pages = {story.reports[number].article: number for number in said if story.reports[number].article}
    fellows = {
        number: pages[report.article]
        for number, report in enumerate(story.reports)
        if number not in said and report.article in pages
    }
    links = list(_left(story.links, said.keys() | fellows.keys()))
    for number, other in fellows.items():
        reason = "Stands on the same page."
        links.append(Link(number, other, reason, reason, is_source=False, is_copy=True))
    for number, ruling in said.items():
        if ruling.beside in numbers:
            to = numbers[ruling.beside]
            links.append(Link(number, to, ruling.reason, ruling.reason, is_source=True, is_ruling=True))
    return links


def _left(links: Iterable[Link], moved: Collection[int]) -> Iterator[Link]:
    """The links that rulings on the reports ``moved`` leave standing."""
    held = [
        link
        for link in links
        if link.of not in moved and (link.to not in moved or link.is_source or link.is_copy)
    ]
    tied = {link.of for link in held if link.to not in moved}
    first: dict[int, int] = {}
    for link in held:
        # One that has it from others, too, would tie them to the report again.
        if link.to not in moved or (link.of not in tied and first.setdefault(link.of, link.to) == link.to):
            yield link
