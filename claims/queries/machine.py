"""How well the machine proposes: what editors took and what they put aside, by rule and by publisher."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet

from claims.models import Candidate
from claims.queries.shapes_of_speech import example_of, right_of_ten
from claims.vocabulary import CandidateState

FEWEST = 10
"""Answers from which a share is shown; with fewer, one answer more or less would turn it over."""

_TAKEN = Q(state__in=[CandidateState.TRACKED, CandidateState.MERGED])
_LINKED = Q(state=CandidateState.LINKED)
_DISMISSED = Q(state=CandidateState.DISMISSED)
_OPEN = Q(state=CandidateState.OPEN)


@dataclass(frozen=True, slots=True)
class Record:
    """How editors answered one rule's, or one publisher's, proposals.

    ``name`` is the rule's word for programs, or the publisher's name; ``example`` the newest of them, and
    ``example_id`` its candidate.
    """

    name: str
    taken: int
    dismissed: int
    linked: int
    waiting: int
    example: str = ""
    example_id: str = ""

    @property
    def judged(self) -> int:
        """How many an editor has answered."""
        return self.taken + self.dismissed

    @property
    def is_telling(self) -> bool:
        """Whether enough were answered for a share to say more than chance would."""
        return self.judged >= FEWEST

    @property
    def kind(self) -> str:
        """A sentence of the kind that the rule finds; its own word where there is none."""
        return example_of(self.name) or self.name

    @property
    def right_of_ten(self) -> int | None:
        """How many of ten such finds were right when the rule was measured; None if that was not done."""
        return right_of_ten(self.name)

    @property
    def percent(self) -> int | None:
        """The share of the answered ones that were taken, in per cent; None before the first answer."""
        return round(100 * self.taken / self.judged) if self.judged else None


@dataclass(frozen=True, slots=True)
class MachineRecord:
    """The machine's record: all together, by rule and by publisher, most answered first."""

    total: Record
    rules: list[Record]
    publishers: list[Record]


def machine_record() -> MachineRecord:
    """Return the record of all that the machine proposed, not of what people did. Three queries."""
    found = Candidate.objects.filter(proposed_by=None)
    rules = _records(found.exclude(pattern="").values(name=F("pattern")))
    publishers = _records(found.values(name=F("snapshot__article__publisher__name")))
    newest = Candidate.objects.in_bulk({row["newest"] for row in (*rules, *publishers)})
    return MachineRecord(
        total=_record("", {key: sum(row[key] for row in publishers) for key in _COUNTS}),
        rules=[_record(row["name"], row, newest[row["newest"]]) for row in rules],
        publishers=[_record(row["name"] or "", row, newest[row["newest"]]) for row in publishers],
    )


_COUNTS = ("taken", "dismissed", "linked", "waiting")


def _records(grouped: "QuerySet[Candidate, Any]") -> list[dict[str, Any]]:
    rows = grouped.annotate(
        taken=Count("id", filter=_TAKEN),
        dismissed=Count("id", filter=_DISMISSED),
        linked=Count("id", filter=_LINKED),
        waiting=Count("id", filter=_OPEN),
        newest=Max("id"),
    )
    return sorted(
        rows, key=lambda row: (-row["taken"] - row["dismissed"], -row["waiting"], row["name"] or "")
    )


def _record(name: str, row: dict[str, Any], newest: Candidate | None = None) -> Record:
    quote, candidate = (newest.quote, newest.id) if newest else ("", "")
    return Record(name, row["taken"], row["dismissed"], row["linked"], row["waiting"], quote, candidate)
