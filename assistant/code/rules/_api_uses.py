"""Which functions the server and the clients name by `api.…`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from assistant.code import syntax
from assistant.code.modules import Category
from assistant.code.references import Reference, reference_of, referenced_function

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.functions import RegisteredFunction
    from assistant.code.modules import CodeFile
    from assistant.code.project import Project

_API_SPEC = re.compile(r"(?:^|/)convexApi\d*\.[jt]s$")
_SERVER = frozenset({Category.DEPLOYED, Category.CONFIG})


class ApiUses:
    """Who names which public function, in a whole project. Tests count as nobody."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self.by_server: set[RegisteredFunction] = set()
        self.by_client: set[RegisteredFunction] = set()
        self._modules: set[tuple[str, ...]] = set()
        texts: list[bytes] = []
        self.any_client = False
        """Whether client code of this project names any function at all."""
        named = [file for file in project.files if b"api" in file.raw or b"anyApi" in file.raw]
        roots = _names_of_api(named)
        for file in named:
            if file.category not in (*_SERVER, Category.CLIENT) or file.problem is not None:
                continue
            if any(_mentions(file, root) for root in roots):
                self._read(file, roots, is_client=file.category is Category.CLIENT)
        for file in project.files:
            if file.category is Category.CLIENT:
                texts.append(file.raw)
                if _API_SPEC.search(file.path):
                    # The API is written out for clients in another repository.
                    self.any_client = False
                    break
        self._text = b"\0".join(texts)

    def client_may_use(self, function: RegisteredFunction) -> bool:
        """Whether client code names a function, or hands on a part of `api` that holds it."""
        if function in self.by_client:
            return True
        path = (*function.file.module.split("/"), function.name)
        if any(path[: len(prefix)] == prefix for prefix in self._modules):
            return True
        spelled = f"{function.file.module}:{function.name}".encode()
        return spelled in self._text

    def _read(self, file: CodeFile, roots: frozenset[str], *, is_client: bool) -> None:
        for node in (node for root in sorted(roots) for node in file.names.named(root)):
            if node.type != "identifier" or _declares(node):
                continue
            whole = _outermost(node)
            reference = reference_of(self._project, file, whole)
            if reference is None or reference.root != "api":
                continue
            function = self._function(file, reference)
            if not is_client:
                if function is not None:
                    self.by_server.add(function)
                continue
            if function is not None:
                self.by_client.add(function)
                self.any_client = True
            elif not _is_alias(whole):
                # Handed on or taken apart: everything below it may be called.
                self._modules.add(reference.path)
                self.any_client = True

    def _function(self, file: CodeFile, reference: Reference) -> RegisteredFunction | None:
        """What a reference means, with what stands behind the function's name left off."""
        for end in range(len(reference.path), 1, -1):
            shorter = Reference(reference.root, reference.path[:end], reference.root_node)
            found = referenced_function(self._project, shorter, near=file)
            if found is not None:
                return found
        return None


def _names_of_api(files: list[CodeFile]) -> frozenset[str]:
    """`api` and all names that are given to it or to a part of it, in any file."""
    names = {"api", "anyApi"}
    waiting = list(names)
    while waiting:
        old = waiting.pop()
        mentioning = (file for file in files if _mentions(file, old))
        given = {new for file in mentioning for new in _renamings(file, old)} - names
        names |= given
        waiting += given
    return frozenset(names)


def _mentions(file: CodeFile, name: str) -> bool:
    """Whether a name may stand in a file, which needn't be parsed otherwise."""
    return name.encode() in file.raw and _word(name).search(file.raw) is not None


@lru_cache(maxsize=256)
def _word(name: str) -> re.Pattern[bytes]:
    """A whole word that is no part of a path or of `api-key`."""
    word = re.escape(name.encode())
    return re.compile(rb"%b(?<![\w$/\"'-]%b)(?![\w$\"'`]|-\w|/[^/*])" % (word, word))


def _renamings(file: CodeFile, old: str) -> Iterator[str]:
    """The new name of `{ api as backend }`, `const jobs = api.jobs`, `const { jobs } = api`."""
    for node in file.names.named(old):
        if node.type != "identifier":
            continue
        parent = node.parent
        if parent is not None and parent.type == "import_specifier":
            alias = syntax.field(parent, "alias")
            if alias is not None and syntax.field(parent, "name") == node:
                yield syntax.text_of(alias)
            continue
        value = syntax.wrapped(_outermost(node))
        declarator = value.parent
        if declarator is None or declarator.type != "variable_declarator":
            continue
        name = syntax.field(declarator, "name")
        if name is not None and name != value:
            yield from map(syntax.text_of, _names_in(name))


def _names_in(pattern: Node) -> list[Node]:
    """The names that a declaration gives; none where some of them can't be followed."""
    if pattern.type == "identifier":
        return [pattern]
    if pattern.type != "object_pattern" or any(syntax.descendants(pattern, "rest_pattern")):
        return []
    return list(syntax.descendants(pattern, "shorthand_property_identifier_pattern", "identifier"))


def _declares(node: Node) -> bool:
    parent = node.parent
    if parent is None or parent.type in ("import_specifier", "namespace_import", "import_clause"):
        return True
    return parent.type == "variable_declarator" and syntax.field(parent, "name") == node


def _outermost(node: Node) -> Node:
    """`api.jobs.start` of its `api`."""
    while True:
        outer = syntax.wrapped(node)
        parent = outer.parent
        if parent is None or parent.type not in ("member_expression", "subscript_expression"):
            return node
        if syntax.field(parent, "object") != outer or syntax.member_name(parent) is None:
            return node
        node = parent


def _is_alias(node: Node) -> bool:
    """`const jobs = api.jobs` and `const { jobs } = api`, whose uses are seen by themselves."""
    parent = syntax.wrapped(node).parent
    if parent is None or parent.type != "variable_declarator":
        return False
    name = syntax.field(parent, "name")
    return name is not None and bool(_names_in(name))
