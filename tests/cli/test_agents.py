"""`convexpert agents`, called as a user calls it."""

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
    b"---\nname: expert\ndescription: Writes schemas.\n---\n# Rules\n\n- Always use `withIndex`.\n"
)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `convexpert` in a fresh folder with an empty workspace."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CONVEXPERT_WORKSPACE", str(tmp_path / "w"))
    monkeypatch.setenv("CONVEXPERT_AUTHOR", "ann")
    from agents.registry import open_registry
    from agents.settings import Settings
    from agents.workspace import Workspace

    open_registry(Workspace(tmp_path / "w"), Settings(), builtin=False).close()

    def invoke(*args: str, status: int = 0) -> Result:
        result = CliRunner().invoke(app, list(args))
        assert result.exit_code == status, result.output
        return result

    return invoke


@pytest.fixture
def expert(run: Run, tmp_path: Path) -> Path:
    """A file that is registered as version 1 of `expert`."""
    file = tmp_path / "shop" / "a.md"
    file.parent.mkdir()
    file.write_bytes(RAW)
    run("agents", "import", "shop", "-m", "first")
    return file


def test_import_tells_each_new_version_and_the_sums(run: Run, expert: Path) -> None:
    expert.write_bytes(RAW + b"- Never use `filter`.\n")
    result = run("agents", "import", "shop")
    assert result.stdout.splitlines() == [
        f"new version expert@2 from {Path('shop/a.md')}",
        "0 created, 1 new version, 0 unchanged, 0 rejected",
    ]


def test_a_rejected_file_is_told_and_the_status_is_1(run: Run, expert: Path) -> None:
    (expert.parent / "b.md").write_bytes(b"\0")
    result = run("agents", "import", "shop", status=1)
    assert result.stderr.startswith(f"rejected: {Path('shop/b.md')}")
    assert "1 unchanged, 1 rejected" in result.stdout
    document = json.loads(run("agents", "import", "shop", "--json", status=1).stdout)
    assert document["summary"] == {"created": 0, "new version": 0, "unchanged": 1, "rejected": 1}
    assert document["rejected"][0]["reason"]


def test_a_dry_run_writes_nothing(run: Run, expert: Path) -> None:
    expert.write_bytes(RAW + b"more\n")
    result = run("agents", "import", "shop", "--dry-run")
    assert "nothing was written" in result.stdout
    assert len(json.loads(run("agents", "log", "expert", "--json").stdout)) == 1


def test_list_and_show_have_the_keys_of_the_contract(run: Run, expert: Path) -> None:
    first_ten = [
        *("handle", "name", "description", "collection", "origin"),
        *("version", "digest", "labels", "created_at", "author"),
    ]
    (listed,) = json.loads(run("agents", "list", "--json").stdout)
    assert list(listed) == first_ten
    shown = json.loads(run("agents", "show", "expert", "--json").stdout)
    assert list(shown) == [
        *first_ten,
        *("message", "frontmatter", "sections", "checklist", "code", "diagnostics"),
        *("kind", "fields", "claude_code"),
    ]
    assert (shown["origin"], shown["author"], shown["message"]) == ("shop/a.md", "ann", "first")
    assert shown["frontmatter"] == {"name": "expert", "description": "Writes schemas."}
    assert {"heading": ["Rules"], "lines": [5, 7]} in shown["sections"]
    (item,) = shown["checklist"]
    assert (item["text"], item["line"]) == ("Always use `withIndex`.", 7)
    assert isinstance(item["rules"], list)


def test_show_prints_outline_and_checklist_with_lines(run: Run, expert: Path) -> None:
    text = run("agents", "show", "expert@1").stdout
    assert "    5  Rules" in text
    assert "    7  Always use `withIndex`.  [" in text


def test_show_raw_prints_the_exact_bytes(run: Run, expert: Path) -> None:
    raw = RAW.replace(b"\n", b"\r\n") + "ü".encode()
    expert.write_bytes(raw)
    run("agents", "import", "shop")
    assert run("agents", "show", "expert", "--raw").stdout_bytes == raw
    assert run("agents", "show", "expert@1", "--raw").stdout_bytes == RAW


def test_labels_move_back_and_forth_and_the_log_tells(run: Run, expert: Path) -> None:
    expert.write_bytes(RAW + b"more\n")
    run("agents", "import", "shop", "-m", "second")
    run("agents", "label", "expert", "production")
    result = run("agents", "rollback", "expert", "1")
    assert result.stdout == "expert@production is version 1\n"
    log = json.loads(run("agents", "log", "expert", "--json").stdout)
    assert [(v["version"], v["labels"], v["message"]) for v in log] == [
        (2, ["latest"], "second"),
        (1, ["production"], "first"),
    ]
    moves = json.loads(run("agents", "log", "expert", "--labels", "--json").stdout)
    assert [(m["from_number"], m["to_number"], m["author"]) for m in moves] == [
        (2, 1, "ann"),
        (None, 2, "ann"),
    ]
    run("agents", "unlabel", "expert", "production")
    assert "no agent has the label" in run("agents", "list", "--label", "production").stdout


def test_the_log_tells_where_the_file_was(run: Run, expert: Path) -> None:
    assert "never moved" in run("agents", "log", "expert", "--moves").stdout
    (expert.parent / "team").mkdir()
    expert.rename(expert.parent / "team" / "b.md")
    run("agents", "import", "shop")
    (move,) = json.loads(run("agents", "log", "expert", "--moves", "--json").stdout)
    assert (move["old"], move["new"]) == ("a.md", "team/b.md")
    assert "a.md\tteam/b.md" in run("agents", "log", "expert", "--moves").stdout
    run("agents", "log", "expert", "--moves", "--labels", status=2)


def test_a_removed_agent_is_not_listed_until_it_is_restored(run: Run, expert: Path) -> None:
    run("agents", "remove", "expert")
    assert json.loads(run("agents", "list", "--json").stdout) == []
    assert "agents import PATH" in run("agents", "list").stdout
    assert "expert (removed)" in run("agents", "list", "--removed").stdout
    run("agents", "restore", "expert")
    assert len(json.loads(run("agents", "list", "--json").stdout)) == 1


def test_rename_gives_the_agent_its_new_handle(run: Run, expert: Path) -> None:
    run("agents", "rename", "expert", "shop-expert")
    assert json.loads(run("agents", "show", "shop-expert", "--json").stdout)["name"] == "expert"


def test_errors_are_one_line_with_what_to_do(run: Run, expert: Path) -> None:
    result = run("agents", "show", "expret", status=2)
    assert result.stderr == "error: no agent has the handle 'expret' (did you mean expert?)\n"
    document = json.loads(run("agents", "show", "expert@9", "--json", status=2).stdout)
    assert document["error"] == {
        "code": "version-not-found",
        "message": "expert has no version '9'",
        "hint": "it has version 1, latest",
    }


def test_text_from_documents_cannot_steer_the_terminal(run: Run, tmp_path: Path) -> None:
    name = "\\e[31mred\\u202e"
    (tmp_path / "x.md").write_text(
        f'---\nname: "{name}"\ndescription: "\\e]0;owned\\a"\n---\n# \x1b[2J\n', encoding="utf-8"
    )
    run("agents", "import", "x.md")
    handle = json.loads(run("agents", "list", "--json").stdout)[0]["handle"]
    for command in (("list",), ("show", handle), ("log", handle)):
        text = run("agents", *command).stdout
        assert "\x1b" not in text
        assert "\u202e" not in text


def test_export_writes_checks_and_keeps_what_was_edited(run: Run, expert: Path) -> None:
    out = Path("out")
    command = ("agents", "export", "--to", "claude", "--out", "out")
    assert "out of date" in run(*command, "--check", status=1).stdout
    assert not out.exists()
    run(*command)
    assert (out / "expert.md").read_bytes() == RAW
    assert run(*command, "--check").stdout == "out is up to date, 1 files\n"
    (out / "expert.md").write_bytes(b"mine\n")
    assert "edited expert.md" in run(*command, "--check", status=1).stdout
    assert "--force" in run(*command, status=2).stderr
    document = json.loads(run(*command, "--force", "--json").stdout)
    assert document["files"][0]["change"] == "edited"
    assert (out / "expert.md").read_bytes() == RAW


def test_export_of_two_agents_with_one_name_makes_two_files(run: Run, expert: Path) -> None:
    (expert.parent / "b.md").write_bytes(RAW + b"more\n")
    run("agents", "import", "shop")
    command = ("agents", "export", "--to", "claude", "--out", "out")
    assert "same name" in run(*command, "--on-collision", "error", status=2).stderr
    result = run(*command)
    assert "`name: expert` changed to `expert-b`" in result.stdout
    assert sorted(p.name for p in Path("out").glob("*.md")) == ["expert-b.md", "expert.md"]


def test_a_scope_names_the_folder_where_the_tool_looks(
    run: Run, expert: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    run("agents", "export", "--to", "claude", "--scope", "project")
    run("agents", "export", "--to", "claude", "--scope", "user")
    for base in (tmp_path, tmp_path / "home"):
        assert (base / ".claude/agents/expert.md").read_bytes() == RAW


@pytest.mark.parametrize(
    ("args", "hint"),
    [
        ((), "--list"),
        (("--to", "claud", "--out", "o"), "did you mean claude?"),
        (("--to", "claude"), "--out DIR"),
        (("--to", "claude", "--scope", "all"), "project or user"),
        (("--to", "claude", "--out", "o", "--on-collision", "x"), "rename or error"),
        (("expert@1", "expert@2", "--to", "claude", "--out", "o"), "one version"),
    ],
)
def test_an_export_that_makes_no_sense_says_what_would(
    run: Run, expert: Path, args: tuple[str, ...], hint: str
) -> None:
    expert.write_bytes(RAW + b"more\n")
    run("agents", "import", "shop")
    assert hint in run("agents", "export", *args, status=2).stderr
    assert not Path("o").exists()


def test_an_empty_registry_has_nothing_to_export(run: Run) -> None:
    assert (
        "agents import" in run("agents", "export", "--to", "claude", "--out", "o", status=2).stderr
    )


def test_export_lists_its_targets(run: Run) -> None:
    lines = run("agents", "export", "--list").stdout.splitlines()
    assert "claude\t.claude/agents\t~/.claude/agents\t" in "\n".join(lines)
    assert len(lines) == len({line.partition("\t")[0] for line in lines}) >= 14
    targets = {
        one["name"]: one for one in json.loads(run("agents", "export", "--list", "--json").stdout)
    }
    assert targets["claude"]["folder"] == {"project": ".claude/agents", "user": ".claude/agents"}


@pytest.mark.parametrize(
    "command",
    [
        *("import", "list", "show", "log", "label", "unlabel"),
        *("rollback", "rename", "remove", "restore", "export"),
    ],
)
def test_every_command_has_help_with_an_example(run: Run, command: str) -> None:
    text = run("agents", command, "--help").stdout
    assert "Example: convexpert agents" in text


def test_a_pipe_gets_plain_lines_with_whole_cells(expert: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "assistant.cli", "agents", "list"],
        capture_output=True,
        check=True,
        env=os.environ,
    )
    assert result.stdout == b"expert\t1\tlatest\tshop\tWrites schemas.\n"
    assert result.stderr == b""


def test_import_tells_what_moved_what_vanished_and_what_claude_code_drops(
    run: Run, expert: Path
) -> None:
    (expert.parent / "broken.md").write_text("---\nname: broken\n---\nText\n", encoding="utf-8")
    assert "Claude Code drops it" in run("agents", "import", "shop").stdout
    expert.rename(expert.parent / "moved.md")
    (expert.parent / "broken.md").unlink()
    told = run("agents", "import", "shop").stdout
    assert "unchanged expert@1 from shop/moved.md (moved from a.md)" in told
    assert "vanished shop/broken.md; broken is kept" in told
    report = json.loads(run("agents", "import", "shop", "--json").stdout)
    assert report["vanished"] == [{"handle": "broken", "origin": "shop/broken.md"}]


def test_export_tells_what_a_target_can_not_say_and_what_it_has_no_place_for(
    run: Run, expert: Path
) -> None:
    (expert.parent / "README.md").write_text("# About\n", encoding="utf-8")
    run("agents", "import", "shop")
    args = ("agents", "export", "--to", "cline", "--out", "out")
    report = json.loads(run(*args, "--json").stdout)
    assert [one["handle"] for one in report["skipped"]] == ["readme"]
    assert any("is read for every task" in note for f in report["files"] for note in f["notes"])
    assert "skipped readme@1" in run(*args, "--check").stdout
