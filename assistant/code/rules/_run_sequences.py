"""In which order `ctx.runQuery` and `ctx.runMutation` are called, and what lies between."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.code import syntax
from assistant.code.rules._services import outside_call

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.modules import CodeFile
    from assistant.code.project import Project, Target

_PER_ITEM = frozenset(
    {"asyncMap", "every", "filter", "flatMap", "forEach", "map", "reduce", "some"}
)
"""Functions that call back for each item of a list."""
_RUNS = frozenset({"runQuery", "runMutation"})
_OUTSIDE_PARTS = frozenset({"runAction", "scheduler", "storage", "vectorSearch"})
_PAGED = re.compile(
    r"cursor|isDone|hasMore|has_more|paginat|nextPage|pageToken|batch|chunk|attempt|retr(?:y|ies)"
    r"|\bpages?\b|\.splice\(",
    re.IGNORECASE,
)
_PLAIN_PACKAGES = frozenset(
    {
        "convex",
        "convex-helpers",
        "date-fns",
        "dayjs",
        "lodash",
        "lodash-es",
        "nanoid",
        "slugify",
        "ulid",
        "uuid",
        "zod",
    }
)
"""Packages that only compute, whatever is called."""
_LEAVING = frozenset({"return_statement", "throw_statement"})
_ENDING = ("break_statement", "return_statement")
_JUMPING = frozenset({"break_statement", "continue_statement"})
_EVENTFUL = ("call_expression", "await_expression", "for_in_statement", "new_expression")
_MAX_DEPTH = 6


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """A run call, or something that reaches outside of the database."""

    node: Node
    name_node: Node
    name: str
    is_run: bool
    repeated: Node | None = None
    """The loop that does nothing but plain work and calls like this one, turn by turn."""
    apart: Node | None = None
    """The loop around that does other things as well."""


def events_by_function(project: Project, file: CodeFile) -> Iterator[tuple[Node, list[Event]]]:
    """For each function that makes run calls in a row or in a loop its events in document order.

    Callbacks for the items of a list belong to the function around them.
    """
    if not any(name.encode() in file.raw for name in _RUNS):
        return
    reader = project.once(_Reader)
    runs = reader.runs_in(file)
    run_nodes = frozenset(event.node.id for event in runs)
    by_function: dict[int, tuple[Node, list[Event]]] = {}
    for event in runs:
        function = _home(file, event.node)
        if function is not None:
            by_function.setdefault(function.id, (function, []))[1].append(event)
    for function, own in by_function.values():
        loops = [list(_loops_around(event.node, function)) for event in own]
        if len(own) == 1 and not loops[0]:
            continue
        inside = [
            Event(node, node, "", is_run=False)
            for kind in _EVENTFUL
            for node in file.tree.nodes_inside(function, kind)
            if node.id not in run_nodes and reader.is_outside(file, node)
        ]
        placed = [
            _placed(event, inside, around, reader.is_paged)
            for event, around in zip(own, loops, strict=True)
        ]
        yield function, sorted((*placed, *inside), key=lambda event: event.name_node.start_byte)


class _Reader:
    """Tells calls that stay in the database from those that reach out, across files."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._reaching: dict[tuple[CodeFile, int], bool] = {}
        self._paged: dict[int, bool] = {}

    def runs_in(self, file: CodeFile) -> list[Event]:
        """The run calls, in document order."""
        return [
            Event(call.node, call.name_node, f"ctx.{call.path[0]}", is_run=True)
            for call in self._project.contexts.calls(file)
            if len(call.path) == 1 and call.path[0] in _RUNS
        ]

    def is_paged(self, loop: Node) -> bool:
        """Whether a loop goes through pages, batches or attempts."""
        if loop.id not in self._paged:
            self._paged[loop.id] = _goes_by_parts(loop)
        return self._paged[loop.id]

    def is_outside(self, file: CodeFile, node: Node) -> bool:
        """Whether a call, an `await` or a loop reaches out of the database."""
        return self._is_outside(file, node, 0)

    def _path(self, file: CodeFile, call: Node) -> tuple[str, ...] | None:
        found = self._project.contexts.path_of(file, syntax.callee(call))
        return found.path if found is not None and found.path else None

    def _is_outside(self, file: CodeFile, node: Node, depth: int) -> bool:
        if node.type == "call_expression":
            return self._goes_outside(file, node, depth)
        if node.type == "new_expression":
            return syntax.callee_name(node) == "Promise"  # a timer, or some callback's end
        return self._waits_outside(file, node)

    def _goes_outside(self, file: CodeFile, call: Node, depth: int) -> bool:
        path = self._path(file, call)
        if path is not None:
            return path[0] in _OUTSIDE_PARTS
        if outside_call(self._project, file, call) is not None:
            return True
        target = self._project.follow(file, syntax.callee(call))
        if target.node is not None and target.node.type in syntax.FUNCTION_KINDS:
            return self._reaches_outside(target, depth)
        if not target.is_package:
            root = syntax.chain_root(syntax.callee(call))
            target = self._project.follow(file, root)
        return target.is_package and not _only_computes(target.module or "")

    def _reaches_outside(self, target: Target, depth: int) -> bool:
        file, function = target.file, target.node
        assert file is not None and function is not None
        key = (file, function.id)
        if key not in self._reaching and depth < _MAX_DEPTH:
            self._reaching[key] = False  # ends cycles
            self._reaching[key] = any(
                self._is_outside(file, node, depth + 1)
                for node in syntax.descendants(function, *_EVENTFUL)
            )
        return self._reaching.get(key, True)

    def _waits_outside(self, file: CodeFile, node: Node) -> bool:
        """Whether an `await` waits for something that isn't known to stay in the database."""
        if node.type == "for_in_statement":
            return any(child.type == "await" for child in node.children)
        waited = syntax.unwrap_await(node)
        while waited is not None and syntax.callee_name(waited) in ("then", "catch", "finally"):
            waited = syntax.unwrap_await(syntax.receiver(waited))
        if waited is None:
            return False
        if waited.type != "call_expression":
            binding = file.resolve(waited) if waited.type == "identifier" else None
            value = syntax.unwrap(binding.value) if binding is not None else None
            if value is None or value.type != "call_expression":
                return True
            waited = value
        if self._path(file, waited) is not None:
            return False  # an event of its own, or plain data such as the identity
        if syntax.name_chain(syntax.callee(waited))[:1] == ("Promise",):
            return False
        target = self._project.follow(file, syntax.callee(waited))
        if target.node is not None and target.node.type in syntax.FUNCTION_KINDS:
            return False  # counted at the call
        name = syntax.callee_name(waited)
        return not (name in _PER_ITEM or _only_computes(target.module or ""))


def _only_computes(module: str) -> bool:
    return module.split("/")[0] in _PLAIN_PACKAGES


def _home(file: CodeFile, node: Node) -> Node | None:
    """The function in which a node stands; callbacks for items count as part of it."""
    function = file.tree.function_around(node)
    while function is not None and _item_call(function) is not None:
        function = file.tree.function_around(function)
    return function


def _item_call(function: Node) -> Node | None:
    """The call of `map` and the like that a function is the callback of."""
    given = syntax.wrapped(function).parent
    call = given.parent if given is not None and given.type == "arguments" else None
    return call if call is not None and syntax.callee_name(call) in _PER_ITEM else None


def _placed(
    event: Event, outside: Sequence[Event], loops: list[Node], is_paged: Callable[[Node], bool]
) -> Event:
    """The event with the loops around it; no run at all where a loop goes through pages."""
    if any(is_paged(loop) or _asks_result(loop, event) for loop in loops):
        return Event(event.node, event.name_node, event.name, is_run=False)
    mixed = [loop for loop in loops if any(syntax.is_inside(o.node, loop) for o in outside)]
    innermost = loops[0] if loops else None
    caught = _catch_around(event.node)
    is_rare = caught is not None and innermost is not None and syntax.is_inside(caught, innermost)
    plain = innermost is not None and innermost not in mixed and not is_rare
    return Event(
        event.node,
        event.name_node,
        event.name,
        is_run=True,
        repeated=innermost if plain else None,
        apart=mixed[0] if mixed else None,
    )


def _goes_by_parts(loop: Node) -> bool:
    """Whether a loop goes through pages, batches or attempts."""
    if _PAGED.search(syntax.text_of(loop)):
        return True
    return any(
        syntax.callee_name(call) == "slice" and _cuts_parts(call, loop)
        for call in syntax.descendants(loop, "call_expression")
    )


def _cuts_parts(cut: Node, loop: Node) -> bool:
    """Whether `xs.slice(…)` gives a part for each turn, and neither the items nor a short text."""
    outer = syntax.wrapped(cut)
    iterated = outer == syntax.field(loop, "right") or (
        loop.type == "call_expression" and outer == syntax.receiver(loop)
    )
    if iterated:
        return False
    if any(given.type != "number" for given in syntax.arguments(cut)):
        return True
    rest = syntax.text_of(syntax.receiver(cut))
    return any(
        syntax.text_of(syntax.field(change, "left")) == rest
        for change in syntax.descendants(loop, "assignment_expression")
    )


def _asks_result(loop: Node, event: Event) -> bool:
    """Whether what the call gives decides how long the loop goes on, as with batches."""
    conditions = [syntax.field(loop, "condition")]
    for branch in syntax.descendants(loop, "if_statement"):
        consequence = syntax.field(branch, "consequence")
        if consequence is not None and any(
            node.type in _ENDING
            for node in (consequence, *syntax.descendants(consequence, *_ENDING))
        ):
            conditions.append(syntax.field(branch, "condition"))
    asked = [condition for condition in conditions if condition is not None]
    if any(syntax.is_inside(event.node, condition) for condition in asked):
        return True
    names = _names_given(event.node, loop)
    return any(
        syntax.text_of(identifier) in names
        for condition in asked
        for identifier in (condition, *syntax.descendants(condition, "identifier"))
    )


def _names_given(node: Node, loop: Node) -> set[str]:
    """The variables that the statement around a call fills."""
    for outer in syntax.ancestors(node):
        if outer == loop or outer.type in syntax.FUNCTION_KINDS:
            break
        if outer.type in ("variable_declarator", "assignment_expression"):
            target = syntax.field(outer, "name") or syntax.field(outer, "left")
            if target is None:
                break
            kinds = ("identifier", "shorthand_property_identifier_pattern")
            return {syntax.text_of(one) for one in (target, *syntax.descendants(target, *kinds))}
    return set()


def _loops_around(node: Node, function: Node) -> Iterator[Node]:
    """The loops that repeat a node, innermost first; one that is left behind it doesn't count."""
    child, leaves = node, False
    for outer in syntax.ancestors(node):
        if outer == function:
            return
        leaves = leaves or outer.type in _LEAVING or _ends_by(outer, _LEAVING | {"break_statement"})
        if outer.type in syntax.FUNCTION_KINDS:
            leaves = False
            call = _item_call(outer)
            if call is not None:
                yield call
        elif outer.type in syntax.LOOP_KINDS:
            once = {"for_in_statement": "right", "for_statement": "initializer"}.get(outer.type)
            if not leaves and (once is None or syntax.field(outer, once) != child):
                yield outer
            leaves = False
        child = outer


def _ends_by(block: Node, kinds: frozenset[str] | set[str]) -> bool:
    """Whether a block's (or a case's) last statement is of these kinds."""
    if block.type not in ("statement_block", "switch_case", "switch_default"):
        return False
    last = next((c for c in reversed(block.named_children) if c.type != "comment"), None)
    return last is not None and last.type in kinds


def follows(first: Event, second: Event, between: Sequence[Event]) -> bool:
    """Whether `second` can run right after `first`, with nothing outside in between."""
    if first.apart != second.apart or _catch_around(second.node) != _catch_around(first.node):
        return False
    if not _goes_on(first.node, second.node):
        return False
    return not any(
        not event.is_run and _goes_on(event.node, second.node) and _goes_on(first.node, event.node)
        for event in between
    )


def _catch_around(node: Node) -> Node | None:
    """The `catch` clause in which a node stands: what it does is no continuation of the `try`."""
    for outer in syntax.ancestors(node):
        if outer.type == "catch_clause":
            return outer
        if outer.type in syntax.FUNCTION_KINDS:
            return None
    return None


def _goes_on(first: Node, second: Node) -> bool:
    """Whether one run of the code can come from `first` to `second`."""
    leaves, child = False, first
    for outer in syntax.ancestors(first):
        if syntax.is_inside(second, outer):
            return not leaves and not _are_exclusive(outer, child, second)
        if outer.type in syntax.FUNCTION_KINDS:
            leaves = False
        elif outer.type in _LEAVING or _ends_by(outer, _LEAVING):
            leaves = True
        elif _ends_by(outer, _JUMPING):
            loop = syntax.loop_around(outer)
            leaves = leaves or (loop is not None and syntax.is_inside(second, loop))
        child = outer
    return True


def _are_exclusive(outer: Node, first: Node, second: Node) -> bool:
    """Whether only one of two parts of a node runs; `first` is its child."""
    if outer.type in ("if_statement", "ternary_expression"):
        other = syntax.field(outer, "alternative")
        return (
            syntax.field(outer, "consequence") == first
            and other is not None
            and syntax.is_inside(second, other)
        )
    return outer.type == "switch_body" and first.type in ("switch_case", "switch_default")
