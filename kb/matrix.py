"""All vectors of an index as one matrix in a file, for exact search without opening Chroma.

Chroma keeps the vectors; the file is a copy in the order of the index's rows, made by the build
that it is named after. A copy of another build is not searched, but the next one takes from it what
is still there; one that is missing or damaged is made again. Comparing all rows is exact, and up to
some hundred thousand of them as fast as asking an approximate index; importing chromadb alone takes
longer than that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.array_file import read_copy, write_copy
from kb.scores import Scores

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kb.embed import Vectors
    from kb.scores import Numbers

PREFIX = "dense-"
"""How the names of the files begin."""
_ID = "S32"
"""numpy's name for what `kb.dense.vector_id` makes."""


@dataclass(frozen=True, slots=True)
class VectorRow:
    """A vector and what it stands for in the index."""

    vector: str
    """The vector's id."""
    number: int
    """The number of the chunk or the topic."""
    is_topic: bool


class Matrix:
    """The vectors of one build."""

    def __init__(self, build: str, rows: Numbers, ids: NDArray[Any], vectors: Vectors) -> None:
        """`rows`: for each vector a number and whether it is a topic's, chunks first, in order.

        `ids`: of the vectors, in the same order.
        """
        import numpy

        self.build = build
        self.rows = rows
        self.ids = ids
        # Column by column the product with a question's vector takes half as long.
        self.vectors = numpy.asfortranarray(vectors)
        topics = rows[:, 1] == 1
        self._split = int(len(rows) - topics.sum())
        self.numbers, self._starts = numpy.unique(rows[: self._split, 0], return_index=True)
        """The chunks' numbers, ascending."""
        self._topics = rows[self._split :, 0].copy()

    def compare(self, vector: Vectors) -> Nearness:
        """How near everything is to a question's vector."""
        import numpy

        if not len(self.rows):
            nothing = Scores(self.numbers, self.vectors.reshape(-1))
            return Nearness(nothing, nothing)
        cosines = numpy.round(self.vectors @ vector, 6)
        chunks = cosines[: self._split]
        best = numpy.maximum.reduceat(chunks, self._starts) if len(chunks) else chunks
        return Nearness(Scores(self.numbers, best), Scores(self._topics, cosines[self._split :]))


@dataclass(frozen=True)
class Nearness:
    """Cosines between a question and all that is indexed."""

    chunks: Scores
    """Of each chunk's nearest part."""
    topics: Scores


def make_matrix(
    build: str,
    rows: Sequence[VectorRow],
    stored: Callable[[Sequence[str]], Mapping[str, Vectors]],
    *,
    before: Matrix | None = None,
) -> Matrix:
    """The matrix of a build.

    `stored` gives the vectors of ids, and is asked for those that `before`, an earlier build's of
    the same model, does not have. Raises KeyError for a row whose vector isn't there.
    """
    import numpy

    ordered = sorted(rows, key=lambda row: (row.is_topic, row.number, row.vector))
    numbers = numpy.array([(row.number, int(row.is_topic)) for row in ordered], dtype=numpy.int64)
    ids = numpy.array([row.vector for row in ordered], dtype=_ID)
    known, places = _find(ids, before)
    fresh = numpy.flatnonzero(~known).tolist()
    made = stored(list(dict.fromkeys(ordered[at].vector for at in fresh)))
    width = 0
    if made:
        width = len(next(iter(made.values())))
    elif before is not None:
        width = before.vectors.shape[1]
    matrix = numpy.empty((len(ordered), width), dtype=numpy.float32)
    if before is not None and known.any():
        matrix[known] = before.vectors[places[known]]
    for at in fresh:
        matrix[at] = made[ordered[at].vector]
    return Matrix(build, numbers.reshape(-1, 2), ids, matrix)


def _find(ids: NDArray[Any], before: Matrix | None) -> tuple[NDArray[Any], NDArray[Any]]:
    """Which of the ids an earlier matrix has, and where."""
    import numpy

    if before is None or not len(before.ids):
        return numpy.zeros(len(ids), dtype=bool), numpy.zeros(len(ids), dtype=numpy.int64)
    order = numpy.argsort(before.ids, kind="stable")
    at = numpy.searchsorted(before.ids, ids, sorter=order)
    places = order[numpy.minimum(at, len(order) - 1)]
    return before.ids[places] == ids, places


def write_matrix(folder: Path, matrix: Matrix) -> None:
    """Write the copy of a build and drop the others. Does nothing where the disk refuses it."""
    write_copy(folder, PREFIX, matrix.build, (matrix.rows, matrix.ids, matrix.vectors.T))


def read_matrix(folder: Path, build: str) -> Matrix | None:
    """The copy of a build; None where it is missing or damaged."""
    arrays = read_copy(folder, PREFIX, build)
    if arrays is None or len(arrays) != 3:
        return None
    rows, ids, columns = arrays
    fits = (
        [rows.dtype.str, ids.dtype.str, columns.dtype.str] == ["<i8", f"|{_ID}", "<f4"]
        and rows.ndim == columns.ndim == 2
        and rows.shape == (columns.shape[1], 2)
        and ids.shape == (columns.shape[1],)
    )
    return Matrix(build, rows, ids, columns.T) if fits else None
