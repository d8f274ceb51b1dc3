"""A file of the default runtime imports a Node.js built-in, by itself or through a file it loads.

Why: Convex's default runtime has no Node.js modules, so the file doesn't even bundle; only actions
in a file that begins with `"use node"` have them.
Silent when: it is `async_hooks`, which the default runtime has, only types are imported, a package
of that name is installed, or a `"use node"` file stands between (see `import-wrong-runtime`).

Bad:
    import { createHash } from "node:crypto";
    import { v } from "convex/values";
    import { internalAction } from "./_generated/server";

    export const fingerprint = internalAction({
      args: { text: v.string() },
      handler: async (_ctx, { text }) => createHash("sha256").update(text).digest("hex"),
    });
Good:
    "use node";
    import { createHash } from "node:crypto";
    import { v } from "convex/values";
    import { internalAction } from "./_generated/server";

    export const fingerprint = internalAction({
      args: { text: v.string() },
      handler: async (_ctx, { text }) => createHash("sha256").update(text).digest("hex"),
    });

Intent:
    use node & node api | node. | node module | node built | built in | npm | package | sdk |
      crypto | fs | library | require | need | only when & not query | import file;
    node api | node built | node.js api & runtime | default runtime | directive | action;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from agents.finding import Confidence, Severity
from assistant.code import syntax
from assistant.code.modules import Category, CodeFile
from assistant.code.project import Project
from assistant.code.rule import Report, Rule
from assistant.code.rules._module_imports import (
    is_in_type,
    is_type_only,
    is_used_as_type_only,
    loaded_files,
)

if TYPE_CHECKING:
    from tree_sitter import Node

_BUILT_INS = frozenset(
    [
        "assert",
        "buffer",
        "child_process",
        "cluster",
        "console",
        "constants",
        "crypto",
        "dgram",
        "diagnostics_channel",
        "dns",
        "domain",
        "events",
        "fs",
        "http",
        "http2",
        "https",
        "inspector",
        "module",
        "net",
        "os",
        "path",
        "perf_hooks",
        "process",
        "punycode",
        "querystring",
        "readline",
        "repl",
        "stream",
        "string_decoder",
        "sys",
        "timers",
        "tls",
        "trace_events",
        "tty",
        "url",
        "util",
        "v8",
        "vm",
        "wasi",
        "worker_threads",
        "zlib",
    ]
)
_ONLY_WITH_PREFIX = frozenset({"sea", "sqlite", "test"})
_IN_DEFAULT_RUNTIME = frozenset({"async_hooks"})
_ALSO_PACKAGES = frozenset(
    [
        "assert",
        "buffer",
        "events",
        "path",
        "process",
        "punycode",
        "querystring",
        "stream",
        "string_decoder",
        "url",
        "util",
    ]
)
"""What other packages often bring along under the same name, written for browsers."""


def check_file(file: CodeFile, project: Project) -> Iterator[Report]:
    """Report the imports that need Node.js."""
    if file.uses_node:
        return
    for source, name in _node_imports(file, project):
        yield RULE.at(
            file,
            source,
            f"`{name}` is a module of Node.js, but this file runs in the default runtime",
            hint='move what needs it to a file of actions that begins with `"use node"`',
            confidence=_confidence(source, name),
        )
    yield from _through_others(file, project)


def _through_others(file: CodeFile, project: Project) -> Iterator[Report]:
    """Report imports of files outside the deployed ones that need Node.js in their turn."""
    for statement in file.nodes("import_statement", "export_statement"):
        source = syntax.field(statement, "source")
        specifier = syntax.string_value(source)
        if source is None or specifier is None or is_type_only(statement):
            continue
        first = project.imported_file(file, specifier)
        if first is None or not _is_elsewhere(first) or is_used_as_type_only(file, statement):
            continue
        for other in (first, *loaded_files(project, first, enter=_is_elsewhere)):
            found = next(_node_imports(other, project), None)
            if found is not None:
                yield RULE.at(
                    file,
                    source,
                    f"`{specifier}` brings in `{found[1]}` of Node.js (in `{other.path}`), but "
                    "this file runs in the default runtime",
                    hint='import it in a file of actions that begins with `"use node"`',
                    confidence=Confidence.MEDIUM,
                )
                break


def _is_elsewhere(file: CodeFile) -> bool:
    return file.category in (Category.CLIENT, Category.CONFIG) and not file.uses_node


def _node_imports(file: CodeFile, project: Project) -> Iterator[tuple[Node, str]]:
    for statement in file.nodes("import_statement", "export_statement"):
        source = syntax.field(statement, "source")
        name = _built_in(source, project)
        if source is None or name is None or is_type_only(statement):
            continue
        if statement.type == "import_statement" and is_used_as_type_only(file, statement):
            continue
        yield source, name
    for call in file.calls_named(("", "require")):  # `import(…)` has no name
        callee = syntax.field(call, "function")
        if callee is None or not _loads_module(file, callee) or _is_tried(call) or is_in_type(call):
            continue
        source = syntax.argument(call, 0)
        name = _built_in(source, project)
        if source is not None and name is not None:
            yield source, name


def _built_in(source: Node | None, project: Project) -> str | None:
    """The specifier where it means a Node.js module that isn't there in the default runtime."""
    name = syntax.string_value(source)
    if name is None:
        return None
    prefixed = name.startswith("node:")
    module = name.removeprefix("node:").split("/")[0]
    if module in _IN_DEFAULT_RUNTIME:
        return None
    if prefixed:
        return name if module in _BUILT_INS or module in _ONLY_WITH_PREFIX else None
    if name.endswith("/"):
        return None  # So one says that the package of that name is meant.
    return name if module in _BUILT_INS and module not in project.dependencies else None


def _loads_module(file: CodeFile, callee: Node) -> bool:
    if callee.type == "import":
        return True
    is_require = callee.type == "identifier" and syntax.text_of(callee) == "require"
    return is_require and file.resolve(callee) is None


def _is_tried(call: Node) -> bool:
    """Whether a failing import is caught; the bundler lets that pass."""
    return any(outer.type == "try_statement" for outer in syntax.ancestors(call))


def _confidence(source: Node, name: str) -> Confidence:
    if name in _ALSO_PACKAGES:
        return Confidence.MEDIUM
    is_statement = source.parent is not None and source.parent.type != "arguments"
    return Confidence.HIGH if is_statement else Confidence.MEDIUM


RULE = Rule(
    id="node-api-without-use-node",
    severity=Severity.ERROR,
    category="layout",
    check_file=check_file,
)
