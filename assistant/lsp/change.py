"""What lies between two texts of a file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """What lies between two texts: the bytes before `start` and behind the ends are the same."""

    start: int
    old_end: int
    new_end: int

    @staticmethod
    def between(old: bytes, new: bytes) -> Change:
        """The smallest stretch outside of which two texts are the same."""
        most = min(len(old), len(new))
        start = _same(old, new, most)
        # No byte counts for both ends.
        tail = _same(old[start:][::-1], new[start:][::-1], most - start)
        return Change(start, len(old) - tail, len(new) - tail)

    def moved(self, offset: int) -> int | None:
        """Where a byte of the old text stands now; None for one that was changed."""
        if offset < self.start:
            return offset
        if offset >= self.old_end:
            return offset - self.old_end + self.new_end
        return None

    def moved_end(self, offset: int) -> int | None:
        """Where something that ended before this byte ends now; None where that was changed."""
        return offset if offset <= self.start else self.moved(offset)

    def is_inside(self, start: int, end: int) -> bool:
        """Whether the change lies within a stretch of the old text."""
        return (
            start < end
            and start <= self.start
            and self.old_end <= end
            and (end != self.start and start != self.old_end)
        )


def _same(one: bytes, other: bytes, most: int) -> int:
    """How many bytes at the beginning of both are the same."""
    low = 0
    while low < most:
        size = (low + most + 1) // 2
        if one[low:size] == other[low:size]:
            low = size
        else:
            most = size - 1
    return low
