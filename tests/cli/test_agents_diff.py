"""`convexpert agents diff`, called as a user calls it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from assistant.cli.main import app

Run = Callable[..., Result]

RAW = (
    b"---\nname: expert\ndescription: Writes schemas.\ntools: Read, Bash\n---\n"
    b"# Always do\n\n- Use `.withIndex()` instead of `.filter()`\n- Await all promises\n\n"
    b"# Never do\n\n- Use `Date.now()` in queries\n"
)
NEW = (
    RAW.replace(b"Read, Bash", b"Read, Edit")
    .replace(b"- Await all promises\n", b"")
    .replace(b"# Never do\n\n", b"# Never\n\n- Use `.withIndex()` instead of `.filter()`\n")
    .replace(
        b"do\n\n- Use `.withIndex()` instead of `.filter()`\n", b"do\n\n- Validate arguments\n", 1
    )
)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `convexpert` in a folder with a workspace that holds version 1 and 2 of `expert`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CONVEXPERT_WORKSPACE", str(tmp_path / "w"))
    from agents.registry import open_registry
    from agents.settings import Settings
    from agents.workspace import Workspace

    open_registry(Workspace(tmp_path / "w"), Settings(), builtin=False).close()

    def invoke(*args: str, status: int = 0) -> Result:
        result = CliRunner().invoke(app, ["agents", *args])
        assert result.exit_code == status, result.output
        return result

    (tmp_path / "shop").mkdir()
    for raw in (RAW, NEW):
        (tmp_path / "shop" / "expert.md").write_bytes(raw)
        invoke("import", "shop")
    return invoke


def names(result: Result) -> tuple[str, str]:
    document = json.loads(result.stdout)
    return document["before"]["name"], document["after"]["name"]


def test_a_pipe_gets_the_changes_as_plain_lines(run: Run) -> None:
    assert run("diff", "expert").stdout.splitlines() == [
        "expert@1 -> expert@2",
        "",
        "Frontmatter",
        "~         4  tools: + Edit, - Bash",
        "",
        "Sections",
        "~        10  Never do -> Never: renamed",
        "",
        "Checklist",
        "-         9  Await all promises  [no-floating-promise]",
        "+         8  Validate arguments  [require-args-validator]",
        "~      8>12  moved from Always do to Never, NOW FORBIDDEN, was asked for: Use"
        " `.withIndex()` instead of `.filter()`  [forbids; no-filter-in-query]",
        "",
        "Rules asked for",
        "+            require-args-validator",
        "-            no-floating-promise",
        "",
        "changed: 1 field, 1 section, 3 items",
    ]


def test_json_has_both_sides_and_what_became_of_each_part(run: Run) -> None:
    document = json.loads(run("diff", "expert@1", "expert@2", "--json").stdout)
    assert list(document) == [
        *("before", "after", "same_bytes"),
        *("frontmatter", "sections", "checklist", "code", "rules"),
    ]
    assert (document["after"]["handle"], document["after"]["version"]) == ("expert", 2)
    (field,) = document["frontmatter"]
    assert (field["field"], field["gained"], field["lost"]) == ("tools", ["Edit"], ["Bash"])
    (section,) = document["sections"]
    assert section["changes"] == ["renamed"]
    assert section["before"] == {"heading": ["Never do"], "lines": [11, 13]}
    moved = document["checklist"][-1]
    assert moved["changes"] == ["moved", "reversed"]
    assert (moved["before"]["polarity"], moved["after"]["polarity"]) == ("do", "dont")
    assert (moved["before"]["line"], moved["after"]["line"]) == (8, 12)
    assert document["rules"]["lost"] == ["no-floating-promise"]


def test_a_label_and_a_working_file_tell_what_the_file_would_change(
    run: Run, tmp_path: Path
) -> None:
    run("label", "expert@1", "production")
    draft = tmp_path / "draft.md"
    draft.write_bytes(RAW.replace(b"Writes", b"Reviews"))
    for name in ("draft.md", "./draft.md", str(draft)):
        document = json.loads(run("diff", "expert@production", name, "--json").stdout)
        assert document["before"]["name"] == "expert@1"
        assert document["after"] == {
            "name": name,
            "handle": None,
            "version": None,
            "digest": document["after"]["digest"],
        }
        assert [change["field"] for change in document["frontmatter"]] == ["description"]
    assert names(run("diff", "draft.md", "expert", "--json")) == ("draft.md", "expert@2")


def test_one_ref_is_compared_with_the_version_before_it(run: Run) -> None:
    assert names(run("diff", "expert", "--json")) == ("expert@1", "expert@2")
    assert names(run("diff", "expert@2", "--json")) == ("expert@1", "expert@2")
    assert "first version" in run("diff", "expert@1", status=2).stderr


def test_one_file_is_compared_with_the_agent_that_it_was_imported_as(run: Run) -> None:
    file = str(Path("shop/expert.md"))
    assert run("diff", file).stdout.splitlines() == [f"expert@2 -> {file}", "the same bytes"]
    Path("other.md").write_bytes(RAW)
    assert "agents diff REF" in run("diff", "other.md", status=2).stderr


def test_what_differs_in_bytes_only_is_said_to(run: Run) -> None:
    Path("crlf.md").write_bytes(NEW.replace(b"\n", b"\r\n"))
    assert "no change by meaning" in run("diff", "expert", "crlf.md").stdout
    text = run("diff", "expert", "crlf.md", "--unified").stdout
    assert text == "expert@2 and crlf.md differ in line breaks or bytes only\n"
    assert run("diff", "expert", "expert@2", "--unified").stdout == ""


def test_unified_shows_lines(run: Run) -> None:
    text = run("diff", "expert", "-u").stdout
    assert text.startswith("--- expert@1\n+++ expert@2\n@@ -1,")
    assert "\n-tools: Read, Bash\n+tools: Read, Edit\n" in text


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("exprt",), "did you mean expert?"),
        (("expert@9", "expert"), "it has versions 1 to 2"),
        (("missing.md",), "missing.md: no such file"),
        (("./shop", "expert"), "is a folder"),
        (("expert", "expert@1", "expert@2"), "one REF or two"),
        (("expert", "--unified", "--json"), "exclude each other"),
        (("./binary.md", "expert"), "NUL"),
    ],
)
def test_what_cannot_be_compared_is_one_line(run: Run, args: tuple[str, ...], said: str) -> None:
    Path("binary.md").write_bytes(b"a\0")
    result = run("diff", *args, status=2)
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


def test_long_texts_are_cut_around_the_words_that_differ(run: Run) -> None:
    words = " ".join(f"word{n}" for n in range(60))
    for name, end in (("one.md", "schemas"), ("two.md", "indexes")):
        Path(name).write_text(
            f"---\nname: a\ndescription: {words} {end}\n---\nText.\n", encoding="utf-8"
        )
    told = run("diff", "./one.md", "./two.md").stdout.splitlines()
    assert told[4].endswith("-  … word54 word55 word56 word57 word58 word59 schemas")
    assert told[5].endswith("+  … word54 word55 word56 word57 word58 word59 indexes")


def test_text_from_documents_cannot_steer_the_terminal(run: Run) -> None:
    evil = b'---\nname: a\n"k\\e[2J": "\\u202e"\n---\n# \x1b[2J\n\n- Always \x1b]0;x\x07 do\n'
    Path("evil.md").write_bytes(evil + b"\n```\x1b[2J\nx\n```\n")
    for option in ("--json", "--unified"):
        run("diff", "expert", "evil.md", option)
    for args in (("expert", "evil.md"), ("evil.md", "expert"), ("expert", "evil.md", "-u")):
        text = run("diff", *args).stdout
        assert "\x1b" not in text
        assert "\x07" not in text
        assert "\u202e" not in text


def test_the_command_in_a_real_pipe_writes_no_colours(run: Run) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "assistant.cli", "agents", "diff", "expert"],
        capture_output=True,
        check=True,
        env=os.environ,
    )
    assert result.stdout.decode() == run("diff", "expert").stdout
    assert result.stderr == b""


def test_help_has_an_example(run: Run) -> None:
    assert "Example: convexpert agents diff" in run("diff", "--help").stdout
