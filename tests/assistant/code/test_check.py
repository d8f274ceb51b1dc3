"""The front door: paths and sources in, findings out."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.errors import CodeCheckError, DocumentError
from agents.finding import DocumentedBy, Severity
from assistant.code.check import CheckOptions, check_paths, check_source, check_standard_input

ROOT = Path(__file__).parents[3]
SEEDS = ROOT.parent / "shared" / "seeds"
FOUR = (
    "no-collect-in-query",
    "no-filter-in-query",
    "require-args-validator",
    "side-effect-in-transaction",
)
LIST = (
    'import { query } from "./_generated/server";\n'
    "export const list = query({\n"
    '  handler: async (ctx) => await ctx.db.query("t").collect(),\n'
    "});\n"
)


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with `convex/` and a client, which is the current one."""
    (tmp_path / "convex" / "_generated").mkdir(parents=True)
    (tmp_path / "src").mkdir()
    (tmp_path / "convex" / "list.ts").write_text(LIST, encoding="utf-8")
    (tmp_path / "convex" / "_generated" / "server.js").write_text("export {}", encoding="utf-8")
    (tmp_path / "src" / "App.tsx").write_text("useQuery(api.list.list);", encoding="utf-8")
    (tmp_path / "src" / "other.ts").write_text("const = ;", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _places(paths: list[str], **options: object) -> list[tuple[str, int, str]]:
    given = {"select": FOUR, **options}
    report = check_paths([Path(path) for path in paths], CheckOptions(**given))  # type: ignore[arg-type]
    return [(finding.file, finding.span.line, finding.rule) for finding in report.findings]


def test_a_folder_is_checked_with_its_client(app: Path) -> None:
    report = check_paths([Path()], CheckOptions(select=FOUR))
    assert [(f.file, f.span.line, f.rule) for f in report.findings] == [
        ("convex/list.ts", 2, "require-args-validator"),
        ("convex/list.ts", 3, "no-collect-in-query"),
    ]
    assert report.files == 2, "generated code and client code without the API don't count"
    assert report.sources == {"convex/list.ts": LIST.encode()}


def test_one_file_is_checked_within_its_project(app: Path) -> None:
    (app / "convex" / "lib.ts").write_text("export const go = () => fetch('x');", encoding="utf-8")
    (app / "convex" / "use.ts").write_text(
        'import { mutation } from "./_generated/server";\nimport { go } from "./lib";\n'
        "export const m = mutation({ args: {}, handler: async () => { await go(); } });",
        encoding="utf-8",
    )
    assert _places(["convex/lib.ts"]) == [("convex/lib.ts", 1, "side-effect-in-transaction")]


def test_the_functions_folder_of_convex_json_is_used(app: Path) -> None:
    (app / "convex").rename(app / "backend")
    (app / "convex.json").write_text('{ "functions": "backend/", /* ours */ }', encoding="utf-8")
    assert {place[0] for place in _places(["."])} == {"backend/list.ts"}


def test_a_package_that_is_the_functions_folder_itself_is_a_project(app: Path) -> None:
    package = app / "packages" / "backend"
    package.mkdir(parents=True)
    (package / "package.json").write_text("{}", encoding="utf-8")
    (package / "convex.json").write_text('{ "functions": "." }', encoding="utf-8")
    (package / "list.ts").write_text(LIST, encoding="utf-8")
    assert {place[0] for place in _places(["packages"])} == {"packages/backend/list.ts"}


def test_projects_below_a_folder_are_all_found(app: Path) -> None:
    other = app / "packages" / "two" / "convex"
    other.mkdir(parents=True)
    (other / "b.ts").write_text(LIST, encoding="utf-8")
    (app / "node_modules" / "x" / "convex").mkdir(parents=True)
    (app / "node_modules" / "x" / "convex" / "c.ts").write_text(LIST, encoding="utf-8")
    assert {place[0] for place in _places(["packages"])} == {"packages/two/convex/b.ts"}
    found = [place for place in _places(["."]) if place[2] == "no-collect-in-query"]
    assert [place[0] for place in found] == ["convex/list.ts", "packages/two/convex/b.ts"]


def test_scripts_in_a_folder_called_convex_are_no_functions(app: Path) -> None:
    (app / "package.json").write_text('{"dependencies": {"convex": "1.31.0"}}', encoding="utf-8")
    scripts = app / "scripts" / "convex"
    scripts.mkdir(parents=True)
    (scripts / "count.ts").write_text("query(); export const q = query({});", encoding="utf-8")
    assert {place[0] for place in _places(["."])} == {"convex/list.ts"}
    (scripts / "more.ts").write_text(LIST, encoding="utf-8")
    assert "scripts/convex/more.ts" in {place[0] for place in _places(["."])}


def test_the_clients_of_a_workspace_lie_in_its_other_packages(app: Path) -> None:
    packages = {"packages/backend": "convex", "apps/web": "src", "apps/other": "convex"}
    for package, folder in packages.items():
        (app / "mono" / package / folder).mkdir(parents=True)
        manifest = json.dumps({"name": f"@repo/{package.rpartition('/')[2]}"})
        (app / "mono" / package / "package.json").write_text(manifest, encoding="utf-8")
    backend, web = app / "mono" / "packages" / "backend", app / "mono" / "apps" / "web"
    (app / "mono" / "apps" / "other" / "convex" / "own.ts").write_text(LIST, encoding="utf-8")
    (backend / "convex" / "mails.ts").write_text(
        'import { action } from "./_generated/server";\n'
        "export const send = action({\n"
        "  handler: async (ctx) => await ctx.storage.store(new Blob([])),\n"
        "});",
        encoding="utf-8",
    )
    (web / "src" / "App.tsx").write_text(
        'import { useAction } from "convex/react";\n'
        'import { api } from "@repo/backend/convex/_generated/api";\n'
        "export const App = () => useAction(api.mails.send);",
        encoding="utf-8",
    )
    calls = {"select": ("client-calls-action", "no-collect-in-query")}
    own = [("mono/apps/other/convex/own.ts", 3, "no-collect-in-query")]
    assert _places(["mono"], **calls) == own, "nothing says that these packages are one workspace"
    (app / "mono" / "pnpm-workspace.yaml").write_text("packages: []", encoding="utf-8")
    assert _places(["mono"], **calls) == own, "two packages have functions, and it names neither"
    (web / "package.json").write_text(
        '{"dependencies": {"@repo/backend": "workspace:*"}}', encoding="utf-8"
    )
    used = ("mono/apps/web/src/App.tsx", 3, "client-calls-action")
    assert _places(["mono"], **calls) == [*own, used]
    for asked in ("mono/packages/backend", "mono/packages"):
        assert _places([asked], **calls) == [], "only what is asked for is checked"
    (app / "mono" / "pnpm-workspace.yaml").unlink()
    (app / "mono" / ".git").mkdir()
    assert _places(["mono"], **calls) == [*own, used], "a repository holds them together as well"


def test_a_file_without_a_project_is_checked_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("snippet.ts").write_text(LIST, encoding="utf-8")
    assert [place[0] for place in _places(["snippet.ts", "snippet.ts"])] == ["snippet.ts"] * 2


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("gone.ts", "no such file or folder"),
        ("notes.txt", "not a file to check"),
        ("empty", "no Convex code"),
    ],
)
def test_what_cannot_be_checked_is_an_error_with_its_path(
    app: Path, path: str, message: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    (app / "notes.txt").touch()
    target = tmp_path_factory.mktemp("bare") if path == "empty" else Path(path)
    with pytest.raises(CodeCheckError, match=message) as error:
        check_paths([target], CheckOptions(select=FOUR))
    assert error.value.path == str(target)


def test_unknown_rules_are_an_error_with_a_suggestion() -> None:
    with pytest.raises(CodeCheckError) as error:
        check_source(b"", filename="a.ts", options=CheckOptions(select=("no-filter-in-qery",)))
    assert error.value.hint == "did you mean no-filter-in-query?"


def test_a_file_that_does_not_parse_is_told_and_the_rest_is_checked() -> None:
    report = check_source(
        b"const a = ;\n" + LIST.encode(), filename="convex/a.ts", options=CheckOptions(select=FOUR)
    )
    assert [(f.rule, f.span.line) for f in report.findings] == [
        ("syntax-error", 1),
        ("require-args-validator", 3),
        ("no-collect-in-query", 4),
    ]


@pytest.mark.parametrize("raw", [b"\0\1\2", b"// " + b"x" * 1_600_000, b"{" * 30_000 + b"f" * 3])
def test_what_is_no_code_is_one_finding(raw: bytes) -> None:
    report = check_source(raw, filename="convex/a.ts", options=CheckOptions(select=FOUR))
    assert {finding.rule for finding in report.findings} == {"syntax-error"}
    assert len(report.findings) <= 5


def test_settings_move_and_options_filter_severities() -> None:
    def severities(**options: object) -> set[str]:
        report = check_source(
            LIST.encode(),
            filename="convex/a.ts",
            options=CheckOptions(**{"select": FOUR, **options}),  # type: ignore[arg-type]
        )
        return {f"{finding.rule} {finding.severity}" for finding in report.findings}

    assert severities() == {"require-args-validator error", "no-collect-in-query warning"}
    moved = {"require-args-validator": Severity.INFO, "no-collect-in-query": Severity.ERROR}
    assert severities(severity=moved) == {
        "require-args-validator info",
        "no-collect-in-query error",
    }
    assert severities(minimum=Severity.ERROR) == {"require-args-validator error"}
    assert severities(minimum=Severity.OFF) == set()
    assert severities(ignore=("require-args-validator",)) == {"no-collect-in-query warning"}


def test_documents_lend_their_items_and_can_limit_the_rules() -> None:
    item = DocumentedBy("expert", 2, 67, "Never filter.")
    options = CheckOptions(
        select=FOUR,
        documentation={"no-collect-in-query": (item,)},
        only_documented=True,
        review=(item,),
    )
    report = check_source(LIST.encode(), filename="convex/a.ts", options=options)
    assert [(f.rule, f.documented_by) for f in report.findings] == [
        ("no-collect-in-query", (item,))
    ]
    assert report.review == (item,)


def test_unsaved_text_is_checked_in_place_of_the_file(app: Path) -> None:
    changed = LIST.replace("handler:", "args: {}, handler:").encode()
    options = CheckOptions(select=FOUR)
    report = check_standard_input(changed, filename="convex/list.ts", options=options)
    assert [(f.file, f.rule) for f in report.findings] == [
        ("convex/list.ts", "no-collect-in-query")
    ]
    alone = check_standard_input(LIST.encode(), filename="new.ts", options=options)
    assert {f.file for f in alone.findings} == {"new.ts"}


def test_a_component_is_told_from_the_app(app: Path) -> None:
    part = app / "convex" / "part"
    part.mkdir()
    (part / "convex.config.ts").write_text(
        'import { defineComponent } from "convex/server";\nexport default defineComponent("part");',
        encoding="utf-8",
    )
    (part / "list.ts").write_text(LIST, encoding="utf-8")
    assert ("convex/part/list.ts", 2, "require-args-validator") in _places(["convex/part"])


def test_findings_are_the_same_each_time_and_in_order(app: Path) -> None:
    once, twice = _places(["convex", "src"]), _places(["src", "convex", "convex/list.ts"])
    assert once == twice == sorted(once)


PIECES = st.sampled_from(
    [
        "export const a = query({", "handler: async (ctx, args) => {", "ctx.db", '.query("t")',
        ".filter((q) => q.eq(q.field('a'), 1))", ".collect()", "});", "}", "(", ")", "await ",
        "const q = ", "q", ";", "\n", "import { query } from './_generated/server';", "=> ",
        "defineTable({ a: v.id('b') })", '.index("i", ["a"])', "export default ", "class A {",
        "/* eslint-disable */", "// convexpert-ignore no-filter-in-query", "`${", "é\u2028",
        "{ ...x }",
        "// convex/b.ts\n", "fetch(", "for (const a of ", "let q = q", "q = q.first()",
    ]
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(PIECES, max_size=40), st.sampled_from(["convex/a.ts", "a.tsx", "doc.md"]))
def test_broken_code_of_any_kind_gives_findings_inside_the_file(
    pieces: list[str], filename: str
) -> None:
    text = "".join(pieces)
    if filename == "doc.md":
        text = f"Words\n\n```ts\n{text}\n```\n"
    report = check_source(text.encode(), filename=filename, options=CheckOptions(select=FOUR))
    for finding in report.findings:
        span = finding.span
        assert finding.file == filename
        assert 1 <= span.line <= span.end_line <= len(text.splitlines()) + 1
        assert (span.line, span.column) <= (span.end_line, span.end_column)


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the seed documents are not beside the repository")
def test_the_seeds_examples_break_rules_at_known_lines() -> None:
    report = check_paths([SEEDS], CheckOptions(select=FOUR))
    found = {(Path(f.file).name[:3], f.span.line, f.rule) for f in report.findings}
    assert found == {
        ("000", 60, "no-collect-in-query"),
        ("001", 299, "no-collect-in-query"),
        ("001", 407, "no-collect-in-query"),
        ("001", 414, "no-collect-in-query"),
    }


def test_the_tests_of_an_app_are_checked_by_the_peer_s_rules_alone(app: Path) -> None:
    (app / "convex" / "list.test.ts").write_text(
        LIST + 'export const m = query({ args: {}, handler: () => fetch("x") });', encoding="utf-8"
    )
    assert {place[2] for place in _places(["convex/list.test.ts"])} == {
        "require-args-validator",
        "no-collect-in-query",
    }


def test_a_component_s_package_is_a_project_of_its_own(app: Path) -> None:
    package = app / "packages" / "part" / "src" / "component"
    package.mkdir(parents=True)
    (package / "convex.config.ts").write_text(
        'import { defineComponent } from "convex/server";\nexport default defineComponent("p");',
        encoding="utf-8",
    )
    (package / "lib.ts").write_text(LIST, encoding="utf-8")
    expected = {"packages/part/src/component/lib.ts"}
    assert {place[0] for place in _places(["packages"])} == expected
    assert {place[0] for place in _places([str(package / "lib.ts")])} == expected
    assert {place[0] for place in _places(["."])} == {*expected, "convex/list.ts"}


def test_a_library_s_server_code_is_checked_file_by_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("server.ts").write_text(LIST, encoding="utf-8")
    Path("other.ts").write_text("const = ;", encoding="utf-8")
    assert {place[0] for place in _places(["."])} == {"server.ts"}


def test_a_folder_of_documents_inside_a_project_is_checked_as_documents(app: Path) -> None:
    (app / ".claude" / "agents").mkdir(parents=True)
    agent = app / ".claude" / "agents" / "a.md"
    agent.write_text("# A\n\n```ts\nconst a = (;\n```\n", encoding="utf-8")
    assert _places([".claude/agents"]) == [(".claude/agents/a.md", 4, "syntax-error")]


def test_a_folder_without_anything_to_check_is_an_error(app: Path) -> None:
    (app / "empty").mkdir()
    with pytest.raises(CodeCheckError, match="no Convex code and no document"):
        check_paths([Path("empty")])


def test_a_document_that_cannot_be_read_does_not_hide_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.md").write_bytes(b"---\nname: a\n---\n\x00")
    Path("b.md").write_text("```ts\nconst b = (;\n```\n", encoding="utf-8")
    assert _places(["."]) == [("a.md", 4, "syntax-error"), ("b.md", 2, "syntax-error")]
    assert check_paths([Path()]).files == 2
    with pytest.raises(DocumentError):
        check_paths([Path("a.md")])


def test_other_people_s_documents_are_left_out_of_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("node_modules/x", ".git", ".venv", ".claude"):
        Path(folder).mkdir(parents=True)
        Path(folder, "r.md").write_text("```ts\nconst b = (;\n```\n", encoding="utf-8")
    assert _places(["."]) == [(".claude/r.md", 2, "syntax-error")]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_in_a_folder_is_not_waited_for(app: Path) -> None:
    os.mkfifo(app / "convex" / "pipe.ts")
    os.mkfifo(app / "pipe.md")
    assert [file for file, *_ in _places(["."])] == ["convex/list.ts"] * 2
    with pytest.raises(CodeCheckError, match="neither a file nor a folder"):
        check_paths([Path("pipe.md")])


def test_a_byte_order_mark_does_not_count_as_a_column() -> None:
    report = check_source(b"\xef\xbb\xbfconst a = (;\n", filename="a.ts")
    assert [(f.span.line, f.span.column) for f in report.findings] == [(1, 9)]
