"""What a name stands for across files."""

from __future__ import annotations

from collections.abc import Callable

from assistant.code import syntax
from assistant.code.modules import Category
from assistant.code.project import PathAliases, Project, Target
from assistant.code.snippets import project_of_sources

MakeProject = Callable[[str], Project]


def _target(project: Project, path: str, name: str) -> Target:
    """What the last call of `name` in a file calls."""
    file = project.file_at(path)
    assert file is not None
    calls = [c for c in file.nodes("call_expression") if syntax.callee_name(c) == name]
    return project.follow(file, syntax.callee(calls[-1]))


def test_re_exports_stars_and_defaults_lead_to_the_definition(make_project: MakeProject) -> None:
    project = make_project(
        """// convex/main.ts
import { a, renamed, deep } from "./lib";
import standard from "./lib/one";
import * as all from "./lib/index.js";
a(); renamed(); deep(); standard(); all.other();
// convex/lib/index.ts
export { a, other as renamed, other } from "./one";
export * from "./two";
// convex/lib/one.ts
export const a = () => 1;
export function other() { return 2; }
export default function () { return 3; }
// convex/lib/two.ts
import { a } from "./one";
export { a as deep };
"""
    )
    bodies = {
        name: syntax.text_of(_target(project, "convex/main.ts", name).node)
        for name in ("a", "renamed", "deep", "standard", "other")
    }
    assert bodies == {
        "a": "() => 1",
        "renamed": "function other() { return 2; }",
        "deep": "() => 1",
        "standard": "function () { return 3; }",
        "other": "function other() { return 2; }",
    }


def test_members_of_objects_and_classes_are_found(make_project: MakeProject) -> None:
    project = make_project(
        """// convex/main.ts
import { tools, Service } from "./tools";
const service = new Service();
const { nested } = tools;
tools.direct(); nested.inner(); service.run(); tools.spread();
// convex/tools.ts
const base = { spread() { return 1; } };
export const tools = { ...base, direct: () => 2, nested: { inner() { return 3; } } };
export class Service { run() { return 4; } }
"""
    )
    found = [
        syntax.text_of(_target(project, "convex/main.ts", name).node)
        for name in ("direct", "inner", "run", "spread")
    ]
    assert found == [
        "() => 2",
        "inner() { return 3; }",
        "run() { return 4; }",
        "spread() { return 1; }",
    ]


def test_generated_modules_packages_and_missing_files_are_told_apart(
    make_project: MakeProject,
) -> None:
    project = make_project(
        """// convex/deep/er/main.ts
import { query } from "./_generated/server";
import Stripe from "stripe";
import { gone } from "../gone";
query(); Stripe(); gone();
"""
    )
    path = "convex/deep/er/main.ts"
    generated = _target(project, path, "query")
    assert (generated.module, generated.name) == ("_generated/server", "query")
    assert not generated.is_package
    assert _target(project, path, "Stripe").is_package
    assert _target(project, path, "gone").is_missing


def test_path_aliases_of_the_tsconfig_are_resolved() -> None:
    base = project_of_sources(
        [
            ("convex/main.ts", b'import { f } from "@/shared/f"; f();'),
            ("src/shared/f.ts", b"export const f = () => 1;"),
        ]
    )
    project = Project(base.files, aliases=PathAliases({"@/*": ("src/*",)}))
    assert syntax.text_of(_target(project, "convex/main.ts", "f").node) == "() => 1"


def test_imports_in_a_circle_end(make_project: MakeProject) -> None:
    project = make_project(
        """// convex/a.ts
export { x } from "./b";
import { x } from "./b";
x();
// convex/b.ts
export { x } from "./a";
"""
    )
    assert _target(project, "convex/a.ts", "x").node is None


def test_a_variable_that_changes_stands_for_itself(make_project: MakeProject) -> None:
    project = make_project("let f = () => 1; f = () => 2; f();")
    target = _target(project, "convex/main.ts", "f")
    assert target.node is not None and target.node.type == "identifier"


def test_files_have_the_category_of_their_place(make_project: MakeProject) -> None:
    project = make_project(
        """// convex/a.ts
export {};
// convex/_generated/api.ts
export {};
// convex/a.test.ts
export {};
// convex/auth.config.ts
export {};
// src/App.tsx
export {};
"""
    )
    assert [file.category for file in project.files] == [
        Category.DEPLOYED,
        Category.GENERATED,
        Category.TEST,
        Category.CONFIG,
        Category.CLIENT,
    ]


def test_components_are_folders_with_a_definition(make_project: MakeProject) -> None:
    project = make_project(
        """// convex/convex.config.ts
import { defineApp } from "convex/server";
export default defineApp();
// convex/limiter/convex.config.ts
import { defineComponent } from "convex/server";
export default defineComponent("limiter");
// convex/limiter/public.ts
export {};
// convex/main.ts
export {};
"""
    )
    components = {file.path: project.component_of(file) for file in project.files}
    assert components["convex/limiter/public.ts"] == "convex/limiter"
    assert components["convex/main.ts"] is None
