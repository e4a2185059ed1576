"""One claim, many ways to write about it: a table of own sentences, each with the stance that it takes."""

import pytest

from claims.pipeline.stance import judge_stance
from claims.vocabulary import Stance

FLED = "Libya's intelligence chief has fled to Tunisia."
SUPPORTS, REFUTES, REPORTS = Stance.SUPPORTS, Stance.REFUTES, Stance.REPORTS

HEADLINES = {
    "Libyan intelligence chief flees to Tunisia": SUPPORTS,
    "Libyan intelligence chief confirms he fled to Tunisia": SUPPORTS,
    # hedges and other people's word
    "Libyan intelligence chief allegedly flees to Tunisia": REPORTS,
    "Intelligence chief could flee to Tunisia": REPORTS,
    "Intelligence chief said to have fled to Tunisia": REPORTS,
    "Libyan intelligence chief 'flees to Tunisia', says blogger": REPORTS,
    "Report: intelligence chief fled to Tunisia": REPORTS,
    "Unconfirmed: intelligence chief fled to Tunisia": REPORTS,
    # questions
    "Did the intelligence chief flee to Tunisia?": REPORTS,
    "Is Libya's intelligence chief in Tunisia? Rumours of flight grow": REPORTS,
    "Questions over report that intelligence chief fled to Tunisia": REPORTS,
    # an answer refused is neither a yes nor a no
    "Ministry won't say whether intelligence chief fled to Tunisia": REPORTS,
    "Libya refuses to confirm or deny that intelligence chief fled to Tunisia": REPORTS,
    "Unclear whether intelligence chief fled to Tunisia": REPORTS,
    # denials and doubts
    "Intelligence chief denies he fled to Tunisia": REFUTES,
    "Libya rebuffs report that intelligence chief fled to Tunisia": REFUTES,
    "Intelligence chief has not fled to Tunisia, says ministry": REFUTES,
    "Intelligence chief never fled to Tunisia": REFUTES,
    "Report that intelligence chief fled to Tunisia was a hoax": REFUTES,
    "Diplomats raise doubts about intelligence chief's flight to Tunisia": REFUTES,
    "Story of intelligence chief who fled to Tunisia isn't real": REFUTES,
}

SENTENCES = {
    "The intelligence chief has fled to Tunisia.": SUPPORTS,
    "It is official: the intelligence chief has fled to Tunisia.": SUPPORTS,
    "Tunisia's interior ministry confirmed that the intelligence chief had fled to Tunisia.": SUPPORTS,
    # hedges
    "Supposedly, the intelligence chief has fled to Tunisia.": REPORTS,
    "The intelligence chief may have fled to Tunisia.": REPORTS,
    "The intelligence chief is believed to have fled to Tunisia.": REPORTS,
    "If true, the intelligence chief has fled to Tunisia.": REPORTS,
    "Has the intelligence chief fled to Tunisia?": REPORTS,
    "The intelligence chief has fled to Tunisia, sources close to him say.": REPORTS,
    # neither confirmed nor denied; a denial that is taken back is no denial, and no confirmation either
    "The ministry declined to confirm that the intelligence chief had fled to Tunisia.": REPORTS,
    "The ministry neither confirmed nor denied that the intelligence chief had fled to Tunisia.": REPORTS,
    "The ministry did not deny that the intelligence chief had fled to Tunisia.": REPORTS,
    "Nobody denies that the intelligence chief has fled to Tunisia.": REPORTS,
    # a source's denial, in and out of quotation marks
    "The minister denied that the intelligence chief had fled to Tunisia.": REFUTES,
    "The minister dismissed reports that the intelligence chief had fled to Tunisia.": REFUTES,
    "“The intelligence chief has not fled to Tunisia,” the minister said.": REFUTES,
    "“It is a lie that the intelligence chief fled to Tunisia,” the minister said.": REFUTES,
    # the text's own
    "Contrary to reports, the intelligence chief did not flee to Tunisia.": REFUTES,
    "The intelligence chief, said to have fled to Tunisia, spoke in Tripoli: the report was false.": REFUTES,
}

# What the sentence after the claim does with it.
REACHING_BACK = {
    "I can't find confirmation of that elsewhere.": REPORTS,
    "This has not been confirmed.": REPORTS,
    "We could not verify this.": REPORTS,
    "Take that with a grain of salt.": REPORTS,
    "I doubt that.": REPORTS,
    "That last bit is a lie.": REFUTES,
    "That account is untrue.": REFUTES,
    "This is not true.": REFUTES,
    "It never happened.": REFUTES,
    "The report turned out to be false.": REFUTES,
    # these have something of their own to doubt
    "Reports of his death are false.": SUPPORTS,
    "The report of his death is false.": SUPPORTS,
    "There is no evidence that he took money.": SUPPORTS,
    "It could not be confirmed that he had taken money.": SUPPORTS,
    "It could not be confirmed whether he was alone.": SUPPORTS,
    "Whether he will stay there is unclear.": SUPPORTS,
    "He may go on to Paris, reportedly.": SUPPORTS,
}


@pytest.mark.parametrize(("text", "stance"), HEADLINES.items())
def test_a_headline_takes_its_stance(text: str, stance: Stance) -> None:
    assert judge_stance(FLED, headline=text, body=None).headline is stance


@pytest.mark.parametrize(("text", "stance"), SENTENCES.items())
def test_a_sentence_takes_its_stance(text: str, stance: Stance) -> None:
    assert judge_stance(FLED, headline=None, body=text).body is stance


@pytest.mark.parametrize(("after", "stance"), REACHING_BACK.items())
def test_the_next_sentence_reaches_back_only_if_it_speaks_of_the_claim(after: str, stance: Stance) -> None:
    text = f"The intelligence chief has fled to Tunisia. {after}"
    assert judge_stance(FLED, headline=None, body=text).body is stance


def test_a_disclaimer_that_reaches_back_is_quoted_as_the_reason() -> None:
    text = "The intelligence chief has fled to Tunisia. I can't find confirmation of that elsewhere."
    (reason,) = judge_stance(FLED, headline=None, body=text).reasons
    assert reason == ("Text: Then “cant find confirmation”: “I can't find confirmation of that elsewhere.”")


def test_a_long_article_that_disclaims_the_claim_does_not_support_it() -> None:
    rest = (
        "Ferries ran on time. The harbour was quiet. Shops opened at nine. Rain fell at noon. "
        "The market closed early. Nobody queued at the border."
    )
    flat = f"Libya's intelligence chief has fled to Tunisia. {rest}"
    disclaimed = f"Libya's intelligence chief has fled to Tunisia. This could not be confirmed. {rest}"
    assert judge_stance(FLED, headline=None, body=flat).body is SUPPORTS
    assert judge_stance(FLED, headline=None, body=disclaimed).body is not SUPPORTS


@pytest.mark.parametrize(
    "headline", ["Libyan intelligence chief flees to Tunisia", "Denied: flight to Tunisia"]
)
@pytest.mark.parametrize("sentence", SENTENCES)
def test_what_the_headline_does_never_colours_the_body(headline: str, sentence: str) -> None:
    alone = judge_stance(FLED, headline=None, body=sentence).body
    assert judge_stance(FLED, headline=headline, body=sentence).body is alone
