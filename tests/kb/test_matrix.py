"""The copy of all vectors: exact, of one build, made again where it is none."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy
import pytest

from kb.matrix import Matrix, VectorRow, make_matrix, read_matrix, write_matrix

if TYPE_CHECKING:
    from kb.embed import Vectors

ROWS = [
    VectorRow("b", 7, is_topic=False),
    VectorRow("a", 3, is_topic=False),
    VectorRow("c", 3, is_topic=False),
    VectorRow("a", 1, is_topic=True),
]
VECTORS = {
    "a": numpy.array([1, 0], dtype="float32"),
    "b": numpy.array([0, 1], dtype="float32"),
    "c": numpy.array([0.6, 0.8], dtype="float32"),
}


def stored(ids: Sequence[str]) -> dict[str, Vectors]:
    return {id_: VECTORS[id_] for id_ in ids}


def matrix(build: str = "1") -> Matrix:
    return make_matrix(build, ROWS, stored)


def test_a_chunk_is_as_near_as_its_nearest_part() -> None:
    near = matrix().compare(numpy.array([0, 1], dtype="float32"))
    assert near.chunks.best(5) == [(7, 1.0), (3, 0.8)]
    assert near.chunks.best(1) == [(7, 1.0)]
    assert near.chunks.best(5, among=[3]) == [(3, 0.8)]
    assert near.chunks.best(5, among=[]) == []
    assert near.chunks.of([7, 4, 3, 99]) == [1.0, 0.0, 0.8, 0.0]
    assert near.topics.best(5) == [(1, 0.0)]


def test_equally_near_chunks_come_together_so_that_the_caller_breaks_the_tie() -> None:
    rows = [VectorRow("a", number, is_topic=False) for number in (5, 2, 9)]
    near = make_matrix("1", rows, stored).compare(VECTORS["a"])
    assert near.chunks.best(1) == [(2, 1.0), (5, 1.0), (9, 1.0)]


def test_it_finds_what_comparing_one_by_one_finds() -> None:
    chance = numpy.random.default_rng(7)
    made = chance.standard_normal((500, 16)).astype("float32")
    made /= numpy.linalg.norm(made, axis=1, keepdims=True)
    vectors = {str(n): row for n, row in enumerate(made)}
    rows = [VectorRow(str(n), n // 2, is_topic=False) for n in range(500)]
    query = made[0]
    near = make_matrix("1", rows, lambda _: vectors).compare(query)
    best = {n // 2: max(float(made[n] @ query), float(made[n ^ 1] @ query)) for n in range(500)}
    expected = sorted(best, key=lambda number: -best[number])[:20]
    assert [number for number, _ in near.chunks.best(20)] == expected


def test_what_was_written_is_read_back_for_that_build_only(tmp_path: Path) -> None:
    write_matrix(tmp_path, matrix("1"))
    found = read_matrix(tmp_path, "1")
    assert found is not None
    assert found.compare(VECTORS["b"]).chunks.best(5) == [(7, 1.0), (3, 0.8)]
    assert read_matrix(tmp_path, "2") is None
    write_matrix(tmp_path, matrix("2"))
    assert read_matrix(tmp_path, "1") is None
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("damage", [b"", b"garbage", b"\x93NUMPY\x01\x00"])
def test_a_damaged_copy_is_none(tmp_path: Path, damage: bytes) -> None:
    write_matrix(tmp_path, matrix("1"))
    (tmp_path / "dense-1.npy").write_bytes(damage)
    assert read_matrix(tmp_path, "1") is None


def test_a_later_build_asks_for_new_vectors_only() -> None:
    asked: list[str] = []

    def remembered(ids: Sequence[str]) -> dict[str, Vectors]:
        asked.extend(ids)
        return stored(ids)

    rows = [VectorRow("a", 4, is_topic=False), VectorRow("c", 2, is_topic=True)]
    before = make_matrix("1", rows, stored)
    after = make_matrix("2", ROWS, remembered, before=before)
    assert asked == ["b"]
    assert (after.vectors == matrix().vectors).all()
    assert (after.rows == matrix().rows).all()
    assert make_matrix("3", [], remembered, before=after).compare(VECTORS["a"]).chunks.best(3) == []


def test_a_vector_that_is_nowhere_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        make_matrix("1", [VectorRow("z", 1, is_topic=False)], lambda _: {}, before=matrix())


def test_nothing_at_all_can_be_compared_with(tmp_path: Path) -> None:
    write_matrix(tmp_path, make_matrix("1", [], stored))
    found = read_matrix(tmp_path, "1")
    assert found is not None
    assert found.compare(VECTORS["a"]).chunks.best(3) == []


def test_a_folder_that_takes_no_file_is_no_error(tmp_path: Path) -> None:
    write_matrix(tmp_path / "missing", matrix())
