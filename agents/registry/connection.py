"""What the registry asks of a database: statements as text, with named parameters.

Every statement is one that SQLite and PostgreSQL both understand; where they differ, a connection
says how. Parameters stand in the text as `:name` and are never put into it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

BUSY_SECONDS = 30
"""How long a transaction that writes waits for another process's."""

# SQLite takes at least 999 parameters in one statement.
_PARAMETERS = 500


class Connection(ABC):
    """One transaction on a database. Rows have their columns as attributes, in the order asked."""

    BYTES: ClassVar[str]
    """The type of a column that holds bytes."""

    @abstractmethod
    def rows(self, statement: str, **values: object) -> Iterator[Any]:
        """The rows of a query, read as they are asked for."""

    @abstractmethod
    def run(self, statement: str, **values: object) -> None:
        """Carry out a statement that has no rows."""

    @abstractmethod
    def run_each(self, statement: str, rows: Sequence[Mapping[str, object]]) -> None:
        """Carry out a statement once for each mapping of values."""

    @abstractmethod
    def has_table(self, name: str) -> bool:
        """Whether the database has a table of that name."""

    @abstractmethod
    def roll_back(self) -> None:
        """Undo all that this transaction did; nothing may follow in it."""

    def row(self, statement: str, **values: object) -> Any | None:
        """The first row, or None where there is none."""
        return next(self.rows(statement, **values), None)

    def value(self, statement: str, **values: object) -> Any:
        """The first column of the first row, or None where there is none."""
        found = self.row(statement, **values)
        return None if found is None else found[0]

    def column(self, statement: str, **values: object) -> list[Any]:
        """The first column of all rows."""
        return [row[0] for row in self.rows(statement, **values)]

    def next_id(self, table: str) -> int:
        """The id for the next row of a table that has ids; true under the write lock."""
        return int(self.value(f"SELECT max(id) FROM {table}") or 0) + 1

    def among(self, table: str, column: str, values: Sequence[str]) -> set[str]:
        """Those of the values that a column holds."""
        found: set[str] = set()
        for at in range(0, len(values), _PARAMETERS):
            some = {f"v{n}": value for n, value in enumerate(values[at : at + _PARAMETERS])}
            listed = ", ".join(f":{name}" for name in some)
            chosen = f"SELECT DISTINCT {column} FROM {table} WHERE {column} IN ({listed})"
            found.update(self.column(chosen, **some))
        return found
