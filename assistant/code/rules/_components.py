"""Installed components: what `convex.config.ts` gives which name."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.code import syntax
from assistant.code.modules import CODE_SUFFIXES

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.modules import CodeFile
    from assistant.code.project import Project, Target

NAMES_OF_PACKAGES = {
    "@convex-dev/action-cache": "actionCache",
    "@convex-dev/action-retrier": "actionRetrier",
    "@convex-dev/agent": "agent",
    "@convex-dev/aggregate": "aggregate",
    "@convex-dev/better-auth": "betterAuth",
    "@convex-dev/crons": "crons",
    "@convex-dev/expo-push-notifications": "pushNotifications",
    "@convex-dev/geospatial": "geospatial",
    "@convex-dev/launchdarkly": "launchdarkly",
    "@convex-dev/migrations": "migrations",
    "@convex-dev/persistent-text-streaming": "persistentTextStreaming",
    "@convex-dev/polar": "polar",
    "@convex-dev/presence": "presence",
    "@convex-dev/prosemirror-sync": "prosemirrorSync",
    "@convex-dev/r2": "r2",
    "@convex-dev/rag": "rag",
    "@convex-dev/rate-limiter": "rateLimiter",
    "@convex-dev/ratelimiter": "ratelimiter",
    "@convex-dev/resend": "resend",
    "@convex-dev/sharded-counter": "shardedCounter",
    "@convex-dev/stripe": "stripe",
    "@convex-dev/twilio": "twilio",
    "@convex-dev/workflow": "workflow",
    "@convex-dev/workos-authkit": "workOSAuthKit",
    "@convex-dev/workpool": "workpool",
    "@dodopayments/convex": "dodopayments",
    "@erquhart/convex-oss-stats": "ossStats",
    "@gilhrpenner/convex-files-control": "convexFilesControl",
    "@hamzasaleemorg/convex-kv": "convexKv",
    "@ikhrustalev/convex-debouncer": "debouncer",
    "@posthog/convex": "posthog",
    "@useautumn/convex": "autumn",
    "convex-firecrawl-scrape": "firecrawlScrape",
    "convex-fs": "fs",
    "convex-revenuecat": "revenuecat",
    "convex-table-history": "tableHistory",
}
"""The names that packages' own definitions give them, for an `app.use` that says no other."""
PACKAGES_OF_NAMES = {name: package for package, name in NAMES_OF_PACKAGES.items()}
_DEFINES = frozenset({"defineApp", "defineComponent"})


@dataclass(frozen=True, slots=True)
class Installed:
    """What one app or component installs."""

    config: CodeFile | None
    """Its `convex.config.ts`; None where it has none."""
    names: frozenset[str]
    nameless: bool
    """Whether something is installed whose own name isn't known."""
    dynamic: bool
    """Whether there may be any number of others: installed out of sight."""


def installed_for(project: Project, file: CodeFile, said: str | None = None) -> Installed:
    """What the app or component that holds a file installs.

    `said` is the import that names the generated API, which decides where it is relative: code
    of the app may lie in a component's folder, and then imports the app's.
    """
    component = project.component_of(file)
    folder = project.functions_folder if component is None else component
    if component and said is not None and said.startswith("."):
        reached = posixpath.normpath(posixpath.join(posixpath.dirname(file.path), said))
        if not reached.startswith(f"{component}/"):
            folder = project.functions_folder
    return project.once(_all_installed)(folder, file)


class _AllInstalled:
    def __init__(self, project: Project) -> None:
        self._project = project
        self._known: dict[CodeFile | None, Installed] = {}

    def __call__(self, folder: str, near: CodeFile) -> Installed:
        paths = (posixpath.join(folder, f"convex.config{suffix}") for suffix in CODE_SUFFIXES)
        found = (self._project.file_at(path, near=near) for path in paths)
        config = next((file for file in found if file is not None), None)
        if config not in self._known:
            self._known[config] = _read(self._project, config)
        return self._known[config]


def _all_installed(project: Project) -> _AllInstalled:
    return _AllInstalled(project)


def _read(project: Project, config: CodeFile | None) -> Installed:
    if config is None:
        return Installed(None, frozenset(), nameless=False, dynamic=False)
    names: set[str] = set()
    nameless = False
    dynamic = _is_handed_on(project, config)
    for call in config.nodes("call_expression"):
        owner = syntax.receiver(call)
        if syntax.callee_name(call) != "use" or owner is None:
            continue
        if not is_definition(project, project.follow(config, owner)):
            dynamic = True
            continue
        name = _name_of(project, config, call)
        if name is None:
            nameless = True
        else:
            names.add(name)
    return Installed(config, frozenset(names), nameless, dynamic)


def is_definition(project: Project, target: Target) -> bool:
    """Whether a target is a call of `defineApp` or `defineComponent`."""
    if target.file is None or target.node is None or target.node.type != "call_expression":
        return False
    made = project.follow(target.file, syntax.callee(target.node))
    return made.name in _DEFINES


def _is_handed_on(project: Project, config: CodeFile) -> bool:
    """Whether the definition is given to other code, which may install what it likes."""
    for binding in config.names.module.bindings.values():
        if (
            binding.kind == "variable"
            and is_definition(project, project.follow(config, binding.node))
            and any(
                use.parent is not None and use.parent.type == "arguments"
                for use in config.names.uses(binding)
            )
        ):
            return True
    return False


def _name_of(project: Project, config: CodeFile, call: Node) -> str | None:
    options = project.follow(config, syntax.argument(call, 1))
    if options.node is not None and options.file is not None and options.node.type == "object":
        if syntax.object_spreads(options.node):
            return None
        given = syntax.object_member(options.node, "name")
        if given is not None:
            value = project.follow(options.file, given)
            return syntax.string_value(value.node)
    elif len(syntax.arguments(call)) > 1:
        return None
    return _own_name(project, project.follow(config, syntax.argument(call, 0)))


def _own_name(project: Project, definition: Target) -> str | None:
    if definition.module is not None:
        parts = definition.module.split("/")
        package = "/".join(parts[:2]) if definition.module.startswith("@") else parts[0]
        return NAMES_OF_PACKAGES.get(package)
    if not is_definition(project, definition) or definition.node is None:
        return None
    return syntax.string_value(syntax.argument(definition.node, 0))


def names_used(project: Project, file: CodeFile) -> Iterator[tuple[Node, str, str]]:
    """Each `X` of `components.X` in a file's code: the node that says it, `X`, and the import."""
    if b"components" not in file.raw:
        return
    for binding in list(file.names.module.bindings.values()):
        if binding.imported is None or binding.imported.type_only:
            continue
        target = project.follow_binding(file, binding)
        if target.module not in ("_generated/api", "_generated/server"):
            continue
        for use in file.names.uses(binding):
            whole: Node | None = use
            if target.name != "components":
                whole = _member_around(use, "components") if target.name == "*" else None
            for node, name in _members(file, whole, 0) if whole is not None else ():
                yield node, name, binding.imported.specifier


def _member_around(use: Node, name: str) -> Node | None:
    outer = syntax.wrapped(use).parent
    return outer if outer is not None and syntax.member_name(outer) == name else None


def _members(file: CodeFile, use: Node, depth: int) -> Iterator[tuple[Node, str]]:
    outer = syntax.wrapped(use)
    parent = outer.parent
    if parent is None or depth > 2:
        return
    if parent.type in ("member_expression", "subscript_expression"):
        name = syntax.member_name(parent)
        node = syntax.field(parent, "property") or syntax.field(parent, "index")
        if name is not None and node is not None and syntax.field(parent, "object") == outer:
            yield node, name
    elif parent.type == "variable_declarator" and syntax.field(parent, "value") == outer:
        left = syntax.field(parent, "name")
        if left is not None and left.type == "object_pattern":
            yield from _picked(left)
        elif left is not None and (binding := file.names.resolve(left)) is not None:
            for inner in file.names.uses(binding):
                yield from _members(file, inner, depth + 1)


def _picked(pattern: Node) -> Iterator[tuple[Node, str]]:
    for one in pattern.named_children:
        key = syntax.field(one, "key") or syntax.field(one, "left") or one
        name = syntax.key_name(key)
        if name is not None and one.type != "rest_pattern" and one.type != "comment":
            yield key, name
