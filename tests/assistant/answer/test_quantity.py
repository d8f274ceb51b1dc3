"""Questions that only a quantity can answer, and statements that have it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.answer.form import is_wanted, tells_quantity
from assistant.answer.quantity import quantity_asked
from assistant.answer.question import read_question
from assistant.answer.statement import split_chunk
from kb.chunk import Chunk

Make = Callable[..., Chunk]


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("How much does Pro cost?", "price"),
        ("What is the price of a vector search?", "price"),
        ("Which version of Node.js do actions run on?", "version"),
        ("How long may an action run?", "duration"),
        ("For how many days are logs kept?", "duration"),
        ("How many indexes can a table have?", "count"),
        ("What is the maximum length of a name?", "count"),
        ("What is the size limit of a document?", "size"),
        ("What percentage does Stripe charge?", "share"),
        ("When was Convex founded?", "date"),
        ("do preview deployments cost anything", "price"),
        ("max fields per index", "count"),
        ("limit on open subscriptions per client", "count"),
        ("longest allowed cron name", "count"),
        ("how long can an array in a document get?", "length"),
        ("oldest typescript that works with convex", "version"),
        ("since which release is it available", "version"),
        ("How often does a scheduled mutation run?", "frequency"),
        ("Is vector search billed separately?", "price"),
        ("What does a busy cron do to my invoice?", "price"),
        ("Does Stripe take a cut of each payment?", "price"),
        ("Is the component stable yet?", "version"),
        ("Since when does Convex have components?", "date"),
        ("What is the largest document size?", "size"),
    ],
)
def test_the_kind_of_quantity_is_told(question: str, name: str) -> None:
    found = quantity_asked(question)
    assert found is not None and found.name == name


@pytest.mark.parametrize(
    "question",
    [
        "How do I limit how often users post?",
        "which component limits how many jobs run in parallel",
        "queue with a limit on parallel jobs",
        "rate limit of a webhook",
        "How do I run a long job?",
        "When should I add an index?",
        "How do I charge a customer with Stripe?",
        "Should every function that costs money be limited?",
        "What can compute the maximum or the sum of a column?",
        "Do I put the discount calculation into the action?",
        "How do I open the billing portal?",
    ],
)
def test_words_of_quantity_alone_ask_for_none(question: str) -> None:
    assert quantity_asked(question) is None


@pytest.mark.parametrize(
    ("question", "statement", "tells"),
    [
        ("How many indexes can a table have?", "Mind the limits: 32 indexes per table.", True),
        ("How many indexes can a table have?", "Each index makes a write dearer.", False),
        ("How many members can a team have?", "Stay below 20 jobs on the free plan.", False),
        ("max number of tables", "Mind the limits: 32 indexes per table.", False),
        ("How many components may I install?", "Install a component with two names.", False),
        ("How many fields may an index have?", "An index of a table has at most 16 fields.", True),
        ("How long may an action run?", "A query has a second, an action ten minutes.", True),
        ("How long are backups kept?", "Watch the schedules; results are kept for 7 days.", False),
        ("How big may a response be?", "A response has the status 200.", False),
        ("How big may a response be?", "A response ends at 20 MiB.", True),
        ("How much does Pro cost?", "At most 100 jobs run at once on Pro.", False),
        ("Which version of Node.js is used?", "It works since convex 1.48.", False),
    ],
)
def test_a_quantity_counts_where_it_is_said_of_what_was_asked(
    chunk: Make, question: str, statement: str, tells: bool
) -> None:
    (found,) = split_chunk(chunk(statement))
    asked = read_question(question)
    assert tells_quantity(asked, found) is tells
    assert is_wanted(asked, found) is tells


def test_what_is_counted_is_told() -> None:
    found = quantity_asked("What's the maximum number of fields in an index?")
    assert found is not None and found.counted == "fields"


def test_a_row_is_wanted_where_its_table_lists_what_is_asked_for(chunk: Make) -> None:
    table = "| Need | Component |\n|---|---|\n| Throttle users | Rate Limiter |"
    (row,) = split_chunk(chunk(table))
    assert is_wanted(read_question("Which component limits users?"), row)
    assert not is_wanted(read_question("Which index limits users?"), row)


def test_a_command_is_wanted_where_one_is_asked_for(chunk: Make) -> None:
    with_command, without = split_chunk(chunk("- Run `npx convex deploy` in CI\n- Deploy from CI"))
    asked = read_question("Which command deploys?")
    assert is_wanted(asked, with_command) and not is_wanted(asked, without)


def test_a_version_is_told_on_either_side_of_what_has_it(chunk: Make) -> None:
    question = read_question("Which version of the convex package do I need?")
    said = split_chunk(chunk("- Use version 1.31 of the convex package\n- Use chart 2.5 here\n"))
    assert [tells_quantity(question, statement) for statement in said] == [True, False]
