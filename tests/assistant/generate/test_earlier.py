"""What a model is told of earlier turns, as answers of ours were."""

from __future__ import annotations

import re
from typing import Any

import pytest
from scripted_model import Say

from assistant.answer import Status
from assistant.generate.earlier import said_before

QUESTION = "Where should I call the Stripe API from?"
PAYMENTS = """
## Services

- Call the Stripe API from an action, never from a query or a mutation.

```ts
export const charge = action({
  handler: async (ctx, args) => stripe.charges.create({ amount: args.cents }),
});
```
"""


def told(desk: Any, answer: Any) -> str:
    """The earlier conversation in the prompt of the question that comes after an answer."""
    history = [
        {"role": "user", "content": answer.question},
        {"role": "assistant", "content": answer.answer},
    ]
    _, server = desk.ask_model(QUESTION, Say("x"), history=history)
    found = re.search(r"<conversation-\w+>\n(.*?)\n</conversation", server.prompt("user"), re.S)
    assert found is not None
    return found[1]


@pytest.fixture(autouse=True)
def _documents(desk: Any) -> None:
    desk.put("payments", PAYMENTS)


def test_an_answer_is_told_without_the_numbers_of_its_own_passages(desk: Any) -> None:
    invented = "Stripe keys rotate each night in the billing dashboard [1]."
    said = f"Call the Stripe API from an action, never from a mutation [1]. {invented}"
    answer, _ = desk.ask_model(QUESTION, Say(said))
    assert "[1]" in answer.answer and "⚠" in answer.answer and "Checked in code" in answer.answer
    assert told(desk, answer) == (
        f"user: {QUESTION}\n"
        "assistant: Call the Stripe API from an action, never from a mutation."
        " Stripe keys rotate each night in the billing dashboard."
    )


def test_an_answer_without_a_model_keeps_its_example(desk: Any) -> None:
    answer = desk.ask(QUESTION)
    earlier = told(desk, answer)
    assert "stripe.charges.create" in earlier
    assert not re.search(r"\[\d\]|Checked in code|Sources", earlier)


@pytest.mark.parametrize("said", ["NOT_COVERED", "The moon is made of cheese and cream."])
def test_a_refusal_is_told_as_a_model_says_it(desk: Any, said: str) -> None:
    """Else a weak model repeats the refusal and the passages below it as its answer."""
    answer, _ = desk.ask_model(QUESTION, Say(said))
    assert answer.status is Status.NOT_COVERED and "closest passages" in answer.answer
    assert told(desk, answer) == f"user: {QUESTION}\nassistant: NOT_COVERED"


def test_a_refusal_without_a_model_is_told_likewise(desk: Any) -> None:
    refused = desk.ask("How do I fly a kite to the moon?")
    assert refused.status is Status.NOT_COVERED
    assert told(desk, refused).endswith("assistant: NOT_COVERED")


def test_what_the_asker_said_stays_as_it_is() -> None:
    assert said_before("user", "Is rows [1] right?") == "Is rows [1] right?"
