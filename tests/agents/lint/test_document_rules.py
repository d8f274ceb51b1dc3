"""The rules about heads, names, references and text: what they catch and what they leave alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.lint.linting import LintOptions, Target, lint
from agents.mending import mended
from assistant.code.examples import check_examples

FILE = ".claude/agents/reviewer.md"


def _head(fields: str, *, description: str = "Reviews changes. Use after each commit.") -> str:
    return f"---\nname: reviewer\ndescription: {description}\n{fields}---\n"


def _rules(text: str, file: str = FILE, **options: object) -> list[str]:
    report = lint([Target(text.encode(), file)], LintOptions(**options))  # type: ignore[arg-type]
    return [finding.rule for finding in report.findings]


@pytest.mark.parametrize(
    ("fields", "rules"),
    [
        ("color: cyan\nmodel: claude-opus-4-8\neffort: high\nmaxTurns: 5\n", []),
        ("model: us.anthropic.claude-sonnet-5-v1:0\nmemory: project\nbackground: true\n", []),
        ("model: sonnet[1m]\nisolation: worktree\npermissionMode: dontAsk\n", []),
        ("tools: Read, Grep\nskills:\n  - forms\nmcpServers:\n  - github\n", []),
        ("tools: Bash(git diff:*), mcp__github__get_issue, Agent(explorer, writer)\n", []),
        ("tools: '*'\n", []),
        ("version: 2\nauthor: somebody\n", []),
        ("hooks:\n  Stop:\n    - hooks:\n        - type: prompt\n          prompt: Done?\n", []),
        ("effort: 3\n", []),
        ("model: Sonnet\n", []),
        ("effort: extreme\n", ["invalid-field-value"]),
        ("maxTurns: 0\n", ["invalid-field-value"]),
        ("memory: global\n", ["invalid-field-value"]),
        ("background: maybe\n", ["invalid-field-value"]),
        ("mcpServers: github\n", ["wrong-field-type"]),
        ("model: 5\n", ["wrong-field-type"]),
        ("model: sonnet-4\n", ["unknown-model"]),
        ("model: claude-3-opus-20240229\n", ["retired-model"]),
        ("tool: Read\n", ["unknown-field"]),
        ("descripton: x\n", ["unknown-field"]),
        ("tools: Read, Search\n", ["unknown-tool"]),
        ("tools: LS, Read\n", ["renamed-tool"]),
        ("tools: []\n", ["no-tools"]),
        ("tools: Read\ndisallowedTools: Read, Write\n", ["allowed-and-forbidden-tool"]),
        ("hooks:\n  Stop: []\n", []),
        ("hooks:\n  - Stop\n", ["invalid-hooks"]),
        ("hooks:\n  Stop:\n    - type: command\n      command: x\n", ["invalid-hooks"]),
        ("hooks:\n  Stop:\n    - hooks:\n        - type: command\n", ["invalid-hooks"]),
        ("tools: Read, Bash(*)\n", ["unbounded-shell"]),
    ],
)
def test_fields_are_held_to_what_claude_code_takes(fields: str, rules: list[str]) -> None:
    assert _rules(f"{_head(fields)}You review changes.\n") == rules


@pytest.mark.parametrize(
    ("description", "rules"),
    [
        ("Reviews TypeScript changes for faults after each commit.", []),
        ("Use this agent to review code before it is merged.", []),
        ("用于在每次提交之后检查代码质量和安全性的专家", []),
        ("Expert en sécurité et en audit du code. DOIT ÊTRE UTILISÉ dans les projets web", []),
        ("Fachmann und Prüfer der Datenbank, mit Blick auf die Sicherheit", []),
        ("Revisor experto del código de los servicios y de las bases de datos", []),
        ("Expert reviewer of TypeScript, React and databases.", ["description-without-trigger"]),
        ("Code review", ["description-without-trigger", "short-description"]),
        ("You are a reviewer. Use after each commit.", ["description-person"]),
        ("Your personal reviewer, used after each commit.", []),
        ("I review code whenever you commit it.", []),
        ("I am the one who reviews after each commit.", ["description-person"]),
    ],
)
def test_descriptions_have_to_say_when(description: str, rules: list[str]) -> None:
    assert _rules(f"{_head('', description=description)}You review changes.\n") == rules


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("Use the Bash tool to run the tests.", True),
        ("Search with WebSearch for news.", True),
        ("Call `Bash` to run it.", True),
        ("Ask mcp__github__get_issue for it.", True),
        ("Use Read tool calls to look at files.", False),
        ("Never use the Bash tool.", False),
        ("If you have it, use the Bash tool.", False),
        ("Write tests for each function.", False),
        ("Use bash scripts for automation.", False),
        ("```\nUse the Bash tool\n```", False),
    ],
)
def test_tools_that_the_text_needs_have_to_be_granted(body: str, found: bool) -> None:
    text = f"{_head('tools: Read, Grep, mcp__linear' + chr(10))}{body}\n"
    assert ("tool-not-granted" in _rules(text)) is found


def test_a_server_that_is_granted_grants_its_tools() -> None:
    for granted in ("mcp__github", "mcp__github__*", "mcp__github__get_issue"):
        text = f"{_head(f'tools: {granted}' + chr(10))}Ask mcp__github__get_issue for it.\n"
        assert _rules(text) == []


def test_agents_and_skills_of_the_registry_are_known() -> None:
    body = "Ask the `code-writer` agent and the `code-tester` agent.\n"
    text = f"{_head('skills: forms, fromz' + chr(10))}{body}"
    assert _rules(text, skills=frozenset({"forms"}), agents=frozenset({"code-writer"})) == [
        "unknown-skill",
        "unknown-agent",
    ]
    assert _rules(text, agents=frozenset({"other-one"})) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[a](#rules)\n\n## Rules\n\nx", False),
        ("[a](#rules-1)\n\n## Rules\n\nx\n\n## Rules\n\ny", False),
        ("[a](#-rules--more)\n\n## 🚀 Rules & More\n\nx", False),
        ('[a](#here)\n\n<a id="here"></a>\n\nx', False),
        ("`[a](#gone)`", False),
        ("```md\n[a](#gone)\n```", False),
        ("[a](#gone)\n\n## Rules\n\nx", True),
    ],
)
def test_anchors_are_spelled_as_headings_make_them(text: str, found: bool) -> None:
    assert ("broken-anchor" in _rules(f"{text}\n", "CLAUDE.md")) is found


def test_links_are_followed_on_disk_from_the_document_and_from_the_folders_above(
    tmp_path: Path,
) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text("x", encoding="utf-8")
    links = "[a](a.md) [b](docs/a.md) [c](gone.md) [d](https://x.example/gone.md) [e](/abs/g.md)"
    path = tmp_path / "docs" / "CLAUDE.md"
    path.write_text(f"{links} [f](${{X}}/g.md) [g](a.md#part)\n", encoding="utf-8")
    report = lint([Target(path.read_bytes(), "docs/CLAUDE.md", path=path)])
    assert [(f.rule, f.span.column) for f in report.findings] == [("broken-file-link", 30)]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("## Always\n\n- Use `.collect()` here\n\n## Never\n\n- Use `.collect()` here\n", True),
        ("- Always use an index for it\n- Never use an index for it\n", True),
        ("## Always\n\n- Use `withIndex`\n\n## Never\n\n- Use `.filter()`\n", False),
        (
            "- Always use `a()` instead of `b()` there\n- Never use `b()` instead of `a()` there\n",
            False,
        ),
        ("## Problems\n\n- Remove unused rows\n\n## Steps\n\n- Remove unused rows\n", False),
    ],
)
def test_contradictions_are_the_same_words_asked_for_and_forbidden(body: str, found: bool) -> None:
    assert ("contradiction" in _rules(body, "CLAUDE.md")) is found


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/Users/anna/shop/a.ts", True),
        ("/home/kim.lee/x", True),
        (r"C:\Users\Kim\shop\a.ts", True),
        ("/Users/you/shop", False),
        ("/home/user/.config", False),
        ("/home/runner/work", False),
        ("https://x.example/home/anna/b", False),
        ("~/shop/a.ts", False),
    ],
)
def test_paths_of_one_machine_are_found(path: str, found: bool) -> None:
    assert ("absolute-path" in _rules(f"Read {path} first.\n", "CLAUDE.md")) is found


CODE = """```ts
import {{ query }} from "./_generated/server";
{comment}
export const open = query({{
  args: {{}},
  handler: async (ctx) => {{
    const polls = ctx.db.query("polls");
    return await polls.withIndex("by_end", (q) => q.gt("end", Date.now())).take(9);
  }},
}});
```
"""


def test_examples_are_held_to_the_code_rules_unless_they_are_shown_as_wrong() -> None:
    def found(text: str) -> list[str]:
        return _rules(text, "CLAUDE.md", check_code=check_examples)

    sound = CODE.format(comment="")
    assert found(f"## Queries\n\n{sound}") == ["example-breaks-code-rule"]
    assert found(f"## Queries\n\n❌ Bad:\n\n{sound}") == []
    assert found(f"## Don't read the clock\n\n{sound}") == []
    assert found(f"## Queries\n\n{CODE.format(comment='// WRONG: reads the clock')}") == []
    assert _rules(f"## Queries\n\n{sound}", "CLAUDE.md") == []


def test_examples_of_other_servers_and_of_markup_are_no_faulty_convex_code() -> None:
    alarm = "```ts\nsetTimeout(() => save(), 50);\nawait this.ctx.storage.setAlarm(now);\n```\n"
    markup = '```ts\nimport { Authenticated } from "convex/react";\n\n<Authenticated>\n  <App />\n'
    markup += "</Authenticated>\n<Unauthenticated>\n  <SignIn />\n</Unauthenticated>\n```\n"
    for text in (f"Durable Objects:\n\n{alarm}", f"Convex in React:\n\n{markup}"):
        assert _rules(text, "CLAUDE.md", check_code=check_examples) == []


def test_tools_of_an_agent_in_another_tools_folder_are_not_held_to_those_of_claude() -> None:
    text = f"{_head('tools: [read_file, write_file]' + chr(10))}You review changes.\n"
    assert _rules(text, "gemini/agents/reviewer.md") == []
    assert _rules(text, "agents/reviewer.md") == ["unknown-tool", "unknown-tool"]


@pytest.mark.parametrize(("colour", "hint"), [("grey", "it takes red, "), ("Pink", "did you mean")])
def test_a_colour_is_told_the_names_there_are(colour: str, hint: str) -> None:
    text = f"{_head(f'color: {colour}' + chr(10))}You review changes.\n"
    (finding,) = lint([Target(text.encode(), FILE)]).findings
    assert str(finding.hint).startswith(hint)


def test_agents_of_a_plugin_are_told_what_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / ".claude-plugin").mkdir()
    (tmp_path / ".claude-plugin" / "plugin.json").write_text("{}", encoding="utf-8")
    path = tmp_path / "agents" / "reviewer.md"
    path.parent.mkdir()
    path.write_text(f"{_head('permissionMode: plan' + chr(10))}Review.\n", encoding="utf-8")
    target = Target(path.read_bytes(), "agents/reviewer.md", path=path)
    assert [f.rule for f in lint([target]).findings] == ["ignored-in-plugin"]
    (tmp_path / ".claude-plugin" / "plugin.json").unlink()
    assert lint([target]).findings == ()


def test_names_are_duplicates_only_within_what_is_loaded_together() -> None:
    text = f"{_head('')}You review changes.\n".encode()
    together = [Target(text, f"agents/{n}/reviewer.md", group="agents") for n in "ab"]
    apart = [Target(text, f"{n}/agents/reviewer.md", group=n) for n in "ab"]
    assert [f.rule for f in lint(together).findings] == ["duplicate-name"]
    assert lint(apart).findings == ()


def test_a_cursor_rule_that_is_applied_by_hand_is_no_error() -> None:
    def found(head: str) -> list[str]:
        report = lint([Target(f"---\n{head}---\nUse tabs.\n".encode(), "a.mdc")])
        return [f"{finding.severity} {finding.rule}" for finding in report.findings]

    assert found("description:\nglobs:\nalwaysApply: false\n") == []
    assert found("alwaysApply: false\n") == ["info missing-description"]


@pytest.mark.parametrize(
    ("body", "rules"),
    [
        ("Change the file using `Write` or `Edit`.\n", []),
        ("Change the file using `Write` and `Edit`.\n", ["tool-not-granted"]),
        ("Look at the documentation via WebFetch-less Bash.\n", []),
        ("Look at the documentation via WebFetch.\n", ["tool-not-granted"]),
    ],
)
def test_a_choice_of_tools_needs_one_of_them(body: str, rules: list[str]) -> None:
    assert _rules(_head("tools: Read, Write, Bash\n") + body) == rules


def test_the_tools_of_each_agent_in_a_list_of_agents_are_no_rules() -> None:
    entry = "- **Tools**: Read, Write, Edit, Bash, Glob, Grep\n"
    assert _rules(f"## Reviewer\n\n{entry}\n## Writer\n\n{entry}", "CLAUDE.md") == []


def test_code_of_tests_may_read_whole_tables() -> None:
    start = 'Convex:\n\n```ts\nimport { query } from "./_generated/server";\n\n'
    body = 'const rows = await ctx.db.query("tasks").collect();'
    server = f"export const all = query({{ args: {{}}, handler: async (ctx) => {{ {body} }} }});\n"
    test = f'test("adds", async () => {{ await t.run(async (ctx) => {{ {body} }}); }});\n'
    for code, rules in ((server, ["example-breaks-code-rule"]), (server + test, [])):
        assert _rules(f"{start}{code}```\n", "CLAUDE.md", check_code=check_examples) == rules


@pytest.mark.parametrize("closing", ["---# Rules", "--- # Rules", "---*Rules*"])
def test_a_closing_fence_gets_its_own_line(closing: str) -> None:
    text = f"---\nname: reviewer\ndescription: Reviews. Use after each edit.\n{closing}\n\nText.\n"
    report = lint([Target(text.encode(), FILE)])
    (unclosed,) = (one for one in report.findings if one.rule == "frontmatter-unclosed")
    result, _ = mended(text.encode(), [unclosed])
    assert result.decode().split("\n")[3] == "---"
    assert _rules(result.decode()) == []


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("A Convex mutation can write up to 8192 documents.\n", ["outdated-convex-fact"]),
        ("A Convex mutation can write up to 16,000 documents.\n", []),
        ("A mutation can write up to 8192 documents.\n", []),
    ],
)
def test_a_limit_that_has_moved_is_told(text: str, rules: list[str]) -> None:
    assert _rules(text, "CLAUDE.md") == rules
