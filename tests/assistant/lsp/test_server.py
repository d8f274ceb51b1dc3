"""The language server as an editor sees it: a real process, the protocol's own bytes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from editor_client import EditorClient

Found = list[dict[str, Any]]


def codes(found: Found) -> list[str]:
    return [one["code"] for one in found]


def has(rule: str) -> Callable[[Found], bool]:
    return lambda found: rule in codes(found)


def has_not(rule: str) -> Callable[[Found], bool]:
    return lambda found: rule not in codes(found)


def line_with(text: str, part: str) -> int:
    return next(n for n, line in enumerate(text.splitlines()) if part in line)


def applied(text: str, edits: list[dict[str, Any]]) -> str:
    """What an editor makes of edits; columns in UTF-16 units."""
    lines = text.splitlines(keepends=True)

    def offset(place: dict[str, int]) -> int:
        before = "".join(lines[: place["line"]]).encode("utf-16-le")
        return len(before) + 2 * place["character"]

    raw = text.encode("utf-16-le")
    for edit in sorted(edits, key=lambda one: offset(one["range"]["start"]), reverse=True):
        start, end = offset(edit["range"]["start"]), offset(edit["range"]["end"])
        raw = raw[:start] + edit["newText"].encode("utf-16-le") + raw[end:]
    return raw.decode("utf-16-le")


def actions(
    editor: EditorClient, uri: str, at: dict[str, Any], only: list[str] | None = None
) -> Found:
    context: dict[str, Any] = {"diagnostics": []} | ({"only": only} if only else {})
    params = {"textDocument": {"uri": uri}, "range": at, "context": context}
    found: Found = editor.request("textDocument/codeAction", params)
    return found


def edits_of(action: dict[str, Any]) -> list[dict[str, Any]]:
    (change,) = action["edit"]["documentChanges"]
    edits: list[dict[str, Any]] = change["edits"]
    return edits


# --- diagnostics --------------------------------------------------------------------------------


def test_an_opened_file_gets_the_findings_of_the_check(editor: EditorClient, tasks: Path) -> None:
    found = editor.diagnostics(editor.open(tasks))
    assert codes(found) == ["explicit-table-ids"]
    (one,) = found
    line = line_with(tasks.read_text(encoding="utf-8"), "ctx.db.get")
    assert one["range"]["start"]["line"] == line
    assert one["source"] == "convexpert"
    assert one["data"]["fixable"] is True


def test_findings_come_and_go_while_somebody_types(editor: EditorClient, tasks: Path) -> None:
    uri = editor.open(tasks)
    editor.diagnostics(uri)
    line = line_with(tasks.read_text(encoding="utf-8"), ".take(20)")
    inserted = '      .filter((q) => q.eq(q.field("title"), "x"))\n'
    version = editor.type(uri, (line, 0), (line, 0), inserted)
    found = editor.diagnostics(uri, has("no-filter-in-query"), version=version)
    place = next(one for one in found if one["code"] == "no-filter-in-query")
    assert place["range"]["start"]["line"] == line
    version = editor.type(uri, (line, 0), (line + 1, 0), "")
    found = editor.diagnostics(uri, has_not("no-filter-in-query"), version=version)
    assert codes(found) == ["explicit-table-ids"]


def test_a_line_above_moves_the_findings_below(editor: EditorClient, tasks: Path) -> None:
    uri = editor.open(tasks)
    (before,) = editor.diagnostics(uri)
    version = editor.type(uri, (2, 0), (2, 0), "// a remark\n")
    (after,) = editor.diagnostics(uri, version=version)
    assert after["range"]["start"]["line"] == before["range"]["start"]["line"] + 1


def test_a_whole_new_text_is_checked_as_well(editor: EditorClient, tasks: Path) -> None:
    uri = editor.open(tasks)
    editor.diagnostics(uri)
    text = tasks.read_text(encoding="utf-8").replace(".take(20)", ".collect()")
    version = editor.replace(uri, text)
    assert "no-collect-in-query" in codes(
        editor.diagnostics(uri, has("no-collect-in-query"), version=version)
    )


def test_broken_syntax_is_shown_and_goes_when_it_is_mended(
    editor: EditorClient, tasks: Path
) -> None:
    uri = editor.open(tasks)
    editor.diagnostics(uri)
    version = editor.type(uri, (4, 0), (4, 0), "  (((\n")
    editor.diagnostics(uri, has("syntax-error"), version=version)
    version = editor.type(uri, (4, 0), (5, 0), "")
    found = editor.diagnostics(uri, has_not("syntax-error"), version=version)
    assert codes(found) == ["explicit-table-ids"]


def test_an_unsaved_schema_counts_for_other_open_files(
    editor: EditorClient, project: Path, tasks: Path
) -> None:
    uri = editor.open(tasks)
    editor.diagnostics(uri)
    schema = project / "convex" / "schema.ts"
    text = schema.read_text(encoding="utf-8")
    schema_uri = editor.open(schema)
    editor.replace(schema_uri, text.replace('"by_owner"', '"by_person"'))
    assert "unknown-index" in codes(editor.diagnostics(uri, has("unknown-index")))
    editor.notify("textDocument/didClose", {"textDocument": {"uri": schema_uri}})
    assert "unknown-index" not in codes(editor.diagnostics(uri, has_not("unknown-index")))


def test_a_file_that_was_never_saved_belongs_to_its_project(
    editor: EditorClient, project: Path
) -> None:
    text = (project / "convex" / "tasks.ts").read_text(encoding="utf-8")
    uri = editor.open(project / "convex" / "more.ts", text.replace("by_owner", "by_nobody"))
    assert "unknown-index" in codes(editor.diagnostics(uri, has("unknown-index")))


def test_a_closed_file_loses_its_findings(editor: EditorClient, tasks: Path) -> None:
    uri = editor.open(tasks)
    editor.diagnostics(uri)
    editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert editor.diagnostics(uri) == []


def test_settings_count_after_they_are_saved(
    editor: EditorClient, project: Path, tasks: Path
) -> None:
    uri = editor.open(tasks)
    editor.diagnostics(uri)
    (project / "convexpert.toml").write_text(
        '[check]\nignore = ["explicit-table-ids"]\n', encoding="utf-8"
    )
    editor.notify("textDocument/didSave", {"textDocument": {"uri": uri}})
    assert editor.diagnostics(uri, has_not("explicit-table-ids")) == []


def test_settings_that_cannot_be_read_are_told_and_the_check_goes_on(
    start: Callable[..., EditorClient], project: Path, tasks: Path
) -> None:
    (project / "convexpert.toml").write_text("[check]\nselect = 3\n", encoding="utf-8")
    editor = start()
    assert codes(editor.diagnostics(editor.open(tasks))) == ["explicit-table-ids"]
    told = [note["params"]["message"] for note in editor.notes if "showMessage" in note["method"]]
    assert any("convexpert.toml" in message for message in told)


def test_a_documents_examples_and_the_document_itself_are_checked(
    editor: EditorClient, project: Path
) -> None:
    document = project / ".claude" / "agents" / "helper.md"
    text = (
        "---\nname: helper\ndescription: Use when Convex queries are slow.\n---\n\n# Role\n\n"
        "You look at queries.\n\n```typescript\n"
        "export const all = query({\n  args: {},\n"
        '  handler: async (ctx) => await ctx.db.query("tasks").collect(),\n});\n```\n\n'
        "## Steps\n\n## Steps\n\nLook again.\n"
    )
    found = editor.diagnostics(editor.open(document, text))
    assert "no-collect-in-query" in codes(found)
    assert "duplicate-heading" in codes(found)


# --- positions ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encodings", "chosen", "before"),
    [
        pytest.param(None, "utf-16", 2, id="by default"),
        pytest.param(["utf-8", "utf-16"], "utf-8", 4, id="utf-8"),
        pytest.param(["utf-32"], "utf-32", 1, id="utf-32"),
    ],
)
def test_columns_count_what_was_agreed_on(
    start: Callable[..., EditorClient],
    tasks: Path,
    encodings: list[str] | None,
    chosen: str,
    before: int,
) -> None:
    editor = start(encodings=encodings)
    assert editor.initialized["capabilities"]["positionEncoding"] == chosen
    text = tasks.read_text(encoding="utf-8")
    plain = next(line for line in text.splitlines() if "ctx.db.get" in line)
    line = line_with(text, "ctx.db.get")
    marked = text.replace("return await ctx.db.get", "/*\N{ROCKET}*/ return await ctx.db.get")
    uri = editor.open(tasks, marked)
    (one,) = editor.diagnostics(uri)
    assert one["range"]["start"] == {"line": line, "character": plain.index("get(") + 5 + before}
    # An edit behind the emoji, in the same units, goes where it should.
    start_, end = one["range"]["start"]["character"], one["range"]["end"]["character"]
    version = editor.type(uri, (line, start_), (line, end), "delete")
    found = editor.diagnostics(uri, has("write-in-query"), version=version)
    assert "write-in-query" in codes(found)


# --- hover and actions --------------------------------------------------------------------------


def test_hover_shows_the_rule_and_the_documents_item(editor: EditorClient, tasks: Path) -> None:
    uri = editor.open(tasks)
    (one,) = editor.diagnostics(uri)
    shown = editor.request(
        "textDocument/hover",
        {"textDocument": {"uri": uri}, "position": one["range"]["start"]},
    )
    text = shown["contents"]["value"]
    assert "**explicit-table-ids**" in text
    assert one["data"]["documented_by"]
    assert f"`{one['data']['documented_by'][0]}`" in text
    away = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 0}}
    assert editor.request("textDocument/hover", away) is None


def test_the_quick_fix_leaves_a_clean_file(editor: EditorClient, tasks: Path) -> None:
    text = tasks.read_text(encoding="utf-8").replace(
        "return await ctx.db.get", "/*\N{ROCKET}*/ return await ctx.db.get"
    )
    uri = editor.open(tasks, text)
    (one,) = editor.diagnostics(uri)
    found = actions(editor, uri, one["range"], only=["quickfix"])
    (fix,) = [action for action in found if action.get("isPreferred")]
    assert fix["diagnostics"][0]["code"] == "explicit-table-ids"
    mended = applied(text, edits_of(fix))
    assert 'ctx.db.get("tasks", args.id)' in mended
    version = editor.replace(uri, mended)
    assert editor.diagnostics(uri, lambda found: not found, version=version) == []


def test_fix_all_mends_everything_at_once(editor: EditorClient, tasks: Path) -> None:
    text = tasks.read_text(encoding="utf-8")
    text += text[text.index("export const rename") :].replace("rename", "again")
    uri = editor.open(tasks, text)
    assert codes(editor.diagnostics(uri)) == ["explicit-table-ids"] * 2
    everywhere = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}
    (fix,) = actions(editor, uri, everywhere, only=["source.fixAll"])
    assert fix["kind"] == "source.fixAll.convexpert"
    version = editor.replace(uri, applied(text, edits_of(fix)))
    assert editor.diagnostics(uri, lambda found: not found, version=version) == []


def test_a_silenced_line_stays_silent(editor: EditorClient, tasks: Path) -> None:
    text = tasks.read_text(encoding="utf-8")
    uri = editor.open(tasks)
    (one,) = editor.diagnostics(uri)
    found = actions(editor, uri, one["range"], only=["quickfix"])
    (quiet,) = [action for action in found if action["title"].startswith("Silence")]
    silenced = applied(text, edits_of(quiet))
    assert "    // convexpert-ignore explicit-table-ids\n    return" in silenced
    version = editor.replace(uri, silenced)
    assert editor.diagnostics(uri, lambda found: not found, version=version) == []


# --- robustness ---------------------------------------------------------------------------------


def test_files_outside_the_folder_are_none_of_ours(
    editor: EditorClient, project: Path, tasks: Path
) -> None:
    outside = project.parent / "other" / "convex" / "tasks.ts"
    strange = editor.open(outside, tasks.read_text(encoding="utf-8"))
    dependency = project / "node_modules" / "x" / "convex" / "tasks.ts"
    editor.open(dependency, tasks.read_text(encoding="utf-8"))
    uri = editor.open(tasks)
    assert editor.diagnostics(uri)
    at = {"textDocument": {"uri": strange}, "position": {"line": 0, "character": 0}}
    assert editor.request("textDocument/hover", at) is None
    shown = {n["params"]["uri"] for n in editor.notes if "publishDiagnostics" in n["method"]}
    assert shown == {uri}


def test_nonsense_costs_only_its_own_answer(editor: EditorClient, tasks: Path) -> None:
    unknown = tasks.with_name("unknown.ts").as_uri()
    change = {"textDocument": {"uri": unknown, "version": 3}, "contentChanges": [{"text": "x"}]}
    editor.notify("textDocument/didChange", change)
    editor.notify("textDocument/didClose", {"textDocument": {"uri": unknown}})
    editor.send_bytes(b"Content-Length: 9\r\n\r\n{nonsense")
    with pytest.raises(RuntimeError):
        editor.request("textDocument/hover", {"textDocument": 3})
    with pytest.raises(RuntimeError):
        editor.request("no/such/method", {})
    uri = editor.open(tasks)
    assert codes(editor.diagnostics(uri)) == ["explicit-table-ids"]
    version = editor.type(uri, (4000, 7), (9000, 1), "\n// at the end\n")
    assert codes(editor.diagnostics(uri, version=version)) == ["explicit-table-ids"]


def test_the_exit_status_says_whether_it_was_shut_down(
    start: Callable[..., EditorClient], tasks: Path
) -> None:
    polite = start()
    polite.open(tasks)
    assert polite.leave() == 0
    rude = start()
    rude.diagnostics(rude.open(tasks))
    rude.notify("exit", None)
    assert rude.process.wait(60) == 1


def test_it_ends_in_the_middle_of_a_check(start: Callable[..., EditorClient], tasks: Path) -> None:
    editor = start()
    uri = editor.open(tasks)
    editor.diagnostics(uri)
    editor.notify("textDocument/didSave", {"textDocument": {"uri": uri}})
    assert editor.leave() == 0


def test_a_client_that_is_gone_ends_the_server(start: Callable[..., EditorClient]) -> None:
    editor = start()
    assert editor.process.stdin is not None
    editor.process.stdin.close()
    assert editor.process.wait(60) == 1


def test_the_version_is_shown() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "assistant.cli", "lsp", "--version"],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert shown.stdout == f"convexpert {version('convexpert')}\n"
