"""A public function that no test names.

Why: anybody on the internet can call it; a test (with convex-test, say) is what shows that it
checks its caller and its arguments, and keeps doing so.
Silent when: it is internal or an HTTP action. A project without any test is reported once.

Bad:
    // convex/rooms.ts
    import { mutation, query } from "./_generated/server";

    export const list = query({ args: {}, handler: async () => [] });
    export const close = mutation({ args: {}, handler: async () => null });

    // convex/rooms.test.ts
    import { convexTest } from "convex-test";
    import { expect, test } from "vitest";
    import { api } from "./_generated/api";
    import schema from "./schema";

    test("an empty house has no rooms", async () => {
      expect(await convexTest(schema).query(api.rooms.list, {})).toEqual([]);
    });
Good:
    // convex/rooms.ts
    import { query } from "./_generated/server";

    export const list = query({ args: {}, handler: async () => [] });

    // convex/rooms.test.ts
    import { convexTest } from "convex-test";
    import { expect, test } from "vitest";
    import { api } from "./_generated/api";
    import schema from "./schema";

    test("an empty house has no rooms", async () => {
      expect(await convexTest(schema).query(api.rooms.list, {})).toEqual([]);
    });

Intent:
    test | unit test | convex-test | vitest | test case | test coverage | test suite & write |
      comprehensive | every | thoroughly | cover | coverage | add | function | mutation | query
      | flow | authorization & not npx convex dev | logs | dev deployment | optimistic | real
      device | load;
    convex test | convex-test | convexTest;
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from agents.finding import Severity
from assistant.code import syntax
from assistant.code.builders import Kind
from assistant.code.functions import RegisteredFunction
from assistant.code.modules import Category, CodeFile
from assistant.code.project import Project
from assistant.code.references import reference_of, referenced_function
from assistant.code.rule import Report, Rule

if TYPE_CHECKING:
    from tree_sitter import Node

_FUNCTION_PATH = re.compile(r"[\w/$.-]+:[\w$]+")
_MEMBERS = ("member_expression", "subscript_expression")


def check_project(project: Project) -> Iterator[Report]:
    """Report public functions that no test file names."""
    tests = [file for file in project.files if file.category is Category.TEST]
    public = [
        function
        for function in project.functions
        if function.public
        and function.registered
        and function.kind is not Kind.HTTP_ACTION
        and function.file.category is Category.DEPLOYED
    ]
    if not public or (project.is_snippet and not tests):
        return
    if not tests:
        first = public[0]
        count = "public function" if len(public) == 1 else f"{len(public)} public functions"
        yield RULE.at(
            first.file,
            first.file.tree.root.named_children[0],
            f"the project has no tests for its {count}",
            hint="write tests with convex-test, beginning with who may do what",
        )
        return
    tested = {function.call for file in tests for function in _named(file, project)}
    for function in public:
        if function.call not in tested:
            yield RULE.at(
                function.file,
                function.name_node,
                f"no test names the public {function.kind} `{function.name}`",
                hint=f"call it in a test: `t.{function.kind}(api.…{function.name}, {{ … }})`",
            )


def _named(file: CodeFile, project: Project) -> Iterator[RegisteredFunction]:
    """The functions that a test names: by reference, by import, or by path in a string."""
    for member in file.nodes(*_MEMBERS):
        root = syntax.chain_root(member)
        if root is None or root.type != "identifier" or _is_parameter(file, root):
            continue
        reference = reference_of(project, file, member)
        if reference is None or _is_inner(member):
            continue
        found = referenced_function(project, reference, near=file)
        if found is not None:
            yield found
    for text in file.nodes("string"):
        value = syntax.string_value(text) or ""
        if _FUNCTION_PATH.fullmatch(value):
            module, _, name = value.partition(":")
            found = project.functions.by_path(module, name, near=file)
            if found is not None:
                yield found
    for binding in file.names.module.bindings.values():
        if binding.imported is not None:
            target = project.follow_binding(file, binding)
            for function in project.functions.in_file(target.file) if target.file else ():
                if function.call == target.node:
                    yield function


def _is_parameter(file: CodeFile, name: Node) -> bool:
    binding = file.resolve(name)
    return binding is not None and binding.kind == "parameter"


def _is_inner(member: Node) -> bool:
    parent = syntax.wrapped(member).parent
    return parent is not None and parent.type in _MEMBERS


RULE = Rule(
    id="untested-function",
    severity=Severity.OFF,
    when_enabled=Severity.INFO,
    category="layout",
    check_project=check_project,
)
