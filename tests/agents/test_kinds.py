"""What a file is to the tools that read it, and what it is called where it doesn't say."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.document import DocumentKind
from agents.kinds import kind_of, name_from_path
from agents.parse import parse_document
from agents.registry import open_registry
from agents.registry.importer import import_paths
from agents.settings import Settings
from agents.workspace import Workspace

SUBAGENT = b"---\nname: expert\ndescription: d\n---\nText\n"


@pytest.mark.parametrize(
    ("path", "raw", "kind", "name"),
    [
        ("shop/expert.md", SUBAGENT, "subagent", "expert"),
        ("expert.md", b"# Expert\n", "subagent", "expert"),
        ("agents/claude.md", SUBAGENT, "subagent", "expert"),
        (".github/agents/review.agent.md", b"---\ndescription: d\n---\n", "subagent", "review"),
        ("plan.chatmode.md", b"---\ndescription: d\n---\n", "subagent", "plan"),
        ("skills/convex/SKILL.md", b"---\ndescription: d\n---\n", "skill", "convex"),
        ("x/convex/SKILL.md", b"---\nname: cvx\ndescription: d\n---\n", "skill", "cvx"),
        ("SKILL.md", b"# A skill\n", "skill", "SKILL"),
        (".cursor/rules/convex.mdc", b"---\nglobs: **/*\n---\n", "cursor-rule", "convex"),
        ("convex.mdc", b"No head\n", "cursor-rule", "convex"),
        ("rules/convex.md", b"---\nalwaysApply: true\n---\n", "cursor-rule", "convex"),
        ("a/.cursor/rules/x.md", SUBAGENT, "cursor-rule", "expert"),
        ("ts.instructions.md", b'---\napplyTo: "**/*.ts"\n---\n', "rule", "ts"),
        ("x/.claude/rules/ts.md", b"Text\n", "rule", "ts"),
        ("x/.clinerules/01-style.md", b"Text\n", "rule", "01-style"),
        ("x/.roo/rules-code/style.md", b"Text\n", "rule", "style"),
        ("style.md", b"---\ninclusion: always\n---\n", "rule", "style"),
        ("shop/AGENTS.md", b"# Rules\n", "instructions", "shop"),
        ("shop/CLAUDE.md", b"# Rules\n", "instructions", "shop"),
        ("shop/.github/copilot-instructions.md", b"Text\n", "instructions", "shop"),
        ("shop/.cursorrules", b"Text\n", "instructions", "shop"),
        ("AGENTS.md", b"# Rules\n", "instructions", "AGENTS"),
        (".claude/commands/fix.md", b"Fix $1\n", "command", "fix"),
        ("fix.md", b"---\nargument-hint: '[id]'\n---\nFix $1\n", "command", "fix"),
        ("shop/README.md", b"# Agents\n", "other", "README"),
        ("shop/skills/convex/references/limits.md", b"# Limits\n", "other", "limits"),
        ("shop/docs/expert.md", SUBAGENT, "subagent", "expert"),
        ("docs/expert.md", b"# Expert\n", "subagent", "expert"),
        ("shop/docs/agents/expert.md", b"# Expert\n", "subagent", "expert"),
        ("shop/plugins/x/commands/fix.md", b"---\ndescription: d\n---\n", "command", "fix"),
        ("shop/plugins/x/commands/fix.md", SUBAGENT, "command", "expert"),
        ("shop/.claude/commands/gsd/fix.md", SUBAGENT, "command", "expert"),
        ("shop/commands/agents/fix.md", SUBAGENT, "subagent", "expert"),
        ("shop/.github/ISSUE_TEMPLATE/bug.md", SUBAGENT, "other", "expert"),
        ("shop/.changeset/blue-cat.md", b"---\n'shop': minor\n---\nNews\n", "other", "blue-cat"),
        ("shop/blog/a.md", b"---\ntitle: A\ndate: 2024-01-02\n---\nNews\n", "other", "a"),
        ("shop/blog/a.md", b"---\ndate: 2024\ndescription: d\n---\nNews\n", "other", "a"),
        ("shop/agents/a.md", b"---\ndate: 2024\ndescription: d\n---\nDo\n", "subagent", "a"),
        ("shop/x/a.md", b"---\nmodel: opus\n---\nDo\n", "subagent", "a"),
        ("shop/x/a.md", b"---\nName: b\n---\nDo\n", "subagent", "b"),
        ("x/skills/a/references/b.md", b"---\ndescription: d\n---\nText\n", "other", "b"),
        ("x/skills/a/references/b.md", SUBAGENT, "other", "expert"),
        ("x/hooks/a.md", SUBAGENT, "other", "expert"),
        ("x/templates/a.md", SUBAGENT, "other", "expert"),
        ("x/templates/agents/a.md", SUBAGENT, "subagent", "expert"),
        ("x/agents/workflows/a.md", SUBAGENT, "subagent", "expert"),
        ("x/.claude/agents/templates/a.md", SUBAGENT, "subagent", "expert"),
        ("x/workflows/plan.md", SUBAGENT, "command", "expert"),
        ("x/agents/AGENT_MAP.md", b"# Map\n", "other", "AGENT_MAP"),
        ("x/agents/SQL.md", b"# Agent\n", "subagent", "SQL"),
        ("x/agents/AGENT_MAP.md", SUBAGENT, "subagent", "expert"),
        ("x/skills/a/agents/b.md", b"---\ndescription: d\n---\nText\n", "subagent", "b"),
        ("x/docs/b.md", b"---\ntitle: T\ndescription: d\n---\nText\n", "other", "b"),
        ("x/b.md", b"---\ntitle: T\ndescription: d\n---\nText\n", "subagent", "b"),
        ("x/docs/b.md", b"---\ndescription: d\n---\nText\n", "subagent", "b"),
        ("README.md", SUBAGENT, "subagent", "expert"),
        ("", b"Text\n", "subagent", "document"),
        ("shop\\AGENTS.md", b"Text\n", "instructions", "shop"),
    ],
)
def test_a_file_has_the_kind_and_name_that_its_tool_gives_it(
    path: str, raw: bytes, kind: str, name: str
) -> None:
    document = parse_document(raw, filename=path)
    assert (document.kind.value, document.name) == (kind, name)


@given(
    st.text(max_size=30)
    | st.lists(
        st.sampled_from([".cursor", "rules", "AGENTS.md", "SKILL.md", "a.mdc", "..", "", ".md"])
    ).map("/".join),
    st.sets(st.sampled_from(["name", "globs", "applyTo", "argument-hint", "description"])),
)
def test_any_path_has_a_kind_and_a_name_without_slashes(path: str, keys: set[str]) -> None:
    name = name_from_path(path, kind_of(path, keys))
    assert name
    assert "/" not in name


@pytest.mark.parametrize(
    ("path", "raw", "codes"),
    [
        ("shop/AGENTS.md", b"# Rules\nText\n", []),
        ("shop/README.md", b"# Agents\nText\n", []),
        ("fix.md", b"---\nargument-hint: '[id]'\n---\nFix\n", []),
        ("a.mdc", b"---\nglobs: '*.ts'\n---\nText\n", []),
        ("a.mdc", b"---\nalwaysApply: true\n---\nText\n", []),
        ("a.mdc", b"---\nalwaysApply: false\n---\nText\n", ["description-missing"]),
        ("a.mdc", b"---\ndescription:\nglobs:\nalwaysApply: false\n---\nText\n", []),
        ("a.mdc", b"Text\n", ["frontmatter-missing"]),
        (".claude/rules/a.md", b"Text\n", []),
        (".clinerules/a.md", b"Text\n", []),
        ("a.instructions.md", b"Text\n", ["frontmatter-missing"]),
        ("a.md", b"---\nname: {a}\ndescription: d\n---\nText\n", ["name-missing"]),
        ("a/SKILL.md", b"---\nname: a\n---\nText\n", ["description-missing"]),
        ("a.md", b"---\ntools: Read\n---\nText\n", ["description-missing", "name-missing"]),
    ],
)
def test_only_what_its_kind_needs_is_missed(path: str, raw: bytes, codes: list[str]) -> None:
    found = [one.code for one in parse_document(raw, filename=path).diagnostics]
    assert [code for code in found if not code.startswith("claude-")] == codes


def test_instructions_are_called_by_their_folder_in_the_registry_too(
    workspace: Workspace, tmp_path: Path
) -> None:
    project = tmp_path / "shop"
    (project / "packages/web").mkdir(parents=True)
    for path in ("AGENTS.md", "CLAUDE.md", "packages/web/AGENTS.md"):
        (project / path).write_text(f"# {path}\n", encoding="utf-8")
    with open_registry(workspace, Settings(), builtin=False) as registry:
        import_paths(registry, [project])
        found = {version.path: version for version in registry.agents()}
    assert {path: version.name for path, version in found.items()} == {
        "AGENTS.md": "shop",
        "CLAUDE.md": "shop",
        "packages/web/AGENTS.md": "web",
    }
    assert {version.handle for version in found.values()} == {"shop", "shop-claude", "web"}
    for version in found.values():
        assert version.document.kind is DocumentKind.INSTRUCTIONS
        assert version.document.name == version.name
