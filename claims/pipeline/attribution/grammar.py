"""Answers small questions of grammar about tokens: is this a verb here, where is its subject."""

from claims.pipeline.attribution.words import Cue, Shape, cue_forms
from claims.pipeline.text.sentences import Reading
from claims.pipeline.words import load_words

Tokens = tuple[int, int]

CLOSING_MARKS = frozenset({"”", '"', "''", "»"})
OPENING_MARKS = frozenset({"“", '"', "''", "``", "„", "«"})
CLAUSE_MARKS = (
    frozenset({",", ";", ":", "(", ")", "[", "]", "—", "–", "!", "?", "…", "\n", "|"}) | CLOSING_MARKS
)
CLAUSE_MARKS = CLAUSE_MARKS | OPENING_MARKS

_PLURALS = frozenset({"i", "we", "you", "they"})
_RELATIVE_SUBJECTS = frozenset({"who", "which", "that", "what"})
_LONE_PRONOUNS = frozenset({"i", "he", "she", "we", "they", "it"})
_BEFORE_PLACES = frozenset({"in", "at", "near", "from"})
_NAMES_TOO = frozenset({"will", "may"})
_DASHES = frozenset({"–", "—", "-"})
_LONGEST_DATELINE = 14  # tokens
_LONGEST_RELATIVE = 12  # tokens
_LONGEST_SUBJECT = 24  # tokens
_LONGEST_APPOSITION = 30  # tokens


class Grammar:
    """The word classes of one language, applied to the tokens of one text."""

    def __init__(self, reading: Reading, language: str) -> None:
        """Take the ``reading`` of a text in ``language`` (ISO 639-1)."""
        self.reading = reading
        self.words = reading.words
        self.opening = {quote[0]: quote for quote in reading.quotes}
        self.closing = {quote[1]: quote for quote in reading.quotes}
        self.subjects: dict[int, Tokens | None] = {}  # of long sentences, by their first token
        self._verbs: dict[int, bool] = {}  # answers given before
        sets = load_words(language).sets
        self.forms = cue_forms(language)
        self.be = sets["forms_of_be"]
        self.have = sets["forms_of_have"]
        self.pronoun_determiners = sets["pronoun_determiners"]
        self.after_verbal_s = sets["after_verbal_s"]
        self.question_words = sets["question_words"]
        self.adverbs = sets["adverbs"]
        self.nouns_too = sets["nouns_too"]
        self.irregular_past = sets["irregular_past"]
        self.auxiliaries = sets["auxiliaries"]
        self.determiners = sets["determiners"]
        self.prepositions = sets["prepositions"]
        self.boundaries = sets["boundaries"]
        self.subject_pronouns = sets["subject_pronouns"]
        self.time_words = sets["time_words"]
        self.no_bare_clause = sets["no_bare_clause"]
        self.hedges = sets["hedges"]
        self.evidence = sets["evidence"]
        self.addressees = sets["addressees"]

    # ------------------------------------------------------------------ what kind of word
    def is_adverb(self, token: int) -> bool:
        """Whether the token is an adverb: listed, or a lower-case word in -ly."""
        word = self.words[token]
        return word in self.adverbs or (
            len(word) > 4 and word.endswith("ly") and not self.reading.is_capital(token)
        )

    def is_contracted_subject(self, word: str) -> bool:
        """Whether ``word`` is a subject and its auxiliary in one: he's, they'd, who've."""
        return "'" in word and word.partition("'")[0] in self.subject_pronouns

    def is_finite_verb(self, token: int) -> bool:
        """Whether the token looks like a verb that a subject to its right cannot reach across."""
        known = self._verbs.get(token)
        if known is None:
            known = self._verbs[token] = self._looks_like_verb(token)
        return known

    def _looks_like_verb(self, token: int) -> bool:
        word = self.words[token]
        if word in self.auxiliaries:
            return word not in _NAMES_TOO or not self._is_name(token)
        cue = self.forms.get(word)
        if cue is not None and cue.shape is not Shape.ING:
            return self.is_verb(token, cue)
        if len(word) < 5 or not word.endswith("ed") or "-" in word or self._is_name(token):
            return False
        return token == 0 or self.words[token - 1] not in self.determiners

    def _is_name(self, token: int) -> bool:
        """Whether a capital inside a sentence, or before a verb of its own, tells a name: Reed, Zaheed."""
        if not self.reading.is_capital(token):
            return False
        first, _ = self.reading.sentences[self.reading.sentence_of[token]]
        return token > first or (token + 1 < len(self.words) and self.words[token + 1] in self.forms)

    def is_finite(self, token: int) -> bool:
        """Whether the token looks like any finite verb: also irregular past forms, "she's", "isn't"."""
        word = self.words[token]
        if word in self.irregular_past:
            return True
        if "'" in word:
            if word.endswith("n't") or self.is_contracted_subject(word):
                return True
            if word.endswith("'s"):
                return self._is_verbal_s(token, word)
        return self.is_finite_verb(token)

    def _is_verbal_s(self, token: int, word: str) -> bool:
        """Whether 's is "is" or "has" ("there's been", "the mayor's not"), not a possessive."""
        following = self.words[token + 1] if token + 1 < len(self.words) else ""
        return word[:-2] in ("there", "that", "here", "what") or following in self.after_verbal_s

    def has_verb(self, start: int, end: int) -> bool:
        """Whether a finite verb stands between the tokens."""
        return any(self.is_finite(token) for token in range(start, end))

    def is_verb(self, token: int, cue: Cue) -> bool:
        """Whether the cue form at ``token`` is used as a verb here, told by its left neighbour."""
        if token == 0 or (cue.lemma == "state" and self.reading.is_capital(token)):
            return False  # "the United | States"
        before = self.words[token - 1]
        if before in self.determiners and before not in self.pronoun_determiners:
            return False
        if cue.shape is Shape.PAST:
            return before not in self.be and before not in self.prepositions
        if self.is_contracted_subject(before):
            return cue.shape is Shape.ING
        if before.endswith(("'s", "s'")) or before in ("'", "’") or before in self.prepositions:
            return (before, cue.shape) in (("to", Shape.BASE), ("by", Shape.ING))  # "replied by saying"
        if cue.shape is Shape.ING:
            return True
        if cue.lemma in self.nouns_too and not self._takes_object(token, cue, before):
            return False
        if cue.shape is Shape.S:
            # "after reports that …", but "says he left but argues that …"
            has_no_subject = before in self.boundaries and before not in _RELATIVE_SUBJECTS
            has_no_subject = has_no_subject and (before != "but" or cue.lemma in self.nouns_too)
            return not has_no_subject and before not in self.auxiliaries and before not in _PLURALS
        return self._takes_base(token, before) or (cue.lemma == "say" and before[0].isalnum())

    def _takes_object(self, token: int, cue: Cue, before: str) -> bool:
        """Whether the word after a form that is a noun as well ("claims", "plan") makes it a verb."""
        if before in self.subject_pronouns or before in self.auxiliaries:
            return True
        following = self.words[token + 1] if token + 1 < len(self.words) else ""
        if following in (".", ","):  # "…," Miller notes.
            return cue.shape is Shape.S and self.reading.is_capital(token - 1)
        return (
            following in ("that", "to", "it", "him", "them", "how", "whether", "if")
            or following in self.determiners
            or following in self.subject_pronouns
            or following in OPENING_MARKS
            or following in cue.prepositions
            or (cue.shape is Shape.S and bool(following) and self.reading.is_capital(token + 1))
        )

    def _takes_base(self, token: int, before: str) -> bool:
        """Whether a plain form ("claim", "plan") stands where only a verb can."""
        if before in self.auxiliaries:
            return before not in self.be and before not in self.have
        if before in self.subject_pronouns or before in ("not", "to", "people"):
            return True
        if before == ",":  # "the two, however, | argue that"
            return self.words[token + 1 : token + 2] == ["that"]
        if self.is_adverb(token - 1) or before == "and":
            place = self.words[token - 2] if token > 1 else ""
            return place not in self.determiners and place not in self.prepositions
        return len(before) > 3 and before.endswith("s") and not before.endswith(("ss", "us", "is"))

    # ------------------------------------------------------------------ who
    def verb_group_start(self, verb: int, first: int) -> int:
        """Return where the verb group that ends at ``verb`` begins: its auxiliaries and adverbs."""
        start = verb
        while start > first and (self.words[start - 1] in self.auxiliaries or self.is_adverb(start - 1)):
            start -= 1
        return start

    def subject_before(self, token: int, first: int) -> Tokens | None:
        """Return the noun phrase that ends before ``token``, not reaching before ``first``."""
        if token > first and self.is_contracted_subject(self.words[token - 1]):
            return token - 1, token
        if token - 1 > first and self.words[token - 1] in (",", ")", "—", "–"):
            return self._subject_with_apposition(token - 1, first)
        start = self._with_relative_clause(self.noun_phrase_start(token, first), token, first)
        return (start, token) if start < token else None

    def _with_relative_clause(self, start: int, end: int, first: int) -> int:
        """Widen a subject that stopped at its own clause: "two people who have met him | said"."""
        if start > first and (start == end or self.is_finite(start - 1)):
            for token in range(start - 1, max(first, end - _LONGEST_RELATIVE), -1):
                if self.words[token] in CLAUSE_MARKS:
                    break
                if self.words[token] == "who":
                    return self.noun_phrase_start(token, first)
        return start

    def _subject_with_apposition(self, closing: int, first: int) -> Tokens | None:
        """Return "Ann Lee, a friend of the mayor" for the mark that closes the apposition."""
        opening = {")": "("}.get(self.words[closing], self.words[closing])
        low = max(first, closing - _LONGEST_APPOSITION)
        for mark in range(closing - 1, low, -1):
            if self.words[mark] == opening:
                start = self.noun_phrase_start(mark, first)
                if start < mark and not self._is_place(start, mark):
                    if (
                        self.words[start] in ("a", "an")
                        and start - 1 > first
                        and self.words[start - 1] == ","
                    ):
                        start = min(
                            start, self.noun_phrase_start(start - 1, first)
                        )  # "Lee, | a clerk in Bergen"
                    is_adverb = mark + 2 == closing and self.is_adverb(mark + 1)
                    return start, mark if is_adverb else closing  # "Critics, however, | argue"
                if self.words[mark - 1] == ")":  # "Ann Lee (Independent), a friend of the mayor, | said"
                    whole = self._subject_with_apposition(mark - 1, first)
                    return (whole[0], closing) if whole is not None else None
        return None

    def _is_place(self, start: int, end: int) -> bool:
        """Whether a place stands here, not a person: "in | Bergen, | Norway", "Norway, | in May"."""
        if end - start != 1 or start < 2 or not self.reading.is_capital(start):
            return False
        before, after = self.words[start - 1], self.words[end + 1]
        if before in _BEFORE_PLACES:
            return True
        return (
            before == ","
            and self.reading.is_capital(start - 2)
            and (after == "and" or after in self.prepositions)
        )

    def noun_phrase_start(self, end: int, first: int) -> int:
        """Walk left from ``end`` over words that can belong to one subject; ``end`` if there are none."""
        if end - 1 > first and self._is_lone_pronoun(end - 1):
            return end - 1
        start, conjunction = end, -1
        low = max(first, end - _LONGEST_SUBJECT)
        while start > low:
            word = self.words[start - 1]
            if word in self.boundaries or word in CLAUSE_MARKS or word == "but":
                break
            if word in ("and", "or"):
                conjunction = start - 1
            elif self.is_finite_verb(start - 1) or self.is_contracted_subject(word):
                start = conjunction + 1 if conjunction >= 0 else start
                break
            start -= 1
        while start < end and (
            self.words[start] in ("and", "or", "nor", "yet")
            or (self.words[start] in self.hedges and self.words[start] != "likely")
            or self.is_adverb(start)
        ):
            start += 1
        return self._without_leading_phrase(start, end)

    def _is_lone_pronoun(self, token: int) -> bool:
        """Whether the token is a subject by itself: "the rumours | he denied", but "she and he"."""
        return self.words[token] in _LONE_PRONOUNS and self.words[token - 1] not in ("and", "or")

    def _without_leading_phrase(self, start: int, end: int) -> int:
        """Drop a prepositional phrase before the subject: "On Monday | the mayor"."""
        if start >= end or self.words[start] not in self.prepositions:
            return start
        for token in range(end - 1, start, -1):
            if self.words[token] in self.determiners or self.words[token] in self.subject_pronouns:
                return token
        tail = end
        while tail - 1 > start and self.reading.is_capital(tail - 1):
            tail -= 1
        return tail if tail < end else start

    def after_dateline(self, first: int, last: int) -> int:
        """Return where a sentence begins behind its dateline: "LONDON, March 30 – ", "New York (Wire) – "."""
        text, start, end = self.reading.text, self.reading.starts[first], self.reading.ends[first]
        is_shouted = end - start >= 3 and text[start:end].isupper()
        if not is_shouted and not self.reading.is_capital(first):
            return first
        for token in range(first + 1, min(last - 1, first + _LONGEST_DATELINE)):
            if self.words[token] in _DASHES and (is_shouted or self.words[token - 1] == ")"):
                return token + 1
            is_named = self.reading.is_capital(token) or self.words[token] in ("(", ")", ",")
            if not (is_shouted or is_named):
                return first
        return first

    def noun_phrase_end(self, start: int, last: int) -> int:
        """Walk right from ``start`` over a name or noun phrase; ``start`` if there is none."""
        end = start
        while end < last:
            word = self.words[end]
            if word in CLAUSE_MARKS or word in self.boundaries or word in self.auxiliaries:
                break
            if word == "." and end + 1 >= last:
                break
            if end > start and (word in self.time_words or self._opens_adverbial(end)):
                break
            end += 1
        return end

    def _opens_adverbial(self, token: int) -> bool:
        """Whether a phrase that is no part of a name begins here: "in a statement", "on Monday"."""
        return self.words[token] in (
            "in",
            "on",
            "during",
            "at",
            "after",
            "before",
            "about",
            "to",
            "when",
            "last",
        )
