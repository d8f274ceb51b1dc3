"""Frontmatter keys are set on their own lines; every other byte stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.exporters.head import key_line, set_keys
from agents.parse import parse_document


def edited(raw: bytes, **values: str) -> bytes:
    return set_keys(parse_document(raw), values)


def test_only_the_line_of_the_key_changes() -> None:
    raw = b"---\ndescription: d  # why\nname: 'old'\nmodel: sonnet\n---\n# Body\nname: old\n"
    assert edited(raw, name="new") == raw.replace(b"name: 'old'", b"name: new")


def test_line_breaks_stay_as_in_the_file() -> None:
    raw = b"---\r\nname: old\r\ndescription: d\r\n---\r\nText\r\n"
    assert edited(raw, name="new") == raw.replace(b"old", b"new")


def test_a_value_over_several_lines_becomes_one_line() -> None:
    raw = b"---\nname: >\n  old\n  name\ndescription: d\n---\nText\n"
    assert edited(raw, name="new") == b"---\nname: new\ndescription: d\n---\nText\n"


def test_missing_keys_come_first_in_the_order_given() -> None:
    raw = b"---\nmodel: sonnet\n---\nText\n"
    wanted = b"---\nname: new\ndescription: d\nmodel: sonnet\n---\nText\n"
    assert edited(raw, name="new", description="d") == wanted


def test_a_key_is_changed_and_another_added_at_the_same_place() -> None:
    raw = b"---\nname:\nmodel: sonnet\n---\nText\n"
    wanted = b"---\ndescription: d\nname: new\nmodel: sonnet\n---\nText\n"
    assert edited(raw, name="new", description="d") == wanted


def test_a_document_without_frontmatter_gets_one() -> None:
    raw = b"\xef\xbb\xbf# Title\r\nText"
    wanted = b"---\r\nname: new\r\n---\r\n\r\n# Title\r\nText"
    assert edited(raw, name="new") == wanted


def test_invalid_yaml_is_edited_by_line_as_well() -> None:
    raw = b"---\nname: old\ndescription: one: two\\n<example>\n---\nText\n"
    assert edited(raw, name="new") == raw.replace(b"old", b"new")


def test_keys_that_share_a_line_are_written_anew() -> None:
    raw = b"---\n{name: old, description: d, tools: [Read]}\n---\nText\n"
    found = parse_document(edited(raw, name="new"))
    assert dict(found.frontmatter.values) == {"name": "new", "description": "d", "tools": ["Read"]}
    assert found.raw.endswith(b"---\nText\n")


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("expert", "name: expert"),
        ("007", 'name: "007"'),
        ("true", 'name: "true"'),
        ('a"b\\', 'name: "a\\"b\\\\"'),
        ("a: b", 'name: "a: b"'),
    ],
)
def test_a_value_is_quoted_where_yaml_would_read_it_otherwise(value: str, line: str) -> None:
    assert key_line("name", value) == line


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1))
def test_any_text_without_control_characters_reads_back_as_it_was_set(value: str) -> None:
    raw = b"---\nname: old\ntools: Read\n---\nText\n"
    assert parse_document(edited(raw, name=value)).frontmatter.values["name"] == value


@given(
    st.lists(
        st.sampled_from(
            ["name: a", "name: >", "  folded", "description: b: c", "tools: [x", "- y", "# c", ""]
        )
    ),
    st.sampled_from(["\n", "\r\n"]),
)
def test_an_edit_reads_back_and_keeps_the_body(head: list[str], line_break: str) -> None:
    raw = line_break.join(["---", *head, "---", "# Body", ""]).encode()
    found = parse_document(edited(raw, name="new"))
    assert found.name == "new"
    assert found.raw.endswith(f"---{line_break}# Body{line_break}".encode())
