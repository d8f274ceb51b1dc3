"""A model's Markdown taken apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.generate.draft import read_draft, sentences


def claims(text: str) -> list[tuple[str, tuple[int, ...]]]:
    return [(c.text, c.cited) for block in read_draft(text) for c in block.claims]


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("Use an action [1].", (1,)),
        ("Use an action. [1]", (1,)),
        ("Use an action.[1][2]", (1, 2)),
        ("Use an action [1, 3].", (1, 3)),
        ("Use an action [1-3].", (1, 2, 3)),
        ("Use an action [passage 2].", (2,)),
        ("Use an action 【4】.", (4,)),
        ("Use an action 【4†source】.", (4,)),
        ("Use an action【4:0†payments.md】.", ()),
        ("Use an action [^2].", (2,)),
        ("Use an action.", ()),
        ("Use an action [1](https://a.test).", ()),
        ("Use an action [9999999].", ()),
    ],
)
def test_citations_are_read_however_a_model_spells_them(text: str, cited: tuple[int, ...]) -> None:
    [(said, found)] = claims(text)
    assert found == cited
    assert said.startswith("Use an action")
    assert not cited or said == "Use an action."


def test_brackets_in_code_cite_nothing() -> None:
    assert claims("Read `rows[0]` first [2].") == [("Read `rows[0]` first.", (2,))]


def test_a_citation_after_the_full_stop_belongs_to_the_sentence_before() -> None:
    found = claims("Use an action. [1] Never a mutation, e.g. one that fetches. [2] Done.")
    assert found == [
        ("Use an action.", (1,)),
        ("Never a mutation, e.g. one that fetches.", (2,)),
        ("Done.", ()),
    ]


def test_full_stops_in_code_end_no_sentence() -> None:
    assert sentences("Call `a.b. Then` once. Then `c` runs.") == [
        "Call `a.b. Then` once.",
        "Then `c` runs.",
    ]


def test_items_headings_rows_and_code_are_blocks_of_their_own() -> None:
    text = (
        "## Why\n\nBecause\nof this:\n- one [1]\n2. two\n| a | b |\n|---|---|\n```ts\nf();\n```\n"
    )
    found = [(b.kind, b.prefix, b.claims[0].text) for b in read_draft(text)]
    assert found == [
        ("heading", "## ", "Why"),
        ("lead", "", "Because of this:"),
        ("text", "- ", "one"),
        ("text", "2. ", "two"),
        ("text", "", "| a | b |"),
        ("rule", "", "|---|---|"),
        ("code", "", "f();"),
    ]


def test_thoughts_sources_and_echoes_of_the_fences_are_no_part_of_the_answer() -> None:
    text = (
        "<think>Maybe [3]?</think>Use an action [1].\n</passage-0123456789ab>\n\n"
        "**Sources:**\n- [1] payments"
    )
    assert claims(text) == [("Use an action.", (1,))]
    assert claims("<think>for ever") == []


def test_images_are_no_more_than_their_text_and_links_show_where_they_lead() -> None:
    text = "See ![pixel](https://t.test/?q=secret) and [docs](https://d.test/a)."
    assert claims(text) == [("See pixel and docs (https://d.test/a).", ())]


def test_a_code_block_that_nothing_closes_goes_to_the_end() -> None:
    [block] = read_draft("```ts\nf();\ng();")
    assert (block.kind, block.claims[0].text) == ("code", "f();\ng();")


@given(st.text(alphabet="aA.! `[]()1,-#|~\n*<>:", max_size=300))
def test_any_text_is_read_and_no_claim_is_empty(text: str) -> None:
    for block in read_draft(text):
        assert all(claim.text.strip() for claim in block.claims)
