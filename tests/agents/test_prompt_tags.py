"""Tags that part a prompt: which lines they are, what stands in them, and what is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.parse import parse_document
from agents.prompt_tags import BREAK, Tag, without_tags


def items(*lines: str) -> list[tuple[str, str]]:
    text = "\n".join(("---", "name: n", "description: d", "---", *lines, ""))
    document = parse_document(text.encode(), filename="agents/n.md")
    return [(item.polarity.value, item.text) for item in document.checklist]


def test_a_tag_goes_and_what_it_holds_stands_at_its_margin() -> None:
    plain, tags = without_tags(["a", "<my_rules>", "    - x", "      y", "</my_rules>", "  b"])
    assert plain == ["a", BREAK, "- x", "  y", BREAK, "  b"]
    assert tags == (Tag("my rules", 1, 4),)


def test_tags_in_tags_are_moved_with_them() -> None:
    lines = ["<one>", "  <two>", "    - x", "  </two>", "  - y", "</one>"]
    plain, tags = without_tags(lines)
    assert plain == [BREAK, BREAK, "- x", BREAK, "- y", BREAK]
    assert tags == (Tag("one", 0, 5), Tag("two", 1, 3))


def test_a_tag_in_a_list_keeps_its_text_in_the_entry() -> None:
    plain, _ = without_tags(["1. Step", "   <note>", "   text", "   </note>", "2. Step"])
    assert plain == ["1. Step", f"   {BREAK}", "   text", f"   {BREAK}", "2. Step"]


@pytest.mark.parametrize(
    "lines",
    [
        ["```", "<rules>", "- x", "</rules>", "```"],
        ["- text", "  ~~~xml", "  <rules>", "  ~~~"],
        ["<!--", "<rules>", "- x", "</rules>", "-->"],
        ["<details>", "<summary>More</summary>", "text", "</details>"],
        ["    <rules>", "    code", "    </rules>"],
        ["Read the <rules> first.", "<rules>x</rules>", "<https://docs.convex.dev>", "< 5", "<"],
    ],
)
def test_code_comments_and_html_are_left_as_they_are(lines: list[str]) -> None:
    assert without_tags(lines) == (lines, ())


def test_the_name_of_a_tag_says_what_its_entries_are() -> None:
    assert items("<rules>", "- Short names", "</rules>") == [("do", "Short names")]
    assert items("<never_do>", "- Short names", "</never_do>") == [("dont", "Short names")]
    assert items("<facts>", "- Short names", "</facts>") == []
    assert items("<rules>", "</rules>", "- Short names") == []


def test_what_a_tag_shows_asks_for_nothing() -> None:
    for name in ("example", "good_example", "output_format", "commentary"):
        assert items(f"<{name}>", "- Always say yes.", f"</{name}>") == []
    assert items("<example>", "x", "</example>", "Always say yes.") == [("do", "Always say yes.")]


def test_headings_in_a_tag_end_with_it() -> None:
    lines = ("# Rules", "<never>", "## Names", "- Long names", "</never>", "- Short names")
    assert items(*lines) == [("dont", "Long names"), ("do", "Short names")]


def test_thousands_of_open_tags_are_bounded() -> None:
    lines = [*["<rule>"] * 3_000, "- Always x", *["</other>"] * 3_000]
    plain, tags = without_tags(lines)
    assert len(tags) == 50
    assert {line for line in plain if line != BREAK} == {"- Always x"}


LINES = st.lists(
    st.sampled_from(
        [
            *("<rule>", "</rule>", "  <b_c x='1'>", "</b_c>", "<e/>", "- Always x", "    y"),
            *(
                "```",
                "  ```ts",
                "<!--",
                "-->",
                "",
                "\t- z",
                "<p>",
                "# H",
                "**Never do**",
                "1. Do it",
            ),
        ]
    ),
    max_size=25,
)


@given(LINES)
def test_lines_stay_where_they_are_and_only_lose_tags_and_margins(lines: list[str]) -> None:
    plain, tags = without_tags(lines)
    assert len(plain) == len(lines)
    for before, after in zip(lines, plain, strict=True):
        assert after.strip() == before.strip() or after.strip() == BREAK
        assert len(after) - len(after.lstrip()) <= len(before) - len(before.lstrip())
    for tag in tags:
        assert 0 <= tag.start < tag.end <= len(lines)
    document = parse_document("\n".join(["# T", *lines]).encode(), filename="a.md")
    for item in document.checklist:
        assert 1 <= item.lines.start <= item.lines.end <= len(lines) + 1
