"""What a comment says that silences findings."""

from __future__ import annotations

import pytest

from agents.directive import DirectiveText, read_directive


@pytest.mark.parametrize(
    ("comment", "rules", "whole_file"),
    [
        (" convexpert-ignore no-any", {"no-any"}, False),
        ("convexpert-ignore a, b c -- why, because", {"a", "b", "c"}, False),
        (" convexpert-ignore-file a ", {"a"}, True),
        (" convexpert-ignore", set(), False),
        (" convexpert-ignore -- no rule named", set(), False),
        ("convexpert-ignore\n  a --", {"a"}, False),
    ],
)
def test_names_are_read_up_to_the_reason(comment: str, rules: set[str], whole_file: bool) -> None:
    assert read_directive(comment) == DirectiveText(whole_file, frozenset(rules))


@pytest.mark.parametrize("comment", ["", "TODO", "convexpert-ignored a", "see convexpert-ignore a"])
def test_other_comments_are_none(comment: str) -> None:
    assert read_directive(comment) is None
