"""`convexpert check`, called as a user calls it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from assistant.cli.main import app

Run = Callable[..., Result]

AGENT = (
    "---\nname: expert\ndescription: Knows Convex.\n---\n# Never Do\n\n"
    "- Use `.filter()` on database queries (use indexes)\n- Be rude to users of the product\n\n"
    '```ts\nexport const rows = (ctx: QueryCtx) => ctx.db.query("t").filter(f).first();\n```\n'
)
LIST = (
    'import { query } from "./_generated/server";\n'
    "export const list = query({\n"
    '  handler: async (ctx) => await ctx.db.query("rows").filter((q) => q.eq("a", 1)).first(),\n'
    "});\n"
)
SELECT = ("--select", "no-filter-in-query,require-args-validator")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `convexpert` beside an app, with one agent registered."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CONVEXPERT_WORKSPACE", str(tmp_path / "w"))
    from agents.registry import open_registry
    from agents.settings import Settings
    from agents.workspace import Workspace

    open_registry(Workspace(tmp_path / "w"), Settings(), builtin=False).close()
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "expert.md").write_text(AGENT, encoding="utf-8")
    (tmp_path / "convex").mkdir()
    (tmp_path / "convex" / "list.ts").write_text(LIST, encoding="utf-8")

    def invoke(*args: str, status: int = 0, stdin: str | None = None) -> Result:
        result = CliRunner().invoke(app, list(args), input=stdin)
        assert result.exit_code == status, result.output
        return result

    invoke("agents", "import", "docs")
    return invoke


def test_findings_are_shown_with_their_code_and_the_item_that_asks(run: Run) -> None:
    result = run("check", ".", *SELECT, status=1)
    assert result.stdout == (
        "convex/list.ts\n"
        "  2:14  error  the query `list` takes arguments that nothing validates"
        "  [require-args-validator]\n"
        "    2 | export const list = query({\n"
        "      |              ^^^^\n"
        "      = hint: declare `args: { … }` with validators, or `args: {}` where it takes none\n"
        "  3:54  warning  `.filter` reads every row of `rows`  [no-filter-in-query]\n"
        '    3 |   handler: async (ctx) => await ctx.db.query("rows").filter((q) => q.eq("a", 1))'
        ".first(),\n"
        "      |                                                      ^^^^^^\n"
        "      = hint: use `.withIndex` with an index on the compared fields, or filter the rows in"
        " TypeScript where the range is small\n"
        "      = asked for by expert@1:7 “Use `.filter()` on database queries (use indexes)”\n"
        "\n"
        "score 97 of 100 (access 100, writing 100, reading 95, validation 87, layout 100)\n"
        "1 error, 1 warning in 1 file; 1 item of the documents needs review, no rule decides"
        " them\n"
    )


def test_json_follows_the_contract(run: Run) -> None:
    document = json.loads(run("check", "convex", "--format", "json", *SELECT, status=1).stdout)
    assert set(document) == {"findings", "summary", "review"}
    promised = {"files": 1, "errors": 1, "warnings": 1, "infos": 0}
    assert promised.items() <= document["summary"].items()
    finding = document["findings"][1]
    assert (finding["rule"], finding["file"], finding["line"], finding["column"]) == (
        "no-filter-in-query",
        "convex/list.ts",
        3,
        54,
    )
    [item] = finding["documented_by"]
    assert (item["agent"], item["version"], item["line"]) == ("expert", 1, 7)
    assert [item["line"] for item in document["review"]] == [8]


def test_only_the_rules_of_an_agent_run_when_it_is_named(run: Run) -> None:
    result = run("check", ".", *SELECT, "--agent", "expert@1", "--json", status=1)
    rules = {finding["rule"] for finding in json.loads(result.stdout)["findings"]}
    assert rules == {"no-filter-in-query"}
    assert run("check", ".", "--agent", "nobody", status=2).stderr.startswith("error: ")


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ((), 1),
        (("--fail-on", "error"), 1),
        (("--fail-on", "off"), 0),
        (("--ignore", "require-args-validator", "--fail-on", "error"), 0),
        (("--severity", "off"), 0),
        (("--ignore", "no-such-rule"), 2),
        (("--stdin-filename", "a.ts"), 2),
    ],
)
def test_the_exit_status_tells_what_was_found(
    run: Run, options: tuple[str, ...], status: int
) -> None:
    run("check", ".", *SELECT, *options, status=status)


def test_settings_apply_and_options_win(run: Run) -> None:
    Path("convexpert.toml").write_text(
        '[check]\nselect = ["no-filter-in-query"]\nfail_on = "error"\n'
        '[check.severity]\nno-filter-in-query = "info"\n',
        encoding="utf-8",
    )
    found = json.loads(run("check", ".", "--json").stdout)["findings"]
    assert [(f["rule"], f["severity"]) for f in found] == [("no-filter-in-query", "info")]
    run("check", ".", "--select", "require-args-validator", status=1)


def test_a_document_s_examples_are_held_to_its_own_items(run: Run) -> None:
    result = run("check", "docs/expert.md", "--json", "--select", "no-filter-in-query", status=1)
    [finding] = json.loads(result.stdout)["findings"]
    assert (finding["file"], finding["line"]) == ("docs/expert.md", 11)
    assert finding["documented_by"][0]["agent"] == "expert"


def test_standard_input_is_checked_under_the_given_name(run: Run) -> None:
    result = run("check", "-", *SELECT, "--json", status=1, stdin=LIST)
    assert {f["file"] for f in json.loads(result.stdout)["findings"]} == {"stdin.ts"}
    named = run(
        "check", "-", "--stdin-filename", "x.md", "--json", *SELECT, status=1,
        stdin=f"```ts\n{LIST}```\n",
    )  # fmt: skip
    assert [f["line"] for f in json.loads(named.stdout)["findings"]] == [3, 4]
    run("check", "-", "convex", status=2, stdin=LIST)


def test_an_error_with_json_is_one_document(run: Run) -> None:
    result = run("check", "gone.ts", "--json", status=2)
    error = json.loads(result.stdout)["error"]
    assert (error["code"], error["message"]) == ("check", "gone.ts: no such file or folder")
    assert result.stderr == f"error: {error['message']} ({error['hint']})\n"


def test_a_pipe_gets_plain_text(run: Run, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "assistant.cli", "check", ".", *SELECT]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=tmp_path)
    assert done.returncode == 1
    assert "\x1b" not in done.stdout and done.stderr == ""


def test_rules_are_listed_and_explained_with_who_asks_for_them(run: Run) -> None:
    listed = json.loads(run("rules", "--json").stdout)
    by_id = {rule["id"]: rule for rule in listed}
    assert list(by_id) == sorted(by_id)
    assert by_id["no-filter-in-query"]["severity"] == "warning"
    explained = json.loads(run("rules", "no-filter-in-query", "--json").stdout)
    assert {"why", "silent_when", "bad", "good", "documented_by"} <= set(explained)
    assert [item["line"] for item in explained["documented_by"]] == [7]
    text = run("rules", "no-filter-in-query").stdout
    assert "expert@1:7  Use `.filter()` on database queries" in text
    assert "  import { query } from" in text


def test_the_list_of_rules_is_one_line_each_in_a_pipe(run: Run) -> None:
    lines = run("rules").stdout.splitlines()
    assert all(len(line.split("\t")) == 4 for line in lines)


def test_a_rule_that_the_settings_name_and_nobody_knows_is_told_with_their_file(run: Run) -> None:
    Path("convexpert.toml").write_text('[check]\nignore = ["n-plus-won"]\n', encoding="utf-8")
    stderr = run("check", ".", status=2).stderr
    assert stderr.startswith(f"error: {Path('convexpert.toml').absolute()}: there is no rule")
    assert stderr.endswith("(did you mean n-plus-one?)\n")
