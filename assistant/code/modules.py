"""One source file of a project: its tree, names and exports, each made when first asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from agents.location import Span
from assistant.code import syntax
from assistant.code.names import Binding, Names

if TYPE_CHECKING:
    from tree_sitter import Node

CODE_SUFFIXES = (".ts", ".tsx", ".js", ".jsx", ".mts", ".mjs", ".cts", ".cjs")
_HOOK_GIVEN_NAME = re.compile(
    rb"\buse(?:Action|Mutation|PaginatedQuery|Query)\(\s*\w+(?:\s*[,)]|\s+as\b)"
)
_TSX_SUFFIXES = (".tsx", ".jsx", ".js", ".mjs", ".cjs")
_TEST_NAME = re.compile(r"(^|/)(__tests__|__mocks__|tests?)/|\.(test|spec)\.[a-z]+$")


class Category(StrEnum):
    """What part a file plays."""

    DEPLOYED = "deployed"
    """In the functions folder: its code runs on the backend."""
    CONFIG = "config"
    """In the functions folder, but no module of functions (`convex.config.ts`)."""
    GENERATED = "generated"
    TEST = "test"
    CLIENT = "client"
    """Outside the functions folder."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a file's text stands for the user: a file of its own, or a part of a document."""

    display: str
    """The file to show: as the user named it, relative where possible, with `/`."""
    first_line: int = 1
    """The 1-based line of `display` on which the text begins."""
    columns: tuple[int, ...] = ()
    """For each line of the text how many characters stand before it (a fence's indentation)."""

    def span(self, inner: Span) -> Span:
        """A span of the text as a span of `display`."""
        if self.first_line == 1 and not self.columns:
            return inner
        shift = self.first_line - 1
        return Span(
            inner.line + shift,
            inner.column + self._before(inner.line),
            inner.end_line + shift,
            inner.end_column + self._before(inner.end_line),
        )

    def _before(self, line: int) -> int:
        return self.columns[line - 1] if line <= len(self.columns) else 0


@dataclass(frozen=True, slots=True)
class Export:
    """One name that a module exports."""

    name: str
    statement: Node
    node: Node
    """The identifier or expression that is exported."""
    binding: Binding | None = None
    """Of a local name."""
    specifier: str | None = None
    """Of `export … from "specifier"`."""
    imported: str = ""
    """The name over there, or `*` for the whole module."""


@dataclass(frozen=True, slots=True)
class Exports:
    """What a module exports."""

    named: dict[str, Export] = field(default_factory=dict)
    stars: tuple[str, ...] = ()
    """The specifiers of `export * from`."""


class CodeFile:
    """A source file. Two files are the same only if they are the same object."""

    def __init__(
        self,
        path: str,
        load: Callable[[], bytes],
        *,
        category: Category,
        module: str = "",
        origin: Origin | None = None,
        checked: bool = True,
        named: bool = False,
        snippet: int | None = None,
        tsx: bool | None = None,
    ) -> None:
        self.path = path
        """Relative to the project's root, with `/`."""
        self.category = category
        self.module = module
        """Its place in the functions folder without ending (`lib/auth`); empty elsewhere."""
        self.origin = origin or Origin(path)
        self.checked = checked
        """Whether findings in it are wanted."""
        self.named = named
        """Whether it was named by itself, and not found in a folder."""
        self.snippet = snippet
        """For an example of a document: the number of its code block."""
        self._load = load
        self.tsx = path.endswith(_TSX_SUFFIXES) if tsx is None else tsx
        """Whether it is read as TypeScript with JSX in it."""

    def __repr__(self) -> str:
        """For failing tests."""
        return f"CodeFile({self.path!r})"

    @cached_property
    def raw(self) -> bytes:
        """The exact bytes."""
        return self._load()

    @cached_property
    def relevant(self) -> bool:
        """Whether there is anything in it to check.

        Client code found in a folder counts only where it speaks of the backend's API, or gives
        Convex's hooks something else by name.
        """
        if self.category is Category.GENERATED:
            return False
        if self.category is not Category.CLIENT or self.named or self.snippet is not None:
            return True
        if b"api." in self.raw or b"_generated/api" in self.raw:
            return True
        return b"convex/react" in self.raw and _HOOK_GIVEN_NAME.search(self.raw) is not None

    @cached_property
    def problem(self) -> str | None:
        """Why the file can't be analysed at all, or None."""
        if len(self.raw) > syntax.MAX_BYTES:
            return f"the file is larger than {syntax.MAX_BYTES:,} bytes"
        if b"\0" in self.raw[:8192]:
            return "the file is not UTF-8 text"
        return None

    @cached_property
    def tree(self) -> syntax.Tree:
        """The parsed source; empty where `problem` says why."""
        source = b"" if self.problem else self.raw
        tree = syntax.Tree(source, tsx=self.tsx)
        if self.snippet is not None and tree.root.has_error:
            # Examples are often fenced as `ts` and hold JSX, or the other way round.
            other = syntax.Tree(source, tsx=not self.tsx)
            if not other.root.has_error:
                return other
        return tree

    @cached_property
    def names(self) -> Names:
        """Scopes and bindings."""
        return Names(self.tree)

    @cached_property
    def exports(self) -> Exports:
        """What the module exports."""
        return _exports_of(self)

    @cached_property
    def uses_node(self) -> bool:
        """Whether the file begins with the `"use node"` directive."""
        return "use node" in self.directives

    @cached_property
    def directives(self) -> tuple[str, ...]:
        """The strings of the directive prologue."""
        found: list[str] = []
        for statement in self.tree.root.named_children:
            if statement.type in ("comment", "hash_bang_line"):
                continue
            inner = statement.named_children[0] if statement.named_children else None
            if statement.type != "expression_statement" or inner is None or inner.type != "string":
                break
            found.append(syntax.string_value(inner) or "")
        return tuple(found)

    def nodes(self, *kinds: str) -> list[Node]:
        """All nodes of these kinds; for one kind in document order."""
        return self.tree.nodes(*kinds)

    @cached_property
    def calls_by_name(self) -> dict[str, list[Node]]:
        """The calls and `new` expressions by their callee's last name; "" where it has none."""
        by_name: dict[str, list[Node]] = {}
        for call in self.nodes("call_expression", "new_expression"):
            by_name.setdefault(syntax.callee_name(call), []).append(call)
        return by_name

    def calls_named(self, names: Iterable[str]) -> list[Node]:
        """The calls and `new` expressions whose callee's last name is one of these, in order."""
        found = [call for name in names for call in self.calls_by_name.get(name, ())]
        return sorted(found, key=lambda call: (call.start_byte, -call.end_byte))

    @cached_property
    def members_by_name(self) -> dict[str, list[Node]]:
        """Its `a.b`, and behind them its `a["b"]`, by the member's name."""
        by_name: dict[str, list[Node]] = {}
        for node in self.nodes("member_expression", "subscript_expression"):
            name = syntax.member_name(node)
            if name is not None:
                by_name.setdefault(name, []).append(node)
        return by_name

    def span(self, node: Node, end: Node | None = None) -> Span:
        """Where `node` (or all from it to `end`) stands for the user."""
        last = end or node
        return self.origin.span(self.tree.index.span(node.start_byte, last.end_byte))

    def line(self, node: Node) -> int:
        """The 1-based line of the file's own text on which `node` begins."""
        return self.tree.index.line_of(node.start_byte)

    def resolve(self, identifier: Node) -> Binding | None:
        """The binding that an identifier refers to."""
        return self.names.resolve(identifier)


def is_test_path(path: str) -> bool:
    """Whether a path is that of a test."""
    return _TEST_NAME.search(path) is not None


def category_in_functions(inner: str) -> Category:
    """The category of a file by its path inside the functions folder."""
    name = inner.rsplit("/", 1)[-1]
    if "_generated/" in f"{inner}/":
        return Category.GENERATED
    if is_test_path(inner):
        return Category.TEST
    if name.count(".") > 1:
        return Category.CONFIG
    return Category.DEPLOYED


def _exports_of(file: CodeFile) -> Exports:
    named: dict[str, Export] = {}
    stars: list[str] = []
    for statement in file.nodes("export_statement"):
        if statement.parent is None or statement.parent.type != "program":
            continue
        specifier = syntax.string_value(syntax.field(statement, "source"))
        declaration = syntax.field(statement, "declaration")
        is_default = any(child.type == "default" for child in statement.children)
        if is_default:
            value = declaration or syntax.field(statement, "value")
            if value is not None:
                named["default"] = Export("default", statement, value)
        elif declaration is not None:
            for name in _declared_names(declaration):
                text = syntax.text_of(name)
                binding = file.names.in_module(text)
                named.setdefault(text, Export(text, statement, name, binding=binding))
        elif specifier is not None and not statement.named_children[0].type.endswith(
            ("clause", "namespace_export")
        ):
            stars.append(specifier)
        else:
            for export in _clause_exports(file, statement, specifier):
                named.setdefault(export.name, export)
    return Exports(named, tuple(stars))


def _declared_names(declaration: Node) -> list[Node]:
    if declaration.type not in ("lexical_declaration", "variable_declaration"):
        name = syntax.field(declaration, "name")
        return [] if name is None else [name]
    found: list[Node] = []
    for declarator in declaration.named_children:
        target = syntax.field(declarator, "name")
        if target is None:
            continue
        if target.type == "identifier":
            found.append(target)
        else:
            found.extend(
                syntax.descendants(target, "identifier", "shorthand_property_identifier_pattern")
            )
    return found


def _clause_exports(file: CodeFile, statement: Node, specifier: str | None) -> list[Export]:
    found: list[Export] = []
    for part in statement.named_children:
        if part.type == "namespace_export" and specifier is not None and part.named_children:
            name = part.named_children[0]
            text = syntax.text_of(name)
            found.append(Export(text, statement, name, specifier=specifier, imported="*"))
        if part.type != "export_clause":
            continue
        for one in part.named_children:
            local = syntax.field(one, "name")
            if one.type != "export_specifier" or local is None:
                continue
            inner = syntax.key_name(local) or ""
            outer = syntax.key_name(syntax.field(one, "alias")) or inner
            binding = None if specifier is not None else file.names.in_module(inner)
            found.append(Export(outer, statement, local, binding, specifier, inner))
    return found
