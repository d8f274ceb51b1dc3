"""`agents lint` as a user calls it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from agents.registry import open_registry
from agents.registry.importer import import_paths
from agents.settings import Settings
from agents.workspace import Workspace
from assistant.cli.main import app

HEAD = "---\nname: reviewer\ndescription: Reviews changes. Use after each commit.\n"
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Call `agents lint` in an empty folder with a registry of one sound and one faulty agent."""
    workspace = Workspace(tmp_path / "w")
    monkeypatch.setenv("CONVEXPERT_WORKSPACE", str(tmp_path / "w"))
    folder = tmp_path / "project"
    (folder / "imported").mkdir(parents=True)
    monkeypatch.chdir(folder)
    sound = folder / "imported" / "reviewer.md"
    sound.write_text(f"{HEAD}---\nYou review changes.\n", encoding="utf-8")
    faulty = folder / "imported" / "writer.md"
    faulty.write_text(
        f"{HEAD.replace('reviewer', 'writer')}model: gpt-9\n---\nTODO: this\n", encoding="utf-8"
    )
    with open_registry(workspace, Settings(), builtin=False) as registry:
        import_paths(registry, [folder / "imported"])

    def call(*args: str) -> Result:
        return CliRunner().invoke(app, ["agents", "lint", *args])

    return call


def _findings(result: Result) -> list[tuple[str, str, int]]:
    document = json.loads(result.stdout)
    return [(f["file"], f["rule"], f["line"]) for f in document["findings"]]


def test_without_arguments_all_registered_agents_are_looked_at(run: Run) -> None:
    result = run("--json")
    assert _findings(result) == [
        ("writer@1", "unknown-model", 4),
        ("writer@1", "placeholder-text", 6),
    ]
    assert result.exit_code == 1
    assert json.loads(result.stdout)["summary"] == {
        "files": 2,
        "errors": 0,
        "warnings": 2,
        "infos": 0,
    }


def test_references_files_and_folders_can_be_mixed(run: Run) -> None:
    folder = Path("more")
    folder.mkdir()
    (folder / "a.md").write_text("TODO: a\n", encoding="utf-8")
    (folder / "b.mdc").write_text('---\nglobs: "*.ts"\n---\nTODO: b\n', encoding="utf-8")
    result = run("reviewer", "more", "imported/writer.md", "--select", "placeholder-text", "--json")
    assert _findings(result) == [
        ("imported/writer.md", "placeholder-text", 6),
        ("more/a.md", "placeholder-text", 1),
        ("more/b.mdc", "placeholder-text", 4),
    ]
    assert json.loads(result.stdout)["summary"]["files"] == 4


def test_the_status_follows_fail_on(run: Run) -> None:
    assert run("reviewer").exit_code == 0
    assert run("writer").exit_code == 1
    assert run("writer", "--fail-on", "error").exit_code == 0
    assert run("writer", "--fail-on", "off").exit_code == 0
    assert run("writer", "--severity", "error").exit_code == 0


def test_settings_apply_unless_options_say_otherwise(run: Run) -> None:
    Path("convexpert.toml").write_text(
        '[lint]\nignore = ["unknown-model"]\nfail_on = "error"\n'
        '[lint.severity]\nplaceholder-text = "info"\n',
        encoding="utf-8",
    )
    result = run("--json")
    assert _findings(result) == [("writer@1", "placeholder-text", 6)]
    assert json.loads(result.stdout)["findings"][0]["severity"] == "info"
    assert result.exit_code == 0
    assert run("--ignore", "", "--fail-on", "warning").exit_code == 1


def test_a_wrong_rule_in_the_settings_is_told_with_the_file(run: Run) -> None:
    Path("convexpert.toml").write_text('[lint]\nselect = ["nope"]\n', encoding="utf-8")
    result = run()
    assert result.exit_code == 2
    assert "nope" in result.stderr


def test_text_shows_the_line_and_its_mend(run: Run) -> None:
    result = run("imported/writer.md")
    assert "4:8  warning  `gpt-9` is no model that Claude Code knows  [unknown-model]" in (
        result.stdout
    )
    assert "4 | model: gpt-9" in result.stdout


def test_sarif_lists_the_rules_with_their_texts(run: Run) -> None:
    result = run("imported/writer.md", "--format", "sarif")
    [entry] = json.loads(result.stdout)["runs"]
    rules = {rule["id"]: rule for rule in entry["tool"]["driver"]["rules"]}
    assert set(rules) == {"unknown-model", "placeholder-text"}
    assert "```markdown" in rules["unknown-model"]["help"]["markdown"]


def test_github_annotations_name_file_and_line(run: Run) -> None:
    result = run("imported/writer.md", "--format", "github")
    assert "::warning file=imported/writer.md,line=4" in result.stdout


def test_fix_changes_files_and_shows_what_remains(run: Run) -> None:
    path = Path("imported/writer.md")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("model: gpt-9", "hooks: []\ncolor: Blue"), encoding="utf-8")
    result = run("imported/writer.md", "--fix", "--json")
    assert path.read_text(encoding="utf-8") == text.replace("model: gpt-9", "color: blue")
    document = json.loads(result.stdout)
    assert document["fixes"] == [
        {
            "file": "imported/writer.md",
            "fixed": {"invalid-field-value": 1, "invalid-hooks": 1},
            "reason": None,
        }
    ]
    assert [f["rule"] for f in document["findings"]] == ["placeholder-text"]


@pytest.mark.parametrize("args", [(), ("writer",)])
def test_fix_never_changes_versions(run: Run, args: tuple[str, ...]) -> None:
    result = run("--fix", *args)
    assert result.exit_code == 2
    assert "versions in the registry" in result.stderr


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("gone.md",), "no such file or folder"),
        (("wrter",), "no agent has the handle"),
        (("--select", "unknown-modl"), "there is no lint rule"),
        (("empty",), "no document in it"),
    ],
)
def test_what_a_user_did_wrong_is_told(run: Run, args: tuple[str, ...], told: str) -> None:
    Path("empty").mkdir()
    result = run(*args)
    assert result.exit_code == 2
    assert told in result.stderr


def test_rules_are_listed_and_explained(run: Run) -> None:
    listed = run("--rules").stdout.splitlines()
    assert any(line.startswith("unknown-model\twarning\tschema\t") for line in listed)
    explained = run("--rules", "--select", "unknown-model").stdout
    assert "Why: " in explained and "model: gpt-4o" in explained
    assert len(json.loads(run("--rules", "--json").stdout)) == len(listed)


def test_the_built_in_documents_are_sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVEXPERT_WORKSPACE", str(tmp_path / "w"))
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["agents", "lint", "--json"])
    document = json.loads(result.stdout)
    assert document["findings"] == []
    assert document["summary"]["files"] >= 5
