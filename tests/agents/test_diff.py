"""Comparing documents by meaning: what is told of each kind of edit, and what is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.change import Change, DocumentDiff
from agents.diff import compare_documents
from agents.document import Polarity
from agents.parse import parse_document

SEEDS = Path(__file__).parents[3] / "shared" / "seeds"

BASE = """\
---
name: expert
description: Writes schemas.
tools: Read, Edit, Bash
model: inherit
---
You write Convex code that people can read.

# Ways

## Always Do

- Use `withIndex` for queries on large tables
- Validate arguments with `v` in public functions
- Await every promise before you return

## Never Do

- Call `Date.now()` in a query
- Collect a table without a bound

## Example

Tasks are listed by their owner, newest first.

```ts
export const list = query({
  args: { owner: v.id("users") },
  handler: (ctx, { owner }) => ctx.db.query("tasks").take(50),
});
```
"""


def diff(*edits: tuple[str, str], base: str = BASE) -> DocumentDiff:
    text = base
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    return compare_documents(parse_document(base.encode()), parse_document(text.encode()))


def items(found: DocumentDiff) -> list[tuple[str, str | None, str | None]]:
    return [
        (
            " ".join(change.changes),
            change.before and change.before.text,
            change.after and change.after.text,
        )
        for change in found.items
    ]


def sections(
    found: DocumentDiff,
) -> list[tuple[str, tuple[str, ...] | None, tuple[str, ...] | None]]:
    return [
        (
            " ".join(change.changes),
            change.before and change.before.heading,
            change.after and change.after.heading,
        )
        for change in found.sections
    ]


def test_a_document_does_not_differ_from_itself() -> None:
    found = diff()
    assert found.same_bytes
    assert found.is_empty


@pytest.mark.parametrize(
    "edit",
    [
        ("\n", "\r\n"),
        (
            "name: expert\ndescription: Writes schemas.",
            "description: Writes schemas.\nname: expert",
        ),
        ("name: expert", "name: 'expert'"),
        ("code that people can read", "code\nthat people can read"),
    ],
    ids=["line breaks", "order of fields", "quotes of a field", "wrapped text"],
)
def test_what_means_the_same_is_no_change(edit: tuple[str, str]) -> None:
    text = BASE.replace(*edit)
    found = compare_documents(parse_document(BASE.encode()), parse_document(text.encode()))
    assert not found.same_bytes
    assert found.is_empty


def test_fields_are_added_removed_and_changed_with_their_values_and_lines() -> None:
    found = diff(("model: inherit", "color: blue"), ("Writes schemas", "Reads schemas"))
    told = {change.field: change for change in found.fields}
    assert {name: change.changes for name, change in told.items()} == {
        "description": (Change.CHANGED,),
        "color": (Change.ADDED,),
        "model": (Change.REMOVED,),
    }
    assert (told["description"].before, told["description"].after) == (
        "Writes schemas.",
        "Reads schemas.",
    )
    assert told["color"].before_lines is None
    assert told["color"].after_lines is not None
    assert told["color"].after_lines.as_list() == [5, 5]


def test_tools_are_compared_entry_by_entry_however_they_are_written() -> None:
    (change,) = diff(("Read, Edit, Bash", "[Read, Edit, 'Bash(npm test, x)']")).fields
    assert (change.gained, change.lost) == (("Bash(npm test, x)",), ("Bash",))
    (change,) = diff(("Read, Edit, Bash", "[Read, Edit, Bash]")).fields
    assert (change.changes, change.gained, change.lost) == ((Change.RESTYLED,), (), ())


def test_a_value_of_another_type_is_a_change() -> None:
    (change,) = diff(("model: inherit", "model: true"), base=BASE).fields
    assert change.after is True
    (change,) = diff(("limit: 1", "limit: true"), base="---\nname: a\nlimit: 1\n---\nx\n").fields
    assert change.changes == (Change.CHANGED,)


def test_a_reworded_item_is_one_change_and_not_two() -> None:
    assert items(diff(("for queries on large tables", "in queries on big tables"))) == [
        (
            "reworded",
            "Use `withIndex` for queries on large tables",
            "Use `withIndex` in queries on big tables",
        )
    ]


def test_an_item_of_other_matter_is_a_removal_and_an_addition() -> None:
    found = diff(("Await every promise before you return", "Put shared helpers into `model/`"))
    assert items(found) == [
        ("removed", "Await every promise before you return", None),
        ("added", None, "Put shared helpers into `model/`"),
    ]


def test_marks_and_punctuation_alone_are_told_as_such() -> None:
    assert [kind for kind, _, _ in items(diff(("Await every", "**Await** every")))] == ["restyled"]


def test_an_item_below_another_heading_moved_and_may_say_the_opposite() -> None:
    line = "- Collect a table without a bound\n"
    found = diff((line, ""), ("you return\n", "you return\n" + line))
    (change,) = found.items
    assert change.changes == (Change.MOVED, Change.REVERSED)
    assert change.before is not None
    assert change.after is not None
    assert (change.before.polarity, change.after.polarity) == (Polarity.DONT, Polarity.DO)
    assert found.sections == ()


def test_of_items_in_another_order_only_those_that_moved_are_told() -> None:
    first = "- Use `withIndex` for queries on large tables\n"
    found = diff((first, ""), ("you return\n", "you return\n" + first))
    assert items(found) == [
        (
            "moved",
            "Use `withIndex` for queries on large tables",
            "Use `withIndex` for queries on large tables",
        )
    ]


def test_a_never_before_an_item_is_called_out() -> None:
    (change,) = diff(("- Use `withIndex` for", "- Never use `withIndex` for")).items
    assert change.changes == (Change.REWORDED, Change.REVERSED)
    assert change.likeness == 1.0


def test_a_renamed_section_keeps_its_items_and_sub_sections() -> None:
    found = diff(("# Ways", "# House rules"), ("## Never Do", "## Don't"))
    assert sections(found) == [
        ("renamed", ("Ways",), ("House rules",)),
        ("renamed", ("Ways", "Never Do"), ("House rules", "Don't")),
    ]
    assert found.items == ()
    assert found.code == ()


def test_a_section_that_stands_elsewhere_is_moved_with_what_it_holds() -> None:
    start, end = BASE.index("## Never Do"), BASE.index("## Example")
    text = BASE[:start] + BASE[end:] + "\n" + BASE[start:end]
    found = compare_documents(parse_document(BASE.encode()), parse_document(text.encode()))
    assert [kind for kind, _, _ in sections(found)] == ["moved"]
    assert found.items == ()
    assert found.code == ()


def test_a_section_below_another_one_is_moved_even_if_it_is_renamed() -> None:
    start, end = BASE.index("## Example"), len(BASE)
    text = BASE[:start] + BASE[start:end].replace("## Example", "# Sample: listing")
    found = compare_documents(parse_document(BASE.encode()), parse_document(text.encode()))
    assert sections(found) == [("renamed moved", ("Ways", "Example"), ("Sample: listing",))]


def test_sections_that_come_and_go_are_told_with_their_items() -> None:
    start, end = BASE.index("## Never Do"), BASE.index("## Example")
    shorter = BASE[:start] + BASE[end:]
    old, new = parse_document(BASE.encode()), parse_document(shorter.encode())
    assert sections(compare_documents(old, new)) == [("removed", ("Ways", "Never Do"), None)]
    assert [kind for kind, _, _ in items(compare_documents(old, new))] == ["removed", "removed"]
    assert sections(compare_documents(new, old)) == [("added", None, ("Ways", "Never Do"))]
    assert [kind for kind, _, _ in items(compare_documents(new, old))] == ["added", "added"]


def test_sections_of_one_title_and_other_text_below_another_parent_did_not_move() -> None:
    one = "# A\n\n## Notes\n\nTables need indexes.\n\n# B\n\nText of b stays.\n"
    two = "# A\n\n# B\n\nText of b stays.\n\n## Notes\n\nWebhooks arrive twice.\n"
    found = compare_documents(parse_document(one.encode()), parse_document(two.encode()))
    assert sections(found) == [
        ("removed", ("A", "Notes"), None),
        ("added", None, ("B", "Notes")),
    ]


def test_text_that_is_neither_item_nor_code_is_told_by_its_section() -> None:
    (change,) = diff(("newest first", "oldest first")).sections
    assert change.changes == (Change.CHANGED,)
    assert change.after is not None
    assert change.after.heading == ("Ways", "Example")
    assert (change.lines_added, change.lines_removed) == (1, 1)
    (change,) = diff(("You write", "You review")).sections
    assert change.after is not None
    assert change.after.heading == ()


def test_a_sentence_beside_an_item_is_text_of_its_section() -> None:
    base = "# A\n\nIt is fast. You must never call it twice. It is cheap.\n"
    found = diff(("It is cheap", "It is dear"), base=base)
    assert [change.changes for change in found.sections] == [(Change.CHANGED,)]
    assert found.items == ()
    found = diff(("call it twice", "call it thrice"), base=base)
    assert found.sections == ()
    assert [change.changes for change in found.items] == [(Change.REWORDED,)]


def test_a_changed_code_example_tells_how_many_lines() -> None:
    found = diff((".take(50)", ".take(20)"), ("  args: {", "  // The owner.\n  args: {"))
    (change,) = found.code
    assert change.changes == (Change.CHANGED,)
    assert (change.lines_added, change.lines_removed) == (2, 1)
    assert found.sections == ()


def test_code_that_is_indented_anew_is_restyled_and_other_code_is_new() -> None:
    (change,) = diff(("  args: {", "    args: {")).code
    assert change.changes == (Change.RESTYLED,)
    start = BASE.index("```ts")
    other = BASE[:start] + "```bash\nnpx convex deploy --prod\n```\n"
    found = compare_documents(parse_document(BASE.encode()), parse_document(other.encode()))
    assert [change.changes for change in found.code] == [(Change.REMOVED,), (Change.ADDED,)]


_LINES = st.sampled_from(
    [
        *("# A", "## B", "## C", "# D", "- Always use x", "- Never use y", "- use z", "text", ""),
        *("```ts", "```", "f(x)", "You must never do it. Or so.", "| do | don't |", "| - | - |"),
        *("| a | b |", "1. Check it", "✓ good", "  - Ensure it", "**Rules**", "> - Avoid a"),
    ]
)
_BODIES = st.lists(_LINES, max_size=14).map("\n".join)


@settings(max_examples=150, deadline=None)
@given(_BODIES, _BODIES)
def test_every_part_of_both_documents_is_kept_added_or_removed(one: str, two: str) -> None:
    before, after = parse_document(one.encode()), parse_document(two.encode())
    found = compare_documents(before, after)
    assert found == compare_documents(before, after)
    for changes, old, new in (
        (found.items, before.checklist, after.checklist),
        (found.code, before.code, after.code),
        (found.sections, before.sections, after.sections),
    ):
        added = sum(change.before is None for change in changes)
        removed = sum(change.after is None for change in changes)
        assert len(old) - removed == len(new) - added
    assert compare_documents(before, before).is_empty


@given(st.binary(max_size=200), st.text(max_size=200))
def test_no_text_stops_a_comparison(one: bytes, two: str) -> None:
    raw = one.replace(b"\0", b"").decode("utf-8", "replace").encode()
    compare_documents(
        parse_document(raw), parse_document(two.replace("\0", "").encode("utf-8", "replace"))
    )


@pytest.mark.skipif(not SEEDS.is_dir(), reason="../shared/seeds is not here")
def test_two_real_documents_by_other_authors_share_next_to_nothing() -> None:
    one, two = (parse_document(next(SEEDS.glob(f"{n}_*.md")).read_bytes()) for n in ("002", "003"))
    found = compare_documents(one, two)
    paired = [change for change in found.items if change.before and change.after]
    assert len(paired) <= 5
    assert all(change.likeness >= 0.6 for change in paired)
