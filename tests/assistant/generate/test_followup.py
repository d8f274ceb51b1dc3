"""What a question takes over from the one before, and when it takes over nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer import Status
from assistant.generate import follow
from kb.lexical import terms

FIXTURES = Path(__file__).parents[2] / "fixtures" / "generate"
DIALOGUES = yaml.safe_load((FIXTURES / "dialogues.yaml").read_text(encoding="utf-8"))


def turns(*said: str) -> list[dict[str, str]]:
    """Turns of user and assistant by turns."""
    roles = ("user", "assistant")
    return [{"role": roles[n % 2], "content": text} for n, text in enumerate(said)]


@pytest.mark.parametrize("dialogue", DIALOGUES, ids=lambda d: f"{d['first']} {d['then']}")
def test_a_dialogue_carries_what_it_is_about(dialogue: dict[str, Any]) -> None:
    history = turns(dialogue["first"], dialogue.get("answer", "So it is. [1]"))
    found = follow(dialogue["then"], history)
    if dialogue.get("alone"):
        assert found.carried == ()
        assert dialogue["then"].endswith(found.text)
        return
    carried = set(terms(" ".join(found.carried)))
    for word in dialogue["carries"]:
        assert set(terms(word)) & carried, (word, found)
    for word in dialogue.get("drops", ()):
        assert not set(terms(word)) & carried, (word, found)
    assert found.text == f"{dialogue['then']} {' '.join(found.carried)}"


def test_a_chain_of_follow_ups_keeps_its_subject_until_another_comes_up() -> None:
    history = turns("Can I use fetch inside a mutation?", "No.", "And in an action?", "Yes.")
    assert "fetch" in follow("Why?", history).carried
    history += turns("How do I define a search index?", "So.")
    assert follow("Show me an example", history).carried == ("define", "search", "index")


def test_without_earlier_turns_every_question_stands_alone() -> None:
    assert follow("Why?").carried == ()
    assert follow("Why?", turns("")).text == "Why?"
    assert follow("Why?", [{"role": "system", "content": "Stripe webhooks"}]).carried == ()


@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=200))
def test_any_turns_give_a_question_that_holds_the_asked_one(
    question: str, before: str, answer: str
) -> None:
    found = follow(question, turns(before, answer))
    asked = " ".join(question.split())
    assert asked[:1] in found.text
    assert found == follow(question, turns(before, answer))


def test_a_follow_up_is_answered_in_context_without_a_model(desk: Any) -> None:
    desk.put(
        "payments",
        "\n## Services\n\n- Call the Stripe API from an action, never from a mutation.\n"
        "- A mutation can't call the Stripe API, because it may run twice after a conflict.\n",
    )
    desk.put("garden", "\n## Garden\n\n- Water the tomatoes in the morning, because it is cool.\n")
    history = turns("Where should I call the Stripe API from?", "From an action. [1]")
    answer = desk.ask("Why not from a mutation?", history=history)
    assert answer.status is Status.ANSWERED
    assert answer.question == "Why not from a mutation?"
    assert "Stripe" in answer.answer
    alone = desk.ask("When do I water the tomatoes in my garden?", history=history)
    assert "Stripe" not in alone.answer
