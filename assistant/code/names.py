"""Scopes and bindings of one file: what an identifier refers to."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from assistant.code import syntax

if TYPE_CHECKING:
    from tree_sitter import Node

BindingKind = Literal["import", "variable", "parameter", "function", "class", "loop", "catch"]

_SCOPE_KINDS = (
    *sorted(syntax.FUNCTION_KINDS),
    "statement_block",
    "for_statement",
    "for_in_statement",
    "catch_clause",
    "class_body",
    "switch_body",
)
REST = "..."
"""Stands in a binding's path for what a rest pattern takes."""


@dataclass(frozen=True, slots=True)
class Import:
    """What one imported name stands for."""

    specifier: str
    name: str
    """The exported name, `default`, or `*` for the whole module."""
    type_only: bool
    statement: Node


@dataclass(slots=True, eq=False)
class Binding:
    """One declared name."""

    name: str
    kind: BindingKind
    node: Node
    """The identifier that declares it."""
    value: Node | None = None
    """The initialiser, the function or class itself, or what a `for … of` iterates."""
    path: tuple[str, ...] = ()
    """What destructuring picks out of the value or parameter: `("db",)` for `{ db }`."""
    default: Node | None = None
    type: Node | None = None
    """The type annotation of the variable or parameter (of the pattern as a whole)."""
    imported: Import | None = None
    function: Node | None = None
    """Of a parameter: its function."""
    position: int = 0
    """Of a parameter: its 0-based place."""
    constant: bool = False
    """Declared by `const`."""
    assignments: list[Node] = field(default_factory=list)
    """The right-hand sides of later `name = …`."""


@dataclass(slots=True, eq=False)
class Scope:
    """A stretch of source in which names are declared."""

    node: Node
    parent: Scope | None
    end: int
    """The byte behind it."""
    bindings: dict[str, Binding] = field(default_factory=dict)


class Names:
    """All scopes of one tree."""

    def __init__(self, tree: syntax.Tree) -> None:
        self._tree = tree
        nodes = sorted(
            tree.nodes(*_SCOPE_KINDS), key=lambda node: (node.start_byte, -node.end_byte)
        )
        self.module = Scope(tree.root, None, tree.root.end_byte)
        self._scopes = _nest(self.module, nodes)
        self._starts = [scope.node.start_byte for scope in self._scopes]
        self._by_node = {scope.node.id: scope for scope in self._scopes}
        self._uses: dict[str, dict[Binding, list[Node]]] = {}
        self._resolved: dict[int, Binding | None] = {}
        self._declare_all()

    def resolve(self, identifier: Node) -> Binding | None:
        """The binding that an identifier refers to; None for a global or an undeclared name."""
        key = identifier.id
        try:
            return self._resolved[key]
        except KeyError:
            name = self._tree.text_of(identifier)
            found = self._resolved[key] = self.lookup(name, identifier.start_byte)
            return found

    def lookup(self, name: str, offset: int) -> Binding | None:
        """What `name` means at a byte offset."""
        scope: Scope | None = self._scope_at(offset)
        while scope is not None:
            found = scope.bindings.get(name)
            if found is not None:
                return found
            scope = scope.parent
        return None

    def in_module(self, name: str) -> Binding | None:
        """A name declared at the top level."""
        return self.module.bindings.get(name)

    def uses(self, binding: Binding) -> list[Node]:
        """All identifiers that refer to the binding, in order, its declaration left out."""
        name = binding.name
        if name not in self._uses:
            by_binding: dict[Binding, list[Node]] = {}
            for node in sorted(self.named(name), key=lambda node: node.start_byte):
                found = self.lookup(name, node.start_byte)
                if found is not None and node != found.node:
                    by_binding.setdefault(found, []).append(node)
            self._uses[name] = by_binding
        return self._uses[name].get(binding, [])

    def named(self, name: str) -> list[Node]:
        """All identifiers (and shorthand members) of that name, wherever they lead."""
        return self._identifiers.get(name.encode("utf-8", "replace"), [])

    def all_bindings(self) -> Iterator[Binding]:
        """Every binding of the file, outer scopes first."""
        for scope in self._scopes:
            yield from scope.bindings.values()

    @cached_property
    def _identifiers(self) -> dict[bytes, list[Node]]:
        by_name: dict[bytes, list[Node]] = defaultdict(list)
        source = self._tree.source
        for node in self._tree.nodes("identifier", "shorthand_property_identifier"):
            by_name[source[node.start_byte : node.end_byte]].append(node)
        return by_name

    def _scope_at(self, offset: int) -> Scope:
        scope = self._scopes[max(bisect_right(self._starts, offset) - 1, 0)]
        while scope.end <= offset and scope.parent is not None:
            scope = scope.parent
        return scope

    # --- declaring ------------------------------------------------------------------------------

    def _declare_all(self) -> None:
        tree = self._tree
        for statement in tree.nodes("import_statement"):
            self._declare_import(statement)
        for function in tree.functions:
            self._declare_function(function)
        for node in tree.nodes("class_declaration", "abstract_class_declaration"):
            self._add(syntax.field(node, "name"), Binding("", "class", node, value=node))
        for node in tree.nodes("variable_declarator"):
            self._declare_variable(node)
        for node in tree.nodes("for_in_statement"):
            self._declare_loop(node)
        for node in tree.nodes("catch_clause"):
            target = syntax.field(node, "parameter")
            if target is not None:
                self._declare_pattern(target, Binding("", "catch", target), self._by_node[node.id])
        for node in tree.nodes("assignment_expression"):
            left, right = syntax.field(node, "left"), syntax.field(node, "right")
            if left is not None and left.type == "identifier" and right is not None:
                binding = self.resolve(left)
                if binding is not None:
                    binding.assignments.append(right)

    def _add(self, name: Node | None, like: Binding, scope: Scope | None = None) -> None:
        if name is None:
            return
        target = scope or self._scope_at(name.start_byte)
        text = self._tree.text_of(name)
        like.name, like.node = text, name
        # Overloads and redeclarations: the first one with a body stays.
        target.bindings.setdefault(text, like)

    def _keyword(self, declarator: Node) -> str:
        """`const`, `let` or `var`; empty where there is none."""
        keyword = self._keywords.get(declarator.id)
        if keyword is None:
            declaration = declarator.parent
            keyword = declaration.children[0].type if declaration is not None else ""
        return keyword

    @cached_property
    def _keywords(self) -> dict[int, str]:
        """By declarator: a node knows what stands in it, and has to look for its parent."""
        found: dict[int, str] = {}
        for declaration in self._tree.nodes("lexical_declaration", "variable_declaration"):
            children = declaration.children
            keyword = children[0].type
            found.update((child.id, keyword) for child in children)
        return found

    def _declare_import(self, statement: Node) -> None:
        specifier = syntax.string_value(syntax.field(statement, "source"))
        if specifier is None:
            return
        type_only = any(child.type == "type" for child in statement.children)
        for clause in statement.named_children:
            if clause.type != "import_clause":
                continue
            for part in clause.named_children:
                if part.type == "identifier":
                    imported = Import(specifier, "default", type_only, statement)
                    self._add(part, Binding("", "import", part, imported=imported), self.module)
                elif part.type == "namespace_import":
                    imported = Import(specifier, "*", type_only, statement)
                    name = part.named_children[0] if part.named_children else None
                    self._add(name, Binding("", "import", part, imported=imported), self.module)
                elif part.type == "named_imports":
                    self._declare_named_imports(part, specifier, type_only, statement)

    def _declare_named_imports(
        self, part: Node, specifier: str, type_only: bool, statement: Node
    ) -> None:
        for one in part.named_children:
            if one.type != "import_specifier":
                continue
            name = syntax.field(one, "name")
            only = type_only or any(child.type == "type" for child in one.children)
            imported = Import(specifier, syntax.key_name(name) or "", only, statement)
            local = syntax.field(one, "alias") or name
            self._add(local, Binding("", "import", one, imported=imported), self.module)

    def _declare_function(self, function: Node) -> None:
        scope = self._by_node[function.id]
        kind = function.type
        if kind in ("function_declaration", "generator_function_declaration"):
            name = syntax.field(function, "name")
            self._add(name, Binding("", "function", function, value=function), scope.parent)
        elif kind == "function_expression":
            name = syntax.field(function, "name")
            self._add(name, Binding("", "function", function, value=function), scope)
        for position, parameter in enumerate(syntax.parameters(function)):
            pattern, default, annotation = parameter, None, None
            children = parameter.children
            if len(children) == 1:  # as most of them
                pattern = children[0]
            elif children:
                pattern = syntax.parameter_pattern(parameter)
                default = syntax.field(parameter, "value")
                annotation = syntax.field(parameter, "type")
            like = Binding(
                "",
                "parameter",
                parameter,
                default=default,
                type=annotation,
                function=function,
                position=position,
            )
            self._declare_pattern(pattern, like, scope)

    def _declare_variable(self, declarator: Node) -> None:
        children = declarator.children
        target = children[0]
        keyword = self._keyword(declarator)
        scope = self._scope_at(target.start_byte)
        if keyword == "var":
            while scope.parent is not None and scope.node.type not in syntax.FUNCTION_KINDS:
                scope = scope.parent
        value: Node | None
        annotation: Node | None
        if len(children) == 3 and children[1].type == "=":  # as nearly all of them
            value, annotation = children[2], None
        else:
            value = syntax.field(declarator, "value")
            annotation = syntax.field(declarator, "type")
        like = Binding(
            "", "variable", target, value=value, type=annotation, constant=keyword == "const"
        )
        self._declare_pattern(target, like, scope)

    def _declare_loop(self, loop: Node) -> None:
        left = syntax.field(loop, "left")
        if left is None or syntax.field(loop, "kind") is None:
            return
        like = Binding("", "loop", left, value=syntax.field(loop, "right"), constant=True)
        self._declare_pattern(left, like, self._by_node[loop.id])

    def _declare_pattern(self, pattern: Node, like: Binding, scope: Scope) -> None:
        if pattern.type == "identifier":
            self._add(pattern, like, scope)
            return
        stack: list[tuple[Node, tuple[str, ...], Node | None]] = [(pattern, (), like.default)]
        while stack:
            node, path, default = stack.pop()
            kind = node.type
            if kind in ("identifier", "shorthand_property_identifier_pattern"):
                own = Binding(
                    "",
                    like.kind,
                    node,
                    value=like.value,
                    path=path,
                    default=default,
                    type=like.type,
                    function=like.function,
                    position=like.position,
                    constant=like.constant,
                )
                if kind == "shorthand_property_identifier_pattern":
                    own.path = (*path, self._tree.text_of(node))
                self._add(node, own, scope)
            elif kind == "pair_pattern":
                value = syntax.field(node, "value")
                key = syntax.key_name(syntax.field(node, "key"))
                if value is not None:
                    stack.append((value, (*path, key or REST), None))
            elif kind in ("object_assignment_pattern", "assignment_pattern"):
                left = syntax.field(node, "left")
                if left is not None:
                    stack.append((left, path, syntax.field(node, "right")))
            elif kind == "rest_pattern":
                stack.extend((child, (*path, REST), None) for child in node.named_children)
            elif kind == "array_pattern":
                stack.extend(
                    (child, (*path, str(place)), None)
                    for place, child in enumerate(node.named_children)
                )
            elif kind == "object_pattern":
                stack.extend((child, path, None) for child in node.named_children)


def _nest(module: Scope, nodes: list[Node]) -> list[Scope]:
    scopes = [module]
    open_ = [module]
    for node in nodes:
        start = node.start_byte
        while len(open_) > 1 and open_[-1].end <= start:
            open_.pop()
        scope = Scope(node, open_[-1], node.end_byte)
        scopes.append(scope)
        open_.append(scope)
    return scopes
