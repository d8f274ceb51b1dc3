"""`convexpert check --fix`, on real files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from agents.registry import open_registry
from agents.settings import Settings
from agents.workspace import Workspace
from assistant.cli.main import app

Run = Callable[..., Result]
SELECT = ("--select", "no-floating-promise,plain-error,no-filter-in-query,untyped-builder")
SEND = (
    'import { mutation } from "./_generated/server";\n'
    'import { v } from "convex/values";\n'
    "\n"
    "export const send = mutation({\n"
    "  args: { text: v.string() },\n"
    "  handler: async (ctx, { text }) => {\n"
    '    if (text === "") throw new Error("empty – ü");\n'
    '    if (text === "x") throw new Error("wrong");\n'
    '    ctx.db.insert("rows", { text });\n'
    '    return await ctx.db.query("rows").filter((q) => q.eq(q.field("text"), text)).first();\n'
    "  },\n"
    "});\n"
)
MENDED = (
    SEND.replace("{ v }", "{ ConvexError, v }")
    .replace("new Error", "new ConvexError")
    .replace("    ctx.db.insert", "    await ctx.db.insert")
)


@pytest.fixture
def send(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The one file of an app, which is the current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CONVEXPERT_WORKSPACE", str(tmp_path / "w"))
    open_registry(Workspace(tmp_path / "w"), Settings(), builtin=False).close()
    (tmp_path / "convex").mkdir()
    path = tmp_path / "convex" / "send.ts"
    path.write_text(SEND, encoding="utf-8")
    return path


def run(*args: str, status: int, stdin: str | None = None) -> Result:
    result = CliRunner().invoke(app, ["check", *args, *SELECT], input=stdin)
    assert result.exit_code == status, result.output
    return result


def test_what_can_be_mended_is_and_the_rest_decides(send: Path) -> None:
    result = run("convex", "--fix", status=1)
    assert send.read_text(encoding="utf-8") == MENDED
    assert result.stdout.splitlines()[-2:] == [
        "fixed convex/send.ts: no-floating-promise, plain-error (2)",
        "1 warning in 1 file",
    ]
    assert run("convex", "--fix", "--ignore", "no-filter-in-query", status=0)


def test_twice_changes_nothing(send: Path) -> None:
    run("convex", "--fix", status=1)
    before = send.stat()
    found = json.loads(run("convex", "--fix", "--json", status=1).stdout)
    assert found["fixes"] == []
    assert (send.stat().st_mtime_ns, send.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_line_breaks_mark_and_permissions_stay(send: Path) -> None:
    send.write_bytes(b"\xef\xbb\xbf" + SEND.replace("\n", "\r\n").encode())
    send.chmod(0o640)
    run("convex/send.ts", "--fix", status=1)
    assert send.read_bytes() == b"\xef\xbb\xbf" + MENDED.replace("\n", "\r\n").encode()
    assert send.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in send.parent.iterdir()] == ["send.ts"]


def test_json_tells_what_was_fixed(send: Path) -> None:
    document = json.loads(run("convex", "--fix", "--json", status=1).stdout)
    assert document["fixes"] == [
        {
            "file": "convex/send.ts",
            "fixed": {"no-floating-promise": 1, "plain-error": 2},
            "reason": None,
        }
    ]
    assert [finding["rule"] for finding in document["findings"]] == ["no-filter-in-query"]
    assert "fixes" not in json.loads(run("convex", "--json", status=1).stdout)


def test_other_formats_leave_it_to_standard_error(send: Path) -> None:
    result = run("convex", "--fix", "--format", "github", status=1)
    assert result.stderr == "fixed convex/send.ts: no-floating-promise, plain-error (2)\n"


def test_only_selected_rules_mend(send: Path) -> None:
    run("convex", "--fix", "--ignore", "plain-error", status=1)
    assert send.read_text(encoding="utf-8") == SEND.replace("    ctx.db", "    await ctx.db")


def test_a_file_that_does_not_parse_is_left_alone(send: Path) -> None:
    broken = SEND + "export const x = (;\n"
    send.write_text(broken, encoding="utf-8")
    result = run("convex", "--fix", status=1)
    assert send.read_text(encoding="utf-8") == broken
    assert "not fixed convex/send.ts: it does not parse" in result.stdout


def test_a_link_is_not_written_through(send: Path, tmp_path: Path) -> None:
    (tmp_path / "link.ts").symlink_to(send)
    result = run("link.ts", "--fix", status=1)
    assert send.read_text(encoding="utf-8") == SEND and (tmp_path / "link.ts").is_symlink()
    assert "not fixed link.ts: it is a link" in result.stdout


def test_examples_in_documents_are_not_mended_and_not_called_fixable(send: Path) -> None:
    document = send.parent.parent / "guide.md"
    document.write_text(f"# Guide\n\n```ts\n{SEND}```\n", encoding="utf-8")
    raw = document.read_bytes()
    found = json.loads(run("guide.md", "--fix", "--json", status=1).stdout)
    assert document.read_bytes() == raw
    assert found["fixes"] == []
    assert {finding["fixable"] for finding in found["findings"]} == {False}


def test_standard_input_cannot_be_fixed(send: Path) -> None:
    assert "standard input" in run("-", "--fix", status=2, stdin=SEND).stderr
