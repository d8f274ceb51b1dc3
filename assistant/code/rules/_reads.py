"""Where code reads (and writes) the database: by itself, or through a function that it calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.finding import Confidence
from assistant.code import syntax
from assistant.code.contexts import min_confidence

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.modules import CodeFile
    from assistant.code.project import Project
    from assistant.code.queries import DbQuery

_GETS = {("db", "get"), ("db", "system", "get")}
_WRITES = {("db", name) for name in ("insert", "patch", "replace", "delete")}
_MAX_DEPTH = 12


@dataclass(frozen=True, slots=True)
class Read:
    """One read of the database."""

    file: CodeFile
    node: Node
    """The call whose value is (a promise of) what was read."""
    name_node: Node
    """The identifier of its method."""
    query: DbQuery | None
    """None for a `get` by id."""
    confidence: Confidence

    @property
    def table(self) -> str | None:
        """The table, where it is known."""
        if self.query is not None:
            return self.query.table
        given = syntax.arguments(self.node)
        return syntax.string_value(given[0]) if len(given) > 1 else None


class Reads:
    """The reads of a project's deployed files."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._in_file: dict[CodeFile, list[Read]] = {file: [] for file in project.server_files}
        self._by_function: dict[tuple[CodeFile, int], Read | None] = {}
        self._writing: dict[tuple[CodeFile, int], bool] = {}
        self._find_queries()
        self._find_gets()
        for reads in self._in_file.values():
            reads.sort(key=lambda read: (read.node.start_byte, read.node.end_byte))

    def in_file(self, file: CodeFile) -> list[Read]:
        """The reads that stand in a file, in document order."""
        return self._in_file.get(file, [])

    def _find_queries(self) -> None:
        seen: set[tuple[CodeFile, int]] = set()
        for query in self._project.queries:
            step = query.terminal
            if step is None or (step.file, step.node.id) in seen:
                continue
            seen.add((step.file, step.node.id))
            node = step.name_node if step.name == "for await" else step.node
            read = Read(step.file, node, step.name_node, query, query.context.confidence)
            self._in_file.setdefault(step.file, []).append(read)

    def _find_gets(self) -> None:
        for file in self._project.server_files:
            for call in self._project.contexts.calls(file):
                # A `get` of some other `db` shouldn't count: its context has to be known.
                if call.path in _GETS and call.context.confidence is not Confidence.LOW:
                    read = Read(file, call.node, call.name_node, None, call.context.confidence)
                    self._in_file[file].append(read)

    def through(self, file: CodeFile, function: Node, depth: int = 0) -> Read | None:
        """What a function reads when it is called: a query if there is one, else a `get`."""
        key = (file, function.id)
        if key in self._by_function:
            return self._by_function[key]
        self._by_function[key] = None  # ends cycles
        found = self._find_through(file, function, depth)
        self._by_function[key] = found
        return found

    def _find_through(self, file: CodeFile, function: Node, depth: int) -> Read | None:
        own = [read for read in self.in_file(file) if syntax.is_inside(read.node, function)]
        best = next((read for read in own if read.query is not None), own[0] if own else None)
        if (best is not None and best.query is not None) or depth > _MAX_DEPTH:
            return best
        reach = self._project.reach
        for site in reach.calls_of(reach.unit_of(file, function)):
            if not syntax.is_inside(site.node, function) or site.target.function is not None:
                continue
            found = self.through(site.target.file, site.target.node, depth + 1)
            if found is not None and found.query is not None:
                return found
            best = best or found
        return best

    def writes(self, file: CodeFile, function: Node, depth: int = 0) -> bool:
        """Whether a function writes when it is called."""
        key = (file, function.id)
        if key not in self._writing:
            self._writing[key] = False  # ends cycles
            self._writing[key] = self._find_write(file, function, depth)
        return self._writing[key]

    def _find_write(self, file: CodeFile, function: Node, depth: int) -> bool:
        if any(
            call.path in _WRITES and syntax.is_inside(call.node, function)
            for call in self._project.contexts.calls(file)
        ):
            return True
        reach = self._project.reach
        return depth <= _MAX_DEPTH and any(
            site.target.function is None
            and syntax.is_inside(site.node, function)
            and self.writes(site.target.file, site.target.node, depth + 1)
            for site in reach.calls_of(reach.unit_of(file, function))
        )


def weaker(read: Read, confidence: Confidence) -> Confidence:
    """The confidence of a read, at most the given one."""
    return min_confidence(read.confidence, confidence)
