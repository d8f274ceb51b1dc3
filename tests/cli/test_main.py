"""The root command: errors in one line, JSON on request, the workspace option anywhere."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agents.errors import UsageError
from assistant.cli.console import printable
from assistant.cli.context import CommandContext
from assistant.cli.main import app


def test_an_unknown_command_is_one_line_and_status_2() -> None:
    result = CliRunner().invoke(app, ["aks"])
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    assert "--help" in result.stderr


def test_a_value_that_is_none_of_those_known_is_told_plainly() -> None:
    told = CliRunner().invoke(app, ["kb", "search", "x", "--mode", "deep"]).stderr
    assert told.startswith("error: Invalid value for '--mode': 'deep' is not one of 'hybrid', ")


LOADING = """
import sys
class Interrupted:
    def find_spec(self, name, path, target=None):
        if name == "assistant.cli.main":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupted())
from assistant.cli.__main__ import main
main()
"""


def test_ctrl_c_ends_it_quietly_while_it_is_being_loaded() -> None:
    run = subprocess.run([sys.executable, "-c", LOADING], capture_output=True, check=False)
    assert (run.returncode, run.stdout, run.stderr) == (130, b"", b"")


def test_with_json_an_error_is_one_document_on_standard_output() -> None:
    result = CliRunner().invoke(app, ["rules", "no-such-rule", "--json"])
    assert result.exit_code == 2
    assert set(json.loads(result.stdout)["error"]) == {"code", "message", "hint"}


def test_no_command_shows_the_help_with_an_example() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "assistant.cli", "--help"],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert "Example:" in run.stdout


@pytest.mark.parametrize(
    ("args", "rest", "chosen"),
    [
        (["a", "--workspace", "w", "b"], ["a", "b"], "w"),
        (["--workspace=w"], [], "w"),
        (["a", "--", "--workspace", "w"], ["a", "--", "--workspace", "w"], None),
    ],
)
def test_the_workspace_option_may_stand_after_the_command(
    args: list[str], rest: list[str], chosen: str | None
) -> None:
    context = CommandContext()
    assert context.take_workspace_option(args) == rest
    assert context.chosen_workspace == (Path(chosen) if chosen else None)


def test_the_workspace_option_without_a_folder_is_an_error() -> None:
    with pytest.raises(UsageError):
        CommandContext().take_workspace_option(["--workspace"])


def test_terminal_escapes_and_bidirectional_controls_are_made_visible() -> None:
    assert printable("a\x1b[31mb\u202ec\td\n") == "a\\x1b[31mb\\u202ec\td\n"


@pytest.mark.parametrize("args", [[], ["agents"], ["kb"], ["eval"]])
def test_without_a_command_the_help_is_shown_and_one_line_says_what_is_missing(
    args: list[str],
) -> None:
    result = CliRunner().invoke(app, args)
    assert result.exit_code == 2
    assert "Example:" in result.stdout
    assert result.stderr.startswith("error: a command is missing (see `")
    assert result.stderr.endswith(" ".join([*args, "--help`)\n"]))


@pytest.mark.parametrize(
    "args",
    [
        ["--workspace", "", "agents", "list"],
        ["agents", "import", ""],
        ["agents", "export", "--to", "claude", "--out", ""],
        ["check", ""],
        ["init", ""],
    ],
)
def test_an_empty_path_is_an_error_and_not_the_current_folder(
    args: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, args)
    assert (result.exit_code, "the path is empty" in result.stderr) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_a_current_folder_that_is_gone_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    result = CliRunner().invoke(app, ["agents", "list", "--json"])
    assert result.exit_code == 2
    assert json.loads(result.stdout)["error"]["message"] == "the current folder is gone"
