"""The text of a rule, read from its module's docstring."""

from __future__ import annotations

import pytest

from agents.rulebook import read_rule_text

TEXT = """A timer is started
that nobody waits for.

Why: the answer is sent
before it fires.
Silent when: never.

Bad:
    // convex/a.ts
    setTimeout(() => {
      save();
    }, 50);

    other();
Good: save();

Intent:
    against timer;
    scheduler
"""


def test_sections_are_read_as_prose_and_code() -> None:
    text = read_rule_text(TEXT)
    assert text.summary == "A timer is started that nobody waits for."
    assert text.why == "the answer is sent before it fires."
    assert text.bad == "// convex/a.ts\nsetTimeout(() => {\n  save();\n}, 50);\n\nother();"
    assert text.good == "save();"
    assert text.intent == "against timer; scheduler"


def test_a_missing_section_is_empty() -> None:
    text = read_rule_text("Only a summary.")
    assert (text.why, text.bad, text.intent) == ("", "", "")


@pytest.mark.parametrize("docstring", [None, "  ", "A.\n\nWhy: a\nWhy: b\n"])
def test_what_is_no_rule_text_is_refused(docstring: str | None) -> None:
    with pytest.raises(ValueError):
        read_rule_text(docstring)
