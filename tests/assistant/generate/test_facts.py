"""Numbers, addresses and identifiers."""

from __future__ import annotations

import pytest

from assistant.generate.facts import (
    Number,
    addresses_of,
    identifiers_of,
    missing_identifiers,
    missing_numbers,
    numbers_of,
)


@pytest.mark.parametrize(
    ("said", "there"),
    [
        ("at most 8192 elements", "at most 8,192 elements"),
        ("ten seconds", "10 seconds"),
        ("10s", "10 seconds"),
        ("8k rows", "8,000 rows"),
        ("30 percent", "30%"),
        ("convex 1.48", "since convex 1.48 in mutations"),
        ("2.0 seconds", "2 seconds"),
        ("v1.2.3", "version 1.2.3"),
    ],
)
def test_the_same_number_written_otherwise_is_there(said: str, there: str) -> None:
    assert numbers_of(said)
    assert missing_numbers(numbers_of(said), numbers_of(there)) == []


@pytest.mark.parametrize(
    ("said", "there"),
    [
        ("16 MB", "16 fields and 8 MB"),
        ("10 minutes", "10 seconds"),
        ("$5", "5 retries"),
        ("1.49", "1.48"),
        ("81920", "8,192"),
        ("twelve hours", "two hours"),
    ],
)
def test_another_number_or_another_unit_is_missing(said: str, there: str) -> None:
    assert missing_numbers(numbers_of(said), numbers_of(there))


def test_digits_in_names_and_words_without_a_unit_are_no_numbers() -> None:
    assert numbers_of("`v2Api` of es2022 has one way") == frozenset()
    assert numbers_of("step 3") == {Number("3")}


def test_identifiers_are_what_backticks_hold_and_what_only_code_is_spelled_like() -> None:
    assert identifiers_of('Call `ctx.db.query("tasks")`, then useQuery or @convex-dev/agent.') == {
        "ctx.db.query",
        "tasks",
        "usequery",
        "@convex-dev/agent",
    }
    assert identifiers_of("OpenAI and TypeScript, e.g. here.") == frozenset()


def test_an_identifier_is_named_by_itself_or_as_the_end_of_a_longer_one() -> None:
    there = "Use `ctx.db.query` with withIndex."
    assert missing_identifiers(["db.query", "withindex"], there) == []
    assert missing_identifiers(["db.quer", "index", "ctx.db.insert"], there) == [
        "ctx.db.insert",
        "db.quer",
        "index",
    ]


def test_addresses_end_before_the_full_stop() -> None:
    assert addresses_of("See https://docs.convex.dev/a.") == {"https://docs.convex.dev/a"}
