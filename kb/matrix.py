"""All vectors of an index as one matrix in a file, for exact search without opening Chroma.

Chroma keeps the vectors; the file is a copy in the order of the index's rows, made by the build
that it is named after. A copy of another build is not looked at, one that is missing or damaged is
made again. Comparing all rows is exact, and up to some hundred thousand of them as fast as asking
an approximate index; importing chromadb alone takes longer than that.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kb.scores import Scores

if TYPE_CHECKING:
    from kb.embed import Vectors
    from kb.scores import Numbers

_PREFIX = "dense-"


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

    def __init__(self, build: str, rows: Numbers, vectors: Vectors) -> None:
        """`rows`: for each vector a number and whether it is a topic's, chunks first, in order."""
        import numpy

        self.build = build
        self.rows = rows
        self.vectors = vectors
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


def make_matrix(build: str, rows: Sequence[VectorRow], vectors: Mapping[str, Vectors]) -> Matrix:
    """The matrix of a build. Raises KeyError for a row whose vector isn't there."""
    import numpy

    ordered = sorted(rows, key=lambda row: (row.is_topic, row.number, row.vector))
    numbers = numpy.array([(row.number, int(row.is_topic)) for row in ordered], dtype=numpy.int64)
    width = len(next(iter(vectors.values()))) if vectors else 0
    matrix = numpy.empty((len(ordered), width), dtype=numpy.float32)
    for at, row in enumerate(ordered):
        matrix[at] = vectors[row.vector]
    return Matrix(build, numbers.reshape(-1, 2), matrix)


def write_matrix(folder: Path, matrix: Matrix) -> None:
    """Write the copy of a build and drop the others. Does nothing where the disk refuses it."""
    import numpy

    build = matrix.build
    try:
        for ending, array in ((".npy", matrix.vectors), (".rows.npy", matrix.rows)):
            scratch = folder / f".{_PREFIX}{build}{ending}.{os.getpid()}"
            with scratch.open("wb") as stream:
                numpy.save(stream, array)
            scratch.replace(folder / f"{_PREFIX}{build}{ending}")
        for file in folder.glob(f"{_PREFIX}*.npy"):
            if not file.name.startswith(f"{_PREFIX}{build}."):
                file.unlink(missing_ok=True)
    except OSError:
        return


def read_matrix(folder: Path, build: str) -> Matrix | None:
    """The copy of a build; None where it is missing or damaged."""
    import numpy

    try:
        rows = numpy.load(folder / f"{_PREFIX}{build}.rows.npy", allow_pickle=False)
        vectors = numpy.load(
            folder / f"{_PREFIX}{build}.npy",
            mmap_mode="r" if len(rows) else None,
            allow_pickle=False,
        )
    except (OSError, ValueError, EOFError):
        return None
    fits = (
        rows.ndim == vectors.ndim == 2
        and rows.shape == (len(vectors), 2)
        and rows.dtype == numpy.int64
        and vectors.dtype == numpy.float32
    )
    return Matrix(build, rows, vectors) if fits else None
