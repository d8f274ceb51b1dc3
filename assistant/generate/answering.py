"""A question to an answer, with a model or without, in the context of earlier turns."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from agents.settings import ModelPrice
from assistant.answer.answering import answer_question, open_library
from assistant.answer.compose import sources_text
from assistant.answer.fixed_words import REFUSED
from assistant.answer.result import Answer, Status
from assistant.generate.followup import follow
from assistant.generate.held import hold
from assistant.generate.passages import choose_passages
from assistant.generate.prompt import build_prompt
from assistant.generate.wording import NOT_COVERED
from assistant.model.conversation import ChatModel, Finish, OnText
from assistant.model.cost import usage_shown

if TYPE_CHECKING:
    from agents.registry import Registry
    from assistant.answer.question import Turn
    from kb.knowledge_base import KnowledgeBase

CLOSEST = 3
"""Passages that are shown where the model's answer has nothing to stand on."""
LONGEST_SHOWN = 220
"""Characters of such a passage."""

_FOUND_NONE = "The model found no answer in the passages."
_UNSUPPORTED = "Nothing that the model said is supported by the passages."
_BULLET = re.compile(r"^\s*(?:[-*+]\s+(?:\[[ xX]\]\s+)?|\d+[.)]\s+|//\s*)")
_DECLINED = re.compile(rf"[\s\"'`*_.]*{NOT_COVERED}\b")
_NO_PRICES: Mapping[str, ModelPrice] = MappingProxyType({})


def respond(
    question: str,
    *,
    knowledge_base: KnowledgeBase,
    registry: Registry,
    model: ChatModel | None = None,
    agent: str | None = None,
    k: int = 8,
    history: Sequence[Turn] = (),
    prices: Mapping[str, ModelPrice] = _NO_PRICES,
    on_text: OnText = lambda _: None,
    clock: Callable[[], float] = time.perf_counter,
) -> Answer:
    """Answer a question that may follow up on others; with `model` by it, else from the documents.

    What the documents don't cover is declined before a model is asked. `on_text` is given the
    model's words as they come, before they are held to the passages. Raises as `answer_question`
    does, and ModelError where the model gives no answer.
    """
    started = clock()
    followed = follow(question, history)
    composed = answer_question(
        followed.text, knowledge_base=knowledge_base, registry=registry, agent=agent, k=k
    )
    composed = replace(composed, question=question)
    if model is None or composed.status is Status.NOT_COVERED:
        return replace(composed, elapsed_ms=(clock() - started) * 1000)
    library, sources = open_library(knowledge_base, registry, agent)
    passages = choose_passages(followed.text, composed.citations, library, sources=sources, k=k)
    prompt = build_prompt(
        question,
        passages,
        agent=registry.resolve(agent).document if agent is not None else None,
        history=history,
    )
    reply = model.reply(prompt, on_text=on_text)
    declined = _DECLINED.match(reply.text) is not None
    held = hold(
        "" if declined else reply.text,
        passages,
        library,
        question=f"{question}\n{followed.text}",
        most_citations=k,
        cut_off=reply.finish is Finish.CUT_OFF,
    )
    answered = replace(
        composed,
        model=model.name,
        answer=held.text,
        citations=held.citations,
        rules=held.rules,
        unsupported=held.unsupported,
        usage=usage_shown(reply.usage, model.name, prices),
    )
    if not held.stands:
        told = _FOUND_NONE if declined else _UNSUPPORTED
        answered = _nothing_left(answered, composed, told)
    return replace(answered, elapsed_ms=(clock() - started) * 1000)


def _nothing_left(answered: Answer, composed: Answer, told: str) -> Answer:
    """The word that the documents don't answer, why, and the closest passages."""
    closest = composed.citations[:CLOSEST]
    blocks = [f"{REFUSED} {told}"]
    if closest:
        shown = "\n".join(f"- {_on_a_line(c.quote)} [{c.n}]" for c in closest)
        blocks += ["The closest passages:", shown, sources_text(closest)]
    return replace(
        answered,
        status=Status.NOT_COVERED,
        answer="\n\n".join(blocks),
        citations=closest,
        rules=(),
    )


def _on_a_line(quote: str) -> str:
    """The beginning of a quote without its bullet."""
    text = " ".join(_BULLET.sub("", quote).split())
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN].rpartition(' ')[0]} …"
