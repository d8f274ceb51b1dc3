"""The grammar of REF, both ways."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.errors import InvalidReference
from agents.registry.reference import Reference, parse_reference


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("expert", Reference("expert")),
        ("expert@latest", Reference("expert")),
        ("expert@12", Reference("expert", number=12)),
        ("expert@production", Reference("expert", label="production")),
        ("expert@v2", Reference("expert", label="v2")),
        ("expert@sha:AB12", Reference("expert", sha="ab12")),
        ("expert@sha", Reference("expert", label="sha")),
    ],
)
def test_each_form_is_read_to_its_parts(text: str, parts: Reference) -> None:
    assert parse_reference(text) == parts


@pytest.mark.parametrize(
    "text",
    ["", "@", "expert@", "@3", "expert@a@b", "expert@sha:", "expert@sha:xyz", "e@ 3", "x" * 301],
)
def test_what_follows_no_form_is_refused_with_the_forms(text: str) -> None:
    with pytest.raises(InvalidReference) as caught:
        parse_reference(text)
    assert "HANDLE@3" in str(caught.value)


@given(st.text(max_size=400))
def test_any_text_is_read_or_refused_and_reads_back_the_same(text: str) -> None:
    try:
        parsed = parse_reference(text)
    except InvalidReference:
        return
    assert parse_reference(str(parsed)) == parsed
