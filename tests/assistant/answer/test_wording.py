"""Key terms are found as they were meant: slips of the finger, identifiers that nobody wrote so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assistant.answer.question import read_question
from assistant.answer.wording import in_known_words


class Words:
    """Knows how often terms are used."""

    def __init__(self, **counts: int) -> None:
        self._counts = counts

    def term_counts(self, terms: Sequence[str]) -> Mapping[str, int]:
        """Those that are used."""
        return {term: self._counts[term] for term in terms if term in self._counts}


def forms(question: str, **counts: int) -> list[set[str]]:
    mended = in_known_words(read_question(question), Words(**counts))
    return [set(term.forms) for term in mended.key_terms]


def test_a_slip_of_the_finger_means_the_known_word() -> None:
    assert forms("genrate uploads", generat=5, upload=3) == [{"genrat", "generat"}, {"upload"}]
    assert forms("paginaet", pagin=9) == [{"paginaet", "pagin"}]
    assert forms("pgniaet", pagin=9) == [{"pgniaet"}]


def test_short_and_rare_words_are_left_as_they_are() -> None:
    assert forms("unity", unit=50) == [{"uniti"}]
    assert forms("swifts schedule", shift=1, schedul=4)[0] == {"swift"}


def test_an_unknown_identifier_means_its_rarest_known_part() -> None:
    (term,) = in_known_words(
        read_question("ctx.scheduler.runAt"), Words(ctx=90, schedul=7, run=40)
    ).key_terms
    assert "schedul" in term.forms and term.is_guessed


def test_a_products_name_is_no_identifier() -> None:
    (term,) = in_known_words(read_question("about MongoDB"), Words(db=50)).key_terms
    assert not term.is_guessed


def test_known_terms_stay_as_they_are() -> None:
    asked = read_question("How do I paginate?")
    assert in_known_words(asked, Words(pagin=2)) is asked


def test_a_member_that_no_document_knows_is_not_taken_for_what_it_is_a_member_of() -> None:
    known = Words(ctx=90, db=40, email=3, cron=5)
    (term,) = in_known_words(read_question("ctx.db.replace"), known).key_terms
    assert term.forms == {"ctx.db.replace"} and not term.is_guessed
    (own,) = in_known_words(read_question("api.emails.send"), known).key_terms
    assert "email" in own.forms and own.is_guessed  # what is in `api` is named by the asker
