"""Reports of one claim to the clusters that each go back to one first report, and why."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from claims.pipeline.origin.links import Link, Report, Story
from claims.pipeline.origin.marks import Body, is_described
from claims.pipeline.origin.rulings import Ruling, ruled

__all__ = ["Join", "OriginCluster", "Report", "Ruling", "cluster_origins", "goes_back_to"]


@dataclass(frozen=True, slots=True)
class Join:
    """Why an appearance belongs to its cluster, as a sentence."""

    appearance: str
    reason: str


@dataclass(frozen=True, slots=True)
class Step:
    """Appearance ``of`` has what it tells from ``to``: cites it, carries its copy or has its text."""

    of: str
    to: str


@dataclass(frozen=True, slots=True)
class OriginCluster:
    """Appearances that go back to one first report.

    ``key`` stays the same while the origin does; ``root`` is the appearance of the first report where we
    hold it; ``root_name`` whose report it is; ``members`` in order of time; ``joins`` for all but the root.
    ``steps`` tell who has it from whom, as far as we hold both; ``circle`` are the appearances that name each
    other as their source, so that none of them is first (circular reporting; empty where there is none).
    """

    key: str
    root: str | None
    root_name: str
    reason: str
    joins: tuple[Join, ...]
    members: tuple[str, ...]
    steps: tuple[Step, ...] = ()
    circle: tuple[str, ...] = ()

    @property
    def is_circular(self) -> bool:
        """Whether some of its reports only name each other."""
        return bool(self.circle)


def goes_back_to(cluster: OriginCluster, appearance: str) -> tuple[str, ...]:
    """The members that have what they tell from ``appearance``, step by step, in order of time.

    This is what a retraction of that report touches. All others where it is the root.
    """
    if appearance == cluster.root:
        return tuple(member for member in cluster.members if member != appearance)
    touched, waiting = set[str](), [appearance]
    while waiting:
        at = waiting.pop()
        new = {step.of for step in cluster.steps if step.to == at} - touched - {appearance}
        touched |= new
        waiting += new
    return tuple(member for member in cluster.members if member in touched)


def cluster_origins(reports: Sequence[Report], rulings: Sequence[Ruling] = ()) -> tuple[OriginCluster, ...]:
    """Cluster ``reports`` by origin, first seen first; the same whatever their order.

    Two reports join when one names the other (or its publisher, or its author) as its source, when both carry
    one agency's copy or quote one named claimant, have the same text, the same article or canonical address,
    or, without a source, belong to one publisher or owner: sister papers are no second confirmation.
    A report that ``rulings`` speak of lies where they say, whatever else is known of it.
    """
    story = Story(sorted(reports, key=lambda report: (report.seen_at, report.appearance)))
    story.links = ruled(story, rulings)
    said = {ruling.appearance: ruling.reason for ruling in rulings}
    top = _united(story)
    groups: dict[int, list[int]] = {}
    for number in range(len(story.reports)):
        groups.setdefault(top[number], []).append(number)
    return tuple(_cluster(story, members, top, said) for members in groups.values())


def _united(story: Story) -> list[int]:
    """For each node the first node of its component (union-find, the smaller number on top)."""
    parent = list(range(len(story.reports) + len(story.bodies)))

    def top(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    pairs = [*((link.of, link.to) for link in story.links), *story.one_body()]
    for one, other in pairs:
        first, second = sorted((top(one), top(other)))
        parent[second] = first
    return [top(node) for node in range(len(parent))]


def _cluster(
    story: Story, members: Sequence[int], top: Sequence[int], said: Mapping[str, str]
) -> OriginCluster:
    """One component as a cluster: its root, its reason, and a reason for each member but the root.

    What was ``said`` of an appearance by an editor stands before all other reasons, at the root, too.
    """
    links = [link for link in story.links if top[link.of] == top[members[0]]]
    root = _root(story, members, links)
    body = story.body(root)
    name = _body_name(story, root, top) if body else _report_name(story.reports[root])
    held = None if body else story.reports[root].appearance
    circle = _circle(members, links)
    alone = said.get(held or "", "") if len(members) == 1 else ""
    names = {number: story.reports[number].appearance for number in members}
    joins = tuple(
        Join(names[number], said.get(names[number]) or _join_reason(number, root, links))
        for number in members
        if number != root or names[number] in said
    )
    return OriginCluster(
        key=f"report:{held}" if held else f"body:{name}",
        root=held,
        root_name=name,
        reason=(alone or _reason(_articles(story, members), name, links, is_held=held is not None))
        + _round([_report_name(story.reports[number]) for number in circle]),
        joins=joins,
        members=tuple(story.reports[number].appearance for number in members),
        steps=tuple(
            dict.fromkeys(
                Step(story.reports[link.of].appearance, story.reports[link.to].appearance)
                for link in links
                if (link.is_source or link.is_copy) and not link.is_ruling and story.body(link.to) is None
            )
        ),
        circle=tuple(story.reports[number].appearance for number in circle),
    )


def _circle(members: Sequence[int], links: Sequence[Link]) -> tuple[int, ...]:
    """The reports that lead back to themselves, source by source."""
    sources = _sources([link for link in links if not link.is_ruling])
    return tuple(number for number in members if number in _reached(number, sources))


def _round(names: Sequence[str]) -> str:
    """A sentence that flags circular reporting; empty where there is none."""
    told = ", ".join(dict.fromkeys(names))
    return f" Circular: {told} name each other as their source." if told else ""


def _sources(links: Sequence[Link]) -> dict[int, set[int]]:
    """The nodes that each report names as its source."""
    sources: dict[int, set[int]] = {}
    for link in links:
        if link.is_source:
            sources.setdefault(link.of, set()).add(link.to)
    return sources


def _root(story: Story, members: Sequence[int], links: Sequence[Link]) -> int:
    """The node that most reports go back to and that names no source itself; the earliest of equals.

    Where every report names another (circular reporting) the earliest report is the root.
    """
    sources = _sources(links)
    ends = [number for number in members if number not in sources]
    ends += sorted({to for found in sources.values() for to in found if story.body(to)})
    if not ends:
        return members[0]
    reach = Counter(node for number in members for node in _reached(number, sources) - {number})
    return min(ends, key=lambda node: (-reach[node], _first_told(node, members, sources), node))


def _reached(start: int, sources: dict[int, set[int]]) -> set[int]:
    """All nodes that a report goes back to, step by step; itself, too, where they lead back to it."""
    found: set[int] = set()
    waiting = [start]
    while waiting:
        for node in sources.get(waiting.pop(), set()) - found:
            found.add(node)
            waiting.append(node)
    return found


def _first_told(node: int, members: Sequence[int], sources: dict[int, set[int]]) -> int:
    """The number of the first report that is, or names, this node."""
    return next(number for number in members if number == node or node in sources.get(number, set()))


def _body_name(story: Story, root: int, top: Sequence[int]) -> str:
    """The name to show for a body: a proper name before a description, then the most used spelling."""
    same = {root}
    for one, other in story.one_body():
        if one in same or other in same:
            same |= {one, other}
    used = Counter(link.to for link in story.links if link.to in same)
    spellings = [(story.body(node), used[node]) for node in sorted(same) if top[node] == top[root]]
    names: list[tuple[Body, int]] = [(body, count) for body, count in spellings if body is not None]
    best, _ = min(names, key=lambda n: (is_described(n[0].name), -n[1], -len(n[0].name), n[0].name))
    return best.name


def _report_name(report: Report) -> str:
    """Whose a report is: its publisher, else its author."""
    return report.publisher or report.byline or "an unnamed source"


def _articles(story: Story, members: Sequence[int]) -> int:
    """How many articles pass the claim on; all of one that none does."""
    reports = [story.reports[number] for number in members]
    told = [report for report in reports if not report.denies] or reports
    return len({report.article or report.appearance for report in told})


def _reason(count: int, name: str, links: Sequence[Link], *, is_held: bool) -> str:
    """Why this is one origin of so many articles, as a sentence."""
    if count == 1:
        return f"{name}: a report of its own, naming no source." if is_held else links[0].reason
    if not is_held:
        return f"{count} reports go back to {name}, whose own report we do not hold."
    others = "1 other report goes" if count == 2 else f"{count - 1} other reports go"
    return f"{others} back to the report of {name}."


def _join_reason(number: int, root: int, links: Sequence[Link]) -> str:
    """One member's sentence: its source (the root first), else what it shares, else who names it."""
    mine = [link for link in links if link.of == number]
    mine.sort(key=lambda link: (not link.is_source, link.to != root))
    if mine:
        return mine[0].reason
    return next(link.back for link in links if link.to == number)
