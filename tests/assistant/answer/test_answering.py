"""From a question to a cited answer, through the real search."""

from __future__ import annotations

import re
from typing import Any

import pytest

from agents.errors import AgentNotFound, UsageError
from assistant.answer import Answer, Status

STRIPE = """
## Services

- Call the Stripe API from an action, never from a query or a mutation.
- Store prices in cents.

```typescript
export const charge = action({
  args: { cents: v.number() },
  handler: async (ctx, args) => {
    await stripe.charges.create({ amount: args.cents });
  },
});
```
"""
EXTERNAL = """
## Rules

- Use actions for external API calls such as Stripe
- Paginate every list query
"""
GARDEN = """
## Garden

- Water the tomatoes in the morning.
- Prune the roses in spring.
"""


def numbers(answer: Answer) -> list[int]:
    return [int(n) for n in re.findall(r"\[(\d+)\]", answer.answer.partition("**Sources**")[0])]


def test_the_direct_statement_leads_and_those_who_say_the_same_are_cited_with_it(desk: Any) -> None:
    desk.put("payments", STRIPE)
    desk.put("reviewer", EXTERNAL)
    desk.put("garden", GARDEN)
    answer = desk.ask("Where should I call the Stripe API from?")
    assert answer.status is Status.ANSWERED
    lead = answer.answer.splitlines()[0]
    assert lead == "Call the Stripe API from an action, never from a query or a mutation. [1] [2]"
    assert [citation.source for citation in answer.citations[:2]] == ["payments", "reviewer"]
    assert answer.rules[0] == "side-effect-in-transaction"
    assert "`side-effect-in-transaction`" in answer.answer
    desk.check_quotes(answer)


def test_the_example_is_shown_whole_and_cited_by_its_code_lines(desk: Any) -> None:
    desk.put("payments", STRIPE)
    answer = desk.ask("Where should I call the Stripe API from?")
    code = STRIPE.split("```typescript\n")[1].split("\n```")[0]
    assert f"```typescript\n{code}\n```" in answer.answer
    assert code in [citation.quote for citation in answer.citations]


def test_each_number_has_one_citation_and_each_citation_is_used(desk: Any) -> None:
    desk.put("payments", STRIPE)
    desk.put("reviewer", EXTERNAL)
    answer = desk.ask("Where should I call the Stripe API from?")
    assert sorted(set(numbers(answer))) == [citation.n for citation in answer.citations]
    assert [citation.n for citation in answer.citations] == [
        n + 1 for n in range(len(answer.citations))
    ]


def test_what_no_document_covers_is_declined_with_the_closest_passages(desk: Any) -> None:
    desk.put("payments", STRIPE)
    desk.put("garden", GARDEN)
    answer = desk.ask("How much does a Kubernetes cluster cost per month in Frankfurt?")
    assert answer.status is Status.NOT_COVERED
    assert answer.answer.startswith("**The documents don't answer this.** Nothing in them mentions")
    assert "“Kubernetes”" in answer.answer
    assert 1 <= len(answer.citations) <= 3
    assert answer.rules == ()
    desk.check_quotes(answer)


def test_an_empty_registry_answers_nothing(desk: Any) -> None:
    answer = desk.ask("Where should I call the Stripe API from?")
    assert (answer.status, answer.citations) == (Status.NOT_COVERED, ())


def test_quotes_keep_the_files_own_line_breaks(desk: Any) -> None:
    desk.put("payments", STRIPE, newline="\r\n")
    answer = desk.ask("Where should I call the Stripe API from?")
    assert any("\r\n" in citation.quote for citation in answer.citations)
    assert "\r" not in answer.answer
    desk.check_quotes(answer)


def test_an_answer_can_be_limited_to_an_agent_and_to_an_older_version(desk: Any) -> None:
    desk.put("payments", STRIPE)
    desk.put("reviewer", EXTERNAL)
    desk.put("reviewer", "## Rules\n\n- Call the Stripe API from a workflow step\n")
    question = "Where should I call the Stripe API from?"
    latest = desk.ask(question, agent="reviewer")
    older = desk.ask(question, agent="reviewer@1")
    assert {(c.source, c.version) for c in latest.citations} == {("reviewer", 2)}
    assert {(c.source, c.version) for c in older.citations} == {("reviewer", 1)}
    assert "workflow step" in latest.answer
    assert older.answer.startswith("Use actions for external API calls such as Stripe [1]")
    desk.check_quotes(older)


def test_documents_that_contradict_each_other_are_pointed_out(desk: Any) -> None:
    desk.put("one", "## Limits\n\n- An index of a table may have at most 16 fields.\n")
    desk.put("two", "## Limits\n\n- An index of a table may have at most 12 fields.\n")
    answer = desk.ask("How many fields may an index of a table have?")
    assert "⚠ The documents disagree (" in answer.answer
    assert "16" in answer.answer and "12" in answer.answer


def test_a_follow_up_is_understood_from_the_turn_before(desk: Any) -> None:
    desk.put("payments", STRIPE)
    desk.put("garden", GARDEN)
    turns = [{"role": "user", "content": "Where should I call the Stripe API from?"}]
    answer = desk.ask("And why not from a mutation?", history=turns)
    assert "Stripe API from an action" in answer.answer
    assert answer.question == "And why not from a mutation?"


def test_a_decision_table_answers_with_its_row(desk: Any) -> None:
    table = "## Choose\n\n| Need | Component |\n|---|---|\n| Fast count of rows | Aggregate |\n"
    desk.put("components", table + "| Throttle users | Rate Limiter |\n")
    answer = desk.ask("Which component gives me a fast count of rows?")
    assert answer.answer.startswith("Fast count of rows → **Aggregate** [1]")
    assert answer.citations[0].quote == "| Fast count of rows | Aggregate |"


def test_no_more_passages_are_cited_than_asked_for(desk: Any) -> None:
    desk.put("payments", STRIPE)
    desk.put("reviewer", EXTERNAL)
    assert len(desk.ask("Where should I call the Stripe API from?", k=1).citations) == 1


@pytest.mark.parametrize("options", [{"question": "  "}, {"question": "x", "k": 0}])
def test_an_empty_question_or_no_passages_is_a_usage_error(desk: Any, options: Any) -> None:
    with pytest.raises(UsageError):
        desk.ask(**options)


def test_an_unknown_agent_is_named(desk: Any) -> None:
    desk.put("payments", STRIPE)
    with pytest.raises(AgentNotFound, match="payment"):
        desk.ask("Where?", agent="payment")


def test_the_same_question_gets_the_same_answer(desk: Any) -> None:
    desk.put("payments", STRIPE)
    desk.put("reviewer", EXTERNAL)
    first, again = (desk.ask("Where should I call the Stripe API from?") for _ in range(2))
    assert (first.answer, first.citations, first.rules) == (
        again.answer,
        again.citations,
        again.rules,
    )
