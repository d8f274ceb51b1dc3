"""The decision whether the documents answer, and the weights that it rests on."""

from __future__ import annotations

from assistant.answer.coverage import FEATURES, THRESHOLD, UNSAID, confidence, leaning
from assistant.answer.evidence import MERITS
from assistant.answer.weights import weights_of

GOOD = {"meaning": 0.8, "score": 1.4, "named": 1.0, "known": 0.75}


def test_the_stored_weights_are_those_that_the_code_asks_for() -> None:
    assert set(weights_of("statement")) == set(MERITS)
    assert set(weights_of("coverage")) == {"bias", *FEATURES}


def test_a_near_statement_that_names_the_matter_answers() -> None:
    assert confidence(GOOD) >= THRESHOLD
    assert confidence({}) < THRESHOLD


def test_words_that_no_document_uses_speak_against_an_answer() -> None:
    unknown = {**GOOD, "unknown": 0.6, "rests_on_unknown": 0.5, "rests_on_unsaid": 0.5}
    assert confidence({**unknown, "named": 0.4}) < confidence(GOOD)
    assert confidence({**unknown, "about_unknown": 1.0}) < confidence(unknown)


def test_what_a_word_tells_that_is_left_unsaid_is_as_it_was_fitted() -> None:
    words = weights_of("unsaid")
    against, towards = min(words, key=words.__getitem__), max(words, key=words.__getitem__)
    assert confidence({**GOOD, UNSAID + against: 1.0}) < confidence(GOOD)
    assert confidence({**GOOD, UNSAID + towards: 1.0}) > confidence(GOOD)
    assert confidence({**GOOD, UNSAID + "zzyzx": 1.0}) == confidence(GOOD)


def test_a_question_for_a_quantity_is_never_answered_without_one() -> None:
    assert confidence({**GOOD, "unmeasured": 1.0}) == 0.0


def test_leaning_tells_how_far_a_confidence_is_from_deciding_otherwise() -> None:
    assert [leaning(each) for each in (0.0, THRESHOLD, 1.0)] == [-1.0, 0.0, 1.0]
    assert leaning(THRESHOLD / 2) == -0.5
