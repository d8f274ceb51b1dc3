"""One meaning, however a field is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.document import YamlValue
from agents.head_fields import meant_fields, patterns, tool_names
from agents.swallowed import take_out_keys


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Read, Grep", ("Read", "Grep")),
        ("Read Grep", ("Read", "Grep")),
        (["Read", "Grep"], ("Read", "Grep")),
        (["Read, Grep"], ("Read", "Grep")),
        ("Read, Bash(git log:*, git diff:*)", ("Read", "Bash(git log:*, git diff:*)")),
        ("All tools", ("*",)),
        ("all", ("*",)),
        ("All available tools", ("*",)),
        ("*", ("*",)),
        (["*"], ("*",)),
        (["All tools"], ("*",)),
        ({"read": True, "bash": False}, ("read",)),
        ([], ()),
        ("", ()),
        (7, ()),
        (None, None),
    ],
)
def test_tools_are_a_list_in_whatever_form(
    written: YamlValue, meant: tuple[str, ...] | None
) -> None:
    assert tool_names(written) == meant


def test_globs_are_parted_by_commas_outside_braces() -> None:
    assert patterns("convex/**/*.{ts,tsx}, *.js,a") == ("convex/**/*.{ts,tsx}", "*.js", "a")
    assert patterns(["**/*", "a,b"]) == ("**/*", "a", "b")


def test_all_fields_of_a_head_are_brought_into_one_form() -> None:
    written: dict[str, YamlValue] = {
        "name": "a",
        "tools": "Read, Grep",
        "skills": "convex, convex-auth",
        "globs": "**/*",
        "alwaysApply": "True",
        "hooks": [],
        "model": "sonnet",
    }
    assert meant_fields(written) == {
        "name": "a",
        "tools": ["Read", "Grep"],
        "skills": ["convex", "convex-auth"],
        "globs": ["**/*"],
        "alwaysApply": True,
        "hooks": {},
        "model": "sonnet",
    }


@pytest.mark.parametrize(
    ("text", "rest", "keys"),
    [
        (
            "Reviews. tools: Read, Grep model: opus",
            "Reviews.",
            {"tools": "Read, Grep", "model": "opus"},
        ),
        ("Reviews.\n\nmodel: opus", "Reviews.", {"model": "opus"}),
        ("Reviews. color: blue", "Reviews.", {"color": "blue"}),
        ("Rules alwaysApply: true", "Rules", {"alwaysApply": "true"}),
        ("Rules globs: **/*.ts, *.js", "Rules", {"globs": "**/*.ts, *.js"}),
        ("Explains the tools: Read them", "Explains the tools: Read them", {}),
        ("Knows each model: sonnet and opus", "Knows each model: sonnet and opus", {}),
        ("Mixes color: blue and red", "Mixes color: blue and red", {}),
        ("model: opus", "model: opus", {}),
        ("tools: Read inside, then more text.", "tools: Read inside, then more text.", {}),
    ],
)
def test_only_keys_at_the_end_with_fitting_values_are_taken_out(
    text: str, rest: str, keys: dict[str, str]
) -> None:
    assert take_out_keys(text) == (rest, keys)


@given(st.lists(st.sampled_from(["tools:", "model:", "opus", "Read,", "text", "\n", "globs: *"])))
def test_what_is_taken_out_was_there_and_the_rest_is_its_beginning(words: list[str]) -> None:
    text = " ".join(words)
    rest, keys = take_out_keys(text)
    assert text.startswith(rest)
    assert all(f"{key}: " in text for key in keys)
