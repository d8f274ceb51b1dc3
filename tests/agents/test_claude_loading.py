"""Our model of Claude Code's reading, held to what the real client was seen to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.claude_diagnostics import read_as_claude
from agents.claude_loading import (
    AgentLoading,
    Loading,
    as_plugin_agent,
    as_project_agent,
    as_skill,
    read_claude_head,
)
from agents.errors import DocumentError
from agents.parse import parse_document

OBSERVED = Path(__file__).parents[1] / "fixtures" / "claude"
VERDICTS = json.loads((OBSERVED / "verdicts.json").read_text(encoding="utf-8"))
HEADS = sorted((OBSERVED / "heads").glob("*.md"))


def told(loading: AgentLoading, *, otherwise: str = "") -> dict[str, object]:
    """An agent as the client tells the model about it; spaces count once."""
    description = " ".join((loading.description or otherwise).split())
    # The model is told of all tools where there are none.
    tools = list(loading.tools) if loading.tools else None
    if loading.without and loading.tools is None:
        tools = [f"All tools except {loading.without[0]}", *loading.without[1:]]
    elif loading.without and not tools:
        tools = ["None"]
    return {"name": loading.name, "description": description, "tools": tools}


def seen(entry: dict[str, object]) -> dict[str, object]:
    return {**entry, "description": " ".join(str(entry["description"]).split())}


@pytest.mark.parametrize("file", HEADS, ids=lambda file: file.stem)
def test_a_head_is_taken_as_the_client_took_it(file: Path) -> None:
    verdict = VERDICTS["heads"][file.stem]
    head = read_claude_head(file.read_bytes().decode("utf-8", "replace"))
    project, plugin = as_project_agent(head), as_plugin_agent(head, file.stem)
    assert (project.loading is Loading.DROPS) == (verdict["project"] is None)
    if verdict["project"] is not None:
        assert told(project) == seen(verdict["project"])
    assert told(plugin, otherwise="Agent from observed plugin") == seen(verdict["plugin"])
    skill = as_skill(head)
    says = verdict["skill"]
    if skill.loading is Loading.LOADS:
        assert " ".join((skill.description or "").split()) == " ".join(str(says).split())
    else:
        assert says == "Skill" or says in file.read_bytes().decode("utf-8", "replace")


def test_the_model_is_told_the_beginning_of_a_skills_long_description() -> None:
    told_whole = as_skill(read_claude_head(f"---\ndescription: {'a' * 1_536}\n---\n"))
    cut = as_skill(read_claude_head(f"---\ndescription: {'a' * 1_537}\n---\n"))
    assert told_whole.description == "a" * 1_536
    assert cut.description == "a" * 1_535 + "…"


def test_every_head_was_observed_and_none_is_missing() -> None:
    assert {file.stem for file in HEADS} == set(VERDICTS["heads"])
    assert VERDICTS["client"]


def test_the_matrix_has_every_outcome() -> None:
    dropped = [name for name, seen in VERDICTS["heads"].items() if seen["project"] is None]
    empty = [
        name
        for name, seen in VERDICTS["heads"].items()
        if seen["plugin"]["description"] == "Agent from observed plugin"
    ]
    assert len(VERDICTS["heads"]) >= 80
    assert 20 < len(dropped) < 60
    assert 20 < len(empty) < 60


@given(
    st.lists(
        st.sampled_from(
            ["---", "name: a", "description: b: c", "tools: [a", "\t- x", "x: **/*", "", "é\r", "-"]
        )
    ).map("\n".join)
    | st.text(st.sampled_from("-\n\r\t :a\"'[]{}#*&|>"))
)
def test_any_text_is_read(text: str) -> None:
    head = read_claude_head(text)
    assert 0 <= head.end <= len(text)
    assert 0 <= head.problem_offset <= len(text)
    for loading in (as_project_agent(head), as_plugin_agent(head, "stem"), as_skill(head)):
        assert (loading.reason is None) == (loading.loading is Loading.LOADS)


@given(
    st.lists(
        st.sampled_from(
            [
                *("name: a", "description: b: c", "description: “x”", "tools: [a", "\t- x", "x: *"),
                *("---", "name: 'a---b'", "<<: {name: b}", "description: |", "  x", "# c", "é: 1"),
            ]
        ),
        max_size=6,
    ),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["", "\ufeff", "\n"]),
)
def test_what_is_known_of_a_head_already_spares_no_difference(
    head: list[str], line_break: str, before: str
) -> None:
    text = before + line_break.join(["---", *head, "---", "Body", ""])
    document = parse_document(text.encode())
    codes = [found.code for found in document.diagnostics]
    seen = read_as_claude(document.raw, document.text, document.frontmatter, codes)
    alone = read_claude_head(text)
    assert as_project_agent(seen) == as_project_agent(alone)
    assert as_plugin_agent(seen, "stem") == as_plugin_agent(alone, "stem")


@pytest.mark.parametrize(
    ("raw", "path", "codes"),
    [
        (b"---\nname: a\ndescription: d\n---\nText\n", "a.md", []),
        (b"---\nname: a\ndescription: b: c\n---\nText\n", "a.md", []),
        (b"---\nname: a\n---\nText\n", "a.md", ["claude-drops"]),
        (b"---\r\nname: a\r\ndescription: b: c\r\n---\r\nText\r\n", "a.md", ["claude-drops"]),
        (b"---\nname: a\ndescription: b --- c\n---\nText\n", "a.md", ["claude-reads-otherwise"]),
        (b"---\nname: a\ndescription: d\ntools: All tools\n---\nx\n", "a.md", ["tools-in-words"]),
        (b"---\nname: a\ndescription: '\n---\nText\n", "x/SKILL.md", ["claude-empty-metadata"]),
        (b"---\ndescription: d\n---\nText\n", "x.agent.md", []),
        (b"# Rules\n", "AGENTS.md", []),
    ],
)
def test_a_diagnostic_says_where_the_client_does_not_do_what_was_meant(
    raw: bytes, path: str, codes: list[str]
) -> None:
    found = parse_document(raw, filename=path).diagnostics
    told = [one for one in found if one.code.startswith("claude-") or one.code == "tools-in-words"]
    assert [one.code for one in told] == codes
    assert all(one.hint for one in told)


@pytest.mark.parametrize("file", HEADS, ids=lambda file: file.stem)
def test_exactly_the_heads_that_the_client_dropped_are_said_to_be_dropped(file: Path) -> None:
    try:
        document = parse_document(file.read_bytes(), filename=file.name)
    except DocumentError:
        return
    dropped = any(found.code == "claude-drops" for found in document.diagnostics)
    assert dropped == (VERDICTS["heads"][file.stem]["project"] is None)
