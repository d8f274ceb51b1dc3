"""Of which kind a difference from the official ESLint plugin is, by what the code itself shows.

Each kind stands in `docs/peer-differences.md`. *Deviate*: the plugin's verdict would be wrong.
*Beyond*: we see what it doesn't look for.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.code import syntax
from assistant.code.modules import Category, CodeFile
from assistant.code.project import Project

if TYPE_CHECKING:
    from tree_sitter import Node

_TERMINALS = frozenset({"collect", "take", "first", "unique", "paginate"})
_REGISTRARS = frozenset(
    {"query", "mutation", "action", "internalQuery", "internalMutation", "internalAction"}
)
_ENTRY_NAME = re.compile(r"(?!schema\.)[^.#][^.]*\.(?:[cm]?[jt]s|jsx)")
_TABLE_NAMED_SINCE = (1, 31)
_OWN_DIRECTIVE = b"convexpert-ignore"
_HEADER = 100
"""So many characters of a file the plugin searches for `use node`."""


@dataclass(frozen=True, slots=True)
class Spot:
    """The place of a finding that only one side has."""

    rule: str
    project: Project
    file: CodeFile
    node: Node
    """What both sides would name: a method, a function's name, a module's specifier."""
    at_peer: Node
    """For a finding of the plugin's the node that it reports, else the same as `node`."""
    absolute: str
    """The file's absolute path, with `/`."""

    @property
    def call(self) -> Node | None:
        """The call whose method `node` is."""
        return next(
            (outer for outer in syntax.ancestors(self.node) if outer.type == "call_expression"),
            None,
        )


Explain = Callable[[Spot], str | None]


def kind_of_theirs(spot: Spot) -> str | None:
    """Why the plugin reports what we don't; None where nothing explains it."""
    if spot.file.category in (Category.CLIENT, Category.GENERATED) or not spot.file.module:
        return "outside the functions folder"
    if _has_own_directive(spot):
        return "directive of our own"
    explain = _THEIRS.get(spot.rule)
    return explain(spot) if explain is not None else None


def kind_of_ours(spot: Spot) -> str | None:
    """Why we report what the plugin doesn't; None where nothing explains it."""
    explain = _OURS.get(spot.rule)
    return explain(spot) if explain is not None else None


# --- only theirs -----------------------------------------------------------------------------


def _has_own_directive(spot: Spot) -> bool:
    """On a line of what the plugin reports, or on the one above it."""
    first = spot.at_peer.start_point[0]
    lines = spot.file.raw.splitlines()[max(first - 1, 0) : spot.node.end_point[0] + 1]
    return any(_OWN_DIRECTIVE in line for line in lines)


def _foreign_database(spot: Spot) -> str | None:
    """An object that is called `db` and is no part of a Convex context."""
    base = syntax.chain_root(_database_below(spot.call))
    if base is None:
        return None
    if base.type == "this":
        return "no Convex database"
    binding = spot.file.resolve(base) if base.type == "identifier" else None
    if binding is None:
        return None
    value = syntax.unwrap_await(binding.value)
    if value is not None and value.type == "object":
        value = syntax.object_member(value, "db")
        value = spot.project.follow(spot.file, value).node if value is not None else None
    # `const db = fixture()` in a test: made of nothing that Convex gives.
    made = value is not None and (
        value.type == "new_expression"
        or (value.type == "call_expression" and _is_apart(spot, value))
    )
    imported = binding.imported is not None and not binding.imported.specifier.startswith(".")
    return "no Convex database" if made or imported else None


def _is_apart(spot: Spot, call: Node) -> bool:
    """Whether a call isn't made on the context, nor given any part of it."""
    parts = (syntax.callee(call), *syntax.arguments(call))
    return all(spot.project.contexts.path_of(spot.file, part) is None for part in parts)


def _table_id(spot: Spot) -> str | None:
    version = spot.project.convex_version
    if version is not None and version[:2] < _TABLE_NAMED_SINCE:
        return "convex below 1.31"
    return _foreign_database(spot)


def _their_import(spot: Spot) -> str | None:
    if spot.file.uses_node:
        return "importer runs in Node.js itself"
    statement = spot.at_peer
    if any(child.type == "type" for child in statement.children):
        return "type-only import"
    named = list(syntax.descendants(statement, "import_specifier"))
    if named and all(syntax.text_of(one).startswith("type ") for one in named):
        return "type-only import"
    specifier = syntax.string_value(syntax.field(statement, "source")) or ""
    imported = spot.project.imported_file(spot.file, specifier)
    if imported is not None and not imported.uses_node:
        return "`use node` is no directive there"
    return None


def _their_args(spot: Spot) -> str | None:
    config = spot.at_peer
    if config.type != "object":
        return None
    if "args" in dict(syntax.object_members(config)):
        return "`args` under a quoted key"
    if syntax.object_spreads(config):
        return "`args` may come with a spread"
    function = _call_around(config)
    callee = None if function is None else syntax.callee(function)
    target = None if callee is None else spot.project.follow(spot.file, callee)
    if target is not None and target.is_package and not (target.module or "").startswith("convex"):
        return "builder of another library"
    return None


_THEIRS: dict[str, Explain] = {
    "explicit-table-ids": _table_id,
    "no-filter-in-query": _foreign_database,
    "no-collect-in-query": _foreign_database,
    "import-wrong-runtime": _their_import,
    "require-args-validator": _their_args,
}


# --- only ours -------------------------------------------------------------------------------


def _our_query(spot: Spot) -> str | None:
    call = spot.call
    if call is None:
        return None
    root = _chain_bottom(call)
    if root.type != "call_expression" or syntax.callee_name(root) != "query":
        if root.type == "call_expression":
            return "query from a helper or through a wrapper"
        return "query kept in a variable or handed on"
    called = syntax.field(root, "function")
    if called is not None and called.type != "member_expression":
        return "database through a cast"
    return _database_kind(syntax.receiver(root))


def _our_table_id(spot: Spot) -> str | None:
    call = spot.call
    if call is None:
        return None
    method = syntax.field(call, "function")
    if method is None or method.type != "member_expression":
        return "database under another name"
    kind = _database_kind(syntax.field(method, "object"))
    if kind is None and syntax.text_of(syntax.field(method, "object")) == "db":
        return "database under another name"
    return kind


def _database_kind(database: Node | None) -> str | None:
    """What keeps the plugin from taking an expression for a database; None if nothing does."""
    if database is None:
        return "database under another name"
    if database.type == "identifier":
        return None if syntax.text_of(database) == "db" else "database under another name"
    name = syntax.member_name(database) if database.type == "member_expression" else None
    if database.type in ("parenthesized_expression", "non_null_expression", "as_expression"):
        return "database through a cast"
    if name == "system":
        return "system tables"
    return None if name == "db" else "database under another name"


def _our_args(spot: Spot) -> str | None:
    declarator = next(
        (one for one in syntax.ancestors(spot.node) if one.type == "variable_declarator"), None
    )
    if declarator is None or syntax.field(declarator, "name") != spot.node:
        return "exported otherwise than by `export const`"
    outer = declarator.parent.parent if declarator.parent is not None else None
    if outer is None or outer.type != "export_statement":
        return "exported otherwise than by `export const`"
    call = syntax.unwrap(syntax.field(declarator, "value"))
    callee = None if call is None else syntax.field(call, "function")
    if callee is None or callee.type != "identifier":
        return "builder under another name"
    if syntax.text_of(callee) not in _REGISTRARS:
        return "builder under another name"
    given = None if call is None else syntax.argument(call, 0)
    return "function given by name" if given is not None and given.type == "identifier" else None


def _our_old_syntax(spot: Spot) -> str | None:
    kinds = {outer.type for outer in syntax.ancestors(spot.node)}
    if "variable_declarator" not in kinds:
        return "exported otherwise than by `export const`"
    return _not_entry(spot)


def _our_import(spot: Spot) -> str | None:
    specifier = syntax.string_value(spot.node) or ""
    if not specifier.startswith("."):
        return "import through a path alias"
    if posixpath.splitext(specifier)[1] in (".js", ".mjs", ".cjs", ".jsx"):
        return "import of a `.ts` file as `.js`"
    imported = spot.project.imported_file(spot.file, specifier)
    if imported is not None:
        if b"use node" not in imported.raw[:_HEADER]:
            return "`use node` behind a long header"
        if "convex/" not in imported.path:
            return "functions folder under another name"
    return _not_entry(spot)


def _not_entry(spot: Spot) -> str | None:
    if " " in spot.absolute:
        return "space in the path"
    name = spot.absolute.rsplit("/", 1)[-1]
    return None if _ENTRY_NAME.fullmatch(name) else "file that the plugin leaves out"


def _our_environment(spot: Spot) -> str | None:
    folder = spot.project.functions_folder
    return "functions folder under another name" if folder.rsplit("/")[-1] != "convex" else None


def _our_duplicate(spot: Spot) -> str | None:
    chain = spot.node
    for outer in syntax.ancestors(spot.node):
        if outer.type not in ("call_expression", "member_expression"):
            break
        chain = outer
    cast = any(
        item.type in ("as_expression", "satisfies_expression")
        for fields in syntax.descendants(chain, "array")
        for item in fields.named_children
    )
    return "field of an index through a cast" if cast else None


_OURS: dict[str, Explain] = {
    "no-duplicate-indexes": _our_duplicate,
    "explicit-table-ids": _our_table_id,
    "no-filter-in-query": _our_query,
    "no-collect-in-query": _our_query,
    "import-wrong-runtime": _our_import,
    "require-args-validator": _our_args,
    "no-old-registered-function-syntax": _our_old_syntax,
    "no-process-env": _our_environment,
}


# --- shapes ----------------------------------------------------------------------------------


def _chain_bottom(call: Node) -> Node:
    """Where the plugin's way down a chain of member calls ends: at `query`, or where none is."""
    node = call
    while True:
        below = _below(node)
        if below is None:
            return node
        node = below
        if node.type != "call_expression":
            return node
        name = syntax.callee_name(node)
        if name == "query" or name in _TERMINALS:
            return node


def _below(call: Node) -> Node | None:
    target = syntax.callee(call)
    if target is None or target.type != "member_expression":
        return None
    return syntax.unwrap_await(syntax.field(target, "object"))


def _database_below(call: Node | None) -> Node | None:
    """The database of `db.get(…)` or of `db.query(…).filter(…)`."""
    if call is None:
        return None
    if syntax.callee_name(call) not in ("filter", "collect"):
        return syntax.receiver(call)
    root = _chain_bottom(call)
    return syntax.receiver(root) if root.type == "call_expression" else None


def _call_around(node: Node) -> Node | None:
    return next((one for one in syntax.ancestors(node) if one.type == "call_expression"), None)
