"""The vector store: real Chroma in a temporary folder."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest

from agents.errors import UsageError
from kb.dense import VectorStore, VectorStoreError, collection_name, vector_id


def unit(*numbers: float) -> numpy.ndarray:
    row = numpy.array(numbers, dtype=numpy.float32)
    return row / numpy.linalg.norm(row)


@pytest.fixture
def store(tmp_path: Path) -> VectorStore:
    return VectorStore.embedded(tmp_path / "chroma", collection_name("test"))


def test_the_nearest_come_first_with_their_cosine(store: VectorStore) -> None:
    store.add(["east", "north"], numpy.array([unit(1, 0), unit(0, 1)]))
    assert store.nearest(unit(1, 0.1), limit=5) == [
        ("east", pytest.approx(0.995037, abs=2e-6)),
        ("north", pytest.approx(0.099504, abs=2e-6)),
    ]


def test_equal_vectors_are_ordered_by_id(store: VectorStore) -> None:
    store.add(["c", "a", "b"], numpy.array([unit(1, 1)] * 3))
    assert [found for found, _ in store.nearest(unit(1, 0), limit=3)] == ["a", "b", "c"]


def test_a_search_can_stay_within_ids(store: VectorStore) -> None:
    store.add(["a", "b"], numpy.array([unit(1, 0), unit(0, 1)]))
    assert [found for found, _ in store.nearest(unit(1, 0), limit=2, among=["b"])] == ["b"]
    assert store.nearest(unit(1, 0), limit=2, among=[]) == []


def test_a_known_id_is_replaced_and_a_removed_one_is_gone(store: VectorStore) -> None:
    store.add(["a"], numpy.array([unit(1, 0)]))
    store.add(["a"], numpy.array([unit(0, 1)]))
    assert store.nearest(unit(0, 1), limit=1) == [("a", 1.0)]
    store.remove(["a", "unknown"])
    assert store.ids() == set()


def test_two_thousand_vectors_are_searched_exactly(store: VectorStore) -> None:
    rows = numpy.random.default_rng(7).normal(size=(2000, 384)).astype(numpy.float32)
    rows /= numpy.linalg.norm(rows, axis=1, keepdims=True)
    ids = [vector_id(str(n)) for n in range(len(rows))]
    store.add(ids, rows)
    for query in rows[:20]:
        exact = sorted(zip(-(rows @ query), ids, strict=True))[:20]
        assert [f for f, _ in store.nearest(query, limit=20)] == [id_ for _, id_ in exact]


def test_stored_vectors_are_found_by_a_store_that_is_opened_later(tmp_path: Path) -> None:
    name = collection_name("model", "1")
    VectorStore.embedded(tmp_path, name).add(["a"], numpy.array([unit(1, 0)]))
    assert VectorStore.embedded(tmp_path, name).ids() == {"a"}


def test_collections_of_other_models_are_dropped_on_request(tmp_path: Path) -> None:
    old = VectorStore.embedded(tmp_path, collection_name("old"))
    old.add(["a"], numpy.array([unit(1, 0)]))
    new = VectorStore.embedded(tmp_path, collection_name("new"))
    new.drop_others()
    assert VectorStore.embedded(tmp_path, collection_name("old")).count() == 0


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://x", "http://", "http://[", "http://h:p"])
def test_an_address_that_is_none_is_a_usage_error(url: str) -> None:
    with pytest.raises(UsageError, match="chroma_url"):
        VectorStore.served(url, "name")


def test_a_server_that_does_not_answer_is_one_clear_error() -> None:
    with pytest.raises(VectorStoreError, match="vector store failed"):
        VectorStore.served("http://127.0.0.1:9", collection_name("x"))
