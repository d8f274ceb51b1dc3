"""Who calls whom: from registered functions to the helpers that they reach, across files.

A *unit* is a function of the module level, a method, or a registered function's handler, with
everything that stands inside it: callbacks and local functions belong to the unit around them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from assistant.code import syntax
from assistant.code.builders import Kind
from assistant.code.contexts import ContextCall
from assistant.code.functions import RegisteredFunction
from assistant.code.offered import called_offers, offers_around
from assistant.code.references import Reference, reference_of, referenced_function

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.modules import CodeFile
    from assistant.code.project import Project, Target

RUN_METHODS = frozenset({"runQuery", "runMutation", "runAction"})
MAX_DISTANCE = 24
"""How many calls deep a helper may lie."""
SCHEDULE_METHODS = frozenset({"runAfter", "runAt"})


@dataclass(frozen=True, eq=False)
class Unit:
    """A piece of code that runs as a whole."""

    file: CodeFile
    node: Node
    """A function, or the program for code of the module level."""
    name: str
    function: RegisteredFunction | None
    """The registered function whose handler this is."""

    @property
    def is_module(self) -> bool:
        """Whether it is the code that runs when the module is loaded."""
        return self.node.type == "program"


@dataclass(frozen=True, slots=True)
class CallSite:
    """A place in a unit that calls another one (or hands it on as a value)."""

    file: CodeFile
    node: Node
    """The call, or the argument that is handed on."""
    target: Unit
    handed_on: bool
    """The function is an argument here, such as `.map(helper)`."""


@dataclass(frozen=True, slots=True)
class RunCall:
    """`ctx.runQuery(internal.x.y, …)`, `ctx.scheduler.runAfter(0, internal.x.y, …)`."""

    call: ContextCall
    reference: Reference | None
    target: RegisteredFunction | None

    @property
    def scheduled(self) -> bool:
        """Whether it runs later, on its own."""
        return self.call.path[-1] in SCHEDULE_METHODS


class Step(NamedTuple):
    """How a search came to a unit."""

    before: Unit | None
    distance: int


@dataclass(frozen=True, slots=True)
class ReachedFrom:
    """A registered function that runs some code, and the way there."""

    function: RegisteredFunction
    unit: Unit
    """The unit in which the code stands."""
    steps: Mapping[Unit, Step] = field(repr=False)
    """All that the function reaches."""

    @property
    def distance(self) -> int:
        """How many calls lie between; 0 in the handler itself."""
        return self.steps[self.unit].distance

    @property
    def via(self) -> tuple[Unit, ...]:
        """The helpers from the handler (not counted) to the code's unit; empty in the handler."""
        way: list[Unit] = []
        unit: Unit | None = self.unit
        while unit is not None and unit.function is not self.function:
            way.append(unit)
            unit = self.steps[unit].before
        return tuple(reversed(way))

    @property
    def described(self) -> str:
        """``the query `list` `` or ``the query `list` through `load` ``."""
        own = f"the {self.function.kind} `{self.function.name}`"
        way = self.via
        return f"{own} through `{way[0].name}`" if way else own


class Reach:
    """The call graph of a project."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._units: dict[tuple[CodeFile, int], Unit] = {}
        self._homes: dict[CodeFile, dict[int, Unit]] = {}
        """The unit of each function of a file, by its index in the tree."""
        self._sites: dict[Unit, tuple[CallSite, ...]] = {}
        self._calls_by_unit: dict[CodeFile, dict[Unit, list[Node]]] = {}
        self._own_calls: dict[CodeFile, list[tuple[Node, CodeFile, Node]]] = {}
        self._runs: dict[CodeFile, tuple[RunCall, ...]] = {}
        self._runs_by_unit: dict[CodeFile, dict[Unit, list[RunCall]]] = {}
        self._context_calls: dict[CodeFile, dict[Unit, list[ContextCall]]] = {}
        self._called_by: dict[RegisteredFunction, frozenset[str]] = {}
        self._searched: dict[RegisteredFunction, Mapping[Unit, Step]] = {}

    # --- units ----------------------------------------------------------------------------------

    def unit_of(self, file: CodeFile, node: Node) -> Unit:
        """The unit in which a node stands. A function stands in itself."""
        tree = file.tree
        index = tree.function_index_at(node.start_byte)
        end = node.end_byte
        while index >= 0 and tree.functions[index].end_byte < end:
            index = tree.outer[index]
        homes = self._homes.get(file)
        if homes is None:
            homes = self._homes[file] = {}
        home = homes.get(index)
        if home is None:
            home = homes[index] = self._home(file, index)
        return home

    def _home(self, file: CodeFile, index: int) -> Unit:
        """The unit of the function with that index; of the module's own code for -1."""
        tree, functions = file.tree, self._project.functions
        outermost = tree.root
        while index >= 0:
            outermost = tree.functions[index]
            registered = functions.handled_by(file, outermost)
            if registered is not None:
                return self._unit(file, outermost, registered)
            index = tree.outer[index]
        return self._unit(file, outermost, None)

    def _unit(self, file: CodeFile, node: Node, function: RegisteredFunction | None) -> Unit:
        key = (file, node.id)
        unit = self._units.get(key)
        if unit is None:
            name = function.name if function is not None else _name_of(node)
            unit = self._units[key] = Unit(file, node, name, function)
        return unit

    def unit_of_function(self, function: RegisteredFunction) -> Unit | None:
        """The unit of a registered function's handler."""
        handler = function.handler
        return None if handler is None else self.unit_of(handler.file, handler.node)

    # --- edges ----------------------------------------------------------------------------------

    def calls_of(self, unit: Unit) -> tuple[CallSite, ...]:
        """Where a unit calls other units, in document order."""
        known = self._sites.get(unit)
        if known is None:
            known = self._sites[unit] = tuple(self._find_sites(unit))
        return known

    def call_nodes_of(self, unit: Unit) -> list[Node]:
        """All calls and `new` expressions in a unit, in document order."""
        file = unit.file
        if file not in self._calls_by_unit:
            by_unit: dict[Unit, list[Node]] = {}
            for node in file.nodes("call_expression", "new_expression"):
                by_unit.setdefault(self.unit_of(file, node), []).append(node)
            for nodes in by_unit.values():
                nodes.sort(key=lambda node: (node.start_byte, -node.end_byte))
            self._calls_by_unit[file] = by_unit
        return self._calls_by_unit[file].get(unit, [])

    def _find_sites(self, unit: Unit) -> Iterator[CallSite]:
        file = unit.file
        for call in self.call_nodes_of(unit):
            for target in self._units_of(self._project.follow(file, syntax.callee(call))):
                if target is not unit:
                    yield CallSite(file, call, target, handed_on=False)
            for given in syntax.arguments(call):
                if given.type in ("identifier", "member_expression"):
                    followed = self._project.follow(file, given)
                    for target in self._units_of(followed, called=False):
                        if target is not unit:
                            yield CallSite(file, given, target, handed_on=True)

    def _units_of(self, target: Target, *, called: bool = True) -> Iterator[Unit]:
        """The units that run when a target is called."""
        file, node = target.file, target.node
        if file is None or node is None:
            return
        if node.type in syntax.FUNCTION_KINDS:
            unit = self.unit_of(file, node)
            if unit.node == node:
                yield unit
        elif not called:
            return
        elif node.type in ("class_declaration", "class", "abstract_class_declaration"):
            constructor = self._project.member(target, "constructor")
            if constructor is not None:
                yield from self._units_of(constructor)
        elif node.type == "call_expression":
            # `const load = cache(async (ctx) => …)`: calling it runs what was handed in.
            for given in syntax.arguments(node):
                inner = syntax.unwrap(given)
                if inner is not None and inner.type in syntax.FUNCTION_KINDS:
                    yield self.unit_of(file, inner)

    def calls_to(self, file: CodeFile, function: Node) -> Sequence[tuple[CodeFile, Node]]:
        """The calls of a function by its name, in all deployed files; local functions count."""
        return self._calls_to.get((file, function.id), ())

    @cached_property
    def _calls_to(self) -> dict[tuple[CodeFile, int], list[tuple[CodeFile, Node]]]:
        calls: dict[tuple[CodeFile, int], list[tuple[CodeFile, Node]]] = {}
        for file in self._project.server_files:
            for call, home, function in self.own_calls_in(file):
                calls.setdefault((home, function.id), []).append((file, call))
        return calls

    def own_calls_in(self, file: CodeFile) -> Sequence[tuple[Node, CodeFile, Node]]:
        """The calls of a file that run the project's own functions, each with the function.

        In document order.
        """
        known = self._own_calls.get(file)
        if known is None:
            known = self._own_calls[file] = []
            for call in file.nodes("call_expression"):
                target = self._project.follow(file, syntax.callee(call))
                home, function = target.file, target.node
                if home is None or function is None:
                    continue
                if function.type in syntax.FUNCTION_KINDS:
                    known.append((call, home, function))
        return known

    def runs_in(self, file: CodeFile) -> tuple[RunCall, ...]:
        """All `ctx.run…` and scheduler calls of a file, in document order."""
        known = self._runs.get(file)
        if known is None:
            known = self._runs[file] = tuple(self._find_runs(file))
        return known

    def runs_of(self, unit: Unit) -> Sequence[RunCall]:
        """The `ctx.run…` and scheduler calls of one unit, in document order."""
        file = unit.file
        by_unit = self._runs_by_unit.get(file)
        if by_unit is None:
            by_unit = self._runs_by_unit[file] = {}
            for run in self.runs_in(file):
                by_unit.setdefault(self.unit_of(file, run.call.node), []).append(run)
        return by_unit.get(unit, ())

    def context_calls_of(self, unit: Unit) -> Sequence[ContextCall]:
        """The calls of the context's parts in one unit, in document order."""
        file = unit.file
        by_unit = self._context_calls.get(file)
        if by_unit is None:
            by_unit = self._context_calls[file] = {}
            for call in self._project.contexts.calls(file):
                by_unit.setdefault(self.unit_of(file, call.node), []).append(call)
        return by_unit.get(unit, ())

    def _find_runs(self, file: CodeFile) -> Iterator[RunCall]:
        for call in self._project.contexts.calls(file):
            method = call.path[-1]
            if method in RUN_METHODS and len(call.path) == 1:
                given = syntax.argument(call.node, 0)
            elif method in SCHEDULE_METHODS:
                given = syntax.argument(call.node, 1)
            else:
                continue
            reference = reference_of(self._project, file, given)
            target = referenced_function(self._project, reference, near=file) if reference else None
            yield RunCall(call, reference, target)

    # --- reach ----------------------------------------------------------------------------------

    def reached_by(self, function: RegisteredFunction, *, runs: bool = False) -> tuple[Unit, ...]:
        """The handler's unit and all units that it reaches, nearest first.

        Wrappers and custom builders count. `runs`: what `ctx.run…` calls (not schedules) as well.
        """
        own = self._search(function)
        if not runs:
            return tuple(own)
        found = dict(own)
        waiting = deque(found)
        while waiting:
            unit = waiting.popleft()
            for run in self.runs_of(unit):
                if run.target is None or run.scheduled:
                    continue
                for inner, step in self._search(run.target).items():
                    if inner not in found:
                        found[inner] = step
                        waiting.append(inner)
        return tuple(found)

    def _search(self, function: RegisteredFunction) -> Mapping[Unit, Step]:
        """The units that a function runs, breadth first."""
        known = self._searched.get(function)
        if known is None:
            known = self._searched[function] = self._find_units(function)
        return known

    def _find_units(self, function: RegisteredFunction) -> dict[Unit, Step]:
        found: dict[Unit, Step] = {}
        waiting: deque[Unit] = deque()
        for unit in self._entry_units(function):
            if unit not in found:
                found[unit] = Step(None, 0 if unit.function is function else 1)
                waiting.append(unit)
        while waiting:
            unit = waiting.popleft()
            distance = found[unit].distance + 1
            for site in self.calls_of(unit) if distance <= MAX_DISTANCE else ():
                if site.target not in found and site.target.function is None:
                    found[site.target] = Step(unit, distance)
                    waiting.append(site.target)
        return found

    def _entry_units(self, function: RegisteredFunction) -> Iterator[Unit]:
        own = self.unit_of_function(function)
        if own is not None:
            yield own
        for wrapper in function.wrappers:
            target = self._project.follow(wrapper.file, syntax.callee(wrapper.node))
            yield from self._units_of(target)
        for layer in function.builder.layers:
            if layer.node.type in syntax.FUNCTION_KINDS:
                yield self.unit_of(layer.file, layer.node)
                yield from self._handlers_inside(layer.file, layer.node)
            else:
                yield from self._units_of_layer(layer.file, layer.node)

    def _handlers_inside(self, file: CodeFile, wrapper: Node) -> Iterator[Unit]:
        """The handlers of a builder's own `query({ … })`, which run around the caller's one."""
        for function in self._project.functions.in_file(file):
            if syntax.is_inside(function.call, wrapper):
                own = self.unit_of_function(function)
                if own is not None:
                    yield own

    def _units_of_layer(self, file: CodeFile, call: Node) -> Iterator[Unit]:
        """The functions of `customQuery(query, { input })`: in place, or by name."""
        yield from self._functions_inside(file, call)
        for given in syntax.arguments(call):
            if given.type not in ("identifier", "member_expression"):
                continue
            target = self._project.follow(file, given)
            if target.file is None or target.node is None:
                continue
            if target.node.type in syntax.FUNCTION_KINDS:
                yield from self._units_of(target)
            elif target.node.type in ("object", "call_expression"):
                yield from self._functions_inside(target.file, target.node)

    def _functions_inside(self, file: CodeFile, node: Node) -> Iterator[Unit]:
        for inner in file.tree.functions:
            if syntax.is_inside(inner, node):
                unit = self.unit_of(file, inner)
                if unit.node == inner and unit.function is None:
                    yield unit
        for call in syntax.descendants(node, "call_expression"):
            yield from self._units_of(self._project.follow(file, syntax.callee(call)))
        for name in syntax.descendants(node, "identifier", "shorthand_property_identifier"):
            # `customCtx(load)`, `{ args: {}, input: load }`: handed in by name.
            holder = name.parent.type if name.parent is not None else ""
            if holder in ("arguments", "object", "pair"):
                yield from self._units_of(self._project.follow(file, name), called=False)

    @cached_property
    def _reached(self) -> dict[Unit, tuple[ReachedFrom, ...]]:
        """For each unit all registered functions that run it, in the order of the project."""
        reached: dict[Unit, list[ReachedFrom]] = {}
        for function in self._project.functions:
            if not function.registered:
                continue
            steps = self._search(function)
            for unit in steps:
                reached.setdefault(unit, []).append(ReachedFrom(function, unit, steps))
        return {unit: tuple(found) for unit, found in reached.items()}

    def reached_from(self, unit: Unit) -> tuple[ReachedFrom, ...]:
        """The registered functions that run a unit: its own, or all that call it."""
        return self._reached.get(unit, ())

    def reached_at(self, file: CodeFile, node: Node) -> tuple[ReachedFrom, ...]:
        """The same for a node: without those that run its unit, and nothing that it offers there.

        `return { list: (db) => …, create: (db) => … }` offers two functions to be called.
        """
        unit = self.unit_of(file, node)
        found = self.reached_from(unit)
        names = offers_around(file, node, unit.node) if found else ()
        if not names:
            return found
        return tuple(one for one in found if self._called(one).issuperset(names))

    def _called(self, reached: ReachedFrom) -> frozenset[str]:
        """The names of all that a registered function calls."""
        known = self._called_by.get(reached.function)
        if known is None:
            known = self._called_by[reached.function] = called_offers(
                (offers_around(unit.file, call, unit.node), syntax.callee_name(call))
                for unit in reached.steps
                for call in self.call_nodes_of(unit)
            )
        return known

    def runs_at(self, file: CodeFile, node: Node, *kinds: Kind) -> ReachedFrom | None:
        """A registered function of these kinds (any, if none are given) that runs a node.

        Of several the one with the shortest way there, then the first of the project.
        """
        found = [
            reached
            for reached in self.reached_at(file, node)
            if not kinds or reached.function.kind in kinds
        ]
        return min(found, key=lambda reached: reached.distance) if found else None

    def kinds_at(self, file: CodeFile, node: Node) -> frozenset[Kind]:
        """The kinds of the registered functions that run a node."""
        found = self.reached_at(file, node)
        return frozenset(reached.function.kind for reached in found)


def _name_of(function: Node) -> str:
    own = syntax.field(function, "name")
    if own is not None:
        return syntax.key_name(own) or syntax.text_of(own)
    parent = syntax.wrapped(function).parent
    while parent is not None and parent.type in ("arguments", "call_expression"):
        parent = parent.parent
    if parent is not None and parent.type == "variable_declarator":
        return syntax.text_of(syntax.field(parent, "name"))
    if parent is not None and parent.type == "pair":
        return syntax.key_name(syntax.field(parent, "key")) or "anonymous"
    return "anonymous"
