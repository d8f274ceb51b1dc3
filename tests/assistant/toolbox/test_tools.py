"""The tools that other programs call: their schemas, limits and results."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from agents.errors import AgentNotFound, CodeCheckError, UsageError
from agents.registry import open_registry
from agents.settings import Settings
from assistant.toolbox import TOOLS, Folders, Tool, Toolbox
from kb.knowledge_base import KnowledgeBase

BY_NAME = {tool.name: tool for tool in TOOLS}
LOOP = "for (const id of ids) { await ctx.db.get(id); }"

CALLS: dict[str, dict[str, Any]] = {
    "search_knowledge": {"query": "withIndex", "k": 3, "mode": "lexical"},
    "ask": {"question": "Where do I call the Stripe API from?"},
    "check_code": {"paths": ["."]},
    "list_agents": {},
    "get_agent": {"reference": "convex-expert@1"},
    "explain_rule": {"rule": "no-filter-in-query"},
}
COMMANDS = {
    "search_knowledge": ["kb", "search", "withIndex", "-k", "3", "--mode", "lexical", "--json"],
    "ask": ["ask", "Where do I call the Stripe API from?", "--no-model", "--json"],
    "check_code": ["check", ".", "--json"],
    "list_agents": ["agents", "list", "--json"],
    "get_agent": ["agents", "show", "convex-expert@1", "--json"],
    "explain_rule": ["rules", "no-filter-in-query", "--json"],
}


@pytest.fixture(scope="module")
def toolbox(built_project: Any) -> Iterator[Toolbox]:
    with Toolbox(built_project.workspace, Settings()) as opened:
        yield opened


def test_the_contracts_tools_are_there() -> None:
    assert list(BY_NAME) == list(CALLS)


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_schemas_are_valid_and_say_what_each_argument_is(tool: Tool) -> None:
    for schema in (tool.input_schema, tool.returns):
        Draft202012Validator.check_schema(schema)
        assert schema["type"] == "object"
        assert "$ref" not in json.dumps(schema)
    assert tool.input_schema["additionalProperties"] is False
    for name, argument in tool.input_schema["properties"].items():
        assert argument.get("description"), name


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_results_have_the_promised_shape(tool: Tool, toolbox: Toolbox) -> None:
    Draft202012Validator(tool.input_schema).validate(CALLS[tool.name])
    Draft202012Validator(tool.returns).validate(tool.call(toolbox, CALLS[tool.name]))


@pytest.mark.slow
@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_results_are_the_json_of_the_command(
    tool: Tool, toolbox: Toolbox, built_project: Any
) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "assistant.cli", *COMMANDS[tool.name]],
        capture_output=True,
        encoding="utf-8",
        cwd=built_project.folder,
        check=False,
    )
    printed = json.loads(run.stdout)
    wanted: Any = {"agents": printed} if tool.name == "list_agents" else printed
    result = tool.call(toolbox, CALLS[tool.name])
    assert set(wanted) <= set(result)
    if tool.name == "check_code":
        # The command's summary has more to say about a whole project.
        assert result.pop("summary").items() <= wanted.pop("summary").items()
    for key in set(wanted) - {"elapsed_ms", "review", "findings"}:
        assert result[key] == wanted[key], key
    for mine, theirs in zip(result.get("findings", []), wanted.get("findings", []), strict=True):
        assert built_project.folder / theirs["file"] == Path(mine["file"])
        assert {**mine, "file": ""} == {**theirs, "file": ""}


@pytest.mark.parametrize(
    ("name", "arguments", "says"),
    [
        ("search_knowledge", {}, "`query`"),
        ("search_knowledge", {"query": ""}, "`query`"),
        ("search_knowledge", {"query": "   "}, "empty"),
        ("search_knowledge", {"query": "x" * 10_001}, "`query`"),
        ("search_knowledge", {"query": "x", "k": 51}, "`k`"),
        ("search_knowledge", {"query": "x", "mode": "both"}, "`mode`"),
        ("search_knowledge", {"query": "x", "sources": ["nowhere"]}, "nowhere"),
        ("search_knowledge", {"query": "x", "sources": ["s"] * 51}, "`sources`"),
        ("search_knowledge", {"query": "x", "top_k": 3}, "`top_k`"),
        ("ask", {"question": "x", "history": [{"role": "robot", "content": "x"}]}, "`history.0"),
        ("check_code", {}, "`code`, `paths`"),
        ("check_code", {"code": "x" * 1_500_001}, "`code`"),
        ("check_code", {"code": "x", "limit": 0}, "`limit`"),
    ],
)
def test_wrong_arguments_are_refused_with_their_name(
    name: str, arguments: dict[str, Any], says: str, toolbox: Toolbox
) -> None:
    with pytest.raises(UsageError) as refused:
        BY_NAME[name].call(toolbox, arguments)
    assert says in str(refused.value)
    assert "\n" not in refused.value.message


def test_what_is_named_and_not_there_is_an_error_of_ours(toolbox: Toolbox) -> None:
    with pytest.raises(AgentNotFound):
        BY_NAME["get_agent"].call(toolbox, {"reference": "convex-exprt"})
    with pytest.raises(CodeCheckError):
        BY_NAME["explain_rule"].call(toolbox, {"rule": "no-such-rule"})
    with pytest.raises(CodeCheckError):
        BY_NAME["check_code"].call(toolbox, {"code": "1", "select": ["no-such-rule"]})


def test_findings_name_the_items_that_ask_for_them(toolbox: Toolbox) -> None:
    found = BY_NAME["check_code"].call(toolbox, {"paths": ["convex/tasks.ts"]})
    by_rule = {finding["rule"]: finding for finding in found["findings"]}
    [item] = by_rule["no-filter-in-query"]["documented_by"]
    assert (item["agent"], item["line"]) == ("convex-expert", 9)


def test_agents_limit_the_rules_and_bring_what_needs_judgement(toolbox: Toolbox) -> None:
    check = BY_NAME["check_code"]
    all_rules = check.call(toolbox, {"paths": ["."]})
    reviewers = check.call(toolbox, {"paths": ["."], "agents": ["reviewer"]})
    rules = {finding["rule"] for finding in all_rules["findings"]}
    assert "no-filter-in-query" in rules
    assert "no-filter-in-query" not in {f["rule"] for f in reviewers["findings"]}
    assert all_rules["review"] == []
    assert [item["text"] for item in reviewers["review"]] == ["Write kindly."]
    assert check.call(toolbox, {"paths": ["."], "review": True})["review"]


def test_findings_beyond_the_limit_are_counted(toolbox: Toolbox) -> None:
    code = "\n".join(
        f"export const q{n} = query(async (ctx) => ctx.db.query('t').collect());" for n in range(9)
    )
    code = f"import {{ query }} from './_generated/server';\n{code}\n"
    every = BY_NAME["check_code"].call(toolbox, {"code": code})
    few = BY_NAME["check_code"].call(toolbox, {"code": code, "limit": 2})
    assert few["findings"] == every["findings"][:2]
    assert few["omitted"] == len(every["findings"]) - 2 > 0
    assert few["summary"] == every["summary"]


def test_code_stands_for_the_file_of_its_name(toolbox: Toolbox) -> None:
    """The project around it counts: a table that the schema doesn't have is found."""
    folder = toolbox.folders.roots[0]
    schema = folder / "convex" / "schema.ts"
    schema.write_text(
        "import { defineSchema, defineTable } from 'convex/server';\n"
        "import { v } from 'convex/values';\n"
        "export default defineSchema({ tasks: defineTable({ done: v.boolean() }) });\n",
        encoding="utf-8",
    )
    code = (
        "import { query } from './_generated/server';\n"
        "export const all = query({ args: {}, handler: (ctx) => ctx.db.query('taks').take(3) });\n"
    )
    try:
        check = BY_NAME["check_code"]
        placed = check.call(toolbox, {"code": code, "filename": "convex/tasks.ts"})
        alone = check.call(toolbox, {"code": code, "filename": "elsewhere/tasks.ts"})
    finally:
        schema.unlink()
    assert "unknown-table" in {finding["rule"] for finding in placed["findings"]}
    assert "unknown-table" not in {finding["rule"] for finding in alone["findings"]}


def test_code_and_paths_are_checked_together(toolbox: Toolbox) -> None:
    found = BY_NAME["check_code"].call(
        toolbox, {"code": "export const broken = (;", "filename": "a.ts", "paths": ["."]}
    )
    assert {Path(finding["file"]).name for finding in found["findings"]} == {"a.ts", "tasks.ts"}
    assert found["summary"]["files"] == 2


def test_a_path_outside_is_refused_until_its_folder_is_granted(
    toolbox: Toolbox, tmp_path: Path
) -> None:
    other = tmp_path / "other" / "convex" / "x.ts"
    other.parent.mkdir(parents=True)
    other.write_text("export const broken = (;", encoding="utf-8")
    check = BY_NAME["check_code"]
    with pytest.raises(UsageError, match="outside"):
        check.call(toolbox, {"paths": [str(other)]})
    found = check.call(toolbox, {"paths": [str(other)]}, Folders((tmp_path / "other",)))
    assert [finding["rule"] for finding in found["findings"]] == ["syntax-error"]


def test_a_project_that_begins_outside_is_not_read(project: Any, toolbox: Toolbox) -> None:
    """Only `convex/` is granted: its file is checked alone, the folder is refused."""
    (project.folder / "convex.json").write_text("{}", encoding="utf-8")
    granted = Folders((project.file.parent,))
    alone = Toolbox(project.workspace, Settings(), folders=granted)
    with alone:
        found = BY_NAME["check_code"].call(alone, {"paths": [str(project.file)]})
        assert found["summary"]["files"] == 1
        with pytest.raises(UsageError, match="begins outside"):
            BY_NAME["check_code"].call(alone, {"paths": ["."]})


def test_clients_outside_the_granted_folder_are_not_read(project: Any, tmp_path: Path) -> None:
    """Who calls a function decides a rule; the callers may be another package's."""
    backend, web = tmp_path / "repo" / "backend", tmp_path / "repo" / "web"
    for folder in (tmp_path / "repo" / ".git", backend / "convex", web):
        folder.mkdir(parents=True)
    for package in (backend, web):
        (package / "package.json").write_text('{"dependencies": {"convex": "1.48.0"}}', "utf-8")
    (backend / "convex" / "tasks.ts").write_text(
        'import { action, query } from "./_generated/server";\n'
        'import { api } from "./_generated/api";\n'
        "export const list = query({ args: {}, handler: async () => [] });\n"
        "export const run = action({ args: {},\n"
        "  handler: async (ctx) => await ctx.runQuery(api.tasks.list, {}) });\n",
        "utf-8",
    )
    (backend / "App.ts").write_text(
        'import { api } from "./convex/_generated/api";\nexport const used = api.tasks.run;\n',
        "utf-8",
    )
    (web / "App.ts").write_text(
        'import { api } from "../backend/convex/_generated/api";\n'
        'import { useQuery } from "convex/react";\n'
        "export const useTasks = () => useQuery(api.tasks.list);\n",
        "utf-8",
    )
    tasks = backend / "convex" / "tasks.ts"
    for granted, internal in ((backend, True), (tmp_path / "repo", False)):
        for asked in (
            {"paths": [str(backend)]},
            {"paths": [str(tasks)]},
            {"code": tasks.read_text("utf-8"), "filename": str(tasks)},
        ):
            with Toolbox(project.workspace, Settings(), folders=Folders((granted,))) as opened:
                found = BY_NAME["check_code"].call(opened, asked)
            rules = {finding["rule"] for finding in found["findings"]}
            assert ("use-internal-function" in rules) == internal, (granted, asked)


def test_halves_of_surrogate_pairs_are_refused(toolbox: Toolbox) -> None:
    for name, arguments in (
        ("search_knowledge", {"query": "with\ud800Index"}),
        ("check_code", {"code": "1", "filename": "a\udcff.ts"}),
    ):
        with pytest.raises(UsageError, match="unicode"):
            BY_NAME[name].call(toolbox, arguments)


def test_an_agents_text_is_there_when_asked_for(toolbox: Toolbox) -> None:
    get = BY_NAME["get_agent"]
    assert get.call(toolbox, {"reference": "reviewer"})["text"].endswith("- Write kindly.\n")
    assert get.call(toolbox, {"reference": "reviewer", "text": False})["text"] is None


def test_a_new_version_is_found_at_once(project: Any) -> None:
    with Toolbox(project.workspace, Settings()) as opened:
        search = BY_NAME["search_knowledge"]
        before = search.call(opened, {"query": "kangaroo", "mode": "lexical"})
        project.put("reviewer", "---\nname: reviewer\n---\n- Never feed the kangaroo.\n")
        after = search.call(opened, {"query": "kangaroo", "mode": "lexical"})
    assert before["results"] == []
    assert [(r["source"], r["version"]) for r in after["results"]] == [("reviewer", 2)]


def test_what_was_given_stays_open_and_what_was_opened_is_closed(project: Any) -> None:
    with (
        open_registry(project.workspace, Settings()) as registry,
        KnowledgeBase.open(project.workspace, registry, Settings()) as base,
    ):
        with Toolbox(project.workspace, Settings(), registry=registry, knowledge_base=base) as lent:
            assert lent.registry() is registry
            assert lent.knowledge_base() is base
        assert base.search("withIndex").hits
    own = Toolbox(project.workspace, Settings())
    opened = own.knowledge_base()
    own.close()
    assert own.knowledge_base() is not opened, "it is opened again when it is needed again"
    own.close()
