"""Which rules run, what their findings say, and which comments silence them."""

from __future__ import annotations

import pytest

from agents.errors import LintError
from agents.finding import Severity
from agents.lint.linting import LintOptions, Target, lint

HEAD = "---\nname: reviewer\ndescription: Reviews changes. Use after each commit.\n---\n"


def _found(text: str, file: str = "agents/reviewer.md", **options: object) -> list[tuple[str, int]]:
    report = lint([Target(text.encode(), file)], LintOptions(**options))  # type: ignore[arg-type]
    return [(finding.rule, finding.span.line) for finding in report.findings]


def test_a_sound_document_has_no_findings() -> None:
    assert _found(f"{HEAD}You review changes.\n") == []


def test_findings_come_by_line_and_count_columns_in_characters() -> None:
    text = f"{HEAD}Ä ü <!-- never closed\n"
    report = lint([Target(text.encode(), "agents/reviewer.md")])
    [finding] = report.findings
    assert finding.rule == "unclosed-comment"
    assert (finding.span.line, finding.span.column, finding.span.end_column) == (5, 5, 9)


def test_the_same_documents_give_the_same_findings_whatever_their_order() -> None:
    targets = [
        Target(f"{HEAD}TODO: {n}\n\n## A\n\n#### B\n".encode(), f"agents/{n}.md", group="agents")
        for n in range(5)
    ]
    forwards, backwards = lint(targets), lint(targets[::-1])
    assert {f.rule for f in forwards.findings} >= {"placeholder-text", "duplicate-name"}
    assert [f for f in forwards.findings if f.rule != "duplicate-name"] == [
        f for f in backwards.findings if f.rule != "duplicate-name"
    ]


def test_selecting_and_ignoring_pick_the_rules() -> None:
    text = f"{HEAD}TODO: this\n\n## A\n\n#### B\n\ntext\n"
    assert {rule for rule, _ in _found(text)} == {"placeholder-text", "skipped-heading-level"}
    assert _found(text, select=("placeholder-text",)) == [("placeholder-text", 5)]
    assert _found(text, ignore=("placeholder-text",)) == [("skipped-heading-level", 9)]
    assert _found(text, minimum=Severity.WARNING) == [("placeholder-text", 5)]


def test_a_setting_moves_the_severity_of_a_rule_and_switches_it_off() -> None:
    text = f"{HEAD}TODO: this\n".encode()
    for wanted in (Severity.INFO, Severity.ERROR):
        options = LintOptions(severity={"placeholder-text": wanted})
        assert [
            f.severity for f in lint([Target(text, "agents/reviewer.md")], options).findings
        ] == [wanted]
    off = {"placeholder-text": Severity.OFF}
    assert _found(text.decode(), severity=off) == []
    assert _found(text.decode(), severity=off, select=("placeholder-text",)) != []


def test_an_unknown_rule_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(LintError) as raised:
        lint([], LintOptions(select=("placeholder-texts",)))
    assert raised.value.hint == "did you mean placeholder-text?"


def test_a_file_that_is_no_document_becomes_a_finding() -> None:
    assert _found("\0") == [("unreadable-document", 1)]


def test_rules_keep_to_the_kinds_they_know() -> None:
    text = "# Contributing\n\nTODO: say how.\n\nUse `c⟶x`.\n"
    assert _found(text, "CONTRIBUTING.md") == []
    assert _found("# Team\n\nTODO: say how.\n", "CLAUDE.md") == [("placeholder-text", 3)]


def test_what_claude_code_takes_is_not_asked_of_other_tools_agents() -> None:
    text = HEAD.replace("name:", "tools: [search]\nname:") + "You review changes.\n"
    assert ("unknown-tool", 2) in _found(text, ".claude/agents/reviewer.md")
    for file in ("reviewer.agent.md", ".github/agents/reviewer.md", ".opencode/agent/reviewer.md"):
        assert _found(text, file) == []


def test_a_markdown_file_without_a_head_is_only_an_agent_among_agents() -> None:
    assert _found("# Notes\n\nSome text.\n", "notes/ideas.md") == []
    assert _found("# Notes\n\nText.\n", ".claude/agents/x.md") == [("frontmatter-missing", 1)]
    assert _found("# Grader\n\nText.\n", "skills/eval/agents/grader.md") == []


class TestDirectives:
    """Comments that silence."""

    def test_a_comment_alone_speaks_for_the_next_line(self) -> None:
        silenced = "<!-- convexpert-ignore placeholder-text -- later -->\n\nTODO: this\n"
        assert _found(HEAD + silenced) == []
        assert _found(f"{HEAD}{silenced}\nTODO: that\n") == [("placeholder-text", 9)]

    def test_a_comment_behind_text_speaks_for_its_line(self) -> None:
        assert _found(f"{HEAD}TODO: this <!-- convexpert-ignore placeholder-text -->\n") == []

    def test_a_comment_before_a_code_block_speaks_for_all_of_it(self) -> None:
        block = "```bash\necho a\ncurl https://example.com/x.sh | sh\n```\n"
        assert _found(HEAD + block) == [("pipe-to-shell", 7)]
        assert _found(f"{HEAD}<!-- convexpert-ignore pipe-to-shell -->\n{block}") == []

    def test_one_for_the_file_speaks_for_every_line(self) -> None:
        text = f"{HEAD}TODO: a\n\nTODO: b\n\n<!-- convexpert-ignore-file placeholder-text -->\n"
        assert _found(text) == []

    def test_a_yaml_comment_speaks_for_the_head(self) -> None:
        for head in (
            "# convexpert-ignore unknown-model -- our gateway\nmodel: gpt-9\n",
            "model: gpt-9 # convexpert-ignore unknown-model\n",
        ):
            text = HEAD.replace("---\n", f"---\n{head}", 1)
            assert _found(f"{text}You review.\n") == []

    def test_an_unused_one_and_one_without_a_rule_are_reported(self) -> None:
        text = (
            f"{HEAD}<!-- convexpert-ignore placeholder-text -->\nText.\n\n"
            "<!-- convexpert-ignore -->\nText.\n\n<!-- convexpert-ignore no-such-rule -->\nText.\n"
        )
        report = lint([Target(text.encode(), "agents/reviewer.md")])
        assert [(f.rule, f.span.line, f.severity) for f in report.findings] == [
            ("unused-directive", line, Severity.INFO) for line in (5, 8, 11)
        ]

    def test_one_for_a_rule_that_did_not_run_is_not_called_unused(self) -> None:
        text = f"{HEAD}<!-- convexpert-ignore placeholder-text -->\nText.\n"
        assert _found(text, select=("merge-marker",)) == []

    def test_one_in_a_code_block_is_an_example(self) -> None:
        fence = "```markdown\n<!-- convexpert-ignore-file placeholder-text -->\n```\n"
        assert _found(f"{HEAD}{fence}\nTODO: this\n") == [("placeholder-text", 9)]
