"""Names that a mend needs: how they are called in a file, or the edit that imports them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.finding import Edit
from assistant.code import syntax

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.modules import CodeFile


@dataclass(frozen=True, slots=True)
class Needed:
    """An exported name as this file can say it."""

    local: str
    edits: tuple[Edit, ...]
    """What imports it; empty where it is imported already."""


def need(file: CodeFile, at: Node, name: str, specifier: str) -> Needed | None:
    """The way to `name` of the module `specifier` at a node; None where the name is taken.

    An import of the same module is widened; without one a line is added above the first import.
    """
    widened: Node | None = None
    for statement in file.nodes("import_statement"):
        if syntax.string_value(syntax.field(statement, "source")) != specifier:
            continue
        named = next(iter(syntax.descendants(statement, "named_imports")), None)
        if named is None or any(child.type == "type" for child in statement.children):
            continue
        for one in named.named_children:
            outer = syntax.field(one, "name")
            if syntax.text_of(outer) == name and not any(c.type == "type" for c in one.children):
                local = syntax.text_of(syntax.field(one, "alias") or outer)
                visible = file.names.lookup(local, at.start_byte)
                is_import = visible is not None and visible.imported is not None
                return Needed(local, ()) if is_import else None
        widened = widened or named
    if file.names.lookup(name, at.start_byte) is not None:
        return None
    return Needed(name, (_widen(widened, name) if widened else _add(file, name, specifier),))


def _widen(named: Node, name: str) -> Edit:
    listed = [child for child in named.named_children if child.type == "import_specifier"]
    if not listed:
        return Edit(named.start_byte, named.end_byte, f"{{ {name} }}")
    first = listed[0]
    return Edit(first.start_byte, first.start_byte, f"{name}, ")


def _add(file: CodeFile, name: str, specifier: str) -> Edit:
    imports = file.nodes("import_statement")
    sample = syntax.text_of(syntax.field(imports[0], "source")) if imports else '"'
    quote = sample[:1] or '"'
    end = "\r\n" if b"\r\n" in file.raw else "\n"
    place = imports[0].start_byte if imports else _after_directives(file)
    return Edit(place, place, f"import {{ {name} }} from {quote}{specifier}{quote};{end}")


def _after_directives(file: CodeFile) -> int:
    """Where the first statement begins that isn't a directive such as `"use node"`."""
    for statement in file.tree.root.named_children:
        inner = statement.named_children[0] if statement.named_children else None
        is_directive = (
            statement.type == "expression_statement"
            and inner is not None
            and inner.type == "string"
        )
        if not is_directive and statement.type not in ("comment", "hash_bang_line"):
            return statement.start_byte
    return file.tree.root.end_byte
