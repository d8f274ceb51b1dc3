"""From a question through a model to an answer that is held to its passages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from scripted_model import Fail, Request, Say

from agents.errors import AgentNotFound, ModelError
from agents.settings import ModelPrice
from assistant.answer import Status
from assistant.generate.wording import MARK

PAYMENTS = """
## Services

- Call the Stripe API from an action, never from a query or a mutation.
- An action may run for at most 10 minutes.

```ts
export const charge = action({
  handler: async (ctx, args) => stripe.charges.create({ amount: args.cents }),
});
```
"""
GARDEN = """
## Garden

- Water the tomatoes in the morning.
"""
QUESTION = "Where should I call the Stripe API from?"
GOOD = "Call the Stripe API from an action, never from a mutation [1]."


@pytest.fixture(autouse=True)
def _documents(desk: Any) -> None:
    desk.put("payments", PAYMENTS)
    desk.put("garden", GARDEN)


def test_a_supported_answer_is_cited_to_the_line_and_shows_tokens_and_cost(desk: Any) -> None:
    prices = {"openai:scripted": ModelPrice(1.0, 2.0)}
    answer, _ = desk.ask_model(QUESTION, Say(GOOD, tokens=(1000, 10)), prices=prices)
    assert answer.status is Status.ANSWERED
    first, *_ = answer.answer.splitlines()
    assert first == "Call the Stripe API from an action, never from a mutation. [1]"
    [citation] = answer.citations
    assert citation.quote.startswith("- Call the Stripe API from an action")
    desk.check_quotes(answer)
    assert answer.model == "openai:scripted"
    assert answer.unsupported == ()
    assert answer.rules[0] == "side-effect-in-transaction"
    assert answer.usage == {
        "input_tokens": 1000,
        "output_tokens": 10,
        "total_tokens": 1010,
        "cost_usd": 0.00102,
    }
    assert "".join(desk.heard) == GOOD


def test_a_sentence_with_a_wrong_number_is_dropped_and_reported(desk: Any) -> None:
    wrong = "An action may run for at most 45 minutes [1]."
    answer, _ = desk.ask_model(QUESTION, Say(f"{GOOD} {wrong}"))
    assert "45" not in answer.answer
    assert answer.unsupported == ("An action may run for at most 45 minutes.",)
    right, _ = desk.ask_model(QUESTION, Say(f"{GOOD} {wrong.replace('45', '10')}"))
    assert "at most 10 minutes. [2]" in right.answer


def test_what_a_model_says_again_and_again_is_said_once(desk: Any) -> None:
    item = "1. Start it from a mutation through the scheduler, which the payments need.\n"
    answer, _ = desk.ask_model(QUESTION, Say(f"{GOOD} {GOOD}\n\n{item * 3}\n\n{GOOD}"))
    assert answer.answer.count("Call the Stripe API") == 1
    assert answer.answer.count("through the scheduler") == 1
    assert len(answer.unsupported) == 1


def test_an_unsupported_sentence_is_marked_and_reported(desk: Any) -> None:
    invented = "Stripe keys rotate each night in the billing dashboard."
    answer, _ = desk.ask_model(QUESTION, Say(f"{GOOD} {invented} [1]"))
    assert f"{invented} {MARK}" in answer.answer
    assert answer.unsupported == (invented,)
    assert answer.status is Status.ANSWERED


def test_a_name_of_code_that_no_passage_has_is_marked(desk: Any) -> None:
    said = "Call the Stripe API from an action with `ctx.stripeFetch` [1]."
    answer, _ = desk.ask_model(QUESTION, Say(f"{GOOD} {said}"))
    assert answer.unsupported == ("Call the Stripe API from an action with `ctx.stripeFetch`.",)


def test_a_citation_of_what_is_not_there_is_dropped(desk: Any) -> None:
    answer, _ = desk.ask_model(QUESTION, Say(GOOD.replace("[1]", "[77]")))
    assert "77" not in answer.answer
    assert [citation.n for citation in answer.citations] == [1]
    invented = "Bananas ripen in the billing dashboard [78]."
    answer, _ = desk.ask_model(QUESTION, Say(f"{GOOD} {invented}"))
    assert "78" not in answer.answer
    assert len(answer.unsupported) == 1


def test_an_address_that_no_passage_has_is_dropped(desk: Any) -> None:
    said = "Call the Stripe API from an action, see [docs](https://evil.test/?q=1) [1]."
    answer, _ = desk.ask_model(QUESTION, Say(f"{GOOD} {said}"))
    assert "evil.test" not in answer.answer


@pytest.mark.parametrize(
    "said",
    [
        "NOT_COVERED",
        "NOT_COVERED. The passages do not say where to call it from.",
        "I'm sorry, but I can't help with that request.",
        "Bananas ripen fast. [1] Use the billing dashboard of Kubernetes. [2]",
        "It takes 987654 seconds [1].",
        "[1] [2] [3]",
        "\x00\x01 ~~ ## ``",
        '{"answer": null}',
        "la " * 3000,
    ],
)
def test_an_answer_with_nothing_to_stand_on_is_not_covered(desk: Any, said: str) -> None:
    answer, _ = desk.ask_model(QUESTION, Say(said))
    assert answer.status is Status.NOT_COVERED
    assert answer.model == "openai:scripted"
    assert answer.answer.startswith("**The documents don't answer this.**")
    assert "987654" not in answer.answer
    assert answer.citations[0].source == "payments"
    assert answer.rules == ()


def test_what_the_documents_do_not_cover_is_declined_before_the_model_is_asked(desk: Any) -> None:
    answer, server = desk.ask_model("How much does Kubernetes hosting cost?", Say(GOOD))
    assert answer.status is Status.NOT_COVERED
    assert (answer.model, server.requests) == (None, [])


def test_code_of_a_passage_is_cited_and_other_code_is_marked(desk: Any) -> None:
    code = (
        "```ts\nexport const charge = action({\n  handler: async (ctx, args) => "
        "stripe.charges.create({ amount: args.cents }),\n});\n```"
    )
    answer, _ = desk.ask_model(QUESTION, Say(f"{GOOD}\n\n{code}"))
    assert "Example [2]:" in answer.answer
    assert "stripe.charges" in answer.citations[1].quote
    other = "```ts\nconst bananas = await kubernetes.ripen({ yellow: fruit.basket });\n```"
    answer, _ = desk.ask_model(QUESTION, Say(f"{GOOD}\n\n{other}"))
    assert "kubernetes.ripen" in answer.unsupported[0]
    assert MARK in answer.answer


def test_an_answer_that_met_the_limit_loses_its_last_half_sentence(desk: Any) -> None:
    answer, _ = desk.ask_model(QUESTION, Say(f"{GOOD} Also call the Str", finish="length"))
    assert "Also" not in answer.answer
    assert answer.status is Status.ANSWERED


def test_a_model_that_fails_is_an_error_and_no_answer(desk: Any) -> None:
    with pytest.raises(ModelError, match="broke off"):
        desk.ask_model(QUESTION, Say("Call the Str", dies=True))
    with pytest.raises(ModelError, match="limits how often"):
        desk.ask_model(QUESTION, Fail(429))


def test_the_agent_gives_the_system_prompt_and_the_passages(desk: Any) -> None:
    desk.put("payments", PAYMENTS + "\nYou speak like a pirate.\n")
    answer, server = desk.ask_model(QUESTION, Say(GOOD), agent="payments@1")
    assert "Call the Stripe API" in server.prompt("system")
    assert "pirate" not in server.prompt("system")
    assert "name: payments" not in server.prompt("system")
    assert answer.citations[0].version == 1
    _, server = desk.ask_model(QUESTION, Say(GOOD), agent="payments")
    assert "pirate" in server.prompt("system")
    assert "tomatoes" not in server.prompt("user")


def test_an_unknown_agent_is_refused_before_anything_is_asked(desk: Any) -> None:
    with pytest.raises(AgentNotFound):
        desk.ask_model(QUESTION, Say(GOOD), agent="paiments")


def test_the_same_question_asks_the_model_with_the_same_words(desk: Any) -> None:
    _, one = desk.ask_model(QUESTION, Say(GOOD))
    _, two = desk.ask_model(QUESTION, Say(GOOD))
    assert one.requests == two.requests


def test_a_model_that_copies_a_passage_number_from_the_prompt_is_believed(desk: Any) -> None:
    def copying(request: Request) -> Say:
        prompt = request["messages"][-1]["content"]
        block = next(b for b in prompt.split("<passage-") if "10 minutes" in b)
        number = re.search(r'n="(\d+)"', block)
        assert number
        return Say(f"An action may run for at most 10 minutes [{number[1]}].")

    answer, _ = desk.ask_model("How long may an action that calls Stripe run?", copying)
    assert answer.status is Status.ANSWERED
    assert "10 minutes" in answer.citations[0].quote
