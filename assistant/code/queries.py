"""Database queries as values: `ctx.db.query("t").withIndex(…).order(…).take(10)`.

A chain is followed through variables, reassignments, parameters of helpers and what helpers
return. Where it forks (a variable with two uses) each way on is a query of its own that shares
its first steps with the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from assistant.code import syntax
from assistant.code.contexts import ContextCall, ContextPath
from assistant.code.names import Binding
from assistant.code.ranges import IndexRange, read_range
from assistant.code.reach import Unit

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.modules import CodeFile
    from assistant.code.project import Project

TERMINALS = frozenset({"collect", "take", "first", "unique", "paginate", "for await"})
_ROOTS = {("db", "query"), ("db", "system", "query"), ("db", "privateSystem", "query")}
_MAX_DEPTH = 6
_MAX_WAYS = 400
"""How many expressions are looked at to follow one query; code that forks more is a puzzle."""


@dataclass(frozen=True, slots=True)
class Step:
    """One method called on a query."""

    name: str
    """The method, `for await`, or `helpers.filter` for a function of convex-helpers around it."""
    file: CodeFile
    node: Node
    """The call (or the loop)."""
    name_node: Node
    """The identifier of the method."""
    direct: bool
    """Whether it stands in the same expression as the query's beginning."""
    conditional: bool = False
    """Whether a branch decides if it is applied."""

    def argument(self, position: int) -> Node | None:
        """An argument of the call, unwrapped."""
        return None if self.name == "for await" else syntax.argument(self.node, position)


@dataclass(frozen=True, slots=True)
class IndexUse:
    """`withIndex` or `withSearchIndex`."""

    step: Step
    name: str | None
    """None where it is neither a literal nor a constant."""
    name_node: Node | None
    range: IndexRange

    @property
    def is_search(self) -> bool:
        """Whether it is `withSearchIndex`."""
        return self.step.name == "withSearchIndex"


@dataclass(frozen=True, eq=False)
class DbQuery:
    """One query, from `db.query(…)` to where its rows are read."""

    project: Project
    file: CodeFile
    """Where it begins; steps may stand in other files."""
    root: Node
    """The call of `db.query`."""
    context: ContextPath
    table: str | None
    """None where the name is neither a literal nor a constant."""
    table_node: Node | None
    steps: tuple[Step, ...]
    escapes: bool
    """Whether it goes on where it can't be followed (handed to unknown code, kept in an object)."""

    @property
    def is_system(self) -> bool:
        """Whether it reads system tables."""
        return self.context.path != ("db", "query") or (self.table or "").startswith("_")

    @cached_property
    def index(self) -> IndexUse | None:
        """The index that it uses, the last one where branches set several."""
        found = [step for step in self.steps if step.name in ("withIndex", "withSearchIndex")]
        if not found:
            return None
        step = found[-1]
        name_node = step.argument(0)
        name = self.project.text(step.file, name_node)
        return IndexUse(
            step, name, name_node, read_range(self.project, step.file, step.argument(1))
        )

    @property
    def filters(self) -> tuple[Step, ...]:
        """The `.filter(…)` steps before the terminal one."""
        return tuple(step for step in self.steps if step.name == "filter")

    @property
    def order(self) -> Step | None:
        """The `.order(…)` step."""
        return next((step for step in self.steps if step.name == "order"), None)

    @property
    def terminal(self) -> Step | None:
        """The step that reads rows; None where it isn't known."""
        last = self.steps[-1] if self.steps else None
        return last if last is not None and last.name in TERMINALS else None

    @property
    def reads(self) -> str | None:
        """The terminal step's name."""
        return None if self.terminal is None else self.terminal.name

    @property
    def restricted(self) -> bool:
        """Whether an index range or a search bounds what is read."""
        return self.index is not None and (self.index.is_search or self.index.range.restricts)

    @property
    def bounded_by_equality(self) -> bool:
        """Whether an index range holds an equality."""
        return self.index is not None and bool(self.index.range.equalities)

    @property
    def unit(self) -> Unit:
        """The code in which it begins."""
        return self.project.reach.unit_of(self.file, self.root)

    @property
    def result(self) -> Binding | None:
        """The variable that holds what the terminal step gives, where it is kept in one."""
        terminal = self.terminal
        if terminal is None or terminal.name == "for await":
            return None
        node = syntax.wrapped(terminal.node, through_await=True)
        parent = node.parent
        if parent is None or parent.type != "variable_declarator":
            return None
        name = syntax.field(parent, "name")
        if name is None or name.type != "identifier":
            return None
        return terminal.file.names.resolve(name)


@dataclass(frozen=True, slots=True)
class _Way:
    """The steps from some expression on, and whether the query got out of sight there."""

    steps: tuple[Step, ...] = ()
    escapes: bool = False
    reassigns: Binding | None = None


class DbQueries:
    """All database queries of a project."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._in_file: dict[CodeFile, tuple[DbQuery, ...]] = {}
        self._budget = 0

    def __iter__(self) -> Iterator[DbQuery]:
        for file in self._project.server_files:
            yield from self.in_file(file)

    def in_file(self, file: CodeFile) -> tuple[DbQuery, ...]:
        """The queries that begin in a file, in document order."""
        known = self._in_file.get(file)
        if known is None:
            known = self._in_file[file] = tuple(self._find(file))
        return known

    def _find(self, file: CodeFile) -> Iterator[DbQuery]:
        for call in self._project.contexts.calls(file):
            if call.path in _ROOTS:
                yield from self._queries_of(call)

    def _queries_of(self, call: ContextCall) -> Iterator[DbQuery]:
        table_node = syntax.argument(call.node, 0)
        self._budget = _MAX_WAYS
        seen: set[tuple[int, ...]] = set()
        for way in self._onward(call.file, call.node, 0, direct=True):
            key = tuple(step.node.id for step in way.steps)
            if key in seen or way.reassigns is not None:
                continue
            seen.add(key)
            yield DbQuery(
                project=self._project,
                file=call.file,
                root=call.node,
                context=call.context,
                table=self._project.text(call.file, table_node),
                table_node=table_node,
                steps=way.steps,
                escapes=way.escapes,
            )

    # --- following a query on --------------------------------------------------------------------

    def _onward(self, file: CodeFile, node: Node, depth: int, *, direct: bool) -> Iterator[_Way]:
        """All ways on from an expression whose value is a query."""
        self._budget -= 1
        steps: list[Step] = []
        while True:
            outer = syntax.wrapped(node)
            parent = outer.parent
            if parent is None:
                break
            step = _next_step(file, outer, parent, direct)
            if step is not None:
                steps.append(step)
                node = step.node
                if step.name in TERMINALS:
                    break
                continue
            if parent.type == "ternary_expression" and syntax.field(parent, "condition") != outer:
                node = parent
                continue
            if parent.type == "binary_expression":
                node = parent
                continue
            for way in self._elsewhere(file, outer, parent, depth):
                yield _Way((*steps, *way.steps), way.escapes, way.reassigns)
            return
        yield _Way(tuple(steps))

    def _elsewhere(self, file: CodeFile, node: Node, parent: Node, depth: int) -> Iterator[_Way]:
        """The ways on where the query leaves its expression."""
        kind = parent.type
        ways: Iterator[_Way] | None = None
        if depth >= _MAX_DEPTH:
            pass
        elif kind == "variable_declarator":
            ways = self._through_name(file, syntax.field(parent, "name"), depth)
        elif kind == "assignment_expression" and syntax.field(parent, "right") == node:
            ways = self._through_assignment(file, syntax.field(parent, "left"), depth)
        elif kind == "return_statement" or (
            kind == "arrow_function" and syntax.field(parent, "body") == node
        ):
            ways = self._through_return(file, parent, depth)
        elif kind == "arguments" and parent.parent is not None:
            ways = self._through_argument(file, node, parent.parent, depth)
        elif kind == "expression_statement":
            ways = iter(())
        if ways is None:
            yield _Way(escapes=True)
            return
        found = False
        for way in ways:
            found = True
            yield way
        if not found:
            yield _Way()

    def _through_name(self, file: CodeFile, name: Node | None, depth: int) -> Iterator[_Way]:
        if name is None or name.type != "identifier":
            yield _Way(escapes=True)
            return
        binding = file.names.resolve(name)
        if binding is not None:
            yield from self._uses(file, binding, name.start_byte, depth)

    def _through_assignment(self, file: CodeFile, left: Node | None, depth: int) -> Iterator[_Way]:
        binding = file.names.resolve(left) if left is not None else None
        if left is None or left.type != "identifier" or binding is None:
            yield _Way(escapes=True)
            return
        yield _Way(reassigns=binding)
        yield from self._uses(file, binding, left.start_byte, depth)

    def _uses(self, file: CodeFile, binding: Binding, after: int, depth: int) -> Iterator[_Way]:
        """The ways on from all uses of a variable behind a place."""
        gathered: list[Step] = []
        goes_on = False
        for use in file.names.uses(binding):
            if self._budget <= 0:
                break
            if use.start_byte <= after or _is_assigned(use):
                continue
            ways = list(self._from_use(file, use, binding, depth))
            again = next((way for way in ways if way.reassigns is binding), None)
            if again is not None:
                conditional = _in_branch(use, binding.node)
                gathered += [_with(step, conditional=conditional) for step in again.steps]
                continue
            for way in ways:
                goes_on = True
                yield _Way((*gathered, *way.steps), way.escapes)
        if gathered and not goes_on:
            yield _Way(tuple(gathered))

    def _from_use(self, file: CodeFile, use: Node, binding: Binding, depth: int) -> Iterator[_Way]:
        for way in self._onward(file, use, depth + 1, direct=False):
            yield way
            if way.reassigns is binding:
                return

    def _through_return(self, file: CodeFile, inside: Node, depth: int) -> Iterator[_Way]:
        """On at the calls of the function that returns the query."""
        function = inside if inside.type == "arrow_function" else None
        function = function or file.tree.function_around(inside)
        if function is None or self._project.functions.handled_by(file, function) is not None:
            return
        for where, call in self._project.reach.calls_to(file, function):
            yield from self._onward(
                where, syntax.wrapped(call, through_await=True), depth + 1, direct=False
            )

    def _through_argument(
        self, file: CodeFile, node: Node, call: Node, depth: int
    ) -> Iterator[_Way]:
        """On inside a helper that takes the query, and behind one of convex-helpers."""
        target = self._project.follow(file, syntax.callee(call))
        name_node = syntax.callee_name_node(call)
        is_helper = (target.module or "").startswith("convex-helpers") and target.name == "filter"
        if name_node is not None and is_helper:
            step = Step("helpers.filter", file, call, name_node, direct=False)
            for way in self._onward(file, call, depth + 1, direct=False):
                yield _Way((step, *way.steps), way.escapes, way.reassigns)
            return
        if (
            target.file is None
            or target.node is None
            or (target.node.type not in syntax.FUNCTION_KINDS)
        ):
            yield _Way(escapes=True)
            return
        given = syntax.arguments(call)
        position = next((i for i, one in enumerate(given) if one == node), -1)
        parameters = syntax.parameters(target.node)
        if not 0 <= position < len(parameters):
            yield _Way(escapes=True)
            return
        pattern = syntax.parameter_pattern(parameters[position])
        binding = target.file.names.resolve(pattern) if pattern.type == "identifier" else None
        if binding is None:
            yield _Way(escapes=True)
            return
        yield from self._uses(target.file, binding, pattern.start_byte, depth)


def _next_step(file: CodeFile, outer: Node, parent: Node, direct: bool) -> Step | None:
    if parent.type == "for_in_statement" and syntax.field(parent, "right") == outer:
        return Step("for await", file, parent, outer, direct)
    if parent.type != "member_expression" or syntax.field(parent, "object") != outer:
        return None
    name_node = syntax.field(parent, "property")
    method = syntax.wrapped(parent)
    call = method.parent
    if name_node is None or call is None or call.type != "call_expression":
        return None
    if syntax.field(call, "function") != method:
        return None
    return Step(syntax.text_of(name_node), file, call, name_node, direct)


def _with(step: Step, *, conditional: bool) -> Step:
    return Step(
        step.name,
        step.file,
        step.node,
        step.name_node,
        step.direct,
        step.conditional or conditional,
    )


def _is_assigned(use: Node) -> bool:
    parent = use.parent
    return (
        parent is not None
        and parent.type == "assignment_expression"
        and syntax.field(parent, "left") == use
    )


def _in_branch(use: Node, declared: Node) -> bool:
    home = next((a for a in syntax.ancestors(declared) if a.type == "statement_block"), None)
    for outer in syntax.ancestors(use):
        if outer == home:
            return False
        if outer.type in ("if_statement", "switch_statement", "ternary_expression"):
            return True
    return False
