"""A project: its files, how they import each other, and what a name stands for across them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeVar, cast

from assistant.code import syntax
from assistant.code.modules import CODE_SUFFIXES, Category, CodeFile, Export
from assistant.code.names import REST, Binding

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.builders import Builders
    from assistant.code.contexts import Contexts
    from assistant.code.functions import RegisteredFunctions
    from assistant.code.queries import DbQueries
    from assistant.code.reach import Reach
    from assistant.code.schema import Schema, Schemas

Learnt = TypeVar("Learnt")

MAX_DEPTH = 24
"""How many steps a name is followed before it counts as unknown."""

_CLASSES = frozenset({"class_declaration", "class", "abstract_class_declaration"})
_GENERATED = re.compile(r"(?:^|/)_generated/(server|api|dataModel)(?:\.[jt]s)?$")
_SOURCE_OF_OUTPUT = {
    ".js": (".ts", ".tsx"),
    ".jsx": (".tsx",),
    ".mjs": (".mts",),
    ".cjs": (".cts",),
}


class Target(NamedTuple):
    """What a name or an expression stands for.

    Either a node of a file (`file`, `node`), or a name of a module that is no file of the project
    (`module`, `name`). The generated files are modules `_generated/server` and so on, whether
    they are there or not. (A tuple, as hundreds are made for each file.)
    """

    file: CodeFile | None = None
    node: Node | None = None
    """A function, class, object, call …; the identifier itself where it leads no further."""
    binding: Binding | None = None
    """The last name on the way, in `file`."""
    module: str | None = None
    name: str = ""
    """The exported name in `module`; `*` for the whole of it, or of `file` if `node` is None."""

    @property
    def is_package(self) -> bool:
        """Whether it comes from an installed package."""
        return (
            self.module is not None
            and not self.module.startswith((".", "/"))
            and not self.module.startswith("_generated/")
        )

    @property
    def is_missing(self) -> bool:
        """Whether it should be in a file that isn't there."""
        return self.module is not None and self.module.startswith((".", "/"))


UNKNOWN = Target()


@dataclass(frozen=True)
class PathAliases:
    """`paths` and `baseUrl` of a tsconfig, relative to the project's root."""

    patterns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    base: str | None = None

    def candidates(self, specifier: str) -> Iterable[str]:
        """The paths that a specifier may stand for, without ending."""
        for pattern, targets in self.patterns.items():
            prefix, star, suffix = pattern.partition("*")
            if not star:
                if specifier == pattern:
                    yield from targets
            elif specifier.startswith(prefix) and specifier.endswith(suffix):
                middle = specifier[len(prefix) : len(specifier) - len(suffix) or None]
                for target in targets:
                    yield target.replace("*", middle, 1)
        if self.base is not None:
            yield posixpath.join(self.base, specifier)


class Project:
    """Files that belong together, and all that is known about them. Nothing changes later."""

    def __init__(
        self,
        files: Iterable[CodeFile],
        *,
        functions_folder: str = "convex",
        aliases: PathAliases | None = None,
        convex_version: tuple[int, ...] | None = None,
        small_tables: frozenset[str] = frozenset(),
        is_snippet: bool = False,
        has_package: bool = False,
        dependencies: frozenset[str] = frozenset(),
        documents: Mapping[str, bytes] | None = None,
    ) -> None:
        self.files: tuple[CodeFile, ...] = tuple(files)
        self.functions_folder = functions_folder
        """Relative to the project's root, with `/`, without one at the end."""
        self.aliases = aliases or PathAliases()
        self.convex_version = convex_version
        """From package.json, such as (1, 31, 0); None where unknown."""
        self.small_tables = small_tables
        self.is_snippet = is_snippet
        """Made of pasted code or a document's examples: much may be missing."""
        self.has_package = has_package
        """Whether a package.json stands beside the functions folder."""
        self.dependencies = dependencies
        """The names of the packages that package.json lists, of whatever group."""
        self.documents: Mapping[str, bytes] = documents or {}
        """The exact bytes of the texts from which examples were taken, by displayed name."""
        self._by_path = _by_path(self.files)
        self._followed: dict[Binding, Target] = {}
        self._targets: dict[int, Target] = {}
        """By node: dozens of rules ask what the same call runs."""
        self._learnt: dict[Callable[[Project], object], object] = {}

    def once(self, learn: Callable[[Project], Learnt]) -> Learnt:
        """What `learn` finds out about this project; it is called the first time only.

        For what several rules share and the model itself has no need of.
        """
        if learn not in self._learnt:
            self._learnt[learn] = learn(self)
        return cast("Learnt", self._learnt[learn])

    def let_go(self, files: Iterable[CodeFile] | None = None) -> None:
        """Let go of all that is known. Nobody may ask this project, or these files, any more.

        `files`: those that belong to no other project; all of its files unless given. Files, nodes
        and answers point at each other in circles. Cut through, they are freed at once; otherwise
        the garbage collector would have to find them, which takes longer.
        """
        for file in self.files if files is None else files:
            vars(file).clear()
        vars(self).clear()

    # --- what is known; each part is made when first asked for -----------------------------------

    @cached_property
    def functions(self) -> RegisteredFunctions:
        """The registered functions."""
        from assistant.code.functions import RegisteredFunctions

        return RegisteredFunctions(self)

    @cached_property
    def builders(self) -> Builders:
        """What builds registered functions."""
        from assistant.code.builders import Builders

        return Builders(self)

    @cached_property
    def contexts(self) -> Contexts:
        """Which expressions are a context, or a part of one."""
        from assistant.code.contexts import Contexts

        return Contexts(self)

    @cached_property
    def reach(self) -> Reach:
        """Who calls whom."""
        from assistant.code.reach import Reach

        return Reach(self)

    @cached_property
    def queries(self) -> DbQueries:
        """The database queries."""
        from assistant.code.queries import DbQueries

        return DbQueries(self)

    @cached_property
    def schemas(self) -> Schemas:
        """The app's schema and those of its components."""
        from assistant.code.schema import Schemas

        return Schemas(self)

    def schema_for(self, file: CodeFile) -> Schema | None:
        """The schema that counts for a file's database; None where none is at hand."""
        return self.schemas.for_file(file)

    @cached_property
    def server_files(self) -> tuple[CodeFile, ...]:
        """The deployed files."""
        return tuple(file for file in self.files if file.category is Category.DEPLOYED)

    @cached_property
    def client_files(self) -> tuple[CodeFile, ...]:
        """Code outside the functions folder that mentions `api.` or an import of the API."""
        return tuple(
            file for file in self.files if file.category is Category.CLIENT and file.relevant
        )

    @cached_property
    def component_folders(self) -> tuple[str, ...]:
        """The folders of components: those whose `convex.config.ts` calls `defineComponent`."""
        return tuple(
            posixpath.dirname(file.path)
            for file in self.files
            if posixpath.basename(file.path).startswith("convex.config.")
            and b"defineComponent" in file.raw
        )

    def component_of(self, file: CodeFile) -> str | None:
        """The innermost component folder that holds the file, or None in the app itself."""
        around = [f for f in self.component_folders if file.path.startswith(f"{f}/" if f else "")]
        return max(around, key=len) if around else None

    # --- files and modules ----------------------------------------------------------------------

    def file_at(self, path: str, *, near: CodeFile | None = None) -> CodeFile | None:
        """The file with that path. Of several examples with one path: the one nearest to `near`."""
        found = self._by_path.get(path)
        if not found:
            return None
        if near is None or near.snippet is None or len(found) == 1:
            return found[0]
        here = near.snippet
        return min(found, key=lambda f: (abs((f.snippet or 0) - here), (f.snippet or 0) > here))

    def function_module(self, module: str, *, near: CodeFile | None = None) -> CodeFile | None:
        """The file of a module path such as `lib/auth`, as in `internal.lib.auth`."""
        return self._with_ending(posixpath.join(self._folder_of(near), module), near)

    def _folder_of(self, near: CodeFile | None) -> str:
        component = self.component_of(near) if near is not None else None
        return component if component is not None else self.functions_folder

    def imported_file(self, file: CodeFile, specifier: str) -> CodeFile | None:
        """The project's file that an import in `file` means, or None."""
        if specifier.startswith("."):
            joined = posixpath.normpath(posixpath.join(posixpath.dirname(file.path), specifier))
            return self._with_ending(joined, file)
        for candidate in self.aliases.candidates(specifier):
            found = self._with_ending(posixpath.normpath(candidate), file)
            if found is not None:
                return found
        return None

    def _with_ending(self, path: str, near: CodeFile | None) -> CodeFile | None:
        stem, ending = posixpath.splitext(path)
        sources = (stem + other for other in _SOURCE_OF_OUTPUT.get(ending, ()))
        suffixed = (path + suffix for suffix in CODE_SUFFIXES)
        indices = (f"{path}/index{suffix}" for suffix in CODE_SUFFIXES)
        for group in ((path,), sources, suffixed, indices):
            for candidate in group:
                found = self.file_at(candidate, near=near)
                if found is not None:
                    return found
        return None

    # --- what a name stands for -----------------------------------------------------------------

    def follow(self, file: CodeFile, node: Node | None, depth: int = 0) -> Target:
        """What an expression stands for, through names, imports, members and casts."""
        if node is None or depth > MAX_DEPTH:
            return UNKNOWN
        # A node's id is its place in memory, which no other node has while the trees are kept.
        known = self._targets.get(node.id)
        if known is not None:
            return known
        inner = syntax.unwrap(node)
        if inner is None:
            return UNKNOWN
        target = self._follow(file, inner, depth)
        if depth <= MAX_DEPTH // 2:
            # Deep in a chain the answer may be cut off by the depth, so it isn't kept.
            self._targets[node.id] = target
        return target

    def _follow(self, file: CodeFile, node: Node, depth: int) -> Target:
        kind = node.type
        if kind in ("identifier", "shorthand_property_identifier"):
            binding = file.names.resolve(node)
            if binding is None:
                return Target(file, node, name=syntax.text_of(node))
            return self.follow_binding(file, binding, depth + 1)
        if kind in ("member_expression", "subscript_expression"):
            name = syntax.member_name(node)
            owner = self.follow(file, node.children[0], depth + 1)
            found = self.member(owner, name, depth + 1) if name is not None else None
            return found if found is not None else Target(file, node)
        if kind == "this":
            return self._class_around(file, node)
        if kind == "await_expression":
            return self._imported_later(file, node, depth)
        return Target(file, node)

    def _imported_later(self, file: CodeFile, node: Node, depth: int) -> Target:
        """The module of `await import("./api")`; of another promise nothing is known."""
        call = syntax.unwrap_await(node)
        function = syntax.field(call, "function")
        if call is None or function is None or function.type != "import":
            return Target(file, node)
        specifier = syntax.string_value(syntax.argument(call, 0))
        if specifier is None:
            return Target(file, node)
        return self.import_target(file, specifier, "*", depth + 1)

    def follow_binding(self, file: CodeFile, binding: Binding, depth: int = 0) -> Target:
        """What a declared name stands for."""
        known = self._followed.get(binding)
        if known is not None:
            return known
        target = self._follow_binding(file, binding, depth)
        if depth <= MAX_DEPTH // 2:
            # Deep in a chain the answer may be cut off by the depth, so it isn't kept.
            self._followed[binding] = target
        return target

    def _follow_binding(self, file: CodeFile, binding: Binding, depth: int) -> Target:
        own = Target(file, binding.node, binding)
        if binding.imported is not None:
            imported = binding.imported
            return self.import_target(file, imported.specifier, imported.name, depth + 1)
        if binding.kind in ("function", "class"):
            return Target(file, binding.value, binding)
        if binding.kind != "variable" or binding.value is None or binding.assignments:
            return own
        target = self.follow(file, binding.value, depth + 1)
        for name in binding.path:
            found = None if name == REST else self.member(target, name, depth + 1)
            if found is None:
                return own
            target = found
        if target == UNKNOWN or (target.node is not None and target.node.type == "identifier"):
            return target if target.binding is not None or target.name else own
        return target if binding.path or target.binding else _named(target, binding)

    def text(self, file: CodeFile, node: Node | None) -> str | None:
        """The text that an expression is: a literal, or a constant's; None where it is none."""
        value = syntax.string_value(node)
        inner = syntax.unwrap(node) if value is None else None
        if inner is None or inner.type not in ("identifier", "member_expression"):
            return value
        return syntax.string_value(self.follow(file, inner).node)

    def import_target(self, file: CodeFile, specifier: str, name: str, depth: int = 0) -> Target:
        """What `import { name } from specifier` in `file` stands for."""
        generated = _GENERATED.search(specifier)
        if generated is not None:
            return Target(module=f"_generated/{generated[1]}", name=name)
        found = self.imported_file(file, specifier)
        if found is None:
            return Target(module=specifier, name=name)
        if name == "*":
            return Target(found, None, name="*")
        return self.exported(found, name, depth + 1)

    def exported(self, file: CodeFile, name: str, depth: int = 0) -> Target:
        """What a module's export stands for; UNKNOWN where it has none of that name."""
        if depth > MAX_DEPTH:
            return UNKNOWN
        export = file.exports.named.get(name)
        if export is not None:
            return self._export_target(file, export, depth + 1)
        if name != "default":
            missing = UNKNOWN
            for specifier in file.exports.stars:
                found = self.import_target(file, specifier, name, depth + 1)
                if found.node is not None or (found.file is not None and found.name == "*"):
                    return found
                if found.module is not None:
                    missing = found
            return missing
        return UNKNOWN

    def _export_target(self, file: CodeFile, export: Export, depth: int) -> Target:
        if export.specifier is not None:
            return self.import_target(file, export.specifier, export.imported, depth)
        if export.binding is not None:
            return self.follow_binding(file, export.binding, depth)
        return self.follow(file, export.node, depth)

    def member(self, owner: Target, name: str, depth: int = 0) -> Target | None:
        """What `owner.name` stands for, or None where that can't be told."""
        if depth > MAX_DEPTH:
            return None
        if owner.name == "*" and owner.node is None:
            if owner.file is not None:
                found = self.exported(owner.file, name, depth)
                return None if found == UNKNOWN else found
            return Target(module=owner.module, name=name)
        if owner.file is None or owner.node is None:
            return None
        kind = owner.node.type
        if kind == "object":
            return self._object_member(owner.file, owner.node, name, depth)
        if kind in _CLASSES:
            own = _class_member(owner.file, owner.node, name)
            base = _base_class(owner.node) if own is None else None
            return own if base is None else self._member_of(owner.file, base, name, depth)
        if kind == "new_expression":
            return self._member_of(owner.file, syntax.callee(owner.node), name, depth)
        if kind in ("call_expression", "await_expression"):
            given = self._given_back(owner.file, owner.node, depth + 1)
            return self.member(given, name, depth + 1) if given is not None else None
        return None

    def _member_of(self, file: CodeFile, node: Node | None, name: str, depth: int) -> Target | None:
        return self.member(self.follow(file, node, depth + 1), name, depth + 1)

    def _object_member(self, file: CodeFile, node: Node, name: str, depth: int) -> Target | None:
        value = syntax.object_member(node, name)
        if value is not None:
            return self.follow(file, value, depth + 1)
        for spread in reversed(syntax.object_spreads(node)):
            found = self._member_of(file, spread, name, depth)
            if found is not None:
                return found
        return None

    def _given_back(self, file: CodeFile, node: Node, depth: int) -> Target | None:
        """The `new Model(ctx)` that a function of the project gives to a call, where it is one."""
        call = syntax.unwrap_await(node)
        if call is None or call.type != "call_expression":
            return None
        function = self.follow(file, syntax.callee(call), depth)
        if function.file is None or function.node is None:
            return None
        if function.node.type not in syntax.FUNCTION_KINDS:
            return None
        returned = syntax.returned_expressions(function.node)
        made = self.follow(function.file, returned[0], depth) if len(returned) == 1 else UNKNOWN
        return made if made.node is not None and made.node.type == "new_expression" else None

    def _class_around(self, file: CodeFile, node: Node) -> Target:
        for outer in syntax.ancestors(node):
            if outer.type in _CLASSES:
                return Target(file, outer)
            if outer.type in ("function_declaration", "function_expression"):
                break
        return UNKNOWN


def _class_member(file: CodeFile, node: Node, name: str) -> Target | None:
    body = syntax.field(node, "body")
    for member in body.named_children if body is not None else ():
        if syntax.text_of(syntax.field(member, "name")) != name:
            continue
        if member.type == "method_definition":
            return Target(file, member)
        value = syntax.unwrap(syntax.field(member, "value"))
        if value is not None:
            return Target(file, value)
    return None


def _base_class(node: Node) -> Node | None:
    heritage = next((part for part in node.named_children if part.type == "class_heritage"), None)
    clauses = heritage.named_children if heritage is not None else []
    clause = next((part for part in clauses if part.type == "extends_clause"), None)
    return syntax.field(clause, "value")


def _named(target: Target, binding: Binding) -> Target:
    return Target(target.file, target.node, binding, target.module, target.name)


def _by_path(files: Iterable[CodeFile]) -> dict[str, list[CodeFile]]:
    by_path: dict[str, list[CodeFile]] = {}
    for file in files:
        by_path.setdefault(file.path, []).append(file)
    return by_path
