"""Heads beyond the fixtures: bounds, messages that mend, and text that only looks like keys."""

from __future__ import annotations

import re
import string

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.document import Diagnostic, YamlValue
from agents.frontmatter import Head, read_frontmatter


def read(*lines: str) -> Head:
    return read_frontmatter(["---", *lines, "---", "Body."])


def values(*lines: str) -> dict[str, YamlValue]:
    return dict(read(*lines).frontmatter.values)


def only(head: Head) -> Diagnostic:
    (diagnostic,) = head.diagnostics
    return diagnostic


@pytest.mark.parametrize(
    ("line", "cause", "mend"),
    [
        ("description: a: b", "`description` holds `: ` without quotes", "double quotes"),
        ("globs: *.ts", "`globs` begins with `*` or `&`", "quotes"),
        ("model: @opus", "`model` begins with a character that YAML keeps for itself", "quotes"),
        ('description: "a', "`description` opens a quote or a bracket", "close it"),
        ("tools: [a, b", "`tools` opens a quote or a bracket", "close it"),
    ],
)
def test_a_broken_value_is_named_with_its_line_and_mend(line: str, cause: str, mend: str) -> None:
    diagnostic = only(read("name: n", line))
    assert (diagnostic.code, diagnostic.line) == ("frontmatter-not-yaml", 3)
    assert diagnostic.message.startswith(cause)
    assert diagnostic.hint is not None and mend in diagnostic.hint


def test_a_word_before_a_colon_in_prose_is_no_key() -> None:
    head = values(
        "description: Use it: often",
        "Important: ask first",
        "user: hello",
        "model: opus",
        "team: web",
    )
    assert head == {
        "description": "Use it: often\nImportant: ask first\nuser: hello",
        "model": "opus",
        "team": "web",
    }


def test_an_example_that_is_never_closed_hides_no_keys() -> None:
    assert values("description: a: b", "<example>", "model: opus") == {
        "description": "a: b\n<example>",
        "model": "opus",
    }


def test_a_broken_key_leaves_the_others_as_yaml() -> None:
    assert values("description: a: b", "tools:", "  - Read", "  - Edit", "background: true") == {
        "description": "a: b",
        "tools": ["Read", "Edit"],
        "background": True,
    }


def test_a_broken_list_keeps_its_entries() -> None:
    assert values("tools: [Read, *all, Bash(a, b: c)]") == {
        "tools": ["Read", "*all", "Bash(a, b: c)"]
    }
    assert values("globs:", "- *.ts", "- '**/*.tsx'") == {"globs": ["*.ts", "**/*.tsx"]}


def test_lines_that_belong_to_no_key_are_reported() -> None:
    head = read("just words here", "name: n", "description: a: b")
    assert [(d.code, d.line) for d in head.diagnostics] == [
        ("frontmatter-not-yaml", 4),
        ("frontmatter-stray-line", 2),
    ]
    assert dict(head.frontmatter.values) == {"name": "n", "description": "a: b"}


@pytest.mark.parametrize("opening", ["[", "{", "- ", "? "])
def test_deep_nesting_ends_in_text(opening: str) -> None:
    value = values(f"name: {opening * 5000}")["name"]
    assert isinstance(value, str) and value.startswith(opening.strip())


def test_aliases_that_would_grow_without_end_are_not_followed() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert len(repr(values(*lines))) < 2000


def test_an_alias_to_itself_is_text() -> None:
    assert values("a: &a [*a]") == {"a": "&a [*a]"}


def test_line_breaks_that_only_yaml_knows_do_not_move_the_lines() -> None:
    head = read("name: a\u2028b", "description: d", "model: x")
    assert [lines.start for lines in head.frontmatter.keys.values()] == [2, 3, 4]


def test_one_written_break_inside_a_path_stays() -> None:
    assert values(r"description: Watches C:\new")["description"] == r"Watches C:\new"
    assert values(r"description: One.\nTwo.")["description"] == "One.\nTwo."
    assert values(r'description: "Explains \\n and \\n"')["description"] == r"Explains \n and \n"


def test_an_empty_head_is_a_head() -> None:
    head = read()
    assert head.frontmatter.lines is not None and head.body == 2
    assert read("", "# only a comment").frontmatter.strict


def test_a_rule_without_a_head_below_it_is_body() -> None:
    assert read_frontmatter(["---", "", "name: n"]).body == 0
    assert read_frontmatter(["----", "name: n", "---"]).body == 0


# PyYAML writes YAML 1.1, where these are texts that need no quotes; in YAML 1.2 they are numbers.
NUMBER_IN_1_2_ONLY = re.compile(r"-?(?:0[0-9]+|0o[0-7]+|[0-9]+[eE]-?[0-9]+)")
SCALARS = st.one_of(
    st.integers(-(10**6), 10**6),
    st.booleans(),
    st.none(),
    st.text(
        string.ascii_letters + string.digits + " :#'\"[]{}-*&!|>%@`,\\äß😀", max_size=30
    ).filter(lambda text: not NUMBER_IN_1_2_ONLY.fullmatch(text)),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.text(string.ascii_lowercase, min_size=1, max_size=5), inner, max_size=4),
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["name", "tools", "model", "hooks"]), VALUES, min_size=1))
@settings(deadline=None, max_examples=150)
def test_what_a_yaml_writer_wrote_is_read_back(head: dict[str, YamlValue]) -> None:
    text = yaml.safe_dump(head, allow_unicode=True, sort_keys=False)
    read_head = read(*text.split("\n"))
    assert dict(read_head.frontmatter.values) == head
    assert read_head.frontmatter.strict


@given(
    st.text(
        st.characters(blacklist_categories=("Cc", "Cs", "Zl", "Zp"), blacklist_characters="\x85"),
        min_size=1,
        max_size=80,
    )
)
@settings(deadline=None, max_examples=200)
def test_a_broken_description_never_costs_another_key(text: str) -> None:
    head = values("name: kept", f"description: a: b {text}", "model: opus", "tools: Read, Edit")
    assert head["name"] == "kept"
    assert (head["model"], head["tools"]) == ("opus", "Read, Edit")
    assert isinstance(head["description"], str) and head["description"].startswith("a: b")


def test_a_heading_glued_to_the_closing_fence_begins_the_body() -> None:
    head = read_frontmatter(["---", "name: n", "description: d", "---# Title", "", "---", "x"])
    assert dict(head.frontmatter.values) == {"name": "n", "description": "d"}
    assert (head.body, head.body_column) == (3, 3)
    diagnostic = only(head)
    assert (diagnostic.code, diagnostic.line) == ("frontmatter-unclosed", 4)


def test_a_heading_glued_to_dashes_ends_no_head_without_keys() -> None:
    assert read_frontmatter(["---", "text", "---# Title"]).frontmatter.lines is None
