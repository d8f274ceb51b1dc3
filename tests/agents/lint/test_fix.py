"""What `--fix` changes: only what is sure, whole, and once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.lint.catalogue import rule_ids, rule_text
from agents.lint.examples import example_targets
from agents.lint.fix import fix_files
from agents.lint.linting import LintOptions, Target, lint
from agents.mending import mended
from agents.parse import parse_document
from agents.reporters import FixedFile
from assistant.code.examples import check_examples


def _fixed(raw: bytes, *, file: str = "agents/reviewer.md") -> bytes:
    for _ in range(10):
        report = lint([Target(raw, file)])
        result, applied = mended(raw, report.findings)
        if not applied:
            return raw
        raw = result
    raise AssertionError("mending doesn't end")


def _fixed_text(text: str) -> str:
    return _fixed(text.encode()).decode()


HEAD = "---\nname: reviewer\ndescription: Reviews changes. Use after each commit.\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "---\nname: reviewer\ndescription: Reviews: all. Use after commits.\n---\nBody.\n",
            '---\nname: reviewer\ndescription: "Reviews: all. Use after commits."\n---\nBody.\n',
        ),
        (
            "---\nname: reviewer\ndescription: Reviews. Use after commits: always.\n"
            '<example>\nuser: "a"\nassistant: b\n</example>\nmodel: opus\n---\nBody.\n',
            "---\nname: reviewer\ndescription: |-\n  Reviews. Use after commits: always.\n"
            '  <example>\n  user: "a"\n  assistant: b\n  </example>\nmodel: opus\n---\nBody.\n',
        ),
        (
            "---\nname: reviewer\ndescription: “Reviews changes. Use after commits.”\n---\nBody.\n",
            '---\nname: reviewer\ndescription: "Reviews changes. Use after commits."\n---\nBody.\n',
        ),
        (f"\n\n{HEAD}---\nBody.\n", f"{HEAD}---\nBody.\n"),
        (f"\ufeff{HEAD}---\nBody.\n", f"{HEAD}---\nBody.\n"),
        (f"{HEAD}hooks: []\n---\nBody.\n", f"{HEAD}---\nBody.\n"),
        (f"{HEAD}permission-mode: plan\n---\nBody.\n", f"{HEAD}permissionMode: plan\n---\nBody.\n"),
        (f"{HEAD}tools: All tools\n---\nBody.\n", f"{HEAD}---\nBody.\n"),
        (
            f"{HEAD}tools: read, Task, MultiEdit, Edit, Read\n---\nBody.\n",
            f"{HEAD}tools: Read, Agent, Edit\n---\nBody.\n",
        ),
        (
            f"{HEAD}tools:\n  - Read\n  - MultiEdit\n  - Edit\n---\nBody.\n",
            f"{HEAD}tools:\n  - Read\n  - Edit\n---\nBody.\n",
        ),
        (f"{HEAD}color: Blue\n---\nBody.\n", f"{HEAD}color: blue\n---\nBody.\n"),
        (f"{HEAD}---\n\n##Rules\n\nBody.\n", f"{HEAD}---\n\n## Rules\n\nBody.\n"),
        (
            f"{HEAD}---\n- Use `ctx.\u200bdb` here\n",
            f"{HEAD}---\n- Use `ctx.db` here\n",
        ),
        (
            f'{HEAD}---\n```\n{{"a": 1}}\n```\n',
            f'{HEAD}---\n```json\n{{"a": 1}}\n```\n',
        ),
        (
            f"{HEAD}---\n## Always\n\n- Use an index for it\n- Check each caller\n"
            "- Use an index for it\n",
            f"{HEAD}---\n## Always\n\n- Use an index for it\n- Check each caller\n",
        ),
    ],
)
def test_what_is_sure_is_mended(before: str, after: str) -> None:
    assert _fixed_text(before) == after
    assert _fixed_text(after) == after


def test_line_breaks_are_made_alike_and_stay_as_most_are() -> None:
    crlf = f"{HEAD}---\nBody.\nMore.\nText.\n".replace("\n", "\r\n")
    assert _fixed(crlf.replace("\r\n", "\n", 1).encode()) == crlf.encode()
    lf = f"{HEAD}---\nBody.\n"
    assert _fixed(lf.replace("\n", "\r\n", 1).encode()) == lf.encode()


def test_a_mend_in_a_file_with_crlf_keeps_its_breaks() -> None:
    before = f"{HEAD}hooks: []\n---\nBody.\n".replace("\n", "\r\n").encode()
    assert _fixed(before) == f"{HEAD}---\nBody.\n".replace("\n", "\r\n").encode()


def test_a_head_keeps_every_value_when_it_is_made_yaml() -> None:
    raw = (
        b"---\nname: a-b\ndescription: Use when: this or that, #1 \"quoted\" and 'so'\n"
        b"globs: **/*.ts\n---\nBody.\n"
    )
    before, after = parse_document(raw), parse_document(_fixed(raw, file="agents/a-b.md"))
    assert dict(before.frontmatter.values) == dict(after.frontmatter.values)
    assert not before.frontmatter.strict and after.frontmatter.strict


def test_files_are_mended_on_disk_and_reported(tmp_path: Path) -> None:
    path = tmp_path / "agents" / "reviewer.md"
    path.parent.mkdir()
    path.write_text(f"{HEAD}hooks: []\ntools: Task\n---\nTODO: this\n", encoding="utf-8")

    def look() -> object:
        return lint([Target(path.read_bytes(), path.as_posix(), path=path)])

    report = fix_files(look)  # type: ignore[arg-type]
    assert path.read_text(encoding="utf-8") == f"{HEAD}tools: Agent\n---\nTODO: this\n"
    assert report.fixes == (FixedFile(path.as_posix(), {"invalid-hooks": 1, "renamed-tool": 1}),)
    assert [finding.rule for finding in report.findings] == ["placeholder-text"]


@pytest.mark.parametrize("rule", rule_ids())
def test_mends_of_an_example_end_the_finding_and_are_made_once(rule: str) -> None:
    options = LintOptions(select=(rule,), check_code=check_examples)
    targets = example_targets(rule_text(rule).bad)
    report = lint(targets, options)
    fixable = {finding.file for finding in report.findings if finding.fixable}
    for target in targets:
        if target.file not in fixable:
            continue
        findings = [f for f in report.findings if f.file == target.file]
        result, applied = mended(target.raw, findings)
        assert applied
        again = lint([Target(result, target.file)], options)
        assert len(again.findings) < len(findings)


LINES = st.sampled_from(
    [
        *("---", "name: a", "description: b: c", "tools: read, Task", "hooks: []", "color: Blue"),
        *("# A", "##B", "- item of four words", "```", "{}", "<!--", "-->", "TODO: x", "", "\t"),
        *("<example>", "user: x", "\u200bx", "“q”", "a\u202eb", "{{x}}", "ctx.db", "1. one"),
    ]
)


@given(st.lists(LINES, max_size=14), st.sampled_from(["\n", "\r\n"]))
def test_any_text_is_linted_and_mending_it_ends(lines: list[str], ending: str) -> None:
    raw = ending.join(lines).encode()
    result = _fixed(raw)
    assert _fixed(result) == result


@given(st.binary(max_size=80))
def test_any_bytes_give_findings_inside_the_file(raw: bytes) -> None:
    report = lint([Target(raw, "agents/a.md")])
    last = len(raw.decode("utf-8", "replace").splitlines()) + 1
    for finding in report.findings:
        assert 1 <= finding.span.line <= finding.span.end_line <= last
        assert all(0 <= edit.start <= edit.end <= len(raw) for edit in finding.edits)
