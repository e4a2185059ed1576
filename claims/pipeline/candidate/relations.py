"""Carries over what one sentence says of another: its claimant, a disclaimer, a refutation."""

from bisect import bisect_left

from claims.pipeline.attribution.grammar import Grammar
from claims.pipeline.candidate.drafts import Draft, stand_alone
from claims.pipeline.text.hedges import Hedges
from claims.pipeline.words import load_words
from claims.vocabulary import Stance, Voice

_THE = frozenset({"the", "his", "her", "their", "its", "both"})
_BE = frozenset({"is", "was", "isn't", "wasn't", "are", "were", "never", "did", "didn't", "has"})
_FARTHEST = 12  # drafts that a disclaimer may reach back over


class Relations:
    """The relations between the drafts of one text; ``drafts`` in order, ``paragraph_of`` by sentence."""

    def __init__(
        self, grammar: Grammar, hedges: Hedges, drafts: list[Draft], paragraph_of: list[int]
    ) -> None:
        """Take what has been read and drafted; nothing is changed yet."""
        self.reading = grammar.reading
        self.hedges = hedges
        self.drafts = drafts
        self.paragraph_of = paragraph_of
        self.starts = [draft.start for draft in drafts]
        self.backward = load_words("en").sets["backward_subjects"]
        self.nouns = load_words("en").sets["cue_nouns"]

    def apply(self) -> None:
        """Complete the drafts."""
        self._inherit()
        self._fill()
        for number, words in self.hedges.disclaimers.items():
            self._disclaim(number, words)
        for number in self.hedges.refutations:
            self._refute(number)

    def _inherit(self) -> None:
        """Give "Supposedly they …" the claimant of the claim right before it."""
        opening = {hedge.start for hedge in self.hedges.found}
        for before, draft in zip(self.drafts, self.drafts[1:], strict=False):
            is_open = draft.source is None and draft.voice is Voice.AUTHOR
            is_marked = draft.start in opening or draft.start + 1 in opening
            if is_open and is_marked and before.source and self._is_next(before, draft):
                draft.source, draft.anonymous = before.source, before.anonymous
                draft.voice = Voice.INDIRECT
                draft.reasons.append("Its source is carried over from the sentence before.")

    def _fill(self) -> None:
        """Give a sentence between two of one source their source: "She said … It was old. She added …"."""
        for before, draft, after in zip(self.drafts, self.drafts[1:], self.drafts[2:], strict=False):
            is_framed = before.source is not None and before.source == after.source
            if draft.source is not None or draft.voice is not Voice.AUTHOR or not is_framed:
                continue
            if self._is_next(before, draft) and self._is_next(draft, after):
                draft.source, draft.anonymous = before.source, before.anonymous
                draft.voice = Voice.INDIRECT
                draft.reasons.append("Its source is inferred from the sentences before and after.")

    def _is_next(self, before: Draft, draft: Draft) -> bool:
        first, second = self.reading.sentence_of[before.start], self.reading.sentence_of[draft.start]
        return second == first + 1 and self.paragraph_of[first] == self.paragraph_of[second]

    def _disclaim(self, number: int, words: str) -> None:
        """Let "None of this could be confirmed" reach back over the last claims of one claimant."""
        reached: Draft | None = None
        for draft in self._back_from(self.reading.sentences[number][1], number):
            if reached is not None and (draft.source is None or draft.source != reached.source):
                return
            draft.hedges.append(words)
            reached = draft

    def _refute(self, number: int) -> None:
        """Let "That last part is a lie" refute the statement right before it."""
        first, last = self.reading.sentences[number]
        before = self._back_from(first, number)
        if self._refutes_own_sentence(number) or not before or not self._points_back(first):
            return
        target = before[0]
        target.author_stance = Stance.REFUTES
        target.reasons.append("The author says that it is not true.")
        own = bisect_left(self.starts, first)
        if own < len(self.drafts) and self.starts[own] < last:
            start, end = self.reading.span(first, last)
            said = stand_alone(self.reading.text[start:end]).rstrip(".")
            start, end = self.reading.span(target.start, target.end)
            self.drafts[own].text = f"{said}: {stand_alone(self.reading.text[start:end])}"
            self.drafts[own].is_verdict = True
            self.drafts[own].reasons.append("The author judges the statement before it.")

    def _points_back(self, first: int) -> bool:
        """Whether the sentence begins with "That …", or with "The claim …" and its like."""
        words = self.reading.words
        return words[first] in self.backward or (
            words[first] in _THE and first + 1 < len(words) and words[first + 1] in self.nouns
        )

    def _refutes_own_sentence(self, number: int) -> bool:
        """Let "…, which is false" refute what stands before it in its own sentence."""
        first, last = self.reading.sentences[number]
        words = self.reading.words
        marks = [token for token in range(first + 1, last - 1) if words[token] == "which"]
        place = bisect_left(self.starts, first)
        if not marks or words[marks[-1] + 1] not in _BE or place >= len(self.drafts):
            return False
        target = self.drafts[place]
        if target.start >= marks[-1] or target.voice is Voice.AUTHOR:
            return False
        target.author_stance = Stance.REFUTES
        target.reasons.append("The author says that it is not true.")
        return True

    def _back_from(self, token: int, number: int) -> list[Draft]:
        """Return the drafts before ``token``, nearest first, of this paragraph and the one before."""
        end = bisect_left(self.starts, token)
        nearest = reversed(self.drafts[max(0, end - _FARTHEST) : end])
        here = self.paragraph_of[number]
        return [d for d in nearest if here - self.paragraph_of[self.reading.sentence_of[d.start]] <= 1]
