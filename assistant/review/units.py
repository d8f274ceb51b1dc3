"""What is reviewed at once: a registered function, or the schema."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from agents.location import LineIndex, Span
from assistant.code import syntax
from assistant.code.modules import Category, CodeFile
from assistant.code.options import CheckOptions
from assistant.code.project_check import display_from, load_job
from assistant.code.wanted import Wanted

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.project import Project

LONGEST_UNIT = 12_000
"""Bytes of code that are shown to a model; what a longer function has beyond is left out."""
_SHORTEST_EVIDENCE = 4
_LONGEST_EVIDENCE = 600
_MOST_WORDS = 120
_WORD = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True)
class Unit:
    """A stretch of a file."""

    file: str
    """As in `Finding.file`."""
    name: str
    """`messages:list`, or `schema`."""
    what: str
    """`public query`, `internal mutation`, `schema` …"""
    source: bytes
    """The whole file."""
    start: int
    end: int
    """Bytes of the file."""

    @property
    def code(self) -> str:
        """Its text."""
        return self.source[self.start : self.end].decode("utf-8", "replace")

    @property
    def span(self) -> Span:
        """Where it stands."""
        return LineIndex(self.source).span(self.start, self.end)

    def evidence(self, quoted: str) -> Span | None:
        """Where a quotation stands in it, whatever the white space; None where it doesn't."""
        quoted = quoted.strip().strip("`").strip()
        words = _WORD.findall(quoted[:_LONGEST_EVIDENCE])[:_MOST_WORDS]
        if len("".join(words)) < _SHORTEST_EVIDENCE or len(quoted) > _LONGEST_EVIDENCE:
            return None
        code = self.code
        found = re.search(r"\s*".join(map(re.escape, words)), code)
        if found is None:
            return None
        start = self.start + len(code[: found.start()].encode())
        return LineIndex(self.source).span(start, start + len(found[0].encode()))


def units_of(paths: Iterable[Path]) -> list[Unit]:
    """The functions and schemas of the code at these paths, by file and line.

    Raises CodeCheckError for a path that is missing or holds nothing to check.
    """
    here = Path.cwd()
    wanted = Wanted(display=partial(display_from, here))
    for path in paths:
        wanted.add(path)
    options = CheckOptions()
    projects = [load_job(job) for job in wanted.jobs(lambda _path: options, here)]
    projects += wanted.loose_projects(options.small_tables)
    units = [unit for project in projects for unit in _units(project)]
    return sorted(units, key=lambda unit: (unit.file, unit.start))


def _units(project: Project) -> Iterator[Unit]:
    seen: set[tuple[str, int]] = set()
    for function in project.functions:
        file = function.file
        if not (_is_reviewed(file) and function.registered):
            continue
        statement = _statement(function.call)
        if (file.path, statement.start_byte) not in seen:
            seen.add((file.path, statement.start_byte))
            reach = "internal" if function.internal else "public"
            what = f"{reach} {function.kind.value}"
            yield _unit(file, function.path, what, statement.start_byte, statement.end_byte)
    for file in project.files:
        if _is_reviewed(file) and file.module == "schema":
            yield _unit(file, "schema", "schema", 0, len(file.raw))


def _is_reviewed(file: CodeFile) -> bool:
    # An example of a document has its lines elsewhere, and is there to show one thing only.
    return (
        file.checked
        and file.relevant
        and file.snippet is None
        and file.category in (Category.DEPLOYED, Category.CONFIG)
    )


def _unit(file: CodeFile, name: str, what: str, start: int, end: int) -> Unit:
    return Unit(file.origin.display, name, what, file.raw, start, min(end, start + LONGEST_UNIT))


def _statement(node: Node) -> Node:
    """The statement of the module in which a node stands."""
    last = node
    for outer in syntax.ancestors(node):
        if outer.parent is None:
            break
        last = outer
    return last
