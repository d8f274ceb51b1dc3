"""What is believed of a model's verdicts, and what isn't."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.finding import DocumentedBy
from agents.location import Span
from assistant.review.units import Unit
from assistant.review.verdict import Judged, read_verdicts

SOURCE = b"""// \xc3\xbc
export const send = mutation({
  handler: async (ctx, args) => {
    await ctx.db.insert(
      "messages", args);
  },
});
"""
START = SOURCE.index(b"export")
UNIT = Unit("convex/a.ts", "a:send", "public mutation", SOURCE, START, len(SOURCE) - 1)
ITEMS = (
    DocumentedBy("expert", 1, 3, "Cap the length of every message."),
    DocumentedBy("expert", 1, 4, "Name functions by verbs."),
)


def reply(*verdicts: dict[str, object]) -> str:
    return json.dumps({"verdicts": verdicts})


def broken(evidence: object, item: int = 1) -> dict[str, object]:
    return {"item": item, "verdict": "broken", "evidence": evidence, "reason": "no cap"}


def judged(text: str) -> list[Judged]:
    return [verdict.judged for verdict in read_verdicts(text, UNIT, ITEMS)]


@pytest.mark.parametrize(
    "wrapped",
    [
        "{}",
        "Here you are:\n```json\n{}\n```\nAnything else?",
        '<think>{{"verdicts": []}} or not</think>{}',
        'For {{x}} and {{"a": 1}} I say {}',
    ],
)
def test_the_object_is_found_in_what_stands_around_it(wrapped: str) -> None:
    text = wrapped.format(reply(broken("ctx.db.insert"), {"item": 2, "verdict": "kept"}))
    assert judged(text) == [Judged.BROKEN, Judged.KEPT]


def test_evidence_is_found_across_line_breaks_and_given_its_place() -> None:
    (first, _) = read_verdicts(reply(broken('`db.insert("messages", args)`')), UNIT, ITEMS)
    assert first.evidence == Span(4, 15, 5, 24)
    assert first.reason == "no cap"


@pytest.mark.parametrize(
    "evidence", ['ctx.db.patch("messages")', "", "a", None, 7, "x" * 5_000, "// ü"]
)
def test_evidence_that_is_not_in_the_code_proves_nothing(evidence: object) -> None:
    assert judged(reply(broken(evidence)))[0] is Judged.UNSURE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I can't say.",
        '{"verdicts": 7}',
        '{"verdicts": [1, null, {"item": "1"}, {"item": true, "verdict": "kept"}]}',
        reply({"item": 1, "verdict": "fine"}),
        reply({"item": 1, "verdict": "kept"}, {"item": 1, "verdict": "other"}),
        reply({"item": 9, "verdict": "kept"}),
        "[" * 100_000,
        '{"verdicts":' * 1_000,
    ],
)
def test_what_is_missing_or_said_in_two_ways_is_unsure(text: str) -> None:
    assert judged(text) == [Judged.UNSURE, Judged.UNSURE]


@given(st.text() | st.builds(lambda value: json.dumps({"verdicts": [value]}), st.from_type(dict)))
def test_any_reply_gives_a_verdict_for_each_item(text: str) -> None:
    assert len(read_verdicts(text, UNIT, ITEMS)) == len(ITEMS)
