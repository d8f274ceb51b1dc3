"""Scores of all that is indexed, and the best of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Numbers = NDArray[numpy.int64]


@dataclass(frozen=True)
class Scores:
    """One score for each number of the index."""

    numbers: Numbers
    """Of chunks or topics, ascending."""
    values: NDArray[Any]
    """Rounded to six digits: further ones are no difference between two passages."""

    def best(self, limit: int, among: Sequence[int] | None = None) -> list[tuple[int, float]]:
        """Numbers and scores, best first; `among` limits them to these numbers.

        With all whose score equals the last one's, so that the caller can break the tie.
        """
        import numpy

        numbers, values = self.numbers, self.values
        if among is not None:
            kept = numpy.isin(numbers, numpy.asarray(among, dtype=numpy.int64))
            numbers, values = numbers[kept], values[kept]
        if len(numbers) > limit:
            least = numpy.partition(values, len(values) - limit)[len(values) - limit]
            kept = values >= least
            numbers, values = numbers[kept], values[kept]
        pairs = zip(numbers.tolist(), values.tolist(), strict=True)
        return sorted(((number, round(v, 6)) for number, v in pairs), key=lambda p: (-p[1], p[0]))

    def as_shares(self) -> Scores:
        """Each as a share of the best one."""
        best = float(self.values.max()) if len(self.values) else 0.0
        return Scores(self.numbers, self.values / best) if best > 0 else self

    def of(self, numbers: Sequence[int]) -> list[float]:
        """The scores of these numbers, 0 where there is none."""
        import numpy

        found: list[float] = numpy.round(self.at(numbers), 6).tolist()
        return found

    def at(self, numbers: Sequence[int]) -> NDArray[Any]:
        """The same, not rounded."""
        import numpy

        if not len(self.numbers):
            return numpy.zeros(len(numbers))
        wanted = numpy.asarray(numbers, dtype=numpy.int64)
        at = numpy.minimum(numpy.searchsorted(self.numbers, wanted), len(self.numbers) - 1)
        return numpy.where(self.numbers[at] == wanted, self.values[at], 0.0).astype(numpy.float64)
