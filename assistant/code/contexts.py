"""Which expressions are a Convex context or a part of one, under whatever name.

`ctx.db`, `const d = ctx.db`, `({ db }) =>`, `(db: DatabaseReader) =>`, `deps.ctx.db`: all have the
path `("db",)`. A path counts from the context.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from agents.finding import Confidence
from assistant.code import syntax
from assistant.code.builders import Kind
from assistant.code.names import REST, Binding

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.modules import CodeFile
    from assistant.code.project import Project

_CTX_TYPE = re.compile(r"\b\w*?(Query|Mutation|Action)Ctx\b")
_CTX_LIKE_TYPE = re.compile(r"^:?\s*(?:Readonly<)?\w*Ctx\b")
_CTX_PART_TYPE = re.compile(r"Ctx(?:<[^<>]*>)?\s*\[\s*[\"'](\w+)[\"']\s*\]\s*$")
_PART_TYPES = {
    "DatabaseReader": ("db",),
    "DatabaseWriter": ("db",),
    "GenericDatabaseReader": ("db",),
    "GenericDatabaseWriter": ("db",),
    "Scheduler": ("scheduler",),
    "StorageReader": ("storage",),
    "StorageWriter": ("storage",),
    "StorageActionWriter": ("storage",),
    "Auth": ("auth",),
}
_PART_TYPE = re.compile(r"^:?\s*(" + "|".join(_PART_TYPES) + r")\b(?!\s*\[)")
_OPEN_TYPE = re.compile(r"^:?\s*(any|unknown|\{.*)?$", re.DOTALL)
_ANY = re.compile(r"^:?\s*any$")
_NAMES = (
    "identifier",
    "shorthand_property_identifier",
    "shorthand_property_identifier_pattern",
)
_ONLY_OF_CTX = frozenset({"runAction", "runMutation", "runQuery", "vectorSearch"})
"""What nothing but a context has: `({ runQuery }) =>` takes one apart."""
_DB_PART_KEY = re.compile(r"\b(db|scheduler|storage|auth|runQuery|runMutation|runAction)\s*\??:")
_CTX_NAMES = frozenset({"ctx", "_ctx", "convexCtx", "queryCtx", "mutationCtx", "actionCtx"})
_ONE_NAME = re.compile(r"^:?\s*([A-Za-z_$][\w$]*)\s*(?:<.*>)?\s*$", re.DOTALL)
_MAX_DEPTH = 12
_MAX_ALIASES = 3


class ContextPath(NamedTuple):
    """What an expression is, seen from the context.

    (A tuple, as dozens are made for each file.)
    """

    path: tuple[str, ...]
    """`()` is the context itself, `("db", "insert")` is `ctx.db.insert`."""
    confidence: Confidence
    """High: a handler's parameter or a typed one. Medium: by its name. Low: `anything.db`."""
    kinds: frozenset[Kind] = frozenset()
    """The kinds that a type annotation names; empty where it says nothing."""

    def at(self, *names: str) -> ContextPath:
        """The part of this that these members lead to."""
        path = (*self.path, *names)
        confidence = self.confidence
        if "db" in path[1:]:
            # `ctx.tenant.db`: some wrapper of the project's own around a database.
            path, confidence = (
                path[path.index("db") :],
                min_confidence(confidence, Confidence.MEDIUM),
            )
        return ContextPath(path, confidence, self.kinds)


@dataclass(frozen=True, slots=True)
class ContextCall:
    """A call of something that belongs to the context, such as `ctx.db.insert(…)`."""

    file: CodeFile
    node: Node
    """The `call_expression`."""
    name_node: Node
    """The identifier of the method (or of its alias)."""
    context: ContextPath

    @property
    def path(self) -> tuple[str, ...]:
        """`("db", "insert")`."""
        return self.context.path

    @property
    def arguments(self) -> list[Node]:
        """The call's arguments."""
        return syntax.arguments(self.node)


def min_confidence(*given: Confidence) -> Confidence:
    """The lowest of these."""
    return min(given, key=list(Confidence).index)


class Contexts:
    """Answers for all files of a project."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._of_binding: dict[Binding, ContextPath | None] = {}
        self._calls: dict[CodeFile, tuple[ContextCall, ...]] = {}
        self._paths: dict[int, ContextPath | None] = {}

    def calls(self, file: CodeFile) -> tuple[ContextCall, ...]:
        """All calls of the context's parts in a file, in document order."""
        known = self._calls.get(file)
        if known is None:
            known = self._calls[file] = tuple(self._find_calls(file))
        return known

    def _find_calls(self, file: CodeFile) -> list[ContextCall]:
        found: list[ContextCall] = []
        for node in file.nodes("call_expression"):
            target = syntax.callee(node)
            if target is None:
                continue
            context = self.path_of(file, target)
            if context is not None and context.path:
                name = syntax.callee_name_node(node)
                found.append(ContextCall(file, node, name or target, context))
        return found

    def path_of(self, file: CodeFile, node: Node | None, depth: int = 0) -> ContextPath | None:
        """Where an expression lies, seen from the context; None where it is no part of one."""
        if node is None or depth:
            return self._path_of(file, node, depth)
        key = node.id
        if key not in self._paths:
            self._paths[key] = self._path_of(file, node, 0)
        return self._paths[key]

    def _path_of(self, file: CodeFile, node: Node | None, depth: int) -> ContextPath | None:
        names: list[str] = []
        node = syntax.unwrap(node)
        while node is not None and node.type in ("member_expression", "subscript_expression"):
            name = syntax.member_name(node)
            if name is None:
                return None
            names.append(name)
            node = syntax.unwrap(node.children[0])
        if node is None or depth > _MAX_DEPTH:
            return None
        names.reverse()
        if node.type in _NAMES:
            base = self._of_name(file, node, depth)
            if base is not None:
                return base.at(*names)
            if names and names[0] in _ONLY_OF_CTX and _is_open_parameter(file, node):
                return ContextPath(tuple(names), Confidence.MEDIUM)
        elif node.type == "object" and not names:
            return self._of_spread(file, node, depth)
        found = _by_member_names(names)
        if found is not None and found.confidence is Confidence.LOW:
            return None if self._is_another_db(file, node, names, depth) else found
        return found

    def _is_another_db(self, file: CodeFile, root: Node, names: list[str], depth: int) -> bool:
        """Whether what `x.db` begins with was made of nothing that a context gives."""
        if root.type == "this":
            made = _field_value(root, names[0])
        else:
            binding = file.names.resolve(root) if root.type == "identifier" else None
            is_plain = binding is not None and binding.kind == "variable" and not binding.path
            made = syntax.unwrap_await(binding.value) if binding is not None and is_plain else None
        if made is not None and made.type == "object":
            made = syntax.object_member(made, names[0])
        if made is not None and made.type == "identifier":
            made = self._project.follow(file, made).node
        if made is None or made.type not in ("new_expression", "call_expression"):
            return False
        if made.type == "call_expression" and not (
            self._project.follow(file, syntax.callee(made)).is_package
        ):
            return False
        given = syntax.arguments(made)
        return all(self.path_of(file, node, depth + 1) is None for node in given)

    def _of_name(self, file: CodeFile, node: Node, depth: int) -> ContextPath | None:
        binding = file.names.resolve(node)
        if binding is None:
            return _by_name(syntax.text_of(node))
        if binding in self._of_binding:
            return self._of_binding[binding]
        self._of_binding[binding] = None  # ends cycles
        found = self._binding_path(file, binding, depth)
        self._of_binding[binding] = found
        return found

    def _binding_path(self, file: CodeFile, binding: Binding, depth: int) -> ContextPath | None:
        path = binding.path
        if path and path[-1] == REST:
            # `({ scheduler, ...ctx }) =>`: the rest is the context but for what was picked.
            path = path[:-1]
        if REST in path:
            return None
        if binding.kind == "parameter":
            base = self._of_parameter(file, binding)
        elif binding.kind == "variable":
            base = self._of_variable(file, binding, depth)
        else:
            return None
        if base is not None:
            return base.at(*path)
        if "ctx" in path:
            # `({ ctx, userId }) =>`: what stands before `ctx` isn't part of the path.
            rest = path[path.index("ctx") + 1 :]
            return ContextPath((), Confidence.MEDIUM).at(*rest)
        return None

    def _of_parameter(self, file: CodeFile, binding: Binding) -> ContextPath | None:
        function = binding.function
        if function is not None and binding.position == 0:
            registered = self._project.functions.handled_by(file, function)
            if registered is not None:
                return ContextPath((), Confidence.HIGH, frozenset({registered.kind}))
        if binding.type is not None:
            typed = _of_type(self.type_text(file, binding.type), bool(binding.path))
            if typed is not None:
                return typed
        if binding.path:
            is_open = binding.type is None or _ANY.match(syntax.text_of(binding.type)) is not None
            if is_open and binding.position == 0 and binding.path[0] == "db":
                return ContextPath((), Confidence.LOW)  # as sure as `anything.db`
            picks = is_open and binding.path[0] in _ONLY_OF_CTX
            return ContextPath((), Confidence.MEDIUM) if picks else None
        if binding.type is None or _OPEN_TYPE.match(syntax.text_of(binding.type)):
            return _by_name(binding.name)
        known = _by_name(binding.name)
        return None if known is None else ContextPath(known.path, Confidence.LOW)

    def _of_variable(self, file: CodeFile, binding: Binding, depth: int) -> ContextPath | None:
        if binding.type is not None and not binding.path:
            typed = _of_type(self.type_text(file, binding.type), picked=False)
            if typed is not None:
                return typed
        value = syntax.unwrap_await(binding.value)
        if value is None:
            return None
        found = self.path_of(file, value, depth + 1)
        if found is not None:
            return found
        by_name = None if binding.path else _by_name(binding.name)
        if by_name is None or value.type not in ("call_expression", "new_expression", "object"):
            return None
        # A wrapped context or database: it has to be made out of one.
        if value.type == "object":
            return by_name
        given = syntax.arguments(value)
        made_of_context = any(self.path_of(file, node, depth + 1) is not None for node in given)
        return by_name if made_of_context else None

    def type_text(self, file: CodeFile, annotation: Node) -> str:
        """The text of a type; of a type that the project names, what it is short for."""
        text = syntax.text_of(annotation)
        for _ in range(_MAX_ALIASES):
            name = _ONE_NAME.match(text)
            if name is None or _PART_TYPE.match(text) or _CTX_TYPE.search(text):
                break
            found = self._declared_type(file, name[1])
            if found is None:
                break
            file, text = found
        return text

    def _declared_type(self, file: CodeFile, name: str) -> tuple[CodeFile, str] | None:
        binding = file.names.in_module(name)
        if binding is not None and binding.imported is not None:
            imported = binding.imported
            home = self._project.imported_file(file, imported.specifier)
            if home is None:
                return None
            file, name = home, imported.name
        for node in file.nodes("type_alias_declaration", "interface_declaration"):
            if syntax.text_of(syntax.field(node, "name")) == name:
                if node.type == "type_alias_declaration":
                    return file, syntax.text_of(syntax.field(node, "value"))
                bases = [child for child in node.named_children if "extends" in child.type]
                return file, " ".join(map(syntax.text_of, bases)).removeprefix("extends").strip()
        return None

    def _of_spread(self, file: CodeFile, node: Node, depth: int) -> ContextPath | None:
        for spread in syntax.object_spreads(node):
            found = self.path_of(file, spread, depth + 1)
            if found is not None and not found.path:
                return found
        return None


def _is_open_parameter(file: CodeFile, identifier: Node) -> bool:
    """Whether it is a parameter as a whole whose type says nothing."""
    binding = file.names.resolve(identifier)
    return (
        binding is not None
        and binding.kind == "parameter"
        and not binding.path
        and (binding.type is None or _ANY.match(syntax.text_of(binding.type)) is not None)
    )


def _field_value(this: Node, name: str) -> Node | None:
    """What a class gives one of its fields to begin with."""
    body = next((outer for outer in syntax.ancestors(this) if outer.type == "class_body"), None)
    for member in body.named_children if body is not None else ():
        if syntax.key_name(syntax.field(member, "name")) == name:
            return syntax.unwrap_await(syntax.field(member, "value"))
    return None


def _by_name(name: str) -> ContextPath | None:
    if name in _CTX_NAMES:
        return ContextPath((), Confidence.MEDIUM)
    return ContextPath(("db",), Confidence.MEDIUM) if name == "db" else None


def _by_member_names(names: list[str]) -> ContextPath | None:
    if "ctx" in names:
        return ContextPath(tuple(names[names.index("ctx") + 1 :]), Confidence.MEDIUM)
    if "db" in names:
        return ContextPath(tuple(names[names.index("db") :]), Confidence.LOW)
    return None


def _of_type(text: str, picked: bool) -> ContextPath | None:
    part = _PART_TYPE.match(text)
    if part is not None:
        return ContextPath(_PART_TYPES[part[1]], Confidence.HIGH)
    of_ctx = _CTX_PART_TYPE.search(text)
    if of_ctx is not None:
        return ContextPath((of_ctx[1],), Confidence.HIGH)
    is_object = text.lstrip(": ").startswith("{")
    if is_object and not picked:
        # `{ db: DatabaseReader }` is a context cut down; `{ ctx: QueryCtx }` only holds one.
        return ContextPath((), Confidence.HIGH) if _DB_PART_KEY.search(text) else None
    kinds = frozenset(Kind(name.lower()) for name in _CTX_TYPE.findall(text))
    if is_object:
        return (
            None
            if re.search(r"\bctx\s*\??:", text)
            else (ContextPath((), Confidence.HIGH) if _DB_PART_KEY.search(text) else None)
        )
    if kinds:
        return ContextPath((), Confidence.HIGH, kinds)
    return ContextPath((), Confidence.MEDIUM) if _CTX_LIKE_TYPE.match(text) else None
