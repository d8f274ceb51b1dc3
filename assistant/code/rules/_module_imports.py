"""What a module loads when it is evaluated, and what of its imports is left after compiling."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from assistant.code import syntax

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.modules import CodeFile
    from assistant.code.project import Project

MAX_FILES = 500
"""How many files are followed from one file before the search is given up."""
_TYPE_CONTEXTS = frozenset(
    {
        "interface_declaration",
        "type_alias_declaration",
        "type_annotation",
        "type_arguments",
        "type_query",
    }
)


def is_type_only(statement: Node) -> bool:
    """Whether an import or re-export is of types alone: `import type`, `import { type A }`."""
    if any(child.type == "type" for child in statement.children):
        return True
    names: list[Node] = []
    for clause in statement.named_children:
        if clause.type == "import_clause":
            if any(part.type != "named_imports" for part in clause.named_children):
                return False
            names += [one for part in clause.named_children for one in part.named_children]
        elif clause.type == "export_clause":
            names += clause.named_children
    names = [one for one in names if one.type.endswith("_specifier")]
    return bool(names) and all(any(c.type == "type" for c in one.children) for one in names)


def is_in_type(node: Node) -> bool:
    """Whether an identifier stands in a type, as in `typeof schema` behind a colon."""
    parent = node.parent
    while parent is not None and parent.type in ("member_expression", "nested_identifier"):
        parent = parent.parent
    if parent is not None and parent.type in ("type_query", "nested_type_identifier"):
        return True
    for outer in syntax.ancestors(node):
        if outer.type in _TYPE_CONTEXTS:
            return True
        if outer.type in syntax.FUNCTION_KINDS or outer.type == "statement_block":
            return False
    return False


def is_used_as_type_only(file: CodeFile, statement: Node) -> bool:
    """Whether all names of an import are used, and each of them as a type only.

    The compiler leaves such an import out. One whose names nobody uses at all doesn't count.
    """
    types = {syntax.text_of(node) for node in file.nodes("type_identifier")}
    names = [
        binding
        for binding in file.names.module.bindings.values()
        if binding.imported is not None and binding.imported.statement == statement
    ]
    if not names:
        return False
    for binding in names:
        uses = file.names.uses(binding)
        if any(not is_in_type(use) for use in uses):
            return False
        if not uses and binding.name not in types:
            return False
    return True


def loaded_specifiers(file: CodeFile) -> Iterator[tuple[str, Node]]:
    """The specifiers that a module's imports and re-exports load, each with its string."""
    for statement in file.nodes("import_statement", "export_statement"):
        source = syntax.field(statement, "source")
        specifier = syntax.string_value(source)
        if source is not None and specifier is not None and not is_type_only(statement):
            yield specifier, source


def loaded_files(
    project: Project, start: CodeFile, *, enter: Callable[[CodeFile], bool] | None = None
) -> tuple[CodeFile, ...]:
    """The project's files that are loaded with a file, nearest first, itself left out.

    Files that `enter` refuses are left out, with what only they load.
    """
    found: dict[CodeFile, None] = {start: None}
    waiting = deque([start])
    while waiting and len(found) <= MAX_FILES:
        file = waiting.popleft()
        for specifier, _ in loaded_specifiers(file):
            inner = project.imported_file(file, specifier)
            if inner is not None and inner not in found and (enter is None or enter(inner)):
                found[inner] = None
                waiting.append(inner)
    return tuple(found)[1:]
