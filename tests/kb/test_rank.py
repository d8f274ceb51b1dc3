"""One ranking of what was found: topics count, and one of them doesn't fill all places."""

from __future__ import annotations

from dataclasses import fields

import pytest

from kb.rank import Candidate, Weights, features, rank


def found(id_: str, topic: int = 0, **near: float) -> Candidate:
    near = {"similarity": 0.5, **near}
    names = [field.name for field in fields(Candidate) if field.name not in ("id", "topic")]
    return Candidate(id_, topic, **{name: near.get(name, 0.0) for name in names})


def ids(*candidates: Candidate) -> list[str]:
    return [id_ for id_, _ in rank(candidates)]


@pytest.mark.parametrize("feature", [field.name for field in fields(Weights)])
def test_whatever_is_nearer_comes_first(feature: str) -> None:
    assert ids(found("a", 1, **{feature: 0.5}), found("b", 2, **{feature: 0.9})) == ["b", "a"]


def test_equal_scores_are_ordered_by_id() -> None:
    assert ids(found("b", 1), found("a", 2), found("c", 3)) == ["a", "b", "c"]


def test_another_topic_comes_before_more_of_the_same() -> None:
    same = [found(f"a{n}", 1, similarity=0.80 - n / 100) for n in range(3)]
    assert ids(*same, found("b", 2, similarity=0.7)) == ["a0", "b", "a1", "a2"]


def test_a_much_nearer_passage_of_the_same_topic_stays_in_front() -> None:
    same = [found("a0", 1, similarity=0.8), found("a1", 1, similarity=0.79)]
    assert ids(*same, found("b", 2, similarity=0.4)) == ["a0", "a1", "b"]


def test_passages_of_no_topic_stand_by_themselves() -> None:
    alone = [found(f"a{n}", 0, similarity=0.80 - n / 100) for n in range(3)]
    assert ids(*alone, found("b", 2, similarity=0.7, topic_similarity=0.7)) == [
        "a0",
        "a1",
        "a2",
        "b",
    ]


def test_what_belongs_to_no_topic_is_as_near_as_its_topic_would_be() -> None:
    alone = found("a", 0, similarity=0.7, words=0.6, names=0.4, matters=0.3, topic_words=0.9)
    as_near = found(
        "a", 1, similarity=0.7, words=0.6, names=0.4, matters=0.3,
        topic_similarity=0.7, topic_words=0.6, topic_names=0.4, topic_matters=0.3,
    )  # fmt: skip
    assert features(alone) == features(as_near)


def test_nothing_found_is_nothing_ranked() -> None:
    assert rank([]) == []


def test_scores_are_at_most_one() -> None:
    names = [field.name for field in fields(Weights)]
    assert rank([found("a", 1, **dict.fromkeys(names, 1.0))]) == [("a", 1.0)]
