"""Which statements of a document are items, on the seeds and on small documents."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import pytest

from agents.document import ChecklistItem, Polarity
from agents.parse import parse_document

SHARED = Path(__file__).parents[3] / "shared"
GOLD = SHARED / "seed_items.jsonl"


def items(markdown: str) -> list[ChecklistItem]:
    return list(parse_document(markdown.encode()).checklist)


def drawn(markdown: str) -> list[tuple[str, str]]:
    return [(item.polarity.value, item.text) for item in items(markdown)]


def texts(markdown: str) -> list[str]:
    return [item.text for item in items(markdown)]


def polarities(markdown: str) -> dict[str, Polarity]:
    return {item.text: item.polarity for item in items(markdown)}


@pytest.mark.skipif(not GOLD.is_file(), reason="the seed documents are not beside the repository")
def test_every_item_that_people_marked_in_the_seeds_is_drawn_at_its_line() -> None:
    marked: dict[str, set[int]] = defaultdict(set)
    for row in GOLD.read_text(encoding="utf-8").splitlines():
        entry = json.loads(row)
        marked[entry["file"]].add(entry["line"])
    missing = {}
    for name, lines in marked.items():
        document = parse_document((SHARED / "seeds" / name).read_bytes(), filename=name)
        missing[name] = lines - {item.line for item in document.checklist}
    assert {name: lines for name, lines in missing.items() if lines} == {}


def test_below_a_prescribing_heading_every_entry_counts() -> None:
    for heading in (
        "Best Practices",
        "Security",
        "Quality Checklist",
        "House Rules",
        "Conventions",
    ):
        assert texts(f"## {heading}\n\n- Short functions\n- One table per entity\n") == [
            "Short functions",
            "One table per entity",
        ]


def test_a_heading_that_says_nothing_lets_only_commands_and_questions_count() -> None:
    assert texts(
        "## Reading\n\n- Fast responses\n- Read through an index\n- Test coverage\n"
        "- **Paging**: Use `.paginate()`\n- When lists grow, page them\n- Does each list end?\n"
        "- For tables, check the index\n"
    ) == [
        "Read through an index",
        "**Paging**: Use `.paginate()`",
        "Does each list end?",
        "For tables, check the index",
    ]


def test_lists_of_features_examples_and_collaborators_hold_no_items() -> None:
    for heading in ("Features", "Examples", "Integration Points", "When to use", "Tech stack"):
        assert texts(f"## {heading}\n\n- Handle webhooks\n- Fast search\n") == []


def test_a_list_of_skills_counts_where_an_entry_names_a_means() -> None:
    assert texts(
        "## Expertise\n\n- Data modelling\n- Actions for outside calls\n- Hooks such as useQuery\n"
        "- Optimizing reads\n- Validate input\n- Years of practice\n"
    ) == [
        "Actions for outside calls",
        "Hooks such as useQuery",
        "Optimizing reads",
        "Validate input",
    ]


def test_a_title_named_after_a_field_prescribes_nothing() -> None:
    assert texts("# Security expert\n\n- Calm manner\n") == []
    assert texts("# Security rules\n\n- No open doors\n") == ["No open doors"]


def test_the_sentence_before_a_list_speaks_for_it() -> None:
    assert polarities("When reviewing, you must never:\n- Guess\n- Skip the schema\n") == {
        "Skip the schema": Polarity.DONT
    }
    assert texts(
        "You will follow these rules:\n\n- Small functions\n\nAnd then:\n\n- Odd ones\n"
    ) == ["Small functions"]


def test_an_entry_speaks_for_the_list_inside_it() -> None:
    assert polarities(
        "1. **Never**:\n   - Trust the client\n2. **Always**:\n   - Small steps\n"
    ) == {
        "Trust the client": Polarity.DONT,
        "Small steps": Polarity.DO,
    }


def test_a_bold_line_is_a_heading_until_the_next_one() -> None:
    found = items(
        "## A\n\n**Rules:**\n\n- Small steps\n\n**Trivia:**\n\n- Old files\n\n## B\n\n- Odd\n"
    )
    assert [(item.text, item.heading) for item in found] == [("Small steps", ("A", "Rules"))]


@pytest.mark.parametrize(
    ("statement", "polarity"),
    [
        ("Never trust the client; always validate", Polarity.DONT),
        ("Avoid loops over queries", Polarity.DONT),
        ("Don’t store secrets", Polarity.DONT),
        ("Do not block", Polarity.DONT),
        ("You must not log tokens", Polarity.DONT),
        ("In queries, never read the clock", Polarity.DONT),
        ("**Secrets**: must not be logged", Polarity.DONT),
        ("Always validate, never trust", Polarity.DO),
        ("Do validate arguments", Polarity.DO),
        ("Use `take` and don't collect", Polarity.DO),
        ("Don't forget to await", Polarity.DO),
        ("You must await promises", Polarity.DO),
        ("Prefer indexes", Polarity.DO),
    ],
)
def test_polarity_follows_the_first_word_that_asks_or_forbids(
    statement: str, polarity: Polarity
) -> None:
    assert polarities(f"- {statement}\n") == {statement: polarity}


def test_sentences_that_prescribe_are_items_on_their_own_lines() -> None:
    found = items(
        "You are calm and you like tables. Queries must use\nan index. It is fast.\n"
        "Always await\npromises.\n\n> Only call actions from the scheduler.\n"
    )
    assert [(item.text, item.lines.as_list(), item.kind) for item in found] == [
        ("Queries must use an index.", [1, 2], "sentence"),
        ("Always await promises.", [3, 4], "sentence"),
        ("Only call actions from the scheduler.", [6, 6], "sentence"),
    ]


def test_prose_that_only_mentions_the_words_is_no_item() -> None:
    assert texts("Your queries never miss a beat, and the mustard is the only one.\n") == []


def test_a_heading_that_commands_is_an_item() -> None:
    assert texts("## Never call an action from a query\n\nText.\n") == [
        "Never call an action from a query"
    ]


def test_an_entry_keeps_several_sentences_and_lines_together() -> None:
    (item,) = items("## Rules\n\n- Await promises.\n  Never drop one.\n\n  More text.\n")
    assert (item.text, item.lines.as_list()) == ("Await promises. Never drop one.", [3, 4])


def test_what_only_introduces_an_example_is_left_out() -> None:
    assert texts(
        "## Rules\n\n- Below is a query:\n- Ids are typed. For example:\n- Use ids:\n"
    ) == [
        "Ids are typed.",
        "Use ids:",
    ]


def test_links_and_bare_labels_are_no_items() -> None:
    assert (
        texts("## Rules\n\n- [The docs](https://docs.convex.dev)\n- https://a.b/c\n- **Tip**\n")
        == []
    )


def test_numbered_steps_of_a_workflow_count_in_any_form() -> None:
    assert texts("## Workflow\n\n1. Schema analysis\n2. Index design\n") == [
        "Schema analysis",
        "Index design",
    ]
    assert texts("## History\n\n1. Schema analysis\n2. Index design\n") == []


def test_items_come_in_the_order_of_their_lines() -> None:
    lines = [item.line for item in items("- Use a\n  - Use b\n- Use c\n\nAlways d now.\n")]
    assert lines == sorted(lines) == [1, 2, 3, 5]


def test_an_entry_that_marks_what_to_do_and_what_not_is_two_items() -> None:
    entry = "- **Reads:** ✅ Query by an index. ❌ Collect whole tables.\n"
    assert drawn(f"## Patterns (DO/DO NOT)\n\n{entry}") == [
        ("do", "**Reads:** Query by an index."),
        ("dont", "**Reads:** Collect whole tables."),
    ]


def test_paragraphs_labelled_do_and_dont_are_items() -> None:
    text = "### N+1\n\n**Don't**: Call a query in a loop\nover rows\n**Do:** Fetch rows together\n"
    assert drawn(text) == [
        ("dont", "**Don't**: Call a query in a loop over rows"),
        ("do", "**Do:** Fetch rows together"),
    ]


def test_a_pitfall_with_its_remedy_stays_a_pitfall() -> None:
    text = "## Common mistakes\n\n1. **Using filters** - Always define an index\n"
    assert drawn(text) == [("dont", "**Using filters** - Always define an index")]


def test_entries_below_patterns_and_antipatterns_are_what_they_say() -> None:
    text = "## Patterns & Anti-Patterns\n\n- Keep handlers thin\n- Never trust the client\n"
    assert drawn(text) == [("do", "Keep handlers thin"), ("dont", "Never trust the client")]
