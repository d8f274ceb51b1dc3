"""What people say is found by the names that the documentation has for it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.matters import matters
from kb.plain_words import names_for, near_matters
from kb.search import Mode, Query

if TYPE_CHECKING:
    from kb.embed import Vectors


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("remind the user tomorrow at 9", "scheduled functions scheduler"),
        ("clean up every single night", "cron jobs recurring"),
        ("two users edit the same row", "write conflict optimistic concurrency control"),
        ("my list loads everything at once and is slow", "paginated queries"),
        ("can I host it on my own server?", "self hosting"),
        ("is there a REST endpoint", "HTTP action"),
        ("the code that clients can't call", "internal functions"),
        ("may I clear a field of a row?", "patch replace updating documents"),
        ("I forgot to await it", "await promises dangling promises"),
        ("show our dashboard inside an iframe", "embedding the dashboard"),
    ],
)
def test_a_matter_is_known_by_how_people_speak_of_it(question: str, name: str) -> None:
    assert any(name in found or found in name for found in names_for(question)), names_for(question)


@pytest.mark.parametrize(
    "question",
    [
        "How do I define a compound index?",
        "ctx.db.query withIndex",
        "",
        "?!",
        "the night is young and nothing is every bit as good",  # words of an expression, far apart
    ],
)
def test_what_is_called_by_its_name_gets_no_other(question: str) -> None:
    assert names_for(question) == ()


def test_words_match_in_all_their_forms_and_marked_ones_only_as_they_stand() -> None:
    assert names_for("uploading pictures") == names_for("upload a picture") != ()
    assert names_for("the nightly run") != ()
    assert names_for("good night") == ()


def test_names_come_once_and_in_the_same_order_however_the_question_is_put() -> None:
    one = names_for("upload a picture, a photo and a video to my own server")
    assert one == names_for("to my own server upload a video, a photo and a picture")
    assert len(set(one)) == len(one)


@given(st.text())
def test_any_text_is_a_question(text: str) -> None:
    assert names_for(text) == names_for(text)


def test_only_a_hybrid_search_puts_names_behind_the_question() -> None:
    text = "two users edit the same row"
    assert Query(text).meant.startswith(text + " (")
    assert Query(text, mode=Mode.DENSE).meant == text
    assert Query("compound index").meant == "compound index"


class Counting:
    """An embedder of three numbers that counts the texts it was given."""

    model_id = "counting"
    dimension = 3

    def __init__(self) -> None:
        self.texts: list[str] = []

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        self.texts += texts
        return numpy.array([self._row(text) for text in texts], dtype=numpy.float32)

    def embed_query(self, text: str) -> Vectors:
        return numpy.array(self._row(text), dtype=numpy.float32)

    def _row(self, text: str) -> list[float]:
        is_cron, is_file = "every night" in text, "avatar" in text
        return [float(is_cron), float(is_file), float(not is_cron and not is_file)]


def test_a_question_is_near_to_the_matter_whose_expressions_its_vector_is_like() -> None:
    near = near_matters(Counting(), None).of(numpy.array([0.0, 0.9, 0.1], dtype=numpy.float32))
    assert near[0][0] == "file storage"
    counts = [count for _, count in near]
    assert counts == sorted(counts, reverse=True)
    assert sum(counts) == pytest.approx(0.9, abs=1e-5)


def test_a_question_like_nothing_that_people_say_is_about_no_matter() -> None:
    near = near_matters(Counting(), None).of(numpy.array([-1.0, -1.0, -1.0], dtype=numpy.float32))
    assert {count for _, count in near} == {0.0}


def test_the_matters_vectors_are_made_once(tmp_path: Path) -> None:
    first, second = Counting(), Counting()
    made = near_matters(first, tmp_path)
    read = near_matters(second, tmp_path)
    assert len(first.texts) == len(matters())
    assert second.texts == []
    assert (made.vectors == read.vectors).all()


def test_the_vectors_of_another_model_are_not_taken(tmp_path: Path) -> None:
    near_matters(Counting(), tmp_path)
    other = Counting()
    other.model_id = "another"
    near_matters(other, tmp_path)
    assert len(other.texts) == len(matters())


def test_a_damaged_file_of_vectors_is_made_again(tmp_path: Path) -> None:
    made = near_matters(Counting(), tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-100])
    again = Counting()
    assert (near_matters(again, tmp_path).vectors == made.vectors).all()
    assert again.texts
    assert near_matters(Counting(), tmp_path).vectors.shape == made.vectors.shape


def test_every_matter_has_names_and_is_said_in_words() -> None:
    names = [matter.name for matter in matters()]
    assert all(name.strip() for name in names)
    assert all(said.strip("! ") for matter in matters() for said in matter.said)
    for matter in matters():
        assert all(matter.name in names_for(said) for said in matter.said), matter
