"""Pasted code, and the examples of documents."""

from __future__ import annotations

import pytest

from agents.parse import parse_document
from assistant.code.check import CheckOptions, check_source
from assistant.code.modules import Category
from assistant.code.snippets import project_of_document, project_of_source, split_files


@pytest.mark.parametrize(
    "comment",
    [
        "// convex/schema.ts",
        "// ============ convex/schema.ts ============",
        "  // --- ./convex/schema.ts ---",
        "// File: convex/schema.ts",
        "// convex/schema.ts (excerpt)",
        "// convex/schema.ts - the tables",
    ],
)
def test_comments_that_name_a_file_separate(comment: str) -> None:
    parts = split_files(f"const a = 1;\n{comment}\nconst b = 2;\n")
    assert [(part.path, part.first_line) for part in parts] == [
        (None, 1),
        ("convex/schema.ts", 2),
    ]


@pytest.mark.parametrize(
    "comment",
    [
        "// see convex/schema.ts for the tables",
        "const a = 1; // convex/schema.ts",
        "// convex/schema.ts is where tables are",
        "// schema",
        '"// convex/schema.ts"',
    ],
)
def test_other_comments_do_not(comment: str) -> None:
    assert len(split_files(f"const a = 1;\n{comment}\nconst b = 2;\n")) == 1


def test_lines_and_columns_are_the_document_s() -> None:
    text = (
        "# Title\n\n- An item with code:\n\n  ```ts\n  // convex/a.ts\n"
        '  export const rows = async (ctx) =>\n    await ctx.db.query("é").collect();\n  ```\n'
    )
    options = CheckOptions(select=("no-collect-in-query",))
    report = check_source(text.encode(), filename="doc.md", options=options)
    [finding] = report.findings
    line = text.splitlines()[finding.span.line - 1]
    assert line[finding.span.column - 1 : finding.span.end_column - 1] == "collect"
    assert finding.file == "doc.md"


def test_examples_of_one_document_form_one_project() -> None:
    text = (
        "```ts\n// convex/lib/notify.ts\nexport async function notify() { await fetch('x'); }\n"
        "```\n\n"
        "```typescript\n// convex/posts.ts\nimport { mutation } from './_generated/server';\n"
        "import { notify } from './lib/notify';\n"
        "export const add = mutation({ args: {}, handler: async () => notify() });\n```\n"
    )
    options = CheckOptions(select=("side-effect-in-transaction",))
    report = check_source(text.encode(), filename="doc.md", options=options)
    assert [finding.span.line for finding in report.findings] == [3]


def test_only_code_of_our_languages_is_taken() -> None:
    text = "```python\nquery()\n```\n\n```tsx\nconst a = <b />;\n```\n\n```\nplain\n```\n"
    project = project_of_document(parse_document(text.encode()), "doc.md")
    assert [file.snippet for file in project.files] == [1]
    assert not project.files[0].tree.root.has_error


def test_the_nearest_example_of_a_path_is_imported() -> None:
    text = "".join(
        f"```ts\n// convex/lib.ts\nexport const f = () => {n};\n```\n\n"
        f"```ts\n// convex/main{n}.ts\nimport {{ f }} from './lib';\n```\n\n"
        for n in (1, 2)
    )
    project = project_of_document(parse_document(text.encode()), "doc.md")
    mains = [file for file in project.files if "main" in file.path]
    libraries = [project.imported_file(file, "./lib") for file in mains]
    assert [library.snippet if library else None for library in libraries] == [0, 2]


@pytest.mark.parametrize(
    ("name", "path", "category"),
    [
        ("posts.ts", "convex/posts.ts", Category.DEPLOYED),
        ("/tmp/app/convex/lib/a.ts", "convex/lib/a.ts", Category.DEPLOYED),
        ("src/App.tsx", "src/App.tsx", Category.CLIENT),
        ("../../convex/a.test.ts", "convex/a.test.ts", Category.TEST),
        ("..\\..\\evil.ts", "convex/evil.ts", Category.DEPLOYED),
    ],
)
def test_a_pasted_file_lies_where_its_name_says(name: str, path: str, category: Category) -> None:
    [file] = project_of_source(b"f();", name).files
    assert (file.path, file.category) == (path, category)


@pytest.mark.parametrize("between", ["\u2028", "\x0c", "\x85", "\x1d"])
def test_characters_that_only_python_takes_for_line_breaks_move_no_column(between: str) -> None:
    text = f"# A {between} b\n\n- c\n\n  ```ts\n  const a = (;\n  ```\n"
    report = check_source(text.encode(), filename="a.md")
    assert [(f.span.line, f.span.column) for f in report.findings] == [(6, 11)]
