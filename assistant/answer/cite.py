"""Citation numbers: one for each passage, in the order in which the answer refers to them."""

from __future__ import annotations

from assistant.answer.result import Citation
from assistant.answer.statement import Statement


class Citations:
    """Hands out numbers; the same lines of the same version have one number."""

    def __init__(self, most: int, *, reserved: int = 0) -> None:
        """Hand out `most` numbers at most, `reserved` of them not before `release`."""
        self._most = most
        self._reserved = min(reserved, most - 1)
        self._found: dict[tuple[str, int, int, int], Citation] = {}

    def number(self, statement: Statement) -> int | None:
        """The statement's number; None where no further one may be cited."""
        chunk = statement.chunk
        key = (chunk.origin, chunk.version, statement.lines.start, statement.lines.end)
        if key not in self._found:
            if len(self._found) >= self._most - self._reserved:
                return None
            self._found[key] = Citation(
                n=len(self._found) + 1,
                source=chunk.source,
                origin=chunk.origin,
                path=chunk.path,
                version=chunk.version,
                lines=statement.lines,
                heading=chunk.heading,
                quote=statement.quote,
            )
        return self._found[key].n

    def release(self) -> None:
        """Give the reserved numbers out too from now on."""
        self._reserved = 0

    def all(self) -> tuple[Citation, ...]:
        """All citations by number."""
        return tuple(self._found.values())
